//! Registers and records as the interface sees them.

use civic::register::{Field, Item, Register};
use office::{CountRow, Office, RecordSeen, RegisterCounts};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One choice of a field.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisterOption)]
pub(crate) struct OptionView {
    code: String,
    word: String,
    /// Fields that this choice makes mandatory; `to` is the last day.
    needs: Vec<String>,
}

/// One field of a register.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisterField)]
pub(crate) struct FieldView {
    code: String,
    word: String,
    help: String,
    /// `text`, `long`, `number`, `day`, `choice`, `org`, `areas`, `staff`, `record`, `person`, `phone`.
    kind: &'static str,
    required: bool,
    /// It stays as it was written first.
    fixed: bool,
    /// Kept sealed and shown masked.
    personal: bool,
    options: Vec<OptionView>,
    /// For `record`: the register of what it points at.
    #[serde(skip_serializing_if = "String::is_empty")]
    of: String,
}

impl FieldView {
    fn of(field: &Field) -> Self {
        let option = |o: &civic::register::Choice| OptionView {
            code: o.code.clone(),
            word: o.word.clone(),
            needs: o.needs.clone(),
        };
        Self {
            code: field.code.clone(),
            word: field.word.clone(),
            help: field.help.clone(),
            kind: field.kind.code(),
            required: field.required,
            fixed: field.fixed,
            personal: field.kind.is_personal(),
            options: field.options.iter().map(option).collect(),
            of: field.of.clone(),
        }
    }
}

/// The work that may follow from a record.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisterItems)]
pub(crate) struct ItemsView {
    word: String,
    min: usize,
    max: usize,
    /// The flow of the matter that one becomes; empty for a report.
    flow: String,
}

/// A register.
#[derive(Serialize, ToSchema)]
#[schema(as = Register)]
pub(crate) struct RegisterView {
    code: String,
    word: String,
    help: String,
    group: String,
    group_word: String,
    group_help: String,
    /// Levels at which its records lie.
    levels: Vec<&'static str>,
    level_words: Vec<&'static str>,
    /// The field by which a record is called.
    name: String,
    /// The choices by which records are counted.
    facets: Vec<String>,
    /// The number that is summed up; empty where there is none.
    sum: String,
    /// Whether a record must have a last day.
    needs_term: bool,
    /// The legal basis, where it holds personal fields.
    basis: String,
    /// Why they are asked for.
    purpose: String,
    /// Most files of a record; 0 where it takes none.
    files: usize,
    /// The flow of the matter that a record may become; empty where none may.
    becomes: String,
    fields: Vec<FieldView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<ItemsView>,
}

impl RegisterView {
    pub fn of(register: &Register) -> Self {
        Self {
            code: register.code.clone(),
            word: register.word.clone(),
            help: register.help.clone(),
            group: register.group.code.clone(),
            group_word: register.group.word.clone(),
            group_help: register.group.help.clone(),
            levels: register.levels.iter().map(|l| l.code()).collect(),
            level_words: register.levels.iter().map(|l| l.word()).collect(),
            name: register.name.clone(),
            facets: register.facets.clone(),
            sum: register.sum.clone(),
            needs_term: register.term == civic::register::Term::Required,
            basis: register.basis.clone(),
            purpose: register.purpose.clone(),
            files: register.files,
            becomes: register.becomes.clone(),
            fields: register.fields.iter().map(FieldView::of).collect(),
            items: register.items.as_ref().map(|i| ItemsView {
                word: i.word.clone(),
                min: i.min,
                max: i.max,
                flow: i.flow.clone(),
            }),
        }
    }
}

/// A field of a record in words.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordField)]
pub(crate) struct FieldSeen {
    pub word: String,
    pub text: String,
}

/// A record that may be pointed at.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordChoice)]
pub(crate) struct ChoiceView {
    pub id: String,
    pub name: String,
    pub area_name: String,
}

/// What was said about a piece of work.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemProgress)]
pub(crate) struct ProgressView {
    at: i64,
    by_name: String,
    by_title: String,
    text: String,
    state_word: &'static str,
}

/// A piece of work that follows from a record.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordItem)]
pub(crate) struct ItemView {
    no: u32,
    text: String,
    owner: String,
    due: String,
    state: &'static str,
    state_word: &'static str,
    late: bool,
    /// Number of the matter that it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    matter: Option<String>,
    progress: Vec<ProgressView>,
}

/// A photograph or paper of a record.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordFile)]
pub(crate) struct PhotoView {
    id: String,
    name: String,
    mime: String,
    bytes: u64,
    /// The piece of work that it is about, by number.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<u32>,
    at: i64,
    by_name: String,
}

/// A matter that a record became.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordMatter)]
pub(crate) struct MatterOfRecordView {
    id: String,
    no: String,
    title: String,
    state_word: String,
    /// The piece of work that became it, by number.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<u32>,
}

/// A correction.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordChange)]
pub(crate) struct ChangeView {
    at: i64,
    by_name: String,
    by_title: String,
    reason: String,
    /// Words of the changed fields with what they said before.
    before: Vec<FieldSeen>,
}

