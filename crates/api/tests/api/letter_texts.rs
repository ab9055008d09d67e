//! Texts of messages that leave the house, changed by the system administrator, on both databases.

use crate::app::{Answer, App, Ask, User};
use crate::outgoing::gateway;
use serde_json::{Value, json};
use std::sync::mpsc::Receiver;
use testkit::TestOffice;

const ARRIVED: &str = "/api/v1/letter-texts/arrived/webhook";

async fn put(user: &User<'_>, path: &str, body: &Value) -> Answer {
    user.app.send(user.ask("PUT", path).json(body)).await
}

async fn empty(app: &App) {
    let system = app.user("sysadmin").await;
    let ask = system.ask("POST", "/api/v1/jobs/outbox/run");
    let ran = app.send(ask).await.done().json();
    assert_eq!(ran["detail"], "新写 1 条，发出 1 条，失败 0 条");
}

/// Has a matter arrive at the grid, whose head is told outside. Its number and what the gateway got.
async fn arrive(app: &App, heard: &Receiver<String>, category: &str) -> (String, String) {
    app.test.clock.advance_minutes(1);
    let unit = app.user("unit").await;
    let body =
        json!({ "text": "楼道照明损坏", "category": category, "channel": "field", "unit": "6" });
    let made = unit.post("/api/v1/matters", &body).await.done().json();
    let cannot = json!({ "finding": "cannot", "opinion": "解决不了" });
    let id = made["id"].as_str().unwrap();
    unit.act(id, "prehandle", &cannot).await.done();
    empty(app).await;
    let got: Value = serde_json::from_str(&heard.recv().unwrap()).unwrap();
    let text = got["text"].as_str().unwrap().to_owned();
    (made["no"].as_str().unwrap().to_owned(), text)
}

async fn subscribe(app: &App, requests: usize) -> Receiver<String> {
    let (url, heard) = gateway(requests, "200 OK");
    let system = app.user("sysadmin").await;
    let sender = json!({ "name": "提醒", "kind": "webhook", "enabled": true, "url": url });
    put(&system, "/api/v1/senders/work", &sender).await.done();
    let head = app.user("gridhead").await;
    let wish = json!({ "address": "13800000000", "kinds": "arrived" });
    put(&head, "/api/v1/me/subscriptions/work", &wish)
        .await
        .done();
    heard
}

