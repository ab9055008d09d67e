//! The evidence pack: whole, provable, masked, only for the competent body, and told of in the audit.

use crate::app::{App, User};
use civic::trace::Hash;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use testkit::{TestOffice, on_postgres};

const PATH: &str = "/api/v1/evidence";
const INNOCENT: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n";

/// The files of a pack by name.
async fn taken(user: &User<'_>, no: &str) -> BTreeMap<String, Vec<u8>> {
    let form = json!({ "no": no, "purpose": "核查信访线索2026-17号" });
    let answer = user.post(PATH, &form).await.done();
    assert_eq!(answer.header("content-type"), "application/zip");
    let mut archive = zip::ZipArchive::new(Cursor::new(answer.bytes)).unwrap();
    (0..archive.len())
        .map(|n| {
            let mut file = archive.by_index(n).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn parsed(pack: &BTreeMap<String, Vec<u8>>, name: &str) -> Value {
    serde_json::from_slice(&pack[name]).unwrap()
}

fn text(pack: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(pack[name].clone()).unwrap()
}

async fn a_pack_is_whole_and_provable(test: TestOffice) -> App {
    let app = App::over(test);
    let unit = app.user("unit").await;
    let id = unit.report().await;
    let no = unit.matter(&id).await["no"].as_str().unwrap().to_owned();
    let upload = unit
        .ask("POST", format!("/api/v1/matters/{id}/files"))
        .file("现场.pdf", INNOCENT);
    let file = app.send(upload).await.done().json()["id"].clone();
    app.test.clock.advance_minutes(65);
    let form = json!({ "opinion": "单元无法解决<b>", "finding": "cannot", "files": [file] });
    unit.act(&id, "prehandle", &form).await.done();
    let grid = app.user("gridhead").await;
    grid.post(
        &*format!("/api/v1/matters/{id}/unmask"),
        &json!({ "reason": "电话核实面积" }),
    )
    .await
    .done();

    let body = app.user("discipline").await;
    let pack = taken(&body, &no).await;
    let names: Vec<_> = pack.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "时间线.html",
            "校验.json",
            "流转记录.jsonl",
            "清单.json",
            "附件/1-现场.pdf"
        ]
    );

    // The manifest names every other file with its digest.
    let manifest = parsed(&pack, "清单.json");
    let listed = manifest["文件清单"].as_array().unwrap();
    assert_eq!(listed.len(), 4);
    for entry in listed {
        let bytes = &pack[entry["文件"].as_str().unwrap()];
        assert_eq!(entry["sha256"], Hash::of(bytes).to_string());
    }
    assert!(manifest["说明"].as_str().unwrap().contains("不作责任认定"));
    assert_eq!(manifest["用途"], "核查信访线索2026-17号");

    // The chain can be computed anew by whoever holds the pack.
    let journal = text(&pack, "流转记录.jsonl");
    let mut prev = Hash::default();
    for line in journal.lines() {
        let step: Value = serde_json::from_str(line).unwrap();
        assert_eq!(step["prev"], prev.to_string());
        prev = prev.then(step["hashed"].as_str().unwrap().as_bytes());
        assert_eq!(step["hash"], prev.to_string());
    }
    let proof = parsed(&pack, "校验.json");
    assert_eq!(proof["结论"], "通过");
    assert_eq!(proof["末步校验值"], prev.to_string());
    assert_eq!(proof["步数"], journal.lines().count());

    // The page: who, post, time held, opinion as text, clocks, the look; identities masked.
    let page = text(&pack, "时间线.html");
    for part in [
        "陈春山",
        "1小时5分",
        "单元无法解决&lt;b&gt;",
        "附件：现场.pdf",
        "研判不隔夜",
        "查看联系方式",
        "电话核实面积",
        "139****1234",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    for part in ["13905941234", "<script"] {
        let all = pack
            .values()
            .map(|b| String::from_utf8_lossy(b).into_owned());
        assert!(!all.collect::<String>().contains(part), "{part}");
    }

    // Told of in the audit, and in the own list with the digest of the manifest.
    let digest = Hash::of(&pack["清单.json"]).to_string();
    let own = body.get(PATH).await.done().json();
    assert_eq!(
        (&own["rows"][0]["no"], &own["rows"][0]["digest"]),
        (&json!(no), &json!(digest))
    );
    assert_eq!(own["rows"][0]["purpose"], "核查信访线索2026-17号");
    let again = text(&taken(&body, &no).await, "时间线.html");
    assert!(
        again.contains("调取证据包"),
        "the next pack tells of this one"
    );

    // A journal that was altered is not passed as whole.
    app.test
        .sql("UPDATE step SET opinion = '改过的意见' WHERE seq = 2")
        .await;
    let proof = parsed(&taken(&body, &no).await, "校验.json");
    assert_eq!(proof["结论"], "没有通过");
    assert!(
        proof["发现"].to_string().contains("第 2 步的文字"),
        "{proof}"
    );
    app
}

#[tokio::test]
async fn a_pack_is_whole_provable_masked_and_told_of_on_sqlite() {
    a_pack_is_whole_and_provable(TestOffice::sqlite("evidence").await).await;
}

#[test]
fn a_pack_is_whole_provable_masked_and_told_of_on_postgresql() {
    on_postgres("evidence", a_pack_is_whole_and_provable);
}

#[tokio::test]
async fn only_the_competent_body_of_the_place_takes_a_pack_and_says_what_for() {
    let app = App::sqlite("evidence_rights").await;
    let id = app.user("unit").await.report().await;
    let no = app.user("gridhead").await.matter(&id).await["no"].clone();
    let form = json!({ "no": no, "purpose": "核查信访线索" });
    for login in [
        "cityleader",
        "countyleader",
        "town",
        "auditor",
        "secadmin",
        "unit",
    ] {
        let refused = app.user(login).await.post(PATH, &form).await.refusal();
        assert_eq!(refused.0, "403 denied", "{login}");
    }
    let body = app.user("discipline").await;
    let short = body
        .post(PATH, &json!({ "no": no, "purpose": "看看" }))
        .await;
    assert!(
        short.problems().starts_with("purpose required"),
        "{}",
        short.text()
    );
    // It has no daily sight: not the matter, not a list, not the attachments.
    assert_eq!(body.get(format!("/api/v1/matters/{id}")).await.status, 404);
    let list = body.get("/api/v1/matters?view=area&area=2").await;
    assert_eq!(list.status, 404, "{}", list.text());
    // Appointed over another town, one finds nothing here.
    let post = json!({ "login": "manager", "role": "discipline", "source": "civil_servant", "from": "2026-03-11" });
    let leader = app.user("countyleader").await;
    leader.post("/api/v1/areas/20/posts", &post).await.done();
    let grid = leader.post("/api/v1/areas/5/posts", &post).await;
    assert!(grid.problems().contains("wrong_level"), "{}", grid.text());
    let other = app.user("manager").await;
    assert_eq!(other.post(PATH, &form).await.refusal().0, "404 unknown");
}

#[tokio::test]
async fn a_sealed_dispute_gives_times_and_people_and_keeps_its_words() {
    let app = App::sqlite("evidence_sealed").await;
    let unit = app.user("unit").await;
    let report = json!({ "text": "楼上漏水，两家争执", "category": "0102", "channel": "field", "unit": "6", "address": "坂头路9号" });
    let made = unit.post("/api/v1/matters", &report).await.done().json();
    let (id, no) = (made["id"].as_str().unwrap(), made["no"].as_str().unwrap());
    let say = json!({ "opinion": "已当面说和" });
    unit.act(id, "comment", &say).await.done();
    let body = app.user("discipline").await;
    let open = taken(&body, no).await;
    assert!(text(&open, "时间线.html").contains("已当面说和"));
    let settle = json!({ "opinion": "两家和好", "finding": "solved", "reply": "已化解" });
    unit.act(id, "settle", &settle).await.done();
    let sealed = taken(&body, no).await;
    let page = text(&sealed, "时间线.html");
    assert!(
        page.contains("陈春山") && page.contains("已经封存"),
        "{page}"
    );
    let all: String = sealed
        .values()
        .map(|b| String::from_utf8_lossy(b).into_owned())
        .collect();
    for word in ["漏水", "说和", "和好", "已化解", "坂头路9号"] {
        assert!(!all.contains(word), "{word}");
    }
    let first: Value =
        serde_json::from_str(text(&sealed, "流转记录.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["hashed"], &first["words"]),
        (&Value::Null, &Value::Null)
    );
    assert!(first["hash"].is_string());
    assert_eq!(parsed(&sealed, "校验.json")["结论"], "通过");
}
