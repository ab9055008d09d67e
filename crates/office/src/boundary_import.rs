//! Boundaries drawn elsewhere (R011, R008): a GeoJSON file whose features carry the code or the name of
//! an area. Tried first without writing; then all in one transaction or nothing; and taken back as a
//! whole as long as nothing else was drawn on top.

use crate::identity::entry;
use crate::{Office, Result, World};
use atlas::{Boundary, Crs, Given, Limits, decode_boundary, encode_boundary, read_features};
use civic::area::{Area, Change, ChangeState, Form, Tree};
use civic::directory::Actor;
use civic::id::AreaId;
use civic::limits::{BOUNDARY_ROWS_MAX, CODE_CHARS_MAX, NAME_CHARS_MAX};
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::{Day, Instant};
use std::collections::HashMap;
use store::area_change::{ChangeRow, Signature, form};
use store::driver::Conn;
use store::lane::Failure;

/// Names of the property that bears the code of the area.
const CODE_KEYS: [&str; 4] = ["code", "编码", "网格编码", "区划代码"];
/// Names of the property that bears its name.
const NAME_KEYS: [&str; 4] = ["name", "名称", "网格名称", "区域名称"];
/// Vertices of one boundary.
const VERTICES_MAX: usize = 20_000;

/// One feature of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct FormLine {
    /// Place in the file, from 1.
    pub nth: usize,
    /// The code that it bears.
    pub code: String,
    /// The name that it bears.
    pub name: String,
    /// Our area.
    pub area: Option<AreaId>,
    /// Whether the area has a boundary already.
    pub replaces: bool,
    /// Square metres.
    pub m2: f64,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// What an import of boundaries found or did.
#[derive(Debug, Clone, PartialEq)]
pub struct FormImport {
    /// Every feature.
    pub lines: Vec<FormLine>,
    /// What is wrong with the file as a whole.
    pub problems: Vec<Problem>,
    /// The change under which it was written, if it was.
    pub written: Option<i64>,
}

impl FormImport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty() && self.lines.iter().all(|l| l.problems.is_empty())
    }
}

impl Office {
    /// Imports boundaries of areas at or below `area`, given in `crs`. Writes only where `apply` is
    /// set and nothing at all is wrong.
    ///
    /// # Errors
    /// `Denied` outside the actor's area.
    pub async fn import_boundaries(
        &self,
        actor: &Actor,
        area: AreaId,
        crs: Crs,
        text: String,
        apply: bool,
    ) -> Result<FormImport> {
        self.require_over(actor, Verb::ManageAreas, area)?;
        let (world, now, today, by) = (self.world(), self.now(), self.today(), actor.clone());
        let found = self
            .write(move |conn| {
                let limits = Limits {
                    vertices_each: VERTICES_MAX,
                    features: BOUNDARY_ROWS_MAX,
                };
                let given = match read_features(&text, crs, limits) {
                    Ok(given) if !given.is_empty() => given,
                    Ok(_) => return Ok(whole("文件里没有任何图形，请检查导出设置")),
                    Err(why) => return Ok(whole(&why.to_string())),
                };
                let (lines, forms) = Reading::new(conn, &world, area, today)?.all(given);
                let mut found = FormImport {
                    lines,
                    problems: Vec::new(),
                    written: None,
                };
                if !apply || !found.is_clean() {
                    return Ok(found);
                }
                let sentence = format!("从 GeoJSON 文件导入 {} 个区域的边界", forms.len());
                let reason = format!("坐标系：{}", crs.word());
                let done = (sentence, reason, "import_boundaries");
                found.written = Some(take(conn, &world, (&by, now, today), area, forms, done)?);
                Ok(found)
            })
            .await?;
        if found.written.is_some() {
            self.reload().await?;
        }
        Ok(found)
    }

