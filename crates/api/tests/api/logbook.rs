//! The log of a governance centre: what one shift leaves unfinished is the next shift's, and is known
//! to be.

use crate::app::App;
use serde_json::{Value, json};
use testkit::{TestOffice, on_postgres};

const TOWN: &str = "/api/v1/areas/3/log";

fn line(text: &str, follow: bool) -> Value {
    json!({ "kind": "caller", "text": text, "follow": follow })
}

async fn a_shift_hands_over(test: TestOffice) -> App {
    let app = App::over(test);
    let (town, leader) = (app.user("town").await, app.user("townleader").await);
    let open = town
        .post(TOWN, &line("九龙小区来电反映停水", true))
        .await
        .done()
        .json();
    town.post(TOWN, &line("例行检查大屏和电话", false))
        .await
        .done();

    // The first shift hands over; not to itself, and not to somebody who does not serve the centre.
    let hand = "/api/v1/areas/3/handovers";
    for (to, why) in [("31", "oneself"), ("41", "a community"), ("82", "another")] {
        let answer = town.post(hand, &json!({ "to": to })).await;
        assert_eq!(answer.status, 422, "{why}: {}", answer.text());
    }
    let given = town
        .post(hand, &json!({ "to": "32", "note": "停水要盯住" }))
        .await
        .done()
        .json();
    assert_eq!(
        (&given["state"], &given["items"]),
        (&json!("pending"), &json!(1))
    );
    let take = format!("/api/v1/handovers/{}/take", given["id"].as_str().unwrap());
    let early = town.post(take.as_str(), &json!({})).await;
    assert_eq!(
        early.refusal(),
        (
            "403 denied".into(),
            "这次交班是交给余志平的，请由本人接班；本人不能到岗的，请交班人改交他人".into()
        )
    );
    let book = leader.get(TOWN).await.done().json();
    assert_eq!(book["keeper"], Value::Null, "not taken yet");
    leader
        .post(take.as_str(), &json!({ "note": "已知晓" }))
        .await
        .done();

    // Now it is the leader's: with what is open, and the first shift cannot hand it on.
    let book = town.get(TOWN).await.done().json();
    assert_eq!(book["keeper_name"], "余志平");
    assert_eq!(book["open"].as_array().unwrap().len(), 1);
    assert_eq!(book["rows"].as_array().unwrap().len(), 2);
    assert_eq!(book["hands_over"], false);
    let (code, sentence) = town.post(hand, &json!({ "to": "32" })).await.refusal();
    assert_eq!(code, "403 denied");
    assert!(sentence.contains("现在当班的是余志平"), "{sentence}");
    let finish = format!(
        "/api/v1/log-entries/{}/finish",
        open["id"].as_str().unwrap()
    );
    let done = leader
        .post(
            finish.as_str(),
            &json!({ "text": "水务公司已抢修，恢复供水" }),
        )
        .await;
    let done = done.done().json();
    assert_eq!(
        (&done["open"], &done["done_by"]["name"]),
        (&json!(false), &json!("余志平"))
    );
    assert_eq!(
        leader
            .post(finish.as_str(), &json!({ "text": "再办" }))
            .await
            .refusal()
            .0,
        "409 conflict"
    );
    let given = leader
        .post(hand, &json!({ "to": "31" }))
        .await
        .done()
        .json();
    assert_eq!(given["items"], 0, "nothing is unfinished");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_shift_hands_what_is_unfinished_to_the_next_which_takes_it() {
    a_shift_hands_over(TestOffice::sqlite("logbook").await).await;
}

#[test]
fn a_shift_hands_what_is_unfinished_to_the_next_which_takes_it_on_postgresql() {
    on_postgres("logbook", a_shift_hands_over);
}

#[tokio::test]
async fn each_centre_writes_its_own_log_and_those_above_read_it() {
    let app = App::sqlite("logbook_scope").await;
    let community = app.user("community").await;
    let own = "/api/v1/areas/4/log";
    let key = app.key();
    for _ in 0..2 {
        let ask = community.ask("POST", own).header("idempotency-key", &key);
        app.send(ask.json(&line("居民来访咨询低保", false)))
            .await
            .done();
    }
    for login in ["town", "county", "cityleader"] {
        let user = app.user(login).await;
        let book = user.get(own).await.done().json();
        assert_eq!(
            book["rows"].as_array().unwrap().len(),
            1,
            "sent twice, kept once"
        );
        assert_eq!(book["writes"], false, "{login}");
        let refused = user.post(own, &line("代写", false)).await.refusal();
        assert_eq!(refused.0, "403 denied", "{login}");
    }
    for login in ["neighbour", "othertown", "gridhead", "sysadmin", "resident"] {
        let answer = app.user(login).await.get(own).await;
        assert_eq!(answer.status, 403, "{login}");
    }
    let none = app.user("town").await.get("/api/v1/areas/5/log").await;
    assert_eq!(none.refusal().0, "404 unknown", "a grid has no centre");
    let empty = community
        .post(own, &json!({ "kind": "rumour" }))
        .await
        .problems();
    assert!(
        empty.contains("kind unknown_word") && empty.contains("text required"),
        "{empty}"
    );
}
