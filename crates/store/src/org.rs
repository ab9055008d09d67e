//! Organisations: one row per desk.

use civic::area::Level;
use civic::id::{AreaId, OrgId};
use civic::org::{Org, OrgKind};

use crate::driver::{Conn, DbError, Kind, OnConflict, Result, Row, Table};
use crate::rows;

const ORG: Table<'_> = Table {
    name: "org",
    columns: &[
        ("id", Kind::Int),
        ("parent", Kind::Int),
        ("kind", Kind::Text),
        ("line", Kind::Text),
        ("name", Kind::Text),
        ("area", Kind::Int),
        ("level", Kind::Int),
    ],
};

/// All organisation desks, by id.
pub fn load_all(conn: &mut Conn) -> Result<Vec<Org>> {
    let mut orgs = Vec::new();
    conn.for_each(
        "SELECT id, parent, kind, line, name, area, level FROM org ORDER BY id",
        &[],
        |row| {
            orgs.push(org(row)?);
            Ok(())
        },
    )?;
    Ok(orgs)
}

fn org(row: &Row) -> Result<Org> {
    let (kind, level) = (row.text(2)?, row.int(6)?);
    Ok(Org {
        id: OrgId(row.int(0)?),
        parent: row.opt_int(1)?.map(OrgId),
        kind: OrgKind::parse(kind)
            .ok_or_else(|| DbError::Other(format!("org.kind: no kind {kind}")))?,
        line: row.text(3)?.into(),
        name: row.text(4)?.into(),
        area: AreaId(row.int(5)?),
        level: Level::from_number(level)
            .ok_or_else(|| DbError::Other(format!("org.level: no level {level}")))?,
    })
}

/// Adds organisation desks; one that exists already fails the set.
pub fn insert_many(conn: &mut Conn, orgs: &[Org]) -> Result<u64> {
    rows::insert(conn, &ORG, orgs, OnConflict::Error, |o| {
        vec![
            o.id.0.into(),
            o.parent.map(|p| p.0).into(),
            o.kind.code().into(),
            (&*o.line).into(),
            (&*o.name).into(),
            o.area.0.into(),
            (o.level as u8).into(),
        ]
    })
}

/// Lets an organisation serve another area.
pub fn serve(conn: &mut Conn, id: OrgId, area: AreaId) -> Result<()> {
    conn.exec(
        "UPDATE org SET area = $2 WHERE id = $1",
        &[id.0.into(), area.0.into()],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn organisations_come_back_as_they_were_written(conn: &mut Conn) {
            prepare(conn);
            let org = |id: i64, parent: Option<i64>, kind| Org {
                id: OrgId(id), parent: parent.map(OrgId), kind, line: "urban".into(),
                name: "城厢区城市管理局".into(), area: AreaId(5), level: Level::County,
            };
            let orgs = [org(1, None, OrgKind::Department), org(2, Some(1), OrgKind::Station), org(3, None, OrgKind::Company)];
            assert_eq!(insert_many(conn, &orgs).unwrap(), 3);
            assert_eq!(load_all(conn).unwrap(), orgs);
        }
    }
}
