//! Taking back, passing on, inviting, countersigning, urging: what hands do between desks.

use super::*;
use crate::directory::Directory;

fn co(orgs: &[i64]) -> Form {
    Form {
        co: call(0, orgs).co,
        ..say("请会签")
    }
}
fn verdict(yes: bool) -> Form {
    Form {
        verdict: Some(yes),
        ..say("意见")
    }
}
fn person(account: i64) -> Form {
    Form {
        person: Some(AccountId(account)),
        ..say("请你办")
    }
}

#[test]
fn what_was_sent_up_in_error_is_taken_back_only_until_the_receiver_begins() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    let offered = |town: &Town, who: i64, hour: u32| town.can(who, id, at(11, hour, 0));
    assert!(!offered(&town, 31, 11).contains(&"recall".into()));
    assert!(
        !offered(&town, 51, 11).contains(&"recall".into()),
        "not the sender before"
    );
    assert!(offered(&town, 41, 11).contains(&"recall".into()));
    assert_eq!(town.counted(id, Measure::TriageTownIn), 1);
    town.act(41, id, "recall", at(11, 11, 0), say("报错了"))
        .unwrap();
    assert_eq!(town.m(id).state, "at_community");
    let of = |measure| town.counted(id, measure);
    assert_eq!(
        (
            of(Measure::TriageTownIn),
            of(Measure::TriageCommunityIn),
            of(Measure::TriageCommunityDay)
        ),
        (0, 1, 0),
        "nobody received or judged what was taken back; it is judged anew"
    );
    assert_eq!(town.m(id).came_from, vec![AreaId(6), AreaId(5)]);
    assert!(
        !offered(&town, 51, 12).contains(&"recall".into()),
        "taking back is no sending"
    );
    town.act(41, id, "escalate", at(11, 12, 0), say("再报"))
        .unwrap();
    town.act(31, id, "claim", at(11, 13, 0), Form::default())
        .unwrap();
    let late = town
        .act(41, id, "recall", at(11, 14, 0), say("想收回"))
        .unwrap_err();
    assert!(late.to_string().contains("已经着手办理"), "{late}");
}

#[test]
fn a_missed_night_cannot_be_taken_back_nor_what_the_program_sent_up() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.tick(id, at(12, 0, 0));
    assert!(!town.can(41, id, at(12, 9, 0)).contains(&"recall".into()));
    let other = town.report(61, 6, true, at(11, 9, 0));
    town.tick(other, at(12, 0, 0));
    assert_eq!(town.m(other).state, "at_grid");
    assert!(!town.can(61, other, at(12, 9, 0)).contains(&"recall".into()));
}

#[test]
fn a_called_desk_that_did_not_sign_is_taken_back_and_without_a_lead_it_is_judged_again() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 11, 0), call(71, &[72]))
        .unwrap();
    town.act(72, id, "sign", at(11, 11, 5), Form::default())
        .unwrap();
    let signed = Form {
        task: Some(2),
        ..say("收回")
    };
    let no = town
        .act(31, id, "recall_task", at(11, 11, 10), signed)
        .unwrap_err();
    assert!(no.to_string().contains("尚未签收"), "{no}");
    town.act(31, id, "recall_task", at(11, 11, 20), say("叫错了"))
        .unwrap();
    assert_eq!(town.m(id).state, "at_town");
    assert!(
        town.m(id)
            .tasks
            .iter()
            .all(|t| t.state == TaskState::Recalled)
    );
}

