//! The flow itself: drawn, linted, in other trees.

use super::*;

#[test]
fn the_flow_is_drawn_and_its_transitions_are_printed() {
    let flow = Flow::parse(FLOW).unwrap();
    expect_test::expect_file!["../../../../../docs/flow-incident.mmd"]
        .assert_eq(&crate::flow::mermaid(&flow));
}

#[test]
fn the_linter_names_the_state_that_would_strand_a_matter() {
    let lint = |from: &str, to: &str| {
        assert!(FLOW.contains(from), "{from}");
        let problems = Flow::parse(&FLOW.replace(from, to)).unwrap_err();
        problems
            .iter()
            .map(|p| p.message.clone())
            .collect::<Vec<_>>()
            .join("|")
    };
    let text = lint(
        "name = \"已反馈\"\nphase = \"review\"\nholder = \"owner\"\nclock = \"8工作时\"",
        "name = \"已反馈\"\nphase = \"review\"\nholder = \"owner\"",
    );
    assert!(text.contains("“已反馈”没有时限"), "{text}");
    let text = lint(
        "name = \"待评价\"\nphase = \"confirm\"\nholder = \"reporter\"",
        "name = \"待评价\"\nphase = \"confirm\"\nholder = \"nobody\"",
    );
    assert!(text.contains("“待评价”没有承办席位"), "{text}");
    let text = lint("to = \"state:checking\"", "to = \"stay\"");
    assert!(text.contains("checking 从起点无法到达"), "{text}");
    let text = lint("by = [\"approver\"]", "by = [\"reporter\"]");
    assert!(text.contains("“审批”没有任何岗位可以执行"), "{text}");
    let text = lint("clock = \"8工作时\"", "clock = \"很快\"");
    assert!(text.contains("很快"), "{text}");
    let text = lint("to = \"state:merged\"", "to = \"state:nowhere\"");
    assert!(text.contains("nowhere 不是本流程的状态"), "{text}");
}

#[test]
fn in_a_tree_with_tiers_of_grids_escalation_climbs_every_tier() {
    let mut tree: Vec<_> = small().iter().cloned().collect();
    let mut tier = area(20, 5, Level::Grid, "二级网格");
    tier.tier = 2;
    tree.push(tier);
    tree.push(area(21, 20, Level::Unit, "某巷"));
    let mut town = Town::with(Tree::build(tree).unwrap(), posts());
    let id = town.report(900, 21, true, at(11, 9, 0));
    town.act(51, id, "escalate", at(11, 9, 1), say("x"))
        .unwrap();
    assert_eq!(town.m(id).desk, Desk::Area(AreaId(20)));
    town.act(51, id, "escalate", at(11, 9, 2), say("x"))
        .unwrap();
    assert_eq!(town.m(id).desk, Desk::Area(AreaId(5)));
    town.act(51, id, "escalate", at(11, 9, 3), say("x"))
        .unwrap();
    assert_eq!(town.m(id).state, "at_community");
}
