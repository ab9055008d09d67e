//! A vacant post offered to the people of its place (R047): residents apply by themselves, who is
//! chosen stands in publicity, objections are answered, the level above appoints. An application
//! holds no more than it needs: who, from where, a few words; what came to nothing is deleted.

use crate::area::{Level, Tree};
use crate::by::By;
use crate::id::{AccountId, ApplicationId, AreaId, NominationId, ObjectionId, OpeningId};
use crate::limits::{OPENING_DAYS_MAX, OPENING_TEXT_CHARS_MAX, PUBLICITY_DAYS_MIN};
use crate::nomination::{self, Nomination};
use crate::post::{Role, Seat};
use crate::problem::Problem;
use crate::refusal::Refusal;
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

words! {
    /// Where an application stands.
    Standing {
        /// Waits to be looked at.
        Applied "applied" "已报名",
        /// In publicity, or through it.
        Shown "shown" "公示",
        /// Waits for the level above.
        Nominated "nominated" "待上级任命",
        /// In office.
        Appointed "appointed" "已任命",
        /// Not chosen, with the reason.
        Declined "declined" "未入选",
    }
}

words! {
    /// What candidates say they are. Nothing else about a person is asked.
    Source {
        /// Retired from work.
        Retired "retired_worker" "退休职工",
        /// A volunteer.
        Volunteer "volunteer" "志愿者",
        /// Anybody else who lives there.
        Resident "enthusiast" "热心群众",
    }
}

/// The version of [`CONSENT`] that candidates agree to now.
pub const CONSENT_VERSION: u32 = 1;
/// What candidates agree to. A new wording is a new version.
pub const CONSENT: &str = "我自愿报名。我同意社区工作人员为选聘查看我的姓名、来源和自荐说明；\
拟选任时公示我的姓名、来源和岗位，公示不少于 5 个工作日。任命之前我可以随时撤回，撤回后报名材料立即删除；\
没有入选的，报名材料和对我的异议在决定 30 天后删除。";

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

/// Somebody who would take the post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Own id.
    pub id: ApplicationId,
    /// For which opening.
    pub opening: OpeningId,
    /// Who.
    pub account: AccountId,
    /// What the person says to be.
    pub source: Source,
    /// A few words of the person's own.
    pub statement: String,
    /// The version of the consent that was given.
    pub consent: u32,
    /// When.
    pub at: Instant,
    /// Where it stands.
    pub standing: Standing,
    /// First and last day of the publicity.
    pub shown: Option<(Day, Day)>,
    /// The nomination that came of it.
    pub nomination: Option<NominationId>,
    /// When it was decided, and why so.
    pub ended: Option<(Instant, String)>,
}

/// What somebody says against a candidate in publicity. Who said it is not shown to the candidate,
/// nor to who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Own id.
    pub id: ObjectionId,
    /// Against which application.
    pub application: ApplicationId,
    /// Who; to bring the answer back.
    pub account: AccountId,
    /// What is said.
    pub text: String,
    /// When.
    pub at: Instant,
    /// The answer.
    pub answer: Option<Answer>,
}

/// What was found out about an objection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who answered.
    pub by: By,
    /// When.
    pub at: Instant,
    /// What.
    pub text: String,
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

impl Application {
    fn is(&self, allowed: &[Standing], what: &str) -> Result<(), Refusal> {
        match allowed.contains(&self.standing) {
            true => Ok(()),
            false => Err(Refusal::Conflict(format!(
                "这位人选“{}”，不能{what}；请刷新后再看",
                self.standing.word()
            ))),
        }
    }

    /// Puts the candidate into publicity from `today` to the end of `to`. `working` is how many
    /// working days lie after today up to that day.
    ///
    /// # Errors
    /// `Conflict` before applying is over; `Invalid` where it is too short or too long.
    pub fn show(
        &mut self,
        opening: &Opening,
        today: Day,
        to: Day,
        working: i64,
    ) -> Result<(), Refusal> {
        opening.open()?;
        self.is(&[Standing::Applied], "公示")?;
        if today <= opening.until {
            return Err(Refusal::Conflict(format!(
                "报名到 {} 截止，截止以后才能确定拟选任人选",
                opening.until
            )));
        }
        if working < PUBLICITY_DAYS_MIN || to > today.plus(OPENING_DAYS_MAX) {
            let message = format!(
                "公示不少于 {PUBLICITY_DAYS_MIN} 个工作日(不含今天)、不超过 {OPENING_DAYS_MAX} 天，请改公示截止日期"
            );
            return Err(Refusal::invalid("to", "bad_day", message));
        }
        self.standing = Standing::Shown;
        self.shown = Some((today, to));
        Ok(())
    }

