//! Two communities become one (R004): what waits or holds goes along to the new desk, what is over
//! stays where it was, and the preview says how much of each, on both databases.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::{TestOffice, march};

const NEW: &str = "24";

async fn record(user: &User<'_>, register: &str, body: &Value) -> String {
    let path = format!("/api/v1/registers/{register}/records");
    let made = user.post(path, body).await.done().json();
    made["id"].as_str().unwrap().to_owned()
}

async fn seen(user: &User<'_>, path: &str) -> Value {
    user.get(format!("/api/v1/{path}")).await.done().json()
}

fn party(area: &str, name: &str, founding: &str, covers: Option<&str>) -> Value {
    let mut values =
        json!({ "name": name, "rank": "branch", "nature": "standing", "founding": founding });
    if let Some(covers) = covers {
        values["covers"] = json!(covers);
    }
    json!({ "area": area, "values": values })
}

/// `sent gone joined read unread done` of a notice in the street.
async fn figures(user: &User<'_>, notice: &str) -> String {
    let all = seen(user, &format!("notices/{notice}/progress?area=3")).await;
    ["sent", "gone", "joined", "read", "unread", "done"]
        .map(|name| all["total"][name].to_string())
        .join(" ")
}

async fn put_duty(user: &User<'_>, day: &str) {
    let ask = user.ask("PUT", "/api/v1/areas/4/duties");
    let roster = json!({ "day": day, "accounts": ["41"] });
    user.app.send(ask.json(&roster)).await.done();
}

