//! Whether an area is cut well (R008): gaps and overlaps of what lies below it, and how the load is
//! shared. Crosswalk to the codes of other systems (R011).

use crate::area::UNIT_PEOPLE;
use crate::identity::entry;
use crate::post::staff_only;
use crate::{Office, Result};
use atlas::{Boundary, check_cover, decode_boundary};
use civic::area::{Area, Burden, Code, Level, outside_size_band, standing_out};
use civic::directory::Actor;
use civic::id::AreaId;
use civic::limits::{CODE_CHARS_MAX, CODE_ROWS_MAX};
use civic::measure::{Measure, Span};
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::sheet::{CODE_FORM, is_code};
use std::collections::{HashMap, HashSet};
use store::tally::Figures;

/// Findings of one kind that are listed.
const SHOWN: usize = 50;

/// Ground that is covered twice, not at all, or from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// `gap`, `overlap`, `outside`, `missing` (no boundary at all).
    pub kind: &'static str,
    /// What to do, in a sentence.
    pub sentence: String,
    /// Square metres; 0 where an area has no boundary.
    pub m2: f64,
    /// A place to look at: WGS84 longitude and latitude.
    pub at: Option<(f64, f64)>,
}

/// The load of one area below.
#[derive(Debug, Clone)]
pub struct Load {
    /// The area.
    pub area: Area,
    /// Units below it.
    pub units: usize,
    /// Matters reported in all time.
    pub reported: i64,
    /// Matters reported in the period.
    pub period: i64,
    /// Matters open now.
    pub open: i64,
    /// What stands out beside the others, in words.
    pub remarks: Vec<String>,
}

/// What the check of an area found.
#[derive(Debug, Clone)]
pub struct AreaCheck {
    /// Findings, largest first.
    pub findings: Vec<Finding>,
    /// The areas below with their loads, most people first.
    pub loads: Vec<Load>,
}

/// What an import of codes found or did.
#[derive(Debug, Clone)]
pub struct CodeImport {
    /// Lines that fit.
    pub fitting: usize,
    /// What is wrong, by line and column; nothing is written while there is any.
    pub problems: Vec<Problem>,
    /// Whether the codes were written.
    pub written: bool,
}

impl Office {
    /// Checks the areas below one; their loads over the last `days`, today included.
    ///
    /// # Errors
    /// `Unknown`; `Denied` outside the actor's area.
    pub async fn check_area(&self, actor: &Actor, id: AreaId, days: i64) -> Result<AreaCheck> {
        self.require_over(actor, Verb::SeeBoard, id)
            .or_else(|_| self.require_over(actor, Verb::ManageAreas, id))?;
        let (world, today) = (self.world(), self.today());
        let tree = world.tree();
        let own = tree.get(id).ok_or_else(|| Refusal::unknown("区域"))?;
        let below: Vec<Area> = tree
            .children(id)
            .filter(|a| a.valid_on(today))
            .cloned()
            .collect();
        let ids: Vec<AreaId> = std::iter::once(id)
            .chain(below.iter().map(|a| a.id))
            .collect();
        let with_units = own.level == Level::Grid;
        let units: Vec<AreaId> = below.iter().map(|a| a.id).collect();
        let (bodies, figures) = self
            .read(move |conn| {
                let bodies = store::area::boundaries_of(conn, &ids)?;
                let (total, lately) = (
                    Span::total(),
                    Span::days(today.plus(1 - days), today, today),
                );
                let spans = [&total, &lately];
                let mut figures: HashMap<AreaId, [Figures; 2]> = HashMap::new();
                for (area, counted) in store::tally::children(conn, id, &spans)? {
                    figures.insert(area, counted);
                }
                if with_units {
                    for (unit, mut own) in store::tally::of_units(conn, &units, &spans)? {
                        figures.insert(unit, own.remove(&0).unwrap_or_default());
                    }
                }
                Ok((bodies, figures))
            })
            .await?;
        let drawn: HashMap<AreaId, Boundary> = bodies
            .into_iter()
            .filter_map(|(area, body)| Some((area, decode_boundary(&body).ok()?)))
            .collect();
        let none = Default::default();
        let mut loads: Vec<Load> = Vec::with_capacity(below.len());
        let mut burdens: Vec<Burden> = Vec::with_capacity(below.len());
        for area in &below {
            let [total, lately]: &[Figures; 2] = figures.get(&area.id).unwrap_or(&none);
            let is_unit = area.level == Level::Unit;
            let units = tree.subtree(area.id);
            let units = units.filter(|a| a.level == Level::Unit && a.valid_on(today));
            let load = Load {
                area: area.clone(),
                units: units.count(),
                reported: total.get(Measure::Reported),
                period: lately.get(Measure::Reported),
                open: total.get(Measure::Open),
                remarks: Vec::new(),
            };
            let odd = outside_size_band(tree, area.id, UNIT_PEOPLE).filter(|a| a.valid_on(today));
            burdens.push(Burden {
                is_unit,
                people: area.population,
                odd_units: if is_unit { 0 } else { odd.count() as i64 },
                reported: load.period,
                open: load.open,
            });
            loads.push(load);
        }
        let remarks = standing_out(&burdens, &UNIT_PEOPLE);
        for (load, words) in loads.iter_mut().zip(remarks) {
            load.remarks = words;
        }
        loads.sort_by_key(|l| (std::cmp::Reverse(l.area.population), l.area.ord));
        Ok(AreaCheck {
            findings: findings(own, &below, &drawn),
            loads,
        })
    }

