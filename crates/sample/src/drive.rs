//! Plays the days of the sample city through the real verbs, on a simulated clock: incidents arrive,
//! move and close as people would move them; nothing is inserted as a row.

use crate::dice::Dice;
use crate::fate::{self, Fate, Move};
use crate::texts;
use cast::Calling;
use civic::area::Level;
use civic::category::Privacy;
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, MatterId};
use civic::matter::{Channel, Matter};
use civic::time::{Day, HOUR_MS, Instant, Zone};
use futures::future::join_all;
use office::matter::Receipt;
use office::{Fault, Office, World};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

mod cast;
mod incident;

/// Matters after a commit, with the time of their last step.
type News = Mutex<Vec<(Arc<Matter>, Instant)>>;

/// Incidents of the whole city in [`DAYS`] days (S4: 51.44 万).
pub const INCIDENTS: u64 = 514_400;
/// Days they fell in (S4: from 2022-05 to 2023-03).
pub const DAYS: i64 = 318;
/// Commands in flight at once.
const FLIGHT: usize = 1_024;

/// What is to be played.
#[derive(Debug, Clone)]
pub struct Plan {
    /// First day.
    pub from: Day,
    /// The moment at which the play ends.
    pub until: Instant,
    /// Incidents of an average day.
    pub per_day: f64,
    /// Seed.
    pub seed: u64,
}

impl Plan {
    /// The seed's 318 days up to `until`, for a part of the city with so many units.
    #[must_use]
    pub fn of_seed(until: Instant, units: usize) -> Self {
        let share = units as f64 / crate::geography::UNITS as f64;
        let from = Zone::CHINA.day_of(until).plus(-DAYS);
        Self {
            from,
            until,
            per_day: INCIDENTS as f64 / DAYS as f64 * share,
            seed: crate::geography::SEED,
        }
    }
}

/// How far a play has come.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Days played.
    pub days: i64,
    /// Days in all.
    pub days_total: i64,
    /// Incidents reported.
    pub reported: u64,
    /// Commands carried out, the sweep's included.
    pub commands: u64,
    /// Commands that the rules refused.
    pub refused: u64,
    /// Matters open now.
    pub open: usize,
}

/// A play that went wrong.
#[derive(Debug)]
pub struct Broken(pub String);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for Broken {}

struct Stage<'a> {
    office: &'a Office,
    world: Arc<World>,
    names: HashMap<AccountId, String>,
    actors: HashMap<AccountId, Actor>,
    units: Vec<AreaId>,
    open: HashMap<MatterId, Arc<Matter>>,
    /// Open matters that residents reported, some of them over by now.
    reported: Vec<MatterId>,
    fates: HashMap<MatterId, Fate>,
    /// Events in order of time: a matter's move is void once its version moved on.
    events: BinaryHeap<Reverse<(i64, i64, u32, bool)>>,
    moves: HashMap<MatterId, Move>,
    progress: Progress,
    refusals: HashMap<String, u64>,
}

