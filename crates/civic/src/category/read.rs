//! Reading `categories.csv` and saying everything that is wrong with it.

use super::{Category, Class, Condition, Photo, Privacy, Route};
use crate::area::Level;
use crate::limit::Limit;
use crate::problem::Problem;
use std::collections::BTreeMap;

const HEADING: [&str; 16] = [
    "code",
    "class_code",
    "class_name",
    "name",
    "condition",
    "condition_name",
    "limit",
    "urgent",
    "owner_level",
    "department",
    "mediation",
    "privacy",
    "photo",
    "points",
    "route",
    "note",
];

/// The problems of one file, with the line that is being read.
struct Page<'a> {
    file: &'a str,
    line: u64,
    problems: Vec<Problem>,
}

impl Page<'_> {
    fn problem(&mut self, code: &str, message: &str) {
        let problem = Problem::in_line(self.file, self.line, code, message);
        self.problems.push(problem);
    }

    /// A column whose value must be one of a few codes.
    fn one_of<T: Copy>(
        &mut self,
        code: &str,
        text: &str,
        label: &str,
        all: &[(T, &str)],
    ) -> Option<T> {
        let found = all.iter().find(|(_, known)| *known == text);
        if found.is_none() {
            let known: Vec<&str> = all.iter().map(|(_, known)| *known).collect();
            self.problem(
                code,
                &format!("{label}“{text}”不认识，可填写：{}。", known.join("、")),
            );
        }
        found.map(|(value, _)| *value)
    }

    fn flag(&mut self, text: &str, label: &str) -> Option<bool> {
        self.one_of("bad_flag", text, label, &[(true, "1"), (false, "0")])
    }
}

