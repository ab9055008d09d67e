//! Admission of departments' work to communities and grids (R201): what is not on the published list
//! is not sent down. Apply with basis, people and money > review > list for a term > expiry or exit.

use crate::area::Level;
use crate::directory::Directory;
use crate::id::{AdmissionId, AreaId, OrgId};
use crate::limits::{ADMISSION_DAYS_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX};
use crate::notice::Scope;
use crate::post::Role;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::time::Day;
use serde::{Deserialize, Serialize};

/// Where a department's people find the way in.
const HOW: &str = "请在“准入清单”页提出申请，写明依据、人员和经费，批准后再下派";

/// What a department asks to be admitted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Application {
    /// Name of the item.
    pub title: String,
    /// What is to be done.
    pub content: String,
    /// Law, rule or decision that says so.
    pub basis: String,
    /// Who of the department's own people works with it.
    pub people: String,
    /// What money comes with it.
    pub money: String,
    /// How often.
    pub frequency: String,
    /// Levels it may be sent to: community, grid, unit.
    pub levels: Vec<Level>,
    /// Most fields that a form of it may ask for.
    pub fields: u32,
}

/// The decision on an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether it was admitted.
    pub admitted: bool,
    /// Why.
    pub opinion: String,
    /// Who decided, with title.
    pub by: String,
    /// When.
    pub on: Day,
    /// First day on the list.
    pub from: Day,
    /// First day off the list.
    pub to: Day,
}

/// That an item left the list before its term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Why.
    pub reason: String,
    /// Who took it off.
    pub by: String,
    /// When.
    pub on: Day,
}

/// One item with its way through the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Own id.
    pub id: AdmissionId,
    /// The desk that applied.
    pub org: OrgId,
    /// Its line of business: its stations below may use the item too.
    pub line: String,
    /// The area for which it is admitted: that of the desk.
    pub area: AreaId,
    /// What was asked.
    pub application: Application,
    /// Who applied.
    pub by: String,
    /// When.
    pub on: Day,
    /// The decision.
    pub decision: Option<Decision>,
    /// That it left the list before its term.
    pub exit: Option<Exit>,
}

words! {
    /// Where an item stands on a day.
    State {
        /// Waits for the decision.
        Applied "applied" "待审核",
        /// Not admitted.
        Refused "refused" "未准入",
        /// Admitted, from a later day on.
        Coming "coming" "待生效",
        /// On the list.
        Listed "listed" "在清单内",
        /// Its term is over.
        Expired "expired" "已到期",
        /// Taken off.
        Exited "exited" "已退出",
    }
}

impl Application {
    /// Every rule that it breaks.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut need = |field: &str, text: &str, word: &str, most: usize| {
            let long = text.trim().chars().count();
            if long == 0 || long > most {
                let message = format!("请填写{word}，最多 {most} 个字");
                problems.push(Problem::new(field, "required", message));
            }
        };
        need("title", &self.title, "事项名称", TITLE_CHARS_MAX);
        need("content", &self.content, "工作内容", TEXT_CHARS_MAX);
        need("basis", &self.basis, "法律法规或文件依据", TEXT_CHARS_MAX);
        need(
            "people",
            &self.people,
            "配套人员（没有请写明“无”）",
            TEXT_CHARS_MAX,
        );
        need(
            "money",
            &self.money,
            "配套经费（没有请写明“无”）",
            TEXT_CHARS_MAX,
        );
        need("frequency", &self.frequency, "工作频次", TITLE_CHARS_MAX);
        let fits = |l: &Level| matches!(l, Level::Community | Level::Grid | Level::Unit);
        if self.levels.is_empty() || !self.levels.iter().all(fits) {
            problems.push(Problem::new(
                "levels",
                "required",
                "请选择下派到哪一级：村居、网格或治理单元",
            ));
        }
        problems
    }
}

impl Item {
    /// Where it stands on `day`.
    #[must_use]
    pub fn state(&self, day: Day) -> State {
        match (&self.decision, &self.exit) {
            (None, None) => State::Applied,
            (_, Some(_)) => State::Exited,
            (Some(d), _) if !d.admitted => State::Refused,
            (Some(d), _) if day < d.from => State::Coming,
            (Some(d), _) if day >= d.to => State::Expired,
            _ => State::Listed,
        }
    }

