//! What may be published, to whom, by whom.

use super::{Answer, Kind, Notice, Roster, Scope, Sender, Wording};
use crate::admission::{self, Item};
use crate::area::Level;
use crate::directory::{Actor, Directory};
use crate::id::{AreaId, MatterId, NoticeId, PostId};
use crate::limits::{
    FILES_MAX, NOTICE_DUE_DAYS_MAX, NOTICE_FIELDS_MAX, NOTICE_MATTERS_MAX, NOTICE_TARGETS_MAX,
    TEXT_CHARS_MAX, TITLE_CHARS_MAX,
};
use crate::matter::Attached;
use crate::post::{Post, Role, Seat};
use crate::power::{self, Power};
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::rights::{self, Relation, Verb};
use crate::time::{Day, Instant};
use std::sync::Arc;

/// A notice as its author gives it.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// What it is.
    pub kind: Option<Kind>,
    /// What is owed; reading where it is not said.
    pub answer: Option<Answer>,
    /// Title.
    pub title: String,
    /// Text.
    pub text: String,
    /// Attachments.
    pub files: Vec<Attached>,
    /// Deadline.
    pub due: Option<Instant>,
    /// For a notice or task: whom it is for. For a bulletin: the named areas (in `areas`) and
    /// organisations.
    pub scope: Scope,
    /// Matters that a bulletin names, with their numbers.
    pub matters: Vec<(MatterId, String)>,
    /// The post under which it is published, where the author holds several.
    pub post: Option<PostId>,
    /// The admitted item that a department sends down (R201).
    pub item: Option<Item>,
    /// The lists of powers of the towns that it reaches (R203).
    pub powers: Vec<Power>,
    /// Questions of the form that goes with it; every reply answers all of them.
    pub fields: Vec<String>,
}

impl Draft {
    fn wording(&self) -> Wording {
        Wording {
            title: self.title.trim().to_owned(),
            text: self.text.trim().to_owned(),
            files: self.files.clone(),
            due: self.due,
        }
    }

