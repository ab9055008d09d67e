//! One matter as its reader sees it.

use super::unveiled;
use crate::{Office, Result, World};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, MatterId};
use civic::mask;
use civic::matter::{Available, Desk, Fact, Matter, Step, Words, available};
use civic::post::{Post, Seat};
use civic::refusal::Refusal;
use civic::rights::{Relation, Verb};
use civic::time::{Day, Instant};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use store::audit::{Entry, UNMASK};
use store::lane::Failure;

/// A matter with its journal and what the reader may do.
#[derive(Debug, Clone)]
pub struct Viewed {
    /// The matter.
    pub matter: Matter,
    /// Its journal. Internal opinions are left out for who is not of the staff.
    pub steps: Vec<Step>,
    /// What the reader may do now.
    pub actions: Vec<Available>,
    /// Who it is stuck with.
    pub stuck_with: Vec<StuckWith>,
    /// The reporter's contact, masked; none where there is none or the reader may not know.
    pub contact: Option<Contact>,
    /// Who answers first for it at community, town and county, while it is overdue or supervised:
    /// area, name, title (R035).
    pub first_responsible: Vec<(AreaId, String, String)>,
    /// Whether the reader may unmask the contact, with a reason.
    pub may_unmask: bool,
    /// Whether the reader may read the mediation sessions in clear.
    pub may_read_sessions: bool,
    /// Whether the reader is of the staff and sees internal opinions.
    pub internal: bool,
    /// Names of the people who hold it, asked for something or may be handed it; empty for who is not
    /// of the staff.
    pub names: HashMap<AccountId, String>,
}

/// A desk on which it lies, and the person who answers for it (R064).
#[derive(Debug, Clone)]
pub struct StuckWith {
    /// Slot: 0 the matter itself, else the task.
    pub slot: u32,
    /// The desk.
    pub desk: Desk,
    /// Name and title of the person: who claimed it, else who answers for the desk.
    pub person: Option<(String, String)>,
    /// Since when.
    pub since: Instant,
    /// When the clock runs out.
    pub due_at: Option<Instant>,
    /// Whether it ran out.
    pub overdue: bool,
}

/// Name and telephone of a reporter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
}

impl Office {
    /// A matter as the actor may see it.
    ///
    /// # Errors
    /// `Unknown` where the actor may not know it.
    pub async fn matter(&self, actor: &Actor, id: MatterId) -> Result<Viewed> {
        let (world, now, today) = (self.world(), self.now(), self.today());
        let directory = world.directory();
        let actor = &*self.present(actor);
        // Everything in one look: each look more is a wait for a thread, at every answer to every step.
        let (seeing, reader) = (Arc::clone(&world), actor.clone());
        let found = self
            .read(move |conn| {
                let matter = store::matter::get(conn, id)?;
                let sees = |m: &Matter| seeing.directory().sees(&reader, m, today);
                let Some(matter) = matter.filter(sees) else {
                    return Ok(None);
                };
                let steps = store::step::journal(conn, id)?;
                let cipher = store::matter::party(conn, id)?;
                let stuck = stuck(&seeing, &matter, today);
                let names = store::account::names(conn, &people(&matter, &stuck))?;
                Ok(Some((matter, steps, cipher, stuck, names)))
            })
            .await?;
        let (matter, stored, cipher, stuck, mut names) =
            found.ok_or_else(|| Refusal::unknown("事件"))?;
        let internal = !actor.posts.is_empty() && matter.reporter.account != Some(actor.account);
        let mut steps: Vec<Step> = stored.into_iter().map(|s| s.step).collect();
        let veiled = directory.veils(actor, &matter, today);
        for step in &mut steps {
            if veiled {
                step.words = Words::default();
                step.facts.retain(|f| !matches!(f, Fact::Attached(_)));
            } else if !internal {
                step.words.opinion = None;
            }
        }
        let matter = unveiled(&world, actor, matter, today);
        let contact = cipher.and_then(|c| self.contact(&c)).map(|c| Contact {
            name: mask::name(&c.name),
            phone: mask::phone(&c.phone),
        });
        let may_unmask = contact.is_some()
            && directory
                .entitles(
                    actor,
                    Verb::Unmask,
                    &[Relation::Desk, Relation::Owner, Relation::Task],
                    &matter,
                    today,
                )
                .is_some();
        let stuck_with: Vec<StuckWith> = stuck
            .into_iter()
            .map(|s| s.named(&world, &names, today))
            .collect();
        let pressing = matter.supervision.is_some()
            || stuck_with
                .iter()
                .any(|s| s.due_at.is_some_and(|due| due <= now));
        let first_responsible = match internal && !stuck_with.is_empty() && pressing {
            true => self.first_responsible(&matter).await?,
            false => Vec::new(),
        };
        let mut actions = available(&world.rules, actor, &matter, now)?;
        // What belongs to a part that is off at this place is not offered.
        actions.retain(|action| {
            let part = civic::module::Module::of(action.verb);
            part.is_none_or(|part| self.need_at(part, &matter).is_ok())
        });
        if internal {
            let mut more: Vec<AccountId> =
                actions.iter().flat_map(|a| &a.people).copied().collect();
            more.retain(|account| !names.contains_key(account));
            names.extend(self.names(more).await?);
        } else {
            names.clear();
        }
        Ok(Viewed {
            names,
            first_responsible,
            may_read_sessions: !matter.sessions.is_empty()
                && directory.works_on(actor, &matter, today),
            actions,
            contact: contact.filter(|_| internal && !veiled),
            may_unmask,
            stuck_with,
            steps,
            internal,
            matter,
        })
    }

