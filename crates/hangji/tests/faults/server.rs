//! The server as a process: started, killed, stopped.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};

pub struct Server {
    child: Child,
    pub address: SocketAddr,
    // Held open: a server that says something into a closed pipe would get an error.
    _said: BufReader<ChildStdout>,
}

impl Server {
    /// Starts `hangji serve …` and waits until it says where it listens; what it complained of
    /// where it ends instead.
    pub fn try_start(mut command: Command) -> Result<Self, String> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut complained = child.stderr.take().unwrap();
        // The log is read to its end, so that it never blocks the server.
        let log = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = complained.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut line = String::new();
        while said.read_line(&mut line).unwrap() > 0 {
            if let Some((_, rest)) = line.split_once("://") {
                let address = rest.trim().trim_end_matches('/').parse().unwrap();
                return Ok(Self {
                    child,
                    address,
                    _said: said,
                });
            }
            line.clear();
        }
        child.wait().unwrap();
        Err(log.join().unwrap())
    }

    #[track_caller]
    pub fn start(command: Command) -> Self {
        Self::try_start(command).unwrap_or_else(|said| panic!("the server did not start: {said}"))
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) {
        let id = self.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(asked.success());
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "{ended}");
    }

    /// `kill -9`: no destructor, no flush, no farewell.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
