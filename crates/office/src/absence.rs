//! Absence and substitution (R014): arranging who acts for a post, ending it, seeing it.

use crate::identity::entry;
use crate::post::{Person, account_of, is_admin};
use crate::{Office, Result, World};
use civic::absence::{Absence, Absences, REASONS};
use civic::area::Area;
use civic::directory::Actor;
use civic::id::{AbsenceId, AccountId, AreaId, PostId};
use civic::post::{Post, Seat};
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::rights::{Relation, Verb, relations};
use civic::time::Day;
use store::account::{Account, AccountKind};

/// Longest absence in days; whoever is away for longer leaves the post.
const DAYS_MAX: i64 = 366;

/// An absence to be arranged.
#[derive(Debug, Clone)]
pub struct AbsenceInput {
    /// Who acts meanwhile.
    pub substitute: Person,
    /// First day away.
    pub from: Day,
    /// First day back.
    pub to: Day,
    /// Code of [`civic::absence::REASONS`].
    pub reason: String,
}

/// An absence as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsenceRow {
    /// The absence.
    pub absence: Absence,
    /// Title of the post.
    pub title: String,
    /// Who acts today, at the end of the chain: `丙（代甲）`; none on a day on which the holder is there.
    pub acting: Option<String>,
}

impl Office {
    /// Arranges who acts for the holder of a post. One arranges it for one's own posts; for others
    /// whoever holds the verb above them, or leads their area.
    ///
    /// # Errors
    /// `Unknown`, `Denied`; `Invalid` for days, reason and a substitute that do not fit; `Conflict`
    /// where the holder is away already or the chain would lead back to the holder.
    pub async fn arrange_absence(
        &self,
        actor: &Actor,
        post: PostId,
        wanted: AbsenceInput,
    ) -> Result<AbsenceRow> {
        let (world, now, today) = (self.world(), self.now(), self.today());
        let person = wanted.substitute.clone();
        let (post, substitute, holder) = self
            .read(move |conn| {
                let post = store::post::by_id(conn, post)?;
                let holder = match &post {
                    Some(post) => store::account::by_id(conn, post.account)?,
                    None => None,
                };
                Ok((post, account_of(conn, person)?, holder))
            })
            .await?;
        let (Some(post), Some(holder)) = (post, holder) else {
            return Err(Refusal::unknown("岗位").into());
        };
        may_arrange(&world, actor, &post)?;
        let substitute = check(&world, today, &post, &wanted, substitute)?;
        let mut absence = Absence {
            id: AbsenceId(0),
            post: post.id,
            absent: holder.id,
            absent_name: holder.name.into(),
            substitute: substitute.id,
            substitute_name: substitute.name.into(),
            from: wanted.from,
            to: wanted.to,
            reason: wanted.reason.into(),
        };
        let title = world.directory().title(&post);
        let detail = format!(
            "{title}{} {} 至 {} 由 {} 代理",
            absence.absent_name, absence.from, absence.to, absence.substitute_name
        );
        let keeper = actor.clone();
        let absence = self
            .write(move |conn| {
                // As they stand now: two arrangements of one moment must not make a circle.
                Absences::new(store::absence::not_over(conn, today)?).check(&absence)?;
                absence.id = AbsenceId(store::fresh_id(conn, "absence", now)?);
                store::absence::insert(conn, &absence)?;
                let object = format!("post:{}", absence.post);
                store::audit::append(conn, &entry(&keeper, now, "substitute", object, detail))?;
                Ok(absence)
            })
            .await?;
        self.reload().await?;
        Ok(self.absence_row(&self.world(), absence, title))
    }

    /// Ends an absence early: `to` is the first day back. The rights of the substitute end with it.
    ///
    /// # Errors
    /// `Unknown`, `Denied`; `Conflict` where it is over before that day.
    pub async fn end_absence(&self, actor: &Actor, id: AbsenceId, to: Day) -> Result<()> {
        let (world, now) = (self.world(), self.now());
        let found = self
            .read(move |conn| {
                let absence = store::absence::by_id(conn, id)?;
                let post = match &absence {
                    Some(a) => store::post::by_id(conn, a.post)?,
                    None => None,
                };
                Ok(absence.zip(post))
            })
            .await?;
        let (absence, post) = found.ok_or_else(|| Refusal::unknown("代理安排"))?;
        may_arrange(&world, actor, &post)?;
        if absence.to <= to {
            return Err(Refusal::Conflict(format!(
                "这次代理已于 {} 结束，不能再延后；需要延长请另行安排",
                absence.to
            ))
            .into());
        }
        let to = to.max(absence.from);
        let detail = format!(
            "{}恢复履职，{} 的代理自 {to} 结束",
            absence.absent_name, absence.substitute_name
        );
        let keeper = actor.clone();
        self.write(move |conn| {
            store::absence::end(conn, id, to)?;
            let object = format!("post:{}", absence.post);
            store::audit::append(conn, &entry(&keeper, now, "end_substitute", object, detail))?;
            Ok(())
        })
        .await?;
        self.reload().await
    }

