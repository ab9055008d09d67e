//! The tree in memory.

use super::{Area, Level, Path};
use crate::id::AreaId;
use crate::problem::Problem;
use std::collections::HashMap;

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
                                "“{}”（{}）不能放在“{}”（{}）之下",
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
