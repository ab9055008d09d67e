//! Boards and lists: what is not changed is not sent again; what is not yours is not there.

use crate::app::App;
use serde_json::json;
use testkit::march;

#[tokio::test]
async fn a_board_that_did_not_change_is_not_sent_again() {
    let app = App::sqlite("board_tag").await;
    let leader = app.user("townleader").await;
    let path = "/api/v1/boards/3?from=2026-03-01&to=2026-03-31";
    let tag = leader.get(path).await.done().header("etag").to_owned();
    let again = app
        .send(leader.ask("GET", path).header("if-none-match", tag.clone()))
        .await;
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    app.user("unit").await.report().await;
    let changed = app
        .send(leader.ask("GET", path).header("if-none-match", tag))
        .await;
    assert_eq!(changed.json()["figures"]["reported"], 1);
}

#[tokio::test]
async fn a_board_shows_formulae_with_their_parts_and_children_with_names() {
    let app = App::sqlite("board_parts").await;
    app.user("unit").await.report().await;
    let board = app
        .user("townleader")
        .await
        .get("/api/v1/boards/3")
        .await
        .done()
        .json();
    let names: Vec<_> = board["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["area"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["坂头社区", "霞林社区"]);
    assert_eq!(board["children"][0]["figures"]["reported"], 1);
    assert_eq!(board["children"][1]["figures"]["reported"], 0);
    assert_eq!(board["classes"][0]["name"], "矛盾纠纷");
    let kpi = &board["kpis"][0];
    assert!(
        kpi["text"]
            .as_str()
            .is_some_and(|t| t.contains("可能超过 100%"))
            && kpi["denominator"].is_i64(),
        "{kpi}"
    );
    assert_eq!(
        (&kpi["above"], &kpi["below"], &kpi["version"]),
        (&json!("办结"), &json!("上报"), &json!(1))
    );
    assert_eq!(board["unclassified"]["reported"], 0);
    let wrong = app
        .user("townleader")
        .await
        .get("/api/v1/boards/3?from=2026-03-12&to=2026-03-11")
        .await;
    assert_eq!(
        wrong.problems(),
        "to bad_period: 结束日期要在开始日期之后，且不超过十年\n"
    );
}

#[tokio::test]
async fn what_has_no_category_yet_stands_apart_and_what_waits_is_counted_in_full() {
    let app = App::sqlite("board_unclassified").await;
    let unit = app.user("unit").await;
    unit.report().await;
    let vague = json!({ "text": "楼道里有怪味，说不清是什么", "channel": "field", "address": "1号楼", "unit": "6" });
    unit.post("/api/v1/matters", &vague).await.done();
    let leader = app.user("townleader").await;
    let board = leader.get("/api/v1/boards/3").await.done().json();
    assert_eq!(board["figures"]["reported"], 2);
    assert_eq!(board["unclassified"]["reported"], 1);
    let today = leader.get("/api/v1/boards/3/today").await.done().json();
    assert_eq!(today["unjudged"], 2);
    let board = leader.get("/api/v1/boards/5").await.done().json();
    assert!(
        board["unclassified"].is_null(),
        "figures by class are not kept"
    );
}

#[tokio::test]
async fn a_list_comes_in_pages_that_meet_without_gap_or_repetition() {
    let app = App::sqlite("pages").await;
    let unit = app.user("unit").await;
    for _ in 0..5 {
        unit.report().await;
    }
    for view in ["queue", "area", "mine"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = unit
                .get(format!("/api/v1/matters?view={view}&limit=2{cursor}"))
                .await
                .done()
                .json();
            seen.extend(
                page["rows"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|r| r["id"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["next"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        let mut unique = seen.clone();
        unique.sort();
        unique.dedup();
        assert_eq!((seen.len(), unique.len()), (5, 5), "{view}");
    }
    // A place in one list is none in another one, nor under another filter.
    let page = unit.get("/api/v1/matters?view=queue&limit=2").await;
    let next = page.done().json()["next"].as_str().unwrap().to_owned();
    for other in [
        format!("matters?view=mine&cursor={next}"),
        format!("matters?view=queue&open=true&cursor={next}"),
        format!("visits?cursor={next}"),
        "matters?view=queue&cursor=7".to_owned(),
    ] {
        let refused = unit.get(format!("/api/v1/{other}")).await.problems();
        assert_eq!(
            refused,
            "cursor other_list: 翻页位置不是这个清单、这组筛选条件的，请从第一页重新读取\n",
            "{other}"
        );
    }
    let row = unit
        .get("/api/v1/matters?view=queue&limit=1")
        .await
        .done()
        .json()["rows"][0]
        .clone();
    assert_eq!(
        row["due_kind"], "same_day",
        "the acknowledgement to the reporter presses no desk"
    );
    assert_eq!(row["area_name"], "霞林街道 / 坂头社区 / 坂头安置房小区网格");
    assert_eq!(row["place"], "坂头安置房小区1号楼");
    assert_eq!(
        unit.get("/api/v1/matters?view=queue&limit=1000")
            .await
            .problems(),
        "limit wrong_kind: “limit”应当是1 到 100 的整数，请核对\n"
    );
    assert_eq!(
        unit.get("/api/v1/matters?view=area&area=20")
            .await
            .refusal()
            .0,
        "404 unknown"
    );
}

#[tokio::test]
async fn areas_are_found_by_name_and_by_place_and_drawn_with_their_level() {
    let app = App::sqlite("areas").await;
    let unit = app.user("unit").await;
    let located = unit
        .get("/api/v1/areas/locate?lon=119.005&lat=25.405")
        .await
        .done()
        .json();
    assert_eq!(
        (
            located["unit"]["id"].as_str(),
            located["trail"].as_array().map(Vec::len)
        ),
        (Some("6"), Some(6))
    );
    let outside = unit
        .get("/api/v1/areas/locate?lon=119.045&lat=25.405")
        .await;
    assert_eq!(outside.refusal().0, "422 place_outside");
    assert_eq!(outside.json()["nearest"][0]["id"], "23");
    let found = unit
        .get("/api/v1/areas/search?q=%E9%9C%9E%E6%9E%97&level=town")
        .await
        .done()
        .json();
    assert_eq!(found[0]["full_name"], "莆田市 / 城厢区 / 霞林街道");
    let map = unit.get("/api/v1/areas/5/boundaries").await.done().json();
    let first = &map["features"][0]["properties"];
    assert_eq!(
        (&first["id"], &first["level"], &first["self"]),
        (&"6".into(), &"unit".into(), &serde_json::Value::Null)
    );
    assert_eq!(first["label"].as_array().map(Vec::len), Some(2));
    let detail = unit.get("/api/v1/areas/7").await.done().json();
    assert_eq!(
        (
            &detail["responsible"]["vacant"],
            &detail["responsible"]["name"]
        ),
        (&true.into(), &"林秀珠".into()),
        "a vacant unit is answered for"
    );
    let near = unit
        .get("/api/v1/matters/nearby?lon=119.005&lat=25.405&category=0104")
        .await
        .done()
        .json();
    assert_eq!(near, serde_json::json!([]));
}

#[tokio::test]
async fn what_still_has_until_midnight_is_neither_in_time_nor_late() {
    let app = App::sqlite("midnight").await;
    app.test.clock.set(march(11, 9, 0));
    let unit = app.user("unit").await;
    let judged = unit.report().await;
    unit.report().await;
    let cannot = json!({ "finding": "cannot", "opinion": "单元无法解决" });
    unit.act(&judged, "prehandle", &cannot).await.done();
    let rate = async || {
        let board = app
            .user("town")
            .await
            .get("/api/v1/boards/3?from=2026-03-11&to=2026-03-12")
            .await
            .done()
            .json();
        let kpis = board["kpis"].as_array().unwrap().clone();
        let of_unit = kpis.iter().find(|k| k["code"] == "same_day_unit").unwrap();
        (
            of_unit["numerator"].as_i64().unwrap(),
            of_unit["denominator"].as_i64().unwrap(),
        )
    };
    assert_eq!(rate().await, (1, 1), "the other one still has its day");
    app.test.clock.set(march(12, 9, 0));
    assert_eq!(rate().await, (1, 2), "now it had it");
}
