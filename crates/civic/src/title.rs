//! Local titles of the roles (R046): the head of a unit is 楼栋长，街道长，湾组长 or 单元长, as the place
//! is used to. A title is a word only; rights come from the role. The list is data of the pack.

use crate::area::{Area, Level};
use crate::dictionary::{self, Change};
use crate::kind::Kinds;
use crate::post::Role;
use crate::problem::Problem;
use crate::table;

const HEADING: [&str; 4] = ["role", "title", "kinds", "note"];

/// One title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// The role it is a word for.
    pub role: Role,
    /// The word.
    pub word: Box<str>,
    /// Kinds of area where it is used; empty where it is used everywhere.
    pub kinds: Vec<Box<str>>,
    /// Whether the place added it.
    pub local: bool,
    /// Whether it is offered no more; posts that bear it keep it.
    pub retired: bool,
}

/// The title of a post as shown: the name of the place or organisation, then the word. What the end
/// of the one and the beginning of the other both say is said once: `坂头社区` and `社区党委书记` are
/// `坂头社区党委书记`.
#[must_use]
pub fn behind_name(name: &str, word: &str) -> String {
    let twice = word
        .char_indices()
        .map(|(at, c)| &word[..at + c.len_utf8()])
        .filter(|head| head.chars().count() > 1 || *head == "村")
        .rfind(|head| name.ends_with(head))
        .unwrap_or_default();
    format!("{name}{}", &word[twice.len()..])
}

/// The titles of an installation.
#[derive(Debug, Default, Clone)]
pub struct Titles {
    all: Vec<Title>,
}

impl Titles {
    /// Reads `titles.csv`.
    ///
    /// # Errors
    /// Every row that is wrong, with its line.
    pub fn parse(file: &str, text: &str, kinds: &Kinds) -> Result<Self, Vec<Problem>> {
        let mut all: Vec<Title> = Vec::new();
        let mut problems = Vec::new();
        for row in table::rows(file, text, HEADING)? {
            match Title::read(&row.cells, kinds) {
                Ok(title)
                    if all
                        .iter()
                        .any(|t| t.role == title.role && t.word == title.word) =>
                {
                    let message = format!("“{}”已经有了，请删去重复的一行。", title.word);
                    problems.push(Problem::in_line(file, row.line, "duplicate", &message));
                }
                Ok(title) => all.push(title),
                Err(message) => {
                    problems.push(Problem::in_line(file, row.line, "bad_row", &message));
                }
            }
        }
        if problems.is_empty() {
            Ok(Self { all })
        } else {
            Err(problems)
        }
    }

    /// Takes over what the place changed: titles of its own, and which are offered no more.
    pub fn apply(&mut self, changes: &[Change]) {
        for change in changes.iter().filter(|c| c.list == dictionary::TITLES) {
            let Some(role) = Role::parse(&change.owner) else {
                continue;
            };
            let same = |t: &&mut Title| t.role == role && *t.word == *change.code;
            match self.all.iter_mut().find(same) {
                Some(title) => title.retired = change.retired,
                None => self.all.push(Title {
                    role,
                    word: change.word.as_str().into(),
                    kinds: change.kinds.iter().map(|k| k.as_str().into()).collect(),
                    local: true,
                    retired: change.retired,
                }),
            }
        }
    }

    /// All titles in the order of the file, then those of the place, retired ones too.
    #[must_use]
    pub fn all(&self) -> &[Title] {
        &self.all
    }

    /// The titles that a holder of `role` may bear over an area; without an area, in an
    /// organisation.
    pub fn offered<'a>(
        &'a self,
        role: Role,
        area: Option<&'a Area>,
    ) -> impl Iterator<Item = &'a Title> {
        self.all
            .iter()
            .filter(move |t| !t.retired && t.role == role && area.is_none_or(|a| t.fits(a)))
    }

    /// What is wrong with a title for a role over an area, if anything. A title that differs from
    /// the role's own word must be on the list.
    #[must_use]
    pub fn check(&self, word: &str, role: Role, area: Option<&Area>) -> Option<Problem> {
        if word == role.word() || self.offered(role, area).any(|t| &*t.word == word) {
            return None;
        }
        let offered: Vec<&str> = self.offered(role, area).map(|t| &*t.word).collect();
        let instead = if offered.is_empty() {
            format!("请留空，显示为“{}”", role.word())
        } else {
            format!("可选：{}", offered.join("、"))
        };
        Some(Problem::new(
            "title",
            "unknown_title",
            format!("“{word}”不是这里“{}”的称呼，{instead}", role.word()),
        ))
    }
}

impl Title {
    /// Whether the title is used for an area: of one of its kinds, or a grid or unit of no
    /// particular kind.
    #[must_use]
    pub fn fits(&self, area: &Area) -> bool {
        let plain = matches!(area.level, Level::Grid | Level::Unit);
        self.kinds.is_empty()
            || (plain && *area.kind == *area.level.code())
            || self.kinds.contains(&area.kind)
    }

