//! Notices: their present state, their wordings, whom they are for, and who read them.

use civic::area::Tree;
use civic::id::{AccountId, FileId, NoticeId, PostId};
use civic::notice::{Notice, Receipt, Roster, Scope, Wording};
use civic::post::{Post, Seat};
use civic::time::Instant;
use std::collections::HashMap;

use crate::SHARD;
use crate::driver::{Conn, DbError, Kind, OnConflict, Result, Row, Table, Value};
use crate::rows;

/// A notice with the counters of its receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The notice.
    pub notice: Notice,
    /// Posts that received it when it was published.
    pub sent: i64,
    /// Posts that read the version that counts.
    pub read: i64,
    /// Posts that did what it asks.
    pub done: i64,
}

/// One wording in the history of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// From 1.
    pub version: u32,
    /// When.
    pub at: Instant,
    /// Who wrote it.
    pub name: String,
    /// Why; empty for the first.
    pub reason: String,
    /// What it said.
    pub wording: Wording,
}

const TARGET: Table<'_> = Table {
    name: "notice_target",
    columns: &[
        ("shard", Kind::Int),
        ("kind", Kind::Int),
        ("key", Kind::Int),
        ("role", Kind::Text),
        ("notice", Kind::Int),
    ],
};

const RECEIPT: Table<'_> = Table {
    name: "notice_receipt",
    columns: &[
        ("shard", Kind::Int),
        ("notice", Kind::Int),
        ("post", Kind::Int),
        ("account", Kind::Int),
        ("version", Kind::Int),
        ("read_at", Kind::Int),
        ("done_at", Kind::Int),
        ("reply", Kind::Text),
    ],
};

const NOTICES: &str = "SELECT body, sent, read, done FROM notice";

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| DbError::Other(format!("notice: {e}")))
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| DbError::Other(format!("notice: {e}")))
}

fn kept(row: &Row) -> Result<Kept> {
    Ok(Kept {
        notice: parsed(row.text(0)?)?,
        sent: row.int(1)?,
        read: row.int(2)?,
        done: row.int(3)?,
    })
}

/// The two numbers of a seat.
fn seat(seat: Seat) -> (i64, i64) {
    match seat {
        Seat::Area(area) => (1, area.0),
        Seat::Org(org) => (2, org.0),
    }
}

/// Where recipients look: the rows of a scope.
fn targets(scope: &Scope) -> Vec<(i64, i64, &'static str)> {
    let below = scope
        .areas
        .iter()
        .flat_map(|a| scope.roles.iter().map(|r| (1, a.0, r.code())));
    let orgs = scope.orgs.iter().map(|o| (2, o.0, ""));
    let seats = scope.seats.iter().map(|a| (3, a.0, ""));
    below.chain(orgs).chain(seats).collect()
}

/// Where a post looks: its area and every area above with its role, its organisation, its own desk.
#[must_use]
pub fn places(tree: &Tree, post: &Post) -> Vec<(i64, i64, String)> {
    match post.seat {
        Seat::Org(org) => vec![(2, org.0, String::new())],
        Seat::Area(area) => tree
            .upward(area)
            .map(|a| (1, a.id.0, post.role.code().to_owned()))
            .chain([(3, area.0, String::new())])
            .collect(),
    }
}

/// Adds a notice that was just published, with its roster.
pub fn insert(conn: &mut Conn, notice: &Notice, roster: &Roster) -> Result<()> {
    let (kind, key) = seat(notice.sender.seat);
    conn.exec(
        "INSERT INTO notice (shard, id, sender_kind, sender_key, kind, version, published_at, sent, \
         read, done, roster, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, $10)",
        &[
            SHARD.into(),
            notice.id.0.into(),
            kind.into(),
            key.into(),
            notice.kind.code().into(),
            i64::from(notice.version).into(),
            notice.published.0.into(),
            (roster.len() as i64).into(),
            roster.pack().into(),
            json(notice)?.into(),
        ],
    )?;
    conn.insert_many(&TARGET, &target_rows(notice), OnConflict::Error)?;
    add_version(
        conn,
        notice,
        notice.sender.account,
        &notice.sender.name,
        "",
        notice.published,
    )
}

