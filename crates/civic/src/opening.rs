//! A vacant post offered to the people of its place (R047): residents apply by themselves, who is
//! chosen stands in publicity, objections are answered, the level above appoints. An application
//! holds no more than it needs: who, from where, a few words; what came to nothing is deleted. How
//! it goes with one application is in [`application`].

mod application;

pub use application::{Answer, Application, Objection, Source, Standing};

use crate::area::{Level, Tree};
use crate::by::By;
use crate::id::{AreaId, OpeningId};
use crate::limits::{OPENING_DAYS_MAX, OPENING_TEXT_CHARS_MAX};
use crate::nomination::{self, Nomination};
use crate::post::{Post, Role, Seat};
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::rights::{self, Relation, Verb};
use crate::time::{Day, Instant};
use serde::{Deserialize, Serialize};

words! {
    /// Where an opening stands.
    State {
        /// Takes applications, or decides about them.
        Open "open" "选聘中",
        /// Somebody was appointed.
        Filled "filled" "已选任",
        /// Ended without an appointment.
        Closed "closed" "已结束",
    }
}

/// The version of [`CONSENT`] that candidates agree to now.
pub const CONSENT_VERSION: u32 = 2;
/// What candidates agree to: who reads what, as [`chooses`] and the lists of nominations have it. A
/// new wording is a new version.
pub const CONSENT: &str = "我自愿报名。\
我的姓名、来源和自荐说明，只由岗位所在社区（村）的社区工作者、书记及其代理人为选聘查看，每次查看都记入“谁看过我的信息”。\
确定为拟选任人选的，公示我的姓名、来源和岗位，登录的人都能看到，公示不少于 5 个工作日；公示期满报送上级任命，\
有权提名和任命这个岗位的工作人员能看到我的姓名、来源和公示日期。\
任命之前我可以撤回（已报送上级的，由社区先撤回提名），撤回后报名材料立即删除；\
没有入选的，报名材料和对我的异议在决定 30 天后删除。审计日志只记谁在何时报名、查看、撤回，不记材料内容。";

/// A vacant post offered to the people of its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Own id.
    pub id: OpeningId,
    /// Over which area.
    pub area: AreaId,
    /// As what.
    pub role: Role,
    /// What is to be done, and who is wanted for it.
    pub duties: String,
    /// The last day of applying.
    pub until: Day,
    /// Where it stands.
    pub state: State,
    /// Who offered it.
    pub by: By,
    /// When.
    pub at: Instant,
    /// Why it ended without an appointment.
    pub closed: Option<String>,
}

/// A text of a form: trimmed, not empty, not too long.
///
/// # Errors
/// `Invalid` at `field` with the sentence `empty`.
pub fn said(field: &str, text: &str, empty: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::invalid(field, "required", empty));
    }
    if text.chars().count() > OPENING_TEXT_CHARS_MAX {
        let message = format!("文字太长：最多 {OPENING_TEXT_CHARS_MAX} 字，请删减");
        return Err(Refusal::invalid(field, "too_long", message));
    }
    Ok(text.to_owned())
}

/// [`said`], without the number of an identity card or a telephone: nothing here needs one.
///
/// # Errors
/// As there; `Invalid` for such a number.
pub fn said_without_numbers(field: &str, text: &str, empty: &str) -> Result<String, Refusal> {
    let text = said(field, text, empty)?;
    if crate::personal::number_in(&text) {
        let message = "文字里像是有身份证号或手机号，请删去；需要联系时会通过本平台的消息通知";
        return Err(Refusal::invalid(field, "personal_number", message));
    }
    Ok(text)
}

/// Whether a post chooses among the candidates for an area, and reads what they wrote: it proposes
/// people for the community or village in which the area lies. Nobody above or below it does, and no
/// administrator: those who decide read the nomination (privacy.md V04).
#[must_use]
pub fn chooses(tree: &Tree, post: &Post, area: AreaId) -> bool {
    let proposes = rights::relations(post.role, Verb::Propose).any(|r| r == Relation::Within);
    let here = |own| {
        let community = tree.get(own).is_some_and(|a| a.level == Level::Community);
        community && tree.within(area, own)
    };
    proposes && matches!(post.seat, Seat::Area(own) if here(own))
}

