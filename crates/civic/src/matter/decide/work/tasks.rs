//! The tasks of a matter as the actor's post sees them.

use super::super::super::{ClockKind, Task, TaskKind, TaskState};
use super::super::acts_on_task;
use super::Work;
use crate::flow::{Action, Target};
use crate::rights::Verb;
use crate::time::Instant;

impl Work<'_> {
    /// The open task the actor's post serves: the named one, or the first.
    pub fn own_task(&self, no: Option<u32>) -> Option<&Task> {
        self.own_tasks().find(|t| no.is_none_or(|no| t.no == no))
    }
    /// All of them.
    pub fn own_tasks(&self) -> impl Iterator<Item = &Task> {
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
                .filter(|t| t.kind.is_work() && t.state != TaskState::Refusing)
                .map(|t| t.no)
                .collect(),
            Verb::Check => self
                .own_tasks()
                .filter(|t| t.kind == TaskKind::Check)
                .map(|t| t.no)
                .collect(),
            Verb::Countersign => self
                .own_tasks()
                .filter(|t| t.kind == TaskKind::Countersign)
                .map(|t| t.no)
                .collect(),
            Verb::Invite => self
                .own_tasks()
                .filter(|t| t.kind == TaskKind::Lead && t.state == TaskState::Signed)
                .map(|t| t.no)
                .collect(),
            Verb::Recall if action.to == Target::Tasks => self
                .matter
                .tasks
                .iter()
                .filter(|t| t.kind.is_work() && t.state == TaskState::Called)
                .map(|t| t.no)
                .collect(),
            Verb::Transfer => self
                .own_tasks()
                .filter(|t| t.kind.is_work() && t.state != TaskState::Refusing)
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
}
