//! The tree lives (R004): areas are split, joined, moved and retired on a day, and nothing is lost,
//! on both databases.

use crate::app::App;
use serde_json::{Value, json};
use testkit::{TestOffice, march};

/// 坂头安置房小区网格 in two: building 1 and building 2.
fn halves(day: &str) -> Value {
    json!({ "kind": "split", "area": "5", "day": day, "reason": "网格过大，拆分细化",
        "parts": [{ "name": "坂头东网格", "children": ["6"] }, { "name": "坂头西网格", "children": ["7"] }] })
}

async fn report(app: &App, login: &str, unit: &str) -> String {
    let body =
        json!({ "text": "楼道堆放杂物", "category": "0104", "channel": "field", "unit": unit });
    let user = app.user(login).await;
    let answer = user.post("/api/v1/matters", &body).await;
    answer.done().json()["id"].as_str().unwrap().to_owned()
}

/// `上报/办结/在办` of an area, and of each area below it, by its leader.
async fn counts(app: &App, area: &str) -> (String, Vec<String>) {
    let path = format!("/api/v1/boards/{area}?from=2026-03-01&to=2026-03-31");
    let board = app.user("cityleader").await.get(path).await.done().json();
    let line = |figures: &Value| {
        let n = |m: &str| figures[m].as_i64().unwrap();
        format!("{}/{}/{}", n("reported"), n("closed"), n("open"))
    };
    let below = board["children"].as_array().unwrap().iter().map(|c| {
        let name = c["area"]["name"].as_str().unwrap();
        format!("{name} {}", line(&c["figures"]))
    });
    (line(&board["figures"]), below.collect())
}

async fn planned(app: &App, form: &Value) -> String {
    let community = app.user("community").await;
    let change = community.post("/api/v1/area-changes", form).await;
    let change = change.done().json();
    let id = change["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/area-changes/{id}/decision");
    let leader = app.user("townleader").await;
    leader.post(path, &json!({ "granted": true })).await.done();
    id
}

fn names(matter: &Value) -> Vec<&str> {
    let trail = matter["trail"].as_array().unwrap().iter();
    trail.map(|t| t["name"].as_str().unwrap()).collect()
}

