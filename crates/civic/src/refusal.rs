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
    /// The input breaks rules; every broken rule is listed (HTTP 422).
    #[error("{}", .0.iter().map(|p| p.message.as_str()).collect::<Vec<_>>().join(";"))]
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
