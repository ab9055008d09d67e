//! Flows as data.

use crate::area::tagged_json;
use crate::dictionary::phase;
use crate::error::{Answer, Fail};
use crate::extract::Signed;
use crate::{App, Shared};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use civic::flow::{ClockRule, Flow, mermaid, targets};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(flow))
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

/// A flow.
#[derive(Serialize, ToSchema)]
#[schema(as = Flow)]
struct FlowView {
    code: String,
    version: u32,
    name: String,
    states: Vec<StateView>,
    actions: Vec<ActionView>,
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

fn view(flow: &Flow) -> FlowView {
    let state = |s: &civic::flow::State| StateView {
        code: s.code.clone(),
        name: s.name.clone(),
        phase: phase(s.phase),
        level: s.level.map(civic::area::Level::code),
        holder: code_of(&s.holder),
        clock: clock(&s.clock),
        overdue: code_of(&s.overdue),
    };
    let action = |a: &civic::flow::Action| ActionView {
        code: a.code.clone(),
        name: a.name.clone(),
        help: a.help.clone(),
        from: a.from.clone(),
        targets: a
            .from
            .iter()
            .map(|from| (from.clone(), targets(flow, from, &a.to)))
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
