//! One village into grids, each grid into governance units.
//!
//! Every cut is a chord between two vertices that exist already, with new vertices along the chord
//! that both sides share. Outlines are never touched: no gaps, no overlaps, to the micro-degree.

use super::chance::{Chance, mix};
use super::shore::roughen;
use super::{Flat, meet};
use crate::{Boundary, Micro, Polygon, Ring, measure};

/// A grid and its units, in the order of the weights given.
#[derive(Debug, Clone, PartialEq)]
pub struct Parcel {
    /// The grid.
    pub boundary: Boundary,
    /// Its units; they tile the grid exactly.
    pub units: Vec<Boundary>,
}

/// Why a village cannot be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CutError {
    /// There is nothing to cut, or a grid without units was asked for.
    #[error("nothing to cut, or a grid without units")]
    Empty,
    /// A hole cannot be kept by chords.
    #[error("the boundary has holes")]
    Holes,
    /// So few vertices that no chord remains.
    #[error("the boundary has too few vertices for so many units")]
    TooFine,
}

/// Cuts a village (parts without holes) into grids, and these into units.
///
/// `grids[g][u]` is the weight of unit `u` of grid `g`: its share of the area, roughly kept. With
/// `straight`, borders run like streets; else they wind a little. Small islands join the nearest
/// unit.
///
/// # Errors
/// A [`CutError`]; a village drawn by [`super::divide`] has none of these faults for up to some
/// thousand units.
pub fn cut(
    village: &Boundary,
    grids: &[Vec<f64>],
    straight: bool,
    seed: u64,
) -> Result<Vec<Parcel>, CutError> {
    if village.polygons.iter().any(|p| p.rings.len() != 1) {
        return Err(CutError::Holes);
    }
    if village.polygons.is_empty() || grids.is_empty() || grids.iter().any(Vec::is_empty) {
        return Err(CutError::Empty);
    }
    let mut parts: Vec<&Ring> = village.rings().collect();
    parts.sort_by_key(|r| -measure::doubled_area(r).abs());
    let mut chance = Chance::new(seed, 11);
    let mut cutter = Cutter {
        rough: if straight { 0.0 } else { 0.045 },
        seed: mix(seed, 12),
        tilt: tilt(&mut chance, straight),
    };
    let items: Vec<Item> = grids
        .iter()
        .map(|units| Item {
            weight: units.iter().sum(),
            units: units.len(),
        })
        .collect();
    let (ranges, mut placed) = (apportion(&parts, &items), Vec::new());
    for (ring, range) in parts.iter().zip(&ranges) {
        if !range.is_empty() {
            cutter.split((*ring).clone(), &items[range.clone()], &mut placed)?;
        }
    }
    let mut parcels = Vec::with_capacity(grids.len());
    for (ring, units) in placed.into_iter().zip(grids) {
        let single: Vec<Item> = units
            .iter()
            .map(|&weight| Item { weight, units: 1 })
            .collect();
        let mut pieces = Vec::with_capacity(units.len());
        cutter.split(ring.clone(), &single, &mut pieces)?;
        parcels.push(Parcel {
            boundary: Boundary::from_ring(ring),
            units: pieces.into_iter().map(Boundary::from_ring).collect(),
        });
    }
    for (ring, range) in parts.iter().zip(&ranges) {
        if range.is_empty() {
            attach(ring, &mut parcels);
        }
    }
    Ok(parcels)
}

/// What a piece is to hold.
#[derive(Debug, Clone, Copy)]
struct Item {
    weight: f64,
    units: usize,
}

/// Which grids go on which part (largest first): an island gets grids when it is large enough for
/// about one. Parts in turn take the next grids of the list.
fn apportion(parts: &[&Ring], items: &[Item]) -> Vec<std::ops::Range<usize>> {
    let size = |r: &Ring| measure::doubled_area(r).abs() as f64;
    let whole: f64 = parts.iter().map(|r| size(r)).sum();
    let mut left = items.len();
    let mut counts = vec![0; parts.len()];
    for (count, ring) in counts.iter_mut().zip(parts).skip(1) {
        // The largest part keeps at least one grid.
        *count = ((size(ring) / whole * items.len() as f64).round() as usize).min(left - 1);
        left -= *count;
    }
    counts[0] = left;
    let mut next = 0;
    let range = |n: usize| {
        next += n;
        next - n..next
    };
    counts.into_iter().map(range).collect()
}

