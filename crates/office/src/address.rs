//! Standard addresses (R009): search, correction of one, and where they go when the tree changes.

mod import;
mod sign;

pub use import::{RegisterImport, Sheet};
pub use sign::{Sign, SignsOf};

use crate::identity::entry;
use crate::{Office, Result, World};
use atlas::Point;
use civic::address::{Address, Parts, Status, judge_point, plain};
use civic::area::{Level, Path, Plan, Tree};
use civic::directory::Actor;
use civic::id::{AddressId, AreaId};
use civic::limits::TEXT_CHARS_MAX;
use civic::matter::Place;
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::rights::Verb;
use std::collections::HashSet;
use store::address::{Sums, Within};
use store::driver::Conn;

/// Areas whose addresses are put elsewhere at a time.
const CHUNK: usize = 500;

/// What a correction says of something that an address may have or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Said<T> {
    /// Nothing was said: it stays as it is.
    Unsaid,
    /// It has none from now on.
    Without,
    /// It has this one from now on.
    Now(T),
}

impl<T> Said<T> {
    fn or(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Unsaid => before,
            Self::Without => None,
            Self::Now(value) => Some(value),
        }
    }
}

/// What is corrected of an address; its words are all said anew.
#[derive(Debug, Clone)]
pub struct Correction {
    /// What it consists of.
    pub parts: Parts,
    /// Other names.
    pub aliases: String,
    /// Whether it may be used.
    pub status: Status,
    /// WGS84 degrees.
    pub point: Said<(f64, f64)>,
    /// The unit, where somebody states it; without one the point decides.
    pub unit: Said<AreaId>,
    /// That the point is right although it went far.
    pub confirmed: bool,
    /// Why.
    pub reason: String,
}

/// An address with what a page shows beside it.
#[derive(Debug, Clone)]
pub struct AddressSeen {
    /// The address.
    pub address: Address,
    /// Names from the root to its area.
    pub area_name: String,
    /// Whether it lies in a unit.
    pub in_unit: bool,
    /// The unit in which its point lies, where that is another one.
    pub elsewhere: Option<String>,
    /// The reader may correct it.
    pub may_correct: bool,
}

/// The rows of an area, as they are kept.
pub(crate) fn within(tree: &Tree, area: AreaId) -> Within {
    let level = tree.get(area).map_or(Level::Unit, |a| a.level);
    let areas = match level {
        Level::Grid => tree
            .subtree(area)
            .filter(|a| a.level == Level::Unit)
            .map(|a| a.id)
            .collect(),
        _ => vec![area],
    };
    Within { level, areas }
}

impl Office {
    fn may_see_addresses(&self, actor: &Actor, area: AreaId) -> Result<()> {
        self.require_over(actor, Verb::KeepAddresses, area)
            .or_else(|_| self.require_over(actor, Verb::SeeBoard, area))
            .or_else(|_| self.require_over(actor, Verb::ManageAreas, area))
            .map(drop)
    }

    /// Addresses of an area that hold all the words, after an id.
    ///
    /// # Errors
    /// `Denied` outside the actor's area.
    pub async fn addresses(
        &self,
        actor: &Actor,
        area: AreaId,
        words: &str,
        status: Option<Status>,
        after: Option<AddressId>,
        limit: usize,
    ) -> Result<Vec<AddressSeen>> {
        self.may_see_addresses(actor, area)?;
        let within = within(self.world().tree(), area);
        let words: Vec<String> = words.split_whitespace().map(plain).collect();
        let found = self
            .read(move |conn| store::address::page(conn, &within, &words, status, after, limit))
            .await?;
        Ok(found.into_iter().map(|a| self.shown(actor, a)).collect())
    }

    /// How much of addresses and households an area has.
    ///
    /// # Errors
    /// `Denied` outside the actor's area.
    pub async fn address_sums(&self, actor: &Actor, area: AreaId) -> Result<Sums> {
        self.may_see_addresses(actor, area)?;
        let within = within(self.world().tree(), area);
        self.read(move |conn| store::address::sums(conn, &within))
            .await
    }

    /// One address.
    ///
    /// # Errors
    /// `Unknown` also where it lies outside the actor's area.
    pub async fn address(&self, actor: &Actor, id: AddressId) -> Result<AddressSeen> {
        let found = self.address_row(actor, id).await?;
        Ok(self.shown(actor, found))
    }

