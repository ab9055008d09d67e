//! What runs, until when, and what running out does.

use super::*;

#[test]
fn a_level_that_misses_midnight_is_marked_and_the_lowest_levels_escalate_by_themselves() {
    let mut town = Town::new();
    let id = town.report(900, 6, true, at(11, 20, 0));
    assert!(
        !town.tick(id, at(11, 21, 59)),
        "nothing is due two minutes early"
    );
    assert!(town.tick(id, at(11, 22, 0)), "two hours before");
    assert!(!town.tick(id, at(11, 22, 0)), "said once");
    assert!(town.tick(id, at(11, 23, 30)), "half an hour before");
    assert!(town.tick(id, at(12, 0, 0)), "midnight");
    assert_eq!(town.m(id).state, "at_grid");
    let (came, day) = Measure::triage(Level::Unit);
    assert_eq!((town.counted(id, came), town.counted(id, day)), (1, 0));
    assert_eq!(town.counted(id, Measure::Overdue), 1);
    assert_eq!(
        town.m(id)
            .counted
            .iter()
            .find(|(m, _)| *m == Measure::Overdue)
            .unwrap()
            .1,
        Day::from_ymd(2026, 3, 11).unwrap()
    );
}

#[test]
fn the_community_is_marked_overdue_and_keeps_the_matter() {
    let mut town = Town::new();
    let id = town.report(41, 6, false, at(11, 9, 0));
    assert_eq!(
        town.m(id).state,
        "at_community",
        "who registers judges first"
    );
    assert!(town.tick(id, at(13, 0, 5)), "the sweep was down for a day");
    assert_eq!(town.m(id).state, "at_community");
    assert!(town.m(id).is_overdue());
    assert!(!town.tick(id, at(14, 0, 5)), "once");
}

#[test]
fn extensions_are_two_each_adding_one_limit_and_only_before_the_time() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 9, 0), call(71, &[]))
        .unwrap();
    town.act(71, id, "sign", at(11, 9, 30), Form::default())
        .unwrap();
    let due = |town: &Town| {
        town.m(id)
            .clocks
            .iter()
            .find(|c| c.kind == ClockKind::Handle)
            .unwrap()
            .due
    };
    let limit = town.m(id).task(1).unwrap().limit;
    let first = due(&town);
    for n in 0..2 {
        town.act(71, id, "ask_extension", at(11, 10, 0), say("需要测绘"))
            .unwrap();
        let again = town
            .act(71, id, "ask_extension", at(11, 10, 1), say("再要"))
            .unwrap_err();
        assert!(again.to_string().contains("等待审批"), "{again}");
        let yes = Form {
            verdict: Some(true),
            ..say("同意")
        };
        town.act(31, id, "decide", at(11, 10, 30 + n), yes).unwrap();
    }
    let calendar = &town.rules.calendar;
    assert_eq!(due(&town), calendar.add(calendar.add(first, limit), limit));
    let third = town
        .act(71, id, "ask_extension", at(11, 11, 0), say("三次"))
        .unwrap_err();
    assert!(third.to_string().contains("不能再延"), "{third}");
}

#[test]
fn a_suspension_stops_the_clock_once_and_ends_by_itself() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 9, 0), call(71, &[]))
        .unwrap();
    town.act(71, id, "sign", at(11, 9, 30), Form::default())
        .unwrap();
    let until = Day::from_ymd(2026, 3, 20).unwrap();
    let ask = Form {
        until: Some(until),
        ..say("等待上级批复")
    };
    let past = Form {
        until: Day::from_ymd(2027, 4, 1),
        ..say("太久")
    };
    assert!(
        town.act(71, id, "ask_suspension", at(11, 10, 0), past)
            .is_err()
    );
    town.act(71, id, "ask_suspension", at(11, 10, 0), ask.clone())
        .unwrap();
    let before = town
        .m(id)
        .clocks
        .iter()
        .find(|c| c.kind == ClockKind::Handle)
        .unwrap()
        .due;
    let yes = Form {
        verdict: Some(true),
        ..say("同意")
    };
    town.act(31, id, "decide", at(11, 10, 30), yes).unwrap();
    assert_eq!(town.m(id).state, "suspended");
    assert!(
        !town.tick(id, at(19, 23, 59)),
        "the handling clock stands still"
    );
    assert!(town.tick(id, at(20, 0, 0)));
    assert_eq!(town.m(id).state, "handling");
    let after = town
        .m(id)
        .clocks
        .iter()
        .find(|c| c.kind == ClockKind::Handle)
        .unwrap()
        .due;
    assert!(after > before, "what was left runs on");
    let second = town.act(
        71,
        id,
        "ask_suspension",
        at(20, 9, 0),
        Form {
            until: Some(Day(until.0 + 9)),
            ..say("再挂")
        },
    );
    assert!(second.unwrap_err().to_string().contains("不能再挂账"));
}

#[test]
fn silence_of_the_resident_closes_after_seven_days() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    let done = Form {
        reply: Some("已办".into()),
        ..fed(Finding::Solved)
    };
    town.act(31, id, "settle", at(11, 11, 0), done).unwrap();
    assert!(!town.tick(id, at(18, 10, 59)));
    assert!(town.tick(id, at(18, 11, 0)));
    assert_eq!(town.m(id).state, "closed");
    assert_eq!(town.counted(id, Measure::Rated), 0);
}

#[test]
fn a_comment_and_an_urge_reset_no_clock() {
    let mut town = Town::new();
    let id = town.report(900, 6, true, at(11, 9, 0));
    let before = town.m(id).clocks.clone();
    town.act(900, id, "comment", at(11, 15, 0), say("又漏水了"))
        .unwrap();
    town.act(900, id, "urge", at(11, 16, 0), Form::default())
        .unwrap();
    assert_eq!(town.m(id).clocks, before);
}
