//! The lists of a pack that have no noun of their own: its description, the departments, and the
//! topics that the platform does not take.

use crate::area::Level;
use crate::org::OrgKind;
use crate::problem::Problem;
use crate::table;
use serde::Deserialize;
use std::collections::HashSet;

/// File that describes a pack.
pub const MANIFEST: &str = "pack.toml";
/// File of the departments.
pub const DEPARTMENTS: &str = "departments.csv";
/// File of the topics that are not taken.
pub const REFUSED: &str = "refused.csv";

/// A line of business that has desks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Code of the line of business.
    pub code: String,
    /// Name that can follow the name of an area.
    pub name: String,
    /// What its desks are.
    pub kind: OrgKind,
    /// Levels at which it has desks.
    pub levels: Vec<Level>,
    /// Name of its station in a town; empty where it keeps its name.
    pub town_name: String,
}

/// Reads `departments.csv`.
///
/// # Errors
/// Every row that is wrong, with its line.
pub fn departments(file: &str, text: &str) -> Result<Vec<Department>, Vec<Problem>> {
    let heading = ["code", "name", "kind", "levels", "town_name", "note"];
    let (mut list, mut problems) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for row in table::rows(file, text, heading)? {
        let [code, name, kind, levels, town_name, _] = row.cells;
        let mut broken = |message: &str| {
            problems.push(Problem::in_line(file, row.line, "bad_row", message));
        };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if code.is_empty() || !code.chars().all(plain) {
            broken(&format!(
                "条线编码“{code}”只能用小写字母、数字和下划线，请改正。"
            ));
        }
        if !seen.insert(code.clone()) {
            broken(&format!("条线编码“{code}”已经有了，请删去重复的一行。"));
        }
        if name.is_empty() {
            broken("缺少名称，请填写。");
        }
        let known = OrgKind::parse(&kind);
        if known.is_none() {
            broken(&format!(
                "性质“{kind}”不认识，可填写：department、station、center、company、social。"
            ));
        }
        let split: Vec<Option<Level>> = levels.split_whitespace().map(Level::parse).collect();
        if split.is_empty() || split.iter().any(|l| l.is_none_or(|l| l > Level::Community)) {
            broken(&format!(
                "设有机构的层级“{levels}”不对，可填写 city、county、town、community，以空格分开。"
            ));
        }
        if let Some(kind) = known {
            list.push(Department {
                code,
                name,
                kind,
                levels: split.into_iter().flatten().collect(),
                town_name,
            });
        }
    }
    if problems.is_empty() {
        Ok(list)
    } else {
        Err(problems)
    }
}

