//! Takes hidden data out of pictures without touching the picture: place, device, time, thumbnails
//! and whatever follows the end of the picture (motion photos carry a film there). How the picture
//! is to be turned is kept, or it would lie on its side.

use super::Kind;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::Png;
use img_parts::riff::RiffContent;
use img_parts::webp::WebP;
use img_parts::{Bytes, ImageEXIF};

/// The picture without hidden data; documents as they are; `None` where it cannot be read.
pub(super) fn picture(kind: Kind, bytes: Vec<u8>) -> Option<Vec<u8>> {
    match kind {
        Kind::Jpeg => jpeg(bytes.into()),
        Kind::Png => png(bytes.into()),
        Kind::WebP => webp(bytes.into()),
        Kind::Pdf | Kind::Docx | Kind::Xlsx => Some(bytes),
    }
}

fn jpeg(bytes: Bytes) -> Option<Vec<u8>> {
    let mut picture = Jpeg::from_bytes(bytes).ok()?;
    let turned = picture.exif().as_deref().and_then(orientation);
    picture.segments_mut().retain(keep);
    let scan = picture
        .segments_mut()
        .pop()
        .filter(JpegSegment::has_entropy)?;
    if let Some(turned) = turned {
        picture.set_exif(Some(only_orientation(turned).into()));
    }
    let mut out = vec![0xFF, markers::SOI];
    for segment in picture.segments() {
        out.extend_from_slice(&segment.clone().encoder().bytes());
    }
    out.extend(scan_data(&scan.encoder().bytes())?);
    Some(out)
}

/// Whether a segment is part of the picture: tables, frames, JFIF, Adobe's colour transform, ICC.
fn keep(segment: &JpegSegment) -> bool {
    match segment.marker() {
        markers::APP0 => segment.contents().starts_with(b"JFIF\0"),
        markers::APP2 => segment.contents().starts_with(b"ICC_PROFILE\0"),
        0xEE => segment.contents().starts_with(b"Adobe"),
        marker => !is_hidden(marker),
    }
}

/// APP0 to APP15 and comments.
fn is_hidden(marker: u8) -> bool {
    matches!(marker, 0xE0..=0xEF | 0xFE)
}

/// All scans, from the marker of the first up to the end of the picture, hidden segments between
/// scans left out.
fn scan_data(data: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(data.len());
    let mut at = 0;
    while let Some(&byte) = data.get(at) {
        let marker = if byte == 0xFF {
            data.get(at + 1).copied()
        } else {
            None
        };
        match marker {
            // Not a marker, a stuffed FF, or a restart: all belong to the scan.
            None | Some(0x00 | 0xD0..=0xD7) => {
                let end = if marker.is_some() { at + 2 } else { at + 1 };
                kept.extend_from_slice(data.get(at..end)?);
                at = end;
            }
            // Fill bytes before a marker.
            Some(0xFF) => at += 1,
            Some(0xD9) => {
                kept.extend_from_slice(&[0xFF, 0xD9]);
                return Some(kept);
            }
            Some(marker) => {
                let length = data.get(at + 2..at + 4)?;
                let end = at + 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
                let segment = data.get(at..end.max(at + 4))?;
                if !is_hidden(marker) {
                    kept.extend_from_slice(segment);
                }
                at += segment.len();
            }
        }
    }
    // A cut-off picture still shows its upper part; it gets an end.
    kept.extend_from_slice(&[0xFF, 0xD9]);
    Some(kept)
}

