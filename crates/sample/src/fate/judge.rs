//! What a judging desk does with an incident.

use super::hours::before_midnight;
use super::{Callable, Fate, Move, Mover};
use crate::dice::Dice;
use civic::area::Level;
use civic::matter::{CalledDesk, Finding, Matter};
use civic::time::{DAY_MS, Instant, MINUTE_MS};
use office::matter::FormInput;

/// The judgement of a triage desk: settle if it can, else call or escalate.
pub(super) fn judge(
    matter: &Matter,
    fate: &Fate,
    dice: &mut Dice,
    now: Instant,
    desks: &dyn Callable,
    say: &dyn Fn(&str) -> Option<String>,
) -> Move {
    let mover = Mover::Desk(matter.desk);
    let minutes = match matter.level {
        Level::Unit => dice.between(3, 90),
        Level::Grid => dice.between(5, 150),
        _ => dice.between(5, 240),
    };
    // One in a hundred and fifty is left lying past midnight.
    let forgot = dice.chance(65);
    let at = if forgot {
        Instant(now.0 + DAY_MS + minutes * MINUTE_MS)
    } else {
        before_midnight(now, minutes)
    };
    if matter.class() == 0 {
        let form = FormInput {
            category: Some(fate.category.to_owned()),
            ..FormInput::default()
        };
        return Move {
            at,
            mover,
            action: "classify",
            form,
        };
    }
    if let Some(other) = fate.repeats
        && matter.level <= Level::Community
        && matter.tasks.is_empty()
    {
        let form = FormInput {
            opinion: say("merge"),
            other: Some(other),
            ..FormInput::default()
        };
        return Move {
            at,
            mover,
            action: "merge",
            form,
        };
    }
    if fate.bogus && matter.level == Level::Community && !matter.returned && matter.tasks.is_empty()
    {
        let form = FormInput {
            opinion: say("void"),
            ..FormInput::default()
        };
        return Move {
            at,
            mover,
            action: "void",
            form,
        };
    }
    let can = matter.level <= fate.solves || (matter.returned && matter.level <= Level::Community);
    let town = matter.level <= Level::Town;
    if can && town && (matter.reopened == 0 || dice.chance(6_000)) {
        let wanted = 1 + usize::from(dice.chance(2_600)) + usize::from(dice.chance(700));
        let called = desks.call(matter, wanted);
        if let Some((lead, co)) = called.split_first() {
            if fate.returned
                && matter.came_from.len() >= 2
                && !matter
                    .counted
                    .iter()
                    .any(|(m, _)| *m == civic::measure::Measure::Returned)
            {
                return Move {
                    at,
                    mover,
                    action: "return",
                    form: FormInput {
                        opinion: say("return"),
                        ..FormInput::default()
                    },
                };
            }
            let form = FormInput {
                opinion: say("call"),
                lead: Some(CalledDesk {
                    org: *lead,
                    limit: None,
                }),
                co: co
                    .iter()
                    .map(|org| CalledDesk {
                        org: *org,
                        limit: None,
                    })
                    .collect(),
                ..FormInput::default()
            };
            return Move {
                at,
                mover,
                action: "call",
                form,
            };
        }
    }
    if can && !matter.returned {
        let slow_here = matter.level < Level::Grid && dice.chance(2_500);
        if slow_here {
            return Move {
                at,
                mover,
                action: "undertake",
                form: FormInput {
                    opinion: say("undertake"),
                    ..FormInput::default()
                },
            };
        }
        if matter.level == Level::Unit {
            let calmed = matter.class() == 1 && dice.chance(3_000);
            let finding = if calmed {
                Finding::Calmed
            } else {
                Finding::Solved
            };
            let form = FormInput {
                opinion: say(if calmed {
                    "prehandle-calmed"
                } else {
                    "prehandle-settled"
                }),
                reply: say("reply"),
                finding: Some(finding),
                ..FormInput::default()
            };
            return Move {
                at,
                mover,
                action: "prehandle",
                form,
            };
        }
        return settle(matter, fate, at, say);
    }
    if matter.level == Level::City {
        return settle(matter, fate, at, say);
    }
    let urgent = matter.category.as_ref().is_some_and(|c| c.urgent);
    if urgent && matter.level == Level::Unit && !can {
        return Move {
            at,
            mover,
            action: "leap",
            form: FormInput {
                opinion: say("leap"),
                ..FormInput::default()
            },
        };
    }
    if matter.level == Level::Unit && !matter.returned {
        let form = FormInput {
            opinion: say("prehandle-cannot"),
            finding: Some(Finding::Cannot),
            ..FormInput::default()
        };
        return Move {
            at,
            mover,
            action: "prehandle",
            form,
        };
    }
    Move {
        at,
        mover,
        action: "escalate",
        form: FormInput {
            opinion: say("escalate"),
            ..FormInput::default()
        },
    }
}

pub(super) fn settle(
    matter: &Matter,
    fate: &Fate,
    at: Instant,
    say: &dyn Fn(&str) -> Option<String>,
) -> Move {
    let mut dice = Dice::new(fate.seed, 7);
    let finding = if dice.chance(9_500) {
        Finding::Solved
    } else {
        Finding::Explained
    };
    let form = FormInput {
        opinion: say("settle"),
        reply: say("reply"),
        finding: Some(finding),
        ..FormInput::default()
    };
    Move {
        at,
        mover: Mover::Desk(matter.desk),
        action: "settle",
        form,
    }
}
