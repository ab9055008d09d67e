//! The shapes of matters in answers.

use crate::area::TrailEntry;
use crate::file::FileView;
use crate::flow::FieldView;
use serde::Serialize;
use utoipa::ToSchema;

/// What a row and the whole have in common.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MatterHead)]
pub(crate) struct Head {
    pub id: String,
    /// 编号，如 `350302003-260311-0007`。
    pub no: String,
    pub title: String,
    pub state: String,
    pub state_word: String,
    pub phase: String,
    pub category_word: Option<String>,
    /// Code of the class; null while there is no category.
    pub class: Option<String>,
    /// Code of the line of business that owns it; null where the community answers itself.
    pub line: Option<String>,
    /// Its name: 城市管理局。
    pub line_word: Option<String>,
    pub urgent: bool,
    /// Names of town, community and grid.
    pub area_name: String,
    /// The desk it lies on; for called parties their names.
    pub desk_name: String,
    /// Who claimed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder_name: Option<String>,
    pub reported_at: i64,
    pub arrived_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<i64>,
    /// Code of the kind of that clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_kind: Option<&'static str>,
    pub overdue: bool,
    pub supervised: bool,
    /// 督办级别：1 最重，至 3；没有待回复的督办时为空。
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supervision_level: Option<u32>,
    /// Code of the flow.
    pub flow_code: String,
    /// Its name: 事件、限期整改。
    pub flow_word: String,
    pub returned: bool,
    pub reopened: bool,
    pub version: u32,
    /// 0 the matter itself, else the task that lies on the desk.
    pub slot: u32,
}

/// A row of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MatterRow {
    #[serde(flatten)]
    pub head: Head,
    /// 地点。
    pub place: String,
    /// Distance, where nearness was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metres: Option<i64>,
    /// The piece of the report around what was sought, where neither title nor place shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// Where it happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PlaceView {
    pub address: String,
    /// WGS84 degrees.
    pub lon: Option<f64>,
    pub lat: Option<f64>,
}

/// Who reported, masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ReporterView {
    pub kind_word: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masked_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masked_phone: Option<String>,
    pub has_contact: bool,
    /// Whether the reader may see the contact in clear, for a reason.
    pub may_unmask: bool,
    /// 查询码：只给登记的人看，由其转交当事人，凭编号和查询码查询进展、作出评价。
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_code: Option<String>,
}

/// A clock that is not stopped.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ClockView {
    pub kind: &'static str,
    pub kind_word: &'static str,
    pub slot: u32,
    pub started: i64,
    pub due: i64,
    /// `running`, `paused` or `late`.
    pub state: &'static str,
    pub desk_name: String,
}

/// A party's part of the work.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TaskView {
    pub no: u32,
    pub kind: &'static str,
    pub kind_word: &'static str,
    pub desk_name: String,
    pub state: &'static str,
    pub state_word: &'static str,
    pub called_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    pub limit: String,
    pub extensions: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding_word: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder_name: Option<String>,
    /// For a countersignature: whether the desk agrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agrees: Option<bool>,
}

/// A request that waits for a decision.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PendingView {
    pub slot: u32,
    pub ask: &'static str,
    pub ask_word: &'static str,
    pub by_name: String,
    /// The desk that decides.
    pub desk_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// 督办。
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SupervisionView {
    pub by_name: String,
    pub level: u32,
    pub at: i64,
    pub due: i64,
    pub answered_at: Option<i64>,
}

/// Who answers first for an area, while something in it is overdue or supervised.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FirstResponsible {
    pub area: String,
    pub area_name: String,
    pub name: String,
    pub title: String,
}

/// A desk on which it lies, and the person who answers for it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StuckWithView {
    pub slot: u32,
    pub desk_name: String,
    pub person: Option<String>,
    pub person_title: Option<String>,
    pub since: i64,
    pub due_at: Option<i64>,
    pub overdue: bool,
}

/// Another matter.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MatterLink)]
pub(crate) struct LinkView {
    pub id: String,
    pub no: String,
}