    async fn address_row(&self, actor: &Actor, id: AddressId) -> Result<Address> {
        let found = self.read(move |conn| store::address::get(conn, id)).await?;
        let unknown = || Refusal::unknown("标准地址");
        let found = found.ok_or_else(unknown)?;
        self.may_see_addresses(actor, found.area)
            .map_err(|_| unknown())?;
        Ok(found)
    }

    fn shown(&self, actor: &Actor, address: Address) -> AddressSeen {
        let world = self.world();
        let tree = world.tree();
        let in_unit = tree
            .get(address.area)
            .is_some_and(|a| a.level == Level::Unit);
        let lies = address.point.and_then(|p| located(&world, p));
        AddressSeen {
            area_name: tree.full_name(address.area),
            elsewhere: lies
                .filter(|at| in_unit && *at != address.area)
                .map(|at| tree.full_name(at)),
            in_unit,
            may_correct: self
                .require_over(actor, Verb::KeepAddresses, address.area)
                .is_ok(),
            address,
        }
    }

    /// Corrects an address; what it was stands in the audit.
    ///
    /// # Errors
    /// `Unknown`; `Denied` where the address or its new unit lies outside the actor's area; `Invalid`
    /// with all that is wrong.
    pub async fn correct_address(
        &self,
        actor: &Actor,
        id: AddressId,
        correction: Correction,
    ) -> Result<AddressSeen> {
        let before = self.address_row(actor, id).await?;
        self.require_over(actor, Verb::KeepAddresses, before.area)?;
        let world = self.world();
        let mut problems: Vec<Problem> = correction
            .parts
            .problems()
            .into_iter()
            .map(|(part, text)| Problem::new(part, "bad_value", text))
            .collect();
        let reason = correction.reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > TEXT_CHARS_MAX {
            problems.push(Problem::new("reason", "required", "请写明更正的理由"));
        }
        let today = self.today();
        let unit = correction.unit.or(before.stated.then_some(before.area));
        let stated = unit.map(|unit| {
            let found = world.tree().get(unit);
            found.filter(|a| a.level == Level::Unit && a.valid_on(today))
        });
        if stated == Some(None) {
            let text = "请选择一个现有的治理单元";
            problems.push(Problem::new("unit", "unknown_area", text));
        }
        let point = correction.point.or(before.point);
        if point.is_some() && (point, unit) != (before.point, before.stated.then_some(before.area))
        {
            let moved = before.point.filter(|_| point != before.point);
            let moved = moved.zip(point).map(|(from, to)| metres(from, to));
            let off = point.and_then(|p| off(&world, p, unit));
            problems.extend(judge_point(moved, off, correction.confirmed).err());
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let lies = point.and_then(|p| located(&world, p));
        let area = unit
            .or(lies)
            .unwrap_or_else(|| community_of(world.tree(), before.area));
        self.require_over(actor, Verb::KeepAddresses, area)?;
        let (now, by) = (self.now(), actor.clone());
        let after = Address {
            area,
            stated: unit.is_some(),
            parts: correction.parts,
            aliases: correction.aliases,
            status: correction.status,
            point,
            changed_at: now,
            changed_by: actor.name.clone(),
            ..before.clone()
        };
        let kept = after.clone();
        self.write(move |conn| {
            let path = world.tree().path(after.area);
            store::address::put_many(conn, &[(after.clone(), path.clone())])?;
            store::address::place(conn, &[(id, after.area, path)])?;
            let detail = format!(
                "地址 {}：{} 改为 {}。理由：{reason}",
                after.code,
                words(&world, &before),
                words(&world, &after)
            );
            let object = format!("address:{id}");
            store::audit::append(conn, &entry(&by, now, "correct_address", object, detail))?;
            Ok(())
        })
        .await?;
        Ok(self.shown(actor, kept))
    }

    /// Places by name, areas and standard addresses: an address stands for its unit. Rooms are left
    /// out, so that anybody may see it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn search_everywhere(
        &self,
        areas: Vec<crate::Named>,
        words: &str,
        most: usize,
    ) -> Result<Vec<crate::Named>> {
        let mut found = areas;
        let left = most.saturating_sub(found.len());
        let words: Vec<String> = words.split_whitespace().map(plain).collect();
        if left == 0 || words.iter().all(|w| w.chars().count() < 2) {
            return Ok(found);
        }
        let places = self
            .read(move |conn| store::address::places(conn, &words, left))
            .await?;
        let (world, today) = (self.world(), self.today());
        for (place, unit) in places {
            let area = world.tree().get(unit).filter(|a| a.valid_on(today));
            if let Some(area) = area {
                found.push(crate::Named {
                    full_name: format!("{}（{place}）", world.tree().full_name(unit)),
                    area: area.clone(),
                });
            }
        }
        Ok(found)
    }
}

