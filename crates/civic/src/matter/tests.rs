//! The rules of the incident flow, played on the real pack with a small tree.

use super::*;
use crate::area::tests::{area, small};
use crate::area::{Level, Tree};
use crate::calendar::Calendar;
use crate::category::Categories;
use crate::directory::{Actor, Directory};
use crate::flow::Flow;
use crate::id::{MatterId, PostId};
use crate::org::{Org, OrgKind};
use crate::post::{Post, Role, Seat};
use crate::refusal::Refusal;
use crate::time::Zone;
use std::collections::HashMap;
use std::sync::Arc;

const FLOW: &str = include_str!("../../../../packs/base/flows/incident.toml");
const CATEGORIES: &str = include_str!("../../../../packs/base/categories.csv");
const CALENDAR: &str = include_str!("../../../../packs/base/calendar.csv");

/// Wednesday 2026-03-11, `hour:minute` in the city.
fn at(day: i8, hour: u32, minute: u32) -> Instant {
    Zone::CHINA.at(Day::from_ymd(2026, 3, day).unwrap(), hour, minute)
}

fn org(id: i64, kind: OrgKind, name: &str, area: i64, level: Level) -> Org {
    Org {
        id: OrgId(id),
        parent: None,
        kind,
        line: "x".into(),
        name: name.into(),
        area: AreaId(area),
        level,
    }
}

/// Account numbers are those of the posts: 6x units, 5x grids, 4x communities, 3x town, 2x county.
fn posts() -> Vec<Post> {
    let seats = [
        (61, Role::UnitHead, Seat::Area(AreaId(6))),
        (51, Role::GridHead, Seat::Area(AreaId(5))),
        (52, Role::GridWorker, Seat::Area(AreaId(5))),
        (41, Role::CommunityStaff, Seat::Area(AreaId(4))),
        (42, Role::CommunityLeader, Seat::Area(AreaId(4))),
        (43, Role::CommunityStaff, Seat::Area(AreaId(8))),
        (31, Role::TownDispatcher, Seat::Area(AreaId(3))),
        (32, Role::TownLeader, Seat::Area(AreaId(3))),
        (21, Role::CountyCenter, Seat::Area(AreaId(2))),
        (11, Role::CityCenter, Seat::Area(AreaId(1))),
        (71, Role::DeptStaff, Seat::Org(OrgId(71))),
        (72, Role::DeptStaff, Seat::Org(OrgId(72))),
        (73, Role::DeptStaff, Seat::Org(OrgId(73))),
        (81, Role::SysAdmin, Seat::Area(AreaId(1))),
        (82, Role::SecAdmin, Seat::Area(AreaId(1))),
        (83, Role::AuditAdmin, Seat::Area(AreaId(1))),
    ];
    seats
        .into_iter()
        .map(|(n, role, seat)| Post {
            id: PostId(n),
            account: AccountId(n),
            role,
            seat,
            title: None,
            source: "party_member".into(),
            from: Day(0),
            to: None,
        })
        .collect()
}

struct Town {
    rules: Rules,
    cases: Cases,
    journal: HashMap<MatterId, Vec<Step>>,
    notices: Vec<Notice>,
    last: i64,
}

