//! What the place changed in the lists of codes that are its own. Every change stays as a version.

use civic::dictionary::Change;
use civic::id::AccountId;
use civic::time::Instant;

use crate::driver::{Conn, Result};

/// The newest version of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// What was said.
    pub change: Change,
    /// Counted from 1.
    pub version: i64,
    /// Since when.
    pub at: Instant,
    /// By whom.
    pub account: AccountId,
}

/// The newest version of every entry that was changed, in the order in which they first were.
pub fn newest(conn: &mut Conn) -> Result<Vec<Changed>> {
    let sql = "SELECT c.list, c.owner, c.code, c.version, c.word, c.kinds, c.retired, c.at, c.account \
        FROM dictionary_change c JOIN dictionary_change f \
        ON f.list = c.list AND f.owner = c.owner AND f.code = c.code AND f.version = 1 \
        WHERE NOT EXISTS (SELECT 1 FROM dictionary_change n WHERE n.list = c.list \
        AND n.owner = c.owner AND n.code = c.code AND n.version > c.version) \
        ORDER BY f.at, c.list, c.owner, c.code";
    let rows = conn.query(sql, &[])?;
    let changed = rows.iter().map(|row| {
        Ok(Changed {
            change: Change {
                list: row.string(0)?,
                owner: row.string(1)?,
                code: row.string(2)?,
                word: row.string(4)?,
                kinds: row.text(5)?.split_whitespace().map(str::to_owned).collect(),
                retired: row.int(6)? != 0,
            },
            version: row.int(3)?,
            at: Instant(row.int(7)?),
            account: AccountId(row.int(8)?),
        })
    });
    changed.collect()
}

/// Adds a version.
pub fn put(conn: &mut Conn, changed: &Changed) -> Result<()> {
    let change = &changed.change;
    conn.exec(
        "INSERT INTO dictionary_change \
         (list, owner, code, version, word, kinds, retired, at, account) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            (&change.list).into(),
            (&change.owner).into(),
            (&change.code).into(),
            changed.version.into(),
            (&change.word).into(),
            change.kinds.join(" ").into(),
            i64::from(change.retired).into(),
            changed.at.0.into(),
            changed.account.0.into(),
        ],
    )?;
    Ok(())
}
