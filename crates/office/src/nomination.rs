//! Candidates: proposing, further terms, and the list (R043, R047). How it is written is in
//! [`forward`], how it ends in [`decide`].

mod decide;
mod forward;

pub(crate) use forward::{of_area, put_forward};

use crate::{Appointment, Office, Result};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, PostId};
use civic::nomination::{Nomination, State};
use civic::post::Post;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Day;
use store::lane::Failure;

/// Longest reason or opinion, in characters.
const WORDS_MAX: usize = 500;
/// Nominations answered at most in one list.
const NOMINATIONS_MAX: usize = 200;

/// A candidate to be proposed.
#[derive(Debug, Clone)]
pub struct Candidacy {
    /// Who, as what, over what, for which term.
    pub wanted: Appointment,
    /// Why this candidate.
    pub reason: String,
}

/// A nomination as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NominationRow {
    /// The nomination.
    pub nomination: Nomination,
    /// Name of the candidate.
    pub name: String,
    /// Title the candidate would bear.
    pub title: String,
    /// Name of who proposed.
    pub proposer: String,
    /// Name of who decided.
    pub decider: Option<String>,
    /// Whether the actor may decide it.
    pub may_decide: bool,
}

impl Office {
    /// Proposes a candidate. Who may also approve appoints at once.
    ///
    /// # Errors
    /// `Denied` outside the actor's area and for oneself; `Invalid` with every broken rule;
    /// `Conflict` where the post is taken.
    pub async fn propose(&self, actor: &Actor, candidacy: Candidacy) -> Result<NominationRow> {
        let (world, now) = (self.world(), self.now());
        let wanted = candidacy.wanted.trimmed();
        let at_once = self.may_fill(&world, actor, wanted.role, wanted.seat);
        if let Err(fault) = &at_once {
            // Administrators' posts and what does not exist stay refused; the rest may be proposed.
            let area = self.area_of_seat(&world, wanted.seat)?;
            if crate::post::is_admin(wanted.role)
                || self.require_over(actor, Verb::Propose, area).is_err()
            {
                return Err(fault.clone());
            }
        }
        let reason = words("reason", &candidacy.reason, "请写明提名理由")?;
        let (account, post) = self.fit(actor, wanted).await?;
        let mut nomination = Nomination::of(post, &reason, actor.account, now);
        if at_once.is_ok() {
            nomination = nomination.at_once();
        }
        self.put_forward(actor, nomination, account.name).await
    }

    /// Proposes a further term of a post, to `to`. Who may also approve renews at once.
    ///
    /// # Errors
    /// `Unknown`, `Denied`; `Invalid` for a day that does not lengthen the term.
    pub async fn renew(
        &self,
        actor: &Actor,
        id: PostId,
        to: Day,
        reason: &str,
    ) -> Result<NominationRow> {
        let (world, now) = (self.world(), self.now());
        let found = self
            .read(move |conn| {
                let post = store::post::by_id(conn, id)?;
                let names = match &post {
                    Some(post) => store::account::names(conn, &[post.account])?,
                    None => std::collections::HashMap::new(),
                };
                Ok(post.map(|p| {
                    let name = names.get(&p.account).cloned().unwrap_or_default();
                    (p, name)
                }))
            })
            .await?;
        let (post, name) = found.ok_or_else(|| Refusal::unknown("岗位"))?;
        let at_once = self.may_fill(&world, actor, post.role, post.seat);
        if let Err(fault) = &at_once {
            let area = self.area_of_seat(&world, post.seat)?;
            if self.require_over(actor, Verb::Propose, area).is_err() {
                return Err(fault.clone());
            }
        }
        let reason = words("reason", reason, "请写明续任理由")?;
        if post.account == actor.account {
            return Err(Refusal::Denied("不能为自己办理续任，请由他人提名".into()).into());
        }
        let Some(until) = post.to else {
            return Err(Refusal::Conflict(
                "这个岗位没有任期，不需要续任；需要限定任期请办理离任".into(),
            )
            .into());
        };
        if to <= until {
            let message = format!("续任后的离任日期要晚于现任期 {until}");
            return Err(Refusal::invalid("to", "not_longer", message).into());
        }
        if until < self.today() {
            return Err(Refusal::Conflict(format!("任期已于 {until} 届满，请重新任命")).into());
        }
        let further = Post {
            from: until,
            to: Some(to),
            ..post
        };
        let mut nomination = Nomination::of(further, &reason, actor.account, now);
        nomination.renews = Some(id);
        if at_once.is_ok() {
            nomination = nomination.at_once();
        }
        self.put_forward(actor, nomination, name).await
    }

    /// Writes a new nomination, and tells what the list tells of it.
    async fn put_forward(
        &self,
        actor: &Actor,
        mut nomination: Nomination,
        name: String,
    ) -> Result<NominationRow> {
        let (keeper, world) = (actor.clone(), self.world());
        let title = world.directory().title(&nomination.post());
        let nomination = self
            .write(move |conn| {
                put_forward(conn, &world, &keeper, &mut nomination, None)?;
                Ok::<_, Failure>(nomination)
            })
            .await?;
        if nomination.state == State::Approved {
            self.reload().await?;
        }
        let proposer = actor.name.clone();
        Ok(NominationRow {
            name,
            title,
            decider: nomination.decided.map(|_| proposer.clone()),
            proposer,
            may_decide: false,
            nomination,
        })
    }

    /// The nominations for posts at an area and below, those that wait first; at most 200.
    ///
    /// # Errors
    /// `Denied` for who may neither propose nor appoint there.
    pub async fn nominations(&self, actor: &Actor, area: AreaId) -> Result<Vec<NominationRow>> {
        self.require_over(actor, Verb::Propose, area)
            .or_else(|_| self.require_over(actor, Verb::ManagePosts, area))?;
        let world = self.world();
        let areas: Vec<i64> = world.tree().subtree(area).map(|a| a.id.0).collect();
        let orgs = world.directory().orgs();
        let orgs = orgs.filter(|o| world.tree().within(o.area, area));
        let orgs: Vec<i64> = orgs.map(|o| o.id.0).collect();
        let (found, names) = self
            .read(move |conn| {
                let found = store::nomination::of_seats(conn, areas, orgs, NOMINATIONS_MAX)?;
                let people: Vec<AccountId> = found
                    .iter()
                    .flat_map(|n| {
                        let decider = n.decided.map(|(by, _)| by);
                        [Some(n.account), Some(n.proposed_by), decider]
                    })
                    .flatten()
                    .collect();
                let names = store::account::names(conn, &people)?;
                Ok((found, names))
            })
            .await?;
        let name = |id: AccountId| names.get(&id).cloned().unwrap_or_default();
        let rows = found.into_iter().map(|n| NominationRow {
            name: name(n.account),
            title: world.directory().title(&n.post()),
            proposer: name(n.proposed_by),
            decider: n.decided.map(|(by, _)| name(by)),
            may_decide: n.decidable(actor.account, true, None).is_ok()
                && self.may_fill(&world, actor, n.role, n.seat).is_ok(),
            nomination: n,
        });
        Ok(rows.collect())
    }
}

fn words(field: &str, text: &str, empty: &str) -> std::result::Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::invalid(field, "required", empty));
    }
    if text.chars().count() > WORDS_MAX {
        let message = format!("文字太长：最多 {WORDS_MAX} 字，请删减");
        return Err(Refusal::invalid(field, "too_long", message));
    }
    Ok(text.to_owned())
}
