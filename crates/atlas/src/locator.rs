//! Point to unit: "each event resolves to one unit" (R013), in microseconds.
//!
//! All rings lie in one flat list of whole micro-degrees, and a packed Hilbert R-tree over the
//! boxes picks the few candidates. Nothing is decoded when a place is looked up.

use crate::codec::{Part, walk};
use crate::{BoundaryError, Bounds, Micro, Point, measure};
use geo_index::rtree::sort::HilbertSort;
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex};

/// An immutable index over boundaries; build a new one when boundaries change.
#[derive(Debug)]
pub struct Locator {
    ids: Vec<i64>,
    /// Where the rings of area `i` start in `ring_ends`; one more than there are areas.
    first_ring: Vec<u32>,
    /// Where each ring ends in `vertices`.
    ring_ends: Vec<u32>,
    vertices: Vec<Micro>,
    tree: Option<RTree<i32>>,
}

/// An area near a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// The area.
    pub id: i64,
    /// Metres from the place to its edge; 0 when inside.
    pub metres: f64,
}

/// A boundary that could not be read while building.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// The area.
    pub id: i64,
    /// Why.
    pub error: BoundaryError,
}

impl Locator {
    /// Builds the index from (id, boundary bytes). An area that cannot be read, or that is empty,
    /// is left out; unreadable ones are returned, so that one bad boundary never stops a city.
    pub fn build<B: AsRef<[u8]>>(
        areas: impl IntoIterator<Item = (i64, B)>,
    ) -> (Self, Vec<Unreadable>) {
        let mut made = Self {
            ids: Vec::new(),
            first_ring: vec![0],
            ring_ends: Vec::new(),
            vertices: Vec::new(),
            tree: None,
        };
        let mut boxes: Vec<Bounds> = Vec::new();
        let mut unreadable = Vec::new();
        for (id, bytes) in areas {
            let (rings, vertices) = (made.ring_ends.len(), made.vertices.len());
            let read = walk(bytes.as_ref(), |part| match part {
                Part::Polygon => {}
                Part::Ring(n) => made.ring_ends.push((made.vertices.len() + n) as u32),
                Part::Vertex(v) => made.vertices.push(v),
            });
            match (read, Bounds::of(&made.vertices[vertices..])) {
                (Ok(()), Some(bounds)) => {
                    made.ids.push(id);
                    made.first_ring.push(made.ring_ends.len() as u32);
                    boxes.push(bounds);
                }
                (outcome, _) => {
                    made.ring_ends.truncate(rings);
                    made.vertices.truncate(vertices);
                    unreadable.extend(outcome.err().map(|error| Unreadable { id, error }));
                }
            }
        }
        made.vertices.shrink_to_fit();
        // The builder has no meaning for "no boxes".
        if !boxes.is_empty() {
            let mut builder = RTreeBuilder::<i32>::new(boxes.len() as u32);
            for b in &boxes {
                builder.add(b.low.x, b.low.y, b.high.x, b.high.y);
            }
            made.tree = Some(builder.finish::<HilbertSort>());
        }
        (made, unreadable)
    }

