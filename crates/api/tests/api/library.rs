//! The library: for roles and areas, with versions and receipts of the readers' own.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::{TestOffice, on_postgres};

async fn titles(user: &User<'_>, q: &str) -> Vec<String> {
    let list = user
        .get(format!("/api/v1/library?q={q}"))
        .await
        .done()
        .json();
    let rows = list.as_array().unwrap().iter();
    rows.map(|d| d["title"].as_str().unwrap().to_owned())
        .collect()
}

/// The list is paged: nobody is left out or named twice, also where somebody reads it meanwhile, and the
/// total is that of all pages.
async fn who_has_not_read_page_by_page(town: &User<'_>, unit: &User<'_>, form: &Value) {
    let made = town.post("/api/v1/library", form).await.done().json();
    let path = |tail: &str| format!("/api/v1/library/{}{tail}", made["id"].as_str().unwrap());
    let all = town.get(path("/unread?limit=100")).await.done().json();
    let all_rows = all["rows"].as_array().unwrap().clone();
    assert!(all_rows.len() > 4 && all["next"].is_null(), "{all}");
    assert_eq!(all["total"], all_rows.len());
    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let asked = path(&format!("/unread?limit=2&cursor={next}"));
        let page = town.get(asked).await.done().json();
        let left = usize::from(!seen.is_empty());
        assert_eq!(page["total"], all_rows.len() - left);
        if seen.is_empty() {
            unit.post(path("/read"), &json!({})).await.done();
        }
        seen.extend(page["rows"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(more) => next = more.to_owned(),
            None => break,
        }
    }
    let mut expected = all_rows;
    expected.retain(|row| seen.contains(row) || row["name"] != "陈春山");
    assert_eq!(seen, expected);
    let strange = town.get(path("/unread?cursor=1.2.3.4")).await;
    assert!(strange.problems().contains("cursor other_list"));
}

async fn versions_and_receipts(test: TestOffice) -> App {
    let app = App::over(test);
    let (town, unit) = (app.user("town").await, app.user("unit").await);
    let form = |title: &str, roles: Value| json!({ "area": "3", "kind": "manual", "title": title, "roles": roles, "mandatory": true, "text": "第一版内容" });
    for login in ["unit", "community", "othertown", "resident"] {
        let refused = app
            .user(login)
            .await
            .post("/api/v1/library", &form("手册", json!([])))
            .await;
        assert_eq!(refused.refusal().0, "403 denied", "{login}");
    }
    let empty = json!({ "area": "3", "kind": "guide", "title": " ", "text": " " });
    let empty = town.post("/api/v1/library", &empty).await.problems();
    assert!(
        empty.contains("text required") && empty.contains("title required"),
        "{empty}"
    );
    let manual = town
        .post("/api/v1/library", &form("单元长手册", json!(["unit_head"])))
        .await
        .done()
        .json();
    town.post("/api/v1/library", &form("通用指引", json!([])))
        .await
        .done();

    // For its roles within its area, found by title.
    assert_eq!(titles(&unit, "").await, ["通用指引", "单元长手册"]);
    assert_eq!(titles(&unit, "手册").await, ["单元长手册"]);
    assert_eq!(titles(&app.user("gridhead").await, "").await, ["通用指引"]);
    assert!(titles(&app.user("otherunit").await, "").await.is_empty());
    let path = |tail: &str| format!("/api/v1/library/{}{tail}", manual["id"].as_str().unwrap());
    assert_eq!(app.user("gridhead").await.get(path("")).await.status, 404);

    // A receipt is the reader's own word, for the version that is read.
    assert_eq!(
        unit.get(path("")).await.done().json()["due"],
        true,
        "opening it is no receipt"
    );
    let read = unit.post(path("/read"), &json!({})).await.done().json();
    assert_eq!(
        (&read["due"], read["read_at"].is_i64()),
        (&json!(false), true)
    );
    unit.post(path("/read"), &json!({})).await.done();
    assert_eq!(town.get(path("")).await.done().json()["readers"], 1, "once");
    let unread = town.get(path("/unread")).await.done().json();
    let names: Vec<_> = unread["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].clone())
        .collect();
    assert_eq!(
        (unread["total"].clone(), names),
        (json!(0), vec![]),
        "the one head of a unit has read it"
    );
    assert_eq!(unit.get(path("/unread")).await.refusal().0, "403 denied");
    let refused = unit.post(path("/versions"), &json!({ "text": "改" })).await;
    assert_eq!(refused.refusal().0, "403 denied");
    let second = json!({ "text": "第二版内容" });
    town.post(path("/versions"), &second).await.done();
    let anew = unit.get(path("")).await.done().json();
    assert_eq!(anew["due"], true, "a new version is to be read anew");
    let unread = town.get(path("/unread")).await.done().json();
    assert_eq!(
        unread["rows"][0]["name"], "陈春山",
        "by name, until it is read"
    );
    let texts: Vec<_> = anew["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["第二版内容", "第一版内容"], "older ones are kept");
    assert!(anew.get("readers").is_none());
    who_has_not_read_page_by_page(&town, &unit, &form("消防须知", json!([]))).await;
    town.post(path("/retire"), &json!({ "reason": "并入新手册" }))
        .await
        .done();
    let after = town.post(path("/versions"), &second).await.refusal();
    assert_eq!(after.0, "409 conflict");
    assert_eq!(unit.get(path("")).await.done().json()["due"], false);
    app.test.verify().await;
    app
}

#[tokio::test]
async fn documents_are_for_roles_and_areas_with_versions_and_receipts_of_ones_own_on_sqlite() {
    versions_and_receipts(TestOffice::sqlite("library").await).await;
}

#[test]
fn documents_are_for_roles_and_areas_with_versions_and_receipts_of_ones_own_on_postgresql() {
    on_postgres("library", versions_and_receipts);
}
