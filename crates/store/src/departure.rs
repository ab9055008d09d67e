//! Departures: why posts ended, and their hand-over sheets (R043).

use civic::departure::Departure;
use civic::id::{AccountId, AreaId, PostId};
use civic::post::{Post, Seat};
use civic::time::Day;

use crate::driver::{Conn, DbError, Result, Row, Value};

fn parsed(row: &Row) -> Result<Departure> {
    serde_json::from_str(row.text(0)?).map_err(|e| DbError::Other(format!("departure: {e}")))
}

/// Writes a departure, in place of what was written of the same post.
pub fn put(conn: &mut Conn, departure: &Departure) -> Result<()> {
    let (area, org) = match departure.seat {
        Seat::Area(area) => (Some(area.0), None),
        Seat::Org(org) => (None, Some(org.0)),
    };
    let body =
        serde_json::to_string(departure).map_err(|e| DbError::Other(format!("departure: {e}")))?;
    conn.exec(
        "INSERT INTO departure (post, account, area, org, by_account, open, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (post) DO UPDATE SET by_account = excluded.by_account, open = excluded.open,
         body = excluded.body",
        &[
            departure.post.0.into(),
            departure.who.account.0.into(),
            area.into(),
            org.into(),
            departure.by.as_ref().map(|by| by.account.0).into(),
            departure.is_open().into(),
            body.into(),
        ],
    )?;
    Ok(())
}

/// Writes whose desk takes an open sheet over now: the tree changed.
pub fn place(conn: &mut Conn, departure: &Departure) -> Result<()> {
    let Seat::Area(area) = departure.seat else {
        return Ok(());
    };
    let body =
        serde_json::to_string(departure).map_err(|e| DbError::Other(format!("departure: {e}")))?;
    let sql = "UPDATE departure SET area = $2, body = $3 WHERE post = $1";
    conn.exec(sql, &[departure.post.0.into(), area.0.into(), body.into()])?;
    Ok(())
}

/// The sheets with a confirmation missing from posts over these areas.
pub fn open_at(conn: &mut Conn, areas: &[AreaId]) -> Result<Vec<Departure>> {
    let areas: Vec<i64> = areas.iter().map(|a| a.0).collect();
    let sql = "SELECT body FROM departure WHERE open = 1 AND area = ANY($1) ORDER BY post";
    conn.query(sql, &[Value::Ints(areas)])?
        .iter()
        .map(parsed)
        .collect()
}

/// The departure from a post.
pub fn of_post(conn: &mut Conn, post: PostId) -> Result<Option<Departure>> {
    let sql = "SELECT body FROM departure WHERE post = $1";
    let row = conn.query_opt(sql, &[post.0.into()])?;
    row.as_ref().map(parsed).transpose()
}

/// The departures from posts over some areas or in some organisations: those with a confirmation
/// missing first, then the newest; at most `limit`.
pub fn of_seats(
    conn: &mut Conn,
    areas: Vec<i64>,
    orgs: Vec<i64>,
    limit: usize,
) -> Result<Vec<Departure>> {
    let sql = "SELECT body FROM departure WHERE area = ANY($1) OR org = ANY($2)
               ORDER BY open DESC, post DESC LIMIT $3";
    let params = [Value::Ints(areas), Value::Ints(orgs), (limit as i64).into()];
    conn.query(sql, &params)?.iter().map(parsed).collect()
}

/// The departures with a confirmation missing that somebody left, decided, or may take by the seat.
pub fn open_of(
    conn: &mut Conn,
    account: AccountId,
    areas: Vec<i64>,
    orgs: Vec<i64>,
) -> Result<Vec<Departure>> {
    let sql = "SELECT body FROM departure WHERE open = 1 AND
               (account = $1 OR by_account = $1 OR area = ANY($2) OR org = ANY($3)) ORDER BY post";
    let params = [account.0.into(), Value::Ints(areas), Value::Ints(orgs)];
    conn.query(sql, &params)?.iter().map(parsed).collect()
}

/// Posts whose term ran out on a day in `[since, before)` and of which nobody wrote why; at most
/// `limit`.
pub fn unwritten(conn: &mut Conn, since: Day, before: Day, limit: usize) -> Result<Vec<Post>> {
    let tail = "WHERE valid_to >= $1 AND valid_to < $2 AND valid_to > valid_from
                AND NOT EXISTS (SELECT 1 FROM departure d WHERE d.post = post.id)
                ORDER BY id LIMIT $3";
    let params = [since.0.into(), before.0.into(), (limit as i64).into()];
    crate::post::some(conn, tail, &params)
}
