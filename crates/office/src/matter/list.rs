//! Lists: my queue, what I had a hand in, an area's matters, what is nearby.

use super::unveiled;
use crate::home::{COUNTED_MAX, due_of};
use crate::{Office, Result};
use atlas::Point;
use civic::area::Level;
use civic::directory::Actor;
use civic::flow::Phase;
use civic::home::{Job, Watch, came_back, job_of};
use civic::id::{AreaId, OrgId};
use civic::limits::{NEARBY_METRES, PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use civic::matter::{ClockKind, Desk, Matter};
use civic::post::Seat;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::sought::Sought;
use civic::time::Instant;
use store::matter::{Filter, Holding};

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// What lies on my desks, earliest due first.
    Queue,
    /// What I reported, newest first.
    Reported,
    /// Where I took a step, newest first.
    Handled,
    /// All of an area, newest first.
    Area,
    /// Requests that I may decide, newest first.
    Asked,
}

/// A question for a list.
#[derive(Debug, Clone)]
pub struct Query {
    /// Which list.
    pub view: View,
    /// For [`View::Area`]: the area; the actor's own where none is given.
    pub area: Option<AreaId>,
    /// What to keep.
    pub filter: Filter,
    /// For [`View::Queue`]: only what is due at this time or before.
    pub due_before: Option<Instant>,
    /// For [`View::Queue`]: only what is due after this.
    pub due_after: Option<Instant>,
    /// For [`View::Queue`]: only what falls under this job of the home page.
    pub job: Option<Job>,
    /// For [`View::Queue`]: only what was returned or reopened.
    pub came_back: bool,
    /// Only in states of these phases.
    pub phases: Vec<Phase>,
    /// For [`View::Area`]: only what an enforcement desk works on (R021).
    pub enforced: bool,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Rows wanted; at most [`PAGE_ROWS_MAX`].
    pub limit: Option<usize>,
}

impl Query {
    /// The first page of a list, nothing left out.
    #[must_use]
    pub fn of(view: View) -> Self {
        Self {
            view,
            area: None,
            filter: Filter::default(),
            due_before: None,
            due_after: None,
            job: None,
            came_back: false,
            phases: Vec::new(),
            enforced: false,
            cursor: None,
            limit: None,
        }
    }
}

/// A row of a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The matter.
    pub matter: Matter,
    /// The slot that lies on the desk, in a queue.
    pub slot: u32,
    /// The due time of this desk's clock.
    pub due_at: Option<Instant>,
    /// Which clock that is, in words.
    pub due_kind: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Listed>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// An open matter near a point.
#[derive(Debug, Clone)]
pub struct Nearby {
    /// The matter.
    pub matter: Matter,
    /// Distance in metres.
    pub metres: f64,
}

/// Counts of the tabs of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TabCounts {
    /// What lies on the actor's desks.
    pub watch: Watch,
    /// Requests that the actor may decide.
    pub asked: usize,
    /// There is more than was counted.
    pub more: bool,
}

