//! What the program does by itself, how often, how each run ended, and running one now.

use crate::identity::entry;
use crate::{Fault, Office, Result};
use civic::directory::Actor;
use civic::id::AccountId;
use civic::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use civic::rights::Verb;
use civic::time::Instant;
use object_store::ObjectStoreExt;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::job::Run;

/// Runs are kept so long, in hours: the six months that the law asks of logs.
const KEPT_HOURS: i64 = 184 * 24;
/// An upload of nobody that no report took, in hours.
const LOOSE_HOURS: i64 = 24;
/// Files taken in one go.
const PAGE: usize = 256;

/// A job of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Job {
    /// Announces deadlines.
    Sweep,
    /// Hands messages to their senders.
    Outbox,
    /// Lets uploads go that nobody used.
    Files,
    /// Seals the journals.
    Seal,
    /// Writes the hand-over sheets of terms that ran out.
    Terms,
    /// Looks whether the tree is whole.
    Whole,
    /// Lets applications for posts go that were decided long ago.
    Applications,
    /// Lets old runs of jobs go.
    Runs,
}

impl Job {
    /// All jobs.
    pub const ALL: &[Job] = &[
        Self::Sweep,
        Self::Outbox,
        Self::Files,
        Self::Seal,
        Self::Terms,
        Self::Whole,
        Self::Applications,
        Self::Runs,
    ];

    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::Outbox => "outbox",
            Self::Files => "files",
            Self::Seal => "seal",
            Self::Terms => "terms",
            Self::Whole => "whole",
            Self::Applications => "applications",
            Self::Runs => "runs",
        }
    }
    /// Word of the interface.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sweep => "时限巡查",
            Self::Outbox => "消息发送",
            Self::Files => "清理未用附件",
            Self::Seal => "流程记录封存",
            Self::Terms => "任期届满",
            Self::Whole => "区划完整性检查",
            Self::Applications => "删除报名材料",
            Self::Runs => "清理运行记录",
        }
    }
    /// What it does, in a sentence.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::Sweep => "检查所有时限，提醒临期，标记超期，隔夜未研判的自动上报。",
            Self::Outbox => "把订阅的消息交给短信、邮件等通道，失败的按间隔重试。",
            Self::Files => "删除未登录上传、24 小时内没有用于上报的附件。",
            Self::Seal => "记下此刻全部流程记录的校验值，事后删改能被发现。",
            Self::Terms => "任期已满的岗位，记下离任并写出交接单。",
            Self::Whole => {
                "检查全部区域有没有责任人、边界、编码和下级，有没有重名和重叠；明细在“完整性检查”页面。"
            }
            Self::Applications => "公开选聘的报名和异议，决定满 30 天的删除。",
            Self::Runs => "删除半年以前的运行记录。",
        }
    }
    /// How often, in seconds.
    #[must_use]
    pub fn every_s(self) -> i64 {
        match self {
            Self::Sweep => 1,
            Self::Outbox => 15,
            Self::Files | Self::Terms | Self::Applications => 3_600,
            Self::Seal | Self::Whole | Self::Runs => 24 * 3_600,
        }
    }
    /// The job with a code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|job| job.code() == code)
    }
}

/// When each job was begun last in this process.
#[derive(Default)]
pub(crate) struct Begun(Mutex<HashMap<Job, Instant>>);

impl Begun {
    /// Takes the turn of a job, if it is time. `last` is when it ran before this process.
    fn take(&self, job: Job, last: Instant, now: Instant) -> bool {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = begun.entry(job).or_insert(last);
        let due = now.ms_since(*at) >= job.every_s() * 1_000;
        if due {
            *at = now;
        }
        due
    }

    fn knows(&self, job: Job) -> bool {
        let begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        begun.contains_key(&job)
    }
}

/// A job with how it went last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// The job.
    pub job: Job,
    /// The newest run that was written down.
    pub last: Option<Run>,
}

/// How a run ended: what it did, and whether that is worth a line of the log.
struct Done {
    detail: String,
    noted: bool,
}

impl Office {
    /// All jobs with their newest runs.
    ///
    /// # Errors
    /// `Denied` for anybody but a system administrator.
    pub async fn jobs(&self, actor: &Actor) -> Result<Vec<JobRow>> {
        self.require(actor, Verb::ManageJobs)?;
        let mut rows = Vec::new();
        for job in Job::ALL.iter().copied() {
            let last = self
                .read(move |conn| store::job::page(conn, job.code(), None, 1))
                .await?;
            rows.push(JobRow {
                job,
                last: last.into_iter().next(),
            });
        }
        Ok(rows)
    }

