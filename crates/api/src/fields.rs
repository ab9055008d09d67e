//! Reading a form or a query: every problem is collected, so that a person mends them all at once.

use civic::problem::Problem;
use civic::time::{Day, Instant};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::str::FromStr;

/// What can be read from the fields of a request.
pub(crate) trait Input: Sized {
    /// Takes what it knows out of the fields. What it leaves is refused as unknown.
    fn read(fields: &mut Fields) -> Option<Self>;
}

/// The fields of an object, taken out one by one. A wrong field is noted and reads as absent.
#[derive(Default)]
pub(crate) struct Fields {
    map: Map<String, Value>,
    problems: Vec<Problem>,
}

/// Items of a list in a form.
const LIST_MAX: usize = 200;

impl Fields {
    pub fn new(map: Map<String, Value>) -> Self {
        Self {
            map,
            problems: Vec::new(),
        }
    }

    /// The fields of a query string. A repeated field counts once, the last time.
    pub fn of_query(query: &str) -> Self {
        let mut map = Map::new();
        for (name, value) in form_pairs(query) {
            map.insert(name, Value::String(value));
        }
        let mut fields = Self::new(map);
        fields.unmark_cursor();
        fields
    }

    /// A cursor is a place in the list that is asked for, and in no other.
    fn unmark_cursor(&mut self) {
        let Some(Value::String(cursor)) = self.map.get("cursor").filter(|v| **v != "") else {
            return;
        };
        match crate::cursor::place(cursor) {
            Ok(place) => {
                let place = Value::String(place.to_owned());
                self.map.insert("cursor".into(), place);
            }
            Err(text) => {
                self.map.remove("cursor");
                self.note("cursor", "other_list", text);
            }
        }
    }

