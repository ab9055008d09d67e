//! Periods of assessment, their results, and the matters drawn for re-check (R213).

use civic::area::Level;
use civic::assessment::{Assessed, Assessment, Recheck, Subject};
use civic::id::{AccountId, AreaId, AssessmentId, MatterId, OrgId};
use civic::matter::{Fact, Matter, Who};
use civic::measure::Measure;
use civic::time::{Day, Instant};

use crate::SHARD;
use crate::driver::{Conn, DbError, Result, Row, Value};

fn text<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| DbError::Other(format!("assessment: {e}")))
}

fn parsed<T: serde::de::DeserializeOwned>(row: &Row) -> Result<T> {
    serde_json::from_str(row.text(0)?).map_err(|e| DbError::Corrupt(format!("assessment: {e}")))
}

/// Adds a period.
pub fn insert(conn: &mut Conn, assessment: &Assessment) -> Result<()> {
    conn.exec(
        "INSERT INTO assessment (shard, id, area, body) VALUES ($1, $2, $3, $4)",
        &[
            SHARD.into(),
            assessment.id.0.into(),
            assessment.area.0.into(),
            text(assessment)?.into(),
        ],
    )?;
    Ok(())
}

/// Writes where a period stands now.
pub fn update(conn: &mut Conn, assessment: &Assessment) -> Result<()> {
    conn.exec(
        "UPDATE assessment SET body = $3 WHERE shard = $1 AND id = $2",
        &[
            SHARD.into(),
            assessment.id.0.into(),
            text(assessment)?.into(),
        ],
    )?;
    Ok(())
}

/// One period.
pub fn get(conn: &mut Conn, id: AssessmentId) -> Result<Option<Assessment>> {
    let sql = "SELECT body FROM assessment WHERE shard = $1 AND id = $2";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(parsed).transpose()
}

/// The newest periods, at most `limit`: a few in a year.
pub fn newest(conn: &mut Conn, limit: usize) -> Result<Vec<Assessment>> {
    let sql = "SELECT body FROM assessment WHERE shard = $1 ORDER BY id DESC LIMIT $2";
    let rows = conn.query(sql, &[SHARD.into(), (limit as i64).into()])?;
    rows.iter().map(parsed).collect()
}

/// The periods that have a result of this account, or of these areas or organisations.
pub fn with(
    conn: &mut Conn,
    account: AccountId,
    areas: Vec<i64>,
    orgs: Vec<i64>,
) -> Result<Vec<AssessmentId>> {
    let sql = "SELECT DISTINCT assessment FROM assessment_result
               WHERE shard = $1 AND (account = $2 OR area = ANY($3) OR org = ANY($4))";
    let params = [
        SHARD.into(),
        account.0.into(),
        Value::Ints(areas),
        Value::Ints(orgs),
    ];
    let rows = conn.query(sql, &params)?;
    rows.iter()
        .map(|row| row.int(0).map(AssessmentId))
        .collect()
}

/// Puts results in the place of those of an earlier calculation.
pub fn put_results(conn: &mut Conn, id: AssessmentId, results: &[Assessed]) -> Result<()> {
    conn.exec(
        "DELETE FROM assessment_result WHERE shard = $1 AND assessment = $2",
        &[SHARD.into(), id.0.into()],
    )?;
    for one in results {
        let (area, org, post) = match one.subject {
            Subject::Area(area) => (Some(area.0), None, None),
            Subject::Org(org) => (None, Some(org.0), None),
            Subject::Post(post) => (None, None, Some(post.0)),
        };
        conn.exec(
            "INSERT INTO assessment_result (shard, assessment, no, area, org, post, account, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &[
                SHARD.into(),
                id.0.into(),
                one.no.into(),
                area.into(),
                org.into(),
                post.into(),
                one.holder.as_ref().map(|by| by.account.0).into(),
                text(one)?.into(),
            ],
        )?;
    }
    Ok(())
}

/// Writes what was entered, appealed or decided of one result.
pub fn update_result(conn: &mut Conn, id: AssessmentId, one: &Assessed) -> Result<()> {
    conn.exec(
        "UPDATE assessment_result SET body = $4 WHERE shard = $1 AND assessment = $2 AND no = $3",
        &[SHARD.into(), id.0.into(), one.no.into(), text(one)?.into()],
    )?;
    Ok(())
}

/// All results of a period, in the order of the tree.
pub fn results(conn: &mut Conn, id: AssessmentId) -> Result<Vec<Assessed>> {
    let sql = "SELECT body FROM assessment_result WHERE shard = $1 AND assessment = $2 ORDER BY no";
    let rows = conn.query(sql, &[SHARD.into(), id.0.into()])?;
    rows.iter().map(parsed).collect()
}

