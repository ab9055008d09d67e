//! The list behind a figure: which matters were counted.

use super::count::{Index, bounds, counts, is_concerned, is_unheard, scope};
use crate::{Office, Result, World};
use civic::area::Level;
use civic::assessment::{Assessed, Assessment, Basis, Check, Subject};
use civic::directory::Actor;
use civic::id::{AreaId, AssessmentId, MatterId};
use civic::kpi::Kpi;
use civic::matter::Matter;
use civic::measure::{self, Measure, Span};
use civic::refusal::Refusal;
use civic::time::Instant;
use std::collections::BTreeMap;
use store::driver::Conn;
use store::matter::Filter;

/// Matters of one page.
const PAGE_MATTERS: usize = 50;
/// Matters looked through at a time.
const CHUNK: usize = 500;

/// Which part of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What stands above the line.
    Above,
    /// What stands below it.
    Below,
}

/// One matter behind a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehindRow {
    /// The matter.
    pub id: MatterId,
    /// Its number.
    pub no: String,
    /// Its title.
    pub title: String,
    /// When it was reported.
    pub reported_at: Instant,
    /// How often it counts.
    pub times: i64,
}

/// A page of the matters behind a figure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind {
    /// Those that the reader may see.
    pub rows: Vec<BehindRow>,
    /// How many of this page they may not.
    pub hidden: usize,
    /// Where the next page begins.
    pub next: Option<MatterId>,
}

impl Office {
    /// The matters counted above or below the line of an indicator, newest first. Of those that the
    /// reader may not see it says only how many there are.
    ///
    /// # Errors
    /// `Unknown` for who may not see the result, and for what is not computed.
    pub async fn assessment_behind(
        &self,
        actor: &Actor,
        (id, no): (AssessmentId, u32),
        indicator: &str,
        side: Side,
        after: Option<MatterId>,
    ) -> Result<Behind> {
        let (assessment, one) = self.seen_result(actor, id, no).await?;
        let found = assessment.scheme.indicator(indicator);
        let basis = found.map(|i| i.basis.clone());
        let basis = basis.filter(|b| *b != Basis::Manual);
        let basis = basis.ok_or_else(|| Refusal::unknown("指标的清单"))?;
        let world = self.world();
        let (matters, next) = self
            .read(move |conn| match (&basis, one.subject) {
                (Basis::Kpi(kpi), Subject::Area(_) | Subject::Post(_)) => {
                    of_area(conn, &world, &one, kpi, side, after)
                }
                (Basis::Kpi(kpi), Subject::Org(_)) => {
                    let times = of_org(conn, &world, &assessment, &one, kpi, side)?;
                    page(conn, times, after)
                }
                (Basis::Check(check), _) => {
                    let times = of_check(conn, &world, &assessment, &one, *check, side)?;
                    page(conn, times, after)
                }
                (Basis::Manual, _) => Ok((Vec::new(), None)),
            })
            .await?;
        let (world, today) = (self.world(), self.today());
        let all = matters.len();
        let rows: Vec<BehindRow> = matters
            .into_iter()
            .filter(|(matter, _)| world.directory().sees(actor, matter, today))
            .map(|(matter, times)| BehindRow {
                id: matter.id,
                no: matter.no,
                title: matter.title,
                reported_at: matter.reported_at,
                times,
            })
            .collect();
        Ok(Behind {
            hidden: all - rows.len(),
            rows,
            next,
        })
    }
}

type Page = (Vec<(Matter, i64)>, Option<MatterId>);

fn side_of(kpi: &Kpi, side: Side) -> &[Measure] {
    match side {
        Side::Above => &kpi.numerator,
        Side::Below => &kpi.denominator,
    }
}

