//! Vacant posts offered to the people of their place (R047): offering, the list, letting go. What
//! candidates and neighbours do is in [`candidate`], choosing among them in [`choose`], what becomes
//! of them in [`outcome`].

mod candidate;
mod choose;
mod outcome;

pub use candidate::{NewApplication, Publicity};
pub(crate) use outcome::decided;

use crate::identity::entry;
use crate::nomination::of_area;
use crate::tell::told_person;
use crate::{Key, Office, Result};
use civic::by::By;
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, OpeningId};
use civic::matter::{Notice, NoticeKind};
use civic::opening::{self, Application, Objection, Opening, Standing, State};
use civic::post::{Role, Seat};
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Day;
use store::lane::Failure;

/// Openings answered at most in one list.
pub(crate) const OPENINGS_MAX: usize = 200;

/// A post to be offered.
#[derive(Debug, Clone)]
pub struct NewOpening {
    /// Over which area.
    pub area: AreaId,
    /// As what.
    pub role: Role,
    /// What is to be done, and who is wanted.
    pub duties: String,
    /// Last day of applying.
    pub until: Day,
}

/// An opening as the staff sees it in a list.
#[derive(Debug, Clone)]
pub struct OpeningSeen {
    /// The opening.
    pub opening: Opening,
    /// Names from the root down to its area.
    pub place: String,
    /// How many applied.
    pub applied: usize,
    /// How many objections wait for an answer.
    pub unanswered: usize,
    /// Whether the actor reads the applications and chooses.
    pub may_choose: bool,
}

/// A candidate as the staff sees them.
#[derive(Debug, Clone)]
pub struct CandidateSeen {
    /// The application.
    pub application: Application,
    /// Name of the candidate.
    pub name: String,
    /// What was said against them; not by whom.
    pub objections: Vec<Objection>,
}

pub(crate) fn unknown() -> Refusal {
    Refusal::unknown("公开选聘")
}

fn object(id: OpeningId) -> String {
    format!("opening:{id}")
}

/// Whom to tell what, about a candidate of an opening.
fn told(account: AccountId, kind: NoticeKind, post: &str, text: &str) -> Notice {
    told_person(account, kind, &format!("公开选聘“{post}”：{text}"))
}

impl Office {
    /// Whoever may propose or appoint there offers posts, and ends what is offered.
    fn offerer_of(&self, actor: &Actor, area: AreaId) -> Result<By> {
        self.keeper_of(actor, Verb::Propose, area)
            .or_else(|_| self.keeper_of(actor, Verb::ManagePosts, area))
    }

    /// Name of the post that is offered: area and title.
    pub(crate) fn offered(&self, opening: &Opening) -> String {
        let world = self.world();
        let name = world.tree().get(opening.area).map_or("", |a| &*a.name);
        civic::title::behind_name(name, opening.role.word())
    }

    /// Offers a vacant post to the people of its place; with the same `key`, only once.
    ///
    /// # Errors
    /// `Denied` outside the actor's area; `Invalid` with every broken rule; `Conflict` where the post
    /// is taken or offered already, or a nomination for it waits.
    pub async fn open_post(
        &self,
        actor: &Actor,
        wanted: NewOpening,
        key: Key,
    ) -> Result<OpeningSeen> {
        self.known(wanted.area)?;
        let by = self.offerer_of(actor, wanted.area)?;
        let key = self.kept_key(key, actor.account, "opening");
        if let Some(id) = self
            .answered(Some(&key))
            .await?
            .and_then(|id| id.parse().ok())
        {
            let kept = self.read(move |conn| store::opening::get(conn, OpeningId(id)));
            return Ok(self.just_opened(actor, kept.await?.ok_or_else(unknown)?));
        }
        let (world, today, now) = (self.world(), self.today(), self.now());
        let problems = opening::problems(
            world.tree(),
            wanted.area,
            wanted.role,
            &wanted.duties,
            wanted.until,
            today,
        );
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let mut held = world.directory().posts_at(Seat::Area(wanted.area), today);
        if wanted.role.stands_alone() && held.any(|p| p.role == wanted.role && p.to.is_none()) {
            let text = "这个治理单元已有单元长，不是空缺；要换人的请先办理离任";
            return Err(Refusal::Conflict(text.into()).into());
        }
        let mut one = Opening {
            id: OpeningId(0),
            area: wanted.area,
            role: wanted.role,
            duties: wanted.duties.trim().to_owned(),
            until: wanted.until,
            state: State::Open,
            by,
            at: now,
            closed: None,
        };
        let (who, post) = (actor.clone(), self.offered(&one));
        let one = self
            .write(move |conn| {
                let open = store::opening::open(conn, &[one.area], OPENINGS_MAX)?;
                if open.iter().any(|o| o.role == one.role) {
                    let text = "这个岗位正在公开选聘，请在列表里办理，不用再发布";
                    return Err(Refusal::Conflict(text.into()).into());
                }
                one.offerable(&of_area(conn, one.area)?)?;
                one.id = OpeningId(store::fresh_id(conn, "opening", now)?);
                store::opening::insert(conn, &one)?;
                store::answered::put(conn, &key, &one.id.to_string(), now)?;
                let line = entry(&who, now, "open_opening", object(one.id), post);
                store::audit::append(conn, &line)?;
                Ok::<_, Failure>(one)
            })
            .await?;
        Ok(self.just_opened(actor, one))
    }