/// Checks `refused.csv`: every topic names its channel, a sentence for the person, and the words by
/// which it is recognised.
///
/// # Errors
/// Every row that is wrong, with its line.
pub fn check_refused(file: &str, text: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    for row in table::rows(file, text, ["topic", "channel", "sentence", "words"])? {
        let [topic, channel, sentence, words] = &row.cells;
        let mut broken = |message: &str| {
            problems.push(Problem::in_line(file, row.line, "bad_row", message));
        };
        for (cell, word) in [
            (topic, "事项"),
            (channel, "渠道"),
            (sentence, "提示语"),
            (words, "匹配的词"),
        ] {
            if cell.is_empty() {
                broken(&format!("缺少{word}，请填写。"));
            }
        }
        if !sentence.is_empty() && !sentence.ends_with('。') {
            broken("提示语应是完整的句子，请以句号结尾。");
        }
        // A single character would match half of all reports.
        if let Some(short) = words.split_whitespace().find(|w| w.chars().count() < 2) {
            broken(&format!(
                "匹配的词“{short}”太短，会误伤别的内容，请至少写两个字。"
            ));
        }
        if !seen.insert(topic.clone()) {
            broken(&format!("事项“{topic}”已经有了，请删去重复的一行。"));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

#[derive(Deserialize)]
struct RawManifest {
    pack: RawPack,
    #[serde(default)]
    file: Vec<RawFile>,
}

#[derive(Deserialize)]
struct RawPack {
    code: toml::Spanned<String>,
    name: toml::Spanned<String>,
    version: toml::Spanned<String>,
    summary: toml::Spanned<String>,
}

#[derive(Deserialize)]
struct RawFile {
    path: toml::Spanned<String>,
    version: toml::Spanned<String>,
    text: toml::Spanned<String>,
}

/// Checks `pack.toml` beside the paths of the other files of the pack: it describes each of them,
/// and nothing else.
///
/// # Errors
/// Everything that is wrong, with its line.
pub fn check_manifest(file: &str, text: &str, paths: &[&str]) -> Result<(), Vec<Problem>> {
    let raw: RawManifest =
        toml::from_str(text).map_err(|e| vec![Problem::in_toml(file, text, &e)])?;
    let line = |at: &toml::Spanned<String>| {
        let before = text.get(..at.span().start).unwrap_or_default();
        before.matches('\n').count() as u64 + 1
    };
    let mut problems = Vec::new();
    let mut broken = |at: &toml::Spanned<String>, code: &str, message: &str| {
        problems.push(Problem::in_line(file, line(at), code, message));
    };
    let RawPack {
        code,
        name,
        version,
        summary,
    } = &raw.pack;
    let of_files = raw.file.iter().flat_map(|f| [&f.version, &f.text]);
    for value in [code, name, version, summary].into_iter().chain(of_files) {
        if value.get_ref().trim().is_empty() {
            broken(value, "required", "这一项没有填写，请补上。");
        }
    }
    let mut described = HashSet::new();
    for entry in &raw.file {
        let path = entry.path.get_ref().as_str();
        if !described.insert(path) {
            broken(
                &entry.path,
                "duplicate",
                &format!("文件“{path}”说明了两次，请删去一处。"),
            );
        } else if !paths.contains(&path) {
            broken(
                &entry.path,
                "missing_file",
                &format!("业务包里没有文件“{path}”，请补上文件或删去这一节。"),
            );
        }
    }
    for path in paths.iter().filter(|p| !described.contains(**p)) {
        let message = format!("文件“{path}”没有说明，请加一节 [[file]]。");
        problems.push(Problem::in_line(file, 1, "not_described", &message));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<T>(result: Result<T, Vec<Problem>>) -> Vec<String> {
        let problems = result.err().unwrap_or_default();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_base_pack_is_right() {
        let list = departments(
            DEPARTMENTS,
            include_str!("../../../packs/base/departments.csv"),
        );
        assert!(list.unwrap().iter().any(|d| d.code == "natural_resources"
            && d.levels == [Level::City, Level::County, Level::Town]));
        let refused = include_str!("../../../packs/base/refused.csv");
        assert_eq!(said(check_refused(REFUSED, refused)), [""; 0]);
    }

    #[test]
    fn every_fault_of_the_departments_is_said_with_its_line() {
        let text = "code,name,kind,levels,town_name,note\n\
            Housing,住建局,department,city,,\nwater,,bureau,village,,\nwater,水务局,company,,,\n";
        assert_eq!(
            said(departments(DEPARTMENTS, text)),
            [
                "departments.csv:2 [bad_row] 第 2 行：条线编码“Housing”只能用小写字母、数字和下划线，请改正。",
                "departments.csv:3 [bad_row] 第 3 行：缺少名称，请填写。",
                "departments.csv:3 [bad_row] 第 3 行：性质“bureau”不认识，可填写：department、station、center、company、social。",
                "departments.csv:3 [bad_row] 第 3 行：设有机构的层级“village”不对，可填写 city、county、town、community，以空格分开。",
                "departments.csv:4 [bad_row] 第 4 行：条线编码“water”已经有了，请删去重复的一行。",
                "departments.csv:4 [bad_row] 第 4 行：设有机构的层级“”不对，可填写 city、county、town、community，以空格分开。",
            ]
        );
    }

    #[test]
    fn every_fault_of_the_refused_topics_is_said_with_its_line() {
        let text = "topic,channel,sentence,words\n甲|乙|请到别处|丙 丁丁\n甲||请到别处。|戊戊\n"
            .replace('|', ",");
        assert_eq!(
            said(check_refused(REFUSED, &text)),
            [
                "refused.csv:2 [bad_row] 第 2 行：提示语应是完整的句子，请以句号结尾。",
                "refused.csv:2 [bad_row] 第 2 行：匹配的词“丙”太短，会误伤别的内容，请至少写两个字。",
                "refused.csv:3 [bad_row] 第 3 行：缺少渠道，请填写。",
                "refused.csv:3 [bad_row] 第 3 行：事项“甲”已经有了，请删去重复的一行。",
            ]
        );
    }

    #[test]
    fn a_description_names_every_file_and_no_other() {
        let text = "[pack]\ncode = \"x\"\nname = \"\"\nversion = \"1\"\nsummary = \"s\"\n\n\
            [[file]]\npath = \"a.csv\"\nversion = \"1\"\ntext = \"t\"\n\n\
            [[file]]\npath = \"b.csv\"\nversion = \"1\"\ntext = \"t\"\n";
        assert_eq!(
            said(check_manifest(MANIFEST, text, &["a.csv", "kinds.csv"])),
            [
                "pack.toml:3 [required] 第 3 行：这一项没有填写，请补上。",
                "pack.toml:13 [missing_file] 第 13 行：业务包里没有文件“b.csv”，请补上文件或删去这一节。",
                "pack.toml:1 [not_described] 第 1 行：文件“kinds.csv”没有说明，请加一节 [[file]]。",
            ]
        );
    }
}
