//! The log of a governance centre (R123).

use crate::error::Answer;
use crate::extract::{Asked, Form, Id, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::by::By;
use civic::id::{AccountId, AreaId, HandoverId, LogEntryId};
use civic::logbook::{Entry, EntryKind, Handover};
use office::Logbook;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(logbook, write_log))
        .routes(routes!(finish_log))
        .routes(routes!(hand_over))
        .routes(routes!(take_over))
}

/// Somebody with the title of then.
#[derive(Serialize, ToSchema)]
#[schema(as = Signature)]
pub(crate) struct ByView {
    account: String,
    name: String,
    title: String,
}

impl From<By> for ByView {
    fn from(by: By) -> Self {
        Self {
            account: by.account.to_string(),
            name: by.name,
            title: by.title,
        }
    }
}

/// One line of a log.
#[derive(Serialize, ToSchema)]
#[schema(as = LogEntry)]
pub(crate) struct EntryView {
    id: String,
    at: i64,
    by: ByView,
    kind: &'static str,
    kind_word: &'static str,
    text: String,
    /// 需要下一班继续办理。
    follow: bool,
    /// Whether it is unfinished.
    open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    done_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done_by: Option<ByView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done_text: Option<String>,
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        let open = entry.is_open();
        let (done_at, done_by, done_text) = match entry.done {
            Some(done) => (Some(done.at.0), Some(done.by.into()), Some(done.text)),
            None => (None, None, None),
        };
        Self {
            id: entry.id.to_string(),
            at: entry.at.0,
            by: entry.by.into(),
            kind: entry.kind.code(),
            kind_word: entry.kind.word(),
            text: entry.text,
            follow: entry.follow,
            open,
            done_at,
            done_by,
            done_text,
        }
    }
}

/// One handing over of a log.
#[derive(Serialize, ToSchema)]
#[schema(as = Handover)]
pub(crate) struct HandoverView {
    id: String,
    at: i64,
    by: ByView,
    to: String,
    to_name: String,
    note: String,
    /// How many lines were unfinished then.
    items: usize,
    /// `pending`, `taken`, or `replaced` where somebody else was named before it was taken.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_note: Option<String>,
}

impl From<Handover> for HandoverView {
    fn from(handover: Handover) -> Self {
        let state = match (&handover.taken, handover.replaced) {
            (Some(_), _) => "taken",
            (None, true) => "replaced",
            (None, false) => "pending",
        };
        let (taken_at, taken_note) = match handover.taken {
            Some(taken) => (Some(taken.at.0), Some(taken.note)),
            None => (None, None),
        };
        Self {
            id: handover.id.to_string(),
            at: handover.at.0,
            by: handover.by.into(),
            to: handover.to.to_string(),
            to_name: handover.to_name,
            note: handover.note,
            items: handover.items.len(),
            state,
            taken_at,
            taken_note,
        }
    }
}

/// A kind of entry.
#[derive(Serialize, ToSchema)]
#[schema(as = LogKind)]
pub(crate) struct KindView {
    code: &'static str,
    word: &'static str,
}

/// The log of a centre.
#[derive(Serialize, ToSchema)]
#[schema(as = Logbook)]
pub(crate) struct LogbookView {
    kinds: Vec<KindView>,
    /// Who holds the log now.
    #[serde(skip_serializing_if = "Option::is_none")]
    keeper: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keeper_name: Option<String>,
    /// What is unfinished, oldest first.
    open: Vec<EntryView>,
    /// A page of all lines, newest first.
    rows: Vec<EntryView>,
    next: Option<String>,
    /// The last handings over, newest first.
    handovers: Vec<HandoverView>,
    /// Who serves the centre.
    people: Vec<ByView>,
    /// Whether who asks serves this centre.
    writes: bool,
    /// Whether who asks may hand the log over now.
    hands_over: bool,
}

impl From<Logbook> for LogbookView {
    fn from(book: Logbook) -> Self {
        let (keeper, keeper_name) = book.keeper.unzip();
        let kind = |k: &EntryKind| KindView {
            code: k.code(),
            word: k.word(),
        };
        Self {
            kinds: EntryKind::ALL.iter().map(kind).collect(),
            keeper: keeper.map(|k| k.to_string()),
            keeper_name,
            open: book.open.into_iter().map(Into::into).collect(),
            rows: book.entries.into_iter().map(Into::into).collect(),
            next: crate::cursor::token(book.next),
            handovers: book.handovers.into_iter().map(Into::into).collect(),
            people: book.people.into_iter().map(Into::into).collect(),
            writes: book.writes,
            hands_over: book.hands_over,
        }
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct LogQuery {
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<LogEntryId>,
    /// 1 to 100 rows.
    limit: Option<usize>,
}

impl Input for LogQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            cursor: f.id("cursor"),
            limit: crate::audit::limit(f),
        })
    }
}

