//! Assessment of areas, departments and posts (R213, R051): a scheme of indicators, applied to a
//! period, published, open to appeal, and frozen.
//!
//! What is counted comes from the outcomes of matters and from nowhere else: never from how often
//! somebody signed in, checked in or sent something up (privacy.md T1). No list of ranks is made.

mod appeal;
mod assessed;
mod review;
mod sample;
mod scheme;
mod table;

pub use appeal::{Appeal, Ruling};
pub use assessed::{Assessed, Figure, Manual, Score, Subject, Watch};
pub use review::{BALLOTS_MIN, Choice, Counts, Review, Round, Statement, may_vote};
pub use sample::{Recheck, Verdict, draw};
pub use scheme::{Basis, Check, Indicator, Scheme};
pub use table::table;

use crate::by::By;
use crate::id::{AreaId, AssessmentId};
use crate::limits::{ASSESSMENT_DAYS_MAX, NAME_CHARS_MAX};
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::time::{Day, Instant};
use crate::trace::Hash;
use serde::{Deserialize, Serialize};

words! {
    /// Whom a scheme assesses.
    SubjectKind {
        /// Areas of a level.
        Area "area" "区域",
        /// Departments.
        Department "department" "部门",
        /// Who holds a post.
        Post "post" "岗位",
    }
}

words! {
    /// Where a period of assessment stands.
    State {
        /// Set up; nothing is calculated.
        Open "open" "已设立",
        /// Calculated, seen by who runs it; may be calculated again.
        Drafted "drafted" "已计算（未公示）",
        /// Seen by the assessed, who may appeal.
        Published "published" "公示中",
        /// Done; nothing changes any more.
        Frozen "frozen" "已冻结",
    }
}

/// That somebody did something at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Who, with the title of then.
    pub by: By,
    /// When.
    pub at: Instant,
}

/// One period of assessment of everybody below an area whom its scheme names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// Own id.
    pub id: AssessmentId,
    /// The area whose people are assessed.
    pub area: AreaId,
    /// What it is called: `2026年上半年社区考核`.
    pub name: String,
    /// The scheme with its formulae, copied: later versions change nothing here.
    pub scheme: Scheme,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Who set it up.
    pub opened: Done,
    /// The seed of the random re-check; drawn with the first calculation.
    pub seed: Option<String>,
    /// When it was calculated last.
    pub calculated: Option<Instant>,
    /// Who published it.
    pub published: Option<Done>,
    /// Last day for appeals.
    pub appeals_until: Option<Day>,
    /// Who froze it.
    pub frozen: Option<Done>,
    /// The digest of everything that was frozen.
    pub digest: Option<Hash>,
    /// 述职评议, once it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<Round>,
}

/// Every problem of a period that is to be set up.
#[must_use]
pub fn problems(name: &str, from: Day, to: Day) -> Vec<Problem> {
    let mut problems = Vec::new();
    let long = name.trim().chars().count();
    if long == 0 || long > NAME_CHARS_MAX {
        let message = format!("请填写考核名称，最多 {NAME_CHARS_MAX} 个字");
        problems.push(Problem::new("name", "required", message));
    }
    if to < from || to.0 - from.0 >= ASSESSMENT_DAYS_MAX {
        let message = format!("结束日期不能早于开始日期，考核期最长 {ASSESSMENT_DAYS_MAX} 天");
        problems.push(Problem::new("to", "bad_period", message));
    }
    problems
}

