//! GeoJSON in: boundaries drawn elsewhere, refused with a reason that says what to do (R008).

use crate::{Boundary, Crs, MAX_VERTICES, Micro, Point, Polygon, Ring};
use geojson::{GeoJson, GeometryValue};

/// How much an import may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Vertices of one area.
    pub vertices_each: usize,
    /// Areas of one file.
    pub features: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            vertices_each: 100_000,
            features: 200_000,
        }
    }
}

/// One area that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// Its properties as given, for the caller to match on code, name and parent.
    pub properties: serde_json::Map<String, serde_json::Value>,
    /// Its boundary in WGS84.
    pub boundary: Boundary,
}

/// One feature of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Its properties as given, for the caller to match on code, name and parent.
    pub properties: serde_json::Map<String, serde_json::Value>,
    /// Its boundary in WGS84, or what is wrong with it.
    pub boundary: Result<Boundary, GeoJsonProblem>,
}

/// Why a file was refused. Features, parts and rings are counted from 1, as people do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GeoJsonProblem {
    /// The text is not GeoJSON.
    #[error("文件不是有效的 GeoJSON：{0}。请用制图软件重新导出为 GeoJSON(UTF-8)后再试")]
    NotGeoJson(String),
    /// There are more features than allowed.
    #[error("文件含有 {count} 个图形，超过上限 {limit} 个，请拆成几个文件分别导入")]
    TooManyFeatures {
        /// How many.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A feature has no geometry, or one that is not a surface.
    #[error("第 {feature} 个图形是“{found}”，不是面。请只导出面（Polygon 或 MultiPolygon）")]
    NotASurface {
        /// Which feature.
        feature: usize,
        /// The kind that was found.
        found: &'static str,
    },
    /// The last position of a ring is not its first.
    #[error("第 {feature} 个图形的第 {ring} 个环没有闭合，请把终点与起点接上后再导入")]
    Unclosed {
        /// Which feature.
        feature: usize,
        /// Which ring of it.
        ring: usize,
    },
    /// A ring encloses nothing.
    #[error("第 {feature} 个图形的第 {ring} 个环不足三个不同的点或面积为零，请删去它或重新绘制")]
    Empty {
        /// Which feature.
        feature: usize,
        /// Which ring of it.
        ring: usize,
    },
    /// Two edges of a feature cross.
    #[error("第 {feature} 个图形的边线在东经 {:.6}、北纬 {:.6} 处自相交叉，请修正该处后再导入", at.lon, at.lat)]
    SelfCrossing {
        /// Which feature.
        feature: usize,
        /// Where, in WGS84.
        at: Point,
    },
    /// A feature has more vertices than allowed.
    #[error("第 {feature} 个图形有 {count} 个点，超过上限 {limit} 个，请先简化边线")]
    TooManyVertices {
        /// Which feature.
        feature: usize,
        /// How many it has.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A position is not a longitude and latitude in degrees.
    #[error(
        "第 {feature} 个图形含有坐标（{x}，{y}），不是经纬度。请确认顺序为先经度后纬度、单位为度，而不是投影坐标"
    )]
    OutOfRange {
        /// Which feature.
        feature: usize,
        /// First number of the position.
        x: f64,
        /// Second number of the position.
        y: f64,
    },
}

/// Reads a Feature, a FeatureCollection or a bare geometry whose positions are in `crs`.
///
/// # Errors
/// The first [`GeoJsonProblem`] met; nothing of the file is taken then.
pub fn read_geojson(text: &str, crs: Crs, limits: Limits) -> Result<Vec<Imported>, GeoJsonProblem> {
    let all = read_features(text, crs, limits)?.into_iter();
    let imported = all.map(|given| {
        Ok(Imported {
            properties: given.properties,
            boundary: given.boundary?,
        })
    });
    imported.collect()
}

