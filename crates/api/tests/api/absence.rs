//! A chain of three over a holiday (R014): whoever is away is acted for, by the last of the chain who
//! is there, under both names; on those days and by that post alone. On both databases.

use crate::app::App;
use civic::time::{Day, Zone};
use serde_json::{Value, json};
use testkit::TestOffice;

/// `hour` o'clock of a day of April 2026; 清明 is from the 4th to the 6th.
fn april(app: &App, day: i8, hour: u32) {
    let day = Day::from_ymd(2026, 4, day).unwrap();
    app.test.clock.set(Zone::CHINA.at(day, hour, 0));
}

fn away(login: &str, from: i8, to: i8) -> Value {
    json!({ "login": login, "from": format!("2026-04-{from:02}"), "to": format!("2026-04-{to:02}"), "reason": "leave" })
}

/// Name and title of who answers for unit 6, and its grid, as everybody sees it.
async fn responsible(app: &App) -> String {
    let user = app.user("town").await;
    let mut out = Vec::new();
    for area in [6, 5] {
        let detail = user
            .get(format!("/api/v1/areas/{area}"))
            .await
            .done()
            .json();
        out.push(detail["responsible"]["name"].as_str().unwrap().to_owned());
    }
    out.join(" ")
}

/// Reports in unit 6 as the reporter of another level, so that it lies on the unit's desk.
async fn reported(app: &App) -> String {
    let form = json!({ "text": "楼道堆物", "category": "0104", "channel": "resident", "address": "1号楼", "unit": "6" });
    let resident = app.user("resident").await;
    let made = resident.post("/api/v1/matters", &form).await.done().json();
    made["id"].as_str().unwrap().to_owned()
}

