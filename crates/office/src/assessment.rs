//! Assessment of areas, departments and posts (R213): set up, calculate, publish, freeze.

mod behind;
mod count;
mod hand;
mod review;
mod sheet;
mod tell;

pub use behind::{Behind, BehindRow, Side};
pub use review::{ReviewRow, ReviewSheet};
pub use sheet::{Export, Printed};

use crate::identity::entry;
use crate::post::staff_only;
use crate::{Key, Office, Result, World};
use civic::area::Level;
use civic::assessment::{
    Assessed, Assessment, Done, Recheck, Scheme, State, Subject, SubjectKind, problems,
};
use civic::by::By;
use civic::directory::Actor;
use civic::id::{AreaId, AssessmentId};
use civic::post::Seat;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Day;
use store::driver::Conn;
use store::lane::Failure;

/// Periods that a list looks through: some dozens are set up in a year.
const PERIODS_MAX: usize = 500;
/// Results of one page.
const PAGE_RESULTS: usize = 50;

/// A period as it is asked for.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Whose people are assessed.
    pub area: AreaId,
    /// Code of the scheme.
    pub scheme: String,
    /// What it is called.
    pub name: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
}

/// A period as one person sees it.
#[derive(Debug, Clone)]
pub struct AssessmentRow {
    /// The period.
    pub assessment: Assessment,
    /// Full name of the area.
    pub place: String,
    /// Whether the actor runs it.
    pub runs: bool,
    /// How many results the actor sees.
    pub seen: usize,
    /// Appeals among them that wait for a decision.
    pub undecided: usize,
    /// Matters drawn for re-check, and how many of them were looked at; for who runs it.
    pub rechecks: (usize, usize),
}

/// A result as one person sees it.
#[derive(Debug, Clone)]
pub struct ResultRow {
    /// The result.
    pub assessed: Assessed,
    /// Whether the actor is assessed here.
    pub own: bool,
}

/// What differs between what was frozen and what is counted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Whose.
    pub name: String,
    /// Which figure.
    pub indicator: String,
    /// Numerator and denominator as they are kept.
    pub kept: Option<(i64, i64)>,
    /// The same, counted now.
    pub now: Option<(i64, i64)>,
}

impl Office {
    /// The schemes that may be applied.
    ///
    /// # Errors
    /// `Denied` for who holds no post.
    pub fn assessment_schemes(&self, actor: &Actor) -> Result<Vec<Scheme>> {
        staff_only(actor)?;
        Ok(self.world().schemes.clone())
    }

    /// Sets up a period; with the same `key`, only once.
    ///
    /// # Errors
    /// `Denied` outside the centres of city and county; `Invalid`.
    pub async fn open_assessment(
        &self,
        actor: &Actor,
        opening: Opening,
        key: Key,
    ) -> Result<AssessmentRow> {
        let key = self.kept_key(key, actor.account, "assessment");
        self.require_over(actor, Verb::RunAssessments, opening.area)?;
        let (world, now) = (self.world(), self.now());
        let mut found = problems(&opening.name, opening.from, opening.to);
        let scheme = world.schemes.iter().find(|s| s.code == opening.scheme);
        let level = world.tree().get(opening.area).map(|a| a.level);
        if let (Some(scheme), Some(level)) = (scheme, level) {
            let below = match scheme.kind {
                SubjectKind::Department => scheme.level >= level,
                SubjectKind::Area | SubjectKind::Post => scheme.level > level,
            };
            if !below || level > Level::Community {
                let text = format!(
                    "这个方案考核{}，请选择它们的上级区域（村居及以上）",
                    scheme.level.word()
                );
                found.push(civic::problem::Problem::new("area", "bad_level", text));
            }
        }
        let Some(scheme) = scheme else {
            return Err(Refusal::invalid("scheme", "unknown_word", "请选择一个考核方案").into());
        };
        if !found.is_empty() {
            return Err(found.into());
        }
        let mut assessment = Assessment {
            id: AssessmentId(0),
            area: opening.area,
            name: opening.name.trim().to_owned(),
            scheme: scheme.clone(),
            from: opening.from,
            to: opening.to,
            opened: self.done(&world, actor, opening.area),
            seed: None,
            calculated: None,
            published: None,
            appeals_until: None,
            frozen: None,
            digest: None,
            round: None,
        };
        let who = actor.clone();
        let id = self
            .write(move |conn| {
                if let Some(id) = store::answered::get(conn, &key)? {
                    return Ok(AssessmentId(id.parse().unwrap_or_default()));
                }
                assessment.id = AssessmentId(store::fresh_id(conn, "assessment", now)?);
                store::assessment::insert(conn, &assessment)?;
                store::answered::put(conn, &key, &assessment.id.to_string(), now)?;
                let line = entry(
                    &who,
                    now,
                    "open_assessment",
                    object(&assessment),
                    told(&assessment),
                );
                store::audit::append(conn, &line)?;
                Ok::<_, Failure>(assessment.id)
            })
            .await?;
        self.assessment(actor, id).await
    }

