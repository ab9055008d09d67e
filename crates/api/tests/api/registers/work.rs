//! The work that follows from a record, and the matters that it becomes.

use super::{add, added, change};
use crate::app::App;
use serde_json::{Value, json};

#[tokio::test]
async fn what_a_joint_meeting_decided_is_followed_until_it_is_done_or_a_matter() {
    let app = App::sqlite("meeting").await;
    let community = app.user("community").await;
    let meeting = json!({ "area": "4", "values": { "title": "三月党建联席会议", "kind": "joint", "held": "2026-03-10", "attendees": "莆田学院、物业公司", "agenda": "充电桩和路灯" },
        "items": [
            { "text": "增设 20 个充电桩", "owner": "物业公司", "due": "2026-03-20" },
            { "text": "修复 3 盏路灯", "owner": "社区居委会", "due": "2026-03-12" }] });
    let id = added(&community, "joint_meeting", &meeting).await;
    let matter = app.user("unit").await.report().await;
    let no = community.matter(&matter).await["no"]
        .as_str()
        .unwrap()
        .to_owned();

    let lost =
        json!({ "no": 2, "state": "open", "text": "已报", "matter": "350302003-260311-9999" });
    let refused = change(&community, &id, "POST", "/progress", &lost)
        .await
        .problems();
    assert!(refused.starts_with("matter unknown_matter"), "{refused}");
    let became = json!({ "no": 2, "state": "open", "text": "转为事件办理", "matter": no });
    let after = change(&community, &id, "POST", "/progress", &became)
        .await
        .done()
        .json();
    assert_eq!(after["items"][1]["matter"], no.as_str());
    let old = community
        .ask("POST", format!("/api/v1/records/{id}/progress"))
        .header("if-match", "\"v1\"");
    assert_eq!(app.send(old.json(&became)).await.refusal().0, "412 stale");

    app.test.clock.advance_minutes(2 * 24 * 60);
    let (community, leader) = (app.user("community").await, app.user("townleader").await);
    let late = leader
        .get("/api/v1/registers/joint_meeting/records?area=3")
        .await
        .done()
        .json();
    let items = &late["rows"][0]["items"];
    assert_eq!(
        (&items[0]["late"], &items[1]["late"]),
        (&json!(false), &json!(true)),
        "two days on"
    );
    let done = json!({ "no": 2, "state": "done", "text": "三盏路灯已亮" });
    let after = change(&community, &id, "POST", "/progress", &done)
        .await
        .done()
        .json();
    assert_eq!(
        (&after["items"][1]["state_word"], &after["items"][1]["late"]),
        (&json!("已完成"), &json!(false))
    );
    assert_eq!(after["items"][1]["progress"].as_array().unwrap().len(), 2);
    assert_eq!(
        change(&community, &id, "POST", "/progress", &done)
            .await
            .refusal()
            .0,
        "409 conflict"
    );
    let one = json!({ "text": "安装雨棚", "owner": "物业公司", "due": "2026-04-01" });
    let after = change(&community, &id, "POST", "/items", &one)
        .await
        .done()
        .json();
    assert_eq!(after["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_agreement_needs_its_one_or_two_livelihood_items_and_a_term() {
    let app = App::sqlite("pairing").await;
    let community = app.user("community").await;
    let mut pairing =
        json!({ "area": "4", "values": { "unit": "城厢区税务局", "signed": "2026-03-01" } });
    assert_eq!(
        add(&community, "pairing", &pairing).await.problems(),
        "to required: 请填写截止日期\nitems wrong_number: 民生实事要有 1 到 2 项\n"
    );
    pairing["to"] = json!("2027-03-01");
    pairing["items"] =
        json!([{ "text": "修缮老人活动室", "owner": "城厢区税务局", "due": "2026-09-30" }]);
    let id = added(&community, "pairing", &pairing).await;
    let item = json!({ "text": "办一场税法讲座", "owner": "城厢区税务局", "due": "2026-10-30" });
    change(&community, &id, "POST", "/items", &item)
        .await
        .done();
    let third = change(&community, &id, "POST", "/items", &item)
        .await
        .refusal();
    assert_eq!(
        third,
        ("409 conflict".into(), "一条记录最多 2 项民生实事".into())
    );
}

#[tokio::test]
async fn a_record_becomes_a_matter_in_one_step_and_lists_what_its_reader_may_see() {
    let app = App::sqlite("becomes").await;
    let (community, secretary) = (app.user("community").await, app.user("secretary").await);
    let point = json!({ "area": "4", "values": { "leader": "county", "duty": "老旧小区改造" } });
    let id = added(&community, "leader_point", &point).await;
    let quota = json!({ "area": "4", "values": { "name": "张律师", "kind": "lawyer", "phone": "13905940000" } });
    let lawyer = added(&community, "professional", &quota).await;
    let report = |record: &str, more: Value| {
        let mut body =
            json!({ "text": "居民反映路灯不亮，请处理", "category": "0401", "record": record });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let refused = community
        .post("/api/v1/matters", &report(&lawyer, json!({})))
        .await;
    assert_eq!(refused.refusal().1, "这类记录不转为事件");
    let orphan = json!({ "text": "居民反映路灯不亮，请处理", "record_item": 1 });
    let orphan = community.post("/api/v1/matters", &orphan).await;
    assert_eq!(
        orphan.problems(),
        "record required: 请给出事项所属的台账记录\n"
    );

    // Where nobody says more it lies where the record lies.
    let open = community
        .post("/api/v1/matters", &report(&id, json!({})))
        .await;
    let open = open.done().json();
    assert_eq!(
        open["trail"].as_array().unwrap().last().unwrap()["id"],
        "4",
        "{open}"
    );
    // A complaint about the community's own staff is not for its colleagues.
    let hidden = report(&id, json!({ "bypass": "4" }));
    let hidden = community.post("/api/v1/matters", &hidden).await;
    assert!(
        hidden.status == 201 || hidden.status == 202,
        "{}",
        hidden.text()
    );
    let read = secretary
        .get(format!("/api/v1/records/{id}"))
        .await
        .done()
        .json();
    let listed: Vec<&Value> = read["matters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["no"])
        .collect();
    assert_eq!(
        (listed, &read["hidden_matters"]),
        (vec![&open["no"]], &json!(1))
    );

    change(
        &community,
        &id,
        "POST",
        "/end",
        &json!({ "reason": "调整" }),
    )
    .await
    .done();
    let over = community
        .post("/api/v1/matters", &report(&id, json!({})))
        .await;
    assert_eq!(over.refusal().1, "这条记录已经结束，不能再转为事件");
}
