//! The log of sign-ins: every attempt with its outcome. Attempts per address are counted from it.

use civic::attempts::{Came, Try};
use civic::id::AccountId;
use civic::time::Instant;

use crate::driver::{Conn, Result, Value};

/// Codes of outcomes.
pub mod outcome {
    /// Signed in.
    pub const OK: &str = "ok";
    /// No such login, or a wrong password.
    pub const WRONG: &str = "wrong";
    /// The account is locked after failures.
    pub const LOCKED: &str = "locked";
    /// The account is disabled.
    pub const DISABLED: &str = "disabled";
    /// Too many failures from one address.
    pub const THROTTLED: &str = "throttled";
    /// The password was right, the one-time code was asked for.
    pub const ASKED: &str = "asked";
    /// The password was right, the one-time code was wrong.
    pub const CODE: &str = "code";
    /// The address is not among those allowed.
    pub const NETWORK: &str = "network";
    /// A security administrator lifted the locks of the login.
    pub const LIFTED: &str = "lifted";
    /// What an identity provider said did not hold.
    pub const PROOF: &str = "proof";
    /// The identity provider knows the person, and no account is bound to the identity.
    pub const UNBOUND: &str = "unbound";
    /// All codes with their words.
    pub const ALL: &[(&str, &str)] = &[
        (OK, "成功"),
        (WRONG, "登录名或密码错误"),
        (LOCKED, "账号已锁定"),
        (DISABLED, "账号已停用"),
        (THROTTLED, "网络地址尝试过多"),
        (ASKED, "等待动态码"),
        (CODE, "动态码错误"),
        (NETWORK, "网络不在允许范围"),
        (LIFTED, "管理员解锁"),
        (PROOF, "统一认证未通过"),
        (UNBOUND, "身份未绑定账号"),
    ];
}

/// One attempt. A login that nobody has may be a mistyped password: callers cut it short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Instant,
    /// What was typed as login.
    pub login: String,
    /// The account of that login.
    pub account: Option<AccountId>,
    /// From where.
    pub address: String,
    /// How it ended: see [`outcome`].
    pub outcome: &'static str,
}

/// Writes an attempt down.
pub fn insert(conn: &mut Conn, attempt: &Attempt) -> Result<()> {
    let id = crate::fresh_id(conn, "sign_in", attempt.at)?;
    conn.exec(
        "INSERT INTO sign_in (id, at, login, account, address, outcome) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            id.into(),
            attempt.at.0.into(),
            (&attempt.login).into(),
            attempt.account.map(|a| a.0).into(),
            (&attempt.address).into(),
            attempt.outcome.into(),
        ],
    )?;
    Ok(())
}

/// An attempt as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Own id, in the order of time.
    pub id: i64,
    /// When.
    pub at: Instant,
    /// What was typed as login.
    pub login: String,
    /// The account of that login.
    pub account: Option<AccountId>,
    /// From where.
    pub address: String,
    /// How it ended.
    pub outcome: String,
}

/// Which attempts are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of this account.
    pub account: Option<AccountId>,
    /// With exactly this login.
    pub login: Option<String>,
    /// From exactly this address.
    pub address: Option<String>,
    /// With this outcome.
    pub outcome: Option<String>,
    /// Not before.
    pub from: Option<Instant>,
    /// Before.
    pub to: Option<Instant>,
}

