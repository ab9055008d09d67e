//! How personal fields are shown until someone with a reason unmasks them (privacy.md V04).

/// `陈春山` → `陈**`; one character stays one star, so that nothing is guessed from length 1.
#[must_use]
pub fn name(full: &str) -> String {
    let mut chars = full.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(_)) => format!("{first}{}", "*".repeat(full.chars().count() - 1)),
        (Some(_), None) => "*".into(),
        _ => String::new(),
    }
}

/// `13812341234` → `138****1234`; a short number shows its last two digits only.
#[must_use]
pub fn phone(full: &str) -> String {
    let digits: Vec<char> = full.chars().collect();
    let n = digits.len();
    if n >= 11 {
        format!(
            "{}****{}",
            digits[..3].iter().collect::<String>(),
            digits[n - 4..].iter().collect::<String>()
        )
    } else if n > 2 {
        format!(
            "{}{}",
            "*".repeat(n - 2),
            digits[n - 2..].iter().collect::<String>()
        )
    } else {
        "*".repeat(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_hide_all_but_what_the_rule_leaves() {
        assert_eq!(name("陈春山"), "陈**");
        assert_eq!(name("陈"), "*");
        assert_eq!(name(""), "");
        assert_eq!(phone("13812341234"), "138****1234");
        assert_eq!(phone("6632110"), "*****10");
        assert_eq!(phone("12"), "**");
    }
}
