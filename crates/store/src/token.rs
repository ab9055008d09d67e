//! API tokens of other systems. Only their SHA-256 is kept.

use civic::id::AccountId;
use civic::time::Instant;
use civic::trace::Hash;

use crate::driver::{Conn, Result, Row};

/// One token, without the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Own id.
    pub id: i64,
    /// The account it acts for.
    pub account: AccountId,
    /// What it is for.
    pub name: String,
    /// Made at.
    pub created_at: Instant,
    /// Not accepted from then on.
    pub expires_at: Instant,
    /// Revoked at.
    pub revoked_at: Option<Instant>,
}

const TOKENS: &str = "SELECT id, account, name, created_at, expires_at, revoked_at FROM api_token";

fn token(row: &Row) -> Result<ApiToken> {
    Ok(ApiToken {
        id: row.int(0)?,
        account: AccountId(row.int(1)?),
        name: row.string(2)?,
        created_at: Instant(row.int(3)?),
        expires_at: Instant(row.int(4)?),
        revoked_at: row.opt_int(5)?.map(Instant),
    })
}

/// Adds a token with the SHA-256 by which it is found.
pub fn insert(conn: &mut Conn, token: &ApiToken, digest: Hash) -> Result<()> {
    conn.exec(
        "INSERT INTO api_token (id, token, account, name, created_at, expires_at, revoked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            token.id.into(),
            digest.0.into(),
            token.account.0.into(),
            (&token.name).into(),
            token.created_at.0.into(),
            token.expires_at.0.into(),
            token.revoked_at.map(|t| t.0).into(),
        ],
    )?;
    Ok(())
}

/// The token with this digest, unless it is revoked. Whether it has expired is the caller's to judge.
pub fn by_digest(conn: &mut Conn, digest: Hash) -> Result<Option<ApiToken>> {
    let sql = format!("{TOKENS} WHERE token = $1 AND revoked_at IS NULL");
    let row = conn.query_opt(&sql, &[digest.0.into()])?;
    row.as_ref().map(token).transpose()
}

/// All tokens, newest first, revoked ones included.
pub fn list(conn: &mut Conn) -> Result<Vec<ApiToken>> {
    conn.query(&format!("{TOKENS} ORDER BY id DESC"), &[])?
        .iter()
        .map(token)
        .collect()
}

/// Revokes a token. Whether it was in force.
pub fn revoke(conn: &mut Conn, id: i64, at: Instant) -> Result<bool> {
    let sql = "UPDATE api_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    Ok(conn.exec(sql, &[id.into(), at.0.into()])? == 1)
}

/// The token with this id, unless it is revoked. Whether it has expired is the caller's to judge.
pub fn in_force(conn: &mut Conn, id: i64) -> Result<Option<ApiToken>> {
    let sql = format!("{TOKENS} WHERE id = $1 AND revoked_at IS NULL");
    let row = conn.query_opt(&sql, &[id.into()])?;
    row.map(|row| token(&row)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn a_token_is_found_by_its_digest_until_it_is_revoked(conn: &mut Conn) {
            prepare(conn);
            let made = ApiToken {
                id: 5, account: AccountId(3), name: "12345对接".into(),
                created_at: Instant(1), expires_at: Instant(100), revoked_at: None,
            };
            insert(conn, &made, Hash::of(b"t")).unwrap();
            assert_eq!(by_digest(conn, Hash::of(b"t")).unwrap(), Some(made.clone()));
            assert_eq!(by_digest(conn, Hash::of(b"u")).unwrap(), None);
            assert!(revoke(conn, 5, Instant(9)).unwrap());
            assert!(!revoke(conn, 5, Instant(9)).unwrap());
            assert_eq!(by_digest(conn, Hash::of(b"t")).unwrap(), None);
            assert_eq!(list(conn).unwrap(), [ApiToken { revoked_at: Some(Instant(9)), ..made }]);
        }
    }
}
