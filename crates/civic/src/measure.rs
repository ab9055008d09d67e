//! What is counted, and how a matter contributes to it (kernel K6).
//!
//! A board never counts matters: it reads tallies kept up the tree. A tally is by definition the
//! sum of [`contribution`] over all matters; the committer adds the difference between the
//! contributions before and after each command, in the same transaction, and `verify` recounts.

mod span;

pub use span::Span;

use crate::area::Level;
use crate::flow::Phase;
use crate::matter::{Matter, ProblemTag};
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

macro_rules! measures {
    ($($variant:ident $code:literal $word:literal),+ $(,)?) => {
        /// A figure of the boards, one column of the tally. The order is that of the columns.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Measure { $(#[doc = $word] $variant),+ }
        impl Measure {
            /// All measures.
            pub const ALL: &[Measure] = &[$(Self::$variant),+];
            /// Column name and code in formulae.
            #[must_use] pub fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// Word of the interface.
            #[must_use] pub fn word(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
            /// The measure with this code.
            #[must_use] pub fn parse(code: &str) -> Option<Self> { Self::ALL.iter().copied().find(|m| m.code() == code) }
        }
    };
}

measures! {
    Reported "reported" "上报",
    Closed "closed" "办结",
    Solved "solved" "实际解决",
    ClosedUnit "closed_unit" "单元办结",
    ClosedGrid "closed_grid" "网格办结",
    ClosedCommunity "closed_community" "村居办结",
    ClosedTown "closed_town" "镇街办结",
    ClosedCounty "closed_county" "县区办结",
    ClosedCity "closed_city" "市级办结",
    Disputes "disputes" "矛盾纠纷",
    DisputesClosed "disputes_closed" "纠纷办结",
    DisputesUnit "disputes_unit" "单元化解纠纷",
    TriageUnitIn "triage_unit_in" "单元收到",
    TriageUnitDay "triage_unit_day" "单元当日处理",
    TriageGridIn "triage_grid_in" "网格收到",
    TriageGridDay "triage_grid_day" "网格当日处理",
    TriageCommunityIn "triage_community_in" "村居收到",
    TriageCommunityDay "triage_community_day" "村居当日研判",
    TriageTownIn "triage_town_in" "镇街收到",
    TriageTownDay "triage_town_day" "镇街当日研判",
    TriageCountyIn "triage_county_in" "县区收到",
    TriageCountyDay "triage_county_day" "县区当日研判",
    TriageCityIn "triage_city_in" "市级收到",
    TriageCityDay "triage_city_day" "市级当日研判",
    Signins "signins" "签收",
    SigninsOnTime "signins_on_time" "按时签收",
    Handled "handled" "办理完成",
    HandledOnTime "handled_on_time" "按时办理",
    Returned "returned" "退回",
    Refused "refused" "退单",
    Reopened "reopened" "重办",
    Extended "extended" "延期",
    Suspended "suspended" "挂账",
    Voided "voided" "作废",
    Merged "merged" "并案",
    Joined "joined" "附议",
    Overdue "overdue" "超期",
    Supervised "supervised" "督办",
    Rated "rated" "评价",
    Satisfied "satisfied" "满意",
    Dissatisfied "dissatisfied" "不满意",
    Snapshots "snapshots" "随手拍",
    SnapshotsClosed "snapshots_closed" "随手拍办结",
    Pains "pains" "痛点",
    Blocks "blocks" "堵点",
    Gaps "gaps" "断点",
    HotlineDue "hotline_due" "热线应答复",
    HotlineOnTime "hotline_on_time" "热线按期答复",
    HotlineInScope "hotline_in_scope" "热线职责内",
    HotlineSolved "hotline_solved" "热线解决",
    HotlineRated "hotline_rated" "热线评价",
    HotlineSatisfied "hotline_satisfied" "热线满意",
    Open "open" "在办",
    OpenOverdue "open_overdue" "在办超期",
    OpenUnit "open_unit" "待单元处理",
    OpenGrid "open_grid" "待网格处置",
    OpenCommunity "open_community" "待村居研判",
    OpenTown "open_town" "待镇街研判",
    OpenCounty "open_county" "待县区研判",
    OpenCity "open_city" "待市级研判",
    OpenDepartment "open_department" "部门在办",
    OpenConfirm "open_confirm" "待评价",
    OpenWork "open_work" "本级在办",
}

