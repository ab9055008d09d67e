//! The log of a governance centre: writing it, finishing what is open, handing it over (R123).

use crate::identity::entry as audit_entry;
use crate::{Fault, Key, Office, Result};
use civic::by::By;
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, HandoverId, LogEntryId};
use civic::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX, TEXT_CHARS_MAX};
use civic::logbook::{
    Done, Entry, EntryKind, Handover, Taken, has_centre, keeper, may_hand_over, text_problem,
};
use civic::module::Module;
use civic::post::{Post, Seat};
use civic::refusal::Refusal;
use civic::rights::{self, Verb};
use std::sync::Arc;
use store::lane::Failure;

/// Unfinished lines that a log shows and hands over at once.
const OPEN_MAX: usize = 200;
/// Handings over that a log shows; the keeper is found among them.
const HANDOVERS_SHOWN: usize = 20;

/// The log of a centre as its page shows it.
#[derive(Debug, Clone)]
pub struct Logbook {
    /// Who holds it now: account and name.
    pub keeper: Option<(AccountId, String)>,
    /// What is unfinished, oldest first.
    pub open: Vec<Entry>,
    /// A page of all lines, newest first.
    pub entries: Vec<Entry>,
    /// Where the next page begins.
    pub next: Option<LogEntryId>,
    /// The last handings over, newest first.
    pub handovers: Vec<Handover>,
    /// Who serves the centre and may take the log: account, name and title.
    pub people: Vec<By>,
    /// Whether the actor serves this centre, and may write.
    pub writes: bool,
    /// Whether the actor may hand it over now.
    pub hands_over: bool,
}

impl Office {
    /// The log of the centre of exactly this area.
    ///
    /// # Errors
    /// `Unknown` for an area without a centre; `Denied` outside the actor's area.
    pub async fn logbook(
        &self,
        actor: &Actor,
        area: AreaId,
        cursor: Option<LogEntryId>,
        limit: Option<usize>,
    ) -> Result<Logbook> {
        self.centre(area)?;
        self.require_over(actor, Verb::KeepLog, area)?;
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let (mut entries, open, handovers) = self
            .read(move |conn| {
                Ok((
                    store::logbook::page(conn, area, cursor, limit + 1)?,
                    store::logbook::open(conn, area, OPEN_MAX)?,
                    store::logbook::handovers(conn, area, HANDOVERS_SHOWN)?,
                ))
            })
            .await?;
        let next = (entries.len() > limit).then(|| entries[limit - 1].id);
        entries.truncate(limit);
        let own = own_post(actor, area);
        Ok(Logbook {
            keeper: keeper(&handovers).map(|(account, name)| (account, name.to_owned())),
            writes: own.is_some(),
            hands_over: own
                .is_some_and(|p| may_hand_over(&handovers, actor.account, p.role.leads()).is_ok()),
            people: self.centre_people(area).await?,
            open,
            entries,
            next,
            handovers,
        })
    }

    /// Writes a line; with the same `key`, only once.
    ///
    /// # Errors
    /// `Denied` for who does not serve this centre; `Invalid` without text.
    pub async fn write_log(
        &self,
        actor: &Actor,
        area: AreaId,
        kind: EntryKind,
        text: String,
        follow: bool,
        key: Key,
    ) -> Result<Entry> {
        let by = self.at_centre(actor, area)?.1;
        if let Some(problem) = text_problem("text", &text, "值班情况") {
            return Err(vec![problem].into());
        }
        let (now, who) = (self.now(), actor.clone());
        let entry = Entry {
            id: LogEntryId(0),
            area,
            at: now,
            by,
            kind,
            text: text.trim().to_owned(),
            follow,
            done: None,
        };
        let key = self.kept_key(key, actor.account, "log");
        self.write(move |conn| {
            if let Some(id) = store::answered::get(conn, &key)? {
                let kept = id.parse().ok().map(LogEntryId);
                let kept = kept.map(|id| store::logbook::get(conn, id)).transpose()?;
                return kept
                    .flatten()
                    .ok_or_else(|| Refusal::unknown("值班记录").into());
            }
            let entry = Entry {
                id: LogEntryId(store::fresh_id(conn, "log_entry", now)?),
                ..entry
            };
            store::logbook::insert(conn, &entry)?;
            store::answered::put(conn, &key, &entry.id.to_string(), now)?;
            let detail = entry.kind.word().to_owned();
            let audit = audit_entry(&who, now, "write_log", object(area), detail);
            store::audit::append(conn, &audit)?;
            Ok::<_, Failure>(entry)
        })
        .await
    }

    /// Finishes an unfinished line.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who does not serve its centre; `Conflict` where nothing is open.
    pub async fn finish_log(&self, actor: &Actor, id: LogEntryId, text: String) -> Result<Entry> {
        let found = self.read(move |conn| store::logbook::get(conn, id)).await?;
        let area = found.ok_or_else(|| Refusal::unknown("值班记录"))?.area;
        let by = self.at_centre(actor, area)?.1;
        let (now, who) = (self.now(), actor.clone());
        let text = text.trim().to_owned();
        self.write(move |conn| {
            let found = store::logbook::get(conn, id)?;
            let mut entry = found.ok_or_else(|| Refusal::unknown("值班记录"))?;
            entry.finish(Done { at: now, by, text })?;
            store::logbook::update(conn, &entry)?;
            let detail = entry.kind.word().to_owned();
            let audit = audit_entry(&who, now, "finish_log", object(area), detail);
            store::audit::append(conn, &audit)?;
            Ok::<_, Failure>(entry)
        })
        .await
    }

