//! Identity providers of the house: set up by the system administrator, off by default. Nobody gets an
//! account by one: an identity opens the account that it was bound to, and no other.

mod bind;
mod enter;
mod oidc;

pub use bind::IdentityRow;
pub use enter::{IssuerAnswer, IssuerVisit};

use super::entry;
use crate::{Office, Result};
use civic::directory::Actor;
use civic::limits::NAME_CHARS_MAX;
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::rights::Verb;
use serde::{Deserialize, Serialize};
use store::issuer::Issuer;

/// Longest address and id of a client.
const CHARS_MAX: usize = 200;

/// How a provider is reached, as it is sealed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// The address of the provider, below which its description lies.
    issuer: String,
    /// Our id there.
    client: String,
    /// Our secret there.
    secret: String,
    /// The address at which people reach this platform.
    base: String,
}

/// A provider as the system administrator sees it. Its secret is not shown again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerRow {
    /// Own code, in lower case letters and digits.
    pub code: String,
    /// Name on the button.
    pub name: String,
    /// Whether people may sign in by it.
    pub enabled: bool,
    /// The address of the provider.
    pub issuer: String,
    /// Our id there.
    pub client: String,
    /// The address at which people reach this platform.
    pub base: String,
}

impl IssuerRow {
    /// The address to which the provider sends people back: to be registered there.
    #[must_use]
    pub fn redirect(&self) -> String {
        redirect(&self.base, &self.code)
    }
}

fn redirect(base: &str, code: &str) -> String {
    format!("{}/sign-in/from/{code}", base.trim_end_matches('/'))
}

impl Office {
    fn issuer_settings(&self, issuer: &Issuer) -> Settings {
        let plain = self.keys.open(&issuer.settings).unwrap_or_default();
        serde_json::from_slice(&plain).unwrap_or_default()
    }

    async fn issuer(&self, code: &str) -> Result<Option<Issuer>> {
        let issuers = self.read(store::issuer::issuers).await?;
        Ok(issuers.into_iter().find(|one| one.code == code))
    }

