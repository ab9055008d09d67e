//! `dist`: what is handed to an operator: an archive and, on Debian, a package, each with its checksum.

use crate::{deb, no_arguments, repo, ui};
use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Files and folders of the repository that travel with the binary.
const CONTENTS: &[&str] = &[
    "packs",
    "packaging",
    "docs/operations.md",
    "docs/security.md",
    "LICENSE",
    "NOTICE",
    "README.md",
    "README.zh-CN.md",
];

/// `cargo xtask dist`.
pub fn dist(arguments: &[String]) -> Result<()> {
    no_arguments("dist", arguments)?;
    ui::build()?;
    repo::build_release()?;
    let name = format!("hangji-{}-{}", env!("CARGO_PKG_VERSION"), host()?);
    let folder = repo::target().join("dist");
    let staged = folder.join(&name);
    let _ = fs::remove_dir_all(&staged);
    fs::create_dir_all(&staged)?;
    fs::copy(repo::release_binary(), staged.join("hangji"))?;
    fs::create_dir(staged.join("docs"))?;
    for item in CONTENTS {
        copy(&repo::root().join(item), &staged.join(item))?;
    }
    let archive = folder.join(format!("{name}.tar.gz"));
    let packed_at = time_of_commit()?;
    let mut tar = Command::new("tar");
    // Fixed order, owners and times: the same commit packs to the same archive.
    tar.current_dir(&folder)
        .args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner"])
        .arg(format!("--mtime=@{packed_at}"))
        .args(["--use-compress-program=gzip -n", "-cf"])
        .arg(&archive)
        .arg(&name);
    repo::run(tar)?;
    seal(&archive)?;
    let version = env!("CARGO_PKG_VERSION");
    match deb::deb(&repo::release_binary(), &folder, version, &packed_at)? {
        Some(package) => seal(&package)?,
        None => println!("no Debian package: dpkg-deb is not installed"),
    }
    Ok(())
}

/// Writes the digest of a file beside it, in the form that `sha256sum --check` reads.
fn seal(file: &Path) -> Result<()> {
    let digest = HEXLOWER.encode(&Sha256::digest(fs::read(file)?));
    let name = file.file_name().context("no name")?.to_string_lossy();
    fs::write(
        file.with_file_name(format!("{name}.sha256")),
        format!("{digest}  {name}\n"),
    )?;
    println!("{}\n{digest}", file.display());
    Ok(())
}

/// Copies a file, or a folder with all below it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

fn host() -> Result<String> {
    let mut rustc = Command::new("rustc");
    rustc.arg("-vV").current_dir(repo::root());
    let said = repo::line(rustc)?;
    match said.lines().find_map(|line| line.strip_prefix("host: ")) {
        Some(host) => Ok(host.to_owned()),
        None => bail!("`rustc -vV` names no host"),
    }
}

fn time_of_commit() -> Result<String> {
    let mut git = Command::new("git");
    git.args(["log", "-1", "--format=%ct"])
        .current_dir(repo::root());
    repo::line(git)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_copied_with_all_below_it() {
        let folder = repo::target().join("xtask-tests/copy");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("from/deep")).unwrap();
        fs::write(folder.join("from/deep/pack.toml"), "name = 1").unwrap();
        copy(&folder.join("from"), &folder.join("to")).unwrap();
        assert_eq!(
            fs::read_to_string(folder.join("to/deep/pack.toml")).unwrap(),
            "name = 1"
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let text = copy(Path::new("no/such/file"), Path::new("anywhere"))
            .unwrap_err()
            .to_string();
        assert_eq!(text, "cannot copy no/such/file");
    }
}
