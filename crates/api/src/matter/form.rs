//! The forms of matters.

use crate::fields::{Fields, Input};
use crate::mediation::SessionForm;
use civic::id::{AccountId, AreaId, FileId, MatterId, OrgId, RecordId};
use civic::limit::Limit;
use civic::matter::{CalledDesk, Channel, Desk, Finding, Opening, PartForm};
use civic::time::Day;
use office::matter::{ContactInput, FormInput, PlaceInput, ReportInput};
use std::collections::BTreeMap;
use utoipa::ToSchema;

const FINDINGS: &str = "solved、calmed、handled、explained、cannot";

/// The person concerned.
#[derive(ToSchema)]
pub(crate) struct ReporterForm {
    name: Option<String>,
    phone: Option<String>,
    /// Whether they are asked for an evaluation.
    #[schema(required = false)]
    confirms: bool,
}

impl Input for ReporterForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            name: f.text("name"),
            phone: f.text("phone"),
            confirms: f.flag("confirms").unwrap_or(true),
        })
    }
}

/// First handling in the same breath.
#[derive(ToSchema)]
pub(crate) struct PrehandleForm {
    /// `solved`, `calmed`, `handled`, `explained`, `cannot`
    #[schema(value_type = String)]
    finding: Option<Finding>,
    opinion: Option<String>,
    reply: Option<String>,
}

impl Input for PrehandleForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            finding: f.coded("finding", Finding::parse, FINDINGS),
            opinion: f.text("opinion"),
            reply: f.text("reply"),
        })
    }
}

/// A report.
#[derive(ToSchema)]
pub(crate) struct ReportForm {
    /// Made from the text where it is not given.
    title: Option<String>,
    text: String,
    /// Code of a category; not demanded of residents.
    category: Option<String>,
    /// Number of a condition within it.
    condition: Option<String>,
    /// Code of a channel: see the dictionaries.
    #[schema(value_type = String)]
    channel: Channel,
    address: Option<String>,
    /// A unit, or the lowest area that is known.
    #[schema(value_type = Option<String>)]
    unit: Option<AreaId>,
    /// WGS84 degrees; `lon` and `lat` together.
    lon: Option<f64>,
    lat: Option<f64>,
    reporter: Option<ReporterForm>,
    prehandle: Option<PrehandleForm>,
    /// 代单元长登记：由本网格、本村居的在岗人员代为登记，事件从单元开始。
    #[schema(value_type = Option<bool>)]
    on_behalf: bool,
    /// A complaint about the staff of this area, which does not see it.
    #[schema(value_type = Option<String>)]
    bypass: Option<AreaId>,
    #[schema(value_type = Vec<String>, required = false)]
    files: Vec<FileId>,
    /// Code of a flow, see `/flows`; the incident where it is not said.
    flow: Option<String>,
    /// For a flow that is sent from above: the lower area, or `target_org`.
    #[schema(value_type = Option<String>)]
    target_area: Option<AreaId>,
    #[schema(value_type = Option<String>)]
    target_org: Option<OrgId>,
    /// Last day for the work, `2026-03-20`.
    #[schema(value_type = Option<String>)]
    until: Option<Day>,
    /// Id of the record of a register that becomes this matter: its photographs go along as evidence.
    #[schema(value_type = Option<String>)]
    record: Option<RecordId>,
    /// The piece of its work, by number, where it is that which becomes the matter.
    record_item: Option<u32>,
    /// Id of the matter because of which it is begun.
    #[schema(value_type = Option<String>)]
    cause: Option<MatterId>,
    /// The fields of the flow's own form, by code.
    #[schema(required = false)]
    fields: BTreeMap<String, String>,
}

