//! The demo: a sample city, served, with its accounts listed.

use crate::build::found_and_play;
use crate::command::{DatabaseArgs, DemoArgs, say};
use crate::serve::{config, create_sample, listen};
use anyhow::Context;
use office::{DemoClock, Office};
use sample::drive::DAYS;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

/// `hangji demo`
pub async fn demo(args: DemoArgs) -> anyhow::Result<ExitCode> {
    let data = args
        .data
        .clone()
        .unwrap_or_else(|| match args.profile.code.as_str() {
            "putian" => PathBuf::from(format!("data/demo-{}", args.scale.code())),
            other => PathBuf::from(format!("data/demo-{other}-{}", args.scale.code())),
        });
    if args.fresh && data.exists() {
        std::fs::remove_dir_all(&data)
            .with_context(|| format!("无法删除旧的样例城市 {}", data.display()))?;
    }
    let finished = data.join("finished");
    if data.exists() && !finished.exists() && args.database.is_none() {
        // A build that was interrupted is not shown as a city.
        std::fs::remove_dir_all(&data)
            .with_context(|| format!("无法删除没有建完的样例城市 {}", data.display()))?;
    }
    std::fs::create_dir_all(&data)?;
    let database = args
        .database
        .clone()
        .unwrap_or_else(|| format!("sqlite:{}", data.join("hangji.db").display()));
    let place = DatabaseArgs {
        database,
        data: data.clone(),
    };
    let clock = Arc::new(DemoClock::ahead(args.ahead));
    let office = create_sample(&config(&place, true)?, &clock)?;
    for pack in &args.packs {
        crate::pack::install(&office, pack).await?;
    }
    if office.world().tree().is_empty() {
        found_and_play(
            &office,
            &clock,
            &args.profile,
            args.scale,
            args.days.unwrap_or(DAYS),
        )
        .await?;
        std::fs::write(&finished, "")?;
    }
    list_accounts(&office).await?;
    listen(
        office,
        args.listen,
        None,
        api::Options::default(),
        move |bound| {
            if !args.no_open {
                open_browser(bound);
            }
        },
    )
    .await
}

/// The accounts made for showing, one line each.
async fn list_accounts(office: &Arc<Office>) -> anyhow::Result<()> {
    say(&format!(
        "\n演示账号（密码都是 {}；只存在于演示中）：",
        office::identity::DEMO_PASSWORD
    ));
    for account in office.demo_accounts().await? {
        say(&format!("  {:<14} {}", account.login, account.title));
    }
    say("");
    Ok(())
}

/// Opens the console in the person's browser; a machine without one is not an error.
fn open_browser(bound: SocketAddr) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let _ = Command::new(program)
        .arg(format!("http://{bound}/"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}
