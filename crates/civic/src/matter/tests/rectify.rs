//! 限期整改 and 督办 (R076): a second flow, by data only.

use super::*;

fn order(target: Desk, cause: Option<MatterId>) -> impl FnOnce(&mut ReportForm) {
    move |form| {
        form.category = Some("5103".into());
        form.channel = Channel::Superior;
        form.text = "消防通道堵塞".into();
        form.reporter = Reporter::default();
        form.opening = Opening {
            flow: Some("rectify".into()),
            target: Some(target),
            until: Day::from_ymd(2026, 3, 20),
            answer_by: None,
            cause,
            part_of: None,
            fields: [("source", "督办"), ("basis", "区安委会通知")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
        };
    }
}
const COMMUNITY: Desk = Desk::Area(AreaId(4));

pub(super) fn issued(town: &mut Town) -> MatterId {
    town.report_with(31, 6, at(11, 9, 0), order(COMMUNITY, None))
        .unwrap()
}
fn fed_back(town: &mut Town, id: MatterId, day: i8) {
    town.act(41, id, "sign", at(day, 10, 0), Form::default())
        .unwrap();
    town.act(41, id, "plan", at(day, 11, 0), say("三日内清理"))
        .unwrap();
    town.act(41, id, "feed_back", at(day, 15, 0), fed(Finding::Solved))
        .unwrap();
}

#[test]
fn an_order_is_signed_planned_fed_back_sent_back_watched_and_accepted() {
    let mut town = Town::new();
    let id = issued(&mut town);
    let matter = town.m(id);
    assert_eq!(
        (matter.state.as_str(), matter.owner, matter.board),
        ("issued", Some(AreaId(3)), 51)
    );
    assert_eq!(matter.text, "消防通道堵塞\n依据：区安委会通知");
    assert_eq!(matter.fields["source"], "督办");
    assert_eq!(
        matter.fields.len(),
        1,
        "words are in the text, where an erasure reaches them"
    );
    let due = matter.clocks.iter().find(|c| c.kind == ClockKind::Handle);
    assert_eq!(due.unwrap().due, at(21, 0, 0), "the named day is the last");
    let early = town
        .act(41, id, "feed_back", at(11, 9, 30), fed(Finding::Solved))
        .unwrap_err();
    assert!(early.to_string().contains("您现在可以：签收"), "{early}");
    fed_back(&mut town, id, 11);
    assert_eq!(town.m(id).state, "accepting");

    let no_day = town
        .act(31, id, "send_back", at(12, 9, 0), say("仍有杂物"))
        .unwrap_err();
    assert_eq!(no_day.to_string(), "请选择日期");
    let again = Form {
        until: Day::from_ymd(2026, 3, 25),
        ..say("仍有杂物")
    };
    let past = Form {
        until: Day::from_ymd(2026, 3, 12),
        ..again.clone()
    };
    let no = town
        .act(31, id, "send_back", at(12, 9, 0), past)
        .unwrap_err();
    assert!(no.to_string().contains("明天以后"), "{no}");
    town.act(31, id, "send_back", at(12, 9, 0), again).unwrap();
    assert_eq!(town.m(id).state, "issued");
    assert_eq!(town.counted(id, Measure::Returned), 1);
    fed_back(&mut town, id, 13);

    town.act(31, id, "watch", at(13, 16, 0), say("一个月后复查"))
        .unwrap();
    assert_eq!(town.m(id).state, "watching");
    assert!(!town.can(41, id, at(14, 9, 0)).contains(&"recheck".into()));
    town.act(32, id, "recheck", at(20, 9, 0), say("没有反弹"))
        .unwrap();
    assert_eq!(town.m(id).state, "closed");
    let counted = crate::measure::contribution(town.m(id));
    assert!(
        counted.keys().all(|(class, _, _)| *class == 51),
        "the figures of incidents stay what they say: {counted:?}"
    );
    assert_eq!(counted.get(&(51, 0, Measure::Closed)), Some(&1));
}

#[test]
fn who_is_not_above_may_not_order_and_the_form_says_all_it_lacks() {
    let mut town = Town::new();
    let denied = town
        .report_with(43, 6, at(11, 9, 0), order(COMMUNITY, None))
        .unwrap_err();
    assert_eq!(
        denied.to_string(),
        "您的岗位不能对“坂头社区”发起限期整改；只有它的上级区域的中心和领导可以"
    );
    let own = town
        .report_with(31, 6, at(11, 9, 0), order(Desk::Area(AreaId(3)), None))
        .unwrap_err();
    assert!(matches!(own, Refusal::Denied(_)), "not to itself: {own:?}");
    let empty = town
        .report_with(31, 6, at(11, 9, 0), |form| {
            order(COMMUNITY, None)(form);
            form.category = None;
            form.opening.until = None;
            form.opening.fields = [("source".to_owned(), "猜的".to_owned())].into();
        })
        .unwrap_err();
    let Refusal::Invalid(problems) = empty else {
        panic!("{empty:?}")
    };
    let said: Vec<_> = problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(
        said,
        [
            "“问题来源”只能是：督办、通报、检查发现、群众反映、其他",
            "请选择完成期限",
            "请选择类别"
        ]
    );
    let wrong = town
        .report_with(31, 6, at(11, 9, 0), |form| {
            order(COMMUNITY, None)(form);
            form.category = Some("0104".into());
        })
        .unwrap_err();
    assert!(
        wrong.to_string().contains("不是“限期整改”的类别"),
        "{wrong}"
    );
}

#[test]
fn an_order_to_a_department_is_linked_to_the_matter_that_caused_it() {
    let mut town = Town::new();
    let cause = at_town(&mut town);
    let id = town
        .report_with(
            21,
            6,
            at(12, 9, 0),
            order(Desk::Org(OrgId(71)), Some(cause)),
        )
        .unwrap();
    assert_eq!(town.m(id).cause.as_ref().map(|l| l.id), Some(cause));
    assert_eq!(town.m(cause).caused[0].id, id);
    assert!(
        town.m(cause).clocks.iter().any(|c| c.runs()),
        "the cause goes on as it was"
    );
    town.act(71, id, "sign", at(12, 9, 30), Form::default())
        .unwrap();
    let hidden = town
        .report_with(31, 6, at(12, 9, 0), order(COMMUNITY, Some(MatterId(99))))
        .unwrap_err();
    assert!(
        hidden.to_string().contains("没有找到引起的事项"),
        "{hidden}"
    );
}

#[test]
fn an_order_may_be_withdrawn_only_before_it_is_signed() {
    let mut town = Town::new();
    let id = issued(&mut town);
    town.act(31, id, "withdraw", at(11, 9, 5), say("发错了"))
        .unwrap();
    assert!(town.m(id).over() && town.m(id).holding().next().is_none());
    let id = issued(&mut town);
    town.act(41, id, "sign", at(11, 9, 10), Form::default())
        .unwrap();
    let late = town
        .act(31, id, "withdraw", at(11, 9, 20), say("发错了"))
        .unwrap_err();
    assert!(late.to_string().contains("不能“撤销”"), "{late}");
}

#[test]
fn the_last_day_is_extended_by_decision_and_running_over_it_is_marked() {
    let mut town = Town::new();
    let id = issued(&mut town);
    town.act(41, id, "sign", at(11, 9, 30), Form::default())
        .unwrap();
    town.act(41, id, "ask_extension", at(11, 10, 0), say("要招标"))
        .unwrap();
    let yes = Form {
        verdict: Some(true),
        ..say("同意")
    };
    town.act(31, id, "decide", at(11, 11, 0), yes).unwrap();
    let due = |town: &Town| {
        let clocks = &town.m(id).clocks;
        clocks
            .iter()
            .find(|c| c.kind == ClockKind::Handle)
            .unwrap()
            .due
    };
    assert_eq!(due(&town), at(30, 0, 0), "nine days more");
    while town.tick(id, at(30, 0, 0)) {}
    assert!(town.m(id).is_overdue());
    let told = |desk| {
        town.notices
            .iter()
            .any(|n| n.kind == NoticeKind::Overdue && n.desk == desk)
    };
    assert!(told(COMMUNITY) && told(Desk::Area(AreaId(3))));
}

#[test]
fn supervision_is_ranked_by_who_orders_it_and_climbs_when_nobody_answers() {
    let mut town = Town::new();
    let id = issued(&mut town);
    town.act(41, id, "sign", at(11, 9, 30), Form::default())
        .unwrap();
    town.act(21, id, "supervise", at(11, 10, 0), say("抓紧"))
        .unwrap();
    let order = town.m(id).supervision.clone().unwrap();
    assert_eq!((order.level, order.due), (2, at(12, 10, 0)));
    let twice = town
        .act(21, id, "supervise", at(11, 11, 0), say("再督"))
        .unwrap_err();
    assert_eq!(
        twice.to_string(),
        "城厢区已作二级督办，限 2026-03-12 10:00 前回复；请等待回复，或请更高一级督办"
    );
    assert!(town.tick(id, at(12, 8, 0)), "warned two hours before");
    assert!(town.tick(id, at(12, 10, 0)));
    let climbed = town.m(id).supervision.clone().unwrap();
    assert_eq!((climbed.by, climbed.level), (AreaId(1), 1));
    assert_eq!(climbed.due, at(12, 16, 0), "four working hours of the city");
    assert_eq!(town.counted(id, Measure::Supervised), 2);
    town.act(
        41,
        id,
        "answer_supervision",
        at(12, 15, 0),
        say("已清理一半"),
    )
    .unwrap();
    assert!(
        town.m(id)
            .supervision
            .as_ref()
            .unwrap()
            .answered_at
            .is_some()
    );
    while town.tick(id, at(12, 23, 0)) {}
    assert_eq!(
        town.counted(id, Measure::Supervised),
        2,
        "an answered one climbs no further"
    );
}
