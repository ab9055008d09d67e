//! Every action that is written into the audit chain has a word: the audit administrator reads
//! sentences and no codes.

use crate::{files_below, root, text};
use std::fs;

/// The codes in the table of `civic/src/audited.rs`.
fn known() -> Vec<String> {
    let table = text("crates/civic/src/audited.rs");
    let actions = table.split("const KINDS").next().unwrap_or_default();
    let rows = actions
        .lines()
        .filter_map(|line| line.trim().strip_prefix("(\""));
    rows.filter_map(|row| Some(row.split_once('"')?.0.to_owned()))
        .collect()
}

/// The first text in quotes that looks like a code, among the arguments of a call that begins here.
fn code(call: &str) -> Option<&str> {
    let arguments = &call[..call.find(';').unwrap_or(call.len())];
    let quoted = arguments.split('"').nth(1)?;
    let plain = quoted.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    (plain && !quoted.is_empty()).then_some(quoted)
}

#[test]
fn every_action_of_the_audit_chain_has_a_word() {
    let known = known();
    let mut seen = 0;
    let mut wordless = Vec::new();
    let sources = files_below(&root().join("crates/office/src"));
    for path in sources
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
    {
        let source = fs::read_to_string(&path).unwrap();
        for call in source
            .split("entry(")
            .skip(1)
            .chain(source.split("action: ").skip(1))
        {
            if let Some(code) = code(call) {
                seen += 1;
                if !known.iter().any(|one| one == code) {
                    wordless.push(format!("{code} in {}", path.display()));
                }
            }
        }
    }
    assert!(
        seen > 15,
        "only {seen} actions were found: the test looks for the wrong calls"
    );
    assert!(
        wordless.is_empty(),
        "give these actions a word in crates/civic/src/audited.rs: {wordless:?}"
    );
}
