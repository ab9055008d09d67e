//! How registers, logs, certificates and assessments are called.

use super::scene::{Scene, apply, heads_of_grids, joint_meeting};
use super::{Call, read, write};
use serde_json::json;

pub(super) fn call(operation: &str, scene: &Scene) -> Option<Call> {
    let Scene {
        matter,
        meeting,
        contact,
        inspected,
        paper,
        log_entry,
        handover,
        admission,
        certificate,
        drafted,
        published,
        ..
    } = scene;
    Some(match operation {
        "get /api/v1/areas/{id}/certificates" => read("/api/v1/areas/4/certificates", "community"),
        "post /api/v1/areas/{id}/certificates" => write(
            "/api/v1/areas/4/certificates",
            "community",
            json!({ "refused": 4, "applicant": "王阿福" }),
        ),
        "get /api/v1/certificate-entries/{id}" => read(
            format!("/api/v1/certificate-entries/{certificate}"),
            "community",
        ),
        "get /api/v1/registers" => read("/api/v1/registers", "community"),
        "get /api/v1/register-counts" => {
            read("/api/v1/register-counts?group=party&area=4", "community")
        }
        "get /api/v1/registers/{code}/records" => read(
            "/api/v1/registers/joint_meeting/records?area=4",
            "community",
        ),
        "get /api/v1/registers/{code}/choices" => {
            read("/api/v1/registers/party_org/choices?area=4", "community")
        }
        "post /api/v1/registers/{code}/records" => write(
            "/api/v1/registers/joint_meeting/records",
            "community",
            joint_meeting(),
        ),
        "get /api/v1/records/{id}" => read(format!("/api/v1/records/{meeting}"), "community"),
        "put /api/v1/records/{id}" => write(
            format!("/api/v1/records/{meeting}"),
            "community",
            json!({ "values": joint_meeting()["values"], "reason": "更正" }),
        ),
        "post /api/v1/records/{id}/items" => write(
            format!("/api/v1/records/{meeting}/items"),
            "community",
            json!({ "text": "装路灯", "owner": "社区", "due": "2026-12-01" }),
        ),
        "post /api/v1/records/{id}/progress" => write(
            format!("/api/v1/records/{meeting}/progress"),
            "community",
            json!({ "no": 1, "state": "open", "text": "已选址" }),
        ),
        "post /api/v1/records/{id}/files" => write(
            format!("/api/v1/records/{inspected}/files"),
            "town",
            json!({ "files": [paper] }),
        ),
        "post /api/v1/records/{id}/end" => write(
            format!("/api/v1/records/{meeting}/end"),
            "community",
            json!({ "reason": "登记重复", "to": "2026-12-01" }),
        ),
        "post /api/v1/records/{id}/unmask" => write(
            format!("/api/v1/records/{contact}/unmask"),
            "community",
            json!({ "reason": "请到场调解" }),
        ),
        "get /api/v1/areas/{id}/log" => read("/api/v1/areas/3/log", "county"),
        "post /api/v1/areas/{id}/log" => write(
            "/api/v1/areas/3/log",
            "town",
            json!({ "kind": "round", "text": "设备正常" }),
        ),
        "post /api/v1/log-entries/{id}/finish" => write(
            format!("/api/v1/log-entries/{log_entry}/finish"),
            "town",
            json!({ "text": "已办" }),
        ),
        "post /api/v1/areas/{id}/handovers" => write(
            "/api/v1/areas/4/handovers",
            "community",
            json!({ "to": "42" }),
        ),
        "post /api/v1/handovers/{id}/take" => write(
            format!("/api/v1/handovers/{handover}/take"),
            "townleader",
            json!({}),
        ),
        "get /api/v1/admissions" => read("/api/v1/admissions", "unit"),
        "post /api/v1/admissions" => write("/api/v1/admissions", "resources", apply()),
        "post /api/v1/admissions/{id}/decide" => write(
            format!("/api/v1/admissions/{admission}/decide"),
            "county",
            json!({ "admitted": true, "opinion": "同意" }),
        ),
        "post /api/v1/admissions/{id}/exit" => write(
            format!("/api/v1/admissions/{admission}/exit"),
            "resources",
            json!({ "reason": "任务完成" }),
        ),
        "get /api/v1/assessment-schemes" => read("/api/v1/assessment-schemes", "unit"),
        "get /api/v1/assessments" => read("/api/v1/assessments", "gridhead"),
        "post /api/v1/assessments" => write("/api/v1/assessments", "county", heads_of_grids()),
        "get /api/v1/assessments/{id}" => {
            read(format!("/api/v1/assessments/{published}"), "gridhead")
        }
        "post /api/v1/assessments/{id}/calculate" => write(
            format!("/api/v1/assessments/{drafted}/calculate"),
            "county",
            json!({}),
        ),
        "post /api/v1/assessments/{id}/publish" => write(
            format!("/api/v1/assessments/{published}/publish"),
            "county",
            json!({}),
        ),
        "post /api/v1/assessments/{id}/freeze" => write(
            format!("/api/v1/assessments/{published}/freeze"),
            "county",
            json!({}),
        ),
        "get /api/v1/assessments/{id}/recount" => {
            read(format!("/api/v1/assessments/{published}/recount"), "county")
        }
        "post /api/v1/assessments/{id}/export" => write(
            format!("/api/v1/assessments/{published}/export"),
            "county",
            json!({ "purpose": "年度考核" }),
        ),
        "post /api/v1/assessments/{id}/review" => write(
            format!("/api/v1/assessments/{drafted}/review"),
            "county",
            json!({ "until": "2026-03-20" }),
        ),
        "post /api/v1/assessments/{id}/review/close" => write(
            format!("/api/v1/assessments/{drafted}/review/close"),
            "county",
            json!({}),
        ),
        "put /api/v1/assessments/{id}/statements/{post}" => write(
            format!("/api/v1/assessments/{drafted}/statements/51"),
            "gridhead",
            json!({ "answers": ["一", "二", "三"] }),
        ),
        "post /api/v1/assessments/{id}/statements/{post}/ballots" => write(
            format!("/api/v1/assessments/{drafted}/statements/51/ballots"),
            "secretary",
            json!({ "choice": "excellent" }),
        ),
        "get /api/v1/assessments/{id}/rechecks" => {
            read(format!("/api/v1/assessments/{drafted}/rechecks"), "county")
        }
        "post /api/v1/assessments/{id}/rechecks/{matter}" => write(
            format!("/api/v1/assessments/{drafted}/rechecks/{matter}"),
            "county",
            json!({ "holds": true }),
        ),
        "get /api/v1/assessments/{id}/results" => read(
            format!("/api/v1/assessments/{published}/results"),
            "gridhead",
        ),
        "get /api/v1/assessments/{id}/results/{no}" => read(
            format!("/api/v1/assessments/{published}/results/1"),
            "gridhead",
        ),
        "get /api/v1/assessments/{id}/results/{no}/matters" => read(
            format!(
                "/api/v1/assessments/{published}/results/1/matters?indicator=closing&side=below"
            ),
            "gridhead",
        ),
        "post /api/v1/assessments/{id}/results/{no}/marks" => write(
            format!("/api/v1/assessments/{drafted}/results/1/marks"),
            "county",
            json!({ "indicator": "review", "points": 1500, "words": "述职会" }),
        ),
        "post /api/v1/assessments/{id}/results/{no}/appeals" => write(
            format!("/api/v1/assessments/{published}/results/1/appeals"),
            "gridhead",
            json!({ "indicator": "closing", "words": "有误" }),
        ),
        "post /api/v1/assessments/{id}/results/{no}/appeals/{appeal}/decision" => write(
            format!("/api/v1/assessments/{published}/results/1/appeals/1/decision"),
            "county",
            json!({ "words": "核对无误" }),
        ),
        "post /api/v1/assessments/{id}/results/{no}/sheet" => write(
            format!("/api/v1/assessments/{published}/results/1/sheet"),
            "gridhead",
            json!({ "purpose": "本人留存" }),
        ),
        "get /api/v1/certificates" => read("/api/v1/certificates", "community"),
        _ => return None,
    })
}
