//! Records of registers: facts that areas keep, as packs define them.

use civic::id::{AccountId, AreaId, FileId, MatterId, RecordId};
use civic::register::Record;
use civic::time::Day;

use crate::SHARD;
use crate::driver::{Conn, DbError, Result, Row, Value};
use crate::file::StoredFile;
use crate::rows::before;

/// What is kept beside a record to find and count it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// Codes of its facets, with commas between.
    pub facets: String,
    /// The number that is summed up.
    pub summed: i64,
    /// The member of staff that it is about.
    pub staff: Option<AccountId>,
}

/// Which records a list wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Of this register.
    pub register: String,
    /// In one of these areas; everywhere where nothing is said.
    pub areas: Option<Vec<AreaId>>,
    /// Not over on this day; over ones too where nothing is said.
    pub on: Option<Day>,
    /// Before this one.
    pub cursor: Option<RecordId>,
    /// At most so many.
    pub limit: usize,
}

/// Records of one area under the same facets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The area.
    pub area: AreaId,
    /// Codes of the facets.
    pub facets: String,
    /// How many.
    pub number: i64,
    /// The sum of their numbers.
    pub sum: i64,
}

fn text(record: &Record) -> Result<String> {
    serde_json::to_string(record).map_err(|e| DbError::Other(format!("record: {e}")))
}

fn parsed(row: &Row) -> Result<Record> {
    serde_json::from_str(row.text(0)?).map_err(|e| DbError::Other(format!("record: {e}")))
}

/// Adds a record.
pub fn insert(
    conn: &mut Conn,
    record: &Record,
    keys: &Keys,
    sealed: Option<Vec<u8>>,
) -> Result<()> {
    conn.exec(
        "INSERT INTO record (shard, id, register, area, valid_from, valid_to, facets, summed, staff, body, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            SHARD.into(),
            record.id.0.into(),
            (&record.register).into(),
            record.area.0.into(),
            record.from.0.into(),
            record.to.map(|d| d.0).into(),
            (&keys.facets).into(),
            keys.summed.into(),
            keys.staff.map(|a| a.0).into(),
            text(record)?.into(),
            sealed.into(),
        ],
    )?;
    Ok(())
}

/// Writes what became of a record.
pub fn update(
    conn: &mut Conn,
    record: &Record,
    keys: &Keys,
    sealed: Option<Vec<u8>>,
) -> Result<()> {
    conn.exec(
        "UPDATE record SET valid_from = $3, valid_to = $4, facets = $5, summed = $6, staff = $7, \
         body = $8, sealed = $9 WHERE shard = $1 AND id = $2",
        &[
            SHARD.into(),
            record.id.0.into(),
            record.from.0.into(),
            record.to.map(|d| d.0).into(),
            (&keys.facets).into(),
            keys.summed.into(),
            keys.staff.map(|a| a.0).into(),
            text(record)?.into(),
            sealed.into(),
        ],
    )?;
    Ok(())
}

/// Writes where a record lies now: the tree changed.
pub fn place(conn: &mut Conn, record: &Record) -> Result<()> {
    let sql = "UPDATE record SET area = $3, body = $4 WHERE shard = $1 AND id = $2";
    let params = [
        SHARD.into(),
        record.id.0.into(),
        record.area.0.into(),
        text(record)?.into(),
    ];
    conn.exec(sql, &params)?;
    Ok(())
}

/// Gives a file to a record. A file belongs to one thing only.
pub fn give_file(conn: &mut Conn, file: FileId, record: RecordId) -> Result<()> {
    conn.exec(
        "INSERT INTO record_file (shard, file, record) VALUES ($1, $2, $3)",
        &[SHARD.into(), file.0.into(), record.0.into()],
    )?;
    Ok(())
}

/// The record that a file belongs to.
pub fn of_file(conn: &mut Conn, file: FileId) -> Result<Option<RecordId>> {
    let sql = "SELECT record FROM record_file WHERE shard = $1 AND file = $2";
    conn.query_opt(sql, &[SHARD.into(), file.0.into()])?
        .map(|row| Ok(RecordId(row.int(0)?)))
        .transpose()
}

/// Where a matter comes from: a record of a register, or one piece of its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The record.
    pub record: RecordId,
    /// The piece of work, by number.
    pub item: Option<u32>,
    /// The matter.
    pub matter: MatterId,
    /// The files of the record that the matter takes over, as its own.
    pub copies: Vec<StoredFile>,
}

/// Remembers where a matter comes from.
pub fn became(conn: &mut Conn, origin: &Origin) -> Result<()> {
    for copy in &origin.copies {
        crate::file::insert(conn, copy)?;
    }
    conn.exec(
        "INSERT INTO record_matter (shard, matter, record, item) VALUES ($1, $2, $3, $4)",
        &[
            SHARD.into(),
            origin.matter.0.into(),
            origin.record.0.into(),
            origin.item.map(i64::from).into(),
        ],
    )?;
    Ok(())
}

