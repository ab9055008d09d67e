//! HTTPS without a proxy: what is said travels encrypted, who is slow holds nobody up, and a
//! certificate that is renewed needs no restart.

use crate::city::City;
use crate::client::{Answer, connect, exchange};
use crate::server::Server;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto};
use serde_json::json;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A certificate for this machine and its key, in files.
fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
    // Key first: the server looks at the time of the chain.
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    std::fs::write(&chain, made.cert.pem()).unwrap();
    (chain, key)
}

/// Asks as somebody who trusts the certificate in the file alone.
fn ask(
    address: SocketAddr,
    trusted: &Path,
    method: &str,
    path: &str,
    body: &str,
) -> std::io::Result<Answer> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(trusted).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(client, connect(address)?);
    exchange(&mut stream, method, path, &[], body)
}

#[test]
fn the_platform_is_served_by_https_and_takes_a_renewed_certificate_up() {
    let city = City::sqlite("tls");
    let folder = city.data().to_owned();
    let (chain, key) = certificate(&folder);
    let mut command = city.command("serve");
    command
        .args(["--listen", "127.0.0.1:0", "--tls-certificate"])
        .arg(&chain);
    command.arg("--tls-key").arg(&key);
    let server = Server::start(command);
    let address = server.address;

    // People who connect and say nothing, more than there are threads.
    let silent: Vec<_> = (0..64).map(|_| connect(address).unwrap()).collect();
    let login =
        json!({ "login": "danyuan", "password": office::identity::DEMO_PASSWORD }).to_string();
    let signed = ask(address, &chain, "POST", "/sessions", &login).unwrap();
    assert_eq!(signed.status, 200, "{}", signed.body);
    let cookie = signed.header("set-cookie").unwrap();
    assert!(cookie.contains("Secure"), "{cookie}");
    assert_eq!(
        signed.header("strict-transport-security"),
        Some("max-age=31536000")
    );
    drop(silent);

    // Plain HTTP gets no page.
    let mut plain = connect(address).unwrap();
    plain
        .write_all(b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said);
    assert!(
        !said.starts_with(b"HTTP/"),
        "{}",
        String::from_utf8_lossy(&said)
    );

    // Renewed: the old one is trusted no more, the new one answers; what is broken changes nothing.
    let old = folder.join("old.pem");
    std::fs::copy(&chain, &old).unwrap();
    certificate(&folder);
    assert!(ask(address, &old, "GET", "/nowhere", "").is_err());
    let good = folder.join("good.pem");
    std::fs::copy(&chain, &good).unwrap();
    std::fs::write(&chain, "nonsense").unwrap();
    let trusted = ask(address, &good, "GET", "/nowhere", "").unwrap();
    assert_eq!(trusted.status, 404);
    server.stop();
}

#[test]
fn a_certificate_that_does_not_fit_is_refused_at_the_start_with_what_to_do() {
    let city = City::sqlite("tls_wrong");
    let folder = city.data().to_owned();
    let (chain, key) = certificate(&folder);
    let other = folder.join("other");
    std::fs::create_dir(&other).unwrap();
    let (_, other_key) = certificate(&other);
    let start = |chain: &Path, key: &Path| {
        let mut command = city.command("serve");
        command
            .args(["--listen", "127.0.0.1:0", "--tls-certificate"])
            .arg(chain);
        command.arg("--tls-key").arg(key);
        Server::try_start(command).map(|_| ()).unwrap_err()
    };
    assert!(start(&chain, &other_key).contains("不能一起使用"));
    assert!(start(&key, &key).contains("没有证书"));
    assert!(start(&folder.join("none.pem"), &key).contains("读不出来"));
    assert!(start(&chain, &chain).contains("私钥文件"));
}
