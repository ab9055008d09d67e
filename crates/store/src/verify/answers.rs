//! Kept answers: what was said under an idempotency key must still be so.

use super::Report;
use crate::SHARD;
use crate::driver::{Conn, Result};
use civic::id::MatterId;
use civic::trace::Hash;
use serde::Deserialize;
use std::collections::HashMap;

/// Answers looked at together.
const PAGE: i64 = 1_000;

/// The answer of a command on a matter, as far as it is compared.
#[derive(Deserialize)]
struct Said {
    id: MatterId,
    no: String,
    version: i64,
}

/// Compares the answers that tell of a matter with the matter. An answer of another shape tells of
/// something else, and is passed over.
pub(super) fn check(
    conn: &mut Conn,
    report: &mut Report,
    progress: &mut impl FnMut(&'static str, u64, u64),
) -> Result<()> {
    let total = super::count(conn, "answered")?;
    let mut done = 0;
    let mut after = (i64::MIN, String::new());
    loop {
        let rows = conn.query(
            "SELECT account, key, answer, request FROM answered \
             WHERE shard = $1 AND (account, key) > ($2, $3) ORDER BY account, key LIMIT $4",
            &[SHARD.into(), after.0.into(), (&after.1).into(), PAGE.into()],
        )?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = (last.int(0)?, last.string(1)?);
        let mut said = Vec::with_capacity(rows.len());
        for row in &rows {
            if row
                .opt_bytes(3)?
                .is_some_and(|b| Hash::from_slice(b).is_none())
            {
                let (account, key) = (row.int(0)?, row.text(1)?);
                report.find(format!(
                    "账号 {account} 的回执“{key}”记下的请求摘要不是 32 字节：回执被改动"
                ));
            }
            if let Ok(answer) = serde_json::from_str::<Said>(row.text(2)?) {
                said.push((row.int(0)?, row.string(1)?, answer));
            }
        }
        let ids: Vec<i64> = said.iter().map(|(.., answer)| answer.id.0).collect();
        let kept = conn.query(
            "SELECT id, no, version FROM matter WHERE shard = $1 AND id = ANY($2)",
            &[SHARD.into(), ids.into()],
        )?;
        let kept: HashMap<i64, (&str, i64)> = kept
            .iter()
            .map(|row| Ok((row.int(0)?, (row.text(1)?, row.int(2)?))))
            .collect::<Result<_>>()?;
        for (account, key, Said { id, no, version }) in said {
            let wrong = match kept.get(&id.0) {
                None => Some("那件事件不在了".to_owned()),
                Some((now, _)) if *now != no => Some(format!("那件事件现在的编号是〔{now}〕")),
                Some((_, now)) if *now < version => Some(format!("那件事件现在只有 {now} 步")),
                Some(_) => None,
            };
            if let Some(wrong) = wrong {
                report.find(format!(
                    "账号 {account} 的回执“{key}”说的是事件〔{no}〕第 {version} 步，而{wrong}：回执或事件被改动"
                ));
            }
        }
        done += rows.len() as u64;
        report.others += rows.len() as u64;
        progress("回执", done, total);
    }
}
