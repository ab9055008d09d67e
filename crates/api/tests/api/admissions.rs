//! The gate: a department's work goes to communities and grids only while it is on the list.

use crate::app::{Answer, App, User};
use serde_json::{Value, json};
use testkit::{TestOffice, on_postgres};

fn application() -> Value {
    json!({ "title": "违法用地巡查", "content": "每季度核对一次图斑", "basis": "《福建省土地管理条例》",
        "people": "自然资源所 2 人", "money": "每图斑 50 元", "frequency": "每季度一次", "levels": ["grid", "unit"], "fields": 2 })
}

fn task(item: Option<&str>) -> Value {
    json!({ "kind": "task", "answer": "reply", "title": "核对图斑", "text": "请核对本单元图斑。",
        "areas": ["4"], "roles": ["unit_head"], "fields": ["图斑数", "违建数"], "item": item })
}

async fn decided(user: &User<'_>, id: &str, body: &Value) -> Answer {
    user.post(format!("/api/v1/admissions/{id}/decide"), body)
        .await
}

async fn off_list_work_is_refused_then_admitted_then_expired(test: TestOffice) -> App {
    let app = App::over(test);
    let bureau = app.user("resources").await;
    let refused = async |user: &User<'_>, item: Option<&str>| {
        let answer = user.post("/api/v1/notices", &task(item)).await;
        let (code, sentence) = answer.refusal();
        assert_eq!(code, "403 denied", "{sentence}");
        assert!(
            sentence.contains("准入清单"),
            "the way to apply: {sentence}"
        );
        sentence
    };
    assert_eq!(
        refused(&bureau, None).await,
        "部门向村居、网格布置工作和报表，须在准入清单内，这一项没有选择清单事项；请在“准入清单”页提出申请，写明依据、人员和经费，批准后再下派"
    );
    let item = bureau
        .post("/api/v1/admissions", &application())
        .await
        .done()
        .json();
    let id = item["id"].as_str().unwrap();
    assert_eq!(item["state"], "applied");
    assert!(
        refused(&bureau, Some(id))
            .await
            .contains("“违法用地巡查”待审核")
    );

    let verdict = json!({ "admitted": true, "opinion": "依据充分，随人随钱", "to": "2026-03-13" });
    for login in ["townleader", "resources", "othertown"] {
        let user = app.user(login).await;
        assert_eq!(
            decided(&user, id, &verdict).await.refusal().0,
            "403 denied",
            "{login}"
        );
    }
    let county = app.user("county").await;
    let listed = decided(&county, id, &verdict).await.done().json();
    assert_eq!(
        (&listed["state"], &listed["from"], &listed["to"]),
        (&json!("listed"), &json!("2026-03-11"), &json!("2026-03-13"))
    );
    assert_eq!(
        decided(&county, id, &verdict).await.refusal().0,
        "409 conflict"
    );

    // On the list: it goes down, and its form comes back with every answer.
    let sent = bureau
        .post("/api/v1/notices", &task(Some(id)))
        .await
        .done()
        .json();
    assert_eq!(
        (&sent["item"]["name"], &sent["sent"]),
        (&json!("违法用地巡查"), &json!(1))
    );
    let path = format!("/api/v1/notices/{}/finish", sent["id"].as_str().unwrap());
    let unit = app.user("unit").await;
    let part = unit
        .post(path.as_str(), &json!({ "values": ["3", " "] }))
        .await;
    assert_eq!(
        part.problems(),
        "values required: 请填写全部 2 个填报项，没有的填“无”\n"
    );
    let done = unit
        .post(path.as_str(), &json!({ "values": ["3", "无"] }))
        .await;
    assert_eq!(
        done.done().json()["mine"][0]["reply"],
        "图斑数：3\n违建数：无"
    );

    // Only to the levels it is admitted for, with no more questions than admitted, by its own line.
    let mut wider = task(Some(id));
    wider["roles"] = json!(["community_staff"]);
    let answer = bureau.post("/api/v1/notices", &wider).await;
    assert!(
        answer.refusal().1.contains("只准入到网格、治理单元"),
        "{}",
        answer.text()
    );
    let mut longer = task(Some(id));
    longer["fields"] = json!(["一", "二", "三"]);
    let answer = bureau.post("/api/v1/notices", &longer).await;
    assert!(
        answer.refusal().1.contains("准入的报表最多 2 项"),
        "{}",
        answer.text()
    );
    let other = app.user("housing").await;
    assert!(
        refused(&other, Some(id))
            .await
            .contains("不是您单位的准入事项")
    );

    // Two days later its term is over.
    app.test.clock.advance_minutes(2 * 24 * 60);
    let bureau = app.user("resources").await;
    assert!(
        refused(&bureau, Some(id))
            .await
            .contains("已到期（2026-03-13）")
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn off_list_work_is_refused_then_admitted_then_expired_on_sqlite() {
    off_list_work_is_refused_then_admitted_then_expired(TestOffice::sqlite("admission").await)
        .await;
}

#[test]
fn off_list_work_is_refused_then_admitted_then_expired_on_postgresql() {
    on_postgres(
        "admission",
        off_list_work_is_refused_then_admitted_then_expired,
    );
}

#[tokio::test]
async fn an_item_leaves_the_list_by_its_department_or_by_who_admitted_it() {
    let app = App::sqlite("admission_exit").await;
    let bureau = app.user("resources").await;
    let county = app.user("county").await;
    let verdict = json!({ "admitted": true, "opinion": "同意" });
    let mut left = Vec::new();
    for who in ["resources", "countyleader", "housing", "town"] {
        let item = bureau
            .post("/api/v1/admissions", &application())
            .await
            .done()
            .json();
        let id = item["id"].as_str().unwrap();
        let term = decided(&county, id, &verdict).await.done().json();
        assert_eq!(term["to"], "2027-03-11", "a year where none is said");
        let user = app.user(who).await;
        let path = format!("/api/v1/admissions/{id}/exit");
        let answer = user.post(path, &json!({ "reason": "任务完成" })).await;
        left.push((who, answer.status));
        if answer.status == 200 {
            let answer = bureau.post("/api/v1/notices", &task(Some(id))).await;
            assert!(
                answer.refusal().1.contains("已退出：任务完成"),
                "{}",
                answer.text()
            );
        }
    }
    assert_eq!(
        left,
        [
            ("resources", 200),
            ("countyleader", 200),
            ("housing", 403),
            ("town", 403)
        ]
    );
    // Everybody of the staff reads the list; residents do not.
    let list = app.user("unit").await.get("/api/v1/admissions").await;
    assert_eq!(list.done().json().as_array().unwrap().len(), 4);
    let stranger = app.user("stranger").await.get("/api/v1/admissions").await;
    assert_eq!(stranger.status, 403);
}

#[tokio::test]
async fn every_fault_of_an_application_is_told_at_once() {
    let app = App::sqlite("admission_form").await;
    let bureau = app.user("resources").await;
    let bad = json!({ "title": "巡查", "levels": ["town"] });
    let answer = bureau.post("/api/v1/admissions", &bad).await;
    let fields: Vec<String> = answer
        .problems()
        .lines()
        .map(|l| l.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        fields,
        ["content", "basis", "people", "money", "frequency", "levels"]
    );
    let town = app
        .user("town")
        .await
        .post("/api/v1/admissions", &application())
        .await;
    assert_eq!(town.refusal().0, "403 denied");
}
