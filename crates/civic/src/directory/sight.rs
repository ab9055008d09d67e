//! Who may know a matter, and how much of it (privacy.md V04, V10, V18).

use super::{Actor, Directory};
use crate::category::Privacy;
use crate::evidence::Extent;
use crate::id::AreaId;
use crate::matter::{Desk, Matter};
use crate::post::{Post, Seat};
use crate::rights::{Relation, Verb};
use crate::time::Day;
use std::sync::Arc;

/// The relations of those who work on a matter, as against those who only look on.
const WORKING: [Relation; 4] = [
    Relation::Desk,
    Relation::Task,
    Relation::Owner,
    Relation::Approver,
];

impl Directory {
    /// Whether `actor` may see `matter` at all; who may not is told that it does not exist.
    #[must_use]
    pub fn sees(&self, actor: &Actor, matter: &Matter, day: Day) -> bool {
        let own = !actor.system && matter.reporter.account == Some(actor.account);
        if actor
            .posts
            .iter()
            .any(|p| self.accused(matter, desk_of(p.seat)))
        {
            return own;
        }
        let looks_on = |relation: &Relation| {
            *relation != Relation::Within || matter.privacy() != Privacy::Restricted
        };
        let relations: Vec<Relation> = Relation::ALL.into_iter().filter(looks_on).collect();
        self.entitles(actor, Verb::See, &relations, matter, day)
            .is_some()
            || self.works_on(actor, matter, day)
    }

    /// Whether a desk belongs to those whom the complaint is about: the area that it bypasses, all
    /// below it, and their organisations. Such a desk neither gets the matter nor learns of it.
    #[must_use]
    pub fn accused(&self, matter: &Matter, desk: Desk) -> bool {
        let Some(bypass) = matter.reporter.bypass else {
            return false;
        };
        let within = |area: AreaId| self.tree.within(area, bypass);
        match desk {
            Desk::Area(area) => within(area),
            Desk::Org(org) => self.org(org).is_some_and(|o| within(o.area)),
            Desk::Reporter | Desk::None => false,
        }
    }

    /// Whether `actor` sees the matter without its words: a dispute that is over keeps the names of
    /// the parties from everybody but those who worked on it and who reported it.
    #[must_use]
    pub fn veils(&self, actor: &Actor, matter: &Matter, day: Day) -> bool {
        let took_part = |seat: Seat| match seat {
            Seat::Org(org) => matter.tasks.iter().any(|t| t.desk == Desk::Org(org)),
            Seat::Area(_) => false,
        };
        matter.privacy() == Privacy::Sealed
            && matter.over()
            && matter.reporter.account != Some(actor.account)
            && !self.works_on(actor, matter, day)
            && !actor.posts.iter().any(|p| took_part(p.seat))
    }

    /// How much of a matter `actor` may take as evidence (R215); none outside the area of the post, and
    /// for those whom the complaint is about. What is restricted or sealed keeps its words.
    #[must_use]
    pub fn takes_evidence(&self, actor: &Actor, matter: &Matter, day: Day) -> Option<Extent> {
        let accused = |seat| self.accused(matter, desk_of(seat));
        if actor.posts.iter().any(|p| accused(p.seat)) {
            return None;
        }
        self.entitles(actor, Verb::TakeEvidence, &[Relation::Within], matter, day)?;
        Some(match matter.privacy() {
            Privacy::Restricted => Extent::KeptBack,
            Privacy::Sealed if matter.over() => Extent::KeptBack,
            _ => Extent::Whole,
        })
    }

    /// Whether anybody may be told of the matter and join it: nothing in it is personal.
    #[must_use]
    pub fn joinable(&self, matter: &Matter) -> bool {
        matter.reporter.bypass.is_none()
            && matter.category.is_some()
            && matter.privacy() == Privacy::Open
    }

    /// Whether `actor` works on the matter, as against only looking on.
    #[must_use]
    pub fn works_on(&self, actor: &Actor, matter: &Matter, day: Day) -> bool {
        self.worker(actor, matter, day).is_some()
    }

    /// The post by which `actor` works on the matter.
    #[must_use]
    pub fn worker<'a>(&self, actor: &'a Actor, matter: &Matter, day: Day) -> Option<&'a Arc<Post>> {
        let works = |p: &&Arc<Post>| WORKING.iter().any(|r| self.stands(p, *r, matter, day));
        actor.posts.iter().find(works)
    }
}

fn desk_of(seat: Seat) -> Desk {
    match seat {
        Seat::Area(area) => Desk::Area(area),
        Seat::Org(org) => Desk::Org(org),
    }
}
