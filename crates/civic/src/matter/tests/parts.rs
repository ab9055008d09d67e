//! 分办: parts of a matter, each judged by itself, counted once with the whole.

use super::*;

fn part(text: &str, waits: bool) -> Form {
    Form {
        part: Some(PartForm {
            text: text.into(),
            waits,
            ..PartForm::default()
        }),
        ..say("分开办理")
    }
}
fn split(town: &mut Town, id: MatterId, minute: u32, form: Form) -> MatterId {
    town.act(31, id, "split", at(11, 11, minute), form).unwrap();
    town.m(id).parts.last().unwrap().id
}
fn settled() -> Form {
    Form {
        finding: Some(Finding::Solved),
        reply: Some("已办好".into()),
        ..say("办好了")
    }
}

#[test]
fn the_whole_waits_for_the_parts_it_should_wait_for_and_hears_of_their_end() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    let waited = split(&mut town, id, 0, part("重新丈量面积", true));
    let free = split(&mut town, id, 1, part("整理安置档案", false));
    let child = town.m(waited);
    assert_eq!(child.no, format!("{}-1", town.m(id).no));
    assert_eq!(
        (child.state.as_str(), child.desk),
        ("at_town", Desk::Area(AreaId(3)))
    );
    assert_eq!(
        child.category,
        town.m(id).category,
        "as protected as the whole"
    );
    assert!(
        !child.reporter.confirms,
        "the person concerned is asked once"
    );
    assert!(
        !town
            .can(31, waited, at(11, 11, 5))
            .contains(&"split".into())
    );
    assert!(!town.can(31, id, at(11, 11, 5)).contains(&"settle".into()));
    let early = town
        .act(31, id, "settle", at(11, 11, 5), settled())
        .unwrap_err();
    assert!(
        early.to_string().contains("1 项分办事项没有办结"),
        "{early}"
    );
    town.notices.clear();
    town.act(31, waited, "settle", at(11, 11, 10), settled())
        .unwrap();
    assert_eq!(town.m(waited).state, "closed");
    assert!(town.m(id).parts[0].over);
    assert!(
        town.notices
            .iter()
            .any(|n| n.text.contains("可以办结本事项"))
    );
    town.act(31, id, "settle", at(11, 11, 15), settled())
        .unwrap();
    assert_eq!(town.m(free).state, "at_town", "nobody waited for it");
    town.act(31, waited, "reopen", at(11, 11, 20), say("量错了"))
        .unwrap();
    assert!(!town.m(id).parts[0].over);
}

#[test]
fn a_part_is_not_counted_beside_its_whole_but_its_judgement_is() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    let part = split(&mut town, id, 0, part("重新丈量面积", true));
    let figures = |town: &Town, measure| {
        let all = [id, part].map(|m| crate::measure::contribution(town.m(m)));
        all.iter()
            .filter_map(|c| c.get(&(0, 0, measure)))
            .sum::<i64>()
    };
    assert_eq!(
        (
            figures(&town, Measure::Reported),
            figures(&town, Measure::Open)
        ),
        (1, 1)
    );
    town.act(31, part, "settle", at(11, 11, 10), settled())
        .unwrap();
    assert_eq!(figures(&town, Measure::Closed), 0);
    town.act(31, id, "settle", at(11, 11, 15), settled())
        .unwrap();
    let rating = Form {
        rating: Some(Rating(5)),
        ..Form::default()
    };
    town.act(900, id, "confirm", at(11, 12, 0), rating).unwrap();
    assert_eq!(figures(&town, Measure::Closed), 1);
    assert_eq!(
        figures(&town, Measure::TriageTownIn),
        2,
        "the desk judged twice"
    );
}

#[test]
fn a_part_must_say_what_it_is_about() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    let none = town
        .act(31, id, "split", at(11, 11, 0), say("x"))
        .unwrap_err();
    assert_eq!(none.to_string(), "请写明要分办的事项");
    let empty = town
        .act(31, id, "split", at(11, 11, 0), part(" ", true))
        .unwrap_err();
    let Refusal::Invalid(problems) = empty else {
        panic!("{empty:?}");
    };
    assert_eq!(problems[0].field, "part.text");
}
