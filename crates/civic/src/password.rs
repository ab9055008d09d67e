//! Rules for new passwords (等保 2.0 三级，身份鉴别): length, mixture, nothing that is guessed first.

use crate::problem::Problem;

/// What people try first; one a line, in lower case. Kept in the program: nobody is asked outside.
const COMMON: &str = include_str!("password/common.txt");
/// Longest password: longer texts only make the server work.
pub const CHARS_MAX: usize = 128;
/// Neighbours on the keyboard, in the alphabet or in a row of equal characters that are too many.
const RUN: usize = 4;
/// Where runs lie. Columns of the keyboard count as well.
const ROWS: &[&str] = &[
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "!@#$%^&*()",
];

/// How strict the installation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength {
    /// Fewest characters.
    pub chars_min: usize,
    /// Fewest of the four classes: lower case, upper case, digits, others.
    pub classes_min: usize,
}

impl Default for Strength {
    fn default() -> Self {
        Self {
            chars_min: crate::limits::PASSWORD_CHARS_MIN,
            classes_min: 3,
        }
    }
}

/// Every rule that a new password of somebody breaks.
///
/// # Errors
/// The broken rules, each with a sentence.
pub fn check(
    strength: Strength,
    login: &str,
    name: &str,
    password: &str,
) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut broken =
        |code: &str, message: String| problems.push(Problem::new("password", code, message));
    let count = password.chars().count();
    if count < strength.chars_min {
        broken(
            "too_short",
            format!(
                "密码至少要 {} 个字符，现在只有 {count} 个",
                strength.chars_min
            ),
        );
    }
    if count > CHARS_MAX {
        broken("too_long", format!("密码最多 {CHARS_MAX} 个字符"));
    }
    let classes = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if classes.into_iter().filter(|has| *has).count() < strength.classes_min {
        broken(
            "too_simple",
            format!(
                "密码要在小写字母、大写字母、数字、符号四类中至少用到 {} 类",
                strength.classes_min
            ),
        );
    }
    let lower = password.to_lowercase();
    let login = login.to_lowercase();
    if login.chars().count() >= 3 && lower.contains(&login) {
        broken("contains_login", "密码不能包含登录名".into());
    }
    if name.chars().count() >= 2 && lower.contains(&name.to_lowercase()) {
        broken("contains_name", "密码不能包含您的姓名".into());
    }
    if let Some(run) = run(&lower) {
        broken(
            "run",
            format!("密码里的“{run}”是连续或重复的字符，容易被猜到，请换掉"),
        );
    }
    if COMMON.lines().any(|common| common == lower) {
        broken("too_common", "这个密码太常见，容易被猜到，请换一个".into());
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// The first run of [`RUN`] characters, forwards or backwards.
fn run(lower: &str) -> Option<String> {
    let chars: Vec<char> = lower.chars().collect();
    chars.windows(RUN).find_map(|window| {
        let (there, back): (String, String) = (
            window.iter().collect(),
            window.iter().rev().collect::<String>(),
        );
        let same = window.iter().all(|c| *c == window[0]);
        let lies = ROWS
            .iter()
            .any(|row| row.contains(&there) || row.contains(&back));
        (same || lies).then_some(there)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(login: &str, password: &str) -> Vec<String> {
        check(Strength::default(), login, "陈春山", password)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|p| p.code)
            .collect()
    }

    #[test]
    fn every_broken_rule_is_named() {
        assert_eq!(codes("chen", "Ab1"), ["too_short"]);
        assert_eq!(codes("chen", "acegikmo"), ["too_simple"]);
        assert_eq!(codes("chen", "13579135"), ["too_simple"]);
        assert_eq!(codes("chen", "xCHEN1999"), ["contains_login"]);
        assert_eq!(codes("chen", "陈春山Ab1999"), ["contains_name"]);
        assert_eq!(codes("chen", "Passw0rd"), ["too_common"]);
        assert_eq!(
            codes("chen", &format!("aA1{}", "xyx".repeat(42))),
            ["too_long"]
        );
        assert_eq!(codes("chen", "a"), ["too_short", "too_simple"]);
        for good in ["Xialin#2026", "我的密码Ab12", "lotus-Pond-7"] {
            assert!(codes("chen", good).is_empty(), "{good}");
        }
    }

    #[test]
    fn runs_of_the_keyboard_and_the_alphabet_are_refused_in_both_directions() {
        for bad in [
            "Lotus-1234",
            "Lotus-4321",
            "Qwer-lotus7",
            "Lotus#fdsa7",
            "1qaz-Lotus",
            "Lotus@7777",
            "Lotus7!@#$x",
            "x7DEFG-lot",
        ] {
            assert_eq!(codes("chen", bad), ["run"], "{bad}");
        }
        assert!(codes("chen", "Lotus-123-qwe").is_empty(), "three are fine");
    }

    #[test]
    fn a_stricter_installation_asks_for_more() {
        let strict = Strength {
            chars_min: 12,
            classes_min: 4,
        };
        let broken = check(strict, "chen", "陈春山", "lotus-Pond").unwrap_err();
        let codes: Vec<_> = broken.iter().map(|p| p.code.as_str()).collect();
        assert_eq!(codes, ["too_short", "too_simple"]);
        assert!(check(strict, "chen", "陈春山", "lotus-Pond-72").is_ok());
    }

    #[test]
    fn the_list_of_common_passwords_is_in_lower_case_without_doubles() {
        let all: std::collections::BTreeSet<_> = COMMON.lines().collect();
        assert_eq!(all.len(), COMMON.lines().count());
        assert!(
            COMMON
                .lines()
                .all(|l| l == l.to_lowercase() && l == l.trim())
        );
    }
}
