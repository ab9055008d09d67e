//! Home pages: each role finds exactly its jobs, with the figures of what really waits, on both
//! databases (R018 to R023, R042, R044).

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::{TestOffice, march};

async fn home(app: &App, login: &str) -> Value {
    let home = app
        .user(login)
        .await
        .get("/api/v1/home")
        .await
        .done()
        .json();
    home["posts"][0].clone()
}

/// `code=waiting` of each job in order; only the code where nothing can wait.
async fn jobs(app: &App, login: &str) -> String {
    let home = home(app, login).await;
    let job = |j: &Value| {
        let code = j["code"].as_str().unwrap().to_owned();
        let late = j["late"]
            .as_i64()
            .filter(|n| *n > 0)
            .map(|n| format!("!{n}"));
        let done = j["done"].as_i64().map(|n| format!("+{n}"));
        let waiting = j["waiting"].as_i64().map(|n| format!("={n}"));
        [Some(code), waiting, late, done]
            .into_iter()
            .flatten()
            .collect::<String>()
    };
    let list: Vec<_> = home["jobs"].as_array().unwrap().iter().map(job).collect();
    list.join(" ")
}

async fn watch(app: &App, login: &str) -> String {
    let home = home(app, login).await;
    let of = |name: &str| format!("{name}={} ", home["watch"][name]);
    ["waiting", "due_today", "overdue", "came_back", "supervised"]
        .map(of)
        .concat()
}

/// The rows of a list, by their titles.
async fn listed(user: &User<'_>, query: &str) -> usize {
    let page = user
        .get(format!("/api/v1/matters?{query}"))
        .await
        .done()
        .json();
    page["rows"].as_array().unwrap().len()
}

async fn say(app: &App, login: &str, id: &str, action: &str, form: Value) {
    app.user(login).await.act(id, action, &form).await.done();
}

