//! Beginning a matter from above: an order to a lower area or an organisation (限期整改, R076), and
//! the parts of a flow's own form.

use super::super::{ClockKind, Desk, Fact, Link, Matter, NoticeKind, ReportForm, TaskKind, Trail};
use super::form::too_long;
use super::report::begin;
use super::work::Work;
use super::{Cases, Outcome, Rules};
use crate::directory::Actor;
use crate::flow::{AUTHORISED_UNTIL, Field, FieldKind, Flow, Need, Phase};
use crate::id::{AreaId, MatterId};
use crate::limit::{Limit, LimitUnit};
use crate::limits;
use crate::post::{Post, Seat};
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::rights::{self, Relation};
use crate::time::{Day, Instant};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Checks the flow's own fields and what its start demands; answers the text with the fields that
/// are words.
pub(super) fn fields(
    flow: &Flow,
    form: &ReportForm,
    text: String,
    today: Day,
) -> Result<String, Refusal> {
    let mut problems = wrong(&flow.start.fields, &form.opening.fields, &flow.name);
    let missing = |need: Need| flow.start.needs.contains(&need);
    if form.opening.until.is_none() && missing(Need::Until) {
        problems.push(Problem::new("until", "required", "请选择完成期限"));
    }
    if form.opening.cause.is_none() && missing(Need::Other) {
        let text = "请选择由哪件事引起";
        problems.push(Problem::new("cause", "required", text));
    }
    if form.category.as_deref().is_none_or(str::is_empty) && missing(Need::Category) {
        problems.push(Problem::new("category", "required", "请选择类别"));
    }
    if form.files.is_empty() && missing(Need::Files) {
        problems.push(Problem::new("files", "required", "请上传依据的照片或文件"));
    }
    problems.extend(authorised(flow, form, today));
    problems.extend(
        form.opening
            .until
            .and_then(|until| bad_deadline(until, today)),
    );
    if !problems.is_empty() {
        return Err(Refusal::Invalid(problems));
    }
    Ok(lines(&flow.start.fields, &form.opening.fields)
        .fold(text, |text, line| format!("{text}\n{line}")))
}

/// What is wrong with the last day of an authorisation: today at the earliest, within a year.
fn authorised(flow: &Flow, form: &ReportForm, today: Day) -> Option<Problem> {
    let asked = flow.start.fields.iter().any(|f| f.code == AUTHORISED_UNTIL);
    let given = form
        .opening
        .fields
        .get(AUTHORISED_UNTIL)
        .filter(|_| asked)?;
    bad_authorisation(given, today)
}

pub(super) fn bad_authorisation(given: &str, today: Day) -> Option<Problem> {
    let last = Day::parse(given.trim()).ok()?;
    let out = last < today || last.0 > today.0 + limits::SUSPENSION_DAYS_MAX;
    out.then(|| {
        let text = "授权的最后一天须在今天以后、一年以内，请重新选择";
        Problem::new(format!("fields.{AUTHORISED_UNTIL}"), "out_of_range", text)
    })
}

/// The fields that are words, each as a line.
pub(super) fn lines<'a>(
    fields: &'a [Field],
    given: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = String> + 'a {
    let words = fields.iter().filter(|f| f.kind == FieldKind::Text);
    words
        .filter_map(|f| Some((f, given.get(&f.code)?.trim())))
        .filter(|(_, value)| !value.is_empty())
        .map(|(field, value)| format!("{}：{value}", field.name))
}

/// The fields that are not words, as the journal keeps them.
pub(super) fn kept(fields: &[Field], given: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    fields
        .iter()
        .filter(|f| f.kind != FieldKind::Text)
        .filter_map(|f| Some((f.code.clone(), given.get(&f.code)?.trim().to_owned())))
        .collect()
}

/// What is wrong with a deadline: it must lie ahead, and within a year.
pub(super) fn bad_deadline(until: Day, today: Day) -> Option<Problem> {
    let out = until <= today || until.0 > today.0 + limits::SUSPENSION_DAYS_MAX;
    out.then(|| {
        Problem::new(
            "until",
            "out_of_range",
            "完成期限须在明天以后、一年以内，请重新选择",
        )
    })
}

