//! Boards: the figures of an area, today, and who it is stuck with.

use crate::area::{AreaView, ResponsibleView, TrailEntry, tagged_json, trail};
use crate::error::Answer;
use crate::extract::{Asked, Id, Signed};
use crate::fields::{Fields, Input};
use crate::matter::shape::MatterRow;
use crate::matter::view::Viewer;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use civic::id::AreaId;
use civic::measure::Measure;
use civic::time::Day;
use office::KpiValue;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(board))
        .routes(routes!(today))
        .routes(routes!(stuck))
        .routes(routes!(lines))
}

/// Figures by the code of the measure; see the dictionaries.
type FigureMap = BTreeMap<&'static str, i64>;

/// All measures of some figures: a figure that is missing would be read as unknown.
fn figures(get: impl Fn(Measure) -> i64) -> FigureMap {
    Measure::ALL.iter().map(|m| (m.code(), get(*m))).collect()
}

/// A formula with its value.
#[derive(Serialize, ToSchema)]
#[schema(as = Kpi)]
pub(crate) struct KpiView {
    code: String,
    name: String,
    /// Percent; null where nothing lies below the line.
    value: Option<f64>,
    /// 公式说明。
    text: String,
    /// Percent.
    target: Option<f64>,
    /// 分子是什么：统计项的名称。
    above: String,
    numerator: i64,
    /// 分母是什么。
    below: String,
    denominator: i64,
    /// Version of the formula.
    version: u32,
}

fn words(sum: &[Measure]) -> String {
    let words: Vec<_> = sum.iter().map(|m| m.word()).collect();
    words.join(" + ")
}

fn kpi(value: KpiValue) -> KpiView {
    KpiView {
        value: value.percent(),
        above: words(&value.kpi.numerator),
        below: words(&value.kpi.denominator),
        version: value.kpi.version,
        code: value.kpi.code,
        name: value.kpi.name,
        text: value.kpi.text,
        target: value.kpi.target,
        numerator: value.numerator,
        denominator: value.denominator,
    }
}

/// An area below, with its figures.
#[derive(Serialize, ToSchema)]
struct BoardChild {
    area: AreaView,
    #[schema(value_type = BTreeMap<String, i64>)]
    figures: FigureMap,
    /// Values of the formulae by code.
    kpis: BTreeMap<String, Option<f64>>,
}

/// Figures of a class of categories.
#[derive(Serialize, ToSchema)]
struct BoardClass {
    class: String,
    name: String,
    #[schema(value_type = BTreeMap<String, i64>)]
    figures: FigureMap,
}

/// The board of an area and a period.
#[derive(Serialize, ToSchema)]
#[schema(as = Board)]
struct BoardView {
    area: AreaView,
    trail: Vec<TrailEntry>,
    from: String,
    to: String,
    #[schema(value_type = BTreeMap<String, i64>)]
    figures: FigureMap,
    kpis: Vec<KpiView>,
    children: Vec<BoardChild>,
    classes: Vec<BoardClass>,
    /// Figures of what no category was chosen for yet; null where figures by class are not kept.
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    unclassified: Option<FigureMap>,
    as_of: i64,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct BoardQuery {
    /// First day; today where it is not said.
    #[param(value_type = Option<String>)]
    from: Option<Day>,
    /// Last day; today where it is not said.
    #[param(value_type = Option<String>)]
    to: Option<Day>,
}

impl Input for BoardQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            from: f.day("from"),
            to: f.day("to"),
        })
    }
}

/// The board of an area and a period
///
/// 区域看板：本级与下级的数量、指标与分类。
#[utoipa::path(get, path = "/boards/{area}", tag = "board", params(("area" = String, Path), BoardQuery), responses((status = 200, body = BoardView), (status = 304)))]
async fn board(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<BoardQuery>,
    headers: HeaderMap,
) -> Answer<Response> {
    let to = query.to.unwrap_or_else(|| app.office.today());
    let from = query.from.unwrap_or(to);
    let board = app.office.board(&signed.actor, id, from, to).await?;
    let world = app.office.world();
    let tree = world.tree();
    let area = tree
        .get(id)
        .ok_or_else(|| crate::error::Fail::unknown("区域"))?;
    let class_name = |class: i64| {
        world
            .rules
            .categories
            .class(&format!("{class:02}"))
            .map(|c| c.name.clone())
            .or_else(|| {
                let of_board = |f: &&Arc<civic::flow::Flow>| f.board == class;
                let flow = world.rules.flows.values().find(of_board)?;
                Some(flow.name.clone())
            })
            .unwrap_or_default()
    };
    let child = |c: office::BoardChild| {
        Some(BoardChild {
            area: AreaView::of(&world.kinds, tree.get(c.area)?),
            figures: figures(|m| c.figures.get(m)),
            kpis: c
                .kpis
                .iter()
                .map(|k| (k.kpi.code.clone(), k.percent()))
                .collect(),
        })
    };
    let view = BoardView {
        area: AreaView::of(&world.kinds, area),
        trail: trail(tree, id),
        from: board.from.to_string(),
        to: board.to.to_string(),
        figures: figures(|m| board.figures.get(m)),
        kpis: board.kpis.into_iter().map(kpi).collect(),
        children: board.children.into_iter().filter_map(child).collect(),
        classes: board
            .classes
            .iter()
            .map(|(class, f)| BoardClass {
                class: format!("{class:02}"),
                name: class_name(*class),
                figures: figures(|m| f.get(m)),
            })
            .collect(),
        unclassified: board.unclassified.map(|rest| figures(|m| rest.get(m))),
        as_of: board.as_of.0,
    };
    tagged_json(&headers, &view)
}

