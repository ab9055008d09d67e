use super::*;
use crate::{Boundary, Polygon, Ring, check_cover};
use std::collections::{HashMap, HashSet};

fn micro(x: i32, y: i32) -> Micro {
    Micro {
        x: 119_000_000 + x,
        y: 25_300_000 + y,
    }
}

/// A mainland of some 20 by 22 km with a bay, and an island; two counties, a neighbour in the east.
fn division(seed: u64) -> Division {
    let mainland: Ring = [
        (0, 0),
        (90_000, 0),
        (100_000, 60_000),
        (110_000, 0),
        (200_000, 0),
        (200_000, 200_000),
        (0, 200_000),
    ]
    .map(|(x, y)| micro(x, y))
    .to_vec();
    let island: Ring = [(20_000, -60_000), (60_000, -60_000), (50_000, -25_000)]
        .map(|(x, y)| micro(x, y))
        .to_vec();
    let town = |x, y, county, villages| Town {
        at: micro(x, y),
        county,
        villages,
        pace: 1.0,
    };
    let towns = [
        town(40_000, 40_000, 0, 12),
        town(50_000, 150_000, 0, 9),
        town(120_000, 100_000, 1, 15),
        town(40_000, -50_000, 1, 3),
    ];
    divide(
        &Land {
            shores: &[mainland, island],
            towns: &towns,
            foreign: &[micro(190_000, 100_000)],
        },
        seed,
    )
}

fn edges(b: &Boundary) -> impl Iterator<Item = (Micro, Micro)> {
    b.rings()
        .flat_map(|r| (0..r.len()).map(|i| (r[i], r[(i + 1) % r.len()])))
}

/// Every edge of a child is an edge of the parent or the reverse of a sibling's edge.
fn assert_tiles<'a>(parent: &Boundary, children: impl IntoIterator<Item = &'a Boundary>) {
    let mut open: HashMap<(Micro, Micro), i32> = HashMap::new();
    let mut put = |(a, b): (Micro, Micro), n: i32| {
        *open.entry((a.min(b), a.max(b))).or_default() += if a < b { n } else { -n }
    };
    let mut area = 0.0;
    for child in children {
        area += child.area_m2();
        edges(child).for_each(|e| put(e, 1));
    }
    edges(parent).for_each(|e| put(e, -1));
    assert!(open.values().all(|n| *n == 0));
    assert!((area / parent.area_m2() - 1.0).abs() < 1e-9);
}

#[test]
fn every_level_of_a_division_tiles_the_level_above() {
    for seed in 0..5 {
        let d = division(seed);
        assert_tiles(&d.whole, &d.counties);
        assert_tiles(&d.counties[0], &d.towns[..2]);
        assert_tiles(&d.counties[1], &d.towns[2..]);
        for (town, villages) in d.towns.iter().zip(&d.villages) {
            assert_tiles(town, villages);
        }
        assert_eq!(
            d.villages.iter().map(Vec::len).collect::<Vec<_>>(),
            [12, 9, 15, 3]
        );
        assert!(
            d.whole.area_m2() < 0.95 * 4.6e8,
            "the neighbour keeps its land"
        );
    }
}

#[test]
fn villages_are_whole_without_holes_and_of_similar_size() {
    for seed in 0..5 {
        for town in division(seed).villages {
            let sizes: Vec<f64> = town.iter().map(Boundary::area_m2).collect();
            let mean = sizes.iter().sum::<f64>() / sizes.len() as f64;
            assert!(
                sizes.iter().all(|s| *s > mean * 0.15 && *s < mean * 4.0),
                "{sizes:?}"
            );
            for village in town {
                assert_eq!(village.polygons.len(), 1);
                assert_eq!(village.polygons[0].rings.len(), 1);
                let ring = &village.polygons[0].rings[0];
                assert_eq!(ring.iter().collect::<HashSet<_>>().len(), ring.len());
            }
        }
    }
}

#[test]
fn a_town_grows_around_its_place() {
    let d = division(3);
    assert!(d.towns[0].contains(micro(40_000, 40_000).degrees()));
    assert!(d.towns[3].contains(micro(40_000, -50_000).degrees()));
    assert!(!d.whole.contains(micro(190_000, 100_000).degrees()));
    // The first village is the one at the centre.
    assert!(
        d.villages[2][0]
            .metres_from(micro(120_000, 100_000).degrees())
            .unwrap()
            < 1_500.0
    );
}

