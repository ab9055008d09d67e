//! What is wrong with an installation, or soon will be: read beside a running platform, in sentences
//! that say what to do. What lies in the rows themselves is proved by `store::verify`.

use crate::World;
use crate::area::UNIT_PEOPLE;
use crate::identity::keys;
use crate::job::Job;
use civic::area::{Lack, lacks};
use civic::post::{Role, Seat};
use civic::time::{Day, Instant};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use store::driver::{Conn, OpenError};

/// Bytes of disk below which nothing can be written soon, and below which it is time to act.
const DISK_OUT: u64 = 512 << 20;
const DISK_LOW: u64 = 5 << 30;
/// Days before its end at which the calendar of holidays is worth a word.
const CALENDAR_DAYS: i64 = 45;
/// How far the newest entry may lie ahead of the clock, in milliseconds.
const CLOCK_MS: i64 = 5 * 60_000;
/// Days without a seal that are worth a word; the job seals every day.
const SEAL_DAYS: i64 = 3;
/// Names told of many.
const NAMED: usize = 3;

/// How pressing a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The platform does not work, or not rightly.
    Wrong,
    /// It works, and will not for long, or somebody is left without an answer.
    Soon,
    /// As it should be.
    Fine,
}

impl Grade {
    /// Word of the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Wrong => "必须处理",
            Self::Soon => "请尽快处理",
            Self::Fine => "正常",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How pressing it is.
    pub grade: Grade,
    /// What was looked at.
    pub what: &'static str,
    /// What was found, and what to do.
    pub words: String,
}

fn finding(grade: Grade, what: &'static str, words: impl Into<String>) -> Finding {
    let words = words.into();
    Finding { grade, what, words }
}

/// Looks through an installation: its database, the folder `data`, the `free` bytes of its disk
/// where they are known. The most pressing first.
///
/// # Errors
/// When the database cannot be read.
pub fn examine(
    conn: &mut Conn,
    data: &Path,
    free: Option<u64>,
    now: Instant,
) -> Result<Vec<Finding>, OpenError> {
    let mut found = vec![disk(free)];
    match store::migrate::pending(conn, store::MIGRATIONS) {
        Err(error) => found.push(finding(Grade::Wrong, "数据库版本", error.sentence)),
        Ok([]) => {
            found.push(finding(Grade::Fine, "数据库版本", "与程序一致"));
            inside(conn, data, now, &mut found)?;
        }
        Ok(pending) => {
            let words = format!(
                "缺少 {} 项变更：请停止平台，备份，运行 hangji migrate，再启动",
                pending.len()
            );
            found.push(finding(Grade::Wrong, "数据库版本", words));
        }
    }
    found.sort_by_key(|f| f.grade);
    Ok(found)
}

fn inside(
    conn: &mut Conn,
    data: &Path,
    now: Instant,
    found: &mut Vec<Finding>,
) -> Result<(), OpenError> {
    found.push(key(conn, data)?);
    found.push(clock(conn, now)?);
    match World::read(conn, now) {
        Err(error) => found.push(finding(Grade::Wrong, "区划、岗位和业务包", error.sentence)),
        Ok(world) => {
            let today = world.rules.day(now);
            found.push(calendar(&world, today));
            found.extend(administrators(&world, today));
            found.push(heads(&world, today));
            found.push(desks(&world, today));
        }
    }
    found.push(seals(conn, now)?);
    found.push(jobs(conn)?);
    Ok(())
}

fn disk(free: Option<u64>) -> Finding {
    let what = "磁盘空间";
    let Some(free) = free else {
        return finding(
            Grade::Soon,
            what,
            "查不到数据所在磁盘的剩余空间，请自行查看",
        );
    };
    let shown = format!(
        "数据所在磁盘还剩 {:.1} GB",
        free as f64 / f64::from(1 << 30)
    );
    match free {
        0..DISK_OUT => finding(
            Grade::Wrong,
            what,
            format!("{shown}，很快就不能办理任何业务：请立即清理磁盘或扩容"),
        ),
        DISK_OUT..DISK_LOW => finding(Grade::Soon, what, format!("{shown}：请清理磁盘或扩容")),
        _ => finding(Grade::Fine, what, shown),
    }
}

fn key(conn: &mut Conn, data: &Path) -> Result<Finding, OpenError> {
    let what = "密钥文件";
    let path = data.join(keys::FILE);
    if !path.exists() {
        let words = format!(
            "没有找到“{}”：请从备份恢复，或用 --data 指明它所在的文件夹",
            path.display()
        );
        let grade = match store::matter::has_party(conn)? {
            true => Grade::Wrong,
            false => Grade::Soon,
        };
        return Ok(finding(grade, what, words));
    }
    if let Err(error) = keys::check_mode(&path) {
        return Ok(finding(Grade::Wrong, what, error.sentence));
    }
    Ok(finding(Grade::Fine, what, "在，且只有平台能读"))
}

fn clock(conn: &mut Conn, now: Instant) -> Result<Finding, OpenError> {
    let what = "系统时钟";
    let ahead = store::audit::newest_at(conn)?.map_or(0, |at| at.0 - now.0);
    if ahead > CLOCK_MS {
        let words = format!(
            "比最新的记录慢 {} 分钟，时限会算错：请校准时钟（NTP）",
            ahead / 60_000
        );
        return Ok(finding(Grade::Wrong, what, words));
    }
    Ok(finding(Grade::Fine, what, "不早于最新的记录"))
}

