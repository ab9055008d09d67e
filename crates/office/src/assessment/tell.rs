//! Who is told what of an assessment: the assessed when it is published, decided and frozen, and who
//! set it up of an appeal (R213).

use civic::assessment::{Assessed, Assessment, State, Subject};
use civic::id::MatterId;
use civic::matter::{Desk, Notice, NoticeKind};

use crate::tell::told_person;

/// A message to who is assessed: the person who held the post, or the desk of the area or department.
fn told(one: &Assessed, kind: NoticeKind, text: String) -> Notice {
    let desk = match (&one.holder, one.subject) {
        (Some(by), _) => return told_person(by.account, kind, &text),
        (None, Subject::Area(area)) => Desk::Area(area),
        (None, Subject::Org(org)) => Desk::Org(org),
        (None, Subject::Post(_)) => Desk::Area(one.area),
    };
    Notice {
        desk,
        account: None,
        kind,
        matter: MatterId(0),
        text,
    }
}

/// Of a period that was published or frozen.
pub(super) fn moved(assessment: &Assessment, results: &[Assessed]) -> Vec<Notice> {
    let name = &assessment.name;
    let text = |one: &Assessed| match (assessment.state(), assessment.appeals_until) {
        (State::Published, Some(until)) => Some(format!(
            "《{name}》已公示“{}”的结果，有异议的请在 {until} 以前到“考核评价”申诉",
            one.name
        )),
        (State::Frozen, _) => Some(format!("《{name}》已冻结，“{}”的结果不再变动", one.name)),
        _ => None,
    };
    let told = |one: &Assessed| Some(told(one, NoticeKind::Result, text(one)?));
    results.iter().filter_map(told).collect()
}

/// Of an appeal: who set the period up decides or hands it on.
pub(super) fn appealed(assessment: &Assessment, one: &Assessed) -> Vec<Notice> {
    let text = format!(
        "《{}》收到“{}”的申诉，请在“考核评价”中处理",
        assessment.name, one.name
    );
    let by = assessment.opened.by.account;
    vec![told_person(by, NoticeKind::Asked, &text)]
}

/// Of a ruling: who appealed, and who is assessed where that is somebody else.
pub(super) fn ruled(assessment: &Assessment, one: &Assessed) -> Vec<Notice> {
    let ruled = one
        .appeals
        .iter()
        .rev()
        .filter_map(|a| Some((a, a.ruling.as_ref()?)));
    let Some((appeal, ruling)) = ruled.max_by_key(|(_, ruling)| ruling.done.at) else {
        return Vec::new();
    };
    let outcome = match ruling.points {
        Some(_) => "得分已更正",
        None => "维持原得分",
    };
    let text = format!(
        "《{}》对“{}”的申诉已处理：{outcome}。{}",
        assessment.name, one.name, ruling.words
    );
    let who = appeal.done.by.account;
    let mut notices = vec![told_person(who, NoticeKind::Decided, &text)];
    if !one.is_held_by(who) {
        notices.push(told(one, NoticeKind::Decided, text));
    }
    notices
}
