//! The bare loop that `hangji bench` compares with: the same kinds of rows as one command writes
//! (two steps, one matter, two holdings), by `rusqlite` alone, in durable sets. No rules, no hashing,
//! no tallies, no JSON: the limit of the file.

use crate::driver::{DbError, Result};
use std::path::Path;

/// A database for bare loops.
pub struct Bare {
    conn: rusqlite::Connection,
    next: i64,
}

const FACTS: &str = r#"[{"fact":"counted","measure":"triage_unit_day","day":20000},{"fact":"clock_stopped","kind":"same_day","slot":0},{"fact":"moved","state":"at_grid","phase":"triage","holder":"area","desk":{"area":"50"},"level":"grid","trail":"push"},{"fact":"clock_started","kind":"same_day","slot":0,"due":1773244800000}]"#;

impl Bare {
    /// Makes a fresh file with the same settings as a real one.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn open(path: &Path) -> Result<Self> {
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
        Ok(Self { conn, next: 1 })
    }

    /// Writes one durable set of `commands`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set(&mut self, commands: usize) -> Result<()> {
        let body = format!("{{\"text\":\"{}\"}}", "事".repeat(500));
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
