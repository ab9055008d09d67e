//! 12345 work orders (R081): what comes in with number, deadline and secrecy, what goes back, how a
//! request between the two systems is signed, and the three rates.

use crate::id::MatterId;
use crate::limits;
use crate::problem::Problem;
use crate::table;
use crate::time::{Day, Instant, MINUTE_MS};
use serde::{Deserialize, Serialize};

/// Heading of an import file.
pub const HEADING: [&str; 8] = [
    "工单编号",
    "诉求内容",
    "地址",
    "区划代码",
    "来电人",
    "电话",
    "答复期限",
    "保密",
];

/// One order as it comes in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Incoming {
    /// The hotline's number.
    pub no: String,
    /// What is asked for.
    pub text: String,
    /// Where, in words.
    pub address: String,
    /// Statistical code of the village or community.
    pub code: String,
    /// Who called; not taken over where the caller asks for secrecy.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// Last day for the answer, `2026-03-20`.
    pub deadline: String,
    /// 保密: `是` or `否`.
    pub secret: String,
}

/// An order whose fields were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The hotline's number.
    pub no: String,
    /// What is asked for.
    pub text: String,
    /// Where, in words.
    pub address: String,
    /// Statistical code of the village or community.
    pub code: String,
    /// Name and telephone; none under secrecy.
    pub contact: Option<(String, String)>,
    /// Last day for the answer.
    pub deadline: Day,
    /// Whether the caller must not be named.
    pub secret: bool,
}

impl Incoming {
    /// Checks the fields; the field of a problem is that of the order.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn read(self) -> Result<Order, Vec<Problem>> {
        let mut problems = Vec::new();
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if self.no.is_empty() || self.no.len() > 40 || !self.no.chars().all(plain) {
            let text = "工单编号应为不超过 40 位的字母、数字或横线，请核对";
            problems.push(Problem::new("no", "bad_no", text));
        }
        if self.text.is_empty() {
            problems.push(Problem::new("text", "required", "请填写诉求内容"));
        }
        if self.text.chars().count() > limits::TEXT_CHARS_MAX {
            let text = format!("诉求内容最多 {} 字，请删减", limits::TEXT_CHARS_MAX);
            problems.push(Problem::new("text", "too_long", text));
        }
        if self.code.is_empty() {
            let text = "请填写所属村居的区划代码";
            problems.push(Problem::new("code", "required", text));
        }
        let deadline = Day::parse(&self.deadline);
        if deadline.is_err() {
            let text = "答复期限应为日期，如 2026-03-20";
            problems.push(Problem::new("deadline", "bad_day", text));
        }
        let secret = match &*self.secret {
            "" | "否" => Some(false),
            "是" => Some(true),
            _ => None,
        };
        if secret.is_none() {
            let text = "保密一栏应填“是”或“否”";
            problems.push(Problem::new("secret", "unknown_word", text));
        }
        match (deadline, secret) {
            (Ok(deadline), Some(secret)) if problems.is_empty() => {
                let named = !self.name.is_empty() || !self.phone.is_empty();
                Ok(Order {
                    contact: (named && !secret).then_some((self.name, self.phone)),
                    no: self.no,
                    text: self.text,
                    address: self.address,
                    code: self.code,
                    deadline,
                    secret,
                })
            }
            _ => Err(problems),
        }
    }
}

/// Reads an import file: CSV under [`HEADING`], or a JSON list. Each order stands with its line, from
/// 1 (in JSON, its place in the list).
///
/// # Errors
/// When the file as a whole cannot be read.
pub fn file(text: &str) -> Result<Vec<(u64, Incoming)>, Vec<Problem>> {
    if text.trim_start().starts_with('[') {
        let list: Vec<Incoming> = serde_json::from_str(text).map_err(|e| {
            let text = format!("JSON 无法读取（第 {} 行），请核对格式", e.line());
            vec![Problem::new("file", "bad_json", text)]
        })?;
        return Ok((1..).zip(list).collect());
    }
    let rows = table::rows("file", text, HEADING)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let [no, text, address, code, name, phone, deadline, secret] = row.cells;
            let order = Incoming {
                no,
                text,
                address,
                code,
                name,
                phone,
                deadline,
                secret,
            };
            (row.line, order)
        })
        .collect())
}

