//! The audit chain: who did and who read what. Append-only; each entry is hashed with the one
//! before, so that altering, deleting or inserting one is found and named (R166).

use civic::id::{AccountId, MatterId};
use civic::time::Instant;
use civic::trace::Hash;
use sha2::{Digest, Sha256};

use crate::SHARD;
use crate::driver::{Conn, DbError, Result, Row, Value};
use crate::rows;

/// What is written down. Neither passwords, tokens nor personal data belong into any field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// Who; 0 is the program itself or somebody unknown.
    pub account: AccountId,
    /// Name of the person then.
    pub name: String,
    /// What was done, as a code: `sign_in`, `appoint`, `unmask` …
    pub action: String,
    /// On what: `post:123`, `matter:456`.
    pub object: String,
    /// A Chinese sentence with the rest.
    pub detail: String,
}

/// An entry in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Place in the chain, from 1 without gaps.
    pub seq: i64,
    /// What was written down.
    pub entry: Entry,
    /// Hash of the entry before; zeros for the first.
    pub prev: Hash,
    /// Own hash.
    pub hash: Hash,
}

const ENTRIES: &str =
    "SELECT seq, at, account, name, action, object, detail, prev, hash FROM audit";

fn hash(prev: Hash, seq: i64, entry: &Entry) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(prev.0);
    for number in [SHARD, seq, entry.at.0, entry.account.0] {
        hasher.update(number.to_le_bytes());
    }
    // Each text behind its length: no way to move a character from one field into the next.
    for text in [&entry.name, &entry.action, &entry.object, &entry.detail] {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    Hash(hasher.finalize().into())
}

fn digest(row: &Row, column: usize) -> Result<Hash> {
    Hash::from_slice(row.bytes(column)?)
        .ok_or_else(|| DbError::Other(format!("audit: column {column} is no digest")))
}

fn kept(row: &Row) -> Result<Kept> {
    Ok(Kept {
        seq: row.int(0)?,
        entry: Entry {
            at: Instant(row.int(1)?),
            account: AccountId(row.int(2)?),
            name: row.string(3)?,
            action: row.string(4)?,
            object: row.string(5)?,
            detail: row.string(6)?,
        },
        prev: digest(row, 7)?,
        hash: digest(row, 8)?,
    })
}

/// The number of the last entry (which is how many there are) and its hash; 0 and zeros before the
/// first.
pub fn head(conn: &mut Conn) -> Result<(i64, Hash)> {
    let row = conn.query_opt(
        "SELECT seq, hash FROM audit WHERE shard = $1 ORDER BY seq DESC LIMIT 1",
        &[SHARD.into()],
    )?;
    row.map_or(Ok((0, Hash::default())), |row| {
        Ok((row.int(0)?, digest(&row, 1)?))
    })
}

/// When the newest entry was written; none where there is no entry.
///
/// # Errors
/// When the database cannot be read.
pub fn newest_at(conn: &mut Conn) -> Result<Option<Instant>> {
    let sql = "SELECT at FROM audit WHERE shard = $1 ORDER BY seq DESC LIMIT 1";
    let row = conn.query_opt(sql, &[SHARD.into()])?;
    row.map(|row| Ok(Instant(row.int(0)?))).transpose()
}

/// Adds an entry at the end. Call it in the transaction of what it tells of: then neither can be
/// without the other, and the end that is read is the end that is written after.
pub fn append(conn: &mut Conn, entry: &Entry) -> Result<()> {
    let (last, prev) = head(conn)?;
    let seq = last + 1;
    conn.exec(
        "INSERT INTO audit (shard, seq, at, account, name, action, object, detail, prev, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            SHARD.into(),
            seq.into(),
            entry.at.0.into(),
            entry.account.0.into(),
            (&entry.name).into(),
            (&entry.action).into(),
            (&entry.object).into(),
            (&entry.detail).into(),
            prev.0.into(),
            hash(prev, seq, entry).0.into(),
        ],
    )?;
    Ok(())
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of this account.
    pub account: Option<AccountId>,
    /// Of somebody with this name.
    pub name: Option<String>,
    /// With this action.
    pub action: Option<String>,
    /// On this object: `matter:42`.
    pub object: Option<String>,
    /// Not before.
    pub from: Option<Instant>,
    /// Before.
    pub to: Option<Instant>,
}

