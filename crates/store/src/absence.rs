//! Absences from posts and who acts meanwhile (R014). Never deleted; they end.

use civic::absence::Absence;
use civic::id::{AbsenceId, AccountId, PostId};
use civic::time::Day;

use crate::driver::{Conn, Kind, OnConflict, Result, Row, Table};
use crate::rows;

const ABSENCE: Table<'_> = Table {
    name: "absence",
    columns: &[
        ("id", Kind::Int),
        ("post", Kind::Int),
        ("substitute", Kind::Int),
        ("valid_from", Kind::Int),
        ("valid_to", Kind::Int),
        ("reason", Kind::Text),
    ],
};

const ABSENCES: &str =
    "SELECT b.id, b.post, p.account, h.name, b.substitute, s.name, b.valid_from, b.valid_to, b.reason
     FROM absence b JOIN post p ON p.id = b.post JOIN account h ON h.id = p.account
     JOIN account s ON s.id = b.substitute";

fn absence(row: &Row) -> Result<Absence> {
    Ok(Absence {
        id: AbsenceId(row.int(0)?),
        post: PostId(row.int(1)?),
        absent: AccountId(row.int(2)?),
        absent_name: row.text(3)?.into(),
        substitute: AccountId(row.int(4)?),
        substitute_name: row.text(5)?.into(),
        from: Day(row.int(6)?),
        to: Day(row.int(7)?),
        reason: row.text(8)?.into(),
    })
}

/// The absences that are not over on `day`, those to come included.
pub fn not_over(conn: &mut Conn, day: Day) -> Result<Vec<Absence>> {
    let sql =
        format!("{ABSENCES} WHERE b.valid_to > $1 AND b.valid_to > b.valid_from ORDER BY b.id");
    conn.query(&sql, &[day.0.into()])?
        .iter()
        .map(absence)
        .collect()
}

/// One absence as it stands now.
pub fn by_id(conn: &mut Conn, id: AbsenceId) -> Result<Option<Absence>> {
    let row = conn.query_opt(&format!("{ABSENCES} WHERE b.id = $1"), &[id.0.into()])?;
    row.as_ref().map(absence).transpose()
}

/// Adds an absence.
pub fn insert(conn: &mut Conn, absence: &Absence) -> Result<()> {
    let values = |a: &Absence| {
        vec![
            a.id.0.into(),
            a.post.0.into(),
            a.substitute.0.into(),
            a.from.0.into(),
            a.to.0.into(),
            (&*a.reason).into(),
        ]
    };
    let rows = std::slice::from_ref(absence);
    rows::insert(conn, &ABSENCE, rows, OnConflict::Error, values)?;
    Ok(())
}

/// Ends an absence early: `to` is the first day back; its first day for one that never began.
pub fn end(conn: &mut Conn, id: AbsenceId, to: Day) -> Result<()> {
    let sql = "UPDATE absence SET valid_to = $2 WHERE id = $1";
    conn.exec(sql, &[id.0.into(), to.0.into()])?;
    Ok(())
}
