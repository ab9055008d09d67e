//! Files that a program writes and a test compares: write them again.

use crate::repo::{cargo, npm, output, root, run};
use crate::{no_arguments, ui};
use anyhow::{Context, Result};
use std::fs;

/// `cargo xtask bless`: the tests rewrite their expectations.
pub fn bless(arguments: &[String]) -> Result<()> {
    let mut command = cargo(["test"]);
    if arguments.is_empty() {
        command.arg("--workspace");
    }
    command.args(arguments).env("UPDATE_EXPECT", "1");
    run(command)
}

/// `cargo xtask permissions`: the same for the permission table alone.
pub fn permissions(arguments: &[String]) -> Result<()> {
    no_arguments("permissions", arguments)?;
    bless(&["--workspace".to_owned(), "permission".to_owned()])
}

/// `cargo xtask openapi`: the document from the Rust types, the client from the document.
pub fn openapi(arguments: &[String]) -> Result<()> {
    no_arguments("openapi", arguments)?;
    let document = output(cargo(["run", "--quiet", "-p", "hangji", "--", "openapi"]))?;
    let file = root().join("docs/openapi.json");
    fs::write(&file, document).with_context(|| format!("cannot write {}", file.display()))?;
    println!("docs/openapi.json written");
    ui::install()?;
    run(npm(["run", "client"]))
}
