//! Mediation organisations and the sealed records of sessions.

use civic::id::{AreaId, MatterId, MediationBodyId};
use civic::mediation::Body;

use crate::SHARD;
use crate::driver::{Conn, DbError, Result, Row, Value};

fn json(body: &Body) -> Result<String> {
    serde_json::to_string(body).map_err(|e| DbError::Other(format!("mediation: {e}")))
}

fn body(row: &Row) -> Result<Body> {
    serde_json::from_str(row.text(0)?).map_err(|e| DbError::Other(format!("mediation: {e}")))
}

/// Adds an organisation.
pub fn insert(conn: &mut Conn, body: &Body) -> Result<()> {
    conn.exec(
        "INSERT INTO mediation_body (shard, id, area, body) VALUES ($1, $2, $3, $4)",
        &[
            SHARD.into(),
            body.id.0.into(),
            body.area.0.into(),
            json(body)?.into(),
        ],
    )?;
    Ok(())
}

/// Writes what became of it.
pub fn update(conn: &mut Conn, body: &Body) -> Result<()> {
    conn.exec(
        "UPDATE mediation_body SET area = $3, body = $4 WHERE shard = $1 AND id = $2",
        &[
            SHARD.into(),
            body.id.0.into(),
            body.area.0.into(),
            json(body)?.into(),
        ],
    )?;
    Ok(())
}

/// One organisation.
pub fn get(conn: &mut Conn, id: MediationBodyId) -> Result<Option<Body>> {
    let sql = "SELECT body FROM mediation_body WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(body).transpose()
}

/// The organisations of these areas: some hundred at most.
pub fn of_areas(conn: &mut Conn, areas: &[AreaId]) -> Result<Vec<Body>> {
    let areas: Vec<i64> = areas.iter().map(|a| a.0).collect();
    let sql = "SELECT body FROM mediation_body WHERE shard = $1 AND area = ANY($2) ORDER BY id";
    conn.query(sql, &[SHARD.into(), Value::Ints(areas)])?
        .iter()
        .map(body)
        .collect()
}

/// Keeps the sealed record of a session.
pub fn keep(conn: &mut Conn, matter: MatterId, no: u32, cipher: &[u8]) -> Result<()> {
    conn.exec(
        "INSERT INTO mediation (shard, matter, no, cipher) VALUES ($1, $2, $3, $4)",
        &[
            SHARD.into(),
            matter.0.into(),
            i64::from(no).into(),
            cipher.to_vec().into(),
        ],
    )?;
    Ok(())
}

/// The sealed records of a matter, by number.
pub fn of_matter(conn: &mut Conn, matter: MatterId) -> Result<Vec<(u32, Vec<u8>)>> {
    let sql = "SELECT no, cipher FROM mediation WHERE shard = $1 AND matter = $2 ORDER BY no";
    conn.query(sql, &[SHARD.into(), matter.0.into()])?
        .iter()
        .map(|row| Ok((row.int(0)? as u32, row.bytes(1)?.to_vec())))
        .collect()
}