    /// Decides on it.
    ///
    /// # Errors
    /// `Conflict` when it was decided or withdrawn before; `Invalid` without reason or with a term
    /// that is none.
    pub fn decide(&mut self, decision: Decision) -> Result<(), Refusal> {
        let state = self.state(decision.on);
        if state != State::Applied {
            return Err(Refusal::Conflict(format!(
                "这个事项{}，不能再审核",
                state.word()
            )));
        }
        let mut problems = Vec::new();
        if decision.opinion.trim().is_empty() {
            problems.push(Problem::new("opinion", "required", "请写明审核意见"));
        }
        let days = decision.to.0 - decision.from.0;
        if decision.admitted
            && (decision.from < decision.on || !(1..=ADMISSION_DAYS_MAX).contains(&days))
        {
            let message =
                format!("起始日期不能早于今天，期限为 1 到 {ADMISSION_DAYS_MAX} 天，请重新选择");
            problems.push(Problem::new("to", "bad_term", message));
        }
        if !problems.is_empty() {
            return Err(Refusal::Invalid(problems));
        }
        self.decision = Some(decision);
        Ok(())
    }

    /// Takes it off the list, or withdraws the application.
    ///
    /// # Errors
    /// `Conflict` where it is over already; `Invalid` without a reason.
    pub fn leave(&mut self, exit: Exit) -> Result<(), Refusal> {
        let state = self.state(exit.on);
        if matches!(state, State::Refused | State::Expired | State::Exited) {
            return Err(Refusal::Conflict(format!(
                "这个事项{}，不用再退出",
                state.word()
            )));
        }
        if exit.reason.trim().is_empty() {
            return Err(Refusal::invalid("reason", "required", "请写明退出原因"));
        }
        self.exit = Some(exit);
        Ok(())
    }
}

/// Whether the desk `org` may send work of `item` to `scope` on `day`; what is asked in `fields`
/// questions. Its own line's desks below need no item.
///
/// # Errors
/// `Denied`, with the reason and the way to apply.
pub fn admit(
    directory: &Directory,
    org: OrgId,
    item: Option<&Item>,
    scope: &Scope,
    fields: usize,
    day: Day,
) -> Result<(), Refusal> {
    let denied = |text: String| Err(Refusal::Denied(text));
    let Some(own) = directory.org(org) else {
        return Err(Refusal::unknown("单位"));
    };
    let line = |o: &OrgId| directory.org(*o).is_some_and(|o| o.line == own.line);
    if let Some(other) = scope.orgs.iter().find(|o| !line(o)) {
        let name = directory.org(*other).map_or("", |o| &*o.name);
        return denied(format!("“{name}”不是您本条线的下级单位，不能直接布置工作"));
    }
    if scope.areas.is_empty() && scope.roles.is_empty() {
        return Ok(());
    }
    let Some(item) = item else {
        return denied(format!(
            "部门向村居、网格布置工作和报表，须在准入清单内，这一项没有选择清单事项；{HOW}"
        ));
    };
    let title = &item.application.title;
    if *item.line != *own.line || !directory.tree.within(own.area, item.area) {
        return denied(format!("“{title}”不是您单位的准入事项；{HOW}"));
    }
    let state = item.state(day);
    if state != State::Listed {
        let why = match (&item.decision, &item.exit) {
            (_, Some(exit)) => format!("：{}", exit.reason),
            (Some(d), _) if state == State::Expired => format!("（{}）", d.to),
            (Some(d), _) if state == State::Coming => format!("（自 {} 起）", d.from),
            (Some(d), _) => format!("：{}", d.opinion),
            (None, None) => String::new(),
        };
        return denied(format!(
            "准入事项“{title}”{}{why}，不能下派；{HOW}",
            state.word()
        ));
    }
    let level = |r: &&Role| {
        !r.level()
            .is_some_and(|l| item.application.levels.contains(&l))
    };
    if let Some(role) = scope.roles.iter().find(level) {
        let levels: Vec<&str> = item.application.levels.iter().map(|l| l.word()).collect();
        return denied(format!(
            "“{title}”只准入到{}，不能发给“{}”；{HOW}",
            levels.join("、"),
            role.word()
        ));
    }
    if fields > item.application.fields as usize {
        return denied(format!(
            "“{title}”准入的报表最多 {} 项，这一份有 {fields} 项；请删减，或重新申请准入",
            item.application.fields
        ));
    }
    Ok(())
}