impl Town {
    fn new() -> Self {
        Self::with(small(), posts())
    }
    fn with(tree: Tree, posts: Vec<Post>) -> Self {
        let orgs = vec![
            org(
                71,
                OrgKind::Department,
                "城厢区自然资源局",
                2,
                Level::County,
            ),
            org(72, OrgKind::Department, "城厢区住建局", 2, Level::County),
            org(73, OrgKind::Company, "开发公司", 3, Level::Town),
        ];
        let flow = Flow::parse(FLOW).unwrap_or_else(|p| panic!("{p:#?}"));
        let departments: Vec<&str> = include_str!("../../../../packs/base/departments.csv")
            .lines()
            .skip(1)
            .filter_map(|l| l.split(',').next())
            .collect();
        let rules = Rules {
            flows: HashMap::from([(("incident".to_owned(), 1), Arc::new(flow))]),
            categories: Arc::new(
                Categories::parse("categories.csv", CATEGORIES, &departments).unwrap(),
            ),
            calendar: Arc::new(Calendar::parse("cn", "1", Zone::CHINA, CALENDAR).unwrap()),
            directory: Arc::new(Directory::new(tree, orgs, posts)),
        };
        Self {
            rules,
            cases: Cases::default(),
            journal: HashMap::new(),
            notices: Vec::new(),
            last: 0,
        }
    }
    fn actor(&self, account: i64) -> Actor {
        Actor {
            account: AccountId(account),
            name: format!("人{account}"),
            posts: self
                .rules
                .directory
                .posts_of(AccountId(account), Day(20_000)),
            system: false,
        }
    }
    fn take(&mut self, outcome: Outcome) {
        for step in outcome.steps {
            self.journal.entry(step.matter).or_default().push(step);
        }
        for matter in outcome.matters {
            self.cases.0.insert(matter.id, matter);
        }
        self.notices.extend(outcome.notices);
        self.prove();
    }
    /// Every matter equals the fold of its journal, every step chains to the one before.
    fn prove(&self) {
        for (id, steps) in &self.journal {
            let mut prev = crate::trace::Hash::default();
            let mut folded: Option<Matter> = None;
            for (i, step) in steps.iter().enumerate() {
                assert_eq!(step.seq as usize, i + 1);
                assert_eq!(step.prev, prev);
                let words = crate::trace::words_digest(&step.words);
                assert_eq!(step.hash, crate::trace::step_hash(prev, step, words));
                prev = step.hash;
                match &mut folded {
                    None => folded = Matter::begin(step),
                    Some(matter) => matter.apply(step),
                }
            }
            assert_eq!(folded.as_ref(), self.cases.0.get(id));
        }
    }
    fn report(&mut self, account: i64, unit: i64, confirms: bool, now: Instant) -> MatterId {
        self.report_with(account, unit, now, |form| form.reporter.confirms = confirms)
            .unwrap()
    }
    fn report_with(
        &mut self,
        account: i64,
        unit: i64,
        now: Instant,
        change: impl FnOnce(&mut ReportForm),
    ) -> Result<MatterId, Refusal> {
        self.last += 1;
        let id = MatterId(self.last);
        let mut form = ReportForm {
            title: String::new(),
            text: "回迁房面积与协议不符".into(),
            category: Some("0104".into()),
            condition: None,
            channel: Channel::Field,
            place: Place::default(),
            path: self.rules.directory.tree.path(AreaId(unit)),
            reporter: Reporter {
                account: Some(AccountId(900)),
                ..Reporter::default()
            },
            prehandle: None,
            files: Vec::new(),
        };
        change(&mut form);
        let actor = self.actor(account);
        let no = format!("350302003-{}", self.last);
        let outcome = report(&self.rules, "incident", &actor, &form, id, &no, now)?;
        self.take(outcome);
        Ok(id)
    }
    fn act(
        &mut self,
        account: i64,
        id: MatterId,
        action: &str,
        now: Instant,
        form: Form,
    ) -> Result<(), Refusal> {
        let version = Some(self.cases.0[&id].version);
        let command = Command {
            action: action.into(),
            version,
            form,
        };
        let actor = self.actor(account);
        let outcome = decide(&self.rules, &self.cases, id, &actor, &command, now)?;
        self.take(outcome);
        Ok(())
    }
    fn tick(&mut self, id: MatterId, now: Instant) -> bool {
        let outcome = tick(&self.rules, &self.cases.0[&id], now).unwrap();
        let did = outcome.is_some();
        if let Some(outcome) = outcome {
            self.take(outcome);
        }
        did
    }
    fn m(&self, id: MatterId) -> &Matter {
        &self.cases.0[&id]
    }
    fn counted(&self, id: MatterId, measure: Measure) -> usize {
        self.m(id)
            .counted
            .iter()
            .filter(|(m, _)| *m == measure)
            .count()
    }
    fn can(&self, account: i64, id: MatterId, now: Instant) -> Vec<String> {
        available(&self.rules, &self.actor(account), self.m(id), now)
            .unwrap()
            .into_iter()
            .map(|a| a.action)
            .collect()
    }
}

fn say(opinion: &str) -> Form {
    Form {
        opinion: Some(opinion.into()),
        ..Form::default()
    }
}
fn call(lead: i64, co: &[i64]) -> Form {
    Form {
        lead: Some(CalledDesk {
            org: OrgId(lead),
            limit: None,
        }),
        co: co
            .iter()
            .map(|c| CalledDesk {
                org: OrgId(*c),
                limit: None,
            })
            .collect(),
        ..say("呼叫")
    }
}
fn fed(finding: Finding) -> Form {
    Form {
        finding: Some(finding),
        ..say("已测量")
    }
}

