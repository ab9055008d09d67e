//! What a person may do now, and the sentences that say so.

use super::super::{Desk, Matter};
use super::work::Work;
use super::{Rules, form, transfer};
use crate::directory::Actor;
use crate::flow::{Action, Need, Target};
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
