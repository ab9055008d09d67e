//! 数据字典: the code lists of the program, who keeps each and why, and what a place changes in those
//! that are its own. Nothing is deleted: what was written under a word keeps it.

use crate::area::Level;
use crate::kind::Kinds;
use crate::post::Role;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::title::Titles;

/// Most characters of a word.
const CHARS_MAX: usize = 20;

/// Who keeps a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// Laws and national standards.
    Nation,
    /// The program: its rules decide by the codes.
    Program,
    /// The packs: changed by a new version of one.
    Pack,
    /// The place, at run time.
    Place,
}

impl Keeper {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Nation => "nation",
            Self::Program => "program",
            Self::Pack => "pack",
            Self::Place => "place",
        }
    }
    /// Word of the interface.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Nation => "国家规定",
            Self::Program => "程序规则",
            Self::Pack => "业务包维护",
            Self::Place => "本地维护",
        }
    }
}

/// A code list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    /// Its name in the dictionaries.
    pub code: &'static str,
    /// Word of the interface.
    pub word: &'static str,
    /// Who keeps it.
    pub keeper: Keeper,
    /// Where it comes from and why it may or may not be changed.
    pub why: &'static str,
}

/// The local titles of posts: words are added, retired and restored.
pub const TITLES: &str = "titles";
/// The kinds of areas: words are changed.
pub const AREA_KINDS: &str = "area_kinds";

const FLOW: &str = "流程、时钟和统计按这些代码执行，改动需要随程序升级。";
const RECORD: &str = "台账和统计按这些代码归类，改动需要随程序升级。";
const PACK: &str = "来自业务包，装入新版业务包即可更新，不用重启。";

const fn list(code: &'static str, word: &'static str, keeper: Keeper, why: &'static str) -> List {
    List {
        code,
        word,
        keeper,
        why,
    }
}

/// Every list, those of the place first.
pub const LISTS: &[List] = &[
    list(
        TITLES,
        "岗位称呼",
        Keeper::Place,
        "可以新增、停用和恢复。称呼只是叫法，权限来自角色。岗位里记的就是称呼本身，所以改叫法请新增一个、再停用旧的；已任职的保持原来的称呼。",
    ),
    list(
        AREA_KINDS,
        "区域类型",
        Keeper::Place,
        "可以按本地习惯改名称，各处立即换成新名称。编码和级数由业务包维护，因为划分规则按它们检查。",
    ),
    list(
        "levels",
        "区域层级",
        Keeper::Nation,
        "市、县区、镇街、村居依照国家行政区划和基层自治组织设置（GB/T 2260、GB/T 10114），网格依照GB/T 34300，不能修改。",
    ),
    list(
        "administrators",
        "管理员分设",
        Keeper::Nation,
        "网络安全等级保护三级（GB/T 22239）要求系统管理、安全管理、审计管理分开，不能修改。",
    ),
    list("categories", "事项分类", Keeper::Pack, PACK),
    list(
        "departments",
        "部门",
        Keeper::Pack,
        "来自程序自带的业务包，各地的单位名称在区划与单位资料里填写。",
    ),
    list("lines", "业务条线", Keeper::Pack, PACK),
    list("mediator_kinds", "调解员类型", Keeper::Pack, PACK),
    list(
        "states",
        "事件状态",
        Keeper::Pack,
        "来自业务包里的流程，正在办的事件始终按开始时的版本走完。",
    ),
    list(
        "roles",
        "角色",
        Keeper::Program,
        "权限表按角色规定，叫法可以用岗位称呼调整。",
    ),
    list("phases", "办理阶段", Keeper::Program, FLOW),
    list("channels", "来源渠道", Keeper::Program, FLOW),
    list("findings", "核实结论", Keeper::Program, FLOW),
    list(
        "measures",
        "统计项",
        Keeper::Program,
        "看板和考核的公式按这些代码计算，改动需要随程序升级。",
    ),
    list(
        "verbs",
        "权限",
        Keeper::Program,
        "每个操作都按这些代码授权，改动需要随程序升级。",
    ),
    list("asks", "申请种类", Keeper::Program, FLOW),
    list("clock_kinds", "时限种类", Keeper::Program, FLOW),
    list("task_kinds", "任务种类", Keeper::Program, FLOW),
    list("task_states", "任务状态", Keeper::Program, FLOW),
    list("message_kinds", "消息种类", Keeper::Program, FLOW),
    list("notice_kinds", "通知种类", Keeper::Program, FLOW),
    list("notice_answers", "通知回执", Keeper::Program, FLOW),
    list("photos", "照片要求", Keeper::Program, FLOW),
    list(
        "privacies",
        "保密程度",
        Keeper::Program,
        "谁能看到事件按这些代码判断，改动需要随程序升级。",
    ),
    list("routes", "分流去向", Keeper::Program, FLOW),
    list(
        "ratings",
        "评价等级",
        Keeper::Program,
        "满意率按这五级计算，改动需要随程序升级。",
    ),
    list("org_kinds", "单位种类", Keeper::Program, FLOW),
    list("visit_kinds", "走访种类", Keeper::Program, RECORD),
    list("post_sources", "人员来源", Keeper::Program, RECORD),
    list("absence_reasons", "离岗原因", Keeper::Program, RECORD),
    list("departure_reasons", "离任原因", Keeper::Program, RECORD),
    list(
        "audit_actions",
        "审计动作",
        Keeper::Program,
        "审计日志按这些代码记录，不能修改，以免旧记录读不懂。",
    ),
    list(
        "sign_in_outcomes",
        "登录结果",
        Keeper::Program,
        "登录日志按这些代码记录，不能修改，以免旧记录读不懂。",
    ),
];

