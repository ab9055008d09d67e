//! What the calls are about: one of everything, made by the people of the story.

use super::INNOCENT;
use crate::app::{App, Ask, User};
use serde_json::{Value, json};

/// What the calls are about.
pub(super) struct Scene {
    /// A matter at the grid's desk, version 2, with an attachment.
    pub(super) matter: String,
    pub(super) file: String,
    pub(super) token: String,
    /// A task for the heads of units, version 2.
    pub(super) notice: String,
    pub(super) absence: String,
    /// A line of the town's log that is open, and a handing over to its leader.
    /// A joint meeting with a decision, and a contact with a sealed number.
    pub(super) meeting: String,
    pub(super) contact: String,
    /// An inspection, and a paper that waits to be put with it.
    pub(super) inspected: String,
    pub(super) paper: String,
    pub(super) log_entry: String,
    pub(super) handover: String,
    /// An item that waits for its decision.
    pub(super) admission: String,
    pub(super) nomination: String,
    /// A post that is offered: who took the application back, who waits, who stands in publicity,
    /// and what was said against them.
    pub(super) offered: crate::opening::Offered,
    /// What residents are told: one that waits for the review, one that is published, and its file.
    pub(super) draft: String,
    pub(super) open: String,
    pub(super) open_file: String,
    /// A document of the library.
    pub(super) document: String,
    /// A mediation organisation with a mediator.
    pub(super) mediation: String,
    /// A refusal in the log of certificates.
    pub(super) certificate: String,
    /// A standard address.
    pub(super) address: String,
    /// A phrase that the town shares.
    pub(super) phrase: String,
    pub(super) public_no: String,
    pub(super) public_code: String,
    /// A proposed change of the tree.
    pub(super) change: String,
    /// A calculated period of heads of grids, and a published one.
    pub(super) drafted: String,
    pub(super) published: String,
}

/// Another name for building 1, far ahead.
pub(super) fn rename(name: &str) -> Value {
    json!({ "kind": "rename", "area": "7", "name": name, "reason": "更名", "day": "2026-12-01" })
}

/// A period of the heads of grids that is over.
pub(super) fn heads_of_grids() -> Value {
    json!({ "area": "3", "scheme": "grid_head", "name": "二月", "from": "2026-02-01", "to": "2026-02-28" })
}

/// Sets that period up and calculates it.
pub(super) async fn calculated(county: &User<'_>) -> String {
    let made = county.post("/api/v1/assessments", &heads_of_grids()).await;
    let id = made.done().json()["id"].as_str().unwrap().to_owned();
    let calculate = format!("/api/v1/assessments/{id}/calculate");
    county.post(calculate, &json!({})).await.done();
    id
}

pub(super) fn joint_meeting() -> Value {
    json!({ "area": "4", "values": { "title": "联席会议", "kind": "joint", "held": "2026-03-10", "attendees": "物业公司", "agenda": "路灯" },
        "items": [{ "text": "修路灯", "owner": "物业公司", "due": "2026-12-01" }] })
}

pub(super) fn apply() -> Value {
    json!({ "title": "巡查", "content": "每季度一次", "basis": "条例", "people": "2 人", "money": "无", "frequency": "每季度", "levels": ["unit"] })
}

/// A task of the town for the heads of its units, corrected once, old enough to be urged.
pub(super) async fn published(app: &App) -> String {
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

pub(super) fn policy() -> Value {
    json!({ "area": "3", "kind": "policy", "title": "实施方案", "text": "正文" })
}

/// A publication of the community with its file, published or not.
pub(super) async fn told(app: &App, open: bool) -> (String, String) {
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

pub(super) async fn scene(app: &App) -> Scene {
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
