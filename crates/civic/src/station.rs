//! Stations of county departments in towns (R205): the town calls and urges them, and what it says of
//! them comes to their department as a figure.

use crate::directory::Directory;
use crate::id::OrgId;
use crate::org::{Org, OrgKind};
use crate::register::Record;
use serde::{Deserialize, Serialize};

/// Register of what towns say of stations.
pub const REVIEWS: &str = "station_review";

words! {
    /// What a town says of a station.
    Grade {
        /// Content.
        Good "good" "满意",
        /// Content in the main.
        Fair "fair" "基本满意",
        /// Not content.
        Poor "poor" "不满意",
    }
}

/// How often each was said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reviews {
    /// Content.
    pub good: u32,
    /// Content in the main.
    pub fair: u32,
    /// Not content.
    pub poor: u32,
}

impl Reviews {
    /// What the records say of one station.
    #[must_use]
    pub fn of(records: &[Record], station: OrgId) -> Self {
        let mut all = Self::default();
        let key = station.to_string();
        for record in records.iter().filter(|r| r.values.get("org") == Some(&key)) {
            match record.values.get("grade").and_then(|g| Grade::parse(g)) {
                Some(Grade::Good) => all.good += 1,
                Some(Grade::Fair) => all.fair += 1,
                Some(Grade::Poor) => all.poor += 1,
                None => {}
            }
        }
        all
    }

    /// Content and content in the main, of all, in percent rounded down; none without a review.
    #[must_use]
    pub fn content(self) -> Option<u32> {
        let all = self.good + self.fair + self.poor;
        (all > 0).then(|| (self.good + self.fair) * 100 / all)
    }
}

/// The stations of a department: desks of its line at lower levels within its area.
pub fn of_department<'a>(
    directory: &'a Directory,
    department: &'a Org,
) -> impl Iterator<Item = &'a Org> {
    directory.orgs().filter(|o| {
        o.line == department.line
            && o.kind != OrgKind::Company
            && o.level > department.level
            && directory.tree.within(o.area, department.area)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_of_a_station_is_none_without_a_review() {
        assert_eq!(Reviews::default().content(), None);
        let said = Reviews {
            good: 1,
            fair: 1,
            poor: 1,
        };
        assert_eq!(said.content(), Some(66));
    }
}
