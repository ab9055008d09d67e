//! Sheets of addresses and of households (R009): read line by line, so that memory stays flat however
//! long they are; tried first, then taken as a whole.

use super::located;
use crate::identity::entry;
use crate::{Office, Result, World};
use civic::address::{
    ADDRESS_COLUMNS, Address, AddressLine, HOUSEHOLD_COLUMNS, Household, HouseholdLine,
};
use civic::area::{Level, Path};
use civic::directory::Actor;
use civic::id::{AddressId, AreaId, Mint};
use civic::limits::ADDRESS_ROWS_MAX;
use civic::problem::Problem;
use civic::rights::Verb;
use civic::sheet::{self, Row};
use civic::time::{Day, Instant};
use std::collections::{HashMap, HashSet};
use store::driver::Conn;

/// Lines judged and written at a time.
const CHUNK: usize = 2_000;
/// Wrong lines of which an answer says what is wrong; the sheet that is given back has as many.
const WRONG_MAX: usize = 2_000;

/// Which list a sheet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    /// Standard addresses.
    Addresses,
    /// Households.
    Households,
}

impl Sheet {
    fn file(self) -> &'static str {
        match self {
            Self::Addresses => "addresses.csv",
            Self::Households => "households.csv",
        }
    }
    fn word(self) -> &'static str {
        match self {
            Self::Addresses => "标准地址",
            Self::Households => "户",
        }
    }
}

/// What an import found or did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegisterImport {
    /// Lines read.
    pub rows: usize,
    /// Lines that are new.
    pub new: usize,
    /// Lines that are known, and are brought up to date.
    pub known: usize,
    /// Addresses that lie in no unit; households without an address.
    pub nowhere: usize,
    /// Addresses whose point lies in another unit than the stated one.
    pub elsewhere: usize,
    /// Wrong lines.
    pub wrong: usize,
    /// What is wrong, by line; of the first wrong lines.
    pub problems: Vec<Problem>,
    /// The same by line, for the sheet that is given back.
    pub reasons: HashMap<u64, String>,
    /// Whether it was written.
    pub written: bool,
}

impl RegisterImport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty() && self.wrong == 0
    }

    fn wrong(&mut self, line: u64, problems: Vec<Problem>) {
        self.wrong += 1;
        if self.wrong <= WRONG_MAX {
            let all: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
            self.reasons.insert(line, all.join("；"));
            self.problems.extend(problems);
        }
    }
}

impl Office {
    /// Imports addresses or households of `area`. Writes only where `apply` is set and nothing at all
    /// is wrong.
    ///
    /// # Errors
    /// `Denied` outside the actor's area.
    pub async fn import_register(
        &self,
        actor: &Actor,
        area: AreaId,
        sheet: Sheet,
        text: String,
        apply: bool,
    ) -> Result<RegisterImport> {
        self.require_over(actor, Verb::KeepAddresses, area)
            .or_else(|_| self.require_over(actor, Verb::ManageAreas, area))?;
        let (world, now, today, by) = (self.world(), self.now(), self.today(), actor.clone());
        let text = std::sync::Arc::new(text);
        let (tried, known) = (std::sync::Arc::clone(&text), self.world());
        let name = actor.name.clone();
        // Judged beside the others' work; only what fits stops them, while it is written.
        let found = self
            .read(move |conn| {
                let mut reading = Reading::new(conn, &known, area, (today, now), &name)?;
                reading.all(conn, sheet, &tried, false)?;
                Ok(reading.found)
            })
            .await?;
        if !apply || !found.is_clean() {
            return Ok(found);
        }
        self.write(move |conn| {
            let mut reading = Reading::new(conn, &world, area, (today, now), &by.name)?;
            reading.all(conn, sheet, &text, true)?;
            let mut found = reading.found;
            if !found.is_clean() {
                // Somebody else took one of the codes meanwhile; nothing of this stays.
                let problems = std::mem::take(&mut found.problems);
                return Err(civic::refusal::Refusal::Invalid(problems).into());
            }
            let detail = format!(
                "导入{} {} 行：新增 {}，更新 {}",
                sheet.word(),
                found.rows,
                found.new,
                found.known
            );
            let object = format!("area:{area}");
            let line = entry(&by, now, "import_addresses", object, detail);
            store::audit::append(conn, &line)?;
            found.written = true;
            Ok(found)
        })
        .await
    }
}

/// What lines are judged against, and what came of them.
struct Reading<'a> {
    world: &'a World,
    root: AreaId,
    now: Instant,
    by: &'a str,
    units: HashMap<String, AreaId>,
    communities: HashMap<String, AreaId>,
    /// Keys of the lines before, with their lines.
    seen: HashMap<String, u64>,
    mint: Mint,
    found: RegisterImport,
}

