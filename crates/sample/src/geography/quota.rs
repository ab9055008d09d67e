//! How many grids and units each village has: 9,433 and 115,233 in all (R002).

use super::source::{Named, Names};
use atlas::partition::{Chance, mix};

/// Grids of the city.
pub const GRIDS: usize = 9_433;
/// Units of the city.
pub const UNITS: usize = 115_233;

/// How a village is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fabric {
    /// A community of a street office: estates and shopping streets.
    City,
    /// A community of a town: estates, streets and former villages.
    Town,
    /// A village.
    Rural,
}

/// What a village gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How it is built.
    pub fabric: Fabric,
    /// Its number of grids.
    pub grids: usize,
    /// Its number of units.
    pub units: usize,
}

/// Villages whose figures are known from the press (S4): 东星社区 went "from 2 grids to 33, with 439
/// units"; 霞林社区 has more than 30,000 people.
const KNOWN: [(&str, usize, usize); 2] = [("350304100001", 33, 439), ("350302003003", 38, 560)];

/// Whether the code is that of a residents' committee (001 to 199 at the end).
#[must_use]
pub fn is_community(village: &Named) -> bool {
    village
        .code
        .get(9..12)
        .and_then(|n| n.parse::<u32>().ok())
        .is_some_and(|n| n < 200)
}

/// A number for a code, to draw chances from.
#[must_use]
pub fn code_number(code: &str) -> u64 {
    code.parse().unwrap_or(0)
}

/// Fabric, weights for grids and units, and figures that are known.
type Wish = (Fabric, f64, f64, Option<(usize, usize)>);

/// The quotas of all villages, town by town.
#[must_use]
pub fn quotas(names: &Names, seed: u64) -> Vec<Quota> {
    let mut wanted: Vec<Wish> = Vec::new();
    for town in &names.towns {
        let street = town.town.name.ends_with("街道");
        for village in &town.villages {
            let mut chance = Chance::new(mix(seed, 21), code_number(village.code));
            let (fabric, grids, per_grid) = match (is_community(village), street) {
                (true, true) => (Fabric::City, 24.0, 13.8),
                (true, false) => (Fabric::Town, 14.0, 12.6),
                (false, true) => (Fabric::Rural, 11.0, 12.0),
                (false, false) => (Fabric::Rural, 7.9, 11.9),
            };
            let known = KNOWN
                .iter()
                .find(|k| k.0 == village.code)
                .map(|k| (k.1, k.2));
            let grids = grids * chance.between(0.65, 1.35);
            wanted.push((
                fabric,
                grids,
                grids * per_grid * chance.between(0.9, 1.1),
                known,
            ));
        }
    }
    let known: (usize, usize) = wanted
        .iter()
        .filter_map(|w| w.3)
        .fold((0, 0), |s, k| (s.0 + k.0, s.1 + k.1));
    let open: Vec<usize> = (0..wanted.len())
        .filter(|&i| wanted[i].3.is_none())
        .collect();
    let grids = shares(
        &open.iter().map(|&i| wanted[i].1).collect::<Vec<_>>(),
        GRIDS - known.0,
        &vec![2; open.len()],
    );
    let least: Vec<usize> = grids.iter().map(|g| g * 5).collect();
    let units = shares(
        &open.iter().map(|&i| wanted[i].2).collect::<Vec<_>>(),
        UNITS - known.1,
        &least,
    );
    let mut given = open.iter().zip(grids.iter().zip(&units));
    wanted
        .iter()
        .map(|&(fabric, _, _, known)| {
            let (grids, units) =
                known.unwrap_or_else(|| given.next().map_or((2, 10), |(_, (&g, &u))| (g, u)));
            Quota {
                fabric,
                grids,
                units,
            }
        })
        .collect()
}

/// Whole shares of `total` in proportion to weights, none below its least, that sum to `total`
/// (largest remainders; ties go to the earlier).
#[must_use]
pub fn shares(weights: &[f64], total: usize, least: &[usize]) -> Vec<usize> {
    let rest = total.saturating_sub(least.iter().sum()) as f64;
    // What is above the least is shared by how much a weight asks beyond it.
    let all: f64 = weights.iter().sum();
    let asks: Vec<f64> = weights
        .iter()
        .zip(least)
        .map(|(w, &l)| (w / all * total as f64 - l as f64).max(0.01))
        .collect();
    let asked: f64 = asks.iter().sum();
    let exact: Vec<f64> = asks.iter().map(|a| a / asked * rest).collect();
    let mut given: Vec<usize> = exact
        .iter()
        .zip(least)
        .map(|(e, &l)| l + e.floor() as usize)
        .collect();
    let mut order: Vec<usize> = (0..given.len()).collect();
    order.sort_by(|&a, &b| {
        exact[b]
            .fract()
            .total_cmp(&exact[a].fract())
            .then(a.cmp(&b))
    });
    let missing = total.saturating_sub(given.iter().sum());
    for &i in order.iter().take(missing) {
        given[i] += 1;
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geography::source;

    #[test]
    fn quotas_sum_to_9433_grids_and_115233_units_whatever_the_seed() {
        let names = source::names();
        for seed in [1, 2, 20_261_122] {
            let all = quotas(&names, seed);
            assert_eq!(all.len(), 976);
            assert_eq!(all.iter().map(|q| q.grids).sum::<usize>(), GRIDS);
            assert_eq!(all.iter().map(|q| q.units).sum::<usize>(), UNITS);
            assert!(all.iter().all(|q| q.grids >= 2 && q.units >= 5 * q.grids));
        }
    }

    #[test]
    fn shares_keep_the_least_and_the_sum() {
        assert_eq!(shares(&[1.0, 1.0, 2.0], 8, &[0, 0, 0]), [2, 2, 4]);
        assert_eq!(shares(&[0.0, 1.0], 10, &[3, 0]).iter().sum::<usize>(), 10);
        assert!(shares(&[0.0, 1.0], 10, &[3, 0])[0] >= 3);
    }
}
