//! Live events: each listener hears what its person may see, and nothing else.

use crate::app::{App, User};
use axum::body::BodyDataStream;
use futures::StreamExt;
use serde_json::{Value, json};

/// An open stream, read line by line.
struct Listening {
    stream: BodyDataStream,
    text: String,
}

impl Listening {
    async fn open(user: &User<'_>) -> Self {
        let response = user
            .app
            .raw(
                user.ask("GET", "/api/v1/events")
                    .header("accept-encoding", "gzip, br"),
            )
            .await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(
            !response.headers().contains_key("content-encoding"),
            "a packed stream would wait in the packer"
        );
        let mut open = Self {
            stream: response.into_body().into_data_stream(),
            text: String::new(),
        };
        // The greeting: from here on nothing is missed.
        open.more().await;
        open
    }
    async fn more(&mut self) {
        let chunk = self.stream.next().await.unwrap().unwrap();
        self.text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    /// The next event with this name; what came before is skipped.
    async fn next(&mut self, name: &str) -> Value {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let event: String = self.text.drain(..end + 2).collect();
                if event.starts_with(&format!("event: {name}\n")) {
                    return serde_json::from_str(
                        event
                            .lines()
                            .find_map(|l| l.strip_prefix("data: "))
                            .unwrap(),
                    )
                    .unwrap();
                }
            }
            self.more().await;
        }
    }
}

#[tokio::test]
async fn who_sees_a_matter_hears_of_it_and_its_desk_gets_the_message() {
    let app = App::sqlite("events").await;
    let grid = app.user("gridhead").await;
    let mut listening = Listening::open(&grid).await;
    let unit = app.user("unit").await;
    let id = unit.report().await;
    let event = listening.next("matter").await;
    assert_eq!(
        (event["id"].as_str(), &event["action"], &event["state"]),
        (Some(id.as_str()), &json!("report"), &json!("at_unit"))
    );
    unit.act(
        &id,
        "prehandle",
        &json!({ "finding": "cannot", "opinion": "解决不了" }),
    )
    .await
    .done();
    let event = listening.next("matter").await;
    assert_eq!(
        (&event["state"], &event["desk_name"]),
        (&json!("at_grid"), &json!("坂头安置房小区网格"))
    );
    let message = listening.next("message").await;
    assert_eq!(
        (&message["kind"], message["matter"].as_str()),
        (&json!("arrived"), Some(id.as_str()))
    );
}

#[tokio::test]
async fn who_may_not_see_a_matter_hears_nothing_of_it() {
    let app = App::sqlite("quiet").await;
    let (other, stranger) = (app.user("otherunit").await, app.user("stranger").await);
    let (mut outside, mut passer) = (
        Listening::open(&other).await,
        Listening::open(&stranger).await,
    );
    app.user("unit").await.report().await;
    // The first that they hear is what is theirs: events come in the order of the commits.
    let own = json!({ "text": "楼道堆物", "category": "0104", "channel": "field", "unit": "23" });
    let own = other.post("/api/v1/matters", &own).await.done().json();
    assert_eq!(outside.next("matter").await["id"], own["id"]);
    let mine = json!({ "text": "噪音扰民", "channel": "resident", "unit": "6" });
    let mine = stranger.post("/api/v1/matters", &mine).await.done().json();
    assert_eq!(passer.next("matter").await["id"], mine["id"]);
}

#[tokio::test]
async fn boards_are_told_of_their_areas_at_most_once_a_second() {
    let app = App::sqlite("board_events").await;
    let leader = app.user("townleader").await;
    let mut listening = Listening::open(&leader).await;
    let unit = app.user("unit").await;
    unit.report().await;
    let first = listening.next("board").await;
    assert_eq!(
        first["areas"],
        json!(["3", "4", "5", "6"]),
        "the areas of the post, not the city"
    );
    let before = std::time::Instant::now();
    unit.report().await;
    unit.report().await;
    listening.next("board").await;
    assert!(
        before.elapsed().as_millis() >= 800,
        "{:?}",
        before.elapsed()
    );
}

#[tokio::test]
async fn nobody_listens_without_signing_in() {
    let app = App::sqlite("events_anonymous").await;
    let answer = app
        .send(crate::app::Ask::new("GET", "/api/v1/events"))
        .await;
    assert_eq!(answer.refusal().0, "401 signed_out");
}

#[tokio::test]
async fn streams_end_when_the_process_is_asked_to_stop() {
    let (stop, closing) = tokio::sync::watch::channel(false);
    let options = api::Options {
        closing: Some(closing),
        ..api::Options::default()
    };
    let app = App::with(testkit::TestOffice::sqlite("closing").await, options);
    let unit = app.user("unit").await;
    let mut listening = Listening::open(&unit).await;
    stop.send(true).unwrap();
    assert!(listening.stream.next().await.is_none());
}
