//! Who sits where: the tree, the organisations and the posts of a day, and the relations between a
//! person and a matter that follow from them.

mod sight;

use crate::absence::{Absences, Acting, in_place_of};
use crate::area::{Level, Tree};
use crate::flow::Holder;
use crate::id::{AccountId, AreaId, OrgId, PostId};
use crate::matter::{Desk, Matter, Pending};
use crate::org::Org;
use crate::post::{Post, Role, Seat};
use crate::rights::{self, Relation, Verb};
use crate::time::Day;
use crate::title::behind_name;
use std::collections::HashMap;
use std::sync::Arc;

/// The tree, organisations and posts, indexed. Built from rows; replaced as a whole on change.
#[derive(Debug, Default)]
pub struct Directory {
    /// The areas.
    pub tree: Tree,
    orgs: HashMap<OrgId, Org>,
    orgs_of_area: HashMap<AreaId, Vec<OrgId>>,
    posts: Vec<Arc<Post>>,
    by_seat: HashMap<Seat, Vec<u32>>,
    by_account: HashMap<AccountId, Vec<u32>>,
    absences: Absences,
    /// Positions of the posts that somebody is or will be away from.
    absent: HashMap<PostId, u32>,
}

/// A person as the rules see them: the account and the posts held today.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account.
    pub account: AccountId,
    /// Name, frozen into each step.
    pub name: String,
    /// Posts held on the day of the request.
    pub posts: Vec<Arc<Post>>,
    /// The sweep and other work of the program itself.
    pub system: bool,
}

impl Actor {
    /// The program itself: reminds, marks overdue, escalates what nobody touched.
    #[must_use]
    pub fn system() -> Self {
        Self {
            account: AccountId(0),
            name: "系统".into(),
            posts: Vec::new(),
            system: true,
        }
    }

    /// Whoever runs the program on the server itself.
    #[must_use]
    pub fn at_the_server() -> Self {
        Self {
            name: "服务器管理员".into(),
            ..Self::system()
        }
    }
}

impl Directory {
    /// Indexes the rows.
    #[must_use]
    pub fn new(tree: Tree, orgs: Vec<Org>, posts: Vec<Post>) -> Self {
        let mut all = Self {
            tree,
            ..Self::default()
        };
        for org in orgs {
            all.orgs_of_area.entry(org.area).or_default().push(org.id);
            all.orgs.insert(org.id, org);
        }
        for list in all.orgs_of_area.values_mut() {
            list.sort_unstable();
        }
        for (i, post) in posts.iter().enumerate() {
            all.by_seat.entry(post.seat).or_default().push(i as u32);
            all.by_account
                .entry(post.account)
                .or_default()
                .push(i as u32);
        }
        all.posts = posts.into_iter().map(Arc::new).collect();
        all
    }

