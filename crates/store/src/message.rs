//! Messages to desks and persons, and who has read which.

use civic::id::{AccountId, MatterId, MessageId};
use civic::matter::{Desk, Notice};
use civic::time::Instant;

use crate::SHARD;
use crate::driver::{Conn, Kind, OnConflict, Result, Row, Table, Value};
use crate::rows;

/// Unread messages are counted up to this many; more are "99+".
pub const UNREAD_MAX: usize = 100;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Own id; later messages have greater ones.
    pub id: MessageId,
    /// The desk that is told.
    pub desk: Desk,
    /// The person who is told, instead of a desk.
    pub account: Option<AccountId>,
    /// Code of [`civic::matter::NoticeKind`].
    pub kind: String,
    /// What about.
    pub matter: Option<MatterId>,
    /// Chinese sentence.
    pub text: String,
    /// When.
    pub at: Instant,
}

/// A message as one account sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The message.
    pub message: Message,
    /// Whether this account has read it.
    pub read: bool,
}

const MESSAGE: Table<'_> = Table {
    name: "message",
    columns: &[
        ("shard", Kind::Int),
        ("id", Kind::Int),
        ("desk_kind", Kind::Int),
        ("desk_key", Kind::Int),
        ("account", Kind::Int),
        ("kind", Kind::Text),
        ("matter", Kind::Int),
        ("body", Kind::Text),
        ("at", Kind::Int),
    ],
};

/// The row of a notice. Matter 0 means that it is about no matter: a change of areas.
#[must_use]
pub fn values(id: i64, notice: &Notice, at_ms: i64) -> Vec<Value> {
    vec![
        SHARD.into(),
        id.into(),
        notice.desk.kind().into(),
        notice.desk.key().into(),
        notice.account.map(|a| a.0).into(),
        notice.kind.code().into(),
        (notice.matter.0 != 0).then_some(notice.matter.0).into(),
        (&notice.text).into(),
        at_ms.into(),
    ]
}

/// Writes rows made by [`values`].
pub fn insert_values(conn: &mut Conn, rows: &[Vec<Value>]) -> Result<()> {
    conn.insert_many(&MESSAGE, rows, OnConflict::Error)?;
    Ok(())
}

/// Whose messages are looked at: those sent to the person, and those sent to the desks they serve.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The person.
    pub account: AccountId,
    /// The desks served today, vacant ones that are answered for included.
    pub desks: Vec<Desk>,
}

/// When account `$2` read message `m`. A subquery and no join, on purpose: PostgreSQL may turn a join
/// (and `NOT EXISTS`) into a loop over all that the account ever read (measured: 75 s instead of
/// some ms before the first ANALYZE); this way it is one look-up by primary key per message.
const READ_AT: &str = "(SELECT r.at FROM message_read r WHERE r.shard = $1 AND r.account = $2 \
    AND r.message = m.id)";
const COLUMNS: &str = "m.id, m.desk_kind, m.desk_key, m.account, m.kind, m.matter, m.body, m.at";

fn seen(row: &Row) -> Result<Seen> {
    Ok(Seen {
        message: Message {
            id: MessageId(row.int(0)?),
            desk: Desk::from_parts(row.int(1)?, row.int(2)?),
            account: row.opt_int(3)?.map(AccountId),
            kind: row.string(4)?,
            matter: row.opt_int(5)?.map(MatterId),
            text: row.string(6)?,
            at: Instant(row.int(7)?),
        },
        read: row.opt_int(8)?.is_some(),
    })
}

/// One page, newest first: messages with ids between `after` and `before`, both left out.
///
/// Each desk is asked alone for at most `limit` rows, because only so does an index give the newest
/// ones without sorting all that the desk ever got.
pub fn page(
    conn: &mut Conn,
    reader: &Reader,
    unread: bool,
    after: i64,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Seen>> {
    let only = if unread {
        format!(" AND {READ_AT} IS NULL")
    } else {
        String::new()
    };
    let select = format!("SELECT {COLUMNS}, {READ_AT} FROM message m");
    let tail = format!("AND m.id > $3 AND m.id < $4{only} ORDER BY m.id DESC LIMIT $5");
    let own = format!("{select} WHERE m.shard = $1 AND m.account = $2 {tail}");
    let of_desk = format!(
        "{select} WHERE m.shard = $1 AND m.desk_kind = $6 AND m.desk_key = $7 \
         AND m.account IS NULL {tail}"
    );
    let base = [
        SHARD.into(),
        reader.account.0.into(),
        after.into(),
        rows::before(before),
        (limit as i64).into(),
    ];
    let mut found = Vec::new();
    let mut take = |row: &Row| {
        found.push(seen(row)?);
        Ok(())
    };
    conn.for_each(&own, &base, &mut take)?;
    for desk in &reader.desks {
        let mut params = base.to_vec();
        params.extend([desk.kind().into(), desk.key().into()]);
        conn.for_each(&of_desk, &params, &mut take)?;
    }
    found.sort_unstable_by_key(|s| std::cmp::Reverse(s.message.id));
    found.dedup_by_key(|s| s.message.id);
    found.truncate(limit);
    Ok(found)
}

/// How many messages after id `after` are unread, at most [`UNREAD_MAX`].
pub fn unread(conn: &mut Conn, reader: &Reader, after: i64) -> Result<usize> {
    let count = |conn: &mut Conn, filter: &str, more: &[Value], limit: usize| {
        let mut params = vec![
            SHARD.into(),
            reader.account.0.into(),
            after.into(),
            (limit as i64).into(),
        ];
        params.extend_from_slice(more);
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM message m WHERE m.shard = $1 AND {filter} \
             AND m.id > $3 AND {READ_AT} IS NULL LIMIT $4) AS found"
        );
        Ok::<_, crate::driver::DbError>(conn.query_one(&sql, &params)?.int(0)? as usize)
    };
    let mut total = count(conn, "m.account = $2", &[], UNREAD_MAX)?;
    for desk in &reader.desks {
        if total >= UNREAD_MAX {
            break;
        }
        let filter = "m.desk_kind = $5 AND m.desk_key = $6 AND m.account IS NULL";
        let params = [desk.kind().into(), desk.key().into()];
        total += count(conn, filter, &params, UNREAD_MAX - total)?;
    }
    Ok(total)
}

