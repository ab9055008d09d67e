//! 调解 (R086): a session is recorded; an agreement leads on to the return visits.

use super::super::{Desk, Fact, Form, NoticeKind, Trail};
use super::closing;
use super::work::Work;
use crate::flow::Target;
use crate::limits;
use crate::mediation::Session;
use crate::refusal::Refusal;

pub(super) fn mediate(work: &mut Work<'_>, to: &Target, form: &Form) -> Result<(), Refusal> {
    let (Some(session), Target::State(code)) = (&form.session, to) else {
        return Err(Refusal::invalid("session", "required", "请填写调解情况"));
    };
    let problems = session.problems(work.now);
    if !problems.is_empty() {
        return Err(Refusal::Invalid(problems));
    }
    let path = &work.matter().path;
    if let Some((_, name, _)) = session.mediators.iter().find(|(.., a)| !path.contains(*a)) {
        return Err(Refusal::invalid(
            "session.mediators",
            "elsewhere",
            format!("{name}所在的调解组织不在事发地，请从本地名单中选择"),
        ));
    }
    if work.matter().sessions.len() >= limits::SESSIONS_MAX {
        return Err(Refusal::Conflict(
            "调解次数太多；请引导当事人通过仲裁、诉讼等途径解决".into(),
        ));
    }
    let no = u32::try_from(work.matter().sessions.len()).unwrap_or(u32::MAX) + 1;
    let reached = session.agreement.is_some();
    work.fact(Fact::Mediated(Session {
        no,
        at: session.at,
        mediators: session.mediators.iter().map(|(s, ..)| s.clone()).collect(),
        reached,
    }));
    if !reached {
        return Ok(());
    }
    let state = work.state(code)?;
    let area = work.own()?;
    let level = work.matter().level;
    closing::own_handling(work);
    work.enter(state, Desk::Area(area), level, Trail::Keep);
    let text = format!("{} 已达成调解协议，请按期回访", work.label());
    work.tell(Desk::Area(area), NoticeKind::Decided, text);
    Ok(())
}
