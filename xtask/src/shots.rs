//! `shots`: a picture of every page, for those who look before others have to.

use crate::{packages, repo, ui};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// `cargo xtask shots`.
pub fn shots(arguments: &[String]) -> Result<()> {
    let folder = match arguments {
        [] => repo::target().join("shots"),
        [folder] => std::path::absolute(PathBuf::from(folder))?,
        _ => bail!("`cargo xtask shots` takes one folder"),
    };
    ui::build()?;
    repo::run(repo::cargo(["build", "--locked", "-p", "hangji"]))?;
    let name = format!("hangji{}", std::env::consts::EXE_SUFFIX);
    let mut node = Command::new("node");
    node.current_dir(repo::root())
        .arg("tests/e2e/shots.mjs")
        .arg(folder)
        .env("HANGJI_BIN", repo::target().join("debug").join(name))
        .env("HANGJI_WEB", repo::web())
        .env(
            "HANGJI_CHROMIUM",
            packages::chromium().context("there is no chromium")?,
        );
    repo::run(node)
}
