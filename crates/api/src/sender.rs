//! Messages that leave the house: senders, letters, subscriptions.

use crate::error::Answer;
use crate::extract::{Asked, Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use office::{SenderKind, SenderRow, SenderSettings};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(senders))
        .routes(routes!(put_sender, remove_sender))
        .routes(routes!(test_sender))
        .routes(routes!(letters))
        .routes(routes!(revive_letter))
        .routes(routes!(subscriptions))
        .routes(routes!(subscribe))
        .routes(routes!(quiet_hours, set_quiet_hours))
}

/// A sender. Headers may hold keys and are never shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Sender)]
pub(crate) struct SenderView {
    code: String,
    name: String,
    /// `webhook`, `sms`, `wecom`, `voice` or `smtp`
    kind: String,
    enabled: bool,
    url: String,
    body: String,
    good: String,
    host: String,
    port: u16,
    from: String,
}

/// All senders
///
/// 消息通道（系统管理员）。没有启用的通道时，平台不联系任何外部主机。
#[utoipa::path(get, path = "/senders", tag = "sender", responses((status = 200, body = Vec<SenderView>)))]
async fn senders(State(app): Shared, signed: Signed) -> Answer<Json<Vec<SenderView>>> {
    let rows = app.office.senders(&signed.actor).await?;
    let view = |row: SenderRow| SenderView {
        code: row.code,
        name: row.name,
        kind: row.kind,
        enabled: row.enabled,
        url: row.settings.url,
        body: row.settings.body,
        good: row.settings.good,
        host: row.settings.host,
        port: row.settings.port,
        from: row.settings.from,
    };
    Ok(Json(rows.into_iter().map(view).collect()))
}

/// A sender to be set up.
#[derive(ToSchema)]
#[schema(as = SenderForm)]
pub(crate) struct SenderForm {
    name: String,
    /// `webhook`, `sms`, `wecom`, `voice` or `smtp`
    kind: String,
    enabled: bool,
    /// HTTP: where to send.
    url: Option<String>,
    /// HTTP: a header `Name: value` a line; left out, those there are stay.
    headers: Option<String>,
    /// HTTP: the body with `{address}`, `{name}`, `{text}`.
    body: Option<String>,
    /// HTTP: what a good answer holds.
    good: Option<String>,
    /// SMTP: server.
    host: Option<String>,
    /// SMTP: port.
    port: Option<u16>,
    /// SMTP: who writes.
    from: Option<String>,
}

impl Input for SenderForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (name, kind) = (
            f.need_text("name", "通道名称"),
            f.need_text("kind", "通道类型"),
        );
        if let Some(kind) = &kind
            && SenderKind::parse(kind).is_none()
        {
            f.note("kind", "unknown", "请选择通道类型");
        }
        let enabled = f.flag("enabled").unwrap_or(false);
        let (url, headers, body) = (f.text("url"), f.text("headers"), f.text("body"));
        let (good, host, from) = (f.text("good"), f.text("host"), f.text("from"));
        let port = f
            .int("port", 0..=65_535)
            .and_then(|port| u16::try_from(port).ok());
        Some(Self {
            name: name?,
            kind: kind?,
            enabled,
            url,
            headers,
            body,
            good,
            host,
            port,
            from,
        })
    }
}

/// Set a sender up or change it
///
/// 建立或修改消息通道，默认停用。
#[utoipa::path(put, path = "/senders/{code}", tag = "sender", params(("code" = String, Path)), request_body = SenderForm, responses((status = 204)))]
async fn put_sender(
    State(app): Shared,
    signed: Signed,
    Id(code): Id<String>,
    Form(form): Form<SenderForm>,
) -> Answer<StatusCode> {
    let row = SenderRow {
        code,
        name: form.name,
        kind: form.kind,
        enabled: form.enabled,
        settings: SenderSettings {
            url: form.url.unwrap_or_default(),
            headers: form.headers.unwrap_or_default(),
            body: form.body.unwrap_or_default(),
            good: form.good.unwrap_or_default(),
            host: form.host.unwrap_or_default(),
            port: form.port.unwrap_or_default(),
            from: form.from.unwrap_or_default(),
        },
    };
    app.office.put_sender(&signed.actor, row).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a sender away
///
/// 删除消息通道。
#[utoipa::path(delete, path = "/senders/{code}", tag = "sender", params(("code" = String, Path)), responses((status = 204)))]
async fn remove_sender(
    State(app): Shared,
    signed: Signed,
    Id(code): Id<String>,
) -> Answer<StatusCode> {
    app.office.remove_sender(&signed.actor, &code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a test goes.
#[derive(ToSchema)]
#[schema(as = SenderTest)]
pub(crate) struct TestForm {
    address: String,
}

impl Input for TestForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            address: f.need_text("address", "接收的手机号、邮箱或账号")?,
        })
    }
}

/// Send one test
///
/// 立即发送一条测试消息。
#[utoipa::path(post, path = "/senders/{code}/test", tag = "sender", params(("code" = String, Path)), request_body = TestForm, responses((status = 204)))]
async fn test_sender(
    State(app): Shared,
    signed: Signed,
    Id(code): Id<String>,
    Form(form): Form<TestForm>,
) -> Answer<StatusCode> {
    app.office
        .test_sender(&signed.actor, &code, &form.address)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A letter: where to, masked, never what.
#[derive(Serialize, ToSchema)]
pub(crate) struct Letter {
    id: String,
    sender: String,
    /// The address, masked.
    address: String,
    /// `waiting`, `sent` or `dead`
    state: String,
    tries: i64,
    at: i64,
    next_at: i64,
    /// Why the last try failed.
    problem: String,
}

/// A page of letters, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct LetterPage {
    rows: Vec<Letter>,
    next: Option<String>,
}

