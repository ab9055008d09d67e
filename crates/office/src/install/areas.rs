//! The sheet of areas.

use super::{AREAS, Ids, Words};
use civic::area::{Area, Code, Level};
use civic::id::AreaId;
use civic::kind::Exclusive;
use civic::limits::NAME_CHARS_MAX;
use civic::problem::Problem;
use civic::sheet::{self, Column, Row, optional, required};
use civic::time::Day;
use std::collections::HashMap;

const COLUMNS: &[Column] = &[
    required("code", "编码"),
    required("level", "级别"),
    required("kind", "类型"),
    required("name", "名称"),
    optional("parent", "上级编码"),
    optional("tier", "级数"),
    optional("exclusive", "专属"),
    optional("population", "人口"),
    optional("households", "户数"),
    optional("lon", "经度"),
    optional("lat", "纬度"),
];

/// The areas that could be read.
#[derive(Default)]
pub(super) struct Areas {
    pub list: Vec<Area>,
    pub codes: Vec<Code>,
    by_code: HashMap<String, usize>,
}

impl Areas {
    /// The area with a code of the sheet.
    pub fn get(&self, code: &str) -> Option<&Area> {
        self.list.get(*self.by_code.get(code)?)
    }
    /// The area at the top.
    pub fn root(&self) -> Option<&Area> {
        self.list.iter().find(|a| a.parent.is_none())
    }
}

/// Reads the sheet: rows in any order; parents come first in what is returned.
pub(super) fn read(
    bytes: &[u8],
    words: &Words,
    from: Day,
    ids: &mut Ids,
    problems: &mut Vec<Problem>,
) -> Areas {
    let (rows, wrong) = sheet::read(AREAS, bytes, COLUMNS);
    problems.extend(wrong);
    let mut line_of: HashMap<&str, u64> = HashMap::new();
    for row in &rows {
        let code = row.cell("code");
        if code.is_empty() {
            continue;
        }
        if let Some(line) = line_of.insert(code, row.line) {
            let message = format!("编码“{code}”在第 {line} 行已经用过，请改正。");
            problems.push(row.problem("code", "duplicate", &message));
        }
    }
    let mut areas = Areas::default();
    let mut waiting: Vec<&Row> = rows.iter().collect();
    // Level by level; grids stand below grids, so each pass takes the rows whose parent is there.
    loop {
        let known = waiting.len();
        waiting.retain(|row| {
            let parent = row.cell("parent");
            if !parent.is_empty() && areas.get(parent).is_none() {
                return true;
            }
            put(row, &mut areas, words, from, ids, problems);
            false
        });
        if waiting.len() == known {
            break;
        }
    }
    for row in waiting {
        let parent = row.cell("parent");
        let message = if line_of.contains_key(parent) {
            format!("上级“{parent}”绕回到自己，或者上级那一行有错，请改正。")
        } else {
            format!("没有编码为“{parent}”的区域，请核对。")
        };
        problems.push(row.problem("parent", "unknown", &message));
    }
    areas
}

fn put(
    row: &Row,
    areas: &mut Areas,
    words: &Words,
    from: Day,
    ids: &mut Ids,
    problems: &mut Vec<Problem>,
) {
    let above = areas.get(row.cell("parent")).cloned();
    let at = areas.list.len();
    let id = AreaId(ids.next());
    let area = area(row, id, at as i64, above.as_ref(), words, from, problems);
    if above.is_none() && areas.root().is_some() {
        let message = "只能有一个最上级区域，请填写上级编码。";
        problems.push(row.problem("parent", "second_root", message));
    } else if above.is_none() && area.level != Level::City {
        let message = "最上面的一行应是市级，请填写上级编码或改正级别。";
        problems.push(row.problem("level", "wrong_root", message));
    }
    let system = if area.level <= Level::Community {
        "stat"
    } else {
        "grid"
    };
    areas.codes.push(Code {
        area: id,
        system: system.into(),
        code: row.cell("code").into(),
        valid_from: from,
        valid_to: None,
    });
    areas.by_code.insert(row.cell("code").into(), at);
    areas.list.push(area);
}

