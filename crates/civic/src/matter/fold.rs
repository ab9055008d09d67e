//! The fold: how facts make a matter. Nothing else changes one.

use super::{
    Clock, ClockKind, Countersign, Desk, Fact, Matter, Part, Step, Supervision, Task, TaskState,
    Trail, Urged,
};
use crate::area::{Level, Path};
use crate::flow::{Holder, Phase};
use crate::id::AreaId;
use crate::time::Instant;
use crate::trace::Hash;

impl Matter {
    /// The matter that a first step begins; `None` if the step is not a report.
    #[must_use]
    pub fn begin(step: &Step) -> Option<Self> {
        let Fact::Reported {
            no,
            flow,
            flow_version,
            channel,
            place,
            path,
            reporter,
            board,
        } = step.facts.first()?
        else {
            return None;
        };
        let mut matter = Self {
            id: step.matter,
            no: no.clone(),
            flow: flow.clone(),
            flow_version: *flow_version,
            state: String::new(),
            phase: Phase::Triage,
            held_by: Holder::Area,
            desk: Desk::None,
            level: Level::Unit,
            owner: None,
            holder: None,
            came_from: Vec::new(),
            title: String::new(),
            text: String::new(),
            category: None,
            channel: *channel,
            place: place.clone(),
            path: path.clone(),
            reporter: reporter.clone(),
            reported_at: step.acted_at,
            arrived_at: step.acted_at,
            entered_at: step.acted_at,
            touched_at: step.acted_at,
            clocks: Vec::new(),
            tasks: Vec::new(),
            pending: Vec::new(),
            returned: false,
            extensions: 0,
            check_from: None,
            suspended: None,
            was_suspended: false,
            reopened: 0,
            merged_into: None,
            joined: Vec::new(),
            supervision: None,
            board: *board,
            fields: std::collections::BTreeMap::new(),
            cause: None,
            caused: Vec::new(),
            sent_by: None,
            part_of: None,
            sessions: Vec::new(),
            parts: Vec::new(),
            countersign: None,
            urged: Vec::new(),
            files: Vec::new(),
            finding: None,
            finished_level: None,
            reply: None,
            finished_at: None,
            closed_at: None,
            rating: None,
            counted: Vec::new(),
            version: 0,
            head: Hash::default(),
        };
        matter.apply(step);
        Some(matter)
    }

    /// Takes a step into account.
    pub fn apply(&mut self, step: &Step) {
        if let Some(title) = &step.words.title {
            self.title.clone_from(title);
        }
        if let Some(text) = &step.words.text {
            self.text.clone_from(text);
        }
        if let Some(reply) = &step.words.reply {
            self.reply = Some(reply.clone());
        }
        for fact in &step.facts {
            self.take(fact, step.acted_at);
        }
        self.touched_at = step.acted_at;
        self.version = step.seq;
        self.head = step.hash;
    }

