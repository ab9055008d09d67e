use super::*;
use civic::area::Level;
use civic::org::OrgKind;
use civic::post::{Role, Seat};

fn from() -> Day {
    Day::parse("2026-11-22").unwrap()
}

fn example() -> Sheets {
    let text = |name: &str| {
        let found = EXAMPLES.iter().find(|(n, _)| *n == name);
        found.unwrap().1.as_bytes().to_vec()
    };
    Sheets {
        areas: text(AREAS),
        orgs: Some(text(ORGS)),
        people: Some(text(PEOPLE)),
    }
}

fn said(sheets: &Sheets) -> Vec<String> {
    let problems = draft(sheets, from()).map(|_| ()).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

/// The example with one line of a sheet replaced.
fn with(sheet: &str, old: &str, new: &str) -> Sheets {
    let mut sheets = example();
    let bytes = match sheet {
        AREAS => &mut sheets.areas,
        ORGS => sheets.orgs.as_mut().unwrap(),
        _ => sheets.people.as_mut().unwrap(),
    };
    let text = String::from_utf8(bytes.clone()).unwrap();
    // Bars for commas, as a comma after a Chinese word would be taken for one of the sentence.
    let (old, new) = (old.replace('|', ","), new.replace('|', ","));
    assert!(text.contains(&old), "{old}");
    *bytes = text.replace(&old, &new).into_bytes();
    sheets
}

#[test]
fn the_example_makes_a_city_with_desks_and_three_administrators() {
    let draft = draft(&example(), from()).unwrap();
    let tree = Tree::build(draft.areas.clone()).unwrap();
    let unit = draft.areas.iter().find(|a| &*a.name == "示例楼 2 号楼");
    let unit = unit.unwrap();
    assert_eq!(
        tree.full_name(unit.id),
        "莆田市 / 城厢区 / 霞林街道 / 坂头社区 / 示例网格 / 示例楼 2 号楼"
    );
    assert_eq!(
        (&*unit.kind, unit.population, unit.tier),
        ("building", 116, 0)
    );
    assert_eq!(
        (unit.lon, unit.lat),
        (118.9903, 25.4055),
        "that of the grid"
    );
    assert_eq!(draft.codes.len(), draft.areas.len());
    let town = draft.orgs.iter().find(|o| o.level == Level::Town).unwrap();
    assert_eq!(
        (town.kind, &*town.line),
        (OrgKind::Station, "natural_resources")
    );
    let above = draft.orgs.iter().find(|o| Some(o.id) == town.parent);
    assert_eq!(above.unwrap().level, Level::County);
    let clerk = draft.posts.iter().find(|p| p.role == Role::DeptStaff);
    assert_eq!(clerk.unwrap().seat, Seat::Org(town.id));
    assert_eq!((draft.people.len(), draft.posts.len()), (11, 11));
}

#[test]
fn a_sheet_of_areas_alone_is_enough() {
    let sheets = Sheets {
        orgs: None,
        people: None,
        ..example()
    };
    let draft = draft(&sheets, from()).unwrap();
    let logins: Vec<_> = draft.people.iter().map(|p| p.login.as_str()).collect();
    assert_eq!(logins, ["sysadmin", "secadmin", "auditadmin"]);
    let accounts: std::collections::HashSet<_> = draft.posts.iter().map(|p| p.account).collect();
    assert_eq!(accounts.len(), 3, "three different people");
    let departments = pack::departments();
    let of_city = departments
        .iter()
        .filter(|d| d.levels.contains(&Level::City));
    let desks = draft.orgs.iter().filter(|o| o.level == Level::City);
    assert_eq!(desks.count(), of_city.count());
}

#[test]
fn every_fault_of_the_sheet_of_areas_is_said_with_row_and_column() {
    let areas = "编码|级别|类型|名称|上级编码|级数|专属|人口|经度|纬度\n\
        1|市级|地级市|莆田市|||||119.0|25.4\n\
        2|县|区|城厢区|1|||||\n\
        3|镇街|大街|霞林街道|1||||25.4|119.0\n\
        3|镇街|街道|龙桥街道|9|||||\n\
        4|县区|区|荔城区|3|2||-5||\n\
        5|网格|医院网格|医院|3|3|也许|||\n\
        6|网格|网格|甲|7|||||\n\
        7|网格|网格|乙|6|||||\n\
        8|市级|地级市|福州市|||||119.3|26.0\n\
        9|网格|小区网格|丙|3|1|是|||\n"
        .replace('|', ",");
    let sheets = Sheets {
        areas: areas.into(),
        ..Sheets::default()
    };
    let fields: Vec<String> = draft(&sheets, from())
        .map(|_| ())
        .unwrap_err()
        .into_iter()
        .map(|p| format!("{} {}", p.field, p.code))
        .collect();
    for field in [
        "areas.csv:3:level unknown_level",
        "areas.csv:4:kind unknown_kind",
        "areas.csv:4:lon out_of_range",
        "areas.csv:4:lat out_of_range",
        "areas.csv:5:code duplicate",
        "areas.csv:6:level order",
        "areas.csv:6:tier wrong_tier",
        "areas.csv:6:population bad_number",
        "areas.csv:7:exclusive bad_value",
        "areas.csv:8:parent unknown",
        "areas.csv:9:parent unknown",
        "areas.csv:10:parent second_root",
        "areas.csv:11:exclusive not_exclusive",
    ] {
        assert!(fields.iter().any(|f| f == field), "{field} in {fields:#?}");
    }
    let message = said(&sheets)
        .into_iter()
        .find(|m| m.starts_with("areas.csv:4:kind"));
    assert_eq!(
        message.unwrap(),
        "areas.csv:4:kind [unknown_kind] 第 4 行“类型”：“大街”不是镇街的类型，可填写：镇、乡、街道、功能区。"
    );
}

#[test]
fn every_fault_of_organisations_and_people_is_said_with_row_and_column() {
    let cases = [
        (
            ORGS,
            "county-natural|自然资源局",
            "county-natural|天气局",
            "orgs.csv:3:line unknown_line",
        ),
        (ORGS, ",350302,", ",999,", "orgs.csv:3:area unknown"),
        (
            ORGS,
            ",350302004,",
            ",350302004007,",
            "orgs.csv:4:area too_low",
        ),
        (
            ORGS,
            ",county-natural\n",
            ",nobody\n",
            "orgs.csv:4:parent unknown",
        ),
        (ORGS, "|站所|", "|所|", "orgs.csv:4:kind unknown_kind"),
        (
            ORGS,
            "county-natural|自",
            "city-natural|自",
            "orgs.csv:3:code duplicate",
        ),
        (PEOPLE, "city.center,", "c,", "people.csv:5:login bad_login"),
        (
            PEOPLE,
            "13800000002",
            "一三八",
            "people.csv:11:phone bad_phone",
        ),
        (
            PEOPLE,
            "|市级中心|350300",
            "|市级中心|350302",
            "people.csv:5:area wrong_level",
        ),
        (
            PEOPLE,
            "部门经办人||town-natural",
            "部门经办人|350302004|",
            "people.csv:8:org wrong_seat",
        ),
        (PEOPLE, "town-natural", "x", "people.csv:8:org unknown"),
        (
            PEOPLE,
            "|社区党委书记|",
            "|村长|",
            "people.csv:9:title unknown_title",
        ),
        (
            PEOPLE,
            "|党员",
            "|群众",
            "people.csv:10:source unknown_source",
        ),
        (
            PEOPLE,
            ",350302004007-1-02,",
            ",350302004007-1-01,",
            "people.csv:12:role second_head",
        ),
        (
            PEOPLE,
            "unit.head.2|示例邻居",
            "unit.head.1|示例邻居",
            "people.csv:12:name another_person",
        ),
        (
            PEOPLE,
            "city.center|示例市级",
            "admin.audit|示例审计",
            "people.csv:5:role not_apart",
        ),
        (
            PEOPLE,
            "admin.audit|示例审计||审计管理员",
            "admin.audit|示例审计||市级领导",
            "people.csv [missing_administrator",
        ),
    ];
    for (sheet, old, new, wanted) in cases {
        let list = said(&with(sheet, old, new));
        let start = wanted.replacen(' ', " [", 1).replace("[[", "[");
        assert!(
            list.iter().any(|m| m.starts_with(&start)),
            "{wanted} in {list:#?}"
        );
    }
}