/// The matters that a record became, each with the piece of work, oldest first.
pub fn matters(conn: &mut Conn, record: RecordId) -> Result<Vec<(MatterId, Option<u32>)>> {
    let sql =
        "SELECT matter, item FROM record_matter WHERE shard = $1 AND record = $2 ORDER BY matter";
    conn.query(sql, &[SHARD.into(), record.0.into()])?
        .iter()
        .map(|row| Ok((MatterId(row.int(0)?), row.opt_int(1)?.map(|no| no as u32))))
        .collect()
}

/// All records of these areas that are not over on a day.
pub fn standing(conn: &mut Conn, areas: &[AreaId], on: Day) -> Result<Vec<Record>> {
    let areas: Vec<i64> = areas.iter().map(|a| a.0).collect();
    let sql = "SELECT body FROM record WHERE shard = $1 AND area = ANY($2) \
               AND (valid_to IS NULL OR valid_to > $3) ORDER BY id";
    let params = [SHARD.into(), Value::Ints(areas), on.0.into()];
    conn.query(sql, &params)?.iter().map(parsed).collect()
}

/// One record, with its sealed fields.
pub fn get(conn: &mut Conn, id: RecordId) -> Result<Option<(Record, Option<Vec<u8>>)>> {
    let sql = "SELECT body, sealed FROM record WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.map(|row| Ok((parsed(&row)?, row.opt_bytes(1)?.map(<[u8]>::to_vec))))
        .transpose()
}

/// Some records, in no order.
pub fn by_ids(conn: &mut Conn, ids: &[RecordId]) -> Result<Vec<Record>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let sql = "SELECT body FROM record WHERE shard = $1 AND id = ANY($2)";
    conn.query(sql, &[SHARD.into(), Value::Ints(ids)])?
        .iter()
        .map(parsed)
        .collect()
}

/// A page of a register, newest first.
pub fn page(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<Record>> {
    let mut params = vec![
        SHARD.into(),
        (&wanted.register).into(),
        before(wanted.cursor.map(|id| id.0)),
        (wanted.limit as i64).into(),
    ];
    let mut and = String::new();
    if let Some(areas) = &wanted.areas {
        params.push(Value::Ints(areas.iter().map(|a| a.0).collect()));
        and.push_str(&format!(" AND area = ANY(${})", params.len()));
    }
    if let Some(day) = wanted.on {
        params.push(day.0.into());
        and.push_str(&format!(
            " AND (valid_to IS NULL OR valid_to > ${})",
            params.len()
        ));
    }
    let sql = format!(
        "SELECT body FROM record WHERE shard = $1 AND register = $2 AND id < $3{and} \
         ORDER BY id DESC LIMIT $4"
    );
    conn.query(&sql, &params)?.iter().map(parsed).collect()
}

/// The records of a register that are in force on a day, counted by area and facets.
pub fn counts(conn: &mut Conn, register: &str, on: Day) -> Result<Vec<Count>> {
    let sql = "SELECT area, facets, count(*), sum(summed) FROM record \
               WHERE shard = $1 AND register = $2 AND valid_from <= $3 \
               AND (valid_to IS NULL OR valid_to > $3) GROUP BY area, facets";
    let params = [SHARD.into(), register.into(), on.0.into()];
    conn.query(sql, &params)?
        .iter()
        .map(|row| {
            Ok(Count {
                area: AreaId(row.int(0)?),
                facets: row.string(1)?,
                number: row.int(2)?,
                sum: row.int(3)?,
            })
        })
        .collect()
}

/// The records of a register about somebody, in force on a day.
pub fn of_staff(conn: &mut Conn, register: &str, staff: AccountId, on: Day) -> Result<Vec<Record>> {
    let sql = "SELECT body FROM record WHERE shard = $1 AND staff = $2 AND register = $3 \
               AND valid_from <= $4 AND (valid_to IS NULL OR valid_to > $4) ORDER BY id";
    let params = [SHARD.into(), staff.0.into(), register.into(), on.0.into()];
    conn.query(sql, &params)?.iter().map(parsed).collect()
}

/// The records of a register at exactly these areas, in force on a day.
pub fn at(conn: &mut Conn, register: &str, areas: &[AreaId], on: Day) -> Result<Vec<Record>> {
    let areas: Vec<i64> = areas.iter().map(|a| a.0).collect();
    let sql = "SELECT body FROM record WHERE shard = $1 AND area = ANY($2) AND register = $3 \
               AND valid_from <= $4 AND (valid_to IS NULL OR valid_to > $4) ORDER BY id";
    let params = [
        SHARD.into(),
        Value::Ints(areas),
        register.into(),
        on.0.into(),
    ];
    conn.query(sql, &params)?.iter().map(parsed).collect()
}
