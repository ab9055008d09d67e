//! The small city: rows of areas, organisations, people and posts.

use civic::area::{Area, Code, Level};
use civic::id::{AccountId, AreaId, OrgId, PostId};
use civic::org::{Org, OrgKind};
use civic::post::{Post, Role, Seat};
use civic::time::Day;
use office::identity::password;
use office::{Account, AccountKind, BoundaryRow, Founding};
use std::sync::OnceLock;

/// The password of everybody.
pub const PASSWORD: &str = "Bantou@2026";
/// The unit of the other street.
pub const OTHER_UNIT: AreaId = AreaId(23);

/// Id, parent, level, name. The ids of the story are those of `civic`'s own tests.
const AREAS: &[(i64, i64, Level, &str)] = &[
    (1, 0, Level::City, "莆田市"),
    (2, 1, Level::County, "城厢区"),
    (3, 2, Level::Town, "霞林街道"),
    (4, 3, Level::Community, "坂头社区"),
    (5, 4, Level::Grid, "坂头安置房小区网格"),
    (6, 5, Level::Unit, "1号楼"),
    (7, 5, Level::Unit, "2号楼"),
    (8, 3, Level::Community, "霞林社区"),
    (9, 8, Level::Grid, "九龙小区网格"),
    (10, 9, Level::Unit, "3号楼"),
    (20, 2, Level::Town, "龙桥街道"),
    (21, 20, Level::Community, "延寿社区"),
    (22, 21, Level::Grid, "延寿小区网格"),
    (23, 22, Level::Unit, "5号楼"),
];

/// Statistical codes, for the numbers of matters.
const CODES: &[(i64, &str)] = &[
    (2, "350302"),
    (3, "350302003"),
    (4, "350302003004"),
    (8, "350302003005"),
    (20, "350302002"),
];

const ORGS: &[(i64, OrgKind, &str, &str, i64, Level)] = &[
    (
        71,
        OrgKind::Department,
        "natural_resources",
        "城厢区自然资源局",
        2,
        Level::County,
    ),
    (
        72,
        OrgKind::Department,
        "housing",
        "城厢区住建局",
        2,
        Level::County,
    ),
    (
        73,
        OrgKind::Company,
        "developer",
        "开发公司",
        3,
        Level::Town,
    ),
    (74, OrgKind::Company, "surveyor", "测绘公司", 3, Level::Town),
    (
        76,
        OrgKind::Department,
        "urban_management",
        "霞林街道综合执法队",
        3,
        Level::Town,
    ),
];

/// Somebody of the city.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// Account and post id.
    pub account: i64,
    /// Login.
    pub login: &'static str,
    /// Name.
    pub name: &'static str,
    /// Role and seat; none for residents and services.
    pub held: Option<(Role, Seat)>,
    /// Kind of the account.
    pub kind: AccountKind,
}

const fn at(
    account: i64,
    login: &'static str,
    name: &'static str,
    role: Role,
    area: i64,
) -> Person {
    Person {
        account,
        login,
        name,
        held: Some((role, Seat::Area(AreaId(area)))),
        kind: AccountKind::Staff,
    }
}
const fn of(account: i64, login: &'static str, name: &'static str, role: Role, org: i64) -> Person {
    Person {
        account,
        login,
        name,
        held: Some((role, Seat::Org(OrgId(org)))),
        kind: AccountKind::Staff,
    }
}
const fn without(
    account: i64,
    login: &'static str,
    name: &'static str,
    kind: AccountKind,
) -> Person {
    Person {
        account,
        login,
        name,
        held: None,
        kind,
    }
}

/// Everybody: one account for each role, and the people of the other street.
pub const PEOPLE: &[Person] = &[
    at(61, "unit", "陈春山", Role::UnitHead, 6),
    at(51, "gridhead", "林秀珠", Role::GridHead, 5),
    at(52, "gridworker", "黄国栋", Role::GridWorker, 5),
    at(53, "instructor", "郑文彬", Role::GridInstructor, 5),
    at(54, "police", "吴建军", Role::GridPolice, 5),
    at(55, "assistant", "许丽琴", Role::GridAssistant, 5),
    at(56, "manager", "蔡志强", Role::GridManager, 5),
    at(41, "community", "方玉兰", Role::CommunityStaff, 4),
    at(42, "secretary", "陈国华", Role::CommunityLeader, 4),
    at(43, "neighbour", "林淑芬", Role::CommunityStaff, 8),
    at(31, "town", "郭晓东", Role::TownDispatcher, 3),
    at(32, "townleader", "余志平", Role::TownLeader, 3),
    at(21, "county", "翁美华", Role::CountyCenter, 2),
    at(22, "countyleader", "戴永明", Role::CountyLeader, 2),
    at(11, "city", "柯丽萍", Role::CityCenter, 1),
    at(12, "cityleader", "欧阳建", Role::CityLeader, 1),
    of(71, "resources", "关素琴", Role::DeptStaff, 71),
    of(75, "resourceshead", "杨世荣", Role::DeptManager, 71),
    of(72, "housing", "姚志明", Role::DeptStaff, 72),
    of(73, "developer", "卓文辉", Role::DeptStaff, 73),
    of(74, "surveyor", "宋丽娜", Role::DeptStaff, 74),
    of(76, "enforcer", "阮建国", Role::DeptStaff, 76),
    at(91, "sysadmin", "谢永强", Role::SysAdmin, 1),
    at(92, "secadmin", "俞小红", Role::SecAdmin, 1),
    at(93, "auditor", "彭建平", Role::AuditAdmin, 1),
    at(94, "discipline", "江守正", Role::Discipline, 2),
    at(81, "otherunit", "张美英", Role::UnitHead, 23),
    at(82, "othertown", "刘志刚", Role::TownDispatcher, 20),
    without(900, "resident", "王阿福", AccountKind::Resident),
    without(901, "stranger", "何小妹", AccountKind::Resident),
    without(950, "hotline", "12345热线对接", AccountKind::Service),
];

