use crate::city::*;
use civic::area::Level;
use civic::departure::Reason;
use civic::id::{AccountId, MatterId, PostId};
use civic::matter::{Desk, Notice, NoticeKind};
use civic::post::{Role, Seat};
use civic::time::Day;
use office::{Appointment, Person, Read, Removal, VisitInput};

fn wanted(city: &City, login: &str, role: Role, seat: Seat) -> Appointment {
    Appointment {
        person: Person::Login(login.into()),
        role,
        seat,
        title: None,
        source: "party_member".into(),
        from: city.office.today(),
        to: None,
    }
}

fn moved(to: Day) -> Removal {
    Removal {
        to,
        reason: Reason::Moved,
        words: String::new(),
    }
}

#[tokio::test]
async fn a_vacant_unit_is_filled_and_vacated_again() {
    let city = City::found("appoint").await;
    let community = city.actor("community");
    let vacancy = || async {
        let (rows, total) = city
            .office
            .vacancies(&community, COMMUNITY, Level::Unit, 10)
            .await
            .unwrap();
        (
            rows.into_iter()
                .map(|v| (v.area.id, v.answered_by.map(|(_, title)| title)))
                .collect::<Vec<_>>(),
            total,
        )
    };
    assert_eq!(
        vacancy().await,
        (vec![(EMPTY, Some("九龙小区网格长".into()))], 1)
    );
    let mut appointment = wanted(&city, "nobody", Role::UnitHead, Seat::Area(EMPTY));
    appointment.title = Some("楼栋长".into());
    let made = city
        .office
        .appoint(&community, appointment, None)
        .await
        .unwrap();
    assert_eq!(made.title, "九龙小区网格4号楼楼栋长");
    assert_eq!(vacancy().await, (vec![], 0));
    assert_eq!(
        city.actor("nobody").posts.len(),
        1,
        "the person may act at once"
    );
    let rows = city.office.posts_of_area(&community, EMPTY).await.unwrap();
    assert_eq!((rows.len(), rows[0].name.as_str()), (1, "nobody姓名"));

    let today = city.office.today();
    assert_eq!(
        codes(
            city.office
                .dismiss(&community, made.post.id, moved(today.plus(-1)))
                .await
        ),
        ["past"]
    );
    city.office
        .dismiss(&community, made.post.id, moved(today))
        .await
        .unwrap();
    assert_eq!(vacancy().await.1, 1);
    assert!(
        conflict(
            city.office
                .dismiss(&community, made.post.id, moved(today))
                .await
        )
        .contains("已于")
    );
    unknown(
        city.office
            .dismiss(&community, PostId(9), moved(today))
            .await,
    );
    assert_eq!(city.audited().await[..2], ["dismiss", "appoint"]);
}

#[tokio::test]
async fn a_unit_has_one_head_at_a_time() {
    let city = City::found("onehead").await;
    let community = city.actor("community");
    let next = wanted(&city, "nobody", Role::UnitHead, Seat::Area(UNIT));
    let sentence = conflict(city.office.appoint(&community, next.clone(), None).await);
    assert!(
        sentence.contains("unit姓名") && sentence.contains("办理离任"),
        "{sentence}"
    );
    let again = Appointment {
        person: Person::Account(id("unit")),
        ..next.clone()
    };
    assert!(conflict(city.office.appoint(&community, again, None).await).contains("不能重复任命"));
    let tomorrow = city.office.today().plus(1);
    let head = city.actor("unit").posts[0].id;
    city.office
        .dismiss(&community, head, moved(tomorrow))
        .await
        .unwrap();
    city.office
        .appoint(
            &community,
            Appointment {
                from: tomorrow,
                ..next
            },
            None,
        )
        .await
        .unwrap();
    // A grid may have several workers.
    let worker = wanted(&city, "nobody", Role::GridHead, Seat::Area(GRID));
    city.office.appoint(&community, worker, None).await.unwrap();
}

