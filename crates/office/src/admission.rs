//! The gate through which departments' work comes to communities and grids (R201).

use crate::identity::entry;
use crate::post::staff_only;
use crate::{Key, Office, Result};
use civic::admission::{Application, Decision, Exit, Item};
use civic::directory::Actor;
use civic::id::{AdmissionId, OrgId};
use civic::module::Module;
use civic::post::{Post, Seat};
use civic::refusal::Refusal;
use civic::rights::{self, Verb};
use civic::time::Day;
use std::sync::Arc;
use store::lane::Failure;

/// A decision as it is given.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Whether to admit it.
    pub admitted: bool,
    /// Why.
    pub opinion: String,
    /// First day on the list; today where it is not said.
    pub from: Option<Day>,
    /// First day off the list; a year later where it is not said.
    pub to: Option<Day>,
}

/// The term of an item whose decision names none, in days.
const TERM_DAYS: i64 = 365;

impl Office {
    /// The published list, with what was asked, refused, expired and taken off: the items of the
    /// areas on the way from the root to every area of the actor's posts, and of everything below.
    ///
    /// # Errors
    /// `Denied` for who holds no post.
    pub async fn admissions(&self, actor: &Actor) -> Result<Vec<Item>> {
        staff_only(actor)?;
        let world = self.world();
        let (tree, directory) = (world.tree(), world.directory());
        let mut areas = Vec::new();
        if self.missing(actor).contains(&Module::Admission)
            && let Some(own) = actor.posts.iter().find_map(|p| directory.area_of(p.seat))
        {
            self.need(Module::Admission, own)?;
        }
        for post in &actor.posts {
            let own = match post.seat {
                Seat::Area(area) => area,
                Seat::Org(org) => match directory.org(org) {
                    Some(org) => org.area,
                    None => continue,
                },
            };
            areas.extend(tree.upward(own).map(|a| a.id));
            // Departments have desks at city, county and town; the list has none below.
            areas.extend(
                tree.subtree(own)
                    .filter(|a| a.level <= civic::area::Level::Town)
                    .map(|a| a.id),
            );
        }
        areas.sort_unstable();
        areas.dedup();
        areas.retain(|area| self.is_on(Module::Admission, *area));
        self.read(move |conn| store::admission::of_areas(conn, &areas))
            .await
    }

    /// Asks for an item to be admitted; with the same `key`, only once.
    ///
    /// # Errors
    /// `Denied` for who works for no department; `Invalid` with every broken rule.
    pub async fn apply_admission(
        &self,
        actor: &Actor,
        application: Application,
        key: Key,
    ) -> Result<Item> {
        let key = self.kept_key(key, actor.account, "admission");
        let world = self.world();
        let own = org_of(actor, Verb::ApplyAdmission).and_then(|org| world.directory().org(org));
        let org = own.ok_or_else(|| {
            Refusal::Denied("只有部门的经办人和负责人可以申请准入；请用部门岗位登录".into())
        })?;
        self.need(Module::Admission, org.area)?;
        let problems = application.problems();
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let (now, on) = (self.now(), self.today());
        let mut item = Item {
            id: AdmissionId(0),
            org: org.id,
            line: org.line.to_string(),
            area: org.area,
            application,
            by: actor.name.clone(),
            on,
            decision: None,
            exit: None,
        };
        let who = actor.clone();
        self.write(move |conn| {
            if let Some(id) = store::answered::get(conn, &key)? {
                let id = AdmissionId(id.parse().unwrap_or_default());
                let item = store::admission::get(conn, id)?;
                return Ok(item.ok_or_else(|| Refusal::unknown("准入事项"))?);
            }
            item.id = AdmissionId(store::fresh_id(conn, "admission", now)?);
            store::admission::insert(conn, &item)?;
            let detail = format!("《{}》", item.application.title);
            store::answered::put(conn, &key, &item.id.to_string(), now)?;
            let entry = entry(&who, now, "apply_admission", object(&item), detail);
            store::audit::append(conn, &entry)?;
            Ok::<_, Failure>(item)
        })
        .await
    }

    /// Admits an application for a term, or refuses it.
    ///
    /// # Errors
    /// `Unknown`; `Denied` outside the actor's area; `Conflict` when it was decided before; `Invalid`.
    pub async fn decide_admission(
        &self,
        actor: &Actor,
        id: AdmissionId,
        verdict: Verdict,
    ) -> Result<Item> {
        let on = self.today();
        let from = verdict.from.unwrap_or(on);
        self.change_admission(actor, id, "decide_admission", move |office, item, actor| {
            let area = item.area;
            let directory = office.world().directory().clone();
            let post = directory.over(actor, Verb::DecideAdmission, area);
            let post = post.ok_or_else(denied)?;
            item.decide(Decision {
                admitted: verdict.admitted,
                opinion: verdict.opinion,
                by: format!("{} {}", directory.title(post), actor.name),
                on,
                from,
                to: verdict.to.unwrap_or_else(|| from.plus(TERM_DAYS)),
            })
        })
        .await
    }

    /// Takes an item off the list before its term, or withdraws the application: the department
    /// itself, or who decides.
    ///
    /// # Errors
    /// `Unknown`; `Denied`; `Conflict` where it is over already; `Invalid` without a reason.
    pub async fn exit_admission(
        &self,
        actor: &Actor,
        id: AdmissionId,
        reason: String,
    ) -> Result<Item> {
        let on = self.today();
        self.change_admission(actor, id, "exit_admission", move |office, item, actor| {
            let world = office.world();
            let own = org_of(actor, Verb::ApplyAdmission) == Some(item.org);
            let over = world
                .directory()
                .over(actor, Verb::DecideAdmission, item.area);
            if !own && over.is_none() {
                return Err(denied());
            }
            item.leave(Exit {
                reason,
                by: actor.name.clone(),
                on,
            })
        })
        .await
    }

    async fn change_admission(
        &self,
        actor: &Actor,
        id: AdmissionId,
        action: &'static str,
        change: impl FnOnce(&Self, &mut Item, &Actor) -> std::result::Result<(), Refusal>,
    ) -> Result<Item> {
        let known = self.admissions(actor).await?;
        let mut item = known
            .into_iter()
            .find(|i| i.id == id)
            .ok_or_else(|| Refusal::unknown("准入事项"))?;
        let before = item.clone();
        change(self, &mut item, actor)?;
        let (who, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            if store::admission::get(conn, id)?.as_ref() != Some(&before) {
                let text = "别人刚刚处理过这个事项，请重新打开再看";
                return Err(Refusal::Stale(text.into()).into());
            }
            store::admission::update(conn, &item)?;
            let detail = format!("《{}》", item.application.title);
            store::audit::append(conn, &entry(&who, now, action, object(&item), detail))?;
            Ok::<_, Failure>(item)
        })
        .await
    }
}

/// The organisation for which `actor` may do `verb`.
pub(crate) fn org_of(actor: &Actor, verb: Verb) -> Option<OrgId> {
    let held = |p: &&Arc<Post>| rights::relations(p.role, verb).next().is_some();
    actor.posts.iter().filter(held).find_map(|p| match p.seat {
        Seat::Org(org) => Some(org),
        Seat::Area(_) => None,
    })
}

fn denied() -> Refusal {
    Refusal::Denied("准入审核由所在市、县区的中心或领导办理；部门只能退出本单位的事项".into())
}

fn object(item: &Item) -> String {
    format!("admission:{}", item.id)
}
