//! Registers (kernel K1): facts that an area keeps about its organisation, as data of packs. A
//! register says which fields a record has, at which levels it lies, whether it has a term, and
//! whether work follows from it; party organisations, agreements, task forces and the rolls of
//! community workers are all registers (R024 to R039, R048 to R052, R056).

mod read;
mod record;
mod values;

pub use record::{
    Change, Ended, Item, ItemDraft, ItemState, Photo, Progress, Record, State, Update,
};
pub use values::{Draft, Known};

use crate::area::Level;
use crate::problem::Problem;
use crate::rights::Verb;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// What a field holds.
    FieldKind {
        /// A line of text.
        Text "text" "文字",
        /// Paragraphs.
        Long "long" "长文字",
        /// A whole number.
        Number "number" "数字",
        /// A day.
        Day "day" "日期",
        /// One of the options.
        Choice "choice" "选项",
        /// A department, station, centre or company, by id.
        Org "org" "单位",
        /// A category of matters, by code.
        Category "category" "事件类别",
        /// Areas at or below that of the record, by id, with commas between.
        Areas "areas" "区域",
        /// The same, all properly below: nobody inspects the own area (R216).
        Below "areas_below" "下级区域",
        /// Somebody who works here, by account.
        Staff "staff" "工作人员",
        /// A record of another register, by id.
        Record "record" "关联记录",
        /// Name of a person who does not work here: kept sealed, shown masked.
        Person "person" "姓名",
        /// Phone number: kept sealed, shown masked.
        Phone "phone" "电话",
    }
}

impl FieldKind {
    /// Whether it is kept sealed and shown masked (V04, V08).
    #[must_use]
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Person | Self::Phone)
    }
}

words! {
    /// Whether a record has a last day.
    Term {
        /// It may have one.
        Optional "optional" "可填",
        /// It must have one.
        Required "required" "必填",
    }
}

/// One choice of a field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Choice {
    /// Stored code.
    pub code: String,
    /// Word of the interface, in the words of the place (R027).
    pub word: String,
    /// Fields that this choice makes mandatory; `to` is the last day.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Fields with the least number of areas that this choice demands (R026).
    #[serde(default)]
    pub least: BTreeMap<String, usize>,
}

/// One field of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Stored code.
    pub code: String,
    /// Word of the interface.
    pub word: String,
    /// A sentence for who fills it in.
    pub help: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
    /// Whether it stays as it was written first (R028: the home organisation).
    pub fixed: bool,
    /// What may be chosen.
    pub options: Vec<Choice>,
    /// For [`FieldKind::Record`]: the register of what it points at.
    pub of: String,
    /// For [`FieldKind::Record`]: what it points at lies at or above the record's area, and its
    /// facet stands before the record's own among the options (R024).
    pub above: bool,
}

/// That work follows from a record: decisions, livelihood items, milestones.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Items {
    /// What they are called.
    pub word: String,
    /// Fewest in a new record.
    #[serde(default)]
    pub min: usize,
    /// Most in a record.
    pub max: usize,
    /// The flow of the matter that one becomes, where it is not a report: it is done only when that
    /// matter is over (R216).
    #[serde(default)]
    pub flow: String,
}

/// A group of registers: a page of the interface.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Group {
    /// Code.
    pub code: String,
    /// Title of the page.
    pub word: String,
    /// What it is for.
    pub help: String,
}

/// A register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// Stored code.
    pub code: String,
    /// Its group.
    pub group: Group,
    /// Name.
    pub word: String,
    /// What it is for.
    pub help: String,
    /// Levels at which its records lie.
    pub levels: Vec<Level>,
    /// Who keeps and reads it.
    pub verb: Verb,
    /// The field by which a record is called.
    pub name: String,
    /// The choices by which records are counted; the first also says what stands above what.
    pub facets: Vec<String>,
    /// A number that is summed up beside the count; empty where there is none.
    pub sum: String,
    /// Whether its records have a last day.
    pub term: Term,
    /// Whether an area has at most one record of a name that is in force.
    pub once: bool,
    /// The legal basis, where it holds personal fields (V01).
    pub basis: String,
    /// Why they are asked for (V01).
    pub purpose: String,
    /// Most files that a record takes, those of its work included; none where it is 0 (R216).
    pub files: usize,
    /// The flow of the matter that a record of it may become; empty where none may (R074).
    pub becomes: String,
    /// Its fields, in the order of the form.
    pub fields: Vec<Field>,
    /// The work that follows from a record.
    pub items: Option<Items>,
}

impl Register {
    /// The field with a code.
    #[must_use]
    pub fn field(&self, code: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.code == code)
    }
    /// Whether it holds personal fields.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        self.fields.iter().any(|f| f.kind.is_personal())
    }
    /// Where a record stands among the choices of the first facet.
    #[must_use]
    pub fn place(&self, values: &BTreeMap<String, String>) -> Option<usize> {
        let facet = self.field(self.facets.first()?)?;
        let value = values.get(&facet.code)?;
        facet.options.iter().position(|o| o.code == *value)
    }
    /// What a record is counted under: the codes of its facets in their order, with commas between.
    #[must_use]
    pub fn counted_under(&self, values: &BTreeMap<String, String>) -> String {
        let value = |f: &String| values.get(f).map_or("", String::as_str);
        let codes: Vec<&str> = self.facets.iter().map(value).collect();
        codes.join(",")
    }
    /// The number that is summed up; 0 where there is none.
    #[must_use]
    pub fn summed(&self, values: &BTreeMap<String, String>) -> i64 {
        let value = values.get(&self.sum);
        value.and_then(|v| v.parse().ok()).unwrap_or(0)
    }
}

/// The registers of an installation, in the order of their packs.
#[derive(Debug, Default)]
pub struct Registers(Vec<Register>);

impl Registers {
    /// Reads files of registers, named for the problems.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, Vec<Problem>> {
        read::registers(files).map(Self)
    }
    /// All registers.
    #[must_use]
    pub fn all(&self) -> &[Register] {
        &self.0
    }
    /// The register with a code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Register> {
        self.0.iter().find(|r| r.code == code)
    }
}

#[cfg(test)]
pub(crate) mod tests;
