//! KPI formulae as named, versioned data (kernel K6, requirements.md 2.5): shown beside the figure.

use crate::measure::Measure;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// One formula: a sum of measures over a sum of measures.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
        let file: RawFile = toml::from_str(text).map_err(|e| {
            vec![Problem::new(
                "kpi",
                "syntax",
                format!("指标文件无法读取:{}", e.message()),
            )]
        })?;
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
