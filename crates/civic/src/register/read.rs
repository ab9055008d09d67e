//! Reading registers and refusing those that are not sound or ask what may not be asked.

use super::{Choice, Field, FieldKind, Group, Items, Register, Term};
use crate::area::Level;
use crate::limits::RECORD_FILES_MAX;
use crate::problem::Problem;
use crate::rights::Verb;
use serde::Deserialize;
use std::collections::HashSet;

/// What no field may ask (privacy.md V02, T10): words that give it away in a code or a label.
const FORBIDDEN: &[&str] = &[
    "人脸",
    "指纹",
    "虹膜",
    "声纹",
    "步态",
    "宗教",
    "信仰",
    "思想",
    "政治倾向",
    "心得",
    "民族",
    "犯罪",
    "前科",
    "刑满",
    "矫正",
    "吸毒",
    "精神病",
    "信访",
    "上访",
    "轨迹",
    "定位",
    "收入",
    "存款",
    "征信",
    "身份证",
    "病史",
    "诊断",
    "重点人",
    "face",
    "finger",
    "iris",
    "religion",
    "belief",
    "thought",
    "criminal",
    "petition",
    "track",
    "income",
    "id_number",
];

#[derive(Deserialize)]
struct RawFile {
    group: Group,
    register: Vec<RawRegister>,
}

#[derive(Deserialize)]
struct RawRegister {
    code: String,
    word: String,
    help: String,
    levels: String,
    verb: String,
    name: String,
    #[serde(default)]
    facets: String,
    #[serde(default)]
    sum: String,
    #[serde(default)]
    term: Option<String>,
    #[serde(default)]
    once: bool,
    #[serde(default)]
    basis: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    files: usize,
    #[serde(default)]
    becomes: String,
    field: Vec<RawField>,
    items: Option<Items>,
}

#[derive(Deserialize)]
struct RawField {
    code: String,
    word: String,
    #[serde(default)]
    help: String,
    kind: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    fixed: bool,
    #[serde(default)]
    options: Vec<Choice>,
    #[serde(default)]
    of: String,
    #[serde(default)]
    above: bool,
}

pub(super) fn registers(files: &[(&str, &str)]) -> Result<Vec<Register>, Vec<Problem>> {
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    for (file, text) in files {
        let raw: RawFile = match toml::from_str(text) {
            Ok(raw) => raw,
            Err(error) => {
                problems.push(Problem::in_toml(file, text, &error));
                continue;
            }
        };
        for register in raw.register {
            match sound(&raw.group, register) {
                Ok(register) => all.push(register),
                Err((code, faults)) => problems.extend(
                    faults
                        .into_iter()
                        .map(|text| Problem::new(format!("register.{code}"), "bad_register", text)),
                ),
            }
        }
    }
    problems.extend(together(&all));
    if problems.is_empty() {
        Ok(all)
    } else {
        Err(problems)
    }
}

