//! Import of the grids of another department, such as those of 综治 (R011): each line is matched with
//! a grid of ours, or becomes a new one, and its code is kept in the crosswalk. Tried first without
//! writing; then all in one transaction or nothing.

use crate::identity::entry;
use crate::{Office, Result, World};
use civic::area::{Area, Code, Level};
use civic::directory::Actor;
use civic::id::AreaId;
use civic::limits::{CODE_CHARS_MAX, CODE_ROWS_MAX, NAME_CHARS_MAX};
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::sheet::{self, Column, Row, optional, required};
use civic::time::Day;
use std::collections::HashMap;
use store::driver::Conn;

const FILE: &str = "grids.csv";
const COLUMNS: &[Column] = &[
    required("code", "对方网格编码"),
    required("name", "网格名称"),
    required("community", "所属村居编码"),
    optional("own", "本平台网格编码"),
    optional("exclusive", "专属"),
    optional("population", "人口"),
    optional("households", "户数"),
    optional("lon", "经度"),
    optional("lat", "纬度"),
    optional("reason", sheet::REASON),
];

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GridFate {
    /// It is one of our grids.
    Same(AreaId),
    /// It is one of ours, and is known to be from an earlier import.
    Known(AreaId),
    /// It becomes a new grid under this community.
    New(AreaId),
    /// It is wrong; see the problems.
    Wrong,
}

/// One line of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridLine {
    /// Line in the file, from 1.
    pub line: u64,
    /// Their code.
    pub code: String,
    /// Their name.
    pub name: String,
    /// What becomes of it.
    pub fate: GridFate,
    /// What is wrong, each with its column.
    pub problems: Vec<Problem>,
}

/// What an import found or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridImport {
    /// Every line that could be read.
    pub lines: Vec<GridLine>,
    /// What is wrong with the file as a whole.
    pub problems: Vec<Problem>,
    /// Whether it was written.
    pub written: bool,
}

impl GridImport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty() && self.lines.iter().all(|l| l.problems.is_empty())
    }

    /// The sheet again with the reasons beside the lines.
    #[must_use]
    pub fn marked(&self, csv: &str) -> String {
        let reason = |line: &GridLine| {
            let all: Vec<&str> = line.problems.iter().map(|p| p.message.as_str()).collect();
            (line.line, all.join("；"))
        };
        let wrong = self.lines.iter().filter(|l| !l.problems.is_empty());
        sheet::marked(csv, &wrong.map(reason).collect())
    }
}

/// A grid of the crosswalk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// Ours.
    pub area: AreaId,
    /// Our code; empty where it has none.
    pub own: String,
    /// Theirs; none where they have no such grid.
    pub theirs: Option<String>,
}

/// Whether a system of codes may be imported under this name.
pub(crate) fn check_system(system: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let named = !system.is_empty() && system.len() <= 30 && system.chars().all(plain);
    if named && !matches!(system, "grid" | "stat") {
        return Ok(());
    }
    let text = "请给对方系统起一个代号（小写字母、数字和下划线，不能用 grid、stat）";
    Err(Refusal::invalid("system", "bad_system", text).into())
}

impl Office {
    /// Imports the grids of another department below an area. Writes only where `apply` is set and
    /// nothing at all is wrong.
    ///
    /// # Errors
    /// `Denied` outside the actor's area; `Invalid` for a system without a name.
    pub async fn import_grids(
        &self,
        actor: &Actor,
        area: AreaId,
        system: String,
        csv: String,
        apply: bool,
    ) -> Result<GridImport> {
        self.require_over(actor, Verb::ManageAreas, area)?;
        check_system(&system)?;
        let (world, now, today, by) = (self.world(), self.now(), self.today(), actor.clone());
        let found = self
            .write(move |conn| {
                let (rows, problems) = sheet::read(FILE, csv.as_bytes(), COLUMNS);
                let mut reading = Reading {
                    world: &world,
                    root: area,
                    system: &system,
                    today,
                    communities: by_code(conn, "stat")?,
                    grids: by_code(conn, "grid")?,
                    theirs: by_code(conn, &system)?,
                    seen: HashMap::new(),
                    taken: HashMap::new(),
                };
                let mut found = GridImport {
                    lines: Vec::new(),
                    problems: of_file(problems, &rows),
                    written: false,
                };
                let mut drafts = Vec::new();
                for row in &rows {
                    let (line, draft) = reading.line(row);
                    drafts.extend(draft);
                    found.lines.push(line);
                }
                if !apply || !found.is_clean() {
                    return Ok(found);
                }
                let first = store::area_change::fresh_area(conn)?;
                let mut codes = Vec::new();
                for (nth, (row, new)) in drafts.iter_mut().enumerate() {
                    new.id = AreaId(first.0 + nth as i64);
                    new.ord = new.id.0;
                    let line = found.lines.iter_mut().find(|l| l.line == *row);
                    codes.extend(line.map(|l| (l.code.clone(), new.id)));
                }
                let same = |l: &GridLine| match l.fate {
                    GridFate::Same(id) => Some((l.code.clone(), id)),
                    _ => None,
                };
                codes.extend(found.lines.iter().filter_map(same));
                let areas: Vec<Area> = drafts.into_iter().map(|(_, area)| area).collect();
                store::area::insert_many(conn, &areas)?;
                let rows: Vec<Code> = codes
                    .into_iter()
                    .map(|(code, area)| Code {
                        area,
                        system: system.clone(),
                        code,
                        valid_from: today,
                        valid_to: None,
                    })
                    .collect();
                store::area::insert_codes(conn, &rows)?;
                let detail = format!(
                    "从“{system}”导入网格：新设 {} 个，对应 {} 个",
                    areas.len(),
                    rows.len() - areas.len()
                );
                let object = format!("area:{area}");
                store::audit::append(conn, &entry(&by, now, "import_grids", object, detail))?;
                found.written = true;
                Ok(found)
            })
            .await?;
        if found.written {
            self.reload().await?;
        }
        Ok(found)
    }

