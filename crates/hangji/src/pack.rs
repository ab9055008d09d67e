//! `hangji pack check`: a pack folder, or one file of it. `hangji pack install`: into a database.

use crate::command::{DatabaseArgs, say};
use crate::prove::list;
use crate::serve::{config, open};
use anyhow::{Context, bail};
use civic::refusal::Refusal;
use office::pack::{PackFile, check};
use office::{Fault, Office};
use std::path::Path;
use std::process::ExitCode;

/// Checks what lies at `path`; exit code 1 when something is wrong.
pub fn pack_check(path: &Path) -> anyhow::Result<ExitCode> {
    let mut files = Vec::new();
    if path.is_dir() {
        files = folder(path)?;
    } else {
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        // The folder says that a file is a flow; a lone one is known by its ending.
        let flow = name.ends_with(".toml") && !matches!(name, "pack.toml" | "kpi.toml");
        files.push(read(
            path,
            if flow {
                format!("flows/{name}")
            } else {
                name.to_owned()
            },
        )?);
    }
    match check(&files) {
        Ok(()) => {
            say(&format!(
                "{} 没有问题，检查了 {} 个文件",
                path.display(),
                files.len()
            ));
            Ok(ExitCode::SUCCESS)
        }
        Err(problems) => list(&problems),
    }
}

/// `hangji pack install`
pub async fn pack_install(path: &Path, place: &DatabaseArgs) -> anyhow::Result<ExitCode> {
    let office = open(&config(place, false)?)?;
    install(&office, path).await?;
    Ok(ExitCode::SUCCESS)
}

/// Puts the pack of a folder into an office.
pub async fn install(office: &Office, path: &Path) -> anyhow::Result<()> {
    let files = folder(path)?;
    let name = path
        .file_name()
        .and_then(|n| n.to_str())
        .with_context(|| format!("{} 不是业务包的文件夹", path.display()))?;
    match office.install_pack_at_the_server(name, files).await {
        Ok(()) => say(&format!("已装入业务包 {name}")),
        Err(Fault::Refused(Refusal::Invalid(problems))) => {
            list(&problems)?;
            bail!("业务包 {name} 有误，没有装入；请改正后再试");
        }
        Err(fault) => return Err(fault.into()),
    }
    Ok(())
}

/// All files of a pack folder.
pub fn folder(path: &Path) -> anyhow::Result<Vec<PackFile>> {
    let mut files = Vec::new();
    collect(path, "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if !files.iter().any(|f| f.path == civic::pack::MANIFEST) {
        bail!("{}：没有 pack.toml，请补上", path.display());
    }
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, out: &mut Vec<PackFile>) -> anyhow::Result<()> {
    let shown = folder.display();
    for entry in std::fs::read_dir(folder).with_context(|| format!("无法读取 {shown}"))? {
        let path = entry.with_context(|| format!("无法读取 {shown}"))?.path();
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        let inner = format!("{prefix}{name}");
        if path.is_dir() {
            collect(&path, &format!("{inner}/"), out)?;
        } else {
            out.push(read(&path, inner)?);
        }
    }
    Ok(())
}

fn read(path: &Path, inner: String) -> anyhow::Result<PackFile> {
    let bytes = std::fs::read(path).with_context(|| format!("无法读取 {}", path.display()))?;
    let body = String::from_utf8(bytes)
        .ok()
        .with_context(|| format!("{} 的文字编码不是 UTF-8，请另存为 UTF-8", path.display()))?;
    Ok(PackFile { path: inner, body })
}
