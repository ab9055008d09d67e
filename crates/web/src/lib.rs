//! The built web interface, inside the binary.
//!
//! [`router`] answers every path that no route took: a file of `web/dist`, or the start page for
//! the paths that the interface itself routes (`/matters/42`). The field app below `/m/` has a start
//! page and a service worker of its own. In a debug build the files are read from disk, so that a
//! rebuilt interface needs no rebuilt binary.

mod encoding;
mod kind;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

/// Files below this folder carry the hash of their content in their name: they never change.
const ASSETS: &str = "assets/";
/// Paths that belong to the programs of others: an unknown one is not a page.
const NOT_PAGES: &[&str] = &["api", "docs"];
const START: &str = "index.html";
/// The field app, and its start page.
const FIELD: &str = "m";
const FIELD_START: &str = "m/index.html";

/// Serves the interface as the fallback of a router.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().fallback(serve)
}

/// Whether the interface was built, or only its placeholder is there.
#[must_use]
pub fn is_built() -> bool {
    Dist::get(START)
        .is_some_and(|page| !String::from_utf8_lossy(&page.data).contains("hangji-placeholder"))
}

async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, "GET, HEAD")],
        )
            .into_response();
    }
    let path = uri.path().trim_start_matches('/');
    // Its service worker rules what lies below `/m/`: the address without the slash is outside.
    if path == FIELD {
        return Redirect::permanent("/m/").into_response();
    }
    let wanted = if path.is_empty() { START } else { path };
    match file(wanted, &headers) {
        Some(answer) => answer,
        None if is_page(path) => file(start_of(path), &headers).unwrap_or_else(missing),
        None => missing(),
    }
}

/// The start page that routes a path.
fn start_of(path: &str) -> &'static str {
    match path.split('/').next() {
        Some(FIELD) => FIELD_START,
        _ => START,
    }
}

/// A path of the interface: no dot in its last part, and not of the programs of others.
fn is_page(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    !NOT_PAGES.contains(&first) && !last.contains('.')
}

fn missing() -> Response {
    (
        StatusCode::NOT_FOUND,
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        "没有这个页面，请从首页进入。\n",
    )
        .into_response()
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    // The packed copies are ways to send a file, not files.
    if encoding::is_packed(path) {
        return None;
    }
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let packed = encoding::preferred(accepted)
        .find_map(|(name, ending)| Some((name, Dist::get(&format!("{path}{ending}"))?)));
    let (encoding, found) = match packed {
        Some((name, found)) => (Some(name), found),
        None => (None, Dist::get(path)?),
    };
    Some(answer(path, encoding, found, headers))
}

fn answer(
    path: &str,
    encoding: Option<&'static str>,
    found: EmbeddedFile,
    headers: &HeaderMap,
) -> Response {
    let tag = tag(&found);
    let lasting = path.starts_with(ASSETS);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.split(',').any(|t| t.trim() == tag || t.trim() == "*"));
    let mut response = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Response::new(Body::from(found.data.into_owned())),
    };
    let out = response.headers_mut();
    out.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(kind::of(path)),
    );
    let cache = if lasting {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The first half of the content's hash is plenty to tell two versions apart.
fn tag(found: &EmbeddedFile) -> String {
    let hash = found.metadata.sha256_hash();
    let digits: String = hash[..16].iter().map(|b| format!("{b:02x}")).collect();
    format!("\"{digits}\"")
}

#[cfg(test)]
mod tests;
