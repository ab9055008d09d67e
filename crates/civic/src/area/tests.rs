//! The tree, and changes of it on the small city.

use super::*;

pub(crate) fn area(id: i64, parent: i64, level: Level, name: &str) -> Area {
    Area {
        id: AreaId(id),
        parent: (parent != 0).then_some(AreaId(parent)),
        level,
        kind: level.code().into(),
        tier: u8::from(level == Level::Grid),
        exclusive: false,
        name: name.into(),
        valid_from: Day(0),
        valid_to: None,
        ord: id,
        population: 100,
        households: 40,
        lon: 119.0,
        lat: 25.4,
    }
}

/// 莆田市 1 > 城厢区 2 > 霞林街道 3 > 坂头社区 4 > grid 5 > units 6, 7; 霞林社区 8 > grid 9 > unit 10.
pub(crate) fn small() -> Tree {
    Tree::build(vec![
        area(1, 0, Level::City, "莆田市"),
        area(2, 1, Level::County, "城厢区"),
        area(3, 2, Level::Town, "霞林街道"),
        area(4, 3, Level::Community, "坂头社区"),
        area(5, 4, Level::Grid, "坂头安置房小区网格"),
        area(6, 5, Level::Unit, "1号楼"),
        area(7, 5, Level::Unit, "2号楼"),
        area(8, 3, Level::Community, "霞林社区"),
        area(9, 8, Level::Grid, "九龙小区网格"),
        area(10, 9, Level::Unit, "3号楼"),
    ])
    .unwrap()
}

#[test]
fn a_subtree_is_a_range_and_a_path_names_all_six_levels() {
    let tree = small();
    assert_eq!(
        tree.full_name(AreaId(6)),
        "莆田市 / 城厢区 / 霞林街道 / 坂头社区 / 坂头安置房小区网格 / 1号楼"
    );
    assert_eq!(tree.path(AreaId(6)).0.len(), 6);
    assert!(
        tree.within(AreaId(6), AreaId(4))
            && !tree.within(AreaId(10), AreaId(4))
            && !tree.within(AreaId(4), AreaId(6))
    );
    assert_eq!(
        tree.children(AreaId(3)).map(|a| a.id.0).collect::<Vec<_>>(),
        [4, 8]
    );
    assert_eq!(tree.count(AreaId(1), Level::Unit), 3);
}

#[test]
fn grids_may_nest_in_tiers_but_no_other_level_may() {
    let nested = vec![
        area(1, 0, Level::Community, "社区"),
        area(2, 1, Level::Grid, "一级"),
        area(3, 2, Level::Grid, "二级"),
        area(4, 3, Level::Grid, "三级"),
    ];
    let tree = Tree::build(nested).unwrap();
    assert_eq!(tree.path(AreaId(4)).at(Level::Grid), Some(AreaId(4)));
    let broken = vec![
        area(1, 0, Level::Town, "镇"),
        area(2, 1, Level::Town, "又一镇"),
        area(3, 2, Level::City, "市"),
    ];
    assert_eq!(Tree::build(broken).unwrap_err().len(), 2);
}

#[test]
fn a_circle_and_a_missing_parent_are_named() {
    let problems = Tree::build(vec![
        area(1, 2, Level::Grid, "甲"),
        area(2, 1, Level::Grid, "乙"),
        area(3, 9, Level::Unit, "丙"),
    ])
    .unwrap_err();
    let text: Vec<_> = problems.iter().map(|p| p.message.as_str()).collect();
    assert!(
        text.iter()
            .any(|t| t.contains("丙") && t.contains("不存在")),
        "{text:?}"
    );
    assert!(
        text.iter().any(|t| t.contains("甲") && t.contains("成环")),
        "{text:?}"
    );
}

