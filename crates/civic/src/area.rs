//! The governance tree: city > county > town > village or community > grid > unit (R001), with
//! variants at a level (R003), tiers of grids (R010), exclusive grids, kinds of grid and unit
//! (R006, R007), validity and codes in several code systems.

use crate::id::AreaId;
use crate::problem::Problem;
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

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

/// The whole tree in memory, in pre-order: a subtree is a range of positions.
#[derive(Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    by_id: HashMap<AreaId, u32>,
}

#[derive(Debug)]
struct Node {
    area: Area,
    parent: Option<u32>,
    /// One past the last position of the subtree.
    end: u32,
}

impl Tree {
    /// Builds the tree from rows in any order.
    ///
    /// # Errors
    /// Every row whose parent is missing, whose level does not lie below its parent's, that closes
    /// a circle, or that lies deeper than [`crate::limits::TREE_DEPTH_MAX`].
    pub fn build(areas: Vec<Area>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let ids: HashMap<AreaId, usize> =
            areas.iter().enumerate().map(|(i, a)| (a.id, i)).collect();
        if ids.len() != areas.len() {
            problems.push(Problem::new(
                "area",
                "duplicate",
                "区域编号重复，请检查导入的数据",
            ));
        }
        let mut children: HashMap<Option<AreaId>, Vec<usize>> = HashMap::new();
        for (i, area) in areas.iter().enumerate() {
            if let Some(parent) = area.parent {
                match ids.get(&parent).map(|p| &areas[*p]) {
                    None => problems.push(Problem::new(
                        "area.parent",
                        "unknown",
                        format!("“{}”的上级区域不存在，请先建立上级", area.name),
                    )),
                    Some(above)
                        if above.level > area.level
                            || (above.level == area.level && above.level != Level::Grid) =>
                    {
                        problems.push(Problem::new(
                            "area.level",
                            "order",
                            format!(
                                "“{}”({})不能放在“{}”({})之下",
                                area.name,
                                area.level.word(),
                                above.name,
                                above.level.word()
                            ),
                        ));
                    }
                    Some(_) => {}
                }
            }
            children.entry(area.parent).or_default().push(i);
        }
        for list in children.values_mut() {
            list.sort_by_key(|i| (areas[*i].ord, areas[*i].id));
        }
        let mut tree = Self {
            nodes: Vec::with_capacity(areas.len()),
            by_id: HashMap::with_capacity(areas.len()),
        };
        let mut slots: Vec<Option<Area>> = areas.into_iter().map(Some).collect();
        let mut stack: Vec<(usize, Option<u32>, usize)> = children
            .get(&None)
            .into_iter()
            .flatten()
            .rev()
            .map(|i| (*i, None, 1))
            .collect();
        while let Some((slot, parent, depth)) = stack.pop() {
            let Some(area) = slots[slot].take() else {
                continue;
            };
            if depth > crate::limits::TREE_DEPTH_MAX {
                problems.push(Problem::new(
                    "area",
                    "depth",
                    format!(
                        "“{}”层级过深，最多 {} 级",
                        area.name,
                        crate::limits::TREE_DEPTH_MAX
                    ),
                ));
                continue;
            }
            let at = tree.nodes.len() as u32;
            tree.by_id.insert(area.id, at);
            if let Some(list) = children.get(&Some(area.id)) {
                stack.extend(list.iter().rev().map(|i| (*i, Some(at), depth + 1)));
            }
            tree.nodes.push(Node {
                area,
                parent,
                end: at + 1,
            });
        }
        for area in slots.into_iter().flatten() {
            problems.push(Problem::new(
                "area.parent",
                "circle",
                format!("“{}”的上下级关系成环，请改正上级", area.name),
            ));
        }
        for i in (0..tree.nodes.len()).rev() {
            let end = tree.nodes[i].end;
            if let Some(parent) = tree.nodes[i].parent {
                let above = &mut tree.nodes[parent as usize];
                above.end = above.end.max(end);
            }
        }
        if problems.is_empty() {
            Ok(tree)
        } else {
            Err(problems)
        }
    }

