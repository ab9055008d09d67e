//! What may become of areas on a day (R004).

use crate::id::{AreaId, PostId};
use serde::{Deserialize, Serialize};

/// One change of the tree. It takes effect on a day; areas end and begin, nothing is deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Change {
    /// 更名: the area stays what it is.
    Rename {
        /// Which.
        area: AreaId,
        /// The new name.
        name: String,
    },
    /// 划转: the area, with all below it, comes under another parent.
    Move {
        /// Which.
        area: AreaId,
        /// The new parent, of the level and tier of the old one.
        to: AreaId,
    },
    /// 拆分: the area ends and several new ones begin in its place.
    Split {
        /// Which.
        area: AreaId,
        /// The new areas. The first takes what nothing else decides.
        parts: Vec<Part>,
        /// For an area without areas below it that is cut in two: two points of a line, WGS84
        /// degrees. What lies to the left of it, going from the first point to the second, is the
        /// first part.
        #[serde(default)]
        line: Option<[[f64; 2]; 2]>,
    },
    /// 合并: several areas end and a new one begins.
    Merge {
        /// Which, all of one parent. The head of the first stays head.
        areas: Vec<AreaId>,
        /// The name of the new one.
        name: String,
    },
    /// 撤销: the area ends; another takes over what lies below it and what is open.
    Retire {
        /// Which.
        area: AreaId,
        /// Who takes over, of the same level.
        heir: AreaId,
    },
    /// 边界调整 (R008): areas get other boundaries; what they are and what lies in them stays.
    Redraw {
        /// The new boundaries.
        forms: Vec<Form>,
    },
}

/// The new boundary of an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Whose.
    pub area: AreaId,
    /// The encoded rings in base64, opaque here. Empty where a whole file was taken at once: what it
    /// brought stands in the boundaries of its day.
    pub body: String,
}

/// One of the areas that a split makes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// The areas below the split one that come under it.
    pub children: Vec<AreaId>,
    /// The posts of the split area that continue here. Where no part lists any, all continue in the
    /// first part.
    pub posts: Vec<PostId>,
    /// People, where the area has nothing below it to count them from; 0 where not known.
    pub population: i64,
    /// Households, likewise.
    pub households: i64,
}

impl Change {
    /// Stored code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rename { .. } => "rename",
            Self::Move { .. } => "move",
            Self::Split { .. } => "split",
            Self::Merge { .. } => "merge",
            Self::Retire { .. } => "retire",
            Self::Redraw { .. } => "redraw",
        }
    }
    /// Word of the interface.
    #[must_use]
    pub fn word(&self) -> &'static str {
        kind_word(self.code())
    }
    /// The areas that are there today and that it touches: at most one planned change may touch an
    /// area at a time.
    #[must_use]
    pub fn touches(&self) -> Vec<AreaId> {
        match self {
            Self::Rename { area, .. } => vec![*area],
            Self::Move { area, to } => vec![*area, *to],
            Self::Split { area, parts, .. } => std::iter::once(*area)
                .chain(parts.iter().flat_map(|p| p.children.iter().copied()))
                .collect(),
            Self::Merge { areas, .. } => areas.clone(),
            Self::Retire { area, heir } => vec![*area, *heir],
            Self::Redraw { forms } => forms.iter().map(|f| f.area).collect(),
        }
    }
}

/// Word of the interface for the code of a change.
#[must_use]
pub fn kind_word(code: &str) -> &'static str {
    match code {
        "rename" => "更名",
        "move" => "划转",
        "split" => "拆分",
        "merge" => "合并",
        "retire" => "撤销",
        "redraw" => "边界调整",
        _ => "调整",
    }
}

macro_rules! states {
    ($($variant:ident $code:literal $word:literal),+ $(,)?) => {
        /// Where a change stands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ChangeState { $(#[doc = $word] $variant),+ }
        impl ChangeState {
            /// All states.
            pub const ALL: &[ChangeState] = &[$(Self::$variant),+];
            /// Stored code.
            #[must_use] pub fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// Word of the interface.
            #[must_use] pub fn word(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
            /// The state with this code.
            #[must_use] pub fn parse(code: &str) -> Option<Self> { Self::ALL.iter().copied().find(|s| s.code() == code) }
        }
    };
}

states! {
    Proposed "proposed" "待审批",
    Planned "planned" "待生效",
    Applied "applied" "已生效",
    Refused "refused" "未批准",
    Withdrawn "withdrawn" "已撤销",
    Failed "failed" "未能生效",
}

impl ChangeState {
    /// Whether it may still take effect.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Proposed | Self::Planned)
    }
}
