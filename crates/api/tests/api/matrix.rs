//! Every operation of the document, called by nobody, by a resident, by the head of a unit in
//! another street, and by somebody whose work it is. The statuses are committed; an operation that
//! is not here fails the test.

mod accounts;
mod house;
mod kept;
mod matters;
mod posts;
mod scene;
mod told;
mod tree;

use crate::app::{App, Ask, User};
use axum::body::to_bytes;
use scene::{Scene, scene};
use serde_json::{Value, json};
use std::fmt::Write;

const INNOCENT: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n";

/// How an operation is called.
struct Call {
    path: String,
    body: Option<Value>,
    file: bool,
    /// Whose work it is.
    insider: &'static str,
}

fn read(path: impl Into<String>, insider: &'static str) -> Call {
    Call {
        path: path.into(),
        body: None,
        file: false,
        insider,
    }
}
fn write(path: impl Into<String>, insider: &'static str, body: Value) -> Call {
    Call {
        path: path.into(),
        body: Some(body),
        file: false,
        insider,
    }
}
fn upload(path: impl Into<String>, insider: &'static str) -> Call {
    Call {
        path: path.into(),
        body: None,
        file: true,
        insider,
    }
}

/// The lists of calls, each with one part of the interface.
const PARTS: &[fn(&str, &Scene) -> Option<Call>] = &[
    accounts::call,
    posts::call,
    tree::call,
    matters::call,
    told::call,
    kept::call,
    house::call,
];

fn call(operation: &str, scene: &Scene) -> Call {
    PARTS
        .iter()
        .find_map(|part| part(operation, scene))
        .unwrap_or_else(|| {
            panic!(
                "{operation} is not in the matrix of rights: say in tests/api/matrix/ how it is called and whose work it is"
            )
        })
}

/// The version that a call is about: matters and notices are at their second, records go on from
/// call to call.
async fn version_of(app: &App, call: &Call) -> String {
    let id = call.path.strip_prefix("/api/v1/records/");
    let Some(id) = id.and_then(|rest| rest.split('/').next()) else {
        return "\"v2\"".into();
    };
    let keeper = app.user(call.insider).await;
    let record = keeper.get(format!("/api/v1/records/{id}")).await.json();
    format!("\"v{}\"", record["version"])
}

/// The status of a call by somebody.
async fn status(app: &App, method: &str, call: &Call, who: Option<&User<'_>>) -> u16 {
    let ask = match who {
        Some(user) => user.ask(method, &call.path),
        None => Ask::new(method, &call.path).header("x-hangji", "1"),
    };
    let ask = ask
        .header("idempotency-key", app.key())
        .header("if-match", version_of(app, call).await);
    let ask = match (&call.body, call.file) {
        (Some(body), _) => ask.json(body),
        (None, true) => ask.file("现场.pdf", INNOCENT),
        (None, false) => ask,
    };
    let response = app.raw(ask).await;
    let status = response.status().as_u16();
    if status >= 400 {
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let problem: Value = serde_json::from_slice(&body).unwrap();
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            !detail.is_ascii(),
            "{method} {}: a sentence for people: {detail}",
            call.path
        );
        assert_ne!(status, 500, "{method} {}", call.path);
    }
    status
}

/// Operations on what lies in the street of the story: nobody from outside may have them.
fn is_about_the_story(path: &str) -> bool {
    [
        "/matters/{id}",
        "/notices/{id}",
        "/files/{id}",
        "/boards/",
        "/unmask",
    ]
    .iter()
    .any(|p| path.contains(p))
        || matches!(path, "/api/v1/matters" | "/api/v1/visits")
}

