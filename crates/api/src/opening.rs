//! Vacant posts offered to the people of their place: what the staff does (R047). What candidates
//! and their neighbours do is in [`candidate`].

mod candidate;

use crate::error::Answer;
use crate::extract::{Form, Id, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::id::{ApplicationId, AreaId, ObjectionId, OpeningId};
use civic::opening::{Application, Objection};
use civic::post::Role;
use civic::time::Day;
use office::{CandidateSeen, NewOpening, OpeningSeen};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(openings, open_post))
        .routes(routes!(candidates))
        .routes(routes!(close))
        .routes(routes!(show))
        .routes(routes!(decline))
        .routes(routes!(nominate))
        .routes(routes!(answer))
        .merge(candidate::routes())
}

/// A vacant post that is offered.
#[derive(Serialize, ToSchema)]
#[schema(as = Opening)]
pub(crate) struct OpeningView {
    id: String,
    area: String,
    /// Names from the root down to the area.
    place: String,
    role: &'static str,
    role_word: &'static str,
    duties: String,
    /// Last day of applying.
    until: String,
    /// Whether somebody may apply today.
    takes: bool,
    state: &'static str,
    state_word: &'static str,
    /// When it was offered, ms UTC.
    at: i64,
}

impl OpeningView {
    pub(crate) fn of(app: &App, one: &civic::opening::Opening, place: String) -> Self {
        Self {
            id: one.id.to_string(),
            area: one.area.to_string(),
            place,
            role: one.role.code(),
            role_word: one.role.word(),
            duties: one.duties.clone(),
            until: one.until.to_string(),
            takes: one.open().is_ok() && app.office.today() <= one.until,
            state: one.state.code(),
            state_word: one.state.word(),
            at: one.at.0,
        }
    }
}

/// An offered post in the list of the staff.
#[derive(Serialize, ToSchema)]
#[schema(as = OpeningRow)]
pub(crate) struct OpeningRow {
    #[serde(flatten)]
    opening: OpeningView,
    /// Name and title of who offered it.
    by: String,
    /// How many applied.
    applied: usize,
    /// How many objections wait for an answer.
    unanswered: usize,
    /// Whether who asks reads the applications and chooses.
    may_choose: bool,
    /// Why it ended without an appointment.
    closed: Option<String>,
}

fn row(app: &App, seen: OpeningSeen) -> OpeningRow {
    let one = seen.opening;
    OpeningRow {
        opening: OpeningView::of(app, &one, seen.place),
        by: format!("{} {}", one.by.title, one.by.name),
        applied: seen.applied,
        unanswered: seen.unanswered,
        may_choose: seen.may_choose,
        closed: one.closed,
    }
}

/// What was said against a candidate; not by whom.
#[derive(Serialize, ToSchema)]
#[schema(as = Objection)]
pub(crate) struct ObjectionView {
    id: String,
    text: String,
    at: i64,
    answer: Option<String>,
    /// Name and title of who answered.
    answered_by: Option<String>,
}

impl From<&Objection> for ObjectionView {
    fn from(one: &Objection) -> Self {
        let answer = one.answer.as_ref();
        Self {
            id: one.id.to_string(),
            text: one.text.clone(),
            at: one.at.0,
            answer: answer.map(|a| a.text.clone()),
            answered_by: answer.map(|a| format!("{} {}", a.by.title, a.by.name)),
        }
    }
}

/// Where an application stands.
#[derive(Serialize, ToSchema)]
#[schema(as = ApplicationStanding)]
pub(crate) struct StandingView {
    id: String,
    source_word: &'static str,
    statement: String,
    /// When the person applied, ms UTC.
    at: i64,
    standing: &'static str,
    standing_word: &'static str,
    /// First and last day of the publicity.
    shown_from: Option<String>,
    shown_to: Option<String>,
    /// Why it was turned down.
    words: Option<String>,
}

