//! Places: which unit covers a point, and the shapes on the map.

use super::{AreaView, TrailEntry, tagged, trail};
use crate::error::{Answer, Code, Fail, NearUnit};
use crate::extract::{Asked, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use civic::area::Level;
use civic::id::AreaId;
use civic::refusal::Refusal;
use office::{Located, Named};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(locate))
        .routes(routes!(boundaries))
}

/// Boundaries of an area and of its children as GeoJSON
///
/// 边界（GeoJSON，WGS84）：本区域（`properties.self` 为 true）与下级区域；`properties` 有 id、name、level、label。仅工作人员。
#[utoipa::path(get, path = "/areas/{id}/boundaries", tag = "area", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/geo+json", body = serde_json::Value), (status = 304)))]
async fn boundaries(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    headers: HeaderMap,
) -> Answer<Response> {
    let text = app.office.boundaries(&signed.actor, id).await?;
    Ok(tagged(
        &headers,
        "application/geo+json",
        labelled(&text, id)?,
    ))
}

/// The properties as the map wants them: level as a code, `self` as a flag, the label as a point.
fn labelled(text: &str, own: AreaId) -> Answer<Vec<u8>> {
    let broken = |e: serde_json::Error| Fail::from(office::Fault::Broken(e.to_string()));
    let mut collection: serde_json::Value = serde_json::from_str(text).map_err(broken)?;
    for feature in collection["features"].as_array_mut().into_iter().flatten() {
        let Some(properties) = feature["properties"].as_object_mut() else {
            continue;
        };
        let level = properties
            .get("level")
            .and_then(serde_json::Value::as_i64)
            .and_then(Level::from_number);
        let label = [properties.remove("lon"), properties.remove("lat")];
        let is_own =
            properties.get("id").and_then(|v| v.as_str()) == Some(own.to_string().as_str());
        properties.insert("level".into(), level.map_or("", Level::code).into());
        properties.insert("label".into(), serde_json::json!(label));
        properties.remove("self");
        if is_own {
            properties.insert("self".into(), true.into());
        }
    }
    serde_json::to_vec(&collection).map_err(broken)
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct LocateQuery {
    /// WGS84 longitude in degrees.
    #[param(value_type = f64)]
    lon: f64,
    /// WGS84 latitude in degrees.
    lat: f64,
}

impl Input for LocateQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        f.need_point().map(|(lon, lat)| Self { lon, lat })
    }
}

/// The unit of a place.
#[derive(Serialize, ToSchema)]
#[schema(as = LocatedUnit)]
struct LocatedView {
    unit: AreaView,
    trail: Vec<TrailEntry>,
    full_name: String,
}

/// The unit of a place
///
/// 地点所在的治理单元；不在任何单元内时 422 `place_outside`，附最近的单元。
#[utoipa::path(get, path = "/areas/locate", tag = "area", params(LocateQuery), responses((status = 200, body = LocatedView)))]
async fn locate(
    State(app): Shared,
    _: Signed,
    Asked(query): Asked<LocateQuery>,
) -> Answer<Json<LocatedView>> {
    match app.office.locate(query.lon, query.lat)? {
        Located::Inside(named) => {
            let world = app.office.world();
            Ok(Json(LocatedView {
                trail: trail(world.tree(), named.area.id),
                unit: AreaView::named(&world.kinds, &named.area, named.full_name.clone()),
                full_name: named.full_name,
            }))
        }
        Located::Outside(refusal, near) => Err(outside(refusal, near)),
    }
}

/// The answer to a point that no unit covers, with the nearest ones.
pub(crate) fn outside(refusal: Refusal, near: Vec<(Named, f64)>) -> Fail {
    let nearest = near.into_iter().map(|(n, metres)| NearUnit {
        id: n.area.id.to_string(),
        full_name: n.full_name,
        metres: metres.round() as i64,
    });
    let fail = Fail::from(refusal);
    Fail {
        special: (fail.code == Code::Invalid).then_some("place_outside"),
        nearest: nearest.collect(),
        ..fail
    }
}