    /// Whether something may be said against the candidate today.
    ///
    /// # Errors
    /// `Conflict` outside the publicity; `Denied` for the candidate.
    pub fn may_be_objected(&self, account: AccountId, today: Day) -> Result<(), Refusal> {
        if account == self.account {
            return Err(Refusal::Denied("不能对自己提出异议".into()));
        }
        let shown = self.shown.is_some_and(|(_, to)| today <= to);
        if self.standing != Standing::Shown || !shown {
            return Err(Refusal::Conflict(
                "公示已经结束，不能再提出异议；有情况请向社区反映".into(),
            ));
        }
        Ok(())
    }

    /// Hands the candidate to the level above.
    ///
    /// # Errors
    /// `Conflict` before the publicity is over or while an objection has no answer.
    pub fn nominate(
        &mut self,
        nomination: NominationId,
        objections: &[Objection],
        today: Day,
    ) -> Result<(), Refusal> {
        self.nominable(objections, today)?;
        self.standing = Standing::Nominated;
        self.nomination = Some(nomination);
        Ok(())
    }

    /// Whether [`Application::nominate`] would do.
    ///
    /// # Errors
    /// As there.
    pub fn nominable(&self, objections: &[Objection], today: Day) -> Result<(), Refusal> {
        self.is(&[Standing::Shown], "报送任命")?;
        if let Some((_, to)) = self.shown.filter(|(_, to)| today <= *to) {
            return Err(Refusal::Conflict(format!(
                "公示到 {to} 结束，结束以后才能报送任命"
            )));
        }
        let open = objections.iter().filter(|o| o.answer.is_none()).count();
        if open > 0 {
            return Err(Refusal::Conflict(format!(
                "还有 {open} 条异议没有答复，请先核实并答复"
            )));
        }
        Ok(())
    }

    /// The nomination was taken back: the candidate stands where the publicity left them.
    pub fn recall(&mut self) {
        self.standing = Standing::Shown;
        self.nomination = None;
    }

    /// Does not choose the candidate.
    ///
    /// # Errors
    /// `Conflict` for who waits for the level above or is decided; `Invalid` without a reason.
    pub fn decline(&mut self, reason: &str, now: Instant) -> Result<(), Refusal> {
        self.is(&[Standing::Applied, Standing::Shown], "定为未入选")?;
        let reason = said("reason", reason, "请写明未入选的原因，本人会看到")?;
        self.end(Standing::Declined, reason, now);
        Ok(())
    }

    /// Writes down how it ended.
    pub fn end(&mut self, standing: Standing, words: String, now: Instant) {
        self.standing = standing;
        self.ended = Some((now, words));
    }

    /// Whether it is neither chosen nor turned down yet.
    #[must_use]
    pub fn waits(&self) -> bool {
        matches!(self.standing, Standing::Applied | Standing::Shown)
    }

    /// Whether the person may take it back, which deletes it.
    ///
    /// # Errors
    /// `Conflict` for who waits for the level above or is in office.
    pub fn withdrawable(&self) -> Result<(), Refusal> {
        match self.standing {
            Standing::Nominated => Err(Refusal::Conflict(
                "已经报送上级任命，请先联系社区撤回提名，再撤回报名".into(),
            )),
            Standing::Appointed => Err(Refusal::Conflict(
                "您已被任命；不愿继续任职的，请向社区提出离任".into(),
            )),
            _ => Ok(()),
        }
    }
}

impl Objection {
    /// Answers it, once.
    ///
    /// # Errors
    /// `Conflict` where it is answered; `Invalid` without words.
    pub fn reply(&mut self, by: By, text: &str, at: Instant) -> Result<(), Refusal> {
        if self.answer.is_some() {
            return Err(Refusal::Conflict("这条异议已经答复，请刷新后再看".into()));
        }
        let text = said("text", text, "请写明核实情况和处理意见")?;
        self.answer = Some(Answer { by, at, text });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
