//! Accounts of staff and of services.

use crate::audit::limit;
use crate::error::Answer;
use crate::extract::{Asked, Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::id::AccountId;
use office::identity::{AccountRow, Created, NewAccount};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(accounts, create_account))
        .routes(routes!(set_account))
        .routes(routes!(reset_account))
        .routes(routes!(unlock_account))
}

/// An account, without its secrets.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
struct AccountView {
    id: String,
    login: String,
    name: String,
    phone_masked: String,
    /// Another system uses it, by tokens.
    service: bool,
    /// 连续输错密码而锁定，到这个时间为止。
    #[serde(skip_serializing_if = "Option::is_none")]
    locked_until: Option<i64>,
    /// 停用自。
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<i64>,
    /// 现任岗位。
    titles: Vec<String>,
}

impl From<AccountRow> for AccountView {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id.to_string(),
            login: row.login,
            name: row.name,
            phone_masked: row.phone_masked,
            service: row.service,
            locked_until: row.locked_until.map(|at| at.0),
            disabled_at: row.disabled_at.map(|at| at.0),
            titles: row.titles,
        }
    }
}

/// A page of accounts.
#[derive(Serialize, ToSchema)]
struct AccountPage {
    rows: Vec<AccountView>,
    next: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct AccountQuery {
    /// 登录名或姓名的开头。
    q: Option<String>,
    /// 只看接口账号。
    #[param(value_type = Option<bool>)]
    service: bool,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<AccountId>,
    /// 1 to 100 rows.
    limit: Option<usize>,
}

impl Input for AccountQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            q: f.text("q"),
            service: f.flag("service").unwrap_or(false),
            cursor: f.id("cursor"),
            limit: limit(f),
        })
    }
}

/// Accounts
///
/// 账号列表，电话脱敏；可按登录名或姓名的开头查找。
#[utoipa::path(get, path = "/accounts", tag = "account", params(AccountQuery), responses((status = 200, body = AccountPage)))]
async fn accounts(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<AccountQuery>,
) -> Answer<Json<AccountPage>> {
    let (rows, next) = app
        .office
        .accounts(
            &signed.actor,
            query.q,
            query.service,
            query.cursor,
            query.limit,
        )
        .await?;
    Ok(Json(AccountPage {
        rows: rows.into_iter().map(AccountView::from).collect(),
        next: crate::cursor::token(next),
    }))
}

/// An account to be made.
#[derive(ToSchema)]
#[schema(as = NewAccount)]
struct AccountForm {
    /// 3 to 32 letters, digits, `.`, `-`, `_`.
    login: String,
    name: String,
    phone: Option<String>,
    /// 接口账号：没有密码，只用令牌。
    #[schema(value_type = Option<bool>)]
    service: bool,
}

impl Input for AccountForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (login, name) = (f.need_text("login", "登录名"), f.need_text("name", "姓名"));
        let (phone, service) = (f.text("phone"), f.flag("service").unwrap_or(false));
        Some(Self {
            login: login?,
            name: name?,
            phone,
            service,
        })
    }
}

/// An account with its new password.
#[derive(Serialize, ToSchema)]
#[schema(as = MadeAccount)]
struct MadeAccount {
    id: String,
    login: String,
    /// 只显示这一次；接口账号没有。
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

impl From<Created> for MadeAccount {
    fn from(made: Created) -> Self {
        Self {
            id: made.id.to_string(),
            login: made.login,
            password: made.password,
        }
    }
}

/// Make an account
///
/// 开通账号，初始密码只显示一次。
#[utoipa::path(post, path = "/accounts", tag = "account", request_body = AccountForm, responses((status = 201, body = MadeAccount)))]
async fn create_account(
    State(app): Shared,
    signed: Signed,
    Form(form): Form<AccountForm>,
) -> Answer<(StatusCode, Json<MadeAccount>)> {
    let new = NewAccount {
        login: form.login,
        name: form.name,
        phone: form.phone,
        service: form.service,
    };
    let made = app.office.create_account(&signed.actor, new).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Whether an account may be used.
#[derive(ToSchema)]
#[schema(as = AccountState)]
struct StateForm {
    disabled: bool,
}

impl Input for StateForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let disabled = f.flag("disabled");
        if disabled.is_none() && !f.has_problems() {
            f.note("disabled", "required", "请说明是停用还是启用");
        }
        Some(Self {
            disabled: disabled?,
        })
    }
}

/// Disable an account or let it be used again
///
/// 停用账号，登录随即失效；或重新启用。
#[utoipa::path(put, path = "/accounts/{id}/state", tag = "account", params(("id" = String, Path)), request_body = StateForm, responses((status = 204)))]
async fn set_account(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AccountId>,
    Form(form): Form<StateForm>,
) -> Answer<StatusCode> {
    app.office
        .set_account_disabled(&signed.actor, id, form.disabled)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give an account a new password
///
/// 重置密码，同时解除锁定；新密码只显示一次。
#[utoipa::path(post, path = "/accounts/{id}/password", tag = "account", params(("id" = String, Path)), responses((status = 200, body = MadeAccount)))]
async fn reset_account(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AccountId>,
) -> Answer<Json<MadeAccount>> {
    Ok(Json(
        app.office.reset_password(&signed.actor, id).await?.into(),
    ))
}

/// Lift the lock of an account
///
/// 提前解除锁定，密码不变；没有锁定的账号会说明无须解锁。
#[utoipa::path(delete, path = "/accounts/{id}/lock", tag = "account", params(("id" = String, Path)), responses((status = 204)))]
async fn unlock_account(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AccountId>,
) -> Answer<StatusCode> {
    app.office.unlock_account(&signed.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