async fn follows(test: TestOffice) -> App {
    let app = App::over(test);
    let (community, secretary) = (app.user("community").await, app.user("secretary").await);
    let (county, town) = (app.user("county").await, app.user("town").await);
    let branch = record(
        &community,
        "party_org",
        &party("4", "坂头党支部", "own", None),
    )
    .await;
    let over = record(
        &community,
        "party_org",
        &party("4", "旧党支部", "own", None),
    )
    .await;
    let ended = community.ask("POST", format!("/api/v1/records/{over}/end"));
    let ended = ended.header("if-match", "\"v1\"");
    let ended = ended.json(&json!({ "to": "2026-03-11", "reason": "撤并" }));
    app.send(ended).await.done();
    let joint = party("3", "两社区联合党支部", "joint", Some("4,8"));
    let joint = record(&town, "party_org", &joint).await;
    let house = json!({ "name": "坂头调解委员会", "host": "坂头邻里中心", "address": "坂头路1号" });
    community
        .post("/api/v1/areas/4/mediation", &house)
        .await
        .done();
    let line = json!({ "kind": "caller", "text": "来电反映停水", "follow": true });
    community.post("/api/v1/areas/4/log", &line).await.done();
    let done = json!({ "kind": "round", "text": "例行检查", "follow": false });
    community.post("/api/v1/areas/4/log", &done).await.done();
    put_duty(&community, "2026-03-11").await;
    put_duty(&community, "2026-03-12").await;
    let away = json!({ "login": "secretary", "from": "2026-03-11", "to": "2026-03-15", "reason": "leave" });
    secretary
        .post("/api/v1/posts/41/absences", &away)
        .await
        .done();
    // One that the community read and did not do yet, one that it sent down itself.
    let task = json!({ "kind": "task", "answer": "reply", "title": "排查楼道堆物", "text": "请排查并回复。",
        "areas": ["4"], "roles": ["community_staff", "unit_head"] });
    let task = county.post("/api/v1/notices", &task).await.done().json();
    let task = task["id"].as_str().unwrap().to_owned();
    community
        .post(format!("/api/v1/notices/{task}/read"), &json!({}))
        .await
        .done();
    let own = json!({ "kind": "notice", "answer": "read", "title": "停水通知", "text": "明日停水。",
        "areas": ["4"], "roles": ["unit_head"] });
    let own = secretary.post("/api/v1/notices", &own).await.done().json();
    let own = own["id"].as_str().unwrap().to_owned();
    let before = figures(&county, &task).await;
    assert_eq!(before, "2 0 0 1 1 0");

    let news = json!({ "kind": "news", "title": "治水完工", "text": "已完工。", "areas": ["4"] });
    let news = community.post("/api/v1/areas/4/publications", &news).await;
    let news = news.done().json()["id"].as_str().unwrap().to_owned();
    let act = |what: &str| format!("/api/v1/publications/{news}/{what}");
    let pass = json!({ "passed": true });
    secretary.post(act("review"), &pass).await.done();
    community.post(act("publish"), &json!({})).await.done();

    let merge = json!({ "kind": "merge", "areas": ["4", "8"], "name": "坂头联合社区", "day": "2026-03-12",
        "reason": "规模过小，合并设置" });
    let preview = town.post("/api/v1/area-changes/preview", &merge).await;
    let others: Vec<String> = preview.done().json()["others"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| format!("{} {}", o["word"].as_str().unwrap(), o["count"]))
        .collect();
    let wanted = [
        "台账记录 2",
        "通知任务 2",
        "调解组织 1",
        "值班日志未办结事项 1",
        "离岗代理 1",
        "值班安排 1",
    ];
    assert_eq!(others[..6], wanted, "{others:?}");
    let change = town
        .post("/api/v1/area-changes", &merge)
        .await
        .done()
        .json();
    let id = change["id"].as_str().unwrap().to_owned();
    app.user("townleader")
        .await
        .post(
            format!("/api/v1/area-changes/{id}/decision"),
            &json!({ "granted": true }),
        )
        .await
        .done();
    app.test.clock.set(march(12, 0, 1));
    assert_eq!(app.test.office.apply_changes().await.unwrap(), 1);
    app.test.verify().await;

    let (community, secretary) = (app.user("community").await, app.user("secretary").await);
    let (county, town) = (app.user("county").await, app.user("town").await);
    let change = seen(&community, &format!("area-changes/{id}")).await;
    let outcome = change["outcome"].as_str().unwrap();
    assert!(outcome.contains("随之划转：台账记录 2 件"), "{outcome}");
    let now = seen(&community, &format!("records/{branch}")).await;
    assert_eq!(now["area"], NEW);
    let history = &now["changes"][0];
    assert_eq!(
        (&history["by_name"], &history["before"]),
        (
            &json!("系统"),
            &json!([{ "word": "所在区域", "text": "莆田市 / 城厢区 / 霞林街道 / 坂头社区" }])
        )
    );
    let old = seen(&town, &format!("records/{over}")).await;
    assert_eq!(old["area"], "4", "what is over stays where it was");
    let joint = seen(&town, &format!("records/{joint}")).await;
    assert_eq!(joint["shown"]["covers"], "坂头联合社区");
    let houses = seen(&community, "areas/6/mediation").await.to_string();
    assert!(houses.contains("坂头调解委员会"), "{houses}");
    // What residents are told stands on the pages of the community that took over, who keeps it.
    let told = seen(&community, &format!("public/publications?area={NEW}")).await;
    assert_eq!(told["rows"][0]["title"], "治水完工", "{told}");
    let kept = seen(&community, &format!("areas/{NEW}/publications")).await;
    assert_eq!(kept["rows"][0]["area_name"], "坂头联合社区", "{kept}");
    let book = seen(&community, &format!("areas/{NEW}/log")).await;
    assert_eq!(book["open"].as_array().unwrap().len(), 1);
    assert_eq!(book["rows"].as_array().unwrap().len(), 1);
    for (area, day, people) in [("4", 11, 1), ("4", 12, 0), (NEW, 12, 1)] {
        let roster = seen(
            &community,
            &format!("areas/{area}/duties?day=2026-03-{day}"),
        )
        .await;
        let found = roster.as_array().unwrap().len();
        assert_eq!(found, people, "{area} on the {day}th");
    }
    let away = seen(&secretary, &format!("areas/{NEW}/absences")).await;
    assert_eq!(
        (&away[0]["substitute_name"], &away[0]["acting"]),
        (&json!("陈国华"), &json!("陈国华（代方玉兰）")),
        "{away}"
    );
    // The task is owed as before, once, and is not to be read again; its sender's desk manages it on.
    // The staff of the other community came to the desk that owes it.
    assert_eq!(figures(&county, &task).await, "2 0 1 1 2 0");
    let mine = seen(&community, "notices?view=waiting").await;
    assert_eq!(
        (&mine["rows"][0]["id"], &mine["rows"][0]["standing"]),
        (&json!(task), &json!("read")),
        "{mine}"
    );
    let reply = json!({ "reply": "已排查" });
    community
        .post(format!("/api/v1/notices/{task}/finish"), &reply)
        .await
        .done();
    let sent = seen(&secretary, "notices?view=sent").await;
    assert_eq!(sent["rows"][0]["id"], json!(own));
    app.test.verify().await;
    app
}

#[tokio::test]
async fn what_waits_goes_along_when_communities_become_one_and_what_is_over_stays() {
    follows(TestOffice::sqlite("follows").await).await;
}

#[test]
fn what_waits_goes_along_when_communities_become_one_and_what_is_over_stays_on_postgresql() {
    testkit::on_postgres("follows", follows);
}
