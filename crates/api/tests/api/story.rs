//! The case of 坂头社区 (the seed's story): from the unit head to three bodies called to one site,
//! and back to the resident; who held it when, and what every board counted, on both databases.

use crate::app::App;
use serde_json::{Value, json};
use std::fmt::Write;
use testkit::{TestOffice, march};

/// The figures of one area that are not zero, by measure.
async fn figures(app: &App, login: &str, area: i64) -> String {
    let board = app
        .user(login)
        .await
        .get(format!(
            "/api/v1/boards/{area}?from=2026-03-11&to=2026-03-14"
        ))
        .await
        .done()
        .json();
    let figures = board["figures"].as_object().unwrap();
    figures
        .iter()
        .filter(|(_, n)| n.as_i64() != Some(0))
        .map(|(m, n)| format!("{m}={n} "))
        .collect()
}

/// Reports, judges and calls; the matter lies on three desks.
async fn called(app: &App) -> String {
    let unit = app.user("unit").await;
    let id = unit.report().await;
    app.test.clock.set(march(11, 9, 10));
    unit.act(
        &id,
        "prehandle",
        &json!({ "finding": "cannot", "opinion": "单元无法解决" }),
    )
    .await
    .done();
    app.test.clock.set(march(11, 9, 30));
    app.user("gridhead")
        .await
        .act(&id, "escalate", &json!({ "opinion": "网格无法解决" }))
        .await
        .done();
    app.test.clock.set(march(11, 10, 0));
    app.user("community")
        .await
        .act(&id, "escalate", &json!({ "opinion": "社区无力解决" }))
        .await
        .done();
    app.test.clock.set(march(11, 11, 0));
    let call = json!({ "opinion": "请到现场联合测量", "lead": { "org": "71" }, "co": [{ "org": "72", "limit": "3工作日" }, { "org": "73" }] });
    app.user("town").await.act(&id, "call", &call).await.done();
    id
}

