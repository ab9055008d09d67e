//! The home page of the person who is signed in.

use crate::error::Answer;
use crate::extract::Signed;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use civic::absence::reason_word;
use civic::home::{Job, Watch, purpose};
use office::{HomeJob, HomePost};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(home))
}

/// What lies on the desk of a post.
#[derive(Serialize, ToSchema)]
#[schema(as = HomeWatch)]
struct WatchView {
    /// 等我处理。
    waiting: usize,
    /// 今日 24:00 前到期，还没有超期。
    due_today: usize,
    /// 已超期。
    overdue: usize,
    /// 退回来的和重办的。
    came_back: usize,
    /// 上级督办、等书面回复的。
    supervised: usize,
}

/// All codes, so that a page which knows no way to a job does not compile.
fn job_codes() -> utoipa::openapi::schema::Object {
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .enum_values(Some(Job::ALL.iter().map(|j| j.code())))
        .build()
}

/// A job of the home page.
#[derive(Serialize, ToSchema)]
#[schema(as = HomeJob)]
struct JobView {
    /// Code of the job.
    #[schema(schema_with = job_codes)]
    code: &'static str,
    name: &'static str,
    /// 一句话说明做什么。
    help: &'static str,
    /// How much waits; null where nothing can wait.
    waiting: Option<i64>,
    /// How much of it is late.
    late: i64,
    /// How much this person did of it this month; null where it is not written down.
    done: Option<i64>,
}

/// Somebody on duty today.
#[derive(Serialize, ToSchema)]
#[schema(as = HomeDuty)]
struct DutyName {
    name: String,
    /// Whether it is the person who asks.
    me: bool,
}

/// For whom one acts, and why.
#[derive(Serialize, ToSchema)]
#[schema(as = HomeStandIn)]
struct StandInView {
    /// Name of the holder who is away.
    name: String,
    reason_word: &'static str,
    /// First day back.
    to: String,
}

/// The home of one post.
#[derive(Serialize, ToSchema)]
#[schema(as = HomePost)]
struct HomePostView {
    post: String,
    role: &'static str,
    role_word: &'static str,
    title: String,
    /// 代谁办理；自己的岗位没有。
    #[serde(skip_serializing_if = "Option::is_none")]
    stands_in: Option<StandInView>,
    /// 这一级做什么。
    purpose: &'static str,
    /// The area of the post; null for an organisation.
    area: Option<String>,
    /// Null for the administrators, who handle no matters.
    watch: Option<WatchView>,
    jobs: Vec<JobView>,
    duty: Vec<DutyName>,
}

/// The home page of the person who is signed in.
#[derive(Serialize, ToSchema)]
#[schema(as = Home)]
struct HomeView {
    day: String,
    /// When the day ends.
    day_ends: i64,
    as_of: i64,
    unread: usize,
    /// 等我确认的交接单。
    handovers: usize,
    /// One for each post; empty for residents.
    posts: Vec<HomePostView>,
    /// There is more than was counted: read the figures as "at least".
    more: bool,
}

impl From<Watch> for WatchView {
    fn from(w: Watch) -> Self {
        Self {
            waiting: w.waiting,
            due_today: w.due_today,
            overdue: w.overdue,
            came_back: w.came_back,
            supervised: w.supervised,
        }
    }
}

impl From<HomeJob> for JobView {
    fn from(j: HomeJob) -> Self {
        Self {
            code: j.job.code(),
            name: j.job.word(),
            help: j.job.help(),
            waiting: j.waiting,
            late: j.late,
            done: j.done,
        }
    }
}

/// The home page of the person who is signed in
///
/// 岗位首页：每个岗位恰好列出它的工作，以及等我处理、今日到期、退回、空缺、值班等数字。
#[utoipa::path(get, path = "/home", tag = "me", responses((status = 200, body = HomeView)))]
async fn home(State(app): Shared, signed: Signed) -> Answer<Json<HomeView>> {
    let home = app.office.home(&signed.actor).await?;
    let me = signed.actor.account;
    let post = |p: HomePost| HomePostView {
        post: p.post.id.to_string(),
        role: p.post.role.code(),
        role_word: p.post.role.word(),
        title: p.title,
        stands_in: p.stands_in.map(|absence| StandInView {
            name: absence.absent_name.into(),
            reason_word: reason_word(&absence.reason),
            to: absence.to.to_string(),
        }),
        purpose: purpose(p.post.role),
        area: p.area.map(|a| a.to_string()),
        watch: p.watch.map(WatchView::from),
        jobs: p.jobs.into_iter().map(JobView::from).collect(),
        duty: p
            .duty
            .into_iter()
            .map(|(id, name)| DutyName { name, me: id == me })
            .collect(),
    };
    Ok(Json(HomeView {
        day: home.day.to_string(),
        day_ends: home.day_ends.0,
        as_of: home.as_of.0,
        unread: home.unread,
        handovers: home.handovers,
        posts: home.posts.into_iter().map(post).collect(),
        more: home.more,
    }))
}
