//! Land into counties, towns and villages.

use super::Flat;
use super::chance::{Chance, mix, noise};
use super::grow::{Source, grow, pieces, smooth, unpinch};
use super::mesh::Mesh;
use super::shore::Shore;
use super::trace::{outlines, relax};
use crate::{Boundary, Micro, Ring};

/// Triangles a village is made of, on average: enough for a natural shape.
const TRIANGLES: f64 = 34.0;
/// Kilometre in flat units.
const KM: f64 = 8_993.0;

/// Neighbouring cities' towns are known more completely than ours, so they grow a little slower.
const FOREIGN_PACE: f64 = 0.85;

/// A town to place.
#[derive(Debug, Clone, PartialEq)]
pub struct Town {
    /// Where its centre is.
    pub at: Micro,
    /// Which county it belongs to, counted from 0.
    pub county: usize,
    /// How many villages it has; at least 1.
    pub villages: usize,
    /// How fast it grows against its neighbours; 1 is usual.
    pub pace: f64,
}

/// What is given.
#[derive(Debug, Clone)]
pub struct Land<'a> {
    /// Outer rings of the land, neighbouring cities' land included.
    pub shores: &'a [Ring],
    /// The towns of the city.
    pub towns: &'a [Town],
    /// Places of neighbouring cities: they grow too, and their land is left out.
    pub foreign: &'a [Micro],
}

/// The land divided. All boundaries of one level tile the boundary above exactly.
#[derive(Debug, Clone, PartialEq)]
pub struct Division {
    /// The city.
    pub whole: Boundary,
    /// One per county number.
    pub counties: Vec<Boundary>,
    /// One per town, in the order given.
    pub towns: Vec<Boundary>,
    /// Per town its villages, those nearest to the town's centre first.
    pub villages: Vec<Vec<Boundary>>,
}

/// Divides land; the same input and seed always give the same boundaries.
///
/// Every village is at most one piece per island and has no holes, so that [`super::cut`] can split
/// it. Takes some 0.2 s for a city of 976 villages.
#[must_use]
pub fn divide(land: &Land<'_>, seed: u64) -> Division {
    let shore = Shore::new(land.shores, seed, 0.25 * KM);
    let spacing = spacings(land, &shore);
    let mut mesh = Mesh::new(&shore, mix(seed, 1), &|p| spacing_at(land, &spacing, p));
    let sizes: Vec<f64> = mesh
        .centres
        .iter()
        .map(|&c| spacing_at(land, &spacing, c))
        .collect();
    let towns = grow_towns(land, &mesh, seed);
    let first: Vec<u32> = land
        .towns
        .iter()
        .scan(0, |n, t| {
            let first = *n;
            *n += t.villages as u32;
            Some(first)
        })
        .collect();
    let outside = land.towns.iter().map(|t| t.villages as u32).sum::<u32>();
    let mut town_of: Vec<usize> = Vec::new();
    for (t, town) in land.towns.iter().enumerate() {
        town_of.extend(std::iter::repeat_n(t, town.villages));
    }
    let labels = settle(land, &mesh, &sizes, &towns, &first, outside, &town_of, seed);
    relax(&mut mesh, &labels);
    let counties = land.towns.iter().map(|t| t.county + 1).max().unwrap_or(0);
    let town = |l: u32| town_of.get(l as usize).copied();
    let draw = |n: usize, group: &dyn Fn(u32) -> Option<usize>| {
        outlines(&mesh, &labels, n, mix(seed, 3), group)
    };
    let mut villages = draw(outside as usize, &|l| (l < outside).then_some(l as usize)).into_iter();
    Division {
        whole: draw(1, &|l| (l < outside).then_some(0))
            .pop()
            .unwrap_or_default(),
        counties: draw(counties, &|l| town(l).map(|t| land.towns[t].county)),
        towns: draw(land.towns.len(), &town),
        villages: land
            .towns
            .iter()
            .map(|t| villages.by_ref().take(t.villages).collect())
            .collect(),
    }
}

/// The town (or foreign place) that would grow to a place if there were no sea, and how far.
fn nearest(land: &Land<'_>, p: Flat) -> (usize, f64) {
    let towns = land
        .towns
        .iter()
        .map(|t| Flat::of(t.at).distance(p) / t.pace);
    let foreign = land
        .foreign
        .iter()
        .map(|&f| Flat::of(f).distance(p) / FOREIGN_PACE);
    towns
        .chain(foreign)
        .enumerate()
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((0, 0.0))
}

