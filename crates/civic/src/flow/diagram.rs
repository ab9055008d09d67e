//! A flow as a Mermaid state diagram, for the command line and the documents.

use super::{Action, Flow, OnOverdue, Phase, Target};
use crate::area::Level;
use crate::rights::Verb;

/// The flow as a Mermaid `stateDiagram-v2`, one line per action.
#[must_use]
pub fn mermaid(flow: &Flow) -> String {
    let mut out = format!("%% {} v{}\nstateDiagram-v2\n", flow.name, flow.version);
    for state in &flow.states {
        out.push_str(&format!("  {}: {}\n", state.code, state.name));
    }
    if let Some(first) = flow.states.first() {
        out.push_str(&format!("  [*] --> {}\n", first.code));
    }
    for action in &flow.actions {
        for from in &action.from {
            for to in targets(flow, from, action) {
                out.push_str(&format!("  {from} --> {to}: {}\n", action.name));
            }
        }
    }
    for state in &flow.states {
        for to in when_overdue(flow, &state.code) {
            out.push_str(&format!("  {} --> {to}: 超时\n", state.code));
        }
        if state.phase.is_end() {
            out.push_str(&format!("  {} --> [*]\n", state.code));
        }
    }
    out
}

/// The states that follow when the clock of a state runs out, for drawing.
#[must_use]
pub fn when_overdue(flow: &Flow, code: &str) -> Vec<String> {
    let Some(state) = flow.state(code) else {
        return Vec::new();
    };
    match state.overdue {
        OnOverdue::Alert => Vec::new(),
        OnOverdue::Escalate => next_level(flow, state.level),
        OnOverdue::Close => phases(flow, &[Phase::Closed]),
        OnOverdue::Resume => before_suspension(flow),
    }
}

/// The states an action may lead to from `from`, for drawing. A request (退回，作废，挂账) is drawn as
/// leading where it leads once it is granted.
#[must_use]
pub fn targets(flow: &Flow, from: &str, action: &Action) -> Vec<String> {
    let level = flow.state(from).and_then(|s| s.level);
    let triage = |keep: &dyn Fn(Level) -> bool| {
        flow.states
            .iter()
            .filter(|s| s.phase == Phase::Triage && s.level.is_some_and(keep))
            .map(|s| s.code.clone())
            .collect::<Vec<_>>()
    };
    let below = || triage(&|l| level.is_none_or(|own| l > own));
    let owner = || triage(&|l| l <= Level::Community);
    let mut all = match (&action.to, action.verb) {
        (Target::Stay, Verb::Void) => match flow.state("void") {
            Some(void) => vec![void.code.clone()],
            None => phases(flow, &[Phase::Dropped])
                .into_iter()
                .take(1)
                .collect(),
        },
        (Target::Stay, Verb::AskSuspension) => phases(flow, &[Phase::Suspended]),
        (Target::Stay, Verb::Return) => below(),
        (Target::Stay, _) => Vec::new(),
        (Target::Resumed, _) => before_suspension(flow),
        (Target::NextLevel, _) => next_level(flow, level),
        (Target::Level(level), _) => flow
            .triage(*level)
            .map(|s| vec![s.code.clone()])
            .unwrap_or_default(),
        (Target::Below | Target::Back, _) => below(),
        (Target::Owner, _) => owner(),
        (Target::Tasks, Verb::Sign) => phases(flow, &[Phase::Handling]),
        (Target::Tasks, Verb::FeedBack | Verb::Waive) => phases(flow, &[Phase::Review]),
        (Target::Tasks, _) => phases(flow, &[Phase::Called]),
        (Target::Finish, _) => phases(flow, &[Phase::Confirm, Phase::Closed]),
        (Target::State(code), Verb::Confirm) => {
            // Who is not content has it done again.
            [vec![code.clone()], owner()].concat()
        }
        (Target::State(code), _) => vec![code.clone()],
    };
    all.retain(|to| to != from);
    all
}

fn phases(flow: &Flow, wanted: &[Phase]) -> Vec<String> {
    wanted
        .iter()
        .filter_map(|phase| flow.phase(*phase))
        .map(|state| state.code.clone())
        .collect()
}

fn next_level(flow: &Flow, level: Option<Level>) -> Vec<String> {
    level
        .and_then(|l| Level::ALL.into_iter().rev().find(|up| *up < l))
        .and_then(|up| flow.triage(up))
        .map(|s| vec![s.code.clone()])
        .unwrap_or_default()
}

/// The states in which a suspension may be asked for: there it goes on.
fn before_suspension(flow: &Flow) -> Vec<String> {
    flow.actions
        .iter()
        .filter(|a| a.verb == Verb::AskSuspension)
        .flat_map(|a| a.from.iter().cloned())
        .collect()
}
