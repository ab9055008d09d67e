//! Schemes: whom a period assesses and by which indicators, as data of a pack.
//!
//! An indicator names a formula of the catalogue ([`crate::kpi`]) and never states one of its own.

use super::{Review, SubjectKind};
use crate::area::Level;
use crate::kpi::Kpi;
use crate::measure::Measure;
use crate::post::Role;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

words! {
    /// A share that is counted from the closed matters themselves and stands against figures that
    /// could be made to look better than the work (T7).
    Check {
        /// Closed without a word from the person concerned.
        Unheard "unheard" "未联系当事人办结率",
        /// Not as reported, by the random re-check.
        Failed "failed" "抽查不实率",
        /// Closed, and done again.
        Redone "redone" "办结后重办率",
    }
}

impl Check {
    /// Version of the formula.
    pub const VERSION: u32 = 1;

    /// The formula in words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Unheard => {
                "未联系当事人办结率 = 没有收到当事人评价就办结的事项数 ÷ 期内办结、有当事人可以联系的事项数。有当事人可以联系，是指居民上报、随手拍、电话、窗口和热线登记的，或者登记了当事人的事项。"
            }
            Self::Failed => {
                "抽查不实率 = 复核为不属实的事项数 ÷ 已复核的抽查事项数。抽查由平台按种子随机抽取，同一种子抽出同样的事项。"
            }
            Self::Redone => "办结后重办率 = 期内办结、曾经重办的事项数 ÷ 期内办结的事项数。",
        }
    }
}

/// What an indicator is counted from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A formula of the catalogue, copied with its version.
    Kpi(Kpi),
    /// One of the shares that stand against embellished figures.
    Check(Check),
    /// Given by people in writing: 民主测评 or 述职评议 (R214). Not scored where nobody gave it.
    Manual,
}

/// One line of a scheme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    /// Code within the scheme.
    pub code: String,
    /// Name.
    pub name: String,
    /// What it is counted from.
    pub basis: Basis,
    /// Most points, in hundredths.
    pub points: i64,
    /// The share, in hundredths of a percent, that earns all points.
    pub full: i64,
    /// The share that earns none; above `full` where less is better.
    pub zero: i64,
    /// Fewest cases below the line; with fewer it is not scored.
    pub min: i64,
    /// How it is counted, in words.
    pub text: String,
}

impl Indicator {
    /// Version of the formula; none for what people give.
    #[must_use]
    pub fn version(&self) -> Option<u32> {
        match &self.basis {
            Basis::Kpi(kpi) => Some(kpi.version),
            Basis::Check(_) => Some(Check::VERSION),
            Basis::Manual => None,
        }
    }

    /// The points, in hundredths, of a share; linear between `zero` and `full`, rounded half up.
    /// Whole numbers throughout, so that every machine comes to the same.
    #[must_use]
    pub fn points_of(&self, numerator: i64, denominator: i64) -> Option<i64> {
        if denominator < self.min.max(1) {
            return None;
        }
        let (n, d) = (i128::from(numerator), i128::from(denominator));
        let (full, zero) = (i128::from(self.full), i128::from(self.zero));
        let sign = if full > zero { 1 } else { -1 };
        let way = (full - zero) * sign * d;
        let gone = ((10_000 * n - zero * d) * sign).clamp(0, way);
        let points = (2 * i128::from(self.points) * gone + way) / (2 * way);
        i64::try_from(points).ok()
    }
}

