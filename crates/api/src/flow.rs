//! Flows as data.

use crate::area::tagged_json;
use crate::dictionary::phase;
use crate::error::{Answer, Fail};
use crate::extract::Signed;
use crate::{App, Shared};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use civic::flow::{ClockRule, Flow, StartAt, mermaid, targets, when_overdue};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(flows))
        .routes(routes!(flow))
}

/// A state of a flow.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowState)]
struct StateView {
    code: String,
    name: String,
    phase: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    /// Whose desk it lies on: `area`, `owner`, `tasks`, `reporter`, `nobody`.
    holder: String,
    /// 时限:`same_day`、`sign_in`、`handle`、`until`、固定时限如 `8工作时`，或 `none`。
    clock: String,
    /// What happens when the clock runs out: `alert`, `escalate`, `close`, `resume`.
    overdue: String,
    /// The states that follow when the clock runs out.
    overdue_targets: Vec<String>,
}

/// An action of a flow.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowAction)]
struct ActionView {
    code: String,
    name: String,
    help: String,
    from: Vec<String>,
    /// For each state it leaves, the states it may lead to.
    targets: BTreeMap<String, Vec<String>>,
    /// Fields the form must bring.
    needs: Vec<String>,
    verb: &'static str,
}

/// A field of a flow's own form.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FlowField)]
pub(crate) struct FieldView {
    code: String,
    name: String,
    /// `choice`, `day` or `text`.
    kind: String,
    options: Vec<String>,
    required: bool,
}

/// How a matter of a flow begins.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowStart)]
struct StartView {
    /// Word of the button.
    word: String,
    help: String,
    /// `place`: where it happened; `level`: the desk of that level there; `target`: a lower area or
    /// an organisation that the issuer names.
    at: &'static str,
    /// Fields the form must bring besides the words.
    needs: Vec<String>,
    fields: Vec<FieldView>,
    /// For one that is sent to an organisation: the lines of business it may be sent to.
    lines: Vec<String>,
    /// Classes of the categories it takes; all where none is named.
    classes: Vec<String>,
}

/// A flow that can be begun.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowSummary)]
struct SummaryView {
    code: String,
    version: u32,
    name: String,
    /// Whether the reader may begin one somewhere.
    may_start: bool,
    start: StartView,
}

/// A flow.
#[derive(Serialize, ToSchema)]
#[schema(as = Flow)]
struct FlowView {
    code: String,
    version: u32,
    name: String,
    states: Vec<StateView>,
    actions: Vec<ActionView>,
    start: StartView,
    /// The flow as a Mermaid state diagram.
    mermaid: String,
}

/// The code of a word that serde writes as a text.
pub(crate) fn code_of(value: &impl Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn clock(rule: &ClockRule) -> String {
    match rule {
        ClockRule::Fixed(limit) => limit.to_string(),
        other => code_of(other),
    }
}

pub(crate) fn field(f: &civic::flow::Field) -> FieldView {
    FieldView {
        code: f.code.clone(),
        name: f.name.clone(),
        kind: code_of(&f.kind),
        options: f.options.clone(),
        required: f.required,
    }
}

fn start(flow: &Flow) -> StartView {
    StartView {
        word: flow.start.word.clone(),
        help: flow.start.help.clone(),
        at: match flow.start.at {
            StartAt::Place => "place",
            StartAt::Level(_) => "level",
            StartAt::Target => "target",
        },
        needs: flow.start.needs.iter().map(code_of).collect(),
        fields: flow.start.fields.iter().map(field).collect(),
        lines: flow.start.lines.clone(),
        classes: flow.classes.clone(),
    }
}

/// The flows of this installation
///
/// 全部流程的最新版本，以及我能不能发起。
#[utoipa::path(get, path = "/flows", tag = "flow", responses((status = 200, body = Vec<SummaryView>), (status = 304)))]
async fn flows(State(app): Shared, signed: Signed, headers: HeaderMap) -> Answer<Response> {
    let list: Vec<SummaryView> = app
        .office
        .startable(&signed.actor)
        .into_iter()
        .map(|(flow, may_start)| SummaryView {
            code: flow.code.clone(),
            version: flow.version,
            name: flow.name.clone(),
            may_start,
            start: start(&flow),
        })
        .collect();
    tagged_json(&headers, &list)
}

fn view(flow: &Flow) -> FlowView {
    let state = |s: &civic::flow::State| StateView {
        code: s.code.clone(),
        name: s.name.clone(),
        phase: phase(s.phase),
        level: s.level.map(civic::area::Level::code),
        holder: code_of(&s.holder),
        clock: clock(&s.clock),
        overdue: code_of(&s.overdue),
        overdue_targets: when_overdue(flow, &s.code),
    };
    let action = |a: &civic::flow::Action| ActionView {
        code: a.code.clone(),
        name: a.name.clone(),
        help: a.help.clone(),
        from: a.from.clone(),
        targets: a
            .from
            .iter()
            .map(|from| (from.clone(), targets(flow, from, a)))
            .collect(),
        needs: a.needs.iter().map(code_of).collect(),
        verb: a.verb.code(),
    };
    FlowView {
        code: flow.code.clone(),
        version: flow.version,
        name: flow.name.clone(),
        states: flow.states.iter().map(state).collect(),
        actions: flow.actions.iter().map(action).collect(),
        start: start(flow),
        mermaid: mermaid(flow),
    }
}

/// A version of a flow
///
/// 流程定义：环节、动作、时限、去向。
#[utoipa::path(get, path = "/flows/{code}/{version}", tag = "flow", params(("code" = String, Path), ("version" = u32, Path)),
    responses((status = 200, body = FlowView), (status = 304)))]
async fn flow(
    State(app): Shared,
    _: Signed,
    Path((code, version)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let world = app.office.world();
    let version = version.parse().map_err(|_| Fail::unknown("流程"))?;
    let flow = world
        .rules
        .flows
        .get(&(code, version))
        .ok_or_else(|| Fail::unknown("流程"))?;
    tagged_json(&headers, &view(flow))
}
