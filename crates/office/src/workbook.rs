//! The first sheet of a workbook (.xlsx) as the text of a CSV sheet, so that whatever takes the one
//! takes the other (R009, R011). A workbook is a ZIP file from outside: it is counted before it is read.

use calamine::{Data, DataRef, Reader, Xlsx, XlsxError};
use civic::limits::{
    WORKBOOK_BYTES_MAX, WORKBOOK_COLUMNS_MAX, WORKBOOK_ROWS_MAX, WORKBOOK_UNPACKED_MAX,
};
use civic::refusal::Refusal;
use std::borrow::Cow;
use std::io::{Cursor, Read};

/// The text of a sheet that came as text (`file`) or as a workbook in base64 (`workbook`).
///
/// # Errors
/// `Invalid` where both or none were given, and where the workbook cannot be taken.
pub fn sheet_text(file: Option<String>, workbook: Option<&str>) -> Result<String, Refusal> {
    match (file, workbook) {
        (Some(text), None) => Ok(text),
        (None, Some(book)) => {
            let bytes = data_encoding::BASE64
                .decode(book.as_bytes())
                .map_err(|_| wrong("工作簿应以 base64 文字传来，请重新选择文件"))?;
            to_csv(&bytes)
        }
        _ => Err(Refusal::invalid(
            "file",
            "required",
            "请选择一个表格：CSV 文字或 Excel 工作簿（.xlsx）",
        )),
    }
}

fn wrong(text: impl Into<String>) -> Refusal {
    Refusal::invalid("workbook", "bad_workbook", text)
}

/// The first sheet. Rows keep their numbers: what is said about line 7 is about row 7.
///
/// # Errors
/// `Invalid` for what is no workbook, is encrypted, broken or too large, and for cells that hold an
/// error of a formula.
pub fn to_csv(bytes: &[u8]) -> Result<String, Refusal> {
    const UNREADABLE: &str = "文件不是可以读取的 Excel 工作簿（.xlsx），或者已经损坏、设了密码；请在表格软件里另存为不加密的“Excel 工作簿（.xlsx）”或“CSV UTF-8”后再试";
    if bytes.len() > WORKBOOK_BYTES_MAX {
        let mb = WORKBOOK_BYTES_MAX / 1024 / 1024;
        return Err(wrong(format!("工作簿超过 {mb} MB，请分成几个文件导入")));
    }
    if !unpacks(bytes).ok_or_else(|| wrong(UNREADABLE))? {
        return Err(wrong(
            "工作簿解压后太大，请删去图片和不用的工作表，或分成几个文件导入",
        ));
    }
    let broken = |_: XlsxError| wrong(UNREADABLE);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let name = book.sheet_names().first().cloned();
    let name = name.ok_or_else(|| wrong("工作簿里没有工作表，请检查文件"))?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(broken)?;
    let mut sheet = Sheet::default();
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let text = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::SharedString(text) => Cow::Borrowed(*text),
            DataRef::Error(error) => {
                let text = format!(
                    "工作表“{name}”第 {} 行第 {} 列是公式错误“{error}”，请改正后再导入",
                    row + 1,
                    column + 1
                );
                return Err(wrong(text));
            }
            DataRef::Float(number) => Cow::Owned(plain(*number)),
            other => Cow::Owned(Data::from(other.clone()).to_string()),
        };
        sheet.put(row as usize, column as usize, &text)?;
    }
    sheet.fill();
    if sheet.text.is_empty() {
        let text = format!("工作簿的第一个工作表“{name}”是空的，请把数据放在第一个工作表");
        return Err(wrong(text));
    }
    Ok(sheet.text)
}

/// Whether what is packed is not too much; none where it is no ZIP file. What an entry says about its
/// size may be a lie, so it is unpacked and counted.
fn unpacks(bytes: &[u8]) -> Option<bool> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut left = WORKBOOK_UNPACKED_MAX;
    for nth in 0..archive.len() {
        let entry = archive.by_index(nth).ok()?;
        let read = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink()).ok()?;
        match left.checked_sub(read) {
            Some(rest) => left = rest,
            None => return Some(false),
        }
    }
    Some(true)
}

