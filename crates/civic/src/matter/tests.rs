//! The rules of the incident flow, played on the real pack with a small tree.

mod clocks;
mod dispute;
mod flow;
mod handing;
mod parts;
mod rectify;
mod reply;
mod requests;
mod seen;
mod story;
mod walk;

use super::*;
use crate::area::tests::{area, small};
use crate::area::{Level, Tree};
use crate::calendar::Calendar;
use crate::category::Categories;
use crate::directory::{Actor, Directory};
use crate::flow::Flow;
use crate::id::{MatterId, OrgId, PostId};
use crate::org::{Org, OrgKind};
use crate::post::{Post, Role, Seat};
use crate::refusal::Refusal;
use crate::time::Zone;
use std::collections::HashMap;
use std::sync::Arc;

const FLOW: &str = include_str!("../../../../packs/base/flows/incident.toml");
const RECTIFY: &str = include_str!("../../../../packs/rectify/flows/rectify.toml");
const DISPUTE: &str = include_str!("../../../../packs/dispute/flows/dispute.toml");
const RECTIFY_CATEGORIES: &str = include_str!("../../../../packs/rectify/categories.csv");
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
        let read = |text: &str| Arc::new(Flow::parse(text).unwrap_or_else(|p| panic!("{p:#?}")));
        let flows = [read(FLOW), read(RECTIFY), read(DISPUTE)];
        let departments: Vec<&str> = include_str!("../../../../packs/base/departments.csv")
            .lines()
            .skip(1)
            .filter_map(|l| l.split(',').next())
            .collect();
        let rules = Rules {
            flows: flows
                .into_iter()
                .map(|f| ((f.code.clone(), f.version), f))
                .collect(),
            categories: Arc::new(
                Categories::merged(vec![
                    Categories::parse("categories.csv", CATEGORIES, &departments).unwrap(),
                    Categories::parse("categories.csv", RECTIFY_CATEGORIES, &[]).unwrap(),
                ])
                .unwrap(),
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
            on_behalf: false,
            files: Vec::new(),
            opening: Opening::default(),
        };
        change(&mut form);
        let actor = self.actor(account);
        let no = format!("350302003-{}", self.last);
        let flow = form.opening.flow.clone().unwrap_or("incident".into());
        let outcome = report(&self.rules, &self.cases, &flow, &actor, &form, id, &no, now)?;
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
            fresh: Some(MatterId(
                1_000 + id.0 * 100 + i64::from(self.cases.0[&id].version),
            )),
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
