//! Boundaries drawn by hand (R008): looked at before, decided above, dated and kept; loads compared;
//! exported; on both databases.

use crate::app::{App, User};
use serde_json::{Value, json};
use testkit::TestOffice;

/// The boundary of an area from west to east, as high as the buildings of the small city.
fn form(area: &str, west: f64, east: f64) -> Value {
    let ring = [
        [west, 25.4],
        [east, 25.4],
        [east, 25.41],
        [west, 25.41],
        [west, 25.4],
    ];
    json!({ "area": area, "geometry": { "type": "Polygon", "coordinates": [ring] } })
}

fn redraw(forms: &[Value]) -> Value {
    json!({ "kind": "redraw", "forms": forms, "reason": "新建道路以东划入1号楼" })
}

async fn preview(user: &User<'_>, forms: &[Value]) -> Vec<String> {
    let shown = user
        .post("/api/v1/area-changes/preview", &redraw(forms))
        .await
        .done()
        .json();
    let findings = shown["findings"].as_array().unwrap().iter();
    findings
        .map(|f| {
            assert!(f["lon"].is_number() && f["m2"].is_number(), "{f}");
            let sentence = f["sentence"].as_str().unwrap();
            sentence.chars().filter(|c| !c.is_ascii_digit()).collect()
        })
        .collect()
}

async fn unit_at(user: &User<'_>, lon: f64) -> Value {
    let found = user
        .get(format!("/api/v1/areas/locate?lon={lon}&lat=25.405"))
        .await;
    found.done().json()["unit"]["id"].clone()
}

