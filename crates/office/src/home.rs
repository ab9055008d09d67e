//! The home of a person: for each post exactly its jobs, with true figures (R018 to R023, R042).
//!
//! The figures are counted from the very rows that the lists behind them show, so a figure and its
//! list never differ.

use crate::{Office, Result};
use civic::absence::Absence;
use civic::area::Level;
use civic::directory::Actor;
use civic::home::{self, Job, Watch};
use civic::id::{AccountId, AreaId, OrgId};
use civic::measure::{Measure, Span};
use civic::module::Module;
use civic::post::{Post, Seat};
use civic::time::{Day, Instant};
use std::sync::Arc;
use store::matter::{Filter, Holding};

/// Things counted at most for one post; above, the figures say "at least".
pub(crate) const COUNTED_MAX: usize = 2_000;
/// The line of business that enforces (综合执法), in the list of departments.
pub(crate) const ENFORCEMENT: &str = "urban_management";
/// Kinds of visits that count as patrols of a grid.
const PATROLS: [&str; 2] = ["patrol", "inspect"];

/// A job of a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeJob {
    /// The job.
    pub job: Job,
    /// How much waits; none where nothing can wait.
    pub waiting: Option<i64>,
    /// How much of it is late.
    pub late: i64,
    /// How much this person did of it this month; none where it is not a thing one writes down.
    pub done: Option<i64>,
}

/// The home of one post.
#[derive(Debug, Clone)]
pub struct HomePost {
    /// The post.
    pub post: Arc<Post>,
    /// Its title as shown.
    pub title: String,
    /// The absence because of which the person acts for its holder; none at an own post.
    pub stands_in: Option<Absence>,
    /// The area of its lists and boards; of an organisation, none.
    pub area: Option<AreaId>,
    /// What lies on its desk; none for administrators.
    pub watch: Option<Watch>,
    /// Its jobs in order.
    pub jobs: Vec<HomeJob>,
    /// Who is on duty in its area today, with names; empty where nobody is planned.
    pub duty: Vec<(AccountId, String)>,
}

/// A person's home.
#[derive(Debug, Clone)]
pub struct Home {
    /// Today.
    pub day: Day,
    /// When it ends.
    pub day_ends: Instant,
    /// When it was counted.
    pub as_of: Instant,
    /// Unread messages.
    pub unread: usize,
    /// Hand-over sheets that wait for this person's confirmation.
    pub handovers: usize,
    /// One for each post held today, in the order of the posts.
    pub posts: Vec<HomePost>,
    /// More than [`COUNTED_MAX`] things lie on a desk: figures are at least so high.
    pub more: bool,
}

