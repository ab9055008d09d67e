//! The texts of packs, every version kept: a running matter stays on the flow it began with.

use civic::time::Instant;
use civic::trace::Hash;

use crate::driver::{Conn, Result, Row};

/// One version of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFile {
    /// Which pack: `base`.
    pub pack: String,
    /// Path inside it: `flows/incident.toml`.
    pub path: String,
    /// Version, from 1.
    pub version: i64,
    /// The text.
    pub body: String,
    /// Its SHA-256 in hex.
    pub sha256: String,
    /// When it was loaded.
    pub loaded_at: Instant,
}

const FILES: &str = "SELECT pack, path, version, body, sha256, loaded_at FROM pack_file f";

fn file(row: &Row) -> Result<PackFile> {
    Ok(PackFile {
        pack: row.string(0)?,
        path: row.string(1)?,
        version: row.int(2)?,
        body: row.string(3)?,
        sha256: row.string(4)?,
        loaded_at: Instant(row.int(5)?),
    })
}

/// Keeps a text: as a new version where it differs from the newest one. The version, and whether
/// it is new.
pub fn put(
    conn: &mut Conn,
    pack: &str,
    path: &str,
    body: &str,
    at: Instant,
) -> Result<(i64, bool)> {
    let sha256 = Hash::of(body.as_bytes()).to_string();
    let newest = conn.query_opt(
        "SELECT version, sha256 FROM pack_file WHERE pack = $1 AND path = $2 \
         ORDER BY version DESC LIMIT 1",
        &[pack.into(), path.into()],
    )?;
    let last = match newest {
        Some(row) if row.text(1)? == sha256 => return Ok((row.int(0)?, false)),
        Some(row) => row.int(0)?,
        None => 0,
    };
    conn.exec(
        "INSERT INTO pack_file (pack, path, version, body, sha256, loaded_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            pack.into(),
            path.into(),
            (last + 1).into(),
            body.into(),
            sha256.into(),
            at.0.into(),
        ],
    )?;
    Ok((last + 1, true))
}

/// The packs of which something is kept, by name.
pub fn names(conn: &mut Conn) -> Result<Vec<String>> {
    let rows = conn.query("SELECT DISTINCT pack FROM pack_file ORDER BY pack", &[])?;
    rows.iter().map(|row| row.string(0)).collect()
}

/// The newest version of every text of a pack, by path.
pub fn newest(conn: &mut Conn, pack: &str) -> Result<Vec<PackFile>> {
    let sql = format!(
        "{FILES} WHERE pack = $1 AND NOT EXISTS (SELECT 1 FROM pack_file later \
         WHERE later.pack = f.pack AND later.path = f.path AND later.version > f.version) \
         ORDER BY path"
    );
    conn.query(&sql, &[pack.into()])?.iter().map(file).collect()
}

/// Every version of the texts of a pack whose path begins with `prefix`, by path and version.
pub fn all_versions(conn: &mut Conn, pack: &str, prefix: &str) -> Result<Vec<PackFile>> {
    let sql = format!("{FILES} WHERE pack = $1 ORDER BY path, version");
    let mut files = Vec::new();
    conn.for_each(&sql, &[pack.into()], |row| {
        if row.text(1)?.starts_with(prefix) {
            files.push(file(row)?);
        }
        Ok(())
    })?;
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn a_changed_text_is_a_new_version_and_the_old_one_stays(conn: &mut Conn) {
            prepare(conn);
            let put = |conn: &mut Conn, body: &str| put(conn, "base", "flows/a.toml", body, Instant(1)).unwrap();
            assert_eq!(put(conn, "one"), (1, true));
            assert_eq!(put(conn, "one"), (1, false));
            assert_eq!(put(conn, "two"), (2, true));
            assert_eq!(put(conn, "one"), (3, true), "going back is a change too");
            super::put(conn, "base", "b.toml", "b", Instant(2)).unwrap();
            let shown = |files: Vec<PackFile>| files.into_iter().map(|f| (f.path, f.version, f.body)).collect::<Vec<_>>();
            let f = |path: &str, version, body: &str| (path.to_owned(), version, body.to_owned());
            assert_eq!(shown(newest(conn, "base").unwrap()), [f("b.toml", 1, "b"), f("flows/a.toml", 3, "one")]);
            let flows: Vec<_> = all_versions(conn, "base", "flows/").unwrap().into_iter().map(|f| f.version).collect();
            assert_eq!(flows, [1, 2, 3]);
            assert!(newest(conn, "other").unwrap().is_empty());
            assert_eq!(names(conn).unwrap(), ["base"]);
        }
    }
}
