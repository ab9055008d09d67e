//! Sheets that people fill in: columns in any order, named by code or by word, and every fault said
//! with file, row and column.

use crate::problem::Problem;
use std::borrow::Cow;
use std::collections::HashMap;

/// Longest cell of a sheet: a refusal names what is wrong, and a page shows it.
const CELL_CHARS_MAX: usize = 500;
/// Most of a heading that a refusal repeats.
const HEADING_CHARS: usize = 20;
/// Wrong headings that a refusal names: whoever took the wrong file need not read all of them.
const HEADINGS_NAMED: usize = 10;

/// A column of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name for programs, and in the field of a problem.
    pub code: &'static str,
    /// Name for people.
    pub word: &'static str,
    /// Whether every row fills it in.
    pub required: bool,
}

/// A column that every row fills in.
#[must_use]
pub const fn required(code: &'static str, word: &'static str) -> Column {
    Column {
        code,
        word,
        required: true,
    }
}

/// A column that may be empty or absent.
#[must_use]
pub const fn optional(code: &'static str, word: &'static str) -> Column {
    Column {
        code,
        word,
        required: false,
    }
}

/// A row of a sheet.
#[derive(Debug, Clone)]
pub struct Row {
    /// Line in the file, from 1, the heading included.
    pub line: u64,
    file: &'static str,
    cells: HashMap<&'static str, String>,
    columns: &'static [Column],
}

impl Row {
    /// The trimmed text of a cell; empty where there is none.
    #[must_use]
    pub fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// What is wrong with a cell: its field is `file:line:column`.
    #[must_use]
    pub fn problem(&self, column: &str, code: &str, message: &str) -> Problem {
        let word = self
            .columns
            .iter()
            .find(|c| c.code == column)
            .map_or(column, |c| c.word);
        Problem::new(
            format!("{}:{}:{column}", self.file, self.line),
            code,
            format!("第 {} 行“{word}”：{message}", self.line),
        )
    }
}

/// Reads a sheet. What could be read is returned beside everything that is wrong, so that the rules
/// of the rows can be judged in the same run.
#[must_use]
pub fn read(
    file: &'static str,
    bytes: &[u8],
    columns: &'static [Column],
) -> (Vec<Row>, Vec<Problem>) {
    let mut rows = Vec::new();
    let problems = scan(file, bytes, columns, |row| rows.push(row));
    (rows, problems)
}

