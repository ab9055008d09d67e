//! A dispute from the report to the sealed record, over HTTP on both databases.

use crate::app::App;
use serde_json::{Value, json};
use testkit::{TestOffice, march};

async fn mediated(test: TestOffice) -> App {
    let app = App::over(test);
    let community = app.user("community").await;

    // The organisation at the neighbourhood centre, and its pool.
    let body =
        json!({ "name": "坂头社区人民调解委员会", "host": "坂头邻里中心", "address": "坂头路1号" });
    let neighbour = app.user("neighbour").await;
    let denied = neighbour.post("/api/v1/areas/4/mediation", &body).await;
    assert_eq!(denied.refusal().0, "403 denied");
    let body = community
        .post("/api/v1/areas/4/mediation", &body)
        .await
        .done()
        .json();
    let body_id = body["id"].as_str().unwrap();
    let pool = format!("/api/v1/mediation/{body_id}/mediators");
    // A name is a text.
    for (path, body) in [
        ("/api/v1/areas/4/mediation", json!({ "name": 12 })),
        (&*pool, json!({ "kind": "people", "name": 3.5 })),
    ] {
        let refused = community.post(path, &body).await.problems();
        assert_eq!(refused, "name wrong_kind: “name”应当是文字，请核对\n");
    }
    for (kind, name) in [("people", "林调解"), ("judge", "郑法官"), ("elder", "陈老")] {
        let member = json!({ "kind": kind, "name": name });
        community.post(pool.as_str(), &member).await.done();
    }
    let twice = community
        .post(pool.as_str(), &json!({ "kind": "elder", "name": "陈老" }))
        .await;
    assert!(
        twice.problems().starts_with("name listed"),
        "{}",
        twice.text()
    );
    let left = community.ask("DELETE", format!("{pool}/3"));
    let left = app.send(left).await.done().json();
    assert_eq!(left["mediators"][2]["to"], "2026-03-11");
    let seen = app
        .user("unit")
        .await
        .get("/api/v1/areas/6/mediation")
        .await
        .done()
        .json();
    assert_eq!(
        (
            &seen["bodies"][0]["host"],
            seen["kinds"].as_array().unwrap().len()
        ),
        (&json!("坂头邻里中心"), 6)
    );

    // The dispute, its mediation and the agreement.
    let report = json!({ "flow": "dispute", "text": "楼上漏水，两家争执", "category": "0102", "unit": "6", "fields": { "risk": "中风险" } });
    let made = community
        .post("/api/v1/matters", &report)
        .await
        .done()
        .json();
    let id = made["id"].as_str().unwrap();
    assert!(
        made["no"].as_str().unwrap().starts_with("MJ350302003"),
        "{}",
        made["no"]
    );
    community
        .act(id, "undertake", &json!({ "opinion": "受理" }))
        .await
        .done();
    let session = |seats: Value| {
        json!({ "session": { "at": march(11, 8, 0).0, "place": "邻里中心调解室", "mediators": seats,
            "parties": ["王阿福", "何小妹"], "record": "双方陈述", "agreement": "何小妹三日内修好水管" } })
    };
    let mut blank = session(json!([{ "body": body_id, "no": 1 }]));
    blank["session"]["reached"] = json!(true);
    blank["session"]["agreement"] = json!("");
    let blank = community.act(id, "mediate", &blank).await;
    assert!(
        blank.problems().starts_with("session.agreement required"),
        "{}",
        blank.text()
    );
    let gone = session(json!([{ "body": body_id, "no": 3 }]));
    let gone = community.act(id, "mediate", &gone).await;
    assert!(
        gone.problems()
            .starts_with("session.mediators unknown_mediator"),
        "{}",
        gone.text()
    );
    let held = session(json!([{ "body": body_id, "no": 1 }, { "body": body_id, "no": 2 }]));
    let agreed = community.act(id, "mediate", &held).await.done().json();
    assert_eq!(agreed["state_word"], "已达成协议，待七日回访");
    assert_eq!(
        agreed["sessions"][0]["mediators"],
        json!(["人民调解员", "法官"])
    );
    assert!(
        !agreed.to_string().contains("何小妹"),
        "no party in what everybody reads"
    );

    let sessions = format!("/api/v1/matters/{id}/sessions");
    let read = community.get(sessions.as_str()).await.done().json();
    assert_eq!(read[0]["parties"], json!(["王阿福", "何小妹"]));
    assert_eq!(read[0]["mediators"][1]["name"], "郑法官");
    let town = app.user("town").await;
    assert_eq!(town.get(sessions.as_str()).await.refusal().0, "403 denied");
    assert_eq!(neighbour.get(sessions.as_str()).await.status, 404);
    let log = app
        .user("auditor")
        .await
        .get("/api/v1/audit")
        .await
        .done()
        .text();
    assert!(log.contains("read_mediation"), "reading is recorded");

    // Each return visit on its day; an earlier one is written down and does not count.
    let seen = json!({ "opinion": "在履行" });
    let early = community.act(id, "visit_first", &seen).await.refusal();
    assert!(
        early.1.contains("“七日回访”要到 2026-03-") && early.1.contains("提前回访"),
        "{}",
        early.1
    );
    let extra = community.act(id, "visit_early", &seen).await.done().json();
    assert_eq!(extra["state"], "agreed", "it does not count");
    app.test.clock.advance_minutes(7 * 24 * 60);
    let community = app.user("community").await;
    community.act(id, "visit_first", &seen).await.done();
    let soon = json!({ "opinion": "没有反复", "finding": "solved", "reply": "已化解" });
    let soon = community.act(id, "settle", &soon).await.refusal();
    assert!(soon.1.contains("“三十日回访，化解”要到"), "{}", soon.1);
    app.test.clock.advance_minutes(23 * 24 * 60);
    let (community, town) = (app.user("community").await, app.user("town").await);
    let settle = json!({ "opinion": "没有反复", "finding": "solved", "reply": "已化解" });
    community.act(id, "settle", &settle).await.done();
    let sealed = town.matter(id).await;
    assert!(sealed["title"].as_str().unwrap().contains("结案封存"));
    // Sealed words are not found by whom they are sealed to; the number is.
    let found = async |q: &str| {
        let list = town.get(format!("/api/v1/matters?view=area&q={q}")).await;
        list.done().json()["rows"].as_array().unwrap().len()
    };
    assert_eq!(found("%E6%BC%8F%E6%B0%B4").await, 0);
    assert_eq!(found(made["no"].as_str().unwrap()).await, 1);
    assert_eq!(town.get(sessions.as_str()).await.refusal().0, "403 denied");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_dispute_is_mediated_visited_and_its_parties_are_sealed_on_sqlite() {
    mediated(TestOffice::sqlite("dispute").await).await;
}

#[test]
fn a_dispute_is_mediated_visited_and_its_parties_are_sealed_on_postgresql() {
    testkit::on_postgres("dispute", mediated);
}

/// The kinds that are offered, and the words of those who are listed.
async fn kinds(app: &App) -> (Vec<String>, Vec<String>) {
    let community = app.user("community").await;
    let seen = community
        .get("/api/v1/areas/4/mediation")
        .await
        .done()
        .json();
    let words = |list: &serde_json::Value, name: &str| {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one[name].as_str().unwrap().to_owned())
            .collect()
    };
    (
        words(&seen["kinds"], "word"),
        words(&seen["bodies"][0]["mediators"], "kind_word"),
    )
}

