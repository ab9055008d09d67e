//! Jobs of the program and their runs.

use crate::audit::PageQuery;
use crate::error::{Answer, Fail};
use crate::extract::{Asked, Id, Signed};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use office::{Job, JobRow, JobRun};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(jobs))
        .routes(routes!(job_runs))
        .routes(routes!(run_job))
}

/// One run of a job.
#[derive(Serialize, ToSchema)]
#[schema(as = JobRun)]
pub(crate) struct RunView {
    started_at: i64,
    ended_at: i64,
    good: bool,
    detail: String,
    /// Whether somebody started it by hand.
    by_hand: bool,
}

impl RunView {
    fn of(run: JobRun) -> Self {
        Self {
            started_at: run.started_at.0,
            ended_at: run.ended_at.0,
            good: run.good,
            detail: run.detail,
            by_hand: run.account.0 != 0,
        }
    }
}

/// A job with how it went last.
#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobView {
    code: &'static str,
    word: &'static str,
    help: &'static str,
    /// How often, in seconds.
    every_s: i64,
    last: Option<RunView>,
}

/// All jobs
///
/// 定时任务与最近一次运行（系统管理员）。
#[utoipa::path(get, path = "/jobs", tag = "job", responses((status = 200, body = Vec<JobView>)))]
async fn jobs(State(app): Shared, signed: Signed) -> Answer<Json<Vec<JobView>>> {
    let rows = app.office.jobs(&signed.actor).await?;
    let view = |row: JobRow| JobView {
        code: row.job.code(),
        word: row.job.word(),
        help: row.job.help(),
        every_s: row.job.every_s(),
        last: row.last.map(RunView::of),
    };
    Ok(Json(rows.into_iter().map(view).collect()))
}

/// A page of runs, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobRunPage {
    rows: Vec<RunView>,
    next: Option<String>,
}

fn known(code: &str) -> Answer<Job> {
    Job::parse(code).ok_or_else(|| Fail::unknown("任务"))
}

/// Runs of a job, newest first
///
/// 定时任务的运行记录。
#[utoipa::path(get, path = "/jobs/{code}/runs", tag = "job", params(("code" = String, Path), PageQuery), responses((status = 200, body = JobRunPage)))]
async fn job_runs(
    State(app): Shared,
    signed: Signed,
    Id(code): Id<String>,
    Asked(query): Asked<PageQuery>,
) -> Answer<Json<JobRunPage>> {
    let (rows, next) = app
        .office
        .job_runs(&signed.actor, known(&code)?, query.cursor, query.limit)
        .await?;
    Ok(Json(JobRunPage {
        rows: rows.into_iter().map(RunView::of).collect(),
        next: crate::cursor::token(next),
    }))
}

/// Run a job now
///
/// 立即运行一次，结果记入运行记录。
#[utoipa::path(post, path = "/jobs/{code}/run", tag = "job", params(("code" = String, Path)), responses((status = 200, body = RunView)))]
async fn run_job(
    State(app): Shared,
    signed: Signed,
    Id(code): Id<String>,
) -> Answer<Json<RunView>> {
    let run = app.office.run_job(&signed.actor, known(&code)?).await?;
    Ok(Json(RunView::of(run)))
}
