//! What changes records. Every change is a line of the audit chain.

use super::{RecordSeen, keys, object, register_of};
use crate::identity::entry;
use crate::matter::strange_file;
use crate::{Key, Office, Result};
use civic::by::By;
use civic::directory::Actor;
use civic::id::RecordId;
use civic::limits::TEXT_CHARS_MAX;
use civic::refusal::Refusal;
use civic::register::{Change, Draft, Ended, ItemDraft, ItemState, Record, Register, Update};
use civic::time::Day;
use store::lane::Failure;

impl Office {
    /// Adds a record; with the same `key`, only once.
    ///
    /// # Errors
    /// `Unknown` for a register that is not there; `Denied` outside the actor's area; `Invalid`.
    pub async fn add_record(
        &self,
        actor: &Actor,
        code: &str,
        draft: Draft,
        key: Key,
    ) -> Result<RecordSeen> {
        let world = self.world();
        let register = register_of(&world, code)?;
        let by = self.keeper_of(actor, register.verb, draft.area)?;
        let draft = self.checked(&world, register, draft, None).await?;
        let mut record = Record {
            id: RecordId(0),
            register: register.code.clone(),
            area: draft.area,
            version: 1,
            from: draft.from,
            to: draft.to,
            values: draft.values,
            items: Vec::new(),
            files: Vec::new(),
            by,
            at: self.now(),
            changes: Vec::new(),
            ended: None,
        };
        for item in draft.items {
            record.add_item(register.items.as_ref(), item, self.today())?;
        }
        record.version = 1;
        let sealed = self.seal(register, &mut record.values, Default::default());
        let (keys, now, who) = (keys(register, &record), self.now(), actor.clone());
        let detail = format!("{}“{}”", register.word, record.name(register));
        let (once, today) = (register.once.then(|| register.name.clone()), self.today());
        let again = format!(
            "这个区域已有同样的{}记录；内容有变化的请更正原来那一条，已经结束的请先注销",
            register.word
        );
        let key = self.kept_key(key, actor.account, &format!("record/{}", register.code));
        let id = self
            .write(move |conn| {
                if let Some(id) = store::answered::get(conn, &key)? {
                    let kept = id.parse().map(RecordId);
                    return kept.map_err(|_| Refusal::unknown("台账记录").into());
                }
                if let Some(name) = once.as_ref().and_then(|field| record.values.get(field)) {
                    let others = store::record::standing(conn, &[record.area], today)?;
                    let same = |o: &Record| {
                        o.register == record.register
                            && once.as_ref().and_then(|f| o.values.get(f)) == Some(name)
                    };
                    if others.iter().any(same) {
                        return Err(Refusal::Conflict(again).into());
                    }
                }
                record.id = RecordId(store::fresh_id(conn, "record", now)?);
                store::record::insert(conn, &record, &keys, sealed)?;
                store::answered::put(conn, &key, &record.id.to_string(), now)?;
                let entry = entry(&who, now, "add_record", object(record.id), detail);
                store::audit::append(conn, &entry)?;
                Ok::<_, Failure>(record.id)
            })
            .await?;
        self.record(actor, id).await
    }

    /// Corrects a record; what it said before stays in its history.
    ///
    /// # Errors
    /// `Unknown`; `Stale` when it was changed since; `Invalid`.
    pub async fn correct_record(
        &self,
        actor: &Actor,
        id: RecordId,
        version: u32,
        draft: Draft,
        reason: String,
    ) -> Result<RecordSeen> {
        let world = self.world();
        let (record, sealed) = self.kept_record(actor, id).await?;
        let register = register_of(&world, &record.register)?;
        let by = self.keeper_of(actor, register.verb, record.area)?;
        let reason = reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > TEXT_CHARS_MAX {
            return Err(Refusal::invalid("reason", "required", "请写明更正原因").into());
        }
        let draft = Draft {
            area: record.area,
            items: Vec::new(),
            ..draft
        };
        let draft = self.checked(&world, register, draft, Some(&record)).await?;
        let clear = self.unsealed(sealed.as_deref())?;
        let mut values = draft.values;
        let sealed = self.seal(register, &mut values, clear);
        let (from, to, at) = (draft.from, draft.to, self.now());
        self.change_record(actor, id, "correct_record", version, sealed, move |r, _| {
            let mut before: std::collections::BTreeMap<_, _> = r
                .values
                .iter()
                .filter(|(code, value)| values.get(*code) != Some(value))
                .map(|(code, value)| (code.clone(), value.clone()))
                .collect();
            if r.from != from {
                before.insert("from".into(), r.from.to_string());
            }
            if r.to != to {
                before.insert(
                    "to".into(),
                    r.to.map_or_else(String::new, |d| d.to_string()),
                );
            }
            r.values = values;
            (r.from, r.to) = (from, to);
            r.version += 1;
            r.changes.push(Change {
                at,
                by,
                reason,
                before,
            });
            Ok(())
        })
        .await
    }

