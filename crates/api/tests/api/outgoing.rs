//! Messages that leave the house, jobs and uploads of nobody, on both databases.

use crate::app::{App, Ask, User};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use testkit::TestOffice;

const PDF: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n";

/// A gateway that takes `count` requests, answers each with `status`, and tells the bodies.
pub(crate) fn gateway(count: usize, status: &'static str) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/send", listener.local_addr().unwrap());
    let (told, heard) = mpsc::channel();
    thread::spawn(move || {
        for _ in 0..count {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(n) = line.to_lowercase().strip_prefix("content-length:") {
                    length = n.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let answer =
                format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            told.send(String::from_utf8(body).unwrap()).unwrap();
        }
    });
    (url, heard)
}

async fn put(user: &User<'_>, path: &str, body: &Value) -> crate::app::Answer {
    user.app.send(user.ask("PUT", path).json(body)).await
}

async fn run(user: &User<'_>, job: &str) -> Value {
    let ask = user.ask("POST", format!("/api/v1/jobs/{job}/run"));
    user.app.send(ask).await.done().json()
}

async fn letters_leave(test: TestOffice) -> App {
    let app = App::over(test);
    let system = app.user("sysadmin").await;
    let head = app.user("gridhead").await;
    // Off by default: nothing to subscribe to, nothing written.
    assert_eq!(
        head.get("/api/v1/me/subscriptions").await.done().json(),
        json!([])
    );
    assert_eq!(
        run(&system, "outbox").await["detail"],
        "新写 0 条，发出 0 条，失败 0 条"
    );

    let (url, heard) = gateway(1, "200 OK");
    let sender = |url: &str| json!({ "name": "工作提醒", "kind": "webhook", "enabled": true, "url": url, "headers": "X-Key: secret" });
    put(&system, "/api/v1/senders/work", &sender(&url))
        .await
        .done();
    let shown = system.get("/api/v1/senders").await.done();
    assert!(!shown.text().contains("secret"), "{}", shown.text());
    let wish = json!({ "address": "13800000000", "kinds": "arrived,asked" });
    put(&head, "/api/v1/me/subscriptions/work", &wish)
        .await
        .done();
    assert_eq!(
        put(
            &head,
            "/api/v1/me/subscriptions/work",
            &json!({ "address": "1", "kinds": "gossip" })
        )
        .await
        .status,
        422
    );
    app.test.clock.advance_minutes(1);
    // The unit cannot solve it: it arrives at the grid, whose head is told outside.
    let unit = app.user("unit").await;
    let id = unit.report().await;
    let cannot = json!({ "finding": "cannot", "opinion": "解决不了" });
    unit.act(&id, "prehandle", &cannot).await.done();
    assert_eq!(
        run(&system, "outbox").await["detail"],
        "新写 1 条，发出 1 条，失败 0 条"
    );
    let body: Value = serde_json::from_str(&heard.recv().unwrap()).unwrap();
    assert_eq!(
        (&body["to"], &body["name"]),
        (&json!("13800000000"), &json!("林秀珠"))
    );
    assert!(body["text"].as_str().unwrap().chars().count() > 4);
    assert_eq!(
        run(&system, "outbox").await["detail"],
        "新写 0 条，发出 0 条，失败 0 条"
    );
    let letters = system.get("/api/v1/letters?state=sent").await.done().json();
    assert_eq!(letters["rows"][0]["address"], "138****0000");

    // A gateway that refuses: tried again, later each time, and dead in the end.
    let (url, heard) = gateway(6, "500 no");
    put(&system, "/api/v1/senders/work", &sender(&url))
        .await
        .done();
    let id = unit.report().await;
    unit.act(&id, "prehandle", &cannot).await.done();
    for (wait, tries) in [(0, 1), (1, 2), (5, 3), (30, 4), (120, 5), (600, 6)] {
        app.test.clock.advance_minutes(wait);
        let ran = run(&app.user("sysadmin").await, "outbox").await;
        assert!(
            ran["detail"].as_str().unwrap().ends_with("失败 1 条"),
            "{ran}"
        );
        heard.recv().unwrap();
        let system = app.user("sysadmin").await;
        let letter = system.get("/api/v1/letters?limit=1").await.done().json()["rows"][0].clone();
        assert_eq!(letter["tries"], tries);
        assert_eq!(letter["state"], if tries == 6 { "dead" } else { "waiting" });
        assert_eq!(letter["problem"], "网关回答 500");
    }
    let system = app.user("sysadmin").await;
    let dead = system.get("/api/v1/letters?state=dead").await.done().json();
    let retry = format!(
        "/api/v1/letters/{}/retry",
        dead["rows"][0]["id"].as_str().unwrap()
    );
    assert_eq!(app.send(system.ask("POST", &retry)).await.status, 204);
    assert_eq!(app.send(system.ask("POST", &retry)).await.status, 409);
    app
}

#[tokio::test]
async fn a_subscribed_message_leaves_by_a_gateway_is_retried_and_dies_in_the_end() {
    letters_leave(TestOffice::sqlite("letters").await).await;
}

#[test]
fn a_subscribed_message_leaves_by_a_gateway_is_retried_and_dies_in_the_end_on_postgresql() {
    testkit::on_postgres("letters", letters_leave);
}

#[tokio::test]
async fn nobody_is_told_in_quiet_hours() {
    let app = App::sqlite("quiet").await;
    let system = app.user("sysadmin").await;
    let (url, heard) = gateway(1, "200 OK");
    let sender = json!({ "name": "提醒", "kind": "webhook", "enabled": true, "url": url });
    put(&system, "/api/v1/senders/work", &sender).await.done();
    // It is nine in the morning.
    for (code, value) in [("quiet_from", "22:00"), ("quiet_to", "09:30")] {
        put(
            &system,
            &format!("/api/v1/parameters/{code}"),
            &json!({ "value": value }),
        )
        .await
        .done();
    }
    let head = app.user("gridhead").await;
    put(
        &head,
        "/api/v1/me/subscriptions/work",
        &json!({ "address": "13800000000", "kinds": "arrived" }),
    )
    .await
    .done();
    app.test.clock.advance_minutes(1);
    let unit = app.user("unit").await;
    let id = unit.report().await;
    unit.act(
        &id,
        "prehandle",
        &json!({ "finding": "cannot", "opinion": "解决不了" }),
    )
    .await
    .done();
    assert_eq!(
        run(&system, "outbox").await["detail"],
        "新写 1 条，发出 0 条，失败 0 条"
    );
    app.test.clock.advance_minutes(28);
    assert_eq!(
        run(&system, "outbox").await["detail"],
        "新写 0 条，发出 0 条，失败 0 条"
    );
    app.test.clock.advance_minutes(1);
    assert_eq!(
        run(&system, "outbox").await["detail"],
        "新写 0 条，发出 1 条，失败 0 条"
    );
    heard.recv().unwrap();
}

/// Somebody who is told when something arrives, with hours of their own.
async fn own_quiet_hours(test: TestOffice) -> App {
    let app = App::over(test);
    let system = app.user("sysadmin").await;
    let (url, heard) = gateway(2, "200 OK");
    let sender = json!({ "name": "提醒", "kind": "webhook", "enabled": true, "url": url });
    put(&system, "/api/v1/senders/work", &sender).await.done();
    let head = app.user("gridhead").await;
    let wish = json!({ "address": "13800000000", "kinds": "arrived" });
    put(&head, "/api/v1/me/subscriptions/work", &wish)
        .await
        .done();
    let own = "/api/v1/me/quiet-hours";
    assert_eq!(
        put(&head, own, &json!({ "from": "08:00" }))
            .await
            .problems(),
        "to required: 开始和结束要一起填写，或一起留空\n"
    );
    assert_eq!(
        put(&head, own, &json!({ "from": "8点", "to": "08:00" }))
            .await
            .problems(),
        "from bad_time: 请写成 22:30 的样子\n"
    );
    // It is nine in the morning, and the night of this person lasts until half past.
    let night = json!({ "from": "20:00", "to": "09:30" });
    put(&head, own, &night).await.done();
    assert_eq!(head.get(own).await.done().json(), night);
    assert_eq!(
        app.user("unit").await.get(own).await.done().json()["from"],
        "",
        "of nobody else"
    );
    app.test.clock.advance_minutes(1);
    let unit = app.user("unit").await;
    let cannot = json!({ "finding": "cannot", "opinion": "解决不了" });
    let usual = unit.report().await;
    unit.act(&usual, "prehandle", &cannot).await.done();
    let body =
        json!({ "text": "消防通道被堵", "category": "0201", "channel": "field", "unit": "6" });
    let urgent = unit.post("/api/v1/matters", &body).await.done().json();
    let urgent = urgent["id"].as_str().unwrap();
    assert_eq!(unit.matter(urgent).await["urgent"], true);
    unit.act(urgent, "prehandle", &cannot).await.done();
    // What is urgent is told at once, the rest when the night is over.
    assert_eq!(
        run(&system, "outbox").await["detail"],
        "新写 2 条，发出 1 条，失败 0 条"
    );
    heard.recv().unwrap();
    app.test.clock.advance_minutes(28);
    assert_eq!(
        run(&system, "outbox").await["detail"],
        "新写 0 条，发出 0 条，失败 0 条"
    );
    app.test.clock.advance_minutes(1);
    assert_eq!(
        run(&system, "outbox").await["detail"],
        "新写 0 条，发出 1 条，失败 0 条"
    );
    heard.recv().unwrap();
    put(&head, own, &json!({})).await.done();
    let none = json!({ "from": "", "to": "" });
    assert_eq!(head.get(own).await.done().json(), none);
    let auditor = app.user("auditor").await;
    let audit = auditor.get("/api/v1/audit?limit=50").await.done().text();
    assert!(audit.contains("本人的免打扰：20:00至09:30"), "{audit}");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_person_is_not_told_in_hours_of_their_own_unless_it_is_urgent() {
    own_quiet_hours(TestOffice::sqlite("own-quiet").await).await;
}

#[test]
fn a_person_is_not_told_in_hours_of_their_own_unless_it_is_urgent_on_postgresql() {
    testkit::on_postgres("own_quiet", own_quiet_hours);
}

#[tokio::test]
async fn one_message_leaves_by_short_message_wecom_and_voice_each_in_its_own_words() {
    let app = App::sqlite("channels").await;
    let system = app.user("sysadmin").await;
    let head = app.user("gridhead").await;
    let voice = json!({ "name": "语音", "kind": "voice", "enabled": true, "url": "http://127.0.0.1:9/call" });
    let refused = put(&system, "/api/v1/senders/voice", &voice).await;
    assert!(
        refused
            .problems()
            .starts_with("body bad_setting: 请按语音网关"),
        "{}",
        refused.text()
    );
    let mut heard = Vec::new();
    for (kind, body) in [
        ("sms", "mobile={address}&content={text}"),
        ("wecom", ""),
        ("voice", r#"{"callee":"{address}","tts":"{text}"}"#),
    ] {
        let (url, told) = gateway(1, "200 OK");
        let sender =
            json!({ "name": kind, "kind": kind, "enabled": true, "url": url, "body": body });
        let path = format!("/api/v1/senders/{kind}");
        put(&system, &path, &sender).await.done();
        let wish = json!({ "address": "13800000000", "kinds": "arrived" });
        let path = format!("/api/v1/me/subscriptions/{kind}");
        put(&head, &path, &wish).await.done();
        heard.push(told);
    }
    app.test.clock.advance_minutes(1);
    let unit = app.user("unit").await;
    let id = unit.report().await;
    let cannot = json!({ "finding": "cannot", "opinion": "解决不了" });
    unit.act(&id, "prehandle", &cannot).await.done();
    assert_eq!(
        run(&system, "outbox").await["detail"],
        "新写 3 条，发出 3 条，失败 0 条"
    );
    let said: Vec<String> = heard.iter().map(|told| told.recv().unwrap()).collect();
    assert!(
        said[0].starts_with("mobile=13800000000&content=%"),
        "{}",
        said[0]
    );
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(read(&said[1])["touser"], "13800000000");
    let call = read(&said[2]);
    assert_eq!(call["callee"], "13800000000");
    assert_eq!(call["tts"], read(&said[1])["text"]["content"]);
    // In the house it stands as well.
    let inside = head.get("/api/v1/messages?unread=1").await.done().json();
    assert_eq!(inside["rows"][0]["text"], call["tts"]);
}

#[tokio::test]
async fn jobs_are_run_by_the_system_administrator_and_each_run_is_in_the_log() {
    let app = App::sqlite("jobs").await;
    let system = app.user("sysadmin").await;
    app.user("unit").await.report().await;
    let sealed = run(&system, "seal").await;
    assert_eq!(
        (&sealed["good"], &sealed["by_hand"]),
        (&json!(true), &json!(true))
    );
    app.test.office.run_due_jobs().await;
    app.test.clock.advance_minutes(24 * 60);
    app.test.office.run_due_jobs().await;
    let system = app.user("sysadmin").await;
    let runs = system.get("/api/v1/jobs/seal/runs").await.done().json();
    let by_hand: Vec<_> = runs["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["by_hand"].clone())
        .collect();
    assert_eq!(by_hand, [json!(false), json!(true)]);
    app.test.office.run_due_jobs().await;
    let again = system.get("/api/v1/jobs/seal/runs").await.done().json();
    assert_eq!(
        again["rows"].as_array().unwrap().len(),
        2,
        "once a day is enough"
    );
    let jobs = system.get("/api/v1/jobs").await.done().json();
    assert_eq!(jobs.as_array().unwrap().len(), 8);
    assert_eq!(
        app.send(system.ask("POST", "/api/v1/jobs/dance/run"))
            .await
            .status,
        404
    );
    for other in ["secadmin", "auditor", "city"] {
        let user = app.user(other).await;
        assert_eq!(
            app.send(user.ask("POST", "/api/v1/jobs/seal/run"))
                .await
                .status,
            403
        );
    }
    app.test.verify().await;
}

#[tokio::test]
async fn an_upload_of_nobody_is_attached_only_with_its_token_and_expires_unattached() {
    let app = App::sqlite("loose").await;
    let upload = async || {
        let ask = Ask::new("POST", "/api/v1/public/files").file("现场.pdf", PDF);
        let file = app.send(ask).await.done().json();
        file["id"].as_str().unwrap().to_owned()
    };
    let report = async |file: &str| {
        let ask = Ask::new("POST", "/api/v1/public/reports").header("idempotency-key", app.key());
        let body = json!({ "text": format!("噪音 {file}"), "unit": "6", "phone": "13905941234", "files": [file] });
        app.send(ask.json(&body)).await
    };
    let mine = upload().await;
    let (id, token) = mine.split_once('.').unwrap();
    assert!(token.len() >= 16, "{mine}");
    for wrong in [id.to_owned(), format!("{id}.AAAAAAAAAAAAAAAA"), "x".into()] {
        assert_eq!(
            report(&wrong).await.problems(),
            "files unknown_file: 有附件没有上传成功或已用于别的事件，请重新上传\n",
            "{wrong}"
        );
    }
    report(&mine).await.done();
    assert_eq!(
        report(&mine).await.status,
        422,
        "it belongs to that report now"
    );

    upload().await;
    let late = upload().await;
    app.test.clock.advance_minutes(24 * 60 - 1);
    let system = app.user("sysadmin").await;
    assert_eq!(run(&system, "files").await["detail"], "删除未用附件 0 个");
    app.test.clock.advance_minutes(2);
    assert_eq!(run(&system, "files").await["detail"], "删除未用附件 2 个");
    assert_eq!(report(&late).await.status, 422);
    // The bytes of the one that was attached are the same and stay.
    let unit = app.user("unit").await;
    let opened = unit.get(format!("/api/v1/files/{id}")).await.done();
    assert_eq!(opened.bytes, PDF);
}

async fn residents_enter(test: TestOffice) -> App {
    let app = App::over(test);
    let security = app.user("secadmin").await;
    let set = json!({ "name": "惠民宝", "enabled": true });
    let made = put(&security, "/api/v1/entry-apps/huimin", &set)
        .await
        .done()
        .json();
    let key = made["key"].as_str().unwrap().to_owned();
    let again = put(&security, "/api/v1/entry-apps/huimin", &set)
        .await
        .done()
        .json();
    assert_eq!(again["key"], Value::Null, "shown once");
    let now = app.test.office.now().0 / 1_000;
    let token = |key: &str, change: Value| {
        let mut claims =
            json!({ "sub": "u-1", "name": "王阿福", "iat": now, "exp": now + 120, "jti": "one" });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        office::identity::entry_token("huimin", key.as_bytes(), &claims)
    };
    let enter = async |token: &str| {
        let ask = Ask::new("POST", "/api/v1/public/entries").header("x-hangji", "1");
        app.send(ask.json(&json!({ "token": token }))).await
    };
    let good = token(&key, json!({}));
    let entered = enter(&good).await.done();
    let me = entered.json();
    assert_eq!((&me["name"], &me["posts"]), (&json!("王阿福"), &json!([])));
    assert!(entered.header("set-cookie").contains("HttpOnly"));
    let refused = async |token: &str| {
        let (code, sentence) = enter(token).await.refusal();
        assert_eq!(code, "401 sign_in_refused");
        assert!(sentence.contains("重新进入"), "{sentence}");
    };
    refused(&good).await;
    for (key, change) in [
        ("another key", json!({ "jti": "two" })),
        (key.as_str(), json!({ "jti": "three", "exp": now })),
        (key.as_str(), json!({ "jti": "four", "exp": now + 3_600 })),
        (
            key.as_str(),
            json!({ "jti": "five", "iat": now + 600, "exp": now + 700 }),
        ),
        (key.as_str(), json!({ "jti": "" })),
    ] {
        refused(&token(key, change)).await;
    }
    refused("huimin.x.y").await;
    refused("x").await;
    // The same person is the same account; another one is not.
    let second = enter(&token(&key, json!({ "jti": "six" })))
        .await
        .done()
        .json();
    assert_eq!(second["account"], me["account"]);
    let other = enter(&token(&key, json!({ "jti": "seven", "sub": "u-2" })))
        .await
        .done()
        .json();
    assert_ne!(other["account"], me["account"]);
    // A new key ends the old one, and an app that is off opens to nobody.
    let changed = json!({ "name": "惠民宝", "enabled": true, "new_key": true });
    put(&security, "/api/v1/entry-apps/huimin", &changed)
        .await
        .done();
    refused(&token(&key, json!({ "jti": "eight" }))).await;
    app.test.verify().await;
    app
}

#[tokio::test]
async fn residents_enter_from_a_city_app_by_a_signed_token_once() {
    residents_enter(TestOffice::sqlite("entry").await).await;
}

#[test]
fn residents_enter_from_a_city_app_by_a_signed_token_once_on_postgresql() {
    testkit::on_postgres("entry", residents_enter);
}
