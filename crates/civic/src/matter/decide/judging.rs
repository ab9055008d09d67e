//! Judgement (研判): pre-handling, escalation, undertaking, assignment, merging, and the orders
//! from above.

use super::super::{ClockKind, Desk, Fact, Finding, Form, NoticeKind, Trail};
use super::form::NOT_URGENT;
use super::work::Work;
use super::{Cases, closing};
use crate::area::Level;
use crate::flow::{Order, Target};
use crate::id::AreaId;
use crate::measure::Measure;
use crate::post::Seat;
use crate::problem::Problem;
use crate::refusal::Refusal;

/// 预处理 (rule 2): settled or calmed ends it at the unit; "cannot" hands it to the next level.
pub(super) fn prehandle(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    match form.finding {
        Some(Finding::Cannot) => escalate(work),
        Some(finding) => {
            answered(work, form)?;
            closing::finish(work, finding)
        }
        None => Ok(()),
    }
}

/// What ends at the unit ends like everywhere else: with a category, and with an answer to the
/// person concerned.
fn answered(work: &Work<'_>, form: &Form) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    if work.matter().category.is_none() {
        problems.push(Problem::new("category", "required", "请先选定事件类别"));
    }
    let reply = form.reply.as_deref().unwrap_or_default().trim();
    if work.matter().reporter.confirms && reply.is_empty() {
        problems.push(Problem::new("reply", "required", "请填写给群众的答复"));
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Invalid(problems)),
    }
}

/// To the next level (rule 3).
pub(super) fn escalate(work: &mut Work<'_>) -> Result<(), Refusal> {
    let area = work.desk_area()?;
    let Some((level, above)) = work.matter().path.above(area) else {
        return Err(Refusal::Conflict(
            "已经是最高一级，不能再上报；请呼叫部门或本级办理".into(),
        ));
    };
    work.judged();
    leave_return(work);
    work.enter_triage(level, above, Trail::Push)?;
    work.fact(Fact::Sent { by: area });
    Ok(())
}

/// To the town at once, with copies to grid and community (rule 3).
pub(super) fn leap(work: &mut Work<'_>, to: &Target) -> Result<(), Refusal> {
    let level = if let Target::Level(level) = to {
        *level
    } else {
        Level::Town
    };
    if !work.matter().category.as_ref().is_some_and(|c| c.urgent) {
        return Err(Refusal::Conflict(NOT_URGENT.into()));
    }
    let Some(area) = work.matter().path.at(level) else {
        return Err(Refusal::Conflict(format!(
            "这个地点没有{}一级，请逐级上报",
            level.word()
        )));
    };
    work.judged();
    leave_return(work);
    let from = work.desk_area()?;
    let between: Vec<_> = work
        .matter()
        .path
        .0
        .iter()
        .copied()
        .skip_while(|(_, a)| *a != area)
        .skip(1)
        .take_while(|(_, a)| *a != from)
        .collect();
    work.enter_triage(level, area, Trail::Push)?;
    work.fact(Fact::Sent { by: from });
    let text = format!("{} 已越级报镇街，抄告知悉", work.label());
    for (_, skipped) in between {
        work.tell(Desk::Area(skipped), NoticeKind::Copied, text.clone());
    }
    Ok(())
}

/// 本级办理
pub(super) fn undertake(work: &mut Work<'_>, to: &Target) -> Result<(), Refusal> {
    let Target::State(code) = to else {
        return Err(Refusal::Conflict(
            "流程没有写明本级办理的状态，请联系系统管理员".into(),
        ));
    };
    let state = work.state(code)?;
    work.judged();
    leave_return(work);
    let area = work.own()?;
    let level = work.matter().level;
    work.fact(Fact::Claimed {
        slot: 0,
        by: work.actor.account,
    });
    work.enter(state, Desk::Area(area), level, Trail::Keep);
    Ok(())
}

/// 下派: to an area of the path below this desk.
pub(super) fn assign(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let below = work.areas_below();
    let Some(area) = form.area.filter(|a| below.contains(a)) else {
        let names: Vec<String> = below
            .iter()
            .map(|a| work.rules.directory.desk_name(Desk::Area(*a)))
            .collect();
        return Err(Refusal::invalid(
            "area",
            "not_below",
            format!("只能下派给事发地的下级区域：{}", names.join("、")),
        ));
    };
    work.judged();
    leave_return(work);
    let by = work.own()?;
    let level = work.matter().path.level_of(area).unwrap_or(Level::Unit);
    work.enter_triage(level, area, Trail::Push)?;
    work.fact(Fact::Sent { by });
    Ok(())
}

/// Back to the judging desk because what was fed back is not good enough.
pub(super) fn rework(work: &mut Work<'_>) -> Result<(), Refusal> {
    let (level, area) = work.owner()?;
    work.count(Measure::Returned);
    work.enter_triage(level, area, Trail::Keep)
}

