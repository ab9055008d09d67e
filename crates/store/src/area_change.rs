//! Changes of the tree (R004): what is planned, what was done, and what areas were before.

pub mod form;
pub mod rest;

use civic::area::{Change, ChangeState, Plan, Tree};
use civic::id::{AccountId, AreaId, PostId};
use civic::time::{Day, Instant};
use std::collections::HashMap;

use crate::driver::{Conn, DbError, Kind, OnConflict, Result, Row, Table, Value};
use crate::{area, org, post, rows};

/// A change as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeRow {
    /// Own id.
    pub id: i64,
    /// What changes.
    pub change: Change,
    /// The smallest area above all that changes.
    pub scope: AreaId,
    /// The day on which it takes effect.
    pub day: Day,
    /// Where it stands.
    pub state: ChangeState,
    /// What happens, in one sentence.
    pub sentence: String,
    /// Why.
    pub reason: String,
    /// Who asked for it.
    pub proposer: Signature,
    /// Who decided, with an opinion.
    pub decider: Option<(Signature, String)>,
    /// When it took effect, failed or was withdrawn.
    pub ended_at: Option<Instant>,
    /// What came of it, in one sentence.
    pub outcome: Option<String>,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The account.
    pub account: AccountId,
    /// The name of that day.
    pub name: String,
    /// When.
    pub at: Instant,
}

/// What an area was called and where it lay until a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// First day on which it was so no longer.
    pub until: Day,
    /// The area above.
    pub parent: AreaId,
    /// The name.
    pub name: String,
}

const CHANGE: Table<'_> = Table {
    name: "area_change",
    columns: &[
        ("id", Kind::Int),
        ("kind", Kind::Text),
        ("scope", Kind::Int),
        ("day", Kind::Int),
        ("state", Kind::Text),
        ("sentence", Kind::Text),
        ("body", Kind::Text),
        ("reason", Kind::Text),
        ("proposer", Kind::Int),
        ("proposer_name", Kind::Text),
        ("proposed_at", Kind::Int),
    ],
};
const TOUCHED: Table<'_> = Table {
    name: "area_touched",
    columns: &[("area", Kind::Int), ("change", Kind::Int)],
};
const PAST: Table<'_> = Table {
    name: "area_past",
    columns: &[
        ("area", Kind::Int),
        ("until", Kind::Int),
        ("change", Kind::Int),
        ("parent", Kind::Int),
        ("name", Kind::Text),
    ],
};
const HEIR: Table<'_> = Table {
    name: "area_heir",
    columns: &[
        ("area", Kind::Int),
        ("ord", Kind::Int),
        ("heir", Kind::Int),
        ("change", Kind::Int),
    ],
};
const ROWS: &str = "SELECT c.id, c.scope, c.day, c.state, c.sentence, c.body, c.reason, c.proposer, c.proposer_name, \
    c.proposed_at, c.decider, c.decider_name, c.decided_at, c.opinion, c.ended_at, c.outcome FROM area_change c";

fn change(row: &Row) -> Result<ChangeRow> {
    let state = row.text(3)?;
    let decider = match (row.opt_int(10)?, row.opt_int(12)?) {
        (Some(account), Some(at)) => Some((
            Signature {
                account: AccountId(account),
                name: row.opt_text(11)?.unwrap_or_default().to_owned(),
                at: Instant(at),
            },
            row.opt_text(13)?.unwrap_or_default().to_owned(),
        )),
        _ => None,
    };
    Ok(ChangeRow {
        id: row.int(0)?,
        scope: AreaId(row.int(1)?),
        day: Day(row.int(2)?),
        state: ChangeState::parse(state)
            .ok_or_else(|| DbError::Other(format!("area_change.state: no state {state}")))?,
        sentence: row.string(4)?,
        change: serde_json::from_str(row.text(5)?)
            .map_err(|e| DbError::Corrupt(format!("area_change from JSON: {e}")))?,
        reason: row.string(6)?,
        proposer: Signature {
            account: AccountId(row.int(7)?),
            name: row.string(8)?,
            at: Instant(row.int(9)?),
        },
        decider,
        ended_at: row.opt_int(14)?.map(Instant),
        outcome: row.opt_text(15)?.map(str::to_owned),
    })
}

fn read(conn: &mut Conn, tail: &str, params: &[Value]) -> Result<Vec<ChangeRow>> {
    conn.query(&format!("{ROWS} {tail}"), params)?
        .iter()
        .map(change)
        .collect()
}

