//! PostgreSQL: prepared statements, and arrays for whole sets.

use std::collections::HashMap;
use std::error::Error;

use postgres::fallible_iterator::FallibleIterator;
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement};

use super::bulk::{Kind, OnConflict, Table};
use super::lease::Lease;
use super::{DbError, Result, Row, Value};

/// Prepared statements kept by a connection. Dynamic texts are few, so when they
/// are more, all go and the live ones come back.
const STATEMENTS: usize = 256;
/// Rows in one array statement: keeps a message far below the protocol's 1 GiB.
const SET_ROWS: usize = 20_000;

type Failed = Box<dyn Error + Sync + Send>;

/// One connection to PostgreSQL; it comes back by itself when a transaction begins.
pub struct Pg {
    client: Client,
    config: Config,
    statements: HashMap<Box<str>, Statement>,
    transaction: Transaction,
    /// Set on the connection that writes for a server.
    lease: Option<Lease>,
}

#[derive(PartialEq)]
enum Transaction {
    None,
    Open,
    /// A statement failed: the server would answer COMMIT by a silent rollback.
    Failed,
}

impl Pg {
    pub(super) fn connect(config: &Config) -> std::result::Result<Pg, postgres::Error> {
        let mut client = config.connect(NoTls)?;
        client.batch_execute("SET synchronous_commit=on")?;
        Ok(Pg {
            client,
            config: config.clone(),
            statements: HashMap::new(),
            transaction: Transaction::None,
            lease: None,
        })
    }

    /// See [`super::Conn::take_lease`].
    pub(super) fn take_lease(&mut self) -> Result<()> {
        self.lease = Some(Lease::take(&mut self.client)?);
        Ok(())
    }

    /// See [`super::Conn::begin_term`].
    pub(super) fn begin_term(&mut self) -> Result<()> {
        match &mut self.lease {
            Some(lease) => lease.begin_term(&mut self.client),
            None => Err(DbError::Other("a term without a lease".to_owned())),
        }
    }

    pub(super) fn for_each(
        &mut self,
        text: &str,
        params: &[Value],
        mut each: impl FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        let statement = self.statement(text, params.len())?;
        let width = statement.columns().len();
        let mut stream = || {
            let mut row = Row::default();
            let mut rows = self.client.query_raw(&statement, params)?;
            while let Some(found) = rows.next()? {
                row.values.clear();
                for column in 0..width {
                    row.values.push(found.try_get(column)?);
                }
                each(&row)?;
            }
            Ok(())
        };
        let result = stream();
        self.note(result)
    }

    pub(super) fn exec(&mut self, text: &str, params: &[Value]) -> Result<u64> {
        let statement = self.statement(text, params.len())?;
        let params = params
            .iter()
            .map(|v| v as &(dyn ToSql + Sync))
            .collect::<Vec<_>>();
        let result = self
            .client
            .execute(&statement, &params)
            .map_err(DbError::from);
        self.note(result)
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        // It may change the schema under the prepared statements.
        self.statements.clear();
        self.control(sql)
    }

    pub(super) fn control(&mut self, sql: &str) -> Result<()> {
        let result = self.client.batch_execute(sql).map_err(DbError::from);
        self.note(result)
    }

    /// Begins; a connection found dead is made anew, for nothing has happened yet.
    pub(super) fn begin(&mut self, sql: &str) -> Result<()> {
        if self.transaction != Transaction::None {
            return Err(DbError::Other("a transaction is already open".to_owned()));
        }
        let begun = match self.client.is_closed() {
            true => Err(DbError::Lost("closed".to_owned())),
            false => self.hold_lease().and_then(|()| self.control(sql)),
        };
        if let Err(DbError::Lost(why)) = begun {
            tracing::warn!(%why, "reconnecting to PostgreSQL");
            self.lease = self.lease.take().map(Lease::dropped);
            let fresh = Pg::connect(&self.config).map_err(|e| match DbError::from(e) {
                DbError::Other(why) => DbError::Lost(why),
                known => known,
            })?;
            let lease = self.lease.take();
            *self = Pg { lease, ..fresh };
            self.hold_lease()?;
            self.control(sql)?;
        } else {
            begun?;
        }
        self.transaction = Transaction::Open;
        Ok(())
    }

