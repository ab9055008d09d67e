//! 民有所呼、我必有应 (R080): every report of a citizen is answered, in time or visibly late.

use super::*;

fn reply(town: &Town, id: MatterId) -> Option<&Clock> {
    town.m(id)
        .clocks
        .iter()
        .find(|c| c.kind == ClockKind::Reply)
}

#[test]
fn a_citizen_is_told_at_once_who_has_the_report_and_until_when_somebody_answers() {
    let mut town = Town::new();
    let id = town.report(900, 6, true, at(11, 9, 0));
    let clock = reply(&town, id).unwrap();
    assert_eq!((clock.started, clock.due), (at(11, 9, 0), at(11, 10, 0)));
    let told = &town.notices[1];
    assert_eq!(told.account, Some(AccountId(900)));
    assert_eq!(
        told.text,
        "〔350302003-1〕回迁房面积与协议不符 已受理，由坂头安置房小区网格1号楼办理，2026-03-11 10:00 前会有工作人员回应，进展会通知您"
    );
    let own = town.report(61, 6, false, at(11, 9, 0));
    assert!(
        reply(&town, own).is_none(),
        "where nobody is to be answered no such clock runs"
    );
}

#[test]
fn the_first_answer_of_the_staff_stops_the_clock_and_nothing_else_does() {
    let mut town = Town::new();
    let id = town
        .report_with(900, 6, at(11, 9, 0), |form| {
            form.reporter.confirms = true;
            // One that strangers may join.
            form.category = Some("0301".into());
        })
        .unwrap();
    town.act(900, id, "comment", at(11, 9, 5), say("还在漏"))
        .unwrap();
    town.act(901, id, "join", at(11, 9, 6), Form::default())
        .unwrap();
    assert!(
        reply(&town, id).unwrap().runs(),
        "citizens do not answer themselves"
    );
    town.act(61, id, "claim", at(11, 9, 10), Form::default())
        .unwrap();
    let clock = reply(&town, id).unwrap();
    assert_eq!((clock.stopped, clock.late()), (Some(at(11, 9, 10)), false));
    while town.tick(id, at(11, 10, 0)) {}
    assert_eq!(town.counted(id, Measure::Overdue), 0);
}

#[test]
fn an_unanswered_citizen_is_warned_of_and_then_counted_once_at_the_desk_and_above() {
    let mut town = Town::new();
    let id = town.report(900, 6, true, at(11, 9, 0));
    town.notices.clear();
    assert!(!town.tick(id, at(11, 9, 44)));
    assert!(town.tick(id, at(11, 9, 45)), "a quarter of an hour before");
    assert_eq!(
        (town.notices[0].kind, town.notices[0].desk),
        (NoticeKind::Warned, Desk::Area(AreaId(6)))
    );
    assert!(
        town.notices[0].text.ends_with("答复时限还剩 15 分钟"),
        "{}",
        town.notices[0].text
    );
    town.notices.clear();
    assert!(town.tick(id, at(11, 10, 0)));
    assert!(!town.tick(id, at(11, 10, 0)), "once");
    let told: Vec<_> = town.notices.iter().map(|n| (n.kind, n.desk)).collect();
    assert_eq!(
        told,
        [
            (NoticeKind::Overdue, Desk::Area(AreaId(6))),
            (NoticeKind::Overdue, Desk::Area(AreaId(5)))
        ]
    );
    assert_eq!(town.counted(id, Measure::Overdue), 1);
    assert!(town.m(id).is_overdue());
    town.act(61, id, "progress", at(11, 10, 30), say("x"))
        .unwrap_err();
    town.act(61, id, "claim", at(11, 10, 30), Form::default())
        .unwrap();
    assert!(reply(&town, id).unwrap().late());
    assert!(!town.m(id).is_overdue(), "late, and answered now");
}

#[test]
fn the_program_going_on_by_itself_is_no_answer() {
    let mut town = Town::new();
    let id = town.report(900, 6, true, at(11, 20, 0));
    while town.tick(id, at(12, 0, 0)) {}
    assert_eq!(town.m(id).state, "at_grid");
    let clock = reply(&town, id).unwrap();
    assert!(
        clock.runs() && clock.due > at(12, 0, 0),
        "working time: due the next morning"
    );
}

#[test]
fn a_citizen_is_never_closed_without_a_reply_in_words() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    let no = town
        .act(31, id, "settle", at(11, 11, 0), fed(Finding::Solved))
        .unwrap_err();
    assert_eq!(no.to_string(), "请填写给群众的答复");
    let done = Form {
        reply: Some("已更正".into()),
        ..fed(Finding::Solved)
    };
    town.notices.clear();
    town.act(31, id, "settle", at(11, 11, 0), done).unwrap();
    assert_eq!(town.m(id).reply.as_deref(), Some("已更正"));
    let told = town
        .notices
        .iter()
        .find(|n| n.account == Some(AccountId(900)));
    assert!(told.unwrap().text.contains("请评价办理结果"));
}