/// Keeps a change that was proposed.
pub fn insert(conn: &mut Conn, row: &ChangeRow) -> Result<()> {
    let body = serde_json::to_string(&row.change)
        .map_err(|e| DbError::Other(format!("area_change to JSON: {e}")))?;
    let values = vec![
        row.id.into(),
        row.change.code().into(),
        row.scope.0.into(),
        row.day.0.into(),
        row.state.code().into(),
        (&row.sentence).into(),
        body.into(),
        (&row.reason).into(),
        row.proposer.account.0.into(),
        (&row.proposer.name).into(),
        row.proposer.at.0.into(),
    ];
    conn.insert_many(&CHANGE, &[values], OnConflict::Error)?;
    let mut touched = row.change.touches();
    touched.sort_unstable();
    touched.dedup();
    touch(conn, row.id, &touched)
}

fn touch(conn: &mut Conn, id: i64, areas: &[AreaId]) -> Result<()> {
    let key = OnConflict::Nothing {
        key: &["area", "change"],
    };
    rows::insert(conn, &TOUCHED, areas, key, |a| vec![a.0.into(), id.into()])?;
    Ok(())
}

/// One change.
pub fn get(conn: &mut Conn, id: i64) -> Result<Option<ChangeRow>> {
    Ok(read(conn, "WHERE c.id = $1", &[id.into()])?.pop())
}

/// Changes, newest first, before the id `before`.
pub fn page(conn: &mut Conn, before: Option<i64>, limit: usize) -> Result<Vec<ChangeRow>> {
    let params = [rows::before(before), (limit as i64).into()];
    read(conn, "WHERE c.id < $1 ORDER BY c.id DESC LIMIT $2", &params)
}

/// The changes that touched an area, newest first.
pub fn of_area(conn: &mut Conn, area: AreaId) -> Result<Vec<ChangeRow>> {
    let tail = "JOIN area_touched t ON t.change = c.id WHERE t.area = $1 ORDER BY c.id DESC";
    read(conn, tail, &[area.0.into()])
}

/// A change that is still open and touches one of these areas.
pub fn open_on(conn: &mut Conn, areas: &[AreaId]) -> Result<Option<ChangeRow>> {
    let ids: Vec<i64> = areas.iter().map(|a| a.0).collect();
    let tail = "JOIN area_touched t ON t.change = c.id WHERE t.area = ANY($1) \
        AND (c.state = 'proposed' OR c.state = 'planned') ORDER BY c.id LIMIT 1";
    Ok(read(conn, tail, &[ids.into()])?.pop())
}

/// The planned changes whose day has come, in the order of their days.
pub fn due(conn: &mut Conn, today: Day) -> Result<Vec<ChangeRow>> {
    let tail = "WHERE c.state = 'planned' AND c.day <= $1 ORDER BY c.day, c.id";
    read(conn, tail, &[today.0.into()])
}

/// Notes the decision on a change.
pub fn decide(
    conn: &mut Conn,
    id: i64,
    state: ChangeState,
    by: &Signature,
    opinion: &str,
) -> Result<()> {
    let sql = "UPDATE area_change SET state = $2, decider = $3, decider_name = $4, decided_at = $5, opinion = $6 WHERE id = $1";
    let params = [
        id.into(),
        state.code().into(),
        by.account.0.into(),
        (&by.name).into(),
        by.at.0.into(),
        opinion.into(),
    ];
    conn.exec(sql, &params)?;
    Ok(())
}

/// Notes the end of a change: applied, withdrawn or failed.
pub fn finish(
    conn: &mut Conn,
    id: i64,
    state: ChangeState,
    at: Instant,
    outcome: &str,
) -> Result<()> {
    let sql = "UPDATE area_change SET state = $2, ended_at = $3, outcome = $4 WHERE id = $1";
    let params = [id.into(), state.code().into(), at.0.into(), outcome.into()];
    conn.exec(sql, &params)?;
    Ok(())
}

