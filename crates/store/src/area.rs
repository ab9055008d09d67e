//! Areas, their codes in other systems and their boundaries (R001, R003, R008).

use civic::area::{Area, Code, Level};
use civic::id::AreaId;
use civic::time::Day;
use std::collections::HashSet;

use crate::driver::{Conn, DbError, Kind, OnConflict, Result, Row, Table, Value};
use crate::rows;

const AREA: Table<'_> = Table {
    name: "area",
    columns: &[
        ("id", Kind::Int),
        ("parent", Kind::Int),
        ("level", Kind::Int),
        ("kind", Kind::Text),
        ("tier", Kind::Int),
        ("exclusive", Kind::Int),
        ("name", Kind::Text),
        ("valid_from", Kind::Int),
        ("valid_to", Kind::Int),
        ("ord", Kind::Int),
        ("population", Kind::Int),
        ("households", Kind::Int),
        ("lon", Kind::Real),
        ("lat", Kind::Real),
    ],
};
const CODE: Table<'_> = Table {
    name: "area_code",
    columns: &[
        ("area", Kind::Int),
        ("system", Kind::Text),
        ("code", Kind::Text),
        ("valid_from", Kind::Int),
        ("valid_to", Kind::Int),
    ],
};
const BOUNDARY: Table<'_> = Table {
    name: "area_boundary",
    columns: &[
        ("area", Kind::Int),
        ("valid_from", Kind::Int),
        ("body", Kind::Bytes),
    ],
};

/// One boundary as it is kept: the body is `atlas::encode_boundary`'s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundaryRow {
    /// Whose.
    pub area: AreaId,
    /// First day on which this form is the valid one.
    pub valid_from: Day,
    /// The encoded rings.
    pub body: Vec<u8>,
}

/// All areas, past and future ones included, in no order.
pub fn load_all(conn: &mut Conn) -> Result<Vec<Area>> {
    let count = conn.query_one("SELECT count(*) FROM area", &[])?.int(0)?;
    let mut areas = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
    conn.for_each(
        "SELECT id, parent, level, kind, tier, exclusive, name, valid_from, valid_to, ord, \
         population, households, lon, lat FROM area",
        &[],
        |row| {
            areas.push(area(row)?);
            Ok(())
        },
    )?;
    Ok(areas)
}

fn area(row: &Row) -> Result<Area> {
    let level = row.int(2)?;
    Ok(Area {
        id: AreaId(row.int(0)?),
        parent: row.opt_int(1)?.map(AreaId),
        level: Level::from_number(level)
            .ok_or_else(|| DbError::Other(format!("area.level: no level {level}")))?,
        kind: row.text(3)?.into(),
        tier: row.number(4)?,
        exclusive: row.bool(5)?,
        name: row.text(6)?.into(),
        valid_from: Day(row.int(7)?),
        valid_to: row.opt_int(8)?.map(Day),
        ord: row.int(9)?,
        population: row.int(10)?,
        households: row.int(11)?,
        lon: row.real(12)?,
        lat: row.real(13)?,
    })
}

/// Adds areas; one that exists already fails the set.
pub fn insert_many(conn: &mut Conn, areas: &[Area]) -> Result<u64> {
    rows::insert(conn, &AREA, areas, OnConflict::Error, |a| {
        vec![
            a.id.0.into(),
            a.parent.map(|p| p.0).into(),
            (a.level as u8).into(),
            (&*a.kind).into(),
            a.tier.into(),
            a.exclusive.into(),
            (&*a.name).into(),
            a.valid_from.0.into(),
            a.valid_to.map(|d| d.0).into(),
            a.ord.into(),
            a.population.into(),
            a.households.into(),
            a.lon.into(),
            a.lat.into(),
        ]
    })
}

/// Adds codes; the same code of the same system from the same day fails the set.
pub fn insert_codes(conn: &mut Conn, codes: &[Code]) -> Result<u64> {
    rows::insert(conn, &CODE, codes, OnConflict::Error, |c| {
        vec![
            c.area.0.into(),
            (&c.system).into(),
            (&c.code).into(),
            c.valid_from.0.into(),
            c.valid_to.map(|d| d.0).into(),
        ]
    })
}

