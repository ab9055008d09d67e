//! 分办: a part of a matter begins as a matter of its own on the same judging desk.

use super::super::{
    Desk, Fact, Link, Matter, NoticeKind, Opening, PartOf, ReportForm, Reporter, Trail,
};
use super::report::{begin, words};
use super::work::Work;
use super::{Cases, Outcome, Rules};
use crate::directory::Actor;
use crate::flow::Holder;
use crate::id::MatterId;
use crate::limits;
use crate::refusal::Refusal;
use crate::rights::Verb;
use crate::time::Instant;

/// Begins a part: with the whole's place, channel and, where none is given, category; the person
/// concerned is asked once, for the whole.
pub(super) fn split(
    work: &mut Work<'_>,
    form: &super::super::Form,
    fresh: Option<MatterId>,
) -> Result<(), Refusal> {
    let (Some(part), Some(id)) = (&form.part, fresh) else {
        return Err(Refusal::invalid("part", "required", "请写明要分办的事项"));
    };
    let whole = work.matter().clone();
    if whole.parts.len() >= limits::PARTS_MAX {
        return Err(Refusal::Conflict(format!(
            "一件事最多分办 {} 项，请先办结已有的分办事项",
            limits::PARTS_MAX
        )));
    }
    let (level, area) = match whole.held_by {
        Holder::Area => (whole.level, work.desk_area()?),
        _ => work.owner()?,
    };
    let own = part.category.clone().filter(|c| !c.is_empty());
    let category = whole.category.as_ref();
    let report = ReportForm {
        title: String::new(),
        text: part.text.clone(),
        condition: match own {
            Some(_) => part.condition.clone(),
            None => category.map(|c| c.condition.clone()),
        },
        category: own.or_else(|| category.map(|c| c.code.clone())),
        channel: whole.channel,
        place: whole.place.clone(),
        path: whole.path.clone(),
        reporter: Reporter {
            bypass: whole.reporter.bypass,
            ..Reporter::default()
        },
        prehandle: None,
        on_behalf: false,
        files: Vec::new(),
        opening: Opening {
            part_of: Some(PartOf {
                whole: Link {
                    id: whole.id,
                    no: whole.no.clone(),
                },
                waits: part.waits,
            }),
            ..Opening::default()
        },
    };
    let (title, text) = words(&report).map_err(of_part)?;
    let no = format!("{}-{}", whole.no, whole.parts.len() + 1);
    let mut child = begin(
        work.rules,
        work.flow,
        work.actor,
        work.post,
        &report,
        (id, &no),
        work.now,
    )
    .map_err(of_part)?;
    child.report_words(&title, &text);
    child.enter_triage(level, area, Trail::Keep)?;
    work.absorb(child.finish());
    work.fact(Fact::PartBegun {
        id,
        no,
        waits: part.waits,
    });
    Ok(())
}

/// The fields of a part are named as such.
fn of_part(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Invalid(mut problems) => {
            for problem in &mut problems {
                problem.field = format!("part.{}", problem.field);
            }
            Refusal::Invalid(problems)
        }
        other => other,
    }
}

/// What ends a matter waits for its parts.
pub(super) fn waits(verb: Verb, matter: &Matter) -> Result<(), Refusal> {
    let ends = matches!(
        verb,
        Verb::Settle | Verb::Accept | Verb::Prehandle | Verb::Merge | Verb::Void | Verb::Withdraw
    );
    let open: Vec<&str> = matter
        .parts
        .iter()
        .filter(|p| p.waits && !p.over)
        .map(|p| p.no.as_str())
        .collect();
    if !ends || open.is_empty() {
        return Ok(());
    }
    Err(Refusal::Conflict(format!(
        "还有 {} 项分办事项没有办结（{}），请等它们办结后再结束本事项",
        open.len(),
        open.join("、")
    )))
}

/// Tells the whole that its part ended or began again: one step in its journal.
pub(super) fn tell_whole(
    rules: &Rules,
    cases: &Cases,
    actor: &Actor,
    before: &Matter,
    outcome: &mut Outcome,
    now: Instant,
) -> Result<(), Refusal> {
    let Some(of) = &before.part_of else {
        return Ok(());
    };
    let after = outcome.matters.iter().find(|m| m.id == before.id);
    let over = after.is_some_and(Matter::over);
    let whole = cases.0.get(&of.whole.id);
    let (Some(whole), true) = (whole, over != before.over()) else {
        return Ok(());
    };
    let flow = rules.flow_of(whole)?;
    let mut work = Work::begin(rules, flow, whole, actor, None, now, "part_ended");
    work.fact(Fact::PartEnded {
        id: before.id,
        over,
    });
    let waiting = work.matter().parts.iter().any(|p| p.waits && !p.over);
    let text = match (over, waiting) {
        (true, false) => format!(
            "{}：分办事项 {} 已结束，可以办结本事项",
            work.label(),
            before.no
        ),
        (true, true) => format!("{}：分办事项 {} 已结束", work.label(), before.no),
        (false, _) => format!("{}：分办事项 {} 重新办理", work.label(), before.no),
    };
    let desk = whole.owner.map_or(whole.desk, Desk::Area);
    work.tell(desk, NoticeKind::Decided, text);
    outcome.absorb(work.finish());
    Ok(())
}
