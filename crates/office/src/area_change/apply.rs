//! Carrying out a change on its day, in one transaction: areas, boundaries, posts, and every open
//! matter with a step in its journal.

use super::follow::Following;
use super::waiting;
use crate::identity::entry;
use crate::tell::{telling, told_person};
use crate::{Fault, Office, Result, World};
use atlas::{Boundary, Point, decode_boundary, encode_boundary, halve, join};
use civic::area::{ChangeState, Level, Plan, Tree};
use civic::directory::{Actor, Directory};
use civic::id::{AreaId, MatterId};
use civic::matter::{Desk, Matter, Notice, NoticeKind, rehome};
use civic::refusal::Refusal;
use civic::time::Instant;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use store::area_change;
use store::driver::Conn;
use store::lane::{Failure, Reform};

impl Office {
    /// Carries out the planned changes whose day has come. Says how many took effect.
    ///
    /// # Errors
    /// When the database fails. A change that cannot be carried out any more is marked so, with the
    /// reason, and who asked for it is told.
    pub async fn apply_changes(&self) -> Result<usize> {
        let today = self.today();
        let due = self.read(move |conn| area_change::due(conn, today)).await?;
        let mut done = 0;
        for row in due {
            done += usize::from(self.apply_change(row.id).await?);
        }
        Ok(done)
    }

    /// Carries out one planned change. Says whether it took effect.
    pub(super) async fn apply_change(&self, id: i64) -> Result<bool> {
        let now = self.now();
        let (worlds, turn, world) = (
            Arc::clone(&self.world),
            Arc::clone(&self.turn),
            self.world(),
        );
        let work = move |conn: &mut Conn| carry_out(conn, id, &world, now);
        // In place before the next command is decided: none falls between the old tree and the new.
        let after = move |world: World| {
            turn.fetch_add(1, Ordering::AcqRel);
            worlds.store(Arc::new(world));
        };
        match self.store.reform(work, after).await.map_err(Fault::from) {
            Ok(()) => Ok(true),
            Err(Fault::Refused(Refusal::Busy(text))) => Err(Refusal::Busy(text).into()),
            Err(Fault::Refused(why)) => {
                self.fail_change(id, why.to_string()).await?;
                Ok(false)
            }
            Err(fault) => Err(fault),
        }
    }

    async fn fail_change(&self, id: i64, why: String) -> Result<()> {
        let now = self.now();
        let work = move |conn: &mut Conn| {
            let row = waiting(conn, id, &[ChangeState::Planned])?;
            area_change::finish(conn, id, ChangeState::Failed, now, &why)?;
            let text = format!("区划调整未能生效：{}。原因：{why}", row.sentence);
            let line = entry(
                &Actor::system(),
                now,
                "fail_areas",
                format!("area_change:{id}"),
                text.clone(),
            );
            store::audit::append(conn, &line)?;
            let people = [Some(row.proposer), row.decider.map(|(who, _)| who)];
            let notices = people
                .into_iter()
                .flatten()
                .map(|who| told_person(who.account, NoticeKind::Decided, &text));
            Ok(((), telling(now, notices.collect())))
        };
        self.store.reform(work, |()| ()).await.map_err(Fault::from)
    }
}

/// The open matters that a change may put elsewhere.
pub(super) fn disturbed_matters(
    conn: &mut Conn,
    plan: &Plan,
    tree: &Tree,
) -> store::driver::Result<Vec<Matter>> {
    let mut by_level: HashMap<Level, Vec<AreaId>> = HashMap::new();
    for area in plan.disturbed().filter_map(|a| tree.get(a)) {
        let ids = by_level.entry(area.level).or_default();
        match area.level {
            // Matters are found by their innermost grid.
            Level::Grid => ids.extend(
                tree.subtree(area.id)
                    .filter(|a| a.level == Level::Grid)
                    .map(|a| a.id),
            ),
            _ => ids.push(area.id),
        }
    }
    let mut all: HashMap<MatterId, Matter> = HashMap::new();
    for (level, mut ids) in by_level {
        ids.sort_unstable();
        ids.dedup();
        let found = store::matter::open_in(conn, level, &ids)?;
        all.extend(found.into_iter().map(|m| (m.id, m)));
    }
    let mut all: Vec<Matter> = all.into_values().collect();
    all.sort_by_key(|m| m.id);
    Ok(all)
}

