//! Entry of residents from a city app (R072): the app signs a short-lived token with a key that it
//! shares with this installation; each token opens once.

use super::{digest, entry, fresh_secret};
use crate::identity::SignedIn;
use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::AccountId;
use civic::limits::NAME_CHARS_MAX;
use civic::parameter;
use civic::parameter::code::EMBEDDING;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Instant;
use civic::trace::Hash;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use store::account::{Account, AccountKind};
use store::entry::EntryApp;
use store::session::Session;
use store::sign_in::{Attempt, outcome};

/// Longest life of a token, and how far the clocks of both sides may be apart, in seconds.
const LIFE_S: i64 = 300;
const SKEW_S: i64 = 60;

/// What a token says. Times are seconds since 1970, as in RFC 7519.
#[derive(Deserialize)]
struct Claims {
    /// The person's id in the app.
    sub: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    phone: Option<String>,
    iat: i64,
    exp: i64,
    /// Different for every token.
    jti: String,
}

/// An app as the security administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryAppRow {
    /// Own code.
    pub code: String,
    /// Name in lists.
    pub name: String,
    /// Whether its tokens are accepted.
    pub enabled: bool,
}

fn refused() -> Refusal {
    Refusal::Denied("入口凭证无效或已过期，请回到原来的应用重新进入".into())
}

/// The token of an app: `code.claims.mac`, the claims as JSON in base 64 (URL), the MAC over the first
/// two parts.
#[must_use]
pub fn entry_token(code: &str, secret: &[u8], claims: &serde_json::Value) -> String {
    let signed = format!(
        "{code}.{}",
        BASE64URL_NOPAD.encode(claims.to_string().as_bytes())
    );
    let mac = BASE64URL_NOPAD.encode(&mac(secret, &signed).finalize().into_bytes());
    format!("{signed}.{mac}")
}

fn mac(secret: &[u8], signed: &str) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key");
    mac.update(signed.as_bytes());
    mac
}

impl Office {
    /// The sites that may show the pages of residents inside their own.
    #[must_use]
    pub fn embedding_sites(&self) -> Vec<String> {
        parameter::origins(self.parameters().text(EMBEDDING)).unwrap_or_default()
    }

    /// All apps that may send people.
    ///
    /// # Errors
    /// `Denied` for anybody but a security administrator.
    pub async fn entry_apps(&self, actor: &Actor) -> Result<Vec<EntryAppRow>> {
        self.require(actor, Verb::ManageTokens)?;
        let apps = self.read(store::entry::apps).await?;
        let row = |app: EntryApp| EntryAppRow {
            code: app.code,
            name: app.name,
            enabled: app.enabled,
        };
        Ok(apps.into_iter().map(row).collect())
    }

