//! Served from whatever `web/dist` holds: the built interface, or the placeholder.

use super::*;
use axum::body::to_bytes;
use axum::http::Request;
use tower::ServiceExt;

async fn get(path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router::<()>()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

fn header_of(answer: &Response, name: header::HeaderName) -> &str {
    answer
        .headers()
        .get(name)
        .map_or("", |v| v.to_str().unwrap())
}

#[tokio::test]
async fn a_page_of_the_interface_is_the_start_page_and_is_asked_for_again() {
    let start = get("/", &[]).await;
    assert_eq!(start.status(), 200);
    assert_eq!(
        header_of(&start, header::CONTENT_TYPE),
        "text/html; charset=utf-8"
    );
    assert_eq!(header_of(&start, header::CACHE_CONTROL), "no-cache");
    let tag = header_of(&start, header::ETAG).to_owned();
    let page = get("/matters/42", &[]).await;
    assert_eq!(
        (page.status().as_u16(), header_of(&page, header::ETAG)),
        (200, tag.as_str())
    );
    let body = to_bytes(start.into_body(), usize::MAX).await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("<html"));
}

#[test]
fn the_pages_below_m_are_the_field_apps() {
    for (path, start) in [
        ("m/", FIELD_START),
        ("m/matters/42", FIELD_START),
        ("", START),
        ("matters/m", START),
        ("messages", START),
    ] {
        assert_eq!(start_of(path), start, "{path}");
    }
}

#[tokio::test]
async fn the_field_app_is_entered_by_the_address_that_its_service_worker_rules() {
    let answer = get("/m", &[]).await;
    assert_eq!(
        (
            answer.status().as_u16(),
            header_of(&answer, header::LOCATION)
        ),
        (308, "/m/")
    );
    // Asked for again each time, so that an update of the server is an update of the app.
    if Dist::get("m/sw.js").is_some() {
        let worker = get("/m/sw.js", &[]).await;
        assert_eq!(header_of(&worker, header::CACHE_CONTROL), "no-cache");
        assert_eq!(
            header_of(&worker, header::CONTENT_TYPE),
            "text/javascript; charset=utf-8"
        );
    }
}

#[tokio::test]
async fn a_page_the_client_has_already_is_not_sent_again() {
    let tag = header_of(&get("/", &[]).await, header::ETAG).to_owned();
    let again = get("/", &[("if-none-match", &tag)]).await;
    assert_eq!(again.status(), 304);
    assert!(
        to_bytes(again.into_body(), usize::MAX)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn unknown_files_and_paths_of_the_api_are_not_pages() {
    for path in [
        "/assets/none.js",
        "/api/v1/nothing",
        "/docs/none",
        "/favicon.none",
        "/index.html.gz",
    ] {
        assert_eq!(get(path, &[]).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_read_is_refused() {
    let request = Request::post("/").body(Body::empty()).unwrap();
    assert_eq!(router::<()>().oneshot(request).await.unwrap().status(), 405);
}

#[tokio::test]
async fn packed_copies_are_sent_to_who_takes_them_and_assets_are_kept_for_ever() {
    for path in Dist::iter().filter(|p| !encoding::is_packed(p)) {
        let plain = get(&format!("/{path}"), &[]).await;
        assert_eq!(plain.status(), 200, "{path}");
        assert_eq!(plain.headers().get(header::CONTENT_ENCODING), None);
        let lasting = header_of(&plain, header::CACHE_CONTROL).contains("immutable");
        assert_eq!(lasting, path.starts_with(ASSETS), "{path}");
        let packed = get(&format!("/{path}"), &[("accept-encoding", "gzip, br")]).await;
        let expected = encoding::preferred("gzip, br")
            .find(|(_, e)| Dist::get(&format!("{path}{e}")).is_some())
            .map_or("", |(name, _)| name);
        assert_eq!(
            header_of(&packed, header::CONTENT_ENCODING),
            expected,
            "{path}"
        );
        assert_eq!(
            header_of(&packed, header::CONTENT_TYPE),
            header_of(&plain, header::CONTENT_TYPE)
        );
    }
}
