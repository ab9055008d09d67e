//! The triangle mesh over the land.

use super::Flat;
use super::chance::{mix, signed};
use super::shore::Shore;
use crate::Micro;
use spade::{ConstrainedDelaunayTriangulation, Point2, Triangulation};
use std::collections::HashMap;

/// No triangle on that side: shore.
pub(super) const NONE: u32 = u32::MAX;

pub(super) struct Mesh {
    pub vertices: Vec<Micro>,
    /// Corners, counter-clockwise.
    pub triangles: Vec<[u32; 3]>,
    /// `beside[t][i]` shares the edge from corner `i` to corner `i + 1`.
    pub beside: Vec<[u32; 3]>,
    pub centres: Vec<Flat>,
    /// Whether a vertex lies on the shore (and must stay where it is).
    pub fixed: Vec<bool>,
}

impl Mesh {
    /// Fills the land with points about `spacing(place)` apart and joins them to triangles.
    pub fn new(shore: &Shore, seed: u64, spacing: &dyn Fn(Flat) -> f64) -> Self {
        let mut vertices: Vec<Micro> = Vec::new();
        let mut edges: Vec<[usize; 2]> = Vec::new();
        for ring in &shore.rings {
            let first = vertices.len();
            vertices.extend(ring);
            edges.extend((0..ring.len()).map(|i| [first + i, first + (i + 1) % ring.len()]));
        }
        let on_shore = vertices.len();
        scatter(shore, seed, spacing, &mut vertices);
        let points = vertices
            .iter()
            .map(|v| Point2::new(f64::from(v.x), f64::from(v.y)))
            .collect();
        // Shore edges never meet (Shore::new) and coordinates are finite: both failures are
        // excluded; an empty mesh then makes every later step empty too.
        let Ok(net) = ConstrainedDelaunayTriangulation::<Point2<f64>>::bulk_load_cdt(points, edges)
        else {
            return Self {
                vertices: Vec::new(),
                triangles: Vec::new(),
                beside: Vec::new(),
                centres: Vec::new(),
                fixed: Vec::new(),
            };
        };
        let shore_places: std::collections::HashSet<Micro> =
            vertices[..on_shore].iter().copied().collect();
        let place = |p: Point2<f64>| Micro {
            x: p.x as i32,
            y: p.y as i32,
        };
        let vertices: Vec<Micro> = net.vertices().map(|v| place(v.position())).collect();
        let fixed = vertices.iter().map(|v| shore_places.contains(v)).collect();
        let triangles: Vec<[u32; 3]> = net
            .inner_faces()
            .map(|f| f.vertices().map(|v| v.index() as u32))
            .filter(|t| {
                let (x, y) = t.iter().fold((0.0, 0.0), |(x, y), &v| {
                    let v = vertices[v as usize];
                    (x + f64::from(v.x) / 3.0, y + f64::from(v.y) / 3.0)
                });
                shore.is_land(x, y)
            })
            .collect();
        let mut open: HashMap<(u32, u32), (u32, usize)> =
            HashMap::with_capacity(triangles.len() * 2);
        let mut beside = vec![[NONE; 3]; triangles.len()];
        for (t, corners) in triangles.iter().enumerate() {
            for i in 0..3 {
                let (a, b) = (corners[i], corners[(i + 1) % 3]);
                if let Some((other, j)) = open.remove(&(b, a)) {
                    beside[t][i] = other;
                    beside[other as usize][j] = t as u32;
                } else {
                    open.insert((a, b), (t as u32, i));
                }
            }
        }
        let mut mesh = Self {
            vertices,
            triangles,
            beside,
            centres: Vec::new(),
            fixed,
        };
        mesh.centres = (0..mesh.triangles.len()).map(|t| mesh.centre(t)).collect();
        mesh
    }

    pub fn corners(&self, t: usize) -> [Micro; 3] {
        self.triangles[t].map(|v| self.vertices[v as usize])
    }
    fn centre(&self, t: usize) -> Flat {
        self.corners(t)
            .iter()
            .fold(Flat { x: 0.0, y: 0.0 }, |sum, &v| {
                let v = Flat::of(v);
                Flat {
                    x: sum.x + v.x / 3.0,
                    y: sum.y + v.y / 3.0,
                }
            })
    }
    /// Area in square flat units.
    pub fn area(&self, t: usize) -> f64 {
        let [a, b, c] = self.corners(t);
        super::turn(a, b, c) as f64 * super::SHORTEN / 2.0
    }
    /// The triangle whose centre is nearest.
    pub fn nearest(&self, place: Flat, among: impl Iterator<Item = usize>) -> Option<usize> {
        among.min_by(|&a, &b| {
            self.centres[a]
                .distance(place)
                .total_cmp(&self.centres[b].distance(place))
        })
    }
    /// The triangles around a triangle, shore left out.
    pub fn around(&self, t: usize) -> impl Iterator<Item = usize> {
        self.beside[t]
            .into_iter()
            .filter(|&o| o != NONE)
            .map(|o| o as usize)
    }
    /// Half the radius of the circle inside a triangle: how far an edge may be bent without meeting
    /// another bent edge.
    pub fn slack(&self, t: usize) -> f64 {
        let [a, b, c] = self.corners(t).map(Flat::of);
        let (p, q, r) = (a.distance(b), b.distance(c), c.distance(a));
        let half = (p + q + r) / 2.0;
        let square = half * (half - p).max(0.0) * (half - q).max(0.0) * (half - r).max(0.0);
        if half == 0.0 {
            0.0
        } else {
            square.sqrt() / half / 2.0
        }
    }
}

/// Jittered points from a quadtree whose leaves are as small as the spacing asks.
fn scatter(shore: &Shore, seed: u64, spacing: &dyn Fn(Flat) -> f64, out: &mut Vec<Micro>) {
    let flat: Vec<Flat> = out.iter().map(|&v| Flat::of(v)).collect();
    let span = |pick: fn(&Flat) -> f64| {
        let low = flat.iter().map(pick).fold(f64::INFINITY, f64::min);
        (low, flat.iter().map(pick).fold(f64::NEG_INFINITY, f64::max))
    };
    let ((west, east), (south, north)) = (span(|f| f.x), span(|f| f.y));
    let size = (east - west).max(north - south);
    let mut open = vec![(west, south, size)];
    while let Some((x, y, size)) = open.pop() {
        if x > east || y > north {
            continue;
        }
        let middle = Flat {
            x: x + size / 2.0,
            y: y + size / 2.0,
        };
        let want = spacing(middle);
        if size > want * 1.3 {
            let half = size / 2.0;
            open.extend([
                (x, y, half),
                (x + half, y, half),
                (x, y + half, half),
                (x + half, y + half, half),
            ]);
            continue;
        }
        let hash = mix(mix(seed, x.to_bits()), y.to_bits());
        let moved = Flat {
            x: middle.x + signed(hash) * size * 0.33,
            y: middle.y + signed(mix(hash, 1)) * size * 0.33,
        };
        let v = moved.snap();
        if shore.is_land(f64::from(v.x), f64::from(v.y)) && !shore.is_near(moved, want * 0.45) {
            out.push(v);
        }
    }
}
