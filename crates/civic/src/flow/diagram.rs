//! A flow as a Mermaid state diagram, for the command line and the documents.

use super::{Flow, OnOverdue, Phase, Target};

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
            for to in targets(flow, from, &action.to) {
                out.push_str(&format!("  {from} --> {to}: {}\n", action.name));
            }
        }
    }
    for state in &flow.states {
        if state.overdue == OnOverdue::Close
            && let Some(closed) = flow.phase(Phase::Closed)
        {
            out.push_str(&format!("  {} --> {}: 超时\n", state.code, closed.code));
        }
        if state.phase.is_end() {
            out.push_str(&format!("  {} --> [*]\n", state.code));
        }
    }
    out
}

/// The states an action may lead to from `from`, for drawing.
#[must_use]
pub fn targets(flow: &Flow, from: &str, to: &Target) -> Vec<String> {
    let level = flow.state(from).and_then(|s| s.level);
    let triage = |keep: &dyn Fn(crate::area::Level) -> bool| {
        flow.states
            .iter()
            .filter(|s| s.phase == Phase::Triage && s.level.is_some_and(keep))
            .map(|s| s.code.clone())
            .collect::<Vec<_>>()
    };
    match to {
        Target::Stay | Target::Resumed => Vec::new(),
        Target::NextLevel => level
            .and_then(|l| crate::area::Level::ALL.into_iter().rev().find(|up| *up < l))
            .and_then(|up| flow.triage(up))
            .map(|s| vec![s.code.clone()])
            .unwrap_or_default(),
        Target::Level(level) => flow
            .triage(*level)
            .map(|s| vec![s.code.clone()])
            .unwrap_or_default(),
        Target::Below | Target::Back => triage(&|l| level.is_none_or(|own| l > own)),
        Target::Owner => triage(&|l| l <= crate::area::Level::Community),
        Target::Tasks => flow
            .phase(Phase::Called)
            .map(|s| vec![s.code.clone()])
            .unwrap_or_default(),
        Target::Finish => flow
            .phase(Phase::Confirm)
            .map(|s| vec![s.code.clone()])
            .unwrap_or_default(),
        Target::State(code) => vec![code.clone()],
    }
}
