//! Notices: straight to whom they are for, counted at every level, read and done once.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::{TestOffice, on_postgres};

const ROLES: [&str; 3] = ["unit_head", "grid_head", "community_staff"];

fn task() -> Value {
    json!({ "kind": "task", "answer": "reply", "title": "排查楼道堆物", "text": "请在三天内排查并回复。",
        "areas": ["4", "20"], "roles": ROLES })
}

async fn publish(user: &User<'_>, body: &Value) -> String {
    let answer = user.post("/api/v1/notices", body).await.done().json();
    answer["id"].as_str().unwrap().to_owned()
}

impl User<'_> {
    async fn notices(&self, view: &str) -> Value {
        self.get(format!("/api/v1/notices?view={view}"))
            .await
            .done()
            .json()
    }
    async fn on_notice(&self, id: &str, verb: &str, body: &Value) -> crate::app::Answer {
        self.post(format!("/api/v1/notices/{id}/{verb}"), body)
            .await
    }
    async fn figures(&self, id: &str, area: &str) -> Value {
        let path = format!("/api/v1/notices/{id}/progress?area={area}");
        self.get(path).await.done().json()
    }
    /// Titles of the posts that stand so.
    async fn stand(&self, id: &str, area: &str, standing: &str) -> Vec<String> {
        let path = format!("/api/v1/notices/{id}/recipients?area={area}&standing={standing}");
        let page = self.get(path).await.done().json();
        let title = |r: &Value| r["title"].as_str().unwrap().to_owned();
        let mut titles: Vec<_> = page["rows"].as_array().unwrap().iter().map(title).collect();
        titles.sort();
        titles
    }
}

/// `sent gone joined read unread done`.
fn line(f: &Value) -> String {
    ["sent", "gone", "joined", "read", "unread", "done"]
        .map(|name| f[name].to_string())
        .join(" ")
}

