//! Reading, finishing, correcting, urging and withdrawing.

use super::publish::object;
use super::{Correction, Notice, Receipt, Standing, Viewed};
use crate::identity::entry;
use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::{FileId, NoticeId};
use civic::matter::Attached;
use civic::refusal::Refusal;
use store::driver::Conn;
use store::lane::Failure;

impl Office {
    /// Leaves the receipt of the actor's posts: they have read the present version. Not in the audit
    /// chain: the receipt itself says who and when.
    ///
    /// # Errors
    /// `Unknown` for who may not know of it. Whoever sees it but is no recipient leaves no receipt.
    pub async fn read_notice(&self, actor: &Actor, id: NoticeId) -> Result<Viewed> {
        let kept = self.known_notice(actor, id).await?;
        let own = self.own_posts(actor, &kept.notice);
        if kept.notice.withdrawn.is_none() && !own.is_empty() {
            let (account, now) = (actor.account, self.now());
            self.write(move |conn| {
                let notice = present(conn, id)?;
                let posts: Vec<_> = own.iter().map(|p| p.id).collect();
                let before = store::notice::receipts_of(conn, &[id], &posts)?;
                let fresh: Vec<Receipt> = own
                    .iter()
                    .filter_map(|p| notice.read_by(p, before.get(&(id, p.id)), account, now))
                    .collect();
                if !fresh.is_empty() {
                    store::notice::put_receipts(conn, &notice, &fresh)?;
                }
                Ok::<_, Failure>(())
            })
            .await?;
        }
        self.notice(actor, id).await
    }

    /// Confirms or replies for the actor's posts that have not done so.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who is no recipient; `Conflict` when withdrawn, done before or nothing
    /// is owed; `Invalid` without the reply that is owed.
    pub async fn finish_notice(
        &self,
        actor: &Actor,
        id: NoticeId,
        (values, reply): (Vec<String>, Option<String>),
        files: &[FileId],
    ) -> Result<Viewed> {
        let kept = self.known_notice(actor, id).await?;
        let own = self.own_posts(actor, &kept.notice);
        if own.is_empty() {
            return Err(Refusal::Denied("这份通知不是发给您的岗位的，不用办结".into()).into());
        }
        let files: Vec<FileId> = self
            .attachable(actor, files)
            .await?
            .into_iter()
            .map(|f| f.file)
            .collect();
        let (who, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            let notice = present(conn, id)?;
            let posts: Vec<_> = own.iter().map(|p| p.id).collect();
            let before = store::notice::receipts_of(conn, &[id], &posts)?;
            let standing = |post| notice.standing(before.get(&(id, post)));
            let open: Vec<_> = own
                .iter()
                .filter(|p| standing(p.id) != Standing::Done)
                .collect();
            let first = open.first().map_or(Standing::Done, |p| standing(p.id));
            let reply = notice.reply_of(&values, reply.as_deref())?;
            notice.may_finish(first, reply.as_deref())?;
            let mut files = Some(files);
            let fresh: Vec<Receipt> = open
                .iter()
                .map(|p| {
                    let read = before.get(&(id, p.id)).map_or(now, |r| r.read);
                    Receipt {
                        post: p.id,
                        account: who.account,
                        version: notice.version,
                        read,
                        done: Some(now),
                        reply: reply.clone(),
                        // A file belongs to one reply: that of the first post.
                        files: files.take().unwrap_or_default(),
                    }
                })
                .collect();
            store::notice::put_receipts(conn, &notice, &fresh)?;
            let detail = format!("《{}》", notice.wording.title);
            store::audit::append(
                conn,
                &entry(&who, now, "finish_notice", object(&notice), detail),
            )?;
            Ok::<_, Failure>(())
        })
        .await?;
        self.notice(actor, id).await
    }

    /// Corrects the wording: a new version, with the old ones kept. `files` are those it has now:
    /// kept ones and fresh ones.
    ///
    /// # Errors
    /// `Unknown`, `Denied`, `Stale`, `Conflict` when withdrawn, `Invalid`.
    pub async fn correct_notice(
        &self,
        actor: &Actor,
        id: NoticeId,
        seen: u32,
        mut correction: Correction,
        files: &[FileId],
    ) -> Result<Viewed> {
        let kept = self.known_notice(actor, id).await?.notice;
        let held = |file: &FileId| kept.wording.files.iter().find(|f| f.file == *file).cloned();
        let fresh: Vec<FileId> = files
            .iter()
            .copied()
            .filter(|f| held(f).is_none())
            .collect();
        let old: Vec<Attached> = files.iter().filter_map(held).collect();
        correction.wording.files = old;
        correction
            .wording
            .files
            .extend(self.attachable(actor, &fresh).await?);
        let reason = correction.reason.trim().to_owned();
        self.change_notice(
            actor,
            id,
            "correct_notice",
            reason,
            move |notice, who, now| notice.correct(who, seen, correction, now),
        )
        .await
    }

    /// Urges everybody who has not read or not done. It writes no message to each: the notice stands
    /// first in their list, marked as urged, and who is signed in hears of it at once.
    ///
    /// # Errors
    /// `Unknown`, `Denied`; `Conflict` when withdrawn, urged enough, or too soon.
    pub async fn urge_notice(&self, actor: &Actor, id: NoticeId) -> Result<Viewed> {
        self.change_notice(actor, id, "urge_notice", String::new(), Notice::urge)
            .await
    }

    /// Withdraws, with a reason that the recipients read.
    ///
    /// # Errors
    /// `Unknown`, `Denied`; `Conflict` when withdrawn before; `Invalid` without a reason.
    pub async fn withdraw_notice(
        &self,
        actor: &Actor,
        id: NoticeId,
        reason: String,
    ) -> Result<Viewed> {
        let detail = reason.clone();
        self.change_notice(
            actor,
            id,
            "withdraw_notice",
            detail,
            move |notice, who, now| notice.withdraw(who, &reason, now),
        )
        .await
    }

    async fn change_notice(
        &self,
        actor: &Actor,
        id: NoticeId,
        action: &'static str,
        detail: String,
        change: impl FnOnce(
            &mut Notice,
            &Actor,
            civic::time::Instant,
        ) -> std::result::Result<(), Refusal>
        + Send
        + 'static,
    ) -> Result<Viewed> {
        self.known_notice(actor, id).await?;
        let (who, now) = (actor.clone(), self.now());
        let notice = self
            .write(move |conn| {
                let mut notice = present(conn, id)?;
                let version = notice.version;
                change(&mut notice, &who, now)?;
                if notice.version != version {
                    store::notice::add_version(
                        conn,
                        &notice,
                        who.account,
                        &who.name,
                        &detail,
                        now,
                    )?;
                }
                store::notice::update(conn, &notice)?;
                let detail = format!("《{}》{detail}", notice.wording.title);
                store::audit::append(conn, &entry(&who, now, action, object(&notice), detail))?;
                Ok::<_, Failure>(notice)
            })
            .await?;
        self.tell(&notice);
        self.notice(actor, id).await
    }
}

/// A notice as it stands within the transaction that changes something about it.
fn present(conn: &mut Conn, id: NoticeId) -> std::result::Result<Notice, Failure> {
    let kept = store::notice::get(conn, id)?.ok_or_else(|| Refusal::unknown("通知"))?;
    Ok(kept.notice)
}
