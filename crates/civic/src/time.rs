//! Instants, civil days and the zone that joins them.
//!
//! The program passes the time in; nothing here reads a clock. Stored instants are `i64`
//! milliseconds UTC, stored days are `i64` day numbers *in the city's zone* (see
//! `docs/data.md`), so both newtypes are transparent in JSON and in rows.

use crate::problem::Problem;
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a civil day. Every civil day has this length: the zone has no summer time.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// This moment moved by `ms` milliseconds (negative: earlier). Saturates at the ends.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// This moment moved by `minutes` minutes (negative: earlier). Saturates at the ends.
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_ms(minutes.saturating_mul(MINUTE_MS))
    }

    /// This moment moved by `hours` hours (negative: earlier). Saturates at the ends.
    #[must_use]
    pub const fn plus_hours(self, hours: i64) -> Self {
        self.plus_ms(hours.saturating_mul(HOUR_MS))
    }

    /// Milliseconds from `earlier` to this moment; negative if `earlier` is in fact later.
    #[must_use]
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whole minutes from `earlier` to this moment, rounded down.
    #[must_use]
    pub const fn minutes_since(self, earlier: Self) -> i64 {
        self.ms_since(earlier).div_euclid(MINUTE_MS)
    }
}

/// A civil day of the city: its number since 1970-01-01 (day 0) in the city's zone.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Day(pub i64);

const EPOCH: Date = Date::constant(1970, 1, 1);
/// Day number of 9999-12-31, the last day that can be written as a date.
const LAST: i64 = 2_932_896;
/// Day number of -9999-01-01, the first day that can be written as a date.
const FIRST: i64 = -4_371_587;

impl Day {
    /// The day of a date of the Gregorian calendar; `None` where there is no such date
    /// (30 February, month 13).
    #[must_use]
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().map(Self::from_date)
    }

    fn from_date(date: Date) -> Self {
        Self(date.duration_since(EPOCH).as_hours() / 24)
    }

    fn date(self) -> Date {
        let days: Span = self.0.clamp(FIRST, LAST).days();
        EPOCH.saturating_add(days)
    }

    /// Year, month (1-12) and day of the month (1-31). Days beyond the years -9999 to 9999
    /// answer with the nearest date that can be written.
    #[must_use]
    pub fn ymd(self) -> (i16, i8, i8) {
        let date = self.date();
        (date.year(), date.month(), date.day())
    }

    /// The month as one sortable number, year times 100 plus month: `202611`.
    #[must_use]
    pub fn month(self) -> i64 {
        let (year, month, _) = self.ymd();
        i64::from(year) * 100 + i64::from(month)
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.ymd().0
    }

    /// Day of the week: Monday 1 ... Sunday 7.
    #[must_use]
    pub const fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        ((self.0.rem_euclid(7) + 3) % 7 + 1) as u8
    }

    /// Day of the week in Chinese: `星期日`.
    #[must_use]
    pub fn weekday_name(self) -> &'static str {
        match Weekday::from_monday_one_offset(self.weekday() as i8) {
            Ok(Weekday::Monday) => "星期一",
            Ok(Weekday::Tuesday) => "星期二",
            Ok(Weekday::Wednesday) => "星期三",
            Ok(Weekday::Thursday) => "星期四",
            Ok(Weekday::Friday) => "星期五",
            Ok(Weekday::Saturday) => "星期六",
            Ok(Weekday::Sunday) | Err(_) => "星期日",
        }
    }

    /// Saturday or Sunday.
    #[must_use]
    pub const fn is_weekend(self) -> bool {
        self.weekday() >= 6
    }

    /// This day moved by `days` days (negative: earlier). Saturates at the ends.
    #[must_use]
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The first day of this day's month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        Self::from_date(self.date().first_of_month())
    }

    /// Reads `2026-11-22`, also without leading zeros (`2026-1-5`) and with the separators
    /// `/` and `.` that spreadsheets leave behind.
    ///
    /// # Errors
    /// `bad_date` with an empty field name where the text is no date of the calendar.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut parts = text.trim().split(['-', '/', '.']);
        let mut number = |most: usize| {
            let part = parts.next()?;
            let digits = !part.is_empty() && part.len() <= most;
            (digits && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<i16>().ok())?
        };
        let found = (number(4), number(2), number(2));
        let day = match (found, parts.next()) {
            ((Some(year), Some(month), Some(day)), None) => {
                Self::from_ymd(year, month as i8, day as i8)
            }
            _ => None,
        };
        day.ok_or_else(|| {
            Problem::new(
                "",
                "bad_date",
                format!("“{text}”不是有效的日期，请按“2026-11-22”的格式填写。"),
            )
        })
    }
}

