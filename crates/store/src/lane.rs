//! The committer: one lane that decides and commits commands in sets.
//!
//! A lane is one thread that owns the writing connection. It drains its queue (at most
//! [`SET_COMMANDS_MAX`] commands), loads all the affected matters, decides each in memory (a refused
//! command never spoils its neighbours), commits one durable transaction with steps, folded matters,
//! holdings, tallies, messages, audit and answers, and only then publishes what happened and
//! answers everybody. Steps, tallies and answers cannot disagree, whatever happens to the process.

mod set;

use crate::answered::Key;
use crate::database::Turn;
use crate::driver::{Conn, DbError};
use civic::id::{MatterId, Mint};
use civic::limits::{QUEUE_COMMANDS_MAX, SET_COMMANDS_MAX};
use civic::matter::{Cases, Notice, Outcome, Step};
use civic::refusal::Refusal;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use futures::channel::oneshot;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant as Stopwatch;

/// Said where another server took the database over.
pub const TAKEN: &str = "另一台服务器已接管这个数据库，本服务器现在只能查看、不能办理；请从另一台服务器的地址办理，或通知系统管理员重新启动本服务器";

/// Makes ids and numbers while commands are decided.
#[derive(Debug)]
pub struct Minting<'a> {
    mint: &'a mut Mint,
    numbers: &'a mut HashMap<String, i64>,
    /// Prefixes of the numbers taken so far.
    taken: Vec<String>,
}

impl Minting<'_> {
    /// A new id.
    pub fn id(&mut self, now: civic::time::Instant) -> i64 {
        self.mint.next(now.0)
    }
    /// The next number of a prefix (town code and day): counts from 1 within it.
    pub fn number(&mut self, prefix: &str) -> String {
        let last = self.numbers.entry(prefix.to_owned()).or_insert(0);
        *last += 1;
        self.taken.push(prefix.to_owned());
        format!("{prefix}{last:04}")
    }
    /// Gives the numbers back that a refused command had taken: numbers have no gaps.
    fn give_back(self) {
        for prefix in &self.taken {
            if let Some(last) = self.numbers.get_mut(prefix) {
                *last -= 1;
            }
        }
    }
}

/// What a decided command wants written.
#[derive(Debug, Default)]
pub struct Writing {
    /// Steps, matters and notices.
    pub outcome: Outcome,
    /// The answer kept under the idempotency key.
    pub answer: String,
    /// Encrypted identity of the reporter, with the hash of the follow-up code.
    pub party: Option<(MatterId, Vec<u8>, Option<Vec<u8>>)>,
    /// Files that now belong to a matter.
    pub files: Vec<(civic::id::FileId, MatterId)>,
    /// An entry of the audit chain.
    pub audit: Option<crate::audit::Entry>,
    /// The sealed record of a mediation session, by its number in the matter.
    pub session: Option<(MatterId, u32, Vec<u8>)>,
    /// A work order of the hotline that was answered.
    pub order: Option<civic::hotline::Kept>,
    /// A visit to be remembered.
    pub visit: Option<crate::visit::Visit>,
    /// The record of a register that the matter comes from.
    pub origin: Option<crate::record::Origin>,
}

/// What a change of areas does to matters.
#[derive(Debug)]
pub struct Reform {
    /// When.
    pub now: civic::time::Instant,
    /// The matters before it, read in the same transaction.
    pub before: Vec<civic::matter::Matter>,
    /// Their steps, what they are after it, and whom to tell.
    pub outcome: Outcome,
}

/// The deciding function of a command: pure, and repeatable, because a set may have to be decided
/// again after a conflict.
pub type Decide = Box<dyn Fn(&Cases, &mut Minting<'_>) -> Result<Writing, Refusal> + Send>;

/// A command on matters.
pub struct Command {
    /// Whose command it is, and the key under which its answer is kept.
    pub key: Option<Key>,
    /// The matters it looks at.
    pub matters: Vec<MatterId>,
    /// Prefixes of numbers it may need.
    pub prefixes: Vec<String>,
    /// Whether it makes rows of files: their ids must differ from those of uploads.
    pub makes_files: bool,
    /// When it was asked.
    pub now: civic::time::Instant,
    /// Decides it.
    pub decide: Decide,
}

/// Why a command was not carried out.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed; logged where it happened.
    #[error(transparent)]
    Broken(#[from] DbError),
}

/// The answer to a command: what it said when it was first carried out.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The kept answer.
    pub text: String,
    /// Whether it had been carried out before.
    pub repeated: bool,
}

