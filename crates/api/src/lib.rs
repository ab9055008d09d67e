//! HTTP: routes, extractors, problem documents, OpenAPI, server-sent events.
//!
//! [`router`] puts an [`Office`] behind `/api/v1`; [`openapi`] describes it. One file per noun, the
//! same names as in `office` and `civic`. Nothing is decided here: a handler reads the form, calls
//! the verb, and turns the value into a view.

mod absence;
mod account;
mod address;
mod admission;
mod area;
mod area_change;
mod area_check;
mod assessment;
mod audit;
mod board;
mod boundary_import;
mod burden;
mod category;
mod certificate;
mod code_list;
mod cursor;
mod demo;
mod departure;
mod dictionary;
mod duty;
mod entrance;
mod error;
mod event;
mod evidence;
mod extract;
mod factor;
mod fields;
mod file;
mod flow;
mod grid_import;
mod health;
mod home;
mod hotline;
mod issuer;
mod job;
mod layers;
mod letter_text;
mod library;
mod limit;
mod logbook;
mod matter;
mod me;
mod mediation;
mod message;
mod nomination;
mod notice;
mod openapi;
mod opening;
mod parameter;
mod phone;
mod phrase;
mod post;
mod public;
mod publication;
mod register;
mod rule_book;
mod sender;
mod session;
mod signature;
mod station;
mod token;
mod visit;
mod whole;

pub use error::{FieldProblem, NearUnit, ProblemDocument};
pub use openapi::{openapi, openapi_json};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::middleware;
use office::Office;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa_axum::router::OpenApiRouter;

/// How the interface is served.
#[derive(Default)]
pub struct Options {
    /// What answers the paths that are no routes: the web interface. It gets the same headers.
    pub ui: Option<Router>,
    /// Cookies only over TLS. On wherever a proxy in front speaks TLS.
    pub secure_cookies: bool,
    /// A proxy in front names the client in `X-Forwarded-For`; without one the header is a claim of
    /// the client and is not believed.
    pub behind_proxy: bool,
    /// Turns true when the process is asked to stop: streams end, so that it can.
    pub closing: Option<watch::Receiver<bool>>,
    /// Told of every answer, for figures about the program itself.
    pub watch: Option<Watch>,
}

/// An answered request, as a monitoring system counts it: nothing of who asked, and the route instead
/// of the path, so that no id and no code is in it.
#[derive(Debug)]
pub struct Answered<'a> {
    /// The route: `/api/v1/matters/{id}`; none for what is no route of the interface.
    pub route: Option<&'a str>,
    /// The method.
    pub method: &'a Method,
    /// The status.
    pub status: StatusCode,
    /// How long it took until the head of the answer was there; a stream goes on after it.
    pub took: Duration,
}

/// Told of every answer. It is called on the threads that answer, so it must not wait.
pub type Watch = Arc<dyn Fn(&Answered<'_>) + Send + Sync>;

/// What all handlers share.
pub(crate) struct App {
    pub office: Arc<Office>,
    pub options: Settings,
    pub throttles: limit::Throttles,
    pub request_ids: layers::RequestIds,
    pub events: event::Hub,
}

/// The options that handlers look at.
pub(crate) struct Settings {
    pub secure_cookies: bool,
    pub behind_proxy: bool,
    pub closing: Option<watch::Receiver<bool>>,
    pub watch: Option<Watch>,
}

/// State of a handler.
pub(crate) type Shared = axum::extract::State<Arc<App>>;

/// All routes of `/api/v1` with their documentation.
fn routes() -> OpenApiRouter<Arc<App>> {
    let nouns = OpenApiRouter::new()
        .merge(session::routes())
        .merge(factor::routes())
        .merge(me::routes())
        .merge(home::routes())
        .merge(register::routes())
        .merge(hotline::routes())
        .merge(rule_book::routes())
        .merge(demo::routes())
        .merge(area::routes())
        .merge(area_change::routes())
        .merge(area_check::routes())
        .merge(whole::routes())
        .merge(grid_import::routes())
        .merge(boundary_import::routes())
        .merge(address::routes())
        .merge(post::routes())
        .merge(departure::routes())
        .merge(absence::routes())
        .merge(nomination::routes())
        .merge(opening::routes())
        .merge(station::routes())
        .merge(duty::routes())
        .merge(logbook::routes())
        .merge(category::routes())
        .merge(certificate::routes())
        .merge(burden::routes())
        .merge(dictionary::routes())
        .merge(flow::routes())
        .merge(matter::routes())
        .merge(file::routes())
        .merge(board::routes())
        .merge(mediation::routes())
        .merge(phrase::routes())
        .merge(message::routes())
        .merge(notice::routes())
        .merge(publication::routes())
        .merge(letter_text::routes())
        .merge(library::routes())
        .merge(admission::routes())
        .merge(assessment::routes())
        .merge(event::routes())
        .merge(visit::routes())
        .merge(audit::routes())
        .merge(evidence::routes())
        .merge(token::routes())
        .merge(code_list::routes())
        .merge(parameter::routes())
        .merge(account::routes())
        .merge(job::routes())
        .merge(sender::routes())
        .merge(entrance::routes())
        .merge(issuer::routes())
        .merge(phone::routes())
        .merge(public::routes());
    OpenApiRouter::with_openapi(openapi::frame())
        .nest("/api/v1", nouns)
        .merge(health::routes())
}

/// The whole interface over an office.
pub fn router(office: Arc<Office>, options: Options) -> Router {
    let app = Arc::new(App {
        events: event::Hub::listen(&office),
        office,
        options: Settings {
            secure_cookies: options.secure_cookies,
            behind_proxy: options.behind_proxy,
            closing: options.closing,
            watch: options.watch,
        },
        throttles: limit::Throttles::default(),
        request_ids: layers::RequestIds::default(),
    });
    let (routes, document) = routes().split_for_parts();
    let document = openapi::finished(document);
    let api = routes
        .merge(openapi::routes(document))
        .method_not_allowed_fallback(openapi::bad_method);
    let api = api
        .layer(DefaultBodyLimit::max(limit::BODY_BYTES_MAX))
        .with_state(Arc::clone(&app));
    let with_ui = match options.ui {
        Some(ui) => api.fallback_service(ui),
        None => api,
    };
    with_ui
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            limit::time,
        ))
        .layer(middleware::from_fn(cursor::remember))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(middleware::from_fn_with_state(app, layers::around))
        // Outermost, so that problem documents are packed too. It leaves streams and pictures alone.
        .layer(CompressionLayer::new())
}