/// Chunks of a PNG that are part of the picture (also of a moving one).
const PNG_KEPT: &[&[u8; 4]] = &[
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

fn png(bytes: Bytes) -> Option<Vec<u8>> {
    let mut picture = Png::from_bytes(bytes).ok()?;
    let turned = picture.exif().as_deref().and_then(orientation);
    picture
        .chunks_mut()
        .retain(|chunk| PNG_KEPT.contains(&&chunk.kind()));
    picture.chunk_by_type(*b"IHDR")?;
    picture.chunk_by_type(*b"IDAT")?;
    if let Some(turned) = turned {
        picture.set_exif(Some(only_orientation(turned).into()));
    }
    Some(picture.encoder().bytes().to_vec())
}

fn webp(bytes: Bytes) -> Option<Vec<u8>> {
    let mut picture = WebP::from_bytes(bytes).ok()?;
    let turned = picture.exif().as_deref().and_then(orientation);
    picture.set_exif(None);
    let kept = [
        b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP",
    ];
    picture
        .chunks_mut()
        .retain(|chunk| kept.contains(&&chunk.id()));
    for chunk in picture
        .chunks_mut()
        .iter_mut()
        .filter(|chunk| &chunk.id() == b"VP8X")
    {
        if let RiffContent::Data(flags) = chunk.content_mut() {
            let mut bytes = flags.to_vec();
            if let Some(first) = bytes.first_mut() {
                // Bits of the extended header: 3 says that there is Exif, 2 that there is XMP.
                *first &= !0b1100;
            }
            *flags = bytes.into();
        }
    }
    if !picture.has_chunk(*b"VP8 ") && !picture.has_chunk(*b"VP8L") && !picture.has_chunk(*b"ANMF")
    {
        return None;
    }
    if let Some(turned) = turned {
        picture.set_exif(Some(only_orientation(turned).into()));
    }
    Some(picture.encoder().bytes().to_vec())
}

/// How the picture is turned (2 to 8) by its Exif data; `None` where it stands upright or nothing is
/// said. Exif is TIFF: a byte order, the offset of a table, entries of twelve bytes.
fn orientation(exif: &[u8]) -> Option<u8> {
    let big = match exif.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let two: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big {
            u16::from_be_bytes(two)
        } else {
            u16::from_le_bytes(two)
        })
    };
    let four: [u8; 4] = exif.get(4..8)?.try_into().ok()?;
    let table = if big {
        u32::from_be_bytes(four)
    } else {
        u32::from_le_bytes(four)
    } as usize;
    let count = usize::from(short(table)?);
    let value = (0..count).find_map(|n| {
        let entry = table.checked_add(2 + 12 * n)?;
        (short(entry)? == ORIENTATION).then(|| short(entry + 8))?
    })?;
    u8::try_from(value)
        .ok()
        .filter(|value| (2..=8).contains(value))
}

/// Number of the orientation's entry.
const ORIENTATION: u16 = 0x0112;

