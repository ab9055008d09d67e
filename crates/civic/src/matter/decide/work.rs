//! The workbench of one decision: collects facts, keeps a scratch copy of the matter up to date
//! with them, and seals the step at the end.

mod clocks;
mod moving;
mod parts;
mod tasks;

pub(super) use parts::classified;

use super::super::{Desk, Fact, Form, Matter, Notice, NoticeKind, Step, Who, Words};
use super::{Outcome, Rules, opening, who};
use crate::directory::Actor;
use crate::flow::{Action, Flow, Phase};
use crate::id::AccountId;
use crate::measure::Measure;
use crate::post::Post;
use crate::time::{Day, Instant};
use crate::trace;
use std::sync::Arc;

pub(super) struct Work<'a> {
    pub rules: &'a Rules,
    pub flow: &'a Flow,
    pub now: Instant,
    pub day: Day,
    pub actor: &'a Actor,
    pub post: Option<&'a Arc<Post>>,
    base: Option<Matter>,
    matter: Matter,
    who: Who,
    action: String,
    facts: Vec<Fact>,
    words: Words,
    received_at: Instant,
    due_at: Option<Instant>,
    same_day: Option<bool>,
    overdue: Option<bool>,
    notices: Vec<Notice>,
    done: Outcome,
}

impl<'a> Work<'a> {
    pub fn begin(
        rules: &'a Rules,
        flow: &'a Flow,
        matter: &Matter,
        actor: &'a Actor,
        post: Option<&'a Arc<Post>>,
        now: Instant,
        action: &str,
    ) -> Self {
        let reporter = matter.reporter.account == Some(actor.account);
        let now = super::in_order(matter, now);
        let mut work = Self {
            rules,
            flow,
            now,
            day: rules.day(now),
            actor,
            post,
            who: who(rules, actor, post, reporter),
            base: Some(matter.clone()),
            matter: matter.clone(),
            action: action.to_owned(),
            facts: Vec::new(),
            words: Words::default(),
            received_at: matter.entered_at,
            due_at: None,
            same_day: None,
            overdue: None,
            notices: Vec::new(),
            done: Outcome::default(),
        };
        if let Some(task) = work.own_task(None) {
            work.received_at = task.called_at;
        }
        work
    }

    /// A workbench only for asking what would be possible.
    pub fn probe(
        rules: &'a Rules,
        flow: &'a Flow,
        matter: &Matter,
        actor: &'a Actor,
        post: Option<&'a Arc<Post>>,
        now: Instant,
    ) -> Self {
        Self::begin(rules, flow, matter, actor, post, now, "")
    }

    /// A workbench for a matter whose first facts are `facts`.
    pub fn fresh(
        rules: &'a Rules,
        flow: &'a Flow,
        blank: Matter,
        actor: &'a Actor,
        post: Option<&'a Arc<Post>>,
        now: Instant,
    ) -> Self {
        let mut work = Self::begin(rules, flow, &blank, actor, post, now, "report");
        work.base = None;
        work
    }

    pub fn matter(&self) -> &Matter {
        &self.matter
    }
    pub fn phase(&self) -> Phase {
        self.matter.phase
    }
    pub fn fact(&mut self, fact: Fact) {
        self.matter.take(&fact, self.now);
        self.facts.push(fact);
    }
    pub fn words(&mut self, form: &Form) {
        let kept = |text: &Option<String>| {
            text.as_deref()
                .map(str::trim)
                .filter(|t| !t.is_empty())
                .map(str::to_owned)
        };
        self.words = Words {
            opinion: kept(&form.opinion),
            reply: kept(&form.reply),
            ..Words::default()
        };
    }
    /// Takes the action's own fields: words into the opinion, so that an erasure reaches them, the
    /// rest into the journal.
    pub fn fill(&mut self, action: &Action, form: &Form) {
        for line in opening::lines(&action.fields, &form.fields) {
            let opinion = self.words.opinion.take();
            self.words.opinion = Some(opinion.map_or(line.clone(), |o| format!("{o}\n{line}")));
        }
        let fields = opening::kept(&action.fields, &form.fields);
        if !fields.is_empty() {
            self.fact(Fact::Filled { fields });
        }
    }
    pub fn report_words(&mut self, title: &str, text: &str) {
        self.matter.title = title.to_owned();
        self.matter.text = text.to_owned();
        self.words = Words {
            title: Some(title.to_owned()),
            text: Some(text.to_owned()),
            ..Words::default()
        };
    }