/// To the town's desk on day 11.
fn at_town(town: &mut Town) -> MatterId {
    let id = town.report(61, 6, true, at(11, 9, 0));
    let cannot = Form {
        finding: Some(Finding::Cannot),
        ..say("单元无法解决")
    };
    town.act(61, id, "prehandle", at(11, 9, 10), cannot)
        .unwrap();
    town.act(51, id, "escalate", at(11, 9, 30), say("网格无法解决"))
        .unwrap();
    town.act(41, id, "escalate", at(11, 10, 0), say("社区无力解决"))
        .unwrap();
    id
}

#[test]
fn the_bantou_case_travels_from_the_unit_to_three_bodies_and_is_closed_by_the_resident() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    assert_eq!(town.m(id).state, "at_town");
    town.act(31, id, "call", at(11, 11, 0), call(71, &[72, 73]))
        .unwrap();
    assert_eq!(town.m(id).state, "called");
    for (n, org) in [(0, 71), (1, 72), (2, 73)] {
        town.act(org, id, "sign", at(11, 14, 10 + n), Form::default())
            .unwrap();
    }
    assert_eq!(town.m(id).state, "handling");
    for org in [71, 72, 73] {
        town.act(org, id, "feed_back", at(13, 10, 0), fed(Finding::Solved))
            .unwrap();
    }
    assert_eq!(town.m(id).state, "fed_back");
    town.act(31, id, "order_check", at(13, 11, 0), say("请核实"))
        .unwrap();
    let yes = Form {
        verdict: Some(true),
        ..say("已量好")
    };
    town.act(52, id, "check", at(13, 15, 0), yes).unwrap();
    let done = Form {
        reply: Some("面积已现场测量并更正".into()),
        ..fed(Finding::Solved)
    };
    town.act(31, id, "settle", at(13, 16, 0), done).unwrap();
    assert_eq!(town.m(id).state, "confirming");
    let five = Form {
        rating: Some(Rating(5)),
        ..Form::default()
    };
    town.act(900, id, "confirm", at(14, 9, 0), five).unwrap();

    let matter = town.m(id);
    assert_eq!(matter.state, "closed");
    assert_eq!(matter.finished_level, Some(Level::Town));
    for level in [Level::Unit, Level::Grid, Level::Community, Level::Town] {
        let (came, day) = Measure::triage(level);
        assert_eq!(
            (town.counted(id, came), town.counted(id, day)),
            (1, 1),
            "{level:?}"
        );
    }
    assert_eq!(town.counted(id, Measure::SigninsOnTime), 3);
    assert_eq!(town.counted(id, Measure::HandledOnTime), 3);
    let judged: Vec<_> = town.journal[&id]
        .iter()
        .filter(|s| s.same_day.is_some())
        .map(|s| (s.action.as_str(), s.who.title.as_str(), s.same_day))
        .collect();
    expect_test::expect![[r#"
        [
            (
                "prehandle",
                "坂头安置房小区网格1号楼单元长",
                Some(
                    true,
                ),
            ),
            (
                "escalate",
                "坂头安置房小区网格网格长",
                Some(
                    true,
                ),
            ),
            (
                "escalate",
                "坂头社区社区工作者",
                Some(
                    true,
                ),
            ),
            (
                "call",
                "霞林街道镇街中心调度员",
                Some(
                    true,
                ),
            ),
        ]
    "#]]
    .assert_debug_eq(&judged);
}

#[test]
fn a_unit_head_reports_and_settles_in_one_breath_and_it_counts_as_closed_at_the_unit() {
    let mut town = Town::new();
    let id = town
        .report_with(61, 6, at(11, 9, 0), |form| {
            form.prehandle = Some(Form {
                finding: Some(Finding::Calmed),
                ..say("已劝和")
            });
        })
        .unwrap();
    assert_eq!(town.m(id).state, "closed");
    let day = Day::from_ymd(2026, 3, 11).unwrap();
    let counted = crate::measure::contribution(town.m(id));
    let of = |measure| {
        counted
            .get(&(0, crate::measure::day_period(day), measure))
            .copied()
    };
    assert_eq!(of(Measure::DisputesUnit), Some(1));
    assert_eq!(of(Measure::ClosedUnit), Some(1));
    assert_eq!(of(Measure::Solved), Some(1));
    assert_eq!(
        counted.get(&(1, 202_603, Measure::Closed)),
        Some(&1),
        "its own class"
    );
}

#[test]
fn a_level_that_misses_midnight_is_marked_and_the_lowest_levels_escalate_by_themselves() {
    let mut town = Town::new();
    let id = town.report(900, 6, true, at(11, 20, 0));
    assert!(
        !town.tick(id, at(11, 21, 59)),
        "nothing is due two minutes early"
    );
    assert!(town.tick(id, at(11, 22, 0)), "two hours before");
    assert!(!town.tick(id, at(11, 22, 0)), "said once");
    assert!(town.tick(id, at(11, 23, 30)), "half an hour before");
    assert!(town.tick(id, at(12, 0, 0)), "midnight");
    assert_eq!(town.m(id).state, "at_grid");
    let (came, day) = Measure::triage(Level::Unit);
    assert_eq!((town.counted(id, came), town.counted(id, day)), (1, 0));
    assert_eq!(town.counted(id, Measure::Overdue), 1);
    assert_eq!(
        town.m(id)
            .counted
            .iter()
            .find(|(m, _)| *m == Measure::Overdue)
            .unwrap()
            .1,
        Day::from_ymd(2026, 3, 11).unwrap()
    );
}

#[test]
fn the_community_is_marked_overdue_and_keeps_the_matter() {
    let mut town = Town::new();
    let id = town.report(41, 6, false, at(11, 9, 0));
    assert_eq!(
        town.m(id).state,
        "at_community",
        "who registers judges first"
    );
    assert!(town.tick(id, at(13, 0, 5)), "the sweep was down for a day");
    assert_eq!(town.m(id).state, "at_community");
    assert!(town.m(id).is_overdue());
    assert!(!town.tick(id, at(14, 0, 5)), "once");
}

#[test]
fn a_return_needs_approval_and_its_receiver_may_not_close() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "return", at(11, 11, 0), say("材料不全"))
        .unwrap();
    assert_eq!(town.m(id).state, "at_town", "waits for the leader");
    assert!(
        !town.can(31, id, at(11, 11, 1)).contains(&"decide".into()),
        "not by the asker"
    );
    let yes = Form {
        verdict: Some(true),
        ..say("同意")
    };
    town.act(32, id, "decide", at(11, 11, 5), yes).unwrap();
    assert_eq!(town.m(id).state, "at_community");
    let settle = Form {
        reply: Some("已办".into()),
        ..fed(Finding::Solved)
    };
    let no = town
        .act(41, id, "settle", at(11, 12, 0), settle.clone())
        .unwrap_err();
    assert!(no.to_string().contains("不能直接办结"), "{no}");
    assert!(!town.can(41, id, at(11, 12, 0)).contains(&"settle".into()));
    town.act(41, id, "escalate", at(11, 12, 5), say("已补正"))
        .unwrap();
    town.act(31, id, "settle", at(11, 13, 0), settle).unwrap();
}