impl Office {
    /// A page of a list. Only what the actor may see is in it.
    ///
    /// # Errors
    /// `Unknown` for an area outside the actor's, `Invalid` for a cursor that is not one.
    pub async fn matters(&self, actor: &Actor, mut query: Query) -> Result<Page> {
        if !query.phases.is_empty() {
            query.filter.states = self.states_of(&query.phases, &query.filter.states);
        }
        let limit = query
            .limit
            .unwrap_or(PAGE_ROWS_DEFAULT)
            .clamp(1, PAGE_ROWS_MAX);
        let words = query.filter.words.clone();
        match query.view {
            View::Queue => self.queue(actor, query, limit).await,
            View::Reported | View::Handled => {
                let after = cursor_id(query.cursor.as_deref())?;
                let (account, filter, reported) =
                    (actor.account, query.filter, query.view == View::Reported);
                let matters = self
                    .read(move |conn| match reported {
                        true => {
                            store::matter::of_reporter(conn, account, &filter, after, limit + 1)
                        }
                        false => store::matter::of_hand(conn, account, &filter, after, limit + 1),
                    })
                    .await?;
                Ok(self.page(actor, matters, limit, words.as_ref()))
            }
            View::Area => {
                let (level, area) = self.listed_area(actor, query.area)?;
                let after = cursor_id(query.cursor.as_deref())?;
                let mut filter = query.filter;
                if query.enforced {
                    filter.with = self.enforcers(area);
                    // Nobody enforces here: then nothing is being enforced.
                    filter.with.push(OrgId(0));
                }
                let matters = self
                    .read(move |conn| {
                        store::matter::of_area(conn, level, area, &filter, after, limit + 1)
                    })
                    .await?;
                Ok(self.page(actor, matters, limit, words.as_ref()))
            }
            View::Asked => {
                let after = cursor_id(query.cursor.as_deref())?;
                let mut rows = self.asked(actor, after, limit + 1).await?;
                let more = rows.len() > limit;
                rows.truncate(limit);
                let next = rows
                    .last()
                    .filter(|_| more)
                    .map(|l| l.matter.id.to_string());
                Ok(Page { rows, next })
            }
        }
    }

    /// The states of these phases in any flow, of those in `wanted` where some are named. Never
    /// empty, as an empty list would mean any state.
    fn states_of(&self, phases: &[Phase], wanted: &[String]) -> Vec<String> {
        let world = self.world();
        let mut states: Vec<String> = world
            .rules
            .flows
            .values()
            .flat_map(|flow| flow.states.iter())
            .filter(|s| phases.contains(&s.phase))
            .map(|s| s.code.clone())
            .filter(|code| wanted.is_empty() || wanted.contains(code))
            .collect();
        states.sort_unstable();
        states.dedup();
        if states.is_empty() {
            states.push(String::new());
        }
        states
    }

    /// Requests that the actor may decide, newest first, after the matter `after`.
    pub(crate) async fn asked(
        &self,
        actor: &Actor,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Listed>> {
        let desks = self.desks_of(actor);
        let found = self
            .read(move |conn| store::asked::on_desks(conn, &desks, after, limit))
            .await?;
        let (world, day) = (self.world(), self.today());
        let directory = world.directory();
        let mine = |matter: &Matter, slot: u32| {
            directory.sees(actor, matter, day)
                && matter.pending.iter().any(|p| {
                    p.slot == slot
                        && actor
                            .posts
                            .iter()
                            .any(|post| directory.may_decide(post, p, day))
                })
        };
        Ok(found
            .into_iter()
            .filter(|(matter, slot)| mine(matter, *slot))
            .map(|(matter, slot)| {
                let clock = matter
                    .clocks
                    .iter()
                    .find(|c| c.kind == ClockKind::Approval && c.slot == slot && c.runs());
                Listed {
                    slot,
                    due_at: clock.map(|c| c.due),
                    due_kind: clock.map(|c| c.kind.word().to_owned()),
                    matter,
                }
            })
            .collect())
    }

    /// How much lies in the lists of the actor's own work: what the tabs of the queue show.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn tab_counts(&self, actor: &Actor) -> Result<TabCounts> {
        let now = self.now();
        let day_ends = self.world().rules.calendar.zone().end_of(self.today());
        let (lying, more) = self.lying(actor).await?;
        let mut watch = Watch::default();
        for holding in &lying {
            watch.count(&holding.matter, due_of(holding), now, day_ends);
        }
        let asked = self.asked(actor, None, COUNTED_MAX).await?.len();
        Ok(TabCounts { watch, asked, more })
    }

    /// Desks the actor serves: own seats, and vacant desks below that they answer for.
    #[must_use]
    pub fn desks_of(&self, actor: &Actor) -> Vec<Desk> {
        let world = self.world();
        let (directory, today) = (world.directory(), self.today());
        let mut desks = Vec::new();
        for post in &actor.posts {
            match post.seat {
                Seat::Org(org) => desks.push(Desk::Org(org)),
                // The three administrators sit over an area and at no desk of it.
                Seat::Area(_) if post.role.level().is_none() => {}
                Seat::Area(area) => {
                    desks.push(Desk::Area(area));
                    if post.role.mans_desk() {
                        desks.extend(vacant_below(directory, area, today).map(Desk::Area));
                    }
                }
            }
        }
        desks.sort_by_key(|d| (d.kind(), d.key()));
        desks.dedup();
        desks
    }

