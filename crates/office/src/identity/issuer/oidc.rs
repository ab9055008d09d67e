//! OpenID Connect, authorisation code with PKCE, state and nonce: what is sent, and what has to hold of
//! the answer. Blocks: not on a thread of the async runtime.

use super::Settings;
use crate::web_client;
use civic::time::Instant;
use openidconnect::HttpRequest;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm};
use openidconnect::core::{CoreProviderMetadata, CoreTokenResponse};
use openidconnect::{AuthorizationCode, ClientId, ClientSecret, CsrfToken, DiscoveryError};
use openidconnect::{HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier};
use openidconnect::{RedirectUrl, TokenResponse};
use std::io::{Error, ErrorKind};
use std::time::{Duration, SystemTime};

/// Most of an answer that is read.
const ANSWER_BYTES_MAX: u64 = 256 * 1024;
/// How far the clock of the provider may be ahead, in milliseconds.
const SKEW_MS: i64 = 60_000;
/// Signatures that are believed: by key pairs only, never by a shared secret.
const SIGNATURES: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// A visit that begins.
pub(super) struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// Comes back with the browser.
    pub state: String,
    /// Comes back in the token.
    pub nonce: String,
    /// Proves that who fetches the token is who began.
    pub verifier: String,
}

/// Whether an address may be asked: over TLS, or on this machine.
pub(super) fn may_ask(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return false;
    }
    let host = match authority.strip_prefix("[::1]") {
        Some(_) => "[::1]",
        None => authority.split(':').next().unwrap_or_default(),
    };
    match scheme {
        "https" => !host.is_empty(),
        "http" => ["127.0.0.1", "localhost", "[::1]"].contains(&host),
        _ => false,
    }
}

fn ask(request: HttpRequest) -> Result<HttpResponse, Error> {
    if !may_ask(&request.uri().to_string()) {
        return Err(Error::new(
            ErrorKind::PermissionDenied,
            format!("{} is neither https nor on this machine", request.uri()),
        ));
    }
    let answer = web_client::agent().run(request).map_err(Error::other)?;
    let (parts, mut body) = answer.into_parts();
    let bytes = body
        .with_config()
        .limit(ANSWER_BYTES_MAX)
        .read_to_vec()
        .map_err(Error::other)?;
    Ok(HttpResponse::from_parts(parts, bytes))
}

/// An error with its causes in one line, for the log.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

fn discover(settings: &Settings) -> Result<CoreProviderMetadata, String> {
    let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|e| told(&e))?;
    CoreProviderMetadata::discover(&issuer, &ask).map_err(|e| told(&e))
}

/// Whether the provider answers and says what is needed; else what the administrator is told. The
/// words of the library, which are English, go to the log.
pub(super) fn check(settings: &Settings, redirect: &str) -> Result<(), String> {
    let issuer = IssuerUrl::new(settings.issuer.clone())
        .map_err(|_| "填写的认证平台地址不是网址".to_owned())?;
    let found = CoreProviderMetadata::discover(&issuer, &ask).map_err(|error| {
        tracing::warn!(why = told(&error), "an identity provider failed its check");
        reason(&error)
    })?;
    if found.token_endpoint().is_none() {
        return Err("它的配置里没有令牌地址（token_endpoint）".into());
    }
    RedirectUrl::new(redirect.to_owned())
        .map(|_| ())
        .map_err(|_| "填写的本平台网址不能用".into())
}

/// Why the configuration of a provider could not be read, in a sentence.
fn reason(error: &DiscoveryError<Error>) -> String {
    match error {
        DiscoveryError::Request(_) => "连不上它，请同时核对网络".into(),
        DiscoveryError::Response(status, ..) => {
            format!("它回答“{}”，没有给出配置", status.as_u16())
        }
        DiscoveryError::Parse(_) => "它回答的内容不是认证平台的配置".into(),
        DiscoveryError::Validation(_) => "它自报的地址与填写的不一致".into(),
        _ => "填写的地址不能用".into(),
    }
}

/// Begins a visit.
pub(super) fn begin(settings: &Settings, redirect: &str) -> Result<Begun, String> {
    let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|e| told(&e))?;
    let client = CoreClient::from_provider_metadata(
        discover(settings)?,
        ClientId::new(settings.client.clone()),
        Some(ClientSecret::new(settings.secret.clone())),
    )
    .set_redirect_uri(redirect);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .set_pkce_challenge(challenge)
        .url();
    if !may_ask(url.as_str()) {
        return Err(format!("{url} is neither https nor on this machine"));
    }
    Ok(Begun {
        url: url.into(),
        state: state.into_secret(),
        nonce: nonce.secret().clone(),
        verifier: verifier.into_secret(),
    })
}

/// Fetches the token for a code and answers the person's id at the provider. The signature, the
/// provider, the audience, the time and the nonce all have to hold.
pub(super) fn prove(
    settings: &Settings,
    redirect: &str,
    code: String,
    nonce: String,
    verifier: String,
    now: Instant,
) -> Result<String, String> {
    let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|e| told(&e))?;
    let client = CoreClient::from_provider_metadata(
        discover(settings)?,
        ClientId::new(settings.client.clone()),
        Some(ClientSecret::new(settings.secret.clone())),
    )
    .set_redirect_uri(redirect);
    let answer: CoreTokenResponse = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|e| told(&e))?
        .set_pkce_verifier(PkceCodeVerifier::new(verifier))
        .request(&ask)
        .map_err(|e| told(&e))?;
    let token = answer.id_token().ok_or("the answer holds no ID token")?;
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(now.0.unsigned_abs());
    let latest = at + Duration::from_millis(SKEW_MS.unsigned_abs());
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(SIGNATURES)
        .set_time_fn(move || at.into())
        .set_issue_time_verifier_fn(move |issued| match SystemTime::from(issued) <= latest {
            true => Ok(()),
            false => Err("issued in the future".into()),
        });
    let claims = token
        .claims(&verifier, &Nonce::new(nonce))
        .map_err(|e| told(&e))?;
    Ok(claims.subject().as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_and_this_machine_are_asked() {
        for good in [
            "https://sso.example.gov.cn/realms/city",
            "http://127.0.0.1:8080/x",
            "http://localhost/",
            "http://[::1]:80/",
        ] {
            assert!(may_ask(good), "{good}");
        }
        for bad in [
            "http://sso.example.gov.cn/",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.1@example.com/",
            "http://localhost.example.com",
            "ftp://localhost/",
            "https://",
            "sso",
            "file:///etc/passwd",
        ] {
            assert!(!may_ask(bad), "{bad}");
        }
    }
}
