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

/// A photograph that says where it was taken.
const PHOTO: &[u8] = b"\xff\xd8\xff\xe1\x00\x10Exif\0\0GPSHERE\0\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x12\x34\xff\xd9";

async fn photo(user: &User<'_>, name: &str) -> String {
    let ask = user.ask("POST", "/api/v1/files").file(name, PHOTO);
    let file = user.app.send(ask).await.done().json();
    file["id"].as_str().unwrap().to_owned()
}

async fn what_was_seen_goes_along_as_evidence(test: TestOffice) -> App {
    let app = App::over(test);
    let (town, community) = (app.user("town").await, app.user("community").await);
    let made = async |register: &str, body: &Value| {
        let path = format!("/api/v1/registers/{register}/records");
        let made = town.post(path, body).await.done().json();
        made["id"].as_str().unwrap().to_owned()
    };
    let plan = made("inspection", &plan("3", "4")).await;
    let check = json!({ "area": "3", "values": { "plan": plan, "subject": "九龙小区3号楼", "areas": "4", "day": "2026-03-11", "seen": "通道堆放电动车" } });
    let check = made("spot_check", &check).await;
    let finding = json!({ "text": "3号楼消防通道堵塞", "owner": "坂头社区", "due": "2026-03-20" });
    say(&town, &plan, "items", &finding).await.done();

    // A photograph of the visit, without what it hid, for those who keep the record and nobody else.
    let seen = photo(&town, "现场.jpg").await;
    let kept = say(&town, &check, "files", &json!({ "files": [seen] })).await;
    let kept = kept.done().json();
    assert_eq!(kept["files"][0]["name"], "现场.jpg", "{kept}");
    let file = format!("/api/v1/files/{seen}");
    let bytes = app
        .user("county")
        .await
        .get(file.as_str())
        .await
        .done()
        .bytes
        .clone();
    assert!(bytes.starts_with(b"\xff\xd8") && !bytes.windows(7).any(|w| w == b"GPSHERE"));
    for login in ["community", "othertown", "unit"] {
        let other = app.user(login).await;
        assert_eq!(other.get(file.as_str()).await.status, 404, "{login}");
        let path = format!("/api/v1/records/{check}/files");
        let ask = other.ask("POST", path).header("if-match", "\"v2\"");
        let refused = app.send(ask.json(&json!({ "files": [] }))).await;
        assert_eq!(refused.status, 404, "{login}");
    }
    // It stays where it is, and so do the photographs of others.
    let foreign = photo(&app.user("county").await, "别人的.jpg").await;
    for file in [&seen, &foreign] {
        let again = say(&town, &plan, "files", &json!({ "files": [file] })).await;
        assert!(
            again.problems().starts_with("files unknown_file"),
            "{}",
            again.text()
        );
    }
    let lost = say(&town, &plan, "files", &json!({ "files": [], "item": 9 })).await;
    assert_eq!(lost.status, 404);
    let none = say(&town, &plan, "files", &json!({ "files": [], "item": 1 })).await;
    assert_eq!(
        none.problems(),
        "files required: 请选择要添加的照片或文件\n"
    );
    let proof = photo(&town, "通道.jpg").await;
    let proof = json!({ "files": [proof], "item": 1 });
    let kept = say(&town, &plan, "files", &proof).await.done().json();
    assert_eq!(kept["files"][0]["item"], 1);

    // The finding becomes a matter in one step, once, with its photograph as the matter's own.
    let order = |more: Value| {
        let mut body = json!({ "text": "3号楼消防通道堵塞", "category": "5103", "target_area": "4",
            "until": "2026-03-20", "fields": { "source": "督办" } });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let body = order(json!({ "record": plan, "record_item": 1 }));
    let key = app.key();
    let sent = async || {
        let ask = town
            .ask("POST", "/api/v1/matters")
            .header("idempotency-key", &key);
        app.send(ask.json(&body)).await.done().json()
    };
    let (matter, again) = (sent().await, sent().await);
    let (id, no) = (
        matter["id"].as_str().unwrap(),
        matter["no"].as_str().unwrap(),
    );
    assert_eq!(
        (&again["no"], &matter["flow"]["code"]),
        (&json!(no), &json!("rectify"))
    );
    assert_eq!(matter["files"].as_array().unwrap().len(), 1, "{matter}");
    assert_eq!(matter["files"][0]["name"], "通道.jpg");
    let copy = matter["files"][0]["id"].as_str().unwrap();
    community.get(format!("/api/v1/files/{copy}")).await.done();
    let twice = town.post("/api/v1/matters", &body).await.refusal();
    assert_eq!(
        twice,
        ("409 conflict".into(), format!("这一项已经转为事件〔{no}〕"))
    );
    let record = town
        .get(format!("/api/v1/records/{plan}"))
        .await
        .done()
        .json();
    assert_eq!(record["items"][0]["matter"], no);
    assert_eq!(
        (
            &record["matters"][0]["id"],
            &record["matters"][0]["item"],
            &record["matters"][0]["state_word"]
        ),
        (&json!(id), &json!(1), &json!("待签收"))
    );
    let done = json!({ "no": 1, "state": "done", "text": "已整改" });
    let early = say(&town, &plan, "progress", &done).await.refusal();
    assert!(early.1.contains("还没有验收销号"), "{}", early.1);

    // The visit itself becomes one too, of the flow that its register names; nobody else's does.
    let other = town
        .post(
            "/api/v1/matters",
            &order(json!({ "record": check, "flow": "incident" })),
        )
        .await;
    assert_eq!(
        other.problems(),
        "flow other_flow: 这条记录只能转为“限期整改”，请改选\n"
    );
    let foreign = order(json!({ "record": check }));
    assert_eq!(
        community.post("/api/v1/matters", &foreign).await.status,
        404
    );
    let second = town.post("/api/v1/matters", &foreign).await.done().json();
    assert_eq!(second["files"][0]["name"], "现场.jpg");
    let record = town
        .get(format!("/api/v1/records/{check}"))
        .await
        .done()
        .json();
    assert_eq!(record["matters"][0]["no"], second["no"]);
    let auditor = app.user("auditor").await;
    for (action, record) in [
        ("open_matter", &plan),
        ("open_matter", &check),
        ("attach_record", &check),
    ] {
        let path = format!("/api/v1/audit?object=record:{record}&action={action}");
        let rows = auditor.get(path).await.done().json();
        assert_eq!(rows["rows"].as_array().unwrap().len(), 1, "{action} {rows}");
    }
    app.test.verify().await;
    app
}

#[tokio::test]
async fn what_was_seen_goes_along_as_evidence_on_sqlite() {
    what_was_seen_goes_along_as_evidence(TestOffice::sqlite("seen").await).await;
}

#[test]
fn what_was_seen_goes_along_as_evidence_on_postgresql() {
    on_postgres("seen", what_was_seen_goes_along_as_evidence);
}
