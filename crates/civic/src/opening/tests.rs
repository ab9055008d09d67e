use super::*;
use crate::area::tests::small;
use crate::id::{AccountId, ApplicationId, NominationId, ObjectionId};

fn by() -> By {
    By {
        account: AccountId(41),
        name: "方玉兰".into(),
        title: "坂头社区工作者".into(),
    }
}

fn opening() -> Opening {
    Opening {
        id: OpeningId(1),
        area: AreaId(6),
        role: Role::UnitHead,
        duties: "每周走访一遍本楼".into(),
        until: Day(20),
        state: State::Open,
        by: by(),
        at: Instant(0),
        closed: None,
    }
}

fn application() -> Application {
    Application {
        id: ApplicationId(1),
        opening: OpeningId(1),
        account: AccountId(900),
        source: Source::Retired,
        statement: "退休前做过楼栋维修".into(),
        consent: CONSENT_VERSION,
        at: Instant(0),
        standing: Standing::Applied,
        shown: None,
        nomination: None,
        ended: None,
    }
}

fn objection() -> Objection {
    Objection {
        id: ObjectionId(1),
        application: ApplicationId(1),
        account: AccountId(901),
        text: "本人不住在本楼".into(),
        at: Instant(1),
        answer: None,
    }
}

#[test]
fn a_post_is_offered_at_its_level_with_words_and_a_last_day_ahead() {
    let tree = small();
    let codes = |area, role, duties, until| {
        let found = problems(&tree, AreaId(area), role, duties, Day(until), Day(10));
        let codes = found.iter().map(|p| format!("{} {}", p.field, p.code));
        codes.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(codes(6, Role::UnitHead, "每周走访", 20), "");
    assert_eq!(codes(5, Role::GridAssistant, "协助网格长", 11), "");
    assert_eq!(
        codes(4, Role::CommunityLeader, " ", 10),
        "role wrong_level, duties required, until bad_day"
    );
    assert_eq!(
        codes(6, Role::GridHead, "x", 900),
        "role wrong_level, until bad_day"
    );
}

#[test]
fn nobody_applies_after_the_last_day_or_without_the_consent_of_now() {
    let mut one = opening();
    assert!(one.takes(CONSENT_VERSION, Day(20)).is_ok());
    assert!(matches!(
        one.takes(CONSENT_VERSION, Day(21)),
        Err(Refusal::Conflict(_))
    ));
    assert!(matches!(one.takes(0, Day(20)), Err(Refusal::Invalid(_))));
    assert!(one.close(" ").is_err(), "a reason");
    one.close("原单元长留任").unwrap();
    assert!(one.takes(CONSENT_VERSION, Day(20)).is_err());
}

#[test]
fn nobody_is_nominated_before_the_publicity_is_over_and_every_objection_answered() {
    let (open, mut one) = (opening(), application());
    let early = one.show(&open, Day(20), Day(40), 9).unwrap_err();
    assert!(early.to_string().contains("截止以后"), "{early}");
    assert!(one.show(&open, Day(21), Day(25), 4).is_err(), "too short");
    one.show(&open, Day(21), Day(28), 5).unwrap();
    assert!(one.may_be_objected(AccountId(901), Day(28)).is_ok());
    assert!(
        one.may_be_objected(AccountId(900), Day(28)).is_err(),
        "oneself"
    );
    assert!(one.may_be_objected(AccountId(901), Day(29)).is_err());
    assert!(one.nominate(NominationId(7), &[], Day(28)).is_err());
    let mut against = objection();
    let waiting = one.nominate(NominationId(7), std::slice::from_ref(&against), Day(29));
    assert!(
        waiting
            .unwrap_err()
            .to_string()
            .contains("1 条异议没有答复")
    );
    assert!(against.reply(by(), " ", Instant(2)).is_err());
    against
        .reply(by(), "已核实，住在本楼 301", Instant(2))
        .unwrap();
    assert!(against.reply(by(), "再答", Instant(3)).is_err());
    one.nominate(NominationId(7), &[against], Day(29)).unwrap();
    assert!(one.withdrawable().is_err(), "waits for the level above");
    assert!(one.decline("x", Instant(4)).is_err());
    one.recall();
    assert_eq!((one.standing, one.nomination), (Standing::Shown, None));
    assert!(one.decline(" ", Instant(4)).is_err(), "a reason");
    one.decline("本楼住户另有推荐", Instant(4)).unwrap();
    assert!(
        one.withdrawable().is_ok(),
        "who was not chosen may have it deleted at once"
    );
}

#[test]
fn a_post_is_filled_past_no_running_opening_and_offered_beside_no_waiting_nomination() {
    use crate::id::{AreaId, OrgId, PostId};
    use crate::post::Post;
    let nomination = |role, seat, renews| {
        let post = Post {
            id: PostId(0),
            account: AccountId(7),
            role,
            seat,
            title: None,
            source: "volunteer".into(),
            from: Day(30),
            to: None,
        };
        let mut one = Nomination::of(post, "住在本楼", AccountId(41), Instant(0));
        one.renews = renews;
        one
    };
    let here = Seat::Area(AreaId(6));
    let same = nomination(Role::UnitHead, here, None);
    let further = nomination(Role::UnitHead, here, Some(PostId(3)));
    let mut one = opening();
    for met in [&same, &further] {
        let refused = one.lets_by(met).unwrap_err().to_string();
        assert!(refused.contains("先在那里结束选聘"), "{refused}");
        let refused = one.offerable(std::slice::from_ref(met)).unwrap_err();
        assert!(
            refused.to_string().contains("请先在“任职管理”里撤回提名"),
            "{refused}"
        );
    }
    let decided = same.clone().at_once();
    assert!(one.offerable(&[decided]).is_ok(), "waits no more");
    for other in [
        nomination(Role::GridAssistant, here, None),
        nomination(Role::UnitHead, Seat::Area(AreaId(7)), None),
        nomination(Role::UnitHead, Seat::Org(OrgId(6)), None),
    ] {
        assert!(one.lets_by(&other).is_ok());
        assert!(one.offerable(&[other]).is_ok());
    }
    // Several people assist a grid: the term of one of them is not what is offered.
    one.role = Role::GridAssistant;
    let held = nomination(Role::GridAssistant, here, Some(PostId(3)));
    assert!(one.lets_by(&held).is_ok());
    one.role = Role::UnitHead;
    one.close("改由网格长兼任").unwrap();
    assert!(one.lets_by(&same).is_ok(), "over");
}

#[test]
fn the_community_of_the_place_chooses_and_nobody_above_below_or_beside_it() {
    use crate::id::PostId;
    use crate::post::Post;
    let tree = small();
    let may = |role, seat| {
        let post = Post {
            id: PostId(1),
            account: AccountId(41),
            role,
            seat: Seat::Area(AreaId(seat)),
            title: None,
            source: "community_worker".into(),
            from: Day(0),
            to: None,
        };
        chooses(&tree, &post, AreaId(6))
    };
    assert!(may(Role::CommunityStaff, 4) && may(Role::CommunityLeader, 4));
    for (role, seat) in [
        (Role::CityLeader, 1),
        (Role::SecAdmin, 1),
        (Role::CountyCenter, 2),
        (Role::TownDispatcher, 3),
        (Role::TownLeader, 3),
        (Role::GridHead, 5),
        (Role::UnitHead, 6),
        (Role::CommunityStaff, 8),
    ] {
        assert!(!may(role, seat), "{role:?} {seat}");
    }
    for named in [
        "社区工作者",
        "书记",
        "代理人",
        "谁看过我的信息",
        "登录的人",
        "30 天",
    ] {
        assert!(CONSENT.contains(named), "{named}");
    }
}

#[test]
fn no_words_of_a_candidate_hold_the_number_of_a_card_or_a_telephone() {
    let said = |text| said_without_numbers("statement", text, "请写几句");
    assert_eq!(said(" 住在本楼 3 号 ").unwrap(), "住在本楼 3 号");
    let Err(Refusal::Invalid(found)) = said("住在本楼，电话 138 0013 8000") else {
        panic!("a telephone is refused")
    };
    assert_eq!(
        (&*found[0].field, &*found[0].code),
        ("statement", "personal_number")
    );
    assert!(said(" ").is_err());
}
