//! Joint handling: calling desks, signing in, feeding back, waiving, checking (rules 5 and 8).

use super::super::{
    CalledDesk, Clock, ClockKind, Desk, Fact, Finding, Form, NoticeKind, Task, TaskKind, TaskState,
    Trail,
};
use super::judging::leave_return;
use super::opening;
use super::work::Work;
use crate::area::Level;
use crate::flow::{Phase, Target};
use crate::limits;
use crate::measure::Measure;
use crate::problem::Problem;
use crate::refusal::Refusal;

/// 呼叫部门: a lead and co-handlers, companies included, each with its own deadline (R062, R066).
pub(super) fn call(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let has_lead = work
        .matter()
        .tasks
        .iter()
        .any(|t| t.kind == TaskKind::Lead && t.is_open());
    let mut problems = Vec::new();
    let mut sent = Vec::new();
    let (_, owner) = if work.matter().held_by == crate::flow::Holder::Area {
        (Level::Town, work.desk_area()?)
    } else {
        work.owner()?
    };
    let directory = &work.rules.directory;
    let callable: Vec<_> = directory
        .callable(owner)
        .map(|o| o.id)
        .filter(|o| !directory.accused(work.matter(), Desk::Org(*o)))
        .collect();
    for (field, kind, called) in form
        .lead
        .iter()
        .map(|c| ("lead", TaskKind::Lead, c))
        .chain(form.co.iter().map(|c| ("co", TaskKind::Co, c)))
    {
        let Some(org) = work
            .rules
            .directory
            .org(called.org)
            .filter(|o| callable.contains(&o.id))
        else {
            problems.push(Problem::new(
                field,
                "not_callable",
                "只能呼叫本级和上级范围内的单位，请从名单中选择",
            ));
            continue;
        };
        if work
            .matter()
            .tasks
            .iter()
            .any(|t| t.is_open() && t.desk == Desk::Org(org.id))
            || sent.iter().any(|(_, d, _)| *d == Desk::Org(org.id))
        {
            problems.push(Problem::new(
                field,
                "already_called",
                format!("{}已经在办理这件事，不必重复呼叫", org.name),
            ));
        }
        sent.push((kind, Desk::Org(org.id), called.limit));
    }
    if form.lead.is_some() && has_lead {
        problems.push(Problem::new(
            "lead",
            "second_lead",
            "已有主办单位，只能增加会办单位",
        ));
    }
    if form.lead.is_none() && !has_lead {
        problems.push(Problem::new("lead", "required", "请指定一个主办单位"));
    }
    if work.matter().tasks.len() + sent.len() > limits::TASKS_MAX {
        problems.push(Problem::new(
            "co",
            "too_many",
            format!("一件事最多呼叫 {} 个单位", limits::TASKS_MAX),
        ));
    }
    if !problems.is_empty() {
        return Err(Refusal::Invalid(problems));
    }
    work.judged();
    leave_return(work);
    work.own()?;
    let default = work.limit();
    let sign_in = work.due(work.sign_in_limit());
    let first = opening::next_task(work);
    for (no, (kind, desk, limit)) in (first..).zip(sent) {
        work.fact(Fact::TaskSent {
            no,
            kind,
            desk,
            limit: limit.unwrap_or(default),
        });
        work.start_clock(ClockKind::SignIn, no, sign_in);
        let text = format!(
            "{} 呼叫贵单位{}，请在 {} 前签收",
            work.label(),
            if kind == TaskKind::Lead {
                "主办"
            } else {
                "会办"
            },
            work.rules.calendar.zone().format(sign_in)
        );
        work.tell(desk, NoticeKind::Arrived, text);
    }
    follow(work)
}

/// 邀请会办: the lead asks for more desks by itself; the judging desk is told.
pub(super) fn invite(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let leads = work
        .own_tasks()
        .any(|t| t.kind == TaskKind::Lead && t.state == TaskState::Signed);
    if !leads {
        return Err(Refusal::Conflict(
            "只有已签收的主办单位可以邀请会办；会办单位请向主办单位或派单席位提出".into(),
        ));
    }
    let co = Form {
        co: form.co.clone(),
        ..Form::default()
    };
    call(work, &co)?;
    let (_, owner) = work.owner()?;
    let text = format!("{}：主办单位邀请了会办单位，请知悉", work.label());
    work.tell(Desk::Area(owner), NoticeKind::Decided, text);
    Ok(())
}

/// The desks of a list, each callable and named once.
pub(super) fn chosen(work: &Work<'_>, called: &[CalledDesk]) -> Result<Vec<Desk>, Refusal> {
    let owner = match work.matter().held_by {
        crate::flow::Holder::Area => work.desk_area()?,
        _ => work.owner()?.1,
    };
    let directory = &work.rules.directory;
    let mut desks: Vec<Desk> = Vec::new();
    for one in called {
        let desk = Desk::Org(one.org);
        let known = directory.callable(owner).any(|o| o.id == one.org);
        if !known || desks.contains(&desk) || directory.accused(work.matter(), desk) {
            return Err(Refusal::invalid(
                "co",
                "not_callable",
                "只能选择本级和上级范围内的单位，每个单位选一次，请从名单中选择",
            ));
        }
        desks.push(desk);
    }
    if work.matter().tasks.len() + desks.len() > limits::TASKS_MAX {
        return Err(Refusal::invalid(
            "co",
            "too_many",
            format!("一件事最多请 {} 个单位，请减少单位", limits::TASKS_MAX),
        ));
    }
    Ok(desks)
}

