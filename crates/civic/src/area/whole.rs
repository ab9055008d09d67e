//! Whether the tree is whole (R009): what belongs to nobody, lies nowhere or is there twice. Here is
//! what the tree, the posts and the codes say; what boundaries say is the office's, which has them.

use super::{Area, Level, outside_size_band};
use crate::directory::Directory;
use crate::id::AreaId;
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

words! {
    /// What may be missing or there twice.
    Lack {
        /// Nobody mans the desk; the level above answers for it.
        NoHead "no_head" "责任人空缺",
        /// A community without grids, an innermost grid without units.
        Empty "empty" "没有下级",
        /// Two of one name under one parent.
        Twice "twice" "同级重名",
        /// A unit of too few or too many people (R005, R008).
        Size "size" "规模不适度",
        /// Without a code of its own.
        NoCode "no_code" "没有编码",
        /// Without a boundary.
        NoBoundary "no_boundary" "没有边界",
        /// The point of a unit lies outside its boundary or in another one.
        PointOutside "point_outside" "定位点不在界内",
        /// Ground that no area below covers.
        Gap "gap" "边界有缝隙",
        /// Ground that two areas cover.
        Overlap "overlap" "边界有重叠",
        /// An area that reaches beyond the one above.
        Beyond "beyond" "超出上级边界",
        /// A standard address that lies in no unit.
        AddressNowhere "address_nowhere" "地址没有单元",
        /// One standard address under two codes.
        AddressTwice "address_twice" "地址重复",
        /// An address whose point lies in another unit than the one it is kept in.
        AddressElsewhere "address_elsewhere" "地址坐标与单元不符",
        /// A household without a standard address.
        HomeNowhere "home_nowhere" "户没有地址",
        /// A household at several addresses.
        HomeTwice "home_twice" "一户多址",
    }
}

