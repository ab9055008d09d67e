//! The whole city is made once and looked at from all sides.

use super::*;
use atlas::{Locator, Micro, Point, decode_boundary};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

static CITY: LazyLock<Vec<Area>> = LazyLock::new(|| generate(Scope::City, SEED));

fn of_level(level: u8) -> impl Iterator<Item = &'static Area> {
    CITY.iter().filter(move |a| a.level == level)
}
fn shape(area: &Area) -> Boundary {
    decode_boundary(&area.boundary).unwrap()
}
fn named(short: &str) -> usize {
    CITY.iter().position(|a| a.short == short).unwrap()
}
fn children(of: usize) -> impl Iterator<Item = &'static Area> {
    CITY.iter().filter(move |a| a.parent == Some(of))
}

#[test]
fn the_city_has_1_5_54_976_9433_115233_areas_with_parents_first() {
    assert_eq!(
        [1, 2, 3, 4, 5, 6].map(|l| of_level(l).count()),
        [1, 5, 54, 976, 9_433, 115_233]
    );
    for (i, area) in CITY.iter().enumerate() {
        match area.parent {
            None => assert_eq!(area.level, 1),
            Some(parent) => {
                assert!(parent < i);
                assert_eq!(CITY[parent].level + 1, area.level);
            }
        }
    }
    assert!(CITY.iter().all(|a| !a.name.contains("虚拟")));
}

#[test]
fn codes_are_unique_and_continue_their_parents() {
    let all: HashSet<&str> = CITY.iter().map(|a| a.code.as_str()).collect();
    assert_eq!(all.len(), CITY.len());
    for area in CITY.iter() {
        assert_eq!(
            area.code.len(),
            [4, 6, 9, 12, 15, 18][usize::from(area.level) - 1]
        );
        if let Some(parent) = area.parent {
            assert!(area.code.starts_with(&CITY[parent].code), "{}", area.code);
        }
    }
}

