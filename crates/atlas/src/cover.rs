//! Do the children of an area cover it without gap or overlap? (R008, the boundary editor)

use crate::{Boundary, Micro, Point, Polygon, measure};
use geo::{BooleanOps, Coord, LineString, MultiPolygon};

/// Slivers below this area, in m², are rounding of drawn lines and not worth a person's time.
const SLIVER_M2: f64 = 1.0;

/// What [`check_cover`] found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cover {
    /// Area of the parent in m².
    pub parent_m2: f64,
    /// Sum of the children's areas in m².
    pub children_m2: f64,
    /// Pieces of the parent that no child covers, largest first.
    pub gaps: Vec<Gap>,
    /// Pairs of children that cover the same ground, largest first.
    pub overlaps: Vec<Overlap>,
    /// Children that reach out of the parent, largest first.
    pub outside: Vec<Outside>,
}

/// A piece that no child covers.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The piece.
    pub boundary: Boundary,
    /// Its area in m².
    pub m2: f64,
    /// A place inside, to point the map at.
    pub at: Option<Point>,
}

/// Ground that two children cover.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// The two children, in the order given.
    pub ids: (i64, i64),
    /// The common area in m².
    pub m2: f64,
    /// A place inside, to point the map at.
    pub at: Option<Point>,
}

/// The part of a child that lies out of the parent.
#[derive(Debug, Clone, PartialEq)]
pub struct Outside {
    /// The child.
    pub id: i64,
    /// Its area outside in m².
    pub m2: f64,
    /// A place in that part.
    pub at: Option<Point>,
}

impl Cover {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.gaps.is_empty() && self.overlaps.is_empty() && self.outside.is_empty()
    }
}

/// Compares children with their parent. Findings below 1 m² are left out.
///
/// Meant for one parent at a time (some hundred children); the cost grows with touching pairs.
#[must_use]
pub fn check_cover(parent: &Boundary, children: &[(i64, &Boundary)]) -> Cover {
    let mut cover = Cover {
        parent_m2: parent.area_m2(),
        children_m2: children.iter().map(|(_, b)| b.area_m2()).sum(),
        ..Cover::default()
    };
    let whole = to_geo(parent);
    let shapes: Vec<_> = children
        .iter()
        .map(|(_, b)| (b.bounds(), to_geo(b)))
        .collect();
    for (i, (bounds, shape)) in shapes.iter().enumerate() {
        let (m2, at) = size(&shape.difference(&whole));
        if m2 >= SLIVER_M2 {
            cover.outside.push(Outside {
                id: children[i].0,
                m2,
                at,
            });
        }
        for (j, (other_bounds, other)) in shapes.iter().enumerate().skip(i + 1) {
            let touch = matches!((bounds, other_bounds), (Some(a), Some(b)) if a.touches(b));
            if !touch {
                continue;
            }
            let (m2, at) = size(&shape.intersection(other));
            if m2 >= SLIVER_M2 {
                cover.overlaps.push(Overlap {
                    ids: (children[i].0, children[j].0),
                    m2,
                    at,
                });
            }
        }
    }
    let covered = geo::algorithm::bool_ops::unary_union(shapes.iter().map(|(_, s)| s));
    for piece in from_geo(&whole.difference(&covered)).polygons {
        let m2 = measure::polygon_area(&piece);
        if m2 >= SLIVER_M2 {
            let boundary = Boundary {
                polygons: vec![piece],
            };
            cover.gaps.push(Gap {
                m2,
                at: boundary.label(),
                boundary,
            });
        }
    }
    cover.gaps.sort_by(|a, b| b.m2.total_cmp(&a.m2));
    cover.overlaps.sort_by(|a, b| b.m2.total_cmp(&a.m2));
    cover.outside.sort_by(|a, b| b.m2.total_cmp(&a.m2));
    cover
}

fn size(shape: &MultiPolygon) -> (f64, Option<Point>) {
    let boundary = from_geo(shape);
    (boundary.area_m2(), boundary.label())
}

