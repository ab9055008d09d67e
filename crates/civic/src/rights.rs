//! What a post may do: role x verb x relation, one table for the whole platform.
//!
//! The table is printed to `docs/permissions.txt` and held by a test, so that a change of rights
//! is always a visible change of that file.

use crate::post::Role;
use serde::{Deserialize, Serialize};

macro_rules! verbs {
    ($($variant:ident $code:literal $word:literal),+ $(,)?) => {
        /// A thing that can be done. Flows name verbs by their code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Verb { $(#[doc = $word] $variant),+ }
        impl Verb {
            /// All verbs, in the order of the permission table.
            pub const ALL: &[Verb] = &[$(Self::$variant),+];
            /// Stored code.
            #[must_use] pub fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// Word of the interface.
            #[must_use] pub fn word(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
            /// The verb with this code.
            #[must_use] pub fn parse(code: &str) -> Option<Self> { Self::ALL.iter().copied().find(|v| v.code() == code) }
        }
    };
}

verbs! {
    See "see" "查看",
    Report "report" "上报",
    Prehandle "prehandle" "预处理",
    Claim "claim" "领办",
    Classify "classify" "定类",
    Mark "mark" "标注",
    Escalate "escalate" "上报上级",
    Leap "leap" "越级上报",
    Undertake "undertake" "本级办理",
    Assign "assign" "下派",
    Call "call" "呼叫部门",
    Return "return" "退回",
    Void "void" "作废",
    Merge "merge" "并案",
    Settle "settle" "办结",
    Sign "sign" "签收",
    Refuse "refuse" "退单",
    Progress "progress" "进展",
    FeedBack "feed_back" "反馈",
    AskExtension "ask_extension" "申请延期",
    AskSuspension "ask_suspension" "申请挂账",
    Resume "resume" "恢复办理",
    Decide "decide" "审批",
    Waive "waive" "免除会办",
    OrderCheck "order_check" "派核实",
    Check "check" "核实",
    Confirm "confirm" "评价",
    Reopen "reopen" "重办",
    Withdraw "withdraw" "撤回",
    Comment "comment" "补充",
    Join "join" "附议",
    Urge "urge" "催办",
    Supervise "supervise" "督办",
    AnswerSupervision "answer_supervision" "督办回复",
    Archive "archive" "归档",
    Issue "issue" "发起",
    Pass "pass" "转入下一环节",
    SendBack "send_back" "退回整改",
    Accept "accept" "验收",
    Recall "recall" "收回",
    Transfer "transfer" "转办",
    Invite "invite" "邀请会办",
    AskCountersign "ask_countersign" "发起会签",
    Countersign "countersign" "会签",
    Split "split" "分办",
    Mediate "mediate" "调解",
    Unmask "unmask" "查看联系方式",
    SeeBoard "see_board" "看板",
    LogVisit "log_visit" "走访巡查",
    PublishNotice "publish_notice" "发布通知任务",
    ApplyAdmission "apply_admission" "申请准入",
    DecideAdmission "decide_admission" "准入审核",
    RunAssessments "run_assessments" "组织考核",
    SeeAssessments "see_assessments" "查看下级考核",
    TakeHotline "take_hotline" "导入热线工单",
    Inspect "inspect" "督查",
    WritePublic "write_public" "编写公告",
    ReviewPublic "review_public" "审核公告",
    KeepLibrary "keep_library" "文件管理",
    TakeEvidence "take_evidence" "调取证据包",
    ManageMediation "manage_mediation" "调解组织管理",
    Certify "certify" "证明出具登记",
    SharePhrases "share_phrases" "共享常用语",
    ManageDuty "manage_duty" "值班安排",
    KeepLog "keep_log" "值班日志",
    KeepRegisters "keep_registers" "组织台账",
    KeepAddresses "keep_addresses" "标准地址管理",
    KeepParty "keep_party" "编入党员名册",
    ManagePosts "manage_posts" "任免",
    Substitute "substitute" "安排代理",
    Propose "propose" "提名人选",
    ManageAreas "manage_areas" "区划管理",
    ProposeAreas "propose_areas" "提出区划调整",
    DecideAreas "decide_areas" "审批区划调整",
    ManageAccounts "manage_accounts" "账号管理",
    ManagePacks "manage_packs" "业务包管理",
    ManageLocks "manage_locks" "锁定与会话",
    ManagePolicies "manage_policies" "安全策略",
    ManageParameters "manage_parameters" "系统参数",
    ManageJobs "manage_jobs" "定时任务",
    ManageSenders "manage_senders" "消息通道",
    ManageIssuers "manage_issuers" "统一认证",
    ManageTokens "manage_tokens" "接口令牌",
    ReadAudit "read_audit" "审计",
}

