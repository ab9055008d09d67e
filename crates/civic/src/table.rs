//! Reading the small tables of a pack: a heading that must be right, then rows with their lines.

use crate::problem::Problem;

/// A row of a table: its line in the file, and its cells, as many as the heading has.
pub(crate) struct Row<const N: usize> {
    pub line: u64,
    pub cells: [String; N],
}

/// The rows of a table under `heading`.
///
/// # Errors
/// Every row that cannot be read or has another number of cells; a wrong heading; no row at all.
pub(crate) fn rows<const N: usize>(
    file: &str,
    text: &str,
    heading: [&str; N],
) -> Result<Vec<Row<N>>, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    if !reader.headers().is_ok_and(|found| found.iter().eq(heading)) {
        let message = format!("表头应为 {}，请按此顺序补全。", heading.join(","));
        return Err(vec![Problem::in_line(file, 1, "bad_heading", &message)]);
    }
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let (line, cells) = match record {
            Ok(record) => (
                record.position().map_or(0, csv::Position::line),
                record.iter().map(str::to_owned).collect::<Vec<_>>(),
            ),
            Err(error) => (error.position().map_or(0, csv::Position::line), Vec::new()),
        };
        let found = cells.len();
        match cells.try_into() {
            Ok(cells) => rows.push(Row { line, cells }),
            Err(_) => problems.push(Problem::in_line(
                file,
                line,
                "bad_row",
                &format!(
                    "应有 {N} 列，实有 {found} 列，请检查逗号、引号和文字编码（应为 UTF-8）。"
                ),
            )),
        }
    }
    if rows.is_empty() && problems.is_empty() {
        let message = "没有任何内容，请至少填写一行。";
        problems.push(Problem::in_line(file, 1, "empty", message));
    }
    if problems.is_empty() {
        Ok(rows)
    } else {
        Err(problems)
    }
}