impl Input for ReportForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let (title, text) = (f.text("title"), f.need_text("text", "事情经过"));
        let (category, condition) = (f.text("category"), f.text("condition"));
        let channel = f.coded(
            "channel",
            Channel::parse,
            "field、patrol、resident、snapshot、phone、window、hotline、department、superior",
        );
        let (address, unit, lon) = (f.text("address"), f.id("unit"), f.point());
        let (lon, lat) = lon.unzip();
        let (reporter, prehandle) = (f.nested("reporter"), f.nested("prehandle"));
        let (bypass, files) = (f.id("bypass"), f.ids("files"));
        let on_behalf = f.flag("on_behalf").unwrap_or(false);
        let (flow, until, cause) = (f.text("flow"), f.day("until"), f.id("cause"));
        let (target_area, target_org) = (f.id("target_area"), f.id("target_org"));
        let fields = f.named_texts("fields");
        let record = f.id("record");
        let record_item = f.int("record_item", 1..=10_000).map(|no| no as u32);
        if record.is_none() && record_item.is_some() && !f.has_problems() {
            f.note("record", "required", "请给出事项所属的台账记录");
        }
        Some(Self {
            record,
            record_item,
            on_behalf,
            title,
            text: text?,
            category,
            condition,
            channel: channel.unwrap_or(Channel::Field),
            address,
            unit,
            lon,
            lat,
            reporter,
            prehandle,
            bypass,
            files,
            flow,
            target_area,
            target_org,
            until,
            cause,
            fields,
        })
    }
}

impl From<ReportForm> for ReportInput {
    fn from(form: ReportForm) -> Self {
        let prehandle = |p: PrehandleForm| FormInput {
            finding: p.finding,
            opinion: p.opinion,
            reply: p.reply,
            ..FormInput::default()
        };
        Self {
            title: form.title.unwrap_or_default(),
            text: form.text,
            category: form.category,
            condition: form.condition,
            channel: form.channel,
            place: PlaceInput {
                address: form.address.unwrap_or_default(),
                area: form.unit,
                point: form.lon.zip(form.lat),
            },
            confirms: form.reporter.as_ref().is_some_and(|r| r.confirms),
            contact: form.reporter.map(|r| ContactInput {
                name: r.name.unwrap_or_default(),
                phone: r.phone.unwrap_or_default(),
            }),
            bypass: form.bypass,
            origin: form.record.map(|record| (record, form.record_item)),
            on_behalf: form.on_behalf,
            prehandle: form.prehandle.map(prehandle),
            files: form.files,
            opening: Opening {
                flow: form.flow,
                target: form
                    .target_org
                    .map(Desk::Org)
                    .or(form.target_area.map(Desk::Area)),
                until: form.until,
                cause: form.cause,
                fields: form.fields,
                answer_by: None,
                part_of: None,
            },
        }
    }
}

/// A desk to be called.
#[derive(ToSchema)]
pub(crate) struct CalledForm {
    #[schema(value_type = String)]
    org: OrgId,
    /// 办理时限，如 `3工作日`；不填按类别。
    #[schema(value_type = Option<String>)]
    limit: Option<Limit>,
}

impl Input for CalledForm {
    fn read(f: &mut Fields) -> Option<Self> {
        let org = f.id("org");
        if org.is_none() && !f.has_problems() {
            f.note("org", "required", "请选择要呼叫的单位");
        }
        let limit = f
            .text("limit")
            .and_then(|text| match text.parse::<Limit>() {
                Ok(limit) => Some(limit),
                Err(problem) => {
                    f.note("limit", &problem.code, problem.message);
                    None
                }
            });
        Some(Self { org: org?, limit })
    }
}

impl From<CalledForm> for CalledDesk {
    fn from(form: CalledForm) -> Self {
        Self {
            org: form.org,
            limit: form.limit,
        }
    }
}

/// A part of the matter that is worked on as a matter of its own.
#[derive(ToSchema)]
#[schema(as = Part)]
pub(crate) struct PartInput {
    /// 要分办的事项。
    text: String,
    /// 类别；不填与原事项相同。
    category: Option<String>,
    condition: Option<String>,
    /// 原事项是否等它办结。
    #[schema(required = false)]
    waits: bool,
}

