//! What the grids and units of one village are: kind, name, people. Drawn from the village's own
//! chances, so that a village comes out the same alone and in the whole city.

use super::quota::{Fabric, Quota, code_number, shares};
use super::words::{
    ESTATE_ENDINGS, ESTATES, ORDINALS, PARK_PARTS, SCHOOLS, STALLS, STREETS, TRADES, WARDS, ZONES,
};
use atlas::partition::{Chance, mix};
use std::collections::HashSet;

/// A grid to be.
#[derive(Debug, Clone)]
pub struct GridPlan {
    /// Kind (R006).
    pub kind: &'static str,
    /// Name without the word 网格.
    pub short: String,
    /// Its units.
    pub units: Vec<UnitPlan>,
}

/// A unit to be.
#[derive(Debug, Clone)]
pub struct UnitPlan {
    /// Kind (R007).
    pub kind: &'static str,
    /// Name.
    pub name: String,
    /// Registered residents.
    pub population: u32,
    /// Households of them.
    pub households: u32,
    /// Share of the ground against its neighbours.
    pub weight: f64,
}

/// Kinds of unit that people live in; the band of 50 to 200 people (R005) is meant for these.
#[must_use]
pub fn is_residential(kind: &str) -> bool {
    matches!(kind, "building" | "stairwell" | "village_house_group")
}

/// Shares of the kinds of grid per fabric, in percent; the rest are exclusive grids.
const MIX: [(&str, [f64; 3], usize); 7] = [
    ("estate", [46.0, 25.0, 0.0], 16),
    ("street", [27.0, 26.0, 5.5], 20),
    ("village_group", [6.0, 29.0, 83.0], 12),
    ("school", [8.0, 7.0, 5.0], 8),
    ("hospital", [3.5, 3.0, 1.5], 9),
    ("market", [5.0, 6.0, 2.5], 14),
    ("park", [3.5, 3.0, 1.5], 5),
];

/// Plans one village.
#[must_use]
pub fn plan(code: &str, short: &str, quota: Quota, seed: u64) -> Vec<GridPlan> {
    let mut chance = Chance::new(mix(seed, 31), code_number(code));
    let stem = short
        .trim_end_matches("社区")
        .trim_end_matches('村')
        .to_owned();
    let kinds = kinds(code, quota, &mut chance);
    let weights: Vec<f64> = kinds
        .iter()
        .map(|k| usual_units(k) * chance.between(0.75, 1.25))
        .collect();
    let counts = shares(&weights, quota.units, &vec![2; kinds.len()]);
    let mut namer = Namer {
        code,
        stem,
        used: HashSet::new(),
        groups: 0,
        rural: quota.fabric == Fabric::Rural,
    };
    kinds
        .iter()
        .zip(counts)
        .map(|(kind, n)| namer.grid(kind, n, &mut chance))
        .collect()
}

fn usual_units(kind: &str) -> f64 {
    MIX.iter().find(|m| m.0 == kind).map_or(7.0, |m| m.2 as f64)
}

/// The kinds of a village's grids.
fn kinds(code: &str, quota: Quota, chance: &mut Chance) -> Vec<&'static str> {
    let column = quota.fabric as usize;
    let mut kinds: Vec<&'static str> = (0..quota.grids)
        .map(|_| {
            let mut at = chance.between(0.0, 100.0);
            for (kind, shares, _) in MIX {
                // 霞林社区 lives in estates: 30,000 people in 38 grids
                let share = if kind == "estate" && code == "350302003003" {
                    78.0
                } else {
                    shares[column]
                };
                if at < share {
                    return kind;
                }
                at -= share;
            }
            "exclusive"
        })
        .collect();
    if let Some(first) = kinds.first_mut() {
        *first = if quota.fabric == Fabric::Rural {
            "village_group"
        } else {
            "estate"
        };
    }
    kinds
}

struct Namer<'a> {
    code: &'a str,
    stem: String,
    used: HashSet<String>,
    groups: usize,
    rural: bool,
}

