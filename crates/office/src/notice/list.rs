//! Lists of notices: what I received, what my desk sent.

use super::{Notice, Receipt, Standing, Viewed};
use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::{Mint, NoticeId, PostId};
use civic::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use civic::post::{Post, Seat};
use civic::rights::{self, Verb};
use std::collections::HashMap;
use std::sync::Arc;
use store::notice::Kept;

/// Notices that still wait are looked for among those of the last days: older ones are let go, as
/// old messages are.
pub(crate) const WAITING_DAYS: i64 = 90;
/// Most notices looked at for the number that waits.
const WAITING_MAX: usize = 200;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Box {
    /// What is for my posts.
    In,
    /// Of those, what still waits for me.
    Waiting,
    /// What my desks sent.
    Sent,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The notice.
    pub kept: Kept,
    /// How it stands with the reader; none in the list of what was sent.
    pub standing: Option<Standing>,
}

/// A page of notices.
#[derive(Debug, Clone)]
pub struct Page {
    /// Newest first.
    pub rows: Vec<Listed>,
    /// Where the next page begins.
    pub next: Option<NoticeId>,
    /// How many wait for the reader.
    pub waiting: usize,
}

impl Office {
    /// A page of notices, newest first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn notices(
        &self,
        actor: &Actor,
        which: Box,
        before: Option<NoticeId>,
        limit: Option<usize>,
    ) -> Result<Page> {
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let waiting = self.waiting_notices(actor).await?;
        let count = waiting.len();
        let (mut rows, next) = match which {
            Box::Waiting => {
                let mut rows = waiting;
                rows.retain(|r| before.is_none_or(|id| r.kept.notice.id < id));
                let next = (rows.len() > limit).then(|| rows[limit - 1].kept.notice.id);
                (rows, next)
            }
            Box::In => self.received(actor, 0, before, limit).await?,
            Box::Sent => self.sent(actor, before, limit).await?,
        };
        rows.truncate(limit);
        Ok(Page {
            rows,
            next,
            waiting: count,
        })
    }

    /// What still waits for the actor: unread, or read and still to be done.
    pub(crate) async fn waiting_notices(&self, actor: &Actor) -> Result<Vec<Listed>> {
        let now = self.now();
        let since = Mint::new(0, 0).next(now.plus_hours(-24 * WAITING_DAYS).0) - 1;
        let (mut rows, _) = self.received(actor, since, None, WAITING_MAX).await?;
        rows.retain(|row| {
            let notice = &row.kept.notice;
            notice.withdrawn.is_none() && row.standing.is_some_and(|s| notice.owes(s))
        });
        Ok(rows)
    }

    /// Notices for the actor's posts with ids between `after` and `before`, and where to go on.
    async fn received(
        &self,
        actor: &Actor,
        after: i64,
        before: Option<NoticeId>,
        limit: usize,
    ) -> Result<(Vec<Listed>, Option<NoticeId>)> {
        let world = self.world();
        let posts: Vec<PostId> = actor.posts.iter().map(|p| p.id).collect();
        let places: Vec<_> = actor
            .posts
            .iter()
            .flat_map(|p| store::notice::places(world.tree(), p))
            .collect();
        let (mut found, receipts, next) = self
            .read(move |conn| {
                let before = before.map(|id| id.0);
                let mut ids = store::notice::at_places(conn, &places, after, before, limit + 1)?;
                let next = (ids.len() > limit).then(|| ids[limit - 1]);
                ids.truncate(limit);
                let receipts = store::notice::receipts_of(conn, &ids, &posts)?;
                Ok((store::notice::by_ids(conn, &ids)?, receipts, next))
            })
            .await?;
        let mut rows = Vec::with_capacity(found.len());
        for kept in found.drain(..) {
            let own = self.own_posts(actor, &kept.notice);
            if let Some(standing) = standing(&kept.notice, &own, &receipts) {
                rows.push(Listed {
                    kept,
                    standing: Some(standing),
                });
            }
        }
        Ok((rows, next))
    }

    async fn sent(
        &self,
        actor: &Actor,
        before: Option<NoticeId>,
        limit: usize,
    ) -> Result<(Vec<Listed>, Option<NoticeId>)> {
        let mut seats: Vec<Seat> = Vec::new();
        for post in &actor.posts {
            let publishes = rights::relations(post.role, Verb::PublishNotice)
                .next()
                .is_some();
            if publishes && !seats.contains(&post.seat) {
                seats.push(post.seat);
            }
        }
        let found = self
            .read(move |conn| {
                store::notice::sent_by(conn, &seats, before.map(|id| id.0), limit + 1)
            })
            .await?;
        let next = (found.len() > limit).then(|| found[limit - 1].notice.id);
        let rows = found.into_iter().map(|kept| Listed {
            kept,
            standing: None,
        });
        Ok((rows.collect(), next))
    }

    /// One notice as the actor sees it. Reading it this way leaves no receipt: see
    /// [`Office::read_notice`].
    ///
    /// # Errors
    /// `Unknown` for who may not know of it.
    pub async fn notice(&self, actor: &Actor, id: NoticeId) -> Result<Viewed> {
        let kept = self.known_notice(actor, id).await?;
        let own = self.own_posts(actor, &kept.notice);
        let posts: Vec<PostId> = own.iter().map(|p| p.id).collect();
        let (receipts, versions) = self
            .read(move |conn| {
                let mut receipts = store::notice::receipts_of(conn, &[id], &posts)?;
                for (post, file) in store::notice::reply_files(conn, id, &posts)? {
                    if let Some(receipt) = receipts.get_mut(&(id, post)) {
                        receipt.files.push(file);
                    }
                }
                Ok((receipts, store::notice::versions(conn, id)?))
            })
            .await?;
        let standing = standing(&kept.notice, &own, &receipts);
        let mut mine: Vec<Receipt> = receipts.into_values().collect();
        mine.sort_by_key(|r| r.post);
        Ok(Viewed {
            manages: kept.notice.managed_by(actor),
            oversees: self.oversight(actor, &kept.notice),
            standing,
            mine,
            versions,
            kept,
        })
    }
}

/// How a notice stands with somebody who holds these of its recipients' posts: as it stands with the
/// post that is furthest behind.
fn standing(
    notice: &Notice,
    own: &[Arc<Post>],
    receipts: &HashMap<(NoticeId, PostId), Receipt>,
) -> Option<Standing> {
    own.iter()
        .map(|p| notice.standing(receipts.get(&(notice.id, p.id))))
        .min_by_key(|s| match s {
            Standing::Unread => 0,
            Standing::Read => 1,
            Standing::Done | Standing::Gone => 2,
        })
}
