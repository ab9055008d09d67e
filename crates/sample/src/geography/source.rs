//! The data files: real names and codes, places, land outline (see `data/NOTICE`).

use atlas::partition::Town;
use atlas::{Crs, Limits, Micro, Point, Ring, read_geojson};
use std::collections::HashMap;

const AREAS: &str = include_str!("../../data/putian_areas.csv");
const PLACES: &str = include_str!("../../data/putian_places.tsv");
const LAND: &str = include_str!("../../data/putian_land.geojson");
const TOWNS: &str = include_str!("../../data/putian_towns.csv");
const NEIGHBOURS: &str = include_str!("../../data/putian_neighbours.csv");

/// Statistical pseudo-towns: each holds one "virtual community" and no people.
const PSEUDO: [&str; 3] = ["350303500", "350305400", "350305401"];

/// Named places that lie inside the city but are no town of it today (merged towns, seats).
const INSIDE: [&str; 8] = [
    "莆田",
    "涵江",
    "秀屿镇",
    "城东镇",
    "城南乡",
    "城效乡",
    "象溪乡",
    "凤山乡",
];

/// A named area of the statistics bureau's list.
#[derive(Debug, Clone)]
pub struct Named {
    /// Statistical code of 4, 6, 9 or 12 digits.
    pub code: &'static str,
    /// Official name.
    pub name: &'static str,
}

/// A town and its villages; communities come before villages, as their codes do.
#[derive(Debug, Clone)]
pub struct NamedTown {
    /// The town.
    pub town: Named,
    /// Which county, counted from 0.
    pub county: usize,
    /// Its villages and communities.
    pub villages: Vec<Named>,
}

/// The named part of the tree.
#[derive(Debug, Clone)]
pub struct Names {
    /// The city.
    pub city: Named,
    /// Its counties.
    pub counties: Vec<Named>,
    /// Its towns, county by county.
    pub towns: Vec<NamedTown>,
}

/// Reads the names: 1 city, 5 counties, 54 towns, 976 villages.
#[must_use]
pub fn names() -> Names {
    let rows: Vec<[&'static str; 4]> = AREAS
        .lines()
        .skip(1)
        .filter_map(|line| <[&str; 4]>::try_from(line.split(',').collect::<Vec<_>>()).ok())
        .collect();
    let of = |level: &str, parent: &str| -> Vec<Named> {
        let here = rows.iter().filter(|r| r[0] == level && r[3] == parent);
        here.map(|r| Named {
            code: r[1],
            name: r[2],
        })
        .collect()
    };
    let city = Named {
        code: "3503",
        name: "莆田市",
    };
    let counties = of("county", city.code);
    let mut towns = Vec::new();
    for (county, c) in counties.iter().enumerate() {
        for town in of("town", c.code) {
            if !PSEUDO.contains(&town.code) {
                let mut villages = of("village", town.code);
                villages.sort_by_key(|v| v.code);
                towns.push(NamedTown {
                    county,
                    villages,
                    town,
                });
            }
        }
    }
    Names {
        city,
        counties,
        towns,
    }
}

/// Where the towns are: GeoNames where the Chinese name matches, else the project's own rough
/// place; and the places of neighbouring cities, whose land is not ours.
#[must_use]
pub fn places(names: &Names) -> (Vec<Town>, Vec<Micro>) {
    let geonames: Vec<(Vec<&str>, Micro)> = PLACES
        .lines()
        .skip(1)
        .filter_map(|line| {
            let field: Vec<&str> = line.split('\t').collect();
            Some((
                field.get(2)?.split(',').collect(),
                vertex(field.get(3)?, field.get(4)?)?,
            ))
        })
        .collect();
    let own: HashMap<&str, (Micro, f64)> = TOWNS
        .lines()
        .skip(1)
        .filter_map(|line| {
            let field: Vec<&str> = line.split(',').collect();
            Some((
                *field.first()?,
                (
                    vertex(field.get(1)?, field.get(2)?)?,
                    field.get(3)?.parse().ok()?,
                ),
            ))
        })
        .collect();
    let towns = names
        .towns
        .iter()
        .filter_map(|t| {
            let found = geonames
                .iter()
                .find(|(all, _)| same(all, t.town.name))
                .map(|g| (g.1, 1.0));
            let (at, pace) = own.get(t.town.code).copied().or(found)?;
            Some(Town {
                at,
                county: t.county,
                villages: t.villages.len(),
                pace,
            })
        })
        .collect();
    let known = |all: &[&str]| {
        all.iter().any(|a| INSIDE.contains(a)) || names.towns.iter().any(|t| same(all, t.town.name))
    };
    let foreign = geonames.iter().filter(|(all, _)| !known(all)).map(|g| g.1);
    let extra = NEIGHBOURS.lines().skip(1).filter_map(|line| {
        let field: Vec<&str> = line.split(',').collect();
        vertex(field.get(1)?, field.get(2)?)
    });
    (towns, foreign.chain(extra).collect())
}

/// Whether a place has the name of a town; 乡 may have become 镇 since (月塘).
fn same(all: &[&str], town: &str) -> bool {
    let stem = town.trim_end_matches(['镇', '乡']);
    all.contains(&town) || stem != town && all.contains(&stem)
}

fn vertex(lon: &str, lat: &str) -> Option<Micro> {
    Point::new(lon.parse().ok()?, lat.parse().ok()?).snap()
}

/// Farther from every town of the list than this, in metres, a rock has nobody of it living there.
const FAR_ISLET: f64 = 20_000.0;

/// Outer rings of the land: lakes and lagoons count as land, because they belong to an area too.
/// Islets far from every town are left out.
#[must_use]
pub fn land(towns: &[Town]) -> Vec<Ring> {
    let near = |ring: &Ring| {
        ring.iter().any(|v| {
            towns
                .iter()
                .any(|t| t.at.degrees().metres_to(v.degrees()) < FAR_ISLET)
        })
    };
    let read = read_geojson(LAND, Crs::Wgs84, Limits::default()).unwrap_or_default();
    let rings = read
        .into_iter()
        .flat_map(|f| f.boundary.polygons)
        .filter_map(|p| p.rings.into_iter().next());
    rings.filter(near).collect()
}

/// A name as people say it: 坂头社区居委会 is 坂头社区，木兰村委会 is 木兰村，霞林街道 stays.
#[must_use]
pub fn short_name(name: &str) -> String {
    for (ending, instead) in [
        ("社区居民委员会", "社区"),
        ("社区居委会", "社区"),
        ("村民委员会", "村"),
        ("村委会", "村"),
        ("居民委员会", "社区"),
        ("居委会", "社区"),
        ("街道办事处", "街道"),
    ] {
        if let Some(stem) = name.strip_suffix(ending)
            && !stem.is_empty()
        {
            return format!("{stem}{instead}");
        }
    }
    name.to_owned()
}
