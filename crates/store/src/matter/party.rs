//! Who reported: the sealed identities, apart from the matters.

use crate::SHARD;
use crate::driver::{Conn, Result};
use civic::id::MatterId;

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
