//! What administrators keep: accounts, and the rules in force.

use crate::app::{App, Ask};
use serde_json::json;
use testkit::TestOffice;

async fn signs_in(app: &App, login: &str, password: &str) -> u16 {
    let ask = Ask::new("POST", "/api/v1/sessions").header("x-hangji", "1");
    app.send(ask.json(&json!({ "login": login, "password": password })))
        .await
        .status
}

#[tokio::test]
async fn an_account_is_made_found_disabled_and_given_a_new_password() {
    let app = App::sqlite("accounts").await;
    // One administrator makes accounts, another locks them: neither does both.
    let maker = app.user("sysadmin").await;
    let keeper = app.user("secadmin").await;
    let new = json!({ "login": "Xin.Ren", "name": "新人", "phone": "13812345678" });
    let made = maker.post("/api/v1/accounts", &new).await.done().json();
    assert_eq!(made["login"], "xin.ren");
    let password = made["password"].as_str().unwrap();
    assert_eq!(signs_in(&app, "xin.ren", password).await, 200);

    let found = keeper
        .get("/api/v1/accounts?q=%E6%96%B0")
        .await
        .done()
        .json();
    assert_eq!(found["rows"].as_array().unwrap().len(), 1);
    let row = &found["rows"][0];
    assert_eq!(
        (&row["login"], &row["phone_masked"]),
        (&json!("xin.ren"), &json!("138****5678"))
    );
    let id = row["id"].as_str().unwrap();
    let services = keeper.get("/api/v1/accounts?service=1").await.done().json();
    assert_eq!(services["rows"][0]["login"], "hotline");

    let state = |disabled: bool| {
        keeper
            .ask("PUT", format!("/api/v1/accounts/{id}/state"))
            .json(&json!({ "disabled": disabled }))
    };
    app.send(state(true)).await.done();
    assert_ne!(signs_in(&app, "xin.ren", password).await, 200);
    app.send(state(false)).await.done();
    let reset = keeper
        .post(format!("/api/v1/accounts/{id}/password"), &json!({}))
        .await
        .done()
        .json();
    assert_ne!(
        signs_in(&app, "xin.ren", password).await,
        200,
        "the old one is gone"
    );
    assert_eq!(
        signs_in(&app, "xin.ren", reset["password"].as_str().unwrap()).await,
        200
    );

    let town = app.user("town").await;
    assert_eq!(town.get("/api/v1/accounts").await.refusal().0, "403 denied");
}

async fn shown(test: TestOffice) -> App {
    let app = App::over(test);
    // R023: everybody of the staff reads the rules in force, with their versions.
    let rules = app
        .user("city")
        .await
        .get("/api/v1/rules?year=2026")
        .await
        .done()
        .json();
    let mut flows = rules["flows"].as_array().unwrap().iter();
    let incident = flows.find(|f| f["code"] == "incident" && f["in_force"] == true);
    assert!(incident.is_some(), "{}", rules["flows"]);
    let kpis = rules["kpis"].as_array().unwrap();
    assert!(
        kpis.len() > 3
            && kpis
                .iter()
                .all(|k| !k["text"].as_str().unwrap().is_empty() && k["version"].is_u64())
    );
    let days = rules["days"].as_array().unwrap();
    assert!(
        days.iter()
            .any(|d| d["name"] == "春节" && d["kind_word"] == "放假"),
        "{days:?}"
    );
    assert!(
        rules["files"]
            .as_array()
            .unwrap()
            .iter()
            .any(|f| f["path"] == "kpi.toml" && f["in_force"] == true)
    );
    assert_eq!(
        app.user("resident")
            .await
            .get("/api/v1/rules")
            .await
            .refusal()
            .0,
        "403 denied"
    );

    app
}

#[tokio::test]
async fn the_rules_in_force_are_shown_with_their_versions() {
    shown(TestOffice::sqlite("shown").await).await;
}

#[test]
fn the_rules_in_force_are_shown_with_their_versions_on_postgres() {
    testkit::on_postgres("shown", shown);
}
