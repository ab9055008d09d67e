//! The category tree with its limits.

use crate::area::tagged_json;
use crate::error::Answer;
use crate::extract::Signed;
use crate::{App, Shared};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use civic::category::{Category, Condition};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(categories))
}

/// A condition of a category; it sets the limit.
#[derive(Serialize, ToSchema)]
#[schema(as = Condition)]
pub(crate) struct ConditionView {
    /// `0` is the usual one.
    number: String,
    name: String,
    /// 办理时限，如 `5工作日`；空为不设时限。
    limit: String,
    urgent: bool,
    /// Level that normally solves it.
    owner: &'static str,
    owner_word: &'static str,
    /// 填报前须知；可为空。
    note: String,
}

/// A category.
#[derive(Serialize, ToSchema)]
#[schema(as = Category)]
pub(crate) struct CategoryView {
    code: String,
    name: String,
    conditions: Vec<ConditionView>,
    /// `no`, `need` or `never`.
    photo: &'static str,
    photo_word: &'static str,
    /// Can be mediated.
    mediation: bool,
}

/// A class of categories.
#[derive(Serialize, ToSchema)]
#[schema(as = CategoryClass)]
pub(crate) struct ClassView {
    code: String,
    name: String,
    categories: Vec<CategoryView>,
}

fn condition(c: &Condition) -> ConditionView {
    ConditionView {
        number: c.number.to_string(),
        name: c.name.clone(),
        limit: c.limit.map(|l| l.to_string()).unwrap_or_default(),
        urgent: c.urgent,
        owner: c.owner.code(),
        owner_word: c.owner.word(),
        note: c.note.clone(),
    }
}

fn category(c: &Category) -> CategoryView {
    CategoryView {
        code: c.code.clone(),
        name: c.name.clone(),
        conditions: c.conditions.iter().map(condition).collect(),
        photo: c.photo.code(),
        photo_word: c.photo.word(),
        mediation: c.mediation,
    }
}

/// The category tree
///
/// 事件类别、情形与办理时限。
#[utoipa::path(get, path = "/categories", tag = "category", responses((status = 200, body = Vec<ClassView>), (status = 304)))]
async fn categories(State(app): Shared, _: Signed, headers: HeaderMap) -> Answer<Response> {
    let world = app.office.world();
    let classes: Vec<ClassView> = world
        .rules
        .categories
        .classes()
        .iter()
        .map(|c| ClassView {
            code: c.code.clone(),
            name: c.name.clone(),
            categories: c.categories.iter().map(category).collect(),
        })
        .collect();
    tagged_json(&headers, &classes)
}
