//! 常用语: own and shared standard phrases.

use crate::identity::entry;
use crate::post::staff_only;
use crate::{Key, Office, Result};
use civic::directory::Actor;
use civic::id::{AreaId, PhraseId};
use civic::phrase::{EACH_MAX, Phrase, PhraseField};
use civic::refusal::Refusal;
use civic::rights::Verb;
use store::lane::Failure;

/// What somebody saves.
#[derive(Debug, Clone)]
pub struct PhraseInput {
    /// The area that shares it; one's own where none is given.
    pub area: Option<AreaId>,
    /// Code of the action it is for; for every action where empty.
    pub action: String,
    /// The field it is for.
    pub field: PhraseField,
    /// The words.
    pub text: String,
}

impl Office {
    /// One's own phrases, and those that the areas of one's posts and the areas above them share;
    /// each with whether one may take it away.
    ///
    /// # Errors
    /// `Denied` for residents.
    pub async fn phrases(&self, actor: &Actor) -> Result<Vec<(Phrase, bool)>> {
        staff_only(actor)?;
        let world = self.world();
        let directory = world.directory();
        let mut areas: Vec<AreaId> = actor
            .posts
            .iter()
            .filter_map(|p| directory.area_of(p.seat))
            .flat_map(|area| world.tree().upward(area).map(|a| a.id))
            .collect();
        areas.sort_unstable();
        areas.dedup();
        let account = actor.account;
        let found = self
            .read(move |conn| {
                let mut all = store::phrase::own(conn, account)?;
                all.extend(store::phrase::shared(conn, &areas)?);
                Ok(all)
            })
            .await?;
        let may = |p: &Phrase| match p.area {
            None => true,
            Some(area) => directory.over(actor, Verb::SharePhrases, area).is_some(),
        };
        Ok(found
            .into_iter()
            .map(|p| {
                let may = may(&p);
                (p, may)
            })
            .collect())
    }

    /// Saves a phrase, for oneself or for an area; with the same `key` once.
    ///
    /// # Errors
    /// `Denied` for residents, and for an area whose phrases others keep; `Invalid` with every broken
    /// rule; `Conflict` where there are too many.
    pub async fn save_phrase(&self, actor: &Actor, input: PhraseInput, key: Key) -> Result<Phrase> {
        staff_only(actor)?;
        if let Some(area) = input.area {
            self.require_over(actor, Verb::SharePhrases, area)?;
        }
        let phrase = Phrase {
            id: PhraseId(0),
            account: actor.account,
            area: input.area,
            action: input.action.trim().to_owned(),
            field: input.field,
            text: input.text.trim().to_owned(),
        };
        let problems = phrase.problems();
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let (who, now) = (actor.clone(), self.now());
        let key = self.kept_key(key, actor.account, "phrase");
        self.write(move |conn| {
            if let Some(id) = store::answered::get(conn, &key)? {
                let id = id.parse().map(PhraseId).ok();
                let found = id.map(|id| store::phrase::get(conn, id)).transpose()?;
                return found
                    .flatten()
                    .ok_or_else(|| Refusal::unknown("常用语").into());
            }
            let beside = match phrase.area {
                Some(area) => store::phrase::shared(conn, &[area])?,
                None => store::phrase::own(conn, phrase.account)?,
            };
            if beside.len() >= EACH_MAX {
                let text = format!("常用语最多 {EACH_MAX} 条，请先删去不用的");
                return Err(Refusal::Conflict(text).into());
            }
            let id = PhraseId(store::fresh_id(conn, "phrase", now)?);
            let phrase = Phrase { id, ..phrase };
            store::phrase::insert(conn, &phrase)?;
            store::answered::put(conn, &key, &id.to_string(), now)?;
            if phrase.area.is_some() {
                let line = entry(&who, now, "share_phrase", object(id), phrase.text.clone());
                store::audit::append(conn, &line)?;
            }
            Ok::<_, Failure>(phrase)
        })
        .await
    }

    /// Takes a phrase away.
    ///
    /// # Errors
    /// `Unknown` for one that is not there or somebody else's; `Denied` for a shared one that others
    /// keep.
    pub async fn remove_phrase(&self, actor: &Actor, id: PhraseId) -> Result<()> {
        let found = self.read(move |conn| store::phrase::get(conn, id)).await?;
        let phrase = found
            .filter(|p| p.area.is_some() || p.account == actor.account)
            .ok_or_else(|| Refusal::unknown("常用语"))?;
        if let Some(area) = phrase.area {
            self.require_over(actor, Verb::SharePhrases, area)?;
        }
        let (who, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            store::phrase::remove(conn, id)?;
            if phrase.area.is_some() {
                let line = entry(&who, now, "remove_phrase", object(id), phrase.text.clone());
                store::audit::append(conn, &line)?;
            }
            Ok(())
        })
        .await
    }
}

fn object(id: PhraseId) -> String {
    format!("phrase:{id}")
}
