//! Where the rest of the platform uses registers: who is hooked up with a community comes first when
//! a department is called (R038), who can be asked to a matter (R037), and how the places go that a
//! leader keeps in touch with (R034).

use super::RecordSeen;
use crate::{Office, Result};
use civic::area::Level;
use civic::directory::Actor;
use civic::flow::Flow;
use civic::id::{AreaId, MatterId, OrgId, RecordId};
use civic::matter::{Desk, Form, Matter};
use civic::measure::Span;
use civic::module::Module;
use civic::post::Seat;
use civic::power::{self, Power};
use civic::refusal::Refusal;
use civic::rights::{Relation, Verb};
use std::collections::HashSet;
use store::tally::Figures;

/// Register of departments hooked up with towns and communities, and its field.
const HOOKUP: (&str, &str) = ("hookup", "org");
/// Register of judges, prosecutors, police officers, lawyers and deputies.
const PROFESSIONAL: &str = "professional";
/// Register of leaders' contact points.
const LEADER_POINT: &str = "leader_point";

/// A place that a leader keeps in touch with, and how it goes.
#[derive(Debug, Clone)]
pub struct LeaderPoint {
    /// The record.
    pub record: RecordId,
    /// The place.
    pub area: AreaId,
    /// This month's figures, with the stocks of now.
    pub figures: Figures,
}