/// Writes whom a notice reaches and who sent it after the tree changed: new places to find it are
/// added. Posts that go on under another id take their place in the roster and their receipts along.
pub fn place(
    conn: &mut Conn,
    notice: &Notice,
    roster: Option<&Roster>,
    posts: &HashMap<PostId, PostId>,
) -> Result<()> {
    let (kind, key) = seat(notice.sender.seat);
    let params = [
        SHARD.into(),
        notice.id.0.into(),
        kind.into(),
        key.into(),
        json(notice)?.into(),
    ];
    let sql = "UPDATE notice SET sender_kind = $3, sender_key = $4, body = $5 WHERE shard = $1 AND id = $2";
    conn.exec(sql, &params)?;
    let rows = target_rows(notice);
    let key = OnConflict::Nothing {
        key: &["shard", "kind", "key", "role", "notice"],
    };
    conn.insert_many(&TARGET, &rows, key)?;
    let Some(roster) = roster else {
        return Ok(());
    };
    let sql = "UPDATE notice SET roster = $3 WHERE shard = $1 AND id = $2";
    let params = [SHARD.into(), notice.id.0.into(), roster.pack().into()];
    conn.exec(sql, &params)?;
    for (old, new) in posts {
        for table in ["notice_receipt", "notice_file"] {
            let sql = format!(
                "UPDATE {table} SET post = $4 WHERE shard = $1 AND notice = $2 AND post = $3"
            );
            let params = [SHARD.into(), notice.id.0.into(), old.0.into(), new.0.into()];
            conn.exec(&sql, &params)?;
        }
    }
    Ok(())
}

fn target_rows(notice: &Notice) -> Vec<Vec<Value>> {
    let row = |(kind, key, role): (i64, i64, &str)| {
        vec![
            SHARD.into(),
            kind.into(),
            key.into(),
            role.into(),
            notice.id.0.into(),
        ]
    };
    targets(&notice.scope).into_iter().map(row).collect()
}

/// Adds the present wording to the history.
pub fn add_version(
    conn: &mut Conn,
    notice: &Notice,
    account: AccountId,
    name: &str,
    reason: &str,
    at: Instant,
) -> Result<()> {
    conn.exec(
        "INSERT INTO notice_version (shard, notice, version, at, account, name, reason, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            SHARD.into(),
            notice.id.0.into(),
            i64::from(notice.version).into(),
            at.0.into(),
            account.0.into(),
            name.into(),
            reason.into(),
            json(&notice.wording)?.into(),
        ],
    )?;
    let files: Vec<FileId> = notice.wording.files.iter().map(|f| f.file).collect();
    give_files(conn, notice.id, None, &files)
}

/// Writes the changed state of a notice, and counts its receipts anew.
pub fn update(conn: &mut Conn, notice: &Notice) -> Result<()> {
    conn.exec(
        "UPDATE notice SET version = $3, body = $4 WHERE shard = $1 AND id = $2",
        &[
            SHARD.into(),
            notice.id.0.into(),
            i64::from(notice.version).into(),
            json(notice)?.into(),
        ],
    )?;
    recount(conn, notice)
}

/// Sets the counters to what the receipts say: after a correction that is to be read again.
fn recount(conn: &mut Conn, notice: &Notice) -> Result<()> {
    let row = conn.query_one(
        "SELECT count(*), count(done_at) FROM notice_receipt \
         WHERE shard = $1 AND notice = $2 AND (version >= $3 OR done_at IS NOT NULL)",
        &[
            SHARD.into(),
            notice.id.0.into(),
            i64::from(notice.read_from).into(),
        ],
    )?;
    conn.exec(
        "UPDATE notice SET read = $3, done = $4 WHERE shard = $1 AND id = $2",
        &[
            SHARD.into(),
            notice.id.0.into(),
            row.int(0)?.into(),
            row.int(1)?.into(),
        ],
    )?;
    Ok(())
}

/// One notice.
pub fn get(conn: &mut Conn, id: NoticeId) -> Result<Option<Kept>> {
    let sql = format!("{NOTICES} WHERE shard = $1 AND id = $2");
    let row = conn.query_opt(&sql, &[SHARD.into(), id.0.into()])?;
    row.as_ref().map(kept).transpose()
}

/// The notices among `ids` that exist, newest first.
pub fn by_ids(conn: &mut Conn, ids: &[NoticeId]) -> Result<Vec<Kept>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let sql = format!("{NOTICES} WHERE shard = $1 AND id = ANY($2) ORDER BY id DESC");
    conn.query(&sql, &[SHARD.into(), Value::Ints(ids)])?
        .iter()
        .map(kept)
        .collect()
}

