//! The evidence pack of one matter (R215): what happened, in order, for the body that is competent to
//! judge it. The platform lists and proves; it holds nobody responsible.

mod html;

pub use html::{Told, page};

use crate::matter::{Fact, Matter, Rules, Step};
use crate::problem::Problem;
use crate::time::{Instant, Zone};
use crate::trace::{Chain, Hash};

/// Shortest and longest purpose, in characters.
const PURPOSE_CHARS: std::ops::RangeInclusive<usize> = 5..=200;

/// Stands on every pack.
pub const STATEMENT: &str = "本证据包只如实列出平台上的记录，不作责任认定。平台不根据本证据包或任何指标自动认定个人责任；是否追责，由有权机关依规依纪依法调查后决定，有关人员有陈述和申辩的权利。";
/// Stands where the words of a matter are kept back.
pub const KEPT_BACK: &str = "这件事按规定限制知悉或已经封存：标题、地点、意见、答复、正文和附件不在包内，只列出时间、人员、环节和校验值。确需查看的，请按规定程序向承办席位调阅。";

/// How much of a matter a pack holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All but identities, which stay masked.
    Whole,
    /// Times, people, states and digests: its words are sealed or restricted.
    KeptBack,
}

/// What is wrong with the purpose for which a pack is asked, if anything.
#[must_use]
pub fn purpose_problem(purpose: &str) -> Option<Problem> {
    let message = "请写明调取用途和依据，如“核查某某号线索”（5 到 200 字）";
    (!PURPOSE_CHARS.contains(&purpose.trim().chars().count()))
        .then(|| Problem::new("purpose", "required", message))
}

/// One step of the time line, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Number of the step.
    pub seq: u32,
    /// When it was taken.
    pub at: Instant,
    /// How long the desk that took it had held the matter, in milliseconds.
    pub held_ms: i64,
    /// What was done.
    pub action: String,
    /// Who, by the name of then.
    pub name: String,
    /// The post of then.
    pub title: String,
    /// The desk and state it left; empty for a report.
    pub from: String,
    /// The desk and state it came to.
    pub to: String,
    /// Internal opinion.
    pub opinion: Option<String>,
    /// Public answer.
    pub reply: Option<String>,
    /// What began, ended or ran out.
    pub clocks: Vec<String>,
    /// Names of the files attached.
    pub files: Vec<String>,
    /// Hash of the step.
    pub hash: Hash,
}

/// Who took part, in the order of the first step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Name of then.
    pub name: String,
    /// Post of then.
    pub title: String,
    /// Steps taken.
    pub steps: usize,
}

/// Whether the journal is whole and makes the matter that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Steps followed.
    pub steps: usize,
    /// Hash of the last one.
    pub head: Hash,
    /// What is wrong; empty for a whole journal.
    pub wrong: Vec<String>,
}

/// Follows the journal (each step with the kept digest of its words, and whether they were erased)
/// and compares what it makes with the matter that is kept.
#[must_use]
pub fn prove<'a>(
    journal: impl IntoIterator<Item = (&'a Step, Hash, bool)>,
    kept: &Matter,
) -> Proof {
    let mut chain = Chain::default();
    let mut folded: Option<Matter> = None;
    let (mut steps, mut wrong) = (0, Vec::new());
    for (step, words, erased) in journal {
        steps += 1;
        wrong.extend(chain.take(step, words, erased));
        match &mut folded {
            Some(matter) => matter.apply(step),
            None => folded = Matter::begin(step),
        }
    }
    if folded.as_ref() != Some(kept) {
        wrong.push("流转记录推算出的现状与保存的现状不一致：其中一方被改动".into());
    }
    Proof {
        steps,
        head: chain.head,
        wrong,
    }
}

/// The time line of a journal, in the words of its flow.
#[must_use]
pub fn lines(rules: &Rules, matter: &Matter, journal: &[Step], extent: Extent) -> Vec<Line> {
    let zone = rules.calendar.zone();
    journal
        .iter()
        .map(|step| line(rules, zone, matter, step, extent))
        .collect()
}

