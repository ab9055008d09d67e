//! The gate: what departments may send to communities and grids.

use crate::error::Answer;
use crate::extract::{Form, Id, Keyed, Signed};
use crate::fields::{Fields, Input};
use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use civic::admission::{Application, Item};
use civic::area::Level;
use civic::id::AdmissionId;
use civic::time::Day;
use office::{Office, Verdict};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(admissions, apply_admission))
        .routes(routes!(decide_admission))
        .routes(routes!(exit_admission))
}

/// An item with its way through the gate.
#[derive(Serialize, ToSchema)]
#[schema(as = Admission)]
pub(crate) struct AdmissionView {
    id: String,
    org: String,
    org_name: String,
    area: String,
    area_name: String,
    title: String,
    content: String,
    basis: String,
    people: String,
    money: String,
    frequency: String,
    /// Codes of the levels it may be sent to.
    levels: Vec<&'static str>,
    level_words: Vec<&'static str>,
    /// Most fields that a form of it may ask for.
    fields: u32,
    /// `applied`, `refused`, `coming`, `listed`, `expired` or `exited`.
    state: &'static str,
    state_word: &'static str,
    applied_by: String,
    applied_on: String,
    /// First day on the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// First day off the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opinion: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_reason: Option<String>,
}

fn view(office: &Office, item: Item) -> AdmissionView {
    let state = item.state(office.today());
    let world = office.world();
    let org = world.directory().org(item.org);
    let decision = item.decision.as_ref();
    let term = decision.filter(|d| d.admitted);
    AdmissionView {
        id: item.id.to_string(),
        org: item.org.to_string(),
        org_name: org.map_or_else(String::new, |o| o.name.to_string()),
        area: item.area.to_string(),
        area_name: world
            .tree()
            .get(item.area)
            .map_or_else(String::new, |a| a.name.to_string()),
        state: state.code(),
        state_word: state.word(),
        applied_on: item.on.to_string(),
        from: term.map(|d| d.from.to_string()),
        to: term.map(|d| d.to.to_string()),
        opinion: decision.map(|d| d.opinion.clone()),
        decided_by: decision.map(|d| d.by.clone()),
        exit_reason: item.exit.map(|e| e.reason),
        applied_by: item.by,
        levels: item.application.levels.iter().map(|l| l.code()).collect(),
        level_words: item.application.levels.iter().map(|l| l.word()).collect(),
        title: item.application.title,
        content: item.application.content,
        basis: item.application.basis,
        people: item.application.people,
        money: item.application.money,
        frequency: item.application.frequency,
        fields: item.application.fields,
    }
}

/// The list of admitted items, with what was asked, refused, expired and taken off
///
/// 部门工作进村居、网格的准入清单。
#[utoipa::path(get, path = "/admissions", tag = "admission", responses((status = 200, body = Vec<AdmissionView>)))]
async fn admissions(State(app): Shared, signed: Signed) -> Answer<Json<Vec<AdmissionView>>> {
    let items = app.office.admissions(&signed.actor).await?;
    let views = items.into_iter().map(|i| view(&app.office, i));
    Ok(Json(views.collect()))
}

/// What a department asks to be admitted.
#[derive(ToSchema)]
pub(crate) struct ApplyAdmission {
    title: String,
    content: String,
    /// Law, rule or decision that says so.
    basis: String,
    /// Who of the department's own people works with it.
    people: String,
    /// What money comes with it.
    money: String,
    frequency: String,
    /// `community`, `grid`, `unit`.
    #[schema(value_type = Vec<String>)]
    levels: Vec<Level>,
    /// Most fields that a form of it may ask for; none where it is not said.
    #[schema(required = false)]
    fields: u32,
}

