//! Where the rest of the platform uses registers: calling, asking, contact points, first secretaries.

use super::{added, change};
use crate::app::App;
use serde_json::{Value, json};

#[tokio::test]
async fn a_department_hooked_up_with_the_community_comes_first_when_somebody_is_called() {
    let app = App::sqlite("hookup").await;
    let (town, community) = (app.user("town").await, app.user("community").await);
    let names = async |area: &str| {
        let all = town
            .get(format!("/api/v1/areas/{area}/callable"))
            .await
            .done()
            .json();
        let line = |o: &Value| {
            format!(
                "{}{}",
                o["name"].as_str().unwrap(),
                if o["hooked"] == true { "*" } else { "" }
            )
        };
        all.as_array().unwrap().iter().map(line).collect::<Vec<_>>()
    };
    assert!(names("4").await.iter().all(|n| !n.ends_with('*')));
    let hookup = json!({ "area": "4", "values": { "org": "72", "content": "每月到社区一次" } });
    let id = added(&community, "hookup", &hookup).await;
    assert_eq!(names("4").await[0], "城厢区住建局*");
    assert!(
        names("8").await.iter().all(|n| !n.ends_with('*')),
        "only where it is hooked up"
    );
    change(
        &community,
        &id,
        "POST",
        "/end",
        &json!({ "reason": "调整挂钩" }),
    )
    .await
    .done();
    assert!(
        names("4").await.iter().all(|n| !n.ends_with('*')),
        "not after it ended"
    );
}

#[tokio::test]
async fn a_professional_of_the_place_is_asked_to_a_matter_by_who_works_on_it() {
    let app = App::sqlite("professional").await;
    let community = app.user("community").await;
    let lawyer = json!({ "area": "4", "values": { "name": "张明律师（明理所）", "kind": "lawyer", "phone": "13905947788", "hours": "每周三上午" } });
    let id = added(&community, "professional", &lawyer).await;
    let elsewhere = json!({ "area": "8", "values": { "name": "李法官", "kind": "judge", "phone": "13905940001" } });
    let other = added(&app.user("neighbour").await, "professional", &elsewhere).await;
    let unit = app.user("unit").await;
    let matter = unit.report().await;
    let path = format!("/api/v1/matters/{matter}/professionals");
    let shown = unit.get(path.as_str()).await.done().json();
    assert_eq!(
        shown.as_array().unwrap().len(),
        1,
        "those of the place: {shown}"
    );
    assert_eq!(
        (&shown[0]["kind_word"], &shown[0]["phone_masked"]),
        (&json!("律师"), &json!("139****7788"))
    );
    assert_eq!(
        app.user("otherunit").await.get(path.as_str()).await.status,
        404
    );

    // The unit head holds the matter; the town only looks on.
    let ask = json!({ "professional": id, "reason": "到场解释回迁协议" });
    assert_eq!(
        app.user("town")
            .await
            .post(path.as_str(), &ask)
            .await
            .refusal()
            .0,
        "403 denied"
    );
    assert_eq!(
        unit.post(path.as_str(), &json!({ "professional": id }))
            .await
            .status,
        422
    );
    let stranger = json!({ "professional": other, "reason": "到场" });
    assert_eq!(
        unit.post(path.as_str(), &stranger).await.refusal().0,
        "404 unknown"
    );
    let clear = unit.post(path.as_str(), &ask).await.done().json();
    assert_eq!(
        clear,
        json!([{ "word": "联系电话", "text": "13905947788" }])
    );
    let audit = app
        .user("auditor")
        .await
        .get(format!("/api/v1/audit?object=record:{id}"))
        .await
        .done()
        .json();
    let look = audit["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["action"] == "unmask")
        .unwrap();
    assert!(
        look["detail"]
            .as_str()
            .unwrap()
            .contains("到场解释回迁协议"),
        "{look}"
    );
}

#[tokio::test]
async fn a_leader_sees_how_the_own_contact_point_goes_and_nobody_elses() {
    let app = App::sqlite("points").await;
    let (community, bureau) = (app.user("community").await, app.user("resourceshead").await);
    let none = bureau.get("/api/v1/me/points").await.done().json();
    assert_eq!(none, json!([]));
    let point =
        json!({ "area": "4", "values": { "leader": "resourceshead", "duty": "联系坂头社区" } });
    added(&community, "leader_point", &point).await;
    let again = "/api/v1/registers/leader_point/records";
    let again = community.post(again, &point).await.refusal();
    assert!(again.1.contains("已有同样的领导联系点记录"), "{}", again.1);
    app.user("unit").await.report().await;
    let mine = bureau.get("/api/v1/me/points").await.done().json();
    assert_eq!(
        mine[0]["full_name"],
        "莆田市 / 城厢区 / 霞林街道 / 坂头社区"
    );
    assert_eq!(
        (&mine[0]["reported"], &mine[0]["open"], &mine[0]["overdue"]),
        (&json!(1), &json!(1), &json!(0))
    );
    let others = app
        .user("countyleader")
        .await
        .get("/api/v1/me/points")
        .await
        .done()
        .json();
    assert_eq!(others, json!([]));
}

#[tokio::test]
async fn the_secretaries_of_three_levels_stand_beside_what_is_overdue() {
    let app = App::sqlite("responsible").await;
    let unit = app.user("unit").await;
    let matter = unit.report().await;
    assert_eq!(
        unit.matter(&matter).await["first_responsible"],
        json!([]),
        "in time"
    );
    app.test.clock.advance_minutes(3 * 24 * 60);
    let seen = app.user("community").await.matter(&matter).await;
    let names: Vec<_> = seen["first_responsible"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["陈国华", "余志平", "戴永明"],
        "{}",
        seen["stuck_with"]
    );
    // The reporter is told nothing of who is to blame.
    let resident = app.user("resident").await;
    assert_eq!(
        resident
            .get(format!("/api/v1/matters/{matter}"))
            .await
            .status,
        404
    );
}
