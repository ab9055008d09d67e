//! The sample city's geography: real names and codes of Putian down to 976 villages and
//! communities (R001, R002), and generated boundaries, grids and units below them.
//!
//! Deterministic from a seed. A street or county made alone has the same codes, names and
//! boundaries as in the whole city.

mod plan;
mod quota;
mod source;
mod words;

pub use plan::is_residential;
pub use quota::{GRIDS, UNITS};
pub use source::short_name;

use atlas::partition::{Division, Land, cut, divide, mix};
use atlas::{Boundary, encode_boundary};
use plan::{GridPlan, plan};
use quota::{Fabric, Quota, code_number, is_community, quotas};
use source::{Names, names, places};
use std::borrow::Cow;

/// The seed of the published sample city.
pub const SEED: u64 = 20_261_122;

/// An area of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Statistical code: 4, 6, 9 or 12 digits; a grid has 3 more, a unit 6 more, counted west to
    /// east in rows from north to south (DB6101/T 3185).
    pub code: String,
    /// The area above, as an index into the list; parents come before their children.
    pub parent: Option<usize>,
    /// 1 city, 2 county, 3 town, 4 village or community, 5 grid, 6 unit.
    pub level: u8,
    /// Kind within the level: `city`; `county_district`, `county`; `street`, `town`, `township`;
    /// `community`, `village`; of grids (R006) `estate`, `street`, `village_group`, `school`,
    /// `hospital`, `market`, `park`, `exclusive`; of units (R007) `building`, `stairwell`,
    /// `village_house_group`, `shop`, `workshop`, `ward`, `school_year`, `stall_area`, `facility`,
    /// `farmland`, `woodland`, `water`, `green`.
    pub kind: Cow<'static, str>,
    /// Tier of a grid, 1 the outermost; 0 elsewhere.
    pub tier: u8,
    /// An exclusive grid (R010); its units are what they are elsewhere.
    pub exclusive: bool,
    /// Name: official down to villages, generated below.
    pub name: String,
    /// Name as people say it.
    pub short: String,
    /// Registered residents; synthetic. An area has the sum of its units, also where the units of
    /// its other branches are not generated.
    pub population: u32,
    /// Households of them.
    pub households: u32,
    /// Bytes of [`atlas::encode_boundary`].
    pub boundary: Vec<u8>,
    /// Longitude and latitude of a place inside, for a label.
    pub label: (f64, f64),
}

/// How much of the city to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// All of it: 1 city, 5 counties, 54 towns, 976 villages, 9,433 grids, 115,233 units.
    City,
    /// One county (6 digits) and the city above it.
    County(&'a str),
    /// One street or town (9 digits) and what is above it.
    Street(&'a str),
}

/// Makes the areas, parents first. A code that does not exist gives an empty list.
///
/// Takes some three seconds for the city and half a second for a street (release build, two cores).
///
/// # Panics
/// When a seed gives a village that cannot be cut; none such is known.
#[must_use]
pub fn generate(scope: Scope<'_>, seed: u64) -> Vec<Area> {
    let names = names();
    let wanted: Vec<bool> = names
        .towns
        .iter()
        .map(|t| match scope {
            Scope::City => true,
            Scope::County(code) => names.counties[t.county].code == code,
            Scope::Street(code) => t.town.code == code,
        })
        .collect();
    if !wanted.contains(&true) {
        return Vec::new();
    }
    let (division, plans) = std::thread::scope(|scope| {
        let division = scope.spawn(|| {
            let (towns, foreign) = places(&names);
            divide(
                &Land {
                    shores: &source::land(&towns),
                    towns: &towns,
                    foreign: &foreign,
                },
                seed,
            )
        });
        let plans = all_plans(&names, seed);
        (
            division
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            plans,
        )
    });
    let built = build(&names, &division, &plans, &wanted, seed);
    assemble(&names, &division, &plans, &wanted, built)
}

/// The plans of all villages, town by town: cheap, and every total above needs them.
fn all_plans(names: &Names, seed: u64) -> Vec<Vec<(Quota, Vec<GridPlan>)>> {
    let mut quotas = quotas(names, seed).into_iter();
    let mut of_town = |t: &source::NamedTown| {
        let villages = t.villages.iter().zip(quotas.by_ref());
        villages
            .map(|(v, quota)| (quota, plan(v.code, &short_name(v.name), quota, seed)))
            .collect()
    };
    names.towns.iter().map(&mut of_town).collect()
}

/// A finished grid with its units, in the order of their codes.
struct Built {
    plan: usize,
    boundary: Boundary,
    label: (f64, f64),
    units: Vec<(usize, Boundary, (f64, f64))>,
}

/// Cuts the wanted villages, half of them on a second thread.
fn build(
    names: &Names,
    division: &Division,
    plans: &[Vec<(Quota, Vec<GridPlan>)>],
    wanted: &[bool],
    seed: u64,
) -> Vec<Vec<Built>> {
    let mut jobs: Vec<(usize, usize)> = Vec::new();
    for (t, town) in names.towns.iter().enumerate().filter(|(t, _)| wanted[*t]) {
        jobs.extend((0..town.villages.len()).map(|v| (t, v)));
    }
    let one = |&(t, v): &(usize, usize)| {
        let (quota, grids) = &plans[t][v];
        let code = code_number(names.towns[t].villages[v].code);
        build_village(
            &division.villages[t][v],
            grids,
            quota.fabric != Fabric::Rural,
            mix(mix(seed, 41), code),
        )
    };
    let (left, right) = jobs.split_at(jobs.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| right.iter().map(one).collect::<Vec<_>>());
        let mut all: Vec<_> = left.iter().map(one).collect();
        all.extend(
            other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        );
        all
    })
}

