//! What each role finds on its home page: exactly its jobs (R018 to R023, R042, R044), and under
//! which of them a thing on its desk falls.
//!
//! A home holds no attendance, no time on line and no comparison of persons: those are no jobs.

use crate::area::Level;
use crate::flow::Phase;
use crate::matter::{Matter, TaskKind, TaskState};
use crate::post::Role;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

macro_rules! jobs {
    ($($variant:ident $code:literal $word:literal $help:literal),+ $(,)?) => {
        /// A job that a home page offers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Job { $(#[doc = $word] $variant),+ }
        impl Job {
            /// All jobs.
            pub const ALL: &[Job] = &[$(Self::$variant),+];
            /// Code of the interface.
            #[must_use] pub fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// Word of the interface.
            #[must_use] pub fn word(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
            /// A sentence that says what to do.
            #[must_use] pub fn help(self) -> &'static str { match self { $(Self::$variant => $help),+ } }
            /// The job with this code.
            #[must_use] pub fn parse(code: &str) -> Option<Self> { Self::ALL.iter().copied().find(|j| j.code() == code) }
        }
    };
}

jobs! {
    Report "report" "上报事件" "发现问题就报，写清地点和情况。",
    Prehandle "prehandle" "预处理" "先到场处理，记下结果；解决不了的会上报网格。",
    Settle "settle" "办结" "已领办、在办的事，办好后写明结果和答复。",
    Visit "visit" "走访巡查" "走访、巡查、志愿服务，回来记一笔。",
    Notices "notices" "传达通知" "读上级通知，转告本单元居民。",
    Gather "gather" "汇集单元事项" "单元报来的事，网格处置或上报村居。",
    Check "check" "核实" "到现场看是否真的办好。",
    Patrol "patrol" "网格巡查" "按片巡查，发现问题可直接转为事件。",
    Service "service" "便民代办" "替居民代办的事，记一笔备查。",
    OnBehalf "on_behalf" "代单元长登记" "单元长不方便用手机的，由您代为登记。",
    Vacancies "vacancies" "空缺岗位" "岗位空缺的，由您代管，请尽快补人。",
    Classify "classify" "归类" "给没有类别的事件定类，时限随之确定。",
    Merge "merge" "并案" "同一件事只办一次，重复的并到一起。",
    Judge "judge" "研判" "当日 24:00 前定下由谁办。",
    Review "review" "复核反馈" "部门已反馈的，核实后答复群众。",
    Duty "duty" "值班安排" "节假日同样要研判，请排好值班。",
    Decide "decide" "审批申请" "退回、退单、延期、挂账、作废的申请，由您决定。",
    Call "call" "交办部门" "呼叫部门和站所，盯住办理进度。",
    Enforce "enforce" "执法移送" "需要执法的，交综合执法队办理。",
    Coordinate "coordinate" "跨部门协同" "几家一起办的事，明确牵头，催促会办。",
    Supervise "supervise" "督办" "超期和久拖不决的，发督办，限期回复。",
    Effect "effect" "成效核查" "重办和不满意的，查清是否真正解决。",
    Rules "rules" "规则与指标" "查看正在用的流程、类别和考核指标。",
    Command "command" "指挥视图" "看全域态势，逐级下钻到网格。",
    Ranking "ranking" "区域考核" "按指标比较区域，只比区域、不比个人。",
    Sign "sign" "签收任务" "在时限内签收，不属本单位职责的写明依据退单。",
    FeedBack "feed_back" "办理反馈" "办完后写明结果，反馈给派单席位。",
    Refuse "refuse" "退单" "已申请退单的，等派单席位裁定。",
    Areas "areas" "区划" "维护区域的名称、编码和隶属关系。",
    Posts "posts" "岗位任免" "任命、免去岗位，查看空缺。",
    Packs "packs" "业务包" "查看流程、类别和日历的版本。",
    Accounts "accounts" "账号" "系统管理员开通账号；安全管理员锁定、解锁、重置密码。",
    Tokens "tokens" "接口令牌" "签发和作废接口令牌。",
    Audit "audit" "审计日志" "查看谁做了什么、看了什么。",
    Evidence "evidence" "调取证据包" "按编号调取一件事的全程记录，写明用途，调取本身也会记录。",
}

use Job as J;

