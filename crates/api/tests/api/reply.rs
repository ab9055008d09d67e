//! Every report of a citizen is acknowledged, followed and answered (R080), on both databases.

use crate::app::App;
use serde_json::json;
use testkit::{TestOffice, march};

async fn acknowledged(test: TestOffice) -> App {
    let app = App::over(test);
    let resident = app.user("resident").await;
    let report = json!({ "text": "楼道灯坏了三天", "channel": "superior", "unit": "6" });
    let matter = resident
        .post("/api/v1/matters", &report)
        .await
        .done()
        .json();
    let id = matter["id"].as_str().unwrap().to_owned();
    assert_eq!(
        resident.matter(&id).await["channel"],
        "resident",
        "a resident's report is no order from above"
    );
    let inbox = async |login: &str| {
        let page = app.user(login).await.get("/api/v1/messages").await;
        let rows = page.done().json()["rows"].clone();
        rows.as_array()
            .unwrap()
            .iter()
            .map(|r| format!("{} {}", r["kind"].as_str().unwrap(), r["text"]))
            .collect::<Vec<_>>()
    };
    let told = inbox("resident").await;
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("2026-03-11 10:00 前会有工作人员回应"),
        "{told:?}"
    );

    app.test.clock.set(march(11, 9, 45));
    assert_eq!(app.test.office.sweep().await.unwrap(), 1);
    assert!(inbox("unit").await[0].starts_with("warned "));
    app.test.clock.set(march(11, 10, 0));
    assert_eq!(app.test.office.sweep().await.unwrap(), 1);
    assert!(inbox("unit").await[0].starts_with("overdue "));
    assert!(
        inbox("gridhead").await[0].starts_with("overdue "),
        "and the desk above"
    );
    let overdue = async || {
        let town = app.user("townleader").await;
        let board = town
            .get("/api/v1/boards/3?from=2026-03-11&to=2026-03-11")
            .await;
        let figures = board.done().json()["figures"].clone();
        (figures["overdue"].clone(), figures["open_overdue"].clone())
    };
    assert_eq!(overdue().await, (json!(1), json!(1)));

    app.test.clock.set(march(11, 10, 5));
    let unit = app.user("unit").await;
    let clocks = unit.act(&id, "claim", &json!({})).await.done().json()["clocks"].clone();
    let kinds: Vec<_> = clocks
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["same_day"], "answered; the judgement still runs");
    assert_eq!(
        overdue().await,
        (json!(1), json!(0)),
        "late stays counted, and is late no more"
    );

    let done = json!({ "finding": "solved", "opinion": "已换灯", "category": "0201" });
    let no = unit.act(&id, "settle", &done).await;
    assert_eq!(no.problems(), "reply required: 请填写给群众的答复\n");
    let done = json!({ "finding": "solved", "opinion": "已换灯", "reply": "灯已换好", "category": "0201" });
    unit.act(&id, "settle", &done).await.done();
    let seen = resident.matter(&id).await;
    assert_eq!(
        (&seen["state"], &seen["reply"]),
        (&json!("confirming"), &json!("灯已换好"))
    );
    let course: Vec<_> = seen["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["action_word"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(course, ["上报", "临期提醒", "超期", "领办", "办结"]);
    assert!(
        seen["steps"].to_string().contains("陈春山")
            && !seen["steps"].to_string().contains("已换灯"),
        "progress by name, without internal opinions"
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_citizens_report_is_acknowledged_followed_and_answered_on_sqlite() {
    acknowledged(TestOffice::sqlite("reply").await).await;
}

#[test]
fn a_citizens_report_is_acknowledged_followed_and_answered_on_postgresql() {
    testkit::on_postgres("reply", acknowledged);
}
