//! Calculation: from tallies, journals and closed matters to figures; and counting again later.

use super::{Difference, Whole, load, object, told};
use crate::identity::entry;
use crate::{Office, Result, World};
use civic::area::Level;
use civic::assessment::{
    Assessed, Assessment, Basis, Check, Figure, Recheck, Subject, SubjectKind, Watch, draw,
};
use civic::by::By;
use civic::category::Privacy;
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, AssessmentId, MatterId, OrgId};
use civic::limits::ASSESSED_MAX;
use civic::matter::{Channel, Desk, Matter, TaskState};
use civic::measure::{Measure, Span};
use civic::post::Seat;
use civic::refusal::Refusal;
use civic::time::{Day, Instant};
use std::collections::{BTreeMap, HashMap};
use store::driver::Conn;
use store::lane::Failure;
use store::tally::{self, Figures};

/// What was counted, before re-checks are looked at.
struct Counted {
    parties: Vec<(Assessed, Figures)>,
    /// For each party, what may be drawn: the closed matters with their numbers.
    closed: Vec<Vec<(MatterId, String)>>,
}

impl Office {
    /// Calculates a period; the first time, draws the matters to re-check. Calculating again counts
    /// anew, keeps the draw and what was entered, and gives the same where nothing changed.
    ///
    /// # Errors
    /// `Unknown`; `Denied`; `Conflict` before the period is over and after it is published.
    pub async fn calculate_assessment(
        &self,
        actor: &Actor,
        id: AssessmentId,
    ) -> Result<super::AssessmentRow> {
        self.running(actor, id).await?;
        let (world, today, now) = (self.world(), self.today(), self.now());
        let fresh = data_encoding::HEXLOWER.encode(&rand::random::<[u8; 16]>());
        let found = self
            .read(move |conn| {
                let Some(whole) = load(conn, id)? else {
                    return Ok(None);
                };
                if whole.assessment.may_calculate(today).is_err() {
                    return Ok(Some((whole, None)));
                }
                let parties = parties(conn, &world, &whole.assessment)?;
                let counted = match parties.len() <= ASSESSED_MAX {
                    true => Some(count(conn, &world, &whole.assessment, parties)?),
                    false => None,
                };
                Ok(Some((whole, counted)))
            })
            .await?;
        let (whole, counted) = found.ok_or_else(|| Refusal::unknown("考核"))?;
        whole.assessment.may_calculate(today)?;
        let counted = counted.ok_or_else(|| {
            Refusal::Conflict(format!(
                "考核对象超过 {ASSESSED_MAX} 个，请按下级区域分别设立考核"
            ))
        })?;
        let before = whole.assessment.clone();
        let mut assessment = whole.assessment;
        let first = assessment.seed.is_none();
        let seed = assessment.seed.get_or_insert(fresh).clone();
        let rechecks = match first {
            true => drawn(&counted, &seed, assessment.scheme.sample as usize),
            false => whole.rechecks,
        };
        assessment.calculated = Some(now);
        let results = finished(counted, &assessment, &rechecks, &whole.results);
        let who = actor.clone();
        self.write(move |conn| {
            let there = load(conn, id)?.ok_or_else(|| Refusal::unknown("考核"))?;
            let checks = if first { Vec::new() } else { rechecks.clone() };
            if there.assessment != before
                || there.rechecks != checks
                || there.results != whole.results
            {
                let text = "别人刚刚办理过这次考核，请重新打开再看";
                return Err(Refusal::Stale(text.into()).into());
            }
            store::assessment::update(conn, &assessment)?;
            store::assessment::put_results(conn, id, &results)?;
            if first {
                store::assessment::put_rechecks(conn, id, &rechecks)?;
            }
            let detail = format!("{}，考核对象 {} 个", told(&assessment), results.len());
            let line = entry(
                &who,
                now,
                "calculate_assessment",
                object(&assessment),
                detail,
            );
            store::audit::append(conn, &line)?;
            Ok::<_, Failure>(())
        })
        .await?;
        self.assessment(actor, id).await
    }

