//! Signing in by an identity provider of the house, and what is bound to whom.

use crate::error::{Answer, Code, Fail};
use crate::extract::{Address, Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::me::MeView;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use civic::id::AccountId;
use civic::refusal::Refusal;
use office::Fault;
use office::identity::{IdentityRow, IssuerAnswer, IssuerRow, IssuerVisit};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(open_issuers))
        .routes(routes!(begin_visit))
        .routes(routes!(sign_in_by_issuer))
        .routes(routes!(issuers))
        .routes(routes!(put_issuer, remove_issuer))
        .routes(routes!(check_issuer))
        .routes(routes!(own_identities))
        .routes(routes!(begin_binding))
        .routes(routes!(bind_identity))
        .routes(routes!(identities_of, give_identity))
        .routes(routes!(unbind_identity))
}

/// A provider by which people may sign in.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenIssuer {
    code: String,
    /// Name on the button.
    name: String,
}

/// Providers by which people may sign in
///
/// 登录页上的统一认证按钮；没有启用时是空的。
#[utoipa::path(get, path = "/public/issuers", tag = "session", security(()), responses((status = 200, body = Vec<OpenIssuer>)))]
async fn open_issuers(State(app): Shared) -> Answer<Json<Vec<OpenIssuer>>> {
    let open = app.office.open_issuers().await?;
    let view = |(code, name)| OpenIssuer { code, name };
    Ok(Json(open.into_iter().map(view).collect()))
}

/// Where the browser goes, and what it keeps.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuerVisit)]
pub(crate) struct VisitView {
    /// The page of the provider.
    url: String,
    /// Kept by the page that began, and given back with the answer.
    ticket: String,
}

impl VisitView {
    fn of(visit: IssuerVisit) -> Json<Self> {
        Json(Self {
            url: visit.url,
            ticket: visit.ticket,
        })
    }
}

/// Begin to sign in by a provider
///
/// 开始统一认证登录：返回认证平台的网址，十分钟内有效。
#[utoipa::path(post, path = "/public/issuers/{code}/visits", tag = "session", security(()), params(("code" = String, Path)), responses((status = 200, body = VisitView)))]
async fn begin_visit(
    State(app): Shared,
    Address(address): Address,
    Id(code): Id<String>,
) -> Answer<Json<VisitView>> {
    app.throttles.sign_in.take(address, app.office.now())?;
    Ok(VisitView::of(app.office.begin_issuer_visit(&code).await?))
}

/// What the browser brings back from a provider.
#[derive(ToSchema)]
#[schema(as = IssuerAnswer)]
pub(crate) struct AnswerForm {
    state: String,
    /// The code of the provider.
    code: String,
    ticket: String,
    /// One-time code, or a recovery code, where a second factor is enrolled.
    factor: Option<String>,
}

impl Input for AnswerForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (state, code, ticket) = (
            f.need_text("state", "认证平台带回的状态"),
            f.need_text("code", "认证平台带回的授权码"),
            f.need_text("ticket", "登录页保存的凭证"),
        );
        let factor = f.text("factor");
        Some(Self {
            state: state?,
            code: code?,
            ticket: ticket?,
            factor,
        })
    }
}

impl From<AnswerForm> for IssuerAnswer {
    fn from(form: AnswerForm) -> Self {
        Self {
            state: form.state,
            code: form.code,
            ticket: form.ticket,
            factor: form.factor,
        }
    }
}

