//! One schema text, spoken in either dialect.

use crate::driver::Dialect;
use crate::driver::sql::{Piece, pieces};

/// The statements that `dialect` runs, with its names of the column kinds.
pub(super) fn for_dialect(ddl: &str, dialect: Dialect) -> String {
    let mut out = String::new();
    let mut statement = String::new();
    let mut skip = false;
    for piece in pieces(ddl) {
        match piece {
            Piece::Comment(text) => {
                if let Some(only) = text.trim_start_matches('-').trim().strip_prefix("only:") {
                    skip = only.trim() != name(dialect);
                }
                statement.push('\n');
            }
            Piece::Quoted(text) => statement.push_str(text),
            Piece::Code(code) => {
                let mut parts = code.split(';');
                statement.push_str(&kinds(parts.next().unwrap_or_default(), dialect));
                for part in parts {
                    finish(&mut out, &statement, skip, dialect);
                    statement = kinds(part, dialect);
                    skip = false;
                }
            }
        }
    }
    finish(&mut out, &statement, skip, dialect);
    out
}

fn name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    }
}

fn finish(out: &mut String, statement: &str, skip: bool, dialect: Dialect) {
    let statement = statement.trim();
    if skip || statement.is_empty() {
        return;
    }
    let bare = statement.strip_suffix("WITHOUT ROWID").map(str::trim_end);
    out.push_str(bare.unwrap_or(statement));
    if dialect == Dialect::Sqlite && statement.starts_with("CREATE TABLE") {
        out.push_str(if bare.is_some() {
            " WITHOUT ROWID, STRICT"
        } else {
            " STRICT"
        });
    }
    out.push_str(";\n");
}

/// Words only, in capitals: a column named `bigint_count` stays.
fn kinds(code: &str, dialect: Dialect) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    while !rest.is_empty() {
        let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let (word, after) = match (word, dialect) {
            ("BIGINT", Dialect::Sqlite) => ("INTEGER", after),
            ("BYTES", Dialect::Sqlite) => ("BLOB", after),
            ("BYTES", Dialect::Postgres) => ("BYTEA", after),
            ("DOUBLE", Dialect::Sqlite) => match after.trim_start().strip_prefix("PRECISION") {
                Some(after) => ("REAL", after),
                None => (word, after),
            },
            _ => (word, after),
        };
        out.push_str(word);
        let gap = after.find(in_word).unwrap_or(after.len());
        out.push_str(&after[..gap]);
        rest = &after[gap..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
-- People; their phones
CREATE TABLE person (
    shard BIGINT NOT NULL, -- the label; first
    bytes_count BIGINT NOT NULL DEFAULT 0,
    photo BYTES, weight DOUBLE  PRECISION, kind TEXT NOT NULL CHECK (kind <> 'BIGINT;'),
    PRIMARY KEY (shard)
) WITHOUT ROWID;
-- only: sqlite
CREATE VIRTUAL TABLE person_text USING fts5(words);
-- only: postgres
CREATE INDEX person_text ON person USING gin (to_tsvector('simple', kind));
CREATE INDEX person_kind ON person (kind)";

    #[test]
    fn sqlite_gets_its_kinds_and_strict_tables() {
        assert_eq!(
            for_dialect(TEXT, Dialect::Sqlite)
                .lines()
                .map(str::trim)
                .collect::<Vec<_>>()
                .join("\n"),
            "CREATE TABLE person (\n\
             shard INTEGER NOT NULL,\n\
             bytes_count INTEGER NOT NULL DEFAULT 0,\n\
             photo BLOB, weight REAL, kind TEXT NOT NULL CHECK (kind <> 'BIGINT;'),\n\
             PRIMARY KEY (shard)\n\
             ) WITHOUT ROWID, STRICT;\n\
             CREATE VIRTUAL TABLE person_text USING fts5(words);\n\
             CREATE INDEX person_kind ON person (kind);",
        );
    }

    #[test]
    fn postgres_gets_bytea_and_its_own_statements() {
        let text = for_dialect(TEXT, Dialect::Postgres);
        assert!(
            text.contains("photo BYTEA, weight DOUBLE  PRECISION"),
            "{text}"
        );
        assert!(text.contains("PRIMARY KEY (shard)\n);\n"), "{text}");
        assert!(
            text.contains("USING gin") && !text.contains("fts5"),
            "{text}"
        );
        assert!(text.contains("CREATE INDEX person_kind"), "{text}");
    }
}
