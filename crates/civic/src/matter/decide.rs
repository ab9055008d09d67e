//! What may happen to a matter next: pure decisions over flow, category, calendar and directory.
//!
//! [`decide`] takes a command and returns sealed steps and the matters they make, or a refusal
//! whose sentence says what is possible instead. Nothing is read or written.

mod closing;
mod judging;
mod report;
mod requests;
mod tasks;
mod tick;
mod work;

pub use report::report;
pub use tick::tick;

use super::{Command, Desk, Form, Matter, Step};
use crate::calendar::Calendar;
use crate::category::Categories;
use crate::directory::{Actor, Directory};
use crate::flow::{Action, Flow, Guard, Need};
use crate::id::{AccountId, AreaId, MatterId};
use crate::limits;
use crate::post::Post;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::rights::{Relation, Verb};
use crate::time::{Day, Instant};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use work::Work;

/// Everything the rules look at besides the matter.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Flows by code and version.
    pub flows: HashMap<(String, u32), Arc<Flow>>,
    /// The category tree.
    pub categories: Arc<Categories>,
    /// The working calendar.
    pub calendar: Arc<Calendar>,
    /// Tree, organisations and posts.
    pub directory: Arc<Directory>,
}

impl Rules {
    /// The flow on which a matter runs.
    ///
    /// # Errors
    /// When that version is not loaded.
    pub fn flow_of(&self, matter: &Matter) -> Result<&Arc<Flow>, Refusal> {
        self.flow(&matter.flow, matter.flow_version)
    }
    /// The newest version of a flow.
    #[must_use]
    pub fn newest(&self, code: &str) -> Option<&Arc<Flow>> {
        self.flows
            .iter()
            .filter(|((c, _), _)| c == code)
            .max_by_key(|((_, version), _)| *version)
            .map(|(_, flow)| flow)
    }
    fn flow(&self, code: &str, version: u32) -> Result<&Arc<Flow>, Refusal> {
        self.flows.get(&(code.to_owned(), version)).ok_or_else(|| {
            Refusal::Conflict(format!(
                "流程 {code} 第 {version} 版没有装载，请联系系统管理员装入业务包后再办理"
            ))
        })
    }
    /// The civil day of an instant in the city's zone.
    #[must_use]
    pub fn day(&self, at: Instant) -> Day {
        self.calendar.zone().day_of(at)
    }
}

/// The matters a command may touch: the one it names, and others it refers to.
#[derive(Debug, Default)]
pub struct Cases(pub HashMap<MatterId, Matter>);

/// What a decision produces.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Sealed steps, in order.
    pub steps: Vec<Step>,
    /// The matters after them.
    pub matters: Vec<Matter>,
    /// Whom to tell what.
    pub notices: Vec<Notice>,
}

/// A message to a desk or person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The desk that is told; its people read it.
    pub desk: Desk,
    /// The person that is told, instead of a desk.
    pub account: Option<AccountId>,
    /// What about.
    pub kind: NoticeKind,
    /// The matter.
    pub matter: MatterId,
    /// Chinese sentence.
    pub text: String,
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// New work.
    Arrived,
    /// A copy for information.
    Copied,
    /// A request to decide.
    Asked,
    /// A request was decided.
    Decided,
    /// Time is running out.
    Warned,
    /// Time ran out.
    Overdue,
    /// Somebody asks to hurry.
    Urged,
    /// An order from above.
    Supervised,
    /// News for the person concerned.
    Result,
}

impl NoticeKind {
    /// Word of the interface.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Arrived => "新到",
            Self::Copied => "抄告",
            Self::Asked => "待审批",
            Self::Decided => "审批结果",
            Self::Warned => "临期提醒",
            Self::Overdue => "超期",
            Self::Urged => "催办",
            Self::Supervised => "督办",
            Self::Result => "办理结果",
        }
    }
    /// Stored code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Copied => "copied",
            Self::Asked => "asked",
            Self::Decided => "decided",
            Self::Warned => "warned",
            Self::Overdue => "overdue",
            Self::Urged => "urged",
            Self::Supervised => "supervised",
            Self::Result => "result",
        }
    }
    /// The kind with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [
            Self::Arrived,
            Self::Copied,
            Self::Asked,
            Self::Decided,
            Self::Warned,
            Self::Overdue,
            Self::Urged,
            Self::Supervised,
            Self::Result,
        ]
        .into_iter()
        .find(|k| k.code() == code)
    }
}