#[test]
fn a_refusal_is_decided_by_the_dispatcher_and_a_second_one_by_the_leader() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 11, 0), call(71, &[72]))
        .unwrap();
    town.act(71, id, "refuse", at(11, 11, 10), say("不属本局职责"))
        .unwrap();
    let no = Form {
        verdict: Some(false),
        ..say("属贵局")
    };
    town.act(31, id, "decide", at(11, 11, 20), no.clone())
        .unwrap();
    assert_eq!(town.m(id).task(1).unwrap().state, TaskState::Called);
    town.act(71, id, "refuse", at(11, 11, 30), say("仍不属本局职责"))
        .unwrap();
    assert!(!town.can(31, id, at(11, 11, 40)).contains(&"decide".into()));
    let yes = Form {
        verdict: Some(true),
        ..say("同意")
    };
    town.act(32, id, "decide", at(11, 11, 50), yes).unwrap();
    assert_eq!(
        town.m(id).state,
        "at_town",
        "without a lead it is judged again"
    );
    assert!(town.m(id).tasks.iter().all(|t| !t.is_open()));
    let late = town
        .act(72, id, "feed_back", at(11, 12, 0), fed(Finding::Solved))
        .unwrap_err();
    assert!(matches!(late, Refusal::Conflict(_)), "{late:?}");
}

#[test]
fn a_department_may_not_refuse_after_the_sign_in_time() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 10, 0), call(71, &[]))
        .unwrap();
    let no = town
        .act(71, id, "refuse", at(11, 12, 0), say("太晚"))
        .unwrap_err();
    assert!(no.to_string().contains("签收时限已过"), "{no}");
}