/// Where a file that is no GeoJSON goes wrong; the reader's own words are English.
fn place_of(error: &geojson::Error) -> String {
    match error {
        geojson::Error::MalformedGeoJson(inner) if inner.is_eof() => {
            "内容没有写完，文件可能没有传完整".into()
        }
        geojson::Error::MalformedGeoJson(inner) if inner.is_syntax() => {
            let (line, column) = (inner.line(), inner.column());
            format!("第 {line} 行第 {column} 个字符附近写法不对")
        }
        _ => "缺少必需的内容（如 type、geometry、coordinates）或内容不对".into(),
    }
}

/// The same feature by feature, so that all that is wrong can be said at once.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn read_features(text: &str, crs: Crs, limits: Limits) -> Result<Vec<Given>, GeoJsonProblem> {
    let parsed: GeoJson = text
        .parse()
        .map_err(|e: geojson::Error| GeoJsonProblem::NotGeoJson(place_of(&e)))?;
    let features: Vec<_> = match parsed {
        GeoJson::FeatureCollection(all) => all
            .features
            .into_iter()
            .map(|f| (f.properties.unwrap_or_default(), f.geometry))
            .collect(),
        GeoJson::Feature(one) => vec![(one.properties.unwrap_or_default(), one.geometry)],
        GeoJson::Geometry(bare) => vec![(serde_json::Map::new(), Some(bare))],
    };
    if features.len() > limits.features {
        return Err(GeoJsonProblem::TooManyFeatures {
            count: features.len(),
            limit: limits.features,
        });
    }
    let read = |(i, (properties, geometry)): (usize, (_, Option<geojson::Geometry>))| Given {
        properties,
        boundary: surface(i + 1, geometry.as_ref().map(|g| &g.value), crs, limits),
    };
    Ok(features.into_iter().enumerate().map(read).collect())
}

fn surface(
    feature: usize,
    value: Option<&GeometryValue>,
    crs: Crs,
    limits: Limits,
) -> Result<Boundary, GeoJsonProblem> {
    let found = |found| Err(GeoJsonProblem::NotASurface { feature, found });
    let parts: Vec<_> = match value {
        Some(GeometryValue::Polygon { coordinates }) => vec![coordinates],
        Some(GeometryValue::MultiPolygon { coordinates }) => coordinates.iter().collect(),
        Some(GeometryValue::Point { .. } | GeometryValue::MultiPoint { .. }) => return found("点"),
        Some(GeometryValue::LineString { .. } | GeometryValue::MultiLineString { .. }) => {
            return found("线");
        }
        Some(GeometryValue::GeometryCollection { .. }) => return found("几何集合"),
        None => return found("空图形"),
    };
    let count = parts.iter().flat_map(|p| p.iter()).map(Vec::len).sum();
    let limit = limits.vertices_each.min(MAX_VERTICES);
    if count > limit {
        return Err(GeoJsonProblem::TooManyVertices {
            feature,
            count,
            limit,
        });
    }
    let mut boundary = Boundary::default();
    let mut number = 0;
    for part in parts {
        let mut polygon = Polygon::default();
        for positions in part {
            number += 1;
            polygon.rings.push(ring(
                feature,
                number,
                positions.iter().map(|p| p.as_slice()),
                crs,
            )?);
        }
        if polygon.rings.is_empty() {
            return Err(GeoJsonProblem::Empty {
                feature,
                ring: number + 1,
            });
        }
        boundary.polygons.push(polygon);
    }
    if boundary.polygons.is_empty() {
        return Err(GeoJsonProblem::Empty { feature, ring: 1 });
    }
    match crossing(&boundary) {
        Some(at) => Err(GeoJsonProblem::SelfCrossing { feature, at }),
        None => Ok(boundary),
    }
}

