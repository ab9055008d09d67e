//! KPI formulae as named, versioned data (kernel K6, requirements.md 2.5): shown beside the figure.

use crate::measure::Measure;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// One formula: a sum of measures over a sum of measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kpi {
    /// Code.
    pub code: String,
    /// Version.
    pub version: u32,
    /// Chinese name.
    pub name: String,
    /// Measures added up above the line.
    pub numerator: Vec<Measure>,
    /// Measures added up below the line.
    pub denominator: Vec<Measure>,
    /// Target in percent, where one is set.
    pub target: Option<f64>,
    /// The formula in Chinese words.
    pub text: String,
    /// Requirement and seed.
    pub source: String,
}

#[derive(Deserialize)]
struct RawFile {
    #[serde(default)]
    kpi: Vec<Raw>,
}

#[derive(Deserialize)]
struct Raw {
    code: String,
    version: u32,
    name: String,
    numerator: String,
    denominator: String,
    target: Option<f64>,
    text: String,
    #[serde(default)]
    source: String,
}

impl Kpi {
    /// Reads a file of formulae.
    ///
    /// # Errors
    /// Every formula that names an unknown measure, and a file that is not TOML.
    pub fn parse(text: &str) -> Result<Vec<Self>, Vec<Problem>> {
        let file: RawFile =
            toml::from_str(text).map_err(|e| vec![Problem::in_toml("kpi", text, &e)])?;
        let mut problems = Vec::new();
        let mut sum = |name: &str, expression: &str| {
            let terms: Vec<Option<Measure>> = expression
                .split('+')
                .map(|t| Measure::parse(t.trim()))
                .collect();
            if terms.iter().any(Option::is_none) {
                problems.push(Problem::new(
                    "kpi",
                    "unknown_measure",
                    format!("指标“{name}”的算式“{expression}”中有未知的统计项"),
                ));
            }
            terms.into_iter().flatten().collect::<Vec<_>>()
        };
        let all = file
            .kpi
            .into_iter()
            .map(|raw| Self {
                numerator: sum(&raw.name, &raw.numerator),
                denominator: sum(&raw.name, &raw.denominator),
                code: raw.code,
                version: raw.version,
                name: raw.name,
                target: raw.target,
                text: raw.text,
                source: raw.source,
            })
            .collect();
        if problems.is_empty() {
            Ok(all)
        } else {
            Err(problems)
        }
    }

    /// Numerator and denominator for the figures that `figure` gives.
    #[must_use]
    pub fn parts(&self, figure: impl Fn(Measure) -> i64) -> (i64, i64) {
        (
            self.numerator.iter().map(|m| figure(*m)).sum(),
            self.denominator.iter().map(|m| figure(*m)).sum(),
        )
    }

    /// The value in percent; `None` where nothing lies below the line.
    #[must_use]
    pub fn percent(&self, figure: impl Fn(Measure) -> i64) -> Option<f64> {
        let (above, below) = self.parts(figure);
        (below != 0).then(|| 100.0 * above as f64 / below as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Vec<Kpi> {
        Kpi::parse(include_str!("../../../packs/base/kpi.toml"))
            .unwrap_or_else(|p| panic!("{p:#?}"))
    }
    fn percent(code: &str, figures: &[(Measure, i64)]) -> Option<String> {
        let kpis = base();
        let kpi = kpis
            .iter()
            .find(|k| k.code == code)
            .unwrap_or_else(|| panic!("{code}"));
        let figure = |m: Measure| figures.iter().find(|(f, _)| *f == m).map_or(0, |(_, n)| *n);
        kpi.percent(figure).map(|p| format!("{p:.2}"))
    }

    #[test]
    fn the_closing_rate_is_the_seeds_arithmetic() {
        let putian = [(Measure::Reported, 514_400), (Measure::Closed, 510_700)];
        assert_eq!(percent("closing_rate", &putian).as_deref(), Some("99.28"));
        let jianyang = [(Measure::Reported, 5_632), (Measure::Closed, 5_622)];
        assert_eq!(percent("closing_rate", &jianyang).as_deref(), Some("99.82"));
        assert_eq!(
            percent("closing_rate", &[]),
            None,
            "nothing reported is not 0 %"
        );
    }

    #[test]
    fn disputes_at_the_unit_and_closings_at_the_base_are_shares_of_what_was_closed() {
        let disputes = [
            (Measure::DisputesClosed, 500),
            (Measure::DisputesUnit, 300),
            (Measure::Disputes, 600),
        ];
        assert_eq!(
            percent("disputes_at_unit", &disputes).as_deref(),
            Some("60.00")
        );
        let base = [
            (Measure::Closed, 1_000),
            (Measure::ClosedUnit, 600),
            (Measure::ClosedGrid, 200),
            (Measure::ClosedCommunity, 120),
            (Measure::ClosedTown, 80),
        ];
        assert_eq!(percent("closed_at_base", &base).as_deref(), Some("92.00"));
    }

    #[test]
    fn the_same_day_rate_of_each_level_is_judged_on_the_day_over_received() {
        for level in crate::area::Level::ALL {
            let (came, day) = Measure::triage(level);
            let code = format!("same_day_{}", level.code());
            assert_eq!(
                percent(&code, &[(came, 200), (day, 199)]).as_deref(),
                Some("99.50"),
                "{code}"
            );
        }
    }

    #[test]
    fn an_unknown_measure_is_named() {
        let text = "[[kpi]]\ncode='x'\nversion=1\nname='某率'\nnumerator='closed+nothing'\ndenominator='reported'\ntext='t'\n";
        let problems = Kpi::parse(text).unwrap_err();
        assert!(problems[0].message.contains("某率"), "{problems:?}");
    }
}
