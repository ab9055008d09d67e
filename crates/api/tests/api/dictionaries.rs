//! 数据字典: the lists of the place change at run time, the others are locked and say why; on both
//! databases.

use crate::app::{Answer, App, User};
use civic::dictionary::LISTS;
use serde_json::{Value, json};
use testkit::TestOffice;

const TITLES: &str = "/api/v1/code-lists/titles/entries";
const KINDS: &str = "/api/v1/code-lists/area_kinds/entries";

async fn put(app: &App, user: &User<'_>, path: &str, body: &Value) -> Answer {
    app.send(user.ask("PUT", path).json(body)).await
}

async fn entry(user: &User<'_>, list: &str, code: &str) -> Value {
    let lists = user.get("/api/v1/code-lists").await.done().json();
    let all = lists.as_array().unwrap();
    let list = all.iter().find(|l| l["code"] == list).unwrap();
    let mut entries = list["entries"].as_array().unwrap().iter();
    entries.find(|e| e["code"] == code).unwrap().clone()
}

async fn kept(test: TestOffice) -> App {
    let app = App::over(test);
    let (keeper, leader) = (app.user("sysadmin").await, app.user("townleader").await);
    let title = json!({ "owner": "unit_head", "word": "厝长", "kinds": [] });
    assert_eq!(leader.post(TITLES, &title).await.refusal().0, "403 denied");
    keeper.post(TITLES, &title).await.done();
    assert_eq!(
        keeper.post(TITLES, &title).await.problems(),
        "word word_taken: “厝长”已经是“单元长”的称呼，不用再加\n"
    );

    // It is used at once, without a new start.
    let mut form = json!({ "login": "manager", "role": "unit_head", "source": "party_member", "from": "2026-03-11", "title": "厝长" });
    let posts = "/api/v1/areas/7/posts";
    let made = leader.post(posts, &form).await.done().json();
    assert!(made["title"].as_str().unwrap().ends_with("厝长"), "{made}");

    // Retired: who bears it keeps it, nobody gets it anew.
    let retire =
        |retired: bool| json!({ "owner": "unit_head", "code": "厝长", "retired": retired });
    put(&app, &keeper, TITLES, &retire(true)).await.done();
    let seen = entry(&keeper, "titles", "厝长").await;
    assert_eq!(
        (
            &seen["used"],
            &seen["used_by"],
            &seen["retired"],
            &seen["version"]
        ),
        (&json!(1), &json!([made["title"]]), &json!(true), &json!(2))
    );
    assert_eq!(entry(&leader, "titles", "厝长").await["used_by"], json!([]));
    let holder = app.user("manager").await;
    let me = holder.get("/api/v1/me").await.done().json();
    let mut posts_held = me["posts"].as_array().unwrap().iter();
    assert!(posts_held.any(|p| p["title"] == made["title"]), "{me}");
    let words = leader.get("/api/v1/dictionaries").await.done().json();
    let offered = words["titles"].as_array().unwrap();
    assert!(offered.iter().all(|t| t["word"] != "厝长"));
    form["login"] = json!("unit");
    let refused = leader.post(posts, &form).await.problems();
    assert!(
        refused.starts_with("title unknown_title: “厝长”不是这里"),
        "{refused}"
    );
    assert_eq!(
        keeper.post(TITLES, &title).await.problems(),
        "word word_taken: “厝长”已经有了，只是停用着；请直接恢复它\n"
    );
    put(&app, &keeper, TITLES, &retire(false)).await.done();
    assert_eq!(entry(&leader, "titles", "厝长").await["retired"], false);

    // A kind gets the word of the place, wherever it stands.
    let rename = |word: &str| json!({ "owner": "unit", "code": "unit", "word": word });
    let taken = put(&app, &keeper, KINDS, &rename("病区")).await;
    assert_eq!(
        taken.problems(),
        "word word_taken: “病区”已经是治理单元里另一个类型（原名“病区”）的名称，请换一个\n"
    );
    put(&app, &keeper, KINDS, &rename("自治单元")).await.done();
    let area = leader.get("/api/v1/areas/7").await.done().json();
    assert_eq!(area["kind_word"], "自治单元");
    let seen = entry(&leader, "area_kinds", "unit").await;
    assert_eq!(seen["original"], "治理单元");

    // What others keep is locked, with the reason.
    let locked = keeper
        .post("/api/v1/code-lists/levels/entries", &title)
        .await;
    let (status, sentence) = locked.refusal();
    assert_eq!(status, "409 conflict");
    assert!(sentence.contains("国家行政区划"), "{sentence}");
    let more = keeper.post(KINDS, &title).await.refusal();
    assert!(more.1.contains("编码和级数由业务包维护"), "{more:?}");

    // The changes last over a reload, and the audit has each with its words.
    app.test.office.reload().await.unwrap();
    assert_eq!(
        entry(&leader, "area_kinds", "unit").await["word"],
        "自治单元"
    );
    let auditor = app.user("auditor").await;
    let audit = auditor.get("/api/v1/audit?action=change_dictionary").await;
    let audit = audit.done().json();
    let said: Vec<&str> = audit["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["detail"].as_str().unwrap())
        .collect();
    assert_eq!(
        said,
        [
            "治理单元类型：由“治理单元”改为“自治单元”",
            "恢复称呼“厝长”",
            "停用称呼“厝长”",
            "新增称呼“厝长”",
        ]
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn the_place_changes_its_own_lists_at_once_and_the_others_are_locked_on_sqlite() {
    kept(TestOffice::sqlite("dictionaries").await).await;
}

#[test]
fn the_place_changes_its_own_lists_at_once_and_the_others_are_locked_on_postgresql() {
    testkit::on_postgres("dictionaries", kept);
}

#[tokio::test]
async fn every_dictionary_is_a_list_with_a_keeper_and_has_entries() {
    let app = App::sqlite("dictionarylists").await;
    let unit = app.user("unit").await;
    let words = unit.get("/api/v1/dictionaries").await.done().json();
    for code in words.as_object().unwrap().keys() {
        assert!(LISTS.iter().any(|l| l.code == code), "{code}");
    }
    let lists = unit.get("/api/v1/code-lists").await.done().json();
    for list in lists.as_array().unwrap() {
        assert!(!list["entries"].as_array().unwrap().is_empty(), "{list}");
        assert_eq!(list["may_change"], false);
    }
}
