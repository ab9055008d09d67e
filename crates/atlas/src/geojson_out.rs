//! GeoJSON out (RFC 7946), written straight from boundary bytes: no tree of values in between.

use crate::codec::{Part, walk};
use crate::measure::doubled_area;
use crate::{BoundaryError, Micro};
use std::fmt::Write;

/// One area to write.
#[derive(Debug, Clone, Copy)]
pub struct Feature<'a> {
    /// Written as a string: JavaScript cannot hold 63 bits.
    pub id: i64,
    /// Name as shown.
    pub name: &'a str,
    /// Code by which the area is found again; left out where it is empty.
    pub code: &'a str,
    /// Level of the tree, 1 city to 6 unit.
    pub level: u8,
    /// Boundary bytes of [`crate::encode_boundary`].
    pub boundary: &'a [u8],
    /// Further properties, such as counts for a choropleth.
    pub figures: &'a [(&'a str, f64)],
}

/// Writes a FeatureCollection piece by piece.
#[derive(Debug)]
pub struct FeatureWriter {
    out: String,
    any: bool,
}

impl Default for FeatureWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl FeatureWriter {
    /// An empty collection.
    #[must_use]
    pub fn new() -> Self {
        Self {
            out: String::from(r#"{"type":"FeatureCollection","features":["#),
            any: false,
        }
    }

    /// Adds an area; coordinates have six decimals, outer rings run counter-clockwise.
    ///
    /// # Errors
    /// When the boundary cannot be decoded; the collection is then as it was before.
    pub fn push(&mut self, feature: &Feature<'_>) -> Result<(), BoundaryError> {
        let mut polygons: Vec<Vec<Vec<Micro>>> = Vec::new();
        walk(feature.boundary, |part| match part {
            Part::Polygon => polygons.push(Vec::new()),
            Part::Ring(n) => polygons
                .last_mut()
                .into_iter()
                .for_each(|p| p.push(Vec::with_capacity(n))),
            Part::Vertex(v) => polygons
                .last_mut()
                .and_then(|p| p.last_mut())
                .into_iter()
                .for_each(|r| r.push(v)),
        })?;
        if self.any {
            self.out.push(',');
        }
        self.any = true;
        // Writing to a String cannot fail.
        let _ = write!(
            self.out,
            r#"{{"type":"Feature","id":"{}","properties":{{"id":"{}","name":"#,
            feature.id, feature.id
        );
        self.text(feature.name);
        if !feature.code.is_empty() {
            self.out.push_str(r#","code":"#);
            self.text(feature.code);
        }
        let _ = write!(self.out, r#","level":{}"#, feature.level);
        for (name, value) in feature.figures {
            self.out.push(',');
            self.text(name);
            self.out.push(':');
            let _ = if value.is_finite() {
                write!(self.out, "{value}")
            } else {
                write!(self.out, "null")
            };
        }
        self.out.push_str(r#"},"geometry":"#);
        self.geometry(&polygons);
        self.out.push('}');
        Ok(())
    }

    /// The whole text.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.out.push_str("]}");
        self.out
    }

    fn text(&mut self, text: &str) {
        self.out
            .push_str(&serde_json::Value::from(text).to_string());
    }

    fn geometry(&mut self, polygons: &[Vec<Vec<Micro>>]) {
        let single = polygons.len() == 1;
        self.out.push_str(if single {
            r#"{"type":"Polygon","coordinates":"#
        } else {
            r#"{"type":"MultiPolygon","coordinates":["#
        });
        for (p, polygon) in polygons.iter().enumerate() {
            if p > 0 {
                self.out.push(',');
            }
            self.out.push('[');
            for (r, ring) in polygon.iter().enumerate() {
                if r > 0 {
                    self.out.push(',');
                }
                self.ring(ring, r == 0);
            }
            self.out.push(']');
        }
        self.out.push_str(if single { "}" } else { "]}" });
    }

    fn ring(&mut self, ring: &[Micro], outer: bool) {
        let forward = (doubled_area(ring) > 0) == outer;
        let n = ring.len();
        self.out.push('[');
        for i in 0..=n {
            let v = ring[if forward { i % n } else { (n - i) % n }];
            if i > 0 {
                self.out.push(',');
            }
            self.out.push('[');
            self.number(v.x);
            self.out.push(',');
            self.number(v.y);
            self.out.push(']');
        }
        self.out.push(']');
    }

    /// Whole micro-degrees as degrees, exact.
    fn number(&mut self, micro: i32) {
        let size = micro.unsigned_abs();
        let _ = write!(
            self.out,
            "{}{}.{:06}",
            if micro < 0 { "-" } else { "" },
            size / 1_000_000,
            size % 1_000_000
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Boundary, Polygon, encode_boundary};

    fn ring(x: i32, y: i32) -> Vec<Micro> {
        vec![
            Micro { x, y },
            Micro { x, y: y + 9 },
            Micro { x: x + 9, y: y + 9 },
        ]
    }

    #[test]
    fn a_feature_holds_string_id_name_level_figures_and_six_decimals() {
        let bytes = encode_boundary(&Boundary::from_ring(ring(119_000_001, -25_000_000)));
        let mut writer = FeatureWriter::new();
        writer
            .push(&Feature {
                id: 9_007_199_254_740_993,
                name: "坂头\"社区",
                code: "",
                level: 4,
                boundary: &bytes,
                figures: &[("open", 3.0), ("rate", 0.5), ("none", f64::NAN)],
            })
            .unwrap();
        assert_eq!(
            writer.finish(),
            concat!(
                r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"9007199254740993","properties":"#,
                r#"{"id":"9007199254740993","name":"坂头\"社区","level":4,"open":3,"rate":0.5,"none":null},"geometry":"#,
                r#"{"type":"Polygon","coordinates":[[[119.000001,-25.000000],[119.000010,-24.999991],[119.000001,-24.999991],[119.000001,-25.000000]]]}}]}"#
            )
        );
    }

    #[test]
    fn islands_become_a_multipolygon_that_other_programs_read() {
        let b = Boundary {
            polygons: vec![
                Polygon {
                    rings: vec![ring(1, 1)],
                },
                Polygon {
                    rings: vec![ring(50, 1)],
                },
            ],
        };
        let mut writer = FeatureWriter::new();
        for id in [1, 2] {
            writer
                .push(&Feature {
                    id,
                    name: "岛",
                    code: "",
                    level: 6,
                    boundary: &encode_boundary(&b),
                    figures: &[],
                })
                .unwrap();
        }
        let read: geojson::GeoJson = writer.finish().parse().unwrap();
        let geojson::GeoJson::FeatureCollection(all) = read else {
            panic!("not a collection")
        };
        assert_eq!(all.features.len(), 2);
    }

    #[test]
    fn a_broken_boundary_leaves_the_collection_as_it_was() {
        let mut writer = FeatureWriter::new();
        assert!(
            writer
                .push(&Feature {
                    id: 1,
                    name: "x",
                    code: "",
                    level: 6,
                    boundary: &[1, 9],
                    figures: &[]
                })
                .is_err()
        );
        assert_eq!(
            writer.finish(),
            r#"{"type":"FeatureCollection","features":[]}"#
        );
    }
}