    /// Our grids below an area beside the codes that another department has for them.
    ///
    /// # Errors
    /// `Unknown`; `Denied` outside the actor's area.
    pub async fn crosswalk(
        &self,
        actor: &Actor,
        area: AreaId,
        system: String,
    ) -> Result<Vec<Crossing>> {
        self.require_over(actor, Verb::SeeBoard, area)
            .or_else(|_| self.require_over(actor, Verb::ManageAreas, area))?;
        let (world, today) = (self.world(), self.today());
        self.read(move |conn| {
            let own: HashMap<AreaId, String> =
                store::area::codes_of(conn, "grid")?.into_iter().collect();
            let theirs: HashMap<AreaId, String> =
                store::area::codes_of(conn, &system)?.into_iter().collect();
            let grids = world.tree().subtree(area);
            let grids = grids.filter(|a| a.level == Level::Grid && a.valid_on(today));
            let crossing = |a: &Area| Crossing {
                area: a.id,
                own: own.get(&a.id).cloned().unwrap_or_default(),
                theirs: theirs.get(&a.id).cloned(),
            };
            Ok(grids.map(crossing).collect())
        })
        .await
    }
}

fn by_code(conn: &mut Conn, system: &str) -> store::driver::Result<HashMap<String, AreaId>> {
    let codes = store::area::codes_of(conn, system)?;
    Ok(codes.into_iter().map(|(area, code)| (code, area)).collect())
}

/// The problems of the file that belong to no line that was read; those of cells are said with their
/// lines.
fn of_file(problems: Vec<Problem>, rows: &[Row]) -> Vec<Problem> {
    let mut rest: Vec<Problem> = problems
        .into_iter()
        .filter(|p| p.code != "required")
        .collect();
    if rows.len() > CODE_ROWS_MAX {
        let text = format!("一次最多导入 {CODE_ROWS_MAX} 行，请分批导入");
        rest.push(Problem::new(FILE, "rows", text));
    }
    rest
}

/// What lines are judged against.
struct Reading<'a> {
    world: &'a World,
    root: AreaId,
    system: &'a str,
    today: Day,
    communities: HashMap<String, AreaId>,
    grids: HashMap<String, AreaId>,
    theirs: HashMap<String, AreaId>,
    /// Their codes in the file, with the line of each.
    seen: HashMap<String, u64>,
    /// Our grids that a line stands for, and new names below a community, with the line of each.
    taken: HashMap<(AreaId, String), u64>,
}

