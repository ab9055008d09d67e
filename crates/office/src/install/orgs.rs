//! The sheet of organisations, one row a desk.

use super::areas::Areas;
use super::{Ids, ORGS, Words};
use crate::pack::departments;
use civic::area::{Area, Level};
use civic::id::{AreaId, OrgId};
use civic::limits::NAME_CHARS_MAX;
use civic::org::{Org, OrgKind};
use civic::problem::Problem;
use civic::sheet::{self, Column, optional, required};
use std::collections::HashMap;

const COLUMNS: &[Column] = &[
    required("code", "单位编码"),
    required("line", "条线"),
    required("kind", "性质"),
    required("name", "单位名称"),
    required("area", "区域编码"),
    optional("parent", "上级单位编码"),
];

const KINDS: [(OrgKind, &str); 5] = [
    (OrgKind::Department, "部门"),
    (OrgKind::Station, "站所"),
    (OrgKind::Center, "中心"),
    (OrgKind::Company, "企业"),
    (OrgKind::Social, "社会组织"),
];

/// The desks that could be read.
#[derive(Default)]
pub(super) struct Orgs {
    pub list: Vec<Org>,
    by_code: HashMap<String, OrgId>,
}

impl Orgs {
    /// Desks without a sheet: people refer to them by name.
    pub fn of_pack(list: Vec<Org>) -> Self {
        let by_code = list.iter().map(|o| (o.name.to_string(), o.id)).collect();
        Self { list, by_code }
    }
    /// The desk with a code of the sheet.
    pub fn get(&self, code: &str) -> Option<OrgId> {
        self.by_code.get(code).copied()
    }
}

/// The desks of the departments of the base pack in every area where they have one, each below the
/// same department's desk of the area above. `areas` has parents first.
pub fn desks(areas: &[Area], mut next: impl FnMut() -> i64) -> Vec<Org> {
    let lines = departments();
    let mut desks: HashMap<(&str, AreaId), OrgId> = HashMap::new();
    let mut list = Vec::new();
    for area in areas.iter().filter(|a| a.level <= Level::Town) {
        for line in lines.iter().filter(|l| l.levels.contains(&area.level)) {
            let town = area.level == Level::Town;
            let name = if town && !line.town_name.is_empty() {
                &line.town_name
            } else {
                &line.name
            };
            let id = OrgId(next());
            let parent = area
                .parent
                .and_then(|p| desks.get(&(line.code.as_str(), p)).copied());
            desks.insert((&line.code, area.id), id);
            list.push(Org {
                id,
                parent,
                kind: if town && line.kind == OrgKind::Department {
                    OrgKind::Station
                } else {
                    line.kind
                },
                line: line.code.as_str().into(),
                name: format!("{}{name}", area.name).into(),
                area: area.id,
                level: area.level,
            });
        }
    }
    list
}

/// Reads the sheet.
pub(super) fn read(
    bytes: &[u8],
    areas: &Areas,
    words: &Words,
    ids: &mut Ids,
    problems: &mut Vec<Problem>,
) -> Orgs {
    let (rows, wrong) = sheet::read(ORGS, bytes, COLUMNS);
    problems.extend(wrong);
    let mut orgs = Orgs::default();
    for row in &rows {
        let (code, id) = (row.cell("code"), OrgId(ids.next()));
        if orgs.by_code.insert(code.into(), id).is_some() && !code.is_empty() {
            let message = format!("单位编码“{code}”用了不止一次，请改正。");
            problems.push(row.problem("code", "duplicate", &message));
        }
    }
    for row in &rows {
        let mut broken = |column: &str, code: &str, message: String| {
            if !row.cell(column).is_empty() {
                problems.push(row.problem(column, code, &message));
            }
        };
        let cell = row.cell("kind");
        let kind = KINDS
            .iter()
            .find(|(k, word)| k.code() == cell || *word == cell)
            .map(|(k, _)| *k);
        if kind.is_none() {
            let list = KINDS.map(|(_, word)| word).join("、");
            broken(
                "kind",
                "unknown_kind",
                format!("性质“{cell}”不认识，可填写：{list}。"),
            );
        }
        let cell = row.cell("line");
        let line = words
            .departments
            .iter()
            .find(|d| d.code == cell || d.name == cell);
        let free = matches!(kind, None | Some(OrgKind::Company | OrgKind::Social));
        if line.is_none() && !free {
            let list: Vec<&str> = words.departments.iter().map(|d| d.name.as_str()).collect();
            broken(
                "line",
                "unknown_line",
                format!("条线“{cell}”不认识，可填写：{}。", list.join("、")),
            );
        }
        let area = areas.get(row.cell("area"));
        match area {
            None => broken(
                "area",
                "unknown",
                format!("没有编码为“{}”的区域，请核对。", row.cell("area")),
            ),
            Some(area) if area.level > Level::Town => broken(
                "area",
                "too_low",
                format!(
                    "“{}”是{}，单位只设在市级、县区和镇街。",
                    area.name,
                    area.level.word()
                ),
            ),
            Some(_) => {}
        }
        if row.cell("name").chars().count() > NAME_CHARS_MAX {
            broken(
                "name",
                "too_long",
                format!("最多 {NAME_CHARS_MAX} 个字，请缩短。"),
            );
        }
        let above = row.cell("parent");
        let parent = orgs.get(above);
        if parent.is_none() {
            broken(
                "parent",
                "unknown",
                format!("没有编码为“{above}”的单位，请核对。"),
            );
        } else if above == row.cell("code") {
            broken("parent", "itself", "上级单位不能是自己，请改正。".into());
        }
        if let (Some(kind), Some(area), Some(id)) = (kind, area, orgs.get(row.cell("code"))) {
            orgs.list.push(Org {
                id,
                parent,
                kind,
                line: line.map_or(cell, |d| d.code.as_str()).into(),
                name: row.cell("name").into(),
                area: area.id,
                level: area.level,
            });
        }
    }
    orgs
}
