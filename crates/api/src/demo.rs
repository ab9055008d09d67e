//! Accounts made for showing.

use crate::error::{Answer, Fail};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use civic::post::Role;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(demo_accounts))
}

/// An account made for showing, with its password.
#[derive(Serialize, ToSchema)]
#[schema(as = DemoAccount)]
pub(crate) struct DemoAccountView {
    login: String,
    password: &'static str,
    name: String,
    title: String,
    role: &'static str,
    role_word: &'static str,
    /// Full name of the place of the post.
    place: String,
}

/// Accounts made for showing
///
/// 演示账号，仅演示模式提供；其他安装一律 404。
#[utoipa::path(get, path = "/demo/accounts", tag = "session", responses((status = 200, body = Vec<DemoAccountView>)))]
async fn demo_accounts(State(app): Shared) -> Answer<Json<Vec<DemoAccountView>>> {
    if !app.office.is_demo() {
        return Err(Fail::unknown("页面"));
    }
    let accounts = app
        .office
        .demo_accounts()
        .await?
        .into_iter()
        .map(|a| DemoAccountView {
            login: a.login,
            password: office::identity::DEMO_PASSWORD,
            name: a.name,
            title: a.title,
            role: a.role.map_or("resident", Role::code),
            role_word: a.role.map_or("居民", Role::word),
            place: a.place,
        });
    Ok(Json(accounts.collect()))
}
