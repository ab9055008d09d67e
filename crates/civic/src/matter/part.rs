//! 分办: parts of a matter that are matters of their own. The whole is reported, closed and evaluated
//! once; its parts are judged and handled beside it and are not counted again.

use super::Link;
use crate::id::MatterId;
use serde::{Deserialize, Serialize};

/// The whole of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartOf {
    /// Which.
    pub whole: Link,
    /// Whether it waits.
    pub waits: bool,
}

/// A part, as its whole knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which.
    pub id: MatterId,
    /// Its number.
    pub no: String,
    /// Whether the whole waits for it.
    pub waits: bool,
    /// Whether it is over.
    pub over: bool,
}
