//! Sessions. The database holds the SHA-256 of the token, so a copy of it opens no session.

use civic::id::AccountId;
use civic::time::Instant;
use civic::trace::Hash;

use crate::driver::{Conn, DbError, Kind, Result, Row, Table, Value};

/// One session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token.
    pub token: Hash,
    /// Whose.
    pub account: AccountId,
    /// Signed in at.
    pub created_at: Instant,
    /// Last used at (kept up to date about once a minute).
    pub seen_at: Instant,
    /// Network address at sign-in.
    pub address: String,
    /// What the browser called itself.
    pub agent: String,
    /// Signed out at, or ended.
    pub ended_at: Option<Instant>,
}

const SESSIONS: &str =
    "SELECT token, account, created_at, seen_at, address, agent, ended_at FROM session";

fn session(row: &Row) -> Result<Session> {
    Ok(Session {
        token: Hash::from_slice(row.bytes(0)?)
            .ok_or_else(|| DbError::Other("session.token is no digest".into()))?,
        account: AccountId(row.int(1)?),
        created_at: Instant(row.int(2)?),
        seen_at: Instant(row.int(3)?),
        address: row.string(4)?,
        agent: row.string(5)?,
        ended_at: row.opt_int(6)?.map(Instant),
    })
}

/// Begins a session.
pub fn insert(conn: &mut Conn, session: &Session) -> Result<()> {
    conn.exec(
        "INSERT INTO session (token, account, created_at, seen_at, address, agent, ended_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            session.token.0.into(),
            session.account.0.into(),
            session.created_at.0.into(),
            session.seen_at.0.into(),
            (&session.address).into(),
            (&session.agent).into(),
            session.ended_at.map(|t| t.0).into(),
        ],
    )?;
    Ok(())
}

/// The session of a token that has not been ended. Whether it is too old is the caller's to judge.
pub fn open(conn: &mut Conn, token: Hash) -> Result<Option<Session>> {
    let sql = format!("{SESSIONS} WHERE token = $1 AND ended_at IS NULL");
    let row = conn.query_opt(&sql, &[token.0.into()])?;
    row.as_ref().map(session).transpose()
}

/// The sessions of an account that have not been ended and were used after `since`, newest first.
pub fn open_of(conn: &mut Conn, account: AccountId, since: Instant) -> Result<Vec<Session>> {
    let sql = format!(
        "{SESSIONS} WHERE account = $1 AND ended_at IS NULL AND seen_at > $2 \
         ORDER BY created_at DESC"
    );
    conn.query(&sql, &[account.0.into(), since.0.into()])?
        .iter()
        .map(session)
        .collect()
}

const SEEN: Table<'_> = Table {
    name: "session",
    columns: &[("token", Kind::Bytes), ("seen_at", Kind::Int)],
};

/// Remembers when sessions were last used: a set at a time, because thousands of people at work
/// would otherwise cost a transaction each.
pub fn touch(conn: &mut Conn, used: &[(Hash, Instant)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = used
        .iter()
        .map(|(token, at)| vec![token.0.into(), at.0.into()])
        .collect();
    conn.update_many(&SEEN, &["token"], &["seen_at"], &rows)?;
    Ok(())
}

/// Ends a session. Whether one was open.
pub fn end(conn: &mut Conn, token: Hash, at: Instant) -> Result<bool> {
    let sql = "UPDATE session SET ended_at = $2 WHERE token = $1 AND ended_at IS NULL";
    Ok(conn.exec(sql, &[token.0.into(), at.0.into()])? == 1)
}

/// Ends all sessions of an account but one (`None`: all). How many were open.
pub fn end_all(
    conn: &mut Conn,
    account: AccountId,
    except: Option<Hash>,
    at: Instant,
) -> Result<u64> {
    let except = except.map_or_else(Vec::new, |hash| hash.0.to_vec());
    conn.exec(
        "UPDATE session SET ended_at = $3 WHERE account = $1 AND token <> $2 AND ended_at IS NULL",
        &[account.0.into(), except.into(), at.0.into()],
    )
}

/// The addresses from which an account began sessions since a moment, the newest first.
pub fn addresses(conn: &mut Conn, account: AccountId, since: Instant) -> Result<Vec<String>> {
    let sql = "SELECT address FROM session WHERE account = $1 AND created_at >= $2 \
               ORDER BY created_at DESC LIMIT 50";
    let rows = conn.query(sql, &[account.0.into(), since.0.into()])?;
    rows.iter().map(|row| row.string(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    fn session(token: &[u8], account: i64, at: i64) -> Session {
        Session {
            token: Hash::of(token),
            account: AccountId(account),
            created_at: Instant(at),
            seen_at: Instant(at),
            address: "10.0.0.1".into(),
            agent: "测试".into(),
            ended_at: None,
        }
    }

    on_both! {
        fn a_session_is_open_until_it_is_ended(conn: &mut Conn) {
            prepare(conn);
            let a = session(b"a", 1, 10);
            insert(conn, &a).unwrap();
            assert_eq!(open(conn, Hash::of(b"a")).unwrap(), Some(a.clone()));
            assert_eq!(open(conn, Hash::of(b"b")).unwrap(), None);
            touch(conn, &[(a.token, Instant(50)), (Hash::of(b"gone"), Instant(60))]).unwrap();
            assert_eq!(open(conn, a.token).unwrap().unwrap().seen_at, Instant(50));
            assert!(end(conn, a.token, Instant(60)).unwrap());
            assert!(!end(conn, a.token, Instant(61)).unwrap());
            assert_eq!(open(conn, a.token).unwrap(), None);
        }

        fn all_sessions_of_an_account_but_one_are_ended(conn: &mut Conn) {
            prepare(conn);
            for (token, account, at) in [(b"a", 1, 10), (b"b", 1, 20), (b"c", 1, 30), (b"d", 2, 40)] {
                insert(conn, &session(token, account, at)).unwrap();
            }
            let since_15: Vec<_> = open_of(conn, AccountId(1), Instant(15)).unwrap().into_iter().map(|s| s.created_at.0).collect();
            assert_eq!(since_15, [30, 20]);
            assert_eq!(end_all(conn, AccountId(1), Some(Hash::of(b"b")), Instant(50)).unwrap(), 2);
            assert!(open(conn, Hash::of(b"b")).unwrap().is_some());
            assert_eq!(end_all(conn, AccountId(1), None, Instant(50)).unwrap(), 1);
            assert!(open(conn, Hash::of(b"d")).unwrap().is_some(), "another account's stays");
        }
    }
}
