//! 常用语: one's own and shared ones, on both databases.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::TestOffice;

async fn texts(user: &User<'_>) -> Vec<String> {
    let list = user.get("/api/v1/phrases").await.done().json();
    let texts = list.as_array().unwrap().iter();
    texts
        .map(|p| p["text"].as_str().unwrap().to_owned())
        .collect()
}

async fn kept(test: TestOffice) -> App {
    let app = App::over(test);
    let (town, unit) = (app.user("town").await, app.user("unit").await);
    let phrase = |text: &str, area: Value| json!({ "action": "settle", "field": "reply", "text": text, "area": area });
    let own = "您反映的问题已处理，请拨打 13905941234 联系我。";
    unit.post("/api/v1/phrases", &phrase(own, Value::Null))
        .await
        .done();
    // Nobody's number gets into what many read.
    let refused = town.post("/api/v1/phrases", &phrase(own, json!("3"))).await;
    assert_eq!(
        refused.problems(),
        "text personal_number: 共享的常用语里不能有电话、证件号等号码，请删去后再保存\n"
    );
    let shared = "感谢您的反映，霞林街道将持续跟进。";
    let ask = || {
        let ask = town
            .ask("POST", "/api/v1/phrases")
            .header("idempotency-key", "phrase-001");
        ask.json(&phrase(shared, json!("3")))
    };
    let made = app.send(ask()).await.done().json();
    assert_eq!(app.send(ask()).await.done().json()["id"], made["id"]);
    assert_eq!(made["area_name"], "霞林街道");
    for (login, area) in [("unit", "6"), ("town", "20")] {
        let user = app.user(login).await;
        let denied = user
            .post("/api/v1/phrases", &phrase("好的", json!(area)))
            .await;
        assert_eq!(denied.refusal().0, "403 denied", "{login}");
    }
    assert_eq!(texts(&unit).await, [own, shared]);
    assert_eq!(
        texts(&town).await,
        [shared],
        "what is one's own is no other's"
    );
    assert_eq!(texts(&app.user("otherunit").await).await, [""; 0]);
    let resident = app.user("resident").await;
    assert_eq!(
        resident.get("/api/v1/phrases").await.refusal().0,
        "403 denied"
    );

    let list = unit.get("/api/v1/phrases").await.done().json();
    let remove = async |user: &User<'_>, id: &Value| {
        let path = format!("/api/v1/phrases/{}", id.as_str().unwrap());
        app.send(user.ask("DELETE", path)).await.status
    };
    assert_eq!(remove(&town, &list[0]["id"]).await, 404, "not theirs");
    assert_eq!(remove(&unit, &made["id"]).await, 403, "the centre keeps it");
    assert_eq!(remove(&unit, &list[0]["id"]).await, 204);
    assert_eq!(remove(&town, &made["id"]).await, 204);
    assert_eq!(texts(&unit).await, [""; 0]);
    app.test.verify().await;
    app
}

#[tokio::test]
async fn phrases_are_ones_own_or_shared_by_a_centre_without_numbers_on_sqlite() {
    kept(TestOffice::sqlite("phrases").await).await;
}

#[test]
fn phrases_are_ones_own_or_shared_by_a_centre_without_numbers_on_postgresql() {
    testkit::on_postgres("phrases", kept);
}
