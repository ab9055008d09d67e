//! The check whether the tree is whole (R009, R008): what lies nowhere, belongs to nobody or is there
//! twice, below one area, with what boundaries say; and every standard address and household, whether it
//! lies in exactly one unit.

use crate::area::UNIT_PEOPLE;
use crate::{Office, Result, World};
use atlas::{Boundary, Point, check_cover, decode_boundary};
use civic::area::{Area, Found, Lack, Level, lacks};
use civic::directory::Actor;
use civic::id::AreaId;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Day;
use std::collections::{BTreeMap, HashMap, HashSet};
use store::address::{Sums, Within};
use store::driver::Conn;

/// Areas whose boundaries are compared with those below them in one check; of a larger one it is
/// said that towns are to be checked one by one.
const COMPARED_MAX: usize = 600;
/// What a boundary may be off by before it is worth a word, in square metres.
const SLIVER_M2: f64 = 100.0;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// Areas looked at.
    pub areas: usize,
    /// Findings, in the order of [`Lack::ALL`] and of the tree.
    pub found: Vec<Found>,
    /// What was not looked at, each a sentence.
    pub not_checked: Vec<&'static str>,
}

impl Whole {
    /// How many findings of each kind, zeros too.
    #[must_use]
    pub fn counts(&self) -> Vec<(Lack, usize)> {
        let of = |lack: Lack| self.found.iter().filter(|f| f.lack == lack).count();
        Lack::ALL.iter().map(|lack| (*lack, of(*lack))).collect()
    }
}

impl Office {
    /// Checks everything below an area.
    ///
    /// # Errors
    /// `Unknown`; `Denied` outside the actor's area.
    pub async fn completeness(&self, actor: &Actor, area: AreaId) -> Result<Whole> {
        self.require_over(actor, Verb::SeeBoard, area)
            .or_else(|_| self.require_over(actor, Verb::ManageAreas, area))?;
        self.look_through(area).await
    }

    /// The same without asking who asks: for the job.
    pub(crate) async fn look_through(&self, area: AreaId) -> Result<Whole> {
        let (world, today) = (self.world(), self.today());
        world
            .tree()
            .get(area)
            .ok_or_else(|| Refusal::unknown("区域"))?;
        self.read(move |conn| look(conn, &world, area, today)).await
    }
}

fn look(conn: &mut Conn, world: &World, root: AreaId, day: Day) -> store::driver::Result<Whole> {
    let tree = world.tree();
    let mut coded = HashSet::new();
    for system in ["stat", "grid"] {
        let codes = store::area::codes_of(conn, system)?;
        coded.extend(codes.into_iter().map(|(area, _)| area));
    }
    let mut found = lacks(world.directory(), root, day, &coded, UNIT_PEOPLE);
    let areas: Vec<&Area> = tree.subtree(root).filter(|a| a.valid_on(day)).collect();
    let drawn = store::area::drawn(conn)?;
    let mut not_checked = Vec::new();
    let homes = crate::address::within(tree, root);
    if store::address::sums(conn, &homes)? == Sums::default() {
        not_checked.push("户和标准地址还没有导入，没有检查每户、每个地址是否恰好属于一个单元。");
    } else {
        homeless(conn, world, &homes, &mut found)?;
    }
    if drawn.is_empty() {
        not_checked.push("还没有任何边界，没有检查缝隙、重叠和定位点；可以先使用，以后再补。");
    } else {
        for area in &areas {
            if !drawn.contains(&area.id) {
                let words = String::new();
                found.push(Found {
                    lack: Lack::NoBoundary,
                    area: area.id,
                    words,
                });
            } else if area.level == Level::Unit {
                found.extend(misplaced(world, area));
            }
        }
        let parents: Vec<&Area> = areas
            .iter()
            .filter(|a| drawn.contains(&a.id) && tree.children(a.id).next().is_some())
            .copied()
            .collect();
        if parents.len() > COMPARED_MAX {
            not_checked.push("区域太多，没有比较边界的缝隙和重叠；请按镇街逐个检查。");
        } else {
            for parent in parents {
                compare(conn, world, parent, day, &mut found)?;
            }
        }
    }
    let place: HashMap<AreaId, usize> = areas.iter().enumerate().map(|(i, a)| (a.id, i)).collect();
    found.sort_by_key(|f| (f.lack as u8, place.get(&f.area).copied()));
    Ok(Whole {
        areas: areas.len(),
        found,
        not_checked,
    })
}

