//! Mediation of disputes (R085 to R088): the organisations and their pool, and what a session is.
//!
//! Names of parties and what was said belong to a session, which is kept encrypted beside the
//! matter; its journal knows only when, by mediators of which kinds, and whether an agreement was
//! reached.

use crate::id::{AreaId, MediationBodyId};
use crate::limits;
use crate::problem::Problem;
use crate::table;
use crate::time::{Day, Instant};
use serde::{Deserialize, Serialize};

/// Longest word of a kind of mediators, in characters.
const KIND_CHARS_MAX: usize = 20;
const HEADING: [&str; 3] = ["code", "word", "note"];

/// A kind of mediators (R088): data of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediatorKind {
    /// Stored code.
    pub code: Box<str>,
    /// Word of the interface.
    pub word: Box<str>,
    /// Whether somebody may still be listed under it; a kind that a newer list left out keeps its word.
    pub offered: bool,
}

/// The kinds of mediators of an installation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MediatorKinds(Vec<MediatorKind>);

impl MediatorKinds {
    /// Reads `mediators.csv`.
    ///
    /// # Errors
    /// Every row that is wrong, with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let mut kinds = Self::default();
        let mut problems = Vec::new();
        for row in table::rows(file, text, HEADING)? {
            let [code, word, _] = row.cells;
            let mut broken = |message: &str| {
                problems.push(Problem::in_line(file, row.line, "bad_row", message));
            };
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if code.is_empty() || !code.chars().all(plain) {
                broken(&format!(
                    "编码“{code}”只能用小写字母、数字和下划线，请改正。"
                ));
            } else if word.is_empty() || word.chars().count() > KIND_CHARS_MAX {
                broken(&format!("名称要有 1 到 {KIND_CHARS_MAX} 个字，请改正。"));
            } else if kinds.0.iter().any(|k| *k.code == code || *k.word == word) {
                broken(&format!("“{code} {word}”与前面的重复，请删去或改正。"));
            } else {
                kinds.0.push(MediatorKind {
                    code: code.into(),
                    word: word.into(),
                    offered: true,
                });
            }
        }
        match problems.is_empty() {
            true => Ok(kinds),
            false => Err(problems),
        }
    }

    /// Adds the kinds of an older list that this one left out: who is listed under one keeps its word.
    pub fn keep(&mut self, older: Self) {
        for kind in older.0 {
            if self.get(&kind.code).is_none() {
                self.0.push(MediatorKind {
                    offered: false,
                    ..kind
                });
            }
        }
    }

    /// Adds the kinds of another pack after its own.
    pub fn join(&mut self, other: Self) {
        for kind in other.0 {
            if self.get(&kind.code).is_none() {
                self.0.push(kind);
            }
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The kind with a code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&MediatorKind> {
        self.0.iter().find(|k| *k.code == *code)
    }

    /// The kinds under which somebody may be listed, in the order of the list.
    pub fn offered(&self) -> impl Iterator<Item = &MediatorKind> {
        self.0.iter().filter(|k| k.offered)
    }

    /// The word of a code; the code itself where no list knows it.
    #[must_use]
    pub fn word<'a>(&'a self, code: &'a str) -> &'a str {
        self.get(code).map_or(code, |k| &k.word)
    }

    /// Refuses a kind under which nobody may be listed.
    ///
    /// # Errors
    /// `unknown_word` of `kind`, with the words that there are.
    pub fn check(&self, code: &str) -> Result<(), Problem> {
        if self.get(code).is_some_and(|k| k.offered) {
            return Ok(());
        }
        let words: Vec<&str> = self.offered().map(|k| &*k.word).collect();
        let text = format!(
            "没有“{}”这种调解员，可选：{}",
            self.word(code),
            words.join("、")
        );
        Err(Problem::new("kind", "unknown_word", text))
    }
}

/// A mediation organisation, attached to an area and, where there is one, to its neighbourhood
/// centre (R085).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Own id.
    pub id: MediationBodyId,
    /// The area it serves.
    pub area: AreaId,
    /// Name: `坂头社区人民调解委员会`.
    pub name: String,
    /// The neighbourhood centre or other house that it sits in.
    pub host: String,
    /// Where to go.
    pub address: String,
    /// Its pool, past members included.
    pub mediators: Vec<Mediator>,
}

/// A member of the pool (R088).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mediator {
    /// Number within the organisation, from 1.
    pub no: u32,
    /// Code of what they are.
    pub kind: String,
    /// Name.
    pub name: String,
    /// First day.
    pub from: Day,
    /// First day not any more.
    pub to: Option<Day>,
}

impl Mediator {
    /// Whether they are in the pool on `day`.
    #[must_use]
    pub fn active(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

impl Body {
    /// What is wrong with its words.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push(Problem::new("name", "required", "请填写调解组织的名称"));
        }
        for (field, text) in [
            ("name", &self.name),
            ("host", &self.host),
            ("address", &self.address),
        ] {
            if text.chars().count() > limits::NAME_CHARS_MAX {
                problems.push(too_long(field));
            }
        }
        problems
    }
    /// Takes somebody into the pool.
    ///
    /// # Errors
    /// No name, one that is too long, or one that is in the pool already.
    pub fn admit(&mut self, kind: &str, name: &str, from: Day) -> Result<u32, Problem> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Problem::new("name", "required", "请填写调解员姓名"));
        }
        if name.chars().count() > limits::NAME_CHARS_MAX {
            return Err(too_long("name"));
        }
        let same = |m: &&Mediator| m.name == name && m.kind == kind && m.to.is_none();
        if self.mediators.iter().find(same).is_some() {
            let text = format!("{name}已经在名单里，不必重复登记");
            return Err(Problem::new("name", "listed", text));
        }
        let no = self.mediators.iter().map(|m| m.no).max().unwrap_or(0) + 1;
        self.mediators.push(Mediator {
            no,
            kind: kind.to_owned(),
            name: name.to_owned(),
            from,
            to: None,
        });
        Ok(no)
    }
}

