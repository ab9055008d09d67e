//! The fate of an incident: how hard it is, who is slow, who is not content. All of it follows from
//! the incident's seed, so that a city can be played again.

use crate::dice::Dice;
use crate::texts::opinion;
use civic::area::Level;
use civic::flow::Phase;
use civic::id::{AccountId, MatterId};
use civic::matter::{Desk, Finding, Matter, TaskKind};
use civic::time::{Instant, MINUTE_MS};
use hours::{awake, in_hours, within_limit};
use office::matter::FormInput;

mod handle;
mod hours;
mod judge;

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
    /// The matter that was reported before and is the same thing, while it is open.
    pub repeats: Option<MatterId>,
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
            suspended: (hard && dice.chance(400)).then(|| dice.between(20, 200)),
            slow: hard && dice.chance(2_200),
            supervised: hard && dice.chance(400),
            bogus: dice.chance(90),
            repeats: None,
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
        Phase::Triage => Some(judge::judge(matter, fate, &mut dice, now, desks, &say)),
        Phase::Work => {
            let at = in_hours(within_limit(matter, 0, fate, &mut dice, now));
            Some(judge::settle(matter, fate, at, &say))
        }
        Phase::Called | Phase::Handling => handle::handle(matter, fate, &mut dice, now, &say),
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
                Some(_) => judge::settle(matter, fate, at, &say),
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
