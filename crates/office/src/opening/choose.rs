//! Choosing among those who applied: reading, publicity, objections, handing to the level above,
//! turning down (R047).

use super::{CandidateSeen, object, outcome::not_chosen, told, unknown};
use crate::identity::entry;
use crate::nomination::put_forward;
use crate::post::Person;
use crate::{Appointment, Office, Result};
use civic::by::By;
use civic::directory::Actor;
use civic::id::{AccountId, ApplicationId, AreaId, ObjectionId, OpeningId};
use civic::matter::NoticeKind;
use civic::nomination::Nomination;
use civic::opening::{self, Application, Opening};
use civic::post::Seat;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Day;
use store::driver::Conn;
use store::lane::Failure;

impl Office {
    /// Who applied for an opening, with what was said against them. Every candidate finds the look
    /// among the looks at their data.
    ///
    /// # Errors
    /// `Unknown` for who may not offer posts there; `Denied` for who does not choose, and who applied.
    pub async fn candidates(
        &self,
        actor: &Actor,
        id: OpeningId,
    ) -> Result<(Opening, Vec<CandidateSeen>)> {
        let opening = self.chosen_for(actor, id).await?;
        let (who, now, post) = (actor.clone(), self.now(), self.offered(&opening));
        let candidates = self
            .write(move |conn| {
                let found = candidates(conn, id)?;
                for one in &found {
                    let object = format!("account:{}", one.application.account);
                    let detail = format!("公开选聘“{post}”：姓名、来源、自荐说明和收到的异议");
                    let line = entry(&who, now, "read_applications", object, detail);
                    store::audit::append(conn, &line)?;
                }
                Ok::<_, Failure>(found)
            })
            .await?;
        Ok((opening, candidates))
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
        let (_, post) = self.fit(actor, wanted).await?;
        let reason = shown_words(&application);
        let mut nomination = Nomination::of(post, &reason, actor.account, now);
        let who = actor.clone();
        self.choose(actor, id, "propose", move |one, opening, conn| {
            let objections = store::opening::objections(conn, &[id])?;
            one.nominable(&objections, today)?;
            put_forward(conn, &world, &who, &mut nomination, Some(opening.id))?;
            one.nominate(nomination.id, &objections, today)?;
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

    /// Whoever proposes for the community of the place chooses there, and nobody else.
    pub(super) fn chooser_of(&self, actor: &Actor, area: AreaId) -> Result<By> {
        self.require_over(actor, Verb::Propose, area)?;
        let world = self.world();
        let mut posts = actor.posts.iter();
        let Some(post) = posts.find(|p| opening::chooses(world.tree(), p, area)) else {
            let text = "报名材料只由岗位所在社区（村）的社区工作者和书记查看，人选也由他们选定；请联系社区办理";
            return Err(Refusal::Denied(text.into()).into());
        };
        Ok(By {
            account: actor.account,
            name: world.directory().signature(&actor.name, post),
            title: world.directory().title(post),
        })
    }

    /// An opening that the actor may offer or end. Who applied for it has no part in it, and does not
    /// see the others.
    pub(super) async fn opening(&self, actor: &Actor, id: OpeningId) -> Result<Opening> {
        let who = actor.account;
        let (found, applied) = self
            .read(move |conn| {
                let all = store::opening::applications(conn, &[id])?;
                let applied = all.iter().any(|a| a.account == who);
                Ok((store::opening::get(conn, id)?, applied))
            })
            .await?;
        let found = found.filter(|one| self.offerer_of(actor, one.area).is_ok());
        let found = found.ok_or_else(unknown)?;
        if applied {
            let text = "您报名了这个岗位，不能查看其他报名人，也不参与选聘；请由其他负责人办理";
            return Err(Refusal::Denied(text.into()).into());
        }
        Ok(found)
    }

    /// An opening that the actor chooses for.
    async fn chosen_for(&self, actor: &Actor, id: OpeningId) -> Result<Opening> {
        let found = self.opening(actor, id).await?;
        self.chooser_of(actor, found.area)?;
        Ok(found)
    }

    /// A candidate that the actor may choose.
    async fn chosen(&self, actor: &Actor, id: ApplicationId) -> Result<(Opening, Application)> {
        let found = self.read(move |conn| store::opening::application(conn, id));
        let found = found.await?.ok_or_else(unknown)?;
        Ok((self.chosen_for(actor, found.opening).await?, found))
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

/// What the level above reads as the reason of the nomination.
fn shown_words(one: &Application) -> String {
    let days = one.shown.map_or_else(String::new, |(from, to)| {
        format!("，{from} 至 {to} 公示期满")
    });
    format!("公开选聘，本人自愿报名{days}")
}

/// The candidates of an opening with their names and what was said against them.
pub(super) fn candidates(
    conn: &mut Conn,
    id: OpeningId,
) -> store::driver::Result<Vec<CandidateSeen>> {
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