impl From<&Application> for StandingView {
    fn from(one: &Application) -> Self {
        Self {
            id: one.id.to_string(),
            source_word: one.source.word(),
            statement: one.statement.clone(),
            at: one.at.0,
            standing: one.standing.code(),
            standing_word: one.standing.word(),
            shown_from: one.shown.map(|(from, _)| from.to_string()),
            shown_to: one.shown.map(|(_, to)| to.to_string()),
            words: one.ended.as_ref().map(|(_, words)| words.clone()),
        }
    }
}

/// Somebody who applied.
#[derive(Serialize, ToSchema)]
#[schema(as = OpeningCandidate)]
pub(crate) struct CandidateView {
    #[serde(flatten)]
    application: StandingView,
    name: String,
    objections: Vec<ObjectionView>,
    /// May be put into publicity now.
    may_show: bool,
    /// May be handed to the level above now.
    may_nominate: bool,
    /// May be turned down now.
    may_decline: bool,
}

/// An offered post with who applied.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpeningCandidates {
    opening: OpeningView,
    candidates: Vec<CandidateView>,
}

/// Offered posts at an area and below
///
/// 公开选聘的岗位，新的在前，最多 200 个。
#[utoipa::path(get, path = "/areas/{id}/openings", tag = "opening", params(("id" = String, Path)), responses((status = 200, body = Vec<OpeningRow>)))]
async fn openings(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
) -> Answer<Json<Vec<OpeningRow>>> {
    let seen = app.office.openings(&signed.actor, id).await?;
    Ok(Json(seen.into_iter().map(|one| row(&app, one)).collect()))
}

/// A post to be offered.
#[derive(ToSchema)]
struct OpenPost {
    /// 治理单元或网格的岗位。
    #[schema(value_type = String)]
    role: Role,
    duties: String,
    /// Last day of applying.
    #[schema(value_type = String)]
    until: Day,
}

impl Input for OpenPost {
    fn read(f: &mut Fields) -> Option<Self> {
        let role = f.coded("role", Role::parse, "岗位代码");
        if role.is_none() && !f.noted("role") {
            f.note("role", "required", "请选择岗位");
        }
        let duties = f.need_text("duties", "岗位职责和人选要求");
        let until = f.day("until");
        if until.is_none() && !f.noted("until") {
            f.note("until", "required", "请选择报名截止日期");
        }
        Some(Self {
            role: role?,
            duties: duties?,
            until: until?,
        })
    }
}

/// Offer a vacant post to the people of its place
///
/// 发布空缺岗位，辖区居民登录后可以报名。
#[utoipa::path(post, path = "/areas/{id}/openings", tag = "opening", params(("id" = String, Path), ("Idempotency-Key" = String, Header)), request_body = OpenPost, responses((status = 201, body = OpeningRow)))]
async fn open_post(
    State(app): Shared,
    signed: Signed,
    Id(area): Id<AreaId>,
    Keyed(key, form): Keyed<OpenPost>,
) -> Answer<(StatusCode, Json<OpeningRow>)> {
    let wanted = NewOpening {
        area,
        role: form.role,
        duties: form.duties,
        until: form.until,
    };
    let seen = app.office.open_post(&signed.actor, wanted, key).await?;
    Ok((StatusCode::CREATED, Json(row(&app, seen))))
}

/// Who applied for an offered post
///
/// 报名人和公示期间收到的异议，只给岗位所在社区（村）；每次查看，报名人都看得到。
#[utoipa::path(get, path = "/openings/{id}/candidates", tag = "opening", params(("id" = String, Path)), responses((status = 200, body = OpeningCandidates)))]
async fn candidates(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<OpeningId>,
) -> Answer<Json<OpeningCandidates>> {
    let (opening, seen) = app.office.candidates(&signed.actor, id).await?;
    let place = app.office.world().tree().full_name(opening.area);
    let today = app.office.today();
    let open = opening.open().is_ok();
    let view = |seen: CandidateSeen| {
        let one = &seen.application;
        CandidateView {
            application: one.into(),
            may_show: open
                && one.standing == civic::opening::Standing::Applied
                && today > opening.until,
            may_nominate: open && one.nominable(&seen.objections, today).is_ok(),
            may_decline: one.waits(),
            objections: seen.objections.iter().map(Into::into).collect(),
            name: seen.name,
        }
    };
    Ok(Json(OpeningCandidates {
        candidates: seen.into_iter().map(view).collect(),
        opening: OpeningView::of(&app, &opening, place),
    }))
}

