//! Assessment as the interface shows it. Points and percentages are whole hundredths.

use crate::logbook::ByView;
use civic::assessment::{
    Appeal, Assessed, Assessment, Basis, Done, Indicator, Manual, Recheck, Scheme, State, Watch,
};
use civic::time::Day;
use office::{AssessmentRow, Behind, Difference, Printed, ResultRow};
use serde::Serialize;
use utoipa::ToSchema;

/// That somebody did something at a moment.
#[derive(Serialize, ToSchema)]
#[schema(as = DoneBy)]
pub(crate) struct DoneView {
    by: ByView,
    at: i64,
}

impl From<Done> for DoneView {
    fn from(done: Done) -> Self {
        Self {
            by: done.by.into(),
            at: done.at.0,
        }
    }
}

/// One line of a scheme.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentIndicator)]
pub(crate) struct IndicatorView {
    code: String,
    name: String,
    /// `kpi`, `check` or `manual`.
    basis: &'static str,
    /// Version of the formula; none for what people give.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    /// Most points, in hundredths.
    points: i64,
    /// Share for all points, in hundredths of a percent.
    full: i64,
    /// Share for none.
    zero: i64,
    /// Fewest cases.
    min: i64,
    /// The formula in words, or the ground of what people give.
    text: String,
}

impl From<&Indicator> for IndicatorView {
    fn from(one: &Indicator) -> Self {
        Self {
            code: one.code.clone(),
            name: one.name.clone(),
            basis: match one.basis {
                Basis::Kpi(_) => "kpi",
                Basis::Check(_) => "check",
                Basis::Manual => "manual",
            },
            version: one.version(),
            points: one.points,
            full: one.full,
            zero: one.zero,
            min: one.min,
            text: one.text.clone(),
        }
    }
}

/// A scheme of assessment.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentScheme)]
pub(crate) struct SchemeView {
    code: String,
    version: u32,
    name: String,
    text: String,
    source: String,
    /// `area`, `department` or `post`.
    kind: &'static str,
    kind_word: &'static str,
    level: &'static str,
    level_word: &'static str,
    role_words: Vec<&'static str>,
    /// Matters re-checked of each assessed party.
    sample: u32,
    appeal_days: u32,
    indicators: Vec<IndicatorView>,
}

impl From<Scheme> for SchemeView {
    fn from(scheme: Scheme) -> Self {
        Self {
            kind: scheme.kind.code(),
            kind_word: scheme.kind.word(),
            level: scheme.level.code(),
            level_word: scheme.level.word(),
            role_words: scheme.roles.iter().map(|r| r.word()).collect(),
            indicators: scheme.indicators.iter().map(IndicatorView::from).collect(),
            code: scheme.code,
            version: scheme.version,
            name: scheme.name,
            text: scheme.text,
            source: scheme.source,
            sample: scheme.sample,
            appeal_days: scheme.appeal_days,
        }
    }
}

/// A period of assessment as I see it.
#[derive(Serialize, ToSchema)]
#[schema(as = Assessment)]
pub(crate) struct AssessmentView {
    id: String,
    name: String,
    area: String,
    /// Full name of the area.
    place: String,
    scheme: SchemeView,
    from: String,
    to: String,
    /// `open`, `drafted`, `published` or `frozen`.
    state: &'static str,
    state_word: &'static str,
    opened: DoneView,
    /// Seed of the random re-check.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calculated: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<DoneView>,
    /// Last day for appeals.
    #[serde(skip_serializing_if = "Option::is_none")]
    appeals_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen: Option<DoneView>,
    /// SHA-256 of everything frozen, hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// Results that I see.
    results: usize,
    /// Appeals that wait for a decision.
    undecided: usize,
    /// Matters drawn for re-check.
    drawn: usize,
    /// Of those, looked at.
    checked: usize,
    /// Whether I run it.
    runs: bool,
    may_calculate: bool,
    may_mark: bool,
    may_appeal: bool,
    may_rule: bool,
    /// Whether I may open statements and ballot (述职评议).
    may_review: bool,
    /// Last day of the statements and the ballot that are open.
    #[serde(skip_serializing_if = "Option::is_none")]
    review_until: Option<String>,
}

