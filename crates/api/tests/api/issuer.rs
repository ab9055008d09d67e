//! Signing in by an identity provider of the house, on both databases: the provider is a small one in
//! this process, whose keys and tokens are made here.

use crate::app::{Answer, App, Ask, User};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use office::identity::totp;
use openidconnect::core::{
    CoreEdDsaPrivateSigningKey, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKeySet,
    CoreJwsSigningAlgorithm,
};
use openidconnect::{
    Audience, EmptyAdditionalClaims, IssuerUrl, JsonWebKeyId, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, PrivateSigningKey, StandardClaims, SubjectIdentifier,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};
use testkit::TestOffice;

/// What a token says, and who signs it.
#[derive(Clone)]
struct Said {
    subject: String,
    audience: String,
    issuer: Option<String>,
    nonce: Option<String>,
    /// Seconds of life, from the clock of the test.
    life: i64,
    /// Which key signs; the provider publishes key 1 only.
    key: u8,
    /// Signed with the secret that both sides share, which nobody believes.
    shared: bool,
}

fn said(subject: &str) -> Said {
    Said {
        subject: subject.into(),
        audience: "hangji".into(),
        issuer: None,
        nonce: None,
        life: 300,
        key: 1,
        shared: false,
    }
}

/// What the provider was asked and will say.
struct Desk {
    now_ms: i64,
    said: Said,
    /// Nonce and challenge of the visit that began last.
    nonce: String,
    challenge: String,
}

struct Provider {
    url: String,
    desk: Arc<Mutex<Desk>>,
}

/// A key pair out of a number, as the PEM that the library reads.
fn key(of: u8) -> CoreEdDsaPrivateSigningKey {
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend([of; 32]);
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        BASE64.encode(&der)
    );
    let id = JsonWebKeyId::new("key".into());
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(id)).unwrap()
}

fn token(url: &str, desk: &Desk) -> String {
    let said = &desk.said;
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(desk.now_ms.unsigned_abs());
    let expires = match said.life {
        later @ 0.. => now + Duration::from_secs(later.unsigned_abs()),
        before => now - Duration::from_secs(before.unsigned_abs()),
    };
    let issuer = said.issuer.clone().unwrap_or_else(|| url.to_owned());
    let claims = CoreIdTokenClaims::new(
        IssuerUrl::new(issuer).unwrap(),
        vec![Audience::new(said.audience.clone())],
        expires.into(),
        now.into(),
        StandardClaims::new(SubjectIdentifier::new(said.subject.clone())),
        EmptyAdditionalClaims {},
    )
    .set_nonce(Some(Nonce::new(
        said.nonce.clone().unwrap_or_else(|| desk.nonce.clone()),
    )));
    if said.shared {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let text = format!(
            "{}.{}",
            part(&json!({ "alg": "none" })),
            part(&json!(claims))
        );
        return format!("{text}.");
    }
    let signed = CoreIdToken::new(
        claims,
        &key(said.key),
        CoreJwsSigningAlgorithm::EdDsa,
        None,
        None,
    );
    signed.unwrap().to_string()
}

/// What the provider answers to one request.
fn answer(url: &str, desk: &Desk, head: &str, body: &str) -> Option<Value> {
    let path = head.split(' ').nth(1)?;
    match path {
        "/.well-known/openid-configuration" => Some(json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "jwks_uri": format!("{url}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA"],
        })),
        "/keys" => Some(json!(CoreJsonWebKeySet::new(vec![
            key(1).as_verification_key()
        ]))),
        "/token" => {
            let fields = query(body);
            let verifier = PkceCodeVerifier::new(fields.get("code_verifier")?.clone());
            let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
            let client = BASE64.encode(b"hangji:shared-secret");
            let known = head.contains(&format!("Basic {client}"));
            let own = challenge.as_str() == desk.challenge && fields["code"] == "good";
            (known && own).then(|| {
                json!({ "access_token": "x", "token_type": "Bearer", "id_token": token(url, desk) })
            })
        }
        _ => None,
    }
}

