//! Reading a flow from its TOML text.

use super::{
    Action, ClockRule, Field, FieldKind, Flow, Guard, Holder, Need, OnOverdue, Order, Phase,
    Quorum, Start, StartAt, State, Target, Urging, lint,
};
use crate::area::Level;
use crate::limit::Limit;
use crate::parameter::{self, Kind};
use crate::problem::Problem;
use crate::rights::{Relation, Verb};
use serde::Deserialize;

impl Flow {
    /// Parses and lints a flow.
    ///
    /// # Errors
    /// Everything that is wrong, naming state or action in Chinese.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let raw: RawFlow =
            toml::from_str(text).map_err(|e| vec![Problem::in_toml("flow", text, &e)])?;
        let flow = raw.build()?;
        let problems = lint(&flow);
        if problems.is_empty() {
            Ok(flow)
        } else {
            Err(problems)
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFlow {
    code: String,
    version: u32,
    name: String,
    sign_in: String,
    sign_in_urgent: String,
    handle: String,
    reply: String,
    #[serde(default)]
    start: RawStart,
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    board: i64,
    #[serde(default)]
    classes: Vec<String>,
    #[serde(default)]
    supervision: Vec<Order>,
    urging: Option<Urging>,
    #[serde(default, rename = "state")]
    states: Vec<RawState>,
    #[serde(default, rename = "action")]
    actions: Vec<RawAction>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawStart {
    verb: Option<String>,
    at: Option<String>,
    word: Option<String>,
    help: String,
    needs: Vec<Need>,
    #[serde(rename = "field")]
    fields: Vec<Field>,
    lines: Vec<String>,
    switch: Option<String>,
}

impl RawStart {
    fn build(self, name: &str, problems: &mut Vec<Problem>) -> Start {
        let verb = self.verb.as_deref().unwrap_or("report");
        let at = self.at.as_deref().unwrap_or("place");
        let starts = |v: &Verb| matches!(v, Verb::Report | Verb::Issue);
        let (verb_read, at_read) = (Verb::parse(verb).filter(starts), StartAt::parse(at));
        if verb_read.is_none() {
            problems.push(Problem::new(
                "start.verb",
                "verb",
                format!("流程只能由 report 或 issue 开始，不能由 {verb} 开始"),
            ));
        }
        if at_read.is_none() {
            problems.push(Problem::new(
                "start.at",
                "target",
                format!("流程的起点 {at} 无法识别，应为 place、level:层级 或 target"),
            ));
        }
        check_fields("start", &self.fields, problems);
        if let Some(code) = &self.switch
            && parameter::known(code).is_none_or(|k| k.kind != Kind::LastDay)
        {
            let text = format!("流程的开关 {code} 不是一个截止日期参数");
            problems.push(Problem::new("start.switch", "switch", text));
        }
        Start {
            verb: verb_read.unwrap_or(Verb::Report),
            at: at_read.unwrap_or(StartAt::Place),
            word: self.word.unwrap_or_else(|| format!("发起{name}")),
            help: self.help,
            needs: self.needs,
            fields: self.fields,
            lines: self.lines,
            switch: self.switch,
        }
    }
}

/// A choice lists its options, and nothing else does.
fn check_fields(at: &str, fields: &[Field], problems: &mut Vec<Problem>) {
    for field in fields {
        if (field.kind == FieldKind::Choice) == field.options.is_empty() {
            problems.push(Problem::new(
                format!("{at}.field.{}", field.code),
                "options",
                format!("表单项“{}”：选择项要列出 options，其他项不要", field.name),
            ));
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawState {
    code: String,
    name: String,
    phase: Phase,
    holder: Option<Holder>,
    level: Option<Level>,
    clock: Option<String>,
    overdue: Option<OnOverdue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAction {
    code: String,
    name: String,
    #[serde(default)]
    help: String,
    verb: Option<String>,
    from: Vec<String>,
    by: Vec<String>,
    to: String,
    #[serde(default)]
    needs: Vec<Need>,
    #[serde(default)]
    guards: Vec<Guard>,
    quorum: Option<String>,
    after_days: Option<u32>,
    #[serde(default, rename = "field")]
    fields: Vec<Field>,
}

impl RawFlow {
    fn build(self) -> Result<Flow, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut limit = |field: &str, text: &str| {
            text.parse::<Limit>()
                .map_err(|e| problems.push(Problem::new(field, "limit", e.message)))
                .ok()
        };
        let sign_in = limit("sign_in", &self.sign_in);
        let sign_in_urgent = limit("sign_in_urgent", &self.sign_in_urgent);
        let handle = limit("handle", &self.handle);
        let reply = limit("reply", &self.reply);
        let mut states = Vec::new();
        for raw in self.states {
            let clock = match raw.clock.as_deref() {
                None => Some(ClockRule::None),
                Some("same_day") => Some(ClockRule::SameDay),
                Some("sign_in") => Some(ClockRule::SignIn),
                Some("handle") => Some(ClockRule::Handle),
                Some("until") => Some(ClockRule::Until),
                Some(text) => {
                    limit(&format!("state.{}.clock", raw.code), text).map(ClockRule::Fixed)
                }
            };
            states.push((raw, clock));
        }
        let start = self.start.build(&self.name, &mut problems);
        if !self.prefix.bytes().all(|b| b.is_ascii_uppercase()) || self.prefix.len() > 4 {
            problems.push(Problem::new(
                "prefix",
                "prefix",
                format!("编号字头“{}”应为不超过 4 个大写字母", self.prefix),
            ));
        }
        let mut actions = Vec::new();
        for raw in &self.actions {
            let verb_code = raw.verb.as_deref().unwrap_or(&raw.code);
            let verb = Verb::parse(verb_code);
            if verb.is_none() {
                problems.push(Problem::new(
                    format!("action.{}", raw.code),
                    "verb",
                    format!("动作“{}”引用了未知的动词 {verb_code}", raw.name),
                ));
            }
            let by: Vec<_> = raw.by.iter().filter_map(|r| Relation::parse(r)).collect();
            if by.len() != raw.by.len() {
                problems.push(Problem::new(
                    format!("action.{}", raw.code),
                    "relation",
                    format!("动作“{}”的 by 中有未知的关系", raw.name),
                ));
            }
            let to = target(&raw.to);
            if to.is_none() {
                problems.push(Problem::new(
                    format!("action.{}", raw.code),
                    "target",
                    format!("动作“{}”的去向 {} 无法识别", raw.name, raw.to),
                ));
            }
            let quorum = raw.quorum.as_deref().map(Quorum::parse);
            if quorum == Some(None) {
                problems.push(Problem::new(
                    format!("action.{}", raw.code),
                    "quorum",
                    format!("动作“{}”的 quorum 应为 all、any 或不小于 1 的数", raw.name),
                ));
            }
            check_fields(&format!("action.{}", raw.code), &raw.fields, &mut problems);
            if let (Some(verb), Some(to)) = (verb, to) {
                actions.push(Action {
                    code: raw.code.clone(),
                    name: raw.name.clone(),
                    help: raw.help.clone(),
                    verb,
                    from: raw.from.clone(),
                    by,
                    to,
                    needs: raw.needs.clone(),
                    guards: raw.guards.clone(),
                    quorum: quorum.flatten(),
                    after_days: raw.after_days,
                    fields: raw.fields.clone(),
                });
            }
        }
        let states = states
            .into_iter()
            .filter_map(|(raw, clock)| {
                let ends = raw.phase.is_end();
                Some(State {
                    holder: raw
                        .holder
                        .unwrap_or(if ends { Holder::Nobody } else { Holder::Owner }),
                    code: raw.code,
                    name: raw.name,
                    phase: raw.phase,
                    level: raw.level,
                    clock: clock?,
                    overdue: raw.overdue.unwrap_or(OnOverdue::Alert),
                })
            })
            .collect();
        match (sign_in, sign_in_urgent, handle, reply) {
            (Some(sign_in), Some(sign_in_urgent), Some(handle), Some(reply))
                if problems.is_empty() =>
            {
                Ok(Flow {
                    code: self.code,
                    version: self.version,
                    name: self.name,
                    sign_in,
                    sign_in_urgent,
                    handle,
                    reply,
                    start,
                    prefix: self.prefix,
                    board: self.board,
                    classes: self.classes,
                    supervision: self.supervision,
                    urging: self.urging,
                    states,
                    actions,
                })
            }
            _ => Err(problems),
        }
    }
}

fn target(text: &str) -> Option<Target> {
    Some(match text {
        "stay" => Target::Stay,
        "next_level" => Target::NextLevel,
        "below" => Target::Below,
        "back" => Target::Back,
        "tasks" => Target::Tasks,
        "owner" => Target::Owner,
        "finish" => Target::Finish,
        "resumed" => Target::Resumed,
        other => match other.split_once(':')? {
            ("level", level) => Target::Level(Level::parse(level)?),
            ("state", state) => Target::State(state.to_owned()),
            _ => return None,
        },
    })
}