/// Plays a plan. `names` are those of the accounts; `tell` is told after each simulated day.
///
/// # Errors
/// When the office is broken; refusals of the rules are counted, not errors.
pub async fn drive(
    office: &Office,
    names: HashMap<AccountId, String>,
    plan: &Plan,
    mut tell: impl FnMut(&Progress),
) -> Result<Progress, Broken> {
    let world = office.world();
    let root = world
        .tree()
        .roots()
        .next()
        .map(|a| a.id)
        .ok_or_else(|| Broken("no areas".into()))?;
    let units = world
        .tree()
        .subtree(root)
        .filter(|a| a.level == Level::Unit)
        .map(|a| a.id)
        .collect();
    let news: Arc<News> = Arc::default();
    let inbox = Arc::downgrade(&news);
    office.live().listen(move |committed| {
        let Some(inbox) = inbox.upgrade() else {
            return false;
        };
        let mut last: HashMap<MatterId, Instant> = HashMap::new();
        for step in &committed.steps {
            let at = last.entry(step.matter).or_insert(step.acted_at);
            *at = (*at).max(step.acted_at);
        }
        let fresh = committed.matters.iter().map(|m| {
            (
                Arc::clone(m),
                last.get(&m.id).copied().unwrap_or(m.arrived_at),
            )
        });
        inbox
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(fresh);
        true
    });
    let mut stage = Stage {
        office,
        world,
        names,
        actors: HashMap::new(),
        units,
        open: HashMap::new(),
        reported: Vec::new(),
        fates: HashMap::new(),
        events: BinaryHeap::new(),
        moves: HashMap::new(),
        progress: Progress {
            days_total: Zone::CHINA.day_of(plan.until).0 - plan.from.0 + 1,
            ..Progress::default()
        },
        refusals: HashMap::new(),
    };
    let mut owed = 0.0;
    let mut day = plan.from;
    while Zone::CHINA.start_of(day) < plan.until {
        let weekday = texts::weekday_percent(day.weekday());
        owed += plan.per_day * f64::from(weekday) / 100.0;
        let count = owed as u64;
        owed -= count as f64;
        let mut reports = stage.reports(plan, day, count);
        reports.sort_by_key(|(at, _)| *at);
        let end = Zone::CHINA.end_of(day).min(plan.until);
        reports.retain(|(at, _)| *at < end);
        stage.report(reports).await?;
        stage.learn(&news);
        while stage.act(end).await? {
            stage.learn(&news);
        }
        stage.progress.days += 1;
        stage.progress.open = stage.open.len();
        tell(&stage.progress);
        day = day.plus(1);
    }
    for (text, times) in &stage.refusals {
        tracing::info!(times, text, "refused in the play");
    }
    Ok(stage.progress)
}

fn broken(fault: Fault) -> Broken {
    Broken(fault.to_string())
}

