//! Vacant posts offered to the people of their place (R047): offering, choosing, publicity, handing
//! to the level above, letting go. What candidates and neighbours do is in [`candidate`].

mod candidate;

pub use candidate::{NewApplication, Publicity};

use crate::identity::entry;
use crate::nomination::post_of;
use crate::post::{Person, account_of, check, source_word};
use crate::tell::told_person;
use crate::{Appointment, Key, Office, Result};
use civic::by::By;
use civic::directory::Actor;
use civic::id::{AccountId, ApplicationId, AreaId, NominationId, ObjectionId, OpeningId};
use civic::limits::APPLICATION_KEPT_DAYS;
use civic::matter::{Notice, NoticeKind};
use civic::nomination::Nomination;
use civic::opening::{self, Application, Objection, Opening, Standing, State};
use civic::post::{Role, Seat};
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::{Day, Instant};
use store::driver::Conn;
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
    /// Whoever may propose or appoint there offers posts and chooses.
    fn chooser_of(&self, actor: &Actor, area: AreaId) -> Result<By> {
        self.keeper_of(actor, Verb::Propose, area)
            .or_else(|_| self.keeper_of(actor, Verb::ManagePosts, area))
    }

    /// Name of the post that is offered: area and title.
    pub(crate) fn offered(&self, opening: &Opening) -> String {
        let world = self.world();
        let name = world.tree().get(opening.area).map_or("", |a| &*a.name);
        format!("{name}{}", opening.role.word())
    }

    /// Offers a vacant post to the people of its place; with the same `key`, only once.
    ///
    /// # Errors
    /// `Denied` outside the actor's area; `Invalid` with every broken rule; `Conflict` where the post
    /// is taken or offered already.
    pub async fn open_post(
        &self,
        actor: &Actor,
        wanted: NewOpening,
        key: Key,
    ) -> Result<OpeningSeen> {
        self.known(wanted.area)?;
        let by = self.chooser_of(actor, wanted.area)?;
        let key = self.kept_key(key, actor.account, "opening");
        if let Some(id) = self
            .answered(Some(&key))
            .await?
            .and_then(|id| id.parse().ok())
        {
            let kept = self.read(move |conn| store::opening::get(conn, OpeningId(id)));
            return Ok(self.just_opened(kept.await?.ok_or_else(unknown)?));
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
        if wanted.role == Role::UnitHead && held.any(|p| p.role == wanted.role && p.to.is_none()) {
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
                one.id = OpeningId(store::fresh_id(conn, "opening", now)?);
                store::opening::insert(conn, &one)?;
                store::answered::put(conn, &key, &one.id.to_string(), now)?;
                let line = entry(&who, now, "open_opening", object(one.id), post);
                store::audit::append(conn, &line)?;
                Ok::<_, Failure>(one)
            })
            .await?;
        Ok(self.just_opened(one))
    }

    fn just_opened(&self, opening: Opening) -> OpeningSeen {
        OpeningSeen {
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
        self.chooser_of(actor, area)?;
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

    /// Who applied for an opening, with what was said against them. Looking is audited.
    ///
    /// # Errors
    /// `Unknown` for who may neither propose nor appoint there.
    pub async fn candidates(
        &self,
        actor: &Actor,
        id: OpeningId,
    ) -> Result<(Opening, Vec<CandidateSeen>)> {
        let opening = self.opening(actor, id).await?;
        let (who, now, post) = (actor.clone(), self.now(), self.offered(&opening));
        let candidates = self
            .write(move |conn| {
                let found = candidates(conn, id)?;
                if !found.is_empty() {
                    let detail = format!("{post}，{} 人", found.len());
                    let line = entry(&who, now, "read_applications", object(id), detail);
                    store::audit::append(conn, &line)?;
                }
                Ok::<_, Failure>(found)
            })
            .await?;
        Ok((opening, candidates))
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
            let notices = turn_down(conn, all, &post, &format!("选聘已结束：{why}"), now)?;
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

    /// Puts a candidate into publicity up to and with the day `to`.
    ///
    /// # Errors
    /// `Unknown`; `Conflict`, `Invalid` as [`Application::show`].
    pub async fn show_candidate(&self, actor: &Actor, id: ApplicationId, to: Day) -> Result<()> {
        let (_, today, world) = (self.chosen(actor, id).await?, self.today(), self.world());
        let working = world
            .rules
            .calendar
            .working_days_between(today.plus(1), to.plus(1));
        self.choose(actor, id, "show_candidate", move |one, opening, _| {
            one.show(opening, today, to, working)?;
            Ok(format!("您已进入公示，公示到 {to} 结束"))
        })
        .await
    }

    /// Does not choose a candidate, who is told why.
    ///
    /// # Errors
    /// `Unknown`; `Conflict`; `Invalid` without a reason.
    pub async fn decline_candidate(
        &self,
        actor: &Actor,
        id: ApplicationId,
        reason: String,
    ) -> Result<()> {
        let now = self.now();
        self.choose(actor, id, "decline_candidate", move |one, _, _| {
            one.decline(&reason, now)?;
            Ok(not_chosen(one))
        })
        .await
    }

    /// Proposes a candidate whose publicity is over to the level above, under the work account that
    /// was opened for them. Never appoints at once: another person decides.
    ///
    /// # Errors
    /// `Unknown`; `Conflict` as [`Application::nominate`]; `Invalid` with every broken rule.
    pub async fn nominate_candidate(
        &self,
        actor: &Actor,
        id: ApplicationId,
        login: String,
        (from, to): (Day, Option<Day>),
    ) -> Result<()> {
        let (opening, application) = self.chosen(actor, id).await?;
        let (world, today, now) = (self.world(), self.today(), self.now());
        let objections = self.read(move |conn| store::opening::objections(conn, &[id]));
        application.nominable(&objections.await?, today)?;
        let wanted = Appointment {
            person: Person::Login(login),
            role: opening.role,
            seat: Seat::Area(opening.area),
            title: None,
            source: application.source.code().to_owned(),
            from,
            to,
        };
        let person = wanted.person.clone();
        let account = self.read(move |conn| account_of(conn, person)).await?;
        let account = check(&world, &wanted, account)?;
        if account.id == actor.account {
            return Err(Refusal::Denied("不能提名自己，请由他人提名".into()).into());
        }
        let mut nomination = Nomination {
            id: NominationId(0),
            account: account.id,
            role: wanted.role,
            seat: wanted.seat,
            title: None,
            source: wanted.source.into(),
            from,
            to,
            renews: None,
            reason: shown_words(&application).into(),
            state: civic::nomination::State::Proposed,
            proposed_by: actor.account,
            proposed_at: now,
            decided: None,
            opinion: None,
        };
        let (who, name) = (actor.clone(), account.name);
        let title = world.directory().title(&post_of(&nomination));
        self.choose(actor, id, "propose", move |one, _, conn| {
            nomination.id = NominationId(store::fresh_id(conn, "nomination", now)?);
            let objections = store::opening::objections(conn, &[id])?;
            one.nominate(nomination.id, &objections, today)?;
            store::nomination::insert(conn, &nomination)?;
            let source = source_word(&nomination.source);
            let detail = format!("提名 {name}({source})为 {title}，自 {from}，公开选聘");
            let object = format!("nomination:{}", nomination.id);
            store::audit::append(conn, &entry(&who, now, "propose", object, detail))?;
            Ok("公示已结束，已报送上级任命".to_owned())
        })
        .await
    }

    /// Answers what was said against a candidate. Who said it is told.
    ///
    /// # Errors
    /// `Unknown`; `Conflict` where it is answered; `Invalid` without words.
    pub async fn answer_objection(
        &self,
        actor: &Actor,
        id: ObjectionId,
        text: String,
    ) -> Result<()> {
        let found = self.read(move |conn| store::opening::objection(conn, id));
        let application = found
            .await?
            .ok_or_else(|| Refusal::unknown("异议"))?
            .application;
        let (opening, _) = self.chosen(actor, application).await?;
        let by = self.chooser_of(actor, opening.area)?;
        let (who, now, post) = (actor.clone(), self.now(), self.offered(&opening));
        self.write_telling(move |conn| {
            let found = store::opening::objection(conn, id)?;
            let mut one = found.ok_or_else(|| Refusal::unknown("异议"))?;
            one.reply(by, &text, now)?;
            store::opening::answer(conn, &one)?;
            let line = entry(
                &who,
                now,
                "answer_objection",
                object(opening.id),
                post.clone(),
            );
            store::audit::append(conn, &line)?;
            let said = format!("您提出的异议已答复：{}", text.trim());
            let notice = told(one.account, NoticeKind::Result, &post, &said);
            Ok(((), vec![notice]))
        })
        .await
    }

    /// Deletes what was decided long enough ago. Says how many applications went.
    ///
    /// # Errors
    /// Only when the database fails.
    pub(crate) async fn drop_applications(&self) -> Result<usize> {
        let now = self.now();
        let before = now.plus_hours(-24 * APPLICATION_KEPT_DAYS);
        let old = self.read(move |conn| store::opening::ended_before(conn, before));
        if old.await?.is_empty() {
            return Ok(0);
        }
        self.write(move |conn| {
            let old = store::opening::ended_before(conn, before)?;
            for one in &old {
                store::opening::remove(conn, one.id)?;
                let line = entry(
                    &Actor::system(),
                    now,
                    "drop_applications",
                    object(one.opening),
                    "决定满 30 天".into(),
                );
                store::audit::append(conn, &line)?;
            }
            Ok(old.len())
        })
        .await
    }

    /// An opening that the actor chooses for. Who applied for it chooses nobody, and does not see
    /// the others.
    async fn opening(&self, actor: &Actor, id: OpeningId) -> Result<Opening> {
        let who = actor.account;
        let (found, applied) = self
            .read(move |conn| {
                let all = store::opening::applications(conn, &[id])?;
                let applied = all.iter().any(|a| a.account == who);
                Ok((store::opening::get(conn, id)?, applied))
            })
            .await?;
        let found = found.filter(|one| self.chooser_of(actor, one.area).is_ok());
        let found = found.ok_or_else(unknown)?;
        if applied {
            let text = "您报名了这个岗位，不能查看其他报名人，也不参与选聘；请由其他负责人办理";
            return Err(Refusal::Denied(text.into()).into());
        }
        Ok(found)
    }

    /// A candidate that the actor may choose.
    async fn chosen(&self, actor: &Actor, id: ApplicationId) -> Result<(Opening, Application)> {
        let found = self.read(move |conn| store::opening::application(conn, id));
        let found = found.await?.ok_or_else(unknown)?;
        Ok((self.opening(actor, found.opening).await?, found))
    }

    /// Does something to a candidate, who is told what the change answers.
    async fn choose(
        &self,
        actor: &Actor,
        id: ApplicationId,
        action: &'static str,
        change: impl FnOnce(
            &mut Application,
            &Opening,
            &mut Conn,
        ) -> std::result::Result<String, Failure>
        + Send
        + 'static,
    ) -> Result<()> {
        let (opening, _) = self.chosen(actor, id).await?;
        let (who, now, post) = (actor.clone(), self.now(), self.offered(&opening));
        self.write_telling(move |conn| {
            let opening = store::opening::get(conn, opening.id)?.ok_or_else(unknown)?;
            let mut one = store::opening::application(conn, id)?.ok_or_else(unknown)?;
            let text = change(&mut one, &opening, conn)?;
            store::opening::decide(conn, &one)?;
            if action != "propose" {
                let line = entry(&who, now, action, object(opening.id), post.clone());
                store::audit::append(conn, &line)?;
            }
            let notice = told(one.account, NoticeKind::Result, &post, &text);
            Ok(((), vec![notice]))
        })
        .await
    }
}

fn not_chosen(one: &Application) -> String {
    let why = one.ended.as_ref().map_or("", |(_, why)| why);
    format!(
        "您未入选，原因：{why}。报名材料将在 {APPLICATION_KEPT_DAYS} 天后删除，您也可以现在撤回删除"
    )
}

/// What the level above reads as the reason of the nomination.
fn shown_words(one: &Application) -> String {
    let days = one.shown.map_or_else(String::new, |(from, to)| {
        format!("，{from} 至 {to} 公示期满")
    });
    format!("公开选聘，本人自愿报名{days}")
}

/// The candidates of an opening with their names and what was said against them.
fn candidates(conn: &mut Conn, id: OpeningId) -> store::driver::Result<Vec<CandidateSeen>> {
    let applications = store::opening::applications(conn, &[id])?;
    let people: Vec<AccountId> = applications.iter().map(|a| a.account).collect();
    let names = store::account::names(conn, &people)?;
    let ids: Vec<ApplicationId> = applications.iter().map(|a| a.id).collect();
    let objections = store::opening::objections(conn, &ids)?;
    let seen = applications.into_iter().map(|application| CandidateSeen {
        name: names.get(&application.account).cloned().unwrap_or_default(),
        objections: objections
            .iter()
            .filter(|o| o.application == application.id)
            .cloned()
            .collect(),
        application,
    });
    Ok(seen.collect())
}

/// Turns everybody down who still waits, and tells them.
fn turn_down(
    conn: &mut Conn,
    applications: Vec<Application>,
    post: &str,
    why: &str,
    now: Instant,
) -> store::driver::Result<Vec<Notice>> {
    let mut notices = Vec::new();
    for mut one in applications.into_iter().filter(Application::waits) {
        one.end(Standing::Declined, why.to_owned(), now);
        store::opening::decide(conn, &one)?;
        notices.push(told(
            one.account,
            NoticeKind::Result,
            post,
            &not_chosen(&one),
        ));
    }
    Ok(notices)
}

/// What the decision about a nomination means for the application it came from: the candidate is in
/// office and the opening over, or not chosen, or back where the publicity left them.
pub(crate) fn decided(
    conn: &mut Conn,
    nomination: &Nomination,
    post: &str,
    now: Instant,
) -> store::driver::Result<Vec<Notice>> {
    use civic::nomination::State as Decided;
    let Some(mut one) = store::opening::of_nomination(conn, nomination.id)? else {
        return Ok(Vec::new());
    };
    let mut notices = Vec::new();
    let text = match nomination.state {
        Decided::Proposed => return Ok(notices),
        Decided::Withdrawn => {
            one.recall();
            "提名已撤回，等待重新报送".to_owned()
        }
        Decided::Refused => {
            let opinion = nomination.opinion.as_deref().unwrap_or_default();
            one.end(Standing::Declined, format!("上级未同意：{opinion}"), now);
            not_chosen(&one)
        }
        Decided::Approved => {
            one.end(Standing::Appointed, String::new(), now);
            if let Some(mut opening) = store::opening::get(conn, one.opening)? {
                opening.state = State::Filled;
                store::opening::update(conn, &opening)?;
                let mut others = store::opening::applications(conn, &[opening.id])?;
                others.retain(|a| a.id != one.id);
                notices = turn_down(conn, others, post, "岗位已由其他人选担任", now)?;
            }
            format!("上级已任命，自 {} 起任职", nomination.from)
        }
    };
    store::opening::decide(conn, &one)?;
    notices.push(told(one.account, NoticeKind::Result, post, &text));
    Ok(notices)
}
