//! The way to an identity provider and back: for signing in, and for binding an identity.

use super::bind::may_bind;
use super::{Settings, blocking, oidc, redirect};
use crate::identity::sign_in::{Arrival, cut};
use crate::identity::{SignedIn, digest, fresh_secret};
use crate::{Fault, Office, Result};
use civic::directory::Actor;
use civic::id::AccountId;
use civic::refusal::Refusal;
use serde::{Deserialize, Serialize};
use store::account::AccountKind;
use store::issuer::Visit;
use store::sign_in::{Attempt, outcome};

/// Minutes within which somebody has to be back.
const VISIT_MINUTES: i64 = 10;

/// A visit that begins: where the browser goes, and what it keeps until it is back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerVisit {
    /// The page of the provider.
    pub url: String,
    /// Kept by the page that began; without it the answer counts for nothing.
    pub ticket: String,
}

/// What the browser brings back.
#[derive(Clone)]
pub struct IssuerAnswer {
    /// As it was sent.
    pub state: String,
    /// The code of the provider.
    pub code: String,
    /// What the page kept.
    pub ticket: String,
    /// One-time or recovery code, where the account has a second factor.
    pub factor: Option<String>,
}

/// What is sealed between going and coming back.
#[derive(Serialize, Deserialize)]
struct Kept {
    ticket: String,
    nonce: String,
    verifier: String,
    /// The digest of the identity that was proved: only the second factor is missing.
    proved: Option<[u8; 32]>,
}

fn refused() -> Refusal {
    Refusal::Denied("统一认证没有通过或已经过期，请回到登录页重新登录".into())
}

fn unbound() -> Refusal {
    Refusal::Denied(
        "您的统一认证身份还没有绑定本平台的账号：请先用账号和密码登录，在“登录安全”中绑定，或请安全管理员绑定".into(),
    )
}

impl Office {
    /// Begins to sign in by a provider.
    ///
    /// # Errors
    /// `Unknown` for one that is not in use; `Busy` when it does not answer.
    pub async fn begin_issuer_visit(&self, code: &str) -> Result<IssuerVisit> {
        self.begin_visit(code, None).await
    }

    /// Begins to bind an identity to the actor's own account.
    ///
    /// # Errors
    /// As [`Office::begin_issuer_visit`]; `Conflict` for an account that is shared for showing or no
    /// account of staff: said before somebody proves an identity for nothing.
    pub async fn begin_binding(&self, actor: &Actor, code: &str) -> Result<IssuerVisit> {
        let own = actor.account;
        let account = self
            .read(move |conn| store::account::by_id(conn, own))
            .await?;
        may_bind(&account.ok_or_else(|| Refusal::unknown("账号"))?)?;
        self.begin_visit(code, Some(actor.account)).await
    }

    async fn begin_visit(&self, code: &str, account: Option<AccountId>) -> Result<IssuerVisit> {
        let found = self.issuer(code).await?.filter(|one| one.enabled);
        let issuer = found.ok_or_else(|| Refusal::unknown("统一认证"))?;
        let settings = self.issuer_settings(&issuer);
        let back = redirect(&settings.base, &issuer.code);
        let begun = blocking(move || oidc::begin(&settings, &back))
            .await
            .map_err(|why| {
                tracing::warn!(issuer = issuer.code, why, "an identity provider failed");
                Refusal::Busy("统一认证平台暂时连不上，请稍后再试，或用账号和密码登录".into())
            })?;
        let ticket = fresh_secret();
        let kept = Kept {
            ticket: ticket.clone(),
            nonce: begun.nonce,
            verifier: begun.verifier,
            proved: None,
        };
        let now = self.now();
        let visit = Visit {
            state: self.keys.mac(begun.state.as_bytes()),
            issuer: issuer.code,
            account,
            content: self.sealed(&kept),
            until: now.plus_minutes(VISIT_MINUTES),
        };
        self.write(move |conn| Ok(store::issuer::put_visit(conn, &visit, now)?))
            .await?;
        Ok(IssuerVisit {
            url: begun.url,
            ticket,
        })
    }

    fn sealed(&self, kept: &Kept) -> Vec<u8> {
        self.keys
            .seal(serde_json::json!(kept).to_string().as_bytes())
    }

    /// Takes the visit of an answer: once, by who began it, at the provider where it began.
    async fn take_visit(
        &self,
        code: &str,
        answer: &IssuerAnswer,
        account: Option<AccountId>,
    ) -> Result<Option<(Visit, Kept, Settings)>> {
        let (state, now) = (self.keys.mac(answer.state.as_bytes()), self.now());
        let visit = self
            .write(move |conn| Ok(store::issuer::take_visit(conn, state, now)?))
            .await?;
        let issuer = self.issuer(code).await?.filter(|one| one.enabled);
        let (Some(visit), Some(issuer)) = (visit, issuer) else {
            return Ok(None);
        };
        let kept = self
            .keys
            .open(&visit.content)
            .and_then(|plain| serde_json::from_slice::<Kept>(&plain).ok());
        // Digests are compared, so that the time tells nothing of the ticket.
        let own = |kept: &Kept| digest(&kept.ticket) == digest(&answer.ticket);
        Ok(kept
            .filter(|kept| visit.issuer == code && visit.account == account && own(kept))
            .map(|kept| (visit, kept, self.issuer_settings(&issuer))))
    }

