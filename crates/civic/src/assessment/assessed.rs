//! One assessed party with its figures, marks and appeals.

use super::appeal::reason;
use super::{Appeal, Basis, Done, Indicator, Ruling, Scheme, SubjectKind};
use crate::by::By;
use crate::id::{AccountId, AreaId, OrgId, PostId};
use crate::limits::APPEALS_MAX;
use crate::refusal::Refusal;
use crate::time::Day;
use serde::{Deserialize, Serialize};

/// Who is assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// An area.
    Area(AreaId),
    /// A department.
    Org(OrgId),
    /// A post, for the days in which one person held it.
    Post(PostId),
}

impl Subject {
    /// Of which kind.
    #[must_use]
    pub fn kind(self) -> SubjectKind {
        match self {
            Self::Area(_) => SubjectKind::Area,
            Self::Org(_) => SubjectKind::Department,
            Self::Post(_) => SubjectKind::Post,
        }
    }
}

/// A computed figure of an indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Code of the indicator.
    pub indicator: String,
    /// Above the line.
    pub numerator: i64,
    /// Below the line.
    pub denominator: i64,
    /// Points in hundredths; none where there are too few cases.
    pub points: Option<i64>,
}

impl Figure {
    /// The figure of an indicator for what was counted.
    #[must_use]
    pub fn of(indicator: &Indicator, (numerator, denominator): (i64, i64)) -> Self {
        Self {
            indicator: indicator.code.clone(),
            numerator,
            denominator,
            points: indicator.points_of(numerator, denominator),
        }
    }
}

/// Points given by people, with the written ground (R214).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manual {
    /// Code of the indicator.
    pub indicator: String,
    /// Points in hundredths.
    pub points: i64,
    /// The ground: which meeting, how many voted.
    pub words: String,
    /// Who entered it, and when.
    pub done: Done,
}

/// Figures that stand beside the points and earn none: what could have made them look better (T7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Closed in the period.
    pub closed: i64,
    /// Of those, with somebody who could have been asked.
    pub concerned: i64,
    /// Of those, closed without a word from that person.
    pub unheard: i64,
    /// Closed, and done again.
    pub redone: i64,
    /// Closed after being split into parts.
    pub split: i64,
    /// Merged into another matter.
    pub merged: i64,
    /// Declared void.
    pub voided: i64,
    /// Drawn for the re-check.
    pub drawn: i64,
    /// Of those, looked at.
    pub checked: i64,
    /// Of those, not as reported.
    pub failed: i64,
}

/// The points that count for an indicator, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Score {
    /// Computed.
    Computed(i64),
    /// Given by people.
    Given(i64),
    /// Corrected on appeal.
    Corrected(i64),
    /// Too few cases.
    TooFew,
    /// Nobody gave it.
    NotGiven,
}

impl Score {
    /// The points in hundredths.
    #[must_use]
    pub fn points(self) -> Option<i64> {
        match self {
            Self::Computed(points) | Self::Given(points) | Self::Corrected(points) => Some(points),
            Self::TooFew | Self::NotGiven => None,
        }
    }
    /// Code of how it came about.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Computed(_) => "computed",
            Self::Given(_) => "given",
            Self::Corrected(_) => "corrected",
            Self::TooFew => "too_few",
            Self::NotGiven => "not_given",
        }
    }
    /// The same in words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Computed(_) => "计算得分",
            Self::Given(_) => "测评得分",
            Self::Corrected(_) => "申诉后更正",
            Self::TooFew => "案件过少，不计分",
            Self::NotGiven => "未测评，不计分",
        }
    }
}

/// One assessed party in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessed {
    /// Number in the order of the tree; a list is never in the order of points.
    pub no: u32,
    /// Who.
    pub subject: Subject,
    /// The area it lies in.
    pub area: AreaId,
    /// Name of the area or department, or the seat of the post, as of then.
    pub name: String,
    /// Who held the post.
    pub holder: Option<By>,
    /// First day counted: a post counts while it was held.
    pub from: Day,
    /// Last day counted.
    pub to: Day,
    /// The computed figures.
    pub figures: Vec<Figure>,
    /// What stands beside them.
    pub watch: Watch,
    /// What people gave; the last of an indicator counts, all stay.
    pub manual: Vec<Manual>,
    /// Appeals.
    pub appeals: Vec<Appeal>,
}

impl Assessed {
    /// The computed figure of an indicator.
    #[must_use]
    pub fn figure(&self, indicator: &str) -> Option<&Figure> {
        self.figures.iter().find(|f| f.indicator == indicator)
    }

