//! The web interface: `npm ci` when the lock changed, `npm run build` when a source changed.
//!
//! Both are decided by a hash of their inputs kept in a stamp file, never by file times: a fresh
//! clone, a changed branch and a copied folder all give the right answer.

use crate::{no_arguments, repo};
use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The oldest Node.js on which the build tools run.
const NODE_MINIMUM: (u32, u32) = (20, 19);

/// Folders under `web/` that are outputs or belong to tools, not sources.
const NOT_SOURCES: &[&str] = &["node_modules", "dist", "coverage", "test-results"];

/// `cargo xtask ui`.
pub fn command(arguments: &[String]) -> Result<()> {
    no_arguments("ui", arguments)?;
    build()
}

/// Brings `web/dist` up to date and says in one line what was done.
pub fn build() -> Result<()> {
    let begun = Instant::now();
    let installed = install()?;
    let sources = hash_of_sources(&repo::web())?;
    let stamp = stamp_of_build();
    let fresh = is_stamped(&stamp, &sources) && repo::web().join("dist/index.html").is_file();
    if !fresh {
        repo::run(repo::npm(["run", "build"]))?;
        write_stamp(&stamp, &sources)?;
    }
    let did = match (installed, fresh) {
        (true, true) => "packages installed, web/dist is up to date",
        (true, false) => "packages installed, web/dist built",
        (false, true) => "web/dist is up to date",
        (false, false) => "web/dist built",
    };
    println!("ui: {did} ({:.1} s)", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Installs the packages when the lock file changed; true when it did so.
pub fn install() -> Result<bool> {
    let web = repo::web();
    if !web.join("package.json").is_file() {
        bail!("there is no web/package.json: this checkout has no web interface to build");
    }
    let lock = web.join("package-lock.json");
    let hash = hash_of_file(&lock)?;
    need_node()?;
    let stamp = web.join("node_modules/.stamp");
    if is_stamped(&stamp, &hash) {
        return Ok(false);
    }
    // No install scripts: packages are files, and nothing they bring runs before it is imported.
    repo::run(repo::npm([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]))?;
    write_stamp(&stamp, &hash)?;
    Ok(true)
}

/// Whether `web/package.json` has a script of this name.
pub fn has_script(name: &str) -> Result<bool> {
    // npm itself is asked, so that no JSON parser is needed for one question.
    let mut command = repo::npm(["pkg", "get", &format!("scripts.{name}")]);
    command.stdin(Stdio::null());
    let answer = repo::line(command)?;
    Ok(answer != "{}" && answer != "undefined" && !answer.is_empty())
}

/// Fails with what to install when Node.js or npm is missing or too old.
fn need_node() -> Result<()> {
    let (major, minor) = NODE_MINIMUM;
    let wanted =
        format!("Install Node.js {major}.{minor} or newer together with npm, then run this again.");
    let mut node = Command::new("node");
    node.arg("--version").stderr(Stdio::null());
    let version = match node.output() {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).into_owned()
        }
        _ => bail!("Node.js is missing: the web interface is built with it. {wanted}"),
    };
    match parse_version(&version) {
        Some(found) if found >= NODE_MINIMUM => {}
        _ => bail!("Node.js {} is too old. {wanted}", version.trim()),
    }
    let npm = repo::npm(["--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !npm.is_ok_and(|status| status.success()) {
        bail!("npm is missing. {wanted}");
    }
    Ok(())
}

/// `v20.20.2` gives (20, 20).
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// One stamp per checkout: a target folder may serve several.
fn stamp_of_build() -> PathBuf {
    let checkout = HEXLOWER.encode(&Sha256::digest(repo::root().to_string_lossy().as_bytes())[..8]);
    repo::target().join(format!("ui-{checkout}.stamp"))
}

fn is_stamped(stamp: &Path, hash: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|kept| kept == hash)
}

fn write_stamp(stamp: &Path, hash: &str) -> Result<()> {
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(stamp, hash).with_context(|| format!("cannot write {}", stamp.display()))
}

fn hash_of_file(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(HEXLOWER.encode(&Sha256::digest(bytes)))
}

/// Names and contents of all sources, in a fixed order.
fn hash_of_sources(folder: &Path) -> Result<String> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        let name = file.strip_prefix(folder)?.to_string_lossy().into_owned();
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        // Lengths first, so that no two lists of files give the same stream of bytes.
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(&bytes);
    }
    Ok(HEXLOWER.encode(&hasher.finalize()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || NOT_SOURCES.contains(&name.as_str()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = repo::target().join("xtask-tests").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn the_version_of_node_is_read_as_it_prints_it() {
        assert_eq!(parse_version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(parse_version("20.20"), None);
        assert!(parse_version("v18.20.4") < Some(NODE_MINIMUM));
    }

    #[test]
    fn a_changed_source_changes_the_hash_and_an_output_does_not() {
        let web = folder("hash");
        fs::write(web.join("main.ts"), "let a = 1").unwrap();
        let before = hash_of_sources(&web).unwrap();
        fs::create_dir_all(web.join("dist")).unwrap();
        fs::write(web.join("dist/main.js"), "var a=1").unwrap();
        fs::create_dir_all(web.join("node_modules/vue")).unwrap();
        fs::write(web.join("node_modules/vue/index.js"), "").unwrap();
        assert_eq!(hash_of_sources(&web).unwrap(), before);
        fs::write(web.join("main.ts"), "let a = 2").unwrap();
        assert_ne!(hash_of_sources(&web).unwrap(), before);
    }

    #[test]
    fn moving_text_from_one_file_to_the_next_changes_the_hash() {
        let web = folder("move");
        fs::write(web.join("a"), "xy").unwrap();
        fs::write(web.join("b"), "z").unwrap();
        let before = hash_of_sources(&web).unwrap();
        fs::write(web.join("a"), "x").unwrap();
        fs::write(web.join("b"), "yz").unwrap();
        assert_ne!(hash_of_sources(&web).unwrap(), before);
    }

    #[test]
    fn a_stamp_holds_only_for_the_hash_it_was_written_for() {
        let stamp = folder("stamp").join("deep/.stamp");
        assert!(!is_stamped(&stamp, "one"));
        write_stamp(&stamp, "one").unwrap();
        assert!(is_stamped(&stamp, "one"));
        assert!(!is_stamped(&stamp, "two"));
    }
}