impl Namer<'_> {
    /// The first of some names that the village does not have yet, else one with a number.
    fn fresh(&mut self, names: impl Iterator<Item = String>) -> String {
        let mut last = String::new();
        for name in names {
            if self.used.insert(name.clone()) {
                return name;
            }
            last = name;
        }
        let mut n = 2;
        loop {
            let name = format!("{last}{n}区");
            if self.used.insert(name.clone()) {
                return name;
            }
            n += 1;
        }
    }

    fn grid(&mut self, kind: &'static str, n: usize, chance: &mut Chance) -> GridPlan {
        let stem = self.stem.clone();
        let (short, units) = match kind {
            "estate" => (self.estate_name(chance), self.estate(n, chance)),
            "street" => {
                let offset = chance.below(STREETS.len());
                let street = self.fresh(
                    (0..STREETS.len()).map(|i| STREETS[(offset + i) % STREETS.len()].to_owned()),
                );
                let units = self.street(&street, n, chance);
                (street, units)
            }
            "village_group" => {
                self.groups += 1;
                let group = self.groups;
                (format!("第{group}村民小组"), self.group(group, n, chance))
            }
            "school" => {
                let offset = if self.rural {
                    0
                } else {
                    chance.below(SCHOOLS.len())
                };
                let options = (0..SCHOOLS.len()).map(|i| SCHOOLS[(offset + i) % SCHOOLS.len()].0);
                let short = self.fresh(options.map(|s| format!("{stem}{s}")));
                let parts = SCHOOLS
                    .iter()
                    .find(|s| short.ends_with(s.0))
                    .map_or(SCHOOLS[0].1, |s| s.1);
                let of = |i: usize| {
                    if parts[i % parts.len()].ends_with(['级', '班']) {
                        "school_year"
                    } else {
                        "facility"
                    }
                };
                (short, parted(n, parts, "", of, 0.8))
            }
            "hospital" => {
                let ending = if self.rural {
                    ["卫生所", "卫生院"]
                } else {
                    ["社区卫生服务中心", "医院"]
                };
                let short = self.fresh(ending.iter().map(|e| format!("{stem}{e}")));
                (short, parted(n, &WARDS, "", |_| "ward", 0.7))
            }
            "market" => {
                let short = self.fresh(
                    ["农贸市场", "综合市场"]
                        .iter()
                        .map(|e| format!("{stem}{e}")),
                );
                (short, parted(n, &STALLS, "摊位区", |_| "stall_area", 0.5))
            }
            "park" => {
                let short = self.fresh(
                    ["公园", "文化广场", "湿地公园"]
                        .iter()
                        .map(|e| format!("{stem}{e}")),
                );
                (short, parted(n, &PARK_PARTS, "", |_| "green", 1.6))
            }
            _ => {
                let offset = chance.below(ZONES.len());
                let short = self.fresh(
                    (0..ZONES.len())
                        .map(|i| format!("{stem}{}", ZONES[(offset + i) % ZONES.len()])),
                );
                (short, self.zone(n, chance))
            }
        };
        GridPlan { kind, short, units }
    }

    fn estate_name(&mut self, chance: &mut Chance) -> String {
        // Known from the press (S4): the estate of 霞林社区, and the resettled people of 坂头社区.
        let known = match self.code {
            "350302003003" => Some("九龙小区"),
            "350302003007" => Some("坂头安置房小区"),
            _ => None,
        };
        if let Some(name) = known.filter(|n| !self.used.contains(*n)) {
            self.used.insert(name.to_owned());
            return name.to_owned();
        }
        let (a, b) = (
            chance.below(ESTATES.len()),
            chance.below(ESTATE_ENDINGS.len()),
        );
        self.fresh((0..ESTATES.len()).map(|i| {
            format!(
                "{}{}",
                ESTATES[(a + i * 7) % ESTATES.len()],
                ESTATE_ENDINGS[b]
            )
        }))
    }

    /// Buildings, or stairwells of buildings; shops along the street; common rooms.
    fn estate(&self, n: usize, chance: &mut Chance) -> Vec<UnitPlan> {
        let homes = ((n as f64 * chance.between(0.55, 0.72)).round() as usize).clamp(1, n);
        // 九龙小区 is known by its buildings, such as 3号楼.
        let stairs = self.used.len() > 1 && chance.happens(0.3);
        let mut units: Vec<UnitPlan> = (1..=homes)
            .map(|i| {
                if stairs {
                    home(
                        "stairwell",
                        format!("{}号楼{}梯", i.div_ceil(2), 2 - i % 2),
                        2.0,
                        2.7,
                        0.9,
                        chance,
                    )
                } else {
                    home("building", format!("{i}号楼"), 2.0, 2.7, 1.0, chance)
                }
            })
            .collect();
        let common = ["物业与活动中心", "地下车库"];
        for i in 0..n - homes {
            units.push(match common.get(i) {
                Some(name) if n > 8 => empty("facility", (*name).to_owned(), 0.6),
                _ => shop(format!("临街{}号店", i + 1), chance),
            });
        }
        units
    }

    /// Shops, and houses with flats above shops.
    fn street(&self, street: &str, n: usize, chance: &mut Chance) -> Vec<UnitPlan> {
        (0..n)
            .map(|i| {
                let number = 2 * i + 1;
                if chance.happens(0.2) {
                    home(
                        "building",
                        format!("{street}{number}号沿街楼"),
                        2.6,
                        2.8,
                        0.8,
                        chance,
                    )
                } else {
                    shop(format!("{street}{number}号"), chance)
                }
            })
            .collect()
    }

    /// House groups by house numbers; fields, woods or shallows, workshops, a shop.
    fn group(&self, group: usize, n: usize, chance: &mut Chance) -> Vec<UnitPlan> {
        let homes = ((n as f64 * chance.between(0.22, 0.34)).round() as usize).clamp(1, n);
        let mut next = 1;
        let mut units: Vec<UnitPlan> = Vec::with_capacity(n);
        for _ in 0..homes {
            let mut unit = home("village_house_group", String::new(), 2.9, 3.4, 0.9, chance);
            let last = next + unit.households - 1;
            unit.name = format!("第{group}组 {next}-{last}号");
            next = last + 1;
            units.push(unit);
        }
        let wide: (&str, &str) = if self.code.starts_with("350305") {
            ("滩涂片", "water")
        } else {
            ("山林片", "woodland")
        };
        let (mut fields, mut woods, mut works, mut shops) = (0, 0, 0, 0);
        let number = |n: usize| {
            ORDINALS
                .get(n - 1)
                .map_or_else(|| n.to_string(), |s| (*s).to_owned())
        };
        for _ in 0..n - homes {
            let at = chance.unit();
            units.push(if at < 0.5 {
                fields += 1;
                empty(
                    "farmland",
                    format!("第{group}组 农田片{}", number(fields)),
                    1.7,
                )
            } else if at < 0.72 {
                woods += 1;
                empty(
                    wide.1,
                    format!("第{group}组 {}{}", wide.0, number(woods)),
                    2.4,
                )
            } else if at < 0.86 {
                works += 1;
                empty("workshop", format!("第{group}组 {works}号作坊"), 0.7)
            } else {
                shops += 1;
                shop(format!("第{group}组 {shops}号店"), chance)
            });
        }
        units
    }

    /// Workshops, a dormitory, an office.
    fn zone(&self, n: usize, chance: &mut Chance) -> Vec<UnitPlan> {
        (0..n)
            .map(|i| match i {
                0 => empty("facility", "综合办公楼".to_owned(), 0.8),
                1 => home("building", "员工宿舍楼".to_owned(), 2.0, 1.6, 0.8, chance),
                _ => empty("workshop", format!("{}号厂房", i - 1), 1.5),
            })
            .collect()
    }
}

