//! The story of a matter from the unit to its end.

use super::*;

#[test]
fn the_bantou_case_travels_from_the_unit_to_three_bodies_and_is_closed_by_the_resident() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    assert_eq!(town.m(id).state, "at_town");
    town.act(31, id, "call", at(11, 11, 0), call(71, &[72, 73]))
        .unwrap();
    assert_eq!(town.m(id).state, "called");
    for (n, org) in [(0, 71), (1, 72), (2, 73)] {
        town.act(org, id, "sign", at(11, 14, 10 + n), Form::default())
            .unwrap();
    }
    assert_eq!(town.m(id).state, "handling");
    for org in [71, 72, 73] {
        town.act(org, id, "feed_back", at(13, 10, 0), fed(Finding::Solved))
            .unwrap();
    }
    assert_eq!(town.m(id).state, "fed_back");
    town.act(31, id, "order_check", at(13, 11, 0), say("请核实"))
        .unwrap();
    let yes = Form {
        verdict: Some(true),
        ..say("已量好")
    };
    town.act(52, id, "check", at(13, 15, 0), yes).unwrap();
    let done = Form {
        reply: Some("面积已现场测量并更正".into()),
        ..fed(Finding::Solved)
    };
    town.act(31, id, "settle", at(13, 16, 0), done).unwrap();
    assert_eq!(town.m(id).state, "confirming");
    let five = Form {
        rating: Some(Rating(5)),
        ..Form::default()
    };
    town.act(900, id, "confirm", at(14, 9, 0), five).unwrap();

    let matter = town.m(id);
    assert_eq!(matter.state, "closed");
    assert_eq!(matter.finished_level, Some(Level::Town));
    for level in [Level::Unit, Level::Grid, Level::Community, Level::Town] {
        let (came, day) = Measure::triage(level);
        assert_eq!(
            (town.counted(id, came), town.counted(id, day)),
            (1, 1),
            "{level:?}"
        );
    }
    assert_eq!(town.counted(id, Measure::SigninsOnTime), 3);
    assert_eq!(town.counted(id, Measure::HandledOnTime), 3);
    let judged: Vec<_> = town.journal[&id]
        .iter()
        .filter(|s| s.same_day.is_some())
        .map(|s| (s.action.as_str(), s.who.title.as_str(), s.same_day))
        .collect();
    expect_test::expect![[r#"
        [
            (
                "prehandle",
                "坂头安置房小区网格1号楼单元长",
                Some(
                    true,
                ),
            ),
            (
                "escalate",
                "坂头安置房小区网格长",
                Some(
                    true,
                ),
            ),
            (
                "escalate",
                "坂头社区工作者",
                Some(
                    true,
                ),
            ),
            (
                "call",
                "霞林街道治理中心调度员",
                Some(
                    true,
                ),
            ),
        ]
    "#]]
    .assert_debug_eq(&judged);
}

#[test]
fn a_unit_head_reports_and_settles_in_one_breath_and_it_counts_as_closed_at_the_unit() {
    let mut town = Town::new();
    let id = town
        .report_with(61, 6, at(11, 9, 0), |form| {
            form.prehandle = Some(Form {
                finding: Some(Finding::Calmed),
                ..say("已劝和")
            });
        })
        .unwrap();
    assert_eq!(town.m(id).state, "closed");
    let day = Day::from_ymd(2026, 3, 11).unwrap();
    let counted = crate::measure::contribution(town.m(id));
    let of = |measure| {
        counted
            .get(&(0, crate::measure::day_period(day), measure))
            .copied()
    };
    assert_eq!(of(Measure::DisputesUnit), Some(1));
    assert_eq!(of(Measure::ClosedUnit), Some(1));
    assert_eq!(of(Measure::Solved), Some(1));
    assert_eq!(
        counted.get(&(1, 202_603, Measure::Closed)),
        Some(&1),
        "its own class"
    );
}
