//! Operations and their latencies, as a line of the result.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant as Stopwatch};

/// Latencies above a minute count as a minute.
const LATENCY_MICROS_MAX: u64 = 60_000_000;

/// One line of the result.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figure {
    pub name: String,
    /// Operations a second.
    pub per_second: f64,
    /// Latencies in milliseconds. Of an open loop they begin when the request was due, so waiting
    /// for a free connection counts.
    pub p50_ms: f64,
    pub p90_ms: f64,
    pub p99_ms: f64,
    pub p999_ms: f64,
    pub max_ms: f64,
    /// Requests that were answered by 503: come again later.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub busy: u64,
    /// Share of the bare loop of the same run, where one fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_bare: Option<f64>,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// Counts operations and their latencies.
pub struct Meter {
    name: String,
    pub started: Stopwatch,
    count: u64,
    micros: Histogram<u64>,
}

impl Meter {
    pub fn new(name: &str) -> Self {
        let micros = Histogram::new_with_bounds(1, LATENCY_MICROS_MAX, 3)
            .unwrap_or_else(|_| unreachable!("the bounds are allowed"));
        Self {
            name: name.to_owned(),
            started: Stopwatch::now(),
            count: 0,
            micros,
        }
    }
    pub fn note(&mut self, elapsed: Duration) {
        self.note_many(elapsed, 1);
    }
    pub fn note_many(&mut self, elapsed: Duration, operations: u64) {
        self.count += operations;
        self.micros.saturating_record(elapsed.as_micros() as u64);
    }
    pub fn figure(&self) -> Figure {
        let at = |q: f64| self.micros.value_at_quantile(q) as f64 / 1_000.0;
        Figure {
            name: self.name.clone(),
            per_second: self.count as f64 / self.started.elapsed().as_secs_f64(),
            p50_ms: at(0.5),
            p90_ms: at(0.9),
            p99_ms: at(0.99),
            p999_ms: at(0.999),
            max_ms: self.micros.max() as f64 / 1_000.0,
            busy: 0,
            of_bare: None,
        }
    }
}
