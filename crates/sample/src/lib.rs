//! The sample city: Putian's real names and codes, generated boundaries, synthetic people, and
//! incidents that arrive, move and close through the real verbs.
//!
//! Everything is deterministic from a seed. [`founding`] makes the rows of an installation,
//! [`drive`] plays its days.

mod dice;
pub mod drive;
mod fate;
pub mod founding;
pub mod furnish;
pub mod geography;
mod profile;
pub mod texts;

pub use profile::Profile;

use geography::Scope;
use std::str::FromStr;

/// How much of the city to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// 霞林街道.
    Street,
    /// 城厢区.
    County,
    /// All of it.
    City,
}

impl Scale {
    /// The part of the geography.
    #[must_use]
    pub fn scope(self) -> Scope<'static> {
        match self {
            Self::Street => Scope::Street("350302003"),
            Self::County => Scope::County("350302"),
            Self::City => Scope::City,
        }
    }
    /// Code on the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::County => "county",
            Self::City => "city",
        }
    }
}

impl FromStr for Scale {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Street, Self::County, Self::City]
            .into_iter()
            .find(|s| s.code() == text)
            .ok_or_else(|| {
                format!("没有“{text}”这种规模，可用 street(一个街道)、county(一个区)、city(全市)")
            })
    }
}
