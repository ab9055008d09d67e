//! A record of a register: what it says, what was changed, and the work that follows from it.

use crate::by::By;
use crate::id::{AreaId, RecordId};
use crate::limits::{NAME_CHARS_MAX, TEXT_CHARS_MAX};
use crate::matter::Attached;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::register::{Items, Register};
use crate::time::{Day, Instant};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// Where a piece of work that follows from a record stands.
    ItemState {
        /// To be done.
        Open "open" "进行中",
        /// Done.
        Done "done" "已完成",
        /// Given up, with a reason.
        Dropped "dropped" "已取消",
    }
}

words! {
    /// Where a record stands on a day.
    State {
        /// Begins later.
        Coming "coming" "待生效",
        /// In force.
        Active "active" "有效",
        /// Over.
        Ended "ended" "已结束",
    }
}

/// What was said about a piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: By,
    /// What.
    pub text: String,
    /// Where it stood from then on.
    pub state: ItemState,
}

/// A piece of work that follows from a record: a decision, a livelihood item, a milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// From 1.
    pub no: u32,
    /// What is to be done.
    pub text: String,
    /// Who does it: a person or an organisation, as named.
    pub owner: String,
    /// Last day.
    pub due: Day,
    /// Where it stands.
    pub state: ItemState,
    /// Number of the matter that it became.
    pub matter: Option<String>,
    /// What was said, oldest first.
    pub progress: Vec<Progress>,
}

impl Item {
    /// Whether it is open after its last day.
    #[must_use]
    pub fn is_late(&self, day: Day) -> bool {
        self.state == ItemState::Open && day > self.due
    }
}

/// A piece of work as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemDraft {
    /// What is to be done.
    pub text: String,
    /// Who does it.
    pub owner: String,
    /// Last day.
    pub due: Option<Day>,
}

/// What is said about a piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// What.
    pub text: String,
    /// Where it stands from now on.
    pub state: ItemState,
    /// Number of the matter that it became, where it became one now.
    pub matter: Option<String>,
}

/// That a record was corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: By,
    /// Why.
    pub reason: String,
    /// What the changed fields said before; personal ones masked.
    pub before: BTreeMap<String, String>,
}

/// That a record was ended before its last day, or got one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When it was said.
    pub at: Instant,
    /// By whom.
    pub by: By,
    /// Why.
    pub reason: String,
}

/// A photograph or paper that was put with a record, or with one piece of its work. It stays: what was
/// seen is not taken back (R216).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// The file.
    pub file: Attached,
    /// The piece of work that it is about, by number; none for the record itself.
    pub item: Option<u32>,
    /// When it was put here.
    pub at: Instant,
    /// By whom.
    pub by: By,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Own id.
    pub id: RecordId,
    /// Code of its register.
    pub register: String,
    /// Where it lies.
    pub area: AreaId,
    /// Counts the changes, from 1.
    pub version: u32,
    /// First day.
    pub from: Day,
    /// First day on which it is over.
    pub to: Option<Day>,
    /// What it says, by field; personal fields masked.
    pub values: BTreeMap<String, String>,
    /// The work that follows from it.
    pub items: Vec<Item>,
    /// Photographs and papers, in the order in which they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Photo>,
    /// Who wrote it.
    pub by: By,
    /// When.
    pub at: Instant,
    /// Corrections, oldest first.
    pub changes: Vec<Change>,
    /// That it was ended.
    pub ended: Option<Ended>,
}

impl Record {
    /// Where it stands on `day`.
    #[must_use]
    pub fn state(&self, day: Day) -> State {
        match self.to {
            Some(to) if day >= to => State::Ended,
            _ if day < self.from => State::Coming,
            _ => State::Active,
        }
    }

    /// By what it is called.
    #[must_use]
    pub fn name(&self, register: &Register) -> &str {
        self.values.get(&register.name).map_or("", String::as_str)
    }

