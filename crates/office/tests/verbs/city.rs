//! A city of one street with one grid of two units, and one person for each job.

use civic::area::{Area, Level};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, OrgId, PostId};
use civic::org::{Org, OrgKind};
use civic::post::{Post, Role, Seat};
use civic::refusal::Refusal;
use civic::time::{Day, Instant};
use office::identity::password;
use office::{Clock, Config, Fault, Founding, Office};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use store::account::{Account, AccountKind};
use store::area::BoundaryRow;
use store::testing::Fresh;

pub const CITY: AreaId = AreaId(1);
pub const COUNTY: AreaId = AreaId(2);
pub const TOWN: AreaId = AreaId(3);
pub const COMMUNITY: AreaId = AreaId(4);
pub const GRID: AreaId = AreaId(5);
/// Has a head.
pub const UNIT: AreaId = AreaId(6);
/// Is vacant.
pub const EMPTY: AreaId = AreaId(7);
pub const OFFICE: OrgId = OrgId(50);

pub const PASSWORD: &str = "Xialin#2026";
/// 2026-11-22 10:00 in China.
pub const START: Instant = Instant(1_795_312_800_000);

/// A clock that stands until it is moved.
pub struct Hands(AtomicI64);
impl Clock for Hands {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

pub struct City {
    pub office: Arc<Office>,
    hands: Arc<Hands>,
    fresh: Fresh,
}

/// login, role, seat; the account's id is 101 and so on in this order.
const PEOPLE: &[(&str, Option<(Role, Seat)>)] = &[
    ("unit", Some((Role::UnitHead, Seat::Area(UNIT)))),
    ("grid", Some((Role::GridHead, Seat::Area(GRID)))),
    (
        "community",
        Some((Role::CommunityLeader, Seat::Area(COMMUNITY))),
    ),
    ("town", Some((Role::TownLeader, Seat::Area(TOWN)))),
    ("city", Some((Role::CityLeader, Seat::Area(CITY)))),
    ("sys", Some((Role::SysAdmin, Seat::Area(CITY)))),
    ("sec", Some((Role::SecAdmin, Seat::Area(CITY)))),
    ("audit", Some((Role::AuditAdmin, Seat::Area(CITY)))),
    ("countysec", Some((Role::SecAdmin, Seat::Area(COUNTY)))),
    ("dept", Some((Role::DeptStaff, Seat::Org(OFFICE)))),
    ("nobody", None),
    ("resident", None),
    ("service", None),
];

pub fn id(login: &str) -> AccountId {
    AccountId(101 + PEOPLE.iter().position(|(l, _)| *l == login).unwrap() as i64)
}

fn areas() -> Vec<Area> {
    let names = [
        (CITY, Level::City, "莆田市"),
        (COUNTY, Level::County, "城厢区"),
        (TOWN, Level::Town, "霞林街道"),
        (COMMUNITY, Level::Community, "坂头社区"),
        (GRID, Level::Grid, "九龙小区网格"),
        (UNIT, Level::Unit, "3号楼"),
        (EMPTY, Level::Unit, "4号楼"),
    ];
    let parent = |id: AreaId| match id {
        CITY => None,
        EMPTY => Some(GRID),
        AreaId(n) => Some(AreaId(n - 1)),
    };
    let area = |(id, level, name): (AreaId, Level, &str)| Area {
        id,
        parent: parent(id),
        level,
        kind: level.code().into(),
        tier: u8::from(level == Level::Grid),
        exclusive: false,
        name: name.into(),
        valid_from: Day(18_000),
        valid_to: None,
        ord: id.0,
        population: if id == EMPTY { 320 } else { 120 },
        households: 40,
        lon: 119.005,
        lat: 25.405,
    };
    names.map(area).to_vec()
}

/// The units are two squares of about a kilometre, side by side.
fn boundary(area: AreaId, west: i32) -> BoundaryRow {
    let corner = |x, y| atlas::Micro {
        x: west + x,
        y: 25_400_000 + y,
    };
    let ring = vec![
        corner(0, 0),
        corner(10_000, 0),
        corner(10_000, 10_000),
        corner(0, 10_000),
    ];
    BoundaryRow {
        area,
        valid_from: Day(18_000),
        body: atlas::encode_boundary(&atlas::Boundary::from_ring(ring)),
    }
}

impl City {
    pub async fn found(name: &str) -> Self {
        static SECRET: OnceLock<String> = OnceLock::new();
        let secret = SECRET.get_or_init(|| password::hash(PASSWORD));
        let fresh = Fresh::sqlite(name);
        let hands = Arc::new(Hands(AtomicI64::new(START.0)));
        let office = Office::create(&config(&fresh), hands.clone()).unwrap();
        let account = |login: &str| Account {
            id: id(login),
            login: login.into(),
            name: format!("{login}姓名"),
            phone: Some("13812341234".into()),
            secret: secret.clone(),
            failures: 0,
            locked_until: None,
            disabled_at: None,
            created_at: START,
            demo: login == "grid",
            kind: match login {
                "resident" => AccountKind::Resident,
                "service" => AccountKind::Service,
                _ => AccountKind::Staff,
            },
        };
        let post = |login: &str, (role, seat)| Post {
            id: PostId(id(login).0 + 100),
            account: id(login),
            role,
            seat,
            title: None,
            source: "other".into(),
            from: Day(18_000),
            to: None,
        };
        let founding = Founding {
            areas: areas(),
            boundaries: vec![boundary(UNIT, 119_000_000), boundary(EMPTY, 119_010_000)],
            orgs: vec![Org {
                id: OFFICE,
                parent: None,
                kind: OrgKind::Station,
                line: "urban".into(),
                name: "霞林街道城管办".into(),
                area: TOWN,
                level: Level::Town,
            }],
            given: false,
            accounts: PEOPLE.iter().map(|(login, _)| account(login)).collect(),
            posts: PEOPLE
                .iter()
                .filter_map(|(login, held)| held.map(|held| post(login, held)))
                .collect(),
            ..Founding::default()
        };
        office.found(founding).await.unwrap();
        Self {
            office,
            hands,
            fresh,
        }
    }

