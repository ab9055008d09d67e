//! The Debian package: the binary, its service, its user, its documents.

use crate::dist::copy;
use crate::repo;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files of the repository, where they go, and their modes.
const CONTENTS: &[(&str, &str, u32)] = &[
    (
        "packaging/hangji.service",
        "usr/lib/systemd/system/hangji.service",
        0o644,
    ),
    (
        "packaging/hangji.sysusers",
        "usr/lib/sysusers.d/hangji.conf",
        0o644,
    ),
    // The address of a database may hold a password; systemd reads the file as root.
    ("packaging/hangji.env", "etc/hangji/hangji.env", 0o600),
    ("packaging/debian/postinst", "DEBIAN/postinst", 0o755),
    ("packaging/debian/prerm", "DEBIAN/prerm", 0o755),
    (
        "docs/operations.md",
        "usr/share/doc/hangji/operations.md",
        0o644,
    ),
    (
        "docs/security.md",
        "usr/share/doc/hangji/security.md",
        0o644,
    ),
    ("LICENSE", "usr/share/doc/hangji/copyright", 0o644),
    ("NOTICE", "usr/share/doc/hangji/NOTICE", 0o644),
    ("CHANGELOG.md", "usr/share/doc/hangji/changelog", 0o644),
];

/// Files that the operator may change and an update leaves as they are.
const CONFIGURATION: &str = "/etc/hangji/hangji.env\n";

/// Packs a binary; none where the program of Debian that packs is not there.
///
/// # Errors
/// A file that cannot be read or written, or the packing itself.
pub fn deb(
    binary: &Path,
    folder: &Path,
    version: &str,
    packed_at: &str,
) -> Result<Option<PathBuf>> {
    if repo::find_in_path("dpkg-deb").is_none() {
        return Ok(None);
    }
    let mut asked = Command::new("dpkg");
    asked.arg("--print-architecture");
    let architecture = repo::line(asked)?;
    let staged = folder.join("deb");
    let _ = fs::remove_dir_all(&staged);
    let program = staged.join("usr/bin/hangji");
    place(binary, &program, 0o755)?;
    for (from, to, mode) in CONTENTS {
        place(&repo::root().join(from), &staged.join(to), *mode)?;
    }
    copy(
        &repo::root().join("packs"),
        &staged.join("usr/share/hangji/packs"),
    )?;
    let bytes = fs::read(&program)?;
    let control = format!(
        "Package: hangji\nVersion: {version}\nArchitecture: {architecture}\nSection: web\nPriority: optional\n\
         Maintainer: The Hangji founders <hangji@localhost>\nInstalled-Size: {}\nDepends: libc6 (>= {}), libgcc-s1\n\
         Recommends: postgresql\n\
         Description: platform for grassroots community governance\n \
         The governance tree of a city, its matters from report to confirmation, clocks, boards and\n \
         registers, in one program without anything from the internet.\n",
        bytes.len() / 1024,
        newest_libc(&bytes).context("the binary names no version of the C library")?,
    );
    fs::write(staged.join("DEBIAN/control"), control)?;
    fs::write(staged.join("DEBIAN/conffiles"), CONFIGURATION)?;
    let package = folder.join(format!("hangji_{version}_{architecture}.deb"));
    let mut pack = Command::new("dpkg-deb");
    // The same commit packs to the same file.
    pack.env("SOURCE_DATE_EPOCH", packed_at)
        .args(["--root-owner-group", "--build"])
        .args([&staged, &package]);
    repo::run(pack)?;
    fs::remove_dir_all(&staged)?;
    Ok(Some(package))
}

fn place(from: &Path, to: &Path, mode: u32) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    copy(from, to)?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode))?;
    Ok(())
}