const UNIT: &[Job] = &[J::Report, J::Prehandle, J::Settle, J::Visit, J::Notices];
const GRID: &[Job] = &[
    J::Gather,
    J::Settle,
    J::Check,
    J::Patrol,
    J::Service,
    J::OnBehalf,
    J::Vacancies,
    J::Notices,
];
const ADVISER: &[Job] = &[J::Report, J::Patrol, J::Command, J::Notices];
const ASSISTANT: &[Job] = &[J::Report, J::Check, J::Patrol, J::Service, J::Notices];
const COMMUNITY: &[Job] = &[
    J::Classify,
    J::Judge,
    J::Merge,
    J::Settle,
    J::Duty,
    J::Vacancies,
    J::Notices,
];
const SECRETARY: &[Job] = &[
    J::Classify,
    J::Judge,
    J::Merge,
    J::Settle,
    J::Decide,
    J::Duty,
    J::Vacancies,
    J::Posts,
    J::Notices,
];
const TOWN: &[Job] = &[
    J::Judge,
    J::Call,
    J::Enforce,
    J::Review,
    J::Settle,
    J::Decide,
    J::Supervise,
    J::Duty,
    J::Vacancies,
];
const TOWN_LEADER: &[Job] = &[
    J::Decide,
    J::Supervise,
    J::Effect,
    J::Command,
    J::Duty,
    J::Vacancies,
    J::Posts,
];
const COUNTY: &[Job] = &[
    J::Judge,
    J::Coordinate,
    J::Review,
    J::Settle,
    J::Decide,
    J::Supervise,
    J::Effect,
    J::Command,
];
const COUNTY_LEADER: &[Job] = &[J::Decide, J::Supervise, J::Effect, J::Command, J::Posts];
const CITY: &[Job] = &[
    J::Judge,
    J::Review,
    J::Settle,
    J::Decide,
    J::Supervise,
    J::Effect,
    J::Rules,
    J::Command,
    J::Ranking,
];
const CITY_LEADER: &[Job] = &[
    J::Decide,
    J::Supervise,
    J::Rules,
    J::Command,
    J::Ranking,
    J::Posts,
];
const DEPARTMENT: &[Job] = &[J::Sign, J::FeedBack, J::Refuse, J::Notices];
const DEPARTMENT_HEAD: &[Job] = &[J::Sign, J::FeedBack, J::Refuse, J::Decide, J::Notices];

/// The jobs of a role, in the order of the page.
#[must_use]
pub fn jobs(role: Role) -> &'static [Job] {
    match role {
        Role::UnitHead => UNIT,
        Role::GridHead | Role::GridWorker | Role::GridManager => GRID,
        Role::GridInstructor | Role::GridPolice => ADVISER,
        Role::GridAssistant => ASSISTANT,
        Role::CommunityStaff => COMMUNITY,
        Role::CommunityLeader => SECRETARY,
        Role::TownDispatcher => TOWN,
        Role::TownLeader => TOWN_LEADER,
        Role::CountyCenter => COUNTY,
        Role::CountyLeader => COUNTY_LEADER,
        Role::CityCenter => CITY,
        Role::CityLeader => CITY_LEADER,
        Role::DeptStaff => DEPARTMENT,
        Role::DeptManager => DEPARTMENT_HEAD,
        Role::SysAdmin => &[J::Areas, J::Accounts, J::Packs],
        Role::SecAdmin => &[J::Posts, J::Accounts, J::Tokens],
        Role::AuditAdmin => &[J::Audit],
        Role::Discipline => &[J::Evidence],
    }
}

/// What the level of a role is for, in the words of the seed (R018 to R023).
#[must_use]
pub fn purpose(role: Role) -> &'static str {
    match role.level() {
        Some(Level::Unit) => "信息采集、日常访查、宣传引导",
        Some(Level::Grid) => "信息汇集、网格巡查、便民服务",
        Some(Level::Community) => "信息汇聚、分类归纳、初步研处",
        Some(Level::Town) => "综合研判、任务交办、综合执法",
        Some(Level::County) => "统筹指导、协同处置、督办问效",
        Some(Level::City) => "顶层设计、统筹指挥、考核评价",
        None => match role {
            Role::SysAdmin => "维护区划、账号、参数和业务包，不看业务数据",
            Role::SecAdmin => "管理任免、锁定、安全策略和接口令牌，不看业务数据",
            Role::AuditAdmin => "查看审计日志，不看业务数据",
            Role::Discipline => "依规依纪依法按件调取办理记录，不参与办理",
            _ => "签收、办理、反馈上级交办的任务",
        },
    }
}

