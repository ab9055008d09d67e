//! Quiet hours: when messages that leave the house wait, for all and for one person.

use crate::parameter::minute_of_day;

/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// A span of the day, perhaps over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    from: i64,
    to: i64,
}

impl Quiet {
    /// Out of two times of day such as `22:00` and `07:00`; none where one is missing or both are the
    /// same.
    #[must_use]
    pub fn read(from: &str, to: &str) -> Option<Self> {
        let (from, to) = (minute_of_day(from)?, minute_of_day(to)?);
        (from != to).then_some(Self { from, to })
    }

    /// Minutes from `minute` of a day until the quiet is over; 0 where it is not quiet.
    #[must_use]
    pub fn left(self, minute: i64) -> i64 {
        let into = (minute - self.from).rem_euclid(DAY);
        let long = (self.to - self.from).rem_euclid(DAY);
        if into < long { long - into } else { 0 }
    }
}

/// Minutes from `minute` of a day until none of `all` is quiet. Where they leave no minute free, a day.
#[must_use]
pub fn wait(all: &[Quiet], minute: i64) -> i64 {
    let mut waited = 0;
    while waited < DAY {
        let more = all.iter().map(|quiet| quiet.left(minute + waited)).max();
        match more {
            None | Some(0) => return waited,
            Some(more) => waited += more,
        }
    }
    DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(from: &str, to: &str) -> Quiet {
        Quiet::read(from, to).unwrap()
    }

    fn at(time: &str) -> i64 {
        minute_of_day(time).unwrap()
    }

    #[test]
    fn a_night_lasts_over_midnight_and_a_nap_does_not() {
        let night = quiet("22:00", "07:00");
        for (time, left) in [
            ("21:59", 0),
            ("22:00", 540),
            ("00:00", 420),
            ("06:59", 1),
            ("07:00", 0),
        ] {
            assert_eq!(night.left(at(time)), left, "{time}");
        }
        let nap = quiet("12:00", "14:00");
        for (time, left) in [("11:59", 0), ("12:30", 90), ("14:00", 0), ("23:00", 0)] {
            assert_eq!(nap.left(at(time)), left, "{time}");
        }
        assert_eq!(Quiet::read("", "07:00"), None);
        assert_eq!(Quiet::read("07:00", "07:00"), None);
    }

    #[test]
    fn who_sleeps_longer_than_the_house_waits_for_both() {
        let all = [
            quiet("22:00", "07:00"),
            quiet("06:30", "09:00"),
            quiet("12:00", "14:00"),
        ];
        assert_eq!(wait(&all, at("23:00")), 600);
        assert_eq!(wait(&all, at("10:00")), 0);
        assert_eq!(wait(&all, at("13:00")), 60);
        assert_eq!(wait(&[], at("13:00")), 0);
        assert_eq!(
            wait(&[quiet("00:00", "12:00"), quiet("12:00", "00:00")], 5),
            DAY
        );
    }
}
