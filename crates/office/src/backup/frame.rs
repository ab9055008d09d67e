//! Frames: a kind, a length, and the bytes.

use std::io::{Error, ErrorKind, Read, Result, Write};

/// Longest frame: an attachment has 20 MB at most, and rows are gathered up to a megabyte.
const LENGTH_MAX: u64 = 256 << 20;

pub const HEAD: u8 = 1;
pub const ROWS: u8 = 2;
pub const FILE: u8 = 3;
pub const KEY: u8 = 4;
pub const TAIL: u8 = 5;

pub fn write(out: &mut impl Write, kind: u8, parts: &[&[u8]]) -> Result<()> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.write_all(&[kind])?;
    out.write_all(&(length as u64).to_le_bytes())?;
    parts.iter().try_for_each(|part| out.write_all(part))
}

/// The next frame.
pub fn read(input: &mut impl Read) -> Result<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    input.read_exact(&mut head)?;
    let [kind, length @ ..] = head;
    let length = u64::from_le_bytes(length);
    if length > LENGTH_MAX {
        return Err(Error::new(
            ErrorKind::InvalidData,
            "a frame of no such length",
        ));
    }
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok((kind, bytes))
}
