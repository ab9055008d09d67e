//! Mediation organisations, their pool, and the sealed records of sessions (R085 to R088).

use crate::identity::entry;
use crate::post::staff_only;
use crate::{Fault, Office, Result, World};
use civic::directory::Actor;
use civic::id::{AreaId, MatterId, MediationBodyId};
use civic::mediation::{Body, Seated, SessionForm};
use civic::module::Module;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Instant;
use serde::{Deserialize, Serialize};
use store::lane::Failure;

/// A session as given: mediators by organisation and number.
#[derive(Debug, Clone)]
pub struct SessionInput {
    /// When it was held.
    pub at: Instant,
    /// Where.
    pub place: String,
    /// Members of the pool.
    pub mediators: Vec<(MediationBodyId, u32)>,
    /// Names of the parties.
    pub parties: Vec<String>,
    /// What was said.
    pub record: String,
    /// The agreement, where one was reached.
    pub agreement: Option<String>,
}

/// The record of a session, in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// Where.
    pub place: String,
    /// Code of the kind, and name, of each mediator.
    pub mediators: Vec<(String, String)>,
    /// Names of the parties.
    pub parties: Vec<String>,
    /// What was said.
    pub record: String,
    /// The agreement, where one was reached.
    pub agreement: Option<String>,
}

impl SessionRecord {
    pub(crate) fn of(form: &SessionForm) -> Self {
        let given = |p: &String| p.trim().to_owned();
        Self {
            place: form.place.trim().to_owned(),
            mediators: form
                .mediators
                .iter()
                .map(|(seated, name, _)| (seated.kind.clone(), name.clone()))
                .collect(),
            parties: form
                .parties
                .iter()
                .map(given)
                .filter(|p| !p.is_empty())
                .collect(),
            record: form.record.trim().to_owned(),
            agreement: form.agreement.as_ref().map(given),
        }
    }
}

impl Office {
    /// The organisations of an area: those it can turn to, on the way up, and those below it.
    ///
    /// # Errors
    /// `Denied` for who holds no post; `Unknown`.
    pub async fn mediation(&self, actor: &Actor, area: AreaId) -> Result<Vec<Body>> {
        staff_only(actor)?;
        let world = self.world();
        let tree = world.tree();
        if tree.get(area).is_none() {
            return Err(Refusal::unknown("区域").into());
        }
        self.need(Module::Mediation, area)?;
        let mut areas: Vec<AreaId> = tree.upward(area).map(|a| a.id).collect();
        areas.extend(tree.subtree(area).map(|a| a.id));
        areas.sort_unstable();
        areas.dedup();
        self.read(move |conn| store::mediation::of_areas(conn, &areas))
            .await
    }

