//! The library: documents, and who read which version (R221).

use civic::id::{AccountId, AreaId, DocumentId, FileId};
use civic::library::Document;
use civic::time::Instant;
use std::collections::HashMap;

use crate::SHARD;
use crate::driver::{Conn, DbError, Result, Row, Value};

fn json(one: &Document) -> Result<String> {
    serde_json::to_string(one).map_err(|e| DbError::Other(format!("library: {e}")))
}

/// The column says whose it is: a change of the tree moves that alone.
fn parsed(row: &Row) -> Result<Document> {
    let parsed: serde_json::Result<Document> = serde_json::from_str(row.text(0)?);
    let mut one = parsed.map_err(|e| DbError::Other(format!("library: {e}")))?;
    one.area = AreaId(row.int(1)?);
    Ok(one)
}

/// Adds a document with the files of its version.
pub fn insert(conn: &mut Conn, one: &Document) -> Result<()> {
    conn.exec(
        "INSERT INTO library (shard, id, area, account, body) VALUES ($1, $2, $3, $4, $5)",
        &[
            SHARD.into(),
            one.id.0.into(),
            one.area.0.into(),
            one.author().0.into(),
            json(one)?.into(),
        ],
    )?;
    files(conn, one)
}

/// Writes a new version, or that it was retired.
pub fn update(conn: &mut Conn, one: &Document) -> Result<()> {
    conn.exec(
        "UPDATE library SET body = $3 WHERE shard = $1 AND id = $2",
        &[SHARD.into(), one.id.0.into(), json(one)?.into()],
    )?;
    let sql = "DELETE FROM library_file WHERE shard = $1 AND document = $2";
    conn.exec(sql, &[SHARD.into(), one.id.0.into()])?;
    files(conn, one)
}

fn files(conn: &mut Conn, one: &Document) -> Result<()> {
    for file in one.versions.iter().flat_map(|v| &v.files) {
        conn.exec(
            "INSERT INTO library_file (shard, file, document) VALUES ($1, $2, $3)",
            &[SHARD.into(), file.file.0.into(), one.id.0.into()],
        )?;
    }
    Ok(())
}

/// One document.
pub fn get(conn: &mut Conn, id: DocumentId) -> Result<Option<Document>> {
    let sql = "SELECT body, area FROM library WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(parsed).transpose()
}

/// The document that a file belongs to.
pub fn of_file(conn: &mut Conn, file: FileId) -> Result<Option<Document>> {
    let sql = "SELECT document FROM library_file WHERE shard = $1 AND file = $2";
    match conn.query_opt(sql, &[SHARD.into(), file.0.into()])? {
        Some(row) => get(conn, DocumentId(row.int(0)?)),
        None => Ok(None),
    }
}

/// The documents of some areas, newest first: some hundred at most.
pub fn of_areas(conn: &mut Conn, areas: &[AreaId]) -> Result<Vec<Document>> {
    let areas: Vec<i64> = areas.iter().map(|a| a.0).collect();
    let sql = "SELECT body, area FROM library WHERE shard = $1 AND area = ANY($2) ORDER BY id DESC";
    conn.query(sql, &[SHARD.into(), Value::Ints(areas)])?
        .iter()
        .map(parsed)
        .collect()
}

/// Writes that somebody read a version; once.
pub fn read(
    conn: &mut Conn,
    id: DocumentId,
    version: u32,
    account: AccountId,
    at: Instant,
) -> Result<()> {
    conn.exec(
        "INSERT INTO library_read (shard, document, version, account, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (shard, document, version, account) DO NOTHING",
        &[
            SHARD.into(),
            id.0.into(),
            i64::from(version).into(),
            account.0.into(),
            at.0.into(),
        ],
    )?;
    Ok(())
}

/// The newest version of each document that an account read, and when.
pub fn read_by(conn: &mut Conn, account: AccountId) -> Result<HashMap<DocumentId, (u32, Instant)>> {
    let sql = "SELECT document, version, at FROM library_read WHERE shard = $1 AND account = $2 \
               ORDER BY document, version";
    conn.query(sql, &[SHARD.into(), account.0.into()])?
        .iter()
        .map(|row| {
            let seen = (row.number(1)?, Instant(row.int(2)?));
            Ok((DocumentId(row.int(0)?), seen))
        })
        .collect()
}

/// Who read a version.
pub fn read_version(conn: &mut Conn, id: DocumentId, version: u32) -> Result<Vec<AccountId>> {
    let sql =
        "SELECT account FROM library_read WHERE shard = $1 AND document = $2 AND version = $3";
    let params = [SHARD.into(), id.0.into(), i64::from(version).into()];
    let rows = conn.query(sql, &params)?;
    rows.iter().map(|row| Ok(AccountId(row.int(0)?))).collect()
}

/// How many read a version.
pub fn readers(conn: &mut Conn, id: DocumentId, version: u32) -> Result<i64> {
    let sql =
        "SELECT COUNT(*) FROM library_read WHERE shard = $1 AND document = $2 AND version = $3";
    let params = [SHARD.into(), id.0.into(), i64::from(version).into()];
    conn.query_one(sql, &params)?.int(0)
}
