//! `check`: what a commit must pass, without databases and browsers.

use crate::repo::{cargo, run};
use crate::{no_arguments, stages::Stages};
use anyhow::Result;

/// `cargo xtask check`.
pub fn check(arguments: &[String]) -> Result<()> {
    no_arguments("check", arguments)?;
    let mut stages = Stages::begin();
    stages.run("format", format)?;
    stages.run("lints", lints)?;
    stages.run("house rules", || run(cargo(["test", "-p", "xtask"])))?;
    stages.summary();
    Ok(())
}

/// The whole workspace is formatted.
pub fn format() -> Result<()> {
    run(cargo(["fmt", "--all", "--check"]))
}

/// The whole workspace is free of warnings, tests included.
pub fn lints() -> Result<()> {
    run(cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}