#[tokio::test]
async fn nobody_appoints_beyond_their_area_level_or_powers() {
    let city = City::found("powers").await;
    let try_as = |login: &str, appointment| {
        let actor = city.actor(login);
        let office = city.office.clone();
        async move { office.appoint(&actor, appointment, None).await }
    };
    let head = wanted(&city, "nobody", Role::UnitHead, Seat::Area(EMPTY));
    denied(try_as("grid", head.clone()).await);
    denied(try_as("dept", head.clone()).await);
    denied(
        try_as(
            "community",
            wanted(&city, "nobody", Role::TownDispatcher, Seat::Area(TOWN)),
        )
        .await,
    );
    denied(
        try_as(
            "community",
            wanted(
                &city,
                "nobody",
                Role::CommunityLeader,
                Seat::Area(COMMUNITY),
            ),
        )
        .await,
    );
    assert!(
        try_as(
            "town",
            wanted(
                &city,
                "nobody",
                Role::CommunityLeader,
                Seat::Area(COMMUNITY)
            )
        )
        .await
        .is_ok()
    );
    for admin in [Role::SysAdmin, Role::SecAdmin, Role::AuditAdmin] {
        assert!(
            denied(try_as("sec", wanted(&city, "nobody", admin, Seat::Area(CITY))).await)
                .contains("三员分立")
        );
    }
    assert!(
        denied(
            try_as(
                "community",
                wanted(&city, "community", Role::UnitHead, Seat::Area(EMPTY))
            )
            .await
        )
        .contains("不能提名或任命自己")
    );
    assert_eq!(
        codes(
            try_as(
                "sec",
                wanted(&city, "sys", Role::UnitHead, Seat::Area(EMPTY))
            )
            .await
        ),
        ["administrator"]
    );
    assert_eq!(
        codes(
            try_as(
                "city",
                wanted(&city, "nobody", Role::UnitHead, Seat::Area(GRID))
            )
            .await
        ),
        ["wrong_level"]
    );
    assert_eq!(
        codes(
            try_as(
                "city",
                wanted(&city, "nobody", Role::UnitHead, Seat::Org(OFFICE))
            )
            .await
        ),
        ["wrong_level"]
    );
    assert_eq!(
        codes(
            try_as(
                "city",
                wanted(&city, "resident", Role::UnitHead, Seat::Area(EMPTY))
            )
            .await
        ),
        ["resident"]
    );
    let bad = Appointment {
        source: "friend".into(),
        to: Some(Day(1)),
        person: Person::Account(AccountId(1)),
        ..head
    };
    assert_eq!(
        codes(try_as("city", bad).await),
        ["before_start", "unknown_source", "unknown_account"]
    );
}

#[tokio::test]
async fn a_roster_lists_people_of_the_area_with_masked_numbers() {
    let city = City::found("duty").await;
    let (community, today) = (city.actor("community"), city.office.today());
    let put = |login: &str, accounts: Vec<AccountId>, day| {
        let actor = city.actor(login);
        let office = city.office.clone();
        async move { office.set_duties(&actor, COMMUNITY, day, accounts).await }
    };
    denied(put("grid", vec![id("unit")], today).await);
    assert_eq!(
        codes(put("community", vec![id("unit"), id("city")], today).await),
        ["not_in_office"]
    );
    assert_eq!(
        codes(put("community", vec![id("unit")], today.plus(-1)).await),
        ["past"]
    );
    put("community", vec![id("unit"), id("grid")], today)
        .await
        .unwrap();
    let list = city
        .office
        .duties(&community, COMMUNITY, today)
        .await
        .unwrap();
    assert_eq!(
        list.iter()
            .map(|d| d.phone_masked.as_str())
            .collect::<Vec<_>>(),
        ["138****1234", "138****1234"]
    );
    denied(
        city.office
            .duties(&city.actor("resident"), COMMUNITY, today)
            .await,
    );
    assert_eq!(city.audited().await[0], "set_duties");
}

