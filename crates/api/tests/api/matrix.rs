//! Every operation of the document, called by nobody, by a resident, by the head of a unit in
//! another street, and by somebody whose work it is. The statuses are committed; an operation that
//! is not here fails the test.

use crate::app::{App, Ask, User};
use axum::body::to_bytes;
use serde_json::{Value, json};
use std::fmt::Write;
use testkit::PASSWORD;

const INNOCENT: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n";

/// What the calls are about.
struct Scene {
    /// A matter at the grid's desk, version 2, with an attachment.
    matter: String,
    file: String,
    token: String,
    /// A task for the heads of units, version 2.
    notice: String,
    absence: String,
    /// A line of the town's log that is open, and a handing over to its leader.
    /// A joint meeting with a decision, and a contact with a sealed number.
    meeting: String,
    contact: String,
    /// An inspection, and a paper that waits to be put with it.
    inspected: String,
    paper: String,
    log_entry: String,
    handover: String,
    /// An item that waits for its decision.
    admission: String,
    nomination: String,
    /// A post that is offered: who took the application back, who waits, who stands in publicity,
    /// and what was said against them.
    offered: crate::opening::Offered,
    /// What residents are told: one that waits for the review, one that is published, and its file.
    draft: String,
    open: String,
    open_file: String,
    /// A document of the library.
    document: String,
    /// A mediation organisation with a mediator.
    mediation: String,
    /// A refusal in the log of certificates.
    certificate: String,
    /// A standard address.
    address: String,
    /// A phrase that the town shares.
    phrase: String,
    public_no: String,
    public_code: String,
    /// A proposed change of the tree.
    change: String,
    /// A calculated period of heads of grids, and a published one.
    drafted: String,
    published: String,
}

/// Another name for building 1, far ahead.
fn rename(name: &str) -> Value {
    json!({ "kind": "rename", "area": "7", "name": name, "reason": "更名", "day": "2026-12-01" })
}

/// A period of the heads of grids that is over.
fn heads_of_grids() -> Value {
    json!({ "area": "3", "scheme": "grid_head", "name": "二月", "from": "2026-02-01", "to": "2026-02-28" })
}

/// Sets that period up and calculates it.
async fn calculated(county: &User<'_>) -> String {
    let made = county.post("/api/v1/assessments", &heads_of_grids()).await;
    let id = made.done().json()["id"].as_str().unwrap().to_owned();
    let calculate = format!("/api/v1/assessments/{id}/calculate");
    county.post(calculate, &json!({})).await.done();
    id
}

/// How an operation is called.
struct Call {
    path: String,
    body: Option<Value>,
    file: bool,
    /// Whose work it is.
    insider: &'static str,
}

fn read(path: impl Into<String>, insider: &'static str) -> Call {
    Call {
        path: path.into(),
        body: None,
        file: false,
        insider,
    }
}
fn write(path: impl Into<String>, insider: &'static str, body: Value) -> Call {
    Call {
        path: path.into(),
        body: Some(body),
        file: false,
        insider,
    }
}
fn upload(path: impl Into<String>, insider: &'static str) -> Call {
    Call {
        path: path.into(),
        body: None,
        file: true,
        insider,
    }
}

