//! Texts of messages that leave the house (R084): which events there are, which place holders each
//! has, and how a text is checked and filled. A place holder names what the event knows of the
//! matter; there is none for a person, so that no template can send one out.

use crate::matter::NoticeKind;
use crate::problem::Problem;

/// Names of place holders, as they stand between braces.
pub mod holder {
    #![allow(missing_docs, reason = "the words are their own")]
    pub const WHOLE: &str = "内容";
    pub const KIND: &str = "种类";
    pub const NO: &str = "编号";
    pub const TITLE: &str = "标题";
    pub const DUE: &str = "截止";
    pub const SEAT: &str = "席位";
    pub const CODE: &str = "验证码";
    pub const MINUTES: &str = "有效分钟";
}

/// Code of the event of a sign-in by telephone; the others are the codes of [`NoticeKind`].
pub const PHONE_CODE: &str = "phone_code";

/// What may stand in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// Name between the braces.
    pub name: &'static str,
    /// What it stands for.
    pub help: &'static str,
    /// A value for the preview.
    pub example: &'static str,
}

const fn holder(name: &'static str, help: &'static str, example: &'static str) -> Holder {
    Holder {
        name,
        help,
        example,
    }
}

const OF_A_MATTER: &[Holder] = &[
    holder(
        holder::WHOLE,
        "程序写的整句话",
        "〔350302003-260311-0007〕电梯停运 请在 2026-03-12 18:00 前办理",
    ),
    holder(holder::KIND, "消息的种类", "新到"),
    holder(holder::NO, "事项的编号", "350302003-260311-0007"),
    holder(holder::TITLE, "事项的标题，受限事项不显示", "电梯停运"),
    holder(holder::DUE, "最近的办理时限", "2026-03-12 18:00"),
    holder(holder::SEAT, "收到消息的席位", "霞林街道社会治理云平台中心"),
];

const OF_A_CODE: &[Holder] = &[
    holder(holder::CODE, "六位验证码，必须有", "482913"),
    holder(holder::MINUTES, "验证码有效的分钟数", "5"),
];

/// An occasion on which something leaves the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Stable code.
    pub code: &'static str,
    /// Word of the interface.
    pub word: &'static str,
    /// What may stand in its texts.
    pub holders: &'static [Holder],
    /// The place holder without which a text is of no use.
    pub needed: Option<&'static str>,
    /// The text where nobody wrote one.
    pub text: &'static str,
}

const fn told(kind: NoticeKind) -> Event {
    Event {
        code: kind.code(),
        word: kind.word(),
        holders: OF_A_MATTER,
        needed: None,
        text: "{内容}",
    }
}

/// All events, in the order of the page.
pub const EVENTS: &[Event] = &[
    told(NoticeKind::Arrived),
    told(NoticeKind::Copied),
    told(NoticeKind::Asked),
    told(NoticeKind::Decided),
    told(NoticeKind::Warned),
    told(NoticeKind::Overdue),
    told(NoticeKind::Urged),
    told(NoticeKind::Supervised),
    told(NoticeKind::Result),
    Event {
        code: PHONE_CODE,
        word: "登录验证码",
        holders: OF_A_CODE,
        needed: Some(holder::CODE),
        text: "您的验证码是 {验证码}，{有效分钟} 分钟内有效。不是您本人操作请忽略，不要告诉他人。",
    },
];

/// The event with a code.
#[must_use]
pub fn event(code: &str) -> Option<&'static Event> {
    EVENTS.iter().find(|event| event.code == code)
}

enum Part<'a> {
    Words(&'a str),
    Holder(&'a str),
}

/// The parts of a text; none where a brace has no partner.
fn parts(text: &str) -> Option<Vec<Part<'_>>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((words, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        found.extend([Part::Words(words), Part::Holder(name)]);
        rest = after;
    }
    found.push(Part::Words(rest));
    let stray = |part: &Part<'_>| match part {
        Part::Words(text) | Part::Holder(text) => text.contains(['{', '}']),
    };
    (!found.iter().any(stray)).then_some(found)
}

