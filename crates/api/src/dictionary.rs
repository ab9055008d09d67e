//! Codes and their Chinese words: whatever is sent as a code can be looked up here.

use crate::area::{self, tagged_json};
use crate::error::Answer;
use crate::extract::Signed;
use crate::{App, Shared};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use civic::area::Level;
use civic::category::{Photo, Privacy, Route};
use civic::departure::Reason as DepartureReason;
use civic::directory::Actor;
use civic::kind::{Exclusive, Kind};
use civic::matter::{Ask, Channel, ClockKind, Finding, NoticeKind, TaskKind, TaskState};
use civic::measure::Measure;
use civic::notice::{Answer as NoticeAnswer, Kind as NoticeWhat};
use civic::post::Role;
use civic::rights::Verb;
use civic::title::Title;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(dictionaries))
}

/// A code and its word.
#[derive(Serialize, ToSchema)]
pub(crate) struct Coded {
    code: String,
    word: String,
}

/// A kind of area within a level.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodedKind {
    #[schema(value_type = String)]
    level: Level,
    /// Unique within the level.
    code: String,
    word: String,
    /// Lowest tier that a grid of this kind may have; 0 for other levels.
    tiers: u8,
    /// Whether its grids are 专属网格: `no`, `may`, `must`.
    #[schema(value_type = String)]
    exclusive: Exclusive,
}

/// A role.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodedRole {
    code: &'static str,
    word: &'static str,
    /// The level of the areas whose posts have it; null for those of departments and administrators.
    level: Option<&'static str>,
    /// Levels of the areas over which somebody of the role may be appointed.
    sits_over: Vec<&'static str>,
}

/// A local title of a role.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodedTitle {
    /// What an appointment names it by: the word itself.
    code: String,
    /// Code of the role.
    role: &'static str,
    word: String,
    /// Codes of the kinds of area where it is used; empty where it is used everywhere.
    kinds: Vec<String>,
}

/// A state of the main flow.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodedState {
    code: String,
    word: String,
    phase: String,
}

/// All codes with their words.
#[derive(Serialize, ToSchema)]
pub(crate) struct Dictionaries {
    /// Lines of business that own categories.
    lines: Vec<Coded>,
    channels: Vec<Coded>,
    findings: Vec<Coded>,
    roles: Vec<CodedRole>,
    levels: Vec<Coded>,
    states: Vec<CodedState>,
    phases: Vec<Coded>,
    measures: Vec<Coded>,
    verbs: Vec<Coded>,
    asks: Vec<Coded>,
    clock_kinds: Vec<Coded>,
    task_kinds: Vec<Coded>,
    task_states: Vec<Coded>,
    message_kinds: Vec<Coded>,
    notice_kinds: Vec<Coded>,
    notice_answers: Vec<Coded>,
    visit_kinds: Vec<Coded>,
    post_sources: Vec<Coded>,
    absence_reasons: Vec<Coded>,
    audit_actions: Vec<Coded>,
    sign_in_outcomes: Vec<Coded>,
    departure_reasons: Vec<Coded>,
    area_kinds: Vec<CodedKind>,
    titles: Vec<CodedTitle>,
    org_kinds: Vec<Coded>,
    photos: Vec<Coded>,
    privacies: Vec<Coded>,
    routes: Vec<Coded>,
    ratings: Vec<Coded>,
}

fn coded(code: impl Into<String>, word: impl Into<String>) -> Coded {
    Coded {
        code: code.into(),
        word: word.into(),
    }
}

macro_rules! every {
    ($name:ident) => {
        $name::ALL
            .iter()
            .map(|v| coded(v.code(), v.word()))
            .collect()
    };
}

fn pairs(list: &[(&str, &str)]) -> Vec<Coded> {
    list.iter()
        .map(|(code, word)| coded(*code, *word))
        .collect()
}

/// Words of the kinds of tasks.
pub(crate) fn task_kind(kind: TaskKind) -> (&'static str, &'static str) {
    match kind {
        TaskKind::Lead => ("lead", "主办"),
        TaskKind::Co => ("co", "会办"),
        TaskKind::Check => ("check", "核实"),
        TaskKind::Countersign => ("countersign", "会签"),
    }
}

/// Words of the states of tasks.
pub(crate) fn task_state(state: TaskState) -> (&'static str, &'static str) {
    match state {
        TaskState::Called => ("called", "待签收"),
        TaskState::Refusing => ("refusing", "申请退单"),
        TaskState::Signed => ("signed", "办理中"),
        TaskState::FedBack => ("fed_back", "已反馈"),
        TaskState::Waived => ("waived", "已免除"),
        TaskState::Recalled => ("recalled", "已收回"),
    }
}

/// Code of the kind of a clock.
pub(crate) fn clock_kind(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::SameDay => "same_day",
        ClockKind::SignIn => "sign_in",
        ClockKind::Handle => "handle",
        ClockKind::Reply => "reply",
        ClockKind::Stay => "stay",
        ClockKind::Supervision => "supervision",
        ClockKind::Until => "until",
        ClockKind::Approval => "approval",
        ClockKind::Hotline => "hotline",
    }
}

pub(crate) const CLOCK_KINDS: [ClockKind; 9] = [
    ClockKind::SameDay,
    ClockKind::SignIn,
    ClockKind::Handle,
    ClockKind::Reply,
    ClockKind::Stay,
    ClockKind::Supervision,
    ClockKind::Until,
    ClockKind::Approval,
    ClockKind::Hotline,
];

