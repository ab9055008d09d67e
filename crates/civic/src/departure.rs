//! Leaving a post (R043): why, and what lies unfinished at the desk, which the person who leaves
//! gives on and the next holder of the seat takes.

use crate::by::By;
use crate::id::{AccountId, MatterId, PostId};
use crate::limits::TEXT_CHARS_MAX;
use crate::post::{Post, Role, Seat};
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::time::{Day, Instant};
use serde::{Deserialize, Serialize};

words! {
    /// Why somebody leaves. No reason of health or family is asked for.
    Reason {
        /// The term is over.
        TermOver "term_over" "任期届满",
        /// By own wish.
        Resigned "resigned" "本人辞任",
        /// Another work.
        Moved "moved" "工作调动",
        /// Retired.
        Retired "retired" "退休",
        /// Lives elsewhere now.
        LeftPlace "left_place" "迁出本地",
        /// Did not do the work; needs words.
        Neglect "neglect" "履职不力",
        /// The post is not needed any more.
        Abolished "abolished" "岗位撤并",
        /// Anything else; needs words.
        Other "other" "其他",
    }
}

words! {
    /// What can lie unfinished at a desk.
    OpenKind {
        /// Matters that the desk handles.
        Matters "matters" "在办事件",
        /// Tasks of matters that others lead.
        Tasks "tasks" "协办和核实任务",
        /// Requests that wait for a decision.
        Requests "requests" "待审批的申请",
        /// Notices and tasks from above that were not read or finished.
        Notices "notices" "未办结的通知和任务",
        /// Lines of the centre's log that somebody has to go on with.
        Log "log" "值班日志未完事项",
    }
}

/// What lies unfinished of one kind. Numbers only: what a matter is about stands on its own page,
/// for who may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// Of which kind.
    pub kind: OpenKind,
    /// How many.
    pub count: u32,
    /// The first of the matters, with their numbers.
    pub matters: Vec<(MatterId, String)>,
}

/// That somebody confirmed a hand-over sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// Who, with the title of then.
    pub by: By,
    /// When.
    pub at: Instant,
    /// What there is to say; may be empty.
    pub note: String,
}

/// One leaving of a post, with its hand-over sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    /// The post.
    pub post: PostId,
    /// Who leaves: name and title.
    pub who: By,
    /// As what.
    pub role: Role,
    /// From where.
    pub seat: Seat,
    /// First day in office.
    pub from: Day,
    /// First day out of office.
    pub to: Day,
    /// Why.
    pub reason: Reason,
    /// Why, in words.
    pub words: String,
    /// Who removed; the program where a term ran out.
    pub by: Option<By>,
    /// When that was written.
    pub at: Instant,
    /// What lies unfinished at the desk, counted when the sheet was written and again when it was
    /// given.
    pub open: Vec<Open>,
    /// That it was given on.
    pub given: Option<Confirmed>,
    /// That the next holder took it.
    pub taken: Option<Confirmed>,
}

impl Departure {
    /// Whether a confirmation is missing.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.taken.is_none()
    }

    /// Whether it waits for `account`, who holds `posts`: for who leaves or removed until it is
    /// given, then for the next holder.
    #[must_use]
    pub fn waits_for(&self, account: AccountId, posts: &[impl AsRef<Post>]) -> bool {
        match self.given {
            None => {
                let by = self.by.as_ref().map(|by| by.account);
                account == self.who.account || by == Some(account)
            }
            Some(_) => self.taken.is_none() && self.is_next(account, posts),
        }
    }

    /// Whether `account` holds the same role over the same seat, and is not who leaves.
    #[must_use]
    pub fn is_next(&self, account: AccountId, posts: &[impl AsRef<Post>]) -> bool {
        account != self.who.account
            && posts
                .iter()
                .map(AsRef::as_ref)
                .any(|p| p.role == self.role && p.seat == self.seat && p.account == account)
    }

    /// Gives the desk on, with what lies open there now. Who may is for the rights: who leaves, or
    /// who may remove from the post.
    ///
    /// # Errors
    /// `Conflict` where it was given; `Invalid` for a note that is too long.
    pub fn give(&mut self, confirmed: Confirmed, open: Vec<Open>) -> Result<(), Refusal> {
        if let Some(given) = &self.given {
            return Err(Refusal::Conflict(format!(
                "{}已经确认移交，不用再确认",
                given.by.name
            )));
        }
        note(&confirmed)?;
        self.open = open;
        self.given = Some(confirmed);
        Ok(())
    }

    /// Takes the desk over.
    ///
    /// # Errors
    /// `Denied` for anybody but the next holder of the seat; `Conflict` before it was given and
    /// after it was taken; `Invalid` for a note that is too long.
    pub fn take(&mut self, confirmed: Confirmed, next: bool) -> Result<(), Refusal> {
        if !next {
            return Err(Refusal::Denied(
                "交接单由同一岗位的接任人确认接收；还没有接任人的，请先任命".into(),
            ));
        }
        if self.given.is_none() {
            return Err(Refusal::Conflict(format!(
                "移交人还没有确认，请先由{}或任免人确认移交",
                self.who.name
            )));
        }
        if let Some(taken) = &self.taken {
            return Err(Refusal::Conflict(format!(
                "{}已经确认接收，不用再确认",
                taken.by.name
            )));
        }
        note(&confirmed)?;
        self.taken = Some(confirmed);
        Ok(())
    }
}

