//! Makes the views of matters: rows of lists, and the whole with its journal.

use super::shape::{
    AreaChoice, AvailableView, Choice, ClockView, CountersignView, FilledView, FirstResponsible,
    FlowRef, Head, HeldView, LinkView, MatterRow, MatterView, PartView, PendingView, PlaceView,
    ReporterView, StepView, StuckWithView, SupervisionView, TaskView, WhoView,
};
use crate::area::trail_of;
use crate::dictionary::{CLOCK_KINDS, clock_kind, phase, task_kind, task_state};
use crate::error::Answer;
use crate::file::FileView;
use crate::flow::{code_of, field};
use civic::area::{Level, Path};
use civic::evidence::own_action;
use civic::id::AccountId;
use civic::matter::{Attached, Clock, Desk, Fact, Link, Matter, Step, Task};
use civic::time::Instant;
use office::matter::{Listed, Viewed};
use office::{Office, World};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Makes views of matters at one moment.
pub(crate) struct Viewer<'a> {
    office: &'a Office,
    world: Arc<World>,
    now: Instant,
}

impl<'a> Viewer<'a> {
    pub fn new(office: &'a Office) -> Self {
        Self {
            world: office.world(),
            now: office.now(),
            office,
        }
    }

    fn state_word(&self, matter: &Matter, state: &str) -> String {
        let flow = self.world.rules.flow_of(matter).ok();
        flow.and_then(|f| f.state(state))
            .map_or_else(|| state.to_owned(), |s| s.name.clone())
    }

    fn desk_name(&self, desk: Desk) -> String {
        self.world.directory().desk_name(desk)
    }

    /// The desk of a slot; the matter itself may lie on the desks of its open tasks.
    fn held_by(&self, matter: &Matter, slot: u32) -> String {
        if let Some(task) = matter.task(slot) {
            return self.desk_name(task.desk);
        }
        let names: Vec<String> = matter
            .holding()
            .map(|(_, desk)| self.desk_name(desk))
            .collect();
        names.join("、")
    }

    fn area_name(&self, path: &Path) -> String {
        let names = [Level::Town, Level::Community, Level::Grid]
            .iter()
            .filter_map(|l| self.world.tree().get(path.at(*l)?));
        names
            .map(|a| a.name.to_string())
            .collect::<Vec<_>>()
            .join(" / ")
    }

