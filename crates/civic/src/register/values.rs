//! What a record may say: every field by its kind, and the rules between them.

use super::{Choice, Field, FieldKind, ItemDraft, Record, Register, Term};
use crate::category::Categories;
use crate::directory::Directory;
use crate::id::{AccountId, AreaId, OrgId, RecordId};
use crate::limits::{NAME_CHARS_MAX, NOTICE_TARGETS_MAX, TEXT_CHARS_MAX};
use crate::mask;
use crate::problem::Problem;
use crate::time::Day;
use std::collections::{BTreeMap, HashMap};

/// A record as it is asked for. Values are texts by field: a day as `2026-11-22`, ids as digits,
/// areas with commas between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Where it lies.
    pub area: AreaId,
    /// First day.
    pub from: Day,
    /// First day on which it is over.
    pub to: Option<Day>,
    /// What it says.
    pub values: BTreeMap<String, String>,
    /// The work that follows from it.
    pub items: Vec<ItemDraft>,
}

/// What a draft points at, as far as it exists.
#[derive(Debug)]
pub struct Known<'a> {
    /// Areas and organisations.
    pub directory: &'a Directory,
    /// Names of the staff among the accounts that it names.
    pub staff: &'a HashMap<AccountId, String>,
    /// The records that it names.
    pub records: &'a HashMap<RecordId, Record>,
    /// Categories of matters.
    pub categories: &'a Categories,
    /// Today.
    pub today: Day,
}

impl Draft {
    /// The ids that fields of `kind` name.
    pub fn named<T: std::str::FromStr>(&self, register: &Register, kind: FieldKind) -> Vec<T> {
        let fields = register.fields.iter().filter(|f| f.kind == kind);
        let values = fields.filter_map(|f| self.values.get(&f.code));
        values.filter_map(|v| v.trim().parse().ok()).collect()
    }

