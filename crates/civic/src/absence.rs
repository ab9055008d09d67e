//! Absence and substitution (R014): who acts for a post while its holder is away.
//!
//! An absence is dated and names one substitute. A substitute who is away hands on what they cover
//! to their own substitute, so that a holiday does not break a chain. The substitute has the rights
//! of that post and of no other, on those days and on no other.

use crate::id::{AbsenceId, AccountId, PostId};
use crate::refusal::Refusal;
use crate::time::Day;
use std::collections::HashMap;

/// Why somebody is away. No reason of health or family is asked for.
pub const REASONS: &[(&str, &str)] = &[
    ("leave", "请假"),
    ("trip", "出差"),
    ("training", "学习培训"),
    ("secondment", "借调"),
    ("other", "其他"),
];

/// The word of a reason.
#[must_use]
pub fn reason_word(code: &str) -> &'static str {
    REASONS
        .iter()
        .find(|(c, _)| *c == code)
        .map_or("其他", |(_, word)| word)
}

/// One absence from one post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// Own id.
    pub id: AbsenceId,
    /// The post whose holder is away.
    pub post: PostId,
    /// Its holder.
    pub absent: AccountId,
    /// Name of the holder.
    pub absent_name: Box<str>,
    /// Who acts for them.
    pub substitute: AccountId,
    /// Name of the substitute.
    pub substitute_name: Box<str>,
    /// First day away.
    pub from: Day,
    /// First day back.
    pub to: Day,
    /// Code of [`REASONS`].
    pub reason: Box<str>,
}

impl Absence {
    /// Whether the holder is away on `day`.
    #[must_use]
    pub fn on(&self, day: Day) -> bool {
        self.from <= day && day < self.to
    }
    fn meets(&self, from: Day, to: Day) -> bool {
        self.from < to && from < self.to
    }
}

/// Who acts for an absent holder on a day, at the end of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acting<'a> {
    /// Who acts.
    pub account: AccountId,
    /// Their name.
    pub name: &'a str,
    /// For whom.
    pub absent: AccountId,
    /// Name of the absent holder.
    pub absent_name: &'a str,
    /// First day on which the holder is back.
    pub to: Day,
}

impl Acting<'_> {
    /// `李四（代张三）`: how lists and the journal name who acts.
    #[must_use]
    pub fn words(&self) -> String {
        in_place_of(self.name, self.absent_name)
    }
}

/// `李四（代张三）`.
#[must_use]
pub fn in_place_of(name: &str, absent: &str) -> String {
    format!("{name}（代{absent}）")
}

/// All absences, indexed. Small: only those that are not over are kept.
#[derive(Debug, Default)]
pub struct Absences {
    all: Vec<Absence>,
    by_post: HashMap<PostId, Vec<usize>>,
    by_absent: HashMap<AccountId, Vec<usize>>,
    by_substitute: HashMap<AccountId, Vec<usize>>,
}

impl Absences {
    /// Indexes the rows. Of one holder's absences the one of the oldest post comes first.
    #[must_use]
    pub fn new(mut all: Vec<Absence>) -> Self {
        all.sort_by_key(|a| (a.post, a.from, a.id));
        let mut out = Self::default();
        for (i, absence) in all.iter().enumerate() {
            out.by_post.entry(absence.post).or_default().push(i);
            out.by_absent.entry(absence.absent).or_default().push(i);
            let covers = out.by_substitute.entry(absence.substitute).or_default();
            covers.push(i);
        }
        out.all = all;
        out
    }

