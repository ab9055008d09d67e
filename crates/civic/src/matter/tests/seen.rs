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
        "“单元预处理”状态下不能“签收”。您现在可以：预处理、领办、定类、上报上级、办结、补充说明、附议"
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
