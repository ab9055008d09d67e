//! Entry from other apps: which apps may send people, and which of their tokens were used.

use civic::time::Instant;

use crate::driver::{Conn, DbError, Result, Row, Rule};

/// An app that may send its people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryApp {
    /// Own code, which its tokens name.
    pub code: String,
    /// Name in lists.
    pub name: String,
    /// The sealed key that both sides share.
    pub secret: Vec<u8>,
    /// Whether its tokens are accepted.
    pub enabled: bool,
}

fn app(row: &Row) -> Result<EntryApp> {
    Ok(EntryApp {
        code: row.string(0)?,
        name: row.string(1)?,
        secret: row.bytes(2)?.to_vec(),
        enabled: row.bool(3)?,
    })
}

/// All apps, by code.
pub fn apps(conn: &mut Conn) -> Result<Vec<EntryApp>> {
    let sql = "SELECT code, name, secret, enabled FROM entry_app ORDER BY code";
    conn.query(sql, &[])?.iter().map(app).collect()
}

/// Sets an app in the place of the one before.
pub fn put_app(conn: &mut Conn, app: &EntryApp) -> Result<()> {
    conn.exec(
        "DELETE FROM entry_app WHERE code = $1",
        &[(&app.code).into()],
    )?;
    conn.exec(
        "INSERT INTO entry_app (code, name, secret, enabled) VALUES ($1, $2, $3, $4)",
        &[
            (&app.code).into(),
            (&app.name).into(),
            app.secret.clone().into(),
            app.enabled.into(),
        ],
    )?;
    Ok(())
}

/// Uses a token up, known by its digest until it would have expired anyway. Whether it was fresh.
/// Call it in a transaction of its own: a token that was used fails it.
pub fn take(conn: &mut Conn, digest: [u8; 32], until: Instant, now: Instant) -> Result<bool> {
    conn.exec("DELETE FROM entry_used WHERE until < $1", &[now.0.into()])?;
    let used = conn.query_opt(
        "SELECT 1 FROM entry_used WHERE token = $1",
        &[digest.into()],
    )?;
    if used.is_some() {
        return Ok(false);
    }
    let insert = conn.exec(
        "INSERT INTO entry_used (token, until) VALUES ($1, $2)",
        &[digest.into(), until.0.into()],
    );
    match insert {
        Ok(_) => Ok(true),
        Err(DbError::Constraint(c)) if c.rule == Rule::Unique => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn a_token_is_taken_once_and_forgotten_after_its_time(conn: &mut Conn) {
            prepare(conn);
            assert!(take(conn, [1; 32], Instant(100), Instant(50)).unwrap());
            assert!(!take(conn, [1; 32], Instant(100), Instant(100)).unwrap());
            assert!(take(conn, [2; 32], Instant(300), Instant(101)).unwrap());
            let kept = conn.query_one("SELECT count(*) FROM entry_used", &[]).unwrap();
            assert_eq!(kept.int(0).unwrap(), 1);
        }

        fn an_app_is_set_in_the_place_of_the_one_before(conn: &mut Conn) {
            prepare(conn);
            let app = EntryApp { code: "huimin".into(), name: "惠民宝".into(), secret: vec![1], enabled: true };
            put_app(conn, &app).unwrap();
            let off = EntryApp { enabled: false, ..app };
            put_app(conn, &off).unwrap();
            assert_eq!(apps(conn).unwrap(), [off]);
        }
    }
}