    /// Takes the boundaries of an applied change back: every area of it gets the boundary it had.
    ///
    /// # Errors
    /// `Unknown`; `Denied` outside the actor's area; `Conflict` where the change drew nothing, or a
    /// later one drew on top of it.
    pub async fn restore_boundaries(&self, actor: &Actor, id: i64) -> Result<ChangeRow> {
        let row = self
            .read(move |conn| store::area_change::get(conn, id))
            .await?;
        let row = row.ok_or_else(|| Refusal::unknown("区划调整"))?;
        self.require_over(actor, Verb::ManageAreas, row.scope)?;
        let (world, now, today, by) = (self.world(), self.now(), self.today(), actor.clone());
        let restored = self
            .write(move |conn| {
                let drawn = matches!(row.change, Change::Redraw { .. });
                if !drawn || row.state != ChangeState::Applied {
                    let text = "只有已生效的边界调整可以恢复原边界";
                    return Err(Refusal::Conflict(text.into()).into());
                }
                if let Some(area) = form::later(conn, row.id)? {
                    let text = format!(
                        "“{}”的边界后来又调整过，请先恢复后来的那一次",
                        world.tree().full_name(area)
                    );
                    return Err(Refusal::Conflict(text).into());
                }
                let forms = form::before(conn, row.id)?;
                let sentence = format!("恢复 {} 个区域调整前的边界", forms.len());
                let reason = format!("撤销 {} 的调整：{}", row.day, row.sentence);
                let done = (sentence, reason, "restore_boundaries");
                let id = take(conn, &world, (&by, now, today), row.scope, forms, done)?;
                store::area_change::get(conn, id)?
                    .ok_or_else(|| Refusal::unknown("区划调整").into())
            })
            .await?;
        self.reload().await?;
        Ok(restored)
    }
}

fn whole(text: &str) -> FormImport {
    FormImport {
        lines: Vec::new(),
        problems: vec![Problem::new("file", "bad_file", text)],
        written: None,
    }
}

/// Writes boundaries at once, as a change of the tree that took effect.
fn take(
    conn: &mut Conn,
    world: &World,
    (by, now, today): (&Actor, Instant, Day),
    scope: AreaId,
    forms: Vec<NewForm>,
    (sentence, reason, action): (String, String, &'static str),
) -> std::result::Result<i64, Failure> {
    let id = store::fresh_id(conn, "area_change", now)?;
    let signed = Signature {
        account: by.account,
        name: by.name.clone(),
        at: now,
    };
    let named = |(area, _): &(AreaId, _)| Form {
        area: *area,
        body: String::new(),
    };
    let row = ChangeRow {
        id,
        change: Change::Redraw {
            forms: forms.iter().map(named).collect(),
        },
        scope,
        day: today,
        state: ChangeState::Applied,
        sentence,
        reason,
        proposer: signed,
        decider: None,
        ended_at: Some(now),
        outcome: Some(format!("{} 个区域的边界已更新", forms.len())),
    };
    form::kept(conn, &row)?;
    form::redraw(conn, id, today, &forms)?;
    form::place(conn, &outside(world.tree(), &forms))?;
    let drawn = World::read(conn, now).map_err(|e| Refusal::Conflict(e.sentence))?;
    let homes: Vec<AreaId> = world.tree().subtree(scope).map(|a| a.id).collect();
    crate::address::follow(conn, &homes, None, &drawn)?;
    let object = format!("area_change:{id}");
    let line = entry(by, now, action, object, row.sentence);
    store::audit::append(conn, &line)?;
    Ok(id)
}

/// An area with its new boundary as it is stored; none takes the boundary away.
pub(crate) type NewForm = (AreaId, Option<Vec<u8>>);

/// New points for the areas whose point no longer lies in their boundary.
pub(crate) fn outside(tree: &Tree, forms: &[NewForm]) -> Vec<(AreaId, f64, f64)> {
    let moved = |(id, body): &NewForm| {
        let area = tree.get(*id)?;
        let boundary = decode_boundary(body.as_ref()?).ok()?;
        let inside = boundary.contains(atlas::Point::new(area.lon, area.lat));
        let label = boundary.label().filter(|_| !inside)?;
        Some((*id, label.lon, label.lat))
    };
    forms.iter().filter_map(moved).collect()
}

/// What features are matched against.
struct Reading<'a> {
    codes: HashMap<String, Vec<&'a Area>>,
    names: HashMap<&'a str, Vec<&'a Area>>,
    drawn: std::collections::HashSet<AreaId>,
    seen: HashMap<AreaId, usize>,
    world: &'a World,
}

