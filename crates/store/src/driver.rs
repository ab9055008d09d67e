//! One synchronous connection over both databases.
//!
//! SQL is written once, with `$1..$n` and `= ANY($n)` for lists; rows come back as
//! [`Row`]. A [`Conn`] belongs to one thread of the store (never to a task of the
//! web server's runtime: both drivers block). Why so: docs/decisions/0003.

mod bulk;
mod error;
mod lease;
mod lite;
mod pg;
pub(crate) mod sql;
mod value;

use std::path::Path;

pub use bulk::{Kind, OnConflict, Table};
pub use error::{Constraint, DbError, OpenError, Result, Rule};
pub use lite::Lite;
pub use pg::Pg;
pub use value::{Row, Value};

/// One connection, to either database.
#[expect(
    clippy::large_enum_variant,
    reason = "a handful exist, and they don't move"
)]
pub enum Conn {
    /// A SQLite file.
    Sqlite(Lite),
    /// A PostgreSQL server.
    Pg(Pg),
}

/// Which SQL a connection speaks, for the few texts that must differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL 12 or later.
    Postgres,
}

macro_rules! either {
    ($conn:expr, $inner:ident => $do:expr) => {
        match $conn {
            Conn::Sqlite($inner) => $do,
            Conn::Pg($inner) => $do,
        }
    };
}

impl Conn {
    pub(crate) fn sqlite_writer(path: &Path, create: bool) -> Result<Conn> {
        Lite::writer(path, create).map(Conn::Sqlite)
    }

    pub(crate) fn sqlite_reader(path: &Path) -> Result<Conn> {
        Lite::reader(path).map(Conn::Sqlite)
    }

    pub(crate) fn postgres(
        config: &postgres::Config,
    ) -> std::result::Result<Conn, postgres::Error> {
        Pg::connect(config).map(Conn::Pg)
    }

    /// Which SQL this connection speaks.
    pub fn dialect(&self) -> Dialect {
        match self {
            Conn::Sqlite(_) => Dialect::Sqlite,
            Conn::Pg(_) => Dialect::Postgres,
        }
    }

    /// Takes the right to write for a server, which lasts as long as this connection and belongs to
    /// one server at a time. A SQLite file has its lock, taken when it was opened.
    ///
    /// # Errors
    /// [`DbError::Taken`], naming who has it.
    pub(crate) fn take_lease(&mut self) -> Result<()> {
        match self {
            Conn::Sqlite(_) => Ok(()),
            Conn::Pg(c) => c.take_lease(),
        }
    }

    /// Begins a new term under the lease, in a database that has every migration. If the connection
    /// is lost, it is taken up again only in the same term: nobody wrote in between.
    pub(crate) fn begin_term(&mut self) -> Result<()> {
        match self {
            Conn::Sqlite(_) => Ok(()),
            Conn::Pg(c) => c.begin_term(),
        }
    }

    /// Begins SQLite's log anew, if no reader needs it; waits for nobody. Between two transactions of
    /// the connection that writes. Says whether it was done.
    pub(crate) fn restart_log(&mut self) -> Result<bool> {
        match self {
            Conn::Sqlite(c) => c.restart_log(),
            Conn::Pg(_) => Ok(true),
        }
    }