/// What a set brought, published after its commit.
#[derive(Debug, Clone, Default)]
pub struct Committed {
    /// The steps.
    pub steps: Vec<Arc<Step>>,
    /// The matters after the set.
    pub matters: Vec<Arc<civic::matter::Matter>>,
    /// The notices, with the ids of their messages.
    pub notices: Vec<(i64, Arc<Notice>)>,
    /// Notices of kernel K5 that were published or changed.
    pub published: Vec<Arc<civic::notice::Notice>>,
}

type Reply = oneshot::Sender<Result<Answer, Failure>>;
type Work = Box<dyn FnOnce(&mut set::State) + Send>;

enum Item {
    Command(Box<Command>, Reply),
    Work(Work),
}

/// What a lane has done since the process began, and what waits for it now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pulse {
    /// Sets that were carried out, each in one transaction.
    pub sets: u64,
    /// Commands in them, with those that the rules refused.
    pub commands: u64,
    /// Nanoseconds spent on them.
    pub nanos: u64,
    /// Commands and other writing turned away because the queue was full.
    pub busy: u64,
    /// Commands and other writing in the queue.
    pub waiting: u64,
}

/// The counters of [`Pulse`]; each stands alone, so no order among them is promised.
#[derive(Default)]
struct Counters {
    sets: AtomicU64,
    commands: AtomicU64,
    nanos: AtomicU64,
    busy: AtomicU64,
}

/// The handle of a lane. Dropping it ends the lane after the queue is drained.
pub struct Lane {
    queue: Option<Sender<Item>>,
    thread: Option<std::thread::JoinHandle<()>>,
    full: Arc<AtomicBool>,
    counters: Arc<Counters>,
}