/// An action that a person may take now, with what it demands.
#[derive(Debug, Clone, Serialize)]
pub struct Available {
    /// Code.
    pub action: String,
    /// Chinese name.
    pub name: String,
    /// One sentence of help.
    pub help: String,
    /// The verb behind it.
    pub verb: Verb,
    /// Demanded fields.
    pub needs: Vec<Need>,
    /// The slots (numbers of tasks or requests) among which to choose, where it acts on one.
    pub slots: Vec<u32>,
    /// Areas to choose from, for an assignment.
    pub areas: Vec<AreaId>,
}

/// The actions that `actor` may take on `matter` now, in the order of the flow.
///
/// # Errors
/// When the version of the flow is not loaded.
pub fn available(
    rules: &Rules,
    actor: &Actor,
    matter: &Matter,
    now: Instant,
) -> Result<Vec<Available>, Refusal> {
    let flow = rules.flow_of(matter)?;
    let day = rules.day(now);
    Ok(flow
        .leaving(&matter.state)
        .filter_map(|action| {
            let post = rules
                .directory
                .entitles(actor, action.verb, &action.by, matter, day)?;
            let work = Work::probe(rules, flow, matter, actor, post, now);
            guard(action, &work).ok()?;
            let slots = work.slots(action);
            if slots.is_empty() && needs_slot(action.verb) {
                return None;
            }
            Some(Available {
                action: action.code.clone(),
                name: action.name.clone(),
                help: action.help.clone(),
                verb: action.verb,
                needs: action
                    .needs
                    .iter()
                    .copied()
                    .filter(|n| {
                        !(*n == Need::Category
                            && matter.category.is_some()
                            && action.verb != Verb::Classify)
                    })
                    .collect(),
                slots,
                areas: if action.needs.contains(&Need::Area) {
                    work.areas_below()
                } else {
                    Vec::new()
                },
            })
        })
        .collect())
}

/// Verbs that act on a task or request and make no sense without one.
fn needs_slot(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::Sign | Verb::Refuse | Verb::FeedBack | Verb::Check | Verb::Waive | Verb::Decide
    )
}

/// The time by which a step is stamped: never before the step before it. A clock that was set back,
/// or a command that waited while another overtook it, must not turn the journal around.
fn in_order(matter: &Matter, now: Instant) -> Instant {
    now.max(matter.touched_at)
}

/// Decides one command.
///
/// # Errors
/// [`Refusal::Unknown`] if the actor may not know the matter, `Denied`, `Stale`, `Conflict` (with
/// the actions that are possible), or `Invalid` with every problem of the form.
pub fn decide(
    rules: &Rules,
    cases: &Cases,
    id: MatterId,
    actor: &Actor,
    command: &Command,
    now: Instant,
) -> Result<Outcome, Refusal> {
    let matter = cases.0.get(&id).ok_or_else(|| Refusal::unknown("事件"))?;
    let now = in_order(matter, now);
    let day = rules.day(now);
    let flow = rules.flow_of(matter)?;
    let joins = flow
        .action(&command.action)
        .is_some_and(|a| a.verb == Verb::Join);
    if !joins && !rules.directory.sees(actor, matter, day) {
        return Err(Refusal::unknown("事件"));
    }
    let Some(action) = flow.action(&command.action) else {
        return Err(Refusal::invalid(
            "action",
            "unknown_action",
            format!(
                "没有“{}”这个动作。{}",
                command.action,
                possible(rules, actor, matter, now)
            ),
        ));
    };
    if let Some(version) = command.version
        && version != matter.version
    {
        return Err(Refusal::Stale(format!(
            "这件事刚刚有了新进展(您看到的是第 {version} 步，现在是第 {} 步)，请刷新后再办理",
            matter.version
        )));
    }
    if !action.from.contains(&matter.state) {
        let state = flow.state(&matter.state).map_or("", |s| s.name.as_str());
        return Err(Refusal::Conflict(format!(
            "“{state}”状态下不能“{}”。{}",
            action.name,
            possible(rules, actor, matter, now)
        )));
    }
    let Some(post) = rules
        .directory
        .entitles(actor, action.verb, &action.by, matter, day)
    else {
        return Err(Refusal::Denied(format!(
            "您的岗位不能对这件事“{}”，现由{}承办。{}",
            action.name,
            holders(rules, matter, day),
            possible(rules, actor, matter, now)
        )));
    };
    let mut work = Work::begin(rules, flow, matter, actor, post, now, &action.code);
    guard(action, &work)?;
    check(action, &command.form, &work)?;
    work.words(&command.form);
    work.acknowledge();
    if let (Some(code), true) = (
        &command.form.category,
        matter.category.is_none() || action.verb == Verb::Classify,
    ) {
        work.classify(code, command.form.condition.as_deref())?;
    }
    for file in &command.form.files {
        work.attach(file.clone())?;
    }
    run(&mut work, cases, action, &command.form)?;
    Ok(work.finish())
}