impl Lack {
    /// What is looked for and what to do, in a sentence.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::NoHead => "镇街、村居、网格和治理单元今天没有人在岗，由上一级代管；请尽快任命。",
            Self::Empty => {
                "村居下面没有网格，或最内一级网格下面没有治理单元；请划分，或撤销并入相邻区域。"
            }
            Self::Twice => "同一上级下有两个同名的区域，可能是重复建立；请更名或合并。",
            Self::Size => "治理单元的人数在建议范围之外；请拆分或合并。人数未填的不判断。",
            Self::NoCode => "没有统计编码（村居及以上）或网格编码；与其他部门对照时找不到它。",
            Self::NoBoundary => "没有边界，地图上的定位落不到它上面；请补充边界。",
            Self::PointOutside => {
                "治理单元的定位点落在别的单元里或哪里也不在；请核对边界和定位点。"
            }
            Self::Gap => "有地方不属于任何下级区域；请划入相邻区域。",
            Self::Overlap => "两个相邻区域的边界重叠；请确定归属。",
            Self::Beyond => "区域的一部分在上级边界之外；请修正边界。",
            Self::AddressNowhere => "有效的标准地址不属于任何治理单元；请补充坐标或指定所属单元。",
            Self::AddressTwice => "同一个县区里，同样的地址有两个编码；请核对后注销其中一个。",
            Self::AddressElsewhere => {
                "地址的坐标落在别的单元或不在任何单元里；请更正坐标或所属单元。"
            }
            Self::HomeNowhere => "户没有标准地址，或者它的地址已经注销；请补登地址。",
            Self::HomeTwice => "同一个户编号登记在两个地址；请核对后留下现住的一处。",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Found {
    /// What.
    pub lack: Lack,
    /// Which area.
    pub area: AreaId,
    /// More about it; may be empty.
    pub words: String,
}

/// What the tree below `root`, the posts of `day` and the areas that have a code say. `band` is how
/// many people a unit should have.
#[must_use]
pub fn lacks(
    directory: &Directory,
    root: AreaId,
    day: Day,
    coded: &HashSet<AreaId>,
    band: RangeInclusive<i64>,
) -> Vec<Found> {
    let tree = &directory.tree;
    let mut found = Vec::new();
    let mut note = |lack: Lack, area: AreaId, words: String| {
        found.push(Found { lack, area, words });
    };
    for level in [Level::Town, Level::Community, Level::Grid, Level::Unit] {
        for area in directory.vacancies(root, level, day) {
            let above = directory.responsible(area.id, day);
            let words = match above {
                Some(post) => format!("现由{}代管", directory.title(post)),
                None => "上级也没有人在岗".to_owned(),
            };
            note(Lack::NoHead, area.id, words);
        }
    }
    for area in tree.subtree(root).filter(|a| a.valid_on(day)) {
        let below: Vec<&Area> = tree.children(area.id).filter(|a| a.valid_on(day)).collect();
        if below.is_empty() && matches!(area.level, Level::Community | Level::Grid) {
            let word = if area.level == Level::Grid {
                "治理单元"
            } else {
                "网格"
            };
            note(Lack::Empty, area.id, format!("没有{word}"));
        }
        let mut names: HashMap<&str, usize> = HashMap::new();
        for child in &below {
            *names.entry(&child.name).or_default() += 1;
        }
        for child in &below {
            let many = names[&*child.name];
            if many > 1 {
                note(Lack::Twice, child.id, format!("同名的有 {many} 个"));
            }
        }
        if area.level < Level::Unit && !coded.contains(&area.id) {
            note(Lack::NoCode, area.id, String::new());
        }
    }
    for area in outside_size_band(tree, root, band.clone()).filter(|a| a.valid_on(day)) {
        let words = format!(
            "{} 人，建议 {} 到 {} 人",
            area.population,
            band.start(),
            band.end()
        );
        note(Lack::Size, area.id, words);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::Tree;
    use crate::area::tests::{area, small};
    use crate::id::{AccountId, PostId};
    use crate::post::{Post, Role, Seat};

    #[test]
    fn each_lack_is_found_once_at_its_area_and_what_ended_is_not_judged() {
        let day = Day(20_000);
        let mut areas: Vec<Area> = small().iter().cloned().collect();
        areas.push(area(11, 4, Level::Grid, "空网格"));
        areas.push(area(12, 5, Level::Unit, "1号楼"));
        let mut gone = area(13, 5, Level::Unit, "旧楼");
        gone.valid_to = Some(day);
        gone.population = 900;
        areas.push(gone);
        for one in &mut areas {
            if one.id == AreaId(12) {
                one.population = 260;
            }
        }
        let head = |id: i64, role, at: i64| Post {
            id: PostId(id),
            account: AccountId(id),
            role,
            seat: Seat::Area(AreaId(at)),
            title: None,
            source: "other".into(),
            from: Day(0),
            to: None,
        };
        let posts = vec![
            head(51, Role::GridHead, 5),
            head(61, Role::UnitHead, 6),
            head(62, Role::UnitHead, 7),
        ];
        let directory = Directory::new(Tree::build(areas).unwrap(), Vec::new(), posts);
        let coded = [4, 5, 11].map(AreaId).into_iter().collect();
        let found = lacks(&directory, AreaId(4), day, &coded, 50..=200);
        let said: Vec<String> = found
            .iter()
            .map(|f| format!("{} {} {}", f.lack.code(), f.area, f.words))
            .collect();
        expect_test::expect![[r#"
            [
                "no_head 4 上级也没有人在岗",
                "no_head 11 上级也没有人在岗",
                "no_head 12 现由坂头安置房小区网格长代管",
                "twice 6 同名的有 2 个",
                "twice 12 同名的有 2 个",
                "empty 11 没有治理单元",
                "size 12 260 人，建议 50 到 200 人",
            ]
        "#]]
        .assert_debug_eq(&said);
    }
}
