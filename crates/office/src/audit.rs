//! Reading the audit chain: all of it by the audit administrator, and the looks at their own data by
//! everybody (privacy.md V07).

use crate::{Office, Result};
use civic::directory::Actor;
use civic::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use civic::rights::Verb;
use civic::time::Instant;
use store::audit::{Kept, Subject};

pub use store::audit::Wanted as AuditWanted;

/// An entry as the audit administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The entry in its place.
    pub kept: Kept,
    /// Title of the person's first post on the day of the entry; empty without one.
    pub title: String,
}

/// Somebody looked at personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Instant,
    /// The post of who looked, as it was on that day.
    pub who: String,
    /// Which fields and why, in a sentence.
    pub why: String,
    /// Number of the matter that it was about.
    pub no: String,
}

impl Office {
    /// Who looked at the actor's own data, newest first; and where the next page begins.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_looks(
        &self,
        actor: &Actor,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<Look>, Option<i64>)> {
        self.looks(Subject::Reporter(actor.account), before, limit)
            .await
    }

    /// Who looked at the data left with a report, for who has its number and code.
    ///
    /// # Errors
    /// As [`Office::follow`].
    pub async fn looks_publicly(&self, no: &str, code: &str) -> Result<Vec<Look>> {
        let matter = self.followed_matter(no, code).await?;
        let looks = self.looks(Subject::Matter(matter.id), None, Some(PAGE_ROWS_MAX));
        Ok(looks.await?.0)
    }

    async fn looks(
        &self,
        subject: Subject,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<Look>, Option<i64>)> {
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let mut found = self
            .read(move |conn| store::audit::looks(conn, subject, before, limit + 1))
            .await?;
        let next = (found.len() > limit).then(|| found[limit - 1].seq);
        found.truncate(limit);
        let world = self.world();
        let directory = world.directory();
        let look = |look: store::audit::Look| {
            let day = world.rules.day(look.at);
            let posts = directory.posts_of(look.account, day);
            Look {
                at: look.at,
                who: posts
                    .first()
                    .map_or_else(|| "工作人员".into(), |p| directory.title(p)),
                why: look.detail,
                no: look.no,
            }
        };
        Ok((found.into_iter().map(look).collect(), next))
    }

    /// A page of the audit chain, newest first, of the wanted entries before `before`; and where the next page
    /// begins.
    ///
    /// # Errors
    /// `Denied` for anybody but an audit administrator.
    pub async fn audit(
        &self,
        actor: &Actor,
        wanted: AuditWanted,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<AuditRow>, Option<i64>)> {
        self.require(actor, Verb::ReadAudit)?;
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let mut kept = self
            .read(move |conn| store::audit::page(conn, &wanted, before, limit + 1))
            .await?;
        let next = (kept.len() > limit).then(|| kept[limit - 1].seq);
        kept.truncate(limit);
        let world = self.world();
        let title = |kept: &Kept| {
            let day = world.rules.day(kept.entry.at);
            let posts = world.directory().posts_of(kept.entry.account, day);
            posts
                .first()
                .map(|p| world.directory().title(p))
                .unwrap_or_default()
        };
        Ok((
            kept.into_iter()
                .map(|kept| AuditRow {
                    title: title(&kept),
                    kept,
                })
                .collect(),
            next,
        ))
    }
}