fn too_long(field: &str) -> Problem {
    let text = format!("文字太长：最多 {} 字，请删减", limits::NAME_CHARS_MAX);
    Problem::new(field, "too_long", text)
}

/// A mediator at a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seated {
    /// The organisation.
    pub body: MediationBodyId,
    /// Number within it.
    pub no: u32,
    /// Code of what they are.
    pub kind: String,
}

/// A session as it is recorded (R086). Everything in it but time, kinds and outcome is personal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionForm {
    /// When it was held.
    pub at: Instant,
    /// Where.
    pub place: String,
    /// The mediators with their names, and the area that each one's organisation serves.
    pub mediators: Vec<(Seated, String, AreaId)>,
    /// Names of the parties, at least two.
    pub parties: Vec<String>,
    /// What was said.
    pub record: String,
    /// The agreement, where one was reached.
    pub agreement: Option<String>,
}

impl SessionForm {
    /// What is wrong with it; all of it at once.
    #[must_use]
    pub fn problems(&self, now: Instant) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut note = |field: &str, code: &str, text: &str| {
            problems.push(Problem::new(format!("session.{field}"), code, text));
        };
        if self.at > now {
            note("at", "in_future", "调解时间不能晚于现在，请在调解以后登记");
        }
        if self.place.trim().is_empty() {
            note("place", "required", "请填写调解地点");
        }
        if self.mediators.is_empty() {
            note("mediators", "required", "请至少选择一位调解员");
        }
        if self.parties.iter().filter(|p| !p.trim().is_empty()).count() < 2 {
            note("parties", "too_few", "请填写双方当事人，至少两位");
        }
        if self.record.trim().is_empty() {
            note("record", "required", "请填写调解笔录");
        }
        if self
            .agreement
            .as_deref()
            .is_some_and(|a| a.trim().is_empty())
        {
            note("agreement", "required", "达成协议的，请填写协议内容");
        }
        let long = |text: &str, max: usize| text.chars().count() > max;
        let names = self.parties.iter().any(|p| long(p, limits::NAME_CHARS_MAX));
        if names || long(&self.place, limits::NAME_CHARS_MAX) {
            note("parties", "too_long", "姓名或地点太长，请删减");
        }
        let agreement = self.agreement.as_deref().unwrap_or_default();
        if long(&self.record, limits::TEXT_CHARS_MAX) || long(agreement, limits::TEXT_CHARS_MAX) {
            note("record", "too_long", "笔录或协议太长，请作为附件上传");
        }
        problems
    }
}

/// A session as the journal knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Number within the matter, from 1.
    pub no: u32,
    /// When it was held.
    pub at: Instant,
    /// Who mediated.
    pub mediators: Vec<Seated>,
    /// Whether an agreement was reached.
    pub reached: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACK: &str = include_str!("../../../packs/dispute/mediators.csv");

    fn words(kinds: &MediatorKinds) -> Vec<&str> {
        kinds.offered().map(|k| &*k.word).collect()
    }

    #[test]
    fn the_kinds_of_mediators_are_those_of_the_pack() {
        let kinds = MediatorKinds::parse("mediators.csv", PACK).unwrap();
        assert_eq!(
            words(&kinds),
            [
                "人民调解员",
                "律师",
                "民警",
                "法官",
                "乡贤长者",
                "行业调解员"
            ]
        );
        assert_eq!(kinds.check("judge"), Ok(()));
        assert_eq!(
            kinds.check("priest").unwrap_err().message,
            "没有“priest”这种调解员，可选：人民调解员、律师、民警、法官、乡贤长者、行业调解员"
        );
    }

    #[test]
    fn a_kind_that_a_newer_list_left_out_keeps_its_word_and_lists_nobody() {
        let newer = "code|word|note\nlawyer|律师|\nnotary|公证员|\n".replace('|', ",");
        let mut kinds = MediatorKinds::parse("mediators.csv", &newer).unwrap();
        kinds.keep(MediatorKinds::parse("mediators.csv", PACK).unwrap());
        assert_eq!(words(&kinds), ["律师", "公证员"]);
        assert_eq!(
            (kinds.word("judge"), kinds.word("older")),
            ("法官", "older")
        );
        assert!(kinds.check("judge").is_err());
    }

    #[test]
    fn every_fault_of_a_list_of_kinds_is_told_at_once() {
        let wrong = "code|word|note\nJudge|法官|\nlawyer||\nelder|乡贤|\nelder|长者|\n";
        let problems = MediatorKinds::parse("mediators.csv", &wrong.replace('|', ",")).unwrap_err();
        let said: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
        assert_eq!(
            said,
            [
                "第 2 行：编码“Judge”只能用小写字母、数字和下划线，请改正。",
                "第 3 行：名称要有 1 到 20 个字，请改正。",
                "第 5 行：“elder 长者”与前面的重复，请删去或改正。",
            ]
        );
    }
}
