//! Reporting (rule 1), with the first handling in the same breath where the unit head did it.

use super::super::{Channel, ClockKind, Desk, Fact, Matter, NoticeKind, ReportForm, Trail};
use super::form::too_long;
use super::work::{Work, classified};
use super::{Cases, Outcome, Rules, judging, opening};
use crate::area::Level;
use crate::directory::Actor;
use crate::flow::{Flow, StartAt};
use crate::id::{AreaId, MatterId};
use crate::limits;
use crate::measure::Measure;
use crate::post::{Post, Seat};
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::time::Instant;
use std::sync::Arc;

/// Characters of the text that make a title where none is given.
const TITLE_FROM_TEXT: usize = 24;

/// Decides a report. `id` and `no` were minted by the caller.
///
/// # Errors
/// `Invalid` with every problem: no text, too long, unknown category, a place without areas.
#[allow(
    clippy::too_many_arguments,
    reason = "everything a pure decision looks at"
)]
pub fn report(
    rules: &Rules,
    cases: &Cases,
    flow: &str,
    actor: &Actor,
    form: &ReportForm,
    id: MatterId,
    no: &str,
    now: Instant,
) -> Result<Outcome, Refusal> {
    let flow = rules
        .newest(flow)
        .ok_or_else(|| Refusal::Conflict(format!("流程 {flow} 没有装载，请联系系统管理员")))?;
    let (title, text) = words(form)?;
    let text = opening::fields(flow, form, text, rules.day(now))?;
    if flow.start.at == StartAt::Target {
        return opening::issue(
            rules,
            cases,
            flow,
            actor,
            form,
            (id, no),
            (title, text),
            now,
        );
    }
    let post = reporting_post(rules, actor, form, now);
    if form.on_behalf {
        may_stand_in(rules, actor, form, now)?;
    }
    let (level, area) = match flow.start.at {
        StartAt::Level(level) => (level, desk_of(form, level)?),
        _ => first_desk(rules, post, form)?,
    };
    let mut work = begin(rules, flow, actor, post, form, (id, no), now)?;
    work.report_words(&title, &text);
    opening::cause(&mut work, cases, form)?;
    work.enter_triage(level, area, Trail::Keep)?;
    if let Some(last) = form.opening.answer_by {
        let due = rules.calendar.zone().start_of(last.plus(1));
        work.start_clock(ClockKind::Hotline, 0, due);
    }
    if form.reporter.confirms {
        let due = work.due(flow.reply);
        work.start_clock(ClockKind::Reply, 0, due);
        let text = format!(
            "{} 已受理，由{}办理，{} 前会有工作人员回应，进展会通知您",
            work.label(),
            rules.directory.desk_name(Desk::Area(area)),
            rules.calendar.zone().format(due)
        );
        work.tell(Desk::Reporter, NoticeKind::Result, text);
    }
    if let Some(first) = &form.prehandle {
        if level != Level::Unit {
            return Err(Refusal::invalid(
                "prehandle",
                "not_a_unit",
                "只有治理单元采集的事件才能同时预处理",
            ));
        }
        let day = rules.day(now);
        let at_desk = |p: &Arc<Post>| rules.directory.serves(p, Desk::Area(area), day);
        if !form.on_behalf && !actor.posts.iter().any(at_desk) {
            return Err(Refusal::Denied(
                "只有本单元的单元长可以同时预处理；代单元长登记的，请勾选“代单元长登记”".into(),
            ));
        }
        let (Some(opinion), Some(_)) = (
            first.opinion.as_deref().filter(|t| !t.trim().is_empty()),
            first.finding,
        ) else {
            return Err(Refusal::invalid(
                "prehandle",
                "required",
                "请填写预处理的情况和结果",
            ));
        };
        if let Some(problem) = too_long("prehandle.opinion", opinion, limits::TEXT_CHARS_MAX) {
            return Err(Refusal::Invalid(vec![problem]));
        }
        work.next_step("prehandle");
        work.words(first);
        work.acknowledge();
        judging::prehandle(&mut work, first)?;
    }
    Ok(work.finish())
}