/// Runs the engine's part of an action.
fn run(work: &mut Work<'_>, cases: &Cases, action: &Action, form: &Form) -> Result<(), Refusal> {
    match action.verb {
        Verb::Prehandle => judging::prehandle(work, form),
        Verb::Claim => work.claim(form.task),
        Verb::Classify | Verb::Progress | Verb::Comment => Ok(()),
        Verb::Escalate => judging::escalate(work),
        Verb::Leap => judging::leap(work, &action.to),
        Verb::Undertake => judging::undertake(work, &action.to),
        Verb::Assign => judging::assign(work, form),
        Verb::Call => tasks::call(work, form),
        Verb::Return if action.to == crate::flow::Target::Owner => judging::rework(work),
        Verb::Return => requests::ask_return(work),
        Verb::Void => requests::ask_void(work),
        Verb::Merge => judging::merge(work, cases, form),
        Verb::Settle => closing::settle(work, form),
        Verb::Sign => tasks::sign(work, form),
        Verb::Refuse => requests::refuse(work, form),
        Verb::FeedBack => tasks::feed_back(work, form),
        Verb::AskExtension => requests::ask_extension(work, form),
        Verb::AskSuspension => requests::ask_suspension(work, form),
        Verb::Resume => requests::resume(work),
        Verb::Decide => requests::decide(work, form),
        Verb::Waive => tasks::waive(work, form),
        Verb::OrderCheck => tasks::order_check(work, &action.to),
        Verb::Check => tasks::check(work, form),
        Verb::Confirm => closing::confirm(work, form),
        Verb::Reopen => closing::reopen(work),
        Verb::Withdraw => closing::withdraw(work, &action.to),
        Verb::Join => closing::join(work),
        Verb::Urge => judging::urge(work),
        Verb::Supervise => judging::supervise(work),
        Verb::AnswerSupervision => judging::answer_supervision(work),
        Verb::Archive => closing::archive(work, &action.to),
        other => Err(Refusal::Conflict(format!(
            "流程里的动作“{}”用了不能作用于事件的动词 {}",
            action.name,
            other.code()
        ))),
    }
}

fn guard(action: &Action, work: &Work<'_>) -> Result<(), Refusal> {
    for guard in &action.guards {
        let matter = work.matter();
        let refused = match guard {
            Guard::NotReturned if matter.returned => {
                "这件事是退回来的，只能补正后重新上报或改派，不能直接办结"
            }
            Guard::Urgent if !matter.category.as_ref().is_some_and(|c| c.urgent) => {
                "只有紧急类别才能越级上报，请先定类，或逐级上报"
            }
            Guard::Pending if matter.pending.is_empty() => "现在没有等待审批的申请",
            Guard::NotPending if work.own_pending() => "已经有一项申请在等待审批，请等审批后再提",
            Guard::Supervised
                if matter
                    .supervision
                    .as_ref()
                    .is_none_or(|s| s.answered_at.is_some()) =>
            {
                "这件事没有待回复的督办"
            }
            _ => continue,
        };
        return Err(Refusal::Conflict(refused.into()));
    }
    Ok(())
}

