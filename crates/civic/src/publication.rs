//! What residents are told on the public pages (R217): written, reviewed by somebody else, published to
//! areas, withdrawn with a reason. Words and files of our own only: nothing points out of the house.

use crate::area::Tree;
use crate::by::By;
use crate::id::{AccountId, AreaId, PublicationId};
use crate::limits::{FILES_MAX, NOTICE_TARGETS_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX};
use crate::matter::Attached;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

words! {
    /// What it is.
    Kind {
        /// Something that residents should know or do.
        Notice "notice" "公告",
        /// What was done.
        News "news" "动态",
    }
}

words! {
    /// Where it stands.
    State {
        /// Written; waits for the review.
        Draft "draft" "待审核",
        /// Turned down in the review; may be written anew.
        Returned "returned" "退回修改",
        /// Reviewed; may be published.
        Reviewed "reviewed" "已审核",
        /// On the public pages.
        Published "published" "已发布",
        /// Taken off the public pages.
        Withdrawn "withdrawn" "已撤下",
    }
}

/// What it says, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What it is.
    pub kind: Kind,
    /// Title.
    pub title: String,
    /// Text.
    pub text: String,
    /// Areas on whose pages it stands, and on those of everything below them.
    pub areas: Vec<AreaId>,
    /// Files.
    pub files: Vec<Attached>,
}

/// Who did something to it, and what was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Who.
    pub by: By,
    /// When.
    pub at: Instant,
    /// Opinion of a review, reason of a withdrawal.
    pub words: String,
}

/// One publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// Own id.
    pub id: PublicationId,
    /// The area whose people publish it.
    pub area: AreaId,
    /// What it says.
    pub draft: Draft,
    /// Where it stands.
    pub state: State,
    /// Who wrote it.
    pub written: Act,
    /// The last review.
    pub reviewed: Option<Act>,
    /// The publishing.
    pub published: Option<Act>,
    /// The withdrawal.
    pub withdrawn: Option<Act>,
}

/// What would lead or load something from elsewhere.
const FOREIGN: [&str; 4] = ["://", "www.", "<", "javascript:"];

impl Draft {
    /// Every rule that it breaks. `area` is that of its publisher.
    #[must_use]
    pub fn problems(&self, tree: &Tree, area: AreaId) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut broken = |field: &str, code: &str, message: String| {
            problems.push(Problem::new(field, code, message));
        };
        for (field, text, word, most) in [
            ("title", &self.title, "标题", TITLE_CHARS_MAX),
            ("text", &self.text, "正文", TEXT_CHARS_MAX),
        ] {
            let long = text.trim().chars().count();
            if long == 0 || long > most {
                broken(field, "required", format!("请填写{word}，最多 {most} 个字"));
            }
            let lower = text.to_lowercase();
            if FOREIGN.iter().any(|f| lower.contains(f)) {
                let message =
                    format!("{word}只能是文字，请去掉网址和网页代码；需要附材料的请上传附件");
                broken(field, "foreign", message);
            }
        }
        if self.areas.is_empty() || self.areas.len() > NOTICE_TARGETS_MAX {
            let message = format!("请选择发布到哪些区域，最多 {NOTICE_TARGETS_MAX} 个");
            broken("areas", "required", message);
        }
        if self.areas.iter().any(|a| !tree.within(*a, area)) {
            broken("areas", "outside", "只能发布到本区域和下级区域".into());
        }
        if self.files.len() > FILES_MAX {
            broken("files", "too_many", format!("附件最多 {FILES_MAX} 个"));
        }
        problems
    }
}

impl Publication {
    fn is(&self, allowed: &[State], what: &str) -> Result<(), Refusal> {
        match allowed.contains(&self.state) {
            true => Ok(()),
            false => Err(Refusal::Conflict(format!(
                "这一条{}，不能{what}；请刷新后再看",
                self.state.word()
            ))),
        }
    }

    /// Writes it anew: it has to be reviewed again.
    ///
    /// # Errors
    /// `Conflict` for what is published or withdrawn.
    pub fn rewrite(&mut self, draft: Draft, act: Act) -> Result<(), Refusal> {
        self.is(&[State::Draft, State::Returned, State::Reviewed], "修改")?;
        (self.draft, self.written, self.reviewed) = (draft, act, None);
        self.state = State::Draft;
        Ok(())
    }

