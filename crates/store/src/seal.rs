//! Seals: what the heads of all journals were at a moment, chained and exportable, so that the
//! deletion of a tail, or of a whole matter, becomes visible.

use crate::driver::{Conn, Kind, OnConflict, Result, Table, Value};
use crate::verify::Report;
use crate::{SHARD, audit, matter};
use civic::time::Instant;
use civic::trace::Hash;
use serde::Serialize;

/// One seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seal {
    /// Number, from 1.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// Number of matters.
    pub matters: i64,
    /// Number of steps.
    pub steps: i64,
    /// Number of audit entries.
    pub audits: i64,
    /// Digest over the heads of the matters that changed since the seal before, and of the audit chain.
    pub heads: Hash,
    /// Hash of the seal before.
    pub prev: Hash,
    /// Hash of this seal.
    pub hash: Hash,
}

impl Seal {
    fn sealed(mut self) -> Self {
        let text = format!(
            "{}|{}|{}|{}|{}|{}",
            self.seq, self.at.0, self.matters, self.steps, self.audits, self.heads
        );
        self.hash = self.prev.then(text.as_bytes());
        self
    }
}

const HEAD: Table<'static> = Table {
    name: "sealed_head",
    columns: &[
        ("shard", Kind::Int),
        ("matter", Kind::Int),
        ("version", Kind::Int),
        ("head", Kind::Bytes),
    ],
};

/// Makes a seal over everything that changed since the last one. Runs in a writing transaction.
///
/// # Errors
/// When the database cannot be read or written.
pub fn seal(conn: &mut Conn, now: Instant) -> Result<Seal> {
    let before = last(conn)?;
    let changed = conn.query(
        "SELECT m.id, m.version, m.head FROM matter m LEFT JOIN sealed_head s ON s.shard = m.shard AND s.matter = m.id \
         WHERE m.shard = $1 AND (s.version IS NULL OR s.version <> m.version) ORDER BY m.id",
        &[SHARD.into()],
    )?;
    let mut heads = Hash::default();
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(changed.len());
    for row in &changed {
        let (id, version, head) = (row.int(0)?, row.int(1)?, row.bytes(2)?);
        heads = heads
            .then(&id.to_le_bytes())
            .then(&version.to_le_bytes())
            .then(head);
        rows.push(vec![
            SHARD.into(),
            id.into(),
            version.into(),
            head.to_vec().into(),
        ]);
    }
    for set in rows.chunks(1_000) {
        conn.insert_many(
            &HEAD,
            set,
            OnConflict::Replace {
                key: &["shard", "matter"],
                set: &["version", "head"],
            },
        )?;
    }
    let (audits, audit_head) = audit::head(conn)?;
    let count = |conn: &mut Conn, sql: &str| {
        conn.query_one(sql, &[SHARD.into()])
            .and_then(|r| r.opt_int(0))
            .map(|n| n.unwrap_or(0))
    };
    let sealed = Seal {
        seq: before.as_ref().map_or(1, |s| s.seq + 1),
        at: now,
        matters: count(conn, "SELECT COUNT(*) FROM matter WHERE shard = $1")?,
        steps: count(conn, "SELECT SUM(version) FROM matter WHERE shard = $1")?,
        audits,
        heads: heads.then(&audit_head.0),
        prev: before.map(|s| s.hash).unwrap_or_default(),
        hash: Hash::default(),
    }
    .sealed();
    conn.exec(
        "INSERT INTO seal (shard, seq, at, last_matter, matters, steps, audits, heads, prev, hash) VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9)",
        &[
            SHARD.into(),
            sealed.seq.into(),
            sealed.at.0.into(),
            sealed.matters.into(),
            sealed.steps.into(),
            sealed.audits.into(),
            sealed.heads.0.to_vec().into(),
            sealed.prev.0.to_vec().into(),
            sealed.hash.0.to_vec().into(),
        ],
    )?;
    Ok(sealed)
}

/// All seals, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub fn all(conn: &mut Conn) -> Result<Vec<Seal>> {
    let rows = conn.query("SELECT seq, at, matters, steps, audits, heads, prev, hash FROM seal WHERE shard = $1 ORDER BY seq", &[SHARD.into()])?;
    rows.iter()
        .map(|row| {
            let hash = |i: usize| {
                row.bytes(i)
                    .map(|b| Hash::from_slice(b).unwrap_or_default())
            };
            Ok(Seal {
                seq: row.int(0)?,
                at: Instant(row.int(1)?),
                matters: row.int(2)?,
                steps: row.int(3)?,
                audits: row.int(4)?,
                heads: hash(5)?,
                prev: hash(6)?,
                hash: hash(7)?,
            })
        })
        .collect()
}

fn last(conn: &mut Conn) -> Result<Option<Seal>> {
    Ok(all(conn)?.pop())
}

/// Compares the list of sealed heads with the last seal, which counted it: so a seal cut off the end,
/// or a head taken off the list, is found.
fn listed(conn: &mut Conn, last: Option<&Seal>, report: &mut Report) -> Result<()> {
    let list = conn.query_one(
        "SELECT COUNT(*), CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM sealed_head WHERE shard = $1",
        &[SHARD.into()],
    )?;
    let found = (list.int(0)?, list.int(1)?);
    let (seq, sealed) = last.map_or((0, (0, 0)), |s| (s.seq, (s.matters, s.steps)));
    if found != sealed {
        report.find(format!(
            "封存清单有 {} 件事件、{} 步，最后一次封存（第 {seq} 号）记的是 {} 件、{} 步：清单或最后的封存被改动、删除",
            found.0, found.1, sealed.0, sealed.1
        ));
    }
    Ok(())
}

/// Checks the chain of seals, and that no sealed step went missing since.
pub(crate) fn check(conn: &mut Conn, report: &mut Report) -> Result<()> {
    let mut prev = Hash::default();
    let seals = all(conn)?;
    for (seal, expected) in seals.iter().zip(1i64..) {
        report.seals += 1;
        if seal.seq != expected || seal.prev != prev || seal.clone().sealed().hash != seal.hash {
            report.find(format!(
                "第 {} 号封存记录被改动，或它前面的封存被删除",
                seal.seq
            ));
        }
        prev = seal.hash;
    }
    let missing = conn.query(
        "SELECT s.matter, s.version FROM sealed_head s LEFT JOIN step t ON t.shard = s.shard AND t.matter = s.matter AND t.seq = s.version AND t.hash = s.head \
         WHERE s.shard = $1 AND t.seq IS NULL ORDER BY s.matter LIMIT 100",
        &[SHARD.into()],
    )?;
    for row in missing {
        let which = matter::shown(conn, row.int(0)?)?;
        report.find(format!(
            "事件{which}封存时有 {} 步，现在缺少或不符：末尾的记录被删除或改动",
            row.int(1)?
        ));
    }
    listed(conn, seals.last(), report)?;
    if let Some(seal) = seals.last() {
        let (audits, _) = audit::head(conn)?;
        if audits < seal.audits {
            report.find(format!(
                "审计记录在封存时有 {} 条，现在只有 {audits} 条：末尾的记录被删除",
                seal.audits
            ));
        }
    }
    Ok(())
}
