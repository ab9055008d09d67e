//! Signing in: every attempt is written down; failures lock the account for a while and slow their
//! address down; whether a login exists cannot be told from the answer or from its time.

mod judge;

use super::me::Me;
use super::session::outside;
use super::{digest, fresh_secret, password};
use crate::{Office, Result};
use civic::attempts;
use civic::id::AccountId;
use civic::limits::LOCK_MINUTES;
use civic::parameter;
use civic::parameter::code::{FAILURES_MAX, SESSIONS_MAX};
use civic::refusal::{Hold, Refusal};
use civic::time::Instant;
use judge::{Brought, Lock, Verdict, fail, judge, locked, used_from, wrong};
use std::net::Ipv4Addr;
use store::account::{Account, AccountKind};
use store::audit::Entry;
use store::credential::Credential;
use store::session::Session;
use store::sign_in::{Attempt, outcome};

/// Wrong attempts from one address within [`LOCK_MINUTES`] after which it has to wait. A whole
/// office may share an address, so this is far above what one person mistypes.
const ADDRESS_FAILURES_MAX: i64 = 100;
/// Characters kept of a login that nobody has, an address and a browser's name.
const KEPT_CHARS: usize = 64;

/// The answer to a good sign-in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session token, for the cookie; it is kept nowhere.
    pub token: String,
    /// The person.
    pub me: Me,
}

/// Somebody at the door, however they say who they are.
pub(super) struct Arrival {
    /// The account that they say is theirs, where it can be signed in to.
    pub(super) account: Option<Account>,
    /// Its credentials.
    pub(super) credential: Option<Credential>,
    /// Whether they proved it: by the password, or by somebody who is believed.
    pub(super) right: bool,
    /// Code of the second factor.
    pub(super) code: Option<String>,
    /// What is written down, but for its outcome.
    pub(super) attempt: Attempt,
    /// What the browser calls itself.
    pub(super) agent: String,
}

/// A login as it is compared and kept: trimmed, in lower case.
pub(super) fn settled_login(login: &str) -> String {
    cut(login.trim().to_lowercase().as_str())
}

/// A text that somebody sent, short enough to be kept.
pub(super) fn cut(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(KEPT_CHARS)
        .collect()
}

