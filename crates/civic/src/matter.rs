//! A matter: one piece of work that moves from desk to desk (kernel K2).
//!
//! A [`Matter`] is nothing but the fold of its journal of [`Step`]s: [`Matter::apply`] is the only
//! way in which one changes. What may happen next is decided, purely, by [`decide`].

mod clock;
mod command;
mod decide;
mod fold;
mod step;
#[cfg(test)]
mod tests;

pub use clock::{Clock, ClockKind, thresholds};
pub use command::{CalledDesk, Command, Form, Rating, ReportForm};
pub use decide::{
    Available, Cases, Notice, NoticeKind, Outcome, Rules, available, decide, report, tick,
};
pub use step::{Fact, Step, Trail, Who, Words};

use crate::area::{Level, Path};
use crate::flow::{Holder, Phase};
use crate::id::{AccountId, AreaId, FileId, MatterId, OrgId};
use crate::limit::Limit;
use crate::measure::Measure;
use crate::time::{Day, Instant};
use crate::trace::Hash;
use serde::{Deserialize, Serialize};

/// A place where work can lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Desk {
    /// The desk of an area; its level says which.
    Area(AreaId),
    /// The desk of an organisation.
    Org(OrgId),
    /// The person concerned.
    Reporter,
    /// Nowhere: it is over.
    #[default]
    None,
}

impl Desk {
    /// Number of the kind in the database: 0 none, 1 area, 2 organisation, 3 reporter.
    #[must_use]
    pub fn kind(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Area(_) => 1,
            Self::Org(_) => 2,
            Self::Reporter => 3,
        }
    }
    /// The id beside the kind; 0 where there is none.
    #[must_use]
    pub fn key(self) -> i64 {
        match self {
            Self::Area(area) => area.0,
            Self::Org(org) => org.0,
            Self::Reporter | Self::None => 0,
        }
    }
    /// The desk with this kind and key.
    #[must_use]
    pub fn from_parts(kind: i64, key: i64) -> Self {
        match kind {
            1 => Self::Area(AreaId(key)),
            2 => Self::Org(OrgId(key)),
            3 => Self::Reporter,
            _ => Self::None,
        }
    }
}

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $code:literal $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $(#[doc = $word] $variant),+ }
        impl $name {
            /// All values.
            pub const ALL: &[$name] = &[$(Self::$variant),+];
            /// Stored code.
            #[must_use] pub fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// Word of the interface.
            #[must_use] pub fn word(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
            /// The value with this code.
            #[must_use] pub fn parse(code: &str) -> Option<Self> { Self::ALL.iter().copied().find(|c| c.code() == code) }
        }
    };
}

coded! {
    /// The way by which a report came in (R057: one ledger whatever the channel).
    Channel {
        Field "field" "网格采集",
        Patrol "patrol" "走访巡查",
        Resident "resident" "居民上报",
        Snapshot "snapshot" "随手拍",
        Phone "phone" "电话登记",
        Window "window" "窗口登记",
        Hotline "hotline" "12345热线",
        Department "department" "部门转入",
    }
}

coded! {
    /// How a matter or task ended. "Handled" and "solved" are counted apart (rule 9).
    Finding {
        Solved "solved" "已解决",
        Calmed "calmed" "已稳控",
        Handled "handled" "已处理未解决",
        Explained "explained" "已解释答复",
        Cannot "cannot" "无法处理",
    }
}

impl Finding {
    /// Whether the problem itself is gone.
    #[must_use]
    pub fn is_solved(self) -> bool {
        matches!(self, Self::Solved | Self::Calmed)
    }
}

/// Where it happened.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Words of the reporter: `九龙小区3号楼502室门前`.
    pub address: String,
    /// WGS84 longitude and latitude in degrees, where known.
    pub point: Option<(f64, f64)>,
}

/// Who reported, without identity: name and phone lie apart, encrypted (privacy.md V18).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reporter {
    /// The account, where one was used.
    pub account: Option<AccountId>,
    /// Whether there is a person concerned who is asked for an evaluation.
    pub confirms: bool,
    /// A complaint about the staff of this area: hidden from that area's line.
    pub bypass: Option<AreaId>,
}

