//! The boundary of an area: polygons with holes, in whole micro-degrees.

use crate::{Micro, Point, measure};

/// A closed ring; the last vertex is not repeated.
pub type Ring = Vec<Micro>;

/// A polygon: the outer ring, then its holes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Polygon {
    /// Outer ring first, then holes.
    pub rings: Vec<Ring>,
}

/// One or many polygons (an area may have islands).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Boundary {
    /// The parts.
    pub polygons: Vec<Polygon>,
}

/// A box in whole micro-degrees, edges included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// South-west corner.
    pub low: Micro,
    /// North-east corner.
    pub high: Micro,
}

impl Bounds {
    /// The box of some vertices; none when there are none.
    #[must_use]
    pub fn of<'a>(vertices: impl IntoIterator<Item = &'a Micro>) -> Option<Self> {
        let mut all = vertices.into_iter();
        let first = *all.next()?;
        Some(all.fold(
            Self {
                low: first,
                high: first,
            },
            |b, v| Self {
                low: Micro {
                    x: b.low.x.min(v.x),
                    y: b.low.y.min(v.y),
                },
                high: Micro {
                    x: b.high.x.max(v.x),
                    y: b.high.y.max(v.y),
                },
            },
        ))
    }
    /// Whether two boxes touch.
    #[must_use]
    pub fn touches(&self, other: &Self) -> bool {
        self.low.x <= other.high.x
            && other.low.x <= self.high.x
            && self.low.y <= other.high.y
            && other.low.y <= self.high.y
    }
}

impl Boundary {
    /// A boundary of one ring without holes.
    #[must_use]
    pub fn from_ring(ring: Ring) -> Self {
        Self {
            polygons: vec![Polygon { rings: vec![ring] }],
        }
    }
    /// Every ring, outer ones and holes.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        self.polygons.iter().flat_map(|p| p.rings.iter())
    }
    /// How many vertices there are.
    #[must_use]
    pub fn vertex_count(&self) -> usize {
        self.rings().map(Vec::len).sum()
    }
    /// The box around it; none when it is empty.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        Bounds::of(self.rings().flatten())
    }
    /// Area in square metres on the WGS84 ellipsoid, holes taken off.
    ///
    /// Additive: the areas of a tiling sum to the area of the whole but for rounding.
    #[must_use]
    pub fn area_m2(&self) -> f64 {
        self.polygons.iter().map(measure::polygon_area).sum()
    }
    /// Whether the place lies inside. Half-open: a place on the edge of two areas that share the
    /// vertices of that edge belongs to exactly one of them.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        if !point.is_on_earth() {
            return false;
        }
        let (x, y) = (point.lon * 1e6, point.lat * 1e6);
        self.rings().fold(false, |inside, ring| {
            inside ^ measure::crosses_odd(ring, x, y)
        })
    }
    /// A place well inside the largest part, for a label or a pin; none when the boundary
    /// encloses nothing.
    #[must_use]
    pub fn label(&self) -> Option<Point> {
        measure::label(self)
    }
    /// Metres from the place to the boundary line; 0 inside. None when the boundary is empty.
    #[must_use]
    pub fn metres_from(&self, point: Point) -> Option<f64> {
        if self.contains(point) {
            return Some(0.0);
        }
        self.rings()
            .filter_map(|ring| measure::metres_to_ring(ring, point))
            .min_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: i32, y: i32, side: i32) -> Ring {
        vec![
            Micro { x, y },
            Micro { x: x + side, y },
            Micro {
                x: x + side,
                y: y + side,
            },
            Micro { x, y: y + side },
        ]
    }

    #[test]
    fn a_square_of_a_hundredth_of_a_degree_at_putian_has_the_area_of_the_ellipsoid() {
        // 0.01 degree at 25.4 N: 1006.0 m by 1107.8 m on WGS84 (geographiclib: 1.114 km2)
        let area = Boundary::from_ring(square(119_000_000, 25_400_000, 10_000)).area_m2();
        assert!((area - 1_114_400.0).abs() < 1_000.0, "{area}");
    }

    #[test]
    fn a_hole_is_neither_area_nor_inside() {
        let whole = Boundary::from_ring(square(119_000_000, 25_400_000, 10_000));
        let mut holed = whole.clone();
        holed.polygons[0]
            .rings
            .push(square(119_002_000, 25_402_000, 5_000));
        assert!((holed.area_m2() / whole.area_m2() - 0.75).abs() < 1e-3);
        assert!(whole.contains(Point::new(119.004, 25.404)));
        assert!(!holed.contains(Point::new(119.004, 25.404)));
        let label = holed.label().unwrap();
        assert!(holed.contains(label), "{label:?}");
    }

    #[test]
    fn a_place_on_a_shared_edge_or_corner_belongs_to_exactly_one_of_four_neighbours() {
        let four: Vec<_> = [(0, 0), (1_000, 0), (0, 1_000), (1_000, 1_000)]
            .map(|(x, y)| Boundary::from_ring(square(119_000_000 + x, 25_000_000 + y, 1_000)))
            .into();
        for (x, y) in [
            (1_000, 1_000),
            (1_000, 500),
            (1_000, 1_500),
            (500, 1_000),
            (1_500, 1_000),
        ] {
            let p = Micro {
                x: 119_000_000 + x,
                y: 25_000_000 + y,
            }
            .degrees();
            assert_eq!(four.iter().filter(|b| b.contains(p)).count(), 1, "{x} {y}");
        }
    }

    #[test]
    fn distance_is_nought_inside_and_metres_outside() {
        let b = Boundary::from_ring(square(119_000_000, 25_400_000, 10_000));
        assert_eq!(b.metres_from(Point::new(119.005, 25.405)), Some(0.0));
        let d = b.metres_from(Point::new(119.020, 25.405)).unwrap();
        assert!((d - 1_005.0).abs() < 5.0, "{d}");
        assert_eq!(
            Boundary::default().metres_from(Point::new(119.0, 25.0)),
            None
        );
        assert_eq!(Boundary::default().label(), None);
    }
}