    fn position(&self, id: AreaId) -> Option<usize> {
        self.by_id.get(&id).map(|at| *at as usize)
    }

    /// The area with this id.
    #[must_use]
    pub fn get(&self, id: AreaId) -> Option<&Area> {
        self.position(id).map(|at| &self.nodes[at].area)
    }
    /// Number of areas.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }
    /// Whether there is no area at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
    /// The roots: one for a city.
    pub fn roots(&self) -> impl Iterator<Item = &Area> {
        self.nodes
            .iter()
            .filter(|n| n.parent.is_none())
            .map(|n| &n.area)
    }
    /// All areas in pre-order.
    pub fn iter(&self) -> impl Iterator<Item = &Area> {
        self.nodes.iter().map(|n| &n.area)
    }
    /// The area above.
    #[must_use]
    pub fn parent(&self, id: AreaId) -> Option<&Area> {
        let parent = self.nodes[self.position(id)?].parent?;
        Some(&self.nodes[parent as usize].area)
    }
    /// The areas directly below, in order.
    pub fn children(&self, id: AreaId) -> impl Iterator<Item = &Area> {
        let (mut at, end) = self
            .position(id)
            .map_or((0, 0), |p| (p + 1, self.nodes[p].end as usize));
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let node = &self.nodes[at];
            at = node.end as usize;
            Some(&node.area)
        })
    }
    /// The area and everything below it, in pre-order.
    pub fn subtree(&self, id: AreaId) -> impl Iterator<Item = &Area> {
        let range = self
            .position(id)
            .map_or(0..0, |p| p..self.nodes[p].end as usize);
        self.nodes[range].iter().map(|n| &n.area)
    }
    /// Whether `id` is `ancestor` or lies below it.
    #[must_use]
    pub fn within(&self, id: AreaId, ancestor: AreaId) -> bool {
        match (self.position(id), self.position(ancestor)) {
            (Some(a), Some(b)) => b <= a && a < self.nodes[b].end as usize,
            _ => false,
        }
    }
    /// The area, then each area above it up to the root.
    pub fn upward(&self, id: AreaId) -> impl Iterator<Item = &Area> {
        let mut at = self.position(id);
        std::iter::from_fn(move || {
            let node = &self.nodes[at?];
            at = node.parent.map(|p| p as usize);
            Some(&node.area)
        })
    }
    /// The path from the root to `id`.
    #[must_use]
    pub fn path(&self, id: AreaId) -> Path {
        let mut path: Vec<_> = self.upward(id).map(|a| (a.level, a.id)).collect();
        path.reverse();
        Path(path)
    }
    /// The names from the root to `id`, e.g. `莆田市 / 城厢区 / 霞林街道`.
    #[must_use]
    pub fn full_name(&self, id: AreaId) -> String {
        let mut names: Vec<&str> = self.upward(id).map(|a| &*a.name).collect();
        names.reverse();
        names.join(" / ")
    }
    /// How many areas of `level` lie below `id`.
    #[must_use]
    pub fn count(&self, id: AreaId, level: Level) -> usize {
        self.subtree(id).filter(|a| a.level == level).count()
    }
}

