//! A vacant post is offered to the people of its place (R047): application with consent, publicity
//! with objections that are answered, appointment by the level above, and what is deleted when.

use crate::app::{App, Ask, User};
use civic::opening::CONSENT_VERSION;
use serde_json::{Value, json};
use testkit::{TestOffice, march};

/// An application with everything that it needs.
pub fn application() -> Value {
    json!({ "source": "retired_worker", "statement": "退休前做过楼栋维修，住在本楼", "consent": CONSENT_VERSION })
}

/// An offered post as other tests need it.
pub struct Offered {
    pub opening: String,
    /// The grid worker's, the manager's and the resident's application; the last one is in publicity.
    pub own: String,
    pub waits: String,
    pub shown: String,
    /// What the stranger said against the resident.
    pub objection: String,
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

async fn offer(staff: &User<'_>, until: &str) -> String {
    let form = json!({ "role": "unit_head", "duties": "每周走访一遍本楼，发现问题及时上报", "until": until });
    let made = staff.post("/api/v1/areas/7/openings", &form).await;
    id(&made.done().json())
}

async fn apply(app: &App, opening: &str, login: &str) -> String {
    let path = format!("/api/v1/openings/{opening}/applications");
    let made = app.user(login).await.post(path, &application()).await;
    id(&made.done().json())
}

fn of(application: &str, what: &str) -> String {
    format!("/api/v1/applications/{application}/{what}")
}

async fn candidates(staff: &User<'_>, opening: &str) -> Vec<Value> {
    let path = format!("/api/v1/openings/{opening}/candidates");
    let answer = staff.get(path).await.done().json();
    answer["candidates"].as_array().unwrap().clone()
}

/// Offers a post in the first days of March; the publicity runs until the 12th. Sets the clock back
/// to where it stood.
pub async fn offered(app: &App) -> Offered {
    let now = app.test.office.now();
    app.test.clock.set(march(2, 9, 0));
    let opening = offer(&app.user("community").await, "2026-03-03").await;
    let own = apply(app, &opening, "gridworker").await;
    let waits = apply(app, &opening, "manager").await;
    let shown = apply(app, &opening, "resident").await;
    app.test.clock.set(march(4, 9, 0));
    let staff = app.user("community").await;
    let to = json!({ "to": "2026-03-12" });
    staff.post(of(&shown, "publicity"), &to).await.done();
    let text = json!({ "text": "本人不住在本楼" });
    let stranger = app.user("stranger").await;
    stranger.post(of(&shown, "objections"), &text).await.done();
    let all = candidates(&staff, &opening).await;
    let objection = id(&all[2]["objections"][0]);
    app.test.clock.set(now);
    Offered {
        opening,
        own,
        waits,
        shown,
        objection,
    }
}

async fn rows(user: &User<'_>, path: &str) -> Vec<Value> {
    let list = user.get(path.to_owned()).await.done().json();
    list.as_array().unwrap().clone()
}

async fn told(user: &User<'_>) -> Vec<String> {
    let page = user.get("/api/v1/messages").await.done().json();
    let rows = page["rows"].as_array().unwrap().iter();
    rows.map(|m| m["text"].as_str().unwrap().to_owned())
        .collect()
}

async fn from_offer_to_office(test: TestOffice) -> App {
    let app = App::over(test);
    app.test.clock.set(march(2, 9, 0));
    let staff = app.user("community").await;
    let taken = json!({ "role": "unit_head", "duties": "走访", "until": "2026-03-03" });
    let taken = staff.post("/api/v1/areas/6/openings", &taken).await;
    assert!(taken.refusal().1.contains("已有单元长"));
    let opening = offer(&staff, "2026-03-03").await;
    let again = json!({ "role": "unit_head", "duties": "走访", "until": "2026-03-09" });
    let again = staff.post("/api/v1/areas/7/openings", &again).await;
    assert!(again.refusal().1.contains("正在公开选聘"));

    // Everybody sees the post without signing in; nobody is named there.
    let open = Ask::new("GET", "/api/v1/public/openings?area=4");
    let seen = app.send(open).await.done().json();
    assert_eq!(seen["rows"][0]["id"], opening.as_str());
    assert_eq!(seen["consent_version"], CONSENT_VERSION);
    let elsewhere = Ask::new("GET", "/api/v1/public/openings?area=8");
    let elsewhere = app.send(elsewhere).await.done().json();
    assert_eq!(elsewhere["rows"], json!([]));

    // Consent and a few words; once.
    let resident = app.user("resident").await;
    let path = format!("/api/v1/openings/{opening}/applications");
    let mut without = application();
    without["consent"] = json!(0);
    let without = resident.post(&path, &without).await.problems();
    assert!(without.starts_with("consent required"), "{without}");
    let mut party = application();
    party["source"] = json!("party_member");
    let party = resident.post(&path, &party).await.problems();
    assert!(party.starts_with("source "), "{party}");
    let mine = apply(&app, &opening, "resident").await;
    let twice = resident.post(&path, &application()).await.refusal();
    assert!(twice.1.contains("已经报过名"), "{}", twice.1);
    let other = apply(&app, &opening, "stranger").await;
    let third = apply(&app, &opening, "assistant").await;
    assert!(told(&staff).await[0].contains("收到一份报名"));

    // Nobody from elsewhere sees who applied; the application is the person's own.
    for login in ["neighbour", "otherunit", "unit", "stranger"] {
        let user = app.user(login).await;
        let path = format!("/api/v1/openings/{opening}/candidates");
        assert_eq!(user.get(path).await.status, 404, "{login}");
        let take = user.ask("DELETE", format!("/api/v1/applications/{mine}"));
        assert_eq!(app.send(take).await.status, 404, "{login}");
    }

    // Publicity begins when applying is over and lasts five working days.
    let to = |day: &str| json!({ "to": day });
    let early = staff.post(of(&mine, "publicity"), &to("2026-03-20")).await;
    assert!(early.refusal().1.contains("截止以后"));
    app.test.clock.set(march(4, 9, 0));
    let neighbour = app.user("neighbour").await;
    let late = neighbour.post(&path, &application()).await;
    assert!(late.refusal().1.contains("已于 2026-03-03 截止"));
    let staff = app.user("community").await;
    let short = staff.post(of(&mine, "publicity"), &to("2026-03-10")).await;
    assert!(short.problems().starts_with("to bad_day"));
    staff
        .post(of(&mine, "publicity"), &to("2026-03-11"))
        .await
        .done();
    let resident = app.user("resident").await;
    let stranger = app.user("stranger").await;
    let publicity = format!("/api/v1/openings/{opening}/publicity");
    let shown = rows(&stranger, &publicity).await;
    assert_eq!(
        (shown.len(), &shown[0]["name"]),
        (1, &json!("王阿福")),
        "only who is in publicity is named"
    );
    let against = json!({ "text": "本人不住在本楼" });
    let own = resident.post(of(&mine, "objections"), &against).await;
    assert_eq!(own.refusal().0, "403 denied");
    let hidden = stranger.post(of(&third, "objections"), &against).await;
    assert_eq!(
        hidden.status, 404,
        "who is not in publicity is not talked about"
    );
    stranger
        .post(of(&mine, "objections"), &against)
        .await
        .done();
    let twice = stranger.post(of(&mine, "objections"), &against).await;
    assert!(twice.refusal().1.contains("已经对这位人选"));

    // Answered before anything goes on; who answers does not learn who asked.
    app.test.clock.set(march(12, 9, 0));
    let staff = app.user("community").await;
    let nominate = json!({ "login": "manager", "from": "2026-03-16", "to": "2028-03-16" });
    let waits = staff.post(of(&mine, "nomination"), &nominate).await;
    assert!(waits.refusal().1.contains("1 条异议没有答复"));
    let all = candidates(&staff, &opening).await;
    let objection = all[0]["objections"][0].clone();
    assert!(!objection.to_string().contains("何小妹"), "{objection}");
    let answer = format!("/api/v1/objections/{}/answer", id(&objection));
    let reply = json!({ "text": "已上门核实，住在 301 室" });
    let outside = app.user("neighbour").await.post(&answer, &reply).await;
    assert_eq!(outside.status, 404);
    staff.post(&answer, &reply).await.done();
    let stranger = app.user("stranger").await;
    assert!(told(&stranger).await[0].contains("已上门核实"));
    assert!(rows(&stranger, &publicity).await.is_empty(), "over");

    // A resident's account holds no post; the level above decides, never who proposed.
    let resident_login = json!({ "login": "resident", "from": "2026-03-16" });
    let refused = staff.post(of(&mine, "nomination"), &resident_login).await;
    assert!(refused.problems().contains("请先建立工作账号"));
    staff.post(of(&mine, "nomination"), &nominate).await.done();
    let leader = app.user("secretary").await;
    let nominations = rows(&leader, "/api/v1/areas/4/nominations").await;
    assert_eq!(nominations[0]["source_word"], "退休职工");
    let decision = format!("/api/v1/nominations/{}/decision", id(&nominations[0]));
    let yes = json!({ "approve": true });
    let own = staff.post(&decision, &yes).await.refusal();
    assert_eq!(own.0, "403 denied");
    leader.post(&decision, &yes).await.done();
    let resident = app.user("resident").await;
    let applications = rows(&resident, "/api/v1/me/applications").await;
    assert_eq!(
        (
            &applications[0]["standing_word"],
            &applications[0]["opening"]["state_word"]
        ),
        (&json!("已任命"), &json!("已选任"))
    );
    let stranger = app.user("stranger").await;
    let applications = rows(&stranger, "/api/v1/me/applications").await;
    assert_eq!(
        (&applications[0]["standing_word"], &applications[0]["words"]),
        (&json!("未入选"), &json!("岗位已由其他人选担任"))
    );

    // Who was not chosen may have it deleted at once; the rest goes after thirty days.
    let take = stranger.ask("DELETE", format!("/api/v1/applications/{other}"));
    assert_eq!(app.send(take).await.status, 204);
    app.test.clock.set(march(31, 9, 0));
    let admin = app.user("sysadmin").await;
    let job = admin
        .post("/api/v1/jobs/applications/run", &json!({}))
        .await;
    assert!(job.done().text().contains("删除报名材料 0 份"));
    app.test.clock.advance_minutes(60 * 24 * 12);
    let admin = app.user("sysadmin").await;
    let job = admin
        .post("/api/v1/jobs/applications/run", &json!({}))
        .await;
    assert!(job.done().text().contains("删除报名材料 2 份"));
    let staff = app.user("community").await;
    assert!(candidates(&staff, &opening).await.is_empty());
    app.test.verify().await;
    app
}

#[tokio::test]
async fn residents_apply_for_a_vacant_post_stand_in_publicity_and_are_appointed_from_above() {
    from_offer_to_office(TestOffice::sqlite("opening").await).await;
}

#[test]
fn residents_apply_for_a_vacant_post_stand_in_publicity_and_are_appointed_from_above_on_postgresql()
{
    testkit::on_postgres("opening", from_offer_to_office);
}

#[tokio::test]
async fn who_is_turned_down_is_told_why_and_a_nomination_taken_back_leads_back() {
    let app = App::sqlite("opening_refused").await;
    let one = offered(&app).await;
    app.test.clock.set(march(13, 9, 0));
    let staff = app.user("community").await;
    let decline = json!({ "reason": "报名人数已满足需要" });
    let empty = staff.post(of(&one.waits, "refusal"), &json!({})).await;
    assert!(empty.problems().starts_with("reason required"));
    staff.post(of(&one.waits, "refusal"), &decline).await.done();
    let manager = app.user("manager").await;
    assert!(told(&manager).await[0].contains("报名人数已满足需要"));
    let answer = format!("/api/v1/objections/{}/answer", one.objection);
    let reply = json!({ "text": "住在本楼" });
    staff.post(answer, &reply).await.done();
    let nominate = json!({ "login": "assistant", "from": "2026-03-16" });
    let propose = of(&one.shown, "nomination");
    staff.post(&propose, &nominate).await.done();
    let close = format!("/api/v1/openings/{}/close", one.opening);
    let why = json!({ "reason": "改由网格长兼任" });
    let waits = staff.post(&close, &why).await.refusal();
    assert!(waits.1.contains("先撤回提名"), "{}", waits.1);
    let resident = app.user("resident").await;
    let take = resident.ask("DELETE", format!("/api/v1/applications/{}", one.shown));
    assert_eq!(
        app.send(take).await.status,
        409,
        "waits for the level above"
    );

    let nominations = rows(&staff, "/api/v1/areas/4/nominations").await;
    let back = staff.ask(
        "DELETE",
        format!("/api/v1/nominations/{}", id(&nominations[0])),
    );
    assert_eq!(app.send(back).await.status, 204);
    staff.post(&propose, &nominate).await.done();
    let nominations = rows(&staff, "/api/v1/areas/4/nominations").await;
    let decision = format!("/api/v1/nominations/{}/decision", id(&nominations[0]));
    let no = json!({ "approve": false, "opinion": "请另选常住本楼的人" });
    let leader = app.user("secretary").await;
    leader.post(decision, &no).await.done();
    let applications = rows(&resident, "/api/v1/me/applications").await;
    assert_eq!(applications[0]["words"], "上级未同意：请另选常住本楼的人");
    staff.post(&close, &why).await.done();
    let list = rows(&staff, "/api/v1/areas/4/openings").await;
    assert_eq!(
        (&list[0]["state_word"], &list[0]["closed"]),
        (&json!("已结束"), &json!("改由网格长兼任"))
    );
    let worker = app.user("gridworker").await;
    assert!(told(&worker).await[0].contains("选聘已结束：改由网格长兼任"));
    app.test.verify().await;
}

#[tokio::test]
async fn who_applied_sees_no_rival_and_turns_nobody_down_and_administrators_do_not_apply() {
    let app = App::sqlite("rivals").await;
    app.test.clock.set(march(2, 9, 0));
    let opening = offer(&app.user("community").await, "2026-03-09").await;
    let theirs = apply(&app, &opening, "resident").await;
    let rival = app.user("secretary").await;
    let look = format!("/api/v1/openings/{opening}/candidates");
    rival.get(look.clone()).await.done();
    apply(&app, &opening, "secretary").await;
    let refused = rival.get(look).await.refusal();
    assert!(refused.1.contains("不参与选聘"), "{}", refused.1);
    let reason = json!({ "reason": "与我竞争" });
    let turned = rival.post(of(&theirs, "refusal"), &reason).await.refusal();
    assert!(turned.1.contains("不参与选聘"), "{}", turned.1);
    let close = format!("/api/v1/openings/{opening}/close");
    let closed = rival.post(close, &reason).await.refusal();
    assert!(closed.1.contains("不参与选聘"), "{}", closed.1);
    let path = format!("/api/v1/openings/{opening}/applications");
    for admin in ["sysadmin", "secadmin", "auditor"] {
        let user = app.user(admin).await;
        let refused = user.post(&path, &application()).await.refusal();
        assert!(refused.1.contains("管理员账号"), "{}", refused.1);
    }
}

async fn who_reads(test: TestOffice) -> App {
    let app = App::over(test);
    app.test.clock.set(march(2, 9, 0));
    let opening = offer(&app.user("community").await, "2026-03-09").await;
    let path = format!("/api/v1/openings/{opening}/applications");
    let resident = app.user("resident").await;
    for number in [
        "电话 138 0013 8000",
        "身份证３５０３０２１９７００１０１１２３Ｘ",
    ] {
        let mut with = application();
        with["statement"] = json!(format!("住在本楼，{number}"));
        let refused = resident.post(&path, &with).await.problems();
        assert!(
            refused.starts_with("statement personal_number"),
            "{refused}"
        );
    }
    let mine = apply(&app, &opening, "resident").await;

    // Who offers posts sees that there is one; what it says is read by the community alone.
    let look = format!("/api/v1/openings/{opening}/candidates");
    let decline = json!({ "reason": "另有人选" });
    for (login, status) in [
        ("gridhead", 403),
        ("town", 403),
        ("townleader", 403),
        ("county", 403),
        ("cityleader", 403),
        ("secadmin", 403),
        ("neighbour", 404),
        ("auditor", 404),
    ] {
        let user = app.user(login).await;
        assert_eq!(user.get(look.clone()).await.status, status, "{login}");
        let turned = user.post(of(&mine, "refusal"), &decline).await;
        assert_eq!(turned.status, status, "{login}");
    }
    let list = rows(&app.user("town").await, "/api/v1/areas/3/openings").await;
    assert_eq!(
        (&list[0]["applied"], &list[0]["may_choose"]),
        (&json!(1), &json!(false))
    );
    let looks = resident.get("/api/v1/me/looks").await.done().json();
    assert_eq!(looks["rows"], json!([]), "nobody has read it yet");

    // Every look is the candidate's to see, and nobody else's; also when all is taken back.
    let staff = app.user("community").await;
    let list = rows(&staff, "/api/v1/areas/4/openings").await;
    assert_eq!(list[0]["may_choose"], true);
    assert_eq!(candidates(&staff, &opening).await.len(), 1);
    app.test.clock.set(march(2, 10, 0));
    candidates(&app.user("secretary").await, &opening).await;
    let take = resident.ask("DELETE", format!("/api/v1/applications/{mine}"));
    assert_eq!(app.send(take).await.status, 204);
    let looks = resident.get("/api/v1/me/looks").await.done().json();
    let said: Vec<String> = looks["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| format!("{} {}", l["who"], l["why"]))
        .collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].contains("书记") && said[1].contains("坂头社区工作者"),
        "{said:?}"
    );
    assert!(
        said[1].contains("公开选聘“2号楼单元长”：姓名、来源、自荐说明"),
        "{said:?}"
    );
    let page = resident.get("/api/v1/me/looks?limit=1").await.done().json();
    let next = format!(
        "/api/v1/me/looks?limit=1&cursor={}",
        page["next"].as_str().unwrap()
    );
    let second = resident.get(next).await.done().json();
    assert_eq!(second["rows"][0]["at"], looks["rows"][1]["at"]);
    let stranger = app.user("stranger").await.get("/api/v1/me/looks").await;
    assert_eq!(stranger.done().json()["rows"], json!([]));
    app.test.verify().await;
    app
}