/// A number as people typed it: codes come as numbers and must not become `3.503E11`.
fn plain(number: f64) -> String {
    format!("{number}")
}

/// The text that grows, and where the next cell would stand.
#[derive(Default)]
struct Sheet {
    text: String,
    row: usize,
    column: usize,
    /// The last column of the heading, once it is complete.
    last: Option<usize>,
}

impl Sheet {
    /// Ends a line: a workbook leaves empty cells out, a sheet has as many as its heading.
    fn fill(&mut self) {
        if self.text.is_empty() || self.text.ends_with('\n') {
            return;
        }
        let last = *self.last.get_or_insert(self.column);
        let more = last.saturating_sub(self.column);
        self.text.extend(std::iter::repeat_n(',', more));
        self.column += more;
    }

    fn put(&mut self, row: usize, column: usize, cell: &str) -> Result<(), Refusal> {
        if row >= WORKBOOK_ROWS_MAX || column >= WORKBOOK_COLUMNS_MAX {
            let text = format!(
                "工作表最多 {WORKBOOK_ROWS_MAX} 行、{WORKBOOK_COLUMNS_MAX} 列，请分成几个文件或删去多余的列"
            );
            return Err(wrong(text));
        }
        if row < self.row || (row == self.row && column < self.column) {
            return Err(wrong("工作表的单元格次序混乱，请用表格软件重新保存后再试"));
        }
        if row > self.row {
            self.fill();
            // A reader of sheets passes over lines with nothing at all and counts them not; a row of
            // empty cells keeps its number.
            for skipped in self.row + 1..=row {
                self.text.push('\n');
                if skipped < row {
                    let empty = self.last.unwrap_or(0);
                    self.text.extend(std::iter::repeat_n(',', empty));
                }
            }
            (self.row, self.column) = (row, 0);
        }
        self.text
            .extend(std::iter::repeat_n(',', column - self.column));
        self.column = column;
        // One row is one line, also where somebody typed a line break into a cell.
        let cell = cell.trim().replace(['\r', '\n'], " ");
        if cell.contains([',', '"']) {
            self.text.push('"');
            self.text.push_str(&cell.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(&cell);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_become_lines_with_the_numbers_of_their_rows() {
        let mut sheet = Sheet::default();
        for (row, column, cell) in [
            (0, 0, "code"),
            (0, 1, "name"),
            (0, 2, "note"),
            (3, 1, "a\nb"),
            (3, 2, "x,\"y\""),
            (4, 0, "only"),
        ] {
            sheet.put(row, column, cell).unwrap();
        }
        sheet.fill();
        let lines = [
            "code,name,note",
            ",,",
            ",,",
            ",a b,\"x,\"\"y\"\"\"",
            "only,,",
        ];
        assert_eq!(sheet.text, lines.join("\n"));
        assert!(sheet.put(1, 0, "back").is_err());
        assert!(sheet.put(WORKBOOK_ROWS_MAX, 0, "far").is_err());
        assert!(sheet.put(5, WORKBOOK_COLUMNS_MAX, "wide").is_err());
    }

    #[test]
    fn a_code_that_is_a_number_stays_what_was_typed() {
        assert_eq!(plain(350_302_003_004.0), "350302003004");
        assert_eq!(plain(119.005_25), "119.00525");
    }

    #[test]
    fn what_is_no_workbook_is_refused_in_words() {
        let said = to_csv(b"PK not a zip").unwrap_err().to_string();
        assert!(said.contains("另存为"), "{said}");
        let said = sheet_text(None, Some("!")).unwrap_err().to_string();
        assert!(said.contains("base64"), "{said}");
        assert!(sheet_text(None, None).is_err());
    }
}