fn build_village(village: &Boundary, grids: &[GridPlan], straight: bool, seed: u64) -> Vec<Built> {
    let weights: Vec<Vec<f64>> = grids
        .iter()
        .map(|g| g.units.iter().map(|u| u.weight).collect())
        .collect();
    // divide() gives villages without holes and with enough vertices; a city with a village left
    // empty would be worse than none.
    let parcels = cut(village, &weights, straight, seed)
        .unwrap_or_else(|fault| panic!("a village cannot be cut: {fault}"));
    let mut built: Vec<Built> = parcels
        .into_iter()
        .enumerate()
        .map(|(plan, parcel)| {
            let mut units: Vec<_> = parcel
                .units
                .into_iter()
                .enumerate()
                .map(|(u, b)| {
                    let at = label(&b);
                    (u, b, at)
                })
                .collect();
            reading_order(&mut units, |u| u.2);
            Built {
                plan,
                label: label(&parcel.boundary),
                boundary: parcel.boundary,
                units,
            }
        })
        .collect();
    reading_order(&mut built, |g| g.label);
    built
}

fn label(boundary: &Boundary) -> (f64, f64) {
    boundary.label().map_or((0.0, 0.0), |p| (p.lon, p.lat))
}

/// Sorts west to east within rows, rows from north to south; a row is about one area high.
fn reading_order<T>(areas: &mut [T], at: impl Fn(&T) -> (f64, f64)) {
    let north = areas
        .iter()
        .map(|a| at(a).1)
        .fold(f64::NEG_INFINITY, f64::max);
    let south = areas.iter().map(|a| at(a).1).fold(f64::INFINITY, f64::min);
    let rows = (areas.len() as f64).sqrt().round().max(1.0);
    let row = |a: &T| {
        if north > south {
            ((north - at(a).1) / (north - south) * rows)
                .min(rows - 1.0)
                .floor()
        } else {
            0.0
        }
    };
    areas.sort_by(|a, b| row(a).total_cmp(&row(b)).then(at(a).0.total_cmp(&at(b).0)));
}

/// People and households.
fn people(grids: &[GridPlan]) -> (u32, u32) {
    grids
        .iter()
        .flat_map(|g| &g.units)
        .fold((0, 0), |s, u| (s.0 + u.population, s.1 + u.households))
}

fn sum(parts: impl Iterator<Item = (u32, u32)>) -> (u32, u32) {
    parts.fold((0, 0), |s, p| (s.0 + p.0, s.1 + p.1))
}

