//! Leaving a post: removal, the hand-over sheet, the history of a seat.

use crate::error::Answer;
use crate::extract::{Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::logbook::ByView;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::departure::{Confirmed, Open, Reason};
use civic::id::{AreaId, PostId};
use civic::time::Day;
use office::{DepartureRow, Removal, Tenure, source_word};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(dismiss))
        .routes(routes!(departure))
        .routes(routes!(give))
        .routes(routes!(take))
        .routes(routes!(departures))
        .routes(routes!(waiting))
        .routes(routes!(tenures))
}

/// A matter that lies open: its number and nothing more.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenMatter)]
struct OpenMatterView {
    id: String,
    no: String,
}

/// What lies unfinished of one kind.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenThings)]
struct OpenView {
    kind: &'static str,
    word: &'static str,
    count: u32,
    /// The first 50.
    matters: Vec<OpenMatterView>,
}

/// That somebody confirmed a hand-over sheet.
#[derive(Serialize, ToSchema)]
#[schema(as = Confirmation)]
struct ConfirmedView {
    by: ByView,
    at: i64,
    note: String,
}

/// A departure with its hand-over sheet.
#[derive(Serialize, ToSchema)]
#[schema(as = Departure)]
pub(crate) struct DepartureView {
    post: String,
    who: ByView,
    role_word: &'static str,
    /// Full name of the area or organisation.
    place: String,
    from: String,
    /// First day out of office.
    to: String,
    reason: &'static str,
    reason_word: &'static str,
    words: String,
    /// Who removed; absent where a term ran out.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<ByView>,
    at: i64,
    open: Vec<OpenView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<ConfirmedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<ConfirmedView>,
    may_give: bool,
    may_take: bool,
}

impl From<Open> for OpenView {
    fn from(open: Open) -> Self {
        let matter = |(id, no): (civic::id::MatterId, String)| OpenMatterView {
            id: id.to_string(),
            no,
        };
        Self {
            kind: open.kind.code(),
            word: open.kind.word(),
            count: open.count,
            matters: open.matters.into_iter().map(matter).collect(),
        }
    }
}

impl From<Confirmed> for ConfirmedView {
    fn from(confirmed: Confirmed) -> Self {
        Self {
            by: confirmed.by.into(),
            at: confirmed.at.0,
            note: confirmed.note,
        }
    }
}

impl From<DepartureRow> for DepartureView {
    fn from(row: DepartureRow) -> Self {
        let d = row.departure;
        Self {
            post: d.post.to_string(),
            who: d.who.into(),
            role_word: d.role.word(),
            place: row.place,
            from: d.from.to_string(),
            to: d.to.to_string(),
            reason: d.reason.code(),
            reason_word: d.reason.word(),
            words: d.words,
            by: d.by.map(ByView::from),
            at: d.at.0,
            open: d.open.into_iter().map(OpenView::from).collect(),
            given: d.given.map(ConfirmedView::from),
            taken: d.taken.map(ConfirmedView::from),
            may_give: row.may_give,
            may_take: row.may_take,
        }
    }
}

fn views(rows: Vec<DepartureRow>) -> Json<Vec<DepartureView>> {
    Json(rows.into_iter().map(DepartureView::from).collect())
}

/// A removal: from which day, and why.
#[derive(ToSchema)]
#[schema(as = Removal)]
pub(crate) struct RemovalForm {
    /// First day out of office.
    #[schema(value_type = String)]
    to: Day,
    /// Code of a reason: see the dictionaries.
    #[schema(value_type = String)]
    reason: Reason,
    /// 具体情况。原因是“履职不力”和“其他”的必填。
    words: Option<String>,
}

impl Input for RemovalForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let before = f.has_problems();
        let to = f.day("to");
        if to.is_none() && !before && !f.has_problems() {
            f.note("to", "required", "请选择离任日期");
        }
        let code = f.text("reason");
        let reason = code.as_deref().and_then(Reason::parse);
        if reason.is_none() {
            let words: Vec<_> = Reason::ALL.iter().map(|r| r.word()).collect();
            let message = format!("请选择离任原因：{}", words.join("、"));
            f.note("reason", "required", message);
        }
        let words = f.text("words");
        Some(Self {
            to: to?,
            reason: reason?,
            words,
        })
    }
}

