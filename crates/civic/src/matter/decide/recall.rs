//! 收回: what was sent in error is taken back, while the receiver has not begun.

use super::super::{ClockKind, Fact, Form, Matter, NoticeKind, TaskState, Trail};
use super::work::Work;
use super::{requests, tasks};
use crate::flow::{Phase, Target};
use crate::measure::Measure;
use crate::refusal::Refusal;

/// Whether the desk that holds it has not begun: nobody claimed it or asked for anything, and its
/// day is not over. So taking back never hides a night that was missed.
pub(super) fn untouched(matter: &Matter) -> bool {
    matter.phase == Phase::Triage
        && matter.holder.is_none()
        && matter.pending.is_empty()
        && matter
            .clocks
            .iter()
            .any(|c| c.kind == ClockKind::SameDay && c.runs() && !c.marked)
}

/// Takes back the matter itself, or, where the flow leads on by the tasks, a task that nobody signed.
pub(super) fn recall(work: &mut Work<'_>, to: &Target, form: &Form) -> Result<(), Refusal> {
    match to {
        Target::Tasks => recall_task(work, form),
        _ => recall_matter(work),
    }
}

fn recall_matter(work: &mut Work<'_>) -> Result<(), Refusal> {
    let Some(sender) = work.matter().sent_by else {
        return Err(Refusal::Conflict(
            "这件事不是由您的席位送出的，不能收回；请联系承办席位退回".into(),
        ));
    };
    let receiver = work.matter().desk;
    let level = work.matter().level;
    // What was sent in error was neither received there nor judged here.
    uncount(work, Measure::triage(level).0);
    let back = work.matter().path.level_of(sender).unwrap_or(level);
    let (received, judged) = Measure::triage(back);
    let today = |m: Measure| work.matter().counted.contains(&(m, work.day));
    if today(received) && today(judged) {
        uncount(work, received);
        uncount(work, judged);
    }
    let text = format!("{} 已由送出席位收回，不必再办", work.label());
    work.tell(receiver, NoticeKind::Decided, text);
    work.enter_triage(back, sender, Trail::Pop)
}

fn uncount(work: &mut Work<'_>, measure: Measure) {
    let day = work.day;
    if work.matter().counted.contains(&(measure, day)) {
        work.fact(Fact::Uncounted { measure, day });
    }
}

fn recall_task(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let open: Vec<_> = work
        .matter()
        .tasks
        .iter()
        .filter(|t| t.kind.is_work() && t.state == TaskState::Called)
        .map(|t| (t.no, t.desk))
        .collect();
    let chosen = match form.task {
        None if open.len() == 1 => open.first(),
        no => open.iter().find(|(task, _)| Some(*task) == no),
    };
    let Some((no, desk)) = chosen.copied() else {
        return Err(Refusal::invalid(
            "task",
            "not_recallable",
            "请选择一个尚未签收的单位；签收以后不能收回，请与承办单位协商",
        ));
    };
    tasks::end_clocks(work, no);
    work.fact(Fact::TaskRecalled { no });
    let text = format!("{}：任务已由派单席位收回，不必再办", work.label());
    work.tell(desk, NoticeKind::Decided, text);
    requests::recalled(work)
}
