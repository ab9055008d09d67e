//! Signing in and out.

use crate::error::{Answer, Code, Fail};
use crate::extract::{Address, Asked, COOKIE, Entrant, Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::me::MeView;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use civic::id::AccountId;
use civic::refusal::Refusal;
use civic::time::Instant;
use office::Fault;
use office::identity::{OwnSession, SignInOutcome, SignInRow, SignInsWanted};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(sign_in))
        .routes(routes!(sign_out))
        .routes(routes!(own_sessions))
        .routes(routes!(end_own_session))
        .routes(routes!(sessions_of, end_sessions_of))
        .routes(routes!(own_sign_ins))
        .routes(routes!(sign_ins))
}

/// Login and password.
#[derive(ToSchema)]
#[schema(as = SignIn)]
pub(crate) struct SignInForm {
    login: String,
    password: String,
    /// One-time code, or a recovery code, where a second factor is enrolled.
    code: Option<String>,
}

impl Input for SignInForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (login, password) = (
            f.need_text("login", "账号"),
            f.need_secret("password", "密码"),
        );
        let code = f.text("code");
        Some(Self {
            login: login?,
            password: password?,
            code,
        })
    }
}

/// Sign in
///
/// 登录。成功后写入会话 Cookie;连续失败会锁定一段时间。绑定了动态验证码的账号还要带 code。
#[utoipa::path(post, path = "/sessions", tag = "session", security(()), request_body = SignInForm, responses((status = 200, body = MeView)))]
async fn sign_in(
    State(app): Shared,
    Address(address): Address,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Answer<Response> {
    // Signing somebody else in from another page would put that person's work into a strange account.
    crate::extract::must_be_our_page(&headers)?;
    app.throttles.sign_in.take(address, app.office.now())?;
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let signed = app
        .office
        .sign_in_with(
            &form.login,
            &form.password,
            form.code.as_deref(),
            &address.to_string(),
            agent,
        )
        .await
        .map_err(|fault| match fault {
            Fault::Refused(Refusal::Denied(sentence)) => Fail::new(Code::SignInRefused, sentence),
            other => other.into(),
        })?;
    let cookie = cookie(&app, &signed.token);
    Ok(([(header::SET_COOKIE, cookie)], Json(MeView::of(signed.me))).into_response())
}

/// The cookie of a session.
pub(crate) fn cookie(app: &App, token: &str) -> String {
    let secure = if app.options.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// The cookie of a session that begins inside a page of another site. Browsers keep it apart for that
/// site and take it over TLS only; without TLS, and in an app that shows us as a page of its own, the
/// usual one serves. What changes something needs a header that no other page can set.
pub(crate) fn embedded_cookie(app: &App, token: &str) -> String {
    match app.options.secure_cookies {
        true => format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=None; Partitioned; Secure"),
        false => cookie(app, token),
    }
}

/// Sign out
///
/// 退出登录，会话立即失效。
#[utoipa::path(delete, path = "/sessions/current", tag = "session", responses((status = 204)))]
async fn sign_out(State(app): Shared, entrant: Entrant) -> Answer<Response> {
    app.office
        .sign_out(&entrant.actor, &entrant.session)
        .await?;
    let gone = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response())
}

/// An open session.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// Names the session to end it; tells nothing about the token.
    id: String,
    created_at: i64,
    /// Last used.
    seen_at: i64,
    address: String,
    /// What the browser called itself.
    agent: String,
    /// Whether it is the one that asks.
    current: bool,
}

impl SessionView {
    fn list(sessions: Vec<OwnSession>) -> Json<Vec<Self>> {
        let view = |s: OwnSession| Self {
            id: s.id,
            created_at: s.created_at.0,
            seen_at: s.seen_at.0,
            address: s.address,
            agent: s.agent,
            current: s.current,
        };
        Json(sessions.into_iter().map(view).collect())
    }
}

/// The own open sessions
///
/// 我的登录：现在有效的全部登录，最新的在前。
#[utoipa::path(get, path = "/me/sessions", tag = "session", responses((status = 200, body = Vec<SessionView>)))]
async fn own_sessions(State(app): Shared, signed: Signed) -> Answer<Json<Vec<SessionView>>> {
    let token = signed.session.unwrap_or_default();
    let sessions = app.office.own_sessions(&signed.actor, &token).await?;
    Ok(SessionView::list(sessions))
}

