//! The load: a process of its own that sends requests over connections that are kept.
//!
//! It reads a [`Plan`] as JSON from its input and writes a [`super::meter::Figure`] as JSON to its output.

use super::meter::Meter;
use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Stopwatch};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// Name of the figure.
    pub name: String,
    /// The server.
    pub address: SocketAddr,
    /// How long.
    pub seconds: f64,
    /// Connections.
    pub clients: usize,
    /// Requests a second that arrive whatever the answers do (an open loop); without one, each
    /// client sends the next request when the last one was answered.
    pub rate: Option<f64>,
    /// The life of a matter, sent again and again: each request goes on with what the one before it
    /// answered.
    pub life: Vec<Vec<Request>>,
}

/// One request. `{id}` and `{version}` of the path and head are those of the last answer, `{key}` is new
/// each time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// Path and query.
    pub path: String,
    /// Further lines of the head, each with its line end.
    pub head: String,
    /// The body.
    pub body: String,
}

/// What an answer must tell for the next request.
#[derive(Debug, Default, Deserialize)]
struct Last {
    #[serde(default)]
    id: String,
    #[serde(default)]
    version: i64,
}

/// What all clients count.
struct Counts {
    meter: Meter,
    busy: u64,
}

/// The hidden command `load`.
pub async fn load() -> anyhow::Result<ExitCode> {
    let text = std::io::read_to_string(std::io::stdin())?;
    let plan: Arc<Plan> = Arc::new(serde_json::from_str(&text)?);
    let counts = Arc::new(Mutex::new(Counts {
        meter: Meter::new(&plan.name),
        busy: 0,
    }));
    let started = Stopwatch::now();
    let clients: Vec<_> = (0..plan.clients)
        .map(|nth| tokio::spawn(client(Arc::clone(&plan), Arc::clone(&counts), nth, started)))
        .collect();
    for client in clients {
        client.await??;
    }
    let counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    let mut figure = counts.meter.figure();
    figure.busy = counts.busy;
    crate::command::print_line(&serde_json::to_string(&figure)?)
}

async fn client(
    plan: Arc<Plan>,
    counts: Arc<Mutex<Counts>>,
    nth: usize,
    started: Stopwatch,
) -> anyhow::Result<()> {
    let mut connection = Connection::open(plan.address).await?;
    let life = &plan.life[nth % plan.life.len()];
    let until = started + Duration::from_secs_f64(plan.seconds);
    let mut last = Last::default();
    let (mut sent, mut at) = (0u64, 0usize);
    loop {
        // Arrivals are spread evenly over the clients, and do not wait for answers.
        let due = match plan.rate {
            None => Stopwatch::now(),
            Some(rate) => {
                let turn = (sent * plan.clients as u64 + nth as u64) as f64;
                started + Duration::from_secs_f64(turn / rate)
            }
        };
        if due >= until || Stopwatch::now() >= until {
            return Ok(());
        }
        tokio::time::sleep_until(due.into()).await;
        let request = &life[at % life.len()];
        let key = format!("bench-{}-{nth}-{sent}", std::process::id());
        let (status, body) = connection.send(request, &last, &key).await?;
        let elapsed = due.elapsed();
        sent += 1;
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        match status {
            200 | 201 => {
                counts.meter.note(elapsed);
                last = serde_json::from_slice(&body).unwrap_or_default();
                at += 1;
            }
            503 => counts.busy += 1,
            other => bail!(
                "{} answered {other}: {}",
                request.path,
                String::from_utf8_lossy(&body)
            ),
        }
    }
}

/// A kept connection; answers have a length, as the server's have.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
        })
    }

    async fn send(
        &mut self,
        request: &Request,
        last: &Last,
        key: &str,
    ) -> anyhow::Result<(u16, Vec<u8>)> {
        let fill = |text: &str| {
            text.replace("{id}", &last.id)
                .replace("{version}", &last.version.to_string())
                .replace("{key}", key)
        };
        let body = fill(&request.body);
        let text = format!(
            "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n{}\r\n{body}",
            fill(&request.path),
            body.len(),
            fill(&request.head),
        );
        self.stream.write_all(text.as_bytes()).await?;
        self.buffer.clear();
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok());
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|n| n.trim().parse::<usize>().ok());
        let (status, length) = status.zip(length).context("an answer without length")?;
        while self.buffer.len() < end + length {
            self.more().await?;
        }
        Ok((status, self.buffer[end..end + length].to_vec()))
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}
