//! Changes of the tree: preview, proposal, decision, withdrawal, history.

use crate::area::AreaView;
use crate::area_check::CoverFinding;
use crate::audit::limit;
use crate::error::Answer;
use crate::extract::{Asked, Form, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::area::{Change, ChangeState, Part};
use civic::id::AreaId;
use civic::limits::PAGE_ROWS_DEFAULT;
use civic::time::Day;
use office::{ChangeRow, ChangeSeen, Preview};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(changes, propose))
        .routes(routes!(preview))
        .routes(routes!(change, withdraw))
        .routes(routes!(preview_of))
        .routes(routes!(decide))
        .routes(routes!(restore))
        .routes(routes!(history))
}

/// A place on the line that divides an area.
#[derive(Serialize, ToSchema)]
struct LinePoint {
    /// WGS84 degrees.
    lon: f64,
    /// WGS84 degrees.
    lat: f64,
}

impl Input for LinePoint {
    fn read(f: &mut Fields) -> Option<Self> {
        let point = f.point();
        if point.is_none() && !f.has_problems() {
            f.note("lon", "required", "请在地图上选择分界线的两个端点");
        }
        let (lon, lat) = point?;
        Some(Self { lon, lat })
    }
}

/// Two points; the first part lies to the left, going from the first to the second.
#[derive(Serialize, ToSchema)]
struct DividingLine {
    from: LinePoint,
    to: LinePoint,
}

impl Input for DividingLine {
    fn read(f: &mut Fields) -> Option<Self> {
        let (from, to) = (f.nested("from"), f.nested("to"));
        Some(Self {
            from: from?,
            to: to?,
        })
    }
}

/// One of the areas that a split makes.
#[derive(Serialize, ToSchema)]
struct PartForm {
    name: String,
    /// Areas below that come under it.
    children: Vec<String>,
    /// Posts of the split area that continue here.
    posts: Vec<String>,
    /// People, for a part without areas below it.
    population: i64,
    households: i64,
}

struct PartInput(Part);

impl Input for PartInput {
    fn read(f: &mut Fields) -> Option<Self> {
        let count = 0..=100_000_000;
        let (name, children, posts) = (f.text("name"), f.ids("children"), f.ids("posts"));
        let (people, homes) = (
            f.int("population", count.clone()),
            f.int("households", count),
        );
        Some(Self(Part {
            name: name.unwrap_or_default(),
            children,
            posts,
            population: people.unwrap_or(0),
            households: homes.unwrap_or(0),
        }))
    }
}

/// The new boundary of an area.
#[derive(Serialize, ToSchema)]
struct NewBoundary {
    area: String,
    /// GeoJSON geometry, Polygon or MultiPolygon, WGS84 degrees.
    #[schema(value_type = Object)]
    geometry: serde_json::Value,
}

struct BoundaryInput(civic::area::Form);

impl Input for BoundaryInput {
    fn read(f: &mut Fields) -> Option<Self> {
        let (area, geometry) = (f.id::<AreaId>("area"), f.object("geometry"));
        if (area.is_none() || geometry.is_none()) && !f.has_problems() {
            f.note("geometry", "required", "请画出区域的边界");
        }
        match office::form_of_geometry(area?, &geometry?) {
            Ok(form) => Some(Self(form)),
            Err(refusal) => {
                f.note("geometry", "bad_shape", refusal.to_string());
                None
            }
        }
    }
}

