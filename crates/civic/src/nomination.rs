//! A candidate for a post (R043, R047): who proposes, who approves, from which source, for which
//! term and why. Who may both propose and approve appoints in one step.

use crate::id::{AccountId, NominationId, PostId};
use crate::post::{Post, Role, Seat};
use crate::refusal::Refusal;
use crate::time::{Day, Instant};

/// Where a nomination stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for the level above.
    Proposed,
    /// In office by it.
    Approved,
    /// Turned down, with an opinion.
    Refused,
    /// Taken back by who proposed.
    Withdrawn,
}

impl State {
    /// All states.
    pub const ALL: [State; 4] = [
        Self::Proposed,
        Self::Approved,
        Self::Refused,
        Self::Withdrawn,
    ];
    /// Stored code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
    /// Word of the interface.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Proposed => "待审批",
            Self::Approved => "已任命",
            Self::Refused => "未通过",
            Self::Withdrawn => "已撤回",
        }
    }
    /// The state with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// A candidate for a post, or a further term of one who holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nomination {
    /// Own id.
    pub id: NominationId,
    /// The candidate.
    pub account: AccountId,
    /// As what.
    pub role: Role,
    /// Over what.
    pub seat: Seat,
    /// Local title, where it differs from the role's word.
    pub title: Option<Box<str>>,
    /// Where the candidate was chosen from.
    pub source: Box<str>,
    /// First day in office; of a renewal, the first day of the further term.
    pub from: Day,
    /// First day out of office.
    pub to: Option<Day>,
    /// The post whose term goes on, for a renewal.
    pub renews: Option<PostId>,
    /// Why this candidate.
    pub reason: Box<str>,
    /// Where it stands.
    pub state: State,
    /// Who proposed.
    pub proposed_by: AccountId,
    /// When.
    pub proposed_at: Instant,
    /// Who decided or withdrew, and when.
    pub decided: Option<(AccountId, Instant)>,
    /// Opinion of who decided.
    pub opinion: Option<Box<str>>,
}

impl Nomination {
    /// Somebody who is put forward for a post, and waits for the level above. Its own id comes when
    /// it is written.
    #[must_use]
    pub fn of(post: Post, reason: &str, by: AccountId, at: Instant) -> Self {
        Self {
            id: NominationId(0),
            account: post.account,
            role: post.role,
            seat: post.seat,
            title: post.title,
            source: post.source,
            from: post.from,
            to: post.to,
            renews: None,
            reason: reason.into(),
            state: State::Proposed,
            proposed_by: by,
            proposed_at: at,
            decided: None,
            opinion: None,
        }
    }

    /// The same, approved by who put forward.
    #[must_use]
    pub fn at_once(mut self) -> Self {
        self.state = State::Approved;
        self.decided = Some((self.proposed_by, self.proposed_at));
        self
    }

    /// The post that it is for: the held one of a further term, else one that has no id yet.
    #[must_use]
    pub fn post(&self) -> Post {
        Post {
            id: self.renews.unwrap_or(PostId(0)),
            account: self.account,
            role: self.role,
            seat: self.seat,
            title: self.title.clone(),
            source: self.source.clone(),
            from: self.from,
            to: self.to,
        }
    }

    /// Whether `decider` may decide it now at all, rights over the area apart.
    ///
    /// # Errors
    /// `Conflict` where it is decided already; `Denied` for who proposed and for the candidate;
    /// `Invalid` for a refusal without opinion.
    pub fn decidable(
        &self,
        decider: AccountId,
        approve: bool,
        opinion: Option<&str>,
    ) -> Result<(), Refusal> {
        self.waiting()?;
        if decider == self.proposed_by {
            return Err(Refusal::Denied(
                "提名人不能审批自己的提名，请由上级审批".into(),
            ));
        }
        if decider == self.account {
            return Err(Refusal::Denied("不能审批对自己的提名，请由上级审批".into()));
        }
        if !approve && opinion.is_none_or(|o| o.trim().is_empty()) {
            return Err(Refusal::invalid(
                "opinion",
                "required",
                "不同意时请写明意见，以便提名人改进",
            ));
        }
        Ok(())
    }

    /// Whether `account` may take it back.
    ///
    /// # Errors
    /// `Conflict` where it is decided already; `Denied` for anybody but who proposed.
    pub fn withdrawable(&self, account: AccountId) -> Result<(), Refusal> {
        self.waiting()?;
        if account == self.proposed_by {
            Ok(())
        } else {
            Err(Refusal::Denied("只有提名人可以撤回提名".into()))
        }
    }

    fn waiting(&self) -> Result<(), Refusal> {
        match self.state {
            State::Proposed => Ok(()),
            state => Err(Refusal::Conflict(format!(
                "这个提名{}，不能再办理；请刷新后查看",
                state.word()
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AreaId;

    fn nomination(state: State) -> Nomination {
        Nomination {
            id: NominationId(1),
            account: AccountId(7),
            role: Role::UnitHead,
            seat: Seat::Area(AreaId(6)),
            title: None,
            source: "party_member".into(),
            from: Day(10),
            to: Some(Day(700)),
            renews: None,
            reason: "热心，住在本楼".into(),
            state,
            proposed_by: AccountId(5),
            proposed_at: Instant(0),
            decided: None,
            opinion: None,
        }
    }

    #[test]
    fn neither_who_proposed_nor_the_candidate_decides_and_a_no_needs_words() {
        let decide = |by, approve, opinion| {
            let answer = nomination(State::Proposed).decidable(AccountId(by), approve, opinion);
            answer.map_or_else(|r| r.to_string(), |()| "fine".into())
        };
        assert_eq!(decide(3, true, None), "fine");
        assert_eq!(decide(3, false, Some("人选不住本楼")), "fine");
        assert_eq!(
            decide(3, false, Some(" ")),
            "不同意时请写明意见，以便提名人改进"
        );
        assert_eq!(
            decide(5, true, None),
            "提名人不能审批自己的提名，请由上级审批"
        );
        assert_eq!(decide(7, true, None), "不能审批对自己的提名，请由上级审批");
    }

    #[test]
    fn what_is_decided_stays_and_only_who_proposed_takes_back() {
        for state in [State::Approved, State::Refused, State::Withdrawn] {
            let decided = nomination(state);
            assert!(decided.decidable(AccountId(3), true, None).is_err());
            assert!(decided.withdrawable(AccountId(5)).is_err());
        }
        let open = nomination(State::Proposed);
        assert!(open.withdrawable(AccountId(5)).is_ok());
        assert!(open.withdrawable(AccountId(3)).is_err());
    }
}
