//! Journals: folded page by page, and compared with the matters, holdings and files that are kept.

use super::Report;
use super::recount::Recount;
use crate::SHARD;
use crate::driver::{Conn, Result, Value};
use crate::{file, matter, step};
use civic::id::MatterId;
use civic::matter::Matter;
use civic::trace::Chain;
use std::collections::{BTreeMap, HashMap};

/// Matters that are held at a time, with what belongs to them.
const PAGE: usize = 1_000;

/// The highest counter seen of each prefix of numbers: one entry for each town and day.
pub(super) type Numbers = HashMap<String, i64>;

/// A journal being folded.
struct Folding {
    id: MatterId,
    matter: Option<Matter>,
    chain: Chain,
    broken: bool,
}

/// A page of what is kept, by matter; what was looked at is taken out.
struct Kept {
    /// The columns of the matters.
    matters: BTreeMap<i64, Vec<Value>>,
    /// By matter and slot.
    holdings: BTreeMap<(i64, i64), Vec<Value>>,
    /// By matter and file.
    files: BTreeMap<(i64, i64), file::StoredFile>,
}

impl Kept {
    /// How a sentence names a matter of the page.
    fn name(&self, id: MatterId) -> String {
        self.matters.get(&id.0).map_or_else(
            || format!("事件 {id}"),
            |row| format!("事件〔{}〕", matter::no_of(row)),
        )
    }
}

