//! The pages of residents inside an app of the city (R072), on both databases.

use crate::app::{Answer, App, Ask, User};
use axum::Router;
use serde_json::{Value, json};
use testkit::TestOffice;

const APP: &str = "https://app.example.gov.cn";

async fn put(user: &User<'_>, path: &str, body: &Value) -> Answer {
    user.app.send(user.ask("PUT", path).json(body)).await
}

/// Who may frame a page, by both headers.
async fn framed_by(app: &App, path: &str) -> (String, String) {
    let page = app.send(Ask::new("GET", path)).await;
    let policy = page.header("content-security-policy").to_owned();
    let (_, ancestors) = policy.split_once("frame-ancestors ").unwrap();
    assert!(policy.starts_with("default-src 'self'; "), "{policy}");
    (
        ancestors.to_owned(),
        page.header("x-frame-options").to_owned(),
    )
}

fn nobody() -> (String, String) {
    ("'none'".into(), "DENY".into())
}

async fn stands_inside_an_app(test: TestOffice) -> App {
    let options = api::Options {
        ui: Some(Router::new().fallback(async || "page")),
        secure_cookies: true,
        ..api::Options::default()
    };
    let app = App::with(test, options);
    let security = app.user("secadmin").await;
    let list = async |value: &str| {
        put(
            &security,
            "/api/v1/parameters/embedding_apps",
            &json!({ "value": value }),
        )
        .await
    };
    let sites = async || {
        let ask = Ask::new("GET", "/api/v1/public/embedding");
        app.send(ask).await.done().json()["origins"].clone()
    };

    // Nobody may frame anything until the security administrator writes it down.
    for path in ["/embed", "/report", "/my/report", "/", "/queue"] {
        assert_eq!(framed_by(&app, path).await, nobody(), "{path}");
    }
    assert_eq!(sites().await, json!([]));
    let system = app.user("sysadmin").await;
    let other = json!({ "value": APP });
    let refused = put(&system, "/api/v1/parameters/embedding_apps", &other).await;
    assert_eq!(refused.status, 403);
    let wrong = list("https://app.example.gov.cn/page").await.problems();
    assert!(
        wrong.starts_with("value bad_value: “可以嵌入的应用”要写成"),
        "{wrong}"
    );
    list(&format!("{APP}, https://m.example.gov.cn:8443"))
        .await
        .done();
    assert_eq!(sites().await, json!([APP, "https://m.example.gov.cn:8443"]));
    let apps = format!("'self' {APP} https://m.example.gov.cn:8443");
    for path in [
        "/embed?back=x",
        "/report",
        "/follow",
        "/my",
        "/my/reports/7",
    ] {
        assert_eq!(
            framed_by(&app, path).await,
            (apps.clone(), String::new()),
            "{path}"
        );
    }
    // The pages of the staff, the sign-in and the interface stay as they were.
    for path in [
        "/",
        "/sign-in",
        "/queue",
        "/reports",
        "/api/v1/me",
        "/api/v1/my",
    ] {
        assert_eq!(framed_by(&app, path).await, nobody(), "{path}");
    }

    // The person comes in by the token of the app, and reports from inside it.
    let set = json!({ "name": "惠民宝", "enabled": true });
    let made = put(&security, "/api/v1/entry-apps/huimin", &set)
        .await
        .done();
    let key = made.json()["key"].as_str().unwrap().to_owned();
    let now = app.test.office.now().0 / 1_000;
    let enter = async |jti: &str, embedded: bool| {
        let claims =
            json!({ "sub": "u-1", "name": "王阿福", "iat": now, "exp": now + 120, "jti": jti });
        let token = office::identity::entry_token("huimin", key.as_bytes(), &claims);
        let ask = Ask::new("POST", "/api/v1/public/entries").header("x-hangji", "1");
        let entered = app
            .send(ask.json(&json!({ "token": token, "embedded": embedded })))
            .await;
        entered.done().header("set-cookie").to_owned()
    };
    let cookie = enter("one", true).await;
    // Browsers send no other cookie from inside a page of another site.
    assert!(
        cookie.ends_with("; HttpOnly; SameSite=None; Partitioned; Secure"),
        "{cookie}"
    );
    assert!(enter("two", false).await.contains("SameSite=Strict"));
    let session = cookie.split(';').next().unwrap().to_owned();
    let report = |csrf: bool| {
        let ask = Ask::new("POST", "/api/v1/matters").header("cookie", session.clone());
        let ask = ask.header("idempotency-key", app.key());
        let ask = if csrf {
            ask.header("x-hangji", "1")
        } else {
            ask
        };
        ask.json(&json!({ "text": "路灯不亮", "unit": "6", "channel": "resident" }))
    };
    assert_eq!(app.send(report(false)).await.refusal().0, "403 csrf");
    let made = app.send(report(true)).await.done().json();
    let mine = Ask::new("GET", "/api/v1/matters?view=mine").header("cookie", session.clone());
    let mine = app.send(mine).await.done().json();
    assert_eq!(mine["rows"][0]["no"], made["no"]);

    // Taken off the list, it is as before; a cookie for other sites is given to nobody any more.
    list("").await.done();
    assert_eq!(framed_by(&app, "/report").await, nobody());
    assert!(enter("three", true).await.contains("SameSite=Strict"));
    app.test.verify().await;
    app
}

#[tokio::test]
async fn residents_report_inside_the_apps_of_the_city_that_are_listed_and_in_no_other() {
    stands_inside_an_app(TestOffice::sqlite("embed").await).await;
}

#[test]
fn residents_report_inside_the_apps_of_the_city_that_are_listed_and_in_no_other_on_postgresql() {
    testkit::on_postgres("embed", stands_inside_an_app);
}
