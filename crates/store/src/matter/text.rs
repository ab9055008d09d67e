//! The words of matters, for search: SQLite's FTS5 or PostgreSQL's `tsvector` over the tokens of
//! [`civic::sought`], written with the matter in one transaction (decision 0011).
//!
//! Beside the words stand the areas of the matter's path and a stretch of time, as tokens that
//! nobody can type, so that the index alone answers "井盖 in this town, newest first".

use super::parse;
use crate::SHARD;
use crate::driver::{Conn, Dialect, Kind, OnConflict, OpenError, Result, Table, Value};
use civic::area::{Level, Path};
use civic::id::AreaId;
use civic::matter::Matter;
use civic::sought::{Sought, Tokens};
use std::collections::BTreeMap;

/// Key in `meta`: the greatest matter whose words are in the index, or [`WHOLE`].
pub(crate) const INDEXED: &str = "search";
const WHOLE: &str = "whole";
/// Matters indexed in one transaction when a database is opened that has no index yet.
const CHUNK: usize = 2_000;

/// Marks of tokens that no text has: private characters are no letters to [`Tokens`].
const AREA: char = '\u{e000}';
const STRETCH: char = '\u{e001}';
const FIELD_ENDS: &str = "\u{e002}";

/// Ids begin with milliseconds; so many bits below them make a stretch of 24.9 days.
const STRETCH_BITS: u32 = 22 + 31;
/// Stretches back from the newest that each window of a search on PostgreSQL holds: its index knows
/// no order, so what is found often is asked for piece by piece.
const WINDOWS: &[i64] = &[2, 6, 24];

fn stretch_of(id: i64) -> i64 {
    id >> STRETCH_BITS
}

fn area_token(area: AreaId) -> String {
    format!("{AREA}{}", area.0)
}

/// The tokens of a matter: those in a row by field, and those by themselves.
struct Words {
    fields: Vec<Vec<String>>,
    alone: Vec<String>,
}

impl Words {
    fn of(matter: &Matter) -> Self {
        let texts = [
            &matter.no,
            &matter.title,
            &matter.text,
            &matter.place.address,
        ];
        let mut words = Self {
            fields: Vec::new(),
            alone: areas(&matter.path).map(area_token).collect(),
        };
        words
            .alone
            .push(format!("{STRETCH}{}", stretch_of(matter.id.0)));
        for text in texts {
            let tokens = Tokens::of(text);
            words.alone.extend(tokens.runs);
            words.fields.push(tokens.pairs);
        }
        words.alone.sort_unstable();
        words.alone.dedup();
        words
    }

    /// As FTS5 reads it: tokens in their order.
    fn for_sqlite(&self) -> String {
        let mut text = String::new();
        for field in &self.fields {
            for token in field {
                text.push_str(token);
                text.push(' ');
            }
            text.push_str(FIELD_ENDS);
            text.push(' ');
        }
        text.push_str(&self.alone.join(" "));
        text
    }

    /// As a `tsvector` is written: each token with its positions; a gap parts the fields.
    fn for_postgres(&self) -> String {
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut at = 0;
        for field in &self.fields {
            at += 1;
            for token in field {
                at += 1;
                places.entry(token).or_default().push(at.min(POSITION_MAX));
            }
        }
        for token in &self.alone {
            places.entry(token).or_default();
        }
        let lexeme = |(token, places): (&str, Vec<usize>)| {
            let mut places: Vec<String> = places.iter().map(ToString::to_string).collect();
            places.truncate(POSITIONS_MAX);
            let colon = if places.is_empty() { "" } else { ":" };
            format!("'{token}'{colon}{}", places.join(","))
        };
        let lexemes: Vec<String> = places.into_iter().map(lexeme).collect();
        lexemes.join(" ")
    }
}

/// Greatest position that a `tsvector` keeps, and most positions of one token.
const POSITION_MAX: usize = 16_383;
const POSITIONS_MAX: usize = 255;

fn areas(path: &Path) -> impl Iterator<Item = AreaId> + '_ {
    path.0.iter().map(|(_, area)| *area)
}

/// Whether the words of a matter changed.
fn differs(before: &Matter, now: &Matter) -> bool {
    before.title != now.title
        || before.text != now.text
        || before.place.address != now.place.address
        || before.path != now.path
}

/// Brings the index from what matters were to what they are.
pub(crate) fn index(conn: &mut Conn, changes: &[(Option<&Matter>, &Matter)]) -> Result<()> {
    let changed = changes.iter().filter_map(|(before, now)| match before {
        None => Some((false, *now)),
        Some(before) => differs(before, now).then_some((true, *now)),
    });
    let (known, now): (Vec<bool>, Vec<&Matter>) = changed.unzip();
    let again: Vec<i64> = known
        .iter()
        .zip(&now)
        .filter_map(|(known, m)| known.then_some(m.id.0))
        .collect();
    put(conn, &again, &now)
}

