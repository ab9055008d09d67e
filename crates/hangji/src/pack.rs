//! `hangji pack check`: a pack folder, or one file of it.

use crate::command::{complain, say};
use crate::prove::list;
use anyhow::Context;
use office::pack::{PackFile, check};
use std::path::Path;
use std::process::ExitCode;

/// Checks what lies at `path`; exit code 1 when something is wrong.
pub fn pack_check(path: &Path) -> anyhow::Result<ExitCode> {
    let mut files = Vec::new();
    if path.is_dir() {
        collect(path, "", &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        if !files.iter().any(|f| f.path == civic::pack::MANIFEST) {
            complain(&format!("{}：没有 pack.toml，请补上", path.display()));
            return Ok(ExitCode::FAILURE);
        }
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
