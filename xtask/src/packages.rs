//! The system packages that the tests need and cargo and npm cannot bring.

use crate::{postgres, repo};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A Debian package and how to tell, without dpkg, that its purpose is already served.
struct Package {
    name: &'static str,
    present: fn() -> bool,
}

const PACKAGES: &[Package] = &[
    Package {
        name: "postgresql",
        present: || postgres::programs().is_some(),
    },
    Package {
        name: "chromium",
        present: || chromium().is_some(),
    },
    Package {
        name: "fonts-noto-cjk",
        present: has_chinese_font,
    },
];

/// Installs what is missing when root on a Debian; otherwise says exactly what to run.
pub fn ensure() -> Result<()> {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|package| !(package.present)())
        .map(|package| package.name)
        .collect();
    if missing.is_empty() {
        println!("PostgreSQL, a browser and a Chinese font are here");
        return Ok(());
    }
    let install = command_line(&missing);
    if !is_root() || repo::find_in_path("apt-get").is_none() {
        bail!(
            "the tests need {}. On Debian or Ubuntu run:\n\n    sudo {install}\n",
            missing.join(", ")
        );
    }
    println!("{install}");
    repo::run(apt(["update", "-q"]))?;
    let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends"];
    arguments.extend(&missing);
    repo::run(apt(arguments))?;
    if let Some(package) = PACKAGES.iter().find(|package| !(package.present)()) {
        bail!(
            "the package {} was installed, but what it should bring cannot be found",
            package.name
        );
    }
    Ok(())
}

/// The browser for the end-to-end tests: `HANGJI_CHROMIUM`, or the first known name in `PATH`.
pub fn chromium() -> Option<PathBuf> {
    if let Some(file) = std::env::var_os("HANGJI_CHROMIUM") {
        return Some(PathBuf::from(file)).filter(|file| file.is_file());
    }
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(repo::find_in_path)
}

/// Whether we may install packages and must not run PostgreSQL ourselves.
pub fn is_root() -> bool {
    let mut id = Command::new("id");
    id.arg("-u");
    repo::line(id).is_ok_and(|uid| uid == "0")
}

fn command_line(missing: &[&str]) -> String {
    format!(
        "apt-get install -y --no-install-recommends {}",
        missing.join(" ")
    )
}

fn apt<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new("apt-get");
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null());
    command
}

fn has_chinese_font() -> bool {
    let mut list = Command::new("fc-list");
    list.arg(":lang=zh").stderr(Stdio::null());
    list.output().is_ok_and(|output| !output.stdout.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_only_what_is_missing() {
        assert_eq!(
            command_line(&["chromium"]),
            "apt-get install -y --no-install-recommends chromium"
        );
    }
}
