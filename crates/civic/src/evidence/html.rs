//! The time line as a page to print: complete in itself, without script and without a request.

use super::{Extent, KEPT_BACK, Line, Proof, STATEMENT, held_words, people};
use crate::time::Zone;
use std::fmt::Write;

const STYLE: &str = "body{font:14px/1.6 'Noto Sans SC','Microsoft YaHei',sans-serif;margin:2em auto;max-width:60em;color:#222}\
h1{font-size:22px}h2{font-size:16px;margin-top:1.6em}table{border-collapse:collapse;width:100%}\
th,td{border:1px solid #999;padding:.3em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
thead{display:table-header-group}tr{break-inside:avoid}.say{white-space:pre-wrap}.hash{font:11px monospace;word-break:break-all}\
.note{border:1px solid #999;padding:.6em 1em}";

/// Everything that the page tells.
#[derive(Debug)]
pub struct Told<'a> {
    /// Lines of the head: word and value.
    pub head: Vec<(&'a str, String)>,
    /// How much is told.
    pub extent: Extent,
    /// The steps.
    pub lines: &'a [Line],
    /// Looks at personal data: when, who, what was done, and for what.
    pub looks: Vec<[String; 4]>,
    /// Whether the journal is whole.
    pub proof: &'a Proof,
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn table(out: &mut String, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    out.push_str("<table><thead><tr>");
    for column in columns {
        let _ = write!(out, "<th>{column}</th>");
    }
    out.push_str("</tr></thead><tbody>");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let _ = write!(out, "<td class=\"say\">{}</td>", escaped(&cell));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
}

fn said(line: &Line) -> String {
    let mut parts = Vec::new();
    parts.extend(line.opinion.as_ref().map(|o| format!("意见：{o}")));
    parts.extend(line.reply.as_ref().map(|r| format!("答复：{r}")));
    parts.extend(line.files.iter().map(|f| format!("附件：{f}")));
    parts.join("\n")
}

/// The page.
#[must_use]
pub fn page(title: &str, zone: Zone, told: &Told<'_>) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{0}</title><style>{STYLE}</style></head><body><h1>{0}</h1>",
        escaped(title)
    );
    let _ = write!(out, "<p class=\"note\">{STATEMENT}</p>");
    if told.extent == Extent::KeptBack {
        let _ = write!(out, "<p class=\"note\">{KEPT_BACK}</p>");
    }
    let head = told
        .head
        .iter()
        .map(|(word, value)| vec![(*word).to_owned(), value.clone()]);
    table(&mut out, &["项目", "内容"], head);
    out.push_str("<h2>办理过程</h2>");
    let lines = told.lines.iter().map(|line| {
        vec![
            line.seq.to_string(),
            zone.format(line.at),
            line.action.clone(),
            format!("{}\n{}", line.name, line.title),
            held_words(line.held_ms),
            match line.from.as_str() {
                "" => line.to.clone(),
                from => format!("{from}\n→ {}", line.to),
            },
            said(line),
            line.clocks.join("\n"),
        ]
    });
    let columns = [
        "步",
        "时间",
        "做了什么",
        "人员与岗位",
        "此前停留",
        "席位与环节",
        "意见与附件",
        "计时",
    ];
    table(&mut out, &columns, lines);
    out.push_str("<h2>经手人员</h2><p>按第一次经手的先后列出，不分责任大小。</p>");
    let people = people(told.lines)
        .into_iter()
        .map(|p| vec![p.name, p.title, p.steps.to_string()]);
    table(&mut out, &["姓名", "当时岗位", "经手次数"], people);
    out.push_str("<h2>谁查看过个人信息</h2>");
    if told.looks.is_empty() {
        out.push_str("<p>没有人查看过。</p>");
    } else {
        let looks = told.looks.iter().map(|l| l.to_vec());
        table(&mut out, &["时间", "人员", "做了什么", "说明"], looks);
    }
    let _ = write!(
        out,
        "<h2>校验</h2><p>共 {} 步，末步校验值：<span class=\"hash\">{}</span></p>",
        told.proof.steps, told.proof.head
    );
    if told.proof.wrong.is_empty() {
        out.push_str(
            "<p>流转记录逐步相连，没有被改动、删除或插入；由它推算出的现状与保存的现状一致。</p>",
        );
    } else {
        out.push_str("<p>校验没有通过：</p>");
        let wrong = told.proof.wrong.iter().map(|w| vec![w.clone()]);
        table(&mut out, &["发现"], wrong);
    }
    out.push_str("</body></html>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;
    use crate::trace::Hash;

    #[test]
    fn words_of_people_are_shown_and_never_run() {
        let line = Line {
            seq: 1,
            at: Instant(0),
            held_ms: 90 * 60_000,
            action: "上报".into(),
            name: "<script>alert(1)</script>".into(),
            title: "单元长".into(),
            from: String::new(),
            to: "甲".into(),
            opinion: Some("\"好\" & 'x'".into()),
            reply: None,
            clocks: vec![],
            files: vec!["<b>.jpg".into()],
            hash: Hash::default(),
        };
        let proof = Proof {
            steps: 1,
            head: Hash::default(),
            wrong: vec!["第 1 步<b>".into()],
        };
        let page = page(
            "时间线<i>",
            Zone::CHINA,
            &Told {
                head: vec![("用途", "<img src=x>".into())],
                extent: Extent::KeptBack,
                lines: &[line],
                looks: vec![],
                proof: &proof,
            },
        );
        for tag in ["<script", "<b>", "<i>", "<img"] {
            assert!(!page.contains(tag), "{tag}");
        }
        assert!(
            page.contains("&lt;script&gt;") && page.contains("&quot;好&quot; &amp; &#39;x&#39;")
        );
        assert!(page.contains(STATEMENT) && page.contains(KEPT_BACK) && page.contains("1小时30分"));
    }
}
