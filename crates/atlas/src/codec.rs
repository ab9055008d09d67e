//! A boundary as bytes: small enough to hold 115,233 of them in memory and in one table.
//!
//! Layout, all numbers LEB128 varints: version (1), count of polygons; per polygon the count of
//! rings; per ring the count of vertices and then each vertex as the zigzag difference in x and y,
//! in micro-degrees, from the vertex before it (also across rings; the first from 0, 0).

use crate::{Boundary, Micro, Polygon};

/// More vertices than any area of a city can need; larger input is refused before memory is taken.
pub const MAX_VERTICES: usize = 2_000_000;
const VERSION: u64 = 1;

/// Why bytes are not a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BoundaryError {
    /// The bytes end in the middle.
    #[error("边界数据不完整，请重新导入该区域的边界")]
    Short,
    /// The version is unknown.
    #[error("边界数据的版本 {0} 无法识别，请升级程序后再试")]
    Version(u64),
    /// A number is larger than its kind allows, or a count is larger than the bytes can hold.
    #[error("边界数据已损坏，请重新导入该区域的边界")]
    Broken,
    /// A vertex lies off the earth.
    #[error("边界数据含有超出经纬度范围的点，请检查坐标后重新导入")]
    OffTheEarth,
    /// A ring has fewer than three vertices.
    #[error("边界数据含有少于三个点的环，请重新导入该区域的边界")]
    ThinRing,
    /// There are more than [`MAX_VERTICES`] vertices.
    #[error("边界的点数过多，请简化后再导入")]
    TooLarge,
    /// There are bytes after the end.
    #[error("边界数据末尾有多余内容，请重新导入该区域的边界")]
    Trailing,
}

/// Encodes a boundary; see the module for the layout.
#[must_use]
pub fn encode_boundary(boundary: &Boundary) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + boundary.vertex_count() * 4);
    put(&mut out, VERSION);
    put(&mut out, boundary.polygons.len() as u64);
    let (mut x, mut y) = (0_i64, 0_i64);
    for polygon in &boundary.polygons {
        put(&mut out, polygon.rings.len() as u64);
        for ring in &polygon.rings {
            put(&mut out, ring.len() as u64);
            for v in ring {
                put_signed(&mut out, i64::from(v.x) - x);
                put_signed(&mut out, i64::from(v.y) - y);
                (x, y) = (i64::from(v.x), i64::from(v.y));
            }
        }
    }
    out
}

/// Decodes a boundary. Never panics and takes no more memory than the input's length warrants.
///
/// # Errors
/// A [`BoundaryError`] naming what is wrong with the bytes.
pub fn decode_boundary(bytes: &[u8]) -> Result<Boundary, BoundaryError> {
    let mut boundary = Boundary::default();
    walk(bytes, |part| match part {
        Part::Polygon => boundary.polygons.push(Polygon::default()),
        Part::Ring(n) => {
            if let Some(polygon) = boundary.polygons.last_mut() {
                polygon.rings.push(Vec::with_capacity(n));
            }
        }
        Part::Vertex(v) => {
            if let Some(ring) = boundary
                .polygons
                .last_mut()
                .and_then(|p| p.rings.last_mut())
            {
                ring.push(v);
            }
        }
    })?;
    Ok(boundary)
}

/// What [`walk`] meets, in order.
pub(crate) enum Part {
    Polygon,
    Ring(usize),
    Vertex(Micro),
}

/// Reads bytes without building anything, so that the locator can fill one flat list.
pub(crate) fn walk(bytes: &[u8], mut meet: impl FnMut(Part)) -> Result<(), BoundaryError> {
    let mut rest = bytes;
    let version = take(&mut rest)?;
    if version != VERSION {
        return Err(BoundaryError::Version(version));
    }
    let (mut x, mut y, mut total) = (0_i64, 0_i64, 0_usize);
    for _ in 0..take_count(&mut rest, 1)? {
        meet(Part::Polygon);
        for _ in 0..take_count(&mut rest, 1)? {
            let n = take_count(&mut rest, 2)?;
            if n < 3 {
                return Err(BoundaryError::ThinRing);
            }
            total += n;
            if total > MAX_VERTICES {
                return Err(BoundaryError::TooLarge);
            }
            meet(Part::Ring(n));
            for _ in 0..n {
                x = x
                    .checked_add(take_signed(&mut rest)?)
                    .ok_or(BoundaryError::Broken)?;
                y = y
                    .checked_add(take_signed(&mut rest)?)
                    .ok_or(BoundaryError::Broken)?;
                let v = Micro {
                    x: i32::try_from(x).map_err(|_| BoundaryError::OffTheEarth)?,
                    y: i32::try_from(y).map_err(|_| BoundaryError::OffTheEarth)?,
                };
                if !v.is_on_earth() {
                    return Err(BoundaryError::OffTheEarth);
                }
                meet(Part::Vertex(v));
            }
        }
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(BoundaryError::Trailing)
    }
}

