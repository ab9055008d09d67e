//! What a person may do now, and the sentences that say so.

use super::super::{Desk, Matter};
use super::work::Work;
use super::{Rules, form, transfer};
use crate::directory::Actor;
use crate::flow::{Action, Field, Need, Target};
use crate::id::{AccountId, AreaId, OrgId};
use crate::refusal::Refusal;
use crate::rights::Verb;
use crate::time::{Day, Instant};
use serde::Serialize;

/// An action that a person may take now, with what it demands.
#[derive(Debug, Clone, Serialize)]
pub struct Available {
    /// Code.
    pub action: String,
    /// Chinese name.
    pub name: String,
    /// One sentence of help.
    pub help: String,
    /// The verb behind it.
    pub verb: Verb,
    /// Demanded fields.
    pub needs: Vec<Need>,
    /// The slots (numbers of tasks or requests) among which to choose, where it acts on one.
    pub slots: Vec<u32>,
    /// Areas to choose from, for an assignment.
    pub areas: Vec<AreaId>,
    /// Colleagues to choose from, for a transfer.
    pub people: Vec<AccountId>,
    /// Desks of the same organisation to choose from, for a transfer.
    pub orgs: Vec<OrgId>,
    /// The organisation that category and place point to, for a call (R073).
    pub proposed: Option<OrgId>,
    /// Fields of its own.
    pub fields: Vec<Field>,
}

/// The organisation that answers for the category at the desk that judges: of its line, the nearest
/// on the way up (R073).
fn proposed(work: &Work<'_>) -> Option<OrgId> {
    let matter = work.matter();
    let category = matter.category.as_ref()?;
    let number = category.condition.parse().ok()?;
    let known = work.rules.categories.condition(&category.code, number)?;
    let area = match (matter.owner, matter.desk) {
        (_, Desk::Area(area)) => area,
        (Some(area), _) => area,
        _ => return None,
    };
    let mut near = work.rules.directory.callable(area);
    let found = near.find(|o| *o.line == *known.department)?;
    let called = matter
        .tasks
        .iter()
        .any(|t| t.is_open() && t.desk == Desk::Org(found.id));
    (!called).then_some(found.id)
}

/// The actions that `actor` may take on `matter` now, in the order of the flow.
///
/// # Errors
/// When the version of the flow is not loaded.
pub fn available(
    rules: &Rules,
    actor: &Actor,
    matter: &Matter,
    now: Instant,
) -> Result<Vec<Available>, Refusal> {
    let flow = rules.flow_of(matter)?;
    let day = rules.day(now);
    Ok(flow
        .leaving(&matter.state)
        .filter(|action| super::known(rules, actor, matter, Some(action.verb), day))
        .filter_map(|action| {
            let post = rules
                .directory
                .entitles(actor, action.verb, &action.by, matter, day)?;
            let work = Work::probe(rules, flow, matter, actor, post, now);
            form::guard(action, &work).ok()?;
            let slots = work.slots(action);
            if slots.is_empty() && needs_slot(action) {
                return None;
            }
            let to = match action.verb {
                Verb::Transfer => transfer::choices(&work, None),
                _ => transfer::Choices::default(),
            };
            if action.needs.contains(&Need::Person) && to.is_empty() {
                return None;
            }
            Some(Available {
                action: action.code.clone(),
                name: action.name.clone(),
                help: action.help.clone(),
                verb: action.verb,
                needs: action
                    .needs
                    .iter()
                    .copied()
                    .filter(|n| {
                        !(*n == Need::Category
                            && matter.category.is_some()
                            && action.verb != Verb::Classify)
                    })
                    .collect(),
                slots,
                areas: if action.needs.contains(&Need::Area) {
                    work.areas_below()
                } else {
                    Vec::new()
                },
                people: to.people,
                orgs: to.orgs,
                proposed: match action.needs.contains(&Need::Tasks) {
                    true => proposed(&work),
                    false => None,
                },
                fields: action.fields.clone(),
            })
        })
        .collect())
}

/// Verbs that act on a task or request and make no sense without one.
fn needs_slot(action: &Action) -> bool {
    matches!(
        action.verb,
        Verb::Sign
            | Verb::Refuse
            | Verb::FeedBack
            | Verb::Check
            | Verb::Waive
            | Verb::Decide
            | Verb::Invite
            | Verb::Countersign
    ) || (action.verb == Verb::Recall && action.to == Target::Tasks)
}

/// "现在可以:…" for a refusal.
pub(super) fn possible(rules: &Rules, actor: &Actor, matter: &Matter, now: Instant) -> String {
    match available(rules, actor, matter, now) {
        Ok(list) if !list.is_empty() => format!(
            "您现在可以：{}",
            list.iter()
                .map(|a| a.name.as_str())
                .collect::<Vec<_>>()
                .join("、")
        ),
        _ => "您现在只能查看这件事".into(),
    }
}

/// The desks a matter lies on, in words.
pub(super) fn holders(rules: &Rules, matter: &Matter, day: Day) -> String {
    let names: Vec<String> = matter
        .holding()
        .map(|(_, desk)| match desk {
            Desk::Area(area) => {
                let person = rules
                    .directory
                    .responsible(area, day)
                    .map_or_else(String::new, |p| rules.directory.title(p));
                format!("“{}”（{person}）", rules.directory.desk_name(desk))
            }
            _ => format!("“{}”", rules.directory.desk_name(desk)),
        })
        .collect();
    if names.is_empty() {
        "无人".into()
    } else {
        names.join("、")
    }
}