/// The category of a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classified {
    /// Code of the subclass: `0104`.
    pub code: String,
    /// Condition within it, which sets the limit.
    pub condition: String,
    /// Number of the class: 1..=17; the dimension of the boards.
    pub class: i64,
    /// May leap to the town at once.
    pub urgent: bool,
    /// A dispute (class 01), for the seeds' 60 % figure.
    pub dispute: bool,
    /// Handling limit.
    pub limit: Limit,
}

/// A called desk's part of the work, or a field worker's check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Number within the matter, from 1.
    pub no: u32,
    /// Lead, co-handler or check.
    pub kind: TaskKind,
    /// Whose it is.
    pub desk: Desk,
    /// Where it stands.
    pub state: TaskState,
    /// When it was sent.
    pub called_at: Instant,
    /// When it was signed.
    pub signed_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Who claimed it.
    pub holder: Option<AccountId>,
    /// Handling limit.
    pub limit: Limit,
    /// Extensions granted.
    pub extensions: u32,
    /// Refusals made by this desk.
    pub refusals: u32,
    /// The result it reported.
    pub finding: Option<Finding>,
}

/// What a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// 主办
    Lead,
    /// 会办
    Co,
    /// 核实
    Check,
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Sent, not signed.
    Called,
    /// Refused, the dispatcher has not decided yet.
    Refusing,
    /// Signed.
    Signed,
    /// Answered.
    FedBack,
    /// Its answer is not needed any more, with a recorded reason.
    Waived,
    /// Taken back: the refusal was accepted.
    Recalled,
}

impl Task {
    /// Whether work is still expected.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(
            self.state,
            TaskState::Called | TaskState::Refusing | TaskState::Signed
        )
    }
}

/// A request that waits for a decision (rule 7: each needs approval and leaves a ledger line).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// What is asked.
    pub ask: Ask,
    /// 0 for the matter itself, else the number of the task.
    pub slot: u32,
    /// The desk that asked.
    pub by: Desk,
    /// The person who asked; never the one who decides.
    pub by_account: AccountId,
    /// The desk that decides.
    pub approver: Desk,
    /// Only a leader of that desk may decide: a second refusal, or a request of the desk itself.
    pub leader: bool,
    /// The date asked for, for a suspension.
    pub until: Option<Day>,
}

coded! {
    /// What can be asked for.
    Ask {
        Return "return" "退回",
        Refuse "refuse" "退单",
        Extend "extend" "延期",
        Suspend "suspend" "挂账",
        Void "void" "作废",
    }
}

/// 督办: an order from above to answer in writing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervision {
    /// The area that ordered it.
    pub by: AreaId,
    /// Level 1 (notice), 2 (order), 3 (bulletin); each further order on the same matter is one more.
    pub level: u32,
    /// When.
    pub at: Instant,
    /// Answer due.
    pub due: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
}

/// An attachment as the journal knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Stored file.
    pub file: FileId,
    /// Name shown.
    pub name: String,
    /// Sniffed media type.
    pub mime: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the stored bytes, hex.
    pub sha256: String,
}

/// One figure that a matter contributes to the boards: which, and on which day.
pub type Counted = (Measure, Day);

