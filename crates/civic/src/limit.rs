//! How long a thing may take: an amount and the kind of time in which it is counted.
//!
//! The units are those of GB/T 30428.8 as city tables write them: 工作时，紧急工作时，工作日, and
//! calendar days (requirements 2.4). [`crate::calendar::Calendar`] turns a limit into a due moment.

use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The kind of time in which a limit is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    /// Minutes of working time, written `30分钟`.
    WorkingMinutes,
    /// Hours of working time, written `4工作时`.
    WorkingHours,
    /// Minutes that run through nights and holidays, written `15紧急分钟`.
    UrgentMinutes,
    /// Hours that run through nights and holidays, written `2紧急工作时`.
    UrgentHours,
    /// Full days of working time (8 working hours with the usual hours), written `2工作日`.
    WorkingDays,
    /// Calendar days of 24 hours, written `7天`.
    CalendarDays,
}

impl LimitUnit {
    /// The Chinese word behind the amount.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::WorkingMinutes => "分钟",
            Self::WorkingHours => "工作时",
            Self::UrgentMinutes => "紧急分钟",
            Self::UrgentHours => "紧急工作时",
            Self::WorkingDays => "工作日",
            Self::CalendarDays => "天",
        }
    }

    /// Whether the clock runs on through nights, weekends and holidays.
    #[must_use]
    pub const fn runs_always(self) -> bool {
        matches!(
            self,
            Self::UrgentMinutes | Self::UrgentHours | Self::CalendarDays
        )
    }

    /// Whether the unit is an urgent one (紧急), which makes the matter itself urgent.
    #[must_use]
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::UrgentMinutes | Self::UrgentHours)
    }

    /// The largest amount accepted: about ten years, so that a slip of the hand is noticed.
    #[must_use]
    pub const fn max_amount(self) -> u32 {
        match self {
            Self::WorkingMinutes | Self::UrgentMinutes => 5_256_000,
            Self::WorkingHours | Self::UrgentHours => 87_600,
            Self::WorkingDays | Self::CalendarDays => 3_650,
        }
    }
}

/// An amount of time in one unit. In JSON and TOML it is its Chinese text, `"2工作日"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Limit {
    /// How many units; at least 1 when parsed.
    pub amount: u32,
    /// What is counted.
    pub unit: LimitUnit,
}

/// What the words after the number mean; the factor turns them into the unit.
/// `小时` is a working hour, as in the municipal tables this form comes from. A `紧急工作日` is a day
/// that runs through the night, hence 24 urgent hours.
const WORDS: &[(&str, LimitUnit, u32)] = &[
    ("工作时", LimitUnit::WorkingHours, 1),
    ("工作小时", LimitUnit::WorkingHours, 1),
    ("小时", LimitUnit::WorkingHours, 1),
    ("紧急工作时", LimitUnit::UrgentHours, 1),
    ("紧急小时", LimitUnit::UrgentHours, 1),
    ("紧急工作日", LimitUnit::UrgentHours, 24),
    ("工作日", LimitUnit::WorkingDays, 1),
    ("天", LimitUnit::CalendarDays, 1),
    ("日", LimitUnit::CalendarDays, 1),
    ("自然日", LimitUnit::CalendarDays, 1),
    ("分钟", LimitUnit::WorkingMinutes, 1),
    ("工作分钟", LimitUnit::WorkingMinutes, 1),
    ("紧急分钟", LimitUnit::UrgentMinutes, 1),
];

impl Limit {
    /// A limit of `amount` of the unit.
    #[must_use]
    pub const fn new(amount: u32, unit: LimitUnit) -> Self {
        Self { amount, unit }
    }

    /// The limit taken `times` times: an extension adds one original limit (requirements 2.3 no. 7).
    #[must_use]
    pub const fn times(self, times: u32) -> Self {
        Self::new(self.amount.saturating_mul(times), self.unit)
    }

    /// Reads a Chinese limit: `2紧急工作时`, `1紧急工作日` (24 urgent hours), `4小时` and `4工作时`
    /// (working hours), `2工作日`, `7天`, `30分钟`, `15紧急分钟`. Spaces, a `个` and full-width
    /// digits are allowed. `2天/2工作日`, as some city tables write, is taken as working days.
    ///
    /// # Errors
    /// `bad_limit` (not understood), `zero_limit` or `limit_too_long`, with an empty field name.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if let Some((left, right)) = text.split_once(['/', '\u{ff0f}']) {
            let (left, right) = (Self::parse_one(left, text)?, Self::parse_one(right, text)?);
            return match (left.unit, right.unit) {
                _ if left.amount != right.amount => Err(bad(text)),
                (LimitUnit::CalendarDays, LimitUnit::WorkingDays) => Ok(right),
                (LimitUnit::WorkingDays, LimitUnit::CalendarDays) => Ok(left),
                _ if left == right => Ok(left),
                _ => Err(bad(text)),
            };
        }
        Self::parse_one(text, text)
    }

    fn parse_one(part: &str, whole: &str) -> Result<Self, Problem> {
        let clean: String = part
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| match c {
                '\u{ff10}'..='\u{ff19}' => char::from((c as u32 - 0xff10) as u8 + b'0'),
                other => other,
            })
            .collect();
        let digits = clean.bytes().take_while(u8::is_ascii_digit).count();
        let (number, word) = clean.split_at(digits);
        let word = word.strip_prefix('个').unwrap_or(word);
        let Some(&(_, unit, factor)) = WORDS.iter().find(|(known, ..)| *known == word) else {
            return Err(bad(whole));
        };
        if digits == 0 {
            return Err(bad(whole));
        }
        // Too many digits for a number is simply too long.
        let amount = number
            .parse::<u32>()
            .unwrap_or(u32::MAX)
            .saturating_mul(factor);
        if amount == 0 {
            return Err(Problem::new(
                "",
                "zero_limit",
                format!("时限“{whole}”为零，请填写大于零的时限；不设时限请留空。"),
            ));
        }
        if amount > unit.max_amount() {
            return Err(Problem::new(
                "",
                "limit_too_long",
                format!(
                    "时限“{whole}”过长，以“{}”为单位最多填写 {}。",
                    unit.word(),
                    unit.max_amount()
                ),
            ));
        }
        Ok(Self { amount, unit })
    }
}

fn bad(text: &str) -> Problem {
    Problem::new(
        "",
        "bad_limit",
        format!(
            "时限“{text}”看不懂，请写成数字加单位，单位可用：工作时、紧急工作时、工作日、天、分钟、紧急分钟，\
             例如“4工作时”“2紧急工作时”“5工作日”“7天”。"
        ),
    )
}

impl fmt::Display for Limit {
    /// The canonical Chinese text; [`Limit::parse`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.amount, self.unit.word())
    }
}

impl FromStr for Limit {
    type Err = Problem;
    fn from_str(text: &str) -> Result<Self, Problem> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Limit {
    type Error = Problem;
    fn try_from(text: String) -> Result<Self, Problem> {
        Self::parse(&text)
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> Self {
        limit.to_string()
    }
}

#[cfg(test)]
mod tests;
