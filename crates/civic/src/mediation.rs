//! Mediation of disputes (R085 to R088): the organisations and their pool, and what a session is.
//!
//! Names of parties and what was said belong to a session, which is kept encrypted beside the
//! matter; its journal knows only when, by mediators of which kinds, and whether an agreement was
//! reached.

use crate::id::{AreaId, MediationBodyId};
use crate::limits;
use crate::problem::Problem;
use crate::time::{Day, Instant};
use serde::{Deserialize, Serialize};

/// Who mediates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediatorKind {
    /// 人民调解员
    People,
    /// 律师
    Lawyer,
    /// 民警
    Police,
    /// 法官
    Judge,
    /// 乡贤长者
    Elder,
    /// 行业调解员
    Industry,
}

impl MediatorKind {
    /// All kinds (R088).
    pub const ALL: [Self; 6] = [
        Self::People,
        Self::Lawyer,
        Self::Police,
        Self::Judge,
        Self::Elder,
        Self::Industry,
    ];
    /// Code in the interface.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Lawyer => "lawyer",
            Self::Police => "police",
            Self::Judge => "judge",
            Self::Elder => "elder",
            Self::Industry => "industry",
        }
    }
    /// Word of the interface.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::People => "人民调解员",
            Self::Lawyer => "律师",
            Self::Police => "民警",
            Self::Judge => "法官",
            Self::Elder => "乡贤长者",
            Self::Industry => "行业调解员",
        }
    }
    /// The kind with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
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
    /// What they are.
    pub kind: MediatorKind,
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
    pub fn admit(&mut self, kind: MediatorKind, name: &str, from: Day) -> Result<u32, Problem> {
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
            kind,
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
    /// What they are.
    pub kind: MediatorKind,
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
