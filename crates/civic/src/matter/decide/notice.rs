//! Messages that a decision sends.

use super::super::Desk;
use crate::id::{AccountId, MatterId};
use serde::{Deserialize, Serialize};

/// A message to a desk or person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The desk that is told; its people read it.
    pub desk: Desk,
    /// The person that is told, instead of a desk.
    pub account: Option<AccountId>,
    /// What about.
    pub kind: NoticeKind,
    /// The matter.
    pub matter: MatterId,
    /// Chinese sentence.
    pub text: String,
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// New work.
    Arrived,
    /// A copy for information.
    Copied,
    /// A request to decide.
    Asked,
    /// A request was decided.
    Decided,
    /// Time is running out.
    Warned,
    /// Time ran out.
    Overdue,
    /// Somebody asks to hurry.
    Urged,
    /// An order from above.
    Supervised,
    /// News for the person concerned.
    Result,
}

impl NoticeKind {
    /// Word of the interface.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Arrived => "新到",
            Self::Copied => "抄告",
            Self::Asked => "待审批",
            Self::Decided => "审批结果",
            Self::Warned => "临期提醒",
            Self::Overdue => "超期",
            Self::Urged => "催办",
            Self::Supervised => "督办",
            Self::Result => "办理结果",
        }
    }
    /// Stored code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Copied => "copied",
            Self::Asked => "asked",
            Self::Decided => "decided",
            Self::Warned => "warned",
            Self::Overdue => "overdue",
            Self::Urged => "urged",
            Self::Supervised => "supervised",
            Self::Result => "result",
        }
    }
    /// All kinds.
    pub const ALL: &[Self] = &[
        Self::Arrived,
        Self::Copied,
        Self::Asked,
        Self::Decided,
        Self::Warned,
        Self::Overdue,
        Self::Urged,
        Self::Supervised,
        Self::Result,
    ];
    /// The kind with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|k| k.code() == code)
    }
}
