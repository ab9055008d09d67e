//! 会签: desks are asked whether they agree; all, any or so many of them must, as the flow says.

use super::super::{Desk, Fact, Form, NoticeKind, TaskKind, Trail};
use super::work::Work;
use super::{opening, tasks};
use crate::flow::{Action, ClockRule, Target};
use crate::refusal::Refusal;

/// Asks the desks. The matter waits beside its way, like for a check.
pub(super) fn ask(work: &mut Work<'_>, action: &Action, form: &Form) -> Result<(), Refusal> {
    let (Target::State(code), Some(quorum)) = (&action.to, action.quorum) else {
        return Err(Refusal::Conflict(
            "流程没有写明会签规则，请联系系统管理员".into(),
        ));
    };
    let state = work.state(code)?;
    let desks = tasks::chosen(work, &form.co)?;
    let of = u32::try_from(desks.len()).unwrap_or(u32::MAX);
    let Some(need) = quorum.needed(of) else {
        return Err(Refusal::invalid(
            "co",
            "too_few",
            format!("这项会签要求更多单位参加，现在只选了 {of} 个，请补选"),
        ));
    };
    let area = work.own()?;
    let from = work.matter().state.clone();
    let level = work.matter().level;
    work.fact(Fact::CheckOrdered { from });
    work.fact(Fact::CountersignOpened { need, of });
    let limit = match state.clock {
        ClockRule::Fixed(limit) => limit,
        _ => work.flow.handle,
    };
    let first = opening::next_task(work);
    work.enter(state, Desk::Area(area), level, Trail::Keep);
    let text = format!("{} 请会签：同意或不同意，并写明意见", work.label());
    for (no, desk) in (first..).zip(desks) {
        work.fact(Fact::TaskSent {
            no,
            kind: TaskKind::Countersign,
            desk,
            limit,
        });
        work.tell(desk, NoticeKind::Arrived, text.clone());
    }
    Ok(())
}

/// One desk's answer; the last one that matters ends the 会签, and the others are not waited for.
pub(super) fn answer(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let own = work
        .own_tasks()
        .find(|t| t.kind == TaskKind::Countersign && form.task.is_none_or(|no| t.no == no))
        .map(|t| t.no);
    let (Some(no), Some(rule)) = (own, work.matter().countersign) else {
        return Err(Refusal::Conflict(
            "贵单位没有待办的会签，请刷新后查看".into(),
        ));
    };
    let agrees = form.verdict == Some(true);
    work.fact(Fact::Countersigned { no, agrees });
    // Only this round: an earlier one had tasks of its own.
    let round = work
        .matter()
        .tasks
        .iter()
        .rev()
        .filter(|t| t.kind == TaskKind::Countersign)
        .take(rule.of as usize);
    let count = |wanted: bool| {
        let said = round.clone().filter(|t| t.agrees == Some(wanted)).count();
        u32::try_from(said).unwrap_or(u32::MAX)
    };
    let (yes, no) = (count(true), count(false));
    match (yes >= rule.need, no > rule.of - rule.need) {
        (true, _) => end(work, true),
        (_, true) => end(work, false),
        _ => Ok(()),
    }
}

fn end(work: &mut Work<'_>, agreed: bool) -> Result<(), Refusal> {
    let waiting: Vec<(u32, Desk)> = work
        .matter()
        .tasks
        .iter()
        .filter(|t| t.is_open() && t.kind == TaskKind::Countersign)
        .map(|t| (t.no, t.desk))
        .collect();
    for (no, desk) in waiting {
        work.fact(Fact::TaskWaived { no });
        let text = format!("{}：会签已有结果，不必再签", work.label());
        work.tell(desk, NoticeKind::Decided, text);
    }
    work.fact(Fact::CountersignEnded { agreed });
    let code = work.matter().check_from.clone().unwrap_or_default();
    let state = work.state(&code)?;
    let (level, area) = work.owner()?;
    work.enter(state, Desk::Area(area), level, Trail::Keep);
    let said = if agreed { "通过" } else { "未通过" };
    let text = format!("{} 会签{said}，请查看各单位意见", work.label());
    work.tell(Desk::Area(area), NoticeKind::Decided, text);
    Ok(())
}
