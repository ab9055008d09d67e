//! 热线答复 (R081): the answer to a work order is a step of its matter, so that the deadline of the
//! order is one of its clocks and the three rates are figures of the boards.

use super::super::{ClockKind, Fact, Form};
use super::work::Work;
use super::{Cases, Outcome, Rules, in_order};
use crate::directory::Actor;
use crate::hotline::Reply;
use crate::id::MatterId;
use crate::measure::Measure;
use crate::refusal::Refusal;
use crate::time::Instant;

/// Answers the hotline, the first time or again.
///
/// # Errors
/// `Unknown`; `Denied` for who does not work on the matter; `Invalid` with all that is lacking.
pub fn answer_hotline(
    rules: &Rules,
    cases: &Cases,
    id: MatterId,
    actor: &Actor,
    reply: &Reply,
    now: Instant,
) -> Result<Outcome, Refusal> {
    let matter = cases.0.get(&id).ok_or_else(|| Refusal::unknown("事件"))?;
    let now = in_order(matter, now);
    let day = rules.day(now);
    let post = rules.directory.worker(actor, matter, day);
    if post.is_none() {
        let text = "只有正在承办这件事的席位可以答复热线";
        return Err(Refusal::Denied(text.into()));
    }
    let problems = reply.problems();
    if !problems.is_empty() {
        return Err(Refusal::Invalid(problems));
    }
    let flow = rules.flow_of(matter)?;
    let mut work = Work::begin(rules, flow, matter, actor, post, now, "answer_hotline");
    work.words(&Form {
        opinion: Some(reply.note.clone()),
        reply: Some(reply.answer.clone()),
        ..Form::default()
    });
    if let Some(in_time) = work.stop_clock(ClockKind::Hotline, 0) {
        // One that ran out was counted then.
        if in_time {
            work.count(Measure::HotlineDue);
            work.count(Measure::HotlineOnTime);
        } else if !work
            .matter()
            .counted
            .iter()
            .any(|(m, _)| *m == Measure::HotlineDue)
        {
            work.count(Measure::HotlineDue);
        }
    }
    // The last answer is the one that counts.
    for measure in [Measure::HotlineInScope, Measure::HotlineSolved] {
        let before = work.matter().counted.iter().rev();
        if let Some((_, day)) = before.clone().find(|(m, _)| *m == measure).copied() {
            work.fact(Fact::Uncounted { measure, day });
        }
    }
    if !reply.beyond {
        work.count(Measure::HotlineInScope);
        if reply.solved {
            work.count(Measure::HotlineSolved);
        }
    }
    Ok(work.finish())
}