/// One result.
pub fn result(conn: &mut Conn, id: AssessmentId, no: u32) -> Result<Option<Assessed>> {
    let sql = "SELECT body FROM assessment_result
               WHERE shard = $1 AND assessment = $2 AND no = $3";
    let row = conn.query_opt(sql, &[SHARD.into(), id.0.into(), no.into()])?;
    row.as_ref().map(parsed).transpose()
}

/// Writes matters that were drawn.
pub fn put_rechecks(conn: &mut Conn, id: AssessmentId, drawn: &[Recheck]) -> Result<()> {
    for one in drawn {
        conn.exec(
            "INSERT INTO assessment_recheck (shard, assessment, matter, body) VALUES ($1, $2, $3, $4)",
            &[
                SHARD.into(),
                id.0.into(),
                one.matter.0.into(),
                text(one)?.into(),
            ],
        )?;
    }
    Ok(())
}

/// Writes what a checker found.
pub fn update_recheck(conn: &mut Conn, id: AssessmentId, one: &Recheck) -> Result<()> {
    conn.exec(
        "UPDATE assessment_recheck SET body = $4
         WHERE shard = $1 AND assessment = $2 AND matter = $3",
        &[
            SHARD.into(),
            id.0.into(),
            one.matter.0.into(),
            text(one)?.into(),
        ],
    )?;
    Ok(())
}

/// The matters drawn of a period.
pub fn rechecks(conn: &mut Conn, id: AssessmentId) -> Result<Vec<Recheck>> {
    let sql = "SELECT body FROM assessment_recheck
               WHERE shard = $1 AND assessment = $2 ORDER BY matter";
    let rows = conn.query(sql, &[SHARD.into(), id.0.into()])?;
    rows.iter().map(parsed).collect()
}

/// The matters of an area closed at or after `from` and before `to`, one by one, by id.
pub fn for_each_closed(
    conn: &mut Conn,
    (level, area): (Level, AreaId),
    (from, to): (Instant, Instant),
    mut each: impl FnMut(Matter),
) -> Result<()> {
    let sql = format!(
        "SELECT body FROM matter WHERE shard = $1 AND {} = $2 AND closed_at >= $3 AND closed_at < $4
         ORDER BY id",
        level.code()
    );
    let params = [SHARD.into(), area.0.into(), from.0.into(), to.0.into()];
    conn.for_each(&sql, &params, |row| {
        each(crate::matter::parse(row.text(0)?)?);
        Ok(())
    })
}

/// What people of organisations counted in the matters of an area from `from` to before `to`: who,
/// in which matter, what, and on which day. The newest matter first.
pub fn for_each_count_of_orgs(
    conn: &mut Conn,
    (level, area): (Level, AreaId),
    (from, to): (Instant, Instant),
    mut each: impl FnMut(OrgId, MatterId, Measure, Day),
) -> Result<()> {
    let sql = format!(
        "SELECT s.matter, s.who, s.facts FROM matter m
         JOIN step s ON s.shard = m.shard AND s.matter = m.id
         WHERE m.shard = $1 AND m.{} = $2 AND m.reported_at < $4
         AND (m.closed_at IS NULL OR m.closed_at >= $3)
         AND s.acted_at >= $3 AND s.acted_at < $4 AND s.facts LIKE '%\"counted\"%'
         ORDER BY m.id DESC, s.seq",
        level.code()
    );
    let params = [SHARD.into(), area.0.into(), from.0.into(), to.0.into()];
    let broken = |e: serde_json::Error| DbError::Corrupt(format!("step: {e}"));
    conn.for_each(&sql, &params, |row| {
        let who: Who = serde_json::from_str(row.text(1)?).map_err(broken)?;
        let Some(org) = who.org else { return Ok(()) };
        let matter = MatterId(row.int(0)?);
        let facts: Vec<Fact> = serde_json::from_str(row.text(2)?).map_err(broken)?;
        for fact in facts {
            if let Fact::Counted { measure, day } = fact {
                each(org, matter, measure, day);
            }
        }
        Ok(())
    })
}

/// Says of each period that cannot be read, or that was frozen and no longer has its digest, that it
/// was changed.
pub(crate) fn check(conn: &mut Conn, find: &mut impl FnMut(String)) -> Result<()> {
    let sql = "SELECT body, id FROM assessment WHERE shard = $1 ORDER BY id";
    for row in &conn.query(sql, &[SHARD.into()])? {
        let id = AssessmentId(row.int(1)?);
        let whole = (
            parsed::<Assessment>(row),
            results(conn, id),
            rechecks(conn, id),
        );
        match whole {
            (Ok(one), Ok(results), Ok(rechecks)) => {
                let digest = one.digest_of(&results, &rechecks);
                if one.digest.is_some_and(|kept| kept != digest) {
                    find(format!(
                        "考核《{}》冻结后被改动：结果与冻结时的摘要不符",
                        one.name
                    ));
                }
            }
            _ => find(format!("考核 {id} 的内容读不出来：有一行被改动")),
        }
    }
    Ok(())
}
