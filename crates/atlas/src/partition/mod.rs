//! A generated division of real land: villages inside towns inside counties, then grids and
//! governance units inside each village. No open data set has these boundaries, so the sample city
//! makes its own.
//!
//! Two steps, both reproducible from a seed:
//!
//! 1. [`divide`] lays a triangle mesh over the land (the shore is part of the mesh), lets every town
//!    grow from its place, and every village inside its town. An area is a set of triangles, so
//!    neighbours share their edges exactly.
//! 2. [`cut`] splits one village into grids and units by chords between *existing* vertices. The
//!    outline of the village never changes; so a village can be cut alone and comes out the same as
//!    in the whole city, and children tile their parent exactly.
//!
//! Only `+ - * /` and `sqrt` decide anything here: they give the same bits on every machine.

mod chance;
mod cut;
mod divide;
mod grow;
mod mesh;
mod settle;
mod shore;
mod trace;

pub use chance::{Chance, mix};
pub use cut::{CutError, Parcel, cut};
pub use divide::{Division, Land, Town, divide};

use crate::Micro;

/// Shortening of a degree of longitude at 25.4° N, the latitude of the sample city. A constant, so
/// that no library's cosine decides where a boundary runs.
pub(crate) const SHORTEN: f64 = 0.903_34;

/// A place in the flat plane of the generator: micro-degrees of latitude both ways (0.111 m).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Flat {
    pub x: f64,
    pub y: f64,
}

impl Flat {
    fn of(v: Micro) -> Self {
        Self {
            x: f64::from(v.x) * SHORTEN,
            y: f64::from(v.y),
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "places of one city")]
    fn snap(self) -> Micro {
        Micro {
            x: (self.x / SHORTEN).round() as i32,
            y: self.y.round() as i32,
        }
    }
    fn distance(self, other: Self) -> f64 {
        let (x, y) = (self.x - other.x, self.y - other.y);
        (x * x + y * y).sqrt()
    }
    fn towards(self, other: Self, part: f64) -> Self {
        Self {
            x: self.x + (other.x - self.x) * part,
            y: self.y + (other.y - self.y) * part,
        }
    }
}

/// Twice the signed area of a triangle in square micro-degrees, exact.
pub(crate) fn turn(a: Micro, b: Micro, c: Micro) -> i64 {
    let d = |p: i32, q: i32| i64::from(q) - i64::from(p);
    d(a.x, b.x) * d(a.y, c.y) - d(a.y, b.y) * d(a.x, c.x)
}

/// Whether two segments without a common end touch or cross.
pub(crate) fn meet(a: Micro, b: Micro, c: Micro, d: Micro) -> bool {
    if a.x.max(b.x) < c.x.min(d.x)
        || c.x.max(d.x) < a.x.min(b.x)
        || a.y.max(b.y) < c.y.min(d.y)
        || c.y.max(d.y) < a.y.min(b.y)
    {
        return false;
    }
    let (s, t) = (turn(a, b, c).signum(), turn(a, b, d).signum());
    let (u, v) = (turn(c, d, a).signum(), turn(c, d, b).signum());
    s * t <= 0 && u * v <= 0
}

#[cfg(test)]
mod tests;