pub(crate) fn to_geo(boundary: &Boundary) -> MultiPolygon {
    let line = |ring: &Vec<Micro>| {
        LineString::from_iter(ring.iter().map(|v| Coord {
            x: f64::from(v.x),
            y: f64::from(v.y),
        }))
    };
    let polygon = |p: &Polygon| {
        let mut rings = p.rings.iter().map(line);
        geo::Polygon::new(
            rings.next().unwrap_or_else(|| LineString::new(Vec::new())),
            rings.collect(),
        )
    };
    MultiPolygon::new(boundary.polygons.iter().map(polygon).collect())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "overlay results lie within the input's box"
)]
pub(crate) fn from_geo(shape: &MultiPolygon) -> Boundary {
    let ring = |line: &LineString| {
        let mut ring: Vec<Micro> = line
            .0
            .iter()
            .map(|c| Micro {
                x: c.x.round() as i32,
                y: c.y.round() as i32,
            })
            .collect();
        ring.pop();
        ring.dedup();
        ring
    };
    let polygon = |p: &geo::Polygon| {
        let outer = ring(p.exterior());
        (outer.len() >= 3).then(|| Polygon {
            rings: std::iter::once(outer)
                .chain(p.interiors().iter().map(ring).filter(|r| r.len() >= 3))
                .collect(),
        })
    };
    Boundary {
        polygons: shape.0.iter().filter_map(polygon).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rectangle in micro-degrees from a corner near Putian; 1,000 by 1,000 is some 11,140 m².
    fn rect(x: i32, y: i32, w: i32, h: i32) -> Boundary {
        let v = |dx: i32, dy: i32| Micro {
            x: 119_000_000 + x + dx,
            y: 25_400_000 + y + dy,
        };
        Boundary::from_ring(vec![v(0, 0), v(w, 0), v(w, h), v(0, h)])
    }

    #[test]
    fn halves_that_share_their_edge_cover_exactly() {
        let (parent, a, b) = (
            rect(0, 0, 2_000, 1_000),
            rect(0, 0, 1_000, 1_000),
            rect(1_000, 0, 1_000, 1_000),
        );
        let cover = check_cover(&parent, &[(1, &a), (2, &b)]);
        assert!(cover.is_exact(), "{cover:?}");
        assert!((cover.parent_m2 - cover.children_m2).abs() < 1e-3);
    }

    #[test]
    fn a_gap_is_found_with_its_area_and_a_place_inside_it() {
        let (parent, a, b) = (
            rect(0, 0, 2_000, 1_000),
            rect(0, 0, 900, 1_000),
            rect(1_000, 0, 1_000, 1_000),
        );
        let cover = check_cover(&parent, &[(1, &a), (2, &b)]);
        assert_eq!(
            (cover.gaps.len(), cover.overlaps.len(), cover.outside.len()),
            (1, 0, 0)
        );
        assert!((cover.gaps[0].m2 - 1_114.0).abs() < 5.0, "{cover:?}");
        assert!(rect(900, 0, 100, 1_000).contains(cover.gaps[0].at.unwrap()));
    }

    #[test]
    fn an_overlap_names_both_children() {
        let (parent, a, b) = (
            rect(0, 0, 2_000, 1_000),
            rect(0, 0, 1_100, 1_000),
            rect(1_000, 0, 1_000, 1_000),
        );
        let cover = check_cover(&parent, &[(8, &a), (9, &b)]);
        assert_eq!(cover.overlaps.len(), 1);
        assert_eq!(cover.overlaps[0].ids, (8, 9));
        assert!((cover.overlaps[0].m2 - 1_114.0).abs() < 5.0, "{cover:?}");
    }

    #[test]
    fn a_child_that_reaches_out_is_named() {
        let (parent, a) = (rect(0, 0, 1_000, 1_000), rect(0, 0, 1_200, 1_000));
        let cover = check_cover(&parent, &[(4, &a)]);
        assert_eq!(cover.outside.len(), 1);
        assert_eq!(cover.outside[0].id, 4);
        assert!((cover.outside[0].m2 - 2_228.0).abs() < 10.0, "{cover:?}");
        assert!(cover.gaps.is_empty());
    }

    #[test]
    fn a_parent_without_children_is_one_gap() {
        let parent = rect(0, 0, 1_000, 1_000);
        let cover = check_cover(&parent, &[]);
        assert_eq!(cover.gaps.len(), 1);
        assert!((cover.gaps[0].m2 - cover.parent_m2).abs() < 1.0);
    }
}
