//! Parts of a matter, and one action on several, over HTTP on both databases.

use crate::app::App;
use serde_json::{Value, json};
use testkit::TestOffice;

async fn worked(test: TestOffice) -> App {
    let app = App::over(test);
    let (unit, head) = (app.user("unit").await, app.user("gridhead").await);
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = unit.report().await;
        let cannot = json!({ "finding": "cannot", "opinion": "单元无法解决" });
        unit.act(&id, "prehandle", &cannot).await.done();
        ids.push(id);
    }
    // 批量上报: the third was moved meanwhile, the fourth is no number of ours.
    head.act(&ids[2], "claim", &json!({})).await.done();
    let rows: Vec<Value> = ids
        .iter()
        .map(String::as_str)
        .chain(["77"])
        .map(|id| json!({ "id": id, "version": 2 }))
        .collect();
    let bulk = json!({ "action": "escalate", "rows": rows, "form": { "opinion": "网格无法解决" } });
    let ask = || {
        head.ask("POST", "/api/v1/matters/bulk")
            .header("idempotency-key", "bulk-0001")
            .json(&bulk)
    };
    let answer = app.send(ask()).await.done().json();
    let said: Vec<_> = answer
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["code"].as_str().unwrap_or("done"))
        .collect();
    assert_eq!(said, ["done", "done", "stale", "unknown"]);
    assert!(
        answer[2]["detail"]
            .as_str()
            .unwrap()
            .contains("刚刚有了新进展")
    );
    let again = app.send(ask()).await.done().json();
    assert_eq!(again[0]["version"], 3, "done once");
    let empty = json!({ "action": "escalate", "rows": [] });
    let none = head.post("/api/v1/matters/bulk", &empty).await;
    assert!(
        none.problems().starts_with("rows bad_rows"),
        "{}",
        none.text()
    );
    let resident = app
        .user("resident")
        .await
        .post("/api/v1/matters/bulk", &bulk)
        .await;
    assert_eq!(resident.refusal().0, "403 denied");

    // 分办
    let community = app.user("community").await;
    let split = json!({ "opinion": "分开办", "part": { "text": "重新丈量面积", "waits": true } });
    let whole = community.act(&ids[0], "split", &split).await.done().json();
    let part = whole["parts"][0]["id"].as_str().unwrap().to_owned();
    let seen = community.matter(&part).await;
    assert_eq!(
        (&seen["part_of"]["id"], &seen["desk_name"]),
        (&json!(ids[0]), &json!("坂头社区"))
    );
    let settle = json!({ "opinion": "办好了", "reply": "已办好", "finding": "solved" });
    let early = community.act(&ids[0], "settle", &settle).await;
    assert_eq!(early.refusal().0, "409 conflict");
    let neighbour = app
        .user("neighbour")
        .await
        .act(&ids[0], "split", &split)
        .await;
    assert_eq!(neighbour.status, 404);
    community.act(&part, "settle", &settle).await.done();
    let whole = community.matter(&ids[0]).await;
    assert_eq!(whole["parts"][0]["over"], true);
    assert_eq!(
        whole["steps"].as_array().unwrap().last().unwrap()["action_word"],
        "分办事项有结果"
    );
    community.act(&ids[0], "settle", &settle).await.done();
    let board = app
        .user("secretary")
        .await
        .get("/api/v1/boards/4")
        .await
        .done()
        .json();
    assert_eq!(board["figures"]["reported"], 3);
    app.test.verify().await;
    app
}

#[tokio::test]
async fn parts_are_waited_for_and_several_matters_get_an_answer_each_on_sqlite() {
    worked(TestOffice::sqlite("parts").await).await;
}

#[test]
fn parts_are_waited_for_and_several_matters_get_an_answer_each_on_postgresql() {
    testkit::on_postgres("parts", worked);
}
