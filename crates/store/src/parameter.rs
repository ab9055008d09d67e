//! Parameters that were set at run time; the defaults are the program's.

use civic::id::AccountId;
use civic::time::Instant;

use crate::driver::{Conn, Result};

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Code of the parameter.
    pub code: String,
    /// For whom, see [`civic::parameter::Scope`].
    pub scope: String,
    /// The value.
    pub value: String,
    /// Since when.
    pub at: Instant,
    /// By whom.
    pub account: AccountId,
}

/// All values.
pub fn all(conn: &mut Conn) -> Result<Vec<Set>> {
    let sql = "SELECT code, scope, value, at, account FROM parameter ORDER BY code, scope";
    let rows = conn.query(sql, &[])?;
    let set = rows.iter().map(|row| {
        Ok(Set {
            code: row.string(0)?,
            scope: row.string(1)?,
            value: row.string(2)?,
            at: Instant(row.int(3)?),
            account: AccountId(row.int(4)?),
        })
    });
    set.collect()
}

/// Sets a value in the place of the one before.
pub fn put(conn: &mut Conn, set: &Set) -> Result<()> {
    remove(conn, &set.code, &set.scope)?;
    conn.exec(
        "INSERT INTO parameter (code, scope, value, at, account) VALUES ($1, $2, $3, $4, $5)",
        &[
            (&set.code).into(),
            (&set.scope).into(),
            (&set.value).into(),
            set.at.0.into(),
            set.account.0.into(),
        ],
    )?;
    Ok(())
}

/// Takes a value away, so that the default or the value for all holds again.
pub fn remove(conn: &mut Conn, code: &str, scope: &str) -> Result<()> {
    conn.exec(
        "DELETE FROM parameter WHERE code = $1 AND scope = $2",
        &[code.into(), scope.into()],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn a_value_is_set_once_for_a_scope_and_taken_away(conn: &mut Conn) {
            prepare(conn);
            let set = |scope: &str, value: &str| Set {
                code: "lock_minutes".into(), scope: scope.into(), value: value.into(), at: Instant(5), account: AccountId(9),
            };
            put(conn, &set("", "20")).unwrap();
            put(conn, &set("", "30")).unwrap();
            put(conn, &set("role:sec_admin", "60")).unwrap();
            assert_eq!(all(conn).unwrap(), [set("", "30"), set("role:sec_admin", "60")]);
            remove(conn, "lock_minutes", "").unwrap();
            assert_eq!(all(conn).unwrap(), [set("role:sec_admin", "60")]);
        }
    }
}