fn query(text: &str) -> HashMap<String, String> {
    let plain = |text: &str| {
        let mut out = Vec::new();
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'%' => {
                    let hex = [bytes.next().unwrap(), bytes.next().unwrap()];
                    let hex = std::str::from_utf8(&hex).unwrap().to_owned();
                    out.push(u8::from_str_radix(&hex, 16).unwrap());
                }
                b'+' => out.push(b' '),
                other => out.push(other),
            }
        }
        String::from_utf8(out).unwrap()
    };
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(k, v)| (plain(k), plain(v))).collect()
}

fn serve(stream: TcpStream, url: &str, desk: &Mutex<Desk>) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
            break;
        }
        if let Some(n) = line.to_lowercase().strip_prefix("content-length:") {
            length = n.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    let said = answer(url, &desk.lock().unwrap(), &head, &body);
    let (status, body) = match said {
        Some(said) => ("200 OK", said),
        None => ("400 Bad Request", json!({ "error": "invalid_grant" })),
    };
    let body = body.to_string();
    let text = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    reader.get_mut().write_all(text.as_bytes()).unwrap();
}

fn provider(app: &App) -> Provider {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let desk = Arc::new(Mutex::new(Desk {
        now_ms: app.test.office.now().0,
        said: said("nobody"),
        nonce: String::new(),
        challenge: String::new(),
    }));
    let (own, shared) = (url.clone(), Arc::clone(&desk));
    thread::spawn(move || {
        for stream in listener.incoming() {
            serve(stream.unwrap(), &own, &shared);
        }
    });
    Provider { url, desk }
}

impl Provider {
    fn settings(&self, enabled: bool) -> Value {
        json!({ "name": "市统一认证", "enabled": enabled, "issuer": self.url, "client": "hangji",
                "secret": "shared-secret", "base": "https://hangji.example.gov.cn" })
    }

    /// The person goes to the provider's page, and back with its answer: the form that the page sends.
    fn visit(&self, app: &App, begun: &Value, said: Said) -> Value {
        let url = begun["url"].as_str().unwrap();
        let (page, asked) = url.split_once('?').unwrap();
        assert_eq!(page, format!("{}/authorize", self.url));
        let asked = query(asked);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["scope"], "openid");
        assert_eq!(
            asked["redirect_uri"],
            "https://hangji.example.gov.cn/sign-in/from/city"
        );
        *self.desk.lock().unwrap() = Desk {
            now_ms: app.test.office.now().0,
            said,
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
        };
        json!({ "state": asked["state"], "code": "good", "ticket": begun["ticket"] })
    }
}

async fn put(user: &User<'_>, path: &str, body: &Value) -> Answer {
    user.app.send(user.ask("PUT", path).json(body)).await
}

async fn begin(app: &App) -> Value {
    let ask = Ask::new("POST", "/api/v1/public/issuers/city/visits");
    app.send(ask.header("x-hangji", "1")).await.done().json()
}

async fn answered(app: &App, form: &Value) -> Answer {
    let ask = Ask::new("POST", "/api/v1/public/issuers/city/answers").header("x-hangji", "1");
    app.send(ask.json(form)).await
}

/// The whole way, with what the provider says.
async fn sign_in(app: &App, provider: &Provider, said: Said) -> Answer {
    let begun = begin(app).await;
    let form = provider.visit(app, &begun, said);
    answered(app, &form).await
}

