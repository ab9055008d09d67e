//! The client for requests that leave the house: to gateways of messages and to identity providers
//! that the system administrator set up, and to nobody else.

use std::sync::{Arc, OnceLock};
use std::time::Duration;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Longest time that the other side may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A client that follows no redirects, asks no proxy of the environment, and hands every status over.
/// TLS trusts whom the operating system trusts (`SSL_CERT_FILE` names another list).
pub(crate) fn agent() -> ureq::Agent {
    static TLS: OnceLock<TlsConfig> = OnceLock::new();
    let tls = TLS.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(%error, "a list of trusted certificates could not be read");
        }
        let trusted = found
            .certs
            .iter()
            .map(|one| Certificate::from_der(one).to_owned());
        TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(trusted.collect())))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build()
    });
    ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .tls_config(tls.clone())
        .build()
        .into()
}
