//! Leaving a post: removal with its reason, the hand-over sheet, and the history of a seat (R043).

use crate::identity::entry;
use crate::post::staff_only;
use crate::{Office, Result, World};
use civic::by::By;
use civic::departure::{Confirmed, Departure, Open, OpenKind, Reason, problems};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, PostId};
use civic::post::{Post, Seat};
use civic::refusal::Refusal;
use civic::rights::{self, Verb};
use civic::time::Day;
use std::sync::Arc;
use store::driver::Conn;
use store::lane::Failure;

/// Sheets answered at most in one list.
const SHEETS_MAX: usize = 200;
/// Matters of a kind that a sheet names; the count says how many there are.
const NAMED_MAX: usize = 50;
/// Posts of a seat that its history shows.
const HISTORY_MAX: usize = 200;
/// Days within which the end of a term is written down by itself.
const EXPIRED_DAYS: i64 = 31;
/// Terms that ran out, written down in one go.
const EXPIRED_MAX: usize = 256;

/// A removal as it is asked for.
#[derive(Debug, Clone)]
pub struct Removal {
    /// First day out of office.
    pub to: Day,
    /// Why.
    pub reason: Reason,
    /// Why, in words.
    pub words: String,
}

/// A departure as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartureRow {
    /// The departure.
    pub departure: Departure,
    /// Full name of the area or organisation.
    pub place: String,
    /// Whether the actor may give the desk on now.
    pub may_give: bool,
    /// Whether the actor may take it now.
    pub may_take: bool,
}

/// One holder of a seat, past ones included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenure {
    /// The post.
    pub post: Post,
    /// Name of the holder.
    pub name: String,
    /// Title as shown.
    pub title: String,
    /// Who proposed and who approved; nobody for what came with the installation.
    pub approved: Option<(String, String)>,
    /// Why it ended, where that was written: reason and words.
    pub ended: Option<(Reason, String)>,
}

impl Office {
    /// Ends a post: `to` is the first day out of office. Posts are never deleted. With it the
    /// hand-over sheet is written.
    ///
    /// # Errors
    /// `Unknown`; `Denied` as for appointing; `Invalid` for a day before it began and a reason that
    /// needs words; `Conflict` where it ended before.
    pub async fn dismiss(&self, actor: &Actor, id: PostId, removal: Removal) -> Result<Departure> {
        let (world, now) = (self.world(), self.now());
        let found = self
            .read(move |conn| {
                let post = store::post::by_id(conn, id)?;
                let holders: Vec<AccountId> = post.iter().map(|p| p.account).collect();
                let names = store::account::names(conn, &holders)?;
                Ok(post.map(|p| (names.get(&p.account).cloned().unwrap_or_default(), p)))
            })
            .await?;
        let (name, post) = found.ok_or_else(|| Refusal::unknown("岗位"))?;
        self.may_fill(&world, actor, post.role, post.seat)?;
        let found = problems(
            &post,
            removal.to,
            self.today(),
            removal.reason,
            &removal.words,
        );
        if !found.is_empty() {
            return Err(found.into());
        }
        let by = self.signed(&world, actor, Verb::ManagePosts, post.seat)?;
        let mut departure = Departure {
            open: self.open_at(&post, &name).await?,
            by: Some(by),
            at: now,
            ..of_term(&world, &post, name, removal.to)
        };
        departure.reason = removal.reason;
        departure.words = removal.words.trim().to_owned();
        let keeper = actor.clone();
        let departure = self
            .write(move |conn| {
                let post = store::post::by_id(conn, id)?.ok_or_else(|| Refusal::unknown("岗位"))?;
                if let Some(ended) = post.to.filter(|ended| *ended <= departure.to) {
                    return Err(Refusal::Conflict(format!("这个岗位已于 {ended} 离任")).into());
                }
                // An earlier day of one who leaves later anyway: what is confirmed stays.
                if let Some(before) = store::departure::of_post(conn, id)? {
                    departure.given = before.given;
                    departure.taken = before.taken;
                }
                store::post::end(conn, id, departure.to)?;
                store::departure::put(conn, &departure)?;
                let detail = format!(
                    "免去 {} {}，自 {}，{}",
                    departure.who.name,
                    departure.who.title,
                    departure.to,
                    departure.reason.word()
                );
                let object = format!("post:{id}");
                store::audit::append(conn, &entry(&keeper, now, "dismiss", object, detail))?;
                Ok::<_, Failure>(departure)
            })
            .await?;
        self.reload().await?;
        Ok(departure)
    }

