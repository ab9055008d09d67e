//! A place: degrees for people and sensors, whole micro-degrees for boundaries.

use serde::{Deserialize, Serialize};

/// A place in WGS84 degrees (taken as equal to CGCS2000: they differ by centimetres).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Longitude in degrees, east positive.
    pub lon: f64,
    /// Latitude in degrees, north positive.
    pub lat: f64,
}

/// A vertex of a boundary in whole micro-degrees (1e-6 degree, about 0.1 m).
///
/// Whole numbers, because equal vertices must compare equal: that is what makes the edge of two
/// neighbours one edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Micro {
    /// Longitude in micro-degrees.
    pub x: i32,
    /// Latitude in micro-degrees.
    pub y: i32,
}

/// Mean radius of the earth in metres, for distances.
const RADIUS: f64 = 6_371_008.8;

impl Point {
    /// A place from degrees.
    #[must_use]
    pub const fn new(lon: f64, lat: f64) -> Self {
        Self { lon, lat }
    }
    /// Whether the coordinates are numbers within ±180 and ±90 degrees.
    #[must_use]
    pub fn is_on_earth(self) -> bool {
        self.lon.is_finite()
            && self.lat.is_finite()
            && self.lon.abs() <= 180.0
            && self.lat.abs() <= 90.0
    }
    /// The nearest vertex in whole micro-degrees; none when off the earth.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "is_on_earth bounds both by 180e6"
    )]
    pub fn snap(self) -> Option<Micro> {
        self.is_on_earth().then(|| Micro {
            x: (self.lon * 1e6).round() as i32,
            y: (self.lat * 1e6).round() as i32,
        })
    }
    /// Distance in metres along the great circle (haversine; error below 0.5 %).
    #[must_use]
    pub fn metres_to(self, other: Self) -> f64 {
        let (a, b) = (self.lat.to_radians(), other.lat.to_radians());
        let half = |d: f64| (d / 2.0).sin().powi(2);
        let h = half(b - a) + a.cos() * b.cos() * half((other.lon - self.lon).to_radians());
        2.0 * RADIUS * h.clamp(0.0, 1.0).sqrt().asin()
    }
}

impl Micro {
    /// The same place in degrees.
    #[must_use]
    pub fn degrees(self) -> Point {
        Point {
            lon: f64::from(self.x) / 1e6,
            lat: f64::from(self.y) / 1e6,
        }
    }
    /// Whether within ±180 and ±90 degrees.
    #[must_use]
    pub fn is_on_earth(self) -> bool {
        (-180_000_000..=180_000_000).contains(&self.x)
            && (-90_000_000..=90_000_000).contains(&self.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_111_kilometres() {
        let d = Point::new(119.0, 25.0).metres_to(Point::new(119.0, 26.0));
        assert!((d - 111_195.0).abs() < 1.0, "{d}");
    }

    #[test]
    fn a_place_off_the_earth_has_no_vertex() {
        assert_eq!(Point::new(f64::NAN, 25.0).snap(), None);
        assert_eq!(Point::new(181.0, 25.0).snap(), None);
        assert_eq!(
            Point::new(119.010_280_4, 25.439_44).snap(),
            Some(Micro {
                x: 119_010_280,
                y: 25_439_440
            })
        );
    }
}
