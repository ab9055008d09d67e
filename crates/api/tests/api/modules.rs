//! Parts of the platform that an area leaves switched off (R017): their endpoints are not there and
//! say so, their pages leave the menu, and everything else goes on; on both databases.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::TestOffice;

async fn switch(user: &User<'_>, module: &str, scope: &str, value: Option<&str>) -> u16 {
    let ask = user.ask("PUT", format!("/api/v1/parameters/module_{module}"));
    let form = json!({ "scope": scope, "value": value });
    user.app.send(ask.json(&form)).await.status
}

async fn me(user: &User<'_>) -> Value {
    user.get("/api/v1/me").await.done().json()
}

/// What each part answers in community 4.
const READS: [(&str, &str); 7] = [
    ("mediation", "areas/4/mediation"),
    ("hotline", "hotline/orders?area=4"),
    ("registers", "registers/party_org/records?area=4"),
    ("registers", "register-counts?group=party&area=4"),
    ("centre", "areas/4/log"),
    ("centre", "areas/4/duties"),
    ("publications", "areas/4/publications"),
];

async fn parts_are_switched(test: TestOffice) -> App {
    let app = App::over(test);
    let (admin, community) = (app.user("sysadmin").await, app.user("community").await);
    for (_, path) in READS {
        community.get(format!("/api/v1/{path}")).await.done();
    }
    assert_eq!(me(&community).await["missing"], json!([]));
    for login in ["countyleader", "secadmin", "community"] {
        let other = app.user(login).await;
        assert_eq!(
            switch(&other, "hotline", "area:2", Some("0")).await,
            403,
            "{login}"
        );
    }
    assert_eq!(switch(&admin, "hotline", "area:999", Some("0")).await, 404);
    assert_eq!(switch(&admin, "hotline", "area:2", Some("off")).await, 422);
    let other = admin.ask("PUT", "/api/v1/parameters/quiet_from");
    let other = other.json(&json!({ "scope": "area:2", "value": "21:00" }));
    assert_eq!(app.send(other).await.status, 422, "only parts are per area");

    // Written and published before; the part is switched off with it.
    let policy = json!({ "area": "3", "kind": "policy", "title": "指引", "roles": [], "mandatory": true, "text": "正文" });
    let town = app.user("town").await;
    town.post("/api/v1/library", &policy).await.done();
    let library = community.get("/api/v1/library").await.done().json();
    assert_eq!(library.as_array().unwrap().len(), 1);
    let all = [
        "mediation",
        "hotline",
        "registers",
        "admission",
        "centre",
        "publications",
        "library",
        "evidence",
    ];
    for module in all {
        assert_eq!(switch(&admin, module, "area:2", Some("0")).await, 204);
    }
    for (module, path) in READS {
        let gone = community.get(format!("/api/v1/{path}")).await;
        let (code, why) = gone.refusal();
        assert_eq!(code, "404 unknown", "{module}: {path}");
        assert!(
            why.contains("在坂头社区没有启用") && why.contains("系统管理员"),
            "{why}"
        );
    }
    let house = json!({ "name": "坂头调解委员会", "host": "邻里中心", "address": "坂头路1号" });
    let line = json!({ "kind": "caller", "text": "来电", "follow": true });
    let record = json!({ "area": "4", "values": { "name": "坂头党支部", "rank": "branch", "nature": "standing", "founding": "own" } });
    for (path, body) in [
        ("areas/4/mediation", &house),
        ("areas/4/log", &line),
        ("registers/party_org/records", &record),
    ] {
        let gone = community.post(format!("/api/v1/{path}"), body).await;
        assert_eq!(gone.refusal().0, "404 unknown", "{path}");
    }
    let library = community.get("/api/v1/library").await.done().json();
    assert_eq!(library, json!([]), "nobody has to read it");
    let gone = town.post("/api/v1/library", &policy).await.refusal();
    assert!(gone.1.contains("“文件库”"), "{}", gone.1);
    let bureau = app.user("resources").await;
    let gone = bureau.get("/api/v1/admissions").await.refusal();
    assert!(gone.1.contains("准入管理"), "{}", gone.1);

    // The pages leave the menu with their verbs; the city, where all is on, keeps its own.
    let mine = me(&community).await;
    assert_eq!(mine["missing"], json!(all));
    let verbs = mine["verbs"].to_string();
    for verb in [
        "manage_mediation",
        "keep_registers",
        "keep_log",
        "manage_duty",
    ] {
        assert!(!verbs.contains(verb), "{verb}");
    }
    let city = app.user("city").await;
    assert_eq!(me(&city).await["missing"], json!([]));
    city.get("/api/v1/areas/1/log").await.done();
    assert_eq!(city.get("/api/v1/areas/4/mediation").await.status, 404);

    // What is left works: home, report, queue, board.
    community.get("/api/v1/home").await.done();
    let matter = app.user("unit").await.report().await;
    let seen = community.matter(&matter).await;
    assert!(!seen["actions"].to_string().contains("\"mediate\""));
    community.get("/api/v1/matters?view=area").await.done();
    let board = community.get("/api/v1/boards/4").await.done().json();
    assert_eq!(board["figures"]["reported"], 1);

    // One community of the county has it again; then nobody says anything and it is on.
    assert_eq!(switch(&admin, "centre", "area:4", Some("1")).await, 204);
    community.get("/api/v1/areas/4/log").await.done();
    let neighbour = app.user("neighbour").await;
    assert_eq!(neighbour.get("/api/v1/areas/8/log").await.status, 404);
    assert_eq!(switch(&admin, "mediation", "area:2", None).await, 204);
    community.get("/api/v1/areas/4/mediation").await.done();
    let rows = admin.get("/api/v1/parameters").await.done().json();
    let mut rows = rows.as_array().unwrap().iter();
    let centre = rows.find(|r| r["code"] == "module_centre").unwrap();
    assert_eq!(
        centre["own"][1],
        json!({ "scope": "area:4", "area_name": "莆田市 / 城厢区 / 霞林街道 / 坂头社区", "value": "1" })
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_part_that_a_county_switched_off_is_gone_there_and_says_so() {
    parts_are_switched(TestOffice::sqlite("modules").await).await;
}

#[test]
fn a_part_that_a_county_switched_off_is_gone_there_and_says_so_on_postgresql() {
    testkit::on_postgres("modules", parts_are_switched);
}
