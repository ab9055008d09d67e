//! Boundaries that a change of the tree replaces: the old ones are kept beside who changed them (R008).

use civic::id::AreaId;
use civic::time::Day;

use crate::area::{self, BoundaryRow};
use crate::driver::{Conn, Kind, OnConflict, Result, Table, Value};

const PAST: Table<'_> = Table {
    name: "area_boundary_past",
    columns: &[
        ("area", Kind::Int),
        ("change", Kind::Int),
        ("until", Kind::Int),
        ("body", Kind::Bytes),
    ],
};

/// What the boundary of an area was until a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastForm {
    /// The change that replaced it.
    pub change: i64,
    /// First day on which it was so no longer.
    pub until: Day,
    /// The encoded rings; none where the area had no boundary.
    pub body: Option<Vec<u8>>,
}

/// Replaces boundaries as part of a change, and keeps what was there. `None` takes a boundary away.
pub fn redraw(
    conn: &mut Conn,
    change: i64,
    day: Day,
    forms: &[(AreaId, Option<Vec<u8>>)],
) -> Result<()> {
    let ids: Vec<AreaId> = forms.iter().map(|(area, _)| *area).collect();
    let mut before: std::collections::HashMap<AreaId, Vec<u8>> =
        area::boundaries_of(conn, &ids)?.into_iter().collect();
    let past: Vec<Vec<Value>> = ids
        .iter()
        .map(|id| {
            let body = before.remove(id);
            vec![id.0.into(), change.into(), day.0.into(), body.into()]
        })
        .collect();
    conn.insert_many(&PAST, &past, OnConflict::Error)?;
    let rows: Vec<BoundaryRow> = forms
        .iter()
        .filter_map(|(area, body)| {
            Some(BoundaryRow {
                area: *area,
                valid_from: day,
                body: body.clone()?,
            })
        })
        .collect();
    area::put_boundaries(conn, &rows)?;
    for (gone, _) in forms.iter().filter(|(_, body)| body.is_none()) {
        let sql = "DELETE FROM area_boundary WHERE area = $1";
        conn.exec(sql, &[gone.0.into()])?;
    }
    Ok(())
}

/// What the areas of a change were before it.
pub fn before(conn: &mut Conn, change: i64) -> Result<Vec<(AreaId, Option<Vec<u8>>)>> {
    let sql = "SELECT area, body FROM area_boundary_past WHERE change = $1 ORDER BY area";
    conn.query(sql, &[change.into()])?
        .iter()
        .map(|row| Ok((AreaId(row.int(0)?), row.opt_bytes(1)?.map(<[u8]>::to_vec))))
        .collect()
}

/// A later change that replaced a boundary of this one once more.
pub fn later(conn: &mut Conn, change: i64) -> Result<Option<AreaId>> {
    let sql = "SELECT p.area FROM area_boundary_past p WHERE p.change = $1 AND EXISTS \
        (SELECT 1 FROM area_boundary_past l WHERE l.area = p.area AND l.change > p.change) \
        ORDER BY p.area LIMIT 1";
    let row = conn.query_opt(sql, &[change.into()])?;
    row.map(|r| r.int(0).map(AreaId)).transpose()
}

/// The former boundaries of an area, newest first.
pub fn of_area(conn: &mut Conn, area: AreaId) -> Result<Vec<PastForm>> {
    let sql = "SELECT change, until, body FROM area_boundary_past WHERE area = $1 \
        ORDER BY change DESC";
    conn.query(sql, &[area.0.into()])?
        .iter()
        .map(|row| {
            Ok(PastForm {
                change: row.int(0)?,
                until: Day(row.int(1)?),
                body: row.opt_bytes(2)?.map(<[u8]>::to_vec),
            })
        })
        .collect()
}

/// Puts the points of areas somewhere else: inside their new boundaries.
pub fn place(conn: &mut Conn, points: &[(AreaId, f64, f64)]) -> Result<()> {
    for (area, lon, lat) in points {
        let params = [area.0.into(), (*lon).into(), (*lat).into()];
        conn.exec("UPDATE area SET lon = $2, lat = $3 WHERE id = $1", &params)?;
    }
    Ok(())
}

/// The same for a change that was done at once, by who may do it alone.
pub fn kept(conn: &mut Conn, row: &super::ChangeRow) -> Result<()> {
    super::insert(conn, row)?;
    let (at, outcome) = (row.ended_at, row.outcome.as_deref().unwrap_or_default());
    super::finish(
        conn,
        row.id,
        row.state,
        at.unwrap_or(row.proposer.at),
        outcome,
    )
}