/// Adds a small island to the unit whose border is nearest.
fn attach(islet: &Ring, parcels: &mut [Parcel]) {
    let Some(at) = Boundary::from_ring(islet.clone())
        .label()
        .or_else(|| islet.first().map(|v| v.degrees()))
    else {
        return;
    };
    let mut best: Option<(f64, usize, usize)> = None;
    for (g, parcel) in parcels.iter().enumerate() {
        for (u, unit) in parcel.units.iter().enumerate() {
            // Only the mainland piece counts, or islets would chain to each other.
            let metres = unit
                .polygons
                .first()
                .and_then(|p| p.rings.first())
                .and_then(|r| measure::metres_to_ring(r, at));
            if let Some(metres) = metres.filter(|m| best.is_none_or(|b| *m < b.0)) {
                best = Some((metres, g, u));
            }
        }
    }
    if let Some((_, g, u)) = best {
        let polygon = Polygon {
            rings: vec![islet.clone()],
        };
        parcels[g].boundary.polygons.push(polygon.clone());
        parcels[g].units[u].polygons.push(polygon);
    }
}

/// The direction of the streets as a vector of length 1, and how much it counts.
fn tilt(chance: &mut Chance, straight: bool) -> (f64, f64, f64) {
    // A rational point on the circle: no sine needed.
    let t = chance.between(0.0, 0.8);
    let d = 1.0 + t * t;
    (
        (1.0 - t * t) / d,
        2.0 * t / d,
        if straight { 0.5 } else { 0.0 },
    )
}

struct Cutter {
    rough: f64,
    seed: u64,
    tilt: (f64, f64, f64),
}

/// A possible chord: from vertex `i` to vertex `j`, `i < j`; `flip` when the piece from `i` to `j`
/// takes the later items.
#[derive(Clone, Copy)]
struct Chord {
    cost: f64,
    i: usize,
    j: usize,
    flip: bool,
}

impl Cutter {
    /// Splits a ring into one piece per item, in the items' order.
    fn split(&mut self, ring: Ring, items: &[Item], out: &mut Vec<Ring>) -> Result<(), CutError> {
        if items.len() < 2 {
            out.push(ring);
            return Ok(());
        }
        let total: f64 = items.iter().map(|i| i.weight).sum();
        let (mut half, mut sum, mut at) = (1, 0.0, f64::INFINITY);
        for k in 1..items.len() {
            sum += items[k - 1].weight;
            if (sum - total / 2.0).abs() < at {
                (half, at) = (k, (sum - total / 2.0).abs());
            }
        }
        let (before, after) = items.split_at(half);
        let share = before.iter().map(|i| i.weight).sum::<f64>() / total;
        let units: usize = items.iter().map(|i| i.units).sum();
        let (chord, chain) = self.chord(&ring, share, units).ok_or(CutError::TooFine)?;
        // chain runs from ring[i] to ring[j], ends included
        let inner = &chain[1..chain.len() - 1];
        let mut first: Ring = ring[chord.i..=chord.j].to_vec();
        first.extend(inner.iter().rev());
        let mut second: Ring = ring[chord.j..]
            .iter()
            .chain(&ring[..=chord.i])
            .copied()
            .collect();
        second.extend(inner);
        if chord.flip {
            std::mem::swap(&mut first, &mut second);
        }
        self.split(first, before, out)?;
        self.split(second, after, out)
    }

