//! What a town does itself (R203): its list of powers says who there handles a kind of matter, and what
//! the county has empowered it to settle stays with it.

use crate::area::{Level, Tree};
use crate::directory::Directory;
use crate::id::{AreaId, OrgId};
use crate::refusal::Refusal;
use crate::register::Record;

/// Register of the lists.
pub const REGISTER: &str = "power";

/// A line of a town's lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Power {
    /// The town.
    pub town: AreaId,
    /// Name of the item.
    pub title: String,
    /// Whether it was handed down by the county, beside the town's own.
    pub empowered: bool,
    /// The category of the matters that it covers.
    pub category: String,
    /// Who handles it.
    pub org: OrgId,
}

impl Power {
    /// The line that a record makes; none for one that names nobody.
    #[must_use]
    pub fn of(record: &Record) -> Option<Self> {
        let value = |code: &str| record.values.get(code).cloned();
        Some(Self {
            town: record.area,
            title: value("title")?,
            empowered: value("kind")? == "empowered",
            category: value("category")?,
            org: OrgId(value("org")?.parse().ok()?),
        })
    }
}

/// Why a town may not hand a matter of this category to a lead above it, or send it up (`lead` none):
/// the county empowered the town to settle it. Help from above is asked for beside a lead of its own.
///
/// # Errors
/// `Denied`, with who handles it instead.
pub fn stays(
    directory: &Directory,
    powers: &[Power],
    category: &str,
    lead: Option<OrgId>,
) -> Result<(), Refusal> {
    let Some(power) = powers
        .iter()
        .find(|p| p.empowered && p.category == category)
    else {
        return Ok(());
    };
    let above = |org: OrgId| directory.org(org).is_some_and(|o| o.level < Level::Town);
    if lead.is_some_and(|org| !above(org)) {
        return Ok(());
    }
    let name = |area| directory.tree.get(area).map_or("", |a| &*a.name);
    let town = name(power.town);
    let org = directory.org(power.org).map_or("", |o| &*o.name);
    let instead = match lead {
        Some(_) => "请由它主办；需要县区单位配合的，把县区单位列为会办",
        None => "请在本镇街办结；需要县区单位配合的，呼叫时列为会办",
    };
    Err(Refusal::Denied(format!(
        "“{}”已赋权{town}办理，由{org}承办，{instead}",
        power.title
    )))
}

/// Why a department may not give tasks to the people of a town: the town keeps a list, and nothing on
/// it is of the department's line.
///
/// # Errors
/// `Denied`, with the town and what to do.
pub fn on_list(
    directory: &Directory,
    powers: &[Power],
    sender: OrgId,
    towns: &[AreaId],
) -> Result<(), Refusal> {
    let Some(sender) = directory.org(sender) else {
        return Ok(());
    };
    for town in towns {
        let mut own = powers.iter().filter(|p| p.town == *town).peekable();
        let keeps_a_list = own.peek().is_some();
        let line = |p: &Power| directory.org(p.org).is_some_and(|o| o.line == sender.line);
        if keeps_a_list && !own.any(line) {
            let town = directory.tree.get(*town).map_or("", |a| &*a.name);
            return Err(Refusal::Denied(format!(
                "{town}的权责清单和赋权清单里没有{}条线的事项，不能向镇街布置任务；确需镇街办理的，请先按程序列入清单，再下派",
                sender.name
            )));
        }
    }
    Ok(())
}

/// The towns whose own people a list of areas reaches: those at or below them.
#[must_use]
pub fn towns_in(tree: &Tree, areas: &[AreaId]) -> Vec<AreaId> {
    let mut towns: Vec<AreaId> = areas
        .iter()
        .flat_map(|area| tree.subtree(*area))
        .filter(|area| area.level == Level::Town)
        .map(|area| area.id)
        .collect();
    towns.sort_unstable();
    towns.dedup();
    towns
}