/// The person with this login.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn person(login: &str) -> &'static Person {
    PEOPLE
        .iter()
        .find(|p| p.login == login)
        .unwrap_or_else(|| panic!("nobody signs in as {login}"))
}

/// The account with this login.
#[must_use]
pub fn account(login: &str) -> AccountId {
    AccountId(person(login).account)
}

/// Units are squares of about a kilometre, side by side from west to east.
fn boundary(area: i64, nth: i32) -> BoundaryRow {
    let corner = |x: i32, y: i32| atlas::Micro {
        x: 119_000_000 + nth * 10_000 + x,
        y: 25_400_000 + y,
    };
    let ring = vec![
        corner(0, 0),
        corner(10_000, 0),
        corner(10_000, 10_000),
        corner(0, 10_000),
    ];
    BoundaryRow {
        area: AreaId(area),
        valid_from: Day(18_000),
        body: atlas::encode_boundary(&atlas::Boundary::from_ring(ring)),
    }
}

/// The rows of the city. Unit 6 lies at 119.005 E 25.405 N, unit 7 at 119.015, 10 at 119.025, 23 at
/// 119.035.
#[must_use]
pub fn city() -> Founding {
    // Hashing is slow by intent: once for all tests.
    static SECRET: OnceLock<String> = OnceLock::new();
    let secret = SECRET.get_or_init(|| password::hash(PASSWORD));
    let area = |(id, parent, level, name): &(i64, i64, Level, &str)| Area {
        id: AreaId(*id),
        parent: (*parent != 0).then_some(AreaId(*parent)),
        level: *level,
        kind: level.code().into(),
        tier: u8::from(*level == Level::Grid),
        exclusive: false,
        name: (*name).into(),
        valid_from: Day(18_000),
        valid_to: None,
        ord: *id,
        population: if *level == Level::Unit { 120 } else { 1_000 },
        households: 40,
        lon: 119.005,
        lat: 25.405,
    };
    let account = |p: &Person| Account {
        id: AccountId(p.account),
        login: p.login.into(),
        name: p.name.into(),
        phone: Some("13812341234".into()),
        secret: if p.kind == AccountKind::Service {
            String::new()
        } else {
            secret.clone()
        },
        kind: p.kind,
        demo: p.login == "town",
        failures: 0,
        locked_until: None,
        disabled_at: None,
        created_at: crate::march(1, 0, 0),
    };
    let post = |p: &Person| {
        let (role, seat) = p.held?;
        Some(Post {
            id: PostId(p.account),
            account: AccountId(p.account),
            role,
            seat,
            title: None,
            source: "party_member".into(),
            from: Day(18_000),
            to: None,
        })
    };
    let org = |(id, kind, line, name, area, level): &(i64, OrgKind, &str, &str, i64, Level)| Org {
        id: OrgId(*id),
        parent: None,
        kind: *kind,
        line: (*line).into(),
        name: (*name).into(),
        area: AreaId(*area),
        level: *level,
    };
    let code = |(area, code): &(i64, &str)| Code {
        area: AreaId(*area),
        system: "stat".into(),
        code: (*code).into(),
        valid_from: Day(18_000),
        valid_to: None,
    };
    Founding {
        areas: AREAS.iter().map(area).collect(),
        codes: CODES.iter().map(code).collect(),
        boundaries: vec![
            boundary(6, 0),
            boundary(7, 1),
            boundary(10, 2),
            boundary(23, 3),
        ],
        orgs: ORGS.iter().map(org).collect(),
        accounts: PEOPLE.iter().map(account).collect(),
        posts: PEOPLE.iter().filter_map(post).collect(),
        given: false,
    }
}
