//! How accounts, sessions, identities, tokens and one's own affairs are called.

use super::scene::Scene;
use super::{Call, read, write};
use serde_json::json;
use testkit::PASSWORD;

pub(super) fn call(operation: &str, scene: &Scene) -> Option<Call> {
    let Scene { token, .. } = scene;
    Some(match operation {
        "get /api/v1/accounts/{id}/sessions" => read("/api/v1/accounts/61/sessions", "secadmin"),
        "delete /api/v1/accounts/{id}/sessions" => {
            read("/api/v1/accounts/900/sessions", "secadmin")
        }
        "delete /api/v1/accounts/{id}/lock" => read("/api/v1/accounts/53/lock", "secadmin"),
        "delete /api/v1/accounts/{id}/factor" => read("/api/v1/accounts/53/factor", "secadmin"),
        "get /api/v1/me/stations" => read("/api/v1/me/stations", "resources"),
        "get /api/v1/me/points" => read("/api/v1/me/points", "townleader"),
        "get /api/v1/me/departures" => read("/api/v1/me/departures", "manager"),
        "get /api/v1/me/applications" => read("/api/v1/me/applications", "unit"),
        "get /api/v1/me" => read("/api/v1/me", "unit"),
        "get /api/v1/me/looks" => read("/api/v1/me/looks", "unit"),
        "get /api/v1/me/quiet-hours" => read("/api/v1/me/quiet-hours", "unit"),
        "put /api/v1/me/quiet-hours" => write(
            "/api/v1/me/quiet-hours",
            "unit",
            json!({ "from": "21:00", "to": "08:00" }),
        ),
        "get /api/v1/me/subscriptions" => read("/api/v1/me/subscriptions", "unit"),
        "put /api/v1/me/subscriptions/{sender}" => write(
            "/api/v1/me/subscriptions/nothing",
            "unit",
            json!({ "address": "13800000000", "kinds": "arrived" }),
        ),
        "post /api/v1/public/entries" => write(
            "/api/v1/public/entries",
            "unit",
            json!({ "token": "huimin.x.y" }),
        ),
        "get /api/v1/public/issuers" => read("/api/v1/public/issuers", "unit"),
        "post /api/v1/public/issuers/{code}/visits" => {
            write("/api/v1/public/issuers/city/visits", "unit", json!({}))
        }
        "post /api/v1/public/issuers/{code}/answers" => write(
            "/api/v1/public/issuers/city/answers",
            "unit",
            json!({ "state": "a", "code": "b", "ticket": "c" }),
        ),
        "get /api/v1/issuers" => read("/api/v1/issuers", "sysadmin"),
        "put /api/v1/issuers/{code}" => write(
            "/api/v1/issuers/city",
            "sysadmin",
            json!({ "name": "市统一认证", "issuer": "https://127.0.0.1:9", "client": "hangji", "secret": "x", "base": "https://127.0.0.1" }),
        ),
        "delete /api/v1/issuers/{code}" => read("/api/v1/issuers/nothing", "sysadmin"),
        "post /api/v1/issuers/{code}/check" => {
            write("/api/v1/issuers/nothing/check", "sysadmin", json!({}))
        }
        "get /api/v1/me/identities" => read("/api/v1/me/identities", "unit"),
        "post /api/v1/me/issuers/{code}/visits" => {
            write("/api/v1/me/issuers/city/visits", "unit", json!({}))
        }
        "post /api/v1/me/issuers/{code}/answers" => write(
            "/api/v1/me/issuers/city/answers",
            "unit",
            json!({ "state": "a", "code": "b", "ticket": "c" }),
        ),
        "get /api/v1/accounts/{id}/identities" => {
            read("/api/v1/accounts/61/identities", "secadmin")
        }
        "post /api/v1/accounts/{id}/identities" => write(
            "/api/v1/accounts/61/identities",
            "secadmin",
            json!({ "issuer": "nothing", "subject": "x" }),
        ),
        "delete /api/v1/identities/{id}" => read("/api/v1/identities/1", "secadmin"),
        "get /api/v1/public/phone-codes" => read("/api/v1/public/phone-codes", "unit"),
        "post /api/v1/public/phone-codes" => write(
            "/api/v1/public/phone-codes",
            "unit",
            json!({ "phone": "13905941234" }),
        ),
        "post /api/v1/public/phone-sessions" => write(
            "/api/v1/public/phone-sessions",
            "unit",
            json!({ "phone": "13905941234", "code": "000000", "consent": "x" }),
        ),
        "get /api/v1/public/embedding" => read("/api/v1/public/embedding", "unit"),
        "get /api/v1/entry-apps" => read("/api/v1/entry-apps", "secadmin"),
        "put /api/v1/entry-apps/{code}" => write(
            "/api/v1/entry-apps/huimin",
            "secadmin",
            json!({ "name": "惠民宝", "enabled": true }),
        ),
        "get /api/v1/me/factor" => read("/api/v1/me/factor", "unit"),
        "post /api/v1/me/factor" => write("/api/v1/me/factor", "unit", json!({})),
        "put /api/v1/me/factor" => write("/api/v1/me/factor", "unit", json!({ "code": "000000" })),
        "post /api/v1/me/factor/removal" => write(
            "/api/v1/me/factor/removal",
            "unit",
            json!({ "code": "000000" }),
        ),
        "get /api/v1/me/sessions" => read("/api/v1/me/sessions", "unit"),
        "delete /api/v1/me/sessions/{id}" => read("/api/v1/me/sessions/nothing", "unit"),
        "get /api/v1/me/sign-ins" => read("/api/v1/me/sign-ins", "unit"),
        "get /api/v1/sign-ins" => read("/api/v1/sign-ins", "auditor"),
        "put /api/v1/me/password" => write(
            "/api/v1/me/password",
            "unit",
            json!({ "old_password": "wrong", "password": "Bantou@2027" }),
        ),
        "post /api/v1/exchange/hotline/orders" => {
            write("/api/v1/exchange/hotline/orders", "town", json!({}))
        }
        "post /api/v1/exchange/hotline/replies" => {
            write("/api/v1/exchange/hotline/replies", "town", json!({}))
        }
        "get /api/v1/me/reviews" => read("/api/v1/me/reviews", "gridhead"),
        "post /api/v1/sessions" => write(
            "/api/v1/sessions",
            "unit",
            json!({ "login": "unit", "password": PASSWORD }),
        ),
        "delete /api/v1/sessions/current" => read("/api/v1/sessions/current", "unit"),
        "get /api/v1/tokens" => read("/api/v1/tokens", "secadmin"),
        "post /api/v1/tokens" => {
            let expires = testkit::march(31, 0, 0).0;
            write(
                "/api/v1/tokens",
                "secadmin",
                json!({ "account": "950", "name": "对接", "expires_at": expires }),
            )
        }
        "delete /api/v1/tokens/{id}" => read(format!("/api/v1/tokens/{token}"), "secadmin"),
        "get /api/v1/accounts" => read("/api/v1/accounts", "secadmin"),
        "post /api/v1/accounts" => write(
            "/api/v1/accounts",
            "sysadmin",
            json!({ "login": "xinren", "name": "新人" }),
        ),
        "put /api/v1/accounts/{id}/state" => write(
            "/api/v1/accounts/54/state",
            "secadmin",
            json!({ "disabled": true }),
        ),
        "post /api/v1/accounts/{id}/password" => {
            write("/api/v1/accounts/55/password", "secadmin", json!({}))
        }
        _ => return None,
    })
}
