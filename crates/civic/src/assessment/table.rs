//! Results as a table for other programs.

use super::{Assessed, Assessment};
use crate::sheet::guarded;

/// Points or percent with two decimals, from hundredths.
fn decimal(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The results as CSV in the order of the tree, the first line saying who took them out. Of each
/// indicator: above the line, below it, points, and how these came about.
#[must_use]
pub fn table(assessment: &Assessment, results: &[Assessed], mark: &str) -> String {
    let scheme = &assessment.scheme;
    let mut heading: Vec<String> = ["序号", "对象", "姓名", "计分起", "计分止"]
        .map(String::from)
        .to_vec();
    for indicator in &scheme.indicators {
        for part in ["分子", "分母", "得分", "说明"] {
            heading.push(format!("{}{part}", indicator.name));
        }
    }
    heading.extend(["总分", "申诉"].map(String::from));
    let mut first = vec![format!("《{}》{mark}", assessment.name)];
    first.resize(heading.len(), String::new());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut rows = vec![first, heading];
    for one in results {
        let holder = one
            .holder
            .as_ref()
            .map_or_else(String::new, |by| by.name.clone());
        let mut row = vec![
            one.no.to_string(),
            one.name.clone(),
            holder,
            one.from.to_string(),
            one.to.to_string(),
        ];
        for indicator in &scheme.indicators {
            let score = one.score(indicator);
            let figure = one.figure(&indicator.code);
            row.push(figure.map_or_else(String::new, |f| f.numerator.to_string()));
            row.push(figure.map_or_else(String::new, |f| f.denominator.to_string()));
            row.push(score.points().map_or_else(String::new, decimal));
            row.push(score.word().to_owned());
        }
        row.push(one.total(scheme).map_or_else(String::new, decimal));
        row.push(one.appeals.len().to_string());
        rows.push(row);
    }
    for row in rows {
        // Writing into memory does not fail.
        let _ = writer.write_record(row.iter().map(|cell| guarded(cell).into_owned()));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    // Spreadsheets take it for UTF-8 by this mark.
    format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
}
