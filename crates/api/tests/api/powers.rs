//! What a town does itself, the three lists of a department, and the stations in between (R203 to R205).

use crate::app::{App, User};
use civic::area::Level;
use civic::id::{AreaId, OrgId};
use civic::org::{Org, OrgKind};
use serde_json::{Value, json};
use testkit::{TestOffice, city, on_postgres_of};

/// The city with a station of the county's resources bureau in the town.
fn with_station() -> office::Founding {
    let mut founding = city();
    founding.orgs.push(Org {
        id: OrgId(77),
        parent: Some(OrgId(71)),
        kind: OrgKind::Station,
        line: "natural_resources".into(),
        name: "霞林街道自然资源所".into(),
        area: AreaId(3),
        level: Level::Town,
    });
    founding
}

async fn keep(user: &User<'_>, register: &str, values: Value, items: Value) -> Value {
    let body = json!({ "area": "3", "values": values, "items": items });
    let path = format!("/api/v1/registers/{register}/records");
    user.post(path, &body).await.done().json()
}

/// A report that has come up to the town's desk.
async fn at_town(app: &App) -> String {
    let id = app.user("unit").await.report().await;
    let cannot = json!({ "finding": "cannot", "opinion": "单元无法解决" });
    app.user("unit")
        .await
        .act(&id, "prehandle", &cannot)
        .await
        .done();
    for login in ["gridhead", "community"] {
        let up = json!({ "opinion": "无法解决" });
        app.user(login).await.act(&id, "escalate", &up).await.done();
    }
    id
}

async fn what_the_town_does_itself(test: TestOffice) -> App {
    let app = App::over(test);
    let town = app.user("town").await;
    let first = async || {
        let list = town.get("/api/v1/areas/3/callable?category=0104").await;
        let first = list.done().json()[0].clone();
        (
            first["name"].as_str().unwrap().to_owned(),
            first["listed"].clone(),
        )
    };
    assert_eq!(first().await.1, json!(false));

    // On the list of powers: the desk that handles it is offered first, and others may be called.
    let mut own = json!({ "title": "宅基地纠纷调处", "kind": "own", "category": "0104", "org": "77", "basis": "权责清单第12项" });
    keep(&town, "power", own.clone(), json!([])).await;
    assert_eq!(first().await, ("霞林街道自然资源所".into(), json!(true)));
    let id = at_town(&app).await;
    let call =
        |lead: &str, co: Value| json!({ "opinion": "请办理", "lead": { "org": lead }, "co": co });
    let kept = town.matter(&id).await["state"].clone();

    // Empowered: neither a lead above nor a way up; help from above stands beside.
    own["kind"] = json!("empowered");
    own["title"] = json!("宅基地审批");
    keep(&town, "power", own, json!([])).await;
    let refused = town
        .act(&id, "call", &call("71", json!([])))
        .await
        .refusal();
    assert_eq!(refused.0, "403 denied");
    assert_eq!(
        refused.1,
        "“宅基地审批”已赋权霞林街道办理，由霞林街道自然资源所承办，请由它主办；需要县区单位配合的，把县区单位列为会办"
    );
    let up = town
        .act(&id, "escalate", &json!({ "opinion": "上报" }))
        .await;
    assert!(up.refusal().1.contains("请在本镇街办结"), "{}", up.text());
    assert_eq!(town.matter(&id).await["state"], kept, "nothing moved");
    let beside = call("77", json!([{ "org": "71" }]));
    town.act(&id, "call", &beside).await.done();

    // A department whose line is not on the town's list gives its people no tasks; its own line may.
    let task = |from: &str| json!({ "kind": "task", "answer": "reply", "title": from, "text": "请办理。", "areas": ["3"], "roles": ["town_dispatcher"] });
    let housing = app.user("housing").await;
    let off = housing.post("/api/v1/notices", &task("住建")).await;
    let (code, why) = off.refusal();
    assert_eq!(code, "403 denied");
    assert_eq!(
        why,
        "霞林街道的权责清单和赋权清单里没有城厢区住建局条线的事项，不能向镇街布置任务；确需镇街办理的，请先按程序列入清单，再下派"
    );
    let resources = app.user("resources").await;
    let on = resources.post("/api/v1/notices", &task("资源")).await;
    assert!(!on.text().contains("权责清单"), "{}", on.text());

    // The station: called above, urged by the town, and what the town says of it reaches its bureau.
    let urge = json!({ "opinion": "请抓紧" });
    town.act(&id, "urge", &urge).await.done();
    for (grade, reason) in [("good", ""), ("poor", "两次未到场")] {
        let said =
            json!({ "org": "77", "period": "2026年一季度", "grade": grade, "reason": reason });
        keep(&town, "station_review", said, json!([])).await;
    }
    let figures = resources.get("/api/v1/me/stations").await.done().json();
    assert_eq!(
        figures,
        json!([{ "id": "77", "name": "霞林街道自然资源所", "area_name": "霞林街道", "open": 1, "overdue": 0,
            "good": 1, "fair": 0, "poor": 1, "content": 50 }])
    );
    let none = housing.get("/api/v1/me/stations").await.done().json();
    assert_eq!(none, json!([]), "no station of its line");
    assert_eq!(town.get("/api/v1/me/stations").await.status, 403);
    app.test.verify().await;
    app
}

#[tokio::test]
async fn the_town_does_what_is_on_its_lists_and_keeps_what_it_was_empowered_for_on_sqlite() {
    what_the_town_does_itself(TestOffice::sqlite_of("powers", with_station()).await).await;
}

#[test]
fn the_town_does_what_is_on_its_lists_and_keeps_what_it_was_empowered_for_on_postgresql() {
    on_postgres_of("powers", with_station(), what_the_town_does_itself);
}

#[tokio::test]
async fn three_lists_of_a_department_are_followed_item_by_item() {
    let app = App::sqlite("three_lists").await;
    let town = app.user("town").await;
    let item = json!([{ "text": "每季度核对图斑", "owner": "关素琴", "due": "2026-06-30" },
        { "text": "建立巡查台账", "owner": "关素琴", "due": "2026-04-30" }]);
    for kind in ["duty", "work", "task"] {
        let values = json!({ "unit": "城厢区自然资源局", "kind": kind });
        keep(&town, "duty_list", values, item.clone()).await;
    }
    let bare = json!({ "area": "3", "values": { "unit": "城厢区住建局", "kind": "task" } });
    let bare = town
        .post("/api/v1/registers/duty_list/records", &bare)
        .await;
    assert!(
        bare.problems().starts_with("items wrong_number"),
        "{}",
        bare.text()
    );
    let rows = town.get("/api/v1/registers/duty_list/records?area=3").await;
    let rows = rows.done().json()["rows"].clone();
    let words: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["shown"]["kind"].as_str().unwrap())
        .collect();
    assert_eq!(words, ["任务清单", "工作清单", "责任清单"]);
    let id = rows[0]["id"].as_str().unwrap();
    let done = json!({ "no": 1, "state": "done", "text": "第一季度已核对" });
    let ask = town
        .ask("POST", format!("/api/v1/records/{id}/progress"))
        .header("if-match", "\"v1\"");
    let record = app.send(ask.json(&done)).await.done().json();
    let states: Vec<_> = record["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["done", "open"]);
}