/// A change of the tree. `kind` says which of the other fields count.
#[derive(ToSchema)]
#[schema(as = AreaChangeForm)]
#[allow(dead_code, reason = "for the document; `ChangeInput` reads it")]
pub(crate) struct ChangeForm {
    /// `rename`, `move`, `split`, `merge`, `retire`, `redraw`.
    kind: String,
    /// The area that changes; not for a merge or a redraw.
    area: Option<String>,
    /// The new name; for a rename and a merge.
    name: Option<String>,
    /// The new parent; for a move.
    to: Option<String>,
    /// Who takes over; for a retirement.
    heir: Option<String>,
    /// Which are joined; for a merge.
    areas: Option<Vec<String>>,
    /// The new areas; for a split. The first takes what nothing else decides.
    parts: Option<Vec<PartForm>>,
    line: Option<DividingLine>,
    /// The new boundaries; for a redraw.
    forms: Option<Vec<NewBoundary>>,
    /// The day on which it takes effect; today where it is not said.
    day: Option<String>,
    /// Why; not needed for a preview.
    reason: Option<String>,
}

struct ChangeInput {
    change: Change,
    day: Option<Day>,
    reason: String,
}

impl Input for ChangeInput {
    fn read(f: &mut Fields) -> Option<Self> {
        let kind = f.need_text("kind", "调整种类");
        let (area, to, heir) = (f.id::<AreaId>("area"), f.id("to"), f.id("heir"));
        let (name, areas) = (f.text("name"), f.ids("areas"));
        let parts: Vec<PartInput> = f.list("parts");
        let line: Option<DividingLine> = f.nested("line");
        let forms: Vec<BoundaryInput> = f.list("forms");
        let (day, reason) = (f.day("day"), f.text("reason"));
        let kind = kind?;
        if !matches!(kind.as_str(), "merge" | "redraw") && area.is_none() && !f.has_problems() {
            f.note("area", "required", "请选择要调整的区域");
        }
        let name = name.unwrap_or_default();
        let change = match kind.as_str() {
            "rename" => Change::Rename { area: area?, name },
            "move" => {
                if to.is_none() {
                    f.note("to", "required", "请选择划转到哪个上级");
                }
                Change::Move {
                    area: area?,
                    to: to?,
                }
            }
            "split" => Change::Split {
                area: area?,
                parts: parts.into_iter().map(|p| p.0).collect(),
                line: line.map(|l| [[l.from.lon, l.from.lat], [l.to.lon, l.to.lat]]),
            },
            "merge" => Change::Merge { areas, name },
            "retire" => {
                if heir.is_none() {
                    f.note("heir", "required", "请选择由哪个区域接收");
                }
                Change::Retire {
                    area: area?,
                    heir: heir?,
                }
            }
            "redraw" => Change::Redraw {
                forms: forms.into_iter().map(|f| f.0).collect(),
            },
            other => {
                let text = format!(
                    "没有“{other}”这种调整，可用：rename、move、split、merge、retire、redraw"
                );
                f.note("kind", "unknown_word", text);
                return None;
            }
        };
        Some(Self {
            change,
            day,
            reason: reason.unwrap_or_default(),
        })
    }
}

/// A change of the tree.
#[derive(Serialize, ToSchema)]
#[schema(as = AreaChange)]
pub(crate) struct ChangeView {
    id: String,
    kind: &'static str,
    kind_word: &'static str,
    /// The smallest area above all that changes.
    scope: String,
    scope_name: String,
    /// The day on which it takes effect.
    day: String,
    state: &'static str,
    state_word: &'static str,
    /// What happens.
    sentence: String,
    reason: String,
    proposer_name: String,
    proposed_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    decider_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opinion: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<i64>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    /// The reader may decide it now.
    may_decide: bool,
    /// The reader may withdraw it now.
    may_withdraw: bool,
    /// The reader may bring the boundaries back that it replaced.
    may_restore: bool,
}