    /// All the rows of an answer.
    pub fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.for_each(sql, params, |row| {
            rows.push(row.clone());
            Ok(())
        })?;
        Ok(rows)
    }

    /// The row, if there is one; several are a mistake in the program.
    pub fn query_opt(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>> {
        let mut found = None;
        self.for_each(sql, params, |row| match found.replace(row.clone()) {
            None => Ok(()),
            Some(_) => Err(DbError::Other(format!("several rows for one: {sql}"))),
        })?;
        Ok(found)
    }

    /// The one row of an answer.
    pub fn query_one(&mut self, sql: &str, params: &[Value]) -> Result<Row> {
        self.query_opt(sql, params)?
            .ok_or_else(|| DbError::Other(format!("no row where one must be: {sql}")))
    }

    /// Streams a big answer through `each`; an error of `each` ends it.
    pub fn for_each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: impl FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        either!(self, c => c.for_each(sql, params, each))
    }

    /// Runs a statement; how many rows it touched.
    pub fn exec(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        either!(self, c => c.exec(sql, params))
    }

    /// Runs statements without parameters (schema changes).
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        either!(self, c => c.batch(sql))
    }

    /// Begins a writing transaction (SQLite: IMMEDIATE, so it can't fail half-way
    /// for want of the lock). A lost PostgreSQL connection is made anew here.
    pub fn begin(&mut self) -> Result<()> {
        match self {
            Conn::Sqlite(c) => c.control("BEGIN IMMEDIATE"),
            Conn::Pg(c) => c.begin("BEGIN"),
        }
    }

    /// Begins a reading transaction: everything in it is seen at one moment.
    pub fn begin_read(&mut self) -> Result<()> {
        match self {
            Conn::Sqlite(c) => c.control("BEGIN DEFERRED"),
            Conn::Pg(c) => c.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        }
    }

    /// Makes the transaction durable. After [`DbError::Lost`] its fate is unknown;
    /// after any other error it is not committed.
    pub fn commit(&mut self) -> Result<()> {
        match self {
            Conn::Sqlite(c) => c.control("COMMIT"),
            Conn::Pg(c) => c.commit(),
        }
    }

    /// Undoes the transaction; none open (or the connection gone) is fine.
    pub fn rollback(&mut self) -> Result<()> {
        match self {
            c if !c.in_transaction() => Ok(()),
            Conn::Sqlite(c) => c.control("ROLLBACK"),
            Conn::Pg(c) => c.rollback(),
        }
    }

    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        either!(self, c => c.in_transaction())
    }

    /// Runs `work` in a writing transaction: committed if it succeeds, else undone.
    pub fn transaction<T, E: From<DbError>>(
        &mut self,
        work: impl FnOnce(&mut Conn) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.begin()?;
        match work(self) {
            Ok(value) => match self.commit() {
                Ok(()) => Ok(value),
                Err(error) => {
                    self.undo();
                    Err(error.into())
                }
            },
            Err(error) => {
                self.undo();
                Err(error)
            }
        }
    }

    /// Rolls back where another error is already on its way to the caller.
    pub(crate) fn undo(&mut self) {
        if let Err(error) = self.rollback() {
            tracing::warn!(%error, "rollback");
        }
    }

    /// Sets a mark inside a transaction. `name` is an identifier of the program's.
    pub fn savepoint(&mut self, name: &str) -> Result<()> {
        either!(self, c => c.control(&format!("SAVEPOINT {name}")))
    }

    /// Forgets a mark and keeps what was done since.
    pub fn release(&mut self, name: &str) -> Result<()> {
        either!(self, c => c.control(&format!("RELEASE SAVEPOINT {name}")))
    }

    /// Undoes what was done since a mark, failed statements too; the mark stays.
    pub fn rollback_to(&mut self, name: &str) -> Result<()> {
        let sql = format!("ROLLBACK TO SAVEPOINT {name}");
        match self {
            Conn::Sqlite(c) => c.control(&sql),
            Conn::Pg(c) => c.rollback_to(&sql),
        }
    }

    /// Writes a set of rows: all or, outside a transaction, none. Inside one, the
    /// caller rolls back after an error. Says how many rows were written (for
    /// [`OnConflict::Add`] and `Replace`, duplicates of a key may count once or each).
    pub fn insert_many(
        &mut self,
        table: &Table<'_>,
        rows: &[Vec<Value>],
        conflict: OnConflict<'_>,
    ) -> Result<u64> {
        bulk::check_width(table, table.columns.len(), rows)?;
        self.as_one(
            rows,
            |conn| either!(conn, c => c.insert_many(table, rows, conflict)),
        )
    }

    /// Updates a set of rows, each with the values of `key` and then of `set`. A
    /// column may be in both: `key` `["shard", "id", "version"]` with `set`
    /// `["version", ..]` is the optimistic check; fewer rows touched than given means
    /// that some were stale. Keys within a set are distinct.
    pub fn update_many(
        &mut self,
        table: &Table<'_>,
        key: &[&str],
        set: &[&str],
        rows: &[Vec<Value>],
    ) -> Result<u64> {
        bulk::check_width(table, key.len() + set.len(), rows)?;
        self.as_one(
            rows,
            |conn| either!(conn, c => c.update_many(table, key, set, rows)),
        )
    }

    fn as_one(
        &mut self,
        rows: &[Vec<Value>],
        write: impl FnOnce(&mut Conn) -> Result<u64>,
    ) -> Result<u64> {
        match rows {
            [] => Ok(0),
            _ if self.in_transaction() => write(self),
            _ => self.transaction(write),
        }
    }

    /// Whether the database (PostgreSQL: the current schema) has a table.
    pub fn has_table(&mut self, name: &str) -> Result<bool> {
        let sql = match self.dialect() {
            Dialect::Sqlite => {
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = $1"
            }
            Dialect::Postgres => {
                "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1"
            }
        };
        Ok(self.query_one(sql, &[name.into()])?.int(0)? > 0)
    }
}

#[cfg(test)]
mod tests;
