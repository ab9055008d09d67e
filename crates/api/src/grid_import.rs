//! Grids of another department: the sheet, tried and then taken; and the crosswalk (R011).

use crate::error::{Answer, FieldProblem};
use crate::extract::{Asked, Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::limit::IMPORT_BYTES_MAX;
use crate::{App, Shared};
use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use civic::id::AreaId;
use office::{GridFate, GridLine};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Rows of the crosswalk that an answer lists.
const LISTED: usize = 500;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(grids))
        .layer(DefaultBodyLimit::max(IMPORT_BYTES_MAX))
        .routes(routes!(crosswalk))
}

/// The grids of another department.
#[derive(ToSchema)]
#[schema(as = GridSheet)]
pub(crate) struct SheetForm {
    /// 对方系统的代号，如 zongzhi。
    system: String,
    /// CSV，表头：对方网格编码、网格名称、所属村居编码、本平台网格编码、专属、人口、户数、经度、纬度；前三列必填。
    file: Option<String>,
    /// 或者同样表头的 Excel 工作簿（.xlsx）的 base64，取第一个工作表。
    workbook: Option<String>,
    /// 只有为真且没有任何问题时才写入。
    apply: Option<bool>,
}

impl Input for SheetForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let system = f.need_text("system", "系统代号");
        let (file, workbook) = (f.text("file"), f.text("workbook"));
        let apply = f.flag("apply");
        Some(Self {
            system: system?,
            file,
            workbook,
            apply,
        })
    }
}

/// A line of the sheet.
#[derive(Serialize, ToSchema)]
#[schema(as = GridLine)]
struct LineView {
    line: u64,
    code: String,
    name: String,
    /// `same`, `known`, `new`, `wrong`.
    fate: &'static str,
    fate_word: &'static str,
    /// The grid of ours, or the community of a new one.
    area_name: String,
    problems: Vec<FieldProblem>,
}

/// What an import of grids found or did.
#[derive(Serialize, ToSchema)]
#[schema(as = GridImport)]
struct ImportView {
    lines: Vec<LineView>,
    /// What is wrong with the file as a whole.
    problems: Vec<FieldProblem>,
    /// How many become new grids.
    new: usize,
    /// How many are grids of ours, those known before included.
    same: usize,
    /// How many lines are wrong.
    wrong: usize,
    written: bool,
    /// The sheet again with a column 错误原因, where something is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    marked: Option<String>,
}

fn line(app: &App, line: GridLine) -> LineView {
    let world = app.office.world();
    let (fate, fate_word, area) = match line.fate {
        GridFate::Same(id) => ("same", "对应已有网格", Some(id)),
        GridFate::Known(id) => ("known", "以前已对应", Some(id)),
        GridFate::New(id) => ("new", "新设网格", Some(id)),
        GridFate::Wrong => ("wrong", "有错误", None),
    };
    LineView {
        line: line.line,
        code: line.code,
        name: line.name,
        fate,
        fate_word,
        area_name: area.map_or_else(String::new, |id| world.tree().full_name(id)),
        problems: line.problems.into_iter().map(FieldProblem::from).collect(),
    }
}

/// Import the grids of another department
///
/// 导入其他部门（如综治）的网格（CSV 或 Excel）：先预检，逐行逐列指出问题并给出带“错误原因”的表格；确认无误后一次写入。
#[utoipa::path(post, path = "/areas/{id}/grids", tag = "area", params(("id" = String, Path)), request_body = SheetForm, responses((status = 200, body = ImportView)))]
async fn grids(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Form(form): Form<SheetForm>,
) -> Answer<Json<ImportView>> {
    let apply = form.apply.unwrap_or(false);
    let text = office::workbook::sheet_text(form.file, form.workbook.as_deref())
        .map_err(office::Fault::from)?;
    let done = app
        .office
        .import_grids(&signed.actor, id, form.system, text.clone(), apply)
        .await?;
    let marked = (!done.is_clean()).then(|| done.marked(&text));
    let count = |wanted: fn(&GridFate) -> bool| {
        let fates = done.lines.iter().map(|l| &l.fate);
        fates.filter(|fate| wanted(fate)).count()
    };
    Ok(Json(ImportView {
        new: count(|f| matches!(f, GridFate::New(_))),
        same: count(|f| matches!(f, GridFate::Same(_) | GridFate::Known(_))),
        wrong: count(|f| matches!(f, GridFate::Wrong)),
        written: done.written,
        marked,
        problems: done.problems.into_iter().map(FieldProblem::from).collect(),
        lines: done.lines.into_iter().map(|l| line(&app, l)).collect(),
    }))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct CrosswalkQuery {
    /// 对方系统的代号，如 zongzhi。
    system: String,
}

impl Input for CrosswalkQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            system: f.need_text("system", "系统代号")?,
        })
    }
}

/// A grid of ours beside its code elsewhere.
#[derive(Serialize, ToSchema)]
#[schema(as = Crossing)]
struct CrossingView {
    area: String,
    full_name: String,
    own: String,
    /// Null where they have no such grid.
    theirs: Option<String>,
}

/// Our grids beside those of another department.
#[derive(Serialize, ToSchema)]
#[schema(as = Crosswalk)]
struct CrosswalkView {
    /// Grids of ours.
    grids: usize,
    /// Of them with a code of theirs.
    matched: usize,
    /// Those without first; at most 500.
    rows: Vec<CrossingView>,
}

/// The crosswalk of an area
///
/// 网格对照表：本平台网格与对方编码逐个对照，没有对应的在前。
#[utoipa::path(get, path = "/areas/{id}/crosswalk", tag = "area", params(("id" = String, Path), CrosswalkQuery), responses((status = 200, body = CrosswalkView)))]
async fn crosswalk(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<CrosswalkQuery>,
) -> Answer<Json<CrosswalkView>> {
    let mut rows = app
        .office
        .crosswalk(&signed.actor, id, query.system)
        .await?;
    rows.sort_by_key(|row| row.theirs.is_some());
    let world = app.office.world();
    let matched = rows.iter().filter(|row| row.theirs.is_some()).count();
    Ok(Json(CrosswalkView {
        grids: rows.len(),
        matched,
        rows: rows
            .into_iter()
            .take(LISTED)
            .map(|row| CrossingView {
                area: row.area.to_string(),
                full_name: world.tree().full_name(row.area),
                own: row.own,
                theirs: row.theirs,
            })
            .collect(),
    }))
}
