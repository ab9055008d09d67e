//! Flows as data: states, who holds each, the clock of each, the actions that leave it.
//!
//! A flow is a TOML text in a pack, with a version. A running matter stays on the version on which
//! it began. The linter ([`lint`]) refuses a flow that could strand a matter.

mod diagram;
mod lint;
mod quorum;
mod read;
mod start;

pub use diagram::{mermaid, targets, when_overdue};
pub use lint::lint;
pub use quorum::{Quorum, Urging};
pub use start::{AUTHORISED_UNTIL, Field, FieldKind, Order, Start, StartAt};

use crate::area::Level;
use crate::limit::Limit;
use crate::rights::{Relation, Verb};
use serde::{Deserialize, Serialize};

/// A flow after parsing and linting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flow {
    /// Code, e.g. `incident`.
    pub code: String,
    /// Version; a changed flow is a new version.
    pub version: u32,
    /// Chinese name.
    pub name: String,
    /// Sign-in limit of a called desk.
    pub sign_in: Limit,
    /// The same for urgent categories.
    pub sign_in_urgent: Limit,
    /// Handling limit where the category gives none.
    pub handle: Limit,
    /// Acknowledgement to the reporter.
    pub reply: Limit,
    /// How a matter of it begins.
    pub start: Start,
    /// Letters before its numbers; none for the main flow.
    pub prefix: String,
    /// The class of the boards under which it is counted; 0 for the main flow, whose matters are
    /// counted under the classes of their categories and in the sum of all.
    pub board: i64,
    /// Classes of the categories it takes; all of them where none is named.
    pub classes: Vec<String>,
    /// 督办: rank and limit of the answer by the level that orders it.
    pub supervision: Vec<Order>,
    /// 催办: how often; without a rule, as often as one likes.
    pub urging: Option<Urging>,
    /// The states.
    pub states: Vec<State>,
    /// The actions.
    pub actions: Vec<Action>,
}

/// What a state means to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// A desk of some level must judge (研判); the same-day clock runs.
    Triage,
    /// The judging desk does the work itself.
    Work,
    /// Called desks must sign in.
    Called,
    /// Called desks work.
    Handling,
    /// All called desks have answered; the judging desk goes on.
    Review,
    /// A field worker looks whether it is done (核实).
    Check,
    /// The person concerned is asked.
    Confirm,
    /// 挂账: waits for a date.
    Suspended,
    /// Ended with a result.
    Closed,
    /// Ended without one: void, withdrawn, merged.
    Dropped,
    /// Ended and put away.
    Archived,
}

impl Phase {
    /// Whether work is over.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Closed | Self::Dropped | Self::Archived)
    }
}

/// Whose desk a state lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// The area's desk of the state's level.
    Area,
    /// The judging desk.
    Owner,
    /// The desks of the open tasks; the judging desk watches.
    Tasks,
    /// The person concerned.
    Reporter,
    /// Nobody: it is over.
    Nobody,
}

/// The clock that runs in a state.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockRule {
    /// None: only for states at the end and for waiting to a date.
    None,
    /// 不隔夜: the end of the day of arrival.
    SameDay,
    /// Sign-in of each task.
    SignIn,
    /// Handling limit of the category, or of each task.
    Handle,
    /// A fixed limit.
    Fixed(Limit),
    /// Until the date of the suspension.
    Until,
}

/// What the program does when the clock of a state runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnOverdue {
    /// Marks it, tells the desk and the desk above.
    Alert,
    /// The same, and moves it to the next level: an untouched matter is the first to be escalated.
    Escalate,
    /// The person concerned said nothing: closes without an evaluation.
    Close,
    /// Goes on where it was suspended.
    Resume,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct State {
    /// Code, unique in the flow.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// What it means to the engine.
    pub phase: Phase,
    /// Whose desk it lies on.
    pub holder: Holder,
    /// The level, for states held by an area of one level.
    pub level: Option<Level>,
    /// Its clock.
    pub clock: ClockRule,
    /// What happens when the clock runs out.
    pub overdue: OnOverdue,
}

