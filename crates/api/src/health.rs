//! Whether the program works.

use crate::{App, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(health))
}

/// How the program is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`, `read_only` (the disk is full or cannot be written) or `broken`.
    state: &'static str,
    /// 中文说明。
    text: &'static str,
    /// Version of the program.
    version: &'static str,
    /// Server time.
    now: i64,
}

/// How the program is
///
/// 供监控探测：200 正常，503 只读或故障。
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, body = Health), (status = 503, body = Health)))]
async fn health(State(app): Shared) -> (StatusCode, Json<Health>) {
    let now = app.office.now().0;
    let version = env!("CARGO_PKG_VERSION");
    let ping = app.office.store().read::<(), office::Fault>(|conn| {
        conn.query_one("SELECT 1", &[])
            .map(|_| ())
            .map_err(Into::into)
    });
    let answers = ping.await.is_ok();
    let (status, state, text) = match (answers, app.office.store().is_read_only()) {
        (true, false) => (StatusCode::OK, "ok", "运行正常"),
        (true, true) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "read_only",
            "磁盘已满或不可写，现在只能查看，请清理磁盘",
        ),
        (false, _) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "broken",
            "数据库没有响应，请检查数据库",
        ),
    };
    (
        status,
        Json(Health {
            state,
            text,
            version,
            now,
        }),
    )
}
