//! Inspections of what lies below: a plan, its findings, the rectification that follows and ends them.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::{TestOffice, on_postgres};

fn plan(area: &str, below: &str) -> Value {
    json!({ "area": area, "to": "2026-06-30", "values": { "title": "消防通道专项督查", "focus": "通道堵塞、门禁常闭",
        "areas": below, "inspectors": "余志平、郭晓东" } })
}

async fn say(user: &User<'_>, id: &str, tail: &str, body: &Value) -> crate::app::Answer {
    let path = format!("/api/v1/records/{id}");
    let version = user.get(path.as_str()).await.done().json()["version"].clone();
    let ask = user.ask("POST", format!("{path}/{tail}"));
    let ask = ask.header("if-match", format!("\"v{version}\""));
    user.app.send(ask.json(body)).await
}

async fn a_finding_is_open_until_its_rectification_is_accepted(test: TestOffice) -> App {
    let app = App::over(test);
    let (town, community) = (app.user("town").await, app.user("community").await);
    let path = "/api/v1/registers/inspection/records";

    // Downwards only, and by town and above only.
    let own = town.post(path, &plan("3", "3")).await;
    assert_eq!(
        own.problems(),
        "areas bad_value: 督查范围只能选登记区域的下级，每个区域选一次\n"
    );
    for (login, area, below) in [
        ("community", "4", "5"),
        ("townleader", "2", "3"),
        ("othertown", "3", "4"),
        ("unit", "3", "4"),
    ] {
        let refused = app.user(login).await.post(path, &plan(area, below)).await;
        assert_eq!(refused.refusal().0, "403 denied", "{login}");
    }
    app.user("county")
        .await
        .post(path, &plan("2", "3,20"))
        .await
        .done();
    let made = town.post(path, &plan("3", "4")).await.done().json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        community.get(format!("/api/v1/records/{id}")).await.status,
        404
    );

    // A check of the plan, and what it found.
    let check = json!({ "area": "3", "values": { "plan": id, "subject": "九龙小区3号楼", "areas": "4", "day": "2026-03-11", "seen": "通道堆放电动车" } });
    town.post("/api/v1/registers/spot_check/records", &check)
        .await
        .done();
    let finding = json!({ "text": "3号楼消防通道堵塞", "owner": "坂头社区", "due": "2026-03-20" });
    say(&town, id, "items", &finding).await.done();
    let order = json!({ "flow": "rectify", "text": "3号楼消防通道堵塞", "category": "5103", "target_area": "4", "until": "2026-03-20",
        "fields": { "source": "督办", "basis": "专项督查" } });
    let matter = town.post("/api/v1/matters", &order).await.done().json();
    let (no, order) = (
        matter["no"].as_str().unwrap(),
        matter["id"].as_str().unwrap(),
    );
    let linked = json!({ "no": 1, "state": "open", "text": "已下发限期整改", "matter": no });
    say(&town, id, "progress", &linked).await.done();

    // It stays open until what was ordered is accepted, whatever anybody says.
    let done = json!({ "no": 1, "state": "done", "text": "已整改" });
    let early = say(&town, id, "progress", &done).await.refusal();
    assert_eq!(
        early,
        (
            "409 conflict".into(),
            format!("整改事项〔{no}〕还没有验收销号，验收后这一项才算完成")
        )
    );
    for (action, body) in [
        ("sign", json!({})),
        ("plan", json!({ "opinion": "三日内清理" })),
        (
            "feed_back",
            json!({ "opinion": "已清理", "finding": "solved" }),
        ),
    ] {
        community.act(order, action, &body).await.done();
    }
    assert_eq!(
        say(&town, id, "progress", &done).await.refusal().0,
        "409 conflict"
    );
    town.act(order, "accept", &json!({ "opinion": "通过" }))
        .await
        .done();
    let over = say(&town, id, "progress", &done).await.done().json();
    assert_eq!(over["items"][0]["state"], "done");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_finding_is_open_until_its_rectification_is_accepted_on_sqlite() {
    a_finding_is_open_until_its_rectification_is_accepted(TestOffice::sqlite("inspection").await)
        .await;
}

#[test]
fn a_finding_is_open_until_its_rectification_is_accepted_on_postgresql() {
    on_postgres(
        "inspection",
        a_finding_is_open_until_its_rectification_is_accepted,
    );
}