/// Addresses and households that lie nowhere, elsewhere or are there twice.
fn homeless(
    conn: &mut Conn,
    world: &World,
    homes: &Within,
    found: &mut Vec<Found>,
) -> store::driver::Result<()> {
    let mut note = |lack, area: AreaId, words: String| found.push(Found { lack, area, words });
    let bounded = !world.locator.is_empty();
    store::address::for_each_valid(conn, homes, |code, text, area, in_unit, point| {
        if !in_unit {
            note(Lack::AddressNowhere, area, format!("{text}（{code}）"));
        } else if let Some((lon, lat)) = point.filter(|_| bounded) {
            let at = world.locator.locate(Point::new(lon, lat)).map(AreaId);
            if at != Some(area) {
                let there = match at {
                    Some(other) => format!("落在“{}”", world.tree().full_name(other)),
                    None => "不在任何治理单元里".to_owned(),
                };
                note(
                    Lack::AddressElsewhere,
                    area,
                    format!("{text}（{code}）的坐标{there}"),
                );
            }
        }
        Ok(())
    })?;
    for (area, code, text) in store::address::twice(conn, homes)? {
        note(Lack::AddressTwice, area, format!("{text}（{code}）"));
    }
    for (area, no) in store::address::homeless(conn, homes)? {
        note(Lack::HomeNowhere, area, format!("户 {no}"));
    }
    for (area, no, text) in store::address::scattered(conn, homes)? {
        note(Lack::HomeTwice, area, format!("户 {no} 登记在 {text}"));
    }
    Ok(())
}

/// A unit whose point lies in another one or in none.
fn misplaced(world: &World, unit: &Area) -> Option<Found> {
    let at = world.locator.locate(Point::new(unit.lon, unit.lat));
    let at = at.map(AreaId);
    if at == Some(unit.id) {
        return None;
    }
    let words = match at {
        Some(other) => format!("定位点落在“{}”", world.tree().full_name(other)),
        None => "定位点不在任何治理单元里".to_owned(),
    };
    Some(Found {
        lack: Lack::PointOutside,
        area: unit.id,
        words,
    })
}

/// The ground of an area beside that of the areas below it.
fn compare(
    conn: &mut Conn,
    world: &World,
    parent: &Area,
    day: Day,
    found: &mut Vec<Found>,
) -> store::driver::Result<()> {
    let tree = world.tree();
    let below: Vec<&Area> = tree
        .children(parent.id)
        .filter(|a| a.valid_on(day))
        .collect();
    let ids: Vec<AreaId> = std::iter::once(parent.id)
        .chain(below.iter().map(|a| a.id))
        .collect();
    let drawn: BTreeMap<AreaId, Boundary> = store::area::boundaries_of(conn, &ids)?
        .into_iter()
        .filter_map(|(area, body)| Some((area, decode_boundary(&body).ok()?)))
        .collect();
    let Some(ground) = drawn.get(&parent.id) else {
        return Ok(());
    };
    let parts: Vec<(i64, &Boundary)> = below
        .iter()
        .filter_map(|a| Some((a.id.0, drawn.get(&a.id)?)))
        .collect();
    if parts.len() < below.len() || parts.is_empty() {
        // What has no boundary would look like a gap; it is named for that already.
        return Ok(());
    }
    let cover = check_cover(ground, &parts);
    let name = |id: i64| tree.get(AreaId(id)).map_or("", |a| &*a.name);
    let mut note = |lack, area: AreaId, words: String| found.push(Found { lack, area, words });
    for gap in cover.gaps.iter().filter(|g| g.m2 > SLIVER_M2) {
        note(Lack::Gap, parent.id, format!("{:.0} 平方米无归属", gap.m2));
    }
    for over in cover.overlaps.iter().filter(|o| o.m2 > SLIVER_M2) {
        let words = format!("与“{}”重叠 {:.0} 平方米", name(over.ids.1), over.m2);
        note(Lack::Overlap, AreaId(over.ids.0), words);
    }
    for out in cover.outside.iter().filter(|o| o.m2 > SLIVER_M2) {
        let words = format!("有 {:.0} 平方米在“{}”之外", out.m2, parent.name);
        note(Lack::Beyond, AreaId(out.id), words);
    }
    Ok(())
}
