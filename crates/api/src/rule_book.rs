//! The rules in force.

use crate::error::Answer;
use crate::extract::{Asked, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use civic::calendar::DayKind;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(rules))
}

/// A flow by name and version.
#[derive(Serialize, ToSchema)]
struct RuleFlow {
    code: String,
    version: u32,
    name: String,
    /// Whether new matters begin on it.
    in_force: bool,
}

/// A formula of the boards.
#[derive(Serialize, ToSchema)]
struct RuleKpi {
    code: String,
    version: u32,
    name: String,
    /// 公式说明。
    text: String,
    /// Percent.
    target: Option<f64>,
    /// 依据。
    source: String,
}

/// A day that does not follow its weekday.
#[derive(Serialize, ToSchema)]
struct RuleDay {
    day: String,
    /// `holiday` or `workday`.
    kind: &'static str,
    kind_word: &'static str,
    name: String,
}

/// One version of a text of the pack.
#[derive(Serialize, ToSchema)]
struct RuleFile {
    path: String,
    version: i64,
    sha256: String,
    loaded_at: i64,
    in_force: bool,
}

/// The rules in force.
#[derive(Serialize, ToSchema)]
struct RuleBook {
    flows: Vec<RuleFlow>,
    kpis: Vec<RuleKpi>,
    /// Version of the calendar.
    calendar: String,
    /// Working hours: `08:00-12:00`.
    hours: Vec<String>,
    /// The last day that the calendar knows.
    reach: Option<String>,
    /// Special days of the year that was asked for.
    days: Vec<RuleDay>,
    /// Every version of every text, newest first.
    files: Vec<RuleFile>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct RuleQuery {
    /// Year of the special days; this year where it is not said.
    year: Option<i16>,
}

impl Input for RuleQuery {
    fn read(f: &mut Fields) -> Option<Self> {
        let year = f.int("year", 2000..=2100);
        Some(Self {
            year: year.and_then(|y| i16::try_from(y).ok()),
        })
    }
}

/// The rules in force
///
/// 正在用的规则：流程、指标公式、工作日历，以及每一版业务包文件。
#[utoipa::path(get, path = "/rules", tag = "dictionary", params(RuleQuery), responses((status = 200, body = RuleBook)))]
async fn rules(
    State(app): Shared,
    signed: Signed,
    Asked(query): Asked<RuleQuery>,
) -> Answer<Json<RuleBook>> {
    let year = query.year.unwrap_or_else(|| app.office.today().ymd().0);
    let book = app.office.rule_book(&signed.actor, year).await?;
    let time = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    Ok(Json(RuleBook {
        flows: book
            .flows
            .into_iter()
            .map(|f| RuleFlow {
                code: f.code,
                version: f.version,
                name: f.name,
                in_force: f.in_force,
            })
            .collect(),
        kpis: book
            .kpis
            .into_iter()
            .map(|k| RuleKpi {
                code: k.code,
                version: k.version,
                name: k.name,
                text: k.text,
                target: k.target,
                source: k.source,
            })
            .collect(),
        calendar: book.calendar,
        hours: book
            .hours
            .iter()
            .map(|p| format!("{}-{}", time(p.from), time(p.to)))
            .collect(),
        reach: book.reach.map(|d| d.to_string()),
        days: book
            .days
            .into_iter()
            .map(|d| RuleDay {
                day: d.day.to_string(),
                kind: match d.kind {
                    DayKind::Holiday => "holiday",
                    DayKind::Workday => "workday",
                },
                kind_word: match d.kind {
                    DayKind::Holiday => "放假",
                    DayKind::Workday => "调休上班",
                },
                name: d.name,
            })
            .collect(),
        files: book
            .files
            .into_iter()
            .map(|f| RuleFile {
                path: f.path,
                version: f.version,
                sha256: f.sha256,
                loaded_at: f.loaded_at.0,
                in_force: f.in_force,
            })
            .collect(),
    }))
}
