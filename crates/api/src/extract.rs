//! What handlers are given: who asks, the parsed form, the version, the key.

use crate::App;
use crate::error::{Answer, Code, Fail};
use crate::fields::{Fields, Input};
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use civic::directory::Actor;
use civic::refusal::Hold;
use serde_json::{Map, Value};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

/// Name of the session cookie.
pub(crate) const COOKIE: &str = "hangji_session";
/// Header without which a browser's other pages cannot send: no form can set it.
pub(crate) const CSRF: &str = "x-hangji";

/// The person who asks, by session cookie or bearer token; 401 where nobody is signed in.
pub(crate) struct Signed {
    pub actor: Actor,
    /// The session token; none for a program with a bearer token.
    pub session: Option<String>,
}

impl FromRequestParts<Arc<App>> for Signed {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Answer<Self> {
        if let Some(token) = bearer(&parts.headers) {
            let actor = app.office.actor_of_bearer(token).await?.ok_or_else(|| {
                Fail::new(
                    Code::SignedOut,
                    "接口令牌无效或已过期，请联系安全管理员重新签发",
                )
            })?;
            app.office.admit(&actor, address(parts, app))?;
            return Ok(Self {
                actor,
                session: None,
            });
        }
        let token = cookie(&parts.headers, COOKIE).ok_or_else(signed_out)?;
        let actor = app.office.actor_of(&token).await?.ok_or_else(signed_out)?;
        app.office.admit(&actor, address(parts, app))?;
        check_csrf(parts)?;
        Ok(Self {
            actor,
            session: Some(token),
        })
    }
}

fn signed_out() -> Fail {
    Fail::new(
        Code::SignedOut,
        "请先登录；如果刚才已登录，登录已经失效，请重新登录",
    )
}

/// The person of a session, also one who has first to change the password or enrol a second factor:
/// only for what serves exactly that.
pub(crate) struct Entrant {
    pub actor: Actor,
    pub session: String,
    /// What has to be done first.
    pub hold: Option<Hold>,
}

impl FromRequestParts<Arc<App>> for Entrant {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Answer<Self> {
        if bearer(&parts.headers).is_some() {
            let signed = Signed::from_request_parts(parts, app).await?;
            return Ok(Self {
                actor: signed.actor,
                session: String::new(),
                hold: None,
            });
        }
        let session = cookie(&parts.headers, COOKIE).ok_or_else(signed_out)?;
        let (actor, hold) = app
            .office
            .entrant_of(&session)
            .await?
            .ok_or_else(signed_out)?;
        app.office.admit(&actor, address(parts, app))?;
        check_csrf(parts)?;
        Ok(Self {
            actor,
            session,
            hold,
        })
    }
}

/// A request that changes something and is carried by a cookie must come from our own pages.
pub(crate) fn check_csrf(parts: &Parts) -> Answer<()> {
    match parts.method {
        Method::GET | Method::HEAD | Method::OPTIONS => Ok(()),
        _ => must_be_our_page(&parts.headers),
    }
}

/// Whether a request comes from our own pages: no other page can set the header.
pub(crate) fn must_be_our_page(headers: &HeaderMap) -> Answer<()> {
    match headers.get(CSRF).is_some_and(|v| v == "1") {
        true => Ok(()),
        false => Err(Fail::new(
            Code::Csrf,
            "请求缺少 X-Hangji: 1，无法确认它来自本系统的页面。请从系统页面重新操作",
        )),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name && !value.is_empty()).then(|| value.to_owned())
    })
}

/// Characters of a key: long enough not to be met by chance.
const KEY_CHARS: std::ops::RangeInclusive<usize> = 8..=100;

/// The header that every command carries: a repeated command with the same key is done once.
fn key(headers: &HeaderMap) -> Answer<&str> {
    let key = headers
        .get("idempotency-key")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .trim();
    let fine = KEY_CHARS.contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    match fine {
        true => Ok(key),
        false => Err(Fail::new(
            Code::NeedsKey,
            "请求头 Idempotency-Key 要有 8 到 100 个字符，建议用 UUID；重试同一操作时保持不变，这样不会重复办理",
        )),
    }
}

/// The version the person decided on: `If-Match: "v7"`.
pub(crate) struct Version(pub u32);

impl<S: Sync> FromRequestParts<S> for Version {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        let text = parts
            .headers
            .get(header::IF_MATCH)
            .and_then(|v| v.to_str().ok());
        let text = text.ok_or_else(|| {
            Fail::new(
                Code::NeedsVersion,
                "请求头 If-Match 要写明您看到的版本，例如 \"v7\";先读取事件就能得到它",
            )
        })?;
        let number = text
            .trim()
            .strip_prefix("\"v")
            .and_then(|t| t.strip_suffix('"'))
            .and_then(|t| t.parse().ok());
        number.map(Self).ok_or_else(|| {
            Fail::new(
                Code::Stale,
                "If-Match 里的版本看不懂，请重新读取事件后再办理",
            )
        })
    }
}