/// Exif data that says nothing but how the picture is turned.
fn only_orientation(turned: u8) -> Vec<u8> {
    let mut exif = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    exif.extend_from_slice(&ORIENTATION.to_be_bytes());
    // Type SHORT, one value, the value in the first two of four bytes; no further table.
    exif.extend_from_slice(&[0, 3, 0, 0, 0, 1, 0, turned, 0, 0, 0, 0, 0, 0]);
    exif
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Little-endian Exif with a device name and, where asked, an orientation.
    fn exif(turned: Option<u8>) -> Vec<u8> {
        let mut out = b"II*\0\x08\0\0\0".to_vec();
        let count = 1 + u16::from(turned.is_some());
        out.extend_from_slice(&count.to_le_bytes());
        out.extend_from_slice(&[0x0f, 0x01, 2, 0, 4, 0, 0, 0]);
        out.extend_from_slice(b"GPS1");
        if let Some(turned) = turned {
            out.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, turned, 0, 0, 0]);
        }
        out.extend_from_slice(&[0; 4]);
        out
    }

    fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
        let mut out = vec![0xFF, marker];
        out.extend_from_slice(&((contents.len() + 2) as u16).to_be_bytes());
        out.extend_from_slice(contents);
        out
    }

    fn photo(turned: Option<u8>) -> Vec<u8> {
        let mut out = vec![0xFF, 0xD8];
        out.extend(segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"));
        out.extend(segment(
            0xE1,
            &[b"Exif\0\0".to_vec(), exif(turned)].concat(),
        ));
        out.extend(segment(
            0xE1,
            b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>GPSX</x:xmpmeta>",
        ));
        out.extend(segment(0xE2, b"MPF\0GPSM"));
        out.extend(segment(0xE2, b"ICC_PROFILE\0\x01\x01colour"));
        out.extend(segment(0xED, b"Photoshop 3.0\0GPSI"));
        out.extend(segment(0xEE, b"Adobe\0d\0\0\0\0\x01"));
        out.extend(segment(0xFE, b"GPSC"));
        out.extend(segment(0xDB, b"tables"));
        out.extend(segment(0xDA, b"scan1"));
        out.extend_from_slice(b"\x11\xFF\x00\x22\xFF\xD0\x33");
        out.extend(segment(0xE1, b"GPS between scans"));
        out.extend(segment(0xDA, b"scan2"));
        out.extend_from_slice(b"\x44\xFF\xD9GPS film after the end");
        out
    }

    fn count(bytes: &[u8], what: &[u8]) -> usize {
        bytes.windows(what.len()).filter(|w| *w == what).count()
    }

    #[test]
    fn a_jpeg_loses_all_hidden_data_and_keeps_the_picture() {
        let cleaned = picture(Kind::Jpeg, photo(None)).unwrap();
        assert_eq!(
            count(&photo(None), b"GPS"),
            7,
            "the test picture hides seven things"
        );
        assert_eq!(count(&cleaned, b"GPS"), 0);
        for kept in [
            &b"JFIF\0"[..],
            b"ICC_PROFILE\0\x01\x01colour",
            b"Adobe",
            b"tables",
            b"scan1\x11\xFF\x00\x22\xFF\xD0\x33",
            b"scan2\x44\xFF\xD9",
        ] {
            assert_eq!(count(&cleaned, kept), 1, "{kept:?}");
        }
        assert!(cleaned.ends_with(b"\x44\xFF\xD9"));
        assert_eq!(count(&cleaned, b"Exif"), 0);
    }

    #[test]
    fn a_jpeg_stays_turned_as_it_was() {
        let cleaned = picture(Kind::Jpeg, photo(Some(6))).unwrap();
        assert_eq!(count(&cleaned, b"GPS"), 0);
        let again = Jpeg::from_bytes(cleaned.into()).unwrap().exif().unwrap();
        assert_eq!(orientation(&again), Some(6));
        assert_eq!(again, only_orientation(6));
    }

    #[test]
    fn cleaning_twice_changes_nothing_more() {
        let once = picture(Kind::Jpeg, photo(Some(3))).unwrap();
        assert_eq!(picture(Kind::Jpeg, once.clone()).unwrap(), once);
    }

    fn chunk(kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
        let chunk = img_parts::png::PngChunk::new(*kind, contents.to_vec().into());
        chunk.encoder().bytes().to_vec()
    }

    #[test]
    fn a_png_loses_texts_times_and_exif() {
        let mut drawing = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, contents) in [
            (b"IHDR", &b"0000000000000"[..]),
            (b"tEXt", b"Author\0GPST"),
            (b"iTXt", b"XML:com.adobe.xmp\0GPSX"),
            (b"zTXt", b"GPSZ"),
            (b"eXIf", &exif(None)),
            (b"tIME", b"GPSTIME"),
            (b"prVt", b"GPSP"),
            (b"IDAT", b"pixels"),
            (b"IEND", b""),
        ] {
            drawing.extend(chunk(kind, contents));
        }
        drawing.extend_from_slice(b"GPS after the end");
        let cleaned = picture(Kind::Png, drawing).unwrap();
        assert_eq!(count(&cleaned, b"GPS"), 0);
        assert_eq!(count(&cleaned, b"pixels"), 1);
        assert!(Png::from_bytes(cleaned.into()).is_ok());
    }

    #[test]
    fn a_webp_loses_exif_and_xmp_and_says_so_in_its_header() {
        let riff = |id: &[u8; 4], contents: &[u8]| {
            let mut out = id.to_vec();
            out.extend_from_slice(&(contents.len() as u32).to_le_bytes());
            out.extend_from_slice(contents);
            out.extend(std::iter::repeat_n(0, contents.len() % 2));
            out
        };
        let body = [
            b"WEBP".to_vec(),
            riff(b"VP8X", &[0b1_1100, 0, 0, 0, 1, 0, 0, 1, 0, 0]),
            riff(b"VP8L", b"\x2fpixels"),
            riff(b"EXIF", &exif(None)),
            riff(b"XMP ", b"<GPSX>"),
            riff(b"HIDE", b"GPSH"),
        ]
        .concat();
        let cleaned = picture(Kind::WebP, riff(b"RIFF", &body)).unwrap();
        assert_eq!(count(&cleaned, b"GPS"), 0);
        assert_eq!(count(&cleaned, b"pixels"), 1);
        let picture = WebP::from_bytes(cleaned.into()).unwrap();
        match picture.chunk_by_id(*b"VP8X").unwrap().content() {
            RiffContent::Data(flags) => {
                assert_eq!(flags[0], 0b1_0000, "alpha stays, Exif and XMP go")
            }
            RiffContent::List { .. } => panic!("VP8X is data"),
        }
    }

    #[test]
    fn damaged_pictures_are_refused_and_documents_stay_as_they_are() {
        assert_eq!(
            picture(Kind::Jpeg, vec![0xFF, 0xD8, 0xFF, 0xE1, 0xFF]),
            None
        );
        assert_eq!(picture(Kind::Png, b"\x89PNG\r\n\x1a\n00".to_vec()), None);
        assert_eq!(picture(Kind::WebP, b"RIFF\x04\0\0\0WEBP".to_vec()), None);
        assert_eq!(
            picture(Kind::Pdf, b"%PDF-1.7".to_vec()).unwrap(),
            b"%PDF-1.7"
        );
    }

    #[test]
    fn exif_of_any_bytes_is_read_without_panic() {
        let good = exif(Some(8));
        assert_eq!(orientation(&good), Some(8));
        for end in 0..good.len() {
            let _ = orientation(&good[..end]);
        }
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] = 0xFF;
            let _ = orientation(&bad);
        }
    }
}
