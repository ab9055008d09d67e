//! Whether the tree is whole: how much of each lack there is, each with its areas, and as a sheet.

use crate::error::Answer;
use crate::extract::{Asked, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use civic::area::{Found, Lack};
use civic::id::AreaId;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Rows of one kind that an answer lists; the sheet has all.
const LISTED: usize = 200;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(whole))
        .routes(routes!(sheet))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct LackQuery {
    /// Only findings of this kind are listed; all are counted.
    #[param(value_type = Option<String>)]
    kind: Option<Lack>,
}

impl Input for LackQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let codes: Vec<&str> = Lack::ALL.iter().map(|l| l.code()).collect();
        Some(Self {
            kind: f.coded("kind", Lack::parse, &codes.join("、")),
        })
    }
}

/// A kind of lack.
#[derive(Serialize, ToSchema)]
struct LackView {
    kind: &'static str,
    word: &'static str,
    /// What is looked for, and what to do.
    help: &'static str,
    count: usize,
}

/// One finding.
#[derive(Serialize, ToSchema)]
struct LackRow {
    kind: &'static str,
    area: String,
    level_word: &'static str,
    /// Names from the root.
    full_name: String,
    /// More about it; may be empty.
    words: String,
}

/// What a check of the tree found.
#[derive(Serialize, ToSchema)]
#[schema(as = AreaWhole)]
struct WholeView {
    /// Areas looked at.
    areas: usize,
    kinds: Vec<LackView>,
    /// At most 200 of each kind.
    rows: Vec<LackRow>,
    /// What was not looked at, each a sentence.
    not_checked: Vec<&'static str>,
}

fn row(app: &App, found: &Found) -> LackRow {
    let world = app.office.world();
    let tree = world.tree();
    LackRow {
        kind: found.lack.code(),
        area: found.area.to_string(),
        level_word: tree.get(found.area).map_or("", |a| a.level.word()),
        full_name: tree.full_name(found.area),
        words: found.words.clone(),
    }
}

/// Whether the tree below an area is whole
///
/// 完整性检查：没有责任人、边界、编码或下级的区域，重名、重叠和规模不适度的区域，各有多少、是哪些。
#[utoipa::path(get, path = "/areas/{id}/completeness", tag = "area", params(("id" = String, Path), LackQuery), responses((status = 200, body = WholeView)))]
async fn whole(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<LackQuery>,
) -> Answer<Json<WholeView>> {
    let whole = app.office.completeness(&signed.actor, id).await?;
    let listed = |lack: Lack| {
        let wanted = query.kind.is_none_or(|kind| kind == lack);
        let of = whole.found.iter().filter(move |f| f.lack == lack && wanted);
        of.take(LISTED)
    };
    Ok(Json(WholeView {
        areas: whole.areas,
        rows: Lack::ALL
            .iter()
            .flat_map(|lack| listed(*lack))
            .map(|f| row(&app, f))
            .collect(),
        kinds: whole
            .counts()
            .into_iter()
            .map(|(lack, count)| LackView {
                kind: lack.code(),
                word: lack.word(),
                help: lack.help(),
                count,
            })
            .collect(),
        not_checked: whole.not_checked,
    }))
}

/// All findings as a sheet
///
/// 完整性检查的全部明细，CSV 文件（UTF-8，可用表格软件打开）。
#[utoipa::path(get, path = "/areas/{id}/completeness.csv", tag = "area", params(("id" = String, Path), LackQuery), responses((status = 200, body = String, content_type = "text/csv")))]
async fn sheet(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<LackQuery>,
) -> Answer<Response> {
    let whole = app.office.completeness(&signed.actor, id).await?;
    // The mark lets table software read the sheet as UTF-8.
    let mut text = String::from("\u{feff}") + &line(["问题", "级别", "区域", "说明"]);
    for found in &whole.found {
        if query.kind.is_none_or(|kind| kind == found.lack) {
            let row = row(&app, found);
            text += &line([
                found.lack.word(),
                row.level_word,
                &row.full_name,
                &row.words,
            ]);
        }
    }
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"completeness.csv\"",
        ),
    ];
    Ok((headers, text).into_response())
}

/// A line of a sheet: every cell in quotes, none a formula.
fn line(cells: [&str; 4]) -> String {
    let quoted = cells.map(|cell| {
        let cell = civic::sheet::guarded(cell);
        format!("\"{}\"", cell.replace('"', "\"\""))
    });
    quoted.join(",") + "\r\n"
}