/// What goes back to the hotline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// 诉求属实
    pub genuine: bool,
    /// 超职责: outside what this government may do.
    pub beyond: bool,
    /// When the caller was contacted; none where it was not possible.
    pub contacted: Option<Instant>,
    /// Whether the problem is solved.
    pub solved: bool,
    /// Why not.
    pub unsolved_reason: String,
    /// What was done, for the hotline alone.
    pub note: String,
    /// What the citizen and the public read.
    pub answer: String,
}

impl Reply {
    /// What it lacks; all of it at once.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut miss = |field: &str, text: &str| {
            problems.push(Problem::new(field, "required", text));
        };
        if self.answer.trim().is_empty() {
            miss("answer", "请填写公开答复内容");
        }
        if self.note.trim().is_empty() {
            miss("note", "请填写办理情况，供热线回访");
        }
        if !self.solved && self.unsolved_reason.trim().is_empty() {
            miss("unsolved_reason", "没有解决的，请写明原因");
        }
        if self.beyond && self.solved {
            miss("beyond", "超出职责的诉求不能同时填“已解决”，请改选一项");
        }
        for (field, text) in [
            ("answer", &self.answer),
            ("note", &self.note),
            ("unsolved_reason", &self.unsolved_reason),
        ] {
            if text.chars().count() > limits::TEXT_CHARS_MAX {
                let text = format!("文字太长：最多 {} 字，请删减", limits::TEXT_CHARS_MAX);
                problems.push(Problem::new(field, "too_long", text));
            }
        }
        problems
    }
}

/// An order that was taken over, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The hotline's number.
    pub no: String,
    /// The matter that it became.
    pub matter: MatterId,
    /// Last day for the answer.
    pub deadline: Day,
    /// Whether the caller must not be named.
    pub secret: bool,
    /// When it came in.
    pub received: Instant,
    /// The answer.
    pub reply: Option<Reply>,
    /// Day of the answer.
    pub replied: Option<Day>,
    /// When the hotline took the answer.
    pub returned: Option<Instant>,
}

/// 响应率、解决率、满意率, each as a number and what it is a share of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// Answered by the last day, of those that were answered or are late.
    pub responded: (usize, usize),
    /// Solved, of those answered and within the duties.
    pub solved: (usize, usize),
    /// Satisfied, of those evaluated.
    pub satisfied: (usize, usize),
}

/// The three rates on `today` over orders, each with the evaluation of its matter (1 to 5).
#[must_use]
pub fn rates<'a>(orders: impl Iterator<Item = (&'a Kept, Option<u8>)>, today: Day) -> Rates {
    let mut rates = Rates::default();
    for (order, rating) in orders {
        let in_time = order.replied.is_some_and(|day| day <= order.deadline);
        if order.replied.is_some() || today > order.deadline {
            rates.responded.1 += 1;
            rates.responded.0 += usize::from(in_time);
        }
        if let Some(reply) = order.reply.as_ref().filter(|r| !r.beyond) {
            rates.solved.1 += 1;
            rates.solved.0 += usize::from(reply.solved);
        }
        if let Some(rating) = rating {
            rates.satisfied.1 += 1;
            rates.satisfied.0 += usize::from(rating >= 4);
        }
    }
    rates
}

/// Milliseconds by which the clocks of the two systems may differ; a signature lives no longer.
pub const WINDOW_MS: i64 = 5 * MINUTE_MS;