    /// Ends a record: `to` is the first day on which it is over.
    ///
    /// # Errors
    /// `Unknown`, `Stale`; `Conflict` where it is over before; `Invalid` without a reason.
    pub async fn end_record(
        &self,
        actor: &Actor,
        id: RecordId,
        version: u32,
        to: Day,
        reason: String,
    ) -> Result<RecordSeen> {
        let (by, at) = (self.keeper_of_record(actor, id).await?, self.now());
        self.change_record(actor, id, "end_record", version, None, move |record, _| {
            let reason = reason.trim().to_owned();
            record.end(to, Ended { at, by, reason })
        })
        .await
    }

    /// Adds a piece of work to a record.
    ///
    /// # Errors
    /// `Unknown`, `Stale`; `Conflict` where the record has as many as it may; `Invalid`.
    pub async fn add_item(
        &self,
        actor: &Actor,
        id: RecordId,
        version: u32,
        item: ItemDraft,
    ) -> Result<RecordSeen> {
        self.keeper_of_record(actor, id).await?;
        let today = self.today();
        self.change_record(actor, id, "add_item", version, None, move |r, register| {
            r.add_item(register.items.as_ref(), item, today)
        })
        .await
    }

    /// Says how a piece of work goes, and which matter it became.
    ///
    /// # Errors
    /// `Unknown`, `Stale`; `Conflict` for what is over; `Invalid` for a matter that the
    /// actor cannot see.
    pub async fn update_item(
        &self,
        actor: &Actor,
        id: RecordId,
        version: u32,
        no: u32,
        update: Update,
    ) -> Result<RecordSeen> {
        let (by, at) = (self.keeper_of_record(actor, id).await?, self.now());
        if let Some(matter) = update.matter.clone() {
            let found = self
                .read(move |conn| store::matter::by_no(conn, &matter))
                .await?;
            let seen = match found {
                Some(matter) => self.visible(actor, matter.id).await.is_ok(),
                None => false,
            };
            if !seen {
                let text = "没有这个编号的事件，或者您无权查看，请核对事件编号";
                return Err(Refusal::invalid("matter", "unknown_matter", text).into());
            }
        }
        let (record, _) = self.kept_record(actor, id).await?;
        let world = self.world();
        let items = register_of(&world, &record.register)?.items.as_ref();
        let known = record.items.iter().find(|i| i.no == no);
        let matter = update
            .matter
            .clone()
            .or(known.and_then(|i| i.matter.clone()));
        if let (ItemState::Done, Some(items), Some(matter)) = (update.state, items, matter) {
            let asked = matter.clone();
            let found = self
                .read(move |conn| store::matter::by_no(conn, &asked))
                .await?;
            Record::may_finish(items, &matter, found.is_none_or(|m| m.over()))?;
        }
        self.change_record(actor, id, "update_item", version, None, move |record, _| {
            record.update_item(no, update, at, by)
        })
        .await
    }

    /// Whether the actor keeps the record, as a signature.
    pub(super) async fn keeper_of_record(&self, actor: &Actor, id: RecordId) -> Result<By> {
        let world = self.world();
        let (record, _) = self.kept_record(actor, id).await?;
        let register = register_of(&world, &record.register)?;
        self.keeper_of(actor, register.verb, record.area)
    }

    /// Changes a record as it stands now. What is sealed stays where nothing new is given.
    pub(super) async fn change_record(
        &self,
        actor: &Actor,
        id: RecordId,
        action: &'static str,
        version: u32,
        sealed: Option<Vec<u8>>,
        change: impl FnOnce(&mut Record, &Register) -> std::result::Result<(), Refusal> + Send + 'static,
    ) -> Result<RecordSeen> {
        let (world, now, who) = (self.world(), self.now(), actor.clone());
        self.write(move |conn| {
            let found = store::record::get(conn, id)?;
            let (mut record, kept) = found.ok_or_else(|| Refusal::unknown("台账记录"))?;
            if record.version != version {
                let text = "别人刚刚改过这条记录，请重新打开再看";
                return Err(Refusal::Stale(text.into()).into());
            }
            let register = world.registers.get(&record.register);
            let register = register.ok_or_else(|| Refusal::unknown("台账"))?;
            let before = record.files.len();
            change(&mut record, register)?;
            for photo in record.files.get(before..).unwrap_or_default() {
                if store::record::of_file(conn, photo.file.file)?.is_some() {
                    return Err(strange_file().into());
                }
                store::record::give_file(conn, photo.file.file, id)?;
            }
            let detail = format!("{}“{}”", register.word, record.name(register));
            store::record::update(conn, &record, &keys(register, &record), sealed.or(kept))?;
            store::audit::append(conn, &entry(&who, now, action, object(id), detail))?;
            Ok::<_, Failure>(())
        })
        .await?;
        self.record(actor, id).await
    }
}
