//! 催办: reminds the desks that hold a matter, within the flow's limits; resets nothing (rule 10).

use super::super::{Desk, Fact, NoticeKind, Urged};
use super::work::Work;
use crate::refusal::Refusal;

/// Whether the actor may urge now: so often a day by all, with a pause between two by one person.
pub(super) fn may_urge(work: &Work<'_>) -> Result<(), Refusal> {
    let Some(rule) = work.flow.urging else {
        return Ok(());
    };
    let urged = &work.matter().urged;
    let today = |u: &&Urged| work.rules.day(u.at) == work.day;
    let times = urged.iter().filter(today).count();
    if times >= rule.a_day as usize {
        return Err(Refusal::Conflict(format!(
            "今天已经催办 {times} 次，承办席位都已收到；请明天再催，或请上级督办"
        )));
    }
    let own = urged.iter().rev().find(|u| u.by == work.actor.account);
    let again = own.map(|u| work.rules.calendar.add(u.at, rule.gap));
    match again.filter(|again| *again > work.now) {
        Some(again) => Err(Refusal::Conflict(format!(
            "您刚催办过这件事，{} 以后可以再催",
            work.rules.calendar.zone().format(again)
        ))),
        None => Ok(()),
    }
}

pub(super) fn urge(work: &mut Work<'_>) -> Result<(), Refusal> {
    may_urge(work)?;
    work.fact(Fact::Urged {
        by: work.actor.account,
    });
    let text = format!("{} 被催办，请抓紧办理", work.label());
    let desks: Vec<Desk> = work.matter().holding().map(|(_, d)| d).collect();
    for desk in desks {
        work.tell(desk, NoticeKind::Urged, text.clone());
    }
    Ok(())
}