    fn read(cells: &[String; 4], kinds: &Kinds) -> Result<Self, String> {
        let [role, word, of, _] = cells;
        let role = Role::parse(role)
            .ok_or_else(|| format!("角色“{role}”不认识，请填写角色编码，如 unit_head。"))?;
        if word.is_empty() {
            return Err("缺少称呼，请填写。".into());
        }
        let mut list = Vec::new();
        for code in of.split_whitespace() {
            if role.level().is_none_or(|l| kinds.get(l, code).is_none()) {
                return Err(format!(
                    "“{code}”不是“{}”所在层级的区域类型，请对照 kinds.csv。",
                    role.word()
                ));
            }
            list.push(code.into());
        }
        Ok(Self {
            role,
            word: word.as_str().into(),
            kinds: list,
            local: false,
            retired: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::tests::area;
    use expect_test::expect;

    #[test]
    fn what_a_place_and_a_title_both_say_is_said_once() {
        for (name, word, title) in [
            ("坂头社区", "社区党委书记", "坂头社区党委书记"),
            ("坂头社区", "党组织书记", "坂头社区党组织书记"),
            ("九龙小区网格", "网格长", "九龙小区网格长"),
            ("九龙小区网格", "一级网格长", "九龙小区网格一级网格长"),
            ("铁岭村", "村干部", "铁岭村干部"),
            ("10号楼", "楼栋长", "10号楼楼栋长"),
            ("文献街", "街道长", "文献街街道长"),
            (
                "城厢区",
                Role::CountyLeader.word_behind_a_name(),
                "城厢区领导",
            ),
            (
                "城厢区自然资源局",
                Role::DeptStaff.word_behind_a_name(),
                "城厢区自然资源局经办人",
            ),
            ("", "网格长", "网格长"),
        ] {
            assert_eq!(behind_name(name, word), title);
        }
    }

    fn base() -> Titles {
        let text = include_str!("../../../packs/base/titles.csv");
        Titles::parse("titles.csv", text, &crate::kind::tests::base()).unwrap()
    }
    fn unit(kind: &str) -> Area {
        Area {
            kind: kind.into(),
            ..area(1, 0, Level::Unit, "某处")
        }
    }

    #[test]
    fn the_head_of_a_unit_is_called_as_the_place_is_used_to() {
        let titles = base();
        let of = |kind| {
            let area = unit(kind);
            let offered = titles.offered(Role::UnitHead, Some(&area));
            offered.map(|t| &*t.word).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of("building"), "单元长 楼栋长");
        assert_eq!(of("shop"), "单元长 街道长 街巷长");
        assert_eq!(of("village_house_group"), "单元长 湾组长 房组长 中心户长");
        assert!(
            of("unit").contains("楼栋长 楼道长 街道长"),
            "no particular kind: all"
        );
    }

    #[test]
    fn a_title_that_is_not_of_the_role_and_the_place_is_refused_with_what_may_be_chosen() {
        let titles = base();
        let check = |word, role, kind| {
            let area = unit(kind);
            let problem = titles.check(word, role, Some(&area));
            problem.map_or("fine".into(), |p| p.to_string())
        };
        let lines = [
            check("楼栋长", Role::UnitHead, "building"),
            check("单元长", Role::UnitHead, "water"),
            check("湾组长", Role::UnitHead, "building"),
            check("市长", Role::UnitHead, "building"),
            titles
                .check("主任", Role::SysAdmin, None)
                .unwrap()
                .to_string(),
        ];
        expect![[r#"
            fine
            fine
            title [unknown_title] “湾组长”不是这里“单元长”的称呼，可选：单元长、楼栋长
            title [unknown_title] “市长”不是这里“单元长”的称呼，可选：单元长、楼栋长
            title [unknown_title] “主任”不是这里“系统管理员”的称呼，请留空，显示为“系统管理员”"#]]
        .assert_eq(&lines.join("\n"));
    }

    #[test]
    fn everything_wrong_with_the_list_is_told_with_its_line() {
        let text = "role,title,kinds,note\nunit_head,楼栋长,building,\nunit_head,楼栋长,,\n\
            emperor,皇帝,,\nunit_head,,,\nunit_head,店长,market,\n";
        let problems = Titles::parse("titles.csv", text, &crate::kind::tests::base()).unwrap_err();
        let lines: String = problems.iter().map(|p| format!("{p}\n")).collect();
        expect![[r#"
            titles.csv:3 [duplicate] 第 3 行：“楼栋长”已经有了，请删去重复的一行。
            titles.csv:4 [bad_row] 第 4 行：角色“emperor”不认识，请填写角色编码，如 unit_head。
            titles.csv:5 [bad_row] 第 5 行：缺少称呼，请填写。
            titles.csv:6 [bad_row] 第 6 行：“market”不是“单元长”所在层级的区域类型，请对照 kinds.csv。
        "#]]
        .assert_eq(&lines);
    }
}
