//! The fate of an incident: how hard it is, who is slow, who is not content. All of it follows from
//! the incident's seed, so that a city can be played again.

use crate::dice::Dice;
use crate::texts::opinion;
use civic::area::Level;
use civic::flow::Phase;
use civic::id::AccountId;
use civic::matter::{CalledDesk, ClockKind, Desk, Finding, Matter, TaskKind, TaskState};
use civic::time::{DAY_MS, HOUR_MS, Instant, MINUTE_MS};
use office::matter::FormInput;

/// What lies ahead of an incident.
#[derive(Debug, Clone)]
pub struct Fate {
    pub seed: u64,
    /// What it is about, also where the reporter did not say.
    pub category: &'static str,
    /// The level that can solve it.
    pub solves: Level,
    /// Whether the person concerned is not content the first time.
    pub discontent: bool,
    /// Whether the first field-check says it is not done.
    pub botched: bool,
    /// Whether the department refuses it first.
    pub refused: bool,
    /// Whether the town returns it once.
    pub returned: bool,
    /// Whether it will be suspended while it is handled, and for how many days.
    pub suspended: Option<i64>,
    /// Whether it takes much longer than usual.
    pub slow: bool,
    /// Whether somebody above supervises it.
    pub supervised: bool,
    /// Whether it turns out not to be true.
    pub bogus: bool,
}

/// In 10,000: the levels that solve a dispute. The seed's unit head settles 60 % by himself (S4).
const DISPUTE: [u64; 6] = [6_640, 1_300, 1_330, 590, 130, 10];
/// In 10,000: the levels that solve other incidents; over 90 % at or below the community (S4).
const OTHER: [u64; 6] = [6_350, 1_560, 1_270, 680, 130, 10];
const LEVELS: [Level; 6] = [
    Level::Unit,
    Level::Grid,
    Level::Community,
    Level::Town,
    Level::County,
    Level::City,
];

impl Fate {
    pub fn of(seed: u64, category: &'static str) -> Self {
        let dispute = category.starts_with("01");
        let mut dice = Dice::new(seed, 2);
        let solves = LEVELS[dice.weighted(if dispute { &DISPUTE } else { &OTHER })];
        let hard = solves <= Level::Town;
        Self {
            seed,
            category,
            solves,
            discontent: dice.chance(if hard { 700 } else { 150 }),
            botched: hard && dice.chance(600),
            refused: hard && dice.chance(800),
            returned: hard && dice.chance(500),
            suspended: (hard && dice.chance(600)).then(|| dice.between(20, 200)),
            slow: hard && dice.chance(2_200),
            supervised: hard && dice.chance(400),
            bogus: dice.chance(100),
        }
    }
    fn dice(&self, matter: &Matter) -> Dice {
        Dice::new(self.seed, 100 + u64::from(matter.version))
    }
}

/// Who makes the next move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mover {
    /// Whoever answers for this desk.
    Desk(Desk),
    /// A leader of this area.
    Leader(civic::id::AreaId),
    /// The person concerned.
    Reporter(AccountId),
}

/// The next move of a matter.
#[derive(Debug, Clone)]
pub struct Move {
    pub at: Instant,
    pub mover: Mover,
    pub action: &'static str,
    pub form: FormInput,
}

/// Desks that a judging desk would call for a category: the lead's first.
pub trait Callable {
    fn call(&self, matter: &Matter, count: usize) -> Vec<civic::id::OrgId>;
}