/// One page, newest first, of attempts before the id `before`.
pub fn page(
    conn: &mut Conn,
    wanted: &Wanted,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Kept>> {
    let conditions: [(&str, Option<Value>); 6] = [
        ("account =", wanted.account.map(|id| id.0.into())),
        ("login =", wanted.login.as_ref().map(Into::into)),
        ("address =", wanted.address.as_ref().map(Into::into)),
        ("outcome =", wanted.outcome.as_ref().map(Into::into)),
        ("at >=", wanted.from.map(|at| at.0.into())),
        ("at <", wanted.to.map(|at| at.0.into())),
    ];
    let select = "SELECT id, at, login, account, address, outcome FROM sign_in WHERE";
    let rows = crate::rows::log_page(conn, select, "id", conditions, before, limit)?;
    let kept = rows.iter().map(|row| {
        Ok(Kept {
            id: row.int(0)?,
            at: Instant(row.int(1)?),
            login: row.string(2)?,
            account: row.opt_int(3)?.map(AccountId),
            address: row.string(4)?,
            outcome: row.string(5)?,
        })
    });
    kept.collect()
}

/// Wrong logins, passwords or proofs from an address since a moment.
pub fn failures_from(conn: &mut Conn, address: &str, since: Instant) -> Result<i64> {
    conn.query_one(
        "SELECT count(*) FROM sign_in WHERE address = $1 AND at >= $2 AND outcome IN ($3, $4)",
        &[
            address.into(),
            since.0.into(),
            outcome::WRONG.into(),
            outcome::PROOF.into(),
        ],
    )?
    .int(0)
}

/// Most attempts on one login that are looked at.
const TRIES_MAX: i64 = 500;

/// The attempts on a login after a moment, newest first.
pub fn tries(conn: &mut Conn, login: &str, after: Instant) -> Result<Vec<Try>> {
    let sql = "SELECT address, at, outcome FROM sign_in WHERE login = $1 AND at > $2 \
               ORDER BY id DESC LIMIT $3";
    let rows = conn.query(sql, &[login.into(), after.0.into(), TRIES_MAX.into()])?;
    let read = |row: &crate::driver::Row| {
        Ok(Try {
            address: row.text(0)?.parse().ok(),
            at: Instant(row.int(1)?),
            came: match row.text(2)? {
                outcome::OK => Came::In,
                outcome::WRONG | outcome::CODE => Came::Failed,
                outcome::LIFTED => Came::Lifted,
                _ => Came::Other,
            },
        })
    };
    rows.iter().map(read).collect()
}

/// The newest good sign-in of an account before a moment: time and address, to be shown to its owner.
pub fn last_good(
    conn: &mut Conn,
    account: AccountId,
    before: Instant,
) -> Result<Option<(Instant, String)>> {
    let row = conn.query_opt(
        "SELECT created_at, address FROM session WHERE account = $1 AND created_at < $2 \
         ORDER BY created_at DESC LIMIT 1",
        &[account.0.into(), before.0.into()],
    )?;
    row.map(|row| Ok((Instant(row.int(0)?), row.string(1)?)))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn attempts_are_paged_from_the_newest_and_filtered(conn: &mut Conn) {
            prepare(conn);
            for (at, login, address, outcome) in [
                (10, "chen", "a", outcome::OK), (20, "lin", "a", outcome::WRONG), (30, "chen", "b", outcome::WRONG),
            ] {
                let account = (login == "chen").then_some(AccountId(7));
                insert(conn, &Attempt { at: Instant(at), login: login.into(), account, address: address.into(), outcome }).unwrap();
            }
            let times = |conn: &mut Conn, wanted: Wanted| -> Vec<i64> {
                page(conn, &wanted, None, 10).unwrap().into_iter().map(|k| k.at.0).collect()
            };
            assert_eq!(times(conn, Wanted::default()), [30, 20, 10]);
            assert_eq!(times(conn, Wanted { account: Some(AccountId(7)), ..Wanted::default() }), [30, 10]);
            assert_eq!(times(conn, Wanted { login: Some("lin".into()), ..Wanted::default() }), [20]);
            assert_eq!(times(conn, Wanted { address: Some("a".into()), outcome: Some("ok".into()), ..Wanted::default() }), [10]);
            assert_eq!(times(conn, Wanted { from: Some(Instant(20)), to: Some(Instant(30)), ..Wanted::default() }), [20]);
            let first = page(conn, &Wanted::default(), None, 1).unwrap();
            assert_eq!(page(conn, &Wanted::default(), Some(first[0].id), 10).unwrap().len(), 2);
        }

        fn failures_are_counted_per_address_and_time(conn: &mut Conn) {
            prepare(conn);
            let attempt = |at: i64, address: &str, outcome: &'static str| Attempt {
                at: Instant(at), login: "chen".into(), account: None, address: address.into(), outcome,
            };
            for a in [
                attempt(10, "a", outcome::WRONG), attempt(20, "a", outcome::WRONG),
                attempt(30, "a", outcome::OK), attempt(30, "b", outcome::WRONG),
            ] {
                insert(conn, &a).unwrap();
            }
            assert_eq!(failures_from(conn, "a", Instant(0)).unwrap(), 2);
            assert_eq!(failures_from(conn, "a", Instant(11)).unwrap(), 1);
            assert_eq!(failures_from(conn, "c", Instant(0)).unwrap(), 0);
        }
    }
}
