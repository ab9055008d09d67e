//! Why a request was not done: the one map from the office's refusals to RFC 9457 problem
//! documents with stable codes.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use civic::refusal::{Hold, Refusal};
use office::Fault;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The kinds of "no". The code is stable; clients decide by it, never by the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    SignedOut,
    SignInRefused,
    FactorNeeded,
    PasswordDue,
    FactorDue,
    Csrf,
    Denied,
    Unknown,
    BadMethod,
    Conflict,
    Stale,
    TooLarge,
    Invalid,
    NeedsKey,
    NeedsVersion,
    TooMany,
    Broken,
    Busy,
    Timeout,
}

/// All codes with status and title, as the OpenAPI document prints them.
pub(crate) const CODES: &[(Code, u16, &str, &str)] = &[
    (Code::SignedOut, 401, "signed_out", "请先登录"),
    (Code::SignInRefused, 401, "sign_in_refused", "登录没有成功"),
    (Code::FactorNeeded, 401, "code_needed", "请输入动态验证码"),
    (Code::PasswordDue, 403, "password_due", "请先修改密码"),
    (Code::FactorDue, 403, "factor_due", "请先绑定动态验证码"),
    (Code::Csrf, 403, "csrf", "请求来源无法确认"),
    (Code::Denied, 403, "denied", "没有权限"),
    (Code::Unknown, 404, "unknown", "没有找到"),
    (Code::BadMethod, 405, "bad_method", "这个地址不能这样使用"),
    (Code::Conflict, 409, "conflict", "现在的状态不允许"),
    (Code::Stale, 412, "stale", "别人刚刚处理过"),
    (Code::TooLarge, 413, "too_large", "内容太大"),
    (Code::Invalid, 422, "invalid", "填写的内容有问题"),
    (Code::NeedsKey, 422, "needs_idempotency_key", "缺少幂等键"),
    (Code::NeedsVersion, 428, "needs_version", "缺少版本号"),
    (Code::TooMany, 429, "too_many", "操作太频繁"),
    (Code::Broken, 500, "broken", "系统出错"),
    (Code::Busy, 503, "busy", "服务器正忙"),
    (Code::Timeout, 503, "timeout", "处理超时"),
];

impl Code {
    /// The stable code.
    pub fn text(self) -> &'static str {
        self.row().1
    }
    fn row(self) -> (u16, &'static str, &'static str) {
        let found = CODES.iter().find(|(code, ..)| *code == self);
        found.map_or(
            (500, "broken", "系统出错"),
            |(_, status, code, title)| (*status, code, title),
        )
    }
}

/// One thing that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// The field as the caller names it: `title`, `reporter.phone`, `co.0.org`.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// 中文说明：哪里不对、怎么改。
    pub message: String,
}

impl From<civic::problem::Problem> for FieldProblem {
    fn from(problem: civic::problem::Problem) -> Self {
        Self {
            field: problem.field,
            code: problem.code,
            message: problem.message,
        }
    }
}

/// A unit near a place that no unit covers.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NearUnit {
    /// The unit.
    pub id: String,
    /// 从市到单元的全名。
    pub full_name: String,
    /// Distance in metres.
    pub metres: i64,
}

/// The body of every error answer (RFC 9457).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Always `about:blank`: the code says more than a page could.
    pub r#type: String,
    /// 一句话标题。
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// Stable code: see the list in the description of this document.
    pub code: String,
    /// 中文说明：为什么没有办成、怎么办。
    pub detail: String,
    /// Every problem of a form, where fields are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<FieldProblem>,
    /// The nearest units, where a place lies outside of all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<NearUnit>,
    /// Name this to the administrator: it stands beside the entry in the log.
    pub request_id: String,
}

/// A request that was not done. It becomes a document in [`crate::layers`], which knows the id of
/// the request.
#[derive(Debug, Clone)]
pub(crate) struct Fail {
    pub code: Code,
    pub detail: String,
    pub problems: Vec<civic::problem::Problem>,
    pub nearest: Vec<NearUnit>,
    /// A code of its own for a single problem that clients tell apart (`place_outside`).
    pub special: Option<&'static str>,
    pub retry_after_s: Option<u32>,
    /// What failed, where something did: for the log, never for the person.
    pub cause: Option<Box<str>>,
}

pub(crate) type Answer<T> = std::result::Result<T, Fail>;

impl Fail {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            problems: Vec::new(),
            nearest: Vec::new(),
            special: None,
            retry_after_s: None,
            cause: None,
        }
    }
    pub fn unknown(noun: &str) -> Self {
        Refusal::unknown(noun).into()
    }
    pub fn invalid(field: &str, code: &str, message: impl Into<String>) -> Self {
        Refusal::invalid(field, code, message).into()
    }
    pub fn retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after_s: Some(seconds),
            ..self
        }
    }
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.row().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The document for a request.
    pub fn document(&self, request_id: &str) -> ProblemDocument {
        let (status, code, title) = self.code.row();
        ProblemDocument {
            r#type: "about:blank".into(),
            title: title.into(),
            status,
            code: self.special.unwrap_or(code).into(),
            detail: self.detail.clone(),
            problems: self
                .problems
                .iter()
                .map(|p| FieldProblem {
                    field: p.field.clone(),
                    code: p.code.clone(),
                    message: p.message.clone(),
                })
                .collect(),
            nearest: self.nearest.clone(),
            request_id: request_id.to_owned(),
        }
    }
}

/// Seconds after which a full queue is worth another try.
const BUSY_RETRY_S: u32 = 3;

impl From<Refusal> for Fail {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Unknown(_) => Self::new(Code::Unknown, detail),
            Refusal::Denied(_) => Self::new(Code::Denied, detail),
            Refusal::Held(Hold::Code, _) => Self::new(Code::FactorNeeded, detail),
            Refusal::Held(Hold::Password, _) => Self::new(Code::PasswordDue, detail),
            Refusal::Held(Hold::Factor, _) => Self::new(Code::FactorDue, detail),
            Refusal::Conflict(_) => Self::new(Code::Conflict, detail),
            Refusal::Stale(_) => Self::new(Code::Stale, detail),
            Refusal::Busy(_) => Self::new(Code::Busy, detail).retry_after(BUSY_RETRY_S),
            Refusal::Invalid(problems) => Self {
                problems,
                ..Self::new(Code::Invalid, detail)
            },
        }
    }
}

impl From<Fault> for Fail {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refusal) => refusal.into(),
            // The log gets the cause, the person the id of the request under which it stands there.
            Fault::Broken(cause) => Self {
                cause: Some(cause.into()),
                ..Self::new(
                    Code::Broken,
                    "系统出错，没有完成这次操作。请稍后再试；如仍不行，请把问题编号告诉系统管理员",
                )
            },
        }
    }
}

/// A [`Fail`] on its way to the layer that writes the document.
#[derive(Clone)]
pub(crate) struct Failed(pub Arc<Fail>);

impl IntoResponse for Fail {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Failed(Arc::new(self)));
        response
    }
}
