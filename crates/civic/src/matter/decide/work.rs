//! The workbench of one decision: collects facts, keeps a scratch copy of the matter up to date
//! with them, and seals the step at the end.

use super::super::{
    Ask, Attached, Clock, ClockKind, Desk, Fact, Form, Matter, Notice, NoticeKind, Step, Task,
    TaskKind, TaskState, Trail, Who, Words,
};
use super::{Outcome, Rules, acts_on_task, who};
use crate::area::Level;
use crate::directory::Actor;
use crate::flow::{Action, ClockRule, Flow, Holder, Phase, State};
use crate::id::{AccountId, AreaId};
use crate::limit::{Limit, LimitUnit};
use crate::limits;
use crate::measure::Measure;
use crate::post::{Post, Seat};
use crate::refusal::Refusal;
use crate::rights::Verb;
use crate::time::{Day, Instant};
use crate::trace;
use std::sync::Arc;

pub(super) struct Work<'a> {
    pub rules: &'a Rules,
    pub flow: &'a Flow,
    pub now: Instant,
    pub day: Day,
    pub actor: &'a Actor,
    pub post: Option<&'a Arc<Post>>,
    base: Option<Matter>,
    matter: Matter,
    who: Who,
    action: String,
    facts: Vec<Fact>,
    words: Words,
    received_at: Instant,
    due_at: Option<Instant>,
    same_day: Option<bool>,
    overdue: Option<bool>,
    notices: Vec<Notice>,
    done: Outcome,
}

impl<'a> Work<'a> {
    pub fn begin(
        rules: &'a Rules,
        flow: &'a Flow,
        matter: &Matter,
        actor: &'a Actor,
        post: Option<&'a Arc<Post>>,
        now: Instant,
        action: &str,
    ) -> Self {
        let reporter = matter.reporter.account == Some(actor.account);
        let now = super::in_order(matter, now);
        let mut work = Self {
            rules,
            flow,
            now,
            day: rules.day(now),
            actor,
            post,
            who: who(rules, actor, post, reporter),
            base: Some(matter.clone()),
            matter: matter.clone(),
            action: action.to_owned(),
            facts: Vec::new(),
            words: Words::default(),
            received_at: matter.entered_at,
            due_at: None,
            same_day: None,
            overdue: None,
            notices: Vec::new(),
            done: Outcome::default(),
        };
        if let Some(task) = work.own_task(None) {
            work.received_at = task.called_at;
        }
        work
    }

    /// A workbench only for asking what would be possible.
    pub fn probe(
        rules: &'a Rules,
        flow: &'a Flow,
        matter: &Matter,
        actor: &'a Actor,
        post: Option<&'a Arc<Post>>,
        now: Instant,
    ) -> Self {
        Self::begin(rules, flow, matter, actor, post, now, "")
    }

    /// A workbench for a matter whose first facts are `facts`.
    pub fn fresh(
        rules: &'a Rules,
        flow: &'a Flow,
        blank: Matter,
        actor: &'a Actor,
        post: Option<&'a Arc<Post>>,
        now: Instant,
    ) -> Self {
        let mut work = Self::begin(rules, flow, &blank, actor, post, now, "report");
        work.base = None;
        work
    }

    pub fn matter(&self) -> &Matter {
        &self.matter
    }
    pub fn phase(&self) -> Phase {
        self.matter.phase
    }
    pub fn fact(&mut self, fact: Fact) {
        self.matter.take(&fact, self.now);
        self.facts.push(fact);
    }
    pub fn words(&mut self, form: &Form) {
        let kept = |text: &Option<String>| {
            text.as_deref()
                .map(str::trim)
                .filter(|t| !t.is_empty())
                .map(str::to_owned)
        };
        self.words = Words {
            opinion: kept(&form.opinion),
            reply: kept(&form.reply),
            ..Words::default()
        };
    }
    pub fn report_words(&mut self, title: &str, text: &str) {
        self.matter.title = title.to_owned();
        self.matter.text = text.to_owned();
        self.words = Words {
            title: Some(title.to_owned()),
            text: Some(text.to_owned()),
            ..Words::default()
        };
    }

    pub fn count(&mut self, measure: Measure) {
        self.fact(Fact::Counted {
            measure,
            day: self.day,
        });
    }

    // --- notices -----------------------------------------------------------------------------