/// The state follows the tasks: called until the lead signs, then handling, then review.
pub(super) fn follow(work: &mut Work<'_>) -> Result<(), Refusal> {
    let open: Vec<&Task> = work
        .matter()
        .tasks
        .iter()
        .filter(|t| t.is_open() && t.kind.is_work())
        .collect();
    let unsigned_lead = open
        .iter()
        .any(|t| t.kind == TaskKind::Lead && t.state != TaskState::Signed);
    let phase = match (open.is_empty(), unsigned_lead) {
        (true, _) => Phase::Review,
        (false, true) => Phase::Called,
        (false, false) => Phase::Handling,
    };
    if work.phase() == phase {
        return Ok(());
    }
    // All tasks taken back: nobody works on it, so it must be judged again.
    let answered = work
        .matter()
        .tasks
        .iter()
        .any(|t| t.state == TaskState::FedBack && t.kind.is_work());
    let (level, area) = work.owner()?;
    if phase == Phase::Review && !answered {
        return work.enter_triage(level, area, Trail::Keep);
    }
    let state = work.state_of(phase)?;
    work.enter(state, Desk::Area(area), level, Trail::Keep);
    if phase == Phase::Review {
        let text = format!("{} 各单位均已反馈，请核实并答复", work.label());
        work.tell(Desk::Area(area), NoticeKind::Arrived, text);
    }
    Ok(())
}

fn own(work: &Work<'_>, form: &Form) -> Result<Task, Refusal> {
    work.own_task(form.task)
        .cloned()
        .ok_or_else(|| Refusal::Conflict("这件事没有派给贵单位的在办任务".into()))
}

/// 签收: the sign-in clock stops, the handling clock of the task starts.
pub(super) fn sign(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let task = own(work, form)?;
    if task.state != TaskState::Called {
        return Err(Refusal::Conflict(
            "这项任务已经签收或正在退单审批，不必再签".into(),
        ));
    }
    let in_time = work.stop_clock(ClockKind::SignIn, task.no);
    work.fact(Fact::TaskSigned { no: task.no });
    work.fact(Fact::Claimed {
        slot: task.no,
        by: work.actor.account,
    });
    work.count(Measure::Signins);
    if in_time == Some(true) {
        work.count(Measure::SigninsOnTime);
    }
    // Where the order named a last day, its clock runs already.
    let dated = |c: &Clock| c.kind == ClockKind::Handle && c.slot == task.no && c.runs();
    if !work.matter().clocks.iter().any(dated) {
        let due = work.due(task.limit);
        work.start_clock(ClockKind::Handle, task.no, due);
    }
    follow(work)
}

/// 反馈: a desk that never signed signs by answering.
pub(super) fn feed_back(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let mut task = own(work, form)?;
    if !task.kind.is_work() || task.state == TaskState::Refusing {
        return Err(Refusal::Conflict("这项任务正在退单审批或不需要反馈".into()));
    }
    if task.state == TaskState::Called {
        sign(work, form)?;
        task = own(work, form)?;
    }
    let in_time = work.stop_clock(ClockKind::Handle, task.no);
    work.count(Measure::Handled);
    if in_time == Some(true) {
        work.count(Measure::HandledOnTime);
    }
    work.fact(Fact::TaskAnswered {
        no: task.no,
        finding: form.finding.unwrap_or(Finding::Handled),
    });
    let (_, owner) = work.owner()?;
    let text = format!(
        "{}：{}已反馈",
        work.label(),
        work.rules.directory.desk_name(task.desk)
    );
    work.tell(Desk::Area(owner), NoticeKind::Decided, text);
    follow(work)
}

/// 免除会办: a co-handler's answer is not needed, with a recorded reason (rule 4).
pub(super) fn waive(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let open: Vec<Task> = work
        .matter()
        .tasks
        .iter()
        .filter(|t| t.is_open() && t.kind == TaskKind::Co)
        .cloned()
        .collect();
    let task = match form.task {
        None if open.len() == 1 => &open[0],
        _ => open
            .iter()
            .find(|t| Some(t.no) == form.task)
            .ok_or_else(|| {
                Refusal::invalid(
                    "task",
                    "not_waivable",
                    "请选择一个尚未反馈的会办单位；主办单位不能免除",
                )
            })?,
    };
    end_clocks(work, task.no);
    work.fact(Fact::TaskWaived { no: task.no });
    let text = format!("{}：贵单位的会办任务已免除", work.label());
    work.tell(task.desk, NoticeKind::Decided, text);
    follow(work)
}

