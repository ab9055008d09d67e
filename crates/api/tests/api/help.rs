//! Errands for residents under a recorded authorisation (R083), and the fast path of public health
//! that ends by itself (R082); on both databases.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::{TestOffice, march};

const PDF: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n";

async fn paper(user: &User<'_>) -> Value {
    let ask = user.ask("POST", "/api/v1/files").file("授权书.pdf", PDF);
    user.app.send(ask).await.done().json()["id"].clone()
}

async fn authorised(test: TestOffice) -> App {
    let app = App::over(test);
    let worker = app.user("gridworker").await;
    let errand = |until: &str, contact: Value, files: Value| {
        json!({ "flow": "help", "text": "代办老年人优待证", "category": "5304", "unit": "6",
        "reporter": contact, "fields": { "purpose": "申领老年人优待证", "authorised_until": until }, "files": files })
    };
    let whom = || json!({ "name": "王阿福", "phone": "13905941234", "confirms": true });
    let nobody = worker
        .post(
            "/api/v1/matters",
            &errand("2026-03-13", Value::Null, json!([])),
        )
        .await;
    assert!(
        nobody.problems().starts_with("reporter required"),
        "{}",
        nobody.text()
    );
    let lacking = worker
        .post("/api/v1/matters", &errand("2026-03-01", whom(), json!([])))
        .await;
    let lacking = lacking.problems();
    assert!(
        lacking.contains("files required")
            && lacking.contains("fields.authorised_until out_of_range"),
        "{lacking}"
    );
    let file = paper(&worker).await;
    let made = worker
        .post(
            "/api/v1/matters",
            &errand("2026-03-13", whom(), json!([file])),
        )
        .await
        .done()
        .json();
    let id = made["id"].as_str().unwrap();
    assert!(made["no"].as_str().unwrap().starts_with("DB"), "{made}");
    // Who, for what, until when, on which paper; the name is sealed.
    assert_eq!(made["reporter"]["masked_name"], "王**");
    assert!(
        made["text"]
            .as_str()
            .unwrap()
            .ends_with("授权办理：申领老年人优待证")
    );
    assert_eq!(
        (&made["fields"], &made["files"][0]["name"]),
        (
            &json!([{ "name": "授权到哪天", "value": "2026-03-13" }]),
            &json!("授权书.pdf")
        )
    );
    let neighbour = app.user("neighbour").await;
    let other = neighbour.get(format!("/api/v1/matters/{id}")).await;
    assert_eq!(other.status, 404);
    let say = |text: &str| json!({ "opinion": text });
    worker.act(id, "undertake", &say("材料齐全")).await.done();
    worker.act(id, "progress", &say("已递交窗口")).await.done();

    // After the last day nothing is done on behalf, until the resident authorises anew.
    app.test.clock.set(march(14, 9, 0));
    let worker = app.user("gridworker").await;
    let (code, sentence) = worker.act(id, "progress", &say("再跑一趟")).await.refusal();
    assert_eq!(code, "409 conflict");
    assert!(sentence.contains("授权已经到期"), "{sentence}");
    let renew = |files: Value| json!({ "opinion": "居民同意续期", "fields": { "authorised_until": "2026-03-20" }, "files": files });
    let lacking = worker.act(id, "renew", &renew(json!([]))).await;
    assert!(
        lacking.problems().starts_with("files required"),
        "{}",
        lacking.text()
    );
    let file = paper(&worker).await;
    let renewed = worker.act(id, "renew", &renew(json!([file]))).await;
    assert_eq!(renewed.done().json()["fields"][0]["value"], "2026-03-20");
    worker.act(id, "progress", &say("再跑一趟")).await.done();
    // Withdrawn at any time; then it is over.
    let over = worker
        .act(id, "revoke", &say("居民电话撤回，材料已退还"))
        .await
        .done()
        .json();
    assert_eq!(over["state_word"], "授权已撤回");
    let late = worker.act(id, "progress", &say("又去")).await;
    assert_eq!(late.refusal().0, "409 conflict");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn an_errand_is_done_only_while_the_resident_authorises_it_on_sqlite() {
    authorised(TestOffice::sqlite("help").await).await;
}

#[test]
fn an_errand_is_done_only_while_the_resident_authorises_it_on_postgresql() {
    testkit::on_postgres("help", authorised);
}

async fn fast(test: TestOffice) -> App {
    let app = App::over(test);
    let report = json!({ "flow": "health", "text": "楼道积水孳生蚊虫，需要消杀", "category": "1102", "unit": "6" });
    let unit = app.user("unit").await;
    let off = unit.post("/api/v1/matters", &report).await.refusal();
    assert_eq!(off.0, "409 conflict");
    assert!(off.1.contains("没有启用"), "{}", off.1);
    let system = app.user("sysadmin").await;
    let set = async |value: &str| {
        let ask = system.ask("PUT", "/api/v1/parameters/health_until");
        app.send(ask.json(&json!({ "value": value }))).await
    };
    for (value, why) in [
        ("三月", "要写成"),
        ("2026-03-10", "今天以后"),
        ("2026-09-01", "92 天以内"),
    ] {
        let refused = set(value).await.problems();
        assert!(refused.contains(why), "{value}: {refused}");
    }
    set("2026-03-12").await.done();
    let offered = async |user: &User<'_>| {
        let flows = user.get("/api/v1/flows").await.done().json();
        let all = flows.as_array().unwrap().iter();
        all.clone().find(|f| f["code"] == "health").unwrap()["may_start"] == true
    };
    assert!(offered(&unit).await);
    let made = unit.post("/api/v1/matters", &report).await.done().json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        (&made["state"], &made["desk_name"]),
        (&json!("at_town"), &json!("霞林街道")),
        "at once, past grid and community"
    );
    assert_eq!(made["due_at"], march(11, 9, 30).0);
    // On the day after the last one it is off by itself; what began goes on.
    app.test.clock.set(march(13, 9, 0));
    let unit = app.user("unit").await;
    assert!(!offered(&unit).await);
    let late = unit.post("/api/v1/matters", &report).await;
    assert_eq!(late.refusal().0, "409 conflict");
    let town = app.user("town").await;
    let settle = json!({ "opinion": "卫生院已上门", "finding": "handled", "reply": "已处置" });
    town.act(id, "settle", &settle).await.done();
    app.test.verify().await;
    app
}

#[tokio::test]
async fn public_health_goes_straight_to_the_town_until_its_last_day_on_sqlite() {
    fast(TestOffice::sqlite("health").await).await;
}

#[test]
fn public_health_goes_straight_to_the_town_until_its_last_day_on_postgresql() {
    testkit::on_postgres("health", fast);
}