/// All notices with ids from `since` to before `until`: those of a span of time.
pub fn between(conn: &mut Conn, since: i64, until: i64) -> Result<Vec<Notice>> {
    let sql = format!("{NOTICES} WHERE shard = $1 AND id >= $2 AND id < $3 ORDER BY id");
    let mut found = Vec::new();
    conn.for_each(&sql, &[SHARD.into(), since.into(), until.into()], |row| {
        found.push(kept(row)?.notice);
        Ok(())
    })?;
    Ok(found)
}

/// Who received it when it was published.
pub fn roster(conn: &mut Conn, id: NoticeId) -> Result<Roster> {
    let sql = "SELECT roster FROM notice WHERE shard = $1 AND id = $2";
    let row = conn.query_one(sql, &[SHARD.into(), id.0.into()])?;
    Roster::unpack(row.bytes(0)?).ok_or_else(|| DbError::Other(format!("notice {id}: its roster")))
}

/// All wordings, the first one first.
pub fn versions(conn: &mut Conn, id: NoticeId) -> Result<Vec<Version>> {
    conn.query(
        "SELECT version, at, name, reason, body FROM notice_version \
         WHERE shard = $1 AND notice = $2 ORDER BY version",
        &[SHARD.into(), id.0.into()],
    )?
    .iter()
    .map(|row| {
        Ok(Version {
            version: row.number(0)?,
            at: Instant(row.int(1)?),
            name: row.string(2)?,
            reason: row.string(3)?,
            wording: parsed(row.text(4)?)?,
        })
    })
    .collect()
}