async fn a_task_reaches_every_level_and_is_counted_exactly(test: TestOffice) -> App {
    let app = App::over(test);
    let county = app.user("county").await;
    let preview = county
        .post("/api/v1/notices/preview", &task())
        .await
        .done()
        .json();
    assert_eq!(
        (&preview["posts"], &preview["vacant"]),
        // Heads of units 6 and 23, head of grid 5, staff of community 4; nobody heads unit 7, grid 22
        // and community 21.
        (&json!(4), &json!(3)),
        "{preview}"
    );
    let id = publish(&county, &task()).await;

    let (unit, other) = (app.user("unit").await, app.user("otherunit").await);
    let mine = unit.notices("in").await;
    assert_eq!(
        (
            &mine["waiting"],
            &mine["rows"][0]["standing"],
            &mine["rows"][0]["from_name"]
        ),
        (&json!(1), &json!("unread"), &json!("城厢区"))
    );
    unit.on_notice(&id, "read", &json!({})).await.done();
    // Once more changes nothing.
    unit.on_notice(&id, "read", &json!({})).await.done();
    other.on_notice(&id, "read", &json!({})).await.done();
    let refused = unit.on_notice(&id, "finish", &json!({})).await;
    assert_eq!(refused.problems(), "reply required: 请写明办理情况\n");
    let done = unit
        .on_notice(&id, "finish", &json!({ "reply": "已清理三处" }))
        .await
        .done()
        .json();
    assert_eq!(
        (
            &done["standing"],
            &done["mine"][0]["reply"],
            &done["may_finish"]
        ),
        (&json!("done"), &json!("已清理三处"), &json!(false))
    );
    let twice = unit
        .on_notice(&id, "finish", &json!({ "reply": "又来" }))
        .await;
    assert_eq!(twice.refusal().0, "409 conflict");
    assert_eq!(unit.notices("waiting").await["rows"], json!([]));

    let seen = county.figures(&id, "2").await;
    assert_eq!(line(&seen["total"]), "4 0 0 2 2 1");
    let children: Vec<_> = seen["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| format!("{} {}", c["name"].as_str().unwrap(), line(&c["figures"])))
        .collect();
    assert_eq!(children, ["霞林街道 3 0 0 1 2 1", "龙桥街道 1 0 0 1 0 0"]);
    assert_eq!(
        county.stand(&id, "2", "unread").await,
        ["坂头安置房小区网格长", "坂头社区工作者"]
    );
    let page = county
        .get(format!("/api/v1/notices/{id}/recipients?area=6"))
        .await
        .done()
        .json();
    assert_eq!(
        (&page["rows"][0]["reply"], &page["rows"][0]["replier"]),
        (&json!("已清理三处"), &json!("陈春山"))
    );
    // The counters of the list agree with the receipts.
    let sent = county.notices("sent").await;
    let row = &sent["rows"][0];
    assert_eq!(
        (&row["sent"], &row["read"], &row["done"]),
        (&json!(4), &json!(2), &json!(1))
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_task_reaches_every_level_and_is_counted_exactly_on_sqlite() {
    a_task_reaches_every_level_and_is_counted_exactly(TestOffice::sqlite("notice_task").await)
        .await;
}

#[test]
fn a_task_reaches_every_level_and_is_counted_exactly_on_postgresql() {
    on_postgres(
        "notice_task",
        a_task_reaches_every_level_and_is_counted_exactly,
    );
}

async fn who_comes_later_sees_what_is_open_and_who_left_is_counted_apart(test: TestOffice) -> App {
    let app = App::over(test);
    let county = app.user("county").await;
    let id = publish(&county, &task()).await;
    // The head of unit 6 leaves unread; the resident becomes head of unit 7 the next day.
    let leader = app.user("townleader").await;
    leader.get("/api/v1/me").await.done();
    let leaves = json!({ "to": "2026-03-12", "reason": "resigned" });
    app.send(leader.ask("DELETE", "/api/v1/posts/61").json(&leaves))
        .await
        .done();
    let form =
        json!({ "login": "manager", "role": "unit_head", "source": "other", "from": "2026-03-12" });
    leader.post("/api/v1/areas/7/posts", &form).await.done();
    app.test.clock.advance_minutes(24 * 60);
    let county = app.user("county").await;
    let seen = county.figures(&id, "3").await;
    assert_eq!(line(&seen["total"]), "3 1 1 0 3 0");
    let late = app.user("manager").await;
    assert_eq!(late.notices("waiting").await["waiting"], 1);
    late.on_notice(&id, "read", &json!({})).await.done();
    let grid = county.figures(&id, "5").await;
    assert_eq!(line(&grid["total"]), "2 1 1 1 1 0");
    assert_eq!(
        county.stand(&id, "5", "gone").await,
        ["坂头安置房小区网格1号楼单元长"]
    );
    // The one who left knows nothing of it any more.
    let gone = app.user("unit").await;
    assert_eq!(gone.get(format!("/api/v1/notices/{id}")).await.status, 404);
    app
}

#[tokio::test]
async fn who_comes_later_sees_what_is_open_on_sqlite() {
    who_comes_later_sees_what_is_open_and_who_left_is_counted_apart(
        TestOffice::sqlite("notice_late").await,
    )
    .await;
}

#[test]
fn who_comes_later_sees_what_is_open_on_postgresql() {
    on_postgres(
        "notice_late",
        who_comes_later_sees_what_is_open_and_who_left_is_counted_apart,
    );
}

async fn a_notice_is_corrected_urged_and_withdrawn(test: TestOffice) -> App {
    let app = App::over(test);
    let town = app.user("town").await;
    let body = json!({ "kind": "notice", "title": "停水", "text": "明天停水", "areas": ["3"], "roles": ["unit_head", "grid_head"] });
    let id = publish(&town, &body).await;
    let unit = app.user("unit").await;
    unit.on_notice(&id, "read", &json!({})).await.done();
    let owes_nothing = unit.on_notice(&id, "finish", &json!({})).await;
    assert_eq!(owes_nothing.refusal().1, "这份通知阅知即可，不用办结");

    let correct =
        json!({ "title": "停水", "text": "后天停水", "reason": "日期写错", "again": true });
    let ask = town.ask("POST", format!("/api/v1/notices/{id}/correct"));
    let ask = ask.header("if-match", "\"v1\"").json(&correct);
    let corrected = app.send(ask).await.done();
    assert_eq!(corrected.header("etag"), "\"v2\"");
    let versions = &corrected.json()["versions"];
    assert_eq!(
        (
            &versions[0]["text"],
            &versions[1]["text"],
            &versions[1]["reason"]
        ),
        (&json!("明天停水"), &json!("后天停水"), &json!("日期写错"))
    );
    let stale = town.ask("POST", format!("/api/v1/notices/{id}/correct"));
    let stale = app
        .send(stale.header("if-match", "\"v1\"").json(&correct))
        .await;
    assert_eq!(stale.refusal().0, "412 stale");
    assert_eq!(
        unit.notices("in").await["rows"][0]["standing"],
        "unread",
        "to be read again"
    );
    assert_eq!(town.notices("sent").await["rows"][0]["read"], 0);

    assert_eq!(
        town.on_notice(&id, "urge", &json!({})).await.refusal().0,
        "409 conflict"
    );
    app.test.clock.advance_minutes(4 * 60);
    let (town, unit) = (app.user("town").await, app.user("unit").await);
    town.on_notice(&id, "urge", &json!({})).await.done();
    assert!(unit.notices("waiting").await["rows"][0]["urged"].is_i64());
    assert_eq!(
        unit.on_notice(&id, "urge", &json!({})).await.refusal().0,
        "403 denied"
    );

    let reason = json!({ "reason": "停水取消" });
    town.on_notice(&id, "withdraw", &reason).await.done();
    let seen = unit.on_notice(&id, "read", &json!({})).await.done().json();
    assert_eq!(
        (&seen["withdrawn"], &seen["withdrawal"]["reason"]),
        (&json!(true), &json!("停水取消"))
    );
    assert_eq!(unit.notices("in").await["waiting"], 0);
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_notice_is_corrected_urged_and_withdrawn_on_sqlite() {
    a_notice_is_corrected_urged_and_withdrawn(TestOffice::sqlite("notice_change").await).await;
}

#[test]
fn a_notice_is_corrected_urged_and_withdrawn_on_postgresql() {
    on_postgres("notice_change", a_notice_is_corrected_urged_and_withdrawn);
}

#[tokio::test]
async fn nobody_publishes_upwards_aside_or_without_the_right() {
    let app = App::sqlite("notice_rights").await;
    let send = async |login: &str, areas: Value, roles: Value| {
        let body = json!({ "kind": "notice", "title": "通知", "text": "内容", "areas": areas, "roles": roles });
        let answer = app.user(login).await.post("/api/v1/notices", &body).await;
        format!("{} {}", answer.refusal().0, answer.problems())
    };
    let heads = json!(["unit_head"]);
    for login in ["unit", "resident", "gridworker", "resources", "sysadmin"] {
        assert_eq!(
            send(login, json!(["6"]), heads.clone()).await,
            "403 denied ",
            "{login}"
        );
    }
    assert_eq!(
        send("othertown", json!(["4"]), heads.clone()).await,
        "422 invalid areas outside: “坂头社区”不在您的管辖范围内，只能发给本辖区的下级\n"
    );
    assert_eq!(
        send("community", json!(["4"]), json!(["community_leader"])).await,
        "422 invalid roles not_below: “村（社区）书记”不是您的下级岗位，只能向下级发布\n"
    );
    let upward = send("community", json!(["3"]), heads).await;
    assert!(upward.contains("“霞林街道”不在您的管辖范围内"), "{upward}");
}

#[tokio::test]
async fn a_notice_is_unknown_to_others_and_its_figures_are_for_those_above() {
    let app = App::sqlite("notice_sees").await;
    let town = app.user("town").await;
    let body = json!({ "kind": "notice", "title": "通知", "text": "内容", "areas": ["4"], "roles": ["grid_head"] });
    let id = publish(&town, &body).await;
    let status = async |login: &str, path: &str| {
        app.user(login)
            .await
            .get(format!("/api/v1/notices/{id}{path}"))
            .await
            .status
    };
    for login in ["gridhead", "community", "townleader", "county", "city"] {
        assert_eq!(status(login, "").await, 200, "{login}");
    }
    for login in [
        "unit",
        "gridworker",
        "neighbour",
        "othertown",
        "resources",
        "stranger",
        "auditor",
    ] {
        assert_eq!(status(login, "").await, 404, "{login}");
    }
    assert_eq!(status("community", "/progress").await, 200);
    assert_eq!(status("community", "/progress?area=3").await, 403);
    assert_eq!(
        status("gridhead", "/progress").await,
        403,
        "its own receipt is all there is"
    );
}

#[tokio::test]
async fn a_bulletin_is_seen_by_those_it_names_and_those_above_them() {
    let app = App::sqlite("bulletin").await;
    let matter = app.user("unit").await.report().await;
    let county = app.user("county").await;
    let body = json!({ "kind": "bulletin", "title": "关于隔夜事件的通报", "text": "现将情况通报如下。",
        "areas": ["4"], "orgs": ["71"], "matters": [matter] });
    let id = publish(&county, &body).await;
    let seen = county
        .get(format!("/api/v1/notices/{id}"))
        .await
        .done()
        .json();
    assert_eq!(
        (
            &seen["named"][0]["name"],
            &seen["named"][1]["name"],
            &seen["matters"][0]["id"]
        ),
        (
            &json!("坂头社区"),
            &json!("城厢区自然资源局"),
            &json!(matter)
        )
    );
    let status = async |login: &str| {
        app.user(login)
            .await
            .get(format!("/api/v1/notices/{id}"))
            .await
            .status
    };
    for login in [
        "community",
        "secretary",
        "town",
        "townleader",
        "countyleader",
        "resources",
    ] {
        assert_eq!(status(login).await, 200, "{login}");
    }
    for login in ["unit", "gridhead", "neighbour", "othertown", "housing"] {
        assert_eq!(status(login).await, 404, "{login}");
    }
    // A bulletin about somebody's matter names no matter that the author may not see.
    let other = json!({ "kind": "bulletin", "title": "通报", "text": "内容", "areas": ["21"], "matters": [matter] });
    let answer = app
        .user("othertown")
        .await
        .post("/api/v1/notices", &other)
        .await;
    assert_eq!(answer.refusal().0, "404 unknown");
}

#[tokio::test]
async fn a_repeated_publication_is_one_notice_and_its_files_open_for_its_readers() {
    let app = App::sqlite("notice_files").await;
    let town = app.user("town").await;
    let file = app
        .send(
            town.ask("POST", "/api/v1/files")
                .file("方案.pdf", b"%PDF-1.4\n%%EOF\n"),
        )
        .await
        .done()
        .json();
    let body = json!({ "kind": "notice", "title": "通知", "text": "内容", "areas": ["4"], "roles": ["grid_head"], "files": [file["id"]] });
    let ask = || {
        town.ask("POST", "/api/v1/notices")
            .header("idempotency-key", "notice-0001")
            .json(&body)
    };
    let (first, second) = (
        app.send(ask()).await.done().json(),
        app.send(ask()).await.done().json(),
    );
    assert_eq!(first["id"], second["id"]);
    assert_eq!(
        town.notices("sent").await["rows"].as_array().unwrap().len(),
        1
    );
    let path = format!("/api/v1/files/{}", file["id"].as_str().unwrap());
    for (login, status) in [
        ("gridhead", 200),
        ("townleader", 200),
        ("unit", 404),
        ("stranger", 404),
    ] {
        assert_eq!(
            app.user(login).await.get(&path).await.status,
            status,
            "{login}"
        );
    }
    let again = json!({ "kind": "notice", "title": "通知", "text": "内容", "areas": ["4"], "roles": ["grid_head"], "files": [file["id"]] });
    let used = town.post("/api/v1/notices", &again).await;
    assert!(
        used.problems().starts_with("files unknown_file"),
        "{}",
        used.problems()
    );
}

#[tokio::test]
async fn the_burden_meter_counts_what_was_pushed_and_by_whom() {
    let app = App::sqlite("burden").await;
    let (county, town) = (app.user("county").await, app.user("town").await);
    let body = |areas: &[&str], fields: &[&str]| json!({ "kind": "task", "answer": "reply", "title": "排查", "text": "请排查", "areas": areas, "roles": ["unit_head"], "fields": fields });
    publish(&county, &body(&["3", "20"], &[])).await;
    publish(&town, &body(&["4"], &["数量", "位置", "备注"])).await;
    let read = json!({ "kind": "notice", "title": "停水", "text": "停水", "areas": ["5"], "roles": ["unit_head", "grid_head"] });
    publish(&app.user("community").await, &read).await;
    let board = county.get("/api/v1/boards/2/burden").await.done().json();
    let row = |b: &Value| {
        format!(
            "{} 个单元 任务 {} 通知 {} 报表 {} 项 {} 平均 {} 最多 {}",
            b["areas"],
            b["total"]["tasks"],
            b["total"]["notices"],
            b["total"]["forms"],
            b["total"]["fields"],
            b["average"],
            b["worst"]["full_name"]
                .as_str()
                .unwrap()
                .rsplit(" / ")
                .next()
                .unwrap()
        )
    };
    // Units 6 and 7 got all three, unit 10 and unit 23 the task of the county.
    assert_eq!(
        row(&board["whole"]),
        "4 个单元 任务 6 通知 2 报表 2 项 6 平均 2.0 最多 1号楼"
    );
    assert_eq!(
        row(&board["children"][0]),
        "3 个单元 任务 5 通知 2 报表 2 项 6 平均 2.33 最多 1号楼"
    );
    assert_eq!(
        row(&board["children"][1]),
        "1 个单元 任务 1 通知 0 报表 0 项 0 平均 1.0 最多 5号楼"
    );
    let senders: Vec<String> = board["senders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| format!("{} {}", s["desk_name"].as_str().unwrap(), s["reached"]))
        .collect();
    assert_eq!(senders, ["城厢区 4", "坂头社区 2", "霞林街道 2"]);
    let grids = county
        .get("/api/v1/boards/2/burden?level=grid")
        .await
        .done()
        .json();
    assert_eq!(
        grids["whole"]["total"]["notices"], 1,
        "the notice to the head of grid 5"
    );
    // A week later the meter stands at zero; nobody reads that of another town.
    app.test.clock.advance_minutes(7 * 24 * 60);
    let county = app.user("county").await;
    let later = county.get("/api/v1/boards/2/burden").await.done().json();
    assert_eq!(
        (&later["whole"]["average"], &later["senders"]),
        (&json!(0.0), &json!([]))
    );
    let other = app
        .user("othertown")
        .await
        .get("/api/v1/boards/3/burden")
        .await;
    assert_eq!(other.refusal().0, "403 denied");
}
