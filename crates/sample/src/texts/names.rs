//! Invented names with the surnames of Putian and the given names of each generation.

use super::Dice;

/// Surnames with rough weights: 陈，林 and 黄 lead along the Putian coast.
const SURNAMES: &[(&str, u32)] = &[
    ("陈", 150),
    ("林", 140),
    ("黄", 90),
    ("郑", 62),
    ("吴", 55),
    ("李", 50),
    ("张", 46),
    ("杨", 36),
    ("蔡", 36),
    ("刘", 34),
    ("许", 28),
    ("王", 27),
    ("方", 22),
    ("徐", 20),
    ("郭", 20),
    ("何", 17),
    ("朱", 16),
    ("翁", 16),
    ("曾", 14),
    ("谢", 13),
    ("余", 12),
    ("柯", 12),
    ("苏", 11),
    ("唐", 10),
    ("肖", 10),
    ("邱", 9),
    ("俞", 8),
    ("戴", 8),
    ("佘", 6),
    ("欧", 6),
    ("宋", 6),
    ("周", 6),
    ("叶", 5),
    ("洪", 5),
    ("傅", 5),
    ("卓", 5),
    ("阮", 4),
    ("康", 4),
    ("关", 3),
    ("茅", 2),
    ("欧阳", 1),
];

/// A generation: its share, how many of a hundred have one character, and the characters of women
/// and men: (first, second).
struct Generation {
    share: u32,
    single: u64,
    women: (&'static str, &'static str),
    men: (&'static str, &'static str),
}

const GENERATIONS: &[Generation] = &[
    // born before 1960
    Generation {
        share: 18,
        single: 4,
        women: ("秀玉亚美金珠丽淑碧素", "英珍兰花梅清治妹莺宝香"),
        men: ("金文玉国德天亚元永春", "森发水树荣祥福炎泉瑞模"),
    },
    // 1960s and 1970s
    Generation {
        share: 38,
        single: 8,
        women: ("丽美秀雪淑玉碧琼爱素金", "红英华芳珍琴萍霞钦仙云"),
        men: ("建国志文金德清荣春庆少", "明华强忠平辉林雄生伟洪"),
    },
    // 1980s
    Generation {
        share: 28,
        single: 30,
        women: ("丽雪晓婷美艳燕志静", "萍芳娟敏琴燕婷玲珊霞"),
        men: ("志剑建俊文海少伟晓国", "鹏伟辉峰斌强杰勇煌凡"),
    },
    // 1990s and after
    Generation {
        share: 16,
        single: 24,
        women: ("雨思梦雅诗佳欣晓子", "婷涵怡琪妍欣颖萱晴莹"),
        men: ("子俊宇浩嘉晨泽梓志", "轩杰豪涵航翔鑫铭宇凯"),
    },
];

/// Names of persons in the seed texts: living people, not to be hit even by chance.
const REFUSED: &[&str] = &["陈元国", "陈伟山", "林春新", "陈春山"];

/// A believable name of a resident of Putian, invented from the seed.
#[must_use]
pub fn person_name(seed: u64) -> String {
    let mut dice = Dice::new(seed, "name");
    loop {
        let surname = SURNAMES[dice.weighted(SURNAMES.iter().map(|(_, weight)| *weight))].0;
        let generation = &GENERATIONS[dice.weighted(GENERATIONS.iter().map(|g| g.share))];
        let (first, second) = if dice.below(2) == 0 {
            generation.women
        } else {
            generation.men
        };
        let mut one = |chars: &str| {
            let at = dice.below(chars.chars().count() as u64) as usize;
            chars.chars().nth(at)
        };
        let (a, b) = (one(first), one(second));
        let mut name = surname.to_owned();
        if dice.below(100) >= generation.single && a != b {
            name.extend(a);
        }
        name.extend(b);
        if !REFUSED.contains(&name.as_str()) {
            return name;
        }
    }
}
