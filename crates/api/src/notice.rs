//! Notices, tasks and bulletins from above: publish, read, finish, and see how they go.

mod form;
mod view;

use crate::audit::limit;
use crate::error::Answer;
use crate::extract::{Asked, Form, Id, Keyed, Signed, Version};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use civic::id::{AreaId, NoticeId, PostId};
use form::{CorrectNotice, FinishNotice, PublishNotice, WithdrawNotice};
use office::notice::{Box as Which, Standing, Viewed};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use view::{NoticePage, NoticePreview, NoticeProgress, NoticeView, RecipientPage};

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(notices, publish_notice))
        .routes(routes!(preview_notice))
        .routes(routes!(notice))
        .routes(routes!(read_notice))
        .routes(routes!(finish_notice))
        .routes(routes!(correct_notice))
        .routes(routes!(urge_notice))
        .routes(routes!(withdraw_notice))
        .routes(routes!(notice_progress))
        .routes(routes!(notice_recipients))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct NoticeQuery {
    /// `in` what is for my posts, `waiting` of those what waits for me, `sent` what my desks sent.
    #[param(value_type = Option<String>)]
    view: Which,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<NoticeId>,
    /// 1 to 100 rows.
    limit: Option<usize>,
}

impl Input for NoticeQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let parse = |text: &str| match text {
            "in" => Some(Which::In),
            "waiting" => Some(Which::Waiting),
            "sent" => Some(Which::Sent),
            _ => None,
        };
        Some(Self {
            view: f
                .coded("view", parse, "in、waiting、sent")
                .unwrap_or(Which::In),
            cursor: f.id("cursor"),
            limit: limit(f),
        })
    }
}

/// Notices for me or from my desk, newest first
///
/// 通知任务：收到的、待处理的、本单位发出的。
#[utoipa::path(get, path = "/notices", tag = "notice", params(NoticeQuery), responses((status = 200, body = NoticePage)))]
async fn notices(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<NoticeQuery>,
) -> Answer<Json<NoticePage>> {
    let page = app
        .office
        .notices(&signed.actor, query.view, query.cursor, query.limit)
        .await?;
    Ok(Json(NoticePage::of(page, app.office.now())))
}

/// Publish a notice, task or bulletin
///
/// 发布通知、任务或通报，直达所选区域和岗位。
#[utoipa::path(post, path = "/notices", tag = "notice", params(("Idempotency-Key" = String, Header)), request_body = PublishNotice, responses((status = 201, body = NoticeView)))]
async fn publish_notice(
    State(app): Shared,
    signed: Signed,
    Keyed(key, form): Keyed<PublishNotice>,
) -> Answer<Response> {
    let with = form.with();
    let kept = app
        .office
        .publish_notice(&signed.actor, form.into(), with, key)
        .await?;
    let viewed = app.office.notice(&signed.actor, kept.notice.id).await?;
    Ok(answer(&app, StatusCode::CREATED, &viewed))
}

/// How many would get a notice
///
/// 发布前预览：会有多少人收到。
#[utoipa::path(post, path = "/notices/preview", tag = "notice", request_body = PublishNotice, responses((status = 200, body = NoticePreview)))]
async fn preview_notice(
    State(app): Shared,
    signed: Signed,
    Form(form): Form<PublishNotice>,
) -> Answer<Json<NoticePreview>> {
    let item = form.with().item;
    let preview = app
        .office
        .preview_notice(&signed.actor, form.into(), item)
        .await?;
    Ok(Json(NoticePreview::of(preview)))
}

fn answer(app: &App, status: StatusCode, viewed: &Viewed) -> Response {
    let tag = format!("\"v{}\"", viewed.kept.notice.version);
    let view = NoticeView::of(&app.office, viewed);
    (status, [(header::ETAG, tag)], Json(view)).into_response()
}

/// One notice; leaves no receipt
///
/// 通知详情；只查看，不计入已读。
#[utoipa::path(get, path = "/notices/{id}", tag = "notice", params(("id" = String, Path)), responses((status = 200, body = NoticeView)))]
async fn notice(State(app): Shared, signed: Signed, Id(id): Id<NoticeId>) -> Answer<Response> {
    let viewed = app.office.notice(&signed.actor, id).await?;
    Ok(answer(&app, StatusCode::OK, &viewed))
}

/// Leave the receipt that one's posts have read it
///
/// 阅读并计入已读。
#[utoipa::path(post, path = "/notices/{id}/read", tag = "notice", params(("id" = String, Path)), responses((status = 200, body = NoticeView)))]
async fn read_notice(State(app): Shared, signed: Signed, Id(id): Id<NoticeId>) -> Answer<Response> {
    let viewed = app.office.read_notice(&signed.actor, id).await?;
    Ok(answer(&app, StatusCode::OK, &viewed))
}

