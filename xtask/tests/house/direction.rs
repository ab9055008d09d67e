//! The direction of dependencies, compared with the lists in ARCHITECTURE.md.

use crate::{block, metadata, text};
use std::collections::BTreeSet;

const RULE: &str = "A new edge is a change of the architecture: say why in the commit and add the line to the \
                    block in ARCHITECTURE.md. A line whose edge is gone is removed.";

/// One dependency of one of our crates.
struct Dependency {
    from: String,
    to: String,
    is_ours: bool,
    is_for_tests: bool,
}

fn dependencies() -> Vec<Dependency> {
    let metadata = metadata(&["--no-deps"]);
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        for dependency in package["dependencies"].as_array().unwrap() {
            found.push(Dependency {
                from: package["name"].as_str().unwrap().to_owned(),
                to: dependency["name"].as_str().unwrap().to_owned(),
                is_ours: dependency["source"].is_null(),
                is_for_tests: dependency["kind"].as_str() == Some("dev"),
            });
        }
    }
    assert!(found.len() > 10, "cargo metadata shows our dependencies");
    found
}

#[test]
fn the_edges_between_our_crates_are_those_in_the_architecture() {
    let found: BTreeSet<String> = dependencies()
        .iter()
        .filter(|dependency| dependency.is_ours)
        .map(|dependency| {
            let tests = if dependency.is_for_tests {
                " (tests)"
            } else {
                ""
            };
            format!("{} -> {}{tests}", dependency.from, dependency.to)
        })
        .collect();
    let architecture = text("ARCHITECTURE.md");
    let listed: BTreeSet<String> = block(&architecture, "edges")
        .into_iter()
        .map(str::to_owned)
        .collect();
    let new: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "edges not listed: {new:?}\nlisted, but gone: {gone:?}\n{RULE}"
    );
}

#[test]
fn the_test_kit_is_used_by_tests_only() {
    for dependency in dependencies() {
        assert!(
            dependency.to != "testkit" || dependency.is_for_tests,
            "{} uses testkit outside its tests",
            dependency.from
        );
    }
}

/// `rusqlite: store` in the block `owners` means: no other crate names it, tests aside.
#[test]
fn what_belongs_to_one_crate_is_named_by_no_other() {
    let architecture = text("ARCHITECTURE.md");
    let dependencies = dependencies();
    for line in block(&architecture, "owners") {
        let (what, owners) = line.split_once(": ").expect(line);
        let owners: Vec<&str> = owners.split(' ').collect();
        for dependency in &dependencies {
            let is_free = dependency.is_for_tests || dependency.from == "testkit";
            assert!(
                dependency.to != what || is_free || owners.contains(&dependency.from.as_str()),
                "{} names {what}, which belongs to {owners:?} (block `owners` in ARCHITECTURE.md)",
                dependency.from
            );
        }
    }
}
