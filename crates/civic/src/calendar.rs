//! The working calendar: statutory holidays, make-up working days (调休) and working hours, and
//! the clocks computed from them (requirement R063 and requirements 2.4; kernel K2 "Clocks").
//!
//! Working time is treated as a line of its own. [`Calendar`] knows for every moment how much
//! working time has passed since a fixed origin (`position`) and the inverse; adding a limit is
//! one addition on that line. So adding is monotone, adding and measuring are inverse by
//! construction, and nothing steps through minutes.

mod read;

use crate::limit::{Limit, LimitUnit};
use crate::problem::Problem;
use crate::time::{DAY_MS, Day, HOUR_MS, Instant, MINUTE_MS, Zone};
use serde::{Deserialize, Serialize};

/// What a special day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A day off, whatever its weekday.
    Holiday,
    /// A make-up working day (调休上班), whatever its weekday.
    Workday,
}

/// A day that does not follow its weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDay {
    /// The day.
    pub day: Day,
    /// Day off or make-up working day.
    pub kind: DayKind,
    /// The festival it belongs to: `春节`.
    pub name: String,
}

/// A span of working time within a day, in minutes since midnight, `from` inclusive and
/// `to` exclusive: 8:00-12:00 is 480 to 720.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// First minute.
    pub from: u32,
    /// The minute after the last; at most 1440.
    pub to: u32,
}

/// 8:00-12:00 and 14:00-18:00: a working day is 8 working hours (requirements 2.4).
pub const USUAL_HOURS: [Period; 2] = [
    Period { from: 480, to: 720 },
    Period {
        from: 840,
        to: 1080,
    },
];

/// The optional late-arrival window of the same-day clock: what arrives at or after `from` is due
/// at `due` of the next day instead of at midnight. Off unless a city switches it on, and reported
/// apart (requirements 2.4 [P]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateWindow {
    /// Minutes since midnight from which an arrival is late, `20:00` = 1200.
    pub from: u32,
    /// Minutes since midnight of the *next* day at which it is due, `09:00` = 540.
    pub due: u32,
}

/// A dated, versioned working calendar in one zone. Immutable: an edited calendar is a new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    name: String,
    version: String,
    zone: Zone,
    periods: Vec<Period>,
    /// Working milliseconds of a full working day.
    day_ms: i64,
    /// Sorted by day, without duplicates.
    days: Vec<SpecialDay>,
    /// `before[i]`: working days in `[first, first + i)`. One entry more than the days in the table.
    before: Vec<i64>,
    /// 1 January of the first year with data.
    first: Day,
    /// 31 December of the last year with data; before `first` when there is no data.
    reach: Day,
}

impl Calendar {
    /// Reads `date,kind,name` rows with a heading line (`kind` is `holiday` or `workday`), with the
    /// [`USUAL_HOURS`]. Rows may come in any order. A year with any row counts as covered whole.
    ///
    /// # Errors
    /// All problems of the file, each with its line number: `bad_heading`, `bad_row`, `bad_date`,
    /// `out_of_range`, `unknown_kind`, `duplicate_day`, `empty`.
    pub fn parse(name: &str, version: &str, zone: Zone, csv: &str) -> Result<Self, Vec<Problem>> {
        let days = read::days(name, csv)?;
        Ok(Self::build(name, version, zone, days))
    }

    /// A calendar without any holiday: Monday to Friday, [`USUAL_HOURS`]. It covers no day, so that
    /// the program warns; for tests and for a city before its first calendar is loaded.
    #[must_use]
    pub fn weekends_only(zone: Zone) -> Self {
        Self::build("周末", "0", zone, Vec::new())
    }

    fn build(name: &str, version: &str, zone: Zone, mut days: Vec<SpecialDay>) -> Self {
        days.sort_by_key(|special| special.day);
        let year_end = |year: i16| Day::from_ymd(year, 12, 31).unwrap_or_default();
        let (first, reach) = match (days.first(), days.last()) {
            (Some(a), Some(b)) => (
                Day::from_ymd(a.day.year(), 1, 1).unwrap_or_default(),
                year_end(b.day.year()),
            ),
            _ => (Day(0), Day(-1)),
        };
        let mut before = vec![0];
        let mut count = 0;
        let mut special = days.iter().peekable();
        for number in first.0..=reach.0 {
            let day = Day(number);
            let working = match special.next_if(|s| s.day == day) {
                Some(s) => s.kind == DayKind::Workday,
                None => !day.is_weekend(),
            };
            count += i64::from(working);
            before.push(count);
        }
        let mut calendar = Self {
            name: name.to_owned(),
            version: version.to_owned(),
            zone,
            periods: Vec::new(),
            day_ms: 0,
            days,
            before,
            first,
            reach,
        };
        calendar.set_periods(USUAL_HOURS.to_vec());
        calendar
    }

