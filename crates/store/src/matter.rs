//! Matters: the fold as one row, with what is filtered on as columns beside it.

use crate::SHARD;
use crate::driver::{Conn, DbError, Kind, OnConflict, Result, Row, Table, Value};
use civic::area::Level;
use civic::id::{AccountId, AreaId, MatterId, OrgId};
use civic::matter::{ClockKind, Desk, Matter, ProblemTag};
use civic::time::Instant;
use std::collections::{BTreeMap, HashMap};

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

/// The ids of matters that the sweep must look at by `now`, oldest first.
pub fn due(conn: &mut Conn, now: Instant, limit: usize) -> Result<Vec<MatterId>> {
    let rows = conn.query(
        "SELECT id FROM matter WHERE shard = $1 AND next_alert_at <= $2 ORDER BY next_alert_at, id LIMIT $3",
        &[SHARD.into(), now.0.into(), (limit as i64).into()],
    )?;
    rows.iter().map(|row| row.int(0).map(MatterId)).collect()
}

/// Which matters a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of this class.
    pub class: Option<i64>,
    /// Only of this category.
    pub category: Option<String>,
    /// Only in one of these states; in any where none is named.
    pub states: Vec<String>,
    /// Only open (`Some(true)`) or over.
    pub open: Option<bool>,
    /// Only overdue.
    pub overdue: bool,
    /// Only supervised.
    pub supervised: bool,
    /// Only reopened.
    pub reopened: bool,
    /// Only tagged so.
    pub tag: Option<ProblemTag>,
    /// Only where one of these organisations has an open task.
    pub with: Vec<OrgId>,
    /// Only with this text in number or title.
    pub words: Option<String>,
}

impl Filter {
    fn sql(&self, params: &mut Vec<Value>) -> String {
        let mut sql = String::new();
        let mut and = |column: &str, op: &str, value: Value, params: &mut Vec<Value>| {
            params.push(value);
            sql.push_str(&format!(" AND m.{column} {op} ${}", params.len()));
        };
        if let Some(class) = self.class {
            and("class", "=", class.into(), params);
        }
        if let Some(category) = &self.category {
            and("category", "=", category.into(), params);
        }
        if let Some(tag) = self.tag {
            and("tag", "=", tag.code().into(), params);
        }
        if let Some(open) = self.open {
            and("over", "=", (!open).into(), params);
        }
        if self.overdue {
            and("overdue", "=", 1i64.into(), params);
        }
        if self.supervised {
            and("supervised", "=", 1i64.into(), params);
        }
        if self.reopened {
            and("reopened", ">", 0i64.into(), params);
        }
        if !self.states.is_empty() {
            params.push(self.states.clone().into());
            sql.push_str(&format!(" AND m.state = ANY(${})", params.len()));
        }
        if !self.with.is_empty() {
            params.push(self.with.iter().map(|org| org.0).collect::<Vec<_>>().into());
            sql.push_str(&format!(
                " AND EXISTS (SELECT 1 FROM holding w WHERE w.shard = m.shard AND w.matter = m.id AND w.desk_kind = {} AND w.desk_key = ANY(${}))",
                Desk::Org(OrgId(0)).kind(),
                params.len()
            ));
        }
        if let Some(words) = &self.words {
            let escaped: String = words
                .chars()
                .flat_map(|c| {
                    if matches!(c, '%' | '_' | '\\') {
                        vec!['\\', c]
                    } else {
                        vec![c]
                    }
                })
                .collect();
            params.push(format!("%{escaped}%").into());
            let n = params.len();
            sql.push_str(&format!(
                " AND (m.no LIKE ${n} ESCAPE '\\' OR m.title LIKE ${n} ESCAPE '\\')"
            ));
        }
        sql
    }
}

/// Matters of one area, newest first, after the id `after`.
pub fn of_area(
    conn: &mut Conn,
    level: Level,
    area: AreaId,
    filter: &Filter,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<Matter>> {
    // The city has no index of its own: its list follows the primary key.
    let source = format!(
        "matter m WHERE m.shard = $1 AND m.{} = $2 AND m.id < $3",
        level.code()
    );
    newest(conn, &source, area.0, filter, after, limit)
}

/// Matters that `account` reported, newest first.
pub fn of_reporter(
    conn: &mut Conn,
    account: AccountId,
    filter: &Filter,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<Matter>> {
    let source = "matter m WHERE m.shard = $1 AND m.reporter = $2 AND m.id < $3";
    newest(conn, source, account.0, filter, after, limit)
}

/// Matters in which `account` took a step, newest first.
pub fn of_hand(
    conn: &mut Conn,
    account: AccountId,
    filter: &Filter,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<Matter>> {
    let source = "(SELECT DISTINCT s.matter FROM step s WHERE s.shard = $1 AND s.account = $2 AND s.account <> 0 AND s.matter < $3) h \
         JOIN matter m ON m.shard = $1 AND m.id = h.matter WHERE m.id < $3";
    newest(conn, source, account.0, filter, after, limit)
}

/// A page of a list, newest first. `source` says whose (`$2`) and ends below the id `after` (`$3`).
fn newest(
    conn: &mut Conn,
    source: &str,
    whose: i64,
    filter: &Filter,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<Matter>> {
    let mut params: Vec<Value> = vec![SHARD.into(), whose.into(), after.unwrap_or(i64::MAX).into()];
    let conditions = filter.sql(&mut params);
    params.push((limit as i64).into());
    let sql = format!(
        "SELECT m.body FROM {source}{conditions} ORDER BY m.id DESC LIMIT ${}",
        params.len()
    );
    let rows = conn.query(&sql, &params)?;
    rows.iter().map(|row| parse(row.text(0)?)).collect()
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
        let conditions = filter.sql(&mut params);
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

// --- holding -----------------------------------------------------------------------------------

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

/// The encrypted identity of a matter's reporter, where one was given and not erased.
pub fn party(conn: &mut Conn, id: MatterId) -> Result<Option<Vec<u8>>> {
    conn.query_opt(
        "SELECT cipher FROM party WHERE shard = $1 AND matter = $2 AND erased_at IS NULL",
        &[SHARD.into(), id.0.into()],
    )?
    .map(|row| row.bytes(0).map(<[u8]>::to_vec))
    .transpose()
}

/// Streams the sealed identities that were not erased, with their matters.
///
/// # Errors
/// Those of `each`, and when the database cannot be read.
pub fn for_each_party(
    conn: &mut Conn,
    mut each: impl FnMut(MatterId, &[u8]) -> Result<()>,
) -> Result<()> {
    let sql =
        "SELECT matter, cipher FROM party WHERE shard = $1 AND erased_at IS NULL ORDER BY matter";
    conn.for_each(sql, &[SHARD.into()], |row| {
        each(MatterId(row.int(0)?), row.bytes(1)?)
    })
}

/// Whether any sealed identity is kept: then the key it was sealed with must not be missing.
pub fn has_party(conn: &mut Conn) -> Result<bool> {
    let sql = "SELECT 1 FROM party WHERE shard = $1 AND erased_at IS NULL LIMIT 1";
    Ok(conn.query_opt(sql, &[SHARD.into()])?.is_some())
}

/// How many matters there are.
pub fn count(conn: &mut Conn) -> Result<i64> {
    conn.query_one(
        "SELECT COUNT(*) FROM matter WHERE shard = $1",
        &[SHARD.into()],
    )?
    .int(0)
}
