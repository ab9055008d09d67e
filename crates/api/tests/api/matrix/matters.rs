//! How matters, what belongs to them and what is counted of them are called.

use super::scene::Scene;
use super::{Call, read, upload, write};
use serde_json::json;

pub(super) fn call(operation: &str, scene: &Scene) -> Option<Call> {
    let Scene {
        matter,
        file,
        contact,
        mediation,
        public_no,
        public_code,
        ..
    } = scene;
    let report = json!({ "text": "路灯不亮", "channel": "field", "category": "0104", "unit": "6" });
    Some(match operation {
        "get /api/v1/matters/{id}/professionals" => read(
            format!("/api/v1/matters/{matter}/professionals"),
            "gridhead",
        ),
        "post /api/v1/matters/{id}/professionals" => write(
            format!("/api/v1/matters/{matter}/professionals"),
            "gridhead",
            json!({ "professional": contact, "reason": "请到场调解" }),
        ),
        "get /api/v1/evidence" => read("/api/v1/evidence", "discipline"),
        "post /api/v1/evidence" => write(
            "/api/v1/evidence",
            "discipline",
            json!({ "no": public_no, "purpose": "核查信访线索" }),
        ),
        "get /api/v1/boards/{area}" => read("/api/v1/boards/5", "gridhead"),
        "get /api/v1/boards/{area}/lines" => read("/api/v1/boards/5/lines", "gridhead"),
        "get /api/v1/boards/{area}/stuck" => read("/api/v1/boards/5/stuck", "gridhead"),
        "get /api/v1/boards/{area}/today" => read("/api/v1/boards/5/today", "gridhead"),
        "get /api/v1/categories" => read("/api/v1/categories", "unit"),
        "get /api/v1/dictionaries" => read("/api/v1/dictionaries", "unit"),
        "get /api/v1/events" => read("/api/v1/events", "unit"),
        "post /api/v1/files" => upload("/api/v1/files", "unit"),
        "get /api/v1/files/{id}" => read(format!("/api/v1/files/{file}"), "gridhead"),
        "get /api/v1/flows" => read("/api/v1/flows", "unit"),
        "get /api/v1/flows/{code}/{version}" => read("/api/v1/flows/incident/3", "unit"),
        "get /api/v1/matters" => read("/api/v1/matters?view=area&area=5", "gridhead"),
        "post /api/v1/matters" => write("/api/v1/matters", "unit", report),
        "get /api/v1/matters/nearby" => {
            read("/api/v1/matters/nearby?lon=119.005&lat=25.405", "unit")
        }
        "post /api/v1/matters/bulk" => write(
            "/api/v1/matters/bulk",
            "gridhead",
            json!({ "action": "comment", "rows": [{ "id": matter, "version": 2 }], "form": { "opinion": "补充" } }),
        ),
        "get /api/v1/matters/{id}" => read(format!("/api/v1/matters/{matter}"), "unit"),
        "post /api/v1/matters/{id}/actions/{action}" => write(
            format!("/api/v1/matters/{matter}/actions/escalate"),
            "gridhead",
            json!({ "opinion": "网格无法解决" }),
        ),
        "post /api/v1/matters/{id}/files" => {
            upload(format!("/api/v1/matters/{matter}/files"), "gridhead")
        }
        "post /api/v1/matters/{id}/unmask" => write(
            format!("/api/v1/matters/{matter}/unmask"),
            "community",
            json!({ "reason": "电话核实" }),
        ),
        "get /api/v1/public/reports/{no}/looks" => read(
            format!("/api/v1/public/reports/{public_no}/looks?code={public_code}"),
            "unit",
        ),
        "get /api/v1/hotline/orders" => read("/api/v1/hotline/orders?area=4", "community"),
        "post /api/v1/hotline/orders" => write(
            "/api/v1/hotline/orders",
            "town",
            json!({ "file": "[{\"no\":\"X-1\",\"text\":\"停水\",\"code\":\"350302003004\",\"deadline\":\"2026-03-20\"}]" }),
        ),
        "put /api/v1/hotline/orders/{no}/reply" => write(
            "/api/v1/hotline/orders/X-0/reply",
            "town",
            json!({ "genuine": true, "solved": true, "note": "已恢复供水", "answer": "已恢复" }),
        ),
        // Signed, not signed in: no session opens them.
        "get /api/v1/areas/{id}/mediation" => read("/api/v1/areas/4/mediation", "unit"),
        "post /api/v1/areas/{id}/mediation" => write(
            "/api/v1/areas/4/mediation",
            "community",
            json!({ "name": "坂头社区人民调解委员会" }),
        ),
        "post /api/v1/mediation/{id}/mediators" => write(
            format!("/api/v1/mediation/{mediation}/mediators"),
            "community",
            json!({ "kind": "elder", "name": "陈老" }),
        ),
        "delete /api/v1/mediation/{id}/mediators/{no}" => read(
            format!("/api/v1/mediation/{mediation}/mediators/1"),
            "community",
        ),
        "get /api/v1/matters/{id}/sessions" => {
            read(format!("/api/v1/matters/{matter}/sessions"), "gridhead")
        }
        "get /api/v1/boards/{area}/burden" => read("/api/v1/boards/3/burden", "townleader"),
        "get /api/v1/public/place" => read("/api/v1/public/place?code=unit-7", "unit"),
        "get /api/v1/public/categories" => read("/api/v1/public/categories", "unit"),
        "post /api/v1/public/files" => upload("/api/v1/public/files", "unit"),
        "post /api/v1/public/reports" => write(
            "/api/v1/public/reports",
            "unit",
            json!({ "text": "噪音", "unit": "6", "phone": "13905941234" }),
        ),
        "get /api/v1/public/reports/{no}" => read(
            format!("/api/v1/public/reports/{public_no}?code={public_code}"),
            "unit",
        ),
        "post /api/v1/public/reports/{no}/confirm" => write(
            format!("/api/v1/public/reports/{public_no}/confirm"),
            "unit",
            json!({ "code": public_code, "rating": 5 }),
        ),
        "get /api/v1/visits" => read("/api/v1/visits?area=5", "gridhead"),
        "post /api/v1/visits" => write(
            "/api/v1/visits",
            "unit",
            json!({ "unit": "6", "kind": "visit", "text": "走访" }),
        ),
        "get /api/v1/home" => read("/api/v1/home", "unit"),
        _ => return None,
    })
}
