//! Automation of the repository, in Rust: `cargo xtask <command>`.
//!
//! One table ([`COMMANDS`]) names every command; help, dispatch and the test that the documents
//! know each of them come from it. The code is std plus `anyhow`, so that it builds in seconds.
#![allow(
    clippy::print_stdout,
    reason = "this program talks to the person at the terminal"
)]

mod bless;
mod check;
mod deb;
mod dev;
mod dist;
mod packages;
mod postgres;
mod repo;
mod run;
mod shots;
mod stages;
mod test;
mod ui;

use anyhow::{Result, bail};
use std::process::ExitCode;

/// One command of `cargo xtask`.
struct Command {
    /// What the person types.
    name: &'static str,
    /// One line for the list of commands.
    summary: &'static str,
    /// What `cargo xtask <name> --help` adds: arguments, files written, what it needs.
    detail: &'static str,
    /// Does the work; the arguments are those after the name.
    run: fn(&[String]) -> Result<()>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "demo",
        summary: "build everything and run the sample city",
        detail: "cargo xtask demo [ARGUMENTS OF `hangji demo`]\n\n\
                 Builds the web interface if it changed, builds target/release/hangji, and runs `hangji demo`.\n\
                 Needs Node.js with npm. `cargo xtask demo -- --help` shows the arguments of `hangji demo`.",
        run: run::demo,
    },
    Command {
        name: "test",
        summary: "run every test there is, as the build server does",
        detail: "cargo xtask test\n\n\
                 Installs the Debian packages that are missing (postgresql, chromium, fonts-noto-cjk) when run as root,\n\
                 otherwise prints the command that does. Starts a PostgreSQL of its own on a free port and removes it at\n\
                 the end, also after a failure. Stages: format, interface, lints, Rust tests on SQLite and PostgreSQL,\n\
                 interface tests, browser tests. Stops at the first failure.",
        run: test::test,
    },
    Command {
        name: "check",
        summary: "the quick look before a commit: format, lints, house rules",
        detail: "cargo xtask check\n\n\
                 cargo fmt --check, cargo clippy with warnings denied, and the tests of the repository itself\n\
                 (direction of dependencies, coverage table, documents, licences).",
        run: check::check,
    },
    Command {
        name: "dev",
        summary: "run a debug server and the interface with live reload",
        detail: "cargo xtask dev [ARGUMENTS OF `hangji demo`]\n\n\
                 Runs `npm run dev` in web/ beside a debug build of `hangji demo`. End both with Ctrl-C.",
        run: dev::dev,
    },
    Command {
        name: "ui",
        summary: "build the web interface, if it changed",
        detail: "cargo xtask ui\n\n\
                 `npm ci` when web/package-lock.json changed, `npm run build` when a source under web/ changed.\n\
                 Writes web/dist. Needs Node.js with npm.",
        run: ui::command,
    },
    Command {
        name: "openapi",
        summary: "write docs/openapi.json and the TypeScript client from the Rust types",
        detail: "cargo xtask openapi\n\n\
                 Runs `hangji openapi` into docs/openapi.json, then `npm run client` in web/.",
        run: bless::openapi,
    },
    Command {
        name: "bless",
        summary: "accept what the tests now print into the committed expectations",
        detail: "cargo xtask bless [ARGUMENTS OF `cargo test`]\n\n\
                 Runs the tests with UPDATE_EXPECT=1, so that snapshots and generated files are rewritten.\n\
                 Example: `cargo xtask bless -p office`. Read the difference before you commit it.",
        run: bless::bless,
    },
    Command {
        name: "permissions",
        summary: "write the printed permission table again",
        detail: "cargo xtask permissions\n\n\
                 Short for `cargo xtask bless` on the tests whose names contain `permission`.",
        run: bless::permissions,
    },
    Command {
        name: "bench",
        summary: "measure, with the release build",
        detail: "cargo xtask bench [ARGUMENTS OF `hangji bench`]\n\n\
                 Builds target/release/hangji and runs `hangji bench`.",
        run: run::bench,
    },
    Command {
        name: "shots",
        summary: "take a picture of every page at three sizes",
        detail: "cargo xtask shots [FOLDER]\n\n\
                 Builds the interface and a debug binary, runs a sample city of forty days, and writes a picture of every\n\
                 route of the interface for fitting accounts at 1366x768, 390x844 and 1920x1080 into FOLDER\n\
                 (target/shots where none is named). A route without an example fails. Needs Node.js and chromium.",
        run: shots::shots,
    },
    Command {
        name: "dist",
        summary: "pack a release: archive and Debian package with checksums",
        detail: "cargo xtask dist\n\n\
                 Writes target/dist/hangji-<version>-<target>.tar.gz with binary, packs, service and documents, and where\n\
                 dpkg-deb is installed hangji_<version>_<architecture>.deb; beside each its .sha256.\n\
                 The same commit gives the same file order, owners and times in the archive.",
        run: dist::dist,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let Some((name, rest)) = arguments.split_first() else {
        println!("{}", list());
        return Ok(());
    };
    if is_help(name) || name == "help" {
        println!("{}", list());
        return Ok(());
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        bail!("there is no command `{name}`\n\n{}", list());
    };
    if rest.first().is_some_and(|first| is_help(first)) {
        println!("{}\n\n{}", command.summary, command.detail);
        return Ok(());
    }
    // `demo -- --help` reaches the program behind; the separator itself is ours.
    let rest = rest.strip_prefix(&["--".to_owned()]).unwrap_or(rest);
    (command.run)(rest)
}

fn is_help(argument: &str) -> bool {
    argument == "--help" || argument == "-h"
}

fn list() -> String {
    let mut text = String::from("cargo xtask <command> [arguments]\n\n");
    for command in COMMANDS {
        text.push_str(&format!("  {:<12} {}\n", command.name, command.summary));
    }
    text.push_str("\n`cargo xtask <command> --help` says more.");
    text
}

/// Refuses arguments for a command that takes none: a silently ignored argument misleads.
fn no_arguments(name: &str, arguments: &[String]) -> Result<()> {
    if let Some(first) = arguments.first() {
        bail!("`cargo xtask {name}` takes no arguments, but was given `{first}`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_command_is_refused_with_the_list_of_all_commands() {
        let text = dispatch(&["frobnicate".to_owned()])
            .unwrap_err()
            .to_string();
        assert!(text.contains("`frobnicate`"), "{text}");
        for command in COMMANDS {
            assert!(text.contains(command.name), "{} in {text}", command.name);
        }
    }

    #[test]
    fn every_command_shows_its_own_line_of_use() {
        for command in COMMANDS {
            let usage = format!("cargo xtask {}", command.name);
            assert!(command.detail.starts_with(&usage), "{}", command.name);
            dispatch(&[command.name.to_owned(), "--help".to_owned()]).unwrap();
        }
    }

    #[test]
    fn a_command_without_arguments_refuses_one() {
        let text = dispatch(&["ui".to_owned(), "fast".to_owned()])
            .unwrap_err()
            .to_string();
        assert!(text.contains("takes no arguments"), "{text}");
    }
}
