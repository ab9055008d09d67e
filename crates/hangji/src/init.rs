//! `hangji init`: the first filling of an empty installation from a folder of sheets.

use crate::command::{InitArgs, PasswordArgs, complain, say};
use crate::serve::{config, create, open};
use anyhow::{Context, bail};
use civic::problem::Problem;
use civic::time::{Day, Zone};
use office::install::{AREAS, EXAMPLES, FirstPassword, ORGS, PEOPLE, Sheets, draft};
use office::{Clock, SystemClock};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// `hangji init`
pub async fn init(args: InitArgs) -> anyhow::Result<ExitCode> {
    if args.example {
        return example(&args.folder);
    }
    let from = match &args.from {
        Some(text) => Day::parse(text).map_err(|p| anyhow::anyhow!("--from：{}", p.message))?,
        None => Zone::CHINA.day_of(SystemClock::default().now()),
    };
    let draft = match draft(&read(&args.folder)?, from) {
        Ok(draft) => draft,
        Err(problems) => return Ok(refuse(&problems)),
    };
    say(&format!(
        "表格没有问题：区域 {}、单位 {}、账号 {}、岗位 {}",
        draft.areas.len(),
        draft.orgs.len(),
        draft.people.len(),
        draft.posts.len()
    ));
    if args.check {
        say("只是检查，没有写入数据库");
        return Ok(ExitCode::SUCCESS);
    }
    // Opened first: passwords that cannot be kept are not made.
    let mut list = args.passwords.as_deref().map(new_file).transpose()?;
    let office = create(&config(&args.place, false)?)?;
    say("正在写入，每个账号的密码约需 0.1 秒……");
    let passwords = match office.install(draft).await {
        Ok(passwords) => passwords,
        Err(fault) => {
            if let Some((path, _)) = &list {
                let _ = std::fs::remove_file(path);
            }
            return Err(fault.into());
        }
    };
    let lines = lines(&passwords);
    match &mut list {
        Some((path, file)) => {
            file.write_all(lines.as_bytes())
                .and_then(|()| file.sync_all())
                .with_context(|| format!("无法写入 {}", path.display()))?;
            say(&format!(
                "初始密码已写入 {}，请分发后删除这个文件",
                path.display()
            ));
        }
        None => say(&format!(
            "\n初始密码只显示这一次，请记下并分别交给本人：\n{lines}"
        )),
    }
    say("建好了。现在可以运行 hangji serve，由本人登录并修改密码");
    Ok(ExitCode::SUCCESS)
}

/// `hangji password`: for the case that no security administrator can sign in any more.
pub async fn password(args: PasswordArgs) -> anyhow::Result<ExitCode> {
    let office = open(&config(&args.place, false)?)?;
    let first = office.reset_password_at_the_server(&args.login).await?;
    say(&format!(
        "新密码只显示这一次，请记下并交给本人：\n{}",
        lines(&[first])
    ));
    Ok(ExitCode::SUCCESS)
}

fn lines(passwords: &[FirstPassword]) -> String {
    let mut text = ["登录名", "姓名", "初始密码"].join(",") + "\n";
    for first in passwords {
        text.push_str(&format!(
            "{},{},{}\n",
            first.login, first.name, first.password
        ));
    }
    text
}

fn refuse(problems: &[Problem]) -> ExitCode {
    complain(&format!(
        "发现 {} 处问题，没有写入任何内容；请改正后再运行：",
        problems.len()
    ));
    for problem in problems {
        let file = problem.field.split(':').next().unwrap_or_default();
        complain(&format!("  {file} {}", problem.message));
    }
    ExitCode::FAILURE
}

fn read(folder: &Path) -> anyhow::Result<Sheets> {
    let file = |name: &str| -> anyhow::Result<Option<Vec<u8>>> {
        let path = folder.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e).with_context(|| format!("无法读取 {}", path.display())),
        }
    };
    let Some(areas) = file(AREAS)? else {
        bail!(
            "{} 里没有 {AREAS}；可以先运行 hangji init {} --example 得到示例表格",
            folder.display(),
            folder.display()
        );
    };
    Ok(Sheets {
        areas,
        orgs: file(ORGS)?,
        people: file(PEOPLE)?,
    })
}

fn example(folder: &Path) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("无法建立文件夹 {}", folder.display()))?;
    for (name, text) in EXAMPLES {
        let (path, mut file) = new_file(&folder.join(name))?;
        // The mark lets table software read the sheet as UTF-8.
        write!(file, "\u{feff}{text}").with_context(|| format!("无法写入 {}", path.display()))?;
        say(&format!("已写好 {}", path.display()));
    }
    say(&format!(
        "请改成本地的区划、单位和人员，再运行 hangji init {} --check",
        folder.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// A file that is not there yet, readable by its owner only.
fn new_file(path: &Path) -> anyhow::Result<(PathBuf, std::fs::File)> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).with_context(|| {
        format!(
            "无法新建 {}，请检查它是不是已经存在、文件夹能不能写",
            path.display()
        )
    })?;
    Ok((path.to_owned(), file))
}
