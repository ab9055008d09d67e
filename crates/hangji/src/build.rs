//! Building a sample city: the rows of an installation, then its days played through the real verbs.

use crate::command::{BuildArgs, tell};
use crate::serve::{config, create_sample};
use indicatif::{ProgressBar, ProgressStyle};
use office::{DemoClock, Office};
use sample::drive::{DAYS, Plan, Progress};
use sample::furnish::{People, furnish};
use sample::{Profile, Scale, founding};
use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

/// `hangji build`
pub async fn build(args: BuildArgs) -> anyhow::Result<ExitCode> {
    let config = config(&args.place, true)?;
    let clock = Arc::default();
    let office = create_sample(&config, &clock)?;
    for pack in &args.packs {
        crate::pack::install(&office, pack).await?;
    }
    found_and_play(
        &office,
        &clock,
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
    clock: &DemoClock,
    profile: &Profile,
    scale: Scale,
    days: i64,
) -> anyhow::Result<Progress> {
    let started = Stopwatch::now();
    tell(&format!(
        "正在建立样例城市（{}，{}）……{}",
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
    let shown = rows.accounts.iter().filter(|a| a.demo);
    let people = People {
        shown: shown.map(|a| (a.login.clone(), a.id)).collect(),
        names: names.clone(),
    };
    let units = rows
        .areas
        .iter()
        .filter(|a| a.level == civic::area::Level::Unit)
        .count();
    tell(&format!(
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
    let refused = furnish(office, clock, &people).await?;
    if refused > 0 {
        tell(&format!("  有 {refused} 类样例内容本地不具备条件，已略去"));
    }
    office.run_first_jobs().await;
    tell(&format!(
        "  共上报 {} 件，办理 {} 步（被规则拒绝 {} 次），在办 {} 件，用时 {:.1} 秒",
        progress.reported,
        progress.commands,
        progress.refused,
        progress.open,
        started.elapsed().as_secs_f64()
    ));
    Ok(progress)
}

#[cfg(test)]
mod tests {
    use super::*;
    use civic::directory::Actor;
    use civic::notice::Kind;
    use civic::post::Seat;
    use std::collections::HashSet;

    /// Founds a street without playing its days, and furnishes it.
    async fn furnished(data: &std::path::Path) -> (Arc<Office>, People) {
        let place = crate::command::DatabaseArgs {
            database: format!("sqlite:{}", data.join("hangji.db").display()),
            data: data.to_owned(),
        };
        let clock = Arc::default();
        let office = create_sample(&config(&place, true).unwrap(), &clock).unwrap();
        let zone = office.world().rules.calendar.zone();
        let from = zone.day_of(office.now()).plus(-31);
        let profile: Profile = "putian".parse().unwrap();
        let rows =
            founding::founding(&profile, Scale::Street, from, zone.start_of(from), "!").unwrap();
        let accounts = rows.accounts.iter();
        let people = People {
            names: accounts.clone().map(|a| (a.id, a.name.clone())).collect(),
            shown: accounts
                .filter(|a| a.demo)
                .map(|a| (a.login.clone(), a.id))
                .collect(),
        };
        office.found(rows).await.unwrap();
        assert_eq!(
            furnish(&office, &clock, &people).await.unwrap(),
            0,
            "nothing is refused"
        );
        (office, people)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_furnished_city_has_something_true_on_every_page_and_verifies() {
        let data = std::env::temp_dir().join(format!("hangji-furnish-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&data);
        std::fs::create_dir_all(&data).unwrap();
        let (office, people) = furnished(&data).await;
        let (world, today) = (office.world(), office.today());
        let shown = |login: &str| {
            let account = people.shown[login];
            let posts = world.directory().posts_of(account, today);
            let Seat::Area(area) = posts[0].seat else {
                panic!("{login} sits over no area")
            };
            let actor = Actor {
                account,
                name: people.names[&account].clone(),
                posts,
                system: false,
            };
            (actor, area)
        };
        let (dispatcher, town) = shown("jiedao");
        let (secretary, community) = shown("shuji");
        for day in 0..7 {
            for area in [town, community] {
                let on_duty = office.duties(&dispatcher, area, today.plus(day)).await;
                assert!(!on_duty.unwrap().is_empty(), "day {day}");
            }
        }
        let log = office.logbook(&dispatcher, town, None, None).await.unwrap();
        assert_eq!((log.entries.len(), log.open.len()), (28, 1));
        let days: HashSet<_> = log.entries.iter().map(|e| world.rules.day(e.at)).collect();
        assert_eq!((days.len(), log.handovers.len()), (14, 14));
        let (visits, _) = office
            .visits(&secretary, Some(community), None, None, None)
            .await
            .unwrap();
        let days: HashSet<_> = visits.iter().map(|v| world.rules.day(v.at)).collect();
        assert!(days.len() >= 14, "visits on {} days", days.len());
        let (head, _) = shown("danyuan");
        let page = office
            .notices(&head, office::notice::Box::In, None, None)
            .await
            .unwrap();
        let kinds: Vec<Kind> = page.rows.iter().map(|r| r.kept.notice.kind).collect();
        for kind in [Kind::Notice, Kind::Task] {
            assert!(kinds.contains(&kind), "{kinds:?}");
        }
        assert!(page.waiting > 0, "some are still to be read");
        assert!(
            !office
                .absences(&secretary, community, 10)
                .unwrap()
                .is_empty()
        );
        let nominations = office.nominations(&dispatcher, town).await.unwrap();
        assert!(!nominations.is_empty());
        let (county, _) = shown("qu");
        let items = office.admissions(&county).await.unwrap();
        let admitted = items.iter().filter(|i| i.decision.is_some()).count();
        assert_eq!((items.len(), admitted), (5, 4));
        let (orders, _) = office.hotline(&dispatcher, town).await.unwrap();
        let answered = orders.iter().filter(|(k, _)| k.reply.is_some()).count();
        assert_eq!((orders.len(), answered), (4, 2));
        let bodies = office.mediation(&dispatcher, town).await.unwrap();
        assert_eq!(bodies[0].mediators.len(), 3);
        for register in ["party_org", "joint_meeting", "pairing", "professional"] {
            let found = office.records(&dispatcher, register, town, false, None, None);
            assert!(!found.await.unwrap().0.is_empty(), "{register}");
        }
        let log = office.certificate_log(&dispatcher, town, None, None).await;
        assert_eq!(log.unwrap().0.len(), 3);
        let (papers, _) = office
            .publications(&dispatcher, town, None, None)
            .await
            .unwrap();
        let states: HashSet<_> = papers.iter().map(|p| p.state.code()).collect();
        assert_eq!(states.len(), 4, "{states:?}");
        assert!(
            !office
                .published(None, None, None)
                .await
                .unwrap()
                .0
                .is_empty()
        );
        let due = office.library(&head, "").await.unwrap();
        assert!(due.iter().any(|d| d.due && d.document.versions.len() == 2));
        let periods = office.assessments(&county).await.unwrap();
        let states: Vec<_> = periods
            .iter()
            .map(|p| p.assessment.state().code())
            .collect();
        for state in ["frozen", "published", "drafted"] {
            assert!(states.contains(&state), "{states:?}");
        }
        assert_eq!(periods.iter().map(|p| p.undecided).sum::<usize>(), 1);
        let (inspector, _) = shown("jijian");
        let (packs, _) = office.evidence_taken(&inspector, None, None).await.unwrap();
        assert_eq!(packs.len(), 2);
        for register in ["inspection", "power", "station_review", "task_force"] {
            let found = office.records(&dispatcher, register, town, false, None, None);
            assert!(!found.await.unwrap().0.is_empty(), "{register}");
        }
        office.run_first_jobs().await;
        let (system, _) = shown("xitong");
        for row in office.jobs(&system).await.unwrap() {
            let ran = row.job == office::Job::Sweep || row.last.is_some_and(|run| run.good);
            assert!(ran, "{}", row.job.word());
        }
        let proof = office
            .store()
            .read::<_, store::driver::DbError>(|conn| store::verify::verify(conn, |_| ()));
        let report = proof.await.unwrap();
        assert!(report.is_clean(), "{:#?}", report.findings);
        drop(office);
        let _ = std::fs::remove_dir_all(&data);
    }
}
