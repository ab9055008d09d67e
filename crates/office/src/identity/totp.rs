//! One-time codes by time (RFC 6238): HMAC-SHA-1, six digits, thirty seconds, as every authenticator
//! on a telephone makes them.

use civic::time::Instant;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Length of a step in milliseconds.
const STEP_MS: i64 = 30_000;
/// Steps that a clock may be off, in both directions.
const OFF: i64 = 1;
const DIGITS: u32 = 6;

/// The step of a moment.
pub fn step(now: Instant) -> i64 {
    now.0.div_euclid(STEP_MS)
}

/// The code of a step (RFC 4226).
pub fn code(secret: &[u8], step: i64) -> u32 {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("a key");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[19] & 0xf);
    let word = u32::from_be_bytes([
        hash[offset] & 0x7f,
        hash[offset + 1],
        hash[offset + 2],
        hash[offset + 3],
    ]);
    word % 10_u32.pow(DIGITS)
}

/// The step whose code this is, if it is near now and after `last`: a code that was used, or is older
/// than one that was used, is worth nothing any more.
pub fn matching(secret: &[u8], given: u32, now: Instant, last: i64) -> Option<i64> {
    let present = step(now);
    (present - OFF..=present + OFF).find(|step| *step > last && code(secret, *step) == given)
}

/// Six digits as a number; blanks in between are fine.
pub fn parse(text: &str) -> Option<u32> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let fine = digits.len() == DIGITS as usize && digits.bytes().all(|b| b.is_ascii_digit());
    fine.then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1; the last six of its eight digits.
        for (seconds, wanted) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(code(SECRET, step(Instant(seconds * 1_000))), wanted);
        }
    }

    #[test]
    fn a_code_is_good_for_a_step_before_and_after_and_only_once() {
        let now = Instant(1_111_111_109_000);
        let own = code(SECRET, step(now));
        let used = matching(SECRET, own, now, 0).unwrap();
        assert_eq!(used, step(now));
        assert_eq!(matching(SECRET, own, now, used), None, "used");
        assert!(matching(SECRET, own, now.plus_ms(30_000), 0).is_some());
        assert!(matching(SECRET, own, now.plus_ms(-30_000), 0).is_some());
        assert_eq!(matching(SECRET, own, now.plus_ms(90_000), 0), None);
        assert_eq!(matching(SECRET, (own + 1) % 1_000_000, now, 0), None);
    }

    #[test]
    fn six_digits_are_read_with_blanks() {
        assert_eq!(parse(" 081 804 "), Some(81_804));
        for bad in ["81804", "0818044", "08180a", "", "-81804"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
