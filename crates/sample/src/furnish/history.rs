//! The weeks before today, one day after the other: the clock of the demonstration stands on each, and
//! every topic does what falls on it.

use super::assessing::Assessing;
use super::centre::Centre;
use super::disputes::Disputes;
use super::gate::Gate;
use super::lists::Lists;
use super::offering::Offering;
use super::papers::Papers;
use super::{Fault, Furnisher};
use civic::time::Day;

/// How many days ago it begins: people hold their posts since thirty days before the play.
const DAYS: i64 = 31;

/// Plays the weeks. `weigh` counts what the rules refuse; what hangs on it is left out.
pub(super) async fn play(
    furnisher: &Furnisher<'_>,
    weigh: &mut impl FnMut(Result<(), Fault>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut centre = Centre::default();
    let mut disputes = Disputes::default();
    let mut gate = Gate::default();
    let mut lists = Lists::default();
    let mut papers = Papers::default();
    let mut assessing = Assessing::default();
    let mut offering = Offering::default();
    for ago in (1..=DAYS).rev() {
        let day = Past {
            furnisher,
            ago,
            day: furnisher.today.plus(-ago),
        };
        day.clock(8, 30);
        weigh(centre.on(&day).await)?;
        day.clock(9, 40);
        weigh(papers.on(&day).await)?;
        day.clock(10, 15);
        weigh(disputes.on(&day).await)?;
        day.clock(14, 20);
        weigh(lists.on(&day).await)?;
        day.clock(15, 10);
        weigh(offering.on(&day).await)?;
        day.clock(15, 30);
        weigh(gate.on(&day).await)?;
        day.clock(16, 40);
        weigh(assessing.on(&day).await)?;
        day.clock(17, 30);
        weigh(day.visits().await)?;
    }
    Ok(())
}

/// A day of the past.
pub(super) struct Past<'a> {
    pub furnisher: &'a Furnisher<'a>,
    /// How many days before today.
    pub ago: i64,
    pub day: Day,
}

impl Past<'_> {
    /// Puts the clock.
    pub fn clock(&self, hour: u32, minute: u32) {
        let zone = self.furnisher.world.rules.calendar.zone();
        self.furnisher.clock.stand(zone.at(self.day, hour, minute));
    }
    /// A key for what is done once on this day.
    pub fn key(&self, what: &str) -> office::Key {
        format!("furnish-{what}-{}", self.day).into()
    }
}
