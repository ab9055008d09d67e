//! Certificates that villages and communities do not issue (R202): the national negative list, with
//! the body that is competent and what the person does instead.

use crate::problem::Problem;

/// One item of the negative list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Number in the national list.
    pub number: u32,
    /// Name.
    pub name: String,
    /// Who issues it, or makes it needless.
    pub body: String,
    /// Code of the line of business in the list of departments.
    pub line: String,
    /// What the person does instead.
    pub instead: String,
}

/// Reads `number,name,body,line,instead`. The last cell may hold anything but a line break.
///
/// # Errors
/// Every line that is wrong, with its number.
pub fn parse(file: &str, text: &str) -> Result<Vec<Certificate>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut list: Vec<Certificate> = Vec::new();
    for (at, line) in text.lines().enumerate().skip(1) {
        let cells: Vec<&str> = line.splitn(5, ',').map(str::trim).collect();
        let wrong = |message: &str| Problem::in_line(file, at as u64 + 1, "bad_line", message);
        let [number, name, body, of, instead] = cells[..] else {
            problems.push(wrong("应有五栏：序号、名称、办理机关、条线、怎么办"));
            continue;
        };
        let Ok(number) = number.parse() else {
            problems.push(wrong("序号应为数字"));
            continue;
        };
        if [name, body, of, instead].iter().any(|cell| cell.is_empty()) {
            problems.push(wrong("每一栏都要填写"));
        } else if list.iter().any(|c| c.number == number) {
            problems.push(wrong("序号重复"));
        } else {
            list.push(Certificate {
                number,
                name: name.into(),
                body: body.into(),
                line: of.into(),
                instead: instead.into(),
            });
        }
    }
    match problems.is_empty() {
        true => Ok(list),
        false => Err(problems),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = include_str!("../../../packs/base/certificates.csv");
    const DEPARTMENTS: &str = include_str!("../../../packs/base/departments.csv");

    #[test]
    fn the_national_twenty_each_name_the_body_that_is_competent() {
        let list = parse("certificates.csv", BASE).unwrap();
        let numbers: Vec<u32> = list.iter().map(|c| c.number).collect();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
        let lines: Vec<&str> = DEPARTMENTS
            .lines()
            .filter_map(|l| l.split(',').next())
            .collect();
        for certificate in list {
            assert!(
                lines.contains(&certificate.line.as_str()),
                "{certificate:?}"
            );
        }
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        let text = "head\n1|甲证明|公安|police|去派出所\n1|乙证明|公安|police|去派出所\nx|丙|公安|police|去\n3|丁||police|去\n4|戊".replace('|', ",");
        let said: Vec<String> = parse("c.csv", &text)
            .unwrap_err()
            .into_iter()
            .map(|p| p.message)
            .collect();
        assert_eq!(
            said,
            [
                "第 3 行：序号重复",
                "第 4 行：序号应为数字",
                "第 5 行：每一栏都要填写",
                "第 6 行：应有五栏：序号、名称、办理机关、条线、怎么办"
            ]
        );
    }
}