async fn the_kinds_are_data(test: TestOffice) -> App {
    let app = App::over(test);
    let community = app.user("community").await;
    let body = json!({ "name": "坂头社区人民调解委员会" });
    let body = community.post("/api/v1/areas/4/mediation", &body).await;
    let body = body.done().json();
    let pool = format!(
        "/api/v1/mediation/{}/mediators",
        body["id"].as_str().unwrap()
    );
    let judge = json!({ "kind": "judge", "name": "郑法官" });
    community.post(pool.as_str(), &judge).await.done();

    // A newer list of the pack: another kind is offered, and who was listed keeps the word.
    let list = |body: &str| {
        vec![office::pack::PackFile {
            path: "mediators.csv".into(),
            body: body.replace('|', ","),
        }]
    };
    let admin = app.test.actor("sysadmin");
    let put = async |body: &str| {
        app.test
            .office
            .install_pack(&admin, "dispute", list(body))
            .await
    };
    let wrong = put("code|word|note\nNotary|公证员|\n").await.unwrap_err();
    assert!(wrong.to_string().contains("只能用小写字母"), "{wrong}");
    put("code|word|note\nnotary|公证员|\npeople|人民调解员|\n")
        .await
        .unwrap();
    let (offered, listed) = kinds(&app).await;
    assert_eq!(
        (offered, listed),
        (
            vec!["公证员".into(), "人民调解员".into()],
            vec!["法官".into()]
        )
    );
    let another = json!({ "kind": "judge", "name": "另一位" });
    assert_eq!(
        community.post(pool.as_str(), &another).await.problems(),
        "kind unknown_word: 没有“法官”这种调解员，可选：公证员、人民调解员\n"
    );
    let notary = json!({ "kind": "notary", "name": "王公证" });
    let seen = community.post(pool.as_str(), &notary).await.done().json();
    assert_eq!(seen["mediators"][1]["kind_word"], "公证员");

    // A database from before there was a list has that of the program.
    let gone = app.test.office.store().write::<(), office::Fault>(|conn| {
        conn.exec("DELETE FROM pack_file WHERE path = 'mediators.csv'", &[])?;
        Ok(())
    });
    gone.await.unwrap();
    app.test.office.reload().await.unwrap();
    let (offered, listed) = kinds(&app).await;
    assert_eq!(offered.len(), 6);
    assert_eq!(
        listed,
        ["法官", "notary"],
        "what no list knows is called by its code"
    );
    app
}

#[tokio::test]
async fn the_kinds_of_mediators_are_data_of_the_pack_on_sqlite() {
    the_kinds_are_data(TestOffice::sqlite("mediators").await).await;
}

#[test]
fn the_kinds_of_mediators_are_data_of_the_pack_on_postgresql() {
    testkit::on_postgres("mediators", the_kinds_are_data);
}