fn line(rules: &Rules, zone: Zone, matter: &Matter, step: &Step, extent: Extent) -> Line {
    let flow = rules.flow_of(matter).ok();
    let state = |code: &str| {
        let found = flow.and_then(|f| f.state(code));
        found.map_or_else(|| code.to_owned(), |s| s.name.clone())
    };
    let at_desk = |desk, code: &str| {
        let words = [rules.directory.desk_name(desk), state(code)];
        words
            .iter()
            .filter(|w| !w.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let action = flow.and_then(|f| f.action(&step.action));
    let whole = extent == Extent::Whole;
    Line {
        seq: step.seq,
        at: step.acted_at,
        held_ms: step.acted_at.ms_since(step.received_at).max(0),
        action: action.map_or_else(|| own_action(&step.action).to_owned(), |a| a.name.clone()),
        name: step.who.name.clone(),
        title: step.who.title.clone(),
        from: match step.from_state.as_str() {
            "" => String::new(),
            code => at_desk(step.from_desk, code),
        },
        to: at_desk(step.to_desk, &step.to_state),
        opinion: step.words.opinion.clone().filter(|_| whole),
        reply: step.words.reply.clone().filter(|_| whole),
        clocks: step.facts.iter().filter_map(|f| clock(zone, f)).collect(),
        files: step
            .facts
            .iter()
            .filter_map(|f| match f {
                Fact::Attached(file) if whole => Some(file.name.clone()),
                _ => None,
            })
            .collect(),
        hash: step.hash,
    }
}

fn clock(zone: Zone, fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::ClockStarted { kind, due, .. } => {
            format!("{}计时，{} 到期", kind.word(), zone.format(*due))
        }
        Fact::ClockSet { kind, due, .. } => {
            format!("{}改为 {} 到期", kind.word(), zone.format(*due))
        }
        Fact::ClockStopped { kind, .. } => format!("{}计时结束", kind.word()),
        Fact::ClocksPaused { .. } => "计时暂停".into(),
        Fact::Warned { kind, .. } => format!("{}临期提醒", kind.word()),
        Fact::RanOut { kind, .. } => format!("{}到期未完成", kind.word()),
        _ => return None,
    })
}

/// The word of an action that no flow names: the report, and what the program does itself.
#[must_use]
pub fn own_action(code: &str) -> &str {
    match code {
        "report" => "上报",
        "remind" => "临期提醒",
        "overdue" => "超期",
        "auto_resume" => "到期自动恢复",
        "absorb" => "并入",
        "rehome" => "区划调整转办",
        "caused" => "引起另一件事",
        "answer_hotline" => "答复热线",
        "caused_answer" => "关联事项反馈",
        "part_ended" => "分办事项有结果",
        other => other,
    }
}

/// Who took part, each post of a person once.
#[must_use]
pub fn people(lines: &[Line]) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for line in lines {
        match people
            .iter_mut()
            .find(|p| p.name == line.name && p.title == line.title)
        {
            Some(person) => person.steps += 1,
            None => people.push(Person {
                name: line.name.clone(),
                title: line.title.clone(),
                steps: 1,
            }),
        }
    }
    people
}

/// A length of time in words: `3天2小时5分`.
#[must_use]
pub fn held_words(ms: i64) -> String {
    let minutes = ms / 60_000;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let mut out = String::new();
    for (many, word) in [(days, "天"), (hours, "小时"), (minutes, "分")] {
        if many > 0 {
            out.push_str(&format!("{many}{word}"));
        }
    }
    if out.is_empty() {
        out.push_str("不足1分");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_is_given_in_words() {
        for (purpose, wrong) in [
            ("", true),
            ("核查 ", true),
            ("核查群众反映的线索", false),
            (&*"长".repeat(201), true),
        ] {
            assert_eq!(purpose_problem(purpose).is_some(), wrong, "{purpose}");
        }
    }

    #[test]
    fn times_are_told_in_days_hours_and_minutes() {
        for (minutes, words) in [
            (0, "不足1分"),
            (59, "59分"),
            (60, "1小时"),
            (1_505, "1天1小时5分"),
        ] {
            assert_eq!(held_words(minutes * 60_000), words);
        }
    }
}
