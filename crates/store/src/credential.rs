//! What signing in needs beyond the password: its age and history, the second factor, recovery codes.

use civic::id::AccountId;
use civic::time::Instant;

use crate::driver::{Conn, Result};

/// The credentials of an account. Deliberately without `Debug`: it holds a sealed secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// When the password was set.
    pub set_at: Instant,
    /// Whether somebody else set it: then the owner has to change it.
    pub given: bool,
    /// The sealed secret of the second factor; before `factor_at` it is an offer.
    pub factor: Option<Vec<u8>>,
    /// Since when the second factor is asked for.
    pub factor_at: Option<Instant>,
    /// The last step of the second factor that was used; no older one is accepted.
    pub factor_step: i64,
}

/// The credentials of an account; none for one that was founded and never changed anything.
pub fn of(conn: &mut Conn, account: AccountId) -> Result<Option<Credential>> {
    let row = conn.query_opt(
        "SELECT set_at, given, factor, factor_at, factor_step FROM credential WHERE account = $1",
        &[account.0.into()],
    )?;
    row.map(|row| {
        Ok(Credential {
            set_at: Instant(row.int(0)?),
            given: row.bool(1)?,
            factor: row.opt_bytes(2)?.map(<[u8]>::to_vec),
            factor_at: row.opt_int(3)?.map(Instant),
            factor_step: row.int(4)?,
        })
    })
    .transpose()
}

/// Sets the credentials of an account.
pub fn put(conn: &mut Conn, account: AccountId, credential: &Credential) -> Result<()> {
    conn.exec(
        "DELETE FROM credential WHERE account = $1",
        &[account.0.into()],
    )?;
    conn.exec(
        "INSERT INTO credential (account, set_at, given, factor, factor_at, factor_step) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            account.0.into(),
            credential.set_at.0.into(),
            credential.given.into(),
            credential.factor.clone().into(),
            credential.factor_at.map(|at| at.0).into(),
            credential.factor_step.into(),
        ],
    )?;
    Ok(())
}

/// The hashes of the newest `count` passwords before the present one.
pub fn old_secrets(conn: &mut Conn, account: AccountId, count: i64) -> Result<Vec<String>> {
    let rows = conn.query(
        "SELECT secret FROM old_secret WHERE account = $1 ORDER BY at DESC LIMIT $2",
        &[account.0.into(), count.into()],
    )?;
    rows.iter().map(|row| row.string(0)).collect()
}

/// Remembers a hash that is about to be replaced.
pub fn remember(conn: &mut Conn, account: AccountId, secret: &str, at: Instant) -> Result<()> {
    conn.exec(
        "DELETE FROM old_secret WHERE account = $1 AND at = $2",
        &[account.0.into(), at.0.into()],
    )?;
    conn.exec(
        "INSERT INTO old_secret (account, at, secret) VALUES ($1, $2, $3)",
        &[account.0.into(), at.0.into(), secret.into()],
    )?;
    Ok(())
}

/// Replaces all recovery codes of an account by these digests.
pub fn set_recovery(conn: &mut Conn, account: AccountId, codes: &[[u8; 32]]) -> Result<()> {
    conn.exec(
        "DELETE FROM recovery_code WHERE account = $1",
        &[account.0.into()],
    )?;
    for code in codes {
        conn.exec(
            "INSERT INTO recovery_code (account, code, used_at) VALUES ($1, $2, NULL)",
            &[account.0.into(), (*code).into()],
        )?;
    }
    Ok(())
}

/// Uses a recovery code up. Whether it was there and unused.
pub fn use_recovery(
    conn: &mut Conn,
    account: AccountId,
    code: [u8; 32],
    at: Instant,
) -> Result<bool> {
    let sql = "UPDATE recovery_code SET used_at = $3 WHERE account = $1 AND code = $2 AND used_at IS NULL";
    Ok(conn.exec(sql, &[account.0.into(), code.into(), at.0.into()])? == 1)
}

/// How many recovery codes are left.
pub fn recovery_left(conn: &mut Conn, account: AccountId) -> Result<i64> {
    conn.query_one(
        "SELECT count(*) FROM recovery_code WHERE account = $1 AND used_at IS NULL",
        &[account.0.into()],
    )?
    .int(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    const WHO: AccountId = AccountId(7);

    on_both! {
        fn credentials_are_replaced_as_a_whole(conn: &mut Conn) {
            prepare(conn);
            assert!(of(conn, WHO).unwrap().is_none());
            let first = Credential { set_at: Instant(5), given: true, factor: None, factor_at: None, factor_step: 0 };
            put(conn, WHO, &first).unwrap();
            let second = Credential { given: false, factor: Some(vec![1, 2]), factor_at: Some(Instant(9)), factor_step: 77, ..first };
            put(conn, WHO, &second).unwrap();
            assert!(of(conn, WHO).unwrap() == Some(second));
        }

        fn the_newest_old_passwords_are_remembered(conn: &mut Conn) {
            prepare(conn);
            for n in 1..=4 {
                remember(conn, WHO, &format!("hash{n}"), Instant(n)).unwrap();
            }
            remember(conn, AccountId(8), "other", Instant(9)).unwrap();
            assert_eq!(old_secrets(conn, WHO, 2).unwrap(), ["hash4", "hash3"]);
            assert!(old_secrets(conn, WHO, 0).unwrap().is_empty());
        }

        fn a_recovery_code_works_once(conn: &mut Conn) {
            prepare(conn);
            set_recovery(conn, WHO, &[[1; 32], [2; 32]]).unwrap();
            assert!(use_recovery(conn, WHO, [1; 32], Instant(5)).unwrap());
            assert!(!use_recovery(conn, WHO, [1; 32], Instant(6)).unwrap());
            assert!(!use_recovery(conn, AccountId(8), [2; 32], Instant(6)).unwrap());
            assert_eq!(recovery_left(conn, WHO).unwrap(), 1);
            set_recovery(conn, WHO, &[[3; 32]]).unwrap();
            assert!(!use_recovery(conn, WHO, [2; 32], Instant(7)).unwrap());
        }
    }
}