    /// The periods in which the actor sees anything, newest first.
    ///
    /// # Errors
    /// `Denied` for who holds no post.
    pub async fn assessments(&self, actor: &Actor) -> Result<Vec<AssessmentRow>> {
        staff_only(actor)?;
        let (world, account) = (self.world(), actor.account);
        let mut areas = Vec::new();
        let mut orgs = Vec::new();
        for post in &actor.posts {
            match post.seat {
                Seat::Area(area) => areas.push(area.0),
                Seat::Org(org) => orgs.push(org.0),
            }
        }
        let (all, own) = self
            .read(move |conn| {
                let all = store::assessment::newest(conn, PERIODS_MAX)?;
                Ok((all, store::assessment::with(conn, account, areas, orgs)?))
            })
            .await?;
        let touches = |a: &Assessment| {
            self.runs(&world, actor, a)
                || own.contains(&a.id)
                || a.published.is_some() && self.leads_in(&world, actor, a.area)
        };
        let mut rows = Vec::new();
        for one in all.into_iter().filter(touches) {
            let id = one.id;
            let (results, rechecks) = self
                .read(move |conn| {
                    let results = store::assessment::results(conn, id)?;
                    Ok((results, store::assessment::rechecks(conn, id)?))
                })
                .await?;
            rows.extend(self.row(&world, actor, one, &results, &rechecks));
        }
        Ok(rows)
    }

    /// One period.
    ///
    /// # Errors
    /// `Unknown` for who sees none of its results.
    pub async fn assessment(&self, actor: &Actor, id: AssessmentId) -> Result<AssessmentRow> {
        let whole = self.whole(actor, id).await?;
        let row = self.row(
            &self.world(),
            actor,
            whole.assessment,
            &whole.results,
            &whole.rechecks,
        );
        Ok(row.ok_or_else(|| Refusal::unknown("考核"))?)
    }

    /// The results that the actor sees, in the order of the tree and never of points; a page behind
    /// `after`. Whoever reads results of persons is in the audit chain.
    ///
    /// # Errors
    /// `Unknown` for who sees none.
    pub async fn assessment_results(
        &self,
        actor: &Actor,
        id: AssessmentId,
        after: u32,
    ) -> Result<(Assessment, Vec<ResultRow>, Option<u32>)> {
        let whole = self.whole(actor, id).await?;
        let world = self.world();
        let mut rows: Vec<ResultRow> = whole
            .results
            .into_iter()
            .filter(|one| one.no > after && self.sees_result(&world, actor, &whole.assessment, one))
            .take(PAGE_RESULTS + 1)
            .map(|assessed| ResultRow {
                own: is_own(actor, &assessed),
                assessed,
            })
            .collect();
        let next = crate::page::cut(&mut rows, PAGE_RESULTS, |row| row.assessed.no);
        let others = rows
            .iter()
            .filter(|row| !row.own && row.assessed.holder.is_some());
        self.note_read(actor, &whole.assessment, others.count())
            .await?;
        Ok((whole.assessment, rows, next))
    }

    /// One result.
    ///
    /// # Errors
    /// `Unknown` for who may not see it.
    pub async fn assessment_result(
        &self,
        actor: &Actor,
        id: AssessmentId,
        no: u32,
    ) -> Result<(Assessment, ResultRow)> {
        let (assessment, assessed) = self.seen_result(actor, id, no).await?;
        let own = is_own(actor, &assessed);
        let others = usize::from(!own && assessed.holder.is_some());
        self.note_read(actor, &assessment, others).await?;
        Ok((assessment, ResultRow { assessed, own }))
    }