/// The newest version of the C library that a binary asks for, by the names of its symbols
/// (`GLIBC_2.34`): on an older system it would not start.
fn newest_libc(bytes: &[u8]) -> Option<String> {
    const MARK: &[u8] = b"GLIBC_";
    let mut versions = BTreeSet::new();
    for at in (0..bytes.len()).filter(|at| bytes[*at..].starts_with(MARK)) {
        let said = bytes[at + MARK.len()..].iter();
        let text: String = said
            .take_while(|b| b.is_ascii_digit() || **b == b'.')
            .map(|b| char::from(*b))
            .collect();
        let parts: Option<Vec<u32>> = text.split('.').map(|n| n.parse().ok()).collect();
        versions.extend(parts.filter(|parts| parts.len() > 1));
    }
    let newest = versions.last()?;
    let words: Vec<String> = newest.iter().map(u32::to_string).collect();
    Some(words.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_library_counts_by_numbers_and_not_by_letters() {
        let bytes = b"\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_2.4\0GLIBC_PRIVATE\0GLIBC_2.33";
        assert_eq!(newest_libc(bytes).as_deref(), Some("2.34"));
        assert_eq!(newest_libc(b"no library"), None);
    }

    /// Packs a small program that names a library, and looks into the package. Where Debian's program
    /// is missing there is no package, which is what is promised there.
    #[test]
    fn the_package_has_the_program_the_service_and_a_configuration_that_updates_leave_alone() {
        let folder = repo::target().join("xtask-tests/deb");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let binary = folder.join("program");
        fs::write(&binary, b"GLIBC_2.34\0").unwrap();
        let package = deb(&binary, &folder, "1.2.3", "1700000000").unwrap();
        assert_eq!(package.is_some(), repo::find_in_path("dpkg-deb").is_some());
        let Some(package) = package else { return };
        let said = |what: &[&str]| {
            let mut command = Command::new("dpkg-deb");
            command.args(what).arg(&package);
            String::from_utf8(repo::output(command).unwrap()).unwrap()
        };
        let listed = said(&["--contents"]);
        for (_, to, _) in CONTENTS
            .iter()
            .filter(|(_, to, _)| !to.starts_with("DEBIAN"))
        {
            assert!(
                listed.contains(&format!("./{to}")),
                "{to} is not in {listed}"
            );
        }
        assert!(listed.contains("-rwxr-xr-x root/root"), "{listed}");
        assert!(listed.contains("-rw------- root/root"), "{listed}");
        let told = said(&["--field"]);
        assert!(
            told.contains("Version: 1.2.3") && told.contains("libc6 (>= 2.34)"),
            "{told}"
        );
        let mut command = Command::new("dpkg-deb");
        command.arg("--info").arg(&package).arg("conffiles");
        let kept = String::from_utf8(repo::output(command).unwrap()).unwrap();
        assert_eq!(kept, CONFIGURATION);
    }

    /// The service starts what the package installs, as the user that it makes, with the settings
    /// that it installs.
    #[test]
    fn the_service_and_the_package_name_the_same_places() {
        let read =
            |name: &str| fs::read_to_string(repo::root().join("packaging").join(name)).unwrap();
        let service = read("hangji.service");
        assert!(service.contains("ExecStart=/usr/bin/hangji serve\n"));
        assert!(service.contains(&format!("EnvironmentFile={CONFIGURATION}")));
        assert!(service.contains("User=hangji\n") && read("hangji.sysusers").contains("u hangji "));
        // Every setting is one that the program knows.
        let known = fs::read_to_string(repo::root().join("crates/hangji/src/command.rs")).unwrap();
        let settings = read("hangji.env");
        let lines = settings.lines().map(|line| line.trim_start_matches('#'));
        let names: Vec<&str> = lines
            .filter(|line| line.starts_with("HANGJI_"))
            .filter_map(|line| line.split('=').next())
            .collect();
        assert!(names.len() > 3);
        for name in names {
            assert!(
                known.contains(&format!("\"{name}\"")),
                "{name} is no setting"
            );
        }
    }
}