#[test]
fn a_matter_passes_to_a_colleague_and_a_task_once_to_another_desk_of_its_line() {
    let mut all = posts();
    all.push(Post {
        id: PostId(44),
        account: AccountId(44),
        ..all.iter().find(|p| p.id == PostId(41)).unwrap().clone()
    });
    let mut town = Town::with(small(), all);
    let line = |id: i64, line: &str| Org {
        line: line.into(),
        ..org(id, OrgKind::Department, "单位", 2, Level::County)
    };
    let orgs = vec![line(71, "land"), line(72, "land"), line(73, "other")];
    town.rules.directory = Arc::new(Directory::new(
        small(),
        orgs,
        town.rules
            .directory
            .posts()
            .map(|p| (**p).clone())
            .collect(),
    ));
    let id = town.report(41, 6, true, at(11, 9, 0));
    town.act(41, id, "transfer", at(11, 9, 1), person(44))
        .unwrap();
    assert_eq!(town.m(id).holder, Some(AccountId(44)));
    let told = town
        .notices
        .iter()
        .any(|n| n.account == Some(AccountId(44)));
    assert!(told, "the colleague is told");
    let no = town
        .act(41, id, "transfer", at(11, 9, 2), person(31))
        .unwrap_err();
    assert!(no.to_string().contains("同一席位的同事"), "{no}");

    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 11, 0), call(71, &[73]))
        .unwrap();
    town.act(71, id, "sign", at(11, 11, 1), Form::default())
        .unwrap();
    let due = |town: &Town| {
        let clocks = &town.m(id).clocks;
        let handle = clocks
            .iter()
            .find(|c| c.kind == ClockKind::Handle && c.slot == 1);
        handle.unwrap().due
    };
    let before = due(&town);
    let to = |org: i64| Form {
        org: Some(OrgId(org)),
        ..say("属你单位职责")
    };
    let no = town
        .act(71, id, "transfer", at(11, 12, 0), to(73))
        .unwrap_err();
    assert!(no.to_string().contains("本系统"), "{no}");
    town.act(71, id, "transfer", at(11, 12, 0), to(72)).unwrap();
    assert_eq!(town.m(id).task(1).unwrap().desk, Desk::Org(OrgId(72)));
    assert_eq!(town.m(id).state, "called", "the new lead must sign");
    assert_eq!(due(&town), before, "passing on buys no time");
    assert!(!town.can(71, id, at(11, 12, 1)).contains(&"sign".into()));
    town.act(72, id, "sign", at(11, 12, 2), Form::default())
        .unwrap();
    let back = town
        .act(72, id, "transfer", at(11, 12, 3), to(71))
        .unwrap_err();
    assert!(back.to_string().contains("只能转一次"), "{back}");
}

#[test]
fn a_signed_lead_invites_more_desks_and_the_judging_desk_hears_of_it() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 11, 0), call(71, &[]))
        .unwrap();
    assert!(
        !town.can(71, id, at(11, 11, 1)).contains(&"invite".into()),
        "not before signing"
    );
    town.act(71, id, "sign", at(11, 11, 1), Form::default())
        .unwrap();
    town.notices.clear();
    town.act(71, id, "invite", at(11, 11, 2), co(&[73]))
        .unwrap();
    assert_eq!(town.m(id).tasks.len(), 2);
    let told = |desk| town.notices.iter().any(|n| n.desk == desk);
    assert!(told(Desk::Org(OrgId(73))) && told(Desk::Area(AreaId(3))));
    let no = town
        .act(73, id, "invite", at(11, 11, 3), co(&[72]))
        .unwrap_err();
    assert!(
        matches!(no, Refusal::Conflict(_)),
        "co-handlers invite nobody: {no}"
    );
}