/// Marks some messages as read by an account; ids of no message are passed over.
pub fn mark_read(
    conn: &mut Conn,
    account: AccountId,
    ids: &[MessageId],
    at: Instant,
) -> Result<u64> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    conn.exec(
        "INSERT INTO message_read (shard, account, message, at) \
         SELECT $1, $2, m.id, $3 FROM message m WHERE m.shard = $1 AND m.id = ANY($4) \
         ON CONFLICT (shard, account, message) DO NOTHING",
        &[
            SHARD.into(),
            account.0.into(),
            at.0.into(),
            Value::Ints(ids),
        ],
    )
}

/// Marks all messages after id `after` as read by their reader.
pub fn mark_all_read(conn: &mut Conn, reader: &Reader, after: i64, at: Instant) -> Result<u64> {
    let base = [
        SHARD.into(),
        reader.account.0.into(),
        at.0.into(),
        after.into(),
    ];
    let sql = |filter: &str| {
        format!(
            "INSERT INTO message_read (shard, account, message, at) \
             SELECT $1, $2, m.id, $3 FROM message m WHERE m.shard = $1 AND m.id > $4 AND {filter} \
             ON CONFLICT (shard, account, message) DO NOTHING"
        )
    };
    let mut marked = conn.exec(&sql("m.account = $2"), &base)?;
    let of_desk = sql("m.desk_kind = $5 AND m.desk_key = $6 AND m.account IS NULL");
    for desk in &reader.desks {
        let mut params = base.to_vec();
        params.extend([desk.kind().into(), desk.key().into()]);
        marked += conn.exec(&of_desk, &params)?;
    }
    Ok(marked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_both;
    use crate::testing::prepare;
    use civic::id::{AreaId, OrgId};
    use civic::matter::NoticeKind;

    fn send(conn: &mut Conn, id: i64, desk: Desk, account: Option<i64>) {
        let notice = Notice {
            desk,
            account: account.map(AccountId),
            kind: NoticeKind::Arrived,
            matter: MatterId(9),
            text: format!("第{id}条"),
        };
        insert_values(conn, &[values(id, &notice, id * 10)]).unwrap();
    }

    fn reader(account: i64, desks: &[Desk]) -> Reader {
        Reader {
            account: AccountId(account),
            desks: desks.to_vec(),
        }
    }

    fn ids(conn: &mut Conn, reader: &Reader, unread: bool, before: Option<i64>) -> Vec<i64> {
        let page = page(conn, reader, unread, 0, before, 3).unwrap();
        page.iter().map(|s| s.message.id.0).collect()
    }

    const UNIT: Desk = Desk::Area(AreaId(5));
    const OFFICE: Desk = Desk::Org(OrgId(5));

    on_both! {
        fn a_page_merges_own_messages_and_those_of_the_desks(conn: &mut Conn) {
            prepare(conn);
            send(conn, 1, UNIT, None);
            send(conn, 2, OFFICE, None);
            send(conn, 3, Desk::None, Some(7));
            send(conn, 4, UNIT, None);
            send(conn, 5, Desk::None, Some(8));
            let both = reader(7, &[UNIT, OFFICE]);
            assert_eq!(ids(conn, &both, false, None), [4, 3, 2]);
            assert_eq!(ids(conn, &both, false, Some(2)), [1]);
            assert_eq!(ids(conn, &reader(7, &[]), false, None), [3], "a desk's messages are for its people");
            let first = &page(conn, &both, false, 0, Some(2), 3).unwrap()[0];
            assert_eq!((first.message.text.as_str(), first.message.at, first.message.desk), ("第1条", Instant(10), UNIT));
        }

        fn reading_is_remembered_per_person(conn: &mut Conn) {
            prepare(conn);
            for id in 1..=4 { send(conn, id, UNIT, None); }
            let (a, b) = (reader(7, &[UNIT]), reader(8, &[UNIT]));
            assert_eq!(mark_read(conn, a.account, &[MessageId(4), MessageId(99)], Instant(1)).unwrap(), 1);
            assert_eq!(mark_read(conn, a.account, &[MessageId(4)], Instant(2)).unwrap(), 0);
            assert_eq!(ids(conn, &a, true, None), [3, 2, 1]);
            assert_eq!((unread(conn, &a, 0).unwrap(), unread(conn, &b, 0).unwrap()), (3, 4));
            assert_eq!(unread(conn, &b, 2).unwrap(), 2, "older ones are let go");
            assert_eq!(mark_all_read(conn, &a, 0, Instant(3)).unwrap(), 3);
            assert_eq!((unread(conn, &a, 0).unwrap(), unread(conn, &b, 0).unwrap()), (0, 4));
        }

        fn unread_messages_are_counted_to_a_hundred(conn: &mut Conn) {
            prepare(conn);
            for id in 1..=130 { send(conn, id, if id % 2 == 0 { UNIT } else { OFFICE }, None); }
            assert_eq!(unread(conn, &reader(7, &[UNIT, OFFICE]), 0).unwrap(), UNREAD_MAX);
        }
    }
}
