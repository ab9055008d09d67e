//! Where an open matter belongs after a change.

use super::{Path, Plan, Tree};
use crate::id::AreaId;
use crate::matter::Place;
use serde::{Deserialize, Serialize};

/// How the new place of a matter was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its own area goes on, or only one area comes after it.
    Follows,
    /// Its point lies there.
    Point,
    /// Its address names that part.
    Address,
    /// Nothing says where it lies: the first part takes it.
    Rule,
}

impl Why {
    /// Word of the interface.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Follows => "随所在区域",
            Self::Point => "按坐标",
            Self::Address => "按地址",
            Self::Rule => "按规则归第一个区域",
        }
    }
}

/// The new path of a matter, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The areas from the root.
    pub path: Path,
    /// How it was found.
    pub why: Why,
}

impl Plan {
    /// Where a matter with this path and place belongs in the tree `after` the change; `None` where
    /// its path stays.
    #[must_use]
    pub fn home(&self, after: &Tree, path: &Path, place: &Place) -> Option<Home> {
        let leaf = path.leaf()?;
        let (area, why) = match self.heirs.get(&leaf) {
            Some(heirs) => self.heir(after, heirs, place)?,
            None => (leaf, Why::Follows),
        };
        let new = after.path(area);
        (new != *path && !new.0.is_empty()).then_some(Home { path: new, why })
    }

    /// Which area comes after one that ends, for something that lies in it and is described so; `None`
    /// where the area goes on.
    #[must_use]
    pub fn successor(&self, after: &Tree, area: AreaId, place: &Place) -> Option<(AreaId, Why)> {
        self.heir(after, self.heirs.get(&area)?, place)
    }

    /// Where the desk of an area that ends goes: to the first that comes after it.
    #[must_use]
    pub fn desk_of(&self, area: AreaId) -> Option<AreaId> {
        self.heirs.get(&area)?.first().copied()
    }

    fn heir(&self, after: &Tree, heirs: &[AreaId], place: &Place) -> Option<(AreaId, Why)> {
        let first = *heirs.first()?;
        if heirs.len() == 1 {
            return Some((first, Why::Follows));
        }
        if let (Some([from, to]), Some((lon, lat)), [left, right]) = (self.line, place.point, heirs)
        {
            let turn = (to[0] - from[0]) * (lat - from[1]) - (to[1] - from[1]) * (lon - from[0]);
            return Some((if turn > 0.0 { *left } else { *right }, Why::Point));
        }
        let named = heirs
            .iter()
            .filter_map(|h| after.get(*h))
            .filter(|a| mentions(&place.address, &a.name))
            .max_by_key(|a| a.name.chars().count());
        Some(named.map_or((first, Why::Rule), |a| (a.id, Why::Address)))
    }
}

/// Whether an address names a place. `11号楼` does not name `1号楼`.
fn mentions(address: &str, name: &str) -> bool {
    let numbered = name.starts_with(|c: char| c.is_ascii_digit());
    address
        .match_indices(name)
        .any(|(at, _)| !(numbered && address[..at].ends_with(|c: char| c.is_ascii_digit())))
}

#[cfg(test)]
mod tests {
    #[test]
    fn eleven_is_not_one() {
        assert!(super::mentions("坂头安置房小区1号楼502室", "1号楼"));
        assert!(!super::mentions("坂头安置房小区11号楼502室", "1号楼"));
        assert!(super::mentions("东区11号楼和1号楼之间", "1号楼"));
    }
}
