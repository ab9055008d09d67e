//! The rows of an installation: areas, departments with desks at several levels, people and posts.

use crate::Scale;
use crate::dice::Dice;
use crate::geography::{self, SEED};
use crate::texts::person_name;
use civic::area::{Area, Code, Level};
use civic::id::{AccountId, AreaId, OrgId, PostId};
use civic::post::{Post, Role, Seat};
use civic::time::{Day, Instant};
use office::{Account, AccountKind, BoundaryRow, Founding};

/// Posts of the whole city (requirements.md 2.7), shared out by the number of units.
const POSTS: usize = 150_000;
/// Units without a head, in 10,000: the vacancies that R014 wants to be seen.
const VACANT: u64 = 100;
/// Sources of appointment (R043), with weights.
const SOURCES: [(&str, u64); 4] = [
    ("party_member", 45),
    ("retired_cadre", 25),
    ("enthusiast", 22),
    ("seconded", 8),
];

struct Maker<'a> {
    out: Founding,
    from: Day,
    at: Instant,
    secret: &'a str,
    dice: Dice,
    last: i64,
}

impl Maker<'_> {
    fn id(&mut self) -> i64 {
        self.last += 1;
        self.last
    }
    /// A person, who can sign in only with `login` given.
    fn person(&mut self, login: Option<&str>, kind: AccountKind) -> AccountId {
        let id = self.id();
        let name = person_name(self.dice.next());
        self.out.accounts.push(Account {
            id: AccountId(id),
            login: login.map_or_else(|| format!("u{id}"), str::to_owned),
            name,
            phone: None,
            secret: if login.is_some() {
                self.secret.to_owned()
            } else {
                "!".to_owned()
            },
            kind,
            demo: login.is_some(),
            failures: 0,
            locked_until: None,
            disabled_at: None,
            created_at: self.at,
        });
        AccountId(id)
    }
    fn post(&mut self, account: AccountId, role: Role, seat: Seat, title: Option<&str>) {
        let id = self.id();
        let source = match role {
            Role::UnitHead | Role::GridHead => SOURCES[self.dice.weighted(&SOURCES.map(|s| s.1))].0,
            Role::GridWorker | Role::GridManager | Role::CommunityStaff | Role::CommunityLeader => {
                "community_worker"
            }
            Role::GridAssistant => "seconded",
            _ => "civil_servant",
        };
        self.out.posts.push(Post {
            id: PostId(id),
            account,
            role,
            seat,
            title: title.map(Into::into),
            source: source.into(),
            from: self.from,
            to: None,
        });
    }
    fn appoint(
        &mut self,
        login: Option<&str>,
        role: Role,
        seat: Seat,
        title: Option<&str>,
    ) -> AccountId {
        let account = self.person(login, AccountKind::Staff);
        self.post(account, role, seat, title);
        account
    }
}

/// The rows of the sample city. Areas and posts are valid from `from`; `secret` is the hashed
/// [`office::identity::DEMO_PASSWORD`] for the accounts made for showing, everybody else cannot sign in.
#[must_use]
pub fn founding(scale: Scale, from: Day, at: Instant, secret: &str) -> Founding {
    let areas = geography::generate(scale.scope(), SEED);
    let mut maker = Maker {
        out: Founding::default(),
        from,
        at,
        secret,
        dice: Dice::new(SEED, 1),
        last: areas.len() as i64,
    };
    put_areas(&mut maker, &areas);
    put_orgs(&mut maker);
    put_posts(&mut maker, &areas);
    fill(&mut maker, &areas);
    maker.out
}

fn area_id(index: usize) -> AreaId {
    AreaId(index as i64 + 1)
}

fn put_areas(maker: &mut Maker<'_>, areas: &[geography::Area]) {
    for (i, area) in areas.iter().enumerate() {
        let Some(level) = Level::from_number(area.level.into()) else {
            continue;
        };
        let name = if level == Level::Community {
            &area.short
        } else {
            &area.name
        };
        maker.out.areas.push(Area {
            id: area_id(i),
            parent: area.parent.map(area_id),
            level,
            kind: area.kind.into(),
            tier: u8::from(level == Level::Grid),
            // The kinds of the pack know exclusive grids; their units are what they are elsewhere.
            exclusive: area.exclusive && level == Level::Grid,
            name: name.as_str().into(),
            valid_from: maker.from,
            valid_to: None,
            ord: i as i64,
            population: area.population.into(),
            households: area.households.into(),
            lon: area.label.0,
            lat: area.label.1,
        });
        let system = if level <= Level::Community {
            "stat"
        } else {
            "grid"
        };
        maker.out.codes.push(Code {
            area: area_id(i),
            system: system.into(),
            code: area.code.clone(),
            valid_from: maker.from,
            valid_to: None,
        });
        maker.out.boundaries.push(BoundaryRow {
            area: area_id(i),
            valid_from: maker.from,
            body: area.boundary.clone(),
        });
    }
}

