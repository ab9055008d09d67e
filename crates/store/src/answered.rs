//! Answers kept under idempotency keys, for writing outside the lane's sets: the same key gets the
//! same answer and does nothing twice.

use crate::SHARD;
use crate::driver::{Conn, Result};
use civic::id::AccountId;
use civic::time::Instant;

/// The answer kept under this key.
pub fn get(conn: &mut Conn, account: AccountId, key: &str) -> Result<Option<String>> {
    let sql = "SELECT answer FROM answered WHERE shard = $1 AND account = $2 AND key = $3";
    conn.query_opt(sql, &[SHARD.into(), account.0.into(), key.into()])?
        .map(|row| row.string(0))
        .transpose()
}

/// Keeps an answer.
pub fn put(
    conn: &mut Conn,
    account: AccountId,
    key: &str,
    answer: &str,
    at: Instant,
) -> Result<()> {
    conn.exec(
        "INSERT INTO answered (shard, account, key, answer, at) VALUES ($1, $2, $3, $4, $5)",
        &[
            SHARD.into(),
            account.0.into(),
            key.into(),
            answer.into(),
            at.0.into(),
        ],
    )?;
    Ok(())
}
