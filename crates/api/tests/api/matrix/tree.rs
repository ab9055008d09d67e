//! How areas, their changes, addresses and boundaries are called.

use super::scene::{Scene, rename};
use super::{Call, read, write};
use serde_json::json;

pub(super) fn call(operation: &str, scene: &Scene) -> Option<Call> {
    let Scene {
        address, change, ..
    } = scene;
    Some(match operation {
        "get /api/v1/areas/root" => read("/api/v1/areas/root", "unit"),
        "get /api/v1/areas/search" => read("/api/v1/areas/search?q=1", "unit"),
        "get /api/v1/areas/locate" => read("/api/v1/areas/locate?lon=119.005&lat=25.405", "unit"),
        "get /api/v1/areas/{id}" => read("/api/v1/areas/5", "unit"),
        "get /api/v1/areas/{id}/boundaries" => read("/api/v1/areas/5/boundaries", "unit"),
        "get /api/v1/area-changes" => read("/api/v1/area-changes", "unit"),
        "post /api/v1/area-changes/preview" => {
            write("/api/v1/area-changes/preview", "community", rename("新楼"))
        }
        "post /api/v1/area-changes" => write("/api/v1/area-changes", "community", rename("新楼")),
        "get /api/v1/area-changes/{id}" => read(format!("/api/v1/area-changes/{change}"), "unit"),
        "get /api/v1/area-changes/{id}/preview" => read(
            format!("/api/v1/area-changes/{change}/preview"),
            "community",
        ),
        "post /api/v1/area-changes/{id}/decision" => write(
            format!("/api/v1/area-changes/{change}/decision"),
            "townleader",
            json!({ "granted": true }),
        ),
        "delete /api/v1/area-changes/{id}" => {
            read(format!("/api/v1/area-changes/{change}"), "townleader")
        }
        "get /api/v1/areas/by-code" => {
            read("/api/v1/areas/by-code?system=stat&code=350302003", "unit")
        }
        "get /api/v1/areas/{id}/completeness" => read("/api/v1/areas/5/completeness", "community"),
        "get /api/v1/areas/{id}/completeness.csv" => {
            read("/api/v1/areas/5/completeness.csv", "community")
        }
        "get /api/v1/areas/{id}/check" => read("/api/v1/areas/5/check", "community"),
        "post /api/v1/areas/{id}/codes" => write(
            "/api/v1/areas/1/codes",
            "sysadmin",
            json!({ "system": "police", "csv": "本平台编码，对方编码\n350302003004,WG-1" }),
        ),
        "post /api/v1/areas/{id}/grids" => write(
            "/api/v1/areas/1/grids",
            "sysadmin",
            json!({ "system": "police", "file": "code,name,community\nJW-7,JW-7,350302003004" }),
        ),
        "post /api/v1/areas/{id}/boundaries" => write(
            "/api/v1/areas/1/boundaries",
            "sysadmin",
            json!({ "crs": "wgs84", "file": "{\"type\":\"FeatureCollection\",\"features\":[]}" }),
        ),
        "post /api/v1/area-changes/{id}/restoration" => write(
            format!("/api/v1/area-changes/{change}/restoration"),
            "sysadmin",
            json!({}),
        ),
        "get /api/v1/areas/{id}/addresses" => read("/api/v1/areas/4/addresses", "community"),
        "get /api/v1/areas/{id}/signs" => read(
            "/api/v1/areas/4/signs?of=units&base=https://hangji.test",
            "community",
        ),
        "post /api/v1/areas/{id}/addresses" => write(
            "/api/v1/areas/4/addresses",
            "community",
            json!({ "file": "code,street,door\nD1,A,1" }),
        ),
        "post /api/v1/areas/{id}/households" => write(
            "/api/v1/areas/4/households",
            "community",
            json!({ "file": "no,people,community\nH1,3,350302003004" }),
        ),
        "get /api/v1/addresses/{id}" => read(format!("/api/v1/addresses/{address}"), "community"),
        "put /api/v1/addresses/{id}" => write(
            format!("/api/v1/addresses/{address}"),
            "community",
            json!({ "street": "胜利路", "door": "1号", "status": "valid", "unit": "6", "reason": "核对" }),
        ),
        "get /api/v1/areas/{id}/former-boundaries" => {
            read("/api/v1/areas/6/former-boundaries", "unit")
        }
        "get /api/v1/areas/{id}/boundaries.geojson" => {
            read("/api/v1/areas/5/boundaries.geojson", "community")
        }
        "get /api/v1/areas/{id}/crosswalk" => {
            read("/api/v1/areas/3/crosswalk?system=police", "town")
        }
        "get /api/v1/areas/{id}/history" => read("/api/v1/areas/5/history", "unit"),
        "get /api/v1/areas/{id}/children" => read("/api/v1/areas/5/children", "unit"),
        "get /api/v1/code-lists" => read("/api/v1/code-lists", "unit"),
        "post /api/v1/code-lists/{list}/entries" => write(
            "/api/v1/code-lists/titles/entries",
            "sysadmin",
            json!({ "owner": "unit_head", "word": "厝长" }),
        ),
        "put /api/v1/code-lists/{list}/entries" => write(
            "/api/v1/code-lists/area_kinds/entries",
            "sysadmin",
            json!({ "owner": "unit", "code": "building", "word": "楼座" }),
        ),
        "get /api/v1/public/areas/search" => read("/api/v1/public/areas/search?q=1", "unit"),
        "get /api/v1/public/areas/locate" => {
            read("/api/v1/public/areas/locate?lon=119.005&lat=25.405", "unit")
        }
        _ => return None,
    })
}