    /// The area that bears a code of another system today, with the names above it.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who holds no post.
    pub async fn area_by_code(
        &self,
        actor: &Actor,
        system: String,
        code: String,
    ) -> Result<crate::Named> {
        staff_only(actor)?;
        let today = self.today();
        let found = self
            .read(move |conn| store::area::by_code(conn, &system, &code, today))
            .await?;
        let world = self.world();
        let area = found
            .and_then(|id| world.tree().get(id))
            .ok_or_else(|| Refusal::unknown("编码对应的区域"))?;
        Ok(crate::Named {
            full_name: world.tree().full_name(area.id),
            area: area.clone(),
        })
    }

    /// Imports the codes that another department uses: lines `本平台网格编码，对方编码`, the first
    /// line a heading. Writes only when `apply` is set and nothing is wrong.
    ///
    /// # Errors
    /// `Denied` outside the actor's area; `Invalid` for a system without a name or too many lines.
    pub async fn import_codes(
        &self,
        actor: &Actor,
        area: AreaId,
        system: String,
        csv: String,
        apply: bool,
    ) -> Result<CodeImport> {
        self.require_over(actor, Verb::ManageAreas, area)?;
        crate::grid_import::check_system(&system)?;
        let lines = csv.lines().count();
        if !(2..=CODE_ROWS_MAX + 1).contains(&lines) {
            return Err(Refusal::invalid(
                "csv",
                "rows",
                format!("文件应有表头和 1 到 {CODE_ROWS_MAX} 行数据"),
            )
            .into());
        }
        let (world, now, today, by) = (self.world(), self.now(), self.today(), actor.clone());
        self.write(move |conn| {
            let mut problems = Vec::new();
            let mut seen: HashSet<&str> = HashSet::new();
            let mut codes = Vec::new();
            for (i, line) in csv.lines().enumerate().skip(1) {
                let mut wrong = |column: &str, text: String| {
                    let text = format!("第 {} 行“{column}”：{text}", i + 1);
                    let field = format!("csv:{}", i + 1);
                    problems.push(Problem::new(field, "row", text));
                };
                if line.trim().is_empty() {
                    continue;
                }
                let mut cells = line.split(',').map(|c| c.trim().trim_matches('"'));
                let own = cells.next().unwrap_or_default();
                let theirs = cells.next().unwrap_or_default();
                let mut found = None;
                for known in ["grid", "stat"] {
                    found = found.or(store::area::by_code(conn, known, own, today)?);
                }
                let chars = theirs.chars().count();
                if chars == 0 || chars > CODE_CHARS_MAX {
                    wrong("对方编码", format!("应有 1 到 {CODE_CHARS_MAX} 个字符"));
                } else if !is_code(theirs) {
                    wrong("对方编码", format!("“{theirs}”不对：{CODE_FORM}"));
                } else if !seen.insert(theirs) {
                    wrong("对方编码", format!("“{theirs}”在文件里出现了两次"));
                } else if store::area::by_code(conn, &system, theirs, today)?.is_some() {
                    wrong("对方编码", format!("“{theirs}”已经对应了别的区域"));
                }
                match found {
                    None => wrong("本平台编码", format!("没有编码为“{own}”的区域")),
                    Some(id) if !world.tree().within(id, area) => {
                        wrong("本平台编码", format!("“{own}”不在所选区域之内"));
                    }
                    Some(id) => codes.push(Code {
                        area: id,
                        system: system.clone(),
                        code: theirs.to_owned(),
                        valid_from: today,
                        valid_to: None,
                    }),
                }
            }
            let written = apply && problems.is_empty();
            if written {
                store::area::insert_codes(conn, &codes)?;
                let detail = format!("导入“{system}”的编码 {} 条", codes.len());
                let object = format!("area:{area}");
                store::audit::append(conn, &entry(&by, now, "import_codes", object, detail))?;
            }
            Ok(CodeImport {
                fitting: codes.len(),
                problems,
                written,
            })
        })
        .await
    }
}

