//! Standard addresses and households (R009).

use civic::address::{Address, Household, Parts, Status, levels};
use civic::area::{Level, Path};
use civic::id::{AddressId, AreaId};
use civic::time::Instant;
use std::collections::{HashMap, HashSet};

use crate::driver::{Conn, DbError, Kind, OnConflict, Result, Row, Table, Value};
use crate::rows;

const ADDRESS: Table<'_> = Table {
    name: "address",
    columns: &[
        ("id", Kind::Int),
        ("code", Kind::Text),
        ("parent", Kind::Text),
        ("area", Kind::Int),
        ("stated", Kind::Int),
        ("county", Kind::Int),
        ("town", Kind::Int),
        ("community", Kind::Int),
        ("unit", Kind::Int),
        ("street", Kind::Text),
        ("door", Kind::Text),
        ("estate", Kind::Text),
        ("building", Kind::Text),
        ("stairwell", Kind::Text),
        ("floor", Kind::Text),
        ("room", Kind::Text),
        ("place", Kind::Text),
        ("body", Kind::Text),
        ("aliases", Kind::Text),
        ("status", Kind::Text),
        ("lon", Kind::Real),
        ("lat", Kind::Real),
        ("changed_at", Kind::Int),
        ("changed_by", Kind::Text),
    ],
};
const HOUSEHOLD: Table<'_> = Table {
    name: "household",
    columns: &[
        ("no", Kind::Text),
        ("address", Kind::Int),
        ("area", Kind::Int),
        ("county", Kind::Int),
        ("town", Kind::Int),
        ("community", Kind::Int),
        ("unit", Kind::Int),
        ("people", Kind::Int),
    ],
};
const COLUMNS: &str = "a.id, a.code, a.parent, a.area, a.stated, a.street, a.door, a.estate, a.building, \
    a.stairwell, a.floor, a.room, a.aliases, a.status, a.lon, a.lat, a.changed_at, a.changed_by";

fn address(row: &Row) -> Result<Address> {
    let status = row.text(13)?;
    Ok(Address {
        id: AddressId(row.int(0)?),
        code: row.string(1)?,
        parent: row.string(2)?,
        area: AreaId(row.int(3)?),
        stated: row.bool(4)?,
        parts: Parts {
            street: row.string(5)?,
            door: row.string(6)?,
            estate: row.string(7)?,
            building: row.string(8)?,
            stairwell: row.string(9)?,
            floor: row.string(10)?,
            room: row.string(11)?,
        },
        aliases: row.string(12)?,
        status: Status::parse(status)
            .ok_or_else(|| DbError::Other(format!("address.status: no status {status}")))?,
        point: row.opt_real(14)?.zip(row.opt_real(15)?),
        changed_at: Instant(row.int(16)?),
        changed_by: row.string(17)?,
    })
}

/// Which rows lie in an area: the column and its value; the city has all.
fn within(level: Level) -> &'static str {
    match level {
        Level::City => "0",
        Level::County => "county",
        Level::Town => "town",
        Level::Community => "community",
        // Grids are asked unit by unit.
        Level::Grid | Level::Unit => "unit",
    }
}

/// A part of the tree as rows are kept by it: its level, and its areas; a grid as its units.
#[derive(Debug, Clone)]
pub struct Within {
    /// The level of the areas.
    pub level: Level,
    /// The areas.
    pub areas: Vec<AreaId>,
}

impl Within {
    fn condition(&self, alias: &str) -> String {
        match self.level {
            // Every statement takes the same list; the city has all.
            Level::City => format!("({alias}county = ANY($1) OR 1 = 1)"),
            level => format!("{alias}{} = ANY($1)", within(level)),
        }
    }
    fn ids(&self) -> Value {
        Value::Ints(self.areas.iter().map(|a| a.0).collect())
    }
}

