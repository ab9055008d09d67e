//! Numbers that belong to a person: of an identity card, of a mobile telephone. Where none is needed
//! none is taken (privacy.md V02).

/// Whether a number has the form of an identity number or of a mobile telephone.
#[must_use]
pub fn is_number(no: &str) -> bool {
    let bytes = no.as_bytes();
    let digits = |b: &[u8]| b.iter().all(u8::is_ascii_digit);
    match bytes.len() {
        18 => {
            digits(&bytes[..17]) && matches!(bytes[17], b'0'..=b'9' | b'X' | b'x') && {
                let month = &no[10..12];
                let day = &no[12..14];
                ("01"..="12").contains(&month) && ("01"..="31").contains(&day)
            }
        }
        11 => digits(bytes) && no.starts_with('1') && no.as_bytes()[1] >= b'3',
        _ => false,
    }
}

/// Whether such a number stands somewhere in a text, also in full-width digits, in groups with
/// blanks or hyphens between them, or behind the code of the country.
#[must_use]
pub fn number_in(text: &str) -> bool {
    let plain: String = text.chars().map(half_width).collect();
    // Groups of digits, and whether a group goes on the one before it.
    let mut groups: Vec<(bool, String)> = Vec::new();
    let mut gap = 2;
    for c in plain.chars() {
        let digit = c.is_ascii_digit() || (matches!(c, 'X' | 'x') && gap == 0);
        match groups.last_mut().filter(|_| gap == 0 && digit) {
            Some((_, group)) => group.push(c),
            None if digit => groups.push((gap == 1, c.to_string())),
            None => {}
        }
        gap = match c {
            _ if digit => 0,
            ' ' | '-' if gap == 0 => 1,
            _ => 2,
        };
    }
    (0..groups.len()).any(|from| {
        let mut joined = String::new();
        let together = groups[from..].iter().enumerate();
        let mut together = together.take_while(|(i, (on, _))| *i == 0 || *on);
        together.any(|(_, (_, group))| {
            joined.push_str(group);
            let phone = joined.trim_end_matches(['X', 'x']);
            is_number(&joined) || is_number(phone.strip_prefix("86").unwrap_or(phone))
        })
    })
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' | 'Ｘ' | 'ｘ' | '－' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_a_person_is_found_however_it_is_written_in_a_text() {
        for text in [
            "电话13800138000，随时可联系",
            "我的号码是 138 0013 8000。",
            "１３８００１３８０００",
            "+8613800138000",
            "2019年起住在本楼 138-0013-8000",
            "身份证350302197001011234",
            "35030219700101123X，党员",
            "350302 19700101 123x",
        ] {
            assert!(number_in(text), "{text}");
        }
        for text in [
            "",
            "住在 3 号楼 301 室，2019 年退休",
            "2019-2024 年任楼长，服务 120 户",
            "固定电话 0594-2661234",
            "编号 350302003-260311-0007",
            "123456789012",
            "350302197013011234",
        ] {
            assert!(!number_in(text), "{text}");
        }
    }
}