/// Puts everything into one list, parents first.
fn assemble(
    names: &Names,
    division: &Division,
    plans: &[Vec<(Quota, Vec<GridPlan>)>],
    wanted: &[bool],
    built: Vec<Vec<Built>>,
) -> Vec<Area> {
    let town_people: Vec<(u32, u32)> = plans
        .iter()
        .map(|t| sum(t.iter().map(|(_, g)| people(g))))
        .collect();
    let mut built = built.into_iter();
    let mut list = List(Vec::new());
    let city = list.named(
        None,
        1,
        "city",
        &names.city,
        &division.whole,
        sum(town_people.iter().copied()),
    );
    for (c, county) in names.counties.iter().enumerate() {
        let own = |t: &usize| names.towns[*t].county == c;
        if !(0..wanted.len()).filter(own).any(|t| wanted[t]) {
            continue;
        }
        let kind = if county.name.ends_with('区') {
            "county_district"
        } else {
            "county"
        };
        let total = sum((0..wanted.len()).filter(own).map(|t| town_people[t]));
        let county = list.named(Some(city), 2, kind, county, &division.counties[c], total);
        for t in (0..wanted.len()).filter(own).filter(|&t| wanted[t]) {
            let town = &names.towns[t];
            let kind = match town.town.name.chars().last() {
                Some('道') => "street",
                Some('乡') => "township",
                Some('区' | '局') => "zone",
                _ => "town",
            };
            let above = list.named(
                Some(county),
                3,
                kind,
                &town.town,
                &division.towns[t],
                town_people[t],
            );
            for (v, village) in town.villages.iter().enumerate() {
                let grids = &plans[t][v].1;
                let kind = if is_community(village) {
                    "community"
                } else {
                    "village"
                };
                let at = list.named(
                    Some(above),
                    4,
                    kind,
                    village,
                    &division.villages[t][v],
                    people(grids),
                );
                list.grids(at, village.code, grids, built.next().unwrap_or_default());
            }
        }
    }
    list.0
}

struct List(Vec<Area>);

impl List {
    fn add(&mut self, area: Area) -> usize {
        self.0.push(area);
        self.0.len() - 1
    }

    fn named(
        &mut self,
        parent: Option<usize>,
        level: u8,
        kind: &'static str,
        named: &source::Named,
        boundary: &Boundary,
        people: (u32, u32),
    ) -> usize {
        self.add(Area {
            code: named.code.to_owned(),
            parent,
            level,
            kind: kind.into(),
            tier: 0,
            exclusive: false,
            name: named.name.to_owned(),
            short: short_name(named.name),
            population: people.0,
            households: people.1,
            boundary: encode_boundary(boundary),
            label: label(boundary),
        })
    }

    fn grids(&mut self, village: usize, code: &str, plans: &[GridPlan], built: Vec<Built>) {
        for (g, grid) in built.into_iter().enumerate() {
            let plan = &plans[grid.plan];
            let exclusive = plan.kind == "exclusive";
            let code = format!("{code}{:03}", g + 1);
            let people = people(std::slice::from_ref(plan));
            let at = self.add(Area {
                code: code.clone(),
                parent: Some(village),
                level: 5,
                kind: plan.kind.into(),
                tier: 1,
                exclusive,
                name: format!("{}{}网格", plan.short, if exclusive { "专属" } else { "" }),
                short: plan.short.clone(),
                population: people.0,
                households: people.1,
                boundary: encode_boundary(&grid.boundary),
                label: grid.label,
            });
            for (u, (which, boundary, label)) in grid.units.into_iter().enumerate() {
                let unit = &plan.units[which];
                self.add(Area {
                    code: format!("{code}{:03}", u + 1),
                    parent: Some(at),
                    level: 6,
                    kind: unit.kind.into(),
                    tier: 0,
                    exclusive: false,
                    name: unit.name.clone(),
                    short: unit.name.clone(),
                    population: unit.population,
                    households: unit.households,
                    boundary: encode_boundary(&boundary),
                    label,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests;
