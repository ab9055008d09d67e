//! Party organisations beside the tree, and members who join without leaving home.

use super::{add, added, change, counts};
use crate::app::App;
use serde_json::{Value, json};
use testkit::{TestOffice, on_postgres};

fn org(area: &str, name: &str, rank: &str, more: &Value) -> Value {
    let mut values = json!({ "name": name, "rank": rank, "nature": "standing", "founding": "own" });
    for (code, value) in more.as_object().unwrap() {
        values[code] = value.clone();
    }
    json!({ "area": area, "values": values })
}

async fn the_party_beside_the_tree(test: TestOffice) -> App {
    let app = App::over(test);
    let (town, leader) = (app.user("town").await, app.user("townleader").await);
    let (community, secretary) = (app.user("community").await, app.user("secretary").await);

    // Four levels; a branch that covers grids of two communities is founded jointly.
    let committee = added(
        &community,
        "party_org",
        &org(
            "4",
            "坂头社区党委",
            "committee",
            &json!({ "secretary": "secretary" }),
        ),
    )
    .await;
    let branch = added(
        &community,
        "party_org",
        &org(
            "5",
            "安置房小区党支部",
            "branch",
            &json!({ "parent": committee, "members": "31" }),
        ),
    )
    .await;
    added(
        &community,
        "party_org",
        &org("6", "1号楼党小组", "group", &json!({ "parent": branch })),
    )
    .await;
    let both = json!({ "founding": "joint", "covers": "5,9" });
    let joint = added(
        &town,
        "party_org",
        &org("3", "两小区联合党支部", "branch", &both),
    )
    .await;
    let seen = town
        .get(format!("/api/v1/records/{joint}"))
        .await
        .done()
        .json();
    assert_eq!(seen["shown"]["covers"], "坂头安置房小区网格、九龙小区网格");
    let upward = org(
        "6",
        "倒挂党支部",
        "general_branch",
        &json!({ "parent": branch }),
    );
    assert_eq!(
        add(&community, "party_org", &upward).await.problems(),
        "parent bad_value: 上级党组织的层级要高于本记录\n"
    );
    // What the form offers to point at: upwards and below, not aside.
    let offered = "/api/v1/registers/party_org/choices?area=6";
    let offered = community.get(offered).await.done().json();
    let names: Vec<_> = offered
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "两小区联合党支部",
            "1号楼党小组",
            "安置房小区党支部",
            "坂头社区党委"
        ]
    );
    let temporary = json!({ "area": "4", "values": { "name": "抗洪临时党支部", "rank": "branch", "nature": "temporary", "founding": "own", "task": "防汛" } });
    assert_eq!(
        add(&community, "party_org", &temporary).await.problems(),
        "to required: “临时”请填写截止日期\n"
    );

    // The counts of an area are those of everything below, by kind, and end with the records.
    let kinds = counts(&leader, "party", "3", "party_org").await;
    assert_eq!(kinds["total"]["number"], 4);
    assert_eq!(kinds["total"]["facets"]["rank.branch"], 2);
    assert_eq!(kinds["total"]["facets"]["founding.joint"], 1);
    assert_eq!(kinds["children"][0]["name"], "坂头社区");
    assert_eq!(kinds["children"][0]["number"], 3);
    change(
        &town,
        &joint,
        "POST",
        "/end",
        &json!({ "reason": "分设两个支部" }),
    )
    .await
    .done();
    assert_eq!(
        counts(&leader, "party", "3", "party_org").await["total"]["number"],
        3
    );

    // Joining a branch: for the secretary, masked, sealed, and without touching the home.
    let member = json!({ "area": "5", "values": { "person": "林志远", "phone": "13905946677", "kind": "seconded", "org": branch, "home": "区住建局机关党支部" } });
    assert_eq!(
        add(&community, "party_joined", &member).await.refusal().0,
        "403 denied"
    );
    let id = added(&secretary, "party_joined", &member).await;
    let seen = secretary
        .get(format!("/api/v1/records/{id}"))
        .await
        .done()
        .json();
    assert_eq!(
        (&seen["shown"]["person"], &seen["shown"]["phone"]),
        (&json!("林**"), &json!("139****6677"))
    );
    assert_eq!(seen["shown"]["org"], "安置房小区党支部");
    // Who is no secretary above learns no more than of a record that is not there.
    for login in ["community", "town", "county", "gridhead", "neighbour"] {
        let user = app.user(login).await;
        let told = async |id: &str| {
            let read = user.get(format!("/api/v1/records/{id}")).await.refusal();
            let reason = json!({ "reason": "通知参加组织生活" });
            let unmask = user.post(format!("/api/v1/records/{id}/unmask"), &reason);
            let end = change(&user, id, "POST", "/end", &reason).await.refusal();
            [read, unmask.await.refusal(), end]
        };
        let nothing = (
            "404 unknown".to_owned(),
            "找不到这个台账记录，或者您无权查看。请核对编号，或联系上级管理员。".to_owned(),
        );
        assert_eq!(
            told(&id).await,
            [nothing.clone(), nothing.clone(), nothing],
            "{login}"
        );
        assert_eq!(told(&id).await, told("1").await, "{login}");
    }
    let moved = json!({ "from": "2026-03-11", "values": { "kind": "seconded", "org": branch, "home": "安置房小区党支部" }, "reason": "转组织关系" });
    let refused = change(&secretary, &id, "PUT", "", &moved).await.problems();
    assert!(
        refused.starts_with("home fixed: “组织关系所在党组织”不能改动"),
        "{refused}"
    );
    let fixed = json!({ "from": "2026-03-11", "values": { "kind": "resident", "org": branch, "home": "区住建局机关党支部" }, "reason": "类别登记有误" });
    let after = change(&secretary, &id, "PUT", "", &fixed)
        .await
        .done()
        .json();
    assert_eq!(
        after["shown"]["person"], "林**",
        "left out, it stays sealed"
    );
    assert_eq!(
        after["changes"][0]["before"],
        json!([{ "word": "类别", "text": "下沉党员" }])
    );

    // Looking at the sealed name takes a reason and leaves a trace.
    let look = format!("/api/v1/records/{id}/unmask");
    assert_eq!(secretary.post(look.as_str(), &json!({})).await.status, 422);
    let clear = secretary
        .post(look.as_str(), &json!({ "reason": "通知参加组织生活" }))
        .await
        .done()
        .json();
    assert_eq!(
        clear,
        json!([{ "word": "姓名", "text": "林志远" }, { "word": "联系电话", "text": "13905946677" }])
    );
    let audit = app
        .user("auditor")
        .await
        .get(format!("/api/v1/audit?object=record:{id}&action=unmask"))
        .await
        .done()
        .json();
    assert_eq!(audit["rows"].as_array().unwrap().len(), 1, "{audit}");
    let kept: i64 = id.parse().unwrap();
    let store = app.test.office.store();
    let row = store.read::<_, office::Fault>(move |conn| {
        let sql = "SELECT body, sealed FROM record WHERE id = $1";
        let row = conn.query_one(sql, &[kept.into()])?;
        Ok((row.string(0)?, row.opt_bytes(1)?.is_some()))
    });
    let (record, sealed) = row.await.unwrap();
    assert!(
        !record.contains("林志远") && !record.contains("13905946677"),
        "{record}"
    );
    assert!(sealed, "the name is kept sealed");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn party_organisations_stand_beside_the_tree_and_members_join_without_leaving_home() {
    the_party_beside_the_tree(TestOffice::sqlite("party").await).await;
}

#[test]
fn party_organisations_stand_beside_the_tree_and_members_join_without_leaving_home_on_postgresql() {
    on_postgres("party", the_party_beside_the_tree);
}
