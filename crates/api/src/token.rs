//! API tokens of other systems.

use crate::error::Answer;
use crate::extract::{Id, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::id::AccountId;
use civic::time::Instant;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(tokens, create_token))
        .routes(routes!(revoke_token))
}

/// A token without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
pub(crate) struct TokenView {
    id: String,
    account: String,
    account_name: String,
    name: String,
    created_at: i64,
    expires_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<i64>,
}

/// All tokens, newest first
///
/// 接口令牌列表（安全管理员）。
#[utoipa::path(get, path = "/tokens", tag = "token", responses((status = 200, body = Vec<TokenView>)))]
async fn tokens(State(app): Shared, signed: Signed) -> Answer<Json<Vec<TokenView>>> {
    let rows = app
        .office
        .tokens(&signed.actor)
        .await?
        .into_iter()
        .map(|row| TokenView {
            id: row.token.id.to_string(),
            account: row.token.account.to_string(),
            account_name: row.account_name,
            name: row.token.name,
            created_at: row.token.created_at.0,
            expires_at: row.token.expires_at.0,
            revoked_at: row.token.revoked_at.map(|at| at.0),
        });
    Ok(Json(rows.collect()))
}

/// A token to be made.
#[derive(ToSchema)]
#[schema(as = NewToken)]
pub(crate) struct TokenForm {
    /// Account of a service.
    #[schema(value_type = String)]
    account: AccountId,
    /// What it is for.
    name: String,
    /// Not accepted from then on.
    #[schema(value_type = i64)]
    expires_at: Instant,
}

impl Input for TokenForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (account, name, expires_at) = (
            f.id("account"),
            f.need_text("name", "令牌的用途"),
            f.instant("expires_at"),
        );
        if account.is_none() && !f.has_problems() {
            f.note("account", "required", "请选择接口账号");
        }
        if expires_at.is_none() && !f.has_problems() {
            f.note("expires_at", "required", "请选择有效期");
        }
        Some(Self {
            account: account?,
            name: name?,
            expires_at: expires_at?,
        })
    }
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeToken {
    id: String,
    /// Shown this once.
    token: String,
    /// Key for signed requests (HMAC-SHA256 under its characters), which never travels; shown this once.
    signing_key: String,
    expires_at: i64,
}

/// Make a token
///
/// 签发接口令牌，明文只显示一次。
#[utoipa::path(post, path = "/tokens", tag = "token", params(("Idempotency-Key" = String, Header)), request_body = TokenForm, responses((status = 201, body = MadeToken)))]
async fn create_token(
    State(app): Shared,
    signed: Signed,
    Keyed(key, form): Keyed<TokenForm>,
) -> Answer<(StatusCode, Json<MadeToken>)> {
    let made = app
        .office
        .create_token(
            &signed.actor,
            form.account,
            &form.name,
            form.expires_at,
            Some(key),
        )
        .await?;
    Ok((
        StatusCode::CREATED,
        Json(MadeToken {
            id: made.id.to_string(),
            token: made.token,
            signing_key: made.signing_key,
            expires_at: made.expires_at.0,
        }),
    ))
}

/// Revoke a token at once
///
/// 作废接口令牌，立即生效。
#[utoipa::path(delete, path = "/tokens/{id}", tag = "token", params(("id" = String, Path)), responses((status = 204)))]
async fn revoke_token(State(app): Shared, signed: Signed, Id(id): Id<i64>) -> Answer<StatusCode> {
    app.office.revoke_token(&signed.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
