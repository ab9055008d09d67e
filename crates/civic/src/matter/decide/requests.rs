//! Requests that need a decision: return, refusal, extension, suspension, void (rules 5 to 7).

use super::super::{
    Ask, Clock, ClockKind, Desk, Fact, Form, NoticeKind, Pending, TaskKind, TaskState, Trail,
};
use super::tasks;
use super::work::Work;
use crate::flow::Phase;
use crate::limits;
use crate::measure::Measure;
use crate::refusal::Refusal;

/// 退回: asked by a judging desk; the judgement was made, so its same-day clock stops (rule 4).
pub(super) fn ask_return(work: &mut Work<'_>) -> Result<(), Refusal> {
    if back(work).is_none() {
        return Err(Refusal::Conflict(
            "这件事没有可以退回的下级席位；请下派、本级办理或上报".into(),
        ));
    }
    work.judged();
    work.ask(Ask::Return, 0, None)
}

/// 作废
pub(super) fn ask_void(work: &mut Work<'_>) -> Result<(), Refusal> {
    work.judged();
    work.ask(Ask::Void, 0, None)
}

/// 退单: inside the sign-in time, with reason and basis; a second one goes to the leader.
pub(super) fn refuse(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let Some(task) = work.own_task(form.task).cloned() else {
        return Err(Refusal::Conflict("这件事没有派给贵单位的在办任务".into()));
    };
    if task.state != TaskState::Called {
        return Err(Refusal::Conflict(
            "签收以后不能退单；确有困难请申请延期或挂账".into(),
        ));
    }
    if work.now >= work.sign_in_due(task.no) {
        return Err(Refusal::Conflict(
            "签收时限已过，不能退单；请签收办理，或与派单席位协商".into(),
        ));
    }
    if task.refusals > 1 {
        return Err(Refusal::Conflict(
            "已经两次退单并经领导裁定，请签收办理".into(),
        ));
    }
    work.count(Measure::Refused);
    work.stop_clock(ClockKind::SignIn, task.no);
    work.ask(Ask::Refuse, task.no, None)
}

/// 延期 (rule 7): asked before overdue, at most two, each adds one original limit.
pub(super) fn ask_extension(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let slot = work.asking_slot(form.task);
    let Some(clock) = handle_clock(work, slot) else {
        return Err(Refusal::Conflict("办理时限还没有开始计算，请先签收".into()));
    };
    if work.now >= clock.due {
        return Err(Refusal::Conflict(
            "已经超期，不能再申请延期；请尽快办理并反馈".into(),
        ));
    }
    let used = if slot == 0 {
        work.matter().extensions
    } else {
        work.matter().task(slot).map_or(0, |t| t.extensions)
    };
    if used >= limits::EXTENSIONS_MAX {
        return Err(Refusal::Conflict(format!(
            "已经延期 {used} 次，不能再延；确需等待的请申请挂账"
        )));
    }
    work.ask(Ask::Extend, slot, None)
}

/// 挂账 (rule 7): once, to a date within a year.
pub(super) fn ask_suspension(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    if work.matter().was_suspended {
        return Err(Refusal::Conflict("这件事已经挂账过一次，不能再挂账".into()));
    }
    let until = form.until.unwrap_or(work.day);
    if until <= work.day || until.0 > work.day.0 + limits::SUSPENSION_DAYS_MAX {
        return Err(Refusal::invalid(
            "until",
            "out_of_range",
            "挂账日期须在明天以后、一年以内",
        ));
    }
    let slot = work.asking_slot(form.task);
    work.ask(Ask::Suspend, slot, Some(until))
}

/// 审批: grants or refuses one request.
pub(super) fn decide(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let post = work.post;
    let mine: Vec<Pending> = work
        .matter()
        .pending
        .iter()
        .filter(|p| post.is_some_and(|post| work.rules.directory.may_decide(post, p, work.day)))
        .cloned()
        .collect();
    let request = match form.task {
        None if mine.len() == 1 => mine[0].clone(),
        slot => mine
            .into_iter()
            .find(|p| Some(p.slot) == slot)
            .ok_or_else(|| {
                Refusal::invalid("task", "which_request", "有多项申请，请选择要审批的一项")
            })?,
    };
    let granted = form.verdict == Some(true);
    work.stop_clock(ClockKind::Approval, request.slot);
    work.fact(Fact::Decided {
        slot: request.slot,
        granted,
    });
    let text = format!(
        "{}：{}申请{}",
        work.label(),
        request.ask.word(),
        if granted { "已同意" } else { "未同意" }
    );
    work.tell(request.by, NoticeKind::Decided, text);
    match (request.ask, granted) {
        (Ask::Return, true) => give_back(work),
        (Ask::Void, true) => {
            work.own()?;
            work.count(Measure::Voided);
            let text = format!(
                "{} 经核查不予受理，如有异议请补充情况后重新上报",
                work.label()
            );
            work.tell_public(&text);
            let state = work
                .state("void")
                .or_else(|_| work.state_of(Phase::Dropped))?;
            let level = work.matter().level;
            work.enter(state, Desk::None, level, Trail::Keep);
            Ok(())
        }
        (Ask::Return | Ask::Void, false) => {
            // The desk must judge again, with a new same-day clock.
            let (level, area) = (work.matter().level, work.desk_area()?);
            work.enter_triage(level, area, Trail::Keep)
        }
        (Ask::Refuse, true) => {
            tasks::end_clocks(work, request.slot);
            work.fact(Fact::TaskRecalled { no: request.slot });
            recalled(work)
        }
        (Ask::Refuse, false) => {
            work.fact(Fact::TaskUpheld { no: request.slot });
            let due = work.due(work.sign_in_limit());
            work.start_clock(ClockKind::SignIn, request.slot, due);
            Ok(())
        }
        (Ask::Extend, true) => extend(work, request.slot),
        (Ask::Suspend, true) => suspend(work, request.until.unwrap_or(work.day)),
        (Ask::Extend | Ask::Suspend, false) => Ok(()),
    }
}

