//! Signing in, posts, duties, messages, visits, tokens.

use crate::app::{App, Ask};
use serde_json::json;
use testkit::{Fresh, PASSWORD, TestOffice};

fn sign_in(login: &str, password: &str) -> Ask {
    Ask::new("POST", "/api/v1/sessions")
        .header("x-hangji", "1")
        .json(&json!({ "login": login, "password": password }))
}

#[tokio::test]
async fn signing_in_gives_a_cookie_that_no_script_reads_and_out_ends_it() {
    let app = App::sqlite("sign_in").await;
    let answer = app.send(sign_in("town", PASSWORD)).await.done();
    let cookie = answer.header("set-cookie").to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let me = answer.json();
    assert_eq!(
        (&me["home"], &me["posts"][0]["role_word"]),
        (&json!("3"), &json!("镇街中心调度员"))
    );
    assert!(me["verbs"].as_array().unwrap().contains(&json!("call")));
    let pair = cookie.split(';').next().unwrap().to_owned();
    let me = app
        .send(Ask::new("GET", "/api/v1/me").header("cookie", &pair))
        .await
        .done()
        .json();
    assert_eq!(
        me["posts"][0]["area"]["full_name"],
        "莆田市 / 城厢区 / 霞林街道"
    );
    app.send(
        Ask::new("DELETE", "/api/v1/sessions/current")
            .header("cookie", &pair)
            .header("x-hangji", "1"),
    )
    .await
    .done();
    assert_eq!(
        app.send(Ask::new("GET", "/api/v1/me").header("cookie", &pair))
            .await
            .refusal()
            .0,
        "401 signed_out"
    );
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_are_answered_alike_and_lock_after_five() {
    let app = App::sqlite("wrong").await;
    let (wrong, nobody) = (
        app.send(sign_in("town", "wrong")).await.refusal(),
        app.send(sign_in("nobody", "wrong")).await.refusal(),
    );
    assert_eq!(wrong, nobody);
    assert_eq!(wrong.0, "401 sign_in_refused");
    for _ in 0..4 {
        let (wrong, nobody) = (
            app.send(sign_in("town", "wrong")).await.refusal(),
            app.send(sign_in("nobody", "wrong")).await.refusal(),
        );
        assert_eq!(wrong, nobody, "also when it locks");
    }
    let locked = app.send(sign_in("town", PASSWORD)).await.refusal();
    assert!(locked.1.contains("锁定"), "{locked:?}");
    assert_eq!(
        app.send(sign_in("nobody", PASSWORD)).await.refusal(),
        locked
    );
    app.test.clock.advance_minutes(16);
    app.send(sign_in("town", PASSWORD)).await.done();
}

#[tokio::test]
async fn accounts_made_for_showing_are_listed_in_a_demonstration_only() {
    let app = App::sqlite("demo").await;
    let listed = app
        .send(Ask::new("GET", "/api/v1/demo/accounts"))
        .await
        .done()
        .json();
    assert_eq!(
        (&listed[0]["login"], &listed[0]["title"]),
        (&json!("town"), &json!("霞林街道治理中心调度员"))
    );
    let real = App::over(TestOffice::on(Fresh::sqlite("no_demo"), false).await);
    assert_eq!(
        real.send(Ask::new("GET", "/api/v1/demo/accounts"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_unit_head_is_appointed_and_leaves_office() {
    let app = App::sqlite("posts").await;
    let leader = app.user("townleader").await;
    let vacant = leader
        .get("/api/v1/areas/3/vacancies?level=unit")
        .await
        .done()
        .json();
    let names: Vec<_> = vacant
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["area"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["2号楼", "3号楼"]);
    assert_eq!(vacant[0]["answered_by"]["name"], "林秀珠");
    let wrong = leader
        .post(
            "/api/v1/areas/7/posts",
            &json!({ "role": "emperor", "from": "soon" }),
        )
        .await;
    expect_test::expect![[r#"
        login required: 请填写要任命的人的账号
        role unknown_word: 没有这个岗位，请从岗位列表中选择
        source required: 请填写人员来源
        from bad_date: “soon”不是有效的日期，请按“2026-11-22”的格式填写。
    "#]]
    .assert_eq(&wrong.problems());
    let form = json!({ "login": "manager", "name": "蔡志强", "role": "unit_head", "source": "party_member", "from": "2026-03-11" });
    let made = leader
        .post("/api/v1/areas/7/posts", &form)
        .await
        .done()
        .json();
    assert_eq!(
        (&made["title"], &made["source_word"]),
        (&json!("坂头安置房小区网格2号楼单元长"), &json!("党员"))
    );
    assert_eq!(
        leader.get("/api/v1/areas/7/posts").await.done().json()[0]["name"],
        "蔡志强"
    );
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["may_end"], true);
    let unit = app.user("unit").await;
    let seen = unit.get("/api/v1/areas/7/posts").await.done().json();
    assert_eq!(seen[0]["may_end"], false, "offered only to who may");
    let path = format!("/api/v1/posts/{id}");
    let bare = app.send(leader.ask("DELETE", &path)).await;
    expect_test::expect![[r#"
        to required: 请选择离任日期
        reason required: 请选择离任原因：任期届满、本人辞任、工作调动、退休、迁出本地、履职不力、岗位撤并、其他
    "#]]
    .assert_eq(&bare.problems());
    let removal = |reason: &str| json!({ "to": "2026-03-11", "reason": reason });
    let end = leader.ask("DELETE", &path).json(&removal("neglect"));
    let silent = app.send(end).await.problems();
    assert_eq!(
        silent,
        "words required: 原因是“履职不力”的，请写明具体情况\n"
    );
    let end = leader.ask("DELETE", &path).json(&removal("moved"));
    assert_eq!(app.send(end).await.status, 204);
    assert_eq!(
        leader.get("/api/v1/areas/7/posts").await.done().json(),
        json!([])
    );
    let other = app
        .user("otherunit")
        .await
        .post("/api/v1/areas/7/posts", &form)
        .await;
    assert_eq!(other.refusal().0, "403 denied");
}

#[tokio::test]
async fn duties_are_planned_and_phones_are_masked() {
    let app = App::sqlite("duties").await;
    let leader = app.user("townleader").await;
    let ask = leader
        .ask("PUT", "/api/v1/areas/3/duties")
        .json(&json!({ "day": "2026-03-12", "accounts": ["31"] }));
    let set = app.send(ask).await.done().json();
    assert_eq!(set[0]["phone_masked"], "138****1234");
    let read = app
        .user("unit")
        .await
        .get("/api/v1/areas/3/duties?day=2026-03-12")
        .await
        .done()
        .json();
    assert_eq!(read, set);
}

#[tokio::test]
async fn messages_are_read_by_one_person_at_a_time() {
    let app = App::sqlite("messages").await;
    app.user("unit").await.report().await;
    let unit = app.user("unit").await;
    let page = unit.get("/api/v1/messages?unread=1").await.done().json();
    let first = &page["rows"][0];
    assert_eq!(
        (&first["kind_word"], &first["read"]),
        (&json!("新到"), &json!(false))
    );
    let left = unit
        .post("/api/v1/messages/read", &json!({ "ids": [first["id"]] }))
        .await
        .done()
        .json();
    assert_eq!(left["unread"], 0);
    assert_eq!(
        unit.get("/api/v1/messages").await.done().json()["rows"][0]["read"],
        true
    );
    assert_eq!(
        unit.post("/api/v1/messages/read", &json!({}))
            .await
            .problems(),
        "ids required: 请选择要标为已读的消息，或选择全部\n"
    );
}

#[tokio::test]
async fn a_visit_becomes_a_matter_in_one_tap() {
    let app = App::sqlite("visits").await;
    let unit = app.user("unit").await;
    let form = json!({ "unit": "6", "kind": "visit", "text": "走访502室，反映漏水",
        "matter_report": { "text": "502室顶棚漏水", "category": "0104", "channel": "patrol", "address": "1号楼502室" } });
    let made = unit.post("/api/v1/visits", &form).await.done().json();
    let matter = unit.matter(made["matter"]["id"].as_str().unwrap()).await;
    assert_eq!(
        (&matter["channel"], &matter["text"]),
        (&json!("patrol"), &json!("502室顶棚漏水"))
    );
    let listed = app
        .user("gridhead")
        .await
        .get("/api/v1/visits?area=5")
        .await
        .done()
        .json();
    assert_eq!(
        (
            &listed["rows"][0]["unit_name"],
            &listed["rows"][0]["kind_word"]
        ),
        (&json!("坂头安置房小区网格1号楼"), &json!("入户走访"))
    );
    assert_eq!(
        listed["rows"][0]["matter"]["id"], made["matter"]["id"],
        "the list leads to what was found"
    );
    let wrong = json!({ "unit": "6", "kind": "visit", "text": "走访", "matter_report": { "text": "漏水", "category": "9999", "channel": "patrol" } });
    let problems = unit.post("/api/v1/visits", &wrong).await.problems();
    assert!(
        problems.starts_with("matter_report.category "),
        "{problems}"
    );
    assert_eq!(unit.get("/api/v1/visits?area=20").await.status, 404);
}

#[tokio::test]
async fn a_service_acts_by_token_without_a_cookie_until_it_is_revoked() {
    let app = App::sqlite("tokens").await;
    let admin = app.user("secadmin").await;
    let expires = testkit::march(31, 0, 0).0;
    let made = admin
        .post(
            "/api/v1/tokens",
            &json!({ "account": "950", "name": "12345热线对接", "expires_at": expires }),
        )
        .await
        .done()
        .json();
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let me = app
        .send(Ask::new("GET", "/api/v1/me").header("authorization", &bearer))
        .await
        .done()
        .json();
    assert_eq!(me["account"], "950");
    let report = json!({ "text": "12345转来：路灯不亮", "channel": "hotline", "unit": "6" });
    let ask = Ask::new("POST", "/api/v1/matters")
        .header("authorization", &bearer)
        .header("idempotency-key", app.key())
        .json(&report);
    app.send(ask).await.done();
    assert_eq!(
        admin.get("/api/v1/tokens").await.done().json()[0]["account_name"],
        "12345热线对接"
    );
    let revoke = admin.ask(
        "DELETE",
        format!("/api/v1/tokens/{}", made["id"].as_str().unwrap()),
    );
    assert_eq!(app.send(revoke).await.status, 204);
    assert_eq!(
        app.send(Ask::new("GET", "/api/v1/me").header("authorization", &bearer))
            .await
            .refusal()
            .0,
        "401 signed_out"
    );
}

#[tokio::test]
async fn every_code_has_its_word_and_the_flow_says_where_each_action_leads() {
    let app = App::sqlite("words").await;
    let unit = app.user("unit").await;
    let words = unit.get("/api/v1/dictionaries").await.done().json();
    for (name, list) in words.as_object().unwrap() {
        assert!(!list.as_array().unwrap().is_empty(), "{name}");
        for entry in list.as_array().unwrap() {
            assert!(
                entry["word"]
                    .as_str()
                    .is_some_and(|w| !w.is_empty() && !w.is_ascii()),
                "{name}: {entry}"
            );
        }
    }
    let flow = unit.get("/api/v1/flows/incident/3").await.done().json();
    let escalate = flow["actions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["code"] == "escalate")
        .unwrap();
    assert_eq!(escalate["targets"]["at_grid"], json!(["at_community"]));
    let fed_back = flow["states"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["code"] == "fed_back")
        .unwrap();
    assert_eq!(fed_back["clock"], "8工作时");
    assert_eq!(unit.get("/api/v1/flows/incident/99").await.status, 404);
    let phases: Vec<_> = flow["states"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["phase"].clone())
        .collect();
    assert!(
        phases.iter().all(|p| words["phases"]
            .as_array()
            .unwrap()
            .iter()
            .any(|w| w["code"] == *p)),
        "{phases:?}"
    );
}

/// An attempt from an address, as a proxy in front names it.
async fn from(app: &App, address: &str, login: &str, password: &str) -> (u16, String) {
    let ask = sign_in(login, password).header("x-forwarded-for", address);
    let answer = app.send(ask).await;
    (answer.status, answer.text())
}

#[tokio::test]
async fn a_stranger_locks_nobody_out_and_slows_only_networks_that_were_not_used() {
    let options = api::Options {
        behind_proxy: true,
        ..api::Options::default()
    };
    let app = App::with(TestOffice::sqlite("strangers").await, options);
    assert_eq!(from(&app, "10.1.0.1", "town", PASSWORD).await.0, 200);
    app.test.clock.advance_minutes(1);
    for n in 0..5 {
        from(&app, "203.0.113.9", "town", "wrong").await;
        assert_eq!(from(&app, "10.1.0.1", "town", PASSWORD).await.0, 200, "{n}");
    }
    let stranger = from(&app, "203.0.113.9", "town", PASSWORD).await;
    assert!(
        stranger.0 == 401 && stranger.1.contains("锁定"),
        "{stranger:?}"
    );

    // From many networks: no lock, but a wait between attempts, the same for a login nobody has.
    for login in ["town", "nobody"] {
        for n in 0..20 {
            from(&app, &format!("198.51.100.{n}"), login, "wrong").await;
        }
    }
    for login in ["town", "nobody"] {
        let slowed = from(&app, "192.0.2.7", login, "wrong").await;
        assert!(
            slowed.0 == 503 && slowed.1.contains("请等几秒"),
            "{slowed:?}"
        );
    }
    assert_eq!(
        from(&app, "10.1.0.1", "town", PASSWORD).await.0,
        200,
        "its own network"
    );
    app.test.clock.advance_minutes(1);
    assert_eq!(
        from(&app, "192.0.2.8", "town", PASSWORD).await.0,
        200,
        "delayed, not locked"
    );

    // The lock shows in the list and in the log, and an administrator lifts it.
    let security = app.user("secadmin").await;
    let listed = security.get("/api/v1/accounts?q=town").await.text();
    assert!(listed.contains("locked_until"), "{listed}");
    let lock = format!("/api/v1/accounts/{}/lock", testkit::account("town"));
    let system = app.user("sysadmin").await;
    let denied = app.send(system.ask("DELETE", &lock)).await;
    assert_eq!(denied.status, 403, "{}", denied.text());
    let lifted = app.send(security.ask("DELETE", &lock)).await;
    assert_eq!(lifted.status, 204, "{}", lifted.text());
    let again = app.send(security.ask("DELETE", &lock)).await;
    assert!(
        again.status == 409 && again.text().contains("无须解锁"),
        "{}",
        again.text()
    );
    assert_eq!(from(&app, "203.0.113.9", "town", PASSWORD).await.0, 200);
    let log = app
        .user("auditor")
        .await
        .get("/api/v1/sign-ins?login=town")
        .await;
    assert!(log.text().contains("管理员解锁"), "{}", log.text());
}
