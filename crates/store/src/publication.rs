//! What residents are told on the public pages (R217).

use civic::id::{AreaId, FileId, PublicationId};
use civic::publication::{Publication, State};

use crate::SHARD;
use crate::driver::{Conn, DbError, Result, Row, Value};
use crate::rows::before;

fn json(one: &Publication) -> Result<String> {
    serde_json::to_string(one).map_err(|e| DbError::Other(format!("publication: {e}")))
}

/// The column says whose it is: a change of the tree moves that alone.
fn parsed(row: &Row) -> Result<Publication> {
    let parsed: serde_json::Result<Publication> = serde_json::from_str(row.text(0)?);
    let mut one = parsed.map_err(|e| DbError::Other(format!("publication: {e}")))?;
    one.area = AreaId(row.int(1)?);
    Ok(one)
}

/// Adds one, with its files.
pub fn insert(conn: &mut Conn, one: &Publication) -> Result<()> {
    conn.exec(
        "INSERT INTO publication (shard, id, area, account, body) VALUES ($1, $2, $3, $4, $5)",
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

/// Writes what became of one: its files, and the areas on whose pages it stands now.
pub fn update(conn: &mut Conn, one: &Publication) -> Result<()> {
    conn.exec(
        "UPDATE publication SET account = $3, body = $4 WHERE shard = $1 AND id = $2",
        &[
            SHARD.into(),
            one.id.0.into(),
            one.author().0.into(),
            json(one)?.into(),
        ],
    )?;
    let key = [SHARD.into(), one.id.0.into()];
    conn.exec(
        "DELETE FROM publication_area WHERE shard = $1 AND publication = $2",
        &key,
    )?;
    conn.exec(
        "DELETE FROM publication_file WHERE shard = $1 AND publication = $2",
        &key,
    )?;
    if one.state == State::Published {
        for area in &one.draft.areas {
            conn.exec(
                "INSERT INTO publication_area (shard, area, publication) VALUES ($1, $2, $3)",
                &[SHARD.into(), area.0.into(), one.id.0.into()],
            )?;
        }
    }
    files(conn, one)
}

fn files(conn: &mut Conn, one: &Publication) -> Result<()> {
    for file in &one.draft.files {
        conn.exec(
            "INSERT INTO publication_file (shard, file, publication) VALUES ($1, $2, $3)",
            &[SHARD.into(), file.file.0.into(), one.id.0.into()],
        )?;
    }
    Ok(())
}

/// One of them.
pub fn get(conn: &mut Conn, id: PublicationId) -> Result<Option<Publication>> {
    let sql = "SELECT body, area FROM publication WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(parsed).transpose()
}

/// The one that a file belongs to.
pub fn of_file(conn: &mut Conn, file: FileId) -> Result<Option<Publication>> {
    let sql = "SELECT publication FROM publication_file WHERE shard = $1 AND file = $2";
    match conn.query_opt(sql, &[SHARD.into(), file.0.into()])? {
        Some(row) => get(conn, PublicationId(row.int(0)?)),
        None => Ok(None),
    }
}

/// A page of those of some areas, newest first.
pub fn page(
    conn: &mut Conn,
    areas: &[AreaId],
    cursor: Option<PublicationId>,
    limit: usize,
) -> Result<Vec<Publication>> {
    let sql = "SELECT body, area FROM publication WHERE shard = $1 AND area = ANY($2) AND id < $3 \
               ORDER BY id DESC LIMIT $4";
    list(conn, sql, areas, cursor, limit)
}

/// A page of those that stand on the public pages of an area, given with every area above it.
pub fn published(
    conn: &mut Conn,
    upward: &[AreaId],
    cursor: Option<PublicationId>,
    limit: usize,
) -> Result<Vec<Publication>> {
    let sql = "SELECT p.body, p.area FROM publication p WHERE p.shard = $1 AND p.id < $3 AND EXISTS \
               (SELECT 1 FROM publication_area a WHERE a.shard = p.shard AND a.publication = p.id AND a.area = ANY($2)) \
               ORDER BY p.id DESC LIMIT $4";
    list(conn, sql, upward, cursor, limit)
}

fn list(
    conn: &mut Conn,
    sql: &str,
    areas: &[AreaId],
    cursor: Option<PublicationId>,
    limit: usize,
) -> Result<Vec<Publication>> {
    let params = [
        SHARD.into(),
        Value::Ints(areas.iter().map(|a| a.0).collect()),
        before(cursor.map(|id| id.0)),
        (limit as i64).into(),
    ];
    conn.query(sql, &params)?.iter().map(parsed).collect()
}