    pub fn note(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(field, code, message));
    }
    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Whether something is wrong with this field already.
    pub fn noted(&self, field: &str) -> bool {
        self.problems.iter().any(|p| p.field == field)
    }

    /// Reads an input, or says everything that is wrong.
    pub fn finish<T: Input>(mut self) -> Result<T, Vec<Problem>> {
        let read = T::read(&mut self);
        let problems = self.end();
        match read {
            Some(input) if problems.is_empty() => Ok(input),
            _ => Err(problems),
        }
    }

    /// The problems, those of fields that nobody took included: a misspelt field that is dropped in
    /// silence is a wish that is not heard.
    fn end(mut self) -> Vec<Problem> {
        for name in self.map.keys() {
            self.problems.push(Problem::new(
                name.as_str(),
                "unknown_field",
                format!("没有“{name}”这一项，请核对名称"),
            ));
        }
        self.problems
    }

    /// A field that is there and not null. Empty texts count as absent: forms send them.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.map
            .remove(name)
            .filter(|v| !v.is_null() && v.as_str() != Some(""))
    }

    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => self.cleaned(name, &text).filter(|text| !text.is_empty()),
            _ => self.wrong(name, "文字"),
        }
    }
    /// Every text from outside comes by here.
    fn cleaned(&mut self, name: &str, text: &str) -> Option<String> {
        match civic::text::clean(text) {
            Ok(text) => Some(text.into_owned()),
            Err(sentence) => {
                self.note(name, "bad_text", sentence);
                None
            }
        }
    }
    /// A password: every character counts as it was typed.
    pub fn need_secret(&mut self, name: &str, word: &str) -> Option<String> {
        match self.take(name) {
            Some(Value::String(text)) => Some(text),
            Some(_) => self.wrong(name, "文字"),
            None => {
                self.note(name, "required", format!("请填写{word}"));
                None
            }
        }
    }
    /// A text that may be empty, told apart from one that is null or not there.
    pub fn raw_text(&mut self, name: &str) -> Option<String> {
        match self.map.get(name) {
            Some(Value::String(text)) if text.is_empty() => {
                self.map.remove(name);
                Some(String::new())
            }
            _ => self.text(name),
        }
    }
    pub fn need_text(&mut self, name: &str, word: &str) -> Option<String> {
        let wrong_before = self.problems.len();
        let text = self.text(name);
        if text.is_none() && self.problems.len() == wrong_before {
            self.note(name, "required", format!("请填写{word}"));
        }
        text
    }
    fn wrong<T>(&mut self, name: &str, wanted: &str) -> Option<T> {
        self.note(
            name,
            "wrong_kind",
            format!("“{name}”应当是{wanted}，请核对"),
        );
        None
    }

    /// An id: digits in a text.
    pub fn id<T: FromStr>(&mut self, name: &str) -> Option<T> {
        match self.take(name)? {
            Value::String(text) => match text.parse() {
                Ok(id) => Some(id),
                Err(_) => self.wrong(name, "编号（数字）"),
            },
            Value::Number(number) if number.is_i64() => number.to_string().parse().ok(),
            _ => self.wrong(name, "编号（数字）"),
        }
    }
    pub fn ids<T: FromStr>(&mut self, name: &str) -> Vec<T> {
        let items = match self.take(name) {
            None => return Vec::new(),
            Some(Value::Array(items)) if items.len() <= LIST_MAX => items,
            Some(_) => return self.wrong(name, "编号的列表").unwrap_or_default(),
        };
        let read: Option<Vec<T>> = items
            .iter()
            .map(|i| {
                i.as_str()
                    .map_or_else(|| i.to_string(), str::to_owned)
                    .parse()
                    .ok()
            })
            .collect();
        match read {
            Some(ids) => ids,
            None => self.wrong(name, "编号的列表").unwrap_or_default(),
        }
    }
    /// A list of words.
    pub fn texts(&mut self, name: &str) -> Vec<String> {
        let items = match self.take(name) {
            None => return Vec::new(),
            Some(Value::Array(items)) if items.len() <= LIST_MAX => items,
            Some(_) => return self.wrong(name, "文字的列表").unwrap_or_default(),
        };
        let mut read = Vec::with_capacity(items.len());
        for item in &items {
            match item.as_str() {
                Some(text) => read.extend(self.cleaned(name, text)),
                None => return self.wrong(name, "文字的列表").unwrap_or_default(),
            }
        }
        read
    }
    pub fn int(&mut self, name: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = match self.take(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        match value.filter(|v| range.contains(v)) {
            Some(value) => Some(value),
            None => self.wrong(
                name,
                &format!("{} 到 {} 的整数", range.start(), range.end()),
            ),
        }
    }
    pub fn float(&mut self, name: &str) -> Option<f64> {
        let value = match self.take(name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        match value.filter(|v: &f64| v.is_finite()) {
            Some(value) => Some(value),
            None => self.wrong(name, "数字"),
        }
    }
    /// Yes or no; in a query `1` and `true` mean yes, `0` and `false` no.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        match self.take(name)? {
            Value::Bool(flag) => Some(flag),
            Value::String(text) if text == "1" || text == "true" => Some(true),
            Value::String(text) if text == "0" || text == "false" => Some(false),
            _ => self.wrong(name, "是或否（true、false）"),
        }
    }
    pub fn day(&mut self, name: &str) -> Option<Day> {
        let text = self.text(name)?;
        match Day::parse(&text) {
            Ok(day) => Some(day),
            Err(problem) => {
                self.problems.push(problem.under(name));
                None
            }
        }
    }
    pub fn instant(&mut self, name: &str) -> Option<Instant> {
        self.int(name, 0..=253_402_300_799_999).map(Instant)
    }
    /// A WGS84 point of `lon` and `lat`; one without the other is a problem of the one that is missing,
    /// a number out of range of the one that is wrong.
    pub fn point(&mut self) -> Option<(f64, f64)> {
        let before = self.problems.len();
        let (lon, lat) = (self.float("lon"), self.float("lat"));
        match (lon, lat) {
            (Some(lon), Some(lat)) if lon.abs() <= 180.0 && lat.abs() <= 90.0 => {
                return Some((lon, lat));
            }
            _ if self.problems.len() > before => {}
            (Some(lon), Some(lat)) => {
                let wrong = if lat.abs() > 90.0 { "lat" } else { "lon" };
                let swapped = lat.abs() <= 180.0 && lon.abs() <= 90.0;
                let hint = if swapped {
                    "看起来经度和纬度填反了，请对调"
                } else {
                    "请核对，经度和纬度不要填反"
                };
                let text = format!(
                    "经度应在 -180 到 180 之间，纬度应在 -90 到 90 之间（WGS84，单位为度），收到的是经度 {lon}、纬度 {lat}。{hint}"
                );
                self.note(wrong, "bad_point", text);
            }
            (Some(_), None) => self.note(
                "lat",
                "bad_point",
                "只有经度，请同时给出纬度（WGS84，单位为度）",
            ),
            (None, Some(_)) => self.note(
                "lon",
                "bad_point",
                "只有纬度，请同时给出经度（WGS84，单位为度）",
            ),
            (None, None) => {}
        }
        None
    }
    /// What is read from some fields, told apart from their not being there: `null` takes away.
    pub fn said<T>(
        &mut self,
        names: &[&str],
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> office::Said<T> {
        match names.iter().any(|name| self.map.contains_key(*name)) {
            true => read(self).map_or(office::Said::Without, office::Said::Now),
            false => office::Said::Unsaid,
        }
    }
    /// The same, where a point is needed.
    pub fn need_point(&mut self) -> Option<(f64, f64)> {
        let before = self.problems.len();
        let point = self.point();
        if point.is_none() && self.problems.len() == before {
            self.note("lon", "required", "请给出经度和纬度（WGS84）");
        }
        point
    }
    /// A word of a list.
    pub fn coded<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
        known: &str,
    ) -> Option<T> {
        let text = self.text(name)?;
        match parse(&text) {
            Some(value) => Some(value),
            None => {
                self.note(
                    name,
                    "unknown_word",
                    format!("“{text}”不是可选的值，可用：{known}"),
                );
                None
            }
        }
    }
    /// An object as it came, as text: what another reader reads.
    pub fn object(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            object @ Value::Object(_) => Some(object.to_string()),
            _ => self.wrong(name, "一个对象"),
        }
    }
    /// An object within the object; its problems carry the name in front.
    pub fn nested<T: Input>(&mut self, name: &str) -> Option<T> {
        match self.take(name)? {
            Value::Object(map) => self.inner(name, map),
            _ => self.wrong(name, "一组内容"),
        }
    }
    /// An object of texts, by name.
    pub fn named_texts(&mut self, name: &str) -> BTreeMap<String, String> {
        let map = match self.take(name) {
            None => return BTreeMap::new(),
            Some(Value::Object(map)) if map.len() <= LIST_MAX => map,
            Some(_) => return self.wrong(name, "一组内容").unwrap_or_default(),
        };
        // A field of data may be a number, and is kept as its text.
        let plain = |(key, value): (&String, &Value)| match value {
            Value::Number(number) => (key.clone(), Value::String(number.to_string())),
            _ => (key.clone(), value.clone()),
        };
        let mut inner = Fields::new(map.iter().map(plain).collect());
        let read = map
            .keys()
            .filter_map(|key| Some((key.clone(), inner.text(key)?)))
            .collect();
        let under = |p: Problem| p.under(name);
        self.problems.extend(inner.problems.into_iter().map(under));
        read
    }
    pub fn list<T: Input>(&mut self, name: &str) -> Vec<T> {
        let items = match self.take(name) {
            None => return Vec::new(),
            Some(Value::Array(items)) if items.len() <= LIST_MAX => items,
            Some(_) => return self.wrong(name, "列表").unwrap_or_default(),
        };
        let mut out = Vec::new();
        for (i, item) in items.into_iter().enumerate() {
            let field = format!("{name}.{i}");
            match item {
                Value::Object(map) => out.extend(self.inner(&field, map)),
                _ => {
                    self.wrong::<()>(&field, "一组内容");
                }
            }
        }
        out
    }
    fn inner<T: Input>(&mut self, name: &str, map: Map<String, Value>) -> Option<T> {
        match Self::new(map).finish() {
            Ok(value) => Some(value),
            Err(problems) => {
                self.problems
                    .extend(problems.into_iter().map(|p| p.under(name)));
                None
            }
        }
    }
}

