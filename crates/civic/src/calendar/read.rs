//! Reading a calendar file and saying everything that is wrong with it.

use super::{DayKind, SpecialDay};
use crate::problem::Problem;
use crate::time::Day;
use std::collections::BTreeMap;

/// Years a calendar may speak of; anything else is a slip of the hand, and would make the table huge.
const YEARS: std::ops::RangeInclusive<i16> = 1949..=2199;

/// The rows of a `date,kind,name` file, or all its problems.
pub(super) fn days(file: &str, text: &str) -> Result<Vec<SpecialDay>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut days = Vec::new();
    let mut seen: BTreeMap<Day, u64> = BTreeMap::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let heading: Vec<String> = match reader.headers() {
        Ok(heading) => heading.iter().map(str::to_owned).collect(),
        Err(_) => Vec::new(),
    };
    if heading.iter().all(String::is_empty) {
        return Err(vec![empty(file)]);
    }
    if heading != ["date", "kind", "name"] {
        return Err(vec![Problem::in_line(
            file,
            1,
            "bad_heading",
            "表头应为 date,kind,name（日期、类型、名称），请补上表头。",
        )]);
    }
    for row in reader.records() {
        let (row, line) = match row {
            Ok(row) => {
                let line = row.position().map_or(0, csv::Position::line);
                (row, line)
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                problems.push(bad_row(file, line));
                continue;
            }
        };
        let [date, kind, name] = [0, 1, 2].map(|column| row.get(column).unwrap_or_default());
        if row.len() != 3 || name.is_empty() {
            problems.push(bad_row(file, line));
            continue;
        }
        let mut problem = |code: &str, message: &str| {
            problems.push(Problem::in_line(file, line, code, message));
        };
        let day = match Day::parse(date) {
            Ok(day) if YEARS.contains(&day.year()) => Some(day),
            Ok(_) => {
                let (first, last) = (YEARS.start(), YEARS.end());
                problem(
                    "out_of_range",
                    &format!("日期“{date}”的年份应在 {first} 到 {last} 之间，请核对。"),
                );
                None
            }
            Err(bad) => {
                problem("bad_date", &bad.message);
                None
            }
        };
        let kind = match kind {
            "holiday" => Some(DayKind::Holiday),
            "workday" => Some(DayKind::Workday),
            other => {
                problem(
                    "unknown_kind",
                    &format!("类型“{other}”不认识，请填写 holiday（放假）或 workday（调休上班）。"),
                );
                None
            }
        };
        let Some(day) = day else { continue };
        if let Some(earlier) = seen.get(&day) {
            problem(
                "duplicate_day",
                &format!("{day} 在第 {earlier} 行已经出现，请删去其中一行。"),
            );
            continue;
        }
        seen.insert(day, line);
        if let Some(kind) = kind {
            let name = name.to_owned();
            days.push(SpecialDay { day, kind, name });
        }
    }
    if days.is_empty() && problems.is_empty() {
        problems.push(empty(file));
    }
    if problems.is_empty() {
        Ok(days)
    } else {
        Err(problems)
    }
}

fn empty(file: &str) -> Problem {
    Problem::new(
        file,
        "empty",
        "日历是空的，请至少填写一个年度的法定节假日和调休上班日。",
    )
}

fn bad_row(file: &str, line: u64) -> Problem {
    Problem::in_line(
        file,
        line,
        "bad_row",
        "应有三列：日期、类型、名称，请补全或删去多余的逗号。",
    )
}
