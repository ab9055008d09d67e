//! Publishing, and seeing beforehand how many will get it.

use super::{Draft, Notice, Spread};
use crate::identity::entry;
use crate::{Key, Office, Result};
use civic::directory::Actor;
use civic::id::{AdmissionId, FileId, MatterId, NoticeId};
use civic::module::Module;
use civic::refusal::Refusal;
use store::lane::Failure;
use store::notice::Kept;

/// Whom a draft would reach now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// How many, by level.
    pub spread: Spread,
    /// Title of the post under which it would be published.
    pub author: String,
}

/// What goes with a draft, still by id.
#[derive(Debug, Clone, Default)]
pub struct With {
    /// Attachments that were uploaded before.
    pub files: Vec<FileId>,
    /// Matters that a bulletin names.
    pub matters: Vec<MatterId>,
    /// The admitted item that a department sends down.
    pub item: Option<AdmissionId>,
}

impl Office {
    /// How many would get a draft, if it were published now. Its words are not looked at.
    ///
    /// # Errors
    /// `Denied` without the right.
    pub async fn preview_notice(
        &self,
        actor: &Actor,
        mut draft: Draft,
        item: Option<AdmissionId>,
    ) -> Result<Preview> {
        draft.item = self.item_of(item).await?;
        let world = self.world();
        draft.powers = self.powers(draft.towns(world.directory())).await?;
        let directory = world.directory();
        let post = draft.author(directory, actor)?;
        draft.admitted(directory, post, self.today())?;
        let scope = draft.reach(directory, post);
        if let Some(problem) = draft.out_of_reach(directory, post) {
            return Err(Refusal::Invalid(vec![problem]).into());
        }
        Ok(Preview {
            spread: scope.spread(directory, self.today()),
            author: directory.title(post),
        })
    }

    /// Publishes a notice; with the same `key`, only once.
    ///
    /// # Errors
    /// `Denied` without the right; `Invalid` with every broken rule.
    pub async fn publish_notice(
        &self,
        actor: &Actor,
        mut draft: Draft,
        with: With,
        key: Key,
    ) -> Result<Kept> {
        let account = actor.account;
        let key = self.kept_key(key, account, "notice");
        let kept = self.answered(Some(&key)).await?;
        if let Some(id) = kept.and_then(|id| id.parse().ok()) {
            return self.known_notice(actor, id).await;
        }
        for id in with.matters {
            let no = self.visible(actor, id).await?.no;
            draft.matters.push((id, no));
        }
        draft.item = self.item_of(with.item).await?;
        let (world, now, today) = (self.world(), self.now(), self.today());
        draft.powers = self.powers(draft.towns(world.directory())).await?;
        // The rules first: files that are refused are looked up in vain.
        let rule = draft.clone();
        rule.publish(world.directory(), actor, NoticeId(0), (now, today))?;
        draft.files = self.attachable(actor, &with.files).await?;
        let author = actor.clone();
        let (kept, fresh) = self
            .write(move |conn| {
                // Asked twice at the same moment: the first one counts.
                if let Some(id) = store::answered::get(conn, &key)?
                    && let Some(kept) = match id.parse() {
                        Ok(id) => store::notice::get(conn, id)?,
                        Err(_) => None,
                    }
                {
                    return Ok((kept, false));
                }
                // As it stands at this moment: it may have been taken off the list meanwhile.
                if let Some(item) = draft.item.take() {
                    draft.item = store::admission::get(conn, item.id)?;
                }
                let id = NoticeId(store::fresh_id(conn, "notice", now)?);
                let (notice, roster) =
                    draft.publish(world.directory(), &author, id, (now, today))?;
                store::notice::insert(conn, &notice, &roster)?;
                store::answered::put(conn, &key, &id.to_string(), now)?;
                let detail = format!(
                    "{}《{}》，{}个岗位",
                    notice.kind.word(),
                    notice.wording.title,
                    roster.len()
                );
                store::audit::append(
                    conn,
                    &entry(&author, now, "publish_notice", object(&notice), detail),
                )?;
                let kept = Kept {
                    notice,
                    sent: roster.len() as i64,
                    read: 0,
                    done: 0,
                };
                Ok::<_, Failure>((kept, true))
            })
            .await?;
        if fresh {
            self.tell(&kept.notice);
        }
        Ok(kept)
    }
}

impl Office {
    async fn item_of(&self, id: Option<AdmissionId>) -> Result<Option<civic::admission::Item>> {
        let Some(id) = id else {
            return Ok(None);
        };
        let item = self
            .read(move |conn| store::admission::get(conn, id))
            .await?;
        if let Some(item) = &item {
            self.need(Module::Admission, item.area)?;
        }
        Ok(item)
    }
}

/// What the audit chain calls a notice.
pub(super) fn object(notice: &Notice) -> String {
    format!("notice:{}", notice.id)
}