    /// A connection that writes for a server writes nothing without its lease.
    fn hold_lease(&mut self) -> Result<()> {
        match &mut self.lease {
            Some(lease) => lease.hold(&mut self.client),
            None => Ok(()),
        }
    }

    pub(super) fn commit(&mut self) -> Result<()> {
        if self.transaction == Transaction::Failed {
            self.rollback()?;
            let why = "commit after a failed statement: everything was rolled back";
            return Err(DbError::Other(why.to_owned()));
        }
        self.transaction = Transaction::None;
        self.control("COMMIT")
    }

    pub(super) fn rollback(&mut self) -> Result<()> {
        self.transaction = Transaction::None;
        if self.client.is_closed() {
            return Ok(()); // the server has rolled back
        }
        self.control("ROLLBACK")
    }

    pub(super) fn rollback_to(&mut self, sql: &str) -> Result<()> {
        self.control(sql)?;
        self.transaction = Transaction::Open;
        Ok(())
    }

    pub(super) fn in_transaction(&self) -> bool {
        self.transaction != Transaction::None
    }

    pub(super) fn insert_many(
        &mut self,
        table: &Table<'_>,
        rows: &[Vec<Value>],
        conflict: OnConflict<'_>,
    ) -> Result<u64> {
        let kinds = table
            .columns
            .iter()
            .map(|(_, kind)| *kind)
            .collect::<Vec<_>>();
        self.each_set(&table.insert_set(conflict)?, &kinds, rows)
    }

    pub(super) fn update_many(
        &mut self,
        table: &Table<'_>,
        key: &[&str],
        set: &[&str],
        rows: &[Vec<Value>],
    ) -> Result<u64> {
        let kinds = key
            .iter()
            .chain(set)
            .map(|name| table.kind(name))
            .collect::<Result<Vec<_>>>()?;
        self.each_set(&table.update_set(key, set)?, &kinds, rows)
    }

    fn each_set(&mut self, text: &str, kinds: &[Kind], rows: &[Vec<Value>]) -> Result<u64> {
        let statement = self.statement(text, kinds.len())?;
        let mut written = 0;
        for set in rows.chunks(SET_ROWS) {
            let arrays = (kinds.iter().enumerate())
                .map(|(at, kind)| array(*kind, set, at))
                .collect::<Result<Vec<_>>>()?;
            let params = arrays.iter().map(|a| &**a).collect::<Vec<_>>();
            let result = self
                .client
                .execute(&statement, &params)
                .map_err(DbError::from);
            written += self.note(result)?;
        }
        Ok(written)
    }

    fn statement(&mut self, text: &str, params: usize) -> Result<Statement> {
        let statement = match self.statements.get(text) {
            Some(statement) => statement.clone(),
            None => {
                let result = self.client.prepare(text).map_err(DbError::from);
                let statement = self.note(result)?;
                if self.statements.len() >= STATEMENTS {
                    self.statements.clear();
                }
                self.statements.insert(text.into(), statement.clone());
                statement
            }
        };
        match statement.params().len() {
            wanted if wanted == params => Ok(statement),
            wanted => Err(DbError::Other(format!(
                "{params} parameters for a statement with {wanted}"
            ))),
        }
    }

    fn note<T>(&mut self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            if self.transaction == Transaction::Open {
                self.transaction = Transaction::Failed;
            }
            if matches!(error, DbError::Retry(_)) {
                self.statements.clear(); // one of them may be what is stale
            }
        }
        result
    }
}

