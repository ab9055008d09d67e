//! Who acts: the people behind a desk, and the desks that a town calls.

use super::Stage;
use crate::dice::Dice;
use crate::fate::{Callable, Mover};
use civic::directory::Actor;
use civic::id::{AccountId, OrgId};
use civic::matter::{Desk, Matter};
use civic::post::Seat;
use civic::time::Day;
use office::World;

impl Stage<'_> {
    /// The person who makes a move.
    pub(super) fn person(&self, mover: Mover, day: Day, dice: &mut Dice) -> Option<AccountId> {
        let directory = self.world.directory();
        let mut among = |seat: Seat, fits: &dyn Fn(&civic::post::Post) -> bool| {
            let posts: Vec<AccountId> = directory
                .posts_at(seat, day)
                .filter(|p| fits(p))
                .map(|p| p.account)
                .collect();
            (!posts.is_empty()).then(|| posts[dice.below(posts.len() as u64) as usize])
        };
        match mover {
            Mover::Desk(Desk::Area(area)) => {
                let seat = Seat::Area(directory.answering(area, day)?);
                among(seat, &|p| p.role.mans_desk())
            }
            Mover::Desk(Desk::Org(org)) => among(Seat::Org(org), &|_| true),
            Mover::Desk(Desk::Reporter | Desk::None) => None,
            Mover::Leader(area) => among(Seat::Area(area), &|p| p.role.leads()),
            Mover::Reporter(account) => Some(account),
        }
    }

    pub(super) fn actor(&mut self, account: AccountId, day: Day) -> Actor {
        if let Some(actor) = self.actors.get(&account) {
            return actor.clone();
        }
        let name = self
            .names
            .get(&account)
            .cloned()
            .unwrap_or_else(|| "当事人".into());
        let actor = Actor {
            account,
            name,
            posts: self.world.directory().posts_of(account, day),
            system: false,
        };
        if account.0 > 0 {
            self.actors.insert(account, actor.clone());
        }
        actor
    }
}

pub(super) struct Calling<'a> {
    pub world: &'a World,
    pub seed: u64,
}

/// Lines of business that are called along with the lead.
const HELPERS: [&str; 6] = [
    "urban_management",
    "housing",
    "justice",
    "police",
    "emergency",
    "property",
];

impl Callable for Calling<'_> {
    fn call(&self, matter: &Matter, count: usize) -> Vec<OrgId> {
        let owner = match matter.desk {
            Desk::Area(area) => area,
            _ => return Vec::new(),
        };
        let line = matter
            .category
            .as_ref()
            .and_then(|c| {
                self.world
                    .rules
                    .categories
                    .condition(&c.code, c.condition.parse().unwrap_or(0))
            })
            .map_or("justice", |c| c.department.as_str());
        let recalled: Vec<OrgId> = matter
            .tasks
            .iter()
            .filter(|t| t.state == civic::matter::TaskState::Recalled)
            .filter_map(|t| {
                if let Desk::Org(o) = t.desk {
                    Some(o)
                } else {
                    None
                }
            })
            .collect();
        // 房屋宅基地、征地: the bodies of the seed's story go together.
        let lines: Vec<&str> = match matter.category.as_ref().map(|c| c.code.as_str()) {
            Some("0104" | "0106") if count > 1 => {
                vec!["natural_resources", "housing", "developer", "survey"]
            }
            _ => {
                let mut dice = Dice::new(self.seed, 9);
                let mut lines = vec![line];
                while lines.len() < count {
                    let helper = HELPERS[dice.below(HELPERS.len() as u64) as usize];
                    if !lines.contains(&helper) {
                        lines.push(helper);
                    }
                }
                lines
            }
        };
        let callable: Vec<_> = self.world.directory().callable(owner).collect();
        let mut out: Vec<OrgId> = Vec::new();
        for line in lines.iter().chain([&"justice", &"urban_management"]) {
            if out.len() >= count.max(lines.len()) {
                break;
            }
            if let Some(org) = callable
                .iter()
                .find(|o| &*o.line == *line && !recalled.contains(&o.id) && !out.contains(&o.id))
            {
                out.push(org.id);
            }
        }
        out
    }
}