/// The next move, for the state a matter is in now; none when it waits for the calendar or is over.
pub fn next(matter: &Matter, fate: &Fate, now: Instant, desks: &dyn Callable) -> Option<Move> {
    let mut dice = fate.dice(matter);
    let category = matter
        .category
        .as_ref()
        .map_or(fate.category, |c| c.code.as_str());
    let say = |action: &str| {
        Some(opinion(
            action,
            category,
            fate.seed ^ u64::from(matter.version),
        ))
    };
    let later = |dice: &mut Dice, from: i64, to: i64| {
        Instant(now.0 + dice.between(from * MINUTE_MS, to * MINUTE_MS))
    };
    if let Some(pending) = matter.pending.first() {
        let area = match pending.approver {
            Desk::Area(area) => area,
            _ => return None,
        };
        let yes = !matches!(pending.ask, civic::matter::Ask::Extend) || dice.chance(8_500);
        let form = FormInput {
            verdict: Some(yes),
            task: Some(pending.slot),
            opinion: say(if yes {
                "decide-approve"
            } else {
                "decide-refuse"
            }),
            ..FormInput::default()
        };
        let mover = if pending.leader {
            Mover::Leader(area)
        } else {
            Mover::Desk(Desk::Area(area))
        };
        return Some(Move {
            at: in_hours(later(&mut dice, 10, 120)),
            mover,
            action: "decide",
            form,
        });
    }
    match matter.phase {
        Phase::Triage => Some(judge(matter, fate, &mut dice, now, desks, &say)),
        Phase::Work => {
            let at = in_hours(within_limit(matter, 0, fate, &mut dice, now));
            Some(settle(matter, fate, at, &say))
        }
        Phase::Called | Phase::Handling => handle(matter, fate, &mut dice, now, &say),
        Phase::Review => {
            // A check counts only for what was fed back before it.
            let fed = matter
                .tasks
                .iter()
                .filter(|t| t.kind != TaskKind::Check)
                .map(|t| t.no)
                .max();
            let checked = matter
                .tasks
                .iter()
                .rev()
                .find(|t| t.kind == TaskKind::Check && Some(t.no) > fed);
            let at = in_hours(later(&mut dice, 15, 240));
            let owner = Mover::Desk(matter.desk);
            Some(match checked.map(|t| t.finding) {
                None => Move {
                    at,
                    mover: owner,
                    action: "order_check",
                    form: FormInput {
                        opinion: say("order_check"),
                        ..FormInput::default()
                    },
                },
                Some(Some(Finding::Cannot)) => Move {
                    at,
                    mover: owner,
                    action: "rework",
                    form: FormInput {
                        opinion: say("rework"),
                        ..FormInput::default()
                    },
                },
                Some(_) => settle(matter, fate, at, &say),
            })
        }
        Phase::Check => {
            let task = matter
                .tasks
                .iter()
                .find(|t| t.is_open() && t.kind == TaskKind::Check)?;
            let first = matter
                .tasks
                .iter()
                .filter(|t| t.kind == TaskKind::Check)
                .count()
                == 1;
            let done = !(fate.botched && first);
            let form = FormInput {
                verdict: Some(done),
                task: Some(task.no),
                opinion: say(if done { "check-true" } else { "check-false" }),
                ..FormInput::default()
            };
            Some(Move {
                at: in_hours(later(&mut dice, 30, 420)),
                mover: Mover::Desk(task.desk),
                action: "check",
                form,
            })
        }
        Phase::Confirm => {
            let reporter = matter.reporter.account?;
            // A quarter says nothing and is closed by the calendar.
            if dice.chance(2_500) {
                return None;
            }
            let bad = fate.discontent && matter.reopened == 0;
            let rating = if bad {
                dice.between(1, 2)
            } else {
                3 + i64::from(dice.chance(9_000)) + i64::from(dice.chance(6_500))
            };
            let words = say(if bad {
                "confirm-dissatisfied"
            } else {
                "confirm-satisfied"
            });
            let form = FormInput {
                rating: u8::try_from(rating).ok(),
                opinion: words,
                ..FormInput::default()
            };
            Some(Move {
                at: awake(later(&mut dice, 20, 2_400)),
                mover: Mover::Reporter(reporter),
                action: "confirm",
                form,
            })
        }
        Phase::Suspended | Phase::Closed | Phase::Dropped | Phase::Archived => None,
    }
}

/// The judgement of a triage desk: settle if it can, else call or escalate.
fn judge(
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

/// The called desks: sign, sometimes refuse, work, feed back; the slow ones ask for time.
fn handle(
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
    if fate.supervised && matter.supervision.is_none() && matter.phase == Phase::Handling {
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
        let until = civic::time::Zone::CHINA.day_of(now).plus(days);
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

fn settle(matter: &Matter, fate: &Fate, at: Instant, say: &dyn Fn(&str) -> Option<String>) -> Move {
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

/// A desk that works to its limit: mostly well before it, the slow ones after.
fn within_limit(matter: &Matter, slot: u32, fate: &Fate, dice: &mut Dice, now: Instant) -> Instant {
    let due = matter
        .clocks
        .iter()
        .find(|c| c.slot == slot && c.kind == ClockKind::Handle && c.runs())
        .map(|c| c.due);
    let span = due.map_or(2 * DAY_MS, |due| (due.0 - now.0).max(HOUR_MS));
    let percent = if fate.slow && dice.chance(3_000) {
        dice.between(110, 400)
    } else {
        dice.between(8, 82)
    };
    Instant(now.0 + span * percent / 100)
}

/// Office hours of departments and centres: 8 to 18 on any day, so that the lists move every day.
fn in_hours(at: Instant) -> Instant {
    shift(at, 8, 18)
}
/// Residents answer between 7 and 22.
fn awake(at: Instant) -> Instant {
    shift(at, 7, 22)
}
fn shift(at: Instant, from: i64, to: i64) -> Instant {
    let zone = civic::time::Zone::CHINA;
    let ms = zone.ms_of_day(at);
    if ms < from * HOUR_MS {
        Instant(at.0 + from * HOUR_MS - ms + ms % (50 * MINUTE_MS))
    } else if ms >= to * HOUR_MS {
        Instant(at.0 + DAY_MS - ms + from * HOUR_MS + ms % (50 * MINUTE_MS))
    } else {
        at
    }
}
/// The same-day rule is kept: the desk acts after `minutes`, or shortly before midnight.
fn before_midnight(now: Instant, minutes: i64) -> Instant {
    let zone = civic::time::Zone::CHINA;
    let left = DAY_MS - zone.ms_of_day(now);
    let wait = (minutes * MINUTE_MS).min((left - 2 * MINUTE_MS).max(left / 2));
    Instant(now.0 + wait)
}
