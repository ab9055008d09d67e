//! How notices, documents, publications and messages are called.

use super::scene::{Scene, policy};
use super::{Call, read, write};
use serde_json::json;

pub(super) fn call(operation: &str, scene: &Scene) -> Option<Call> {
    let Scene {
        notice,
        draft,
        open,
        open_file,
        document,
        phrase,
        ..
    } = scene;
    let publish = json!({ "kind": "notice", "title": "防汛提醒", "text": "请检查排水口", "areas": ["3"], "roles": ["unit_head"] });
    Some(match operation {
        "get /api/v1/areas/{id}/publications" => read("/api/v1/areas/4/publications", "community"),
        "post /api/v1/areas/{id}/publications" => write(
            "/api/v1/areas/4/publications",
            "community",
            json!({ "kind": "news", "title": "治水", "text": "已完工", "areas": ["4"] }),
        ),
        "put /api/v1/publications/{id}" => write(
            format!("/api/v1/publications/{draft}"),
            "community",
            json!({ "kind": "news", "title": "治水", "text": "已完工", "areas": ["4"] }),
        ),
        "post /api/v1/publications/{id}/review" => write(
            format!("/api/v1/publications/{draft}/review"),
            "secretary",
            json!({ "passed": true }),
        ),
        "post /api/v1/publications/{id}/publish" => write(
            format!("/api/v1/publications/{draft}/publish"),
            "community",
            json!({}),
        ),
        "post /api/v1/publications/{id}/withdraw" => write(
            format!("/api/v1/publications/{open}/withdraw"),
            "secretary",
            json!({ "reason": "有误" }),
        ),
        "get /api/v1/public/publications" => read("/api/v1/public/publications?area=4", "unit"),
        "get /api/v1/public/publications/{id}" => {
            read(format!("/api/v1/public/publications/{open}"), "unit")
        }
        "get /api/v1/public/publications/{id}/files/{file}" => read(
            format!("/api/v1/public/publications/{open}/files/{open_file}"),
            "unit",
        ),
        "get /api/v1/library" => read("/api/v1/library", "unit"),
        "post /api/v1/library" => write("/api/v1/library", "town", policy()),
        "get /api/v1/library/{id}/unread" => {
            read(format!("/api/v1/library/{document}/unread"), "town")
        }
        "get /api/v1/library/{id}" => read(format!("/api/v1/library/{document}"), "unit"),
        "post /api/v1/library/{id}/versions" => write(
            format!("/api/v1/library/{document}/versions"),
            "town",
            json!({ "text": "新版" }),
        ),
        "post /api/v1/library/{id}/read" => write(
            format!("/api/v1/library/{document}/read"),
            "unit",
            json!({}),
        ),
        "post /api/v1/library/{id}/retire" => write(
            format!("/api/v1/library/{document}/retire"),
            "town",
            json!({ "reason": "并入新文件" }),
        ),
        "get /api/v1/senders" => read("/api/v1/senders", "sysadmin"),
        "put /api/v1/senders/{code}" => write(
            "/api/v1/senders/work",
            "sysadmin",
            json!({ "name": "提醒", "kind": "webhook", "url": "http://10.0.0.8/send" }),
        ),
        "delete /api/v1/senders/{code}" => read("/api/v1/senders/nothing", "sysadmin"),
        "post /api/v1/senders/{code}/test" => write(
            "/api/v1/senders/nothing/test",
            "sysadmin",
            json!({ "address": "13800000000" }),
        ),
        "get /api/v1/letter-texts" => read("/api/v1/letter-texts", "sysadmin"),
        "put /api/v1/letter-texts/{event}/{channel}" => write(
            "/api/v1/letter-texts/arrived/sms",
            "sysadmin",
            json!({ "text": "{编号}已到，请办理" }),
        ),
        "post /api/v1/letter-texts/{event}/{channel}/preview" => write(
            "/api/v1/letter-texts/arrived/sms/preview",
            "sysadmin",
            json!({ "text": "{编号}已到，请办理" }),
        ),
        "get /api/v1/letter-texts/{event}/{channel}/versions" => {
            read("/api/v1/letter-texts/arrived/sms/versions", "sysadmin")
        }
        "get /api/v1/letters" => read("/api/v1/letters", "sysadmin"),
        "post /api/v1/letters/{id}/retry" => {
            write("/api/v1/letters/1/retry", "sysadmin", json!({}))
        }
        "get /api/v1/messages" => read("/api/v1/messages", "unit"),
        "post /api/v1/messages/read" => {
            write("/api/v1/messages/read", "unit", json!({ "all": true }))
        }
        "get /api/v1/notices" => read("/api/v1/notices", "unit"),
        "post /api/v1/notices" => write("/api/v1/notices", "town", publish),
        "post /api/v1/notices/preview" => write("/api/v1/notices/preview", "town", publish),
        "get /api/v1/notices/{id}" => read(format!("/api/v1/notices/{notice}"), "unit"),
        "post /api/v1/notices/{id}/read" => {
            write(format!("/api/v1/notices/{notice}/read"), "unit", json!({}))
        }
        "post /api/v1/notices/{id}/finish" => write(
            format!("/api/v1/notices/{notice}/finish"),
            "unit",
            json!({ "reply": "已排查" }),
        ),
        "post /api/v1/notices/{id}/correct" => write(
            format!("/api/v1/notices/{notice}/correct"),
            "town",
            json!({ "title": "排查堆物", "text": "改为七天", "reason": "改期" }),
        ),
        "post /api/v1/notices/{id}/urge" => {
            write(format!("/api/v1/notices/{notice}/urge"), "town", json!({}))
        }
        "post /api/v1/notices/{id}/withdraw" => write(
            format!("/api/v1/notices/{notice}/withdraw"),
            "town",
            json!({ "reason": "改由县里部署" }),
        ),
        "get /api/v1/notices/{id}/progress" => {
            read(format!("/api/v1/notices/{notice}/progress"), "townleader")
        }
        "get /api/v1/notices/{id}/recipients" => {
            read(format!("/api/v1/notices/{notice}/recipients"), "townleader")
        }
        "get /api/v1/phrases" => read("/api/v1/phrases", "unit"),
        "post /api/v1/phrases" => write(
            "/api/v1/phrases",
            "town",
            json!({ "field": "reply", "text": "感谢您的反映", "area": "3" }),
        ),
        "delete /api/v1/phrases/{id}" => read(format!("/api/v1/phrases/{phrase}"), "town"),
        _ => return None,
    })
}
