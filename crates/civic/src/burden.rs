//! The burden meter: how many notices, tasks, forms and questions were pushed to each area in a week,
//! and by whom. It counts what desks above sent, never what anybody below did.

use crate::area::Level;
use crate::directory::Directory;
use crate::id::AreaId;
use crate::notice::{Kind, Notice};
use std::collections::BTreeMap;

/// What was pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct Load {
    /// Notices and bulletins to be read.
    pub notices: u64,
    /// Tasks to be done.
    pub tasks: u64,
    /// Of all these, those with questions to be answered.
    pub forms: u64,
    /// Questions in them.
    pub fields: u64,
}

impl Load {
    /// What one notice puts on each that receives it.
    #[must_use]
    pub fn of(notice: &Notice) -> Self {
        let task = notice.kind == Kind::Task;
        Self {
            notices: u64::from(!task),
            tasks: u64::from(task),
            forms: u64::from(!notice.fields.is_empty()),
            fields: notice.fields.len() as u64,
        }
    }
    /// Notices and tasks together.
    #[must_use]
    pub fn items(&self) -> u64 {
        self.notices + self.tasks
    }
    fn add(&mut self, other: &Self) {
        self.notices += other.notices;
        self.tasks += other.tasks;
        self.forms += other.forms;
        self.fields += other.fields;
    }
}

/// The burden of the areas of one level in an area.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Burden {
    /// How many areas of that level there are.
    pub areas: u64,
    /// What all of them got together: a notice to ten of them counts ten times.
    pub total: Load,
    /// The one that got most items, and what it got; none where nothing was sent.
    pub worst: Option<(AreaId, Load)>,
}

impl Burden {
    fn count(&mut self, area: AreaId, load: &Load) {
        self.areas += 1;
        self.total.add(load);
        let most = |l: &Load| (l.items(), l.fields);
        let beats = self.worst.is_none_or(|(_, w)| most(load) > most(&w));
        if load.items() > 0 && beats {
            self.worst = Some((area, *load));
        }
    }
}

/// What one desk sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Name of the desk.
    pub desk: String,
    /// What it sent, each notice once.
    pub sent: Load,
    /// Areas of the level that were met, each as often as it was.
    pub reached: u64,
}

/// The board of a week.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meter {
    /// The whole area.
    pub whole: Burden,
    /// The areas directly below.
    pub below: BTreeMap<AreaId, Burden>,
    /// The desks that sent most to this area, most first.
    pub senders: Vec<Pushed>,
}

/// Measures what `notices` put on the areas of `level` in `root`.
#[must_use]
pub fn measure(directory: &Directory, notices: &[Notice], root: AreaId, level: Level) -> Meter {
    let tree = &directory.tree;
    let areas: Vec<AreaId> = tree
        .subtree(root)
        .filter(|a| a.level == level)
        .map(|a| a.id)
        .collect();
    let mut loads = vec![Load::default(); areas.len()];
    let place: std::collections::HashMap<AreaId, usize> =
        areas.iter().enumerate().map(|(i, a)| (*a, i)).collect();
    let mut senders: BTreeMap<String, Pushed> = BTreeMap::new();
    for notice in notices {
        let load = Load::of(notice);
        let scope = &notice.scope;
        let below = scope.areas.iter().filter(|_| {
            let meant = |r: &crate::post::Role| r.level() == Some(level);
            scope.roles.iter().any(meant)
        });
        let met = below
            .flat_map(|a| tree.subtree(*a))
            .map(|a| a.id)
            .chain(scope.seats.iter().copied())
            .filter_map(|a| place.get(&a));
        let mut reached = 0;
        for at in met {
            loads[*at].add(&load);
            reached += 1;
        }
        if reached > 0 {
            let desk = notice.sender.desk.clone();
            let pushed = senders.entry(desk.clone()).or_insert(Pushed {
                desk,
                sent: Load::default(),
                reached: 0,
            });
            pushed.sent.add(&load);
            pushed.reached += reached;
        }
    }
    let mut meter = Meter::default();
    for (area, load) in areas.iter().zip(&loads) {
        meter.whole.count(*area, load);
        let mut child = None;
        for above in tree.upward(*area) {
            if above.id == root {
                break;
            }
            child = Some(above.id);
        }
        if let Some(child) = child {
            meter.below.entry(child).or_default().count(*area, load);
        }
    }
    meter.senders = senders.into_values().collect();
    meter
        .senders
        .sort_by_key(|s| (std::cmp::Reverse(s.reached), s.desk.clone()));
    meter
}