/// Which letters are wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LetterQuery {
    /// `waiting`, `sent` or `dead`
    state: Option<String>,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<i64>,
    /// 1 to 100 rows; 30 where it is not said.
    limit: Option<usize>,
}

fn letter_state(code: &str) -> Option<String> {
    ["waiting", "sent", "dead"]
        .contains(&code)
        .then(|| code.to_owned())
}

impl Input for LetterQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            state: f.coded("state", letter_state, "waiting、sent、dead"),
            cursor: f.id("cursor"),
            limit: crate::audit::limit(f),
        })
    }
}

/// Letters, newest first
///
/// 外发消息的状态：等待、已发、失败（系统管理员）。看不到内容。
#[utoipa::path(get, path = "/letters", tag = "sender", params(LetterQuery), responses((status = 200, body = LetterPage)))]
async fn letters(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<LetterQuery>,
) -> Answer<Json<LetterPage>> {
    let (rows, next) = app
        .office
        .letters(&signed.actor, query.state, query.cursor, query.limit)
        .await?;
    let rows = rows.into_iter().map(|l| Letter {
        id: l.id.to_string(),
        sender: l.sender,
        address: l.shown,
        state: l.state,
        tries: l.tries,
        at: l.at.0,
        next_at: l.next_at.0,
        problem: l.problem,
    });
    Ok(Json(LetterPage {
        rows: rows.collect(),
        next: crate::cursor::token(next),
    }))
}

/// Put a dead letter on its way again
///
/// 重发一条失败的消息。
#[utoipa::path(post, path = "/letters/{id}/retry", tag = "sender", params(("id" = String, Path)), responses((status = 204)))]
async fn revive_letter(State(app): Shared, signed: Signed, Id(id): Id<i64>) -> Answer<StatusCode> {
    app.office.revive_letter(&signed.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the person may subscribe to and has.
#[derive(Serialize, ToSchema)]
pub(crate) struct Subscription {
    sender: String,
    name: String,
    address: String,
    /// Codes of kinds of messages.
    kinds: Vec<String>,
}

/// The own subscriptions
///
/// 我的消息订阅：每个启用的通道一行。
#[utoipa::path(get, path = "/me/subscriptions", tag = "sender", responses((status = 200, body = Vec<Subscription>)))]
async fn subscriptions(State(app): Shared, signed: Signed) -> Answer<Json<Vec<Subscription>>> {
    let rows = app.office.own_subscriptions(&signed.actor).await?;
    let view = |row: office::SubscriptionRow| Subscription {
        sender: row.sender,
        name: row.name,
        address: row.address,
        kinds: row.kinds,
    };
    Ok(Json(rows.into_iter().map(view).collect()))
}

/// What to be told, and where.
#[derive(ToSchema)]
#[schema(as = SubscriptionForm)]
pub(crate) struct SubscriptionForm {
    /// Phone number, mail address or id.
    address: Option<String>,
    /// Kinds of messages, apart by commas; empty ends it.
    kinds: Option<String>,
}

impl Input for SubscriptionForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            address: f.text("address"),
            kinds: f.text("kinds"),
        })
    }
}

/// Subscribe to messages by a sender
///
/// 订阅或退订，自现在起的新消息生效。
#[utoipa::path(put, path = "/me/subscriptions/{sender}", tag = "sender", params(("sender" = String, Path)), request_body = SubscriptionForm, responses((status = 204)))]
async fn subscribe(
    State(app): Shared,
    signed: Signed,
    Id(sender): Id<String>,
    Form(form): Form<SubscriptionForm>,
) -> Answer<StatusCode> {
    let kinds: Vec<String> = form
        .kinds
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|kind| !kind.is_empty())
        .map(str::to_owned)
        .collect();
    let address = form.address.unwrap_or_default();
    app.office
        .subscribe(&signed.actor, &sender, &address, &kinds)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The own quiet hours, beside those of the house.
#[derive(Serialize, ToSchema)]
#[schema(as = QuietHours)]
pub(crate) struct QuietView {
    /// `22:30`; empty for none.
    from: String,
    /// `07:00`; empty for none.
    to: String,
}

/// The own quiet hours
///
/// 我的免打扰时段；全市统一的时段另外有效。
#[utoipa::path(get, path = "/me/quiet-hours", tag = "sender", responses((status = 200, body = QuietView)))]
async fn quiet_hours(State(app): Shared, signed: Signed) -> Json<QuietView> {
    let [from, to] = app.office.own_quiet_hours(&signed.actor);
    Json(QuietView { from, to })
}

/// Own quiet hours to be set.
#[derive(ToSchema)]
#[schema(as = QuietHoursForm)]
pub(crate) struct QuietForm {
    /// `22:30`; left out for none.
    from: Option<String>,
    /// `07:00`; left out for none.
    to: Option<String>,
}

impl Input for QuietForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            from: f.text("from"),
            to: f.text("to"),
        })
    }
}

/// Set the own quiet hours
///
/// 设置我的免打扰时段：外发消息留到时段结束，紧急类别的事项除外。
#[utoipa::path(put, path = "/me/quiet-hours", tag = "sender", request_body = QuietForm, responses((status = 204)))]
async fn set_quiet_hours(
    State(app): Shared,
    signed: Signed,
    Form(form): Form<QuietForm>,
) -> Answer<StatusCode> {
    let (from, to) = (form.from.unwrap_or_default(), form.to.unwrap_or_default());
    app.office
        .set_own_quiet_hours(&signed.actor, &from, &to)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