    pub fn tell(&mut self, desk: Desk, kind: NoticeKind, text: String) {
        let account = match desk {
            Desk::Reporter => match self.matter.reporter.account {
                Some(account) => Some(account),
                None => return,
            },
            Desk::None => return,
            Desk::Area(_) | Desk::Org(_) => None,
        };
        self.notices.push(Notice {
            desk,
            account,
            kind,
            matter: self.matter.id,
            text,
        });
    }
    /// Tells the person concerned and everybody who joined.
    pub fn tell_public(&mut self, text: &str) {
        self.tell(Desk::Reporter, NoticeKind::Result, text.to_owned());
        let joined: Vec<AccountId> = self.matter.joined.clone();
        for account in joined {
            self.notices.push(Notice {
                desk: Desk::None,
                account: Some(account),
                kind: NoticeKind::Result,
                matter: self.matter.id,
                text: text.to_owned(),
            });
        }
    }
    /// `〔350302003-…〕电梯停运` for the start of a message.
    pub fn label(&self) -> String {
        format!("〔{}〕{}", self.matter.no, self.matter.title)
    }

    // --- clocks ------------------------------------------------------------------------------

    pub fn start_clock(&mut self, kind: ClockKind, slot: u32, due: Instant) {
        self.fact(Fact::ClockStarted { kind, slot, due });
    }

    /// Stops a clock if it has not stopped; says whether it was in time.
    pub fn stop_clock(&mut self, kind: ClockKind, slot: u32) -> Option<bool> {
        let clock = self
            .matter
            .clocks
            .iter()
            .rev()
            .find(|c| c.kind == kind && c.slot == slot && c.stopped.is_none())?;
        let (due, paused) = (clock.due, clock.paused);
        let in_time = paused.unwrap_or(self.now) < due;
        self.due_at = Some(due);
        self.overdue = Some(!in_time);
        self.fact(Fact::ClockStopped { kind, slot });
        Some(in_time)
    }

    /// Stops the same-day clock of a judgement and counts it on the day of arrival.
    pub fn judged(&mut self) {
        let Some(clock) = self
            .matter
            .clocks
            .iter()
            .find(|c| c.kind == ClockKind::SameDay && c.stopped.is_none())
        else {
            return;
        };
        let (started, due) = (clock.started, clock.due);
        let same_day = self.now < due;
        self.same_day = Some(same_day);
        self.stop_clock(ClockKind::SameDay, 0);
        if same_day {
            let (_, measure) = Measure::triage(self.matter.level);
            self.fact(Fact::Counted {
                measure,
                day: self.rules.day(started),
            });
        }
    }

    /// The first step of a person of the staff answers the reporter's clock (R080).
    pub fn acknowledge(&mut self) {
        if self.post.is_some()
            && self
                .matter
                .clocks
                .iter()
                .any(|c| c.kind == ClockKind::Reply && c.stopped.is_none())
        {
            let (due, overdue) = (self.due_at, self.overdue);
            self.stop_clock(ClockKind::Reply, 0);
            (self.due_at, self.overdue) = (due, overdue);
        }
    }

    pub fn limit(&self) -> Limit {
        self.matter
            .category
            .as_ref()
            .map_or(self.flow.handle, |c| c.limit)
    }
    pub fn due(&self, limit: Limit) -> Instant {
        self.rules.calendar.add(self.now, limit)
    }
    /// The unit in which the clock of a slot counts.
    pub fn unit_of(&self, kind: ClockKind, slot: u32) -> LimitUnit {
        match (kind, self.matter.task(slot)) {
            (ClockKind::SignIn, _) => self.sign_in_limit().unit,
            (ClockKind::Handle, Some(task)) => task.limit.unit,
            (ClockKind::Handle, None) => self.limit().unit,
            (ClockKind::Supervision, _) => LimitUnit::WorkingHours,
            _ => LimitUnit::CalendarDays,
        }
    }
    pub fn sign_in_limit(&self) -> Limit {
        if self.matter.category.as_ref().is_some_and(|c| c.urgent) {
            self.flow.sign_in_urgent
        } else {
            self.flow.sign_in
        }
    }

    // --- moving ------------------------------------------------------------------------------

