//! A vacancy is filled by a candidate whom the level above approves (R043, R047), on both databases.

use crate::app::App;
use serde_json::{Value, json};
use testkit::TestOffice;

fn candidate(login: &str) -> Value {
    json!({ "post": { "login": login, "role": "unit_head", "source": "retired_cadre", "from": "2026-03-12", "to": "2028-03-12" },
        "reason": "住在本楼，群众信任" })
}

async fn vacant(app: &App) -> Vec<String> {
    let town = app.user("town").await;
    let list = town.get("/api/v1/areas/3/vacancies?level=unit").await;
    let list = list.done().json();
    let names = list.as_array().unwrap().iter();
    names
        .map(|v| v["area"]["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn from_vacancy_to_office(test: TestOffice) -> App {
    let app = App::over(test);
    assert_eq!(vacant(&app).await, ["2号楼", "3号楼"]);
    let (staff, leader) = (app.user("community").await, app.user("secretary").await);
    let path = "/api/v1/areas/7/nominations";
    // The three administrators stay apart from all other work, by whichever way somebody comes to a post.
    let apart = staff.post(path, &candidate("sysadmin")).await;
    assert!(apart.problems().starts_with("account administrator: "));
    let made = staff.post(path, &candidate("manager")).await.done().json();
    assert_eq!(
        (
            &made["state_word"],
            &made["source_word"],
            &made["proposer"],
            &made["may_withdraw"]
        ),
        (
            &json!("待审批"),
            &json!("离退休干部"),
            &json!("方玉兰"),
            &json!(true)
        )
    );
    assert_eq!(vacant(&app).await.len(), 2, "a candidate is not in office");
    let id = made["id"].as_str().unwrap();
    let decision = format!("/api/v1/nominations/{id}/decision");
    let yes = json!({ "approve": true });
    let own = staff.post(&decision, &yes).await.refusal();
    assert_eq!(own.0, "403 denied");

    // Turned down with words; proposed again, approved by the level above.
    let no = leader.post(&decision, &json!({ "approve": false })).await;
    assert_eq!(
        no.problems(),
        "opinion required: 不同意时请写明意见，以便提名人改进\n"
    );
    let no = json!({ "approve": false, "opinion": "请先征求住户意见" });
    leader.post(&decision, &no).await.done();
    let again = staff.post(path, &candidate("manager")).await.done().json();
    let second = format!(
        "/api/v1/nominations/{}/decision",
        again["id"].as_str().unwrap()
    );
    leader.post(&second, &yes).await.done();
    assert_eq!(
        leader.post(&second, &yes).await.refusal().1,
        "这个提名已任命，不能再办理；请刷新后查看"
    );
    let list = leader
        .get("/api/v1/areas/4/nominations")
        .await
        .done()
        .json();
    let rows: Vec<String> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|n| format!("{} {} {}", n["state_word"], n["decider"], n["opinion"]))
        .collect();
    assert_eq!(
        rows,
        [
            "\"已任命\" \"陈国华\" null",
            "\"未通过\" \"陈国华\" \"请先征求住户意见\""
        ]
    );
    app.test.clock.set(testkit::march(12, 9, 0));
    assert_eq!(vacant(&app).await, ["3号楼"]);
    let posts = app.user("town").await.get("/api/v1/areas/7/posts").await;
    let posts = posts.done().json();
    assert_eq!(
        (&posts[0]["name"], &posts[0]["to"], &posts[0]["source_word"]),
        (&json!("蔡志强"), &json!("2028-03-12"), &json!("离退休干部"))
    );

    // The further term: proposed below, approved above.
    let staff = app.user("community").await;
    let post = posts[0]["id"].as_str().unwrap();
    let renewals = format!("/api/v1/posts/{post}/renewals");
    let short = json!({ "to": "2028-01-01", "reason": "履职尽责" });
    assert_eq!(
        staff.post(&renewals, &short).await.problems(),
        "to not_longer: 续任后的离任日期要晚于现任期 2028-03-12\n"
    );
    let longer = json!({ "to": "2030-03-12", "reason": "履职尽责，住户赞成" });
    let renewal = staff.post(&renewals, &longer).await.done().json();
    let path = format!(
        "/api/v1/nominations/{}/decision",
        renewal["id"].as_str().unwrap()
    );
    app.user("townleader").await.post(&path, &yes).await.done();
    let posts = app.user("town").await.get("/api/v1/areas/7/posts").await;
    assert_eq!(posts.done().json()[0]["to"], "2030-03-12");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_vacancy_is_filled_by_a_candidate_whom_the_level_above_approves() {
    from_vacancy_to_office(TestOffice::sqlite("nomination").await).await;
}

#[test]
fn a_vacancy_is_filled_by_a_candidate_whom_the_level_above_approves_on_postgresql() {
    testkit::on_postgres("nomination", from_vacancy_to_office);
}

#[tokio::test]
async fn who_may_approve_appoints_in_one_step_and_rivals_meet_at_the_approval() {
    let app = App::sqlite("nomination_rivals").await;
    let (staff, leader) = (app.user("community").await, app.user("secretary").await);
    let path = "/api/v1/areas/7/nominations";
    let first = staff.post(path, &candidate("manager")).await.done().json();
    let withdrawn = staff
        .post(path, &candidate("assistant"))
        .await
        .done()
        .json();
    let withdrawn = withdrawn["id"].as_str().unwrap();
    let back = |user: &crate::app::User<'_>| {
        user.ask("DELETE", format!("/api/v1/nominations/{withdrawn}"))
    };
    assert_eq!(app.send(back(&leader)).await.status, 404);
    assert_eq!(app.send(back(&staff)).await.status, 204);
    let made = leader
        .post(path, &candidate("gridworker"))
        .await
        .done()
        .json();
    assert_eq!(
        (&made["state_word"], &made["decider"]),
        (&json!("已任命"), &json!("陈国华"))
    );
    let rival = format!(
        "/api/v1/nominations/{}/decision",
        first["id"].as_str().unwrap()
    );
    let late = leader
        .post(&rival, &json!({ "approve": true }))
        .await
        .refusal();
    assert!(
        late.1.starts_with("这个治理单元已有单元长黄国栋"),
        "{late:?}"
    );
    // The leader's own level is filled from above, by nomination as well.
    let mut own = candidate("manager");
    own["post"]["role"] = json!("community_leader");
    let proposed = leader
        .post("/api/v1/areas/4/nominations", &own)
        .await
        .done()
        .json();
    assert_eq!(proposed["state_word"], "待审批");
    for (login, area) in [
        ("unit", 6),
        ("otherunit", 7),
        ("neighbour", 7),
        ("police", 7),
    ] {
        let user = app.user(login).await;
        let path = format!("/api/v1/areas/{area}/nominations");
        assert_eq!(
            user.post(&path, &candidate("manager")).await.refusal().0,
            "403 denied",
            "{login}"
        );
    }
}
