//! 述职评议 (R214): who holds an assessed post writes what they did; colleagues and superiors say in
//! a secret ballot how it was. It is about work and about staff, never about residents. A pack
//! switches it on for a scheme, and who runs the period opens it; without either there is none.

use super::{Assessed, Assessment, Basis, Done, Scheme, State};
use crate::directory::{Actor, Directory};
use crate::id::PostId;
use crate::limits::{REVIEW_DAYS_MAX, TEXT_CHARS_MAX};
use crate::post::{Post, Seat};
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::time::{Day, Instant};
use serde::{Deserialize, Serialize};

/// Fewest ballots that are counted, and least count that is shown (privacy.md V11).
pub const BALLOTS_MIN: i64 = 5;

/// An answer of the ballot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Code.
    pub code: String,
    /// Word.
    pub word: String,
    /// What it is worth, in percent of the indicator's points.
    pub share: i64,
}

/// The form of a statement and the ballot about it, as data of a scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The indicator that gets the points.
    pub indicator: String,
    /// What a statement answers.
    pub questions: Vec<String>,
    /// What the ballot offers.
    #[serde(rename = "choice")]
    pub choices: Vec<Choice>,
}

/// The ballot of a period, once it was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// Who opened it.
    pub opened: Done,
    /// Last day of writing and of voting.
    pub until: Day,
    /// Who closed it.
    pub closed: Option<Done>,
}

/// What the holder of a post wrote: an answer to each question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// About which post.
    pub post: PostId,
    /// The answers, in the order of the questions.
    pub answers: Vec<String>,
    /// When.
    pub at: Instant,
}

/// How many ballots each choice got, in the order of the scheme. Nothing else is kept of them.
pub type Counts = Vec<i64>;

impl Review {
    /// Everything that is wrong with it, in a scheme.
    #[must_use]
    pub fn problems(&self, scheme: &Scheme) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut broken = |text: &str| {
            problems.push(Problem::new("review", "bad_review", text));
        };
        let basis = scheme.indicator(&self.indicator).map(|i| &i.basis);
        if basis != Some(&Basis::Manual) {
            broken("[review] 的 indicator 要写方案里一个书面测评（manual）的指标。");
        }
        if scheme.roles.is_empty() {
            broken("述职评议只用于考核岗位的方案，考核区域和部门的请去掉 [review]。");
        }
        let blank = self.questions.iter().any(|q| q.trim().is_empty());
        if blank || !(1..=10).contains(&self.questions.len()) {
            broken("[review] 的 questions 要写 1 到 10 个述职题目。");
        }
        let shares = self.choices.iter().map(|c| c.share);
        let fits = self.choices.len() >= 2
            && shares.clone().all(|s| (0..=100).contains(&s))
            && shares.max() == Some(100);
        if !fits {
            broken("[[review.choice]] 至少两档，share 为 0 到 100 的百分比，最高一档为 100。");
        }
        problems
    }

    /// What is wrong with the answers of a statement.
    #[must_use]
    pub fn unanswered(&self, answers: &[String]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (nth, question) in self.questions.iter().enumerate() {
            let answer = answers.get(nth).map_or("", |a| a.trim());
            let long = answer.chars().count();
            if long == 0 || long > TEXT_CHARS_MAX {
                let text = format!("请填写“{question}”，最多 {TEXT_CHARS_MAX} 个字");
                problems.push(Problem::new(format!("answers.{nth}"), "required", text));
            }
        }
        problems
    }

    /// Where a choice stands.
    ///
    /// # Errors
    /// `Invalid` for what the ballot does not offer.
    pub fn nth(&self, choice: &str) -> Result<usize, Refusal> {
        let found = self.choices.iter().position(|c| c.code == choice);
        found.ok_or_else(|| {
            let words: Vec<&str> = self.choices.iter().map(|c| &*c.word).collect();
            let text = format!("请选择一档：{}", words.join("、"));
            Refusal::invalid("choice", "unknown_word", text)
        })
    }

    /// The points in hundredths that the ballots give, of `most`; none with fewer than five.
    #[must_use]
    pub fn points(&self, counts: &[i64], most: i64) -> Option<i64> {
        let total: i64 = counts.iter().sum();
        if total < BALLOTS_MIN {
            return None;
        }
        let pairs = self.choices.iter().zip(counts);
        let sum: i64 = pairs.map(|(choice, n)| choice.share * n).sum();
        Some((2 * sum * most + 100 * total) / (200 * total))
    }

    /// The outcome in words: how many took part and how many chose what. A count under five is not
    /// told, nor the one from which it could be reckoned back.
    #[must_use]
    pub fn told(&self, counts: &[i64]) -> String {
        let total: i64 = counts.iter().sum();
        if total < BALLOTS_MIN {
            return format!("参加评议不足 {BALLOTS_MIN} 人，不计分");
        }
        let mut hidden: Vec<bool> = counts.iter().map(|n| *n < BALLOTS_MIN).collect();
        if hidden.iter().filter(|h| **h).count() == 1 {
            let shown = counts.iter().enumerate().filter(|(nth, _)| !hidden[*nth]);
            if let Some((nth, _)) = shown.min_by_key(|(_, n)| **n) {
                hidden[nth] = true;
            }
        }
        let told = self.choices.iter().zip(counts).zip(&hidden);
        let told: Vec<String> = told
            .map(|((choice, n), hidden)| match hidden {
                true => format!("{}不列", choice.word),
                false => format!("{} {n} 票", choice.word),
            })
            .collect();
        format!(
            "述职评议，无记名，参加 {total} 人：{}；少于 {BALLOTS_MIN} 票的不列",
            told.join("，")
        )
    }
}

