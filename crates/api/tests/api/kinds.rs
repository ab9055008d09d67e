//! Variants of a level live side by side (R003): a 管委会 beside 县区，镇 beside 乡 and 街道，村 beside
//! 社区. Work is routed and counted alike in all of them. Titles are those of the place (R046).

use crate::app::App;
use civic::area::{Area, Level};
use civic::id::{AccountId, AreaId, PostId};
use civic::post::{Post, Role, Seat};
use office::{Account, Founding};
use serde_json::{Value, json};
use testkit::{TestOffice, city};

/// Id, parent, level, kind, name: a zone with its line down to a unit, and the towns and villages
/// of other kinds.
const BESIDE: &[(i64, i64, Level, &str, &str)] = &[
    (200, 1, Level::County, "zone", "湄洲岛管委会"),
    (201, 200, Level::Town, "town", "湄洲镇"),
    (202, 201, Level::Community, "village", "宫下村"),
    (203, 202, Level::Grid, "village_group", "宫下一组网格"),
    (204, 203, Level::Unit, "village_house_group", "妈祖祖庙边"),
    (210, 2, Level::Town, "township", "常太乡"),
    (211, 2, Level::Town, "town", "华亭镇"),
    (212, 3, Level::Community, "village", "棠坡村"),
];

/// Kinds of the areas of the small city.
const KINDS: &[(i64, &str)] = &[
    (2, "county_district"),
    (3, "street"),
    (5, "estate"),
    (6, "building"),
    (7, "building"),
    (20, "street"),
];

/// The people of the zone's line, each beside the one of the same role in 城厢区.
const PEOPLE: &[(i64, &str, &str, Role, i64)] = &[
    (604, "zoneunit", "林妈水", Role::UnitHead, 204),
    (603, "zonegrid", "陈海生", Role::GridHead, 203),
    (602, "zonevillage", "吴玉英", Role::CommunityStaff, 202),
    (601, "zonetown", "朱金来", Role::TownDispatcher, 201),
    (600, "zonecenter", "黄思源", Role::CountyCenter, 200),
];

fn founding() -> Founding {
    let mut founding = city();
    for area in &mut founding.areas {
        if let Some((_, kind)) = KINDS.iter().find(|(id, _)| *id == area.id.0) {
            area.kind = (*kind).into();
        }
    }
    let unit = founding.areas.last().unwrap().clone();
    for (id, parent, level, kind, name) in BESIDE {
        founding.areas.push(Area {
            id: AreaId(*id),
            parent: Some(AreaId(*parent)),
            level: *level,
            kind: (*kind).into(),
            tier: u8::from(*level == Level::Grid),
            name: (*name).into(),
            ord: *id,
            ..unit.clone()
        });
    }
    let like = founding.accounts[0].clone();
    for (id, login, name, role, area) in PEOPLE {
        founding.accounts.push(Account {
            id: AccountId(*id),
            login: (*login).into(),
            name: (*name).into(),
            ..like.clone()
        });
        founding.posts.push(Post {
            id: PostId(*id),
            account: AccountId(*id),
            role: *role,
            seat: Seat::Area(AreaId(*area)),
            title: (*role == Role::UnitHead).then(|| "湾组长".into()),
            source: "other".into(),
            from: civic::time::Day(18_000),
            to: None,
        });
    }
    founding
}

/// A report climbs every level to the county's desk and is closed there. The journal: action and
/// state after each step.
async fn journey(app: &App, people: [&str; 5], unit: &str) -> (Value, Vec<String>) {
    let report =
        json!({ "text": "码头护栏松动", "category": "0104", "channel": "field", "unit": unit });
    let head = app.user(people[0]).await;
    let made = head.post("/api/v1/matters", &report).await.done().json();
    let id = made["id"].as_str().unwrap().to_owned();
    let step = async |login: &str, action: &str, form: Value| {
        app.user(login).await.act(&id, action, &form).await.done();
    };
    let cannot = json!({ "finding": "cannot", "opinion": "单元无法解决" });
    step(people[0], "prehandle", cannot).await;
    for login in &people[1..4] {
        step(login, "escalate", json!({ "opinion": "本级无法解决" })).await;
    }
    let done = json!({ "opinion": "已协调加固", "reply": "护栏已经加固", "finding": "solved" });
    step(people[4], "settle", done).await;
    let matter = app.user(people[4]).await.matter(&id).await;
    let steps = matter["steps"].as_array().unwrap().iter();
    let line = |s: &Value| format!("{} {}", s["action"], s["to_state_word"]);
    let steps = steps.map(line).collect();
    (matter, steps)
}

