//! One worker of the grid serves all lines of business (R012): each matter names the line that owns it,
//! lists are narrowed to a line, and an area is counted line by line; on both databases.

use crate::app::App;
use serde_json::{Value, json};
use testkit::TestOffice;

async fn all_lines(test: TestOffice) -> App {
    let app = App::over(test);
    let worker = app.user("gridworker").await;
    // One worker, four matters of three lines and of none.
    let world = app.test.office.world();
    let lines = ["police", "urban_management", "housing"];
    let mut codes: Vec<String> = lines
        .iter()
        .map(|line| world.rules.categories.of_line(line)[0].clone())
        .collect();
    codes.push(world.rules.categories.of_line("")[0].clone());
    codes.push(codes[1].clone());
    for code in &codes {
        let body =
            json!({ "text": "巡查发现的情况", "category": code, "channel": "patrol", "unit": "6" });
        worker.post("/api/v1/matters", &body).await.done();
    }
    let listed = async |query: &str| -> Vec<Value> {
        let page = worker
            .get(format!("/api/v1/matters?view=queue{query}"))
            .await;
        page.done().json()["rows"].as_array().unwrap().clone()
    };
    let all = listed("").await;
    assert_eq!(all.len(), 5, "all lie on the desk of the one worker");
    let mut words: Vec<&str> = all.iter().filter_map(|r| r["line_word"].as_str()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), 3, "{words:?}");
    let own = all.iter().filter(|r| r["line"] == Value::Null);
    assert_eq!(own.count(), 1);
    for (line, many) in [("urban_management", 2), ("housing", 1), ("none", 1)] {
        let rows = listed(&format!("&line={line}")).await;
        assert_eq!(rows.len(), many, "{line}");
        let wanted = if line == "none" {
            Value::Null
        } else {
            json!(line)
        };
        assert!(rows.iter().all(|r| r["line"] == wanted));
        let area = worker
            .get(format!("/api/v1/matters?view=area&line={line}"))
            .await;
        assert_eq!(area.done().json()["rows"].as_array().unwrap().len(), many);
    }
    let slip = worker.get("/api/v1/matters?view=queue&line=weather").await;
    assert!(
        slip.problems()
            .starts_with("line unknown_word: “weather”不是可选的条线"),
        "{}",
        slip.text()
    );
    for (login, area) in [
        ("gridworker", "5"),
        ("community", "4"),
        ("town", "3"),
        ("city", "1"),
    ] {
        let counts = app.user(login).await;
        let counts = counts.get(format!("/api/v1/boards/{area}/lines")).await;
        let counts = counts.done().json();
        assert_eq!(counts[0]["line"], "urban_management", "{login}: most first");
        let open: i64 = counts
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["open"].as_i64().unwrap())
            .sum();
        assert_eq!(open, 5, "{login}: nothing is counted twice or left out");
    }
    app.test.verify().await;
    app
}

#[tokio::test]
async fn one_worker_serves_all_lines_and_each_line_is_seen_filtered_and_counted() {
    all_lines(TestOffice::sqlite("lines").await).await;
}

#[test]
fn one_worker_serves_all_lines_and_each_line_is_seen_filtered_and_counted_on_postgresql() {
    testkit::on_postgres("lines", all_lines);
}
