//! The clocks of a matter: what runs, until when, and when somebody is to be told.
//!
//! Due times are computed from the calendar when a clock starts, resumes or is extended, and
//! recorded in the step; so the fold needs no calendar and history never changes with it.

use crate::time::{HOUR_MS, Instant, MINUTE_MS};
use serde::{Deserialize, Serialize};

/// What a clock measures. Same-day is for triage; never confuse it with the handling limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// 不隔夜: judgement on the day of arrival (R063).
    SameDay,
    /// 签收
    SignIn,
    /// 办理
    Handle,
    /// 答复: acknowledgement to the reporter (R080).
    Reply,
    /// 复核，核实，评价: a fixed limit of the state.
    Stay,
    /// 督办回复
    Supervision,
    /// 挂账到期
    Until,
    /// 审批: a request waits for its decision; asking buys no time.
    Approval,
    /// 热线答复: the deadline of a work order of the hotline. Nothing pauses it, and it outlives the end
    /// of the matter until the hotline is answered (R081).
    Hotline,
}

impl ClockKind {
    /// Word of the interface.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SameDay => "研判不隔夜",
            Self::SignIn => "签收",
            Self::Handle => "办理",
            Self::Reply => "答复",
            Self::Stay => "本环节",
            Self::Supervision => "督办回复",
            Self::Until => "挂账到期",
            Self::Approval => "审批",
            Self::Hotline => "热线答复",
        }
    }
}

/// One clock of a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// What it measures.
    pub kind: ClockKind,
    /// 0 for the matter itself, else the number of the task.
    pub slot: u32,
    /// When it started.
    pub started: Instant,
    /// When it runs out (exclusive).
    pub due: Instant,
    /// When it was stopped.
    pub stopped: Option<Instant>,
    /// Since when it is paused.
    pub paused: Option<Instant>,
    /// How many thresholds were announced.
    pub stage: u32,
    /// Whether running out was marked.
    pub marked: bool,
}

impl Clock {
    /// Whether it is running.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.stopped.is_none() && self.paused.is_none()
    }
    /// The next moment at which somebody is to be told; none once running out was announced.
    #[must_use]
    pub fn next_threshold(&self) -> Option<Instant> {
        thresholds(self.kind, self.started, self.due)
            .get(self.stage as usize)
            .copied()
    }
    /// Whether it was stopped after its time.
    #[must_use]
    pub fn late(&self) -> bool {
        self.stopped.is_some_and(|at| at >= self.due)
    }
}

/// The moments at which a clock is announced; the last one is running out itself. A warning that
/// would lie before the start is left out.
#[must_use]
pub fn thresholds(kind: ClockKind, started: Instant, due: Instant) -> Vec<Instant> {
    let ahead: &[i64] = match kind {
        ClockKind::SameDay => &[2 * HOUR_MS, 30 * MINUTE_MS],
        ClockKind::Handle | ClockKind::Hotline => &[24 * HOUR_MS, 2 * HOUR_MS],
        ClockKind::SignIn => &[10 * MINUTE_MS],
        ClockKind::Reply => &[15 * MINUTE_MS],
        ClockKind::Supervision | ClockKind::Approval => &[2 * HOUR_MS],
        ClockKind::Stay | ClockKind::Until => &[],
    };
    ahead
        .iter()
        .map(|ms| Instant(due.0 - ms))
        .filter(|at| *at > started)
        .chain([due])
        .collect()
}