/// How a person stands to the thing a verb acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Serves the desk that holds the matter.
    Desk,
    /// Serves the desk of one of its open tasks.
    Task,
    /// Serves the judging desk that sent the tasks out.
    Owner,
    /// The thing lies in the area of the post.
    Within,
    /// The desk that holds it lies properly below the area of the post.
    Above,
    /// May decide the pending request: the asked desk's leader, or the desk above; never the asker.
    Approver,
    /// Serves the desk that sent it to the one that holds it now.
    Sender,
    /// Took part: a task of the organisation (also an ended one).
    Involved,
    /// Reported it.
    Reporter,
    /// Signed in, nothing more.
    Anyone,
}

impl Relation {
    /// All relations.
    pub const ALL: [Relation; 10] = [
        Self::Desk,
        Self::Task,
        Self::Owner,
        Self::Within,
        Self::Above,
        Self::Approver,
        Self::Sender,
        Self::Involved,
        Self::Reporter,
        Self::Anyone,
    ];
    /// Code in flows and in the printed table.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Task => "task",
            Self::Owner => "owner",
            Self::Within => "within",
            Self::Above => "above",
            Self::Approver => "approver",
            Self::Sender => "sender",
            Self::Involved => "involved",
            Self::Reporter => "reporter",
            Self::Anyone => "anyone",
        }
    }
    /// The relation with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }
}

use Relation as R;
use Verb as V;

/// Rights that every signed-in account has, residents included.
pub const OF_ANYONE: &[(Verb, Relation)] = &[
    (V::See, R::Reporter),
    (V::Report, R::Anyone),
    (V::Confirm, R::Reporter),
    (V::Withdraw, R::Reporter),
    (V::Comment, R::Reporter),
    (V::Urge, R::Reporter),
    (V::Join, R::Anyone),
];

const FIELD: &[(Verb, Relation)] = &[
    (V::See, R::Within),
    (V::Prehandle, R::Desk),
    (V::Claim, R::Desk),
    (V::Classify, R::Desk),
    (V::Mark, R::Desk),
    (V::Escalate, R::Desk),
    (V::Leap, R::Desk),
    (V::Settle, R::Desk),
    (V::Check, R::Task),
    (V::Recall, R::Sender),
    (V::Transfer, R::Desk),
    (V::Progress, R::Desk),
    // For the person concerned who says so at the door (R083).
    (V::Withdraw, R::Desk),
    (V::Comment, R::Within),
    (V::SeeBoard, R::Within),
    (V::LogVisit, R::Within),
    (V::Unmask, R::Desk),
];

/// What an area's desk does with a task that was sent to it from above.
const TASKED: &[(Verb, Relation)] = &[
    (V::Claim, R::Task),
    (V::Sign, R::Task),
    (V::Progress, R::Task),
    (V::Pass, R::Task),
    (V::FeedBack, R::Task),
    (V::AskExtension, R::Task),
    (V::AnswerSupervision, R::Task),
];

/// What an area's desk does with what it ordered itself.
const ISSUER: &[(Verb, Relation)] = &[
    (V::Issue, R::Above),
    (V::Pass, R::Owner),
    (V::SendBack, R::Owner),
    (V::Accept, R::Owner),
    (V::Withdraw, R::Owner),
];

