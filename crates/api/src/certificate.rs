//! Certificates that villages and communities do not issue.

use crate::error::Answer;
use crate::extract::Signed;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(certificates))
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
    let views = office::pack::certificates().into_iter().map(|c| {
        let mut near = own.into_iter().flat_map(|area| directory.callable(area));
        CertificateView {
            org_name: near
                .find(|o| *o.line == *c.line)
                .map(|o| o.name.to_string()),
            number: c.number,
            name: c.name,
            body: c.body,
            instead: c.instead,
        }
    });
    Ok(Json(views.collect()))
}