#[test]
fn extensions_are_two_each_adding_one_limit_and_only_before_the_time() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 9, 0), call(71, &[]))
        .unwrap();
    town.act(71, id, "sign", at(11, 9, 30), Form::default())
        .unwrap();
    let due = |town: &Town| {
        town.m(id)
            .clocks
            .iter()
            .find(|c| c.kind == ClockKind::Handle)
            .unwrap()
            .due
    };
    let limit = town.m(id).task(1).unwrap().limit;
    let first = due(&town);
    for n in 0..2 {
        town.act(71, id, "ask_extension", at(11, 10, 0), say("需要测绘"))
            .unwrap();
        let again = town
            .act(71, id, "ask_extension", at(11, 10, 1), say("再要"))
            .unwrap_err();
        assert!(again.to_string().contains("等待审批"), "{again}");
        let yes = Form {
            verdict: Some(true),
            ..say("同意")
        };
        town.act(31, id, "decide", at(11, 10, 30 + n), yes).unwrap();
    }
    let calendar = &town.rules.calendar;
    assert_eq!(due(&town), calendar.add(calendar.add(first, limit), limit));
    let third = town
        .act(71, id, "ask_extension", at(11, 11, 0), say("三次"))
        .unwrap_err();
    assert!(third.to_string().contains("不能再延"), "{third}");
}

#[test]
fn a_suspension_stops_the_clock_once_and_ends_by_itself() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 9, 0), call(71, &[]))
        .unwrap();
    town.act(71, id, "sign", at(11, 9, 30), Form::default())
        .unwrap();
    let until = Day::from_ymd(2026, 3, 20).unwrap();
    let ask = Form {
        until: Some(until),
        ..say("等待上级批复")
    };
    let past = Form {
        until: Day::from_ymd(2027, 4, 1),
        ..say("太久")
    };
    assert!(
        town.act(71, id, "ask_suspension", at(11, 10, 0), past)
            .is_err()
    );
    town.act(71, id, "ask_suspension", at(11, 10, 0), ask.clone())
        .unwrap();
    let before = town
        .m(id)
        .clocks
        .iter()
        .find(|c| c.kind == ClockKind::Handle)
        .unwrap()
        .due;
    let yes = Form {
        verdict: Some(true),
        ..say("同意")
    };
    town.act(31, id, "decide", at(11, 10, 30), yes).unwrap();
    assert_eq!(town.m(id).state, "suspended");
    assert!(
        !town.tick(id, at(19, 23, 59)),
        "the handling clock stands still"
    );
    assert!(town.tick(id, at(20, 0, 0)));
    assert_eq!(town.m(id).state, "handling");
    let after = town
        .m(id)
        .clocks
        .iter()
        .find(|c| c.kind == ClockKind::Handle)
        .unwrap()
        .due;
    assert!(after > before, "what was left runs on");
    let second = town.act(
        71,
        id,
        "ask_suspension",
        at(20, 9, 0),
        Form {
            until: Some(Day(until.0 + 9)),
            ..say("再挂")
        },
    );
    assert!(second.unwrap_err().to_string().contains("不能再挂账"));
}

#[test]
fn a_dissatisfied_resident_reopens_once_and_then_it_closes() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    let done = Form {
        reply: Some("已答复".into()),
        ..fed(Finding::Explained)
    };
    let one = Form {
        rating: Some(Rating(1)),
        ..Form::default()
    };
    town.act(31, id, "settle", at(11, 11, 0), done.clone())
        .unwrap();
    town.act(900, id, "confirm", at(11, 12, 0), one.clone())
        .unwrap();
    assert_eq!(
        (town.m(id).state.as_str(), town.m(id).reopened),
        ("at_town", 1)
    );
    assert_eq!(town.counted(id, Measure::Closed), 0);
    town.act(31, id, "settle", at(11, 13, 0), done).unwrap();
    town.act(900, id, "confirm", at(11, 14, 0), one).unwrap();
    assert_eq!(town.m(id).state, "closed");
    assert_eq!(
        (
            town.counted(id, Measure::Closed),
            town.counted(id, Measure::Dissatisfied)
        ),
        (1, 2)
    );
    assert_eq!(
        town.counted(id, Measure::Solved),
        0,
        "handled is not solved"
    );
}