/// What the fields of the form `of` lack or break.
pub(super) fn wrong(fields: &[Field], given: &BTreeMap<String, String>, of: &str) -> Vec<Problem> {
    let mut problems: Vec<Problem> = fields
        .iter()
        .filter_map(|field| wrong_value(field, given.get(&field.code)))
        .collect();
    for code in given.keys() {
        if !fields.iter().any(|f| f.code == *code) {
            let text = format!("“{of}”的表单没有“{code}”这一项");
            problems.push(Problem::new(
                format!("fields.{code}"),
                "unknown_field",
                text,
            ));
        }
    }
    problems
}

fn wrong_value(field: &Field, value: Option<&String>) -> Option<Problem> {
    let name = format!("fields.{}", field.code);
    let value = value.map(|v| v.trim()).filter(|v| !v.is_empty());
    let Some(value) = value else {
        return field
            .required
            .then(|| Problem::new(name, "required", format!("请填写“{}”", field.name)));
    };
    match field.kind {
        FieldKind::Choice if !field.options.iter().any(|o| o == value) => Some(Problem::new(
            name,
            "unknown_word",
            format!("“{}”只能是：{}", field.name, field.options.join("、")),
        )),
        FieldKind::Day if Day::parse(value).is_err() => Some(Problem::new(
            name,
            "bad_day",
            format!("“{}”应为日期，如 2026-03-11", field.name),
        )),
        FieldKind::Text => too_long(&name, value, limits::NAME_CHARS_MAX),
        _ => None,
    }
}

/// Links the new matter to the one that caused it, and that one to it.
pub(super) fn cause(work: &mut Work<'_>, cases: &Cases, form: &ReportForm) -> Result<(), Refusal> {
    let Some(id) = form.opening.cause else {
        return Ok(());
    };
    let found = cases
        .0
        .get(&id)
        .filter(|m| work.rules.directory.sees(work.actor, m, work.day))
        .ok_or_else(|| {
            Refusal::invalid(
                "cause",
                "unknown_matter",
                "没有找到引起的事项，请核对后重新选择",
            )
        })?;
    let flow = work.rules.flow_of(found)?;
    let mut other = Work::begin(
        work.rules, flow, found, work.actor, work.post, work.now, "caused",
    );
    other.fact(Fact::Caused(Link {
        id: work.matter().id,
        no: work.matter().no.clone(),
    }));
    let link = Link {
        id,
        no: found.no.clone(),
    };
    work.absorb(other.finish());
    work.fact(Fact::CausedBy(link));
    Ok(())
}

/// Tells the matter that caused this one what was fed back: a step in its journal, and its desk (R077).
pub(super) fn tell_cause(
    rules: &Rules,
    cases: &Cases,
    (actor, post): (&Actor, Option<&Arc<Post>>),
    of: &Matter,
    outcome: &mut Outcome,
    now: Instant,
) -> Result<(), Refusal> {
    let cause = of.cause.as_ref().and_then(|c| cases.0.get(&c.id));
    let said = outcome.steps.iter().find(|s| s.matter == of.id);
    let (Some(cause), Some(said)) = (cause, said) else {
        return Ok(());
    };
    let own = rules.flow_of(of)?;
    let words = said.words.opinion.clone().unwrap_or_default();
    let flow = rules.flow_of(cause)?;
    let mut work = Work::begin(rules, flow, cause, actor, post, now, "caused_answer");
    work.auto_opinion(&format!("{} {}：\n{words}", own.name, of.no));
    let text = format!("{}：{} {} 已有结果", work.label(), own.name, of.no);
    let desk = cause.owner.map_or(cause.desk, Desk::Area);
    work.tell(desk, NoticeKind::Decided, text);
    outcome.absorb(work.finish());
    Ok(())
}

