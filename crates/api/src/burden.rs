//! The burden meter: what was pushed to each area in a week, and by whom.

use crate::area::{TrailEntry, trail};
use crate::error::Answer;
use crate::extract::{Asked, Id, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use civic::area::{Level, Tree};
use civic::burden::{Burden, Load};
use civic::id::AreaId;
use civic::time::Day;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(burden))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct BurdenQuery {
    /// Whose burden: `community`, `grid` or `unit`; units where it is not said.
    #[param(value_type = Option<String>)]
    level: Level,
    /// Last day of the seven; today where it is not said.
    #[param(value_type = Option<String>)]
    to: Option<Day>,
}

impl Input for BurdenQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let level = f.coded("level", Level::parse, "community、grid、unit");
        Some(Self {
            level: level.unwrap_or(Level::Unit),
            to: f.day("to"),
        })
    }
}

/// What was pushed.
#[derive(Serialize, ToSchema)]
pub(crate) struct BurdenLoad {
    /// Notices and bulletins.
    notices: u64,
    tasks: u64,
    /// Of all these, those with questions.
    forms: u64,
    /// Questions in them.
    fields: u64,
}

impl From<Load> for BurdenLoad {
    fn from(l: Load) -> Self {
        Self {
            notices: l.notices,
            tasks: l.tasks,
            forms: l.forms,
            fields: l.fields,
        }
    }
}

/// The area that got most.
#[derive(Serialize, ToSchema)]
struct BurdenWorst {
    id: String,
    full_name: String,
    load: BurdenLoad,
}

/// The burden of the areas of a level in an area.
#[derive(Serialize, ToSchema)]
pub(crate) struct BurdenView {
    id: String,
    name: String,
    /// How many areas of the level there are.
    areas: u64,
    /// What all got together: a notice to ten of them counts ten times.
    total: BurdenLoad,
    /// Notices and tasks for each area on average.
    average: f64,
    /// Questions for each area on average.
    average_fields: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    worst: Option<BurdenWorst>,
}

fn view(tree: &Tree, area: AreaId, b: &Burden) -> BurdenView {
    let each = |n: u64| match b.areas {
        0 => 0.0,
        areas => (n as f64 * 100.0 / areas as f64).round() / 100.0,
    };
    BurdenView {
        id: area.to_string(),
        name: tree
            .get(area)
            .map_or_else(String::new, |a| a.name.to_string()),
        areas: b.areas,
        average: each(b.total.items()),
        average_fields: each(b.total.fields),
        total: b.total.into(),
        worst: b.worst.map(|(id, load)| BurdenWorst {
            id: id.to_string(),
            full_name: tree.full_name(id),
            load: load.into(),
        }),
    }
}

/// What one desk sent.
#[derive(Serialize, ToSchema)]
struct BurdenSender {
    desk_name: String,
    /// What it sent, each notice once.
    sent: BurdenLoad,
    /// Areas of the level that were met, each as often as it was.
    reached: u64,
}

/// The burden meter of a week.
#[derive(Serialize, ToSchema)]
pub(crate) struct BurdenBoard {
    trail: Vec<TrailEntry>,
    level: &'static str,
    level_word: &'static str,
    from: String,
    to: String,
    whole: BurdenView,
    children: Vec<BurdenView>,
    /// The desks that sent most to this area, most first.
    senders: Vec<BurdenSender>,
}

/// The burden meter: what was pushed to each area in a week, and by whom
///
/// 减负看板：一周内各级向村居、网格、治理单元下发了多少通知、任务、报表和填报项，谁发的。
#[utoipa::path(get, path = "/boards/{area}/burden", tag = "board", params(("area" = String, Path), BurdenQuery), responses((status = 200, body = BurdenBoard)))]
async fn burden(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AreaId>,
    Asked(query): Asked<BurdenQuery>,
) -> Answer<Json<BurdenBoard>> {
    let (from, to, meter) = app
        .office
        .burden(&signed.actor, id, query.level, query.to)
        .await?;
    let world = app.office.world();
    let tree = world.tree();
    let children = tree
        .children(id)
        .filter_map(|a| Some(view(tree, a.id, meter.below.get(&a.id)?)));
    Ok(Json(BurdenBoard {
        trail: trail(tree, id),
        level: query.level.code(),
        level_word: query.level.word(),
        from: from.to_string(),
        to: to.to_string(),
        whole: view(tree, id, &meter.whole),
        children: children.collect(),
        senders: meter
            .senders
            .into_iter()
            .map(|s| BurdenSender {
                desk_name: s.desk,
                sent: s.sent.into(),
                reached: s.reached,
            })
            .collect(),
    }))
}