    /// Publishes a period: the assessed see their results and may appeal.
    ///
    /// # Errors
    /// `Unknown`; `Denied`; `Conflict` before it is calculated, and with re-checks missing.
    pub async fn publish_assessment(
        &self,
        actor: &Actor,
        id: AssessmentId,
    ) -> Result<AssessmentRow> {
        let today = self.today();
        self.move_assessment(actor, id, "publish_assessment", move |whole, done| {
            let unchecked = whole.rechecks.iter().filter(|r| r.verdict.is_none());
            let unchecked = unchecked.count();
            whole.assessment.publish(done, today, unchecked)
        })
        .await
    }

    /// Freezes a period with its results, appeals and re-checks, under a digest.
    ///
    /// # Errors
    /// `Unknown`; `Denied`; `Conflict` before publication, within the days of appeal and with
    /// appeals not decided.
    pub async fn freeze_assessment(
        &self,
        actor: &Actor,
        id: AssessmentId,
    ) -> Result<AssessmentRow> {
        let today = self.today();
        self.move_assessment(actor, id, "freeze_assessment", move |whole, done| {
            whole
                .assessment
                .freeze(done, today, &whole.results, &whole.rechecks)
        })
        .await
    }

    /// Changes where a period stands, by who runs it.
    async fn move_assessment(
        &self,
        actor: &Actor,
        id: AssessmentId,
        action: &'static str,
        change: impl FnOnce(&mut Whole, Done) -> std::result::Result<(), Refusal> + Send + 'static,
    ) -> Result<AssessmentRow> {
        let done = self.running(actor, id).await?;
        let (who, now) = (actor.clone(), self.now());
        self.write_telling(move |conn| {
            let mut whole = load(conn, id)?.ok_or_else(|| Refusal::unknown("考核"))?;
            change(&mut whole, done)?;
            store::assessment::update(conn, &whole.assessment)?;
            let (object, detail) = (object(&whole.assessment), told(&whole.assessment));
            store::audit::append(conn, &entry(&who, now, action, object, detail))?;
            Ok(((), tell::moved(&whole.assessment, &whole.results)))
        })
        .await?;
        self.assessment(actor, id).await
    }

    /// The signature of who runs a period.
    ///
    /// # Errors
    /// `Unknown` for who may not know it; `Denied` for who may not run it.
    pub(crate) async fn running(&self, actor: &Actor, id: AssessmentId) -> Result<Done> {
        let whole = self.whole(actor, id).await?;
        self.require_over(actor, Verb::RunAssessments, whole.assessment.area)?;
        Ok(self.done(&self.world(), actor, whole.assessment.area))
    }

    /// A period with everything that belongs to it, for who sees any of it.
    async fn whole(&self, actor: &Actor, id: AssessmentId) -> Result<Whole> {
        staff_only(actor)?;
        let found = self.read(move |conn| load(conn, id)).await?;
        let whole = found.ok_or_else(|| Refusal::unknown("考核"))?;
        let world = self.world();
        let sees = |one: &Assessed| self.sees_result(&world, actor, &whole.assessment, one);
        if !self.runs(&world, actor, &whole.assessment) && !whole.results.iter().any(sees) {
            return Err(Refusal::unknown("考核").into());
        }
        Ok(whole)
    }

    /// A result that the actor sees.
    async fn seen_result(
        &self,
        actor: &Actor,
        id: AssessmentId,
        no: u32,
    ) -> Result<(Assessment, Assessed)> {
        let whole = self.whole(actor, id).await?;
        let world = self.world();
        let one = whole.results.into_iter().find(|one| one.no == no);
        let one = one.filter(|one| self.sees_result(&world, actor, &whole.assessment, one));
        Ok((
            whole.assessment,
            one.ok_or_else(|| Refusal::unknown("考核结果"))?,
        ))
    }

    fn runs(&self, world: &World, actor: &Actor, assessment: &Assessment) -> bool {
        let directory = world.directory();
        let over = directory.over(actor, Verb::RunAssessments, assessment.area);
        over.is_some()
    }

