//! What lies on which desk: the table `holding`, one row for a matter and one for each of its open
//! tasks, written from the fold and read as the list of a desk.

use super::{Filter, parse};
use crate::SHARD;
use crate::driver::{Conn, Kind, OnConflict, Result, Row, Table, Value};
use civic::area::Level;
use civic::id::{AreaId, OrgId};
use civic::matter::{ClockKind, Desk, Matter};
use civic::time::Instant;
use std::collections::BTreeMap;

const HOLDING: Table<'static> = Table {
    name: "holding",
    columns: &[
        ("shard", Kind::Int),
        ("matter", Kind::Int),
        ("slot", Kind::Int),
        ("desk_kind", Kind::Int),
        ("desk_key", Kind::Int),
        ("town", Kind::Int),
        ("community", Kind::Int),
        ("since", Kind::Int),
        ("due_at", Kind::Int),
        ("due_kind", Kind::Text),
        ("overdue", Kind::Int),
        ("holder", Kind::Int),
    ],
};

/// The rows of `holding` that follow from a matter.
pub(crate) fn holding_values(matter: &Matter) -> Vec<Vec<Value>> {
    matter
        .holding()
        .map(|(slot, desk)| {
            let task = matter.task(slot);
            // A check's time is the time of the state, kept on slot 0.
            let clock = matter.pressing(slot).or_else(|| matter.pressing(0));
            vec![
                SHARD.into(),
                matter.id.0.into(),
                slot.into(),
                desk.kind().into(),
                desk.key().into(),
                matter.path.at(Level::Town).map(|a| a.0).into(),
                matter.path.at(Level::Community).map(|a| a.0).into(),
                task.map_or(matter.arrived_at, |t| t.called_at).0.into(),
                clock.map_or(i64::MAX, |c| c.due.0).into(),
                clock.map_or("", |c| c.kind.word()).into(),
                clock.is_some_and(|c| c.marked).into(),
                task.map_or(matter.holder, |t| t.holder).map(|a| a.0).into(),
            ]
        })
        .collect()
}

/// The rows of `holding` of the matters after `after` up to `upto`, by matter and slot, for `verify`.
pub(crate) fn stored_holdings(
    conn: &mut Conn,
    after: i64,
    upto: i64,
) -> Result<BTreeMap<(i64, i64), Vec<Value>>> {
    let names: Vec<&str> = HOLDING.columns.iter().map(|(name, _)| *name).collect();
    let sql = format!(
        "SELECT {} FROM holding WHERE shard = $1 AND matter > $2 AND matter <= $3",
        names.join(", ")
    );
    conn.query(&sql, &[SHARD.into(), after.into(), upto.into()])?
        .into_iter()
        .map(|row| Ok(((row.int(1)?, row.int(2)?), row.into_values())))
        .collect()
}

/// Brings the rows of `holding` from what a matter was to what it is. A row that stays is updated,
/// so that only the indexes of what changed are written.
pub(crate) fn hold(conn: &mut Conn, changes: &[(Option<&Matter>, &Matter)]) -> Result<()> {
    let mut gone = Vec::new();
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(changes.len());
    for (before, now) in changes {
        let now_on = holding_values(now);
        for row in before.map(holding_values).unwrap_or_default() {
            if !now_on.iter().any(|new| new[..3] == row[..3]) {
                gone.push(now.id.0);
            }
        }
        rows.extend(now_on);
    }
    if !gone.is_empty() {
        conn.exec(
            "DELETE FROM holding WHERE shard = $1 AND matter = ANY($2)",
            &[SHARD.into(), gone.into()],
        )?;
    }
    conn.insert_many(
        &HOLDING,
        &rows,
        OnConflict::Replace {
            key: &["shard", "matter", "slot"],
            set: &[
                "desk_kind",
                "desk_key",
                "town",
                "community",
                "since",
                "due_at",
                "due_kind",
                "overdue",
                "holder",
            ],
        },
    )?;
    Ok(())
}

/// One row of a desk's list: what lies there.
#[derive(Debug, Clone)]
pub struct Holding {
    /// The matter.
    pub matter: Matter,
    /// 0 for the matter itself, else the number of the task.
    pub slot: u32,
    /// Since when it lies there.
    pub since: Instant,
    /// When the clock of this desk runs out; `i64::MAX` where none runs.
    pub due_at: Instant,
    /// Which clock.
    pub due_kind: String,
}

/// What lies on these desks, earliest due first, after (due, matter) `after`.
pub fn on_desks(
    conn: &mut Conn,
    desks: &[Desk],
    filter: &Filter,
    after: Option<(i64, i64)>,
    limit: usize,
) -> Result<Vec<Holding>> {
    let mut all = Vec::new();
    for desk in desks {
        let (due, id) = after.unwrap_or((i64::MIN, i64::MIN));
        let mut params: Vec<Value> = vec![
            SHARD.into(),
            desk.kind().into(),
            desk.key().into(),
            due.into(),
            id.into(),
        ];
        let conditions = filter.sql(conn.dialect(), &mut params);
        params.push((limit as i64).into());
        let sql = format!(
            "SELECT h.slot, h.since, h.due_at, h.due_kind, m.body FROM holding h JOIN matter m ON m.shard = h.shard AND m.id = h.matter \
             WHERE h.shard = $1 AND h.desk_kind = $2 AND h.desk_key = $3 AND (h.due_at, h.matter) > ($4, $5){conditions} \
             ORDER BY h.due_at, h.matter LIMIT ${}",
            params.len()
        );
        all.extend(holdings(&conn.query(&sql, &params)?)?);
    }
    all.sort_by_key(|h| (h.due_at, h.matter.id));
    all.truncate(limit);
    Ok(all)
}

