//! Sessions: who a token belongs to, without a question to the database for every request.

use super::{digest, entry};
use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::AccountId;
use civic::parameter::code::{HOURS_MAX, IDLE_MINUTES};
use civic::post::Role;
use civic::refusal::{Hold, Refusal};
use civic::rights::Verb;
use civic::time::Instant;
use civic::trace::Hash;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long an answer of the database is believed, in milliseconds: so long a session that another
/// process ended may live on in this one.
const BELIEVED_MS: i64 = 60_000;
/// Uses of sessions are written down together, this often at most.
const WRITTEN_MS: i64 = 60_000;
/// Sessions kept in memory.
const KEPT_MAX: usize = 100_000;

/// What is known of one token.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub account: AccountId,
    pub name: String,
    /// Not accepted from then on, however busy.
    pub until: Instant,
    /// Last used; none for API tokens, which may rest.
    pub seen: Option<Instant>,
    /// Idle time after which it ends, in minutes.
    pub idle: i64,
    /// What the person has to do before anything else.
    pub hold: Option<Hold>,
    /// When the database was asked.
    pub read: Instant,
}

impl Known {
    fn alive(&self, now: Instant) -> bool {
        now < self.until
            && self
                .seen
                .is_none_or(|seen| now.minutes_since(seen) < self.idle)
    }
}

/// Tokens seen lately.
#[derive(Default)]
pub struct Cache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    known: HashMap<Hash, Known>,
    /// Used since the last writing.
    used: HashMap<Hash, Instant>,
    written: Instant,
}

impl Cache {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a token, if it is fresh enough; the use of a session is noted.
    pub(super) fn get(&self, token: Hash, now: Instant) -> Option<Known> {
        let mut kept = self.lock();
        let known = kept.known.get_mut(&token)?;
        if now.ms_since(known.read) >= BELIEVED_MS {
            return None;
        }
        if known.alive(now) && known.seen.is_some() {
            known.seen = Some(now);
            let found = known.clone();
            kept.used.insert(token, now);
            return Some(found);
        }
        Some(known.clone())
    }

    pub(super) fn put(&self, token: Hash, mut known: Known) {
        let mut kept = self.lock();
        if kept.known.len() >= KEPT_MAX {
            let now = known.read;
            kept.known.retain(|_, k| now.ms_since(k.read) < BELIEVED_MS);
        }
        // A use that is not written yet counts.
        if let (Some(seen), Some(used)) = (known.seen, kept.used.get(&token)) {
            known.seen = Some(seen.max(*used));
        }
        kept.known.insert(token, known);
    }

    /// Forgets a token that was ended.
    pub(super) fn forget(&self, token: Hash) {
        let mut kept = self.lock();
        kept.known.remove(&token);
        kept.used.remove(&token);
    }

    /// Forgets what is believed of all tokens, so that each is judged by the new rules. Uses that are
    /// not written yet stay.
    pub(crate) fn forget_everybody(&self) {
        self.lock().known.clear();
    }

    /// Forgets all tokens of an account but one.
    pub(super) fn forget_all(&self, account: AccountId, except: Option<Hash>) {
        let mut kept = self.lock();
        kept.known
            .retain(|token, known| known.account != account || Some(*token) == except);
    }

    /// The uses to be written down now, if it is time.
    fn due(&self, now: Instant) -> Vec<(Hash, Instant)> {
        let mut kept = self.lock();
        if kept.used.is_empty() || now.ms_since(kept.written) < WRITTEN_MS {
            return Vec::new();
        }
        kept.written = now;
        kept.used.drain().collect()
    }
}

/// One of a person's own sessions, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Names the session to end it; tells nothing about the token.
    pub id: String,
    /// Signed in at.
    pub created_at: Instant,
    /// Last used at.
    pub seen_at: Instant,
    /// Network address at sign-in.
    pub address: String,
    /// What the browser called itself.
    pub agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Why somebody from this address is turned away.
pub(super) fn outside(address: &str) -> String {
    format!(
        "您的账号只能在指定的网络使用，现在的网络地址 {address} 不在其中；请到单位网络使用，或联系安全管理员"
    )
}

