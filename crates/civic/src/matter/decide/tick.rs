//! The sweep's decisions: warnings, running out, and what the flow says happens then.

use super::super::{ClockKind, Desk, Fact, Matter, NoticeKind, Trail, thresholds};
use super::work::Work;
use super::{Outcome, Rules, closing, judging, requests};
use crate::directory::Actor;
use crate::flow::{Holder, OnOverdue, Phase};
use crate::measure::Measure;
use crate::refusal::Refusal;
use crate::time::Instant;

/// What the program itself does to a matter whose clocks reached a threshold by `now`; `None` when
/// nothing is due any more (somebody acted first).
///
/// # Errors
/// When the version of the flow is not loaded.
pub fn tick(rules: &Rules, matter: &Matter, now: Instant) -> Result<Option<Outcome>, Refusal> {
    if matter.next_alert_at().is_none_or(|at| at > now) {
        return Ok(None);
    }
    let flow = rules.flow_of(matter)?;
    let system = Actor::system();
    let mut work = Work::begin(rules, flow, matter, &system, None, now, "remind");
    let due: Vec<_> = matter
        .clocks
        .iter()
        .filter(|c| c.runs() && c.next_threshold().is_some_and(|at| at <= now))
        .cloned()
        .collect();
    let mut ran_out = Vec::new();
    for clock in due {
        if clock.due <= now {
            work.fact(Fact::RanOut {
                kind: clock.kind,
                slot: clock.slot,
            });
            ran_out.push(clock);
        } else {
            let passed = thresholds(clock.kind, clock.started, clock.due)
                .iter()
                .filter(|at| **at <= now)
                .count();
            work.fact(Fact::Warned {
                kind: clock.kind,
                slot: clock.slot,
                stage: passed as u32,
            });
            warn(&mut work, clock.kind, clock.slot, clock.due);
        }
    }
    let mut moved = false;
    for clock in &ran_out {
        moved |= overdue(&mut work, clock.kind, clock.slot, clock.due, moved)?;
    }
    if !ran_out.is_empty() {
        let renamed = if ran_out.iter().any(|c| c.kind == ClockKind::Until) {
            "auto_resume"
        } else {
            "overdue"
        };
        work.rename(renamed);
    }
    Ok(Some(work.finish()))
}

/// The desk that a clock concerns.
fn desk_of(work: &Work<'_>, kind: ClockKind, slot: u32) -> Desk {
    let matter = work.matter();
    let asked = matter.pending.iter().find(|p| p.slot == slot);
    match (kind, asked) {
        (ClockKind::Approval, Some(pending)) => pending.approver,
        _ => matter.task(slot).map_or(matter.desk, |t| t.desk),
    }
}

fn warn(work: &mut Work<'_>, kind: ClockKind, slot: u32, due: Instant) {
    let left = (due.0 - work.now.0) / crate::time::MINUTE_MS;
    let text = if left >= 60 {
        format!(
            "{} 的{}时限还剩 {} 小时 {} 分",
            work.label(),
            kind.word(),
            left / 60,
            left % 60
        )
    } else {
        format!("{} 的{}时限还剩 {left} 分钟", work.label(), kind.word())
    };
    let desk = desk_of(work, kind, slot);
    work.tell(desk, NoticeKind::Warned, text);
}

/// Marks a clock that ran out, tells who must know, and does what the state says. Says whether the
/// matter moved.
fn overdue(
    work: &mut Work<'_>,
    kind: ClockKind,
    slot: u32,
    due: Instant,
    moved: bool,
) -> Result<bool, Refusal> {
    let state = work.state(&work.matter().state.clone())?;
    if kind == ClockKind::Until {
        requests::resume(work)?;
        return Ok(true);
    }
    let hotline = kind == ClockKind::Hotline;
    if state.phase == Phase::Confirm && slot == 0 && state.overdue == OnOverdue::Close && !hotline {
        closing::close(work)?;
        return Ok(true);
    }
    // Counted on the day it ran out, also when the sweep comes later.
    let day = work.rules.day(Instant(due.0 - 1));
    work.fact(Fact::Counted {
        measure: Measure::Overdue,
        day,
    });
    if hotline {
        work.fact(Fact::Counted {
            measure: Measure::HotlineDue,
            day,
        });
    }
    let desk = desk_of(work, kind, slot);
    let text = format!(
        "{} 的{}时限已过，责任席位：{}",
        work.label(),
        kind.word(),
        work.rules.directory.desk_name(desk)
    );
    work.tell(desk, NoticeKind::Overdue, text.clone());
    if slot == 0 && work.matter().held_by == Holder::Tasks {
        let others: Vec<Desk> = work.matter().holding().map(|(_, desk)| desk).collect();
        for other in others {
            work.tell(other, NoticeKind::Overdue, text.clone());
        }
    }
    let above = match desk {
        Desk::Area(area) => work.matter().path.above(area).map(|(_, above)| above),
        _ => work.matter().owner,
    };
    if let Some(above) = above {
        work.tell(Desk::Area(above), NoticeKind::Overdue, text);
    }
    if kind == ClockKind::Supervision {
        judging::climb(work);
        return Ok(false);
    }
    if kind == ClockKind::SameDay
        && !moved
        && state.phase == Phase::Triage
        && state.overdue == OnOverdue::Escalate
    {
        let area = work.desk_area()?;
        if let Some((level, above)) = work.matter().path.above(area) {
            work.judged();
            work.auto_opinion("当日未处理，系统自动上报");
            work.enter_triage(level, above, Trail::Push)?;
            return Ok(true);
        }
    }
    Ok(false)
}