fn note(confirmed: &Confirmed) -> Result<(), Refusal> {
    if confirmed.note.chars().count() > TEXT_CHARS_MAX {
        let message = format!("交接说明最多 {TEXT_CHARS_MAX} 个字，请删减");
        return Err(Refusal::invalid("note", "too_long", message));
    }
    Ok(())
}

/// How far ahead a removal may be written, in days: a year.
const AHEAD_DAYS: i64 = 366;

/// Every problem of a removal from `post` at `to`.
#[must_use]
pub fn problems(post: &Post, to: Day, today: Day, reason: Reason, words: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    // What was done under the post stays done under it.
    if to < today {
        let message = format!("离任日期最早是今天 {today}：此前办的事仍记在这个岗位上");
        problems.push(Problem::new("to", "past", message));
    } else if to < post.from {
        let message = format!("离任日期不能早于任职日期 {}", post.from);
        problems.push(Problem::new("to", "before_start", message));
    } else if to > today.plus(AHEAD_DAYS) {
        let message = format!("离任日期最晚是 {}，请核对", today.plus(AHEAD_DAYS));
        problems.push(Problem::new("to", "too_late", message));
    }
    let long = words.trim().chars().count();
    if long == 0 && matches!(reason, Reason::Neglect | Reason::Other) {
        let message = format!("原因是“{}”的，请写明具体情况", reason.word());
        problems.push(Problem::new("words", "required", message));
    }
    if long > TEXT_CHARS_MAX {
        let message = format!("离任说明最多 {TEXT_CHARS_MAX} 个字，请删减");
        problems.push(Problem::new("words", "too_long", message));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AreaId;
    use std::sync::Arc;

    fn by(account: i64) -> By {
        By {
            account: AccountId(account),
            name: format!("甲{account}"),
            title: "单元长".into(),
        }
    }

    fn post(account: i64, role: Role) -> Arc<Post> {
        Arc::new(Post {
            id: PostId(account * 10),
            account: AccountId(account),
            role,
            seat: Seat::Area(AreaId(6)),
            title: None,
            source: "party_member".into(),
            from: Day(10),
            to: None,
        })
    }

    fn departure() -> Departure {
        Departure {
            post: PostId(70),
            who: by(7),
            role: Role::UnitHead,
            seat: Seat::Area(AreaId(6)),
            from: Day(10),
            to: Day(20),
            reason: Reason::Moved,
            words: String::new(),
            by: Some(by(3)),
            at: Instant(1),
            open: Vec::new(),
            given: None,
            taken: None,
        }
    }

    fn confirmed(account: i64) -> Confirmed {
        Confirmed {
            by: by(account),
            at: Instant(2),
            note: String::new(),
        }
    }

    #[test]
    fn a_removal_needs_a_day_in_office_and_for_hard_reasons_words() {
        let found = |to, reason, words| {
            let today = Day(10);
            let found = problems(&post(7, Role::UnitHead), Day(to), today, reason, words);
            found.into_iter().map(|p| p.message).collect::<Vec<_>>()
        };
        assert!(found(10, Reason::Moved, "").is_empty());
        assert_eq!(
            found(10, Reason::Neglect, " "),
            ["原因是“履职不力”的，请写明具体情况"]
        );
        let all = found(9, Reason::Other, "");
        assert_eq!(all.len(), 2, "all of them at once: {all:?}");
        assert!(all[0].starts_with("离任日期最早是今天"), "{all:?}");
        assert!(found(10 + AHEAD_DAYS, Reason::Moved, "").is_empty());
        assert!(found(11 + AHEAD_DAYS, Reason::Moved, "")[0].starts_with("离任日期最晚是"));
        let long = "长".repeat(TEXT_CHARS_MAX + 1);
        assert!(found(10, Reason::Moved, &long)[0].contains("请删减"));
    }

    #[test]
    fn the_sheet_is_given_first_and_taken_by_the_next_holder_of_the_same_seat() {
        let mut sheet = departure();
        let next = [post(8, Role::UnitHead)];
        assert!(sheet.waits_for(AccountId(7), &[post(9, Role::GridHead)]));
        assert!(sheet.waits_for(AccountId(3), &next[..0]), "who removed");
        assert!(!sheet.waits_for(AccountId(8), &next), "not given yet");
        let early = sheet.take(confirmed(8), true).unwrap_err();
        assert!(early.to_string().starts_with("移交人还没有确认"), "{early}");

        let open = vec![Open {
            kind: OpenKind::Matters,
            count: 2,
            matters: Vec::new(),
        }];
        sheet.give(confirmed(7), open.clone()).unwrap();
        assert_eq!(sheet.open, open, "as it lies at the moment of giving");
        assert!(sheet.give(confirmed(3), Vec::new()).is_err());
        assert!(!sheet.waits_for(AccountId(7), &next[..0]) && sheet.waits_for(AccountId(8), &next));
        for (account, role) in [(7, Role::UnitHead), (8, Role::GridHead)] {
            assert!(!sheet.is_next(AccountId(account), &[post(account, role)]));
        }
        assert!(
            !sheet.is_next(AccountId(9), &next),
            "a substitute is not the next holder"
        );
        assert!(matches!(
            sheet.take(confirmed(9), false),
            Err(Refusal::Denied(_))
        ));
        sheet.take(confirmed(8), true).unwrap();
        assert!(!sheet.is_open() && !sheet.waits_for(AccountId(8), &next));
        assert!(matches!(
            sheet.take(confirmed(8), true),
            Err(Refusal::Conflict(_))
        ));
    }
}
