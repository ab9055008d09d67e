//! The recount of the tallies in bounded memory: what the matters contribute is merged in memory,
//! and written out as a sorted run when there is much of it. At the end the runs and the kept rows,
//! all in the order of the key, are read side by side.

use super::Report;
use crate::driver::{Conn, DbError, Result};
use crate::tally::{self, Deltas, Key};
use civic::matter::Matter;
use civic::measure::Measure;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Rows merged in memory: some 430 bytes each.
const ROWS: usize = if cfg!(test) { 5 } else { 60_000 };
/// Bytes read ahead of each run.
const AHEAD: usize = 16 * 1024;
/// Rows of the tallies between two reports of progress.
const STEP: u64 = 50_000;

/// The figures that follow from the matters.
#[derive(Default)]
pub(super) struct Recount {
    rows: Deltas,
    spill: Option<Spill>,
}

impl Recount {
    /// Counts a matter.
    pub(super) fn add(&mut self, matter: &Matter) -> Result<()> {
        self.rows.add(matter);
        self.spill_if_many()
    }

    fn spill_if_many(&mut self) -> Result<()> {
        if self.rows.len() >= ROWS {
            let spill = match &mut self.spill {
                Some(spill) => spill,
                none => none.insert(Spill::new().map_err(failed)?),
            };
            spill.write(&self.rows).map_err(failed)?;
            self.rows.clear();
        }
        Ok(())
    }

    /// Compares every kept row with the recount.
    pub(super) fn compare(
        self,
        conn: &mut Conn,
        report: &mut Report,
        progress: &mut impl FnMut(&'static str, u64, u64),
    ) -> Result<()> {
        let total = super::count(conn, "tally")?;
        let mut wanted = Merged::new(self).map_err(failed)?;
        let mut next = wanted.next().map_err(failed)?;
        let none = vec![0; Measure::ALL.len()];
        tally::for_each(conn, |key, found| {
            report.tallies += 1;
            if report.tallies.is_multiple_of(STEP) {
                progress("统计", report.tallies, total);
            }
            while let Some((missing, figures)) = next.take_if(|(k, _)| *k < key) {
                report.find(describe(missing, &none, &figures));
                next = wanted.next().map_err(failed)?;
            }
            match next.take_if(|(k, _)| *k == key) {
                Some((_, figures)) => {
                    if found != figures {
                        report.find(describe(key, &found, &figures));
                    }
                    next = wanted.next().map_err(failed)?;
                }
                None if found != none => report.find(describe(key, &found, &none)),
                None => {}
            }
            Ok(())
        })?;
        while let Some((missing, figures)) = next {
            report.find(describe(missing, &none, &figures));
            next = wanted.next().map_err(failed)?;
        }
        Ok(())
    }
}

fn describe((period, class, _, node): Key, found: &[i64], wanted: &[i64]) -> String {
    let which = Measure::ALL
        .iter()
        .zip(found.iter().zip(wanted))
        .find(|(_, (f, w))| f != w)
        .map_or_else(String::new, |(m, (f, w))| {
            format!("“{}”是 {f}，重算应为 {w}", m.word())
        });
    format!("统计不符：区域 {node}，类别 {class}，时段 {period},{which}")
}

fn failed(error: std::io::Error) -> DbError {
    let text = format!(
        "temporary file of the recount in {}: {error}",
        std::env::temp_dir().display()
    );
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => DbError::Full(text),
        _ => DbError::Other(text),
    }
}

/// Sorted runs, one behind the other in a file that is gone with this. It holds figures only.
struct Spill {
    path: PathBuf,
    file: Rc<File>,
    /// Where each run ends.
    ends: Vec<u64>,
}

impl Spill {
    fn new() -> std::io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let nth = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hangji-recount-{}-{nth}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        Ok(Self {
            path,
            file: Rc::new(file),
            ends: Vec::new(),
        })
    }

    fn write(&mut self, rows: &Deltas) -> std::io::Result<()> {
        let mut out = BufWriter::new(&*self.file);
        let mut end = self.ends.last().copied().unwrap_or(0);
        let mut number = |n: i64| {
            end += 8;
            out.write_all(&n.to_le_bytes())
        };
        for ((period, class, parent, node), figures) in rows.rows() {
            let set = || (0i64..).zip(figures).filter(|(_, n)| **n != 0);
            for part in [*period, *class, *parent, *node, set().count() as i64] {
                number(part)?;
            }
            for (measure, n) in set() {
                number(measure)?;
                number(*n)?;
            }
        }
        out.flush()?;
        self.ends.push(end);
        Ok(())
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        // Best effort: the folder is the system's for temporary files.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A run in the file: a window of it.
struct Window {
    file: Rc<File>,
    at: u64,
    end: u64,
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let most = buffer.len().min(left);
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(&mut buffer[..most])?;
        self.at += read as u64;
        Ok(read)
    }
}