    /// Follows a change of the tree (R004): it lies in `area` from now on, and the fields in `lists`
    /// name other areas. What was before stays in its history, under the `old` name of its area.
    pub fn follow(
        &mut self,
        area: AreaId,
        lists: BTreeMap<String, String>,
        (old, reason): (&str, &str),
        (at, by): (Instant, By),
    ) {
        let mut before: BTreeMap<String, String> = lists
            .keys()
            .filter_map(|code| Some((code.clone(), self.values.get(code)?.clone())))
            .collect();
        if self.area != area {
            before.insert("area".into(), old.to_owned());
        }
        self.area = area;
        self.values.extend(lists);
        self.version += 1;
        self.changes.push(Change {
            at,
            by,
            reason: reason.to_owned(),
            before,
        });
    }

    /// Ends it: `to` is the first day on which it is over.
    ///
    /// # Errors
    /// `Conflict` where it is over before; `Invalid` without a reason or before it began.
    pub fn end(&mut self, to: Day, ended: Ended) -> Result<(), Refusal> {
        if let Some(over) = self.to.filter(|over| *over <= to) {
            return Err(Refusal::Conflict(format!("这条记录已于 {over} 结束")));
        }
        if to < self.from {
            let message = format!("结束日期不能早于起始日期 {}", self.from);
            return Err(Refusal::invalid("to", "before_start", message));
        }
        if ended.reason.trim().is_empty() {
            return Err(Refusal::invalid("reason", "required", "请写明结束原因"));
        }
        self.to = Some(to);
        self.ended = Some(ended);
        self.version += 1;
        Ok(())
    }

    /// Adds a piece of work.
    ///
    /// # Errors
    /// `Conflict` where the register knows none or the record has as many as it may; `Invalid`.
    pub fn add_item(
        &mut self,
        items: Option<&Items>,
        draft: ItemDraft,
        today: Day,
    ) -> Result<(), Refusal> {
        let Some(items) = items else {
            return Err(Refusal::Conflict("这类记录没有后续事项".into()));
        };
        if self.items.len() >= items.max {
            return Err(Refusal::Conflict(format!(
                "一条记录最多 {} 项{}",
                items.max, items.word
            )));
        }
        let problems = draft.problems(today);
        if !problems.is_empty() {
            return Err(Refusal::Invalid(problems));
        }
        let no = self.items.len() as u32 + 1;
        self.items.push(draft.item(no));
        self.version += 1;
        Ok(())
    }

    /// Puts files with it, or with the open piece of work of a number.
    ///
    /// # Errors
    /// `Conflict` where the register takes none or not so many, and for what is over; `Unknown` for a
    /// number that is not there; `Invalid` without a file.
    pub fn attach(
        &mut self,
        register: &Register,
        item: Option<u32>,
        files: Vec<Attached>,
        (at, by, today): (Instant, By, Day),
    ) -> Result<(), Refusal> {
        if register.files == 0 {
            return Err(Refusal::Conflict("这类记录不收照片和附件".into()));
        }
        if self.state(today) == State::Ended {
            return Err(Refusal::Conflict("这条记录已经结束，不能再添加附件".into()));
        }
        if let Some(no) = item {
            let found = self.items.iter().find(|i| i.no == no);
            let found = found.ok_or_else(|| Refusal::unknown("事项"))?;
            if found.state != ItemState::Open {
                let text = format!("这一项{}，不能再添加附件", found.state.word());
                return Err(Refusal::Conflict(text));
            }
        }
        if files.is_empty() {
            let text = "请选择要添加的照片或文件";
            return Err(Refusal::invalid("files", "required", text));
        }
        if self.files.len() + files.len() > register.files {
            return Err(Refusal::Conflict(format!(
                "一条记录最多 {} 个附件，已有 {} 个",
                register.files,
                self.files.len()
            )));
        }
        self.files.extend(files.into_iter().map(|file| Photo {
            file,
            item,
            at,
            by: by.clone(),
        }));
        self.version += 1;
        Ok(())
    }

