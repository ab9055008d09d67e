//! Forward-only migrations: numbered files, one text for both databases.
//!
//! A file is PostgreSQL's SQL with the column kinds `BIGINT`, `TEXT`, `BYTES` and
//! `DOUBLE PRECISION`. For SQLite every table becomes STRICT, and may say
//! `WITHOUT ROWID` (left out on PostgreSQL). A statement under the comment
//! `-- only: sqlite` or `-- only: postgres` is for that database alone.

mod ddl;

use sha2::{Digest, Sha256};

use crate::driver::{Conn, Dialect, OpenError};

/// One migration: its number (from 1, without gaps), its name, its text.
pub type Migration = (u32, &'static str, &'static str);

/// The migrations that the database has not had yet, in order. An error if the
/// database is newer than the program, or was made by other texts. Writes nothing.
pub fn pending<'a>(conn: &mut Conn, all: &'a [Migration]) -> Result<&'a [Migration], OpenError> {
    let done = if conn.has_table("migration")? {
        conn.query(
            "SELECT number, name, sha256 FROM migration ORDER BY number",
            &[],
        )?
    } else {
        Vec::new()
    };
    for (nth, row) in done.iter().enumerate() {
        let (number, name) = (row.number::<u32>(0)?, row.text(1)?);
        let Some((known, _, ddl)) = all.get(nth) else {
            let newest = done.last().map_or(Ok(number), |last| last.number(0))?;
            return Err(OpenError::new(format!(
                "数据库版本 {newest} 比程序新（程序只认识到 {}），请升级程序后再打开",
                all.len()
            )));
        };
        if number != *known || row.text(2)? != sha256(ddl) {
            return Err(OpenError::new(format!(
                "数据库的第 {number} 号变更（{name}）与本程序自带的不一致，\
                 这个库可能由另一个版本建立；请换回原来的程序版本，或从备份恢复"
            )));
        }
    }
    Ok(&all[done.len()..])
}

/// The SHA-256 of the migrations that the database has had, in order.
pub fn done(conn: &mut Conn) -> Result<Vec<String>, OpenError> {
    let rows = conn.query("SELECT sha256 FROM migration ORDER BY number", &[])?;
    Ok(rows
        .iter()
        .map(|row| row.string(0))
        .collect::<crate::driver::Result<_>>()?)
}

/// Whether these are the first of this program's migrations, as [`done`] tells them.
///
/// # Errors
/// A sentence, where they are not.
pub fn known(done: &[String]) -> Result<(), OpenError> {
    let ours = crate::MIGRATIONS.iter().map(|(_, _, ddl)| sha256(ddl));
    if done.len() <= crate::MIGRATIONS.len() && ours.zip(done).all(|(ours, theirs)| ours == *theirs)
    {
        return Ok(());
    }
    Err(OpenError::new(
        "这份数据由另一个版本的程序保存，本程序不认识它的结构；请用同一版本或更新的程序",
    ))
}

/// Applies what is pending, each migration in a transaction of its own, and returns
/// it. Two processes may call this at once: the second finds nothing left.
pub fn migrate<'a>(conn: &mut Conn, all: &'a [Migration]) -> Result<&'a [Migration], OpenError> {
    let todo = pending(conn, all)?;
    if !todo.is_empty() {
        conn.batch(&ddl::for_dialect(
            "CREATE TABLE IF NOT EXISTS migration (
                number BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL)",
            conn.dialect(),
        ))?;
    }
    for migration in todo {
        let (number, name, _) = migration;
        conn.transaction(|conn| apply(conn, migration))
            .map_err(|error: OpenError| OpenError {
                sentence: format!(
                    "第 {number} 号变更（{name}）没有做成，数据库保持原样。{}",
                    error.sentence
                ),
                ..error
            })?;
        tracing::info!(number, name, "migration applied");
    }
    Ok(todo)
}

fn apply(conn: &mut Conn, (number, name, ddl): &Migration) -> Result<(), OpenError> {
    if conn.dialect() == Dialect::Postgres {
        conn.exec("LOCK TABLE migration IN EXCLUSIVE MODE", &[])?;
    }
    let done = "SELECT 1 FROM migration WHERE number = $1";
    if conn.query_opt(done, &[(*number).into()])?.is_some() {
        return Ok(());
    }
    conn.batch(&ddl::for_dialect(ddl, conn.dialect()))?;
    conn.exec(
        "INSERT INTO migration (number, name, sha256) VALUES ($1, $2, $3)",
        &[(*number).into(), (*name).into(), sha256(ddl).into()],
    )?;
    Ok(())
}

/// Of the text as it is in the repository, whatever line ends a checkout makes of it.
fn sha256(ddl: &str) -> String {
    let digest = Sha256::digest(ddl.replace("\r\n", "\n"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
