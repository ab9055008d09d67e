//! Signing in as an installation of grade three does it, on both databases.

use crate::app::{Answer, App, Ask};
use data_encoding::BASE32_NOPAD;
use office::identity::totp;
use serde_json::{Value, json};
use testkit::{PASSWORD, TestOffice};

async fn sign_in(app: &App, login: &str, password: &str, code: Option<&str>) -> Answer {
    let body = json!({ "login": login, "password": password, "code": code });
    let ask = Ask::new("POST", "/api/v1/sessions").header("x-hangji", "1");
    app.send(ask.json(&body)).await
}

async fn signs_in_by_grade_three(test: TestOffice) -> App {
    let app = App::over(test);
    let security = app.user("secadmin").await;
    let set = async |code: &str, scope: &str, value: Value| {
        let ask = security.ask("PUT", format!("/api/v1/parameters/{code}"));
        app.send(ask.json(&json!({ "scope": scope, "value": value })))
            .await
    };
    set("second_factor", "role:grid_head", json!("1"))
        .await
        .done();
    assert_eq!(
        set("second_factor", "role:king", json!("1"))
            .await
            .problems(),
        "scope bad_scope: 没有这个岗位、账号或区域，请重新选择\n"
    );
    assert_eq!(
        set("log_months_min", "", json!("6")).await.refusal().0,
        "409 conflict"
    );

    // The role demands it: signed in, and nothing but enrolling is open.
    let head = app.user("gridhead").await;
    let me = head.get("/api/v1/me").await.done().json();
    assert_eq!(me["hold"], "factor_due");
    let (code, sentence) = head.get("/api/v1/matters?view=queue").await.refusal();
    assert_eq!(code, "403 factor_due");
    assert!(sentence.contains("登录安全"), "{sentence}");
    let offer = app
        .send(head.ask("POST", "/api/v1/me/factor"))
        .await
        .done()
        .json();
    let secret = BASE32_NOPAD
        .decode(offer["secret"].as_str().unwrap().as_bytes())
        .unwrap();
    let shown = || {
        let step = totp::step(app.test.office.now());
        format!("{:06}", totp::code(&secret, step))
    };
    let confirm = head.ask("PUT", "/api/v1/me/factor");
    let recovery = app
        .send(confirm.json(&json!({ "code": shown() })))
        .await
        .done()
        .json();
    assert_eq!(recovery["codes"].as_array().unwrap().len(), 8);
    head.get("/api/v1/matters?view=queue").await.done();

    // At the door: password, then code.
    assert_eq!(
        sign_in(&app, "gridhead", PASSWORD, None).await.refusal().0,
        "401 code_needed"
    );
    assert_eq!(
        sign_in(&app, "gridhead", PASSWORD, Some("000000"))
            .await
            .refusal()
            .0,
        "401 sign_in_refused"
    );
    app.test.clock.advance_minutes(1);
    let code = shown();
    let in_again = sign_in(&app, "gridhead", PASSWORD, Some(&code))
        .await
        .done();
    assert_eq!(in_again.json()["hold"], Value::Null);
    assert_eq!(
        sign_in(&app, "gridhead", PASSWORD, Some(&code))
            .await
            .status,
        401,
        "a code that was seen on the way is worth nothing"
    );

    // Sessions: the own list, and being put out by the security administrator.
    let sessions = head.get("/api/v1/me/sessions").await.done().json();
    let sessions = sessions.as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(
        (&sessions[0]["current"], &sessions[1]["current"]),
        (&json!(false), &json!(true))
    );
    let other = format!(
        "/api/v1/me/sessions/{}",
        sessions[0]["id"].as_str().unwrap()
    );
    assert_eq!(app.send(head.ask("DELETE", other)).await.status, 204);
    let out = security.ask("DELETE", "/api/v1/accounts/51/sessions");
    assert_eq!(app.send(out).await.status, 204);
    assert_eq!(head.get("/api/v1/me").await.refusal().0, "401 signed_out");

    // The log says who, when, from where and how it ended.
    let auditor = app.user("auditor").await;
    let log = auditor
        .get("/api/v1/sign-ins?login=GridHead&limit=3")
        .await
        .done()
        .json();
    let lines: Vec<_> = log["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!(
                "{} {}",
                row["name"].as_str().unwrap(),
                row["outcome_word"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        lines,
        ["林秀珠 动态码错误", "林秀珠 成功", "林秀珠 动态码错误"]
    );
    assert!(log["next"].is_string());
    assert_eq!(security.get("/api/v1/sign-ins").await.status, 403);
    assert!(
        auditor
            .get("/api/v1/sign-ins?outcome=maybe")
            .await
            .problems()
            .starts_with("outcome unknown")
    );

    // Networks hold for every request, not only at the door.
    let unit = app.user("unit").await;
    set("networks", "account:61", json!("10.35.0.0/16"))
        .await
        .done();
    assert_eq!(unit.get("/api/v1/me").await.refusal().0, "403 denied");
    set("networks", "account:61", Value::Null).await.done();
    unit.get("/api/v1/me").await.done();
    app.test.verify().await;
    app
}

#[tokio::test]
async fn two_factors_sessions_networks_and_the_log_hold_over_http() {
    signs_in_by_grade_three(TestOffice::sqlite("trust").await).await;
}

#[test]
fn two_factors_sessions_networks_and_the_log_hold_over_http_on_postgresql() {
    testkit::on_postgres("trust", signs_in_by_grade_three);
}

/// The work of each administrator, as it is called.
const WORK: &[(&str, &[(&str, &str)])] = &[
    (
        "secadmin",
        &[
            ("GET", "/api/v1/accounts/61/sessions"),
            ("DELETE", "/api/v1/accounts/900/sessions"),
            ("DELETE", "/api/v1/accounts/61/factor"),
            ("GET", "/api/v1/tokens"),
            ("PUT", "/api/v1/parameters/lock_minutes"),
            ("DELETE", "/api/v1/posts/56"),
        ],
    ),
    (
        "auditor",
        &[("GET", "/api/v1/audit"), ("GET", "/api/v1/sign-ins")],
    ),
];

#[tokio::test]
async fn no_administrator_does_the_work_of_another_nor_of_the_desks() {
    let app = App::sqlite("separated").await;
    let admins = ["sysadmin", "secadmin", "auditor"];
    for (owner, calls) in WORK {
        for (method, path) in *calls {
            for login in admins {
                let user = app.user(login).await;
                let ask = user.ask(method, *path);
                let ask = match *path {
                    "/api/v1/parameters/lock_minutes" => ask.json(&json!({ "value": "20" })),
                    "/api/v1/posts/56" => {
                        ask.json(&json!({ "to": "2026-03-12", "reason": "moved" }))
                    }
                    _ => ask,
                };
                let status = app.send(ask).await.status;
                assert_eq!(
                    status == 403,
                    login != *owner,
                    "{method} {path} by {login}: {status}"
                );
            }
        }
    }
    for login in admins {
        let user = app.user(login).await;
        let rows = user.get("/api/v1/matters?view=area&area=5").await;
        assert_eq!(rows.status, 404, "{login} sees no business");
        let report = json!({ "unit": "6", "kind": "visit", "text": "走访" });
        assert_eq!(user.post("/api/v1/visits", &report).await.status, 403);
    }
}

async fn who_looked_is_seen(test: TestOffice) -> App {
    let app = App::over(test);
    let resident = app.user("resident").await;
    let body = json!({ "text": "路灯不亮", "category": "0104", "channel": "snapshot", "unit": "6",
        "reporter": { "name": "王阿福", "phone": "13905941234", "confirms": true } });
    let answer = resident.post("/api/v1/matters", &body).await.done().json();
    let (id, no) = (
        answer["id"].as_str().unwrap().to_owned(),
        answer["no"].clone(),
    );
    assert_eq!(
        resident.get("/api/v1/me/looks").await.done().json()["rows"],
        json!([])
    );
    let unit = app.user("unit").await;
    let unmask = format!("/api/v1/matters/{id}/unmask");
    let seen = unit
        .post(&unmask, &json!({ "reason": "上门前电话核实" }))
        .await;
    assert_eq!(seen.done().json()["phone"], "13905941234");
    let looks = resident.get("/api/v1/me/looks").await.done().json();
    let look = &looks["rows"][0];
    assert_eq!(
        (&look["no"], look["who"].as_str().unwrap()),
        (&no, "坂头安置房小区网格1号楼单元长")
    );
    let why = look["why"].as_str().unwrap();
    assert!(
        why.contains("电话") && why.contains("上门前电话核实"),
        "{why}"
    );
    // Nobody learns of looks at somebody else's data, and the looker is no subject.
    for login in ["stranger", "unit", "townleader"] {
        let other = app.user(login).await.get("/api/v1/me/looks").await;
        assert_eq!(other.done().json()["rows"], json!([]), "{login}");
    }

    // The audit administrator finds it by action, object and person.
    let auditor = app.user("auditor").await;
    for filter in [
        "action=unmask".to_owned(),
        format!("object=matter:{id}&action=unmask"),
        "name=%E9%99%88%E6%98%A5%E5%B1%B1&action=unmask".into(),
        "account=61&action=unmask".into(),
    ] {
        let page = auditor.get(format!("/api/v1/audit?{filter}")).await;
        let rows = page.done().json()["rows"].as_array().unwrap().len();
        assert_eq!(rows, 1, "{filter}");
    }
    let none = auditor.get("/api/v1/audit?action=unmask&to=1").await;
    assert_eq!(none.done().json()["rows"], json!([]));
    // It is read in words, and the object is found as a person knows it.
    let matter = unit
        .get(format!("/api/v1/matters/{id}"))
        .await
        .done()
        .json();
    let no = matter["no"].as_str().unwrap();
    let path = format!("/api/v1/audit?action=unmask&object={no}");
    let row = auditor.get(path).await.done().json()["rows"][0].clone();
    assert_eq!(
        (&row["action_word"], &row["object_word"]),
        (&json!("查看联系方式"), &json!(format!("事件 {no}")))
    );
    let of_person = auditor
        .get("/api/v1/audit?object=unit&action=sign_in")
        .await;
    let row = of_person.done().json()["rows"][0].clone();
    assert_eq!(row["object_word"], "账号 陈春山");
    let unknown = auditor.get("/api/v1/audit?object=nobody").await;
    assert_eq!(
        unknown.problems(),
        "object unknown: 没有找到，请填写事件编号或登录名\n"
    );

    // The quota is the security administrator's to set.
    let security = app.user("secadmin").await;
    let set = security.ask("PUT", "/api/v1/parameters/unmask_daily_max");
    app.send(set.json(&json!({ "value": "1" }))).await.done();
    let (code, sentence) = unit
        .post(&unmask, &json!({ "reason": "再次核实" }))
        .await
        .refusal();
    assert_eq!(code, "409 conflict");
    assert!(sentence.contains("上限"), "{sentence}");
    app
}

#[tokio::test]
async fn everybody_sees_who_looked_at_their_data_when_and_why() {
    who_looked_is_seen(TestOffice::sqlite("looks").await).await;
}

#[test]
fn everybody_sees_who_looked_at_their_data_when_and_why_on_postgresql() {
    testkit::on_postgres("looks", who_looked_is_seen);
}

#[tokio::test]
async fn who_reported_without_an_account_sees_it_by_number_and_code() {
    let app = App::sqlite("publiclooks").await;
    let ask = Ask::new("POST", "/api/v1/public/reports").header("idempotency-key", app.key());
    let body = json!({ "text": "噪音", "unit": "6", "name": "王阿福", "phone": "13905941234" });
    let receipt = app.send(ask.json(&body)).await.done().json();
    let unit = app.user("unit").await;
    let queue = unit.get("/api/v1/matters?view=queue").await.done().json();
    let id = queue["rows"][0]["id"].as_str().unwrap();
    unit.post(
        format!("/api/v1/matters/{id}/unmask"),
        &json!({ "reason": "电话核实" }),
    )
    .await
    .done();
    let looks = async |code: &str| {
        let path = format!(
            "/api/v1/public/reports/{}/looks?code={code}",
            receipt["no"].as_str().unwrap()
        );
        app.send(Ask::new("GET", path)).await
    };
    let seen = looks(receipt["code"].as_str().unwrap()).await.done().json();
    assert_eq!(seen[0]["who"], "坂头安置房小区网格1号楼单元长");
    assert_eq!(looks("AAAAAAAA").await.status, 404);
}