/// What is wrong with the ground of an area and of those below it, the largest first.
pub(crate) fn findings(
    own: &Area,
    below: &[Area],
    drawn: &HashMap<AreaId, Boundary>,
) -> Vec<Finding> {
    let mut found: Vec<Finding> = below
        .iter()
        .filter(|a| !drawn.contains_key(&a.id))
        .map(|a| Finding {
            kind: "missing",
            sentence: format!("“{}”没有边界，坐标落不到它上面，请补充边界", a.name),
            m2: 0.0,
            at: Some((a.lon, a.lat)),
        })
        .collect();
    let Some(ground) = drawn.get(&own.id).filter(|_| !below.is_empty()) else {
        return found;
    };
    let parts: Vec<(i64, &Boundary)> = below
        .iter()
        .filter_map(|a| Some((a.id.0, drawn.get(&a.id)?)))
        .collect();
    let cover = check_cover(ground, &parts);
    let name = |id: i64| {
        let area = below.iter().find(|a| a.id.0 == id);
        area.map_or("", |a| &*a.name)
    };
    let place = |at: Option<atlas::Point>| at.map(|p| (p.lon, p.lat));
    found.extend(cover.gaps.iter().map(|g| Finding {
        kind: "gap",
        sentence: format!(
            "有 {:.0} 平方米不属于“{}”的任何下级区域，请划入相邻区域",
            g.m2, own.name
        ),
        m2: g.m2,
        at: place(g.at),
    }));
    found.extend(cover.overlaps.iter().map(|o| Finding {
        kind: "overlap",
        sentence: format!(
            "“{}”与“{}”重叠 {:.0} 平方米，请确定归属",
            name(o.ids.0),
            name(o.ids.1),
            o.m2
        ),
        m2: o.m2,
        at: place(o.at),
    }));
    found.extend(cover.outside.iter().map(|o| Finding {
        kind: "outside",
        sentence: format!(
            "“{}”有 {:.0} 平方米在“{}”之外，请修正边界",
            name(o.id),
            o.m2,
            own.name
        ),
        m2: o.m2,
        at: place(o.at),
    }));
    found.sort_by(|a, b| b.m2.total_cmp(&a.m2));
    found.truncate(SHOWN);
    found
}
