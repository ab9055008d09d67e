//! Handing a letter to a gateway: HTTP by template (web hooks, short messages, 企业微信, voice calls)
//! or SMTP.
//! Nobody is called whom the system administrator did not write down.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Longest time that a gateway may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Most of an answer that is read.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// What kind of gateway a sender is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any program that takes JSON.
    Webhook,
    /// A gateway of short messages.
    Sms,
    /// 企业微信 or 政务微信.
    Wecom,
    /// A gateway that calls and reads the text out.
    Voice,
    /// A mail server.
    Smtp,
}

impl Kind {
    /// All kinds with code and word.
    pub const ALL: &[(Kind, &str, &str)] = &[
        (Self::Webhook, "webhook", "网络钩子"),
        (Self::Sms, "sms", "短信网关"),
        (Self::Wecom, "wecom", "企业微信"),
        (Self::Voice, "voice", "语音呼叫网关"),
        (Self::Smtp, "smtp", "邮件"),
    ];
    /// The kind with a code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, c, _)| *c == code)
            .map(|(kind, ..)| *kind)
    }
    /// Most characters of a text: two pieces of a long short message, half a minute of reading out,
    /// and what somebody reads elsewhere.
    pub(super) fn chars_max(self) -> usize {
        match self {
            Self::Sms | Self::Voice => 134,
            Self::Webhook | Self::Wecom | Self::Smtp => 500,
        }
    }
    /// The body where the administrator wrote none.
    fn body(self) -> &'static str {
        match self {
            Self::Wecom => {
                r#"{"touser":"{address}","msgtype":"text","agentid":0,"text":{"content":"{text}"}}"#
            }
            _ => r#"{"to":"{address}","name":"{name}","text":"{text}"}"#,
        }
    }
}

/// How a gateway is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// HTTP: where to send; may hold `{address}` and the like.
    pub url: String,
    /// HTTP: a header `Name: value` a line.
    pub headers: String,
    /// HTTP: the body with `{address}`, `{name}`, `{text}`; empty is the usual one of the kind.
    pub body: String,
    /// HTTP: what a good answer holds, besides a status of 2xx; empty is anything.
    pub good: String,
    /// SMTP: server.
    pub host: String,
    /// SMTP: port.
    pub port: u16,
    /// SMTP: who writes.
    pub from: String,
}

impl Settings {
    /// What is missing or wrong, as field and sentence.
    #[must_use]
    pub fn problem(&self, kind: Kind) -> Option<(&'static str, &'static str)> {
        if kind == Kind::Smtp {
            let mail = |text: &str| text.parse::<lettre::Address>().is_ok();
            return if self.host.trim().is_empty() {
                Some(("host", "请填写邮件服务器的地址"))
            } else if self.port == 0 {
                Some(("port", "请填写邮件服务器的端口，例如 25"))
            } else if !mail(&self.from) {
                Some(("from", "请填写发件人邮箱，例如 hangji@example.gov.cn"))
            } else {
                None
            };
        }
        if !["http://", "https://"]
            .iter()
            .any(|scheme| self.url.starts_with(scheme))
        {
            return Some(("url", "网关地址要以 http:// 或 https:// 开头"));
        }
        if self.body.trim().is_empty() {
            // Their interfaces differ from house to house.
            let own = match kind {
                Kind::Sms => "请按短信网关的接口填写请求内容，用 {address}、{text} 表示号码和内容",
                Kind::Voice => {
                    "请按语音网关的接口填写请求内容，用 {address}、{text} 表示号码和播报的内容"
                }
                _ => "",
            };
            if !own.is_empty() {
                return Some(("body", own));
            }
        }
        self.headers
            .lines()
            .any(|line| !line.trim().is_empty() && !line.contains(':'))
            .then_some(("headers", "请求头每行一个，写成“名称：值”的样子"))
    }
}

/// What is to be handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Phone number, mail address or id.
    pub address: String,
    /// Name of the person.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Fills a template. `escape` makes a value safe where it stands.