fn ring<'a>(
    feature: usize,
    ring: usize,
    positions: impl Iterator<Item = &'a [f64]>,
    crs: Crs,
) -> Result<Ring, GeoJsonProblem> {
    let mut vertices: Ring = Vec::new();
    let (mut first, mut last, mut count) = (None, None, 0_usize);
    for position in positions {
        let &[x, y, ..] = position else {
            return Err(GeoJsonProblem::NotGeoJson(format!(
                "第 {feature} 个图形含有不足两个数的坐标"
            )));
        };
        let outside = GeoJsonProblem::OutOfRange { feature, x, y };
        let given = Point::new(x, y);
        if !given.is_on_earth() {
            return Err(outside);
        }
        let vertex = crs.to_wgs84(given).snap().ok_or(outside)?;
        count += 1;
        first.get_or_insert(vertex);
        // Positions closer than 0.1 m fall together.
        if last != Some(vertex) {
            vertices.push(vertex);
        }
        last = Some(vertex);
    }
    if count < 4 {
        return Err(GeoJsonProblem::Empty { feature, ring });
    }
    if first != last {
        return Err(GeoJsonProblem::Unclosed { feature, ring });
    }
    if vertices.len() > 1 {
        vertices.pop();
    }
    if vertices.len() < 3
        || crate::measure::doubled_area(&vertices) == 0
            && crossing(&Boundary::from_ring(vertices.clone())).is_none()
    {
        return Err(GeoJsonProblem::Empty { feature, ring });
    }
    Ok(vertices)
}

/// Where two edges of a boundary properly cross, if they do: edges sorted by their west end, each
/// compared with those that begin before it ends.
fn crossing(boundary: &Boundary) -> Option<Point> {
    let mut edges: Vec<(Micro, Micro)> = Vec::with_capacity(boundary.vertex_count());
    for ring in boundary.rings() {
        let Some(&last) = ring.last() else { continue };
        let mut before = last;
        for &v in ring {
            edges.push(if before.x <= v.x {
                (before, v)
            } else {
                (v, before)
            });
            before = v;
        }
    }
    edges.sort_by_key(|e| e.0.x);
    for (i, &(a, b)) in edges.iter().enumerate() {
        let (low, high) = (a.y.min(b.y), a.y.max(b.y));
        for &(c, d) in edges[i + 1..].iter().take_while(|e| e.0.x <= b.x) {
            if c.y.max(d.y) < low || c.y.min(d.y) > high {
                continue;
            }
            let (s, t) = (side(a, b, c), side(a, b, d));
            if s * t < 0 && side(c, d, a) * side(c, d, b) < 0 {
                let (s, t) = (cross(a, b, c) as f64, cross(a, b, d) as f64);
                let part = s / (s - t);
                let (from, to) = (c.degrees(), d.degrees());
                return Some(Point::new(
                    from.lon + part * (to.lon - from.lon),
                    from.lat + part * (to.lat - from.lat),
                ));
            }
        }
    }
    None
}

/// Twice the signed area of a triangle. i128: three corners anywhere on earth.
fn cross(a: Micro, b: Micro, c: Micro) -> i128 {
    let d = |p: i32, q: i32| i128::from(q) - i128::from(p);
    d(a.x, b.x) * d(a.y, c.y) - d(a.y, b.y) * d(a.x, c.x)
}

