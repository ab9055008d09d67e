//! Signing in: every attempt is written down; failures lock the account for a while and slow their
//! address down; whether a login exists cannot be told from the answer or from its time.

use super::{digest, fresh_secret, password, session::Known};
use crate::{Office, Result};
use civic::area::Level;
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, OrgId, PostId};
use civic::limits::{LOCK_MINUTES, SESSION_HOURS_MAX, SIGN_IN_FAILURES_MAX};
use civic::post::{Role, Seat};
use civic::refusal::Refusal;
use civic::rights::{self, Verb};
use civic::time::{Instant, MINUTE_MS};
use store::account::{Account, AccountKind};
use store::audit::Entry;
use store::driver::Conn;
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
    /// `九龙小区网格网格长`.
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
    /// Unread messages, at most [`store::message::UNREAD_MAX`].
    pub unread: usize,
    /// Server time.
    pub now: Instant,
}

/// What an attempt came to, decided in the transaction that writes it down.
enum Verdict {
    In(Box<Account>),
    Wrong,
    Locked(Instant),
    Disabled,
}

fn wrong() -> Refusal {
    Refusal::Denied(format!(
        "登录名或密码不正确，请核对后重试；连续输错 {SIGN_IN_FAILURES_MAX} 次将锁定 {LOCK_MINUTES} 分钟"
    ))
}

fn locked(until: Instant, now: Instant) -> Refusal {
    let minutes = (until.ms_since(now) + MINUTE_MS - 1)
        .div_euclid(MINUTE_MS)
        .max(1);
    Refusal::Denied(format!(
        "连续输错密码次数过多，账号已锁定，请 {minutes} 分钟后再试，或请安全管理员重置密码"
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
    /// Signs somebody in.
    ///
    /// # Errors
    /// `Denied` for a wrong login or password (one sentence for both), a locked or a disabled
    /// account; `Busy` when the address has to wait.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        address: &str,
        agent: &str,
    ) -> Result<SignedIn> {
        let (login, address, agent) = (settled_login(login), cut(address), cut(agent));
        let now = self.now();
        let since = now.plus_minutes(-LOCK_MINUTES);
        let (asked, from) = (login.clone(), address.clone());
        let (account, failures) = self
            .read(move |conn| {
                Ok((
                    store::account::by_login(conn, &asked)?,
                    store::sign_in::failures_from(conn, &from, since)?,
                ))
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
        let usable = account.filter(|a| a.kind != AccountKind::Service);
        let right = password::verify_async(
            password.to_owned(),
            usable.as_ref().map(|a| a.secret.clone()),
        )
        .await;

        let token = fresh_secret();
        let session = Session {
            token: digest(&token),
            account: usable.as_ref().map_or(AccountId(0), |a| a.id),
            created_at: now,
            seen_at: now,
            address,
            agent,
            ended_at: None,
        };
        let (begun, secret) = (session.clone(), usable.map(|a| a.secret));
        let verdict = self
            .write(move |conn| {
                let verdict = judge(conn, session.account, right, secret.as_deref(), now)?;
                let outcome = match &verdict {
                    Verdict::In(_) => outcome::OK,
                    Verdict::Wrong => outcome::WRONG,
                    Verdict::Locked(_) => outcome::LOCKED,
                    Verdict::Disabled => outcome::DISABLED,
                };
                store::sign_in::insert(conn, &Attempt { outcome, ..attempt })?;
                if let Verdict::In(account) = &verdict {
                    store::session::insert(conn, &session)?;
                    let detail = format!("地址 {}", session.address);
                    store::audit::append(conn, &of(account, now, "sign_in", detail))?;
                }
                Ok(verdict)
            })
            .await?;
        match verdict {
            Verdict::In(account) => {
                let until = now.plus_hours(SESSION_HOURS_MAX);
                self.sessions.put(
                    begun.token,
                    Known {
                        account: account.id,
                        name: account.name.clone(),
                        until,
                        seen: Some(now),
                        read: now,
                    },
                );
                let actor = self.actor(account.id, account.name.clone());
                Ok(SignedIn {
                    token,
                    me: self.me_of(&actor, &account).await?,
                })
            }
            Verdict::Wrong => Err(wrong().into()),
            Verdict::Locked(until) => Err(locked(until, now).into()),
            Verdict::Disabled => {
                Err(Refusal::Denied("这个账号已停用，如需恢复请联系安全管理员".into()).into())
            }
        }
    }

    /// The person who is signed in.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn me(&self, actor: &Actor) -> Result<Me> {
        let id = actor.account;
        let account = self
            .read(move |conn| store::account::by_id(conn, id))
            .await?;
        let account = account.ok_or_else(|| Refusal::unknown("账号"))?;
        self.me_of(actor, &account).await
    }

    async fn me_of(&self, actor: &Actor, account: &Account) -> Result<Me> {
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
            unread,
            now: self.now(),
        })
    }

    /// Counts a wrong password of somebody who is signed in like a failed sign-in.
    pub(super) async fn count_failure(&self, account: AccountId) -> Result<Refusal> {
        let now = self.now();
        let verdict = self
            .write(move |conn| judge(conn, account, false, None, now))
            .await?;
        Ok(match verdict {
            Verdict::Locked(until) => locked(until, now),
            _ => Refusal::invalid("old_password", "wrong", "原密码不正确，请重新输入"),
        })
    }
}

/// Judges an attempt by the account as it is now: another attempt may have locked it meanwhile, and
/// the password may have been changed since it was compared.
fn judge(
    conn: &mut Conn,
    id: AccountId,
    right: bool,
    secret: Option<&str>,
    now: Instant,
) -> std::result::Result<Verdict, store::lane::Failure> {
    let Some(account) = store::account::by_id(conn, id)? else {
        return Ok(Verdict::Wrong);
    };
    if let Some(until) = account.locked_until.filter(|until| now < *until) {
        return Ok(Verdict::Locked(until));
    }
    if right && secret == Some(account.secret.as_str()) {
        if account.disabled_at.is_some() {
            return Ok(Verdict::Disabled);
        }
        if account.failures > 0 || account.locked_until.is_some() {
            store::account::set_failures(conn, id, 0, None)?;
        }
        return Ok(Verdict::In(Box::new(account)));
    }
    // A lock that has run out begins a new count.
    let failures = if account.locked_until.is_some() {
        1
    } else {
        account.failures + 1
    };
    if failures < SIGN_IN_FAILURES_MAX {
        store::account::set_failures(conn, id, failures, None)?;
        return Ok(Verdict::Wrong);
    }
    let until = now.plus_minutes(LOCK_MINUTES);
    store::account::set_failures(conn, id, failures, Some(until))?;
    let detail = format!("连续 {failures} 次密码错误，锁定 {LOCK_MINUTES} 分钟");
    store::audit::append(conn, &of(&account, now, "lock_account", detail))?;
    Ok(Verdict::Locked(until))
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