    fn set_periods(&mut self, periods: Vec<Period>) {
        self.day_ms = periods
            .iter()
            .map(|p| i64::from(p.to - p.from) * MINUTE_MS)
            .sum();
        self.periods = periods;
    }

    /// The same calendar with other working hours. A working day (工作日) is then as long as the
    /// hours given, so that a limit of one day still ends at the same time of the next working day.
    ///
    /// # Errors
    /// `bad_hours` when the periods are empty, overlap, are out of order or pass midnight.
    pub fn with_hours(mut self, periods: Vec<Period>) -> Result<Self, Problem> {
        let each = periods.iter().all(|p| p.from < p.to && p.to <= 1440);
        let order = periods.windows(2).all(|pair| pair[0].to <= pair[1].from);
        if periods.is_empty() || !each || !order {
            return Err(Problem::new(
                "hours",
                "bad_hours",
                "工作时段有误：请按先后顺序填写，每段的开始早于结束，各段互不重叠，例如 8:00—12:00、14:00—18:00。",
            ));
        }
        self.set_periods(periods);
        Ok(self)
    }

    /// The calendar's name, also the file name in its problems.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version by which a computed due moment can be explained later.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The zone in which days begin and end.
    #[must_use]
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// The working hours of a working day.
    #[must_use]
    pub fn hours(&self) -> &[Period] {
        &self.periods
    }

    /// All holidays and make-up working days, by day.
    #[must_use]
    pub fn days(&self) -> &[SpecialDay] {
        &self.days
    }

    /// What the calendar says of this very day; `None` when the day follows its weekday.
    #[must_use]
    pub fn special(&self, day: Day) -> Option<&SpecialDay> {
        let at = self.days.binary_search_by_key(&day, |s| s.day).ok()?;
        self.days.get(at)
    }

    /// The last day known. After it only weekends are free: warn before it is reached.
    /// `None` for a calendar without data.
    #[must_use]
    pub fn reach(&self) -> Option<Day> {
        (self.reach >= self.first).then_some(self.reach)
    }

    /// Whether holidays of this day are known. Outside, weekends are assumed to be the only days off.
    #[must_use]
    pub fn covers(&self, day: Day) -> bool {
        self.first <= day && day <= self.reach
    }

    /// Whether people work on this day.
    #[must_use]
    pub fn is_working_day(&self, day: Day) -> bool {
        self.working_days_before(day.plus(1)) > self.working_days_before(day)
    }

    /// Working days in `[from, to)`; 0 when `to` is not after `from`.
    #[must_use]
    pub fn working_days_between(&self, from: Day, to: Day) -> i64 {
        (self.working_days_before(to) - self.working_days_before(from)).max(0)
    }

    /// Whether the moment lies in working time (start inclusive, end exclusive).
    #[must_use]
    pub fn is_working_time(&self, instant: Instant) -> bool {
        let minute = self.zone.minute_of_day(instant);
        self.is_working_day(self.zone.day_of(instant))
            && self
                .periods
                .iter()
                .any(|p| p.from <= minute && minute < p.to)
    }

    /// Working days from the table's origin (`first`) up to the day, exclusive; negative before it.
    fn working_days_before(&self, day: Day) -> i64 {
        let table = self.before.len() as i64 - 1;
        let at = day.0.saturating_sub(self.first.0);
        if at < 0 {
            -weekdays(day, self.first)
        } else if at <= table {
            self.before[at as usize]
        } else {
            self.before[table as usize] + weekdays(self.first.plus(table), day)
        }
    }

