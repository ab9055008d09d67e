//! Writing: once per key, on the version one saw, from our own pages.

use crate::app::{App, Ask};
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
