//! What a village or community issued and refused (R202), on both databases.

use crate::app::App;
use serde_json::{Value, json};
use testkit::TestOffice;

const LOG: &str = "/api/v1/areas/4/certificates";

async fn logged(test: TestOffice) -> App {
    let app = App::over(test);
    let community = app.user("community").await;
    let issue = |name: &str| json!({ "name": name, "applicant": "王阿福", "purpose": "子女入学", "basis": "市教育局入学办法第八条" });
    let barred = community.post(LOG, &issue("亲属关系证明")).await.problems();
    assert!(
        barred.starts_with("name forbidden: “亲属关系证明”不应由村居出具，应由公安派出所"),
        "{barred}"
    );
    let empty = community.post(LOG, &json!({})).await.problems();
    assert_eq!(empty.lines().count(), 4, "{empty}");
    let done = community.post(LOG, &issue("居住情况说明")).await.done();
    assert_eq!(done.json()["by"]["name"], "方玉兰");
    let refuse = json!({ "refused": 4, "applicant": "何小妹", "purpose": "办理犬证" });
    let ask = || {
        let ask = community
            .ask("POST", LOG)
            .header("idempotency-key", "refusal-1");
        ask.json(&refuse)
    };
    let slip = app.send(ask()).await.done().json();
    assert_eq!(app.send(ask()).await.done().json()["id"], slip["id"]);
    assert_eq!(
        (&slip["name"], &slip["body"]),
        (&json!("居民养犬证明"), &json!("养犬登记机关"))
    );
    for (login, status) in [("neighbour", 403), ("town", 403), ("unit", 403)] {
        let other = app
            .user(login)
            .await
            .post(LOG, &issue("居住情况说明"))
            .await;
        assert_eq!(other.status, status, "{login}");
    }

    // Above it is read, names masked; in clear only by its own people, and written down.
    let town = app.user("town").await;
    let log = town.get("/api/v1/areas/3/certificates?limit=1").await;
    let log = log.done().json();
    assert_eq!(
        (&log["rows"][0]["name"], &log["rows"][0]["applicant"]),
        (&json!("居民养犬证明"), &json!("何**"))
    );
    let next = log["next"].as_str().unwrap();
    let rest = town
        .get(format!("/api/v1/areas/3/certificates?cursor={next}"))
        .await
        .done()
        .json();
    let names: Vec<&Value> = rest["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["name"])
        .collect();
    assert_eq!(names, ["居住情况说明"], "what was sent twice is there once");
    let path = format!(
        "/api/v1/certificate-entries/{}",
        slip["id"].as_str().unwrap()
    );
    assert_eq!(
        community.get(path.as_str()).await.done().json()["applicant"],
        "何小妹"
    );
    assert_eq!(town.get(path.as_str()).await.refusal().0, "403 denied");
    let audit = app.user("auditor").await.get("/api/v1/audit").await.done();
    assert!(audit.text().contains("read_certificate"));
    assert!(!audit.text().contains("何小妹"), "no name in the log");
    let neighbour = app.user("neighbour").await;
    assert_eq!(neighbour.get(LOG).await.refusal().0, "403 denied");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn certificates_are_logged_and_refused_with_a_slip_that_names_who_is_competent_on_sqlite() {
    logged(TestOffice::sqlite("certificates").await).await;
}

#[test]
fn certificates_are_logged_and_refused_with_a_slip_that_names_who_is_competent_on_postgresql() {
    testkit::on_postgres("certificates", logged);
}