    /// What counts for an indicator: the last correction, else what was computed or given.
    #[must_use]
    pub fn score(&self, indicator: &Indicator) -> Score {
        let corrected = self
            .appeals
            .iter()
            .rev()
            .filter(|a| a.indicator == indicator.code)
            .find_map(|a| a.ruling.as_ref()?.points);
        if let Some(points) = corrected {
            return Score::Corrected(points);
        }
        if indicator.basis == Basis::Manual {
            let given = self.manual.iter().rev();
            let mut given = given.filter(|m| m.indicator == indicator.code);
            return given
                .next()
                .map_or(Score::NotGiven, |m| Score::Given(m.points));
        }
        let points = self.figure(&indicator.code).and_then(|f| f.points);
        points.map_or(Score::TooFew, Score::Computed)
    }

    /// The total in hundredths of a point, on a scale of 100 over the indicators that are scored.
    /// None where those make less than half of the scheme: a number would say more than is known.
    #[must_use]
    pub fn total(&self, scheme: &Scheme) -> Option<i64> {
        let (mut got, mut most) = (0, 0);
        for indicator in &scheme.indicators {
            if let Some(points) = self.score(indicator).points() {
                got += points;
                most += indicator.points;
            }
        }
        (most >= 5_000).then(|| (2 * got * 10_000 + most) / (2 * most))
    }

    /// Appeals that wait for a decision.
    #[must_use]
    pub fn undecided(&self) -> usize {
        self.appeals.iter().filter(|a| a.ruling.is_none()).count()
    }

    /// Whether `account` is assessed here by the post itself.
    #[must_use]
    pub fn is_held_by(&self, account: AccountId) -> bool {
        self.holder.as_ref().is_some_and(|by| by.account == account)
    }

    /// Enters points that people gave.
    ///
    /// # Errors
    /// `Invalid` for an indicator that is computed, points out of range, and without a ground.
    pub fn give(&mut self, scheme: &Scheme, mut manual: Manual) -> Result<(), Refusal> {
        let indicator = named(scheme, &manual.indicator)?;
        if indicator.basis != Basis::Manual {
            let message = format!(
                "“{}”由系统计算，不能录入；有误的请通过申诉更正",
                indicator.name
            );
            return Err(Refusal::invalid("indicator", "computed", message));
        }
        in_range(indicator, manual.points)?;
        manual.words = reason(&manual.words, "测评的依据")?;
        self.manual.push(manual);
        Ok(())
    }

    /// Appeals against an indicator.
    ///
    /// # Errors
    /// `Invalid` for an unknown indicator and without reasons; `Conflict` where one of the same
    /// indicator waits, and where there are too many.
    pub fn appeal(
        &mut self,
        scheme: &Scheme,
        indicator: &str,
        words: &str,
        done: Done,
    ) -> Result<(), Refusal> {
        let indicator = named(scheme, indicator)?;
        let words = reason(words, "申诉的理由")?;
        let mut same = self
            .appeals
            .iter()
            .filter(|a| a.indicator == indicator.code);
        if same.any(|a| a.ruling.is_none()) {
            return Err(Refusal::Conflict(format!(
                "对“{}”的申诉正在处理，请等待结果",
                indicator.name
            )));
        }
        if self.appeals.len() >= APPEALS_MAX {
            return Err(Refusal::Conflict(format!(
                "最多申诉 {APPEALS_MAX} 次，请直接联系组织考核的单位"
            )));
        }
        self.appeals.push(Appeal {
            no: self.appeals.len() as u32 + 1,
            indicator: indicator.code.clone(),
            done,
            words,
            ruling: None,
        });
        Ok(())
    }

    /// Decides an appeal.
    ///
    /// # Errors
    /// `Unknown`; `Conflict` where it is decided; `Invalid` without reasons and for points out of
    /// range; `Denied` for who appealed.
    pub fn rule(&mut self, scheme: &Scheme, no: u32, mut ruling: Ruling) -> Result<(), Refusal> {
        let appeal = self.appeals.iter_mut().find(|a| a.no == no);
        let appeal = appeal.ok_or_else(|| Refusal::unknown("申诉"))?;
        if appeal.ruling.is_some() {
            return Err(Refusal::Conflict("这件申诉已经处理，请重新打开再看".into()));
        }
        if appeal.done.by.account == ruling.done.by.account {
            return Err(Refusal::Denied(
                "自己提出的申诉由别人处理，请转给其他人员".into(),
            ));
        }
        if let Some(points) = ruling.points {
            in_range(named(scheme, &appeal.indicator)?, points)?;
        }
        ruling.words = reason(&ruling.words, "处理的理由")?;
        appeal.ruling = Some(ruling);
        Ok(())
    }
}

fn named<'a>(scheme: &'a Scheme, code: &str) -> Result<&'a Indicator, Refusal> {
    scheme
        .indicator(code)
        .ok_or_else(|| Refusal::invalid("indicator", "unknown_word", "请选择方案里的一个指标"))
}

fn in_range(indicator: &Indicator, points: i64) -> Result<(), Refusal> {
    if (0..=indicator.points).contains(&points) {
        return Ok(());
    }
    let most = indicator.points as f64 / 100.0;
    let message = format!("“{}”的得分应在 0 到 {most} 之间", indicator.name);
    Err(Refusal::invalid("points", "out_of_range", message))
}