/// The whole transaction. `known` gives the calendar; tree and posts are read anew.
fn carry_out(
    conn: &mut Conn,
    id: i64,
    known: &World,
    now: Instant,
) -> std::result::Result<(World, Reform), Failure> {
    let row = waiting(conn, id, &[ChangeState::Planned])?;
    let tree = Tree::build(store::area::load_all(conn)?).map_err(Refusal::Invalid)?;
    let directory = Directory::new(
        tree,
        store::org::load_all(conn)?,
        store::post::load_all(conn)?,
    );
    let day = known.rules.day(now);
    let fresh = area_change::fresh_area(conn)?;
    let mut plan = civic::area::plan(&directory, &row.change, day, fresh)?;
    let after = plan.after(&directory.tree).map_err(Refusal::Invalid)?;
    let mut drawn = redraw(conn, &plan, &directory.tree, &after)?;
    drawn.extend(super::form::read(&row.change)?);
    for area in &mut plan.begins {
        if let Some(label) = drawn.get(&area.id).and_then(Boundary::label) {
            (area.lon, area.lat) = (label.lon, label.lat);
        }
    }
    let disturbed = disturbed_matters(conn, &plan, &directory.tree)?;
    let moved: Vec<MatterId> = disturbed
        .iter()
        .filter(|m| plan.home(&after, &m.path, &m.place).is_some())
        .map(|m| m.id)
        .collect();
    let following = Following::find(conn, (&plan, known), (&directory.tree, &after), &moved, now)?;
    let along = counted(&following.counts());
    let posts = area_change::apply(conn, id, &plan, &directory.tree, now)?;
    following.write(conn, &plan, &directory.tree, &posts, (&row.sentence, now))?;
    let forms: Vec<(AreaId, Option<Vec<u8>>)> = drawn
        .iter()
        .map(|(area, boundary)| (*area, Some(encode_boundary(boundary))))
        .collect();
    area_change::form::redraw(conn, id, day, &forms)?;
    let points = crate::boundary_import::outside(&directory.tree, &forms);
    area_change::form::place(conn, &points)?;
    let world = World::read(conn, now).map_err(|e| Refusal::Conflict(e.sentence))?;
    let homes = crate::address::disturbed(&plan, &directory.tree);
    crate::address::follow(conn, &homes, Some(&plan), &world)?;
    let mut reform = telling(now, told(&plan, &directory, &row.sentence));
    for matter in disturbed {
        let Some(home) = plan.home(world.tree(), &matter.path, &matter.place) else {
            continue;
        };
        let outcome = rehome(&world.rules, &matter, &home, &row.sentence, now)?;
        area_change::rest::place_order(conn, matter.id, &home.path)?;
        reform.outcome.steps.extend(outcome.steps);
        reform.outcome.matters.extend(outcome.matters);
        reform.outcome.notices.extend(outcome.notices);
        reform.before.push(matter);
    }
    let ended = plan.posts.iter().filter(|(_, to)| to.is_none()).count();
    let outcome = match plan.redraws.len() {
        0 => outcome_of(&plan, reform.before.len(), ended) + &along,
        n => format!("{n} 个区域的边界已更新，在办事件留在原处"),
    };
    area_change::finish(conn, id, ChangeState::Applied, now, &outcome)?;
    let detail = format!("区划调整生效：{}。{outcome}", row.sentence);
    let object = format!("area_change:{id}");
    store::audit::append(
        conn,
        &entry(&Actor::system(), now, "apply_areas", object, detail),
    )?;
    Ok((world, reform))
}

fn outcome_of(plan: &Plan, matters: usize, ended: usize) -> String {
    format!(
        "新设区域 {} 个，终止 {} 个，划转 {} 个；转办在办事件 {} 件；岗位延续 {} 个，结束 {ended} 个",
        plan.begins.len(),
        plan.ends.len(),
        plan.moves.len(),
        matters,
        plan.posts.len() - ended,
    )
}

/// `；随之划转：台账记录 3 件、值班安排 2 件`; empty where there is nothing.
fn counted(counts: &[(&str, usize)]) -> String {
    let all: Vec<String> = counts.iter().map(|(w, n)| format!("{w} {n} 件")).collect();
    match all.is_empty() {
        true => String::new(),
        false => format!("；随之划转：{}", all.join("、")),
    }
}

