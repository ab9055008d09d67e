//! Residents without an account.

use crate::app::{Answer, App, Ask};
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
    // A retry in the lift is one evaluation; another one under its key is refused.
    let again = async |key: &str, body: &serde_json::Value| {
        let ask = Ask::new("POST", path.as_str()).header("idempotency-key", key.to_owned());
        app.send(ask.json(body)).await.status
    };
    assert_eq!(again("evaluation-1", &good).await, 204);
    assert_eq!(again("evaluation-1", &good).await, 204);
    let worse = json!({ "code": code, "rating": 1 });
    assert_eq!(again("evaluation-1", &worse).await, 422);
    assert_eq!(again("evaluation-2", &good).await, 409, "it is closed");
    assert_eq!(unit.matter(id).await["rating"], 5);
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

/// A lookup of the public page, by nobody.
async fn look(app: &App, path: &str) -> Answer {
    app.send(Ask::new("GET", format!("/api/v1/public/{path}")))
        .await
}

fn names(answer: &serde_json::Value) -> Vec<&str> {
    let all = answer.as_array().unwrap().iter();
    all.map(|a| a["full_name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn nobody_in_particular_finds_a_place_and_a_category_by_name_and_nothing_else() {
    let app = App::sqlite("lookup").await;
    let found = look(&app, "areas/search?q=%E9%9C%9E%E6%9E%97")
        .await
        .done()
        .json();
    assert_eq!(
        found,
        json!([{ "id": "8", "name": "霞林社区", "full_name": "莆田市 / 城厢区 / 霞林街道 / 霞林社区", "level_word": "村居" }]),
        "the street is too wide to report from; no figures, no people"
    );
    let units = "areas/search?q=%E5%9D%82%E5%A4%B4%20%E5%8F%B7%E6%A5%BC";
    let found = look(&app, units).await.done().json();
    assert_eq!(names(&found).len(), 2);
    app.test
        .sql("UPDATE area SET valid_to = 20000 WHERE id = 7")
        .await;
    app.test.office.reload().await.unwrap();
    let found = look(&app, units).await.done().json();
    assert_eq!(
        names(&found),
        ["莆田市 / 城厢区 / 霞林街道 / 坂头社区 / 坂头安置房小区网格 / 1号楼"]
    );
    let nothing = look(&app, "areas/search").await;
    assert_eq!(
        nothing.problems(),
        "q required: 请填写小区、楼栋或村居的名称\n"
    );

    let unit = look(&app, "areas/locate?lon=119.005&lat=25.405")
        .await
        .done()
        .json();
    assert_eq!((&unit["id"], &unit["name"]), (&json!("6"), &json!("1号楼")));
    let outside = look(&app, "areas/locate?lon=119.06&lat=25.405").await;
    assert_eq!(outside.refusal().0, "422 place_outside");
    assert_eq!(outside.json()["nearest"][0]["id"], "23");
    let swapped = look(&app, "areas/locate?lon=25.405&lat=119.005")
        .await
        .problems();
    assert_eq!(
        swapped,
        "lat bad_point: 经度应在 -180 到 180 之间，纬度应在 -90 到 90 之间（WGS84，单位为度），收到的是经度 25.405、纬度 119.005。看起来经度和纬度填反了，请对调\n"
    );

    let classes = look(&app, "categories").await.done().json();
    let first = classes[0].as_object().unwrap();
    assert_eq!(first.keys().collect::<Vec<_>>(), ["categories", "name"]);
    let category = classes[0]["categories"][0].as_object().unwrap();
    assert_eq!(category.keys().collect::<Vec<_>>(), ["code", "name"]);
}

#[tokio::test]
async fn looking_up_without_end_is_slowed_down() {
    let app = App::sqlite("lookup_slow").await;
    let mut refused = 0;
    for _ in 0..61 {
        refused += u32::from(look(&app, "areas/search?q=1").await.status == 429);
    }
    assert_eq!(refused, 1);
}

#[tokio::test]
async fn a_public_report_needs_no_telephone_and_its_refusals_name_the_fields_of_the_page() {
    let app = App::sqlite("public_fields").await;
    let send = async |body: serde_json::Value| {
        let ask = Ask::new("POST", "/api/v1/public/reports").header("idempotency-key", app.key());
        app.send(ask.json(&body)).await
    };
    let receipt = send(json!({ "text": "路灯不亮", "unit": "6", "category": "0104" })).await;
    let receipt = receipt.done().json();
    let unit = app.user("unit").await;
    let listed = unit.get("/api/v1/matters?view=queue").await.done().json();
    assert_eq!(listed["rows"][0]["no"], receipt["no"]);
    let id = listed["rows"][0]["id"].as_str().unwrap();
    assert_eq!(unit.matter(id).await["category"], "0104");

    for (body, wanted) in [
        (
            json!({ "unit": "6" }),
            "text required: 请填写要反映的情况\n",
        ),
        (
            json!({ "text": "灯", "unit": "3" }),
            "unit too_coarse: “霞林街道”范围太大，请至少选到村居\n",
        ),
        (
            json!({ "text": "灯" }),
            "unit required: 请在地图上选择地点，或选择所在治理单元\n",
        ),
        (
            json!({ "text": "灯", "unit": "6", "phone": "12" }),
            "phone bad_phone: 电话号码应为 7 到 15 位数字，请检查\n",
        ),
        (
            json!({ "text": "灯", "unit": "6", "name": "长".repeat(101) }),
            "name too_long: 姓名最多 100 字\n",
        ),
    ] {
        assert_eq!(send(body).await.problems(), wanted);
    }
    let unknown = send(json!({ "text": "灯", "unit": "6", "category": "9999" })).await;
    assert!(
        unknown.problems().starts_with("category "),
        "{}",
        unknown.text()
    );

    let no = receipt["no"].as_str().unwrap();
    let path = format!("/api/v1/public/reports/{no}");
    let wrong = app
        .send(Ask::new("GET", format!("{path}?code=AAAAAAAA")))
        .await;
    assert!(
        wrong.problems().starts_with("code unknown: "),
        "{}",
        wrong.text()
    );
    let confirm = async |body: serde_json::Value| {
        let ask = Ask::new("POST", format!("{path}/confirm"))
            .header("idempotency-key", app.key())
            .json(&body);
        app.send(ask).await.problems()
    };
    let both = confirm(json!({})).await;
    assert_eq!(
        both,
        "code required: 请填写查询码\nrating required: 请选择满意程度\n"
    );
    let code = receipt["code"].as_str().unwrap();
    let long = json!({ "code": code, "rating": 5, "words": "好".repeat(5000) });
    let open = json!({ "finding": "solved", "opinion": "已换灯", "reply": "灯已换好" });
    unit.act(id, "prehandle", &open).await.done();
    assert!(confirm(long).await.starts_with("words too_long: "));
}
