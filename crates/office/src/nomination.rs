//! Candidates: proposing, approving, turning down, taking back, and further terms (R043, R047).

use crate::identity::entry;
use crate::post::{Person, account_of, check, conflict, source_word};
use crate::{Appointment, Office, Result};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, NominationId, PostId};
use civic::nomination::{Nomination, State};
use civic::post::Post;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::{Day, Instant};
use store::driver::Conn;
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
        let person = wanted.person.clone();
        let account = self.read(move |conn| account_of(conn, person)).await?;
        let account = check(&world, &wanted, account)?;
        if account.id == actor.account {
            return Err(Refusal::Denied("不能提名自己，请由他人提名".into()).into());
        }
        let mut nomination = Nomination {
            id: NominationId(0),
            account: account.id,
            role: wanted.role,
            seat: wanted.seat,
            title: wanted.title.map(Into::into),
            source: wanted.source.into(),
            from: wanted.from,
            to: wanted.to,
            renews: None,
            reason: reason.into(),
            state: State::Proposed,
            proposed_by: actor.account,
            proposed_at: now,
            decided: None,
            opinion: None,
        };
        if at_once.is_ok() {
            nomination.state = State::Approved;
            nomination.decided = Some((actor.account, now));
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
        let nomination = Nomination {
            id: NominationId(0),
            account: post.account,
            role: post.role,
            seat: post.seat,
            title: post.title.clone(),
            source: post.source.clone(),
            from: until,
            to: Some(to),
            renews: Some(id),
            reason: reason.into(),
            state: if at_once.is_ok() {
                State::Approved
            } else {
                State::Proposed
            },
            proposed_by: actor.account,
            proposed_at: now,
            decided: at_once.is_ok().then_some((actor.account, now)),
            opinion: None,
        };
        self.put_forward(actor, nomination, name).await
    }

    /// Writes a new nomination; one that is approved already takes effect with it.
    async fn put_forward(
        &self,
        actor: &Actor,
        mut nomination: Nomination,
        name: String,
    ) -> Result<NominationRow> {
        let (keeper, now, source) = (actor.clone(), self.now(), source_word(&nomination.source));
        let title = self.world().directory().title(&post_of(&nomination));
        let done = nomination.state == State::Approved;
        let detail = match (nomination.renews, done) {
            (None, false) => format!("提名 {name}（{source}）为 {title}，自 {}", nomination.from),
            (None, true) => format!("任命 {name} 为 {title}，自 {}", nomination.from),
            (Some(_), _) => format!("{name} 续任 {title} 至 {}", shown(nomination.to)),
        };
        let action = if done { "appoint" } else { "propose" };
        let nomination = self
            .write(move |conn| {
                nomination.id = NominationId(store::fresh_id(conn, "nomination", now)?);
                store::nomination::insert(conn, &nomination)?;
                if done {
                    take_effect(conn, &nomination, now)?;
                }
                let object = format!("nomination:{}", nomination.id);
                store::audit::append(conn, &entry(&keeper, now, action, object, detail))?;
                Ok(nomination)
            })
            .await?;
        if done {
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
        let title = world.directory().title(&post_of(&nomination));
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
            let title = world.directory().title(&post_of(&nomination));
            let told = crate::opening::decided(conn, &nomination, &title, now)?;
            Ok(((), told))
        })
        .await
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
            title: world.directory().title(&post_of(&n)),
            proposer: name(n.proposed_by),
            decider: n.decided.map(|(by, _)| name(by)),
            may_decide: n.decidable(actor.account, true, None).is_ok()
                && self.may_fill(&world, actor, n.role, n.seat).is_ok(),
            nomination: n,
        });
        Ok(rows.collect())
    }
}

/// The post that a nomination is for.
pub(crate) fn post_of(nomination: &Nomination) -> Post {
    Post {
        id: nomination.renews.unwrap_or(PostId(0)),
        account: nomination.account,
        role: nomination.role,
        seat: nomination.seat,
        title: nomination.title.clone(),
        source: nomination.source.clone(),
        from: nomination.from,
        to: nomination.to,
    }
}

/// Puts the candidate into office, or lengthens the term.
fn take_effect(
    conn: &mut Conn,
    nomination: &Nomination,
    now: Instant,
) -> std::result::Result<(), Failure> {
    let mut post = post_of(nomination);
    let mut others = store::post::at_seat(conn, post.seat)?;
    others.retain(|p| Some(p.id) != nomination.renews);
    let holders: Vec<AccountId> = others.iter().map(|p| p.account).collect();
    let names = store::account::names(conn, &holders)?;
    conflict(&post, &others, &names)?;
    match (nomination.renews, nomination.to) {
        (Some(id), Some(to)) => {
            let held = store::post::by_id(conn, id)?;
            if held.is_none_or(|p| p.to != Some(nomination.from)) {
                return Err(Refusal::Conflict(
                    "这个岗位的任期在提名之后变动过，请撤回后重新提名".into(),
                )
                .into());
            }
            if store::departure::of_post(conn, id)?.is_some() {
                let text = "这个岗位已经办理离任，不能续任；请重新提名";
                return Err(Refusal::Conflict(text.into()).into());
            }
            store::post::end(conn, id, to)?;
        }
        _ => {
            post.id = PostId(store::fresh_id(conn, "post", now)?);
            store::post::insert_many(conn, std::slice::from_ref(&post))?;
        }
    }
    Ok(())
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

fn shown(day: Option<Day>) -> String {
    day.map_or_else(|| "长期".to_owned(), |d| d.to_string())
}
