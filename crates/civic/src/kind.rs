//! Kinds of areas within the levels: 区，县 and 管委会；镇，乡 and 街道；村 and 社区 (R003); kinds of
//! grid (R006) and of unit (R007). The list is data of the pack.

use crate::area::{Area, Level};
use crate::dictionary::{self, Change};
use crate::problem::Problem;
use crate::table;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

const HEADING: [&str; 6] = ["level", "code", "word", "tiers", "exclusive", "note"];

/// Whether grids of a kind are 专属网格.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusive {
    /// Never.
    No,
    /// As the city decides for each.
    May,
    /// Always.
    Must,
}

/// One kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Level it belongs to.
    pub level: Level,
    /// Code, unique within the level: `street` is a kind of town and another of grid.
    pub code: Box<str>,
    /// Word of the interface: `街道`, `医院网格`, `楼栋`.
    pub word: Box<str>,
    /// The word of the pack, where the place has another.
    pub original: Box<str>,
    /// Lowest tier that a grid of this kind may have (R010); 0 for the other levels.
    pub tiers: u8,
    /// Whether its grids are exclusive.
    pub exclusive: Exclusive,
}

/// The kinds of an installation.
#[derive(Debug, Default, Clone)]
pub struct Kinds {
    all: Vec<Kind>,
    by_code: HashMap<(Level, Box<str>), usize>,
}

impl Kinds {
    /// Reads `kinds.csv`.
    ///
    /// # Errors
    /// Every row that is wrong, with its line; a level without any kind.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let mut kinds = Self::default();
        let mut problems = Vec::new();
        for row in table::rows(file, text, HEADING)? {
            match Kind::read(&row.cells) {
                Ok(kind) => {
                    let key = (kind.level, kind.code.clone());
                    if kinds.by_code.insert(key, kinds.all.len()).is_some() {
                        let message = format!(
                            "“{}”在{}里已经有了，请删去重复的一行。",
                            kind.code,
                            kind.level.word()
                        );
                        problems.push(Problem::in_line(file, row.line, "duplicate", &message));
                    }
                    kinds.all.push(kind);
                }
                Err(message) => {
                    problems.push(Problem::in_line(file, row.line, "bad_row", &message));
                }
            }
        }
        let readable = problems.is_empty();
        for level in Level::ALL {
            if readable && !kinds.all.iter().any(|k| k.level == level) {
                let message = format!("没有{}的类型，请至少填写一个。", level.word());
                problems.push(Problem::new(file, "missing_level", message));
            }
        }
        if problems.is_empty() {
            Ok(kinds)
        } else {
            Err(problems)
        }
    }

    /// Takes over the words that the place has for kinds of the pack.
    pub fn apply(&mut self, changes: &[Change]) {
        for change in changes.iter().filter(|c| c.list == dictionary::AREA_KINDS) {
            let key = Level::parse(&change.owner).map(|l| (l, change.code.as_str().into()));
            let at = key.and_then(|key| self.by_code.get(&key));
            if let Some(kind) = at.and_then(|at| self.all.get_mut(*at)) {
                kind.word = change.word.as_str().into();
            }
        }
    }

    /// All kinds in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Kind] {
        &self.all
    }
    /// The kind of a level with this code.
    #[must_use]
    pub fn get(&self, level: Level, code: &str) -> Option<&Kind> {
        let at = self.by_code.get(&(level, code.into()))?;
        self.all.get(*at)
    }
    /// The word of an area's kind; the word of its level where the kind has left the list.
    #[must_use]
    pub fn word(&self, level: Level, code: &str) -> &str {
        self.get(level, code).map_or(level.word(), |k| &*k.word)
    }

    /// What is wrong with an area by its kind: one that is not on the list of its level, a grid of
    /// too low a tier, or a mark 专属 that does not fit.
    #[must_use]
    pub fn check(&self, area: &Area) -> Option<Problem> {
        let name = &area.name;
        let Some(kind) = self.get(area.level, &area.kind) else {
            let words: Vec<&str> = self
                .all
                .iter()
                .filter(|k| k.level == area.level)
                .map(|k| &*k.word)
                .collect();
            let message = format!(
                "“{name}”的类型“{}”不是{}的类型，可选：{}",
                area.kind,
                area.level.word(),
                words.join("、")
            );
            return Some(Problem::new("kind", "unknown_kind", message));
        };
        let word = &kind.word;
        if area.level == Level::Grid && !(1..=kind.tiers).contains(&area.tier) {
            let message = format!(
                "“{name}”是{word}，只能是第 1 至 {} 级网格，不能是第 {} 级",
                kind.tiers, area.tier
            );
            return Some(Problem::new("tier", "wrong_tier", message));
        }
        match (kind.exclusive, area.exclusive) {
            (Exclusive::No, true) => Some(Problem::new(
                "exclusive",
                "not_exclusive",
                format!("“{name}”是{word}，不能设为专属网格；请取消专属，或改用别的类型"),
            )),
            (Exclusive::Must, false) => Some(Problem::new(
                "exclusive",
                "must_be_exclusive",
                format!("“{name}”是{word}，请标为专属，或改用别的类型"),
            )),
            _ => None,
        }
    }
}