#[test]
fn a_division_depends_on_nothing_but_its_input() {
    assert_eq!(division(4), division(4));
    assert_ne!(division(4), division(5));
}

#[test]
fn grids_tile_their_village_and_units_their_grid() {
    let village = &division(1).villages[0][2];
    let grids: Vec<Vec<f64>> = (1..=9)
        .map(|g| (0..g * 3).map(|u| 1.0 + f64::from(u % 3)).collect())
        .collect();
    for straight in [true, false] {
        let parcels = cut(village, &grids, straight, 77).unwrap();
        assert_tiles(village, parcels.iter().map(|p| &p.boundary));
        for (parcel, grid) in parcels.iter().zip(&grids) {
            assert_eq!(parcel.units.len(), grid.len());
            assert_tiles(&parcel.boundary, &parcel.units);
            let units: Vec<(i64, &Boundary)> = (0..).zip(&parcel.units).collect();
            assert!(check_cover(&parcel.boundary, &units).is_exact());
        }
        assert_eq!(parcels, cut(village, &grids, straight, 77).unwrap());
    }
}

#[test]
fn a_unit_of_twice_the_weight_has_about_twice_the_ground() {
    let village = &division(1).villages[0][2];
    let parcels = cut(village, &[vec![1.0; 20], vec![2.0; 20]], true, 5).unwrap();
    let ratio = parcels[1].boundary.area_m2() / parcels[0].boundary.area_m2();
    assert!((1.7..2.3).contains(&ratio), "{ratio}");
    let sizes: Vec<f64> = parcels[0].units.iter().map(Boundary::area_m2).collect();
    let mean = sizes.iter().sum::<f64>() / 20.0;
    assert!(
        sizes.iter().all(|s| (0.6..1.6).contains(&(s / mean))),
        "{sizes:?}"
    );
}

#[test]
fn a_small_islet_joins_the_nearest_unit_and_a_large_island_gets_grids() {
    let square = |x: i32, y: i32, side: i32| -> Ring {
        let mut ring = Ring::new();
        for k in 0..10 {
            ring.push(micro(x + k * side / 10, y));
        }
        for k in 0..10 {
            ring.push(micro(x + side, y + k * side / 10));
        }
        for k in 0..10 {
            ring.push(micro(x + side - k * side / 10, y + side));
        }
        for k in 0..10 {
            ring.push(micro(x, y + side - k * side / 10));
        }
        ring
    };
    let village = Boundary {
        polygons: [
            square(0, 0, 10_000),
            square(12_000, 0, 6_000),
            square(0, 12_000, 400),
        ]
        .map(|r| Polygon { rings: vec![r] })
        .to_vec(),
    };
    let parcels = cut(&village, &vec![vec![1.0; 4]; 6], false, 9).unwrap();
    assert_tiles(&village, parcels.iter().map(|p| &p.boundary));
    let whole_island = parcels
        .iter()
        .filter(|p| p.boundary.bounds().unwrap().low.x >= micro(12_000, 0).x)
        .count();
    assert_eq!(whole_island, 2);
    let with_islet: Vec<_> = parcels
        .iter()
        .filter(|p| p.boundary.polygons.len() == 2)
        .collect();
    assert_eq!(with_islet.len(), 1);
    assert_eq!(
        with_islet[0]
            .units
            .iter()
            .filter(|u| u.polygons.len() == 2)
            .count(),
        1
    );
}

#[test]
fn what_cannot_be_cut_is_refused() {
    let village = division(1).villages[0][2].clone();
    assert_eq!(cut(&village, &[], true, 1), Err(CutError::Empty));
    assert_eq!(cut(&village, &[vec![]], true, 1), Err(CutError::Empty));
    assert_eq!(
        cut(&Boundary::default(), &[vec![1.0]], true, 1),
        Err(CutError::Empty)
    );
    let triangle: Ring = vec![micro(0, 0), micro(9_000, 0), micro(0, 9_000)];
    assert_eq!(
        cut(
            &Boundary::from_ring(triangle.clone()),
            &[vec![1.0; 2]],
            true,
            1
        ),
        Err(CutError::TooFine)
    );
    let mut holed = village;
    holed.polygons[0].rings.push(triangle);
    assert_eq!(cut(&holed, &[vec![1.0]], true, 1), Err(CutError::Holes));
}