/// Whether a short answer is enough: `Prefer: return=minimal` (RFC 7240). A phone that hands in what
/// was done in a lift needs the number and the version, not the whole journal.
pub(crate) struct Terse(pub bool);

impl Terse {
    /// Says in the answer that the wish was met.
    pub const APPLIED: (HeaderName, HeaderValue) = (
        HeaderName::from_static("preference-applied"),
        HeaderValue::from_static("return=minimal"),
    );
}

impl<S: Sync> FromRequestParts<S> for Terse {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let wishes = parts.headers.get_all("prefer");
        let mut wishes = wishes
            .iter()
            .filter_map(|wish| wish.to_str().ok())
            .flat_map(|wish| wish.split([',', ';']));
        // A wish that is not understood is passed over, as the standard asks.
        Ok(Self(wishes.any(|wish| {
            wish.trim().eq_ignore_ascii_case("return=minimal")
        })))
    }
}

/// A JSON object of fields.
pub(crate) struct Form<T>(pub T);

impl<T: Input, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Fail;
    async fn from_request(request: Request, state: &S) -> Answer<Self> {
        Ok(Self(read(object(request, state).await?)?))
    }
}

/// The object of a body; an empty one where there is no body.
async fn object<S: Send + Sync>(request: Request, state: &S) -> Answer<Map<String, Value>> {
    let bytes = axum::body::Bytes::from_request(request, state)
        .await
        .map_err(|_| too_large())?;
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let value = serde_json::from_slice(&bytes).map_err(|e| {
        let (line, column) = (e.line(), e.column());
        let text =
            format!("提交的内容不是正确的 JSON(第 {line} 行第 {column} 列)，请检查后重新提交");
        Fail::invalid("body", "bad_json", text)
    })?;
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(Fail::invalid(
            "body",
            "no_object",
            "提交的内容应当是一个 JSON 对象",
        )),
    }
}

fn read<T: Input>(map: Map<String, Value>) -> Answer<T> {
    Ok(Fields::new(map)
        .finish()
        .map_err(civic::refusal::Refusal::Invalid)?)
}

/// A form with the key under which it counts once: the same form under the same key gets the same
/// answer, another one is refused.
pub(crate) struct Keyed<T>(pub office::Key, pub T);

impl<T: Input, S: Send + Sync> FromRequest<S> for Keyed<T> {
    type Rejection = Fail;
    async fn from_request(request: Request, state: &S) -> Answer<Self> {
        let key = key(request.headers())?.to_owned();
        let map = object(request, state).await?;
        // Written anew, names in order: how a client spells its JSON makes no other request.
        let canonical = serde_json::to_vec(&map).unwrap_or_default();
        Ok(Self(office::Key::new(key, &canonical), read(map)?))
    }
}

pub(crate) fn too_large() -> Fail {
    Fail::new(
        Code::TooLarge,
        "提交的内容太大：附件每个最多 20 MB，其他内容最多 256 KB。请压缩或分开提交",
    )
}

/// The fields of a query string.
pub(crate) struct Asked<T>(pub T);

impl<T: Input, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        let fields = Fields::of_query(parts.uri.query().unwrap_or_default());
        Ok(Self(
            fields.finish().map_err(civic::refusal::Refusal::Invalid)?,
        ))
    }
}

/// An id in the path. What is no id names nothing.
pub(crate) struct Id<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let path = axum::extract::RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Fail::unknown("内容"))?;
        let first = path.iter().next().map(|(_, value)| value);
        first
            .and_then(|text| text.parse().ok())
            .map(Self)
            .ok_or_else(|| Fail::unknown("内容"))
    }
}

/// Where a request came from.
pub(crate) struct Address(pub IpAddr);

impl FromRequestParts<Arc<App>> for Address {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Answer<Self> {
        Ok(Self(address(parts, app)))
    }
}

/// The address of the client.
fn address(parts: &Parts, app: &App) -> IpAddr {
    let direct = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|c| c.0.ip());
    // Only a proxy in front may say who it asks for; its own entry is the last of the list.
    let said = || {
        parts
            .headers
            .get("x-forwarded-for")?
            .to_str()
            .ok()?
            .rsplit(',')
            .next()?
            .trim()
            .parse()
            .ok()
    };
    let address = if app.options.behind_proxy {
        said().or(direct)
    } else {
        direct
    };
    address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// Whether the client has this version already.
pub(crate) fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let said = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    said.split(',')
        .any(|t| t.trim().trim_start_matches("W/") == tag)
}