    /// Registers an organisation and attaches it to an area.
    ///
    /// # Errors
    /// `Denied` outside the actor's area; `Invalid` with every broken rule.
    pub async fn found_mediation(&self, actor: &Actor, mut body: Body) -> Result<Body> {
        may_manage(&self.world(), actor, body.area)?;
        self.need(Module::Mediation, body.area)?;
        let problems = body.problems();
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let (who, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            body.id = MediationBodyId(store::fresh_id(conn, "mediation_body", now)?);
            store::mediation::insert(conn, &body)?;
            let detail = body.name.clone();
            let line = entry(&who, now, "found_mediation", object(body.id), detail);
            store::audit::append(conn, &line)?;
            Ok::<_, Failure>(body)
        })
        .await
    }

    /// Takes a mediator into the pool of an organisation.
    ///
    /// # Errors
    /// `Unknown`; `Denied` outside the actor's area; `Invalid`.
    pub async fn admit_mediator(
        &self,
        actor: &Actor,
        id: MediationBodyId,
        kind: String,
        name: String,
    ) -> Result<Body> {
        let today = self.today();
        let world = self.world();
        world.mediators.check(&kind).map_err(|p| vec![p])?;
        let detail = format!("{} {}", world.mediators.word(&kind), name.trim());
        self.change_pool(actor, id, "admit_mediator", detail, move |body| {
            let admitted = body.admit(&kind, &name, today);
            admitted.map(drop).map_err(|p| Refusal::Invalid(vec![p]))
        })
        .await
    }

    /// Ends somebody's place in the pool today; past sessions keep their name.
    ///
    /// # Errors
    /// `Unknown`; `Denied`; `Conflict` where it ended before.
    pub async fn dismiss_mediator(
        &self,
        actor: &Actor,
        id: MediationBodyId,
        no: u32,
    ) -> Result<Body> {
        let today = self.today();
        let detail = format!("第 {no} 号");
        self.change_pool(actor, id, "dismiss_mediator", detail, move |body| {
            let found = body.mediators.iter_mut().find(|m| m.no == no);
            let mediator = found.ok_or_else(|| Refusal::unknown("调解员"))?;
            if mediator.to.is_some() {
                return Err(Refusal::Conflict("这位调解员已经退出名单".into()));
            }
            mediator.to = Some(today);
            Ok(())
        })
        .await
    }

    async fn change_pool(
        &self,
        actor: &Actor,
        id: MediationBodyId,
        action: &'static str,
        detail: String,
        change: impl FnOnce(&mut Body) -> std::result::Result<(), Refusal> + Send + 'static,
    ) -> Result<Body> {
        let found = self
            .read(move |conn| store::mediation::get(conn, id))
            .await?;
        if let Some(body) = found {
            self.need(Module::Mediation, body.area)?;
        }
        let world = self.world();
        let (who, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            let found = store::mediation::get(conn, id)?;
            let mut body = found.ok_or_else(|| Refusal::unknown("调解组织"))?;
            may_manage(&world, &who, body.area)?;
            change(&mut body)?;
            store::mediation::update(conn, &body)?;
            store::audit::append(conn, &entry(&who, now, action, object(id), detail))?;
            Ok::<_, Failure>(body)
        })
        .await
    }

    /// The sessions of a matter in clear, for who works on it; read under audit. After the end that
    /// is the judging desk alone: the names of the parties are sealed for everybody else.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who only looks on.
    pub async fn sessions(
        &self,
        actor: &Actor,
        id: MatterId,
    ) -> Result<Vec<(u32, Instant, SessionRecord)>> {
        let matter = self.visible(actor, id).await?;
        self.need_at(Module::Mediation, &matter)?;
        let (world, now, today) = (self.world(), self.now(), self.today());
        if !world.directory().works_on(actor, &matter, today) {
            let text = "调解记录只有承办席位可以查看；结案后当事人姓名封存";
            return Err(Refusal::Denied(text.into()).into());
        }
        let who = actor.clone();
        let sealed = self
            .write(move |conn| {
                let sealed = store::mediation::of_matter(conn, id)?;
                if !sealed.is_empty() {
                    let detail = "字段：当事人姓名、笔录、协议".to_owned();
                    let line = entry(&who, now, "read_mediation", format!("matter:{id}"), detail);
                    store::audit::append(conn, &line)?;
                }
                Ok::<_, Failure>(sealed)
            })
            .await?;
        let at = |no| matter.sessions.iter().find(|s| s.no == no).map(|s| s.at);
        sealed
            .into_iter()
            .map(|(no, cipher)| {
                let plain = self.keys.open(&cipher);
                let record = plain.and_then(|p| serde_json::from_slice(&p).ok());
                let at = at(no).unwrap_or(matter.touched_at);
                record.map(|r| (no, at, r)).ok_or_else(|| {
                    Fault::from(Refusal::Conflict(
                        "调解记录无法解密：密钥文件与数据不符，请联系系统管理员".into(),
                    ))
                })
            })
            .collect()
    }

    /// The session with the members of the pool that it names.
    pub(crate) async fn session_form(&self, input: SessionInput) -> Result<SessionForm> {
        let today = self.today();
        let wanted = input.mediators.clone();
        let found = self
            .read(move |conn| {
                let mut bodies = Vec::new();
                for (id, _) in &wanted {
                    bodies.push(store::mediation::get(conn, *id)?);
                }
                Ok(bodies)
            })
            .await?;
        let mut mediators = Vec::new();
        for ((id, no), body) in input.mediators.into_iter().zip(found) {
            let seat = body.and_then(|body| {
                let member = body
                    .mediators
                    .iter()
                    .find(|m| m.no == no && m.active(today))?;
                let seated = Seated {
                    body: id,
                    no,
                    kind: member.kind.clone(),
                };
                Some((seated, member.name.clone(), body.area))
            });
            mediators.push(seat.ok_or_else(|| {
                let text = "有调解员不在名单里或已经退出，请重新选择";
                Refusal::invalid("session.mediators", "unknown_mediator", text)
            })?);
        }
        Ok(SessionForm {
            at: input.at,
            place: input.place,
            mediators,
            parties: input.parties,
            record: input.record,
            agreement: input.agreement,
        })
    }
}

fn may_manage(world: &World, actor: &Actor, area: AreaId) -> std::result::Result<(), Refusal> {
    match world.directory().over(actor, Verb::ManageMediation, area) {
        Some(_) => Ok(()),
        None => Err(Refusal::Denied(
            "只有本区域的村居、镇街、县区和市级席位可以管理调解组织".into(),
        )),
    }
}

fn object(id: MediationBodyId) -> String {
    format!("mediation:{id}")
}
