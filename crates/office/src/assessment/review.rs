//! 述职评议 (R214): opening it, writing a statement, voting in secret, closing it into the results.

use super::{Whole, is_own, load, object, told};
use crate::identity::entry;
use crate::post::staff_only;
use crate::tell::told_person;
use crate::{Office, Result};
use civic::assessment::{Assessed, Assessment, Manual, Statement, Subject, may_vote};
use civic::directory::Actor;
use civic::id::{AssessmentId, PostId};
use civic::matter::NoticeKind;
use civic::refusal::Refusal;
use civic::time::Day;
use store::lane::Failure;

/// A period whose statements are being written and voted on, as one person sees it.
#[derive(Debug, Clone)]
pub struct ReviewSheet {
    /// The period.
    pub assessment: Assessment,
    /// Whether the actor runs it.
    pub runs: bool,
    /// The posts that the actor writes, votes or reads about, in the order of the tree.
    pub rows: Vec<ReviewRow>,
}

/// One assessed post in it.
#[derive(Debug, Clone)]
pub struct ReviewRow {
    /// The post.
    pub post: PostId,
    /// The result it will count in.
    pub assessed: Assessed,
    /// Whether the actor holds it.
    pub own: bool,
    /// What its holder wrote.
    pub statement: Option<Statement>,
    /// Whether the actor may vote about it.
    pub votes: bool,
    /// Whether the actor has voted.
    pub voted: bool,
}

fn unknown() -> Refusal {
    Refusal::unknown("述职评议")
}

fn post_of(one: &Assessed) -> Option<PostId> {
    match one.subject {
        Subject::Post(post) => Some(post),
        Subject::Area(_) | Subject::Org(_) => None,
    }
}

impl Office {
    /// Opens statements and ballot of a calculated period, up to and with a day. The holders of the
    /// posts are told.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who does not run it; `Conflict`, `Invalid` as
    /// [`Assessment::open_review`].
    pub async fn open_review(&self, actor: &Actor, id: AssessmentId, until: Day) -> Result<()> {
        let done = self.running(actor, id).await?;
        let (who, now, today) = (actor.clone(), self.now(), self.today());
        self.write_telling(move |conn| {
            let mut whole = load(conn, id)?.ok_or_else(unknown)?;
            whole.assessment.open_review(done, today, until)?;
            store::assessment::update(conn, &whole.assessment)?;
            let (object, detail) = (object(&whole.assessment), told(&whole.assessment));
            store::audit::append(conn, &entry(&who, now, "open_review", object, detail))?;
            let name = &whole.assessment.name;
            let text = format!("《{name}》开始述职评议，请在 {until} 以前到“述职评议”提交述职");
            let holders = whole.results.iter().filter_map(|one| one.holder.as_ref());
            let notices = holders.map(|by| told_person(by.account, NoticeKind::Asked, &text));
            Ok(((), notices.collect()))
        })
        .await
    }

    /// Closes the ballot: the points of posts with at least five ballots stand in the results, and
    /// the ballots are forgotten.
    ///
    /// # Errors
    /// `Unknown`; `Denied`; `Conflict` as [`Assessment::close_review`].
    pub async fn close_review(&self, actor: &Actor, id: AssessmentId) -> Result<()> {
        let done = self.running(actor, id).await?;
        let (who, now, today) = (actor.clone(), self.now(), self.today());
        self.write(move |conn| {
            let mut whole = load(conn, id)?.ok_or_else(unknown)?;
            let review = whole.assessment.close_review(done.clone(), today)?;
            store::assessment::update(conn, &whole.assessment)?;
            let scheme = &whole.assessment.scheme;
            let most = scheme.indicator(&review.indicator).map_or(0, |i| i.points);
            for one in &mut whole.results {
                let Some(post) = post_of(one) else { continue };
                let counts = store::review::counts(conn, id, post, review.choices.len())?;
                let Some(points) = review.points(&counts, most) else {
                    continue;
                };
                let manual = Manual {
                    indicator: review.indicator.clone(),
                    points,
                    words: review.told(&counts),
                    done: done.clone(),
                };
                one.give(scheme, manual)?;
                store::assessment::update_result(conn, id, one)?;
            }
            store::review::forget_ballots(conn, id)?;
            let (object, detail) = (object(&whole.assessment), told(&whole.assessment));
            store::audit::append(conn, &entry(&who, now, "close_review", object, detail))?;
            Ok::<_, Failure>(())
        })
        .await
    }

