//! One thing that is wrong with an input, said so that its author can mend it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One fault of an input: which field, a stable code for programs, and a Chinese
/// sentence that says what to do.
///
/// The same value serves forms, the API and imports (kernel K1: one rule set for
/// all of them). Constructors collect *all* problems instead of stopping at the first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Problem {
    /// The field as the caller names it (`title`, `place.unit`); for a file, its name or `name:line`.
    pub field: String,
    /// Stable snake_case code, never translated and never re-used with another meaning.
    pub code: String,
    /// Chinese sentence for the person: what is wrong and what to do.
    pub message: String,
}

impl Problem {
    /// Makes a problem from its three parts.
    pub fn new(
        field: impl Into<String>,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            code: code.into(),
            message: message.into(),
        }
    }

    /// A problem in line `line` (counted from 1, the heading included) of a text file.
    /// The field becomes `file:line`, and the message begins with the line number.
    pub fn in_line(file: &str, line: u64, code: impl Into<String>, message: &str) -> Self {
        Self::new(
            format!("{file}:{line}"),
            code,
            format!("第 {line} 行：{message}"),
        )
    }

    /// What makes a TOML text unreadable, with its line.
    pub(crate) fn in_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |b| b.matches('\n').count() as u64 + 1);
        let why = error.message();
        Self::in_line(
            file,
            line,
            "syntax",
            &format!("读不懂这一行（{why}），请对照自带的文件检查写法。"),
        )
    }

    /// The same problem seen from outside: `prefix.field`. An empty field becomes the prefix alone.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.field = if self.field.is_empty() {
            prefix.to_owned()
        } else {
            format!("{prefix}.{}", self.field)
        };
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}] {}", self.field, self.code, self.message)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_problem_travels_as_json_with_three_stable_names() {
        let problem = Problem::new("title", "too_long", "标题请控制在 60 个字以内。");
        expect![[r#"{"field":"title","code":"too_long","message":"标题请控制在 60 个字以内。"}"#]]
            .assert_eq(&serde_json::to_string(&problem).unwrap());
    }

    #[test]
    fn a_problem_in_a_file_names_its_line() {
        let problem = Problem::in_line("calendar.csv", 12, "bad_date", "日期看不懂。");
        expect!["calendar.csv:12 [bad_date] 第 12 行：日期看不懂。"]
            .assert_eq(&problem.to_string());
    }

    #[test]
    fn a_nested_problem_carries_the_path_of_its_field() {
        let field = |f: &str| Problem::new(f, "x", "y").under("place").field;
        expect!["place.unit|place"].assert_eq(&format!("{}|{}", field("unit"), field("")));
    }
}
