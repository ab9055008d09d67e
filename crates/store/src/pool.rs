//! The store's threads: readers that each see one moment, and a writer.
//!
//! Both drivers block, so they never run on a thread of the web server: a closure
//! travels to a thread that owns a connection, and its value travels back.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};
use futures::channel::oneshot;

use crate::driver::{Conn, DbError, OpenError};

/// Work that waits for a thread. Whoever comes when so much waits is told to come again: an answer
/// that takes many seconds helps nobody, and what waits takes memory.
const QUEUE: usize = 1_024;

type Job = Box<dyn FnOnce(&mut Conn) + Send>;

/// Threads with a read-only connection each.
pub struct Readers {
    threads: Threads,
}

impl Readers {
    pub(crate) fn start(conns: Vec<Conn>) -> Result<Readers, OpenError> {
        Ok(Readers {
            threads: Threads::start("store-read", conns)?,
        })
    }

    /// Runs `work` on a reader thread and waits for it. All it reads is one snapshot.
    /// A panic in `work` is passed on to the caller. Not for async code: it blocks.
    pub fn read<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.threads.run(|conn| snapshot(conn, work)).wait()
    }

    /// The same as a future, for any async runtime. Dropped before its turn, the
    /// work is not done. [`DbError::Busy`] at once where too much waits already.
    pub fn read_async<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> impl Future<Output = Result<T, E>> + Send + 'static
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let reply = self.threads.try_run(|conn| snapshot(conn, work));
        async move {
            match reply {
                Some(reply) => reply.arrive().await,
                None => Err(DbError::Busy("the queue of the readers is full".to_owned()).into()),
            }
        }
    }
}

impl Readers {
    /// How many reads wait for a thread.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let queue = self.threads.queue.as_ref();
        queue.map_or(0, Sender::len)
    }
}

fn snapshot<T, E: From<DbError>>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    conn.begin_read()?;
    let result = work(conn);
    conn.undo(); // nothing was written: the cheapest end
    result
}

/// One thread with a writing connection; the work runs in the order of the calls.
pub struct Writer {
    threads: Threads,
}

impl Writer {
    pub(crate) fn start(conn: Conn) -> Result<Writer, OpenError> {
        Ok(Writer {
            threads: Threads::start("store-write", vec![conn])?,
        })
    }

    /// Runs `work` on the writer thread and waits for it. Transactions are the
    /// work's own; one left open is rolled back. A panic is passed on to the caller.
    pub fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Conn) -> T + Send + 'static) -> T {
        self.threads.run(work).wait()
    }

    /// The same as a future. Once begun, the work is done even if nobody waits.
    pub fn run_async<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> T + Send + 'static,
    ) -> impl Future<Output = T> + Send + 'static {
        self.threads.run(work).arrive()
    }
}

/// Threads that share one queue. Dropping them ends the queue and waits for the rest.
struct Threads {
    queue: Option<Sender<Job>>,
    handles: Vec<JoinHandle<()>>,
}

impl Threads {
    fn start(name: &str, conns: Vec<Conn>) -> Result<Threads, OpenError> {
        let (queue, jobs) = bounded(QUEUE);
        let mut threads = Threads {
            queue: Some(queue),
            handles: Vec::new(),
        };
        for (nth, conn) in conns.into_iter().enumerate() {
            let jobs = jobs.clone();
            let handle = thread::Builder::new()
                .name(format!("{name}-{nth}"))
                .spawn(|| serve(conn, jobs))
                .map_err(|e| OpenError::new(format!("系统无法再开新的线程：{e}")))?;
            threads.handles.push(handle);
        }
        Ok(threads)
    }

    /// Puts work into the queue, and waits for room.
    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> T + Send + 'static,
    ) -> Reply<T> {
        let (job, reply) = job(work);
        // A job that can't be sent is dropped, and its reply with it.
        let _ = self.queue.as_ref().map(|queue| queue.send(job));
        reply
    }

    /// Puts work into the queue, if there is room.
    fn try_run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> T + Send + 'static,
    ) -> Option<Reply<T>> {
        let (job, reply) = job(work);
        self.queue.as_ref()?.try_send(job).ok()?;
        Some(reply)
    }
}

fn job<T: Send + 'static>(work: impl FnOnce(&mut Conn) -> T + Send + 'static) -> (Job, Reply<T>) {
    let (reply, arrival) = oneshot::channel();
    let job: Job = Box::new(move |conn| {
        if reply.is_canceled() {
            return; // the caller has gone
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| work(conn)));
        // Before the answer: who has it may count on a free connection.
        conn.undo();
        let _ = reply.send(outcome);
    });
    (job, Reply { arrival })
}

fn serve(mut conn: Conn, jobs: Receiver<Job>) {
    for job in jobs {
        job(&mut conn);
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        drop(self.queue.take());
        for handle in self.handles.drain(..) {
            if handle.join().is_err() {
                tracing::error!("a store thread panicked");
            }
        }
    }
}

struct Reply<T> {
    arrival: oneshot::Receiver<thread::Result<T>>,
}

impl<T> Reply<T> {
    fn wait(self) -> T {
        futures::executor::block_on(self.arrive())
    }

    async fn arrive(self) -> T {
        match self.arrival.await {
            Ok(Ok(value)) => value,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(oneshot::Canceled) => unreachable!("store threads outlive their queue"),
        }
    }
}

#[cfg(test)]
mod tests;
