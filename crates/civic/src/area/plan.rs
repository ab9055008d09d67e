//! The plan of a change: what ends, begins, moves, and who goes on where. Pure: made anew for the
//! preview and on the day, from the tree and the posts of that moment.

use super::{Area, Change, Form, Level, Part, Tree};
use crate::directory::Directory;
use crate::id::{AccountId, AreaId, OrgId, PostId};
use crate::limits::{AREA_PARTS_MAX, NAME_CHARS_MAX};
use crate::post::{Post, Role, Seat};
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::time::Day;
use std::collections::{HashMap, HashSet};

/// An area that comes under another parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub area: AreaId,
    /// From under which.
    pub from: AreaId,
    /// To under which.
    pub to: AreaId,
}

/// What a change does to the tree, the posts and the organisations on its day.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The day.
    pub day: Day,
    /// The smallest area above all that changes: whoever decides must cover it.
    pub scope: AreaId,
    /// One sentence that says what happens.
    pub sentence: String,
    /// Areas that end.
    pub ends: Vec<AreaId>,
    /// Areas that begin.
    pub begins: Vec<Area>,
    /// Areas with a new name.
    pub renames: Vec<(AreaId, Box<str>)>,
    /// Areas under a new parent; what lies below them goes with them.
    pub moves: Vec<Moved>,
    /// For each area that ends, those that come after it; the first by default.
    pub heirs: HashMap<AreaId, Vec<AreaId>>,
    /// Two points of the line that divides an area cut in two.
    pub line: Option<[[f64; 2]; 2]>,
    /// Areas with another boundary.
    pub redraws: Vec<AreaId>,
    /// Posts at areas that end, each with the area where it continues, if anywhere.
    pub posts: Vec<(PostId, Option<AreaId>)>,
    /// Organisations of areas that end, each with the area they serve from then on.
    pub orgs: Vec<(OrgId, AreaId)>,
}

impl Plan {
    /// The tree after the change.
    ///
    /// # Errors
    /// What would be wrong with it.
    pub fn after(&self, tree: &Tree) -> Result<Tree, Vec<Problem>> {
        let ends: HashSet<AreaId> = self.ends.iter().copied().collect();
        let names: HashMap<AreaId, &Box<str>> = self.renames.iter().map(|(a, n)| (*a, n)).collect();
        let parents: HashMap<AreaId, AreaId> = self.moves.iter().map(|m| (m.area, m.to)).collect();
        let mut areas: Vec<Area> = tree.iter().cloned().collect();
        for area in &mut areas {
            if ends.contains(&area.id) {
                area.valid_to = Some(self.day);
            }
            if let Some(name) = names.get(&area.id) {
                area.name = (*name).clone();
            }
            if let Some(parent) = parents.get(&area.id) {
                area.parent = Some(*parent);
            }
        }
        areas.extend(self.begins.iter().cloned());
        Tree::build(areas)
    }

    /// The areas whose open matters may get another path: those that end, and those that move.
    pub fn disturbed(&self) -> impl Iterator<Item = AreaId> {
        let moved = self.moves.iter().map(|m| m.area);
        self.ends.iter().copied().chain(moved)
    }
}

/// Plans a change for `day`. `fresh` is the first id that is free for new areas.
///
/// # Errors
/// `Invalid` with everything that is wrong: unknown or ended areas, names that are taken, areas
/// below a split one that are in no part or in two, a level or parent that does not fit.
pub fn plan(
    directory: &Directory,
    change: &Change,
    day: Day,
    fresh: AreaId,
) -> Result<Plan, Refusal> {
    let mut draft = Draft {
        directory,
        tree: &directory.tree,
        day,
        problems: Vec::new(),
        plan: Plan {
            day,
            scope: AreaId(0),
            sentence: String::new(),
            ends: Vec::new(),
            begins: Vec::new(),
            renames: Vec::new(),
            moves: Vec::new(),
            heirs: HashMap::new(),
            line: None,
            redraws: Vec::new(),
            posts: Vec::new(),
            orgs: Vec::new(),
        },
        fresh: fresh.0,
    };
    let planned = match change {
        Change::Rename { area, name } => draft.rename(*area, name),
        Change::Move { area, to } => draft.shift(*area, *to),
        Change::Split { area, parts, line } => draft.split(*area, parts, *line),
        Change::Merge { areas, name } => draft.merge(areas, name),
        Change::Retire { area, heir } => draft.retire(*area, *heir),
        Change::Redraw { forms } => draft.redraw(forms),
    };
    match (planned, draft.problems.is_empty()) {
        (Some(()), true) => Ok(draft.plan),
        _ => Err(Refusal::Invalid(draft.problems)),
    }
}

