//! Values and rows: the one shape both databases read and write.

use super::{DbError, Result};

/// A column or parameter value. The column kinds are those of every table:
/// `BIGINT`, `TEXT`, bytes and `DOUBLE PRECISION`; booleans are 0 and 1.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A 64-bit integer (also booleans, instants, money in fen).
    Int(i64),
    /// UTF-8 text.
    Text(String),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// A double.
    Real(f64),
    /// A list of integers, only as the parameter of `= ANY($n)`.
    Ints(Vec<i64>),
    /// A list of texts, only as the parameter of `= ANY($n)`.
    Texts(Vec<String>),
}

impl Value {
    /// The name of the kind, for error messages (never the value: it may be personal).
    pub fn kind_name(&self) -> &'static str {
        match self {
            Value::Null => "NULL",
            Value::Int(_) => "Int",
            Value::Text(_) => "Text",
            Value::Bytes(_) => "Bytes",
            Value::Real(_) => "Real",
            Value::Ints(_) => "Ints",
            Value::Texts(_) => "Texts",
        }
    }
}

macro_rules! from {
    ($($ty:ty => |$v:ident| $make:expr;)*) => {
        $(impl From<$ty> for Value { fn from($v: $ty) -> Value { $make } })*
    };
}

from! {
    i64 => |v| Value::Int(v);
    i32 => |v| Value::Int(v.into());
    i16 => |v| Value::Int(v.into());
    u32 => |v| Value::Int(v.into());
    u16 => |v| Value::Int(v.into());
    u8 => |v| Value::Int(v.into());
    bool => |v| Value::Int(v.into());
    f64 => |v| Value::Real(v);
    &str => |v| Value::Text(v.to_owned());
    &String => |v| Value::Text(v.clone());
    String => |v| Value::Text(v);
    &[u8] => |v| Value::Bytes(v.to_vec());
    Vec<u8> => |v| Value::Bytes(v);
    Vec<i64> => |v| Value::Ints(v);
    &[i64] => |v| Value::Ints(v.to_vec());
    Vec<String> => |v| Value::Texts(v);
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Value {
        Value::Bytes(bytes.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// One row of an answer; columns by index, from 0.
///
/// A getter that meets another kind than it promises is a [`DbError::Other`]
/// that names the column's index.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    pub(super) values: Vec<Value>,
}

macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident, $opt:ident -> $ty:ty: $($pattern:pat => $out:expr),+;)*) => {$(
        $(#[$doc])*
        pub fn $name(&self, column: usize) -> Result<$ty> {
            match self.value(column)? {
                $($pattern => Ok($out),)+
                other => Err(mismatch(column, stringify!($name), other)),
            }
        }

        /// The same, with NULL as `None`.
        pub fn $opt(&self, column: usize) -> Result<Option<$ty>> {
            match self.value(column)? {
                Value::Null => Ok(None),
                _ => self.$name(column).map(Some),
            }
        }
    )*};
}

impl Row {
    /// The value as it came.
    pub fn value(&self, column: usize) -> Result<&Value> {
        self.values.get(column).ok_or_else(|| {
            DbError::Other(format!(
                "no column {column} in a row of {}",
                self.values.len()
            ))
        })
    }

    /// All the values, in order, borrowed from the row.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// All the values, in order.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    getters! {
        /// An integer.
        int, opt_int -> i64: Value::Int(v) => *v;
        /// Text, borrowed from the row.
        text, opt_text -> &str: Value::Text(v) => v.as_str();
        /// Bytes, borrowed from the row.
        bytes, opt_bytes -> &[u8]: Value::Bytes(v) => v.as_slice();
        /// A double; an integer is widened.
        real, opt_real -> f64: Value::Real(v) => *v, Value::Int(v) => *v as f64;
        /// A boolean kept as 0 or 1; any other number is a mismatch.
        bool, opt_bool -> bool: Value::Int(0) => false, Value::Int(1) => true;
    }

    /// Text, copied: `text(column)` as an owned `String`.
    pub fn string(&self, column: usize) -> Result<String> {
        self.text(column).map(str::to_owned)
    }

    /// An integer that must fit a smaller type (`row.number::<u32>(2)?`).
    pub fn number<T: TryFrom<i64>>(&self, column: usize) -> Result<T> {
        let number = self.int(column)?;
        T::try_from(number).map_err(|_| {
            let wanted = std::any::type_name::<T>();
            DbError::Other(format!("column {column}: {number} does not fit {wanted}"))
        })
    }
}

fn mismatch(column: usize, wanted: &str, found: &Value) -> DbError {
    DbError::Other(format!(
        "column {column}: wanted {wanted}, found {}",
        found.kind_name()
    ))
}