async fn told(test: TestOffice) -> App {
    let app = App::over(test);
    let id = called(&app).await;
    let held = app.user("town").await.matter(&id).await;
    assert_eq!(held["state"], "called");
    assert_eq!(
        held["desk_name"],
        "城厢区自然资源局、城厢区住建局、开发公司"
    );
    let stuck: Vec<_> = held["stuck_with"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["person"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        stuck,
        ["关素琴", "姚志明", "卓文辉"],
        "who it is stuck with, by name"
    );

    for (n, party) in ["resources", "housing", "developer"]
        .into_iter()
        .enumerate()
    {
        app.test.clock.set(march(11, 14, 10 + n as u32));
        app.user(party)
            .await
            .act(&id, "sign", &json!({}))
            .await
            .done();
    }
    for party in ["resources", "housing", "developer"] {
        app.test.clock.set(march(13, 10, 0));
        app.user(party)
            .await
            .act(
                &id,
                "feed_back",
                &json!({ "finding": "solved", "opinion": "已共同测量" }),
            )
            .await
            .done();
    }
    app.test.clock.set(march(13, 11, 0));
    app.user("town")
        .await
        .act(&id, "order_check", &json!({ "opinion": "请核实" }))
        .await
        .done();
    app.test.clock.set(march(13, 15, 0));
    app.user("gridworker")
        .await
        .act(
            &id,
            "check",
            &json!({ "verdict": true, "opinion": "已量好" }),
        )
        .await
        .done();
    app.test.clock.set(march(13, 16, 0));
    let done =
        json!({ "finding": "solved", "opinion": "三方确认", "reply": "面积已现场测量并更正" });
    let settled = app
        .user("town")
        .await
        .act(&id, "settle", &done)
        .await
        .done()
        .json();
    assert_eq!(settled["state"], "confirming");

    app.test.clock.set(march(14, 9, 0));
    let no = settled["no"].as_str().unwrap();
    let code = app.follow_code(&id);
    let follow = crate::app::Ask::new("GET", format!("/api/v1/public/reports/{no}?code={code}"));
    let seen = app.send(follow).await.done().json();
    assert_eq!(
        (&seen["may_confirm"], &seen["reply"]),
        (&json!(true), &json!("面积已现场测量并更正"))
    );
    let five = crate::app::Ask::new("POST", format!("/api/v1/public/reports/{no}/confirm"))
        .header("idempotency-key", app.key())
        .json(&json!({ "code": code, "rating": 5, "words": "谢谢" }));
    app.send(five).await.done();

    let trace = app.user("town").await.matter(&id).await;
    assert_eq!(
        (&trace["state"], &trace["rating"]),
        (&json!("closed"), &json!(5))
    );
    expect_test::expect_file!["story.txt"].assert_eq(&page(&app, &trace).await);
    app.test.verify().await;
    app
}

/// The journal as a person reads it, and the boards of all six levels.
async fn page(app: &App, matter: &Value) -> String {
    let mut out = String::new();
    for step in matter["steps"].as_array().unwrap() {
        let text = |key: &str| step[key].as_str().unwrap_or("-").to_owned();
        let minutes = step["held_ms"].as_i64().unwrap() / 60_000;
        writeln!(
            out,
            "{:>2} {} | {} {} | 停留 {minutes} 分 | {} -> {} | {} -> {} | 不隔夜 {} 超时 {}",
            step["seq"],
            text("action_word"),
            step["who"]["name"].as_str().unwrap(),
            step["who"]["title"].as_str().unwrap(),
            text("from_state_word"),
            text("to_state_word"),
            text("from_desk_name"),
            text("to_desk_name"),
            step["same_day"],
            step["overdue"],
        )
        .unwrap();
    }
    for (login, area) in [
        ("cityleader", 1),
        ("countyleader", 2),
        ("townleader", 3),
        ("secretary", 4),
        ("gridhead", 5),
        ("unit", 6),
    ] {
        writeln!(
            out,
            "{login} 看板 {area}: {}",
            figures(app, login, area).await
        )
        .unwrap();
    }
    writeln!(out, "别的镇街 20: {}", figures(app, "cityleader", 20).await).unwrap();
    out
}

#[tokio::test]
async fn the_bantou_case_runs_from_the_unit_to_three_bodies_and_all_six_boards_count_it_on_sqlite()
{
    told(TestOffice::sqlite("story").await).await;
}

#[test]
fn the_bantou_case_runs_from_the_unit_to_three_bodies_and_all_six_boards_count_it_on_postgresql() {
    testkit::on_postgres("story", told);
}

#[tokio::test]
async fn an_open_matter_is_on_the_boards_of_all_six_levels_at_once() {
    let app = App::sqlite("open_boards").await;
    called(&app).await;
    for (login, area) in [
        ("cityleader", 1),
        ("countyleader", 2),
        ("townleader", 3),
        ("secretary", 4),
        ("gridhead", 5),
        ("unit", 6),
    ] {
        let figures = figures(&app, login, area).await;
        for wanted in [
            "reported=1 ",
            "open=1 ",
            "open_department=1 ",
            "triage_town_day=1 ",
        ] {
            assert!(
                figures.contains(wanted),
                "{login} {area}: {wanted} in {figures}"
            );
        }
    }
    let stuck = app
        .user("townleader")
        .await
        .get("/api/v1/boards/3/stuck")
        .await
        .done()
        .json();
    assert_eq!(stuck.as_array().unwrap().len(), 3, "{stuck}");
    let today = app
        .user("townleader")
        .await
        .get("/api/v1/boards/3/today")
        .await
        .done()
        .json();
    assert_eq!(today["responsible"]["name"], "郭晓东");
    assert_eq!(
        today["waiting"].as_array().unwrap().len(),
        4,
        "town, community, grid, unit: {}",
        today["waiting"]
    );
    assert_eq!(
        today["open_today"],
        json!([]),
        "the called parties work; nothing waits for judgement"
    );
    let waiting =
        json!({ "text": "路灯不亮", "category": "0104", "channel": "field", "unit": "6" });
    let unit = app.user("unit").await;
    let waiting = unit.post("/api/v1/matters", &waiting).await.done().json();
    let today = app
        .user("townleader")
        .await
        .get("/api/v1/boards/3/today")
        .await
        .done()
        .json();
    assert_eq!(today["open_today"][0]["id"], waiting["id"]);
}