impl<'a> Reading<'a> {
    fn new(
        conn: &mut Conn,
        world: &'a World,
        root: AreaId,
        (today, now): (Day, Instant),
        by: &'a str,
    ) -> store::driver::Result<Self> {
        let tree = world.tree();
        let mut coded = |system: &str, level: Level| {
            let codes = store::area::codes_of(conn, system)?.into_iter();
            let here = |id: &AreaId| {
                let area = tree.get(*id);
                area.is_some_and(|a| a.level == level && a.valid_on(today))
                    && tree.within(*id, root)
            };
            let kept = codes.filter(|(id, _)| here(id));
            Ok::<_, store::driver::DbError>(kept.map(|(id, code)| (code, id)).collect())
        };
        let (units, communities) = (
            coded("grid", Level::Unit)?,
            coded("stat", Level::Community)?,
        );
        let last = store::fresh_id(conn, "address", now)?;
        Ok(Self {
            world,
            root,
            now,
            by,
            units,
            communities,
            seen: HashMap::new(),
            mint: Mint::new(store::SHARD as u16, last),
            found: RegisterImport::default(),
        })
    }

    fn all(
        &mut self,
        conn: &mut Conn,
        sheet: Sheet,
        text: &str,
        apply: bool,
    ) -> store::driver::Result<()> {
        let columns = match sheet {
            Sheet::Addresses => ADDRESS_COLUMNS,
            Sheet::Households => HOUSEHOLD_COLUMNS,
        };
        let mut chunk: Vec<Row> = Vec::with_capacity(CHUNK);
        let mut failed = None;
        let mut problems = sheet::scan(sheet.file(), text.as_bytes(), columns, |row| {
            self.found.rows += 1;
            if failed.is_some() || self.found.rows > ADDRESS_ROWS_MAX {
                return;
            }
            chunk.push(row);
            if chunk.len() == CHUNK {
                failed = self.chunk(conn, sheet, &chunk, apply).err();
                chunk.clear();
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
        self.chunk(conn, sheet, &chunk, apply)?;
        if self.found.rows > ADDRESS_ROWS_MAX {
            let text = format!("一次最多导入 {ADDRESS_ROWS_MAX} 行，请分批导入");
            problems.push(Problem::new(sheet.file(), "rows", text));
        }
        problems.truncate(WRONG_MAX);
        self.found.problems.splice(0..0, problems);
        Ok(())
    }

    fn chunk(
        &mut self,
        conn: &mut Conn,
        sheet: Sheet,
        rows: &[Row],
        apply: bool,
    ) -> store::driver::Result<()> {
        match sheet {
            Sheet::Addresses => self.addresses(conn, rows, apply),
            Sheet::Households => self.households(conn, rows, apply),
        }
    }

    fn addresses(
        &mut self,
        conn: &mut Conn,
        rows: &[Row],
        apply: bool,
    ) -> store::driver::Result<()> {
        let codes = rows.iter().map(|r| r.cell("code").to_owned()).collect();
        let known = store::address::by_codes(conn, codes)?;
        let mut taken: Vec<(Address, Path)> = Vec::new();
        for row in rows {
            let line = match AddressLine::read(row) {
                Ok(line) => line,
                Err(problems) => {
                    self.found.wrong(row.line, problems);
                    continue;
                }
            };
            let before = known.get(&line.code).copied();
            match self.place(row, &line, before.map(|(_, area)| area)) {
                Err(problems) => self.found.wrong(row.line, problems),
                Ok((area, stated)) => {
                    let path = self.world.tree().path(area);
                    self.found.new += usize::from(before.is_none());
                    self.found.known += usize::from(before.is_some());
                    self.found.nowhere += usize::from(path.at(Level::Unit).is_none());
                    let lies = line.point.and_then(|p| located(self.world, p));
                    self.found.elsewhere +=
                        usize::from(stated && line.point.is_some() && lies != Some(area));
                    let id = match before {
                        Some((id, _)) => id,
                        None => AddressId(self.mint.next(self.now.0)),
                    };
                    let address = Address {
                        id,
                        code: line.code,
                        parent: line.parent,
                        area,
                        stated,
                        parts: line.parts,
                        aliases: line.aliases,
                        status: line.status,
                        point: line.point,
                        changed_at: self.now,
                        changed_by: self.by.to_owned(),
                    };
                    if apply {
                        taken.push((address, path));
                    }
                }
            }
        }
        store::address::put_many(conn, &taken)?;
        let moved: Vec<(AddressId, AreaId, Path)> = taken
            .into_iter()
            .filter(|(a, _)| {
                known
                    .get(&a.code)
                    .is_some_and(|(_, before)| *before != a.area)
            })
            .map(|(a, path)| (a.id, a.area, path))
            .collect();
        store::address::place(conn, &moved)
    }

    /// The area of an address, and whether the sheet states it.
    fn place(
        &mut self,
        row: &Row,
        line: &AddressLine,
        before: Option<AreaId>,
    ) -> std::result::Result<(AreaId, bool), Vec<Problem>> {
        let tree = self.world.tree();
        let mut problems = Vec::new();
        let mut wrong = |column: &str, text: String| {
            problems.push(row.problem(column, "bad_value", &text));
        };
        if let Some(first) = self.seen.insert(line.code.clone(), row.line) {
            let text = format!("“{}”在第 {first} 行已经出现，请删去一行", line.code);
            wrong("code", text);
        }
        if before.is_some_and(|area| !tree.within(area, self.root)) {
            let text = format!("“{}”已在所选区域之外登记，请核对编码", line.code);
            wrong("code", text);
        }
        let stated = self.units.get(&line.unit).copied();
        if stated.is_none() && !line.unit.is_empty() {
            let text = format!("所选区域里没有编码为“{}”的治理单元，请核对", line.unit);
            wrong("unit", text);
        }
        let community = self.communities.get(&line.community).copied();
        if community.is_none() && !line.community.is_empty() {
            let text = format!("所选区域里没有统计编码为“{}”的村居，请核对", line.community);
            wrong("community", text);
        }
        let lies = line.point.and_then(|p| located(self.world, p));
        let unit = stated.or(lies);
        if let Some(unit) = unit {
            let name = tree.full_name(unit);
            if !tree.within(unit, self.root) {
                wrong("lon", format!("坐标落在所选区域之外的“{name}”，请核对"));
            } else if community.is_some_and(|c| !tree.within(unit, c)) {
                let text = format!("“{name}”不属于所填村居，请核对坐标、单元和村居");
                wrong("community", text);
            }
        }
        match problems.is_empty() {
            true => Ok((unit.or(community).unwrap_or(self.root), stated.is_some())),
            false => Err(problems),
        }
    }

    fn households(
        &mut self,
        conn: &mut Conn,
        rows: &[Row],
        apply: bool,
    ) -> store::driver::Result<()> {
        let codes = rows.iter().map(|r| r.cell("address").to_owned()).collect();
        let addresses = store::address::by_codes(conn, codes)?;
        let numbers = rows.iter().map(|r| r.cell("no").to_owned()).collect();
        let known: HashSet<(String, i64)> = store::address::households_of(conn, numbers)?;
        let mut taken: Vec<(Household, Path)> = Vec::new();
        let mut housed: Vec<String> = Vec::new();
        let tree = self.world.tree();
        for row in rows {
            let line = match HouseholdLine::read(row) {
                Ok(line) => line,
                Err(problems) => {
                    self.found.wrong(row.line, problems);
                    continue;
                }
            };
            let mut problems = Vec::new();
            let mut wrong = |column: &str, text: String| {
                problems.push(row.problem(column, "bad_value", &text));
            };
            let key = format!("{}\n{}", line.no, line.address);
            if let Some(first) = self.seen.insert(key, row.line) {
                wrong("no", format!("与第 {first} 行是同一户，请删去一行"));
            }
            let address = addresses
                .get(&line.address)
                .filter(|(_, area)| tree.within(*area, self.root));
            let community = self.communities.get(&line.community).copied();
            if address.is_none() && !line.address.is_empty() {
                let text = format!(
                    "所选区域里没有编码为“{}”的标准地址，请先导入地址",
                    line.address
                );
                wrong("address", text);
            } else if address.is_none() && community.is_none() {
                let text = "没有地址的户要填写所选区域里村居的统计编码".to_owned();
                wrong("community", text);
            }
            if !problems.is_empty() {
                self.found.wrong(row.line, problems);
                continue;
            }
            let area = address.map(|(_, area)| *area).or(community);
            let household = Household {
                no: line.no,
                address: address.map(|(id, _)| *id),
                area: area.unwrap_or(self.root),
                people: line.people,
            };
            let at = household.address.map_or(0, |a| a.0);
            let is_known = known.contains(&(household.no.clone(), at));
            self.found.known += usize::from(is_known);
            self.found.new += usize::from(!is_known);
            self.found.nowhere += usize::from(household.address.is_none());
            if apply {
                if household.address.is_some() {
                    housed.push(household.no.clone());
                }
                let path = tree.path(household.area);
                taken.push((household, path));
            }
        }
        store::address::put_households(conn, &taken)?;
        match housed.is_empty() {
            true => Ok(()),
            false => store::address::drop_homeless(conn, housed),
        }
    }
}
