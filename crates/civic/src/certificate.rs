//! Certificates (R202): the national negative list of those that villages and communities do not
//! issue, with the body that is competent and what the person does instead; and the log of what a
//! village or community issued or refused.

use crate::by::By;
use crate::id::{AreaId, CertificateEntryId};
use crate::limits;
use crate::problem::Problem;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

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

/// A line of the log of certificates. Whose certificate it is lies beside it, encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Own id.
    pub id: CertificateEntryId,
    /// The village or community.
    pub area: AreaId,
    /// When.
    pub at: Instant,
    /// Who issued or refused it.
    pub by: By,
    /// Name of the certificate.
    pub name: String,
    /// What it is for; for a refusal may be empty.
    pub purpose: String,
    /// The law or rule by which it is issued; empty for a refusal.
    pub basis: String,
    /// Where it was refused: number in the national list, and who is competent.
    pub refused: Option<Refused>,
}

/// A refusal, as the slip tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Number in the national list.
    pub number: u32,
    /// Who issues it, or makes it needless.
    pub body: String,
    /// What the person does instead.
    pub instead: String,
}

/// What somebody enters into the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Number in the national list, for a refusal.
    pub refused: Option<u32>,
    /// Name of the certificate, for one that is issued.
    pub name: String,
    /// Who asked for it.
    pub applicant: String,
    /// What it is for.
    pub purpose: String,
    /// The law or rule, for one that is issued.
    pub basis: String,
}

/// The item of the negative list that `name` falls under.
#[must_use]
pub fn forbidden<'a>(list: &'a [Certificate], name: &str) -> Option<&'a Certificate> {
    let bare = |text: &str| text.replace([' ', '　', '“', '”', '"'], "");
    let asked = bare(name);
    let stem = |c: &&Certificate| {
        let own = bare(&c.name);
        let own = own.trim_end_matches("证明");
        !own.is_empty() && asked.contains(own)
    };
    list.iter().find(stem)
}

impl Draft {
    /// What is lacking or not allowed; the item for a refusal where all is well.
    ///
    /// # Errors
    /// Every broken rule; what is on the negative list is never issued.
    pub fn check<'a>(
        &self,
        list: &'a [Certificate],
    ) -> Result<Option<&'a Certificate>, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut need = |field: &str, text: &str, word: &str| {
            let chars = text.trim().chars().count();
            if chars == 0 {
                problems.push(Problem::new(field, "required", format!("请填写{word}")));
            } else if chars > limits::NAME_CHARS_MAX {
                let text = format!("{word}最多 {} 字，请删减", limits::NAME_CHARS_MAX);
                problems.push(Problem::new(field, "too_long", text));
            }
        };
        need("applicant", &self.applicant, "申请人姓名");
        let Some(number) = self.refused else {
            need("name", &self.name, "证明名称");
            need("purpose", &self.purpose, "用途");
            need("basis", &self.basis, "出具的依据");
            if let Some(item) = forbidden(list, &self.name) {
                let text = format!(
                    "“{}”不应由村居出具，应由{}办理；请开具不予出具告知单",
                    item.name, item.body
                );
                problems.push(Problem::new("name", "forbidden", text));
            }
            return if problems.is_empty() {
                Ok(None)
            } else {
                Err(problems)
            };
        };
        if self.purpose.chars().count() > limits::NAME_CHARS_MAX {
            problems.push(Problem::new("purpose", "too_long", "用途太长，请删减"));
        }
        let item = list.iter().find(|c| c.number == number);
        if item.is_none() {
            let text = "清单里没有这一项，请从清单中选择";
            problems.push(Problem::new("refused", "unknown", text));
        }
        if problems.is_empty() {
            Ok(item)
        } else {
            Err(problems)
        }
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
    fn what_is_on_the_negative_list_is_refused_and_never_issued() {
        let list = parse("certificates.csv", BASE).unwrap();
        let issue = |name: &str| Draft {
            name: name.into(),
            applicant: "王阿福".into(),
            purpose: "办理手续".into(),
            basis: "村规民约".into(),
            ..Draft::default()
        };
        assert_eq!(issue("居住情况说明").check(&list), Ok(None));
        let said = issue("养犬的亲属关系证明").check(&list).unwrap_err();
        assert_eq!(
            (said[0].field.as_str(), said[0].code.as_str()),
            ("name", "forbidden")
        );
        assert!(
            said[0].message.contains("公安派出所"),
            "{}",
            said[0].message
        );
        let fields: Vec<_> = Draft::default()
            .check(&list)
            .unwrap_err()
            .into_iter()
            .map(|p| p.field)
            .collect();
        assert_eq!(fields, ["applicant", "name", "purpose", "basis"]);
        let refuse = |number| Draft {
            refused: Some(number),
            applicant: "王阿福".into(),
            ..Draft::default()
        };
        assert_eq!(
            refuse(4).check(&list).unwrap().unwrap().name,
            "居民养犬证明"
        );
        assert_eq!(refuse(21).check(&list).unwrap_err()[0].field, "refused");
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
