//! SQLite: cached statements in a loop, on the thread that owns the file.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags};

use super::bulk::{OnConflict, Table};
use super::{DbError, Result, Row, Value, sql};

/// How long a statement waits for another writer (here: only the checkpoint).
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Prepared statements kept by a connection, and rewritten texts.
const STATEMENTS: usize = 256;
/// Page cache of the writer in KiB: above the hot set (some 20,000 open matters).
const WRITER_CACHE_KIB: u32 = 128 * 1024;
/// Page cache of each reader in KiB; the operating system's cache lies behind it.
const READER_CACHE_KIB: u32 = 32 * 1024;

/// One connection to a SQLite file.
pub struct Lite {
    connection: Connection,
    /// Shared SQL text -> SQLite's, so that a text is scanned once.
    texts: HashMap<Box<str>, Arc<str>>,
}

impl Lite {
    /// The connection that writes: durable on commit, no checkpoints of its own.
    pub(super) fn writer(path: &Path, create: bool) -> Result<Lite> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
        // page_size comes first: it only counts before the file has a page.
        Lite::open(
            path,
            flags,
            &format!(
                "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
                 PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-{WRITER_CACHE_KIB};"
            ),
        )
    }

    /// A connection that can't write.
    pub(super) fn reader(path: &Path) -> Result<Lite> {
        Lite::open(
            path,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            &format!("PRAGMA query_only=ON; PRAGMA cache_size=-{READER_CACHE_KIB};"),
        )
    }

    fn open(path: &Path, flags: OpenFlags, pragmas: &str) -> Result<Lite> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_WAIT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(pragmas)?;
        connection.execute_batch("PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;")?;
        // Opening is lazy: this first read tells whether it is a database at all.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(Lite {
            connection,
            texts: HashMap::new(),
        })
    }

    pub(super) fn for_each(
        &mut self,
        text: &str,
        params: &[Value],
        mut each: impl FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        let text = self.text(text);
        let mut statement = self.connection.prepare_cached(&text)?;
        bind(&mut statement, params)?;
        let mut row = Row::default();
        let mut rows = statement.raw_query();
        while let Some(found) = rows.next()? {
            row.values.clear();
            for column in 0..found.as_ref().column_count() {
                row.values.push(value(found.get_ref(column)?)?);
            }
            each(&row)?;
        }
        Ok(())
    }

    pub(super) fn exec(&mut self, text: &str, params: &[Value]) -> Result<u64> {
        let text = self.text(text);
        let mut statement = self.connection.prepare_cached(&text)?;
        bind(&mut statement, params)?;
        Ok(statement.raw_execute()? as u64)
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        Ok(self.connection.execute_batch(sql)?)
    }

    /// Transaction control: parsed once, like every hot statement.
    pub(super) fn control(&mut self, sql: &str) -> Result<()> {
        self.connection.prepare_cached(sql)?.raw_execute()?;
        Ok(())
    }

    /// See [`super::Conn::restart_log`].
    pub(super) fn restart_log(&mut self) -> Result<bool> {
        self.connection.busy_timeout(Duration::ZERO)?;
        let busy = self
            .connection
            .query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| {
                row.get::<_, i64>(0)
            });
        self.connection.busy_timeout(BUSY_WAIT)?;
        Ok(busy? == 0)
    }

    pub(super) fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    pub(super) fn insert_many(
        &mut self,
        table: &Table<'_>,
        rows: &[Vec<Value>],
        conflict: OnConflict<'_>,
    ) -> Result<u64> {
        self.each_row(&table.insert_row(conflict)?, rows)
    }

    pub(super) fn update_many(
        &mut self,
        table: &Table<'_>,
        key: &[&str],
        set: &[&str],
        rows: &[Vec<Value>],
    ) -> Result<u64> {
        self.each_row(&table.update_row(key, set), rows)
    }

    fn each_row(&mut self, text: &str, rows: &[Vec<Value>]) -> Result<u64> {
        let mut statement = self.connection.prepare_cached(text)?;
        let mut written = 0;
        for row in rows {
            bind(&mut statement, row)?;
            written += statement.raw_execute()? as u64;
        }
        Ok(written)
    }

    fn text(&mut self, shared: &str) -> Arc<str> {
        if let Some(text) = self.texts.get(shared) {
            return text.clone();
        }
        if self.texts.len() >= STATEMENTS {
            self.texts.clear();
        }
        let text: Arc<str> = sql::for_sqlite(shared).into();
        self.texts.insert(shared.into(), text.clone());
        text
    }
}

fn bind(statement: &mut CachedStatement<'_>, params: &[Value]) -> Result<()> {
    // SQLite would take a missing parameter as NULL.
    if statement.parameter_count() != params.len() {
        return Err(DbError::Other(format!(
            "{} parameters for a statement with {}",
            params.len(),
            statement.parameter_count()
        )));
    }
    for (at, value) in params.iter().enumerate() {
        statement.raw_bind_parameter(at + 1, value)?;
    }
    Ok(())
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let list = |json: serde_json::Result<String>| {
            json.map(|text| ToSqlOutput::Owned(rusqlite::types::Value::Text(text)))
                .map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))
        };
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(v) => ValueRef::Integer(*v),
            Value::Text(v) => ValueRef::Text(v.as_bytes()),
            Value::Bytes(v) => ValueRef::Blob(v),
            Value::Real(v) => ValueRef::Real(*v),
            Value::Ints(v) => return list(serde_json::to_string(v)),
            Value::Texts(v) => return list(serde_json::to_string(v)),
        }))
    }
}

fn value(value: ValueRef<'_>) -> Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(v) => Value::Int(v),
        ValueRef::Real(v) => Value::Real(v),
        ValueRef::Blob(v) => Value::Bytes(v.to_vec()),
        ValueRef::Text(v) => Value::Text(
            str::from_utf8(v)
                .map_err(|_| DbError::Corrupt("text that is not UTF-8".to_owned()))?
                .to_owned(),
        ),
    })
}
