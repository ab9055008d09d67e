//! Attachments: what is known about each; the bytes lie in the object store under their SHA-256.

use civic::id::{AccountId, FileId, MatterId};
use civic::time::Instant;

use crate::SHARD;
use crate::driver::{Conn, Result, Row, Value};

/// One stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Own id.
    pub id: FileId,
    /// The matter it belongs to; none until the form it was uploaded for is sent.
    pub matter: Option<MatterId>,
    /// Who uploaded it; 0 for a report without sign-in.
    pub account: AccountId,
    /// Name to show and to save under.
    pub name: String,
    /// Type as found in the bytes.
    pub mime: String,
    /// Size.
    pub bytes: i64,
    /// SHA-256 in hex: where the bytes are.
    pub sha256: String,
    /// When it was uploaded.
    pub at: Instant,
}

const FILES: &str = "SELECT id, matter, account, name, mime, bytes, sha256, at FROM file";

fn file(row: &Row) -> Result<StoredFile> {
    Ok(StoredFile {
        id: FileId(row.int(0)?),
        matter: row.opt_int(1)?.map(MatterId),
        account: AccountId(row.int(2)?),
        name: row.string(3)?,
        mime: row.string(4)?,
        bytes: row.int(5)?,
        sha256: row.string(6)?,
        at: Instant(row.int(7)?),
    })
}

/// Adds a file.
pub fn insert(conn: &mut Conn, file: &StoredFile) -> Result<()> {
    conn.exec(
        "INSERT INTO file (shard, id, matter, account, name, mime, bytes, sha256, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            SHARD.into(),
            file.id.0.into(),
            file.matter.map(|m| m.0).into(),
            file.account.0.into(),
            (&file.name).into(),
            (&file.mime).into(),
            file.bytes.into(),
            (&file.sha256).into(),
            file.at.0.into(),
        ],
    )?;
    Ok(())
}

/// The file with this id.
pub fn get(conn: &mut Conn, id: FileId) -> Result<Option<StoredFile>> {
    let sql = format!("{FILES} WHERE shard = $1 AND id = $2");
    let row = conn.query_opt(&sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(file).transpose()
}

/// Uploads without sign-in that belong to nothing and are older than a moment, oldest first.
pub fn loose(conn: &mut Conn, before: Instant, limit: usize) -> Result<Vec<StoredFile>> {
    let sql = format!(
        "{FILES} WHERE shard = $1 AND matter IS NULL AND account = 0 AND at < $2 ORDER BY at LIMIT $3"
    );
    let params = [SHARD.into(), before.0.into(), (limit as i64).into()];
    conn.query(&sql, &params)?.iter().map(file).collect()
}

/// Takes such an upload away, unless a report took it meanwhile.
pub fn remove_loose(conn: &mut Conn, id: FileId) -> Result<()> {
    conn.exec(
        "DELETE FROM file WHERE shard = $1 AND id = $2 AND matter IS NULL AND account = 0",
        &[SHARD.into(), id.0.into()],
    )?;
    Ok(())
}

/// Whether any file has the bytes with this digest.
pub fn has_bytes(conn: &mut Conn, sha256: &str) -> Result<bool> {
    let found = conn.query_opt(
        "SELECT 1 FROM file WHERE shard = $1 AND sha256 = $2 LIMIT 1",
        &[SHARD.into(), sha256.into()],
    )?;
    Ok(found.is_some())
}

/// The files among `ids` that exist, by id.
pub fn by_ids(conn: &mut Conn, ids: &[FileId]) -> Result<Vec<StoredFile>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let sql = format!("{FILES} WHERE shard = $1 AND id = ANY($2) ORDER BY id");
    conn.query(&sql, &[SHARD.into(), Value::Ints(ids)])?
        .iter()
        .map(file)
        .collect()
}

/// The files of a matter, in the order of upload.
pub fn of_matter(conn: &mut Conn, matter: MatterId) -> Result<Vec<StoredFile>> {
    let sql = format!("{FILES} WHERE shard = $1 AND matter = $2 ORDER BY id");
    conn.query(&sql, &[SHARD.into(), matter.0.into()])?
        .iter()
        .map(file)
        .collect()
}

