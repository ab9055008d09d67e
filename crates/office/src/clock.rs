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
}