/// Ids of the newest notices between `after` and `before` (both left out) that are found at one of
/// these places, newest first, at most `limit`. Each place is asked alone, so that the key gives the
/// newest ones without sorting.
pub fn at_places(
    conn: &mut Conn,
    places: &[(i64, i64, String)],
    after: i64,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<NoticeId>> {
    let mut found = Vec::new();
    for (kind, key, role) in places {
        let params = [
            SHARD.into(),
            (*kind).into(),
            (*key).into(),
            role.into(),
            rows::before(before),
            (limit as i64).into(),
            after.into(),
        ];
        conn.for_each(
            "SELECT notice FROM notice_target WHERE shard = $1 AND kind = $2 AND key = $3 \
             AND role = $4 AND notice < $5 AND notice > $7 ORDER BY notice DESC LIMIT $6",
            &params,
            |row| {
                found.push(NoticeId(row.int(0)?));
                Ok(())
            },
        )?;
    }
    found.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
    found.dedup();
    found.truncate(limit);
    Ok(found)
}

/// What the desks of these seats sent, newest first, before the id `before`.
pub fn sent_by(
    conn: &mut Conn,
    seats: &[Seat],
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Kept>> {
    let sql = format!(
        "{NOTICES} WHERE shard = $1 AND sender_kind = $2 AND sender_key = $3 AND id < $4 \
         ORDER BY id DESC LIMIT $5"
    );
    let mut found = Vec::new();
    for one in seats {
        let (kind, key) = seat(*one);
        let params = [
            SHARD.into(),
            kind.into(),
            key.into(),
            rows::before(before),
            (limit as i64).into(),
        ];
        conn.for_each(&sql, &params, |row| {
            found.push(kept(row)?);
            Ok(())
        })?;
    }
    found.sort_unstable_by_key(|k| std::cmp::Reverse(k.notice.id));
    found.truncate(limit);
    Ok(found)
}

const RECEIPTS: &str =
    "SELECT notice, post, account, version, read_at, done_at, reply FROM notice_receipt";

fn receipt(row: &Row) -> Result<(NoticeId, Receipt)> {
    Ok((
        NoticeId(row.int(0)?),
        Receipt {
            post: PostId(row.int(1)?),
            account: AccountId(row.int(2)?),
            version: row.number(3)?,
            read: Instant(row.int(4)?),
            done: row.opt_int(5)?.map(Instant),
            reply: row.opt_text(6)?.map(str::to_owned),
            files: Vec::new(),
        },
    ))
}

/// The receipts of some posts for some notices; without the files of their replies.
pub fn receipts_of(
    conn: &mut Conn,
    notices: &[NoticeId],
    posts: &[PostId],
) -> Result<HashMap<(NoticeId, PostId), Receipt>> {
    let ids: Vec<i64> = notices.iter().map(|id| id.0).collect();
    let posts: Vec<i64> = posts.iter().map(|id| id.0).collect();
    let sql = format!("{RECEIPTS} WHERE shard = $1 AND notice = ANY($2) AND post = ANY($3)");
    conn.query(&sql, &[SHARD.into(), Value::Ints(ids), Value::Ints(posts)])?
        .iter()
        .map(|row| receipt(row).map(|(notice, r)| ((notice, r.post), r)))
        .collect()
}

/// All receipts of a notice; without the files of their replies.
pub fn receipts(conn: &mut Conn, id: NoticeId) -> Result<HashMap<PostId, Receipt>> {
    let sql = format!("{RECEIPTS} WHERE shard = $1 AND notice = $2");
    let mut all = HashMap::new();
    conn.for_each(&sql, &[SHARD.into(), id.0.into()], |row| {
        let (_, receipt) = receipt(row)?;
        all.insert(receipt.post, receipt);
        Ok(())
    })?;
    Ok(all)
}

/// Writes receipts, new ones and changed ones, and counts them.
pub fn put_receipts(conn: &mut Conn, notice: &Notice, receipts: &[Receipt]) -> Result<()> {
    let posts: Vec<PostId> = receipts.iter().map(|r| r.post).collect();
    let before = receipts_of(conn, &[notice.id], &posts)?;
    let rows: Vec<Vec<Value>> = receipts
        .iter()
        .map(|r| {
            vec![
                SHARD.into(),
                notice.id.0.into(),
                r.post.0.into(),
                r.account.0.into(),
                i64::from(r.version).into(),
                r.read.0.into(),
                r.done.map(|at| at.0).into(),
                r.reply.as_deref().into(),
            ]
        })
        .collect();
    let conflict = OnConflict::Replace {
        key: &["shard", "notice", "post"],
        set: &["account", "version", "read_at", "done_at", "reply"],
    };
    conn.insert_many(&RECEIPT, &rows, conflict)?;
    let counts = |r: &Receipt| r.version >= notice.read_from || r.done.is_some();
    let (mut read, mut done) = (0, 0);
    for receipt in receipts {
        let was = before.get(&(notice.id, receipt.post));
        read += i64::from(counts(receipt)) - i64::from(was.is_some_and(counts));
        done +=
            i64::from(receipt.done.is_some()) - i64::from(was.is_some_and(|r| r.done.is_some()));
        give_files(conn, notice.id, Some(receipt.post), &receipt.files)?;
    }
    conn.exec(
        "UPDATE notice SET read = read + $3, done = done + $4 WHERE shard = $1 AND id = $2",
        &[SHARD.into(), notice.id.0.into(), read.into(), done.into()],
    )?;
    Ok(())
}

/// Gives files to a notice, or to the reply of a post. One that belongs somewhere stays there.
fn give_files(
    conn: &mut Conn,
    notice: NoticeId,
    post: Option<PostId>,
    files: &[FileId],
) -> Result<()> {
    for file in files {
        conn.exec(
            "INSERT INTO notice_file (shard, file, notice, post) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (shard, file) DO NOTHING",
            &[
                SHARD.into(),
                file.0.into(),
                notice.0.into(),
                post.map(|p| p.0).into(),
            ],
        )?;
    }
    Ok(())
}

/// The notice that a file belongs to, and the post whose reply it is part of.
pub fn of_file(conn: &mut Conn, file: FileId) -> Result<Option<(NoticeId, Option<PostId>)>> {
    let sql = "SELECT notice, post FROM notice_file WHERE shard = $1 AND file = $2";
    conn.query_opt(sql, &[SHARD.into(), file.0.into()])?
        .map(|row| Ok((NoticeId(row.int(0)?), row.opt_int(1)?.map(PostId))))
        .transpose()
}

/// The files of some posts' replies.
pub fn reply_files(
    conn: &mut Conn,
    notice: NoticeId,
    posts: &[PostId],
) -> Result<Vec<(PostId, FileId)>> {
    let posts: Vec<i64> = posts.iter().map(|p| p.0).collect();
    conn.query(
        "SELECT post, file FROM notice_file WHERE shard = $1 AND notice = $2 AND post = ANY($3) \
         ORDER BY file",
        &[SHARD.into(), notice.0.into(), Value::Ints(posts)],
    )?
    .iter()
    .map(|row| Ok((PostId(row.int(0)?), FileId(row.int(1)?))))
    .collect()
}
