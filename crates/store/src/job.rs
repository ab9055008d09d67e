//! Runs of the jobs that the program does by itself, with how each ended.

use civic::id::AccountId;
use civic::time::Instant;

use crate::SHARD;
use crate::driver::{Conn, Result, Row};
use crate::rows;

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Own id, in the order of time.
    pub id: i64,
    /// Code of the job.
    pub job: String,
    /// When it began.
    pub started_at: Instant,
    /// When it ended.
    pub ended_at: Instant,
    /// Whether it did what it should.
    pub good: bool,
    /// What it did, or why not, in a sentence.
    pub detail: String,
    /// Who started it; 0 for the program itself.
    pub account: AccountId,
}

const RUNS: &str = "SELECT id, job, started_at, ended_at, good, detail, account FROM job_run";

fn run(row: &Row) -> Result<Run> {
    Ok(Run {
        id: row.int(0)?,
        job: row.string(1)?,
        started_at: Instant(row.int(2)?),
        ended_at: Instant(row.int(3)?),
        good: row.bool(4)?,
        detail: row.string(5)?,
        account: AccountId(row.int(6)?),
    })
}

/// Writes a run down; its id is made here.
pub fn insert(conn: &mut Conn, run: &Run) -> Result<()> {
    let id = crate::fresh_id(conn, "job_run", run.ended_at)?;
    conn.exec(
        "INSERT INTO job_run (shard, id, job, started_at, ended_at, good, detail, account) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            SHARD.into(),
            id.into(),
            (&run.job).into(),
            run.started_at.0.into(),
            run.ended_at.0.into(),
            run.good.into(),
            (&run.detail).into(),
            run.account.0.into(),
        ],
    )?;
    Ok(())
}

/// One page of the runs of a job, newest first.
pub fn page(conn: &mut Conn, job: &str, before: Option<i64>, limit: usize) -> Result<Vec<Run>> {
    let sql = format!("{RUNS} WHERE shard = $1 AND job = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
    let params = [
        SHARD.into(),
        job.into(),
        rows::before(before),
        (limit as i64).into(),
    ];
    conn.query(&sql, &params)?.iter().map(run).collect()
}

/// Lets runs go that ended before a moment. How many there were.
pub fn forget(conn: &mut Conn, before: Instant) -> Result<u64> {
    conn.exec(
        "DELETE FROM job_run WHERE shard = $1 AND ended_at < $2",
        &[SHARD.into(), before.0.into()],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn runs_are_paged_by_job_from_the_newest_and_let_go_with_age(conn: &mut Conn) {
            prepare(conn);
            for (at, job, good) in [(10, "seal", true), (20, "files", true), (30, "seal", false)] {
                insert(conn, &Run {
                    id: 0, job: job.into(), started_at: Instant(at), ended_at: Instant(at + 1), good, detail: "完成".into(), account: AccountId(0),
                }).unwrap();
            }
            let times = |conn: &mut Conn, job: &str| -> Vec<i64> {
                page(conn, job, None, 10).unwrap().into_iter().map(|r| r.started_at.0).collect()
            };
            assert_eq!(times(conn, "seal"), [30, 10]);
            let newest = page(conn, "seal", None, 1).unwrap();
            assert!(!newest[0].good);
            assert_eq!(page(conn, "seal", Some(newest[0].id), 10).unwrap().len(), 1);
            assert_eq!(forget(conn, Instant(25)).unwrap(), 2);
            assert_eq!(times(conn, "seal"), [30]);
        }
    }
}