impl<'a> Reading<'a> {
    fn new(
        conn: &mut Conn,
        world: &'a World,
        root: AreaId,
        today: Day,
    ) -> store::driver::Result<Self> {
        let tree = world.tree();
        let mut names: HashMap<&str, Vec<&Area>> = HashMap::new();
        for area in tree.subtree(root).filter(|a| a.valid_on(today)) {
            names.entry(&area.name).or_default().push(area);
        }
        let mut codes: HashMap<String, Vec<&Area>> = HashMap::new();
        for (id, code) in store::area::all_codes(conn, today)? {
            let area = tree.get(id).filter(|a| a.valid_on(today));
            let Some(area) = area.filter(|a| tree.within(a.id, root)) else {
                continue;
            };
            let known = codes.entry(code).or_default();
            if !known.iter().any(|a| a.id == id) {
                known.push(area);
            }
        }
        Ok(Self {
            codes,
            names,
            drawn: store::area::drawn(conn)?,
            seen: HashMap::new(),
            world,
        })
    }

    fn all(mut self, given: Vec<Given>) -> (Vec<FormLine>, Vec<NewForm>) {
        let mut forms = Vec::new();
        let mut lines = Vec::with_capacity(given.len());
        for (i, one) in given.into_iter().enumerate() {
            let (line, boundary) = self.line(i + 1, one);
            if let (Some(area), Some(boundary)) = (line.area, boundary) {
                forms.push((area, Some(encode_boundary(&boundary))));
            }
            lines.push(line);
        }
        (lines, forms)
    }

    fn line(&mut self, nth: usize, given: Given) -> (FormLine, Option<Boundary>) {
        let said = |keys: &[&str], most: usize| {
            let value = keys.iter().find_map(|key| given.properties.get(*key));
            let text = match value {
                Some(serde_json::Value::String(text)) => text.trim().to_owned(),
                Some(serde_json::Value::Number(number)) => number.to_string(),
                _ => String::new(),
            };
            text.chars().take(most).collect::<String>()
        };
        let (code, name) = (
            said(&CODE_KEYS, CODE_CHARS_MAX),
            said(&NAME_KEYS, NAME_CHARS_MAX),
        );
        let mut problems = Vec::new();
        let field = format!("file:{nth}");
        let mut wrong = |code: &str, text: String| {
            problems.push(Problem::new(field.as_str(), code, text));
        };
        let found: &[&Area] = match (code.is_empty(), name.is_empty()) {
            (false, _) => self.codes.get(&code).map_or(&[], Vec::as_slice),
            (true, false) => self.names.get(&*name).map_or(&[], Vec::as_slice),
            (true, true) => &[],
        };
        let mut area = None;
        match found {
            [one] => area = Some(one.id),
            [] if code.is_empty() && name.is_empty() => wrong(
                "unnamed",
                format!("第 {nth} 个图形没有区域的编码或名称，请在属性 code 或 name 里填写"),
            ),
            [] => wrong(
                "unknown_area",
                format!(
                    "第 {nth} 个图形：所选区域里没有{}，请核对",
                    if code.is_empty() {
                        format!("名为“{name}”的区域")
                    } else {
                        format!("编码为“{code}”的区域")
                    }
                ),
            ),
            many => wrong(
                "ambiguous",
                format!(
                    "第 {nth} 个图形：有 {} 个区域符合，请在属性 code 里填写编码",
                    many.len()
                ),
            ),
        }
        if let Some(first) = area.and_then(|id| self.seen.insert(id, nth)) {
            wrong(
                "twice",
                format!(
                    "第 {nth} 个图形与第 {first} 个图形是同一个区域，请删去一个或合成一个多面图形"
                ),
            );
        }
        let boundary = given
            .boundary
            .map_err(|why| wrong("bad_shape", why.to_string()))
            .ok();
        if let (Some(id), Some(boundary)) = (area, &boundary)
            && let Some(far) = self.far(id, boundary)
        {
            wrong("far", format!("第 {nth} 个图形{far}"));
        }
        let line = FormLine {
            nth,
            code,
            name,
            area,
            replaces: area.is_some_and(|id| self.drawn.contains(&id)),
            m2: boundary.as_ref().map_or(0.0, Boundary::area_m2),
            problems,
        };
        (line, boundary)
    }

    /// A boundary that lies far from where the area is known to lie: another place of the same name,
    /// or the wrong coordinate system.
    fn far(&self, id: AreaId, boundary: &Boundary) -> Option<String> {
        const FAR_METRES: f64 = 50_000.0;
        let area = self.world.tree().get(id)?;
        let metres = boundary.metres_from(atlas::Point::new(area.lon, area.lat))?;
        (metres > FAR_METRES).then(|| {
            format!(
                "离“{}”现在的位置有 {:.0} 公里，请核对坐标系和区域",
                area.name,
                metres / 1_000.0
            )
        })
    }
}
