//! Residents who sign in by a code on their telephone, on both databases.

use crate::app::{Answer, App, Ask};
use crate::outgoing::gateway;
use serde_json::{Value, json};
use std::sync::mpsc::Receiver;
use testkit::TestOffice;

const NUMBER: &str = "13905941234";

async fn ask(app: &App, phone: &str) -> Answer {
    let ask = Ask::new("POST", "/api/v1/public/phone-codes").header("x-hangji", "1");
    app.send(ask.json(&json!({ "phone": phone }))).await
}

async fn enter(app: &App, phone: &str, code: &str, consent: Option<&str>) -> Answer {
    let ask = Ask::new("POST", "/api/v1/public/phone-sessions").header("x-hangji", "1");
    app.send(ask.json(&json!({ "phone": phone, "code": code, "consent": consent })))
        .await
}

async fn way(app: &App) -> Value {
    let ask = Ask::new("GET", "/api/v1/public/phone-codes");
    app.send(ask).await.done().json()
}

/// The code in a short message, and the number it went to.
fn told(heard: &Receiver<String>) -> (String, String) {
    let body: Value = serde_json::from_str(&heard.recv().unwrap()).unwrap();
    let text = body["text"].as_str().unwrap();
    let code = text.split("您的验证码是 ").nth(1).unwrap();
    (
        body["to"].as_str().unwrap().to_owned(),
        code[..6].to_owned(),
    )
}

/// Another code than that.
fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

async fn with_gateway(app: &App, messages: usize) -> Receiver<String> {
    let (url, heard) = gateway(messages, "200 OK");
    let system = app.user("sysadmin").await;
    let body = r#"{"to":"{address}","text":"{text}"}"#;
    let sender =
        json!({ "name": "短信", "kind": "sms", "enabled": true, "url": url, "body": body });
    let put = system.ask("PUT", "/api/v1/senders/sms");
    app.send(put.json(&sender)).await.done();
    heard
}

async fn residents_sign_in(test: TestOffice) -> App {
    let app = App::over(test);
    // Without a gateway the page says so, and names the other ways.
    assert_eq!(way(&app).await["open"], false);
    let (code, sentence) = ask(&app, NUMBER).await.refusal();
    assert_eq!(code, "409 conflict");
    assert!(sentence.contains("编号和查询码"), "{sentence}");

    let heard = with_gateway(&app, 3).await;
    let found = way(&app).await;
    assert_eq!(found["open"], true);
    let version = found["version"].as_str().unwrap();
    assert_eq!(
        ask(&app, "0594-2266110").await.problems(),
        "phone bad_phone: 请填写 11 位手机号，例如 13800000000\n"
    );
    ask(&app, "139 0594 1234").await.done();
    let (to, code) = told(&heard);
    assert_eq!(to, NUMBER);
    assert_eq!(
        enter(&app, NUMBER, &code, None).await.problems(),
        "consent required: 请先阅读并同意个人信息说明；如果说明刚刚更新，请刷新页面\n"
    );
    let (refused, sentence) = enter(&app, NUMBER, &other(&code), Some(version))
        .await
        .refusal();
    assert_eq!(refused, "401 sign_in_refused");
    assert!(sentence.contains("验证码不正确"), "{sentence}");
    // The first right code makes the account, without a name; it opens once.
    let entered = enter(&app, NUMBER, &code, Some(version)).await.done();
    assert!(entered.header("set-cookie").contains("SameSite=Strict"));
    let me = entered.json();
    assert_eq!(
        (&me["name"], &me["resident"], &me["hold"]),
        (&json!("居民1234"), &json!(true), &Value::Null)
    );
    assert_eq!(enter(&app, NUMBER, &code, Some(version)).await.status, 401);
    // The same number is the same account; another one is not.
    ask(&app, "+8613905941234").await.done();
    let again = enter(&app, NUMBER, &told(&heard).1, Some(version)).await;
    assert_eq!(again.done().json()["account"], me["account"]);
    ask(&app, "13800000000").await.done();
    let second = enter(&app, "13800000000", &told(&heard).1, Some(version)).await;
    assert_ne!(second.done().json()["account"], me["account"]);

    // The log names every attempt and no number; nothing in the database does.
    let auditor = app.user("auditor").await;
    let log = auditor.get("/api/v1/sign-ins?limit=50").await.done();
    let login = me["login"].as_str().unwrap();
    let rows = log.json()["rows"].clone();
    let outcomes: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["login"] == login)
        .map(|row| row["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["ok", "wrong", "ok", "wrong"]);
    assert!(!log.text().contains(NUMBER), "{}", log.text());
    app.test.verify().await;
    app
}

#[tokio::test]
async fn residents_sign_in_by_a_code_on_their_telephone() {
    residents_sign_in(TestOffice::sqlite("phone").await).await;
}

#[test]
fn residents_sign_in_by_a_code_on_their_telephone_on_postgresql() {
    testkit::on_postgres("phone", residents_sign_in);
}

#[tokio::test]
async fn a_code_lives_five_minutes_and_five_tries_and_few_are_sent() {
    let app = App::sqlite("codes").await;
    let heard = with_gateway(&app, 6).await;
    let version = way(&app).await["version"].as_str().unwrap().to_owned();
    // Too old.
    ask(&app, NUMBER).await.done();
    let (_, code) = told(&heard);
    app.test.clock.advance_minutes(5);
    assert_eq!(enter(&app, NUMBER, &code, Some(&version)).await.status, 401);
    // Only the newest counts.
    ask(&app, NUMBER).await.done();
    let (_, first) = told(&heard);
    ask(&app, NUMBER).await.done();
    let (_, second) = told(&heard);
    if first != second {
        assert_eq!(
            enter(&app, NUMBER, &first, Some(&version)).await.status,
            401
        );
    }
    enter(&app, NUMBER, &second, Some(&version)).await.done();
    // Tried too often, the right one is worth nothing; known and unknown numbers are answered alike.
    app.test.clock.advance_minutes(30);
    for number in [NUMBER, "13800000000"] {
        ask(&app, number).await.done();
        let (_, code) = told(&heard);
        let mut said = Vec::new();
        for _ in 0..5 {
            said.push(
                enter(&app, number, &other(&code), Some(&version))
                    .await
                    .refusal(),
            );
        }
        said.push(enter(&app, number, &code, Some(&version)).await.refusal());
        assert!(said[0].1.contains("验证码不正确"), "{said:?}");
        assert!(said[4].1.contains("已锁定"), "{said:?}");
        assert!(said[5].1.contains("已锁定"), "{said:?}");
    }
    // Five codes for a number in an hour: the first three are older than that later on.
    app.test.clock.advance_minutes(20);
    ask(&app, NUMBER).await.done();
    told(&heard);
    let (code, sentence) = ask(&app, NUMBER).await.refusal();
    assert_eq!(code, "503 busy");
    assert!(sentence.contains("一小时后"), "{sentence}");
}