/// On to the state that the flow names, with the same desks: 提交方案，转入复查.
pub(super) fn pass(work: &mut Work<'_>, to: &Target) -> Result<(), Refusal> {
    let Target::State(code) = to else {
        return Err(Refusal::Conflict(
            "流程没有写明去向，请联系系统管理员".into(),
        ));
    };
    let state = work.state(code)?;
    let (level, area) = work.owner()?;
    work.enter(state, Desk::Area(area), level, Trail::Keep);
    if state.holder == crate::flow::Holder::Owner {
        return Ok(());
    }
    let text = format!("{}：已{}", work.label(), state.name);
    work.tell(Desk::Area(area), NoticeKind::Decided, text);
    Ok(())
}

/// 验收不通过: the same desks do it again by a new last day.
pub(super) fn send_back(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let until = form.until.unwrap_or(work.day);
    if let Some(problem) = opening::bad_deadline(until, work.day) {
        return Err(Refusal::Invalid(vec![problem]));
    }
    let mut again: Vec<Desk> = Vec::new();
    for task in &work.matter().tasks {
        if task.state == TaskState::FedBack && task.kind.is_work() && !again.contains(&task.desk) {
            again.push(task.desk);
        }
    }
    if again.is_empty() || work.matter().tasks.len() + again.len() > limits::TASKS_MAX {
        return Err(Refusal::Conflict(
            "退回的次数太多或没有可退回的单位；请约谈承办单位，或验收后另行发起".into(),
        ));
    }
    work.count(Measure::Returned);
    work.own()?;
    let first = opening::next_task(work);
    for (no, desk) in (first..).zip(again) {
        opening::order(work, no, desk, Some(until));
    }
    follow(work)
}

/// Stops the clocks of a task that ends without an answer.
pub(super) fn end_clocks(work: &mut Work<'_>, no: u32) {
    work.stop_clock(ClockKind::Approval, no);
    work.stop_clock(ClockKind::SignIn, no);
    work.stop_clock(ClockKind::Handle, no);
}

/// 派核实 (rule 8): a task for the field worker of the place's grid.
pub(super) fn order_check(work: &mut Work<'_>, to: &Target) -> Result<(), Refusal> {
    let Target::State(code) = to else {
        return Err(Refusal::Conflict(
            "流程没有写明核实状态，请联系系统管理员".into(),
        ));
    };
    let state = work.state(code)?;
    let accused = |grid| {
        work.rules
            .directory
            .accused(work.matter(), Desk::Area(grid))
    };
    let Some(grid) = work.matter().path.at(Level::Grid).filter(|g| !accused(*g)) else {
        return Err(Refusal::Conflict(
            "这件事没有可以派去核实的网格，请由本级自行核实后办结".into(),
        ));
    };
    let area = work.own()?;
    let from = work.matter().state.clone();
    let level = work.matter().level;
    work.fact(Fact::CheckOrdered { from });
    let no = opening::next_task(work);
    let limit = match state.clock {
        crate::flow::ClockRule::Fixed(limit) => limit,
        _ => work.flow.handle,
    };
    work.enter(state, Desk::Area(area), level, Trail::Keep);
    work.fact(Fact::TaskSent {
        no,
        kind: TaskKind::Check,
        desk: Desk::Area(grid),
        limit,
    });
    let text = format!("{} 请到现场核实", work.label());
    work.tell(Desk::Area(grid), NoticeKind::Arrived, text);
    Ok(())
}

/// 核实结果: back to the desk that asked, with yes or no.
pub(super) fn check(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let task = own(work, form)?;
    if task.kind != TaskKind::Check {
        return Err(Refusal::Conflict("这不是核实任务".into()));
    }
    let true_ = form.verdict == Some(true);
    work.fact(Fact::TaskAnswered {
        no: task.no,
        finding: if true_ {
            Finding::Solved
        } else {
            Finding::Cannot
        },
    });
    let code = work.matter().check_from.clone().unwrap_or_default();
    let state = work
        .state(&code)
        .or_else(|_| work.state_of(Phase::Review))?;
    let (level, area) = work.owner()?;
    work.enter(state, Desk::Area(area), level, Trail::Keep);
    let text = format!(
        "{} 现场核实结果：{}",
        work.label(),
        if true_ {
            "属实，已办好"
        } else {
            "不属实或未办好"
        }
    );
    work.tell(Desk::Area(area), NoticeKind::Decided, text);
    Ok(())
}

/// Takes every open task back, and tells its desk why.
pub(super) fn recall_open(work: &mut Work<'_>, why: &str) {
    let matter = work.matter();
    let open = matter.tasks.iter().filter(|t| t.is_open());
    let open: Vec<_> = open.map(|t| (t.no, t.desk)).collect();
    for (no, desk) in open {
        end_clocks(work, no);
        work.fact(Fact::TaskRecalled { no });
        let text = format!("{}：{why}", work.label());
        work.tell(desk, NoticeKind::Decided, text);
    }
}
