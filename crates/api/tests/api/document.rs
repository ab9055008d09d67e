//! The OpenAPI document is the committed one, and says all that a client needs.

use crate::app::{App, Ask};
use expect_test::expect_file;

#[test]
fn the_committed_document_is_that_of_the_routes() {
    expect_file!["../../../../docs/openapi.json"].assert_eq(&api::openapi_json());
}

#[test]
fn every_operation_has_a_summary_a_chinese_sentence_a_tag_and_a_refusal() {
    let document: serde_json::Value = serde_json::from_str(&api::openapi_json()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = std::collections::BTreeSet::new();
    let mut count = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            assert!(
                operation["summary"]
                    .as_str()
                    .is_some_and(|s| s.is_ascii() && s.len() > 2),
                "{at}: summary"
            );
            assert!(
                operation["description"]
                    .as_str()
                    .is_some_and(|s| s.contains(['。', ';', ':', ',']) && !s.is_ascii()),
                "{at}: description"
            );
            assert_eq!(
                operation["tags"].as_array().map(Vec::len),
                Some(1),
                "{at}: tag"
            );
            assert!(
                operation["responses"]["default"].is_object(),
                "{at}: refusal"
            );
            assert!(
                names.insert(operation["operationId"].to_string()),
                "{at}: a name of its own"
            );
            count += 1;
        }
    }
    assert!(count >= 45, "{count}");
}

#[tokio::test]
async fn the_document_and_its_page_are_served_from_the_binary() {
    let app = App::sqlite("document").await;
    let document = app
        .send(Ask::new("GET", "/api/v1/openapi.json"))
        .await
        .done();
    assert_eq!(document.json()["info"]["title"], "Hangji 夯基");
    let page = app.send(Ask::new("GET", "/docs/")).await.done();
    assert!(page.text().contains("swagger-ui"));
    assert!(
        !page.text().contains("<script>"),
        "no inline script: the security policy would stop it"
    );
    assert!(!page.text().contains("https://"), "nothing from elsewhere");
    assert_eq!(
        app.send(Ask::new("GET", "/docs/swagger-ui-bundle.js"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn health_says_how_the_program_is() {
    let app = App::sqlite("health").await;
    assert_eq!(
        app.send(Ask::new("GET", "/health")).await.done().json()["state"],
        "ok"
    );
}

#[tokio::test]
async fn every_answer_has_its_id_and_the_headers_that_protect_the_page() {
    let app = App::sqlite("headers").await;
    let mut ids = Vec::new();
    for path in ["/health", "/api/v1/me", "/api/v1/nothing", "/docs/"] {
        let answer = app.send(Ask::new("GET", path)).await;
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
        ] {
            assert!(!answer.header(name).is_empty(), "{path}: {name}");
        }
        assert!(
            !answer
                .header("content-security-policy")
                .contains("script-src 'unsafe"),
            "{path}"
        );
        ids.push(answer.header("x-request-id").to_owned());
    }
    ids.dedup();
    assert_eq!(ids.len(), 4, "every request has an id of its own: {ids:?}");
    let nothing = app.send(Ask::new("GET", "/api/v1/nothing")).await;
    assert_eq!(nothing.refusal().0, "404 unknown");
    assert_eq!(nothing.json()["request_id"], nothing.header("x-request-id"));
    assert_eq!(
        app.send(Ask::new("PATCH", "/api/v1/me")).await.refusal().0,
        "405 bad_method"
    );
}