/// Per town: its rough radius, and the distance of mesh points that gives its villages their
/// triangles.
fn spacings(land: &Land<'_>, shore: &Shore) -> Vec<(f64, f64)> {
    let mut cells = vec![0.0_f64; land.towns.len()];
    let all = || shore.rings.iter().flatten().map(|&v| Flat::of(v));
    let low = all().fold((f64::INFINITY, f64::INFINITY), |m, v| {
        (m.0.min(v.x), m.1.min(v.y))
    });
    let high = all().fold((f64::NEG_INFINITY, f64::NEG_INFINITY), |m, v| {
        (m.0.max(v.x), m.1.max(v.y))
    });
    let step = 0.6 * KM;
    let mut y = low.1;
    while y < high.1 {
        let mut x = low.0;
        while x < high.0 {
            if shore.is_land(x / super::SHORTEN, y)
                && let Some(cell) = cells.get_mut(nearest(land, Flat { x, y }).0)
            {
                *cell += 1.0;
            }
            x += step;
        }
        y += step;
    }
    let town = |(t, n): (&Town, &f64)| {
        let area = n.max(2.0) * step * step;
        // A triangle of side h has 0.433 h²; mesh leaves come out a little smaller than asked.
        let spacing = (area / t.villages as f64 / TRIANGLES / 0.433).sqrt();
        ((area / 3.14).sqrt(), spacing.clamp(0.05 * KM, 1.0 * KM))
    };
    land.towns.iter().zip(&cells).map(town).collect()
}

/// Closer in town centres, wider at the rim; blended between neighbouring towns.
fn spacing_at(land: &Land<'_>, spacing: &[(f64, f64)], p: Flat) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (town, &(radius, step)) in land.towns.iter().zip(spacing) {
        let d = Flat::of(town.at).distance(p) / radius;
        if d < 3.0 {
            let weight = 1.0 / (0.05 + d * d * d);
            sum += weight * step * (0.62 + 0.5 * d).min(1.3);
            weights += weight;
        }
    }
    let foreign = nearest(land, p).0 >= land.towns.len();
    match (foreign, weights > 0.0) {
        (false, true) => sum / weights,
        (true, true) => (sum / weights * 1.5).max(0.5 * KM),
        _ => 1.8 * KM,
    }
}

/// Town number per triangle; `towns.len()` for foreign land.
fn grow_towns(land: &Land<'_>, mesh: &Mesh, seed: u64) -> Vec<u32> {
    let outside = land.towns.len() as u32;
    let all: Vec<usize> = (0..mesh.triangles.len()).collect();
    let places = land
        .towns
        .iter()
        .enumerate()
        .map(|(i, t)| (i as u32, t.at, t.pace));
    let foreign = land.foreign.iter().map(|&at| (outside, at, FOREIGN_PACE));
    let mut free = vec![true; all.len()];
    let sources: Vec<Source> = places
        .chain(foreign)
        .filter_map(|(label, at, pace)| {
            let triangle = mesh.nearest(Flat::of(at), all.iter().copied().filter(|&t| free[t]))?;
            free[triangle] = false;
            Some(Source {
                triangle,
                label,
                pace,
            })
        })
        .collect();
    let mut labels = vec![outside; all.len()];
    // Hills and rivers: crossing some ground costs more, so that borders wind.
    let cost = |a: usize, b: usize| {
        let (p, q) = (mesh.centres[a], mesh.centres[b]);
        let rough =
            noise(mix(seed, 5), q.x, q.y, 2.2 * KM) + 0.6 * noise(mix(seed, 6), q.x, q.y, 0.9 * KM);
        p.distance(q) * (1.0 + 0.28 * rough)
    };
    grow(mesh, &sources, &all, &|_| true, &cost, &mut labels);
    smooth(mesh, &mut labels, &|_, _| true);
    labels
}

/// Village number per triangle, `outside` for foreign land. Towns whose villages come out with an
/// enclave or a pinch are settled again with other chances.
fn settle(
    land: &Land<'_>,
    mesh: &Mesh,
    sizes: &[f64],
    towns: &[u32],
    first: &[u32],
    outside: u32,
    town_of: &[usize],
    seed: u64,
) -> Vec<u32> {
    let members: Vec<Vec<usize>> = {
        let mut members = vec![Vec::new(); land.towns.len() + 1];
        for (t, &town) in towns.iter().enumerate() {
            members[town as usize].push(t);
        }
        members
    };
    let mut plain = vec![outside; towns.len()];
    let mut again: Vec<usize> = (0..land.towns.len()).collect();
    let mut labels = Vec::new();
    for attempt in 0..40 {
        for &t in &again {
            let chance = Chance::new(mix(seed, 100 + attempt), t as u64);
            settle_town(
                mesh,
                sizes,
                &land.towns[t],
                &members[t],
                first[t],
                chance,
                &mut plain,
            );
        }
        labels.clone_from(&plain);
        smooth(mesh, &mut labels, &|a, b| {
            a < outside && b < outside && town_of[a as usize] == town_of[b as usize]
        });
        unpinch(mesh, &mut labels, outside);
        again = faulty(mesh, &labels, outside)
            .into_iter()
            .map(|v| town_of[v as usize])
            .collect();
        again.sort_unstable();
        again.dedup();
        if again.is_empty() {
            break;
        }
    }
    labels
}