    async fn queue(&self, actor: &Actor, query: Query, limit: usize) -> Result<Page> {
        let desks = self.desks_of(actor);
        // The list comes earliest due first: what is due after a time stands behind it.
        let mut after =
            cursor_pair(query.cursor.as_deref())?.max(query.due_after.map(|due| (due.0, i64::MAX)));
        let (world, today) = (self.world(), self.today());
        let directory = world.directory();
        let wanted = |holding: &Holding| {
            let of_job = |job: Job| {
                actor.posts.iter().any(|post| {
                    let desk = holding
                        .matter
                        .task(holding.slot)
                        .map_or(holding.matter.desk, |t| t.desk);
                    directory.serves(post, desk, today)
                        && job_of(post.role.level(), &holding.matter, holding.slot) == Some(job)
                })
            };
            directory.sees(actor, &holding.matter, today)
                && query.job.is_none_or(of_job)
                && (!query.came_back || came_back(&holding.matter))
        };
        let mut rows: Vec<Listed> = Vec::new();
        loop {
            let (desks, filter) = (desks.clone(), query.filter.clone());
            let held = self
                .read(move |conn| store::matter::on_desks(conn, &desks, &filter, after, limit + 1))
                .await?;
            let mut left = held.len();
            let page_is_full = left > limit;
            for holding in held.into_iter().take(limit) {
                if query
                    .due_before
                    .is_some_and(|before| holding.due_at > before)
                {
                    return Ok(Page { rows, next: None });
                }
                left -= 1;
                after = Some((holding.due_at.0, holding.matter.id.0));
                if wanted(&holding) {
                    rows.push(listed(holding));
                }
                if rows.len() == limit {
                    break;
                }
            }
            // Rows that were left out make the page short: then the next ones are read.
            if !page_is_full || rows.len() == limit {
                let next = after
                    .filter(|_| left > 0)
                    .map(|(due, id)| format!("{due}.{id}"));
                return Ok(Page { rows, next });
            }
        }
    }

    /// What is sealed to the actor is shown without its words, and not found by them either.
    fn page(
        &self,
        actor: &Actor,
        mut matters: Vec<Matter>,
        limit: usize,
        words: Option<&Sought>,
    ) -> Page {
        let more = matters.len() > limit;
        matters.truncate(limit);
        let next = matters.last().filter(|_| more).map(|m| m.id.to_string());
        let (world, today) = (self.world(), self.today());
        let rows = matters
            .into_iter()
            .filter(|m| world.directory().sees(actor, m, today))
            .filter(|m| {
                let found =
                    |w: &Sought| w.is_in(&m.no) || !world.directory().veils(actor, m, today);
                words.is_none_or(found)
            })
            .map(|m| unveiled(&world, actor, m, today))
            .map(|matter| {
                let clock = matter.deadline();
                Listed {
                    slot: 0,
                    due_at: clock.map(|c| c.due),
                    due_kind: clock.map(|c| c.kind.word().to_owned()),
                    matter,
                }
            })
            .collect();
        Page { rows, next }
    }

    /// The area of a list or board: the one asked for if it lies within a post of the actor, else
    /// the highest of the actor's own.
    pub(crate) fn listed_area(
        &self,
        actor: &Actor,
        area: Option<AreaId>,
    ) -> Result<(Level, AreaId)> {
        let world = self.world();
        let own = || {
            actor
                .posts
                .iter()
                .filter_map(|p| {
                    if let Seat::Area(area) = p.seat {
                        world.tree().get(area)
                    } else {
                        None
                    }
                })
                .min_by_key(|a| a.level)
                .map(|a| a.id)
        };
        let area = area.or_else(own).ok_or_else(|| Refusal::unknown("区域"))?;
        world
            .directory()
            .over(actor, Verb::See, area)
            .ok_or_else(|| Refusal::unknown("区域"))?;
        let level = world
            .tree()
            .get(area)
            .map(|a| a.level)
            .ok_or_else(|| Refusal::unknown("区域"))?;
        Ok((level, area))
    }