#[test]
fn a_countersignature_ends_as_soon_as_its_rule_is_decided() {
    type Said<'a> = (&'a str, &'a [(i64, bool)], Option<bool>);
    // action, answers in order, how it ends
    let cases: [Said<'_>; 6] = [
        ("countersign_all", &[(71, true), (72, true)], None),
        (
            "countersign_all",
            &[(71, true), (72, true), (73, true)],
            Some(true),
        ),
        ("countersign_all", &[(71, true), (72, false)], Some(false)),
        ("countersign_any", &[(71, false), (72, true)], Some(true)),
        (
            "countersign_any",
            &[(71, false), (72, false), (73, false)],
            Some(false),
        ),
        (
            "countersign_two",
            &[(71, false), (72, true), (73, true)],
            Some(true),
        ),
    ];
    for (action, answers, ended) in cases {
        let mut town = Town::new();
        let id = at_town(&mut town);
        town.act(31, id, action, at(11, 11, 0), co(&[71, 72, 73]))
            .unwrap();
        assert_eq!(town.m(id).state, "countersigning");
        let same_day = town
            .m(id)
            .clocks
            .iter()
            .any(|c| c.kind == ClockKind::SameDay && c.runs());
        assert!(same_day, "asking others buys no night");
        for (n, (who, yes)) in answers.iter().enumerate() {
            let minute = u32::try_from(n).unwrap();
            town.act(*who, id, "countersign", at(11, 12, minute), verdict(*yes))
                .unwrap();
        }
        let matter = town.m(id);
        assert_eq!(
            matter.countersign.unwrap().agreed,
            ended,
            "{action} {answers:?}"
        );
        let back = if ended.is_some() {
            "at_town"
        } else {
            "countersigning"
        };
        assert_eq!(matter.state, back);
        assert_eq!(matter.tasks.iter().any(Task::is_open), ended.is_none());
        if ended.is_some() {
            town.act(31, id, "call", at(11, 13, 0), call(71, &[]))
                .unwrap();
        }
    }
    let mut town = Town::new();
    let id = at_town(&mut town);
    let few = town
        .act(31, id, "countersign_two", at(11, 11, 0), co(&[71]))
        .unwrap_err();
    assert!(few.to_string().contains("要求更多单位"), "{few}");
}

#[test]
fn urging_is_limited_a_day_and_by_person_and_moves_no_deadline() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    let due = town.m(id).deadline().unwrap().due;
    let urge = |town: &mut Town, who, hour, minute| {
        town.act(who, id, "urge", at(11, hour, minute), Form::default())
    };
    urge(&mut town, 900, 11, 0).unwrap();
    let soon = urge(&mut town, 900, 12, 0).unwrap_err();
    assert!(soon.to_string().contains("13:00 以后可以再催"), "{soon}");
    assert!(!town.can(900, id, at(11, 12, 0)).contains(&"urge".into()));
    urge(&mut town, 41, 12, 0).unwrap();
    urge(&mut town, 900, 13, 0).unwrap();
    let full = urge(&mut town, 42, 14, 0).unwrap_err();
    assert!(full.to_string().contains("今天已经催办 3 次"), "{full}");
    assert!(
        town.can(42, id, at(12, 9, 0)).contains(&"urge".into()),
        "a new day"
    );
    assert_eq!(town.m(id).deadline().unwrap().due, due);
    assert_eq!(town.m(id).urged.len(), 3);
}

#[test]
fn the_linter_refuses_a_countersignature_without_a_rule_or_a_place_to_wait() {
    let lint = |from: &str, to: &str| {
        assert!(FLOW.contains(from), "{from}");
        let problems = Flow::parse(&FLOW.replacen(from, to, 1)).unwrap_err();
        let all: Vec<_> = problems.iter().map(|p| p.message.clone()).collect();
        all.join("|")
    };
    assert!(lint("quorum = \"all\"\n", "").contains("没有写明 quorum"));
    assert!(lint("quorum = \"all\"", "quorum = \"0\"").contains("不小于 1 的数"));
    assert!(lint("guards = [\"untouched\"]", "quorum = \"any\"").contains("不是会签"));
    let nowhere = lint(
        "to = \"state:countersigning\"\nneeds = [\"opinion\", \"co\"]\nquorum = \"all\"",
        "to = \"state:working\"\nneeds = [\"opinion\", \"co\"]\nquorum = \"all\"",
    );
    assert!(nowhere.contains("phase = check"), "{nowhere}");
}
