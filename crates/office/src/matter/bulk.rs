//! One action on several matters: each is decided by itself and has an answer of its own.

use super::{FormInput, Receipt};
use crate::post::staff_only;
use crate::{Key, Office, Result};
use civic::directory::Actor;
use civic::id::MatterId;
use civic::limits::BULK_MAX;
use civic::refusal::Refusal;

/// One of the matters, as the caller saw it.
#[derive(Debug, Clone)]
pub struct BulkRow {
    /// Which.
    pub id: MatterId,
    /// The version decided on.
    pub version: u32,
    /// The slot, where the desk has several.
    pub task: Option<u32>,
}

impl Office {
    /// Carries out `action` with one form on each of `rows`. What is refused for one spoils nothing
    /// for the others. Repeated with the same key, it does nothing twice.
    ///
    /// # Errors
    /// `Denied` for who holds no post; `Invalid` for no rows, too many, one twice, or attachments.
    pub async fn act_many(
        &self,
        actor: &Actor,
        action: &str,
        rows: Vec<BulkRow>,
        form: FormInput,
        key: &Key,
    ) -> Result<Vec<(MatterId, Result<Receipt>)>> {
        staff_only(actor)?;
        let mut ids: Vec<MatterId> = rows.iter().map(|r| r.id).collect();
        ids.sort_unstable();
        ids.dedup();
        if rows.is_empty() || rows.len() > BULK_MAX || ids.len() != rows.len() {
            return Err(Refusal::invalid(
                "rows",
                "bad_rows",
                format!("请选择 1 到 {BULK_MAX} 件事项，每件选一次"),
            )
            .into());
        }
        if !form.files.is_empty() || form.part.is_some() {
            return Err(Refusal::invalid(
                "form",
                "not_in_bulk",
                "批量办理不能带附件，也不能分办；请逐件办理",
            )
            .into());
        }
        let all = rows.into_iter().map(|row| {
            let input = FormInput {
                task: row.task,
                ..form.clone()
            };
            let key = Some(key.clone());
            async move {
                let done = self.act(actor, row.id, action, Some(row.version), input, key);
                (row.id, done.await)
            }
        });
        Ok(futures::future::join_all(all).await)
    }
}
