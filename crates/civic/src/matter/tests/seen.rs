//! Who sees and may do what, and what is said to the others.

use super::*;

#[test]
fn a_vacant_unit_falls_back_to_the_grid_and_nobody_else() {
    let mut town = Town::new();
    let id = town.report(900, 7, true, at(11, 9, 0));
    assert_eq!(town.m(id).desk, Desk::Area(AreaId(7)), "unit 7 has no head");
    assert!(town.can(51, id, at(11, 9, 1)).contains(&"prehandle".into()));
    assert!(!town.can(61, id, at(11, 9, 1)).contains(&"prehandle".into()));
    assert!(!town.can(41, id, at(11, 9, 1)).contains(&"prehandle".into()));
    let vacant: Vec<_> = town
        .rules
        .directory
        .vacancies(AreaId(4), Level::Unit, Day(20_000))
        .map(|a| a.id)
        .collect();
    assert_eq!(vacant, [AreaId(7)]);
}

#[test]
fn an_outsider_is_told_that_it_does_not_exist() {
    let mut town = Town::new();
    let id = town.report(61, 6, false, at(11, 9, 0));
    for outsider in [43, 72, 901] {
        let no = town
            .act(outsider, id, "escalate", at(11, 9, 5), say("x"))
            .unwrap_err();
        assert!(matches!(no, Refusal::Unknown(_)), "{outsider}: {no:?}");
    }
}

#[test]
fn the_three_administrators_see_no_matter_also_on_the_desk_of_their_own_area() {
    let mut town = Town::new();
    let id = town.report(11, 6, false, at(11, 9, 0));
    assert_eq!(town.m(id).state, "at_city");
    for admin in [81, 82, 83] {
        let actor = town.actor(admin);
        let day = town.rules.day(at(11, 9, 1));
        assert!(
            !town.rules.directory.sees(&actor, town.m(id), day),
            "{admin}"
        );
        assert!(
            town.can(admin, id, at(11, 9, 1))
                .iter()
                .all(|a| a == "join"),
            "{admin}"
        );
    }
}

