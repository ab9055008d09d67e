//! 12345 work orders (R081): taken over line by line, answered by the desk that works on them, and
//! given back to the hotline.

use crate::identity::entry;
use crate::key::Key;
use crate::matter::{ContactInput, PlaceInput, ReportInput};
use crate::post::staff_only;
use crate::{Fault, Office, Result, World};
use civic::area::{Level, Path};
use civic::directory::Actor;
use civic::hotline::{Incoming, Kept, Order, Rates, Reply, rates};
use civic::id::{AreaId, MatterId};
use civic::limits::HOTLINE_ROWS_MAX;
use civic::matter::{Channel, Opening, answer_hotline};
use civic::module::Module;
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::rights::Verb;
use std::sync::Arc;
use store::lane::{Command, Failure, Writing};

/// What became of one line of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedLine {
    /// Its line in the file, or its place in the list.
    pub line: u64,
    /// The hotline's number as it was given.
    pub no: String,
    /// The matter, with its number; none where the line was refused.
    pub matter: Option<(MatterId, String)>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

impl Office {
    /// Takes orders over: each line becomes a matter once, however often it comes; what is wrong with
    /// one is said of it and spoils no other.
    ///
    /// # Errors
    /// `Denied` for staff without the verb and for other residents; too many lines.
    pub async fn take_orders(
        &self,
        actor: &Actor,
        lines: Vec<(u64, Incoming)>,
    ) -> Result<Vec<ImportedLine>> {
        let service = self.is_service(actor).await?;
        let may = |p: &Arc<civic::post::Post>| {
            civic::rights::relations(p.role, Verb::TakeHotline)
                .next()
                .is_some()
        };
        if !service && !actor.posts.iter().any(may) {
            let text = "只有镇街、县区和市级中心可以导入热线工单，或由热线平台对接";
            return Err(Refusal::Denied(text.into()).into());
        }
        if lines.len() > HOTLINE_ROWS_MAX {
            let text = format!("一次最多导入 {HOTLINE_ROWS_MAX} 条，请分批导入");
            return Err(Refusal::invalid("file", "too_many", text).into());
        }
        let mut out = Vec::with_capacity(lines.len());
        for (line, incoming) in lines {
            let no = incoming.no.clone();
            let taken = match incoming.read() {
                Ok(order) => self.take_order(actor, service, order).await,
                Err(problems) => Err(problems.into()),
            };
            let (matter, problems) = match taken {
                Ok((matter, problems)) => (Some(matter), problems),
                Err(Fault::Refused(Refusal::Invalid(problems))) => (None, problems),
                Err(Fault::Refused(refusal)) => (
                    None,
                    vec![Problem::new("no", "refused", refusal.to_string())],
                ),
                Err(fault) => return Err(fault),
            };
            out.push(ImportedLine {
                line,
                no,
                matter,
                problems,
            });
        }
        Ok(out)
    }