/// Adds addresses, each with the path of its area; one whose code is known takes the new words and
/// keeps its id.
pub fn put_many(conn: &mut Conn, all: &[(Address, Path)]) -> Result<u64> {
    let known = OnConflict::Replace {
        key: &["code"],
        set: &[
            "parent",
            "area",
            "stated",
            "county",
            "town",
            "community",
            "unit",
            "street",
            "door",
            "estate",
            "building",
            "stairwell",
            "floor",
            "room",
            "place",
            "body",
            "aliases",
            "status",
            "lon",
            "lat",
            "changed_at",
            "changed_by",
        ],
    };
    rows::insert(conn, &ADDRESS, all, known, |(a, path)| {
        let [county, town, community, unit] = levels(path);
        let p = &a.parts;
        vec![
            a.id.0.into(),
            (&a.code).into(),
            (&a.parent).into(),
            a.area.0.into(),
            a.stated.into(),
            county.into(),
            town.into(),
            community.into(),
            unit.into(),
            (&p.street).into(),
            (&p.door).into(),
            (&p.estate).into(),
            (&p.building).into(),
            (&p.stairwell).into(),
            (&p.floor).into(),
            (&p.room).into(),
            p.place().into(),
            p.text().into(),
            (&a.aliases).into(),
            a.status.code().into(),
            a.point.map(|(lon, _)| lon).into(),
            a.point.map(|(_, lat)| lat).into(),
            a.changed_at.0.into(),
            (&a.changed_by).into(),
        ]
    })
}

/// Adds households with the paths of their areas; one known at this address takes the new count.
pub fn put_households(conn: &mut Conn, all: &[(Household, Path)]) -> Result<u64> {
    let known = OnConflict::Replace {
        key: &["no", "address"],
        set: &["area", "county", "town", "community", "unit", "people"],
    };
    rows::insert(conn, &HOUSEHOLD, all, known, |(h, path)| {
        let [county, town, community, unit] = levels(path);
        vec![
            (&h.no).into(),
            h.address.map_or(0, |a| a.0).into(),
            h.area.0.into(),
            county.into(),
            town.into(),
            community.into(),
            unit.into(),
            h.people.into(),
        ]
    })
}

/// Households that have an address now are at no nowhere any more: the rows of these numbers without
/// an address go.
pub fn drop_homeless(conn: &mut Conn, numbers: Vec<String>) -> Result<()> {
    let sql = "DELETE FROM household WHERE address = 0 AND no = ANY($1)";
    conn.exec(sql, &[Value::Texts(numbers)])?;
    Ok(())
}

/// The ids and areas of these codes.
pub fn by_codes(
    conn: &mut Conn,
    codes: Vec<String>,
) -> Result<HashMap<String, (AddressId, AreaId)>> {
    let sql = "SELECT code, id, area FROM address WHERE code = ANY($1)";
    let mut found = HashMap::new();
    conn.for_each(sql, &[Value::Texts(codes)], |row| {
        found.insert(
            row.string(0)?,
            (AddressId(row.int(1)?), AreaId(row.int(2)?)),
        );
        Ok(())
    })?;
    Ok(found)
}

/// Which of these numbers of households are known, with the id of their address; 0 for none.
pub fn households_of(conn: &mut Conn, numbers: Vec<String>) -> Result<HashSet<(String, i64)>> {
    let sql = "SELECT no, address FROM household WHERE no = ANY($1)";
    let mut found = HashSet::new();
    conn.for_each(sql, &[Value::Texts(numbers)], |row| {
        found.insert((row.string(0)?, row.int(1)?));
        Ok(())
    })?;
    Ok(found)
}

/// One address.
pub fn get(conn: &mut Conn, id: AddressId) -> Result<Option<Address>> {
    let sql = format!("SELECT {COLUMNS} FROM address a WHERE a.id = $1");
    let row = conn.query_opt(&sql, &[id.0.into()])?;
    row.as_ref().map(address).transpose()
}

