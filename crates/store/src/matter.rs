//! Matters: the fold as one row, with what is filtered on as columns beside it.

mod desk;
mod list;
mod party;
mod text;

pub use desk::{
    Holding, count_on, count_unjudged_in, lying_at, on_desks, stuck, unjudged_in, with_orgs,
};
pub(crate) use desk::{hold, holding_values, stored_holdings};
pub use list::{Filter, of_area, of_hand, of_reporter, open_by_category};
pub use party::{for_each_party, has_party, party};
pub(crate) use text::{INDEXED, check_index, forget_index, index, index_all};

use crate::SHARD;
use crate::driver::{Conn, DbError, Kind, OnConflict, Result, Table, Value};
use civic::area::Level;
use civic::id::{AreaId, MatterId};
use civic::matter::Matter;
use civic::time::Instant;
use std::collections::{BTreeMap, HashMap, HashSet};

const COLUMNS: &[(&str, Kind)] = &[
    ("shard", Kind::Int),
    ("id", Kind::Int),
    ("no", Kind::Text),
    ("flow", Kind::Text),
    ("flow_version", Kind::Int),
    ("state", Kind::Text),
    ("over", Kind::Int),
    ("desk_kind", Kind::Int),
    ("desk_key", Kind::Int),
    ("level", Kind::Int),
    ("class", Kind::Int),
    ("category", Kind::Text),
    ("channel", Kind::Text),
    ("title", Kind::Text),
    ("city", Kind::Int),
    ("county", Kind::Int),
    ("town", Kind::Int),
    ("community", Kind::Int),
    ("grid", Kind::Int),
    ("unit", Kind::Int),
    ("lon", Kind::Real),
    ("lat", Kind::Real),
    ("reporter", Kind::Int),
    ("reported_at", Kind::Int),
    ("due_at", Kind::Int),
    ("next_alert_at", Kind::Int),
    ("closed_at", Kind::Int),
    ("overdue", Kind::Int),
    ("urgent", Kind::Int),
    ("supervised", Kind::Int),
    ("reopened", Kind::Int),
    ("tag", Kind::Text),
    ("version", Kind::Int),
    ("head", Kind::Bytes),
    ("body", Kind::Text),
];

/// The columns that later steps change; the others are fixed by the report.
const CHANGING: &[&str] = &[
    "state",
    "over",
    "desk_kind",
    "desk_key",
    "level",
    "class",
    "category",
    "title",
    "due_at",
    "next_alert_at",
    "closed_at",
    "overdue",
    "urgent",
    "supervised",
    "reopened",
    "tag",
    "version",
    "head",
    "body",
];

fn table() -> Table<'static> {
    Table {
        name: "matter",
        columns: COLUMNS,
    }
}

/// The columns of a matter, in the order of the table. The fold is stored whole in `body`.
pub(crate) fn values(matter: &Matter) -> Result<Vec<Value>> {
    let body = serde_json::to_string(matter)
        .map_err(|e| DbError::Other(format!("matter to JSON: {e}")))?;
    let area = |level| matter.path.at(level).map(|a| a.0);
    let supervised = matter
        .supervision
        .as_ref()
        .is_some_and(|s| s.answered_at.is_none());
    Ok(vec![
        SHARD.into(),
        matter.id.0.into(),
        (&matter.no).into(),
        (&matter.flow).into(),
        matter.flow_version.into(),
        (&matter.state).into(),
        matter.over().into(),
        matter.desk.kind().into(),
        matter.desk.key().into(),
        (matter.level as u8).into(),
        matter.class().into(),
        matter.category.as_ref().map(|c| c.code.clone()).into(),
        matter.channel.code().into(),
        (&matter.title).into(),
        area(Level::City).into(),
        area(Level::County).into(),
        area(Level::Town).into(),
        area(Level::Community).into(),
        area(Level::Grid).into(),
        area(Level::Unit).into(),
        matter.place.point.map(|p| p.0).into(),
        matter.place.point.map(|p| p.1).into(),
        matter.reporter.account.map(|a| a.0).into(),
        matter.reported_at.0.into(),
        matter.due_at().map(|i| i.0).into(),
        matter.next_alert_at().map(|i| i.0).into(),
        matter.closed_at.map(|i| i.0).into(),
        matter.is_overdue().into(),
        matter.category.as_ref().is_some_and(|c| c.urgent).into(),
        supervised.into(),
        matter.reopened.into(),
        matter.tag().map(|t| t.code().to_owned()).into(),
        matter.version.into(),
        matter.head.0.to_vec().into(),
        body.into(),
    ])
}

