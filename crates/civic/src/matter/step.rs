//! The journal: append-only steps made of facts.

use super::{
    Attached, Channel, Classified, ClockKind, Desk, Finding, PartOf, Pending, Place, Rating,
    Reporter, TaskKind,
};
use crate::area::{Level, Path};
use crate::flow::{Holder, Phase};
use crate::id::{AccountId, AreaId, MatterId, OrgId, PostId};
use crate::limit::Limit;
use crate::measure::Measure;
use crate::mediation::Session;
use crate::time::{Day, Instant};
use crate::trace::Hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who took a step, as of that day. Names of staff are frozen here so that the trace stays true
/// when posts change (R064). Residents are `当事人`, never a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The account; 0 for the program itself.
    pub account: AccountId,
    /// The post by which the person acted.
    pub post: Option<PostId>,
    /// The organisation, for a department's person.
    pub org: Option<OrgId>,
    /// Name shown.
    pub name: String,
    /// Title shown.
    pub title: String,
}

/// The words of a step, kept beside the hashed facts so that a lawful erasure can blank them and
/// leave the chain whole: the chain covers their digest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Words {
    /// Internal opinion.
    pub opinion: Option<String>,
    /// Public reply: what the citizen reads.
    pub reply: Option<String>,
    /// Title, on a report or a correction.
    pub title: Option<String>,
    /// Text, on a report or a correction.
    pub text: Option<String>,
}

/// One row of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The matter.
    pub matter: MatterId,
    /// Number within the matter, from 1.
    pub seq: u32,
    /// Code of the flow's action, or `report`, `remind`, `overdue`, `auto_*` by the program.
    pub action: String,
    /// Who.
    pub who: Who,
    /// State before; empty on a report.
    pub from_state: String,
    /// State after.
    pub to_state: String,
    /// Desk before.
    pub from_desk: Desk,
    /// Desk after.
    pub to_desk: Desk,
    /// When it had come to the desk that acted.
    pub received_at: Instant,
    /// When the step was taken.
    pub acted_at: Instant,
    /// Due time of the clock that the step stopped, where it stopped one.
    pub due_at: Option<Instant>,
    /// For a judgement: on the day of arrival?
    pub same_day: Option<bool>,
    /// For a step that stopped a clock: after its time?
    pub overdue: Option<bool>,
    /// What changed.
    pub facts: Vec<Fact>,
    /// Words.
    pub words: Words,
    /// Hash of the step before; zeros for the first.
    pub prev: Hash,
    /// Hash of this step.
    pub hash: Hash,
}

