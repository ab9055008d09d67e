//! Checking the files of a pack by the rules that loading follows.

use super::{ASSESSMENTS, BASE, KINDS, MEDIATORS, PackFile, REGISTERS, TITLES, embedded, kinds_of};
use civic::assessment::Scheme;
use civic::calendar::Calendar;
use civic::category::Categories;
use civic::flow::Flow;
use civic::kpi::Kpi;
use civic::mediation::MediatorKinds;
use civic::pack::{DEPARTMENTS, MANIFEST, REFUSED, check_manifest, check_refused, departments};
use civic::problem::Problem;
use civic::register::Registers;
use civic::time::Zone;
use civic::title::Titles;

/// Checks the files of a pack, or some of them: what they refer to and is not among them is that of
/// the base pack.
///
/// # Errors
/// Everything that is wrong; the field is `path:line`, or the path where no one line is to blame.
pub fn check(files: &[PackFile]) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for file in files {
        let found = faults(file, files);
        problems.extend(found.into_iter().map(|p| placed(p, file)));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn faults(file: &PackFile, files: &[PackFile]) -> Vec<Problem> {
    let (path, body) = (file.path.as_str(), file.body.as_str());
    let checked = match path {
        MANIFEST => {
            let others = files.iter().map(|f| f.path.as_str());
            let others: Vec<&str> = others.filter(|p| *p != MANIFEST).collect();
            // Alone it is read only; beside its files it has to describe them.
            if others.is_empty() {
                let known = embedded(BASE);
                let known: Vec<&str> = known.iter().map(|f| f.path.as_str()).collect();
                let known: Vec<&str> = known.into_iter().filter(|p| *p != MANIFEST).collect();
                check_manifest(path, body, &known)
            } else {
                check_manifest(path, body, &others)
            }
        }
        DEPARTMENTS => departments(path, body).map(drop),
        REFUSED => check_refused(path, body),
        KINDS => civic::kind::Kinds::parse(path, body).map(drop),
        // A wrong list of kinds is said of that list.
        TITLES => kinds_of(files)
            .or_else(|_| kinds_of(&[]))
            .and_then(|kinds| Titles::parse(path, body, &kinds).map(drop)),
        "categories.csv" => {
            let codes = department_codes(files);
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            Categories::parse(path, body, &codes).map(drop)
        }
        MEDIATORS => MediatorKinds::parse(path, body).map(drop),
        "certificates.csv" => civic::certificate::parse(path, body).map(drop),
        _ if path.starts_with(REGISTERS) && path.ends_with(".toml") => {
            // Registers of one pack may point at each other, so they are read together.
            let of = |f: &&PackFile| f.path.starts_with(REGISTERS);
            let all: Vec<(&str, &str)> = files
                .iter()
                .filter(of)
                .map(|f| (f.path.as_str(), f.body.as_str()))
                .collect();
            let first = all.first().is_some_and(|(first, _)| *first == path);
            match Registers::parse(&all) {
                Err(problems) if first => Err(problems),
                _ => Ok(()),
            }
        }
        "kpi.toml" => Kpi::parse(body).map(drop),
        // A wrong catalogue is said of the catalogue.
        _ if path.starts_with(ASSESSMENTS) && path.ends_with(".toml") => {
            Scheme::parse(path, body, &kpis_of(files)).map(drop)
        }
        _ if path.starts_with("flows/") && path.ends_with(".toml") => Flow::parse(body).map(drop),
        _ if path.starts_with("calendar") && path.ends_with(".csv") => {
            Calendar::parse("cn", "0", Zone::CHINA, body).map(drop)
        }
        _ => Err(vec![Problem::new(
            path,
            "unknown_file",
            format!(
                "不认识的文件 {path}：业务包由 pack.toml、flows/*.toml、registers/*.toml、assessments/*.toml、\
                 categories.csv、calendar*.csv、departments.csv、kinds.csv、titles.csv、refused.csv、certificates.csv、mediators.csv、kpi.toml 组成"
            ),
        )]),
    };
    checked.err().unwrap_or_default()
}

/// The formulae of a pack, or of the base pack where it has none of its own or wrong ones.
fn kpis_of(files: &[PackFile]) -> Vec<Kpi> {
    let of = |files: &[PackFile]| {
        let file = files.iter().find(|f| f.path == "kpi.toml");
        file.and_then(|file| Kpi::parse(&file.body).ok())
    };
    of(files)
        .or_else(|| of(&embedded(BASE)))
        .unwrap_or_default()
}

/// The codes of the departments of a pack, or of the base pack where it has no list of its own or a
/// wrong one, which is said of the list.
fn department_codes(files: &[PackFile]) -> Vec<String> {
    let own = files.iter().find(|f| f.path == DEPARTMENTS);
    let list = own.and_then(|file| departments(DEPARTMENTS, &file.body).ok());
    list.unwrap_or_else(|| super::departments().to_vec())
        .into_iter()
        .map(|d| d.code)
        .collect()
}

/// The same problem with `path:line` for its field. What has no line itself names a state, an
/// action or a formula by its code, which stands in a line of its own.
fn placed(problem: Problem, file: &PackFile) -> Problem {
    let tail = problem.field.rsplit(':').next().unwrap_or_default();
    let line = tail
        .parse::<u64>()
        .ok()
        .filter(|_| problem.field.contains(':'));
    let line = line.or_else(|| {
        let mut parts = problem.field.split('.');
        let (section, code) = (parts.next()?, parts.next()?);
        line_of(&file.body, section, code)
    });
    let message = match line {
        Some(line) if !problem.message.starts_with("第 ") => {
            format!("第 {line} 行：{}", problem.message)
        }
        _ => problem.message,
    };
    Problem {
        field: line.map_or(file.path.clone(), |l| format!("{}:{l}", file.path)),
        code: problem.code,
        message,
    }
}

/// The line in which the code of an entry of `[[section]]` stands, from 1; the last one, where a
/// code stands twice.
fn line_of(body: &str, section: &str, code: &str) -> Option<u64> {
    let wanted = format!("code=\"{code}\"");
    let mut within = String::new();
    let mut found = None;
    for (at, line) in body.lines().enumerate() {
        let line = line.replace(' ', "");
        if line.starts_with('[') {
            within = line.trim_matches(['[', ']']).to_owned();
        } else if within == section && line.starts_with(&wanted) {
            found = Some(at as u64 + 1);
        }
    }
    found
}
