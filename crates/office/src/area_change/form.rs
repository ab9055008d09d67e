//! Boundaries inside a change (R008): from the geometry that was drawn to the form that is kept, and back.

use atlas::{Boundary, Crs, Limits, decode_boundary, encode_boundary, read_geojson};
use civic::area::{Change, Form};
use civic::id::AreaId;
use civic::refusal::Refusal;
use data_encoding::BASE64;

/// Vertices of one boundary that is drawn by hand.
const VERTICES_MAX: usize = 20_000;

/// The form of an area from a GeoJSON geometry (Polygon or MultiPolygon, WGS84).
///
/// # Errors
/// `Invalid` with what is wrong with the geometry, in words.
pub fn of_geometry(area: AreaId, geometry: &str) -> Result<Form, Refusal> {
    let limits = Limits {
        vertices_each: VERTICES_MAX,
        features: 1,
    };
    let drawn = read_geojson(geometry, Crs::Wgs84, limits)
        .map_err(|why| Refusal::invalid("forms", "bad_shape", why.to_string()))?;
    let [one] = &drawn[..] else {
        let text = "每个区域应有一个面（Polygon 或 MultiPolygon）";
        return Err(Refusal::invalid("forms", "bad_shape", text));
    };
    Ok(Form {
        area,
        body: BASE64.encode(&encode_boundary(&one.boundary)),
    })
}

/// The boundaries that a change holds.
///
/// # Errors
/// `Invalid` where one cannot be read.
pub fn read(change: &Change) -> Result<Vec<(AreaId, Boundary)>, Refusal> {
    let Change::Redraw { forms } = change else {
        return Ok(Vec::new());
    };
    let body = |form: &Form| {
        let bytes = BASE64.decode(form.body.as_bytes()).ok()?;
        Some((form.area, decode_boundary(&bytes).ok()?))
    };
    let broken = || Refusal::invalid("forms", "bad_shape", "边界读不出来，请重新绘制");
    let read = |form| body(form).ok_or_else(broken);
    forms.iter().map(read).collect()
}
