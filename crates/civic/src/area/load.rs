//! How the load of areas under one parent compares (R008: 规模适度、任务相当): which stands out, and why.

use std::ops::RangeInclusive;

/// What one area has to carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Burden {
    /// Whether it is a unit, for which there is a band of people.
    pub is_unit: bool,
    /// People; 0 where it is not known.
    pub people: i64,
    /// Units below it whose people are not in the band.
    pub odd_units: i64,
    /// Matters reported in the period.
    pub reported: i64,
    /// Matters open now.
    pub open: i64,
}

/// How many times the middle of its neighbours makes an area stand out.
const TIMES: i64 = 2;
/// Fewer than so many are no load to speak of.
const LEAST: i64 = 10;

/// For each area what stands out about it, in words; nothing for most.
#[must_use]
pub fn standing_out(all: &[Burden], band: &RangeInclusive<i64>) -> Vec<Vec<String>> {
    let middle = |of: fn(&Burden) -> i64| median(all.iter().map(of).collect());
    let (people, reported, open) = (
        median(all.iter().map(|b| b.people).filter(|n| *n > 0).collect()),
        middle(|b| b.reported),
        middle(|b| b.open),
    );
    let (low, high) = (band.start(), band.end());
    all.iter()
        .map(|b| {
            let mut words = Vec::new();
            if b.is_unit && b.people > 0 && !band.contains(&b.people) {
                words.push(format!(
                    "{} 人，不在 {low} 至 {high} 人的建议范围内",
                    b.people
                ));
            }
            if b.odd_units > 0 {
                words.push(format!(
                    "有 {} 个治理单元不在 {low} 至 {high} 人的建议范围内",
                    b.odd_units
                ));
            }
            if !b.is_unit && all.len() > 2 && b.people > people * TIMES && people > 0 {
                words.push(format!("人数超过同级中位数（{people} 人）的 {TIMES} 倍"));
            }
            for (word, n, middle) in [
                ("期内事件", b.reported, reported),
                ("在办事件", b.open, open),
            ] {
                if all.len() > 2 && n >= LEAST && n > middle * TIMES {
                    words.push(format!(
                        "{word} {n} 件，超过同级中位数（{middle} 件）的 {TIMES} 倍"
                    ));
                }
            }
            words
        })
        .collect()
}

fn median(mut all: Vec<i64>) -> i64 {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crowded_the_busy_and_the_odd_stand_out_and_the_others_do_not() {
        let grid = |people, odd_units, reported, open| Burden {
            is_unit: false,
            people,
            odd_units,
            reported,
            open,
        };
        let all = [
            grid(900, 0, 12, 1),
            grid(1_000, 2, 10, 2),
            grid(2_500, 0, 40, 3),
            grid(0, 0, 0, 0),
        ];
        let said = standing_out(&all, &(50..=200));
        assert_eq!(
            said,
            [
                vec![],
                vec!["有 2 个治理单元不在 50 至 200 人的建议范围内".to_owned()],
                vec![
                    "人数超过同级中位数（1000 人）的 2 倍".to_owned(),
                    "期内事件 40 件，超过同级中位数（12 件）的 2 倍".to_owned(),
                ],
                vec![],
            ]
        );
        let unit = |people| Burden {
            is_unit: true,
            people,
            ..Burden::default()
        };
        let said = standing_out(&[unit(260), unit(120), unit(0)], &(50..=200));
        assert_eq!(said[0], ["260 人，不在 50 至 200 人的建议范围内"]);
        assert!(
            said[1].is_empty() && said[2].is_empty(),
            "what is not known is not judged"
        );
    }
}