#[test]
fn silence_of_the_resident_closes_after_seven_days() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    let done = Form {
        reply: Some("已办".into()),
        ..fed(Finding::Solved)
    };
    town.act(31, id, "settle", at(11, 11, 0), done).unwrap();
    assert!(!town.tick(id, at(18, 10, 59)));
    assert!(town.tick(id, at(18, 11, 0)));
    assert_eq!(town.m(id).state, "closed");
    assert_eq!(town.counted(id, Measure::Rated), 0);
}

#[test]
fn a_comment_and_an_urge_reset_no_clock() {
    let mut town = Town::new();
    let id = town.report(900, 6, true, at(11, 9, 0));
    let before = town.m(id).clocks.clone();
    town.act(900, id, "comment", at(11, 15, 0), say("又漏水了"))
        .unwrap();
    town.act(900, id, "urge", at(11, 16, 0), Form::default())
        .unwrap();
    assert_eq!(town.m(id).clocks, before);
}

#[test]
fn merging_ends_one_matter_and_the_other_remembers_its_reporter() {
    let mut town = Town::new();
    let first = town.report(41, 6, true, at(11, 9, 0));
    let second = town.report(41, 7, true, at(11, 9, 5));
    let form = Form {
        other: Some(first),
        ..say("同一件事")
    };
    town.act(41, second, "merge", at(11, 9, 30), form).unwrap();
    assert_eq!(town.m(second).state, "merged");
    assert_eq!(town.m(second).merged_into, Some(first));
    assert_eq!(town.m(first).joined, [AccountId(900)]);
    assert_eq!(town.m(first).version, 2);
}

#[test]
fn an_urgent_category_leaps_to_the_town_and_copies_those_it_skips() {
    let mut town = Town::new();
    let id = town
        .report_with(61, 6, at(11, 9, 0), |form| {
            form.category = Some("0204".into())
        })
        .unwrap();
    town.notices.clear();
    town.act(61, id, "leap", at(11, 9, 5), say("燃气味很重"))
        .unwrap();
    assert_eq!(town.m(id).state, "at_town");
    let copied: Vec<_> = town
        .notices
        .iter()
        .filter(|n| n.kind == NoticeKind::Copied)
        .map(|n| n.desk)
        .collect();
    assert_eq!(copied, [Desk::Area(AreaId(4)), Desk::Area(AreaId(5))]);
    let calm = town.report(61, 6, false, at(11, 9, 0));
    let no = town
        .act(61, calm, "leap", at(11, 9, 6), say("想越级"))
        .unwrap_err();
    assert!(no.to_string().contains("紧急"), "{no}");
}

#[test]
fn a_vacant_unit_falls_back_to_the_grid_and_nobody_else() {
    let mut town = Town::new();
    let id = town.report(900, 7, true, at(11, 9, 0));
    assert_eq!(town.m(id).desk, Desk::Area(AreaId(7)), "unit 7 has no head");
    assert!(town.can(51, id, at(11, 9, 1)).contains(&"prehandle".into()));
    assert!(!town.can(61, id, at(11, 9, 1)).contains(&"prehandle".into()));
    assert!(!town.can(41, id, at(11, 9, 1)).contains(&"prehandle".into()));
    let vacant: Vec<_> = town
        .rules
        .directory
        .vacancies(AreaId(4), Level::Unit, Day(20_000))
        .map(|a| a.id)
        .collect();
    assert_eq!(vacant, [AreaId(7)]);
}

#[test]
fn an_outsider_is_told_that_it_does_not_exist() {
    let mut town = Town::new();
    let id = town.report(61, 6, false, at(11, 9, 0));
    for outsider in [43, 72, 901] {
        let no = town
            .act(outsider, id, "escalate", at(11, 9, 5), say("x"))
            .unwrap_err();
        assert!(matches!(no, Refusal::Unknown(_)), "{outsider}: {no:?}");
    }
}

#[test]
fn the_three_administrators_see_no_matter_also_on_the_desk_of_their_own_area() {
    let mut town = Town::new();
    let id = town.report(11, 6, false, at(11, 9, 0));
    assert_eq!(town.m(id).state, "at_city");
    for admin in [81, 82, 83] {
        let actor = town.actor(admin);
        let day = town.rules.day(at(11, 9, 1));
        assert!(
            !town.rules.directory.sees(&actor, town.m(id), day),
            "{admin}"
        );
        assert!(
            town.can(admin, id, at(11, 9, 1))
                .iter()
                .all(|a| a == "join"),
            "{admin}"
        );
    }
}

