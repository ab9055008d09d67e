//! The log of sign-ins: every attempt with its outcome. Attempts per address are counted from it.

use civic::id::AccountId;
use civic::time::Instant;

use crate::driver::{Conn, Result};

/// Codes of outcomes.
pub mod outcome {
    /// Signed in.
    pub const OK: &str = "ok";
    /// No such login, or a wrong password.
    pub const WRONG: &str = "wrong";
    /// The account is locked after failures.
    pub const LOCKED: &str = "locked";
    /// The account is disabled.
    pub const DISABLED: &str = "disabled";
    /// Too many failures from one address.
    pub const THROTTLED: &str = "throttled";
}

/// One attempt. A login that nobody has may be a mistyped password: callers cut it short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Instant,
    /// What was typed as login.
    pub login: String,
    /// The account of that login.
    pub account: Option<AccountId>,
    /// From where.
    pub address: String,
    /// How it ended: see [`outcome`].
    pub outcome: &'static str,
}

/// Writes an attempt down.
pub fn insert(conn: &mut Conn, attempt: &Attempt) -> Result<()> {
    let id = crate::fresh_id(conn, "sign_in", attempt.at)?;
    conn.exec(
        "INSERT INTO sign_in (id, at, login, account, address, outcome) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            id.into(),
            attempt.at.0.into(),
            (&attempt.login).into(),
            attempt.account.map(|a| a.0).into(),
            (&attempt.address).into(),
            attempt.outcome.into(),
        ],
    )?;
    Ok(())
}

/// Wrong logins or passwords from an address since a moment.
pub fn failures_from(conn: &mut Conn, address: &str, since: Instant) -> Result<i64> {
    conn.query_one(
        "SELECT count(*) FROM sign_in WHERE address = $1 AND at >= $2 AND outcome = $3",
        &[address.into(), since.0.into(), outcome::WRONG.into()],
    )?
    .int(0)
}

/// The newest good sign-in of an account before a moment: time and address, to be shown to its owner.
pub fn last_good(
    conn: &mut Conn,
    account: AccountId,
    before: Instant,
) -> Result<Option<(Instant, String)>> {
    let row = conn.query_opt(
        "SELECT created_at, address FROM session WHERE account = $1 AND created_at < $2 \
         ORDER BY created_at DESC LIMIT 1",
        &[account.0.into(), before.0.into()],
    )?;
    row.map(|row| Ok((Instant(row.int(0)?), row.string(1)?)))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn failures_are_counted_per_address_and_time(conn: &mut Conn) {
            prepare(conn);
            let attempt = |at: i64, address: &str, outcome: &'static str| Attempt {
                at: Instant(at), login: "chen".into(), account: None, address: address.into(), outcome,
            };
            for a in [
                attempt(10, "a", outcome::WRONG), attempt(20, "a", outcome::WRONG),
                attempt(30, "a", outcome::OK), attempt(30, "b", outcome::WRONG),
            ] {
                insert(conn, &a).unwrap();
            }
            assert_eq!(failures_from(conn, "a", Instant(0)).unwrap(), 2);
            assert_eq!(failures_from(conn, "a", Instant(11)).unwrap(), 1);
            assert_eq!(failures_from(conn, "c", Instant(0)).unwrap(), 0);
        }
    }
}