/// Reads the fold back from its `body`.
pub(crate) fn parse(body: &str) -> Result<Matter> {
    serde_json::from_str(body).map_err(|e| DbError::Corrupt(format!("matter from JSON: {e}")))
}

/// The columns of the matters behind `after` as they are stored, by id, for `verify`.
pub(crate) fn stored_page(
    conn: &mut Conn,
    after: i64,
    limit: usize,
) -> Result<BTreeMap<i64, Vec<Value>>> {
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let sql = format!(
        "SELECT {} FROM matter WHERE shard = $1 AND id > $2 ORDER BY id LIMIT $3",
        names.join(", ")
    );
    conn.query(&sql, &[SHARD.into(), after.into(), (limit as i64).into()])?
        .into_iter()
        .map(|row| Ok((row.int(1)?, row.into_values())))
        .collect()
}

/// The number in a row of [`stored_page`].
pub(crate) fn no_of(row: &[Value]) -> &str {
    match row.get(2) {
        Some(Value::Text(no)) => no,
        _ => "",
    }
}

/// The fold in a row of [`stored_page`].
pub(crate) fn body_of(row: &[Value]) -> Result<Matter> {
    match row.last() {
        Some(Value::Text(body)) => parse(body),
        _ => Err(DbError::Corrupt("matter without body".into())),
    }
}

/// The prefix of a number (town and day, with the hyphen) and the counter within it.
pub(crate) fn split_no(no: &str) -> Option<(&str, i64)> {
    let (prefix, counter) = no.split_at(no.rfind('-')? + 1);
    Some((prefix, counter.parse().ok()?))
}

/// How a sentence names a matter of which only the id is known: by its number, or by the id where
/// its row is gone.
pub(crate) fn shown(conn: &mut Conn, id: i64) -> Result<String> {
    let row = conn.query_opt(
        "SELECT no FROM matter WHERE shard = $1 AND id = $2",
        &[SHARD.into(), id.into()],
    )?;
    row.map_or_else(
        || Ok(format!(" {id} ")),
        |row| Ok(format!("〔{}〕", row.text(0)?)),
    )
}

/// Writes matters that are new.
pub(crate) fn insert(conn: &mut Conn, matters: &[&Matter]) -> Result<()> {
    let rows = matters
        .iter()
        .map(|m| values(m))
        .collect::<Result<Vec<_>>>()?;
    conn.insert_many(&table(), &rows, OnConflict::Error)?;
    Ok(())
}

/// Writes matters that changed, each from the version it had; says how many still had it.
pub(crate) fn update(conn: &mut Conn, changed: &[(u32, &Matter)]) -> Result<u64> {
    let at: Vec<usize> = CHANGING
        .iter()
        .filter_map(|name| COLUMNS.iter().position(|(c, _)| c == name))
        .collect();
    let mut rows = Vec::with_capacity(changed.len());
    for (was, matter) in changed {
        let mut all = values(matter)?;
        let mut row: Vec<Value> = vec![SHARD.into(), matter.id.0.into(), (*was).into()];
        row.extend(
            at.iter()
                .map(|i| std::mem::replace(&mut all[*i], Value::Null)),
        );
        rows.push(row);
    }
    conn.update_many(&table(), &["shard", "id", "version"], CHANGING, &rows)
}

/// The columns of the path. They change only when the tree does, so that the usual update leaves
/// their indexes alone.
const PATH: &[&str] = &["city", "county", "town", "community", "grid", "unit"];

/// Writes the paths of matters that lie elsewhere in the tree now.
pub(crate) fn rehome(conn: &mut Conn, matters: &[&Matter]) -> Result<()> {
    let rows: Vec<Vec<Value>> = matters
        .iter()
        .map(|m| {
            let area = |level| m.path.at(level).map(|a| a.0).into();
            let path = Level::ALL.map(area);
            [SHARD.into(), m.id.0.into()]
                .into_iter()
                .chain(path)
                .collect()
        })
        .collect();
    conn.update_many(&table(), &["shard", "id"], PATH, &rows)?;
    Ok(())
}

