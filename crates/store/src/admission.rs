//! Admitted items of departments, with their way through the gate.

use civic::admission::Item;
use civic::id::{AdmissionId, AreaId};

use crate::SHARD;
use crate::driver::{Conn, DbError, Result, Row, Value};

const ITEMS: &str = "SELECT body FROM admission";

fn json(item: &Item) -> Result<String> {
    serde_json::to_string(item).map_err(|e| DbError::Other(format!("admission: {e}")))
}

fn item(row: &Row) -> Result<Item> {
    serde_json::from_str(row.text(0)?).map_err(|e| DbError::Other(format!("admission: {e}")))
}

/// Adds an application.
pub fn insert(conn: &mut Conn, item: &Item) -> Result<()> {
    conn.exec(
        "INSERT INTO admission (shard, id, area, org, body) VALUES ($1, $2, $3, $4, $5)",
        &[
            SHARD.into(),
            item.id.0.into(),
            item.area.0.into(),
            item.org.0.into(),
            json(item)?.into(),
        ],
    )?;
    Ok(())
}

/// Writes what became of it.
pub fn update(conn: &mut Conn, item: &Item) -> Result<()> {
    conn.exec(
        "UPDATE admission SET body = $3 WHERE shard = $1 AND id = $2",
        &[SHARD.into(), item.id.0.into(), json(item)?.into()],
    )?;
    Ok(())
}

/// One item.
pub fn get(conn: &mut Conn, id: AdmissionId) -> Result<Option<Item>> {
    let sql = format!("{ITEMS} WHERE shard = $1 AND id = $2");
    let row = conn.query_opt(&sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(item).transpose()
}

/// The items of these areas, newest first: a list of some hundred at most.
pub fn of_areas(conn: &mut Conn, areas: &[AreaId]) -> Result<Vec<Item>> {
    let areas: Vec<i64> = areas.iter().map(|a| a.0).collect();
    let sql = format!("{ITEMS} WHERE shard = $1 AND area = ANY($2) ORDER BY id DESC");
    conn.query(&sql, &[SHARD.into(), Value::Ints(areas)])?
        .iter()
        .map(item)
        .collect()
}