impl Kind {
    fn read(cells: &[String; 6]) -> Result<Self, String> {
        let [level, code, word, tiers, exclusive, _] = cells;
        let level = Level::parse(level).ok_or_else(|| {
            let known: Vec<&str> = Level::ALL.iter().map(|l| l.code()).collect();
            format!("层级“{level}”不认识，可填写：{}。", known.join("、"))
        })?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if code.is_empty() || !code.chars().all(plain) {
            return Err(format!(
                "类型编码“{code}”只能用小写字母、数字和下划线，请改正。"
            ));
        }
        if word.is_empty() {
            return Err("缺少名称，请填写给人看的词。".into());
        }
        let tiers = tiers
            .parse::<u8>()
            .ok()
            .filter(|n| (level == Level::Grid) == (*n > 0))
            .ok_or_else(|| {
                format!("级数“{tiers}”不对：网格请填写 1 以上的整数，其他层级填写 0。")
            })?;
        let exclusive = match (exclusive.as_str(), level) {
            ("no", _) => Exclusive::No,
            ("may", Level::Grid) => Exclusive::May,
            ("must", Level::Grid) => Exclusive::Must,
            ("may" | "must", _) => return Err("只有网格可以是专属的，请填写 no。".into()),
            _ => {
                return Err(format!("专属“{exclusive}”不认识，可填写：no、may、must。"));
            }
        };
        Ok(Self {
            level,
            code: code.as_str().into(),
            word: word.as_str().into(),
            original: word.as_str().into(),
            tiers,
            exclusive,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::area::tests::area;
    use expect_test::expect;

    pub(crate) fn base() -> Kinds {
        Kinds::parse("kinds.csv", include_str!("../../../packs/base/kinds.csv")).unwrap()
    }

    #[test]
    fn variants_of_a_level_stand_side_by_side_and_each_has_its_word() {
        let kinds = base();
        let words = |level| {
            let of = kinds.all().iter().filter(|k| k.level == level);
            of.map(|k| &*k.word).collect::<Vec<_>>().join(" ")
        };
        let all: Vec<String> = Level::ALL.iter().map(|l| words(*l)).collect();
        expect![[r#"
            地级市
            区 县 县级市 管委会
            镇 乡 街道 功能区
            村 社区
            网格 小区网格 医院网格 学校网格 沿街网格 村民小组网格 园区网格 市场网格 专属网格
            治理单元 楼栋 楼道 村民房组 街巷 沿街店铺 病区 年级 车间厂房 摊位区 公共设施 绿地 农田 林地 水域"#]]
        .assert_eq(&all.join("\n"));
        // One code, two levels, two words.
        assert_eq!(kinds.word(Level::Town, "street"), "街道");
        assert_eq!(kinds.word(Level::Grid, "street"), "沿街网格");
        assert_eq!(kinds.word(Level::Unit, "gone"), "治理单元");
    }

    #[test]
    fn an_area_must_be_of_a_kind_of_its_level_and_its_tier_and_mark_must_fit() {
        let kinds = base();
        let check = |level, kind: &str, tier, exclusive| {
            let area = Area {
                kind: kind.into(),
                tier,
                exclusive,
                ..area(1, 0, level, "某处")
            };
            kinds.check(&area).map_or("fine".into(), |p| p.to_string())
        };
        let lines = [
            check(Level::Grid, "hospital", 1, true),
            check(Level::Grid, "hospital", 1, false),
            check(Level::Grid, "hospital", 3, false),
            check(Level::Grid, "estate", 1, true),
            check(Level::Grid, "exclusive", 1, false),
            check(Level::Unit, "ward", 0, false),
            check(Level::Community, "street", 0, false),
        ];
        expect![[r#"
            fine
            fine
            tier [wrong_tier] “某处”是医院网格，只能是第 1 至 2 级网格，不能是第 3 级
            exclusive [not_exclusive] “某处”是小区网格，不能设为专属网格；请取消专属，或改用别的类型
            exclusive [must_be_exclusive] “某处”是专属网格，请标为专属，或改用别的类型
            fine
            kind [unknown_kind] “某处”的类型“street”不是村居的类型，可选：村、社区"#]]
        .assert_eq(&lines.join("\n"));
    }

    #[test]
    fn everything_wrong_with_the_list_is_told_with_its_line() {
        // Bars for commas, as a comma after a Chinese word would be taken for one of the sentence.
        let table =
            |rows: &str| format!("level|code|word|tiers|exclusive|note\n{rows}").replace('|', ",");
        let rows = "town|street|街道|0|no|\ntown|street|街道|0|no|\ngrid|estate|小区网格|0|no|\n\
            unit|Shop|店铺|0|no|\nunit|shop||0|no|\nunit|ward|病区|0|may|\nhamlet|x|湾|0|no|\n";
        let problems = |text: &str| {
            let list = Kinds::parse("kinds.csv", text).unwrap_err();
            list.iter().map(|p| format!("{p}\n")).collect::<String>()
        };
        expect![[r#"
            kinds.csv:9 [bad_row] 第 9 行：应有 6 列，实有 2 列，请检查逗号、引号和文字编码（应为 UTF-8）。
        "#]]
        .assert_eq(&problems(&table(&format!("{rows}town|a\n"))));
        expect![[r#"
            kinds.csv:3 [duplicate] 第 3 行：“street”在镇街里已经有了，请删去重复的一行。
            kinds.csv:4 [bad_row] 第 4 行：级数“0”不对：网格请填写 1 以上的整数，其他层级填写 0。
            kinds.csv:5 [bad_row] 第 5 行：类型编码“Shop”只能用小写字母、数字和下划线，请改正。
            kinds.csv:6 [bad_row] 第 6 行：缺少名称，请填写给人看的词。
            kinds.csv:7 [bad_row] 第 7 行：只有网格可以是专属的，请填写 no。
            kinds.csv:8 [bad_row] 第 8 行：层级“hamlet”不认识，可填写：city、county、town、community、grid、unit。
        "#]]
        .assert_eq(&problems(&table(rows)));
        expect![[r#"
            kinds.csv [missing_level] 没有市级的类型，请至少填写一个。
            kinds.csv [missing_level] 没有县区的类型，请至少填写一个。
        "#]]
        .assert_eq(&problems(&table("town|town|镇|0|no|\ncommunity|village|村|0|no|\ngrid|grid|网格|1|no|\nunit|unit|单元|0|no|\n")));
    }
}