/// A workbench for a new matter, with what every report brings.
pub(super) fn begin<'a>(
    rules: &'a Rules,
    flow: &'a Flow,
    actor: &'a Actor,
    post: Option<&'a Arc<Post>>,
    form: &ReportForm,
    (id, no): (MatterId, &str),
    now: Instant,
) -> Result<Work<'a>, Refusal> {
    let blank = Matter::begin(&blank_step(id, no, flow, form, now))
        .ok_or_else(|| Refusal::Conflict(format!("无法建立{}", flow.name)))?;
    let mut work = Work::fresh(rules, flow, blank, actor, post, now);
    work.fact(reported(no, flow, form));
    if let Some(whole) = &form.opening.part_of {
        work.fact(Fact::PartOf(whole.clone()));
    }
    work.count(Measure::Reported);
    if form.channel == Channel::Snapshot {
        work.count(Measure::Snapshots);
    }
    if let Some(code) = form.category.as_deref().filter(|c| !c.is_empty()) {
        let category = classified(rules, flow, code, form.condition.as_deref())?;
        work.fact(Fact::Classified(category));
    }
    for file in &form.files {
        work.attach(file.clone())?;
    }
    let kept = opening::kept(&flow.start.fields, &form.opening.fields);
    if !kept.is_empty() {
        work.fact(Fact::Filled { fields: kept });
    }
    Ok(work)
}

/// The desk of `level` at the place.
fn desk_of(form: &ReportForm, level: Level) -> Result<AreaId, Refusal> {
    form.path.at(level).ok_or_else(|| {
        Refusal::invalid(
            "place",
            "too_coarse",
            format!("地点太笼统，请至少选到{}", level.word()),
        )
    })
}

fn reported(no: &str, flow: &Flow, form: &ReportForm) -> Fact {
    Fact::Reported {
        no: no.to_owned(),
        flow: flow.code.clone(),
        flow_version: flow.version,
        board: flow.board,
        channel: form.channel,
        place: form.place.clone(),
        path: form.path.clone(),
        reporter: form.reporter.clone(),
    }
}

fn blank_step(id: MatterId, no: &str, flow: &Flow, form: &ReportForm, now: Instant) -> super::Step {
    super::Step {
        matter: id,
        seq: 0,
        action: "report".into(),
        who: super::super::Who {
            account: crate::id::AccountId(0),
            post: None,
            org: None,
            name: String::new(),
            title: String::new(),
        },
        from_state: String::new(),
        to_state: String::new(),
        from_desk: Desk::None,
        to_desk: Desk::None,
        received_at: now,
        acted_at: now,
        due_at: None,
        same_day: None,
        overdue: None,
        facts: vec![reported(no, flow, form)],
        words: super::super::Words::default(),
        prev: crate::trace::Hash::default(),
        hash: crate::trace::Hash::default(),
    }
}

/// Title and text, trimmed; the title is made from the text where none is given.
pub(super) fn words(form: &ReportForm) -> Result<(String, String), Refusal> {
    let (title, text) = (form.title.trim(), form.text.trim());
    let mut problems = Vec::new();
    if text.is_empty() && title.is_empty() {
        problems.push(Problem::new("text", "required", "请写明发生了什么事"));
    }
    problems.extend(too_long("title", title, limits::TITLE_CHARS_MAX));
    problems.extend(too_long("text", text, limits::TEXT_CHARS_MAX));
    problems.extend(too_long(
        "address",
        &form.place.address,
        limits::NAME_CHARS_MAX,
    ));
    if form.path.leaf().is_none() {
        problems.push(Problem::new(
            "place",
            "required",
            "请在地图上选择地点，或选择所在治理单元",
        ));
    }
    if form.files.len() > limits::FILES_MAX {
        problems.push(Problem::new(
            "files",
            "too_many",
            format!("附件最多 {} 个，请先整理", limits::FILES_MAX),
        ));
    }
    if !problems.is_empty() {
        return Err(Refusal::Invalid(problems));
    }
    let made = match title.is_empty() {
        true => title_of(text),
        false => title.to_owned(),
    };
    Ok((
        made,
        if text.is_empty() {
            title.to_owned()
        } else {
            text.to_owned()
        },
    ))
}

