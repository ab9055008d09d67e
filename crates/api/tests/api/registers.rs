//! Registers of the organisation: party organisations beside the tree, members who join without
//! leaving home, meetings whose decisions are followed, and the rolls of staff.

mod party;
mod staff;
mod used;
mod work;

use crate::app::{Answer, User};
use serde_json::Value;

async fn add(user: &User<'_>, register: &str, body: &Value) -> Answer {
    user.post(format!("/api/v1/registers/{register}/records"), body)
        .await
}

async fn added(user: &User<'_>, register: &str, body: &Value) -> String {
    let record = add(user, register, body).await.done().json();
    record["id"].as_str().unwrap().to_owned()
}

/// A change of a record in the version that the person sees.
async fn change(user: &User<'_>, id: &str, method: &str, tail: &str, body: &Value) -> Answer {
    let record = user.get(format!("/api/v1/records/{id}")).await.json();
    let version = format!("\"v{}\"", record["version"].as_u64().unwrap_or(1));
    let ask = user.ask(method, format!("/api/v1/records/{id}{tail}"));
    user.app
        .send(ask.header("if-match", version).json(body))
        .await
}

async fn counts(user: &User<'_>, group: &str, area: &str, register: &str) -> Value {
    let path = format!("/api/v1/register-counts?group={group}&area={area}");
    let all = user.get(path).await.done().json();
    let mut found = all.as_array().unwrap().iter();
    found
        .find(|c| c["register"] == register)
        .cloned()
        .unwrap_or(Value::Null)
}
