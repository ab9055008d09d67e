//! How a nomination ends: approved, turned down, taken back (R043).

use super::forward::{past_no_opening, take_effect};
use super::words;
use crate::identity::entry;
use crate::post::{Person, check};
use crate::{Appointment, Office, Result};
use civic::directory::Actor;
use civic::id::NominationId;
use civic::nomination::State;
use civic::refusal::Refusal;

impl Office {
    /// Approves a nomination, which takes effect in the same transaction, or turns it down.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who may not fill the post, who proposed, and the candidate; `Invalid`
    /// for a no without opinion and for a candidate who does not fit any more; `Conflict` where it is
    /// decided or the post was taken meanwhile.
    pub async fn decide_nomination(
        &self,
        actor: &Actor,
        id: NominationId,
        approve: bool,
        opinion: Option<String>,
    ) -> Result<()> {
        let (world, now) = (self.world(), self.now());
        let found = self
            .read(move |conn| {
                let Some(nomination) = store::nomination::by_id(conn, id)? else {
                    return Ok(None);
                };
                let account = store::account::by_id(conn, nomination.account)?;
                Ok(Some((nomination, account)))
            })
            .await?;
        let (nomination, account) = found.ok_or_else(|| Refusal::unknown("提名"))?;
        self.may_fill(&world, actor, nomination.role, nomination.seat)?;
        nomination.decidable(actor.account, approve, opinion.as_deref())?;
        let opinion = match opinion.as_deref().map(str::trim).filter(|o| !o.is_empty()) {
            Some(text) => Some(words("opinion", text, "请写明意见")?),
            None => None,
        };
        if approve && nomination.renews.is_none() {
            let wanted = Appointment {
                person: Person::Account(nomination.account),
                role: nomination.role,
                seat: nomination.seat,
                title: nomination.title.as_deref().map(str::to_owned),
                source: nomination.source.to_string(),
                from: nomination.from,
                to: nomination.to,
            };
            check(&world, &wanted, account.clone())?;
        }
        let name = account.map(|a| a.name).unwrap_or_default();
        let title = world.directory().title(&nomination.post());
        let (keeper, by) = (actor.clone(), actor.account);
        self.write_telling(move |conn| {
            let found = store::nomination::by_id(conn, id)?;
            let mut nomination = found.ok_or_else(|| Refusal::unknown("提名"))?;
            nomination.decidable(by, approve, opinion.as_deref())?;
            let (state, action, word) = if approve {
                (State::Approved, "approve_nomination", "同意")
            } else {
                (State::Refused, "refuse_nomination", "不同意")
            };
            nomination.state = state;
            nomination.decided = Some((by, now));
            nomination.opinion = opinion.map(Into::into);
            store::nomination::decide(conn, &nomination)?;
            if approve {
                let through = store::opening::of_nomination(conn, id)?.map(|one| one.opening);
                past_no_opening(conn, &nomination, through)?;
                take_effect(conn, &nomination, now)?;
            }
            let detail = format!("{word} {name} 任 {title}，自 {}", nomination.from);
            let object = format!("nomination:{id}");
            store::audit::append(conn, &entry(&keeper, now, action, object, detail))?;
            Ok(((), crate::opening::decided(conn, &nomination, &title, now)?))
        })
        .await?;
        self.reload().await
    }

    /// Takes a nomination back.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for anybody but who proposed; `Conflict` where it is decided.
    pub async fn withdraw_nomination(&self, actor: &Actor, id: NominationId) -> Result<()> {
        let (keeper, now, world) = (actor.clone(), self.now(), self.world());
        self.write_telling(move |conn| {
            let found = store::nomination::by_id(conn, id)?;
            // Who did not propose may not know that it exists.
            let mut nomination = found
                .filter(|n| n.proposed_by == keeper.account)
                .ok_or_else(|| Refusal::unknown("提名"))?;
            nomination.withdrawable(keeper.account)?;
            nomination.state = State::Withdrawn;
            nomination.decided = Some((keeper.account, now));
            store::nomination::decide(conn, &nomination)?;
            let object = format!("nomination:{id}");
            let kept = entry(&keeper, now, "withdraw_nomination", object, String::new());
            store::audit::append(conn, &kept)?;
            let title = world.directory().title(&nomination.post());
            let told = crate::opening::decided(conn, &nomination, &title, now)?;
            Ok(((), told))
        })
        .await
    }
}