#[tokio::test]
async fn each_role_lands_on_exactly_its_own_jobs() {
    let app = App::sqlite("home_jobs").await;
    let mut found = String::new();
    for person in testkit::PEOPLE.iter().filter(|p| p.held.is_some()) {
        let home = home(&app, person.login).await;
        let codes: Vec<_> = home["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|j| j["code"].as_str().unwrap())
            .collect();
        assert_eq!(
            home["watch"].is_null(),
            person.login.ends_with("admin") || ["auditor", "discipline"].contains(&person.login)
        );
        let line = format!("{}: {}\n", home["role"].as_str().unwrap(), codes.join(" "));
        if !found.contains(&line) {
            found.push_str(&line);
        }
    }
    expect_test::expect![[r#"
        unit_head: report prehandle settle visit notices
        grid_head: gather settle check patrol service on_behalf vacancies notices
        grid_worker: gather settle check patrol service on_behalf vacancies notices
        grid_instructor: report patrol command notices
        grid_police: report patrol command notices
        grid_assistant: report check patrol service notices
        grid_manager: gather settle check patrol service on_behalf vacancies notices
        community_staff: classify judge merge settle duty vacancies notices
        community_leader: classify judge merge settle decide duty vacancies posts notices
        town_dispatcher: judge call enforce review settle decide supervise duty vacancies
        town_leader: decide supervise effect command duty vacancies posts
        county_center: judge coordinate review settle decide supervise effect command
        county_leader: decide supervise effect command posts
        city_center: judge review settle decide supervise effect rules command ranking
        city_leader: decide supervise rules command ranking posts
        dept_staff: sign feed_back refuse notices
        dept_manager: sign feed_back refuse decide notices
        sys_admin: areas accounts packs
        sec_admin: posts accounts tokens
        audit_admin: audit
        discipline: evidence
    "#]]
    .assert_eq(&found);
    let resident = app
        .user("resident")
        .await
        .get("/api/v1/home")
        .await
        .done()
        .json();
    assert_eq!(resident["posts"], json!([]));
}

async fn counted(test: TestOffice) -> App {
    let app = App::over(test);
    let unit = app.user("unit").await;

    let notice = json!({ "kind": "task", "answer": "reply", "title": "排查楼道堆物", "text": "请在三天内排查并回复。",
        "areas": ["4"], "roles": ["unit_head"] });
    app.user("county")
        .await
        .post("/api/v1/notices", &notice)
        .await
        .done();

    // R018, R042: what waits at the unit, what is claimed, what was written down this month.
    let first = unit.report().await;
    let second = unit.report().await;
    say(&app, "unit", &second, "claim", json!({})).await;
    unit.post(
        "/api/v1/visits",
        &json!({ "unit": "6", "kind": "volunteer", "text": "陪老人就医" }),
    )
    .await
    .done();
    assert_eq!(
        jobs(&app, "unit").await,
        "report prehandle=1 settle=1 visit+1 notices=1"
    );
    assert_eq!(
        watch(&app, "unit").await,
        "waiting=2 due_today=2 overdue=0 came_back=0 supervised=0 "
    );
    for (job, rows) in [("prehandle", 1), ("settle", 1), ("judge", 0)] {
        assert_eq!(
            listed(&unit, &format!("view=queue&job={job}")).await,
            rows,
            "{job}"
        );
    }

    // R019: the grid gathers; the vacant building is its own; a service is written down.
    say(
        &app,
        "unit",
        &first,
        "prehandle",
        json!({ "finding": "cannot", "opinion": "单元无法解决" }),
    )
    .await;
    let grid = app.user("gridworker").await;
    grid.post(
        "/api/v1/visits",
        &json!({ "unit": "7", "kind": "service", "text": "代办社保认证" }),
    )
    .await
    .done();
    grid.post(
        "/api/v1/visits",
        &json!({ "unit": "7", "kind": "patrol", "text": "消防通道畅通" }),
    )
    .await
    .done();
    assert_eq!(
        jobs(&app, "gridworker").await,
        "gather=1 settle=0 check=0 patrol+1 service+1 on_behalf vacancies=1 notices=0"
    );

    // R020: one without a category is to be classified, the other to be judged.
    say(
        &app,
        "gridhead",
        &first,
        "escalate",
        json!({ "opinion": "网格无法解决" }),
    )
    .await;
    let unclear =
        json!({ "text": "楼道有异味", "channel": "window", "address": "1号楼", "unit": "6" });
    app.user("community")
        .await
        .post("/api/v1/matters", &unclear)
        .await
        .done();
    assert_eq!(
        jobs(&app, "community").await,
        "classify=1 judge=1 merge settle=0 duty vacancies=1 notices=0"
    );
    let community = app.user("community").await;
    assert_eq!(listed(&community, "view=queue&job=classify").await, 1);

    // R021: the town judges, calls a bureau and hands over to enforcement, and decides a refusal.
    say(
        &app,
        "community",
        &first,
        "escalate",
        json!({ "opinion": "社区无力解决" }),
    )
    .await;
    assert_eq!(home(&app, "town").await["jobs"][0]["waiting"], 1);
    let call = json!({ "opinion": "请联合到场", "lead": { "org": "71" }, "co": [{ "org": "76" }] });
    say(&app, "town", &first, "call", call).await;
    say(
        &app,
        "enforcer",
        &first,
        "refuse",
        json!({ "opinion": "不属本单位职责" }),
    )
    .await;
    say(&app, "resources", &first, "sign", json!({})).await;
    assert_eq!(
        jobs(&app, "town").await,
        "judge=0 call=1 enforce=1 review=0 settle=0 decide=1 supervise=0 duty vacancies=3"
    );
    let town = app.user("town").await;
    for (query, rows) in [
        ("view=asked", 1),
        ("view=area&phases=called,handling", 1),
        ("view=area&enforced=1", 1),
        ("view=area&phases=triage&open=1", 2),
    ] {
        assert_eq!(listed(&town, query).await, rows, "{query}");
    }
    assert_eq!(
        jobs(&app, "resources").await,
        "sign=0 feed_back=1 refuse=0 notices=0"
    );
    assert_eq!(
        jobs(&app, "enforcer").await,
        "sign=0 feed_back=0 refuse=1 notices=0"
    );
    assert_eq!(
        jobs(&app, "othertown").await,
        "judge=0 call=0 enforce=0 review=0 settle=0 decide=0 supervise=0 duty vacancies=2"
    );

    // R022: the county supervises, and sees what was reopened because the person was dissatisfied.
    say(
        &app,
        "county",
        &first,
        "supervise",
        json!({ "opinion": "请限期办结" }),
    )
    .await;
    say(
        &app,
        "unit",
        &second,
        "settle",
        json!({ "finding": "solved", "opinion": "已协调", "reply": "已经协调好，感谢反映。" }),
    )
    .await;
    let no = unit.matter(&second).await["no"]
        .as_str()
        .unwrap()
        .to_owned();
    let confirm = json!({ "code": app.follow_code(&second), "rating": 1 });
    app.user("stranger")
        .await
        .post(format!("/api/v1/public/reports/{no}/confirm"), &confirm)
        .await
        .done();
    assert_eq!(
        jobs(&app, "county").await,
        "judge=0 coordinate=1 review=0 settle=0 decide=0 supervise=1 effect=1 command"
    );
    assert_eq!(
        jobs(&app, "countyleader").await,
        "decide=0 supervise=1 effect=1 command posts"
    );
    let county = app.user("county").await;
    for query in [
        "view=area&supervised=1&open=1",
        "view=area&reopened=1&open=1",
    ] {
        assert_eq!(listed(&county, query).await, 1, "{query}");
    }
    assert!(watch(&app, "unit").await.contains("came_back=1"));
    assert_eq!(listed(&unit, "view=queue&came_back=1").await, 1);

    // R023: the city's own, and the same figures up the tree.
    assert_eq!(
        jobs(&app, "city").await,
        "judge=0 review=0 settle=0 decide=0 supervise=1 effect=1 rules command ranking"
    );

    // The tabs of the queue count what their lists hold, also when time has passed.
    app.test.clock.set(march(12, 9, 0));
    for login in ["unit", "community", "resources", "town"] {
        let user = app.user(login).await;
        let now = march(12, 9, 0).0;
        let ends = march(13, 0, 0).0;
        let page = user
            .get("/api/v1/matters?view=queue&limit=1&counts=1")
            .await
            .done()
            .json();
        for (tab, query) in [
            ("todo", String::new()),
            ("overdue", format!("&due_before={now}")),
            ("today", format!("&due_after={now}&due_before={ends}")),
            ("came_back", "&came_back=1".to_owned()),
        ] {
            let rows = listed(&user, &format!("view=queue{query}")).await;
            assert_eq!(page["counts"][tab], rows, "{login} {tab}");
        }
    }
    assert!(
        watch(&app, "community").await.contains("overdue=1"),
        "yesterday's was not judged"
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn the_figures_of_a_home_are_what_its_lists_hold() {
    counted(TestOffice::sqlite("home").await).await;
}

#[test]
fn the_figures_of_a_home_are_what_its_lists_hold_on_postgres() {
    testkit::on_postgres("home", counted);
}

/// R044: the unit head is 65 and has no phone; the grid worker enters for them.
async fn entered_for(test: TestOffice) -> App {
    let app = App::over(test);
    let grid = app.user("gridworker").await;
    let report = |behalf: bool| {
        json!({ "text": "楼道灯不亮", "category": "0501", "channel": "field", "address": "1号楼", "unit": "6", "on_behalf": behalf,
            "prehandle": { "finding": "solved", "opinion": "陈春山已换灯泡", "reply": "灯已修好。" } })
    };
    let done = grid
        .post("/api/v1/matters", &report(true))
        .await
        .done()
        .json();
    let id = done["id"].as_str().unwrap();
    let seen = app.user("unit").await.matter(id).await;
    assert_eq!(
        seen["steps"][0]["who"]["name"], "黄国栋",
        "the journal says who entered it"
    );
    assert_eq!(
        seen["steps"][0]["to_state_word"], "单元预处理",
        "it begins as the unit's"
    );
    assert_eq!(seen["steps"][1]["action"], "prehandle");
    // Only somebody near may stand in, and nobody prehandles for a desk that is not theirs.
    for login in ["town", "othertown", "neighbour", "resident"] {
        let refused = app
            .user(login)
            .await
            .post("/api/v1/matters", &report(true))
            .await;
        assert_eq!(refused.refusal().0, "403 denied", "{login}");
    }
    let refused = app
        .user("stranger")
        .await
        .post("/api/v1/matters", &report(false))
        .await;
    assert_eq!(refused.refusal().0, "403 denied");

    let visit = json!({ "unit": "6", "kind": "visit", "text": "看望独居老人", "for_head": true });
    let made = grid.post("/api/v1/visits", &visit).await.done().json();
    assert_eq!(
        (&made["name"], &made["entered_by"]),
        (&json!("陈春山"), &json!("黄国栋"))
    );
    assert!(
        jobs(&app, "unit").await.contains("visit+1"),
        "it is the head's visit"
    );
    assert!(
        jobs(&app, "gridworker").await.contains("patrol+0"),
        "and not the worker's"
    );
    let vacant = json!({ "unit": "7", "kind": "visit", "text": "看望", "for_head": true });
    assert_eq!(
        grid.post("/api/v1/visits", &vacant)
            .await
            .problems()
            .split(' ')
            .next(),
        Some("for_head")
    );

    // No attendance: days without a word leave nothing to make up for.
    app.test.clock.set(march(25, 9, 0));
    app.test.office.sweep().await.unwrap();
    assert_eq!(
        watch(&app, "unit").await,
        "waiting=0 due_today=0 overdue=0 came_back=0 supervised=0 "
    );
    app
}

#[tokio::test]
async fn somebody_of_the_grid_enters_for_a_unit_head_who_owes_no_attendance() {
    entered_for(TestOffice::sqlite("behalf").await).await;
}

#[test]
fn somebody_of_the_grid_enters_for_a_unit_head_on_postgres() {
    testkit::on_postgres("behalf", entered_for);
}
