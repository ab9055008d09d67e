//! Synthetic words for the sample city: incidents, opinions of the desks, names, and how often what
//! happens when.
//!
//! Pure and deterministic: the same seed gives the same words on every machine. Nothing here names
//! a living person or holds a telephone number; the city's people are invented (privacy rule V21).
//!
//! Templates use a small language in braces: `{place}` the place given, `{spot}` a spot at it that
//! fits a building or a village, `{neighbour}`, `{when}`, `{days}`, `{2-12}` a number of the range
//! (rounded when it is large),
//! `{a|b|c}` one of several words.

mod city;
mod disputes;
mod names;
mod opinions;
mod people;
mod rest;
mod safety;
mod street;
mod voices;
mod weights;
mod works;

pub use names::person_name;
pub use opinions::{ACTIONS, opinion};
pub use weights::{
    FREQUENCY, HOUR_WEIGHTS, WEEKDAY_WEIGHTS, category, hour, season_percent, weekday_percent,
};

/// Templates of one category: its code and pairs of title and text.
type Set = (&'static str, &'static [(&'static str, &'static str)]);

/// Title and text of an incident of the category (`0206`) at the place (`九龙小区3号楼`).
///
/// Frequent categories have templates of their own, the others those of their class; an unknown
/// class is reported as a general matter.
#[must_use]
pub fn incident(category: &str, seed: u64, place: &str) -> (String, String) {
    let mut dice = Dice::new(seed, category);
    if let Some(templates) = own(category) {
        let (title, text) = fitting(templates, &mut dice, place);
        return (
            fill(title, &mut dice, place, ""),
            fill(text, &mut dice, place, ""),
        );
    }
    let thing = rest::thing(category);
    let (title, text) = fitting(rest::class(category), &mut dice, place);
    (
        fill(title, &mut dice, place, thing),
        fill(text, &mut dice, place, thing),
    )
}

/// Words that need a block of flats, and words that need fields around.
const FLATS: &[&str] = &[
    "电梯",
    "楼道",
    "单元门",
    "地库",
    "架空层",
    "物业",
    "业主",
    "{2-12}楼",
    "楼用水",
    "地下车库",
    "水泵房",
    "层有瓷砖",
    "楼阳台",
    "弱电井",
    "楼装修",
    "楼住户",
    "加装",
    "顶楼",
    "楼上扔",
];
const FIELDS: &[&str] = &[
    "村道", "田边", "后山", "农田", "机耕", "山边", "林区", "村民", "菜地", "养猪", "养鸭", "鸡粪",
    "池塘",
];

fn is_building(place: &str) -> bool {
    ["楼", "幢", "栋", "小区", "花园", "公寓", "大厦"]
        .iter()
        .any(|word| place.contains(word))
}

/// One of the templates that can happen at such a place; any, where none fits.
fn fitting(
    templates: &[(&'static str, &'static str)],
    dice: &mut Dice,
    place: &str,
) -> (&'static str, &'static str) {
    let strange = if is_building(place) { FIELDS } else { FLATS };
    let possible: Vec<_> = templates
        .iter()
        .copied()
        .filter(|(title, text)| {
            !strange
                .iter()
                .any(|w| title.contains(w) || text.contains(w))
        })
        .collect();
    dice.pick(if possible.is_empty() {
        templates
    } else {
        &possible
    })
}

/// Whether the category has templates of its own.
#[must_use]
pub fn has_own(category: &str) -> bool {
    own(category).is_some()
}

/// All templates that belong to one category.
const SETS: [&[Set]; 7] = [
    disputes::SETS,
    safety::SETS,
    city::SETS,
    works::SETS,
    street::SETS,
    voices::SETS,
    people::SETS,
];

fn own(category: &str) -> Option<&'static [(&'static str, &'static str)]> {
    let mut all = SETS.iter().copied().flatten();
    all.find(|(code, _)| *code == category)
        .map(|(_, templates)| *templates)
}

/// A small deterministic source of choices (splitmix64).
struct Dice(u64);

impl Dice {
    /// A source that depends on the seed and on the use it is put to.
    fn new(seed: u64, purpose: &str) -> Self {
        let salt = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        Self(seed ^ salt.rotate_left(17))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 when `n` is 0.
    fn below(&mut self, n: u64) -> u64 {
        // The high bits times n: no visible bias for the small n used here.
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// One of the items; the slice must not be empty.
    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// The index of one of the weights, in proportion to them.
    fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u64 = weights.clone().map(u64::from).sum();
        let mut rest = self.below(total);
        for (at, weight) in weights.enumerate() {
            let weight = u64::from(weight);
            if rest < weight {
                return at;
            }
            rest -= weight;
        }
        0
    }
}

const WHEN: &[&str] = &[
    "今天早上",
    "今天上午",
    "今天中午",
    "今天下午",
    "傍晚",
    "昨天晚上",
    "昨天",
    "凌晨",
    "这两天",
    "巡查时",
    "入户走访时",
];
const DAYS: &[&str] = &[
    "一天",
    "两天",
    "三天",
    "四五天",
    "近一周",
    "一周多",
    "十来天",
    "半个月",
    "二十多天",
    "一个月",
    "两个多月",
];

/// Fills a template; an unknown name in braces stays visible, so that a test finds it.
fn fill(template: &str, dice: &mut Dice, place: &str, thing: &str) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else {
            break;
        };
        slot(&rest[open + 1..open + close], dice, place, thing, &mut out);
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

fn slot(name: &str, dice: &mut Dice, place: &str, thing: &str, out: &mut String) {
    let building = is_building(place);
    if name.contains('|') {
        let words: Vec<&str> = name.split('|').collect();
        out.push_str(dice.pick(&words));
        return;
    }
    if let Some((low, high)) = name.split_once('-')
        && let (Ok(low), Ok(high)) = (low.parse::<u64>(), high.parse::<u64>())
    {
        let number = low + dice.below(high.saturating_sub(low) + 1);
        // People round what they estimate.
        let step = match high {
            1000.. => 100,
            100.. => 10,
            _ => 1,
        };
        out.push_str(&(number / step * step).to_string());
        return;
    }
    match name {
        "place" => out.push_str(place),
        "thing" => out.push_str(thing),
        "when" => out.push_str(dice.pick(WHEN)),
        "days" => out.push_str(dice.pick(DAYS)),
        "spot" if building => match dice.below(5) {
            0 => out.push_str("一楼大厅"),
            1 => out.push_str("楼下空地"),
            2 => out.push_str("大门旁"),
            _ => {
                let floor = 2 + dice.below(10);
                out.push_str(&format!("{floor}楼楼道"));
            }
        },
        "spot" => out.push_str(dice.pick(&[
            "村道旁",
            "路口东侧",
            "祠堂边",
            "老人活动中心旁",
            "公厕附近",
            "沿街店面前",
            "桥头",
            "停车场边",
        ])),
        "neighbour" if building => {
            out.push_str(dice.pick(&["楼上住户", "楼下住户", "对门住户", "隔壁住户"]))
        }
        "neighbour" => out.push_str(dice.pick(&["隔壁邻居", "屋后邻居", "对面人家", "相邻店家"])),
        other => {
            out.push('{');
            out.push_str(other);
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests;