    /// Whether the actor leads at, above or below `area`.
    fn leads_in(&self, world: &World, actor: &Actor, area: AreaId) -> bool {
        actor.posts.iter().any(|post| {
            let leads = civic::rights::relations(post.role, Verb::SeeAssessments).next();
            let near = |own| world.tree().within(own, area) || world.tree().within(area, own);
            leads.is_some() && matches!(post.seat, Seat::Area(own) if near(own))
        })
    }

    /// Drafts are for who runs the period; what is published for the assessed and for the leaders
    /// above them, and for nobody else.
    fn sees_result(
        &self,
        world: &World,
        actor: &Actor,
        assessment: &Assessment,
        one: &Assessed,
    ) -> bool {
        let public = matches!(assessment.state(), State::Published | State::Frozen);
        let leads = || {
            let over = world
                .directory()
                .over(actor, Verb::SeeAssessments, one.area);
            over.is_some()
        };
        self.runs(world, actor, assessment) || public && (is_own(actor, one) || leads())
    }

    fn row(
        &self,
        world: &World,
        actor: &Actor,
        assessment: Assessment,
        results: &[Assessed],
        rechecks: &[Recheck],
    ) -> Option<AssessmentRow> {
        let runs = self.runs(world, actor, &assessment);
        let sees = |one: &&Assessed| self.sees_result(world, actor, &assessment, one);
        let seen: Vec<&Assessed> = results.iter().filter(sees).collect();
        let (count, undecided) = (seen.len(), seen.iter().map(|one| one.undecided()).sum());
        let checked = rechecks.iter().filter(|r| r.verdict.is_some()).count();
        (runs || count > 0).then(|| AssessmentRow {
            place: world.tree().full_name(assessment.area),
            runs,
            seen: count,
            undecided,
            rechecks: if runs {
                (rechecks.len(), checked)
            } else {
                (0, 0)
            },
            assessment,
        })
    }

    fn done(&self, world: &World, actor: &Actor, area: AreaId) -> Done {
        let directory = world.directory();
        let post = directory.over(actor, Verb::RunAssessments, area);
        let post = post.or_else(|| actor.posts.first());
        Done {
            by: By {
                account: actor.account,
                name: post.map_or_else(
                    || actor.name.clone(),
                    |p| directory.signature(&actor.name, p),
                ),
                title: post.map(|p| directory.title(p)).unwrap_or_default(),
            },
            at: self.now(),
        }
    }

    async fn note_read(&self, actor: &Actor, assessment: &Assessment, people: usize) -> Result<()> {
        if people == 0 {
            return Ok(());
        }
        let detail = format!("《{}》的岗位考核结果 {people} 条", assessment.name);
        let line = entry(
            actor,
            self.now(),
            "read_assessment",
            object(assessment),
            detail,
        );
        self.write(move |conn| Ok(store::audit::append(conn, &line)?))
            .await
    }
}

/// A period with everything that belongs to it.
pub(crate) struct Whole {
    pub assessment: Assessment,
    pub results: Vec<Assessed>,
    pub rechecks: Vec<Recheck>,
}

fn load(conn: &mut Conn, id: AssessmentId) -> store::driver::Result<Option<Whole>> {
    let Some(assessment) = store::assessment::get(conn, id)? else {
        return Ok(None);
    };
    Ok(Some(Whole {
        results: store::assessment::results(conn, id)?,
        rechecks: store::assessment::rechecks(conn, id)?,
        assessment,
    }))
}

/// Whether the actor is assessed: holds the post, works in the department, or answers for the area.
fn is_own(actor: &Actor, one: &Assessed) -> bool {
    let sits = |seat: Seat| {
        let answers = |p: &civic::post::Post| {
            p.role.mans_desk() || p.role.leads() || matches!(seat, Seat::Org(_))
        };
        actor.posts.iter().any(|p| p.seat == seat && answers(p))
    };
    match one.subject {
        Subject::Area(area) => sits(Seat::Area(area)),
        Subject::Org(org) => sits(Seat::Org(org)),
        Subject::Post(_) => one.is_held_by(actor.account),
    }
}

fn object(assessment: &Assessment) -> String {
    format!("assessment:{}", assessment.id)
}

fn told(assessment: &Assessment) -> String {
    format!("《{}》，{}", assessment.name, assessment.state().word())
}
