//! An open matter follows its place through a change of the tree (R004).

use super::super::{Desk, Fact, Matter, NoticeKind};
use super::work::Work;
use super::{Outcome, Rules};
use crate::area::{Home, Path};
use crate::directory::Actor;
use crate::id::AreaId;
use crate::refusal::Refusal;
use crate::time::Instant;

/// Puts an open matter on a new path. Its state and its clocks stay: the change of the tree gives
/// nobody more time. `rules` know the tree after the change; `change` says what changed.
///
/// # Errors
/// When the version of the flow is not loaded.
pub fn rehome(
    rules: &Rules,
    matter: &Matter,
    home: &Home,
    change: &str,
    now: Instant,
) -> Result<Outcome, Refusal> {
    let flow = rules.flow_of(matter)?;
    let system = Actor::system();
    let mut work = Work::begin(rules, flow, matter, &system, None, now, "rehome");
    let held: Vec<(u32, Desk)> = matter.holding().collect();
    work.fact(Fact::Rehomed {
        path: home.path.clone(),
        desks: successors(&matter.path, &home.path),
    });
    let names = rules
        .directory
        .tree
        .full_name(home.path.leaf().unwrap_or(AreaId(0)));
    work.auto_opinion(&format!(
        "区划调整：{change}。这件事{}转到“{names}”",
        home.why.word()
    ));
    let moved: Vec<Desk> = work
        .matter()
        .holding()
        .filter(|now| !held.contains(now))
        .map(|(_, desk)| desk)
        .collect();
    for desk in moved {
        let text = format!("{} 因区划调整转来，原有时限不变", work.label());
        work.tell(desk, NoticeKind::Arrived, text);
    }
    Ok(work.finish())
}

/// Each area that is on the old path only, with the one that stands in its place on the new path:
/// of the same level, counted from above where grids lie in tiers; else the lowest above it.
fn successors(old: &Path, new: &Path) -> Vec<(AreaId, AreaId)> {
    let mut pairs = Vec::new();
    for (i, (level, area)) in old.0.iter().enumerate() {
        if new.contains(*area) {
            continue;
        }
        let tier = old.0[..i].iter().filter(|(l, _)| l == level).count();
        let alike: Vec<AreaId> = new
            .0
            .iter()
            .filter(|(l, _)| l == level)
            .map(|(_, a)| *a)
            .collect();
        let above = || new.0.iter().rev().find(|(l, _)| l < level).map(|(_, a)| *a);
        if let Some(heir) = alike.get(tier).or(alike.last()).copied().or_else(above) {
            pairs.push((*area, heir));
        }
    }
    pairs
}
