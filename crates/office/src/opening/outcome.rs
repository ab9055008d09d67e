//! What becomes of those who applied: in office, not chosen, deleted (R047).

use super::{object, told};
use crate::identity::entry;
use crate::{Office, Result};
use civic::directory::Actor;
use civic::limits::APPLICATION_KEPT_DAYS;
use civic::matter::{Notice, NoticeKind};
use civic::nomination::Nomination;
use civic::opening::{Application, Standing, State};
use civic::time::Instant;
use store::driver::Conn;

impl Office {
    /// Deletes what was decided long enough ago. Says how many applications went.
    ///
    /// # Errors
    /// Only when the database fails.
    pub(crate) async fn drop_applications(&self) -> Result<usize> {
        let now = self.now();
        let before = now.plus_hours(-24 * APPLICATION_KEPT_DAYS);
        let old = self.read(move |conn| store::opening::ended_before(conn, before));
        if old.await?.is_empty() {
            return Ok(0);
        }
        self.write(move |conn| {
            let old = store::opening::ended_before(conn, before)?;
            for one in &old {
                store::opening::remove(conn, one.id)?;
                let line = entry(
                    &Actor::system(),
                    now,
                    "drop_applications",
                    object(one.opening),
                    "决定满 30 天".into(),
                );
                store::audit::append(conn, &line)?;
            }
            Ok(old.len())
        })
        .await
    }
}

pub(super) fn not_chosen(one: &Application) -> String {
    let why = one.ended.as_ref().map_or("", |(_, why)| why);
    format!(
        "您未入选，原因：{why}。报名材料将在 {APPLICATION_KEPT_DAYS} 天后删除，您也可以现在撤回删除"
    )
}

/// Turns everybody down who still waits, and tells them.
pub(super) fn turn_down(
    conn: &mut Conn,
    applications: Vec<Application>,
    post: &str,
    why: &str,
    now: Instant,
) -> store::driver::Result<Vec<Notice>> {
    let mut notices = Vec::new();
    for mut one in applications.into_iter().filter(Application::waits) {
        one.end(Standing::Declined, why.to_owned(), now);
        store::opening::decide(conn, &one)?;
        notices.push(told(
            one.account,
            NoticeKind::Result,
            post,
            &not_chosen(&one),
        ));
    }
    Ok(notices)
}

/// What the decision about a nomination means for the application it came from: the candidate is in
/// office and the opening over, or not chosen, or back where the publicity left them.
pub(crate) fn decided(
    conn: &mut Conn,
    nomination: &Nomination,
    post: &str,
    now: Instant,
) -> store::driver::Result<Vec<Notice>> {
    use civic::nomination::State as Decided;
    let Some(mut one) = store::opening::of_nomination(conn, nomination.id)? else {
        return Ok(Vec::new());
    };
    let mut notices = Vec::new();
    let text = match nomination.state {
        Decided::Proposed => return Ok(notices),
        Decided::Withdrawn => {
            one.recall();
            "提名已撤回，等待重新报送".to_owned()
        }
        Decided::Refused => {
            let opinion = nomination.opinion.as_deref().unwrap_or_default();
            one.end(Standing::Declined, format!("上级未同意：{opinion}"), now);
            not_chosen(&one)
        }
        Decided::Approved => {
            one.end(Standing::Appointed, String::new(), now);
            if let Some(mut opening) = store::opening::get(conn, one.opening)? {
                opening.state = State::Filled;
                store::opening::update(conn, &opening)?;
                let mut others = store::opening::applications(conn, &[opening.id])?;
                others.retain(|a| a.id != one.id);
                notices = turn_down(conn, others, post, "岗位已由其他人选担任", now)?;
            }
            format!("上级已任命，自 {} 起任职", nomination.from)
        }
    };
    store::opening::decide(conn, &one)?;
    notices.push(told(one.account, NoticeKind::Result, post, &text));
    Ok(notices)
}