    /// Counts a calculated period again, writes nothing, and names what differs from what is kept.
    ///
    /// # Errors
    /// `Unknown`; `Denied`; `Conflict` before it was calculated.
    pub async fn recount_assessment(
        &self,
        actor: &Actor,
        id: AssessmentId,
    ) -> Result<Vec<Difference>> {
        self.running(actor, id).await?;
        let world = self.world();
        let found = self
            .read(move |conn| {
                let Some(whole) = load(conn, id)?.filter(|w| w.assessment.calculated.is_some())
                else {
                    return Ok(None);
                };
                // The same parties as then, whoever came or left since.
                let parties = whole.results.iter().map(blank).collect();
                let counted = count(conn, &world, &whole.assessment, parties)?;
                Ok(Some((whole, counted)))
            })
            .await?;
        let (whole, counted) =
            found.ok_or_else(|| Refusal::Conflict("还没有计算，没有可以核对的结果".into()))?;
        let Whole {
            assessment,
            results,
            rechecks,
        } = whole;
        let again = finished(counted, &assessment, &rechecks, &results);
        let mut differences = Vec::new();
        for (kept, now) in results.iter().zip(&again) {
            for indicator in &assessment.scheme.indicators {
                let of = |one: &Assessed| {
                    let figure = one.figure(&indicator.code)?;
                    Some((figure.numerator, figure.denominator))
                };
                if of(kept) != of(now) {
                    differences.push(Difference {
                        name: kept.name.clone(),
                        indicator: indicator.name.clone(),
                        kept: of(kept),
                        now: of(now),
                    });
                }
            }
        }
        Ok(differences)
    }
}

/// The first and the first later moment of a period.
pub(super) fn bounds(world: &World, from: Day, to: Day) -> (Instant, Instant) {
    let zone = world.rules.calendar.zone();
    (zone.at(from, 0, 0), zone.at(to.plus(1), 0, 0))
}

/// Level and id of the area of a period; it lies at or above a community.
pub(super) fn scope(world: &World, assessment: &Assessment) -> (Level, AreaId) {
    let level = world.tree().get(assessment.area).map(|a| a.level);
    (level.unwrap_or(Level::City), assessment.area)
}

/// Everybody whom the scheme names below the area, in the order of the tree.
fn parties(
    conn: &mut Conn,
    world: &World,
    assessment: &Assessment,
) -> store::driver::Result<Vec<Assessed>> {
    let (scheme, from, to) = (&assessment.scheme, assessment.from, assessment.to);
    let (tree, directory) = (world.tree(), world.directory());
    let party = |subject, area, name: String| Assessed {
        no: 0,
        subject,
        area,
        name,
        holder: None,
        from,
        to,
        figures: Vec::new(),
        watch: Watch::default(),
        manual: Vec::new(),
        appeals: Vec::new(),
    };
    let areas: Vec<_> = tree
        .subtree(assessment.area)
        .filter(|a| a.valid_from <= to && a.valid_to.is_none_or(|end| from < end))
        .filter(|a| a.level == scheme.level)
        .collect();
    let mut all = Vec::new();
    match scheme.kind {
        SubjectKind::Area => {
            for area in areas {
                all.push(party(
                    Subject::Area(area.id),
                    area.id,
                    area.name.to_string(),
                ));
            }
        }
        SubjectKind::Department => {
            for area in areas {
                for org in directory.orgs_of(area.id) {
                    // Companies and social organisations are no departments.
                    if matches!(
                        org.kind,
                        civic::org::OrgKind::Department | civic::org::OrgKind::Station
                    ) {
                        all.push(party(Subject::Org(org.id), org.area, org.name.to_string()));
                    }
                }
            }
        }
        SubjectKind::Post => {
            let order: HashMap<AreaId, usize> =
                areas.iter().enumerate().map(|(i, a)| (a.id, i)).collect();
            let mut held: Vec<_> = directory
                .posts()
                .filter(|p| scheme.roles.contains(&p.role))
                .filter(|p| p.from <= to && p.to.is_none_or(|end| from < end && p.from < end))
                .filter_map(|p| match p.seat {
                    Seat::Area(area) => Some((*order.get(&area)?, area, p)),
                    Seat::Org(_) => None,
                })
                .collect();
            held.sort_by_key(|(at, _, p)| (*at, p.from, p.id));
            let people: Vec<AccountId> = held.iter().map(|(_, _, p)| p.account).collect();
            let names = store::account::names(conn, &people)?;
            for (_, area, post) in held {
                let mut one = party(Subject::Post(post.id), area, directory.title(post));
                one.from = post.from.max(from);
                one.to = post.to.map_or(to, |end| end.plus(-1).min(to));
                one.holder = Some(By {
                    account: post.account,
                    name: names.get(&post.account).cloned().unwrap_or_default(),
                    title: directory.title(post),
                });
                all.push(one);
            }
        }
    }
    for (no, one) in (1..).zip(&mut all) {
        one.no = no;
    }
    Ok(all)
}