/// Every rule that offering a post breaks.
#[must_use]
pub fn problems(
    tree: &Tree,
    area: AreaId,
    role: Role,
    duties: &str,
    until: Day,
    today: Day,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let level = tree.get(area).map(|a| a.level);
    if !matches!(level, Some(Level::Unit | Level::Grid)) || role.level() != level {
        let message = "公开选聘只用于治理单元和网格的岗位，请选择与区域对应的岗位";
        problems.push(Problem::new("role", "wrong_level", message));
    }
    if let Err(Refusal::Invalid(found)) = said("duties", duties, "请写明岗位职责和人选要求")
    {
        problems.extend(found);
    }
    if until <= today || until > today.plus(OPENING_DAYS_MAX) {
        let message = format!("报名截止日期要在今天之后、{OPENING_DAYS_MAX} 天以内");
        problems.push(Problem::new("until", "bad_day", message));
    }
    problems
}

impl Opening {
    /// Whether it still decides.
    ///
    /// # Errors
    /// `Conflict`.
    pub fn open(&self) -> Result<(), Refusal> {
        match self.state {
            State::Open => Ok(()),
            state => Err(Refusal::Conflict(format!(
                "这个岗位的公开选聘{}，不能再办理；请刷新后再看",
                state.word()
            ))),
        }
    }

    /// Whether a nomination is for the post that is offered. A further term fills it only where
    /// nobody else may hold the post beside.
    fn meets(&self, nomination: &Nomination) -> bool {
        nomination.role == self.role
            && nomination.seat == Seat::Area(self.area)
            && (nomination.renews.is_none() || self.role.stands_alone())
    }

    /// Lets nobody come to the offered post past the opening, while it runs.
    ///
    /// # Errors
    /// `Conflict` for a nomination or an appointment of the same post.
    pub fn lets_by(&self, nomination: &Nomination) -> Result<(), Refusal> {
        if self.open().is_err() || !self.meets(nomination) {
            return Ok(());
        }
        Err(Refusal::Conflict(
            "这个岗位正在公开选聘，不能另行提名或任命：请在“公开选聘”里从报名人中选任；\
             不再选聘的，先在那里结束选聘并写明原因"
                .into(),
        ))
    }

    /// Whether it may be offered beside the nominations of its area.
    ///
    /// # Errors
    /// `Conflict` while one for the same post waits for the level above.
    pub fn offerable(&self, nominations: &[Nomination]) -> Result<(), Refusal> {
        let waits = |n: &&Nomination| n.state == nomination::State::Proposed && self.meets(n);
        if nominations.iter().find(waits).is_none() {
            return Ok(());
        }
        Err(Refusal::Conflict(
            "这个岗位已有提名等待上级审批，不能公开选聘：请先在“任职管理”里撤回提名，或等上级审批以后再发布"
                .into(),
        ))
    }

    /// Whether somebody may apply today.
    ///
    /// # Errors
    /// `Conflict` after the last day; `Invalid` without the consent of now.
    pub fn takes(&self, consent: u32, today: Day) -> Result<(), Refusal> {
        self.open()?;
        if today > self.until {
            return Err(Refusal::Conflict(format!(
                "报名已于 {} 截止，请留意以后的公开选聘",
                self.until
            )));
        }
        if consent != CONSENT_VERSION {
            let message = "请阅读并勾选“同意公示和材料删除的说明”后再报名";
            return Err(Refusal::invalid("consent", "required", message));
        }
        Ok(())
    }

    /// Ends it without an appointment.
    ///
    /// # Errors
    /// `Conflict` where it is over; `Invalid` without a reason.
    pub fn close(&mut self, reason: &str) -> Result<(), Refusal> {
        self.open()?;
        self.closed = Some(said("reason", reason, "请写明结束选聘的原因")?);
        self.state = State::Closed;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
