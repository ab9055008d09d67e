//! The tree of areas. Names of areas are for everybody who is signed in, boundaries for the staff.

pub(crate) mod place;

use crate::error::{Answer, Code, Fail};
use crate::extract::{Asked, Id, Signed, knows};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use civic::area::{Area, Level, Path, Tree};
use civic::id::AreaId;
use civic::kind::Kinds;
use civic::org::{Org, OrgKind};
use civic::trace::Hash;
use office::Named;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most places that a search answers.
pub(crate) const FOUND_MAX: usize = 20;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(root))
        .routes(routes!(search))
        .routes(routes!(area))
        .routes(routes!(children))
        .merge(place::routes())
        .routes(routes!(callable))
}

/// An area.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Area)]
pub(crate) struct AreaView {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    level: &'static str,
    level_word: &'static str,
    kind: String,
    /// Word of the kind: 街道、医院网格、楼栋。
    kind_word: String,
    name: String,
    /// Names from the root, where they are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<String>,
    /// Tier of a grid, 1 the highest; 0 elsewhere.
    tier: u8,
    /// 专属网格：学校、园区、企业等。
    exclusive: bool,
    /// People; 0 where it is not known.
    population: i64,
    /// Households; 0 where it is not known.
    households: i64,
    /// A point inside, WGS84 degrees.
    lon: f64,
    lat: f64,
    valid_from: String,
    /// First day on which it is no longer valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_to: Option<String>,
}

impl AreaView {
    pub(crate) fn of(kinds: &Kinds, area: &Area) -> Self {
        Self {
            id: area.id.to_string(),
            parent: area.parent.map(|p| p.to_string()),
            level: area.level.code(),
            level_word: area.level.word(),
            kind: area.kind.to_string(),
            kind_word: kinds.word(area.level, &area.kind).to_owned(),
            name: area.name.to_string(),
            full_name: None,
            tier: area.tier,
            exclusive: area.exclusive,
            population: area.population,
            households: area.households,
            lon: area.lon,
            lat: area.lat,
            valid_from: area.valid_from.to_string(),
            valid_to: area.valid_to.map(|d| d.to_string()),
        }
    }

    /// With the names from the root.
    pub(crate) fn named(kinds: &Kinds, area: &Area, full_name: String) -> Self {
        Self {
            full_name: Some(full_name),
            ..Self::of(kinds, area)
        }
    }
}

/// One step of the way from the root to an area.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TrailEntry {
    id: String,
    level: &'static str,
    name: String,
}

/// The way from the root to `id`.
pub(crate) fn trail(tree: &Tree, id: AreaId) -> Vec<TrailEntry> {
    trail_of(tree, &tree.path(id))
}

/// The areas of a path, as they lay when it was made.
pub(crate) fn trail_of(tree: &Tree, path: &Path) -> Vec<TrailEntry> {
    let areas = path.0.iter().filter_map(|(_, id)| tree.get(*id));
    areas
        .map(|a| TrailEntry {
            id: a.id.to_string(),
            level: a.level.code(),
            name: a.name.to_string(),
        })
        .collect()
}

/// A code in another system.
#[derive(Serialize, ToSchema)]
struct AreaCode {
    /// `stat`, `mca`, `police` …
    system: String,
    code: String,
}

/// How many there are below an area.
#[derive(Serialize, ToSchema)]
struct AreaCounts {
    grids: usize,
    units: usize,
    posts: usize,
}

/// A named person who answers for an area.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ResponsibleView {
    pub name: String,
    pub title: String,
    /// The area's own desk is vacant; this person above answers for it.
    pub vacant: bool,
}

/// An area with all that its page shows.
#[derive(Serialize, ToSchema)]
pub(crate) struct AreaDetail {
    #[serde(flatten)]
    area: AreaView,
    codes: Vec<AreaCode>,
    trail: Vec<TrailEntry>,
    counts: AreaCounts,
    responsible: Option<ResponsibleView>,
    /// 单元人数不在 50 至 200 人时的提示。
    #[serde(skip_serializing_if = "Option::is_none")]
    size_warning: Option<String>,
}

/// An answer that is sent again only when it changed.
pub(crate) fn tagged(headers: &HeaderMap, kind: &'static str, body: Vec<u8>) -> Response {
    let tag = format!("\"{}\"", &Hash::of(&body).to_string()[..24]);
    let known = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    if knows(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, known).into_response();
    }
    (known, [(header::CONTENT_TYPE, kind)], body).into_response()
}

/// The same for a value.
pub(crate) fn tagged_json(headers: &HeaderMap, value: &impl Serialize) -> Answer<Response> {
    let body = serde_json::to_vec(value).map_err(|e| office::Fault::Broken(e.to_string()))?;
    Ok(tagged(headers, "application/json", body))
}

/// The root of the tree: the city
///
/// 区划的根，即本市。
#[utoipa::path(get, path = "/areas/root", tag = "area", responses((status = 200, body = AreaView)))]
async fn root(State(app): Shared, _: Signed) -> Answer<Json<AreaView>> {
    Ok(Json(AreaView::of(
        &app.office.world().kinds,
        &app.office.root()?,
    )))
}