/// The first sentence as a title; a long one is cut, and shows it.
fn title_of(text: &str) -> String {
    let sentence = text
        .split(['\n', '。', '！', '？', '；'])
        .map(str::trim)
        .find(|part| !part.is_empty())
        .unwrap_or(text);
    let mut title: String = sentence.chars().take(TITLE_FROM_TEXT).collect();
    if title.chars().count() < sentence.chars().count() {
        title.pop();
        title.push('…');
    }
    title
}

/// The post by which the reporter reports: the lowest one whose area holds the place.
fn reporting_post<'a>(
    rules: &Rules,
    actor: &'a Actor,
    form: &ReportForm,
    now: Instant,
) -> Option<&'a Arc<Post>> {
    let day = rules.day(now);
    let on_path = |p: &&Arc<Post>| matches!(p.seat, Seat::Area(area) if form.path.contains(area));
    actor
        .posts
        .iter()
        .filter(|p| p.held_on(day))
        .filter(on_path)
        .max_by_key(|p| p.role.level())
        .or_else(|| actor.posts.iter().find(|p| matches!(p.seat, Seat::Org(_))))
}

/// Somebody of the unit's grid or community may enter for its head (R044).
fn may_stand_in(
    rules: &Rules,
    actor: &Actor,
    form: &ReportForm,
    now: Instant,
) -> Result<(), Refusal> {
    let day = rules.day(now);
    let near = |p: &Arc<Post>| {
        p.held_on(day)
            && p.role.mans_desk()
            && matches!(p.role.level(), Some(Level::Grid | Level::Community))
            && matches!(p.seat, Seat::Area(area) if form.path.contains(area))
    };
    if form.path.at(Level::Unit).is_none() {
        return Err(Refusal::invalid(
            "on_behalf",
            "no_unit",
            "代单元长登记要选到治理单元",
        ));
    }
    match actor.posts.iter().any(near) {
        true => Ok(()),
        false => Err(Refusal::Denied(
            "只有本网格、本村居的在岗人员可以代单元长登记".into(),
        )),
    }
}

/// Where it begins: at the desk of the reporter's own level when the place lies in their area
/// (who collects, handles first), else at the unit. The innermost area stands in for a unit where
/// a place is known only that far.
fn first_desk(
    rules: &Rules,
    post: Option<&Arc<Post>>,
    form: &ReportForm,
) -> Result<(Level, AreaId), Refusal> {
    let own = post
        .filter(|p| p.role.mans_desk() && !form.on_behalf)
        .and_then(|p| match p.seat {
            Seat::Area(area) => form.path.level_of(area).map(|level| (level, area)),
            Seat::Org(_) => None,
        });
    let leaf = form
        .path
        .leaf()
        .and_then(|area| form.path.level_of(area).map(|level| (level, area)));
    let (level, area) = own
        .or(leaf)
        .ok_or_else(|| Refusal::invalid("place", "required", "请选择地点"))?;
    if level == Level::City && own.is_none() || rules.directory.tree.get(area).is_none() {
        return Err(Refusal::invalid(
            "place",
            "too_coarse",
            "地点太笼统，请至少选到村居",
        ));
    }
    let Some(bypass) = form.reporter.bypass else {
        return Ok((level, area));
    };
    // A complaint about a desk's own staff goes to the desk above (privacy.md V18).
    let Some(above) = form.path.above(bypass) else {
        return Err(Refusal::invalid(
            "bypass",
            "not_here",
            "要回避的区域须是事发地所在的县区、镇街、村居、网格或治理单元，请重新选择",
        ));
    };
    match rules.directory.tree.within(area, bypass) {
        true => Ok(above),
        false => Ok((level, area)),
    }
}