impl fmt::Display for Day {
    /// `2026-11-22`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A fixed offset from UTC in minutes, without summer time. China has had one zone and no
/// summer time since 1992.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zone {
    /// Minutes east of UTC: China is +480.
    pub offset_minutes: i32,
}

impl Default for Zone {
    fn default() -> Self {
        Self::CHINA
    }
}

impl Zone {
    /// China Standard Time, UTC+8.
    pub const CHINA: Self = Self {
        offset_minutes: 480,
    };

    const fn offset_ms(self) -> i64 {
        self.offset_minutes as i64 * MINUTE_MS
    }

    /// The civil day to which the moment belongs.
    #[must_use]
    pub const fn day_of(self, instant: Instant) -> Day {
        Day(instant.plus_ms(self.offset_ms()).0.div_euclid(DAY_MS))
    }

    /// The first moment of the day, 00:00.
    #[must_use]
    pub const fn start_of(self, day: Day) -> Instant {
        Instant(
            day.0
                .saturating_mul(DAY_MS)
                .saturating_sub(self.offset_ms()),
        )
    }

    /// The end of the day: 00:00 of the *next* day. **A due moment is exclusive**: what is done
    /// strictly before it is in time, so that 23:59:59.999 still counts and midnight does not.
    #[must_use]
    pub const fn end_of(self, day: Day) -> Instant {
        self.start_of(day.plus(1))
    }

    /// Milliseconds since the start of the moment's day, 0 to 86 399 999.
    #[must_use]
    pub const fn ms_of_day(self, instant: Instant) -> i64 {
        instant.plus_ms(self.offset_ms()).0.rem_euclid(DAY_MS)
    }

    /// Minutes since the start of the moment's day, 0 to 1 439.
    #[must_use]
    pub const fn minute_of_day(self, instant: Instant) -> u32 {
        (self.ms_of_day(instant) / MINUTE_MS) as u32
    }

    /// The moment at `hour`:`minute` of the day. `24:00` is the start of the next day.
    #[must_use]
    pub const fn at(self, day: Day, hour: u32, minute: u32) -> Instant {
        self.start_of(day)
            .plus_minutes(hour as i64 * 60 + minute as i64)
    }

    /// `2026-11-22 15:26`, in this zone. Seconds are cut, never rounded up.
    #[must_use]
    pub fn format(self, instant: Instant) -> String {
        let minute = self.minute_of_day(instant);
        format!(
            "{} {:02}:{:02}",
            self.day_of(instant),
            minute / 60,
            minute % 60
        )
    }

    /// Reads `2026-11-22 15:26`, also with `T` between, with seconds, or a date alone (00:00).
    ///
    /// # Errors
    /// `bad_date` or `bad_time`, with an empty field name.
    pub fn parse(self, text: &str) -> Result<Instant, Problem> {
        let text = text.trim();
        let Some((date, clock)) = text.split_once([' ', 'T']) else {
            return Day::parse(text).map(|day| self.start_of(day));
        };
        let day = Day::parse(date)?;
        let mut parts = clock.trim().split(':');
        let mut number = |limit: i64| {
            let part = parts.next()?;
            let digits = matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
            let value = digits.then(|| part.parse::<i64>().ok())??;
            (value < limit).then_some(value)
        };
        let (hour, minute) = (number(24), number(60));
        let has_seconds = clock.matches(':').count() == 2;
        let second = if has_seconds { number(60) } else { Some(0) };
        match (hour, minute, second, parts.next()) {
            (Some(hour), Some(minute), Some(second), None) => Ok(self
                .start_of(day)
                .plus_minutes(hour * 60 + minute)
                .plus_ms(second * 1000)),
            _ => Err(Problem::new(
                "",
                "bad_time",
                format!("“{text}”不是有效的时间，请按“2026-11-22 15:26”的格式填写。"),
            )),
        }
    }
}

#[cfg(test)]
mod tests;