/// Confirm, or reply that it is done
///
/// 签收确认或办结回复。
#[utoipa::path(post, path = "/notices/{id}/finish", tag = "notice", params(("id" = String, Path)), request_body = FinishNotice, responses((status = 200, body = NoticeView)))]
async fn finish_notice(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<NoticeId>,
    Form(form): Form<FinishNotice>,
) -> Answer<Response> {
    let viewed = app
        .office
        .finish_notice(&signed.actor, id, (form.values, form.reply), &form.files)
        .await?;
    Ok(answer(&app, StatusCode::OK, &viewed))
}

/// Correct the wording; old wordings are kept
///
/// 更正内容，保留历史版本。
#[utoipa::path(post, path = "/notices/{id}/correct", tag = "notice", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = CorrectNotice, responses((status = 200, body = NoticeView)))]
async fn correct_notice(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<NoticeId>,
    Version(seen): Version,
    Form(form): Form<CorrectNotice>,
) -> Answer<Response> {
    let files = form.files.clone();
    let viewed = app
        .office
        .correct_notice(&signed.actor, id, seen, form.into(), &files)
        .await?;
    Ok(answer(&app, StatusCode::OK, &viewed))
}

/// Urge everybody who has not read or not done
///
/// 一键催阅催办；有间隔和次数限制。
#[utoipa::path(post, path = "/notices/{id}/urge", tag = "notice", params(("id" = String, Path)), responses((status = 200, body = NoticeView)))]
async fn urge_notice(State(app): Shared, signed: Signed, Id(id): Id<NoticeId>) -> Answer<Response> {
    let viewed = app.office.urge_notice(&signed.actor, id).await?;
    Ok(answer(&app, StatusCode::OK, &viewed))
}

/// Withdraw, with a reason
///
/// 撤回并说明原因。
#[utoipa::path(post, path = "/notices/{id}/withdraw", tag = "notice", params(("id" = String, Path)), request_body = WithdrawNotice, responses((status = 200, body = NoticeView)))]
async fn withdraw_notice(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<NoticeId>,
    Form(form): Form<WithdrawNotice>,
) -> Answer<Response> {
    let viewed = app
        .office
        .withdraw_notice(&signed.actor, id, form.reason)
        .await?;
    Ok(answer(&app, StatusCode::OK, &viewed))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ProgressQuery {
    /// The greatest area that one oversees where it is not said.
    #[param(value_type = Option<String>)]
    area: Option<AreaId>,
}

impl Input for ProgressQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self { area: f.id("area") })
    }
}

/// How a notice goes in an area and in each area below
///
/// 收阅办理情况，逐级下钻。
#[utoipa::path(get, path = "/notices/{id}/progress", tag = "notice", params(("id" = String, Path), ProgressQuery), responses((status = 200, body = NoticeProgress)))]
async fn notice_progress(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<NoticeId>,
    Asked(query): Asked<ProgressQuery>,
) -> Answer<Json<NoticeProgress>> {
    let reached = app
        .office
        .notice_progress(&signed.actor, id, query.area)
        .await?;
    Ok(Json(NoticeProgress::of(&app.office, &reached)))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct RecipientQuery {
    #[param(value_type = Option<String>)]
    area: Option<AreaId>,
    /// `unread`, `read`, `done` or `gone`; all where it is not said.
    #[param(value_type = Option<String>)]
    standing: Option<Standing>,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<PostId>,
    /// 1 to 100 rows.
    limit: Option<usize>,
}

impl Input for RecipientQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            area: f.id("area"),
            standing: f.coded("standing", Standing::parse, "unread、read、done、gone"),
            cursor: f.id("cursor"),
            limit: limit(f),
        })
    }
}

/// Who has not read it, who has, and what was replied: areas and titles
///
/// 谁未读、谁已读、回复了什么（区域与岗位）。
#[utoipa::path(get, path = "/notices/{id}/recipients", tag = "notice", params(("id" = String, Path), RecipientQuery), responses((status = 200, body = RecipientPage)))]
async fn notice_recipients(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<NoticeId>,
    Asked(query): Asked<RecipientQuery>,
) -> Answer<Json<RecipientPage>> {
    let (rows, next) = app
        .office
        .notice_recipients(
            &signed.actor,
            id,
            query.area,
            query.standing,
            (query.cursor, query.limit),
        )
        .await?;
    Ok(Json(RecipientPage::of(&app.office, rows, next)))
}
