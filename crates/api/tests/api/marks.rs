//! What is noted of a matter beside its handling: tags for analysis (R078), the risk of a dispute,
//! the referral to the enforcement team with its result (R077), and snapshots on their way to the
//! department that answers (R073); on both databases.

use crate::app::{App, Ask};
use serde_json::{Value, json};
use testkit::TestOffice;

async fn board(app: &App) -> Value {
    let leader = app.user("townleader").await;
    let path = "/api/v1/boards/3?from=2026-03-11&to=2026-03-11";
    leader.get(path).await.done().json()
}

async fn tagged(test: TestOffice) -> App {
    let app = App::over(test);
    let (unit, community) = (app.user("unit").await, app.user("community").await);
    let (one, other) = (unit.report().await, unit.report().await);
    let tag = |word: &str| json!({ "fields": { "problem": word } });
    let lacking = unit.act(&one, "tag", &json!({})).await;
    assert_eq!(
        lacking.problems(),
        "fields.problem required: 请填写“问题标签”\n"
    );
    let unknown = unit.act(&one, "tag", &tag("难点")).await;
    assert!(
        unknown
            .problems()
            .starts_with("fields.problem unknown_word"),
        "{}",
        unknown.text()
    );
    let seen = unit.act(&one, "tag", &tag("堵点")).await.done().json();
    assert_eq!(
        seen["fields"],
        json!([{ "name": "问题标签", "value": "堵点" }])
    );
    assert_eq!(seen["state"], "at_unit", "it goes on as it was");
    unit.act(&other, "tag", &tag("痛点")).await.done();
    let denied = community.act(&one, "tag", &tag("痛点")).await;
    assert_eq!(denied.refusal().0, "403 denied", "it lies on another desk");

    let figure = |board: &Value| {
        let of = |code: &str| board["figures"][code].as_i64().unwrap();
        (of("pains"), of("blocks"), of("gaps"))
    };
    assert_eq!(figure(&board(&app).await), (1, 1, 0));
    let list = async |tag: &str| {
        let path = format!("/api/v1/matters?view=area&area=4&tag={tag}");
        let rows = community.get(path).await.done().json()["rows"].clone();
        let ids = rows.as_array().unwrap().iter();
        ids.map(|r| r["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(list("block").await, std::slice::from_ref(&one));
    unit.act(&other, "tag", &tag("断点")).await.done();
    unit.act(&one, "tag", &tag("不标注")).await.done();
    assert_eq!(figure(&board(&app).await), (0, 0, 1));
    assert_eq!(list("block").await, [""; 0]);
    let wrong = community.get("/api/v1/matters?view=area&tag=hard").await;
    assert_eq!(wrong.status, 422);

    // The risk of a dispute is rated anew, with a reason.
    let report = json!({ "flow": "dispute", "text": "楼上漏水", "category": "0102", "unit": "6", "fields": { "risk": "低风险" } });
    let made = unit.post("/api/v1/matters", &report).await.done().json();
    let id = made["id"].as_str().unwrap();
    let risk = json!({ "fields": { "risk": "高风险" } });
    let lacking = unit.act(id, "rate_risk", &risk).await;
    assert!(
        lacking.problems().starts_with("opinion required"),
        "{}",
        lacking.text()
    );
    let risk = json!({ "opinion": "双方情绪激动", "fields": { "risk": "高风险" } });
    let rated = unit.act(id, "rate_risk", &risk).await.done().json();
    assert_eq!(rated["fields"][0]["value"], "高风险");
    let last = rated["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["action_word"], &last["opinion"]),
        (&json!("调整风险等级"), &json!("双方情绪激动"))
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn tags_are_set_by_who_judges_counted_on_the_board_and_filtered_on_sqlite() {
    tagged(TestOffice::sqlite("tags").await).await;
}

#[test]
fn tags_are_set_by_who_judges_counted_on_the_board_and_filtered_on_postgresql() {
    testkit::on_postgres("tags", tagged);
}

async fn referred(test: TestOffice) -> App {
    let app = App::over(test);
    let (town, team) = (app.user("town").await, app.user("enforcer").await);
    let cause = app.user("unit").await.report().await;
    let order = |org: &str, cause: Option<&str>| json!({ "flow": "referral", "text": "擅自搭建", "category": "5202", "target_org": org, "cause": cause, "fields": { "paper": "霞综移〔2026〕3号" } });
    let lacking = town.post("/api/v1/matters", &order("76", None)).await;
    assert!(
        lacking.problems().starts_with("cause required"),
        "{}",
        lacking.text()
    );
    let elsewhere = town
        .post("/api/v1/matters", &order("73", Some(&cause)))
        .await;
    assert!(
        elsewhere.problems().starts_with("target other_line"),
        "{}",
        elsewhere.text()
    );
    let made = town
        .post("/api/v1/matters", &order("76", Some(&cause)))
        .await
        .done()
        .json();
    let id = made["id"].as_str().unwrap();
    assert!(made["no"].as_str().unwrap().starts_with("YS"), "{made}");
    assert!(
        made["text"]
            .as_str()
            .unwrap()
            .ends_with("移送函编号：霞综移〔2026〕3号")
    );
    let head = app.user("gridhead").await;
    assert_eq!(
        head.post("/api/v1/matters", &order("76", Some(&cause)))
            .await
            .refusal()
            .0,
        "403 denied"
    );
    team.act(id, "sign", &json!({})).await.done();
    let result = |day: Value| json!({ "opinion": "已责令限期拆除", "finding": "handled", "fields": { "result_paper": "霞综责字〔2026〕8号", "result_day": day } });
    let lacking = team.act(id, "feed_back", &result(json!("三月"))).await;
    assert!(
        lacking.problems().starts_with("fields.result_day bad_day"),
        "{}",
        lacking.text()
    );
    let answered = team
        .act(id, "feed_back", &result(json!("2026-03-11")))
        .await;
    let answered = answered.done().json();
    assert_eq!(
        answered["fields"],
        json!([{ "name": "处理日期", "value": "2026-03-11" }])
    );
    // What came back stands in the journal of the event itself.
    let event = app.user("unit").await.matter(&cause).await;
    let told = event["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&told["action_word"], &told["who"]["name"]),
        (&json!("关联事项反馈"), &json!("阮建国"))
    );
    let words = told["opinion"].as_str().unwrap();
    assert!(
        words.contains("已责令限期拆除") && words.contains("处理文书编号：霞综责字〔2026〕8号"),
        "{words}"
    );
    let done = town.act(id, "accept", &json!({ "opinion": "清楚" })).await;
    assert_eq!(done.done().json()["phase"], "closed");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn an_event_is_referred_to_the_enforcement_team_and_its_result_comes_back_on_sqlite() {
    referred(TestOffice::sqlite("referral").await).await;
}

#[test]
fn an_event_is_referred_to_the_enforcement_team_and_its_result_comes_back_on_postgresql() {
    testkit::on_postgres("referral", referred);
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

async fn snapshot(test: TestOffice) -> App {
    let app = App::over(test);
    let photo = Ask::new("POST", "/api/v1/public/files").file("现场.png", PNG);
    let photo = app.send(photo).await.done().json();
    let body = json!({ "text": "占道堆放建筑垃圾", "category": "0312", "unit": "6", "phone": "13905941234", "files": [photo["id"]] });
    let ask = Ask::new("POST", "/api/v1/public/reports")
        .header("idempotency-key", app.key())
        .json(&body);
    let no = app.send(ask).await.done().json();
    let unit = app.user("unit").await;
    let queue = unit.get("/api/v1/matters?view=queue").await.done().json();
    let row = &queue["rows"][0];
    assert_eq!(row["no"], no["no"], "to the head of the unit it lies in");
    let id = row["id"].as_str().unwrap();
    let up = json!({ "opinion": "请执法队处理" });
    for (login, action) in [
        ("unit", "escalate"),
        ("gridhead", "escalate"),
        ("community", "escalate"),
    ] {
        app.user(login).await.act(id, action, &up).await.done();
    }
    // The desk that dispatches finds the organisation of that line and place before it.
    let town = app.user("town").await;
    let seen = town.matter(id).await;
    assert_eq!(
        (&seen["channel"], seen["files"].as_array().unwrap().len()),
        (&json!("snapshot"), 1)
    );
    let call = seen["actions"].as_array().unwrap().iter();
    let call = call.clone().find(|a| a["action"] == "call").unwrap();
    assert_eq!(
        call["proposed"],
        json!({ "id": "76", "name": "霞林街道综合执法队" })
    );
    let lead = json!({ "opinion": "请处理", "lead": { "org": "76" } });
    town.act(id, "call", &lead).await.done();
    let team = app.user("enforcer").await;
    let result = json!({ "opinion": "已清运", "finding": "solved" });
    team.act(id, "sign", &json!({})).await.done();
    team.act(id, "feed_back", &result).await.done();
    let settle = json!({ "opinion": "核实", "finding": "solved", "reply": "已清运" });
    town.act(id, "settle", &settle).await.done();
    let code = app.follow_code(id);
    let path = format!(
        "/api/v1/public/reports/{}/confirm",
        no["no"].as_str().unwrap()
    );
    let rate = json!({ "code": code, "rating": 5 });
    let rate = Ask::new("POST", path)
        .header("idempotency-key", app.key())
        .json(&rate);
    app.send(rate).await.done();
    unit.report().await;
    let board = board(&app).await;
    let kpis = board["kpis"].as_array().unwrap().iter();
    let rate = kpis.clone().find(|k| k["code"] == "snapshot_closing_rate");
    let rate = rate.unwrap();
    assert_eq!(
        (&rate["numerator"], &rate["denominator"], &rate["value"]),
        (&json!(1), &json!(1), &json!(100.0)),
        "of its own channel alone"
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_snapshot_goes_to_the_department_of_its_category_and_place_on_sqlite() {
    snapshot(TestOffice::sqlite("snapshot").await).await;
}

#[test]
fn a_snapshot_goes_to_the_department_of_its_category_and_place_on_postgresql() {
    testkit::on_postgres("snapshot", snapshot);
}