    pub(crate) fn contact(&self, cipher: &[u8]) -> Option<Contact> {
        self.keys
            .open(cipher)
            .and_then(|plain| serde_json::from_slice(&plain).ok())
    }

    /// The reporter's contact in clear, for a reason, against the daily quota; recorded in the
    /// audit chain in the same transaction (V05, V06).
    ///
    /// # Errors
    /// `Unknown`, `Denied`, `Invalid` without a reason, `Conflict` when the quota is used up.
    pub async fn unmask(&self, actor: &Actor, id: MatterId, reason: &str) -> Result<Contact> {
        let matter = self.visible(actor, id).await?;
        let (world, now, today) = (self.world(), self.now(), self.today());
        let relations = [Relation::Desk, Relation::Owner, Relation::Task];
        if world
            .directory()
            .entitles(actor, Verb::Unmask, &relations, &matter, today)
            .is_none()
        {
            return Err(Refusal::Denied("只有正在承办这件事的人可以查看联系方式".into()).into());
        }
        let reason = reason.trim().to_owned();
        if reason.chars().count() < 2 || reason.chars().count() > 200 {
            return Err(Refusal::invalid(
                "reason",
                "required",
                "请写明查看联系方式的理由（2 到 200 字）",
            )
            .into());
        }
        let start = world.rules.calendar.zone().start_of(today);
        let (account, name) = (actor.account, actor.name.clone());
        let quota = self
            .parameters()
            .number(civic::parameter::code::UNMASK_DAILY);
        let cipher = self
            .write(move |conn| {
                let used = store::audit::count_since(conn, account, UNMASK, start)?;
                if used >= quota {
                    return Err(Failure::Refused(Refusal::Conflict(format!(
                        "今天已查看 {used} 次联系方式，达到上限；确有需要请联系安全管理员"
                    ))));
                }
                let cipher = store::matter::party(conn, id)?
                    .ok_or_else(|| Refusal::Conflict("这件事没有留下联系方式".into()))?;
                store::audit::append(
                    conn,
                    &Entry {
                        at: now,
                        account,
                        name,
                        action: UNMASK.into(),
                        object: format!("matter:{id}"),
                        detail: format!("字段：姓名、电话；理由：{reason}"),
                    },
                )?;
                Ok(cipher)
            })
            .await?;
        self.contact(&cipher).ok_or_else(|| {
            Refusal::Conflict("联系方式无法解密：密钥文件与数据不符，请联系系统管理员".into())
                .into()
        })
    }
}

/// What [`StuckWith`] is made of, before names are known.
struct Stuck {
    slot: u32,
    desk: Desk,
    post: Option<Arc<Post>>,
    since: Instant,
    due_at: Option<Instant>,
    overdue: bool,
}

impl Stuck {
    fn named(self, world: &World, names: &HashMap<AccountId, String>, today: Day) -> StuckWith {
        let person = self.post.map(|post| {
            let name = match world.directory().acting(&post, today) {
                Some(acting) => acting.words(),
                None => names.get(&post.account).cloned().unwrap_or_default(),
            };
            (name, world.directory().title(&post))
        });
        StuckWith {
            slot: self.slot,
            desk: self.desk,
            person,
            since: self.since,
            due_at: self.due_at,
            overdue: self.overdue,
        }
    }
}

/// The desks on which a matter lies, with the post that answers for each.
fn stuck(world: &World, matter: &Matter, today: Day) -> Vec<Stuck> {
    let directory = world.directory();
    let of_slot = |(slot, desk): (u32, Desk)| {
        let asked = matter.pending.iter().find(|p| p.slot == slot);
        // Where a decision is waited for, it is stuck with who decides.
        let desk = asked.map_or(desk, |p| p.approver);
        let claimed = if slot == 0 {
            matter.holder
        } else {
            matter.task(slot).and_then(|t| t.holder)
        };
        let seat = match desk {
            Desk::Area(area) => directory.answering(area, today).map(Seat::Area),
            Desk::Org(org) => Some(Seat::Org(org)),
            Desk::Reporter | Desk::None => None,
        };
        let post = seat.and_then(|seat| {
            directory
                .posts_at(seat, today)
                .filter(|p| asked.is_none_or(|asked| directory.may_decide(p, asked, today)))
                .min_by_key(|p| {
                    (
                        Some(p.account) != claimed,
                        !p.role.mans_desk(),
                        p.role,
                        p.id,
                    )
                })
        });
        let clock = matter
            .clocks
            .iter()
            .filter(|c| c.slot == slot && c.runs())
            .min_by_key(|c| c.due);
        Stuck {
            slot,
            desk,
            post: post.cloned(),
            since: matter.task(slot).map_or(matter.arrived_at, |t| t.called_at),
            due_at: clock.map(|c| c.due),
            overdue: clock.is_some_and(|c| c.marked),
        }
    };
    matter.holding().map(of_slot).collect()
}

/// The people who hold a matter, asked for something, or answer for its desks.
fn people(matter: &Matter, stuck: &[Stuck]) -> Vec<AccountId> {
    let tasks = matter.tasks.iter().filter_map(|t| t.holder);
    let pending = matter.pending.iter().map(|p| p.by_account);
    let posts = stuck.iter().filter_map(|s| s.post.as_ref());
    let mut all: Vec<AccountId> = matter
        .holder
        .into_iter()
        .chain(tasks)
        .chain(pending)
        .chain(posts.map(|p| p.account))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}
