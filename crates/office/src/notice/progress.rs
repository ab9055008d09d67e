//! How a notice goes: figures level by level, and the desks behind each figure.

use super::{Notice, Standing};
use crate::{Fault, Office, Result};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, FileId, NoticeId, PostId};
use civic::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use civic::notice::Progress;
use civic::refusal::Refusal;
use civic::time::Instant;
use std::collections::HashMap;
use store::file::StoredFile;

/// How a notice goes in an area.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The notice.
    pub notice: Notice,
    /// The area.
    pub area: AreaId,
    /// The figures.
    pub progress: Progress,
}

/// One post behind a figure.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// The post.
    pub post: PostId,
    /// Its area, or that of its organisation.
    pub area: AreaId,
    /// Title, e.g. `坂头安置房小区网格1号楼单元长`. No name: the notice is owed by the desk.
    pub title: String,
    /// How it stands.
    pub standing: Standing,
    /// When it was read.
    pub read: Option<Instant>,
    /// When it was done.
    pub done: Option<Instant>,
    /// What was replied.
    pub reply: Option<String>,
    /// Who replied.
    pub replier: Option<(AccountId, String)>,
    /// Files of the reply.
    pub files: Vec<StoredFile>,
}

impl Office {
    /// How a notice goes in `area`; where it is not said, in the greatest area the actor oversees.
    ///
    /// # Errors
    /// `Unknown` for who may not know of it; `Denied` outside the area the actor oversees.
    pub async fn notice_progress(
        &self,
        actor: &Actor,
        id: NoticeId,
        area: Option<AreaId>,
    ) -> Result<Reached> {
        let (notice, area) = self.overseen(actor, id, area).await?;
        let (world, days) = (self.world(), (self.today(), self.closed_on(&notice)));
        // Counted on the reader's thread: it may be the posts of a whole city.
        self.read(move |conn| {
            let roster = store::notice::roster(conn, id)?;
            let receipts = store::notice::receipts(conn, id)?;
            let progress = notice.progress(world.directory(), &roster, &receipts, area, days);
            Ok(Reached {
                notice,
                area,
                progress,
            })
        })
        .await
    }

    /// A page of the posts behind a figure, in the order of their ids: those that stand so.
    ///
    /// # Errors
    /// As [`Office::notice_progress`].
    pub async fn notice_recipients(
        &self,
        actor: &Actor,
        id: NoticeId,
        area: Option<AreaId>,
        standing: Option<Standing>,
        (after, limit): (Option<PostId>, Option<usize>),
    ) -> Result<(Vec<Recipient>, Option<PostId>)> {
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let (notice, area) = self.overseen(actor, id, area).await?;
        let (world, days) = (self.world(), (self.today(), self.closed_on(&notice)));
        let (found, next, receipts) = self
            .read(move |conn| {
                let roster = store::notice::roster(conn, id)?;
                let receipts = store::notice::receipts(conn, id)?;
                let mut found: Vec<_> = notice
                    .counted(world.directory(), &roster, &receipts, days)
                    .filter(|(post, own, _, stands)| {
                        standing.is_none_or(|s| s == *stands)
                            && after.is_none_or(|id| post.id > id)
                            && world.tree().within(*own, area)
                    })
                    .map(|(post, own, _, stands)| (post.clone(), own, stands))
                    .collect();
                found.sort_by_key(|(post, _, _)| post.id);
                let next = (found.len() > limit).then(|| found[limit - 1].0.id);
                found.truncate(limit);
                Ok((found, next, receipts))
            })
            .await?;
        let ids: Vec<PostId> = found.iter().map(|(p, _, _)| p.id).collect();
        let (mut files, names) = self.of_replies(id, &ids, &receipts).await?;
        let world = self.world();
        let directory = world.directory();
        let rows = found.into_iter().map(|(post, area, standing)| {
            let receipt = receipts.get(&post.id);
            Recipient {
                post: post.id,
                area,
                title: directory.title(&post),
                standing,
                read: receipt.map(|r| r.read),
                done: receipt.and_then(|r| r.done),
                reply: receipt.and_then(|r| r.reply.clone()),
                replier: receipt
                    .filter(|r| r.done.is_some())
                    .and_then(|r| Some((r.account, names.get(&r.account)?.clone()))),
                files: files.remove(&post.id).unwrap_or_default(),
            }
        });
        Ok((rows.collect(), next))
    }

    /// Files of replies, and the names of who replied.
    async fn of_replies(
        &self,
        id: NoticeId,
        posts: &[PostId],
        receipts: &HashMap<PostId, civic::notice::Receipt>,
    ) -> Result<(HashMap<PostId, Vec<StoredFile>>, HashMap<AccountId, String>)> {
        let repliers = posts
            .iter()
            .filter_map(|p| receipts.get(p))
            .filter(|r| r.done.is_some())
            .map(|r| r.account)
            .collect();
        let posts = posts.to_vec();
        let files = self
            .read(move |conn| {
                let given = store::notice::reply_files(conn, id, &posts)?;
                let ids: Vec<FileId> = given.iter().map(|(_, f)| *f).collect();
                let stored = store::file::by_ids(conn, &ids)?;
                let mut by_post: HashMap<PostId, Vec<StoredFile>> = HashMap::new();
                for (post, file) in given {
                    let of = stored.iter().find(|f| f.id == file).cloned();
                    by_post.entry(post).or_default().extend(of);
                }
                Ok(by_post)
            })
            .await?;
        Ok((files, self.names(repliers).await?))
    }

    async fn overseen(
        &self,
        actor: &Actor,
        id: NoticeId,
        area: Option<AreaId>,
    ) -> Result<(Notice, AreaId)> {
        let notice = self.known_notice(actor, id).await?.notice;
        let denied = || {
            Fault::from(Refusal::Denied(
                "您只能查看本辖区的收阅情况；其他区域的情况请向发布单位了解".into(),
            ))
        };
        let area = match area {
            Some(area) => area,
            None => self.oversight(actor, &notice).ok_or_else(denied)?,
        };
        let world = self.world();
        if world.tree().get(area).is_none() {
            return Err(Refusal::unknown("区域").into());
        }
        match notice.overseen_by(world.directory(), actor, area) {
            true => Ok((notice, area)),
            false => Err(denied()),
        }
    }
}