fn put(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn put_signed(out: &mut Vec<u8>, n: i64) {
    put(out, ((n << 1) ^ (n >> 63)).cast_unsigned());
}

fn take(rest: &mut &[u8]) -> Result<u64, BoundaryError> {
    let (mut n, mut shift) = (0_u64, 0_u32);
    loop {
        let (&byte, after) = rest.split_first().ok_or(BoundaryError::Short)?;
        *rest = after;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            return Err(BoundaryError::Broken);
        }
        n |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(n);
        }
        shift += 7;
        if shift > 63 {
            return Err(BoundaryError::Broken);
        }
    }
}

fn take_signed(rest: &mut &[u8]) -> Result<i64, BoundaryError> {
    let n = take(rest)?;
    Ok((n >> 1).cast_signed() ^ -((n & 1).cast_signed()))
}

/// A count of things that each need at least `least` bytes: never more than the bytes left.
fn take_count(rest: &mut &[u8], least: usize) -> Result<usize, BoundaryError> {
    let n = usize::try_from(take(rest)?).map_err(|_| BoundaryError::Broken)?;
    if n > rest.len() / least {
        Err(BoundaryError::Broken)
    } else {
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vertex() -> impl Strategy<Value = Micro> {
        (-180_000_000..=180_000_000, -90_000_000..=90_000_000).prop_map(|(x, y)| Micro { x, y })
    }

    fn boundary() -> impl Strategy<Value = Boundary> {
        let ring = prop::collection::vec(vertex(), 3..20);
        let polygon = prop::collection::vec(ring, 0..4).prop_map(|rings| Polygon { rings });
        prop::collection::vec(polygon, 0..4).prop_map(|polygons| Boundary { polygons })
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded_again(b in boundary()) {
            prop_assert_eq!(decode_boundary(&encode_boundary(&b)), Ok(b));
        }

        #[test]
        fn any_bytes_are_decoded_or_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode_boundary(&bytes);
        }

        #[test]
        fn a_boundary_with_a_flipped_byte_never_panics(b in boundary(), at in any::<prop::sample::Index>(), with in 1_u8..) {
            let mut bytes = encode_boundary(&b);
            let i = at.index(bytes.len());
            bytes[i] ^= with;
            if let Ok(other) = decode_boundary(&bytes) {
                prop_assert_ne!(other, b);
            }
        }

        #[test]
        fn a_boundary_cut_short_is_refused(b in boundary(), at in any::<prop::sample::Index>()) {
            let bytes = encode_boundary(&b);
            prop_assert!(decode_boundary(&bytes[..at.index(bytes.len())]).is_err());
        }
    }

    #[test]
    fn a_count_larger_than_the_bytes_takes_no_memory() {
        let bytes = [1, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0];
        assert_eq!(decode_boundary(&bytes), Err(BoundaryError::Broken));
    }

    #[test]
    fn bytes_after_the_end_and_other_versions_are_refused() {
        assert_eq!(decode_boundary(&[1, 0, 0]), Err(BoundaryError::Trailing));
        assert_eq!(decode_boundary(&[2, 0]), Err(BoundaryError::Version(2)));
        assert_eq!(decode_boundary(&[]), Err(BoundaryError::Short));
    }

    #[test]
    fn a_vertex_some_metres_from_the_last_takes_two_to_four_bytes() {
        let ring = (0..100)
            .map(|i| Micro {
                x: 119_000_000 + i * 500,
                y: 25_400_000 + (i % 7) * 300,
            })
            .collect();
        assert!(encode_boundary(&Boundary::from_ring(ring)).len() < 420);
    }
}
