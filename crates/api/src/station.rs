//! What a department learns of its stations (R205).

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
    OpenApiRouter::new().routes(routes!(stations))
}

/// A station of a department.
#[derive(Serialize, ToSchema)]
#[schema(as = Station)]
pub(crate) struct StationView {
    id: String,
    name: String,
    area_name: String,
    /// Things that lie there now.
    open: i64,
    /// Those of them that are late.
    overdue: i64,
    /// 镇街评价：满意、基本满意、不满意的次数。
    good: u32,
    fair: u32,
    poor: u32,
    /// 满意和基本满意占全部评价的百分比；没有评价时不给。
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<u32>,
}

/// The stations of one's own department, with what their towns say of them
///
/// 本部门的派驻站所：在办、超期和镇街评价。
#[utoipa::path(get, path = "/me/stations", tag = "me", responses((status = 200, body = Vec<StationView>)))]
async fn stations(State(app): Shared, signed: Signed) -> Answer<Json<Vec<StationView>>> {
    let stations = app.office.stations(&signed.actor).await?;
    let world = app.office.world();
    let view = |s: office::StationFigures| StationView {
        id: s.org.to_string(),
        name: s.name,
        area_name: world
            .tree()
            .get(s.area)
            .map_or_else(String::new, |a| a.name.to_string()),
        open: s.open,
        overdue: s.overdue,
        good: s.reviews.good,
        fair: s.reviews.fair,
        poor: s.reviews.poor,
        content: s.reviews.content(),
    };
    Ok(Json(stations.into_iter().map(view).collect()))
}
