//! Residents sign in by a code that is sent to their telephone by the gateway of short messages. The
//! account is made when the first code is right; nobody is asked for a real name.

use super::SignedIn;
use super::sign_in::{Arrival, cut};
use crate::{Fault, Office, Result, SenderKind};
use civic::id::AccountId;
use civic::mask;
use civic::phone;
use civic::refusal::Refusal;
use civic::time::Instant;
use data_encoding::HEXLOWER;
use store::account::{Account, AccountKind};
use store::outbox::Sender;
use store::phone::PhoneCode;
use store::sign_in::{Attempt, outcome};

/// What the page of telephones needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneSignIn {
    /// Whether codes can be sent.
    pub open: bool,
    /// Version of the text that is consented to.
    pub version: &'static str,
    /// The text that is consented to.
    pub consent: &'static str,
}

fn refused() -> Refusal {
    Refusal::Denied("验证码不正确或已过期，请核对短信，或重新获取验证码".into())
}

fn settled(number: &str) -> Result<String> {
    phone::number(number).ok_or_else(|| {
        Refusal::invalid("phone", "bad_phone", "请填写 11 位手机号，例如 13800000000").into()
    })
}

impl Office {
    async fn short_messages(&self) -> Result<Option<Sender>> {
        let senders = self.read(store::outbox::senders).await?;
        let sms =
            |one: &Sender| one.enabled && SenderKind::parse(&one.kind) == Some(SenderKind::Sms);
        Ok(senders.into_iter().find(sms))
    }

    /// Whether people may sign in by telephone, and what they consent to.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn phone_sign_in(&self) -> Result<PhoneSignIn> {
        Ok(PhoneSignIn {
            open: self.short_messages().await?.is_some(),
            version: phone::CONSENT_VERSION,
            consent: phone::CONSENT,
        })
    }

    fn number_digest(&self, number: &str) -> [u8; 32] {
        self.keys.mac(format!("phone {number}").as_bytes())
    }

    fn code_digest(&self, number: &str, code: &str) -> [u8; 32] {
        self.keys
            .mac(format!("phone code {number} {code}").as_bytes())
    }

    /// Sends a code to a number. Whether the number is known makes no difference.
    ///
    /// # Errors
    /// `Invalid` for what is no mobile number; `Conflict` where no gateway is in use; `Busy` for too
    /// many codes, and when the gateway fails.
    pub async fn ask_phone_code(&self, number: &str, address: &str) -> Result<()> {
        let number = settled(number)?;
        let Some(sender) = self.short_messages().await? else {
            return Err(Refusal::Conflict(
                "本地还没有开通短信。您可以不登录直接反映问题，用编号和查询码查进展".into(),
            )
            .into());
        };
        let now = self.now();
        let code = phone::code(rand::random());
        let (of_number, from_address) = (
            self.keys.mac(format!("asked {number}").as_bytes()),
            self.keys.mac(format!("asked from {address}").as_bytes()),
        );
        let kept = PhoneCode {
            number: self.number_digest(&number),
            code: self.code_digest(&number, &code).to_vec(),
            tries: 0,
            until: now.plus_minutes(phone::CODE_MINUTES),
        };
        self.write(move |conn| {
            let since = now.plus_minutes(-60);
            let before = (
                store::phone::asked(conn, of_number, since)?,
                store::phone::asked(conn, from_address, since)?,
            );
            if !phone::may_ask(before.0, before.1) {
                let text = "获取验证码的次数过多，请一小时后再试；也可以不登录直接反映问题";
                return Err(Refusal::Busy(text.into()).into());
            }
            store::phone::note_asked(conn, of_number, now, since)?;
            store::phone::note_asked(conn, from_address, now, since)?;
            Ok(store::phone::put_code(conn, &kept, now)?)
        })
        .await?;
        let text = self.phone_code_text(&code, phone::CODE_MINUTES).await?;
        // At once and not by the outbox: quiet hours and later tries are of no use to a code.
        self.send_now(&sender, &number, text).await.map_err(|why| {
            tracing::warn!(sender = sender.code, why, "a code was not sent");
            Refusal::Busy("短信没有发出，请稍后再试".into()).into()
        })
    }

    /// Signs a resident in by the code that was sent. The first time makes the account.
    ///
    /// # Errors
    /// `Invalid` for what is no number, and without consent to the text of today; `Denied` for a wrong
    /// code, one that was used or is too old; locks count as for passwords.
    pub async fn sign_in_by_phone(
        &self,
        number: &str,
        code: &str,
        consent: &str,
        address: &str,
        agent: &str,
    ) -> Result<SignedIn> {
        let number = settled(number)?;
        if consent != phone::CONSENT_VERSION {
            let text = "请先阅读并同意个人信息说明；如果说明刚刚更新，请刷新页面";
            return Err(Refusal::invalid("consent", "required", text).into());
        }
        let (now, digest) = (self.now(), self.number_digest(&number));
        let attempt = Attempt {
            at: now,
            // The number itself stands in no log.
            login: format!("phone.{}", &HEXLOWER.encode(&digest)[..20]),
            account: None,
            address: cut(address),
            outcome: outcome::WRONG,
        };
        self.slow_address(&attempt).await?;
        let code = self.code_digest(&number, code.trim());
        let sealed = self.keys.seal(number.as_bytes());
        let (login, name) = (attempt.login.clone(), resident_name(&number));
        let (right, account) = self
            .write(move |conn| {
                let kept = store::phone::code(conn, digest, now)?;
                let right = kept.is_some_and(|kept| {
                    // Digests under a key: the time of comparing tells nothing of the code.
                    kept.tries < phone::CODE_TRIES_MAX && kept.code == code
                });
                if !right {
                    store::phone::count_try(conn, digest)?;
                }
                let known = match store::phone::account_of(conn, digest)? {
                    Some(id) => store::account::by_id(conn, id)?,
                    None => None,
                };
                let account = match known {
                    Some(account) => Some(account),
                    None if right => {
                        let made = resident(
                            AccountId(store::fresh_id(conn, "account", now)?),
                            login,
                            name,
                            now,
                        );
                        store::account::insert_many(conn, std::slice::from_ref(&made))?;
                        store::phone::put_phone(conn, digest, made.id, sealed, now)?;
                        Some(made)
                    }
                    None => None,
                };
                if let (true, Some(account)) = (right, &account) {
                    store::phone::drop_code(conn, digest)?;
                    store::phone::consent(conn, account.id, phone::CONSENT_VERSION, now)?;
                }
                Ok((right, account))
            })
            .await?;
        let arrival = Arrival {
            credential: None,
            right,
            code: None,
            attempt: Attempt {
                account: account.as_ref().map(|account| account.id),
                ..attempt
            },
            account: account.filter(|account| account.kind == AccountKind::Resident),
            agent: cut(agent),
        };
        let signed = self.judge_arrival(arrival).await;
        match signed {
            Err(Fault::Refused(Refusal::Denied(sentence))) if self.says_wrong(&sentence) => {
                Err(refused().into())
            }
            other => other,
        }
    }
}

fn resident_name(number: &str) -> String {
    let shown = mask::phone(number);
    format!("居民{}", &shown[shown.len() - 4..])
}

fn resident(id: AccountId, login: String, name: String, now: Instant) -> Account {
    Account {
        id,
        login,
        name,
        phone: None,
        // No password opens it: nothing hashes to what nobody knows.
        secret: String::new(),
        kind: AccountKind::Resident,
        demo: false,
        failures: 0,
        locked_until: None,
        disabled_at: None,
        created_at: now,
    }
}
