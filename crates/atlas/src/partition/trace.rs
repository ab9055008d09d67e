//! From labels on triangles to boundaries.

use super::mesh::{Mesh, NONE};
use super::shore::roughen;
use super::{Flat, turn};
use crate::{Boundary, Micro, Polygon, Ring, measure};
use std::collections::{BTreeMap, HashMap};

/// Lets border lines run more evenly: each border vertex moves towards its border neighbours, as
/// long as no triangle around it turns over or shrinks much. The shore stays where it is.
pub(super) fn relax(mesh: &mut Mesh, labels: &[u32]) {
    let mut border: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut around: Vec<Vec<u32>> = vec![Vec::new(); mesh.vertices.len()];
    for (t, corners) in mesh.triangles.iter().enumerate() {
        for i in 0..3 {
            around[corners[i] as usize].push(t as u32);
            let other = mesh.beside[t][i];
            if other != NONE && labels[other as usize] != labels[t] {
                border
                    .entry(corners[i])
                    .or_default()
                    .push(corners[(i + 1) % 3]);
            }
        }
    }
    for _ in 0..3 {
        for (&v, next) in &border {
            if mesh.fixed[v as usize] || next.len() < 2 {
                continue;
            }
            let sum = next
                .iter()
                .map(|&n| Flat::of(mesh.vertices[n as usize]))
                .fold((0.0, 0.0), |s, f| (s.0 + f.x, s.1 + f.y));
            let mean = Flat {
                x: sum.0 / next.len() as f64,
                y: sum.1 / next.len() as f64,
            };
            let old = mesh.vertices[v as usize];
            let sizes = |m: &Mesh| {
                around[v as usize]
                    .iter()
                    .map(|&t| area(m, t))
                    .collect::<Vec<_>>()
            };
            let before = sizes(mesh);
            mesh.vertices[v as usize] = Flat::of(old).towards(mean, 0.5).snap();
            if sizes(mesh)
                .iter()
                .zip(&before)
                .any(|(now, before)| *now * 5 < *before * 2)
            {
                mesh.vertices[v as usize] = old;
            }
        }
    }
}

fn area(mesh: &Mesh, t: u32) -> i64 {
    let [a, b, c] = mesh.corners(t as usize);
    turn(a, b, c)
}

/// The boundaries of all groups: `group(label)` names the group of a triangle, none leaves it out.
pub(super) fn outlines(
    mesh: &Mesh,
    labels: &[u32],
    groups: usize,
    seed: u64,
    group: &dyn Fn(u32) -> Option<usize>,
) -> Vec<Boundary> {
    let of = |t: u32| {
        if t == NONE {
            None
        } else {
            group(labels[t as usize])
        }
    };
    let mut edges: Vec<Vec<(u32, u32, u32, usize)>> = vec![Vec::new(); groups];
    for t in 0..mesh.triangles.len() as u32 {
        let Some(own) = of(t) else { continue };
        for i in 0..3 {
            if of(mesh.beside[t as usize][i]) != Some(own) {
                let corners = mesh.triangles[t as usize];
                edges[own].push((corners[i], corners[(i + 1) % 3], t, i));
            }
        }
    }
    edges
        .iter()
        .map(|e| {
            assemble(
                rings(mesh, e)
                    .iter()
                    .map(|ring| bend(mesh, ring, seed))
                    .collect(),
            )
        })
        .collect()
}

/// Chains edges (area on the left) into rings. Where several edges leave a vertex, the next is the
/// first one clockwise from where the ring came: so a ring never crosses itself.
fn rings(mesh: &Mesh, edges: &[(u32, u32, u32, usize)]) -> Vec<Vec<(u32, usize)>> {
    let mut leaving: HashMap<u32, Vec<usize>> = HashMap::with_capacity(edges.len());
    for (e, edge) in edges.iter().enumerate() {
        leaving.entry(edge.0).or_default().push(e);
    }
    let mut used = vec![false; edges.len()];
    let mut all = Vec::new();
    for start in 0..edges.len() {
        if used[start] {
            continue;
        }
        let mut ring = Vec::new();
        let mut at = start;
        while !used[at] {
            used[at] = true;
            let (from, to, t, i) = edges[at];
            ring.push((t, i));
            let here = mesh.vertices[to as usize];
            let back = mesh.vertices[from as usize];
            let place = |e: usize| mesh.vertices[edges[e].1 as usize];
            let next = leaving[&to]
                .iter()
                .copied()
                .filter(|&e| !used[e])
                .min_by(|&a, &b| clockwise(here, back, place(a), place(b)));
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        all.push(ring);
    }
    all
}

/// Which of `p`, `q` comes first when turning clockwise about `here` from `back`.
fn clockwise(here: Micro, back: Micro, p: Micro, q: Micro) -> std::cmp::Ordering {
    let half = |v: Micro| turn(here, back, v) >= 0;
    half(p).cmp(&half(q)).then_with(|| turn(here, p, q).cmp(&0))
}

/// The ring's vertices, each mesh edge bent into a natural line that both its sides compute alike.
fn bend(mesh: &Mesh, ring: &[(u32, usize)], seed: u64) -> Ring {
    let mut out = Ring::new();
    for &(t, i) in ring {
        let corners = mesh.corners(t as usize);
        let (a, b) = (corners[i], corners[(i + 1) % 3]);
        let length = Flat::of(a).distance(Flat::of(b));
        let other = mesh.beside[t as usize][i];
        let chain = if other == NONE {
            roughen(a, b, seed, 0.0, length / 3.0)
        } else {
            let slack = mesh.slack(t as usize).min(mesh.slack(other as usize));
            roughen(a, b, seed, (0.6 * slack / length).min(0.13), length / 6.0)
        };
        out.extend(&chain[..chain.len() - 1]);
    }
    out
}

/// Sorts rings into polygons: counter-clockwise ones are outer rings, the others holes.
fn assemble(rings: Vec<Ring>) -> Boundary {
    let (mut outer, holes): (Vec<Ring>, Vec<Ring>) = rings
        .into_iter()
        .partition(|r| measure::doubled_area(r) > 0);
    outer.sort_by_key(|r| (-measure::doubled_area(r), r.first().copied()));
    let mut polygons: Vec<Polygon> = outer
        .into_iter()
        .map(|r| Polygon { rings: vec![r] })
        .collect();
    for hole in holes {
        // The smallest outer ring around the middle of a hole's edge is the one it belongs to.
        let (a, b) = (hole[0], hole[1]);
        let (x, y) = (
            f64::midpoint(f64::from(a.x), f64::from(b.x)),
            f64::midpoint(f64::from(a.y), f64::from(b.y)),
        );
        let around = polygons.iter_mut().rev().find(|p| {
            measure::doubled_area(&p.rings[0]) > -measure::doubled_area(&hole)
                && measure::crosses_odd(&p.rings[0], x, y)
        });
        if let Some(polygon) = around {
            polygon.rings.push(hole);
        }
    }
    Boundary { polygons }
}