    /// The providers by which people may sign in, as code and name, for the sign-in page.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn open_issuers(&self) -> Result<Vec<(String, String)>> {
        let issuers = self.read(store::issuer::issuers).await?;
        let open = issuers.into_iter().filter(|one| one.enabled);
        Ok(open.map(|one| (one.code, one.name)).collect())
    }

    /// All providers.
    ///
    /// # Errors
    /// `Denied` for anybody but a system administrator.
    pub async fn issuers(&self, actor: &Actor) -> Result<Vec<IssuerRow>> {
        self.require(actor, Verb::ManageIssuers)?;
        let issuers = self.read(store::issuer::issuers).await?;
        let row = |one: Issuer| {
            let settings = self.issuer_settings(&one);
            IssuerRow {
                code: one.code,
                name: one.name,
                enabled: one.enabled,
                issuer: settings.issuer,
                client: settings.client,
                base: settings.base,
            }
        };
        Ok(issuers.into_iter().map(row).collect())
    }

    /// Sets a provider up or changes it. No secret leaves the one there is. A provider whose address
    /// changed is another one: identities that were bound before no longer open anything.
    ///
    /// # Errors
    /// `Denied`; `Invalid` with all that is missing.
    pub async fn put_issuer(
        &self,
        actor: &Actor,
        row: IssuerRow,
        secret: Option<String>,
    ) -> Result<()> {
        self.require(actor, Verb::ManageIssuers)?;
        let before = self.issuer(&row.code).await?;
        let kept = before.as_ref().map(|one| self.issuer_settings(one));
        let settings = Settings {
            issuer: row.issuer.trim().to_owned(),
            client: row.client.trim().to_owned(),
            secret: secret
                .map(|given| given.trim().to_owned())
                .filter(|given| !given.is_empty())
                .or(kept.as_ref().map(|kept| kept.secret.clone()))
                .unwrap_or_default(),
            base: row.base.trim().trim_end_matches('/').to_owned(),
        };
        let problems = problems(&row, &settings);
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let moved = kept.is_some_and(|kept| kept.issuer != settings.issuer);
        let detail = format!(
            "{}：{}，{}{}",
            row.name.trim(),
            if row.enabled { "启用" } else { "停用" },
            settings.issuer,
            if moved {
                "；认证平台地址已更换，原来绑定的身份失效"
            } else {
                ""
            }
        );
        let issuer = Issuer {
            code: row.code,
            name: row.name.trim().to_owned(),
            enabled: row.enabled,
            settings: self
                .keys
                .seal(serde_json::json!(settings).to_string().as_bytes()),
        };
        let (actor, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            store::issuer::put(conn, &issuer)?;
            let object = format!("issuer:{}", issuer.code);
            let line = entry(&actor, now, "put_issuer", object, detail);
            Ok(store::audit::append(conn, &line)?)
        })
        .await
    }

    /// Takes a provider away with the identities bound by it.
    ///
    /// # Errors
    /// `Denied`, `Unknown`.
    pub async fn remove_issuer(&self, actor: &Actor, code: &str) -> Result<()> {
        self.require(actor, Verb::ManageIssuers)?;
        let (actor, now, code) = (actor.clone(), self.now(), code.to_owned());
        self.write(move |conn| {
            let bound =
                store::issuer::remove(conn, &code)?.ok_or_else(|| Refusal::unknown("统一认证"))?;
            let (object, detail) = (format!("issuer:{code}"), format!("解除身份 {bound} 个"));
            let line = entry(&actor, now, "remove_issuer", object, detail);
            Ok(store::audit::append(conn, &line)?)
        })
        .await
    }

    /// Asks a provider for its description, to see whether the settings are right.
    ///
    /// # Errors
    /// `Denied`, `Unknown`; `Conflict` with what went wrong.
    pub async fn check_issuer(&self, actor: &Actor, code: &str) -> Result<()> {
        self.require(actor, Verb::ManageIssuers)?;
        let found = self.issuer(code).await?;
        let issuer = found.ok_or_else(|| Refusal::unknown("统一认证"))?;
        let settings = self.issuer_settings(&issuer);
        let redirect = redirect(&settings.base, &issuer.code);
        blocking(move || oidc::check(&settings, &redirect))
            .await
            .map_err(|why| {
                Refusal::Conflict(format!("认证平台没有给出正确的配置，请核对地址：{why}")).into()
            })
    }
}

fn problems(row: &IssuerRow, settings: &Settings) -> Vec<Problem> {
    let mut problems = Vec::new();
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if row.code.is_empty() || row.code.len() > 16 || !row.code.chars().all(letters) {
        let text = "代码要用 1 到 16 个小写字母或数字";
        problems.push(Problem::new("code", "bad_code", text));
    }
    if row.name.trim().is_empty() || row.name.chars().count() > NAME_CHARS_MAX {
        problems.push(Problem::new("name", "bad_name", "请填写按钮上显示的名称"));
    }
    let plain = |url: &str| url.chars().count() <= CHARS_MAX && !url.contains(['?', '#']);
    if !oidc::may_ask(&settings.issuer) || !plain(&settings.issuer) {
        let text = "请填写以 https:// 开头的认证平台地址（装在本机的可以用 http://127.0.0.1）";
        problems.push(Problem::new("issuer", "bad_address", text));
    }
    if settings.client.is_empty() || settings.client.chars().count() > CHARS_MAX {
        let text = "请填写认证平台分配的客户端编号";
        problems.push(Problem::new("client", "required", text));
    }
    if settings.secret.is_empty() {
        let text = "请填写认证平台分配的客户端密钥";
        problems.push(Problem::new("secret", "required", text));
    }
    if !oidc::may_ask(&settings.base) || !plain(&settings.base) {
        let text = "请填写大家打开本平台的网址，以 https:// 开头";
        problems.push(Problem::new("base", "bad_address", text));
    }
    problems
}

/// Does what blocks on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::result::Result<T, String> + Send + 'static,
) -> std::result::Result<T, String> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err("询问中断，请再试一次".into()))
}