#[test]
fn units_outside_the_size_band_are_listed() {
    let mut big = area(7, 5, Level::Unit, "大单元");
    big.population = 420;
    let tree = Tree::build(vec![
        area(5, 0, Level::Grid, "网格"),
        area(6, 5, Level::Unit, "一般"),
        big,
    ])
    .unwrap();
    let out: Vec<_> = outside_size_band(&tree, AreaId(5), 50..=200)
        .map(|a| &*a.name)
        .collect();
    assert_eq!(out, ["大单元"]);
}

// --- changes -----------------------------------------------------------------------------------

use crate::directory::Directory;
use crate::id::{AccountId, PostId};
use crate::matter::Place;
use crate::post::{Post, Role, Seat};
use crate::refusal::Refusal;

const DAY: Day = Day(20_000);

fn post(id: i64, role: Role, area: i64) -> Post {
    Post {
        id: PostId(id),
        account: AccountId(id),
        role,
        seat: Seat::Area(AreaId(area)),
        title: None,
        source: "other".into(),
        from: Day(0),
        to: None,
    }
}

fn town() -> Directory {
    let posts = vec![
        post(51, Role::GridHead, 5),
        post(52, Role::GridWorker, 5),
        post(61, Role::UnitHead, 6),
        post(91, Role::GridHead, 9),
    ];
    Directory::new(small(), Vec::new(), posts)
}

fn planned(change: &Change) -> Result<Plan, String> {
    plan(&town(), change, DAY, AreaId(100)).map_err(|r| match r {
        Refusal::Invalid(all) => all.iter().map(|p| format!("{p}\n")).collect(),
        other => other.to_string(),
    })
}

fn part(name: &str, children: &[i64]) -> Part {
    Part {
        name: name.into(),
        children: children.iter().map(|c| AreaId(*c)).collect(),
        ..Part::default()
    }
}

fn halves() -> Change {
    Change::Split {
        area: AreaId(5),
        parts: vec![part("东网格", &[6]), part("西网格", &[7])],
        line: None,
    }
}

#[test]
fn a_split_ends_the_grid_and_every_unit_goes_on_under_a_new_one() {
    let plan = planned(&halves()).unwrap();
    assert_eq!(plan.scope, AreaId(4));
    assert_eq!(
        plan.sentence,
        "“坂头安置房小区网格”拆分为 2 个区域：“东网格”、“西网格”"
    );
    let after = plan.after(&small()).unwrap();
    assert_eq!(after.get(AreaId(5)).unwrap().valid_to, Some(DAY));
    assert_eq!(
        after.full_name(AreaId(7)),
        "莆田市 / 城厢区 / 霞林街道 / 坂头社区 / 西网格 / 2号楼"
    );
    assert_eq!(after.get(AreaId(100)).unwrap().population, 100);
    // Nobody said which posts go where: all go on in the first.
    let first = Some(AreaId(100));
    assert_eq!(plan.posts, [(PostId(51), first), (PostId(52), first)]);
}

