//! What residents are told: reviewed by another person, targeted, read without sign-in, withdrawn.

use crate::app::App;
use serde_json::{Value, json};
use testkit::{TestOffice, on_postgres};

const INNOCENT: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n";

async fn seen(app: &App, area: &str) -> Vec<String> {
    let path = format!("/api/v1/public/publications?area={area}");
    let page = app
        .send(crate::app::Ask::new("GET", path))
        .await
        .done()
        .json();
    let rows = page["rows"].as_array().unwrap().clone();
    rows.iter()
        .map(|r| r["title"].as_str().unwrap().to_owned())
        .collect()
}

async fn residents_are_told(test: TestOffice) -> App {
    let app = App::over(test);
    let (staff, secretary) = (app.user("community").await, app.user("secretary").await);
    let upload = staff
        .ask("POST", "/api/v1/files")
        .file("安排.pdf", INNOCENT);
    let file = app.send(upload).await.done().json()["id"].clone();
    let form = json!({ "kind": "notice", "title": "停水通知", "text": "明天九点至十二点停水。", "areas": ["4"], "files": [file] });
    let path = "/api/v1/areas/4/publications";

    let mut foreign = form.clone();
    foreign["text"] = json!("详见 https://example.com");
    let refused = staff.post(path, &foreign).await;
    assert!(
        refused.problems().starts_with("text foreign"),
        "{}",
        refused.text()
    );
    let mut above = form.clone();
    above["areas"] = json!(["3"]);
    assert!(
        staff
            .post(path, &above)
            .await
            .problems()
            .starts_with("areas outside")
    );
    for login in ["unit", "neighbour", "resources"] {
        let refused = app.user(login).await.post(path, &form).await.refusal();
        assert_eq!(refused.0, "403 denied", "{login}");
    }

    let one = staff.post(path, &form).await.done().json();
    let act = |what: &str| {
        format!(
            "/api/v1/publications/{}/{what}",
            one["id"].as_str().unwrap()
        )
    };
    let early = staff.post(act("publish"), &json!({})).await.refusal();
    assert!(early.1.contains("审核通过后才能发布"), "{}", early.1);
    let pass = json!({ "passed": true });
    assert_eq!(
        staff.post(act("review"), &pass).await.refusal().0,
        "403 denied"
    );
    assert_eq!(
        app.user("neighbour")
            .await
            .post(act("review"), &pass)
            .await
            .status,
        404
    );
    assert!(seen(&app, "4").await.is_empty(), "not before");
    // Turned down with a reason, written anew with its file, sent again.
    let no = json!({ "passed": false, "opinion": "请写明停水范围" });
    secretary.post(act("review"), &no).await.done();
    let mut anew = form.clone();
    anew["title"] = json!("停水通知（改）");
    let put = |user: &crate::app::User<'_>, body: &Value| {
        user.ask(
            "PUT",
            format!("/api/v1/publications/{}", one["id"].as_str().unwrap()),
        )
        .json(body)
    };
    let outsider = app.user("neighbour").await;
    assert_eq!(app.send(put(&outsider, &anew)).await.status, 404);
    let again = app.send(put(&staff, &anew)).await.done().json();
    assert_eq!(
        (
            &again["state_word"],
            again["files"].as_array().unwrap().len()
        ),
        (&json!("待审核"), 1)
    );
    secretary.post(act("review"), &pass).await.done();
    staff.post(act("publish"), &json!({})).await.done();

    let late = app.send(put(&staff, &form)).await.refusal();
    assert_eq!(
        late.0, "409 conflict",
        "what is published is withdrawn, not rewritten"
    );

    // In its area and below, nowhere else; without names of the staff.
    for (area, many) in [("4", 1), ("6", 1), ("8", 0), ("3", 0)] {
        assert_eq!(seen(&app, area).await.len(), many, "{area}");
    }
    let open = |tail: &str| {
        format!(
            "/api/v1/public/publications/{}{tail}",
            one["id"].as_str().unwrap()
        )
    };
    let read = app
        .send(crate::app::Ask::new("GET", open("")))
        .await
        .done()
        .json();
    assert_eq!(read["text"], "明天九点至十二点停水。");
    assert!(!read.to_string().contains("方玉兰"));
    let tail = format!("/files/{}", read["files"][0]["id"].as_str().unwrap());
    let bytes = app
        .send(crate::app::Ask::new("GET", open(&tail)))
        .await
        .done()
        .bytes;
    assert_eq!(bytes, INNOCENT);

    // Withdrawn with a reason: gone for everybody, kept for the staff.
    let why = json!({ "reason": "停水改期" });
    assert!(
        secretary
            .post(act("withdraw"), &json!({}))
            .await
            .problems()
            .starts_with("reason required")
    );
    secretary.post(act("withdraw"), &why).await.done();
    assert!(seen(&app, "4").await.is_empty());
    for tail in ["", &*tail] {
        assert_eq!(
            app.send(crate::app::Ask::new("GET", open(tail)))
                .await
                .status,
            404
        );
    }
    let list = app
        .user("townleader")
        .await
        .get("/api/v1/areas/3/publications")
        .await;
    let row: Value = list.done().json()["rows"][0].clone();
    assert_eq!(
        (&row["state"], &row["withdrawn"]["words"]),
        (&json!("withdrawn"), &json!("停水改期"))
    );
    let log = app
        .user("auditor")
        .await
        .get("/api/v1/audit")
        .await
        .done()
        .text();
    for action in [
        "write_publication",
        "review_publication",
        "publish_publication",
        "withdraw_publication",
    ] {
        assert!(log.contains(action), "{action}");
    }
    app.test.verify().await;
    app
}

#[tokio::test]
async fn residents_are_told_what_another_person_reviewed_until_it_is_withdrawn_on_sqlite() {
    residents_are_told(TestOffice::sqlite("publication").await).await;
}

#[test]
fn residents_are_told_what_another_person_reviewed_until_it_is_withdrawn_on_postgresql() {
    on_postgres("publication", residents_are_told);
}