/// One page, newest first, of entries before `before`.
pub fn page(
    conn: &mut Conn,
    wanted: &Wanted,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Kept>> {
    let conditions: [(&str, Option<Value>); 7] = [
        ("shard =", Some(SHARD.into())),
        ("account =", wanted.account.map(|id| id.0.into())),
        ("name =", wanted.name.as_ref().map(Into::into)),
        ("action =", wanted.action.as_ref().map(Into::into)),
        ("object =", wanted.object.as_ref().map(Into::into)),
        ("at >=", wanted.from.map(|at| at.0.into())),
        ("at <", wanted.to.map(|at| at.0.into())),
    ];
    let select = format!("{ENTRIES} WHERE");
    let rows = rows::log_page(conn, &select, "seq", conditions, before, limit)?;
    rows.iter().map(kept).collect()
}

/// The entries on an object with one of these actions, oldest first.
pub fn of_object(conn: &mut Conn, object: &str, actions: &[&str]) -> Result<Vec<Kept>> {
    let sql = format!("{ENTRIES} WHERE shard = $1 AND object = $2 ORDER BY seq");
    let all = conn.query(&sql, &[SHARD.into(), object.into()])?;
    let kept = all.iter().map(kept).collect::<Result<Vec<Kept>>>()?;
    let wanted = |k: &Kept| actions.contains(&k.entry.action.as_str());
    Ok(kept.into_iter().filter(wanted).collect())
}

/// Whose data was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Of the reporter of matters.
    Reporter(AccountId),
    /// Of one matter.
    Matter(MatterId),
}

/// One look at personal data, of a matter or of an application for a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Place in the chain.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// Who.
    pub account: AccountId,
    /// Which fields and why, in a sentence.
    pub detail: String,
    /// Number of the matter; empty where it was about none.
    pub no: String,
}

/// The action of entries that tell of a look at personal data.
pub const UNMASK: &str = "unmask";