fn calendar(world: &World, today: Day) -> Finding {
    let what = "节假日表";
    let calendar = &world.rules.calendar;
    let Some(reach) = calendar.reach() else {
        let words = "没有节假日，只按周末计算工作日：请装入当年的节假日表（业务包 calendar.csv）";
        return finding(Grade::Wrong, what, words);
    };
    let add = "请装入下一年的节假日表（业务包 calendar.csv），否则放假期间时限会算错";
    match reach.0 - today.0 {
        ..0 => finding(Grade::Wrong, what, format!("只到 {reach}，已经用完：{add}")),
        0..CALENDAR_DAYS => finding(Grade::Soon, what, format!("只到 {reach}：{add}")),
        _ => finding(Grade::Fine, what, format!("到 {reach}")),
    }
}

/// The three of 等保, each by somebody else.
fn administrators(world: &World, today: Day) -> Vec<Finding> {
    let what = "三类管理员";
    let mut holders: BTreeMap<i64, BTreeSet<&str>> = BTreeMap::new();
    let mut missing = Vec::new();
    for role in [Role::SysAdmin, Role::SecAdmin, Role::AuditAdmin] {
        let held = world.directory().posts();
        let held: Vec<i64> = held
            .filter(|p| p.role == role && p.held_on(today))
            .map(|p| p.account.0)
            .collect();
        if held.is_empty() {
            missing.push(role.word());
        }
        for account in held {
            holders.entry(account).or_default().insert(role.word());
        }
    }
    let mut found = Vec::new();
    if !missing.is_empty() {
        let words = format!("没有人担任{}：请任命", missing.join("、"));
        found.push(finding(Grade::Wrong, what, words));
    }
    let several = holders.values().filter(|roles| roles.len() > 1).count();
    if several > 0 {
        let words = format!("有 {several} 人兼任几类管理员，违反分设要求：请改由不同的人担任");
        found.push(finding(Grade::Wrong, what, words));
    }
    if found.is_empty() {
        found.push(finding(Grade::Fine, what, "齐全，由不同的人担任"));
    }
    found
}

fn heads(world: &World, today: Day) -> Finding {
    let what = "责任人";
    let tree = world.tree();
    let empty: Vec<_> = tree
        .roots()
        .flat_map(|root| {
            lacks(
                world.directory(),
                root.id,
                today,
                &HashSet::new(),
                UNIT_PEOPLE,
            )
        })
        .filter(|f| f.lack == Lack::NoHead)
        .map(|f| tree.full_name(f.area))
        .collect();
    if empty.is_empty() {
        return finding(Grade::Fine, what, "镇街、村居、网格和治理单元都有人在岗");
    }
    let words = format!(
        "{}今天没有人在岗，由上级代管：请在“完整性检查”里看清单并任命",
        told(&empty)
    );
    finding(Grade::Soon, what, words)
}

fn desks(world: &World, today: Day) -> Finding {
    let what = "单位席位";
    let directory = world.directory();
    let manned: HashSet<_> = directory
        .posts()
        .filter(|p| p.held_on(today))
        .filter_map(|p| match p.seat {
            Seat::Org(org) => Some(org),
            Seat::Area(_) => None,
        })
        .collect();
    let mut empty: Vec<String> = directory
        .orgs()
        .filter(|org| !manned.contains(&org.id))
        .map(|org| org.name.to_string())
        .collect();
    empty.sort_unstable();
    if empty.is_empty() {
        return finding(Grade::Fine, what, "每个单位都有人签收任务");
    }
    let words = format!("{}没有人在岗，派给它们的任务没人签收：请任命", told(&empty));
    finding(Grade::Soon, what, words)
}

/// Some of many, and how many there are.
fn told(names: &[String]) -> String {
    let some = names.iter().take(NAMED).map(String::as_str);
    let some = some.collect::<Vec<_>>().join("、");
    match names.len() {
        many if many > NAMED => format!("{some}等 {many} 处"),
        _ => some,
    }
}

fn seals(conn: &mut Conn, now: Instant) -> Result<Finding, OpenError> {
    let what = "流程记录封存";
    let Some(last) = store::seal::all(conn)?.pop() else {
        let words = "还没有封存过：平台运行时每天自动封存一次，请看“定时任务”里有没有出错";
        return Ok(finding(Grade::Soon, what, words));
    };
    let days = (now.0 - last.at.0) / 86_400_000;
    Ok(match days {
        SEAL_DAYS.. => finding(
            Grade::Soon,
            what,
            format!("已有 {days} 天没有封存：请看“定时任务”里有没有出错"),
        ),
        _ => finding(Grade::Fine, what, "最近三天内封存过"),
    })
}

fn jobs(conn: &mut Conn) -> Result<Finding, OpenError> {
    let what = "定时任务";
    let mut bad = Vec::new();
    for job in Job::ALL {
        let last = store::job::page(conn, job.code(), None, 1)?;
        if let Some(run) = last.first().filter(|run| !run.good) {
            bad.push(format!("“{}”上次没有做成（{}）", job.word(), run.detail));
        }
    }
    Ok(match bad.is_empty() {
        true => finding(Grade::Fine, what, "上次都做成了"),
        false => finding(
            Grade::Soon,
            what,
            format!("{}：请按其中的说明处理", bad.join("；")),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_graded_by_what_is_left() {
        let graded = |free| disk(free).grade;
        assert_eq!(graded(Some(100 << 20)), Grade::Wrong);
        assert_eq!(graded(Some(2 << 30)), Grade::Soon);
        assert_eq!(graded(Some(50 << 30)), Grade::Fine);
        assert_eq!(graded(None), Grade::Soon);
    }

    #[test]
    fn of_many_names_a_few_are_told() {
        let names: Vec<String> = ["甲", "乙", "丙", "丁"].map(str::to_owned).into();
        assert_eq!(told(&names), "甲、乙、丙等 4 处");
        assert_eq!(told(&names[..2]), "甲、乙");
    }
}
