//! The burden meter of an area and week (design/web: 减负).

use crate::{Office, Result};
use civic::area::Level;
use civic::burden::{Meter, measure};
use civic::directory::Actor;
use civic::id::{AreaId, Mint};
use civic::notice::Notice;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Day;

/// Days of the week that is measured.
const WEEK_DAYS: i64 = 7;

impl Office {
    /// What was pushed to the areas of `level` in `area` in the seven days that end with `last`.
    ///
    /// # Errors
    /// `Unknown` for an area that does not exist; `Denied` outside the actor's area; `Invalid` for a
    /// level that does not lie below.
    pub async fn burden(
        &self,
        actor: &Actor,
        area: AreaId,
        level: Level,
        last: Option<Day>,
    ) -> Result<(Day, Day, Meter)> {
        let world = self.world();
        let own = world
            .tree()
            .get(area)
            .ok_or_else(|| Refusal::unknown("区域"))?;
        self.require_over(actor, Verb::SeeBoard, area)?;
        if level < own.level || level < Level::Community {
            let message = "请选择村居、网格或治理单元，并且不高于所看区域";
            return Err(Refusal::invalid("level", "too_high", message).into());
        }
        let to = last.unwrap_or_else(|| self.today());
        let from = to.plus(1 - WEEK_DAYS);
        // Ids carry their time: the primary key finds the week.
        let zone = world.rules.calendar.zone();
        let first = |day: Day| Mint::new(0, 0).next(zone.at(day, 0, 0).0);
        let (since, until) = (first(from), first(to.plus(1)));
        let meter = self
            .read(move |conn| {
                let notices: Vec<Notice> = store::notice::between(conn, since, until)?;
                Ok(measure(world.directory(), &notices, area, level))
            })
            .await?;
        Ok((from, to, meter))
    }
}
