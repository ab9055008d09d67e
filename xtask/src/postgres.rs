//! A PostgreSQL of our own for one run: a fresh folder, a free port, nothing left behind.
//!
//! A small shell, the *guard*, waits for the end of its standard input, which only we hold. When we
//! end, in whatever way (return, panic, Ctrl-C, kill -9), the system closes it, and the guard stops
//! the server and removes the folder. So there is one way to clean up, and it cannot be missed.

use crate::{packages, repo};
use anyhow::{Context, Result, bail};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Another process may take the free port before the server does; then we try again.
const START_ATTEMPTS_MAX: usize = 3;

/// Seconds that the server may take to accept connections.
const START_SECONDS_MAX: &str = "60";

/// The superuser of the private server. Connections come only from this machine and need no password.
const USER: &str = "hangji";

/// A running server; dropping it stops the server and removes its folder.
pub struct Postgres {
    /// Host and port.
    address: String,
    /// Data, log and socket; removed by the guard.
    folder: PathBuf,
    guard: Child,
}

/// Finds the folder of `initdb` and `pg_ctl`: Debian keeps them out of `PATH`, the newest version wins.
pub fn programs() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").ok();
    let newest = debian
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").is_file().then_some((version, bin))
        })
        .max();
    if let Some((_, bin)) = newest {
        return Some(bin);
    }
    let initdb = repo::find_in_path("initdb")?.canonicalize().ok()?;
    Some(initdb.parent()?.to_path_buf())
}

impl Postgres {
    /// Makes an empty cluster (C.UTF-8, no fsync: the data lives for minutes) and starts it.
    pub fn start() -> Result<Self> {
        let bin = programs().context("PostgreSQL is not installed")?;
        let folder = new_folder()?;
        // The guard comes first: from here on, also a failed start leaves no folder behind.
        let guard = spawn_guard(&bin, &folder)?;
        let mut server = Self {
            address: String::new(),
            folder,
            guard,
        };
        let mut initdb = unprivileged(&bin.join("initdb"));
        initdb
            .arg("--pgdata")
            .arg(server.folder.join("data"))
            .args(["--username", USER, "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync", "--no-instructions"])
            .stdout(Stdio::null());
        repo::run(initdb)?;
        let port = start_on_free_port(&bin, &server.folder)?;
        server.address = format!("127.0.0.1:{port}");
        println!("PostgreSQL for this run: {}", server.url());
        Ok(server)
    }

    /// Where tests connect.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@{}/postgres", self.address)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("xtask: cannot wait for the end of PostgreSQL: {error}");
        }
    }
}

/// A program that does not run as root: PostgreSQL refuses it. Root becomes `postgres`.
fn unprivileged(program: &Path) -> Command {
    let mut command = if packages::is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    // A folder that everyone may enter: the checkout may be closed to `postgres`.
    command.current_dir("/tmp").stdin(Stdio::null());
    command
}

/// A new folder that belongs to the user of the server; short, for the path of its socket.
fn new_folder() -> Result<PathBuf> {
    let mut mktemp = unprivileged(Path::new("mktemp"));
    mktemp.args(["-d", "/tmp/hangji-pg-XXXXXXXX"]);
    repo::line(mktemp).map(PathBuf::from)
}

fn spawn_guard(bin: &Path, folder: &Path) -> Result<Child> {
    let script =
        "cat >/dev/null; \"$1\" -D \"$2/data\" -m immediate stop >/dev/null 2>&1; rm -rf \"$2\"";
    let mut guard = unprivileged(Path::new("sh"));
    guard
        .args(["-c", script, "guard"])
        .arg(bin.join("pg_ctl"))
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Its own group: Ctrl-C at the terminal must not end it before it has cleaned up.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut guard, 0);
    guard
        .spawn()
        .context("cannot start the guard of PostgreSQL")
}

fn start_on_free_port(bin: &Path, folder: &Path) -> Result<u16> {
    let log = folder.join("log");
    for _ in 0..START_ATTEMPTS_MAX {
        let port = free_port()?;
        let options = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c max_connections=200 \
             -c fsync=off -c synchronous_commit=off -c full_page_writes=off",
            folder.display()
        );
        let mut start = unprivileged(&bin.join("pg_ctl"));
        start
            .arg("-D")
            .arg(folder.join("data"))
            .arg("-l")
            .arg(&log)
            .args(["-w", "-t", START_SECONDS_MAX, "-o", &options, "start"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if start.status().is_ok_and(|status| status.success()) {
            return Ok(port);
        }
    }
    let mut cat = unprivileged(Path::new("cat"));
    cat.arg(&log);
    let said = repo::line(cat).unwrap_or_default();
    bail!("PostgreSQL did not start. It said:\n{said}");
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;

    #[test]
    fn the_private_server_answers_and_leaves_nothing_behind() {
        if programs().is_none() {
            assert!(
                std::env::var_os("HANGJI_REQUIRE_PG").is_none(),
                "PostgreSQL is required and not installed"
            );
            return;
        }
        let server = Postgres::start().unwrap();
        let address = server.address.clone();
        let folder = server.folder.clone();
        assert!(folder.is_dir());
        TcpStream::connect(&address).unwrap();
        drop(server);
        assert!(!folder.exists(), "{} is still there", folder.display());
        TcpStream::connect(&address).unwrap_err();
    }
}