/// A text with its values, in one pass: a value that looks like a place holder stays as it is. None
/// where a place holder has no value, so that no sentence goes out with a hole.
#[must_use]
pub fn fill<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for part in parts(text)? {
        out.push_str(match part {
            Part::Words(words) => words,
            Part::Holder(name) => value(name).filter(|value| !value.is_empty())?,
        });
    }
    Some(out)
}

impl Event {
    /// A text with the example values. `chars_max` is the most that the channel takes.
    ///
    /// # Errors
    /// What is wrong with the text, of the field `text`.
    pub fn preview(&self, text: &str, chars_max: usize) -> Result<String, Problem> {
        let bad = |code: &str, sentence: String| Problem::new("text", code, sentence);
        if text.trim().is_empty() {
            let sentence = "请填写模板内容；要用程序的原文，请选“恢复原文”";
            return Err(bad("required", sentence.into()));
        }
        let Some(parts) = parts(text) else {
            let sentence = "大括号要成对，中间写占位符的名称，例如 {编号}";
            return Err(bad("bad_braces", sentence.into()));
        };
        let names: Vec<&str> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Holder(name) => Some(*name),
                Part::Words(_) => None,
            })
            .collect();
        let example = |name: &str| {
            let known = self.holders.iter().find(|holder| holder.name == name);
            known.map(|holder| holder.example)
        };
        if let Some(strange) = names.iter().find(|name| example(name).is_none()) {
            let known: Vec<String> = self
                .holders
                .iter()
                .map(|h| format!("{{{}}}", h.name))
                .collect();
            let sentence = format!(
                "“{}”不能用占位符 {{{strange}}}，可以用的有：{}",
                self.word,
                known.join("、")
            );
            return Err(bad("unknown_holder", sentence));
        }
        if let Some(needed) = self.needed.filter(|needed| !names.contains(needed)) {
            let sentence = format!("“{}”的模板必须有 {{{needed}}}", self.word);
            return Err(bad("holder_missing", sentence));
        }
        let filled = fill(text, example).unwrap_or_default();
        let chars = filled.chars().count();
        if chars > chars_max {
            let sentence =
                format!("按示例值填好后有 {chars} 个字，这个通道最多 {chars_max} 个字，请写短些");
            return Err(bad("too_long", sentence));
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_message_is_an_event_and_every_own_text_passes_its_own_check() {
        for kind in NoticeKind::ALL {
            assert_eq!(event(kind.code()).unwrap().word, kind.word());
        }
        assert_eq!(EVENTS.len(), NoticeKind::ALL.len() + 1);
        for event in EVENTS {
            event.preview(event.text, 134).unwrap();
        }
    }

    #[test]
    fn a_text_is_refused_in_words_for_what_it_may_not_hold() {
        let refused = |event: &str, text: &str| {
            let problem = super::event(event).unwrap().preview(text, 20).unwrap_err();
            assert_eq!(problem.field, "text");
            (problem.code, problem.message)
        };
        assert_eq!(refused("urged", " \n").0, "required");
        for text in ["请办理 {编号", "请办理 编号}", "{{编号}}", "{编{号}"] {
            assert_eq!(refused("urged", text).0, "bad_braces", "{text}");
        }
        for name in ["电话", "姓名", "name", "验证码", ""] {
            let (code, sentence) = refused("urged", &format!("请办理 {{{name}}}"));
            assert_eq!(code, "unknown_holder");
            assert!(sentence.contains("{编号}、{标题}"), "{sentence}");
        }
        assert_eq!(refused(PHONE_CODE, "您好").0, "holder_missing");
        let (code, sentence) = refused("urged", "{标题}已被催办，请在今天下班以前办理完毕");
        assert_eq!(code, "too_long");
        assert!(sentence.contains("21 个字"), "{sentence}");
    }

    #[test]
    fn values_are_filled_once_and_a_hole_leaves_no_text() {
        let value = |name: &str| match name {
            "标题" => Some("路灯{编号}"),
            "编号" => Some("7"),
            "截止" => Some(""),
            _ => None,
        };
        assert_eq!(
            fill("{编号}：{标题}", value).as_deref(),
            Some("7：路灯{编号}")
        );
        assert_eq!(fill("{截止}前", value), None);
        assert_eq!(fill("{席位}", value), None);
    }
}