    /// Puts the values into one form: trimmed, without empty ones.
    pub fn tidy(&mut self) {
        let values = std::mem::take(&mut self.values).into_iter();
        self.values = values
            .map(|(code, value)| (code, value.trim().to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect();
    }

    /// Everything that is wrong with it. `before` is the record that it corrects.
    #[must_use]
    pub fn problems(
        &self,
        register: &Register,
        known: &Known<'_>,
        before: Option<&Record>,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut broken = |field: &str, code: &str, text: String| {
            problems.push(Problem::new(field, code, text));
        };
        let area = known.directory.tree.get(self.area);
        match area {
            None => broken("area", "unknown_area", "没有这个区域，请重新选择".into()),
            Some(area) if !register.levels.contains(&area.level) => {
                let levels: Vec<&str> = register.levels.iter().map(|l| l.word()).collect();
                let text = format!(
                    "“{}”登记在{}，请重新选择区域",
                    register.word,
                    levels.join("、")
                );
                broken("area", "wrong_level", text);
            }
            Some(_) => {}
        }
        if self.to.is_some_and(|to| to <= self.from) {
            broken("to", "before_start", "截止日期要晚于起始日期".into());
        }
        let choices: Vec<&Choice> = register
            .fields
            .iter()
            .filter_map(|field| {
                let value = self.values.get(&field.code)?;
                field.options.iter().find(|o| o.code == *value)
            })
            .collect();
        let needed_by = |code: &str| {
            let mut by = choices.iter().filter(|c| c.needs.iter().any(|n| n == code));
            by.next().map(|c| &*c.word)
        };
        if self.to.is_none() {
            match needed_by("to") {
                Some(word) => broken("to", "required", format!("“{word}”请填写截止日期")),
                None if register.term == Term::Required => {
                    broken("to", "required", "请填写截止日期".into());
                }
                None => {}
            }
        }
        for field in &register.fields {
            let kept = before.and_then(|b| b.values.get(&field.code));
            match self.values.get(&field.code) {
                // A personal field that is left empty stays as it is.
                None if field.kind.is_personal() && kept.is_some() => {}
                None => {
                    if field.required || needed_by(&field.code).is_some() {
                        broken(&field.code, "required", format!("请填写{}", field.word));
                    }
                }
                Some(value) if field.fixed && kept.is_some_and(|k| k != value) => {
                    let text =
                        format!("“{}”不能改动；确有错误请结束这条记录后重新登记", field.word);
                    broken(&field.code, "fixed", text);
                }
                Some(value) => {
                    if let Err(text) = self.fits(register, field, value, known) {
                        broken(&field.code, "bad_value", text);
                    }
                }
            }
        }
        for choice in &choices {
            for (code, least) in &choice.least {
                let many = self.values.get(code).map_or(0, |v| v.split(',').count());
                if many < *least {
                    let word = register.field(code).map_or("", |f| &*f.word);
                    let text = format!("“{}”的{word}至少 {least} 个", choice.word);
                    broken(code, "too_few", text);
                }
            }
        }
        for code in self.values.keys().filter(|c| register.field(c).is_none()) {
            broken(
                code,
                "unknown_field",
                format!("没有“{code}”这一项，请核对名称"),
            );
        }
        if before.is_none() {
            let (min, max) = register.items.as_ref().map_or((0, 0), |i| (i.min, i.max));
            let word = register.items.as_ref().map_or("后续事项", |i| &*i.word);
            if !(min..=max).contains(&self.items.len()) {
                let text = match max {
                    0 => "这类记录没有后续事项".to_owned(),
                    _ => format!("{word}要有 {min} 到 {max} 项"),
                };
                broken("items", "wrong_number", text);
            }
            for (nth, item) in self.items.iter().enumerate() {
                let under = format!("items.{nth}");
                problems.extend(
                    item.problems(known.today)
                        .into_iter()
                        .map(|p| p.under(&under)),
                );
            }
        }
        problems
    }

    /// Whether a value fits its field, else what is wrong.
    fn fits(
        &self,
        register: &Register,
        field: &Field,
        value: &str,
        known: &Known<'_>,
    ) -> Result<(), String> {
        let word = &field.word;
        let short = |most: usize| match value.chars().count() > most {
            true => Err(format!("{word}最多 {most} 个字")),
            false => Ok(()),
        };
        let tree = &known.directory.tree;
        match field.kind {
            FieldKind::Text | FieldKind::Person => short(NAME_CHARS_MAX),
            FieldKind::Long => short(TEXT_CHARS_MAX),
            FieldKind::Phone => {
                let digits = value.chars().filter(char::is_ascii_digit).count();
                let plain = value
                    .chars()
                    .all(|c| c.is_ascii_digit() || "-+ ".contains(c));
                match plain && (5..=20).contains(&digits) {
                    true => Ok(()),
                    false => Err(format!("{word}请填写 5 到 20 位数字")),
                }
            }
            FieldKind::Number => match value.parse::<i64>() {
                Ok(n) if (0..=1_000_000_000).contains(&n) => Ok(()),
                _ => Err(format!("{word}请填写不小于 0 的整数")),
            },
            FieldKind::Day => Day::parse(value).map(drop).map_err(|p| p.message),
            FieldKind::Choice => match field.options.iter().any(|o| o.code == value) {
                true => Ok(()),
                false => {
                    let words: Vec<&str> = field.options.iter().map(|o| &*o.word).collect();
                    Err(format!("{word}可选：{}", words.join("、")))
                }
            },
            FieldKind::Org => match value.parse().map(OrgId) {
                Ok(id) if known.directory.org(id).is_some() => Ok(()),
                _ => Err(format!("没有这个单位，请重新选择{word}")),
            },
            FieldKind::Category => match known.categories.get(value) {
                Some(_) => Ok(()),
                None => Err(format!("没有这个类别，请重新选择{word}")),
            },
            FieldKind::Areas | FieldKind::Below => {
                let ids: Vec<Option<AreaId>> = value
                    .split(',')
                    .map(|v| v.parse().ok().map(AreaId))
                    .collect();
                let mut once = ids.clone();
                once.sort_unstable();
                once.dedup();
                let fine = ids.len() <= NOTICE_TARGETS_MAX
                    && once.len() == ids.len()
                    && ids.iter().all(|id| {
                        id.is_some_and(|id| tree.get(id).is_some() && tree.within(id, self.area))
                    })
                    && (field.kind == FieldKind::Areas || !ids.contains(&Some(self.area)));
                match fine {
                    true => Ok(()),
                    false if field.kind == FieldKind::Below => {
                        Err(format!("{word}只能选登记区域的下级，每个区域选一次"))
                    }
                    false => Err(format!("{word}要在登记的区域之内，每个区域选一次")),
                }
            }
            FieldKind::Staff => match value.parse().map(AccountId) {
                Ok(id) if known.staff.contains_key(&id) => Ok(()),
                _ => Err(format!("没有这位在岗人员，请核对{word}的登录账号")),
            },
            FieldKind::Record => self.points(register, field, value, known),
        }
    }

    /// Whether a value points at a record that may be pointed at.
    fn points(
        &self,
        register: &Register,
        field: &Field,
        value: &str,
        known: &Known<'_>,
    ) -> Result<(), String> {
        let found = value
            .parse()
            .ok()
            .and_then(|id| known.records.get(&RecordId(id)));
        let Some(found) = found.filter(|r| r.register == field.of) else {
            return Err(format!("没有这条记录，请重新选择{}", field.word));
        };
        if !field.above {
            return Ok(());
        }
        if !known.directory.tree.within(self.area, found.area) {
            return Err(format!("{}要在本区域或上级区域", field.word));
        }
        match (register.place(&found.values), register.place(&self.values)) {
            (Some(upper), Some(own)) if upper >= own => {
                let word = register.facets.first().and_then(|f| register.field(f));
                let word = word.map_or("", |f| &*f.word);
                Err(format!("{}的{word}要高于本记录", field.word))
            }
            _ => Ok(()),
        }
    }
}

impl Field {
    /// A value as it is kept beside the sealed one.
    #[must_use]
    pub fn kept(&self, value: &str) -> String {
        match self.kind {
            FieldKind::Person => mask::name(value),
            FieldKind::Phone => mask::phone(value),
            _ => value.to_owned(),
        }
    }
}
