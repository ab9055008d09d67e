//! The governance tree: city > county > town > village or community > grid > unit (R001), with
//! variants at a level (R003), tiers of grids (R010), exclusive grids, kinds of grid and unit
//! (R006, R007), validity and codes in several code systems.

mod change;
mod heir;
mod load;
mod plan;
#[cfg(test)]
pub(crate) mod tests;
mod tree;
mod whole;

pub use change::{Change, ChangeState, Form, Part, kind_word};
pub use heir::{Home, Why};
pub use load::{Burden, standing_out};
pub use plan::{Moved, Plan, plan};
pub use tree::{Tree, outside_size_band};
pub use whole::{Found, Lack, lacks};

use crate::id::AreaId;
use crate::time::Day;
use serde::{Deserialize, Serialize};

/// A level of the tree. The numbers are stored and must not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Level {
    /// 市
    City = 1,
    /// 县区，管委会
    County = 2,
    /// 镇，乡，街道
    Town = 3,
    /// 村，社区
    Community = 4,
    /// 网格; grids may nest in tiers
    Grid = 5,
    /// 治理单元
    Unit = 6,
}

impl Level {
    /// All levels from the top.
    pub const ALL: [Level; 6] = [
        Self::City,
        Self::County,
        Self::Town,
        Self::Community,
        Self::Grid,
        Self::Unit,
    ];

    /// The word the interface uses (glossary 2.10: 治理单元, never bare 单元).
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::City => "市级",
            Self::County => "县区",
            Self::Town => "镇街",
            Self::Community => "村居",
            Self::Grid => "网格",
            Self::Unit => "治理单元",
        }
    }
    /// The code used in flows, in JSON and in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::County => "county",
            Self::Town => "town",
            Self::Community => "community",
            Self::Grid => "grid",
            Self::Unit => "unit",
        }
    }
    /// The level with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }
    /// The level with this number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|level| i64::from(*level as u8) == number)
    }
}

/// One area as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Own, immutable id; codes of other systems are in [`Code`].
    pub id: AreaId,
    /// The area above; none for the root.
    pub parent: Option<AreaId>,
    /// The level.
    pub level: Level,
    /// Kind within the level: `street`, `estate`, `building` … (dictionary of the pack).
    pub kind: Box<str>,
    /// Tier of a grid (1 is the highest); 0 elsewhere (R010).
    pub tier: u8,
    /// 专属网格: a school, a park, an enterprise.
    pub exclusive: bool,
    /// Full name, e.g. `坂头社区`.
    pub name: Box<str>,
    /// First day of validity.
    pub valid_from: Day,
    /// First day on which it is no longer valid.
    pub valid_to: Option<Day>,
    /// Position among its siblings.
    pub ord: i64,
    /// People; 0 where it is not known.
    pub population: i64,
    /// Households; 0 where it is not known.
    pub households: i64,
    /// A point inside, WGS84 degrees.
    pub lon: f64,
    /// A point inside, WGS84 degrees.
    pub lat: f64,
}

impl Area {
    /// Whether the area is valid on `day`.
    #[must_use]
    pub fn valid_on(&self, day: Day) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day < to)
    }
}

/// A code of an area in one code system (GB/T 2260, statistical code, police code …). The length
/// is never assumed; codes have their own validity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The area.
    pub area: AreaId,
    /// `stat`, `mca`, `police`, `grid` …
    pub system: String,
    /// The code as that system writes it.
    pub code: String,
    /// First day of validity.
    pub valid_from: Day,
    /// First day on which it is no longer valid.
    pub valid_to: Option<Day>,
}

/// The areas from the root to one area, with their levels: what every business record carries
/// (R001). It is the path of its day and does not change when the tree does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Path(pub Vec<(Level, AreaId)>);

impl Path {
    /// The innermost area of a level.
    #[must_use]
    pub fn at(&self, level: Level) -> Option<AreaId> {
        self.0
            .iter()
            .rev()
            .find(|(l, _)| *l == level)
            .map(|(_, id)| *id)
    }
    /// Whether `area` lies on the path.
    #[must_use]
    pub fn contains(&self, area: AreaId) -> bool {
        self.0.iter().any(|(_, id)| *id == area)
    }
    /// The area at the end.
    #[must_use]
    pub fn leaf(&self) -> Option<AreaId> {
        self.0.last().map(|(_, id)| *id)
    }
    /// The area above `area` on this path.
    #[must_use]
    pub fn above(&self, area: AreaId) -> Option<(Level, AreaId)> {
        let at = self.0.iter().position(|(_, id)| *id == area)?;
        at.checked_sub(1).and_then(|i| self.0.get(i)).copied()
    }
    /// The level that `area` has on this path.
    #[must_use]
    pub fn level_of(&self, area: AreaId) -> Option<Level> {
        self.0.iter().find(|(_, id)| *id == area).map(|(l, _)| *l)
    }
}
