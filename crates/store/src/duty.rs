//! Duty rosters: who is on duty in an area on a day.

use civic::id::{AccountId, AreaId};
use civic::time::Day;

use crate::driver::{Conn, Kind, OnConflict, Result, Table};

const DUTY: Table<'_> = Table {
    name: "duty",
    columns: &[
        ("area", Kind::Int),
        ("day", Kind::Int),
        ("account", Kind::Int),
    ],
};

/// Who is on duty.
pub fn get(conn: &mut Conn, area: AreaId, day: Day) -> Result<Vec<AccountId>> {
    conn.query(
        "SELECT account FROM duty WHERE area = $1 AND day = $2 ORDER BY account",
        &[area.0.into(), day.0.into()],
    )?
    .iter()
    .map(|row| row.int(0).map(AccountId))
    .collect()
}

/// Replaces the roster of one area and day.
pub fn put(conn: &mut Conn, area: AreaId, day: Day, accounts: &[AccountId]) -> Result<()> {
    conn.exec(
        "DELETE FROM duty WHERE area = $1 AND day = $2",
        &[area.0.into(), day.0.into()],
    )?;
    let rows: Vec<_> = accounts
        .iter()
        .map(|a| vec![area.0.into(), day.0.into(), a.0.into()])
        .collect();
    conn.insert_many(
        &DUTY,
        &rows,
        OnConflict::Nothing {
            key: &["area", "day", "account"],
        },
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn a_roster_is_replaced_as_a_whole(conn: &mut Conn) {
            prepare(conn);
            let (area, day) = (AreaId(1), Day(10));
            put(conn, area, day, &[AccountId(3), AccountId(2), AccountId(3)]).unwrap();
            assert_eq!(get(conn, area, day).unwrap(), [AccountId(2), AccountId(3)]);
            put(conn, area, Day(11), &[AccountId(9)]).unwrap();
            put(conn, area, day, &[AccountId(4)]).unwrap();
            assert_eq!(get(conn, area, day).unwrap(), [AccountId(4)]);
            assert_eq!(get(conn, area, Day(11)).unwrap(), [AccountId(9)]);
            put(conn, area, day, &[]).unwrap();
            assert!(get(conn, area, day).unwrap().is_empty());
        }
    }
}
