//! What others are asked to do for a matter: tasks, requests that wait for a decision, supervision.

use super::{Desk, Finding};
use crate::id::{AccountId, AreaId};
use crate::limit::Limit;
use crate::time::{Day, Instant};
use serde::{Deserialize, Serialize};

/// A called desk's part of the work, or a field worker's check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Number within the matter, from 1.
    pub no: u32,
    /// Lead, co-handler or check.
    pub kind: TaskKind,
    /// Whose it is.
    pub desk: Desk,
    /// Where it stands.
    pub state: TaskState,
    /// When it was sent.
    pub called_at: Instant,
    /// When it was signed.
    pub signed_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Who claimed it.
    pub holder: Option<AccountId>,
    /// Handling limit.
    pub limit: Limit,
    /// Extensions granted.
    pub extensions: u32,
    /// Refusals made by this desk.
    pub refusals: u32,
    /// The result it reported.
    pub finding: Option<Finding>,
    /// Passed on to another desk of the organisation, which it may be once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub passed_on: bool,
    /// For a countersignature: whether the desk agrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agrees: Option<bool>,
}

/// What a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// 主办
    Lead,
    /// 会办
    Co,
    /// 核实
    Check,
    /// 会签
    Countersign,
}

impl TaskKind {
    /// Whether it is a part of the work itself, which must be signed and answered.
    #[must_use]
    pub fn is_work(self) -> bool {
        matches!(self, Self::Lead | Self::Co)
    }
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Sent, not signed.
    Called,
    /// Refused, the dispatcher has not decided yet.
    Refusing,
    /// Signed.
    Signed,
    /// Answered.
    FedBack,
    /// Its answer is not needed any more, with a recorded reason.
    Waived,
    /// Taken back: the refusal was accepted.
    Recalled,
}

impl Task {
    /// Whether work is still expected.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(
            self.state,
            TaskState::Called | TaskState::Refusing | TaskState::Signed
        )
    }
}

/// A request that waits for a decision (rule 7: each needs approval and leaves a ledger line).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// What is asked.
    pub ask: Ask,
    /// 0 for the matter itself, else the number of the task.
    pub slot: u32,
    /// The desk that asked.
    pub by: Desk,
    /// The person who asked; never the one who decides.
    pub by_account: AccountId,
    /// The desk that decides.
    pub approver: Desk,
    /// Only a leader of that desk may decide: a second refusal, or a request of the desk itself.
    pub leader: bool,
    /// The date asked for, for a suspension.
    pub until: Option<Day>,
}

coded! {
    /// What can be asked for.
    Ask {
        Return "return" "退回",
        Refuse "refuse" "退单",
        Extend "extend" "延期",
        Suspend "suspend" "挂账",
        Void "void" "作废",
    }
}

/// 会签: desks are asked whether they agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Countersign {
    /// How many must agree.
    pub need: u32,
    /// How many are asked.
    pub of: u32,
    /// How it ended.
    pub agreed: Option<bool>,
}

/// 催办 once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Urged {
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Instant,
}

/// 督办: an order from above to answer in writing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervision {
    /// The area that ordered it.
    pub by: AreaId,
    /// 1 (ordered by the city, the gravest), 2 (county), 3 (town).
    pub level: u32,
    /// When.
    pub at: Instant,
    /// Answer due.
    pub due: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
}
