//! Visits and patrols.

use crate::audit::limit;
use crate::error::Answer;
use crate::extract::{Asked, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::matter::ReportForm;
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::area::Tree;
use civic::id::{AreaId, VisitId};
use civic::matter::Channel;
use civic::time::Instant;
use office::matter::{PlaceInput, ReportInput};
use office::{VISIT_KINDS, VisitInput};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(visits, log_visit))
}

/// The matter that came of a visit.
#[derive(Serialize, ToSchema)]
struct VisitMatter {
    id: String,
    /// Its number, in the answer to a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    no: Option<String>,
}

/// A visit.
#[derive(Serialize, ToSchema)]
#[schema(as = Visit)]
pub(crate) struct VisitView {
    id: String,
    unit: String,
    unit_name: String,
    kind: String,
    kind_word: &'static str,
    text: String,
    at: i64,
    account: String,
    name: String,
    /// Who entered it, where it was not who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    entered_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matter: Option<VisitMatter>,
}

fn unit_name(tree: &Tree, unit: AreaId) -> String {
    let grid = tree.parent(unit).map_or("", |g| &*g.name);
    format!("{grid}{}", tree.get(unit).map_or("", |a| &*a.name))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct VisitQuery {
    /// The actor's own area where it is not said.
    #[param(value_type = Option<String>)]
    area: Option<AreaId>,
    /// Only of this kind.
    kind: Option<String>,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<VisitId>,
    /// 1 to 100 rows.
    limit: Option<usize>,
}

/// A kind of visits, where one is named.
fn kind(f: &mut Fields) -> Option<String> {
    let known: Vec<&str> = VISIT_KINDS.iter().map(|(code, _)| *code).collect();
    let parse = |code: &str| known.contains(&code).then(|| code.to_owned());
    f.coded("kind", parse, &known.join("、"))
}

impl Input for VisitQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            area: f.id("area"),
            kind: kind(f),
            cursor: f.id("cursor"),
            limit: limit(f),
        })
    }
}

/// A page of visits, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct VisitPage {
    rows: Vec<VisitView>,
    next: Option<String>,
}

/// Visits in an area, newest first
///
/// 走访巡查记录。
#[utoipa::path(get, path = "/visits", tag = "visit", params(VisitQuery), responses((status = 200, body = VisitPage)))]
async fn visits(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<VisitQuery>,
) -> Answer<Json<VisitPage>> {
    let (rows, next) = app
        .office
        .visits(
            &signed.actor,
            query.area,
            query.kind,
            query.cursor,
            query.limit,
        )
        .await?;
    let world = app.office.world();
    let rows = rows.into_iter().map(|v| VisitView {
        id: v.id.to_string(),
        unit: v.unit.to_string(),
        unit_name: unit_name(world.tree(), v.unit),
        kind_word: VISIT_KINDS
            .iter()
            .find(|(code, _)| *code == v.kind)
            .map_or("走访", |(_, word)| word),
        kind: v.kind,
        text: v.text,
        at: v.at.0,
        account: v.account.to_string(),
        name: v.name,
        entered_by: v.entered.map(|(_, name)| name),
        matter: v.matter.map(|id| VisitMatter {
            id: id.to_string(),
            no: None,
        }),
    });
    Ok(Json(VisitPage {
        rows: rows.collect(),
        next: crate::cursor::token(next),
    }))
}

/// A visit, and with `matter_report` also the report of what was found.
#[derive(ToSchema)]
#[schema(as = LogVisit)]
pub(crate) struct VisitForm {
    #[schema(value_type = String)]
    unit: AreaId,
    /// Code of a kind: see the dictionaries.
    kind: String,
    text: String,
    /// When; now where it is not said. At most 72 hours ago.
    #[schema(value_type = Option<i64>)]
    at: Option<Instant>,
    /// 代单元长登记。
    #[schema(value_type = Option<bool>)]
    for_head: bool,
    matter_report: Option<ReportForm>,
}

impl Input for VisitForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let unit = f.id("unit");
        if unit.is_none() && !f.has_problems() {
            f.note("unit", "required", "请选择走访的治理单元");
        }
        let (kind, text, at) = (
            f.need_text("kind", "走访类型"),
            f.need_text("text", "走访情况"),
            f.instant("at"),
        );
        let for_head = f.flag("for_head").unwrap_or(false);
        let matter_report = f.nested("matter_report");
        Some(Self {
            unit: unit?,
            kind: kind?,
            text: text?,
            at,
            for_head,
            matter_report,
        })
    }
}

/// Log a visit, and report what was found
///
/// 记录走访；发现问题的可同时上报事件。
#[utoipa::path(post, path = "/visits", tag = "visit", params(("Idempotency-Key" = String, Header)), request_body = VisitForm, responses((status = 201, body = VisitView)))]
async fn log_visit(
    State(app): Shared,
    signed: Signed,
    Keyed(key, form): Keyed<VisitForm>,
) -> Answer<(StatusCode, Json<VisitView>)> {
    let input = VisitInput {
        unit: form.unit,
        kind: form.kind,
        text: form.text,
        at: form.at,
        for_head: form.for_head,
    };
    // The report is checked and filed first: a visit whose report is refused would look done.
    let finding = match form.matter_report {
        Some(report) => {
            let mut report: ReportInput = report.into();
            report.channel = Channel::Patrol;
            if report.place.area.is_none() && report.place.point.is_none() {
                report.place = PlaceInput {
                    area: Some(form.unit),
                    ..report.place
                };
            }
            let under = |fail: crate::error::Fail| crate::error::Fail {
                problems: fail
                    .problems
                    .into_iter()
                    .map(|p| p.under("matter_report"))
                    .collect(),
                ..fail
            };
            let receipt = app
                .office
                .report(&signed.actor, report, Some(key.part("report")))
                .await
                .map_err(|f| under(f.into()))?;
            Some(receipt)
        }
        None => None,
    };
    let visit = app
        .office
        .log_visit(&signed.actor, input, finding.as_ref(), Some(key))
        .await?;
    let matter = finding.map(|receipt| VisitMatter {
        id: receipt.id.to_string(),
        no: Some(receipt.no),
    });
    let world = app.office.world();
    let view = VisitView {
        id: visit.id.to_string(),
        unit: visit.unit.to_string(),
        unit_name: unit_name(world.tree(), visit.unit),
        kind_word: VISIT_KINDS
            .iter()
            .find(|(code, _)| *code == visit.kind)
            .map_or("走访", |(_, word)| word),
        kind: visit.kind,
        text: visit.text,
        at: visit.at.0,
        account: visit.account.to_string(),
        name: visit.name,
        entered_by: visit.entered.map(|(_, name)| name),
        matter,
    };
    Ok((StatusCode::CREATED, Json(view)))
}