    fn just_opened(&self, actor: &Actor, opening: Opening) -> OpeningSeen {
        OpeningSeen {
            may_choose: self.chooser_of(actor, opening.area).is_ok(),
            place: self.world().tree().full_name(opening.area),
            opening,
            applied: 0,
            unanswered: 0,
        }
    }

    /// The openings of an area and below it, newest first; at most 200.
    ///
    /// # Errors
    /// `Denied` for who may neither propose nor appoint there.
    pub async fn openings(&self, actor: &Actor, area: AreaId) -> Result<Vec<OpeningSeen>> {
        self.known(area)?;
        self.offerer_of(actor, area)?;
        let world = self.world();
        let areas: Vec<AreaId> = world.tree().subtree(area).map(|a| a.id).collect();
        let (openings, applications, objections) = self
            .read(move |conn| {
                let openings = store::opening::of_areas(conn, &areas, OPENINGS_MAX)?;
                let ids: Vec<_> = openings.iter().map(|o| o.id).collect();
                let applications = store::opening::applications(conn, &ids)?;
                let ids: Vec<_> = applications.iter().map(|a| a.id).collect();
                let objections = store::opening::objections(conn, &ids)?;
                Ok((openings, applications, objections))
            })
            .await?;
        let of = |id: OpeningId| applications.iter().filter(move |a| a.opening == id);
        let rows = openings.into_iter().map(|opening| OpeningSeen {
            may_choose: self.chooser_of(actor, opening.area).is_ok(),
            place: world.tree().full_name(opening.area),
            applied: of(opening.id).count(),
            unanswered: of(opening.id)
                .flat_map(|a| objections.iter().filter(move |o| o.application == a.id))
                .filter(|o| o.answer.is_none())
                .count(),
            opening,
        });
        Ok(rows.collect())
    }

    /// Ends an opening without an appointment. Who waits is told that they are not chosen.
    ///
    /// # Errors
    /// `Unknown`; `Conflict` where it is over or somebody waits for the level above; `Invalid`.
    pub async fn close_opening(&self, actor: &Actor, id: OpeningId, reason: String) -> Result<()> {
        let post = self.offered(&self.opening(actor, id).await?);
        let (who, now) = (actor.clone(), self.now());
        self.write_telling(move |conn| {
            let mut one = store::opening::get(conn, id)?.ok_or_else(unknown)?;
            one.close(&reason)?;
            let all = store::opening::applications(conn, &[id])?;
            if all.iter().any(|a| a.standing == Standing::Nominated) {
                let text = "有人选正待上级任命，请先撤回提名，再结束选聘";
                return Err(Refusal::Conflict(text.into()).into());
            }
            let why = one.closed.clone().unwrap_or_default();
            let notices = outcome::turn_down(conn, all, &post, &format!("选聘已结束：{why}"), now)?;
            store::opening::update(conn, &one)?;
            let line = entry(
                &who,
                now,
                "close_opening",
                object(id),
                format!("{post}：{why}"),
            );
            store::audit::append(conn, &line)?;
            Ok(((), notices))
        })
        .await
    }
}
