//! Geometry: spatial index, coordinate systems, GeoJSON, generated partitions; pure.
//!
//! No IO and no knowledge of the domain: areas are plain `i64` ids with a boundary. A boundary is
//! kept as whole micro-degrees (about 0.1 m), so that two neighbours share *the same* vertices and
//! "which unit is this place in?" has one answer (R013), and is stored as compact bytes.
//!
//! - [`Point`], [`Micro`]: a place in WGS84 degrees, and the same in whole micro-degrees
//! - [`Boundary`], [`encode_boundary`], [`decode_boundary`]: polygons and their bytes
//! - [`Locator`]: point to unit, and the nearest units of a place that no unit covers
//! - [`Crs`]: WGS84, GCJ-02 and BD-09
//! - [`FeatureWriter`], [`read_geojson`]: GeoJSON out and in
//! - [`check_cover`]: gaps and overlaps of children against their parent (R008)
//! - [`join`], [`halve`]: several boundaries as one, one as two (R004)
//! - [`simplify_together`]: fewer vertices for small scales, shared edges still shared
//! - [`partition`]: a generated division of a land outline, for the sample city

mod boundary;
mod codec;
mod cover;
mod crs;
mod geojson_in;
mod geojson_out;
mod locator;
mod measure;
pub mod partition;
mod point;
mod redraw;
mod simplify;

pub use boundary::{Boundary, Bounds, Polygon, Ring};
pub use codec::{BoundaryError, MAX_VERTICES, decode_boundary, encode_boundary};
pub use cover::{Cover, Gap, Outside, Overlap, check_cover};
pub use crs::Crs;
pub use geojson_in::{GeoJsonProblem, Given, Imported, Limits, read_features, read_geojson};
pub use geojson_out::{Feature, FeatureWriter};
pub use locator::{Locator, Near, Unreadable};
pub use point::{Micro, Point};
pub use redraw::{halve, join};
pub use simplify::simplify_together;
