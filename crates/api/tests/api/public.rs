//! Residents without an account.

use crate::app::{App, Ask};
use serde_json::json;

#[tokio::test]
async fn a_resident_reports_follows_and_is_asked_without_an_account() {
    let app = App::sqlite("public").await;
    let report =
        json!({ "text": "楼道灯坏了三天", "unit": "6", "phone": "13905941234", "name": "王阿福" });
    let send = async |body: &serde_json::Value| {
        app.send(
            Ask::new("POST", "/api/v1/public/reports")
                .header("idempotency-key", "phone-0001")
                .json(body),
        )
        .await
    };
    let receipt = send(&report).await.done().json();
    assert_eq!(
        send(&report).await.done().json(),
        receipt,
        "the same key gives the same receipt"
    );
    let other = json!({ "text": "别的事", "unit": "6", "phone": "13800000000" });
    assert_ne!(
        send(&other).await.done().json()["no"],
        receipt["no"],
        "another person's same key gives no receipt of theirs"
    );

    let (no, code) = (
        receipt["no"].as_str().unwrap(),
        receipt["code"].as_str().unwrap(),
    );
    let follow = async |no: &str, code: &str| {
        app.send(Ask::new(
            "GET",
            format!("/api/v1/public/reports/{no}?code={code}"),
        ))
        .await
    };
    let seen = follow(no, code).await.done().json();
    assert_eq!(
        (&seen["state_word"], &seen["may_confirm"]),
        (&json!("单元预处理"), &json!(false))
    );
    let (wrong_code, wrong_no) = (
        follow(no, "AAAAAAAA").await.refusal(),
        follow("350302003-260311-9999", code).await.refusal(),
    );
    assert_eq!(
        wrong_code, wrong_no,
        "which of the two is wrong is not told"
    );
    assert_eq!(wrong_code.0, "404 unknown");

    let unit = app.user("unit").await;
    let listed = unit.get("/api/v1/matters?view=queue").await.done().json();
    assert_eq!(listed["rows"].as_array().unwrap().len(), 2);
    let id = listed["rows"][0]["id"].as_str().unwrap();
    let matter = unit.matter(id).await;
    assert_eq!(matter["reporter"]["masked_phone"], "139****1234");
    assert!(
        !matter.to_string().contains("13905941234"),
        "masked by default"
    );
    let shown = unit
        .post(
            format!("/api/v1/matters/{id}/unmask"),
            &json!({ "reason": "电话核实情况" }),
        )
        .await
        .done()
        .json();
    assert_eq!(shown["phone"], "13905941234");
    let audit = app
        .user("auditor")
        .await
        .get("/api/v1/audit")
        .await
        .done()
        .json();
    let entry = audit["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["action"] == "unmask")
        .unwrap();
    assert_eq!(
        (entry["name"].as_str(), entry["detail"].as_str()),
        (Some("陈春山"), Some("字段：姓名、电话；理由：电话核实情况"))
    );
}

#[tokio::test]
async fn guessing_codes_is_slowed_down() {
    let app = App::sqlite("guess").await;
    let mut last = String::new();
    for _ in 0..25 {
        last = app
            .send(Ask::new(
                "GET",
                "/api/v1/public/reports/350302003-260311-0001?code=AAAAAAAA",
            ))
            .await
            .refusal()
            .0;
    }
    assert_eq!(last, "429 too_many");
    app.test.clock.advance_minutes(1);
    let answer = app
        .send(Ask::new(
            "GET",
            "/api/v1/public/reports/350302003-260311-0001?code=AAAAAAAA",
        ))
        .await;
    assert_eq!(answer.refusal().0, "404 unknown");
}

#[tokio::test]
async fn who_registers_for_another_gets_the_code_once_and_cannot_evaluate_with_it() {
    let app = App::sqlite("once").await;
    let unit = app.user("unit").await;
    let body = json!({ "text": "楼道灯坏了", "category": "0301", "channel": "field", "unit": "6",
        "reporter": { "name": "王阿福", "phone": "13905941234", "confirms": true } });
    let made = unit.post("/api/v1/matters", &body).await.done().json();
    let id = made["id"].as_str().unwrap();
    let code = made["reporter"]["follow_code"].as_str().unwrap().to_owned();
    assert_eq!(code, app.follow_code(id));
    let later = unit.matter(id).await;
    assert!(later["reporter"]["follow_code"].is_null(), "shown once");
    unit.act(
        id,
        "prehandle",
        &json!({ "finding": "solved", "opinion": "已换灯", "reply": "灯已换好" }),
    )
    .await
    .done();
    let no = later["no"].as_str().unwrap();
    let path = format!("/api/v1/public/reports/{no}/confirm");
    let good = json!({ "code": code, "rating": 5 });
    let refused = unit.post(path.clone(), &good).await.refusal();
    assert_eq!(refused.0, "403 denied");
    assert!(refused.1.contains("不能代当事人评价"), "{}", refused.1);
    let own = app.send(Ask::new("POST", path).json(&good)).await;
    assert_eq!(own.status, 204);
}

#[tokio::test]
async fn a_stranger_who_would_join_learns_nothing_of_what_is_not_open() {
    let app = App::sqlite("stranger").await;
    let id = app.user("unit").await.report().await;
    let stranger = app.user("resident").await;
    for version in ["\"v0\"", "\"v1\""] {
        let ask = stranger
            .ask("POST", format!("/api/v1/matters/{id}/actions/join"))
            .header("idempotency-key", app.key())
            .header("if-match", version)
            .json(&json!({}));
        assert_eq!(app.send(ask).await.refusal().0, "404 unknown");
    }
}