#[test]
fn refusals_say_what_is_possible() {
    let mut town = Town::new();
    let id = town.report(61, 6, false, at(11, 9, 0));
    let wrong_state = town
        .act(61, id, "sign", at(11, 9, 5), say("x"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        wrong_state,
        "“单元预处理”状态下不能“签收”。您现在可以：预处理、领办、定类、问题标签、上报上级、办结、补充说明、附议"
    );
    let denied = town
        .act(41, id, "escalate", at(11, 9, 5), say("x"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        denied,
        "您的岗位不能对这件事“上报上级”，现由“坂头安置房小区网格1号楼”（坂头安置房小区网格1号楼单元长）承办。您现在可以：补充说明、附议、催办"
    );
    let missing = town
        .act(61, id, "escalate", at(11, 9, 5), Form::default())
        .unwrap_err()
        .to_string();
    assert_eq!(missing, "请填写意见，说明理由或情况");
    let actor = town.actor(61);
    let stale = Command {
        fresh: None,
        action: "escalate".into(),
        version: Some(7),
        form: say("x"),
    };
    let no = decide(&town.rules, &town.cases, id, &actor, &stale, at(11, 9, 5)).unwrap_err();
    assert!(matches!(no, Refusal::Stale(_)));
    let unknown = town
        .report_with(61, 6, at(11, 9, 0), |f| f.category = Some("9999".into()))
        .unwrap_err();
    assert!(unknown.to_string().contains("类别目录里没有"), "{unknown}");
    let long = town
        .report_with(61, 6, at(11, 9, 0), |f| f.text = "长".repeat(4_001))
        .unwrap_err();
    assert!(long.to_string().contains("最多 4000 字"), "{long}");
}

#[test]
fn a_complaint_about_the_staff_bypasses_their_desk() {
    let mut town = Town::new();
    let id = town
        .report_with(900, 6, at(11, 9, 0), |form| {
            form.path = Path(form.path.0[..4].to_vec());
            form.reporter.bypass = Some(AreaId(4));
        })
        .unwrap();
    assert_eq!(town.m(id).state, "at_town");
    let no = town
        .act(42, id, "comment", at(11, 9, 5), say("x"))
        .unwrap_err();
    assert!(matches!(no, Refusal::Unknown(_)), "{no:?}");
}

#[test]
fn a_complaint_about_a_community_never_comes_near_its_own_people() {
    let mut town = Town::new();
    let id = town
        .report_with(900, 6, at(11, 9, 0), |form| {
            form.reporter.bypass = Some(AreaId(4));
        })
        .unwrap();
    assert_eq!(town.m(id).state, "at_town", "also where a unit is known");
    let day = town.rules.day(at(11, 9, 1));
    let sees = |town: &Town, account: i64| {
        let actor = town.actor(account);
        town.rules.directory.sees(&actor, town.m(id), day)
    };
    let accused = [61, 51, 52, 41, 42];
    assert!(accused.iter().all(|account| !sees(&town, *account)));
    assert!(sees(&town, 31) && sees(&town, 900));
    let down = Form {
        area: Some(AreaId(5)),
        ..say("请网格核实")
    };
    let no = town.act(31, id, "assign", at(11, 9, 10), down).unwrap_err();
    assert!(matches!(no, Refusal::Invalid(_)), "{no:?}");
    let back = town.act(31, id, "return", at(11, 9, 20), say("请补正"));
    assert!(back.is_err(), "there is nobody below to return it to");
    let told: Vec<Desk> = town.notices.iter().map(|n| n.desk).collect();
    for area in [4, 5, 6] {
        assert!(!told.contains(&Desk::Area(AreaId(area))), "{told:?}");
    }
}

#[test]
fn a_complaint_about_an_area_elsewhere_is_refused() {
    let mut town = Town::new();
    let no = town
        .report_with(900, 6, at(11, 9, 0), |form| {
            form.reporter.bypass = Some(AreaId(8));
        })
        .unwrap_err();
    assert!(no.to_string().contains("要回避的区域"), "{no}");
}

#[test]
fn only_what_is_open_to_everybody_can_be_joined_by_a_stranger() {
    let mut town = Town::new();
    let sealed = town.report(61, 6, false, at(11, 9, 0));
    let no = town
        .act(901, sealed, "join", at(11, 9, 5), Form::default())
        .unwrap_err();
    assert!(matches!(no, Refusal::Unknown(_)), "{no:?}");
    let open = town
        .rules
        .categories
        .iter()
        .find(|c| c.privacy == crate::category::Privacy::Open)
        .map(|c| c.code.clone());
    let lamp = town
        .report_with(61, 6, at(11, 9, 0), |form| form.category = open)
        .unwrap();
    town.act(901, lamp, "join", at(11, 9, 5), Form::default())
        .unwrap();
    assert_eq!(town.m(lamp).joined, [AccountId(901)]);
}

#[test]
fn a_dispute_that_is_over_is_veiled_from_those_who_only_look_on() {
    let mut town = Town::new();
    let id = town.report(61, 6, false, at(11, 9, 0));
    let day = town.rules.day(at(11, 9, 1));
    let veiled = |town: &Town, account: i64| {
        let actor = town.actor(account);
        town.rules.directory.veils(&actor, town.m(id), day)
    };
    assert!(!veiled(&town, 32), "open: the leader reads it");
    let done = Form {
        finding: Some(Finding::Solved),
        ..say("已调解")
    };
    town.act(61, id, "prehandle", at(11, 9, 10), done).unwrap();
    assert!(town.m(id).over());
    assert!(veiled(&town, 32) && veiled(&town, 51));
    assert!(!veiled(&town, 61), "the desk that settled it");
    assert!(!veiled(&town, 900), "the reporter");
}

#[test]
fn a_restricted_matter_is_seen_by_those_who_work_on_it_alone() {
    let mut town = Town::new();
    let restricted = town
        .rules
        .categories
        .iter()
        .find(|c| c.privacy == crate::category::Privacy::Restricted)
        .map(|c| c.code.clone());
    let id = town
        .report_with(61, 6, at(11, 9, 0), |form| form.category = restricted)
        .unwrap();
    let day = town.rules.day(at(11, 9, 1));
    let seers: Vec<i64> = [11, 21, 31, 32, 41, 42, 51, 61]
        .into_iter()
        .filter(|account| {
            let actor = town.actor(*account);
            town.rules.directory.sees(&actor, town.m(id), day)
        })
        .collect();
    assert_eq!(seers, [61], "the desk that has it");
}

#[test]
fn what_ends_at_the_unit_has_a_category_and_an_answer() {
    let mut town = Town::new();
    let id = town
        .report_with(900, 6, at(11, 9, 0), |form| {
            form.category = None;
            form.reporter.confirms = true;
        })
        .unwrap();
    let solved = || Form {
        finding: Some(Finding::Solved),
        ..say("已换灯")
    };
    let no = town
        .act(61, id, "prehandle", at(11, 9, 5), solved())
        .unwrap_err();
    let Refusal::Invalid(problems) = &no else {
        panic!("{no:?}")
    };
    let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(fields, ["category", "reply"]);
    let whole = Form {
        category: Some("0104".into()),
        reply: Some("已办好，谢谢".into()),
        ..solved()
    };
    town.act(61, id, "prehandle", at(11, 9, 10), whole).unwrap();
    assert_eq!(town.m(id).state, "confirming");
}

#[test]
fn an_urgent_leap_may_bring_its_category_along() {
    let mut town = Town::new();
    let id = town
        .report_with(900, 6, at(11, 9, 0), |form| form.category = None)
        .unwrap();
    assert!(town.can(61, id, at(11, 9, 1)).contains(&"leap".into()));
    let with = |condition: &str| Form {
        category: Some("0101".into()),
        condition: Some(condition.into()),
        ..say("有人动手")
    };
    let no = town
        .act(61, id, "leap", at(11, 9, 5), with("0"))
        .unwrap_err();
    assert!(no.to_string().contains("紧急类别"), "{no}");
    town.act(61, id, "leap", at(11, 9, 6), with("1")).unwrap();
    assert_eq!(town.m(id).state, "at_town");
}

#[test]
fn a_title_is_the_first_sentence_and_shows_where_it_was_cut() {
    let mut town = Town::new();
    let mut title = |text: &str| {
        let id = town
            .report_with(900, 6, at(11, 9, 0), |form| form.text = text.into())
            .unwrap();
        town.m(id).title.clone()
    };
    assert_eq!(title("楼道灯不亮。晚上老人下楼容易摔倒。"), "楼道灯不亮");
    let long = title("小区东门外的人行道地砖破损已经一个多月一直没有人来修影响居民出行");
    assert_eq!(long.chars().count(), 24);
    assert!(long.ends_with('…'), "{long}");
}
