//! Registers of the organisation: party organisations beside the tree, members who join without
//! leaving home, meetings whose decisions are followed, and the rolls of staff.

use crate::app::{Answer, App, User};
use serde_json::{Value, json};
use testkit::{TestOffice, on_postgres};

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

fn org(area: &str, name: &str, rank: &str, more: &Value) -> Value {
    let mut values = json!({ "name": name, "rank": rank, "nature": "standing", "founding": "own" });
    for (code, value) in more.as_object().unwrap() {
        values[code] = value.clone();
    }
    json!({ "area": area, "values": values })
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

async fn the_party_beside_the_tree(test: TestOffice) -> App {
    let app = App::over(test);
    let (town, leader) = (app.user("town").await, app.user("townleader").await);
    let (community, secretary) = (app.user("community").await, app.user("secretary").await);

    // Four levels; a branch that covers grids of two communities is founded jointly.
    let committee = added(
        &community,
        "party_org",
        &org(
            "4",
            "坂头社区党委",
            "committee",
            &json!({ "secretary": "secretary" }),
        ),
    )
    .await;
    let branch = added(
        &community,
        "party_org",
        &org(
            "5",
            "安置房小区党支部",
            "branch",
            &json!({ "parent": committee, "members": "31" }),
        ),
    )
    .await;
    added(
        &community,
        "party_org",
        &org("6", "1号楼党小组", "group", &json!({ "parent": branch })),
    )
    .await;
    let both = json!({ "founding": "joint", "covers": "5,9" });
    let joint = added(
        &town,
        "party_org",
        &org("3", "两小区联合党支部", "branch", &both),
    )
    .await;
    let seen = town
        .get(format!("/api/v1/records/{joint}"))
        .await
        .done()
        .json();
    assert_eq!(seen["shown"]["covers"], "坂头安置房小区网格、九龙小区网格");
    let upward = org(
        "6",
        "倒挂党支部",
        "general_branch",
        &json!({ "parent": branch }),
    );
    assert_eq!(
        add(&community, "party_org", &upward).await.problems(),
        "parent bad_value: 上级党组织的层级要高于本记录\n"
    );
    // What the form offers to point at: upwards and below, not aside.
    let offered = "/api/v1/registers/party_org/choices?area=6";
    let offered = community.get(offered).await.done().json();
    let names: Vec<_> = offered
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "两小区联合党支部",
            "1号楼党小组",
            "安置房小区党支部",
            "坂头社区党委"
        ]
    );
    let temporary = json!({ "area": "4", "values": { "name": "抗洪临时党支部", "rank": "branch", "nature": "temporary", "founding": "own", "task": "防汛" } });
    assert_eq!(
        add(&community, "party_org", &temporary).await.problems(),
        "to required: “临时”请填写截止日期\n"
    );

    // The counts of an area are those of everything below, by kind, and end with the records.
    let kinds = counts(&leader, "party", "3", "party_org").await;
    assert_eq!(kinds["total"]["number"], 4);
    assert_eq!(kinds["total"]["facets"]["rank.branch"], 2);
    assert_eq!(kinds["total"]["facets"]["founding.joint"], 1);
    assert_eq!(kinds["children"][0]["name"], "坂头社区");
    assert_eq!(kinds["children"][0]["number"], 3);
    change(
        &town,
        &joint,
        "POST",
        "/end",
        &json!({ "reason": "分设两个支部" }),
    )
    .await
    .done();
    assert_eq!(
        counts(&leader, "party", "3", "party_org").await["total"]["number"],
        3
    );

    // Joining a branch: for the secretary, masked, sealed, and without touching the home.
    let member = json!({ "area": "5", "values": { "person": "林志远", "phone": "13905946677", "kind": "seconded", "org": branch, "home": "区住建局机关党支部" } });
    assert_eq!(
        add(&community, "party_joined", &member).await.refusal().0,
        "403 denied"
    );
    let id = added(&secretary, "party_joined", &member).await;
    let seen = secretary
        .get(format!("/api/v1/records/{id}"))
        .await
        .done()
        .json();
    assert_eq!(
        (&seen["shown"]["person"], &seen["shown"]["phone"]),
        (&json!("林**"), &json!("139****6677"))
    );
    assert_eq!(seen["shown"]["org"], "安置房小区党支部");
    // Who is no secretary above learns no more than of a record that is not there.
    for login in ["community", "town", "county", "gridhead", "neighbour"] {
        let user = app.user(login).await;
        let told = async |id: &str| {
            let read = user.get(format!("/api/v1/records/{id}")).await.refusal();
            let reason = json!({ "reason": "通知参加组织生活" });
            let unmask = user.post(format!("/api/v1/records/{id}/unmask"), &reason);
            let end = change(&user, id, "POST", "/end", &reason).await.refusal();
            [read, unmask.await.refusal(), end]
        };
        let nothing = (
            "404 unknown".to_owned(),
            "找不到这个台账记录，或者您无权查看。请核对编号，或联系上级管理员。".to_owned(),
        );
        assert_eq!(
            told(&id).await,
            [nothing.clone(), nothing.clone(), nothing],
            "{login}"
        );
        assert_eq!(told(&id).await, told("1").await, "{login}");
    }
    let moved = json!({ "from": "2026-03-11", "values": { "kind": "seconded", "org": branch, "home": "安置房小区党支部" }, "reason": "转组织关系" });
    let refused = change(&secretary, &id, "PUT", "", &moved).await.problems();
    assert!(
        refused.starts_with("home fixed: “组织关系所在党组织”不能改动"),
        "{refused}"
    );
    let fixed = json!({ "from": "2026-03-11", "values": { "kind": "resident", "org": branch, "home": "区住建局机关党支部" }, "reason": "类别登记有误" });
    let after = change(&secretary, &id, "PUT", "", &fixed)
        .await
        .done()
        .json();
    assert_eq!(
        after["shown"]["person"], "林**",
        "left out, it stays sealed"
    );
    assert_eq!(
        after["changes"][0]["before"],
        json!([{ "word": "类别", "text": "下沉党员" }])
    );

    // Looking at the sealed name takes a reason and leaves a trace.
    let look = format!("/api/v1/records/{id}/unmask");
    assert_eq!(secretary.post(look.as_str(), &json!({})).await.status, 422);
    let clear = secretary
        .post(look.as_str(), &json!({ "reason": "通知参加组织生活" }))
        .await
        .done()
        .json();
    assert_eq!(
        clear,
        json!([{ "word": "姓名", "text": "林志远" }, { "word": "联系电话", "text": "13905946677" }])
    );
    let audit = app
        .user("auditor")
        .await
        .get(format!("/api/v1/audit?object=record:{id}&action=unmask"))
        .await
        .done()
        .json();
    assert_eq!(audit["rows"].as_array().unwrap().len(), 1, "{audit}");
    let kept: i64 = id.parse().unwrap();
    let store = app.test.office.store();
    let row = store.read::<_, office::Fault>(move |conn| {
        let sql = "SELECT body, sealed FROM record WHERE id = $1";
        let row = conn.query_one(sql, &[kept.into()])?;
        Ok((row.string(0)?, row.opt_bytes(1)?.is_some()))
    });
    let (record, sealed) = row.await.unwrap();
    assert!(
        !record.contains("林志远") && !record.contains("13905946677"),
        "{record}"
    );
    assert!(sealed, "the name is kept sealed");
    app.test.verify().await;
    app
}