    /// Sets an app up or changes it. A new one, or one that is given a new key, answers the key, shown
    /// this once.
    ///
    /// # Errors
    /// `Denied`; `Invalid` for code or name.
    pub async fn put_entry_app(
        &self,
        actor: &Actor,
        row: EntryAppRow,
        new_key: bool,
    ) -> Result<Option<String>> {
        self.require(actor, Verb::ManageTokens)?;
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if row.code.is_empty() || row.code.len() > 16 || !row.code.chars().all(letters) {
            return Err(
                Refusal::invalid("code", "bad_code", "代码要用 1 到 16 个小写字母或数字").into(),
            );
        }
        if row.name.trim().is_empty() || row.name.chars().count() > NAME_CHARS_MAX {
            return Err(Refusal::invalid("name", "bad_name", "请填写应用名称").into());
        }
        let apps = self.read(store::entry::apps).await?;
        let before = apps.into_iter().find(|app| app.code == row.code);
        let key = (new_key || before.is_none()).then(fresh_secret);
        let secret = match (&key, before) {
            (Some(key), _) => self.keys.seal(key.as_bytes()),
            (None, Some(before)) => before.secret,
            (None, None) => Vec::new(),
        };
        let detail = format!(
            "{}：{}{}",
            row.name.trim(),
            if row.enabled { "启用" } else { "停用" },
            if key.is_some() { "，换发密钥" } else { "" }
        );
        let app = EntryApp {
            code: row.code,
            name: row.name.trim().to_owned(),
            secret,
            enabled: row.enabled,
        };
        let (actor, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            store::entry::put_app(conn, &app)?;
            let object = format!("entry_app:{}", app.code);
            let line = entry(&actor, now, "put_entry_app", object, detail);
            Ok(store::audit::append(conn, &line)?)
        })
        .await?;
        Ok(key)
    }

    /// Lets a resident in by the token of an app. The first time makes the account.
    ///
    /// # Errors
    /// `Denied` for a token that is wrong, too old, too long-lived, used before, or of an app that is
    /// not enabled: one sentence for all.
    pub async fn enter(&self, token: &str, address: &str, agent: &str) -> Result<SignedIn> {
        let now = self.now();
        let (app, claims) = self.claims(token, now).await?.ok_or_else(refused)?;
        let cut = |text: &str| {
            text.chars()
                .filter(|c| !c.is_control())
                .take(64)
                .collect::<String>()
        };
        // The id in the app may be a phone number: only its digest becomes the login.
        let person = Hash::of(
            self.keys
                .mac(format!("{app} {}", claims.sub).as_bytes())
                .as_slice(),
        );
        let login = format!("{app}.{}", &person.to_string()[..20]);
        let used = self.keys.mac(format!("{app} {}", claims.jti).as_bytes());
        let until = Instant((claims.exp + SKEW_S) * 1_000);
        let secret = fresh_secret();
        let (token, address, agent) = (digest(&secret), cut(address), cut(agent));
        let (account, session) = self
            .write(move |conn| {
                if !store::entry::take(conn, used, until, now)? {
                    return Err(refused().into());
                }
                let known = store::account::by_login(conn, &login)?;
                let account = match known {
                    Some(account) => account,
                    None => {
                        let name = cut(claims.name.trim());
                        let made = Account {
                            id: AccountId(store::fresh_id(conn, "account", now)?),
                            login: login.clone(),
                            name: if name.is_empty() {
                                "居民".into()
                            } else {
                                name
                            },
                            phone: claims.phone.filter(|p| p.len() <= 20),
                            secret: String::new(),
                            kind: AccountKind::Resident,
                            demo: false,
                            failures: 0,
                            locked_until: None,
                            disabled_at: None,
                            created_at: now,
                        };
                        store::account::insert_many(conn, std::slice::from_ref(&made))?;
                        made
                    }
                };
                if account.disabled_at.is_some() || account.kind != AccountKind::Resident {
                    return Err(refused().into());
                }
                let session = Session {
                    token,
                    account: account.id,
                    created_at: now,
                    seen_at: now,
                    address: address.clone(),
                    agent,
                    ended_at: None,
                };
                store::session::insert(conn, &session)?;
                let attempt = Attempt {
                    at: now,
                    login,
                    account: Some(account.id),
                    address,
                    outcome: outcome::OK,
                };
                store::sign_in::insert(conn, &attempt)?;
                Ok((account, session))
            })
            .await?;
        self.let_in(account, &session, secret).await
    }

    /// The app and the claims of a token that is signed by it and of this moment.
    async fn claims(&self, token: &str, now: Instant) -> Result<Option<(String, Claims)>> {
        let Some((signed, given)) = token.rsplit_once('.') else {
            return Ok(None);
        };
        let Some((code, claims)) = signed.split_once('.') else {
            return Ok(None);
        };
        let apps = self.read(store::entry::apps).await?;
        let Some(app) = apps.into_iter().find(|a| a.code == code && a.enabled) else {
            return Ok(None);
        };
        let Some(secret) = self.keys.open(&app.secret) else {
            return Ok(None);
        };
        let given = BASE64URL_NOPAD.decode(given.as_bytes()).unwrap_or_default();
        // Compared in constant time.
        if mac(&secret, signed).verify_slice(&given).is_err() {
            return Ok(None);
        }
        let plain = BASE64URL_NOPAD
            .decode(claims.as_bytes())
            .unwrap_or_default();
        let Ok(claims) = serde_json::from_slice::<Claims>(&plain) else {
            return Ok(None);
        };
        let now_s = now.0.div_euclid(1_000);
        let timely = claims.iat <= now_s + SKEW_S
            && claims.exp > now_s
            && claims.exp - claims.iat <= LIFE_S
            && !claims.jti.is_empty()
            && !claims.sub.is_empty();
        Ok(timely.then_some((app.code, claims)))
    }
}