fn call(operation: &str, scene: &Scene) -> Call {
    let Scene {
        matter,
        file,
        token,
        notice,
        absence,
        meeting,
        contact,
        inspected,
        paper,
        log_entry,
        handover,
        admission,
        nomination,
        offered,
        draft,
        open,
        open_file,
        document,
        mediation,
        certificate,
        address,
        phrase,
        public_no,
        public_code,
        change,
        drafted,
        published,
    } = scene;
    let publish = json!({ "kind": "notice", "title": "防汛提醒", "text": "请检查排水口", "areas": ["3"], "roles": ["unit_head"] });
    let report = json!({ "text": "路灯不亮", "channel": "field", "category": "0104", "unit": "6" });
    match operation {
        "get /api/v1/accounts/{id}/sessions" => read("/api/v1/accounts/61/sessions", "secadmin"),
        "delete /api/v1/accounts/{id}/sessions" => {
            read("/api/v1/accounts/900/sessions", "secadmin")
        }
        "delete /api/v1/accounts/{id}/lock" => read("/api/v1/accounts/53/lock", "secadmin"),
        "delete /api/v1/accounts/{id}/factor" => read("/api/v1/accounts/53/factor", "secadmin"),
        "get /api/v1/areas/root" => read("/api/v1/areas/root", "unit"),
        "get /api/v1/areas/search" => read("/api/v1/areas/search?q=1", "unit"),
        "get /api/v1/areas/locate" => read("/api/v1/areas/locate?lon=119.005&lat=25.405", "unit"),
        "get /api/v1/areas/{id}" => read("/api/v1/areas/5", "unit"),
        "get /api/v1/areas/{id}/boundaries" => read("/api/v1/areas/5/boundaries", "unit"),
        "get /api/v1/area-changes" => read("/api/v1/area-changes", "unit"),
        "post /api/v1/area-changes/preview" => {
            write("/api/v1/area-changes/preview", "community", rename("新楼"))
        }
        "post /api/v1/area-changes" => write("/api/v1/area-changes", "community", rename("新楼")),
        "get /api/v1/area-changes/{id}" => read(format!("/api/v1/area-changes/{change}"), "unit"),
        "get /api/v1/area-changes/{id}/preview" => read(
            format!("/api/v1/area-changes/{change}/preview"),
            "community",
        ),
        "post /api/v1/area-changes/{id}/decision" => write(
            format!("/api/v1/area-changes/{change}/decision"),
            "townleader",
            json!({ "granted": true }),
        ),
        "delete /api/v1/area-changes/{id}" => {
            read(format!("/api/v1/area-changes/{change}"), "townleader")
        }
        "get /api/v1/areas/by-code" => {
            read("/api/v1/areas/by-code?system=stat&code=350302003", "unit")
        }
        "get /api/v1/areas/{id}/completeness" => read("/api/v1/areas/5/completeness", "community"),
        "get /api/v1/areas/{id}/completeness.csv" => {
            read("/api/v1/areas/5/completeness.csv", "community")
        }
        "get /api/v1/areas/{id}/check" => read("/api/v1/areas/5/check", "community"),
        "post /api/v1/areas/{id}/codes" => write(
            "/api/v1/areas/1/codes",
            "sysadmin",
            json!({ "system": "police", "csv": "本平台编码，对方编码\n350302003004,WG-1" }),
        ),
        "post /api/v1/areas/{id}/grids" => write(
            "/api/v1/areas/1/grids",
            "sysadmin",
            json!({ "system": "police", "file": "code,name,community\nJW-7,JW-7,350302003004" }),
        ),
        "post /api/v1/areas/{id}/boundaries" => write(
            "/api/v1/areas/1/boundaries",
            "sysadmin",
            json!({ "crs": "wgs84", "file": "{\"type\":\"FeatureCollection\",\"features\":[]}" }),
        ),
        "post /api/v1/area-changes/{id}/restoration" => write(
            format!("/api/v1/area-changes/{change}/restoration"),
            "sysadmin",
            json!({}),
        ),
        "get /api/v1/areas/{id}/addresses" => read("/api/v1/areas/4/addresses", "community"),
        "post /api/v1/areas/{id}/addresses" => write(
            "/api/v1/areas/4/addresses",
            "community",
            json!({ "file": "code,street,door\nD1,A,1" }),
        ),
        "post /api/v1/areas/{id}/households" => write(
            "/api/v1/areas/4/households",
            "community",
            json!({ "file": "no,people,community\nH1,3,350302003004" }),
        ),
        "get /api/v1/addresses/{id}" => read(format!("/api/v1/addresses/{address}"), "community"),
        "put /api/v1/addresses/{id}" => write(
            format!("/api/v1/addresses/{address}"),
            "community",
            json!({ "street": "胜利路", "door": "1号", "status": "valid", "unit": "6", "reason": "核对" }),
        ),
        "get /api/v1/areas/{id}/former-boundaries" => {
            read("/api/v1/areas/6/former-boundaries", "unit")
        }
        "get /api/v1/areas/{id}/boundaries.geojson" => {
            read("/api/v1/areas/5/boundaries.geojson", "community")
        }
        "get /api/v1/areas/{id}/crosswalk" => {
            read("/api/v1/areas/3/crosswalk?system=police", "town")
        }
        "get /api/v1/areas/{id}/history" => read("/api/v1/areas/5/history", "unit"),
        "get /api/v1/areas/{id}/callable" => read("/api/v1/areas/3/callable", "town"),
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
        "get /api/v1/areas/{id}/children" => read("/api/v1/areas/5/children", "unit"),
        "get /api/v1/areas/{id}/duties" => read("/api/v1/areas/5/duties", "unit"),
        "put /api/v1/areas/{id}/duties" => write(
            "/api/v1/areas/3/duties",
            "townleader",
            json!({ "day": "2026-03-12", "accounts": ["31"] }),
        ),
        "get /api/v1/me/stations" => read("/api/v1/me/stations", "resources"),
        "get /api/v1/me/points" => read("/api/v1/me/points", "townleader"),
        "get /api/v1/matters/{id}/professionals" => read(
            format!("/api/v1/matters/{matter}/professionals"),
            "gridhead",
        ),
        "post /api/v1/matters/{id}/professionals" => write(
            format!("/api/v1/matters/{matter}/professionals"),
            "gridhead",
            json!({ "professional": contact, "reason": "请到场调解" }),
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
        "get /api/v1/me/departures" => read("/api/v1/me/departures", "manager"),
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
        "get /api/v1/me/applications" => read("/api/v1/me/applications", "unit"),
        "get /api/v1/public/openings" => read("/api/v1/public/openings", "unit"),
        "get /api/v1/areas/{id}/absences" => read("/api/v1/areas/5/absences", "gridhead"),
        "post /api/v1/posts/{id}/absences" => write(
            "/api/v1/posts/61/absences",
            "unit",
            json!({ "login": "gridhead", "from": "2026-04-01", "to": "2026-04-07", "reason": "leave" }),
        ),
        "delete /api/v1/absences/{id}" => read(format!("/api/v1/absences/{absence}"), "unit"),
        "get /api/v1/audit" => read("/api/v1/audit", "auditor"),
        "get /api/v1/areas/{id}/publications" => read("/api/v1/areas/4/publications", "community"),
        "post /api/v1/areas/{id}/publications" => write(
            "/api/v1/areas/4/publications",
            "community",
            json!({ "kind": "news", "title": "治水", "text": "已完工", "areas": ["4"] }),
        ),
        "put /api/v1/publications/{id}" => write(
            format!("/api/v1/publications/{draft}"),
            "community",
            json!({ "kind": "news", "title": "治水", "text": "已完工", "areas": ["4"] }),
        ),
        "post /api/v1/publications/{id}/review" => write(
            format!("/api/v1/publications/{draft}/review"),
            "secretary",
            json!({ "passed": true }),
        ),
        "post /api/v1/publications/{id}/publish" => write(
            format!("/api/v1/publications/{draft}/publish"),
            "community",
            json!({}),
        ),
        "post /api/v1/publications/{id}/withdraw" => write(
            format!("/api/v1/publications/{open}/withdraw"),
            "secretary",
            json!({ "reason": "有误" }),
        ),
        "get /api/v1/public/publications" => read("/api/v1/public/publications?area=4", "unit"),
        "get /api/v1/public/publications/{id}" => {
            read(format!("/api/v1/public/publications/{open}"), "unit")
        }
        "get /api/v1/public/publications/{id}/files/{file}" => read(
            format!("/api/v1/public/publications/{open}/files/{open_file}"),
            "unit",
        ),
        "get /api/v1/library" => read("/api/v1/library", "unit"),
        "post /api/v1/library" => write("/api/v1/library", "town", policy()),
        "get /api/v1/library/{id}/unread" => {
            read(format!("/api/v1/library/{document}/unread"), "town")
        }
        "get /api/v1/library/{id}" => read(format!("/api/v1/library/{document}"), "unit"),
        "post /api/v1/library/{id}/versions" => write(
            format!("/api/v1/library/{document}/versions"),
            "town",
            json!({ "text": "新版" }),
        ),
        "post /api/v1/library/{id}/read" => write(
            format!("/api/v1/library/{document}/read"),
            "unit",
            json!({}),
        ),
        "post /api/v1/library/{id}/retire" => write(
            format!("/api/v1/library/{document}/retire"),
            "town",
            json!({ "reason": "并入新文件" }),
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
        "get /api/v1/demo/accounts" => read("/api/v1/demo/accounts", "unit"),
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
        "get /api/v1/me" => read("/api/v1/me", "unit"),
        "get /api/v1/me/looks" => read("/api/v1/me/looks", "unit"),
        "get /api/v1/public/reports/{no}/looks" => read(
            format!("/api/v1/public/reports/{public_no}/looks?code={public_code}"),
            "unit",
        ),
        "get /api/v1/jobs" => read("/api/v1/jobs", "sysadmin"),
        "get /api/v1/jobs/{code}/runs" => read("/api/v1/jobs/seal/runs", "sysadmin"),
        "post /api/v1/jobs/{code}/run" => write("/api/v1/jobs/files/run", "sysadmin", json!({})),
        "get /api/v1/senders" => read("/api/v1/senders", "sysadmin"),
        "put /api/v1/senders/{code}" => write(
            "/api/v1/senders/work",
            "sysadmin",
            json!({ "name": "提醒", "kind": "webhook", "url": "http://10.0.0.8/send" }),
        ),
        "delete /api/v1/senders/{code}" => read("/api/v1/senders/nothing", "sysadmin"),
        "post /api/v1/senders/{code}/test" => write(
            "/api/v1/senders/nothing/test",
            "sysadmin",
            json!({ "address": "13800000000" }),
        ),
        "get /api/v1/letter-texts" => read("/api/v1/letter-texts", "sysadmin"),
        "put /api/v1/letter-texts/{event}/{channel}" => write(
            "/api/v1/letter-texts/arrived/sms",
            "sysadmin",
            json!({ "text": "{编号}已到，请办理" }),
        ),
        "post /api/v1/letter-texts/{event}/{channel}/preview" => write(
            "/api/v1/letter-texts/arrived/sms/preview",
            "sysadmin",
            json!({ "text": "{编号}已到，请办理" }),
        ),
        "get /api/v1/letter-texts/{event}/{channel}/versions" => {
            read("/api/v1/letter-texts/arrived/sms/versions", "sysadmin")
        }
        "get /api/v1/letters" => read("/api/v1/letters", "sysadmin"),
        "post /api/v1/letters/{id}/retry" => {
            write("/api/v1/letters/1/retry", "sysadmin", json!({}))
        }
        "get /api/v1/me/quiet-hours" => read("/api/v1/me/quiet-hours", "unit"),
        "put /api/v1/me/quiet-hours" => write(
            "/api/v1/me/quiet-hours",
            "unit",
            json!({ "from": "21:00", "to": "08:00" }),
        ),
        "get /api/v1/me/subscriptions" => read("/api/v1/me/subscriptions", "unit"),
        "put /api/v1/me/subscriptions/{sender}" => write(
            "/api/v1/me/subscriptions/nothing",
            "unit",
            json!({ "address": "13800000000", "kinds": "arrived" }),
        ),
        "post /api/v1/public/entries" => write(
            "/api/v1/public/entries",
            "unit",
            json!({ "token": "huimin.x.y" }),
        ),
        "get /api/v1/public/issuers" => read("/api/v1/public/issuers", "unit"),
        "post /api/v1/public/issuers/{code}/visits" => {
            write("/api/v1/public/issuers/city/visits", "unit", json!({}))
        }
        "post /api/v1/public/issuers/{code}/answers" => write(
            "/api/v1/public/issuers/city/answers",
            "unit",
            json!({ "state": "a", "code": "b", "ticket": "c" }),
        ),
        "get /api/v1/issuers" => read("/api/v1/issuers", "sysadmin"),
        "put /api/v1/issuers/{code}" => write(
            "/api/v1/issuers/city",
            "sysadmin",
            json!({ "name": "市统一认证", "issuer": "https://127.0.0.1:9", "client": "hangji", "secret": "x", "base": "https://127.0.0.1" }),
        ),
        "delete /api/v1/issuers/{code}" => read("/api/v1/issuers/nothing", "sysadmin"),
        "post /api/v1/issuers/{code}/check" => {
            write("/api/v1/issuers/nothing/check", "sysadmin", json!({}))
        }
        "get /api/v1/me/identities" => read("/api/v1/me/identities", "unit"),
        "post /api/v1/me/issuers/{code}/visits" => {
            write("/api/v1/me/issuers/city/visits", "unit", json!({}))
        }
        "post /api/v1/me/issuers/{code}/answers" => write(
            "/api/v1/me/issuers/city/answers",
            "unit",
            json!({ "state": "a", "code": "b", "ticket": "c" }),
        ),
        "get /api/v1/accounts/{id}/identities" => {
            read("/api/v1/accounts/61/identities", "secadmin")
        }
        "post /api/v1/accounts/{id}/identities" => write(
            "/api/v1/accounts/61/identities",
            "secadmin",
            json!({ "issuer": "nothing", "subject": "x" }),
        ),
        "delete /api/v1/identities/{id}" => read("/api/v1/identities/1", "secadmin"),
        "get /api/v1/public/phone-codes" => read("/api/v1/public/phone-codes", "unit"),
        "post /api/v1/public/phone-codes" => write(
            "/api/v1/public/phone-codes",
            "unit",
            json!({ "phone": "13905941234" }),
        ),
        "post /api/v1/public/phone-sessions" => write(
            "/api/v1/public/phone-sessions",
            "unit",
            json!({ "phone": "13905941234", "code": "000000", "consent": "x" }),
        ),
        "get /api/v1/public/embedding" => read("/api/v1/public/embedding", "unit"),
        "get /api/v1/entry-apps" => read("/api/v1/entry-apps", "secadmin"),
        "put /api/v1/entry-apps/{code}" => write(
            "/api/v1/entry-apps/huimin",
            "secadmin",
            json!({ "name": "惠民宝", "enabled": true }),
        ),
        "get /api/v1/me/factor" => read("/api/v1/me/factor", "unit"),
        "post /api/v1/me/factor" => write("/api/v1/me/factor", "unit", json!({})),
        "put /api/v1/me/factor" => write("/api/v1/me/factor", "unit", json!({ "code": "000000" })),
        "post /api/v1/me/factor/removal" => write(
            "/api/v1/me/factor/removal",
            "unit",
            json!({ "code": "000000" }),
        ),
        "get /api/v1/me/sessions" => read("/api/v1/me/sessions", "unit"),
        "delete /api/v1/me/sessions/{id}" => read("/api/v1/me/sessions/nothing", "unit"),
        "get /api/v1/me/sign-ins" => read("/api/v1/me/sign-ins", "unit"),
        "get /api/v1/sign-ins" => read("/api/v1/sign-ins", "auditor"),
        "get /api/v1/code-lists" => read("/api/v1/code-lists", "unit"),
        "post /api/v1/code-lists/{list}/entries" => write(
            "/api/v1/code-lists/titles/entries",
            "sysadmin",
            json!({ "owner": "unit_head", "word": "厝长" }),
        ),
        "put /api/v1/code-lists/{list}/entries" => write(
            "/api/v1/code-lists/area_kinds/entries",
            "sysadmin",
            json!({ "owner": "unit", "code": "building", "word": "楼座" }),
        ),
        "get /api/v1/parameters" => read("/api/v1/parameters", "secadmin"),
        "put /api/v1/parameters/{code}" => write(
            "/api/v1/parameters/lock_minutes",
            "secadmin",
            json!({ "value": "20" }),
        ),
        "put /api/v1/me/password" => write(
            "/api/v1/me/password",
            "unit",
            json!({ "old_password": "wrong", "password": "Bantou@2027" }),
        ),
        "get /api/v1/messages" => read("/api/v1/messages", "unit"),
        "post /api/v1/messages/read" => {
            write("/api/v1/messages/read", "unit", json!({ "all": true }))
        }
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
        "post /api/v1/exchange/hotline/orders" => {
            write("/api/v1/exchange/hotline/orders", "town", json!({}))
        }
        "post /api/v1/exchange/hotline/replies" => {
            write("/api/v1/exchange/hotline/replies", "town", json!({}))
        }
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
        "get /api/v1/me/reviews" => read("/api/v1/me/reviews", "gridhead"),
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
        "get /api/v1/boards/{area}/burden" => read("/api/v1/boards/3/burden", "townleader"),
        "get /api/v1/certificates" => read("/api/v1/certificates", "community"),
        "get /api/v1/notices" => read("/api/v1/notices", "unit"),
        "post /api/v1/notices" => write("/api/v1/notices", "town", publish),
        "post /api/v1/notices/preview" => write("/api/v1/notices/preview", "town", publish),
        "get /api/v1/notices/{id}" => read(format!("/api/v1/notices/{notice}"), "unit"),
        "post /api/v1/notices/{id}/read" => {
            write(format!("/api/v1/notices/{notice}/read"), "unit", json!({}))
        }
        "post /api/v1/notices/{id}/finish" => write(
            format!("/api/v1/notices/{notice}/finish"),
            "unit",
            json!({ "reply": "已排查" }),
        ),
        "post /api/v1/notices/{id}/correct" => write(
            format!("/api/v1/notices/{notice}/correct"),
            "town",
            json!({ "title": "排查堆物", "text": "改为七天", "reason": "改期" }),
        ),
        "post /api/v1/notices/{id}/urge" => {
            write(format!("/api/v1/notices/{notice}/urge"), "town", json!({}))
        }
        "post /api/v1/notices/{id}/withdraw" => write(
            format!("/api/v1/notices/{notice}/withdraw"),
            "town",
            json!({ "reason": "改由县里部署" }),
        ),
        "get /api/v1/notices/{id}/progress" => {
            read(format!("/api/v1/notices/{notice}/progress"), "townleader")
        }
        "get /api/v1/notices/{id}/recipients" => {
            read(format!("/api/v1/notices/{notice}/recipients"), "townleader")
        }
        "get /api/v1/public/areas/search" => read("/api/v1/public/areas/search?q=1", "unit"),
        "get /api/v1/public/areas/locate" => {
            read("/api/v1/public/areas/locate?lon=119.005&lat=25.405", "unit")
        }
        "get /api/v1/public/categories" => read("/api/v1/public/categories", "unit"),
        "get /api/v1/phrases" => read("/api/v1/phrases", "unit"),
        "post /api/v1/phrases" => write(
            "/api/v1/phrases",
            "town",
            json!({ "field": "reply", "text": "感谢您的反映", "area": "3" }),
        ),
        "delete /api/v1/phrases/{id}" => read(format!("/api/v1/phrases/{phrase}"), "town"),
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
        "post /api/v1/sessions" => write(
            "/api/v1/sessions",
            "unit",
            json!({ "login": "unit", "password": PASSWORD }),
        ),
        "delete /api/v1/sessions/current" => read("/api/v1/sessions/current", "unit"),
        "get /api/v1/tokens" => read("/api/v1/tokens", "secadmin"),
        "post /api/v1/tokens" => {
            let expires = testkit::march(31, 0, 0).0;
            write(
                "/api/v1/tokens",
                "secadmin",
                json!({ "account": "950", "name": "对接", "expires_at": expires }),
            )
        }
        "delete /api/v1/tokens/{id}" => read(format!("/api/v1/tokens/{token}"), "secadmin"),
        "get /api/v1/visits" => read("/api/v1/visits?area=5", "gridhead"),
        "post /api/v1/visits" => write(
            "/api/v1/visits",
            "unit",
            json!({ "unit": "6", "kind": "visit", "text": "走访" }),
        ),
        "get /api/v1/home" => read("/api/v1/home", "unit"),
        "get /api/v1/rules" => read("/api/v1/rules", "city"),
        "get /api/v1/accounts" => read("/api/v1/accounts", "secadmin"),
        "post /api/v1/accounts" => write(
            "/api/v1/accounts",
            "sysadmin",
            json!({ "login": "xinren", "name": "新人" }),
        ),
        "put /api/v1/accounts/{id}/state" => write(
            "/api/v1/accounts/54/state",
            "secadmin",
            json!({ "disabled": true }),
        ),
        "post /api/v1/accounts/{id}/password" => {
            write("/api/v1/accounts/55/password", "secadmin", json!({}))
        }
        "get /health" => read("/health", "unit"),
        other => panic!(
            "{other} is not in the matrix of rights: say in tests/api/matrix.rs how it is called and whose work it is"
        ),
    }
}

fn joint_meeting() -> Value {
    json!({ "area": "4", "values": { "title": "联席会议", "kind": "joint", "held": "2026-03-10", "attendees": "物业公司", "agenda": "路灯" },
        "items": [{ "text": "修路灯", "owner": "物业公司", "due": "2026-12-01" }] })
}

fn apply() -> Value {
    json!({ "title": "巡查", "content": "每季度一次", "basis": "条例", "people": "2 人", "money": "无", "frequency": "每季度", "levels": ["unit"] })
}

/// A task of the town for the heads of its units, corrected once, old enough to be urged.
async fn published(app: &App) -> String {
    let town = app.user("town").await;
    let task = json!({ "kind": "task", "answer": "reply", "title": "排查堆物", "text": "请排查楼道堆物", "areas": ["3"], "roles": ["unit_head"] });
    let notice = town.post("/api/v1/notices", &task).await.done().json();
    let id = notice["id"].as_str().unwrap().to_owned();
    let correct = json!({ "title": "排查堆物", "text": "请在五天内排查", "reason": "写明期限" });
    let ask = town.ask("POST", format!("/api/v1/notices/{id}/correct"));
    app.send(ask.header("if-match", "\"v1\"").json(&correct))
        .await
        .done();
    app.test.clock.advance_minutes(5 * 60);
    id
}

fn policy() -> Value {
    json!({ "area": "3", "kind": "policy", "title": "实施方案", "text": "正文" })
}

/// A publication of the community with its file, published or not.
async fn told(app: &App, open: bool) -> (String, String) {
    let staff = app.user("community").await;
    let upload = staff.ask("POST", "/api/v1/files");
    let file = app.send(upload.file("安排.pdf", INNOCENT)).await.done();
    let file = file.json()["id"].as_str().unwrap().to_owned();
    let form = json!({ "kind": "news", "title": "治水", "text": "已完工", "areas": ["4"], "files": [file] });
    let one = staff.post("/api/v1/areas/4/publications", &form).await;
    let id = one.done().json()["id"].as_str().unwrap().to_owned();
    if open {
        let pass = json!({ "passed": true });
        let path = |what: &str| format!("/api/v1/publications/{id}/{what}");
        let lead = app.user("secretary").await;
        lead.post(path("review"), &pass).await.done();
        staff.post(path("publish"), &json!({})).await.done();
    }
    (id, file)
}

async fn scene(app: &App) -> Scene {
    let offered = crate::opening::offered(app).await;
    let notice = published(app).await;
    let bureau = app.user("resources").await;
    let admission = bureau
        .post("/api/v1/admissions", &apply())
        .await
        .done()
        .json();
    let town = app.user("town").await;
    let line = json!({ "kind": "caller", "text": "来电反映停水", "follow": true });
    let log_entry = town.post("/api/v1/areas/3/log", &line).await.done().json();
    let to = json!({ "to": "32" });
    let handover = town.post("/api/v1/areas/3/handovers", &to).await;
    let handover = handover.done().json();
    let unit = app.user("unit").await;
    let matter = unit.report().await;
    let file = app
        .send(unit.ask("POST", "/api/v1/files").file("现场.pdf", INNOCENT))
        .await
        .done()
        .json();
    let file = file["id"].as_str().unwrap().to_owned();
    unit.act(
        &matter,
        "prehandle",
        &json!({ "finding": "cannot", "opinion": "解决不了", "files": [file] }),
    )
    .await
    .done();
    let expires = testkit::march(31, 0, 0);
    let token = app
        .test
        .office
        .create_token(
            &app.test.actor("secadmin"),
            testkit::account("hotline"),
            "对接",
            expires,
            None,
        )
        .await
        .unwrap();
    let ask = Ask::new("POST", "/api/v1/public/reports").header("idempotency-key", app.key());
    let receipt = app
        .send(ask.json(&json!({ "text": "噪音", "unit": "6", "phone": "13905941234" })))
        .await
        .done()
        .json();
    let other = json!({ "kind": "rename", "area": "6", "name": "东楼", "reason": "更名", "day": "2026-12-01" });
    let community = app.user("community").await;
    let change = community.post("/api/v1/area-changes", &other).await;
    let change = change.done().json()["id"].as_str().unwrap().to_owned();
    let order =
        json!([{ "no": "X-0", "text": "停水", "code": "350302003004", "deadline": "2026-03-20" }]);
    let orders = json!({ "file": order.to_string() });
    town.post("/api/v1/hotline/orders", &orders).await.done();
    let body = json!({ "name": "坂头调委会" });
    let mediation = community.post("/api/v1/areas/4/mediation", &body).await;
    let mediation = mediation.done().json()["id"].as_str().unwrap().to_owned();
    let mediator = json!({ "kind": "people", "name": "林调解" });
    let certificate = community
        .post(
            "/api/v1/areas/4/certificates",
            &json!({ "refused": 4, "applicant": "何小妹" }),
        )
        .await;
    let certificate = certificate.done().json()["id"].as_str().unwrap().to_owned();
    let community = app.user("community").await;
    let list = json!({ "file": "code,street,door\nD0,A,1", "apply": true });
    let taken = community.post("/api/v1/areas/4/addresses", &list).await;
    taken.done();
    let page = community.get("/api/v1/areas/4/addresses").await;
    let address = page.done().json()["rows"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let phrase = json!({ "field": "reply", "text": "感谢您的支持", "area": "3" });
    let phrase = app
        .user("town")
        .await
        .post("/api/v1/phrases", &phrase)
        .await;
    let phrase = phrase.done().json()["id"].as_str().unwrap().to_owned();
    let pool = format!("/api/v1/mediation/{mediation}/mediators");
    community.post(pool, &mediator).await.done();
    let meetings = "/api/v1/registers/joint_meeting/records";
    let meeting = community.post(meetings, &joint_meeting()).await;
    let meeting = meeting.done().json();
    let lawyer = json!({ "area": "4", "values": { "name": "张律师", "kind": "lawyer", "phone": "13905940000" } });
    let contacts = "/api/v1/registers/professional/records";
    let contact = community.post(contacts, &lawyer).await.done().json();
    let inspected = json!({ "area": "3", "to": "2026-06-30", "values": { "title": "专项督查", "focus": "通道", "areas": "4", "inspectors": "余志平" } });
    let inspections = "/api/v1/registers/inspection/records";
    let inspected = town.post(inspections, &inspected).await.done().json();
    let paper = town.ask("POST", "/api/v1/files").file("笔录.pdf", INNOCENT);
    let paper = app.send(paper).await.done().json();
    let substitute =
        json!({ "login": "gridhead", "from": "2026-04-10", "to": "2026-04-12", "reason": "leave" });
    let absence = unit.post("/api/v1/posts/61/absences", &substitute).await;
    let absence = absence.done().json();
    // A second manager of the grid, who takes over from the first.
    let second = json!({ "login": "instructor", "role": "grid_manager", "source": "other", "from": "2026-03-10" });
    let above = app.user("townleader").await;
    above.post("/api/v1/areas/5/posts", &second).await.done();
    let candidate = json!({ "post": { "login": "assistant", "role": "grid_worker", "source": "other", "from": "2026-03-12" }, "reason": "热心" });
    let grid = app.user("gridhead").await;
    let nomination = grid.post("/api/v1/areas/5/nominations", &candidate).await;
    let (draft, (open, open_file)) = (told(app, false).await.0, told(app, true).await);
    let document = town.post("/api/v1/library", &policy()).await.done().json();
    let nomination = nomination.done().json();
    let county = app.user("county").await;
    let (drafted, published) = (calculated(&county).await, calculated(&county).await);
    let publish = format!("/api/v1/assessments/{published}/publish");
    county.post(publish, &json!({})).await.done();
    Scene {
        change,
        drafted,
        published,
        matter,
        absence: absence["id"].as_str().unwrap().into(),
        nomination: nomination["id"].as_str().unwrap().into(),
        offered,
        draft,
        open,
        open_file,
        document: document["id"].as_str().unwrap().into(),
        meeting: meeting["id"].as_str().unwrap().into(),
        contact: contact["id"].as_str().unwrap().into(),
        inspected: inspected["id"].as_str().unwrap().into(),
        paper: paper["id"].as_str().unwrap().into(),
        log_entry: log_entry["id"].as_str().unwrap().into(),
        handover: handover["id"].as_str().unwrap().into(),
        file,
        token: token.id.to_string(),
        notice,
        mediation,
        certificate,
        address,
        phrase,
        admission: admission["id"].as_str().unwrap().into(),
        public_no: receipt["no"].as_str().unwrap().into(),
        public_code: receipt["code"].as_str().unwrap().into(),
    }
}

/// The version that a call is about: matters and notices are at their second, records go on from
/// call to call.
async fn version_of(app: &App, call: &Call) -> String {
    let id = call.path.strip_prefix("/api/v1/records/");
    let Some(id) = id.and_then(|rest| rest.split('/').next()) else {
        return "\"v2\"".into();
    };
    let keeper = app.user(call.insider).await;
    let record = keeper.get(format!("/api/v1/records/{id}")).await.json();
    format!("\"v{}\"", record["version"])
}

/// The status of a call by somebody.
async fn status(app: &App, method: &str, call: &Call, who: Option<&User<'_>>) -> u16 {
    let ask = match who {
        Some(user) => user.ask(method, &call.path),
        None => Ask::new(method, &call.path).header("x-hangji", "1"),
    };
    let ask = ask
        .header("idempotency-key", app.key())
        .header("if-match", version_of(app, call).await);
    let ask = match (&call.body, call.file) {
        (Some(body), _) => ask.json(body),
        (None, true) => ask.file("现场.pdf", INNOCENT),
        (None, false) => ask,
    };
    let response = app.raw(ask).await;
    let status = response.status().as_u16();
    if status >= 400 {
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let problem: Value = serde_json::from_slice(&body).unwrap();
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            !detail.is_ascii(),
            "{method} {}: a sentence for people: {detail}",
            call.path
        );
        assert_ne!(status, 500, "{method} {}", call.path);
    }
    status
}

/// Operations on what lies in the street of the story: nobody from outside may have them.
fn is_about_the_story(path: &str) -> bool {
    [
        "/matters/{id}",
        "/notices/{id}",
        "/files/{id}",
        "/boards/",
        "/unmask",
    ]
    .iter()
    .any(|p| path.contains(p))
        || matches!(path, "/api/v1/matters" | "/api/v1/visits")
}

#[tokio::test]
async fn who_may_call_what() {
    let app = App::sqlite("matrix").await;
    let scene = scene(&app).await;
    let (stranger, outsider) = (app.user("stranger").await, app.user("otherunit").await);
    let document: Value = serde_json::from_str(&api::openapi_json()).unwrap();
    let mut table = format!(
        "{:<52}{:>10}{:>10}{:>10}{:>10}  whose work it is\n",
        "operation", "nobody", "resident", "outsider", "insider"
    );
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            // Throttles fill again, sessions stay.
            app.test.clock.advance_minutes(1);
            let call = call(&format!("{method} {path}"), &scene);
            let verb = method.to_uppercase();
            let ends_session = path.ends_with("/sessions/current");
            let nobody = status(&app, &verb, &call, None).await;
            let (resident, outside) = match ends_session {
                true => (
                    status(&app, &verb, &call, Some(&app.user("stranger").await)).await,
                    status(&app, &verb, &call, Some(&app.user("otherunit").await)).await,
                ),
                false => (
                    status(&app, &verb, &call, Some(&stranger)).await,
                    status(&app, &verb, &call, Some(&outsider)).await,
                ),
            };
            let inside = status(&app, &verb, &call, Some(&app.user(call.insider).await)).await;
            writeln!(
                table,
                "{:<52}{nobody:>10}{resident:>10}{outside:>10}{inside:>10}  {}",
                format!("{method} {path}"),
                call.insider
            )
            .unwrap();
            let within = ["/matters/{id}/", "/notices/{id}/"];
            if is_about_the_story(path) && method != "post"
                || within.iter().any(|p| path.contains(p))
            {
                for status in [resident, outside] {
                    assert!(
                        matches!(status, 403 | 404),
                        "{method} {path} from outside: {status}"
                    );
                }
            }
            let is_open = path.starts_with("/api/v1/public/")
                || path.starts_with("/api/v1/demo/")
                || path == "/health"
                || path == "/api/v1/sessions";
            assert!(
                is_open || nobody == 401,
                "{method} {path} by nobody: {nobody}"
            );
        }
    }
    expect_test::expect_file!["matrix.txt"].assert_eq(&table);
}

