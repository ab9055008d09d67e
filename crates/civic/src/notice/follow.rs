//! How an open notice follows a change of the tree (R004): whoever owed an answer still owes it, at
//! the desk that took over.

use super::{Notice, Roster};
use crate::area::{Plan, Tree};
use crate::id::{AreaId, PostId};
use crate::post::Seat;
use std::collections::HashMap;

impl Notice {
    /// Adds the areas that come after those it was for, and those that would leave its reach by
    /// moving away; the sender's desk manages it on from where it is now. Says whether anything
    /// changed. What it was for stays in it: the figures of the past hang on that.
    pub fn follow(&mut self, plan: &Plan, before: &Tree, after: &Tree) -> bool {
        let (scope, seat) = (self.scope.clone(), self.sender.seat);
        let reached = |tree: &Tree, area: AreaId| scope.areas.iter().any(|a| tree.within(area, *a));
        for area in plan.disturbed().filter(|a| reached(before, *a)) {
            let now = match plan.heirs.get(&area) {
                Some(heirs) => heirs.clone(),
                None => vec![area],
            };
            let lost = now.into_iter().filter(|a| !reached(after, *a));
            self.scope.areas.extend(lost);
        }
        let desks = scope.seats.iter().filter_map(|a| plan.desk_of(*a));
        self.scope.seats.extend(desks);
        if let Seat::Area(area) = seat
            && let Some(desk) = plan.desk_of(area)
        {
            self.sender.seat = Seat::Area(desk);
        }
        if self.scope != scope {
            self.scope = std::mem::take(&mut self.scope).tidied(after);
        }
        self.scope != scope || self.sender.seat != seat
    }
}

impl Roster {
    /// The same with posts that go on under other ids; `None` where none of them is among it.
    #[must_use]
    pub fn with(&self, renamed: &HashMap<PostId, PostId>) -> Option<Self> {
        let found = renamed.keys().any(|old| self.contains(*old));
        let now = |id: &PostId| renamed.get(id).copied().unwrap_or(*id);
        found.then(|| Self::new(self.0.iter().map(now)))
    }
}