impl Office {
    /// Signs somebody in with login and password.
    ///
    /// # Errors
    /// As [`Office::sign_in_with`].
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        address: &str,
        agent: &str,
    ) -> Result<SignedIn> {
        self.sign_in_with(login, password, None, address, agent)
            .await
    }

    /// Signs somebody in, with a one-time or recovery code where a second factor is enrolled.
    ///
    /// # Errors
    /// `Denied` for a wrong login or password (one sentence for both), a wrong code, a locked or a
    /// disabled account, an address outside of the allowed networks; `Held` when the code is missing;
    /// `Busy` when the address has to wait.
    pub async fn sign_in_with(
        &self,
        login: &str,
        password: &str,
        code: Option<&str>,
        address: &str,
        agent: &str,
    ) -> Result<SignedIn> {
        let (login, address, agent) = (settled_login(login), cut(address), cut(agent));
        let (now, lock) = (self.now(), self.lock_rule());
        let (asked, from) = (login.clone(), address.clone());
        let attempt = Attempt {
            at: now,
            login,
            account: None,
            address,
            outcome: outcome::THROTTLED,
        };
        self.slow_address(&attempt).await?;
        let (account, credential, slowed) = self
            .read(move |conn| {
                let account = store::account::by_login(conn, &asked)?;
                let credential = match &account {
                    Some(account) => store::credential::of(conn, account.id)?,
                    None => None,
                };
                let tries = store::sign_in::tries(conn, &asked, now.plus_minutes(-lock.minutes))?;
                let slowed = match attempts::slowed(&tries, lock.failures, now) {
                    Some(_) if used_from(conn, account.as_ref(), &from, now)? => None,
                    slowed => slowed,
                };
                Ok((account, credential, slowed))
            })
            .await?;
        let attempt = Attempt {
            account: account.as_ref().map(|a| a.id),
            ..attempt
        };
        if slowed.is_some() {
            self.write(move |conn| Ok(store::sign_in::insert(conn, &attempt)?))
                .await?;
            let text = "这个账号正被频繁尝试登录，请等几秒再试；在常用的网络登录不受影响";
            return Err(Refusal::Busy(text.into()).into());
        }
        let usable = account.filter(|a| a.kind != AccountKind::Service);
        let right = password::verify_async(
            password.to_owned(),
            usable.as_ref().map(|a| a.secret.clone()),
        )
        .await;
        self.judge_arrival(Arrival {
            account: usable,
            credential,
            right,
            code: code.map(str::to_owned),
            attempt,
            agent,
        })
        .await
    }

    /// Makes an address wait from which too much failed.
    ///
    /// # Errors
    /// `Busy`, which is written down.
    pub(super) async fn slow_address(&self, attempt: &Attempt) -> Result<()> {
        let since = attempt.at.plus_minutes(-LOCK_MINUTES);
        let from = attempt.address.clone();
        let failures = self
            .read(move |conn| store::sign_in::failures_from(conn, &from, since))
            .await?;
        if failures < ADDRESS_FAILURES_MAX {
            return Ok(());
        }
        let attempt = Attempt {
            outcome: outcome::THROTTLED,
            ..attempt.clone()
        };
        self.write(move |conn| Ok(store::sign_in::insert(conn, &attempt)?))
            .await?;
        Err(Refusal::Busy(format!(
            "这个网络地址的登录失败次数过多，请 {LOCK_MINUTES} 分钟后再试"
        ))
        .into())
    }

    /// Judges somebody at the door, writes the attempt down and lets who may come in.
    ///
    /// # Errors
    /// As [`Office::sign_in_with`].
    pub(super) async fn judge_arrival(&self, arrival: Arrival) -> Result<SignedIn> {
        let Arrival {
            account: usable,
            credential,
            right,
            code,
            attempt,
            agent,
        } = arrival;
        let (now, lock, address) = (attempt.at, self.lock_rule(), attempt.address.clone());
        let token = fresh_secret();
        let id = usable.as_ref().map_or(AccountId(0), |a| a.id);
        let roles = self.roles_of(id);
        let parameters = self.parameters();
        let brought = Brought {
            account: id,
            right,
            secret: usable.map(|a| a.secret),
            // An address that is none comes from nowhere.
            admitted: parameters.admits(
                id,
                &roles,
                address.parse().unwrap_or(Ipv4Addr::UNSPECIFIED.into()),
            ),
            code: code
                .as_deref()
                .filter(|code| !code.trim().is_empty())
                .map(|code| {
                    let sealed = credential.as_ref().and_then(|c| c.factor.as_deref());
                    self.typed(id, sealed, code)
                }),
        };
        let session = Session {
            token: digest(&token),
            account: id,
            created_at: now,
            seen_at: now,
            address,
            agent,
            ended_at: None,
        };
        let begun = session.clone();
        let sessions_max = usize::try_from(parameters.least(SESSIONS_MAX, &roles)).unwrap_or(1);
        let (verdict, ended) = self
            .write(move |conn| {
                let from = attempt.address.parse().ok();
                let verdict = judge(conn, &attempt.login, from, &brought, lock, now)?;
                let outcome = verdict.outcome();
                store::sign_in::insert(conn, &Attempt { outcome, ..attempt })?;
                let mut ended = Vec::new();
                if let Verdict::In(account) = &verdict {
                    let open = store::session::open_of(conn, account.id, Instant(0))?;
                    for old in open.iter().skip(sessions_max.max(1) - 1) {
                        store::session::end(conn, old.token, now)?;
                        ended.push(old.token);
                    }
                    store::session::insert(conn, &session)?;
                    let detail = format!("地址 {}", session.address);
                    store::audit::append(conn, &of(account, now, "sign_in", detail))?;
                }
                Ok((verdict, ended))
            })
            .await?;
        for token in ended {
            self.sessions.forget(token);
        }
        match verdict {
            Verdict::In(account) => {
                let known = self.known_session(&begun, &account, credential.as_ref());
                let hold = known.hold;
                self.sessions.put(begun.token, known);
                let actor = self.actor(account.id, account.name.clone());
                Ok(SignedIn {
                    token,
                    me: self.me_of(&actor, &account, hold).await?,
                })
            }
            Verdict::Wrong => Err(wrong(lock).into()),
            Verdict::Locked(until) | Verdict::Locks(until, _) => Err(locked(until, now).into()),
            Verdict::Disabled => {
                Err(Refusal::Denied("这个账号已停用，如需恢复请联系安全管理员".into()).into())
            }
            Verdict::Outside => Err(Refusal::Denied(outside(&begun.address)).into()),
            Verdict::Asked => Err(Hold::Code.refusal().into()),
            Verdict::WrongCode => Err(Refusal::Denied(format!(
                "动态码不正确或已经用过，请等下一个 6 位数字再试；连续输错 {} 次将锁定 {} 分钟",
                lock.failures, lock.minutes
            ))
            .into()),
        }
    }

    /// The answer to somebody whose session was just made.
    pub(super) async fn let_in(
        &self,
        account: Account,
        session: &Session,
        token: String,
    ) -> Result<SignedIn> {
        let known = self.known_session(session, &account, None);
        let hold = known.hold;
        self.sessions.put(session.token, known);
        let actor = self.actor(account.id, account.name.clone());
        Ok(SignedIn {
            token,
            me: self.me_of(&actor, &account, hold).await?,
        })
    }

    /// Whether a sentence is that for a wrong login or password: other ways in have words of their own.
    pub(super) fn says_wrong(&self, sentence: &str) -> bool {
        wrong(self.lock_rule()) == Refusal::Denied(sentence.to_owned())
    }

    /// Failures that lock a login for a network, and for how many minutes.
    pub(super) fn lock_after(&self) -> (i64, i64) {
        let lock = self.lock_rule();
        (lock.failures, lock.minutes)
    }

    /// When accounts are locked, and for how long.
    fn lock_rule(&self) -> Lock {
        let parameters = self.parameters();
        Lock {
            failures: parameters.number(FAILURES_MAX),
            minutes: parameters.number(parameter::code::LOCK_MINUTES),
        }
    }

    /// Counts a wrong password or code of somebody who is signed in like a failed sign-in.
    pub(super) async fn count_failure(&self, account: AccountId) -> Result<Refusal> {
        let (now, lock) = (self.now(), self.lock_rule());
        let verdict = self
            .write(move |conn| match store::account::by_id(conn, account)? {
                Some(account) => match account.locked_until.filter(|until| now < *until) {
                    Some(until) => Ok(Verdict::Locked(until)),
                    None => fail(conn, &account, lock, now),
                },
                None => Ok(Verdict::Wrong),
            })
            .await?;
        Ok(match verdict {
            Verdict::Locked(until) | Verdict::Locks(until, _) => locked(until, now),
            _ => Refusal::invalid("old_password", "wrong", "原密码不正确，请重新输入"),
        })
    }
}

/// The line of the log by which the locks of a login end.
pub(super) fn lifted(account: &Account, at: Instant) -> Attempt {
    Attempt {
        at,
        login: account.login.clone(),
        account: Some(account.id),
        address: String::new(),
        outcome: outcome::LIFTED,
    }
}

fn of(account: &Account, at: Instant, action: &str, detail: String) -> Entry {
    Entry {
        at,
        account: account.id,
        name: account.name.clone(),
        action: action.into(),
        object: format!("account:{}", account.id),
        detail,
    }
}