impl ChangeView {
    fn of(app: &App, row: ChangeRow, may: (bool, bool, bool)) -> Self {
        let (who, opinion) = row.decider.unzip();
        Self {
            id: row.id.to_string(),
            kind: row.change.code(),
            kind_word: row.change.word(),
            scope: row.scope.to_string(),
            scope_name: app.office.world().tree().full_name(row.scope),
            day: row.day.to_string(),
            state: row.state.code(),
            state_word: row.state.word(),
            sentence: row.sentence,
            reason: row.reason,
            proposer_name: row.proposer.name,
            proposed_at: row.proposer.at.0,
            decided_at: who.as_ref().map(|w| w.at.0),
            decider_name: who.map(|w| w.name),
            opinion,
            ended_at: row.ended_at.map(|at| at.0),
            outcome: row.outcome,
            may_decide: may.0,
            may_withdraw: may.1,
            may_restore: may.2,
        }
    }
    fn seen(app: &App, seen: ChangeSeen) -> Self {
        let may = (seen.may_decide, seen.may_withdraw, seen.may_restore);
        Self::of(app, seen.row, may)
    }
}

/// An area under another parent.
#[derive(Serialize, ToSchema)]
struct MoveView {
    name: String,
    from: String,
    to: String,
}

/// An area with another name.
#[derive(Serialize, ToSchema)]
struct RenameView {
    /// Names from the root.
    from: String,
    to: String,
}

/// What becomes of a post.
#[derive(Serialize, ToSchema)]
struct PostMoveView {
    name: String,
    title: String,
    /// Where it continues; absent where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

/// Open matters that go to one place for one reason.
#[derive(Serialize, ToSchema)]
struct MatterMovesView {
    /// Names from the root.
    to: String,
    why_word: &'static str,
    count: usize,
    /// Numbers of some that the reader may see.
    numbers: Vec<String>,
}

/// What a change would do.
#[derive(Serialize, ToSchema)]
#[schema(as = AreaChangePreview)]
pub(crate) struct PreviewView {
    sentence: String,
    day: String,
    scope: String,
    scope_name: String,
    /// Areas that end, with names from the root.
    ends: Vec<String>,
    /// Areas that begin.
    begins: Vec<AreaView>,
    renames: Vec<RenameView>,
    moves: Vec<MoveView>,
    posts: Vec<PostMoveView>,
    /// Open matters that go elsewhere, most first.
    matters: Vec<MatterMovesView>,
    /// How many open matters go elsewhere.
    matters_total: usize,
    /// What else goes along, kind by kind.
    others: Vec<AlongView>,
    /// Areas that get another boundary, with names from the root.
    redraws: Vec<String>,
    /// Gaps, overlaps and what reaches out, as it would be then.
    findings: Vec<CoverFinding>,
}

/// How much of a kind goes along with a change.
#[derive(Serialize, ToSchema)]
struct AlongView {
    word: &'static str,
    count: usize,
}

impl PreviewView {
    fn of(app: &App, p: Preview) -> Self {
        let world = app.office.world();
        let renames = p.renames.into_iter();
        let moves = p.moves.into_iter();
        let posts = p.posts.into_iter();
        let matters = p.matters.into_iter();
        Self {
            redraws: p.redraws,
            findings: p.findings.into_iter().map(CoverFinding::from).collect(),
            sentence: p.sentence,
            day: p.day.to_string(),
            scope: p.scope.0.to_string(),
            scope_name: p.scope.1,
            ends: p.ends,
            begins: p
                .begins
                .iter()
                .map(|a| AreaView::of(&world.kinds, a))
                .collect(),
            renames: renames.map(|(from, to)| RenameView { from, to }).collect(),
            moves: moves
                .map(|(name, from, to)| MoveView { name, from, to })
                .collect(),
            posts: posts
                .map(|p| PostMoveView {
                    name: p.name,
                    title: p.title,
                    to: p.to,
                })
                .collect(),
            others: p
                .others
                .into_iter()
                .map(|(word, count)| AlongView { word, count })
                .collect(),
            matters_total: matters.clone().map(|m| m.count).sum(),
            matters: matters
                .map(|m| MatterMovesView {
                    to: m.to,
                    why_word: m.why.word(),
                    count: m.count,
                    numbers: m.numbers,
                })
                .collect(),
        }
    }
}

/// Preview of a change
///
/// 预览区划调整：哪些区域终止、新设、划转，在办事件转到哪里，岗位如何延续。不作任何改动。
#[utoipa::path(post, path = "/area-changes/preview", tag = "area", request_body = ChangeForm, responses((status = 200, body = PreviewView)))]
async fn preview(
    State(app): Shared,
    signed: Signed,
    Form(form): Form<ChangeInput>,
) -> Answer<Json<PreviewView>> {
    let day = form.day.unwrap_or_else(|| app.office.today());
    let preview = app
        .office
        .preview_change(&signed.actor, &form.change, day)
        .await?;
    Ok(Json(PreviewView::of(&app, preview)))
}

/// Propose a change
///
/// 提出区划调整，由镇街或上级审批。同一区域同时只能有一项未办结的调整，所以重复提交不会生成两项。
#[utoipa::path(post, path = "/area-changes", tag = "area", request_body = ChangeForm, responses((status = 201, body = ChangeView)))]
async fn propose(
    State(app): Shared,
    signed: Signed,
    Form(form): Form<ChangeInput>,
) -> Answer<(StatusCode, Json<ChangeView>)> {
    let day = form.day.unwrap_or_else(|| app.office.today());
    let row = app
        .office
        .propose_change(&signed.actor, form.change, day, form.reason)
        .await?;
    let view = ChangeView::of(&app, row, (false, true, false));
    Ok((StatusCode::CREATED, Json(view)))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ChangesQuery {
    /// Changes within this area; the whole city where it is not said.
    #[param(value_type = Option<String>)]
    area: Option<AreaId>,
    /// Code of a state.
    #[param(value_type = Option<String>)]
    state: Option<ChangeState>,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<i64>,
    /// 1 to 100 rows; 30 where it is not said.
    limit: Option<usize>,
}

impl Input for ChangesQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let known = "proposed、planned、applied、refused、withdrawn、failed";
        let state = f.coded("state", ChangeState::parse, known);
        let (area, cursor) = (f.id("area"), f.id("cursor"));
        Some(Self {
            area,
            state,
            cursor,
            limit: limit(f),
        })
    }
}

