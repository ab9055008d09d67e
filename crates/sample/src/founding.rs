//! The rows of an installation: areas, departments with desks at several levels, people and posts.

mod posts;

use crate::Scale;
use crate::dice::Dice;
use crate::geography::{self, SEED};
use crate::profile::{Profile, grow};
use crate::texts::person_name;
use civic::area::{Area, Code, Level};
use civic::id::{AccountId, AreaId, PostId};
use civic::post::{Post, Role, Seat};
use civic::time::{Day, Instant};
use office::{Account, AccountKind, BoundaryRow, Founding};

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
    profile: &'a Profile,
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
    fn appoint(&mut self, login: Option<&str>, role: Role, seat: Seat) {
        let account = self.person(login, AccountKind::Staff);
        self.post(account, role, seat, None);
    }
    /// Somebody over an area, with the title that the profile gives.
    fn over(&mut self, login: Option<&str>, role: Role, at: usize, area: &geography::Area) {
        let account = self.person(login, AccountKind::Staff);
        let title = self.profile.title(role, &area.kind, area.tier);
        self.post(account, role, Seat::Area(area_id(at)), title);
    }
}

/// The rows of the sample city. Areas and posts are valid from `from`; `secret` is the hashed
/// [`office::identity::DEMO_PASSWORD`] for the accounts made for showing, everybody else cannot sign in.
///
/// # Errors
/// A Chinese sentence where the areas of a profile cannot be made.
pub fn founding(
    profile: &Profile,
    scale: Scale,
    from: Day,
    at: Instant,
    secret: &str,
) -> Result<Founding, String> {
    let areas = match profile.ground() {
        Some(ground) => grow(ground, scale)?,
        None => geography::generate(scale.scope(), SEED),
    };
    let mut maker = Maker {
        out: Founding::default(),
        from,
        at,
        secret,
        dice: Dice::new(SEED, 1),
        last: areas.len() as i64,
        profile,
    };
    put_areas(&mut maker, &areas);
    put_orgs(&mut maker);
    posts::put_posts(&mut maker, &areas);
    posts::fill(&mut maker, &areas);
    Ok(maker.out)
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
            kind: (&*area.kind).into(),
            tier: area.tier,
            exclusive: area.exclusive,
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