/// Who looked at somebody's data, newest first, before the entry `before` (privacy.md V07).
pub fn looks(
    conn: &mut Conn,
    subject: Subject,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Look>> {
    let (column, id, own) = match subject {
        Subject::Reporter(id) => ("reporter", id.0, format!("account:{id}")),
        // Nobody's account: what was left with a report is all that is asked for.
        Subject::Matter(id) => ("id", id.0, String::new()),
    };
    let sql = format!(
        "SELECT seq, at, account, detail, no FROM ( \
           SELECT a.seq, a.at, a.account, a.detail, m.no FROM matter m \
           JOIN audit a ON a.object = 'matter:' || CAST(m.id AS TEXT) \
           WHERE m.shard = $1 AND m.{column} = $2 AND a.shard = $1 AND a.action = 'unmask' \
           UNION ALL \
           SELECT seq, at, account, detail, '' AS no FROM audit \
           WHERE shard = $1 AND object = $5 AND action = 'read_applications') AS looked \
         WHERE seq < $3 ORDER BY seq DESC LIMIT $4"
    );
    let params = [
        SHARD.into(),
        id.into(),
        rows::before(before),
        (limit as i64).into(),
        own.into(),
    ];
    let found = conn.query(&sql, &params)?;
    let look = |row: &Row| {
        Ok(Look {
            seq: row.int(0)?,
            at: Instant(row.int(1)?),
            account: AccountId(row.int(2)?),
            detail: row.string(3)?,
            no: row.string(4)?,
        })
    };
    found.iter().map(look).collect()
}

/// How often an account did something since a moment, for daily limits (privacy.md V05). Reads the
/// entries since then, newest first.
pub fn count_since(
    conn: &mut Conn,
    account: AccountId,
    action: &str,
    since: Instant,
) -> Result<i64> {
    // The chain grows in the order of time: entries older than this cannot lie behind.
    let first = conn.query_one(
        "SELECT COALESCE(MAX(seq), 0) FROM (SELECT seq FROM audit WHERE shard = $1 AND at < $2 \
         ORDER BY seq DESC LIMIT 1) AS older",
        &[SHARD.into(), since.0.into()],
    )?;
    conn.query_one(
        "SELECT count(*) FROM audit WHERE shard = $1 AND seq > $2 AND account = $3 AND action = $4",
        &[
            SHARD.into(),
            first.int(0)?.into(),
            account.0.into(),
            action.into(),
        ],
    )?
    .int(0)
}

/// Reads the whole chain: how many entries it has. `find` is told a sentence for each place where it
/// was tampered with. That the end was not cut off is shown by seals.
pub fn verify_chain(conn: &mut Conn, find: &mut impl FnMut(String)) -> Result<u64> {
    let mut count = 0;
    let mut last = (0, Hash::default());
    let sql = format!("{ENTRIES} WHERE shard = $1 ORDER BY seq");
    conn.for_each(&sql, &[SHARD.into()], |row| {
        count += 1;
        let seq = row.int(0)?;
        let Ok(kept) = kept(row) else {
            find(format!("审计记录第 {seq} 条无法读取，已被改动"));
            last = (seq, digest(row, 8).unwrap_or_default());
            return Ok(());
        };
        let follows = seq == last.0 + 1;
        let linked = kept.prev == last.1;
        match (follows, linked) {
            (true, true) => {}
            (true, false) if seq == 1 => {
                find("审计记录第 1 条不是原来的第一条，已被改动".into());
            }
            (true, false) => find(format!(
                "审计记录第 {} 条与第 {seq} 条不相连，其中一条被替换",
                last.0
            )),
            (false, true) => find(format!("审计记录第 {seq} 条是插入的，编号不连续")),
            (false, false) if seq == last.0 + 2 => {
                find(format!("审计记录第 {} 条缺失，已被删除", last.0 + 1));
            }
            (false, false) if seq > last.0 => find(format!(
                "审计记录第 {} 至 {} 条缺失，已被删除",
                last.0 + 1,
                seq - 1
            )),
            (false, false) => find(format!("审计记录第 {seq} 条是插入的")),
        }
        if hash(kept.prev, seq, &kept.entry) != kept.hash {
            find(format!("审计记录第 {seq} 条的内容被改动：与它的校验值不符"));
        }
        last = (seq, kept.hash);
        Ok(())
    })?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;

    fn proof(conn: &mut Conn) -> (u64, Vec<String>) {
        let mut findings = Vec::new();
        let count = verify_chain(conn, &mut |finding| findings.push(finding)).unwrap();
        (count, findings)
    }

    fn entry(n: i64) -> Entry {
        Entry {
            at: Instant(1_000 + n),
            account: AccountId(7),
            name: "陈春山".into(),
            action: "appoint".into(),
            object: format!("post:{n}"),
            detail: "任命单元长".into(),
        }
    }

    fn ten(conn: &mut Conn) {
        prepare(conn);
        conn.transaction::<_, DbError>(|conn| (1..=10).try_for_each(|n| append(conn, &entry(n))))
            .unwrap();
        assert_eq!(proof(conn), (10, vec![]));
    }

    fn only(conn: &mut Conn, sentence: &str) {
        assert_eq!(proof(conn).1, [sentence]);
    }

    on_both! {
        fn entries_are_paged_from_the_newest(conn: &mut Conn) {
            ten(conn);
            let all = Wanted::default();
            let page_of = |conn: &mut Conn, before| page(conn, &Wanted::default(), before, 4).unwrap().into_iter().map(|k| k.seq).collect::<Vec<_>>();
            assert_eq!(page_of(conn, None), [10, 9, 8, 7]);
            assert_eq!(page_of(conn, Some(3)), [2, 1]);
            assert_eq!(page(conn, &all, None, 1).unwrap()[0].entry, entry(10));
            let seqs = |conn: &mut Conn, wanted: Wanted| page(conn, &wanted, None, 4).unwrap().into_iter().map(|k| k.seq).collect::<Vec<_>>();
            assert_eq!(seqs(conn, Wanted { object: Some("post:3".into()), ..all.clone() }), [3]);
            assert_eq!(seqs(conn, Wanted { name: Some("陈春山".into()), to: Some(Instant(1_003)), ..all.clone() }), [2, 1]);
            assert_eq!(seqs(conn, Wanted { account: Some(AccountId(7)), from: Some(Instant(1_009)), ..all.clone() }), [10, 9]);
            assert_eq!(seqs(conn, Wanted { action: Some("unmask".into()), ..all }), [0; 0]);
            assert_eq!(head(conn).unwrap().0, 10);
        }

        fn acts_of_a_day_are_counted(conn: &mut Conn) {
            ten(conn);
            assert_eq!(count_since(conn, AccountId(7), "appoint", Instant(0)).unwrap(), 10);
            assert_eq!(count_since(conn, AccountId(7), "appoint", Instant(1_008)).unwrap(), 3);
            assert_eq!(count_since(conn, AccountId(7), "unmask", Instant(0)).unwrap(), 0);
            assert_eq!(count_since(conn, AccountId(8), "appoint", Instant(0)).unwrap(), 0);
        }

        fn an_entry_of_a_transaction_that_failed_leaves_no_gap(conn: &mut Conn) {
            ten(conn);
            let failed = conn.transaction::<(), DbError>(|conn| {
                append(conn, &entry(11))?;
                Err(DbError::Other("later".into()))
            });
            assert!(failed.is_err());
            append(conn, &entry(12)).unwrap();
            assert_eq!(proof(conn), (11, vec![]));
        }

        fn an_altered_entry_is_named(conn: &mut Conn) {
            ten(conn);
            conn.exec("UPDATE audit SET detail = '什么也没做' WHERE seq = 4", &[]).unwrap();
            only(conn, "审计记录第 4 条的内容被改动：与它的校验值不符");
        }

        fn a_character_moved_between_fields_is_found(conn: &mut Conn) {
            ten(conn);
            conn.exec("UPDATE audit SET action = 'appointp', object = 'ost:4' WHERE seq = 4", &[]).unwrap();
            only(conn, "审计记录第 4 条的内容被改动：与它的校验值不符");
        }

        fn a_missing_entry_is_named(conn: &mut Conn) {
            ten(conn);
            conn.exec("DELETE FROM audit WHERE seq = 6", &[]).unwrap();
            only(conn, "审计记录第 6 条缺失，已被删除");
            conn.exec("DELETE FROM audit WHERE seq = 7", &[]).unwrap();
            only(conn, "审计记录第 6 至 7 条缺失，已被删除");
        }

        fn an_entry_put_in_place_of_another_is_named(conn: &mut Conn) {
            ten(conn);
            let prev = page(conn, &Wanted::default(), Some(6), 1).unwrap()[0].hash;
            let forged = hash(prev, 6, &entry(99));
            conn.exec("UPDATE audit SET at = 1099, object = 'post:99', hash = $1 WHERE seq = 6", &[forged.0.into()]).unwrap();
            only(conn, "审计记录第 6 条与第 7 条不相连，其中一条被替换");
        }

        fn an_inserted_entry_is_named(conn: &mut Conn) {
            ten(conn);
            let forged = hash(Hash::default(), 0, &entry(99));
            conn.exec(
                "INSERT INTO audit (shard, seq, at, account, name, action, object, detail, prev, hash) \
                 VALUES (1, 0, 1099, 7, '陈春山', 'appoint', 'post:99', '任命单元长', $1, $2)",
                &[Hash::default().0.into(), forged.0.into()],
            ).unwrap();
            let (count, findings) = proof(conn);
            assert_eq!(count, 11);
            assert!(findings[0].starts_with("审计记录第 0 条是插入的"), "{findings:?}");
        }
    }
}