    /// The flow of the matter that it, or the open piece of work of a number, becomes (R074); none for
    /// any flow. Fill in first which matters the work became before.
    ///
    /// # Errors
    /// `Conflict` where the register opens none, for what is over, and for work that is a matter
    /// already; `Unknown` for a number that is not there.
    pub fn may_become<'a>(
        &self,
        register: &'a Register,
        item: Option<u32>,
        today: Day,
    ) -> Result<Option<&'a str>, Refusal> {
        if self.state(today) == State::Ended {
            return Err(Refusal::Conflict("这条记录已经结束，不能再转为事件".into()));
        }
        let Some(no) = item else {
            return match &*register.becomes {
                "" => Err(Refusal::Conflict("这类记录不转为事件".into())),
                flow => Ok(Some(flow)),
            };
        };
        let found = self.items.iter().find(|i| i.no == no);
        let found = found.ok_or_else(|| Refusal::unknown("事项"))?;
        if let Some(matter) = &found.matter {
            return Err(Refusal::Conflict(format!("这一项已经转为事件〔{matter}〕")));
        }
        if found.state != ItemState::Open {
            let text = format!("这一项{}，不能再转为事件", found.state.word());
            return Err(Refusal::Conflict(text));
        }
        let flow = register.items.as_ref().map_or("", |items| &*items.flow);
        Ok((!flow.is_empty()).then_some(flow))
    }

    /// The files that go along when it, or a piece of its work, becomes a matter.
    pub fn evidence(&self, item: Option<u32>) -> impl Iterator<Item = &Attached> {
        let about = move |photo: &&Photo| photo.item == item;
        self.files.iter().filter(about).map(|photo| &photo.file)
    }

    /// Why a piece of work is not done yet: the matter that it became, `over` or not, has to end first
    /// (R216).
    ///
    /// # Errors
    /// `Conflict`, with the number of the matter.
    pub fn may_finish(items: &Items, matter: &str, over: bool) -> Result<(), Refusal> {
        if items.flow.is_empty() || over {
            return Ok(());
        }
        Err(Refusal::Conflict(format!(
            "整改事项〔{matter}〕还没有验收销号，验收后这一项才算完成"
        )))
    }

    /// Says how a piece of work goes.
    ///
    /// # Errors
    /// `Unknown` for a number that is not there; `Conflict` for what is over; `Invalid` without text.
    pub fn update_item(
        &mut self,
        no: u32,
        update: Update,
        at: Instant,
        by: By,
    ) -> Result<(), Refusal> {
        let item = self
            .items
            .iter_mut()
            .find(|i| i.no == no)
            .ok_or_else(|| Refusal::unknown("事项"))?;
        if item.state != ItemState::Open {
            return Err(Refusal::Conflict(format!(
                "这一项{}，不能再填进展",
                item.state.word()
            )));
        }
        let long = update.text.trim().chars().count();
        if long == 0 || long > TEXT_CHARS_MAX {
            let message = format!("请写明进展或结果，最多 {TEXT_CHARS_MAX} 个字");
            return Err(Refusal::invalid("text", "required", message));
        }
        item.state = update.state;
        item.matter = update.matter.or(item.matter.take());
        item.progress.push(Progress {
            at,
            by,
            text: update.text.trim().to_owned(),
            state: update.state,
        });
        self.version += 1;
        Ok(())
    }
}

impl ItemDraft {
    /// Everything that is wrong with it.
    #[must_use]
    pub fn problems(&self, today: Day) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut need = |field: &str, text: &str, word: &str, most: usize| {
            let long = text.trim().chars().count();
            if long == 0 || long > most {
                let message = format!("请填写{word}，最多 {most} 个字");
                problems.push(Problem::new(field, "required", message));
            }
        };
        need("text", &self.text, "事项内容", TEXT_CHARS_MAX);
        need("owner", &self.owner, "责任人或责任单位", NAME_CHARS_MAX);
        if self.due.is_none_or(|due| due < today) {
            let message = "请选择完成期限，不能早于今天";
            problems.push(Problem::new("due", "required", message));
        }
        problems
    }

    pub(super) fn item(self, no: u32) -> Item {
        Item {
            no,
            text: self.text.trim().to_owned(),
            owner: self.owner.trim().to_owned(),
            due: self.due.unwrap_or(Day(0)),
            state: ItemState::Open,
            matter: None,
            progress: Vec::new(),
        }
    }
}
