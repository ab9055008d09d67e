//! The audit chain.

use crate::error::Answer;
use crate::extract::{Asked, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use civic::limits::PAGE_ROWS_MAX;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(audit))
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
    /// Kind and id: `matter:42`.
    object: String,
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

/// The audit chain, newest first
///
/// 审计日志(审计管理员)。
#[utoipa::path(get, path = "/audit", tag = "audit", params(PageQuery), responses((status = 200, body = AuditPage)))]
async fn audit(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<PageQuery>,
) -> Answer<Json<AuditPage>> {
    let (rows, next) = app
        .office
        .audit(&signed.actor, query.cursor, query.limit)
        .await?;
    let rows = rows.into_iter().map(|row| AuditEntry {
        seq: row.kept.seq,
        at: row.kept.entry.at.0,
        account: row.kept.entry.account.to_string(),
        name: row.kept.entry.name,
        title: row.title,
        action: row.kept.entry.action,
        object: row.kept.entry.object,
        detail: row.kept.entry.detail,
        hash: row.kept.hash.to_string(),
    });
    Ok(Json(AuditPage {
        rows: rows.collect(),
        next: next.map(|n| n.to_string()),
    }))
}
