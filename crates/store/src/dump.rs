//! The rows of a whole database, in a form that both databases share: for copying from one to the
//! other, and for backups. What is derived by a database itself (search indexes) is left out.

mod copy;
mod target;

pub use copy::{Copied, copy};
pub use target::Target;

use crate::driver::{Conn, DbError, Dialect, Kind, Result, Table, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Rows that travel together.
pub const CHUNK: usize = 1_000;

/// Key in `meta` while a database is being filled; with it, no office opens it.
pub(crate) const UNFINISHED: &str = "unfinished";
/// Rows of `meta` that belong to a database and not to its contents.
const OWN: &[&str] = &[UNFINISHED, "term", crate::matter::INDEXED];
/// Tables that say nothing that the others do not.
const DERIVED: &[&str] = &["migration", "matter_text"];

/// A table: its name and its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Name.
    pub name: String,
    /// Columns with their kinds, in the order of a row's values.
    pub columns: Vec<(String, Kind)>,
}

/// How many rows a table has, and a sum over the digests of its rows that does not depend on their
/// order (the two databases sort texts differently).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Rows.
    pub rows: u64,
    digest: [u64; 4],
}

impl Sum {
    /// Counts a row.
    pub fn add(&mut self, row: &[Value]) {
        let mut bytes = Vec::with_capacity(256);
        for value in row {
            put(&mut bytes, value);
        }
        let digest = Sha256::digest(&bytes);
        for (sum, part) in self.digest.iter_mut().zip(digest.chunks_exact(8)) {
            let mut lane = [0; 8];
            lane.copy_from_slice(part);
            *sum = sum.wrapping_add(u64::from_le_bytes(lane));
        }
        self.rows += 1;
    }

    /// Sixteen hexadecimal digits, for people to compare.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{:016x}", self.digest[0])
    }
}

/// Appends a value: a tag, then eight bytes or a length and the bytes.
pub fn put(out: &mut Vec<u8>, value: &Value) {
    let mut long = |tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend((bytes.len() as u64).to_le_bytes());
        out.extend(bytes);
    };
    match value {
        Value::Text(text) => long(2, text.as_bytes()),
        Value::Bytes(bytes) => long(3, bytes),
        Value::Int(n) => {
            out.push(1);
            out.extend(n.to_le_bytes());
        }
        Value::Real(n) => {
            out.push(4);
            out.extend(n.to_bits().to_le_bytes());
        }
        // Lists are parameters, never columns.
        Value::Null | Value::Ints(_) | Value::Texts(_) => out.push(0),
    }
}

/// Takes a value off the front; `None` where there is no whole one.
pub fn take(bytes: &mut &[u8]) -> Option<Value> {
    let (tag, rest) = bytes.split_first()?;
    *bytes = rest;
    if *tag == 0 {
        return Some(Value::Null);
    }
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    let length = || usize::try_from(u64::from_le_bytes(*number)).ok();
    Some(match tag {
        1 => Value::Int(i64::from_le_bytes(*number)),
        4 => Value::Real(f64::from_bits(u64::from_le_bytes(*number))),
        2 | 3 => {
            let (value, rest) = bytes.split_at_checked(length()?)?;
            *bytes = rest;
            match tag {
                2 => Value::Text(String::from_utf8(value.to_vec()).ok()?),
                _ => Value::Bytes(value.to_vec()),
            }
        }
        _ => return None,
    })
}

/// All tables that hold data, by name.
///
/// # Errors
/// When the database cannot be read.
pub fn shapes(conn: &mut Conn) -> Result<Vec<Shape>> {
    let sql = match conn.dialect() {
        Dialect::Sqlite => {
            "SELECT t.name, c.name, c.type FROM pragma_table_list t JOIN pragma_table_info(t.name) c \
             WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' \
             ORDER BY t.name, c.cid"
        }
        Dialect::Postgres => {
            "SELECT c.table_name::text, c.column_name::text, upper(c.data_type::text) \
             FROM information_schema.columns c JOIN pg_tables t \
             ON t.schemaname = c.table_schema AND t.tablename = c.table_name \
             WHERE c.table_schema = current_schema() AND c.is_generated = 'NEVER' \
             ORDER BY c.table_name COLLATE \"C\", c.ordinal_position"
        }
    };
    let mut all: Vec<Shape> = Vec::new();
    for row in conn.query(sql, &[])? {
        let (table, column) = (row.text(0)?, row.string(1)?);
        let kind = match row.text(2)? {
            "INTEGER" | "BIGINT" => Kind::Int,
            "TEXT" => Kind::Text,
            "BLOB" | "BYTEA" => Kind::Bytes,
            "REAL" | "DOUBLE PRECISION" => Kind::Real,
            _ => continue,
        };
        if DERIVED.contains(&table) {
            continue;
        }
        match all.last_mut().filter(|shape| shape.name == table) {
            Some(shape) => shape.columns.push((column, kind)),
            None => all.push(Shape {
                name: table.to_owned(),
                columns: vec![(column, kind)],
            }),
        }
    }
    Ok(all)
}

impl Shape {
    fn select(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        format!("SELECT {} FROM {}", names.join(", "), self.name)
    }

    /// Whether a row belongs to the contents.
    fn is_content(&self, row: &[Value]) -> bool {
        let own = |value: &Value| matches!(value, Value::Text(key) if OWN.contains(&key.as_str()));
        self.name != "meta" || !row.first().is_some_and(own)
    }

    /// Streams the rows in no particular order.
    ///
    /// # Errors
    /// Those of `each`, and when the table cannot be read.
    pub fn for_each(
        &self,
        conn: &mut Conn,
        mut each: impl FnMut(&[Value]) -> Result<()>,
    ) -> Result<()> {
        conn.for_each(&self.select(), &[], |row| {
            let values = row.values();
            if self.is_content(values) {
                each(values)?;
            }
            Ok(())
        })
    }

    /// Streams the rows in chunks of [`CHUNK`].
    ///
    /// # Errors
    /// As [`Shape::for_each`], in the caller's kind of error.
    pub fn chunks<E: From<DbError>>(
        &self,
        conn: &mut Conn,
        mut each: impl FnMut(Vec<Vec<Value>>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut rows = Vec::with_capacity(CHUNK);
        let mut failed = None;
        let streamed = self.for_each(conn, |row| {
            rows.push(row.to_vec());
            if rows.len() == CHUNK
                && let Err(error) = each(std::mem::take(&mut rows))
            {
                failed = Some(error);
                return Err(DbError::Other("stopped".into()));
            }
            Ok(())
        });
        match failed {
            Some(error) => Err(error),
            None => {
                streamed?;
                if rows.is_empty() { Ok(()) } else { each(rows) }
            }
        }
    }

    /// Counts and digests the rows.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn sum(&self, conn: &mut Conn) -> Result<Sum> {
        let mut sum = Sum::default();
        self.for_each(conn, |row| {
            sum.add(row);
            Ok(())
        })?;
        Ok(sum)
    }

    fn insert(&self, conn: &mut Conn, rows: &[Vec<Value>]) -> Result<()> {
        let columns: Vec<(&str, Kind)> = self
            .columns
            .iter()
            .map(|(name, kind)| (name.as_str(), *kind))
            .collect();
        let table = Table {
            name: &self.name,
            columns: &columns,
        };
        conn.insert_many(&table, rows, crate::driver::OnConflict::Error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