async fn staff_sign_in(test: TestOffice) -> App {
    let app = App::over(test);
    let provider = provider(&app);
    let system = app.user("sysadmin").await;
    let open = async || {
        let ask = Ask::new("GET", "/api/v1/public/issuers");
        app.send(ask).await.done().json()
    };
    // Off by default: no button, no way.
    assert_eq!(open().await, json!([]));
    let lacking =
        json!({ "name": "市统一认证", "issuer": "http://sso.example.gov.cn", "base": "x" });
    assert_eq!(
        put(&system, "/api/v1/issuers/city", &lacking)
            .await
            .problems(),
        "issuer bad_address: 请填写以 https:// 开头的认证平台地址（装在本机的可以用 http://127.0.0.1）\n\
         client required: 请填写认证平台分配的客户端编号\n\
         secret required: 请填写认证平台分配的客户端密钥\n\
         base bad_address: 请填写大家打开本平台的网址，以 https:// 开头\n"
    );
    put(&system, "/api/v1/issuers/city", &provider.settings(false))
        .await
        .done();
    assert_eq!(open().await, json!([]));
    let closed = Ask::new("POST", "/api/v1/public/issuers/city/visits");
    assert_eq!(app.send(closed).await.status, 404);
    put(&system, "/api/v1/issuers/city", &provider.settings(true))
        .await
        .done();
    assert_eq!(
        open().await,
        json!([{ "code": "city", "name": "市统一认证" }])
    );
    let shown = system.get("/api/v1/issuers").await.done();
    assert!(!shown.text().contains("shared-secret"), "{}", shown.text());
    let check = system.ask("POST", "/api/v1/issuers/city/check");
    app.send(check).await.done();
    // A provider that is somewhere else is told in words that an administrator reads.
    let mut elsewhere = provider.settings(true);
    elsewhere["issuer"] = json!("http://127.0.0.1:9");
    put(&system, "/api/v1/issuers/nowhere", &elsewhere)
        .await
        .done();
    let check = system.ask("POST", "/api/v1/issuers/nowhere/check");
    let (code, sentence) = app.send(check).await.refusal();
    assert_eq!(code, "409 conflict");
    assert!(sentence.contains("连不上它"), "{sentence}");
    assert!(!sentence.contains("ailed"), "{sentence}");
    let gone = system.ask("DELETE", "/api/v1/issuers/nowhere");
    app.send(gone).await.done();
    // A resident is told before being sent there.
    let resident = app.user("resident").await;
    let begin = resident.ask("POST", "/api/v1/me/issuers/city/visits");
    let (code, sentence) = app.send(begin).await.refusal();
    assert_eq!(code, "409 conflict");
    assert!(sentence.contains("只有工作账号"), "{sentence}");

    // The provider knows the person, and nobody here is bound to it: no account comes of it.
    let (code, sentence) = sign_in(&app, &provider, said("4101-guo")).await.refusal();
    assert_eq!(code, "401 sign_in_refused");
    assert!(sentence.contains("还没有绑定"), "{sentence}");

    // The owner binds it, signed in with the password.
    let desk = app.user("community").await;
    let begin_own = desk.ask("POST", "/api/v1/me/issuers/city/visits");
    let begun = app.send(begin_own).await.done().json();
    let form = provider.visit(&app, &begun, said("4101-guo"));
    let other = app.user("unit").await;
    let bind = |user: &User<'_>| {
        user.ask("POST", "/api/v1/me/issuers/city/answers")
            .json(&form)
    };
    assert_eq!(app.send(bind(&other)).await.status, 403, "who began, ends");
    let begin_own = desk.ask("POST", "/api/v1/me/issuers/city/visits");
    let begun = app.send(begin_own).await.done().json();
    let form = provider.visit(&app, &begun, said("4101-guo"));
    assert_eq!(
        answered(&app, &form).await.status,
        401,
        "a visit for binding signs nobody in"
    );
    let begin_own = desk.ask("POST", "/api/v1/me/issuers/city/visits");
    let begun = app.send(begin_own).await.done().json();
    let form = provider.visit(&app, &begun, said("4101-guo"));
    let own = desk.ask("POST", "/api/v1/me/issuers/city/answers");
    app.send(own.json(&form)).await.done();
    let mine = desk.get("/api/v1/me/identities").await.done().json();
    assert_eq!(
        (&mine[0]["issuer"], &mine[0]["shown"]),
        (&json!("市统一认证"), &json!("******uo"))
    );

    // In by the button, with the same posts and rights.
    let signed = sign_in(&app, &provider, said("4101-guo")).await.done();
    assert!(signed.header("set-cookie").contains("HttpOnly"));
    let me = signed.json();
    assert_eq!(
        (&me["login"], &me["hold"]),
        (&json!("community"), &Value::Null)
    );

    // The security administrator binds by the id; an identity belongs to one account only.
    let security = app.user("secadmin").await;
    let give = async |account: &str, subject: &str| {
        let ask = security.ask("POST", format!("/api/v1/accounts/{account}/identities"));
        let body = json!({ "issuer": "city", "subject": subject });
        app.send(ask.json(&body)).await
    };
    give("61", "4101-chen").await.done();
    assert_eq!(give("51", "4101-chen").await.refusal().0, "409 conflict");
    assert_eq!(give("92", "4101-yu").await.refusal().0, "409 conflict");
    assert_eq!(give("900", "4101-wang").await.refusal().0, "409 conflict");
    let (_, shared) = give("31", "4101-guo-2").await.refusal();
    assert!(shared.contains("演示账号"), "{shared}");
    let unit = sign_in(&app, &provider, said("4101-chen")).await.done();
    assert_eq!(unit.json()["login"], "unit");
    let of = security.get("/api/v1/accounts/61/identities").await.done();
    let id = of.json()[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/identities/{id}");
    assert_eq!(
        app.send(desk.ask("DELETE", &path)).await.status,
        404,
        "not one's own"
    );
    app.send(security.ask("DELETE", &path)).await.done();
    assert_eq!(
        sign_in(&app, &provider, said("4101-chen")).await.status,
        401
    );

    // All of it is in the log of sign-ins and in the audit.
    let auditor = app.user("auditor").await;
    let log = auditor.get("/api/v1/sign-ins?login=sso:city").await.done();
    let words: Vec<Value> = log.json()["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["outcome_word"].clone())
        .collect();
    assert_eq!(
        words,
        ["身份未绑定账号", "统一认证未通过", "身份未绑定账号"]
    );
    let desk_log = auditor.get("/api/v1/sign-ins?login=community").await;
    assert_eq!(desk_log.done().json()["rows"][0]["outcome"], "ok");
    let audit = auditor.get("/api/v1/audit?limit=50").await.done().text();
    for action in ["put_issuer", "bind_identity", "unbind_identity"] {
        assert!(audit.contains(action), "{action}");
    }
    assert!(!audit.contains("4101-guo"), "the id is masked");

    // A provider at another address is another one, and what was bound to the first opens nothing.
    let second = self::provider(&app);
    put(&system, "/api/v1/issuers/city", &second.settings(true))
        .await
        .done();
    assert_eq!(sign_in(&app, &second, said("4101-guo")).await.status, 401);
    put(&system, "/api/v1/issuers/city", &provider.settings(true))
        .await
        .done();
    sign_in(&app, &provider, said("4101-guo")).await.done();
    app.test.verify().await;
    app
}

#[tokio::test]
async fn staff_sign_in_by_the_provider_to_which_their_account_is_bound() {
    staff_sign_in(TestOffice::sqlite("issuer").await).await;
}

#[test]
fn staff_sign_in_by_the_provider_to_which_their_account_is_bound_on_postgresql() {
    testkit::on_postgres("issuer", staff_sign_in);
}

/// An app with the provider, by which the head of a grid may sign in.
async fn bound(name: &str) -> (App, Provider) {
    let app = App::sqlite(name).await;
    let provider = provider(&app);
    let system = app.user("sysadmin").await;
    put(&system, "/api/v1/issuers/city", &provider.settings(true))
        .await
        .done();
    let security = app.user("secadmin").await;
    let give = security.ask("POST", "/api/v1/accounts/51/identities");
    let body = json!({ "issuer": "city", "subject": "lin" });
    app.send(give.json(&body)).await.done();
    (app, provider)
}

#[tokio::test]
async fn an_answer_that_does_not_hold_opens_nothing() {
    let (app, provider) = bound("answers").await;
    sign_in(&app, &provider, said("lin")).await.done();
    let good = said("lin");
    let wrong = |what: fn(&mut Said)| {
        let mut said = good.clone();
        what(&mut said);
        said
    };
    let cases: [(&str, Said); 6] = [
        ("nonce", wrong(|s| s.nonce = Some("another".into()))),
        ("audience", wrong(|s| s.audience = "another".into())),
        (
            "issuer",
            wrong(|s| s.issuer = Some("http://127.0.0.1:1".into())),
        ),
        ("expired", wrong(|s| s.life = -1)),
        ("key", wrong(|s| s.key = 2)),
        ("unsigned", wrong(|s| s.shared = true)),
    ];
    for (what, said) in cases {
        app.test.clock.advance_minutes(5);
        let (code, sentence) = sign_in(&app, &provider, said).await.refusal();
        assert_eq!(code, "401 sign_in_refused", "{what}");
        assert!(sentence.contains("统一认证没有通过"), "{what}: {sentence}");
    }
    app.test.clock.advance_minutes(5);

    // Each state opens once, for who began, in its time, with the code of the provider.
    let begun = begin(&app).await;
    let form = provider.visit(&app, &begun, good.clone());
    answered(&app, &form).await.done();
    assert_eq!(answered(&app, &form).await.status, 401, "replayed");
    for (field, value) in [("ticket", "another"), ("state", "another"), ("code", "bad")] {
        let begun = begin(&app).await;
        let mut form = provider.visit(&app, &begun, good.clone());
        form[field] = json!(value);
        assert_eq!(answered(&app, &form).await.status, 401, "{field}");
    }
    app.test.clock.advance_minutes(5);
    let begun = begin(&app).await;
    let form = provider.visit(&app, &begun, good.clone());
    app.test.clock.advance_minutes(10);
    assert_eq!(answered(&app, &form).await.status, 401, "too late");
    // Another browser's challenge.
    let begun = begin(&app).await;
    let form = provider.visit(&app, &begun, good.clone());
    provider.desk.lock().unwrap().challenge = "another".into();
    assert_eq!(answered(&app, &form).await.status, 401, "PKCE");
    // From another page.
    let begun = begin(&app).await;
    let form = provider.visit(&app, &begun, good);
    let strange = Ask::new("POST", "/api/v1/public/issuers/city/answers");
    assert_eq!(app.send(strange.json(&form)).await.refusal().0, "403 csrf");
}

#[tokio::test]
async fn locks_networks_and_second_factors_hold_for_who_comes_from_a_provider() {
    let (app, provider) = bound("grade").await;
    let head = app.user("gridhead").await;
    let security = app.user("secadmin").await;
    // A second factor is asked for here, however the provider knows the person.
    let offer = app
        .send(head.ask("POST", "/api/v1/me/factor"))
        .await
        .done()
        .json();
    let secret = data_encoding::BASE32_NOPAD
        .decode(offer["secret"].as_str().unwrap().as_bytes())
        .unwrap();
    let shown = || {
        let step = totp::step(app.test.office.now());
        format!("{:06}", totp::code(&secret, step))
    };
    let confirm = head.ask("PUT", "/api/v1/me/factor");
    app.send(confirm.json(&json!({ "code": shown() })))
        .await
        .done();
    app.test.clock.advance_minutes(1);
    let begun = begin(&app).await;
    let mut form = provider.visit(&app, &begun, said("lin"));
    assert_eq!(answered(&app, &form).await.refusal().0, "401 code_needed");
    form["factor"] = json!("000000");
    let (code, sentence) = answered(&app, &form).await.refusal();
    assert_eq!(code, "401 sign_in_refused");
    assert!(sentence.contains("动态码不正确"), "{sentence}");
    form["factor"] = json!(shown());
    assert_eq!(
        answered(&app, &form).await.done().json()["login"],
        "gridhead"
    );
    assert_eq!(answered(&app, &form).await.status, 401, "replayed");

    // Wrong codes lock the account for this network, for the provider too.
    let begun = begin(&app).await;
    let mut form = provider.visit(&app, &begun, said("lin"));
    form["factor"] = json!("000000");
    for _ in 0..5 {
        app.test.clock.advance_minutes(1);
        assert_eq!(answered(&app, &form).await.status, 401);
    }
    let (_, sentence) = sign_in(&app, &provider, said("lin")).await.refusal();
    assert!(sentence.contains("已锁定"), "{sentence}");
    let unlock = security.ask("DELETE", "/api/v1/accounts/51/lock");
    app.send(unlock).await.done();
    assert_eq!(
        sign_in(&app, &provider, said("lin")).await.refusal().0,
        "401 code_needed"
    );

    // Networks, and an account that is disabled.
    let networks = json!({ "scope": "account:51", "value": "10.9.0.0/16" });
    put(&security, "/api/v1/parameters/networks", &networks)
        .await
        .done();
    let (_, sentence) = sign_in(&app, &provider, said("lin")).await.refusal();
    assert!(sentence.contains("指定的网络"), "{sentence}");
    let free = json!({ "scope": "account:51", "value": null });
    put(&security, "/api/v1/parameters/networks", &free)
        .await
        .done();
    let disable = security.ask("PUT", "/api/v1/accounts/51/state");
    app.send(disable.json(&json!({ "disabled": true })))
        .await
        .done();
    let (_, sentence) = sign_in(&app, &provider, said("lin")).await.refusal();
    assert!(sentence.contains("已停用"), "{sentence}");
}