impl AssessmentView {
    pub(crate) fn of(row: AssessmentRow, today: Day) -> Self {
        let one = row.assessment;
        let (drawn, checked) = row.rechecks;
        Self {
            id: one.id.to_string(),
            area: one.area.to_string(),
            place: row.place,
            from: one.from.to_string(),
            to: one.to.to_string(),
            state: one.state().code(),
            state_word: one.state().word(),
            may_calculate: row.runs && one.may_calculate(today).is_ok(),
            may_mark: row.runs && one.may_mark().is_ok(),
            may_appeal: one.may_appeal(today).is_ok(),
            may_rule: row.runs && one.state() == State::Published,
            may_review: row.runs
                && one.scheme.review.is_some()
                && one.round.is_none()
                && one.state() == State::Drafted,
            review_until: one
                .round
                .as_ref()
                .filter(|r| r.closed.is_none())
                .map(|r| r.until.to_string()),
            results: row.seen,
            undecided: row.undecided,
            drawn,
            checked,
            runs: row.runs,
            name: one.name,
            scheme: one.scheme.into(),
            opened: one.opened.into(),
            // Who is assessed need not know before the end what is drawn.
            seed: one.seed.filter(|_| row.runs || one.frozen.is_some()),
            calculated: one.calculated.map(|at| at.0),
            published: one.published.map(DoneView::from),
            appeals_until: one.appeals_until.map(|day| day.to_string()),
            frozen: one.frozen.map(DoneView::from),
            digest: one.digest.map(|hash| hash.to_string()),
        }
    }
}

/// What an indicator came to.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentScore)]
pub(crate) struct ScoreView {
    indicator: String,
    /// Above the line; none for what people give.
    #[serde(skip_serializing_if = "Option::is_none")]
    numerator: Option<i64>,
    /// Below the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    denominator: Option<i64>,
    /// The computed points, also beside a correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    computed: Option<i64>,
    /// The points that count.
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<i64>,
    /// `computed`, `given`, `corrected`, `too_few` or `not_given`.
    how: &'static str,
    how_word: &'static str,
}

/// Points that people gave.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentMark)]
pub(crate) struct MarkView {
    indicator: String,
    points: i64,
    words: String,
    done: DoneView,
}

impl From<Manual> for MarkView {
    fn from(manual: Manual) -> Self {
        Self {
            indicator: manual.indicator,
            points: manual.points,
            words: manual.words,
            done: manual.done.into(),
        }
    }
}

/// The decision on an appeal.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentRuling)]
pub(crate) struct RulingView {
    /// The corrected points; none where the computed ones stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<i64>,
    words: String,
    done: DoneView,
}

/// An appeal.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentAppeal)]
pub(crate) struct AppealView {
    no: u32,
    indicator: String,
    words: String,
    done: DoneView,
    #[serde(skip_serializing_if = "Option::is_none")]
    ruling: Option<RulingView>,
}

impl From<Appeal> for AppealView {
    fn from(appeal: Appeal) -> Self {
        Self {
            no: appeal.no,
            indicator: appeal.indicator,
            words: appeal.words,
            done: appeal.done.into(),
            ruling: appeal.ruling.map(|ruling| RulingView {
                points: ruling.points,
                words: ruling.words,
                done: ruling.done.into(),
            }),
        }
    }
}

/// Figures that stand beside the points.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentWatch)]
pub(crate) struct WatchView {
    closed: i64,
    concerned: i64,
    unheard: i64,
    redone: i64,
    split: i64,
    merged: i64,
    voided: i64,
    drawn: i64,
    checked: i64,
    failed: i64,
}

impl From<Watch> for WatchView {
    fn from(watch: Watch) -> Self {
        let Watch {
            closed,
            concerned,
            unheard,
            redone,
            split,
            merged,
            voided,
            drawn,
            checked,
            failed,
        } = watch;
        Self {
            closed,
            concerned,
            unheard,
            redone,
            split,
            merged,
            voided,
            drawn,
            checked,
            failed,
        }
    }
}

/// One result.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentResult)]
pub(crate) struct ResultView {
    no: u32,
    /// `area`, `department` or `post`.
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<ByView>,
    /// First day counted.
    from: String,
    /// Last day counted.
    to: String,
    scores: Vec<ScoreView>,
    /// Total in hundredths, on a scale of 100; none where too little is scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
    watch: WatchView,
    marks: Vec<MarkView>,
    appeals: Vec<AppealView>,
    /// Whether I am assessed here.
    own: bool,
}

