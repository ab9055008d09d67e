//! Work orders of the hotline, and the nonces of signed requests.

use civic::area::{Level, Path};
use civic::hotline::Kept;
use civic::id::AreaId;
use civic::time::Instant;

use crate::SHARD;
use crate::driver::{Conn, DbError, Result, Row};

/// Orders of one list.
const ROWS_MAX: i64 = 2_000;

fn json(order: &Kept) -> Result<String> {
    serde_json::to_string(order).map_err(|e| DbError::Other(format!("hotline: {e}")))
}

fn kept(row: &Row) -> Result<Kept> {
    serde_json::from_str(row.text(0)?).map_err(|e| DbError::Other(format!("hotline: {e}")))
}

/// Adds an order, unless it is there already.
pub fn insert(conn: &mut Conn, order: &Kept, path: &Path) -> Result<()> {
    let at = |level| path.at(level).map_or(0, |a| a.0);
    conn.exec(
        "INSERT INTO hotline_order (shard, no, matter, county, town, community, received, open, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8) ON CONFLICT DO NOTHING",
        &[
            SHARD.into(),
            (&order.no).into(),
            order.matter.0.into(),
            at(Level::County).into(),
            at(Level::Town).into(),
            at(Level::Community).into(),
            order.received.0.into(),
            json(order)?.into(),
        ],
    )?;
    Ok(())
}

/// Writes what became of an order; `open` until the hotline took the answer.
pub fn update(conn: &mut Conn, order: &Kept) -> Result<()> {
    conn.exec(
        "UPDATE hotline_order SET body = $3, open = $4 WHERE shard = $1 AND no = $2",
        &[
            SHARD.into(),
            (&order.no).into(),
            json(order)?.into(),
            i64::from(order.returned.is_none()).into(),
        ],
    )?;
    Ok(())
}

/// One order.
pub fn get(conn: &mut Conn, no: &str) -> Result<Option<Kept>> {
    let sql = "SELECT body FROM hotline_order WHERE shard = $1 AND no = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), no.into()])?;
    row.as_ref().map(kept).transpose()
}

/// The newest orders of an area; of all where none is given.
pub fn of_area(conn: &mut Conn, area: Option<(Level, AreaId)>) -> Result<Vec<Kept>> {
    let column = match area.map(|(level, _)| level) {
        Some(Level::County) => "county",
        Some(Level::Town) => "town",
        _ => "community",
    };
    let tail = format!("ORDER BY received DESC, no LIMIT {ROWS_MAX}");
    let rows = match area {
        None => {
            let sql = format!("SELECT body FROM hotline_order WHERE shard = $1 {tail}");
            conn.query(&sql, &[SHARD.into()])?
        }
        Some((_, area)) => {
            let sql =
                format!("SELECT body FROM hotline_order WHERE shard = $1 AND {column} = $2 {tail}");
            conn.query(&sql, &[SHARD.into(), area.0.into()])?
        }
    };
    rows.iter().map(kept).collect()
}

/// The oldest orders whose answer the hotline has not taken yet.
pub fn open(conn: &mut Conn) -> Result<Vec<Kept>> {
    let sql = format!(
        "SELECT body FROM hotline_order WHERE shard = $1 AND open = 1 ORDER BY received, no LIMIT {ROWS_MAX}"
    );
    conn.query(&sql, &[SHARD.into()])?
        .iter()
        .map(kept)
        .collect()
}

/// Remembers a nonce; says whether it is new. Nonces before `oldest` cannot come again and go.
pub fn fresh_nonce(
    conn: &mut Conn,
    token: i64,
    nonce: &str,
    at: Instant,
    oldest: Instant,
) -> Result<bool> {
    conn.exec("DELETE FROM signed_nonce WHERE at < $1", &[oldest.0.into()])?;
    let sql =
        "INSERT INTO signed_nonce (token, nonce, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let added = conn.exec(sql, &[token.into(), nonce.into(), at.0.into()])?;
    Ok(added == 1)
}
