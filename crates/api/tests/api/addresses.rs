//! Standard addresses and households (R009): a list is tried, mended and taken; every address and
//! household is in exactly one unit, or the check says which is not; they follow a change of the tree;
//! on both databases.

use crate::app::{App, Ask, User};
use crate::xlsx::workbook;
use data_encoding::BASE64;
use serde_json::{Value, json};
use testkit::TestOffice;

/// Written with bars, as the house's rule of punctuation takes commas between Chinese words for prose.
const HEAD: &str = "地址编码|街路巷|门牌号|楼栋|户室|所属村居编码|经度|纬度\n";
const LINES: &str = "D1|胜利路|1号|1号楼|101室||119.005|25.405
D2|胜利路|1号|1号楼|102室||119.006|25.405
D3|胜利路|2号|2号楼|101室||119.015|25.405
D4|胜利路|9号|||350302003004||
D5|胜利 路|2号|2号楼|101室||119.016|25.405
";
const HOMES: &str = "户编号|地址编码|人数|所属村居编码
H1|D1|3|
H2|D2|2|
H2|D3|2|
H3||4|350302003004
";

async fn import(user: &User<'_>, what: &str, sheet: &str, apply: bool) -> Value {
    let form = json!({ "file": sheet.replace('|', ","), "apply": apply });
    let path = format!("/api/v1/areas/4/{what}");
    user.post(path, &form).await.done().json()
}

/// `word count` of what the check found of addresses and households.
async fn lacks(user: &User<'_>, area: &str) -> Vec<String> {
    let whole = user
        .get(format!("/api/v1/areas/{area}/completeness"))
        .await
        .done()
        .json();
    let kinds = whole["kinds"].as_array().unwrap().iter();
    kinds
        .filter(|k| {
            let kind = k["kind"].as_str().unwrap();
            (kind.starts_with("address") || kind.starts_with("home")) && k["count"] != 0
        })
        .map(|k| format!("{} {}", k["word"].as_str().unwrap(), k["count"]))
        .collect()
}

async fn list(user: &User<'_>, query: &str) -> Vec<String> {
    let page = user.get(format!("/api/v1/areas/{query}")).await;
    let page = page.done().json();
    let rows = page["rows"].as_array().unwrap().iter();
    rows.map(|a| {
        let area = a["area_name"].as_str().unwrap().rsplit(" / ").next();
        format!("{} {}", a["code"].as_str().unwrap(), area.unwrap())
    })
    .collect()
}

/// Signs for doors open the report page with their place; of an address anybody is told no more than the
/// building.
async fn signs_lead_to_their_place(app: &App, community: &User<'_>) {
    let path = |query: &str| format!("/api/v1/areas/4/signs?base=https://hj.test&{query}");
    let signs = community.get(path("of=addresses&q=101")).await.done();
    let signs = signs.json()["rows"].as_array().unwrap().clone();
    assert_eq!(signs.len(), 3, "{signs:?}");
    assert_eq!(signs[0]["title"], "胜利路1号1号楼101室");
    assert_eq!(signs[0]["link"], "https://hj.test/m/report?place=D1");
    assert!(signs[0]["svg"].as_str().unwrap().contains("<svg"));
    assert_ne!(signs[0]["svg"], signs[1]["svg"]);
    let first = community.get(path("of=units&limit=1")).await.done().json();
    let next = first["next"].as_str().unwrap();
    let second = path(&format!("of=units&limit=1&cursor={next}"));
    let second = community.get(second).await.done().json();
    let unit = second["rows"][0].clone();
    assert_ne!(first["rows"][0]["link"], unit["link"]);

    let place = async |code: &str| {
        let path = format!("/api/v1/public/place?code={code}");
        app.send(Ask::new("GET", path)).await
    };
    let found = place("D1").await.done().json();
    assert_eq!(
        (&found["name"], &found["address"]),
        (&json!("1号楼"), &json!("胜利路1号1号楼"))
    );
    let code = unit["link"].as_str().unwrap().rsplit('=').next().unwrap();
    let found = place(code).await.done().json();
    assert_eq!(found["name"], unit["title"]);
    assert!(found["address"].is_null());
    for gone in ["D404", "unit-1", "unit-999999", "unit-x"] {
        let (code, sentence) = place(gone).await.refusal();
        assert_eq!(code, "404 unknown", "{gone}");
        assert!(sentence.contains("请输入名称"), "{sentence}");
    }
    let elsewhere = "/api/v1/areas/4/signs?of=units&base=https://hj.test/path";
    let elsewhere = community.get(elsewhere).await.problems();
    assert!(elsewhere.contains("base bad_origin"), "{elsewhere}");
}