    /// The keyed digest under which an identity is kept.
    pub(super) fn identity_digest(&self, settings: &Settings, subject: &str) -> [u8; 32] {
        let address = settings.issuer.trim_end_matches('/');
        self.keys
            .mac(format!("identity {address} {subject}").as_bytes())
    }

    /// The person's id at the provider; none where the answer does not hold, which is logged.
    async fn prove(
        &self,
        code: &str,
        settings: Settings,
        kept: Kept,
        answer: String,
    ) -> Option<String> {
        let (back, now) = (redirect(&settings.base, code), self.now());
        let proof =
            blocking(move || oidc::prove(&settings, &back, answer, kept.nonce, kept.verifier, now));
        match proof.await {
            Ok(subject) => Some(subject),
            Err(why) => {
                tracing::warn!(
                    issuer = code,
                    why,
                    "a sign-in by an identity provider failed"
                );
                None
            }
        }
    }

    /// Signs somebody in who comes back from a provider. Locks, networks and the second factor hold as
    /// they do for passwords, and so does the log.
    ///
    /// # Errors
    /// `Denied` where the answer does not hold, for an identity that no account is bound to, and as
    /// [`Office::sign_in_with`]; `Held` when the code of the second factor is missing: then the same
    /// answer is given once more, with it.
    pub async fn sign_in_by_issuer(
        &self,
        code: &str,
        answer: IssuerAnswer,
        address: &str,
        agent: &str,
    ) -> Result<SignedIn> {
        let now = self.now();
        let attempt = Attempt {
            at: now,
            login: format!("sso:{}", cut(code)),
            account: None,
            address: cut(address),
            outcome: outcome::PROOF,
        };
        self.slow_address(&attempt).await?;
        let Some((visit, kept, settings)) = self.take_visit(code, &answer, None).await? else {
            return self.turn_away(attempt, refused()).await;
        };
        let ticket = kept.ticket.clone();
        let digest = match kept.proved {
            Some(digest) => digest,
            None => {
                let proof = self.prove(code, settings.clone(), kept, answer.code);
                let Some(subject) = proof.await else {
                    return self.turn_away(attempt, refused()).await;
                };
                self.identity_digest(&settings, &subject)
            }
        };
        let bound = self
            .read(move |conn| store::issuer::identity_by(conn, digest))
            .await?;
        let Some(identity) = bound else {
            let attempt = Attempt {
                outcome: outcome::UNBOUND,
                ..attempt
            };
            return self.turn_away(attempt, unbound()).await;
        };
        let signed = self
            .arrive(identity.account, attempt, answer.factor, agent)
            .await;
        // Who is asked for a code, or mistyped it, need not go to the provider again.
        if let Err(Fault::Refused(Refusal::Held(..) | Refusal::Denied(_))) = &signed {
            let kept = Kept {
                ticket,
                nonce: String::new(),
                verifier: String::new(),
                proved: Some(digest),
            };
            let visit = Visit {
                content: self.sealed(&kept),
                ..visit
            };
            self.write(move |conn| Ok(store::issuer::put_visit(conn, &visit, now)?))
                .await?;
        }
        signed
    }

    /// Lets somebody in whose identity was proved, where all else holds.
    async fn arrive(
        &self,
        id: AccountId,
        attempt: Attempt,
        factor: Option<String>,
        agent: &str,
    ) -> Result<SignedIn> {
        let found = self
            .read(move |conn| {
                let account = store::account::by_id(conn, id)?;
                Ok((account, store::credential::of(conn, id)?))
            })
            .await?;
        let (account, credential) = match found {
            (Some(account), credential) if account.kind == AccountKind::Staff => {
                (account, credential)
            }
            _ => return self.turn_away(attempt, unbound()).await,
        };
        let arrival = Arrival {
            right: true,
            attempt: Attempt {
                login: account.login.clone(),
                account: Some(account.id),
                ..attempt
            },
            account: Some(account),
            credential,
            code: factor,
            agent: cut(agent),
        };
        self.judge_arrival(arrival).await
    }

    async fn turn_away<T>(&self, attempt: Attempt, refusal: Refusal) -> Result<T> {
        self.write(move |conn| Ok(store::sign_in::insert(conn, &attempt)?))
            .await?;
        Err(refusal.into())
    }

    /// The person's id at the provider, for who binds an identity to the own account.
    ///
    /// # Errors
    /// `Denied` where the answer does not hold or another account began.
    pub(super) async fn proved_for(
        &self,
        actor: &Actor,
        code: &str,
        answer: IssuerAnswer,
    ) -> Result<(Settings, String)> {
        let taken = self.take_visit(code, &answer, Some(actor.account)).await?;
        let (_, kept, settings) = taken.ok_or_else(refused)?;
        let proof = self.prove(code, settings.clone(), kept, answer.code);
        let subject = proof.await.ok_or_else(refused)?;
        Ok((settings, subject))
    }
}