impl Input for PartInput {
    fn read(f: &mut Fields) -> Option<Self> {
        let (category, condition) = (f.text("category"), f.text("condition"));
        let waits = f.flag("waits").unwrap_or(true);
        Some(Self {
            text: f.need_text("text", "要分办的事项")?,
            category,
            condition,
            waits,
        })
    }
}

impl From<PartInput> for PartForm {
    fn from(form: PartInput) -> Self {
        Self {
            text: form.text,
            category: form.category,
            condition: form.condition,
            waits: form.waits,
        }
    }
}

/// What an action may bring; the matter's `actions` say which of these it must bring.
#[derive(ToSchema)]
pub(crate) struct ActionForm {
    /// 内部意见。
    opinion: Option<String>,
    /// 对群众的答复。
    reply: Option<String>,
    category: Option<String>,
    condition: Option<String>,
    /// `solved`, `calmed`, `handled`, `explained`, `cannot`
    #[schema(value_type = Option<String>)]
    finding: Option<Finding>,
    /// Lower area, for an assignment.
    #[schema(value_type = Option<String>)]
    area: Option<AreaId>,
    /// 主办单位。
    lead: Option<CalledForm>,
    /// 会办单位。
    #[schema(required = false)]
    co: Vec<CalledForm>,
    /// Slot, where the actor's desk has several.
    task: Option<u32>,
    /// A colleague, for a transfer: one of the action's `people`.
    #[schema(value_type = Option<String>)]
    person: Option<AccountId>,
    /// Another desk of the same line, for a transfer: one of the action's `orgs`.
    #[schema(value_type = Option<String>)]
    org: Option<OrgId>,
    /// 调解情况。
    session: Option<SessionForm>,
    /// 分办的事项。
    part: Option<PartInput>,
    /// Id of another matter, for a merge.
    #[schema(value_type = Option<String>)]
    other: Option<MatterId>,
    /// Yes or no, for a decision or a check.
    verdict: Option<bool>,
    /// Day, for a suspension.
    #[schema(value_type = Option<String>)]
    until: Option<Day>,
    /// 1 to 5.
    rating: Option<u8>,
    /// The action's own fields, by code.
    #[schema(required = false)]
    fields: BTreeMap<String, String>,
    #[schema(value_type = Vec<String>, required = false)]
    files: Vec<FileId>,
}

impl Input for ActionForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            opinion: f.text("opinion"),
            reply: f.text("reply"),
            category: f.text("category"),
            condition: f.text("condition"),
            finding: f.coded("finding", Finding::parse, FINDINGS),
            area: f.id("area"),
            lead: f.nested("lead"),
            co: f.list("co"),
            task: f.int("task", 0..=9_999).and_then(|n| u32::try_from(n).ok()),
            person: f.id("person"),
            org: f.id("org"),
            session: f.nested("session"),
            part: f.nested("part"),
            other: f.id("other"),
            verdict: f.flag("verdict"),
            until: f.day("until"),
            rating: f.int("rating", 1..=5).and_then(|n| u8::try_from(n).ok()),
            fields: f.named_texts("fields"),
            files: f.ids("files"),
        })
    }
}

impl From<ActionForm> for FormInput {
    fn from(form: ActionForm) -> Self {
        Self {
            opinion: form.opinion,
            reply: form.reply,
            category: form.category,
            condition: form.condition,
            finding: form.finding,
            area: form.area,
            lead: form.lead.map(CalledDesk::from),
            co: form.co.into_iter().map(CalledDesk::from).collect(),
            task: form.task,
            person: form.person,
            org: form.org,
            session: form.session.map(office::SessionInput::from),
            part: form.part.map(PartForm::from),
            other: form.other,
            verdict: form.verdict,
            until: form.until,
            rating: form.rating,
            fields: form.fields,
            files: form.files,
        }
    }
}

/// Why the contact is needed.
#[derive(ToSchema)]
#[schema(as = Unmask)]
pub(crate) struct UnmaskForm {
    /// 2 到 200 字。
    pub reason: String,
}

impl Input for UnmaskForm {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            reason: f.need_text("reason", "查看联系方式的理由")?,
        })
    }
}
