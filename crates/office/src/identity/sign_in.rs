//! Signing in: every attempt is written down; failures lock the account for a while and slow their
//! address down; whether a login exists cannot be told from the answer or from its time.

use super::factor::Typed;
use super::session::outside;
use super::{digest, fresh_secret, password};
use crate::{Office, Result, page};
use civic::area::Level;
use civic::attempts;
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, OrgId, PostId};
use civic::limits::LOCK_MINUTES;
use civic::parameter;
use civic::parameter::code::{FAILURES_MAX, SESSIONS_MAX};
use civic::post::{Role, Seat};
use civic::refusal::{Hold, Refusal};
use civic::rights::{self, Verb};
use civic::time::{Instant, MINUTE_MS};
use std::net::{IpAddr, Ipv4Addr};
use store::account::{Account, AccountKind};
use store::audit::Entry;
use store::driver::Conn;
use store::lane::Failure;
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

/// One post as its holder sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct MePost {
    /// Own id.
    pub id: PostId,
    /// The role.
    pub role: Role,
    /// `九龙小区网格长`.
    pub title: String,
    /// The area of the post: id, level, name and full name.
    pub area: Option<(AreaId, Level, String, String)>,
    /// The organisation of the post: id and name.
    pub org: Option<(OrgId, String)>,
}

/// The person who is signed in.
#[derive(Debug, Clone, PartialEq)]
pub struct Me {
    /// The account.
    pub account: AccountId,
    /// Name.
    pub name: String,
    /// Login.
    pub login: String,
    /// Posts held today.
    pub posts: Vec<MePost>,
    /// All that the posts allow, somewhere.
    pub verbs: Vec<Verb>,
    /// The area whose board or queue to show first.
    pub home: Option<AreaId>,
    /// Whether it is an account made for showing.
    pub demo: bool,
    /// Whether it is a resident, who works for nobody here.
    pub resident: bool,
    /// Unread messages, at most [`store::message::UNREAD_MAX`].
    pub unread: usize,
    /// What has to be done before anything else.
    pub hold: Option<Hold>,
    /// Server time.
    pub now: Instant,
}

/// An attempt to sign in as the audit administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInRow {
    /// The attempt.
    pub kept: store::sign_in::Kept,
    /// Name of the account; none where nobody has this login.
    pub name: Option<String>,
}

/// The outcomes of the log of sign-ins.
pub struct SignInOutcome;

impl SignInOutcome {
    /// All codes with their words.
    pub const ALL: &'static [(&'static str, &'static str)] = outcome::ALL;

    /// The word of a code.
    #[must_use]
    pub fn word(code: &str) -> &'static str {
        outcome::ALL
            .iter()
            .find(|(c, _)| *c == code)
            .map_or("其他", |(_, word)| word)
    }
    /// Whether there is such a code.
    #[must_use]
    pub fn exists(code: &str) -> bool {
        outcome::ALL.iter().any(|(c, _)| *c == code)
    }
}

/// When accounts are locked, and for how long.
#[derive(Debug, Clone, Copy)]
struct Lock {
    failures: i64,
    minutes: i64,
}

/// What somebody brought to the door.
struct Brought {
    account: AccountId,
    /// Whether the password is that of `secret`.
    right: bool,
    secret: Option<String>,
    /// Whether the address is allowed.
    admitted: bool,
    code: Option<Typed>,
}

