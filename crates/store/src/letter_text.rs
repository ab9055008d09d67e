//! Texts of messages that leave the house, every version of each.

use civic::id::AccountId;
use civic::time::Instant;

use crate::SHARD;
use crate::driver::{Conn, Result, Row};
use crate::rows;

/// One version of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterText {
    /// Code of [`civic::letter::Event`].
    pub event: String,
    /// Code of the kind of sender.
    pub channel: String,
    /// From 1.
    pub version: i64,
    /// The text; none is that of the program.
    pub text: Option<String>,
    /// Since when.
    pub at: Instant,
    /// By whom.
    pub account: AccountId,
}

const COLUMNS: &str = "t.event, t.channel, t.version, t.body, t.at, t.account";

fn read(row: &Row) -> Result<LetterText> {
    Ok(LetterText {
        event: row.string(0)?,
        channel: row.string(1)?,
        version: row.int(2)?,
        text: row.opt_text(3)?.map(str::to_owned),
        at: Instant(row.int(4)?),
        account: AccountId(row.int(5)?),
    })
}

/// The newest version of each text that was ever changed.
pub fn current(conn: &mut Conn) -> Result<Vec<LetterText>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM letter_text t WHERE t.shard = $1 AND t.version = (SELECT MAX(n.version) \
         FROM letter_text n WHERE n.shard = t.shard AND n.event = t.event AND n.channel = t.channel) \
         ORDER BY t.event, t.channel"
    );
    conn.query(&sql, &[SHARD.into()])?
        .iter()
        .map(read)
        .collect()
}

/// Versions of one text before `before`, newest first.
pub fn versions(
    conn: &mut Conn,
    event: &str,
    channel: &str,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<LetterText>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM letter_text t WHERE t.shard = $1 AND t.event = $2 AND t.channel = $3 \
         AND t.version < $4 ORDER BY t.version DESC LIMIT $5"
    );
    let values = [
        SHARD.into(),
        event.into(),
        channel.into(),
        rows::before(before),
        (limit as i64).into(),
    ];
    conn.query(&sql, &values)?.iter().map(read).collect()
}

/// Adds a version.
pub fn insert(conn: &mut Conn, text: &LetterText) -> Result<()> {
    conn.exec(
        "INSERT INTO letter_text (shard, event, channel, version, body, at, account) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            SHARD.into(),
            (&text.event).into(),
            (&text.channel).into(),
            text.version.into(),
            text.text.as_deref().into(),
            text.at.0.into(),
            text.account.0.into(),
        ],
    )?;
    Ok(())
}