    /// With the absences that are not over (R014).
    #[must_use]
    pub fn with_absences(mut self, absences: Absences) -> Self {
        for (i, post) in self.posts.iter().enumerate() {
            if absences.name_of(post.id).is_some() {
                self.absent.insert(post.id, i as u32);
            }
        }
        self.absences = absences;
        self
    }
    /// The absences that are not over.
    #[must_use]
    pub fn absences(&self) -> &Absences {
        &self.absences
    }
    /// A post that somebody is or will be away from.
    #[must_use]
    pub fn absent_post(&self, id: PostId) -> Option<&Post> {
        self.absent.get(&id).map(|i| &*self.posts[*i as usize])
    }
    /// Who acts for the holder of `post` on `day`; none where the holder is there.
    #[must_use]
    pub fn acting(&self, post: &Post, day: Day) -> Option<Acting<'_>> {
        self.absences.acting(post.id, day)
    }
    /// For whom the account of `post` acts, where it is a substitute's: the holder and their name.
    #[must_use]
    pub fn stands_in_for(&self, post: &Post) -> Option<(AccountId, &str)> {
        let holder = self.absent_post(post.id)?.account;
        let name = self.absences.name_of(post.id)?;
        (holder != post.account).then_some((holder, name))
    }
    /// The name under which somebody acts by `post`: `李四（代张三）` for a substitute.
    #[must_use]
    pub fn signature(&self, name: &str, post: &Post) -> String {
        match self.stands_in_for(post) {
            Some((_, absent)) => in_place_of(name, absent),
            None => name.to_owned(),
        }
    }

    /// The organisation desk with this id.
    #[must_use]
    pub fn org(&self, id: OrgId) -> Option<&Org> {
        self.orgs.get(&id)
    }
    /// All organisation desks.
    pub fn orgs(&self) -> impl Iterator<Item = &Org> {
        self.orgs.values()
    }
    /// The organisation desks that serve exactly this area.
    pub fn orgs_of(&self, area: AreaId) -> impl Iterator<Item = &Org> {
        self.orgs_of_area
            .get(&area)
            .into_iter()
            .flatten()
            .filter_map(|id| self.orgs.get(id))
    }
    /// All posts, also past ones.
    pub fn posts(&self) -> impl Iterator<Item = &Arc<Post>> {
        self.posts.iter()
    }
    /// The posts by which an account may act on `day`: its own, then those it acts for as a
    /// substitute, with the substitute's account in the holder's place.
    #[must_use]
    pub fn posts_of(&self, account: AccountId, day: Day) -> Vec<Arc<Post>> {
        let mut posts = self.own_posts(account, day);
        for absence in self.absences.covered_by(account, day) {
            let post = self.absent_post(absence.post);
            posts.extend(post.filter(|p| p.held_on(day)).map(|p| {
                Arc::new(Post {
                    account,
                    ..p.clone()
                })
            }));
        }
        posts
    }
    /// The posts that an account itself holds on `day`.
    #[must_use]
    pub fn own_posts(&self, account: AccountId, day: Day) -> Vec<Arc<Post>> {
        self.picked(self.by_account.get(&account), day)
            .cloned()
            .collect()
    }
    /// The posts of a seat on `day`.
    pub fn posts_at(&self, seat: Seat, day: Day) -> impl Iterator<Item = &Arc<Post>> {
        self.picked(self.by_seat.get(&seat), day)
    }
    fn picked<'a>(
        &'a self,
        list: Option<&'a Vec<u32>>,
        day: Day,
    ) -> impl Iterator<Item = &'a Arc<Post>> {
        list.into_iter()
            .flatten()
            .map(|i| &self.posts[*i as usize])
            .filter(move |p| p.held_on(day))
    }

    /// Whether somebody who takes in work sits at the desk of `area` on `day` (R014).
    #[must_use]
    pub fn occupied(&self, area: AreaId, day: Day) -> bool {
        self.posts_at(Seat::Area(area), day)
            .any(|p| p.role.mans_desk())
    }

    /// The area whose people answer for the desk of `area` on `day`: itself, or the nearest area
    /// above whose desk is manned (R014). `None` when nobody sits anywhere above.
    #[must_use]
    pub fn answering(&self, area: AreaId, day: Day) -> Option<AreaId> {
        self.tree
            .upward(area)
            .map(|a| a.id)
            .find(|a| self.occupied(*a, day))
    }

    /// The named person who is responsible for `area` on `day` (R013): the holder of the desk, by
    /// rank of the role; of the nearest manned area above where the desk is vacant.
    #[must_use]
    pub fn responsible(&self, area: AreaId, day: Day) -> Option<&Arc<Post>> {
        let seat = Seat::Area(self.answering(area, day)?);
        self.posts_at(seat, day)
            .filter(|p| p.role.mans_desk())
            .min_by_key(|p| (p.role, p.from, p.id))
    }

    /// Whether `post` serves `desk` on `day`.
    #[must_use]
    pub fn serves(&self, post: &Post, desk: Desk, day: Day) -> bool {
        match (post.seat, desk) {
            (Seat::Org(own), Desk::Org(org)) => own == org,
            // The three administrators sit over an area and at no desk of it.
            (Seat::Area(_), Desk::Area(_)) if post.role.level().is_none() => false,
            (Seat::Area(own), Desk::Area(area)) => {
                own == area
                    || (post.role.mans_desk()
                        && self.tree.within(area, own)
                        && self.answering(area, day) == Some(own))
            }
            _ => false,
        }
    }

    /// Whether `post` stands in `relation` to `matter` on `day`.
    #[must_use]
    pub fn stands(&self, post: &Post, relation: Relation, matter: &Matter, day: Day) -> bool {
        match relation {
            Relation::Desk => {
                matter.held_by != Holder::Tasks && self.serves(post, matter.desk, day)
            }
            Relation::Task => matter
                .tasks
                .iter()
                .any(|t| t.is_open() && self.serves(post, t.desk, day)),
            Relation::Owner => matter
                .owner
                .is_some_and(|owner| self.serves(post, Desk::Area(owner), day)),
            Relation::Within => match post.seat {
                Seat::Area(own) => matter.path.contains(own),
                Seat::Org(_) => false,
            },
            Relation::Above => match (post.seat, matter.desk) {
                (Seat::Area(own), Desk::Area(area)) => {
                    area != own && matter.path.contains(own) && self.tree.within(area, own)
                }
                (Seat::Area(own), _) => matter.path.contains(own),
                (Seat::Org(_), _) => false,
            },
            Relation::Sender => matter
                .sent_by
                .is_some_and(|sender| self.serves(post, Desk::Area(sender), day)),
            Relation::Approver => matter.pending.iter().any(|p| self.may_decide(post, p, day)),
            Relation::Involved => match post.seat {
                Seat::Org(own) => matter.tasks.iter().any(|t| t.desk == Desk::Org(own)),
                Seat::Area(own) => matter.path.contains(own),
            },
            Relation::Reporter | Relation::Anyone => false,
        }
    }

    /// Whether `post` may decide the request: it serves the deciding desk, leads it where a leader
    /// is demanded, and its holder is not the one who asks.
    #[must_use]
    pub fn may_decide(&self, post: &Post, pending: &Pending, day: Day) -> bool {
        pending.by_account != post.account
            // Who acts for the asker does not decide for them what they asked.
            && self.stands_in_for(post).is_none_or(|(holder, _)| holder != pending.by_account)
            && self.serves(post, pending.approver, day)
            && (post.role.leads() || (!pending.leader && post.role.mans_desk()))
    }

    /// The first post of `actor` that lets them do `verb` under one of `relations`, if any.
    /// Residents and reporters act without a post: then `Some(None)`.
    #[must_use]
    pub fn entitles<'a>(
        &self,
        actor: &'a Actor,
        verb: Verb,
        relations: &[Relation],
        matter: &Matter,
        day: Day,
    ) -> Option<Option<&'a Arc<Post>>> {
        for post in &actor.posts {
            let held = rights::relations(post.role, verb)
                .any(|r| relations.contains(&r) && self.stands(post, r, matter, day));
            if held {
                return Some(Some(post));
            }
        }
        let own = rights::OF_ANYONE.iter().any(|(v, r)| {
            *v == verb
                && relations.contains(r)
                && match r {
                    Relation::Anyone => true,
                    Relation::Reporter => matter.reporter.account == Some(actor.account),
                    _ => false,
                }
        });
        (own && !actor.system).then_some(None)
    }

    /// The area over which `actor` may do `verb` for `area`, if one of the posts covers it.
    #[must_use]
    pub fn over<'a>(&self, actor: &'a Actor, verb: Verb, area: AreaId) -> Option<&'a Arc<Post>> {
        actor.posts.iter().find(|p| {
            rights::relations(p.role, verb).any(|r| r == Relation::Within)
                && matches!(p.seat, Seat::Area(own) if self.tree.within(area, own))
        })
    }

    /// The title of a post as shown and frozen into steps: `九龙小区网格长`.
    #[must_use]
    pub fn title(&self, post: &Post) -> String {
        let word = post
            .title
            .as_deref()
            .unwrap_or_else(|| post.role.word_behind_a_name());
        match post.seat {
            Seat::Area(area) => behind_name(&self.short_place(area), word),
            Seat::Org(org) => behind_name(self.org(org).map_or("", |o| &*o.name), word),
        }
    }

    /// The name of a desk: `霞林街道社会治理云平台中心`, `城厢区自然资源局`, `3号楼`.
    #[must_use]
    pub fn desk_name(&self, desk: Desk) -> String {
        match desk {
            Desk::Area(area) => self.short_place(area),
            Desk::Org(org) => self
                .org(org)
                .map_or_else(String::new, |o| o.name.to_string()),
            Desk::Reporter => "当事人".into(),
            Desk::None => String::new(),
        }
    }

    /// The area of a seat: that which an organisation serves.
    #[must_use]
    pub fn area_of(&self, seat: Seat) -> Option<AreaId> {
        match seat {
            Seat::Area(area) => Some(area),
            Seat::Org(org) => self.org(org).map(|o| o.area),
        }
    }

    /// The name of a seat.
    #[must_use]
    pub fn seat_name(&self, seat: Seat) -> String {
        self.desk_name(match seat {
            Seat::Area(area) => Desk::Area(area),
            Seat::Org(org) => Desk::Org(org),
        })
    }

    /// A unit's name says little without its grid: `坂头安置房小区网格1号楼`; one that names its
    /// street already stands alone.
    fn short_place(&self, area: AreaId) -> String {
        match self.tree.get(area) {
            Some(a) if a.level == Level::Unit => {
                let grid = self.tree.parent(area).map_or("", |g| &*g.name);
                if a.name.starts_with(grid.trim_end_matches("网格")) {
                    a.name.to_string()
                } else {
                    format!("{grid}{}", a.name)
                }
            }
            Some(a) => a.name.to_string(),
            None => String::new(),
        }
    }

    /// Areas of `level` below `root` whose desk is vacant on `day` (R014).
    pub fn vacancies(
        &self,
        root: AreaId,
        level: Level,
        day: Day,
    ) -> impl Iterator<Item = &crate::area::Area> {
        self.tree
            .subtree(root)
            .filter(move |a| a.level == level && a.valid_on(day) && !self.occupied(a.id, day))
    }

    /// The desks that can be called from a judging desk at `area`: organisations of the area
    /// itself and of the areas above it on the path (R062, R205), then companies.
    pub fn callable(&self, area: AreaId) -> impl Iterator<Item = &Org> {
        self.tree.upward(area).flat_map(|a| self.orgs_of(a.id))
    }

    /// Whether `role` may act at all as a first-responsible leader of `area` on `day` (R035).
    #[must_use]
    pub fn leader(&self, area: AreaId, day: Day) -> Option<&Arc<Post>> {
        self.posts_at(Seat::Area(area), day)
            .find(|p| p.role.leads())
            .or_else(|| self.responsible(area, day))
    }

    /// Numbers of posts by role on `day`, for the sample's figures and the health page.
    #[must_use]
    pub fn posts_by_role(&self, day: Day) -> HashMap<Role, usize> {
        let mut by = HashMap::new();
        for post in self.posts.iter().filter(|p| p.held_on(day)) {
            *by.entry(post.role).or_default() += 1;
        }
        by
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::absence::Absence;
    use crate::area::tests::small;
    use crate::id::AbsenceId;
    use crate::matter::Ask;

    fn post(id: i64, role: Role) -> Post {
        Post {
            id: PostId(id),
            account: AccountId(id),
            role,
            seat: Seat::Area(AreaId(4)),
            title: None,
            source: "other".into(),
            from: Day(0),
            to: None,
        }
    }

    /// 坂头社区 with a leader 42, who is away on the days 10 to 20, and the staff 41, who acts.
    fn directory() -> Directory {
        let posts = vec![
            post(41, Role::CommunityStaff),
            post(42, Role::CommunityLeader),
        ];
        let away = Absence {
            id: AbsenceId(1),
            post: PostId(42),
            absent: AccountId(42),
            absent_name: "陈国华".into(),
            substitute: AccountId(41),
            substitute_name: "方玉兰".into(),
            from: Day(10),
            to: Day(20),
            reason: "trip".into(),
        };
        Directory::new(small(), Vec::new(), posts).with_absences(Absences::new(vec![away]))
    }

    #[test]
    fn a_substitute_has_the_post_on_those_days_and_signs_with_both_names() {
        let directory = directory();
        let roles = |day| {
            let posts = directory.posts_of(AccountId(41), Day(day));
            let name = |p: &Arc<Post>| directory.signature("方玉兰", p) + " " + p.role.code();
            posts.iter().map(name).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(roles(9), "方玉兰 community_staff");
        let both = "方玉兰 community_staff, 方玉兰（代陈国华） community_leader";
        assert_eq!(roles(10), both);
        assert_eq!(roles(19), both);
        assert_eq!(roles(20), "方玉兰 community_staff");
    }

    #[test]
    fn nobody_decides_as_a_substitute_what_they_or_the_absent_holder_asked() {
        let directory = directory();
        let asked_by = |account| Pending {
            ask: Ask::Void,
            slot: 0,
            by: Desk::Area(AreaId(4)),
            by_account: AccountId(account),
            approver: Desk::Area(AreaId(4)),
            leader: true,
            until: None,
        };
        let acting = directory.posts_of(AccountId(41), Day(12)).pop().unwrap();
        assert_eq!(acting.role, Role::CommunityLeader);
        let may = |account| directory.may_decide(&acting, &asked_by(account), Day(12));
        assert_eq!((may(41), may(42), may(43)), (false, false, true));
    }
}