/// Writes what a plan does to areas, codes, posts and organisations, and what was before it.
/// Boundaries, matters and all else are the caller's. `tree` is the tree before; `now` makes ids.
/// Answers the posts that go on under another id.
pub fn apply(
    conn: &mut Conn,
    id: i64,
    plan: &Plan,
    tree: &Tree,
    now: Instant,
) -> Result<HashMap<PostId, PostId>> {
    let day = Value::from(plan.day.0);
    let mut changed: Vec<AreaId> = plan.moves.iter().map(|m| m.area).collect();
    changed.extend(plan.renames.iter().map(|(a, _)| *a));
    changed.sort_unstable();
    changed.dedup();
    let before = changed.iter().filter_map(|a| tree.get(*a));
    let past: Vec<Vec<Value>> = before
        .filter_map(|a| Some((a, a.parent?)))
        .map(|(a, parent)| {
            let name = (&*a.name).into();
            vec![a.id.0.into(), day.clone(), id.into(), parent.0.into(), name]
        })
        .collect();
    conn.insert_many(&PAST, &past, OnConflict::Error)?;
    area::insert_many(conn, &plan.begins)?;
    for area in &plan.ends {
        let params = [area.0.into(), day.clone()];
        conn.exec("UPDATE area SET valid_to = $2 WHERE id = $1", &params)?;
        let codes = "UPDATE area_code SET valid_to = $2 WHERE area = $1 AND (valid_to IS NULL OR valid_to > $2)";
        conn.exec(codes, &params)?;
    }
    for moved in &plan.moves {
        let params = [moved.area.0.into(), moved.to.0.into()];
        conn.exec("UPDATE area SET parent = $2 WHERE id = $1", &params)?;
    }
    for (area, name) in &plan.renames {
        let params = [area.0.into(), (&**name).into()];
        conn.exec("UPDATE area SET name = $2 WHERE id = $1", &params)?;
    }
    let heirs: Vec<Vec<Value>> = plan
        .heirs
        .iter()
        .flat_map(|(area, heirs)| {
            let row = |(ord, heir): (usize, &AreaId)| {
                vec![area.0.into(), (ord as i64).into(), heir.0.into(), id.into()]
            };
            heirs.iter().enumerate().map(row).collect::<Vec<_>>()
        })
        .collect();
    conn.insert_many(&HEIR, &heirs, OnConflict::Error)?;
    let mut renamed = HashMap::new();
    for (old, to) in &plan.posts {
        let Some(held) = post::by_id(conn, *old)? else {
            continue;
        };
        post::end(conn, *old, plan.day.max(held.from))?;
        if let Some(area) = to {
            let next = civic::post::Post {
                id: civic::id::PostId(rows::fresh_id(conn, "post", now)?),
                seat: civic::post::Seat::Area(*area),
                from: plan.day.max(held.from),
                ..held
            };
            renamed.insert(*old, next.id);
            post::insert_many(conn, &[next])?;
        }
    }
    for (desk, area) in &plan.orgs {
        org::serve(conn, *desk, *area)?;
    }
    let begun: Vec<AreaId> = plan.begins.iter().map(|a| a.id).collect();
    touch(conn, id, &begun)?;
    touch(conn, id, &changed)?;
    Ok(renamed)
}

/// The id for the next new area: small, as they all are.
pub fn fresh_area(conn: &mut Conn) -> Result<AreaId> {
    let row = conn.query_one("SELECT MAX(id) FROM area", &[])?;
    Ok(AreaId(row.opt_int(0)?.unwrap_or(0) + 1))
}

/// What an area was before, newest first.
pub fn past_of(conn: &mut Conn, area: AreaId) -> Result<Vec<Past>> {
    let sql = "SELECT until, parent, name FROM area_past WHERE area = $1 ORDER BY until DESC, change DESC";
    conn.query(sql, &[area.0.into()])?
        .iter()
        .map(|row| {
            Ok(Past {
                until: Day(row.int(0)?),
                parent: AreaId(row.int(1)?),
                name: row.string(2)?,
            })
        })
        .collect()
}

/// Every area that lay under another parent once, with that parent.
pub fn former_parents(conn: &mut Conn) -> Result<Vec<(AreaId, AreaId)>> {
    let sql = "SELECT DISTINCT p.area, p.parent FROM area_past p JOIN area a ON a.id = p.area WHERE a.parent <> p.parent";
    conn.query(sql, &[])?
        .iter()
        .map(|row| Ok((AreaId(row.int(0)?), AreaId(row.int(1)?))))
        .collect()
}

/// Every area that ended, with the one that takes what nothing else decides.
pub fn first_heirs(conn: &mut Conn) -> Result<Vec<(AreaId, AreaId)>> {
    conn.query("SELECT area, heir FROM area_heir WHERE ord = 0", &[])?
        .iter()
        .map(|row| Ok((AreaId(row.int(0)?), AreaId(row.int(1)?))))
        .collect()
}