impl Input for ApplyAdmission {
    fn read(f: &mut Fields) -> Option<Self> {
        let mut levels = Vec::new();
        for code in f.texts("levels") {
            match Level::parse(&code) {
                Some(level) => levels.push(level),
                None => f.note("levels", "unknown_word", format!("没有“{code}”这一级")),
            }
        }
        Some(Self {
            title: f.text("title").unwrap_or_default(),
            content: f.text("content").unwrap_or_default(),
            basis: f.text("basis").unwrap_or_default(),
            people: f.text("people").unwrap_or_default(),
            money: f.text("money").unwrap_or_default(),
            frequency: f.text("frequency").unwrap_or_default(),
            levels,
            fields: f.int("fields", 0..=100).unwrap_or(0) as u32,
        })
    }
}

/// Ask for an item to be admitted
///
/// 部门申请准入。
#[utoipa::path(post, path = "/admissions", tag = "admission", params(("Idempotency-Key" = String, Header)), request_body = ApplyAdmission, responses((status = 201, body = AdmissionView)))]
async fn apply_admission(
    State(app): Shared,
    signed: Signed,
    Keyed(key, form): Keyed<ApplyAdmission>,
) -> Answer<(StatusCode, Json<AdmissionView>)> {
    let application = Application {
        title: form.title,
        content: form.content,
        basis: form.basis,
        people: form.people,
        money: form.money,
        frequency: form.frequency,
        levels: form.levels,
        fields: form.fields,
    };
    let item = app
        .office
        .apply_admission(&signed.actor, application, key)
        .await?;
    Ok((StatusCode::CREATED, Json(view(&app.office, item))))
}

/// The decision on an application.
#[derive(ToSchema)]
pub(crate) struct DecideAdmission {
    admitted: bool,
    opinion: String,
    /// First day on the list; today where it is not said.
    #[schema(value_type = Option<String>)]
    from: Option<Day>,
    /// First day off the list; a year later where it is not said.
    #[schema(value_type = Option<String>)]
    to: Option<Day>,
}

impl Input for DecideAdmission {
    fn read(f: &mut Fields) -> Option<Self> {
        let admitted = f.flag("admitted");
        if admitted.is_none() && !f.has_problems() {
            f.note("admitted", "required", "请选择准入或不准入");
        }
        let (opinion, from, to) = (
            f.text("opinion").unwrap_or_default(),
            f.day("from"),
            f.day("to"),
        );
        Some(Self {
            admitted: admitted?,
            opinion,
            from,
            to,
        })
    }
}

/// Admit for a term, or refuse
///
/// 审核准入申请。
#[utoipa::path(post, path = "/admissions/{id}/decide", tag = "admission", params(("id" = String, Path)), request_body = DecideAdmission, responses((status = 200, body = AdmissionView)))]
async fn decide_admission(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AdmissionId>,
    Form(form): Form<DecideAdmission>,
) -> Answer<Json<AdmissionView>> {
    let verdict = Verdict {
        admitted: form.admitted,
        opinion: form.opinion,
        from: form.from,
        to: form.to,
    };
    let item = app
        .office
        .decide_admission(&signed.actor, id, verdict)
        .await?;
    Ok(Json(view(&app.office, item)))
}

/// Why it leaves.
#[derive(ToSchema)]
pub(crate) struct ExitAdmission {
    reason: String,
}

impl Input for ExitAdmission {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            reason: f.text("reason").unwrap_or_default(),
        })
    }
}

/// Take an item off the list, or withdraw the application
///
/// 退出清单或撤回申请。
#[utoipa::path(post, path = "/admissions/{id}/exit", tag = "admission", params(("id" = String, Path)), request_body = ExitAdmission, responses((status = 200, body = AdmissionView)))]
async fn exit_admission(
    State(app): Shared,
    signed: Signed,
    Id(id): Id<AdmissionId>,
    Form(form): Form<ExitAdmission>,
) -> Answer<Json<AdmissionView>> {
    let item = app
        .office
        .exit_admission(&signed.actor, id, form.reason)
        .await?;
    Ok(Json(view(&app.office, item)))
}
