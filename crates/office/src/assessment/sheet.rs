//! Results on paper and as a table (R051): with purpose in the audit chain and a line that says who
//! took it, and when.

use super::{Whole, object};
use crate::identity::entry;
use crate::{Office, Result};
use civic::assessment::{Assessed, Assessment, table};
use civic::directory::Actor;
use civic::id::AssessmentId;
use civic::refusal::Refusal;
use civic::time::Instant;

/// Longest purpose, in characters.
const PURPOSE_CHARS_MAX: usize = 200;

/// Who took results out of the platform, when and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Name and title.
    pub by: civic::by::By,
    /// When.
    pub at: Instant,
    /// What for.
    pub purpose: String,
}

/// The result of one post on paper.
#[derive(Debug, Clone)]
pub struct Printed {
    /// The period.
    pub assessment: Assessment,
    /// Full name of its area.
    pub place: String,
    /// The result.
    pub assessed: Assessed,
    /// Whether it is that of who took it.
    pub own: bool,
    /// Who took it.
    pub export: Export,
}

impl Office {
    /// The published result of one holder of a post, for paper.
    ///
    /// # Errors
    /// `Unknown` for who may not see it, and for areas and departments; `Conflict` before
    /// publication; `Invalid` without a purpose.
    pub async fn print_assessment(
        &self,
        actor: &Actor,
        (id, no): (AssessmentId, u32),
        purpose: String,
    ) -> Result<Printed> {
        let (assessment, assessed) = self.seen_result(actor, id, no).await?;
        let Some(holder) = &assessed.holder else {
            return Err(Refusal::unknown("岗位考核结果").into());
        };
        let detail = format!("《{}》{}{}", assessment.name, holder.title, holder.name);
        let export = self.export(actor, &assessment, purpose, detail).await?;
        Ok(Printed {
            place: self.world().tree().full_name(assessment.area),
            own: super::is_own(actor, &assessed),
            assessment,
            assessed,
            export,
        })
    }

    /// The published results of a period as a table, for who runs it.
    ///
    /// # Errors
    /// `Unknown`; `Denied`; `Conflict` before publication; `Invalid` without a purpose.
    pub async fn export_assessment(
        &self,
        actor: &Actor,
        id: AssessmentId,
        purpose: String,
    ) -> Result<(String, Export)> {
        self.running(actor, id).await?;
        let Whole {
            assessment,
            results,
            ..
        } = self.whole(actor, id).await?;
        let detail = format!("《{}》结果清单 {} 条", assessment.name, results.len());
        let export = self.export(actor, &assessment, purpose, detail).await?;
        let zone = self.world().rules.calendar.zone();
        let mark = format!(
            "{} {} 于 {} 导出，用途：{}",
            export.by.title,
            export.by.name,
            zone.format(export.at),
            export.purpose
        );
        Ok((table(&assessment, &results, &mark), export))
    }

    async fn export(
        &self,
        actor: &Actor,
        assessment: &Assessment,
        purpose: String,
        detail: String,
    ) -> Result<Export> {
        if assessment.published.is_none() {
            let text = "结果还没有公示，公示后才能导出";
            return Err(Refusal::Conflict(text.into()).into());
        }
        let purpose = purpose.trim().to_owned();
        if !(1..=PURPOSE_CHARS_MAX).contains(&purpose.chars().count()) {
            let message = format!("请写明用途，最多 {PURPOSE_CHARS_MAX} 个字");
            return Err(Refusal::invalid("purpose", "required", message).into());
        }
        let done = self.done(&self.world(), actor, assessment.area);
        let detail = format!("{detail}，用途：{purpose}");
        let line = entry(
            actor,
            done.at,
            "export_assessment",
            object(assessment),
            detail,
        );
        self.write(move |conn| Ok(store::audit::append(conn, &line)?))
            .await?;
        Ok(Export {
            by: done.by,
            at: done.at,
            purpose,
        })
    }
}