/// The list with this code.
#[must_use]
pub fn known(code: &str) -> Option<&'static List> {
    LISTS.iter().find(|l| l.code == code)
}

/// Refuses a change of a list that the place does not keep, with the reason.
///
/// # Errors
/// `Unknown` for no list; `Conflict` for one that others keep.
pub fn changeable(code: &str) -> Result<&'static List, Refusal> {
    let list = known(code).ok_or_else(|| Refusal::unknown("字典"))?;
    if list.keeper == Keeper::Place {
        return Ok(list);
    }
    let (word, keeper) = (list.word, list.keeper.word());
    let text = format!("“{word}”不能在这里修改（{keeper}）：{}", list.why);
    Err(Refusal::Conflict(text))
}

/// What a place last said of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Code of the list.
    pub list: String,
    /// Code of the role of a title, of the level of a kind.
    pub owner: String,
    /// Code within the owner; of a title the word itself.
    pub code: String,
    /// The word.
    pub word: String,
    /// Kinds of area where a title is used; empty for everywhere.
    pub kinds: Vec<String>,
    /// Whether it is offered no more.
    pub retired: bool,
}

impl Change {
    /// What is wrong with a new title.
    #[must_use]
    pub fn title_problems(&self, titles: &Titles, kinds: &Kinds) -> Vec<Problem> {
        let mut problems: Vec<Problem> = word_problem(&self.word).into_iter().collect();
        let Some(role) = Role::parse(&self.owner) else {
            problems.push(Problem::new(
                "owner",
                "unknown_role",
                "没有这个角色，请从列表中选择",
            ));
            return problems;
        };
        if let Some(taken) = titles
            .all()
            .iter()
            .find(|t| t.role == role && *t.word == *self.word)
        {
            let message = if taken.retired {
                format!("“{}”已经有了，只是停用着；请直接恢复它", self.word)
            } else {
                format!("“{}”已经是“{}”的称呼，不用再加", self.word, role.word())
            };
            problems.push(Problem::new("word", "word_taken", message));
        } else if Role::ALL.iter().any(|r| r.word() == self.word) {
            let message = format!("“{}”是角色的名称，请换一个叫法，以免混淆", self.word);
            problems.push(Problem::new("word", "word_taken", message));
        }
        for kind in &self.kinds {
            if role.level().is_none_or(|l| kinds.get(l, kind).is_none()) {
                let message = format!(
                    "“{kind}”不是“{}”所在层级的区域类型，请从列表中选择",
                    role.word()
                );
                problems.push(Problem::new("kinds", "unknown_kind", message));
            }
        }
        problems
    }

    /// What is wrong with a new word of a kind.
    #[must_use]
    pub fn kind_problems(&self, level: Level, kinds: &Kinds) -> Vec<Problem> {
        let mut problems: Vec<Problem> = word_problem(&self.word).into_iter().collect();
        let taken = kinds
            .all()
            .iter()
            .find(|k| k.level == level && *k.word == *self.word && *k.code != *self.code);
        if let Some(taken) = taken {
            let message = format!(
                "“{}”已经是{}里另一个类型（原名“{}”）的名称，请换一个",
                self.word,
                level.word(),
                taken.original
            );
            problems.push(Problem::new("word", "word_taken", message));
        }
        problems
    }
}

