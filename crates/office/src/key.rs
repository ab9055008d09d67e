//! The key of a command that may be sent again.

use crate::{Office, Result};
use civic::id::AccountId;
use civic::trace::Hash;
use store::driver::Conn;
use store::lane::Failure;

/// The caller's idempotency key, with the digest of what is asked under it. The same key with the
/// same request gets the same answer and does nothing twice; with another request it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    text: String,
    request: Option<Hash>,
}

impl Key {
    /// A key for the request with this canonical text.
    #[must_use]
    pub fn new(text: impl Into<String>, request: &[u8]) -> Self {
        Self {
            text: text.into(),
            request: Some(Hash::of(request)),
        }
    }
    /// The key of a part of the same request: of the report within a visit.
    #[must_use]
    pub fn part(&self, name: &str) -> Self {
        Self {
            text: format!("{}.{name}", self.text),
            request: self.request,
        }
    }
    /// The key of one of many callers who share an account: those with another `who` do not meet it.
    #[must_use]
    pub fn own(&self, who: &str) -> Self {
        Self {
            text: Hash::of(format!("{}\n{who}", self.text).as_bytes()).to_string(),
            request: self.request,
        }
    }
}

impl From<String> for Key {
    /// A key that stands for whatever is asked under it.
    fn from(text: String) -> Self {
        Self {
            text,
            request: None,
        }
    }
}

/// The answer kept under a key, if there is one of either.
///
/// # Errors
/// `Refused` where the key was used for another request.
pub(crate) fn kept(
    conn: &mut Conn,
    key: Option<&store::answered::Key>,
) -> std::result::Result<Option<String>, Failure> {
    key.map_or(Ok(None), |key| store::answered::get(conn, key))
}

impl Office {
    /// A key as it is kept: within the operation it was sent for, so that another operation never gets
    /// its answer, and with a keyed digest, as a request may hold a telephone number to be guessed.
    pub(crate) fn kept_key(
        &self,
        key: Key,
        account: AccountId,
        operation: &str,
    ) -> store::answered::Key {
        store::answered::Key {
            account,
            text: format!("{operation}:{}", key.text),
            request: key.request.map(|hash| Hash(self.keys.mac(&hash.0))),
        }
    }

    /// [`kept`], before anything else is looked at.
    pub(crate) async fn answered(
        &self,
        key: Option<&store::answered::Key>,
    ) -> Result<Option<String>> {
        let key = key.cloned();
        let found = self
            .store
            .read::<_, Failure>(move |conn| kept(conn, key.as_ref()))
            .await;
        Ok(found?)
    }
}
