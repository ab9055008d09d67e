//! What a text from outside may hold: what is seen. One rule for names, titles, words and notes.

use std::borrow::Cow;

/// A character that shows nothing but changes what is shown or compared: zero-width spaces and
/// joiners, direction marks, overrides and isolates, the byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    )
}

/// The text without invisible characters, with `\n` at the end of every line.
///
/// # Errors
/// The sentence for the person, where a control character is left that no form can show.
pub fn clean(text: &str) -> Result<Cow<'_, str>, &'static str> {
    if !text
        .chars()
        .any(|c| is_invisible(c) || c.is_control() && !matches!(c, '\n' | '\t'))
    {
        return Ok(Cow::Borrowed(text));
    }
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let seen = seen.replace("\r\n", "\n").replace('\r', "\n");
    match seen
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
    {
        true => {
            Err("文字中有看不见的控制字符，无法保存。请删除后重新输入，或先粘贴到记事本再复制过来")
        }
        false => Ok(Cow::Owned(seen)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_stays_as_it_is() {
        let text = "第一行\n第二行\t（完）😀𠮷";
        assert!(matches!(clean(text), Ok(Cow::Borrowed(same)) if same == text));
    }

    #[test]
    fn invisible_characters_go_and_lines_end_alike() {
        assert_eq!(
            clean("\u{FEFF}王\u{200B}阿\u{202E}福\u{2066}\u{2069}\r\n二\r三").unwrap(),
            "王阿福\n二\n三"
        );
        assert_eq!(clean("\u{200B}").unwrap(), "");
    }

    #[test]
    fn control_characters_are_refused_with_what_to_do() {
        for bad in [
            "a\0b",
            "a\u{7}b",
            "a\u{85}b",
            "a\u{7f}b",
            "\u{200B}\u{1b}[2J",
        ] {
            assert!(clean(bad).unwrap_err().contains("请删除"), "{bad:?}");
        }
    }
}