const GRID: &[(Verb, Relation)] = &[
    (V::Return, R::Desk),
    (V::Assign, R::Desk),
    (V::Undertake, R::Desk),
    (V::Propose, R::Within),
    (V::Mediate, R::Desk),
    (V::Pass, R::Desk),
];

const ADVISER: &[(Verb, Relation)] = &[
    (V::See, R::Within),
    (V::Comment, R::Within),
    (V::SeeBoard, R::Within),
    (V::LogVisit, R::Within),
];

const JUDGE: &[(Verb, Relation)] = &[
    (V::See, R::Within),
    (V::Claim, R::Desk),
    (V::Classify, R::Desk),
    (V::Classify, R::Owner),
    (V::Mark, R::Desk),
    (V::Mark, R::Owner),
    (V::Progress, R::Desk),
    (V::Withdraw, R::Desk),
    (V::Escalate, R::Desk),
    (V::Leap, R::Desk),
    (V::Undertake, R::Desk),
    (V::Assign, R::Desk),
    (V::Return, R::Desk),
    (V::Void, R::Desk),
    (V::Merge, R::Desk),
    (V::Settle, R::Desk),
    (V::Settle, R::Owner),
    (V::AskExtension, R::Desk),
    (V::AskSuspension, R::Desk),
    (V::Resume, R::Owner),
    (V::Decide, R::Approver),
    (V::Check, R::Task),
    (V::Recall, R::Sender),
    (V::Transfer, R::Desk),
    (V::AskCountersign, R::Desk),
    (V::AskCountersign, R::Owner),
    (V::Split, R::Desk),
    (V::Mediate, R::Desk),
    (V::Pass, R::Desk),
    (V::ManageMediation, R::Within),
    (V::Split, R::Owner),
    (V::OrderCheck, R::Owner),
    (V::Reopen, R::Owner),
    (V::Reopen, R::Above),
    (V::Comment, R::Within),
    (V::Urge, R::Within),
    (V::AnswerSupervision, R::Desk),
    (V::AnswerSupervision, R::Owner),
    (V::Unmask, R::Desk),
    (V::Unmask, R::Owner),
    (V::SeeBoard, R::Within),
    (V::LogVisit, R::Within),
    (V::ManageDuty, R::Within),
    (V::KeepLog, R::Within),
    (V::KeepRegisters, R::Within),
    (V::KeepAddresses, R::Within),
    (V::WritePublic, R::Within),
    (V::SharePhrases, R::Within),
    (V::ProposeAreas, R::Within),
    (V::Substitute, R::Within),
    (V::Propose, R::Within),
];

const DISPATCH: &[(Verb, Relation)] = &[
    (V::Call, R::Desk),
    (V::TakeHotline, R::Within),
    (V::Call, R::Owner),
    (V::Recall, R::Owner),
    (V::Waive, R::Owner),
    (V::Return, R::Owner),
    (V::Supervise, R::Above),
    (V::Archive, R::Owner),
    (V::Archive, R::Above),
];

const LEAD: &[(Verb, Relation)] = &[
    (V::See, R::Within),
    (V::Decide, R::Approver),
    (V::Supervise, R::Above),
    (V::Comment, R::Within),
    (V::Urge, R::Within),
    (V::SeeBoard, R::Within),
    (V::ManagePosts, R::Within),
    (V::ManageDuty, R::Within),
    (V::KeepLog, R::Within),
    (V::KeepRegisters, R::Within),
    (V::KeepAddresses, R::Within),
    // What is published is read by a second person who leads (R217).
    (V::WritePublic, R::Within),
    (V::ReviewPublic, R::Within),
    // Who is a member of the party is for the secretaries alone (T10).
    (V::KeepParty, R::Within),
    (V::Substitute, R::Within),
    (V::AnswerSupervision, R::Desk),
    (V::ProposeAreas, R::Within),
    (V::SeeAssessments, R::Within),
];