/// A unit that people live in: 60 to 180 people, more often few; 1 in 100 is out of the band of 50
/// to 200 that the programme warns about (R005).
fn home(
    kind: &'static str,
    name: String,
    skew: f64,
    per_household: f64,
    weight: f64,
    chance: &mut Chance,
) -> UnitPlan {
    let odd = chance.unit();
    let part = chance.unit();
    // part^skew without a power function: between part^floor and part^(floor+1)
    let whole = skew.floor();
    let power = |n: f64| (0..n as u32).fold(1.0, |p, _| p * part);
    let (low, high) = (power(whole), power(whole + 1.0));
    let curved = low + (high - low) * (skew - whole);
    let people = if odd < 0.005 {
        chance.between(28.0, 50.0)
    } else if odd < 0.01 {
        chance.between(201.0, 260.0)
    } else {
        60.0 + 121.0 * curved
    };
    let population = people.floor() as u32;
    let households = (f64::from(population) / per_household).round().max(1.0) as u32;
    UnitPlan {
        kind,
        name,
        population,
        households,
        weight,
    }
}

fn empty(kind: &'static str, name: String, weight: f64) -> UnitPlan {
    UnitPlan {
        kind,
        name,
        population: 0,
        households: 0,
        weight,
    }
}

/// A shop. Nobody is registered there: who lives above it counts in a building, so that the size
/// warning of R005 speaks about homes only.
fn shop(place: String, chance: &mut Chance) -> UnitPlan {
    let trade = TRADES[chance.below(TRADES.len())];
    empty("shop", format!("{place} {trade}"), 0.5)
}

/// Units from a list of parts; when there are more units than parts, they are numbered.
fn parted(
    n: usize,
    parts: &[&str],
    ending: &str,
    kind: impl Fn(usize) -> &'static str,
    weight: f64,
) -> Vec<UnitPlan> {
    let rounds = n.div_ceil(parts.len());
    (0..n)
        .map(|i| {
            let (part, round) = (parts[i % parts.len()], i / parts.len());
            let name =
                if rounds > 1 && i % parts.len() + (rounds - 1) * parts.len() < n || round > 0 {
                    format!(
                        "{part}{}{ending}",
                        ORDINALS.get(round).copied().unwrap_or("另")
                    )
                } else {
                    format!("{part}{ending}")
                };
            empty(kind(i), name, weight)
        })
        .collect()
}
