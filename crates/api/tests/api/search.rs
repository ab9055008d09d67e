//! Search in the words of matters, on both databases: what is found, by whom, and what is refused.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::TestOffice;

async fn report(user: &User<'_>, text: &str, place: &str) -> Value {
    let body = json!({ "text": text, "category": "0104", "unit": "6", "address": place });
    user.post("/api/v1/matters", &body).await.done().json()
}

async fn rows(user: &User<'_>, view: &str, words: &str) -> Vec<Value> {
    let words: String = url(words);
    let path = format!("/api/v1/matters?view={view}&q={words}");
    let list = user.get(path).await.done().json();
    list["rows"].as_array().unwrap().clone()
}

fn url(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

fn numbers(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|r| r["no"].as_str().unwrap()).collect()
}

async fn searched(test: TestOffice) -> App {
    let app = App::over(test);
    let (unit, community) = (app.user("unit").await, app.user("community").await);
    let lamp = "三号楼门口的路灯连续两个晚上不亮，老人下楼看不清台阶，差点摔倒，请物业和供电部门一起来看看，尽快修好";
    let first = report(&unit, lamp, "九龙小区3号楼").await;
    let second = report(&unit, "东门井盖被压裂，夜里路灯照不到", "九龙小区东门").await;
    report(&unit, "楼道里堆着纸箱", "九龙小区5号楼").await;
    let (first, second) = (
        first["no"].as_str().unwrap(),
        second["no"].as_str().unwrap(),
    );

    // Text, place, several words, number; newest first; in every list.
    for view in ["area", "area&area=4", "handled"] {
        let viewer = if view == "handled" { &unit } else { &community };
        assert_eq!(
            numbers(&rows(viewer, view, "路灯").await),
            [second, first],
            "{view}"
        );
        assert_eq!(
            numbers(&rows(viewer, view, "井盖 路灯").await),
            [second],
            "{view}"
        );
        assert_eq!(
            numbers(&rows(viewer, view, "３号楼").await),
            [first],
            "{view}"
        );
        assert_eq!(numbers(&rows(viewer, view, first).await), [first], "{view}");
        assert!(rows(viewer, view, "消防栓").await.is_empty(), "{view}");
    }
    assert_eq!(
        numbers(&rows(&unit, "queue", "井盖").await),
        [second],
        "what lies on a desk"
    );
    // What stands in the report only is shown with its surroundings.
    let row = rows(&community, "area", "供电部门").await;
    assert_eq!(
        row[0]["found"],
        "…不清台阶，差点摔倒，请物业和供电部门一起来看看，尽快修好"
    );
    let row = rows(&community, "area", "井盖").await;
    assert_eq!(row[0]["found"], Value::Null, "the title shows it");

    // Page by page.
    let page = community
        .get(format!(
            "/api/v1/matters?view=area&limit=1&q={}",
            url("路灯")
        ))
        .await;
    let page = page.done().json();
    let next = page["next"].as_str().unwrap();
    let page = community
        .get(format!(
            "/api/v1/matters?view=area&limit=1&q={}&cursor={next}",
            url("路灯")
        ))
        .await;
    assert_eq!(
        numbers(page.done().json()["rows"].as_array().unwrap()),
        [first]
    );

    // Nobody finds what is not theirs to see, and what cannot be sought is refused in words.
    let outsider = app.user("othertown").await;
    assert!(rows(&outsider, "area", "路灯").await.is_empty());
    let asked = format!("/api/v1/matters?view=area&area=4&q={}", url("路灯"));
    assert_eq!(outsider.get(&asked).await.status, 404);
    let short = community
        .get(format!("/api/v1/matters?view=area&q={}", url("灯")))
        .await;
    assert_eq!(
        short.problems(),
        "q too_short: “灯”太短：请至少写两个字，词中间不要留空格，或者写事件编号\n"
    );
    for odd in [
        "\"",
        "' OR 1=1 --",
        "路灯* NOT 井盖",
        "NEAR(路灯 井盖)",
        "\u{e000}4",
    ] {
        let answer = community
            .get(format!("/api/v1/matters?view=area&q={}", url(odd)))
            .await;
        assert!(
            [200, 422].contains(&answer.status),
            "{odd}: {}",
            answer.text()
        );
    }
    app.test.verify().await;
    app
}

#[tokio::test]
async fn words_of_matters_are_found_within_ones_area_on_sqlite() {
    searched(TestOffice::sqlite("search").await).await;
}

#[test]
fn words_of_matters_are_found_within_ones_area_on_postgresql() {
    testkit::on_postgres("search", searched);
}
