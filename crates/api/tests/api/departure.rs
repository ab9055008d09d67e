//! Somebody leaves a post, the desk is handed over, and the seat keeps its history (R043), on both
//! databases.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::TestOffice;

async fn handovers(user: &User<'_>) -> Value {
    user.get("/api/v1/home").await.done().json()["handovers"].clone()
}

async fn from_hand_to_hand(test: TestOffice) -> App {
    let app = App::over(test);
    let (unit, leader) = (app.user("unit").await, app.user("secretary").await);
    let matter = unit.report().await;
    let no = unit.get(&format!("/api/v1/matters/{matter}")).await;
    let no = no.done().json()["no"].clone();
    let path = "/api/v1/posts/61";
    let removal = json!({ "to": "2026-03-11", "reason": "moved", "words": "调往其他街道" });
    let end = |user: &User<'_>| user.ask("DELETE", path).json(&removal);
    for login in ["gridhead", "neighbour", "otherunit"] {
        let other = app.user(login).await;
        assert_eq!(app.send(end(&other)).await.status, 403, "{login}");
    }
    let seats = leader.get("/api/v1/areas/6/posts").await.done().json();
    assert_eq!(
        (&seats[0]["may_end"], &seats[0]["may_renew"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(app.send(end(&leader)).await.status, 204);
    assert_eq!(
        app.send(end(&leader)).await.refusal().1,
        "这个岗位已于 2026-03-11 离任"
    );

    // The sheet says how much lies open, by numbers only, and waits for who leaves or removed.
    let sheet_path = format!("{path}/departure");
    let sheet = unit.get(&sheet_path).await.done().json();
    let shown = (
        &sheet["who"]["name"],
        &sheet["reason_word"],
        &sheet["by"]["name"],
        &sheet["may_give"],
    );
    assert_eq!(
        shown,
        (
            &json!("陈春山"),
            &json!("工作调动"),
            &json!("陈国华"),
            &json!(true)
        )
    );
    let open = json!([{ "kind": "matters", "word": "在办事件", "count": 1, "matters": [{ "id": matter, "no": no }] }]);
    assert_eq!(sheet["open"], open);
    assert_eq!(
        (handovers(&unit).await, handovers(&leader).await),
        (json!(1), json!(1))
    );
    assert_eq!(
        app.user("otherunit")
            .await
            .get(&sheet_path)
            .await
            .refusal()
            .0,
        "403 denied"
    );

    // The next holder takes it only when it was given.
    let form = json!({ "login": "manager", "role": "unit_head", "source": "party_member", "from": "2026-03-11", "to": "2026-03-14" });
    let next = leader
        .post("/api/v1/areas/6/posts", &form)
        .await
        .done()
        .json();
    let manager = app.user("manager").await;
    assert_eq!(handovers(&manager).await, json!(0));
    let (give, take) = (format!("{sheet_path}/give"), format!("{sheet_path}/take"));
    let nothing = json!({});
    let early = manager.post(&take, &nothing).await.refusal();
    assert_eq!(
        early,
        (
            "409 conflict".into(),
            "移交人还没有确认，请先由陈春山或任免人确认移交".into()
        )
    );
    assert_eq!(
        manager.post(&give, &nothing).await.refusal().0,
        "403 denied"
    );
    unit.post(&give, &json!({ "note": "钥匙已交" }))
        .await
        .done();
    assert_eq!(
        unit.post(&give, &nothing).await.refusal().1,
        "陈春山已经确认移交，不用再确认"
    );
    assert_eq!(
        (handovers(&unit).await, handovers(&manager).await),
        (json!(0), json!(1))
    );
    let wrong = app
        .user("gridhead")
        .await
        .post(&take, &nothing)
        .await
        .refusal();
    assert_eq!(wrong.0, "403 denied");
    let waiting = manager.get("/api/v1/me/departures").await.done().json();
    assert_eq!(
        (&waiting[0]["post"], &waiting[0]["may_take"]),
        (&json!("61"), &json!(true))
    );
    let taken = manager.post(&take, &nothing).await.done().json();
    assert_eq!(
        (&taken["given"]["note"], &taken["taken"]["by"]["name"]),
        (&json!("钥匙已交"), &json!("蔡志强"))
    );
    assert_eq!(handovers(&manager).await, json!(0));

    // A term that runs out gets its sheet by itself, once.
    app.test.clock.set(testkit::march(15, 9, 0));
    let system = app.user("sysadmin").await;
    for written in ["写出交接单 1 份", "写出交接单 0 份"] {
        let run = system.post("/api/v1/jobs/terms/run", &nothing).await;
        assert_eq!(run.done().json()["detail"], written);
    }
    let leader = app.user("secretary").await;
    let list = leader.get("/api/v1/areas/4/departures").await.done().json();
    let rows: Vec<String> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|d| {
            format!(
                "{} {} {}",
                d["who"]["name"],
                d["reason_word"],
                d["taken"].is_null()
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            "\"蔡志强\" \"任期届满\" true",
            "\"陈春山\" \"工作调动\" false"
        ]
    );
    let late = json!({ "to": "2028-03-14", "reason": "履职尽责" });
    let renewals = format!("/api/v1/posts/{}/renewals", next["id"].as_str().unwrap());
    assert_eq!(
        leader.post(&renewals, &late).await.refusal().1,
        "任期已于 2026-03-14 届满，请重新任命"
    );

    // The seat knows everybody: term, source, who approved, why it ended.
    let history = leader.get("/api/v1/areas/6/tenures").await.done().json();
    let rows: Vec<String> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|t| {
            format!(
                "{} {} {} {} {}",
                t["name"], t["to"], t["source_word"], t["approver"], t["reason_word"]
            )
        })
        .collect();
    expect_test::expect![[r#"
        "蔡志强" "2026-03-14" "党员" "陈国华" "任期届满"
        "陈春山" "2026-03-11" "党员" null "工作调动""#]]
    .assert_eq(&rows.join("\n"));
    assert_eq!(history[1]["words"], "调往其他街道");
    let outside = app
        .user("neighbour")
        .await
        .get("/api/v1/areas/6/tenures")
        .await;
    assert_eq!(outside.refusal().0, "403 denied");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_desk_is_handed_over_and_the_seat_keeps_its_history() {
    from_hand_to_hand(TestOffice::sqlite("departure").await).await;
}

#[test]
fn a_desk_is_handed_over_and_the_seat_keeps_its_history_on_postgresql() {
    testkit::on_postgres("departure", from_hand_to_hand);
}
