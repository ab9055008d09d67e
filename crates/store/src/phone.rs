//! Signing in by a code on the telephone: codes in flight, how often they were asked for, whose number
//! it is, and what people consented to. Numbers are keyed digests.

use civic::id::AccountId;
use civic::time::Instant;

use crate::driver::{Conn, Result, Row};

/// A code in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneCode {
    /// Keyed digest of the number.
    pub number: [u8; 32],
    /// Keyed digest of the code.
    pub code: Vec<u8>,
    /// Wrong codes so far.
    pub tries: i64,
    /// Not taken from then on.
    pub until: Instant,
}

/// Keeps a code in the place of the one before, and forgets those whose time is over.
pub fn put_code(conn: &mut Conn, code: &PhoneCode, now: Instant) -> Result<()> {
    conn.exec(
        "DELETE FROM phone_code WHERE number = $1 OR until <= $2",
        &[code.number.into(), now.0.into()],
    )?;
    conn.exec(
        "INSERT INTO phone_code (number, code, tries, until) VALUES ($1, $2, $3, $4)",
        &[
            code.number.into(),
            code.code.clone().into(),
            code.tries.into(),
            code.until.0.into(),
        ],
    )?;
    Ok(())
}

/// The code of a number that still counts.
pub fn code(conn: &mut Conn, number: [u8; 32], now: Instant) -> Result<Option<PhoneCode>> {
    let sql = "SELECT code, tries, until FROM phone_code WHERE number = $1 AND until > $2";
    let row = conn.query_opt(sql, &[number.into(), now.0.into()])?;
    let read = |row: Row| {
        Ok(PhoneCode {
            number,
            code: row.bytes(0)?.to_vec(),
            tries: row.int(1)?,
            until: Instant(row.int(2)?),
        })
    };
    row.map(read).transpose()
}

/// Counts a wrong code.
pub fn count_try(conn: &mut Conn, number: [u8; 32]) -> Result<()> {
    let sql = "UPDATE phone_code SET tries = tries + 1 WHERE number = $1";
    conn.exec(sql, &[number.into()])?;
    Ok(())
}

/// Uses a code up.
pub fn drop_code(conn: &mut Conn, number: [u8; 32]) -> Result<()> {
    let sql = "DELETE FROM phone_code WHERE number = $1";
    conn.exec(sql, &[number.into()])?;
    Ok(())
}

/// Codes that were asked for since a moment, for a number or from an address, by its digest.
pub fn asked(conn: &mut Conn, who: [u8; 32], since: Instant) -> Result<i64> {
    conn.query_one(
        "SELECT count(*) FROM phone_asked WHERE who = $1 AND at > $2",
        &[who.into(), since.0.into()],
    )?
    .int(0)
}

/// Writes down who asked for a code, and forgets what is older than `since`.
pub fn note_asked(conn: &mut Conn, who: [u8; 32], at: Instant, since: Instant) -> Result<()> {
    conn.exec("DELETE FROM phone_asked WHERE at <= $1", &[since.0.into()])?;
    conn.exec(
        "INSERT INTO phone_asked (who, at) VALUES ($1, $2)",
        &[who.into(), at.0.into()],
    )?;
    Ok(())
}

/// The account of a number.
pub fn account_of(conn: &mut Conn, number: [u8; 32]) -> Result<Option<AccountId>> {
    let sql = "SELECT account FROM phone WHERE number = $1";
    let row = conn.query_opt(sql, &[number.into()])?;
    row.map(|row| row.int(0).map(AccountId)).transpose()
}

/// Remembers whose number it is. A number that is taken fails the set with a unique constraint.
pub fn put_phone(
    conn: &mut Conn,
    number: [u8; 32],
    account: AccountId,
    sealed: Vec<u8>,
    at: Instant,
) -> Result<()> {
    conn.exec(
        "INSERT INTO phone (number, account, sealed, at) VALUES ($1, $2, $3, $4)",
        &[number.into(), account.0.into(), sealed.into(), at.0.into()],
    )?;
    Ok(())
}

/// Remembers that somebody consented to a version of the text; the first time counts.
pub fn consent(conn: &mut Conn, account: AccountId, version: &str, at: Instant) -> Result<()> {
    conn.exec(
        "INSERT INTO consent (account, version, at) VALUES ($1, $2, $3) \
         ON CONFLICT (account, version) DO NOTHING",
        &[account.0.into(), version.into(), at.0.into()],
    )?;
    Ok(())
}

/// What somebody consented to, and when, in the order of versions.
pub fn consents_of(conn: &mut Conn, account: AccountId) -> Result<Vec<(String, Instant)>> {
    let sql = "SELECT version, at FROM consent WHERE account = $1 ORDER BY version";
    conn.query(sql, &[account.0.into()])?
        .iter()
        .map(|row| Ok((row.string(0)?, Instant(row.int(1)?))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn a_code_is_kept_counted_and_used_up(conn: &mut Conn) {
            prepare(conn);
            let new = PhoneCode { number: [1; 32], code: vec![7], tries: 0, until: Instant(100) };
            put_code(conn, &PhoneCode { code: vec![6], ..new.clone() }, Instant(0)).unwrap();
            put_code(conn, &new, Instant(0)).unwrap();
            count_try(conn, [1; 32]).unwrap();
            assert_eq!(code(conn, [1; 32], Instant(99)).unwrap(), Some(PhoneCode { tries: 1, ..new.clone() }));
            assert_eq!(code(conn, [1; 32], Instant(100)).unwrap(), None);
            assert_eq!(code(conn, [2; 32], Instant(99)).unwrap(), None);
            drop_code(conn, [1; 32]).unwrap();
            assert_eq!(code(conn, [1; 32], Instant(99)).unwrap(), None);
        }

        fn askings_are_counted_within_their_time_and_then_forgotten(conn: &mut Conn) {
            prepare(conn);
            for at in [10, 20, 30] { note_asked(conn, [1; 32], Instant(at), Instant(0)).unwrap(); }
            note_asked(conn, [2; 32], Instant(40), Instant(10)).unwrap();
            assert_eq!(asked(conn, [1; 32], Instant(0)).unwrap(), 2);
            assert_eq!(asked(conn, [1; 32], Instant(20)).unwrap(), 1);
            assert_eq!(asked(conn, [2; 32], Instant(0)).unwrap(), 1);
        }

        fn a_number_is_of_one_account_and_the_first_consent_counts(conn: &mut Conn) {
            prepare(conn);
            put_phone(conn, [1; 32], AccountId(7), vec![1], Instant(5)).unwrap();
            assert!(put_phone(conn, [1; 32], AccountId(8), vec![1], Instant(5)).is_err());
            assert_eq!(account_of(conn, [1; 32]).unwrap(), Some(AccountId(7)));
            assert_eq!(account_of(conn, [2; 32]).unwrap(), None);
            for (version, at) in [("1", 5), ("1", 9), ("2", 9)] {
                consent(conn, AccountId(7), version, Instant(at)).unwrap();
            }
            let of = consents_of(conn, AccountId(7)).unwrap();
            assert_eq!(of, [("1".to_owned(), Instant(5)), ("2".to_owned(), Instant(9))]);
        }
    }
}
