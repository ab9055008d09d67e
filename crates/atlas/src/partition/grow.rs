//! Growing labels over the mesh, and tidying their borders.

use super::mesh::{Mesh, NONE};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Where a label starts.
pub(super) struct Source {
    pub triangle: usize,
    pub label: u32,
    /// How fast it grows; 1 is usual.
    pub pace: f64,
}

struct Step {
    cost: f64,
    triangle: usize,
    label: u32,
    pace: f64,
}

// Cheapest first, ties by number: the heap must not depend on insertion order.
impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .cost
            .total_cmp(&self.cost)
            .then(other.triangle.cmp(&self.triangle))
            .then(other.label.cmp(&self.label))
    }
}
impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Step {}

/// Gives every triangle for which `open` holds the label that reaches it first. What no label
/// reaches (islands) takes the label of the nearest triangle reached.
pub(super) fn grow(
    mesh: &Mesh,
    sources: &[Source],
    members: &[usize],
    open: &dyn Fn(usize) -> bool,
    cost: &dyn Fn(usize, usize) -> f64,
    labels: &mut [u32],
) {
    for &t in members {
        labels[t] = NONE;
    }
    let mut heap: BinaryHeap<Step> = sources
        .iter()
        .map(|s| Step {
            cost: 0.0,
            triangle: s.triangle,
            label: s.label,
            pace: s.pace,
        })
        .collect();
    while let Some(step) = heap.pop() {
        if labels[step.triangle] != NONE {
            continue;
        }
        labels[step.triangle] = step.label;
        for next in mesh.around(step.triangle) {
            if open(next) && labels[next] == NONE {
                heap.push(Step {
                    cost: step.cost + cost(step.triangle, next) / step.pace,
                    triangle: next,
                    ..step
                });
            }
        }
    }
    let (reached, islands): (Vec<usize>, Vec<usize>) =
        members.iter().partition(|&&t| labels[t] != NONE);
    let on_shore = |t: usize| mesh.beside[t].contains(&NONE);
    let reached: Vec<usize> = reached.into_iter().filter(|&t| on_shore(t)).collect();
    // A whole island goes to one label: that of the nearest shore, seen from its own shore.
    for island in pieces(mesh, &islands, &|a, b| labels[a] == labels[b] && open(b)) {
        let near = island
            .iter()
            .filter(|&&t| on_shore(t))
            .filter_map(|&t| {
                let other = mesh.nearest(mesh.centres[t], reached.iter().copied())?;
                Some((mesh.centres[other].distance(mesh.centres[t]), other))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let Some((_, other)) = near {
            for t in island {
                labels[t] = labels[other];
            }
        }
    }
}

/// The connected pieces of some triangles, each sorted, in the order of their first triangle.
pub(super) fn pieces(
    mesh: &Mesh,
    members: &[usize],
    joined: &dyn Fn(usize, usize) -> bool,
) -> Vec<Vec<usize>> {
    let mut inside = vec![false; mesh.triangles.len()];
    for &t in members {
        inside[t] = true;
    }
    let mut all = Vec::new();
    for &start in members {
        if !inside[start] {
            continue;
        }
        inside[start] = false;
        let mut piece = vec![start];
        let mut at = 0;
        while at < piece.len() {
            let t = piece[at];
            at += 1;
            for next in mesh.around(t) {
                if inside[next] && joined(t, next) {
                    inside[next] = false;
                    piece.push(next);
                }
            }
        }
        piece.sort_unstable();
        all.push(piece);
    }
    all
}

/// Removes spikes: a triangle that hangs on its area by one side only, and has two sides to one
/// other area, joins that. Such a triangle is a leaf, so no area falls apart.
pub(super) fn smooth(mesh: &Mesh, labels: &mut [u32], may: &dyn Fn(u32, u32) -> bool) {
    for _ in 0..4 {
        for t in 0..labels.len() {
            let own = labels[t];
            let sides: Vec<u32> = mesh.around(t).map(|o| labels[o]).collect();
            if sides.iter().filter(|&&l| l == own).count() != 1 {
                continue;
            }
            let other = sides
                .iter()
                .copied()
                .find(|&l| l != own && sides.iter().filter(|&&m| m == l).count() >= 2);
            if let Some(other) = other.filter(|&o| may(own, o)) {
                labels[t] = other;
            }
        }
    }
}

/// Removes pinches: places where an area touches itself at a vertex only. The smaller of its two
/// fans goes to a neighbour, unless that tears the area apart. Returns whether all are gone.
pub(super) fn unpinch(mesh: &Mesh, labels: &mut [u32], outside: u32) -> bool {
    let fans: Vec<Vec<usize>> = fans(mesh);
    let mut of_label: Vec<Vec<usize>> = vec![Vec::new(); outside as usize + 1];
    for (t, &l) in labels.iter().enumerate() {
        of_label[l.min(outside) as usize].push(t);
    }
    for _ in 0..30 {
        let mut found = false;
        for fan in &fans {
            found |= unpinch_at(mesh, fan, labels, outside, &mut of_label);
        }
        if !found {
            return true;
        }
    }
    false
}

fn unpinch_at(
    mesh: &Mesh,
    fan: &[usize],
    labels: &mut [u32],
    outside: u32,
    of_label: &mut [Vec<usize>],
) -> bool {
    let n = fan.len();
    let round = mesh.around(fan[n - 1]).any(|t| t == fan[0]) && n > 2;
    // Runs of one label around the vertex: (label, first, length).
    let first = if round {
        (0..n).find(|&i| labels[fan[i]] != labels[fan[(i + n - 1) % n]])
    } else {
        Some(0)
    };
    let Some(first) = first else { return false };
    let mut runs: Vec<(u32, usize, usize)> = Vec::new();
    for k in 0..n {
        let label = labels[fan[(first + k) % n]];
        match runs.last_mut() {
            Some(run) if run.0 == label => run.2 += 1,
            _ => runs.push((label, first + k, 1)),
        }
    }
    let torn = |r: usize| {
        runs.iter()
            .enumerate()
            .any(|(s, run)| s != r && run.0 == runs[r].0)
    };
    let Some(worst) = (0..runs.len())
        .filter(|&r| runs[r].0 != outside && torn(r))
        .min_by_key(|&r| (runs[r].2, r))
    else {
        return false;
    };
    let (label, start, length) = runs[worst];
    let beside = [
        (worst + runs.len() - 1) % runs.len(),
        (worst + 1) % runs.len(),
    ];
    let mut choices: Vec<u32> = beside
        .iter()
        .map(|&r| runs[r].0)
        .filter(|&l| l != label)
        .collect();
    choices.sort_by_key(|&l| l == outside);
    let moved: Vec<usize> = (start..start + length).map(|i| fan[i % n]).collect();
    let whole = of_label[label as usize].clone();
    let rest: Vec<usize> = whole
        .iter()
        .copied()
        .filter(|t| !moved.contains(t))
        .collect();
    let parts = |of: &[usize]| pieces(mesh, of, &|_, _| true).len();
    if rest.is_empty() || parts(&rest) > parts(&whole) {
        return true;
    }
    if let Some(&to) = choices.first() {
        for &t in &moved {
            labels[t] = to;
        }
        of_label[label as usize] = rest;
        of_label[to as usize].extend(moved);
    }
    true
}

/// The triangles around each vertex, in turning order.
fn fans(mesh: &Mesh) -> Vec<Vec<usize>> {
    let mut any: Vec<u32> = vec![NONE; mesh.vertices.len()];
    for (t, corners) in mesh.triangles.iter().enumerate() {
        for &v in corners {
            any[v as usize] = t as u32;
        }
    }
    let side = |t: u32, v: usize, back: usize| {
        let i = mesh.triangles[t as usize]
            .iter()
            .position(|&c| c as usize == v)
            .unwrap_or(0);
        mesh.beside[t as usize][(i + back) % 3]
    };
    let mut all = Vec::new();
    for (v, &start) in any.iter().enumerate() {
        if start == NONE {
            continue;
        }
        let mut first = start;
        loop {
            let before = side(first, v, 0);
            if before == NONE || before == start {
                break;
            }
            first = before;
        }
        let mut fan = vec![first as usize];
        let mut at = first;
        loop {
            let next = side(at, v, 2);
            if next == NONE || next == first {
                break;
            }
            fan.push(next as usize);
            at = next;
        }
        all.push(fan);
    }
    all
}
