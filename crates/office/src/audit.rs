//! Reading the audit chain.

use crate::{Office, Result};
use civic::directory::Actor;
use civic::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use civic::rights::Verb;
use store::audit::Kept;

/// An entry as the audit administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The entry in its place.
    pub kept: Kept,
    /// Title of the person's first post on the day of the entry; empty without one.
    pub title: String,
}

impl Office {
    /// A page of the audit chain, newest first, of entries before `before`; and where the next page
    /// begins.
    ///
    /// # Errors
    /// `Denied` for anybody but an audit administrator.
    pub async fn audit(
        &self,
        actor: &Actor,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<AuditRow>, Option<i64>)> {
        self.require(actor, Verb::ReadAudit)?;
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let mut kept = self
            .read(move |conn| store::audit::page(conn, before, limit + 1))
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
