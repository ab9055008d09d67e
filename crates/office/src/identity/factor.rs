//! The second factor: a secret on the owner's telephone that makes one-time codes, and recovery codes
//! on paper for the day the telephone is lost.

use super::{entry, totp};
use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::AccountId;
use civic::parameter::code::SECOND_FACTOR;
use civic::post::Role;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Instant;
use store::account::Account;
use store::credential::Credential;
use store::driver::Conn;
use store::lane::Failure;

/// Bytes of a secret (RFC 4226 asks for 20).
const SECRET_BYTES: usize = 20;
/// Recovery codes given out at a time.
const RECOVERY_CODES: usize = 8;

/// A secret to be taken over by an authenticator; it counts only when a code of it comes back.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The secret in base 32, for typing in.
    pub secret: String,
    /// The same as `otpauth://`.
    pub uri: String,
    /// The URI as a QR code, an SVG picture that was drawn here.
    pub qr_svg: String,
}

/// How somebody's second factor stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorState {
    /// Since when codes are asked for.
    pub since: Option<Instant>,
    /// Recovery codes that are left.
    pub recovery_left: i64,
    /// Whether a post of the person demands it.
    pub demanded: bool,
}

/// A one-time or recovery code that somebody typed, with what it takes to judge it inside the
/// transaction.
pub(super) struct Typed {
    totp: Option<u32>,
    recovery: [u8; 32],
    secret: Option<Vec<u8>>,
}

impl Typed {
    /// Whether it opens; what it uses up is used up.
    pub(super) fn opens(
        &self,
        conn: &mut Conn,
        account: AccountId,
        credential: &Credential,
        now: Instant,
    ) -> std::result::Result<bool, Failure> {
        let step = self
            .totp
            .zip(self.secret.as_deref())
            .and_then(|(given, secret)| totp::matching(secret, given, now, credential.factor_step));
        match step {
            Some(step) => {
                let used = Credential {
                    factor_step: step,
                    ..credential.clone()
                };
                store::credential::put(conn, account, &used)?;
                Ok(true)
            }
            None => Ok(store::credential::use_recovery(
                conn,
                account,
                self.recovery,
                now,
            )?),
        }
    }
}

fn fresh_recovery() -> String {
    let text = data_encoding::BASE32_NOPAD.encode(&rand::random::<[u8; 10]>());
    format!("{}-{}", &text[..8], &text[8..])
}

/// A recovery code however it was typed.
fn settled(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_uppercase()
}

/// The credentials of an account that never changed any.
pub(crate) fn untouched(account: &Account) -> Credential {
    Credential {
        set_at: account.created_at,
        given: false,
        factor: None,
        factor_at: None,
        factor_step: 0,
    }
}

impl Office {
    pub(super) fn typed(&self, account: AccountId, sealed: Option<&[u8]>, code: &str) -> Typed {
        Typed {
            totp: totp::parse(code),
            recovery: self.recovery_digest(account, code),
            secret: sealed.and_then(|sealed| self.keys.open(sealed)),
        }
    }

    fn recovery_digest(&self, account: AccountId, code: &str) -> [u8; 32] {
        self.keys
            .mac(format!("recovery {account} {}", settled(code)).as_bytes())
    }

    async fn own(&self, actor: &Actor) -> Result<(Account, Credential)> {
        let id = actor.account;
        let found = self
            .read(move |conn| {
                Ok((
                    store::account::by_id(conn, id)?,
                    store::credential::of(conn, id)?,
                ))
            })
            .await?;
        let account = found.0.ok_or_else(|| Refusal::unknown("账号"))?;
        let credential = found.1.unwrap_or_else(|| untouched(&account));
        Ok((account, credential))
    }

