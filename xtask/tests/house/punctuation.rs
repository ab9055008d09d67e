//! Chinese sentences carry Chinese punctuation: a half-width comma between Chinese characters, or a
//! half-width bracket behind one, looks like a mistake on every screen of the country.
//!
//! `UPDATE_EXPECT=1 cargo test -p xtask punctuation` mends what the test finds.

use crate::{files_below, root};

/// Kinds of files with sentences in them. Tables (CSV) separate their columns by commas.
const KINDS: [&str; 7] = ["rs", "ts", "vue", "mjs", "toml", "html", "md"];
/// Lines that are addresses or headings of tables, by what they contain.
const NO_SENTENCES: [&str; 2] = ["://", "日期,类型"];
/// Sources that hold tables, by how their path ends.
const TABLES: [&str; 1] = ["civic/src/category/tests.rs"];

fn chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// The full-width form of a mark that stands wrongly between `before` and the text `after`.
fn full_width(before: char, mark: char, after: &str) -> Option<char> {
    let wide = match mark {
        ',' => '，',
        ';' => '；',
        ':' => '：',
        '?' => '？',
        '!' => '！',
        _ => return None,
    };
    let opens = |c: char| chinese(c) || matches!(c, '“' | '《' | '（' | '〔');
    let next = after.chars().next()?;
    let word_before = chinese(before) || matches!(before, '”' | '》' | '）' | '〕');
    let stands_wrongly = match word_before {
        true => {
            opens(next)
                || next.is_ascii_digit()
                || matches!(next, '{' | '"' | '\'' | '\\' | '$')
                || after
                    .strip_prefix(' ')
                    .is_some_and(|rest| rest.starts_with(opens))
        }
        // Behind a value that is put into the sentence.
        false => matches!(before, '}' | '`' | ')') && opens(next),
    };
    stands_wrongly.then_some(wide)
}

/// The line with full-width brackets where they open behind a Chinese word and close on the line.
fn bracketed(line: &str) -> String {
    let mut out: Vec<char> = line.chars().collect();
    let mut open: Vec<Option<usize>> = Vec::new();
    for at in 0..out.len() {
        match out[at] {
            '(' => {
                let behind_word =
                    at > 0 && (chinese(out[at - 1]) || matches!(out[at - 1], '”' | '》'));
                open.push(behind_word.then_some(at));
            }
            ')' => {
                // One that opens in a text and closes in the code around it is no pair.
                let pair = open.pop().flatten();
                if let Some(from) = pair.filter(|from| !out[*from..at].contains(&'"')) {
                    (out[from], out[at]) = ('（', '）');
                }
            }
            _ => {}
        }
    }
    out.into_iter().collect()
}

/// The line with Chinese punctuation in its Chinese sentences.
fn mended(line: &str) -> String {
    let line = bracketed(line);
    let mut out = String::with_capacity(line.len());
    let mut before = ' ';
    let mut rest = line.as_str();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match full_width(before, c, rest) {
            Some(wide) => {
                out.push(wide);
                rest = rest.strip_prefix(' ').unwrap_or(rest);
            }
            None => out.push(c),
        }
        before = c;
    }
    out
}

#[test]
fn chinese_sentences_carry_full_width_punctuation() {
    let mend = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut found = Vec::new();
    for file in files_below(&root()) {
        let kind = file.extension().and_then(|e| e.to_str()).unwrap_or("");
        // This file shows what it looks for; the client is made from the sources.
        let is_left = [file!(), "api.d.ts"]
            .iter()
            .chain(&TABLES)
            .any(|end| file.ends_with(end));
        if is_left || !KINDS.contains(&kind) {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let mut table = false;
        let lines: Vec<String> = text
            .split('\n')
            .enumerate()
            .map(|(nth, line)| {
                // A document shows a table in a fence.
                if line.starts_with("```") {
                    table = line.starts_with("```csv");
                }
                let better = match table || NO_SENTENCES.iter().any(|part| line.contains(part)) {
                    true => line.to_owned(),
                    false => mended(line),
                };
                if better != line {
                    found.push(format!("{}:{}: {}", file.display(), nth + 1, better.trim()));
                }
                better
            })
            .collect();
        let text_after = lines.join("\n");
        if mend && text_after != text {
            std::fs::write(&file, text_after).unwrap();
        }
    }
    assert!(
        mend || found.is_empty(),
        "half-width punctuation in Chinese sentences; `UPDATE_EXPECT=1 cargo test -p xtask punctuation` makes it:\n{}",
        found.join("\n")
    );
}

#[test]
fn sentences_are_mended_and_code_is_left_alone() {
    for (was, is) in [
        ("没有权限,请联系管理员", "没有权限，请联系管理员"),
        ("{count} 个,或者", "{count} 个，或者"),
        ("原因:{cause}", "原因：{cause}"),
        ("{}已受理,由{}办理", "{}已受理，由{}办理"),
        ("共 {n}:见下", "共 {n}：见下"),
        ("当事人, 请", "当事人，请"),
        ("“{name}”不对;3 次", "“{name}”不对；3 次"),
        ("是吗?\"", "是吗？\""),
        ("用户标识(sub)", "用户标识（sub）"),
        ("“{name}”({code}, {})一列", "“{name}”（{code}, {}）一列"),
        ("甲(乙(丙))", "甲（乙（丙））"),
        ("f(\"甲\")", "f(\"甲\")"),
        ("{file}:{line}", "{file}:{line}"),
        ("甲: '乙', 丙: '丁'", "甲: '乙', 丙: '丁'"),
        ("[\"甲\",\"乙\"]", "[\"甲\",\"乙\"]"),
        ("ok ? '是' : '否'", "ok ? '是' : '否'"),
    ] {
        assert_eq!(mended(was), is);
    }
}
