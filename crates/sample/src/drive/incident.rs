//! What is reported: when, by whom, where, and what about.

use super::{Plan, Stage};
use crate::dice::Dice;
use crate::fate::{Fate, Mover};
use crate::texts;
use civic::area::Level;
use civic::directory::Actor;
use civic::id::AccountId;
use civic::matter::{Channel, Desk, Finding, Matter};
use civic::post::Seat;
use civic::time::{Day, HOUR_MS, Instant, MINUTE_MS, Zone};
use office::Office;
use office::matter::{ContactInput, FormInput, PlaceInput, ReportInput};
use std::sync::Arc;

/// In 10,000 reports of residents: something that was reported already. Merged, it counts as reported and never as
/// closed, so with more of them the closing rate of the seeds (99.28 %) could not be reached.
const REPEATED: u64 = 200;

impl Stage<'_> {
    /// The seeds of a day's reports, with their times.
    pub(super) fn reports(&self, plan: &Plan, day: Day, count: u64) -> Vec<(Instant, u64)> {
        (0..count)
            .map(|i| {
                let mut dice = Dice::new(plan.seed, (day.0 as u64) << 20 | i);
                let seed = dice.next();
                let within = i64::from(texts::hour(seed)) * HOUR_MS
                    + dice.between(0, 59) * MINUTE_MS
                    + dice.between(0, 59) * 1_000;
                (Instant(Zone::CHINA.start_of(day).0 + within), seed)
            })
            .collect()
    }

    /// An open matter that another resident might report again.
    fn earlier(&mut self, dice: &mut Dice) -> Option<(Arc<Matter>, &'static str)> {
        while !self.reported.is_empty() {
            let at = dice.below(self.reported.len() as u64) as usize;
            let id = self.reported[at];
            if let (Some(matter), Some(fate)) = (self.open.get(&id), self.fates.get(&id)) {
                return Some((Arc::clone(matter), fate.category));
            }
            self.reported.swap_remove(at);
        }
        None
    }

    /// An incident: who reports what, where.
    pub(super) fn incident(&mut self, seed: u64, at: Instant) -> (Actor, ReportInput, Fate) {
        let mut dice = Dice::new(seed, 1);
        let day = Zone::CHINA.day_of(at);
        let who = dice.below(100);
        let earlier = (72..90).contains(&who) && dice.chance(REPEATED);
        let earlier = earlier.then(|| self.earlier(&mut dice)).flatten();
        let unit = earlier
            .as_ref()
            .and_then(|(matter, _)| matter.path.at(Level::Unit))
            .unwrap_or_else(|| self.units[dice.below(self.units.len() as u64) as usize]);
        let tree = self.world.tree();
        let (grid, own) = (
            tree.parent(unit)
                .map_or(String::new(), |g| g.name.to_string()),
            tree.get(unit),
        );
        let (grid, name) = (grid.trim_end_matches("网格"), own.map_or("", |u| &*u.name));
        let place = if name.starts_with(grid) {
            name.to_owned()
        } else {
            format!("{grid}{name}")
        };
        let point = own.map(|u| (u.lon, u.lat));
        let (_, month, _) = day.ymd();
        let fate = match earlier {
            // What was reported already is found out by the community, which sees both.
            Some((first, category)) => Fate {
                solves: Level::Community,
                repeats: Some(first.id),
                ..Fate::of(seed, category)
            },
            None => Fate::of(seed, texts::category(seed, month.unsigned_abs())),
        };
        let category = fate.category;
        let (title, text) = texts::incident(category, seed, &place);
        let head = self
            .world
            .directory()
            .posts_at(Seat::Area(unit), day)
            .find(|p| p.role.mans_desk())
            .map(|p| p.account);
        let base = ReportInput {
            origin: None,
            opening: Default::default(),
            title,
            text,
            category: Some(category.to_owned()),
            condition: None,
            channel: Channel::Field,
            place: PlaceInput {
                address: place,
                area: Some(unit),
                point,
            },
            contact: None,
            confirms: false,
            bypass: None,
            prehandle: None,
            on_behalf: false,
            files: Vec::new(),
        };
        if let (Some(head), true) = (head, who < 72) {
            let say = |action: &str| Some(texts::opinion(action, category, seed));
            let prehandle = match fate.solves {
                Level::Unit => {
                    let calmed = category.starts_with("01") && dice.chance(3_000);
                    let finding = if calmed {
                        Finding::Calmed
                    } else {
                        Finding::Solved
                    };
                    FormInput {
                        finding: Some(finding),
                        opinion: say(if calmed {
                            "prehandle-calmed"
                        } else {
                            "prehandle-settled"
                        }),
                        reply: say("reply"),
                        ..FormInput::default()
                    }
                }
                _ => FormInput {
                    finding: Some(Finding::Cannot),
                    opinion: say("prehandle-cannot"),
                    ..FormInput::default()
                },
            };
            // One in ten of a unit head's reports speaks for a resident who is asked afterwards.
            let confirms = dice.chance(1_000);
            let actor = self.actor(head, day);
            return (
                actor,
                ReportInput {
                    prehandle: Some(prehandle),
                    confirms,
                    ..base
                },
                fate,
            );
        }
        if who < 90 || head.is_none() {
            // Numbers of the form 100…, which no one has.
            let contact = dice.chance(5_000).then(|| ContactInput {
                name: texts::person_name(seed),
                phone: format!("100{:08}", dice.below(100_000_000)),
            });
            let channel = if dice.chance(5_500) {
                Channel::Resident
            } else {
                Channel::Snapshot
            };
            let category = base.category.filter(|_| dice.chance(4_000));
            return (
                Office::anonymous(),
                ReportInput {
                    channel,
                    contact,
                    category,
                    confirms: true,
                    ..base
                },
                fate,
            );
        }
        let (level, channel) = if who < 96 {
            (Level::Grid, Channel::Patrol)
        } else {
            (Level::Community, Channel::Phone)
        };
        let desk = tree
            .path(unit)
            .at(level)
            .map(Desk::Area)
            .unwrap_or_default();
        let account = self
            .person(Mover::Desk(desk), day, &mut dice)
            .unwrap_or(AccountId(0));
        let actor = self.actor(account, day);
        (
            actor,
            ReportInput {
                channel,
                confirms: channel == Channel::Phone,
                ..base
            },
            fate,
        )
    }
}
