//! Where things are, and how a program is run: one place, so that every failure names its command.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The root of the repository, whatever the directory of the caller.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// The folder of the web interface.
pub fn web() -> PathBuf {
    root().join("web")
}

/// Where cargo writes: `CARGO_TARGET_DIR` (against the root when relative), or `target`.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// The release binary, after [`build_release`].
pub fn release_binary() -> PathBuf {
    target()
        .join("release")
        .join(format!("hangji{}", std::env::consts::EXE_SUFFIX))
}

/// Builds the release binary. The interface must be built before: a release refuses a placeholder.
pub fn build_release() -> Result<()> {
    run(cargo(["build", "--release", "--locked", "-p", "hangji"]))
}

/// The cargo that runs us, at the root.
pub fn cargo<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(arguments);
    command
}

/// npm in `web/`.
pub fn npm<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(web()).args(arguments);
    command
}

/// Runs a command with our own output and fails, by name, when it fails.
pub fn run(mut command: Command) -> Result<()> {
    let shown = show(&command);
    let status = command
        .status()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs a command and gives its standard output; its errors go to the terminal.
pub fn output(mut command: Command) -> Result<Vec<u8>> {
    let shown = show(&command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({})", output.status);
    }
    Ok(output.stdout)
}

/// As [`output`], as text without the line end.
pub fn line(command: Command) -> Result<String> {
    Ok(String::from_utf8(output(command)?)?.trim_end().to_owned())
}

/// Looks a program up in `PATH`.
pub fn find_in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

fn show(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut text = program.file_name().map_or_else(
        || program.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_is_named_with_its_arguments() {
        let mut command = Command::new("false");
        command.arg("--loudly");
        let text = run(command).unwrap_err().to_string();
        assert!(text.starts_with("`false --loudly` failed"), "{text}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let text = run(Command::new("no-such-program-here"))
            .unwrap_err()
            .to_string();
        assert_eq!(text, "cannot start `no-such-program-here`");
    }
}
