//! Moving a matter: into a state, onto a desk, with the clock of that state.

use super::super::super::{Clock, ClockKind, Desk, Fact, NoticeKind, Trail};
use super::Work;
use crate::area::Level;
use crate::flow::{ClockRule, Holder, Phase, State};
use crate::id::AreaId;
use crate::measure::Measure;
use crate::refusal::Refusal;

impl<'a> Work<'a> {
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
        // Not "today": the message may be read on another day.
        let (_, month, day) = self.rules.day(self.now).ymd();
        let text = format!(
            "{} 到达{}，请在 {month} 月 {day} 日 24:00 前研判",
            self.label(),
            state.name
        );
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
            .filter(|a| {
                let desk = Desk::Area(*a);
                !self.rules.directory.accused(&self.matter, desk)
            })
            .collect()
    }
}

/// Whether a clock of the matter itself ends when the matter moves into a state of `phase`. A
/// check interrupts neither judgement nor handling; a suspension pauses handling.
fn ends_with_move(clock: &Clock, phase: Phase) -> bool {
    clock.slot == 0
        && match clock.kind {
            ClockKind::SameDay => phase != Phase::Check,
            ClockKind::Handle => !matches!(phase, Phase::Check | Phase::Suspended),
            ClockKind::Stay | ClockKind::Until | ClockKind::Approval => true,
            ClockKind::SignIn | ClockKind::Reply | ClockKind::Supervision | ClockKind::Hotline => {
                false
            }
        }
}