/// A reason.
#[derive(ToSchema)]
struct OpeningReason {
    reason: String,
}

impl Input for OpeningReason {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            reason: f.text("reason").unwrap_or_default(),
        })
    }
}

/// End an opening without an appointment
///
/// 写明原因，结束选聘；报名人都会收到消息。
#[utoipa::path(post, path = "/openings/{id}/close", tag = "opening", params(("id" = String, Path)), request_body = OpeningReason, responses((status = 204)))]
async fn close(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<OpeningId>,
    Form(form): Form<OpeningReason>,
) -> Answer<StatusCode> {
    app.office
        .close_opening(&signed.actor, id, form.reason)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The last day of a publicity.
#[derive(ToSchema)]
struct ShowCandidate {
    #[schema(value_type = String)]
    to: Day,
}

impl Input for ShowCandidate {
    fn read(f: &mut Fields) -> Option<Self> {
        let to = f.day("to");
        if to.is_none() && !f.has_problems() {
            f.note("to", "required", "请选择公示截止日期");
        }
        Some(Self { to: to? })
    }
}

/// Put a candidate into publicity
///
/// 公示拟选任人选，不少于 5 个工作日。
#[utoipa::path(post, path = "/applications/{id}/publicity", tag = "opening", params(("id" = String, Path)), request_body = ShowCandidate, responses((status = 204)))]
async fn show(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<ApplicationId>,
    Form(form): Form<ShowCandidate>,
) -> Answer<StatusCode> {
    app.office
        .show_candidate(&signed.actor, id, form.to)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Do not choose a candidate
///
/// 写明原因，本人会收到消息。
#[utoipa::path(post, path = "/applications/{id}/refusal", tag = "opening", params(("id" = String, Path)), request_body = OpeningReason, responses((status = 204)))]
async fn decline(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<ApplicationId>,
    Form(form): Form<OpeningReason>,
) -> Answer<StatusCode> {
    app.office
        .decline_candidate(&signed.actor, id, form.reason)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The work account and the term of a candidate.
#[derive(ToSchema)]
struct NominateCandidate {
    /// Login of the work account that was opened for the candidate.
    login: String,
    /// First day in office.
    #[schema(value_type = String)]
    from: Day,
    /// First day out of office.
    #[schema(value_type = Option<String>)]
    to: Option<Day>,
}

impl Input for NominateCandidate {
    fn read(f: &mut Fields) -> Option<Self> {
        let login = f.need_text("login", "为人选开通的工作账号");
        let from = f.day("from");
        if from.is_none() && !f.noted("from") {
            f.note("from", "required", "请选择任职日期");
        }
        let to = f.day("to");
        Some(Self {
            login: login?,
            from: from?,
            to,
        })
    }
}

/// Hand a candidate to the level above
///
/// 公示期满、异议都已答复的，报送上级任命。
#[utoipa::path(post, path = "/applications/{id}/nomination", tag = "opening", params(("id" = String, Path)), request_body = NominateCandidate, responses((status = 204)))]
async fn nominate(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<ApplicationId>,
    Form(form): Form<NominateCandidate>,
) -> Answer<StatusCode> {
    app.office
        .nominate_candidate(&signed.actor, id, form.login, (form.from, form.to))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The answer to an objection.
#[derive(ToSchema)]
struct AnswerObjection {
    text: String,
}

impl Input for AnswerObjection {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            text: f.text("text").unwrap_or_default(),
        })
    }
}

/// Answer an objection
///
/// 写明核实情况和处理意见，提出异议的人会收到消息。
#[utoipa::path(post, path = "/objections/{id}/answer", tag = "opening", params(("id" = String, Path)), request_body = AnswerObjection, responses((status = 204)))]
async fn answer(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<ObjectionId>,
    Form(form): Form<AnswerObjection>,
) -> Answer<StatusCode> {
    app.office
        .answer_objection(&signed.actor, id, form.text)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
