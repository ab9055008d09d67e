//! The places where work can lie.

use crate::id::{AreaId, OrgId};
use serde::{Deserialize, Serialize};

/// A place where work can lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Desk {
    /// The desk of an area; its level says which.
    Area(AreaId),
    /// The desk of an organisation.
    Org(OrgId),
    /// The person concerned.
    Reporter,
    /// Nowhere: it is over.
    #[default]
    None,
}

impl Desk {
    /// Number of the kind in the database: 0 none, 1 area, 2 organisation, 3 reporter.
    #[must_use]
    pub fn kind(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Area(_) => 1,
            Self::Org(_) => 2,
            Self::Reporter => 3,
        }
    }
    /// The id beside the kind; 0 where there is none.
    #[must_use]
    pub fn key(self) -> i64 {
        match self {
            Self::Area(area) => area.0,
            Self::Org(org) => org.0,
            Self::Reporter | Self::None => 0,
        }
    }
    /// The desk with this kind and key.
    #[must_use]
    pub fn from_parts(kind: i64, key: i64) -> Self {
        match kind {
            1 => Self::Area(AreaId(key)),
            2 => Self::Org(OrgId(key)),
            3 => Self::Reporter,
            _ => Self::None,
        }
    }
}
