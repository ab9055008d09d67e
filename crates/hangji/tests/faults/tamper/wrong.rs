//! A wrong as data: SQL, and what the proof must say.

use civic::matter::Step;
use store::driver::{Conn, Value};

/// A wrong, and what one sentence of the proof must contain.
pub struct Case {
    pub name: String,
    pub sql: Vec<(String, Vec<Value>)>,
    pub says: Vec<String>,
}

impl Case {
    pub fn new(name: &str, sql: impl Into<String>, says: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            sql: vec![(sql.into(), Vec::new())],
            says: says.iter().map(|s| (*s).to_owned()).collect(),
        }
    }
    pub fn with(mut self, params: Vec<Value>) -> Self {
        self.sql[0].1 = params;
        self
    }
    pub fn then(mut self, sql: impl Into<String>) -> Self {
        self.sql.push((sql.into(), Vec::new()));
        self
    }
}

/// How a column is altered.
#[derive(Clone, Copy)]
pub enum Alter {
    Number,
    Flag,
    Real,
    Text,
    Digest,
}

/// One case per column of the rows that `place` chooses.
pub fn columns(table: &str, place: &str, all: &[(&str, Alter)], says: &[&str]) -> Vec<Case> {
    let case = |(column, alter): &(&str, Alter)| {
        let (value, params) = match alter {
            Alter::Number => (format!("COALESCE({column}, 0) + 1"), vec![]),
            Alter::Flag => (format!("1 - COALESCE({column}, 0)"), vec![]),
            Alter::Real => (format!("COALESCE({column}, 0) + 0.5"), vec![]),
            Alter::Text => (format!("COALESCE({column}, '') || 'x'"), vec![]),
            Alter::Digest => ("$1".to_owned(), vec![Value::Bytes(vec![7; 32])]),
        };
        let sql = format!("UPDATE {table} SET {column} = {value} WHERE {place}");
        Case::new(&format!("{table}.{column}"), sql, says).with(params)
    };
    all.iter().map(case).collect()
}

/// Inserts a copy of a row with some columns changed.
pub fn copied(conn: &mut Conn, table: &str, place: &str, changed: &[(&str, &str)]) -> String {
    let names: Vec<String> = match conn.dialect() {
        store::driver::Dialect::Sqlite => conn
            .query(
                &format!("SELECT name FROM pragma_table_info('{table}')"),
                &[],
            )
            .unwrap(),
        store::driver::Dialect::Postgres => conn
            .query(
                "SELECT column_name::text FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = $1",
                &[table.into()],
            )
            .unwrap(),
    }
    .iter()
    .map(|row| row.string(0).unwrap())
    .collect();
    let values: Vec<&str> = names
        .iter()
        .map(|name| {
            let found = changed.iter().find(|(column, _)| column == name);
            found.map_or(name.as_str(), |(_, value)| value)
        })
        .collect();
    format!(
        "INSERT INTO {table} ({}) SELECT {} FROM {table} WHERE {place}",
        names.join(", "),
        values.join(", ")
    )
}

/// The matter on which the wrongs are done.
pub struct Victim {
    pub id: i64,
    pub no: String,
    pub journal: Vec<Step>,
}