async fn variants_are_routed_and_counted_alike(test: TestOffice) -> App {
    let app = App::over(test);
    let district = ["unit", "gridhead", "community", "town", "county"];
    let zone = [
        "zoneunit",
        "zonegrid",
        "zonevillage",
        "zonetown",
        "zonecenter",
    ];
    let (_, in_district) = journey(&app, district, "6").await;
    let (matter, in_zone) = journey(&app, zone, "204").await;
    assert_eq!(in_district, in_zone);
    assert_eq!(
        matter["steps"][0]["who"]["title"],
        "宫下一组网格妈祖祖庙边湾组长"
    );

    let board = app.user("city").await.get("/api/v1/boards/1").await.done();
    let board = board.json();
    let children = board["children"].as_array().unwrap();
    let words: Vec<&str> = children
        .iter()
        .map(|c| c["area"]["kind_word"].as_str().unwrap())
        .collect();
    assert_eq!(words, ["区", "管委会"]);
    assert_eq!(children[0]["figures"]["closed_county"], 1);
    assert_eq!(children[0]["figures"], children[1]["figures"]);
    assert_eq!(board["figures"]["closed_county"], 2);

    let kinds = async |area: i64| {
        let list = app.user("city").await;
        let list = list.get(format!("/api/v1/areas/{area}/children")).await;
        let list = list.done().json();
        let rows = list.as_array().unwrap().iter();
        rows.map(|a| format!("{}{}", a["name"].as_str().unwrap(), a["kind_word"]))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        kinds(2).await,
        "霞林街道\"街道\" 龙桥街道\"街道\" 常太乡\"乡\" 华亭镇\"镇\""
    );
    assert_eq!(
        kinds(3).await,
        "坂头社区\"社区\" 霞林社区\"社区\" 棠坡村\"村\""
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_zone_beside_a_district_a_village_beside_a_community_are_routed_and_counted_alike() {
    let test = TestOffice::sqlite_of("kinds", founding()).await;
    variants_are_routed_and_counted_alike(test).await;
}

#[test]
fn a_zone_beside_a_district_is_routed_and_counted_alike_on_postgresql() {
    testkit::on_postgres_of("kinds", founding(), variants_are_routed_and_counted_alike);
}

#[tokio::test]
async fn an_installation_of_unknown_kinds_and_titles_is_not_founded() {
    let test = TestOffice::empty("kinds_wrong");
    let mut wrong = founding();
    wrong.areas[5].kind = "palace".into();
    wrong.areas[4].exclusive = true;
    wrong.posts[0].title = Some("楼主".into());
    let fault = test.office.found(wrong).await.unwrap_err();
    let office::Fault::Refused(civic::refusal::Refusal::Invalid(problems)) = fault else {
        panic!("{fault:?}");
    };
    let lines: String = problems.iter().map(|p| format!("{p}\n")).collect();
    expect_test::expect![[r#"
        exclusive [not_exclusive] “坂头安置房小区网格”是小区网格，不能设为专属网格；请取消专属，或改用别的类型
        kind [unknown_kind] “1号楼”的类型“palace”不是治理单元的类型，可选：治理单元、楼栋、楼道、村民房组、街巷、沿街店铺、病区、年级、车间厂房、摊位区、公共设施、绿地、农田、林地、水域
        title [unknown_title] “楼主”不是这里“单元长”的称呼，可选：单元长
    "#]]
    .assert_eq(&lines);
}

#[tokio::test]
async fn a_title_is_chosen_from_those_of_the_place_and_shown_in_trace_and_board() {
    let app = App::over(TestOffice::sqlite_of("titles", founding()).await);
    let leader = app.user("townleader").await;
    let words = leader.get("/api/v1/dictionaries").await.done().json();
    let offered: Vec<&str> = words["titles"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|t| t["role"] == "unit_head")
        .filter(|t| {
            let kinds = t["kinds"].as_array().unwrap();
            kinds.is_empty() || kinds.contains(&json!("building"))
        })
        .map(|t| t["word"].as_str().unwrap())
        .collect();
    assert_eq!(offered, ["单元长", "楼栋长"]);
    let mut form = json!({ "login": "manager", "role": "unit_head", "source": "party_member", "from": "2026-03-11", "title": "湾组长" });
    let path = "/api/v1/areas/7/posts";
    assert_eq!(
        leader.post(path, &form).await.problems(),
        "title unknown_title: “湾组长”不是这里“单元长”的称呼，可选：单元长、楼栋长\n"
    );
    form["title"] = json!("楼栋长");
    let made = leader.post(path, &form).await.done().json();
    assert_eq!(made["title"], "坂头安置房小区网格2号楼楼栋长");
    let holder = app.user("manager").await;
    let report =
        json!({ "text": "楼道灯不亮", "category": "0104", "channel": "field", "unit": "7" });
    let matter = holder.post("/api/v1/matters", &report).await.done().json();
    assert_eq!(matter["stuck_with"][0]["person"], "蔡志强");
    assert_eq!(
        matter["steps"][0]["who"]["title"],
        "坂头安置房小区网格2号楼楼栋长"
    );
    let stuck = leader.get("/api/v1/boards/3/stuck").await.done().json();
    assert_eq!(
        stuck[0]["person_title"], "坂头安置房小区网格2号楼楼栋长",
        "{stuck}"
    );
}
