//! 述职评议 (R214): the holder of a post writes, colleagues and superiors vote in secret, and the
//! outcome is one input of the assessment; on both databases.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::{TestOffice, march};

/// A calculated period of the heads of grids, on the 16th of March, with its id.
async fn calculated(app: &App) -> String {
    let county = app.user("county").await;
    let form = json!({ "area": "3", "scheme": "grid_head", "name": "三月上半月", "from": "2026-03-01", "to": "2026-03-15" });
    let made = county.post("/api/v1/assessments", &form).await;
    let path = format!(
        "/api/v1/assessments/{}",
        made.done().json()["id"].as_str().unwrap()
    );
    app.test.clock.set(march(16, 9, 0));
    let county = app.user("county").await;
    let done = county.post(format!("{path}/calculate"), &json!({})).await;
    assert_eq!(done.done().json()["may_review"], true);
    path
}

async fn sheets(user: &User<'_>) -> Vec<Value> {
    let list = user.get("/api/v1/me/reviews").await.done().json();
    list.as_array().unwrap().clone()
}

async fn state(app: &App, user: &User<'_>, path: &str, answers: Value) -> crate::app::Answer {
    let ask = user.ask("PUT", format!("{path}/statements/51"));
    app.send(ask.json(&json!({ "answers": answers }))).await
}

/// The line of the head of the grid for the review.
async fn review_of(county: &User<'_>, path: &str) -> Value {
    let results = county.get(format!("{path}/results")).await.done().json();
    let rows = results["rows"].as_array().unwrap();
    let one = rows.iter().find(|r| r["holder"]["name"] == "林秀珠");
    one.unwrap().clone()
}

