//! The end of a matter: settling, evaluation, reopening, withdrawal, archive (rule 9).

use super::super::{Channel, ClockKind, Desk, Fact, Finding, Form, Matter, NoticeKind, Trail};
use super::judging::leave_return;
use super::tasks;
use super::work::Work;
use crate::flow::{Phase, Target};
use crate::measure::{self, Measure};
use crate::refusal::Refusal;

/// 办结: result and reply; the person concerned is asked where there is one.
pub(super) fn settle(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    if work.matter().tasks.iter().any(super::super::Task::is_open) {
        return Err(Refusal::Conflict(
            "还有单位没有反馈；请等待反馈，或免除会办后再办结".into(),
        ));
    }
    finish(work, form.finding.unwrap_or(Finding::Handled))
}

/// 验收通过: what was ordered is done.
pub(super) fn accept(work: &mut Work<'_>) -> Result<(), Refusal> {
    let desks: Vec<Desk> = work.matter().tasks.iter().map(|t| t.desk).collect();
    let text = format!("{} 已通过验收", work.label());
    for desk in desks {
        work.tell(desk, NoticeKind::Decided, text.clone());
    }
    finish(work, Finding::Solved)
}

/// The work is done: asks the person concerned, or closes.
pub(super) fn finish(work: &mut Work<'_>, finding: Finding) -> Result<(), Refusal> {
    work.judged();
    leave_return(work);
    work.own()?;
    own_handling(work);
    let level = work.matter().level;
    work.fact(Fact::Finished { finding, level });
    if !work.matter().reporter.confirms {
        return close(work);
    }
    let state = work.state_of(Phase::Confirm)?;
    work.enter(state, Desk::Reporter, level, Trail::Keep);
    let text = format!(
        "{} 已办理（{}），请评价办理结果",
        work.label(),
        finding.word()
    );
    work.tell_public(&text);
    Ok(())
}

/// The desk's own handling ends: counts it like a department's.
pub(super) fn own_handling(work: &mut Work<'_>) {
    use super::super::ClockKind::Handle;
    if let Some(in_time) = work.stop_clock(Handle, 0) {
        work.count(Measure::Handled);
        if in_time {
            work.count(Measure::HandledOnTime);
        }
    }
}

/// 结案: counts the closing at the level of the desk that finished it.
pub(super) fn close(work: &mut Work<'_>) -> Result<(), Refusal> {
    let level = work.matter().finished_level.unwrap_or(work.matter().level);
    let running: Vec<_> = work
        .matter()
        .clocks
        .iter()
        .filter(|c| c.stopped.is_none() && c.kind != ClockKind::Hotline)
        .map(|c| (c.kind, c.slot))
        .collect();
    for (kind, slot) in running {
        work.stop_clock(kind, slot);
    }
    work.fact(Fact::Closed);
    work.count(Measure::Closed);
    if work.matter().channel == Channel::Snapshot {
        work.count(Measure::SnapshotsClosed);
    }
    work.count(measure::closing(level));
    if work.matter().finding.is_some_and(Finding::is_solved) {
        work.count(Measure::Solved);
    }
    let state = work.state_of(Phase::Closed)?;
    let level = work.matter().level;
    work.enter(state, Desk::None, level, Trail::Keep);
    let text = format!("{} 已办结", work.label());
    work.tell_public(&text);
    Ok(())
}

/// 评价: a first dissatisfied one reopens at the judging desk by itself.
pub(super) fn confirm(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let Some(rating) = form.rating else {
        return Err(Refusal::invalid(
            "rating",
            "required",
            "请选择 1 到 5 分的评价",
        ));
    };
    work.fact(Fact::Rated { rating });
    let hotline = work.matter().channel == Channel::Hotline;
    work.count(Measure::Rated);
    if hotline {
        work.count(Measure::HotlineRated);
    }
    if rating.satisfied() {
        work.count(Measure::Satisfied);
        if hotline {
            work.count(Measure::HotlineSatisfied);
        }
    }
    if rating.dissatisfied() {
        work.count(Measure::Dissatisfied);
        if work.matter().reopened == 0 {
            return again(work, "群众不满意，自动重办一次");
        }
    }
    close(work)
}

/// 重办 by the judging desk or from above.
pub(super) fn reopen(work: &mut Work<'_>) -> Result<(), Refusal> {
    again(work, "重新办理")
}

fn again(work: &mut Work<'_>, why: &str) -> Result<(), Refusal> {
    let (level, area) = work.owner()?;
    work.fact(Fact::Reopened);
    work.count(Measure::Reopened);
    work.enter_triage(level, area, Trail::Keep)?;
    let text = format!("{} {why}", work.label());
    work.tell(Desk::Area(area), NoticeKind::Decided, text);
    Ok(())
}

/// 撤回 by the reporter, before anybody works on it.
pub(super) fn withdraw(work: &mut Work<'_>, to: &Target) -> Result<(), Refusal> {
    drop_to(work, to)
}

/// 归档
pub(super) fn archive(work: &mut Work<'_>, to: &Target) -> Result<(), Refusal> {
    drop_to(work, to)
}

fn drop_to(work: &mut Work<'_>, to: &Target) -> Result<(), Refusal> {
    let Target::State(code) = to else {
        return Err(Refusal::Conflict(
            "流程没有写明去向，请联系系统管理员".into(),
        ));
    };
    let state = work.state(code)?;
    let level = work.matter().level;
    work.judged();
    tasks::recall_open(work, "任务收回，不必再办");
    work.enter(state, Desk::None, level, Trail::Keep);
    Ok(())
}

/// 附议: the same thing need not be reported twice.
pub(super) fn join(work: &mut Work<'_>) -> Result<(), Refusal> {
    let by = work.actor.account;
    let already = |m: &Matter| m.reporter.account == Some(by) || m.joined.contains(&by);
    if already(work.matter()) {
        return Err(Refusal::Conflict(
            "您已经上报或附议过这件事，有结果会告知您".into(),
        ));
    }
    work.fact(Fact::Joined { by });
    work.count(Measure::Joined);
    Ok(())
}