/// One thing that became true. A matter is changed by facts only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fact")]
pub enum Fact {
    /// It was reported. Title and text are in the step's words.
    Reported {
        /// Number for people.
        no: String,
        /// Flow code.
        flow: String,
        /// Flow version.
        flow_version: u32,
        /// Way in.
        channel: Channel,
        /// Where.
        place: Place,
        /// Areas of the place on that day.
        path: Path,
        /// Who, without identity.
        reporter: Reporter,
        /// The class of the boards under which the flow is counted; 0 for the main flow.
        #[serde(default, skip_serializing_if = "is_zero")]
        board: i64,
    },
    /// What the own form of the flow, or later of an action, brought, by code: a later value takes the
    /// place of an earlier one. Words are in the text or opinion, not here.
    Filled {
        /// The values.
        fields: BTreeMap<String, String>,
    },
    /// Another matter is why this one was begun.
    CausedBy(Link),
    /// Another matter was begun because of this one.
    Caused(Link),
    /// The category was set or changed.
    Classified(Classified),
    /// It lies in a new state on a new desk.
    Moved {
        /// State.
        state: String,
        /// What the state means.
        phase: Phase,
        /// Whose desk the state lies on; nobody's at the end.
        holder: Holder,
        /// Desk.
        desk: Desk,
        /// Level of the desk.
        level: Level,
        /// Whether the desk it leaves is remembered for `back`, forgotten, or neither.
        trail: Trail,
    },
    /// The judging desk is now this one.
    Owned {
        /// Area.
        area: AreaId,
    },
    /// Somebody claimed it (slot 0) or a task.
    Claimed {
        /// Slot.
        slot: u32,
        /// Who.
        by: AccountId,
    },
    /// A clock started.
    ClockStarted {
        /// What it measures.
        kind: ClockKind,
        /// Slot.
        slot: u32,
        /// When it runs out.
        due: Instant,
    },
    /// A clock stopped.
    ClockStopped {
        /// What it measured.
        kind: ClockKind,
        /// Slot.
        slot: u32,
    },
    /// All running clocks of the slot pause.
    ClocksPaused {
        /// Slot.
        slot: u32,
    },
    /// A paused or running clock gets a new due time and runs.
    ClockSet {
        /// What it measures.
        kind: ClockKind,
        /// Slot.
        slot: u32,
        /// New due time.
        due: Instant,
    },
    /// A clock reached a threshold and somebody was told.
    Warned {
        /// What it measures.
        kind: ClockKind,
        /// Slot.
        slot: u32,
        /// How many thresholds lie behind now.
        stage: u32,
    },
    /// A clock ran out.
    RanOut {
        /// What it measures.
        kind: ClockKind,
        /// Slot.
        slot: u32,
    },
    /// A figure counts.
    Counted {
        /// Which.
        measure: Measure,
        /// Day it counts on.
        day: Day,
    },
    /// A desk was called, or a check was ordered.
    TaskSent {
        /// Number.
        no: u32,
        /// Lead, co-handler, check.
        kind: TaskKind,
        /// Desk.
        desk: Desk,
        /// Handling limit.
        limit: Limit,
    },
    /// A task was signed.
    TaskSigned {
        /// Number.
        no: u32,
    },
    /// A task was passed on to another desk of the same organisation.
    TaskPassedOn {
        /// Number.
        no: u32,
        /// To which desk.
        desk: Desk,
    },
    /// A task was answered.
    TaskAnswered {
        /// Number.
        no: u32,
        /// Result.
        finding: Finding,
    },
    /// A task is not needed any more.
    TaskWaived {
        /// Number.
        no: u32,
    },
    /// A refusal was accepted: the task is taken back.
    TaskRecalled {
        /// Number.
        no: u32,
    },
    /// A refusal was rejected: the desk must sign.
    TaskUpheld {
        /// Number.
        no: u32,
    },
    /// Something is asked for.
    Asked(Pending),
    /// The request of a slot was decided.
    Decided {
        /// Slot.
        slot: u32,
        /// Granted or not.
        granted: bool,
    },
    /// An extension was granted.
    Extended {
        /// Slot.
        slot: u32,
    },
    /// A desk sent it on, and may take it back while the receiver has not begun.
    Sent {
        /// From which desk.
        by: AreaId,
    },
    /// A figure does not count any more: what was sent in error was taken back.
    Uncounted {
        /// Which.
        measure: Measure,
        /// Day on which it counted.
        day: Day,
    },
    /// 会签 began.
    CountersignOpened {
        /// How many must agree.
        need: u32,
        /// How many are asked.
        of: u32,
    },
    /// A desk answered in a 会签.
    Countersigned {
        /// Number of its task.
        no: u32,
        /// Whether it agrees.
        agrees: bool,
    },
    /// 会签 ended.
    CountersignEnded {
        /// Whether enough agreed.
        agreed: bool,
    },
    /// A mediation session was held.
    Mediated(Session),
    /// It is a part of another matter.
    PartOf(PartOf),
    /// A part was begun.
    PartBegun {
        /// Which.
        id: MatterId,
        /// Its number.
        no: String,
        /// Whether this one waits for it.
        waits: bool,
    },
    /// A part ended, or began again.
    PartEnded {
        /// Which.
        id: MatterId,
        /// Whether it is over.
        over: bool,
    },
    /// Somebody urged.
    Urged {
        /// Who.
        by: AccountId,
    },
    /// A check was ordered; afterwards the matter comes back to this state.
    CheckOrdered {
        /// State to come back to.
        from: String,
    },
    /// 挂账 until a day.
    Suspended {
        /// State to resume.
        from: String,
        /// First day on which it goes on.
        until: Day,
    },
    /// It goes on.
    Resumed,
    /// It was returned, or moved on after a return.
    ReturnedFlag {
        /// Whether closing is barred.
        on: bool,
    },
    /// It was merged into another.
    Merged {
        /// Into which.
        into: MatterId,
    },
    /// Another was merged into it.
    Absorbed {
        /// Which.
        other: MatterId,
        /// Its number.
        no: String,
        /// Its reporter, who is told the result.
        reporter: Option<AccountId>,
    },
    /// Somebody joined.
    Joined {
        /// Who.
        by: AccountId,
    },
    /// An order to answer.
    Supervised {
        /// By whom.
        by: AreaId,
        /// Answer due.
        due: Instant,
        /// 1 the gravest, to 3; 0 in the journals of old, where each order was one higher.
        #[serde(default, skip_serializing_if = "is_none")]
        rank: u32,
    },
    /// The answer.
    SupervisionAnswered,
    /// A file was attached.
    Attached(Attached),
    /// The work is done and answered.
    Finished {
        /// Result.
        finding: Finding,
        /// Level of the desk.
        level: Level,
    },
    /// It is closed.
    Closed,
    /// It was evaluated.
    Rated {
        /// How.
        rating: Rating,
    },
    /// It begins again at the judging desk.
    Reopened,
    /// The tree changed and it lies elsewhere in it now (R004).
    Rehomed {
        /// The areas of the place from this day on.
        path: Path,
        /// Areas whose desks it leaves, each with the one that takes over.
        desks: Vec<(AreaId, AreaId)>,
    },
}

/// Another matter, by id and number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Which.
    pub id: MatterId,
    /// Its number.
    pub no: String,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks like this")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks like this")]
fn is_none(rank: &u32) -> bool {
    *rank == 0
}

/// What a move does to the memory of where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trail {
    /// Remember the desk it leaves.
    Push,
    /// Forget the last one: it went back there.
    Pop,
    /// Leave the memory alone.
    Keep,
}