/// A mediation session, without what is personal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HeldSession)]
pub(crate) struct HeldView {
    pub no: u32,
    pub at: i64,
    /// Words of the kinds of the mediators.
    pub mediators: Vec<String>,
    pub reached: bool,
}

/// A part of a matter.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MatterPart)]
pub(crate) struct PartView {
    pub id: String,
    pub no: String,
    /// Whether the whole waits for it.
    pub waits: bool,
    pub over: bool,
}

/// A field of the flow's own form.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilledField)]
pub(crate) struct FilledView {
    pub name: String,
    pub value: String,
}

/// The flow on which it runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FlowRef {
    pub code: String,
    pub version: u32,
}

/// Who took a step, as of that day.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Who)]
pub(crate) struct WhoView {
    pub name: String,
    pub title: String,
}

/// One row of the journal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Step)]
pub(crate) struct StepView {
    pub seq: u32,
    pub action: String,
    pub action_word: String,
    pub who: WhoView,
    pub from_state_word: String,
    pub to_state_word: String,
    pub from_desk_name: String,
    pub to_desk_name: String,
    /// 内部意见；仅工作人员可见。
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opinion: Option<String>,
    /// 对群众的答复。
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    pub received_at: i64,
    pub acted_at: i64,
    /// How long it had lain on the desk that acted.
    pub held_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<i64>,
    /// For a judgement: on the day of arrival?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_day: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdue: Option<bool>,
    pub files: Vec<FileView>,
    /// Hash of the step, which covers the one before.
    pub hash: String,
}

/// Somebody or something to choose.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Choice {
    pub id: String,
    pub name: String,
}

/// 会签, the latest.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Countersign)]
pub(crate) struct CountersignView {
    /// How many must agree.
    pub need: u32,
    /// How many were asked.
    pub of: u32,
    /// How it ended; absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed: Option<bool>,
}

/// An area to choose.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AreaChoice {
    pub id: String,
    pub name: String,
}

/// What the reader may do now.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AvailableAction)]
pub(crate) struct AvailableView {
    pub action: String,
    pub name: String,
    pub help: String,
    /// Fields the form must bring.
    pub needs: Vec<String>,
    /// Tasks or requests among which to choose.
    pub slots: Vec<u32>,
    /// Areas to choose from, for an assignment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<AreaChoice>,
    /// Colleagues to choose from, for a transfer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Choice>,
    /// Desks of the same line to choose from, for a transfer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orgs: Vec<Choice>,
    /// 按类别和地点建议的主办单位。
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Choice>,
    /// Fields of its own form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldView>,
}

/// A matter with its journal and what the reader may do.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Matter)]
pub(crate) struct MatterView {
    #[serde(flatten)]
    pub head: Head,
    pub text: String,
    pub place: PlaceView,
    pub trail: Vec<TrailEntry>,
    pub category: Option<String>,
    pub condition: Option<String>,
    pub channel: &'static str,
    pub channel_word: &'static str,
    pub reporter: ReporterView,
    pub clocks: Vec<ClockView>,
    pub tasks: Vec<TaskView>,
    pub pending: Vec<PendingView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supervision: Option<SupervisionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countersign: Option<CountersignView>,
    /// How often it was urged.
    pub urged: usize,
    pub files: Vec<FileView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding_word: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// Name of the matter it was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<String>,
    /// The matter because of which it was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<LinkView>,
    /// The matters that were begun because of it.
    pub caused: Vec<LinkView>,
    /// Mediation sessions, without what is personal.
    pub sessions: Vec<HeldView>,
    /// Whether the reader may read the sessions in clear.
    pub may_read_sessions: bool,
    /// The matter of which it is a part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<LinkView>,
    /// Its parts.
    pub parts: Vec<PartView>,
    /// What the flow's own form brought.
    pub fields: Vec<FilledView>,
    pub stuck_with: Vec<StuckWithView>,
    /// 第一责任人：超期或督办时，村居、镇街、县区的书记。
    pub first_responsible: Vec<FirstResponsible>,
    pub flow: FlowRef,
    pub steps: Vec<StepView>,
    pub actions: Vec<AvailableView>,
}
