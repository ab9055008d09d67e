use super::*;
use crate::{Scale, founding::founding};
use civic::area::{Level, Tree};
use civic::time::{Day, Instant};
use std::collections::HashMap;
use testkit::TestOffice;

fn found(profile: &Profile, scale: Scale) -> office::Founding {
    founding(profile, scale, Day(20_000), Instant(0), "!").unwrap()
}

/// `level/tier/exclusive` and how many.
fn counts(found: &office::Founding) -> HashMap<(Level, u8, bool), usize> {
    let mut counts = HashMap::new();
    for area in &found.areas {
        *counts
            .entry((area.level, area.tier, area.exclusive))
            .or_default() += 1;
    }
    counts
}

#[test]
fn jianyang_has_its_three_tiers_of_grids_and_its_exclusive_grids() {
    let all = found(&"jianyang".parse().unwrap(), Scale::County);
    let counts = counts(&all);
    let grids = |tier, exclusive| counts[&(Level::Grid, tier, exclusive)];
    assert_eq!(
        (
            grids(1, false),
            grids(2, false),
            grids(3, false),
            grids(1, true)
        ),
        (230, 964, 2_600, 67)
    );
    let tree = Tree::build(all.areas).unwrap();
    let unit = tree.iter().find(|a| a.level == Level::Unit).unwrap();
    assert_eq!(
        tree.path(unit.id).0.len(),
        8,
        "three tiers between community and unit"
    );
    let titles: Vec<&str> = all
        .posts
        .iter()
        .filter_map(|p| p.title.as_deref())
        .collect();
    for title in ["一级网格长", "二级网格长", "三级网格员", "专属网格员"] {
        assert!(titles.contains(&title), "{title}");
    }
}

#[test]
fn xiaochang_has_heads_of_streets_buildings_and_village_groups() {
    let all = found(&"xiaochang".parse().unwrap(), Scale::Street);
    let kinds: HashMap<_, _> = all.areas.iter().map(|a| (a.id, &*a.kind)).collect();
    for (title, kind) in [
        ("街道长", "lane"),
        ("楼栋长", "building"),
        ("湾组长", "village_house_group"),
    ] {
        let mut held = all
            .posts
            .iter()
            .filter(|p| p.title.as_deref() == Some(title))
            .peekable();
        assert!(held.peek().is_some(), "{title}");
        assert!(held.all(|p| matches!(p.seat, civic::post::Seat::Area(a) if kinds[&a] == kind)));
    }
}

#[test]
fn what_lies_below_a_grown_area_tiles_it() {
    let all = found(&"xiaochang".parse().unwrap(), Scale::Street);
    let drawn: HashMap<_, _> = all
        .boundaries
        .iter()
        .map(|b| (b.area, atlas::decode_boundary(&b.body).unwrap()))
        .collect();
    let tree = Tree::build(all.areas).unwrap();
    let communities: Vec<_> = tree
        .iter()
        .filter(|a| a.level == Level::Community)
        .collect();
    assert!(!communities.is_empty());
    for area in communities {
        let below: Vec<_> = tree
            .children(area.id)
            .map(|a| (a.id.0, &drawn[&a.id]))
            .collect();
        let cover = atlas::check_cover(&drawn[&area.id], &below);
        assert!(
            cover.gaps.iter().all(|g| g.m2 < 100.0) && cover.overlaps.iter().all(|o| o.m2 < 100.0),
            "{}",
            area.name
        );
    }
}

#[test]
fn a_slip_in_a_profile_is_answered_with_what_is_wrong() {
    let text = include_str!("../../../../profiles/xiaochang.toml");
    let few = text.replace("count = 620", "count = 3");
    assert!(
        Profile::read("x", &few)
            .unwrap_err()
            .contains("不能少于上一级")
    );
    assert!(
        Profile::read("x", "name = \"空\"")
            .unwrap_err()
            .contains("读不懂")
    );
    assert!(
        "nowhere"
            .parse::<Profile>()
            .unwrap_err()
            .contains("xiaochang")
    );
}

/// A street of each, and all of Jianyang (R010): founded in an office and found there again.
#[tokio::test]
async fn every_shipped_profile_starts_from_its_file_and_the_packs_alone() {
    assert_eq!(Profile::all(), ["jianyang", "putian", "xiaochang"]);
    // Towns, communities, grids and units of what is founded.
    let wanted = [
        ("putian", Scale::Street, [1, 11, 214, 2_918]),
        ("jianyang", Scale::County, [13, 230, 3_861, 2_734]),
        ("xiaochang", Scale::Street, [1, 24, 99, 585]),
    ];
    for (code, scale, wanted) in wanted {
        let test = TestOffice::empty(&format!("profile-{code}"));
        let rows = found(&code.parse().unwrap(), scale);
        test.office.found(rows).await.unwrap();
        let world = test.office.world();
        let root = world.tree().roots().next().unwrap();
        let levels = [Level::Town, Level::Community, Level::Grid, Level::Unit];
        let counts = levels.map(|level| world.tree().count(root.id, level));
        assert_eq!(counts, wanted, "{code}");
        let detail = test.office.area(root.id).await.unwrap();
        assert_eq!(
            [detail.counts.grids, detail.counts.units],
            wanted[2..],
            "{code}"
        );
        test.verify().await;
    }
}
