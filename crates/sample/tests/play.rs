//! The seed's period, played through the verbs with few incidents.

use civic::directory::Actor;
use civic::time::Zone;
use sample::drive::{DAYS, Plan, drive};
use sample::{Profile, Scale, founding};
use std::collections::HashMap;
use testkit::TestOffice;

/// Incidents of an average day; a street of the seed's city has 41.
const PER_DAY: f64 = 6.0;

/// S4: 99.28 % closed, 60 % of disputes settled by unit heads, over 90 % closed at or below the
/// community (R070, R071). The spans are three deviations of so few incidents.
#[tokio::test(flavor = "multi_thread")]
async fn a_period_as_long_as_the_seeds_ends_with_the_seeds_figures() {
    let test = TestOffice::empty("play");
    let office = &test.office;
    let (zone, until) = (Zone::CHINA, office.now());
    let today = zone.day_of(until);
    let from = today.plus(-DAYS);
    let profile: Profile = "putian".parse().unwrap();
    let rows = founding::founding(&profile, Scale::Street, from, zone.start_of(from), "").unwrap();
    let names: HashMap<_, _> = rows
        .accounts
        .iter()
        .map(|a| (a.id, a.name.clone()))
        .collect();
    let leader = rows
        .accounts
        .iter()
        .find(|a| a.login == "shilingdao")
        .unwrap()
        .id;
    office.found(rows).await.unwrap();
    let plan = Plan {
        from,
        until,
        per_day: PER_DAY,
        seed: sample::geography::SEED,
    };
    let played = drive(office, names, &plan, |_| ()).await.unwrap();
    assert_eq!(played.refused, 0, "people of the sample know the rules");

    let world = office.world();
    let actor = Actor {
        account: leader,
        name: "市领导".into(),
        posts: world.directory().posts_of(leader, today),
        system: false,
    };
    let city = world.tree().roots().next().unwrap().id;
    let board = office.board(&actor, city, from, today).await.unwrap();
    let shares = [
        ("closing_rate", 98.6, 99.9),
        ("disputes_at_unit", 52.0, 68.0),
        ("closed_at_base", 90.0, 95.0),
        ("same_day", 99.0, 100.0),
    ];
    for (code, low, high) in shares {
        let value = board.kpis.iter().find(|k| k.kpi.code == code).unwrap();
        let share = value.percent().unwrap();
        assert!((low..=high).contains(&share), "{code}: {share}");
    }
    let merged = board.figures.get(civic::measure::Measure::Merged);
    assert!(merged > 0, "what was reported twice is merged");
    test.verify().await;
}
