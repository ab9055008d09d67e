//! The thread that moves SQLite's log into the file, so that no commit waits for it.
//!
//! Under a steady load the log never is empty, and only the writer can begin it anew: another
//! connection would have to find the moment between two commits, and while it looked for one the log
//! grew to hundreds of megabytes, whose move then held up everybody. So this thread moves the pages
//! ([`Look::Moved`], beside the writer), and when the log is long enough and nearly moved it tells
//! the lane ([`Turn`]), which begins it anew between two sets. The file keeps its length: to write
//! over a log is three times as fast as to extend one. It is cut when nobody writes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};

use crate::driver::{Conn, OpenError, Result};

/// Between two looks at the log.
const EVERY: Duration = Duration::from_millis(100);
/// Between two looks when a long reader keeps the log from being moved.
const EVERY_WHEN_HELD: Duration = Duration::from_secs(1);
/// Looks without a write after which nobody is said to write.
const QUIET_LOOKS: u32 = 20;

/// Lengths that decide, in pages of 4 KiB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lengths {
    /// Pages that are moved together while somebody writes: a page written often is moved once.
    pub batch: i64,
    /// Pages left over that the lane may move itself.
    pub rest: i64,
    /// The log is begun anew when it is longer.
    pub cap: i64,
}

const LENGTHS: Lengths = Lengths {
    batch: 4_096,
    rest: 512,
    cap: 24_576,
};

/// Tells the lane that the log may be begun anew.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turn(Arc<AtomicBool>);

impl Turn {
    /// Whether it was asked for since the last time.
    pub(crate) fn take(&self) -> bool {
        self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Relaxed)
    }
}

/// The running thread; dropping it ends it after a last checkpoint.
pub(super) struct Checkpoints {
    turn: Turn,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    pub(super) fn start(
        conn: Conn,
        database: &Path,
    ) -> std::result::Result<Checkpoints, OpenError> {
        let (stop, stopped) = bounded::<()>(0);
        let mut log = Log::new(conn, database, LENGTHS);
        let turn = log.turn.clone();
        let run = move || {
            let mut wait = EVERY;
            loop {
                let last = !matches!(stopped.recv_timeout(wait), Err(RecvTimeoutError::Timeout));
                wait = match log.look() {
                    Ok(Look::Held) => EVERY_WHEN_HELD,
                    Ok(_) => EVERY,
                    Err(error) => {
                        tracing::error!(%error, "checkpoint");
                        EVERY_WHEN_HELD
                    }
                };
                if last {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(run)
            .map_err(|e| OpenError::new(format!("系统无法再开新的线程：{e}")))?;
        Ok(Checkpoints {
            turn,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(super) fn turn(&self) -> Turn {
        self.turn.clone()
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the checkpoint thread panicked");
        }
    }
}

/// What a look at the log did.
#[derive(Debug, PartialEq)]
pub(super) enum Look {
    /// Nothing is to be moved, or too little while somebody writes.
    Quiet,
    /// Pages went into the file.
    Moved,
    /// The log is long and nearly moved: the lane is asked to begin it anew.
    Asked,
    /// Nobody writes, and the file of the log was cut.
    Cut,
    /// A reader needs the log.
    Held,
}

pub(super) struct Log {
    conn: Conn,
    path: PathBuf,
    lengths: Lengths,
    pub(super) turn: Turn,
    /// SQLite's count of other connections' commits, at the last look.
    seen: Option<i64>,
    /// Looks since it changed.
    quiet: u32,
}

impl Log {
    pub(super) fn new(conn: Conn, database: &Path, lengths: Lengths) -> Log {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Log {
            conn,
            path: path.into(),
            lengths,
            turn: Turn::default(),
            seen: None,
            quiet: 0,
        }
    }

    pub(super) fn look(&mut self) -> Result<Look> {
        let version = self.conn.query_one("PRAGMA data_version", &[])?.int(0)?;
        self.quiet = match self.seen.replace(version) {
            Some(seen) if seen == version => self.quiet.saturating_add(1),
            _ => 0,
        };
        let (length, left) = self.checkpoint("NOOP")?;
        if left == 0 && self.quiet >= QUIET_LOOKS {
            return self.cut();
        }
        let enough = if self.quiet > 0 {
            1
        } else {
            self.lengths.batch
        };
        if left < enough {
            return Ok(Look::Quiet);
        }
        // While this moves pages the writer adds some: fewer each time.
        let (mut length, mut left, mut before) = (length, left, i64::MAX);
        while left > 0 && left < before {
            before = left;
            (length, left) = self.checkpoint("PASSIVE")?;
            if left <= self.lengths.rest {
                break;
            }
        }
        if length <= self.lengths.cap {
            return Ok(if left > self.lengths.batch {
                Look::Held
            } else {
                Look::Moved
            });
        }
        if left > self.lengths.batch {
            return Ok(Look::Held);
        }
        self.turn.0.store(true, Ordering::Relaxed);
        Ok(Look::Asked)
    }

    /// The length of the log and what of it is not in the file yet, in pages, after a checkpoint.
    fn checkpoint(&mut self, mode: &str) -> Result<(i64, i64)> {
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        let row = self.conn.query_one(&sql, &[])?;
        Ok((row.int(1)?, row.int(1)? - row.int(2)?))
    }

    /// Cuts the file of a log that is longer than the cap. Holds up a writer who comes just now.
    fn cut(&mut self) -> Result<Look> {
        let cap = self.lengths.cap.unsigned_abs() * 4_096;
        if self.path.metadata().is_ok_and(|log| log.len() > cap) {
            self.conn.batch("PRAGMA busy_timeout=0")?;
            let cut = self
                .conn
                .query_one("PRAGMA wal_checkpoint(TRUNCATE)", &[])?;
            return Ok(if cut.int(0)? == 0 {
                Look::Cut
            } else {
                Look::Held
            });
        }
        Ok(Look::Quiet)
    }
}
