//! Writing long lists of rows without holding all of them twice.

use civic::id::Mint;
use civic::time::Instant;

use crate::driver::{Conn, OnConflict, Result, Row, Table, Value};

/// Rows made ready at a time: 125 000 areas as values at once would take some 60 MB.
const CHUNK: usize = 4_096;

/// Writes `items`, all or none; says how many rows were written. In an open transaction the
/// caller rolls back after an error.
pub(crate) fn insert<T>(
    conn: &mut Conn,
    table: &Table<'_>,
    items: &[T],
    conflict: OnConflict<'_>,
    row: impl Fn(&T) -> Vec<Value>,
) -> Result<u64> {
    let write = |conn: &mut Conn| {
        items.chunks(CHUNK).try_fold(0, |written, chunk| {
            let rows: Vec<_> = chunk.iter().map(&row).collect();
            Ok(written + conn.insert_many(table, &rows, conflict)?)
        })
    };
    if conn.in_transaction() {
        write(conn)
    } else {
        conn.transaction(write)
    }
}

/// A new id for `table`, inside the transaction that inserts the row: greater than every id there,
/// also when the clock jumped back. Transactions that write run one after the other.
pub fn fresh_id(conn: &mut Conn, table: &str, now: Instant) -> Result<i64> {
    let row = conn.query_one(&format!("SELECT MAX(id) FROM {table}"), &[])?;
    let last = row.opt_int(0)?.unwrap_or(0);
    Ok(Mint::new(crate::SHARD as u16, last).next(now.0))
}

/// A page of a log, newest first: `select` ends in its WHERE with what must hold in any case, `key`
/// is the column that orders it, and only rows with a key before `before` are wanted. A condition
/// (`at >=`) counts where it has a value.
pub(crate) fn log_page(
    conn: &mut Conn,
    select: &str,
    key: &str,
    conditions: impl IntoIterator<Item = (&'static str, Option<Value>)>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Row>> {
    let mut sql = format!("{select} {key} < $1");
    let mut params = vec![Value::from(before.unwrap_or(i64::MAX))];
    for (condition, value) in conditions {
        if let Some(value) = value {
            params.push(value);
            sql.push_str(&format!(" AND {condition} ${}", params.len()));
        }
    }
    params.push((limit as i64).into());
    sql.push_str(&format!(" ORDER BY {key} DESC LIMIT ${}", params.len()));
    conn.query(&sql, &params)
}

/// The bound of a page: rows strictly before this id (`None`: from the newest).
pub(crate) fn before(id: Option<i64>) -> Value {
    id.unwrap_or(i64::MAX).into()
}
