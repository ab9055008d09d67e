//! 矛盾纠纷 (R085 to R089): a pack of data over the same desks, people and figures.

use super::*;
use crate::id::MediationBodyId;
use crate::mediation::{Seated, SessionForm};

fn dispute(form: &mut ReportForm) {
    form.category = Some("0102".into());
    form.text = "楼上漏水，两家争执".into();
    form.opening.flow = Some("dispute".into());
    form.opening.fields = [("risk".to_owned(), "中风险".to_owned())].into();
}
fn session(at: Instant, area: i64, agreement: Option<&str>) -> Form {
    let seated = Seated {
        body: MediationBodyId(1),
        no: 1,
        kind: "judge".into(),
    };
    Form {
        session: Some(SessionForm {
            at,
            place: "邻里中心调解室".into(),
            mediators: vec![(seated, "林法官".into(), AreaId(area))],
            parties: vec!["张三".into(), "李四".into()],
            record: "双方陈述".into(),
            agreement: agreement.map(str::to_owned),
        }),
        ..Form::default()
    }
}
fn done(opinion: &str) -> Form {
    Form {
        finding: Some(Finding::Solved),
        reply: Some("已化解".into()),
        ..say(opinion)
    }
}
/// Under mediation at the community since day 11, ten o'clock.
fn mediating(town: &mut Town) -> MatterId {
    let id = town.report_with(41, 6, at(11, 9, 0), dispute).unwrap();
    town.act(41, id, "undertake", at(11, 10, 0), say("受理"))
        .unwrap();
    id
}

#[test]
fn an_agreement_is_visited_within_7_and_30_days_before_the_dispute_counts_as_settled() {
    let mut town = Town::new();
    let id = mediating(&mut town);
    let due = |town: &Town, kind| {
        let clocks = &town.m(id).clocks;
        clocks
            .iter()
            .find(|c| c.kind == kind && c.runs())
            .map(|c| c.due)
    };
    assert_eq!(
        due(&town, ClockKind::Handle),
        Some(at(20, 10, 0)),
        "7 working days by its category"
    );
    town.act(
        41,
        id,
        "mediate",
        at(11, 15, 0),
        session(at(11, 14, 0), 4, None),
    )
    .unwrap();
    assert_eq!(town.m(id).state, "mediating", "no agreement yet");
    town.act(
        41,
        id,
        "mediate",
        at(12, 10, 0),
        session(at(12, 9, 0), 3, Some("各让一步")),
    )
    .unwrap();
    let matter = town.m(id);
    assert_eq!(
        (matter.state.as_str(), matter.sessions.len()),
        ("agreed", 2)
    );
    assert_eq!(town.counted(id, Measure::HandledOnTime), 1);
    let last = Some(at(20, 10, 0));
    assert_eq!(due(&town, ClockKind::Stay), last, "the seventh day and one");
    let early = town.act(41, id, "visit_first", at(18, 9, 0), say("双方在履行"));
    assert!(matches!(early, Err(Refusal::Conflict(_))), "{early:?}");
    town.act(41, id, "visit_early", at(18, 9, 0), say("顺路看过"))
        .unwrap();
    assert_eq!(town.m(id).state, "agreed", "an early visit does not count");
    assert_eq!(due(&town, ClockKind::Stay), last, "and buys no time");
    town.act(41, id, "visit_first", at(19, 8, 0), say("双方在履行"))
        .unwrap();
    assert_eq!(
        due(&town, ClockKind::Stay),
        Some(at(19, 8, 0).plus_minutes(24 * 24 * 60))
    );
    town.act(41, id, "relapse", at(19, 9, 0), say("又漏水了"))
        .unwrap();
    assert_eq!(town.m(id).state, "mediating");
    town.act(
        41,
        id,
        "mediate",
        at(20, 9, 0),
        session(at(20, 8, 0), 4, Some("更换水管")),
    )
    .unwrap();
    town.act(41, id, "visit_first", at(27, 9, 0), say("已更换"))
        .unwrap();
    let (early, thirtieth) = (at(30, 9, 0), at(27, 9, 0).plus_minutes(23 * 24 * 60));
    let soon = town.act(41, id, "settle", early, done("没有反复"));
    assert!(matches!(soon, Err(Refusal::Conflict(_))), "{soon:?}");
    town.act(41, id, "settle", thirtieth, done("没有反复"))
        .unwrap();
    let figures = crate::measure::contribution(town.m(id));
    let of = |measure| figures.get(&(0, 0, measure)).copied().unwrap_or(0);
    assert_eq!(
        (of(Measure::Reported), of(Measure::Disputes)),
        (1, 1),
        "one net, one set of figures"
    );
    assert_eq!(
        (of(Measure::DisputesClosed), of(Measure::ClosedCommunity)),
        (1, 1)
    );
}

#[test]
fn a_session_says_all_it_lacks_and_its_words_stay_out_of_the_journal() {
    let mut town = Town::new();
    let id = mediating(&mut town);
    let mut poor = session(at(13, 9, 0), 4, Some(" "));
    let form = poor.session.as_mut().unwrap();
    form.parties.truncate(1);
    form.record.clear();
    form.place.clear();
    form.mediators.clear();
    let Err(Refusal::Invalid(problems)) = town.act(41, id, "mediate", at(12, 9, 0), poor) else {
        panic!("refused");
    };
    let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(
        fields,
        ["at", "place", "mediators", "parties", "record", "agreement"]
            .map(|f| format!("session.{f}"))
    );
    let stranger = town
        .act(
            41,
            id,
            "mediate",
            at(12, 9, 0),
            session(at(12, 8, 0), 8, None),
        )
        .unwrap_err();
    assert!(stranger.to_string().contains("不在事发地"), "{stranger}");
    town.act(
        41,
        id,
        "mediate",
        at(12, 9, 0),
        session(at(12, 8, 0), 4, Some("各让一步")),
    )
    .unwrap();
    let journal = serde_json::to_string(&town.journal[&id]).unwrap();
    for word in ["张三", "李四", "林法官", "各让一步", "双方陈述"] {
        assert!(!journal.contains(word), "{word} is in the journal");
    }
}

#[test]
fn what_the_unit_calms_at_once_counts_as_settled_at_the_unit() {
    let mut town = Town::new();
    let id = town.report_with(61, 6, at(11, 9, 0), dispute).unwrap();
    town.act(61, id, "prehandle", at(11, 9, 5), done("双方握手言和"))
        .unwrap();
    let figures = crate::measure::contribution(town.m(id));
    assert_eq!(figures.get(&(0, 0, Measure::DisputesUnit)), Some(&1));
}

#[test]
fn a_dispute_without_its_risk_is_refused_and_the_risk_is_the_matters() {
    let mut town = Town::new();
    let none = town
        .report_with(61, 6, at(11, 9, 0), |form| {
            dispute(form);
            form.opening.fields.clear();
        })
        .unwrap_err();
    assert_eq!(none.to_string(), "请填写“事项风险等级”");
    let id = town.report_with(61, 6, at(11, 9, 0), dispute).unwrap();
    assert_eq!(town.m(id).fields["risk"], "中风险");
}
