//! Changes of the tree (R004): proposed below, decided above, carried out on their day.

mod apply;
mod follow;
pub(crate) mod form;
mod preview;

pub use preview::{MatterMoves, PostMove, Preview};

use crate::identity::entry;
use crate::post::staff_only;
use crate::tell::{telling, told_person};
use crate::{Fault, Office, Result, World};
use civic::area::{Change, ChangeState};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId};
use civic::limits::{AREA_PLAN_DAYS_MAX, TEXT_CHARS_MAX};
use civic::matter::NoticeKind;
use civic::post::Seat;
use civic::refusal::Refusal;
use civic::rights::{self, Relation, Verb};
use civic::time::Day;
use store::area_change::{ChangeRow, Past, Signature};
use store::driver::Conn;
use store::lane::Failure;

/// Rows looked through at a time for a list.
const PAGE: usize = 200;

/// What an area was, and the changes that touched it.
#[derive(Debug, Clone)]
pub struct AreaHistory {
    /// Former names and parents, newest first.
    pub past: Vec<(Past, String)>,
    /// The changes, newest first.
    pub changes: Vec<ChangeRow>,
}

/// A change, and what the reader may do with it.
#[derive(Debug, Clone)]
pub struct ChangeSeen {
    /// The change.
    pub row: ChangeRow,
    /// May decide it now.
    pub may_decide: bool,
    /// May withdraw it now.
    pub may_withdraw: bool,
    /// May bring the boundaries back that it replaced.
    pub may_restore: bool,
}

impl Office {
    /// Shows what a change would do, and changes nothing.
    ///
    /// # Errors
    /// `Denied` outside the actor's area; `Invalid` with all that is wrong.
    pub async fn preview_change(
        &self,
        actor: &Actor,
        change: &Change,
        day: Day,
    ) -> Result<Preview> {
        let plan = self.planned(actor, change, day).await?;
        self.preview(actor, plan, form::read(change)?).await
    }

    /// The plan of a change that the actor may propose.
    async fn planned(&self, actor: &Actor, change: &Change, day: Day) -> Result<civic::area::Plan> {
        self.require(actor, Verb::ProposeAreas)?;
        let today = self.today();
        if day < today || day.0 - today.0 > AREA_PLAN_DAYS_MAX {
            let text = format!("生效日期应在今天到 {AREA_PLAN_DAYS_MAX} 天之内");
            return Err(Refusal::invalid("day", "bad_day", text).into());
        }
        let fresh = self.read(store::area_change::fresh_area).await?;
        let world = self.world();
        let plan = civic::area::plan(world.directory(), change, day, fresh)?;
        self.require_over(actor, Verb::ProposeAreas, plan.scope)?;
        Ok(plan)
    }

    /// Proposes a change. Another person above decides.
    ///
    /// # Errors
    /// As [`Office::preview_change`]; `Conflict` where an open change touches the same areas.
    pub async fn propose_change(
        &self,
        actor: &Actor,
        change: Change,
        day: Day,
        reason: String,
    ) -> Result<ChangeRow> {
        let plan = self.planned(actor, &change, day).await?;
        let reason = worded("reason", &reason, "请写明为什么要调整")?;
        let (world, now, actor) = (self.world(), self.now(), actor.clone());
        let work = move |conn: &mut Conn| {
            if let Some(open) = store::area_change::open_on(conn, &change.touches())? {
                let text = format!(
                    "这些区域已有一项{}的调整（{}，{} 生效），请先等它办结或撤销",
                    open.state.word(),
                    open.sentence,
                    open.day
                );
                return Err(Refusal::Conflict(text).into());
            }
            let row = ChangeRow {
                id: store::fresh_id(conn, "area_change", now)?,
                change,
                scope: plan.scope,
                day,
                state: ChangeState::Proposed,
                sentence: plan.sentence,
                reason,
                proposer: Signature {
                    account: actor.account,
                    name: actor.name.clone(),
                    at: now,
                },
                decider: None,
                ended_at: None,
                outcome: None,
            };
            store::area_change::insert(conn, &row)?;
            let object = format!("area_change:{}", row.id);
            let detail = format!("提出区划调整，{day} 生效：{}", row.sentence);
            let line = entry(&actor, now, "propose_areas", object, detail);
            store::audit::append(conn, &line)?;
            let text = format!("{}提出区划调整，请审批：{}", actor.name, row.sentence);
            let told = deciders(&world, row.scope, world.rules.day(now), actor.account);
            let notices = told
                .into_iter()
                .map(|account| told_person(account, NoticeKind::Asked, &text));
            let reform = telling(now, notices.collect());
            Ok((row, reform))
        };
        self.store
            .reform(work, |row| row)
            .await
            .map_err(Fault::from)
    }