/// Sign in by a provider
///
/// 完成统一认证登录：身份须已绑定账号；锁定、网络、动态验证码的要求与密码登录相同。
#[utoipa::path(post, path = "/public/issuers/{code}/answers", tag = "session", security(()), params(("code" = String, Path)), request_body = AnswerForm, responses((status = 200, body = MeView)))]
async fn sign_in_by_issuer(
    State(app): Shared,
    Address(address): Address,
    headers: HeaderMap,
    Id(code): Id<String>,
    Form(form): Form<AnswerForm>,
) -> Answer<Response> {
    crate::extract::must_be_our_page(&headers)?;
    app.throttles.sign_in.take(address, app.office.now())?;
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let signed = app
        .office
        .sign_in_by_issuer(&code, form.into(), &address.to_string(), agent)
        .await
        .map_err(|fault| match fault {
            Fault::Refused(Refusal::Denied(sentence)) => Fail::new(Code::SignInRefused, sentence),
            other => other.into(),
        })?;
    let cookie = crate::session::cookie(&app, &signed.token);
    Ok(([(header::SET_COOKIE, cookie)], Json(MeView::of(signed.me))).into_response())
}

/// A provider as the system administrator sees it. Its secret is never shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Issuer)]
pub(crate) struct IssuerView {
    code: String,
    name: String,
    enabled: bool,
    /// The address of the provider.
    issuer: String,
    /// Our id there.
    client: String,
    /// The address at which people reach this platform.
    base: String,
    /// The address to be registered at the provider.
    redirect: String,
}

/// All providers
///
/// 统一认证（系统管理员）。没有启用的时候，平台不联系任何认证平台。
#[utoipa::path(get, path = "/issuers", tag = "session", responses((status = 200, body = Vec<IssuerView>)))]
async fn issuers(State(app): Shared, signed: Signed) -> Answer<Json<Vec<IssuerView>>> {
    let rows = app.office.issuers(&signed.actor).await?;
    let view = |row: IssuerRow| IssuerView {
        redirect: row.redirect(),
        code: row.code,
        name: row.name,
        enabled: row.enabled,
        issuer: row.issuer,
        client: row.client,
        base: row.base,
    };
    Ok(Json(rows.into_iter().map(view).collect()))
}

/// A provider to be set up. What is left out is empty; no secret leaves the one there is.
#[derive(ToSchema)]
#[schema(as = IssuerForm)]
pub(crate) struct IssuerForm {
    name: Option<String>,
    enabled: bool,
    issuer: Option<String>,
    client: Option<String>,
    secret: Option<String>,
    base: Option<String>,
}

impl Input for IssuerForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            name: f.text("name"),
            enabled: f.flag("enabled").unwrap_or(false),
            issuer: f.text("issuer"),
            client: f.text("client"),
            secret: f.text("secret"),
            base: f.text("base"),
        })
    }
}

