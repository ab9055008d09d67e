//! What is kept in memory: the tree, the posts, the flows, the categories, the calendar, and the
//! index from points to units.

use crate::pack;
use atlas::Locator;
use civic::absence::Absences;
use civic::area::{Level, Tree};
use civic::assessment::Scheme;
use civic::directory::{Actor, Directory};
use civic::id::AreaId;
use civic::kind::Kinds;
use civic::kpi::Kpi;
use civic::matter::Rules;
use civic::mediation::MediatorKinds;
use civic::register::Registers;
use civic::time::Instant;
use civic::title::Titles;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use store::Store;
use store::driver::{Conn, OpenError};

/// The world of an installation at one moment. Replaced as a whole when something in it changes.
pub struct World {
    /// Flows, categories, calendar and directory.
    pub rules: Rules,
    /// Finds the unit of a point.
    pub locator: Locator,
    /// The statistical code of each area down to the community, for numbers.
    pub codes: HashMap<AreaId, String>,
    /// Formulae of the boards.
    pub kpis: Vec<Kpi>,
    /// Kinds of areas.
    pub kinds: Kinds,
    /// Local titles.
    pub titles: Titles,
    /// What areas keep about their organisation.
    pub registers: Registers,
    /// Kinds of mediators.
    pub mediators: MediatorKinds,
    /// Schemes of assessment.
    pub schemes: Vec<Scheme>,
    /// For each area that ended, the one that takes what nothing else decides.
    heirs: HashMap<AreaId, AreaId>,
    /// For each area that was moved, those it lay under before.
    former: HashMap<AreaId, Vec<AreaId>>,
}

impl World {
    /// The directory: tree, organisations, posts.
    #[must_use]
    pub fn directory(&self) -> &Arc<Directory> {
        &self.rules.directory
    }
    /// The tree.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.rules.directory.tree
    }

    /// The area itself, or, where it ended, the one that came after it: a phone may not know yet.
    #[must_use]
    pub fn heir(&self, area: AreaId) -> AreaId {
        let next = |a: &AreaId| self.heirs.get(a).copied();
        std::iter::successors(Some(area), next)
            .last()
            .unwrap_or(area)
    }
    /// The areas under which this one lies or lay: its figures are kept by them.
    #[must_use]
    pub fn parents(&self, area: AreaId) -> Vec<AreaId> {
        let mut all: Vec<AreaId> = self.former.get(&area).cloned().unwrap_or_default();
        all.extend(self.tree().parent(area).map(|p| p.id));
        all
    }

    /// The actor with the posts of this world: since the request came in, one may have ended, or
    /// passed to a new area.
    pub(crate) fn present<'a>(&self, actor: &'a Actor, now: Instant) -> Cow<'a, Actor> {
        let posts = self
            .directory()
            .posts_of(actor.account, self.rules.day(now));
        if actor.posts.is_empty() || posts == actor.posts {
            return Cow::Borrowed(actor);
        }
        Cow::Owned(Actor {
            posts,
            ..actor.clone()
        })
    }

    pub(crate) fn load(store: &Store, now: Instant) -> Result<Self, OpenError> {
        store.read_now::<Self, OpenError>(move |conn| Self::read(conn, now))
    }

    pub(crate) fn read(conn: &mut Conn, now: Instant) -> Result<Self, OpenError> {
        let packs = pack::load(conn)?;
        let today = packs.calendar.zone().day_of(now);
        let areas = store::area::load_all(conn)?;
        let tree = Tree::build(areas)
            .map_err(|problems| explained("区划数据有误，无法启动", &problems))?;
        let orgs = store::org::load_all(conn)?;
        let posts = store::post::load_all(conn)?;
        let absences = store::absence::not_over(conn, today)?;
        let codes = store::area::codes_of(conn, "stat")?.into_iter().collect();
        let heirs = store::area_change::first_heirs(conn)?.into_iter().collect();
        let mut former: HashMap<AreaId, Vec<AreaId>> = HashMap::new();
        for (area, parent) in store::area_change::former_parents(conn)? {
            former.entry(area).or_default().push(parent);
        }
        let mut boundaries = Vec::new();
        store::area::for_each_boundary(conn, |area, body| {
            if tree
                .get(area)
                .is_some_and(|a| a.level == Level::Unit && a.valid_on(today))
            {
                boundaries.push((area.0, body.to_vec()));
            }
            Ok(())
        })?;
        let (locator, unreadable) = Locator::build(boundaries);
        for bad in unreadable {
            tracing::error!(area = bad.id, error = %bad.error, "a boundary cannot be read; points in it find no unit");
        }
        Ok(Self {
            locator,
            rules: Rules {
                flows: packs.flows,
                categories: Arc::new(packs.categories),
                calendar: Arc::new(packs.calendar),
                directory: Arc::new(
                    Directory::new(tree, orgs, posts).with_absences(Absences::new(absences)),
                ),
            },
            codes,
            kpis: packs.kpis,
            kinds: packs.kinds,
            titles: packs.titles,
            registers: packs.registers,
            mediators: packs.mediators,
            schemes: packs.schemes,
            heirs,
            former,
        })
    }
}

/// A list of problems as one sentence for the person who starts the program.
pub(crate) fn explained(what: &str, problems: &[civic::problem::Problem]) -> OpenError {
    let shown: Vec<&str> = problems
        .iter()
        .take(5)
        .map(|p| p.message.as_str())
        .collect();
    let more = problems.len().saturating_sub(5);
    let tail = if more > 0 {
        format!(";另有 {more} 处")
    } else {
        String::new()
    };
    OpenError::new(format!("{what}：{}{tail}", shown.join("；")))
}
