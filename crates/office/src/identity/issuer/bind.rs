//! Which identity of a provider belongs to which account: bound by the owner, who proves it, or by
//! the security administrator, who gives out passwords too.

use super::enter::IssuerAnswer;
use crate::identity::entry;
use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::AccountId;
use civic::mask;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Instant;
use store::account::{Account, AccountKind};
use store::driver::{DbError, Rule};
use store::issuer::Identity;
use store::lane::Failure;

/// Longest id of a person at a provider (OpenID Connect Core, 2).
const SUBJECT_CHARS_MAX: usize = 255;

/// An identity as its owner and the security administrator see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRow {
    /// Own id.
    pub id: i64,
    /// Name of the provider.
    pub issuer: String,
    /// The person's id there, masked.
    pub shown: String,
    /// When it was bound.
    pub at: Instant,
}

impl Office {
    /// The identities of the actor's own account.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_identities(&self, actor: &Actor) -> Result<Vec<IdentityRow>> {
        self.identity_rows(actor.account).await
    }

    /// The identities of an account, for the security administrator.
    ///
    /// # Errors
    /// `Denied` outside the actor's area.
    pub async fn identities_of(&self, actor: &Actor, id: AccountId) -> Result<Vec<IdentityRow>> {
        self.require_over_account(actor, Verb::ManageLocks, id)?;
        self.identity_rows(id).await
    }

    async fn identity_rows(&self, account: AccountId) -> Result<Vec<IdentityRow>> {
        let (issuers, identities) = self
            .read(move |conn| {
                let issuers = store::issuer::issuers(conn)?;
                Ok((issuers, store::issuer::identities_of(conn, account)?))
            })
            .await?;
        let row = |one: Identity| IdentityRow {
            id: one.id,
            issuer: issuers
                .iter()
                .find(|issuer| issuer.code == one.issuer)
                .map_or(one.issuer, |issuer| issuer.name.clone()),
            shown: one.shown,
            at: one.at,
        };
        Ok(identities.into_iter().map(row).collect())
    }

    /// Binds the identity that the actor proves to the own account.
    ///
    /// # Errors
    /// `Denied` where the answer does not hold; `Conflict` for an identity of somebody else, and for an
    /// account that is shared for showing or no account of staff.
    pub async fn bind_identity(
        &self,
        actor: &Actor,
        code: &str,
        answer: IssuerAnswer,
    ) -> Result<()> {
        let (settings, subject) = self.proved_for(actor, code, answer).await?;
        let digest = self.identity_digest(&settings, &subject);
        self.keep_identity(actor, actor.account, code, digest, &subject)
            .await
    }

    /// Binds an identity to an account by its id at the provider.
    ///
    /// # Errors
    /// `Denied`, `Unknown`; `Invalid` without an id; `Conflict` as [`Office::bind_identity`], and for
    /// one's own account.
    pub async fn give_identity(
        &self,
        actor: &Actor,
        id: AccountId,
        code: &str,
        subject: &str,
    ) -> Result<()> {
        self.require_over_account(actor, Verb::ManageLocks, id)?;
        if id == actor.account {
            return Err(Refusal::Conflict(
                "自己的身份请在“登录安全”中绑定，或请另一位安全管理员操作".into(),
            )
            .into());
        }
        let issuer = self
            .issuer(code)
            .await?
            .ok_or_else(|| Refusal::unknown("统一认证"))?;
        let subject = subject.trim();
        if subject.is_empty() || subject.chars().count() > SUBJECT_CHARS_MAX {
            let text = "请填写这个人在认证平台的用户标识（sub）";
            return Err(Refusal::invalid("subject", "required", text).into());
        }
        let digest = self.identity_digest(&self.issuer_settings(&issuer), subject);
        self.keep_identity(actor, id, code, digest, subject).await
    }

    async fn keep_identity(
        &self,
        actor: &Actor,
        account: AccountId,
        code: &str,
        digest: [u8; 32],
        subject: &str,
    ) -> Result<()> {
        let now = self.now();
        let identity = Identity {
            id: 0,
            digest,
            issuer: code.to_owned(),
            account,
            shown: mask::phone(subject),
            at: now,
            by: actor.account,
        };
        let actor = actor.clone();
        self.write(move |conn| {
            let found = store::account::by_id(conn, account)?;
            let found = found.ok_or_else(|| Refusal::unknown("账号"))?;
            may_bind(&found)?;
            match store::issuer::identity_by(conn, digest)? {
                Some(bound) if bound.account == account => return Ok(()),
                Some(_) => return Err(taken()),
                None => {}
            }
            store::issuer::bind(conn, &identity).map_err(|error| match error {
                DbError::Constraint(c) if c.rule == Rule::Unique => taken(),
                other => other.into(),
            })?;
            let detail = format!("{} {}", identity.issuer, identity.shown);
            let object = format!("account:{account}");
            let line = entry(&actor, now, "bind_identity", object, detail);
            Ok(store::audit::append(conn, &line)?)
        })
        .await
    }

    /// Unbinds an identity: the owner one's own, the security administrator anybody's. The sessions
    /// of the account stay.
    ///
    /// # Errors
    /// `Unknown` for one that is not the actor's or lies outside the actor's area.
    pub async fn unbind_identity(&self, actor: &Actor, id: i64) -> Result<()> {
        let found = self
            .read(move |conn| store::issuer::identity_of_id(conn, id))
            .await?;
        let unknown = || Refusal::unknown("统一认证身份");
        let identity = found.ok_or_else(unknown)?;
        if identity.account != actor.account {
            self.require_over_account(actor, Verb::ManageLocks, identity.account)
                .map_err(|_| unknown())?;
        }
        let (actor, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            if !store::issuer::unbind(conn, id)? {
                return Err(unknown().into());
            }
            let detail = format!("{} {}", identity.issuer, identity.shown);
            let object = format!("account:{}", identity.account);
            let line = entry(&actor, now, "unbind_identity", object, detail);
            Ok(store::audit::append(conn, &line)?)
        })
        .await
    }
}

/// Identities of a provider are for the staff, each of their own.
pub(super) fn may_bind(account: &Account) -> std::result::Result<(), Refusal> {
    let text = match account.kind {
        AccountKind::Staff if !account.demo => return Ok(()),
        AccountKind::Staff => "演示账号供大家共用，不能绑定统一认证身份",
        _ => "只有工作账号可以绑定统一认证身份；居民请用手机验证码或账号密码登录",
    };
    Err(Refusal::Conflict(text.into()))
}

fn taken() -> Failure {
    let text = "这个统一认证身份已经绑定了另一个账号，请先由安全管理员解除";
    Refusal::Conflict(text.into()).into()
}
