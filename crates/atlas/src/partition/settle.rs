//! Villages inside their towns.

use super::Flat;
use super::chance::{Chance, mix, noise};
use super::divide::{KM, Land, Town};
use super::grow::{Source, grow, pieces, smooth, unpinch};
use super::mesh::Mesh;
use super::trace::outlines;
use crate::{Boundary, Ring};

/// How villages are numbered over the whole city.
pub(super) struct Numbers {
    /// The first village of each town.
    pub first: Vec<u32>,
    /// One more than the last: the label of foreign land.
    pub outside: u32,
    /// The town of each village.
    pub town_of: Vec<usize>,
}

impl Numbers {
    pub fn new(land: &Land<'_>) -> Self {
        let mut made = Self {
            first: Vec::new(),
            outside: 0,
            town_of: Vec::new(),
        };
        for (t, town) in land.towns.iter().enumerate() {
            made.first.push(made.outside);
            made.outside += town.villages as u32;
            made.town_of.extend(std::iter::repeat_n(t, town.villages));
        }
        made
    }
}

/// Village number per triangle, `outside` for foreign land. Towns whose villages come out with an
/// enclave or a pinch are settled again with other chances.
pub(super) fn settle(
    land: &Land<'_>,
    mesh: &Mesh,
    sizes: &[f64],
    towns: &[u32],
    numbers: &Numbers,
    seed: u64,
) -> Vec<u32> {
    let Numbers {
        first,
        outside,
        town_of,
    } = numbers;
    let outside = *outside;
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
    let mut winding = vec![1.0; mesh.triangles.len()];
    for &t in members {
        let c = mesh.centres[t];
        winding[t] += 0.35 * noise(rough, c.x, c.y, 0.8 * KM);
    }
    let cost = |a: usize, b: usize| {
        mesh.centres[a].distance(mesh.centres[b]) / (sizes[a] + sizes[b]) * winding[b]
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