    /// The hand-over sheet of a post that ended.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who neither leaves, nor follows, nor may propose or appoint there.
    pub async fn departure(&self, actor: &Actor, post: PostId) -> Result<DepartureRow> {
        let found = self
            .read(move |conn| store::departure::of_post(conn, post))
            .await?;
        let departure = found.ok_or_else(|| Refusal::unknown("交接单"))?;
        let own = departure.who.account == actor.account
            || departure.is_next(actor.account, &actor.posts)
            || departure.waits_for(actor.account, &actor.posts);
        let world = self.world();
        if !own {
            self.reads_tenures(actor, self.area_of_seat(&world, departure.seat)?)?;
        }
        Ok(self.departure_row(&world, actor, departure))
    }

    /// The departures from posts at an area and below, those with a confirmation missing first; at
    /// most 200.
    ///
    /// # Errors
    /// `Denied` for who may neither propose nor appoint there.
    pub async fn departures(&self, actor: &Actor, area: AreaId) -> Result<Vec<DepartureRow>> {
        self.reads_tenures(actor, area)?;
        let world = self.world();
        let areas: Vec<i64> = world.tree().subtree(area).map(|a| a.id.0).collect();
        let orgs = world.directory().orgs();
        let orgs = orgs.filter(|o| world.tree().within(o.area, area));
        let orgs: Vec<i64> = orgs.map(|o| o.id.0).collect();
        let found = self
            .read(move |conn| store::departure::of_seats(conn, areas, orgs, SHEETS_MAX))
            .await?;
        let rows = found
            .into_iter()
            .map(|d| self.departure_row(&world, actor, d));
        Ok(rows.collect())
    }