/// 并案: this one ends, the other remembers it and its reporter.
pub(super) fn merge(work: &mut Work<'_>, cases: &Cases, form: &Form) -> Result<(), Refusal> {
    let other = form
        .other
        .and_then(|id| cases.0.get(&id))
        .ok_or_else(|| Refusal::unknown("要并入的事件"))?;
    if other.id == work.matter().id {
        return Err(Refusal::invalid(
            "other",
            "itself",
            "不能并入自己，请选择另一件事",
        ));
    }
    if !work.rules.directory.sees(work.actor, other, work.day) {
        return Err(Refusal::unknown("要并入的事件"));
    }
    if other.over() {
        return Err(Refusal::invalid(
            "other",
            "over",
            format!("〔{}〕已经结束，不能并入；请选择在办的事件", other.no),
        ));
    }
    if other.flow != work.matter().flow {
        let text = format!(
            "〔{}〕是另一类流程的事，不能并案；请选择同类的在办事件",
            other.no
        );
        return Err(Refusal::invalid("other", "other_flow", text));
    }
    if work.matter().reopened > 0 {
        let text = "重办的事件要单独办结、答复，不能并入别的事件";
        return Err(Refusal::Conflict(text.into()));
    }
    if work.matter().tasks.iter().any(super::super::Task::is_open) {
        return Err(Refusal::Conflict("还有部门在办理，请等反馈后再并案".into()));
    }
    let flow = work.rules.flow_of(other)?;
    let mut into = Work::begin(
        work.rules, flow, other, work.actor, work.post, work.now, "absorb",
    );
    into.fact(Fact::Absorbed {
        other: work.matter().id,
        no: work.matter().no.clone(),
        reporter: work.matter().reporter.account,
    });
    let (into_id, into_no) = (other.id, other.no.clone());
    work.absorb(into.finish());
    work.judged();
    work.own()?;
    work.fact(Fact::Merged { into: into_id });
    work.count(Measure::Merged);
    let text = format!(
        "{} 与〔{into_no}〕是同一件事，已合并办理，结果会一并告知您",
        work.label()
    );
    work.tell_public(&text);
    let state = work
        .state("merged")
        .or_else(|_| work.state_of(crate::flow::Phase::Dropped))?;
    let level = work.matter().level;
    work.enter(state, Desk::None, level, Trail::Keep);
    Ok(())
}

/// 督办 (R076): an order from above to answer in writing, ranked by who orders it. A higher level may
/// order while a lower one waits for its answer, not the other way round.
pub(super) fn supervise(work: &mut Work<'_>) -> Result<(), Refusal> {
    let by = match work.post.map(|p| p.seat) {
        Some(Seat::Area(area)) => area,
        _ => return Err(Refusal::Denied("只有上级区域的岗位可以督办".into())),
    };
    let order = work.flow.order(level_of(work, by));
    if let Some(open) = &work.matter().supervision
        && open.answered_at.is_none()
        && open.level <= order.rank
    {
        return Err(Refusal::Conflict(format!(
            "{}已作{}督办，限 {} 前回复；请等待回复，或请更高一级督办",
            work.rules.directory.desk_name(Desk::Area(open.by)),
            rank_word(open.level),
            work.rules.calendar.zone().format(open.due)
        )));
    }
    supervised(work, by, order);
    Ok(())
}

fn level_of(work: &Work<'_>, area: AreaId) -> Level {
    work.matter().path.level_of(area).unwrap_or(Level::City)
}

/// `一级` is the gravest.
fn rank_word(rank: u32) -> &'static str {
    match rank {
        1 => "一级",
        2 => "二级",
        _ => "三级",
    }
}

fn supervised(work: &mut Work<'_>, by: AreaId, order: Order) {
    work.stop_clock(ClockKind::Supervision, 0);
    let due = work.due(order.limit);
    work.fact(Fact::Supervised {
        by,
        due,
        rank: order.rank,
    });
    work.start_clock(ClockKind::Supervision, 0, due);
    work.count(Measure::Supervised);
    let text = format!(
        "{} 被{}{}督办，请在 {} 前书面回复",
        work.label(),
        work.rules.directory.desk_name(Desk::Area(by)),
        rank_word(order.rank),
        work.rules.calendar.zone().format(due)
    );
    let desks: Vec<Desk> = work.matter().holding().map(|(_, d)| d).collect();
    for desk in desks {
        work.tell(desk, NoticeKind::Supervised, text.clone());
    }
}

/// A supervision that nobody answered in time climbs to the level above the one that ordered it.
pub(super) fn climb(work: &mut Work<'_>) {
    let Some(by) = work
        .matter()
        .supervision
        .as_ref()
        .filter(|s| s.answered_at.is_none())
        .and_then(|s| work.matter().path.above(s.by))
        .map(|(_, above)| above)
    else {
        return;
    };
    let order = work.flow.order(level_of(work, by));
    let text = format!(
        "{} 的督办逾期未回复，已升为{}督办",
        work.label(),
        rank_word(order.rank)
    );
    work.tell(Desk::Area(by), NoticeKind::Supervised, text);
    supervised(work, by, order);
}

/// 督办回复
pub(super) fn answer_supervision(work: &mut Work<'_>) -> Result<(), Refusal> {
    work.stop_clock(ClockKind::Supervision, 0);
    let by = work.matter().supervision.as_ref().map(|s| s.by);
    work.fact(Fact::SupervisionAnswered);
    if let Some(by) = by {
        let text = format!("{} 的督办已回复，请查看", work.label());
        work.tell(Desk::Area(by), NoticeKind::Decided, text);
    }
    Ok(())
}

/// A returned matter that moves on may be closed again later.
pub(super) fn leave_return(work: &mut Work<'_>) {
    if work.matter().returned {
        work.fact(Fact::ReturnedFlag { on: false });
    }
}