/// The open matters of some areas of one level; of grids, those in the innermost one.
pub fn open_in(conn: &mut Conn, level: Level, areas: &[AreaId]) -> Result<Vec<Matter>> {
    let ids: Vec<i64> = areas.iter().map(|a| a.0).collect();
    let sql = format!(
        "SELECT body FROM matter WHERE shard = $1 AND {} = ANY($2) AND over = 0 ORDER BY id",
        level.code()
    );
    let rows = conn.query(&sql, &[SHARD.into(), ids.into()])?;
    rows.iter().map(|row| parse(row.text(0)?)).collect()
}

/// The matters with these ids.
pub fn load(conn: &mut Conn, ids: &[MatterId]) -> Result<HashMap<MatterId, Matter>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows = conn.query(
        "SELECT body FROM matter WHERE shard = $1 AND id = ANY($2)",
        &[SHARD.into(), ids.into()],
    )?;
    rows.iter()
        .map(|row| parse(row.text(0)?).map(|m| (m.id, m)))
        .collect()
}

/// The matter with this id.
pub fn get(conn: &mut Conn, id: MatterId) -> Result<Option<Matter>> {
    Ok(load(conn, &[id])?.remove(&id))
}

/// The matter with this number.
pub fn by_no(conn: &mut Conn, no: &str) -> Result<Option<Matter>> {
    conn.query_opt(
        "SELECT body FROM matter WHERE shard = $1 AND no = $2",
        &[SHARD.into(), no.into()],
    )?
    .map(|row| parse(row.text(0)?))
    .transpose()
}

/// The numbers of matters.
pub fn numbers(conn: &mut Conn, ids: &[MatterId]) -> Result<Vec<(MatterId, String)>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let sql = "SELECT id, no FROM matter WHERE shard = $1 AND id = ANY($2)";
    let rows = conn.query(sql, &[SHARD.into(), Value::Ints(ids)])?;
    rows.iter()
        .map(|row| Ok((MatterId(row.int(0)?), row.string(1)?)))
        .collect()
}

/// Those of some matters that are urgent by their category.
pub fn urgent_among(conn: &mut Conn, ids: &[MatterId]) -> Result<HashSet<MatterId>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let sql = "SELECT id FROM matter WHERE shard = $1 AND id = ANY($2) AND urgent = 1";
    let rows = conn.query(sql, &[SHARD.into(), Value::Ints(ids)])?;
    rows.iter().map(|row| row.int(0).map(MatterId)).collect()
}

/// The ids of matters that the sweep must look at by `now`, oldest first.
pub fn due(conn: &mut Conn, now: Instant, limit: usize) -> Result<Vec<MatterId>> {
    let rows = conn.query(
        "SELECT id FROM matter WHERE shard = $1 AND next_alert_at <= $2 ORDER BY next_alert_at, id LIMIT $3",
        &[SHARD.into(), now.0.into(), (limit as i64).into()],
    )?;
    rows.iter().map(|row| row.int(0).map(MatterId)).collect()
}

/// How many open matters of an area are supervised, and how many were reopened.
pub fn flagged(conn: &mut Conn, level: Level, area: AreaId) -> Result<(i64, i64)> {
    let sql = format!(
        "SELECT COALESCE(SUM(supervised), 0), COALESCE(SUM(CASE WHEN reopened > 0 THEN 1 ELSE 0 END), 0) FROM matter \
         WHERE shard = $1 AND over = 0 AND (supervised = 1 OR reopened > 0) AND {} = $2",
        level.code()
    );
    let row = conn.query_one(&sql, &[SHARD.into(), area.0.into()])?;
    Ok((row.int(0)?, row.int(1)?))
}

/// How many matters there are.
pub fn count(conn: &mut Conn) -> Result<i64> {
    conn.query_one(
        "SELECT COUNT(*) FROM matter WHERE shard = $1",
        &[SHARD.into()],
    )?
    .int(0)
}