impl ResultView {
    pub(crate) fn of(assessment: &Assessment, row: ResultRow) -> Self {
        let (one, scheme) = (row.assessed, &assessment.scheme);
        let scores = scheme.indicators.iter().map(|i| score(&one, i));
        Self {
            scores: scores.collect(),
            total: one.total(scheme),
            no: one.no,
            kind: one.subject.kind().code(),
            name: one.name,
            holder: one.holder.map(ByView::from),
            from: one.from.to_string(),
            to: one.to.to_string(),
            watch: one.watch.into(),
            marks: one.manual.into_iter().map(MarkView::from).collect(),
            appeals: one.appeals.into_iter().map(AppealView::from).collect(),
            own: row.own,
        }
    }
}

fn score(one: &Assessed, indicator: &Indicator) -> ScoreView {
    let figure = one.figure(&indicator.code);
    let score = one.score(indicator);
    ScoreView {
        indicator: indicator.code.clone(),
        numerator: figure.map(|f| f.numerator),
        denominator: figure.map(|f| f.denominator),
        computed: figure.and_then(|f| f.points),
        points: score.points(),
        how: score.code(),
        how_word: score.word(),
    }
}

/// A page of results, in the order of the tree.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentResultPage)]
pub(crate) struct ResultPage {
    pub rows: Vec<ResultView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
}

/// One matter behind a figure.
#[derive(Serialize, ToSchema)]
#[schema(as = CountedMatter)]
pub(crate) struct BehindRowView {
    id: String,
    no: String,
    title: String,
    reported_at: i64,
    /// How often it counts.
    times: i64,
}

/// A page of the matters behind a figure.
#[derive(Serialize, ToSchema)]
#[schema(as = CountedMatters)]
pub(crate) struct BehindView {
    rows: Vec<BehindRowView>,
    /// How many of this page I may not see.
    hidden: usize,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<Behind> for BehindView {
    fn from(behind: Behind) -> Self {
        let row = |row: office::BehindRow| BehindRowView {
            id: row.id.to_string(),
            no: row.no,
            title: row.title,
            reported_at: row.reported_at.0,
            times: row.times,
        };
        Self {
            rows: behind.rows.into_iter().map(row).collect(),
            hidden: behind.hidden,
            next: behind.next.map(|id| id.to_string()),
        }
    }
}

/// A matter drawn for re-check.
#[derive(Serialize, ToSchema)]
#[schema(as = RecheckedMatter)]
pub(crate) struct RecheckView {
    matter: String,
    no: String,
    /// For whom it was drawn.
    names: Vec<String>,
    /// Whether it is as reported; none until somebody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    holds: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<DoneView>,
}

impl From<(Recheck, Vec<String>)> for RecheckView {
    fn from((recheck, names): (Recheck, Vec<String>)) -> Self {
        let (verdict, id) = (recheck.verdict, recheck.matter);
        Self {
            matter: id.to_string(),
            no: recheck.no,
            names,
            holds: verdict.as_ref().map(|v| v.holds),
            words: verdict.as_ref().map(|v| v.words.clone()),
            done: verdict.map(|v| v.done.into()),
        }
    }
}

/// A figure that is counted otherwise now than it is kept.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentDifference)]
pub(crate) struct DifferenceView {
    name: String,
    indicator: String,
    /// `分子/分母` as kept.
    kept: String,
    /// The same, counted now.
    now: String,
}

impl From<Difference> for DifferenceView {
    fn from(difference: Difference) -> Self {
        let text = |parts: Option<(i64, i64)>| {
            parts.map_or_else(|| "—".into(), |(above, below)| format!("{above}/{below}"))
        };
        Self {
            name: difference.name,
            indicator: difference.indicator,
            kept: text(difference.kept),
            now: text(difference.now),
        }
    }
}

/// Results as a table.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentTable)]
pub(crate) struct TableView {
    /// CSV.
    pub text: String,
    /// When it was taken out.
    pub at: i64,
}

/// The result of one holder of a post, for paper.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentSheet)]
pub(crate) struct PrintedView {
    assessment: AssessmentView,
    result: ResultView,
    /// Who took it out.
    by: ByView,
    at: i64,
    purpose: String,
}

impl PrintedView {
    pub(crate) fn of(printed: Printed, today: Day) -> Self {
        let row = ResultRow {
            assessed: printed.assessed,
            own: printed.own,
        };
        let result = ResultView::of(&printed.assessment, row);
        let head = AssessmentRow {
            assessment: printed.assessment,
            place: printed.place,
            runs: false,
            seen: 1,
            undecided: 0,
            rechecks: (0, 0),
        };
        Self {
            assessment: AssessmentView::of(head, today),
            result,
            by: printed.export.by.into(),
            at: printed.export.at.0,
            purpose: printed.export.purpose,
        }
    }
}