struct Draft<'a> {
    directory: &'a Directory,
    tree: &'a Tree,
    day: Day,
    problems: Vec<Problem>,
    plan: Plan,
    fresh: i64,
}

impl<'a> Draft<'a> {
    fn note(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(field, code, message));
    }

    /// An area that is there on the day.
    fn there(&mut self, field: &str, id: AreaId) -> Option<&'a Area> {
        match self.tree.get(id) {
            Some(area) if area.valid_on(self.day) => Some(area),
            Some(area) => {
                let text = format!("“{}”在 {} 不存在（已撤销或尚未设立）", area.name, self.day);
                self.note(field, "retired_area", text);
                None
            }
            None => {
                self.note(field, "unknown_area", "没有这个区域，请重新选择");
                None
            }
        }
    }

    /// An area between the county and the leaves: these may be cut and joined.
    fn changeable(&mut self, field: &str, id: AreaId) -> Option<(&'a Area, AreaId)> {
        let area = self.there(field, id)?;
        match area.parent {
            Some(parent) if area.level >= Level::Community => Some((area, parent)),
            _ => {
                let text = format!(
                    "“{}”是{}，只有村居、网格和治理单元可以这样调整",
                    area.name,
                    area.level.word()
                );
                self.note(field, "level", text);
                None
            }
        }
    }

    /// A name that is not taken among the areas under `parent`, but by one of `except`.
    fn name(
        &mut self,
        field: &str,
        name: &str,
        parent: AreaId,
        except: &[AreaId],
    ) -> Option<Box<str>> {
        let name = name.trim();
        let chars = name.chars().count();
        if chars == 0 || chars > NAME_CHARS_MAX {
            let text = format!("请填写名称，最多 {NAME_CHARS_MAX} 字");
            self.note(field, "name", text);
            return None;
        }
        let taken = self
            .tree
            .children(parent)
            .any(|a| *a.name == *name && a.valid_on(self.day) && !except.contains(&a.id));
        if taken {
            let text = format!("同一上级下已有“{name}”，请换一个名称");
            self.note(field, "taken", text);
            return None;
        }
        Some(name.into())
    }

    fn rename(&mut self, area: AreaId, name: &str) -> Option<()> {
        let found = self.there("area", area)?;
        let Some(parent) = found.parent else {
            self.note("area", "level", "城市本身不能在这里更名");
            return None;
        };
        let new = self.name("name", name, parent, &[area])?;
        if new == found.name {
            self.note("name", "same", "新名称与现在的名称相同");
            return None;
        }
        self.plan.sentence = format!("“{}”更名为“{new}”", found.name);
        self.plan.scope = parent;
        self.plan.renames.push((area, new));
        Some(())
    }

    fn shift(&mut self, area: AreaId, to: AreaId) -> Option<()> {
        let (found, from) = self.changeable("area", area)?;
        let target = self.there("to", to)?;
        let parent = self.tree.get(from)?;
        if to == from {
            let text = format!("“{}”已经在“{}”之下", found.name, target.name);
            self.note("to", "same", text);
            return None;
        }
        if target.level != parent.level || target.tier != parent.tier {
            let text = format!(
                "“{}”只能划到另一个{}之下，“{}”是{}",
                found.name,
                parent.level.word(),
                target.name,
                target.level.word()
            );
            self.note("to", "level", text);
            return None;
        }
        self.name("area", &found.name, to, &[])?;
        self.plan.scope = self.common(&[from, to])?;
        self.plan.sentence = format!("“{}”由“{}”划转到“{}”", found.name, parent.name, target.name);
        self.plan.moves.push(Moved { area, from, to });
        Some(())
    }

    fn split(&mut self, area: AreaId, parts: &[Part], line: Option<[[f64; 2]; 2]>) -> Option<()> {
        let (old, parent) = self.changeable("area", area)?;
        if !(2..=AREA_PARTS_MAX).contains(&parts.len()) {
            let text = format!("拆分后应有 2 到 {AREA_PARTS_MAX} 个区域");
            self.note("parts", "count", text);
            return None;
        }
        let below: Vec<&Area> = self.alive_below(area);
        self.check_line(line, parts.len(), below.is_empty());
        let mut names = HashSet::new();
        let mut placed: HashMap<AreaId, usize> = HashMap::new();
        for (i, part) in parts.iter().enumerate() {
            let field = format!("parts.{i}.name");
            if let Some(name) = self.name(&field, &part.name, parent, &[area])
                && !names.insert(name)
            {
                let text = format!("拆分后的两个区域都叫“{}”", part.name.trim());
                self.note(&field, "twice", text);
            }
            if part.children.is_empty() && !below.is_empty() {
                let text = format!("请为“{}”选择至少一个下级区域", part.name.trim());
                self.note(&format!("parts.{i}.children"), "required", text);
            }
            for child in &part.children {
                if placed.insert(*child, i).is_some() {
                    let name = self.tree.get(*child).map_or("", |a| &*a.name);
                    let text = format!("“{name}”被分到了两个区域");
                    self.note(&format!("parts.{i}.children"), "twice", text);
                }
            }
        }
        let left: Vec<&str> = below
            .iter()
            .filter(|a| placed.remove(&a.id).is_none())
            .map(|a| &*a.name)
            .collect();
        if !left.is_empty() {
            let text = format!("还有 {} 个下级区域没有分配：{}", left.len(), shown(&left));
            self.note("parts", "left_over", text);
        }
        if !placed.is_empty() {
            self.note(
                "parts",
                "foreign",
                "有下级区域不属于被拆分的区域，请重新选择",
            );
        }
        if !self.problems.is_empty() {
            return None;
        }
        let mut ids = Vec::new();
        for part in parts {
            let inside = part.children.iter().filter_map(|c| self.tree.get(*c));
            let (mut people, mut homes) = (part.population, part.households);
            for child in inside {
                people += child.population;
                homes += child.households;
            }
            let id = self.begin(old, part.name.trim(), people, homes);
            for child in &part.children {
                self.plan.moves.push(Moved {
                    area: *child,
                    from: area,
                    to: id,
                });
            }
            ids.push(id);
        }
        let listed = parts.iter().any(|p| !p.posts.is_empty());
        let posts = self.posts_of(area);
        for post in posts {
            let in_part = parts.iter().position(|p| p.posts.contains(&post.id));
            let to = match (in_part, listed) {
                (Some(part), _) => Some(ids[part]),
                (None, false) => Some(ids[0]),
                (None, true) => None,
            };
            self.plan.posts.push((post.id, to));
        }
        let names: Vec<&str> = parts.iter().map(|p| p.name.trim()).collect();
        self.plan.sentence = format!(
            "“{}”拆分为 {} 个区域：{}",
            old.name,
            parts.len(),
            shown(&names)
        );
        self.plan.scope = parent;
        self.plan.line = line;
        self.end(area, ids);
        Some(())
    }

    fn check_line(&mut self, line: Option<[[f64; 2]; 2]>, parts: usize, leaf: bool) {
        let Some([from, to]) = line else { return };
        if !leaf {
            self.note(
                "line",
                "not_a_leaf",
                "有下级区域时按下级区域划分，不用画分界线",
            );
        } else if parts != 2 {
            self.note("line", "two_parts", "一条分界线只能把区域分成两个");
        } else if from == to || [from, to].iter().flatten().any(|n| !n.is_finite()) {
            self.note("line", "bad_line", "分界线要由两个不同的点确定，请重新选择");
        }
    }

    fn merge(&mut self, areas: &[AreaId], name: &str) -> Option<()> {
        let mut seen = HashSet::new();
        if areas.len() < 2 || areas.len() > AREA_PARTS_MAX || !areas.iter().all(|a| seen.insert(*a))
        {
            let text = format!("请选择 2 到 {AREA_PARTS_MAX} 个不同的区域合并");
            self.note("areas", "count", text);
            return None;
        }
        let found: Vec<_> = areas
            .iter()
            .filter_map(|a| self.changeable("areas", *a))
            .collect();
        if found.len() < areas.len() {
            return None;
        }
        let (first, parent) = found[0];
        let alike = |(a, p): &(&Area, AreaId)| {
            *p == parent && a.level == first.level && a.tier == first.tier
        };
        if !found.iter().all(alike) {
            self.note(
                "areas",
                "parent",
                "只能合并同一上级下的同级区域；不在同一上级的，请先划转",
            );
            return None;
        }
        let new = self.name("name", name, parent, areas)?;
        let (people, homes) = found.iter().fold((0, 0), |(p, h), (a, _)| {
            (p + a.population, h + a.households)
        });
        let id = self.begin(first, &new, people, homes);
        let mut kept: HashSet<(AccountId, Role)> = HashSet::new();
        let mut names = HashSet::new();
        for (i, (area, _)) in found.iter().enumerate() {
            self.hand_over(area, id, &mut names);
            for post in self.posts_of(area.id) {
                let second_head = i > 0 && matches!(post.role, Role::UnitHead | Role::GridHead);
                let goes_on = !second_head && kept.insert((post.account, post.role));
                self.plan.posts.push((post.id, goes_on.then_some(id)));
            }
            self.end(area.id, vec![id]);
        }
        let old: Vec<&str> = found.iter().map(|(a, _)| &*a.name).collect();
        self.plan.sentence = format!("{} 合并为“{new}”", shown(&old));
        self.plan.scope = parent;
        Some(())
    }

    fn retire(&mut self, area: AreaId, heir: AreaId) -> Option<()> {
        let (old, parent) = self.changeable("area", area)?;
        let (next, other) = self.changeable("heir", heir)?;
        if area == heir || next.level != old.level || next.tier != old.tier {
            let text = format!("接收的区域应当是另一个{}", old.level.word());
            self.note("heir", "level", text);
            return None;
        }
        let mut names = self.alive_below(heir).iter().map(|a| &*a.name).collect();
        self.hand_over(old, heir, &mut names);
        for post in self.posts_of(area) {
            self.plan.posts.push((post.id, None));
        }
        self.plan.scope = self.common(&[parent, other])?;
        self.plan.sentence = format!("撤销“{}”，由“{}”接收", old.name, next.name);
        self.end(area, vec![heir]);
        Some(())
    }

    fn redraw(&mut self, forms: &[Form]) -> Option<()> {
        let mut seen = HashSet::new();
        if forms.is_empty()
            || forms.len() > AREA_PARTS_MAX
            || !forms.iter().all(|f| seen.insert(f.area))
        {
            let text = format!("请画出 1 到 {AREA_PARTS_MAX} 个不同区域的边界");
            self.note("forms", "count", text);
            return None;
        }
        let found: Vec<&Area> = forms
            .iter()
            .filter_map(|f| self.there("forms", f.area))
            .collect();
        if found.len() < forms.len() {
            return None;
        }
        // Whoever decides answers for the ground on both sides of the line.
        let above: Vec<AreaId> = found.iter().map(|a| a.parent.unwrap_or(a.id)).collect();
        self.plan.scope = self.common(&above)?;
        let names: Vec<&str> = found.iter().map(|a| &*a.name).collect();
        self.plan.sentence = format!("调整{}的边界", shown(&names));
        self.plan.redraws = found.iter().map(|a| a.id).collect();
        Some(())
    }

    fn alive_below(&self, area: AreaId) -> Vec<&'a Area> {
        let all = self.tree.children(area);
        all.filter(|a| a.valid_on(self.day)).collect()
    }

    /// Puts what lies below `old` under `to`. Where two would have the same name (every estate has a
    /// 1号楼), the one that comes bears the name of its old area in front.
    fn hand_over(&mut self, old: &'a Area, to: AreaId, names: &mut HashSet<&'a str>) {
        for child in self.alive_below(old.id) {
            self.plan.moves.push(Moved {
                area: child.id,
                from: old.id,
                to,
            });
            if !names.insert(&child.name) {
                let whose = old.name.trim_end_matches("网格");
                let name = format!("{whose}{}", child.name).into();
                self.plan.renames.push((child.id, name));
            }
        }
    }

    /// The posts at an area that are held on the day or begin later.
    fn posts_of(&self, area: AreaId) -> Vec<Post> {
        let mut posts: Vec<Post> = self
            .directory
            .posts()
            .filter(|p| p.seat == Seat::Area(area) && p.to.is_none_or(|to| to > self.day))
            .map(|p| (**p).clone())
            .collect();
        posts.sort_by_key(|p| p.id);
        posts
    }

    fn begin(&mut self, like: &Area, name: &str, population: i64, households: i64) -> AreaId {
        let id = AreaId(self.fresh);
        self.fresh += 1;
        self.plan.begins.push(Area {
            id,
            name: name.into(),
            valid_from: self.day,
            valid_to: None,
            population,
            households,
            ..like.clone()
        });
        id
    }

    fn end(&mut self, area: AreaId, heirs: Vec<AreaId>) {
        if let Some(first) = heirs.first() {
            let orgs = self.directory.orgs_of(area).map(|o| (o.id, *first));
            self.plan.orgs.extend(orgs);
        }
        self.plan.ends.push(area);
        self.plan.heirs.insert(area, heirs);
    }

    /// The lowest area above (or among) some.
    fn common(&self, areas: &[AreaId]) -> Option<AreaId> {
        let (first, rest) = areas.split_first()?;
        self.tree
            .upward(*first)
            .map(|a| a.id)
            .find(|up| rest.iter().all(|r| self.tree.within(*r, *up)))
    }
}

/// Some names, and how many more.
fn shown(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    let head: Vec<String> = names.iter().take(SHOWN).map(|n| format!("“{n}”")).collect();
    match names.len() {
        n if n > SHOWN => format!("{}等", head.join("、")),
        _ => head.join("、"),
    }
}
