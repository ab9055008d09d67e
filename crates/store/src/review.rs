//! 述职评议 (R214): statements, who has voted, and how many chose what. No row says who chose what,
//! and none has a time: nothing here can be laid side by side.

use civic::assessment::{Counts, Statement};
use civic::id::{AccountId, AssessmentId, PostId};

use crate::SHARD;
use crate::driver::{Conn, DbError, Result};

/// Writes what the holder of a post says, in the place of an earlier wording.
pub fn put_statement(
    conn: &mut Conn,
    id: AssessmentId,
    account: AccountId,
    one: &Statement,
) -> Result<()> {
    let body = serde_json::to_string(one).map_err(|e| DbError::Other(format!("review: {e}")))?;
    let sql = "INSERT INTO review_statement (shard, assessment, post, account, body) \
               VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (shard, assessment, post) DO UPDATE SET body = excluded.body";
    let params = [
        SHARD.into(),
        id.0.into(),
        one.post.0.into(),
        account.0.into(),
        body.into(),
    ];
    conn.exec(sql, &params).map(drop)
}

/// All statements of a period.
pub fn statements(conn: &mut Conn, id: AssessmentId) -> Result<Vec<Statement>> {
    let sql =
        "SELECT body FROM review_statement WHERE shard = $1 AND assessment = $2 ORDER BY post";
    let rows = conn.query(sql, &[SHARD.into(), id.0.into()])?;
    let parsed = |row: &crate::driver::Row| {
        serde_json::from_str(row.text(0)?).map_err(|e| DbError::Corrupt(format!("review: {e}")))
    };
    rows.iter().map(parsed).collect()
}

/// Counts a ballot. Says whether it was the first of this account about the post; only that counts.
pub fn vote(
    conn: &mut Conn,
    id: AssessmentId,
    post: PostId,
    account: AccountId,
    choice: usize,
) -> Result<bool> {
    let voter = [SHARD.into(), id.0.into(), post.0.into(), account.0.into()];
    let first = conn.exec(
        "INSERT INTO review_voter (shard, assessment, post, account) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (shard, assessment, post, account) DO NOTHING",
        &voter,
    )? > 0;
    if first {
        let count = [
            SHARD.into(),
            id.0.into(),
            post.0.into(),
            (choice as i64).into(),
        ];
        conn.exec(
            "INSERT INTO review_count (shard, assessment, post, choice, many) VALUES ($1, $2, $3, $4, 1) \
             ON CONFLICT (shard, assessment, post, choice) DO UPDATE SET many = review_count.many + 1",
            &count,
        )?;
    }
    Ok(first)
}

/// The posts about which an account has voted.
pub fn voted(conn: &mut Conn, id: AssessmentId, account: AccountId) -> Result<Vec<PostId>> {
    let sql = "SELECT post FROM review_voter WHERE shard = $1 AND assessment = $2 AND account = $3";
    let rows = conn.query(sql, &[SHARD.into(), id.0.into(), account.0.into()])?;
    rows.iter().map(|row| row.int(0).map(PostId)).collect()
}

/// How many chose each of `choices` about a post.
pub fn counts(conn: &mut Conn, id: AssessmentId, post: PostId, choices: usize) -> Result<Counts> {
    let sql = "SELECT choice, many FROM review_count \
               WHERE shard = $1 AND assessment = $2 AND post = $3";
    let mut counts = vec![0; choices];
    for row in &conn.query(sql, &[SHARD.into(), id.0.into(), post.0.into()])? {
        if let Some(count) = usize::try_from(row.int(0)?)
            .ok()
            .and_then(|n| counts.get_mut(n))
        {
            *count = row.int(1)?;
        }
    }
    Ok(counts)
}

/// Forgets who voted, and the counts, which stand in the results now.
pub fn forget_ballots(conn: &mut Conn, id: AssessmentId) -> Result<()> {
    for table in ["review_voter", "review_count"] {
        let sql = format!("DELETE FROM {table} WHERE shard = $1 AND assessment = $2");
        conn.exec(&sql, &[SHARD.into(), id.0.into()])?;
    }
    Ok(())
}
