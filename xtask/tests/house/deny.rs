//! deny.toml, held also where cargo-deny is not installed: licences of every crate in the build, and
//! crates that must not come in. `cargo deny check` says the same and more (advisories).

use crate::{metadata, root, text};
use std::process::Command;

/// Licences that deny.toml allows for all, and those it allows for one crate only.
struct Allowed {
    all: Vec<String>,
    exceptions: Vec<(String, Vec<String>)>,
}

fn rules() -> toml::Table {
    text("deny.toml").parse().unwrap()
}

fn allowed() -> Allowed {
    let deny = rules();
    let licences = deny["licenses"].as_table().unwrap();
    let exceptions = licences.get("exceptions").and_then(toml::Value::as_array);
    Allowed {
        all: strings(&licences["allow"]),
        exceptions: exceptions
            .into_iter()
            .flatten()
            .map(|exception| {
                let name = exception["crate"].as_str().unwrap().to_owned();
                (name, strings(&exception["allow"]))
            })
            .collect(),
    }
}

fn strings(value: &toml::Value) -> Vec<String> {
    let values = value.as_array().unwrap();
    values
        .iter()
        .map(|one| one.as_str().unwrap().to_owned())
        .collect()
}

/// Whether a licence expression (`MIT OR Apache-2.0`, `(A OR B) AND C`, old style `MIT/Apache-2.0`) can be met.
fn is_met(expression: &str, may: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.replace('/', " OR ");
    let expression = expression.trim();
    if let Some(parts) = split_at_top(expression, " OR ") {
        return parts.iter().any(|part| is_met(part, may));
    }
    if let Some(parts) = split_at_top(expression, " AND ") {
        return parts.iter().all(|part| is_met(part, may));
    }
    match expression
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        Some(inner) => is_met(inner, may),
        None => may(expression),
    }
}

/// Splits where the operator stands outside all parentheses; `None` where it does not occur.
fn split_at_top<'a>(expression: &'a str, operator: &str) -> Option<Vec<&'a str>> {
    let mut parts = Vec::new();
    let (mut begin, mut depth) = (0, 0_i32);
    for (at, letter) in expression.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0 && at >= begin && expression[at..].starts_with(operator) => {
                parts.push(&expression[begin..at]);
                begin = at + operator.len();
            }
            _ => {}
        }
    }
    if parts.is_empty() {
        return None;
    }
    parts.push(&expression[begin..]);
    Some(parts)
}

fn host() -> String {
    let output = Command::new("rustc")
        .arg("-vV")
        .current_dir(root())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

#[test]
fn every_crate_in_the_build_has_an_allowed_licence() {
    let allowed = allowed();
    // Only crates for this machine: the others need not be downloaded to build and test here.
    let metadata = metadata(&["--filter-platform", &host()]);
    let used: Vec<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    let mut refused = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        if !used.contains(&package["id"].as_str().unwrap()) {
            continue;
        }
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("no licence given");
        let may = |one: &str| {
            let has = |list: &[String]| list.iter().any(|listed| listed == one);
            has(&allowed.all)
                || allowed
                    .exceptions
                    .iter()
                    .any(|(of, list)| of == name && has(list))
        };
        if !is_met(licence, &may) {
            refused.push(format!("{name}: {licence}"));
        }
    }
    assert!(
        refused.is_empty(),
        "licences that deny.toml does not allow:\n{}",
        refused.join("\n")
    );
}

#[test]
fn a_licence_expression_is_met_as_it_says() {
    let may = |one: &str| ["MIT", "Zlib"].contains(&one);
    for expression in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/Apache-2.0",
        "(GPL-3.0 OR Zlib) AND MIT",
    ] {
        assert!(is_met(expression, &may), "{expression}");
    }
    for expression in [
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(MIT AND GPL-3.0) OR GPL-2.0",
        "",
    ] {
        assert!(!is_met(expression, &may), "{expression}");
    }
}

#[test]
fn no_crate_comes_in_that_is_refused_with_a_reason() {
    let lock: toml::Table = text("Cargo.lock").parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    for refused in rules()["bans"]["deny"].as_array().unwrap() {
        let name = refused["crate"].as_str().unwrap();
        let reason = refused["reason"].as_str().expect(name);
        // A wrapper is a crate that may bring the refused one, because it gives more than that costs.
        let wrappers = refused.get("wrappers").map(strings).unwrap_or_default();
        for package in packages {
            let by = package["name"].as_str().unwrap();
            let brings = package.get("dependencies").map(strings).unwrap_or_default();
            // A lock writes `name` or, where there are several, `name version`.
            let brings_it = brings.iter().any(|one| one.split(' ').next() == Some(name));
            assert!(
                !brings_it || wrappers.iter().any(|wrapper| wrapper == by),
                "{by} brings {name}: {reason}"
            );
        }
    }
}