fn public_id(token: Hash) -> String {
    token.to_string().chars().take(32).collect()
}

impl Office {
    /// The person behind a session token; `None` when it is unknown, ended, idle for too long, too
    /// old, or the account is disabled (HTTP 401).
    ///
    /// # Errors
    /// `Held` for who has first to change the password or to enrol a second factor.
    pub async fn actor_of(&self, token: &str) -> Result<Option<Actor>> {
        match self.entrant_of(token).await? {
            Some((_, Some(hold))) => Err(hold.refusal().into()),
            Some((actor, None)) => Ok(Some(actor)),
            None => Ok(None),
        }
    }

    /// The same for the few things that somebody on hold may do: see who one is, change the password,
    /// enrol the second factor, sign out.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn entrant_of(&self, token: &str) -> Result<Option<(Actor, Option<Hold>)>> {
        let (token, now) = (digest(token), self.now());
        let known = match self.sessions.get(token, now) {
            Some(known) => Some(known),
            None => self.recall(token, now).await?,
        };
        // An API token is no session: it belongs into its header, where no browser sends it unasked.
        let Some(known) = known.filter(|k| k.seen.is_some()) else {
            return Ok(None);
        };
        if !known.alive(now) {
            self.sessions.forget(token);
            self.write(move |conn| Ok(store::session::end(conn, token, now)?))
                .await?;
            return Ok(None);
        }
        self.write_uses(now).await;
        Ok(Some((self.actor(known.account, known.name), known.hold)))
    }

    /// Whether somebody may come from an address.
    ///
    /// # Errors
    /// `Denied` where the networks of the account or of one of its posts do not hold it.
    pub fn admit(&self, actor: &Actor, address: std::net::IpAddr) -> Result<()> {
        let roles: Vec<Role> = actor.posts.iter().map(|p| p.role).collect();
        if self.parameters().admits(actor.account, &roles, address) {
            return Ok(());
        }
        Err(Refusal::Denied(outside(&address.to_string())).into())
    }

    /// What holds of a session of somebody now.
    pub(super) fn known_session(
        &self,
        session: &store::session::Session,
        account: &store::account::Account,
        credential: Option<&store::credential::Credential>,
    ) -> Known {
        let now = self.now();
        let roles: Vec<Role> = self.roles_of(account.id);
        let parameters = self.parameters();
        Known {
            account: account.id,
            name: account.name.clone(),
            until: session
                .created_at
                .plus_hours(parameters.least(HOURS_MAX, &roles)),
            seen: Some(session.seen_at),
            idle: parameters.least(IDLE_MINUTES, &roles),
            hold: super::hold::hold(&parameters, &roles, account, credential, now),
            read: now,
        }
    }

    pub(super) fn roles_of(&self, account: AccountId) -> Vec<Role> {
        let posts = self.world().directory().posts_of(account, self.today());
        posts.iter().map(|p| p.role).collect()
    }

    /// Asks the database about a session. It may be too old; that is judged where it is used.
    async fn recall(&self, token: Hash, now: Instant) -> Result<Option<Known>> {
        let found = self
            .read(move |conn| {
                let Some(session) = store::session::open(conn, token)? else {
                    return Ok(None);
                };
                let account = store::account::by_id(conn, session.account)?;
                let Some(account) = account.filter(|a| a.disabled_at.is_none()) else {
                    return Ok(None);
                };
                let credential = store::credential::of(conn, account.id)?;
                Ok(Some((session, account, credential)))
            })
            .await?;
        let Some((session, account, credential)) = found else {
            self.sessions.forget(token);
            return Ok(None);
        };
        let known = self.known_session(&session, &account, credential.as_ref());
        self.sessions.put(token, known);
        Ok(self.sessions.get(token, now))
    }

    /// Writes down together which sessions were used since the last time. Nothing depends on it but
    /// the idle time after a restart, so a fault is logged and the request goes on.
    async fn write_uses(&self, now: Instant) {
        let used = self.sessions.due(now);
        if used.is_empty() {
            return;
        }
        if let Err(fault) = self
            .write(move |conn| Ok(store::session::touch(conn, &used)?))
            .await
        {
            tracing::warn!(%fault, "the use of sessions was not written down");
        }
    }

    /// The person with the posts of today.
    pub(crate) fn actor(&self, account: AccountId, name: String) -> Actor {
        let posts = self.world().directory().posts_of(account, self.today());
        Actor {
            account,
            name,
            posts,
            system: false,
        }
    }

    /// Ends the session of a token.
    ///
    /// # Errors
    /// Only when the database fails; a session that is ended already is fine.
    pub async fn sign_out(&self, actor: &Actor, token: &str) -> Result<()> {
        self.end(actor, digest(token), "sign_out").await.map(|_| ())
    }

    async fn end(&self, actor: &Actor, token: Hash, action: &'static str) -> Result<bool> {
        let (actor, now) = (actor.clone(), self.now());
        self.sessions.forget(token);
        self.write(move |conn| {
            let ended = store::session::end(conn, token, now)?;
            if ended {
                let object = format!("session:{}", public_id(token));
                store::audit::append(conn, &entry(&actor, now, action, object, String::new()))?;
            }
            Ok(ended)
        })
        .await
    }

    /// The actor's own open sessions, newest first. `token` is the one that asks.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_sessions(&self, actor: &Actor, token: &str) -> Result<Vec<OwnSession>> {
        self.sessions_open(actor.account, digest(token)).await
    }

    /// Somebody's open sessions, newest first, for the security administrator.
    ///
    /// # Errors
    /// `Denied` outside the actor's area.
    pub async fn sessions_of(&self, actor: &Actor, account: AccountId) -> Result<Vec<OwnSession>> {
        self.require_over_account(actor, Verb::ManageLocks, account)?;
        self.sessions_open(account, Hash::default()).await
    }

    /// Ends all sessions of somebody at once.
    ///
    /// # Errors
    /// `Denied` outside the actor's area.
    pub async fn end_sessions_of(&self, actor: &Actor, account: AccountId) -> Result<()> {
        self.require_over_account(actor, Verb::ManageLocks, account)?;
        let (line, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            let ended = store::session::end_all(conn, account, None, now)?;
            let (object, detail) = (format!("account:{account}"), format!("登录 {ended} 个"));
            let line = entry(&line, now, "end_sessions", object, detail);
            Ok(store::audit::append(conn, &line)?)
        })
        .await?;
        self.sessions.forget_all(account, None);
        Ok(())
    }

    async fn sessions_open(&self, account: AccountId, current: Hash) -> Result<Vec<OwnSession>> {
        let now = self.now();
        let (roles, parameters) = (self.roles_of(account), self.parameters());
        let oldest = now.plus_hours(-parameters.least(HOURS_MAX, &roles));
        let idle_max = parameters.least(IDLE_MINUTES, &roles);
        let sessions = self
            .read(move |conn| store::session::open_of(conn, account, oldest))
            .await?;
        let alive = sessions.into_iter().filter(|s| {
            let idle = now.minutes_since(s.seen_at) >= idle_max;
            s.token == current || (!idle && s.created_at > oldest)
        });
        Ok(alive
            .map(|s| OwnSession {
                id: public_id(s.token),
                created_at: s.created_at,
                seen_at: if s.token == current { now } else { s.seen_at },
                address: s.address,
                agent: s.agent,
                current: s.token == current,
            })
            .collect())
    }

    /// Ends one of the actor's own sessions.
    ///
    /// # Errors
    /// `Unknown` when the actor has no such session.
    pub async fn end_session(&self, actor: &Actor, id: &str) -> Result<()> {
        let (account, wanted) = (actor.account, id.to_owned());
        let sessions = self
            .read(move |conn| store::session::open_of(conn, account, Instant(0)))
            .await?;
        let found = sessions.into_iter().find(|s| public_id(s.token) == wanted);
        let session = found.ok_or_else(|| Refusal::unknown("登录会话"))?;
        self.end(actor, session.token, "end_session")
            .await
            .map(|_| ())
    }
}