    /// Passes it or turns it down; never by who wrote it.
    ///
    /// # Errors
    /// `Denied` for the author; `Conflict` for what waits for no review; `Invalid` for a no without
    /// opinion.
    pub fn review(&mut self, passed: bool, act: Act) -> Result<(), Refusal> {
        self.is(&[State::Draft], "审核")?;
        if act.by.account == self.written.by.account {
            let text = "自己写的公告不能自己审核，请由另一位同志审核";
            return Err(Refusal::Denied(text.into()));
        }
        if !passed && act.words.trim().is_empty() {
            return Err(Refusal::invalid(
                "opinion",
                "required",
                "请写明退回修改的原因",
            ));
        }
        self.state = if passed {
            State::Reviewed
        } else {
            State::Returned
        };
        self.reviewed = Some(act);
        Ok(())
    }

    /// Puts it on the public pages.
    ///
    /// # Errors
    /// `Conflict` for what was not reviewed.
    pub fn publish(&mut self, act: Act) -> Result<(), Refusal> {
        if matches!(self.state, State::Draft | State::Returned) {
            let text = "公告要由另一位同志审核通过后才能发布";
            return Err(Refusal::Conflict(text.into()));
        }
        self.is(&[State::Reviewed], "发布")?;
        self.state = State::Published;
        self.published = Some(act);
        Ok(())
    }

    /// Takes it off the public pages; it stays in the list of the staff.
    ///
    /// # Errors
    /// `Conflict` for what is not published; `Invalid` without a reason.
    pub fn withdraw(&mut self, act: Act) -> Result<(), Refusal> {
        self.is(&[State::Published], "撤下")?;
        if act.words.trim().is_empty() {
            return Err(Refusal::invalid("reason", "required", "请写明撤下的原因"));
        }
        self.state = State::Withdrawn;
        self.withdrawn = Some(act);
        Ok(())
    }

    /// Who wrote it.
    #[must_use]
    pub fn author(&self) -> AccountId {
        self.written.by.account
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::tests::small;

    fn act(account: i64, words: &str) -> Act {
        Act {
            by: By {
                account: AccountId(account),
                name: "方玉兰".into(),
                title: "坂头社区工作者".into(),
            },
            at: Instant(1),
            words: words.into(),
        }
    }

    fn draft(text: &str) -> Draft {
        Draft {
            kind: Kind::Notice,
            title: "停水通知".into(),
            text: text.into(),
            areas: vec![AreaId(4)],
            files: Vec::new(),
        }
    }

    #[test]
    fn nothing_is_published_that_another_person_did_not_review() {
        let mut one = Publication {
            id: PublicationId(1),
            area: AreaId(4),
            draft: draft("明天停水"),
            state: State::Draft,
            written: act(41, ""),
            reviewed: None,
            published: None,
            withdrawn: None,
        };
        assert!(one.publish(act(41, "")).is_err());
        assert!(matches!(
            one.review(true, act(41, "")),
            Err(Refusal::Denied(_))
        ));
        assert!(one.review(false, act(42, " ")).is_err(), "a no says why");
        one.review(true, act(42, "")).unwrap();
        one.rewrite(draft("后天停水"), act(41, "")).unwrap();
        assert!(
            one.publish(act(41, "")).is_err(),
            "written anew, reviewed anew"
        );
        one.review(true, act(42, "")).unwrap();
        one.publish(act(41, "")).unwrap();
        assert!(one.rewrite(draft("改"), act(41, "")).is_err());
        assert!(one.withdraw(act(42, "")).is_err(), "a reason");
        one.withdraw(act(42, "日期有误")).unwrap();
        assert_eq!(one.state, State::Withdrawn);
        assert!(one.publish(act(41, "")).is_err());
    }

    #[test]
    fn text_leads_nowhere_else_and_reaches_nobody_elses_area() {
        let tree = small();
        let codes = |d: &Draft, area| {
            let all = d.problems(&tree, AreaId(area)).into_iter();
            all.map(|p| format!("{} {}", p.field, p.code))
                .collect::<Vec<_>>()
        };
        assert_eq!(codes(&draft("明天停水，请提前储水。"), 4), [""; 0]);
        for foreign in ["见 https://a.b", "WWW.a.b", "<img src=x>"] {
            assert_eq!(codes(&draft(foreign), 4), ["text foreign"], "{foreign}");
        }
        assert_eq!(codes(&draft(" "), 6), ["text required", "areas outside"]);
    }
}
