//! Coordinate systems in use in China. Every import says which one it is in (trap 3).
//!
//! GCJ-02 shifts places by some hundred metres (567 m at Putian) by a published polynomial; BD-09
//! adds a second shift. No region mask: the usual "is it in China" box gives a jump offshore, where
//! islands of this very city lie.

use crate::Point;
use serde::{Deserialize, Serialize};

/// A coordinate system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crs {
    /// GPS and satellite positioning; CGCS2000 is taken as the same.
    Wgs84,
    /// Amap, Tencent and other commercial maps in China.
    Gcj02,
    /// Baidu.
    Bd09,
}

impl Crs {
    /// From a place in this system to WGS84; precise to 1e-9 degree where the shift is smooth.
    #[must_use]
    pub fn to_wgs84(self, point: Point) -> Point {
        match self {
            Self::Wgs84 => point,
            Self::Gcj02 => invert(point, shift_gcj),
            Self::Bd09 => invert(invert(point, shift_bd), shift_gcj),
        }
    }
    /// From a place in WGS84 to this system.
    #[must_use]
    pub fn from_wgs84(self, point: Point) -> Point {
        match self {
            Self::Wgs84 => point,
            Self::Gcj02 => shift_gcj(point),
            Self::Bd09 => shift_bd(shift_gcj(point)),
        }
    }
    /// The system with this code: `wgs84`, `gcj02`, `bd09`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "wgs84" => Some(Self::Wgs84),
            "gcj02" => Some(Self::Gcj02),
            "bd09" => Some(Self::Bd09),
            _ => None,
        }
    }
    /// The word that the interface uses.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Wgs84 => "CGCS2000/WGS84",
            Self::Gcj02 => "GCJ-02(高德、腾讯等地图)",
            Self::Bd09 => "BD-09(百度地图)",
        }
    }
}

/// Krassovsky 1940, which the published GCJ-02 formulas use.
const A: f64 = 6_378_245.0;
const E2: f64 = 0.006_693_421_622_965_943;

fn shift_gcj(p: Point) -> Point {
    let (x, y) = (p.lon - 105.0, p.lat - 35.0);
    let sin = |v: f64| (v * std::f64::consts::PI).sin();
    let root = x.abs().sqrt();
    let common = (20.0 * sin(6.0 * x) + 20.0 * sin(2.0 * x)) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + common
        + (20.0 * sin(y) + 40.0 * sin(y / 3.0)) * 2.0 / 3.0
        + (160.0 * sin(y / 12.0) + 320.0 * sin(y / 30.0)) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + common
        + (20.0 * sin(x) + 40.0 * sin(x / 3.0)) * 2.0 / 3.0
        + (150.0 * sin(x / 12.0) + 300.0 * sin(x / 30.0)) * 2.0 / 3.0;
    let lat = p.lat.to_radians();
    let w2 = 1.0 - E2 * lat.sin() * lat.sin();
    let w = w2.sqrt();
    Point {
        lon: p.lon + (east / (A / w * lat.cos())).to_degrees(),
        lat: p.lat + (north / (A * (1.0 - E2) / (w2 * w))).to_degrees(),
    }
}

fn shift_bd(p: Point) -> Point {
    const TURN: f64 = std::f64::consts::PI * 3000.0 / 180.0;
    let radius = p.lon.hypot(p.lat) + 0.000_02 * (p.lat * TURN).sin();
    let angle = p.lat.atan2(p.lon) + 0.000_003 * (p.lon * TURN).cos();
    Point {
        lon: radius * angle.cos() + 0.0065,
        lat: radius * angle.sin() + 0.006,
    }
}

/// The place that `shift` moves to `target`. The shift changes far more slowly than the place, so
/// correcting by the error halves it many times over; thirty rounds bound it for any input.
fn invert(target: Point, shift: fn(Point) -> Point) -> Point {
    let mut guess = target;
    for _ in 0..30 {
        let at = shift(guess);
        let (lon, lat) = (target.lon - at.lon, target.lat - at.lat);
        guess = Point {
            lon: guess.lon + lon,
            lat: guess.lat + lat,
        };
        if lon.abs() < 1e-12 && lat.abs() < 1e-12 {
            break;
        }
    }
    guess
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PUTIAN: Point = Point::new(119.010_28, 25.439_44);

    #[test]
    fn at_putian_gcj02_lies_473_metres_east_and_310_south() {
        let g = Crs::Gcj02.from_wgs84(PUTIAN);
        let east = Point::new(g.lon, PUTIAN.lat).metres_to(PUTIAN) * (g.lon - PUTIAN.lon).signum();
        let north = Point::new(PUTIAN.lon, g.lat).metres_to(PUTIAN) * (g.lat - PUTIAN.lat).signum();
        assert!((east - 473.0).abs() < 4.0, "{east}");
        assert!((north + 310.0).abs() < 4.0, "{north}");
        assert!((g.metres_to(PUTIAN) - 567.0).abs() < 4.0);
    }

    #[test]
    fn offshore_islands_are_shifted_like_their_mainland() {
        let shift = |p: Point| Crs::Gcj02.from_wgs84(p).metres_to(p);
        // Nanri, and open sea far to the east, where a region mask would give 0
        assert!((500.0..650.0).contains(&shift(Point::new(119.4784, 25.217_19))));
        assert!(shift(Point::new(123.5, 24.0)) > 100.0);
    }

    #[test]
    fn baidu_adds_about_half_a_mile_more() {
        let d = Crs::Bd09
            .from_wgs84(PUTIAN)
            .metres_to(Crs::Gcj02.from_wgs84(PUTIAN));
        assert!((500.0..1_100.0).contains(&d), "{d}");
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_place(lon in 73.0..136.0_f64, lat in 3.0..54.0_f64) {
            let p = Point::new(lon, lat);
            for crs in [Crs::Wgs84, Crs::Gcj02, Crs::Bd09] {
                let back = crs.to_wgs84(crs.from_wgs84(p));
                prop_assert!((back.lon - lon).abs() < 1e-8 && (back.lat - lat).abs() < 1e-8, "{:?} {:?}", crs, back);
            }
        }
    }
}