    /// Puts the matter into a state on a desk, with the clock of that state.
    pub fn enter(&mut self, state: &State, desk: Desk, level: Level, trail: Trail) {
        let running: Vec<(ClockKind, u32)> = self
            .matter
            .clocks
            .iter()
            .filter(|c| {
                c.stopped.is_none() && (state.phase.is_end() || ends_with_move(c, state.phase))
            })
            .map(|c| (c.kind, c.slot))
            .collect();
        let (due, overdue) = (self.due_at, self.overdue);
        for (kind, slot) in running {
            self.stop_clock(kind, slot);
        }
        if due.is_some() {
            (self.due_at, self.overdue) = (due, overdue);
        }
        self.fact(Fact::Moved {
            state: state.code.clone(),
            phase: state.phase,
            holder: state.holder,
            desk,
            level,
            trail,
        });
        match state.clock {
            ClockRule::SameDay
                if !self
                    .matter
                    .clocks
                    .iter()
                    .any(|c| c.kind == ClockKind::SameDay && c.stopped.is_none()) =>
            {
                let due = self.rules.calendar.same_day_due(self.now, None);
                self.start_clock(ClockKind::SameDay, 0, due);
                let (measure, _) = Measure::triage(level);
                self.count(measure);
            }
            ClockRule::Handle
                if state.holder != Holder::Tasks
                    && !self.matter.clocks.iter().any(|c| {
                        c.kind == ClockKind::Handle && c.slot == 0 && c.stopped.is_none()
                    }) =>
            {
                let due = self.due(self.limit());
                self.start_clock(ClockKind::Handle, 0, due);
            }
            ClockRule::Fixed(limit) => {
                let due = self.due(limit);
                self.start_clock(ClockKind::Stay, 0, due);
            }
            _ => {}
        }
    }

    /// Puts it on the triage desk of an area of its path.
    pub fn enter_triage(
        &mut self,
        level: Level,
        area: AreaId,
        trail: Trail,
    ) -> Result<(), Refusal> {
        let flow = self.flow;
        let state = flow.triage(level).ok_or_else(|| {
            Refusal::Conflict(format!(
                "流程“{}”没有{}研判环节，请联系系统管理员",
                flow.name,
                level.word()
            ))
        })?;
        self.enter(state, Desk::Area(area), level, trail);
        let text = format!("{} 到达{}，请在今日 24:00 前研判", self.label(), state.name);
        self.tell(Desk::Area(area), NoticeKind::Arrived, text);
        Ok(())
    }

