use super::*;
use expect_test::expect;
use std::fmt::Write;

const CSV: &str = include_str!("../../../../packs/base/categories.csv");
const DEPARTMENTS: &str = include_str!("../../../../packs/base/departments.csv");

fn department_codes() -> Vec<&'static str> {
    let codes = DEPARTMENTS.lines().skip(1);
    codes.filter_map(|line| line.split(',').next()).collect()
}

pub(crate) fn base() -> Categories {
    Categories::parse("categories.csv", CSV, &department_codes()).unwrap()
}

fn problems(rows: &str) -> String {
    let heading = CSV.lines().next().unwrap();
    let csv = format!("{heading}\n{rows}");
    let found = Categories::parse("categories.csv", &csv, &["housing"]).unwrap_err();
    found
        .iter()
        .map(|p| format!("{} {}\n", p.code, p.message))
        .collect()
}

#[test]
fn the_base_pack_holds_every_class_of_the_catalogue() {
    let base = base();
    let mut said = String::new();
    for class in base.classes() {
        let conditions: usize = class.categories.iter().map(|c| c.conditions.len()).sum();
        writeln!(
            said,
            "{} {} {} {conditions}",
            class.code,
            class.name,
            class.categories.len()
        )
        .unwrap();
    }
    expect![[r#"
        01 矛盾纠纷 22 45
        02 安全隐患 16 23
        03 市容环境 19 21
        04 宣传广告 5 6
        05 施工管理 6 6
        06 突发事件 11 12
        07 街面秩序 12 12
        08 公用设施 13 18
        09 生态环保 8 9
        10 食品药品 7 8
        11 公共卫生 6 6
        12 民生服务 13 15
        13 物业与小区 8 8
        14 关爱帮扶 7 7
        15 社情民意 5 5
        16 涉企服务 5 5
        17 平安守护 4 4
        90 日常工作 6 6
    "#]]
    .assert_eq(&said);
    assert_eq!(base.iter().count(), base.len());
}

#[test]
fn a_danger_has_its_own_limit_and_its_own_way() {
    let base = base();
    let mut said = String::new();
    for code in [
        "0102", "0107", "0206", "0610", "1103", "1402", "1503", "1701", "9001",
    ] {
        let category = base.get(code).unwrap();
        for c in &category.conditions {
            let limit = c.limit.map_or("不限时".to_owned(), |l| l.to_string());
            writeln!(
                said,
                "{code} {} {} {limit} {} {} {} {}",
                category.name,
                c.name,
                c.owner.code(),
                c.department,
                c.route.word(),
                category.privacy.word()
            )
            .unwrap();
        }
    }
    expect![[r#"
        0102 邻里纠纷 一般 7工作日 unit mediation 逐级流转 结案封存
        0102 邻里纠纷 可能激化 2紧急工作时 town police 先报警再上报 结案封存
        0107 劳资欠薪纠纷 一般 7工作日 town labor 逐级流转 结案封存
        0107 劳资欠薪纠纷 十人以上 24紧急工作时 town labor 逐级流转 结案封存
        0107 劳资欠薪纠纷 可能激化 2紧急工作时 town police 先报警再上报 结案封存
        0206 危房 排定解危方案 20工作日 town housing 逐级流转 内部
        0206 危房 有倒塌危险 24紧急工作时 town housing 逐级流转 内部
        0610 群体聚集情况报告 一般 1紧急工作时 town politics_law 直报镇街 内部
        1103 居家照护需求 一般 4紧急工作时 unit health 应急状态启用 限定人员
        1402 留守困境儿童监护缺失 一般 2紧急工作时 community civil_affairs 关爱专办 限定人员
        1503 表扬感谢 一般 不限时 community  转达 内部
        1701 可疑情况提示 一般 2紧急工作时 grid police 转联系人 内部
        9001 走访 一般 不限时 unit  工作记录 内部
    "#]]
    .assert_eq(&said);
}

#[test]
fn care_and_suspicion_never_ask_for_photos_or_bring_points() {
    for category in base()
        .iter()
        .filter(|c| c.privacy == Privacy::Restricted || c.code == "1701")
    {
        assert_eq!(category.photo, Photo::Never, "{}", category.code);
        assert!(!category.points, "{}", category.code);
    }
}

#[test]
fn every_urgent_limit_may_leap_to_the_town() {
    for category in base().iter() {
        for condition in &category.conditions {
            let urgent = condition.limit.is_some_and(|l| l.unit.is_urgent());
            assert_eq!(
                urgent, condition.urgent,
                "{} {}",
                category.code, condition.name
            );
        }
    }
}

#[test]
fn a_broken_file_names_every_line_that_must_be_mended() {
    expect![[r#"
        bad_limit 第 2 行：时限“3周”看不懂，请写成数字加单位，单位可用：工作时、紧急工作时、工作日、天、分钟、紧急分钟，例如“4工作时”“2紧急工作时”“5工作日”“7天”。
        duplicate_condition 第 4 行：类别“0206”的情形 0 重复，请改用别的序号或删去一行。
        conditions_disagree 第 5 行：类别“0206”各情形的名称、调解、保密、照片和积分应当一致，请统一。
        no_class_name 第 6 行：大类“02”没有名称，请填写。
        bad_code 第 7 行：类别编码“0308”应为 4 位数字，前两位是大类编码“02”。
        class_renamed 第 7 行：大类“02”前面叫“安全隐患”，这里叫“安全”，请统一。
        unknown_level 第 7 行：办理层级“street”不认识，可填写：unit、grid、community、town、county。
        unknown_department 第 7 行：部门编码“housin”不在 departments.csv 中，请先在那里登记。
        bad_flag 第 7 行：是否紧急“2”不认识，可填写：1、0。
        unknown_privacy 第 7 行：保密级别“secret”不认识，可填写：open、internal、sealed、restricted。
        unknown_photo 第 7 行：照片要求“maybe”不认识，可填写：no、need、never。
        unknown_route 第 7 行：流转方式“jump”不认识，可填写：steps、town、police、contact、care、emergency、inform、log。
        bad_row 第 8 行：应有 16 列，实有 3 列，请补全或删去多余的逗号。
    "#]].assert_eq(&problems(
        "0206,02,安全隐患,危房,0,一般,3周,0,town,housing,0,internal,need,1,steps,\n\
         0206,02,安全隐患,危房,0,一般,3工作日,0,town,housing,0,internal,need,1,steps,\n\
         0206,02,安全隐患,危房,0,又一般,3工作日,0,town,housing,0,internal,need,1,steps,\n\
         0206,02,安全隐患,危旧房,1,危险,3工作日,0,town,housing,0,internal,need,1,steps,\n\
         0207,02,,隐患,0,一般,3工作日,0,town,housing,0,internal,need,1,steps,\n\
         0308,02,安全,隐患,0,一般,3工作日,2,street,housin,0,secret,maybe,1,jump,\n\
         0309,03,市容环境\n",
    ));
    expect![[r#"
        empty 第 1 行：没有任何事项类别，请至少填写一行。
    "#]]
    .assert_eq(&problems(""));
    let found = Categories::parse("categories.csv", "code,name\n", &[]).unwrap_err();
    expect!["bad_heading"].assert_eq(&found[0].code);
}