/// Who tells those below what is to be known or done (R016): heads of grids and all desks above.
const PUBLISH: &[(Verb, Relation)] = &[(V::PublishNotice, R::Within)];

/// Villages and communities issue certificates or say who does (R202).
const CERTIFY: &[(Verb, Relation)] = &[(V::Certify, R::Within)];

/// Communities propose changes of the tree; the town and those above decide (R004).
const REDRAW: &[(Verb, Relation)] = &[(V::DecideAreas, R::Within)];

const DEPARTMENT: &[(Verb, Relation)] = &[
    (V::See, R::Involved),
    (V::Claim, R::Task),
    (V::Sign, R::Task),
    (V::Refuse, R::Task),
    (V::Progress, R::Task),
    (V::Pass, R::Task),
    (V::FeedBack, R::Task),
    (V::Transfer, R::Task),
    (V::Invite, R::Task),
    (V::Countersign, R::Task),
    (V::AskExtension, R::Task),
    (V::AskSuspension, R::Task),
    (V::AnswerSupervision, R::Task),
    (V::Comment, R::Involved),
    (V::Unmask, R::Task),
    // Over the own desk: what goes down must be on the list of admitted items (R201).
    (V::PublishNotice, R::Within),
    (V::ApplyAdmission, R::Within),
];

/// Who plans inspections of what lies below and follows their findings (R216), and who keeps the
/// library for those below (R221): town and above.
const INSPECT: &[(Verb, Relation)] = &[(V::Inspect, R::Within), (V::KeepLibrary, R::Within)];

/// Who admits departments' work to communities and grids: county and city.
const ADMIT: &[(Verb, Relation)] = &[(V::DecideAdmission, R::Within)];

/// Who opens periods of assessment, checks, publishes, decides appeals and freezes (R213).
const ASSESS: &[(Verb, Relation)] = &[
    (V::RunAssessments, R::Within),
    (V::SeeAssessments, R::Within),
];

/// The rights of a role, as lists that add up.
#[must_use]
pub fn of_role(role: Role) -> &'static [&'static [(Verb, Relation)]] {
    match role {
        Role::UnitHead => &[FIELD, TASKED],
        Role::GridHead => &[FIELD, GRID, TASKED, PUBLISH],
        Role::GridWorker | Role::GridManager => &[FIELD, GRID, TASKED],
        Role::GridInstructor | Role::GridPolice => &[ADVISER],
        Role::GridAssistant => &[ADVISER, &[(V::Check, R::Task)]],
        Role::CommunityStaff => &[JUDGE, TASKED, PUBLISH, CERTIFY],
        Role::CommunityLeader => &[JUDGE, LEAD, TASKED, ISSUER, PUBLISH, CERTIFY],
        Role::TownDispatcher => &[JUDGE, DISPATCH, TASKED, ISSUER, PUBLISH, INSPECT],
        Role::CityCenter => &[
            JUDGE, DISPATCH, TASKED, ISSUER, PUBLISH, INSPECT, ADMIT, ASSESS,
        ],
        Role::CountyCenter => &[
            JUDGE, DISPATCH, TASKED, ISSUER, PUBLISH, INSPECT, REDRAW, ADMIT, ASSESS,
        ],
        Role::TownLeader => &[LEAD, ISSUER, PUBLISH, INSPECT, REDRAW],
        Role::CountyLeader | Role::CityLeader => &[LEAD, ISSUER, PUBLISH, INSPECT, REDRAW, ADMIT],
        Role::DeptStaff => &[DEPARTMENT],
        Role::DeptManager => &[DEPARTMENT, &[(V::Decide, R::Approver)]],
        Role::SysAdmin => &[&[
            (V::ManageAreas, R::Within),
            (V::ManagePacks, R::Within),
            (V::ManageAccounts, R::Within),
            (V::ManageParameters, R::Within),
            (V::ManageJobs, R::Within),
            (V::ManageSenders, R::Within),
            (V::ManageIssuers, R::Within),
        ]],
        Role::SecAdmin => &[&[
            (V::ManagePosts, R::Within),
            (V::ManageLocks, R::Within),
            (V::ManagePolicies, R::Within),
            (V::ManageTokens, R::Within),
        ]],
        Role::AuditAdmin => &[&[(V::ReadAudit, R::Within)]],
        // Looks at nothing day by day: asks for one matter by its number, with a purpose (R215).
        Role::Discipline => &[&[(V::TakeEvidence, R::Within)]],
    }
}