    /// Hands the log with everything unfinished to somebody of the centre. One that was not taken
    /// yet is replaced.
    ///
    /// # Errors
    /// `Denied` for who does not hold the log; `Invalid` for a taker who does not serve the centre.
    pub async fn hand_over(
        &self,
        actor: &Actor,
        area: AreaId,
        to: AccountId,
        note: String,
    ) -> Result<Handover> {
        let (post, by) = self.at_centre(actor, area)?;
        if note.chars().count() > TEXT_CHARS_MAX {
            let message = format!("交班说明最多 {TEXT_CHARS_MAX} 个字");
            return Err(Refusal::invalid("note", "too_long", message).into());
        }
        let people = self.centre_people(area).await?;
        let taker = people
            .into_iter()
            .find(|p| p.account == to && to != actor.account)
            .ok_or_else(|| {
                let text = "请选择本中心另一位在岗人员接班";
                Refusal::invalid("to", "not_of_the_centre", text)
            })?;
        let (now, who, leads) = (self.now(), actor.clone(), post.role.leads());
        self.write(move |conn| {
            let before = store::logbook::handovers(conn, area, HANDOVERS_SHOWN)?;
            may_hand_over(&before, who.account, leads)?;
            for mut pending in before.into_iter().filter(Handover::is_pending) {
                pending.replaced = true;
                store::logbook::update_handover(conn, &pending)?;
            }
            let open = store::logbook::open(conn, area, OPEN_MAX)?;
            let handover = Handover {
                id: HandoverId(store::fresh_id(conn, "handover", now)?),
                area,
                at: now,
                by,
                to: taker.account,
                to_name: taker.name,
                note: note.trim().to_owned(),
                items: open.iter().map(|e| e.id).collect(),
                taken: None,
                replaced: false,
            };
            store::logbook::hand_over(conn, &handover)?;
            let detail = format!(
                "交给 {}，未完事项 {} 件",
                handover.to_name,
                handover.items.len()
            );
            let audit = audit_entry(&who, now, "hand_over", object(area), detail);
            store::audit::append(conn, &audit)?;
            Ok::<_, Failure>(handover)
        })
        .await
    }

    /// Takes over what was handed to the actor.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for anybody else; `Conflict` where it does not wait any more.
    pub async fn take_over(&self, actor: &Actor, id: HandoverId, note: String) -> Result<Handover> {
        let found = self
            .read(move |conn| store::logbook::handover(conn, id))
            .await?;
        let area = found.ok_or_else(|| Refusal::unknown("交接班记录"))?.area;
        self.at_centre(actor, area)?;
        let (now, who) = (self.now(), actor.clone());
        self.write(move |conn| {
            let found = store::logbook::handover(conn, id)?;
            let mut handover = found.ok_or_else(|| Refusal::unknown("交接班记录"))?;
            let note = note.trim().to_owned();
            handover.take(who.account, Taken { at: now, note })?;
            store::logbook::update_handover(conn, &handover)?;
            let detail = format!("未完事项 {} 件", handover.items.len());
            let audit = audit_entry(&who, now, "take_over", object(area), detail);
            store::audit::append(conn, &audit)?;
            Ok::<_, Failure>(handover)
        })
        .await
    }

    /// An area that has a centre.
    fn centre(&self, area: AreaId) -> Result<()> {
        let world = self.world();
        let found = world.tree().get(area).filter(|a| has_centre(a.level));
        match found {
            Some(_) => self.need(Module::Centre, area),
            None => Err(Refusal::Unknown(
                "网格和治理单元没有综治中心，请选择市、县区、镇街或村居".into(),
            )
            .into()),
        }
    }

    /// The post by which the actor serves this centre, and the signature.
    fn at_centre(&self, actor: &Actor, area: AreaId) -> Result<(Arc<Post>, By)> {
        self.centre(area)?;
        let post = own_post(actor, area).ok_or_else(|| {
            Fault::from(Refusal::Denied(
                "值班日志由本中心在岗人员填写和交接；上级可以查看".into(),
            ))
        })?;
        let world = self.world();
        let directory = world.directory();
        let by = By {
            account: actor.account,
            name: directory.signature(&actor.name, &post),
            title: directory.title(&post),
        };
        Ok((post, by))
    }

    /// Who serves a centre today, each once.
    async fn centre_people(&self, area: AreaId) -> Result<Vec<By>> {
        let (world, today) = (self.world(), self.today());
        let directory = world.directory();
        let mut posts: Vec<&Arc<Post>> = directory
            .posts_at(Seat::Area(area), today)
            .filter(|p| keeps_log(p))
            .collect();
        posts.sort_by_key(|p| (p.role, p.from, p.id));
        let mut seen = std::collections::HashSet::new();
        posts.retain(|p| seen.insert(p.account));
        let names = self
            .names(posts.iter().map(|p| p.account).collect())
            .await?;
        let people = posts.into_iter().map(|p| By {
            account: p.account,
            name: names.get(&p.account).cloned().unwrap_or_default(),
            title: directory.title(p),
        });
        Ok(people.collect())
    }
}

fn keeps_log(post: &Post) -> bool {
    rights::relations(post.role, Verb::KeepLog).next().is_some()
}

/// The post by which somebody serves the centre of exactly this area.
fn own_post(actor: &Actor, area: AreaId) -> Option<Arc<Post>> {
    let at = |p: &&Arc<Post>| p.seat == Seat::Area(area) && keeps_log(p);
    actor.posts.iter().find(at).cloned()
}

fn object(area: AreaId) -> String {
    format!("log:{area}")
}
