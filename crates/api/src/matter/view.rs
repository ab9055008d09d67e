//! Matters as their readers see them: rows of lists, and the whole with its journal.

use crate::area::{TrailEntry, trail};
use crate::dictionary::{CLOCK_KINDS, clock_kind, phase, task_kind, task_state};
use crate::error::Answer;
use crate::file::FileView;
use crate::flow::code_of;
use civic::area::{Level, Path};
use civic::id::AccountId;
use civic::matter::{Attached, Clock, Desk, Fact, Matter, Step, Task};
use civic::time::Instant;
use office::matter::{Listed, Viewed};
use office::{Office, World};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// What a row and the whole have in common.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MatterHead)]
pub(crate) struct Head {
    id: String,
    /// 编号,如 `350302003-260311-0007`。
    no: String,
    title: String,
    state: String,
    state_word: String,
    phase: String,
    category_word: Option<String>,
    /// Code of the class; null while there is no category.
    class: Option<String>,
    urgent: bool,
    /// Names of town, community and grid.
    area_name: String,
    /// The desk it lies on; for called parties their names.
    desk_name: String,
    /// Who claimed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    holder_name: Option<String>,
    reported_at: i64,
    arrived_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<i64>,
    /// Code of the kind of that clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_kind: Option<&'static str>,
    overdue: bool,
    supervised: bool,
    returned: bool,
    reopened: bool,
    version: u32,
    /// 0 the matter itself, else the task that lies on the desk.
    slot: u32,
}

/// A row of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MatterRow {
    #[serde(flatten)]
    pub head: Head,
    /// 地点。
    pub place: String,
    /// Distance, where nearness was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metres: Option<i64>,
}

/// Where it happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct PlaceView {
    address: String,
    /// WGS84 degrees.
    lon: Option<f64>,
    lat: Option<f64>,
}

/// Who reported, masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ReporterView {
    kind_word: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    masked_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    masked_phone: Option<String>,
    has_contact: bool,
    /// Whether the reader may see the contact in clear, for a reason.
    may_unmask: bool,
}

/// A clock that is not stopped.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ClockView {
    kind: &'static str,
    kind_word: &'static str,
    slot: u32,
    started: i64,
    due: i64,
    /// `running`, `paused` or `late`.
    state: &'static str,
    desk_name: String,
}

/// A party's part of the work.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct TaskView {
    no: u32,
    kind: &'static str,
    kind_word: &'static str,
    desk_name: String,
    state: &'static str,
    state_word: &'static str,
    called_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<i64>,
    limit: String,
    extensions: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding_word: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder_name: Option<String>,
}

/// A request that waits for a decision.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct PendingView {
    slot: u32,
    ask: &'static str,
    ask_word: &'static str,
    by_name: String,
    /// The desk that decides.
    desk_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// 督办。
#[derive(Debug, Clone, Serialize, ToSchema)]
struct SupervisionView {
    by_name: String,
    level: u32,
    at: i64,
    due: i64,
    answered_at: Option<i64>,
}

/// A desk on which it lies, and the person who answers for it.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct StuckWithView {
    slot: u32,
    desk_name: String,
    person: Option<String>,
    person_title: Option<String>,
    since: i64,
    due_at: Option<i64>,
    overdue: bool,
}

/// The flow on which it runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct FlowRef {
    code: String,
    version: u32,
}

/// Who took a step, as of that day.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Who)]
struct WhoView {
    name: String,
    title: String,
}

/// One row of the journal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Step)]
struct StepView {
    seq: u32,
    action: String,
    action_word: String,
    who: WhoView,
    from_state_word: String,
    to_state_word: String,
    from_desk_name: String,
    to_desk_name: String,
    /// 内部意见;仅工作人员可见。
    #[serde(skip_serializing_if = "Option::is_none")]
    opinion: Option<String>,
    /// 对群众的答复。
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    received_at: i64,
    acted_at: i64,
    /// How long it had lain on the desk that acted.
    held_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<i64>,
    /// For a judgement: on the day of arrival?
    #[serde(skip_serializing_if = "Option::is_none")]
    same_day: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overdue: Option<bool>,
    files: Vec<FileView>,
    /// Hash of the step, which covers the one before.
    hash: String,
}

