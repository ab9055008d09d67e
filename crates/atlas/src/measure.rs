//! Measures on rings: area, crossing parity, distance, label place.

use crate::{Boundary, Micro, Point, Polygon};

/// WGS84: semi-major axis in metres, first eccentricity squared.
const A: f64 = 6_378_137.0;
const E2: f64 = 6.694_379_990_141_316e-3;
/// Metres of one micro-degree of latitude (mean radius).
const METRES_PER_MICRO: f64 = 0.111_195_08;

/// The equal-area height of a latitude on the ellipsoid (Snyder 3-12): the area of a zone is
/// `a²/2 · Δλ · Δq`, which is additive along edges, unlike a projection chosen per polygon.
fn authalic(lat: f64) -> f64 {
    let (sin, e) = (lat.to_radians().sin(), E2.sqrt());
    (1.0 - E2)
        * (sin / (1.0 - E2 * sin * sin) - ((1.0 - e * sin) / (1.0 + e * sin)).ln() / (2.0 * e))
}

/// Signed area in m² of a ring given in degrees; positive when counter-clockwise.
pub(crate) fn ring_area(ring: impl ExactSizeIterator<Item = (f64, f64)> + Clone) -> f64 {
    if ring.len() < 3 {
        return 0.0;
    }
    let Some((lon0, lat0)) = ring.clone().next() else {
        return 0.0;
    };
    // Relative to the first vertex, or the small differences drown in large sums.
    let q0 = authalic(lat0);
    let mut relative = ring.map(|(lon, lat)| ((lon - lon0).to_radians(), authalic(lat) - q0));
    let Some(first) = relative.next() else {
        return 0.0;
    };
    let (mut before, mut sum) = (first, 0.0);
    for v in relative.chain([first]) {
        sum += before.0 * v.1 - v.0 * before.1;
        before = v;
    }
    sum * A * A / 4.0
}

pub(crate) fn micro_ring_area(ring: &[Micro]) -> f64 {
    ring_area(
        ring.iter()
            .map(|v| (f64::from(v.x) / 1e6, f64::from(v.y) / 1e6)),
    )
}

pub(crate) fn polygon_area(polygon: &Polygon) -> f64 {
    let mut rings = polygon.rings.iter().map(|r| micro_ring_area(r).abs());
    let outer = rings.next().unwrap_or(0.0);
    (outer - rings.sum::<f64>()).max(0.0)
}

/// Twice the signed area in square micro-degrees, exact; positive when counter-clockwise.
pub(crate) fn doubled_area(ring: &[Micro]) -> i64 {
    let Some(&origin) = ring.first() else {
        return 0;
    };
    let rel = |v: Micro| {
        (
            i64::from(v.x) - i64::from(origin.x),
            i64::from(v.y) - i64::from(origin.y),
        )
    };
    let mut before = rel(ring[ring.len() - 1]);
    let mut sum = 0;
    for &v in ring {
        let at = rel(v);
        sum += before.0 * at.1 - at.0 * before.1;
        before = at;
    }
    sum
}

/// Whether a ray to the east from (x, y), in micro-degrees, crosses the ring an odd number of
/// times. The edge is always evaluated from its lower end, so that both neighbours of an edge
/// compute the same crossing bit for bit: that makes `contains` a true partition.
pub(crate) fn crosses_odd(ring: &[Micro], x: f64, y: f64) -> bool {
    let Some(&last) = ring.last() else {
        return false;
    };
    let (mut before, mut odd) = (last, false);
    for &v in ring {
        odd ^= crosses(before, v, x, y);
        before = v;
    }
    odd
}

#[inline]
pub(crate) fn crosses(a: Micro, b: Micro, x: f64, y: f64) -> bool {
    if (f64::from(a.y) > y) == (f64::from(b.y) > y) {
        return false;
    }
    let (low, high) = if a.y < b.y { (a, b) } else { (b, a) };
    let (lx, ly) = (f64::from(low.x), f64::from(low.y));
    x < lx + (y - ly) * (f64::from(high.x) - lx) / (f64::from(high.y) - ly)
}