impl Assessment {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        match (&self.frozen, &self.published, self.calculated) {
            (Some(_), _, _) => State::Frozen,
            (None, Some(_), _) => State::Published,
            (None, None, Some(_)) => State::Drafted,
            (None, None, None) => State::Open,
        }
    }

    /// Whether it may be calculated on `today`: once the period is over and before it is published,
    /// so that what was shown to people changes by written corrections only.
    ///
    /// # Errors
    /// `Conflict`, with what is possible instead.
    pub fn may_calculate(&self, today: Day) -> Result<(), Refusal> {
        let text = match self.state() {
            State::Frozen => "这次考核已经冻结，不能再计算；需要核对的，请用“重算核对”".to_owned(),
            State::Published => "结果已经公示，不能再计算；有误的请通过申诉更正".to_owned(),
            _ if today <= self.to => {
                format!("考核期到 {} 为止，请在期满以后计算", self.to)
            }
            _ => return Ok(()),
        };
        Err(Refusal::Conflict(text))
    }

    /// Whether marks and re-checks may be written: between the first calculation and publication.
    ///
    /// # Errors
    /// `Conflict`.
    pub fn may_mark(&self) -> Result<(), Refusal> {
        match self.state() {
            State::Drafted => Ok(()),
            State::Open => Err(Refusal::Conflict("请先计算，再录入测评和复核结果".into())),
            State::Published | State::Frozen => Err(Refusal::Conflict(
                "结果已经公示或冻结，不能再录入；有误的请通过申诉更正".into(),
            )),
        }
    }

    /// Refuses points by hand for what a ballot on the platform decides: who gives them could undo it.
    ///
    /// # Errors
    /// `Conflict` from the opening of the ballot on.
    pub fn may_mark_by_hand(&self, indicator: &str) -> Result<(), Refusal> {
        let voted = self.scheme.review.as_ref().filter(|_| self.round.is_some());
        match voted.is_some_and(|review| review.indicator == indicator) {
            true => Err(Refusal::Conflict(
                "本期已在平台组织述职评议，这一项的得分由投票产生，不能录入".into(),
            )),
            false => self.may_mark(),
        }
    }

    /// Publishes it: the assessed see their results and may appeal for the days of the scheme.
    ///
    /// # Errors
    /// `Conflict` before it is calculated, after it is published, and with re-checks missing.
    pub fn publish(&mut self, done: Done, today: Day, unchecked: usize) -> Result<(), Refusal> {
        let refused = match self.state() {
            State::Open => Some("还没有计算，请先计算再公示".to_owned()),
            State::Published => Some("已经公示，不用再公示".to_owned()),
            State::Frozen => Some("已经冻结，不能再公示".to_owned()),
            State::Drafted if unchecked > 0 => Some(format!(
                "还有 {unchecked} 件抽查事件没有复核，请先复核并重新计算再公示"
            )),
            State::Drafted if self.is_reviewing() => {
                Some("述职评议还没有结束，请先结束并计分再公示".to_owned())
            }
            State::Drafted => None,
        };
        if let Some(text) = refused {
            return Err(Refusal::Conflict(text));
        }
        self.appeals_until = Some(today.plus(i64::from(self.scheme.appeal_days)));
        self.published = Some(done);
        Ok(())
    }

    /// Whether the assessed may appeal on `today`.
    ///
    /// # Errors
    /// `Conflict`.
    pub fn may_appeal(&self, today: Day) -> Result<(), Refusal> {
        match (self.state(), self.appeals_until) {
            (State::Published, Some(until)) if today <= until => Ok(()),
            (State::Published, Some(until)) => Err(Refusal::Conflict(format!(
                "申诉到 {until} 截止，请直接联系组织考核的单位"
            ))),
            (State::Frozen, _) => Err(Refusal::Conflict(
                "这次考核已经冻结，不能再申诉；请直接联系组织考核的单位".into(),
            )),
            _ => Err(Refusal::Conflict("结果还没有公示，公示后才能申诉".into())),
        }
    }

    /// Whether an appeal may be decided.
    ///
    /// # Errors
    /// `Conflict`.
    pub fn may_rule(&self) -> Result<(), Refusal> {
        match self.state() {
            State::Published => Ok(()),
            _ => Err(Refusal::Conflict("只有公示中的考核可以处理申诉".into())),
        }
    }

    /// Freezes it with everything that belongs to it.
    ///
    /// # Errors
    /// `Conflict` before publication, within the days of appeal, and with appeals not decided.
    pub fn freeze(
        &mut self,
        done: Done,
        today: Day,
        assessed: &[Assessed],
        rechecks: &[Recheck],
    ) -> Result<(), Refusal> {
        let waiting: usize = assessed.iter().map(|a| a.undecided()).sum();
        let refused = match (self.state(), self.appeals_until) {
            (State::Frozen, _) => Some("已经冻结，不用再冻结".to_owned()),
            (State::Open | State::Drafted, _) => {
                Some("还没有公示，请先公示，等申诉期满再冻结".to_owned())
            }
            (State::Published, _) if waiting > 0 => {
                Some(format!("还有 {waiting} 件申诉没有处理，请先处理再冻结"))
            }
            (State::Published, Some(until)) if today <= until => {
                Some(format!("申诉期到 {until} 为止，请在期满以后冻结"))
            }
            (State::Published, _) => None,
        };
        if let Some(text) = refused {
            return Err(Refusal::Conflict(text));
        }
        self.frozen = Some(done);
        self.digest = Some(self.digest_of(assessed, rechecks));
        Ok(())
    }

    /// The digest of the period with its results and re-checks, in their order.
    #[must_use]
    pub fn digest_of(&self, assessed: &[Assessed], rechecks: &[Recheck]) -> Hash {
        let mut whole = self.clone();
        whole.digest = None;
        // What is made of plain fields always becomes JSON.
        let text = |json: serde_json::Result<Vec<u8>>| json.unwrap_or_default();
        let mut hash = Hash::of(&text(serde_json::to_vec(&whole)));
        for one in assessed {
            hash = hash.then(&text(serde_json::to_vec(one)));
        }
        for one in rechecks {
            hash = hash.then(&text(serde_json::to_vec(one)));
        }
        hash
    }
}

#[cfg(test)]
mod tests;