#[tokio::test]
async fn party_organisations_stand_beside_the_tree_and_members_join_without_leaving_home() {
    the_party_beside_the_tree(TestOffice::sqlite("party").await).await;
}

#[test]
fn party_organisations_stand_beside_the_tree_and_members_join_without_leaving_home_on_postgresql() {
    on_postgres("party", the_party_beside_the_tree);
}

#[tokio::test]
async fn what_a_joint_meeting_decided_is_followed_until_it_is_done_or_a_matter() {
    let app = App::sqlite("meeting").await;
    let community = app.user("community").await;
    let meeting = json!({ "area": "4", "values": { "title": "三月党建联席会议", "kind": "joint", "held": "2026-03-10", "attendees": "莆田学院、物业公司", "agenda": "充电桩和路灯" },
        "items": [
            { "text": "增设 20 个充电桩", "owner": "物业公司", "due": "2026-03-20" },
            { "text": "修复 3 盏路灯", "owner": "社区居委会", "due": "2026-03-12" }] });
    let id = added(&community, "joint_meeting", &meeting).await;
    let matter = app.user("unit").await.report().await;
    let no = community.matter(&matter).await["no"]
        .as_str()
        .unwrap()
        .to_owned();

    let lost =
        json!({ "no": 2, "state": "open", "text": "已报", "matter": "350302003-260311-9999" });
    let refused = change(&community, &id, "POST", "/progress", &lost)
        .await
        .problems();
    assert!(refused.starts_with("matter unknown_matter"), "{refused}");
    let became = json!({ "no": 2, "state": "open", "text": "转为事件办理", "matter": no });
    let after = change(&community, &id, "POST", "/progress", &became)
        .await
        .done()
        .json();
    assert_eq!(after["items"][1]["matter"], no.as_str());
    let old = community
        .ask("POST", format!("/api/v1/records/{id}/progress"))
        .header("if-match", "\"v1\"");
    assert_eq!(app.send(old.json(&became)).await.refusal().0, "412 stale");

    app.test.clock.advance_minutes(2 * 24 * 60);
    let (community, leader) = (app.user("community").await, app.user("townleader").await);
    let late = leader
        .get("/api/v1/registers/joint_meeting/records?area=3")
        .await
        .done()
        .json();
    let items = &late["rows"][0]["items"];
    assert_eq!(
        (&items[0]["late"], &items[1]["late"]),
        (&json!(false), &json!(true)),
        "two days on"
    );
    let done = json!({ "no": 2, "state": "done", "text": "三盏路灯已亮" });
    let after = change(&community, &id, "POST", "/progress", &done)
        .await
        .done()
        .json();
    assert_eq!(
        (&after["items"][1]["state_word"], &after["items"][1]["late"]),
        (&json!("已完成"), &json!(false))
    );
    assert_eq!(after["items"][1]["progress"].as_array().unwrap().len(), 2);
    assert_eq!(
        change(&community, &id, "POST", "/progress", &done)
            .await
            .refusal()
            .0,
        "409 conflict"
    );
    let one = json!({ "text": "安装雨棚", "owner": "物业公司", "due": "2026-04-01" });
    let after = change(&community, &id, "POST", "/items", &one)
        .await
        .done()
        .json();
    assert_eq!(after["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_agreement_needs_its_one_or_two_livelihood_items_and_a_term() {
    let app = App::sqlite("pairing").await;
    let community = app.user("community").await;
    let mut pairing =
        json!({ "area": "4", "values": { "unit": "城厢区税务局", "signed": "2026-03-01" } });
    assert_eq!(
        add(&community, "pairing", &pairing).await.problems(),
        "to required: 请填写截止日期\nitems wrong_number: 民生实事要有 1 到 2 项\n"
    );
    pairing["to"] = json!("2027-03-01");
    pairing["items"] =
        json!([{ "text": "修缮老人活动室", "owner": "城厢区税务局", "due": "2026-09-30" }]);
    let id = added(&community, "pairing", &pairing).await;
    let item = json!({ "text": "办一场税法讲座", "owner": "城厢区税务局", "due": "2026-10-30" });
    change(&community, &id, "POST", "/items", &item)
        .await
        .done();
    let third = change(&community, &id, "POST", "/items", &item)
        .await
        .refusal();
    assert_eq!(
        third,
        ("409 conflict".into(), "一条记录最多 2 项民生实事".into())
    );
}

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

#[tokio::test]
async fn a_department_hooked_up_with_the_community_comes_first_when_somebody_is_called() {
    let app = App::sqlite("hookup").await;
    let (town, community) = (app.user("town").await, app.user("community").await);
    let names = async |area: &str| {
        let all = town
            .get(format!("/api/v1/areas/{area}/callable"))
            .await
            .done()
            .json();
        let line = |o: &Value| {
            format!(
                "{}{}",
                o["name"].as_str().unwrap(),
                if o["hooked"] == true { "*" } else { "" }
            )
        };
        all.as_array().unwrap().iter().map(line).collect::<Vec<_>>()
    };
    assert!(names("4").await.iter().all(|n| !n.ends_with('*')));
    let hookup = json!({ "area": "4", "values": { "org": "72", "content": "每月到社区一次" } });
    let id = added(&community, "hookup", &hookup).await;
    assert_eq!(names("4").await[0], "城厢区住建局*");
    assert!(
        names("8").await.iter().all(|n| !n.ends_with('*')),
        "only where it is hooked up"
    );
    change(
        &community,
        &id,
        "POST",
        "/end",
        &json!({ "reason": "调整挂钩" }),
    )
    .await
    .done();
    assert!(
        names("4").await.iter().all(|n| !n.ends_with('*')),
        "not after it ended"
    );
}

#[tokio::test]
async fn a_professional_of_the_place_is_asked_to_a_matter_by_who_works_on_it() {
    let app = App::sqlite("professional").await;
    let community = app.user("community").await;
    let lawyer = json!({ "area": "4", "values": { "name": "张明律师（明理所）", "kind": "lawyer", "phone": "13905947788", "hours": "每周三上午" } });
    let id = added(&community, "professional", &lawyer).await;
    let elsewhere = json!({ "area": "8", "values": { "name": "李法官", "kind": "judge", "phone": "13905940001" } });
    let other = added(&app.user("neighbour").await, "professional", &elsewhere).await;
    let unit = app.user("unit").await;
    let matter = unit.report().await;
    let path = format!("/api/v1/matters/{matter}/professionals");
    let shown = unit.get(path.as_str()).await.done().json();
    assert_eq!(
        shown.as_array().unwrap().len(),
        1,
        "those of the place: {shown}"
    );
    assert_eq!(
        (&shown[0]["kind_word"], &shown[0]["phone_masked"]),
        (&json!("律师"), &json!("139****7788"))
    );
    assert_eq!(
        app.user("otherunit").await.get(path.as_str()).await.status,
        404
    );

    // The unit head holds the matter; the town only looks on.
    let ask = json!({ "professional": id, "reason": "到场解释回迁协议" });
    assert_eq!(
        app.user("town")
            .await
            .post(path.as_str(), &ask)
            .await
            .refusal()
            .0,
        "403 denied"
    );
    assert_eq!(
        unit.post(path.as_str(), &json!({ "professional": id }))
            .await
            .status,
        422
    );
    let stranger = json!({ "professional": other, "reason": "到场" });
    assert_eq!(
        unit.post(path.as_str(), &stranger).await.refusal().0,
        "404 unknown"
    );
    let clear = unit.post(path.as_str(), &ask).await.done().json();
    assert_eq!(
        clear,
        json!([{ "word": "联系电话", "text": "13905947788" }])
    );
    let audit = app
        .user("auditor")
        .await
        .get(format!("/api/v1/audit?object=record:{id}"))
        .await
        .done()
        .json();
    let look = audit["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["action"] == "unmask")
        .unwrap();
    assert!(
        look["detail"]
            .as_str()
            .unwrap()
            .contains("到场解释回迁协议"),
        "{look}"
    );
}

#[tokio::test]
async fn a_leader_sees_how_the_own_contact_point_goes_and_nobody_elses() {
    let app = App::sqlite("points").await;
    let (community, bureau) = (app.user("community").await, app.user("resourceshead").await);
    let none = bureau.get("/api/v1/me/points").await.done().json();
    assert_eq!(none, json!([]));
    let point =
        json!({ "area": "4", "values": { "leader": "resourceshead", "duty": "联系坂头社区" } });
    added(&community, "leader_point", &point).await;
    let again = "/api/v1/registers/leader_point/records";
    let again = community.post(again, &point).await.refusal();
    assert!(again.1.contains("已有同样的领导联系点记录"), "{}", again.1);
    app.user("unit").await.report().await;
    let mine = bureau.get("/api/v1/me/points").await.done().json();
    assert_eq!(
        mine[0]["full_name"],
        "莆田市 / 城厢区 / 霞林街道 / 坂头社区"
    );
    assert_eq!(
        (&mine[0]["reported"], &mine[0]["open"], &mine[0]["overdue"]),
        (&json!(1), &json!(1), &json!(0))
    );
    let others = app
        .user("countyleader")
        .await
        .get("/api/v1/me/points")
        .await
        .done()
        .json();
    assert_eq!(others, json!([]));
}

#[tokio::test]
async fn the_secretaries_of_three_levels_stand_beside_what_is_overdue() {
    let app = App::sqlite("responsible").await;
    let unit = app.user("unit").await;
    let matter = unit.report().await;
    assert_eq!(
        unit.matter(&matter).await["first_responsible"],
        json!([]),
        "in time"
    );
    app.test.clock.advance_minutes(3 * 24 * 60);
    let seen = app.user("community").await.matter(&matter).await;
    let names: Vec<_> = seen["first_responsible"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["陈国华", "余志平", "戴永明"],
        "{}",
        seen["stuck_with"]
    );
    // The reporter is told nothing of who is to blame.
    let resident = app.user("resident").await;
    assert_eq!(
        resident
            .get(format!("/api/v1/matters/{matter}"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_record_becomes_a_matter_in_one_step_and_lists_what_its_reader_may_see() {
    let app = App::sqlite("becomes").await;
    let (community, secretary) = (app.user("community").await, app.user("secretary").await);
    let point = json!({ "area": "4", "values": { "leader": "county", "duty": "老旧小区改造" } });
    let id = added(&community, "leader_point", &point).await;
    let quota = json!({ "area": "4", "values": { "name": "张律师", "kind": "lawyer", "phone": "13905940000" } });
    let lawyer = added(&community, "professional", &quota).await;
    let report = |record: &str, more: Value| {
        let mut body =
            json!({ "text": "居民反映路灯不亮，请处理", "category": "0401", "record": record });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let refused = community
        .post("/api/v1/matters", &report(&lawyer, json!({})))
        .await;
    assert_eq!(refused.refusal().1, "这类记录不转为事件");
    let orphan = json!({ "text": "居民反映路灯不亮，请处理", "record_item": 1 });
    let orphan = community.post("/api/v1/matters", &orphan).await;
    assert_eq!(
        orphan.problems(),
        "record required: 请给出事项所属的台账记录\n"
    );

    // Where nobody says more it lies where the record lies.
    let open = community
        .post("/api/v1/matters", &report(&id, json!({})))
        .await;
    let open = open.done().json();
    assert_eq!(
        open["trail"].as_array().unwrap().last().unwrap()["id"],
        "4",
        "{open}"
    );
    // A complaint about the community's own staff is not for its colleagues.
    let hidden = report(&id, json!({ "bypass": "4" }));
    let hidden = community.post("/api/v1/matters", &hidden).await;
    assert!(
        hidden.status == 201 || hidden.status == 202,
        "{}",
        hidden.text()
    );
    let read = secretary
        .get(format!("/api/v1/records/{id}"))
        .await
        .done()
        .json();
    let listed: Vec<&Value> = read["matters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["no"])
        .collect();
    assert_eq!(
        (listed, &read["hidden_matters"]),
        (vec![&open["no"]], &json!(1))
    );

    change(
        &community,
        &id,
        "POST",
        "/end",
        &json!({ "reason": "调整" }),
    )
    .await
    .done();
    let over = community
        .post("/api/v1/matters", &report(&id, json!({})))
        .await;
    assert_eq!(over.refusal().1, "这条记录已经结束，不能再转为事件");
}