/// End a post
///
/// 离任，写明日期和原因，同时写出交接单。岗位记录保留，历史办理仍显示当时的人。
#[utoipa::path(delete, path = "/posts/{id}", tag = "post", params(("id" = String, Path)), request_body = RemovalForm, responses((status = 204)))]
async fn dismiss(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<PostId>,
    Form(form): Form<RemovalForm>,
) -> Answer<StatusCode> {
    let removal = Removal {
        to: form.to,
        reason: form.reason,
        words: form.words.unwrap_or_default(),
    };
    app.office.dismiss(&signed.actor, id, removal).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The hand-over sheet of a post that ended
///
/// 交接单：离任人、原因、席位上未完的事项（只有件数和编号），以及双方的确认。
#[utoipa::path(get, path = "/posts/{id}/departure", tag = "post", params(("id" = String, Path)), responses((status = 200, body = DepartureView)))]
async fn departure(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<PostId>,
) -> Answer<Json<DepartureView>> {
    let row = app.office.departure(&signed.actor, id).await?;
    Ok(Json(row.into()))
}

/// What there is to say with a confirmation.
#[derive(ToSchema)]
#[schema(as = ConfirmationForm)]
pub(crate) struct NoteForm {
    note: Option<String>,
}

impl Input for NoteForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            note: f.text("note"),
        })
    }
}

/// Confirm that a desk is given on
///
/// 离任人确认移交；本人不能办理的，由有任免权限的人代为确认。未完事项按此刻重新清点。
#[utoipa::path(post, path = "/posts/{id}/departure/give", tag = "post", params(("id" = String, Path)), request_body = NoteForm, responses((status = 200, body = DepartureView)))]
async fn give(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<PostId>,
    Form(form): Form<NoteForm>,
) -> Answer<Json<DepartureView>> {
    let note = form.note.unwrap_or_default();
    let row = app.office.give_desk(&signed.actor, id, note).await?;
    Ok(Json(row.into()))
}

/// Confirm that a desk is taken over
///
/// 同一岗位的接任人确认接收。
#[utoipa::path(post, path = "/posts/{id}/departure/take", tag = "post", params(("id" = String, Path)), request_body = NoteForm, responses((status = 200, body = DepartureView)))]
async fn take(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<PostId>,
    Form(form): Form<NoteForm>,
) -> Answer<Json<DepartureView>> {
    let note = form.note.unwrap_or_default();
    let row = app.office.take_desk(&signed.actor, id, note).await?;
    Ok(Json(row.into()))
}

/// Departures at an area and below
///
/// 辖区内离任与交接，未交接完的在前，最多 200 条。
#[utoipa::path(get, path = "/areas/{id}/departures", tag = "post", params(("id" = String, Path)), responses((status = 200, body = Vec<DepartureView>)))]
async fn departures(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
) -> Answer<Json<Vec<DepartureView>>> {
    Ok(views(app.office.departures(&signed.actor, id).await?))
}

/// Departures that wait for my confirmation
///
/// 等我确认移交或接收的交接单。
#[utoipa::path(get, path = "/me/departures", tag = "me", responses((status = 200, body = Vec<DepartureView>)))]
async fn waiting(State(app): Shared, signed: Signed) -> Answer<Json<Vec<DepartureView>>> {
    Ok(views(app.office.waiting_departures(&signed.actor).await?))
}

/// One holder of a seat.
#[derive(Serialize, ToSchema)]
#[schema(as = Tenure)]
struct TenureView {
    post: String,
    name: String,
    role_word: &'static str,
    title: String,
    from: String,
    /// First day out of office.
    to: Option<String>,
    source_word: &'static str,
    /// Who proposed; null for what came with the installation.
    proposer: Option<String>,
    /// Who approved; null for what came with the installation.
    approver: Option<String>,
    /// Why it ended; null where that was not written.
    reason_word: Option<&'static str>,
    /// Why, in words.
    words: Option<String>,
    /// Whether there is a hand-over sheet.
    sheet: bool,
}

impl From<Tenure> for TenureView {
    fn from(tenure: Tenure) -> Self {
        let (proposer, approver) = tenure.approved.unzip();
        let (reason, words) = tenure.ended.unzip();
        Self {
            post: tenure.post.id.to_string(),
            name: tenure.name,
            role_word: tenure.post.role.word(),
            title: tenure.title,
            from: tenure.post.from.to_string(),
            to: tenure.post.to.map(|d| d.to_string()),
            source_word: source_word(&tenure.post.source),
            proposer,
            approver,
            sheet: reason.is_some(),
            reason_word: reason.map(Reason::word),
            words: words.filter(|w| !w.is_empty()),
        }
    }
}

/// Everybody who held a post over exactly this area
///
/// 历任，新的在前，最多 200 条：任期、来源、提名人、审批人、离任原因。
#[utoipa::path(get, path = "/areas/{id}/tenures", tag = "post", params(("id" = String, Path)), responses((status = 200, body = Vec<TenureView>)))]
async fn tenures(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
) -> Answer<Json<Vec<TenureView>>> {
    let rows = app.office.tenures(&signed.actor, id).await?;
    Ok(Json(rows.into_iter().map(TenureView::from).collect()))
}