#[tokio::test]
async fn no_action_of_the_flow_is_open_to_who_may_not_know_the_matter() {
    let app = App::sqlite("actions").await;
    let scene = scene(&app).await;
    let flow = app
        .user("unit")
        .await
        .get("/api/v1/flows/incident/3")
        .await
        .done()
        .json();
    let mut open = Vec::new();
    for login in ["stranger", "otherunit", "othertown", "surveyor", "sysadmin"] {
        let user = app.user(login).await;
        for action in flow["actions"].as_array().unwrap() {
            let action = action["code"].as_str().unwrap();
            // All that any action may ask for, so that the right is judged and not the form.
            let form = json!({ "opinion": "意见", "reply": "答复", "finding": "solved", "category": "0104", "verdict": true, "until": "2026-04-01",
                "rating": 5, "task": 0, "other": scene.matter, "area": "6", "lead": { "org": "71" } });
            let path = format!("/api/v1/matters/{}/actions/{action}", scene.matter);
            let ask = user
                .ask("POST", path)
                .header("idempotency-key", app.key())
                .header("if-match", "\"v2\"")
                .json(&form);
            let status = app.send(ask).await.status;
            if !matches!(status, 403 | 404) {
                open.push(format!("{login} {action} {status}"));
            }
        }
    }
    // 附议: whoever finds a matter on the map while reporting may join it, and learns no more.
    assert!(open.iter().all(|line| line.contains(" join ")), "{open:#?}");
    let seen = app.user("gridhead").await.matter(&scene.matter).await;
    assert_eq!(seen["state"], "at_grid");
}

#[tokio::test]
async fn counts_tell_an_outsider_nothing() {
    let app = App::sqlite("counts").await;
    scene(&app).await;
    for login in ["otherunit", "othertown", "stranger"] {
        let user = app.user(login).await;
        for view in ["queue", "mine", "reported", "handled"] {
            let page = user
                .get(format!("/api/v1/matters?view={view}"))
                .await
                .done()
                .json();
            assert_eq!(page["rows"], json!([]), "{login} {view}");
        }
        let messages = user.get("/api/v1/messages").await.done().json();
        assert_eq!(messages["rows"], json!([]), "{login}");
    }
    let board = app
        .user("othertown")
        .await
        .get("/api/v1/boards/20")
        .await
        .done()
        .json();
    assert!(
        board["figures"]
            .as_object()
            .unwrap()
            .values()
            .all(|n| n == 0),
        "{}",
        board["figures"]
    );
}
