//! Visits and patrols (R032): who was where, and what was found.

use civic::id::{AccountId, AreaId, MatterId, VisitId};
use civic::time::Instant;

use crate::SHARD;
use crate::driver::{Conn, Result, Row};

/// One visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Own id.
    pub id: VisitId,
    /// Who went.
    pub account: AccountId,
    /// Name of the person then.
    pub name: String,
    /// Where: the unit.
    pub unit: AreaId,
    /// The unit's community that day.
    pub community: Option<AreaId>,
    /// The unit's town that day.
    pub town: Option<AreaId>,
    /// Code of the kind.
    pub kind: String,
    /// What was seen.
    pub text: String,
    /// When.
    pub at: Instant,
    /// The matter that came of it.
    pub matter: Option<MatterId>,
    /// Who entered it and that person's name, where it was not who went (R044).
    pub entered: Option<(AccountId, String)>,
}

/// Which column a list of areas is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Visits in these units.
    Unit,
    /// Visits in these communities.
    Community,
    /// Visits in these towns.
    Town,
}

fn visit(row: &Row) -> Result<Visit> {
    Ok(Visit {
        id: VisitId(row.int(0)?),
        account: AccountId(row.int(1)?),
        name: row.string(2)?,
        unit: AreaId(row.int(3)?),
        community: row.opt_int(4)?.map(AreaId),
        town: row.opt_int(5)?.map(AreaId),
        kind: row.string(6)?,
        text: row.string(7)?,
        at: Instant(row.int(8)?),
        matter: row.opt_int(9)?.map(MatterId),
        entered: match row.opt_int(10)? {
            Some(account) => Some((AccountId(account), row.string(11)?)),
            None => None,
        },
    })
}

/// Adds a visit.
pub fn insert(conn: &mut Conn, visit: &Visit) -> Result<()> {
    conn.exec(
        "INSERT INTO visit (shard, id, account, name, unit, community, town, kind, body, at, matter, entered_by, entered_name) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &[
            SHARD.into(),
            visit.id.0.into(),
            visit.account.0.into(),
            (&visit.name).into(),
            visit.unit.0.into(),
            visit.community.map(|a| a.0).into(),
            visit.town.map(|a| a.0).into(),
            (&visit.kind).into(),
            (&visit.text).into(),
            visit.at.0.into(),
            visit.matter.map(|m| m.0).into(),
            visit.entered.as_ref().map(|(by, _)| by.0).into(),
            visit.entered.as_ref().map(|(_, name)| name.clone()).into(),
        ],
    )?;
    Ok(())
}

/// One page, the latest visits first, in some areas after the visit `before`. Each area is asked alone
/// for at most `limit` rows: so the index gives them without sorting all there are.
pub fn page(
    conn: &mut Conn,
    column: Column,
    areas: &[AreaId],
    kind: Option<&str>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Visit>> {
    let column = match column {
        Column::Unit => "unit",
        Column::Community => "community",
        Column::Town => "town",
    };
    let sql = format!(
        "SELECT id, account, name, unit, community, town, kind, body, at, matter, entered_by, entered_name FROM visit \
         WHERE shard = $1 AND {column} = $2 AND (at, id) < ($3, $4) AND ($5 = '' OR kind = $5) \
         ORDER BY at DESC, id DESC LIMIT $6"
    );
    let (at, id) = match before {
        None => (i64::MAX, i64::MAX),
        // A visit that is none is followed by nothing.
        Some(id) => (made_at(conn, id)?.unwrap_or(i64::MIN), id),
    };
    let mut found = Vec::new();
    for area in areas {
        let params = [
            SHARD.into(),
            area.0.into(),
            at.into(),
            id.into(),
            kind.unwrap_or_default().into(),
            (limit as i64).into(),
        ];
        conn.for_each(&sql, &params, |row| {
            found.push(visit(row)?);
            Ok(())
        })?;
    }
    found.sort_unstable_by_key(|v| std::cmp::Reverse((v.at, v.id)));
    found.truncate(limit);
    Ok(found)
}

fn made_at(conn: &mut Conn, id: i64) -> Result<Option<i64>> {
    let sql = "SELECT at FROM visit WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.into()])?;
    row.map(|row| row.int(0)).transpose()
}

/// How many visits of each kind `account` made in these units since `from`.
pub fn made(
    conn: &mut Conn,
    units: &[AreaId],
    account: AccountId,
    from: Instant,
) -> Result<Vec<(String, i64)>> {
    let units: Vec<i64> = units.iter().map(|u| u.0).collect();
    let rows = conn.query(
        "SELECT kind, COUNT(*) FROM visit WHERE shard = $1 AND unit = ANY($2) AND at >= $3 AND account = $4 GROUP BY kind",
        &[
            SHARD.into(),
            units.into(),
            from.0.into(),
            account.0.into(),
        ],
    )?;
    rows.iter()
        .map(|row| Ok((row.string(0)?, row.int(1)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    on_both! {
        fn visits_are_paged_by_unit_community_and_town(conn: &mut Conn) {
            prepare(conn);
            let made_since = |conn: &mut Conn| {
                super::made(conn, &[AreaId(21), AreaId(22)], AccountId(7), Instant(2)).unwrap()
            };
            let made = |id: i64, unit: i64| Visit {
                id: VisitId(id), account: AccountId(7), name: "林".into(), unit: AreaId(unit),
                community: Some(AreaId(unit / 10)), town: Some(AreaId(1)), kind: "patrol".into(),
                text: "楼道通畅".into(), at: Instant(id), matter: (id == 2).then_some(MatterId(4)),
                entered: (id == 3).then(|| (AccountId(8), "黄".into())),
            };
            for (id, unit) in [(1, 21), (2, 22), (3, 31), (4, 21)] {
                insert(conn, &made(id, unit)).unwrap();
            }
            let ids = |conn: &mut Conn, column, areas: &[i64], before, limit| {
                let areas: Vec<_> = areas.iter().map(|a| AreaId(*a)).collect();
                page(conn, column, &areas, None, before, limit).unwrap().into_iter().map(|v| v.id.0).collect::<Vec<_>>()
            };
            // Entered last and made before all others.
            insert(conn, &Visit { at: Instant(0), ..made(5, 23) }).unwrap();
            assert_eq!(ids(conn, Column::Unit, &[22, 23], None, 1), [2]);
            assert_eq!(ids(conn, Column::Unit, &[22, 23], Some(2), 9), [5]);
            assert_eq!(ids(conn, Column::Unit, &[22, 23], Some(77), 9), [0i64; 0]);
            assert_eq!(ids(conn, Column::Unit, &[21, 22], None, 2), [4, 2]);
            assert_eq!(ids(conn, Column::Unit, &[21, 22], Some(2), 2), [1]);
            assert_eq!(ids(conn, Column::Community, &[2], None, 9), [4, 2, 1, 5]);
            assert_eq!(ids(conn, Column::Town, &[1], None, 9), [4, 3, 2, 1, 5]);
            assert_eq!(page(conn, Column::Unit, &[AreaId(22)], Some("patrol"), None, 9).unwrap(), [made(2, 22)]);
            assert_eq!(page(conn, Column::Unit, &[AreaId(22)], Some("care"), None, 9).unwrap(), []);
            let counted = made_since(conn);
            assert_eq!(counted, [("patrol".to_owned(), 2)], "of this person, from this time, in these units");
            assert_eq!(page(conn, Column::Unit, &[AreaId(31)], None, None, 9).unwrap(), [made(3, 31)]);
        }
    }
}