    /// The best chord: short, near the wanted share, not at a sharp angle, along the streets.
    fn chord(&self, ring: &Ring, share: f64, units: usize) -> Option<(Chord, Ring)> {
        let n = ring.len();
        let origin = Flat::of(*ring.first()?);
        let points: Vec<Flat> = ring
            .iter()
            .map(|&v| Flat::of(v))
            .map(|p| Flat {
                x: p.x - origin.x,
                y: p.y - origin.y,
            })
            .collect();
        let cross = |a: Flat, b: Flat| a.x * b.y - b.x * a.y;
        let mut swept = vec![0.0; n + 1];
        for i in 0..n {
            swept[i + 1] = swept[i] + cross(points[i], points[(i + 1) % n]);
        }
        let whole = swept[n];
        let side = (whole / 2.0).max(1.0).sqrt();
        let least = share.min(1.0 - share);
        let mut chords: Vec<Chord> = Vec::new();
        for i in 0..n {
            for j in i + 2..n {
                if i == 0 && j == n - 1 {
                    continue;
                }
                let part = (swept[j] - swept[i] + cross(points[j], points[i])) / whole;
                let (keep, flip) = ((part - share).abs(), (1.0 - part - share).abs());
                let off = keep.min(flip) / least;
                if off > 0.8 || part <= 0.0 || part >= 1.0 {
                    continue;
                }
                let (dx, dy) = (points[j].x - points[i].x, points[j].y - points[i].y);
                let length = (dx * dx + dy * dy).sqrt();
                let along = (dx * self.tilt.0 + dy * self.tilt.1) / length.max(1.0);
                let askew = 4.0 * along * along * (1.0 - along * along);
                let cost = length / side + 1.2 * off + self.tilt.2 * askew;
                chords.push(Chord {
                    cost,
                    i,
                    j,
                    flip: flip < keep,
                });
            }
        }
        let order =
            |a: &Chord, b: &Chord| a.cost.total_cmp(&b.cost).then((a.i, a.j).cmp(&(b.i, b.j)));
        let spacing = 0.3 * ((whole / 2.0).max(1.0) / units as f64).sqrt();
        // Sharp angles only when nothing else is left.
        for sharpest in [0.8, 0.95, 0.999] {
            let mut rest = &mut chords[..];
            while !rest.is_empty() {
                let some = rest.len().min(48);
                if some < rest.len() {
                    rest.select_nth_unstable_by(some - 1, order);
                }
                let (best, later) = rest.split_at_mut(some);
                best.sort_unstable_by(order);
                for &chord in best.iter() {
                    if fits(&points, chord.i, chord.j, sharpest)
                        && fits(&points, chord.j, chord.i, sharpest)
                    {
                        let chain = roughen(
                            ring[chord.i],
                            ring[chord.j],
                            self.seed,
                            self.rough,
                            spacing.max(10.0),
                        );
                        if is_clear(ring, &chain) {
                            return Some((chord, chain));
                        }
                    }
                }
                rest = later;
            }
        }
        None
    }
}

/// Whether a chord from vertex `i` towards vertex `j` starts into the inside, and not too close to
/// either edge there.
fn fits(points: &[Flat], i: usize, j: usize, sharpest: f64) -> bool {
    let n = points.len();
    let to = |k: usize| {
        let (x, y) = (points[k].x - points[i].x, points[k].y - points[i].y);
        let length = (x * x + y * y).sqrt().max(1e-9);
        (x / length, y / length)
    };
    let (next, before, chord) = (to((i + 1) % n), to((i + n - 1) % n), to(j));
    let cross = |a: (f64, f64), b: (f64, f64)| a.0 * b.1 - a.1 * b.0;
    let dot = |a: (f64, f64), b: (f64, f64)| a.0 * b.0 + a.1 * b.1;
    let inside = if cross(next, before) > 0.0 {
        cross(next, chord) > 0.0 && cross(chord, before) > 0.0
    } else {
        !(cross(before, chord) >= 0.0 && cross(chord, next) >= 0.0)
    };
    inside && dot(next, chord) < sharpest && dot(before, chord) < sharpest
}

/// Whether a chain meets the ring nowhere but at its two ends.
fn is_clear(ring: &Ring, chain: &[Micro]) -> bool {
    let (start, end) = (chain[0], chain[chain.len() - 1]);
    let at_end = |v: Micro| v == start || v == end;
    let mut before = ring[ring.len() - 1];
    for &v in ring {
        for w in chain.windows(2) {
            let joined = (at_end(w[0]) && (w[0] == before || w[0] == v))
                || (at_end(w[1]) && (w[1] == before || w[1] == v));
            if !joined && meet(w[0], w[1], before, v) {
                return false;
            }
        }
        before = v;
    }
    true
}