/// Whom a period assesses, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scheme {
    /// Code.
    pub code: String,
    /// Version.
    pub version: u32,
    /// Name.
    pub name: String,
    /// What it is for, and what it does not look at.
    pub text: String,
    /// Where it comes from.
    pub source: String,
    /// Whom it assesses.
    pub kind: SubjectKind,
    /// Level of the areas, of the departments, or of the desks of the posts.
    pub level: Level,
    /// Which posts; empty for areas and departments.
    pub roles: Vec<Role>,
    /// Matters re-checked of each assessed party.
    pub sample: u32,
    /// Days in which the assessed may appeal.
    pub appeal_days: u32,
    /// The indicators; their points add up to 100.
    pub indicators: Vec<Indicator>,
    /// 述职评议, where the scheme has it (R214).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    scheme: RawScheme,
    #[serde(default)]
    indicator: Vec<RawIndicator>,
    review: Option<Review>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScheme {
    code: String,
    version: u32,
    name: String,
    text: String,
    source: String,
    subject: SubjectKind,
    level: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    sample: u32,
    appeal_days: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIndicator {
    code: String,
    name: String,
    kpi: Option<String>,
    check: Option<String>,
    manual: Option<String>,
    points: f64,
    full: Option<f64>,
    zero: Option<f64>,
    min: Option<i64>,
}

/// Words that no indicator may be about: traces of using a device are no work (privacy.md T1).
const BANNED: &[&str] = &[
    "登录",
    "上线率",
    "在线",
    "活跃",
    "日活",
    "签到",
    "打卡",
    "上传",
    "传图",
    "照片",
    "视频",
    "截图",
    "轨迹",
    "步数",
    "安装",
    "下载",
    "注册率",
    "关注数",
    "点赞",
    "转发",
    "浏览",
    "评论数",
    "学习时长",
    "积分排名",
    "login",
    "log_in",
    "check_in",
    "checkin",
    "upload",
    "online",
    "photo",
];

/// What a department's own people count. Other figures are counted by the desks that judge, and
/// would be laid to the wrong door.
const OF_DEPARTMENTS: &[Measure] = &[
    Measure::Signins,
    Measure::SigninsOnTime,
    Measure::Handled,
    Measure::HandledOnTime,
    Measure::Refused,
];

/// Most matters re-checked of one assessed party.
const SAMPLE_MAX: u32 = 50;
/// Fewest and most days for appeals.
const APPEAL_DAYS: std::ops::RangeInclusive<u32> = 3..=60;

impl Scheme {
    /// Reads a scheme and the formulae of the catalogue that it names.
    ///
    /// # Errors
    /// Everything that is wrong with it, what is forbidden as a ground of assessment included.
    pub fn parse(file: &str, text: &str, kpis: &[Kpi]) -> Result<Self, Vec<Problem>> {
        let raw: Raw = toml::from_str(text).map_err(|e| vec![Problem::in_toml(file, text, &e)])?;
        let mut problems = Vec::new();
        let head = &raw.scheme;
        let mut broken = |field: String, code: &str, message: String| {
            problems.push(Problem::new(field, code, message));
        };
        let of_scheme = || format!("scheme.{}", head.code);
        if head.version == 0 || head.name.trim().is_empty() || head.text.trim().is_empty() {
            let text = "方案要有从 1 起的版本、名称和说明，请补上。";
            broken(of_scheme(), "required", text.into());
        }
        let level = Level::parse(&head.level);
        let fits = |level: Level| match head.subject {
            SubjectKind::Area => level != Level::City && level != Level::Unit,
            SubjectKind::Department => level <= Level::Town,
            SubjectKind::Post => true,
        };
        if !level.is_some_and(fits) {
            let text = format!(
                "层级“{}”不能用于考核{}：区域用 county、town、community、grid，部门用 city、county、town。",
                head.level,
                head.subject.word()
            );
            broken(of_scheme(), "bad_level", text);
        }
        let level = level.unwrap_or(Level::Community);
        let mut roles = Vec::new();
        for code in &head.roles {
            match Role::parse(code).filter(|r| r.mans_desk() && r.level() == Some(level)) {
                Some(role) => roles.push(role),
                None => broken(
                    of_scheme(),
                    "bad_role",
                    format!("“{code}”不是这一级处理事项的岗位，考核只针对在岗工作人员。"),
                ),
            }
        }
        if (head.subject == SubjectKind::Post) == head.roles.is_empty() {
            let text = "考核岗位要写明 roles，考核区域和部门不写。";
            broken(of_scheme(), "bad_role", text.into());
        }
        if head.sample > SAMPLE_MAX || !APPEAL_DAYS.contains(&head.appeal_days) {
            let text = format!(
                "每个考核对象最多抽查 {SAMPLE_MAX} 件，申诉期为 {} 到 {} 天。",
                APPEAL_DAYS.start(),
                APPEAL_DAYS.end()
            );
            broken(of_scheme(), "out_of_range", text);
        }
        // Its text may well say what is not looked at.
        if let Some(word) = banned(&[&head.name]) {
            broken(of_scheme(), "banned_ground", ban(word));
        }
        let mut seen = HashSet::new();
        let mut indicators = Vec::new();
        for one in &raw.indicator {
            let (indicator, found) = indicator(one, head.subject, kpis, head.sample);
            let field = || format!("indicator.{}", one.code);
            for (code, message) in found {
                broken(field(), code, message);
            }
            if !seen.insert(one.code.clone()) {
                let text = format!("指标编码“{}”重复，请改正。", one.code);
                broken(field(), "duplicate", text);
            }
            indicators.extend(indicator);
        }
        let sum: i64 = raw.indicator.iter().map(|i| hundredths(i.points)).sum();
        if sum != 10_000 {
            let text = format!("各指标的分值合计应为 100，现为 {}。", sum as f64 / 100.0);
            broken(of_scheme(), "bad_sum", text);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let head = raw.scheme;
        let scheme = Self {
            code: head.code,
            version: head.version,
            name: head.name,
            text: head.text,
            source: head.source,
            kind: head.subject,
            level,
            roles,
            sample: head.sample,
            appeal_days: head.appeal_days,
            indicators,
            review: raw.review,
        };
        let found = scheme.review.as_ref().map(|r| r.problems(&scheme));
        match found.filter(|found| !found.is_empty()) {
            Some(found) => Err(found),
            None => Ok(scheme),
        }
    }

    /// The indicator with this code.
    #[must_use]
    pub fn indicator(&self, code: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|i| i.code == code)
    }
}

type Found = Vec<(&'static str, String)>;

fn indicator(
    raw: &RawIndicator,
    kind: SubjectKind,
    kpis: &[Kpi],
    sample: u32,
) -> (Option<Indicator>, Found) {
    let mut found: Found = Vec::new();
    let name = &raw.name;
    let said: Vec<&String> = [Some(&raw.code), Some(name), raw.manual.as_ref()]
        .into_iter()
        .flatten()
        .collect();
    if let Some(word) = banned(&said) {
        found.push(("banned_ground", ban(word)));
    }
    if hundredths(raw.points) <= 0 {
        found.push(("bad_points", format!("指标“{name}”的分值要大于 0。")));
    }
    let based = match (&raw.kpi, &raw.check, &raw.manual) {
        (Some(code), None, None) => {
            let kpi = kpis.iter().find(|k| k.code == *code);
            if kpi.is_none() {
                let text = format!(
                    "指标“{name}”引用的公式“{code}”不在指标目录中，请先在 kpi.toml 中定义。"
                );
                found.push(("unknown_kpi", text));
            }
            kpi.map(|k| (Basis::Kpi(k.clone()), k.text.clone()))
        }
        (None, Some(code), None) => {
            let check = Check::parse(code);
            if check.is_none() {
                let known: Vec<&str> = Check::ALL.iter().map(|c| c.code()).collect();
                let text = format!("“{code}”不是核验项，可用：{}。", known.join("、"));
                found.push(("unknown_check", text));
            }
            if check == Some(Check::Failed) && sample == 0 {
                let text = format!(
                    "指标“{name}”用到抽查，请在 [scheme] 里用 sample 写明每个对象抽查几件。"
                );
                found.push(("no_sample", text));
            }
            check.map(|c| (Basis::Check(c), c.text().to_owned()))
        }
        (None, None, Some(words)) if !words.trim().is_empty() => {
            Some((Basis::Manual, words.clone()))
        }
        _ => {
            let text = format!(
                "指标“{name}”要在 kpi(指标目录中的公式)、check(核验项)、manual(书面依据)中写明一项，且只写一项。"
            );
            found.push(("bad_basis", text));
            None
        }
    };
    if let Some((Basis::Kpi(kpi), _)) = &based {
        let measures: Vec<Measure> = kpi
            .numerator
            .iter()
            .chain(&kpi.denominator)
            .copied()
            .collect();
        if measures.iter().any(|m| m.is_stock()) {
            let text = format!("指标“{name}”的公式用到时点数，不能按考核期计算，请换一个公式。");
            found.push(("stock", text));
        }
        let own = |m: &Measure| OF_DEPARTMENTS.contains(m);
        if kind == SubjectKind::Department && !measures.iter().all(own) {
            let text = format!(
                "指标“{name}”的公式含有不由部门办理的环节，不能用来考核部门，请换一个公式。"
            );
            found.push(("not_of_departments", text));
        }
        if let Some(word) = banned(&[&kpi.name]) {
            found.push(("banned_ground", ban(word)));
        }
    }
    let manual = matches!(based, Some((Basis::Manual, _)));
    let (full, zero) = (raw.full.map(hundredths), raw.zero.map(hundredths));
    let bounds = match (full, zero) {
        _ if manual => Some((0, 0)),
        (Some(full), Some(zero)) if full != zero && full >= 0 && zero >= 0 => Some((full, zero)),
        _ => {
            let text =
                format!("指标“{name}”要用 full 和 zero 写明得满分和不得分的百分比，两者不能相同。");
            found.push(("bad_bounds", text));
            None
        }
    };
    let min = match raw.min {
        Some(min) if min >= 1 && !manual => Some(min),
        None if manual => Some(0),
        _ => {
            let text = format!("指标“{name}”要用 min 写明最少几件才计分；书面测评的指标不写。");
            found.push(("bad_min", text));
            None
        }
    };
    let (Some((basis, text)), Some((full, zero)), Some(min)) = (based, bounds, min) else {
        return (None, found);
    };
    let indicator = Indicator {
        code: raw.code.clone(),
        name: raw.name.clone(),
        basis,
        points: hundredths(raw.points),
        full,
        zero,
        min,
        text,
    };
    (Some(indicator), found)
}

/// Hundredths of a number with at most two decimals.
fn hundredths(number: f64) -> i64 {
    (number * 100.0).round() as i64
}

fn banned(texts: &[&String]) -> Option<&'static str> {
    let hit = |word: &&&str| texts.iter().any(|t| t.to_lowercase().contains(**word));
    BANNED.iter().find(hit).copied()
}

fn ban(word: &str) -> String {
    format!(
        "“{word}”不能作为考核依据：登录、打卡、上传次数等使用痕迹不反映工作结果，请改用办理结果的指标。"
    )
}