/// Who is told on the day: the desks above, of what begins, takes over and moves, and everybody
/// whose post ends.
fn told(plan: &Plan, directory: &Directory, sentence: &str) -> Vec<Notice> {
    let mut desks: BTreeSet<AreaId> = plan.moves.iter().map(|m| m.area).collect();
    desks.insert(plan.scope);
    desks.extend(plan.begins.iter().map(|a| a.id));
    desks.extend(plan.heirs.values().flatten());
    desks.extend(plan.renames.iter().map(|(area, _)| *area));
    desks.extend(&plan.redraws);
    let text = format!("区划调整今日生效：{sentence}");
    let mut notices: Vec<Notice> = desks
        .into_iter()
        .map(|area| Notice {
            desk: Desk::Area(area),
            account: None,
            kind: NoticeKind::Copied,
            matter: MatterId(0),
            text: text.clone(),
        })
        .collect();
    for (id, to) in &plan.posts {
        let Some(post) = directory.posts().find(|p| p.id == *id) else {
            continue;
        };
        if to.is_none() {
            let text = format!("{text}。您的岗位“{}”随之结束", directory.title(post));
            notices.push(told_person(post.account, NoticeKind::Copied, &text));
        }
    }
    notices
}

/// The boundaries that change with it. An area with others below it is drawn as their sum; where one
/// of them has no boundary, it stays as it was.
fn redraw(
    conn: &mut Conn,
    plan: &Plan,
    before: &Tree,
    after: &Tree,
) -> std::result::Result<HashMap<AreaId, Boundary>, Failure> {
    let mut drawn: HashMap<AreaId, Boundary> = HashMap::new();
    for (old, heirs) in &plan.heirs {
        let leaf = before.children(*old).all(|a| !a.valid_on(plan.day));
        let Some(ground) = boundary(conn, &drawn, *old)?.filter(|_| leaf) else {
            continue;
        };
        match (plan.line, &heirs[..]) {
            (Some([from, to]), [left, right]) => {
                let point = |[lon, lat]: [f64; 2]| Point { lon, lat };
                let (one, other) = halve(&ground, point(from), point(to)).ok_or_else(|| {
                    Refusal::Conflict("分界线没有穿过要拆分的区域，请重新画线".into())
                })?;
                drawn.insert(*left, one);
                drawn.insert(*right, other);
            }
            // Without a line the first has all the ground, so that no place is in no area.
            (_, [first, ..]) => {
                let joined = match boundary(conn, &drawn, *first)? {
                    Some(own) => join(&[own, ground]),
                    None => ground,
                };
                drawn.insert(*first, joined);
            }
            (_, []) => {}
        }
    }
    // Every area above what changed its place, up to the one that contains all, deepest first.
    let mut above: BTreeSet<(std::cmp::Reverse<usize>, AreaId)> = BTreeSet::new();
    let mut climb = |area: AreaId| {
        let way: Vec<AreaId> = after.upward(area).map(|a| a.id).collect();
        for (i, up) in way.iter().take_while(|a| **a != plan.scope).enumerate() {
            above.insert((std::cmp::Reverse(way.len() - i), *up));
        }
    };
    for moved in &plan.moves {
        climb(moved.from);
        climb(moved.to);
    }
    for (old, heirs) in &plan.heirs {
        for area in std::iter::once(old).chain(heirs) {
            if let Some(parent) = after.parent(*area) {
                climb(parent.id);
            }
        }
    }
    for (_, area) in above {
        let alive = after.get(area).is_some_and(|a| a.valid_on(plan.day));
        let below: Vec<AreaId> = after
            .children(area)
            .filter(|a| a.valid_on(plan.day))
            .map(|a| a.id)
            .collect();
        if !alive || below.is_empty() {
            continue;
        }
        let mut parts = Vec::with_capacity(below.len());
        for child in &below {
            parts.extend(boundary(conn, &drawn, *child)?);
        }
        if parts.len() == below.len() {
            drawn.insert(area, join(&parts));
        }
    }
    Ok(drawn)
}

fn boundary(
    conn: &mut Conn,
    drawn: &HashMap<AreaId, Boundary>,
    area: AreaId,
) -> std::result::Result<Option<Boundary>, Failure> {
    if let Some(known) = drawn.get(&area) {
        return Ok(Some(known.clone()));
    }
    let rows = store::area::boundaries_of(conn, &[area])?;
    Ok(rows
        .first()
        .and_then(|(_, body)| decode_boundary(body).ok()))
}
