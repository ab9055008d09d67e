//! Pictures that telephones read, drawn here and never by a foreign service.

use crate::{Fault, Result};

/// A QR code as an SVG.
///
/// # Errors
/// For more than a picture holds.
pub(crate) fn qr(text: &str) -> Result<String> {
    let code = qrcode::QrCode::new(text).map_err(|error| Fault::Broken(error.to_string()))?;
    Ok(code
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(200, 200)
        .build())
}