impl Stage<'_> {
    async fn report(&mut self, due: Vec<(Instant, u64)>) -> Result<(), Broken> {
        let made: Vec<_> = due
            .into_iter()
            .filter(|(at, _)| *at < Instant(i64::MAX))
            .map(|(at, seed)| (at, self.incident(seed, at)))
            .collect();
        for set in made.chunks(FLIGHT) {
            let answers = join_all(set.iter().map(|(at, (actor, input, _))| {
                self.office.report_at(actor, input.clone(), None, *at)
            }))
            .await;
            for (answer, (_, (_, _, fate))) in answers.into_iter().zip(set) {
                match answer {
                    Ok(Receipt { id, .. }) => {
                        self.progress.reported += 1;
                        self.progress.commands += 1;
                        self.fates.insert(id, fate.clone());
                    }
                    Err(fault) => self.refuse("report", fault)?,
                }
            }
        }
        Ok(())
    }

    fn refuse(&mut self, action: &str, fault: Fault) -> Result<(), Broken> {
        match fault {
            Fault::Refused(refusal) => {
                self.progress.refused += 1;
                *self
                    .refusals
                    .entry(format!("{action}: {refusal}"))
                    .or_default() += 1;
                Ok(())
            }
            Fault::Broken(text) => Err(Broken(text)),
        }
    }

    /// Takes in what was committed, and plans what comes next.
    fn learn(&mut self, news: &News) {
        let fresh = std::mem::take(&mut *news.lock().unwrap_or_else(PoisonError::into_inner));
        for (matter, at) in fresh {
            let id = matter.id;
            if matter.over() {
                self.open.remove(&id);
                self.moves.remove(&id);
                self.fates.remove(&id);
                continue;
            }
            let before = self.open.insert(id, Arc::clone(&matter));
            let first = self.fates.get(&id).is_some_and(|f| f.repeats.is_none());
            if before.is_none()
                && first
                && matches!(matter.channel, Channel::Resident | Channel::Snapshot)
            {
                self.reported.push(id);
            }
            // A reminder changes nobody's mind: what was planned stays planned.
            let reminded = before.is_some_and(|b| {
                b.state == matter.state
                    && b.tasks == matter.tasks
                    && b.pending == matter.pending
                    && b.category == matter.category
            });
            if !(reminded && self.moves.contains_key(&id)) {
                self.moves.remove(&id);
                self.plan(&matter, at);
            }
            self.schedule(&matter);
        }
    }

    /// Plans the next move of a matter.
    fn plan(&mut self, matter: &Matter, now: Instant) {
        let open = &self.open;
        let Some(fate) = self.fates.get_mut(&matter.id) else {
            return;
        };
        let shared = |first: &MatterId| {
            open.get(first)
                .is_some_and(|m| m.privacy() == Privacy::Open)
        };
        fate.repeats = fate.repeats.filter(shared);
        let calling = Calling {
            world: &self.world,
            seed: fate.seed,
        };
        if let Some(next) = fate::next(matter, fate, now, &calling) {
            self.moves.insert(matter.id, next);
        }
    }

    /// Puts the matter's next event into the queue: its move, or the clock that comes before it.
    fn schedule(&mut self, matter: &Matter) {
        let step = self.moves.get(&matter.id).map(|m| m.at);
        let tick = matter.next_alert_at();
        let first = match (step, tick) {
            (Some(step), Some(tick)) if tick <= step => (tick, true),
            (Some(step), _) => (step, false),
            (None, Some(tick)) => (tick, true),
            (None, None) => return,
        };
        self.events
            .push(Reverse((first.0.0, matter.id.0, matter.version, first.1)));
    }

    /// Makes the moves that fall before `upto`; says whether there were any.
    async fn act(&mut self, upto: Instant) -> Result<bool, Broken> {
        let mut ticks = Vec::new();
        let mut due = Vec::new();
        while due.len() + ticks.len() < FLIGHT
            && self
                .events
                .peek()
                .is_some_and(|Reverse((at, ..))| *at < upto.0)
        {
            let Some(Reverse((at, id, version, tick))) = self.events.pop() else {
                break;
            };
            let (id, at) = (MatterId(id), Instant(at));
            if self.open.get(&id).is_none_or(|m| m.version != version) {
                continue;
            }
            if tick {
                ticks.push((id, at));
                continue;
            }
            let Some(next) = self.moves.remove(&id) else {
                continue;
            };
            let gone = next.form.other.is_some_and(|o| !self.open.contains_key(&o));
            if let Some(matter) = self.open.get(&id).filter(|_| gone).cloned() {
                self.plan(&matter, at);
                self.schedule(&matter);
                continue;
            }
            let day = Zone::CHINA.day_of(at);
            let mut dice = Dice::new(id.0 as u64, version.into());
            let Some(account) = self.person(next.mover, day, &mut dice) else {
                continue;
            };
            due.push((id, version, at, self.actor(account, day), next));
        }
        if due.is_empty() && ticks.is_empty() {
            return Ok(false);
        }
        let announced = join_all(
            ticks
                .iter()
                .map(|(id, at)| self.office.announce_at(*id, *at)),
        );
        let acted = join_all(due.iter().map(|(id, version, at, actor, next)| {
            self.office.act_at(
                actor,
                *id,
                next.action,
                Some(*version),
                next.form.clone(),
                None,
                *at,
            )
        }));
        let (announced, acted) = futures::join!(announced, acted);
        for told in announced {
            told.map_err(broken)?;
            self.progress.commands += 1;
        }
        for (answer, (id, version, at, _, next)) in acted.into_iter().zip(due) {
            self.progress.commands += 1;
            if let Err(fault) = answer {
                self.refuse(next.action, fault)?;
                // The world moved on meanwhile: think again later.
                if let Some(matter) = self.open.get(&id).filter(|m| m.version == version).cloned() {
                    self.plan(&matter, Instant(at.0 + 12 * HOUR_MS));
                    self.schedule(&matter);
                }
            }
        }
        Ok(true)
    }
}
