//! A period of assessment from its setting up to its freezing (R213, R051), on both databases.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::{TestOffice, march};

/// Sets a period over the first half of March up.
async fn opened(user: &User<'_>, area: &str, scheme: &str) -> String {
    let form = json!({ "area": area, "scheme": scheme, "name": "三月上半月", "from": "2026-03-01", "to": "2026-03-15" });
    let made = user.post("/api/v1/assessments", &form).await.done().json();
    assert_eq!(made["state"], "open");
    format!("/api/v1/assessments/{}", made["id"].as_str().unwrap())
}

/// Reports a matter in unit 6 and closes it there.
async fn closed_at_unit(unit: &User<'_>, channel: &str) -> String {
    let form = json!({ "text": "楼道堆物", "channel": channel, "category": "0102", "address": "1号楼", "unit": "6" });
    let made = unit.post("/api/v1/matters", &form).await.done().json();
    let id = made["id"].as_str().unwrap().to_owned();
    let solved = json!({ "finding": "solved", "opinion": "当场清走" });
    let done = unit.act(&id, "prehandle", &solved).await.done().json();
    assert_eq!(done["phase"], "closed", "{done}");
    id
}

fn score<'a>(result: &'a Value, indicator: &str) -> &'a Value {
    let mut scores = result["scores"].as_array().unwrap().iter();
    scores.find(|s| s["indicator"] == indicator).unwrap()
}

/// `numerator/denominator points how`.
fn line(result: &Value, indicator: &str) -> String {
    let one = score(result, indicator);
    format!(
        "{indicator} {}/{} {} {}",
        one["numerator"],
        one["denominator"],
        one["points"],
        one["how"].as_str().unwrap()
    )
}

/// The newest message of somebody.
async fn newest(user: &User<'_>) -> String {
    let page = user.get("/api/v1/messages").await.done().json();
    page["rows"][0]["text"].as_str().unwrap_or_default().into()
}