/// Addresses in a part of the tree that hold all the words, oldest first after `after`.
pub fn page(
    conn: &mut Conn,
    within: &Within,
    words: &[String],
    status: Option<Status>,
    after: Option<AddressId>,
    limit: usize,
) -> Result<Vec<Address>> {
    let mut params = vec![
        within.ids(),
        after.map_or(0, |a| a.0).into(),
        (limit as i64).into(),
    ];
    let mut wheres = vec![within.condition("a."), "a.id > $2".to_owned()];
    if let Some(status) = status {
        params.push(status.code().into());
        wheres.push(format!("a.status = ${}", params.len()));
    }
    for word in words {
        params.push(pattern(word).into());
        let n = params.len();
        wheres.push(format!(
            "(a.body LIKE ${n} ESCAPE '!' OR a.aliases LIKE ${n} ESCAPE '!' OR a.code LIKE ${n} ESCAPE '!')"
        ));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM address a WHERE {} ORDER BY a.id LIMIT $3",
        wheres.join(" AND ")
    );
    conn.query(&sql, &params)?.iter().map(address).collect()
}

fn pattern(word: &str) -> String {
    let plain = word
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    format!("%{plain}%")
}

/// Valid addresses down to the building that hold all the words, each with its unit: what a place
/// search shows to anybody.
pub fn places(conn: &mut Conn, words: &[String], limit: usize) -> Result<Vec<(String, AreaId)>> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut params = vec![(limit as i64).into()];
    let mut wheres = vec!["status = 'valid' AND unit > 0".to_owned()];
    for word in words {
        params.push(pattern(word).into());
        wheres.push(format!("place LIKE ${} ESCAPE '!'", params.len()));
    }
    let sql = format!(
        "SELECT place, area FROM address WHERE {} GROUP BY place, area ORDER BY place, area LIMIT $1",
        wheres.join(" AND ")
    );
    conn.query(&sql, &params)?
        .iter()
        .map(|row| Ok((row.string(0)?, AreaId(row.int(1)?))))
        .collect()
}

/// Where the valid address with this code lies, in words down to the building, and its area: what
/// anybody is shown who has the code.
pub fn place_of(conn: &mut Conn, code: &str) -> Result<Option<(String, AreaId)>> {
    let sql = "SELECT place, area FROM address WHERE code = $1 AND status = 'valid'";
    conn.query_opt(sql, &[code.into()])?
        .map(|row| Ok((row.string(0)?, AreaId(row.int(1)?))))
        .transpose()
}

/// How much there is in a part of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Addresses that are not abolished.
    pub addresses: i64,
    /// Households.
    pub households: i64,
    /// People of them.
    pub people: i64,
}

/// How much there is in a part of the tree.
pub fn sums(conn: &mut Conn, within: &Within) -> Result<Sums> {
    let ids = [within.ids()];
    let sql = format!(
        "SELECT count(*) FROM address a WHERE {} AND a.status <> 'abolished'",
        within.condition("a.")
    );
    let addresses = conn.query_one(&sql, &ids)?.int(0)?;
    let sql = format!(
        "SELECT count(DISTINCT h.no), CAST(COALESCE(sum(h.people), 0) AS BIGINT) FROM household h WHERE {}",
        within.condition("h.")
    );
    let row = conn.query_one(&sql, &ids)?;
    Ok(Sums {
        addresses,
        households: row.int(0)?,
        people: row.int(1)?,
    })
}

/// Every valid address of a part of the tree: id, code, text, area, whether it lies in a unit, point.
pub fn for_each_valid(
    conn: &mut Conn,
    within: &Within,
    mut each: impl FnMut(&str, &str, AreaId, bool, Option<(f64, f64)>) -> Result<()>,
) -> Result<()> {
    let sql = format!(
        "SELECT a.code, a.body, a.area, a.unit, a.lon, a.lat FROM address a \
         WHERE {} AND a.status = 'valid'",
        within.condition("a.")
    );
    conn.for_each(&sql, &[within.ids()], |row| {
        let point = row.opt_real(4)?.zip(row.opt_real(5)?);
        each(
            row.text(0)?,
            row.text(1)?,
            AreaId(row.int(2)?),
            row.int(3)? > 0,
            point,
        )
    })
}