/// The log of a centre, with what is unfinished and the last handings over
///
/// 综治中心值班日志：未完事项、逐条记录、交接班。
#[utoipa::path(get, path = "/areas/{id}/log", tag = "duty", params(("id" = String, Path), LogQuery), responses((status = 200, body = LogbookView)))]
async fn logbook(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<LogQuery>,
) -> Answer<Json<LogbookView>> {
    let book = app
        .office
        .logbook(&signed.actor, id, query.cursor, query.limit)
        .await?;
    Ok(Json(book.into()))
}

/// A line of the log.
#[derive(ToSchema)]
struct WriteLog {
    /// Code of a kind.
    #[schema(value_type = String)]
    kind: EntryKind,
    text: String,
    /// 需要下一班继续办理。
    #[schema(required = false)]
    follow: bool,
}

impl Input for WriteLog {
    fn read(f: &mut Fields) -> Option<Self> {
        let known = EntryKind::ALL.iter().map(|k| k.code()).collect::<Vec<_>>();
        let kind = f.coded("kind", EntryKind::parse, &known.join("、"));
        let text = f.need_text("text", "值班情况");
        let follow = f.flag("follow").unwrap_or(false);
        if kind.is_none() && !f.has_problems() {
            f.note("kind", "required", "请选择记录的类型");
        }
        Some(Self {
            kind: kind?,
            text: text?,
            follow,
        })
    }
}

/// Write a line of the log
///
/// 记一条值班日志。
#[utoipa::path(post, path = "/areas/{id}/log", tag = "duty", params(("id" = String, Path), ("Idempotency-Key" = String, Header)), request_body = WriteLog, responses((status = 201, body = EntryView)))]
async fn write_log(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Keyed(key, form): Keyed<WriteLog>,
) -> Answer<(StatusCode, Json<EntryView>)> {
    let entry = app
        .office
        .write_log(&signed.actor, id, form.kind, form.text, form.follow, key)
        .await?;
    Ok((StatusCode::CREATED, Json(entry.into())))
}

/// How an unfinished line was finished.
#[derive(ToSchema)]
struct FinishLog {
    text: String,
}

impl Input for FinishLog {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            text: f.text("text").unwrap_or_default(),
        })
    }
}

/// Finish an unfinished line
///
/// 办结值班日志里的未完事项。
#[utoipa::path(post, path = "/log-entries/{id}/finish", tag = "duty", params(("id" = String, Path)), request_body = FinishLog, responses((status = 200, body = EntryView)))]
async fn finish_log(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<LogEntryId>,
    Form(form): Form<FinishLog>,
) -> Answer<Json<EntryView>> {
    let entry = app.office.finish_log(&signed.actor, id, form.text).await?;
    Ok(Json(entry.into()))
}

/// To whom the log is handed.
#[derive(ToSchema)]
struct HandOver {
    #[schema(value_type = String)]
    to: AccountId,
    #[schema(required = false)]
    note: String,
}

impl Input for HandOver {
    fn read(f: &mut Fields) -> Option<Self> {
        let (to, note) = (f.id("to"), f.text("note").unwrap_or_default());
        if to.is_none() && !f.has_problems() {
            f.note("to", "required", "请选择接班人");
        }
        Some(Self { to: to?, note })
    }
}

/// Hand the log with everything unfinished to the next shift
///
/// 交班：未完事项随日志交给接班人，由接班人确认。
#[utoipa::path(post, path = "/areas/{id}/handovers", tag = "duty", params(("id" = String, Path)), request_body = HandOver, responses((status = 201, body = HandoverView)))]
async fn hand_over(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Form(form): Form<HandOver>,
) -> Answer<(StatusCode, Json<HandoverView>)> {
    let handover = app
        .office
        .hand_over(&signed.actor, id, form.to, form.note)
        .await?;
    Ok((StatusCode::CREATED, Json(handover.into())))
}

/// What the taker has to say.
#[derive(ToSchema)]
struct TakeOver {
    #[schema(required = false)]
    note: String,
}

impl Input for TakeOver {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            note: f.text("note").unwrap_or_default(),
        })
    }
}

/// Take over the log
///
/// 接班：确认接收未完事项。
#[utoipa::path(post, path = "/handovers/{id}/take", tag = "duty", params(("id" = String, Path)), request_body = TakeOver, responses((status = 200, body = HandoverView)))]
async fn take_over(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<HandoverId>,
    Form(form): Form<TakeOver>,
) -> Answer<Json<HandoverView>> {
    let handover = app.office.take_over(&signed.actor, id, form.note).await?;
    Ok(Json(handover.into()))
}