type Row = (Key, Vec<i64>);

/// Rows in the order of the key.
enum Run {
    File(BufReader<Window>),
    Memory(std::collections::btree_map::IntoIter<Key, Vec<i64>>),
}

impl Run {
    fn next(&mut self) -> std::io::Result<Option<Row>> {
        match self {
            Run::File(run) => read_row(run),
            Run::Memory(rows) => Ok(rows.next()),
        }
    }
}

fn read_row(run: &mut BufReader<Window>) -> std::io::Result<Option<Row>> {
    if run.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut number = || {
        let mut bytes = [0; 8];
        run.read_exact(&mut bytes)?;
        Ok::<_, std::io::Error>(i64::from_le_bytes(bytes))
    };
    let key = (number()?, number()?, number()?, number()?);
    let mut figures = vec![0; Measure::ALL.len()];
    for _ in 0..number()? {
        let measure = number()?;
        figures[measure as usize] = number()?;
    }
    Ok(Some((key, figures)))
}

/// All runs merged, in the order of the key; rows of zeros are left out.
struct Merged {
    _spill: Option<Spill>,
    runs: Vec<(Run, Option<Row>)>,
    /// The next key of each run.
    heads: BinaryHeap<Reverse<(Key, usize)>>,
}

impl Merged {
    fn new(recount: Recount) -> std::io::Result<Self> {
        let mut runs = vec![Run::Memory(recount.rows.into_rows())];
        if let Some(spill) = &recount.spill {
            let mut at = 0;
            for end in spill.ends.iter().copied() {
                let file = Rc::clone(&spill.file);
                let window = Window { file, at, end };
                runs.push(Run::File(BufReader::with_capacity(AHEAD, window)));
                at = end;
            }
        }
        let mut merged = Self {
            _spill: recount.spill,
            runs: runs.into_iter().map(|run| (run, None)).collect(),
            heads: BinaryHeap::new(),
        };
        for nth in 0..merged.runs.len() {
            merged.advance(nth)?;
        }
        Ok(merged)
    }

    /// Takes the waiting row of a run and reads the one behind it.
    fn advance(&mut self, nth: usize) -> std::io::Result<Option<Row>> {
        let (run, head) = &mut self.runs[nth];
        let following = run.next()?;
        if let Some((key, _)) = &following {
            self.heads.push(Reverse((*key, nth)));
        }
        Ok(std::mem::replace(head, following))
    }

    fn next(&mut self) -> std::io::Result<Option<Row>> {
        while let Some(Reverse((key, nth))) = self.heads.pop() {
            let Some((_, mut figures)) = self.advance(nth)? else {
                continue;
            };
            while let Some(Reverse((same, other))) = self.heads.peek().copied() {
                if same != key {
                    break;
                }
                self.heads.pop();
                if let Some((_, more)) = self.advance(other)? {
                    figures.iter_mut().zip(more).for_each(|(sum, n)| *sum += n);
                }
            }
            if figures.iter().any(|n| *n != 0) {
                return Ok(Some((key, figures)));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Rows as matters would add them, without matters.
    fn add(recount: &mut Recount, key: Key, measure: usize, n: i64) {
        recount.rows.add_one(key, measure, n);
        recount.spill_if_many().unwrap();
    }

    #[test]
    fn runs_in_the_file_and_rows_in_memory_sum_to_the_same_figures() {
        let mut recount = Recount::default();
        let mut plain: BTreeMap<Key, Vec<i64>> = BTreeMap::new();
        let mut seed = 7u64;
        for _ in 0..400 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let pick = |shift: u32, many: u64| ((seed >> shift) % many) as i64;
            let key = (pick(20, 3), pick(30, 2), pick(40, 3), pick(50, 4));
            let (measure, n) = (pick(33, 5) as usize, pick(10, 3) - 1);
            add(&mut recount, key, measure, n);
            plain
                .entry(key)
                .or_insert_with(|| vec![0; Measure::ALL.len()])[measure] += n;
        }
        plain.retain(|_, row| row.iter().any(|n| *n != 0));
        let path = recount.spill.as_ref().unwrap().path.clone();
        assert!(recount.spill.as_ref().unwrap().ends.len() > 10, "many runs");
        let mut merged = Merged::new(recount).unwrap();
        let mut found = BTreeMap::new();
        let mut last = None;
        while let Some((key, row)) = merged.next().unwrap() {
            assert!(last < Some(key), "in order");
            last = Some(key);
            found.insert(key, row);
        }
        assert_eq!(found, plain);
        drop(merged);
        assert!(!path.exists(), "the file is gone");
    }
}