#[test]
fn a_split_that_forgets_or_doubles_a_unit_is_told_so_at_once() {
    let change = Change::Split {
        area: AreaId(5),
        parts: vec![part("东网格", &[6]), part("东网格", &[6, 10])],
        line: Some([[119.0, 25.0], [119.0, 25.0]]),
    };
    expect_test::expect![[r#"
        line [not_a_leaf] 有下级区域时按下级区域划分，不用画分界线
        parts.1.name [twice] 拆分后的两个区域都叫“东网格”
        parts.1.children [twice] “1号楼”被分到了两个区域
        parts [left_over] 还有 1 个下级区域没有分配：“2号楼”
        parts [foreign] 有下级区域不属于被拆分的区域，请重新选择
    "#]]
    .assert_eq(&planned(&change).unwrap_err());
}

#[test]
fn a_building_cut_by_a_line_sends_matters_to_their_side_by_point_then_address_then_rule() {
    let change = Change::Split {
        area: AreaId(6),
        parts: vec![part("1号楼西单元", &[]), part("1号楼东单元", &[])],
        // From south to north: west is left.
        line: Some([[119.005, 25.40], [119.005, 25.41]]),
    };
    let plan = planned(&change).unwrap();
    let after = plan.after(&small()).unwrap();
    let path = small().path(AreaId(6));
    let home = |address: &str, point| {
        let place = Place {
            address: address.into(),
            point,
        };
        let home = plan.home(&after, &path, &place).unwrap();
        (home.path.leaf().unwrap().0, home.why)
    };
    assert_eq!(home("", Some((119.004, 25.405))), (100, Why::Point));
    assert_eq!(home("", Some((119.006, 25.405))), (101, Why::Point));
    assert_eq!(home("坂头1号楼东单元301", None), (101, Why::Address));
    assert_eq!(home("门口", None), (100, Why::Rule));
    let elsewhere = small().path(AreaId(7));
    assert_eq!(plan.home(&after, &elsewhere, &Place::default()), None);
}

#[test]
fn a_merge_keeps_one_head_and_tells_equal_names_apart() {
    let mut areas: Vec<Area> = small().iter().cloned().collect();
    areas.push(area(11, 4, Level::Grid, "九龙小区网格"));
    areas.push(area(12, 11, Level::Unit, "1号楼"));
    let posts = vec![
        post(51, Role::GridHead, 5),
        post(52, Role::GridHead, 11),
        post(53, Role::GridWorker, 11),
    ];
    let directory = Directory::new(Tree::build(areas).unwrap(), Vec::new(), posts);
    let change = Change::Merge {
        areas: vec![AreaId(5), AreaId(11)],
        name: "大网格".into(),
    };
    let plan = plan(&directory, &change, DAY, AreaId(100)).unwrap();
    let new = Some(AreaId(100));
    assert_eq!(
        plan.posts,
        [(PostId(51), new), (PostId(52), None), (PostId(53), new)]
    );
    let after = plan.after(&directory.tree).unwrap();
    assert_eq!(&*after.get(AreaId(12)).unwrap().name, "九龙小区1号楼");
    assert_eq!(after.children(AreaId(100)).count(), 3);
}

#[test]
fn a_move_to_another_community_is_decided_by_the_town_above_both() {
    let change = Change::Move {
        area: AreaId(5),
        to: AreaId(8),
    };
    let plan = planned(&change).unwrap();
    assert_eq!(plan.scope, AreaId(3));
    let after = plan.after(&small()).unwrap();
    let home = plan
        .home(&after, &small().path(AreaId(6)), &Place::default())
        .unwrap();
    assert_eq!(home.why, Why::Follows);
    assert!(home.path.contains(AreaId(8)) && !home.path.contains(AreaId(4)));
}

#[test]
fn what_cannot_be_is_refused_with_its_reason() {
    let rename = |area: i64, name: &str| Change::Rename {
        area: AreaId(area),
        name: name.into(),
    };
    let wrong = [
        rename(7, "1号楼"),
        rename(7, " "),
        rename(1, "新城市"),
        Change::Move {
            area: AreaId(5),
            to: AreaId(3),
        },
        Change::Retire {
            area: AreaId(6),
            heir: AreaId(9),
        },
        Change::Merge {
            areas: vec![AreaId(6), AreaId(10)],
            name: "合并楼".into(),
        },
        Change::Split {
            area: AreaId(2),
            parts: vec![part("甲", &[]), part("乙", &[])],
            line: None,
        },
    ];
    let told: String = wrong.iter().map(|c| planned(c).unwrap_err()).collect();
    expect_test::expect![[r#"
        name [taken] 同一上级下已有“1号楼”，请换一个名称
        name [name] 请填写名称，最多 100 字
        area [level] 城市本身不能在这里更名
        to [level] “坂头安置房小区网格”只能划到另一个村居之下，“霞林街道”是镇街
        heir [level] 接收的区域应当是另一个治理单元
        areas [parent] 只能合并同一上级下的同级区域；不在同一上级的，请先划转
        area [level] “城厢区”是县区，只有村居、网格和治理单元可以这样调整
    "#]]
    .assert_eq(&told);
}
