//! What is sought in the words of matters: number, title, text and place.
//!
//! Chinese has no blanks, so a text is cut into units (a Chinese character, or a run of letters and
//! digits) and every two units that stand together are one token. A term of the asker is found
//! where its tokens stand in a row. Case, full width and punctuation do not count:
//! `３号楼，漏水` is found by `3号楼漏水`.

use crate::refusal::Refusal;

/// Most terms of a question; more would not narrow it.
const TERMS_MAX: usize = 8;
/// Most characters of a run of letters and digits.
const RUN_MAX: usize = 40;
/// Characters shown on either side of what was found.
const AROUND: usize = 14;

/// A question: all terms must be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    terms: Vec<Term>,
}

/// One term: its tokens, which stand in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As the asker wrote it, folded.
    folded: String,
    /// The tokens, at least one.
    pub tokens: Vec<String>,
}

/// The tokens of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tokens {
    /// Every two units that stand together, in the order of the text.
    pub pairs: Vec<String>,
    /// Runs of letters and digits by themselves, each once.
    pub runs: Vec<String>,
}

/// A character as it is compared: half width and lower case.
fn fold(c: char) -> char {
    let half = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    };
    half.to_lowercase().next().unwrap_or(half)
}

/// Whether a character is a unit by itself: those of writing without blanks.
fn stands_alone(c: char) -> bool {
    c as u32 >= 0x2e80
}

fn units(text: &str) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    let mut in_run = false;
    for c in text.chars().map(fold) {
        let counts = c.is_alphanumeric();
        let joins = counts && !stands_alone(c);
        match units.last_mut() {
            Some(run) if joins && in_run && run.chars().count() < RUN_MAX => run.push(c),
            _ if counts => units.push(c.to_string()),
            _ => {}
        }
        in_run = joins;
    }
    units
}

fn is_run(unit: &str) -> bool {
    !unit.chars().any(stands_alone)
}

fn pairs(units: &[String]) -> Vec<String> {
    units.windows(2).map(|two| two.concat()).collect()
}

impl Tokens {
    /// Cuts a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let units = units(text);
        let pairs = pairs(&units);
        let mut runs: Vec<String> = units.into_iter().filter(|u| is_run(u)).collect();
        runs.sort_unstable();
        runs.dedup();
        Self { pairs, runs }
    }

    fn hold(&self, term: &Term) -> bool {
        let wanted = &term.tokens;
        let in_row = self
            .pairs
            .windows(wanted.len())
            .any(|here| here == wanted.as_slice());
        in_row || matches!(wanted.as_slice(), [one] if self.runs.contains(one))
    }
}

impl Sought {
    /// Reads a question; terms are parted at blanks.
    ///
    /// # Errors
    /// `Invalid` on the field `q` for one Chinese character alone, which stands in half of all
    /// texts, for no character that can be found, and for too many terms.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refuse = |rule, message: String| Err(Refusal::invalid("q", rule, message));
        let mut terms = Vec::new();
        for word in text.split_whitespace() {
            let units = units(word);
            let tokens = match units.as_slice() {
                [] => continue,
                [one] if !is_run(one) => {
                    let message =
                        format!("“{one}”太短：请至少写两个字，词中间不要留空格，或者写事件编号");
                    return refuse("too_short", message);
                }
                [_] => units,
                _ => pairs(&units),
            };
            terms.push(Term {
                folded: word.chars().map(fold).collect(),
                tokens,
            });
        }
        match terms.len() {
            0 => refuse("empty", "请写要查找的字词或事件编号".into()),
            many if many > TERMS_MAX => refuse(
                "too_many",
                format!("一次最多查找 {TERMS_MAX} 个词，请减少几个"),
            ),
            _ => Ok(Self { terms }),
        }
    }

    /// The terms.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Whether a text alone holds every term.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let tokens = Tokens::of(text);
        self.terms.iter().all(|term| tokens.hold(term))
    }

    /// The piece of a text around the first term that stands in it word for word.
    #[must_use]
    pub fn excerpt(&self, text: &str) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        let folded: Vec<char> = chars.iter().map(|c| fold(*c)).collect();
        let (at, long) = self.terms.iter().find_map(|term| {
            let wanted: Vec<char> = term.folded.chars().collect();
            let here = folded.windows(wanted.len()).position(|w| w == wanted);
            here.map(|at| (at, wanted.len()))
        })?;
        let (from, to) = (
            at.saturating_sub(AROUND),
            (at + long + AROUND).min(chars.len()),
        );
        let piece: String = chars[from..to].iter().collect();
        let before = if from > 0 { "…" } else { "" };
        let after = if to < chars.len() { "…" } else { "" };
        Some(format!("{before}{}{after}", piece.replace('\n', " ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn chinese_is_cut_into_pairs_and_runs_stay_whole() {
        let tokens = Tokens::of("３号楼，漏水 WiFi");
        expect!["3号 号楼 楼漏 漏水 水wifi | 3 wifi"].assert_eq(&format!(
            "{} | {}",
            tokens.pairs.join(" "),
            tokens.runs.join(" ")
        ));
        assert_eq!(Tokens::of("！？"), Tokens::default());
    }

    #[test]
    fn a_term_is_found_where_its_pairs_stand_in_a_row() {
        let found = |asked: &str, text: &str| Sought::parse(asked).unwrap().is_in(text);
        assert!(found("井盖破", "九龙小区井盖破损"));
        assert!(!found("井盖破", "盖破了，井盖"));
        assert!(found("井盖 九龙", "九龙小区井盖破损"));
        assert!(!found("井盖 下水", "九龙小区井盖破损"));
        assert!(found("350302003-260311-0007", "350302003-260311-0007"));
        assert!(found("260311-0007", "350302003-260311-0007"));
        assert!(found("0007", "350302003-260311-0007"));
        assert!(!found("007", "350302003-260311-0007"));
        assert!(found("WIFI", "公共 ｗｉｆｉ 连不上"));
        assert!(found("3号楼漏水", "３号楼，漏水"));
    }

    #[test]
    fn what_cannot_be_found_is_refused_with_what_to_do() {
        let said = |asked: &str| Sought::parse(asked).unwrap_err().to_string();
        let many = "一二 ".repeat(9);
        let lines = ["", "，。", "井", &many].map(said).join("\n");
        expect![[r#"
            请写要查找的字词或事件编号
            请写要查找的字词或事件编号
            “井”太短：请至少写两个字，词中间不要留空格，或者写事件编号
            一次最多查找 8 个词，请减少几个"#]]
        .assert_eq(&lines);
    }

    #[test]
    fn the_excerpt_shows_the_place_of_the_term() {
        let text = "昨天夜里下大雨以后，小区东门外面人行道上的井盖被冲开，行人差点掉进去，请尽快派人来盖好，谢谢。";
        let cut = |asked: &str| Sought::parse(asked).unwrap().excerpt(text);
        expect!["…以后，小区东门外面人行道上的井盖被冲开，行人差点掉进去，请尽…"]
            .assert_eq(&cut("井盖").unwrap());
        expect!["昨天夜里下大雨以后，小区东门外面…"].assert_eq(&cut("昨天").unwrap());
        assert_eq!(cut("路灯"), None);
    }
}