    /// The state of a phase, or the fault of the flow in words.
    pub fn state_of(&self, phase: Phase) -> Result<&'a State, Refusal> {
        self.flow.phase(phase).ok_or_else(|| {
            Refusal::Conflict(format!("流程“{}”不完整，请联系系统管理员", self.flow.name))
        })
    }
    /// The state with this code.
    pub fn state(&self, code: &str) -> Result<&'a State, Refusal> {
        self.flow.state(code).ok_or_else(|| {
            Refusal::Conflict(format!(
                "流程“{}”里没有状态 {code}，请联系系统管理员",
                self.flow.name
            ))
        })
    }

    /// The area of the desk that holds the matter.
    pub fn desk_area(&self) -> Result<AreaId, Refusal> {
        match self.matter.desk {
            Desk::Area(area) => Ok(area),
            _ => self
                .matter
                .owner
                .ok_or_else(|| Refusal::Conflict("这件事现在不在任何一级研判席位上".into())),
        }
    }
    /// Makes the present desk the judging desk.
    pub fn own(&mut self) -> Result<AreaId, Refusal> {
        let area = self.desk_area()?;
        if self.matter.owner != Some(area) {
            self.fact(Fact::Owned { area });
        }
        Ok(area)
    }
    /// The judging desk and its level.
    pub fn owner(&self) -> Result<(Level, AreaId), Refusal> {
        let area = match self.matter.owner {
            Some(area) => area,
            None => self.desk_area()?,
        };
        Ok((
            self.matter.path.level_of(area).unwrap_or(self.matter.level),
            area,
        ))
    }

    // --- tasks -------------------------------------------------------------------------------

    /// The open task the actor's post serves: the named one, or the first.
    pub fn own_task(&self, no: Option<u32>) -> Option<&Task> {
        self.own_tasks().find(|t| no.is_none_or(|no| t.no == no))
    }
    fn own_tasks(&self) -> impl Iterator<Item = &Task> {
        let post = self.post;
        self.matter.tasks.iter().filter(move |t| {
            t.is_open() && post.is_some_and(|p| self.rules.directory.serves(p, t.desk, self.day))
        })
    }
    /// The desk for which the actor asks: a task's, or the matter's.
    pub fn asking_slot(&self, no: Option<u32>) -> u32 {
        self.own_task(no).map_or(0, |t| t.no)
    }
    /// Whether the slot the actor would ask for has a request waiting.
    pub fn own_pending(&self) -> bool {
        let slot = self.asking_slot(None);
        self.matter.pending.iter().any(|p| p.slot == slot)
    }
    /// The slots an action could act on.
    pub fn slots(&self, action: &Action) -> Vec<u32> {
        match action.verb {
            Verb::Decide => self
                .matter
                .pending
                .iter()
                .filter(|p| {
                    self.post
                        .is_some_and(|post| self.rules.directory.may_decide(post, p, self.day))
                })
                .map(|p| p.slot)
                .collect(),
            Verb::Waive => self
                .matter
                .tasks
                .iter()
                .filter(|t| t.is_open() && t.kind == TaskKind::Co)
                .map(|t| t.no)
                .collect(),
            Verb::Sign => self
                .own_tasks()
                .filter(|t| t.state == TaskState::Called)
                .map(|t| t.no)
                .collect(),
            Verb::Refuse => self
                .own_tasks()
                .filter(|t| t.state == TaskState::Called && self.now < self.sign_in_due(t.no))
                .map(|t| t.no)
                .collect(),
            Verb::FeedBack => self
                .own_tasks()
                .filter(|t| t.kind != TaskKind::Check && t.state != TaskState::Refusing)
                .map(|t| t.no)
                .collect(),
            Verb::Check => self
                .own_tasks()
                .filter(|t| t.kind == TaskKind::Check)
                .map(|t| t.no)
                .collect(),
            _ if acts_on_task(action) => self.own_tasks().map(|t| t.no).collect(),
            _ => Vec::new(),
        }
    }
    pub fn sign_in_due(&self, no: u32) -> Instant {
        self.matter
            .clocks
            .iter()
            .rev()
            .find(|c| c.kind == ClockKind::SignIn && c.slot == no)
            .map_or(Instant(i64::MAX), |c| c.due)
    }
    /// Areas of the path below the desk.
    pub fn areas_below(&self) -> Vec<AreaId> {
        let Ok(area) = self.desk_area() else {
            return Vec::new();
        };
        self.matter
            .path
            .0
            .iter()
            .map(|(_, a)| *a)
            .skip_while(|a| *a != area)
            .skip(1)
            .collect()
    }

    // --- common parts of actions ---------------------------------------------------------------

    pub fn claim(&mut self, no: Option<u32>) -> Result<(), Refusal> {
        let slot = self.asking_slot(no);
        let held = if slot == 0 {
            self.matter.holder
        } else {
            self.matter.task(slot).and_then(|t| t.holder)
        };
        if held == Some(self.actor.account) {
            return Err(Refusal::Conflict("您已经领办了这件事".into()));
        }
        self.fact(Fact::Claimed {
            slot,
            by: self.actor.account,
        });
        Ok(())
    }

    pub fn classify(&mut self, code: &str, condition: Option<&str>) -> Result<(), Refusal> {
        let classified = classified(self.rules, self.flow, code, condition)?;
        self.fact(Fact::Classified(classified));
        // The handling limit follows the category: a running own clock is set anew from its start.
        if let Some(clock) = self
            .matter
            .clocks
            .iter()
            .find(|c| c.kind == ClockKind::Handle && c.slot == 0 && c.runs())
        {
            let due = self.rules.calendar.add(clock.started, self.limit());
            self.fact(Fact::ClockSet {
                kind: ClockKind::Handle,
                slot: 0,
                due,
            });
        }
        Ok(())
    }

    pub fn attach(&mut self, file: Attached) -> Result<(), Refusal> {
        if self.matter.files.len() >= limits::FILES_MAX {
            return Err(Refusal::invalid(
                "files",
                "too_many",
                format!("附件最多 {} 个，请先整理", limits::FILES_MAX),
            ));
        }
        self.fact(Fact::Attached(file));
        Ok(())
    }

    /// A request for a decision by the leader of the same desk, or else by the desk above (rule 7).
    pub fn ask(&mut self, ask: Ask, slot: u32, until: Option<Day>) -> Result<(), Refusal> {
        let (by, approver, leader) = if slot == 0 {
            let area = self.desk_area()?;
            let leads = |area: AreaId| {
                self.rules
                    .directory
                    .posts_at(Seat::Area(area), self.day)
                    .any(|p| p.role.leads() && p.account != self.actor.account)
            };
            match (leads(area), self.matter.path.above(area)) {
                (true, _) => (Desk::Area(area), area, true),
                (false, Some((_, above))) => (Desk::Area(area), above, false),
                (false, None) => {
                    return Err(Refusal::Conflict(
                        "本级没有可以审批的领导岗位，请先任命市级领导岗位".into(),
                    ));
                }
            }
        } else {
            let task = self
                .matter
                .task(slot)
                .ok_or_else(|| Refusal::unknown("任务"))?;
            let (_, owner) = self.owner()?;
            (task.desk, owner, ask == Ask::Refuse && task.refusals > 0)
        };
        self.fact(Fact::Asked(super::super::Pending {
            ask,
            slot,
            by,
            by_account: self.actor.account,
            approver: Desk::Area(approver),
            leader,
            until,
        }));
        let text = format!(
            "{}:{}申请{}，请审批",
            self.label(),
            self.rules.directory.desk_name(by),
            ask.word()
        );
        self.tell(Desk::Area(approver), NoticeKind::Asked, text);
        Ok(())
    }

    /// Seals what was collected into one step.
    fn seal(&mut self) {
        let from = self.base.as_ref();
        let mut step = Step {
            matter: self.matter.id,
            seq: from.map_or(0, |m| m.version) + 1,
            action: std::mem::take(&mut self.action),
            who: self.who.clone(),
            from_state: from.map(|m| m.state.clone()).unwrap_or_default(),
            to_state: self.matter.state.clone(),
            from_desk: from.map_or(Desk::None, |m| m.desk),
            to_desk: self.matter.desk,
            received_at: self.received_at.min(self.now),
            acted_at: self.now,
            due_at: self.due_at.take(),
            same_day: self.same_day.take(),
            overdue: self.overdue.take(),
            facts: std::mem::take(&mut self.facts),
            words: std::mem::take(&mut self.words),
            prev: from.map(|m| m.head).unwrap_or_default(),
            hash: trace::Hash::default(),
        };
        let prev = step.prev;
        trace::seal(&mut step, prev);
        let folded = match self.base.take() {
            Some(mut base) => {
                base.apply(&step);
                Some(base)
            }
            None => Matter::begin(&step),
        };
        if let Some(folded) = folded {
            self.matter = folded.clone();
            self.base = Some(folded);
        }
        self.done.steps.push(step);
    }

    /// Seals the step and begins another one of the same actor in the same breath.
    pub fn next_step(&mut self, action: &str) {
        self.seal();
        self.action = action.to_owned();
        self.received_at = self.now;
    }

    /// Renames the step: the sweep knows its name only at the end.
    pub fn rename(&mut self, action: &str) {
        self.action = action.to_owned();
    }
    /// The words of a step the program takes by itself.
    pub fn auto_opinion(&mut self, text: &str) {
        self.words.opinion = Some(text.to_owned());
    }

    /// Adds what another workbench made, of another matter.
    pub fn absorb(&mut self, other: Outcome) {
        self.done.steps.extend(other.steps);
        self.done.matters.extend(other.matters);
        self.done.notices.extend(other.notices);
    }

    pub fn finish(mut self) -> Outcome {
        self.seal();
        self.done.matters.push(self.matter);
        self.done.notices.append(&mut self.notices);
        self.done
    }
}

