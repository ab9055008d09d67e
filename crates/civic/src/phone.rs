//! Signing in by a code that is sent to a mobile telephone: what is a number, how many codes there are
//! and how long they live, and what people consent to.

/// Digits of a code.
pub const CODE_DIGITS: usize = 6;
/// Minutes for which a code counts.
pub const CODE_MINUTES: i64 = 5;
/// Wrong codes after which the right one does not count any more.
pub const CODE_TRIES_MAX: i64 = 5;
/// Codes for one number in an hour.
pub const NUMBER_HOURLY_MAX: i64 = 5;
/// Codes from one address in an hour. A whole estate may share an address.
pub const ADDRESS_HOURLY_MAX: i64 = 30;

/// The version of [`CONSENT`]: a new text gets a new one, and is consented to anew.
pub const CONSENT_VERSION: &str = "2026-11";
/// What somebody who signs in by telephone agrees to.
pub const CONSENT: &str = "本平台只用您的手机号登录、与您联系您反映的事；号码加密保存，不用于其他用途，不要求实名。您可以随时不登录，凭编号和查询码办理。";

/// A mobile number of the mainland in eleven digits, however it was typed: with blanks, hyphens or the
/// code of the country.
#[must_use]
pub fn number(text: &str) -> Option<String> {
    let settled: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    let rest = settled.strip_prefix("+86").unwrap_or(&settled);
    let mobile = rest.len() == 11
        && rest.bytes().all(|b| b.is_ascii_digit())
        && rest.starts_with('1')
        && matches!(rest.as_bytes().get(1), Some(b'3'..=b'9'));
    mobile.then(|| rest.to_owned())
}

/// A code out of a random number.
#[must_use]
pub fn code(random: u32) -> String {
    format!("{:06}", random % 1_000_000)
}

/// Whether one more code may be sent, after so many in the last hour.
#[must_use]
pub fn may_ask(of_number: i64, from_address: i64) -> bool {
    of_number < NUMBER_HOURLY_MAX && from_address < ADDRESS_HOURLY_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_is_read_however_it_was_typed() {
        for good in [
            "13905941234",
            "139 0594 1234",
            "+86 139-0594-1234",
            " 13905941234 ",
        ] {
            assert_eq!(number(good).as_deref(), Some("13905941234"), "{good}");
        }
        for bad in [
            "",
            "1390594123",
            "12905941234",
            "139059412345",
            "0594-2266110",
            "1390594123a",
            "１3905941234",
            "+1 3905941234",
        ] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn codes_have_six_digits_and_are_not_sent_without_end() {
        assert_eq!(code(7), "000007");
        assert_eq!(code(4_294_967_295).len(), CODE_DIGITS);
        assert!(may_ask(NUMBER_HOURLY_MAX - 1, ADDRESS_HOURLY_MAX - 1));
        assert!(!may_ask(NUMBER_HOURLY_MAX, 0));
        assert!(!may_ask(0, ADDRESS_HOURLY_MAX));
    }
}
