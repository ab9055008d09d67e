//! The platform over HTTP: the server in this process, the load in another one.

use super::load::{Plan, Request};
use super::meter::Figure;
use anyhow::{Context, ensure};
use axum::Router;
use axum::routing::post;
use civic::area::Level;
use civic::id::AccountId;
use civic::post::{Role, Seat};
use office::Office;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use store::driver::DbError;

/// Units whose people act. Each signs in once, which costs a hash of the password.
const UNITS: usize = 24;
/// The open loop sends this share of what the closed loop of the same clients reached.
const OPEN_LOOP: f64 = 0.7;

/// Echoes; steps in a closed and in an open loop, and with short answers, for every number of clients.
pub async fn figures(
    office: &Arc<Office>,
    bare: &Figure,
    span: Duration,
) -> anyhow::Result<Vec<Figure>> {
    let life = lives(office).await?;
    let short: Vec<Vec<Request>> = life.iter().map(|l| l.iter().map(terse).collect()).collect();
    let app = api::router(Arc::clone(office), api::Options::default());
    let platform = serve(app).await?;
    let echo = serve(Router::new().route("/echo", post(|body: String| async { body }))).await?;
    let mut out = Vec::new();
    for clients in super::CLIENTS {
        let plan = |what: &str, address, seconds, rate, life| Plan {
            name: format!("{what}, {clients} clients"),
            address,
            seconds,
            clients,
            rate,
            life,
        };
        let seconds = span.as_secs_f64();
        let words = vec![vec![Request {
            path: "/echo".into(),
            head: String::new(),
            body: life[0][0].body.clone(),
        }]];
        out.push(run(&plan("HTTP echo", echo, seconds / 2.0, None, words)).await?);
        let mut closed = run(&plan("HTTP steps", platform, seconds, None, life.clone())).await?;
        closed.of_bare = Some(closed.per_second / bare.per_second);
        let what = "HTTP steps, short answers";
        let mut quick = run(&plan(what, platform, seconds, None, short.clone())).await?;
        quick.of_bare = Some(quick.per_second / bare.per_second);
        out.push(quick);
        let rate = closed.per_second * OPEN_LOOP;
        let what = format!("HTTP steps, {rate:.0} arrive a second");
        out.push(closed);
        out.push(run(&plan(&what, platform, seconds, Some(rate), life.clone())).await?);
    }
    Ok(out)
}

/// The same request, asking for id and version alone.
fn terse(request: &Request) -> Request {
    Request {
        head: format!("{}Prefer: return=minimal\r\n", request.head),
        ..request.clone()
    }
}

/// Serves on a port of its own until the process ends.
async fn serve(app: Router) -> anyhow::Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

/// Runs a plan in another process.
async fn run(plan: &Plan) -> anyhow::Result<Figure> {
    let text = serde_json::to_vec(plan)?;
    let done = tokio::task::spawn_blocking(move || {
        let mut child = std::process::Command::new(std::env::current_exe()?)
            .arg("load")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut input = child.stdin.take().context("no pipe")?;
        std::io::Write::write_all(&mut input, &text)?;
        drop(input);
        Ok::<_, anyhow::Error>(child.wait_with_output()?)
    });
    let done = done.await??;
    ensure!(done.status.success(), "the load failed: see above");
    Ok(serde_json::from_slice(&done.stdout)?)
}

/// The lives of matters in some units: reported by the head with pre-handling, which hands it to the
/// grid; escalated by the grid, and by the community. Each is one durable command.
async fn lives(office: &Arc<Office>) -> anyhow::Result<Vec<Vec<Request>>> {
    let world = office.world();
    let today = office.today();
    // Only the accounts that are shown in a sample city have a password to sign in with.
    let demo = office.store().read::<_, DbError>(store::account::demo);
    let demo: HashSet<AccountId> = demo.await?.iter().map(|a| a.id).collect();
    let mut lives = Vec::new();
    for post in world
        .directory()
        .posts()
        .filter(|p| p.role == Role::UnitHead)
    {
        let Seat::Area(unit) = post.seat else {
            continue;
        };
        let above = |level| {
            let area = world.tree().path(unit).at(level)?;
            Some(world.directory().responsible(area, today)?.account)
        };
        let (Some(grid), Some(community)) = (above(Level::Grid), above(Level::Community)) else {
            continue;
        };
        if ![post.account, grid, community]
            .iter()
            .all(|a| demo.contains(a))
        {
            continue;
        }
        let report = Request {
            path: "/api/v1/matters".into(),
            head: head(office, post.account).await?,
            body: serde_json::json!({
                "title": "楼道堆放杂物堵住消防通道",
                "text": "三楼到四楼之间堆了旧家具和纸箱，老人上下不便，万一着火出不来，劝过两次没有搬走。{key}",
                "category": "0201",
                "channel": "field",
                "address": "3号楼三单元",
                "unit": unit,
                "prehandle": { "finding": "cannot", "opinion": "已劝说，当事人不愿搬走" },
            })
            .to_string(),
        };
        let mut life = vec![report];
        for account in [grid, community] {
            life.push(Request {
                path: "/api/v1/matters/{id}/actions/escalate".into(),
                head: format!(
                    "{}If-Match: \"v{{version}}\"\r\n",
                    head(office, account).await?
                ),
                body: serde_json::json!({ "opinion": "本级无法解决，请上级协调" }).to_string(),
            });
        }
        lives.push(life);
        if lives.len() == UNITS {
            break;
        }
    }
    ensure!(
        !lives.is_empty(),
        "这个数据库里没有配齐单元长、网格长和社区负责人的单元，请先用 hangji build 建立样例城市"
    );
    Ok(lives)
}

/// Signs somebody in; the lines of the head that say so.
async fn head(office: &Arc<Office>, account: AccountId) -> anyhow::Result<String> {
    let found = office
        .store()
        .read::<_, DbError>(move |conn| store::account::by_id(conn, account))
        .await?
        .context("a post without account")?;
    let password = office::identity::DEMO_PASSWORD;
    let signed = office
        .sign_in(&found.login, password, "127.0.0.1", "hangji bench")
        .await
        .context("测速要用样例城市的账号登录，请用 hangji build 建立样例城市")?;
    Ok(format!(
        "Cookie: hangji_session={}\r\nX-Hangji: 1\r\nIdempotency-Key: {{key}}\r\n",
        signed.token
    ))
}
