//! Residents who sign in by a code on their telephone.

use crate::error::{Answer, Code, Fail};
use crate::extract::{Address, Form};
use crate::fields::{Fields, Input};
use crate::me::MeView;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use civic::refusal::Refusal;
use office::Fault;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(phone_sign_in, ask_phone_code))
        .routes(routes!(sign_in_by_phone))
}

/// Whether and how people may sign in by telephone.
#[derive(Serialize, ToSchema)]
pub(crate) struct PhoneSignIn {
    /// Whether codes can be sent here.
    open: bool,
    /// Version of the text.
    version: &'static str,
    /// What is consented to.
    consent: &'static str,
}

/// Whether people may sign in by telephone
///
/// 能否用手机验证码登录，以及要同意的个人信息说明。
#[utoipa::path(get, path = "/public/phone-codes", tag = "session", security(()), responses((status = 200, body = PhoneSignIn)))]
async fn phone_sign_in(State(app): Shared) -> Answer<Json<PhoneSignIn>> {
    let found = app.office.phone_sign_in().await?;
    Ok(Json(PhoneSignIn {
        open: found.open,
        version: found.version,
        consent: found.consent,
    }))
}

/// Where a code goes.
#[derive(ToSchema)]
#[schema(as = PhoneNumber)]
pub(crate) struct NumberForm {
    /// Mobile number of eleven digits.
    phone: String,
}

impl Input for NumberForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            phone: f.need_text("phone", "手机号")?,
        })
    }
}

/// Send a code to a telephone
///
/// 获取短信验证码，5 分钟内有效；号码是否登录过，回答都一样。
#[utoipa::path(post, path = "/public/phone-codes", tag = "session", security(()), request_body = NumberForm, responses((status = 204)))]
async fn ask_phone_code(
    State(app): Shared,
    Address(address): Address,
    headers: HeaderMap,
    Form(form): Form<NumberForm>,
) -> Answer<StatusCode> {
    crate::extract::must_be_our_page(&headers)?;
    app.throttles.sign_in.take(address, app.office.now())?;
    app.office
        .ask_phone_code(&form.phone, &address.to_string())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Number, code and consent.
#[derive(ToSchema)]
#[schema(as = PhoneSession)]
pub(crate) struct CodeForm {
    phone: String,
    code: String,
    /// Version of the text that the person agreed to.
    consent: Option<String>,
}

impl Input for CodeForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (phone, code) = (
            f.need_text("phone", "手机号"),
            f.need_text("code", "短信验证码"),
        );
        let consent = f.text("consent");
        Some(Self {
            phone: phone?,
            code: code?,
            consent,
        })
    }
}

/// Sign in by a code on the telephone
///
/// 居民凭短信验证码登录；第一次登录时建立账号，不要求实名。
#[utoipa::path(post, path = "/public/phone-sessions", tag = "session", security(()), request_body = CodeForm, responses((status = 200, body = MeView)))]
async fn sign_in_by_phone(
    State(app): Shared,
    Address(address): Address,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Answer<Response> {
    crate::extract::must_be_our_page(&headers)?;
    app.throttles.sign_in.take(address, app.office.now())?;
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let consent = form.consent.unwrap_or_default();
    let signed = app
        .office
        .sign_in_by_phone(
            &form.phone,
            &form.code,
            &consent,
            &address.to_string(),
            agent,
        )
        .await
        .map_err(|fault| match fault {
            Fault::Refused(Refusal::Denied(sentence)) => Fail::new(Code::SignInRefused, sentence),
            other => other.into(),
        })?;
    let cookie = crate::session::cookie(&app, &signed.token);
    Ok(([(header::SET_COOKIE, cookie)], Json(MeView::of(signed.me))).into_response())
}
