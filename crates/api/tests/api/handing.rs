//! Taking back, passing on, inviting, countersigning, urging over HTTP, on both databases.

use crate::app::App;
use serde_json::{Value, json};
use testkit::{TestOffice, march};

fn offered<'a>(matter: &'a Value, action: &str) -> Option<&'a Value> {
    let all = matter["actions"].as_array().unwrap();
    all.iter().find(|a| a["action"] == action)
}

async fn handed(test: TestOffice) -> App {
    let app = App::over(test);
    let (unit, community) = (app.user("unit").await, app.user("community").await);
    let id = unit.report().await;
    let cannot = json!({ "finding": "cannot", "opinion": "单元无法解决" });
    unit.act(&id, "prehandle", &cannot).await.done();

    // 收回
    let taken = unit
        .act(&id, "recall", &json!({ "opinion": "选错了" }))
        .await;
    assert_eq!(taken.done().json()["state"], "at_unit");
    let again = unit.act(&id, "recall", &json!({ "opinion": "再收" })).await;
    assert_eq!(again.refusal().0, "403 denied");
    unit.act(&id, "prehandle", &cannot).await.done();

    // 转办
    let head = app.user("gridhead").await;
    let transfer = offered(&head.matter(&id).await, "transfer")
        .unwrap()
        .clone();
    let people: Vec<&str> = transfer["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert!(people.contains(&"黄国栋"), "{people:?}");
    let to = |person: &str| json!({ "opinion": "请你去看", "person": person });
    let stranger = head.act(&id, "transfer", &to("31")).await;
    assert!(
        stranger.problems().starts_with("person not_a_colleague"),
        "{}",
        stranger.text()
    );
    let outsider = app
        .user("neighbour")
        .await
        .act(&id, "transfer", &to("52"))
        .await;
    assert_eq!(outsider.status, 404);
    let passed = head.act(&id, "transfer", &to("52")).await.done().json();
    assert_eq!(passed["holder_name"], "黄国栋");
    let messages = app
        .user("gridworker")
        .await
        .get("/api/v1/messages")
        .await
        .done()
        .json();
    assert!(
        messages["rows"][0]["text"]
            .as_str()
            .unwrap()
            .contains("已转给您办理")
    );
    let up = json!({ "opinion": "解决不了" });
    head.act(&id, "escalate", &up).await.done();
    community.act(&id, "escalate", &up).await.done();

    // 会签
    let town = app.user("town").await;
    let ask = json!({ "opinion": "请表态", "co": [{ "org": "71" }, { "org": "72" }] });
    let asked = town.act(&id, "countersign_any", &ask).await.done().json();
    assert_eq!(
        (&asked["state_word"], &asked["countersign"]["need"]),
        (&json!("会签中"), &json!(1))
    );
    let yes = json!({ "verdict": true, "opinion": "同意" });
    let denied = community.act(&id, "countersign", &yes).await;
    assert_eq!(denied.refusal().0, "403 denied");
    app.user("housing")
        .await
        .act(&id, "countersign", &yes)
        .await
        .done();
    let after = town.matter(&id).await;
    assert_eq!(
        (&after["state"], &after["countersign"]["agreed"]),
        (&json!("at_town"), &json!(true))
    );
    assert_eq!(after["tasks"][1]["agrees"], true);

    // 呼叫，收回任务，邀请会办
    let call = json!({ "opinion": "请办理", "lead": { "org": "71" }, "co": [{ "org": "74" }] });
    town.act(&id, "call", &call).await.done();
    let co = json!({ "opinion": "叫错了", "task": 4 });
    town.act(&id, "recall_task", &co).await.done();
    let resources = app.user("resources").await;
    resources.act(&id, "sign", &json!({})).await.done();
    let invite = json!({ "opinion": "请一起测量", "co": [{ "org": "73" }] });
    let invited = resources.act(&id, "invite", &invite).await.done().json();
    assert_eq!(invited["tasks"][4]["desk_name"], "开发公司");

    // 催办
    let urged = community.act(&id, "urge", &json!({})).await.done().json();
    assert_eq!(urged["urged"], 1);
    assert!(
        offered(&urged, "urge").is_none(),
        "not offered again at once"
    );
    let soon = community.act(&id, "urge", &json!({})).await;
    assert_eq!(soon.refusal().0, "409 conflict");
    app.test.clock.set(march(11, 11, 30));
    let community = app.user("community").await;
    assert!(offered(&community.matter(&id).await, "urge").is_some());
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_matter_is_taken_back_passed_on_countersigned_and_urged_on_sqlite() {
    handed(TestOffice::sqlite("handing").await).await;
}

#[test]
fn a_matter_is_taken_back_passed_on_countersigned_and_urged_on_postgresql() {
    testkit::on_postgres("handing", handed);
}
