//! The shore line: finer than the published outline, and fast questions about it.

use super::chance::{mix, signed};
use super::{Flat, meet};
use crate::{Micro, Ring, measure};

/// Height of a row of the edge index in micro-degrees.
const ROW: i32 = 4_000;

/// Rings of land and their edges by rows.
pub(super) struct Shore {
    pub rings: Vec<Ring>,
    rows: Vec<Vec<(Micro, Micro)>>,
    south: i32,
    /// All vertices from south to north.
    by_height: Vec<Flat>,
}

impl Shore {
    /// Takes outer rings and roughens their long edges, as a real shore is rough at every scale.
    /// An edge whose rough form would meet another edge stays straight.
    pub fn new(outer: &[Ring], seed: u64, step: f64) -> Self {
        let plain: Vec<(usize, Micro, Micro)> = outer
            .iter()
            .enumerate()
            .flat_map(|(r, ring)| {
                (0..ring.len()).map(move |i| (r, ring[i], ring[(i + 1) % ring.len()]))
            })
            .collect();
        let mut rough: Vec<f64> = vec![0.16; plain.len()];
        loop {
            let chains: Vec<Ring> = plain
                .iter()
                .zip(&rough)
                .map(|(&(_, a, b), &r)| roughen(a, b, seed, r, step))
                .collect();
            let bad = crossings(&chains);
            if bad.iter().all(|&c| rough[c] == 0.0) {
                let mut rings = vec![Ring::new(); outer.len()];
                for ((r, _, _), chain) in plain.iter().zip(&chains) {
                    rings[*r].extend(&chain[..chain.len() - 1]);
                }
                return Self::index(rings);
            }
            for c in bad {
                rough[c] = if rough[c] > 0.05 { rough[c] / 2.0 } else { 0.0 };
            }
        }
    }

    fn index(rings: Vec<Ring>) -> Self {
        let south = rings.iter().flatten().map(|v| v.y).min().unwrap_or(0);
        let north = rings.iter().flatten().map(|v| v.y).max().unwrap_or(0);
        let mut rows = vec![Vec::new(); ((north - south) / ROW + 1) as usize];
        for ring in &rings {
            for i in 0..ring.len() {
                let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
                let (low, high) = ((a.y.min(b.y) - south) / ROW, (a.y.max(b.y) - south) / ROW);
                for row in low..=high {
                    rows[row as usize].push((a, b));
                }
            }
        }
        let mut by_height: Vec<Flat> = rings.iter().flatten().map(|&v| Flat::of(v)).collect();
        by_height.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
        Self {
            rings,
            rows,
            south,
            by_height,
        }
    }

    fn row(&self, y: f64) -> &[(Micro, Micro)] {
        let row = ((y - f64::from(self.south)) / f64::from(ROW)).floor();
        if row < 0.0 {
            &[]
        } else {
            self.rows.get(row as usize).map_or(&[], Vec::as_slice)
        }
    }

    /// Whether a place in micro-degrees is on land.
    pub fn is_land(&self, x: f64, y: f64) -> bool {
        self.row(y)
            .iter()
            .fold(false, |odd, &(a, b)| odd ^ measure::crosses(a, b, x, y))
    }

    /// Whether a vertex of the shore is nearer than `reach`.
    pub fn is_near(&self, place: Flat, reach: f64) -> bool {
        let from = self.by_height.partition_point(|v| v.y < place.y - reach);
        let near = self.by_height[from..]
            .iter()
            .take_while(|v| v.y <= place.y + reach);
        near.into_iter()
            .any(|v| (v.x - place.x).abs() < reach && v.distance(place) < reach)
    }
}

/// From `a` to `b`, both included, in steps of at most `step`; points moved aside by up to `rough`
/// of the piece they halve. The same line backwards gives the same points.
pub(super) fn roughen(a: Micro, b: Micro, seed: u64, rough: f64, step: f64) -> Ring {
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    let mut chain = vec![low];
    halve(
        Flat::of(low),
        Flat::of(high),
        mix(mix(seed, key(low)), key(high)),
        rough,
        step,
        0,
        &mut chain,
    );
    chain.push(high);
    chain.dedup();
    if a > b {
        chain.reverse();
    }
    chain
}

fn key(v: Micro) -> u64 {
    (u64::from(v.x.cast_unsigned()) << 32) | u64::from(v.y.cast_unsigned())
}

fn halve(a: Flat, b: Flat, hash: u64, rough: f64, step: f64, depth: u32, out: &mut Ring) {
    let length = a.distance(b);
    if length <= step || depth > 12 {
        return;
    }
    // The straight edge where the data was clipped is 100 km long: it must not swing with its size.
    let aside = signed(hash) * rough.min(1.5 * step / length);
    let middle = Flat {
        x: (a.x + b.x) / 2.0 - (b.y - a.y) * aside,
        y: (a.y + b.y) / 2.0 + (b.x - a.x) * aside,
    };
    halve(a, middle, mix(hash, 1), rough, step, depth + 1, out);
    out.push(middle.snap());
    halve(middle, b, mix(hash, 2), rough, step, depth + 1, out);
}

/// The chains that meet another chain (or themselves) anywhere but at a common end.
fn crossings(chains: &[Ring]) -> Vec<usize> {
    let mut edges: Vec<(Micro, Micro, usize)> = Vec::new();
    for (c, chain) in chains.iter().enumerate() {
        edges.extend(
            chain
                .windows(2)
                .map(|w| (w[0].min(w[1]), w[0].max(w[1]), c)),
        );
    }
    edges.sort();
    let mut bad = Vec::new();
    for (i, &(a, b, c)) in edges.iter().enumerate() {
        for &(d, e, f) in edges[i + 1..].iter().take_while(|o| o.0.x <= b.x) {
            let joined = a == d || a == e || b == d || b == e;
            if !joined && meet(a, b, d, e) {
                bad.extend([c, f]);
            }
        }
    }
    bad.sort_unstable();
    bad.dedup();
    bad
}