    /// The absences at an area and below that are not over, the earliest first; at most `limit`.
    ///
    /// # Errors
    /// `Denied` outside the actor's area.
    pub fn absences(&self, actor: &Actor, area: AreaId, limit: usize) -> Result<Vec<AbsenceRow>> {
        // Who is away is for their colleagues; others see on the post who acts, and no more.
        self.require_over(actor, Verb::SeeBoard, area)
            .or_else(|_| self.require_over(actor, Verb::ManagePosts, area))?;
        let world = self.world();
        let directory = world.directory();
        let mut found: Vec<(&Absence, &Post)> = directory
            .absences()
            .all()
            .iter()
            .filter_map(|a| Some((a, directory.absent_post(a.post)?)))
            .filter(|(_, post)| {
                area_of(&world, post).is_some_and(|own| world.tree().within(own.id, area))
            })
            .collect();
        found.sort_by_key(|(a, _)| (a.from, a.id));
        found.truncate(limit);
        let rows = found
            .into_iter()
            .map(|(a, post)| self.absence_row(&world, a.clone(), directory.title(post)));
        Ok(rows.collect())
    }

    fn absence_row(&self, world: &World, absence: Absence, title: String) -> AbsenceRow {
        let today = self.today();
        let acting = world.directory().absences().acting(absence.post, today);
        AbsenceRow {
            acting: acting.filter(|_| absence.on(today)).map(|a| a.words()),
            absence,
            title,
        }
    }
}

/// The area of a post: its own, or that of its organisation.
fn area_of<'a>(world: &'a World, post: &Post) -> Option<&'a Area> {
    let area = match post.seat {
        Seat::Area(area) => area,
        Seat::Org(org) => world.directory().org(org)?.area,
    };
    world.tree().get(area)
}

fn may_arrange(world: &World, actor: &Actor, post: &Post) -> std::result::Result<(), Refusal> {
    if is_admin(post.role) {
        return Err(Refusal::Denied(
            "系统、安全、审计管理员不能由他人代理，以保证三员分立；请由安装人员另行任命".into(),
        ));
    }
    if post.account == actor.account {
        return Ok(());
    }
    let area = area_of(world, post).ok_or_else(|| Refusal::unknown("岗位"))?;
    let from_above = actor.posts.iter().any(|p| {
        let holds = relations(p.role, Verb::Substitute).any(|r| r == Relation::Within);
        let over = matches!(p.seat, Seat::Area(own)
            if world.tree().within(area.id, own) && (own != area.id || p.role.leads()));
        holds && over
    });
    if from_above {
        Ok(())
    } else {
        Err(Refusal::Denied(
            "只能为自己的岗位安排代理；别人的岗位请由本人、本区域领导或上级安排".into(),
        ))
    }
}

/// Every rule that an arrangement breaks by itself; else the account of the substitute.
fn check(
    world: &World,
    today: Day,
    post: &Post,
    wanted: &AbsenceInput,
    substitute: Option<Account>,
) -> std::result::Result<Account, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut broken = |field: &str, code: &str, message: String| {
        problems.push(Problem::new(field, code, message))
    };
    if wanted.from < today {
        broken("from", "past", "外出日期不能早于今天".into());
    }
    if wanted.to <= wanted.from {
        broken("to", "before_start", "返岗日期要晚于外出日期".into());
    } else if wanted.to.0 - wanted.from.0 > DAYS_MAX {
        let message = format!("一次代理最多 {DAYS_MAX} 天；时间更长请办理离任，另行任命");
        broken("to", "too_long", message);
    }
    if !post.held_on(wanted.from) {
        let message = format!("这个岗位在 {} 无人任职，不需要代理", wanted.from);
        broken("from", "not_in_office", message);
    }
    if !REASONS.iter().any(|(code, _)| *code == wanted.reason) {
        let words: Vec<_> = REASONS.iter().map(|(_, word)| *word).collect();
        broken(
            "reason",
            "unknown_reason",
            format!("请选择事由：{}", words.join("、")),
        );
    }
    match &substitute {
        None => broken(
            "substitute",
            "unknown_account",
            "没有这个账号，请填写代理人的登录账号".into(),
        ),
        Some(account) if account.disabled_at.is_some() => broken(
            "substitute",
            "disabled",
            format!("“{}”的账号已停用，请另选代理人", account.name),
        ),
        Some(account)
            if account.kind != AccountKind::Staff
                || !near(world, post, account.id, wanted.from) =>
        {
            broken(
                "substitute",
                "not_near",
                format!(
                    "“{}”在 {} 不是同一上级之下的在岗人员，请从本单位、本区域、相邻区域或上级中选择代理人",
                    account.name, wanted.from
                ),
            );
        }
        Some(_) => {}
    }
    substitute.filter(|_| problems.is_empty()).ok_or(problems)
}

/// Whether somebody works close to a post: in the same organisation; above its area; or anywhere
/// below the area above. Administrators stay out of business.
fn near(world: &World, post: &Post, account: AccountId, day: Day) -> bool {
    let Some(area) = area_of(world, post) else {
        return false;
    };
    let tree = world.tree();
    let above = tree.parent(area.id).map_or(area.id, |a| a.id);
    let own = world.directory().own_posts(account, day);
    !own.iter().any(|p| is_admin(p.role))
        && own.iter().any(|p| {
            p.seat == post.seat
                || area_of(world, p)
                    .is_some_and(|a| tree.within(a.id, above) || tree.within(area.id, a.id))
        })
}
