//! A clock that stands until it is set.

use civic::time::Instant;
use office::Clock;
use std::sync::atomic::{AtomicI64, Ordering};

/// Stands until it is set.
#[derive(Debug)]
pub struct FrozenClock(AtomicI64);

impl FrozenClock {
    /// Standing at `now`.
    #[must_use]
    pub fn at(now: Instant) -> Self {
        Self(AtomicI64::new(now.0))
    }
    /// Sets it.
    pub fn set(&self, now: Instant) {
        self.0.store(now.0, Ordering::SeqCst);
    }
    /// Moves it on.
    pub fn advance_minutes(&self, minutes: i64) {
        self.0.fetch_add(minutes * 60_000, Ordering::SeqCst);
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}
