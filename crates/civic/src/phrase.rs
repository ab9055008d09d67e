//! 常用语: sentences that are put into an opinion or a reply with one tap, one's own or shared in an
//! area by its centre.

use crate::id::{AccountId, AreaId, PhraseId};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Longest phrase, in characters.
pub const CHARS_MAX: usize = 200;
/// Most phrases of a person, and most that an area shares.
pub const EACH_MAX: usize = 100;
/// The shortest run of digits that may be the number of a telephone, a paper or a bank card.
const DIGITS: usize = 7;

/// The field a phrase is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhraseField {
    /// Internal opinion.
    Opinion,
    /// Public reply.
    Reply,
}

impl PhraseField {
    /// Code in the interface.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Opinion => "opinion",
            Self::Reply => "reply",
        }
    }
    /// The field with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Opinion, Self::Reply]
            .into_iter()
            .find(|f| f.code() == code)
    }
}

/// A phrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    /// Own id.
    pub id: PhraseId,
    /// Who wrote it.
    pub account: AccountId,
    /// The area that shares it; nobody else's where none is given.
    pub area: Option<AreaId>,
    /// Code of the action it is for; for every action where empty.
    pub action: String,
    /// The field it is for.
    pub field: PhraseField,
    /// The words.
    pub text: String,
}

impl Phrase {
    /// What is wrong with it. A shared one is read by many: it must not hold a number by which a
    /// person is known or called.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let chars = self.text.trim().chars().count();
        let mut problems = Vec::new();
        if chars == 0 {
            problems.push(Problem::new("text", "required", "请填写常用语"));
        } else if chars > CHARS_MAX {
            let text = format!("常用语最多 {CHARS_MAX} 字，现在 {chars} 字，请删减");
            problems.push(Problem::new("text", "too_long", text));
        }
        if self.area.is_some() && has_number(&self.text) {
            let text = "共享的常用语里不能有电话、证件号等号码，请删去后再保存";
            problems.push(Problem::new("text", "personal_number", text));
        }
        problems
    }
}

/// Whether a text holds a run of digits as long as the number of a telephone or a paper, however it
/// is grouped.
#[must_use]
pub fn has_number(text: &str) -> bool {
    let mut run = 0;
    for c in text.chars() {
        let full = ('０'..='９').contains(&c);
        match c {
            _ if c.is_ascii_digit() || full => run += 1,
            ' ' | '-' | '－' | '—' if run > 0 => {}
            _ => run = 0,
        }
        if run >= DIGITS {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(area: Option<AreaId>, text: &str) -> Phrase {
        Phrase {
            id: PhraseId(1),
            account: AccountId(1),
            area,
            action: "settle".into(),
            field: PhraseField::Reply,
            text: text.into(),
        }
    }

    #[test]
    fn numbers_of_people_are_refused_in_what_is_shared_however_they_are_grouped() {
        for text in [
            "请联系 13905941234",
            "请联系139-0594-1234",
            "座机 2612345",
            "证件号 35030219800101123X",
            "电话１３９０５９４１２３４",
        ] {
            let codes = |area| {
                let found = phrase(area, text).problems();
                found.into_iter().map(|p| p.code).collect::<Vec<_>>()
            };
            assert_eq!(codes(Some(AreaId(3))), ["personal_number"], "{text}");
            assert_eq!(codes(None), [""; 0], "one's own: {text}");
        }
        for text in [
            "请在 2026 年 3 月 11 日前答复",
            "拨打12345或110",
            "已更换 3 盏路灯",
            "2026-3",
        ] {
            assert!(
                phrase(Some(AreaId(3)), text).problems().is_empty(),
                "{text}"
            );
        }
    }

    #[test]
    fn an_empty_or_endless_phrase_is_refused() {
        assert_eq!(phrase(None, " ").problems()[0].code, "required");
        assert_eq!(
            phrase(None, &"好".repeat(201)).problems()[0].code,
            "too_long"
        );
    }
}
