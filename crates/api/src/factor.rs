//! The second factor: enrolling, taking away, recovery codes.

use crate::error::Answer;
use crate::extract::{Entrant, Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::id::AccountId;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(factor, begin_factor, confirm_factor))
        .routes(routes!(remove_factor))
        .routes(routes!(reset_factor))
}

/// How the own second factor stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Factor {
    /// Since when codes are asked for; null where none is enrolled.
    since: Option<i64>,
    /// Recovery codes that are left.
    recovery_left: i64,
    /// Whether a post demands it.
    demanded: bool,
}

/// How the own second factor stands
///
/// 我的动态验证码：是否绑定、岗位是否要求、还有几个恢复码。
#[utoipa::path(get, path = "/me/factor", tag = "session", responses((status = 200, body = Factor)))]
async fn factor(State(app): Shared, entrant: Entrant) -> Answer<Json<Factor>> {
    let state = app.office.factor(&entrant.actor).await?;
    Ok(Json(Factor {
        since: state.since.map(|at| at.0),
        recovery_left: state.recovery_left,
        demanded: state.demanded,
    }))
}

/// A secret to be taken over by an authenticator.
#[derive(Serialize, ToSchema)]
pub(crate) struct FactorOffer {
    /// In base 32, for typing in.
    secret: String,
    /// `otpauth://`
    uri: String,
    /// The URI as a QR code: an SVG picture.
    qr_svg: String,
}

/// Begin to enrol a second factor
///
/// 开始绑定动态验证码：返回密钥和二维码，用手机验证器扫描。
#[utoipa::path(post, path = "/me/factor", tag = "session", responses((status = 201, body = FactorOffer)))]
async fn begin_factor(
    State(app): Shared,
    entrant: Entrant,
) -> Answer<(StatusCode, Json<FactorOffer>)> {
    let offer = app.office.begin_factor(&entrant.actor).await?;
    Ok((
        StatusCode::CREATED,
        Json(FactorOffer {
            secret: offer.secret,
            uri: offer.uri,
            qr_svg: offer.qr_svg,
        }),
    ))
}

/// A one-time code; where it is taken away, also a recovery code.
#[derive(ToSchema)]
#[schema(as = FactorCode)]
pub(crate) struct CodeForm {
    code: String,
}

impl Input for CodeForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            code: f.need_text("code", "动态码")?,
        })
    }
}

/// Codes for the day the telephone is lost.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    /// Each works once; shown this once.
    codes: Vec<String>,
}

/// Enrol the second factor
///
/// 输入验证器上的动态码完成绑定；返回恢复码，只显示这一次。
#[utoipa::path(put, path = "/me/factor", tag = "session", request_body = CodeForm, responses((status = 200, body = RecoveryCodes)))]
async fn confirm_factor(
    State(app): Shared,
    entrant: Entrant,
    Form(form): Form<CodeForm>,
) -> Answer<Json<RecoveryCodes>> {
    let codes = app
        .office
        .confirm_factor(&entrant.actor, &entrant.session, &form.code)
        .await?;
    Ok(Json(RecoveryCodes { codes }))
}

/// Take the own second factor away
///
/// 凭动态码或恢复码解除绑定。
#[utoipa::path(post, path = "/me/factor/removal", tag = "session", request_body = CodeForm, responses((status = 204)))]
async fn remove_factor(
    State(app): Shared,
    signed: Signed,
    Form(form): Form<CodeForm>,
) -> Answer<StatusCode> {
    app.office.remove_factor(&signed.actor, &form.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take somebody's second factor away
///
/// 为手机和恢复码都丢失的人解除绑定，并退出其全部登录（安全管理员）。
#[utoipa::path(delete, path = "/accounts/{id}/factor", tag = "session", params(("id" = String, Path)), responses((status = 204)))]
async fn reset_factor(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AccountId>,
) -> Answer<StatusCode> {
    app.office.reset_factor(&signed.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