/// Addresses of a part of the tree that are there twice in their county: area, code, text.
pub fn twice(conn: &mut Conn, within: &Within) -> Result<Vec<(AreaId, String, String)>> {
    let sql = format!(
        "SELECT a.area, a.code, a.body FROM address a WHERE {} AND a.status <> 'abolished' AND EXISTS \
         (SELECT 1 FROM address o WHERE o.body = a.body AND o.county = a.county AND o.id <> a.id \
         AND o.status <> 'abolished') ORDER BY a.body, a.code",
        within.condition("a.")
    );
    conn.query(&sql, &[within.ids()])?
        .iter()
        .map(|row| Ok((AreaId(row.int(0)?), row.string(1)?, row.string(2)?)))
        .collect()
}

/// Households of a part of the tree without an address, or whose address was abolished: area, number.
pub fn homeless(conn: &mut Conn, within: &Within) -> Result<Vec<(AreaId, String)>> {
    let sql = format!(
        "SELECT h.area, h.no FROM household h WHERE {} AND NOT EXISTS \
         (SELECT 1 FROM address a WHERE a.id = h.address AND a.status <> 'abolished') ORDER BY h.no",
        within.condition("h.")
    );
    conn.query(&sql, &[within.ids()])?
        .iter()
        .map(|row| Ok((AreaId(row.int(0)?), row.string(1)?)))
        .collect()
}

/// Households of a part of the tree that are at several addresses: area, number, the address here.
pub fn scattered(conn: &mut Conn, within: &Within) -> Result<Vec<(AreaId, String, String)>> {
    let sql = format!(
        "SELECT h.area, h.no, a.body FROM household h JOIN address a ON a.id = h.address WHERE {} \
         AND EXISTS (SELECT 1 FROM household o WHERE o.no = h.no AND o.address <> h.address \
         AND o.address > 0 AND o.county = h.county) ORDER BY h.no, a.body",
        within.condition("h.")
    );
    conn.query(&sql, &[within.ids()])?
        .iter()
        .map(|row| Ok((AreaId(row.int(0)?), row.string(1)?, row.string(2)?)))
        .collect()
}

/// The addresses kept in these areas, for putting them elsewhere.
pub fn of_areas(conn: &mut Conn, areas: &[AreaId]) -> Result<Vec<Address>> {
    let ids: Vec<i64> = areas.iter().map(|a| a.0).collect();
    let sql = format!("SELECT {COLUMNS} FROM address a WHERE a.area = ANY($1) ORDER BY a.id");
    conn.query(&sql, &[Value::Ints(ids)])?
        .iter()
        .map(address)
        .collect()
}

/// How many addresses and households are kept in these areas.
pub fn count_of_areas(conn: &mut Conn, areas: &[AreaId]) -> Result<(i64, i64)> {
    let ids = Value::Ints(areas.iter().map(|a| a.0).collect());
    let sql = "SELECT (SELECT count(*) FROM address WHERE area = ANY($1)), \
        (SELECT count(*) FROM household WHERE area = ANY($1))";
    let row = conn.query_one(sql, &[ids])?;
    Ok((row.int(0)?, row.int(1)?))
}

/// Puts addresses into other areas; their households go with them.
pub fn place(conn: &mut Conn, all: &[(AddressId, AreaId, Path)]) -> Result<()> {
    let row = |(id, area, path): &(AddressId, AreaId, Path)| {
        let [county, town, community, unit] = levels(path);
        vec![
            id.0.into(),
            area.0.into(),
            county.into(),
            town.into(),
            community.into(),
            unit.into(),
        ]
    };
    let set = ["area", "county", "town", "community", "unit"];
    for part in all.chunks(4_096) {
        let rows: Vec<Vec<Value>> = part.iter().map(row).collect();
        conn.update_many(&ADDRESS, &["id"], &set, &rows)?;
        conn.update_many(&HOUSEHOLD, &["address"], &set, &rows)?;
    }
    Ok(())
}

