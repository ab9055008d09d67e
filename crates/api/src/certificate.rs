//! Certificates that villages and communities do not issue, and the log of what they did.

use crate::audit::limit;
use crate::error::Answer;
use crate::extract::{Asked, Id, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::logbook::ByView;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::certificate::Draft;
use civic::id::{AreaId, CertificateEntryId};
use office::CertificateRow;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(certificates))
        .routes(routes!(log, certify))
        .routes(routes!(slip))
}

/// A certificate that is issued elsewhere.
#[derive(Serialize, ToSchema)]
#[schema(as = Certificate)]
pub(crate) struct CertificateView {
    /// Number in the national list.
    number: u32,
    name: String,
    /// Who issues it, or makes it needless.
    body: String,
    /// The department to call in one's own area, where one can be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    org_name: Option<String>,
    /// What the person does instead.
    instead: String,
}

/// Certificates that villages and communities do not issue, and where to go instead
///
/// 不应由村居出具的证明清单，以及应当去哪里办。
#[utoipa::path(get, path = "/certificates", tag = "certificate", responses((status = 200, body = Vec<CertificateView>)))]
async fn certificates(State(app): Shared, signed: Signed) -> Answer<Json<Vec<CertificateView>>> {
    let world = app.office.world();
    let directory = world.directory();
    let own = signed
        .actor
        .posts
        .iter()
        .find_map(|p| directory.area_of(p.seat));
    let views = office::pack::certificates().iter().map(|c| {
        let mut near = own.into_iter().flat_map(|area| directory.callable(area));
        CertificateView {
            org_name: near
                .find(|o| *o.line == *c.line)
                .map(|o| o.name.to_string()),
            number: c.number,
            name: c.name.clone(),
            body: c.body.clone(),
            instead: c.instead.clone(),
        }
    });
    Ok(Json(views.collect()))
}

/// A line of the log of certificates.
#[derive(Serialize, ToSchema)]
#[schema(as = CertificateEntry)]
pub(crate) struct EntryView {
    id: String,
    area: String,
    area_name: String,
    at: i64,
    by: ByView,
    /// Name of the certificate.
    name: String,
    /// Who asked for it; masked in the list.
    applicant: String,
    purpose: String,
    /// The law or rule by which it was issued; empty where it was refused.
    basis: String,
    /// Number in the national list, where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<u32>,
    /// Who is competent, where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// What the person does instead, where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<String>,
}

fn view(app: &App, row: CertificateRow) -> EntryView {
    let CertificateRow { entry, applicant } = row;
    let world = app.office.world();
    let (refused, body, instead) = match entry.refused {
        Some(r) => (Some(r.number), Some(r.body), Some(r.instead)),
        None => (None, None, None),
    };
    EntryView {
        id: entry.id.to_string(),
        area: entry.area.to_string(),
        area_name: world
            .tree()
            .get(entry.area)
            .map_or_else(String::new, |a| a.name.to_string()),
        at: entry.at.0,
        by: entry.by.into(),
        name: entry.name,
        applicant,
        purpose: entry.purpose,
        basis: entry.basis,
        refused,
        body,
        instead,
    }
}

/// A page of the log of certificates.
#[derive(Serialize, ToSchema)]
#[schema(as = CertificateLog)]
struct LogView {
    rows: Vec<EntryView>,
    next: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct LogQuery {
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<CertificateEntryId>,
    /// 1 to 100 rows.
    limit: Option<usize>,
}

impl Input for LogQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            cursor: f.id("cursor"),
            limit: limit(f),
        })
    }
}

/// What a village or community issued or refused
///
/// 证明登记：出具的证明和开出的不予出具告知单，申请人姓名脱敏。
#[utoipa::path(get, path = "/areas/{id}/certificates", tag = "certificate", params(("id" = String, Path), LogQuery), responses((status = 200, body = LogView)))]
async fn log(
    State(app): Shared,
    signed: Signed,
    Id(area): Id<AreaId>,
    Asked(asked): Asked<LogQuery>,
) -> Answer<Json<LogView>> {
    let (rows, next) = app
        .office
        .certificate_log(&signed.actor, area, asked.cursor, asked.limit)
        .await?;
    Ok(Json(LogView {
        rows: rows.into_iter().map(|row| view(&app, row)).collect(),
        next: crate::cursor::token(next),
    }))
}

/// What is entered into the log.
#[derive(ToSchema)]
#[schema(as = CertificateForm)]
pub(crate) struct CertifyForm {
    /// 不予出具的，填清单序号；出具的不填。
    refused: Option<u32>,
    /// 出具的证明名称。
    name: Option<String>,
    /// 申请人姓名，加密保存。
    applicant: String,
    purpose: Option<String>,
    /// 出具的依据。
    basis: Option<String>,
}

impl Input for CertifyForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            refused: f
                .int("refused", 1..=999)
                .and_then(|n| u32::try_from(n).ok()),
            name: f.text("name"),
            applicant: f.text("applicant").unwrap_or_default(),
            purpose: f.text("purpose"),
            basis: f.text("basis"),
        })
    }
}

/// Enter a certificate that was issued, or refuse one
///
/// 登记出具的证明，或开具不予出具告知单；清单内的证明不能登记为出具。
#[utoipa::path(post, path = "/areas/{id}/certificates", tag = "certificate", params(("id" = String, Path), ("Idempotency-Key" = String, Header)), request_body = CertifyForm, responses((status = 201, body = EntryView)))]
async fn certify(
    State(app): Shared,
    signed: Signed,
    Id(area): Id<AreaId>,
    Keyed(key, form): Keyed<CertifyForm>,
) -> Answer<(StatusCode, Json<EntryView>)> {
    let draft = Draft {
        refused: form.refused,
        name: form.name.unwrap_or_default(),
        applicant: form.applicant,
        purpose: form.purpose.unwrap_or_default(),
        basis: form.basis.unwrap_or_default(),
    };
    let row = app.office.certify(&signed.actor, area, draft, key).await?;
    Ok((StatusCode::CREATED, Json(view(&app, row))))
}

/// A line of the log in clear, to print
///
/// 打印告知单用：含申请人姓名，查看会记入审计日志。
#[utoipa::path(get, path = "/certificate-entries/{id}", tag = "certificate", params(("id" = String, Path)), responses((status = 200, body = EntryView)))]
async fn slip(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<CertificateEntryId>,
) -> Answer<Json<EntryView>> {
    let row = app.office.certificate_slip(&signed.actor, id).await?;
    Ok(Json(view(&app, row)))
}