impl Office {
    /// The organisations hooked up with an area or one above it.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn hooked_up(&self, area: AreaId) -> Result<HashSet<OrgId>> {
        if !self.is_on(Module::Registers, area) {
            return Ok(HashSet::new());
        }
        let (world, today) = (self.world(), self.today());
        let path: Vec<AreaId> = world.tree().upward(area).map(|a| a.id).collect();
        let (register, field) = HOOKUP;
        let records = self
            .read(move |conn| store::record::at(conn, register, &path, today))
            .await?;
        let org = |r: &civic::register::Record| r.values.get(field)?.parse().ok().map(OrgId);
        Ok(records.iter().filter_map(org).collect())
    }

    /// The lines of the lists of powers of some towns (R203).
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn powers(&self, towns: Vec<AreaId>) -> Result<Vec<Power>> {
        let today = self.today();
        let records = self
            .read(move |conn| store::record::at(conn, power::REGISTER, &towns, today))
            .await?;
        Ok(records.iter().filter_map(Power::of).collect())
    }

    /// Refuses what a town's lists of powers refuse: a matter that the county empowered the town to
    /// settle is neither handed to a lead above it nor sent up (R203).
    pub(crate) async fn stays_at_town(
        &self,
        actor: &Actor,
        id: MatterId,
        action: &str,
        form: &Form,
    ) -> Result<()> {
        let world = self.world();
        let escalates = |flow: &Flow| {
            flow.action(action)
                .is_some_and(|a| a.verb == Verb::Escalate)
        };
        if form.lead.is_none() && !world.rules.flows.values().any(|f| escalates(f)) {
            return Ok(());
        }
        // A matter leaves a town upwards from the town's desk, which nobody below it mans: most steps
        // need no look at the matter here.
        let above = |seat: Seat| match seat {
            Seat::Area(area) => (world.tree().get(area)).is_some_and(|a| a.level <= Level::Town),
            Seat::Org(_) => true,
        };
        if form.lead.is_none() && !actor.posts.iter().any(|post| above(post.seat)) {
            return Ok(());
        }
        // Who may not see the matter is refused by the rules of the action, and learns nothing here.
        let Ok(matter) = self.visible(actor, id).await else {
            return Ok(());
        };
        let flow = world.rules.flow_of(&matter)?;
        let Some(town) = matter.path.at(Level::Town) else {
            return Ok(());
        };
        let lead = match flow.action(action).map(|a| a.verb) {
            Some(Verb::Call) => match &form.lead {
                Some(lead) => Some(lead.org),
                None => return Ok(()),
            },
            Some(Verb::Escalate) if matter.desk == Desk::Area(town) => None,
            _ => return Ok(()),
        };
        let known = matter.category.as_ref().map(|c| &c.code);
        let Some(category) = form.category.as_ref().or(known) else {
            return Ok(());
        };
        let powers = self.powers(vec![town]).await?;
        Ok(power::stays(world.directory(), &powers, category, lead)?)
    }

    /// The professionals who keep in touch with the places of a matter, numbers masked.
    ///
    /// # Errors
    /// `Unknown` where the actor may not know the matter; `Denied` for residents.
    pub async fn professionals(&self, actor: &Actor, id: MatterId) -> Result<Vec<RecordSeen>> {
        crate::post::staff_only(actor)?;
        let matter = self.visible(actor, id).await?;
        if self.need_at(Module::Registers, &matter).is_err() {
            return Ok(Vec::new());
        }
        let (world, today) = (self.world(), self.today());
        let mut path: Vec<AreaId> = Level::ALL
            .into_iter()
            .filter_map(|level| matter.path.at(level))
            .collect();
        path.reverse();
        let records = self
            .read(move |conn| store::record::at(conn, PROFESSIONAL, &path, today))
            .await?;
        self.records_seen(&world, actor, records).await
    }

    /// The number of a professional, to ask them to a matter that one works on; recorded in the
    /// audit chain with the matter and the reason (V05, V06).
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who does not work on the matter; `Invalid` without a reason;
    /// `Conflict` when the daily quota is used up.
    pub async fn call_professional(
        &self,
        actor: &Actor,
        id: MatterId,
        record: RecordId,
        reason: &str,
    ) -> Result<Vec<(String, String)>> {
        let known = self.professionals(actor, id).await?;
        if !known.iter().any(|r| r.record.id == record) {
            return Err(Refusal::unknown("专业力量").into());
        }
        let matter = self.visible(actor, id).await?;
        let (world, today) = (self.world(), self.today());
        let working = [Relation::Desk, Relation::Owner, Relation::Task];
        let directory = world.directory();
        if directory
            .entitles(actor, Verb::Unmask, &working, &matter, today)
            .is_none()
        {
            let text = "只有正在承办这件事的人可以联系专业力量到场";
            return Err(Refusal::Denied(text.into()).into());
        }
        if reason.trim().is_empty() {
            let text = "请写明请对方到场做什么";
            return Err(Refusal::invalid("reason", "required", text).into());
        }
        let reason = format!("事件〔{}〕：{}", matter.no, reason.trim());
        let clear = self.look_at(actor, record, &reason).await?;
        let register = super::register_of(&world, PROFESSIONAL)?;
        let word = |code: &String| register.field(code).map(|f| f.word.clone());
        Ok(clear
            .into_iter()
            .filter_map(|(code, value)| Some((word(&code)?, value)))
            .collect())
    }

    /// The places that the actor keeps in touch with as a leader, each with its figures (R034).
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn leader_points(&self, actor: &Actor) -> Result<Vec<LeaderPoint>> {
        let (world, today, account) = (self.world(), self.today(), actor.account);
        self.read(move |conn| {
            let records = store::record::of_staff(conn, LEADER_POINT, account, today)?;
            let (month, total) = (
                Span::days(today.first_of_month(), today, today),
                Span::total(),
            );
            let mut points = Vec::new();
            for record in records {
                let parents = world.parents(record.area);
                let [month, now] =
                    store::tally::of_node(conn, &parents, record.area, &[&month, &total], &[0])?
                        .remove(&0)
                        .unwrap_or_default();
                points.push(LeaderPoint {
                    record: record.id,
                    area: record.area,
                    figures: month.with_stocks_of(&now),
                });
            }
            Ok(points)
        })
        .await
    }

    /// Who answers first for a matter at community, town and county (R035): area, name and title,
    /// the nearest first.
    pub(crate) async fn first_responsible(
        &self,
        matter: &Matter,
    ) -> Result<Vec<(AreaId, String, String)>> {
        let (world, today) = (self.world(), self.today());
        let mut all = Vec::new();
        for level in [Level::Community, Level::Town, Level::County] {
            let Some(area) = matter.path.at(level) else {
                continue;
            };
            let post = world.directory().leader(area, today).cloned();
            if let Some((name, title)) = self.person_of(post).await? {
                all.push((area, name, title));
            }
        }
        Ok(all)
    }
}