#[test]
fn children_tile_their_parent_without_gap_or_overlap() {
    // Every edge of a child is either an edge of its parent, or runs the other way in one sibling:
    // exact on whole micro-degrees, so neither gap nor overlap can hide.
    let edges = |b: &Boundary| -> Vec<(Micro, Micro)> {
        b.rings()
            .flat_map(|r| {
                (0..r.len())
                    .map(|i| (r[i], r[(i + 1) % r.len()]))
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    let mut left: HashMap<usize, HashMap<(Micro, Micro), i32>> = HashMap::new();
    let mut sums: HashMap<usize, f64> = HashMap::new();
    for area in CITY.iter() {
        let Some(parent) = area.parent else { continue };
        let b = shape(area);
        *sums.entry(parent).or_default() += b.area_m2();
        let count = left.entry(parent).or_default();
        for (a, b) in edges(&b) {
            *count
                .entry(if a < b { (a, b) } else { (b, a) })
                .or_default() += if a < b { 1 } else { -1 };
        }
    }
    for (parent, mut count) in left {
        let b = shape(&CITY[parent]);
        for (a, b) in edges(&b) {
            *count
                .entry(if a < b { (a, b) } else { (b, a) })
                .or_default() -= if a < b { 1 } else { -1 };
        }
        assert!(
            count.values().all(|n| *n == 0),
            "{} {}",
            CITY[parent].code,
            CITY[parent].name
        );
        let area = b.area_m2();
        assert!(
            (sums[&parent] / area - 1.0).abs() < 1e-6,
            "{} {} {area}",
            CITY[parent].code,
            sums[&parent]
        );
    }
}

#[test]
fn no_ring_below_the_towns_crosses_or_touches_itself() {
    for area in CITY.iter().filter(|a| a.level >= 4) {
        for ring in shape(area).rings() {
            let distinct: HashSet<&Micro> = ring.iter().collect();
            assert_eq!(distinct.len(), ring.len(), "{} {}", area.code, area.name);
            let crossed = ring_crosses(ring);
            assert!(!crossed, "{} {}", area.code, area.name);
        }
    }
}

/// Whether two edges without a common end meet: by sorting, so that it is fast for long rings too.
fn ring_crosses(ring: &[Micro]) -> bool {
    let mut edges: Vec<(Micro, Micro)> = (0..ring.len())
        .map(|i| (ring[i], ring[(i + 1) % ring.len()]))
        .map(|(a, b)| if a < b { (a, b) } else { (b, a) })
        .collect();
    edges.sort();
    let turn = |a: Micro, b: Micro, c: Micro| {
        let d = |p: i32, q: i32| i64::from(q) - i64::from(p);
        (d(a.x, b.x) * d(a.y, c.y) - d(a.y, b.y) * d(a.x, c.x)).signum()
    };
    edges.iter().enumerate().any(|(i, &(a, b))| {
        edges[i + 1..]
            .iter()
            .take_while(|e| e.0.x <= b.x)
            .any(|&(c, d)| {
                let joined = a == c || a == d || b == c || b == d;
                !joined
                    && turn(a, b, c) * turn(a, b, d) <= 0
                    && turn(c, d, a) * turn(c, d, b) <= 0
                    && c.y.max(d.y) >= a.y.min(b.y)
                    && c.y.min(d.y) <= a.y.max(b.y)
            })
    })
}

#[test]
fn counties_towns_and_villages_are_one_piece_but_for_islands_of_their_own() {
    for level in 2..=4 {
        let shapes: Vec<(&Area, Boundary)> = of_level(level).map(|a| (a, shape(a))).collect();
        let mut owners: HashMap<Micro, HashSet<&str>> = HashMap::new();
        for (area, b) in &shapes {
            for v in b.rings().flatten() {
                owners.entry(*v).or_default().insert(&area.code);
            }
        }
        for (area, b) in &shapes {
            assert!(
                b.polygons.iter().all(|p| p.rings.len() == 1),
                "{} has an enclave",
                area.name
            );
            let joined = b
                .polygons
                .iter()
                .filter(|p| p.rings[0].iter().any(|v| owners[v].len() > 1))
                .count();
            assert!(joined <= 1, "{} lies in pieces between others", area.name);
        }
    }
}

#[test]
fn the_label_of_every_unit_resolves_to_that_unit() {
    let units: Vec<(i64, &Area)> = (0..)
        .zip(CITY.iter())
        .filter(|(_, a)| a.level == 6)
        .collect();
    let (locator, bad) = Locator::build(units.iter().map(|(i, a)| (*i, &a.boundary)));
    assert!(bad.is_empty());
    assert!(
        locator.heap_bytes() < 60_000_000,
        "{}",
        locator.heap_bytes()
    );
    for (i, unit) in &units {
        assert_eq!(
            locator.locate(Point::new(unit.label.0, unit.label.1)),
            Some(*i),
            "{} {}",
            unit.code,
            unit.name
        );
    }
    for area in CITY.iter().filter(|a| a.level < 6) {
        let unit = locator
            .locate(Point::new(area.label.0, area.label.1))
            .unwrap();
        assert!(
            CITY[usize::try_from(unit).unwrap()]
                .code
                .starts_with(&area.code),
            "{}",
            area.name
        );
    }
    let sea = Point::new(119.30, 25.10);
    assert_eq!(locator.locate(sea), None);
    let near = locator.nearest(sea, 3);
    assert_eq!(near.len(), 3);
    assert!(
        near[0].metres > 500.0
            && near[0].metres <= near[1].metres
            && near[1].metres <= near[2].metres
    );
}

#[test]
fn people_add_up_to_about_the_city_s_three_million_and_flats_keep_the_band() {
    let city = &CITY[0];
    assert!(
        (3_000_000..3_400_000).contains(&city.population),
        "{}",
        city.population
    );
    let mut sums: HashMap<usize, (u32, u32)> = HashMap::new();
    for area in CITY.iter() {
        if let Some(parent) = area.parent {
            let sum = sums.entry(parent).or_default();
            *sum = (sum.0 + area.population, sum.1 + area.households);
        }
    }
    for (parent, sum) in sums {
        assert_eq!(
            sum,
            (CITY[parent].population, CITY[parent].households),
            "{}",
            CITY[parent].name
        );
    }
    let homes: Vec<u32> = of_level(6)
        .filter(|u| is_residential(&u.kind))
        .map(|u| u.population)
        .collect();
    let odd = homes.iter().filter(|&&n| !(50..=200).contains(&n)).count();
    let share = odd as f64 / homes.len() as f64;
    assert!((0.006..0.014).contains(&share), "{share}");
    assert!(homes.iter().all(|&n| (28..=260).contains(&n)));
    assert!(of_level(6).all(|u| (u.population > 0) == is_residential(&u.kind)));
}

#[test]
fn about_one_grid_in_a_hundred_is_exclusive() {
    let exclusive = of_level(5).filter(|g| g.exclusive).count();
    assert!((60..140).contains(&exclusive), "{exclusive}");
    assert!(of_level(5).all(|g| g.exclusive == (g.kind == "exclusive")));
}

#[test]
fn places_known_from_the_press_are_there() {
    let xialin = named("霞林社区");
    let jiulong = CITY.iter().position(|a| a.name == "九龙小区网格").unwrap();
    assert_eq!(CITY[jiulong].parent, Some(xialin));
    assert!(children(jiulong).any(|u| u.name == "3号楼"));
    assert!(
        (25_000..45_000).contains(&CITY[xialin].population),
        "{}",
        CITY[xialin].population
    );
    let bantou = CITY
        .iter()
        .position(|a| a.name == "坂头安置房小区网格")
        .unwrap();
    assert_eq!(CITY[CITY[bantou].parent.unwrap()].short, "坂头社区");
    let dongxing = named("东星社区");
    assert_eq!(children(dongxing).count(), 33);
    let code = &CITY[dongxing].code;
    assert_eq!(
        of_level(6).filter(|u| u.code.starts_with(code)).count(),
        439
    );
    assert!(
        CITY[dongxing].population > 10_000,
        "{}",
        CITY[dongxing].population
    );
}

#[test]
fn names_are_unique_among_brothers_and_sisters() {
    let mut seen = HashSet::new();
    for area in CITY.iter().filter(|a| a.level >= 5) {
        assert!(
            seen.insert((area.parent, area.name.as_str())),
            "{} {}",
            area.code,
            area.name
        );
    }
}

#[test]
fn grids_are_numbered_from_north_west_to_south_east() {
    for village in (0..CITY.len()).filter(|&i| CITY[i].level == 4).step_by(50) {
        let grids: Vec<&Area> = children(village).collect();
        assert!(grids.windows(2).all(|w| w[0].code < w[1].code));
        let half = grids.len() / 2;
        let mean = |g: &[&Area]| g.iter().map(|a| a.label.1).sum::<f64>() / g.len() as f64;
        assert!(
            mean(&grids[..half]) > mean(&grids[half..]),
            "{}",
            CITY[village].name
        );
    }
}

#[test]
fn a_street_alone_is_the_slice_of_the_whole_city() {
    for (scope, prefix, counts) in [
        (Scope::Street("350302003"), "350302003", [1, 1, 1, 11]),
        (Scope::Street("350305107"), "350305107", [1, 1, 1, 17]),
        (Scope::County("350304"), "350304", [1, 1, 6, 130]),
    ] {
        let part = generate(scope, SEED);
        let slice: Vec<&Area> = CITY
            .iter()
            .filter(|a| a.code.starts_with(prefix) || prefix.starts_with(a.code.as_str()))
            .collect();
        assert_eq!(
            [1, 2, 3, 4].map(|l| part.iter().filter(|a| a.level == l).count()),
            counts
        );
        assert_eq!(part.len(), slice.len());
        for (own, whole) in part.iter().zip(slice) {
            let parent = |list: &[Area], a: &Area| a.parent.map(|p| list[p].code.clone());
            assert_eq!(parent(&part, own), parent(&CITY, whole));
            assert_eq!(
                Area {
                    parent: None,
                    ..own.clone()
                },
                Area {
                    parent: None,
                    ..whole.clone()
                }
            );
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_city_and_another_seed_another() {
    let one = generate(Scope::Street("350302003"), SEED);
    assert_eq!(one, generate(Scope::Street("350302003"), SEED));
    let other = generate(Scope::Street("350302003"), SEED + 1);
    assert_ne!(one[3].boundary, other[3].boundary);
    assert!(generate(Scope::Street("999999999"), SEED).is_empty());
}

#[test]
fn other_seeds_give_whole_cities_too() {
    for seed in [1, 2] {
        let city = generate(Scope::City, seed);
        assert_eq!(city.iter().filter(|a| a.level == 6).count(), UNITS);
        assert_eq!(city.iter().filter(|a| a.level == 5).count(), GRIDS);
    }
}

#[test]
fn official_names_are_shown_short() {
    for (official, short) in [
        ("坂头社区居委会", "坂头社区"),
        ("木兰村委会", "木兰村"),
        ("蜚山社区居民委员会", "蜚山社区"),
        ("王厝居委会", "王厝社区"),
        ("吴黄村", "吴黄村"),
        ("霞林街道", "霞林街道"),
        ("霞林街道办事处", "霞林街道"),
        ("村委会", "村委会"),
    ] {
        assert_eq!(short_name(official), short);
    }
    assert!(of_level(4).all(|v| v.short.ends_with("社区") || v.short.ends_with('村')));
}
