//! `test`: everything, in the order in which a failure is cheapest to learn.

use crate::postgres::Postgres;
use crate::repo::{self, cargo, npm, run};
use crate::stages::Stages;
use crate::{check, no_arguments, packages, ui};
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::fs;
use std::process::{Command, Stdio};

/// `cargo xtask test`.
pub fn test(arguments: &[String]) -> Result<()> {
    no_arguments("test", arguments)?;
    let mut stages = Stages::begin();
    stages.run("system packages", packages::ensure)?;
    stages.run("format", check::format)?;
    stages.run("interface", ui::build)?;
    stages.run("lints", check::lints)?;
    let postgres = stages.run("postgresql", Postgres::start)?;
    stages.run("rust tests", || {
        run(on(&postgres, cargo(["test", "--workspace", "--locked"])))
    })?;
    if ui::has_script("test")? {
        stages.run("interface tests", || {
            // A test runner that sees a terminal would wait for changes and never end.
            let mut command = npm(["test"]);
            command.env("CI", "true").stdin(Stdio::null());
            run(command)
        })?;
    } else {
        stages.absent("interface tests", "web/package.json has no script `test`");
    }
    if browser_tests()?.is_empty() {
        stages.absent(
            "browser tests",
            "there is no *.test.mjs or *.test.js in tests/e2e",
        );
    } else {
        stages.run("release build", repo::build_release)?;
        stages.run("browser tests", || run(on(&postgres, end_to_end()?)))?;
    }
    drop(postgres);
    stages.summary();
    println!("All tests passed.");
    Ok(())
}

/// Tells a test run where PostgreSQL is, and that its absence is a failure and not a shorter run.
fn on(postgres: &Postgres, mut command: Command) -> Command {
    command
        .env("HANGJI_TEST_PG", postgres.url())
        .env("HANGJI_REQUIRE_PG", "1");
    command
}

/// The files of the browser tests, sorted.
fn browser_tests() -> Result<Vec<OsString>> {
    let folder = repo::root().join("tests/e2e");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.to_string_lossy();
        if name.ends_with(".test.mjs") || name.ends_with(".test.js") {
            files.push(path.into_os_string());
        }
    }
    files.sort();
    Ok(files)
}

/// Journeys in a real browser against the built binary. They take `playwright-core` from `web/`.
fn end_to_end() -> Result<Command> {
    let browser = packages::chromium().context("there is no chromium")?;
    let mut node = Command::new("node");
    node.current_dir(repo::root())
        .arg("--test")
        .args(browser_tests()?)
        .env("HANGJI_BIN", repo::release_binary())
        .env("HANGJI_WEB", repo::web())
        .env("HANGJI_CHROMIUM", browser)
        .env("NODE_PATH", repo::web().join("node_modules"));
    Ok(node)
}
