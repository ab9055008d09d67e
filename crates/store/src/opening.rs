//! Vacant posts offered to the people of their place, who applied, and what was said against whom
//! (R047).

use civic::id::{AccountId, ApplicationId, AreaId, NominationId, ObjectionId, OpeningId};
use civic::opening::{Application, Objection, Opening};
use civic::time::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::SHARD;
use crate::driver::{Conn, DbError, Result, Row, Value};

fn json<T: Serialize>(one: &T) -> Result<String> {
    serde_json::to_string(one).map_err(|e| DbError::Other(format!("opening: {e}")))
}

fn parsed<T: DeserializeOwned>(row: &Row) -> Result<T> {
    serde_json::from_str(row.text(0)?).map_err(|e| DbError::Other(format!("opening: {e}")))
}

/// The column says where it lies: a change of the tree moves that alone.
fn opening(row: &Row) -> Result<Opening> {
    let mut one: Opening = parsed(row)?;
    one.area = AreaId(row.int(1)?);
    Ok(one)
}

/// Adds an opening.
pub fn insert(conn: &mut Conn, one: &Opening) -> Result<()> {
    let sql = "INSERT INTO opening (shard, id, area, account, state, body) VALUES ($1, $2, $3, $4, $5, $6)";
    let params = [
        SHARD.into(),
        one.id.0.into(),
        one.area.0.into(),
        one.by.account.0.into(),
        one.state.code().into(),
        json(one)?.into(),
    ];
    conn.exec(sql, &params).map(drop)
}

/// Writes what became of an opening.
pub fn update(conn: &mut Conn, one: &Opening) -> Result<()> {
    let sql = "UPDATE opening SET state = $3, body = $4 WHERE shard = $1 AND id = $2";
    let params = [
        SHARD.into(),
        one.id.0.into(),
        one.state.code().into(),
        json(one)?.into(),
    ];
    conn.exec(sql, &params).map(drop)
}

/// One opening.
pub fn get(conn: &mut Conn, id: OpeningId) -> Result<Option<Opening>> {
    let sql = "SELECT body, area FROM opening WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(opening).transpose()
}

/// The newest openings of some areas.
pub fn of_areas(conn: &mut Conn, areas: &[AreaId], limit: usize) -> Result<Vec<Opening>> {
    let sql = "SELECT body, area FROM opening WHERE shard = $1 AND area = ANY($2) \
               ORDER BY id DESC LIMIT $3";
    let params = [SHARD.into(), ids(areas), (limit as i64).into()];
    conn.query(sql, &params)?.iter().map(opening).collect()
}

/// The newest openings of some areas that still decide.
pub fn open(conn: &mut Conn, areas: &[AreaId], limit: usize) -> Result<Vec<Opening>> {
    let sql = "SELECT body, area FROM opening WHERE shard = $1 AND state = 'open' \
               AND area = ANY($2) ORDER BY id DESC LIMIT $3";
    let params = [SHARD.into(), ids(areas), (limit as i64).into()];
    conn.query(sql, &params)?.iter().map(opening).collect()
}

fn ids(areas: &[AreaId]) -> Value {
    Value::Ints(areas.iter().map(|a| a.0).collect())
}

/// Adds an application.
pub fn apply(conn: &mut Conn, one: &Application) -> Result<()> {
    let sql = "INSERT INTO application (shard, id, opening, account, nomination, ended_at, body) \
               VALUES ($1, $2, $3, $4, NULL, NULL, $5)";
    let params = [
        SHARD.into(),
        one.id.0.into(),
        one.opening.0.into(),
        one.account.0.into(),
        json(one)?.into(),
    ];
    conn.exec(sql, &params).map(drop)
}

/// Writes what became of an application.
pub fn decide(conn: &mut Conn, one: &Application) -> Result<()> {
    let sql = "UPDATE application SET nomination = $3, ended_at = $4, body = $5 \
               WHERE shard = $1 AND id = $2";
    let params = [
        SHARD.into(),
        one.id.0.into(),
        one.nomination.map(|n| n.0).into(),
        one.ended.as_ref().map(|(at, _)| at.0).into(),
        json(one)?.into(),
    ];
    conn.exec(sql, &params).map(drop)
}