/// The relations under which `role` may do `verb`.
pub fn relations(role: Role, verb: Verb) -> impl Iterator<Item = Relation> {
    of_role(role)
        .iter()
        .flat_map(|list| list.iter())
        .filter(move |(v, _)| *v == verb)
        .map(|(_, r)| *r)
}

/// The whole table as text: a line per verb, a column per role, the letters of the relations.
#[must_use]
pub fn table() -> String {
    let mut out = String::from("# role x verb x relation. Regenerate: cargo xtask permissions\n");
    for verb in Verb::ALL {
        out.push_str(&format!("\n{} {}\n", verb.code(), verb.word()));
        for role in Role::ALL {
            let mut held: Vec<_> = relations(*role, *verb).map(Relation::code).collect();
            held.sort_unstable();
            held.dedup();
            if !held.is_empty() {
                out.push_str(&format!("  {:<18} {}\n", role.code(), held.join(" ")));
            }
        }
        for (v, relation) in OF_ANYONE {
            if v == verb {
                out.push_str(&format!("  {:<18} {}\n", "(any account)", relation.code()));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_permission_table_is_current() {
        expect_test::expect_file!["../../../docs/permissions.txt"].assert_eq(&table());
    }

    #[test]
    fn three_administrators_hold_no_verb_in_common_and_none_on_matters() {
        let admins = [Role::SysAdmin, Role::SecAdmin, Role::AuditAdmin];
        for verb in Verb::ALL {
            let held = admins
                .iter()
                .filter(|r| relations(**r, *verb).next().is_some())
                .count();
            assert!(held <= 1, "{verb:?} is held by {held} administrators");
        }
        for role in admins {
            assert!(relations(role, Verb::See).next().is_none());
            assert!(relations(role, Verb::Unmask).next().is_none());
        }
    }

    #[test]
    fn each_administrator_lacks_every_verb_of_the_other_two() {
        let work: &[(Role, &[Verb])] = &[
            (
                Role::SysAdmin,
                &[
                    V::ManageAreas,
                    V::ManagePacks,
                    V::ManageAccounts,
                    V::ManageParameters,
                    V::ManageJobs,
                    V::ManageSenders,
                    V::ManageIssuers,
                ],
            ),
            (
                Role::SecAdmin,
                &[
                    V::ManagePosts,
                    V::ManageLocks,
                    V::ManagePolicies,
                    V::ManageTokens,
                ],
            ),
            (Role::AuditAdmin, &[V::ReadAudit]),
        ];
        for (owner, verbs) in work {
            let held: std::collections::BTreeSet<_> = of_role(*owner)
                .iter()
                .flat_map(|list| list.iter().map(|(verb, _)| *verb))
                .collect();
            assert_eq!(held, verbs.iter().copied().collect(), "{owner:?}");
            for (other, _) in work.iter().filter(|(other, _)| other != owner) {
                for verb in *verbs {
                    assert!(
                        relations(*other, *verb).next().is_none(),
                        "{other:?} may {verb:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_verb_is_held_by_somebody() {
        for verb in Verb::ALL {
            let held = Role::ALL
                .iter()
                .any(|r| relations(*r, *verb).next().is_some())
                || OF_ANYONE.iter().any(|(v, _)| v == verb);
            assert!(held, "nobody may {verb:?}");
        }
    }
}
