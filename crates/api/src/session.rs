//! Signing in and out.

use crate::error::{Answer, Code, Fail};
use crate::extract::{Address, COOKIE, Form, Signed};
use crate::fields::{Fields, Input};
use crate::me::MeView;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use civic::refusal::Refusal;
use office::Fault;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(sign_in))
        .routes(routes!(sign_out))
}

/// Login and password.
#[derive(ToSchema)]
#[schema(as = SignIn)]
pub(crate) struct SignInForm {
    login: String,
    password: String,
}

impl Input for SignInForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (login, password) = (
            f.need_text("login", "账号"),
            f.need_text("password", "密码"),
        );
        Some(Self {
            login: login?,
            password: password?,
        })
    }
}

/// Sign in
///
/// 登录。成功后写入会话 Cookie;失败 5 次锁定 15 分钟。
#[utoipa::path(post, path = "/sessions", tag = "session", security(()), request_body = SignInForm, responses((status = 200, body = MeView)))]
async fn sign_in(
    State(app): Shared,
    Address(address): Address,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Answer<Response> {
    // Signing somebody else in from another page would put that person's work into a strange account.
    if headers.get(crate::extract::CSRF).is_none_or(|v| v != "1") {
        return Err(Fail::new(
            Code::Csrf,
            "请求缺少 X-Hangji: 1,无法确认它来自本系统的页面。请从系统页面重新操作",
        ));
    }
    app.throttles.sign_in.take(address, app.office.now())?;
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let signed = app
        .office
        .sign_in(&form.login, &form.password, &address.to_string(), agent)
        .await
        .map_err(|fault| match fault {
            Fault::Refused(Refusal::Denied(sentence)) => Fail::new(Code::SignInRefused, sentence),
            other => other.into(),
        })?;
    let secure = if app.options.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict{secure}",
        signed.token
    );
    Ok(([(header::SET_COOKIE, cookie)], Json(MeView::of(signed.me))).into_response())
}

/// Sign out
///
/// 退出登录，会话立即失效。
#[utoipa::path(delete, path = "/sessions/current", tag = "session", responses((status = 204)))]
async fn sign_out(State(app): Shared, signed: Signed) -> Answer<Response> {
    if let Some(token) = &signed.session {
        app.office.sign_out(&signed.actor, token).await?;
    }
    let gone = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response())
}
