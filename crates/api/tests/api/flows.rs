//! Flows other than the incident: one of the program's packs, and one that only this test knows,
//! brought by data alone.

use crate::app::App;
use office::pack::PackFile;
use serde_json::{Value, json};
use testkit::{TestOffice, march};

fn order(cause: Option<&str>) -> Value {
    json!({ "flow": "rectify", "text": "消防通道堵塞", "category": "5103", "target_area": "4", "until": "2026-03-20",
        "fields": { "source": "督办", "basis": "区安委会通知" }, "cause": cause })
}

async fn rectified(test: TestOffice) -> App {
    let app = App::over(test);
    let (town, community) = (app.user("town").await, app.user("community").await);
    let cause = app.user("unit").await.report().await;
    let flows = town.get("/api/v1/flows").await.done().json();
    let codes: Vec<_> = flows
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            (
                f["code"].as_str().unwrap(),
                f["may_start"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(codes[0], ("incident", true), "the main flow first");
    assert!(codes.contains(&("rectify", true)), "{codes:?}");

    let made = town
        .post("/api/v1/matters", &order(Some(&cause)))
        .await
        .done()
        .json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["no"], "ZG350302003-260311-0001");
    assert_eq!(
        (&made["flow_word"], &made["desk_name"], &made["channel"]),
        (&json!("限期整改"), &json!("坂头社区"), &json!("superior"))
    );
    assert_eq!(
        made["fields"],
        json!([{ "name": "问题来源", "value": "督办" }])
    );
    assert_eq!(made["cause"]["id"], json!(cause));
    let denied = app
        .user("neighbour")
        .await
        .post("/api/v1/matters", &order(None))
        .await;
    assert_eq!(denied.refusal().0, "403 denied");
    let linked = app.user("unit").await.matter(&cause).await;
    assert_eq!(linked["caused"][0]["no"], made["no"]);

    let queue = community
        .get("/api/v1/matters?view=queue")
        .await
        .done()
        .json();
    assert_eq!(queue["rows"][0]["flow_code"], "rectify");
    for (action, body) in [
        ("sign", json!({})),
        ("plan", json!({ "opinion": "三日内清理" })),
        (
            "feed_back",
            json!({ "opinion": "已清理", "finding": "solved" }),
        ),
    ] {
        community.act(id, action, &body).await.done();
    }
    let wrong = community
        .act(id, "accept", &json!({ "opinion": "自己验收" }))
        .await;
    assert_eq!(
        wrong.refusal().0,
        "403 denied",
        "nobody accepts their own work"
    );
    app.test.clock.set(march(12, 9, 0));
    let (town, community) = (app.user("town").await, app.user("community").await);
    let back = json!({ "opinion": "仍有杂物", "until": "2026-03-25" });
    town.act(id, "send_back", &back).await.done();
    for (action, body) in [
        ("sign", json!({})),
        ("plan", json!({ "opinion": "再清理" })),
        (
            "feed_back",
            json!({ "opinion": "已清理", "finding": "solved" }),
        ),
    ] {
        community.act(id, action, &body).await.done();
    }
    let done = town.act(id, "accept", &json!({ "opinion": "通过" })).await;
    assert_eq!(done.done().json()["state_word"], "已销号");

    let board = app
        .user("townleader")
        .await
        .get("/api/v1/boards/3?from=2026-03-11&to=2026-03-12")
        .await
        .done()
        .json();
    assert_eq!(board["figures"]["reported"], 1, "incidents alone");
    let own = board["classes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["class"] == "51")
        .unwrap();
    assert_eq!(
        (
            &own["name"],
            &own["figures"]["closed"],
            &own["figures"]["returned"]
        ),
        (&json!("限期整改"), &json!(1), &json!(1))
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn an_order_from_the_town_is_rectified_sent_back_and_accepted_on_sqlite() {
    rectified(TestOffice::sqlite("rectify").await).await;
}

#[test]
fn an_order_from_the_town_is_rectified_sent_back_and_accepted_on_postgresql() {
    testkit::on_postgres("rectify", rectified);
}

/// A line of business that no Rust knows: trees that the town must look at.
const TREES: &str = r#"
code = "trees"
version = 1
name = "古树巡护"
prefix = "GS"
board = 77
classes = ["77"]
sign_in = "2工作时"
sign_in_urgent = "15紧急分钟"
handle = "5工作日"
reply = "1工作日"

[start]
at = "level:community"
word = "上报古树异常"
needs = ["category"]
[[start.field]]
code = "species"
name = "树种"
kind = "choice"
options = ["榕树", "荔枝", "其他"]
required = true

[[state]]
code = "looking"
name = "村居踏勘"
phase = "triage"
holder = "area"
level = "community"
clock = "same_day"
[[state]]
code = "asking"
name = "待评价"
phase = "confirm"
holder = "reporter"
clock = "7天"
overdue = "close"
[[state]]
code = "done"
name = "已处置"
phase = "closed"

[[action]]
code = "treat"
name = "处置完毕"
verb = "settle"
from = ["looking"]
by = ["desk"]
to = "finish"
needs = ["opinion", "result"]
[[action]]
code = "rate"
name = "评价"
verb = "confirm"
from = ["asking"]
by = ["reporter"]
to = "state:done"
needs = ["rating"]
"#;
/// Written with bars, as the house's rule of punctuation takes commas between Chinese words for prose.
const TREE_KINDS: &str = "code|class_code|class_name|name|condition|condition_name|limit|urgent|owner_level|department|mediation|privacy|photo|points|route|note
7701|77|古树名木|枯枝断枝|0|一般|3工作日|0|community||0|open|no|0|steps|
";

fn file(path: &str, body: &str) -> PackFile {
    PackFile {
        path: path.into(),
        body: body.into(),
    }
}

#[tokio::test]
async fn a_new_line_of_business_is_a_folder_of_data_and_needs_no_rust() {
    let app = App::sqlite("trees").await;
    let unit = app.user("unit").await;
    let report = json!({ "flow": "trees", "text": "老榕树断枝", "category": "7701", "unit": "6", "fields": { "species": "榕树" } });
    let unknown = unit.post("/api/v1/matters", &report).await;
    assert_eq!(
        unknown.problems(),
        "flow unknown_flow: 没有“trees”这个流程，请从流程列表中选择\n"
    );
    let taken = vec![file(
        "flows/trees.toml",
        &TREES.replace("\"trees\"", "\"incident\""),
    )];
    let no = app
        .test
        .office
        .install_pack(&app.test.actor("sysadmin"), "trees", taken)
        .await
        .unwrap_err();
    assert!(no.to_string().contains("已被别的业务包使用"), "{no}");
    let bad = vec![file(
        "flows/trees.toml",
        &TREES.replace("clock = \"same_day\"", ""),
    )];
    let no = app
        .test
        .office
        .install_pack(&app.test.actor("sysadmin"), "trees", bad)
        .await
        .unwrap_err();
    assert!(no.to_string().contains("没有时限"), "{no}");

    let files = vec![file("flows/trees.toml", TREES)];
    let town = app.test.actor("town");
    let no = app.test.office.install_pack(&town, "trees", files).await;
    assert!(no.unwrap_err().to_string().contains("只有系统管理员"));
    let pack = vec![
        file("flows/trees.toml", TREES),
        file("categories.csv", &TREE_KINDS.replace('|', ",")),
    ];
    app.test
        .office
        .install_pack(&app.test.actor("sysadmin"), "trees", pack)
        .await
        .unwrap();
    let flow = unit.get("/api/v1/flows/trees/1").await.done().json();
    assert_eq!(flow["start"]["fields"][0]["options"][0], "榕树");
    assert!(flow["mermaid"].as_str().unwrap().contains("村居踏勘"));
    let strange = json!({ "flow": "trees", "text": "x", "category": "7701", "unit": "6", "fields": { "species": "桉树", "age": "300" } });
    assert_eq!(
        unit.post("/api/v1/matters", &strange).await.problems(),
        "fields.species unknown_word: “树种”只能是：榕树、荔枝、其他\nfields.age unknown_field: “古树巡护”的表单没有“age”这一项\n"
    );
    let made = unit.post("/api/v1/matters", &report).await.done().json();
    assert_eq!(
        (&made["state_word"], &made["desk_name"]),
        (&json!("村居踏勘"), &json!("坂头社区"))
    );
    let no = made["no"].as_str().unwrap();
    assert!(no.starts_with("GS350302003-260311-"), "{no}");
    let id = made["id"].as_str().unwrap();
    let community = app.user("community").await;
    let offered = community.matter(id).await["actions"].clone();
    assert_eq!(offered.as_array().unwrap().len(), 1);
    assert_eq!(offered[0]["name"], "处置完毕");
    let done = json!({ "opinion": "已支撑加固", "finding": "solved" });
    let closed = community.act(id, "treat", &done).await.done().json();
    assert_eq!(closed["state_word"], "已处置");
    let board = app
        .user("secretary")
        .await
        .get("/api/v1/boards/4")
        .await
        .done()
        .json();
    assert_eq!(board["figures"]["reported"], 0);
    assert_eq!(
        (
            &board["classes"][0]["name"],
            &board["classes"][0]["figures"]["closed_community"]
        ),
        (&json!("古树名木"), &json!(1))
    );
    app.test.verify().await;
}
