use super::*;
use std::collections::{BTreeMap, BTreeSet};

const CATEGORIES: &str = include_str!("../../../../packs/base/categories.csv");
const PLACES: [&str; 2] = ["九龙小区3号楼", "后黄村第5组"];

fn codes() -> BTreeSet<&'static str> {
    let rows = CATEGORIES.lines().skip(1);
    rows.filter_map(|row| row.split(',').next()).collect()
}

/// Faults that no text may have: a slot that nobody fills, half-width punctuation beside Chinese,
/// something like a telephone number.
fn faults(text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    if text.is_empty() {
        found.push("empty");
    }
    if text.contains(['{', '}', '|', ',', ';', ':', '?', '(']) {
        found.push("punctuation or a slot");
    }
    let digits = text.split(|c: char| !c.is_ascii_digit());
    if digits.map(str::len).max() > Some(5) {
        found.push("a long number");
    }
    found
}

#[test]
fn every_category_of_the_pack_has_clean_words_at_every_kind_of_place() {
    for code in codes() {
        for seed in 0..60 {
            let place = PLACES[seed as usize % 2];
            let (title, text) = incident(code, seed, place);
            assert!(title.contains(place), "{code}: {title}");
            assert!(
                title.chars().count() <= 40 && text.chars().count() <= 200,
                "{code}: {title} {text}"
            );
            for said in [&title, &text] {
                assert_eq!(faults(said), Vec::<&str>::new(), "{code}: {said}");
            }
            assert!(!text.contains("其他事项"), "{code}: {text}");
        }
    }
}

#[test]
fn the_frequent_categories_have_at_least_three_templates_of_their_own() {
    let known = codes();
    let mut seen = BTreeSet::new();
    for (code, templates) in SETS.iter().copied().flatten() {
        assert!(known.contains(code), "{code} is not in the pack");
        assert!(seen.insert(*code), "{code} has two sets");
        assert!(templates.len() >= 3, "{code}");
    }
    assert!(seen.len() >= 90, "{}", seen.len());
    for (code, weight) in FREQUENCY {
        let other = code.ends_with("99");
        assert!(
            *weight < 50 || other || has_own(code),
            "{code} is frequent and has no templates"
        );
    }
}

#[test]
fn what_has_no_templates_has_a_thing_and_only_once() {
    assert!(rest::THINGS.is_sorted_by(|a, b| a.0 < b.0));
    for code in codes() {
        assert_ne!(has_own(code), rest::thing(code) != "其他事项", "{code}");
    }
}

#[test]
fn the_same_seed_gives_the_same_words_and_other_seeds_vary_them() {
    assert_eq!(
        incident("0202", 7, PLACES[0]),
        incident("0202", 7, PLACES[0])
    );
    let texts: BTreeSet<String> = (0..300)
        .map(|seed| incident("0202", seed, PLACES[0]).1)
        .collect();
    assert!(texts.len() > 100, "{}", texts.len());
    assert_eq!(person_name(7), person_name(7));
    assert_eq!(opinion("call", "0202", 7), opinion("call", "0202", 7));
}

#[test]
fn the_words_of_a_known_seed_stay_as_they_are() {
    // A changed generator would silently change every sample city.
    let (title, text) = incident("0102", 1, PLACES[0]);
    assert_eq!(title, "九龙小区3号楼晾晒滴水引发争执");
    assert_eq!(
        text,
        "九龙小区3号楼住户反映楼上住户晾晒衣物经常滴水，弄湿自家被褥，这两天两家为此争吵，请协助调解。"
    );
    let names: Vec<String> = (0..6).map(person_name).collect();
    assert_eq!(names.join(" "), "方碧霞 洪天水 徐凯 陈亚祥 郭丽红 叶梓凯");
}

#[test]
fn every_action_has_words_for_every_class() {
    for action in ACTIONS.iter().chain(&["an action of a later flow"]) {
        for class in codes() {
            for seed in 0..12 {
                let said = opinion(action, class, seed);
                assert_eq!(
                    faults(&said.replace('？', "")),
                    Vec::<&str>::new(),
                    "{action} {class}: {said}"
                );
            }
        }
    }
}

#[test]
fn frequencies_name_known_categories_and_an_eighth_are_disputes() {
    let known = codes();
    let mut seen = BTreeSet::new();
    for (code, weight) in FREQUENCY {
        assert!(
            known.contains(code) && seen.insert(*code) && *weight > 0,
            "{code}"
        );
    }
    let sum = |prefix: &str| -> u32 {
        FREQUENCY
            .iter()
            .filter(|(code, _)| code.starts_with(prefix))
            .map(|(_, weight)| weight)
            .sum()
    };
    let share = f64::from(sum("01")) / f64::from(sum(""));
    assert!((0.11..0.13).contains(&share), "{share}");
    assert_eq!(WEEKDAY_WEIGHTS.iter().sum::<u32>(), 700);
}

#[test]
fn the_seasons_bring_typhoons_in_summer_and_wages_in_winter() {
    let count = |month: u8| {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for seed in 0..20_000 {
            *counts.entry(category(seed, month)).or_default() += 1;
        }
        counts
    };
    let (august, january) = (count(8), count(1));
    assert!(august["0609"] > 80 && !january.contains_key("0609"));
    assert!(january["0107"] > 2 * august["0107"]);
    let busiest = (0..20_000)
        .map(hour)
        .fold([0; 24], |mut sum: [u32; 24], hour| {
            sum[usize::from(hour)] += 1;
            sum
        });
    assert_eq!((0..24).max_by_key(|hour| busiest[*hour]), Some(9));
    assert_eq!(
        (weekday_percent(1), weekday_percent(7), weekday_percent(9)),
        (116, 76, 100)
    );
}

#[test]
fn names_are_those_of_putian_and_hit_no_person_of_the_seed_texts() {
    let names: Vec<String> = (0..20_000).map(person_name).collect();
    let share =
        |surname: &str| names.iter().filter(|n| n.starts_with(surname)).count() as f64 / 20_000.0;
    assert!((0.10..0.16).contains(&share("陈")) && (0.09..0.15).contains(&share("林")));
    assert!(
        names
            .iter()
            .all(|name| (2..=4).contains(&name.chars().count()))
    );
    assert!(
        !names
            .iter()
            .any(|name| ["陈元国", "陈伟山", "林春新", "陈春山"].contains(&name.as_str()))
    );
    let distinct: BTreeSet<&String> = names.iter().collect();
    assert!(distinct.len() > 7_000, "{}", distinct.len());
}
