//! Whom a notice is for.

use super::Notice;
use crate::area::{Level, Tree};
use crate::directory::{Actor, Directory};
use crate::id::{AreaId, OrgId};
use crate::post::{Post, Role, Seat};
use crate::rights::{self, Relation, Verb};
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A rule that says of every post whether a notice is for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// Areas; everybody in [`Scope::roles`] in them and below is meant.
    pub areas: Vec<AreaId>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Organisations; everybody who works there is meant.
    pub orgs: Vec<OrgId>,
    /// Single desks: who mans or leads exactly these areas is meant (bulletins).
    pub seats: Vec<AreaId>,
}

/// How many a scope reaches on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spread {
    /// Posts.
    pub posts: usize,
    /// Posts by the level of their area; organisations under `None`.
    pub by_level: BTreeMap<Option<Level>, usize>,
    /// Areas of the wanted levels where none of the wanted roles is filled: nobody there gets it.
    pub vacant: usize,
}

impl Scope {
    /// The same without what is named twice: an area below another one of the list adds nobody.
    #[must_use]
    pub fn tidied(mut self, tree: &Tree) -> Self {
        let all = self.areas.clone();
        self.areas
            .retain(|a| !all.iter().any(|b| a != b && tree.within(*a, *b)));
        self.areas.sort_unstable();
        self.areas.dedup();
        self.roles.sort_unstable();
        self.roles.dedup();
        self.orgs.sort_unstable();
        self.orgs.dedup();
        self.seats.sort_unstable();
        self.seats.dedup();
        self
    }

    /// Whether a notice with this scope is for `post`.
    #[must_use]
    pub fn covers(&self, tree: &Tree, post: &Post) -> bool {
        match post.seat {
            Seat::Org(org) => self.orgs.contains(&org),
            Seat::Area(area) => {
                (self.roles.contains(&post.role)
                    && self.areas.iter().any(|a| tree.within(area, *a)))
                    || (self.seats.contains(&area) && sits_at_desk(post.role))
            }
        }
    }

    /// Everybody it is for on `day`, in no order; no post twice.
    pub fn recipients<'a>(
        &'a self,
        directory: &'a Directory,
        day: Day,
    ) -> impl Iterator<Item = &'a Arc<Post>> {
        let tree = &directory.tree;
        let below = self
            .areas
            .iter()
            .flat_map(|a| tree.subtree(*a))
            .filter(|a| self.roles.iter().any(|r| r.level() == Some(a.level)))
            .flat_map(move |a| directory.posts_at(Seat::Area(a.id), day))
            .filter(|p| self.roles.contains(&p.role));
        let named = self
            .seats
            .iter()
            .flat_map(move |a| directory.posts_at(Seat::Area(*a), day))
            .filter(|p| sits_at_desk(p.role))
            .filter(move |p| {
                !(self.roles.contains(&p.role)
                    && matches!(p.seat, Seat::Area(own) if self.areas.iter().any(|a| tree.within(own, *a))))
            });
        let orgs = self
            .orgs
            .iter()
            .flat_map(move |o| directory.posts_at(Seat::Org(*o), day));
        below.chain(named).chain(orgs)
    }

    /// How many it reaches on `day`.
    #[must_use]
    pub fn spread(&self, directory: &Directory, day: Day) -> Spread {
        let tree = &directory.tree;
        let mut spread = Spread::default();
        for post in self.recipients(directory, day) {
            let level = match post.seat {
                Seat::Area(area) => tree.get(area).map(|a| a.level),
                Seat::Org(_) => None,
            };
            spread.posts += 1;
            *spread.by_level.entry(level).or_default() += 1;
        }
        spread.vacant = self
            .areas
            .iter()
            .flat_map(|a| tree.subtree(*a))
            .filter(|a| a.valid_on(day))
            .filter(|a| self.roles.iter().any(|r| r.level() == Some(a.level)))
            .filter(|a| {
                !directory
                    .posts_at(Seat::Area(a.id), day)
                    .any(|p| self.roles.contains(&p.role))
            })
            .count();
        spread
    }
}

/// Who stands for the desk of an area: those who man it and those who lead it.
fn sits_at_desk(role: Role) -> bool {
    role.mans_desk() || role.leads()
}

impl Notice {
    /// Whether it is for `post` on `day`, which holds the post. Who came after it was closed does not
    /// get it any more.
    #[must_use]
    pub fn is_for(&self, directory: &Directory, post: &Post, closed_on: Day) -> bool {
        post.account != self.sender.account
            && post.from <= closed_on
            && self.scope.covers(&directory.tree, post)
    }

    /// Whether `actor` may manage it: the sender's desk.
    #[must_use]
    pub fn managed_by(&self, actor: &Actor) -> bool {
        actor.posts.iter().any(|p| {
            p.seat == self.sender.seat
                && rights::relations(p.role, Verb::PublishNotice)
                    .next()
                    .is_some()
        })
    }

    /// Whether `actor` sees how it goes in `area`: the sender's desk and who stands above it, and who
    /// holds the board of the area. A unit's head sees no figures of the desks above.
    #[must_use]
    pub fn overseen_by(&self, directory: &Directory, actor: &Actor, area: AreaId) -> bool {
        self.managed_by(actor)
            || directory
                .area_of(self.sender.seat)
                .is_some_and(|own| above(directory, actor, own))
            || (above(directory, actor, area) && self.touches(directory, area))
    }

    /// Whether somebody in `area` or below it may be among the recipients.
    fn touches(&self, directory: &Directory, area: AreaId) -> bool {
        let tree = &directory.tree;
        let meets = |a: &AreaId| tree.within(*a, area) || tree.within(area, *a);
        let level = tree.get(area).map(|a| a.level);
        (self.scope.roles.iter().any(|r| r.level() > level) && self.scope.areas.iter().any(meets))
            || self.scope.seats.iter().any(|a| tree.within(*a, area))
            || self
                .scope
                .orgs
                .iter()
                .any(|o| directory.org(*o).is_some_and(|o| tree.within(o.area, area)))
    }
}

/// Whether one of the actor's posts holds the board of `area`.
fn above(directory: &Directory, actor: &Actor, area: AreaId) -> bool {
    actor.posts.iter().any(|p| {
        rights::relations(p.role, Verb::SeeBoard).any(|r| r == Relation::Within)
            && matches!(p.seat, Seat::Area(own) if directory.tree.within(area, own))
    })
}