fn blank(kept: &Assessed) -> Assessed {
    Assessed {
        figures: Vec::new(),
        watch: Watch::default(),
        ..kept.clone()
    }
}

fn count(
    conn: &mut Conn,
    world: &World,
    assessment: &Assessment,
    parties: Vec<Assessed>,
) -> store::driver::Result<Counted> {
    let scope = scope(world, assessment);
    let span = bounds(world, assessment.from, assessment.to);
    let mut of_orgs: HashMap<OrgId, Figures> = HashMap::new();
    if assessment.scheme.kind == SubjectKind::Department {
        let days = assessment.from..=assessment.to;
        store::assessment::for_each_count_of_orgs(conn, scope, span, |org, _, measure, day| {
            if days.contains(&day) {
                of_orgs.entry(org).or_default().0[measure as usize] += 1;
            }
        })?;
    }
    let mut counted = Counted {
        closed: vec![Vec::new(); parties.len()],
        parties: Vec::with_capacity(parties.len()),
    };
    for mut one in parties {
        let figures = match one.subject {
            Subject::Org(org) => of_orgs.remove(&org).unwrap_or_default(),
            Subject::Area(_) | Subject::Post(_) => of_area(conn, world, &one)?,
        };
        one.watch.merged = figures.get(Measure::Merged);
        one.watch.voided = figures.get(Measure::Voided);
        counted.parties.push((one, figures));
    }
    let index = Index::of(counted.parties.iter().map(|(one, _)| one));
    let zone = world.rules.calendar.zone();
    store::assessment::for_each_closed(conn, scope, span, |matter| {
        let Some(day) = matter.closed_at.map(|at| zone.day_of(at)) else {
            return;
        };
        for at in index.of_matter(&matter) {
            let one = &mut counted.parties[at].0;
            if !(one.from..=one.to).contains(&day) || !counts(&matter) {
                continue;
            }
            let watch = &mut one.watch;
            watch.closed += 1;
            watch.concerned += i64::from(is_concerned(&matter));
            watch.unheard += i64::from(is_unheard(&matter));
            watch.redone += i64::from(matter.reopened > 0);
            watch.split += i64::from(!matter.parts.is_empty());
            // Who checks need not learn of what is kept from nearly everybody.
            if matter.privacy() != Privacy::Restricted && matter.reporter.bypass.is_none() {
                counted.closed[at].push((matter.id, matter.no.clone()));
            }
        }
    })?;
    Ok(counted)
}

/// The figures of the area of a party, for the days that count.
fn of_area(conn: &mut Conn, world: &World, one: &Assessed) -> store::driver::Result<Figures> {
    let span = [&Span::closed(one.from, one.to)];
    let level = world.tree().get(one.area).map(|a| a.level);
    let by_class = match level {
        Some(Level::Unit) => tally::of_units(conn, &[one.area], &span)?.remove(&one.area),
        _ => Some(tally::of_node(
            conn,
            &world.parents(one.area),
            one.area,
            &span,
            &[0],
        )?),
    };
    let sums = by_class.and_then(|mut classes| classes.remove(&0));
    let [figures] = sums.unwrap_or_default();
    Ok(figures)
}

/// Where each area and organisation stands among the parties.
pub(super) struct Index {
    areas: HashMap<AreaId, Vec<usize>>,
    orgs: HashMap<OrgId, usize>,
}

