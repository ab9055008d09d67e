//! Fewer vertices for small scales, while neighbours keep sharing their edges.
//!
//! Simplifying each area alone would tear gaps along common edges. So all the areas are taken
//! together: their edges are cut at the nodes where three areas (or two and the sea) meet, and each
//! piece is simplified once, in one direction, for both its sides.

use crate::{Boundary, Micro, Polygon, Ring};
use std::collections::{HashMap, HashSet};

/// Simplifies areas of one level together (Douglas-Peucker per common edge).
///
/// `tolerance` is in micro-degrees (9 are about one metre). A ring never shrinks below a triangle.
#[must_use]
pub fn simplify_together(areas: &[Boundary], tolerance: f64) -> Vec<Boundary> {
    let mut neighbours: HashMap<Micro, HashSet<Micro>> = HashMap::new();
    for ring in areas.iter().flat_map(Boundary::rings) {
        for (a, b) in edges(ring) {
            neighbours.entry(a).or_default().insert(b);
            neighbours.entry(b).or_default().insert(a);
        }
    }
    let is_node = |v: Micro| neighbours.get(&v).is_some_and(|n| n.len() != 2);
    let polygon = |p: &Polygon| Polygon {
        rings: p
            .rings
            .iter()
            .map(|r| simplify_ring(r, &is_node, tolerance))
            .collect(),
    };
    areas
        .iter()
        .map(|a| Boundary {
            polygons: a.polygons.iter().map(polygon).collect(),
        })
        .collect()
}

fn edges(ring: &Ring) -> impl Iterator<Item = (Micro, Micro)> {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]))
}

fn simplify_ring(ring: &Ring, is_node: &impl Fn(Micro) -> bool, tolerance: f64) -> Ring {
    let n = ring.len();
    let mut fixed: Vec<usize> = (0..n).filter(|&i| is_node(ring[i])).collect();
    if fixed.len() < 2 {
        // An island, or an enclave: both of its sides must choose the same two fixed vertices.
        let Some(lowest) = fixed
            .first()
            .copied()
            .or_else(|| (0..n).min_by_key(|&i| ring[i]))
        else {
            return Vec::new();
        };
        let far = |i: usize| {
            let (dx, dy) = (
                i64::from(ring[i].x) - i64::from(ring[lowest].x),
                i64::from(ring[i].y) - i64::from(ring[lowest].y),
            );
            (dx * dx + dy * dy, ring[i])
        };
        let Some(farthest) = (0..n).max_by_key(|&i| far(i)) else {
            return Vec::new();
        };
        fixed = vec![lowest.min(farthest), lowest.max(farthest)];
    }
    let mut out = Vec::with_capacity(n);
    for (k, &from) in fixed.iter().enumerate() {
        let to = fixed[(k + 1) % fixed.len()];
        let length = (to + n - from - 1) % n + 1;
        let mut chain: Vec<Micro> = (0..=length).map(|s| ring[(from + s) % n]).collect();
        // One direction for both sides, or ties would be broken differently.
        let backward = (chain[0], chain[1]) > (chain[length], chain[length - 1]);
        if backward {
            chain.reverse();
        }
        let mut keep = vec![false; chain.len()];
        keep[0] = true;
        keep[length] = true;
        mark(&chain, 0, length, tolerance, &mut keep);
        let mut kept: Vec<Micro> = chain
            .iter()
            .zip(&keep)
            .filter(|(_, k)| **k)
            .map(|(v, _)| *v)
            .collect();
        if backward {
            kept.reverse();
        }
        kept.pop();
        out.extend(kept);
    }
    if out.len() < 3 { ring.clone() } else { out }
}

fn mark(chain: &[Micro], from: usize, to: usize, tolerance: f64, keep: &mut [bool]) {
    let mut open = vec![(from, to)];
    while let Some((from, to)) = open.pop() {
        let (a, b) = (chain[from], chain[to]);
        let (dx, dy) = (
            f64::from(b.x) - f64::from(a.x),
            f64::from(b.y) - f64::from(a.y),
        );
        let length = dx.hypot(dy);
        let off = |v: Micro| {
            let (x, y) = (
                f64::from(v.x) - f64::from(a.x),
                f64::from(v.y) - f64::from(a.y),
            );
            if length == 0.0 {
                x.hypot(y)
            } else {
                (dx * y - dy * x).abs() / length
            }
        };
        let worst = (from + 1..to)
            .map(|i| (off(chain[i]), i))
            .max_by(|p, q| p.0.total_cmp(&q.0).then(q.1.cmp(&p.1)));
        if let Some((_, at)) = worst.filter(|w| w.0 > tolerance) {
            keep[at] = true;
            open.push((from, at));
            open.push((at, to));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two areas side by side with a wavy common edge.
    fn pair() -> [Boundary; 2] {
        let wave: Vec<Micro> = (0..=100)
            .map(|i| Micro {
                x: 1_000 + (i % 5) * 3,
                y: i * 10,
            })
            .collect();
        let mut left = vec![Micro { x: 0, y: 1_000 }, Micro { x: 0, y: 0 }];
        left.extend(&wave);
        let mut right = vec![Micro { x: 2_000, y: 0 }, Micro { x: 2_000, y: 1_000 }];
        right.extend(wave.iter().rev());
        [Boundary::from_ring(left), Boundary::from_ring(right)]
    }

    #[test]
    fn neighbours_keep_the_same_vertices_on_their_common_edge() {
        let thin = simplify_together(&pair(), 20.0);
        let both: Vec<HashSet<_>> = thin
            .iter()
            .map(|b| {
                b.rings()
                    .flat_map(edges)
                    .map(|(a, b)| (a.min(b), a.max(b)))
                    .collect()
            })
            .collect();
        let shared = both[0].intersection(&both[1]).count();
        assert!(shared >= 1, "{thin:?}");
        let whole = |b: &[Boundary]| b.iter().map(Boundary::area_m2).sum::<f64>();
        assert!((whole(&thin) - whole(&pair())).abs() < 1e-6);
        assert!(thin[0].vertex_count() < 10);
    }

    #[test]
    fn no_tolerance_keeps_every_corner() {
        let square = Boundary::from_ring(vec![
            Micro { x: 0, y: 0 },
            Micro { x: 9, y: 0 },
            Micro { x: 9, y: 9 },
            Micro { x: 0, y: 9 },
        ]);
        assert_eq!(
            simplify_together(std::slice::from_ref(&square), 0.0)[0].area_m2(),
            square.area_m2()
        );
    }

    #[test]
    fn a_ring_that_would_vanish_is_kept() {
        let tiny = Boundary::from_ring(vec![
            Micro { x: 0, y: 0 },
            Micro { x: 9, y: 0 },
            Micro { x: 5, y: 9 },
        ]);
        assert_eq!(simplify_together(std::slice::from_ref(&tiny), 1e6), [tiny]);
    }
}
