//! What a person asks for.

use super::{Attached, Channel, Desk, Finding, PartOf, Place, Reporter};
use crate::area::Path;
use crate::id::{AccountId, AreaId, MatterId, OrgId};
use crate::limit::Limit;
use crate::mediation::SessionForm;
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A desk to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalledDesk {
    /// The organisation's desk.
    pub org: OrgId,
    /// Its own handling limit; the category's where none is given.
    pub limit: Option<Limit>,
}

/// An evaluation: 1 very dissatisfied to 5 very satisfied; 1 and 2 count as dissatisfied, 4 and 5 as
/// satisfied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rating(pub u8);

impl Rating {
    /// Whether the result is not accepted.
    #[must_use]
    pub fn dissatisfied(self) -> bool {
        self.0 <= 2
    }
    /// Whether it counts as satisfied.
    #[must_use]
    pub fn satisfied(self) -> bool {
        self.0 >= 4
    }
}

/// The fields an action may bring. Which of them it must bring is said by the flow.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Internal opinion.
    pub opinion: Option<String>,
    /// Public reply.
    pub reply: Option<String>,
    /// Category code.
    pub category: Option<String>,
    /// Condition within the category; the first where none is given.
    pub condition: Option<String>,
    /// Result.
    pub finding: Option<Finding>,
    /// Lower area, for an assignment.
    pub area: Option<AreaId>,
    /// Lead desk, for a call.
    pub lead: Option<CalledDesk>,
    /// Co-handling desks, for a call.
    pub co: Vec<CalledDesk>,
    /// Number of the task, where the actor's desk has several or acts on another's.
    pub task: Option<u32>,
    /// A colleague, for a transfer.
    pub person: Option<AccountId>,
    /// Another desk of the same organisation, for a transfer.
    pub org: Option<OrgId>,
    /// What a part of the matter is about, for a split.
    pub part: Option<PartForm>,
    /// A mediation session.
    pub session: Option<SessionForm>,
    /// Another matter, for a merge.
    pub other: Option<MatterId>,
    /// Yes or no, for a decision or a check.
    pub verdict: Option<bool>,
    /// Date, for a suspension.
    pub until: Option<Day>,
    /// Evaluation.
    pub rating: Option<Rating>,
    /// The action's own fields, by code.
    pub fields: BTreeMap<String, String>,
    /// Files stored before, to be attached with this step.
    pub files: Vec<Attached>,
}

/// A part of a matter that is worked on as a matter of its own (分办).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PartForm {
    /// What is to be done.
    pub text: String,
    /// Category; the whole's where none is given.
    pub category: Option<String>,
    /// Condition within the category.
    pub condition: Option<String>,
    /// Whether the whole waits for it.
    pub waits: bool,
}

/// An action of the flow with its form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Code of the flow's action.
    pub action: String,
    /// The version the caller decided on; `None` skips the check (the program itself).
    pub version: Option<u32>,
    /// The id of a part that the action may begin, minted by the caller.
    #[serde(default)]
    pub fresh: Option<MatterId>,
    /// The fields.
    #[serde(flatten)]
    pub form: Form,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportForm {
    /// Title; made from the text where none is given.
    pub title: String,
    /// What happened.
    pub text: String,
    /// Category, not demanded of residents.
    pub category: Option<String>,
    /// Condition within the category.
    pub condition: Option<String>,
    /// Way in.
    pub channel: Channel,
    /// Where.
    pub place: Place,
    /// The areas of the place, resolved before.
    pub path: Path,
    /// Who, without identity.
    pub reporter: Reporter,
    /// First handling in the same breath (R058).
    pub prehandle: Option<Form>,
    /// Entered for the head of the unit, whose matter it begins as (R044).
    #[serde(default)]
    pub on_behalf: bool,
    /// Files stored before.
    pub files: Vec<Attached>,
    /// What flows other than the main one ask for.
    #[serde(default)]
    pub opening: Opening,
}

/// What the start of a flow may bring besides the words.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Opening {
    /// Code of the flow; the main one where none is given.
    pub flow: Option<String>,
    /// The desk it is sent to: a lower area or an organisation.
    pub target: Option<Desk>,
    /// The last day for the work.
    pub until: Option<Day>,
    /// The matter because of which it is begun.
    pub cause: Option<MatterId>,
    /// Fields of the flow's own form, by code.
    pub fields: BTreeMap<String, String>,
    /// The last day for the answer to the hotline. Only the program sets it.
    #[serde(skip)]
    pub answer_by: Option<Day>,
    /// The whole of which it is a part. Only the program sets it.
    #[serde(skip)]
    pub part_of: Option<PartOf>,
}
