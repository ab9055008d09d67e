//! Proof: every matter equals the fold of its journal, every step chains to the one before, every
//! holding follows from its matter, every tally equals a recount, every audit entry chains, no
//! sealed head went missing, and nothing kept beside points at what is not there. Whatever was
//! altered, deleted or inserted by hand is named.
//!
//! The proof streams: it needs memory for a page of matters and for one run of the recount
//! ([`recount`]), not for the city.

mod answers;
mod journals;
mod links;
mod recount;

use crate::driver::{Conn, Result};
use crate::{SHARD, asked, audit, seal};

pub use links::{LINKS, Link, UNLINKED};

/// Findings after which the proof only counts.
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
    /// Answers, numbers and references of the other tables that were checked.
    pub others: u64,
    /// What is wrong, each in a Chinese sentence that names the thing.
    pub findings: Vec<String>,
    /// Findings that are not listed, because the list is long enough.
    pub unlisted: u64,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
    /// Notes that something is wrong.
    pub fn find(&mut self, text: String) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(text);
        } else {
            self.unlisted += 1;
        }
    }
}

/// How far a proof is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is looked at, in a Chinese word.
    pub stage: &'static str,
    /// How many of them were looked at.
    pub done: u64,
    /// How many there are; 0 where that is not known.
    pub of: u64,
}

/// Proves the whole database in one snapshot. `progress` is told now and then.
///
/// # Errors
/// Only when the database cannot be read or the temporary file of the recount cannot be written;
/// what is wrong in the database is in the report.
pub fn verify(conn: &mut Conn, mut progress: impl FnMut(Progress)) -> Result<Report> {
    let mut report = Report::default();
    let mut at = |stage, done, of| progress(Progress { stage, done, of });
    let mut recount = recount::Recount::default();
    let numbers = journals::check(conn, &mut report, &mut recount, &mut at)?;
    journals::check_numbers(conn, &mut report, &numbers)?;
    for finding in asked::check(conn)? {
        report.find(finding);
    }
    if let Some(finding) = crate::matter::check_index(conn)? {
        report.find(finding);
    }
    at("统计", 0, 0);
    recount.compare(conn, &mut report, &mut at)?;
    at("审计", 0, 0);
    report.audits = audit::verify_chain(conn, &mut |finding| report.find(finding))?;
    at("封存", 0, 0);
    seal::check(conn, &mut report)?;
    answers::check(conn, &mut report, &mut at)?;
    crate::assessment::check(conn, &mut |finding| report.find(finding))?;
    links::check(conn, &mut report, &mut at)?;
    Ok(report)
}

/// The number of rows of a table of this shard.
fn count(conn: &mut Conn, table: &str) -> Result<u64> {
    let sql = format!("SELECT COUNT(*) FROM {table} WHERE shard = $1");
    Ok(conn
        .query_one(&sql, &[SHARD.into()])?
        .int(0)?
        .unsigned_abs())
}
