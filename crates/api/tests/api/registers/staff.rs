//! The rolls of staff, and every register as its form is shown.

use super::{add, added, counts};
use crate::app::App;
use serde_json::{Value, json};

#[tokio::test]
async fn community_workers_are_counted_by_grade_and_qualification_against_the_quota() {
    let app = App::sqlite("workers").await;
    let (community, county) = (app.user("community").await, app.user("county").await);
    let quota =
        json!({ "area": "2", "values": { "basis_text": "城组〔2026〕3号", "quota": "120" } });
    added(&county, "worker_quota", &quota).await;
    let worker = |login: &str, qualification: &str| {
        json!({ "area": "4", "values": { "person": login, "grade": "junior", "qualification": qualification,
            "recruited_by": "城厢区", "managed_by": "霞林街道" } })
    };
    added(
        &community,
        "community_worker",
        &worker("community", "assistant"),
    )
    .await;
    added(&community, "community_worker", &worker("manager", "none")).await;
    assert_eq!(
        add(&community, "community_worker", &worker("nobody", "none"))
            .await
            .problems(),
        "person bad_value: 没有这位在岗人员，请核对社区工作者的登录账号\n"
    );
    let workers = counts(&county, "staff", "2", "community_worker").await;
    assert_eq!(workers["total"]["number"], 2);
    assert_eq!(workers["total"]["facets"]["qualification.assistant"], 1);
    assert_eq!(workers["total"]["facets"]["grade.junior"], 2);
    assert_eq!(
        counts(&county, "staff", "2", "worker_quota").await["total"]["sum"],
        120
    );
    // The quota of the county is not for the community to set.
    assert_eq!(add(&community, "worker_quota", &quota).await.status, 403);
}

#[tokio::test]
async fn every_register_of_the_pack_can_be_filled_in_as_the_interface_shows_it() {
    let app = App::sqlite("registers_all").await;
    let leader = app.user("cityleader").await;
    let registers = leader.get("/api/v1/registers").await.done().json();
    let mut ids = std::collections::HashMap::new();
    for register in registers.as_array().unwrap() {
        let code = register["code"].as_str().unwrap();
        let area = match register["levels"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .as_str()
        {
            Some("unit") => "6",
            Some("grid") => "5",
            Some("community") => "4",
            _ => "3",
        };
        let mut values = json!({});
        for field in register["fields"].as_array().unwrap() {
            let of = field["of"].as_str().unwrap_or("");
            let value = match field["kind"].as_str().unwrap() {
                "number" => json!("3"),
                "day" => json!("2026-03-11"),
                "choice" => field["options"][0]["code"].clone(),
                "org" => json!("72"),
                "areas" => json!(area),
                "areas_below" => json!("4"),
                "category" => json!("0104"),
                "staff" => json!("town"),
                "record" => ids.get(of).cloned().unwrap_or(Value::Null),
                "phone" => json!("0594-6632110"),
                _ => json!("内容"),
            };
            // What one may leave out is left out where it points at what is not there yet.
            if !value.is_null() {
                values[field["code"].as_str().unwrap()] = value;
            }
        }
        let items = match register["items"]["min"].as_u64() {
            Some(1) => json!([{ "text": "实事", "owner": "单位", "due": "2026-06-01" }]),
            _ => json!([]),
        };
        let body = json!({ "area": area, "to": "2027-01-01", "values": values, "items": items });
        let record = add(&leader, code, &body).await;
        assert_eq!(record.status, 201, "{code}: {}", record.text());
        ids.insert(code.to_owned(), record.json()["id"].clone());
    }
    assert_eq!(ids.len(), 25);
    assert!(
        app.user("gridhead")
            .await
            .get("/api/v1/registers")
            .await
            .done()
            .json()
            .as_array()
            .unwrap()
            .is_empty()
    );
}