    fn of<'a, K: std::hash::Hash + Eq>(
        &'a self,
        index: &'a HashMap<K, Vec<usize>>,
        key: &K,
    ) -> impl Iterator<Item = &'a Absence> {
        index.get(key).into_iter().flatten().map(|i| &self.all[*i])
    }

    /// All that are kept, by post and day.
    #[must_use]
    pub fn all(&self) -> &[Absence] {
        &self.all
    }
    /// The name of the holder of a post that somebody is or will be away from.
    #[must_use]
    pub fn name_of(&self, post: PostId) -> Option<&str> {
        self.of(&self.by_post, &post)
            .next()
            .map(|a| &*a.absent_name)
    }
    /// The absence from a post on a day.
    #[must_use]
    pub fn of_post(&self, post: PostId, day: Day) -> Option<&Absence> {
        self.of(&self.by_post, &post).find(|a| a.on(day))
    }
    /// The absence that says who takes over what a person covers for others on a day: that from
    /// the oldest of the posts they are away from.
    #[must_use]
    pub fn of_person(&self, account: AccountId, day: Day) -> Option<&Absence> {
        self.of(&self.by_absent, &account).find(|a| a.on(day))
    }

    /// Who acts for the holder of a post on a day; none where the holder is there.
    #[must_use]
    pub fn acting(&self, post: PostId, day: Day) -> Option<Acting<'_>> {
        let first = self.of_post(post, day)?;
        let mut last = first;
        let mut seen = vec![first.absent];
        while let Some(next) = self.of_person(last.substitute, day) {
            // A circle cannot be entered (see `check`); were there one, the last link acts.
            if seen.contains(&last.substitute) {
                break;
            }
            seen.push(last.substitute);
            last = next;
        }
        Some(Acting {
            account: last.substitute,
            name: &last.substitute_name,
            absent: first.absent,
            absent_name: &first.absent_name,
            to: first.to,
        })
    }

    /// The absences from posts for which a person acts on a day, directly or at the end of a chain.
    pub fn covered_by(&self, account: AccountId, day: Day) -> Vec<&Absence> {
        let mut found: Vec<&Absence> = Vec::new();
        let mut people = vec![account];
        let mut at = 0;
        while let Some(person) = people.get(at).copied() {
            at += 1;
            for absence in self.of(&self.by_substitute, &person).filter(|a| a.on(day)) {
                if !people.contains(&absence.absent) {
                    people.push(absence.absent);
                }
                found.push(absence);
            }
        }
        found.retain(|a| {
            self.acting(a.post, day)
                .is_some_and(|now| now.account == account)
        });
        found
    }

    /// Refuses an absence that no chain can bear.
    ///
    /// # Errors
    /// `Conflict` where the holder is away from the post on some of these days already, and where
    /// the chain would lead back to the holder; `Invalid` for a substitute who is the holder.
    pub fn check(&self, wanted: &Absence) -> Result<(), Refusal> {
        let (absent, substitute) = (&wanted.absent_name, &wanted.substitute_name);
        if wanted.absent == wanted.substitute {
            return Err(Refusal::invalid(
                "substitute",
                "oneself",
                "代理人不能是本人，请另选一位",
            ));
        }
        let own = self.of(&self.by_post, &wanted.post);
        let mut own = own.filter(|a| a.meets(wanted.from, wanted.to));
        if let Some(other) = own.next() {
            return Err(Refusal::Conflict(format!(
                "{absent}在 {} 至 {} 已由{}代理；请先结束那次代理，或改日期",
                other.from, other.to, other.substitute_name
            )));
        }
        match self.back_to(wanted) {
            Some((names, day)) => Err(Refusal::Conflict(format!(
                "{substitute}自己也外出，代理会绕回{absent}（{absent}→{}），{day} 将没有人在岗；请另选代理人",
                names.join("→")
            ))),
            None => Ok(()),
        }
    }

    /// The names on the way from the substitute back to the absent holder, and a day on which all
    /// of them are away.
    fn back_to(&self, wanted: &Absence) -> Option<(Vec<String>, Day)> {
        let mut ways = vec![(
            wanted.substitute,
            vec![wanted.substitute_name.to_string()],
            wanted.from,
            wanted.to,
        )];
        while let Some((person, names, from, to)) = ways.pop() {
            for next in self
                .of(&self.by_absent, &person)
                .filter(|a| a.meets(from, to))
            {
                let mut names = names.clone();
                names.push(next.substitute_name.to_string());
                let (from, to) = (from.max(next.from), to.min(next.to));
                if next.substitute == wanted.absent {
                    return Some((names, from));
                }
                // Absences that stand make no circle, so a way is never longer than there are rows.
                if names.len() <= self.all.len() {
                    ways.push((next.substitute, names, from, to));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] = ["", "甲", "乙", "丙", "丁", "戊"];

    /// An absence of the holder of post `who` (account and post have the same number).
    fn away(id: i64, who: i64, substitute: i64, from: i64, to: i64) -> Absence {
        Absence {
            id: AbsenceId(id),
            post: PostId(who),
            absent: AccountId(who),
            absent_name: NAMES[who as usize].into(),
            substitute: AccountId(substitute),
            substitute_name: NAMES[substitute as usize].into(),
            from: Day(from),
            to: Day(to),
            reason: "leave".into(),
        }
    }
    fn acting(all: &Absences, post: i64, day: i64) -> String {
        let acting = all.acting(PostId(post), Day(day));
        acting.map_or("本人".into(), |a| a.words())
    }

    #[test]
    fn a_chain_of_three_over_a_holiday_does_not_break() {
        let all = Absences::new(vec![
            away(1, 1, 2, 10, 18),
            away(2, 2, 3, 12, 16),
            away(3, 3, 4, 13, 14),
        ]);
        let days: Vec<String> = (9..=18).map(|day| acting(&all, 1, day)).collect();
        assert_eq!(
            days.join(" "),
            "本人 乙（代甲） 乙（代甲） 丙（代甲） 丁（代甲） 丙（代甲） 丙（代甲） 乙（代甲） 乙（代甲） 本人"
        );
    }

    #[test]
    fn only_the_last_of_the_chain_has_the_post_and_only_on_those_days() {
        let all = Absences::new(vec![
            away(1, 1, 2, 10, 18),
            away(2, 2, 3, 12, 16),
            away(3, 3, 4, 13, 14),
        ]);
        let covered = |person: i64, day: i64| {
            let list = all.covered_by(AccountId(person), Day(day));
            list.iter().map(|a| a.post.0).collect::<Vec<_>>()
        };
        assert_eq!(covered(2, 10), [1]);
        assert_eq!(covered(2, 12), [0; 0], "away, and so is what was covered");
        assert_eq!(covered(3, 12), [2, 1]);
        assert_eq!(covered(4, 13), [3, 2, 1]);
        assert_eq!(covered(3, 13), [0; 0]);
        assert_eq!(covered(4, 14), [0; 0]);
        assert_eq!(covered(2, 18), [0; 0], "the holder is back");
    }

    #[test]
    fn a_circle_is_refused_where_all_of_it_are_away_on_one_day() {
        let all = Absences::new(vec![away(1, 1, 2, 10, 18), away(2, 2, 3, 12, 16)]);
        let refused = |wanted: Absence| {
            let refusal = all.check(&wanted);
            refusal.map_or_else(|r| r.to_string(), |()| "fine".into())
        };
        assert_eq!(
            refused(away(3, 3, 1, 14, 20)),
            "甲自己也外出，代理会绕回丙（丙→甲→乙→丙），1970-01-15 将没有人在岗；请另选代理人"
        );
        assert_eq!(refused(away(3, 3, 1, 16, 20)), "fine", "乙 is back by then");
        assert_eq!(refused(away(3, 3, 4, 14, 20)), "fine");
        assert_eq!(
            refused(away(3, 2, 1, 16, 17)),
            "甲自己也外出，代理会绕回乙（乙→甲→乙），1970-01-17 将没有人在岗；请另选代理人"
        );
        assert_eq!(
            refused(away(3, 1, 4, 17, 19)),
            "甲在 1970-01-11 至 1970-01-19 已由乙代理；请先结束那次代理，或改日期"
        );
        assert_eq!(refused(away(3, 4, 4, 1, 2)), "代理人不能是本人，请另选一位");
    }
}
