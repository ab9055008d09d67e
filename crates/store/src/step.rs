//! Steps: the journal as rows.

use crate::SHARD;
use crate::driver::{Conn, DbError, Kind, OnConflict, Result, Row, Table, Value};
use civic::id::{AccountId, MatterId};
use civic::matter::{Desk, Step, Words};
use civic::time::Instant;
use civic::trace::{self, Hash};

const TABLE: Table<'static> = Table {
    name: "step",
    columns: &[
        ("shard", Kind::Int),
        ("matter", Kind::Int),
        ("seq", Kind::Int),
        ("action", Kind::Text),
        ("account", Kind::Int),
        ("who", Kind::Text),
        ("from_state", Kind::Text),
        ("to_state", Kind::Text),
        ("from_desk_kind", Kind::Int),
        ("from_desk_key", Kind::Int),
        ("to_desk_kind", Kind::Int),
        ("to_desk_key", Kind::Int),
        ("received_at", Kind::Int),
        ("acted_at", Kind::Int),
        ("due_at", Kind::Int),
        ("same_day", Kind::Int),
        ("overdue", Kind::Int),
        ("facts", Kind::Text),
        ("opinion", Kind::Text),
        ("reply", Kind::Text),
        ("title", Kind::Text),
        ("body", Kind::Text),
        ("words", Kind::Bytes),
        ("prev", Kind::Bytes),
        ("hash", Kind::Bytes),
    ],
};

/// The columns every reader selects, in the order [`parse`] expects.
pub(crate) const SELECT: &str = "SELECT matter, seq, action, who, from_state, to_state, from_desk_kind, from_desk_key, to_desk_kind, to_desk_key, \
     received_at, acted_at, due_at, same_day, overdue, facts, opinion, reply, title, body, words, prev, hash, erased_at, account FROM step";

/// A step with what the database knows besides.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The step.
    pub step: Step,
    /// The stored digest of its words.
    pub words: Hash,
    /// When its words were lawfully erased.
    pub erased_at: Option<Instant>,
    /// The column by which steps of an account are found; the same as `step.who.account`.
    pub account: AccountId,
}

/// Writes steps.
pub(crate) fn insert(conn: &mut Conn, steps: &[&Step]) -> Result<()> {
    let json = |value: serde_json::Result<String>| {
        value.map_err(|e| DbError::Other(format!("step to JSON: {e}")))
    };
    let rows = steps
        .iter()
        .map(|s| {
            Ok(vec![
                SHARD.into(),
                s.matter.0.into(),
                s.seq.into(),
                (&s.action).into(),
                s.who.account.0.into(),
                json(serde_json::to_string(&s.who))?.into(),
                (&s.from_state).into(),
                (&s.to_state).into(),
                s.from_desk.kind().into(),
                s.from_desk.key().into(),
                s.to_desk.kind().into(),
                s.to_desk.key().into(),
                s.received_at.0.into(),
                s.acted_at.0.into(),
                s.due_at.map(|i| i.0).into(),
                s.same_day.map(i64::from).into(),
                s.overdue.map(i64::from).into(),
                json(serde_json::to_string(&s.facts))?.into(),
                s.words.opinion.clone().into(),
                s.words.reply.clone().into(),
                s.words.title.clone().into(),
                s.words.text.clone().into(),
                trace::words_digest(&s.words).0.to_vec().into(),
                s.prev.0.to_vec().into(),
                s.hash.0.to_vec().into(),
            ])
        })
        .collect::<Result<Vec<Vec<Value>>>>()?;
    conn.insert_many(&TABLE, &rows, OnConflict::Error)?;
    Ok(())
}

/// Reads a row of [`SELECT`].
pub(crate) fn parse(row: &Row) -> Result<Stored> {
    let broken = |what: &str| DbError::Corrupt(format!("step: {what}"));
    let hash =
        |i: usize| Hash::from_slice(row.bytes(i)?).ok_or_else(|| broken("a digest has 32 bytes"));
    Ok(Stored {
        step: Step {
            matter: MatterId(row.int(0)?),
            seq: row.number(1)?,
            action: row.string(2)?,
            who: serde_json::from_str(row.text(3)?).map_err(|e| broken(&e.to_string()))?,
            from_state: row.string(4)?,
            to_state: row.string(5)?,
            from_desk: Desk::from_parts(row.int(6)?, row.int(7)?),
            to_desk: Desk::from_parts(row.int(8)?, row.int(9)?),
            received_at: Instant(row.int(10)?),
            acted_at: Instant(row.int(11)?),
            due_at: row.opt_int(12)?.map(Instant),
            same_day: row.opt_int(13)?.map(|n| n == 1),
            overdue: row.opt_int(14)?.map(|n| n == 1),
            facts: serde_json::from_str(row.text(15)?).map_err(|e| broken(&e.to_string()))?,
            words: Words {
                opinion: row.opt_text(16)?.map(str::to_owned),
                reply: row.opt_text(17)?.map(str::to_owned),
                title: row.opt_text(18)?.map(str::to_owned),
                text: row.opt_text(19)?.map(str::to_owned),
            },
            prev: hash(21)?,
            hash: hash(22)?,
        },
        words: hash(20)?,
        erased_at: row.opt_int(23)?.map(Instant),
        account: AccountId(row.int(24)?),
    })
}

/// The journal of a matter.
pub fn journal(conn: &mut Conn, matter: MatterId) -> Result<Vec<Stored>> {
    let rows = conn.query(
        &format!("{SELECT} WHERE shard = $1 AND matter = $2 ORDER BY seq"),
        &[SHARD.into(), matter.0.into()],
    )?;
    rows.iter().map(parse).collect()
}
