//! The bare loops that `hangji bench` compares with: the same kinds of rows as one command writes
//! (two steps, one matter, one holding), by the driver alone, in durable sets. No rules, no hashing,
//! no tallies, no JSON: the limit of the database.

use crate::driver::{DbError, Result};
use crate::url::StoreUrl;
use std::path::{Path, PathBuf};

/// A place for bare loops beside a database; [`Bare::end`] removes it.
pub enum Bare {
    /// Rows one at a time through kept statements, in a file.
    Sqlite(Box<Lite>),
    /// Arrays taken apart by `unnest`, in a schema of their own.
    Postgres(Box<Pg>),
}

impl Bare {
    /// Makes a fresh place: a file in `folder`, or a schema on the same server.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn beside(url: &StoreUrl, folder: &Path) -> Result<Self> {
        match url {
            StoreUrl::Sqlite(_) => {
                Lite::open(&folder.join("bare-loop.db")).map(|l| Self::Sqlite(Box::new(l)))
            }
            StoreUrl::Postgres(config) => Pg::open(config).map(|p| Self::Postgres(Box::new(p))),
        }
    }

    /// What it is, for the result.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "rusqlite",
            Self::Postgres(_) => "UNNEST on PostgreSQL",
        }
    }

    /// Writes one durable set of `commands`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set(&mut self, commands: usize) -> Result<()> {
        match self {
            Self::Sqlite(lite) => lite.set(commands),
            Self::Postgres(pg) => pg.set(commands),
        }
    }

    /// Removes the place.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn end(self) -> Result<()> {
        match self {
            Self::Sqlite(lite) => {
                let path = lite.path.clone();
                drop(lite);
                remove(&path);
                Ok(())
            }
            Self::Postgres(mut pg) => {
                let drop = format!("DROP SCHEMA {SCHEMA} CASCADE");
                pg.client.batch_execute(&drop).map_err(DbError::from)
            }
        }
    }
}

fn remove(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
}

/// Name of the schema on PostgreSQL.
const SCHEMA: &str = "hangji_bare_loop";

/// A SQLite file.
pub struct Lite {
    path: PathBuf,
    conn: rusqlite::Connection,
    next: i64,
}

const FACTS: &str = r#"[{"fact":"counted","measure":"triage_unit_day","day":20000},{"fact":"clock_stopped","kind":"same_day","slot":0},{"fact":"moved","state":"at_grid","phase":"triage","holder":"area","desk":{"area":"50"},"level":"grid","trail":"push"},{"fact":"clock_started","kind":"same_day","slot":0,"due":1773244800000}]"#;

impl Lite {
    /// Makes a fresh file with the same settings as a real one.
    fn open(path: &Path) -> Result<Self> {
        remove(path);
        let conn = rusqlite::Connection::open(path).map_err(DbError::from)?;
        conn.execute_batch(
            "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-131072;
             CREATE TABLE step (matter INTEGER NOT NULL, seq INTEGER NOT NULL, action TEXT, account INTEGER, who TEXT, facts TEXT,
               opinion TEXT, words BLOB, prev BLOB, hash BLOB, PRIMARY KEY (matter, seq)) STRICT;
             CREATE INDEX step_account ON step (account, matter);
             CREATE TABLE matter (id INTEGER PRIMARY KEY, no TEXT, town INTEGER, community INTEGER, due INTEGER, version INTEGER, body TEXT) STRICT;
             CREATE UNIQUE INDEX matter_no ON matter (no);
             CREATE INDEX matter_town ON matter (town, id);
             CREATE INDEX matter_community ON matter (community, id);
             CREATE TABLE holding (matter INTEGER, slot INTEGER, desk INTEGER, due INTEGER, PRIMARY KEY (matter, slot)) STRICT;
             CREATE INDEX holding_desk ON holding (desk, due, matter);",
        )?;
        Ok(Self {
            path: path.to_owned(),
            conn,
            next: 1,
        })
    }

