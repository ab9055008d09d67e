//! The log of a governance centre (R123): what came in on duty, and how one shift hands what is
//! unfinished to the next. Entries are only added; a shift is over when the next one has taken it.

use crate::area::Level;
use crate::by::By;
use crate::id::{AccountId, AreaId, HandoverId, LogEntryId};
use crate::limits::TEXT_CHARS_MAX;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

words! {
    /// What an entry is about.
    EntryKind {
        /// A call or a visitor at the centre.
        Caller "caller" "来电来访",
        /// An instruction from above.
        Instruction "instruction" "上级指示",
        /// An event that the next shift has to know of.
        Event "event" "突发和重要情况",
        /// A round through the rooms and devices of the centre.
        Round "round" "检查抽查",
        /// Anything else.
        Other "other" "其他",
    }
}

/// That an unfinished entry was finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: By,
    /// With what result.
    pub text: String,
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Own id.
    pub id: LogEntryId,
    /// The centre's area.
    pub area: AreaId,
    /// When it was written.
    pub at: Instant,
    /// By whom.
    pub by: By,
    /// What it is about.
    pub kind: EntryKind,
    /// What happened and what was done.
    pub text: String,
    /// Whether somebody has to go on with it.
    pub follow: bool,
    /// That it was finished.
    pub done: Option<Done>,
}

impl Entry {
    /// Whether it is unfinished, and goes to the next shift.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.follow && self.done.is_none()
    }

    /// Finishes it.
    ///
    /// # Errors
    /// `Conflict` where nothing is open; `Invalid` without a result.
    pub fn finish(&mut self, done: Done) -> Result<(), Refusal> {
        if !self.is_open() {
            return Err(Refusal::Conflict(
                "这条记录没有待办，不用再办结；有新情况请另记一条".into(),
            ));
        }
        if let Some(problem) = text_problem("text", &done.text, "办理结果") {
            return Err(Refusal::Invalid(vec![problem]));
        }
        self.done = Some(done);
        Ok(())
    }
}

/// Whether a text of the log is missing or too long.
#[must_use]
pub fn text_problem(field: &str, text: &str, word: &str) -> Option<Problem> {
    let long = text.trim().chars().count();
    (long == 0 || long > TEXT_CHARS_MAX).then(|| {
        let message = format!("请填写{word}，最多 {TEXT_CHARS_MAX} 个字");
        Problem::new(field, "required", message)
    })
}

/// That the next shift took over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// When.
    pub at: Instant,
    /// What the taker has to say; may be empty.
    pub note: String,
}

/// One handing over of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Own id.
    pub id: HandoverId,
    /// The centre's area.
    pub area: AreaId,
    /// When it was handed over.
    pub at: Instant,
    /// Who hands over.
    pub by: By,
    /// Who has to take it.
    pub to: AccountId,
    /// Name of that person.
    pub to_name: String,
    /// What the next shift has to know.
    pub note: String,
    /// The entries that were unfinished then.
    pub items: Vec<LogEntryId>,
    /// That it was taken.
    pub taken: Option<Taken>,
    /// That somebody else was named before it was taken.
    pub replaced: bool,
}

impl Handover {
    /// Whether it waits to be taken.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.taken.is_none() && !self.replaced
    }

    /// Takes it over: from then on the unfinished entries are the taker's.
    ///
    /// # Errors
    /// `Denied` for anybody but the one it was handed to; `Conflict` where it does not wait.
    pub fn take(&mut self, account: AccountId, taken: Taken) -> Result<(), Refusal> {
        if !self.is_pending() {
            return Err(Refusal::Conflict(
                "这次交班已经接过，或已改交他人，请刷新后再看".into(),
            ));
        }
        if self.to != account {
            return Err(Refusal::Denied(format!(
                "这次交班是交给{}的，请由本人接班；本人不能到岗的，请交班人改交他人",
                self.to_name
            )));
        }
        if taken.note.chars().count() > TEXT_CHARS_MAX {
            let message = format!("接班说明最多 {TEXT_CHARS_MAX} 个字");
            return Err(Refusal::invalid("note", "too_long", message));
        }
        self.taken = Some(taken);
        Ok(())
    }
}