fn filled(template: &str, content: &Content, escape: impl Fn(&str) -> String) -> String {
    // One pass, so that a value that looks like a place holder is not filled in turn.
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = [
            ("{address}", &content.address),
            ("{name}", &content.name),
            ("{text}", &content.text),
        ]
        .into_iter()
        .find(|(holder, _)| rest.starts_with(holder));
        match known {
            Some((holder, value)) => {
                out.push_str(&escape(value));
                rest = &rest[holder.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn in_url(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(b).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// Hands a letter over. Blocks: not on a thread of the async runtime.
///
/// # Errors
/// Why the gateway did not take it, in a sentence.
pub fn deliver(kind: Kind, settings: &Settings, content: &Content) -> Result<(), String> {
    match kind {
        Kind::Smtp => mail(settings, content),
        _ => post(kind, settings, content),
    }
}

fn post(kind: Kind, settings: &Settings, content: &Content) -> Result<(), String> {
    let template = match settings.body.trim() {
        "" => kind.body(),
        own => own,
    };
    let json = template.starts_with('{') || template.starts_with('[');
    let (body, mime) = if json {
        (filled(template, content, in_json), "application/json")
    } else {
        (
            filled(template, content, in_url),
            "application/x-www-form-urlencoded",
        )
    };
    let mut request = crate::web_client::agent()
        .post(filled(&settings.url, content, in_url))
        .header("content-type", mime);
    for line in settings.headers.lines() {
        if let Some((name, value)) = line.split_once(':') {
            request = request.header(name.trim(), value.trim());
        }
    }
    let mut answer = request
        .send(body)
        .map_err(|error| format!("连不上网关：{error}"))?;
    let status = answer.status();
    let text = answer
        .body_mut()
        .with_config()
        .limit(ANSWER_BYTES_MAX)
        .read_to_string()
        .unwrap_or_default();
    if !status.is_success() {
        return Err(format!("网关回答 {}", status.as_u16()));
    }
    if !settings.good.is_empty() && !text.contains(&settings.good) {
        let shown: String = text.chars().take(80).collect();
        return Err(format!("网关没有接受：{shown}"));
    }
    Ok(())
}

fn mail(settings: &Settings, content: &Content) -> Result<(), String> {
    use lettre::Transport;
    let wrong = |what: &str| format!("{what}不是正确的邮箱地址");
    let message = lettre::Message::builder()
        .from(settings.from.parse().map_err(|_| wrong("发件人"))?)
        .to(content.address.parse().map_err(|_| wrong("收件人"))?)
        .subject("基层治理平台提醒")
        .header(lettre::message::header::ContentType::TEXT_PLAIN)
        .body(content.text.clone())
        .map_err(|error| format!("邮件写不成：{error}"))?;
    let server = lettre::SmtpTransport::builder_dangerous(&settings.host)
        .port(settings.port)
        .timeout(Some(TIMEOUT))
        .build();
    server
        .send(&message)
        .map(drop)
        .map_err(|error| format!("邮件服务器没有接受：{error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::thread;

    fn content() -> Content {
        Content {
            address: "13800000000".into(),
            name: "陈春山".into(),
            text: "事件“{name}”\n待办".into(),
        }
    }

    /// A gateway for one request: answers with `answer`, gives back what it got.
    fn gateway(answer: &'static str) -> (String, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let got = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(n) = line.to_lowercase().strip_prefix("content-length:") {
                    length = n.trim().parse().unwrap();
                }
                head.push_str(&line);
                if line == "\r\n" {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            head + &String::from_utf8(body).unwrap()
        });
        (url, got)
    }

    const OK: &str =
        "HTTP/1.1 200 OK\r\ncontent-length: 13\r\nconnection: close\r\n\r\n{\"errcode\":0}";

    #[test]
    fn a_template_is_filled_once_and_values_cannot_break_out_of_it() {
        let json = filled(Kind::Webhook.body(), &content(), in_json);
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["text"], "事件“{name}”\n待办");
        let form = filled("mobile={address}&msg={text}&x={y}", &content(), in_url);
        assert!(
            form.starts_with("mobile=13800000000&msg=%E4%BA%8B"),
            "{form}"
        );
        assert!(form.ends_with("%0A%E5%BE%85%E5%8A%9E&x={y}"), "{form}");
    }

    #[test]
    fn a_gateway_gets_the_filled_template_with_its_headers() {
        let (url, got) = gateway(OK);
        let settings = Settings {
            url,
            headers: "X-Key: secret".into(),
            body: "mobile={address}&msg={name}".into(),
            good: "\"errcode\":0".into(),
            ..Settings::default()
        };
        deliver(Kind::Sms, &settings, &content()).unwrap();
        let got = got.join().unwrap();
        assert!(got.to_lowercase().contains("x-key: secret"), "{got}");
        assert!(
            got.ends_with("mobile=13800000000&msg=%E9%99%88%E6%98%A5%E5%B1%B1"),
            "{got}"
        );
    }

    #[test]
    fn a_gateway_that_says_no_or_is_not_there_is_a_failure_in_words() {
        let (url, got) = gateway(OK);
        let settings = Settings {
            url,
            good: "accepted".into(),
            ..Settings::default()
        };
        let refused = deliver(Kind::Webhook, &settings, &content()).unwrap_err();
        assert!(refused.contains("没有接受"), "{refused}");
        got.join().unwrap();
        let (url, got) =
            gateway("HTTP/1.1 500 no\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let settings = Settings {
            url,
            ..Settings::default()
        };
        let refused = deliver(Kind::Webhook, &settings, &content()).unwrap_err();
        assert_eq!(refused, "网关回答 500");
        got.join().unwrap();
        let nobody = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let settings = Settings {
            url: format!("http://{nobody}/"),
            ..Settings::default()
        };
        let refused = deliver(Kind::Webhook, &settings, &content()).unwrap_err();
        assert!(refused.contains("连不上"), "{refused}");
    }

    #[test]
    fn a_mail_reaches_the_server() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut out = stream.try_clone().unwrap();
            let mut said = String::new();
            let mut data = false;
            out.write_all(b"220 here\r\n").unwrap();
            for line in BufReader::new(stream).lines() {
                let line = line.unwrap();
                said.push_str(&line);
                said.push('\n');
                let answer: &[u8] = match line.as_str() {
                    "." => {
                        data = false;
                        b"250 kept\r\n"
                    }
                    _ if data => continue,
                    "DATA" => {
                        data = true;
                        b"354 go on\r\n"
                    }
                    "QUIT" => break,
                    _ => b"250 fine\r\n",
                };
                out.write_all(answer).unwrap();
            }
            said
        });
        let settings = Settings {
            host: "127.0.0.1".into(),
            port,
            from: "hangji@example.gov.cn".into(),
            ..Settings::default()
        };
        let to = Content {
            address: "chen@example.gov.cn".into(),
            ..content()
        };
        deliver(Kind::Smtp, &settings, &to).unwrap();
        let said = server.join().unwrap();
        assert!(said.contains("RCPT TO:<chen@example.gov.cn>"), "{said}");
    }

    #[test]
    fn settings_that_cannot_work_are_refused_by_field() {
        let field = |kind, settings: Settings| settings.problem(kind).map(|(field, _)| field);
        assert_eq!(field(Kind::Webhook, Settings::default()), Some("url"));
        let url = |url: &str| Settings {
            url: url.into(),
            ..Settings::default()
        };
        for odd in ["ftp://example.com", "example.com", "file:///etc"] {
            assert_eq!(field(Kind::Webhook, url(odd)), Some("url"), "{odd}");
        }
        assert_eq!(field(Kind::Webhook, url("https://10.0.0.8/x")), None);
        assert_eq!(field(Kind::Webhook, url("http://10.0.0.8/x")), None);
        assert_eq!(field(Kind::Sms, url("http://10.0.0.8/x")), Some("body"));
        assert_eq!(field(Kind::Voice, url("http://10.0.0.8/x")), Some("body"));
        let bad = Settings {
            headers: "no colon".into(),
            ..url("http://10.0.0.8/x")
        };
        assert_eq!(field(Kind::Webhook, bad), Some("headers"));
        assert_eq!(field(Kind::Smtp, Settings::default()), Some("host"));
    }
}