#[tokio::test]
async fn a_visit_is_logged_once_and_listed_up_the_tree() {
    let city = City::found("visits").await;
    let input = |unit, text: &str| VisitInput {
        unit,
        kind: "patrol".into(),
        text: text.into(),
        at: None,
        for_head: false,
    };
    let key = || Some("5b1c".to_owned().into());
    let unit = city.actor("unit");
    let first = city
        .office
        .log_visit(&unit, input(UNIT, "楼道通畅"), None, key())
        .await
        .unwrap();
    let again = city
        .office
        .log_visit(&unit, input(UNIT, "楼道通畅"), None, key())
        .await
        .unwrap();
    assert_eq!(first, again);
    denied(
        city.office
            .log_visit(&unit, input(EMPTY, "路过"), None, None)
            .await,
    );
    assert_eq!(
        codes(
            city.office
                .log_visit(&city.actor("grid"), input(GRID, ""), None, None)
                .await
        ),
        ["no_unit", "required"]
    );
    let second = city
        .office
        .log_visit(&city.actor("grid"), input(EMPTY, "消防栓完好"), None, None)
        .await
        .unwrap();
    for (login, area) in [
        ("grid", GRID),
        ("community", COMMUNITY),
        ("town", TOWN),
        ("city", CITY),
        ("city", COUNTY),
    ] {
        let (rows, next) = city
            .office
            .visits(&city.actor(login), Some(area), None, None, None)
            .await
            .unwrap();
        assert_eq!((rows.len(), next), (2, None), "{login}");
    }
    let (rows, next) = city
        .office
        .visits(&city.actor("grid"), None, None, None, Some(1))
        .await
        .unwrap();
    assert_eq!(rows, [second]);
    let (rows, _) = city
        .office
        .visits(&city.actor("grid"), None, None, next, Some(1))
        .await
        .unwrap();
    assert_eq!(rows, [first]);
    unknown(
        city.office
            .visits(&unit, Some(GRID), None, None, None)
            .await,
    );
}

#[tokio::test]
async fn a_vacant_desks_messages_reach_who_answers_for_it() {
    let city = City::found("messages").await;
    let at = city.office.now().0;
    let sent = city
        .office
        .store()
        .write::<(), store::lane::Failure>(move |conn| {
            let mut mint = civic::id::Mint::new(1, 0);
            let mut row = |desk, account| {
                let notice = Notice {
                    desk,
                    account,
                    kind: NoticeKind::Arrived,
                    matter: MatterId(1),
                    text: "新事件".into(),
                };
                store::message::values(mint.next(at), &notice, at)
            };
            let rows = [
                row(Desk::Area(EMPTY), None),
                row(Desk::Area(UNIT), None),
                row(Desk::Org(OFFICE), None),
                row(Desk::None, Some(id("nobody"))),
            ];
            Ok(store::message::insert_values(conn, &rows)?)
        });
    sent.await.unwrap();
    for (login, count) in [
        ("grid", 1),
        ("unit", 1),
        ("dept", 1),
        ("nobody", 1),
        ("community", 0),
        ("city", 0),
    ] {
        let page = city
            .office
            .messages(&city.actor(login), false, None, None)
            .await
            .unwrap();
        assert_eq!(page.rows.len(), count, "{login}");
        assert_eq!(
            city.office
                .unread_messages(&city.actor(login))
                .await
                .unwrap(),
            count,
            "{login}"
        );
    }
    let grid = city.actor("grid");
    assert_eq!(city.office.mark_read(&grid, Read::All).await.unwrap(), 0);
    assert!(
        city.office
            .messages(&grid, true, None, None)
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    assert!(
        city.office
            .messages(&grid, false, None, None)
            .await
            .unwrap()
            .rows[0]
            .read
    );
    let unit = city.actor("unit");
    city.later(31 * 24 * 60);
    assert_eq!(
        city.office.unread_messages(&unit).await.unwrap(),
        0,
        "old ones are let go"
    );
    assert_eq!(
        city.office
            .messages(&unit, false, None, None)
            .await
            .unwrap()
            .rows
            .len(),
        1
    );
}
