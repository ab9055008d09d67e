//! What the called desks do with an incident.

use super::hours::{in_hours, within_limit};
use super::{Fate, Move, Mover};
use crate::dice::Dice;
use civic::category::Privacy;
use civic::flow::Phase;
use civic::matter::{ClockKind, Desk, Finding, Matter, TaskKind, TaskState};
use civic::time::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, Zone};
use office::matter::FormInput;

/// The called desks: sign, sometimes refuse, work, feed back; the slow ones ask for time.
pub(super) fn handle(
    matter: &Matter,
    fate: &Fate,
    dice: &mut Dice,
    now: Instant,
    say: &dyn Fn(&str) -> Option<String>,
) -> Option<Move> {
    let later = |dice: &mut Dice, from: i64, to: i64| {
        in_hours(Instant(
            now.0 + dice.between(from * MINUTE_MS, to * MINUTE_MS),
        ))
    };
    // Who does not work on a restricted matter does not know of it, from above neither.
    let known = matter.privacy() != Privacy::Restricted;
    if fate.supervised && known && matter.supervision.is_none() && matter.phase == Phase::Handling {
        let above = matter.owner.and_then(|owner| matter.path.above(owner))?;
        return Some(Move {
            at: later(dice, 30, 300),
            mover: Mover::Desk(Desk::Area(above.1)),
            action: "supervise",
            form: FormInput {
                opinion: say("supervise"),
                ..FormInput::default()
            },
        });
    }
    if matter
        .supervision
        .as_ref()
        .is_some_and(|s| s.answered_at.is_none())
    {
        let desk = matter.tasks.iter().find(|t| t.is_open())?.desk;
        return Some(Move {
            at: later(dice, 60, 300),
            mover: Mover::Desk(desk),
            action: "answer_supervision",
            form: FormInput {
                opinion: say("answer_supervision"),
                ..FormInput::default()
            },
        });
    }
    if let Some(task) = matter.tasks.iter().find(|t| t.state == TaskState::Called) {
        let refuse = fate.refused
            && task.kind == TaskKind::Lead
            && task.refusals == 0
            && !matter.tasks.iter().any(|t| t.state == TaskState::Recalled);
        let urgent = matter.category.as_ref().is_some_and(|c| c.urgent);
        let (from, to) = if urgent { (2, 14) } else { (8, 100) };
        let late = dice.chance(250);
        let at = if urgent {
            Instant(now.0 + dice.between(from, to) * MINUTE_MS)
        } else {
            later(dice, from, to)
        };
        let at = if late {
            Instant(at.0 + 26 * HOUR_MS)
        } else {
            at
        };
        // A refusal is possible inside the sign-in time only.
        let sign_in = matter
            .clocks
            .iter()
            .find(|c| c.slot == task.no && c.kind == ClockKind::SignIn);
        let refuse = refuse && sign_in.is_some_and(|c| at < c.due);
        let form = FormInput {
            task: Some(task.no),
            opinion: say(if refuse { "refuse" } else { "sign" }),
            ..FormInput::default()
        };
        return Some(Move {
            at,
            mover: Mover::Desk(task.desk),
            action: if refuse { "refuse" } else { "sign" },
            form,
        });
    }
    let task = matter
        .tasks
        .iter()
        .find(|t| t.state == TaskState::Signed && t.kind != TaskKind::Check)?;
    if let Some(days) = fate
        .suspended
        .filter(|_| !matter.was_suspended && task.kind == TaskKind::Lead)
    {
        let until = Zone::CHINA.day_of(now).plus(days);
        let form = FormInput {
            task: Some(task.no),
            opinion: say("ask_suspension"),
            until: Some(until),
            ..FormInput::default()
        };
        return Some(Move {
            at: later(dice, 60, 600),
            mover: Mover::Desk(task.desk),
            action: "ask_suspension",
            form,
        });
    }
    let left = matter
        .clocks
        .iter()
        .find(|c| c.slot == task.no && c.kind == ClockKind::Handle)
        .map_or(0, |c| c.due.0 - now.0);
    if fate.slow && task.extensions == 0 && left > DAY_MS && dice.chance(5_000) {
        let form = FormInput {
            task: Some(task.no),
            opinion: say("ask_extension"),
            ..FormInput::default()
        };
        return Some(Move {
            at: later(dice, 60, 200),
            mover: Mover::Desk(task.desk),
            action: "ask_extension",
            form,
        });
    }
    let at = in_hours(within_limit(matter, task.no, fate, dice, now));
    let finding = if dice.chance(9_300) {
        Finding::Solved
    } else {
        Finding::Handled
    };
    let form = FormInput {
        task: Some(task.no),
        opinion: say("feed_back"),
        finding: Some(finding),
        ..FormInput::default()
    };
    Some(Move {
        at,
        mover: Mover::Desk(task.desk),
        action: "feed_back",
        form,
    })
}