/// Whether `actor` votes about the holder of an assessed post: a colleague of the same area, of a
/// post of the same kind beside it, or somebody of the level right above. Never the holder.
#[must_use]
pub fn may_vote(directory: &Directory, actor: &Actor, scheme: &Scheme, one: &Assessed) -> bool {
    let parent = |area| directory.tree.parent(area).map(|a| a.id);
    let near = |post: &Post| match post.seat {
        Seat::Area(own) => {
            own == one.area
                || parent(one.area) == Some(own)
                || scheme.roles.contains(&post.role) && parent(own) == parent(one.area)
        }
        Seat::Org(_) => false,
    };
    let works = |post: &Post| post.role.mans_desk() || post.role.leads();
    !one.is_held_by(actor.account) && actor.posts.iter().any(|p| works(p) && near(p))
}

impl Assessment {
    /// Opens statements and ballot up to and with a day.
    ///
    /// # Errors
    /// `Conflict` where the scheme has none, outside the draft, and a second time; `Invalid`.
    pub fn open_review(&mut self, done: Done, today: Day, until: Day) -> Result<(), Refusal> {
        let refused = match (&self.scheme.review, &self.round) {
            (None, _) => Some("这个方案没有述职评议；需要的，请在业务包的方案里写上 [review]"),
            (_, Some(_)) => Some("述职评议已经开始，不能再次开始"),
            _ if self.state() != State::Drafted => Some("请在计算以后、公示以前组织述职评议"),
            _ => None,
        };
        if let Some(text) = refused {
            return Err(Refusal::Conflict(text.into()));
        }
        if until <= today || until > today.plus(REVIEW_DAYS_MAX) {
            let text = format!("截止日期要在今天之后、{REVIEW_DAYS_MAX} 天以内");
            return Err(Refusal::invalid("until", "bad_day", text));
        }
        self.round = Some(Round {
            opened: done,
            until,
            closed: None,
        });
        Ok(())
    }

    /// The form, while it may be written and voted on.
    ///
    /// # Errors
    /// `Conflict` before it is opened and after its last day.
    pub fn reviewing(&self, today: Day) -> Result<&Review, Refusal> {
        let text = match (&self.scheme.review, &self.round) {
            (Some(review), Some(round)) if round.closed.is_none() && today <= round.until => {
                return Ok(review);
            }
            (Some(_), Some(round)) => {
                format!("述职评议到 {} 截止，不能再提交", round.until)
            }
            _ => "述职评议还没有开始".to_owned(),
        };
        Err(Refusal::Conflict(text))
    }

    /// Closes the ballot.
    ///
    /// # Errors
    /// `Conflict` before it is opened, up to its last day, and a second time.
    pub fn close_review(&mut self, done: Done, today: Day) -> Result<Review, Refusal> {
        let refused = match &self.round {
            None => Some("述职评议还没有开始".to_owned()),
            Some(round) if round.closed.is_some() => Some("述职评议已经结束".to_owned()),
            Some(round) if today <= round.until => Some(format!(
                "述职评议到 {} 截止，请在截止以后结束并计分",
                round.until
            )),
            Some(_) => None,
        };
        if let Some(text) = refused {
            return Err(Refusal::Conflict(text));
        }
        if let Some(round) = &mut self.round {
            round.closed = Some(done);
        }
        let review = self.scheme.review.clone();
        review.ok_or_else(|| Refusal::Conflict("这个方案没有述职评议".into()))
    }

    /// Whether statements are being written and voted on.
    #[must_use]
    pub fn is_reviewing(&self) -> bool {
        self.round.as_ref().is_some_and(|r| r.closed.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review() -> Review {
        let choice = |code: &str, word: &str, share| Choice {
            code: code.into(),
            word: word.into(),
            share,
        };
        Review {
            indicator: "review".into(),
            questions: vec!["做了什么".into(), "还有什么问题".into()],
            choices: vec![
                choice("good", "好", 100),
                choice("fair", "较好", 80),
                choice("poor", "差", 0),
            ],
        }
    }

    #[test]
    fn fewer_than_five_ballots_give_no_points_and_tell_nothing() {
        let review = review();
        assert_eq!(review.points(&[4, 0, 0], 2_000), None);
        assert_eq!(review.told(&[3, 1, 0]), "参加评议不足 5 人，不计分");
        assert_eq!(review.points(&[5, 0, 0], 2_000), Some(2_000));
        assert_eq!(review.points(&[5, 5, 0], 2_000), Some(1_800));
        assert_eq!(review.points(&[0, 0, 6], 2_000), Some(0));
    }

    #[test]
    fn no_count_under_five_is_told_nor_can_be_reckoned_back() {
        let told = review().told(&[9, 6, 1]);
        assert!(
            told.contains("参加 16 人：好 9 票，较好不列，差不列"),
            "{told}"
        );
        let told = review().told(&[9, 3, 2]);
        assert!(told.contains("好 9 票，较好不列，差不列"), "{told}");
        let told = review().told(&[7, 6, 5]);
        assert!(told.contains("好 7 票，较好 6 票，差 5 票"), "{told}");
    }

    #[test]
    fn every_question_is_answered_and_only_what_is_offered_is_chosen() {
        let review = review();
        let fields = |answers: &[&str]| {
            let answers: Vec<String> = answers.iter().map(|a| (*a).to_owned()).collect();
            let found = review.unanswered(&answers).into_iter();
            found.map(|p| p.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(&["走访 40 户", "夜间照明差"]), [""; 0]);
        assert_eq!(fields(&[" "]), ["answers.0", "answers.1"]);
        assert_eq!(review.nth("fair").unwrap(), 1);
        assert!(review.nth("best").is_err());
    }
}