/// The files of the matters after `after` up to `upto`, for `verify`.
pub(crate) fn of_matters(conn: &mut Conn, after: i64, upto: i64) -> Result<Vec<StoredFile>> {
    let sql = format!("{FILES} WHERE shard = $1 AND matter > $2 AND matter <= $3");
    conn.query(&sql, &[SHARD.into(), after.into(), upto.into()])?
        .iter()
        .map(file)
        .collect()
}

/// Streams all files in the order of their ids: for the proof of their bytes, and for backups.
///
/// # Errors
/// Those of `each`, and when the database cannot be read.
pub fn for_each(conn: &mut Conn, mut each: impl FnMut(StoredFile) -> Result<()>) -> Result<()> {
    let sql = format!("{FILES} WHERE shard = $1 ORDER BY id");
    conn.for_each(&sql, &[SHARD.into()], |row| each(file(row)?))
}

/// Streams the digests of all files, each once.
///
/// # Errors
/// Those of `each`, and when the database cannot be read.
pub fn digests(conn: &mut Conn, mut each: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let sql = "SELECT DISTINCT sha256 FROM file WHERE shard = $1 ORDER BY sha256";
    conn.for_each(sql, &[SHARD.into()], |row| each(row.text(0)?))
}

/// Gives a file to a matter. One that belongs to a matter already stays there.
pub fn attach(conn: &mut Conn, id: FileId, matter: MatterId) -> Result<()> {
    conn.exec(
        "UPDATE file SET matter = $3 WHERE shard = $1 AND id = $2 AND matter IS NULL",
        &[SHARD.into(), id.0.into(), matter.0.into()],
    )?;
    Ok(())
}

/// How many bytes an account uploaded since a moment: the daily limit is held against it.
pub fn uploaded_since(conn: &mut Conn, account: AccountId, since: Instant) -> Result<i64> {
    // Ids carry their time, so the primary key finds the newest ones.
    let first = civic::id::Mint::new(0, 0).next(since.0);
    let row = conn.query_one(
        "SELECT SUM(bytes) FROM file WHERE shard = $1 AND id >= $2 AND account = $3",
        &[SHARD.into(), first.into(), account.0.into()],
    )?;
    Ok(row.opt_int(0)?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn a_file_is_given_to_one_matter_only(conn: &mut Conn) {
            prepare(conn);
            let made = StoredFile {
                id: FileId(5), matter: None, account: AccountId(7), name: "现场.jpg".into(),
                mime: "image/jpeg".into(), bytes: 120, sha256: "ab".into(), at: Instant(3),
            };
            insert(conn, &made).unwrap();
            assert_eq!(get(conn, FileId(5)).unwrap(), Some(made.clone()));
            attach(conn, FileId(5), MatterId(1)).unwrap();
            attach(conn, FileId(5), MatterId(2)).unwrap();
            let attached = StoredFile { matter: Some(MatterId(1)), ..made };
            assert_eq!(of_matter(conn, MatterId(1)).unwrap(), std::slice::from_ref(&attached));
            assert!(of_matter(conn, MatterId(2)).unwrap().is_empty());
            assert_eq!(by_ids(conn, &[FileId(5), FileId(6)]).unwrap(), [attached]);
            assert_eq!(get(conn, FileId(6)).unwrap(), None);
        }

        fn uploads_since_a_moment_are_summed(conn: &mut Conn) {
            prepare(conn);
            let mut mint = civic::id::Mint::new(1, 0);
            let start = 1_800_000_000_000;
            for (n, account) in [(0, 7), (1, 7), (2, 8), (3, 7)] {
                let at = start + n * 1_000;
                insert(conn, &StoredFile {
                    id: FileId(mint.next(at)), matter: None, account: AccountId(account), name: "a".into(),
                    mime: "image/png".into(), bytes: 100, sha256: "ab".into(), at: Instant(at),
                }).unwrap();
            }
            assert_eq!(uploaded_since(conn, AccountId(7), Instant(start + 1_000)).unwrap(), 200);
            assert_eq!(uploaded_since(conn, AccountId(9), Instant(start)).unwrap(), 0);
        }
    }
}
