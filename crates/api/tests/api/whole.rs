//! Whether the tree is whole (R009): each lack with its number and its areas, as a sheet, and by the
//! job of every day; on both databases, and with nothing but a tree.

use crate::app::App;
use serde_json::{Value, json};
use testkit::TestOffice;

/// `kind count` of the kinds that were found.
fn found(whole: &Value) -> Vec<String> {
    let kinds = whole["kinds"].as_array().unwrap().iter();
    kinds
        .filter(|k| k["count"] != 0)
        .map(|k| format!("{} {}", k["word"].as_str().unwrap(), k["count"]))
        .collect()
}

async fn each_lack(test: TestOffice) -> App {
    let app = App::over(test);
    let community = app.user("community").await;
    let path = "/api/v1/areas/4/completeness";
    let whole = community.get(path).await.done().json();
    // Nobody heads building 2, whose point stands in building 1; community and grid are not drawn.
    assert_eq!(
        found(&whole),
        [
            "责任人空缺 1",
            "没有编码 1",
            "没有边界 2",
            "定位点不在界内 1"
        ]
    );
    assert_eq!(
        (&whole["areas"], &whole["rows"][0]["full_name"]),
        (
            &json!(4),
            &json!("莆田市 / 城厢区 / 霞林街道 / 坂头社区 / 坂头安置房小区网格 / 2号楼")
        )
    );
    let why = whole["not_checked"][0].as_str().unwrap();
    assert!(why.contains("户和标准地址还没有导入"), "{why}");
    let points = community.get(format!("{path}?kind=point_outside")).await;
    let points = points.done().json();
    assert_eq!(points["rows"].as_array().unwrap().len(), 1);
    assert!(
        points["rows"][0]["words"]
            .as_str()
            .unwrap()
            .ends_with("1号楼”")
    );
    let unknown = community.get(format!("{path}?kind=ghosts")).await;
    assert_eq!(unknown.status, 422);

    let sheet = community
        .get(format!("{path}.csv?kind=no_head"))
        .await
        .done();
    assert_eq!(sheet.header("content-type"), "text/csv; charset=utf-8");
    let text = sheet.text();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!(lines[0].matches("\",\"").count(), 3, "four columns");
    assert!(lines[1].contains("2号楼") && !lines[1].contains("林秀珠"));
    for ask in [path.to_owned(), format!("{path}.csv")] {
        let other = app.user("otherunit").await.get(ask).await;
        assert_eq!(other.refusal().0, "403 denied");
    }

    let run = app.user("sysadmin").await;
    let run = run.post("/api/v1/jobs/whole/run", &json!({})).await;
    let run = run.done().json();
    let detail = run["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("检查区域 14 个：责任人空缺 "),
        "{detail}"
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn every_lack_of_the_tree_is_counted_named_and_given_as_a_sheet() {
    each_lack(TestOffice::sqlite("whole").await).await;
}

#[test]
fn every_lack_of_the_tree_is_counted_named_and_given_as_a_sheet_on_postgresql() {
    testkit::on_postgres("whole", each_lack);
}

#[tokio::test]
async fn a_tree_without_boundaries_and_people_is_checked_for_what_it_has() {
    let mut rows = testkit::city();
    rows.boundaries.clear();
    for area in &mut rows.areas {
        (area.population, area.households) = (0, 0);
    }
    let app = App::over(TestOffice::sqlite_of("bare-tree", rows).await);
    let community = app.user("community").await;
    let whole = community.get("/api/v1/areas/4/completeness").await;
    let whole = whole.done().json();
    assert_eq!(found(&whole), ["责任人空缺 1", "没有编码 1"]);
    let why = whole["not_checked"][1].as_str().unwrap();
    assert!(why.contains("还没有任何边界"), "{why}");
    // And it works: a report by place name, judged and counted.
    let id = app.user("unit").await.report().await;
    let seen = community.matter(&id).await;
    assert_eq!(seen["trail"].as_array().unwrap().len(), 6);
    let board = community.get("/api/v1/boards/4").await.done().json();
    assert_eq!(board["figures"]["reported"], 1);
}