/// Units whose population lies outside the band (R005; default 50–200 people). Units of unknown
/// population are not judged.
pub fn outside_size_band(
    tree: &Tree,
    id: AreaId,
    band: std::ops::RangeInclusive<i64>,
) -> impl Iterator<Item = &Area> {
    tree.subtree(id).filter(move |a| {
        a.level == Level::Unit && a.population > 0 && !band.contains(&a.population)
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn area(id: i64, parent: i64, level: Level, name: &str) -> Area {
        Area {
            id: AreaId(id),
            parent: (parent != 0).then_some(AreaId(parent)),
            level,
            kind: level.code().into(),
            tier: u8::from(level == Level::Grid),
            exclusive: false,
            name: name.into(),
            valid_from: Day(0),
            valid_to: None,
            ord: id,
            population: 100,
            households: 40,
            lon: 119.0,
            lat: 25.4,
        }
    }

    /// 莆田市 1 > 城厢区 2 > 霞林街道 3 > 坂头社区 4 > grid 5 > units 6, 7; 霞林社区 8 > grid 9 > unit 10.
    pub(crate) fn small() -> Tree {
        Tree::build(vec![
            area(1, 0, Level::City, "莆田市"),
            area(2, 1, Level::County, "城厢区"),
            area(3, 2, Level::Town, "霞林街道"),
            area(4, 3, Level::Community, "坂头社区"),
            area(5, 4, Level::Grid, "坂头安置房小区网格"),
            area(6, 5, Level::Unit, "1号楼"),
            area(7, 5, Level::Unit, "2号楼"),
            area(8, 3, Level::Community, "霞林社区"),
            area(9, 8, Level::Grid, "九龙小区网格"),
            area(10, 9, Level::Unit, "3号楼"),
        ])
        .unwrap()
    }

    #[test]
    fn a_subtree_is_a_range_and_a_path_names_all_six_levels() {
        let tree = small();
        assert_eq!(
            tree.full_name(AreaId(6)),
            "莆田市 / 城厢区 / 霞林街道 / 坂头社区 / 坂头安置房小区网格 / 1号楼"
        );
        assert_eq!(tree.path(AreaId(6)).0.len(), 6);
        assert!(
            tree.within(AreaId(6), AreaId(4))
                && !tree.within(AreaId(10), AreaId(4))
                && !tree.within(AreaId(4), AreaId(6))
        );
        assert_eq!(
            tree.children(AreaId(3)).map(|a| a.id.0).collect::<Vec<_>>(),
            [4, 8]
        );
        assert_eq!(tree.count(AreaId(1), Level::Unit), 3);
    }

    #[test]
    fn grids_may_nest_in_tiers_but_no_other_level_may() {
        let nested = vec![
            area(1, 0, Level::Community, "社区"),
            area(2, 1, Level::Grid, "一级"),
            area(3, 2, Level::Grid, "二级"),
            area(4, 3, Level::Grid, "三级"),
        ];
        let tree = Tree::build(nested).unwrap();
        assert_eq!(tree.path(AreaId(4)).at(Level::Grid), Some(AreaId(4)));
        let broken = vec![
            area(1, 0, Level::Town, "镇"),
            area(2, 1, Level::Town, "又一镇"),
            area(3, 2, Level::City, "市"),
        ];
        assert_eq!(Tree::build(broken).unwrap_err().len(), 2);
    }

    #[test]
    fn a_circle_and_a_missing_parent_are_named() {
        let problems = Tree::build(vec![
            area(1, 2, Level::Grid, "甲"),
            area(2, 1, Level::Grid, "乙"),
            area(3, 9, Level::Unit, "丙"),
        ])
        .unwrap_err();
        let text: Vec<_> = problems.iter().map(|p| p.message.as_str()).collect();
        assert!(
            text.iter()
                .any(|t| t.contains("丙") && t.contains("不存在")),
            "{text:?}"
        );
        assert!(
            text.iter().any(|t| t.contains("甲") && t.contains("成环")),
            "{text:?}"
        );
    }

    #[test]
    fn units_outside_the_size_band_are_listed() {
        let mut big = area(7, 5, Level::Unit, "大单元");
        big.population = 420;
        let tree = Tree::build(vec![
            area(5, 0, Level::Grid, "网格"),
            area(6, 5, Level::Unit, "一般"),
            big,
        ])
        .unwrap();
        let out: Vec<_> = outside_size_band(&tree, AreaId(5), 50..=200)
            .map(|a| &*a.name)
            .collect();
        assert_eq!(out, ["大单元"]);
    }
}