/// What a signature covers: method, path with query, time in milliseconds, nonce and the SHA-256 of
/// the body in hex, a line each.
#[must_use]
pub fn signed_text(method: &str, path: &str, time: i64, nonce: &str, body: &str) -> String {
    format!("{method}\n{path}\n{time}\n{nonce}\n{body}")
}

/// Whether a signature made at `time` is still good at `now`.
#[must_use]
pub fn in_window(time: i64, now: Instant) -> bool {
    (now.0 - time).abs() <= WINDOW_MS
}

/// Whether a nonce can be told from others: 16 to 64 letters, digits or dashes.
#[must_use]
pub fn good_nonce(nonce: &str) -> bool {
    (16..=64).contains(&nonce.len()) && nonce.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_refused_with_every_reason_and_secrecy_leaves_the_caller_out() {
        let text = "工单编号|诉求内容|地址|区划代码|来电人|电话|答复期限|保密\n\
            350300-1|路灯不亮|坂头路|350302003004|王阿福|13905941234|2026-03-20|否\n\
            350300-2|有人占道|坂头路|350302003004|何小妹|13800000000|2026-03-21|是\n\
            坏 编号||坂头路||||明天|也许\n"
            .replace('|', ",");
        let lines = file(&text).unwrap();
        let read: Vec<_> = lines
            .into_iter()
            .map(|(line, o)| (line, o.read()))
            .collect();
        let first = read[0].1.as_ref().unwrap();
        assert_eq!(first.contact, Some(("王阿福".into(), "13905941234".into())));
        let second = read[1].1.as_ref().unwrap();
        assert!(second.secret && second.contact.is_none());
        assert_eq!(read[2].0, 4);
        let fields: Vec<_> = read[2]
            .1
            .as_ref()
            .unwrap_err()
            .iter()
            .map(|p| p.field.as_str())
            .collect();
        assert_eq!(fields, ["no", "text", "code", "deadline", "secret"]);
        let json =
            r#"[{"no":"350300-3","text":"停水","code":"350302003004","deadline":"2026-03-20"}]"#;
        assert_eq!(
            file(json).unwrap()[0].1.clone().read().unwrap().no,
            "350300-3"
        );
        assert!(file("[{").unwrap_err()[0].message.contains("JSON 无法读取"));
    }

    fn kept(replied: Option<i64>, solved: bool, beyond: bool) -> Kept {
        Kept {
            no: "1".into(),
            matter: MatterId(1),
            deadline: Day(10),
            secret: false,
            received: Instant(0),
            reply: replied.map(|_| Reply {
                genuine: true,
                beyond,
                contacted: None,
                solved,
                unsolved_reason: "缺配件".into(),
                note: "已派人".into(),
                answer: "已答复".into(),
            }),
            replied: replied.map(Day),
            returned: None,
        }
    }

    #[test]
    fn the_three_rates_leave_out_what_is_neither_answered_nor_late_and_what_is_beyond_the_duties() {
        let orders = [
            (kept(Some(10), true, false), Some(5)),
            (kept(Some(11), false, false), Some(2)),
            (kept(Some(9), false, true), None),
            (kept(None, false, false), None),
        ];
        let of = |today| rates(orders.iter().map(|(k, r)| (k, *r)), Day(today));
        assert_eq!(of(10).responded, (2, 3), "the open one still has its day");
        assert_eq!(of(11).responded, (2, 4));
        assert_eq!((of(11).solved, of(11).satisfied), ((1, 2), (1, 2)));
    }

    #[test]
    fn a_reply_says_all_it_lacks() {
        let mut reply = kept(Some(1), false, false).reply.unwrap();
        assert!(reply.problems().is_empty());
        reply.unsolved_reason.clear();
        reply.answer.clear();
        reply.note.clear();
        let fields: Vec<_> = reply.problems().into_iter().map(|p| p.field).collect();
        assert_eq!(fields, ["answer", "note", "unsolved_reason"]);
    }
}
