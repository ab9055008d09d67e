//! The logs of governance centres: entries and handings over (R123).

use civic::id::{AreaId, HandoverId, LogEntryId};
use civic::logbook::{Entry, Handover};

use crate::SHARD;
use crate::driver::{Conn, DbError, Result, Row};
use crate::rows::before;

fn text<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| DbError::Other(format!("logbook: {e}")))
}

fn parsed<T: serde::de::DeserializeOwned>(row: &Row) -> Result<T> {
    serde_json::from_str(row.text(0)?).map_err(|e| DbError::Other(format!("logbook: {e}")))
}

/// Adds a line.
pub fn insert(conn: &mut Conn, entry: &Entry) -> Result<()> {
    conn.exec(
        "INSERT INTO log_entry (shard, id, area, account, open, body) VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            SHARD.into(),
            entry.id.0.into(),
            entry.area.0.into(),
            entry.by.account.0.into(),
            entry.is_open().into(),
            text(entry)?.into(),
        ],
    )?;
    Ok(())
}

/// Writes that a line was finished, or whose it is now.
pub fn update(conn: &mut Conn, entry: &Entry) -> Result<()> {
    conn.exec(
        "UPDATE log_entry SET area = $3, open = $4, body = $5 WHERE shard = $1 AND id = $2",
        &[
            SHARD.into(),
            entry.id.0.into(),
            entry.area.0.into(),
            entry.is_open().into(),
            text(entry)?.into(),
        ],
    )?;
    Ok(())
}

/// One line.
pub fn get(conn: &mut Conn, id: LogEntryId) -> Result<Option<Entry>> {
    let sql = "SELECT body FROM log_entry WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(parsed).transpose()
}

/// A page of the log of exactly this area, newest first.
pub fn page(
    conn: &mut Conn,
    area: AreaId,
    cursor: Option<LogEntryId>,
    limit: usize,
) -> Result<Vec<Entry>> {
    let sql = "SELECT body FROM log_entry WHERE shard = $1 AND area = $2 AND id < $3 \
               ORDER BY id DESC LIMIT $4";
    let params = [
        SHARD.into(),
        area.0.into(),
        before(cursor.map(|id| id.0)),
        (limit as i64).into(),
    ];
    conn.query(sql, &params)?.iter().map(parsed).collect()
}

/// The unfinished lines of an area, oldest first.
pub fn open(conn: &mut Conn, area: AreaId, limit: usize) -> Result<Vec<Entry>> {
    let sql = "SELECT body FROM log_entry WHERE shard = $1 AND area = $2 AND open = 1 \
               ORDER BY id LIMIT $3";
    conn.query(sql, &[SHARD.into(), area.0.into(), (limit as i64).into()])?
        .iter()
        .map(parsed)
        .collect()
}

/// Adds a handing over.
pub fn hand_over(conn: &mut Conn, handover: &Handover) -> Result<()> {
    conn.exec(
        "INSERT INTO handover (shard, id, area, account, body) VALUES ($1, $2, $3, $4, $5)",
        &[
            SHARD.into(),
            handover.id.0.into(),
            handover.area.0.into(),
            handover.to.0.into(),
            text(handover)?.into(),
        ],
    )?;
    Ok(())
}

/// Writes what became of a handing over.
pub fn update_handover(conn: &mut Conn, handover: &Handover) -> Result<()> {
    conn.exec(
        "UPDATE handover SET area = $3, body = $4 WHERE shard = $1 AND id = $2",
        &[
            SHARD.into(),
            handover.id.0.into(),
            handover.area.0.into(),
            text(handover)?.into(),
        ],
    )?;
    Ok(())
}

/// One handing over.
pub fn handover(conn: &mut Conn, id: HandoverId) -> Result<Option<Handover>> {
    let sql = "SELECT body FROM handover WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(parsed).transpose()
}

/// The newest handings over of an area, newest first.
pub fn handovers(conn: &mut Conn, area: AreaId, limit: usize) -> Result<Vec<Handover>> {
    let sql = "SELECT body FROM handover WHERE shard = $1 AND area = $2 ORDER BY id DESC LIMIT $3";
    conn.query(sql, &[SHARD.into(), area.0.into(), (limit as i64).into()])?
        .iter()
        .map(parsed)
        .collect()
}
