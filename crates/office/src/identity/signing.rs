//! Requests of other systems that are signed instead of carrying their token: the token never
//! travels, nothing can be changed on the way, and what was overheard cannot be sent again.

use super::keys;
use crate::{Office, Result};
use civic::directory::Actor;
use civic::hotline::{WINDOW_MS, good_nonce, in_window, signed_text};
use civic::time::Instant;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// How every signing key begins, so that one that leaked is recognised.
const KEY_PREFIX: &str = "hjs_";

/// A signed request: what its headers say, and what they cover.
#[derive(Debug)]
pub struct SignedRequest<'a> {
    /// Number of the token.
    pub token: i64,
    /// When it was signed, ms UTC.
    pub time: i64,
    /// Never used before with this token.
    pub nonce: &'a str,
    /// HMAC-SHA256 in hex, under the characters of the signing key.
    pub signature: &'a str,
    /// `POST`
    pub method: &'a str,
    /// Path with query.
    pub path: &'a str,
    /// The body as it came.
    pub body: &'a [u8],
}

/// SHA-256 in hex.
fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// The signature of a request under a key: for clients written in Rust, and for tests.
#[must_use]
pub fn sign(key: &[u8], method: &str, path: &str, time: i64, nonce: &str, body: &[u8]) -> String {
    let text = signed_text(method, path, time, nonce, &digest(body));
    HEXLOWER.encode(&keys::hmac_of(key, text.as_bytes()))
}

impl Office {
    /// The key under which the holder of a token signs. It follows from the secret of the installation
    /// and is kept nowhere: who reads the database, or overhears the token, cannot sign.
    pub(super) fn signing_key(&self, token: i64) -> String {
        let key = self.keys.mac(format!("sign:{token}").as_bytes());
        format!("{KEY_PREFIX}{}", HEXLOWER.encode(&key))
    }

    /// The account that signed a request; `None` when the signature is wrong, old, or was used
    /// before, or the token or its account is not in force (HTTP 401).
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn actor_of_signature(&self, request: &SignedRequest<'_>) -> Result<Option<Actor>> {
        let now = self.now();
        if !in_window(request.time, now) || !good_nonce(request.nonce) {
            return Ok(None);
        }
        let id = request.token;
        let found = self
            .read(move |conn| {
                let Some(token) = store::token::in_force(conn, id)? else {
                    return Ok(None);
                };
                let account = store::account::by_id(conn, token.account)?;
                Ok(account
                    .filter(|a| a.disabled_at.is_none())
                    .map(|a| (token, a.name)))
            })
            .await?;
        let Some((token, name)) = found.filter(|(t, ..)| now < t.expires_at) else {
            return Ok(None);
        };
        let text = signed_text(
            request.method,
            request.path,
            request.time,
            request.nonce,
            &digest(request.body),
        );
        if !keys::verify_hmac(
            self.signing_key(id).as_bytes(),
            text.as_bytes(),
            request.signature,
        ) {
            return Ok(None);
        }
        let nonce = request.nonce.to_owned();
        let oldest = Instant(now.0 - 2 * WINDOW_MS);
        let fresh = self
            .write(move |conn| Ok(store::hotline::fresh_nonce(conn, id, &nonce, now, oldest)?))
            .await?;
        Ok(fresh.then(|| self.actor(token.account, name)))
    }
}