/// One register by itself, or its code with everything that is wrong.
fn sound(group: &Group, raw: RawRegister) -> Result<Register, (String, Vec<String>)> {
    let mut faults = Vec::new();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if raw.code.is_empty() || !raw.code.chars().all(plain) {
        faults.push(format!(
            "编码“{}”只能用小写字母、数字和下划线，请改正",
            raw.code
        ));
    }
    let levels: Vec<Option<Level>> = raw.levels.split_whitespace().map(Level::parse).collect();
    if levels.is_empty() || levels.contains(&None) {
        faults.push(format!("层级“{}”不对，请用空格分开填写", raw.levels));
    }
    let verb = Verb::parse(&raw.verb)
        .filter(|v| matches!(v, Verb::KeepRegisters | Verb::KeepParty | Verb::Inspect));
    if verb.is_none() {
        faults.push(format!(
            "权限“{}”不对，可填写 keep_registers、keep_party、inspect",
            raw.verb
        ));
    }
    let term = match raw.term.as_deref() {
        None => Some(Term::Optional),
        Some(code) => Term::parse(code),
    };
    if term.is_none() {
        faults.push("期限只能填写 optional 或 required".into());
    }
    let mut fields = Vec::new();
    let mut seen = HashSet::new();
    for field in raw.field {
        if !seen.insert(field.code.clone()) || ["from", "to", "area"].contains(&&*field.code) {
            faults.push(format!("字段“{}”重复或与固定字段同名", field.code));
        }
        let asked = format!("{} {}", field.code, field.word);
        if let Some(word) = FORBIDDEN.iter().find(|w| asked.contains(*w)) {
            faults.push(format!(
                "字段“{}”涉及不得收集的内容（{word}），请删去",
                field.word
            ));
        }
        let Some(kind) = FieldKind::parse(&field.kind) else {
            faults.push(format!("字段“{}”的类型“{}”不认识", field.word, field.kind));
            continue;
        };
        if (kind == FieldKind::Choice) == field.options.is_empty() {
            faults.push(format!("字段“{}”：选项只能且必须用于 choice", field.word));
        }
        if (kind == FieldKind::Record) == field.of.is_empty() {
            faults.push(format!("字段“{}”：of 只能且必须用于 record", field.word));
        }
        fields.push(Field {
            code: field.code,
            word: field.word,
            help: field.help,
            kind,
            required: field.required,
            fixed: field.fixed,
            options: field.options,
            of: field.of,
            above: field.above,
        });
    }
    let kind_of = |code: &str| fields.iter().find(|f| f.code == code).map(|f| f.kind);
    if kind_of(&raw.name).is_none() {
        faults.push(format!("没有用作名称的字段“{}”", raw.name));
    }
    let facets: Vec<String> = raw.facets.split_whitespace().map(Into::into).collect();
    for facet in &facets {
        if kind_of(facet) != Some(FieldKind::Choice) {
            faults.push(format!("分类统计的字段“{facet}”必须是选项"));
        }
    }
    if !raw.sum.is_empty() && kind_of(&raw.sum) != Some(FieldKind::Number) {
        faults.push(format!("汇总的字段“{}”必须是数字", raw.sum));
    }
    for choice in fields.iter().flat_map(|f| &f.options) {
        for needed in choice.needs.iter().chain(choice.least.keys()) {
            if needed != "to" && kind_of(needed).is_none() {
                faults.push(format!("选项“{}”要求的字段“{needed}”不存在", choice.word));
            }
        }
    }
    if fields.iter().any(|f| f.kind.is_personal())
        && (raw.basis.trim().is_empty() || raw.purpose.trim().is_empty())
    {
        faults.push("登记姓名或电话，须写明法律依据 basis 和用途 purpose".into());
    }
    if raw.files > RECORD_FILES_MAX {
        faults.push(format!("附件最多 {RECORD_FILES_MAX} 个，请把 files 改小"));
    }
    match (verb, term) {
        (Some(verb), Some(term)) if faults.is_empty() => Ok(Register {
            code: raw.code,
            group: group.clone(),
            word: raw.word,
            help: raw.help,
            levels: levels.into_iter().flatten().collect(),
            verb,
            name: raw.name,
            facets,
            sum: raw.sum,
            term,
            once: raw.once,
            basis: raw.basis,
            purpose: raw.purpose,
            files: raw.files,
            becomes: raw.becomes,
            fields,
            items: raw.items,
        }),
        _ => Err((raw.code, faults)),
    }
}

/// What is wrong between registers.
fn together(all: &[Register]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    for register in all {
        let mut broken = |text: String| {
            let field = format!("register.{}", register.code);
            problems.push(Problem::new(field, "bad_register", text));
        };
        if !seen.insert(&register.code) {
            broken(format!("编码“{}”已经有了，请换一个", register.code));
        }
        for field in register
            .fields
            .iter()
            .filter(|f| f.kind == FieldKind::Record)
        {
            match all.iter().find(|r| r.code == field.of) {
                None => broken(format!(
                    "字段“{}”指向不存在的台账“{}”",
                    field.word, field.of
                )),
                Some(of) if field.above && of.facets.is_empty() => {
                    broken(format!(
                        "字段“{}”要求上下级，而“{}”没有分类",
                        field.word, of.word
                    ));
                }
                Some(_) => {}
            }
        }
    }
    problems
}