/// An area to choose.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct AreaChoice {
    id: String,
    name: String,
}

/// What the reader may do now.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AvailableAction)]
struct AvailableView {
    action: String,
    name: String,
    help: String,
    /// Fields the form must bring.
    needs: Vec<String>,
    /// Tasks or requests among which to choose.
    slots: Vec<u32>,
    /// Areas to choose from, for an assignment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    areas: Vec<AreaChoice>,
}

/// A matter with its journal and what the reader may do.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Matter)]
pub(crate) struct MatterView {
    #[serde(flatten)]
    head: Head,
    text: String,
    place: PlaceView,
    trail: Vec<TrailEntry>,
    category: Option<String>,
    condition: Option<String>,
    channel: &'static str,
    channel_word: &'static str,
    reporter: ReporterView,
    clocks: Vec<ClockView>,
    tasks: Vec<TaskView>,
    pending: Vec<PendingView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supervision: Option<SupervisionView>,
    files: Vec<FileView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding_word: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<u8>,
    /// Name of the matter it was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<String>,
    stuck_with: Vec<StuckWithView>,
    flow: FlowRef,
    steps: Vec<StepView>,
    actions: Vec<AvailableView>,
}

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
        Head {
            id: matter.id.to_string(),
            no: matter.no.clone(),
            title: matter.title.clone(),
            state: matter.state.clone(),
            state_word: self.state_word(matter, &matter.state),
            phase: phase(matter.phase),
            category_word: word,
            class: category.map(|c| format!("{:02}", c.class)),
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
        }
    }

    /// A matter nearby, with nothing that only its readers may see.
    pub fn near(&self, near: office::matter::Nearby) -> MatterRow {
        let head = Head {
            desk_name: String::new(),
            overdue: false,
            supervised: false,
            returned: false,
            reopened: false,
            ..self.head(&near.matter, 0, None, &HashMap::new())
        };
        MatterRow {
            head,
            place: near.matter.place.address,
            metres: Some(near.metres.round() as i64),
        }
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
    pub async fn matter(&self, viewed: Viewed) -> Answer<MatterView> {
        let matter = &viewed.matter;
        let mut holders: Vec<AccountId> = matter
            .holder
            .into_iter()
            .chain(matter.tasks.iter().filter_map(|t| t.holder))
            .collect();
        holders.extend(matter.pending.iter().map(|p| p.by_account));
        let names = if viewed.internal {
            self.office.names(holders).await?
        } else {
            HashMap::new()
        };
        let due = matter
            .clocks
            .iter()
            .filter(|c| c.runs())
            .min_by_key(|c| c.due)
            .map(|c| (c.due, clock_kind(c.kind)));
        let tree = self.world.tree();
        let place = trail(tree, matter.path.leaf().unwrap_or(civic::id::AreaId(0)));
        Ok(MatterView {
            head: self.head(matter, 0, due, &names),
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
                    Some(account) if account.0 > 0 => "居民(已登录)",
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
            },
            clocks: matter
                .clocks
                .iter()
                .filter(|c| c.stopped.is_none())
                .map(|c| self.clock(matter, c))
                .collect(),
            tasks: matter.tasks.iter().map(|t| self.task(t, &names)).collect(),
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
            files: matter.files.iter().map(attached).collect(),
            finding_word: matter.finding.map(civic::matter::Finding::word),
            reply: matter.reply.clone(),
            rating: matter.rating.map(|r| r.0),
            merged_into: matter.merged_into.map(|id| id.to_string()),
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
                })
                .collect(),
            steps: viewed
                .steps
                .into_iter()
                .map(|step| self.step(&viewed.matter, step))
                .collect(),
        })
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

/// Actions that no flow names: the report, and what the program does itself.
fn own_action(code: &str) -> &str {
    match code {
        "report" => "上报",
        "remind" => "临期提醒",
        "overdue" => "超期",
        "auto_resume" => "到期自动恢复",
        "absorb" => "并入",
        other => other,
    }
}