    /// The open ballots in which the actor writes, votes or reads, newest first. Reading what others
    /// wrote is audited.
    ///
    /// # Errors
    /// `Denied` for who holds no post.
    pub async fn reviews(&self, actor: &Actor) -> Result<Vec<ReviewSheet>> {
        staff_only(actor)?;
        let account = actor.account;
        let open = self
            .read(move |conn| {
                let mut open = Vec::new();
                for one in store::assessment::newest(conn, super::PERIODS_MAX)? {
                    if one.is_reviewing() {
                        let statements = store::review::statements(conn, one.id)?;
                        let voted = store::review::voted(conn, one.id, account)?;
                        open.push((load(conn, one.id)?, statements, voted));
                    }
                }
                Ok(open)
            })
            .await?;
        let world = self.world();
        let mut sheets = Vec::new();
        for (whole, statements, voted) in open {
            let Some(Whole {
                assessment,
                results,
                ..
            }) = whole
            else {
                continue;
            };
            let rows: Vec<ReviewRow> = results
                .into_iter()
                .filter_map(|one| {
                    let post = post_of(&one)?;
                    let own = is_own(actor, &one);
                    let votes = may_vote(world.directory(), actor, &assessment.scheme, &one);
                    let reads = self.reads_statement(actor, &assessment, &one);
                    (own || votes || reads).then(|| ReviewRow {
                        post,
                        own,
                        statement: statements.iter().find(|s| s.post == post).cloned(),
                        votes,
                        voted: voted.contains(&post),
                        assessed: one,
                    })
                })
                .collect();
            let others = rows.iter().filter(|r| !r.own && r.statement.is_some());
            self.note_read(actor, &assessment, others.count()).await?;
            let runs = self.runs(&world, actor, &assessment);
            if runs || !rows.is_empty() {
                sheets.push(ReviewSheet {
                    assessment,
                    runs,
                    rows,
                });
            }
        }
        Ok(sheets)
    }

    /// Writes the actor's own statement, until somebody has voted about it.
    ///
    /// # Errors
    /// `Unknown` for anybody else's post; `Conflict` outside the days and after the first ballot;
    /// `Invalid` for questions without an answer.
    pub async fn write_statement(
        &self,
        actor: &Actor,
        id: AssessmentId,
        post: PostId,
        answers: Vec<String>,
    ) -> Result<()> {
        let (who, now, today) = (actor.clone(), self.now(), self.today());
        self.write(move |conn| {
            let whole = load(conn, id)?.ok_or_else(unknown)?;
            let mut own = whole.results.iter().filter(|one| is_own(&who, one));
            let one = own.find(|one| post_of(one) == Some(post));
            let name = one.ok_or_else(unknown)?.name.clone();
            let review = whole.assessment.reviewing(today)?;
            let problems = review.unanswered(&answers);
            if !problems.is_empty() {
                return Err(Refusal::Invalid(problems).into());
            }
            let counts = store::review::counts(conn, id, post, review.choices.len())?;
            if counts.iter().sum::<i64>() > 0 {
                let text = "已经有人评议，述职不能再改；需要补充的，请直接向组织考核的单位说明";
                return Err(Refusal::Conflict(text.into()).into());
            }
            let answers = answers.iter().take(review.questions.len());
            let statement = Statement {
                post,
                answers: answers.map(|a| a.trim().to_owned()).collect(),
                at: now,
            };
            store::review::put_statement(conn, id, who.account, &statement)?;
            let detail = format!("《{}》{name}", whole.assessment.name);
            let object = object(&whole.assessment);
            store::audit::append(conn, &entry(&who, now, "write_statement", object, detail))?;
            Ok::<_, Failure>(())
        })
        .await
    }

    /// Votes about a statement, once. What was chosen is counted and kept with nobody's name.
    ///
    /// # Errors
    /// `Unknown` for who neither is a colleague nor a superior; `Conflict` outside the days, before
    /// there is a statement, and a second time; `Invalid` for what the ballot does not offer.
    pub async fn cast_ballot(
        &self,
        actor: &Actor,
        id: AssessmentId,
        post: PostId,
        choice: String,
    ) -> Result<()> {
        let (who, now, today, world) = (actor.clone(), self.now(), self.today(), self.world());
        self.write(move |conn| {
            let whole = load(conn, id)?.ok_or_else(unknown)?;
            let assessment = &whole.assessment;
            let mut all = whole.results.iter();
            let one = all
                .find(|one| post_of(one) == Some(post))
                .filter(|one| may_vote(world.directory(), &who, &assessment.scheme, one))
                .ok_or_else(unknown)?;
            let nth = assessment.reviewing(today)?.nth(&choice)?;
            let statements = store::review::statements(conn, id)?;
            if !statements.iter().any(|s| s.post == post) {
                let text = "本人还没有提交述职，请看过述职再评议";
                return Err(Refusal::Conflict(text.into()).into());
            }
            if !store::review::vote(conn, id, post, who.account, nth)? {
                let text = "您已经评议过；无记名的票不能查出来再改";
                return Err(Refusal::Conflict(text.into()).into());
            }
            let detail = format!("《{}》{}", assessment.name, one.name);
            let line = entry(&who, now, "cast_ballot", object(assessment), detail);
            store::audit::append(conn, &line)?;
            Ok::<_, Failure>(())
        })
        .await
    }

    /// Who runs the period, and the leaders above, read what is written.
    fn reads_statement(&self, actor: &Actor, assessment: &Assessment, one: &Assessed) -> bool {
        let world = self.world();
        let verb = civic::rights::Verb::SeeAssessments;
        self.runs(&world, actor, assessment)
            || world.directory().over(actor, verb, one.area).is_some()
    }
}
