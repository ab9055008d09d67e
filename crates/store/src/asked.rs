//! Requests that wait for a decision, by the desk that decides. The matter meanwhile lies on another
//! desk, so no queue would show them.

use crate::SHARD;
use crate::driver::{Conn, Kind, OnConflict, Result, Table, Value};
use crate::matter;
use civic::id::MatterId;
use civic::matter::{Desk, Matter};
use std::collections::BTreeSet;

const TABLE: Table<'static> = Table {
    name: "asked",
    columns: &[
        ("shard", Kind::Int),
        ("matter", Kind::Int),
        ("slot", Kind::Int),
        ("desk_kind", Kind::Int),
        ("desk_key", Kind::Int),
    ],
};

/// Matter, slot, kind and key of the deciding desk.
type Row = (i64, i64, i64, i64);

fn rows_of(matter: &Matter) -> impl Iterator<Item = Row> {
    matter.pending.iter().map(|p| {
        let desk = p.approver;
        (matter.id.0, i64::from(p.slot), desk.kind(), desk.key())
    })
}

/// Brings the rows from what a matter was to what it is. Few matters ask for anything.
pub(crate) fn keep(conn: &mut Conn, changes: &[(Option<&Matter>, &Matter)]) -> Result<()> {
    let was: Vec<i64> = changes
        .iter()
        .filter_map(|(before, now)| before.filter(|m| !m.pending.is_empty()).map(|_| now.id.0))
        .collect();
    if !was.is_empty() {
        conn.exec(
            "DELETE FROM asked WHERE shard = $1 AND matter = ANY($2)",
            &[SHARD.into(), was.into()],
        )?;
    }
    let rows: Vec<Vec<Value>> = changes
        .iter()
        .flat_map(|(_, now)| rows_of(now))
        .map(|(matter, slot, kind, key)| {
            vec![
                SHARD.into(),
                matter.into(),
                slot.into(),
                kind.into(),
                key.into(),
            ]
        })
        .collect();
    conn.insert_many(&TABLE, &rows, OnConflict::Error)?;
    Ok(())
}

/// Matters with a request that one of these desks decides, newest first, after the id `after`; each
/// with the slot of the request.
pub fn on_desks(
    conn: &mut Conn,
    desks: &[Desk],
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<(Matter, u32)>> {
    let mut found: Vec<(i64, u32)> = Vec::new();
    for desk in desks {
        let rows = conn.query(
            "SELECT matter, slot FROM asked WHERE shard = $1 AND desk_kind = $2 AND desk_key = $3 AND matter < $4 \
             ORDER BY matter DESC, slot LIMIT $5",
            &[
                SHARD.into(),
                desk.kind().into(),
                desk.key().into(),
                after.unwrap_or(i64::MAX).into(),
                (limit as i64).into(),
            ],
        )?;
        for row in &rows {
            found.push((row.int(0)?, row.number(1)?));
        }
    }
    found.sort_unstable_by_key(|(id, slot)| (std::cmp::Reverse(*id), *slot));
    found.dedup();
    found.truncate(limit);
    let ids: Vec<MatterId> = found.iter().map(|(id, _)| MatterId(*id)).collect();
    let matters = matter::load(conn, &ids)?;
    Ok(found
        .into_iter()
        .filter_map(|(id, slot)| Some((matters.get(&MatterId(id))?.clone(), slot)))
        .collect())
}

/// What is wrong with the table, in sentences: it must hold exactly the requests of the matters.
pub(crate) fn check(conn: &mut Conn) -> Result<Vec<String>> {
    let mut kept: BTreeSet<Row> = BTreeSet::new();
    conn.for_each(
        "SELECT matter, slot, desk_kind, desk_key FROM asked WHERE shard = $1",
        &[SHARD.into()],
        |row| {
            kept.insert((row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?));
            Ok(())
        },
    )?;
    let mut missing = Vec::new();
    conn.for_each(
        "SELECT body FROM matter WHERE shard = $1 AND over = 0",
        &[SHARD.into()],
        |row| {
            // A body that cannot be read was named before, with its journal.
            if let Ok(matter) = matter::parse(row.text(0)?) {
                missing.extend(rows_of(&matter).filter(|r| !kept.remove(r)));
            }
            Ok(())
        },
    )?;
    let mut findings = Vec::new();
    for (id, slot, ..) in missing {
        findings.push(format!(
            "审批表中缺少事件{}的第 {slot} 项申请",
            matter::shown(conn, MatterId(id).0)?
        ));
    }
    for (id, slot, ..) in kept {
        findings.push(format!(
            "审批表中有多余的一行：事件{}的第 {slot} 项申请",
            matter::shown(conn, id)?
        ));
    }
    Ok(findings)
}
