//! Work orders of the hotline: imported, exchanged under signature, answered, returned; on both
//! databases.

use crate::app::{Answer, App, Ask};
use office::identity::signing::sign;
use serde_json::{Value, json};
use testkit::{TestOffice, march};

/// A service of the hotline with its token.
struct Hotline<'a> {
    app: &'a App,
    id: String,
    key: Vec<u8>,
}

impl Hotline<'_> {
    fn ask(&self, path: &str, nonce: &str, time: i64, body: &Value) -> Ask {
        let signature = sign(
            &self.key,
            "POST",
            path,
            time,
            nonce,
            body.to_string().as_bytes(),
        );
        Ask::new("POST", path)
            .header("x-hangji-token", self.id.clone())
            .header("x-hangji-time", time.to_string())
            .header("x-hangji-nonce", nonce)
            .header("x-hangji-signature", signature)
            .json(body)
    }
    async fn post(&self, path: &str, nonce: &str, body: &Value) -> Answer {
        let now = self.app.test.office.now().0;
        self.app.send(self.ask(path, nonce, now, body)).await
    }
}

const ORDERS: &str = "/api/v1/exchange/hotline/orders";
const REPLIES: &str = "/api/v1/exchange/hotline/replies";

async fn exchanged(test: TestOffice) -> App {
    let app = App::over(test);
    let town = app.user("town").await;
    // 文件导入: a line that is wrong spoils no other; the same file again registers nothing twice.
    let csv = "工单编号|诉求内容|地址|区划代码|来电人|电话|答复期限|保密\n\
        350300-1|路灯不亮|坂头路|350302003004|王阿福|13905941234|2026-03-12|否\n\
        350300-2|有人占道|坂头路|350302003004|何小妹|13800000000|2026-03-13|是\n\
        350300-3|噪声||999|||2026-03-13|否\n"
        .replace('|', ",");
    let file = json!({ "file": csv });
    let done = town
        .post("/api/v1/hotline/orders", &file)
        .await
        .done()
        .json();
    assert_eq!(done[2]["line"], 4);
    assert_eq!(
        done[2]["problems"][0]["message"],
        "区划代码“999”不是本市村居的 12 位统计用区划代码，请核对"
    );
    let again = town
        .post("/api/v1/hotline/orders", &file)
        .await
        .done()
        .json();
    assert_eq!(done[0]["matter"], again[0]["matter"]);
    assert_eq!(again[0]["problems"], json!([]));
    let changed = json!({ "file": csv.replace("路灯不亮", "路灯和楼道灯都不亮") });
    let changed = town
        .post("/api/v1/hotline/orders", &changed)
        .await
        .done()
        .json();
    assert_eq!(
        (&changed[0]["matter"], &changed[0]["problems"][0]["code"]),
        (&done[0]["matter"], &json!("changed")),
        "nothing is dropped without a word"
    );
    let other = app
        .user("othertown")
        .await
        .post("/api/v1/hotline/orders", &file)
        .await;
    assert_eq!(other.done().json()[0]["problems"][0]["code"], "elsewhere");
    let resident = app
        .user("resident")
        .await
        .post("/api/v1/hotline/orders", &file)
        .await;
    assert_eq!(resident.refusal().0, "403 denied");
    let matter = |n: usize| done[n]["matter"].as_str().unwrap().to_owned();
    let open = town.matter(&matter(0)).await;
    assert_eq!(
        (&open["channel"], &open["reporter"]["has_contact"]),
        (&json!("hotline"), &json!(true))
    );
    let secret = town.matter(&matter(1)).await;
    assert_eq!(
        secret["reporter"]["has_contact"], false,
        "nobody here knows who called"
    );
    assert!(
        secret["text"]
            .as_str()
            .unwrap()
            .contains("2026-03-13 前答复，来电人要求保密")
    );

    // 接口: signed, once, in time, unchanged.
    let admin = app.test.actor("secadmin");
    let account = testkit::account("hotline");
    let token = app
        .test
        .office
        .create_token(&admin, account, "对接", march(31, 0, 0), None)
        .await
        .unwrap();
    let hotline = Hotline {
        app: &app,
        id: token.id.to_string(),
        key: token.signing_key.clone().into_bytes(),
    };
    let order = json!({ "orders": [{ "no": "350300-9", "text": "井盖缺失", "code": "350302003004", "deadline": "2026-03-14" }] });
    let taken = hotline
        .post(ORDERS, "nonce-0000000000001", &order)
        .await
        .done()
        .json();
    assert!(taken[0]["matter"].is_string(), "{taken}");
    let replayed = hotline.post(ORDERS, "nonce-0000000000001", &order).await;
    assert_eq!(replayed.refusal().0, "401 signed_out");
    let now = app.test.office.now().0;
    let stale = hotline.ask(ORDERS, "nonce-0000000000002", now - 6 * 60_000, &order);
    assert_eq!(app.send(stale).await.status, 401);
    let other = json!({ "orders": [] });
    let changed = hotline
        .ask(ORDERS, "nonce-0000000000003", now, &order)
        .json(&other);
    assert_eq!(app.send(changed).await.status, 401, "the body is covered");
    let short = hotline.post(ORDERS, "short", &order).await;
    assert_eq!(short.status, 401);
    // What the database keeps of the token signs nothing.
    let copied = Hotline {
        app: &app,
        id: hotline.id.clone(),
        key: civic::trace::Hash::of(token.token.as_bytes()).0.to_vec(),
    };
    let forged = copied.post(ORDERS, "nonce-0000000000005", &order).await;
    assert_eq!(forged.status, 401);

    // 答复，取回，三率.
    let path = "/api/v1/hotline/orders/350300-1/reply";
    let reply = |solved: bool| json!({ "genuine": true, "solved": solved, "note": "更换灯泡", "answer": "路灯已修复" });
    let put = |user: &crate::app::User<'_>, body: &Value| user.ask("PUT", path).json(body);
    let lacking = app.send(put(&town, &reply(false))).await;
    assert!(
        lacking.problems().starts_with("unsolved_reason required"),
        "{}",
        lacking.text()
    );
    let unit = app.user("otherunit").await;
    assert_eq!(app.send(put(&unit, &reply(true))).await.status, 404);
    app.send(put(&town, &reply(true))).await.done();
    let waiting = hotline
        .post(REPLIES, "nonce-0000000000004", &json!({}))
        .await
        .done()
        .json();
    assert_eq!(
        (&waiting[0]["no"], &waiting[0]["reply"]["answer"]),
        (&json!("350300-1"), &json!("路灯已修复"))
    );
    let ack = json!({ "taken": ["350300-1", "350300-2"] });
    let rest = hotline
        .post(REPLIES, "nonce-0000000000005", &ack)
        .await
        .done()
        .json();
    assert_eq!(rest, json!([]), "taken; the other has no answer yet");
    assert_eq!(
        app.send(put(&town, &reply(true))).await.refusal().0,
        "409 conflict"
    );

    app.test.clock.set(march(14, 9, 0));
    let town = app.user("town").await;
    // The deadline of the order is a clock of the matter, and the rates are figures of the board.
    app.test.office.sweep().await.unwrap();
    let clock = |matter: &Value| {
        let clocks = matter["clocks"].as_array().unwrap().iter();
        let found = clocks.clone().find(|c| c["kind"] == "hotline").cloned();
        found.map(|c| (c["due"].clone(), c["state"].clone()))
    };
    assert_eq!(clock(&town.matter(&matter(0)).await), None, "answered");
    let late = clock(&town.matter(&matter(1)).await);
    assert_eq!(late, Some((json!(march(14, 0, 0).0), json!("late"))));
    let board = "/api/v1/boards/3?from=2026-03-11&to=2026-03-14";
    let board = town.get(board).await.done().json();
    let kpi = |code: &str| {
        let kpis = board["kpis"].as_array().unwrap().iter();
        let found = kpis.clone().find(|k| k["code"] == code).unwrap();
        (found["numerator"].clone(), found["denominator"].clone())
    };
    assert_eq!(kpi("hotline_response"), (json!(1), json!(2)));
    assert_eq!(kpi("hotline_solved_rate"), (json!(1), json!(1)));
    let list = town
        .get("/api/v1/hotline/orders?area=3")
        .await
        .done()
        .json();
    let rate = |n: usize| {
        (
            list["rates"][n]["part"].clone(),
            list["rates"][n]["whole"].clone(),
        )
    };
    assert_eq!(
        rate(0),
        (json!(1), json!(2)),
        "one in time, one late, one has its day"
    );
    assert_eq!(rate(1), (json!(1), json!(1)));
    let community = app.user("community").await;
    assert_eq!(
        community
            .get("/api/v1/hotline/orders?area=3")
            .await
            .refusal()
            .0,
        "403 denied"
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn orders_are_imported_signed_answered_and_returned_on_sqlite() {
    exchanged(TestOffice::sqlite("hotline").await).await;
}

#[test]
fn orders_are_imported_signed_answered_and_returned_on_postgresql() {
    testkit::on_postgres("hotline", exchanged);
}