/// The area of a row. Where a cell is wrong, that is said and something harmless stands in its
/// place, so that the rows below it are judged too.
fn area(
    row: &Row,
    id: AreaId,
    ord: i64,
    above: Option<&Area>,
    words: &Words,
    from: Day,
    problems: &mut Vec<Problem>,
) -> Area {
    let before = problems.len();
    let level = level(row, above, problems);
    let kind = kind(row, level, words, problems);
    let name = row.cell("name");
    if name.chars().count() > NAME_CHARS_MAX {
        let message = format!("最多 {NAME_CHARS_MAX} 个字，请缩短。");
        problems.push(row.problem("name", "too_long", &message));
    }
    let below_grid = above.filter(|a| a.level == Level::Grid);
    let tier = match (row.cell("tier"), level) {
        ("", Level::Grid) => below_grid.map_or(1, |a| a.tier.saturating_add(1)),
        ("" | "0", _) => 0,
        (_, Level::Grid) => whole(row, "tier", 9, problems) as u8,
        _ => {
            let message = "只有网格分级数，请留空。";
            problems.push(row.problem("tier", "wrong_tier", message));
            0
        }
    };
    let must = words
        .kinds
        .get(level, &kind)
        .is_some_and(|k| k.exclusive == Exclusive::Must);
    let exclusive = match row.cell("exclusive") {
        "" => must,
        "是" | "yes" | "1" => true,
        "否" | "no" | "0" => false,
        _ => {
            let message = "请填写“是”或“否”，或者留空。";
            problems.push(row.problem("exclusive", "bad_value", message));
            must
        }
    };
    let (lon, lat) = point(row, above, problems);
    let area = Area {
        id,
        parent: above.map(|a| a.id),
        level,
        kind,
        tier,
        exclusive,
        name: name.into(),
        valid_from: from,
        valid_to: None,
        ord,
        population: whole(row, "population", 100_000_000, problems),
        households: whole(row, "households", 100_000_000, problems),
        lon,
        lat,
    };
    if problems.len() == before
        && let Some(problem) = words.kinds.check(&area)
    {
        problems.push(row.problem(&problem.field, &problem.code, &problem.message));
    }
    area
}

fn level(row: &Row, above: Option<&Area>, problems: &mut Vec<Problem>) -> Level {
    let cell = row.cell("level");
    let found = Level::ALL
        .into_iter()
        .find(|l| l.code() == cell || l.word() == cell);
    let Some(level) = found else {
        if !cell.is_empty() {
            let list = Level::ALL.map(Level::word).join("、");
            let message = format!("级别“{cell}”不认识，可填写：{list}。");
            problems.push(row.problem("level", "unknown_level", &message));
        }
        return above.map_or(Level::City, |a| a.level);
    };
    if let Some(above) = above
        && (above.level > level || (above.level == level && level != Level::Grid))
    {
        let message = format!(
            "{}不能放在“{}”（{}）之下，请改正级别或上级编码。",
            level.word(),
            above.name,
            above.level.word()
        );
        problems.push(row.problem("level", "order", &message));
    }
    level
}

fn kind(row: &Row, level: Level, words: &Words, problems: &mut Vec<Problem>) -> Box<str> {
    let cell = row.cell("kind");
    let of_level = || words.kinds.all().iter().filter(|k| k.level == level);
    if let Some(kind) = of_level().find(|k| &*k.code == cell || &*k.word == cell) {
        return kind.code.clone();
    }
    if !cell.is_empty() {
        let list: Vec<&str> = of_level().map(|k| &*k.word).collect();
        let message = format!(
            "“{cell}”不是{}的类型，可填写：{}。",
            level.word(),
            list.join("、")
        );
        problems.push(row.problem("kind", "unknown_kind", &message));
    }
    cell.into()
}

/// The point of a row; that of the area above where both cells are empty.
fn point(row: &Row, above: Option<&Area>, problems: &mut Vec<Problem>) -> (f64, f64) {
    let (lon, lat) = (row.cell("lon"), row.cell("lat"));
    if lon.is_empty() && lat.is_empty() {
        if above.is_none() {
            let message = "最上级区域要填写经纬度，没有填写的下级用上级的位置。";
            problems.push(row.problem("lon", "required", message));
        }
        return above.map_or((0.0, 0.0), |a| (a.lon, a.lat));
    }
    let mut degrees = |column: &str, word: &str, low: f64, high: f64| {
        let value: Option<f64> = row.cell(column).parse().ok();
        value
            .filter(|v| (low..=high).contains(v))
            .unwrap_or_else(|| {
                let message = format!(
                    "{word}应是 {low} 到 {high} 之间的度数（WGS84），如 119.0078；请核对。"
                );
                problems.push(row.problem(column, "out_of_range", &message));
                low
            })
    };
    // The bounds of the country catch a longitude in the place of a latitude.
    (
        degrees("lon", "经度", 73.0, 136.0),
        degrees("lat", "纬度", 3.0, 54.0),
    )
}

/// A whole number from 0 to `max`; 0 where the cell is empty.
fn whole(row: &Row, column: &str, max: i64, problems: &mut Vec<Problem>) -> i64 {
    let cell = row.cell(column);
    if cell.is_empty() {
        return 0;
    }
    let value: Option<i64> = cell.parse().ok();
    value.filter(|v| (0..=max).contains(v)).unwrap_or_else(|| {
        let message = format!("“{cell}”不是 0 到 {max} 之间的整数，请改正。");
        problems.push(row.problem(column, "bad_number", &message));
        0
    })
}