/// Sends a new matter to the desk of a lower area or an organisation. The issuer's desk judges the
/// answer.
#[allow(
    clippy::too_many_arguments,
    reason = "everything a pure decision looks at"
)]
pub(super) fn issue(
    rules: &Rules,
    cases: &Cases,
    flow: &Flow,
    actor: &Actor,
    form: &ReportForm,
    named: (MatterId, &str),
    (title, text): (String, String),
    now: Instant,
) -> Result<Outcome, Refusal> {
    let day = rules.day(now);
    let (target, place) = target(rules, flow, form, day)?;
    let Some((post, own)) = issuer(rules, flow, actor, target, place, day) else {
        return Err(Refusal::Denied(format!(
            "您的岗位不能对“{}”{}；只有它的上级区域的中心和领导可以",
            rules.directory.desk_name(target),
            flow.start.word
        )));
    };
    let form = ReportForm {
        path: rules.directory.tree.path(place),
        ..form.clone()
    };
    let level = form.path.level_of(own).unwrap_or(crate::area::Level::City);
    let mut work = begin(rules, flow, actor, Some(post), &form, named, now)?;
    work.report_words(&title, &text);
    cause(&mut work, cases, &form)?;
    work.fact(Fact::Owned { area: own });
    order(&mut work, 1, target, form.opening.until);
    let state = work.state_of(Phase::Called)?;
    work.enter(state, Desk::Area(own), level, Trail::Keep);
    Ok(work.finish())
}

/// The number of the next task.
pub(super) fn next_task(work: &Work<'_>) -> u32 {
    work.matter().tasks.iter().map(|t| t.no).max().unwrap_or(0) + 1
}

/// Sends one task with a fixed last day; without one, the flow's limit runs from the signing.
pub(super) fn order(work: &mut Work<'_>, no: u32, desk: Desk, until: Option<Day>) {
    let limit = until.map_or(work.limit(), |until| {
        let days = u32::try_from(until.0 - work.day.0).unwrap_or(1);
        Limit::new(days, LimitUnit::CalendarDays)
    });
    work.fact(Fact::TaskSent {
        no,
        kind: TaskKind::Lead,
        desk,
        limit,
    });
    let sign_in = work.due(work.sign_in_limit());
    work.start_clock(ClockKind::SignIn, no, sign_in);
    let zone = work.rules.calendar.zone();
    let mut text = format!("{}，请在 {} 前签收", work.label(), zone.format(sign_in));
    if let Some(until) = until {
        let due = zone.start_of(Day(until.0 + 1));
        work.start_clock(ClockKind::Handle, no, due);
        text = format!("{text}，{until} 前完成");
    }
    work.tell(desk, NoticeKind::Arrived, text);
}

/// The desk that is ordered, and the area it stands for.
fn target(
    rules: &Rules,
    flow: &Flow,
    form: &ReportForm,
    day: Day,
) -> Result<(Desk, AreaId), Refusal> {
    let unknown = || Refusal::invalid("target", "required", "请选择要发往的下级区域或单位");
    let target = form.opening.target.ok_or_else(unknown)?;
    let place = match target {
        Desk::Area(area) => Some(area),
        Desk::Org(org) => rules.directory.org(org).map(|o| o.area),
        Desk::Reporter | Desk::None => None,
    };
    let lines = &flow.start.lines;
    let takes = |org| {
        let line = rules.directory.org(org).map(|o| &*o.line);
        line.is_some_and(|line| lines.iter().any(|l| l == line))
    };
    if !lines.is_empty() && !matches!(target, Desk::Org(org) if takes(org)) {
        let text = format!("“{}”只能送给相应的单位，请从名单中选择", flow.name);
        return Err(Refusal::invalid("target", "other_line", text));
    }
    place
        .filter(|a| {
            rules
                .directory
                .tree
                .get(*a)
                .is_some_and(|a| a.valid_on(day))
        })
        .map(|area| (target, area))
        .ok_or_else(unknown)
}

/// The post by which the actor may order the target: of an area properly above it, or, for an
/// organisation, of the area it belongs to.
fn issuer<'a>(
    rules: &Rules,
    flow: &Flow,
    actor: &'a Actor,
    target: Desk,
    place: AreaId,
    day: Day,
) -> Option<(&'a Arc<Post>, AreaId)> {
    actor.posts.iter().find_map(|post| {
        let Seat::Area(own) = post.seat else {
            return None;
        };
        let may = rights::relations(post.role, flow.start.verb).any(|r| r == Relation::Above)
            && post.held_on(day)
            && rules.directory.tree.within(place, own)
            && target != Desk::Area(own);
        may.then_some((post, own))
    })
}