/// One column of a set, as the parameter that `unnest` takes apart.
fn array<'a>(kind: Kind, rows: &'a [Vec<Value>], at: usize) -> Result<Box<dyn ToSql + Sync + 'a>> {
    let wrong = |value: &Value| {
        DbError::Other(format!(
            "value {at}: {} in a column of kind {kind:?}",
            value.kind_name()
        ))
    };
    macro_rules! column {
        ($ty:ty: $($pattern:pat => $out:expr),+) => {
            Box::new(
                rows.iter()
                    .map(|row| match &row[at] {
                        Value::Null => Ok(None),
                        $($pattern => Ok(Some($out)),)+
                        other => Err(wrong(other)),
                    })
                    .collect::<Result<Vec<Option<$ty>>>>()?,
            )
        };
    }
    Ok(match kind {
        Kind::Int => column!(i64: Value::Int(v) => *v),
        Kind::Text => column!(&'a str: Value::Text(v) => v.as_str()),
        Kind::Bytes => column!(&'a [u8]: Value::Bytes(v) => v.as_slice()),
        Kind::Real => column!(f64: Value::Real(v) => *v, Value::Int(v) => *v as f64),
    })
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Failed> {
        match (self, ty) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(v), &Type::INT8) => v.to_sql(ty, out),
            (Value::Int(v), &Type::INT4) => i32::try_from(*v)?.to_sql(ty, out),
            (Value::Int(v), &Type::INT2) => i16::try_from(*v)?.to_sql(ty, out),
            (Value::Int(v), &Type::FLOAT8) => (*v as f64).to_sql(ty, out),
            (Value::Int(v @ (0 | 1)), &Type::BOOL) => (*v == 1).to_sql(ty, out),
            (Value::Real(v), &Type::FLOAT8) => v.to_sql(ty, out),
            (Value::Text(v), _) if <&str as ToSql>::accepts(ty) => v.as_str().to_sql(ty, out),
            (Value::Bytes(v), &Type::BYTEA) => v.as_slice().to_sql(ty, out),
            (Value::Ints(v), &Type::INT8_ARRAY) => v.to_sql(ty, out),
            (Value::Texts(v), &Type::TEXT_ARRAY) => v.to_sql(ty, out),
            _ => Err(format!("a parameter {} for the type {ty}", self.kind_name()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Value, Failed> {
        Ok(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Int(bool::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Value::Real(f64::from_sql(ty, raw)?),
            Type::FLOAT4 => Value::Real(f32::from_sql(ty, raw)?.into()),
            Type::NUMERIC => numeric(raw)?,
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            _ if <&str as FromSql>::accepts(ty) => Value::Text(String::from_sql(ty, raw)?),
            _ => return Err(format!("a column of the type {ty}").into()),
        })
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Value, Failed> {
        Ok(Value::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// What `sum` (an integer, as in SQLite) and `avg` (a double) of a BIGINT give:
/// base-10,000 digits after a header of count, weight, sign and decimal places.
fn numeric(raw: &[u8]) -> std::result::Result<Value, Failed> {
    let words = raw
        .chunks_exact(2)
        .map(|b| u16::from_be_bytes([b[0], b[1]]))
        .collect::<Vec<_>>();
    let [_, weight, sign @ (0 | 0x4000), places, digits @ ..] = words.as_slice() else {
        return Err("a NUMERIC that is no number".into());
    };
    let weight = i32::from(*weight as i16);
    if *places > 0 {
        let powers = (0..).map(|nth| 10_000f64.powi(weight - nth));
        let size: f64 = digits
            .iter()
            .zip(powers)
            .map(|(d, power)| f64::from(*d) * power)
            .sum();
        return Ok(Value::Real(if *sign == 0 { size } else { -size }));
    }
    // Trailing zero digits are left out on the wire.
    let mut size: i128 = 0;
    for nth in 0..=weight.max(-1) {
        let digit = digits.get(nth as usize).copied().unwrap_or(0);
        let next = size
            .checked_mul(10_000)
            .and_then(|n| n.checked_add(digit.into()));
        size = next.ok_or("a NUMERIC beyond 64 bits")?;
    }
    Ok(Value::Int(i64::try_from(if *sign == 0 {
        size
    } else {
        -size
    })?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|w| w.to_be_bytes()).collect()
    }

    #[test]
    fn a_numeric_without_places_is_an_integer_and_with_places_a_double() {
        let read = |words: &[u16]| numeric(&wire(words)).unwrap();
        assert_eq!(read(&[0, 0, 0, 0]), Value::Int(0));
        assert_eq!(read(&[1, 1, 0, 0, 12]), Value::Int(120_000));
        assert_eq!(read(&[2, 1, 0x4000, 0, 1, 1]), Value::Int(-10_001));
        assert_eq!(read(&[2, 0, 0, 1, 2, 5000]), Value::Real(2.5));
        assert!(numeric(&wire(&[1, 5, 0, 0, 1])).is_err(), "beyond 64 bits");
        assert!(numeric(&wire(&[0, 0, 0xC000, 0])).is_err(), "not a number");
    }
}
