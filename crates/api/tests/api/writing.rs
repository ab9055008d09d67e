//! Writing: once per key, on the version one saw, from our own pages.

use crate::app::{Answer, App, Ask, User};
use serde_json::json;
use testkit::TestOffice;

async fn a_repeated_command_is_done_once(test: TestOffice) -> App {
    let app = App::over(test);
    let unit = app.user("unit").await;
    let body = json!({ "text": "路灯不亮", "category": "0104", "channel": "field", "address": "楼下", "unit": "6" });
    let send = async || {
        app.send(
            unit.ask("POST", "/api/v1/matters")
                .header("idempotency-key", "phone-0001")
                .json(&body),
        )
        .await
        .done()
        .json()
    };
    let (first, second) = (send().await, send().await);
    assert_eq!(first["id"], second["id"]);
    let listed = unit.get("/api/v1/matters?view=area").await.done().json();
    assert_eq!(listed["rows"].as_array().unwrap().len(), 1);

    let id = first["id"].as_str().unwrap();
    let escalate = async || {
        let ask = unit.ask("POST", format!("/api/v1/matters/{id}/actions/prehandle"));
        let ask = ask
            .header("idempotency-key", "phone-0002")
            .header("if-match", "\"v1\"");
        app.send(ask.json(&json!({ "finding": "cannot", "opinion": "解决不了" })))
            .await
    };
    let (first, second) = (
        escalate().await.done().json(),
        escalate().await.done().json(),
    );
    assert_eq!(
        (first["version"].clone(), first["state"].clone()),
        (second["version"].clone(), json!("at_grid"))
    );

    let other = app.user("gridhead").await;
    let ask = other
        .ask("POST", "/api/v1/matters")
        .header("idempotency-key", "phone-0001")
        .json(&body);
    assert_ne!(
        app.send(ask).await.done().json()["id"].as_str(),
        Some(id),
        "a key belongs to one person"
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_repeated_command_is_done_once_on_sqlite() {
    a_repeated_command_is_done_once(TestOffice::sqlite("once").await).await;
}

#[test]
fn a_repeated_command_is_done_once_on_postgresql() {
    testkit::on_postgres("once", a_repeated_command_is_done_once);
}

#[tokio::test]
async fn a_command_needs_a_key_and_the_version_it_was_decided_on() {
    let app = App::sqlite("versions").await;
    let unit = app.user("unit").await;
    let id = unit.report().await;
    let path = format!("/api/v1/matters/{id}/actions/comment");
    let say = |text: &str| json!({ "opinion": text });
    let no_key = app
        .send(
            unit.ask("POST", &path)
                .header("if-match", "\"v1\"")
                .json(&say("一")),
        )
        .await;
    assert_eq!(no_key.refusal().0, "422 needs_idempotency_key");
    let short = app
        .send(
            unit.ask("POST", &path)
                .header("idempotency-key", "short")
                .header("if-match", "\"v1\"")
                .json(&say("一")),
        )
        .await;
    assert_eq!(short.refusal().0, "422 needs_idempotency_key");
    let no_version = app
        .send(
            unit.ask("POST", &path)
                .header("idempotency-key", app.key())
                .json(&say("一")),
        )
        .await;
    assert_eq!(no_version.refusal().0, "428 needs_version");
    let with = async |tag: &str| {
        app.send(
            unit.ask("POST", &path)
                .header("idempotency-key", app.key())
                .header("if-match", tag)
                .json(&say("二")),
        )
        .await
    };
    with("\"v1\"").await.done();
    let stale = with("\"v1\"").await;
    assert_eq!(stale.refusal().0, "412 stale");
    assert_eq!(with("v2").await.refusal().0, "412 stale");
    let fresh = unit.get(format!("/api/v1/matters/{id}")).await;
    assert_eq!(fresh.header("etag"), "\"v2\"");
    with("\"v2\"").await.done();
}

#[tokio::test]
async fn a_strange_page_cannot_act_with_the_cookie_of_a_visitor() {
    let app = App::sqlite("csrf").await;
    let token = app.sign_in("unit").await;
    let cookie = format!("a=b; hangji_session={token}");
    let forged = Ask::new("POST", "/api/v1/messages/read")
        .header("cookie", &cookie)
        .json(&json!({ "all": true }));
    let refused = app.send(forged).await;
    assert_eq!(refused.refusal().0, "403 csrf");
    let own = Ask::new("POST", "/api/v1/messages/read")
        .header("cookie", &cookie)
        .header("x-hangji", "1")
        .json(&json!({ "all": true }));
    app.send(own).await.done();
    let read = Ask::new("GET", "/api/v1/me").header("cookie", &cookie);
    app.send(read).await.done();
    let sign_in = Ask::new("POST", "/api/v1/sessions")
        .json(&json!({ "login": "unit", "password": testkit::PASSWORD }));
    assert_eq!(app.send(sign_in).await.refusal().0, "403 csrf");
}

#[tokio::test]
async fn many_commands_at_once_lose_nothing() {
    let app = App::sqlite("many").await;
    let unit = app.user("unit").await;
    let all = futures::future::join_all((0..40).map(|_| unit.report())).await;
    let mut ids = all.clone();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 40);
    let board = app
        .user("cityleader")
        .await
        .get("/api/v1/boards/1")
        .await
        .done()
        .json();
    assert_eq!(board["figures"]["reported"], 40);
    app.test.verify().await;
}

#[tokio::test]
async fn a_key_used_for_another_thing_does_that_thing() {
    let app = App::sqlite("other_thing").await;
    let unit = app.user("unit").await;
    let (first, second) = (unit.report().await, unit.report().await);
    let comment = async |id: &str| {
        let tag = format!("\"v{}\"", unit.matter(id).await["version"]);
        let ask = unit
            .ask("POST", format!("/api/v1/matters/{id}/actions/comment"))
            .header("idempotency-key", "one-key-0001")
            .header("if-match", tag)
            .json(&json!({ "opinion": "补充说明" }));
        app.send(ask).await.done().json()
    };
    assert_eq!(comment(&first).await["id"], first.as_str());
    let other = comment(&second).await;
    assert_eq!(other["id"], second.as_str());
    assert_eq!(other["version"], 2, "it was done, not only answered");
    let visit = json!({ "unit": "6", "kind": "patrol", "text": "楼道通畅，无杂物" });
    let ask = unit
        .ask("POST", "/api/v1/visits")
        .header("idempotency-key", "one-key-0001")
        .json(&visit);
    app.send(ask).await.done();
}

/// Sends a command under a given key.
async fn keyed(user: &User<'_>, path: &str, key: &str, body: &str) -> Answer {
    let ask = user.ask("POST", path).header("idempotency-key", key);
    let ask = ask.header("if-match", "\"v1\"");
    user.app
        .send(ask.header("content-type", "application/json").raw(body))
        .await
}

async fn a_key_used_for_another_request_is_refused(test: TestOffice) -> App {
    let app = App::over(test);
    let unit = app.user("unit").await;
    let path = "/api/v1/matters";
    let first = r#"{"text":"路灯不亮","channel":"field","unit":"6"}"#;
    let made = keyed(&unit, path, "phone-0001", first).await.done().json();
    let again = r#"{ "unit": "6", "text": "路灯不亮", "channel": "field" }"#;
    let same = keyed(&unit, path, "phone-0001", again).await.done().json();
    assert_eq!(same["id"], made["id"], "the same request in other spelling");

    let other = r#"{"text":"井盖破损","channel":"field","unit":"6"}"#;
    let refused = keyed(&unit, path, "phone-0001", other).await;
    assert_eq!(refused.refusal().0, "422 invalid");
    assert_eq!(
        refused.problems(),
        "idempotency_key key_reused: 这个 Idempotency-Key 已经用于内容不同的另一次提交，这次没有办理。请换一个新的键再提交\n"
    );
    let listed = unit.get("/api/v1/matters?view=area").await.done().json();
    assert_eq!(listed["rows"].as_array().unwrap().len(), 1);

    let comment = format!("{path}/{}/actions/comment", made["id"].as_str().unwrap());
    let say = |words: &str| json!({ "opinion": words }).to_string();
    keyed(&unit, &comment, "phone-0002", &say("一"))
        .await
        .done();
    keyed(&unit, &comment, "phone-0002", &say("一"))
        .await
        .done();
    let refused = keyed(&unit, &comment, "phone-0002", &say("二")).await;
    assert!(
        refused.problems().contains("key_reused"),
        "{}",
        refused.text()
    );
    let visit = |words: &str| json!({ "unit": "6", "kind": "visit", "text": words }).to_string();
    keyed(&unit, "/api/v1/visits", "phone-0003", &visit("一"))
        .await
        .done();
    let refused = keyed(&unit, "/api/v1/visits", "phone-0003", &visit("二")).await;
    assert!(
        refused.problems().contains("key_reused"),
        "{}",
        refused.text()
    );

    // What was answered before digests were kept stands for any request.
    app.test.sql("UPDATE answered SET request = NULL").await;
    let old = keyed(&unit, path, "phone-0001", other).await.done().json();
    assert_eq!(old["id"], made["id"]);
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_key_used_for_another_request_is_refused_on_sqlite() {
    a_key_used_for_another_request_is_refused(TestOffice::sqlite("reused").await).await;
}

#[test]
fn a_key_used_for_another_request_is_refused_on_postgresql() {
    testkit::on_postgres("reused", a_key_used_for_another_request_is_refused);
}

#[tokio::test]
async fn posts_admissions_and_tokens_are_made_once_per_key() {
    let app = App::sqlite("made_once").await;
    let form =
        json!({ "login": "manager", "role": "unit_head", "source": "other", "from": "2026-03-11" });
    let leader = app.user("townleader").await;
    let appoint = async || {
        keyed(
            &leader,
            "/api/v1/areas/7/posts",
            "desk-0001",
            &form.to_string(),
        )
        .await
    };
    let (first, second) = (appoint().await.done().json(), appoint().await.done().json());
    assert_eq!(
        first, second,
        "the same post, not a refusal that it is taken"
    );

    let bureau = app.user("resources").await;
    let item = json!({ "title": "巡查", "content": "每季度一次", "basis": "条例", "people": "2 人", "money": "无", "frequency": "每季度", "levels": ["unit"] });
    let apply = async || {
        keyed(
            &bureau,
            "/api/v1/admissions",
            "desk-0001",
            &item.to_string(),
        )
        .await
    };
    assert_eq!(apply().await.done().json(), apply().await.done().json());
    let listed = bureau.get("/api/v1/admissions").await.done().json();
    assert_eq!(listed.as_array().unwrap().len(), 1);

    let security = app.user("secadmin").await;
    let token =
        json!({ "account": "950", "name": "对接", "expires_at": testkit::march(31, 0, 0).0 });
    let issue = async || keyed(&security, "/api/v1/tokens", "desk-0001", &token.to_string()).await;
    issue().await.done();
    let refused = issue().await.refusal();
    assert_eq!(refused.0, "409 conflict");
    assert!(refused.1.contains("只显示一次"), "{}", refused.1);
    let listed = security.get("/api/v1/tokens").await.done().json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let bare = security.ask("POST", "/api/v1/tokens").json(&token);
    assert_eq!(
        app.send(bare).await.refusal().0,
        "422 needs_idempotency_key"
    );
}

async fn a_refused_report_uses_no_number(test: TestOffice) -> App {
    let app = App::over(test);
    let unit = app.user("unit").await;
    let report = |category: &str| json!({ "text": "路灯不亮", "channel": "field", "unit": "6", "category": category });
    let mut numbers = Vec::new();
    for category in ["0104", "9999", "9999", "0104"] {
        let answer = unit.post("/api/v1/matters", &report(category)).await;
        match answer.status {
            201 => numbers.push(answer.json()["no"].as_str().unwrap().to_owned()),
            _ => assert_eq!(answer.refusal().0, "422 invalid"),
        }
    }
    assert_eq!(numbers, ["350302003-260311-0001", "350302003-260311-0002"]);
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_refused_report_uses_no_number_on_sqlite() {
    a_refused_report_uses_no_number(TestOffice::sqlite("no_gap").await).await;
}

#[test]
fn a_refused_report_uses_no_number_on_postgresql() {
    testkit::on_postgres("no_gap", a_refused_report_uses_no_number);
}

#[tokio::test]
async fn who_asks_for_a_short_answer_gets_number_version_and_code_and_nothing_of_the_matter() {
    let app = App::sqlite("short").await;
    let unit = app.user("unit").await;
    let body = json!({ "text": "路灯不亮", "category": "0104", "channel": "field", "address": "楼下", "unit": "6" });
    let ask = unit.ask("POST", "/api/v1/matters");
    let ask = ask.header("idempotency-key", app.key());
    let ask = ask.header("prefer", "respond-async, Return=Minimal");
    let short = app.send(ask.json(&body)).await.done();
    assert_eq!(short.header("preference-applied"), "return=minimal");
    assert_eq!(short.header("etag"), "\"v1\"");
    let receipt = short.json();
    let fields: Vec<&str> = receipt
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(fields, ["id", "no", "version"]);

    let id = receipt["id"].as_str().unwrap();
    let ask = unit.ask("POST", format!("/api/v1/matters/{id}/actions/prehandle"));
    let ask = ask
        .header("idempotency-key", app.key())
        .header("if-match", short.header("etag"))
        .header("prefer", "return=minimal");
    let ask = ask.json(&json!({ "finding": "cannot", "opinion": "解决不了" }));
    let acted = app.send(ask).await.done().json();
    let now = unit.matter(id).await;
    assert_eq!(
        (&acted["version"], &acted["no"]),
        (&now["version"], &now["no"])
    );
    assert_eq!(now["state"], "at_grid");

    // A wish that nobody knows changes nothing.
    let ask = unit.ask("POST", "/api/v1/matters");
    let ask = ask
        .header("idempotency-key", app.key())
        .header("prefer", "return=everything");
    let whole = app.send(ask.json(&body)).await.done().json();
    assert_eq!(whole["text"], "路灯不亮");
}
