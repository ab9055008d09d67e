//! Land into counties, towns and villages.

use super::Flat;
use super::chance::{mix, noise};
use super::grow::{Source, grow, smooth};
use super::mesh::Mesh;
use super::settle::{Numbers, settle};
use super::shore::Shore;
use super::trace::{outlines, relax};
use crate::{Boundary, Micro, Ring};

/// Triangles a village is made of, on average: enough for a natural shape.
const TRIANGLES: f64 = 34.0;
/// Kilometre in flat units.
pub(super) const KM: f64 = 8_993.0;

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
    let numbers = Numbers::new(land);
    let labels = settle(land, &mesh, &sizes, &towns, &numbers, seed);
    relax(&mut mesh, &labels);
    let counties = land.towns.iter().map(|t| t.county + 1).max().unwrap_or(0);
    let Numbers {
        outside, town_of, ..
    } = numbers;
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
        (
            (area / std::f64::consts::PI).sqrt(),
            spacing.clamp(0.05 * KM, 1.0 * KM),
        )
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
    let ground: Vec<f64> = mesh
        .centres
        .iter()
        .map(|c| {
            1.0 + 0.28
                * (noise(mix(seed, 5), c.x, c.y, 2.2 * KM)
                    + 0.6 * noise(mix(seed, 6), c.x, c.y, 0.9 * KM))
        })
        .collect();
    let cost = |a: usize, b: usize| mesh.centres[a].distance(mesh.centres[b]) * ground[b];
    grow(mesh, &sources, &all, &|_| true, &cost, &mut labels);
    smooth(mesh, &mut labels, &|_, _| true);
    labels
}