    /// The post under which `actor` publishes: the chosen one, or the first that covers all that is
    /// addressed.
    ///
    /// # Errors
    /// `Denied` where no post of the actor gives the right.
    pub fn author<'a>(
        &self,
        directory: &Directory,
        actor: &'a Actor,
    ) -> Result<&'a Arc<Post>, Refusal> {
        let mut held = actor
            .posts
            .iter()
            .filter(|p| self.post.is_none_or(|id| id == p.id))
            .filter(|p| {
                rights::relations(p.role, Verb::PublishNotice).any(|r| r == Relation::Within)
            })
            .peekable();
        let first = held.peek().copied().ok_or_else(|| {
            Refusal::Denied("您的岗位不能发布通知任务；需要发布时请联系上级或所在镇街中心".into())
        })?;
        Ok(held
            .find(|p| self.outside(directory, p).is_none())
            .unwrap_or(first))
    }

    /// The name of something addressed that does not lie below the author's post.
    fn outside(&self, directory: &Directory, post: &Post) -> Option<String> {
        let own = directory.area_of(post.seat)?;
        let tree = &directory.tree;
        let area = self.scope.areas.iter().find(|a| !tree.within(**a, own));
        let org = self.scope.orgs.iter().find(|o| {
            directory
                .org(**o)
                .is_none_or(|org| !tree.within(org.area, own))
        });
        let name = |id| {
            tree.get(id)
                .map_or("未知区域".into(), |a| a.name.to_string())
        };
        area.map(|a| name(*a)).or_else(|| {
            org.map(|o| {
                directory
                    .org(*o)
                    .map_or("未知单位".into(), |o| o.name.to_string())
            })
        })
    }

    /// Why `post` may not address those whom the draft addresses: notices go downwards in one's own
    /// area.
    #[must_use]
    pub fn out_of_reach(&self, directory: &Directory, post: &Post) -> Option<Problem> {
        if let Some(name) = self.outside(directory, post) {
            let message = format!("“{name}”不在您的管辖范围内，只能发给本辖区的下级");
            return Some(Problem::new("areas", "outside", message));
        }
        let own = match post.seat {
            Seat::Area(own) => directory.tree.get(own).map(|a| a.level),
            // How deep a department reaches is a matter of its admitted item.
            Seat::Org(_) => None,
        };
        let below = |role: &Role| role.level().is_some() && role.level() > own;
        let role = self.scope.roles.iter().find(|r| !below(r))?;
        let message = format!("“{}”不是您的下级岗位，只能向下级发布", role.word());
        Some(Problem::new("roles", "not_below", message))
    }

    /// Whom it reaches, if `post` publishes it. A bulletin reaches the desks it names and every desk
    /// above them up to the author's (R076).
    #[must_use]
    pub fn reach(&self, directory: &Directory, post: &Post) -> Scope {
        let tree = &directory.tree;
        if self.kind != Some(Kind::Bulletin) {
            return self.scope.clone().tidied(tree);
        }
        let Seat::Area(own) = post.seat else {
            return Scope::default();
        };
        let of_orgs = self.scope.orgs.iter().filter_map(|o| directory.org(*o));
        let seats = self
            .scope
            .areas
            .iter()
            .copied()
            .chain(of_orgs.map(|o| o.area))
            .flat_map(|a| tree.upward(a))
            .filter(|a| tree.within(a.id, own))
            .map(|a| a.id)
            .collect();
        Scope {
            seats,
            orgs: self.scope.orgs.clone(),
            ..Scope::default()
        }
        .tidied(tree)
    }

    fn problems(&self, directory: &Directory, post: &Post, now: Instant) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.out_of_reach(directory, post).into_iter().collect();
        words_of(&self.wording(), now, &mut problems);
        let mut broken = |field: &str, code: &str, message: String| {
            problems.push(Problem::new(field, code, message));
        };
        let (areas, orgs) = (&self.scope.areas, &self.scope.orgs);
        let bulletin = self.kind == Some(Kind::Bulletin);
        if self.kind.is_none() {
            broken("kind", "required", "请选择类型：通知、任务或通报".into());
        }
        if areas.is_empty() && orgs.is_empty() {
            broken("areas", "required", "请选择发到哪些区域或单位".into());
        }
        if areas.len() > NOTICE_TARGETS_MAX || orgs.len() > NOTICE_TARGETS_MAX {
            let message =
                format!("一次最多选 {NOTICE_TARGETS_MAX} 个区域或单位，请改选它们的上级区域");
            broken("areas", "too_many", message);
        }
        if !bulletin && !areas.is_empty() && self.scope.roles.is_empty() {
            broken("roles", "required", "请选择发给哪些岗位".into());
        }
        if self.fields.len() > NOTICE_FIELDS_MAX
            || self
                .fields
                .iter()
                .any(|f| f.trim().is_empty() || f.chars().count() > TITLE_CHARS_MAX)
        {
            let message = format!("填报项最多 {NOTICE_FIELDS_MAX} 项，每项要有名称");
            broken("fields", "bad_fields", message);
        }
        if !self.fields.is_empty() && self.answer != Some(Answer::Reply) {
            let message = "有填报项的要选择“办结回复”";
            broken("fields", "no_reply", message.into());
        }
        if bulletin {
            if matches!(post.seat, Seat::Org(_)) {
                let message = "部门不能发通报；需要通报的请报所在市、县区中心";
                broken("kind", "department", message.into());
            }
            if !self.scope.roles.is_empty() {
                let message = "通报自动发给被通报的区域、部门及其上级，不用选岗位";
                broken("roles", "bulletin", message.into());
            }
            if self.answer == Some(Answer::Reply) {
                let message = "通报不能要求办结回复；需要整改的请另发任务";
                broken("answer", "bulletin", message.into());
            }
            if areas.iter().any(|a| post.seat == Seat::Area(*a)) {
                let message = "不能通报自己所在的区域，请选择下级区域或部门";
                broken("areas", "own", message.into());
            }
        } else if !self.matters.is_empty() {
            broken("matters", "bulletin_only", "只有通报可以关联事件".into());
        }
        if self.matters.len() > NOTICE_MATTERS_MAX {
            let message = format!("一份通报最多关联 {NOTICE_MATTERS_MAX} 个事件");
            broken("matters", "too_many", message);
        }
        if self.kind == Some(Kind::Task) && matches!(self.answer, None | Some(Answer::Read)) {
            let message = "任务要选择“签收确认”或“办结回复”；只需阅知的请发通知";
            broken("answer", "task", message.into());
        }
        problems
    }

    /// The towns whose own people get it as a task: their lists of powers are looked at (R203).
    #[must_use]
    pub fn towns(&self, directory: &Directory) -> Vec<AreaId> {
        let of_town = |r: &Role| r.level() == Some(Level::Town);
        match self.kind == Some(Kind::Task) && self.scope.roles.iter().any(of_town) {
            true => power::towns_in(&directory.tree, &self.scope.areas),
            false => Vec::new(),
        }
    }

    /// Whether it may go out from `post` at all: a department's work only through the gate.
    ///
    /// # Errors
    /// `Denied`, with the reason and the way to apply.
    pub fn admitted(&self, directory: &Directory, post: &Post, day: Day) -> Result<(), Refusal> {
        let Seat::Org(org) = post.seat else {
            return Ok(());
        };
        let fields = self.fields.len();
        power::on_list(directory, &self.powers, org, &self.towns(directory))?;
        admission::admit(directory, org, self.item.as_ref(), &self.scope, fields, day)
    }

    /// Publishes: the notice, and the roster of those who receive it now.
    ///
    /// # Errors
    /// `Denied` without the right; `Invalid` with every broken rule, also where nobody would get it.
    pub fn publish(
        self,
        directory: &Directory,
        actor: &Actor,
        id: NoticeId,
        (now, day): (Instant, Day),
    ) -> Result<(Notice, Roster), Refusal> {
        let post = self.author(directory, actor)?;
        self.admitted(directory, post, day)?;
        let mut problems = self.problems(directory, post, now);
        let scope = self.reach(directory, post);
        // The author needs no notice of the author's own.
        let roster = Roster::new(
            scope
                .recipients(directory, day)
                .filter(|p| p.account != actor.account)
                .map(|p| p.id),
        );
        if problems.is_empty() && roster.is_empty() {
            problems.push(Problem::new(
                "areas",
                "nobody",
                "所选范围内现在没有在岗人员，没有人能收到；请改选区域或岗位",
            ));
        }
        if !problems.is_empty() {
            return Err(Refusal::Invalid(problems));
        }
        let named = match self.kind {
            Some(Kind::Bulletin) => {
                let areas = self.scope.areas.iter().map(|a| Seat::Area(*a));
                areas
                    .chain(self.scope.orgs.iter().map(|o| Seat::Org(*o)))
                    .collect()
            }
            _ => Vec::new(),
        };
        let notice = Notice {
            id,
            kind: self.kind.unwrap_or(Kind::Notice),
            answer: self.answer.unwrap_or(Answer::Read),
            version: 1,
            read_from: 1,
            wording: self.wording(),
            scope,
            named,
            matters: self.matters,
            item: self.item.map(|item| (item.id, item.application.title)),
            fields: self.fields.iter().map(|f| f.trim().to_owned()).collect(),
            sender: Sender {
                account: actor.account,
                name: actor.name.clone(),
                title: directory.title(post),
                seat: post.seat,
                desk: directory.seat_name(post.seat),
            },
            published: now,
            urges: 0,
            urged: None,
            withdrawn: None,
        };
        Ok((notice, roster))
    }
}

/// Notes every rule that title, text, attachments and deadline break.
pub(super) fn words_of(wording: &Wording, since: Instant, problems: &mut Vec<Problem>) {
    let mut broken = |field: &str, code: &str, message: String| {
        problems.push(Problem::new(field, code, message));
    };
    let long = wording.title.chars().count();
    if long == 0 || long > TITLE_CHARS_MAX {
        let message = format!("请填写标题，最多 {TITLE_CHARS_MAX} 个字");
        broken("title", "required", message);
    }
    let long = wording.text.chars().count();
    if long == 0 || long > TEXT_CHARS_MAX {
        let message = format!("请填写正文，最多 {TEXT_CHARS_MAX} 个字");
        broken("text", "required", message);
    }
    if wording.files.len() > FILES_MAX {
        let message = format!("附件最多 {FILES_MAX} 个，请删减后再发");
        broken("files", "too_many", message);
    }
    if wording
        .due
        .is_some_and(|due| due <= since || due > since.plus_hours(24 * NOTICE_DUE_DAYS_MAX))
    {
        let message = format!("截止时间要晚于发布时间，且不超过 {NOTICE_DUE_DAYS_MAX} 天");
        broken("due", "bad_time", message);
    }
}
