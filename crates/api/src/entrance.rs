//! Entry of residents from other apps.

use crate::error::{Answer, Code, Fail};
use crate::extract::{Address, Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::me::MeView;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use civic::refusal::Refusal;
use office::Fault;
use office::identity::EntryAppRow;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(enter))
        .routes(routes!(embedding))
        .routes(routes!(apps))
        .routes(routes!(put_app))
}

/// The token that the app signed.
#[derive(ToSchema)]
#[schema(as = Entry)]
pub(crate) struct EntryForm {
    /// `code.claims.mac`
    token: String,
    /// Whether the page stands inside a page of the app.
    embedded: Option<bool>,
}

impl Input for EntryForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let embedded = f.flag("embedded");
        Some(Self {
            token: f.need_text("token", "入口凭证")?,
            embedded,
        })
    }
}

/// Enter from another app
///
/// 居民从城市应用进入：凭应用签发的短时凭证登录，每个凭证只能用一次。
#[utoipa::path(post, path = "/public/entries", tag = "session", security(()), request_body = EntryForm, responses((status = 200, body = MeView)))]
async fn enter(
    State(app): Shared,
    Address(address): Address,
    headers: HeaderMap,
    Form(form): Form<EntryForm>,
) -> Answer<Response> {
    app.throttles.sign_in.take(address, app.office.now())?;
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let signed = app
        .office
        .enter(&form.token, &address.to_string(), agent)
        .await
        .map_err(|fault| match fault {
            Fault::Refused(Refusal::Denied(sentence)) => Fail::new(Code::SignInRefused, sentence),
            other => other.into(),
        })?;
    // Only where some site may show us at all.
    let embedded = form.embedded == Some(true) && !app.office.embedding_sites().is_empty();
    let cookie = match embedded {
        true => crate::session::embedded_cookie(&app, &signed.token),
        false => crate::session::cookie(&app, &signed.token),
    };
    Ok(([(header::SET_COOKIE, cookie)], Json(MeView::of(signed.me))).into_response())
}

/// Who may show the pages of residents.
#[derive(Serialize, ToSchema)]
pub(crate) struct Embedding {
    /// `https://app.example.cn`
    origins: Vec<String>,
}

/// Sites that may show the pages of residents
///
/// 可以嵌入居民页面的应用网址；页面只返回到其中的网址。
#[utoipa::path(get, path = "/public/embedding", tag = "session", security(()), responses((status = 200, body = Embedding)))]
async fn embedding(State(app): Shared) -> Json<Embedding> {
    Json(Embedding {
        origins: app.office.embedding_sites(),
    })
}

/// An app that may send its people.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryApp {
    code: String,
    name: String,
    enabled: bool,
}

/// Apps that may send their people
///
/// 可以免登录进入的应用（安全管理员）。
#[utoipa::path(get, path = "/entry-apps", tag = "token", responses((status = 200, body = Vec<EntryApp>)))]
async fn apps(State(app): Shared, signed: Signed) -> Answer<Json<Vec<EntryApp>>> {
    let rows = app.office.entry_apps(&signed.actor).await?;
    let view = |row: EntryAppRow| EntryApp {
        code: row.code,
        name: row.name,
        enabled: row.enabled,
    };
    Ok(Json(rows.into_iter().map(view).collect()))
}

/// An app to be set up.
#[derive(ToSchema)]
#[schema(as = EntryAppForm)]
pub(crate) struct EntryAppForm {
    name: String,
    enabled: bool,
    /// Whether the app gets a new key, which ends the old one.
    new_key: Option<bool>,
}

impl Input for EntryAppForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let name = f.need_text("name", "应用名称");
        let enabled = f.flag("enabled").unwrap_or(false);
        let new_key = f.flag("new_key");
        Some(Self {
            name: name?,
            enabled,
            new_key,
        })
    }
}

/// The key of an app.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryKey {
    /// Shown this once; null where it stays as it is.
    key: Option<String>,
}

/// Set an app up or change it
///
/// 登记应用并取得密钥，密钥只显示一次；`new_key` 换发密钥。
#[utoipa::path(put, path = "/entry-apps/{code}", tag = "token", params(("code" = String, Path)), request_body = EntryAppForm, responses((status = 200, body = EntryKey)))]
async fn put_app(
    State(app): Shared,
    signed: Signed,
    Id(code): Id<String>,
    Form(form): Form<EntryAppForm>,
) -> Answer<Json<EntryKey>> {
    let row = EntryAppRow {
        code,
        name: form.name,
        enabled: form.enabled,
    };
    let key = app
        .office
        .put_entry_app(&signed.actor, row, form.new_key == Some(true))
        .await?;
    Ok(Json(EntryKey { key }))
}
