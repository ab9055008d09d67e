//! Numbers that a flow sets: how many must agree (会签), how often one may urge (催办).

use crate::limit::Limit;
use serde::{Deserialize, Serialize};

/// How many of the desks that are asked must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quorum {
    /// All of them.
    All,
    /// One of them.
    Any,
    /// This many of them.
    AtLeast(u32),
}

impl Quorum {
    /// `all`, `any` or a number from 1.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "all" => Some(Self::All),
            "any" => Some(Self::Any),
            number => number.parse().ok().filter(|n| *n > 0).map(Self::AtLeast),
        }
    }
    /// How many of `asked` must agree; `None` where fewer are asked than must agree.
    #[must_use]
    pub fn needed(self, asked: u32) -> Option<u32> {
        match self {
            Self::All => Some(asked),
            Self::Any => Some(1),
            Self::AtLeast(number) => Some(number),
        }
        .filter(|needed| (1..=asked).contains(needed))
    }
}

/// How often a matter may be urged. Urging presses people and resets nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Urging {
    /// Times a calendar day, by all together.
    pub a_day: u32,
    /// Between two times by the same person.
    pub gap: Limit,
}
