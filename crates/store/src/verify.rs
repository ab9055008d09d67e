//! Proof: every matter equals the fold of its journal, every step chains to the one before, every
//! holding follows from its matter, every tally equals a recount, every audit entry chains, and no
//! sealed head went missing. Whatever was altered, deleted or inserted by hand is named.

use crate::driver::{Conn, DbError, Result, Value};
use crate::{SHARD, asked, audit, matter, seal, step, tally};
use civic::id::MatterId;
use civic::matter::Matter;
use civic::trace::{self, Hash};
use std::collections::BTreeMap;

/// Findings after which the proof stops listing more.
const FINDINGS_MAX: usize = 1_000;

/// What a proof looked at and found.
#[derive(Debug, Default)]
pub struct Report {
    /// Matters folded.
    pub matters: u64,
    /// Steps checked.
    pub steps: u64,
    /// Rows of tallies recounted.
    pub tallies: u64,
    /// Audit entries checked.
    pub audits: u64,
    /// Seals checked.
    pub seals: u64,
    /// What is wrong, each in a Chinese sentence that names the thing.
    pub findings: Vec<String>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
    pub(crate) fn find(&mut self, text: String) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(text);
        }
    }
}

/// Proves the whole database in one snapshot. `progress` is told the steps done so far.
///
/// # Errors
/// Only when the database cannot be read; what is wrong in it is in the report.
pub fn verify(conn: &mut Conn, mut progress: impl FnMut(u64)) -> Result<Report> {
    let mut report = Report::default();
    let mut recount = tally::Deltas::default();
    let mut holdings = load_holdings(conn)?;
    journals(
        conn,
        &mut report,
        &mut recount,
        &mut holdings,
        &mut progress,
    )?;
    for ((matter, slot), _) in holdings {
        let which = matter::shown(conn, matter)?;
        report.find(format!(
            "待办表中有多余的一行：事件{which}的第 {slot} 项并不在该席位"
        ));
    }
    for finding in asked::check(conn)? {
        report.find(finding);
    }
    tallies(conn, &mut report, &recount)?;
    let (audits, findings) = audit::verify_chain(conn)?;
    report.audits = audits;
    for finding in findings {
        report.find(finding);
    }
    seal::check(conn, &mut report)?;
    Ok(report)
}

type Holdings = BTreeMap<(i64, i64), Vec<Value>>;

fn load_holdings(conn: &mut Conn) -> Result<Holdings> {
    let mut all = Holdings::new();
    conn.for_each(
        "SELECT shard, matter, slot, desk_kind, desk_key, town, community, since, due_at, due_kind, overdue, holder FROM holding WHERE shard = $1",
        &[SHARD.into()],
        |row| {
            let values = (0..12).map(|i| row.value(i).cloned()).collect::<Result<Vec<_>>>()?;
            all.insert((row.int(1)?, row.int(2)?), values);
            Ok(())
        },
    )?;
    Ok(all)
}

/// A journal being folded.
struct Folding {
    id: MatterId,
    matter: Option<Matter>,
    head: Hash,
    broken: bool,
}

/// Matters are read in one go and compared with the fold of their steps, which are streamed in the
/// same order; so the proof needs memory for one matter and its page, not for the city.
fn journals(
    conn: &mut Conn,
    report: &mut Report,
    recount: &mut tally::Deltas,
    holdings: &mut Holdings,
    progress: &mut impl FnMut(u64),
) -> Result<()> {
    let mut after = i64::MIN;
    const PAGE: i64 = 2_000;
    loop {
        let rows = conn.query(
            "SELECT id, no, body FROM matter WHERE shard = $1 AND id > $2 ORDER BY id LIMIT $3",
            &[SHARD.into(), after.into(), PAGE.into()],
        )?;
        let last = rows.len() < PAGE as usize;
        let upto = rows.last().map_or(Ok(i64::MAX), |r| r.int(0))?;
        let upto = if last { i64::MAX } else { upto };
        let mut stored: BTreeMap<i64, (String, String)> = BTreeMap::new();
        for row in &rows {
            stored.insert(row.int(0)?, (row.string(1)?, row.string(2)?));
        }
        let mut folding: Option<Folding> = None;
        let mut folded: Vec<Folding> = Vec::new();
        conn.for_each(
            &format!(
                "{} WHERE shard = $1 AND matter > $2 AND matter <= $3 ORDER BY matter, seq",
                step::SELECT
            ),
            &[SHARD.into(), after.into(), upto.into()],
            |row| {
                report.steps += 1;
                let id = MatterId(row.int(0)?);
                let at = |id: MatterId| {
                    stored
                        .get(&id.0)
                        .map_or_else(|| format!("事件 {id}"), |(no, _)| format!("事件〔{no}〕"))
                };
                if folding.as_ref().is_none_or(|f| f.id != id) {
                    folded.extend(folding.take());
                    folding = Some(Folding {
                        id,
                        matter: None,
                        head: Hash::default(),
                        broken: false,
                    });
                }
                let Some(fold) = folding.as_mut() else {
                    return Ok(());
                };
                match step::parse(row) {
                    Err(error) => {
                        fold.broken = true;
                        let seq = row.int(1)?;
                        report.find(format!("{}第 {seq} 步无法读取，已被改动：{error}", at(id)));
                    }
                    Ok(stored) => take(fold, &stored, &at(id), report),
                }
                Ok(())
            },
        )?;
        folded.extend(folding);
        for fold in folded {
            let Some((no, body)) = stored.remove(&fold.id.0) else {
                let which = match &fold.matter {
                    Some(matter) => format!("〔{}〕", matter.no),
                    None => format!(" {} ", fold.id),
                };
                report.find(format!(
                    "事件{which}有流程记录却没有事件本身：事件行已被删除"
                ));
                continue;
            };
            report.matters += 1;
            settle(conn, fold, &no, &body, report, recount, holdings)?;
        }
        for (_, (no, _)) in stored {
            report.find(format!(
                "事件〔{no}〕没有任何流程记录：记录已被删除，或事件是手工插入的"
            ));
        }
        progress(report.steps);
        if last {
            return Ok(());
        }
        after = upto;
    }
}