/// Puts the households without an address of one area into another.
pub fn hand_on_homeless(conn: &mut Conn, from: AreaId, to: AreaId, path: &Path) -> Result<()> {
    let [county, town, community, unit] = levels(path);
    let sql = "UPDATE household SET area = $2, county = $3, town = $4, community = $5, unit = $6 \
        WHERE area = $1 AND address = 0";
    let params = [
        from.0.into(),
        to.0.into(),
        county.into(),
        town.into(),
        community.into(),
        unit.into(),
    ];
    conn.exec(sql, &params)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    fn made(id: i64, code: &str, door: &str, unit: i64) -> (Address, Path) {
        let area = if unit > 0 { unit } else { 4 };
        let address = Address {
            id: AddressId(id),
            code: code.into(),
            parent: String::new(),
            area: AreaId(area),
            stated: false,
            parts: Parts {
                street: "胜利路".into(),
                door: door.into(),
                room: "501室".into(),
                ..Parts::default()
            },
            aliases: "老粮站".into(),
            status: Status::Valid,
            point: (id != 2).then_some((119.0, 25.4)),
            changed_at: Instant(9),
            changed_by: "林".into(),
        };
        let mut path = vec![(Level::County, AreaId(2)), (Level::Community, AreaId(4))];
        if unit > 0 {
            path.push((Level::Unit, AreaId(unit)));
        }
        (address, Path(path))
    }

    on_both! {
        fn addresses_are_found_counted_doubled_and_moved(conn: &mut Conn) {
            prepare(conn);
            let all = [made(1, "A1", "1号", 6), made(2, "A2", "2号", 0), made(3, "A3", "1号", 7)];
            put_many(conn, &all).unwrap();
            // A known code keeps its id.
            put_many(conn, &[made(9, "A1", "1号", 6)]).unwrap();
            let there = Within { level: Level::Community, areas: vec![AreaId(4)] };
            let city = Within { level: Level::City, areas: vec![] };
            let codes = |conn: &mut Conn, within: &Within, word: &str, after| {
                let words: Vec<String> = word.split_whitespace().map(str::to_owned).collect();
                let found = page(conn, within, &words, Some(Status::Valid), after, 9).unwrap();
                found.into_iter().map(|a| a.code).collect::<Vec<_>>()
            };
            assert_eq!(codes(conn, &there, "", None), ["A1", "A2", "A3"]);
            assert_eq!(codes(conn, &city, "1号 胜利", Some(AddressId(1))), ["A3"]);
            assert_eq!(codes(conn, &city, "粮%", None), [""; 0], "a sign is a sign");
            assert_eq!(get(conn, AddressId(2)).unwrap().unwrap(), all[1].0);
            assert_eq!(places(conn, &["1号".into()], 9).unwrap(), [("胜利路1号".to_owned(), AreaId(6)), ("胜利路1号".to_owned(), AreaId(7))]);
            let doubled: Vec<String> = twice(conn, &there).unwrap().into_iter().map(|(_, code, _)| code).collect();
            assert_eq!(doubled, ["A1", "A3"]);

            let home = |no: &str, address: Option<i64>| (Household { no: no.into(), address: address.map(AddressId), area: AreaId(4), people: 3 }, all[1].1.clone());
            put_households(conn, &[home("H1", Some(1)), home("H1", Some(3)), home("H2", None)]).unwrap();
            assert_eq!(sums(conn, &there).unwrap(), Sums { addresses: 3, households: 2, people: 9 });
            assert_eq!(homeless(conn, &city).unwrap(), [(AreaId(4), "H2".to_owned())]);
            assert_eq!(scattered(conn, &there).unwrap().len(), 2);
            drop_homeless(conn, vec!["H2".into()]).unwrap();
            assert!(homeless(conn, &city).unwrap().is_empty());

            place(conn, &[(AddressId(2), AreaId(7), all[2].1.clone())]).unwrap();
            assert_eq!(of_areas(conn, &[AreaId(7)]).unwrap().len(), 2);
            assert_eq!(count_of_areas(conn, &[AreaId(4), AreaId(7)]).unwrap(), (2, 2));
            let unit = Within { level: Level::Unit, areas: vec![AreaId(7)] };
            assert_eq!(codes(conn, &unit, "", None), ["A2", "A3"]);
        }
    }
}
