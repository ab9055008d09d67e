//! Boundaries made from others, for changes of the tree (R004): several joined, one cut in two.

use crate::cover::{from_geo, to_geo};
use crate::{Boundary, Point};
use geo::{BooleanOps, Coord, LineString, MultiPolygon};

/// The ground of several boundaries together; lines between them vanish.
#[must_use]
pub fn join(parts: &[Boundary]) -> Boundary {
    let shapes: Vec<MultiPolygon> = parts.iter().map(to_geo).collect();
    from_geo(&geo::algorithm::bool_ops::unary_union(&shapes))
}

/// Cuts a boundary along the line through two places: what lies to the left of it, going from the
/// first to the second, and the rest. `None` where the line leaves one side empty.
#[must_use]
pub fn halve(boundary: &Boundary, from: Point, to: Point) -> Option<(Boundary, Boundary)> {
    let bounds = boundary.bounds()?;
    let micro = |p: Point| (p.lon * 1e6, p.lat * 1e6);
    let ((ax, ay), (bx, by)) = (micro(from), micro(to));
    let length = ((bx - ax).powi(2) + (by - ay).powi(2)).sqrt();
    if length <= 0.0 || !length.is_finite() {
        return None;
    }
    let (dx, dy) = ((bx - ax) / length, (by - ay) / length);
    let (low, high) = (bounds.low, bounds.high);
    let (cx, cy) = (
        f64::midpoint(f64::from(low.x), f64::from(high.x)),
        f64::midpoint(f64::from(low.y), f64::from(high.y)),
    );
    // The point of the line that is nearest to the middle; from there a square covers the left side.
    let along = (cx - ax) * dx + (cy - ay) * dy;
    let (px, py) = (ax + dx * along, ay + dy * along);
    let away = ((cx - px).powi(2) + (cy - py).powi(2)).sqrt();
    let reach = away + f64::from(high.x - low.x) + f64::from(high.y - low.y) + 10.0;
    let corner = |s: f64, t: f64| Coord {
        x: px + (dx * s - dy * t) * reach,
        y: py + (dy * s + dx * t) * reach,
    };
    let square = [
        corner(-1.0, 0.0),
        corner(1.0, 0.0),
        corner(1.0, 1.0),
        corner(-1.0, 1.0),
    ];
    let left_side = MultiPolygon::new(vec![geo::Polygon::new(
        LineString::from_iter(square),
        Vec::new(),
    )]);
    let whole = to_geo(boundary);
    let left = from_geo(&whole.intersection(&left_side));
    let right = from_geo(&whole.difference(&left_side));
    (left.area_m2() >= 1.0 && right.area_m2() >= 1.0).then_some((left, right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Micro, check_cover};

    fn rect(x: i32, w: i32) -> Boundary {
        let v = |dx: i32, dy: i32| Micro {
            x: 119_000_000 + x + dx,
            y: 25_400_000 + dy,
        };
        Boundary::from_ring(vec![v(0, 0), v(w, 0), v(w, 1_000), v(0, 1_000)])
    }

    #[test]
    fn neighbours_joined_are_one_ring_of_the_same_area() {
        let whole = join(&[rect(0, 1_000), rect(1_000, 500)]);
        assert_eq!(whole.rings().count(), 1);
        let cover = check_cover(&whole, &[(1, &rect(0, 1_000)), (2, &rect(1_000, 500))]);
        assert!(cover.is_exact(), "{cover:?}");
    }

    #[test]
    fn halves_tile_what_was_cut_and_the_left_one_lies_left() {
        let whole = rect(0, 1_000);
        let (south, north) = (Point::new(119.0003, 25.39), Point::new(119.0005, 25.41));
        let (left, right) = halve(&whole, south, north).unwrap();
        let cover = check_cover(&whole, &[(1, &left), (2, &right)]);
        assert!(cover.is_exact(), "{cover:?}");
        assert!(left.contains(Point::new(119.0001, 25.4005)));
        assert!(right.contains(Point::new(119.0009, 25.4005)));
        assert!(halve(&whole, Point::new(119.1, 25.0), Point::new(119.1, 26.0)).is_none());
        assert!(halve(&whole, south, south).is_none());
    }
}