/// What the form lacks or breaks; all of it at once.
fn check(action: &Action, form: &Form, work: &Work<'_>) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    let mut miss =
        |field: &str, message: &str| problems.push(Problem::new(field, "required", message));
    let blank = |text: &Option<String>| text.as_deref().is_none_or(|t| t.trim().is_empty());
    for need in &action.needs {
        match need {
            Need::Opinion if blank(&form.opinion) => miss("opinion", "请填写意见，说明理由或情况"),
            Need::Reply if blank(&form.reply) && work.matter().reporter.confirms => {
                miss("reply", "请填写给群众的答复")
            }
            Need::Result if form.finding.is_none() => miss("finding", "请选择处理结果"),
            Need::Category
                if form.category.is_none()
                    && (work.matter().category.is_none() || action.verb == Verb::Classify) =>
            {
                miss("category", "请先选定事件类别")
            }
            Need::Until if form.until.is_none() => miss("until", "请选择日期"),
            Need::Tasks if form.lead.is_none() && form.co.is_empty() => {
                miss("lead", "请至少选择一个要呼叫的单位")
            }
            Need::Other if form.other.is_none() => miss("other", "请选择要并入的事件"),
            Need::Area if form.area.is_none() => miss("area", "请选择下派到哪个区域"),
            Need::Verdict if form.verdict.is_none() => miss("verdict", "请选择“是”或“否”"),
            Need::Rating if !form.rating.is_some_and(|r| (1..=5).contains(&r.0)) => {
                miss("rating", "请选择 1 到 5 分的评价")
            }
            _ => {}
        }
    }
    for (field, text) in [("opinion", &form.opinion), ("reply", &form.reply)] {
        problems.extend(too_long(
            field,
            text.as_deref().unwrap_or_default(),
            limits::TEXT_CHARS_MAX,
        ));
    }
    if form.finding == Some(super::Finding::Cannot) && action.verb == Verb::Settle {
        problems.push(Problem::new(
            "finding",
            "not_a_result",
            "“无法处理”不是办结结果：请上报、呼叫部门，或写明“已解释答复”",
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(problems))
    }
}

/// A problem if `text` has more than `max` characters.
fn too_long(field: &str, text: &str, max: usize) -> Option<Problem> {
    let chars = text.chars().count();
    (chars > max).then(|| {
        Problem::new(
            field,
            "too_long",
            format!("文字太长：最多 {max} 字，现在 {chars} 字，请删减"),
        )
    })
}

/// "现在可以:…" for a refusal.
fn possible(rules: &Rules, actor: &Actor, matter: &Matter, now: Instant) -> String {
    match available(rules, actor, matter, now) {
        Ok(list) if !list.is_empty() => format!(
            "您现在可以：{}",
            list.iter()
                .map(|a| a.name.as_str())
                .collect::<Vec<_>>()
                .join("、")
        ),
        _ => "您现在只能查看这件事".into(),
    }
}

/// The desks a matter lies on, in words.
fn holders(rules: &Rules, matter: &Matter, day: Day) -> String {
    let names: Vec<String> = matter
        .holding()
        .map(|(_, desk)| match desk {
            Desk::Area(area) => {
                let person = rules
                    .directory
                    .responsible(area, day)
                    .map_or_else(String::new, |p| rules.directory.title(p));
                format!("“{}”({person})", rules.directory.desk_name(desk))
            }
            _ => format!("“{}”", rules.directory.desk_name(desk)),
        })
        .collect();
    if names.is_empty() {
        "无人".into()
    } else {
        names.join("、")
    }
}

/// Whether the relation list names one that acts on tasks.
fn acts_on_task(action: &Action) -> bool {
    action.by.contains(&Relation::Task)
}

/// The person of a post as a step records them.
fn who(rules: &Rules, actor: &Actor, post: Option<&Arc<Post>>, reporter: bool) -> super::Who {
    let org = post.and_then(|p| match p.seat {
        crate::post::Seat::Org(org) => Some(org),
        crate::post::Seat::Area(_) => None,
    });
    let (name, title) = match post {
        Some(post) => (actor.name.clone(), rules.directory.title(post)),
        None if actor.system => (actor.name.clone(), "自动".into()),
        None if reporter => ("当事人".into(), "上报人".into()),
        None => ("居民".into(), String::new()),
    };
    super::Who {
        account: actor.account,
        post: post.map(|p| p.id),
        org,
        name,
        title,
    }
}
