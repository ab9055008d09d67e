//! What may be corrected, urged, withdrawn, read and done.

use super::draft::words_of;
use super::{Answer, Notice, Receipt, Standing, Withdrawal, Wording};
use crate::directory::Actor;
use crate::limits::{NOTICE_URGE_HOURS, NOTICE_URGES_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX};
use crate::post::Post;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::time::Instant;

/// A correction as it is given.
#[derive(Debug, Clone)]
pub struct Correction {
    /// What it says now.
    pub wording: Wording,
    /// Why.
    pub reason: String,
    /// Whether everybody has to read it again.
    pub again: bool,
}

impl Notice {
    fn manageable(&self, actor: &Actor) -> Result<(), Refusal> {
        if !self.managed_by(actor) {
            return Err(Refusal::Denied(format!(
                "只有发布单位“{}”可以更正、催阅和撤回",
                self.sender.desk
            )));
        }
        self.still_counts()
    }

    fn still_counts(&self) -> Result<(), Refusal> {
        match &self.withdrawn {
            Some(w) => Err(Refusal::Conflict(format!(
                "这份{}已由{}撤回：{}",
                self.kind.word(),
                w.name,
                w.reason
            ))),
            None => Ok(()),
        }
    }

    /// Corrects: a new version. Whoever did what was asked need not do it again.
    ///
    /// # Errors
    /// `Denied`, `Conflict` when withdrawn, `Stale` on another version, `Invalid`.
    pub fn correct(
        &mut self,
        actor: &Actor,
        seen: u32,
        correction: Correction,
        now: Instant,
    ) -> Result<(), Refusal> {
        self.manageable(actor)?;
        if seen != self.version {
            return Err(Refusal::Stale(
                "同事刚刚更正过，请重新打开，看过最新内容再改".into(),
            ));
        }
        let mut problems = Vec::new();
        let wording = Wording {
            title: correction.wording.title.trim().to_owned(),
            text: correction.wording.text.trim().to_owned(),
            ..correction.wording
        };
        // A deadline that stays as it is may have passed meanwhile.
        let since = match wording.due == self.wording.due {
            true => self.published,
            false => now,
        };
        words_of(&wording, since, &mut problems);
        if correction.reason.trim().is_empty() {
            problems.push(Problem::new("reason", "required", "请写明更正了什么"));
        }
        if wording == self.wording {
            problems.push(Problem::new("text", "unchanged", "内容没有变化，不用更正"));
        }
        if !problems.is_empty() {
            return Err(Refusal::Invalid(problems));
        }
        self.version += 1;
        if correction.again {
            self.read_from = self.version;
        }
        self.wording = wording;
        Ok(())
    }

    /// Urges everybody who has not read or not done; at most every few hours, and a few times in all,
    /// because urging is a burden too.
    ///
    /// # Errors
    /// `Denied`; `Conflict` when withdrawn, urged enough, or too soon.
    pub fn urge(&mut self, actor: &Actor, now: Instant) -> Result<(), Refusal> {
        self.manageable(actor)?;
        if self.urges >= NOTICE_URGES_MAX {
            return Err(Refusal::Conflict(format!(
                "已催过 {NOTICE_URGES_MAX} 次，不能再催；请直接联系未读单位的上级"
            )));
        }
        let since = self.urged.unwrap_or(self.published);
        if now < since.plus_hours(NOTICE_URGE_HOURS) {
            return Err(Refusal::Conflict(format!(
                "发布或上次催阅后满 {NOTICE_URGE_HOURS} 小时才能再催，请稍后再试"
            )));
        }
        self.urges += 1;
        self.urged = Some(now);
        Ok(())
    }

    /// Withdraws.
    ///
    /// # Errors
    /// `Denied`; `Conflict` when withdrawn before; `Invalid` without a reason.
    pub fn withdraw(&mut self, actor: &Actor, reason: &str, now: Instant) -> Result<(), Refusal> {
        self.manageable(actor)?;
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > TITLE_CHARS_MAX {
            let message = format!("请写明撤回原因，最多 {TITLE_CHARS_MAX} 个字");
            return Err(Refusal::invalid("reason", "required", message));
        }
        self.withdrawn = Some(Withdrawal {
            at: now,
            name: self.sender_name(actor),
            reason: reason.to_owned(),
        });
        Ok(())
    }

    fn sender_name(&self, actor: &Actor) -> String {
        format!("{}{}", self.sender.desk, actor.name)
    }

    /// The receipt of a post that reads it now; `None` where nothing changes.
    #[must_use]
    pub fn read_by(
        &self,
        post: &Post,
        before: Option<&Receipt>,
        account: crate::id::AccountId,
        now: Instant,
    ) -> Option<Receipt> {
        match before {
            Some(r) if r.version >= self.version => None,
            Some(r) => Some(Receipt {
                version: self.version,
                ..r.clone()
            }),
            None => Some(Receipt {
                post: post.id,
                account,
                version: self.version,
                read: now,
                done: None,
                reply: None,
                files: Vec::new(),
            }),
        }
    }

    /// The reply as it is kept: the answers to the questions of the form, then the words.
    ///
    /// # Errors
    /// `Invalid` where a question has no answer.
    pub fn reply_of(
        &self,
        values: &[String],
        words: Option<&str>,
    ) -> Result<Option<String>, Refusal> {
        let answered =
            values.len() == self.fields.len() && values.iter().all(|v| !v.trim().is_empty());
        if !answered {
            let message = match self.fields.is_empty() {
                true => "这份通知没有填报项，请刷新后再填".into(),
                false => format!("请填写全部 {} 个填报项，没有的填“无”", self.fields.len()),
            };
            return Err(Refusal::invalid("values", "required", message));
        }
        let pairs = self.fields.iter().zip(values);
        let mut lines: Vec<String> = pairs.map(|(f, v)| format!("{f}：{}", v.trim())).collect();
        lines.extend(
            words
                .map(str::trim)
                .filter(|w| !w.is_empty())
                .map(str::to_owned),
        );
        Ok((!lines.is_empty()).then(|| lines.join("\n")))
    }

    /// Whether it can be marked as done with this reply.
    ///
    /// # Errors
    /// `Conflict` when withdrawn, when nothing is owed, or when it was done; `Invalid` without the
    /// reply that is owed.
    pub fn may_finish(&self, before: Standing, reply: Option<&str>) -> Result<(), Refusal> {
        self.still_counts()?;
        if self.answer == Answer::Read {
            return Err(Refusal::Conflict("这份通知阅知即可，不用办结".into()));
        }
        if before == Standing::Done {
            return Err(Refusal::Conflict("您的岗位已经办结，不用重复提交".into()));
        }
        let long = reply.map_or(0, |r| r.trim().chars().count());
        if self.answer == Answer::Reply && long == 0 {
            return Err(Refusal::invalid("reply", "required", "请写明办理情况"));
        }
        if long > TEXT_CHARS_MAX {
            let message = format!("回复最多 {TEXT_CHARS_MAX} 个字");
            return Err(Refusal::invalid("reply", "too_long", message));
        }
        Ok(())
    }
}
