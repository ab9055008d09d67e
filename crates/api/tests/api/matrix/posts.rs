//! How posts, who stands for them and who stands in for them are called.

use super::scene::Scene;
use super::{Call, read, write};
use serde_json::json;

pub(super) fn call(operation: &str, scene: &Scene) -> Option<Call> {
    let Scene {
        absence,
        nomination,
        offered,
        ..
    } = scene;
    Some(match operation {
        "get /api/v1/areas/{id}/callable" => read("/api/v1/areas/3/callable", "town"),
        "get /api/v1/areas/{id}/duties" => read("/api/v1/areas/5/duties", "unit"),
        "put /api/v1/areas/{id}/duties" => write(
            "/api/v1/areas/3/duties",
            "townleader",
            json!({ "day": "2026-03-12", "accounts": ["31"] }),
        ),
        "get /api/v1/areas/{id}/posts" => read("/api/v1/areas/5/posts", "unit"),
        "post /api/v1/areas/{id}/posts" => {
            let form = json!({ "login": "manager", "role": "grid_worker", "source": "other", "from": "2026-03-11" });
            write("/api/v1/areas/5/posts", "townleader", form)
        }
        "delete /api/v1/posts/{id}" => write(
            "/api/v1/posts/56",
            "townleader",
            json!({ "to": "2026-03-12", "reason": "moved" }),
        ),
        "get /api/v1/posts/{id}/departure" => read("/api/v1/posts/56/departure", "manager"),
        "post /api/v1/posts/{id}/departure/give" => {
            write("/api/v1/posts/56/departure/give", "manager", json!({}))
        }
        "post /api/v1/posts/{id}/departure/take" => {
            write("/api/v1/posts/56/departure/take", "instructor", json!({}))
        }
        "get /api/v1/areas/{id}/departures" => read("/api/v1/areas/5/departures", "gridhead"),
        "get /api/v1/areas/{id}/tenures" => read("/api/v1/areas/5/tenures", "gridhead"),
        "get /api/v1/areas/{id}/vacancies" => read("/api/v1/areas/3/vacancies", "townleader"),
        "get /api/v1/areas/{id}/nominations" => read("/api/v1/areas/5/nominations", "gridhead"),
        "post /api/v1/areas/{id}/nominations" => write(
            "/api/v1/areas/5/nominations",
            "community",
            json!({ "post": { "login": "instructor", "role": "grid_worker", "source": "other", "from": "2026-03-12" }, "reason": "熟悉情况" }),
        ),
        "post /api/v1/posts/{id}/renewals" => write(
            "/api/v1/posts/51/renewals",
            "community",
            json!({ "to": "2029-03-12", "reason": "尽责" }),
        ),
        "post /api/v1/nominations/{id}/decision" => write(
            format!("/api/v1/nominations/{nomination}/decision"),
            "townleader",
            json!({ "approve": false, "opinion": "另选" }),
        ),
        "delete /api/v1/nominations/{id}" => {
            read(format!("/api/v1/nominations/{nomination}"), "gridhead")
        }
        "get /api/v1/areas/{id}/openings" => read("/api/v1/areas/4/openings", "community"),
        "post /api/v1/areas/{id}/openings" => write(
            "/api/v1/areas/5/openings",
            "community",
            json!({ "role": "grid_assistant", "duties": "协助网格长", "until": "2026-03-20" }),
        ),
        "get /api/v1/openings/{id}/candidates" => read(
            format!("/api/v1/openings/{}/candidates", offered.opening),
            "community",
        ),
        "post /api/v1/openings/{id}/close" => write(
            format!("/api/v1/openings/{}/close", offered.opening),
            "secretary",
            json!({ "reason": "岗位不再空缺" }),
        ),
        "get /api/v1/openings/{id}/publicity" => read(
            format!("/api/v1/openings/{}/publicity", offered.opening),
            "unit",
        ),
        "post /api/v1/openings/{id}/applications" => write(
            format!("/api/v1/openings/{}/applications", offered.opening),
            "unit",
            crate::opening::application(),
        ),
        "post /api/v1/applications/{id}/publicity" => write(
            format!("/api/v1/applications/{}/publicity", offered.waits),
            "community",
            json!({ "to": "2026-03-30" }),
        ),
        "post /api/v1/applications/{id}/refusal" => write(
            format!("/api/v1/applications/{}/refusal", offered.waits),
            "community",
            json!({ "reason": "另有人选" }),
        ),
        "post /api/v1/applications/{id}/nomination" => write(
            format!("/api/v1/applications/{}/nomination", offered.shown),
            "community",
            json!({ "login": "manager", "from": "2026-04-01" }),
        ),
        "post /api/v1/applications/{id}/objections" => write(
            format!("/api/v1/applications/{}/objections", offered.shown),
            "neighbour",
            json!({ "text": "不住在本楼" }),
        ),
        "delete /api/v1/applications/{id}" => read(
            format!("/api/v1/applications/{}", offered.own),
            "gridworker",
        ),
        "post /api/v1/objections/{id}/answer" => write(
            format!("/api/v1/objections/{}/answer", offered.objection),
            "community",
            json!({ "text": "已核实" }),
        ),
        "get /api/v1/public/openings" => read("/api/v1/public/openings", "unit"),
        "get /api/v1/areas/{id}/absences" => read("/api/v1/areas/5/absences", "gridhead"),
        "post /api/v1/posts/{id}/absences" => write(
            "/api/v1/posts/61/absences",
            "unit",
            json!({ "login": "gridhead", "from": "2026-04-01", "to": "2026-04-07", "reason": "leave" }),
        ),
        "delete /api/v1/absences/{id}" => read(format!("/api/v1/absences/{absence}"), "unit"),
        _ => return None,
    })
}