/// One application.
pub fn application(conn: &mut Conn, id: ApplicationId) -> Result<Option<Application>> {
    let sql = "SELECT body FROM application WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(parsed).transpose()
}

/// The application that led to a nomination.
pub fn of_nomination(conn: &mut Conn, id: NominationId) -> Result<Option<Application>> {
    let sql = "SELECT body FROM application WHERE shard = $1 AND nomination = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(parsed).transpose()
}

/// The applications for some openings, in the order in which they came.
pub fn applications(conn: &mut Conn, openings: &[OpeningId]) -> Result<Vec<Application>> {
    let sql = "SELECT body FROM application WHERE shard = $1 AND opening = ANY($2) ORDER BY id";
    let ids = Value::Ints(openings.iter().map(|o| o.0).collect());
    let rows = conn.query(sql, &[SHARD.into(), ids])?;
    rows.iter().map(parsed).collect()
}

/// The applications of a person, newest first, with their openings.
pub fn applications_of(conn: &mut Conn, account: AccountId) -> Result<Vec<(Application, Opening)>> {
    let sql = "SELECT body FROM application WHERE shard = $1 AND account = $2 ORDER BY id DESC";
    let rows = conn.query(sql, &[SHARD.into(), account.0.into()])?;
    let mut found = Vec::new();
    for row in &rows {
        let one: Application = parsed(row)?;
        if let Some(opening) = get(conn, one.opening)? {
            found.push((one, opening));
        }
    }
    Ok(found)
}

/// The applications that were decided before a moment.
pub fn ended_before(conn: &mut Conn, at: Instant) -> Result<Vec<Application>> {
    let sql = "SELECT body FROM application WHERE shard = $1 AND ended_at < $2 ORDER BY id";
    let rows = conn.query(sql, &[SHARD.into(), at.0.into()])?;
    rows.iter().map(parsed).collect()
}

/// Deletes an application with what was said against it.
pub fn remove(conn: &mut Conn, id: ApplicationId) -> Result<()> {
    let key = [SHARD.into(), id.0.into()];
    conn.exec(
        "DELETE FROM objection WHERE shard = $1 AND application = $2",
        &key,
    )?;
    conn.exec("DELETE FROM application WHERE shard = $1 AND id = $2", &key)
        .map(drop)
}

/// Adds an objection.
pub fn object(conn: &mut Conn, one: &Objection) -> Result<()> {
    let sql =
        "INSERT INTO objection (shard, id, application, account, body) VALUES ($1, $2, $3, $4, $5)";
    let params = [
        SHARD.into(),
        one.id.0.into(),
        one.application.0.into(),
        one.account.0.into(),
        json(one)?.into(),
    ];
    conn.exec(sql, &params).map(drop)
}

/// Writes the answer to an objection.
pub fn answer(conn: &mut Conn, one: &Objection) -> Result<()> {
    let sql = "UPDATE objection SET body = $3 WHERE shard = $1 AND id = $2";
    let params = [SHARD.into(), one.id.0.into(), json(one)?.into()];
    conn.exec(sql, &params).map(drop)
}

/// One objection.
pub fn objection(conn: &mut Conn, id: ObjectionId) -> Result<Option<Objection>> {
    let sql = "SELECT body FROM objection WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(parsed).transpose()
}

/// What was said against some candidates, in the order in which it came.
pub fn objections(conn: &mut Conn, of: &[ApplicationId]) -> Result<Vec<Objection>> {
    let sql = "SELECT body FROM objection WHERE shard = $1 AND application = ANY($2) ORDER BY id";
    let ids = Value::Ints(of.iter().map(|a| a.0).collect());
    let rows = conn.query(sql, &[SHARD.into(), ids])?;
    rows.iter().map(parsed).collect()
}