/// Takes one stored step into a fold.
fn take(fold: &mut Folding, stored: &step::Stored, at: &str, report: &mut Report) {
    let step = &stored.step;
    let expected = fold.matter.as_ref().map_or(0, |m| m.version) + 1;
    if step.seq != expected {
        fold.broken = true;
        report.find(format!(
            "{at}缺少第 {expected} 步或多出一步(遇到第 {} 步)：有记录被删除或插入",
            step.seq
        ));
    }
    if step.prev != fold.head {
        fold.broken = true;
        report.find(format!(
            "{at}第 {} 步与上一步不相连：上一步被改动，或有记录被删除、插入",
            step.seq
        ));
    }
    // Lawful erasure blanks the words and nothing else; what is marked as erased says nothing.
    let unsaid = step.words == civic::matter::Words::default();
    let intact = match stored.erased_at {
        None => trace::words_digest(&step.words) == stored.words,
        Some(_) => unsaid,
    };
    if !intact {
        fold.broken = true;
        report.find(format!(
            "{at}第 {} 步的文字(意见、答复或正文)被改动",
            step.seq
        ));
    }
    if stored.account != step.who.account {
        report.find(format!(
            "{at}第 {} 步的经办人账号与内容不符：数据行被改动",
            step.seq
        ));
    }
    if trace::step_hash(step.prev, step, stored.words) != step.hash {
        fold.broken = true;
        report.find(format!(
            "{at}第 {} 步的内容被改动：与它的校验值不符",
            step.seq
        ));
    }
    fold.head = step.hash;
    match &mut fold.matter {
        Some(matter) => matter.apply(step),
        None => match Matter::begin(step) {
            Some(matter) => fold.matter = Some(matter),
            None => {
                fold.broken = true;
                report.find(format!("{at}的第一步不是上报：前面的记录已被删除"));
            }
        },
    }
}

/// Compares a finished fold with the stored row, its columns and its holdings, and counts it.
fn settle(
    conn: &mut Conn,
    fold: Folding,
    no: &str,
    body: &str,
    report: &mut Report,
    recount: &mut tally::Deltas,
    holdings: &mut Holdings,
) -> Result<()> {
    let Some(matter) = fold.matter else {
        return Ok(());
    };
    match matter::parse(body) {
        Ok(stored) if stored == matter => {}
        _ if fold.broken => {}
        _ => report.find(format!("事件〔{no}〕与它的流程记录不符：事件行被改动")),
    }
    let expected = matter::values(&matter)?;
    let columns = matter::stored_values(conn, matter.id)?;
    // The body was compared as a value: its text may differ in nothing but the order of a map.
    let n = expected.len() - 1;
    if columns.as_ref().is_none_or(|c| c[..n] != expected[..n]) && !fold.broken {
        report.find(format!("事件〔{no}〕的查询字段与内容不符：数据行被改动"));
    }
    for row in matter::holding_values(&matter) {
        let key = match (&row[1], &row[2]) {
            (Value::Int(matter), Value::Int(slot)) => (*matter, *slot),
            _ => return Err(DbError::Other("holding without key".into())),
        };
        match holdings.remove(&key) {
            Some(found) if found == row => {}
            Some(_) => report.find(format!("事件〔{no}〕在待办表中的第 {} 项被改动", key.1)),
            None => report.find(format!("事件〔{no}〕在待办表中缺少第 {} 项", key.1)),
        }
    }
    recount.add(&matter, 1);
    Ok(())
}

/// Compares every row of the tallies with the recount.
fn tallies(conn: &mut Conn, report: &mut Report, recount: &tally::Deltas) -> Result<()> {
    let mut expected: BTreeMap<tally::Key, Vec<i64>> =
        recount.rows().map(|(k, v)| (*k, v.clone())).collect();
    let mut findings = Vec::new();
    let mut rows = 0;
    tally::for_each(conn, |key, found| {
        rows += 1;
        let wanted = expected
            .remove(&key)
            .unwrap_or_else(|| vec![0; found.len()]);
        if found != wanted {
            findings.push(describe(key, &found, &wanted));
        }
        Ok(())
    })?;
    for (key, wanted) in expected {
        findings.push(describe(key, &vec![0; wanted.len()], &wanted));
    }
    report.tallies = rows;
    for finding in findings {
        report.find(finding);
    }
    Ok(())
}

fn describe((period, class, _, node): tally::Key, found: &[i64], wanted: &[i64]) -> String {
    let which = civic::measure::Measure::ALL
        .iter()
        .zip(found.iter().zip(wanted))
        .find(|(_, (f, w))| f != w)
        .map_or_else(String::new, |(m, (f, w))| {
            format!("“{}”是 {f}，重算应为 {w}", m.word())
        });
    format!("统计不符：区域 {node}，类别 {class}，时段 {period},{which}")
}
