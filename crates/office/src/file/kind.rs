//! What a file is, by its bytes and never by its name; and the name it is saved under.

use civic::limits::NAME_CHARS_MAX;

/// The kinds of files that are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
    /// A WebP picture.
    WebP,
    /// A PDF document.
    Pdf,
    /// A Word document without macros.
    Docx,
    /// An Excel workbook without macros.
    Xlsx,
}

impl Kind {
    /// What to say when a file is none of them.
    pub const ACCEPTED: &'static str =
        "只能上传 JPG、PNG、WebP 图片，以及 PDF、Word(docx)、Excel(xlsx)文件，且不能带宏";

    /// The kind of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"PK\x03\x04") {
            return office(bytes);
        }
        match infer::get(bytes)?.mime_type() {
            "image/jpeg" => Some(Self::Jpeg),
            "image/png" => Some(Self::Png),
            "image/webp" => Some(Self::WebP),
            "application/pdf" => Some(Self::Pdf),
            _ => None,
        }
    }

    /// Its media type.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
        }
    }

    /// A name that is safe to show and to save under: no folders, no control characters, none that
    /// turn the direction of reading, and the extension that the bytes deserve.
    #[must_use]
    pub fn clean_name(self, given: &str) -> String {
        let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
        let (stem, _) = last.rsplit_once('.').unwrap_or((last, ""));
        let hidden = |c: char| {
            c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        };
        let stem: String = stem
            .chars()
            .filter(|c| !hidden(*c) && !matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*'))
            .collect();
        let stem: String = stem
            .trim_matches(['.', ' '])
            .chars()
            .take(NAME_CHARS_MAX - 5)
            .collect();
        let stem = if stem.is_empty() {
            "附件"
        } else {
            stem.as_str()
        };
        format!("{stem}.{}", self.extension())
    }
}

/// A document is a ZIP archive whose entries have telling names; archives of other things, and
/// documents with programs in them, are none.
fn office(bytes: &[u8]) -> Option<Kind> {
    let has = |name: &[u8]| bytes.windows(name.len()).any(|w| w == name);
    if !has(b"[Content_Types].xml") || has(b"vbaProject.bin") {
        return None;
    }
    match (has(b"word/document.xml"), has(b"xl/workbook.xml")) {
        (true, false) => Some(Kind::Docx),
        (false, true) => Some(Kind::Xlsx),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        assert_eq!(Kind::of(&[0xff, 0xd8, 0xff, 0xe0, 0, 0]), Some(Kind::Jpeg));
        assert_eq!(Kind::of(b"\x89PNG\r\n\x1a\n0000"), Some(Kind::Png));
        assert_eq!(Kind::of(b"RIFF\x10\0\0\0WEBPVP8 "), Some(Kind::WebP));
        assert_eq!(Kind::of(b"%PDF-1.7\n"), Some(Kind::Pdf));
        assert_eq!(
            Kind::of(b"PK\x03\x04 [Content_Types].xml word/document.xml"),
            Some(Kind::Docx)
        );
        assert_eq!(
            Kind::of(b"PK\x03\x04 [Content_Types].xml xl/workbook.xml"),
            Some(Kind::Xlsx)
        );
    }

    #[test]
    fn programs_pages_archives_and_macros_are_refused() {
        let refused: [&[u8]; 7] = [
            b"MZ\x90\0",
            b"\x7fELF",
            b"<html><script>",
            b"<svg xmlns='http://www.w3.org/2000/svg'>",
            b"GIF89a",
            b"PK\x03\x04 readme.txt",
            b"PK\x03\x04 [Content_Types].xml word/document.xml word/vbaProject.bin",
        ];
        for bytes in refused {
            assert_eq!(Kind::of(bytes), None, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn names_are_safe_to_save_under() {
        for (given, kept) in [
            ("现场照片.JPEG", "现场照片.jpg"),
            ("../../etc/passwd", "passwd.jpg"),
            ("C:\\照片\\门口.png", "门口.jpg"),
            ("a\u{202e}gpj.exe", "agpj.jpg"),
            ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie x.jpg"),
            ("...", "附件.jpg"),
            ("", "附件.jpg"),
        ] {
            assert_eq!(Kind::Jpeg.clean_name(given), kept, "{given:?}");
        }
        let long = Kind::Xlsx.clean_name(&"长".repeat(300));
        assert!(
            long.chars().count() <= NAME_CHARS_MAX && long.ends_with(".xlsx"),
            "{long}"
        );
    }
}