async fn from_setting_up_to_freezing(test: TestOffice) -> App {
    let app = App::over(test);
    let (unit, county) = (app.user("unit").await, app.user("county").await);
    for channel in ["field", "field", "field", "phone", "phone"] {
        closed_at_unit(&unit, channel).await;
    }
    unit.report().await;

    // Only a centre sets a period up, over its own area, and calculates it when it is over.
    let form = json!({ "area": "2", "scheme": "community", "name": "三月", "from": "2026-03-01", "to": "2026-03-15" });
    for login in [
        "secretary",
        "townleader",
        "countyleader",
        "resources",
        "sysadmin",
    ] {
        let other = app.user(login).await;
        let refused = other.post("/api/v1/assessments", &form).await;
        assert_eq!(refused.status, 403, "{login}");
    }
    let path = opened(&county, "2", "community").await;
    let nothing = json!({});
    let early = county.post(format!("{path}/calculate"), &nothing).await;
    assert_eq!(
        early.refusal().1,
        "考核期到 2026-03-15 为止，请在期满以后计算"
    );
    app.test.clock.set(march(16, 9, 0));
    let county = app.user("county").await;
    let drafted = county.post(format!("{path}/calculate"), &nothing).await;
    let drafted = drafted.done().json();
    assert_eq!(
        (&drafted["state"], &drafted["results"], &drafted["drawn"]),
        (&json!("drafted"), &json!(3), &json!(5))
    );

    // Every figure with its parts; calculated again it is the same, draw included.
    let results = format!("{path}/results");
    let first = county.get(&results).await.done().json();
    let names: Vec<&str> = first["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["坂头社区", "霞林社区", "延寿社区"],
        "the order of the tree"
    );
    let result = &first["rows"][0];
    let figures: Vec<String> = [
        "same_day",
        "closing",
        "solved",
        "at_base",
        "satisfied",
        "unheard",
        "failed",
        "review",
    ]
    .iter()
    .map(|indicator| line(result, indicator))
    .collect();
    expect_test::expect![[r#"
        same_day 0/0 null too_few
        closing 5/6 351 computed
        solved 5/5 1500 computed
        at_base 5/5 1000 computed
        satisfied 0/0 null too_few
        unheard 2/2 null too_few
        failed 0/0 null too_few
        review null/null null not_given"#]]
    .assert_eq(&figures.join("\n"));
    assert_eq!(score(result, "same_day")["how_word"], "案件过少，不计分");
    assert!(result["total"].is_null(), "45 of 100 points say too little");
    let watch = &result["watch"];
    assert_eq!(
        (&watch["closed"], &watch["concerned"], &watch["unheard"]),
        (&json!(5), &json!(2), &json!(2))
    );
    let again = county.post(format!("{path}/calculate"), &nothing).await;
    let again = again.done().json();
    assert_eq!(again["seed"], drafted["seed"]);
    assert_eq!(county.get(&results).await.done().json(), first);

    // The list behind a figure adds up to it.
    let behind = |indicator: &str, side: &str| {
        format!("{results}/1/matters?indicator={indicator}&side={side}")
    };
    for (indicator, above, below) in [("closing", 5, 6), ("unheard", 2, 2)] {
        for (side, n) in [("above", above), ("below", below)] {
            let list = county.get(behind(indicator, side)).await.done().json();
            assert_eq!(
                list["rows"].as_array().unwrap().len(),
                n,
                "{indicator} {side}"
            );
            assert_eq!(list["hidden"], 0);
        }
    }

    // A draft is for who runs the period.
    for login in ["secretary", "townleader", "unit", "neighbour", "othertown"] {
        let other = app.user(login).await;
        assert_eq!(
            other.get("/api/v1/assessments").await.done().json(),
            json!([])
        );
        for path in [&path, &results, &format!("{results}/1")] {
            assert_eq!(other.get(path).await.status, 404, "{login} {path}");
        }
    }

    // The re-check comes before publication; what it finds is counted.
    let publish = county.post(format!("{path}/publish"), &nothing).await;
    assert_eq!(
        publish.refusal().1,
        "还有 5 件抽查事件没有复核，请先复核并重新计算再公示"
    );
    let drawn = county.get(format!("{path}/rechecks")).await.done().json();
    let drawn: Vec<&str> = drawn
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["matter"].as_str().unwrap())
        .collect();
    let check = |matter: &str| format!("{path}/rechecks/{matter}");
    let bare = county
        .post(check(drawn[0]), &json!({ "holds": false }))
        .await;
    assert_eq!(
        bare.problems(),
        "words required: 复核为不属实的，请写明怎么核实、哪里不符\n"
    );
    for (nth, matter) in drawn.iter().enumerate() {
        let found = json!({ "holds": nth > 0, "words": "现场查看" });
        county.post(check(matter), &found).await.done();
    }
    let marks = format!("{results}/1/marks");
    let mark =
        json!({ "indicator": "review", "points": 450, "words": "3月14日居民代表会议，到会 32 人" });
    county.post(&marks, &mark).await.done();
    let computed = json!({ "indicator": "closing", "points": 2000, "words": "w" });
    assert_eq!(
        county.post(&marks, &computed).await.refusal().0,
        "422 invalid"
    );
    county
        .post(format!("{path}/calculate"), &nothing)
        .await
        .done();
    let result = county.get(format!("{results}/1")).await.done().json();
    assert_eq!(line(&result, "failed"), "failed 1/5 500 computed");
    assert_eq!(line(&result, "review"), "review null/null 450 given");
    // 3.51 + 15 + 10 + 5 + 4.5 of 60 points.
    assert_eq!(result["total"], 6335);
    county
        .post(format!("{path}/publish"), &nothing)
        .await
        .done();

    // Now the assessed see their own and the leaders above them what lies below; each is told.
    let secretary = app.user("secretary").await;
    assert!(newest(&secretary).await.contains("已公示“坂头社区”的结果"));
    let own = secretary.get(&results).await.done().json();
    assert_eq!(
        (
            own["rows"].as_array().unwrap().len(),
            &own["rows"][0]["own"]
        ),
        (1, &json!(true))
    );
    let leader = app.user("townleader").await;
    let below = leader.get(&results).await.done().json();
    assert_eq!(
        below["rows"].as_array().unwrap().len(),
        2,
        "those of the other street are not there"
    );
    for login in ["unit", "othertown", "resources"] {
        let other = app.user(login).await;
        assert_eq!(other.get(&results).await.status, 404, "{login}");
    }
    let neighbour = app.user("neighbour").await;
    assert_eq!(neighbour.get(format!("{results}/1")).await.status, 404);

    // An appeal, its ruling by somebody else, and the correction beside what was computed.
    let appeals = format!("{results}/1/appeals");
    let appeal = json!({ "indicator": "closing", "words": "一件由市里办理，不应计入" });
    assert_eq!(
        leader.post(&appeals, &appeal).await.status,
        403,
        "only the assessed"
    );
    secretary.post(&appeals, &appeal).await.done();
    assert!(newest(&county).await.contains("收到“坂头社区”的申诉"));
    let freeze = county.post(format!("{path}/freeze"), &nothing).await;
    assert_eq!(freeze.refusal().1, "还有 1 件申诉没有处理，请先处理再冻结");
    let ruling = json!({ "points": 2000, "words": "情况属实，按 5/5 计" });
    let decision = format!("{appeals}/1/decision");
    assert_eq!(secretary.post(&decision, &ruling).await.status, 403);
    county.post(&decision, &ruling).await.done();
    let told = newest(&secretary).await;
    assert!(told.contains("得分已更正。情况属实"), "{told}");
    let result = secretary.get(format!("{results}/1")).await.done().json();
    let closing = score(&result, "closing");
    assert_eq!(
        (&closing["computed"], &closing["points"], &closing["how"]),
        (&json!(351), &json!(2000), &json!("corrected"))
    );
    assert_eq!(
        result["appeals"][0]["ruling"]["done"]["by"]["name"],
        "翁美华"
    );
    assert_eq!(result["total"], 9083);
    let early = county.post(format!("{path}/freeze"), &nothing).await;
    assert_eq!(
        early.refusal().1,
        "申诉期到 2026-03-23 为止，请在期满以后冻结"
    );

    // Frozen: nothing changes any more, and counting again finds the same.
    app.test.clock.set(march(24, 9, 0));
    let (county, secretary) = (app.user("county").await, app.user("secretary").await);
    let late = secretary.post(&appeals, &appeal).await.refusal();
    assert_eq!(late.1, "申诉到 2026-03-23 截止，请直接联系组织考核的单位");
    let frozen = county.post(format!("{path}/freeze"), &nothing).await;
    let frozen = frozen.done().json();
    assert_eq!(frozen["digest"].as_str().unwrap().len(), 64);
    assert!(newest(&secretary).await.contains("已冻结"));
    let kept = county.get(&results).await.done().json();
    for (step, form) in [
        ("calculate", &nothing),
        ("publish", &nothing),
        ("freeze", &nothing),
        ("results/1/marks", &mark),
        ("results/1/appeals/1/decision", &ruling),
    ] {
        let refused = county.post(format!("{path}/{step}"), form).await;
        assert_eq!(refused.status, 409, "{step}");
    }
    let refused = county
        .post(check(drawn[0]), &json!({ "holds": true }))
        .await;
    assert_eq!(refused.status, 409);
    assert_eq!(secretary.post(&appeals, &appeal).await.status, 409);
    assert_eq!(county.get(&results).await.done().json(), kept);
    let recount = format!("{path}/recount");
    assert_eq!(county.get(&recount).await.done().json(), json!([]));
    app.test.verify().await;

    // What happens later to one of the matters is named, and what was frozen stays.
    let community = app.user("community").await;
    let again = json!({ "opinion": "群众又反映" });
    community.act(drawn[1], "reopen", &again).await.done();
    let differs = county.get(&recount).await.done().json();
    assert!(
        differs.as_array().unwrap().contains(
            &json!({ "name": "坂头社区", "indicator": "办结率", "kept": "5/6", "now": "4/6" })
        ),
        "{differs}"
    );
    assert_eq!(county.get(&results).await.done().json(), kept);
    app.test.verify().await;

    // A frozen row that somebody alters by hand is found.
    app.test
        .sql("UPDATE assessment_result SET body = REPLACE(body, '\"numerator\":5', '\"numerator\":6')")
        .await;
    let findings = app.test.findings().await;
    assert_eq!(
        findings,
        ["考核《三月上半月》冻结后被改动：结果与冻结时的摘要不符"]
    );
    app
}

#[tokio::test]
async fn a_period_is_calculated_checked_published_appealed_corrected_and_frozen() {
    from_setting_up_to_freezing(TestOffice::sqlite("assessment").await).await;
}

#[test]
fn a_period_is_calculated_checked_published_appealed_corrected_and_frozen_on_postgresql() {
    testkit::on_postgres("assessment", from_setting_up_to_freezing);
}

async fn posts_and_departments(test: TestOffice) -> App {
    let app = App::over(test);
    let (unit, town) = (app.user("unit").await, app.user("town").await);
    let matter = unit.report().await;
    let cannot = json!({ "finding": "cannot", "opinion": "解决不了" });
    unit.act(&matter, "prehandle", &cannot).await.done();
    let up = json!({ "opinion": "请上级处理" });
    app.user("gridhead")
        .await
        .act(&matter, "escalate", &up)
        .await
        .done();
    app.user("community")
        .await
        .act(&matter, "escalate", &up)
        .await
        .done();
    let call = json!({ "opinion": "请现场处理", "lead": { "org": "71" } });
    town.act(&matter, "call", &call).await.done();
    let resources = app.user("resources").await;
    resources.act(&matter, "sign", &json!({})).await.done();
    let answer = json!({ "finding": "solved", "opinion": "已复测" });
    resources.act(&matter, "feed_back", &answer).await.done();
    for _ in 0..3 {
        closed_at_unit(&unit, "field").await;
    }
    app.test.clock.set(march(16, 9, 0));
    let county = app.user("county").await;
    let nothing = json!({});

    // Departments: what their own people did.
    let path = opened(&county, "2", "department").await;
    county
        .post(format!("{path}/calculate"), &nothing)
        .await
        .done();
    let results = format!("{path}/results");
    let page = county.get(&results).await.done().json();
    let bureau = &page["rows"][0];
    assert_eq!(bureau["name"], "城厢区自然资源局");
    assert_eq!(line(bureau, "sign_in"), "sign_in 1/1 null too_few");
    assert_eq!(line(bureau, "handling"), "handling 1/1 null too_few");
    let list = county
        .get(format!("{results}/1/matters?indicator=sign_in&side=below"))
        .await
        .done()
        .json();
    assert_eq!(list["rows"][0]["id"], matter);
    county
        .post(format!("{path}/publish"), &nothing)
        .await
        .done();
    let resources = app.user("resources").await;
    let own = resources.get(&results).await.done().json();
    assert_eq!(
        (
            own["rows"].as_array().unwrap().len(),
            &own["rows"][0]["own"]
        ),
        (1, &json!(true))
    );
    let housing = app.user("housing").await;
    assert_eq!(housing.get(format!("{results}/1")).await.status, 404);

    // Posts: who holds them, for the days that they held them.
    let path = opened(&county, "3", "unit_head").await;
    let first = county
        .post(format!("{path}/calculate"), &nothing)
        .await
        .done()
        .json();
    let results = format!("{path}/results");
    let page = county.get(&results).await.done().json();
    let head = &page["rows"][0];
    assert_eq!(
        (&head["holder"]["name"], &head["from"], &head["to"]),
        (&json!("陈春山"), &json!("2026-03-01"), &json!("2026-03-15"))
    );
    assert_eq!(line(head, "same_day"), "same_day 4/4 3000 computed");
    assert_eq!(
        first["drawn"], 0,
        "their communities are re-checked, not every person"
    );
    let sheet = format!("{results}/1/sheet");
    let purpose = json!({ "purpose": "年度评优" });
    assert_eq!(
        county.post(&sheet, &purpose).await.refusal().1,
        "结果还没有公示，公示后才能导出"
    );
    county
        .post(format!("{path}/publish"), &nothing)
        .await
        .done();
    let unit = app.user("unit").await;
    let own = unit.get(&results).await.done().json();
    assert_eq!(own["rows"][0]["own"], true);
    assert_eq!(unit.get(format!("{path}/rechecks")).await.status, 403);
    let found = json!({ "holds": true });
    let recheck = unit.post(format!("{path}/rechecks/{matter}"), &found).await;
    assert_eq!(recheck.status, 403);
    let bare = unit.post(&sheet, &json!({})).await;
    assert_eq!(bare.problems(), "purpose required: 请填写用途\n");
    let paper = unit.post(&sheet, &purpose).await.done().json();
    assert_eq!(
        (
            &paper["result"]["holder"]["name"],
            &paper["by"]["name"],
            &paper["purpose"]
        ),
        (&json!("陈春山"), &json!("陈春山"), &json!("年度评优"))
    );
    let stranger = app.user("gridworker").await;
    assert_eq!(stranger.post(&sheet, &purpose).await.status, 404);

    // The table is for who runs the period; each taking out is in the audit chain.
    let export = format!("{path}/export");
    assert_eq!(unit.post(&export, &purpose).await.status, 403);
    let table = county.post(&export, &purpose).await.done().json();
    let text = table["text"].as_str().unwrap();
    assert!(
        text.contains("翁美华 于 2026-03-16 09:00 导出，用途：年度评优"),
        "{text}"
    );
    assert!(text.contains("陈春山"), "{text}");
    let audit = app.user("auditor").await;
    let lines = audit.get("/api/v1/audit?action=export_assessment").await;
    let lines = lines.done().json();
    let told: Vec<&str> = lines["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["detail"].as_str().unwrap())
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter().all(|t| t.ends_with("用途：年度评优")),
        "{told:?}"
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn departments_and_posts_are_assessed_and_taken_out_with_a_purpose() {
    posts_and_departments(TestOffice::sqlite("assessment_posts").await).await;
}

#[test]
fn departments_and_posts_are_assessed_and_taken_out_with_a_purpose_on_postgresql() {
    testkit::on_postgres("assessment_posts", posts_and_departments);
}
