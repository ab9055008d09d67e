//! Wrong input: all problems at once, each in a sentence that says what to do.

use crate::app::{App, Ask};
use expect_test::expect;
use serde_json::json;

#[tokio::test]
async fn every_problem_of_a_report_is_told_at_once() {
    let app = App::sqlite("forms").await;
    let unit = app.user("unit").await;
    let wrong = json!({ "channel": "pigeon", "lon": 119.0, "unit": "six", "files": "none", "reporter": { "phone": 13905941234_i64, "confirms": "maybe" }, "txet": "a" });
    let answer = unit.post("/api/v1/matters", &wrong).await;
    assert_eq!(answer.refusal().0, "422 invalid");
    expect![[r#"
        text required: 请填写事情经过
        channel unknown_word: “pigeon”不是可选的值，可用：field、patrol、resident、snapshot、phone、window、hotline、department、superior
        unit wrong_kind: “unit”应当是编号（数字），请核对
        lat bad_point: 只有经度，请同时给出纬度（WGS84，单位为度）
        reporter.phone wrong_kind: “phone”应当是文字，请核对
        reporter.confirms wrong_kind: “confirms”应当是是或否（true、false），请核对
        files wrong_kind: “files”应当是编号的列表，请核对
        txet unknown_field: 没有“txet”这一项，请核对名称
    "#]]
    .assert_eq(&answer.problems());
}

#[tokio::test]
async fn what_is_no_json_is_explained() {
    let app = App::sqlite("json").await;
    let unit = app.user("unit").await;
    let send = async |body: &str| {
        let ask = unit
            .ask("POST", "/api/v1/matters")
            .header("idempotency-key", app.key())
            .raw(body);
        app.send(ask).await.problems()
    };
    expect![[r#"
        body bad_json: 提交的内容不是正确的 JSON(第 1 行第 8 列)，请检查后重新提交
    "#]]
    .assert_eq(&send(r#"{"text":"#).await);
    expect!["body no_object: 提交的内容应当是一个 JSON 对象\n"].assert_eq(&send("[1,2]").await);
    expect!["body no_object: 提交的内容应当是一个 JSON 对象\n"].assert_eq(&send("null").await);
}

#[tokio::test]
async fn rules_of_the_office_speak_with_the_same_voice() {
    let app = App::sqlite("rules").await;
    let unit = app.user("unit").await;
    let nowhere = json!({ "text": "路灯不亮", "channel": "field", "category": "0104" });
    expect!["place required: 请在地图上选择地点，或选择所在治理单元\n"]
        .assert_eq(&unit.post("/api/v1/matters", &nowhere).await.problems());
    let outside = json!({ "text": "路灯不亮", "channel": "field", "category": "0104", "lon": 119.045, "lat": 25.405 });
    let problems = unit.post("/api/v1/matters", &outside).await.problems();
    assert!(
        problems.starts_with("place place_outside: ") && problems.contains("5号楼"),
        "{problems}"
    );
    let phone = json!({ "text": "路灯不亮", "channel": "field", "category": "0104", "unit": "6", "reporter": { "phone": "123" } });
    expect!["reporter.phone bad_phone: 电话号码应为 7 到 15 位数字，请检查\n"]
        .assert_eq(&unit.post("/api/v1/matters", &phone).await.problems());
    let id = unit.report().await;
    let empty = unit.act(&id, "prehandle", &json!({})).await;
    assert_eq!(empty.refusal().0, "422 invalid");
    assert_eq!(
        unit.act(&id, "dance", &json!({})).await.refusal().0,
        "422 invalid"
    );
    let month = unit
        .get("/api/v1/boards/6?from=2026-02-30")
        .await
        .problems();
    assert!(month.starts_with("from bad_date: "), "{month}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_in_words() {
    let app = App::sqlite("large").await;
    let unit = app.user("unit").await;
    let ask = unit
        .ask("POST", "/api/v1/matters")
        .header("idempotency-key", app.key())
        .raw(vec![b' '; 300 * 1024]);
    assert_eq!(app.send(ask).await.refusal().0, "413 too_large");
}

#[tokio::test]
async fn a_file_is_attached_and_opened_by_who_sees_the_matter() {
    let app = App::sqlite("files").await;
    let unit = app.user("unit").await;
    let refused = app
        .send(
            unit.ask("POST", "/api/v1/files")
                .file("a.exe", b"MZ\x90\x00 not a picture"),
        )
        .await;
    assert_eq!(refused.refusal().0, "422 invalid");
    assert_eq!(
        app.send(unit.ask("POST", "/api/v1/files").raw("x"))
            .await
            .problems(),
        "file no_form: 请用表单（multipart/form-data）的 file 字段上传文件\n"
    );
    let stored = app
        .send(unit.ask("POST", "/api/v1/files").file(
            "现场.pdf",
            b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n",
        ))
        .await
        .done()
        .json();
    let file = stored["id"].as_str().unwrap();
    assert_eq!(
        app.user("gridhead")
            .await
            .get(format!("/api/v1/files/{file}"))
            .await
            .status,
        404,
        "it belongs to nothing yet"
    );
    let id = unit.report().await;
    unit.act(
        &id,
        "prehandle",
        &json!({ "finding": "cannot", "opinion": "见附件", "files": [file] }),
    )
    .await
    .done();
    let opened = app
        .user("gridhead")
        .await
        .get(format!("/api/v1/files/{file}"))
        .await
        .done();
    assert!(opened.text().starts_with("%PDF-1.4"));
    assert!(opened.header("content-security-policy").contains("sandbox"));
    assert!(
        opened
            .header("content-disposition")
            .contains("filename*=UTF-8''%E7%8E%B0")
    );
    assert_eq!(
        app.user("otherunit")
            .await
            .get(format!("/api/v1/files/{file}"))
            .await
            .status,
        404
    );
    let matter = unit.matter(&id).await;
    assert_eq!(matter["files"][0]["name"], "现场.pdf");
}

#[tokio::test]
async fn compressed_answers_hold_the_same() {
    let app = App::sqlite("compressed").await;
    let unit = app.user("unit").await;
    let plain = unit.get("/api/v1/categories").await.done();
    let packed = app
        .send(
            unit.ask("GET", "/api/v1/categories")
                .header("accept-encoding", "gzip"),
        )
        .await
        .done();
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(
        packed.bytes.len() < plain.bytes.len() / 4,
        "{} {}",
        packed.bytes.len(),
        plain.bytes.len()
    );
    let _ = Ask::new("GET", "/");
}

#[tokio::test]
async fn what_nobody_sees_is_taken_out_of_texts_and_control_characters_are_refused() {
    let app = App::sqlite("invisible").await;
    let unit = app.user("unit").await;
    let body = |text: &str| json!({ "text": text, "channel": "field", "unit": "6" });
    let made = unit
        .post("/api/v1/matters", &body("路\u{200B}灯\u{202E}不亮\u{FEFF}"))
        .await;
    assert_eq!(made.done().json()["text"], "路灯不亮");
    let nothing = unit
        .post("/api/v1/matters", &body("\u{200B}\u{200E}"))
        .await;
    assert_eq!(nothing.problems(), "text required: 请填写事情经过\n");
    let refused = unit.post("/api/v1/matters", &body("路灯\u{7}不亮")).await;
    assert_eq!(refused.refusal().0, "422 invalid");
    assert!(
        refused.problems().starts_with("text bad_text: "),
        "{}",
        refused.text()
    );
    let file = unit
        .ask("POST", "/api/v1/files")
        .file("现\u{202E}场.pdf", b"%PDF-1.4\n%%EOF\n");
    assert_eq!(app.send(file).await.done().json()["name"], "现场.pdf");
}

#[tokio::test]
async fn a_filter_that_nothing_has_is_refused_with_those_there_are() {
    let app = App::sqlite("filters").await;
    let unit = app.user("unit").await;
    let state = unit.get("/api/v1/matters?view=area&state=xyz").await;
    assert_eq!(state.refusal().0, "422 invalid");
    let problems = state.problems();
    assert!(problems.starts_with("state unknown_word: "), "{problems}");
    assert!(problems.contains("at_unit、"), "{problems}");
    for path in [
        "matters?view=area&category=xyz",
        "visits?kind=xyz",
        "visits?kind=",
    ] {
        let answer = unit.get(format!("/api/v1/{path}")).await;
        match path.ends_with("xyz") {
            true => assert!(
                answer.problems().contains(" unknown_word: "),
                "{path} {}",
                answer.text()
            ),
            false => assert_eq!(answer.status, 200),
        }
    }
    unit.get("/api/v1/matters?view=area&state=at_unit&category=0104")
        .await
        .done();
    let letters = app
        .user("sysadmin")
        .await
        .get("/api/v1/letters?state=xyz")
        .await;
    assert!(
        letters.problems().contains("waiting、sent、dead"),
        "{}",
        letters.text()
    );
}
