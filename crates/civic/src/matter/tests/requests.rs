//! What is asked and decided, and the orders from above.

use super::*;

#[test]
fn a_return_needs_approval_and_its_receiver_may_not_close() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "return", at(11, 11, 0), say("材料不全"))
        .unwrap();
    assert_eq!(town.m(id).state, "at_town", "waits for the leader");
    assert!(
        !town.can(31, id, at(11, 11, 1)).contains(&"decide".into()),
        "not by the asker"
    );
    let yes = Form {
        verdict: Some(true),
        ..say("同意")
    };
    town.act(32, id, "decide", at(11, 11, 5), yes).unwrap();
    assert_eq!(town.m(id).state, "at_community");
    let settle = Form {
        reply: Some("已办".into()),
        ..fed(Finding::Solved)
    };
    let no = town
        .act(41, id, "settle", at(11, 12, 0), settle.clone())
        .unwrap_err();
    assert!(no.to_string().contains("不能直接办结"), "{no}");
    assert!(!town.can(41, id, at(11, 12, 0)).contains(&"settle".into()));
    town.act(41, id, "escalate", at(11, 12, 5), say("已补正"))
        .unwrap();
    town.act(31, id, "settle", at(11, 13, 0), settle).unwrap();
}

#[test]
fn a_refusal_is_decided_by_the_dispatcher_and_a_second_one_by_the_leader() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 11, 0), call(71, &[72]))
        .unwrap();
    town.act(71, id, "refuse", at(11, 11, 10), say("不属本局职责"))
        .unwrap();
    let no = Form {
        verdict: Some(false),
        ..say("属贵局")
    };
    town.act(31, id, "decide", at(11, 11, 20), no.clone())
        .unwrap();
    assert_eq!(town.m(id).task(1).unwrap().state, TaskState::Called);
    town.act(71, id, "refuse", at(11, 11, 30), say("仍不属本局职责"))
        .unwrap();
    assert!(!town.can(31, id, at(11, 11, 40)).contains(&"decide".into()));
    let yes = Form {
        verdict: Some(true),
        ..say("同意")
    };
    town.act(32, id, "decide", at(11, 11, 50), yes).unwrap();
    assert_eq!(
        town.m(id).state,
        "at_town",
        "without a lead it is judged again"
    );
    assert!(town.m(id).tasks.iter().all(|t| !t.is_open()));
    let late = town
        .act(72, id, "feed_back", at(11, 12, 0), fed(Finding::Solved))
        .unwrap_err();
    assert!(matches!(late, Refusal::Conflict(_)), "{late:?}");
}

#[test]
fn a_department_may_not_refuse_after_the_sign_in_time() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 10, 0), call(71, &[]))
        .unwrap();
    let no = town
        .act(71, id, "refuse", at(11, 12, 0), say("太晚"))
        .unwrap_err();
    assert!(no.to_string().contains("签收时限已过"), "{no}");
}

#[test]
fn a_dissatisfied_resident_reopens_once_and_then_it_closes() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    let done = Form {
        reply: Some("已答复".into()),
        ..fed(Finding::Explained)
    };
    let one = Form {
        rating: Some(Rating(1)),
        ..Form::default()
    };
    town.act(31, id, "settle", at(11, 11, 0), done.clone())
        .unwrap();
    town.act(900, id, "confirm", at(11, 12, 0), one.clone())
        .unwrap();
    assert_eq!(
        (town.m(id).state.as_str(), town.m(id).reopened),
        ("at_town", 1)
    );
    assert_eq!(town.counted(id, Measure::Closed), 0);
    town.act(31, id, "settle", at(11, 13, 0), done).unwrap();
    town.act(900, id, "confirm", at(11, 14, 0), one).unwrap();
    assert_eq!(town.m(id).state, "closed");
    assert_eq!(
        (
            town.counted(id, Measure::Closed),
            town.counted(id, Measure::Dissatisfied)
        ),
        (1, 2)
    );
    assert_eq!(
        town.counted(id, Measure::Solved),
        0,
        "handled is not solved"
    );
}