/// A record.
#[derive(Serialize, ToSchema)]
#[schema(as = Record)]
pub(crate) struct RecordView {
    id: String,
    register: String,
    register_word: String,
    area: String,
    area_name: String,
    version: u32,
    from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// `coming`, `active` or `ended`.
    state: &'static str,
    state_word: &'static str,
    name: String,
    /// As kept, by field; personal fields masked.
    values: BTreeMap<String, String>,
    /// In words, by field.
    shown: BTreeMap<String, String>,
    items: Vec<ItemView>,
    files: Vec<PhotoView>,
    /// The matters that it became, as far as the reader may see them; not in lists.
    matters: Vec<MatterOfRecordView>,
    /// How many more it became.
    hidden_matters: usize,
    by_name: String,
    by_title: String,
    at: i64,
    changes: Vec<ChangeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_reason: Option<String>,
    /// Whether who asks may change it.
    keeps: bool,
    /// Whether it has personal fields that can be looked at for a reason.
    sealed: bool,
}

impl RecordView {
    pub fn of(office: &Office, seen: RecordSeen) -> Self {
        let (world, today) = (office.world(), office.today());
        let record = seen.record;
        let register = world.registers.get(&record.register);
        let word = |code: &str| match (code, register.and_then(|r| r.field(code))) {
            (_, Some(field)) => field.word.clone(),
            ("from", _) => "起始日期".into(),
            ("to", _) => "截止日期".into(),
            ("area", _) => "所在区域".into(),
            _ => code.to_owned(),
        };
        let said = |code: &str, value: String| {
            let options = register.and_then(|r| r.field(code)).map(|f| &f.options);
            let option = options.and_then(|o| o.iter().find(|o| o.code == value));
            option.map_or(value, |o| o.word.clone())
        };
        let state = record.state(today);
        let personal = |code: &String| {
            let field = register.and_then(|r| r.field(code));
            field.is_some_and(|f| f.kind.is_personal())
        };
        Self {
            id: record.id.to_string(),
            register_word: register.map_or_else(String::new, |r| r.word.clone()),
            area: record.area.to_string(),
            area_name: world
                .tree()
                .get(record.area)
                .map_or_else(String::new, |a| a.name.to_string()),
            version: record.version,
            from: record.from.to_string(),
            to: record.to.map(|d| d.to_string()),
            state: state.code(),
            state_word: state.word(),
            name: seen.name,
            shown: seen.shown.into_iter().collect(),
            items: record.items.into_iter().map(|i| item(i, today)).collect(),
            files: (record.files.into_iter())
                .map(|p| PhotoView {
                    id: p.file.file.to_string(),
                    name: p.file.name,
                    mime: p.file.mime,
                    bytes: p.file.bytes,
                    item: p.item,
                    at: p.at.0,
                    by_name: p.by.name,
                })
                .collect(),
            matters: (seen.matters.into_iter())
                .map(|m| MatterOfRecordView {
                    id: m.id.to_string(),
                    no: m.no,
                    title: m.title,
                    state_word: m.state_word,
                    item: m.item,
                })
                .collect(),
            hidden_matters: seen.hidden,
            by_name: record.by.name,
            by_title: record.by.title,
            at: record.at.0,
            changes: record
                .changes
                .into_iter()
                .map(|c| ChangeView {
                    at: c.at.0,
                    by_name: c.by.name,
                    by_title: c.by.title,
                    reason: c.reason,
                    before: c
                        .before
                        .into_iter()
                        .map(|(code, value)| FieldSeen {
                            word: word(&code),
                            text: said(&code, value),
                        })
                        .collect(),
                })
                .collect(),
            end_reason: record.ended.map(|e| e.reason),
            keeps: seen.keeps,
            sealed: record.values.keys().any(personal),
            values: record.values,
            register: record.register,
        }
    }
}

fn item(item: Item, today: civic::time::Day) -> ItemView {
    ItemView {
        late: item.is_late(today),
        no: item.no,
        text: item.text,
        owner: item.owner,
        due: item.due.to_string(),
        state: item.state.code(),
        state_word: item.state.word(),
        matter: item.matter,
        progress: item
            .progress
            .into_iter()
            .map(|p| ProgressView {
                at: p.at.0,
                by_name: p.by.name,
                by_title: p.by.title,
                text: p.text,
                state_word: p.state.word(),
            })
            .collect(),
    }
}

/// A page of records.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecordPage {
    pub rows: Vec<RecordView>,
    pub next: Option<String>,
}

/// The figures of a register in one area and below.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisterCount)]
pub(crate) struct CountView {
    area: String,
    name: String,
    number: i64,
    /// The sum of the register's number.
    sum: i64,
    /// How many, by `facet.choice`.
    facets: BTreeMap<String, i64>,
}

impl From<CountRow> for CountView {
    fn from(row: CountRow) -> Self {
        let facet = |((facet, code), n)| (format!("{facet}.{code}"), n);
        Self {
            area: row.area.to_string(),
            name: row.name,
            number: row.number,
            sum: row.sum,
            facets: row.facets.into_iter().map(facet).collect(),
        }
    }
}

/// The figures of a register: an area and what lies directly below it.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisterCounts)]
pub(crate) struct CountsView {
    register: String,
    total: CountView,
    children: Vec<CountView>,
}

impl From<RegisterCounts> for CountsView {
    fn from(counts: RegisterCounts) -> Self {
        Self {
            register: counts.register,
            total: counts.total.into(),
            children: counts.children.into_iter().map(Into::into).collect(),
        }
    }
}