const CODES: &str = "SELECT area, system, code, valid_from, valid_to FROM area_code";

fn code(row: &Row) -> Result<Code> {
    Ok(Code {
        area: AreaId(row.int(0)?),
        system: row.string(1)?,
        code: row.string(2)?,
        valid_from: Day(row.int(3)?),
        valid_to: row.opt_int(4)?.map(Day),
    })
}

/// The codes of one system that have no end yet: area and code.
pub fn codes_of(conn: &mut Conn, system: &str) -> Result<Vec<(AreaId, String)>> {
    let mut codes = Vec::new();
    conn.for_each(
        "SELECT area, code FROM area_code WHERE system = $1 AND valid_to IS NULL",
        &[system.into()],
        |row| {
            codes.push((AreaId(row.int(0)?), row.string(1)?));
            Ok(())
        },
    )?;
    Ok(codes)
}

/// The codes of all systems that are valid on `on`: area and code.
pub fn all_codes(conn: &mut Conn, on: Day) -> Result<Vec<(AreaId, String)>> {
    let mut codes = Vec::new();
    conn.for_each(
        "SELECT area, code FROM area_code WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)",
        &[on.0.into()],
        |row| {
            codes.push((AreaId(row.int(0)?), row.string(1)?));
            Ok(())
        },
    )?;
    Ok(codes)
}

/// The codes of one area that are valid on `on`, by system.
pub fn codes_of_area(conn: &mut Conn, area: AreaId, on: Day) -> Result<Vec<Code>> {
    let sql = format!(
        "{CODES} WHERE area = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) \
         ORDER BY system, code"
    );
    conn.query(&sql, &[area.0.into(), on.0.into()])?
        .iter()
        .map(code)
        .collect()
}

/// The area that bore this code of this system on `on`.
pub fn by_code(conn: &mut Conn, system: &str, value: &str, on: Day) -> Result<Option<AreaId>> {
    let row = conn.query_opt(
        "SELECT area FROM area_code WHERE system = $1 AND code = $2 AND valid_from <= $3 \
         AND (valid_to IS NULL OR valid_to > $3) ORDER BY valid_from DESC LIMIT 1",
        &[system.into(), value.into(), on.0.into()],
    )?;
    row.map(|r| r.int(0).map(AreaId)).transpose()
}

/// Adds boundaries; a second form of an area from the same day replaces the first.
pub fn put_boundaries(conn: &mut Conn, boundaries: &[BoundaryRow]) -> Result<u64> {
    let conflict = OnConflict::Replace {
        key: &["area", "valid_from"],
        set: &["body"],
    };
    rows::insert(conn, &BOUNDARY, boundaries, conflict, |b| {
        vec![
            b.area.0.into(),
            b.valid_from.0.into(),
            b.body.clone().into(),
        ]
    })
}

/// The newest form of each area. A new form is entered on the day from which it holds; older forms
/// stay for looking back.
const FORMS: &str = "SELECT area, body FROM area_boundary b WHERE NOT EXISTS \
    (SELECT 1 FROM area_boundary later WHERE later.area = b.area AND later.valid_from > b.valid_from)";

/// Streams the boundaries in force: area and encoded form, in no order.
pub fn for_each_boundary(
    conn: &mut Conn,
    mut each: impl FnMut(AreaId, &[u8]) -> Result<()>,
) -> Result<()> {
    conn.for_each(FORMS, &[], |row| each(AreaId(row.int(0)?), row.bytes(1)?))
}

/// The areas that have a boundary.
pub fn drawn(conn: &mut Conn) -> Result<HashSet<AreaId>> {
    let mut found = HashSet::new();
    conn.for_each("SELECT DISTINCT area FROM area_boundary", &[], |row| {
        found.insert(AreaId(row.int(0)?));
        Ok(())
    })?;
    Ok(found)
}

