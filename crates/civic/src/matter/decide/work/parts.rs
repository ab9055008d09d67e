//! Parts that several actions have in common: claiming, classifying, attaching, asking.

use super::super::super::{Ask, Attached, Classified, ClockKind, Desk, Fact, NoticeKind, Pending};
use super::super::Rules;
use super::Work;
use crate::flow::Flow;
use crate::id::AreaId;
use crate::limit::{Limit, LimitUnit};
use crate::limits;
use crate::post::Seat;
use crate::refusal::Refusal;
use crate::time::Day;

/// Working hours within which an extension or a suspension is decided.
const APPROVAL: Limit = Limit::new(8, LimitUnit::WorkingHours);

impl Work<'_> {
    pub fn claim(&mut self, no: Option<u32>) -> Result<(), Refusal> {
        let slot = self.asking_slot(no);
        let held = if slot == 0 {
            self.matter.holder
        } else {
            self.matter.task(slot).and_then(|t| t.holder)
        };
        if held == Some(self.actor.account) {
            return Err(Refusal::Conflict("您已经领办了这件事".into()));
        }
        self.fact(Fact::Claimed {
            slot,
            by: self.actor.account,
        });
        Ok(())
    }

    pub fn classify(&mut self, code: &str, condition: Option<&str>) -> Result<(), Refusal> {
        let classified = classified(self.rules, self.flow, code, condition)?;
        self.fact(Fact::Classified(classified));
        // The handling limit follows the category: a running own clock is set anew from its start.
        if let Some(clock) = self
            .matter
            .clocks
            .iter()
            .find(|c| c.kind == ClockKind::Handle && c.slot == 0 && c.runs())
        {
            let due = self.rules.calendar.add(clock.started, self.limit());
            self.fact(Fact::ClockSet {
                kind: ClockKind::Handle,
                slot: 0,
                due,
            });
        }
        Ok(())
    }

    pub fn attach(&mut self, file: Attached) -> Result<(), Refusal> {
        if self.matter.files.len() >= limits::FILES_MAX {
            return Err(Refusal::invalid(
                "files",
                "too_many",
                format!("附件最多 {} 个，请先整理", limits::FILES_MAX),
            ));
        }
        self.fact(Fact::Attached(file));
        Ok(())
    }

    /// A request for a decision by the leader of the same desk, or else by the desk above (rule 7).
    pub fn ask(&mut self, ask: Ask, slot: u32, until: Option<Day>) -> Result<(), Refusal> {
        let (by, approver, leader) = if slot == 0 {
            let area = self.desk_area()?;
            let leads = |area: AreaId| {
                self.rules
                    .directory
                    .posts_at(Seat::Area(area), self.day)
                    .any(|p| p.role.leads() && p.account != self.actor.account)
            };
            match (leads(area), self.matter.path.above(area)) {
                (true, _) => (Desk::Area(area), area, true),
                (false, Some((_, above))) => (Desk::Area(area), above, false),
                (false, None) => {
                    return Err(Refusal::Conflict(
                        "本级没有可以审批的领导岗位，请先任命市级领导岗位".into(),
                    ));
                }
            }
        } else {
            let task = self
                .matter
                .task(slot)
                .ok_or_else(|| Refusal::unknown("任务"))?;
            let (_, owner) = self.owner()?;
            (task.desk, owner, ask == Ask::Refuse && task.refusals > 0)
        };
        let due = match ask {
            // A judgement is made on its day, whoever has the last word.
            Ask::Return | Ask::Void => self.rules.calendar.same_day_due(self.now, None),
            Ask::Refuse => self.due(self.sign_in_limit()),
            Ask::Extend | Ask::Suspend => self.due(APPROVAL),
        };
        self.fact(Fact::Asked(Pending {
            ask,
            slot,
            by,
            by_account: self.actor.account,
            approver: Desk::Area(approver),
            leader,
            until,
        }));
        self.start_clock(ClockKind::Approval, slot, due);
        let text = format!(
            "{}：{}申请{}，请审批",
            self.label(),
            self.rules.directory.desk_name(by),
            ask.word()
        );
        self.tell(Desk::Area(approver), NoticeKind::Asked, text);
        Ok(())
    }
}

/// The category with its condition, or what is wrong with the code.
pub(in crate::matter::decide) fn classified(
    rules: &Rules,
    flow: &Flow,
    code: &str,
    condition: Option<&str>,
) -> Result<Classified, Refusal> {
    let Some(category) = rules.categories.get(code) else {
        return Err(Refusal::invalid(
            "category",
            "unknown_category",
            format!("类别目录里没有“{code}”，请从目录中选择"),
        ));
    };
    if !flow.takes(&category.class) {
        return Err(Refusal::invalid(
            "category",
            "other_flow",
            format!("“{}”不是“{}”的类别，请重新选择", category.name, flow.name),
        ));
    }
    let chosen = match condition {
        None => category.usual(),
        Some(text) => text
            .parse()
            .ok()
            .and_then(|number| category.condition(number))
            .ok_or_else(|| {
                Refusal::invalid(
                    "condition",
                    "unknown_condition",
                    format!("“{}”没有第 {text} 种情形，请重新选择", category.name),
                )
            })?,
    };
    Ok(Classified {
        code: category.code.clone(),
        condition: chosen.number.to_string(),
        class: category.class.parse().unwrap_or(0),
        urgent: chosen.urgent,
        dispute: category.class == "01",
        limit: chosen.limit.unwrap_or(flow.handle),
        privacy: category.privacy,
    })
}
