//! Appeals of the assessed, and what came of them.

use super::Done;
use crate::limits::TEXT_CHARS_MAX;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// The decision on an appeal. A correction stands beside the computed points and never in their
/// place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// Who, and when.
    pub done: Done,
    /// The points that count from now on, in hundredths; none where the computed ones stay.
    pub points: Option<i64>,
    /// Why.
    pub words: String,
}

/// One appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    /// Number among those of the same result, from 1.
    pub no: u32,
    /// The indicator.
    pub indicator: String,
    /// Who, and when.
    pub done: Done,
    /// Why.
    pub words: String,
    /// The decision, once there is one.
    pub ruling: Option<Ruling>,
}

/// The words of an appeal or a decision, whole and not too many.
///
/// # Errors
/// `Invalid`.
pub(super) fn reason(words: &str, what: &str) -> Result<String, Refusal> {
    let words = words.trim();
    match words.chars().count() {
        0 => Err(Refusal::invalid(
            "words",
            "required",
            format!("请写明{what}"),
        )),
        1..=TEXT_CHARS_MAX => Ok(words.to_owned()),
        _ => Err(Refusal::invalid(
            "words",
            "too_long",
            format!("{what}最多 {TEXT_CHARS_MAX} 个字，请删减"),
        )),
    }
}