/// A lead that was taken back leaves the matter without one: judge again, co-handlers or not.
pub(super) fn recalled(work: &mut Work<'_>) -> Result<(), Refusal> {
    let lead = work.matter().tasks.iter().any(|t| {
        t.kind == TaskKind::Lead
            && matches!(
                t.state,
                TaskState::Called | TaskState::Signed | TaskState::FedBack | TaskState::Refusing
            )
    });
    if lead {
        return tasks::follow(work);
    }
    tasks::recall_open(work, "主办单位已退单，任务收回，待重新派发");
    let (level, area) = work.owner()?;
    work.enter_triage(level, area, Trail::Keep)
}

/// The desk it came from, else the next lower one of the path.
fn back(work: &Work<'_>) -> Option<crate::id::AreaId> {
    let matter = work.matter();
    matter
        .came_from
        .last()
        .copied()
        .filter(|area| !work.rules.directory.accused(matter, Desk::Area(*area)))
        .or_else(|| work.areas_below().first().copied())
}

/// A granted return: the receiver may correct or re-assign, but not close (rule 6).
fn give_back(work: &mut Work<'_>) -> Result<(), Refusal> {
    let Some(area) = back(work) else {
        return Err(Refusal::Conflict("没有可以退回的席位".into()));
    };
    let level = work
        .matter()
        .path
        .level_of(area)
        .unwrap_or(work.matter().level);
    work.count(Measure::Returned);
    work.fact(Fact::ReturnedFlag { on: true });
    work.enter_triage(level, area, Trail::Pop)
}

fn extend(work: &mut Work<'_>, slot: u32) -> Result<(), Refusal> {
    let Some(clock) = handle_clock(work, slot) else {
        return Err(Refusal::Conflict("办理时限已经结束，无须延期".into()));
    };
    let limit = work
        .matter()
        .task(slot)
        .map_or_else(|| work.limit(), |t| t.limit);
    let due = work.rules.calendar.add(clock.due, limit);
    work.fact(Fact::Extended { slot });
    work.fact(Fact::ClockSet {
        kind: ClockKind::Handle,
        slot,
        due,
    });
    work.count(Measure::Extended);
    Ok(())
}

fn handle_clock(work: &Work<'_>, slot: u32) -> Option<Clock> {
    work.matter()
        .clocks
        .iter()
        .rev()
        .find(|c| c.kind == ClockKind::Handle && c.slot == slot && c.runs())
        .cloned()
}

fn suspend(work: &mut Work<'_>, until: crate::time::Day) -> Result<(), Refusal> {
    let (level, area) = work.owner()?;
    let from = work.matter().state.clone();
    let slots: Vec<u32> = std::iter::once(0)
        .chain(
            work.matter()
                .tasks
                .iter()
                .filter(|t| t.is_open())
                .map(|t| t.no),
        )
        .collect();
    for slot in slots {
        work.fact(Fact::ClocksPaused { slot });
    }
    work.fact(Fact::Suspended { from, until });
    work.count(Measure::Suspended);
    let state = work.state_of(Phase::Suspended)?;
    work.enter(state, Desk::Area(area), level, Trail::Keep);
    let due = work.rules.calendar.zone().start_of(until);
    work.start_clock(ClockKind::Until, 0, due);
    let text = format!("{} 需要较长时间解决，已挂账到 {}", work.label(), until);
    work.tell_public(&text);
    Ok(())
}

/// Goes on where it was suspended; the paused clocks run on with what was left of them.
pub(super) fn resume(work: &mut Work<'_>) -> Result<(), Refusal> {
    let Some((code, _)) = work.matter().suspended.clone() else {
        return Err(Refusal::Conflict("这件事没有挂账".into()));
    };
    let state = work.state(&code)?;
    let (level, area) = work.owner()?;
    let paused: Vec<Clock> = work
        .matter()
        .clocks
        .iter()
        .filter(|c| c.stopped.is_none() && c.paused.is_some())
        .cloned()
        .collect();
    work.fact(Fact::Resumed);
    for clock in paused {
        let unit = work.unit_of(clock.kind, clock.slot);
        let left = work
            .rules
            .calendar
            .elapsed(unit, clock.paused.unwrap_or(work.now), clock.due);
        let due = work.rules.calendar.add_ms(work.now, unit, left);
        work.fact(Fact::ClockSet {
            kind: clock.kind,
            slot: clock.slot,
            due,
        });
    }
    work.enter(state, Desk::Area(area), level, Trail::Keep);
    let text = format!("{} 挂账结束，恢复办理", work.label());
    let desks: Vec<Desk> = work.matter().holding().map(|(_, d)| d).collect();
    for desk in desks {
        work.tell(desk, NoticeKind::Arrived, text.clone());
    }
    Ok(())
}
