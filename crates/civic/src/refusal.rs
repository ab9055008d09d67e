//! Why something was not done, in words that say what to do.

use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// The one kind of "no" of the whole platform. Each carries a Chinese sentence for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// It does not exist, or the caller may not know that it does (HTTP 404).
    #[error("{0}")]
    Unknown(String),
    /// It exists, the caller may know it, and may not do this (HTTP 403).
    #[error("{0}")]
    Denied(String),
    /// The caller is known and has first to do something before anything else.
    #[error("{1}")]
    Held(Hold, String),
    /// The input breaks rules; every broken rule is listed (HTTP 422).
    #[error("{}", .0.iter().map(|p| p.message.as_str()).collect::<Vec<_>>().join("；"))]
    Invalid(Vec<Problem>),
    /// The state of things does not allow it; the sentence says what is possible (HTTP 409).
    #[error("{0}")]
    Conflict(String),
    /// The caller decided on an outdated version (HTTP 412).
    #[error("{0}")]
    Stale(String),
    /// Try again later (HTTP 503).
    #[error("{0}")]
    Busy(String),
}

/// What somebody has to do first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hold {
    /// Name the one-time code of the second factor, to sign in at all (HTTP 401).
    Code,
    /// Set a new password (HTTP 403).
    Password,
    /// Enrol a second factor (HTTP 403).
    Factor,
}

impl Hold {
    /// The stable code of clients.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Code => "code_needed",
            Self::Password => "password_due",
            Self::Factor => "factor_due",
        }
    }
    /// The refusal, in words that say what to do.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        let sentence = match self {
            Self::Code => "这个账号已绑定动态验证码，请输入手机验证器上的 6 位数字，或一个恢复码",
            Self::Password => "请先修改密码再继续：初始密码要由本人修改，密码也不能超过有效期",
            Self::Factor => "您的岗位要求使用动态验证码，请先在“我的 - 登录安全”中绑定，再继续",
        };
        Refusal::Held(self, sentence.into())
    }
}

impl Refusal {
    /// A refusal for one broken rule.
    #[must_use]
    pub fn invalid(field: &str, code: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem::new(field, code, message)])
    }
    /// `Unknown` for a noun, e.g. `Refusal::unknown("事件")`.
    #[must_use]
    pub fn unknown(noun: &str) -> Self {
        Self::Unknown(format!(
            "找不到这个{noun}，或者您无权查看。请核对编号，或联系上级管理员。"
        ))
    }
}
