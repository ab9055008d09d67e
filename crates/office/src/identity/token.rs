//! API tokens of other systems.

use super::{digest, entry, fresh_secret, session::Known};
use crate::key::kept;
use crate::{Key, Office, Result};
use civic::directory::Actor;
use civic::id::AccountId;
use civic::limits::NAME_CHARS_MAX;
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Instant;
use store::account::AccountKind;
use store::token::ApiToken;

/// Longest life of a token, in hours: a year.
const LIFE_HOURS_MAX: i64 = 366 * 24;
/// Said to a repeated request.
const SHOWN_ONCE: &str =
    "这个令牌刚才已经签发，明文只显示一次。如果没有收到，请先在列表中作废它，再重新签发";
/// How every token begins, so that one that leaked is recognised.
const PREFIX: &str = "hjt_";

/// A token that was made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Own id.
    pub id: i64,
    /// The token, shown this once.
    pub token: String,
    /// The key for requests that are signed instead of carrying the token, shown this once.
    pub signing_key: String,
    /// Not accepted from then on.
    pub expires_at: Instant,
}

/// A token as a list shows it.
#[derive(Debug, Clone)]
pub struct TokenRow {
    /// The token, without the token.
    pub token: ApiToken,
    /// Name of the account it acts for.
    pub account_name: String,
}

impl Office {
    /// Makes a token for the account of a service; with the same `key`, only once, and as the token is
    /// kept nowhere, the second time says so. Only for those: a token for a person's account
    /// would let an administrator act in that person's name.
    ///
    /// # Errors
    /// `Denied`; `Invalid` for name, account or expiry.
    pub async fn create_token(
        &self,
        actor: &Actor,
        account: AccountId,
        name: &str,
        expires_at: Instant,
        key: Option<Key>,
    ) -> Result<NewToken> {
        let key = key.map(|key| self.kept_key(key, actor.account, "token"));
        self.require_over_account(actor, Verb::ManageTokens, account)?;
        let (name, now) = (name.trim().to_owned(), self.now());
        let found = self
            .read(move |conn| store::account::by_id(conn, account))
            .await?;
        let mut problems = Vec::new();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
            problems.push(Problem::new(
                "name",
                "bad_name",
                "请写明令牌的用途，例如“12345热线对接”",
            ));
        }
        if expires_at <= now || expires_at > now.plus_hours(LIFE_HOURS_MAX) {
            problems.push(Problem::new(
                "expires_at",
                "bad_expiry",
                "有效期要在今后一年以内",
            ));
        }
        if !found.is_some_and(|a| a.kind == AccountKind::Service && a.disabled_at.is_none()) {
            problems.push(Problem::new(
                "account",
                "no_service",
                "令牌只能签发给启用中的接口账号，请先建立接口账号并任命岗位",
            ));
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let token = format!("{PREFIX}{}", fresh_secret());
        let (actor, secret) = (actor.clone(), digest(&token));
        let id = self
            .write(move |conn| {
                if kept(conn, key.as_ref())?.is_some() {
                    return Err(Refusal::Conflict(SHOWN_ONCE.into()).into());
                }
                let id = store::fresh_id(conn, "api_token", now)?;
                if let Some(key) = &key {
                    store::answered::put(conn, key, &id.to_string(), now)?;
                }
                let detail = format!("账号 {account}，用途 {name}");
                let made = ApiToken {
                    id,
                    account,
                    name,
                    created_at: now,
                    expires_at,
                    revoked_at: None,
                };
                store::token::insert(conn, &made, secret)?;
                store::audit::append(
                    conn,
                    &entry(&actor, now, "create_token", format!("token:{id}"), detail),
                )?;
                Ok(id)
            })
            .await?;
        Ok(NewToken {
            id,
            token,
            signing_key: self.signing_key(id),
            expires_at,
        })
    }

    /// All tokens, newest first.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn tokens(&self, actor: &Actor) -> Result<Vec<TokenRow>> {
        self.require(actor, Verb::ManageTokens)?;
        let rows = self
            .read(|conn| {
                let tokens = store::token::list(conn)?;
                let ids: Vec<AccountId> = tokens.iter().map(|t| t.account).collect();
                let names = store::account::names(conn, &ids)?;
                let name = |id| names.get(&id).cloned().unwrap_or_default();
                Ok(tokens
                    .into_iter()
                    .map(|token| TokenRow {
                        account_name: name(token.account),
                        token,
                    })
                    .collect::<Vec<_>>())
            })
            .await?;
        Ok(rows
            .into_iter()
            .filter(|row| {
                self.require_over_account(actor, Verb::ManageTokens, row.token.account)
                    .is_ok()
            })
            .collect())
    }

    /// Revokes a token at once.
    ///
    /// # Errors
    /// `Denied`; `Unknown` when there is none in force.
    pub async fn revoke_token(&self, actor: &Actor, id: i64) -> Result<()> {
        let row = self
            .tokens(actor)
            .await?
            .into_iter()
            .find(|row| row.token.id == id);
        let account = row.ok_or_else(|| Refusal::unknown("令牌"))?.token.account;
        let (actor, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            if !store::token::revoke(conn, id, now)? {
                return Err(Refusal::Conflict("这个令牌已经作废".into()).into());
            }
            store::audit::append(
                conn,
                &entry(
                    &actor,
                    now,
                    "revoke_token",
                    format!("token:{id}"),
                    String::new(),
                ),
            )?;
            Ok(())
        })
        .await?;
        self.sessions.forget_all(account, None);
        Ok(())
    }

    /// The account behind an API token; `None` when it is unknown, revoked, expired or the account
    /// is disabled (HTTP 401).
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn actor_of_bearer(&self, token: &str) -> Result<Option<Actor>> {
        if !token.starts_with(PREFIX) {
            return Ok(None);
        }
        let (kept, now) = (digest(token), self.now());
        let known = match self.sessions.get(kept, now) {
            Some(known) => Some(known),
            None => {
                let found = self
                    .read(move |conn| {
                        let Some(token) = store::token::by_digest(conn, kept)? else {
                            return Ok(None);
                        };
                        let account = store::account::by_id(conn, token.account)?;
                        Ok(account
                            .filter(|a| a.disabled_at.is_none())
                            .map(|a| (token, a.name)))
                    })
                    .await?;
                found.map(|(token, name)| {
                    let known = Known {
                        account: token.account,
                        name,
                        until: token.expires_at,
                        seen: None,
                        idle: 0,
                        hold: None,
                        read: now,
                    };
                    self.sessions.put(kept, known.clone());
                    known
                })
            }
        };
        Ok(known
            .filter(|k| now < k.until)
            .map(|k| self.actor(k.account, k.name)))
    }
}