    fn task_mut(&mut self, no: u32) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|t| t.no == no)
    }

    /// The clock of a slot that has not stopped.
    fn clock_mut(&mut self, kind: ClockKind, slot: u32) -> Option<&mut Clock> {
        self.clocks
            .iter_mut()
            .rev()
            .find(|c| c.kind == kind && c.slot == slot && c.stopped.is_none())
    }

    pub(super) fn take(&mut self, fact: &Fact, at: Instant) {
        match fact {
            Fact::Reported { .. } => {}
            Fact::Classified(category) => self.category = Some(category.clone()),
            Fact::Moved {
                state,
                phase,
                holder,
                desk,
                level,
                trail,
            } => {
                match (trail, self.desk) {
                    (Trail::Push, Desk::Area(area)) => self.came_from.push(area),
                    (Trail::Pop, _) => {
                        self.came_from.pop();
                    }
                    _ => {}
                }
                if self.desk != *desk {
                    self.holder = None;
                    self.arrived_at = at;
                }
                self.state.clone_from(state);
                self.phase = *phase;
                self.entered_at = at;
                self.held_by = *holder;
                self.desk = *desk;
                self.level = *level;
                self.pending.retain(|p| p.slot != 0);
                self.sent_by = None;
            }
            Fact::Owned { area } => self.owner = Some(*area),
            Fact::Claimed { slot: 0, by } => self.holder = Some(*by),
            Fact::Claimed { slot, by } => {
                if let Some(task) = self.task_mut(*slot) {
                    task.holder = Some(*by);
                }
            }
            Fact::ClockStarted { kind, slot, due } => {
                // A stopped clock has done its work: the step that stopped it keeps the record.
                self.clocks.retain(|c| c.stopped.is_none());
                self.clocks.push(Clock {
                    kind: *kind,
                    slot: *slot,
                    started: at,
                    due: *due,
                    stopped: None,
                    paused: None,
                    stage: 0,
                    marked: false,
                });
            }
            Fact::ClockStopped { kind, slot } => {
                if let Some(clock) = self.clock_mut(*kind, *slot) {
                    clock.stopped = Some(at);
                }
            }
            Fact::ClocksPaused { slot } => {
                for clock in self
                    .clocks
                    .iter_mut()
                    .filter(|c| c.slot == *slot && c.runs() && c.kind != ClockKind::Hotline)
                {
                    clock.paused = Some(at);
                }
            }
            Fact::ClockSet { kind, slot, due } => {
                if let Some(clock) = self.clock_mut(*kind, *slot) {
                    clock.due = *due;
                    clock.paused = None;
                    clock.stage = 0;
                    clock.marked = false;
                }
            }
            Fact::Warned { kind, slot, stage } => {
                if let Some(clock) = self.clock_mut(*kind, *slot) {
                    clock.stage = *stage;
                }
            }
            Fact::RanOut { kind, slot } => {
                if let Some(clock) = self.clock_mut(*kind, *slot) {
                    clock.stage = u32::MAX;
                    clock.marked = true;
                }
            }
            Fact::Counted { measure, day } => self.counted.push((*measure, *day)),
            Fact::TaskSent {
                no,
                kind,
                desk,
                limit,
            } => self.tasks.push(Task {
                no: *no,
                kind: *kind,
                desk: *desk,
                state: if kind.is_work() {
                    TaskState::Called
                } else {
                    TaskState::Signed
                },
                called_at: at,
                signed_at: None,
                ended_at: None,
                holder: None,
                limit: *limit,
                extensions: 0,
                refusals: 0,
                finding: None,
                passed_on: false,
                agrees: None,
            }),
            Fact::TaskSigned { no } => self.with_task(*no, |t| {
                t.state = TaskState::Signed;
                t.signed_at = Some(at);
            }),
            Fact::TaskAnswered { no, finding } => self.with_task(*no, |t| {
                t.state = TaskState::FedBack;
                t.finding = Some(*finding);
                t.ended_at = Some(at);
            }),
            Fact::TaskPassedOn { no, desk } => self.with_task(*no, |t| {
                t.desk = *desk;
                t.holder = None;
                t.state = TaskState::Called;
                t.signed_at = None;
                t.passed_on = true;
            }),
            Fact::Sent { by } => self.sent_by = Some(*by),
            Fact::Uncounted { measure, day } => {
                let counted = (*measure, *day);
                if let Some(last) = self.counted.iter().rposition(|c| *c == counted) {
                    self.counted.remove(last);
                }
            }
            Fact::CountersignOpened { need, of } => {
                self.countersign = Some(Countersign {
                    need: *need,
                    of: *of,
                    agreed: None,
                });
            }
            Fact::Countersigned { no, agrees } => self.with_task(*no, |t| {
                t.state = TaskState::FedBack;
                t.agrees = Some(*agrees);
                t.ended_at = Some(at);
            }),
            Fact::CountersignEnded { agreed } => {
                if let Some(countersign) = &mut self.countersign {
                    countersign.agreed = Some(*agreed);
                }
            }
            Fact::Mediated(session) => self.sessions.push(session.clone()),
            Fact::PartOf(whole) => self.part_of = Some(whole.clone()),
            Fact::PartBegun { id, no, waits } => self.parts.push(Part {
                id: *id,
                no: no.clone(),
                waits: *waits,
                over: false,
            }),
            Fact::PartEnded { id, over } => {
                for part in self.parts.iter_mut().filter(|p| p.id == *id) {
                    part.over = *over;
                }
            }
            Fact::Urged { by } => self.urged.push(Urged { by: *by, at }),
            Fact::TaskWaived { no } => self.end_task(*no, TaskState::Waived, at),
            Fact::TaskRecalled { no } => self.end_task(*no, TaskState::Recalled, at),
            Fact::TaskUpheld { no } => self.with_task(*no, |t| t.state = TaskState::Called),
            Fact::Asked(pending) => {
                if pending.ask == super::Ask::Refuse {
                    self.with_task(pending.slot, |t| {
                        t.state = TaskState::Refusing;
                        t.refusals += 1;
                    });
                }
                self.pending.push(pending.clone());
            }
            Fact::Decided { slot, .. } => self.pending.retain(|p| p.slot != *slot),
            Fact::Extended { slot: 0 } => self.extensions += 1,
            Fact::Extended { slot } => self.with_task(*slot, |t| t.extensions += 1),
            Fact::CheckOrdered { from } => self.check_from = Some(from.clone()),
            Fact::Suspended { from, until } => {
                self.suspended = Some((from.clone(), *until));
                self.was_suspended = true;
            }
            Fact::Resumed => self.suspended = None,
            Fact::ReturnedFlag { on } => self.returned = *on,
            Fact::Merged { into } => self.merged_into = Some(*into),
            Fact::Absorbed { reporter, .. } => self.joined.extend(reporter),
            Fact::Joined { by } => self.joined.push(*by),
            Fact::Filled { fields } => self.fields.extend(fields.clone()),
            Fact::CausedBy(link) => self.cause = Some(link.clone()),
            Fact::Caused(link) => self.caused.push(link.clone()),
            Fact::Supervised { by, due, rank } => {
                let one_higher = self
                    .supervision
                    .as_ref()
                    .map_or(1, |s| (s.level + 1).min(3));
                self.supervision = Some(Supervision {
                    by: *by,
                    level: if *rank == 0 { one_higher } else { *rank },
                    at,
                    due: *due,
                    answered_at: None,
                });
            }
            Fact::SupervisionAnswered => {
                if let Some(supervision) = &mut self.supervision {
                    supervision.answered_at = Some(at);
                }
            }
            Fact::Attached(file) => self.files.push(file.clone()),
            Fact::Finished { finding, level } => {
                self.finding = Some(*finding);
                self.finished_level = Some(*level);
                self.finished_at = Some(at);
            }
            Fact::Closed => self.closed_at = Some(at),
            Fact::Rated { rating } => self.rating = Some(*rating),
            Fact::Reopened => {
                self.reopened += 1;
                self.finding = None;
                self.finished_level = None;
                self.finished_at = None;
                self.closed_at = None;
                self.returned = false;
                // What a closing counted is taken back; it counts again when it closes again.
                self.counted.retain(|(measure, _)| !measure.is_closing());
            }
            Fact::Rehomed { path, desks } => self.rehome(path, desks, at),
        }
    }

    /// Every desk that work lies on or comes back to is taken over; what has ended stays as it was.
    fn rehome(&mut self, path: &Path, desks: &[(AreaId, AreaId)], at: Instant) {
        let heir = |area: AreaId| {
            let found = desks.iter().find(|(old, _)| *old == area);
            found.map_or(area, |(_, new)| *new)
        };
        let desk = |desk: Desk| match desk {
            Desk::Area(area) => Desk::Area(heir(area)),
            other => other,
        };
        self.path = path.clone();
        if desk(self.desk) != self.desk {
            self.desk = desk(self.desk);
            self.holder = None;
            self.arrived_at = at;
        }
        self.owner = self.owner.map(heir);
        self.sent_by = self.sent_by.map(heir);
        self.came_from.iter_mut().for_each(|a| *a = heir(*a));
        self.reporter.bypass = self.reporter.bypass.map(heir);
        for task in self.tasks.iter_mut().filter(|t| t.is_open()) {
            if desk(task.desk) != task.desk {
                task.desk = desk(task.desk);
                task.holder = None;
            }
        }
        for pending in &mut self.pending {
            pending.by = desk(pending.by);
            pending.approver = desk(pending.approver);
        }
        if let Some(supervision) = &mut self.supervision {
            supervision.by = heir(supervision.by);
        }
    }

    fn with_task(&mut self, no: u32, change: impl FnOnce(&mut Task)) {
        if let Some(task) = self.task_mut(no) {
            change(task);
        }
    }

    fn end_task(&mut self, no: u32, state: TaskState, at: Instant) {
        self.pending.retain(|p| p.slot != no);
        self.with_task(no, |t| {
            t.state = state;
            t.ended_at = Some(at);
        });
    }
}