#[tokio::test]
async fn the_community_alone_reads_an_application_and_the_candidate_sees_every_look() {
    who_reads(TestOffice::sqlite("who_reads").await).await;
}

#[test]
fn the_community_alone_reads_an_application_and_the_candidate_sees_every_look_on_postgresql() {
    testkit::on_postgres("who_reads", who_reads);
}

async fn one_way_at_a_time(test: TestOffice) -> App {
    let app = App::over(test);
    app.test.clock.set(march(2, 9, 0));
    let (staff, leader) = (app.user("community").await, app.user("secretary").await);
    let post = json!({ "login": "manager", "role": "unit_head", "source": "volunteer", "from": "2026-03-16" });
    let candidacy = json!({ "post": post, "reason": "住在本楼，群众信任" });
    let propose = "/api/v1/areas/7/nominations";
    let offer_form =
        json!({ "role": "unit_head", "duties": "每周走访一遍本楼", "until": "2026-03-03" });

    // A nomination waits: the post is not offered beside it.
    let waiting = staff.post(propose, &candidacy).await.done().json();
    let refused = staff.post("/api/v1/areas/7/openings", &offer_form).await;
    let refused = refused.refusal();
    assert_eq!(refused.0, "409 conflict");
    assert!(refused.1.contains("已有提名等待上级审批"), "{}", refused.1);
    let path = format!("/api/v1/nominations/{}", id(&waiting));
    assert_eq!(app.send(staff.ask("DELETE", path)).await.status, 204);
    let opening = offer(&staff, "2026-03-03").await;

    // The opening runs: nobody is proposed or appointed past it, by whoever.
    let bypass = [
        staff.post(propose, &candidacy).await,
        leader.post(propose, &candidacy).await,
        leader.post("/api/v1/areas/7/posts", &post).await,
    ];
    for refused in bypass {
        let (code, text) = refused.refusal();
        assert_eq!(code, "409 conflict", "{text}");
        assert!(text.contains("正在公开选聘"), "{text}");
    }
    let nominations = rows(&staff, "/api/v1/areas/4/nominations").await;
    assert_eq!(nominations.len(), 1, "only the one that was taken back");

    // Ended with a reason, the post may be filled in the ordinary way again.
    let why = json!({ "reason": "没有人报名" });
    let close = format!("/api/v1/openings/{opening}/close");
    staff.post(close, &why).await.done();
    let made = leader.post("/api/v1/areas/7/posts", &post).await;
    assert_eq!(made.done().json()["name"], "蔡志强");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_post_that_is_offered_is_filled_through_its_opening_alone_and_none_is_offered_beside_a_nomination()
 {
    one_way_at_a_time(TestOffice::sqlite("one_way").await).await;
}

#[test]
fn a_post_that_is_offered_is_filled_through_its_opening_alone_on_postgresql() {
    testkit::on_postgres("one_way", one_way_at_a_time);
}
