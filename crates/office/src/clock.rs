//! The clock: the one place where the program asks what time it is.

use civic::time::Instant;

/// Tells the time. A parameter everywhere, so that tests and the sample city have their own.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;
}

/// The machine's clock, which never runs backwards while the process lives: a jump back of the
/// system's clock stands still until it is caught up, so that journals stay in order.
#[derive(Debug, Default)]
pub struct SystemClock {
    latest: std::sync::atomic::AtomicI64,
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Instant {
        use std::sync::atomic::Ordering::Relaxed;
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        let now = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Instant(self.latest.fetch_max(now, Relaxed).max(now))
    }
}

/// The clock of a demonstration: days ahead of the machine's where that is asked for, and standing at a
/// moment while the weeks before are furnished. Nothing but `hangji demo` and `hangji build` uses it.
#[derive(Debug, Default)]
pub struct DemoClock {
    system: SystemClock,
    ahead_ms: i64,
    /// Where it stands; it runs at 0.
    standing: std::sync::atomic::AtomicI64,
}

impl DemoClock {
    /// So many days ahead of the machine.
    #[must_use]
    pub fn ahead(days: u16) -> Self {
        Self {
            ahead_ms: i64::from(days) * 24 * civic::time::HOUR_MS,
            ..Self::default()
        }
    }
    /// Stands at `at` until it runs again.
    pub fn stand(&self, at: Instant) {
        self.standing
            .store(at.0, std::sync::atomic::Ordering::Relaxed);
    }
    /// Runs from now on.
    pub fn run(&self) {
        self.stand(Instant(0));
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Instant {
        match self.standing.load(std::sync::atomic::Ordering::Relaxed) {
            0 => Instant(self.system.now().0 + self.ahead_ms),
            at => Instant(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicI64;

    #[test]
    fn a_clock_that_was_set_back_stands_still_until_it_is_caught_up() {
        let told = SystemClock::default().now();
        let hour_ms = 3_600_000;
        // What the process saw last before the machine's clock was set back by an hour.
        let clock = SystemClock {
            latest: AtomicI64::new(told.0 + hour_ms),
        };
        assert_eq!(clock.now(), Instant(told.0 + hour_ms));
        assert_eq!(clock.now(), Instant(told.0 + hour_ms));
        // Caught up: time goes on.
        let clock = SystemClock {
            latest: AtomicI64::new(told.0 - hour_ms),
        };
        assert!(clock.now() >= told);
    }

    #[test]
    fn the_clock_of_a_demonstration_stands_where_it_is_put_and_runs_days_ahead() {
        let clock = DemoClock::ahead(2);
        let two_days = 2 * 24 * civic::time::HOUR_MS;
        assert!(clock.now().0 >= SystemClock::default().now().0 + two_days - 60_000);
        clock.stand(Instant(5));
        assert_eq!((clock.now(), clock.now()), (Instant(5), Instant(5)));
        clock.run();
        assert!(clock.now().0 > two_days);
    }
}
