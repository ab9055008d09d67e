//! The log of certificates, with the sealed names of who asked for them (R202).

use civic::certificate::Entry;
use civic::id::{AreaId, CertificateEntryId};

use crate::SHARD;
use crate::driver::{Conn, DbError, Result, Row};
use crate::rows::before;

/// A line with the sealed name.
pub type Sealed = (Entry, Vec<u8>);

fn sealed(row: &Row) -> Result<Sealed> {
    let entry = serde_json::from_str(row.text(0)?)
        .map_err(|e| DbError::Other(format!("certificate: {e}")))?;
    Ok((entry, row.bytes(1)?.to_vec()))
}

/// Adds a line.
pub fn insert(conn: &mut Conn, entry: &Entry, applicant: &[u8]) -> Result<()> {
    let body =
        serde_json::to_string(entry).map_err(|e| DbError::Other(format!("certificate: {e}")))?;
    conn.exec(
        "INSERT INTO certificate_entry (shard, id, area, account, body, applicant) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            SHARD.into(),
            entry.id.0.into(),
            entry.area.0.into(),
            entry.by.account.0.into(),
            body.into(),
            applicant.to_vec().into(),
        ],
    )?;
    Ok(())
}

/// One line.
pub fn get(conn: &mut Conn, id: CertificateEntryId) -> Result<Option<Sealed>> {
    let sql = "SELECT body, applicant FROM certificate_entry WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(sealed).transpose()
}

/// A page of the lines of these areas, newest first.
pub fn page(
    conn: &mut Conn,
    areas: &[AreaId],
    cursor: Option<CertificateEntryId>,
    limit: usize,
) -> Result<Vec<Sealed>> {
    let areas: Vec<i64> = areas.iter().map(|a| a.0).collect();
    let sql = "SELECT body, applicant FROM certificate_entry \
               WHERE shard = $1 AND area = ANY($2) AND id < $3 ORDER BY id DESC LIMIT $4";
    let params = [
        SHARD.into(),
        areas.into(),
        before(cursor.map(|id| id.0)),
        (limit as i64).into(),
    ];
    conn.query(sql, &params)?.iter().map(sealed).collect()
}
