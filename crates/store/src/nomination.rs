//! Nominations: candidates for posts and what was decided about them (R043, R047).

use civic::id::{AccountId, AreaId, NominationId, OrgId, PostId};
use civic::nomination::{Nomination, State};
use civic::post::{Role, Seat};
use civic::time::{Day, Instant};

use crate::driver::{Conn, DbError, Kind, OnConflict, Result, Row, Table, Value};
use crate::rows;

const NOMINATION: Table<'_> = Table {
    name: "nomination",
    columns: &[
        ("id", Kind::Int),
        ("account", Kind::Int),
        ("role", Kind::Text),
        ("area", Kind::Int),
        ("org", Kind::Int),
        ("title", Kind::Text),
        ("source", Kind::Text),
        ("valid_from", Kind::Int),
        ("valid_to", Kind::Int),
        ("renews", Kind::Int),
        ("reason", Kind::Text),
        ("state", Kind::Text),
        ("proposed_by", Kind::Int),
        ("proposed_at", Kind::Int),
        ("decided_by", Kind::Int),
        ("decided_at", Kind::Int),
        ("opinion", Kind::Text),
    ],
};

const NOMINATIONS: &str = "SELECT id, account, role, area, org, title, source, valid_from, valid_to, \
     renews, reason, state, proposed_by, proposed_at, decided_by, decided_at, opinion FROM nomination";

fn nomination(row: &Row) -> Result<Nomination> {
    let broken = |what: &str| DbError::Other(format!("nomination: {what}"));
    let seat = match (row.opt_int(3)?, row.opt_int(4)?) {
        (Some(area), None) => Seat::Area(AreaId(area)),
        (None, Some(org)) => Seat::Org(OrgId(org)),
        _ => return Err(broken("neither or both of area and org")),
    };
    Ok(Nomination {
        id: NominationId(row.int(0)?),
        account: AccountId(row.int(1)?),
        role: Role::parse(row.text(2)?).ok_or_else(|| broken("no such role"))?,
        seat,
        title: row.opt_text(5)?.map(Into::into),
        source: row.text(6)?.into(),
        from: Day(row.int(7)?),
        to: row.opt_int(8)?.map(Day),
        renews: row.opt_int(9)?.map(PostId),
        reason: row.text(10)?.into(),
        state: State::parse(row.text(11)?).ok_or_else(|| broken("no such state"))?,
        proposed_by: AccountId(row.int(12)?),
        proposed_at: Instant(row.int(13)?),
        decided: row
            .opt_int(14)?
            .zip(row.opt_int(15)?)
            .map(|(by, at)| (AccountId(by), Instant(at))),
        opinion: row.opt_text(16)?.map(Into::into),
    })
}

/// Adds a nomination.
pub fn insert(conn: &mut Conn, nomination: &Nomination) -> Result<()> {
    let values = |n: &Nomination| {
        let (area, org) = match n.seat {
            Seat::Area(area) => (Some(area.0), None),
            Seat::Org(org) => (None, Some(org.0)),
        };
        vec![
            n.id.0.into(),
            n.account.0.into(),
            n.role.code().into(),
            area.into(),
            org.into(),
            n.title.as_deref().into(),
            (&*n.source).into(),
            n.from.0.into(),
            n.to.map(|d| d.0).into(),
            n.renews.map(|p| p.0).into(),
            (&*n.reason).into(),
            n.state.code().into(),
            n.proposed_by.0.into(),
            n.proposed_at.0.into(),
            n.decided.map(|(by, _)| by.0).into(),
            n.decided.map(|(_, at)| at.0).into(),
            n.opinion.as_deref().into(),
        ]
    };
    let rows = std::slice::from_ref(nomination);
    rows::insert(conn, &NOMINATION, rows, OnConflict::Error, values)?;
    Ok(())
}

/// One nomination as it stands now: read inside the transaction that decides it.
pub fn by_id(conn: &mut Conn, id: NominationId) -> Result<Option<Nomination>> {
    let row = conn.query_opt(&format!("{NOMINATIONS} WHERE id = $1"), &[id.0.into()])?;
    row.as_ref().map(nomination).transpose()
}

/// Writes what was decided.
pub fn decide(conn: &mut Conn, decided: &Nomination) -> Result<()> {
    let sql = "UPDATE nomination SET state = $2, decided_by = $3, decided_at = $4, opinion = $5 WHERE id = $1";
    let params = [
        decided.id.0.into(),
        decided.state.code().into(),
        decided.decided.map(|(by, _)| by.0).into(),
        decided.decided.map(|(_, at)| at.0).into(),
        decided.opinion.as_deref().into(),
    ];
    conn.exec(sql, &params)?;
    Ok(())
}

/// The newest nominations for posts over some areas or in some organisations: those that wait
/// first; at most `limit`.
pub fn of_seats(
    conn: &mut Conn,
    areas: Vec<i64>,
    orgs: Vec<i64>,
    limit: usize,
) -> Result<Vec<Nomination>> {
    let sql = format!(
        "{NOMINATIONS} WHERE area = ANY($1) OR org = ANY($2) \
         ORDER BY CASE WHEN state = 'proposed' THEN 0 ELSE 1 END, id DESC LIMIT $3"
    );
    let params = [Value::Ints(areas), Value::Ints(orgs), (limit as i64).into()];
    conn.query(&sql, &params)?.iter().map(nomination).collect()
}
