//! Standard addresses (标准地址) and households (R009): each lies in exactly one unit. Levels as in
//! GB/T 23705 and GB/T 39609: street or lane, door number, estate, building, stairwell, floor, room.
//! Of a household only its number, its address and how many people it has are kept: no person.

use crate::area::{Level, Path};
use crate::id::{AddressId, AreaId};
use crate::limits::{
    ADDRESS_MOVE_METRES, ADDRESS_OFF_METRES_MAX, ADDRESS_PART_CHARS_MAX, CODE_CHARS_MAX,
};
use crate::problem::Problem;
use crate::sheet::{self, Column, Row, optional, required};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

words! {
    /// Whether an address may be used.
    Status {
        /// Given out, not yet built.
        Planned "planned" "规划",
        /// In use.
        Valid "valid" "有效",
        /// No longer to be used.
        Abolished "abolished" "注销",
    }
}

/// The parts of an address below the community, from the wider to the narrower.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parts {
    /// 街路巷
    pub street: String,
    /// 门牌号
    pub door: String,
    /// 小区
    pub estate: String,
    /// 楼栋
    pub building: String,
    /// 单元（梯位）
    pub stairwell: String,
    /// 楼层
    pub floor: String,
    /// 户室
    pub room: String,
}

impl Parts {
    /// Everything down to the building: what a place search may show to anybody.
    #[must_use]
    pub fn place(&self) -> String {
        [&self.street, &self.door, &self.estate, &self.building]
            .map(String::as_str)
            .concat()
    }
    /// The whole address in one text. Two addresses with the same text are the same address.
    #[must_use]
    pub fn text(&self) -> String {
        [&self.stairwell, &self.floor, &self.room]
            .iter()
            .fold(self.place(), |text, part| text + part)
    }

    /// What is wrong with it: the part, and the sentence.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let parts = [
            ("street", &self.street),
            ("door", &self.door),
            ("estate", &self.estate),
            ("building", &self.building),
            ("stairwell", &self.stairwell),
            ("floor", &self.floor),
            ("room", &self.room),
        ];
        let long = parts
            .iter()
            .filter(|(_, text)| text.chars().count() > ADDRESS_PART_CHARS_MAX);
        let mut found: Vec<(&str, String)> = long
            .map(|(part, _)| (*part, format!("最多 {ADDRESS_PART_CHARS_MAX} 个字，请缩短")))
            .collect();
        if self.street.is_empty() && self.estate.is_empty() {
            found.push(("street", "街路巷和小区至少填写一项".into()));
        }
        if self.place() == self.street {
            found.push((
                "door",
                "请填写门牌号、小区或楼栋，只有街路巷不成地址".into(),
            ));
        }
        found
    }
}

/// A standard address.
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// Own id.
    pub id: AddressId,
    /// Its code in the city's address library.
    pub code: String,
    /// The code of the address above it; may be empty.
    pub parent: String,
    /// The unit in which it lies; an area above where that is not known.
    pub area: AreaId,
    /// Whether somebody said so; else its point did.
    pub stated: bool,
    /// What it consists of.
    pub parts: Parts,
    /// Other names, separated by `、`.
    pub aliases: String,
    /// Whether it may be used.
    pub status: Status,
    /// WGS84 degrees (CGCS2000 is taken as the same).
    pub point: Option<(f64, f64)>,
    /// When it was last changed.
    pub changed_at: Instant,
    /// By whom.
    pub changed_by: String,
}

/// A household: no more than where it is and how many people it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Household {
    /// Its number in the list that it came from; never the number of a person.
    pub no: String,
    /// Its address, where it has one.
    pub address: Option<AddressId>,
    /// The unit of the address, or the area that the list names.
    pub area: AreaId,
    /// People.
    pub people: i64,
}

/// What a corrected point means (R009): one that went far wants a second look, and one that lies far
/// off its unit is a mistake, whoever is sure of it. `moved` is how far it lies from the point before,
/// `off` from the unit that it is to lie in, or the nearest where none is stated; both in metres, none
/// where that is not known.
///
/// # Errors
/// A problem of `lon`: `far_off`, or `confirm` for what counts only with `confirmed`.
pub fn judge_point(moved: Option<f64>, off: Option<f64>, confirmed: bool) -> Result<(), Problem> {
    if let Some(off) = off.filter(|off| *off > ADDRESS_OFF_METRES_MAX) {
        let text = format!("坐标离所属的治理单元约 {}，请核对经度和纬度", metres(off));
        return Err(Problem::new("lon", "far_off", text));
    }
    let far = |(metres, _): &(f64, &str)| *metres > ADDRESS_MOVE_METRES;
    let ways = [(moved, "比原来的坐标移动了约"), (off, "离所属的治理单元约")];
    let said: Vec<String> = ways
        .into_iter()
        .filter_map(|(way, word)| Some((way?, word)))
        .filter(far)
        .map(|(way, word)| format!("{word} {}", metres(way)))
        .collect();
    if said.is_empty() || confirmed {
        return Ok(());
    }
    let text = format!(
        "坐标{}，请核对；确实没有填错的，请勾选“坐标已核对”再保存",
        said.join("，")
    );
    Err(Problem::new("lon", "confirm", text))
}