/// Writes the words of matters; those of `again` were there before.
fn put(conn: &mut Conn, again: &[i64], matters: &[&Matter]) -> Result<()> {
    if matters.is_empty() {
        return Ok(());
    }
    match conn.dialect() {
        Dialect::Sqlite => {
            if !again.is_empty() {
                let sql = "DELETE FROM matter_text WHERE rowid = ANY($1)";
                conn.exec(sql, &[again.to_vec().into()])?;
            }
            const TEXT: Table<'static> = Table {
                name: "matter_text",
                columns: &[("rowid", Kind::Int), ("words", Kind::Text)],
            };
            let row = |m: &&Matter| vec![m.id.0.into(), Words::of(m).for_sqlite().into()];
            let rows: Vec<Vec<Value>> = matters.iter().map(row).collect();
            conn.insert_many(&TEXT, &rows, OnConflict::Error)?;
        }
        Dialect::Postgres => {
            let ids: Vec<i64> = matters.iter().map(|m| m.id.0).collect();
            let words: Vec<String> = matters
                .iter()
                .map(|m| Words::of(m).for_postgres())
                .collect();
            conn.exec(
                "INSERT INTO matter_text (shard, matter, words) \
                 SELECT $1, u.matter, u.words::tsvector FROM unnest($2::bigint[], $3::text[]) AS u(matter, words) \
                 ON CONFLICT (shard, matter) DO UPDATE SET words = excluded.words",
                &[SHARD.into(), ids.into(), words.into()],
            )?;
        }
    }
    Ok(())
}

/// Fills the index of a database that was made before it, or is being copied or restored; goes on where it was
/// stopped. Nobody writes meanwhile.
pub(crate) fn index_all(conn: &mut Conn) -> Result<()> {
    let sql = "SELECT value FROM meta WHERE key = $1";
    let far = match conn.query_opt(sql, &[INDEXED.into()])? {
        Some(row) => row.string(0)?,
        None => String::new(),
    };
    if far == WHOLE {
        return Ok(());
    }
    let mut last: i64 = far.parse().unwrap_or(0);
    while let Some(next) = conn.transaction(|conn| index_chunk(conn, last))? {
        last = next;
    }
    Ok(())
}

/// Indexes the matters after `last`; the last of them, or none at the end.
fn index_chunk(conn: &mut Conn, last: i64) -> Result<Option<i64>> {
    let sql = "SELECT body FROM matter WHERE shard = $1 AND id > $2 ORDER BY id LIMIT $3";
    let rows = conn.query(sql, &[SHARD.into(), last.into(), (CHUNK as i64).into()])?;
    let matters: Vec<Matter> = rows
        .iter()
        .map(|row| parse(row.text(0)?))
        .collect::<Result<_>>()?;
    let all: Vec<&Matter> = matters.iter().collect();
    put(conn, &[], &all)?;
    let next = matters.last().map(|m| m.id.0);
    let far = next.map_or(WHOLE.to_owned(), |id| id.to_string());
    if let Some(id) = next {
        tracing::info!(
            until = id,
            matters = matters.len(),
            "words of matters indexed"
        );
    }
    conn.exec(
        "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        &[INDEXED.into(), far.into()],
    )?;
    Ok(next)
}

/// Empties the index, so that the next opening fills it anew.
///
/// # Errors
/// When the database cannot be written.
pub(crate) fn forget_index(conn: &mut Conn) -> std::result::Result<(), OpenError> {
    let sql = match conn.dialect() {
        Dialect::Sqlite => "INSERT INTO matter_text (matter_text) VALUES ('delete-all')",
        Dialect::Postgres => "DELETE FROM matter_text",
    };
    conn.exec(sql, &[])?;
    conn.exec("DELETE FROM meta WHERE key = $1", &[INDEXED.into()])?;
    Ok(())
}

/// What is wrong with the index, in a sentence: it must hold every matter once.
pub(crate) fn check_index(conn: &mut Conn) -> Result<Option<String>> {
    let (kept, params): (_, &[Value]) = match conn.dialect() {
        Dialect::Sqlite => ("SELECT COUNT(*) FROM matter_text_docsize", &[]),
        Dialect::Postgres => (
            "SELECT COUNT(*) FROM matter_text WHERE shard = $1",
            &[Value::Int(SHARD)],
        ),
    };
    let kept = conn.query_one(kept, params)?.int(0)?;
    let sql = "SELECT COUNT(*) FROM matter WHERE shard = $1";
    let matters = conn.query_one(sql, &[SHARD.into()])?.int(0)?;
    Ok((kept != matters).then(|| {
        format!("检索索引应有 {matters} 个事件、实有 {kept} 个：请停止服务，运行 hangji migrate --reindex 重建索引")
    }))
}

