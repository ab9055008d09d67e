//! The clocks of a workbench.

use super::super::super::{ClockKind, Fact};
use super::Work;
use crate::limit::{Limit, LimitUnit};
use crate::measure::Measure;
use crate::time::Instant;

impl Work<'_> {
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
            (ClockKind::Supervision | ClockKind::Approval, _) => LimitUnit::WorkingHours,
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
}