/// What waits for judgement in an area, earliest due first.
pub fn unjudged_in(
    conn: &mut Conn,
    level: Level,
    area: AreaId,
    limit: usize,
) -> Result<Vec<Holding>> {
    let sql = format!(
        "SELECT h.slot, h.since, h.due_at, h.due_kind, m.body {} ORDER BY h.due_at, h.matter LIMIT $4",
        unjudged(level)
    );
    let params = [
        SHARD.into(),
        area.0.into(),
        ClockKind::SameDay.word().into(),
        (limit as i64).into(),
    ];
    holdings(&conn.query(&sql, &params)?)
}

/// How much waits for judgement in an area, all of it.
pub fn count_unjudged_in(conn: &mut Conn, level: Level, area: AreaId) -> Result<i64> {
    let params = [
        SHARD.into(),
        area.0.into(),
        ClockKind::SameDay.word().into(),
    ];
    let sql = format!("SELECT COUNT(*) {}", unjudged(level));
    conn.query_one(&sql, &params)?.int(0)
}

fn unjudged(level: Level) -> String {
    let column = match level {
        Level::Town | Level::Community => format!("h.{}", level.code()),
        other => format!("m.{}", other.code()),
    };
    format!(
        "FROM holding h JOIN matter m ON m.shard = h.shard AND m.id = h.matter \
         WHERE h.shard = $1 AND {column} = $2 AND h.due_kind = $3"
    )
}

fn holdings(rows: &[Row]) -> Result<Vec<Holding>> {
    rows.iter()
        .map(|row| {
            Ok(Holding {
                slot: row.number(0)?,
                since: Instant(row.int(1)?),
                due_at: Instant(row.int(2)?),
                due_kind: row.string(3)?,
                matter: parse(row.text(4)?)?,
            })
        })
        .collect()
}

/// How much lies on each desk of an area: desk, number, overdue ones, oldest since.
pub fn stuck(
    conn: &mut Conn,
    level: Level,
    area: AreaId,
    limit: usize,
) -> Result<Vec<(Desk, i64, i64, Instant)>> {
    let (join, column) = match level {
        Level::City => ("", "h.shard = $1 AND CAST($2 AS BIGINT) > 0".to_owned()),
        Level::Town | Level::Community => ("", format!("h.shard = $1 AND h.{} = $2", level.code())),
        other => (
            " JOIN matter m ON m.shard = h.shard AND m.id = h.matter",
            format!("h.shard = $1 AND m.{} = $2", other.code()),
        ),
    };
    let sql = format!(
        "SELECT h.desk_kind, h.desk_key, COUNT(*), SUM(h.overdue), MIN(h.since) FROM holding h{join} WHERE {column} \
         GROUP BY h.desk_kind, h.desk_key ORDER BY 4 DESC, 3 DESC, 1, 2 LIMIT $3"
    );
    let rows = conn.query(&sql, &[SHARD.into(), area.0.into(), (limit as i64).into()])?;
    rows.iter()
        .map(|row| {
            Ok((
                Desk::from_parts(row.int(0)?, row.int(1)?),
                row.int(2)?,
                row.int(3)?,
                Instant(row.int(4)?),
            ))
        })
        .collect()
}

/// How many matters of an area have an open task at one of these organisations.
pub fn with_orgs(conn: &mut Conn, level: Level, area: AreaId, orgs: &[OrgId]) -> Result<i64> {
    let keys: Vec<i64> = orgs.iter().map(|org| org.0).collect();
    let sql = format!(
        "SELECT COUNT(DISTINCT h.matter) FROM holding h JOIN matter m ON m.shard = h.shard AND m.id = h.matter \
         WHERE h.shard = $1 AND h.desk_kind = $2 AND h.desk_key = ANY($3) AND m.{} = $4",
        level.code()
    );
    let kind = Desk::Org(OrgId(0)).kind();
    conn.query_one(
        &sql,
        &[SHARD.into(), kind.into(), keys.into(), area.0.into()],
    )?
    .int(0)
}

/// How many things lie on the desk of an organisation, and how many of them are late.
pub fn lying_at(conn: &mut Conn, org: OrgId) -> Result<(i64, i64)> {
    let sql = "SELECT COUNT(*), COALESCE(SUM(overdue), 0) FROM holding \
               WHERE shard = $1 AND desk_kind = $2 AND desk_key = $3";
    let desk = Desk::Org(org);
    let params = [SHARD.into(), desk.kind().into(), desk.key().into()];
    let row = conn.query_one(sql, &params)?;
    Ok((row.int(0)?, row.int(1)?))
}

/// The number of things on these desks.
pub fn count_on(conn: &mut Conn, desks: &[Desk]) -> Result<i64> {
    let mut total = 0;
    for desk in desks {
        total += conn
            .query_one(
                "SELECT COUNT(*) FROM holding WHERE shard = $1 AND desk_kind = $2 AND desk_key = $3",
                &[SHARD.into(), desk.kind().into(), desk.key().into()],
            )?
            .int(0)?;
    }
    Ok(total)
}