#[tokio::test]
async fn who_may_call_what() {
    let app = App::sqlite("matrix").await;
    let scene = scene(&app).await;
    let (stranger, outsider) = (app.user("stranger").await, app.user("otherunit").await);
    let document: Value = serde_json::from_str(&api::openapi_json()).unwrap();
    let mut table = format!(
        "{:<52}{:>10}{:>10}{:>10}{:>10}  whose work it is\n",
        "operation", "nobody", "resident", "outsider", "insider"
    );
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            // Throttles fill again, sessions stay.
            app.test.clock.advance_minutes(1);
            let call = call(&format!("{method} {path}"), &scene);
            let verb = method.to_uppercase();
            let ends_session = path.ends_with("/sessions/current");
            let nobody = status(&app, &verb, &call, None).await;
            let (resident, outside) = match ends_session {
                true => (
                    status(&app, &verb, &call, Some(&app.user("stranger").await)).await,
                    status(&app, &verb, &call, Some(&app.user("otherunit").await)).await,
                ),
                false => (
                    status(&app, &verb, &call, Some(&stranger)).await,
                    status(&app, &verb, &call, Some(&outsider)).await,
                ),
            };
            let inside = status(&app, &verb, &call, Some(&app.user(call.insider).await)).await;
            writeln!(
                table,
                "{:<52}{nobody:>10}{resident:>10}{outside:>10}{inside:>10}  {}",
                format!("{method} {path}"),
                call.insider
            )
            .unwrap();
            let within = ["/matters/{id}/", "/notices/{id}/"];
            if is_about_the_story(path) && method != "post"
                || within.iter().any(|p| path.contains(p))
            {
                for status in [resident, outside] {
                    assert!(
                        matches!(status, 403 | 404),
                        "{method} {path} from outside: {status}"
                    );
                }
            }
            let is_open = path.starts_with("/api/v1/public/")
                || path.starts_with("/api/v1/demo/")
                || path == "/health"
                || path == "/api/v1/sessions";
            assert!(
                is_open || nobody == 401,
                "{method} {path} by nobody: {nobody}"
            );
        }
    }
    expect_test::expect_file!["matrix.txt"].assert_eq(&table);
}

#[tokio::test]
async fn no_action_of_the_flow_is_open_to_who_may_not_know_the_matter() {
    let app = App::sqlite("actions").await;
    let scene = scene(&app).await;
    let flow = app
        .user("unit")
        .await
        .get("/api/v1/flows/incident/3")
        .await
        .done()
        .json();
    let mut open = Vec::new();
    for login in ["stranger", "otherunit", "othertown", "surveyor", "sysadmin"] {
        let user = app.user(login).await;
        for action in flow["actions"].as_array().unwrap() {
            let action = action["code"].as_str().unwrap();
            // All that any action may ask for, so that the right is judged and not the form.
            let form = json!({ "opinion": "意见", "reply": "答复", "finding": "solved", "category": "0104", "verdict": true, "until": "2026-04-01",
                "rating": 5, "task": 0, "other": scene.matter, "area": "6", "lead": { "org": "71" } });
            let path = format!("/api/v1/matters/{}/actions/{action}", scene.matter);
            let ask = user
                .ask("POST", path)
                .header("idempotency-key", app.key())
                .header("if-match", "\"v2\"")
                .json(&form);
            let status = app.send(ask).await.status;
            if !matches!(status, 403 | 404) {
                open.push(format!("{login} {action} {status}"));
            }
        }
    }
    // 附议: whoever finds a matter on the map while reporting may join it, and learns no more.
    assert!(open.iter().all(|line| line.contains(" join ")), "{open:#?}");
    let seen = app.user("gridhead").await.matter(&scene.matter).await;
    assert_eq!(seen["state"], "at_grid");
}

#[tokio::test]
async fn counts_tell_an_outsider_nothing() {
    let app = App::sqlite("counts").await;
    scene(&app).await;
    for login in ["otherunit", "othertown", "stranger"] {
        let user = app.user(login).await;
        for view in ["queue", "mine", "reported", "handled"] {
            let page = user
                .get(format!("/api/v1/matters?view={view}"))
                .await
                .done()
                .json();
            assert_eq!(page["rows"], json!([]), "{login} {view}");
        }
        let messages = user.get("/api/v1/messages").await.done().json();
        assert_eq!(messages["rows"], json!([]), "{login}");
    }
    let board = app
        .user("othertown")
        .await
        .get("/api/v1/boards/20")
        .await
        .done()
        .json();
    assert!(
        board["figures"]
            .as_object()
            .unwrap()
            .values()
            .all(|n| n == 0),
        "{}",
        board["figures"]
    );
}