/// End one of the own sessions
///
/// 让自己的一个登录立即失效。
#[utoipa::path(delete, path = "/me/sessions/{id}", tag = "session", params(("id" = String, Path)), responses((status = 204)))]
async fn end_own_session(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<String>,
) -> Answer<StatusCode> {
    app.office.end_session(&signed.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody's open sessions
///
/// 一个账号现在有效的登录（安全管理员）。
#[utoipa::path(get, path = "/accounts/{id}/sessions", tag = "session", params(("id" = String, Path)), responses((status = 200, body = Vec<SessionView>)))]
async fn sessions_of(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AccountId>,
) -> Answer<Json<Vec<SessionView>>> {
    let sessions = app.office.sessions_of(&signed.actor, id).await?;
    Ok(SessionView::list(sessions))
}

/// End all of somebody's sessions
///
/// 强制一个账号退出全部登录（安全管理员）。
#[utoipa::path(delete, path = "/accounts/{id}/sessions", tag = "session", params(("id" = String, Path)), responses((status = 204)))]
async fn end_sessions_of(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AccountId>,
) -> Answer<StatusCode> {
    app.office.end_sessions_of(&signed.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An attempt to sign in.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInAttempt {
    at: i64,
    /// What was typed as login.
    login: String,
    /// Name of the account; null where nobody has this login.
    name: Option<String>,
    address: String,
    outcome: String,
    outcome_word: &'static str,
}

impl SignInAttempt {
    fn of(row: SignInRow) -> Self {
        Self {
            at: row.kept.at.0,
            login: row.kept.login,
            name: row.name,
            address: row.kept.address,
            outcome_word: SignInOutcome::word(&row.kept.outcome),
            outcome: row.kept.outcome,
        }
    }
}

/// The own attempts to sign in
///
/// 我的登录记录：最近的登录，含失败的，可发现他人冒用。
#[utoipa::path(get, path = "/me/sign-ins", tag = "session", responses((status = 200, body = Vec<SignInAttempt>)))]
async fn own_sign_ins(State(app): Shared, signed: Signed) -> Answer<Json<Vec<SignInAttempt>>> {
    let rows = app.office.own_sign_ins(&signed.actor).await?;
    Ok(Json(rows.into_iter().map(SignInAttempt::of).collect()))
}

/// Which attempts are wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SignInQuery {
    /// Exactly this login.
    login: Option<String>,
    /// Exactly this address.
    address: Option<String>,
    /// Code of an outcome.
    outcome: Option<String>,
    /// Not before.
    #[param(value_type = Option<i64>)]
    from: Option<Instant>,
    /// Before.
    #[param(value_type = Option<i64>)]
    to: Option<Instant>,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<i64>,
    /// 1 to 100 rows; 30 where it is not said.
    limit: Option<usize>,
}

impl Input for SignInQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let outcome = f.text("outcome");
        if let Some(code) = &outcome
            && !SignInOutcome::exists(code)
        {
            f.note("outcome", "unknown", "没有这种登录结果，请从列表中选择");
        }
        Some(Self {
            login: f.text("login"),
            address: f.text("address"),
            outcome,
            from: f.instant("from"),
            to: f.instant("to"),
            cursor: f.id("cursor"),
            limit: crate::audit::limit(f),
        })
    }
}

/// A page of the log of sign-ins, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInPage {
    rows: Vec<SignInAttempt>,
    next: Option<String>,
}

/// The log of sign-ins, newest first
///
/// 登录日志：谁、何时、从哪里、结果（审计管理员）。
#[utoipa::path(get, path = "/sign-ins", tag = "session", params(SignInQuery), responses((status = 200, body = SignInPage)))]
async fn sign_ins(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<SignInQuery>,
) -> Answer<Json<SignInPage>> {
    let wanted = SignInsWanted {
        account: None,
        login: query.login.map(|login| login.to_lowercase()),
        address: query.address,
        outcome: query.outcome,
        from: query.from,
        to: query.to,
    };
    let (rows, next) = app
        .office
        .sign_ins(&signed.actor, wanted, query.cursor, query.limit)
        .await?;
    Ok(Json(SignInPage {
        rows: rows.into_iter().map(SignInAttempt::of).collect(),
        next: crate::cursor::token(next),
    }))
}
