//! The log of sign-ins: all of it for the audit administrator, the own attempts for everybody.

use crate::{Office, Result, page};
use civic::directory::Actor;
use civic::rights::Verb;
use store::sign_in::outcome;

/// An attempt to sign in as the audit administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInRow {
    /// The attempt.
    pub kept: store::sign_in::Kept,
    /// Name of the account; none where nobody has this login.
    pub name: Option<String>,
}

/// The outcomes of the log of sign-ins.
pub struct SignInOutcome;

impl SignInOutcome {
    /// All codes with their words.
    pub const ALL: &'static [(&'static str, &'static str)] = outcome::ALL;

    /// The word of a code.
    #[must_use]
    pub fn word(code: &str) -> &'static str {
        outcome::ALL
            .iter()
            .find(|(c, _)| *c == code)
            .map_or("其他", |(_, word)| word)
    }
    /// Whether there is such a code.
    #[must_use]
    pub fn exists(code: &str) -> bool {
        outcome::ALL.iter().any(|(c, _)| *c == code)
    }
}

impl Office {
    /// A page of the log of sign-ins, newest first, of attempts before the id `before`.
    ///
    /// # Errors
    /// `Denied` for anybody but an audit administrator.
    pub async fn sign_ins(
        &self,
        actor: &Actor,
        wanted: store::sign_in::Wanted,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<SignInRow>, Option<i64>)> {
        self.require(actor, Verb::ReadAudit)?;
        self.sign_in_page(wanted, before, limit).await
    }

    /// The actor's own attempts, newest first: somebody else's show.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_sign_ins(&self, actor: &Actor) -> Result<Vec<SignInRow>> {
        let wanted = store::sign_in::Wanted {
            account: Some(actor.account),
            ..store::sign_in::Wanted::default()
        };
        Ok(self.sign_in_page(wanted, None, None).await?.0)
    }

    async fn sign_in_page(
        &self,
        wanted: store::sign_in::Wanted,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<SignInRow>, Option<i64>)> {
        let size = page::size(limit);
        let mut kept = self
            .read(move |conn| store::sign_in::page(conn, &wanted, before, size + 1))
            .await?;
        let next = page::cut(&mut kept, size, |kept| kept.id);
        let names = self
            .names(kept.iter().filter_map(|k| k.account).collect())
            .await?;
        let row = |kept: store::sign_in::Kept| SignInRow {
            name: kept.account.and_then(|id| names.get(&id).cloned()),
            kept,
        };
        Ok((kept.into_iter().map(row).collect(), next))
    }
}
