//! Who received, read and did: the roster of the day of publication, the receipts, and the figures
//! of any area that follow from both.

use super::{Answer, Notice};
use crate::directory::Directory;
use crate::id::{AccountId, AreaId, FileId, PostId};
use crate::post::{Post, Seat};
use crate::time::{Day, Instant};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The posts that received a notice when it was published, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster(pub(super) Vec<PostId>);

impl Roster {
    /// Of these posts.
    #[must_use]
    pub fn new(posts: impl Iterator<Item = PostId>) -> Self {
        let mut ids: Vec<PostId> = posts.collect();
        ids.sort_unstable();
        ids.dedup();
        Self(ids)
    }
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Whether this post is among them.
    #[must_use]
    pub fn contains(&self, post: PostId) -> bool {
        self.0.binary_search(&post).is_ok()
    }
    /// As bytes: the gaps between the ids, seven bits to a byte, the last byte of each below 128.
    /// Posts that were made together lie side by side, so that 115 233 of them take some 200 kB.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * 2);
        let mut last = 0;
        for id in &self.0 {
            let mut gap = id.0.wrapping_sub(last) as u64;
            last = id.0;
            while gap >= 0x80 {
                out.push(gap as u8 | 0x80);
                gap >>= 7;
            }
            out.push(gap as u8);
        }
        out
    }
    /// From bytes; `None` when they are cut short.
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        let (mut ids, mut last, mut gap, mut shift) = (Vec::new(), 0_i64, 0_u64, 0);
        for byte in bytes {
            gap |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                last = last.wrapping_add(gap as i64);
                ids.push(PostId(last));
                (gap, shift) = (0, 0);
            } else {
                shift += 7;
            }
        }
        (shift == 0).then_some(Self(ids))
    }
}

/// That a post read a notice, and perhaps did what it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The post.
    pub post: PostId,
    /// Who held it then.
    pub account: AccountId,
    /// Version that was read.
    pub version: u32,
    /// When it was first read.
    pub read: Instant,
    /// When it was done.
    pub done: Option<Instant>,
    /// What was replied.
    pub reply: Option<String>,
    /// Files of the reply.
    pub files: Vec<FileId>,
}

words! {
    /// Where one post stands.
    Standing {
        /// Not read yet.
        Unread "unread" "未读",
        /// Read; still to be done where something is owed.
        Read "read" "已读",
        /// Done.
        Done "done" "已办结",
        /// Left the post without reading.
        Gone "gone" "未读离任",
    }
}

/// How a notice goes among some posts. `sent - gone + joined = read + unread`, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Posts that received it when it was published.
    pub sent: usize,
    /// Of those, left without reading.
    pub gone: usize,
    /// Came to such a post later, while it was open.
    pub joined: usize,
    /// Read the version that counts.
    pub read: usize,
    /// Confirmed or replied.
    pub done: usize,
    /// Hold a post and have not read.
    pub unread: usize,
}

impl Figures {
    fn count(&mut self, was_sent: bool, standing: Standing) {
        if was_sent {
            self.sent += 1;
        } else {
            self.joined += 1;
        }
        match standing {
            Standing::Unread => self.unread += 1,
            Standing::Read => self.read += 1,
            Standing::Done => {
                self.read += 1;
                self.done += 1;
            }
            Standing::Gone => self.gone += 1,
        }
    }
}

/// How a notice goes in one area: in all, at its own desks and organisations, and in each area
/// directly below that has a recipient.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// In all.
    pub total: Figures,
    /// At the area's own desks and organisations.
    pub own: Figures,
    /// In each area directly below.
    pub below: BTreeMap<AreaId, Figures>,
}

impl Notice {
    /// Where a receipt stands against the version that counts.
    #[must_use]
    pub fn standing(&self, receipt: Option<&Receipt>) -> Standing {
        match receipt {
            Some(r) if r.done.is_some() => Standing::Done,
            Some(r) if r.version >= self.read_from => Standing::Read,
            _ => Standing::Unread,
        }
    }

    /// Whether this standing still owes something.
    #[must_use]
    pub fn owes(&self, standing: Standing) -> bool {
        match standing {
            Standing::Unread => true,
            Standing::Read => self.answer != Answer::Read,
            Standing::Done | Standing::Gone => false,
        }
    }

    /// Every post that this notice counts, with its area, whether it was in the roster, and how it
    /// stands on `day`.
    pub fn counted<'a>(
        &'a self,
        directory: &'a Directory,
        roster: &'a Roster,
        receipts: &'a HashMap<PostId, Receipt>,
        (day, closed_on): (Day, Day),
    ) -> impl Iterator<Item = (&'a Arc<Post>, AreaId, bool, Standing)> {
        directory.posts().filter_map(move |post| {
            let area = match post.seat {
                Seat::Area(area) => area,
                Seat::Org(org) => directory.org(org)?.area,
            };
            let (sent, receipt) = (roster.contains(post.id), receipts.get(&post.id));
            let here = post.held_on(day);
            if !sent && receipt.is_none() && !(here && self.is_for(directory, post, closed_on)) {
                return None;
            }
            let standing = match self.standing(receipt) {
                Standing::Unread if !here => {
                    // Somebody who came and left between two looks never counted.
                    if !sent {
                        return None;
                    }
                    Standing::Gone
                }
                standing => standing,
            };
            Some((post, area, sent, standing))
        })
    }

    /// How it goes in `root`.
    #[must_use]
    pub fn progress(
        &self,
        directory: &Directory,
        roster: &Roster,
        receipts: &HashMap<PostId, Receipt>,
        root: AreaId,
        days: (Day, Day),
    ) -> Progress {
        let tree = &directory.tree;
        let mut progress = Progress::default();
        for (_, area, sent, standing) in self.counted(directory, roster, receipts, days) {
            if !tree.within(area, root) {
                continue;
            }
            progress.total.count(sent, standing);
            let mut child = None;
            for above in tree.upward(area) {
                if above.id == root {
                    break;
                }
                child = Some(above.id);
            }
            match child {
                Some(child) => progress.below.entry(child).or_default(),
                None => &mut progress.own,
            }
            .count(sent, standing);
        }
        progress
    }
}