fn words(world: &World, address: &Address) -> String {
    let point = address
        .point
        .map_or_else(String::new, |(lon, lat)| format!("，{lon:.6}，{lat:.6}"));
    format!(
        "“{}”（{}，{}{point}）",
        address.parts.text(),
        address.status.word(),
        world.tree().full_name(address.area)
    )
}

/// The unit of a point.
fn located(world: &World, (lon, lat): (f64, f64)) -> Option<AreaId> {
    world.locator.locate(Point::new(lon, lat)).map(AreaId)
}

/// The way from one point to another.
fn metres(from: (f64, f64), to: (f64, f64)) -> f64 {
    Point::new(from.0, from.1).metres_to(Point::new(to.0, to.1))
}

/// How far a point lies from a unit, or from the nearest where none is named.
fn off(world: &World, (lon, lat): (f64, f64), unit: Option<AreaId>) -> Option<f64> {
    let point = Point::new(lon, lat);
    match unit {
        Some(unit) => world.locator.metres_to(unit.0, point),
        None => world.locator.nearest(point, 1).first().map(|n| n.metres),
    }
}

/// Where an address is kept that lies in no unit: in its community, or what is above.
fn community_of(tree: &Tree, area: AreaId) -> AreaId {
    let mut way = tree.upward(area);
    way.find(|a| a.level <= Level::Community)
        .map_or(area, |a| a.id)
}

/// The areas whose addresses a plan may put elsewhere.
pub(crate) fn disturbed(plan: &Plan, before: &Tree) -> Vec<AreaId> {
    let mut roots: Vec<AreaId> = plan.disturbed().collect();
    if !plan.redraws.is_empty() {
        roots.push(plan.scope);
        // What lay in no unit may lie in one now.
        roots.push(community_of(before, plan.scope));
    }
    let below = |root: &AreaId| before.subtree(*root).map(|a| a.id).collect::<Vec<_>>();
    let all: HashSet<AreaId> = roots.iter().flat_map(below).collect();
    let mut all: Vec<AreaId> = all.into_iter().collect();
    all.sort_unstable();
    all
}

/// Puts the addresses kept in `areas` where they belong in the new world: by their point, unless
/// somebody stated the unit; where that ended, by what comes after it.
pub(crate) fn follow(
    conn: &mut Conn,
    areas: &[AreaId],
    plan: Option<&Plan>,
    world: &World,
) -> store::driver::Result<()> {
    let tree = world.tree();
    // Where only lines on the map changed, whatever keeps its area keeps its path too.
    let paths_change = plan.is_some_and(|plan| plan.disturbed().next().is_some());
    for part in areas.chunks(CHUNK) {
        let mut placed: Vec<(AddressId, AreaId, Path)> = Vec::new();
        for address in store::address::of_areas(conn, part)? {
            let point = address.point.filter(|_| !address.stated);
            let lies = point.and_then(|p| located(world, p));
            let heir = plan.and_then(|plan| {
                let place = Place {
                    address: address.parts.text(),
                    point: address.point,
                };
                plan.successor(tree, address.area, &place)
            });
            let area = match (lies, heir, point) {
                (Some(unit), ..) => unit,
                (None, Some((heir, _)), _) => heir,
                // It has a point and no unit has the point: it lies nowhere, and the check says so.
                (None, None, Some(_)) => community_of(tree, address.area),
                (None, None, None) => address.area,
            };
            if paths_change || area != address.area {
                placed.push((address.id, area, tree.path(area)));
            }
        }
        store::address::place(conn, &placed)?;
        for area in part.iter().filter(|_| paths_change) {
            let to = plan.and_then(|plan| plan.desk_of(*area)).unwrap_or(*area);
            store::address::hand_on_homeless(conn, *area, to, &tree.path(to))?;
        }
    }
    Ok(())
}
