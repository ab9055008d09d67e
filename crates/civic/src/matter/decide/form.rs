//! What an action demands: of the matter (guards) and of the form (needs).

use super::super::{Ask, ClockKind, Finding, Form};
use super::work::Work;
use super::{opening, recall, split, urging};
use crate::flow::{AUTHORISED_UNTIL, Action, Guard, Need};
use crate::limits;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::rights::Verb;
use crate::time::Day;

/// Why a matter that is not urgent climbs step by step.
pub(super) const NOT_URGENT: &str = "只有紧急类别才能越级上报，请核对类别，或逐级上报";

/// What must hold and does not.
pub(super) fn guard(action: &Action, work: &Work<'_>) -> Result<(), Refusal> {
    for guard in &action.guards {
        let matter = work.matter();
        let refused = match guard {
            Guard::Untouched if !recall::untouched(matter) => {
                "对方已经着手办理，或送达当日已过，不能收回；请联系承办席位退回"
            }
            Guard::NotReturned if matter.returned => {
                "这件事是退回来的，只能补正后重新上报或改派，不能直接办结"
            }
            // Without a category yet, the form brings one, and the action looks again.
            Guard::Authorised if !authorised(work) => {
                "居民的授权已经到期，不能再代办；请居民续期，或撤回授权结束代办"
            }
            Guard::Urgent if matter.category.as_ref().is_some_and(|c| !c.urgent) => NOT_URGENT,
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
    early(action, work)?;
    if action.verb == Verb::Urge {
        urging::may_urge(work)?;
    }
    split::waits(action.verb, work.matter())?;
    if action.verb == Verb::Split && work.matter().part_of.is_some() {
        return Err(Refusal::Conflict(
            "分办事项不能再分办；请呼叫部门，或在原事项中再分办一项".into(),
        ));
    }
    undecided(action, work)
}

/// Whether the authorisation of the person concerned has not run out.
fn authorised(work: &Work<'_>) -> bool {
    let until = work.matter().fields.get(AUTHORISED_UNTIL);
    until
        .and_then(|day| Day::parse(day).ok())
        .is_some_and(|last| work.day <= last)
}

/// What is due on a day is not done before it.
fn early(action: &Action, work: &Work<'_>) -> Result<(), Refusal> {
    let Some(days) = action.after_days else {
        return Ok(());
    };
    let begun = work.rules.day(work.matter().entered_at);
    let first = begun.plus(i64::from(days));
    if work.day >= first {
        return Ok(());
    }
    Err(Refusal::Conflict(format!(
        "“{}”要到 {first} 才能办理；提前去了的，用“提前回访”记下，不算这一次",
        action.name
    )))
}

/// While a return or a void waits for its decision the desk does not judge otherwise, unless the
/// decision is late.
fn undecided(action: &Action, work: &Work<'_>) -> Result<(), Refusal> {
    let moves = matches!(
        action.verb,
        Verb::Prehandle
            | Verb::Escalate
            | Verb::Leap
            | Verb::Undertake
            | Verb::Assign
            | Verb::Call
            | Verb::Settle
            | Verb::AskCountersign
            | Verb::Transfer
            | Verb::Merge
    );
    let matter = work.matter();
    let late = |slot: u32| {
        matter
            .clocks
            .iter()
            .any(|c| c.kind == ClockKind::Approval && c.slot == slot && c.marked)
    };
    let asked = matter
        .pending
        .iter()
        .find(|p| p.slot == 0 && matches!(p.ask, Ask::Return | Ask::Void) && !late(p.slot));
    match asked {
        Some(pending) if moves => Err(Refusal::Conflict(format!(
            "已经申请{}，正在等“{}”审批；审批以后，或今日 24:00 仍未审批时，再作其他处理",
            pending.ask.word(),
            work.rules.directory.desk_name(pending.approver)
        ))),
        _ => Ok(()),
    }
}

/// What the form lacks or breaks; all of it at once.
pub(super) fn check(action: &Action, form: &Form, work: &Work<'_>) -> Result<(), Refusal> {
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
            Need::Person if form.person.is_none() && form.org.is_none() => {
                miss("person", "请选择转给哪位同事或哪个单位")
            }
            Need::Session if form.session.is_none() => miss("session", "请填写调解情况"),
            Need::Files if form.files.is_empty() => miss("files", "请上传依据的照片或文件"),
            Need::Part if form.part.is_none() => miss("part", "请写明要分办的事项"),
            Need::Co if form.co.is_empty() => miss("co", "请至少选择一个单位"),
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
    problems.extend(opening::wrong(&action.fields, &form.fields, &action.name));
    let until = form.fields.get(AUTHORISED_UNTIL);
    problems.extend(until.and_then(|day| opening::bad_authorisation(day, work.day)));
    if form.finding == Some(Finding::Cannot) && action.verb == Verb::Settle {
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
pub(super) fn too_long(field: &str, text: &str, max: usize) -> Option<Problem> {
    let chars = text.chars().count();
    (chars > max).then(|| {
        Problem::new(
            field,
            "too_long",
            format!("文字太长：最多 {max} 字，现在 {chars} 字，请删减"),
        )
    })
}
