//! Answers kept under idempotency keys: the same key gets the same answer and does nothing twice. The
//! digest of the request stands beside the answer, so that a key used for another request is refused
//! instead of being answered with what was not asked.

use crate::SHARD;
use crate::driver::{Conn, Result};
use crate::lane::Failure;
use civic::id::AccountId;
use civic::refusal::Refusal;
use civic::time::Instant;
use civic::trace::Hash;

/// Whose command it is, and under which key its answer is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Who sends it.
    pub account: AccountId,
    /// The caller's key within the operation.
    pub text: String,
    /// Digest of what is asked; none where only the key counts.
    pub request: Option<Hash>,
}

impl Key {
    /// Refuses a key that was used for another request. An answer without digest was kept before
    /// digests were, and stands for any request.
    pub(crate) fn check(&self, kept: Option<Hash>) -> std::result::Result<(), Refusal> {
        match (self.request, kept) {
            (Some(asked), Some(kept)) if asked != kept => Err(Refusal::invalid(
                "idempotency_key",
                "key_reused",
                "这个 Idempotency-Key 已经用于内容不同的另一次提交，这次没有办理。请换一个新的键再提交",
            )),
            _ => Ok(()),
        }
    }
}

/// The answer kept under this key.
///
/// # Errors
/// `Refused` where the key was used for another request.
pub fn get(conn: &mut Conn, key: &Key) -> std::result::Result<Option<String>, Failure> {
    let sql = "SELECT answer, request FROM answered WHERE shard = $1 AND account = $2 AND key = $3";
    let row = conn.query_opt(
        sql,
        &[SHARD.into(), key.account.0.into(), (&key.text).into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    key.check(digest(row.opt_bytes(1)?))?;
    Ok(Some(row.string(0)?))
}

/// Keeps an answer.
pub fn put(conn: &mut Conn, key: &Key, answer: &str, at: Instant) -> Result<()> {
    conn.exec(
        "INSERT INTO answered (shard, account, key, answer, at, request) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            SHARD.into(),
            key.account.0.into(),
            (&key.text).into(),
            answer.into(),
            at.0.into(),
            key.request.map(|hash| hash.0).into(),
        ],
    )?;
    Ok(())
}

/// A kept digest. One that is none is found by the proof, and counts as absent.
pub(crate) fn digest(bytes: Option<&[u8]>) -> Option<Hash> {
    bytes.and_then(Hash::from_slice)
}
