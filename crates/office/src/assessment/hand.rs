//! What people add to a period: marks, re-checks, appeals and rulings.

use super::{is_own, load, object, tell};
use crate::identity::entry;
use crate::{Office, Result};
use civic::assessment::{Assessed, Assessment, Done, Manual, Recheck, Ruling, Subject, Verdict};
use civic::directory::Actor;
use civic::id::{AssessmentId, MatterId};
use civic::refusal::Refusal;
use store::lane::Failure;

type Refused = std::result::Result<(), Refusal>;

impl Office {
    /// Enters points that people gave, with the written ground.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who does not run the period; `Conflict`; `Invalid`.
    pub async fn mark_assessment(
        &self,
        actor: &Actor,
        (id, no): (AssessmentId, u32),
        indicator: String,
        points: i64,
        words: String,
    ) -> Result<Assessed> {
        let done = self.running(actor, id).await?;
        self.change_result(
            actor,
            (id, no),
            "mark_assessment",
            move |assessment, one| {
                assessment.may_mark_by_hand(&indicator)?;
                let manual = Manual {
                    indicator,
                    points,
                    words,
                    done,
                };
                one.give(&assessment.scheme, manual)
            },
        )
        .await
    }

    /// Appeals against an indicator of a result, by who is assessed.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for anybody else; `Conflict` outside the days of appeal; `Invalid`.
    pub async fn appeal_assessment(
        &self,
        actor: &Actor,
        (id, no): (AssessmentId, u32),
        indicator: String,
        words: String,
    ) -> Result<Assessed> {
        let (assessment, one) = self.seen_result(actor, id, no).await?;
        if !is_own(actor, &one) {
            let text = "申诉由被考核的本人、本部门或本区域提出";
            return Err(Refusal::Denied(text.into()).into());
        }
        let (today, done) = (
            self.today(),
            self.done(&self.world(), actor, assessment.area),
        );
        self.change_result(
            actor,
            (id, no),
            "appeal_assessment",
            move |assessment, one| {
                assessment.may_appeal(today)?;
                one.appeal(&assessment.scheme, &indicator, &words, done)
            },
        )
        .await
    }

    /// Decides an appeal, by who runs the period and is not assessed there.
    ///
    /// # Errors
    /// `Unknown`; `Denied`; `Conflict`; `Invalid`.
    pub async fn rule_on_appeal(
        &self,
        actor: &Actor,
        (id, no): (AssessmentId, u32),
        appeal: u32,
        points: Option<i64>,
        words: String,
    ) -> Result<Assessed> {
        let done = self.running(actor, id).await?;
        let (_, one) = self.seen_result(actor, id, no).await?;
        if is_own(actor, &one) {
            let text = "对本人、本单位的考核申诉由别人处理，请转给其他人员";
            return Err(Refusal::Denied(text.into()).into());
        }
        self.change_result(actor, (id, no), "decide_appeal", move |assessment, one| {
            assessment.may_rule()?;
            let ruling = Ruling {
                done,
                points,
                words,
            };
            one.rule(&assessment.scheme, appeal, ruling)
        })
        .await
    }

    /// The matters drawn for re-check, for who runs the period.
    ///
    /// # Errors
    /// `Unknown`; `Denied`.
    pub async fn assessment_rechecks(
        &self,
        actor: &Actor,
        id: AssessmentId,
    ) -> Result<Vec<(Recheck, Vec<String>)>> {
        self.running(actor, id).await?;
        let whole = self.whole(actor, id).await?;
        let name = |subject: &Subject| {
            let found = whole.results.iter().find(|one| one.subject == *subject);
            found.map(|one| one.name.clone())
        };
        let rows = whole.rechecks.iter().map(|recheck| {
            let names = recheck.subjects.iter().filter_map(name).collect();
            (recheck.clone(), names)
        });
        Ok(rows.collect())
    }

    /// Marks what the re-check of a matter found; nobody checks what they worked on.
    ///
    /// # Errors
    /// `Unknown`; `Denied`; `Conflict` before the draw and after publication; `Invalid`.
    pub async fn recheck_matter(
        &self,
        actor: &Actor,
        id: AssessmentId,
        matter: MatterId,
        holds: bool,
        words: String,
    ) -> Result<()> {
        let done: Done = self.running(actor, id).await?;
        let (who, now, account) = (actor.clone(), self.now(), actor.account);
        self.write(move |conn| {
            let whole = load(conn, id)?.ok_or_else(|| Refusal::unknown("考核"))?;
            whole.assessment.may_mark()?;
            let mut rechecks = whole.rechecks.into_iter();
            let recheck = rechecks.find(|r| r.matter == matter);
            let mut recheck = recheck.ok_or_else(|| Refusal::unknown("抽查事件"))?;
            let steps = store::step::journal(conn, matter)?;
            if steps.iter().any(|s| s.account == account) {
                let text = "您办理过这件事，请由没有经手的人复核";
                return Err(Refusal::Denied(text.into()).into());
            }
            recheck.mark(Verdict { done, holds, words })?;
            store::assessment::update_recheck(conn, id, &recheck)?;
            let found = if holds { "属实" } else { "不属实" };
            let detail = format!("《{}》抽查 {}：{found}", whole.assessment.name, recheck.no);
            let line = entry(
                &who,
                now,
                "recheck_matter",
                format!("matter:{matter}"),
                detail,
            );
            store::audit::append(conn, &line)?;
            Ok::<_, Failure>(())
        })
        .await
    }

    async fn change_result(
        &self,
        actor: &Actor,
        (id, no): (AssessmentId, u32),
        action: &'static str,
        change: impl FnOnce(&Assessment, &mut Assessed) -> Refused + Send + 'static,
    ) -> Result<Assessed> {
        let (who, now) = (actor.clone(), self.now());
        self.write_telling(move |conn| {
            let assessment = store::assessment::get(conn, id)?;
            let assessment = assessment.ok_or_else(|| Refusal::unknown("考核"))?;
            let one = store::assessment::result(conn, id, no)?;
            let mut one = one.ok_or_else(|| Refusal::unknown("考核结果"))?;
            change(&assessment, &mut one)?;
            store::assessment::update_result(conn, id, &one)?;
            let detail = format!("《{}》{}", assessment.name, one.name);
            let line = entry(&who, now, action, object(&assessment), detail);
            store::audit::append(conn, &line)?;
            let notices = match action {
                "appeal_assessment" => tell::appealed(&assessment, &one),
                "decide_appeal" => tell::ruled(&assessment, &one),
                _ => Vec::new(),
            };
            Ok((one, notices))
        })
        .await
    }
}