/// Under which job the thing on `slot` of a matter falls, for a desk that a post of `level` serves
/// (none: an organisation). Each thing falls under one job at most, so the counts of jobs never
/// count a thing twice.
#[must_use]
pub fn job_of(level: Option<Level>, matter: &Matter, slot: u32) -> Option<Job> {
    if let Some(task) = matter.task(slot) {
        return Some(match (task.kind, task.state) {
            (TaskKind::Check | TaskKind::Countersign, _) => Job::Check,
            (_, TaskState::Called) => Job::Sign,
            (_, TaskState::Refusing) => Job::Refuse,
            _ => Job::FeedBack,
        });
    }
    let level = level?;
    match matter.phase {
        Phase::Triage => Some(match level {
            Level::Unit | Level::Grid if matter.holder.is_some() => Job::Settle,
            Level::Unit => Job::Prehandle,
            Level::Grid => Job::Gather,
            Level::Community if matter.category.is_none() => Job::Classify,
            _ => Job::Judge,
        }),
        Phase::Review if level <= Level::Town => Some(Job::Review),
        Phase::Work | Phase::Review => Some(Job::Settle),
        _ => None,
    }
}

/// What a desk watches: figures that every home with a desk shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Watch {
    /// Lies on the desk.
    pub waiting: usize,
    /// Due before the day ends, and not late yet.
    pub due_today: usize,
    /// Its time has run out.
    pub overdue: usize,
    /// Was returned or reopened.
    pub came_back: usize,
    /// A superior wants a written answer.
    pub supervised: usize,
}

impl Watch {
    /// Counts one thing that lies on the desk, due at `due`, seen at `now` on a day that ends at
    /// `day_ends`.
    pub fn count(
        &mut self,
        matter: &Matter,
        due: Option<Instant>,
        now: Instant,
        day_ends: Instant,
    ) {
        self.waiting += 1;
        self.overdue += usize::from(due.is_some_and(|due| due <= now));
        self.due_today += usize::from(due.is_some_and(|due| now < due && due <= day_ends));
        self.came_back += usize::from(came_back(matter));
        self.supervised += usize::from(answers_supervision(matter));
    }
}

/// Whether a matter was returned and has not moved on, or was reopened.
#[must_use]
pub fn came_back(matter: &Matter) -> bool {
    matter.returned || matter.reopened > 0
}

/// Whether an order from above waits for its written answer.
#[must_use]
pub fn answers_supervision(matter: &Matter) -> bool {
    matter
        .supervision
        .as_ref()
        .is_some_and(|s| s.answered_at.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_a_home_without_repetition_and_each_job_a_home() {
        for role in Role::ALL {
            let mut list = jobs(*role).to_vec();
            assert!(!list.is_empty(), "{role:?}");
            list.sort_unstable();
            list.dedup();
            assert_eq!(list.len(), jobs(*role).len(), "{role:?} has a job twice");
        }
        for job in Job::ALL {
            assert!(
                Role::ALL.iter().any(|r| jobs(*r).contains(job)),
                "{job:?} is nobody's"
            );
        }
    }

    #[test]
    fn a_unit_head_has_exactly_five_jobs_and_none_is_attendance() {
        let words: Vec<_> = jobs(Role::UnitHead).iter().map(|j| j.word()).collect();
        assert_eq!(
            words,
            ["上报事件", "预处理", "办结", "走访巡查", "传达通知"]
        );
        for job in Job::ALL {
            let text = format!("{}{}", job.word(), job.help());
            for word in ["打卡", "签到", "考勤", "在线时长", "积分"] {
                assert!(!text.contains(word), "{job:?} is attendance");
            }
        }
    }

    #[test]
    fn administrators_have_their_own_pages_and_no_business() {
        let business: Vec<Job> = Role::ALL
            .iter()
            .filter(|r| r.level().is_some() || matches!(r, Role::DeptStaff | Role::DeptManager))
            .flat_map(|r| jobs(*r))
            .copied()
            // A leader appoints in the own area.
            .filter(|j| *j != Job::Posts)
            .collect();
        for role in [Role::SysAdmin, Role::SecAdmin, Role::AuditAdmin] {
            assert!(jobs(role).iter().all(|j| !business.contains(j)), "{role:?}");
        }
    }
}
