//! What the documents promise can be found.

use crate::{files_below, root, text};
use std::path::Path;
use std::process::Command;

/// The two commands that a reader of the README needs, and no third.
const COMMANDS: [&str; 2] = ["cargo xtask demo", "cargo xtask test"];

/// The commands in the fenced blocks of a text.
fn commands(markdown: &str) -> Vec<&str> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in markdown.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside && !line.trim().is_empty() {
            found.push(line.split('#').next().unwrap_or(line).trim());
        }
    }
    found
}

#[test]
fn each_readme_shows_exactly_the_two_commands() {
    for readme in ["README.md", "README.zh-CN.md"] {
        assert_eq!(commands(&text(readme)), COMMANDS, "{readme}");
    }
}

/// Relative targets of `[text](target)` and `![text](target)`.
fn links(markdown: &str) -> Vec<String> {
    markdown
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target.split('#').next().unwrap_or(target).to_owned())
        .filter(|target| !target.is_empty() && !target.contains("://") && !target.contains(' '))
        .collect()
}

#[test]
fn every_link_from_one_document_to_a_file_leads_somewhere() {
    let mut broken = Vec::new();
    for file in files_below(&root()) {
        if file.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let markdown = std::fs::read_to_string(&file).unwrap();
        let folder = file.parent().unwrap_or(Path::new("."));
        for link in links(&markdown) {
            if !folder.join(&link).exists() {
                broken.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "links that lead nowhere:\n{}",
        broken.join("\n")
    );
}

#[test]
fn contributing_names_every_command_of_xtask() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).output().unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    let contributing = text("CONTRIBUTING.md");
    let names: Vec<&str> = list
        .lines()
        .filter(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.contains(&"demo") && names.contains(&"test"), "{list}");
    for name in names {
        assert!(
            contributing.contains(&format!("cargo xtask {name}")),
            "CONTRIBUTING.md does not name `cargo xtask {name}`"
        );
    }
}

#[test]
fn every_dependency_of_the_workspace_has_its_reason() {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let reasons = text("docs/decisions/0002-dependencies.md");
    let dependencies = manifest["workspace"]["dependencies"].as_table().unwrap();
    let theirs: Vec<&String> = dependencies
        .iter()
        .filter(|(_, value)| value.get("path").is_none())
        .map(|(name, _)| name)
        .collect();
    assert!(theirs.len() > 10, "{theirs:?}");
    let silent: Vec<_> = theirs
        .iter()
        .filter(|name| !reasons.contains(&format!("| `{name}` |")))
        .collect();
    assert!(
        silent.is_empty(),
        "docs/decisions/0002-dependencies.md gives no reason for {silent:?}: add a row `| \\`name\\` | ..`"
    );
    let gone: Vec<&str> = reasons
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .filter(|name| !theirs.iter().any(|known| known == name))
        .collect();
    assert!(
        gone.is_empty(),
        "docs/decisions/0002-dependencies.md gives reasons for {gone:?}, which the workspace does not use"
    );
}

#[test]
fn a_link_is_read_without_its_anchor_and_foreign_ones_are_left_alone() {
    assert_eq!(
        links("[a](docs/a.md#part) [b](https://example.org) ![c](c.png) [d](#here)"),
        ["docs/a.md", "c.png"]
    );
}
