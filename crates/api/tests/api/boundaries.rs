//! Boundaries from elsewhere (R011, R008): a file is tried feature by feature, taken as a whole, and
//! taken back; on both databases.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::TestOffice;

fn feature(properties: Value, ring: &[[f64; 2]]) -> Value {
    json!({ "type": "Feature", "properties": properties, "geometry": { "type": "Polygon", "coordinates": [ring] } })
}

/// A closed square with its west and south, about half a kilometre wide.
fn square(lon: f64, lat: f64) -> [[f64; 2]; 5] {
    let (east, north) = (lon + 0.005, lat + 0.005);
    [
        [lon, lat],
        [east, lat],
        [east, north],
        [lon, north],
        [lon, lat],
    ]
}

async fn import(user: &User<'_>, crs: &str, features: Value, apply: bool) -> Value {
    let file = json!({ "type": "FeatureCollection", "features": features }).to_string();
    let form = json!({ "crs": crs, "file": file, "apply": apply });
    let answer = user.post("/api/v1/areas/1/boundaries", &form).await;
    answer.done().json()
}

async fn drawn(user: &User<'_>, parent: &str, id: &str) -> Value {
    let all = user.get(format!("/api/v1/areas/{parent}/boundaries")).await;
    let all = all.done().json();
    let features = all["features"].as_array().unwrap();
    let found = features.iter().find(|f| f["id"] == id);
    found.map_or(Value::Null, |f| f["geometry"]["coordinates"].clone())
}

async fn boundaries_from_elsewhere(test: TestOffice) -> App {
    let app = App::over(test);
    let admin = app.user("sysadmin").await;
    let mut crossed = square(119.0, 25.4);
    crossed.swap(1, 2);
    let faulty = json!([
        feature(json!({ "name": "1号楼" }), &crossed),
        feature(json!({ "code": 999_999 }), &square(119.0, 25.4)),
        feature(json!({ "颜色": "红" }), &square(119.0, 25.4)),
        { "type": "Feature", "properties": { "name": "3号楼" }, "geometry": { "type": "Point", "coordinates": [119.0, 25.4] } },
        feature(json!({ "name": "2号楼" }), &square(119.0, 25.4)),
        feature(json!({ "name": "2号楼" }), &square(119.0, 25.4)),
        feature(json!({ "code": "350302003004" }), &square(109.0, 25.4)),
    ]);
    let tried = import(&admin, "wgs84", faulty, true).await;
    assert_eq!(
        (&tried["wrong"], &tried["replaced"], &tried["change"]),
        (&json!(6), &json!(1), &Value::Null)
    );
    let told: Vec<&str> = tried["lines"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|l| l["problems"].as_array().unwrap())
        .map(|p| p["message"].as_str().unwrap())
        .collect();
    expect_test::expect![[r#"
        [
            "第 1 个图形的边线在东经 119.002500、北纬 25.402500 处自相交叉，请修正该处后再导入",
            "第 2 个图形：所选区域里没有编码为“999999”的区域，请核对",
            "第 3 个图形没有区域的编码或名称，请在属性 code 或 name 里填写",
            "第 4 个图形是“点”，不是面。请只导出面（Polygon 或 MultiPolygon）",
            "第 6 个图形与第 5 个图形是同一个区域，请删去一个或合成一个多面图形",
            "第 7 个图形离“坂头社区”现在的位置有 1004 公里，请核对坐标系和区域",
        ]
    "#]]
    .assert_debug_eq(&told);

    // Two shapes of one area, one with a hole, in the system of commercial maps.
    let before = drawn(&admin, "5", "7").await;
    let ground = json!({ "type": "Feature", "properties": { "编码": "350302003004" }, "geometry": { "type": "MultiPolygon", "coordinates": [
        [square(119.0, 25.4), [[119.001, 25.401], [119.002, 25.401], [119.002, 25.402], [119.001, 25.401]]],
        [square(119.01, 25.4)],
    ] } });
    let good = json!([
        ground,
        feature(json!({ "name": "2号楼" }), &square(119.02, 25.4))
    ]);
    let tried = import(&admin, "gcj02", good.clone(), false).await;
    assert_eq!(
        (&tried["new"], &tried["replaced"], &tried["wrong"]),
        (&json!(1), &json!(1), &json!(0)),
        "{tried}"
    );
    assert_eq!(
        drawn(&admin, "5", "7").await,
        before,
        "a trial writes nothing"
    );
    for login in ["community", "town", "secadmin"] {
        let form = json!({ "crs": "wgs84", "file": "{}", "apply": true });
        let other = app.user(login).await;
        let denied = other.post("/api/v1/areas/1/boundaries", &form).await;
        assert_eq!(denied.refusal().0, "403 denied", "{login}");
    }
    let no_system = json!({ "file": "{}" });
    let unsaid = admin.post("/api/v1/areas/1/boundaries", &no_system).await;
    assert_eq!(unsaid.status, 422);

    let taken = import(&admin, "gcj02", good, true).await;
    let change = taken["change"].as_str().unwrap();
    let after = drawn(&admin, "5", "7").await;
    let west = after[0][0][0].as_f64().unwrap();
    assert!(
        (west - 119.02).abs() > 0.003 && (west - 119.02).abs() < 0.007,
        "moved back by the shift of the system: {west}"
    );
    let community = drawn(&admin, "3", "4").await;
    assert_eq!(community.as_array().unwrap().len(), 2, "two parts");
    assert_eq!(community[0].as_array().unwrap().len(), 2, "with a hole");
    // The point of the building lies inside it now, and finds it.
    let unit = admin.get("/api/v1/areas/7").await.done().json();
    let at = format!(
        "/api/v1/areas/locate?lon={}&lat={}",
        unit["lon"], unit["lat"]
    );
    assert_eq!(admin.get(at).await.done().json()["unit"]["id"], "7");

    // The ledger knows who did it; it is taken back as a whole.
    let seen = admin.get(format!("/api/v1/area-changes/{change}")).await;
    let seen = seen.done().json();
    assert_eq!(
        (&seen["kind_word"], &seen["state"], &seen["may_restore"]),
        (&json!("边界调整"), &json!("applied"), &json!(true))
    );
    assert!(seen["reason"].as_str().unwrap().contains("GCJ-02"));
    let back = format!("/api/v1/area-changes/{change}/restoration");
    let town = app.user("town").await;
    assert_eq!(town.post(&back, &json!({})).await.refusal().0, "403 denied");
    let restored = admin.post(&back, &json!({})).await.done().json();
    assert_eq!(restored["sentence"], "恢复 2 个区域调整前的边界");
    assert_eq!(drawn(&admin, "5", "7").await, before);
    assert_eq!(drawn(&admin, "3", "4").await, Value::Null, "it had none");
    let again = admin.post(&back, &json!({})).await.refusal();
    assert_eq!(again.0, "409 conflict");
    assert!(again.1.contains("请先恢复后来的那一次"), "{}", again.1);
    app.test.verify().await;
    app
}

#[tokio::test]
async fn boundaries_of_a_file_are_tried_taken_as_a_whole_and_taken_back() {
    boundaries_from_elsewhere(TestOffice::sqlite("boundaries").await).await;
}

#[test]
fn boundaries_of_a_file_are_tried_taken_as_a_whole_and_taken_back_on_postgresql() {
    testkit::on_postgres("boundaries", boundaries_from_elsewhere);
}
