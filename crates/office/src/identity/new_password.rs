//! Passwords that change: given anew by an administrator or at the server, chosen by the owner.

use super::factor::untouched;
use super::sign_in::{lifted, settled_login};
use super::{Created, digest, entry, password};
use crate::install::FirstPassword;
use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::AccountId;
use civic::parameter::code::HISTORY;
use civic::refusal::Refusal;
use civic::rights::Verb;
use store::account::AccountKind;
use store::credential::Credential;

impl Office {
    /// Gives an account a new password, lifts its lock and ends its sessions.
    ///
    /// # Errors
    /// `Denied`, `Unknown`; `Conflict` for the account of a service.
    pub async fn reset_password(&self, actor: &Actor, id: AccountId) -> Result<Created> {
        self.require_over_account(actor, Verb::ManageLocks, id)?;
        let account = self
            .read(move |conn| store::account::by_id(conn, id))
            .await?;
        let account = account.ok_or_else(|| Refusal::unknown("账号"))?;
        if account.kind == AccountKind::Service {
            return Err(
                Refusal::Conflict("接口账号没有密码，请改为签发新的接口令牌".into()).into(),
            );
        }
        let password = password::generate();
        self.store_password(actor, id, password.clone(), None, "reset_password")
            .await?;
        Ok(Created {
            id,
            login: account.login,
            password: Some(password),
        })
    }

    /// Gives an account a new password by order of who sits at the server: the way back in when no
    /// security administrator can sign in. It also lifts a lock and ends all sessions.
    ///
    /// # Errors
    /// `Unknown` for a login that nobody has; `Conflict` for a resident, a service or an account that
    /// is disabled.
    pub async fn reset_password_at_the_server(&self, login: &str) -> Result<FirstPassword> {
        let login = settled_login(login);
        let account = self
            .read(move |conn| store::account::by_login(conn, &login))
            .await?;
        let account = account.ok_or_else(|| Refusal::unknown("账号"))?;
        if account.kind != AccountKind::Staff || account.disabled_at.is_some() {
            return Err(Refusal::Conflict("只能为没有停用的工作账号重置密码".into()).into());
        }
        let operator = Actor {
            name: "服务器管理员".into(),
            ..Actor::system()
        };
        let password = password::generate();
        self.store_password(
            &operator,
            account.id,
            password.clone(),
            None,
            "reset_password",
        )
        .await?;
        Ok(FirstPassword {
            login: account.login,
            name: account.name,
            password,
        })
    }

    /// Changes the actor's own password. All sessions but the asking one are ended.
    ///
    /// # Errors
    /// `Invalid` for a wrong old or a weak new password; wrong ones count like failed sign-ins.
    pub async fn change_password(
        &self,
        actor: &Actor,
        token: &str,
        old: &str,
        new: &str,
    ) -> Result<()> {
        let id = actor.account;
        let account = self
            .read(move |conn| store::account::by_id(conn, id))
            .await?;
        let account = account.ok_or_else(|| Refusal::unknown("账号"))?;
        if account.demo {
            return Err(Refusal::Conflict("演示账号供大家共用，不能修改密码".into()).into());
        }
        if !password::verify_async(old.to_owned(), Some(account.secret)).await {
            return Err(self.count_failure(id).await?.into());
        }
        let parameters = self.parameters();
        civic::password::check(parameters.strength(), &account.login, &account.name, new)?;
        if old == new {
            return Err(Refusal::invalid("password", "unchanged", "新密码不能与原密码相同").into());
        }
        // The present password is the newest of the history.
        let count = parameters.number(HISTORY);
        let older = self
            .read(move |conn| store::credential::old_secrets(conn, id, (count - 1).max(0)))
            .await?;
        for secret in older {
            if password::verify_async(new.to_owned(), Some(secret)).await {
                return Err(Refusal::invalid(
                    "password",
                    "used_before",
                    format!("新密码不能与最近 {count} 次用过的密码相同，请换一个"),
                )
                .into());
            }
        }
        self.store_password(actor, id, new.to_owned(), Some(token), "change_password")
            .await
    }

    async fn store_password(
        &self,
        actor: &Actor,
        id: AccountId,
        password: String,
        keep: Option<&str>,
        action: &'static str,
    ) -> Result<()> {
        let secret = password::hash_async(password).await;
        let (actor, now, keep) = (actor.clone(), self.now(), keep.map(digest));
        self.write(move |conn| {
            let account =
                store::account::by_id(conn, id)?.ok_or_else(|| Refusal::unknown("账号"))?;
            let credential =
                store::credential::of(conn, id)?.unwrap_or_else(|| untouched(&account));
            let set = Credential {
                set_at: now,
                given: actor.account != id,
                ..credential
            };
            store::credential::put(conn, id, &set)?;
            store::credential::remember(conn, id, &account.secret, now)?;
            store::account::set_secret(conn, id, &secret)?;
            // A password set by somebody else opens everywhere; one's own lifts no lock of a stranger.
            if actor.account != id {
                store::sign_in::insert(conn, &lifted(&account, now))?;
            }
            store::session::end_all(conn, id, keep, now)?;
            store::audit::append(
                conn,
                &entry(&actor, now, action, format!("account:{id}"), String::new()),
            )?;
            Ok(())
        })
        .await?;
        // The session that asked goes on, and is judged anew.
        self.sessions.forget_all(id, None);
        Ok(())
    }
}
