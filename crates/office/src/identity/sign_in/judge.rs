//! What an attempt to sign in comes to.

use super::of;
use crate::identity::factor::Typed;
use civic::attempts;
use civic::id::AccountId;
use civic::refusal::Refusal;
use civic::time::{Instant, MINUTE_MS};
use std::net::IpAddr;
use store::account::Account;
use store::driver::Conn;
use store::lane::Failure;
use store::sign_in::outcome;

/// When accounts are locked, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lock {
    pub(super) failures: i64,
    pub(super) minutes: i64,
}

/// What somebody brought to the door.
pub(super) struct Brought {
    pub(super) account: AccountId,
    /// Whether the password is that of `secret`.
    pub(super) right: bool,
    pub(super) secret: Option<String>,
    /// Whether the address is allowed.
    pub(super) admitted: bool,
    pub(super) code: Option<Typed>,
}

/// What an attempt came to, decided in the transaction that writes it down.
pub(super) enum Verdict {
    In(Box<Account>),
    Wrong,
    /// Locked before; the attempt was not looked at.
    Locked(Instant),
    /// The failure one too many: how it failed.
    Locks(Instant, &'static str),
    Disabled,
    Outside,
    Asked,
    WrongCode,
}

impl Verdict {
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::In(_) => outcome::OK,
            Self::Wrong => outcome::WRONG,
            Self::Locked(_) => outcome::LOCKED,
            Self::Locks(_, failed) => failed,
            Self::Disabled => outcome::DISABLED,
            Self::Outside => outcome::NETWORK,
            Self::Asked => outcome::ASKED,
            Self::WrongCode => outcome::CODE,
        }
    }
}

pub(super) fn wrong(lock: Lock) -> Refusal {
    Refusal::Denied(format!(
        "登录名或密码不正确，请核对后重试；连续输错 {} 次将锁定 {} 分钟",
        lock.failures, lock.minutes
    ))
}

pub(super) fn locked(until: Instant, now: Instant) -> Refusal {
    let minutes = (until.ms_since(now) + MINUTE_MS - 1)
        .div_euclid(MINUTE_MS)
        .max(1);
    Refusal::Denied(format!(
        "连续输错次数过多，这个账号在当前网络已锁定，请 {minutes} 分钟后再试，或请安全管理员解锁"
    ))
}

/// Days for which a network counts as one the account is used from.
const USED_DAYS: i64 = 90;

/// Whether the account signed in from this network before: its owner is not slowed by strangers.
pub(super) fn used_from(
    conn: &mut Conn,
    account: Option<&Account>,
    from: &str,
    now: Instant,
) -> store::driver::Result<bool> {
    let Some(account) = account else {
        return Ok(false);
    };
    let since = now.plus_hours(-24 * USED_DAYS);
    let known = store::session::addresses(conn, account.id, since)?;
    let from: Option<IpAddr> = from.parse().ok();
    Ok(from.is_some()
        && known
            .iter()
            .any(|address| attempts::same_network(address.parse().ok(), from)))
}

/// Judges an attempt by the account as it is now: another attempt may have locked it meanwhile, and
/// the password may have been changed since it was compared. Failures are forgotten only when
/// everything was right, so that who has the password cannot try codes without end.
pub(super) fn judge(
    conn: &mut Conn,
    login: &str,
    from: Option<IpAddr>,
    brought: &Brought,
    lock: Lock,
    now: Instant,
) -> std::result::Result<Verdict, Failure> {
    let tries = store::sign_in::tries(conn, login, now.plus_minutes(-lock.minutes))?;
    let locked = attempts::locked(&tries, from, lock.failures, lock.minutes);
    if let Some(until) = locked.filter(|until| now < *until) {
        return Ok(Verdict::Locked(until));
    }
    let failed = |conn: &mut Conn, account: Option<&Account>, verdict: Verdict| {
        let failures = attempts::failures(&tries, from).0 + 1;
        if failures < lock.failures {
            return Ok(verdict);
        }
        if let Some(account) = account {
            let detail = format!(
                "连续 {failures} 次密码或动态码错误，对这个网络锁定 {} 分钟",
                lock.minutes
            );
            store::audit::append(conn, &of(account, now, "lock_account", detail))?;
        }
        let until = now.plus_minutes(lock.minutes);
        Ok(Verdict::Locks(until, verdict.outcome()))
    };
    // A login that nobody has is answered, counted and locked like any other.
    let Some(account) = store::account::by_id(conn, brought.account)? else {
        return failed(conn, None, Verdict::Wrong);
    };
    if let Some(until) = account.locked_until.filter(|until| now < *until) {
        return Ok(Verdict::Locked(until));
    }
    if !brought.right || brought.secret.as_deref() != Some(account.secret.as_str()) {
        return failed(conn, Some(&account), Verdict::Wrong);
    }
    if account.disabled_at.is_some() {
        return Ok(Verdict::Disabled);
    }
    if !brought.admitted {
        return Ok(Verdict::Outside);
    }
    let credential = store::credential::of(conn, account.id)?;
    if let Some(credential) = credential.filter(|c| c.factor_at.is_some()) {
        let Some(code) = &brought.code else {
            return Ok(Verdict::Asked);
        };
        if !code.opens(conn, account.id, &credential, now)? {
            return failed(conn, Some(&account), Verdict::WrongCode);
        }
    }
    if account.failures > 0 || account.locked_until.is_some() {
        store::account::set_failures(conn, account.id, 0, None)?;
    }
    Ok(Verdict::In(Box::new(account)))
}

/// Counts a failure of somebody who is signed in; the one too many locks the account.
pub(super) fn fail(
    conn: &mut Conn,
    account: &Account,
    lock: Lock,
    now: Instant,
) -> std::result::Result<Verdict, Failure> {
    // A lock that has run out begins a new count.
    let failures = if account.locked_until.is_some() {
        1
    } else {
        account.failures + 1
    };
    if failures < lock.failures {
        store::account::set_failures(conn, account.id, failures, None)?;
        return Ok(Verdict::Wrong);
    }
    let until = now.plus_minutes(lock.minutes);
    store::account::set_failures(conn, account.id, failures, Some(until))?;
    let detail = format!(
        "连续 {failures} 次密码或动态码错误，锁定 {} 分钟",
        lock.minutes
    );
    store::audit::append(conn, &of(account, now, "lock_account", detail))?;
    Ok(Verdict::Locked(until))
}