/// A page of changes.
#[derive(Serialize, ToSchema)]
#[schema(as = AreaChangePage)]
struct ChangePage {
    rows: Vec<ChangeView>,
    next: Option<String>,
}

/// Changes of the tree, newest first
///
/// 区划调整台账。
#[utoipa::path(get, path = "/area-changes", tag = "area", params(ChangesQuery), responses((status = 200, body = ChangePage)))]
async fn changes(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<ChangesQuery>,
) -> Answer<Json<ChangePage>> {
    let limit = query.limit.unwrap_or(PAGE_ROWS_DEFAULT);
    let area = match query.area {
        Some(area) => area,
        None => app.office.root()?.id,
    };
    let mut rows = app
        .office
        .changes(&signed.actor, area, query.state, query.cursor, limit + 1)
        .await?;
    let next = (rows.len() > limit).then(|| rows[limit - 1].row.id);
    rows.truncate(limit);
    let rows = rows.into_iter().map(|r| ChangeView::seen(&app, r));
    Ok(Json(ChangePage {
        rows: rows.collect(),
        next: crate::cursor::token(next),
    }))
}

/// One change
///
/// 一项区划调整。
#[utoipa::path(get, path = "/area-changes/{id}", tag = "area", params(("id" = String, Path)), responses((status = 200, body = ChangeView)))]
async fn change(State(app): Shared, signed: Signed, Id(id): Id<i64>) -> Answer<Json<ChangeView>> {
    let seen = app.office.change(&signed.actor, id).await?;
    Ok(Json(ChangeView::seen(&app, seen)))
}