/// Walks the matters of an area and keeps those that add to the figure; the sum over all pages is the
/// figure, because the tallies add up the same contributions.
fn of_area(
    conn: &mut Conn,
    world: &World,
    one: &Assessed,
    kpi: &Kpi,
    side: Side,
    after: Option<MatterId>,
) -> store::driver::Result<Page> {
    let wanted = side_of(kpi, side);
    let span = Span::closed(one.from, one.to);
    let (_, end) = bounds(world, one.from, one.to);
    let (level, area) = walked(world, one.area);
    let mut rows = Vec::new();
    let mut last = after.map(|id| id.0);
    loop {
        let chunk = store::matter::of_area(conn, level, area, &Filter::default(), last, CHUNK)?;
        let ended = chunk.len() < CHUNK;
        for matter in chunk {
            last = Some(matter.id.0);
            if matter.reported_at >= end || !matter.path.contains(one.area) {
                continue;
            }
            let times: i64 = measure::contribution(&matter)
                .iter()
                .filter(|((class, ..), _)| *class == 0)
                .map(|((_, period, measure), n)| {
                    n * span.factor(*period)
                        * wanted.iter().filter(|w| *w == measure).count() as i64
                })
                .sum();
            if times > 0 {
                rows.push((matter, times));
                if rows.len() == PAGE_MATTERS {
                    return Ok((rows, last.map(MatterId)));
                }
            }
        }
        if ended {
            return Ok((rows, None));
        }
    }
}

/// The area whose list is walked: a grid may hold grids of its own, whose matters name the inner one.
fn walked(world: &World, area: AreaId) -> (Level, AreaId) {
    let mut upward = world.tree().upward(area);
    let found = upward.find(|a| a.level != Level::Grid);
    found.map_or((Level::City, area), |a| (a.level, a.id))
}

fn of_org(
    conn: &mut Conn,
    world: &World,
    assessment: &Assessment,
    one: &Assessed,
    kpi: &Kpi,
    side: Side,
) -> store::driver::Result<BTreeMap<MatterId, i64>> {
    let wanted = side_of(kpi, side);
    let mut times = BTreeMap::new();
    store::assessment::for_each_count_of_orgs(
        conn,
        scope(world, assessment),
        bounds(world, one.from, one.to),
        |org, matter, measure, day| {
            let n = wanted.iter().filter(|w| **w == measure).count() as i64;
            if n > 0 && one.subject == Subject::Org(org) && (one.from..=one.to).contains(&day) {
                *times.entry(matter).or_default() += n;
            }
        },
    )?;
    Ok(times)
}

fn of_check(
    conn: &mut Conn,
    world: &World,
    assessment: &Assessment,
    one: &Assessed,
    check: Check,
    side: Side,
) -> store::driver::Result<BTreeMap<MatterId, i64>> {
    let mut times = BTreeMap::new();
    if check == Check::Failed {
        for recheck in store::assessment::rechecks(conn, assessment.id)? {
            let failed = recheck.verdict.map(|v| !v.holds);
            let here = recheck.subjects.contains(&one.subject);
            if here && failed.is_some_and(|failed| side == Side::Below || failed) {
                times.insert(recheck.matter, 1);
            }
        }
        return Ok(times);
    }
    let index = Index::of(std::iter::once(one));
    let span = bounds(world, one.from, one.to);
    store::assessment::for_each_closed(conn, scope(world, assessment), span, |matter| {
        let counted = match (check, side) {
            (Check::Unheard, Side::Above) => is_unheard(&matter),
            (Check::Unheard, Side::Below) => is_concerned(&matter),
            (_, Side::Above) => matter.reopened > 0,
            (_, Side::Below) => true,
        };
        if counted && counts(&matter) && !index.of_matter(&matter).is_empty() {
            times.insert(matter.id, 1);
        }
    })?;
    Ok(times)
}

fn page(
    conn: &mut Conn,
    times: BTreeMap<MatterId, i64>,
    after: Option<MatterId>,
) -> store::driver::Result<Page> {
    let below = times.range(..after.unwrap_or(MatterId(i64::MAX)));
    let mut wanted: Vec<(MatterId, i64)> = below
        .rev()
        .take(PAGE_MATTERS + 1)
        .map(|(id, n)| (*id, *n))
        .collect();
    let next = crate::page::cut(&mut wanted, PAGE_MATTERS, |(id, _)| *id);
    let ids: Vec<MatterId> = wanted.iter().map(|(id, _)| *id).collect();
    let mut matters = store::matter::load(conn, &ids)?;
    let rows = wanted
        .into_iter()
        .filter_map(|(id, n)| Some((matters.remove(&id)?, n)))
        .collect();
    Ok((rows, next))
}
