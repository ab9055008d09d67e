//! Building a sample city: the rows of an installation, then its days played through the real verbs.

use crate::command::{BuildArgs, say};
use crate::serve::{config, create};
use indicatif::{ProgressBar, ProgressStyle};
use office::Office;
use sample::drive::{DAYS, Plan, Progress};
use sample::{Profile, Scale, founding};
use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

/// `hangji build`
pub async fn build(args: BuildArgs) -> anyhow::Result<ExitCode> {
    let config = config(&args.place, true)?;
    let office = create(&config)?;
    found_and_play(
        &office,
        &args.profile,
        args.scale,
        args.days.unwrap_or(DAYS),
    )
    .await?;
    Ok(ExitCode::SUCCESS)
}

/// Founds the sample city in an empty office and plays its days up to now.
pub async fn found_and_play(
    office: &Arc<Office>,
    profile: &Profile,
    scale: Scale,
    days: i64,
) -> anyhow::Result<Progress> {
    let started = Stopwatch::now();
    say(&format!(
        "正在建立样例城市({}，{})……{}",
        profile.name(),
        scale.code(),
        match scale {
            Scale::Street => "大约需要半分钟",
            Scale::County => "大约需要几分钟",
            Scale::City => "全市约 51 万件事件、300 万步，大约需要半小时；进度条会给出剩余时间",
        }
    ));
    let now = office.now();
    let zone = office.world().rules.calendar.zone();
    let from = zone.day_of(now).plus(-days);
    let secret = office::identity::password::hash(office::identity::DEMO_PASSWORD);
    let rows = founding::founding(
        profile,
        scale,
        from.plus(-30),
        zone.start_of(from.plus(-30)),
        &secret,
    )
    .map_err(anyhow::Error::msg)?;
    let names: HashMap<_, _> = rows
        .accounts
        .iter()
        .map(|a| (a.id, a.name.clone()))
        .collect();
    let units = rows
        .areas
        .iter()
        .filter(|a| a.level == civic::area::Level::Unit)
        .count();
    say(&format!(
        "  区域 {}、单位 {}、账号 {}、岗位 {}",
        rows.areas.len(),
        rows.orgs.len(),
        rows.accounts.len(),
        rows.posts.len()
    ));
    office.found(rows).await?;
    let plan = Plan {
        from,
        ..Plan::of_seed(now, units)
    };
    let bar = ProgressBar::new((days + 1) as u64);
    bar.set_style(
        ProgressStyle::with_template("  {bar:40} {pos}/{len} 天，{msg}，还需 {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let progress = sample::drive::drive(office, names, &plan, |p| {
        bar.set_position(p.days as u64);
        bar.set_message(format!("上报 {} 件，在办 {} 件", p.reported, p.open));
    })
    .await?;
    bar.finish_and_clear();
    office
        .store()
        .write::<_, store::lane::Failure>(move |conn| Ok(store::seal::seal(conn, now)?))
        .await?;
    say(&format!(
        "  共上报 {} 件，办理 {} 步(被规则拒绝 {} 次)，在办 {} 件，用时 {:.1} 秒",
        progress.reported,
        progress.commands,
        progress.refused,
        progress.open,
        started.elapsed().as_secs_f64()
    ));
    Ok(progress)
}