/// What an open change would do today
///
/// 按今天的情况预览一项未办结的调整。
#[utoipa::path(get, path = "/area-changes/{id}/preview", tag = "area", params(("id" = String, Path)), responses((status = 200, body = PreviewView)))]
async fn preview_of(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<i64>,
) -> Answer<Json<PreviewView>> {
    let preview = app.office.preview_of_change(&signed.actor, id).await?;
    Ok(Json(PreviewView::of(&app, preview)))
}

/// A decision.
#[derive(ToSchema)]
#[schema(as = AreaChangeDecision)]
pub(crate) struct DecisionForm {
    granted: bool,
    /// Needed where it is not granted.
    opinion: Option<String>,
}

impl Input for DecisionForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (granted, opinion) = (f.flag("granted"), f.text("opinion"));
        if granted.is_none() && !f.has_problems() {
            f.note("granted", "required", "请选择是否批准");
        }
        Some(Self {
            granted: granted?,
            opinion,
        })
    }
}

/// Decide a proposed change
///
/// 审批区划调整。批准后到生效日期自动生效；生效日期是今天或更早的，立即生效。
#[utoipa::path(post, path = "/area-changes/{id}/decision", tag = "area", params(("id" = String, Path)), request_body = DecisionForm, responses((status = 200, body = ChangeView)))]
async fn decide(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<i64>,
    Form(form): Form<DecisionForm>,
) -> Answer<Json<ChangeView>> {
    let opinion = form.opinion.unwrap_or_default();
    let seen = app
        .office
        .decide_change(&signed.actor, id, form.granted, opinion)
        .await?;
    Ok(Json(ChangeView::seen(&app, seen)))
}

/// Withdraw a change before it takes effect
///
/// 生效前撤销区划调整。
#[utoipa::path(delete, path = "/area-changes/{id}", tag = "area", params(("id" = String, Path)), responses((status = 200, body = ChangeView)))]
async fn withdraw(State(app): Shared, signed: Signed, Id(id): Id<i64>) -> Answer<Json<ChangeView>> {
    let seen = app.office.withdraw_change(&signed.actor, id).await?;
    Ok(Json(ChangeView::seen(&app, seen)))
}

/// Bring the boundaries back that a change replaced
///
/// 恢复一次边界调整（含 GeoJSON 导入）之前的边界，作为新的一次调整记入台账；后来又调整过的，先恢复后来的那一次。
#[utoipa::path(post, path = "/area-changes/{id}/restoration", tag = "area", params(("id" = String, Path)), responses((status = 200, body = ChangeView)))]
async fn restore(State(app): Shared, signed: Signed, Id(id): Id<i64>) -> Answer<Json<ChangeView>> {
    let row = app.office.restore_boundaries(&signed.actor, id).await?;
    Ok(Json(ChangeView::of(&app, row, (false, false, true))))
}

/// What an area was until a day.
#[derive(Serialize, ToSchema)]
struct AreaPast {
    /// First day on which it was so no longer.
    until: String,
    name: String,
    /// Names from the root to the area it lay under.
    parent_name: String,
}

/// What an area was, and what changed it.
#[derive(Serialize, ToSchema)]
#[schema(as = AreaHistory)]
struct HistoryView {
    /// Newest first.
    past: Vec<AreaPast>,
    /// Newest first.
    changes: Vec<ChangeView>,
}

/// The history of an area
///
/// 区域的曾用名、曾属上级和历次调整。
#[utoipa::path(get, path = "/areas/{id}/history", tag = "area", params(("id" = String, Path)), responses((status = 200, body = HistoryView)))]
async fn history(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
) -> Answer<Json<HistoryView>> {
    let found = app.office.area_history(&signed.actor, id).await?;
    let past = found.past.into_iter().map(|(past, above)| AreaPast {
        until: past.until.to_string(),
        name: past.name,
        parent_name: above,
    });
    let changes = found.changes.into_iter();
    Ok(Json(HistoryView {
        past: past.collect(),
        changes: changes
            .map(|row| ChangeView::of(&app, row, (false, false, false)))
            .collect(),
    }))
}
