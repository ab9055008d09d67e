//! The linter: refuses a flow that could strand a matter.

use super::{Action, ClockRule, Flow, Holder, OnOverdue, Phase, StartAt, Target};
use crate::area::Level;
use crate::problem::Problem;
use crate::rights::{OF_ANYONE, Verb, relations};
use std::collections::{HashMap, HashSet};

/// Everything that is wrong with a flow: an unreachable state, a state with no exit, holder or
/// clock, an action nobody may take or that leads nowhere, a missing level.
#[must_use]
pub fn lint(flow: &Flow) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    for state in &flow.states {
        let at = format!("state.{}", state.code);
        if !seen.insert(&state.code) {
            problems.push(Problem::new(
                &at,
                "duplicate",
                format!("状态“{}”（{}）重复定义", state.name, state.code),
            ));
        }
        if state.phase == Phase::Triage && state.level.is_none() {
            problems.push(Problem::new(
                &at,
                "level",
                format!("研判状态“{}”没有写明层级 level", state.name),
            ));
        }
        if state.phase.is_end() {
            continue;
        }
        if state.holder == Holder::Nobody {
            problems.push(Problem::new(
                &at,
                "holder",
                format!("状态“{}”没有承办席位 holder，事件会无人负责", state.name),
            ));
        }
        if state.clock == ClockRule::None {
            problems.push(Problem::new(
                &at,
                "clock",
                format!("状态“{}”没有时限 clock，事件会无限期停留", state.name),
            ));
        }
        let leaves = flow
            .leaving(&state.code)
            .any(|a| !matches!(a.to, Target::Stay))
            || matches!(
                state.overdue,
                OnOverdue::Close | OnOverdue::Escalate | OnOverdue::Resume
            );
        if !leaves {
            problems.push(Problem::new(
                &at,
                "no_exit",
                format!("状态“{}”没有出口：没有任何动作离开它", state.name),
            ));
        }
    }
    for level in first_levels(flow) {
        if flow.triage(level).is_none() {
            problems.push(Problem::new(
                "state",
                "missing_level",
                format!("流程缺少{}一级的研判状态", level.word()),
            ));
        }
    }
    for (phase, word) in demanded(flow) {
        if flow.phase(phase).is_none() {
            problems.push(Problem::new(
                "state",
                "missing_phase",
                format!("流程缺少“{word}”类状态"),
            ));
        }
    }
    let mut codes = HashSet::new();
    for action in &flow.actions {
        let at = format!("action.{}", action.code);
        if !codes.insert(&action.code) {
            problems.push(Problem::new(
                &at,
                "duplicate",
                format!("动作“{}”（{}）重复定义", action.name, action.code),
            ));
        }
        for from in &action.from {
            if flow.state(from).is_none() {
                problems.push(Problem::new(
                    &at,
                    "unknown_state",
                    format!("动作“{}”的起点 {from} 不是本流程的状态", action.name),
                ));
            }
        }
        if let Target::State(to) = &action.to
            && flow.state(to).is_none()
        {
            problems.push(Problem::new(
                &at,
                "unknown_state",
                format!("动作“{}”的去向 {to} 不是本流程的状态", action.name),
            ));
        }
        problems.extend(countersign(flow, action));
        let held = crate::post::Role::ALL
            .iter()
            .any(|role| relations(*role, action.verb).any(|r| action.by.contains(&r)))
            || OF_ANYONE
                .iter()
                .any(|(v, r)| *v == action.verb && action.by.contains(r));
        if !held {
            problems.push(Problem::new(
                &at,
                "nobody",
                format!(
                    "动作“{}”没有任何岗位可以执行：by 与权限表不相交",
                    action.name
                ),
            ));
        }
    }
    for state in unreachable(flow) {
        problems.push(Problem::new(
            format!("state.{state}"),
            "unreachable",
            format!("状态 {state} 从起点无法到达"),
        ));
    }
    problems
}

/// What is wrong with a countersignature: it names how many must agree, waits in a state of its own
/// that asked desks hold, and leaves it by their answers.
fn countersign(flow: &Flow, action: &Action) -> Option<Problem> {
    let asks = action.verb == Verb::AskCountersign;
    let waits = match &action.to {
        Target::State(code) => flow.state(code).filter(|s| {
            s.phase == Phase::Check
                && s.holder == Holder::Tasks
                && flow.leaving(code).any(|a| a.verb == Verb::Countersign)
        }),
        _ => None,
    };
    let text = match (asks, action.quorum, waits) {
        (true, None, _) => "没有写明 quorum：all、any 或几个单位同意才算通过",
        (true, Some(_), None) => {
            "应转入 phase = check、holder = tasks 的状态，并由 countersign 动作离开"
        }
        (false, Some(_), _) => "不是会签，不能写 quorum",
        _ => return None,
    };
    Some(Problem::new(
        format!("action.{}", action.code),
        "quorum",
        format!("动作“{}”{text}", action.name),
    ))
}