    fn head(
        &self,
        matter: &Matter,
        slot: u32,
        due: Option<(Instant, &'static str)>,
        names: &HashMap<AccountId, String>,
    ) -> Head {
        let category = matter.category.as_ref();
        let holder = matter.task(slot).map_or(matter.holder, |task| task.holder);
        let word = category.map(|c| {
            self.world
                .rules
                .categories
                .get(&c.code)
                .map_or_else(|| c.code.clone(), |k| k.name.clone())
        });
        let line = category.and_then(|c| self.world.rules.categories.line(&c.code));
        let line = line.map(str::to_owned);
        Head {
            id: matter.id.to_string(),
            no: matter.no.clone(),
            title: matter.title.clone(),
            state: matter.state.clone(),
            state_word: self.state_word(matter, &matter.state),
            phase: phase(matter.phase),
            category_word: word,
            class: category.map(|c| format!("{:02}", c.class)),
            line_word: line.as_deref().map(office::line::line_word),
            line,
            urgent: category.is_some_and(|c| c.urgent),
            area_name: self.area_name(&matter.path),
            desk_name: self.held_by(matter, slot),
            holder_name: holder.and_then(|h| names.get(&h).cloned()),
            reported_at: matter.reported_at.0,
            arrived_at: matter
                .task(slot)
                .map_or(matter.arrived_at, |t| t.called_at)
                .0,
            due_at: due.map(|(at, _)| at.0),
            due_kind: due.map(|(_, kind)| kind),
            overdue: due.is_some_and(|(at, _)| self.now >= at) || matter.is_overdue(),
            supervised: matter
                .supervision
                .as_ref()
                .is_some_and(|s| s.answered_at.is_none()),
            supervision_level: matter
                .supervision
                .as_ref()
                .filter(|s| s.answered_at.is_none())
                .map(|s| s.level),
            flow_code: matter.flow.clone(),
            flow_word: self
                .world
                .rules
                .flow_of(matter)
                .map_or_else(|_| matter.flow.clone(), |f| f.name.clone()),
            returned: matter.returned,
            reopened: matter.reopened > 0,
            version: matter.version,
            slot,
        }
    }

    /// Rows of a list.
    pub async fn rows(&self, listed: Vec<Listed>) -> Answer<Vec<MatterRow>> {
        let mut holders: Vec<AccountId> = listed
            .iter()
            .filter_map(|l| l.matter.task(l.slot).map_or(l.matter.holder, |t| t.holder))
            .collect();
        holders.sort_unstable();
        holders.dedup();
        let names = self.office.names(holders).await?;
        Ok(listed.iter().map(|l| self.row(l, &names)).collect())
    }

    fn row(&self, listed: &Listed, names: &HashMap<AccountId, String>) -> MatterRow {
        let due = listed
            .due_at
            .map(|at| (at, due_kind(listed.due_kind.as_deref())));
        MatterRow {
            head: self.head(&listed.matter, listed.slot, due, names),
            place: listed.matter.place.address.clone(),
            metres: None,
            found: None,
        }
    }

    /// A matter nearby, with nothing that only its readers may see.
    pub fn near(&self, near: office::matter::Nearby) -> MatterRow {
        let head = Head {
            desk_name: String::new(),
            overdue: false,
            supervised: false,
            supervision_level: None,
            returned: false,
            reopened: false,
            ..self.head(&near.matter, 0, None, &HashMap::new())
        };
        MatterRow {
            head,
            place: near.matter.place.address,
            metres: Some(near.metres.round() as i64),
            found: None,
        }
    }

    fn filled(&self, matter: &Matter) -> Vec<FilledView> {
        let Ok(flow) = self.world.rules.flow_of(matter) else {
            return Vec::new();
        };
        let of_actions = flow.actions.iter().flat_map(|a| &a.fields);
        let mut seen = BTreeSet::new();
        let value = |f: &civic::flow::Field| {
            let value = matter.fields.get(&f.code).filter(|v| !v.is_empty())?;
            seen.insert(f.code.clone()).then(|| FilledView {
                name: f.name.clone(),
                value: value.clone(),
            })
        };
        let all = flow.start.fields.iter().chain(of_actions);
        all.filter_map(value).collect()
    }

    fn clock(&self, matter: &Matter, clock: &Clock) -> ClockView {
        let state = match () {
            () if clock.paused.is_some() => "paused",
            () if clock.marked || self.now >= clock.due => "late",
            () => "running",
        };
        ClockView {
            kind: clock_kind(clock.kind),
            kind_word: clock.kind.word(),
            slot: clock.slot,
            started: clock.started.0,
            due: clock.due.0,
            state,
            desk_name: self.desk_name(matter.task(clock.slot).map_or(matter.desk, |t| t.desk)),
        }
    }

    fn task(&self, task: &Task, names: &HashMap<AccountId, String>) -> TaskView {
        let ((kind, kind_word), (state, state_word)) =
            (task_kind(task.kind), task_state(task.state));
        TaskView {
            no: task.no,
            kind,
            kind_word,
            desk_name: self.desk_name(task.desk),
            state,
            state_word,
            called_at: task.called_at.0,
            signed_at: task.signed_at.map(|at| at.0),
            ended_at: task.ended_at.map(|at| at.0),
            limit: task.limit.to_string(),
            extensions: task.extensions,
            finding_word: task.finding.map(civic::matter::Finding::word),
            agrees: task.agrees,
            holder_name: task.holder.and_then(|h| names.get(&h).cloned()),
        }
    }

    fn step(&self, matter: &Matter, step: Step) -> StepView {
        let flow = self.world.rules.flow_of(matter).ok();
        let word = flow
            .and_then(|f| f.action(&step.action))
            .map_or_else(|| own_action(&step.action).to_owned(), |a| a.name.clone());
        let files = step
            .facts
            .iter()
            .filter_map(|f| {
                if let Fact::Attached(file) = f {
                    Some(attached(file))
                } else {
                    None
                }
            })
            .collect();
        StepView {
            seq: step.seq,
            action_word: word,
            action: step.action,
            who: WhoView {
                name: step.who.name,
                title: step.who.title,
            },
            from_state_word: if step.from_state.is_empty() {
                String::new()
            } else {
                self.state_word(matter, &step.from_state)
            },
            to_state_word: self.state_word(matter, &step.to_state),
            from_desk_name: self.desk_name(step.from_desk),
            to_desk_name: self.desk_name(step.to_desk),
            opinion: step.words.opinion,
            reply: step.words.reply,
            received_at: step.received_at.0,
            acted_at: step.acted_at.0,
            held_ms: step.acted_at.ms_since(step.received_at),
            due_at: step.due_at.map(|at| at.0),
            same_day: step.same_day,
            overdue: step.overdue,
            files,
            hash: step.hash.to_string(),
        }
    }

    /// The whole matter.
    pub fn matter(&self, viewed: Viewed) -> MatterView {
        let matter = &viewed.matter;
        let names = &viewed.names;
        let due = matter.deadline().map(|c| (c.due, clock_kind(c.kind)));
        let tree = self.world.tree();
        let place = trail_of(tree, &matter.path);
        MatterView {
            head: self.head(matter, 0, due, names),
            text: matter.text.clone(),
            place: PlaceView {
                address: matter.place.address.clone(),
                lon: matter.place.point.map(|p| p.0),
                lat: matter.place.point.map(|p| p.1),
            },
            trail: place,
            category: matter.category.as_ref().map(|c| c.code.clone()),
            condition: matter.category.as_ref().map(|c| c.condition.clone()),
            channel: matter.channel.code(),
            channel_word: matter.channel.word(),
            reporter: ReporterView {
                kind_word: match matter.reporter.account {
                    Some(account) if account.0 > 0 => "居民（已登录）",
                    Some(_) => "群众",
                    None => "工作人员",
                },
                has_contact: viewed.contact.is_some(),
                masked_name: viewed
                    .contact
                    .as_ref()
                    .map(|c| c.name.clone())
                    .filter(|n| !n.is_empty()),
                masked_phone: viewed
                    .contact
                    .as_ref()
                    .map(|c| c.phone.clone())
                    .filter(|p| !p.is_empty()),
                may_unmask: viewed.may_unmask,
                follow_code: None,
            },
            clocks: matter
                .clocks
                .iter()
                .filter(|c| c.stopped.is_none())
                .map(|c| self.clock(matter, c))
                .collect(),
            tasks: matter.tasks.iter().map(|t| self.task(t, names)).collect(),
            pending: matter
                .pending
                .iter()
                .map(|p| PendingView {
                    slot: p.slot,
                    ask: p.ask.code(),
                    ask_word: p.ask.word(),
                    by_name: names
                        .get(&p.by_account)
                        .cloned()
                        .unwrap_or_else(|| self.desk_name(p.by)),
                    desk_name: self.desk_name(p.approver),
                    until: p.until.map(|d| d.to_string()),
                })
                .collect(),
            supervision: matter.supervision.as_ref().map(|s| SupervisionView {
                by_name: self.desk_name(Desk::Area(s.by)),
                level: s.level,
                at: s.at.0,
                due: s.due.0,
                answered_at: s.answered_at.map(|at| at.0),
            }),
            countersign: matter.countersign.map(|c| CountersignView {
                need: c.need,
                of: c.of,
                agreed: c.agreed,
            }),
            urged: matter.urged.len(),
            files: matter.files.iter().map(attached).collect(),
            finding_word: matter.finding.map(civic::matter::Finding::word),
            reply: matter.reply.clone(),
            rating: matter.rating.map(|r| r.0),
            merged_into: matter.merged_into.map(|id| id.to_string()),
            cause: matter.cause.as_ref().map(link),
            caused: matter.caused.iter().map(link).collect(),
            sessions: matter
                .sessions
                .iter()
                .map(|s| HeldView {
                    no: s.no,
                    at: s.at.0,
                    mediators: (s.mediators.iter())
                        .map(|m| self.world.mediators.word(&m.kind).to_owned())
                        .collect(),
                    reached: s.reached,
                })
                .collect(),
            may_read_sessions: viewed.may_read_sessions,
            part_of: matter.part_of.as_ref().map(|p| link(&p.whole)),
            parts: matter
                .parts
                .iter()
                .map(|p| PartView {
                    id: p.id.to_string(),
                    no: p.no.clone(),
                    waits: p.waits,
                    over: p.over,
                })
                .collect(),
            fields: self.filled(matter),
            stuck_with: viewed
                .stuck_with
                .iter()
                .map(|s| {
                    let (person, person_title) = s.person.clone().unzip();
                    StuckWithView {
                        slot: s.slot,
                        desk_name: self.desk_name(s.desk),
                        person,
                        person_title,
                        since: s.since.0,
                        due_at: s.due_at.map(|at| at.0),
                        overdue: s.overdue,
                    }
                })
                .collect(),
            first_responsible: viewed
                .first_responsible
                .iter()
                .map(|(area, name, title)| FirstResponsible {
                    area: area.to_string(),
                    area_name: self.desk_name(Desk::Area(*area)),
                    name: name.clone(),
                    title: title.clone(),
                })
                .collect(),
            flow: FlowRef {
                code: matter.flow.clone(),
                version: matter.flow_version,
            },
            actions: viewed
                .actions
                .iter()
                .map(|a| AvailableView {
                    action: a.action.clone(),
                    name: a.name.clone(),
                    help: a.help.clone(),
                    needs: a.needs.iter().map(code_of).collect(),
                    slots: a.slots.clone(),
                    areas: a
                        .areas
                        .iter()
                        .filter_map(|id| tree.get(*id))
                        .map(|area| AreaChoice {
                            id: area.id.to_string(),
                            name: area.name.to_string(),
                        })
                        .collect(),
                    people: a
                        .people
                        .iter()
                        .filter_map(|account| {
                            Some(Choice {
                                id: account.to_string(),
                                name: names.get(account)?.clone(),
                            })
                        })
                        .collect(),
                    orgs: a
                        .orgs
                        .iter()
                        .map(|org| Choice {
                            id: org.to_string(),
                            name: self.desk_name(Desk::Org(*org)),
                        })
                        .collect(),
                    proposed: a.proposed.map(|org| Choice {
                        id: org.to_string(),
                        name: self.desk_name(Desk::Org(org)),
                    }),
                    fields: a.fields.iter().map(field).collect(),
                })
                .collect(),
            steps: viewed
                .steps
                .into_iter()
                .map(|step| self.step(&viewed.matter, step))
                .collect(),
        }
    }
}

fn link(link: &Link) -> LinkView {
    LinkView {
        id: link.id.to_string(),
        no: link.no.clone(),
    }
}

fn attached(file: &Attached) -> FileView {
    FileView {
        id: file.file.to_string(),
        name: file.name.clone(),
        mime: file.mime.clone(),
        bytes: file.bytes,
    }
}

/// Lists name the clock by its word or by its code.
fn due_kind(said: Option<&str>) -> &'static str {
    let said = said.unwrap_or_default();
    CLOCK_KINDS
        .into_iter()
        .find(|k| k.word() == said || clock_kind(*k) == said)
        .map_or("stay", clock_kind)
}