/// Phases of states with their words.
const PHASES: &[(&str, &str)] = &[
    ("triage", "研判"),
    ("work", "本级办理"),
    ("called", "待签收"),
    ("handling", "部门办理"),
    ("review", "待审核"),
    ("check", "核实"),
    ("confirm", "待评价"),
    ("suspended", "挂账"),
    ("closed", "已办结"),
    ("dropped", "已终止"),
    ("archived", "已归档"),
];

/// Code of a phase, as serde writes it.
pub(crate) fn phase(phase: civic::flow::Phase) -> String {
    serde_json::to_value(phase)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// The phase with this code.
pub(crate) fn phase_of(code: &str) -> Option<civic::flow::Phase> {
    serde_json::from_value(code.into()).ok()
}

/// Words of the evaluations.
const RATINGS: &[(&str, &str)] = &[
    ("1", "很不满意"),
    ("2", "不满意"),
    ("3", "一般"),
    ("4", "满意"),
    ("5", "很满意"),
];

fn kind(kind: &Kind) -> CodedKind {
    CodedKind {
        level: kind.level,
        code: kind.code.to_string(),
        word: kind.word.to_string(),
        tiers: kind.tiers,
        exclusive: kind.exclusive,
    }
}

fn title(title: &Title) -> CodedTitle {
    CodedTitle {
        role: title.role.code(),
        code: title.word.to_string(),
        word: title.word.to_string(),
        kinds: title.kinds.iter().map(ToString::to_string).collect(),
    }
}

/// All codes with their Chinese words
///
/// 全部代码与中文名称。
#[utoipa::path(get, path = "/dictionaries", tag = "dictionary", responses((status = 200, body = Dictionaries), (status = 304)))]
async fn dictionaries(State(app): Shared, signed: Signed, headers: HeaderMap) -> Answer<Response> {
    tagged_json(&headers, &all(&app, &signed.actor))
}

/// Every list, as somebody sees it.
pub(crate) fn all(app: &App, actor: &Actor) -> Dictionaries {
    let world = app.office.world();
    let mut states: Vec<CodedState> = Vec::new();
    for (flow, _) in app.office.startable(actor) {
        for s in &flow.states {
            if states.iter().all(|known| known.code != s.code) {
                states.push(CodedState {
                    code: s.code.clone(),
                    word: s.name.clone(),
                    phase: phase(s.phase),
                });
            }
        }
    }
    let levels = Level::ALL
        .iter()
        .map(|l| coded(l.code(), l.word()))
        .collect();
    Dictionaries {
        lines: office::line::lines(&world)
            .into_iter()
            .map(|(code, word)| Coded { code, word })
            .collect(),
        channels: every!(Channel),
        findings: every!(Finding),
        roles: Role::ALL
            .iter()
            .map(|role| CodedRole {
                code: role.code(),
                word: role.word(),
                level: role.level().map(Level::code),
                sits_over: Level::ALL
                    .into_iter()
                    .filter(|level| role.sits_over(*level))
                    .map(Level::code)
                    .collect(),
            })
            .collect(),
        levels,
        states,
        phases: pairs(PHASES),
        measures: every!(Measure),
        verbs: every!(Verb),
        asks: every!(Ask),
        clock_kinds: CLOCK_KINDS
            .iter()
            .map(|k| coded(clock_kind(*k), k.word()))
            .collect(),
        task_kinds: [
            TaskKind::Lead,
            TaskKind::Co,
            TaskKind::Check,
            TaskKind::Countersign,
        ]
        .map(task_kind)
        .map(|(c, w)| coded(c, w))
        .into(),
        task_states: [
            TaskState::Called,
            TaskState::Refusing,
            TaskState::Signed,
            TaskState::FedBack,
            TaskState::Waived,
            TaskState::Recalled,
        ]
        .map(task_state)
        .map(|(c, w)| coded(c, w))
        .into(),
        message_kinds: NOTICES
            .iter()
            .filter_map(|c| NoticeKind::parse(c))
            .map(|k| coded(k.code(), k.word()))
            .collect(),
        notice_kinds: every!(NoticeWhat),
        notice_answers: every!(NoticeAnswer),
        visit_kinds: pairs(office::VISIT_KINDS),
        post_sources: pairs(office::SOURCES),
        absence_reasons: pairs(civic::absence::REASONS),
        audit_actions: pairs(civic::audited::ACTIONS),
        sign_in_outcomes: pairs(office::identity::SignInOutcome::ALL),
        departure_reasons: every!(DepartureReason),
        area_kinds: world.kinds.all().iter().map(kind).collect(),
        titles: world
            .titles
            .all()
            .iter()
            .filter(|t| !t.retired)
            .map(title)
            .collect(),
        org_kinds: area::ORG_KINDS
            .iter()
            .map(|(k, word)| coded(k.code(), *word))
            .collect(),
        photos: every!(Photo),
        privacies: every!(Privacy),
        routes: every!(Route),
        ratings: pairs(RATINGS),
    }
}

const NOTICES: &[&str] = &[
    "arrived",
    "copied",
    "asked",
    "decided",
    "warned",
    "overdue",
    "urged",
    "supervised",
    "result",
];