fn word_problem(word: &str) -> Option<Problem> {
    let fits = |c: char| c.is_alphanumeric() || "（）·-".contains(c);
    let many = word.trim().chars().count();
    let message = match many {
        0 => "请填写名称".to_owned(),
        _ if many > CHARS_MAX => format!("名称最多 {CHARS_MAX} 个字，请缩短"),
        _ if !word.chars().all(fits) => {
            "名称只能用汉字、字母、数字、括号（）、间隔号·和连接号-，请改正".to_owned()
        }
        _ => return None,
    };
    Some(Problem::new("word", "bad_word", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn words(changes: &[Change]) -> (Kinds, Titles) {
        let mut kinds = crate::kind::tests::base();
        let text = include_str!("../../../packs/base/titles.csv");
        let mut titles = Titles::parse("titles.csv", text, &kinds).unwrap();
        kinds.apply(changes);
        titles.apply(changes);
        (kinds, titles)
    }
    fn title(owner: &str, word: &str, kinds: &[&str], retired: bool) -> Change {
        Change {
            list: TITLES.into(),
            owner: owner.into(),
            code: word.into(),
            word: word.into(),
            kinds: kinds.iter().map(|k| (*k).into()).collect(),
            retired,
        }
    }
    fn kind(code: &str, word: &str) -> Change {
        Change {
            list: AREA_KINDS.into(),
            owner: "unit".into(),
            code: code.into(),
            word: word.into(),
            kinds: Vec::new(),
            retired: false,
        }
    }

    #[test]
    fn a_title_of_the_place_is_offered_and_a_retired_one_is_not() {
        let (kinds, titles) = words(&[
            title("unit_head", "厝长", &["building"], false),
            title("unit_head", "楼栋长", &[], true),
            kind("building", "楼座"),
        ]);
        let offered: Vec<&str> = titles
            .offered(Role::UnitHead, None)
            .map(|t| &*t.word)
            .collect();
        assert!(offered.contains(&"厝长"));
        assert!(!offered.contains(&"楼栋长"));
        assert_eq!(kinds.word(Level::Unit, "building"), "楼座");
        let changed = kinds.get(Level::Unit, "building").unwrap();
        assert_eq!(&*changed.original, "楼栋");
        // What a pack no longer has is not invented again.
        let (kinds, _) = words(&[kind("palace", "宫殿")]);
        assert!(kinds.get(Level::Unit, "palace").is_none());
    }

    #[test]
    fn a_word_that_is_taken_or_unfit_is_refused_with_what_to_do() {
        let (kinds, titles) = words(&[title("unit_head", "湾组长", &[], true)]);
        let mut lines: Vec<Problem> = [
            title("unit_head", "楼栋长", &[], false),
            title("unit_head", "湾组长", &[], false),
            title("unit_head", "系统管理员", &[], false),
            title("unit_head", "厝，长", &["market"], false),
            title("emperor", "", &[], false),
        ]
        .iter()
        .flat_map(|c| c.title_problems(&titles, &kinds))
        .collect();
        lines.extend(kind("building", "病区").kind_problems(Level::Unit, &kinds));
        assert!(
            kind("building", "楼栋")
                .kind_problems(Level::Unit, &kinds)
                .is_empty()
        );
        let lines: String = lines.iter().map(|p| format!("{p}\n")).collect();
        expect![[r#"
            word [word_taken] “楼栋长”已经是“单元长”的称呼，不用再加
            word [word_taken] “湾组长”已经有了，只是停用着；请直接恢复它
            word [word_taken] “系统管理员”是角色的名称，请换一个叫法，以免混淆
            word [bad_word] 名称只能用汉字、字母、数字、括号（）、间隔号·和连接号-，请改正
            kinds [unknown_kind] “market”不是“单元长”所在层级的区域类型，请从列表中选择
            word [bad_word] 请填写名称
            owner [unknown_role] 没有这个角色，请从列表中选择
            word [word_taken] “病区”已经是治理单元里另一个类型（原名“病区”）的名称，请换一个
        "#]]
        .assert_eq(&lines);
    }

    #[test]
    fn only_lists_of_the_place_are_changed_and_the_others_say_why() {
        assert!(changeable(TITLES).is_ok());
        assert!(matches!(changeable("nothing"), Err(Refusal::Unknown(_))));
        let lines: String = ["levels", "roles", "categories"]
            .iter()
            .map(|l| format!("{}\n", changeable(l).unwrap_err()))
            .collect();
        expect![[r#"
            “区域层级”不能在这里修改（国家规定）：市、县区、镇街、村居依照国家行政区划和基层自治组织设置（GB/T 2260、GB/T 10114），网格依照GB/T 34300，不能修改。
            “角色”不能在这里修改（程序规则）：权限表按角色规定，叫法可以用岗位称呼调整。
            “事项分类”不能在这里修改（业务包维护）：来自业务包，装入新版业务包即可更新，不用重启。
        "#]].assert_eq(&lines);
    }
}
