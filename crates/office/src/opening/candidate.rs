//! What candidates and their neighbours do: looking at what is offered, applying, taking it back,
//! saying something against who stands in publicity (R047).

use super::{OPENINGS_MAX, object, unknown};
use crate::identity::entry;
use crate::post::is_admin;
use crate::tell::told_desk;
use crate::{Key, Office, Result};
use civic::area::{Level, Tree};
use civic::directory::Actor;
use civic::id::{ApplicationId, AreaId, ObjectionId, OpeningId};
use civic::matter::{Notice, NoticeKind};
use civic::opening::{self, Application, Objection, Opening, Source, Standing};
use civic::refusal::Refusal;
use store::lane::Failure;

/// An application to be made.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// What the person says to be.
    pub source: Source,
    /// A few words of the person's own.
    pub statement: String,
    /// The version of the consent that was read.
    pub consent: u32,
}

/// A candidate in publicity, as neighbours see them.
#[derive(Debug, Clone)]
pub struct Publicity {
    /// The application.
    pub application: Application,
    /// Name of the candidate.
    pub name: String,
    /// What the asking person said against them, with the answer.
    pub own: Option<Objection>,
}

impl Office {
    /// The posts that are offered in an area and below it (everywhere where none is named), newest
    /// first; at most 200. For everybody.
    ///
    /// # Errors
    /// `Unknown` for an area that is not there.
    pub async fn offered_posts(&self, area: Option<AreaId>) -> Result<Vec<(Opening, String)>> {
        let area = match area {
            Some(area) => self.known(area)?.id,
            None => self.root()?.id,
        };
        let world = self.world();
        let areas: Vec<AreaId> = world.tree().subtree(area).map(|a| a.id).collect();
        let found = self.read(move |conn| store::opening::open(conn, &areas, OPENINGS_MAX));
        let found = found.await?.into_iter();
        Ok(found
            .map(|one| {
                let place = world.tree().full_name(one.area);
                (one, place)
            })
            .collect())
    }

    /// Who stands in publicity for an opening today. For whoever signed in.
    ///
    /// # Errors
    /// `Unknown`.
    pub async fn publicity(&self, actor: &Actor, id: OpeningId) -> Result<Vec<Publicity>> {
        let (account, today) = (actor.account, self.today());
        let found = self
            .read(move |conn| {
                if store::opening::get(conn, id)?.is_none() {
                    return Ok(None);
                }
                let found = super::choose::candidates(conn, id)?.into_iter();
                Ok(Some(found.collect::<Vec<_>>()))
            })
            .await?;
        let shown = |a: &Application| {
            let days = a.shown.is_some_and(|(_, to)| today <= to);
            a.standing == Standing::Shown && days
        };
        let found = found.ok_or_else(unknown)?.into_iter();
        Ok(found
            .filter(|c| shown(&c.application))
            .map(|c| Publicity {
                name: c.name,
                own: c.objections.into_iter().find(|o| o.account == account),
                application: c.application,
            })
            .collect())
    }

