//! What the report page of somebody without an account looks up: places and kinds of matters. Names
//! that are public anyway, of areas that are valid today; no figures, no people.

use crate::area::place::outside;
use crate::area::{FOUND_MAX, tagged_json};
use crate::error::Answer;
use crate::extract::{Address, Asked};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use office::{Located, Named};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(places))
        .routes(routes!(locate))
        .routes(routes!(place_of_sign))
        .routes(routes!(categories))
}

/// A place to report from: a community, a grid or a unit.
#[derive(Serialize, ToSchema)]
#[schema(as = PublicPlace)]
struct PlaceView {
    /// For `unit` of the report.
    id: String,
    name: String,
    /// 从市到本区域的全名。
    full_name: String,
    level_word: &'static str,
}

impl From<Named> for PlaceView {
    fn from(named: Named) -> Self {
        Self {
            id: named.area.id.to_string(),
            name: named.area.name.to_string(),
            full_name: named.full_name,
            level_word: named.area.level.word(),
        }
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct PlaceQuery {
    /// 小区、楼栋、村居名称中的字词，空格分开时前面的词在上级名称中查找。
    q: String,
}

impl Input for PlaceQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let q = f.need_text("q", "小区、楼栋或村居的名称")?;
        Some(Self { q })
    }
}

/// Places by name
///
/// 按名称或标准地址查找上报地点（村居、网格、单元），最多 20 个；标准地址只到楼栋。
#[utoipa::path(get, path = "/public/areas/search", tag = "public", security(()), params(PlaceQuery), responses((status = 200, body = Vec<PlaceView>)))]
async fn places(
    State(app): Shared,
    Address(address): Address,
    Asked(query): Asked<PlaceQuery>,
) -> Answer<Json<Vec<PlaceView>>> {
    app.throttles.lookup.take(address, app.office.now())?;
    let found = app.office.search_places(&query.q);
    let found = app
        .office
        .search_everywhere(found, &query.q, FOUND_MAX)
        .await?;
    Ok(Json(found.into_iter().map(PlaceView::from).collect()))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct PointQuery {
    /// WGS84 longitude in degrees.
    #[param(value_type = f64)]
    lon: f64,
    /// WGS84 latitude in degrees.
    lat: f64,
}

impl Input for PointQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        f.need_point().map(|(lon, lat)| Self { lon, lat })
    }
}

/// The unit of a point; the point is kept nowhere
///
/// 定位点所在的治理单元；位置不保存。不在任何单元内时 422 `place_outside`，附最近的单元。
#[utoipa::path(get, path = "/public/areas/locate", tag = "public", security(()), params(PointQuery), responses((status = 200, body = PlaceView)))]
async fn locate(
    State(app): Shared,
    Address(address): Address,
    Asked(query): Asked<PointQuery>,
) -> Answer<Json<PlaceView>> {
    app.throttles.lookup.take(address, app.office.now())?;
    match app.office.locate(query.lon, query.lat)? {
        Located::Inside(named) => Ok(Json(named.into())),
        Located::Outside(refusal, near) => Err(outside(refusal, near)),
    }
}

/// A category by its name.
#[derive(Serialize, ToSchema)]
#[schema(as = PublicCategory)]
struct CategoryName {
    code: String,
    name: String,
}

/// A class of categories.
#[derive(Serialize, ToSchema)]
#[schema(as = PublicClass)]
struct ClassNames {
    name: String,
    categories: Vec<CategoryName>,
}

/// Kinds of matters by name
///
/// 事件类别的名称，上报时可以选填。
#[utoipa::path(get, path = "/public/categories", tag = "public", security(()), responses((status = 200, body = Vec<ClassNames>), (status = 304)))]
async fn categories(
    State(app): Shared,
    Address(address): Address,
    headers: HeaderMap,
) -> Answer<Response> {
    app.throttles.lookup.take(address, app.office.now())?;
    let world = app.office.world();
    let classes = world.rules.categories.classes().iter();
    let names: Vec<ClassNames> = classes
        .map(|class| ClassNames {
            name: class.name.clone(),
            categories: class
                .categories
                .iter()
                .map(|c| CategoryName {
                    code: c.code.clone(),
                    name: c.name.clone(),
                })
                .collect(),
        })
        .collect();
    tagged_json(&headers, &names)
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct SignQuery {
    /// 二维码里的地点编号。
    code: String,
}

impl Input for SignQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let code = f.need_text("code", "二维码里的地点编号")?;
        Some(Self { code })
    }
}

/// The place of a sign.
#[derive(Serialize, ToSchema)]
#[schema(as = SignedPlace)]
struct SignPlace {
    #[serde(flatten)]
    place: PlaceView,
    /// Words of the address, down to the building.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
}

/// The place of a sign that was read
///
/// 地点二维码对应的上报地点；标准地址只到楼栋。
#[utoipa::path(get, path = "/public/place", tag = "public", security(()), params(SignQuery), responses((status = 200, body = SignPlace)))]
async fn place_of_sign(
    State(app): Shared,
    Address(address): Address,
    Asked(query): Asked<SignQuery>,
) -> Answer<Json<SignPlace>> {
    app.throttles.lookup.take(address, app.office.now())?;
    let (named, words) = app.office.place_of_sign(&query.code).await?;
    Ok(Json(SignPlace {
        place: named.into(),
        address: Some(words).filter(|words| !words.is_empty()),
    }))
}
