//! Boundaries from a GeoJSON file, tried and then taken (R011).

use crate::error::{Answer, FieldProblem};
use crate::extract::{Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::limit::IMPORT_BYTES_MAX;
use crate::{App, Shared};
use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use civic::id::AreaId;
use office::{Crs, FormLine};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(import_boundaries))
        .layer(DefaultBodyLimit::max(IMPORT_BYTES_MAX))
        .routes(routes!(former_boundaries))
        .routes(routes!(export_boundaries))
}

/// Boundaries of areas.
#[derive(ToSchema)]
#[schema(as = BoundarySheet)]
pub(crate) struct BoundaryForm {
    /// 坐标系：`wgs84`（CGCS2000 与之等同）、`gcj02`、`bd09`。
    #[schema(value_type = String)]
    crs: Crs,
    /// GeoJSON：FeatureCollection，每个图形的属性 code（编码）或 name（名称）指明区域。
    file: String,
    /// 只有为真且没有任何问题时才写入。
    apply: Option<bool>,
}

impl Input for BoundaryForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let crs = f.coded("crs", Crs::parse, "wgs84、gcj02、bd09");
        if crs.is_none() && !f.has_problems() {
            let text = "请选择文件的坐标系：CGCS2000/WGS84、GCJ-02 或 BD-09";
            f.note("crs", "required", text);
        }
        let (file, apply) = (f.need_text("file", "GeoJSON 文件"), f.flag("apply"));
        Some(Self {
            crs: crs?,
            file: file?,
            apply,
        })
    }
}

/// A feature of the file.
#[derive(Serialize, ToSchema)]
#[schema(as = BoundaryLine)]
struct LineView {
    /// Place in the file, from 1.
    nth: usize,
    code: String,
    name: String,
    /// `new`, `replaced`, `wrong`.
    fate: &'static str,
    fate_word: &'static str,
    /// Our area.
    area_name: String,
    /// Square metres.
    m2: f64,
    problems: Vec<FieldProblem>,
}

/// What an import of boundaries found or did.
#[derive(Serialize, ToSchema)]
#[schema(as = BoundaryImport)]
struct ImportView {
    lines: Vec<LineView>,
    /// What is wrong with the file as a whole.
    problems: Vec<FieldProblem>,
    /// How many areas had no boundary before.
    new: usize,
    /// How many boundaries are replaced.
    replaced: usize,
    wrong: usize,
    /// The change in the ledger under which it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<String>,
}

fn line(app: &App, line: FormLine) -> LineView {
    let (fate, fate_word) = match (line.problems.is_empty(), line.replaces) {
        (false, _) => ("wrong", "有错误"),
        (true, true) => ("replaced", "替换边界"),
        (true, false) => ("new", "新画边界"),
    };
    let world = app.office.world();
    LineView {
        nth: line.nth,
        code: line.code,
        name: line.name,
        fate,
        fate_word,
        area_name: line
            .area
            .map_or_else(String::new, |id| world.tree().full_name(id)),
        m2: line.m2.round(),
        problems: line.problems.into_iter().map(FieldProblem::from).collect(),
    }
}

/// Import boundaries
///
/// 从 GeoJSON 导入区域边界：先预检，逐个图形指出问题；确认无误后一次写入，可在区划调整台账中恢复。
#[utoipa::path(post, path = "/areas/{id}/boundaries", tag = "area", params(("id" = String, Path)), request_body = BoundaryForm, responses((status = 200, body = ImportView)))]
async fn import_boundaries(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Form(form): Form<BoundaryForm>,
) -> Answer<Json<ImportView>> {
    let apply = form.apply.unwrap_or(false);
    let done = app
        .office
        .import_boundaries(&signed.actor, id, form.crs, form.file, apply)
        .await?;
    let lines: Vec<LineView> = done.lines.into_iter().map(|l| line(&app, l)).collect();
    let count = |fate: &str| lines.iter().filter(|l| l.fate == fate).count();
    Ok(Json(ImportView {
        new: count("new"),
        replaced: count("replaced"),
        wrong: count("wrong"),
        change: done.written.map(|id| id.to_string()),
        problems: done.problems.into_iter().map(FieldProblem::from).collect(),
        lines,
    }))
}

/// A former boundary of an area.
#[derive(Serialize, ToSchema)]
struct FormerBoundary {
    /// First day on which it was so no longer.
    until: String,
    /// The change that replaced it.
    change: String,
    sentence: String,
    reason: String,
    /// Who asked for the change.
    by: String,
    /// GeoJSON geometry in WGS84; null where the area had no boundary before.
    #[schema(value_type = Option<Object>)]
    geometry: Option<serde_json::Value>,
}

/// The former boundaries of an area
///
/// 区域的历次边界：到哪一天为止、由哪次调整改掉、谁提出、为什么；新的在前。
#[utoipa::path(get, path = "/areas/{id}/former-boundaries", tag = "area", params(("id" = String, Path)), responses((status = 200, body = Vec<FormerBoundary>)))]
async fn former_boundaries(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
) -> Answer<Json<Vec<FormerBoundary>>> {
    let found = app.office.former_boundaries(&signed.actor, id).await?;
    let shown = found.into_iter().map(|one| FormerBoundary {
        until: one.until.to_string(),
        change: one.change.id.to_string(),
        sentence: one.change.sentence,
        reason: one.change.reason,
        by: one.change.proposer.name,
        geometry: one.shape.and_then(|text| {
            let mut all: serde_json::Value = serde_json::from_str(&text).ok()?;
            Some(all["features"][0]["geometry"].take())
        }),
    });
    Ok(Json(shown.collect()))
}

/// The boundaries of an area and of all below it, as a file
///
/// 导出本区域及以下全部现行边界（GeoJSON，CGCS2000/WGS84），带编码，可以再导入；限提出、审批或管理区划的人，记入审计。
#[utoipa::path(get, path = "/areas/{id}/boundaries.geojson", tag = "area", params(("id" = String, Path)), responses((status = 200, content_type = "application/geo+json", body = serde_json::Value)))]
async fn export_boundaries(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
) -> Answer<axum::response::Response> {
    let text = app.office.export_boundaries(&signed.actor, id).await?;
    let head = [
        (CONTENT_TYPE, "application/geo+json"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"boundaries.geojson\"",
        ),
    ];
    Ok((head, text).into_response())
}