/// Folds all journals and compares them with what is kept of the matters.
pub(super) fn check(
    conn: &mut Conn,
    report: &mut Report,
    recount: &mut Recount,
    progress: &mut impl FnMut(&'static str, u64, u64),
) -> Result<Numbers> {
    let total = super::count(conn, "matter")?;
    let mut numbers = Numbers::new();
    let mut after = i64::MIN;
    loop {
        let matters = matter::stored_page(conn, after, PAGE)?;
        // Behind the last matter there may be rows of matters that are gone.
        let upto = match matters.keys().next_back() {
            Some(last) if matters.len() == PAGE => *last,
            _ => i64::MAX,
        };
        let mut kept = Kept {
            matters,
            holdings: matter::stored_holdings(conn, after, upto)?,
            files: file::of_matters(conn, after, upto)?
                .into_iter()
                .filter_map(|f| Some(((f.matter?.0, f.id.0), f)))
                .collect(),
        };
        for fold in fold(conn, after, upto, &kept, report)? {
            settle(fold, &mut kept, report, recount, &mut numbers)?;
        }
        left_over(conn, kept, report)?;
        progress("事件", report.matters, total);
        if upto == i64::MAX {
            return Ok(numbers);
        }
        after = upto;
    }
}

/// Folds the journals of the matters after `after` up to `upto`, whose steps are streamed.
fn fold(
    conn: &mut Conn,
    after: i64,
    upto: i64,
    kept: &Kept,
    report: &mut Report,
) -> Result<Vec<Folding>> {
    let sql = format!(
        "{} WHERE shard = $1 AND matter > $2 AND matter <= $3 ORDER BY matter, seq",
        step::SELECT
    );
    let mut folded: Vec<Folding> = Vec::new();
    conn.for_each(&sql, &[SHARD.into(), after.into(), upto.into()], |row| {
        report.steps += 1;
        let id = MatterId(row.int(0)?);
        if folded.last().is_none_or(|f| f.id != id) {
            folded.push(Folding {
                id,
                matter: None,
                chain: Chain::default(),
                broken: false,
            });
        }
        let Some(fold) = folded.last_mut() else {
            return Ok(());
        };
        match step::parse(row) {
            Err(error) => {
                fold.broken = true;
                let (which, seq) = (kept.name(id), row.int(1)?);
                report.find(format!("{which}第 {seq} 步无法读取，已被改动：{error}"));
            }
            Ok(stored) => take(fold, &stored, &|| kept.name(id), report),
        }
        Ok(())
    })?;
    Ok(folded)
}

/// Takes one stored step into a fold. `at` names the matter.
fn take(fold: &mut Folding, stored: &step::Stored, at: &impl Fn() -> String, report: &mut Report) {
    let step = &stored.step;
    for wrong in fold
        .chain
        .take(step, stored.words, stored.erased_at.is_some())
    {
        fold.broken = true;
        report.find(format!("{}{wrong}", at()));
    }
    if stored.account != step.who.account {
        report.find(format!(
            "{}第 {} 步的经办人账号与内容不符：数据行被改动",
            at(),
            step.seq
        ));
    }
    match &mut fold.matter {
        Some(matter) => matter.apply(step),
        None => match Matter::begin(step) {
            Some(matter) => fold.matter = Some(matter),
            None => {
                fold.broken = true;
                report.find(format!("{}的第一步不是上报：前面的记录已被删除", at()));
            }
        },
    }
}

/// Compares a finished fold with the stored row, its columns, its holdings and its files, and
/// counts it.
fn settle(
    fold: Folding,
    kept: &mut Kept,
    report: &mut Report,
    recount: &mut Recount,
    numbers: &mut Numbers,
) -> Result<()> {
    let Some(row) = kept.matters.remove(&fold.id.0) else {
        let which = match &fold.matter {
            Some(matter) => format!("〔{}〕", matter.no),
            None => format!(" {} ", fold.id),
        };
        report.find(format!(
            "事件{which}有流程记录却没有事件本身：事件行已被删除"
        ));
        return Ok(());
    };
    report.matters += 1;
    let Some(matter) = fold.matter else {
        return Ok(());
    };
    let no = matter::no_of(&row).to_owned();
    match matter::body_of(&row) {
        Ok(stored) if stored == matter => {}
        _ if fold.broken => {}
        _ => report.find(format!("事件〔{no}〕与它的流程记录不符：事件行被改动")),
    }
    let expected = matter::values(&matter)?;
    // The body was compared as a value: its text may differ in nothing but the order of a map.
    let n = expected.len() - 1;
    if row[..n] != expected[..n] && !fold.broken {
        report.find(format!("事件〔{no}〕的查询字段与内容不符：数据行被改动"));
    }
    for row in matter::holding_values(&matter) {
        let (Value::Int(matter), Value::Int(slot)) = (&row[1], &row[2]) else {
            continue;
        };
        match kept.holdings.remove(&(*matter, *slot)) {
            Some(found) if found == row => {}
            Some(_) => report.find(format!("事件〔{no}〕在待办表中的第 {slot} 项被改动")),
            None => report.find(format!("事件〔{no}〕在待办表中缺少第 {slot} 项")),
        }
    }
    for attached in &matter.files {
        match kept.files.remove(&(matter.id.0, attached.file.0)) {
            Some(found)
                if found.sha256 == attached.sha256
                    && found.bytes.unsigned_abs() == attached.bytes
                    && found.mime == attached.mime => {}
            Some(_) => report.find(format!(
                "事件〔{no}〕的附件“{}”的登记与流程记录不符：附件行被改动",
                attached.name
            )),
            None => report.find(format!(
                "事件〔{no}〕的附件“{}”没有登记：附件行已被删除或移走",
                attached.name
            )),
        }
    }
    // A part's number is its whole's with a place behind it, and comes from no counter.
    let own = matter.part_of.is_none().then_some(&*matter.no);
    if let Some((prefix, counter)) = own.and_then(matter::split_no) {
        match numbers.get_mut(prefix) {
            Some(highest) => *highest = counter.max(*highest),
            None => drop(numbers.insert(prefix.to_owned(), counter)),
        }
    }
    recount.add(&matter)
}

/// Names what is kept in a page and follows from no journal.
fn left_over(conn: &mut Conn, kept: Kept, report: &mut Report) -> Result<()> {
    for row in kept.matters.values() {
        report.find(format!(
            "事件〔{}〕没有任何流程记录：记录已被删除，或事件是手工插入的",
            matter::no_of(row)
        ));
    }
    for (id, slot) in kept.holdings.into_keys() {
        let which = matter::shown(conn, id)?;
        report.find(format!(
            "待办表中有多余的一行：事件{which}的第 {slot} 项并不在该席位"
        ));
    }
    for ((id, _), file) in kept.files {
        let which = matter::shown(conn, id)?;
        report.find(format!(
            "附件“{}”登记在事件{which}名下，而它的流程记录里没有：附件行是插入的或被移动",
            file.name
        ));
    }
    Ok(())
}

/// Compares the kept counters with the numbers that were given: a counter that is behind would give
/// a number twice. One that is ahead is lawful, because a refused report may use one up.
pub(super) fn check_numbers(conn: &mut Conn, report: &mut Report, given: &Numbers) -> Result<()> {
    let mut given = given.clone();
    let sql = "SELECT prefix, last FROM numbering WHERE shard = $1";
    conn.for_each(sql, &[SHARD.into()], |row| {
        report.others += 1;
        let (prefix, last) = (row.text(0)?, row.int(1)?);
        if let Some(highest) = given.remove(prefix)
            && last < highest
        {
            report.find(format!(
                "编号计数“{prefix}”是 {last}，而已经用到 {highest}：计数被改动，会发出重复的编号"
            ));
        }
        Ok(())
    })?;
    for (prefix, highest) in given {
        report.find(format!(
            "编号计数“{prefix}”缺失，而编号已经用到 {highest}：计数行已被删除"
        ));
    }
    Ok(())
}