/// A way in words.
fn metres(way: f64) -> String {
    match way < 1_000.0 {
        true => format!("{way:.0} 米"),
        false => format!("{:.1} 公里", way / 1_000.0),
    }
}

/// The areas on a path that lists are kept by; 0 where there is none.
#[must_use]
pub fn levels(path: &Path) -> [i64; 4] {
    [Level::County, Level::Town, Level::Community, Level::Unit]
        .map(|level| path.at(level).map_or(0, |a| a.0))
}

/// A text as it is compared: without blanks, full-width digits and letters as plain ones.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{FF10}'..='\u{FF19}' | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}' => {
                char::from_u32(c as u32 - 0xFEE0).unwrap_or(c)
            }
            c => c,
        })
        .collect()
}

/// Columns of a sheet of addresses.
pub const ADDRESS_COLUMNS: &[Column] = &[
    required("code", "地址编码"),
    optional("parent", "上级地址编码"),
    optional("street", "街路巷"),
    optional("door", "门牌号"),
    optional("estate", "小区"),
    optional("building", "楼栋"),
    optional("stairwell", "梯位"),
    optional("floor", "楼层"),
    optional("room", "户室"),
    optional("aliases", "别名"),
    optional("status", "状态"),
    optional("unit", "治理单元编码"),
    optional("community", "所属村居编码"),
    optional("lon", "经度"),
    optional("lat", "纬度"),
    optional("reason", sheet::REASON),
];

/// Columns of a sheet of households.
pub const HOUSEHOLD_COLUMNS: &[Column] = &[
    required("no", "户编号"),
    optional("address", "地址编码"),
    required("people", "人数"),
    optional("community", "所属村居编码"),
    optional("reason", sheet::REASON),
];

/// What a line of a sheet of addresses says, before anybody knows where it lies.
#[derive(Debug, Clone, PartialEq)]
pub struct AddressLine {
    /// Its code.
    pub code: String,
    /// The code above.
    pub parent: String,
    /// What it consists of.
    pub parts: Parts,
    /// Other names.
    pub aliases: String,
    /// Whether it may be used.
    pub status: Status,
    /// Code of the unit that somebody stated.
    pub unit: String,
    /// Code of the community.
    pub community: String,
    /// WGS84 degrees.
    pub point: Option<(f64, f64)>,
}

impl AddressLine {
    /// Reads a line.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with row and column.
    pub fn read(row: &Row) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut wrong = |column: &str, text: &str| {
            problems.push(row.problem(column, "bad_value", text));
        };
        let code = row.cell("code").to_owned();
        check_code("code", &code, &mut wrong);
        let parent = row.cell("parent").to_owned();
        check_code("parent", &parent, &mut wrong);
        let part = |column| plain(row.cell(column));
        let parts = Parts {
            street: part("street"),
            door: part("door"),
            estate: part("estate"),
            building: part("building"),
            stairwell: part("stairwell"),
            floor: part("floor"),
            room: part("room"),
        };
        for (column, text) in parts.problems() {
            wrong(column, &text);
        }
        let said = row.cell("status");
        let status = match said {
            "" => Some(Status::Valid),
            _ => Status::ALL
                .iter()
                .copied()
                .find(|s| s.code() == said || s.word() == said),
        };
        if status.is_none() {
            wrong("status", &format!("“{said}”不对，请填写规划、有效或注销"));
        }
        let (lon, lat) = (row.cell("lon"), row.cell("lat"));
        let point = match (lon.is_empty(), lat.is_empty()) {
            (true, true) => None,
            (false, false) => {
                let degrees =
                    |text: &str, most: f64| text.parse::<f64>().ok().filter(|d| d.abs() <= most);
                let point = degrees(lon, 180.0).zip(degrees(lat, 90.0));
                if point.is_none() {
                    let text = format!("“{lon}，{lat}”不是经纬度，请填写小数形式的度数");
                    wrong("lon", &text);
                }
                point
            }
            _ => {
                wrong("lon", "经度和纬度要么都填，要么都不填");
                None
            }
        };
        match status {
            Some(status) if problems.is_empty() => Ok(Self {
                code,
                parent,
                parts,
                aliases: row.cell("aliases").to_owned(),
                status,
                unit: row.cell("unit").to_owned(),
                community: row.cell("community").to_owned(),
                point,
            }),
            _ => Err(problems),
        }
    }
}

/// What a line of a sheet of households says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdLine {
    /// Its number.
    pub no: String,
    /// Code of its address; may be empty.
    pub address: String,
    /// Code of the community; needed where there is no address.
    pub community: String,
    /// People.
    pub people: i64,
}

