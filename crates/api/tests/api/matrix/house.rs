//! How the rules, the log and the running of the house are called.

use super::scene::Scene;
use super::{Call, read, write};
use serde_json::json;

pub(super) fn call(operation: &str, _scene: &Scene) -> Option<Call> {
    Some(match operation {
        "get /api/v1/audit" => read("/api/v1/audit", "auditor"),
        "get /api/v1/demo/accounts" => read("/api/v1/demo/accounts", "unit"),
        "get /api/v1/jobs" => read("/api/v1/jobs", "sysadmin"),
        "get /api/v1/jobs/{code}/runs" => read("/api/v1/jobs/seal/runs", "sysadmin"),
        "post /api/v1/jobs/{code}/run" => write("/api/v1/jobs/files/run", "sysadmin", json!({})),
        "get /api/v1/parameters" => read("/api/v1/parameters", "secadmin"),
        "put /api/v1/parameters/{code}" => write(
            "/api/v1/parameters/lock_minutes",
            "secadmin",
            json!({ "value": "20" }),
        ),
        "get /api/v1/rules" => read("/api/v1/rules", "city"),
        "get /health" => read("/health", "unit"),
        _ => return None,
    })
}