#[test]
fn refusals_say_what_is_possible() {
    let mut town = Town::new();
    let id = town.report(61, 6, false, at(11, 9, 0));
    let wrong_state = town
        .act(61, id, "sign", at(11, 9, 5), say("x"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        wrong_state,
        "“单元预处理”状态下不能“签收”。您现在可以：预处理、领办、定类、上报上级、办结、补充说明、附议"
    );
    let denied = town
        .act(41, id, "escalate", at(11, 9, 5), say("x"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        denied,
        "您的岗位不能对这件事“上报上级”，现由“坂头安置房小区网格1号楼”(坂头安置房小区网格1号楼单元长)承办。您现在可以：补充说明、附议、催办"
    );
    let missing = town
        .act(61, id, "escalate", at(11, 9, 5), Form::default())
        .unwrap_err()
        .to_string();
    assert_eq!(missing, "请填写意见，说明理由或情况");
    let actor = town.actor(61);
    let stale = Command {
        action: "escalate".into(),
        version: Some(7),
        form: say("x"),
    };
    let no = decide(&town.rules, &town.cases, id, &actor, &stale, at(11, 9, 5)).unwrap_err();
    assert!(matches!(no, Refusal::Stale(_)));
    let unknown = town
        .report_with(61, 6, at(11, 9, 0), |f| f.category = Some("9999".into()))
        .unwrap_err();
    assert!(unknown.to_string().contains("类别目录里没有"), "{unknown}");
    let long = town
        .report_with(61, 6, at(11, 9, 0), |f| f.text = "长".repeat(4_001))
        .unwrap_err();
    assert!(long.to_string().contains("最多 4000 字"), "{long}");
}

#[test]
fn supervision_climbs_and_is_answered() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    assert!(
        !town
            .can(32, id, at(11, 12, 0))
            .contains(&"supervise".into()),
        "the town does not supervise itself"
    );
    town.act(21, id, "supervise", at(11, 12, 0), say("限期办理"))
        .unwrap();
    assert_eq!(town.m(id).supervision.as_ref().unwrap().level, 1);
    town.act(31, id, "answer_supervision", at(11, 15, 0), say("正在办理"))
        .unwrap();
    assert!(
        town.m(id)
            .supervision
            .as_ref()
            .unwrap()
            .answered_at
            .is_some()
    );
    town.act(21, id, "supervise", at(11, 16, 0), say("再次督办"))
        .unwrap();
    assert_eq!(town.m(id).supervision.as_ref().unwrap().level, 2);
}

#[test]
fn a_complaint_about_the_staff_bypasses_their_desk() {
    let mut town = Town::new();
    let id = town
        .report_with(900, 6, at(11, 9, 0), |form| {
            form.path = Path(form.path.0[..4].to_vec());
            form.reporter.bypass = Some(AreaId(4));
        })
        .unwrap();
    assert_eq!(town.m(id).state, "at_town");
    let no = town
        .act(42, id, "comment", at(11, 9, 5), say("x"))
        .unwrap_err();
    assert!(matches!(no, Refusal::Unknown(_)), "{no:?}");
}

#[test]
fn a_waived_co_handler_is_not_waited_for_and_a_lead_cannot_be_waived() {
    let mut town = Town::new();
    let id = at_town(&mut town);
    town.act(31, id, "call", at(11, 11, 0), call(71, &[72]))
        .unwrap();
    town.act(71, id, "feed_back", at(11, 14, 30), fed(Finding::Solved))
        .unwrap();
    let lead = Form {
        task: Some(1),
        ..say("不等了")
    };
    assert!(town.act(31, id, "waive", at(11, 15, 0), lead).is_err());
    town.act(
        31,
        id,
        "waive",
        at(11, 15, 0),
        Form {
            task: Some(2),
            ..say("已不需要")
        },
    )
    .unwrap();
    assert_eq!(town.m(id).state, "fed_back");
}

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
    for _ in 0..120 {
        let mut town = Town::new();
        let mut now = at(11, 8, 0);
        let id = town.report(if random(2) == 0 { 61 } else { 900 }, 6, true, now);
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

#[test]
fn the_flow_is_drawn_and_its_transitions_are_printed() {
    let flow = Flow::parse(FLOW).unwrap();
    expect_test::expect_file!["../../../../docs/flow-incident.mmd"]
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