    /// Decides a proposed change: granted, it waits for its day, or takes effect at once where the
    /// day has come.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who may not decide over all that changes, and for who proposed it;
    /// `Conflict` where it is not waiting for a decision or cannot be carried out any more.
    pub async fn decide_change(
        &self,
        actor: &Actor,
        id: i64,
        granted: bool,
        opinion: String,
    ) -> Result<ChangeSeen> {
        let row = self.change_row(actor, id).await?;
        self.may_decide(actor, &row)?;
        let opinion = match granted {
            true => opinion.trim().to_owned(),
            false => worded("opinion", &opinion, "不批准时请写明理由")?,
        };
        if granted {
            // Refused now rather than on the day.
            let (world, day) = (self.world(), row.day.max(self.today()));
            let fresh = self.read(store::area_change::fresh_area).await?;
            civic::area::plan(world.directory(), &row.change, day, fresh)?;
        }
        let (now, by) = (self.now(), actor.clone());
        let work = move |conn: &mut Conn| {
            let row = waiting(conn, id, &[ChangeState::Proposed])?;
            let (state, word) = match granted {
                true => (ChangeState::Planned, "批准"),
                false => (ChangeState::Refused, "未批准"),
            };
            let signed = Signature {
                account: by.account,
                name: by.name.clone(),
                at: now,
            };
            store::area_change::decide(conn, id, state, &signed, &opinion)?;
            let detail = format!("{word}区划调整，{} 生效：{}", row.day, row.sentence);
            let object = format!("area_change:{id}");
            store::audit::append(conn, &entry(&by, now, "decide_areas", object, detail))?;
            let text = format!("您提出的区划调整{word}:{}。{opinion}", row.sentence);
            let notice = told_person(row.proposer.account, NoticeKind::Decided, &text);
            Ok(((), telling(now, vec![notice])))
        };
        self.store
            .reform(work, |()| ())
            .await
            .map_err(Fault::from)?;
        if granted && row.day <= self.today() {
            self.apply_change(id).await?;
        }
        self.change(actor, id).await
    }

    /// Withdraws a change before it takes effect: by who proposed it, or who may decide it.
    ///
    /// # Errors
    /// `Unknown`; `Denied`; `Conflict` where it took effect or ended otherwise.
    pub async fn withdraw_change(&self, actor: &Actor, id: i64) -> Result<ChangeSeen> {
        let row = self.change_row(actor, id).await?;
        if row.proposer.account != actor.account {
            self.require_over(actor, Verb::DecideAreas, row.scope)?;
        }
        let (now, by) = (self.now(), actor.clone());
        let work = move |conn: &mut Conn| {
            let open = [ChangeState::Proposed, ChangeState::Planned];
            let row = waiting(conn, id, &open)?;
            let outcome = format!("由{}撤销，没有作任何改动", by.name);
            store::area_change::finish(conn, id, ChangeState::Withdrawn, now, &outcome)?;
            let detail = format!("撤销区划调整：{}", row.sentence);
            let object = format!("area_change:{id}");
            store::audit::append(conn, &entry(&by, now, "withdraw_areas", object, detail))?;
            let text = format!("区划调整已撤销：{}", row.sentence);
            let others = [
                Some(row.proposer.account),
                row.decider.map(|(who, _)| who.account),
            ];
            let notices = others
                .into_iter()
                .flatten()
                .filter(|account| *account != by.account)
                .map(|account| told_person(account, NoticeKind::Decided, &text));
            Ok(((), telling(now, notices.collect())))
        };
        self.store
            .reform(work, |()| ())
            .await
            .map_err(Fault::from)?;
        self.change(actor, id).await
    }