/// Set a provider up or change it
///
/// 建立或修改统一认证，默认停用。更换认证平台地址后，原来绑定的身份失效。
#[utoipa::path(put, path = "/issuers/{code}", tag = "session", params(("code" = String, Path)), request_body = IssuerForm, responses((status = 204)))]
async fn put_issuer(
    State(app): Shared,
    signed: Signed,
    Id(code): Id<String>,
    Form(form): Form<IssuerForm>,
) -> Answer<StatusCode> {
    let row = IssuerRow {
        code,
        name: form.name.unwrap_or_default(),
        enabled: form.enabled,
        issuer: form.issuer.unwrap_or_default(),
        client: form.client.unwrap_or_default(),
        base: form.base.unwrap_or_default(),
    };
    app.office
        .put_issuer(&signed.actor, row, form.secret)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a provider away
///
/// 删除统一认证，绑定的身份一并解除。
#[utoipa::path(delete, path = "/issuers/{code}", tag = "session", params(("code" = String, Path)), responses((status = 204)))]
async fn remove_issuer(
    State(app): Shared,
    signed: Signed,
    Id(code): Id<String>,
) -> Answer<StatusCode> {
    app.office.remove_issuer(&signed.actor, &code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask a provider for its description
///
/// 检查认证平台能否连上、配置是否齐全。
#[utoipa::path(post, path = "/issuers/{code}/check", tag = "session", params(("code" = String, Path)), responses((status = 204)))]
async fn check_issuer(
    State(app): Shared,
    signed: Signed,
    Id(code): Id<String>,
) -> Answer<StatusCode> {
    app.office.check_issuer(&signed.actor, &code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An identity that is bound to an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct Identity {
    id: String,
    /// Name of the provider.
    issuer: String,
    /// The person's id there, masked.
    shown: String,
    at: i64,
}

impl Identity {
    fn list(rows: Vec<IdentityRow>) -> Json<Vec<Self>> {
        let view = |row: IdentityRow| Self {
            id: row.id.to_string(),
            issuer: row.issuer,
            shown: row.shown,
            at: row.at.0,
        };
        Json(rows.into_iter().map(view).collect())
    }
}

/// The identities of the own account
///
/// 我绑定的统一认证身份。
#[utoipa::path(get, path = "/me/identities", tag = "session", responses((status = 200, body = Vec<Identity>)))]
async fn own_identities(State(app): Shared, signed: Signed) -> Answer<Json<Vec<Identity>>> {
    Ok(Identity::list(
        app.office.own_identities(&signed.actor).await?,
    ))
}

/// Begin to bind an identity to the own account
///
/// 开始绑定：返回认证平台的网址，十分钟内有效。
#[utoipa::path(post, path = "/me/issuers/{code}/visits", tag = "session", params(("code" = String, Path)), responses((status = 200, body = VisitView)))]
async fn begin_binding(
    State(app): Shared,
    Address(address): Address,
    signed: Signed,
    Id(code): Id<String>,
) -> Answer<Json<VisitView>> {
    app.throttles.sign_in.take(address, app.office.now())?;
    let visit = app.office.begin_binding(&signed.actor, &code).await?;
    Ok(VisitView::of(visit))
}

/// Bind an identity to the own account
///
/// 完成绑定：把刚刚通过认证的身份绑定到自己的账号。
#[utoipa::path(post, path = "/me/issuers/{code}/answers", tag = "session", params(("code" = String, Path)), request_body = AnswerForm, responses((status = 204)))]
async fn bind_identity(
    State(app): Shared,
    signed: Signed,
    Id(code): Id<String>,
    Form(form): Form<AnswerForm>,
) -> Answer<StatusCode> {
    app.office
        .bind_identity(&signed.actor, &code, form.into())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The identities of an account
///
/// 一个账号绑定的统一认证身份（安全管理员）。
#[utoipa::path(get, path = "/accounts/{id}/identities", tag = "session", params(("id" = String, Path)), responses((status = 200, body = Vec<Identity>)))]
async fn identities_of(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AccountId>,
) -> Answer<Json<Vec<Identity>>> {
    Ok(Identity::list(
        app.office.identities_of(&signed.actor, id).await?,
    ))
}

/// An identity to be bound.
#[derive(ToSchema)]
#[schema(as = IdentityForm)]
pub(crate) struct IdentityForm {
    /// Code of the provider.
    issuer: String,
    /// The person's id there (`sub`).
    subject: String,
}

impl Input for IdentityForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (issuer, subject) = (
            f.need_text("issuer", "统一认证"),
            f.need_text("subject", "用户标识"),
        );
        Some(Self {
            issuer: issuer?,
            subject: subject?,
        })
    }
}

/// Bind an identity to an account
///
/// 为一个账号绑定统一认证身份（安全管理员）。
#[utoipa::path(post, path = "/accounts/{id}/identities", tag = "session", params(("id" = String, Path)), request_body = IdentityForm, responses((status = 204)))]
async fn give_identity(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AccountId>,
    Form(form): Form<IdentityForm>,
) -> Answer<StatusCode> {
    app.office
        .give_identity(&signed.actor, id, &form.issuer, &form.subject)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Unbind an identity
///
/// 解除绑定：本人解除自己的，安全管理员解除管理范围内的。
#[utoipa::path(delete, path = "/identities/{id}", tag = "session", params(("id" = String, Path)), responses((status = 204)))]
async fn unbind_identity(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<i64>,
) -> Answer<StatusCode> {
    app.office.unbind_identity(&signed.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