/// Whether a clock of the matter itself ends when the matter moves into a state of `phase`. A
/// check interrupts neither judgement nor handling; a suspension pauses handling.
fn ends_with_move(clock: &Clock, phase: Phase) -> bool {
    clock.slot == 0
        && match clock.kind {
            ClockKind::SameDay => phase != Phase::Check,
            ClockKind::Handle => !matches!(phase, Phase::Check | Phase::Suspended),
            ClockKind::Stay | ClockKind::Until => true,
            ClockKind::SignIn | ClockKind::Reply | ClockKind::Supervision => false,
        }
}

/// The category with its condition, or what is wrong with the code.
pub(super) fn classified(
    rules: &Rules,
    flow: &Flow,
    code: &str,
    condition: Option<&str>,
) -> Result<super::super::Classified, Refusal> {
    let Some(category) = rules.categories.get(code) else {
        return Err(Refusal::invalid(
            "category",
            "unknown_category",
            format!("类别目录里没有“{code}”，请从目录中选择"),
        ));
    };
    let chosen = match condition {
        None => category.usual(),
        Some(text) => text
            .parse()
            .ok()
            .and_then(|number| category.condition(number))
            .ok_or_else(|| {
                Refusal::invalid(
                    "condition",
                    "unknown_condition",
                    format!("“{}”没有第 {text} 种情形，请重新选择", category.name),
                )
            })?,
    };
    Ok(super::super::Classified {
        code: category.code.clone(),
        condition: chosen.number.to_string(),
        class: category.class.parse().unwrap_or(0),
        urgent: chosen.urgent,
        dispute: category.class == "01",
        limit: chosen.limit.unwrap_or(flow.handle),
    })
}
