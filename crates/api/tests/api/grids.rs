//! The grids of another department (R011): a sheet is tried line by line, mended, and taken as a whole;
//! the crosswalk shows what corresponds and what does not; on both databases.

use crate::app::{App, User};
use crate::xlsx::{packed, workbook};
use data_encoding::BASE64;
use serde_json::{Value, json};
use testkit::TestOffice;

/// Written with bars, as the house's rule of punctuation takes commas between Chinese words for prose.
const SHEET: &str = "对方网格编码|网格名称|所属村居编码|本平台网格编码|专属|人口|户数|经度|纬度
ZZ-01|坂头安置房小区网格|350302003004||||||
ZZ-02|坂头中学网格|350302003004||是|600|||
ZZ-03|九龙北网格|350302003005|||450|150|119.03|25.41
";

async fn import(user: &User<'_>, area: &str, sheet: &str, apply: bool) -> Value {
    let form = json!({ "system": "zongzhi", "file": sheet.replace('|', ","), "apply": apply });
    let answer = user
        .post(format!("/api/v1/areas/{area}/grids"), &form)
        .await;
    answer.done().json()
}

async fn grids_of_another_department(test: TestOffice) -> App {
    let app = App::over(test);
    let admin = app.user("sysadmin").await;
    // Every fault with row and column, and the sheet again with the reasons.
    let faulty = SHEET
        .replace("350302003005", "999999")
        .replace("|是|600|", "|也许|六百|")
        + "ZZ-01||350302003004|WG-9||||400|\n";
    let tried = import(&admin, "1", &faulty, true).await;
    assert_eq!(
        (&tried["written"], &tried["wrong"], &tried["same"]),
        (&json!(false), &json!(3), &json!(1))
    );
    let told: Vec<&str> = tried["lines"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|l| l["problems"].as_array().unwrap())
        .map(|p| p["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        told,
        [
            "第 3 行“人口”：“六百”不是人数或户数，请填写整数",
            "第 3 行“专属”：“也许”不对，请填写“是”或“否”",
            "第 4 行“所属村居编码”：所选区域里没有统计编码为“999999”的村居，请核对",
            "第 5 行“网格名称”：应有 1 到 100 个字，请填写",
            "第 5 行“对方网格编码”：“ZZ-01”在第 2 行已经出现，请删去一行",
            "第 5 行“经度”：“400”不是经纬度，请填写小数形式的度数",
            "第 5 行“本平台网格编码”：“坂头社区”没有编码为“WG-9”的网格，请核对",
        ]
    );
    let marked = tried["marked"].as_str().unwrap();
    assert!(
        marked.lines().next().unwrap().ends_with("错误原因"),
        "{marked}"
    );
    assert!(marked.contains("六百") && marked.contains("请填写整数"));
    // The marked sheet itself is a sheet: mended, it is read again.
    let again = import(
        &admin,
        "1",
        &marked.replace("999999", "350302003005"),
        false,
    )
    .await;
    assert_eq!(again["wrong"], 2, "{again}");
    let heading = import(&admin, "1", "编号|颜色\n1|红\n", true).await;
    assert!(
        heading["problems"].to_string().contains("不认识"),
        "{heading}"
    );

    let tried = import(&admin, "1", SHEET, false).await;
    assert_eq!(
        (&tried["new"], &tried["same"], &tried["written"]),
        (&json!(2), &json!(1), &json!(false))
    );
    let children = async |area: &str| {
        let all = admin.get(format!("/api/v1/areas/{area}/children")).await;
        all.done().json().as_array().unwrap().len()
    };
    assert_eq!(children("4").await, 1, "a trial writes nothing");
    for (login, area) in [("community", "4"), ("town", "3"), ("secadmin", "1")] {
        let form = json!({ "system": "zongzhi", "file": SHEET, "apply": true });
        let other = app.user(login).await;
        let denied = other
            .post(format!("/api/v1/areas/{area}/grids"), &form)
            .await;
        assert_eq!(denied.refusal().0, "403 denied", "{login}");
    }
    let taken = import(&admin, "1", SHEET, true).await;
    assert_eq!(taken["written"], true);
    assert_eq!((children("4").await, children("8").await), (2, 2));
    let school = admin
        .get("/api/v1/areas/by-code?system=zongzhi&code=ZZ-02")
        .await
        .done()
        .json();
    assert_eq!(
        (&school["name"], &school["exclusive"], &school["population"]),
        (&json!("坂头中学网格"), &json!(true), &json!(600))
    );
    // Brought again, it is known and changes nothing.
    let known = import(&admin, "1", SHEET, true).await;
    assert_eq!((&known["new"], &known["same"]), (&json!(0), &json!(3)));
    assert_eq!(children("4").await, 2);

    let community = app.user("community").await;
    let cross = "/api/v1/areas/3/crosswalk?system=zongzhi";
    assert_eq!(community.get(cross).await.refusal().0, "403 denied");
    let town = app.user("town").await;
    let cross = town.get(cross).await.done().json();
    assert_eq!(
        (&cross["grids"], &cross["matched"]),
        (&json!(4), &json!(3)),
        "九龙小区网格 has none"
    );
    assert_eq!(
        cross["rows"][0]["theirs"],
        Value::Null,
        "what is missing first"
    );
    app.test.verify().await;
    app
}

#[tokio::test]
async fn the_grids_of_another_department_are_tried_mended_and_taken_as_a_whole() {
    grids_of_another_department(TestOffice::sqlite("grids").await).await;
}

#[test]
fn the_grids_of_another_department_are_tried_mended_and_taken_as_a_whole_on_postgresql() {
    testkit::on_postgres("grids", grids_of_another_department);
}

async fn send(user: &User<'_>, book: &[u8], apply: bool) -> crate::app::Answer {
    let form = json!({ "system": "zongzhi", "workbook": BASE64.encode(book), "apply": apply });
    user.post("/api/v1/areas/1/grids", &form).await
}

async fn a_workbook_of_grids(test: TestOffice) -> App {
    let app = App::over(test);
    let admin = app.user("sysadmin").await;
    // Rows keep their numbers although one is empty; codes that are numbers stay what was typed.
    let faulty = SHEET.replace("ZZ-02", "\nZZ-02").replace("600", "六百");
    let tried = send(&admin, &workbook(&faulty), true).await.done().json();
    assert_eq!(tried["written"], false);
    let said = tried["lines"][1]["problems"][0]["message"]
        .as_str()
        .unwrap();
    assert!(said.starts_with("第 4 行“人口”"), "{said}");
    assert_eq!(tried["lines"][0]["fate"], "same");
    let marked = tried["marked"].as_str().unwrap();
    assert!(marked.contains("请填写整数"), "{marked}");

    let taken = send(&admin, &workbook(SHEET), true).await.done().json();
    assert_eq!(
        (&taken["written"], &taken["new"], &taken["same"]),
        (&json!(true), &json!(2), &json!(1))
    );

    let broken = SHEET.replace("600", "#REF!");
    for (book, said) in [
        (workbook(&broken), "第 3 行第 6 列是公式错误"),
        (workbook(""), "是空的"),
        (b"not a workbook".to_vec(), "另存为"),
        (packed(&[("xl/media/photo.txt", "no book")]), "另存为"),
        (vec![0; 17 << 20], "超过 16 MB"),
    ] {
        let refused = send(&admin, &book, true).await.refusal();
        assert!(refused.1.contains(said), "{said}: {}", refused.1);
    }
    app.test.verify().await;
    app
}

#[tokio::test]
async fn a_workbook_is_taken_like_a_sheet_and_a_bad_one_is_refused_in_words() {
    a_workbook_of_grids(TestOffice::sqlite("workbook").await).await;
}

#[test]
fn a_workbook_is_taken_like_a_sheet_and_a_bad_one_is_refused_in_words_on_postgresql() {
    testkit::on_postgres("workbook", a_workbook_of_grids);
}