async fn a_register_of_addresses(test: TestOffice) -> App {
    let app = App::over(test);
    let community = app.user("community").await;
    let faulty = format!(
        "{HEAD}D1||||||119|\nD2|胜利路|1号|||999||\nD2|胜利路|1号|||||\nD3|胜利路|7号||||119.035|25.405\n"
    );
    let tried = import(&community, "addresses", &faulty, true).await;
    assert_eq!(
        (&tried["wrong"], &tried["written"]),
        (&json!(4), &json!(false))
    );
    let told: Vec<&str> = tried["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        told,
        [
            "第 2 行“街路巷”：街路巷和小区至少填写一项",
            "第 2 行“门牌号”：请填写门牌号、小区或楼栋，只有街路巷不成地址",
            "第 2 行“经度”：经度和纬度要么都填，要么都不填",
            "第 3 行“所属村居编码”：所选区域里没有统计编码为“999”的村居，请核对",
            "第 4 行“地址编码”：“D2”在第 3 行已经出现，请删去一行",
            "第 5 行“经度”：坐标落在所选区域之外的“莆田市 / 城厢区 / 龙桥街道 / 延寿社区 / 延寿小区网格 / 5号楼”，请核对",
        ]
    );
    assert!(tried["marked"].as_str().unwrap().contains("错误原因"));

    // A code is no formula; what looks like one leaves the house as text.
    let formula = format!("{HEAD}=1+1|=A1|1号|||||\n");
    let formula = import(&community, "addresses", &formula, true).await;
    let told = formula["problems"][0]["message"].as_str().unwrap();
    assert!(told.starts_with("第 2 行“地址编码”：“=1+1”不对"), "{told}");
    let marked = formula["marked"].as_str().unwrap();
    assert!(marked.contains("\n'=1+1,'=A1,"), "{marked}");
    // A workbook is taken like a sheet; nobody else's area is.
    let book = BASE64.encode(&workbook(&format!("{HEAD}{LINES}")));
    let form = json!({ "workbook": book, "apply": true });
    for (login, area) in [("otherunit", "4"), ("community", "3"), ("unit", "4")] {
        let other = app.user(login).await;
        let path = format!("/api/v1/areas/{area}/addresses");
        assert_eq!(
            other.post(path, &form).await.refusal().0,
            "403 denied",
            "{login}"
        );
    }
    let taken = community.post("/api/v1/areas/4/addresses", &form).await;
    let taken = taken.done().json();
    assert_eq!(
        (&taken["written"], &taken["new"], &taken["nowhere"]),
        (&json!(true), &json!(5), &json!(1)),
        "{taken}"
    );
    let again = import(&community, "addresses", &format!("{HEAD}{LINES}"), true).await;
    assert_eq!((&again["new"], &again["known"]), (&json!(0), &json!(5)));
    let persons = "户编号|地址编码|人数\n350302199001011234|D1|3\n";
    let persons = import(&community, "households", persons, true).await;
    assert!(persons["problems"].to_string().contains("不能用个人的号码"));
    let homes = import(&community, "households", HOMES, true).await;
    assert_eq!(
        (&homes["written"], &homes["nowhere"]),
        (&json!(true), &json!(1)),
        "{homes}"
    );

    // Who lies nowhere, who is there twice, and who is elsewhere.
    assert_eq!(
        lacks(&community, "4").await,
        ["地址没有单元 1", "地址重复 2", "户没有地址 1", "一户多址 2"]
    );
    let sheet = community.get("/api/v1/areas/4/completeness.csv").await;
    let sheet = sheet.done().text();
    for named in [
        "胜利路9号（D4）",
        "（D5）",
        "户 H3",
        "户 H2 登记在 胜利路2号2号楼101室",
    ] {
        assert!(sheet.contains(named), "{named}: {sheet}");
    }
    assert_eq!(
        list(&community, "4/addresses?q=%E8%83%9C%E5%88%A9%E8%B7%AF+101").await,
        ["D1 1号楼", "D3 2号楼", "D5 2号楼"]
    );
    signs_lead_to_their_place(&app, &community).await;
    assert_eq!(
        list(&community, "7/addresses").await,
        ["D3 2号楼", "D5 2号楼"]
    );
    let other = app.user("otherunit").await;
    assert_eq!(
        other.get("/api/v1/areas/4/addresses").await.refusal().0,
        "403 denied"
    );

    // A place search finds the unit by the address, without rooms, for anybody.
    let found = app
        .send(crate::app::Ask::new(
            "GET",
            "/api/v1/public/areas/search?q=%E8%83%9C%E5%88%A9%E8%B7%AF1%E5%8F%B7",
        ))
        .await
        .done()
        .json();
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    let name = found[0]["full_name"].as_str().unwrap();
    assert!(name.ends_with("1号楼（胜利路1号1号楼）"), "{name}");

    // One is corrected: with a reason, and what it was stands in the audit.
    let page = community
        .get("/api/v1/areas/4/addresses?q=D4")
        .await
        .done()
        .json();
    let id = page["rows"][0]["id"].as_str().unwrap().to_owned();
    let one = format!("/api/v1/addresses/{id}");
    assert_eq!(other.get(&one).await.refusal().0, "404 unknown");
    let put = async |user: &User<'_>, body: Value| {
        let ask = user.ask("PUT", &one).json(&body);
        app.send(ask).await
    };
    let body = json!({ "street": "胜利路", "door": "9号", "status": "valid", "unit": "7", "reason": "现场核对" });
    let mut unsaid = body.clone();
    unsaid["reason"] = Value::Null;
    assert_eq!(put(&community, unsaid).await.status, 422);
    let mut far = body.clone();
    far["unit"] = json!("23");
    assert_eq!(put(&community, far).await.refusal().0, "403 denied");
    let corrected = put(&community, body.clone()).await.done().json();
    assert_eq!(
        (&corrected["area"], &corrected["stated"]),
        (&json!("7"), &json!(true))
    );
    // The unit stays where nothing is said of it. A point far from what is known is refused, or said to
    // be right; with the unit taken away the point decides.
    let point = |lon: f64, more: Value| {
        let mut body = json!({ "street": "胜利路", "door": "9号", "status": "valid",
            "lon": lon, "lat": 25.405, "reason": "重新定位" });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let stays = put(&community, point(119.015, json!({})))
        .await
        .done()
        .json();
    assert_eq!(
        (&stays["area"], &stays["stated"], &stays["lon"]),
        (&json!("7"), &json!(true), &json!(119.015))
    );
    let moon = point(120.5, json!({ "confirmed": true }));
    let moon = put(&community, moon).await.problems();
    assert!(
        moon.starts_with("lon far_off: 坐标离所属的治理单元约 14"),
        "{moon}"
    );
    let next = put(&community, point(119.005, json!({ "unit": null }))).await;
    assert_eq!(
        next.problems(),
        "lon confirm: 坐标比原来的坐标移动了约 1.0 公里，请核对；确实没有填错的，请勾选“坐标已核对”再保存\n"
    );
    let sure = point(119.005, json!({ "unit": null, "confirmed": true }));
    let sure = put(&community, sure).await.done().json();
    assert_eq!(
        (&sure["area"], &sure["stated"]),
        (&json!("6"), &json!(false))
    );
    let mut back = body.clone();
    back["unit"] = json!("7");
    back["lon"] = Value::Null;
    back["lat"] = Value::Null;
    let back = put(&community, back).await.done().json();
    assert_eq!((&back["area"], &back["lon"]), (&json!("7"), &Value::Null));
    let audit = app
        .user("auditor")
        .await
        .get("/api/v1/audit?action=correct_address")
        .await;
    let audit = audit.done().json().to_string();
    assert!(
        audit.contains("现场核对") && audit.contains("坂头社区"),
        "{audit}"
    );
    assert_eq!(lacks(&community, "4").await[0], "地址重复 2");

    // A building is joined with another: its addresses and households go along and none is lost.
    let merge =
        json!({ "kind": "merge", "areas": ["6", "7"], "name": "1号和2号楼", "reason": "合并" });
    let shown = community.post("/api/v1/area-changes/preview", &merge).await;
    let others = shown.done().json()["others"].to_string();
    assert!(
        others.contains("标准地址") && others.contains("\"count\":5"),
        "{others}"
    );
    let change = community
        .post("/api/v1/area-changes", &merge)
        .await
        .done()
        .json();
    let path = format!(
        "/api/v1/area-changes/{}/decision",
        change["id"].as_str().unwrap()
    );
    let leader = app.user("townleader").await;
    let done = leader
        .post(path, &json!({ "granted": true }))
        .await
        .done()
        .json();
    assert_eq!(done["state"], "applied", "{done}");
    assert_eq!(
        list(&community, "4/addresses").await,
        [
            "D1 1号和2号楼",
            "D2 1号和2号楼",
            "D3 1号和2号楼",
            "D4 1号和2号楼",
            "D5 1号和2号楼"
        ]
    );
    assert_eq!(
        lacks(&community, "4").await,
        ["地址重复 2", "户没有地址 1", "一户多址 2"]
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn every_address_and_household_is_in_one_unit_or_named() {
    a_register_of_addresses(TestOffice::sqlite("addresses").await).await;
}

#[test]
fn every_address_and_household_is_in_one_unit_or_named_on_postgresql() {
    testkit::on_postgres("addresses", a_register_of_addresses);
}
