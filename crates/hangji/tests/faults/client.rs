//! As much of an HTTP client as the tests need: one request a connection, and an answer that was
//! cut off by a dying server is an error and no answer.

use serde_json::{Value, json};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest wait for an answer: above the server's own limit of 30 s.
const PATIENCE: Duration = Duration::from_secs(40);

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
    /// The sentence of a problem document.
    pub fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }
    #[track_caller]
    pub fn id(&self) -> String {
        let id = self.body["id"].as_str();
        id.unwrap_or_else(|| panic!("no matter: {} {}", self.status, self.body))
            .to_owned()
    }
    #[track_caller]
    pub fn version(&self) -> i64 {
        let version = self.body["version"].as_i64();
        version.unwrap_or_else(|| panic!("no matter: {} {}", self.status, self.body))
    }
}

/// Somebody signed in; the session lives in the database, so it survives restarts.
#[derive(Clone)]
pub struct Person {
    pub cookie: String,
    pub home: String,
}

/// A command: what is asked, under a key, on the version that was seen.
#[derive(Clone)]
pub struct Command {
    pub path: String,
    pub key: String,
    pub version: Option<i64>,
    pub body: Value,
}

fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Answer> {
    exchange(&mut connect(address)?, method, path, headers, body)
}

/// A connection with patience.
pub fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// One request and its answer over any connection.
pub fn exchange(
    stream: &mut (impl Read + Write),
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Answer> {
    let mut text = format!(
        "{method} /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         X-Hangji: 1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{text}\r\n{body}").as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    parse(&bytes).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// `None` where the answer is not whole.
fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let body = &bytes[end + 4..];
    let mut answer = Answer {
        status: head.split(' ').nth(1)?.parse().ok()?,
        head,
        body: Value::Null,
    };
    let length: usize = match answer.header("content-length") {
        Some(length) => length.parse().ok()?,
        None => 0,
    };
    if body.len() < length {
        return None;
    }
    if length > 0 {
        answer.body = serde_json::from_slice(&body[..length]).ok()?;
    }
    Some(answer)
}

/// An attempt to sign in, with further headers.
pub fn knock(address: SocketAddr, login: &str, password: &str, headers: &[(&str, &str)]) -> Answer {
    let body = json!({ "login": login, "password": password }).to_string();
    request(address, "POST", "/sessions", headers, &body).unwrap()
}

impl Person {
    pub fn sign_in(address: SocketAddr, login: &str) -> Self {
        let answer = knock(address, login, office::identity::DEMO_PASSWORD, &[]);
        assert_eq!(answer.status, 200, "{login}: {}", answer.body);
        let cookie = answer.header("set-cookie").unwrap();
        Self {
            cookie: cookie.split(';').next().unwrap().to_owned(),
            home: answer.body["home"].as_str().unwrap_or_default().to_owned(),
        }
    }

    pub fn get(&self, address: SocketAddr, path: &str) -> io::Result<Answer> {
        request(address, "GET", path, &[("Cookie", &self.cookie)], "")
    }

    pub fn send(&self, address: SocketAddr, command: &Command) -> io::Result<Answer> {
        let version = command.version.map(|v| format!("\"v{v}\""));
        let mut headers = vec![
            ("Cookie", self.cookie.as_str()),
            ("Idempotency-Key", command.key.as_str()),
        ];
        if let Some(version) = &version {
            headers.push(("If-Match", version));
        }
        request(
            address,
            "POST",
            &command.path,
            &headers,
            &command.body.to_string(),
        )
    }
}

/// A report of a unit head from their own unit.
pub fn report(unit: &str, key: &str) -> Command {
    Command {
        path: "/matters".into(),
        key: key.to_owned(),
        version: None,
        body: json!({
            "title": "楼道堆放杂物堵住消防通道",
            "text": format!("三楼到四楼之间堆了旧家具和纸箱，劝过两次没有搬走。编号 {key}"),
            "category": "0201",
            "channel": "field",
            "address": "三单元楼道",
            "unit": unit,
        }),
    }
}

/// An escalation of a matter as it was seen.
pub fn escalate(id: &str, version: i64, key: &str) -> Command {
    Command {
        path: format!("/matters/{id}/actions/escalate"),
        key: key.to_owned(),
        version: Some(version),
        body: json!({ "opinion": format!("本级解决不了，请上级协调。编号 {key}") }),
    }
}