/// Metres from a place to the line of a ring; none for an empty ring. Flat at the latitude of the
/// place: exact enough up to some hundred kilometres.
pub(crate) fn metres_to_ring(ring: &[Micro], point: Point) -> Option<f64> {
    let scale = point.lat.to_radians().cos();
    let at = |v: Micro| {
        (
            (f64::from(v.x) - point.lon * 1e6) * scale,
            f64::from(v.y) - point.lat * 1e6,
        )
    };
    let mut before = at(*ring.last()?);
    let mut best = f64::INFINITY;
    for &v in ring {
        let here = at(v);
        best = best.min(origin_to_segment_squared(before, here));
        before = here;
    }
    Some(best.sqrt() * METRES_PER_MICRO)
}

fn origin_to_segment_squared(a: (f64, f64), b: (f64, f64)) -> f64 {
    let d = (b.0 - a.0, b.1 - a.1);
    let length = d.0 * d.0 + d.1 * d.1;
    let t = if length == 0.0 {
        0.0
    } else {
        (-(a.0 * d.0 + a.1 * d.1) / length).clamp(0.0, 1.0)
    };
    let (x, y) = (a.0 + t * d.0, a.1 + t * d.1);
    x * x + y * y
}

/// The centre of a ring by area, in micro-degrees.
fn centroid(ring: &[Micro]) -> Option<(f64, f64)> {
    let origin = *ring.first()?;
    let rel = |v: Micro| {
        (
            f64::from(v.x) - f64::from(origin.x),
            f64::from(v.y) - f64::from(origin.y),
        )
    };
    let mut before = rel(*ring.last()?);
    let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
    for &v in ring {
        let at = rel(v);
        let cross = before.0 * at.1 - at.0 * before.1;
        sum += cross;
        x += (before.0 + at.0) * cross;
        y += (before.1 + at.1) * cross;
        before = at;
    }
    (sum != 0.0).then(|| {
        (
            f64::from(origin.x) + x / (3.0 * sum),
            f64::from(origin.y) + y / (3.0 * sum),
        )
    })
}

/// A place well inside the largest polygon: its centre when that lies well inside, else the middle
/// of the best of some horizontal cuts.
pub(crate) fn label(boundary: &Boundary) -> Option<Point> {
    let largest = boundary
        .polygons
        .iter()
        .max_by_key(|p| p.rings.first().map_or(0, |r| doubled_area(r).abs()))?;
    let outer = largest.rings.first()?;
    let bounds = crate::Bounds::of(outer)?;
    let inside = |x: f64, y: f64| {
        largest
            .rings
            .iter()
            .fold(false, |odd, r| odd ^ crosses_odd(r, x, y))
    };
    let clearance = |x: f64, y: f64| {
        let p = Point::new(x / 1e6, y / 1e6);
        largest
            .rings
            .iter()
            .filter_map(|r| metres_to_ring(r, p))
            .min_by(f64::total_cmp)
            .unwrap_or(0.0)
    };
    let (bottom, height) = (
        f64::from(bounds.low.y),
        f64::from(bounds.high.y) - f64::from(bounds.low.y),
    );
    let mut best: Option<((f64, f64), f64)> = None;
    let mut offer = |x: f64, y: f64, bonus: f64| {
        // Whole micro-degrees, so that the place survives being written with six decimals.
        let (x, y) = (x.round(), y.round());
        if inside(x, y) {
            let good = clearance(x, y) * bonus;
            if best.is_none_or(|(_, g)| good > g) {
                best = Some(((x, y), good));
            }
        }
    };
    if let Some((x, y)) = centroid(outer) {
        offer(x, y, 1.5);
    }
    for step in 1..8 {
        let y = (bottom + height * f64::from(step) / 8.0).round();
        let mut cuts: Vec<f64> = Vec::new();
        for ring in &largest.rings {
            let Some(&last) = ring.last() else { continue };
            let mut before = last;
            for &v in ring {
                if (f64::from(before.y) > y) != (f64::from(v.y) > y) {
                    let t = (y - f64::from(before.y)) / (f64::from(v.y) - f64::from(before.y));
                    cuts.push(f64::from(before.x) + t * (f64::from(v.x) - f64::from(before.x)));
                }
                before = v;
            }
        }
        cuts.sort_by(f64::total_cmp);
        let widest = cuts
            .chunks_exact(2)
            .max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])));
        if let Some(&[from, to]) = widest {
            offer(f64::midpoint(from, to), y, 1.0);
        }
    }
    best.map(|((x, y), _)| Point::new(x / 1e6, y / 1e6))
}