impl Measure {
    /// `in` and `day` of a level's triage.
    #[must_use]
    pub fn triage(level: Level) -> (Self, Self) {
        match level {
            Level::Unit => (Self::TriageUnitIn, Self::TriageUnitDay),
            Level::Grid => (Self::TriageGridIn, Self::TriageGridDay),
            Level::Community => (Self::TriageCommunityIn, Self::TriageCommunityDay),
            Level::Town => (Self::TriageTownIn, Self::TriageTownDay),
            Level::County => (Self::TriageCountyIn, Self::TriageCountyDay),
            Level::City => (Self::TriageCityIn, Self::TriageCityDay),
        }
    }
    /// The figure that a tag adds to, on the day of the report.
    #[must_use]
    pub fn tagged(tag: ProblemTag) -> Self {
        match tag {
            ProblemTag::Pain => Self::Pains,
            ProblemTag::Block => Self::Blocks,
            ProblemTag::Gap => Self::Gaps,
        }
    }
    fn closed_at(level: Level) -> Self {
        match level {
            Level::Unit => Self::ClosedUnit,
            Level::Grid => Self::ClosedGrid,
            Level::Community => Self::ClosedCommunity,
            Level::Town => Self::ClosedTown,
            Level::County => Self::ClosedCounty,
            Level::City => Self::ClosedCity,
        }
    }
    fn open_at(level: Level) -> Self {
        match level {
            Level::Unit => Self::OpenUnit,
            Level::Grid => Self::OpenGrid,
            Level::Community => Self::OpenCommunity,
            Level::Town => Self::OpenTown,
            Level::County => Self::OpenCounty,
            Level::City => Self::OpenCity,
        }
    }
    /// Whether closing counts it: taken back when a matter is reopened.
    #[must_use]
    pub fn is_closing(self) -> bool {
        matches!(
            self,
            Self::Closed
                | Self::Solved
                | Self::SnapshotsClosed
                | Self::ClosedUnit
                | Self::ClosedGrid
                | Self::ClosedCommunity
                | Self::ClosedTown
                | Self::ClosedCounty
                | Self::ClosedCity
                | Self::Voided
                | Self::Merged
        )
    }
    /// Whether it counts matters, and not what desks did with them: a part is not counted beside its
    /// whole.
    #[must_use]
    pub fn is_of_matters(self) -> bool {
        self.is_closing()
            || matches!(
                self,
                Self::Reported
                    | Self::Snapshots
                    | Self::Reopened
                    | Self::Joined
                    | Self::Rated
                    | Self::Satisfied
                    | Self::Dissatisfied
            )
    }
    /// Whether it is a stock (how many are there now) and not a flow (how many on a day). Stocks
    /// are kept in the total period only.
    #[must_use]
    pub fn is_stock(self) -> bool {
        self >= Self::Open
    }
}

/// The period that sums all days.
pub const TOTAL: i64 = 0;

/// The periods a day belongs to: the total, its month (`yyyymm`), itself (`yyyymmdd`). The three
/// kinds of number cannot be confused.
#[must_use]
pub fn periods(day: Day) -> [i64; 3] {
    [TOTAL, day.month(), day_period(day)]
}

/// The number of a day among the periods: `yyyymmdd`.
#[must_use]
pub fn day_period(day: Day) -> i64 {
    let (year, month, of_month) = day.ymd();
    i64::from(year) * 10_000 + i64::from(month) * 100 + i64::from(of_month)
}

/// What one matter adds to the tallies: class, period and measure, with a number. Class 0 sums all
/// classes; the matter's own class is counted beside it.
#[must_use]
pub fn contribution(matter: &Matter) -> BTreeMap<(i64, i64, Measure), i64> {
    let mut out = BTreeMap::new();
    let class = matter.class();
    // A flow with a board of its own is counted there and nowhere else, so that the main figures
    // stay what they say: incidents.
    let (board, class) = if matter.board == 0 {
        (0, class)
    } else {
        (matter.board, 0)
    };
    let mut add = |period: i64, measure: Measure| {
        *out.entry((board, period, measure)).or_default() += 1;
        if class != 0 {
            *out.entry((class, period, measure)).or_default() += 1;
        }
    };
    let dispute = matter.board == 0 && matter.category.as_ref().is_some_and(|c| c.dispute);
    for (measure, day) in &matter.counted {
        for period in periods(*day) {
            add(period, *measure);
            if let (Measure::Reported, Some(tag)) = (measure, matter.tag()) {
                add(period, Measure::tagged(tag));
            }
            if dispute {
                match measure {
                    Measure::Reported => add(period, Measure::Disputes),
                    Measure::Closed => add(period, Measure::DisputesClosed),
                    Measure::ClosedUnit => add(period, Measure::DisputesUnit),
                    _ => {}
                }
            }
        }
    }
    if !matter.over() && matter.part_of.is_none() {
        add(TOTAL, Measure::Open);
        if matter.is_overdue() {
            add(TOTAL, Measure::OpenOverdue);
        }
        add(
            TOTAL,
            match matter.phase {
                Phase::Called | Phase::Handling => Measure::OpenDepartment,
                Phase::Confirm => Measure::OpenConfirm,
                Phase::Triage => Measure::open_at(matter.level),
                _ => Measure::OpenWork,
            },
        );
    }
    out
}

/// The measures of closing at a level.
#[must_use]
pub fn closing(level: Level) -> Measure {
    Measure::closed_at(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stocks_stand_behind_all_flows_in_the_order_of_columns() {
        let first = Measure::ALL.iter().position(|m| m.is_stock()).unwrap();
        assert!(Measure::ALL[first..].iter().all(|m| m.is_stock()));
    }
}
