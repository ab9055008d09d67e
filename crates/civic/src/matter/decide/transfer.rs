//! 转办: to a colleague of the same desk, or to another desk of the same line. The clocks run on.

use super::super::{ClockKind, Desk, Fact, Form, NoticeKind, TaskKind, TaskState};
use super::tasks;
use super::work::Work;
use crate::id::{AccountId, OrgId};
use crate::post::Seat;
use crate::refusal::Refusal;

/// To whom a matter or a task may be passed on.
#[derive(Debug, Default)]
pub(super) struct Choices {
    pub people: Vec<AccountId>,
    pub orgs: Vec<OrgId>,
}

impl Choices {
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.orgs.is_empty()
    }
}

/// Colleagues who take in work at the same desk, and, for a task that was not passed on before, the
/// callable desks of the same line.
pub(super) fn choices(work: &Work<'_>, task: Option<u32>) -> Choices {
    let directory = &work.rules.directory;
    let matter = work.matter();
    let task = work.own_task(task);
    let (desk, holder) = task.map_or((matter.desk, matter.holder), |t| (t.desk, t.holder));
    let seat = match desk {
        Desk::Area(area) => Seat::Area(area),
        Desk::Org(org) => Seat::Org(org),
        Desk::Reporter | Desk::None => return Choices::default(),
    };
    let mut people: Vec<AccountId> = directory
        .posts_at(seat, work.day)
        .filter(|p| p.role.mans_desk())
        .map(|p| p.account)
        .filter(|a| *a != work.actor.account && Some(*a) != holder)
        .collect();
    people.sort_unstable();
    people.dedup();
    let line = match desk {
        Desk::Org(org) => directory.org(org).map(|o| o.line.clone()),
        _ => None,
    };
    let passes = task.is_some_and(|t| t.kind.is_work() && !t.passed_on);
    let orgs = match (line, matter.owner) {
        (Some(line), Some(owner)) if passes => directory
            .callable(owner)
            .filter(|o| o.line == line)
            .map(|o| o.id)
            .filter(|o| {
                let desk = Desk::Org(*o);
                !directory.accused(matter, desk)
                    && !matter.tasks.iter().any(|t| t.is_open() && t.desk == desk)
            })
            .collect(),
        _ => Vec::new(),
    };
    Choices { people, orgs }
}

pub(super) fn transfer(work: &mut Work<'_>, form: &Form) -> Result<(), Refusal> {
    let slot = work.asking_slot(form.task);
    let task = work.matter().task(slot).cloned();
    if task
        .as_ref()
        .is_some_and(|t| t.state == TaskState::Refusing || t.kind == TaskKind::Countersign)
    {
        return Err(Refusal::Conflict(
            "这项任务正在退单审批或会签，不能转办".into(),
        ));
    }
    let choices = choices(work, form.task);
    match (form.person, form.org) {
        (Some(to), None) if choices.people.contains(&to) => {
            work.fact(Fact::Claimed { slot, by: to });
            let text = format!("{} 已转给您办理", work.label());
            work.tell_person(to, NoticeKind::Arrived, text);
            Ok(())
        }
        (None, Some(to)) if choices.orgs.contains(&to) => pass_on(work, slot, to),
        (Some(_), Some(_)) => Err(Refusal::invalid(
            "person",
            "one_of_two",
            "转给同事或转给本系统的另一个单位，只能选择一项",
        )),
        _ => Err(Refusal::invalid(
            "person",
            "not_a_colleague",
            "只能转给同一席位的同事，或本系统可以呼叫的另一个单位；每项任务只能转一次单位",
        )),
    }
}

/// The other desk must sign; what was left of the handling limit is its own now.
fn pass_on(work: &mut Work<'_>, no: u32, to: OrgId) -> Result<(), Refusal> {
    let (_, owner) = work.owner()?;
    let desk = Desk::Org(to);
    work.stop_clock(ClockKind::SignIn, no);
    work.fact(Fact::TaskPassedOn { no, desk });
    let due = work.due(work.sign_in_limit());
    work.start_clock(ClockKind::SignIn, no, due);
    let zone = work.rules.calendar.zone();
    let text = format!(
        "{} 由本系统单位转办，请在 {} 前签收",
        work.label(),
        zone.format(due)
    );
    work.tell(desk, NoticeKind::Arrived, text);
    let name = work.rules.directory.desk_name(desk);
    let text = format!("{}：已转由{name}办理", work.label());
    work.tell(Desk::Area(owner), NoticeKind::Decided, text);
    tasks::follow(work)
}
