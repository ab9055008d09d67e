//! Notices, tasks and bulletins that go straight down the tree to those they are for (R016): no desk
//! in between has to pass them on, and every level sees how many below have received, read and done.
//!
//! Whom a notice is for is a [`Scope`], a rule and not a list: whoever comes to a seat later finds
//! the open notices of the seat. Who held a post at publication is kept as a [`Roster`], so that the
//! figures stay exact; who read and did is a [`Receipt`] each, written when it happens. See
//! docs/decisions/0006.

mod draft;
mod follow;
mod receipt;
mod rule;
mod scope;
#[cfg(test)]
mod tests;

pub use draft::Draft;
pub use receipt::{Figures, Progress, Receipt, Roster, Standing};
pub use rule::Correction;
pub use scope::{Scope, Spread};

use crate::id::{AccountId, AdmissionId, MatterId, NoticeId};
use crate::limits::NOTICE_OPEN_DAYS;
use crate::matter::Attached;
use crate::post::Seat;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

words! {
    /// What a publication is.
    Kind {
        /// Something to know.
        Notice "notice" "通知",
        /// Something to do.
        Task "task" "任务",
        /// What went well or badly, about named areas or departments, for them and those above (R076).
        Bulletin "bulletin" "通报",
    }
}

words! {
    /// What a recipient owes.
    Answer {
        /// Reading is enough.
        Read "read" "阅知",
        /// To be confirmed.
        Acknowledge "acknowledge" "签收确认",
        /// To be done, with a reply.
        Reply "reply" "办结回复",
    }
}

/// What a notice says. Each correction is a new version of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// Title.
    pub title: String,
    /// Text.
    pub text: String,
    /// Attachments.
    pub files: Vec<Attached>,
    /// When it is to be done, where there is a deadline.
    pub due: Option<Instant>,
}

/// Who published, with the title of that day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The person.
    pub account: AccountId,
    /// Name.
    pub name: String,
    /// Title of the post that gave the right.
    pub title: String,
    /// Seat of that post: its people manage the notice together.
    pub seat: Seat,
    /// Name of the seat.
    pub desk: String,
}

/// Why it counts no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// When.
    pub at: Instant,
    /// By whom.
    pub name: String,
    /// Reason, shown to the recipients.
    pub reason: String,
}

/// One notice as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Own id.
    pub id: NoticeId,
    /// What it is.
    pub kind: Kind,
    /// What is owed.
    pub answer: Answer,
    /// Version of the wording, from 1.
    pub version: u32,
    /// The first version that counts as read: a correction may ask to read again.
    pub read_from: u32,
    /// The present wording.
    pub wording: Wording,
    /// Whom it is for.
    pub scope: Scope,
    /// Areas and organisations that a bulletin is about; empty for other kinds.
    pub named: Vec<Seat>,
    /// Matters that a bulletin names, with their numbers of that day.
    pub matters: Vec<(MatterId, String)>,
    /// The admitted item that a department sends down, with its title (R201).
    #[serde(default)]
    pub item: Option<(AdmissionId, String)>,
    /// Questions of the form that goes with it.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Who published.
    pub sender: Sender,
    /// When.
    pub published: Instant,
    /// How often the unread were urged.
    pub urges: u32,
    /// When last.
    pub urged: Option<Instant>,
    /// Why it counts no longer.
    pub withdrawn: Option<Withdrawal>,
}

impl Notice {
    /// Until when it is shown to those who come to a seat later: the deadline, or a month.
    #[must_use]
    pub fn open_until(&self) -> Instant {
        self.wording
            .due
            .unwrap_or_else(|| self.published.plus_hours(24 * NOTICE_OPEN_DAYS))
    }
    /// Whether it still asks something of anybody.
    #[must_use]
    pub fn is_open(&self, now: Instant) -> bool {
        self.withdrawn.is_none() && now <= self.open_until()
    }
}