/// What an attempt came to, decided in the transaction that writes it down.
enum Verdict {
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
    fn outcome(&self) -> &'static str {
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

fn wrong(lock: Lock) -> Refusal {
    Refusal::Denied(format!(
        "登录名或密码不正确，请核对后重试；连续输错 {} 次将锁定 {} 分钟",
        lock.failures, lock.minutes
    ))
}

fn locked(until: Instant, now: Instant) -> Refusal {
    let minutes = (until.ms_since(now) + MINUTE_MS - 1)
        .div_euclid(MINUTE_MS)
        .max(1);
    Refusal::Denied(format!(
        "连续输错次数过多，这个账号在当前网络已锁定，请 {minutes} 分钟后再试，或请安全管理员解锁"
    ))
}

/// A login as it is compared and kept: trimmed, in lower case.
pub(super) fn settled_login(login: &str) -> String {
    cut(login.trim().to_lowercase().as_str())
}

fn cut(text: &str) -> String {
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
        let since = now.plus_minutes(-LOCK_MINUTES);
        let (asked, from) = (login.clone(), address.clone());
        let (account, credential, failures, slowed) = self
            .read(move |conn| {
                let account = store::account::by_login(conn, &asked)?;
                let credential = match &account {
                    Some(account) => store::credential::of(conn, account.id)?,
                    None => None,
                };
                let failures = store::sign_in::failures_from(conn, &from, since)?;
                let tries = store::sign_in::tries(conn, &asked, now.plus_minutes(-lock.minutes))?;
                let slowed = match attempts::slowed(&tries, lock.failures, now) {
                    Some(_) if used_from(conn, account.as_ref(), &from, now)? => None,
                    slowed => slowed,
                };
                Ok((account, credential, failures, slowed))
            })
            .await?;
        let attempt = Attempt {
            at: now,
            login,
            account: account.as_ref().map(|a| a.id),
            address: address.clone(),
            outcome: outcome::THROTTLED,
        };
        if failures >= ADDRESS_FAILURES_MAX {
            self.write(move |conn| Ok(store::sign_in::insert(conn, &attempt)?))
                .await?;
            return Err(Refusal::Busy(format!(
                "这个网络地址的登录失败次数过多，请 {LOCK_MINUTES} 分钟后再试"
            ))
            .into());
        }
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
            code: code.filter(|code| !code.trim().is_empty()).map(|code| {
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

    /// The person who is signed in.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn me(&self, actor: &Actor, hold: Option<Hold>) -> Result<Me> {
        let id = actor.account;
        let account = self
            .read(move |conn| store::account::by_id(conn, id))
            .await?;
        let account = account.ok_or_else(|| Refusal::unknown("账号"))?;
        self.me_of(actor, &account, hold).await
    }

    async fn me_of(&self, actor: &Actor, account: &Account, hold: Option<Hold>) -> Result<Me> {
        let unread = self.unread_messages(actor).await?;
        let world = self.world();
        let (directory, tree) = (world.directory(), world.tree());
        let post = |post: &civic::post::Post| {
            let (area, org) = match post.seat {
                Seat::Area(id) => (
                    tree.get(id)
                        .map(|a| (id, a.level, a.name.to_string(), tree.full_name(id))),
                    None,
                ),
                Seat::Org(id) => (None, directory.org(id).map(|o| (id, o.name.to_string()))),
            };
            MePost {
                id: post.id,
                role: post.role,
                title: match directory.stands_in_for(post) {
                    Some((_, absent)) => format!("{}（代{absent}）", directory.title(post)),
                    None => directory.title(post),
                },
                area,
                org,
            }
        };
        let mut verbs: Vec<Verb> = rights::OF_ANYONE.iter().map(|(verb, _)| *verb).collect();
        for held in &actor.posts {
            verbs.extend(
                rights::of_role(held.role)
                    .iter()
                    .flat_map(|list| list.iter())
                    .map(|(verb, _)| *verb),
            );
        }
        verbs.sort_unstable();
        verbs.dedup();
        let posts: Vec<MePost> = actor.posts.iter().map(|p| post(p)).collect();
        // The widest area with work in it; an administrator's only shows a board if nothing else does.
        let home = posts
            .iter()
            .filter_map(|p| {
                p.area
                    .as_ref()
                    .map(|(id, level, ..)| (p.role.level().is_none(), *level, *id))
            })
            .min()
            .map(|(_, _, id)| id);
        Ok(Me {
            account: actor.account,
            name: actor.name.clone(),
            login: account.login.clone(),
            posts,
            verbs,
            home,
            demo: account.demo,
            resident: account.kind == AccountKind::Resident && actor.posts.is_empty(),
            unread,
            hold,
            now: self.now(),
        })
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

    /// A page of the log of sign-ins, newest first, of attempts before the id `before`.
    ///
    /// # Errors
    /// `Denied` for anybody but an audit administrator.
    pub async fn sign_ins(
        &self,
        actor: &Actor,
        wanted: store::sign_in::Wanted,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<SignInRow>, Option<i64>)> {
        self.require(actor, Verb::ReadAudit)?;
        self.sign_in_page(wanted, before, limit).await
    }

    /// The actor's own attempts, newest first: somebody else's show.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_sign_ins(&self, actor: &Actor) -> Result<Vec<SignInRow>> {
        let wanted = store::sign_in::Wanted {
            account: Some(actor.account),
            ..store::sign_in::Wanted::default()
        };
        Ok(self.sign_in_page(wanted, None, None).await?.0)
    }

    async fn sign_in_page(
        &self,
        wanted: store::sign_in::Wanted,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<SignInRow>, Option<i64>)> {
        let size = page::size(limit);
        let mut kept = self
            .read(move |conn| store::sign_in::page(conn, &wanted, before, size + 1))
            .await?;
        let next = page::cut(&mut kept, size, |kept| kept.id);
        let names = self
            .names(kept.iter().filter_map(|k| k.account).collect())
            .await?;
        let row = |kept: store::sign_in::Kept| SignInRow {
            name: kept.account.and_then(|id| names.get(&id).cloned()),
            kept,
        };
        Ok((kept.into_iter().map(row).collect(), next))
    }
}

/// Days for which a network counts as one the account is used from.
const USED_DAYS: i64 = 90;

/// Whether the account signed in from this network before: its owner is not slowed by strangers.
fn used_from(
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
fn judge(
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
fn fail(
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
