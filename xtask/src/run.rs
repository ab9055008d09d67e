//! `demo` and `bench`: the release binary with the present interface inside.

use crate::{repo, ui};
use anyhow::Result;
use std::process::Command;

/// `cargo xtask demo`: interface, release build, sample city.
pub fn demo(arguments: &[String]) -> Result<()> {
    hangji("demo", arguments)
}

/// `cargo xtask bench`: the same build, measured.
pub fn bench(arguments: &[String]) -> Result<()> {
    hangji("bench", arguments)
}

fn hangji(verb: &str, arguments: &[String]) -> Result<()> {
    ui::build()?;
    repo::build_release()?;
    let mut command = Command::new(repo::release_binary());
    command.current_dir(repo::root()).arg(verb).args(arguments);
    repo::run(command)
}