    /// The applications of the actor with their openings, newest first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_applications(&self, actor: &Actor) -> Result<Vec<(Application, Opening)>> {
        let account = actor.account;
        self.read(move |conn| store::opening::applications_of(conn, account))
            .await
    }

    /// Applies for an opening; with the same `key`, only once.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for administrators; `Conflict` after the last day, for who applied already
    /// and for who offered it; `Invalid` without words or consent, and for the number of a card or a
    /// telephone in the words.
    pub async fn apply_for(
        &self,
        actor: &Actor,
        id: OpeningId,
        wanted: NewApplication,
        key: Key,
    ) -> Result<Application> {
        let key = self.kept_key(key, actor.account, "application");
        if let Some(id) = self
            .answered(Some(&key))
            .await?
            .and_then(|id| id.parse().ok())
        {
            let kept = self.read(move |conn| store::opening::application(conn, ApplicationId(id)));
            return Ok(kept.await?.ok_or_else(unknown)?);
        }
        if actor.posts.iter().any(|p| is_admin(p.role)) {
            let text = "管理员账号不能兼任业务岗位，不能报名；请用本人的居民账号或其他工作账号报名";
            return Err(Refusal::Denied(text.into()).into());
        }
        let (today, now, who) = (self.today(), self.now(), actor.clone());
        let statement = opening::said_without_numbers(
            "statement",
            &wanted.statement,
            "请简单写几句为什么愿意担任",
        )?;
        let found = self.read(move |conn| store::opening::get(conn, id)).await?;
        let post = self.offered(&found.ok_or_else(unknown)?);
        let world = self.world();
        self.write_telling(move |conn| {
            let opening = store::opening::get(conn, id)?.ok_or_else(unknown)?;
            opening.takes(wanted.consent, today)?;
            if opening.by.account == who.account {
                let text = "您是发布选聘的人，不能报名；请由他人发布后再报名";
                return Err(Refusal::Conflict(text.into()).into());
            }
            let all = store::opening::applications(conn, &[id])?;
            if all.iter().any(|a| a.account == who.account) {
                let text = "您已经报过名，可以在“我的报名”里查看进度";
                return Err(Refusal::Conflict(text.into()).into());
            }
            let one = Application {
                id: ApplicationId(store::fresh_id(conn, "application", now)?),
                opening: id,
                account: who.account,
                source: wanted.source,
                statement,
                consent: wanted.consent,
                at: now,
                standing: Standing::Applied,
                shown: None,
                nomination: None,
                ended: None,
            };
            store::opening::apply(conn, &one)?;
            store::answered::put(conn, &key, &one.id.to_string(), now)?;
            let line = entry(&who, now, "apply_opening", object(id), post.clone());
            store::audit::append(conn, &line)?;
            let text = format!("公开选聘“{post}”收到一份报名，请在“公开选聘”中查看");
            Ok((one, vec![choosers_told(world.tree(), &opening, &text)]))
        })
        .await
    }

    /// Takes an own application back, which deletes it with what was said against it.
    ///
    /// # Errors
    /// `Unknown` for anybody else's; `Conflict` for who waits for the level above or is in office.
    pub async fn withdraw_application(&self, actor: &Actor, id: ApplicationId) -> Result<()> {
        let (who, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            let found = store::opening::application(conn, id)?;
            let one = found
                .filter(|a| a.account == who.account)
                .ok_or_else(|| Refusal::unknown("报名"))?;
            one.withdrawable()?;
            store::opening::remove(conn, id)?;
            let line = entry(
                &who,
                now,
                "withdraw_application",
                object(one.opening),
                String::new(),
            );
            store::audit::append(conn, &line)?;
            Ok::<_, Failure>(())
        })
        .await
    }

    /// Says something against a candidate in publicity, once.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for the candidate; `Conflict` outside the publicity and a second time;
    /// `Invalid` without words.
    pub async fn object_candidate(
        &self,
        actor: &Actor,
        id: ApplicationId,
        text: &str,
    ) -> Result<()> {
        let (who, now, today) = (actor.clone(), self.now(), self.today());
        let world = self.world();
        let text = opening::said_without_numbers("text", text, "请写明异议的内容和依据")?;
        self.write_telling(move |conn| {
            let found = store::opening::application(conn, id)?;
            let one = found
                .filter(|a| a.standing != Standing::Applied)
                .ok_or_else(|| Refusal::unknown("公示"))?;
            one.may_be_objected(who.account, today)?;
            let others = store::opening::objections(conn, &[id])?;
            if others.iter().any(|o| o.account == who.account) {
                let text = "您已经对这位人选提出过异议，请等待答复";
                return Err(Refusal::Conflict(text.into()).into());
            }
            let objection = Objection {
                id: ObjectionId(store::fresh_id(conn, "objection", now)?),
                application: id,
                account: who.account,
                text,
                at: now,
                answer: None,
            };
            store::opening::object(conn, &objection)?;
            let line = entry(
                &who,
                now,
                "object_candidate",
                object(one.opening),
                String::new(),
            );
            store::audit::append(conn, &line)?;
            let opening = store::opening::get(conn, one.opening)?.ok_or_else(unknown)?;
            let said = "公示期间收到一条异议，请在“公开选聘”中核实并答复";
            Ok(((), vec![choosers_told(world.tree(), &opening, said)]))
        })
        .await
    }
}

/// What is told to those who choose: at the desk of the community, whoever offered the post.
fn choosers_told(tree: &Tree, opening: &Opening, text: &str) -> Notice {
    let community = tree.path(opening.area).at(Level::Community);
    told_desk(community.unwrap_or(opening.area), NoticeKind::Asked, text)
}