impl Index {
    pub(super) fn of<'a>(parties: impl Iterator<Item = &'a Assessed>) -> Self {
        let mut index = Self {
            areas: HashMap::new(),
            orgs: HashMap::new(),
        };
        for (at, one) in parties.enumerate() {
            match one.subject {
                Subject::Org(org) => {
                    index.orgs.insert(org, at);
                }
                Subject::Area(area) => index.areas.entry(area).or_default().push(at),
                Subject::Post(_) => index.areas.entry(one.area).or_default().push(at),
            }
        }
        index
    }

    /// The parties to whom a closed matter belongs: the areas it lies in, the departments that
    /// answered in it.
    pub(super) fn of_matter(&self, matter: &Matter) -> Vec<usize> {
        let areas = matter.path.0.iter();
        let mut all: Vec<usize> = areas
            .filter_map(|(_, area)| self.areas.get(area))
            .flatten()
            .copied()
            .collect();
        let answered = matter
            .tasks
            .iter()
            .filter(|t| t.state == TaskState::FedBack);
        all.extend(answered.filter_map(|t| match t.desk {
            Desk::Org(org) => self.orgs.get(&org),
            _ => None,
        }));
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Whether a closed matter stands for itself among the main figures.
pub(super) fn counts(matter: &Matter) -> bool {
    matter.board == 0 && matter.part_of.is_none()
}

/// Whether there is a person who could have been asked.
pub(super) fn is_concerned(matter: &Matter) -> bool {
    let from_people = matches!(
        matter.channel,
        Channel::Resident | Channel::Snapshot | Channel::Phone | Channel::Window | Channel::Hotline
    );
    matter.reporter.confirms || from_people
}

/// Whether it was closed without a word from that person.
pub(super) fn is_unheard(matter: &Matter) -> bool {
    is_concerned(matter) && matter.rating.is_none()
}

/// The draw for each party; a matter drawn for two is looked at once.
fn drawn(counted: &Counted, seed: &str, n: usize) -> Vec<Recheck> {
    let mut all: BTreeMap<MatterId, Recheck> = BTreeMap::new();
    for ((one, _), closed) in counted.parties.iter().zip(&counted.closed) {
        let ids: Vec<MatterId> = closed.iter().map(|(id, _)| *id).collect();
        for id in draw(seed, &ids, n) {
            let no = closed.iter().find(|(known, _)| *known == id);
            let recheck = all.entry(id).or_insert_with(|| Recheck {
                matter: id,
                no: no.map(|(_, no)| no.clone()).unwrap_or_default(),
                subjects: Vec::new(),
                verdict: None,
            });
            recheck.subjects.push(one.subject);
        }
    }
    all.into_values().collect()
}

/// Results with their figures; what was entered and appealed before stays.
fn finished(
    counted: Counted,
    assessment: &Assessment,
    rechecks: &[Recheck],
    before: &[Assessed],
) -> Vec<Assessed> {
    let kept: HashMap<Subject, &Assessed> = before.iter().map(|one| (one.subject, one)).collect();
    let finish = |(mut one, figures): (Assessed, Figures)| {
        let own = rechecks
            .iter()
            .filter(|r| r.subjects.contains(&one.subject));
        for recheck in own {
            one.watch.drawn += 1;
            if let Some(verdict) = &recheck.verdict {
                one.watch.checked += 1;
                one.watch.failed += i64::from(!verdict.holds);
            }
        }
        let watch = one.watch;
        for indicator in &assessment.scheme.indicators {
            let parts = match &indicator.basis {
                Basis::Kpi(kpi) => kpi.parts(|measure| figures.get(measure)),
                Basis::Check(Check::Unheard) => (watch.unheard, watch.concerned),
                Basis::Check(Check::Failed) => (watch.failed, watch.checked),
                Basis::Check(Check::Redone) => (watch.redone, watch.closed),
                Basis::Manual => continue,
            };
            one.figures.push(Figure::of(indicator, parts));
        }
        if let Some(kept) = kept.get(&one.subject) {
            one.manual.clone_from(&kept.manual);
            one.appeals.clone_from(&kept.appeals);
        }
        one
    };
    counted.parties.into_iter().map(finish).collect()
}