/// Where an action leads.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Nowhere: the state stays.
    Stay,
    /// The triage state of the next level up.
    NextLevel,
    /// The triage state of the town, or of the first level above the desk that is at least that.
    Level(Level),
    /// The triage state of a lower area that the command names.
    Below,
    /// The desk it came from.
    Back,
    /// What follows from the tasks: called, handling or review.
    Tasks,
    /// The triage state of the judging desk.
    Owner,
    /// Asking the person concerned, or closed where nobody is to be asked.
    Finish,
    /// The state before the suspension.
    Resumed,
    /// A named state.
    State(String),
}

/// What an action demands of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// An internal opinion.
    Opinion,
    /// A public reply.
    Reply,
    /// A result.
    Result,
    /// A category must be set, by now or before.
    Category,
    /// A date.
    Until,
    /// At least one called desk.
    Tasks,
    /// Another matter.
    Other,
    /// A lower area.
    Area,
    /// Yes or no.
    Verdict,
    /// A score.
    Rating,
    /// A colleague of the desk, or another desk of the same organisation.
    Person,
    /// At least one co-handling desk.
    Co,
    /// What a part of the matter is about.
    Part,
    /// A mediation session.
    Session,
    /// At least one file.
    Files,
    /// Name and telephone of the person concerned.
    Contact,
}

/// What must not be the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// Not while the matter was returned: the receiver may correct or re-assign, not close (rule 6).
    NotReturned,
    /// Only for urgent categories.
    Urgent,
    /// Only while a request waits for a decision.
    Pending,
    /// Only while no request waits.
    NotPending,
    /// Only while supervised.
    Supervised,
    /// Only while the desk it was sent to has not begun, on the day it was sent.
    Untouched,
    /// Only while the person concerned authorises it (R083).
    Authorised,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Action {
    /// Code, unique in the flow.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// One sentence of help.
    pub help: String,
    /// The engine's verb.
    pub verb: Verb,
    /// States it leaves.
    pub from: Vec<String>,
    /// Relations of which one is demanded.
    pub by: Vec<Relation>,
    /// Where it leads.
    pub to: Target,
    /// What the command must bring.
    pub needs: Vec<Need>,
    /// What must hold.
    pub guards: Vec<Guard>,
    /// 会签: how many of the asked desks must agree.
    pub quorum: Option<Quorum>,
    /// Not before so many days after the state began: a visit that is due on a day (R089).
    pub after_days: Option<u32>,
    /// Fields of its own.
    pub fields: Vec<Field>,
}

impl Flow {
    /// The state with this code.
    #[must_use]
    pub fn state(&self, code: &str) -> Option<&State> {
        self.states.iter().find(|s| s.code == code)
    }
    /// The action with this code.
    #[must_use]
    pub fn action(&self, code: &str) -> Option<&Action> {
        self.actions.iter().find(|a| a.code == code)
    }
    /// The first state of a phase.
    #[must_use]
    pub fn phase(&self, phase: Phase) -> Option<&State> {
        self.states.iter().find(|s| s.phase == phase)
    }
    /// The triage state of a level.
    #[must_use]
    pub fn triage(&self, level: Level) -> Option<&State> {
        self.states
            .iter()
            .find(|s| s.phase == Phase::Triage && s.level == Some(level))
    }
    /// Rank and limit of a supervision ordered from `level` (R076); the usual ones where the flow
    /// says nothing.
    #[must_use]
    pub fn order(&self, level: Level) -> Order {
        self.supervision
            .iter()
            .copied()
            .find(|o| o.level == level)
            .unwrap_or_else(|| Order::usual(level))
    }
    /// Whether it takes categories of this class.
    #[must_use]
    pub fn takes(&self, class: &str) -> bool {
        self.classes.is_empty() || self.classes.iter().any(|c| c == class)
    }
    /// The actions that leave a state.
    pub fn leaving<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a Action> {
        self.actions
            .iter()
            .filter(move |a| a.from.iter().any(|s| s == state))
    }
}