fn side(a: Micro, b: Micro, c: Micro) -> i128 {
    cross(a, b, c).signum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polygon(ring: &str) -> String {
        format!(
            r#"{{"type":"Feature","properties":{{"name":"试点网格"}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}"#
        )
    }
    fn read(text: &str) -> Result<Vec<Imported>, GeoJsonProblem> {
        read_geojson(text, Crs::Wgs84, Limits::default())
    }

    #[test]
    fn a_good_polygon_is_read_with_its_properties() {
        let got = read(&polygon(
            "[119.0,25.4],[119.01,25.4],[119.01,25.41],[119.0,25.4]",
        ))
        .unwrap();
        assert_eq!(got[0].properties["name"], "试点网格");
        assert_eq!(got[0].boundary.vertex_count(), 3);
    }

    #[test]
    fn a_file_in_gcj02_is_moved_back_to_wgs84() {
        let text = polygon("[119.0,25.4],[119.01,25.4],[119.01,25.41],[119.0,25.4]");
        let got = read_geojson(&text, Crs::Gcj02, Limits::default()).unwrap();
        let first = got[0].boundary.polygons[0].rings[0][0].degrees();
        let d = first.metres_to(Point::new(119.0, 25.4));
        assert!((d - 567.0).abs() < 10.0, "{d}");
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        let faults = [
            (
                "[119.0,25.4],[119.01,25.4],[119.01,25.41],[119.0,25.41]",
                "没有闭合",
            ),
            ("[119.0,25.4],[119.01,25.4],[119.0,25.4]", "不足三个"),
            (
                "[119.0,25.4],[119.01,25.4],[119.02,25.4],[119.0,25.4]",
                "面积为零",
            ),
            (
                "[119.0,25.4],[119.01,25.41],[119.01,25.4],[119.0,25.41],[119.0,25.4]",
                "东经 119.005000、北纬 25.405000",
            ),
            (
                "[401234.5,2812345.6],[401234.5,2812348.6],[401239.5,2812345.6],[401234.5,2812345.6]",
                "不是经纬度",
            ),
        ];
        for (ring, part) in faults {
            let problem = read(&polygon(ring)).unwrap_err().to_string();
            assert!(problem.contains(part), "{ring}: {problem}");
        }
    }

    #[test]
    fn a_hole_that_crosses_the_outer_ring_is_refused() {
        let text = r#"{"type":"Polygon","coordinates":[[[119.0,25.0],[119.1,25.0],[119.1,25.1],[119.0,25.1],[119.0,25.0]],
            [[119.05,25.05],[119.2,25.05],[119.2,25.06],[119.05,25.06],[119.05,25.05]]]}"#;
        assert!(matches!(
            read(text),
            Err(GeoJsonProblem::SelfCrossing { feature: 1, .. })
        ));
    }

    #[test]
    fn lines_points_and_other_texts_are_refused() {
        let line = r#"{"type":"LineString","coordinates":[[119.0,25.0],[119.1,25.0]]}"#;
        assert_eq!(
            read(line),
            Err(GeoJsonProblem::NotASurface {
                feature: 1,
                found: "线"
            })
        );
        let told = |text: &str| match read(text) {
            Err(problem @ GeoJsonProblem::NotGeoJson(_)) => problem.to_string(),
            other => panic!("{other:?}"),
        };
        assert!(told("{").contains("没有写完"), "{}", told("{"));
        assert!(told("{\n 3").contains("第 2 行"), "{}", told("{\n 3"));
        let strange = r#"{"type":"Polygone","coordinates":[]}"#;
        assert!(told(strange).contains("缺少必需的内容"));
        for text in ["{", "{\n 3", strange] {
            assert!(!told(text).contains("line"), "{}", told(text));
        }
        assert!(read(r#"{"type":"Polygon","coordinates":[[[119.0],[119.1,25.0]]]}"#).is_err());
        assert!(read(r#"{"type":"Polygon","coordinates":[]}"#).is_err());
        assert!(read(r#"{"type":"MultiPolygon","coordinates":[]}"#).is_err());
    }

    #[test]
    fn too_many_vertices_or_features_are_refused_with_the_counts() {
        let text = polygon("[119.0,25.4],[119.01,25.4],[119.01,25.41],[119.0,25.4]");
        let few = Limits {
            vertices_each: 3,
            features: 9,
        };
        assert_eq!(
            read_geojson(&text, Crs::Wgs84, few),
            Err(GeoJsonProblem::TooManyVertices {
                feature: 1,
                count: 4,
                limit: 3
            })
        );
        let none = Limits {
            vertices_each: 9,
            features: 0,
        };
        assert_eq!(
            read_geojson(&text, Crs::Wgs84, none),
            Err(GeoJsonProblem::TooManyFeatures { count: 1, limit: 0 })
        );
    }
}