    /// How the actor's second factor stands.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn factor(&self, actor: &Actor) -> Result<FactorState> {
        let (account, credential) = self.own(actor).await?;
        let recovery_left = self
            .read(move |conn| store::credential::recovery_left(conn, account.id))
            .await?;
        let roles: Vec<Role> = actor.posts.iter().map(|p| p.role).collect();
        Ok(FactorState {
            since: credential.factor_at,
            recovery_left,
            demanded: self.parameters().demanded(SECOND_FACTOR, &roles),
        })
    }

    /// Offers a fresh secret. An earlier offer that nobody took is gone.
    ///
    /// # Errors
    /// `Conflict` where a second factor is in force already, and for the shared accounts of a
    /// demonstration.
    pub async fn begin_factor(&self, actor: &Actor) -> Result<Offer> {
        let (account, credential) = self.own(actor).await?;
        if account.demo {
            return Err(Refusal::Conflict("演示账号供大家共用，不能绑定动态验证码".into()).into());
        }
        if credential.factor_at.is_some() {
            return Err(Refusal::Conflict(
                "已经绑定动态验证码；要换手机请先解除绑定，手机丢失请用恢复码解除".into(),
            )
            .into());
        }
        let secret: [u8; SECRET_BYTES] = rand::random();
        let offered = Credential {
            factor: Some(self.keys.seal(&secret)),
            factor_step: 0,
            ..credential
        };
        let secret = data_encoding::BASE32_NOPAD.encode(&secret);
        let uri = format!(
            "otpauth://totp/Hangji:{}?secret={secret}&issuer=Hangji",
            account.login
        );
        let qr_svg = crate::picture::qr(&uri)?;
        self.write(move |conn| Ok(store::credential::put(conn, account.id, &offered)?))
            .await?;
        Ok(Offer {
            secret,
            uri,
            qr_svg,
        })
    }

    /// Takes the offer: from now on signing in asks for a code. Answers the recovery codes, shown this
    /// once.
    ///
    /// # Errors
    /// `Conflict` without an offer; `Invalid` when the code is not of the offered secret.
    pub async fn confirm_factor(
        &self,
        actor: &Actor,
        session: &str,
        code: &str,
    ) -> Result<Vec<String>> {
        let (account, credential) = self.own(actor).await?;
        let secret = credential
            .factor
            .as_deref()
            .filter(|_| credential.factor_at.is_none())
            .and_then(|sealed| self.keys.open(sealed));
        let secret = secret.ok_or_else(|| {
            Refusal::Conflict("没有等待确认的动态验证码，请重新点“绑定”获取二维码".into())
        })?;
        let now = self.now();
        let step = totp::parse(code)
            .and_then(|given| totp::matching(&secret, given, now, 0))
            .ok_or_else(|| {
                Refusal::invalid(
                    "code",
                    "wrong",
                    "动态码不正确。请核对手机时间是否自动校准，输入当前显示的 6 位数字",
                )
            })?;
        let codes: Vec<String> = std::iter::repeat_with(fresh_recovery)
            .take(RECOVERY_CODES)
            .collect();
        let digests: Vec<_> = codes
            .iter()
            .map(|code| self.recovery_digest(account.id, code))
            .collect();
        let (actor, kept) = (
            actor.clone(),
            Credential {
                factor_at: Some(now),
                factor_step: step,
                ..credential
            },
        );
        self.write(move |conn| {
            store::credential::put(conn, account.id, &kept)?;
            store::credential::set_recovery(conn, account.id, &digests)?;
            let object = format!("account:{}", account.id);
            let line = entry(&actor, now, "enrol_factor", object, String::new());
            Ok(store::audit::append(conn, &line)?)
        })
        .await?;
        self.sessions.forget(super::digest(session));
        Ok(codes)
    }

    /// Takes the actor's own second factor away, against a code of it.
    ///
    /// # Errors
    /// `Conflict` where there is none; `Invalid` for a wrong code, which counts like a failed sign-in.
    pub async fn remove_factor(&self, actor: &Actor, code: &str) -> Result<()> {
        let (account, credential) = self.own(actor).await?;
        if credential.factor_at.is_none() {
            return Err(Refusal::Conflict("还没有绑定动态验证码，无须解除".into()).into());
        }
        let typed = self.typed(account.id, credential.factor.as_deref(), code);
        let (id, now) = (account.id, self.now());
        let opened = self
            .write(move |conn| match store::credential::of(conn, id)? {
                Some(credential) => typed.opens(conn, id, &credential, now),
                None => Ok(false),
            })
            .await?;
        if !opened {
            let refusal = self.count_failure(id).await?;
            return Err(match refusal {
                Refusal::Invalid(_) => Refusal::invalid("code", "wrong", "动态码或恢复码不正确"),
                locked => locked,
            }
            .into());
        }
        self.clear_factor(actor, id, "remove_factor").await
    }

    /// Takes somebody's second factor away, whose telephone and recovery codes are lost, and ends the
    /// sessions of the account.
    ///
    /// # Errors
    /// `Denied`, `Unknown`; `Conflict` for one's own account.
    pub async fn reset_factor(&self, actor: &Actor, id: AccountId) -> Result<()> {
        self.require_over_account(actor, Verb::ManageLocks, id)?;
        if id == actor.account {
            return Err(Refusal::Conflict(
                "不能为自己重置，请用恢复码解除，或请另一位安全管理员操作".into(),
            )
            .into());
        }
        self.clear_factor(actor, id, "reset_factor").await?;
        self.end_sessions_of(actor, id).await
    }

    async fn clear_factor(&self, actor: &Actor, id: AccountId, action: &'static str) -> Result<()> {
        let (actor, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            let account =
                store::account::by_id(conn, id)?.ok_or_else(|| Refusal::unknown("账号"))?;
            let credential =
                store::credential::of(conn, id)?.unwrap_or_else(|| untouched(&account));
            let cleared = Credential {
                factor: None,
                factor_at: None,
                ..credential
            };
            store::credential::put(conn, id, &cleared)?;
            store::credential::set_recovery(conn, id, &[])?;
            let line = entry(&actor, now, action, format!("account:{id}"), String::new());
            Ok(store::audit::append(conn, &line)?)
        })
        .await?;
        self.sessions.forget_all(id, None);
        Ok(())
    }
}
