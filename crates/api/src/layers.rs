//! What surrounds every request: its id, security headers, problem documents, panics.

use crate::error::{Code, Fail, Failed};
use crate::{Answered, App};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant as Stopwatch;
use tracing::Instrument;

/// Nothing from elsewhere, no inline script. Inline styles are what Vue and the map write; workers of
/// the map come from blobs.
const CSP: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; \
                   connect-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'";

static HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), geolocation=(self), microphone=()",
    ),
];

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers the requests of this process; the time of the start keeps them apart from those before.
#[derive(Default)]
pub(crate) struct RequestIds(AtomicU64);

impl RequestIds {
    fn next(&self, now_ms: i64) -> String {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        format!("{:x}-{n:x}", now_ms / 1000)
    }
}

/// The outermost layer.
pub(crate) async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let id = app.request_ids.next(app.office.now().0);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let began = Stopwatch::now();
    // The query is left out: it may hold a follow-up code.
    let span = tracing::info_span!("request", id, %method, path);
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Some(fail) = problem(&path, &response) {
        if fail.code == Code::Broken {
            let cause = fail.cause.as_deref().unwrap_or("unknown");
            tracing::error!(request = id, %method, path, cause, "a request failed");
        }
        response = document(response, &fail, &id);
    }
    let (status, took) = (response.status(), began.elapsed());
    span.in_scope(|| tracing::debug!(status = status.as_u16(), "answered"));
    if let Some(watch) = &app.options.watch {
        watch(&Answered {
            route: route.as_ref().map(MatchedPath::as_str),
            method: &method,
            status,
            took,
        });
    }
    let headers = response.headers_mut();
    if app.options.secure_cookies {
        let a_year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    for (name, value) in &HEADERS {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), HeaderValue::from_static(value));
        }
    }
    frame(headers, &path, || app.office.embedding_sites());
    if path.starts_with("/api/") && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        );
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// Pages of residents, which an app of the city may show inside its own (R072).
const EMBEDDED: &[&str] = &["embed", "report", "follow", "announcements", "my"];

/// Says who may frame an answer: nobody, but for the pages of residents, which the sites may that the
/// security administrator wrote down.
fn frame(headers: &mut HeaderMap, path: &str, sites: impl FnOnce() -> Vec<String>) {
    let first = path.trim_start_matches('/').split('/').next();
    let sites = match first.is_some_and(|first| EMBEDDED.contains(&first)) {
        true => sites(),
        false => Vec::new(),
    };
    let framed_by = match sites.is_empty() {
        true => "'none'".to_owned(),
        false => format!("'self' {}", sites.join(" ")),
    };
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(value) = HeaderValue::from_str(&format!("{CSP}; frame-ancestors {framed_by}"))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    // The older header knows no list: where sites may frame, the newer one alone says so.
    if sites.is_empty() && !headers.contains_key(header::X_FRAME_OPTIONS) {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
}

/// Our own refusal, or what axum itself refused: also that is a document.
fn problem(path: &str, response: &Response) -> Option<Arc<Fail>> {
    if let Some(Failed(fail)) = response.extensions().get::<Failed>() {
        return Some(Arc::clone(fail));
    }
    let status = response.status();
    if !path.starts_with("/api/") || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    Some(Arc::new(match status {
        StatusCode::NOT_FOUND => Fail::new(Code::Unknown, "没有这个接口，请对照 /docs 核对地址"),
        StatusCode::METHOD_NOT_ALLOWED => Fail::new(
            Code::BadMethod,
            "这个地址不支持这种请求方法，请对照 /docs 核对",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => crate::extract::too_large(),
        other => office::Fault::Broken(format!("answered {other} without a reason")).into(),
    }))
}

fn document(old: Response, fail: &Fail, id: &str) -> Response {
    let body = serde_json::to_vec(&fail.document(id)).unwrap_or_default();
    let mut response = (
        fail.status(),
        [(header::CONTENT_TYPE, "application/problem+json")],
        body,
    )
        .into_response();
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = old.headers().get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

/// A panic in a handler is our mistake: the panic hook writes where, the log of the request what.
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    let cause = format!("a handler panicked: {}", text.unwrap_or_default());
    Fail::from(office::Fault::Broken(cause)).into_response()
}