/// The same row by row, for sheets of any length: nothing is held but the text.
#[must_use]
pub fn scan(
    file: &'static str,
    bytes: &[u8],
    columns: &'static [Column],
    mut each: impl FnMut(Row),
) -> Vec<Problem> {
    let fail =
        |line: u64, code: &str, message: &str| vec![Problem::in_line(file, line, code, message)];
    let Ok(text) = std::str::from_utf8(bytes) else {
        let before = bytes.utf8_chunks().next().map_or("", |c| c.valid());
        let line = before.matches('\n').count() as u64 + 1;
        let message = "文字编码不是 UTF-8，请在表格软件里另存为“CSV UTF-8(逗号分隔)”。";
        return fail(line, "encoding", message);
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes());
    let heading = match reader.headers() {
        Ok(heading) => heading.clone(),
        Err(_) => return fail(1, "bad_heading", "表头读不出来，请检查引号。"),
    };
    let mut problems = Vec::new();
    let mut places: Vec<Option<Column>> = Vec::new();
    for name in &heading {
        let known = columns.iter().find(|c| c.code == name || c.word == name);
        let again = known.is_some_and(|c| places.contains(&Some(*c)));
        if ((known.is_none() && !name.is_empty()) || again) && problems.len() < HEADINGS_NAMED {
            let words: Vec<&str> = columns.iter().map(|c| c.word).collect();
            let why = if again {
                "出现了两次"
            } else {
                "不认识"
            };
            let tail = if name.chars().nth(HEADING_CHARS).is_some() {
                "…"
            } else {
                ""
            };
            let shown: String = name.chars().take(HEADING_CHARS).collect();
            let message = format!("表头“{shown}{tail}”{why}，可用的列：{}。", words.join("、"));
            problems.push(Problem::in_line(file, 1, "bad_heading", &message));
        }
        places.push(known.copied());
    }
    for column in columns.iter().filter(|c| c.required) {
        if !places.contains(&Some(*column)) {
            let message = format!("缺少“{}”（{}）一列，请补上。", column.word, column.code);
            problems.push(Problem::in_line(file, 1, "missing_column", &message));
        }
    }
    if !problems.is_empty() {
        return problems;
    }
    let mut any = false;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                problems.push(Problem::in_line(
                    file,
                    line,
                    "bad_row",
                    "这一行读不出来，请检查引号。",
                ));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(str::is_empty) {
            continue;
        }
        if record.len() != places.len() {
            let message = format!(
                "应有 {} 列，实有 {} 列，请检查逗号和引号。",
                places.len(),
                record.len()
            );
            problems.push(Problem::in_line(file, line, "bad_row", &message));
            continue;
        }
        let cells = places
            .iter()
            .zip(&record)
            .filter_map(|(column, cell)| Some(((*column)?.code, unguarded(cell).to_owned())))
            .collect();
        let row = Row {
            line,
            file,
            cells,
            columns,
        };
        any = true;
        let too_long = |cell: &String| cell.chars().nth(CELL_CHARS_MAX).is_some();
        if let Some((column, _)) = row.cells.iter().find(|(_, cell)| too_long(cell)) {
            let message = format!("文字太长，一格最多 {CELL_CHARS_MAX} 个字，请改短。");
            problems.push(row.problem(column, "too_long", &message));
            continue;
        }
        for column in columns.iter().filter(|c| c.required) {
            if row.cell(column.code).is_empty() {
                problems.push(row.problem(column.code, "required", "没有填写，请补上。"));
            }
        }
        each(row);
    }
    if !any && problems.is_empty() {
        let message = "没有任何内容，请至少填写一行。";
        problems.push(Problem::in_line(file, 1, "empty", message));
    }
    problems
}

/// Whether table software takes a cell for a formula. A number with its sign is none.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err()
}

/// A cell of a sheet that we give away: no table software takes it for a formula. Every sheet that
/// leaves the house goes through here; what is read again loses the mark again.
#[must_use]
pub fn guarded(cell: &str) -> Cow<'_, str> {
    match is_formula(cell) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

/// A cell without the mark of [`guarded`].
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|rest| is_formula(rest))
        .unwrap_or(cell)
}

/// Whether a text has the form of a code: letters and digits, with `-`, `_`, `.`, `/` and `#` between
/// them. So no code is a formula, and none has blanks.
#[must_use]
pub fn is_code(text: &str) -> bool {
    text.starts_with(char::is_alphanumeric)
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '#'))
}

/// What [`is_code`] asks for, as a sentence.
pub const CODE_FORM: &str =
    "编码以文字、字母或数字开头，只能用文字、字母、数字和 - _ . / #，请核对";

/// Heading of the column that [`marked`] adds. Sheets that come back with it list it as a column.
pub const REASON: &str = "错误原因";