/// The pairs of `application/x-www-form-urlencoded`.
pub(crate) fn form_pairs(query: &str) -> Vec<(String, String)> {
    axum::extract::Query::<Vec<(String, String)>>::try_from_uri(
        &format!("/?{query}").parse().unwrap_or_default(),
    )
    .map(|q| q.0)
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    struct Sample {
        #[allow(dead_code, reason = "only that it is read matters")]
        title: String,
    }
    impl Input for Sample {
        fn read(f: &mut Fields) -> Option<Self> {
            let (title, _, _, _) = (
                f.need_text("title", "标题"),
                f.day("until"),
                f.int("rating", 1..=5),
                f.flag("yes"),
            );
            f.point();
            f.ids::<i64>("files");
            f.list::<Sample>("co");
            Some(Self { title: title? })
        }
    }
    fn problems(json: &str) -> String {
        let Value::Object(map) = serde_json::from_str(json).unwrap() else {
            panic!("no object")
        };
        match Fields::new(map).finish::<Sample>() {
            Ok(_) => "fine".into(),
            Err(list) => list.iter().map(|p| format!("{p}\n")).collect(),
        }
    }

    #[test]
    fn all_problems_of_a_form_are_told_at_once() {
        expect![[r#"
            title [required] 请填写标题
            until [bad_date] “2026-02-30”不是有效的日期，请按“2026-11-22”的格式填写。
            rating [wrong_kind] “rating”应当是1 到 5 的整数，请核对
            yes [wrong_kind] “yes”应当是是或否（true、false），请核对
            files [wrong_kind] “files”应当是编号的列表，请核对
            co.0.title [required] 请填写标题
            co.1 [wrong_kind] “co.1”应当是一组内容，请核对
            tilte [unknown_field] 没有“tilte”这一项，请核对名称
        "#]]
        .assert_eq(&problems(r#"{"tilte":"a","until":"2026-02-30","rating":9,"yes":"maybe","files":"7","co":[{},3]}"#));
    }

    #[test]
    fn what_a_form_leaves_empty_is_absent() {
        assert_eq!(
            problems(r#"{"title":"a","until":"","rating":null}"#),
            "fine"
        );
    }

    #[test]
    fn a_number_is_no_text() {
        expect!["title [wrong_kind] “title”应当是文字，请核对\n"]
            .assert_eq(&problems(r#"{"title":12}"#));
    }

    #[test]
    fn what_is_left_out_is_told_apart_from_what_is_taken_away() {
        let said = |json: &str| {
            let Value::Object(map) = serde_json::from_str(json).unwrap() else {
                panic!("no object")
            };
            Fields::new(map).said(&["unit"], |f| f.id::<i64>("unit"))
        };
        assert_eq!(said("{}"), office::Said::Unsaid);
        assert_eq!(said(r#"{"unit":null}"#), office::Said::Without);
        assert_eq!(said(r#"{"unit":"7"}"#), office::Said::Now(7));
    }

    #[test]
    fn a_point_needs_both_numbers() {
        expect!["lat [bad_point] 只有经度，请同时给出纬度（WGS84，单位为度）\n"]
            .assert_eq(&problems(r#"{"title":"a","lon":119.0}"#));
    }
}