/// The levels whose desks a matter may begin on.
fn first_levels(flow: &Flow) -> Vec<Level> {
    match flow.start.at {
        StartAt::Place => vec![Level::Unit, Level::Community, Level::Town],
        StartAt::Level(level) => vec![level],
        StartAt::Target => Vec::new(),
    }
}

/// The phases that the flow's own actions lead to, with a word for each.
fn demanded(flow: &Flow) -> Vec<(Phase, &'static str)> {
    let has = |verb: Verb| flow.actions.iter().any(|a| a.verb == verb);
    let tasks =
        flow.start.at == StartAt::Target || flow.actions.iter().any(|a| a.to == Target::Tasks);
    let mut phases = vec![(Phase::Closed, "办结")];
    if tasks {
        phases.push((Phase::Called, "待签收"));
        phases.push((Phase::Handling, "办理中"));
        phases.push((Phase::Review, "待复核"));
    }
    if has(Verb::Settle) || has(Verb::Prehandle) {
        phases.push((Phase::Confirm, "待评价"));
    }
    if has(Verb::AskSuspension) {
        phases.push((Phase::Suspended, "挂账"));
    }
    if has(Verb::Void) {
        phases.push((Phase::Dropped, "作废"));
    }
    phases
}

/// The states that no sequence of actions reaches from the start.
fn unreachable(flow: &Flow) -> Vec<String> {
    let mut edges: HashMap<&str, Vec<&str>> = HashMap::new();
    let triage: Vec<&str> = flow
        .states
        .iter()
        .filter(|s| s.phase == Phase::Triage)
        .map(|s| s.code.as_str())
        .collect();
    let of_phase = |phases: &[Phase]| {
        flow.states
            .iter()
            .filter(|s| phases.contains(&s.phase))
            .map(|s| s.code.as_str())
            .collect::<Vec<_>>()
    };
    for action in &flow.actions {
        let to: Vec<&str> = match &action.to {
            Target::Stay | Target::Resumed => Vec::new(),
            Target::NextLevel | Target::Level(_) | Target::Below | Target::Back | Target::Owner => {
                triage.clone()
            }
            Target::Tasks => of_phase(&[Phase::Called, Phase::Handling, Phase::Review]),
            Target::Finish => of_phase(&[Phase::Confirm, Phase::Closed]),
            Target::State(code) => vec![code.as_str()],
        };
        for from in &action.from {
            edges
                .entry(from.as_str())
                .or_default()
                .extend(to.iter().copied());
        }
        // Decisions on requests reach the states that the request names.
        if action.verb == crate::rights::Verb::Decide {
            let side = of_phase(&[Phase::Suspended, Phase::Dropped]);
            for from in &action.from {
                edges
                    .entry(from.as_str())
                    .or_default()
                    .extend(side.iter().copied());
            }
        }
    }
    for state in &flow.states {
        match state.overdue {
            OnOverdue::Close => edges
                .entry(&state.code)
                .or_default()
                .extend(of_phase(&[Phase::Closed])),
            OnOverdue::Escalate => edges
                .entry(&state.code)
                .or_default()
                .extend(triage.iter().copied()),
            OnOverdue::Alert | OnOverdue::Resume => {}
        }
    }
    let mut reached: HashSet<&str> = HashSet::new();
    let mut open: Vec<&str> = match flow.start.at {
        StartAt::Target => of_phase(&[Phase::Called]),
        StartAt::Place | StartAt::Level(_) => {
            let first = match flow.start.at {
                StartAt::Level(level) => level,
                _ => Level::Unit,
            };
            let begins = |s: &&str| flow.state(s).is_some_and(|s| s.level == Some(first));
            triage.into_iter().filter(begins).collect()
        }
    };
    while let Some(state) = open.pop() {
        if reached.insert(state) {
            open.extend(edges.get(state).into_iter().flatten());
        }
    }
    flow.states
        .iter()
        .filter(|s| !reached.contains(s.code.as_str()))
        .map(|s| s.code.clone())
        .collect()
}