/// The departments of the base pack at all their levels.
fn put_orgs(maker: &mut Maker<'_>) {
    let mut last = maker.last;
    maker.out.orgs = office::install::desks(&maker.out.areas, || {
        last += 1;
        last
    });
    maker.last = last;
}

fn put_posts(maker: &mut Maker<'_>, areas: &[geography::Area]) {
    let story = Story::find(areas);
    for (i, area) in areas.iter().enumerate() {
        let seat = Seat::Area(area_id(i));
        let shown = |login: &'static str| story.on(i).then_some(login);
        match area.level {
            1 => {
                maker.appoint(
                    Some("shi"),
                    Role::CityCenter,
                    seat,
                    Some("基层治理中心调度员"),
                );
                maker.appoint(Some("shilingdao"), Role::CityLeader, seat, None);
                maker.appoint(Some("xitong"), Role::SysAdmin, seat, None);
                maker.appoint(Some("anquan"), Role::SecAdmin, seat, None);
                maker.appoint(Some("shenji"), Role::AuditAdmin, seat, None);
                maker.person(Some("jumin"), AccountKind::Resident);
                for _ in 0..5 {
                    maker.appoint(None, Role::CityCenter, seat, None);
                }
            }
            2 => {
                maker.appoint(
                    shown("qu"),
                    Role::CountyCenter,
                    seat,
                    Some("社会治理中心调度员"),
                );
                maker.appoint(shown("qulingdao"), Role::CountyLeader, seat, None);
                for _ in 0..5 {
                    maker.appoint(None, Role::CountyCenter, seat, None);
                }
            }
            3 => {
                maker.appoint(
                    shown("jiedao"),
                    Role::TownDispatcher,
                    seat,
                    Some("社会治理云平台中心调度员"),
                );
                maker.appoint(
                    shown("jiedaolingdao"),
                    Role::TownLeader,
                    seat,
                    match area.kind {
                        "street" => Some("党工委书记"),
                        "zone" => Some("管委会主任"),
                        _ => Some("党委书记"),
                    },
                );
                for _ in 0..3 {
                    maker.appoint(
                        None,
                        Role::TownDispatcher,
                        seat,
                        Some("社会治理云平台中心调度员"),
                    );
                }
            }
            4 => {
                let village = area.kind == "village";
                maker.appoint(
                    shown("shuji"),
                    Role::CommunityLeader,
                    seat,
                    Some(if village {
                        "村党组织书记"
                    } else {
                        "社区党委书记"
                    }),
                );
                maker.appoint(
                    shown("shequ"),
                    Role::CommunityStaff,
                    seat,
                    Some(if village {
                        "村干部"
                    } else {
                        "社区工作者"
                    }),
                );
                for _ in 0..3 {
                    maker.appoint(
                        None,
                        Role::CommunityStaff,
                        seat,
                        Some(if village {
                            "村干部"
                        } else {
                            "社区工作者"
                        }),
                    );
                }
            }
            5 => {
                maker.appoint(shown("wanggezhang"), Role::GridHead, seat, None);
                maker.appoint(shown("wanggeyuan"), Role::GridWorker, seat, None);
            }
            _ => {
                let vacant = maker.dice.chance(VACANT) && !story.on(i);
                if !vacant {
                    let title = if area.kind == "shop" {
                        Some("街巷长")
                    } else {
                        None
                    };
                    maker.appoint(shown("danyuan"), Role::UnitHead, seat, title);
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
        maker.appoint(login, Role::DeptStaff, Seat::Org(org), None);
        if level != Level::Town {
            maker.appoint(None, Role::DeptManager, Seat::Org(org), None);
        }
        if line == "urban_management" && level == Level::Town && story.town == Some(area) {
            maker.appoint(Some("zhifadui"), Role::DeptStaff, Seat::Org(org), None);
        }
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
            line,
        }
    }
    fn on(&self, index: usize) -> bool {
        self.line.contains(&index)
    }
}

/// Police officers and instructors of the communities, then seconded cadres (R148) until the
/// number of posts is that of the city's share.
fn fill(maker: &mut Maker<'_>, areas: &[geography::Area]) {
    let of = |level: u8| {
        areas
            .iter()
            .enumerate()
            .filter(move |(_, a)| a.level == level)
            .map(|(i, _)| area_id(i))
            .collect::<Vec<_>>()
    };
    for community in of(4) {
        maker.appoint(None, Role::GridPolice, Seat::Area(community), None);
        maker.appoint(None, Role::GridInstructor, Seat::Area(community), None);
    }
    let grids = of(5);
    let wanted = (POSTS * of(6).len()) / geography::UNITS;
    let mut at = 0;
    while maker.out.posts.len() < wanted && !grids.is_empty() {
        maker.appoint(
            None,
            Role::GridAssistant,
            Seat::Area(grids[at % grids.len()]),
            None,
        );
        at += 1;
    }
}
