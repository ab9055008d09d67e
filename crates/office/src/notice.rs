//! The verbs on notices (R016): publish, list, read, finish, correct, urge, withdraw, and see how
//! it goes. Whom a notice is for is a rule, so that publishing to every unit of a city writes one
//! row with its roster and not a message to each; see docs/decisions/0006.

mod act;
mod list;
mod progress;
mod publish;

pub use civic::notice::{
    Answer, Correction, Draft, Figures, Kind, Notice, Receipt, Scope, Spread, Standing, Wording,
};
pub(crate) use list::WAITING_DAYS;
pub use list::{Box, Listed, Page};
pub use progress::{Reached, Recipient};
pub use publish::{Preview, With};
pub use store::notice::{Kept, Version};

use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::{FileId, NoticeId, PostId};
use civic::post::{Post, Seat};
use civic::refusal::Refusal;
use civic::time::Day;
use std::sync::Arc;
use store::lane::Committed;

/// A notice as its reader sees it.
#[derive(Debug, Clone)]
pub struct Viewed {
    /// With its counters.
    pub kept: Kept,
    /// Receipts of the reader's own posts that it is for.
    pub mine: Vec<Receipt>,
    /// How it stands with the reader; none for who is no recipient.
    pub standing: Option<Standing>,
    /// Whether the reader may correct, urge and withdraw.
    pub manages: bool,
    /// The area in which the reader sees how it goes.
    pub oversees: Option<civic::id::AreaId>,
    /// All wordings, the first one first.
    pub versions: Vec<Version>,
}

impl Office {
    /// The last day on which somebody who comes to a seat still gets this notice.
    pub(crate) fn closed_on(&self, notice: &Notice) -> Day {
        self.world().rules.day(match &notice.withdrawn {
            Some(w) => w.at,
            None => notice.open_until(),
        })
    }

    /// The posts of `actor` that a notice is for.
    pub(crate) fn own_posts(&self, actor: &Actor, notice: &Notice) -> Vec<Arc<Post>> {
        let (world, closed_on) = (self.world(), self.closed_on(notice));
        actor
            .posts
            .iter()
            .filter(|p| notice.is_for(world.directory(), p, closed_on))
            .cloned()
            .collect()
    }

    /// The area in which `actor` sees how a notice goes: the whole city for the sender, else the
    /// greatest area of the actor's posts that it reaches.
    fn oversight(&self, actor: &Actor, notice: &Notice) -> Option<civic::id::AreaId> {
        let world = self.world();
        let (tree, directory) = (world.tree(), world.directory());
        if let Some(own) = directory.area_of(notice.sender.seat)
            && notice.overseen_by(directory, actor, own)
        {
            return Some(own);
        }
        let mut areas: Vec<_> = actor
            .posts
            .iter()
            .filter_map(|p| match p.seat {
                Seat::Area(area) => tree.get(area),
                Seat::Org(_) => None,
            })
            .collect();
        areas.sort_by_key(|a| a.level);
        areas
            .into_iter()
            .map(|a| a.id)
            .find(|a| notice.overseen_by(directory, actor, *a))
    }

    /// A notice, if the actor may know of it: recipients, the sender's desk, and who stands above.
    async fn known_notice(&self, actor: &Actor, id: NoticeId) -> Result<Kept> {
        let kept = self.read(move |conn| store::notice::get(conn, id)).await?;
        kept.filter(|k| {
            !self.own_posts(actor, &k.notice).is_empty()
                || k.notice.managed_by(actor)
                || self.oversight(actor, &k.notice).is_some()
        })
        .ok_or_else(|| Refusal::unknown("通知").into())
    }

    /// Whether a file may be opened because it belongs to a notice the actor sees: its own
    /// attachments by all who see it, those of a reply by who wrote it and who oversees it.
    pub(crate) async fn opens_as_notice(&self, actor: &Actor, file: FileId) -> Result<bool> {
        let found = self
            .read(move |conn| store::notice::of_file(conn, file))
            .await?;
        let Some((notice, post)) = found else {
            return Ok(false);
        };
        let notice = self.known_notice(actor, notice).await?.notice;
        let Some(post) = post else { return Ok(true) };
        Ok(actor.posts.iter().any(|p| p.id == post) || self.oversees_post(actor, &notice, post))
    }

    fn oversees_post(&self, actor: &Actor, notice: &Notice, post: PostId) -> bool {
        let world = self.world();
        let directory = world.directory();
        let area = directory
            .posts()
            .find(|p| p.id == post)
            .and_then(|p| directory.area_of(p.seat));
        area.is_some_and(|area| notice.overseen_by(directory, actor, area))
    }

    /// Tells everybody who listens of a notice that was published or changed. After the commit.
    fn tell(&self, notice: &Notice) {
        self.live.publish(Committed {
            published: vec![Arc::new(notice.clone())],
            ..Committed::default()
        });
    }
}
