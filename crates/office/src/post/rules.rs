//! The rules of an appointment, without any database.

use super::Appointment;
use crate::World;
use civic::id::AccountId;
use civic::post::{Post, Role, Seat};
use civic::problem::Problem;
use civic::refusal::Refusal;
use std::collections::HashMap;
use store::account::{Account, AccountKind};

/// Where people are chosen from (R043): code and word.
pub const SOURCES: &[(&str, &str)] = &[
    ("party_member", "党员"),
    ("retired_cadre", "离退休干部"),
    ("retired_worker", "退休职工"),
    ("volunteer", "志愿者"),
    ("enthusiast", "热心群众"),
    ("community_worker", "社区工作者"),
    ("civil_servant", "机关干部"),
    ("seconded", "下沉干部"),
    ("company", "企业人员"),
    ("other", "其他"),
];

/// The word of a source.
#[must_use]
pub fn source_word(code: &str) -> &'static str {
    SOURCES
        .iter()
        .find(|(c, _)| *c == code)
        .map_or("其他", |(_, word)| word)
}

pub(crate) fn is_admin(role: Role) -> bool {
    matches!(role, Role::SysAdmin | Role::SecAdmin | Role::AuditAdmin)
}

/// Every rule that an appointment breaks by itself; else the account it is for.
pub(crate) fn check(
    world: &World,
    wanted: &Appointment,
    account: Option<Account>,
) -> std::result::Result<Account, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut broken = |field: &str, code: &str, message: String| {
        problems.push(Problem::new(field, code, message))
    };
    match wanted.seat {
        Seat::Area(id) => {
            let area = world.tree().get(id);
            if area.is_none_or(|a| !wanted.role.sits_over(a.level)) {
                let level = area.map_or("", |a| a.level.word());
                broken(
                    "role",
                    "wrong_level",
                    format!(
                        "“{}”不是{level}的岗位，请选择对应级别的区域",
                        wanted.role.word()
                    ),
                );
            }
            if area.is_some_and(|a| !a.valid_on(wanted.from)) {
                broken(
                    "from",
                    "area_invalid",
                    format!("这个区域在 {} 尚未设立或已经撤销", wanted.from),
                );
            }
        }
        Seat::Org(_) if !matches!(wanted.role, Role::DeptStaff | Role::DeptManager) => {
            broken(
                "role",
                "wrong_level",
                format!("“{}”不是单位的岗位", wanted.role.word()),
            );
        }
        Seat::Org(_) => {}
    }
    if wanted.to.is_some_and(|to| to <= wanted.from) {
        broken("to", "before_start", "离任日期要晚于任职日期".into());
    }
    if !SOURCES.iter().any(|(code, _)| *code == wanted.source) {
        let words: Vec<_> = SOURCES.iter().map(|(_, word)| *word).collect();
        broken(
            "source",
            "unknown_source",
            format!("请选择人员来源：{}", words.join("、")),
        );
    }
    let area = match wanted.seat {
        Seat::Area(id) => world.tree().get(id),
        Seat::Org(_) => None,
    };
    if let Some(title) = wanted.title.as_deref()
        && let Some(problem) = world.titles.check(title, wanted.role, area)
    {
        broken(&problem.field, &problem.code, problem.message.clone());
    }
    match &account {
        Some(account) if account.disabled_at.is_some() => broken(
            "account",
            "disabled",
            format!("“{}”的账号已停用，请先恢复账号", account.name),
        ),
        Some(account) if account.kind == AccountKind::Resident => broken(
            "account",
            "resident",
            "居民账号不能任职，请先建立工作账号".into(),
        ),
        // Three separated administrators: whoever is one does no other work.
        Some(account)
            if world.directory().posts().any(|p| {
                p.account == account.id
                    && is_admin(p.role)
                    && p.to.is_none_or(|to| to > wanted.from)
            }) =>
        {
            broken(
                "account",
                "administrator",
                format!(
                    "“{}”是管理员账号，不能兼任业务岗位，请另建账号",
                    account.name
                ),
            );
        }
        Some(_) => {}
        None => broken(
            "account",
            "unknown_account",
            "没有这个账号，请先由系统管理员建立账号".into(),
        ),
    }
    account.filter(|_| problems.is_empty()).ok_or(problems)
}

/// Refuses an appointment that meets another one of the seat in time: the same person in the same
/// role, or a second head of a unit.
pub(crate) fn conflict(
    post: &Post,
    others: &[Post],
    names: &HashMap<AccountId, String>,
) -> std::result::Result<(), Refusal> {
    let meets = |other: &&Post| {
        other.to.is_none_or(|to| post.from < to) && post.to.is_none_or(|to| other.from < to)
    };
    for other in others.iter().filter(|o| o.role == post.role).filter(meets) {
        let name = names.get(&other.account).map_or("", String::as_str);
        let until = other.to.map_or("现在".into(), |to| to.to_string());
        if other.account == post.account {
            return Err(Refusal::Conflict(format!(
                "{name}自 {} 起已担任这个岗位（至{until}），不能重复任命",
                other.from
            )));
        }
        if post.role.stands_alone() {
            return Err(Refusal::Conflict(format!(
                "这个治理单元已有单元长{name}(自 {} 至{until})；请先为其办理离任，或把任职日期改到其离任之后",
                other.from
            )));
        }
    }
    Ok(())
}