impl Office {
    /// The home of the person who asks. Residents, who hold no post, get one without posts.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn home(&self, actor: &Actor) -> Result<Home> {
        let (now, day) = (self.now(), self.today());
        let day_ends = self.world().rules.calendar.zone().end_of(day);
        let unread = self.unread_messages(actor).await?;
        let handovers = self.waiting_departures(actor).await?.len();
        let mut home = Home {
            day,
            day_ends,
            as_of: now,
            unread,
            handovers,
            posts: Vec::new(),
            more: false,
        };
        for post in &actor.posts {
            let (one, more) = self.home_of(actor, post, day, day_ends).await?;
            home.posts.push(one);
            home.more |= more;
        }
        Ok(home)
    }

    async fn home_of(
        &self,
        actor: &Actor,
        post: &Arc<Post>,
        day: Day,
        day_ends: Instant,
    ) -> Result<(HomePost, bool)> {
        let world = self.world();
        let alone = Actor {
            posts: vec![Arc::clone(post)],
            ..actor.clone()
        };
        // Over an area and at no desk of it: administrators and the competent body.
        let deskless = post.role.level().is_none() && matches!(post.seat, Seat::Area(_));
        let now = self.now();
        let (lying, more) = self.lying(&alone).await?;
        let mut watch = Watch::default();
        let mut on_jobs: Vec<(Job, bool)> = Vec::new();
        for holding in &lying {
            let due = due_of(holding);
            watch.count(&holding.matter, due, now, day_ends);
            if let Some(job) = home::job_of(post.role.level(), &holding.matter, holding.slot) {
                on_jobs.push((job, due.is_some_and(|due| due <= now)));
            }
        }
        let area = match post.seat {
            Seat::Area(area) => Some(area),
            Seat::Org(_) => None,
        };
        let over = match area {
            Some(area) if !deskless => Some(self.over_area(&alone, post, area, day).await?),
            _ => None,
        };
        let notices = match home::jobs(post.role).contains(&Job::Notices) {
            true => self.waiting_notices(&alone).await?.len() as i64,
            false => 0,
        };
        let asked = if home::jobs(post.role).contains(&Job::Decide) {
            self.asked(&alone, None, COUNTED_MAX).await?.len() as i64
        } else {
            0
        };
        let jobs = home::jobs(post.role)
            .iter()
            .map(|job| {
                let of_desk = on_jobs.iter().filter(|(j, _)| j == job);
                let lies = (
                    of_desk.clone().count() as i64,
                    of_desk.filter(|(_, late)| *late).count() as i64,
                );
                let (waiting, late, done) = figures(*job, lies, asked, notices, over.as_ref());
                HomeJob {
                    job: *job,
                    waiting,
                    late,
                    done,
                }
            })
            .collect();
        let duty = match area {
            Some(area) if !deskless && self.is_on(Module::Centre, area) => {
                self.on_duty(area, day).await?
            }
            _ => Vec::new(),
        };
        let directory = world.directory();
        let absence = directory.absences().of_post(post.id, day);
        let stands_in = absence.filter(|_| directory.stands_in_for(post).is_some());
        let one = HomePost {
            title: directory.title(post),
            stands_in: stands_in.cloned(),
            post: Arc::clone(post),
            area,
            watch: (!deskless).then_some(watch),
            jobs,
            duty,
        };
        Ok((one, more))
    }

    /// What lies on the desks of the actor, earliest due first, and whether there is more.
    pub(crate) async fn lying(&self, actor: &Actor) -> Result<(Vec<Holding>, bool)> {
        let desks = self.desks_of(actor);
        let mut held = self
            .read(move |conn| {
                store::matter::on_desks(conn, &desks, &Filter::default(), None, COUNTED_MAX + 1)
            })
            .await?;
        let more = held.len() > COUNTED_MAX;
        held.truncate(COUNTED_MAX);
        let (world, day) = (self.world(), self.today());
        held.retain(|h| world.directory().sees(actor, &h.matter, day));
        Ok((held, more))
    }

    async fn over_area(&self, actor: &Actor, post: &Post, area: AreaId, day: Day) -> Result<Over> {
        let world = self.world();
        let (tree, directory) = (world.tree(), world.directory());
        let level = tree.get(area).map_or(Level::Unit, |a| a.level);
        let jobs = home::jobs(post.role);
        let vacant = match jobs.contains(&Job::Vacancies) {
            true => Level::ALL
                .into_iter()
                .filter(|l| *l > level)
                .map(|l| directory.vacancies(area, l, day).count() as i64)
                .sum(),
            false => 0,
        };
        let orgs = self.enforcers(area);
        let parents = world.parents(area);
        let units: Vec<AreaId> = match level {
            Level::Unit => vec![area],
            Level::Grid => tree
                .subtree(area)
                .filter(|a| a.level == Level::Unit)
                .map(|a| a.id)
                .collect(),
            _ => Vec::new(),
        };
        let month = world.rules.calendar.zone().at(day.first_of_month(), 0, 0);
        let account = actor.account;
        self.read(move |conn| {
            let open = match level {
                Level::Unit => None,
                _ => {
                    store::tally::of_node(conn, &parents, area, &[&Span::total()], &[0])?.remove(&0)
                }
            };
            let [open] = open.unwrap_or_default();
            let (supervised, reopened) = store::matter::flagged(conn, level, area)?;
            Ok(Over {
                vacant,
                at_departments: open.get(Measure::OpenDepartment),
                supervised,
                reopened,
                enforcing: match orgs.is_empty() {
                    true => 0,
                    false => store::matter::with_orgs(conn, level, area, &orgs)?,
                },
                visits: match units.is_empty() {
                    true => Vec::new(),
                    false => store::visit::made(conn, &units, account, month)?,
                },
            })
        })
        .await
    }

    /// The desks that enforce and can be called from an area (R021).
    pub(crate) fn enforcers(&self, area: AreaId) -> Vec<OrgId> {
        let world = self.world();
        world
            .directory()
            .callable(area)
            .filter(|org| &*org.line == ENFORCEMENT)
            .map(|org| org.id)
            .collect()
    }

    async fn on_duty(&self, area: AreaId, day: Day) -> Result<Vec<(AccountId, String)>> {
        let people = self
            .read(move |conn| {
                let ids = store::duty::get(conn, area, day)?;
                store::account::by_ids(conn, &ids)
            })
            .await?;
        Ok(people.into_iter().map(|a| (a.id, a.name)).collect())
    }
}

/// What is known of an area beside the desk.
struct Over {
    vacant: i64,
    at_departments: i64,
    supervised: i64,
    reopened: i64,
    enforcing: i64,
    /// Visits made by this person this month, by kind.
    visits: Vec<(String, i64)>,
}

impl Over {
    fn visits(&self, of: impl Fn(&str) -> bool) -> i64 {
        self.visits
            .iter()
            .filter(|(kind, _)| of(kind))
            .map(|(_, n)| n)
            .sum()
    }
}

/// Waiting, late and done of a job; `lies` is what lies on the desk under it.
fn figures(
    job: Job,
    lies: (i64, i64),
    asked: i64,
    notices: i64,
    over: Option<&Over>,
) -> (Option<i64>, i64, Option<i64>) {
    let of_area = |n: fn(&Over) -> i64| over.map(n);
    match job {
        Job::Prehandle
        | Job::Settle
        | Job::Gather
        | Job::Check
        | Job::Classify
        | Job::Judge
        | Job::Review
        | Job::Sign
        | Job::FeedBack
        | Job::Refuse => (Some(lies.0), lies.1, None),
        Job::Decide => (Some(asked), 0, None),
        Job::Notices => (Some(notices), 0, None),
        Job::Vacancies => (of_area(|o| o.vacant), 0, None),
        Job::Call | Job::Coordinate => (of_area(|o| o.at_departments), 0, None),
        Job::Enforce => (of_area(|o| o.enforcing), 0, None),
        Job::Supervise => (of_area(|o| o.supervised), 0, None),
        Job::Effect => (of_area(|o| o.reopened), 0, None),
        Job::Visit => (None, 0, of_area(|o| o.visits(|_| true))),
        Job::Patrol => (
            None,
            0,
            of_area(|o| o.visits(|kind| PATROLS.contains(&kind))),
        ),
        Job::Service => (None, 0, of_area(|o| o.visits(|kind| kind == "service"))),
        _ => (None, 0, None),
    }
}

/// The due time of what lies on a desk; none where no clock runs.
pub(crate) fn due_of(holding: &Holding) -> Option<Instant> {
    (holding.due_at.0 != i64::MAX).then_some(holding.due_at)
}
