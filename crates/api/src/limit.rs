//! Limits of requests: sizes, times, and how often one address may try.

use crate::App;
use crate::error::{Answer, Code, Fail};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use civic::time::Instant;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Largest body of a request that is no upload.
pub(crate) const BODY_BYTES_MAX: usize = 256 * 1024;
/// Largest body of an upload: a file of 20 MB and its wrapping.
pub(crate) const UPLOAD_BYTES_MAX: usize = 25 * 1024 * 1024;
/// Largest body of an import: a sheet, a workbook in base64, boundaries.
pub(crate) const IMPORT_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Longest time a request may take.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);
/// Addresses that are remembered; beyond it the ones that have rested longest are forgotten.
const ADDRESSES_MAX: usize = 20_000;

/// A token bucket per address: a burst, then a steady rate.
pub(crate) struct Throttle {
    burst: f64,
    per_minute: f64,
    buckets: Mutex<HashMap<IpAddr, (f64, Instant)>>,
}

impl Throttle {
    pub fn new(burst: u32, per_minute: u32) -> Self {
        Self {
            burst: f64::from(burst),
            per_minute: f64::from(per_minute),
            buckets: Mutex::default(),
        }
    }

    /// Takes one token of `address`, or says when there is one again.
    pub fn take(&self, address: IpAddr, now: Instant) -> Answer<()> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= ADDRESSES_MAX && !buckets.contains_key(&address) {
            let full_after_ms = (self.burst / self.per_minute * 60_000.0) as i64;
            buckets.retain(|_, (_, seen)| now.ms_since(*seen) < full_after_ms);
        }
        let (tokens, seen) = buckets.entry(address).or_insert((self.burst, now));
        let gained = now.ms_since(*seen).max(0) as f64 / 60_000.0 * self.per_minute;
        *tokens = (*tokens + gained).min(self.burst);
        *seen = now;
        if *tokens >= 1.0 {
            *tokens -= 1.0;
            return Ok(());
        }
        let seconds = ((1.0 - *tokens) / self.per_minute * 60.0).ceil().max(1.0) as u32;
        Err(
            Fail::new(Code::TooMany, format!("操作太频繁，请 {seconds} 秒后再试"))
                .retry_after(seconds),
        )
    }
}

/// The throttles of the installation.
pub(crate) struct Throttles {
    /// Sign-ins: a whole office may share an address.
    pub sign_in: Throttle,
    /// Following and evaluating by number and code.
    pub public: Throttle,
    /// Reports without sign-in.
    pub report: Throttle,
    /// What the page of such a report looks up while somebody types.
    pub lookup: Throttle,
}

impl Default for Throttles {
    fn default() -> Self {
        Self {
            sign_in: Throttle::new(60, 60),
            public: Throttle::new(20, 20),
            report: Throttle::new(10, 5),
            lookup: Throttle::new(60, 60),
        }
    }
}

/// Ends a request that takes too long. Streams are ended by themselves.
pub(crate) async fn time(State(_): State<Arc<App>>, request: Request, next: Next) -> Response {
    if request.uri().path().ends_with("/events") {
        return next.run(request).await;
    }
    match tokio::time::timeout(REQUEST_TIME_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Fail::new(
            Code::Timeout,
            "处理时间过长，已停止等待。请缩小范围或稍后再试；同一操作重试不会重复办理",
        )
        .retry_after(5)
        .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_lets_a_burst_through_and_fills_again_with_time() {
        let throttle = Throttle::new(3, 6);
        let here: IpAddr = "10.0.0.1".parse().unwrap();
        let there: IpAddr = "10.0.0.2".parse().unwrap();
        let at = Instant(1_000_000);
        for _ in 0..3 {
            throttle.take(here, at).unwrap();
        }
        let refused = throttle.take(here, at).unwrap_err();
        assert_eq!(
            (refused.status().as_u16(), refused.retry_after_s),
            (429, Some(10))
        );
        throttle.take(there, at).unwrap();
        assert!(throttle.take(here, at.plus_ms(9_000)).is_err());
        throttle.take(here, at.plus_ms(10_500)).unwrap();
    }
}
