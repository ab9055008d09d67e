//! Set-level writing: the SQL texts, in one place for both databases.

use super::{DbError, Result, Value};

/// A table as the set operations see it: its name and the columns they write.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// The table's name.
    pub name: &'a str,
    /// The written columns with their kinds, in the order of a row's values.
    pub columns: &'a [(&'a str, Kind)],
}

/// The four kinds of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `BIGINT`
    Int,
    /// `TEXT`
    Text,
    /// `BLOB` / `BYTEA`
    Bytes,
    /// `DOUBLE PRECISION`
    Real,
}

/// What a row does that meets its key in the table (or earlier in the same set).
/// `key` must be all the columns of a unique index.
#[derive(Debug, Clone, Copy)]
pub enum OnConflict<'a> {
    /// The set fails with [`DbError::Constraint`].
    Error,
    /// The row is left out and not counted.
    Nothing {
        /// The key columns.
        key: &'a [&'a str],
    },
    /// Numbers are added to the kept ones. Every column is a key or is added.
    Add {
        /// The key columns.
        key: &'a [&'a str],
        /// The added columns.
        add: &'a [&'a str],
    },
    /// The kept row takes these columns from the new one; the last row of a key wins.
    Replace {
        /// The key columns.
        key: &'a [&'a str],
        /// The replaced columns.
        set: &'a [&'a str],
    },
}

impl Kind {
    pub(super) fn pg_array(self) -> &'static str {
        match self {
            Kind::Int => "bigint[]",
            Kind::Text => "text[]",
            Kind::Bytes => "bytea[]",
            Kind::Real => "double precision[]",
        }
    }
}

impl Table<'_> {
    pub(super) fn kind(&self, column: &str) -> Result<Kind> {
        self.columns
            .iter()
            .find(|(name, _)| *name == column)
            .map(|(_, kind)| *kind)
            .ok_or_else(|| DbError::Other(format!("table {} has no column {column}", self.name)))
    }

    fn names(&self) -> String {
        join(self.columns, ", ", |(name, _)| name.to_string())
    }

    /// `INSERT .. VALUES (?1, ?2)` for one row at a time.
    pub(super) fn insert_row(&self, conflict: OnConflict<'_>) -> Result<String> {
        let marks = (1..=self.columns.len())
            .map(|n| format!("?{n}"))
            .collect::<Vec<_>>();
        Ok(format!(
            "INSERT INTO {} ({}) VALUES ({}){}",
            self.name,
            self.names(),
            marks.join(", "),
            self.conflict(conflict)?
        ))
    }

    /// `INSERT .. SELECT .. FROM unnest($1::bigint[], ..)` for a whole set.
    ///
    /// PostgreSQL refuses to touch one row twice in a statement, so rows of one key
    /// are merged first; in key order, so that two lanes can't deadlock on tallies.
    pub(super) fn insert_set(&self, conflict: OnConflict<'_>) -> Result<String> {
        let names = self.names();
        let arrays = arrays(self.columns.iter().map(|(_, kind)| *kind));
        let select = match conflict {
            OnConflict::Error | OnConflict::Nothing { .. } => {
                format!("SELECT * FROM unnest({arrays})")
            }
            OnConflict::Add { key, add } => {
                let merged = join(self.columns, ", ", |(name, _)| {
                    if add.contains(name) {
                        format!("sum({name})")
                    } else {
                        name.to_string()
                    }
                });
                let key = key.join(", ");
                format!(
                    "SELECT {merged} FROM unnest({arrays}) AS u({names}) \
                     GROUP BY {key} ORDER BY {key}"
                )
            }
            OnConflict::Replace { key, .. } => {
                let key = key.join(", ");
                format!(
                    "SELECT DISTINCT ON ({key}) {names} FROM unnest({arrays}) \
                     WITH ORDINALITY AS u({names}, nth__) ORDER BY {key}, nth__ DESC"
                )
            }
        };
        let conflict = self.conflict(conflict)?;
        Ok(format!(
            "INSERT INTO {} ({names}) {select}{conflict}",
            self.name
        ))
    }

    fn conflict(&self, conflict: OnConflict<'_>) -> Result<String> {
        let (key, set) = match conflict {
            OnConflict::Error => return Ok(String::new()),
            OnConflict::Nothing { key } => (key, String::new()),
            OnConflict::Add { key, add } => {
                let loose = |(name, _): &&(&str, Kind)| !key.contains(name) && !add.contains(name);
                if let Some((name, _)) = self.columns.iter().find(loose) {
                    return Err(DbError::Other(format!(
                        "{}.{name} is neither a key nor added",
                        self.name
                    )));
                }
                (
                    key,
                    join(add, ", ", |n| {
                        format!("{n} = {}.{n} + excluded.{n}", self.name)
                    }),
                )
            }
            OnConflict::Replace { key, set } => {
                (key, join(set, ", ", |n| format!("{n} = excluded.{n}")))
            }
        };
        let key = key.join(", ");
        Ok(if set.is_empty() {
            format!(" ON CONFLICT ({key}) DO NOTHING")
        } else {
            format!(" ON CONFLICT ({key}) DO UPDATE SET {set}")
        })
    }

    /// `UPDATE .. SET .. WHERE key`, values in the order keys, then new values.
    pub(super) fn update_row(&self, key: &[&str], set: &[&str]) -> String {
        let mut nth = 0;
        let mut mark = |name: &&str| {
            nth += 1;
            format!("{name} = ?{nth}")
        };
        let wheres = join(key, " AND ", &mut mark);
        let sets = join(set, ", ", &mut mark);
        format!("UPDATE {} SET {sets} WHERE {wheres}", self.name)
    }

    /// The same for a whole set. The columns of the set are named by position, so
    /// that one column may be both compared and set (`version`).
    pub(super) fn update_set(&self, key: &[&str], set: &[&str]) -> Result<String> {
        let kinds = key
            .iter()
            .chain(set)
            .map(|n| self.kind(n))
            .collect::<Result<Vec<_>>>()?;
        let aliases = (1..=kinds.len())
            .map(|n| format!("c{n}__"))
            .collect::<Vec<_>>();
        let mut nth = 0;
        let mut next = |left: String| {
            nth += 1;
            format!("{left} = u.c{nth}__")
        };
        let wheres = join(key, " AND ", |n| next(format!("{}.{n}", self.name)));
        let sets = join(set, ", ", |n| next(n.to_string()));
        Ok(format!(
            "UPDATE {} SET {sets} FROM unnest({}) AS u({}) WHERE {wheres}",
            self.name,
            arrays(kinds.into_iter()),
            aliases.join(", "),
        ))
    }
}

/// A row of the wrong width would shift values into other columns; refuse the set.
pub(super) fn check_width(table: &Table<'_>, width: usize, rows: &[Vec<Value>]) -> Result<()> {
    match rows.iter().find(|row| row.len() != width) {
        None => Ok(()),
        Some(row) => Err(DbError::Other(format!(
            "table {}: a row of {} values where {width} are written",
            table.name,
            row.len()
        ))),
    }
}

fn arrays(kinds: impl Iterator<Item = Kind>) -> String {
    let marks = kinds
        .enumerate()
        .map(|(n, kind)| format!("${}::{}", n + 1, kind.pg_array()));
    marks.collect::<Vec<_>>().join(", ")
}

fn join<T>(items: &[T], with: &str, each: impl FnMut(&T) -> String) -> String {
    items.iter().map(each).collect::<Vec<_>>().join(with)
}
