//! TLS at the door, for an installation without a proxy in front (GB/T 22239, 数据保密性 in
//! transport). TLS 1.2 and 1.3; the certificate is read again when its file changes.

use anyhow::{Context, bail};
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, crypto};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Longest time that a visitor may take to agree on a key.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Visitors who agree on a key at one time; the next ones wait in the system's queue.
const HANDSHAKES_MAX: usize = 1_024;
/// Rest after the system has no socket left to give.
const PAUSE: Duration = Duration::from_millis(200);

/// The certificate of this platform and its key.
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    current: Mutex<Current>,
}

struct Current {
    config: Arc<ServerConfig>,
    written: Option<SystemTime>,
}

impl Certificate {
    /// Reads PEM files: the chain with the platform's own certificate first, and its key.
    ///
    /// # Errors
    /// A sentence that names the file and what to do.
    pub fn read(chain: PathBuf, key: PathBuf) -> anyhow::Result<Self> {
        let current = Mutex::new(read(&chain, &key)?);
        Ok(Self {
            chain,
            key,
            current,
        })
    }

    /// The newest: files that were replaced are taken up by the next visitor; what cannot be read is
    /// said in the log, and the old certificate goes on.
    fn newest(&self) -> TlsAcceptor {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let written = written(&self.chain);
        if written != current.written {
            match read(&self.chain, &self.key) {
                Ok(newer) => {
                    tracing::info!(file = %self.chain.display(), "the certificate was read again");
                    *current = newer;
                }
                Err(error) => {
                    tracing::error!(error = %format!("{error:#}"), "the new certificate is not usable");
                    current.written = written;
                }
            }
        }
        TlsAcceptor::from(Arc::clone(&current.config))
    }
}

fn written(file: &PathBuf) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|m| m.modified()).ok()
}

fn read(chain: &PathBuf, key: &PathBuf) -> anyhow::Result<Current> {
    let (chain_name, key_name) = (chain.display(), key.display());
    let written = written(chain);
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect)
        .with_context(|| format!("证书文件 {chain_name} 读不出来，请给 PEM 格式的证书链"))?;
    if certificates.is_empty() {
        bail!("证书文件 {chain_name} 里没有证书，请给 PEM 格式的证书链");
    }
    let secret = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("私钥文件 {key_name} 读不出来，请给 PEM 格式、不加口令的私钥"))?;
    let mut config =
        ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(certificates, secret)
            .with_context(|| {
                format!(
                    "证书 {chain_name} 与私钥 {key_name} 不能一起使用，请核对是否成对、证书是否完整"
                )
            })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Current {
        config: Arc::new(config),
        written,
    })
}

/// Visitors who have agreed on a key. Agreeing happens beside, so that nobody who is slow holds the
/// others up.
pub struct TlsListener {
    agreed: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    local: SocketAddr,
    door: JoinHandle<()>,
}

impl TlsListener {
    /// Takes a bound listener over.
    ///
    /// # Errors
    /// When it has no address.
    pub fn new(listener: TcpListener, certificate: Certificate) -> std::io::Result<Self> {
        let local = listener.local_addr()?;
        let (agree, agreed) = mpsc::channel(64);
        Ok(Self {
            agreed,
            local,
            door: tokio::spawn(open(listener, certificate, agree)),
        })
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.door.abort();
    }
}

async fn open(
    listener: TcpListener,
    certificate: Certificate,
    agree: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let room = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let (stream, from) = match listener.accept().await {
            Ok(visitor) => visitor,
            Err(error) => {
                tracing::warn!(%error, "a visitor could not be let in");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (acceptor, agree) = (certificate.newest(), agree.clone());
        tokio::spawn(async move {
            let agreeing = tokio::time::timeout(HANDSHAKE_MAX, acceptor.accept(stream)).await;
            drop(place);
            match agreeing {
                Ok(Ok(stream)) => drop(agree.send((stream, from)).await),
                Ok(Err(error)) => tracing::debug!(%error, "no agreement on a key"),
                Err(_) => tracing::debug!("no agreement on a key in time"),
            }
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.agreed.recv().await {
            Some(visitor) => visitor,
            // The door ends with this listener, not before.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.local)
    }
}

/// Where a visitor comes from.
#[derive(Debug, Clone, Copy)]
pub struct Visitor(pub SocketAddr);

impl Connected<IncomingStream<'_, TlsListener>> for Visitor {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(*stream.remote_addr())
    }
}
