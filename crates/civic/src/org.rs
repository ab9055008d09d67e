//! Organisations: departments with desks at several levels, stations, centres, companies.

use crate::area::Level;
use crate::id::{AreaId, OrgId};
use serde::{Deserialize, Serialize};

/// What an organisation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrgKind {
    /// 职能部门 at city or county.
    Department,
    /// 派出机构 or an office of a town.
    Station,
    /// 社会治理云平台中心 and other centres.
    Center,
    /// A company outside government that takes part in joint handling (R066).
    Company,
    /// 社会组织.
    Social,
}

impl OrgKind {
    /// The stored code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::Station => "station",
            Self::Center => "center",
            Self::Company => "company",
            Self::Social => "social",
        }
    }
    /// The kind with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [
            Self::Department,
            Self::Station,
            Self::Center,
            Self::Company,
            Self::Social,
        ]
        .into_iter()
        .find(|k| k.code() == code)
    }
}

/// One desk of an organisation. A department with desks at city, county and town is one row per
/// desk, all with the same `line`, each with the desk above as `parent`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    /// Own id.
    pub id: OrgId,
    /// The same department's desk one level up.
    pub parent: Option<OrgId>,
    /// What it is.
    pub kind: OrgKind,
    /// Code of the line of business in the pack, e.g. `natural_resources`.
    pub line: Box<str>,
    /// Name as signed, e.g. `城厢区自然资源局`.
    pub name: Box<str>,
    /// The area it serves.
    pub area: AreaId,
    /// The level of that area.
    pub level: Level,
}