async fn written_and_voted(test: TestOffice) -> App {
    let app = App::over(test);
    let second = json!({ "login": "instructor", "role": "grid_manager", "source": "other", "from": "2026-03-10" });
    let above = app.user("townleader").await;
    above.post("/api/v1/areas/5/posts", &second).await.done();
    let path = calculated(&app).await;
    let (county, head) = (app.user("county").await, app.user("gridhead").await);
    assert!(sheets(&head).await.is_empty(), "nobody opened it");
    let ballots = format!("{path}/statements/51/ballots");
    let good = json!({ "choice": "excellent" });
    let secretary = app.user("secretary").await;
    let early = secretary.post(&ballots, &good).await.refusal();
    assert_eq!(early.1, "述职评议还没有开始");
    let until = json!({ "until": "2026-03-20" });
    let refused = head.post(format!("{path}/review"), &until).await;
    assert!(matches!(refused.status, 403 | 404));
    county.post(format!("{path}/review"), &until).await.done();
    let publish = county.post(format!("{path}/publish"), &json!({})).await;
    assert!(publish.refusal().1.contains("述职评议还没有结束"));
    // Nobody undoes the ballot by hand.
    let mark =
        json!({ "indicator": "review", "points": 2000, "words": "会议测评 12 人 优秀 12 票" });
    let by_hand = county.post(format!("{path}/results/1/marks"), &mark).await;
    assert!(by_hand.refusal().1.contains("由投票产生"));

    // The holder writes; nobody votes before, and nothing is rewritten after the first ballot.
    let told = head.get("/api/v1/messages").await.done().json();
    let first = told["rows"][0]["text"].as_str().unwrap().to_owned();
    assert!(first.contains("请在 2026-03-20 以前"), "{first}");
    let before = secretary.post(&ballots, &good).await.refusal();
    assert!(before.1.contains("还没有提交述职"), "{}", before.1);
    let short = state(&app, &head, &path, json!(["走访 40 户"])).await;
    assert!(short.problems().starts_with("answers.1 required"));
    let answers = json!(["走访 40 户，解决照明 3 处", "夜间巡查少", "排班到周末"]);
    let stranger = state(&app, &secretary, &path, answers.clone()).await;
    assert_eq!(stranger.status, 404, "everybody for themselves");
    state(&app, &head, &path, answers.clone()).await.done();
    let own = head.post(&ballots, &good).await;
    assert_eq!(own.status, 404, "nobody votes about oneself");
    for login in ["unit", "neighbour", "town", "otherunit", "resident"] {
        let user = app.user(login).await;
        let refused = user.post(&ballots, &good).await.status;
        assert_eq!(refused, 404, "{login} is no colleague and not right above");
    }
    let seen = sheets(&secretary).await;
    let row = &seen[0]["rows"][0];
    assert_eq!(
        (&row["answers"], &row["votes"], &row["voted"]),
        (&answers, &json!(true), &json!(false))
    );
    let none = json!({ "choice": "best" });
    let none = secretary.post(&ballots, &none).await.problems();
    assert!(none.starts_with("choice unknown_word"), "{none}");
    for (login, choice) in [
        ("secretary", "excellent"),
        ("community", "excellent"),
        ("gridworker", "excellent"),
        ("manager", "excellent"),
        ("instructor", "basic"),
    ] {
        let voter = app.user(login).await;
        let ballot = json!({ "choice": choice });
        voter.post(&ballots, &ballot).await.done();
        let twice = voter.post(&ballots, &ballot).await.refusal();
        assert!(twice.1.contains("已经评议过"), "{}", twice.1);
    }
    let late = state(&app, &head, &path, answers).await.refusal();
    assert!(late.1.contains("已经有人评议"), "{}", late.1);

    // Who chose what stands nowhere: not in the audit, not beside the results.
    let log = app.user("auditor").await.get("/api/v1/audit").await;
    let log = log.done().text();
    assert!(log.contains("cast_ballot"));
    for word in ["优秀", "基本称职", "excellent", "basic\""] {
        assert!(!log.contains(word), "{word}");
    }
    let soon = county
        .post(format!("{path}/review/close"), &json!({}))
        .await;
    assert!(soon.refusal().1.contains("2026-03-20 截止"));
    app.test.clock.set(march(21, 9, 0));
    let county = app.user("county").await;
    let close = county
        .post(format!("{path}/review/close"), &json!({}))
        .await;
    close.done();
    let result = review_of(&county, &path).await;
    let scores = result["scores"].as_array().unwrap();
    let review = scores.iter().find(|s| s["indicator"] == "review").unwrap();
    assert_eq!(
        (&review["points"], &review["how"]),
        (&json!(1_840), &json!("given")),
        "20 points, four times 100 and once 60 percent"
    );
    let words = result["marks"].to_string();
    assert!(words.contains("参加 5 人"), "{words}");
    assert!(
        !words.contains("优秀 4"),
        "a count under five is not told: {words}"
    );
    county
        .post(format!("{path}/publish"), &json!({}))
        .await
        .done();
    app.test.verify().await;
    app
}

#[tokio::test]
async fn statements_are_voted_on_in_secret_and_count_in_the_assessment_on_sqlite() {
    written_and_voted(TestOffice::sqlite("reviews").await).await;
}

#[test]
fn statements_are_voted_on_in_secret_and_count_in_the_assessment_on_postgresql() {
    testkit::on_postgres("reviews", written_and_voted);
}

#[tokio::test]
async fn fewer_than_five_ballots_are_not_scored() {
    let app = App::sqlite("reviews_few").await;
    let path = calculated(&app).await;
    let county = app.user("county").await;
    let until = json!({ "until": "2026-03-20" });
    county.post(format!("{path}/review"), &until).await.done();
    let head = app.user("gridhead").await;
    state(&app, &head, &path, json!(["一", "二", "三"]))
        .await
        .done();
    for login in ["secretary", "community", "gridworker", "manager"] {
        let voter = app.user(login).await;
        let ballots = format!("{path}/statements/51/ballots");
        let ballot = json!({ "choice": "poor" });
        voter.post(ballots, &ballot).await.done();
    }
    app.test.clock.set(march(21, 9, 0));
    let county = app.user("county").await;
    let close = county
        .post(format!("{path}/review/close"), &json!({}))
        .await;
    close.done();
    let result = review_of(&county, &path).await;
    let scores = result["scores"].as_array().unwrap();
    let review = scores.iter().find(|s| s["indicator"] == "review").unwrap();
    assert_eq!(review["how"], "not_given");
    app.test.verify().await;
}
