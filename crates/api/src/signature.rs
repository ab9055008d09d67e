//! Requests of other systems that are signed instead of carrying a token; see
//! [`office::identity::signing`].

use crate::App;
use crate::error::{Answer, Code, Fail};
use crate::extract::Form;
use crate::fields::Input;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, OriginalUri, Request};
use axum::http::request::Parts;
use civic::directory::Actor;
use office::identity::signing::SignedRequest;
use std::sync::Arc;

/// The headers: number of the token, time in ms UTC, nonce, and HMAC-SHA256 in hex under the signing
/// key over method, path with query, time, nonce and SHA-256 of the body, a line each.
pub(crate) const HEADERS: [&str; 4] = [
    "x-hangji-token",
    "x-hangji-time",
    "x-hangji-nonce",
    "x-hangji-signature",
];

/// A form that a service account signed.
pub(crate) struct Sealed<T> {
    pub actor: Actor,
    pub form: T,
}

impl<T: Input> FromRequest<Arc<App>> for Sealed<T> {
    type Rejection = Fail;
    async fn from_request(request: Request, app: &Arc<App>) -> Answer<Self> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), app)
            .await
            .map_err(|_| Fail::new(Code::TooLarge, "内容太大，请分批发送"))?;
        let actor = who(&parts, &bytes, app).await?.ok_or_else(refused)?;
        let again = Request::from_parts(parts, Body::from(bytes));
        let Form(form) = Form::<T>::from_request(again, app).await?;
        Ok(Self { actor, form })
    }
}

async fn who(parts: &Parts, body: &[u8], app: &App) -> Answer<Option<Actor>> {
    let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok());
    let [token, time, nonce, signature] = HEADERS.map(header);
    let number = |text: Option<&str>| text.and_then(|t| t.parse::<i64>().ok());
    let (Some(token), Some(time), Some(nonce), Some(signature)) =
        (number(token), number(time), nonce, signature)
    else {
        return Ok(None);
    };
    let original = parts.extensions.get::<OriginalUri>();
    let uri = original.map_or(&parts.uri, |o| &o.0);
    let path = uri.path_and_query().map_or(uri.path(), |p| p.as_str());
    let request = SignedRequest {
        token,
        time,
        nonce,
        signature,
        method: parts.method.as_str(),
        path,
        body,
    };
    Ok(app.office.actor_of_signature(&request).await?)
}

/// One sentence for every reason, so that it helps no attacker.
fn refused() -> Fail {
    Fail::new(
        Code::SignedOut,
        "签名无效、已过期或已使用过：请核对令牌编号、时间（相差不超过 5 分钟）、随机串和签名算法",
    )
}
