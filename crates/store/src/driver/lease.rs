//! The lease of a database on PostgreSQL: one server at a time writes.
//!
//! It is an advisory lock of the session that writes, so it cannot outlive the connection, and what
//! is written can only be written under it: that is the fence. A term, counted in the database, tells
//! a server that lost its connection whether another one wrote in between; then what it keeps in
//! memory (counters, newest ids, the tree) is stale, and it writes no more. Needs a connection of its
//! own: a pooler that shares sessions between transactions would break it.

use super::{DbError, Result};
use postgres::Client;

/// One key for a database and schema.
const KEY: &str = "hashtextextended('hangji ' || current_schema(), 0)";

/// A dead server must not hold the lease for the two hours of the system's default.
const NOTICE_A_DEAD_CLIENT: &str =
    "SET tcp_keepalives_idle=20; SET tcp_keepalives_interval=5; SET tcp_keepalives_count=4";

/// The right to write.
pub(super) struct Lease {
    /// The term under which this server writes; none until the schema is there.
    term: Option<i64>,
    /// Whether the present session has the lock.
    held: bool,
}

impl Lease {
    /// Takes the lease for this session.
    pub(super) fn take(client: &mut Client) -> Result<Lease> {
        client.batch_execute(NOTICE_A_DEAD_CLIENT)?;
        if !locked(client)? {
            return Err(DbError::Taken(holder(client)?));
        }
        Ok(Lease {
            term: None,
            held: true,
        })
    }

    /// Counts a new term.
    pub(super) fn begin_term(&mut self, client: &mut Client) -> Result<()> {
        let sql = "INSERT INTO meta (key, value) VALUES ('term', '1') \
                   ON CONFLICT (key) DO UPDATE SET value = (meta.value::bigint + 1)::text \
                   RETURNING value::bigint";
        self.term = Some(client.query_one(sql, &[])?.try_get(0)?);
        Ok(())
    }

    /// The session is gone, and its lock with it.
    pub(super) fn dropped(mut self) -> Lease {
        self.held = false;
        self
    }

    /// Makes sure of the lease before a transaction: free while the session lives.
    pub(super) fn hold(&mut self, client: &mut Client) -> Result<()> {
        if self.held {
            return Ok(());
        }
        client.batch_execute(NOTICE_A_DEAD_CLIENT)?;
        let locked = locked(client)?;
        let now: Option<i64> = client
            .query_opt("SELECT value::bigint FROM meta WHERE key = 'term'", &[])?
            .map(|row| row.try_get(0))
            .transpose()?;
        if now != self.term {
            if locked {
                client.batch_execute(&format!("SELECT pg_advisory_unlock({KEY})"))?;
            }
            return Err(DbError::Taken(format!(
                "term {now:?} after {:?}",
                self.term
            )));
        }
        if !locked {
            // The server has not noticed yet that the former session is gone, or another one just
            // took it: the next try tells.
            return Err(DbError::Lost("the lease is not free yet".to_owned()));
        }
        self.held = true;
        Ok(())
    }
}

fn locked(client: &mut Client) -> Result<bool> {
    let sql = format!("SELECT pg_try_advisory_lock({KEY})");
    Ok(client.query_one(&sql, &[])?.try_get(0)?)
}

/// Who has the lease: the address and the start of the session, as far as the server tells.
fn holder(client: &mut Client) -> Result<String> {
    let sql = format!(
        "SELECT COALESCE(host(a.client_addr), '数据库服务器本机'), \
         to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') \
         FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid, (SELECT {KEY} AS key) k \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND (l.classid::bigint << 32) | l.objid::bigint = k.key"
    );
    let found = client.query_opt(&sql, &[])?;
    let (from, since): (Option<String>, Option<String>) = match found {
        Some(row) => (row.try_get(0)?, row.try_get(1)?),
        None => (None, None),
    };
    let unknown = || "未知".to_owned();
    Ok(format!(
        "来自 {}，连接时间 {}",
        from.unwrap_or_else(unknown),
        since.unwrap_or_else(unknown)
    ))
}