/// Villages that have an enclave, touch themselves, or have no land.
fn faulty(mesh: &Mesh, labels: &[u32], outside: u32) -> Vec<u32> {
    let drawn = outlines(mesh, labels, outside as usize, 0, &|l| {
        (l < outside).then_some(l as usize)
    });
    let bad = |b: &Boundary| {
        let twice = |ring: &Ring| {
            let mut sorted = ring.clone();
            sorted.sort_unstable();
            sorted.windows(2).any(|w| w[0] == w[1])
        };
        b.polygons.is_empty()
            || b.polygons.iter().any(|p| p.rings.len() > 1)
            || b.rings().any(twice)
    };
    (0..outside).filter(|&v| bad(&drawn[v as usize])).collect()
}

/// Spreads the villages of one town: far apart at first, then each moved to the middle of what it
/// gained, small ones grow faster, until all have about the same number of triangles.
fn settle_town(
    mesh: &Mesh,
    sizes: &[f64],
    town: &Town,
    members: &[usize],
    first: u32,
    mut chance: Chance,
    labels: &mut [u32],
) {
    if members.is_empty() {
        return;
    }
    let mut inside = vec![false; mesh.triangles.len()];
    for &t in members {
        inside[t] = true;
    }
    let open = |t: usize| inside[t];
    // Ground counted in the triangles it was meant to have: along a shore they come out smaller.
    let ground = |t: usize| mesh.area(t) / (sizes[t] * sizes[t]);
    let sum = |of: &[usize]| of.iter().map(|&t| ground(t)).sum::<f64>();
    let usual = sum(members) / town.villages as f64;
    // Islets too small for a village of their own belong to one on the shore.
    let homes: Vec<usize> = pieces(mesh, members, &|_, _| true)
        .into_iter()
        .filter(|p| sum(p) >= 0.6 * usual)
        .flatten()
        .collect();
    let homes = if homes.len() < town.villages {
        members.to_vec()
    } else {
        homes
    };
    let mut seeds: Vec<usize> = mesh
        .nearest(Flat::of(town.at), homes.iter().copied())
        .into_iter()
        .collect();
    let mut far: Vec<f64> = homes.iter().map(|_| f64::INFINITY).collect();
    while seeds.len() < town.villages {
        let Some(&last) = seeds.last() else { return };
        for (f, &t) in far.iter_mut().zip(&homes) {
            *f = f.min(mesh.centres[t].distance(mesh.centres[last]) / sizes[t].max(sizes[last]));
        }
        let next = (0..homes.len())
            .filter(|&i| !seeds.contains(&homes[i]))
            .map(|i| (far[i] * chance.between(0.75, 1.0), i))
            .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let Some((_, next)) = next else { break };
        seeds.push(homes[next]);
    }
    let rough = chance.bits();
    let cost = |a: usize, b: usize| {
        let (p, q) = (mesh.centres[a], mesh.centres[b]);
        p.distance(q) / (sizes[a] + sizes[b]) * (1.0 + 0.35 * noise(rough, q.x, q.y, 0.8 * KM))
    };
    let mut paces = vec![1.0_f64; seeds.len()];
    for round in 0..9 {
        let sources: Vec<Source> = (0_u32..)
            .zip(seeds.iter().zip(&paces))
            .map(|(i, (&triangle, &pace))| Source {
                triangle,
                label: first + i,
                pace,
            })
            .collect();
        grow(mesh, &sources, members, &open, &cost, labels);
        if round == 8 {
            break;
        }
        let mut sums = vec![(0.0, 0.0, 0.0); seeds.len()];
        for &t in &homes {
            let sum = &mut sums[(labels[t] - first) as usize];
            let n = ground(t);
            *sum = (
                sum.0 + mesh.centres[t].x * n,
                sum.1 + mesh.centres[t].y * n,
                sum.2 + n,
            );
        }
        for (i, &(x, y, n)) in sums.iter().enumerate() {
            paces[i] = (paces[i] * (usual / f64::max(n, usual / 9.0)).sqrt().clamp(0.8, 1.25))
                .clamp(0.4, 2.5);
            if n > 0.0 {
                let own = homes
                    .iter()
                    .copied()
                    .filter(|&t| labels[t] == first + i as u32);
                seeds[i] = mesh
                    .nearest(Flat { x: x / n, y: y / n }, own)
                    .unwrap_or(seeds[i]);
            }
        }
    }
    // Villages nearest to the town's centre get the first numbers.
    let mut order: Vec<usize> = (0..seeds.len()).collect();
    let away = |i: usize| mesh.centres[seeds[i]].distance(Flat::of(town.at));
    order.sort_by(|&a, &b| away(a).total_cmp(&away(b)).then(a.cmp(&b)));
    let mut number = vec![0; seeds.len()];
    for (new, &old) in (0_u32..).zip(&order) {
        number[old] = first + new;
    }
    for &t in members {
        labels[t] = number[(labels[t] - first) as usize];
    }
}