    /// The working day that has exactly `n` working days before it, looked for from `near` on.
    /// `working_days_before(near) <= n` must hold.
    fn nth_working_day(&self, n: i64, near: Day) -> Day {
        // The first day whose successor has more than n working days before it.
        let enough = |day: Day| self.working_days_before(day.plus(1)) > n;
        let mut step = 1;
        let mut low = near;
        while !enough(low.plus(step)) {
            low = low.plus(step);
            step *= 2;
        }
        let mut high = low.plus(step);
        if enough(low) {
            return low;
        }
        while high.0 - low.0 > 1 {
            let middle = Day(low.0 + (high.0 - low.0) / 2);
            if enough(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
    }

    /// Working milliseconds since the origin at this moment. Never falls as time goes on.
    fn position(&self, instant: Instant) -> i64 {
        let day = self.zone.day_of(instant);
        let whole = self.working_days_before(day) * self.day_ms;
        if !self.is_working_day(day) {
            return whole;
        }
        let now = self.zone.ms_of_day(instant);
        let today: i64 = self
            .periods
            .iter()
            .map(|p| {
                let (from, to) = (i64::from(p.from) * MINUTE_MS, i64::from(p.to) * MINUTE_MS);
                now.clamp(from, to) - from
            })
            .sum();
        whole + today
    }

    /// The earliest moment, not before `near`'s day, at which [`Self::position`] is `target`: the end
    /// of a period, rather than the start of the next one.
    fn moment(&self, target: i64, near: Instant) -> Instant {
        let days = (target - 1).div_euclid(self.day_ms);
        let mut rest = target - days * self.day_ms; // 1 ..= day_ms
        let day = self.nth_working_day(days, self.zone.day_of(near));
        for period in &self.periods {
            let length = i64::from(period.to - period.from) * MINUTE_MS;
            if rest <= length {
                let start = i64::from(period.from) * MINUTE_MS;
                return self.zone.start_of(day).plus_ms(start + rest);
            }
            rest -= length;
        }
        self.zone.end_of(day)
    }

    /// The whole of a limit in milliseconds of its own kind of time: working time for the working
    /// units, running time for the others.
    #[must_use]
    pub const fn limit_ms(&self, limit: Limit) -> i64 {
        let amount = limit.amount as i64;
        match limit.unit {
            LimitUnit::WorkingMinutes | LimitUnit::UrgentMinutes => amount * MINUTE_MS,
            LimitUnit::WorkingHours | LimitUnit::UrgentHours => amount * HOUR_MS,
            LimitUnit::WorkingDays => amount * self.day_ms,
            LimitUnit::CalendarDays => amount * DAY_MS,
        }
    }

    /// When a limit that begins at `start` is due. The due moment is exclusive: what is done strictly
    /// before it is in time. Working limits end inside working time or at its closing minute, never at
    /// night; urgent limits and calendar days (24 h each) run through.
    #[must_use]
    pub fn add(&self, start: Instant, limit: Limit) -> Instant {
        self.add_ms(start, limit.unit, self.limit_ms(limit))
    }

    /// When `ms` milliseconds of the unit's kind of time have passed since `start`: for what remains
    /// after a pause. Nothing left (`ms <= 0`) is due at once, at `start`.
    #[must_use]
    pub fn add_ms(&self, start: Instant, unit: LimitUnit, ms: i64) -> Instant {
        if ms <= 0 {
            start
        } else if unit.runs_always() {
            start.plus_ms(ms)
        } else {
            self.moment(self.position(start) + ms, start)
        }
    }

    /// The time used between two moments, in milliseconds of the unit's kind of time; 0 when `to` is
    /// not after `from`.
    #[must_use]
    pub fn elapsed(&self, unit: LimitUnit, from: Instant, to: Instant) -> i64 {
        let used = if unit.runs_always() {
            to.ms_since(from)
        } else {
            self.position(to) - self.position(from)
        };
        used.max(0)
    }

    /// What is left of a limit of which `used` milliseconds ([`Self::elapsed`]) are spent; 0 when
    /// nothing is left. Give it to [`Self::add_ms`] when the clock resumes.
    #[must_use]
    pub fn remaining(&self, limit: Limit, used: i64) -> i64 {
        (self.limit_ms(limit) - used).max(0)
    }

    /// When a judgement is due that must not be left overnight (不隔夜, R063): at the end of the
    /// calendar day of arrival, every day of the year, in the city's zone. With a late window, an
    /// arrival inside it is due on the next day at the window's hour.
    #[must_use]
    pub fn same_day_due(&self, arrival: Instant, late: Option<LateWindow>) -> Instant {
        let end = self.zone.end_of(self.zone.day_of(arrival));
        match late {
            Some(window) if self.zone.minute_of_day(arrival) >= window.from => {
                end.plus_minutes(i64::from(window.due))
            }
            _ => end,
        }
    }
}

/// Mondays to Fridays in `[from, to)`; negative when `to` is before `from`.
fn weekdays(from: Day, to: Day) -> i64 {
    // Day number 4 (1970-01-05) is a Monday: count from there.
    let before = |day: Day| {
        let n = day.0 - 4;
        n.div_euclid(7) * 5 + n.rem_euclid(7).min(5)
    };
    before(to) - before(from)
}

#[cfg(test)]
mod tests;
