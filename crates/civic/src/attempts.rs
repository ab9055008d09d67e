//! How often somebody may try to sign in (standards.md 3.6): failures lock a login for the network they
//! come from, so that a stranger shuts nobody else out; failures from many networks slow all down
//! that the account has not been used from. Whether a login exists makes no difference.

use crate::time::Instant;
use std::net::{IpAddr, Ipv6Addr};

/// Failures of one login from everywhere, in multiples of those that lock, after which it is slowed.
const SLOW_AFTER: i64 = 4;
/// Time between two attempts on a login that is slowed down.
const SLOW_MS: i64 = 3_000;

/// One attempt on a login within the time of a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Try {
    /// From where; none where it cannot be told.
    pub address: Option<IpAddr>,
    /// When.
    pub at: Instant,
    /// What it came to.
    pub came: Came,
}

/// What an attempt came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// Signed in.
    In,
    /// A wrong password or code.
    Failed,
    /// An administrator lifted the lock: from everywhere.
    Lifted,
    /// Refused before it was looked at.
    Other,
}

/// Whether two addresses are one network: the same IPv4 address, or the same /64 of IPv6, which one
/// subscriber has whole.
#[must_use]
pub fn same_network(a: Option<IpAddr>, b: Option<IpAddr>) -> bool {
    let network = |address: Option<IpAddr>| match address?.to_canonical() {
        IpAddr::V4(four) => Some(IpAddr::V4(four)),
        IpAddr::V6(six) => Some(IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64))),
    };
    network(a) == network(b)
}

/// Failures from one network since it last went well, and the newest of them. `tries` are those
/// within the time of a lock, newest first.
#[must_use]
pub fn failures(tries: &[Try], from: Option<IpAddr>) -> (i64, Option<Instant>) {
    let of_network = tries
        .iter()
        .filter(|t| t.came == Came::Lifted || same_network(t.address, from))
        .take_while(|t| !matches!(t.came, Came::In | Came::Lifted));
    let failed: Vec<Instant> = of_network
        .filter(|t| t.came == Came::Failed)
        .map(|t| t.at)
        .collect();
    (failed.len() as i64, failed.first().copied())
}

/// Until when a login is locked for a network, where it is.
#[must_use]
pub fn locked(tries: &[Try], from: Option<IpAddr>, max: i64, minutes: i64) -> Option<Instant> {
    let (failed, newest) = failures(tries, from);
    newest
        .filter(|_| failed >= max)
        .map(|at| at.plus_minutes(minutes))
}

/// Until when a login is locked for any network, where it is for one.
#[must_use]
pub fn locked_anywhere(tries: &[Try], max: i64, minutes: i64) -> Option<Instant> {
    let each = tries.iter().map(|t| locked(tries, t.address, max, minutes));
    each.max().flatten()
}

/// When a login that is tried from everywhere may be tried again from a network it was not used from;
/// none where it may be tried now.
#[must_use]
pub fn slowed(tries: &[Try], max: i64, now: Instant) -> Option<Instant> {
    let since = tries.iter().take_while(|t| t.came != Came::Lifted);
    let failed = since.filter(|t| t.came == Came::Failed).count() as i64;
    let last = tries.iter().find(|t| t.came != Came::Other)?.at;
    let next = last.plus_ms(SLOW_MS);
    (failed >= max * SLOW_AFTER && now < next).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str, at: i64, came: Came) -> Try {
        Try {
            address: address.parse().ok(),
            at: Instant(at),
            came,
        }
    }

    #[test]
    fn failures_lock_their_own_network_only_and_until_their_time_is_over() {
        let tries: Vec<Try> = (0..5)
            .rev()
            .map(|n| of("10.0.0.1", n, Came::Failed))
            .collect();
        let from = |address: &str| locked(&tries, address.parse().ok(), 5, 15);
        assert_eq!(from("10.0.0.1"), Some(Instant(4).plus_minutes(15)));
        assert_eq!(from("10.0.0.2"), None);
        assert_eq!(from("::ffff:10.0.0.1"), from("10.0.0.1"));
    }

    #[test]
    fn a_good_sign_in_clears_its_network_and_an_administrator_all() {
        let mut tries = vec![of("2001:db8::9", 3, Came::In)];
        tries.extend([
            of("2001:db8::1", 2, Came::Failed),
            of("10.0.0.1", 1, Came::Failed),
        ]);
        assert_eq!(failures(&tries, "2001:db8::7".parse().ok()).0, 0);
        assert_eq!(failures(&tries, "10.0.0.1".parse().ok()).0, 1);
        tries.insert(0, of("", 4, Came::Lifted));
        assert_eq!(failures(&tries, "10.0.0.1".parse().ok()).0, 0);
    }

    #[test]
    fn a_login_tried_from_everywhere_waits_between_attempts_and_is_never_locked() {
        let tries: Vec<Try> = (0..20)
            .rev()
            .map(|n| of(&format!("10.0.0.{n}"), n, Came::Failed))
            .collect();
        assert_eq!(slowed(&tries, 5, Instant(20)), Some(Instant(3_019)));
        assert_eq!(slowed(&tries, 5, Instant(3_019)), None);
        assert_eq!(slowed(&tries[1..], 5, Instant(20)), None);
    }
}
