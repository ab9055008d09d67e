//! Random walks.

use super::*;

/// Walks of random permitted actions: whatever happens, the fold holds, clocks never run
/// backwards, and the figures never fall below zero.
#[test]
fn no_sequence_of_permitted_actions_breaks_the_invariants() {
    let mut seed = 7u64;
    let mut random = move |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % n.max(1) as u64) as usize
    };
    let people = [61, 51, 52, 41, 42, 31, 32, 21, 11, 71, 72, 73, 900];
    let mut ended = 0;
    for walk in 0..150 {
        let mut town = Town::new();
        let mut now = at(11, 8, 0);
        let id = match walk % 3 {
            0 => rectify::issued(&mut town),
            1 => town.report(61, 6, true, now),
            _ => town.report(900, 6, true, now),
        };
        for _ in 0..30 {
            now = now.plus_minutes(1 + random(400) as i64);
            while town.m(id).next_alert_at().is_some_and(|due| due <= now) {
                assert!(town.tick(id, now));
            }
            let person = people[random(people.len())];
            let actor = town.actor(person);
            let list = available(&town.rules, &actor, town.m(id), now).unwrap();
            if list.is_empty() {
                continue;
            }
            let pick = &list[random(list.len())];
            let form = Form {
                opinion: Some("意见".into()),
                reply: Some("答复".into()),
                category: Some("0104".into()),
                finding: Some([Finding::Solved, Finding::Cannot, Finding::Handled][random(3)]),
                area: pick.areas.first().copied(),
                lead: (random(4) > 0).then_some(CalledDesk {
                    org: OrgId(71),
                    limit: None,
                }),
                co: vec![CalledDesk {
                    org: OrgId(72),
                    limit: None,
                }],
                part: Some(PartForm {
                    text: "分办".into(),
                    waits: random(2) == 0,
                    ..PartForm::default()
                }),
                person: pick.people.first().copied(),
                org: None,
                task: pick.slots.first().copied(),
                verdict: Some(random(2) == 0),
                until: Some(Day(town.rules.day(now).0 + 5)),
                rating: Some(Rating(1 + random(5) as u8)),
                ..Form::default()
            };
            match town.act(person, id, &pick.action.clone(), now, form) {
                Ok(()) | Err(Refusal::Invalid(_) | Refusal::Conflict(_)) => {}
                Err(other) => panic!(
                    "{} by {person} was offered and then refused: {other:?}",
                    pick.action
                ),
            }
            let matter = town.m(id);
            assert_eq!(
                matter.over(),
                matter.due_at().is_none() && matter.holding().next().is_none(),
                "{} {:?}",
                matter.state,
                matter.clocks
            );
            assert!(
                matter
                    .clocks
                    .iter()
                    .all(|c| c.stopped.is_none_or(|s| s >= c.started))
            );
        }
        ended += usize::from(town.m(id).over());
        let steps = &town.journal[&id];
        assert!(steps.windows(2).all(|w| w[0].acted_at <= w[1].acted_at));
    }
    assert!(
        ended > 20,
        "only {ended} walks came to an end: the walk is too timid to prove anything"
    );
}