async fn a_split_on_a_date(test: TestOffice) -> App {
    let app = App::over(test);
    let (closed, waiting, above) = (
        report(&app, "unit", "6").await,
        report(&app, "unit", "6").await,
        report(&app, "gridhead", "7").await,
    );
    let solved = json!({ "finding": "solved", "opinion": "已清理" });
    app.user("unit")
        .await
        .act(&closed, "prehandle", &solved)
        .await
        .done();
    let cannot = json!({ "finding": "cannot", "opinion": "解决不了" });
    app.user("unit")
        .await
        .act(&waiting, "prehandle", &cannot)
        .await
        .done();
    let gridhead = app.user("gridhead").await;
    gridhead
        .act(&above, "escalate", &json!({ "opinion": "请社区处理" }))
        .await
        .done();
    let before: Vec<String> = [
        counts(&app, "3").await.0,
        counts(&app, "4").await.0,
        counts(&app, "5").await.0,
    ]
    .into();
    assert_eq!(before, ["3/1/2"; 3]);

    let community = app.user("community").await;
    let preview = community
        .post("/api/v1/area-changes/preview", &halves("2026-03-12"))
        .await
        .done()
        .json();
    assert_eq!(preview["matters_total"], 2, "{preview:#}");
    assert_eq!(preview["posts"].as_array().unwrap().len(), 6);
    let change = community
        .post("/api/v1/area-changes", &halves("2026-03-12"))
        .await
        .done()
        .json();
    let decision = format!(
        "/api/v1/area-changes/{}/decision",
        change["id"].as_str().unwrap()
    );
    let yes = json!({ "granted": true });
    for login in ["community", "secretary", "town", "unit"] {
        assert_eq!(
            app.user(login)
                .await
                .post(decision.as_str(), &yes)
                .await
                .status,
            403,
            "{login}"
        );
    }
    let twice = community
        .post("/api/v1/area-changes", &halves("2026-03-13"))
        .await;
    assert_eq!(twice.refusal().0, "409 conflict");
    app.user("townleader")
        .await
        .post(decision.as_str(), &yes)
        .await
        .done();
    assert_eq!(
        app.test.office.apply_changes().await.unwrap(),
        0,
        "the day has not come"
    );

    app.test.clock.set(march(12, 0, 1));
    assert_eq!(app.test.office.apply_changes().await.unwrap(), 1);
    assert_eq!(app.test.office.apply_changes().await.unwrap(), 0);
    app.test.verify().await;
    // The same sums at every level; what was closed stays where it was closed.
    assert_eq!(counts(&app, "3").await.0, "3/1/2");
    let (own, below) = counts(&app, "4").await;
    assert_eq!(own, "3/1/2");
    assert_eq!(
        below,
        [
            "坂头安置房小区网格 1/1/0",
            "坂头东网格 1/0/1",
            "坂头西网格 1/0/1"
        ]
    );

    let unit = app.user("unit").await;
    let old = unit.matter(&closed).await;
    assert!(names(&old).contains(&"坂头安置房小区网格"));
    let moved = unit.matter(&waiting).await;
    assert!(names(&moved).contains(&"坂头东网格"));
    assert_eq!(moved["desk_name"], "坂头东网格");
    let step = moved["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(step["action_word"], "区划调整转办");
    // The head of the old grid goes on as head of the first, and works there.
    let queue = app
        .user("gridhead")
        .await
        .get("/api/v1/matters?view=queue")
        .await
        .done()
        .json();
    assert_eq!(queue["rows"][0]["id"], waiting.as_str());
    app.user("gridhead")
        .await
        .act(&waiting, "escalate", &json!({ "opinion": "请社区处理" }))
        .await
        .done();
    let judged = app.user("community").await.matter(&above).await;
    assert!(names(&judged).contains(&"坂头西网格"));
    assert_eq!(judged["desk_name"], "坂头社区");

    let history = app
        .user("unit")
        .await
        .get("/api/v1/areas/6/history")
        .await
        .done()
        .json();
    assert_eq!(
        history["past"][0]["parent_name"],
        "莆田市 / 城厢区 / 霞林街道 / 坂头社区 / 坂头安置房小区网格"
    );
    assert_eq!(history["changes"][0]["state"], "applied");
    let told = app
        .user("unit")
        .await
        .get("/api/v1/messages")
        .await
        .done()
        .text();
    assert!(told.contains("区划调整今日生效"), "{told}");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_grid_split_on_a_date_keeps_every_matter_and_every_count() {
    a_split_on_a_date(TestOffice::sqlite("split").await).await;
}

#[test]
fn a_grid_split_on_a_date_keeps_every_matter_and_every_count_on_postgresql() {
    testkit::on_postgres("split", a_split_on_a_date);
}

/// Reports and actions pour in while the grid is split and its parts are joined again.
async fn changes_under_load(test: TestOffice) -> App {
    let app = App::over(test);
    let community = app.user("community").await;
    let leader = app.user("townleader").await;
    let burst = |from: u32| {
        let community = &community;
        futures::future::join_all((from..from + 40).map(move |n| async move {
            let unit = if n % 2 == 0 { "6" } else { "7" };
            let body = json!({ "text": format!("第 {n} 件"), "category": "0104", "channel": "field", "unit": unit });
            let id = community.post("/api/v1/matters", &body).await.done().json()["id"].as_str().unwrap().to_owned();
            let form = json!({ "opinion": "已通知住户" });
            let acted = community.act(&id, "comment", &form).await;
            assert!(matches!(acted.status, 200 | 409 | 412), "{}", acted.text());
        }))
    };
    let change = |form: Value| {
        let (community, leader) = (&community, &leader);
        async move {
            let change = community
                .post("/api/v1/area-changes", &form)
                .await
                .done()
                .json();
            let path = format!(
                "/api/v1/area-changes/{}/decision",
                change["id"].as_str().unwrap()
            );
            leader
                .post(path, &json!({ "granted": true }))
                .await
                .done()
                .json()
        }
    };
    let (_, split) = futures::join!(burst(0), change(halves("2026-03-11")));
    assert_eq!(split["state"], "applied", "{split}");
    let parts = app
        .user("unit")
        .await
        .get("/api/v1/areas/4/children")
        .await
        .done()
        .json();
    let ids: Vec<&str> = parts
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["id"].as_str().unwrap())
        .collect();
    let merge = json!({ "kind": "merge", "areas": ids, "name": "坂头网格", "reason": "恢复" });
    let (_, merged) = futures::join!(burst(40), change(merge));
    assert_eq!(merged["state"], "applied", "{merged}");
    app.test.verify().await;
    let (own, below) = counts(&app, "4").await;
    assert_eq!(own, "80/0/80");
    assert_eq!(below, ["坂头网格 80/0/80"], "no open matter is left behind");
    app
}

#[tokio::test]
async fn changes_of_the_tree_under_load_lose_nothing() {
    changes_under_load(TestOffice::sqlite("reload").await).await;
}

#[test]
fn changes_of_the_tree_under_load_lose_nothing_on_postgresql() {
    testkit::on_postgres("reload", changes_under_load);
}

#[tokio::test]
async fn a_building_cut_by_a_line_finds_its_places_and_an_old_phone_still_reports() {
    let app = App::sqlite("cut").await;
    let south = json!({ "lon": 119.005, "lat": 25.39 });
    let north = json!({ "lon": 119.005, "lat": 25.42 });
    let form = json!({ "kind": "split", "area": "6", "reason": "人数过多", "line": { "from": south, "to": north },
        "parts": [{ "name": "1号楼西单元", "population": 60 }, { "name": "1号楼东单元", "population": 60 }] });
    planned(&app, &form).await;
    let unit = app.user("unit").await;
    for (lon, name) in [(119.004, "1号楼西单元"), (119.006, "1号楼东单元")] {
        let found = unit
            .get(format!("/api/v1/areas/locate?lon={lon}&lat=25.405"))
            .await
            .done()
            .json();
        assert_eq!(found["unit"]["name"], name);
    }
    let matter = report(&app, "gridhead", "6").await;
    let seen = app.user("gridhead").await.matter(&matter).await;
    assert_eq!(names(&seen).last(), Some(&"1号楼西单元"));
    app.test.verify().await;
}

#[tokio::test]
async fn a_change_is_withdrawn_before_its_day_and_not_after_it() {
    let app = App::sqlite("withdrawn").await;
    let id = planned(&app, &halves("2026-03-12")).await;
    let path = format!("/api/v1/area-changes/{id}");
    let outsider = app.user("othertown").await;
    assert_eq!(
        app.send(outsider.ask("DELETE", path.as_str())).await.status,
        403
    );
    let community = app.user("community").await;
    let withdrawn = app
        .send(community.ask("DELETE", path.as_str()))
        .await
        .done()
        .json();
    assert_eq!(withdrawn["state_word"], "已撤销");
    app.test.clock.set(march(12, 0, 1));
    assert_eq!(app.test.office.apply_changes().await.unwrap(), 0);
    let community = app.user("community").await;
    assert_eq!(
        app.send(community.ask("DELETE", path.as_str()))
            .await
            .refusal()
            .0,
        "409 conflict"
    );
}

#[tokio::test]
async fn a_change_that_no_longer_fits_on_its_day_is_marked_and_told() {
    let app = App::sqlite("unfit").await;
    let rename = |area: &str, day: &str| json!({ "kind": "rename", "area": area, "name": "东楼", "reason": "更名", "day": day });
    let later = planned(&app, &rename("7", "2026-03-13")).await;
    planned(&app, &rename("6", "2026-03-11")).await;
    app.test.clock.set(march(13, 0, 1));
    assert_eq!(app.test.office.apply_changes().await.unwrap(), 0);
    let community = app.user("community").await;
    let path = format!("/api/v1/area-changes/{later}");
    let seen = community.get(path).await.done().json();
    assert_eq!(seen["state"], "failed");
    assert_eq!(seen["outcome"], "同一上级下已有“东楼”，请换一个名称");
    let told = community.get("/api/v1/messages").await.done().text();
    assert!(told.contains("区划调整未能生效"), "{told}");
    app.test.verify().await;
}

#[tokio::test]
async fn gaps_and_missing_boundaries_are_named_and_the_load_is_compared() {
    let app = App::sqlite("check").await;
    report(&app, "unit", "6").await;
    let community = app.user("community").await;
    let check = community.get("/api/v1/areas/5/check").await.done().json();
    // Both buildings are drawn and the grid is not: nothing to compare the ground with.
    assert_eq!(check["findings"], json!([]));
    let loads: Vec<String> = check["loads"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| {
            format!(
                "{} {} {}",
                l["area"]["name"].as_str().unwrap(),
                l["area"]["population"],
                l["open"]
            )
        })
        .collect();
    assert_eq!(loads, ["1号楼 120 1", "2号楼 120 0"]);
    let above = community.get("/api/v1/areas/4/check").await.done().json();
    assert_eq!(
        above["findings"][0]["sentence"],
        "“坂头安置房小区网格”没有边界，坐标落不到它上面，请补充边界"
    );
    assert_eq!(
        app.user("othertown")
            .await
            .get("/api/v1/areas/5/check")
            .await
            .status,
        403
    );
}

async fn codes_of_another_department(test: TestOffice) -> App {
    let app = App::over(test);
    let admin = app.user("sysadmin").await;
    let wrong = json!({ "system": "police", "apply": true,
        "csv": "本平台编码，对方编码\n350302003004,JW-01\n999,JW-02\n350302003005,JW-01\n350302003005,\n350302003005,=1+1" });
    let answer = admin
        .post("/api/v1/areas/1/codes", &wrong)
        .await
        .done()
        .json();
    assert_eq!(answer["written"], false);
    let told: Vec<&str> = answer["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        told,
        [
            "第 3 行“本平台编码”：没有编码为“999”的区域",
            "第 4 行“对方编码”：“JW-01”在文件里出现了两次",
            "第 5 行“对方编码”：应有 1 到 60 个字符",
            "第 6 行“对方编码”：“=1+1”不对：编码以文字、字母或数字开头，只能用文字、字母、数字和 - _ . / #，请核对",
        ]
    );
    let lookup = "/api/v1/areas/by-code?system=police&code=JW-01";
    let unit = app.user("unit").await;
    assert_eq!(
        unit.get(lookup).await.status,
        404,
        "nothing is written while a line is wrong"
    );
    let right = json!({ "system": "police", "apply": true, "csv": "本平台编码，对方编码\n350302003004,JW-01" });
    assert_eq!(
        admin
            .post("/api/v1/areas/1/codes", &right)
            .await
            .done()
            .json()["written"],
        true
    );
    assert_eq!(unit.get(lookup).await.done().json()["name"], "坂头社区");
    let again = admin
        .post("/api/v1/areas/1/codes", &right)
        .await
        .done()
        .json();
    assert_eq!(
        again["problems"][0]["message"],
        "第 2 行“对方编码”：“JW-01”已经对应了别的区域"
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn the_codes_of_another_department_lead_to_our_areas() {
    codes_of_another_department(TestOffice::sqlite("codes").await).await;
}

#[test]
fn the_codes_of_another_department_lead_to_our_areas_on_postgresql() {
    testkit::on_postgres("codes", codes_of_another_department);
}
