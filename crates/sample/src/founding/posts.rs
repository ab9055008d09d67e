//! Who sits where: every desk, the accounts for showing, and the seconded cadres.

use super::{Maker, area_id};
use crate::geography;
use civic::area::Level;
use civic::id::{AreaId, OrgId};
use civic::post::{Role, Seat};
use office::AccountKind;

/// Posts of the whole city (requirements.md 2.7), shared out by the number of units.
const POSTS: usize = 150_000;
/// Units without a head, in 10,000: the vacancies that R014 wants to be seen.
const VACANT: u64 = 100;
pub(super) fn put_posts(maker: &mut Maker<'_>, areas: &[geography::Area]) {
    let story = Story::find(areas);
    for (i, area) in areas.iter().enumerate() {
        let shown = |login: &'static str| story.on(i).then_some(login);
        match area.level {
            1 => {
                maker.over(Some("shi"), Role::CityCenter, i, area);
                maker.over(Some("shilingdao"), Role::CityLeader, i, area);
                let seat = Seat::Area(area_id(i));
                maker.appoint(Some("xitong"), Role::SysAdmin, seat);
                maker.appoint(Some("anquan"), Role::SecAdmin, seat);
                maker.appoint(Some("shenji"), Role::AuditAdmin, seat);
                maker.person(Some("jumin"), AccountKind::Resident);
                for _ in 0..5 {
                    maker.appoint(None, Role::CityCenter, seat);
                }
            }
            2 => {
                maker.over(shown("qu"), Role::CountyCenter, i, area);
                maker.over(shown("qulingdao"), Role::CountyLeader, i, area);
                for _ in 0..5 {
                    maker.appoint(None, Role::CountyCenter, Seat::Area(area_id(i)));
                }
            }
            3 => {
                maker.over(shown("jiedao"), Role::TownDispatcher, i, area);
                maker.over(shown("jiedaolingdao"), Role::TownLeader, i, area);
                for _ in 0..3 {
                    maker.over(None, Role::TownDispatcher, i, area);
                }
            }
            4 => {
                maker.over(shown("shuji"), Role::CommunityLeader, i, area);
                maker.over(shown("shequ"), Role::CommunityStaff, i, area);
                for _ in 0..3 {
                    maker.over(None, Role::CommunityStaff, i, area);
                }
            }
            5 => {
                // Grids may lie in grids: the accounts for showing sit at the innermost.
                let shown = |login: &'static str| (story.grid == Some(i)).then_some(login);
                maker.over(shown("wanggezhang"), Role::GridHead, i, area);
                maker.over(shown("wanggeyuan"), Role::GridWorker, i, area);
            }
            _ => {
                let vacant = maker.dice.chance(VACANT) && !story.on(i);
                if !vacant {
                    maker.over(shown("danyuan"), Role::UnitHead, i, area);
                }
            }
        }
    }
    let orgs: Vec<(OrgId, Level, String, AreaId)> = maker
        .out
        .orgs
        .iter()
        .map(|o| (o.id, o.level, o.line.to_string(), o.area))
        .collect();
    for (org, level, line, area) in orgs {
        let login = (level == Level::County && story.county == Some(area))
            .then(|| {
                STORY_DESKS
                    .iter()
                    .find(|(l, _)| *l == line)
                    .map(|(_, login)| *login)
            })
            .flatten();
        maker.appoint(login, Role::DeptStaff, Seat::Org(org));
        if level != Level::Town {
            maker.appoint(None, Role::DeptManager, Seat::Org(org));
        }
        if line == "urban_management" && level == Level::Town && story.town == Some(area) {
            maker.appoint(Some("zhifadui"), Role::DeptStaff, Seat::Org(org));
        }
    }
    if let Some(county) = story.county {
        maker.appoint(Some("jijian"), Role::Discipline, Seat::Area(county));
    }
}

/// The bodies of the seed's story, with the logins of their people.
const STORY_DESKS: [(&str, &str); 4] = [
    ("natural_resources", "ziran"),
    ("housing", "zhujian"),
    ("developer", "kaifa"),
    ("survey", "cehui"),
];

/// The seed's story plays in 坂头社区 of 霞林街道 (S4): its line of areas has accounts for showing.
struct Story {
    line: Vec<usize>,
    /// The innermost grid.
    grid: Option<usize>,
    town: Option<AreaId>,
    county: Option<AreaId>,
}

impl Story {
    fn find(areas: &[geography::Area]) -> Self {
        let unit = areas.iter().enumerate().find(|(_, a)| {
            a.level == 6
                && a.parent.is_some_and(|g| {
                    areas[g].name.starts_with("坂头安置房")
                        && areas[g]
                            .parent
                            .is_some_and(|c| areas[c].code == "350302003007")
                })
        });
        // Elsewhere it could play anywhere.
        let any = || areas.iter().enumerate().find(|(_, a)| a.level == 6);
        let unit = unit.or_else(any);
        let mut line = Vec::new();
        let mut at = unit.map(|(i, _)| i);
        while let Some(i) = at {
            line.push(i);
            at = areas[i].parent;
        }
        let of = |level: u8| {
            line.iter()
                .find(|i| areas[**i].level == level)
                .map(|i| area_id(*i))
        };
        Self {
            town: of(3),
            county: of(2),
            grid: line.iter().copied().find(|i| areas[*i].level == 5),
            line,
        }
    }
    fn on(&self, index: usize) -> bool {
        self.line.contains(&index)
    }
}

/// Police officers and instructors of the communities, then seconded cadres (R148) until the
/// number of posts is that of the city's share.
pub(super) fn fill(maker: &mut Maker<'_>, areas: &[geography::Area]) {
    let of = |level: u8| {
        areas
            .iter()
            .enumerate()
            .filter(move |(_, a)| a.level == level)
            .map(|(i, _)| area_id(i))
            .collect::<Vec<_>>()
    };
    for community in of(4) {
        maker.appoint(None, Role::GridPolice, Seat::Area(community));
        maker.appoint(None, Role::GridInstructor, Seat::Area(community));
    }
    let grids = of(5);
    let wanted = (POSTS * of(6).len()) / geography::UNITS;
    let mut at = 0;
    while maker.out.posts.len() < wanted && !grids.is_empty() {
        maker.appoint(
            None,
            Role::GridAssistant,
            Seat::Area(grids[at % grids.len()]),
        );
        at += 1;
    }
}