impl Reading<'_> {
    /// A line, and the new area that it makes, if any.
    fn line(&mut self, row: &Row) -> (GridLine, Option<(u64, Area)>) {
        let mut problems = Vec::new();
        let mut wrong = |column: &str, text: &str| {
            problems.push(row.problem(column, "bad_value", text));
        };
        let (code, name) = (row.cell("code").to_owned(), row.cell("name").to_owned());
        for (column, text, most) in [
            ("code", &code, CODE_CHARS_MAX),
            ("name", &name, NAME_CHARS_MAX),
        ] {
            if text.is_empty() || text.chars().count() > most {
                wrong(column, &format!("应有 1 到 {most} 个字，请填写"));
            }
        }
        if !code.is_empty() && !sheet::is_code(&code) {
            wrong("code", &format!("“{code}”不对：{}", sheet::CODE_FORM));
        }
        if let Some(line) = self.seen.insert(code.clone(), row.line)
            && !code.is_empty()
        {
            wrong(
                "code",
                &format!("“{code}”在第 {line} 行已经出现，请删去一行"),
            );
        }
        let tree = self.world.tree();
        let community = self.communities.get(row.cell("community")).copied();
        let community = community.and_then(|id| tree.get(id)).filter(|a| {
            a.level == Level::Community && a.valid_on(self.today) && tree.within(a.id, self.root)
        });
        if community.is_none() {
            let text = format!(
                "所选区域里没有统计编码为“{}”的村居，请核对",
                row.cell("community")
            );
            wrong("community", &text);
        }
        let population = number(row, "population", &mut wrong);
        let households = number(row, "households", &mut wrong);
        let lon = degrees(row, "lon", 180.0, &mut wrong);
        let lat = degrees(row, "lat", 90.0, &mut wrong);
        let exclusive = match row.cell("exclusive") {
            "" | "否" | "0" => false,
            "是" | "1" => true,
            other => {
                wrong("exclusive", &format!("“{other}”不对，请填写“是”或“否”"));
                false
            }
        };
        let mut fate = GridFate::Wrong;
        let mut draft = None;
        if let Some(community) = community {
            let own = self.ours(row, community, &name, &mut wrong);
            let known = self.theirs.get(&code).copied();
            fate = match (known, own) {
                (Some(known), Some(own)) if known != own => {
                    let there = tree.full_name(known);
                    wrong(
                        "code",
                        &format!("“{code}”在“{}”里已经对应“{there}”", self.system),
                    );
                    GridFate::Wrong
                }
                (Some(known), _) => GridFate::Known(known),
                (None, Some(own)) => GridFate::Same(own),
                (None, None) => GridFate::New(community.id),
            };
            let place = match fate {
                GridFate::Same(id) | GridFate::Known(id) => (id, String::new()),
                _ => (community.id, name.clone()),
            };
            if let Some(line) = self.taken.insert(place, row.line) {
                let text = format!("与第 {line} 行是同一个网格，请删去一行或改正");
                wrong("name", &text);
            }
            if fate == GridFate::New(community.id) {
                let area = Area {
                    id: AreaId(0),
                    parent: Some(community.id),
                    level: Level::Grid,
                    kind: if exclusive { "exclusive" } else { "grid" }.into(),
                    tier: 1,
                    exclusive,
                    name: name.as_str().into(),
                    valid_from: self.today,
                    valid_to: None,
                    ord: 0,
                    population,
                    households,
                    lon: lon.unwrap_or(community.lon),
                    lat: lat.unwrap_or(community.lat),
                };
                if let Some(problem) = self.world.kinds.check(&area) {
                    wrong("exclusive", &problem.message);
                }
                draft = Some((row.line, area));
            }
        }
        if !problems.is_empty() {
            (fate, draft) = (GridFate::Wrong, None);
        }
        let line = GridLine {
            line: row.line,
            code,
            name,
            fate,
            problems,
        };
        (line, draft)
    }

    /// The grid of ours that a line means: by our code, or by its name below the community.
    fn ours(
        &self,
        row: &Row,
        community: &Area,
        name: &str,
        wrong: &mut impl FnMut(&str, &str),
    ) -> Option<AreaId> {
        let tree = self.world.tree();
        let own = row.cell("own");
        if !own.is_empty() {
            let found = self.grids.get(own).copied();
            let found = found.filter(|id| tree.within(*id, community.id));
            if found.is_none() {
                let text = format!("“{}”没有编码为“{own}”的网格，请核对", community.name);
                wrong("own", &text);
            }
            return found;
        }
        let below = tree.subtree(community.id);
        let mut named =
            below.filter(|a| a.level == Level::Grid && a.valid_on(self.today) && *a.name == *name);
        let first = named.next()?;
        if named.next().is_some() {
            wrong("name", "本平台有几个同名的网格，请填写“本平台网格编码”");
        }
        Some(first.id)
    }
}

fn number(row: &Row, column: &str, wrong: &mut impl FnMut(&str, &str)) -> i64 {
    match row.cell(column) {
        "" => 0,
        text => text
            .parse()
            .ok()
            .filter(|n| (0..=10_000_000).contains(n))
            .unwrap_or_else(|| {
                wrong(column, &format!("“{text}”不是人数或户数，请填写整数"));
                0
            }),
    }
}

fn degrees(row: &Row, column: &str, most: f64, wrong: &mut impl FnMut(&str, &str)) -> Option<f64> {
    let text = row.cell(column);
    if text.is_empty() {
        return None;
    }
    let value = text.parse::<f64>().ok().filter(|d| d.abs() <= most);
    if value.is_none() {
        wrong(column, &format!("“{text}”不是经纬度，请填写小数形式的度数"));
    }
    value
}
