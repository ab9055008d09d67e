//! A place that the program has never heard of, made of data alone.

use crate::city::{Scratch, hangji, run};

/// Two towns, two tiers of grids, one exclusive grid; a local word for everything.
const FOURTH: &str = r#"
name = "云岭县"
centre = [104.0, 26.0]
radius_km = 6.0
straight = true

[city]
name = "云岭市"
kind = "city"
code = "9901"
[county]
name = "云岭县"
kind = "county"
code = "990101"
[[town]]
name = "东关街道"
kind = "street"
communities = 3
[[town]]
name = "西坪乡"
kind = "township"
communities = 2
[names]
first = ["东", "西", "南", "北"]
stems = ["门", "桥", "井"]
community = "社区"
village = "村"
[[tier]]
count = 6
word = "大网格"
[[tier]]
count = 14
word = "小网格"
[exclusive]
count = 1
kinds = ["school"]
words = ["中学"]
[[unit]]
kind = "stairwell"
name = "楼道"
people = [60, 120]
weight = 1
[units]
per_grid = 3
exclusive = 2
[[title]]
role = "unit_head"
kind = "stairwell"
title = "楼道长"
"#;

#[test]
fn a_fourth_place_is_added_by_data_alone_and_lives() {
    let scratch = Scratch::new("fourth");
    let file = scratch.path().join("profile.toml");
    std::fs::write(&file, FOURTH).unwrap();
    let database = format!("sqlite:{}", scratch.path().join("hangji.db").display());
    let place = |name: &str| {
        let mut command = hangji();
        command
            .args([name, "--database", &database, "--data"])
            .arg(scratch.path());
        command
    };
    let mut build = place("build");
    build.args(["--scale", "county", "--days", "4", "--profile"]);
    let (code, said) = run(build.arg(&file));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("云岭县"), "{said}");
    // 2 towns, 5 communities, 6 + 14 + 1 grids, 44 units, with the city and the county above.
    assert!(said.contains("区域 74、"), "{said}");
    let (code, said) = run(&mut place("verify"));
    assert_eq!(code, 0, "{said}");
}