    /// The person with the posts of today, as if signed in.
    pub fn actor(&self, login: &str) -> Actor {
        let posts = self
            .office
            .world()
            .directory()
            .posts_of(id(login), self.office.today());
        Actor {
            account: id(login),
            name: format!("{login}姓名"),
            posts,
            system: false,
        }
    }

    pub fn later(&self, minutes: i64) {
        self.hands.0.fetch_add(minutes * 60_000, Ordering::SeqCst);
    }

    pub async fn sign_in(&self, login: &str) -> String {
        self.office
            .sign_in(login, PASSWORD, "10.0.0.1", "测试")
            .await
            .unwrap()
            .token
    }

    pub fn folder(&self) -> std::path::PathBuf {
        config(&self.fresh).data
    }

    /// Actions in the audit chain, newest first, after it was verified.
    pub async fn audited(&self) -> Vec<String> {
        let read = self
            .office
            .store()
            .read::<_, store::driver::DbError>(|conn| {
                store::audit::verify_chain(conn, &mut |finding| panic!("{finding}"))?;
                store::audit::page(conn, &store::audit::Wanted::default(), None, 100)
            });
        read.await
            .unwrap()
            .into_iter()
            .map(|k| k.entry.action)
            .collect()
    }
}

fn config(fresh: &Fresh) -> Config {
    let data = fresh.folder().unwrap().join("data");
    Config {
        url: fresh.url().clone(),
        data,
        demo: true,
    }
}

/// The refusal of a verb that must refuse.
pub fn refused<T>(result: office::Result<T>) -> Refusal {
    match result {
        Err(Fault::Refused(refusal)) => refusal,
        Err(Fault::Broken(text)) => panic!("broken: {text}"),
        Ok(_) => panic!("not refused"),
    }
}

pub fn denied<T>(result: office::Result<T>) -> String {
    match refused(result) {
        Refusal::Denied(sentence) => sentence,
        other => panic!("{other:?}"),
    }
}

pub fn conflict<T>(result: office::Result<T>) -> String {
    match refused(result) {
        Refusal::Conflict(sentence) => sentence,
        other => panic!("{other:?}"),
    }
}

pub fn codes<T>(result: office::Result<T>) -> Vec<String> {
    match refused(result) {
        Refusal::Invalid(problems) => problems.into_iter().map(|p| p.code).collect(),
        other => panic!("{other:?}"),
    }
}

pub fn unknown<T>(result: office::Result<T>) -> String {
    match refused(result) {
        Refusal::Unknown(sentence) => sentence,
        other => panic!("{other:?}"),
    }
}