/// The boundaries in force of some areas; areas without one are left out.
pub fn boundaries_of(conn: &mut Conn, areas: &[AreaId]) -> Result<Vec<(AreaId, Vec<u8>)>> {
    let ids: Vec<i64> = areas.iter().map(|a| a.0).collect();
    conn.query(
        &format!("{FORMS} AND b.area = ANY($1)"),
        &[Value::Ints(ids)],
    )?
    .iter()
    .map(|row| Ok((AreaId(row.int(0)?), row.bytes(1)?.to_vec())))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    fn area(id: i64, parent: Option<i64>, level: Level) -> Area {
        Area {
            id: AreaId(id),
            parent: parent.map(AreaId),
            level,
            kind: level.code().into(),
            tier: 0,
            exclusive: id % 2 == 0,
            name: format!("区域{id}").into(),
            valid_from: Day(20_000),
            valid_to: (id == 3).then_some(Day(20_100)),
            ord: id,
            population: 120,
            households: 40,
            lon: 119.0 + id as f64 / 1e5,
            lat: 25.4,
        }
    }

    on_both! {
        fn areas_come_back_as_they_were_written(conn: &mut Conn) {
            prepare(conn);
            let areas = [area(1, None, Level::City), area(2, Some(1), Level::County), area(3, Some(2), Level::Town)];
            assert_eq!(insert_many(conn, &areas).unwrap(), 3);
            let mut back = load_all(conn).unwrap();
            back.sort_by_key(|a| a.id);
            assert_eq!(back, areas);
            assert!(insert_many(conn, &areas[..1]).is_err(), "an id is given once");
            assert_eq!(load_all(conn).unwrap().len(), 3);
        }

        fn more_areas_than_a_chunk_are_written_all_or_none(conn: &mut Conn) {
            prepare(conn);
            let mut areas: Vec<_> = (1..=9_000).map(|i| area(i, None, Level::City)).collect();
            areas.push(area(1, None, Level::City));
            assert!(insert_many(conn, &areas).is_err());
            assert!(load_all(conn).unwrap().is_empty(), "the first chunks are undone too");
            areas.pop();
            assert_eq!(insert_many(conn, &areas).unwrap(), 9_000);
        }

        fn a_code_leads_to_the_area_that_bore_it_on_that_day(conn: &mut Conn) {
            prepare(conn);
            let code = |area: i64, from: i64, to: Option<i64>| Code {
                area: AreaId(area), system: "stat".into(), code: "350302001".into(),
                valid_from: Day(from), valid_to: to.map(Day),
            };
            insert_codes(conn, &[code(7, 100, Some(200)), code(8, 200, None)]).unwrap();
            for (day, found) in [(99, None), (100, Some(7)), (199, Some(7)), (200, Some(8)), (900, Some(8))] {
                let area = by_code(conn, "stat", "350302001", Day(day)).unwrap();
                assert_eq!(area, found.map(AreaId), "on day {day}");
            }
            assert_eq!(codes_of_area(conn, AreaId(7), Day(150)).unwrap(), [code(7, 100, Some(200))]);
            assert_eq!(codes_of(conn, "stat").unwrap(), [(AreaId(8), "350302001".to_owned())]);
            assert!(codes_of_area(conn, AreaId(7), Day(200)).unwrap().is_empty());
        }

        fn the_boundary_in_force_is_the_newest_form(conn: &mut Conn) {
            prepare(conn);
            let form = |area: i64, from: i64, body: &[u8]| BoundaryRow { area: AreaId(area), valid_from: Day(from), body: body.to_vec() };
            put_boundaries(conn, &[form(1, 20, b"new"), form(1, 10, b"old"), form(2, 10, b"two")]).unwrap();
            put_boundaries(conn, &[form(2, 10, b"mended")]).unwrap();
            let mut all = Vec::new();
            for_each_boundary(conn, |area, body| { all.push((area.0, body.to_vec())); Ok(()) }).unwrap();
            all.sort();
            assert_eq!(all, [(1, b"new".to_vec()), (2, b"mended".to_vec())]);
            assert_eq!(boundaries_of(conn, &[AreaId(1), AreaId(99)]).unwrap(), [(AreaId(1), b"new".to_vec())]);
        }
    }
}