    /// Open matters of the same class near a point, so that a thing is joined and not filed twice
    /// (rule 1). Anybody who reports may ask; only number, title, place and state may be shown, and
    /// only of what is not personal or what the actor may see anyway.
    ///
    /// # Errors
    /// When the point lies in no unit.
    pub async fn nearby(
        &self,
        actor: &Actor,
        point: (f64, f64),
        class: Option<i64>,
    ) -> Result<Vec<Nearby>> {
        let (world, today) = (self.world(), self.today());
        let directory = world.directory();
        let here = Point {
            lon: point.0,
            lat: point.1,
        };
        let Some(unit) = world.locator.locate(here) else {
            return Ok(Vec::new());
        };
        let Some(community) = world.tree().path(AreaId(unit)).at(Level::Community) else {
            return Ok(Vec::new());
        };
        let filter = Filter {
            class,
            open: Some(true),
            ..Filter::default()
        };
        let open = self
            .read(move |conn| {
                store::matter::of_area(conn, Level::Community, community, &filter, None, 200)
            })
            .await?;
        let mut near: Vec<Nearby> = open
            .into_iter()
            .filter(|m| directory.joinable(m) || directory.sees(actor, m, today))
            .filter_map(|matter| {
                let (lon, lat) = matter.place.point?;
                let metres = metres_between(here, Point { lon, lat });
                (metres <= NEARBY_METRES).then_some(Nearby { matter, metres })
            })
            .collect();
        near.sort_by(|a, b| a.metres.total_cmp(&b.metres));
        near.truncate(10);
        Ok(near)
    }
}

fn listed(holding: Holding) -> Listed {
    let due = due_of(&holding);
    Listed {
        slot: holding.slot,
        due_at: due,
        due_kind: due.map(|_| holding.due_kind),
        matter: holding.matter,
    }
}

/// Vacant desks below `area` that its people answer for: down to, not into, manned ones.
fn vacant_below(
    directory: &civic::directory::Directory,
    area: AreaId,
    day: civic::time::Day,
) -> impl Iterator<Item = AreaId> {
    let mut found = Vec::new();
    let mut open: Vec<AreaId> = directory.tree.children(area).map(|a| a.id).collect();
    while let Some(next) = open.pop() {
        if !directory.occupied(next, day) {
            found.push(next);
            open.extend(directory.tree.children(next).map(|a| a.id));
        }
    }
    found.into_iter()
}

/// Distance on a sphere, in metres.
fn metres_between(a: Point, b: Point) -> f64 {
    const EARTH_RADIUS_METRES: f64 = 6_371_008.8;
    let (la, lb) = (a.lat.to_radians(), b.lat.to_radians());
    let (dlat, dlon) = ((lb - la) / 2.0, (b.lon - a.lon).to_radians() / 2.0);
    let h = dlat.sin().powi(2) + la.cos() * lb.cos() * dlon.sin().powi(2);
    2.0 * EARTH_RADIUS_METRES * h.sqrt().asin()
}

fn bad_cursor() -> Refusal {
    Refusal::invalid("cursor", "bad_cursor", "翻页位置无效，请回到第一页重新查看")
}

fn cursor_id(cursor: Option<&str>) -> Result<Option<i64>> {
    Ok(cursor
        .map(|c| c.parse().map_err(|_| bad_cursor()))
        .transpose()?)
}

fn cursor_pair(cursor: Option<&str>) -> Result<Option<(i64, i64)>> {
    let Some(text) = cursor else { return Ok(None) };
    let (due, id) = text.split_once('.').ok_or_else(bad_cursor)?;
    Ok(Some((
        due.parse().map_err(|_| bad_cursor())?,
        id.parse().map_err(|_| bad_cursor())?,
    )))
}
