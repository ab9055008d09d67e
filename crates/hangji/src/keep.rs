//! The commands that copy, back up and restore.

use crate::command::{BackupArgs, CopyArgs, RestoreArgs, complain, say};
use crate::prove;
use crate::serve::blocking;
use anyhow::{Context, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use office::backup;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What is being done, at a terminal.
struct Spinner(ProgressBar);

impl Spinner {
    fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("  {msg} {human_pos}  {elapsed}") {
            bar.set_style(style);
        }
        Self(bar)
    }
    fn show(&self, what: &str, done: u64) {
        if self.0.message() != what {
            self.0.set_message(what.to_owned());
        }
        self.0.set_position(done);
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// `hangji copy`
pub fn copy(args: &CopyArgs) -> anyhow::Result<ExitCode> {
    let (from, to) = (args.from.parse()?, args.to.parse()?);
    let spinner = Spinner::new();
    let copied =
        blocking(|| store::dump::copy(&from, &to, |table, rows| spinner.show(table, rows)))?;
    drop(spinner);
    for (table, sum) in copied.iter().filter(|(_, sum)| sum.rows > 0) {
        say(&format!(
            "  {table:<20} {:>10} 行  摘要 {}",
            sum.rows,
            sum.short()
        ));
    }
    say(
        "复制完成：每张表的行数和摘要，来源与目标相同。附件和密钥不在数据库里，请一并使用原来的 --data 文件夹",
    );
    Ok(ExitCode::SUCCESS)
}

/// `hangji backup`
pub fn backup(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let url = args.place.database.parse()?;
    let passphrase = passphrase(args.passphrase_file.as_deref(), true)?;
    let spinner = Spinner::new();
    let saved = blocking(|| {
        backup::save(
            &url,
            &args.place.data,
            &args.to,
            &passphrase,
            backup::age::WORK,
            |what, done| spinner.show(what, done),
        )
    })?;
    drop(spinner);
    say(&format!(
        "备份完成：{} 行数据、{} 个附件和密钥，共 {:.1} MB，在“{}”。没有口令谁也打不开它，请把口令另行保管",
        saved.rows,
        saved.files,
        saved.bytes as f64 / 1e6,
        args.to.display()
    ));
    if saved.missing.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    complain(&format!(
        "有 {} 个附件登记在册而文件不在，没有进入备份；请用 hangji verify 查看是哪些",
        saved.missing.len()
    ));
    Ok(ExitCode::FAILURE)
}

/// `hangji restore`
pub fn restore(args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    let passphrase = passphrase(args.passphrase_file.as_deref(), false)?;
    let spinner = Spinner::new();
    let show = |what: &str, done| spinner.show(what, done);
    let restored = if args.check {
        blocking(|| backup::check(&args.from, &passphrase, show))?
    } else {
        let url = args.place.database.parse()?;
        blocking(|| backup::restore(&args.from, &passphrase, &url, &args.place.data, show))?
    };
    drop(spinner);
    let key = if restored.key {
        "，有密钥"
    } else {
        "，没有密钥"
    };
    say(&format!(
        "{}：{} 行数据、{} 个附件{key}，每一项都与摘要相符",
        if args.check {
            "备份完好"
        } else {
            "恢复完成"
        },
        restored.rows,
        restored.files
    ));
    if args.check {
        return Ok(ExitCode::SUCCESS);
    }
    prove::verify(&args.place)
}

/// The passphrase: the first line of a file, or asked at the terminal (twice for a new one).
fn passphrase(file: Option<&Path>, new: bool) -> anyhow::Result<String> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path)
            .with_context(|| format!("读不到口令文件 {}，请检查路径和权限", path.display()))
    };
    if let Some(path) = file {
        let text = read(&path.to_owned())?;
        let line = text.lines().next().unwrap_or_default().trim();
        ensure!(
            !line.is_empty(),
            "口令文件 {} 的第一行是空的",
            path.display()
        );
        return Ok(line.to_owned());
    }
    let terminal = console::Term::stderr();
    if !terminal.is_term() {
        bail!("这里不是终端，无法询问口令；请用 --passphrase-file 指明写有口令的文件");
    }
    let ask = |text: &str| -> anyhow::Result<String> {
        terminal.write_str(text)?;
        Ok(terminal.read_secure_line()?)
    };
    let passphrase = ask("备份口令：")?;
    ensure!(
        !new || ask("再输入一次：")? == passphrase,
        "两次输入的口令不同，请重来"
    );
    Ok(passphrase)
}