/// An area with codes, counts and the responsible person
///
/// 区域详情：代码、网格与单元数、负责人。
#[utoipa::path(get, path = "/areas/{id}", tag = "area", params(("id" = String, Path)), responses((status = 200, body = AreaDetail), (status = 304)))]
async fn area(
    State(app): Shared,
    _: Signed,
    Id(id): Id<AreaId>,
    headers: HeaderMap,
) -> Answer<Response> {
    let found = app.office.area(id).await?;
    let view = AreaDetail {
        area: AreaView {
            full_name: Some(found.full_name),
            ..AreaView::of(&app.office.world().kinds, &found.area)
        },
        codes: found
            .codes
            .into_iter()
            .map(|c| AreaCode {
                system: c.system,
                code: c.code,
            })
            .collect(),
        trail: found
            .trail
            .into_iter()
            .map(|(level, id, name)| TrailEntry {
                id: id.to_string(),
                level: level.code(),
                name,
            })
            .collect(),
        counts: AreaCounts {
            grids: found.counts.grids,
            units: found.counts.units,
            posts: found.counts.posts,
        },
        responsible: found.responsible.map(|r| ResponsibleView {
            name: r.name,
            title: r.title,
            vacant: r.vacant,
        }),
        size_warning: found.size_warning,
    };
    tagged_json(&headers, &view)
}

/// The areas directly below one
///
/// 下级区域。
#[utoipa::path(get, path = "/areas/{id}/children", tag = "area", params(("id" = String, Path)), responses((status = 200, body = Vec<AreaView>), (status = 304)))]
async fn children(
    State(app): Shared,
    _: Signed,
    Id(id): Id<AreaId>,
    headers: HeaderMap,
) -> Answer<Response> {
    let world = app.office.world();
    let areas = app.office.children(id)?;
    let views: Vec<AreaView> = areas
        .iter()
        .map(|a| AreaView::of(&world.kinds, a))
        .collect();
    tagged_json(&headers, &views)
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// 名称中的字词，空格分开时前面的词在上级名称中查找。
    q: String,
    /// Code of a level.
    #[param(value_type = Option<String>)]
    level: Option<Level>,
}

impl Input for SearchQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let (q, level) = (f.text("q").unwrap_or_default(), level(f));
        Some(Self { q, level })
    }
}

pub(crate) fn level(f: &mut Fields) -> Option<Level> {
    f.coded(
        "level",
        Level::parse,
        "city、county、town、community、grid、unit",
    )
}

/// Areas by name
///
/// 按名称查找区域，最多 20 个；也按标准地址找到它所在的单元，地址写在名称后的括号里。
#[utoipa::path(get, path = "/areas/search", tag = "area", params(SearchQuery), responses((status = 200, body = Vec<AreaView>)))]
async fn search(
    State(app): Shared,
    _: Signed,
    Asked(query): Asked<SearchQuery>,
) -> Answer<Json<Vec<AreaView>>> {
    let world = app.office.world();
    let mut found = app.office.search_areas(&query.q, query.level);
    if query.level.is_none_or(|level| level == Level::Unit) {
        found = app
            .office
            .search_everywhere(found, &query.q, FOUND_MAX)
            .await?;
    }
    let view = |n: &Named| AreaView::named(&world.kinds, &n.area, n.full_name.clone());
    Ok(Json(found.iter().map(view).collect()))
}

/// An organisation that can be called.
#[derive(Serialize, ToSchema)]
#[schema(as = CallableOrg)]
struct CallableView {
    id: String,
    name: String,
    kind: &'static str,
    kind_word: &'static str,
    /// Line of business.
    line: String,
    level: &'static str,
    /// The area it serves.
    area: String,
    /// 挂钩联系本区域的部门，排在前面。
    hooked: bool,
    /// 镇街权责清单、赋权清单上承办这类事件的单位，排在最前。
    listed: bool,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct CallableQuery {
    /// Category of the matter: who handles it by the town's lists of powers stands first.
    category: Option<String>,
}

impl Input for CallableQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            category: f.text("category"),
        })
    }
}

/// Words of the kinds of organisations.
pub(crate) const ORG_KINDS: &[(OrgKind, &str)] = &[
    (OrgKind::Department, "职能部门"),
    (OrgKind::Station, "派驻站所"),
    (OrgKind::Center, "中心"),
    (OrgKind::Company, "企业"),
    (OrgKind::Social, "社会组织"),
];

/// Organisations that a desk of an area may call
///
/// 本区域研判席位可以呼叫的单位。
#[utoipa::path(get, path = "/areas/{id}/callable", tag = "area", params(("id" = String, Path), CallableQuery), responses((status = 200, body = Vec<CallableView>)))]
async fn callable(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<CallableQuery>,
) -> Answer<Json<Vec<CallableView>>> {
    if signed.actor.posts.is_empty() {
        return Err(Fail::new(
            Code::Denied,
            "只有在岗工作人员可以查看可呼叫的单位",
        ));
    }
    let mut orgs = app.office.callable(id)?;
    let hooked = app.office.hooked_up(id).await?;
    let world = app.office.world();
    let town = world.tree().upward(id).find(|a| a.level == Level::Town);
    let powers = match town {
        Some(town) => app.office.powers(vec![town.id]).await?,
        None => Vec::new(),
    };
    let listed = |org: &Org| {
        let mut all = powers.iter();
        all.any(|p| p.org == org.id && query.category.as_ref() == Some(&p.category))
    };
    orgs.sort_by_key(|org| (!listed(org), !hooked.contains(&org.id)));
    let views = orgs.into_iter().map(|org| CallableView {
        listed: listed(&org),
        hooked: hooked.contains(&org.id),
        id: org.id.to_string(),
        name: org.name.to_string(),
        kind: org.kind.code(),
        kind_word: ORG_KINDS
            .iter()
            .find(|(k, _)| *k == org.kind)
            .map_or("单位", |(_, word)| word),
        line: org.line.to_string(),
        level: org.level.code(),
        area: org.area.to_string(),
    });
    Ok(Json(views.collect()))
}