impl Lane {
    /// Starts a lane on a writing connection. `publish` is called after each commit; `turn` tells when
    /// the log of the database may be begun anew.
    ///
    /// # Errors
    /// When the thread cannot start or the newest ids cannot be read.
    pub(crate) fn start(
        mut conn: Conn,
        turn: Turn,
        publish: impl Fn(Committed) + Send + 'static,
    ) -> Result<Self, DbError> {
        let last = newest_id(&mut conn)?;
        let (queue, items) = bounded(QUEUE_COMMANDS_MAX);
        let full = Arc::new(AtomicBool::new(false));
        let state = set::State {
            conn,
            turn,
            mint: Mint::new(crate::SHARD as u16, last),
            numbers: HashMap::new(),
            publish: Box::new(publish),
            full: Arc::clone(&full),
        };
        let counters = Arc::new(Counters::default());
        let counted = Arc::clone(&counters);
        let thread = std::thread::Builder::new()
            .name("lane".into())
            .spawn(move || run(state, &items, &counted))
            .map_err(|e| DbError::Other(format!("thread: {e}")))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            full,
            counters,
        })
    }

    /// Puts a command into the queue; the future is its answer. A full queue answers at once.
    pub fn submit(
        &self,
        command: Command,
    ) -> impl Future<Output = Result<Answer, Failure>> + Send + 'static {
        let (reply, answer) = oneshot::channel();
        let refused = self.send(Item::Command(Box::new(command), reply));
        async move {
            refused?;
            answer
                .await
                .unwrap_or_else(|_| Err(Failure::Broken(DbError::Lost("the lane ended".into()))))
        }
    }

    /// Runs other writing on the lane's connection, in one transaction.
    pub fn write<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> impl Future<Output = Result<T, E>> + Send + 'static
    where
        T: Send + 'static,
        E: From<DbError> + From<Refusal> + Send + 'static,
    {
        self.alone(move |state| state.conn.transaction(work))
    }

    /// Changes areas or the like and the matters that depend on them, in one transaction. `after`
    /// runs when it is committed and before any other command is decided.
    pub fn reform<T: 'static, R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<(T, Reform), Failure> + Send + 'static,
        after: impl FnOnce(T) -> R + Send + 'static,
    ) -> impl Future<Output = Result<R, Failure>> + Send + 'static {
        self.alone(move |state| state.reform(work).map(after))
    }

    /// Runs something on the lane's thread, between two sets.
    fn alone<T, E>(
        &self,
        work: impl FnOnce(&mut set::State) -> Result<T, E> + Send + 'static,
    ) -> impl Future<Output = Result<T, E>> + Send + 'static
    where
        T: Send + 'static,
        E: From<DbError> + From<Refusal> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |state| {
            let _ = reply.send(work(state));
        });
        let refused = self.send(Item::Work(work));
        async move {
            match refused {
                Err(Failure::Refused(refusal)) => Err(refusal.into()),
                Err(Failure::Broken(error)) => Err(error.into()),
                Ok(()) => answer
                    .await
                    .unwrap_or_else(|_| Err(DbError::Lost("the lane ended".into()).into())),
            }
        }
    }

    fn send(&self, item: Item) -> Result<(), Failure> {
        let queue = self
            .queue
            .as_ref()
            .ok_or_else(|| DbError::Lost("the lane ended".into()))?;
        queue.try_send(item).map_err(|e| match e {
            TrySendError::Full(_) => {
                self.counters.busy.fetch_add(1, Ordering::Relaxed);
                Failure::Refused(Refusal::Busy(
                    "现在办理的人太多，请稍等几秒再试；您填写的内容没有丢失".into(),
                ))
            }
            TrySendError::Disconnected(_) => {
                Failure::Broken(DbError::Lost("the lane ended".into()))
            }
        })
    }

    /// What it has done so far.
    #[must_use]
    pub fn pulse(&self) -> Pulse {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Pulse {
            sets: read(&self.counters.sets),
            commands: read(&self.counters.commands),
            nanos: read(&self.counters.nanos),
            busy: read(&self.counters.busy),
            waiting: self.queue.as_ref().map_or(0, |queue| queue.len() as u64),
        }
    }

    /// Whether the last commit failed because the disk is full or read-only.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn newest_id(conn: &mut Conn) -> Result<i64, DbError> {
    let mut last = 0;
    for table in ["matter", "message", "file", "visit"] {
        let row = conn.query_one(
            &format!("SELECT MAX(id) FROM {table} WHERE shard = $1"),
            &[crate::SHARD.into()],
        )?;
        last = last.max(row.opt_int(0)?.unwrap_or(0));
    }
    Ok(last)
}

/// Drains the queue for as long as somebody holds the lane. A set ends where other writing stands
/// in the queue, so that the order of one caller's wishes is kept.
fn run(mut state: set::State, items: &Receiver<Item>, counters: &Counters) {
    while let Ok(first) = items.recv() {
        let mut next = Some(first);
        while let Some(item) = next.take() {
            match item {
                Item::Work(work) => state.work(work),
                Item::Command(command, reply) => {
                    let mut commands = vec![(command, reply)];
                    while commands.len() < SET_COMMANDS_MAX {
                        match items.try_recv() {
                            Ok(Item::Command(command, reply)) => commands.push((command, reply)),
                            Ok(work) => {
                                next = Some(work);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    let (began, many) = (Stopwatch::now(), commands.len() as u64);
                    state.commit(commands);
                    let nanos = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
                    counters.sets.fetch_add(1, Ordering::Relaxed);
                    counters.commands.fetch_add(many, Ordering::Relaxed);
                    counters.nanos.fetch_add(nanos, Ordering::Relaxed);
                }
            }
            state.tidy();
        }
    }
}

/// Runs a deciding function; a panic in it refuses that one command.
fn decided(
    command: &Command,
    cases: &Cases,
    minting: &mut Minting<'_>,
) -> Result<Writing, Refusal> {
    catch_unwind(AssertUnwindSafe(|| (command.decide)(cases, minting))).unwrap_or_else(|_| {
        tracing::error!("a command panicked while it was decided");
        Err(Refusal::Conflict(
            "系统处理这项操作时出错，没有作任何改动；请把事件编号告诉系统管理员".into(),
        ))
    })
}
