//! What is said of a matter: way in, place, reporter, category, result, attachments.

use crate::category::Privacy;
use crate::id::{AccountId, AreaId, FileId};
use crate::limit::Limit;
use serde::{Deserialize, Serialize};

coded! {
    /// The way by which a report came in (R057: one ledger whatever the channel).
    Channel {
        Field "field" "网格采集",
        Patrol "patrol" "走访巡查",
        Resident "resident" "居民上报",
        Snapshot "snapshot" "随手拍",
        Phone "phone" "电话登记",
        Window "window" "窗口登记",
        Hotline "hotline" "12345热线",
        Department "department" "部门转入",
        Superior "superior" "上级交办",
    }
}

coded! {
    /// How a matter or task ended. "Handled" and "solved" are counted apart (rule 9).
    Finding {
        Solved "solved" "已解决",
        Calmed "calmed" "已稳控",
        Handled "handled" "已处理未解决",
        Explained "explained" "已解释答复",
        Cannot "cannot" "无法处理",
    }
}

impl Finding {
    /// Whether the problem itself is gone.
    #[must_use]
    pub fn is_solved(self) -> bool {
        matches!(self, Self::Solved | Self::Calmed)
    }
}

coded! {
    /// What a matter shows of how the place is governed, for analysis and not for handling (R078).
    ProblemTag {
        Pain "pain" "痛点",
        Block "block" "堵点",
        Gap "gap" "断点",
    }
}

impl ProblemTag {
    /// The field of a flow that holds it, by its word.
    pub const FIELD: &'static str = "problem";
}

/// Where it happened.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Words of the reporter: `九龙小区3号楼502室门前`.
    pub address: String,
    /// WGS84 longitude and latitude in degrees, where known.
    pub point: Option<(f64, f64)>,
}

/// Who reported, without identity: name and phone lie apart, encrypted (privacy.md V18).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reporter {
    /// The account, where one was used.
    pub account: Option<AccountId>,
    /// Whether there is a person concerned who is asked for an evaluation.
    pub confirms: bool,
    /// A complaint about the staff of this area: hidden from that area's line.
    pub bypass: Option<AreaId>,
}

/// The category of a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classified {
    /// Code of the subclass: `0104`.
    pub code: String,
    /// Condition within it, which sets the limit.
    pub condition: String,
    /// Number of the class: 1..=17; the dimension of the boards.
    pub class: i64,
    /// May leap to the town at once.
    pub urgent: bool,
    /// A dispute (class 01), for the seeds' 60 % figure.
    pub dispute: bool,
    /// Handling limit.
    pub limit: Limit,
    /// Who may see it, and what is sealed.
    #[serde(default, skip_serializing_if = "Privacy::is_usual")]
    pub privacy: Privacy,
}

/// An attachment as the journal knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Stored file.
    pub file: FileId,
    /// Name shown.
    pub name: String,
    /// Sniffed media type.
    pub mime: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the stored bytes, hex.
    pub sha256: String,
}
