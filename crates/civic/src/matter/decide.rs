//! What may happen to a matter next: pure decisions over flow, category, calendar and directory.
//!
//! [`decide`] takes a command and returns sealed steps and the matters they make, or a refusal
//! whose sentence says what is possible instead. Nothing is read or written.

mod closing;
mod countersign;
mod form;
mod hotline;
mod judging;
mod mediate;
mod notice;
mod offer;
mod opening;
mod recall;
mod rehome;
mod report;
mod requests;
mod split;
mod tasks;
mod tick;
mod transfer;
mod urging;
mod work;

pub use hotline::answer_hotline;
pub use notice::{Notice, NoticeKind};
pub use offer::{Available, available};
pub use rehome::rehome;
pub use report::report;
pub use tick::tick;

use super::{Command, Form, Matter, Step};
use crate::calendar::Calendar;
use crate::category::Categories;
use crate::directory::{Actor, Directory};
use crate::flow::{Action, Flow};
use crate::id::MatterId;
use crate::post::Post;
use crate::refusal::Refusal;
use crate::rights::{Relation, Verb};
use crate::time::{Day, Instant};
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

impl Outcome {
    /// Adds what was decided of another matter.
    fn absorb(&mut self, other: Self) {
        self.steps.extend(other.steps);
        self.matters.extend(other.matters);
        self.notices.extend(other.notices);
    }
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
    let verb = flow.action(&command.action).map(|a| a.verb);
    if !known(rules, actor, matter, verb, day) {
        return Err(Refusal::unknown("事件"));
    }
    let Some(action) = flow.action(&command.action) else {
        return Err(Refusal::invalid(
            "action",
            "unknown_action",
            format!(
                "没有“{}”这个动作。{}",
                command.action,
                offer::possible(rules, actor, matter, now)
            ),
        ));
    };
    if let Some(version) = command.version
        && version != matter.version
    {
        return Err(Refusal::Stale(format!(
            "这件事刚刚有了新进展（您看到的是第 {version} 步，现在是第 {} 步），请刷新后再办理",
            matter.version
        )));
    }
    if !action.from.contains(&matter.state) {
        let state = flow.state(&matter.state).map_or("", |s| s.name.as_str());
        return Err(Refusal::Conflict(format!(
            "“{state}”状态下不能“{}”。{}",
            action.name,
            offer::possible(rules, actor, matter, now)
        )));
    }
    let Some(post) = rules
        .directory
        .entitles(actor, action.verb, &action.by, matter, day)
    else {
        return Err(Refusal::Denied(format!(
            "您的岗位不能对这件事“{}”，现由{}承办。{}",
            action.name,
            offer::holders(rules, matter, day),
            offer::possible(rules, actor, matter, now)
        )));
    };
    let mut work = Work::begin(rules, flow, matter, actor, post, now, &action.code);
    form::guard(action, &work)?;
    form::check(action, &command.form, &work)?;
    work.words(&command.form);
    work.fill(action, &command.form);
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
    match action.verb {
        Verb::Split => split::split(&mut work, &command.form, command.fresh)?,
        _ => run(&mut work, cases, action, &command.form)?,
    }
    let mut outcome = work.finish();
    split::tell_whole(rules, cases, actor, matter, &mut outcome, now)?;
    if action.verb == Verb::FeedBack {
        opening::tell_cause(rules, cases, (actor, post), matter, &mut outcome, now)?;
    }
    Ok(outcome)
}

/// Whether the actor may know the matter: by seeing it, or by joining what anybody may join.
fn known(rules: &Rules, actor: &Actor, matter: &Matter, verb: Option<Verb>, day: Day) -> bool {
    let directory = &rules.directory;
    directory.sees(actor, matter, day) || (verb == Some(Verb::Join) && directory.joinable(matter))
}

/// Runs the engine's part of an action.
fn run(work: &mut Work<'_>, cases: &Cases, action: &Action, form: &Form) -> Result<(), Refusal> {
    match action.verb {
        Verb::Prehandle => judging::prehandle(work, form),
        Verb::Claim => work.claim(form.task),
        Verb::Classify | Verb::Mark | Verb::Progress | Verb::Comment => Ok(()),
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
        Verb::Urge => urging::urge(work),
        Verb::Supervise => judging::supervise(work),
        Verb::AnswerSupervision => judging::answer_supervision(work),
        Verb::Archive => closing::archive(work, &action.to),
        Verb::Pass => tasks::pass(work, &action.to),
        Verb::SendBack => tasks::send_back(work, form),
        Verb::Accept => closing::accept(work),
        Verb::Recall => recall::recall(work, &action.to, form),
        Verb::Transfer => transfer::transfer(work, form),
        Verb::Invite => tasks::invite(work, form),
        Verb::AskCountersign => countersign::ask(work, action, form),
        Verb::Countersign => countersign::answer(work, form),
        Verb::Mediate => mediate::mediate(work, &action.to, form),
        other => Err(Refusal::Conflict(format!(
            "流程里的动作“{}”用了不能作用于事件的动词 {}",
            action.name,
            other.code()
        ))),
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
        Some(post) => (
            rules.directory.signature(&actor.name, post),
            rules.directory.title(post),
        ),
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
