//! Checks of how an area is cut, and the codes of other systems.

use crate::area::AreaView;
use crate::error::Answer;
use crate::extract::{Asked, Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use civic::id::AreaId;
use civic::limits::LOAD_DAYS_MAX;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(check))
        .routes(routes!(by_code))
        .routes(routes!(import))
}

/// Ground that is covered twice, not at all, or from outside.
#[derive(Serialize, ToSchema)]
pub(crate) struct CoverFinding {
    /// `gap`, `overlap`, `outside`, `missing`.
    kind: &'static str,
    sentence: String,
    /// Square metres.
    m2: f64,
    /// WGS84 degrees of a place to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    lon: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lat: Option<f64>,
}

impl From<office::Finding> for CoverFinding {
    fn from(f: office::Finding) -> Self {
        Self {
            kind: f.kind,
            sentence: f.sentence,
            m2: f.m2.round(),
            lon: f.at.map(|p| p.0),
            lat: f.at.map(|p| p.1),
        }
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct CheckQuery {
    /// 任务量按最近多少天比较，含今天；不说的为 90 天。
    days: Option<i64>,
}

impl Input for CheckQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            days: f.int("days", 1..=LOAD_DAYS_MAX),
        })
    }
}

/// The load of an area.
#[derive(Serialize, ToSchema)]
struct LoadView {
    area: AreaView,
    units: usize,
    /// Matters reported in all time.
    reported: i64,
    /// Matters reported in the period.
    period: i64,
    /// Matters open now.
    open: i64,
    /// What stands out beside the others, in words.
    remarks: Vec<String>,
}

/// What the check of an area found.
#[derive(Serialize, ToSchema)]
#[schema(as = AreaCheck)]
struct CheckView {
    /// Largest first, at most 50.
    findings: Vec<CoverFinding>,
    /// Most people first.
    loads: Vec<LoadView>,
}

/// Gaps, overlaps and loads of the areas below one
///
/// 无缝覆盖检查与任务量比较：下级区域有没有缝隙、重叠、越界，各有多少人口、户数和事件。
#[utoipa::path(get, path = "/areas/{id}/check", tag = "area", params(("id" = String, Path), CheckQuery), responses((status = 200, body = CheckView)))]
async fn check(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<CheckQuery>,
) -> Answer<Json<CheckView>> {
    let days = query.days.unwrap_or(90);
    let found = app.office.check_area(&signed.actor, id, days).await?;
    let world = app.office.world();
    let findings = found.findings.into_iter().map(CoverFinding::from);
    let loads = found.loads.iter().map(|l| LoadView {
        area: AreaView::of(&world.kinds, &l.area),
        units: l.units,
        reported: l.reported,
        period: l.period,
        remarks: l.remarks.clone(),
        open: l.open,
    });
    Ok(Json(CheckView {
        findings: findings.collect(),
        loads: loads.collect(),
    }))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct CodeQuery {
    /// 编码体系的代号，如 grid、stat、police。
    system: String,
    /// 编码。
    code: String,
}

impl Input for CodeQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let (system, code) = (
            f.need_text("system", "编码体系"),
            f.need_text("code", "编码"),
        );
        Some(Self {
            system: system?,
            code: code?,
        })
    }
}

/// The area that bears a code of another system
///
/// 按其他部门的编码查找区域。
#[utoipa::path(get, path = "/areas/by-code", tag = "area", params(CodeQuery), responses((status = 200, body = AreaView)))]
async fn by_code(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<CodeQuery>,
) -> Answer<Json<AreaView>> {
    let named = app
        .office
        .area_by_code(&signed.actor, query.system, query.code)
        .await?;
    Ok(Json(AreaView::named(
        &app.office.world().kinds,
        &named.area,
        named.full_name,
    )))
}

/// Codes of another department.
#[derive(ToSchema)]
#[schema(as = CodeImportForm)]
pub(crate) struct ImportForm {
    /// 对方系统的代号。
    system: String,
    /// 两列：本平台网格编码，对方编码；首行为表头。
    csv: String,
    /// 只有为真且没有问题时才写入。
    apply: Option<bool>,
}

impl Input for ImportForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (system, csv) = (
            f.need_text("system", "系统代号"),
            f.need_text("csv", "编码表"),
        );
        let apply = f.flag("apply");
        Some(Self {
            system: system?,
            csv: csv?,
            apply,
        })
    }
}

/// A wrong line.
#[derive(Serialize, ToSchema)]
struct ImportProblem {
    /// `csv:3`.
    field: String,
    message: String,
}

/// What an import of codes found or did.
#[derive(Serialize, ToSchema)]
#[schema(as = CodeImport)]
struct ImportView {
    /// Lines that fit.
    fitting: usize,
    problems: Vec<ImportProblem>,
    written: bool,
}

/// Import the codes of another department
///
/// 导入其他部门的网格编码对照表：先预检，逐行指出问题；确认无误后写入。
#[utoipa::path(post, path = "/areas/{id}/codes", tag = "area", params(("id" = String, Path)), request_body = ImportForm, responses((status = 200, body = ImportView)))]
async fn import(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Form(form): Form<ImportForm>,
) -> Answer<Json<ImportView>> {
    let apply = form.apply.unwrap_or(false);
    let done = app
        .office
        .import_codes(&signed.actor, id, form.system, form.csv, apply)
        .await?;
    let problems = done.problems.into_iter().map(|p| ImportProblem {
        field: p.field,
        message: p.message,
    });
    Ok(Json(ImportView {
        fitting: done.fitting,
        problems: problems.collect(),
        written: done.written,
    }))
}