    /// The departures whose confirmation waits for the actor.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn waiting_departures(&self, actor: &Actor) -> Result<Vec<DepartureRow>> {
        let (mut areas, mut orgs) = (Vec::new(), Vec::new());
        for post in &actor.posts {
            match post.seat {
                Seat::Area(area) => areas.push(area.0),
                Seat::Org(org) => orgs.push(org.0),
            }
        }
        let account = actor.account;
        let mut found = self
            .read(move |conn| store::departure::open_of(conn, account, areas, orgs))
            .await?;
        found.retain(|d| d.waits_for(actor.account, &actor.posts));
        let world = self.world();
        let rows = found
            .into_iter()
            .map(|d| self.departure_row(&world, actor, d));
        Ok(rows.collect())
    }

    /// Gives a desk on, with what lies open there at this moment.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who neither leaves nor may remove; `Conflict` where it was given.
    pub async fn give_desk(&self, actor: &Actor, id: PostId, note: String) -> Result<DepartureRow> {
        let row = self.departure(actor, id).await?;
        let (world, departure) = (self.world(), row.departure);
        let leaves = departure.who.account == actor.account;
        if !leaves {
            self.may_fill(&world, actor, departure.role, departure.seat)?;
        }
        let by = match leaves {
            true => departure.who.clone(),
            false => self.signed(&world, actor, Verb::ManagePosts, departure.seat)?,
        };
        let post = self.read(move |conn| store::post::by_id(conn, id)).await?;
        let post = post.ok_or_else(|| Refusal::unknown("岗位"))?;
        let open = self.open_at(&post, &departure.who.name).await?;
        self.confirm(actor, id, by, note, "give_desk", move |d, confirmed| {
            d.give(confirmed, open)
        })
        .await
    }

    /// Takes a desk over.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for anybody but the next holder; `Conflict` before it was given and after
    /// it was taken.
    pub async fn take_desk(&self, actor: &Actor, id: PostId, note: String) -> Result<DepartureRow> {
        let row = self.departure(actor, id).await?;
        let next = row.departure.is_next(actor.account, &actor.posts);
        let (world, seat) = (self.world(), row.departure.seat);
        let own = actor.posts.iter().find(|p| p.seat == seat);
        let by = By {
            account: actor.account,
            name: actor.name.clone(),
            title: own.map(|p| world.directory().title(p)).unwrap_or_default(),
        };
        self.confirm(actor, id, by, note, "take_desk", move |d, confirmed| {
            d.take(confirmed, next)
        })
        .await
    }

    async fn confirm(
        &self,
        actor: &Actor,
        id: PostId,
        by: By,
        note: String,
        action: &'static str,
        change: impl FnOnce(&mut Departure, Confirmed) -> std::result::Result<(), Refusal>
        + Send
        + 'static,
    ) -> Result<DepartureRow> {
        let (now, keeper) = (self.now(), actor.clone());
        let note = note.trim().to_owned();
        let departure = self
            .write(move |conn| {
                let found = store::departure::of_post(conn, id)?;
                let mut departure = found.ok_or_else(|| Refusal::unknown("交接单"))?;
                change(&mut departure, Confirmed { by, at: now, note })?;
                store::departure::put(conn, &departure)?;
                let detail = format!("{}{}", departure.who.name, departure.who.title);
                let object = format!("post:{id}");
                store::audit::append(conn, &entry(&keeper, now, action, object, detail))?;
                Ok::<_, Failure>(departure)
            })
            .await?;
        Ok(self.departure_row(&self.world(), actor, departure))
    }

    /// Everybody who held a post over exactly this area, the newest first; at most 200.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who may neither propose nor appoint there.
    pub async fn tenures(&self, actor: &Actor, area: AreaId) -> Result<Vec<Tenure>> {
        let world = self.world();
        world
            .tree()
            .get(area)
            .ok_or_else(|| Refusal::unknown("区域"))?;
        self.reads_tenures(actor, area)?;
        let (mut posts, nominations, departures, names) = self
            .read(move |conn| {
                let seat = vec![area.0];
                let posts = store::post::at_seat(conn, Seat::Area(area))?;
                let nominations =
                    store::nomination::of_seats(conn, seat.clone(), Vec::new(), HISTORY_MAX)?;
                let departures = store::departure::of_seats(conn, seat, Vec::new(), HISTORY_MAX)?;
                let people: Vec<AccountId> = posts
                    .iter()
                    .map(|p| p.account)
                    .chain(nominations.iter().flat_map(|n| {
                        { [Some(n.proposed_by), n.decided.map(|(by, _)| by)] }
                            .into_iter()
                            .flatten()
                    }))
                    .collect();
                let names = store::account::names(conn, &people)?;
                Ok((posts, nominations, departures, names))
            })
            .await?;
        posts.sort_by_key(|p| std::cmp::Reverse((p.from, p.id)));
        posts.truncate(HISTORY_MAX);
        let name = |id: AccountId| names.get(&id).cloned().unwrap_or_default();
        let rows = posts.into_iter().map(|post| {
            let nomination = nominations.iter().find(|n| {
                n.state == civic::nomination::State::Approved
                    && n.renews.is_none()
                    && (n.account, n.role, n.from) == (post.account, post.role, post.from)
            });
            let ended = departures.iter().find(|d| d.post == post.id);
            Tenure {
                name: name(post.account),
                title: world.directory().title(&post),
                approved: nomination.and_then(|n| Some((name(n.proposed_by), name(n.decided?.0)))),
                ended: ended.map(|d| (d.reason, d.words.clone())),
                post,
            }
        });
        Ok(rows.collect())
    }

    /// Writes down the terms that ran out, with their hand-over sheets. Says how many.
    ///
    /// # Errors
    /// When the database fails; what was written stays.
    pub(crate) async fn end_terms(&self) -> Result<usize> {
        let (world, today, now) = (self.world(), self.today(), self.now());
        let (posts, names) = self
            .read(move |conn| {
                let since = today.plus(-EXPIRED_DAYS);
                let posts = store::departure::unwritten(conn, since, today, EXPIRED_MAX)?;
                let people: Vec<AccountId> = posts.iter().map(|p| p.account).collect();
                Ok((posts, store::account::names(conn, &people)?))
            })
            .await?;
        let mut written = 0;
        for post in posts {
            // Posts that a change of areas moved or closed did not run out.
            let gone = match post.seat {
                Seat::Area(area) => world.tree().get(area).is_none_or(|a| !a.valid_on(today)),
                Seat::Org(org) => world.directory().org(org).is_none(),
            };
            let (Some(to), false, Some(name)) = (post.to, gone, names.get(&post.account)) else {
                continue;
            };
            let departure = Departure {
                open: self.open_at(&post, name).await?,
                at: now,
                ..of_term(&world, &post, name.clone(), to)
            };
            self.write(move |conn| write_term(conn, departure)).await?;
            written += 1;
        }
        Ok(written)
    }

    /// What lies open at the desk of a post.
    async fn open_at(&self, post: &Post, name: &str) -> Result<Vec<Open>> {
        let alone = Actor {
            account: post.account,
            name: name.to_owned(),
            posts: vec![Arc::new(post.clone())],
            system: false,
        };
        let (lying, _) = self.lying(&alone).await?;
        let (tasks, matters): (Vec<_>, Vec<_>) = lying.iter().partition(|h| h.slot > 0);
        let named = |kind, held: &[&store::matter::Holding]| Open {
            kind,
            count: held.len() as u32,
            matters: held
                .iter()
                .take(NAMED_MAX)
                .map(|h| (h.matter.id, h.matter.no.clone()))
                .collect(),
        };
        let counted = |kind, count: usize| Open {
            kind,
            count: count as u32,
            matters: Vec::new(),
        };
        let keeps_log = rights::relations(post.role, Verb::KeepLog).next().is_some();
        let log = match post.seat {
            Seat::Area(area) if keeps_log => self
                .read(move |conn| store::logbook::open(conn, area, SHEETS_MAX))
                .await?
                .len(),
            _ => 0,
        };
        let requests = self
            .asked(&alone, None, crate::home::COUNTED_MAX)
            .await?
            .len();
        let notices = self.waiting_notices(&alone).await?.len();
        let mut all = vec![
            named(OpenKind::Matters, &matters),
            named(OpenKind::Tasks, &tasks),
            counted(OpenKind::Requests, requests),
            counted(OpenKind::Notices, notices),
            counted(OpenKind::Log, log),
        ];
        all.retain(|open| open.count > 0);
        Ok(all)
    }

    fn reads_tenures(&self, actor: &Actor, area: AreaId) -> Result<()> {
        staff_only(actor)?;
        self.require_over(actor, Verb::Propose, area)
            .or_else(|_| self.require_over(actor, Verb::ManagePosts, area))
    }

    /// The actor with the title of the post that gives the right over a seat.
    fn signed(&self, world: &World, actor: &Actor, verb: Verb, seat: Seat) -> Result<By> {
        let area = self.area_of_seat(world, seat)?;
        let directory = world.directory();
        let post = directory.over(actor, verb, area);
        Ok(By {
            account: actor.account,
            name: post.map_or_else(
                || actor.name.clone(),
                |p| directory.signature(&actor.name, p),
            ),
            title: post.map(|p| directory.title(p)).unwrap_or_default(),
        })
    }

    fn departure_row(&self, world: &World, actor: &Actor, departure: Departure) -> DepartureRow {
        let place = match departure.seat {
            Seat::Area(area) => world.tree().full_name(area),
            Seat::Org(org) => world
                .directory()
                .org(org)
                .map_or_else(String::new, |o| o.name.to_string()),
        };
        let may_give = departure.given.is_none()
            && (departure.who.account == actor.account
                || self
                    .may_fill(world, actor, departure.role, departure.seat)
                    .is_ok());
        let may_take = departure.given.is_some()
            && departure.is_open()
            && departure.is_next(actor.account, &actor.posts);
        DepartureRow {
            departure,
            place,
            may_give,
            may_take,
        }
    }
}

/// The end of a term that ran out.
fn of_term(world: &World, post: &Post, name: String, to: Day) -> Departure {
    Departure {
        post: post.id,
        who: By {
            account: post.account,
            name,
            title: world.directory().title(post),
        },
        role: post.role,
        seat: post.seat,
        from: post.from,
        to,
        reason: Reason::TermOver,
        words: String::new(),
        by: None,
        at: civic::time::Instant(0),
        open: Vec::new(),
        given: None,
        taken: None,
    }
}

fn write_term(conn: &mut Conn, departure: Departure) -> std::result::Result<(), Failure> {
    // A further term or a removal may have come in between.
    let post = store::post::by_id(conn, departure.post)?;
    let known = store::departure::of_post(conn, departure.post)?.is_some();
    if known || post.is_none_or(|p| p.to != Some(departure.to)) {
        return Ok(());
    }
    store::departure::put(conn, &departure)?;
    let detail = format!(
        "{}{} 任期于 {} 届满",
        departure.who.name, departure.who.title, departure.to
    );
    let object = format!("post:{}", departure.post);
    let line = entry(&Actor::system(), departure.at, "end_term", object, detail);
    store::audit::append(conn, &line)?;
    Ok(())
}
