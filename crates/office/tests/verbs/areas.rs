use crate::city::*;
use civic::area::Level;
use civic::id::AreaId;
use civic::refusal::Refusal;
use office::Located;

#[tokio::test]
async fn an_area_tells_its_place_counts_and_who_is_responsible() {
    let city = City::found("detail").await;
    assert_eq!(city.office.root().unwrap().id, CITY);
    let grid = city.office.area(GRID).await.unwrap();
    assert_eq!(
        grid.full_name,
        "莆田市 / 城厢区 / 霞林街道 / 坂头社区 / 九龙小区网格"
    );
    assert_eq!(grid.trail.last().unwrap().1, GRID);
    assert_eq!(
        (grid.counts.grids, grid.counts.units, grid.counts.posts),
        (1, 2, 2)
    );
    assert!(!grid.responsible.unwrap().vacant);
    assert!(grid.size_warning.unwrap().contains("有 1 个治理单元"));
    let empty = city.office.area(EMPTY).await.unwrap();
    let responsible = empty.responsible.unwrap();
    assert_eq!(
        (responsible.name.as_str(), responsible.vacant),
        ("grid姓名", true)
    );
    assert!(empty.size_warning.unwrap().contains("320 人"));
    assert_eq!(city.office.area(UNIT).await.unwrap().size_warning, None);
    unknown(city.office.area(AreaId(99)).await);
    let children: Vec<_> = city
        .office
        .children(GRID)
        .unwrap()
        .into_iter()
        .map(|a| a.id)
        .collect();
    assert_eq!(children, [UNIT, EMPTY]);
}

#[tokio::test]
async fn areas_are_found_by_their_name_and_the_names_above() {
    let city = City::found("search").await;
    let found = |words: &str, level| {
        city.office
            .search_areas(words, level)
            .into_iter()
            .map(|n| n.area.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(found("号楼", None), [UNIT, EMPTY]);
    assert_eq!(found("坂头 4号楼", None), [EMPTY]);
    assert_eq!(
        found("坂头4号楼", None),
        [EMPTY],
        "as people run it together"
    );
    assert_eq!(found("仙游 4号楼", None), []);
    assert_eq!(found("城厢", Some(Level::County)), [COUNTY]);
    assert_eq!(found("城厢", Some(Level::Town)), []);
    assert_eq!(found("  ", None), []);
}

#[tokio::test]
async fn a_point_lies_in_its_unit_or_is_told_the_nearest() {
    let city = City::found("locate").await;
    match city.office.locate(119.015, 25.405).unwrap() {
        Located::Inside(unit) => assert_eq!(unit.area.id, EMPTY),
        other => panic!("{other:?}"),
    }
    match city.office.locate(119.022, 25.405).unwrap() {
        Located::Outside(Refusal::Invalid(problems), near) => {
            assert_eq!(problems[0].code, "place_outside");
            assert_eq!(near[0].0.area.id, EMPTY);
            assert!((150.0..260.0).contains(&near[0].1), "{}", near[0].1);
            assert!(
                problems[0].message.contains("4号楼"),
                "{}",
                problems[0].message
            );
        }
        other => panic!("{other:?}"),
    }
    match city.office.locate(100.0, 10.0).unwrap() {
        Located::Outside(Refusal::Invalid(problems), near) => {
            assert!(near.is_empty() && problems[0].message.contains("不在本市范围内"));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn boundaries_are_geojson_of_the_area_and_its_children() {
    let city = City::found("boundaries").await;
    let text = city.office.boundaries(&city.actor("unit"), GRID).await;
    let text = text.unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let ids: Vec<_> = json["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["6", "7"], "the grid itself has no boundary here");
    let orgs: Vec<_> = city
        .office
        .callable(UNIT)
        .unwrap()
        .into_iter()
        .map(|o| o.id)
        .collect();
    assert_eq!(orgs, [OFFICE]);
}