async fn boundaries_drawn_by_hand(test: TestOffice) -> App {
    let app = App::over(test);
    let (admin, community) = (app.user("sysadmin").await, app.user("community").await);
    let grid = form("5", 119.0, 119.02);
    let file = json!({ "type": "Feature", "properties": { "name": "坂头安置房小区网格" }, "geometry": grid["geometry"] });
    let ground = json!({ "crs": "wgs84", "file": file.to_string(), "apply": true });
    let taken = admin.post("/api/v1/areas/1/boundaries", &ground).await;
    assert_eq!(taken.done().json()["wrong"], 0);
    let list = "code,street,door,lon,lat\nD1,A,1,119.011,25.405\n";
    let list = json!({ "file": list, "apply": true });
    let taken = community.post("/api/v1/areas/4/addresses", &list).await;
    taken.done();

    // Looked at before anybody is asked.
    assert_eq!(
        preview(&community, &[form("6", 119.0, 119.012)]).await,
        ["“号楼”与“号楼”重叠  平方米，请确定归属"]
    );
    assert_eq!(
        preview(&community, &[form("6", 119.0, 119.008)]).await,
        ["有  平方米不属于“坂头安置房小区网格”的任何下级区域，请划入相邻区域"]
    );
    assert_eq!(
        preview(&community, &[form("7", 119.01, 119.022)]).await,
        ["“号楼”有  平方米在“坂头安置房小区网格”之外，请修正边界"]
    );
    let both = [form("6", 119.0, 119.012), form("7", 119.012, 119.02)];
    assert_eq!(preview(&community, &both).await, [""; 0]);
    let mut crossed = form("6", 119.0, 119.012);
    let ring = crossed["geometry"]["coordinates"][0]
        .as_array_mut()
        .unwrap();
    ring.swap(1, 2);
    let refused = community
        .post("/api/v1/area-changes", &redraw(&[crossed]))
        .await;
    assert!(refused.json().to_string().contains("自相交叉"));
    for (login, status) in [("unit", 403), ("otherunit", 403), ("secadmin", 403)] {
        let other = app.user(login).await;
        let denied = other.post("/api/v1/area-changes", &redraw(&both)).await;
        assert_eq!(denied.status, status, "{login}");
    }

    // Proposed below, decided above; the point of a place leads to the new unit from that moment.
    assert_eq!(unit_at(&community, 119.011).await, "7");
    let change = community.post("/api/v1/area-changes", &redraw(&both)).await;
    let change = change.done().json();
    assert_eq!(change["sentence"], "调整“1号楼”、“2号楼”的边界");
    let id = change["id"].as_str().unwrap();
    let leader = app.user("townleader").await;
    let decided = leader
        .post(
            format!("/api/v1/area-changes/{id}/decision"),
            &json!({ "granted": true }),
        )
        .await
        .done()
        .json();
    assert_eq!(decided["outcome"], "2 个区域的边界已更新，在办事件留在原处");
    assert_eq!(unit_at(&community, 119.011).await, "6");
    let page = community
        .get("/api/v1/areas/6/addresses")
        .await
        .done()
        .json();
    assert_eq!(page["rows"][0]["code"], "D1", "by its point: {page}");

    // What it was, until when, by whom and why.
    let unit = app.user("unit").await;
    let former = unit.get("/api/v1/areas/6/former-boundaries").await;
    let former = former.done().json();
    assert_eq!(former.as_array().unwrap().len(), 1);
    assert_eq!(
        (&former[0]["change"], &former[0]["reason"], &former[0]["by"]),
        (
            &json!(id),
            &json!("新建道路以东划入1号楼"),
            &change["proposer_name"]
        )
    );
    let east = former[0]["geometry"]["coordinates"][0].to_string();
    assert!(
        east.contains("119.01,") && !east.contains("119.012"),
        "{east}"
    );
    let history = unit.get("/api/v1/areas/6/history").await.done().json();
    assert_eq!(history["changes"][0]["kind_word"], "边界调整");

    // Exported with codes by who may, and taken again as it is.
    let path = "/api/v1/areas/3/boundaries.geojson";
    let other = app.user("otherunit").await;
    assert_eq!(other.get(path).await.refusal().0, "403 denied");
    let sheet = leader
        .get("/api/v1/areas/3/boundaries.geojson")
        .await
        .done();
    assert_eq!(sheet.header("content-type"), "application/geo+json");
    let text = sheet.text();
    assert!(text.contains("119.012"), "{text}");
    let again = json!({ "crs": "wgs84", "file": text });
    let again = admin.post("/api/v1/areas/1/boundaries", &again).await;
    let again = again.done().json();
    assert_eq!(
        (&again["wrong"], &again["replaced"]),
        (&json!(0), &json!(4))
    );
    let audit = app
        .user("auditor")
        .await
        .get("/api/v1/audit?action=export_boundaries")
        .await;
    assert!(
        audit
            .done()
            .json()
            .to_string()
            .contains("导出 4 个区域的边界")
    );

    // The load of a period beside that of all time, and what stands out.
    unit.report().await;
    let load = community
        .get("/api/v1/areas/5/check?days=30")
        .await
        .done()
        .json();
    let of = |id: &str| {
        let loads = load["loads"].as_array().unwrap().iter();
        loads.clone().find(|l| l["area"]["id"] == id).unwrap()
    };
    assert_eq!(
        (&of("6")["period"], &of("6")["open"], &of("7")["period"]),
        (&json!(1), &json!(1), &json!(0))
    );
    assert_eq!(load["findings"], json!([]));
    let far = community.get("/api/v1/areas/5/check?days=9999").await;
    assert_eq!(far.status, 422);

    // And back again.
    let back = format!("/api/v1/area-changes/{id}/restoration");
    admin.post(back, &json!({})).await.done();
    assert_eq!(unit_at(&community, 119.011).await, "7");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_boundary_is_looked_at_decided_dated_and_kept() {
    boundaries_drawn_by_hand(TestOffice::sqlite("redraw").await).await;
}

#[test]
fn a_boundary_is_looked_at_decided_dated_and_kept_on_postgresql() {
    testkit::on_postgres("redraw", boundaries_drawn_by_hand);
}