impl HouseholdLine {
    /// Reads a line.
    ///
    /// # Errors
    /// Everything that is wrong with it; a number that looks like that of a person is refused.
    pub fn read(row: &Row) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut wrong = |column: &str, text: &str| {
            problems.push(row.problem(column, "bad_value", text));
        };
        let no = row.cell("no").to_owned();
        check_code("no", &no, &mut wrong);
        if crate::personal::is_number(&no) {
            wrong(
                "no",
                "像是身份证号或手机号；户编号不能用个人的号码，请换成户的编号",
            );
        }
        let said = row.cell("people");
        let people = said.parse().ok().filter(|n| (0..=200).contains(n));
        if people.is_none() {
            wrong(
                "people",
                &format!("“{said}”不是人数，请填写 0 到 200 的整数"),
            );
        }
        match people {
            Some(people) if problems.is_empty() => Ok(Self {
                no,
                address: row.cell("address").to_owned(),
                community: row.cell("community").to_owned(),
                people,
            }),
            _ => Err(problems),
        }
    }
}

fn check_code(column: &str, code: &str, wrong: &mut impl FnMut(&str, &str)) {
    if code.chars().count() > CODE_CHARS_MAX {
        wrong(column, &format!("最多 {CODE_CHARS_MAX} 个字符，请缩短"));
    }
    // What is not filled in is said once, by the sheet.
    if !code.is_empty() && !sheet::is_code(code) {
        wrong(column, &format!("“{code}”不对：{}", sheet::CODE_FORM));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(lines: &str) -> Vec<Result<AddressLine, Vec<Problem>>> {
        let text = format!("code|street|door|building|room|status|lon|lat\n{lines}");
        let bars = text.replace('|', ",");
        let (rows, problems) = sheet::read("addresses.csv", bars.as_bytes(), ADDRESS_COLUMNS);
        assert_eq!(problems, []);
        rows.iter().map(AddressLine::read).collect()
    }

    #[test]
    fn an_address_is_one_text_however_its_digits_and_blanks_are_typed() {
        let read = addresses("A1|胜利路|１２号|3号楼|501室|||\nA2|胜利 路|12号|3号楼|501室|有效||");
        let texts: Vec<String> = read
            .iter()
            .map(|line| line.as_ref().unwrap().parts.text())
            .collect();
        assert_eq!(texts, ["胜利路12号3号楼501室"; 2]);
        assert_eq!(read[0].as_ref().unwrap().parts.place(), "胜利路12号3号楼");
    }

    #[test]
    fn every_fault_of_a_line_is_said_at_once() {
        let read = addresses("A1|胜利路||||作废|119|");
        let said: Vec<&str> = read[0]
            .as_ref()
            .unwrap_err()
            .iter()
            .map(|p| p.message.as_str())
            .collect();
        assert_eq!(
            said,
            [
                "第 2 行“门牌号”：请填写门牌号、小区或楼栋，只有街路巷不成地址",
                "第 2 行“状态”：“作废”不对，请填写规划、有效或注销",
                "第 2 行“经度”：经度和纬度要么都填，要么都不填",
            ]
        );
    }

    #[test]
    fn a_code_is_no_formula() {
        let read = addresses("=1+1|胜利路|1号|||||\nA-1/2|胜利路|1号|||||");
        let said = &read[0].as_ref().unwrap_err()[0].message;
        assert!(
            said.starts_with("第 2 行“地址编码”：“=1+1”不对：编码以"),
            "{said}"
        );
        assert!(read[1].is_ok());
    }

    #[test]
    fn a_point_that_went_far_is_confirmed_and_one_far_off_its_unit_is_refused() {
        let said = |moved, off, confirmed| match judge_point(moved, off, confirmed) {
            Ok(()) => "taken".to_owned(),
            Err(problem) => problem.to_string(),
        };
        for (moved, off) in [(None, None), (Some(500.0), Some(0.0)), (None, Some(499.0))] {
            assert_eq!(said(moved, off, false), "taken");
        }
        assert_eq!(
            said(Some(2_340.0), Some(700.0), false),
            "lon [confirm] 坐标比原来的坐标移动了约 2.3 公里，离所属的治理单元约 700 米，请核对；确实没有填错的，请勾选“坐标已核对”再保存"
        );
        assert_eq!(said(Some(2_340.0), Some(700.0), true), "taken");
        let far = "lon [far_off] 坐标离所属的治理单元约 12.0 公里，请核对经度和纬度";
        assert_eq!(said(None, Some(12_000.0), true), far);
    }

    #[test]
    fn the_number_of_a_person_is_not_the_number_of_a_household() {
        let text = "no,address,people\n350302199001011234,A1,3\n13905941234,A1,3\nH-350302-1,A1,3\nH-2,A1,many\n";
        let (rows, _) = sheet::read("households.csv", text.as_bytes(), HOUSEHOLD_COLUMNS);
        let read: Vec<bool> = rows
            .iter()
            .map(|row| HouseholdLine::read(row).is_ok())
            .collect();
        assert_eq!(read, [false, false, true, false]);
    }
}