    fn set(&mut self, commands: usize) -> Result<()> {
        let body = body();
        let tx = self
            .conn
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut step = tx.prepare_cached("INSERT INTO step VALUES (?1, ?2, 'escalate', ?3, '{\"name\":\"陈春山\",\"title\":\"单元长\"}', ?4, '本级无法解决，请上级协调', ?5, ?5, ?5)")?;
            let mut matter =
                tx.prepare_cached("INSERT INTO matter VALUES (?1, ?2, ?3, ?4, ?5, 2, ?6)")?;
            let mut holding = tx.prepare_cached("INSERT INTO holding VALUES (?1, 0, ?2, ?3)")?;
            let hash = [7u8; 32];
            for _ in 0..commands {
                let id = self.next;
                self.next += 1;
                for seq in 1..=2 {
                    step.execute(rusqlite::params![id, seq, id % 4_000, FACTS, hash])?;
                }
                matter.execute(rusqlite::params![
                    id,
                    format!("350302003-260311-{id:06}"),
                    id % 54,
                    id % 976,
                    id * 1_000,
                    body
                ])?;
                holding.execute(rusqlite::params![id, id % 9_433, id * 1_000])?;
            }
        }
        tx.commit()?;
        Ok(())
    }
}

/// A schema on PostgreSQL.
pub struct Pg {
    client: postgres::Client,
    next: i64,
}

impl Pg {
    fn open(config: &postgres::Config) -> Result<Self> {
        let mut client = config.connect(postgres::NoTls)?;
        client.batch_execute(&format!(
            "SET synchronous_commit=on; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}; SET search_path TO {SCHEMA};
             CREATE TABLE step (matter BIGINT, seq BIGINT, action TEXT, account BIGINT, who TEXT, facts TEXT,
               opinion TEXT, words BYTEA, prev BYTEA, hash BYTEA, PRIMARY KEY (matter, seq));
             CREATE INDEX step_account ON step (account, matter);
             CREATE TABLE matter (id BIGINT PRIMARY KEY, no TEXT, town BIGINT, community BIGINT, due BIGINT, version BIGINT, body TEXT);
             CREATE UNIQUE INDEX matter_no ON matter (no);
             CREATE INDEX matter_town ON matter (town, id);
             CREATE INDEX matter_community ON matter (community, id);
             CREATE TABLE holding (matter BIGINT, slot BIGINT, desk BIGINT, due BIGINT, PRIMARY KEY (matter, slot));
             CREATE INDEX holding_desk ON holding (desk, due, matter);"
        ))?;
        Ok(Self { client, next: 1 })
    }

    fn set(&mut self, commands: usize) -> Result<()> {
        let ids: Vec<i64> = (self.next..).take(commands).collect();
        self.next += commands as i64;
        let nos: Vec<String> = ids
            .iter()
            .map(|id| format!("350302003-260311-{id:06}"))
            .collect();
        let bodies = vec![body(); commands];
        let of_steps: Vec<i64> = ids.iter().flat_map(|id| [*id, *id]).collect();
        let seqs: Vec<i64> = ids.iter().flat_map(|_| [1, 2]).collect();
        let facts = vec![FACTS; of_steps.len()];
        let hashes = vec![vec![7u8; 32]; of_steps.len()];
        let mut tx = self.client.transaction()?;
        tx.execute(
            "INSERT INTO step SELECT m, s, 'escalate', m % 4000, '{\"name\":\"陈春山\",\"title\":\"单元长\"}', f, '本级无法解决，请上级协调', h, h, h \
             FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bytea[]) AS u(m, s, f, h)",
            &[&of_steps, &seqs, &facts, &hashes],
        )?;
        tx.execute(
            "INSERT INTO matter SELECT i, n, i % 54, i % 976, i * 1000, 2, b FROM unnest($1::bigint[], $2::text[], $3::text[]) AS u(i, n, b)",
            &[&ids, &nos, &bodies],
        )?;
        tx.execute(
            "INSERT INTO holding SELECT i, 0, i % 9433, i * 1000 FROM unnest($1::bigint[]) AS u(i)",
            &[&ids],
        )?;
        Ok(tx.commit()?)
    }
}

fn body() -> String {
    format!("{{\"text\":\"{}\"}}", "事".repeat(500))
}
