//! Days as a sum of kept periods.

use super::{TOTAL, day_period};
use crate::time::Day;

/// Periods whose figures add up to those of a span of days, each with the factor by which it counts:
/// a month that is nearly whole counts as the month less its other days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span(Vec<(i64, i64)>);

impl Span {
    /// Everything so far, and the stocks of now.
    #[must_use]
    pub fn total() -> Self {
        Self(vec![(TOTAL, 1)])
    }

    /// The days `from..=to`, in as few periods as they can be said. Nothing is counted after `today`,
    /// so that the running month is whole where `to` reaches it.
    #[must_use]
    pub fn days(from: Day, to: Day, today: Day) -> Self {
        let mut parts = Vec::new();
        let (mut day, to) = (from, to.min(today));
        while day <= to {
            let first = day.first_of_month();
            let next = first.plus(31).first_of_month();
            let last = Day(next.0 - 1).min(today);
            let end = last.min(to);
            let outside = || (first.0..day.0).chain(end.0 + 1..=last.0);
            if outside().count() <= (day.0..=end.0).count() {
                parts.push((day.month(), 1));
                parts.extend(outside().map(|d| (day_period(Day(d)), -1)));
            } else {
                parts.extend((day.0..=end.0).map(|d| (day_period(Day(d)), 1)));
            }
            day = next;
        }
        Self(parts)
    }

    /// The days `from..=to`, whatever was counted after them.
    #[must_use]
    pub fn closed(from: Day, to: Day) -> Self {
        Self::days(from, to, to.plus(31))
    }

    /// The periods that are read.
    pub fn periods(&self) -> impl Iterator<Item = i64> {
        self.0.iter().map(|(period, _)| *period)
    }

    /// How often a period counts; 0 where it is none of the span.
    #[must_use]
    pub fn factor(&self, period: i64) -> i64 {
        let part = self.0.iter().find(|(own, _)| *own == period);
        part.map_or(0, |(_, factor)| *factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i16, m: i8, d: i8) -> Day {
        Day::from_ymd(y, m, d).unwrap()
    }

    #[test]
    fn whole_months_and_single_days_add_up_to_a_span() {
        let late = day(2027, 1, 1);
        assert_eq!(
            Span::days(day(2026, 1, 30), day(2026, 4, 2), late).0,
            [
                (20_260_130, 1),
                (20_260_131, 1),
                (202_602, 1),
                (202_603, 1),
                (20_260_401, 1),
                (20_260_402, 1)
            ]
        );
        assert_eq!(
            Span::days(day(2026, 12, 3), day(2026, 12, 30), late).0,
            [
                (202_612, 1),
                (20_261_201, -1),
                (20_261_202, -1),
                (20_261_231, -1)
            ]
        );
        assert_eq!(
            Span::days(day(2026, 5, 2), day(2026, 5, 1), late),
            Span::default()
        );
    }

    #[test]
    fn the_running_month_is_whole_and_days_to_come_are_none() {
        let today = day(2026, 11, 14);
        assert_eq!(
            Span::days(day(2026, 10, 1), day(2027, 3, 31), today).0,
            [(202_610, 1), (202_611, 1)]
        );
        assert_eq!(
            Span::days(day(2026, 11, 15), day(2026, 11, 20), today),
            Span::default()
        );
    }

    #[test]
    fn every_day_of_a_span_counts_once_and_no_other_day_counts() {
        let today = day(2026, 3, 20);
        for from in day(2026, 1, 1).0..=today.0 {
            for to in from..=today.0 {
                let span = Span::days(Day(from), Day(to), today);
                for d in day(2025, 12, 1).0..=today.0 {
                    let counted = span.factor(Day(d).month()) + span.factor(day_period(Day(d)));
                    assert_eq!(
                        counted,
                        i64::from((from..=to).contains(&d)),
                        "{from} {to} {d}"
                    );
                }
            }
        }
    }
}
