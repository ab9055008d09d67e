//! Serving: the office behind HTTP, with the deadline sweep beside it.

use crate::command::{DatabaseArgs, ServeArgs, say};
use crate::metrics::Metrics;
use crate::tls::{Certificate, TlsListener, Visitor};
use anyhow::Context;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{self, Next};
use axum::response::Response;
use office::{Clock, Config, DemoClock, Office, SystemClock};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use store::driver::OpenError;
use store::url::StoreUrl;

/// Longest pause between two sweeps: every deadline is seen within a second.
const SWEEP_PAUSE: Duration = Duration::from_secs(1);

/// Pause between two looks at which jobs are due.
const JOB_PAUSE: Duration = Duration::from_secs(5);

/// The configuration of an office from the command line.
pub fn config(place: &DatabaseArgs, demo: bool) -> anyhow::Result<Config> {
    let url: StoreUrl = place.database.parse()?;
    std::fs::create_dir_all(&place.data)
        .with_context(|| format!("无法建立文件夹 {}，请检查路径和权限", place.data.display()))?;
    Ok(Config {
        url,
        data: place.data.clone(),
        demo,
    })
}

/// Opens an existing database.
pub fn open(config: &Config) -> Result<Arc<Office>, OpenError> {
    blocking(|| Office::open(config, Arc::new(SystemClock::default())))
}

/// Opens a database, made or brought up to date if need be.
pub fn create(config: &Config) -> Result<Arc<Office>, OpenError> {
    blocking(|| Office::create(config, Arc::new(SystemClock::default())))
}

/// The same for a sample city, whose clock stands in the past while it is furnished.
pub fn create_sample(config: &Config, clock: &Arc<DemoClock>) -> Result<Arc<Office>, OpenError> {
    blocking(|| Office::create(config, Arc::clone(clock) as Arc<dyn Clock>))
}

/// Runs what blocks this thread. The driver of PostgreSQL has a runtime of its own, and a runtime
/// refuses to start inside another one.
pub fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

/// `hangji serve`
pub async fn serve(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let office = open(&config(&args.place, false)?)?;
    let metrics = Metrics::of(&office);
    let counted = Arc::clone(&metrics);
    if let Some(address) = args.metrics {
        let bound = metrics.listen(address).await?;
        say(&format!("监控指标在 {bound} 的 /metrics"));
    }
    let options = api::Options {
        watch: Some(Arc::new(move |answered| counted.answered(answered))),
        behind_proxy: args.behind_proxy,
        secure_cookies: args.secure_cookies || args.tls_certificate.is_some(),
        ..api::Options::default()
    };
    let certificate = match (args.tls_certificate, args.tls_key) {
        (Some(chain), Some(key)) => Some(Certificate::read(chain, key)?),
        _ => None,
    };
    listen(office, args.listen, certificate, options, |_| ()).await
}

/// Listens until the process is told to stop, by HTTPS where there is a certificate. `ready` is
/// called with the bound address.
pub async fn listen(
    office: Arc<Office>,
    address: SocketAddr,
    certificate: Option<Certificate>,
    options: api::Options,
    ready: impl FnOnce(SocketAddr),
) -> anyhow::Result<ExitCode> {
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| {
            format!("无法监听 {address}：可能已有程序占用这个端口，请用 --listen 换一个")
        })?;
    let bound = listener.local_addr()?;
    let sweeping = tokio::spawn(office::sweep::forever(Arc::clone(&office), async || {
        tokio::time::sleep(SWEEP_PAUSE).await
    }));
    let jobs = tokio::spawn(office::job::forever(Arc::clone(&office), async || {
        tokio::time::sleep(JOB_PAUSE).await
    }));
    let (close, closing) = tokio::sync::watch::channel(false);
    let options = api::Options {
        ui: Some(web::router()),
        closing: Some(closing),
        ..options
    };
    let app = api::router(Arc::clone(&office), options);
    let scheme = if certificate.is_some() {
        "https"
    } else {
        "http"
    };
    say(&format!("平台已启动:{scheme}://{bound}/"));
    ready(bound);
    let ending = async move {
        stopped().await;
        // Event streams end too; they would hold the process for as long as somebody listens.
        let _ = close.send(true);
    };
    match certificate {
        None => {
            let app = app.into_make_service_with_connect_info::<SocketAddr>();
            let serving = axum::serve(listener, app);
            serving.with_graceful_shutdown(ending).await?;
        }
        Some(certificate) => {
            let app = app
                .layer(middleware::from_fn(told_from))
                .into_make_service_with_connect_info::<Visitor>();
            let serving = axum::serve(TlsListener::new(listener, certificate)?, app);
            serving.with_graceful_shutdown(ending).await?;
        }
    }
    sweeping.abort();
    jobs.abort();
    say("平台已停止");
    Ok(ExitCode::SUCCESS)
}

/// Tells the address of a visitor by TLS as that of any other.
async fn told_from(
    ConnectInfo(Visitor(address)): ConnectInfo<Visitor>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(ConnectInfo(address));
    next.run(request).await
}

/// Resolves when the process is asked to stop.
async fn stopped() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! { () = interrupt => {}, () = terminate => {} }
}