    /// Changes within an area, newest first, before the id `before`.
    ///
    /// # Errors
    /// `Denied` for who holds no post.
    pub async fn changes(
        &self,
        actor: &Actor,
        area: AreaId,
        state: Option<ChangeState>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<ChangeSeen>> {
        staff_only(actor)?;
        let (world, mut after, mut found) = (self.world(), before, Vec::new());
        while found.len() < limit {
            let page = self
                .read(move |conn| store::area_change::page(conn, after, PAGE))
                .await?;
            after = page.last().map(|row| row.id);
            let last = page.len() < PAGE;
            found.extend(page.into_iter().filter(|row| {
                world.tree().within(row.scope, area) && state.is_none_or(|s| s == row.state)
            }));
            if last {
                break;
            }
        }
        found.truncate(limit);
        Ok(found.into_iter().map(|r| self.seen(actor, r)).collect())
    }

    /// One change.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who holds no post.
    pub async fn change(&self, actor: &Actor, id: i64) -> Result<ChangeSeen> {
        Ok(self.seen(actor, self.change_row(actor, id).await?))
    }

    /// What an open change would do today.
    ///
    /// # Errors
    /// As [`Office::preview_change`]; `Conflict` for a change that has ended.
    pub async fn preview_of_change(&self, actor: &Actor, id: i64) -> Result<Preview> {
        let row = self.change_row(actor, id).await?;
        self.require_over(actor, Verb::ProposeAreas, row.scope)
            .or_else(|_| self.require_over(actor, Verb::DecideAreas, row.scope))?;
        if !row.state.is_open() {
            let text = format!("这项调整{}，没有要预览的内容", row.state.word());
            return Err(Refusal::Conflict(text).into());
        }
        let (world, day) = (self.world(), row.day.max(self.today()));
        let fresh = self.read(store::area_change::fresh_area).await?;
        let plan = civic::area::plan(world.directory(), &row.change, day, fresh)?;
        self.preview(actor, plan, form::read(&row.change)?).await
    }

    /// What an area was, and what changed it.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who holds no post.
    pub async fn area_history(&self, actor: &Actor, area: AreaId) -> Result<AreaHistory> {
        staff_only(actor)?;
        let world = self.world();
        let found = world.tree().get(area);
        found.ok_or_else(|| Refusal::unknown("区域"))?;
        let (past, changes) = self
            .read(move |conn| {
                Ok((
                    store::area_change::past_of(conn, area)?,
                    store::area_change::of_area(conn, area)?,
                ))
            })
            .await?;
        let placed = past.into_iter().map(|past| {
            let above = world.tree().full_name(past.parent);
            (past, above)
        });
        Ok(AreaHistory {
            past: placed.collect(),
            changes,
        })
    }

    async fn change_row(&self, actor: &Actor, id: i64) -> Result<ChangeRow> {
        staff_only(actor)?;
        let found = self
            .read(move |conn| store::area_change::get(conn, id))
            .await?;
        Ok(found.ok_or_else(|| Refusal::unknown("区划调整"))?)
    }

    fn seen(&self, actor: &Actor, row: ChangeRow) -> ChangeSeen {
        let decides = self
            .require_over(actor, Verb::DecideAreas, row.scope)
            .is_ok();
        let own = row.proposer.account == actor.account;
        ChangeSeen {
            may_decide: row.state == ChangeState::Proposed && decides && !own,
            may_withdraw: row.state.is_open() && (decides || own),
            may_restore: row.state == ChangeState::Applied
                && matches!(row.change, Change::Redraw { .. })
                && self
                    .require_over(actor, Verb::ManageAreas, row.scope)
                    .is_ok(),
            row,
        }
    }

    fn may_decide(&self, actor: &Actor, row: &ChangeRow) -> Result<()> {
        self.require_over(actor, Verb::DecideAreas, row.scope)?;
        if row.proposer.account == actor.account {
            return Err(
                Refusal::Denied("您提出的调整要由别人审批；不再需要时可以撤销".into()).into(),
            );
        }
        Ok(())
    }
}

/// The change in one of these states, inside the transaction that changes it.
fn waiting(
    conn: &mut Conn,
    id: i64,
    states: &[ChangeState],
) -> std::result::Result<ChangeRow, Failure> {
    let row = store::area_change::get(conn, id)?.ok_or_else(|| Refusal::unknown("区划调整"))?;
    if !states.contains(&row.state) {
        let text = format!("这项调整{}，不能再这样操作", row.state.word());
        return Err(Refusal::Conflict(text).into());
    }
    Ok(row)
}

/// A text that must be there.
fn worded(field: &str, text: &str, missing: &str) -> Result<String> {
    let text = text.trim();
    let chars = text.chars().count();
    match chars {
        0 => Err(Refusal::invalid(field, "required", missing).into()),
        n if n > TEXT_CHARS_MAX => {
            let text = format!("文字太长：最多 {TEXT_CHARS_MAX} 字，现在 {n} 字，请删减");
            Err(Refusal::invalid(field, "too_long", text).into())
        }
        _ => Ok(text.to_owned()),
    }
}

/// Who may decide over an area and sits nearest to it.
fn deciders(world: &World, scope: AreaId, day: Day, but: AccountId) -> Vec<AccountId> {
    let decides = |role| rights::relations(role, Verb::DecideAreas).any(|r| r == Relation::Within);
    world
        .tree()
        .upward(scope)
        .map(|area| {
            let posts = world.directory().posts_at(Seat::Area(area.id), day);
            let mut held: Vec<AccountId> = posts
                .filter(|p| decides(p.role) && p.account != but)
                .map(|p| p.account)
                .collect();
            held.sort_unstable();
            held.dedup();
            held
        })
        .find(|held| !held.is_empty())
        .unwrap_or_default()
}