/// Who holds the log now: who took it last; nobody before the first handing over.
#[must_use]
pub fn keeper(handovers: &[Handover]) -> Option<(AccountId, &str)> {
    let last = handovers
        .iter()
        .filter(|h| h.taken.is_some())
        .max_by_key(|h| h.id)?;
    Some((last.to, &last.to_name))
}

/// Whether `account` may hand the log over: who holds it, anybody of the centre before the first
/// handing over, and always who leads the area, as a keeper may fall ill.
///
/// # Errors
/// `Denied`, naming who holds it.
pub fn may_hand_over(
    handovers: &[Handover],
    account: AccountId,
    leads: bool,
) -> Result<(), Refusal> {
    match keeper(handovers) {
        Some((holder, name)) if holder != account && !leads => Err(Refusal::Denied(format!(
            "现在当班的是{name}，请由{name}交班；本人不能到岗的，请本级领导代为交班"
        ))),
        _ => Ok(()),
    }
}

/// Whether a level has a centre with a log: city, county, town, and community (R123).
#[must_use]
pub fn has_centre(level: Level) -> bool {
    level <= Level::Community
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(account: i64) -> By {
        By {
            account: AccountId(account),
            name: format!("甲{account}"),
            title: "调度员".into(),
        }
    }

    fn handover(id: i64, from: i64, to: i64) -> Handover {
        Handover {
            id: HandoverId(id),
            area: AreaId(3),
            at: Instant(id),
            by: by(from),
            to: AccountId(to),
            to_name: format!("甲{to}"),
            note: String::new(),
            items: vec![LogEntryId(7)],
            taken: None,
            replaced: false,
        }
    }

    fn taken() -> Taken {
        Taken {
            at: Instant(9),
            note: String::new(),
        }
    }

    #[test]
    fn the_log_passes_from_hand_to_hand_and_only_the_named_person_takes_it() {
        let mut first = handover(1, 1, 2);
        assert!(matches!(
            first.take(AccountId(3), taken()),
            Err(Refusal::Denied(_))
        ));
        assert_eq!(keeper(&[first.clone()]), None, "handed over is not taken");
        first.take(AccountId(2), taken()).unwrap();
        assert!(matches!(
            first.take(AccountId(2), taken()),
            Err(Refusal::Conflict(_))
        ));
        let all = [first, handover(2, 2, 3)];
        assert_eq!(keeper(&all), Some((AccountId(2), "甲2")));
        assert!(may_hand_over(&all, AccountId(2), false).is_ok());
        assert!(may_hand_over(&all, AccountId(3), false).is_err());
        assert!(
            may_hand_over(&all, AccountId(3), true).is_ok(),
            "who leads the area"
        );
        assert!(
            may_hand_over(&[], AccountId(3), false).is_ok(),
            "the first time"
        );
    }

    #[test]
    fn what_was_handed_to_somebody_else_instead_cannot_be_taken() {
        let mut first = handover(1, 1, 2);
        first.replaced = true;
        let refused = first.take(AccountId(2), taken()).unwrap_err();
        assert!(refused.to_string().contains("改交他人"), "{refused}");
    }

    #[test]
    fn an_entry_is_finished_once_and_with_a_result() {
        let mut entry = Entry {
            id: LogEntryId(7),
            area: AreaId(3),
            at: Instant(1),
            by: by(1),
            kind: EntryKind::Caller,
            text: "群众来电反映停水".into(),
            follow: true,
            done: None,
        };
        let done = |text: &str| Done {
            at: Instant(2),
            by: by(2),
            text: text.into(),
        };
        assert!(matches!(entry.finish(done(" ")), Err(Refusal::Invalid(_))));
        assert!(entry.is_open());
        entry.finish(done("已联系水务公司抢修")).unwrap();
        assert!(!entry.is_open());
        assert!(matches!(
            entry.finish(done("再办")),
            Err(Refusal::Conflict(_))
        ));
    }
}
