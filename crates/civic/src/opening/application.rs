//! One application for an offered post: publicity, what is said against it, how it ends (R047).

use super::{Opening, said};
use crate::by::By;
use crate::id::{AccountId, ApplicationId, NominationId, ObjectionId, OpeningId};
use crate::limits::{OPENING_DAYS_MAX, PUBLICITY_DAYS_MIN};
use crate::refusal::Refusal;
use crate::time::{Day, Instant};
use serde::{Deserialize, Serialize};

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
                "公示不少于 {PUBLICITY_DAYS_MIN} 个工作日（不含今天）、不超过 {OPENING_DAYS_MAX} 天，请改公示截止日期"
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