#[test]
fn merging_ends_one_matter_and_the_other_remembers_its_reporter() {
    let mut town = Town::new();
    let first = town.report(41, 6, true, at(11, 9, 0));
    let second = town.report(41, 7, true, at(11, 9, 5));
    let form = Form {
        other: Some(first),
        ..say("同一件事")
    };
    let merge = |town: &mut Town| town.act(41, second, "merge", at(11, 9, 30), form.clone());
    town.cases.0.get_mut(&first).unwrap().flow = "dispute".into();
    let other = merge(&mut town).unwrap_err().to_string();
    assert!(other.contains("另一类流程"), "{other}");
    town.cases.0.get_mut(&first).unwrap().flow = "incident".into();
    town.cases.0.get_mut(&second).unwrap().reopened = 1;
    let again = merge(&mut town).unwrap_err().to_string();
    assert!(
        again.contains("单独办结"),
        "whoever was not satisfied is answered: {again}"
    );
    town.cases.0.get_mut(&second).unwrap().reopened = 0;
    merge(&mut town).unwrap();
    assert_eq!(town.m(second).state, "merged");
    assert_eq!(town.m(second).merged_into, Some(first));
    assert_eq!(town.m(first).joined, [AccountId(900)]);
    assert_eq!(town.m(first).version, 2);
}

#[test]
fn an_urgent_category_leaps_to_the_town_and_copies_those_it_skips() {
    let mut town = Town::new();
    let id = town
        .report_with(61, 6, at(11, 9, 0), |form| {
            form.category = Some("0204".into())
        })
        .unwrap();
    town.notices.clear();
    town.act(61, id, "leap", at(11, 9, 5), say("燃气味很重"))
        .unwrap();
    assert_eq!(town.m(id).state, "at_town");
    let copied: Vec<_> = town
        .notices
        .iter()
        .filter(|n| n.kind == NoticeKind::Copied)
        .map(|n| n.desk)
        .collect();
    assert_eq!(copied, [Desk::Area(AreaId(4)), Desk::Area(AreaId(5))]);
    let calm = town.report(61, 6, false, at(11, 9, 0));
    let no = town
        .act(61, calm, "leap", at(11, 9, 6), say("想越级"))
        .unwrap_err();
    assert!(no.to_string().contains("紧急"), "{no}");
}

#[test]
fn supervision_from_the_county_is_answered_and_may_be_ordered_again() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    assert!(
        !town
            .can(32, id, at(11, 12, 0))
            .contains(&"supervise".into()),
        "the town does not supervise itself"
    );
    town.act(21, id, "supervise", at(11, 12, 0), say("限期办理"))
        .unwrap();
    assert_eq!(town.m(id).supervision.as_ref().unwrap().level, 2);
    town.act(31, id, "answer_supervision", at(11, 15, 0), say("正在办理"))
        .unwrap();
    assert!(
        town.m(id)
            .supervision
            .as_ref()
            .unwrap()
            .answered_at
            .is_some()
    );
    town.act(21, id, "supervise", at(11, 16, 0), say("再次督办"))
        .unwrap();
    assert_eq!(town.m(id).supervision.as_ref().unwrap().level, 2);
}

#[test]
fn a_waived_co_handler_is_not_waited_for_and_a_lead_cannot_be_waived() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 11, 0), call(71, &[72]))
        .unwrap();
    town.act(71, id, "feed_back", at(11, 14, 30), fed(Finding::Solved))
        .unwrap();
    let lead = Form {
        task: Some(1),
        ..say("不等了")
    };
    assert!(town.act(31, id, "waive", at(11, 15, 0), lead).is_err());
    town.act(
        31,
        id,
        "waive",
        at(11, 15, 0),
        Form {
            task: Some(2),
            ..say("已不需要")
        },
    )
    .unwrap();
    assert_eq!(town.m(id).state, "fed_back");
}

#[test]
fn asking_buys_no_time_and_the_desk_waits_for_the_answer() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "return", at(11, 11, 0), say("请社区先核实"))
        .unwrap();
    let clock = |town: &Town| {
        let approval = |c: &&Clock| c.kind == ClockKind::Approval && c.runs();
        town.m(id).clocks.iter().find(approval).cloned()
    };
    assert_eq!(
        clock(&town).map(|c| c.due),
        Some(at(12, 0, 0)),
        "a judgement is made on its day, whoever has the last word"
    );
    let no = town
        .act(31, id, "escalate", at(11, 11, 5), say("上报"))
        .unwrap_err();
    assert!(no.to_string().contains("正在等"), "{no}");
    town.notices.clear();
    while town.tick(id, at(12, 0, 0)) {}
    let late: Vec<Desk> = town
        .notices
        .iter()
        .filter(|n| n.kind == NoticeKind::Overdue)
        .map(|n| n.desk)
        .collect();
    assert_eq!(late, [Desk::Area(AreaId(3)), Desk::Area(AreaId(2))]);
    assert_eq!(town.counted(id, Measure::Overdue), 1);
    town.act(31, id, "escalate", at(12, 9, 0), say("上报"))
        .unwrap();
    assert!(clock(&town).is_none(), "the late request is gone");
}