/// The same sheet with the column [`REASON`] at the end, filled in by line: what the person mends and
/// brings again. Empty where the sheet cannot be read.
#[must_use]
pub fn marked(text: &str, reasons: &HashMap<u64, String>) -> String {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes());
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    let mut kept = usize::MAX;
    for (nth, record) in reader.records().map_while(Result::ok).enumerate() {
        let line = record.position().map_or(0, csv::Position::line);
        // A sheet that was marked before is marked anew.
        if nth == 0 {
            let before = record.iter().position(|cell| cell == REASON);
            kept = before.unwrap_or(record.len());
        }
        let last = match nth {
            0 => REASON,
            _ => reasons.get(&line).map_or("", String::as_str),
        };
        let cells = record.iter().take(kept).map(unguarded).chain([last]);
        if writer
            .write_record(cells.map(|cell| guarded(cell).into_owned()))
            .is_err()
        {
            return String::new();
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        required("code", "编码"),
        required("name", "名称"),
        optional("note", "备注"),
    ];

    fn said(bytes: &[u8]) -> Vec<String> {
        let (_, problems) = read("a.csv", bytes, COLUMNS);
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn columns_are_named_by_code_or_word_in_any_order() {
        let (rows, problems) = read(
            "a.csv",
            "\u{feff}名称|code\n坂头| 1 \n|\n霞林|2\n"
                .replace('|', ",")
                .as_bytes(),
            COLUMNS,
        );
        assert_eq!(problems, []);
        let seen: Vec<_> = rows
            .iter()
            .map(|r| (r.line, r.cell("code"), r.cell("name"), r.cell("note")))
            .collect();
        assert_eq!(seen, [(2, "1", "坂头", ""), (4, "2", "霞林", "")]);
    }

    #[test]
    fn what_looks_like_a_formula_goes_out_as_text_and_comes_back_as_it_was() {
        for formula in ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "-"] {
            assert_eq!(guarded(formula), format!("'{formula}"));
            assert_eq!(unguarded(&guarded(formula)), formula);
            assert!(!is_code(formula), "{formula}");
        }
        for plain in ["-119.5", "+3", "1号楼", "'单引号'", ""] {
            assert_eq!((guarded(plain), unguarded(plain)), (plain.into(), plain));
        }
        assert!(
            is_code("H-350302_1.2/3#4") && is_code("九龙1号") && !is_code("A 1") && !is_code("")
        );
        let text = "code,name\n1,=1+1\n".to_owned();
        let out = marked(&text, &HashMap::from([(2, "请核对".to_owned())]));
        assert_eq!(out, "code,name,错误原因\n1,'=1+1,请核对\n");
        assert_eq!(
            marked(&out, &HashMap::from([(2, "请核对".to_owned())])),
            out
        );
        let (rows, _) = read("a.csv", b"code,name\n1,'=1+1\n", COLUMNS);
        assert_eq!(rows[0].cell("name"), "=1+1");
    }

    #[test]
    fn a_sheet_that_cannot_be_read_says_where_and_why() {
        assert_eq!(
            said("编码|名称\n1|\n2|a|b\n".replace('|', ",").as_bytes()),
            [
                "a.csv:2:name [required] 第 2 行“名称”：没有填写，请补上。",
                "a.csv:3 [bad_row] 第 3 行：应有 2 列，实有 3 列，请检查逗号和引号。",
            ]
        );
        assert_eq!(
            said("编码|颜色\n1|红\n".replace('|', ",").as_bytes()),
            [
                "a.csv:1 [bad_heading] 第 1 行：表头“颜色”不认识，可用的列：编码、名称、备注。",
                "a.csv:1 [missing_column] 第 1 行：缺少“名称”（name）一列，请补上。",
            ]
        );
        let endless = "长".repeat(300_000);
        let sheet = format!("编码|{endless}\n1|2\n").replace('|', ",");
        assert_eq!(
            said(sheet.as_bytes())[0],
            format!(
                "a.csv:1 [bad_heading] 第 1 行：表头“{}…”不认识，可用的列：编码、名称、备注。",
                "长".repeat(20)
            )
        );
        let strange: String = (0..1000).map(|n| format!("|列{n}")).collect();
        let sheet = format!("编码{strange}\n").replace('|', ",");
        assert_eq!(said(sheet.as_bytes()).len(), HEADINGS_NAMED + 1);
        let sheet = format!("编码|名称\n1|{endless}\n").replace('|', ",");
        assert_eq!(
            said(sheet.as_bytes()),
            ["a.csv:2:name [too_long] 第 2 行“名称”：文字太长，一格最多 500 个字，请改短。"]
        );
        let gbk = b"code,name\n1,\xcf\xbc\xc1\xd6\n";
        assert_eq!(
            said(gbk),
            [
                "a.csv:2 [encoding] 第 2 行：文字编码不是 UTF-8，请在表格软件里另存为“CSV UTF-8(逗号分隔)”。"
            ]
        );
        assert_eq!(
            said("code,name\n".as_bytes()),
            ["a.csv:1 [empty] 第 1 行：没有任何内容，请至少填写一行。"]
        );
    }
}