/// Judgement of one level today.
#[derive(Serialize, ToSchema)]
struct LevelToday {
    level: &'static str,
    level_word: &'static str,
    /// Came in today.
    r#in: i64,
    /// Judged today of those.
    judged: i64,
    /// Still waiting for judgement, whenever it came.
    open: i64,
}

/// The today board.
#[derive(Serialize, ToSchema)]
#[schema(as = TodayBoard)]
struct TodayView {
    area: AreaView,
    day: String,
    /// When the day ends.
    ends_at: i64,
    #[schema(value_type = BTreeMap<String, i64>)]
    figures: FigureMap,
    waiting: Vec<LevelToday>,
    /// How much still waits for judgement.
    unjudged: i64,
    /// What still waits for judgement, earliest due first; at most 50.
    open_today: Vec<MatterRow>,
    responsible: Option<ResponsibleView>,
}

/// The today board of an area
///
/// 今日看板：各级当天收到、研判、在办，不隔夜。
#[utoipa::path(get, path = "/boards/{area}/today", tag = "board", params(("area" = String, Path)), responses((status = 200, body = TodayView), (status = 304)))]
async fn today(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    headers: HeaderMap,
) -> Answer<Response> {
    let today = app.office.today_board(&signed.actor, id).await?;
    let viewer = Viewer::new(&app.office);
    let world = app.office.world();
    let area = world
        .tree()
        .get(id)
        .ok_or_else(|| crate::error::Fail::unknown("区域"))?;
    let level = |l: office::TodayLevel| LevelToday {
        level: l.level.code(),
        level_word: l.level.word(),
        r#in: l.received,
        judged: l.judged,
        open: l.open,
    };
    let vacant = !world.directory().occupied(id, today.day);
    let view = TodayView {
        area: AreaView::of(&world.kinds, area),
        day: today.day.to_string(),
        ends_at: today.ends_at.0,
        figures: figures(|m| today.figures.get(m)),
        waiting: today
            .levels
            .into_iter()
            .filter(|l| l.level >= area.level)
            .map(level)
            .collect(),
        unjudged: today.unjudged,
        open_today: viewer.rows(today.open).await?,
        responsible: today.responsible.map(|(name, title)| ResponsibleView {
            name,
            title,
            vacant,
        }),
    };
    tagged_json(&headers, &view)
}

/// The open matters of a line of business.
#[derive(Serialize, ToSchema)]
#[schema(as = LineCount)]
struct LineView {
    /// Code for the filter of lists: `none` for what the community answers itself.
    line: String,
    word: String,
    open: i64,
    overdue: i64,
}

/// Open matters of an area by line of business
///
/// 条线统计：辖区在办事件按归口部门（条线）的件数和超期数。
#[utoipa::path(get, path = "/boards/{area}/lines", tag = "board", params(("area" = String, Path)), responses((status = 200, body = Vec<LineView>)))]
async fn lines(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
) -> Answer<Json<Vec<LineView>>> {
    let counts = app.office.line_counts(&signed.actor, id).await?;
    let view = |c: office::line::LineCount| LineView {
        line: c.line.unwrap_or_else(|| "none".into()),
        word: c.word,
        open: c.open,
        overdue: c.overdue,
    };
    Ok(Json(counts.into_iter().map(view).collect()))
}

/// A desk on which things lie.
#[derive(Serialize, ToSchema)]
#[schema(as = StuckDesk)]
struct StuckDeskView {
    desk_name: String,
    person: Option<String>,
    person_title: Option<String>,
    open: i64,
    overdue: i64,
    /// Since when the oldest lies there.
    oldest_since: i64,
}

/// Who things of an area are stuck with
///
/// 卡在谁那里：按超期数和停留时间排列的席位与责任人。
#[utoipa::path(get, path = "/boards/{area}/stuck", tag = "board", params(("area" = String, Path)), responses((status = 200, body = Vec<StuckDeskView>)))]
async fn stuck(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
) -> Answer<Json<Vec<StuckDeskView>>> {
    let rows = app.office.stuck(&signed.actor, id).await?;
    let world = app.office.world();
    let views = rows.into_iter().map(|row| {
        let (person, person_title) = row.person.unzip();
        StuckDeskView {
            desk_name: world.directory().desk_name(row.desk),
            person,
            person_title,
            open: row.open,
            overdue: row.overdue,
            oldest_since: row.oldest_since.0,
        }
    });
    Ok(Json(views.collect()))
}