async fn chain(test: TestOffice) -> App {
    let app = App::over(test);
    let (unit, grid) = (app.user("unit").await, app.user("gridhead").await);
    let made = unit
        .post("/api/v1/posts/61/absences", &away("gridhead", 3, 8))
        .await;
    let made = made.done().json();
    assert_eq!(made["substitute_name"], "林秀珠");
    assert_eq!(made["acting"], Value::Null, "it has not begun");
    grid.post("/api/v1/posts/51/absences", &away("gridworker", 4, 7))
        .await
        .done();

    // 甲→乙→丙→甲 is refused, in a sentence that names the way around.
    let worker = app.user("gridworker").await;
    let circle = worker
        .post("/api/v1/posts/52/absences", &away("unit", 5, 6))
        .await;
    assert_eq!(
        circle.refusal(),
        (
            "409 conflict".into(),
            "陈春山自己也外出，代理会绕回黄国栋（黄国栋→陈春山→林秀珠→黄国栋），2026-04-05 将没有人在岗；请另选代理人".into()
        )
    );
    assert_eq!(responsible(&app).await, "陈春山 林秀珠");

    // The first link: the grid head acts for the unit head.
    april(&app, 3, 10);
    assert_eq!(responsible(&app).await, "林秀珠（代陈春山） 林秀珠");
    let id = reported(&app).await;
    let done = json!({ "finding": "cannot", "opinion": "需要网格协调" });
    let grid = app.user("gridhead").await;
    let queue = grid.get("/api/v1/matters?view=queue").await.done().json();
    assert_eq!(
        queue["rows"][0]["id"],
        json!(id),
        "it is in the substitute's queue"
    );
    let stuck = grid.matter(&id).await;
    assert_eq!(stuck["stuck_with"][0]["person"], "林秀珠（代陈春山）");
    let worker = app.user("gridworker").await;
    assert_eq!(
        worker.act(&id, "prehandle", &done).await.refusal().0,
        "403 denied"
    );
    grid.act(&id, "prehandle", &done).await.done();
    let step = app.user("town").await.matter(&id).await["steps"][1].clone();
    assert_eq!(step["who"]["name"], "林秀珠（代陈春山）");
    assert_eq!(step["who"]["title"], "坂头安置房小区网格1号楼单元长");

    // The holiday: the grid head is away too, and the chain does not break.
    april(&app, 5, 10);
    assert_eq!(
        responsible(&app).await,
        "黄国栋（代陈春山） 黄国栋（代林秀珠）"
    );
    let posts = app
        .user("town")
        .await
        .get("/api/v1/areas/6/posts")
        .await
        .done();
    assert_eq!(
        posts.json()[0]["acting"],
        json!({ "name": "黄国栋", "to": "2026-04-08" })
    );
    let worker = app.user("gridworker").await;
    let me = worker.get("/api/v1/me").await.done().json();
    let titles: Vec<&str> = me["posts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["title"].as_str().unwrap())
        .collect();
    assert_eq!(
        titles,
        [
            "坂头安置房小区网格员",
            "坂头安置房小区网格长（代林秀珠）",
            "坂头安置房小区网格1号楼单元长（代陈春山）"
        ]
    );
    let second = reported(&app).await;
    let grid = app.user("gridhead").await;
    assert_eq!(
        grid.act(&second, "prehandle", &done).await.refusal().0,
        "403 denied"
    );
    worker.act(&second, "prehandle", &done).await.done();
    let step = app.user("town").await.matter(&second).await["steps"][1].clone();
    assert_eq!(step["who"]["name"], "黄国栋（代陈春山）");
    let list = app
        .user("town")
        .await
        .get("/api/v1/areas/3/absences")
        .await
        .done()
        .json();
    let acting: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|a| &a["acting"])
        .collect();
    assert_eq!(acting, ["黄国栋（代陈春山）", "黄国栋（代林秀珠）"]);

    // The grid head is back, and so is the unit head a day later: the rights are gone.
    april(&app, 7, 10);
    assert_eq!(responsible(&app).await, "林秀珠（代陈春山） 林秀珠");
    let third = reported(&app).await;
    april(&app, 8, 10);
    assert_eq!(responsible(&app).await, "陈春山 林秀珠");
    for login in ["gridhead", "gridworker"] {
        let late = app.user(login).await.act(&third, "prehandle", &done).await;
        assert_eq!(late.refusal().0, "403 denied", "{login}");
    }
    app.user("unit")
        .await
        .act(&third, "prehandle", &done)
        .await
        .done();
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_chain_of_three_over_a_holiday_does_not_break() {
    chain(TestOffice::sqlite("absence").await).await;
}

#[test]
fn a_chain_of_three_over_a_holiday_does_not_break_on_postgresql() {
    testkit::on_postgres("absence", chain);
}

#[tokio::test]
async fn who_arranges_and_who_acts_is_limited_and_an_absence_ends_early() {
    let app = App::sqlite("absence_rules").await;
    let unit = app.user("unit").await;
    let path = "/api/v1/posts/61/absences";
    let wrong = unit.post(path, &json!({ "to": "soon" })).await;
    expect_test::expect![[r#"
        login required: 请填写代理人的账号
        reason required: 请填写事由
        to bad_date: “soon”不是有效的日期，请按“2026-11-22”的格式填写。
    "#]]
    .assert_eq(&wrong.problems());
    let mut form = away("otherunit", 3, 2);
    form["reason"] = json!("holiday");
    expect_test::expect![[r#"
        to before_start: 返岗日期要晚于外出日期
        reason unknown_reason: 请选择事由：请假、出差、学习培训、借调、其他
        substitute not_near: “张美英”在 2026-04-03 不是同一上级之下的在岗人员，请从本单位、本区域、相邻区域或上级中选择代理人
    "#]]
    .assert_eq(&unit.post(path, &form).await.problems());
    for (login, post) in [
        ("neighbour", 61),
        ("unit", 51),
        ("community", 42),
        ("cityleader", 91),
    ] {
        let user = app.user(login).await;
        let path = format!("/api/v1/posts/{post}/absences");
        let denied = user.post(path, &away("gridhead", 3, 8)).await;
        assert_eq!(denied.refusal().0, "403 denied", "{login} {post}");
    }
    let community = app.user("community").await;
    let made = community
        .post(path, &away("gridhead", 3, 8))
        .await
        .done()
        .json();
    let again = unit.post(path, &away("gridworker", 7, 9)).await.refusal();
    assert_eq!(
        again.1,
        "陈春山在 2026-04-03 至 2026-04-08 已由林秀珠代理；请先结束那次代理，或改日期"
    );
    april(&app, 4, 9);
    assert_eq!(responsible(&app).await, "林秀珠（代陈春山） 林秀珠");
    let id = made["id"].as_str().unwrap();
    let unit = app.user("unit").await;
    let end = unit.ask("DELETE", format!("/api/v1/absences/{id}?to=2026-04-04"));
    assert_eq!(app.send(end).await.status, 204);
    assert_eq!(responsible(&app).await, "陈春山 林秀珠", "back early");
    let rows = unit.get("/api/v1/areas/6/absences").await.done().json();
    assert_eq!(rows, json!([]));
}
