//! Flows as data: states, who holds each, the clock of each, the actions that leave it.
//!
//! A flow is a TOML text in a pack, with a version. A running matter stays on the version on which
//! it began. The linter ([`lint`]) refuses a flow that could strand a matter.

mod diagram;
mod lint;

pub use diagram::{mermaid, targets};
pub use lint::lint;

use crate::area::Level;
use crate::limit::Limit;
use crate::problem::Problem;
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
}

impl Flow {
    /// Parses and lints a flow.
    ///
    /// # Errors
    /// Everything that is wrong, naming state or action in Chinese.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let raw: RawFlow =
            toml::from_str(text).map_err(|e| vec![Problem::in_toml("flow", text, &e)])?;
        let flow = raw.build()?;
        let problems = lint(&flow);
        if problems.is_empty() {
            Ok(flow)
        } else {
            Err(problems)
        }
    }

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
    /// The actions that leave a state.
    pub fn leaving<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a Action> {
        self.actions
            .iter()
            .filter(move |a| a.from.iter().any(|s| s == state))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFlow {
    code: String,
    version: u32,
    name: String,
    sign_in: String,
    sign_in_urgent: String,
    handle: String,
    reply: String,
    #[serde(default, rename = "state")]
    states: Vec<RawState>,
    #[serde(default, rename = "action")]
    actions: Vec<RawAction>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawState {
    code: String,
    name: String,
    phase: Phase,
    holder: Option<Holder>,
    level: Option<Level>,
    clock: Option<String>,
    overdue: Option<OnOverdue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAction {
    code: String,
    name: String,
    #[serde(default)]
    help: String,
    verb: Option<String>,
    from: Vec<String>,
    by: Vec<String>,
    to: String,
    #[serde(default)]
    needs: Vec<Need>,
    #[serde(default)]
    guards: Vec<Guard>,
}

impl RawFlow {
    fn build(self) -> Result<Flow, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut limit = |field: &str, text: &str| {
            text.parse::<Limit>()
                .map_err(|e| problems.push(Problem::new(field, "limit", e.message)))
                .ok()
        };
        let sign_in = limit("sign_in", &self.sign_in);
        let sign_in_urgent = limit("sign_in_urgent", &self.sign_in_urgent);
        let handle = limit("handle", &self.handle);
        let reply = limit("reply", &self.reply);
        let mut states = Vec::new();
        for raw in self.states {
            let clock = match raw.clock.as_deref() {
                None => Some(ClockRule::None),
                Some("same_day") => Some(ClockRule::SameDay),
                Some("sign_in") => Some(ClockRule::SignIn),
                Some("handle") => Some(ClockRule::Handle),
                Some("until") => Some(ClockRule::Until),
                Some(text) => {
                    limit(&format!("state.{}.clock", raw.code), text).map(ClockRule::Fixed)
                }
            };
            states.push((raw, clock));
        }
        let mut actions = Vec::new();
        for raw in &self.actions {
            let verb_code = raw.verb.as_deref().unwrap_or(&raw.code);
            let verb = Verb::parse(verb_code);
            if verb.is_none() {
                problems.push(Problem::new(
                    format!("action.{}", raw.code),
                    "verb",
                    format!("动作“{}”引用了未知的动词 {verb_code}", raw.name),
                ));
            }
            let by: Vec<_> = raw.by.iter().filter_map(|r| Relation::parse(r)).collect();
            if by.len() != raw.by.len() {
                problems.push(Problem::new(
                    format!("action.{}", raw.code),
                    "relation",
                    format!("动作“{}”的 by 中有未知的关系", raw.name),
                ));
            }
            let to = target(&raw.to);
            if to.is_none() {
                problems.push(Problem::new(
                    format!("action.{}", raw.code),
                    "target",
                    format!("动作“{}”的去向 {} 无法识别", raw.name, raw.to),
                ));
            }
            if let (Some(verb), Some(to)) = (verb, to) {
                actions.push(Action {
                    code: raw.code.clone(),
                    name: raw.name.clone(),
                    help: raw.help.clone(),
                    verb,
                    from: raw.from.clone(),
                    by,
                    to,
                    needs: raw.needs.clone(),
                    guards: raw.guards.clone(),
                });
            }
        }
        let states = states
            .into_iter()
            .filter_map(|(raw, clock)| {
                let ends = raw.phase.is_end();
                Some(State {
                    holder: raw
                        .holder
                        .unwrap_or(if ends { Holder::Nobody } else { Holder::Owner }),
                    code: raw.code,
                    name: raw.name,
                    phase: raw.phase,
                    level: raw.level,
                    clock: clock?,
                    overdue: raw.overdue.unwrap_or(OnOverdue::Alert),
                })
            })
            .collect();
        match (sign_in, sign_in_urgent, handle, reply) {
            (Some(sign_in), Some(sign_in_urgent), Some(handle), Some(reply))
                if problems.is_empty() =>
            {
                Ok(Flow {
                    code: self.code,
                    version: self.version,
                    name: self.name,
                    sign_in,
                    sign_in_urgent,
                    handle,
                    reply,
                    states,
                    actions,
                })
            }
            _ => Err(problems),
        }
    }
}

fn target(text: &str) -> Option<Target> {
    Some(match text {
        "stay" => Target::Stay,
        "next_level" => Target::NextLevel,
        "below" => Target::Below,
        "back" => Target::Back,
        "tasks" => Target::Tasks,
        "owner" => Target::Owner,
        "finish" => Target::Finish,
        "resumed" => Target::Resumed,
        other => match other.split_once(':')? {
            ("level", level) => Target::Level(Level::parse(level)?),
            ("state", state) => Target::State(state.to_owned()),
            _ => return None,
        },
    })
}
