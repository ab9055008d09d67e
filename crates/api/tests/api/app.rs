//! The interface over a test office, and people who use it.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use testkit::{PASSWORD, TestOffice};
use tower::ServiceExt;

pub struct App {
    pub test: TestOffice,
    pub router: Router,
    keys: AtomicU32,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
    /// The answer of a request that must have been done.
    #[track_caller]
    pub fn done(self) -> Self {
        assert!(self.status < 300, "{} {}", self.status, self.text());
        self
    }
    /// `status code` of a refusal, and the sentence.
    pub fn refusal(&self) -> (String, String) {
        let body = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["status"], self.status);
        (
            format!("{} {}", self.status, body["code"].as_str().unwrap()),
            body["detail"].as_str().unwrap().to_owned(),
        )
    }
    /// `field code: message` of each problem.
    pub fn problems(&self) -> String {
        let body = self.json();
        let line = |p: &Value| {
            format!(
                "{} {}: {}\n",
                p["field"].as_str().unwrap(),
                p["code"].as_str().unwrap(),
                p["message"].as_str().unwrap()
            )
        };
        body["problems"]
            .as_array()
            .into_iter()
            .flatten()
            .map(line)
            .collect()
    }
}

/// How a request is made.
pub struct Ask {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Ask {
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        Self {
            method: method.parse().unwrap(),
            path: path.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
    pub fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self.header("content-type", "application/json")
    }
    pub fn raw(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
    /// A form with one file.
    pub fn file(self, name: &str, bytes: &[u8]) -> Self {
        let mut body = format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--xyz--\r\n");
        self.header("content-type", "multipart/form-data; boundary=xyz")
            .raw(body)
    }
}

impl App {
    pub fn over(test: TestOffice) -> Self {
        Self::with(test, api::Options::default())
    }
    pub fn with(test: TestOffice, options: api::Options) -> Self {
        Self {
            router: api::router(test.office.clone(), options),
            test,
            keys: AtomicU32::new(0),
        }
    }
    pub async fn sqlite(name: &str) -> Self {
        Self::over(TestOffice::sqlite(name).await)
    }

    /// A key that no other request of this test has.
    pub fn key(&self) -> String {
        format!("key-{:08}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    pub async fn raw(&self, ask: Ask) -> Response<Body> {
        let mut request = Request::builder().method(ask.method).uri(&ask.path);
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        self.router
            .clone()
            .oneshot(request.body(Body::from(ask.body)).unwrap())
            .await
            .unwrap()
    }

    pub async fn send(&self, ask: Ask) -> Answer {
        let response = self.raw(ask).await;
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            bytes: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        }
    }

    /// A session token for somebody.
    pub async fn sign_in(&self, login: &str) -> String {
        self.test
            .office
            .sign_in(login, PASSWORD, "10.0.0.1", "test")
            .await
            .unwrap()
            .token
    }

    /// Somebody at a browser.
    pub async fn user(&self, login: &str) -> User<'_> {
        User {
            app: self,
            token: self.sign_in(login).await,
        }
    }

    /// The code by which the person concerned follows a matter.
    pub fn follow_code(&self, id: &str) -> String {
        self.test.office.follow_code(id.parse().unwrap())
    }
}

pub struct User<'a> {
    pub app: &'a App,
    pub token: String,
}

impl User<'_> {
    pub fn ask(&self, method: &str, path: impl Into<String>) -> Ask {
        Ask::new(method, path)
            .header("cookie", format!("hangji_session={}", self.token))
            .header("x-hangji", "1")
    }
    pub async fn get(&self, path: impl Into<String>) -> Answer {
        self.app.send(self.ask("GET", path)).await
    }
    /// A command with a fresh key.
    pub async fn post(&self, path: impl Into<String>, body: &Value) -> Answer {
        let ask = self
            .ask("POST", path)
            .header("idempotency-key", self.app.key())
            .json(body);
        self.app.send(ask).await
    }
    /// The matter as this person sees it.
    pub async fn matter(&self, id: &str) -> Value {
        self.get(format!("/api/v1/matters/{id}"))
            .await
            .done()
            .json()
    }
    /// An action on the version that this person sees.
    pub async fn act(&self, id: &str, action: &str, body: &Value) -> Answer {
        let version = self.get(format!("/api/v1/matters/{id}")).await;
        let tag = if version.status == 200 {
            version.header("etag").to_owned()
        } else {
            "\"v1\"".into()
        };
        let ask = self.ask("POST", format!("/api/v1/matters/{id}/actions/{action}"));
        self.app
            .send(
                ask.header("idempotency-key", self.app.key())
                    .header("if-match", tag)
                    .json(body),
            )
            .await
    }
    /// Reports a common dispute in unit 6; answers its id.
    pub async fn report(&self) -> String {
        let body = json!({ "text": "回迁房面积与协议不符", "category": "0104", "channel": "field", "address": "坂头安置房小区1号楼", "unit": "6",
            "reporter": { "name": "王阿福", "phone": "13905941234", "confirms": true } });
        let answer = self.post("/api/v1/matters", &body).await.done();
        answer.json()["id"].as_str().unwrap().to_owned()
    }
}