    async fn take_order(
        &self,
        actor: &Actor,
        service: bool,
        order: Order,
    ) -> Result<((MatterId, String), Vec<Problem>)> {
        let world = self.world();
        let area = self.order_area(&world, actor, service, &order)?;
        let no = order.no.clone();
        if let Some(kept) = self
            .read(move |conn| store::hotline::get(conn, &no))
            .await?
        {
            let matter = kept.matter;
            let known = self
                .read(move |conn| store::matter::get(conn, matter))
                .await?;
            let changed = kept.deadline != order.deadline
                || known
                    .as_ref()
                    .is_some_and(|m| !m.text.starts_with(order.text.trim()));
            let no = known.map_or_else(String::new, |m| m.no);
            let problems = match changed {
                true => vec![Problem::new(
                    "no",
                    "changed",
                    format!(
                        "这个工单已登记为〔{no}〕，本次的诉求内容或答复期限与登记时不同，没有更新；请在事件中补充说明"
                    ),
                )],
                false => Vec::new(),
            };
            return Ok(((matter, no), problems));
        }
        let secret = if order.secret {
            "，来电人要求保密"
        } else {
            ""
        };
        let text = format!(
            "{}\n12345热线工单 {}，{} 前答复{secret}。",
            order.text, order.no, order.deadline
        );
        let input = ReportInput {
            title: String::new(),
            text,
            category: None,
            condition: None,
            channel: Channel::Hotline,
            place: PlaceInput {
                address: order.address.clone(),
                area: Some(area),
                point: None,
            },
            contact: order
                .contact
                .clone()
                .map(|(name, phone)| ContactInput { name, phone }),
            confirms: true,
            bypass: None,
            prehandle: None,
            on_behalf: false,
            files: Vec::new(),
            origin: None,
            opening: Opening {
                answer_by: Some(order.deadline),
                ..Opening::default()
            },
        };
        // The hotline's number alone says whether it was registered before.
        let key = Key::new(format!("hotline-{}", order.no), order.no.as_bytes());
        let receipt = self.report(actor, input, Some(key)).await?;
        let kept = Kept {
            no: order.no,
            matter: receipt.id,
            deadline: order.deadline,
            secret: order.secret,
            received: self.now(),
            reply: None,
            replied: None,
            returned: None,
        };
        let path: Path = world.tree().path(area);
        let (who, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            store::hotline::insert(conn, &kept, &path)?;
            let line = entry(&who, now, "take_order", object(&kept.no), String::new());
            store::audit::append(conn, &line)?;
            Ok::<_, Failure>(())
        })
        .await?;
        Ok(((receipt.id, receipt.no), Vec::new()))
    }

    /// The area of an order, which staff may only fill within their own.
    fn order_area(
        &self,
        world: &World,
        actor: &Actor,
        service: bool,
        order: &Order,
    ) -> Result<AreaId> {
        let coded = |(_, code): &(&AreaId, &String)| **code == order.code;
        let found = world.codes.iter().find(coded).map(|(area, _)| *area);
        let level = found.and_then(|a| world.tree().get(a)).map(|a| a.level);
        let Some(area) = found.filter(|_| level.is_some_and(|l| l >= Level::Community)) else {
            let text = format!(
                "区划代码“{}”不是本市村居的 12 位统计用区划代码，请核对",
                order.code
            );
            return Err(Refusal::invalid("code", "unknown_area", text).into());
        };
        let over = world.directory().over(actor, Verb::TakeHotline, area);
        if !service && over.is_none() {
            let text = "这个村居不在您的辖区，请由所在镇街或县区导入";
            return Err(Refusal::invalid("code", "elsewhere", text).into());
        }
        self.need(Module::Hotline, area)?;
        Ok(area)
    }

    /// The orders of an area with the three rates, newest first.
    ///
    /// # Errors
    /// `Denied` outside the actor's areas.
    pub async fn hotline(
        &self,
        actor: &Actor,
        area: AreaId,
    ) -> Result<(Vec<(Kept, Option<String>)>, Rates)> {
        staff_only(actor)?;
        let world = self.world();
        let level = world.tree().get(area).map(|a| a.level);
        let level = level.ok_or_else(|| Refusal::unknown("区域"))?;
        let over = world.directory().over(actor, Verb::SeeBoard, area);
        if over.is_none() || level > Level::Community {
            let text = "只能查看本辖区村居以上的热线工单";
            return Err(Refusal::Denied(text.into()).into());
        }
        self.need(Module::Hotline, area)?;
        let scope = (level != Level::City).then_some((level, area));
        let today = self.today();
        self.read(move |conn| {
            let orders = store::hotline::of_area(conn, scope)?;
            let ids: Vec<MatterId> = orders.iter().map(|o| o.matter).collect();
            let matters = store::matter::load(conn, &ids)?;
            let rating = |o: &Kept| matters.get(&o.matter).and_then(|m| m.rating).map(|r| r.0);
            let figures = rates(orders.iter().map(|o| (o, rating(o))), today);
            let named = |o: Kept| {
                let no = matters.get(&o.matter).map(|m| m.no.clone());
                (o, no)
            };
            Ok((orders.into_iter().map(named).collect(), figures))
        })
        .await
    }

    /// Answers an order, for the hotline to take.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who does not work on the matter; `Invalid` with all that is lacking;
    /// `Conflict` where the hotline took the answer already.
    pub async fn reply_order(&self, actor: &Actor, no: String, reply: Reply) -> Result<Kept> {
        let number = no.clone();
        let found = self
            .read(move |conn| store::hotline::get(conn, &number))
            .await?;
        let kept = found.ok_or_else(|| Refusal::unknown("热线工单"))?;
        let matter = self.visible(actor, kept.matter).await?;
        self.need_at(Module::Hotline, &matter)?;
        let id = matter.id;
        if kept.returned.is_some() {
            let text = "热线已经取走答复，不能再改；请联系热线退回";
            return Err(Refusal::Conflict(text.into()).into());
        }
        let now = self.now();
        let kept = Kept {
            // The first answer is the one that was in time or late.
            replied: kept.replied.or(Some(self.today())),
            reply: Some(reply.clone()),
            ..kept
        };
        let line = entry(actor, now, "reply_order", object(&kept.no), String::new());
        let (worlds, clock) = (Arc::clone(&self.world), Arc::clone(&self.clock));
        let (actor, order) = (actor.clone(), kept.clone());
        self.store
            .submit(Command {
                key: None,
                matters: vec![id],
                prefixes: Vec::new(),
                makes_files: false,
                now,
                decide: Box::new(move |cases, _| {
                    let world = worlds.load();
                    let actor = world.present(&actor, clock.now());
                    let outcome = answer_hotline(&world.rules, cases, id, &actor, &reply, now)?;
                    Ok(Writing {
                        outcome,
                        order: Some(order.clone()),
                        audit: Some(line.clone()),
                        ..Writing::default()
                    })
                }),
            })
            .await
            .map_err(Fault::from)?;
        Ok(kept)
    }

    /// Gives the hotline the answers it has not taken, and marks those it confirms.
    ///
    /// # Errors
    /// `Denied` for who is no service account.
    pub async fn take_replies(&self, actor: &Actor, taken: Vec<String>) -> Result<Vec<Kept>> {
        if !self.is_service(actor).await? {
            return Err(Refusal::Denied("只有热线平台的接口账号可以取回答复".into()).into());
        }
        let (who, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            for no in &taken {
                let Some(mut kept) = store::hotline::get(conn, no)? else {
                    continue;
                };
                if kept.reply.is_none() || kept.returned.is_some() {
                    continue;
                }
                kept.returned = Some(now);
                store::hotline::update(conn, &kept)?;
                let line = entry(&who, now, "return_order", object(no), String::new());
                store::audit::append(conn, &line)?;
            }
            let open = store::hotline::open(conn)?;
            Ok::<_, Failure>(open.into_iter().filter(|o| o.reply.is_some()).collect())
        })
        .await
    }

    async fn is_service(&self, actor: &Actor) -> Result<bool> {
        let id = actor.account;
        let account = self
            .read(move |conn| store::account::by_id(conn, id))
            .await?;
        Ok(account.is_some_and(|a| a.kind == store::account::AccountKind::Service))
    }
}

fn object(no: &str) -> String {
    format!("hotline:{no}")
}