/// What the index is asked: all terms, within the area where one is given, in these stretches of
/// time where some are given.
fn question(
    dialect: Dialect,
    sought: &Sought,
    area: Option<AreaId>,
    stretches: Option<std::ops::RangeInclusive<i64>>,
) -> String {
    let mut parts: Vec<String> = sought
        .terms()
        .iter()
        .map(|term| match dialect {
            Dialect::Sqlite => format!("\"{}\"", term.tokens.join(" ")),
            Dialect::Postgres => {
                let tokens: Vec<String> = term.tokens.iter().map(|t| format!("'{t}'")).collect();
                format!("({})", tokens.join(" <-> "))
            }
        })
        .collect();
    let quote = |token: String| match dialect {
        Dialect::Sqlite => format!("\"{token}\""),
        Dialect::Postgres => format!("'{token}'"),
    };
    parts.extend(area.map(|a| quote(area_token(a))));
    if let Some(stretches) = stretches {
        let any: Vec<String> = stretches.map(|s| quote(format!("{STRETCH}{s}"))).collect();
        parts.push(format!("({})", any.join(" | ")));
    }
    parts.join(match dialect {
        Dialect::Sqlite => " AND ",
        Dialect::Postgres => " & ",
    })
}

/// A condition on matters `m` of a list that has its own order.
pub(super) fn condition(dialect: Dialect, sought: &Sought, params: &mut Vec<Value>) -> String {
    params.push(question(dialect, sought, None, None).into());
    let n = params.len();
    match dialect {
        Dialect::Sqlite => format!(
            " AND EXISTS (SELECT 1 FROM matter_text t WHERE t.matter_text MATCH ${n} AND t.rowid = m.id)"
        ),
        Dialect::Postgres => format!(
            " AND EXISTS (SELECT 1 FROM matter_text t WHERE t.shard = m.shard AND t.matter = m.id AND t.words @@ ${n}::text::tsquery)"
        ),
    }
}

/// One search of the index: where it reads from, and its parameters.
pub(super) struct Search {
    /// `.. WHERE ..` with the matter as `m`; `$1` the shard, `$2` the area, `$3` the end, `$4` what
    /// is asked.
    pub source: String,
    /// The column by which the index is walked.
    pub order: &'static str,
    /// What is asked.
    pub question: String,
    /// Ids below this only.
    pub below: i64,
}

/// The searches that together answer for an area, newest first: the next is made when those before
/// did not fill the page.
pub(super) fn searches(
    conn: &mut Conn,
    sought: &Sought,
    level: Level,
    area: AreaId,
    after: Option<i64>,
) -> Result<Vec<Search>> {
    let (dialect, level) = (conn.dialect(), level.code());
    let end = after.unwrap_or(i64::MAX);
    if dialect == Dialect::Sqlite {
        // FTS5 walks its lists backwards by itself.
        return Ok(vec![Search {
            source: format!(
                "matter_text t CROSS JOIN matter m ON m.shard = $1 AND m.id = t.rowid \
                 WHERE t.matter_text MATCH $4 AND t.rowid < $3 AND m.{level} = $2"
            ),
            order: "t.rowid",
            question: question(dialect, sought, Some(area), None),
            below: end,
        }]);
    }
    let sql = "SELECT COALESCE(MAX(id), 0) FROM matter WHERE shard = $1";
    let newest = conn.query_one(sql, &[SHARD.into()])?.int(0)?;
    let source = format!(
        "matter_text t JOIN matter m ON m.shard = t.shard AND m.id = t.matter \
         WHERE t.shard = $1 AND t.words @@ $4::text::tsquery AND t.matter < $3 AND m.{level} = $2"
    );
    let search = |stretches, below| Search {
        source: source.clone(),
        order: "t.matter",
        question: question(dialect, sought, Some(area), stretches),
        below,
    };
    let mut top = stretch_of(end.min(newest));
    let mut searches = Vec::new();
    for many in WINDOWS {
        let from = top - many + 1;
        searches.push(search(Some(from..=top), end));
        top = from - 1;
    }
    // Everything before the last window.
    searches.push(search(None, end.min((top + 1) << STRETCH_BITS)));
    Ok(searches)
}

#[cfg(test)]
mod tests;
