//! When people act: in office hours, awake, before midnight, within their limits or after them.

use super::Fate;
use crate::dice::Dice;
use civic::matter::{ClockKind, Matter};
use civic::time::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, Zone};

/// Office hours of departments and centres: 8 to 18 on any day, so that the lists move every day.
pub(super) fn in_hours(at: Instant) -> Instant {
    shift(at, 8, 18)
}
/// Residents answer between 7 and 22.
pub(super) fn awake(at: Instant) -> Instant {
    shift(at, 7, 22)
}
fn shift(at: Instant, from: i64, to: i64) -> Instant {
    let zone = Zone::CHINA;
    let ms = zone.ms_of_day(at);
    if ms < from * HOUR_MS {
        Instant(at.0 + from * HOUR_MS - ms + ms % (50 * MINUTE_MS))
    } else if ms >= to * HOUR_MS {
        Instant(at.0 + DAY_MS - ms + from * HOUR_MS + ms % (50 * MINUTE_MS))
    } else {
        at
    }
}
/// The same-day rule is kept: the desk acts after `minutes`, or shortly before midnight.
pub(super) fn before_midnight(now: Instant, minutes: i64) -> Instant {
    let zone = Zone::CHINA;
    let left = DAY_MS - zone.ms_of_day(now);
    let wait = (minutes * MINUTE_MS).min((left - 2 * MINUTE_MS).max(left / 2));
    Instant(now.0 + wait)
}

/// A desk that works to its limit: mostly well before it, the slow ones after.
pub(super) fn within_limit(
    matter: &Matter,
    slot: u32,
    fate: &Fate,
    dice: &mut Dice,
    now: Instant,
) -> Instant {
    let due = matter
        .clocks
        .iter()
        .find(|c| c.slot == slot && c.kind == ClockKind::Handle && c.runs())
        .map(|c| c.due);
    let span = due.map_or(2 * DAY_MS, |due| (due.0 - now.0).max(HOUR_MS));
    let percent = if fate.slow && dice.chance(3_000) {
        dice.between(110, 400)
    } else {
        dice.between(8, 82)
    };
    Instant(now.0 + span * percent / 100)
}
