//! 述职评议: statements of the holders of posts and the secret ballot about them (R214).

use super::pair;
use crate::error::Answer;
use crate::extract::{Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use civic::id::{AssessmentId, PostId};
use civic::time::Day;
use office::{ReviewRow, ReviewSheet};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(reviews))
        .routes(routes!(open))
        .routes(routes!(close))
        .routes(routes!(state))
        .routes(routes!(vote))
}

/// An answer of the ballot.
#[derive(Serialize, ToSchema)]
#[schema(as = ReviewChoice)]
struct ChoiceView {
    code: String,
    word: String,
}

/// An assessed post, for who writes, votes or reads.
#[derive(Serialize, ToSchema)]
#[schema(as = ReviewRow)]
struct RowView {
    post: String,
    /// The seat of the post.
    name: String,
    /// Name of who holds it.
    holder: String,
    own: bool,
    /// The answers of the statement; absent before it is written.
    answers: Option<Vec<String>>,
    /// Whether who asks may vote about it.
    votes: bool,
    /// Whether who asks has voted.
    voted: bool,
}

impl From<ReviewRow> for RowView {
    fn from(row: ReviewRow) -> Self {
        Self {
            post: row.post.to_string(),
            name: row.assessed.name,
            holder: row.assessed.holder.map_or_else(String::new, |by| by.name),
            own: row.own,
            answers: row.statement.map(|s| s.answers),
            votes: row.votes,
            voted: row.voted,
        }
    }
}

/// A period whose statements are being written and voted on.
#[derive(Serialize, ToSchema)]
#[schema(as = ReviewSheet)]
struct SheetView {
    assessment: String,
    name: String,
    /// Last day.
    until: String,
    /// Whether statements and ballots are taken today.
    open: bool,
    runs: bool,
    questions: Vec<String>,
    choices: Vec<ChoiceView>,
    rows: Vec<RowView>,
}

fn sheet(seen: ReviewSheet, today: Day) -> SheetView {
    let one = seen.assessment;
    let open = one.reviewing(today).is_ok();
    let until = one.round.map_or_else(String::new, |r| r.until.to_string());
    let (questions, choices) = one
        .scheme
        .review
        .map_or_else(Default::default, |r| (r.questions, r.choices));
    SheetView {
        assessment: one.id.to_string(),
        name: one.name,
        until,
        open,
        runs: seen.runs,
        questions,
        choices: choices
            .into_iter()
            .map(|c| ChoiceView {
                code: c.code,
                word: c.word,
            })
            .collect(),
        rows: seen.rows.into_iter().map(Into::into).collect(),
    }
}

/// Open reviews in which I write, vote or read
///
/// 进行中的述职评议：要我述职的、要我评议的，以及上级领导和组织考核的人可以看的。
#[utoipa::path(get, path = "/me/reviews", tag = "assessment", responses((status = 200, body = Vec<SheetView>)))]
async fn reviews(State(app): Shared, signed: Signed) -> Answer<Json<Vec<SheetView>>> {
    let found = app.office.reviews(&signed.actor).await?;
    let today = app.office.today();
    Ok(Json(found.into_iter().map(|s| sheet(s, today)).collect()))
}

/// The last day of a review.
#[derive(ToSchema)]
struct OpenReview {
    #[schema(value_type = String)]
    until: Day,
}

impl Input for OpenReview {
    fn read(f: &mut Fields) -> Option<Self> {
        let until = f.day("until");
        if until.is_none() && !f.has_problems() {
            f.note("until", "required", "请选择述职评议的截止日期");
        }
        Some(Self { until: until? })
    }
}

/// Open statements and ballot of a period
///
/// 计算以后、公示以前组织述职评议；方案里有述职评议的才能开始。
#[utoipa::path(post, path = "/assessments/{id}/review", tag = "assessment", params(("id" = String, Path)), request_body = OpenReview, responses((status = 204)))]
async fn open(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AssessmentId>,
    Form(form): Form<OpenReview>,
) -> Answer<StatusCode> {
    app.office
        .open_review(&signed.actor, id, form.until)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Close the ballot into the results
///
/// 截止以后结束并计分：满 5 人评议的计入结果，票不再保留。
#[utoipa::path(post, path = "/assessments/{id}/review/close", tag = "assessment", params(("id" = String, Path)), responses((status = 204)))]
async fn close(State(app): Shared, signed: Signed, Id(id): Id<AssessmentId>) -> Answer<StatusCode> {
    app.office.close_review(&signed.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A statement: an answer to each question.
#[derive(ToSchema)]
struct WriteStatement {
    answers: Vec<String>,
}

impl Input for WriteStatement {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            answers: f.texts("answers"),
        })
    }
}

/// Write one's own statement
///
/// 按题目述职；有人评议以前可以修改。
#[utoipa::path(put, path = "/assessments/{id}/statements/{post}", tag = "assessment", params(("id" = String, Path), ("post" = String, Path)), request_body = WriteStatement, responses((status = 204)))]
async fn state(
    State(app): Shared,
    signed: Signed,
    Path(path): Path<(String, String)>,
    Form(form): Form<WriteStatement>,
) -> Answer<StatusCode> {
    let (id, post): (_, PostId) = pair(path, "述职评议")?;
    app.office
        .write_statement(&signed.actor, id, post, form.answers)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A ballot.
#[derive(ToSchema)]
struct CastBallot {
    /// Code of a choice.
    choice: String,
}

impl Input for CastBallot {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            choice: f.text("choice").unwrap_or_default(),
        })
    }
}

/// Vote about a statement, in secret
///
/// 无记名评议同事或下级的述职，每人一票，投后不能改；不留谁投了哪一档。
#[utoipa::path(post, path = "/assessments/{id}/statements/{post}/ballots", tag = "assessment", params(("id" = String, Path), ("post" = String, Path)), request_body = CastBallot, responses((status = 204)))]
async fn vote(
    State(app): Shared,
    signed: Signed,
    Path(path): Path<(String, String)>,
    Form(form): Form<CastBallot>,
) -> Answer<StatusCode> {
    let (id, post): (_, PostId) = pair(path, "述职评议")?;
    app.office
        .cast_ballot(&signed.actor, id, post, form.choice)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