    /// How many areas are indexed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }
    /// Whether no area is indexed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
    /// Bytes held in memory.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let tree = self
            .tree
            .as_ref()
            .map_or(0, |t| t.metadata().data_buffer_length());
        self.ids.capacity() * 8
            + self.first_ring.capacity() * 4
            + self.ring_ends.capacity() * 4
            + self.vertices.capacity() * 8
            + tree
    }

    /// The area that covers the place. Where areas overlap (bad data), always the one given first
    /// to [`Locator::build`].
    #[must_use]
    pub fn locate(&self, point: Point) -> Option<i64> {
        if !point.is_on_earth() {
            return None;
        }
        let (x, y) = (point.lon * 1e6, point.lat * 1e6);
        self.candidates(x, y, 0.0, 0.0)
            .filter(|&i| self.covers(i, x, y))
            .min()
            .map(|i| self.ids[i])
    }

    /// The `k` areas nearest to the place, nearest first: the help to give when no unit covers it.
    #[must_use]
    pub fn nearest(&self, point: Point, k: usize) -> Vec<Near> {
        if !point.is_on_earth() || k == 0 {
            return Vec::new();
        }
        let (x, y) = (point.lon * 1e6, point.lat * 1e6);
        let shrink = point.lat.to_radians().cos().max(0.01);
        let mut reach = 500.0;
        loop {
            // 0.11 m is a little less than a micro-degree of latitude: the window is never too small
            let (dy, dx) = (reach / 0.11, reach / 0.11 / shrink);
            let mut near: Vec<_> = self
                .candidates(x, y, dx, dy)
                .filter_map(|i| Some((self.metres(i, point, x, y)?, i)))
                .collect();
            near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let all = near.len() == self.ids.len();
            // What lies farther than the reach may be beaten by something outside the window.
            if all || near.get(k - 1).is_some_and(|n| n.0 <= reach) || reach > 2.1e7 {
                return near
                    .into_iter()
                    .take(k)
                    .map(|(metres, i)| Near {
                        id: self.ids[i],
                        metres,
                    })
                    .collect();
            }
            reach *= 4.0;
        }
    }

    /// Metres from the place to the edge of one area, 0 inside it; none for an area that is not in the
    /// index. It looks through all ids: for one question, not for a list.
    #[must_use]
    pub fn metres_to(&self, area: i64, point: Point) -> Option<f64> {
        let index = self.ids.iter().position(|id| *id == area)?;
        let (x, y) = (point.lon * 1e6, point.lat * 1e6);
        point
            .is_on_earth()
            .then(|| self.metres(index, point, x, y))?
    }

    #[expect(clippy::cast_possible_truncation, reason = "clamped to i32 first")]
    fn candidates(&self, x: f64, y: f64, dx: f64, dy: f64) -> impl Iterator<Item = usize> {
        let whole = |v: f64| v.clamp(f64::from(i32::MIN), f64::from(i32::MAX)) as i32;
        let (west, south) = (whole((x - dx).floor()), whole((y - dy).floor()));
        let (east, north) = (whole((x + dx).ceil()), whole((y + dy).ceil()));
        self.tree
            .as_ref()
            .map(|t| t.search(west, south, east, north))
            .unwrap_or_default()
            .into_iter()
            .map(|i| i as usize)
    }

    fn rings(&self, area: usize) -> impl Iterator<Item = &[Micro]> {
        let (from, to) = (
            self.first_ring[area] as usize,
            self.first_ring[area + 1] as usize,
        );
        let mut start = if from == 0 {
            0
        } else {
            self.ring_ends[from - 1] as usize
        };
        self.ring_ends[from..to].iter().map(move |&end| {
            let ring = &self.vertices[start..end as usize];
            start = end as usize;
            ring
        })
    }
    fn covers(&self, area: usize, x: f64, y: f64) -> bool {
        self.rings(area)
            .fold(false, |odd, ring| odd ^ measure::crosses_odd(ring, x, y))
    }
    fn metres(&self, area: usize, point: Point, x: f64, y: f64) -> Option<f64> {
        if self.covers(area, x, y) {
            return Some(0.0);
        }
        self.rings(area)
            .filter_map(|ring| measure::metres_to_ring(ring, point))
            .min_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Boundary, encode_boundary};

    fn cell(column: i32, row: i32) -> Vec<u8> {
        let (x, y) = (119_000_000 + column * 1_000, 25_000_000 + row * 1_000);
        encode_boundary(&Boundary::from_ring(vec![
            Micro { x, y },
            Micro { x: x + 1_000, y },
            Micro {
                x: x + 1_000,
                y: y + 1_000,
            },
            Micro { x, y: y + 1_000 },
        ]))
    }

    fn board() -> Locator {
        let areas = (0..400).map(|i| (i64::from(i) + 1, cell(i % 20, i / 20)));
        let (locator, bad) = Locator::build(areas);
        assert!(bad.is_empty());
        locator
    }

    #[test]
    fn every_place_of_a_tiling_resolves_to_one_cell_also_on_edges_and_corners() {
        let locator = board();
        for column in 0..20 {
            for row in 0..20 {
                let corner = Micro {
                    x: 119_000_000 + column * 1_000,
                    y: 25_000_000 + row * 1_000,
                };
                let inside =
                    Point::new(corner.degrees().lon + 0.0005, corner.degrees().lat + 0.0005);
                assert_eq!(
                    locator.locate(inside),
                    Some(i64::from(row * 20 + column) + 1)
                );
                assert!(locator.locate(corner.degrees()).is_some() || column == 0 || row == 0);
            }
        }
    }

    #[test]
    fn a_place_outside_resolves_to_none_and_names_the_nearest_in_order() {
        let locator = board();
        let sea = Point::new(119.03, 25.0005);
        assert_eq!(locator.locate(sea), None);
        let near = locator.nearest(sea, 3);
        assert_eq!(near[0].id, 20, "{near:?}");
        assert!((near[0].metres - 1_007.0).abs() < 5.0, "{near:?}");
        assert_eq!(near.len(), 3);
        assert!(near.windows(2).all(|w| w[0].metres <= w[1].metres));
        assert_eq!(locator.metres_to(20, sea), Some(near[0].metres));
        assert_eq!(locator.metres_to(99_999, sea), None);
    }

    #[test]
    fn the_nearest_of_a_covered_place_is_its_own_unit_at_nought_metres() {
        let near = board().nearest(Point::new(119.0005, 25.0005), 1);
        assert_eq!(near, [Near { id: 1, metres: 0.0 }]);
    }

    #[test]
    fn asking_for_more_than_there_are_gives_all_even_from_the_other_side_of_the_earth() {
        assert_eq!(board().nearest(Point::new(-61.0, -25.0), 1_000).len(), 400);
        assert_eq!(board().nearest(Point::new(f64::NAN, 0.0), 3), []);
    }

    #[test]
    fn an_empty_index_answers_none() {
        let (locator, bad) = Locator::build(Vec::<(i64, Vec<u8>)>::new());
        assert!(bad.is_empty() && locator.is_empty());
        assert_eq!(locator.locate(Point::new(119.0, 25.0)), None);
        assert_eq!(locator.nearest(Point::new(119.0, 25.0), 3), []);
    }

    #[test]
    fn an_unreadable_boundary_is_reported_and_the_others_still_answer() {
        let cut = {
            let mut c = cell(1, 0);
            c.truncate(9);
            c
        };
        let (locator, bad) = Locator::build([(1, cell(0, 0)), (2, cut), (3, cell(2, 0))]);
        assert_eq!(
            bad,
            [Unreadable {
                id: 2,
                error: BoundaryError::Broken
            }]
        );
        assert_eq!(locator.len(), 2);
        assert_eq!(locator.locate(Point::new(119.0025, 25.0005)), Some(3));
        assert_eq!(locator.locate(Point::new(119.0015, 25.0005)), None);
    }

    #[test]
    fn of_two_overlapping_areas_the_first_given_answers() {
        let (locator, _) = Locator::build([(7, cell(0, 0)), (5, cell(0, 0))]);
        assert_eq!(locator.locate(Point::new(119.0005, 25.0005)), Some(7));
    }
}
