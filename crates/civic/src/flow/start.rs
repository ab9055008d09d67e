//! How a matter of a flow begins: who may start it, on whose desk, and what its form asks for.

use super::Need;
use crate::area::Level;
use crate::limit::{Limit, LimitUnit};
use crate::rights::Verb;
use serde::{Deserialize, Serialize};

/// On whose desk a matter begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StartAt {
    /// Where it happened: the reporter's own desk, else the unit's.
    Place,
    /// The judging desk of this level at the place.
    Level(Level),
    /// A lower area or an organisation that the issuer names; it lies there as a task, and the
    /// issuer's desk judges the answer.
    Target,
}

impl StartAt {
    /// `place`, `level:town`, `target`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "place" => Self::Place,
            "target" => Self::Target,
            other => Self::Level(Level::parse(other.strip_prefix("level:")?)?),
        })
    }
}

/// The beginning of a flow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Start {
    /// The verb that starts it: `report`, which everybody has, or `issue`, from above.
    pub verb: Verb,
    /// On whose desk.
    pub at: StartAt,
    /// Word of the button.
    pub word: String,
    /// One sentence of help.
    pub help: String,
    /// What the form must bring besides the words: `until`, `category`, `other` (the matter that
    /// caused it).
    pub needs: Vec<Need>,
    /// Fields of its own.
    pub fields: Vec<Field>,
    /// For a flow that is sent to an organisation: the lines of business it may be sent to; any desk
    /// where none is named.
    pub lines: Vec<String>,
    /// The parameter that holds the last day on which it may be begun; always where none is named
    /// (R082: a fast path ends by itself).
    pub switch: Option<String>,
}

/// The field that holds the last day of an authorisation (R083).
pub const AUTHORISED_UNTIL: &str = "authorised_until";

/// What a field of a flow's own form holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One of the options.
    Choice,
    /// A day, `2026-03-11`.
    Day,
    /// Words. They become a line of the matter's text, so that a lawful erasure reaches them.
    Text,
}

/// A field of a flow's own form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Code, unique in the flow.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
    /// The words to choose from.
    #[serde(default)]
    pub options: Vec<String>,
    /// Whether it must be filled.
    #[serde(default)]
    pub required: bool,
}

/// 督办 from one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The level that orders it.
    pub level: Level,
    /// 1 is the gravest.
    pub rank: u32,
    /// Time for the answer, in working time.
    pub limit: Limit,
}

impl Order {
    /// 一级 from the city, 二级 from the county, 三级 from below it; a working day for the answer.
    #[must_use]
    pub fn usual(level: Level) -> Self {
        let (rank, hours) = match level {
            Level::City => (1, 4),
            Level::County => (2, 8),
            _ => (3, 8),
        };
        Self {
            level,
            rank,
            limit: Limit::new(hours, LimitUnit::WorkingHours),
        }
    }
}