    /// A page of the runs of a job, newest first.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn job_runs(
        &self,
        actor: &Actor,
        job: Job,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<Run>, Option<i64>)> {
        self.require(actor, Verb::ManageJobs)?;
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let mut runs = self
            .read(move |conn| store::job::page(conn, job.code(), before, limit + 1))
            .await?;
        let next = (runs.len() > limit).then(|| runs[limit - 1].id);
        runs.truncate(limit);
        Ok((runs, next))
    }

    /// Runs a job now. Answers the run, which is in the log whatever came of it.
    ///
    /// # Errors
    /// `Denied`; only when the database fails otherwise: a job that fails is a run that failed.
    pub async fn run_job(&self, actor: &Actor, job: Job) -> Result<Run> {
        self.require(actor, Verb::ManageJobs)?;
        let (line, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            let object = format!("job:{}", job.code());
            let line = entry(&line, now, "run_job", object, job.word().into());
            Ok(store::audit::append(conn, &line)?)
        })
        .await?;
        let done = self.do_job(job).await;
        self.note_run(job, actor.account, now, done).await
    }

    /// Runs what is due. Each run that did something or failed is written down.
    pub async fn run_due_jobs(&self) {
        self.run_jobs(false).await;
    }

    /// Runs every job that never ran, and writes each run down: a sample city is ready when it is
    /// founded.
    pub async fn run_first_jobs(&self) {
        self.run_jobs(true).await;
    }

    async fn run_jobs(&self, first: bool) {
        for job in Job::ALL.iter().copied().filter(|job| *job != Job::Sweep) {
            let now = self.now();
            // A job that never ran waits for its time: sealing a whole city is not for the start.
            let never = if first { Instant(0) } else { now };
            let last = match self.begun.knows(job) {
                true => now,
                false => self.last_run(job).await.unwrap_or(never),
            };
            if !self.begun.take(job, last, now) {
                continue;
            }
            let done = self.do_job(job).await;
            if !first && done.as_ref().is_ok_and(|done| !done.noted) {
                continue;
            }
            if let Err(fault) = self.note_run(job, AccountId(0), now, done).await {
                tracing::error!(%fault, job = job.code(), "a run was not written down");
            }
        }
    }

    async fn last_run(&self, job: Job) -> Option<Instant> {
        let runs = self.read(move |conn| store::job::page(conn, job.code(), None, 1));
        let newest = runs.await.ok()?.into_iter().next();
        newest.map(|run| run.started_at)
    }

    async fn note_run(
        &self,
        job: Job,
        account: AccountId,
        started_at: Instant,
        done: Result<Done>,
    ) -> Result<Run> {
        let (good, detail) = match done {
            Ok(done) => (true, done.detail),
            Err(Fault::Refused(refusal)) => (false, refusal.to_string()),
            Err(Fault::Broken(error)) => {
                tracing::error!(error, job = job.code(), "a job failed");
                (false, "系统出错，原因见服务器日志".into())
            }
        };
        let run = Run {
            id: 0,
            job: job.code().into(),
            started_at,
            ended_at: self.now(),
            good,
            detail,
            account,
        };
        let kept = run.clone();
        self.write(move |conn| Ok(store::job::insert(conn, &kept)?))
            .await?;
        Ok(run)
    }

    async fn do_job(&self, job: Job) -> Result<Done> {
        let done = |count: usize, detail: String| Done {
            detail,
            noted: count > 0,
        };
        let now = self.now();
        match job {
            Job::Sweep => {
                let touched = self.sweep().await?;
                Ok(done(touched, format!("办理了 {touched} 件到时限的事件")))
            }
            Job::Outbox => {
                let (written, sent, failed) = self.empty_outbox().await?;
                let detail = format!("新写 {written} 条，发出 {sent} 条，失败 {failed} 条");
                Ok(done(written + sent + failed, detail))
            }
            Job::Files => {
                let gone = self.drop_loose_files().await?;
                Ok(done(gone, format!("删除未用附件 {gone} 个")))
            }
            Job::Seal => {
                let seal = self
                    .write(move |conn| Ok(store::seal::seal(conn, now)?))
                    .await?;
                Ok(done(
                    1,
                    format!("第 {} 次封存，流程步骤 {} 条", seal.seq, seal.steps),
                ))
            }
            Job::Terms => {
                let written = self.end_terms().await?;
                Ok(done(written, format!("写出交接单 {written} 份")))
            }
            Job::Whole => {
                let whole = self.look_through(self.root()?.id).await?;
                let counts = whole.counts();
                let said: Vec<String> = counts
                    .iter()
                    .filter(|(_, n)| *n > 0)
                    .map(|(lack, n)| format!("{} {n}", lack.word()))
                    .collect();
                let list = match said.is_empty() {
                    true => "没有发现问题".to_owned(),
                    false => said.join("、"),
                };
                Ok(done(1, format!("检查区域 {} 个：{list}", whole.areas)))
            }
            Job::Applications => {
                let gone = self.drop_applications().await?;
                Ok(done(gone, format!("删除报名材料 {gone} 份")))
            }
            Job::Runs => {
                let gone = self
                    .write(move |conn| Ok(store::job::forget(conn, now.plus_hours(-KEPT_HOURS))?))
                    .await?;
                Ok(done(
                    usize::from(gone > 0),
                    format!("删除运行记录 {gone} 条"),
                ))
            }
        }
    }

    /// Lets uploads without sign-in go that no report took within a day, and their bytes where no
    /// other file has the same.
    async fn drop_loose_files(&self) -> Result<usize> {
        let before = self.now().plus_hours(-LOOSE_HOURS);
        let mut gone = 0;
        loop {
            let files = self
                .read(move |conn| store::file::loose(conn, before, PAGE))
                .await?;
            if files.is_empty() {
                return Ok(gone);
            }
            for file in files {
                let (id, sha256) = (file.id, file.sha256.clone());
                let orphaned = self
                    .write(move |conn| {
                        store::file::remove_loose(conn, id)?;
                        Ok(!store::file::has_bytes(conn, &sha256)?)
                    })
                    .await?;
                if orphaned
                    && let Err(error) = self.files.delete(&crate::file::key(&file.sha256)).await
                {
                    tracing::warn!(%error, "the bytes of a file that is gone stay");
                }
                gone += 1;
            }
        }
    }
}

/// Runs what is due for as long as the process lives, each time after `pause`.
pub async fn forever(office: Arc<Office>, pause: impl AsyncFn()) {
    loop {
        office.run_due_jobs().await;
        pause().await;
    }
}