async fn texts_change(test: TestOffice) -> App {
    let app = App::over(test);
    let heard = subscribe(&app, 4).await;
    let system = app.user("sysadmin").await;
    let (_, before) = arrive(&app, &heard, "0201").await;
    assert!(before.contains("楼道照明损坏"), "{before}");

    // Refused in words, and nobody else may.
    let refused = async |path: &str, text: &str| {
        let body = json!({ "text": text });
        put(&system, path, &body).await.problems()
    };
    let phone = refused(ARRIVED, "{电话}来电").await;
    assert!(
        phone.starts_with("text unknown_holder: “新到”不能用占位符 {电话}，可以用的有：{内容}"),
        "{phone}"
    );
    assert_eq!(
        refused(ARRIVED, "").await,
        "text required: 请填写模板内容；要用程序的原文，请选“恢复原文”\n"
    );
    let long = "请".repeat(135);
    assert_eq!(
        refused("/api/v1/letter-texts/arrived/sms", &long).await,
        "text too_long: 按示例值填好后有 135 个字，这个通道最多 134 个字，请写短些\n"
    );
    let text = json!({ "text": "{席位}请办理{编号}（{标题}），{截止}前。" });
    for other in ["secadmin", "auditor", "city", "gridhead"] {
        assert_eq!(
            put(&app.user(other).await, ARRIVED, &text).await.status,
            403
        );
    }
    for nowhere in ["gossip/sms", "arrived/pigeon", "phone_code/smtp"] {
        let path = format!("/api/v1/letter-texts/{nowhere}");
        assert_eq!(put(&system, &path, &text).await.status, 404, "{nowhere}");
    }

    // Seen before it is saved, and used for the next letter.
    let shown = system.post(&format!("{ARRIVED}/preview"), &text).await;
    assert_eq!(
        shown.done().json(),
        json!({ "text": "霞林街道社会治理云平台中心请办理350302003-260311-0007（电梯停运），2026-03-12 18:00前。", "chars": 62 })
    );
    put(&system, ARRIVED, &text).await.done();
    put(&system, ARRIVED, &text).await.done();
    let (no, said) = arrive(&app, &heard, "0201").await;
    assert!(
        said.contains(&format!("请办理{no}（楼道照明损坏），2026-")) && said.ends_with("前。"),
        "{said}"
    );
    // Of a restricted matter the number leaves and nothing else.
    let (no, said) = arrive(&app, &heard, "0702").await;
    assert!(
        said.contains(&format!("请办理{no}（受限事项），")),
        "{said}"
    );

    // Taken back; both versions stay, with who made them.
    put(&system, ARRIVED, &json!({ "text": null })).await.done();
    let (no, said) = arrive(&app, &heard, "0702").await;
    assert_eq!(
        said,
        format!("〔{no}〕有新消息（新到），内容不向外发送，请登录平台查看")
    );
    let system = app.user("sysadmin").await;
    let page = system.get(&format!("{ARRIVED}/versions?limit=1")).await;
    let page = page.done().json();
    assert_eq!(
        (&page["rows"][0]["version"], &page["rows"][0]["text"]),
        (&json!(2), &Value::Null)
    );
    let next = page["next"].as_str().unwrap();
    let path = format!("{ARRIVED}/versions?limit=1&cursor={next}");
    let first = system.get(&path).await.done().json();
    assert_eq!(first["next"], Value::Null);
    assert_eq!(first["rows"][0]["text"], text["text"]);
    let me = system.get("/api/v1/me").await.done().json();
    assert_eq!(first["rows"][0]["by"], me["name"]);
    let auditor = app.user("auditor").await;
    let audit = auditor.get("/api/v1/audit?limit=50").await.done().text();
    assert!(
        audit.contains("新到（网络钩子）：由程序原文改为“{席位}请办理"),
        "{audit}"
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_changed_text_is_what_the_gateway_gets_next_and_every_version_stays() {
    texts_change(TestOffice::sqlite("letter-texts").await).await;
}

#[test]
fn a_changed_text_is_what_the_gateway_gets_next_and_every_version_stays_on_postgresql() {
    testkit::on_postgres("letter_texts", texts_change);
}

#[tokio::test]
async fn a_message_that_has_no_value_for_a_place_holder_leaves_in_the_words_of_the_program() {
    let app = App::sqlite("no-value").await;
    let heard = subscribe(&app, 1).await;
    let system = app.user("sysadmin").await;
    let text = json!({ "text": "请办理{编号}" });
    put(&system, ARRIVED, &text).await.done();
    // It is about no matter: there is no number.
    app.test.clock.advance_minutes(1);
    app.test
        .sql(
            "INSERT INTO message (shard, id, desk_kind, desk_key, account, kind, matter, body, at) \
             VALUES (1, 9000000000000000000, 0, 0, 51, 'arrived', NULL, '请参加考核', 0)",
        )
        .await;
    empty(&app).await;
    let got: Value = serde_json::from_str(&heard.recv().unwrap()).unwrap();
    assert_eq!(got["text"], "请参加考核");
}

#[tokio::test]
async fn the_code_of_a_sign_in_leaves_in_the_changed_words() {
    let app = App::sqlite("code-text").await;
    let (url, heard) = gateway(1, "200 OK");
    let system = app.user("sysadmin").await;
    let sender = json!({ "name": "短信", "kind": "sms", "enabled": true, "url": url, "body": r#"{"text":"{text}"}"# });
    put(&system, "/api/v1/senders/sms", &sender).await.done();
    let path = "/api/v1/letter-texts/phone_code/sms";
    assert_eq!(
        put(&system, path, &json!({ "text": "欢迎登录" }))
            .await
            .problems(),
        "text holder_missing: “登录验证码”的模板必须有 {验证码}\n"
    );
    let text = json!({ "text": "【夯基】{验证码}，{有效分钟}分钟内有效" });
    put(&system, path, &text).await.done();
    let ask = Ask::new("POST", "/api/v1/public/phone-codes").header("x-hangji", "1");
    app.send(ask.json(&json!({ "phone": "13905941234" })))
        .await
        .done();
    let got: Value = serde_json::from_str(&heard.recv().unwrap()).unwrap();
    let said = got["text"].as_str().unwrap();
    let code = said.strip_prefix("【夯基】").unwrap();
    assert!(code[..6].bytes().all(|b| b.is_ascii_digit()), "{said}");
    assert!(said.ends_with("，5分钟内有效"), "{said}");
}
