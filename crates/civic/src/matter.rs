//! A matter: one piece of work that moves from desk to desk (kernel K2).
//!
//! A [`Matter`] is nothing but the fold of its journal of [`Step`]s: [`Matter::apply`] is the only
//! way in which one changes. What may happen next is decided, purely, by [`decide`].

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

mod clock;
mod command;
mod decide;
mod desk;
mod fold;
mod part;
mod said;
mod step;
mod task;
#[cfg(test)]
mod tests;

pub use clock::{Clock, ClockKind, thresholds};
pub use command::{CalledDesk, Command, Form, Opening, PartForm, Rating, ReportForm};
pub use decide::{
    Available, Cases, Notice, NoticeKind, Outcome, Rules, answer_hotline, available, decide,
    rehome, report, tick,
};
pub use desk::Desk;
pub use part::{Part, PartOf};
pub use said::{Attached, Channel, Classified, Finding, Place, ProblemTag, Reporter};
pub use step::{Fact, Link, Step, Trail, Who, Words};
pub use task::{Ask, Countersign, Pending, Supervision, Task, TaskKind, TaskState, Urged};

use crate::area::{Level, Path};
use crate::category::Privacy;
use crate::flow::{Holder, Phase};
use crate::id::{AccountId, AreaId, MatterId};
use crate::measure::Measure;
use crate::mediation::Session;
use crate::time::{Day, Instant};
use crate::trace::Hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// The class of the boards under which it is counted; 0 for the main flow.
    #[serde(default, skip_serializing_if = "is_main")]
    pub board: i64,
    /// What the own forms of the flow and its actions brought, the latest by code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// The matter because of which it was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Link>,
    /// The matters that were begun because of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caused: Vec<Link>,
    /// The desk that sent it to the one that holds it, until it moves on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_by: Option<AreaId>,
    /// The whole of which it is a part; it is then not counted beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartOf>,
    /// Its parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Mediation sessions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<Session>,
    /// 会签, the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub countersign: Option<Countersign>,
    /// Who urged it, and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urged: Vec<Urged>,
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

fn first_due<'a>(clocks: impl Iterator<Item = &'a Clock>) -> Option<&'a Clock> {
    clocks
        .filter(|c| c.runs() && c.kind != ClockKind::Reply)
        .min_by_key(|c| (c.kind == ClockKind::Approval, c.due))
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks like this")]
fn is_main(board: &i64) -> bool {
    *board == 0
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
    /// Who may see it; internal while it has no category.
    #[must_use]
    pub fn privacy(&self) -> Privacy {
        self.category
            .as_ref()
            .map_or_else(Privacy::default, |c| c.privacy)
    }
    /// What it was tagged as for analysis (R078).
    #[must_use]
    pub fn tag(&self) -> Option<ProblemTag> {
        let word = self.fields.get(ProblemTag::FIELD)?;
        ProblemTag::ALL.iter().copied().find(|t| t.word() == word)
    }
    /// The running clock of a slot that its desk must watch first. The acknowledgement to the
    /// reporter is not one: any step of a person answers it. The decision on a request presses
    /// only where nothing else runs.
    #[must_use]
    pub fn pressing(&self, slot: u32) -> Option<&Clock> {
        first_due(self.clocks.iter().filter(|c| c.slot == slot))
    }
    /// The running clock that whoever looks at the whole matter must watch first: the same choice
    /// over all slots.
    #[must_use]
    pub fn deadline(&self) -> Option<&Clock> {
        first_due(self.clocks.iter())
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
