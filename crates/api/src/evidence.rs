//! Evidence packs for the competent body (R215).

use crate::error::Answer;
use crate::extract::{Asked, Form, Signed};
use crate::fields::{Fields, Input};
use crate::file::percent;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(evidence_taken, take_evidence))
}

/// Which matter, and for what.
#[derive(ToSchema)]
pub(crate) struct TakeEvidence {
    /// Number of the matter.
    no: String,
    /// 调取用途和依据，5 到 200 字。
    purpose: String,
}

impl Input for TakeEvidence {
    fn read(f: &mut Fields) -> Option<Self> {
        let no = f.need_text("no", "事件编号");
        let purpose = f.need_text("purpose", "调取用途");
        Some(Self {
            no: no?,
            purpose: purpose?,
        })
    }
}

/// Take the evidence pack of a matter
///
/// 按编号调取一件事的证据包：时间线、经手人员、附件、校验链和清单。调取写入审计日志；不作责任认定。
#[utoipa::path(post, path = "/evidence", tag = "audit", request_body = TakeEvidence,
    responses((status = 200, content_type = "application/zip", body = Vec<u8>)))]
async fn take_evidence(
    State(app): Shared,
    signed: Signed,
    Form(form): Form<TakeEvidence>,
) -> Answer<Response> {
    let pack = app
        .office
        .take_evidence(&signed.actor, &form.no, &form.purpose)
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename*=UTF-8''{}", percent(&pack.name)),
        ),
    ];
    Ok((headers, pack.bytes).into_response())
}

/// A pack that was taken.
#[derive(Serialize, ToSchema)]
#[schema(as = EvidenceTaken)]
pub(crate) struct TakenView {
    seq: i64,
    at: i64,
    no: String,
    purpose: String,
    /// SHA-256 of its manifest (清单.json).
    digest: String,
}

/// A page of packs that were taken, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct EvidencePage {
    rows: Vec<TakenView>,
    next: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct TakenQuery {
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<i64>,
    /// 1 to 100 rows.
    limit: Option<usize>,
}

impl Input for TakenQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            cursor: f.id("cursor"),
            limit: crate::audit::limit(f),
        })
    }
}

/// The packs that one took, newest first
///
/// 本人调取过的证据包，每一个都有清单校验值。
#[utoipa::path(get, path = "/evidence", tag = "audit", params(TakenQuery), responses((status = 200, body = EvidencePage)))]
async fn evidence_taken(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<TakenQuery>,
) -> Answer<Json<EvidencePage>> {
    let (rows, next) = app
        .office
        .evidence_taken(&signed.actor, query.cursor, query.limit)
        .await?;
    let view = |row: office::EvidenceTaken| TakenView {
        seq: row.seq,
        at: row.at.0,
        no: row.no,
        purpose: row.purpose,
        digest: row.digest,
    };
    Ok(Json(EvidencePage {
        rows: rows.into_iter().map(view).collect(),
        next: crate::cursor::token(next),
    }))
}
