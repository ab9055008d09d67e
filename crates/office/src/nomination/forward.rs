//! Putting somebody forward for a post: the one way in, for a proposal and an appointment at once, a
//! further term and a candidate of an opening (R043, R047). What it refuses, it refuses for all.

use crate::identity::entry;
use crate::post::{account_of, check, conflict, source_word};
use crate::{Appointment, Office, Result, World};
use civic::directory::Actor;
use civic::id::{AccountId, AreaId, NominationId, OpeningId, PostId};
use civic::nomination::{Nomination, State};
use civic::post::{Post, Seat};
use civic::refusal::Refusal;
use civic::time::{Day, Instant};
use store::account::Account;
use store::driver::Conn;
use store::lane::Failure;

/// Openings that run at one area at a time, at most: one for each role.
const RUNNING_MAX: usize = 50;

impl Office {
    /// The account that an appointment is for and the post it would hold, where it fits and is not the
    /// actor's own.
    ///
    /// # Errors
    /// `Invalid` with every broken rule; `Denied` for oneself.
    pub(crate) async fn fit(&self, actor: &Actor, wanted: Appointment) -> Result<(Account, Post)> {
        let person = wanted.person.clone();
        let account = self.read(move |conn| account_of(conn, person)).await?;
        let account = check(&self.world(), &wanted, account)?;
        if account.id == actor.account {
            return Err(
                Refusal::Denied("不能提名或任命自己，请由他人提名、上级任命".into()).into(),
            );
        }
        let post = Post {
            id: PostId(0),
            account: account.id,
            role: wanted.role,
            seat: wanted.seat,
            title: wanted.title.map(Into::into),
            source: wanted.source.into(),
            from: wanted.from,
            to: wanted.to,
        };
        Ok((account, post))
    }
}

/// Writes a nomination with its line of the audit chain; one that is approved already takes effect
/// with it. Says the post that it filled, if it did.
///
/// # Errors
/// `Conflict` past a running opening of the post, and where the post is taken.
pub(crate) fn put_forward(
    conn: &mut Conn,
    world: &World,
    actor: &Actor,
    nomination: &mut Nomination,
    through: Option<OpeningId>,
) -> std::result::Result<Option<PostId>, Failure> {
    past_no_opening(conn, nomination, through)?;
    let now = nomination.proposed_at;
    nomination.id = NominationId(store::fresh_id(conn, "nomination", now)?);
    store::nomination::insert(conn, nomination)?;
    let names = store::account::names(conn, &[nomination.account])?;
    let name = names.get(&nomination.account).map_or("", String::as_str);
    let title = world.directory().title(&nomination.post());
    let done = nomination.state == State::Approved;
    let mut detail = match (nomination.renews, done) {
        (None, false) => {
            let source = source_word(&nomination.source);
            format!("提名 {name}（{source}）为 {title}，自 {}", nomination.from)
        }
        (None, true) => format!("任命 {name} 为 {title}，自 {}", nomination.from),
        (Some(_), _) => format!("{name} 续任 {title} 至 {}", shown(nomination.to)),
    };
    if through.is_some() {
        detail.push_str("，公开选聘");
    }
    let (action, object, post) = if done {
        let post = take_effect(conn, nomination, now)?;
        ("appoint", format!("post:{post}"), Some(post))
    } else {
        ("propose", format!("nomination:{}", nomination.id), None)
    };
    store::audit::append(conn, &entry(actor, now, action, object, detail))?;
    Ok(post)
}

/// Refuses what would fill a post past its running opening. `through` is the opening that the
/// nomination came of.
pub(super) fn past_no_opening(
    conn: &mut Conn,
    nomination: &Nomination,
    through: Option<OpeningId>,
) -> std::result::Result<(), Failure> {
    let Seat::Area(area) = nomination.seat else {
        return Ok(());
    };
    let running = store::opening::open(conn, &[area], RUNNING_MAX)?;
    for opening in running.iter().filter(|one| Some(one.id) != through) {
        opening.lets_by(nomination)?;
    }
    Ok(())
}

/// The nominations for posts of an area, those that wait first.
pub(crate) fn of_area(conn: &mut Conn, area: AreaId) -> store::driver::Result<Vec<Nomination>> {
    store::nomination::of_seats(conn, vec![area.0], Vec::new(), super::NOMINATIONS_MAX)
}

/// Puts the candidate into office, or lengthens the term. Says the post.
pub(super) fn take_effect(
    conn: &mut Conn,
    nomination: &Nomination,
    now: Instant,
) -> std::result::Result<PostId, Failure> {
    let mut post = nomination.post();
    let mut others = store::post::at_seat(conn, post.seat)?;
    others.retain(|p| Some(p.id) != nomination.renews);
    let holders: Vec<AccountId> = others.iter().map(|p| p.account).collect();
    let names = store::account::names(conn, &holders)?;
    conflict(&post, &others, &names)?;
    match (nomination.renews, nomination.to) {
        (Some(id), Some(to)) => {
            let held = store::post::by_id(conn, id)?;
            if held.is_none_or(|p| p.to != Some(nomination.from)) {
                return Err(Refusal::Conflict(
                    "这个岗位的任期在提名之后变动过，请撤回后重新提名".into(),
                )
                .into());
            }
            if store::departure::of_post(conn, id)?.is_some() {
                let text = "这个岗位已经办理离任，不能续任；请重新提名";
                return Err(Refusal::Conflict(text.into()).into());
            }
            store::post::end(conn, id, to)?;
        }
        _ => {
            post.id = PostId(store::fresh_id(conn, "post", now)?);
            store::post::insert_many(conn, std::slice::from_ref(&post))?;
        }
    }
    Ok(post.id)
}

fn shown(day: Option<Day>) -> String {
    day.map_or_else(|| "长期".to_owned(), |d| d.to_string())
}