/// The fold of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matter {
    /// Own id; the shard is in it.
    pub id: MatterId,
    /// Number for people: town code, day and counter.
    pub no: String,
    /// Code of the flow.
    pub flow: String,
    /// Version on which it began, and stays.
    pub flow_version: u32,
    /// State in the flow.
    pub state: String,
    /// What that state means.
    pub phase: Phase,
    /// Whose desk the state lies on; nobody's when it is over.
    pub held_by: Holder,
    /// The desk that holds it.
    pub desk: Desk,
    /// Level of that desk; of an organisation, the level of the judging desk.
    pub level: Level,
    /// The judging desk to which tasks come back.
    pub owner: Option<AreaId>,
    /// Who claimed it.
    pub holder: Option<AccountId>,
    /// The desks it came through, for `back`.
    pub came_from: Vec<AreaId>,
    /// Title.
    pub title: String,
    /// The report in words.
    pub text: String,
    /// Category; a resident need not give one.
    pub category: Option<Classified>,
    /// Way in.
    pub channel: Channel,
    /// Where.
    pub place: Place,
    /// The areas it happened in, from the city to the unit.
    pub path: Path,
    /// Who reported, without identity.
    pub reporter: Reporter,
    /// When it was reported.
    pub reported_at: Instant,
    /// When it came to the desk that holds it.
    pub arrived_at: Instant,
    /// When its last step was taken. No later step is stamped before it, whatever the clock says.
    pub touched_at: Instant,
    /// When it came into the present state.
    pub entered_at: Instant,
    /// Clocks, stopped ones included.
    pub clocks: Vec<Clock>,
    /// Tasks, ended ones included.
    pub tasks: Vec<Task>,
    /// Requests that wait for a decision, at most one a slot.
    pub pending: Vec<Pending>,
    /// Returned and not yet moved on: may not be closed (rule 6).
    pub returned: bool,
    /// Extensions of the matter's own handling.
    pub extensions: u32,
    /// The state to come back to after a check.
    pub check_from: Option<String>,
    /// The state to resume, and the date, while suspended.
    pub suspended: Option<(String, Day)>,
    /// Suspended once already (rule 7).
    pub was_suspended: bool,
    /// How often it was reopened.
    pub reopened: u32,
    /// The matter it was merged into.
    pub merged_into: Option<MatterId>,
    /// Accounts that joined.
    pub joined: Vec<AccountId>,
    /// Supervision, the latest.
    pub supervision: Option<Supervision>,
    /// Attachments.
    pub files: Vec<Attached>,
    /// Result of the work.
    pub finding: Option<Finding>,
    /// Level of the desk that finished it.
    pub finished_level: Option<Level>,
    /// The latest public reply.
    pub reply: Option<String>,
    /// When the work was finished and the reply given.
    pub finished_at: Option<Instant>,
    /// When it was closed.
    pub closed_at: Option<Instant>,
    /// The evaluation.
    pub rating: Option<Rating>,
    /// The figures it contributes.
    pub counted: Vec<Counted>,
    /// Number of its last step; the version for optimistic locking.
    pub version: u32,
    /// Hash of its last step.
    pub head: Hash,
}

impl Matter {
    /// Whether it is over.
    #[must_use]
    pub fn over(&self) -> bool {
        self.held_by == Holder::Nobody
    }
    /// The task with this number.
    #[must_use]
    pub fn task(&self, no: u32) -> Option<&Task> {
        self.tasks.iter().find(|t| t.no == no)
    }
    /// The class for the boards; 0 while it has no category.
    #[must_use]
    pub fn class(&self) -> i64 {
        self.category.as_ref().map_or(0, |c| c.class)
    }
    /// The running clock of a slot that its desk must watch first. The acknowledgement to the
    /// reporter is not one: any step of a person answers it.
    #[must_use]
    pub fn pressing(&self, slot: u32) -> Option<&Clock> {
        self.clocks
            .iter()
            .filter(|c| c.slot == slot && c.runs() && c.kind != ClockKind::Reply)
            .min_by_key(|c| c.due)
    }
    /// The earliest due time of a running clock.
    #[must_use]
    pub fn due_at(&self) -> Option<Instant> {
        self.clocks.iter().filter(|c| c.runs()).map(|c| c.due).min()
    }
    /// When the sweep must look at it next.
    #[must_use]
    pub fn next_alert_at(&self) -> Option<Instant> {
        self.clocks
            .iter()
            .filter(|c| c.runs())
            .filter_map(Clock::next_threshold)
            .min()
    }
    /// Whether a running clock has run out and was marked so.
    #[must_use]
    pub fn is_overdue(&self) -> bool {
        self.clocks.iter().any(|c| c.runs() && c.marked)
    }
    /// The desks on which something lies now: who it is stuck with. The slot is 0 for the matter
    /// itself and the task's number for a task.
    pub fn holding(&self) -> impl Iterator<Item = (u32, Desk)> {
        let own = matches!(
            self.held_by,
            Holder::Area | Holder::Owner | Holder::Reporter
        )
        .then_some((0, self.desk));
        own.into_iter().chain(
            self.tasks
                .iter()
                .filter(|t| t.is_open())
                .map(|t| (t.no, t.desk)),
        )
    }
}