pub(super) fn classes(
    file: &str,
    text: &str,
    departments: &[&str],
) -> Result<Vec<Class>, Vec<Problem>> {
    let mut page = Page {
        file,
        line: 1,
        problems: Vec::new(),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    if !reader.headers().is_ok_and(|found| found.iter().eq(HEADING)) {
        page.problem(
            "bad_heading",
            &format!("表头应为 {}，请按此顺序补全。", HEADING.join(",")),
        );
        return Err(page.problems);
    }
    let mut classes: BTreeMap<String, String> = BTreeMap::new();
    let mut categories: BTreeMap<String, Category> = BTreeMap::new();
    for record in reader.records() {
        let Ok(record) = record.inspect_err(|error| {
            page.line = error.position().map_or(0, csv::Position::line);
        }) else {
            page.problem(
                "bad_row",
                "这一行无法读取，请检查引号和文字编码（应为 UTF-8）。",
            );
            continue;
        };
        page.line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<&str> = record.iter().collect();
        let Ok(cells) = <[&str; 16]>::try_from(cells) else {
            let message = format!(
                "应有 {} 列，实有 {} 列，请补全或删去多余的逗号。",
                HEADING.len(),
                record.len()
            );
            page.problem("bad_row", &message);
            continue;
        };
        row(
            &mut page,
            &cells,
            departments,
            &mut classes,
            &mut categories,
        );
    }
    if categories.is_empty() && page.problems.is_empty() {
        page.problem("empty", "没有任何事项类别，请至少填写一行。");
    }
    if !page.problems.is_empty() {
        return Err(page.problems);
    }
    let mut tree: Vec<Class> = classes
        .into_iter()
        .map(|(code, name)| Class {
            code,
            name,
            categories: Vec::new(),
        })
        .collect();
    for mut category in categories.into_values() {
        category
            .conditions
            .sort_by_key(|condition| condition.number);
        if let Ok(at) = tree.binary_search_by(|class| class.code.cmp(&category.class)) {
            tree[at].categories.push(category);
        }
    }
    Ok(tree)
}

/// Reads one row into the category it belongs to; every fault of the row is noted.
fn row(
    page: &mut Page<'_>,
    cells: &[&str; 16],
    departments: &[&str],
    classes: &mut BTreeMap<String, String>,
    categories: &mut BTreeMap<String, Category>,
) {
    let before = page.problems.len();
    let [
        code,
        class,
        class_name,
        name,
        number,
        condition_name,
        limit,
        urgent,
        owner,
        department,
        mediation,
        privacy,
        photo,
        points,
        route,
        note,
    ] = *cells;
    let digits =
        |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(class, 2) || !digits(code, 4) || !code.starts_with(class) {
        page.problem(
            "bad_code",
            &format!("类别编码“{code}”应为 4 位数字，前两位是大类编码“{class}”。"),
        );
    }
    match classes.get(class) {
        _ if class_name.is_empty() => {
            page.problem("no_class_name", &format!("大类“{class}”没有名称，请填写。"));
        }
        Some(known) if known != class_name => page.problem(
            "class_renamed",
            &format!("大类“{class}”前面叫“{known}”，这里叫“{class_name}”，请统一。"),
        ),
        Some(_) => {}
        None => {
            classes.insert(class.to_owned(), class_name.to_owned());
        }
    }
    if name.is_empty() {
        page.problem("no_name", &format!("类别“{code}”没有名称，请填写。"));
    }
    let number = number.parse::<u8>().ok();
    if number.is_none() || condition_name.is_empty() {
        page.problem(
            "bad_condition",
            "情形需要一个 0 到 255 的序号和一个名称，请填写。",
        );
    }
    let limit = match limit {
        "" => None,
        text => Limit::parse(text)
            .map_err(|problem| page.problem(&problem.code, &problem.message))
            .ok(),
    };
    let levels = [
        Level::Unit,
        Level::Grid,
        Level::Community,
        Level::Town,
        Level::County,
    ];
    let levels = levels.map(|level| (level, level.code()));
    let owner = page.one_of("unknown_level", owner, "办理层级", &levels);
    if !department.is_empty() && !departments.is_empty() && !departments.contains(&department) {
        page.problem(
            "unknown_department",
            &format!("部门编码“{department}”不在 departments.csv 中，请先在那里登记。"),
        );
    }
    let urgent = page.flag(urgent, "是否紧急");
    let mediation = page.flag(mediation, "可否调解");
    let points = page.flag(points, "是否积分");
    let privacies: Vec<_> = Privacy::ALL.iter().map(|p| (*p, p.code())).collect();
    let privacy = page.one_of("unknown_privacy", privacy, "保密级别", &privacies);
    let photos: Vec<_> = Photo::ALL.iter().map(|p| (*p, p.code())).collect();
    let photo = page.one_of("unknown_photo", photo, "照片要求", &photos);
    let routes: Vec<_> = Route::ALL.iter().map(|r| (*r, r.code())).collect();
    let route = page.one_of("unknown_route", route, "流转方式", &routes);
    let (Some(number), Some(urgent), Some(owner), Some(route)) = (number, urgent, owner, route)
    else {
        return;
    };
    let (Some(mediation), Some(points), Some(privacy), Some(photo)) =
        (mediation, points, privacy, photo)
    else {
        return;
    };
    if page.problems.len() > before {
        return;
    }
    let condition = Condition {
        number,
        name: condition_name.to_owned(),
        limit,
        urgent,
        owner,
        department: department.to_owned(),
        route,
        note: note.to_owned(),
    };
    let fresh = Category {
        code: code.to_owned(),
        class: class.to_owned(),
        name: name.to_owned(),
        mediation,
        privacy,
        photo,
        points,
        conditions: Vec::new(),
    };
    let category = categories
        .entry(code.to_owned())
        .or_insert_with(|| fresh.clone());
    let same = Category {
        conditions: Vec::new(),
        ..category.clone()
    } == fresh;
    if !same {
        page.problem(
            "conditions_disagree",
            &format!("类别“{code}”各情形的名称、调解、保密、照片和积分应当一致，请统一。"),
        );
    } else if category.condition(number).is_some() {
        page.problem(
            "duplicate_condition",
            &format!("类别“{code}”的情形 {number} 重复，请改用别的序号或删去一行。"),
        );
    } else {
        category.conditions.push(condition);
    }
}