    pub fn count(&mut self, measure: Measure) {
        if self.matter.part_of.is_some() && measure.is_of_matters() {
            return;
        }
        self.fact(Fact::Counted {
            measure,
            day: self.day,
        });
    }

    // --- notices -----------------------------------------------------------------------------

    pub fn tell(&mut self, desk: Desk, kind: NoticeKind, text: String) {
        let account = match desk {
            Desk::Reporter => match self.matter.reporter.account {
                Some(account) => Some(account),
                None => return,
            },
            Desk::None => return,
            // Whom a complaint is about learns nothing of it (privacy.md V18).
            _ if self.rules.directory.accused(&self.matter, desk) => return,
            Desk::Area(_) | Desk::Org(_) => None,
        };
        self.notices.push(Notice {
            desk,
            account,
            kind,
            matter: self.matter.id,
            text,
        });
    }
    /// Tells one person of the staff.
    pub fn tell_person(&mut self, account: AccountId, kind: NoticeKind, text: String) {
        self.notices.push(Notice {
            desk: Desk::None,
            account: Some(account),
            kind,
            matter: self.matter.id,
            text,
        });
    }
    /// Tells the person concerned and everybody who joined.
    pub fn tell_public(&mut self, text: &str) {
        self.tell(Desk::Reporter, NoticeKind::Result, text.to_owned());
        let joined: Vec<AccountId> = self.matter.joined.clone();
        for account in joined {
            self.notices.push(Notice {
                desk: Desk::None,
                account: Some(account),
                kind: NoticeKind::Result,
                matter: self.matter.id,
                text: text.to_owned(),
            });
        }
    }
    /// `〔350302003-…〕电梯停运` for the start of a message.
    pub fn label(&self) -> String {
        format!("〔{}〕{}", self.matter.no, self.matter.title)
    }

    /// Seals what was collected into one step.
    fn seal(&mut self) {
        let from = self.base.as_ref();
        let mut step = Step {
            matter: self.matter.id,
            seq: from.map_or(0, |m| m.version) + 1,
            action: std::mem::take(&mut self.action),
            who: self.who.clone(),
            from_state: from.map(|m| m.state.clone()).unwrap_or_default(),
            to_state: self.matter.state.clone(),
            from_desk: from.map_or(Desk::None, |m| m.desk),
            to_desk: self.matter.desk,
            received_at: self.received_at.min(self.now),
            acted_at: self.now,
            due_at: self.due_at.take(),
            same_day: self.same_day.take(),
            overdue: self.overdue.take(),
            facts: std::mem::take(&mut self.facts),
            words: std::mem::take(&mut self.words),
            prev: from.map(|m| m.head).unwrap_or_default(),
            hash: trace::Hash::default(),
        };
        let prev = step.prev;
        trace::seal(&mut step, prev);
        let folded = match self.base.take() {
            Some(mut base) => {
                base.apply(&step);
                Some(base)
            }
            None => Matter::begin(&step),
        };
        if let Some(folded) = folded {
            self.matter = folded.clone();
            self.base = Some(folded);
        }
        self.done.steps.push(step);
    }

    /// Seals the step and begins another one of the same actor in the same breath.
    pub fn next_step(&mut self, action: &str) {
        self.seal();
        self.action = action.to_owned();
        self.received_at = self.now;
    }

    /// Renames the step: the sweep knows its name only at the end.
    pub fn rename(&mut self, action: &str) {
        self.action = action.to_owned();
    }
    /// The words of a step the program takes by itself.
    pub fn auto_opinion(&mut self, text: &str) {
        self.words.opinion = Some(text.to_owned());
    }

    /// Adds what another workbench made, of another matter.
    pub fn absorb(&mut self, other: Outcome) {
        self.done.absorb(other);
    }

    pub fn finish(mut self) -> Outcome {
        self.seal();
        self.done.matters.push(self.matter);
        self.done.notices.append(&mut self.notices);
        self.done
    }
}
