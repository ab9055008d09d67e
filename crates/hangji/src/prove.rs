//! The commands that prove, seal, upgrade and check.

use crate::command::{DatabaseArgs, MigrateArgs, complain, print_line, say};
use crate::serve::{blocking, config, create, open};
use anyhow::{Context, bail};
use office::doctor::Grade;
use office::{Clock, SystemClock};
use std::process::ExitCode;
use store::url::StoreUrl;

/// `hangji migrate`
pub fn migrate(args: &MigrateArgs) -> anyhow::Result<ExitCode> {
    if args.reindex {
        let url: StoreUrl = args.database.database.parse()?;
        blocking(|| store::Store::forget_index(&url))?;
    }
    let office = create(&config(&args.database, false)?)?;
    say(&format!("数据库 {} 已是当前版本", office.store().url()));
    Ok(ExitCode::SUCCESS)
}

/// `hangji verify`: reads beside a running platform; exit code 1 when something is wrong.
pub fn verify(args: &DatabaseArgs) -> anyhow::Result<ExitCode> {
    blocking(|| prove(args))
}

fn prove(args: &DatabaseArgs) -> anyhow::Result<ExitCode> {
    let url: StoreUrl = args.database.parse()?;
    let mut conn = store::database::reading_conn(&url)?;
    let pending = store::migrate::pending(&mut conn, store::MIGRATIONS)?;
    if !pending.is_empty() {
        bail!("数据库不是当前版本，请先运行 hangji migrate");
    }
    conn.begin_read()?;
    let bar = Bar::default();
    let mut report = store::verify::verify(&mut conn, |at| bar.show(at))?;
    let (identities, files) =
        office::proof::beside(&mut conn, &args.data, &mut report, |at| bar.show(at))?;
    bar.end();
    say(&format!(
        "核验了 {} 件事件、{} 步流程记录、{} 行统计、{} 条审计、{} 次封存、{} 条回执和编号、{identities} 份加密身份、{files} 个附件",
        report.matters, report.steps, report.tallies, report.audits, report.seals, report.others
    ));
    if report.is_clean() {
        say("全部相符");
        return Ok(ExitCode::SUCCESS);
    }
    let found = report.findings.len() as u64 + report.unlisted;
    complain(&format!("发现 {found} 处问题："));
    for finding in &report.findings {
        complain(&format!("  {finding}"));
    }
    if report.unlisted > 0 {
        complain(&format!("  另有 {} 处没有列出", report.unlisted));
    }
    Ok(ExitCode::FAILURE)
}

/// `hangji doctor`: looks beside a running platform; exit code 1 when something must be mended.
pub fn doctor(args: &DatabaseArgs) -> anyhow::Result<ExitCode> {
    blocking(|| {
        let url: StoreUrl = args.database.parse()?;
        let mut conn = store::database::reading_conn(&url)?;
        let free = fs4::available_space(&args.data).ok();
        let now = SystemClock::default().now();
        let found = office::doctor::examine(&mut conn, &args.data, free, now)?;
        for one in &found {
            say(&format!(
                "[{}] {}：{}",
                one.grade.word(),
                one.what,
                one.words
            ));
        }
        let wrong = found.iter().any(|one| one.grade == Grade::Wrong);
        Ok(ExitCode::from(u8::from(wrong)))
    })
}

/// Progress at a terminal; nothing where there is none.
struct Bar(indicatif::ProgressBar);

impl Default for Bar {
    fn default() -> Self {
        let bar = indicatif::ProgressBar::new(0);
        if let Ok(style) = indicatif::ProgressStyle::with_template(
            "  {msg} {wide_bar} {human_pos}/{human_len} 剩余 {eta}",
        ) {
            bar.set_style(style);
        }
        Self(bar)
    }
}

impl Bar {
    fn show(&self, at: store::verify::Progress) {
        if self.0.message() != at.stage {
            self.0.reset();
            self.0.set_message(at.stage);
        }
        self.0.set_length(at.of);
        self.0.set_position(at.done);
    }
    fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// `hangji seal`
pub async fn seal(args: &DatabaseArgs) -> anyhow::Result<ExitCode> {
    let office = open(&config(args, false)?)?;
    let now = SystemClock::default().now();
    let seal = office
        .store()
        .write::<_, store::lane::Failure>(move |conn| Ok(store::seal::seal(conn, now)?))
        .await?;
    complain(&format!(
        "已完成第 {} 次封存：到此刻的 {} 件事件、{} 步流程记录、{} 条审计记录都已算入校验值。\n\
         请把下面这一段保存到平台之外（打印归档，或交上级单位保管）；以后有人删改过记录，hangji verify 会指出。",
        seal.seq, seal.matters, seal.steps, seal.audits
    ));
    print_line(&serde_json::to_string_pretty(&seal)?)
}

/// `hangji flow`
pub fn flow(code: &str) -> anyhow::Result<ExitCode> {
    let path = format!("flows/{code}.toml");
    let file = office::pack::embedded(office::pack::BASE)
        .into_iter()
        .find(|f| f.path == path)
        .with_context(|| format!("没有流程 {code}"))?;
    match civic::flow::Flow::parse(&file.body) {
        Ok(flow) => print_line(&civic::flow::mermaid(&flow)),
        Err(problems) => list(&problems),
    }
}

/// Says every problem; exit code 1.
pub fn list(problems: &[civic::problem::Problem]) -> anyhow::Result<ExitCode> {
    for problem in problems {
        complain(&format!("{}  {}", problem.field, problem.message));
    }
    Ok(ExitCode::FAILURE)
}
