//! The audit chain.

use crate::error::Answer;
use crate::extract::{Address, Asked, Signed};
use crate::fields::{Fields, Input};
use crate::public::FollowQuery;
use crate::{App, Shared};
use axum::Json;
use axum::extract::{Path, State};
use civic::id::AccountId;
use civic::limits::PAGE_ROWS_MAX;
use civic::time::Instant;
use office::{AuditWanted, Look};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(audit))
        .routes(routes!(own_looks))
        .routes(routes!(public_looks))
}

/// Where a page begins and how long it is.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    pub cursor: Option<i64>,
    /// 1 to 100 rows; 30 where it is not said.
    pub limit: Option<usize>,
}

impl PageQuery {
    pub fn of(f: &mut Fields) -> Self {
        let cursor = f.id("cursor");
        Self {
            cursor,
            limit: limit(f),
        }
    }
}

/// Rows wanted. More than the maximum is an error and not a silent cut.
pub(crate) fn limit(f: &mut Fields) -> Option<usize> {
    f.int("limit", 1..=PAGE_ROWS_MAX as i64)
        .and_then(|n| usize::try_from(n).ok())
}

impl Input for PageQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self::of(f))
    }
}

/// An entry of the audit chain.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    seq: i64,
    at: i64,
    account: String,
    name: String,
    title: String,
    action: String,
    /// The action in words.
    action_word: String,
    /// Kind and id: `matter:42`.
    object: String,
    /// The object in words: its noun and the name it goes by.
    object_word: String,
    detail: String,
    /// Hash of the entry, which covers the one before.
    hash: String,
}

/// A page of the audit chain, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditPage {
    rows: Vec<AuditEntry>,
    next: Option<String>,
}

/// Which entries are wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Of this account.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// Of somebody with exactly this name.
    name: Option<String>,
    /// Code of an action.
    action: Option<String>,
    /// On exactly this: `matter:42`, the number of a matter, or the login of an account.
    object: Option<String>,
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

impl Input for AuditQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            account: f.id("account"),
            name: f.text("name"),
            action: f.text("action"),
            object: f.text("object"),
            from: f.instant("from"),
            to: f.instant("to"),
            cursor: f.id("cursor"),
            limit: limit(f),
        })
    }
}

/// The audit chain, newest first
///
/// 审计日志，可按人员、操作、对象、时间筛选（审计管理员）。
#[utoipa::path(get, path = "/audit", tag = "audit", params(AuditQuery), responses((status = 200, body = AuditPage)))]
async fn audit(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<AuditQuery>,
) -> Answer<Json<AuditPage>> {
    let wanted = AuditWanted {
        account: query.account,
        name: query.name,
        action: query.action,
        object: query.object,
        from: query.from,
        to: query.to,
    };
    let (rows, next) = app
        .office
        .audit(&signed.actor, wanted, query.cursor, query.limit)
        .await?;
    let rows = rows.into_iter().map(|row| AuditEntry {
        seq: row.kept.seq,
        at: row.kept.entry.at.0,
        account: row.kept.entry.account.to_string(),
        name: row.kept.entry.name,
        title: row.title,
        action_word: civic::audited::action(&row.kept.entry.action)
            .unwrap_or(&row.kept.entry.action)
            .to_owned(),
        action: row.kept.entry.action,
        object_word: row.object,
        object: row.kept.entry.object,
        detail: row.kept.entry.detail,
        hash: row.kept.hash.to_string(),
    });
    Ok(Json(AuditPage {
        rows: rows.collect(),
        next: crate::cursor::token(next),
    }))
}

/// Somebody looked at personal data.
#[derive(Serialize, ToSchema)]
#[schema(as = Look)]
pub(crate) struct LookView {
    at: i64,
    /// The post of who looked.
    who: String,
    /// Which fields and why.
    why: String,
    /// Number of the matter; empty where it was about none.
    no: String,
}

impl LookView {
    fn of(look: Look) -> Self {
        Self {
            at: look.at.0,
            who: look.who,
            why: look.why,
            no: look.no,
        }
    }
}

/// A page of looks, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct LookPage {
    rows: Vec<LookView>,
    next: Option<String>,
}

/// Who looked at my data
///
/// 谁看过我的信息：岗位、时间、字段和理由。
#[utoipa::path(get, path = "/me/looks", tag = "audit", params(PageQuery), responses((status = 200, body = LookPage)))]
async fn own_looks(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<PageQuery>,
) -> Answer<Json<LookPage>> {
    let (rows, next) = app
        .office
        .own_looks(&signed.actor, query.cursor, query.limit)
        .await?;
    Ok(Json(LookPage {
        rows: rows.into_iter().map(LookView::of).collect(),
        next: crate::cursor::token(next),
    }))
}

/// Who looked at the data of a report, by number and code
///
/// 凭编号和查询码查看谁看过我的联系方式。
#[utoipa::path(get, path = "/public/reports/{no}/looks", tag = "audit", params(("no" = String, Path), FollowQuery), responses((status = 200, body = Vec<LookView>)))]
async fn public_looks(
    State(app): Shared,
    Address(address): Address,
    Path(no): Path<String>,
    Asked(query): Asked<FollowQuery>,
) -> Answer<Json<Vec<LookView>>> {
    app.throttles.public.take(address, app.office.now())?;
    let looks = app.office.looks_publicly(&no, &query.code).await?;
    Ok(Json(looks.into_iter().map(LookView::of).collect()))
}
