//! What is kept in memory: the tree, the posts, the flows, the categories, the calendar, and the
//! index from points to units.

use crate::pack;
use atlas::Locator;
use civic::area::{Level, Tree};
use civic::directory::Directory;
use civic::id::AreaId;
use civic::kind::Kinds;
use civic::kpi::Kpi;
use civic::matter::Rules;
use civic::time::Instant;
use civic::title::Titles;
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
        let codes = store::area::codes_of(conn, "stat")?.into_iter().collect();
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
                directory: Arc::new(Directory::new(tree, orgs, posts)),
            },
            codes,
            kpis: packs.kpis,
            kinds: packs.kinds,
            titles: packs.titles,
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
    OpenError::new(format!("{what}:{}{tail}", shown.join(";")))
}
