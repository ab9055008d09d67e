//! Standard phrases, one's own and shared ones.

use civic::id::{AccountId, AreaId, PhraseId};
use civic::phrase::Phrase;

use crate::SHARD;
use crate::driver::{Conn, DbError, Result, Row};

fn phrase(row: &Row) -> Result<Phrase> {
    serde_json::from_str(row.text(0)?).map_err(|e| DbError::Other(format!("phrase: {e}")))
}

/// Adds a phrase.
pub fn insert(conn: &mut Conn, phrase: &Phrase) -> Result<()> {
    let body = serde_json::to_string(phrase).map_err(|e| DbError::Other(format!("phrase: {e}")))?;
    conn.exec(
        "INSERT INTO phrase (shard, id, account, area, body) VALUES ($1, $2, $3, $4, $5)",
        &[
            SHARD.into(),
            phrase.id.0.into(),
            phrase.account.0.into(),
            phrase.area.map_or(0, |a| a.0).into(),
            body.into(),
        ],
    )?;
    Ok(())
}

/// Takes a phrase away.
pub fn remove(conn: &mut Conn, id: PhraseId) -> Result<()> {
    let sql = "DELETE FROM phrase WHERE shard = $1 AND id = $2";
    conn.exec(sql, &[SHARD.into(), id.0.into()])?;
    Ok(())
}

/// One phrase.
pub fn get(conn: &mut Conn, id: PhraseId) -> Result<Option<Phrase>> {
    let sql = "SELECT body FROM phrase WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(phrase).transpose()
}

/// The own ones of an account, oldest first.
pub fn own(conn: &mut Conn, account: AccountId) -> Result<Vec<Phrase>> {
    let sql = "SELECT body FROM phrase WHERE shard = $1 AND account = $2 AND area = 0 ORDER BY id";
    let rows = conn.query(sql, &[SHARD.into(), account.0.into()])?;
    rows.iter().map(phrase).collect()
}

/// Those that these areas share, oldest first.
pub fn shared(conn: &mut Conn, areas: &[AreaId]) -> Result<Vec<Phrase>> {
    let areas: Vec<i64> = areas.iter().map(|a| a.0).collect();
    let sql = "SELECT body FROM phrase WHERE shard = $1 AND area = ANY($2) ORDER BY id";
    let rows = conn.query(sql, &[SHARD.into(), areas.into()])?;
    rows.iter().map(phrase).collect()
}
