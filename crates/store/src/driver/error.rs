//! What can go wrong in a database, the same for both; and, for the person who
//! starts the program, why a database could not be opened.

use postgres::error::SqlState;
use rusqlite::ErrorCode;
use rusqlite::ffi;

/// The result of a database call.
pub type Result<T> = std::result::Result<T, DbError>;

/// A database fault, sorted by what the caller should do. The messages are for
/// engineers and never quote stored values.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DbError {
    /// A rule of the schema refused the row: the command is wrong, or lost a race.
    #[error("constraint: {0}")]
    Constraint(Constraint),
    /// Another writer holds the database longer than the wait allows: try later.
    #[error("busy: {0}")]
    Busy(String),
    /// The transaction lost a conflict and did nothing: run it again (40001, 40P01).
    #[error("conflict, retry: {0}")]
    Retry(String),
    /// No space left: nothing was written.
    #[error("storage is full: {0}")]
    Full(String),
    /// The database, the file or the transaction takes no writes.
    #[error("read only: {0}")]
    ReadOnly(String),
    /// Another server writes in this database now: this one may only read.
    #[error("taken over: {0}")]
    Taken(String),
    /// The connection or the disk failed. If it happened in `commit`, whether the
    /// commit counts is unknown: look up the idempotency key before repeating it.
    #[error("connection lost: {0}")]
    Lost(String),
    /// The file is damaged, or not a database.
    #[error("corrupt: {0}")]
    Corrupt(String),
    /// Everything else: a mistake in the program.
    #[error("database: {0}")]
    Other(String),
}

/// Which rule of the schema was broken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Constraint {
    /// What sort of rule.
    pub rule: Rule,
    /// The table, where the database tells it (SQLite: unique, primary key and not-null only).
    pub table: Option<String>,
    /// PostgreSQL: the constraint's name. SQLite: the columns (`t.a, t.b`) or a CHECK's name.
    pub name: Option<String>,
    /// The database's message, without the values.
    pub message: String,
}

/// The sorts of rules that a schema holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A unique index or a primary key.
    Unique,
    /// A foreign key.
    ForeignKey,
    /// A CHECK.
    Check,
    /// A NOT NULL column.
    NotNull,
    /// Another one (the kind of a column in a STRICT table).
    Other,
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> DbError {
        let rusqlite::Error::SqliteFailure(code, message) = &error else {
            return DbError::Other(error.to_string());
        };
        let text = match message {
            Some(message) => format!("{message} (SQLite {})", code.extended_code),
            None => format!("{code} (SQLite {})", code.extended_code),
        };
        match code.code {
            ErrorCode::ConstraintViolation => {
                let message = message.as_deref().unwrap_or_default();
                DbError::Constraint(sqlite_constraint(code.extended_code, message))
            }
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => DbError::Busy(text),
            ErrorCode::DiskFull => DbError::Full(text),
            ErrorCode::ReadOnly => DbError::ReadOnly(text),
            // A write that the system refuses for a quota or a limit on the size of a file: the log
            // lacks the frame that commits, so nothing was. No space at all is DiskFull above.
            ErrorCode::SystemIoFailure if code.extended_code == ffi::SQLITE_IOERR_WRITE => {
                DbError::Full(text)
            }
            // A failed fsync leaves it open what reached the disk, like a lost connection.
            ErrorCode::SystemIoFailure => DbError::Lost(text),
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => DbError::Corrupt(text),
            _ => DbError::Other(text),
        }
    }
}

fn sqlite_constraint(extended: i32, message: &str) -> Constraint {
    let rule = match extended {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_ROWID => Rule::Unique,
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Rule::ForeignKey,
        ffi::SQLITE_CONSTRAINT_CHECK => Rule::Check,
        ffi::SQLITE_CONSTRAINT_NOTNULL => Rule::NotNull,
        _ => Rule::Other,
    };
    // "UNIQUE constraint failed: person.shard, person.phone"
    let name = message
        .split_once("failed: ")
        .map(|(_, name)| name.to_owned());
    let table = match rule {
        Rule::Unique | Rule::NotNull => name
            .as_deref()
            .and_then(|n| n.split_once('.'))
            .map(|(table, _)| table.to_owned()),
        _ => None,
    };
    Constraint {
        rule,
        table,
        name,
        message: message.to_owned(),
    }
}

impl From<postgres::Error> for DbError {
    fn from(error: postgres::Error) -> DbError {
        let Some(db) = error.as_db_error() else {
            let text = chain(&error);
            return if error.is_closed() || caused_by_io(&error) {
                DbError::Lost(text)
            } else {
                DbError::Other(text)
            };
        };
        // The detail is left out on purpose: it quotes the row's values.
        let code = db.code().code();
        let text = format!("{} (PostgreSQL {code})", db.message());
        match code {
            _ if code.starts_with("23") => DbError::Constraint(Constraint {
                rule: match *db.code() {
                    SqlState::UNIQUE_VIOLATION | SqlState::EXCLUSION_VIOLATION => Rule::Unique,
                    SqlState::FOREIGN_KEY_VIOLATION => Rule::ForeignKey,
                    SqlState::CHECK_VIOLATION => Rule::Check,
                    SqlState::NOT_NULL_VIOLATION => Rule::NotNull,
                    _ => Rule::Other,
                },
                table: db.table().map(str::to_owned),
                name: db.constraint().or(db.column()).map(str::to_owned),
                message: db.message().to_owned(),
            }),
            // 26000 and 0A000: a prepared statement that a migration made stale.
            "40001" | "40P01" | "26000" => DbError::Retry(text),
            "0A000" if db.message().contains("cached plan") => DbError::Retry(text),
            "55P03" | "53300" => DbError::Busy(text),
            "53100" => DbError::Full(text),
            "25006" => DbError::ReadOnly(text),
            "XX001" | "XX002" => DbError::Corrupt(text),
            "57P01" | "57P02" | "57P03" | "57P05" => DbError::Lost(text),
            _ if code.starts_with("08") => DbError::Lost(text),
            _ => DbError::Other(text),
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}

fn caused_by_io(error: &dyn std::error::Error) -> bool {
    let mut next = error.source();
    while let Some(cause) = next {
        if cause.is::<std::io::Error>() {
            return true;
        }
        next = cause.source();
    }
    false
}

/// Why a database could not be opened or brought up to date: one Chinese
/// sentence that says what to do, and the fault behind it for the log.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{sentence}")]
pub struct OpenError {
    /// For the operator.
    pub sentence: String,
    /// The database's own words, where there are some.
    #[source]
    pub cause: Option<DbError>,
}

impl OpenError {
    /// An explained fault without a cause.
    pub fn new(sentence: impl Into<String>) -> OpenError {
        OpenError {
            sentence: sentence.into(),
            cause: None,
        }
    }

    pub(crate) fn because(sentence: impl Into<String>, cause: DbError) -> OpenError {
        OpenError {
            sentence: sentence.into(),
            cause: Some(cause),
        }
    }
}

impl From<DbError> for OpenError {
    fn from(cause: DbError) -> OpenError {
        let advice = match &cause {
            DbError::Constraint(_) => "已有数据不符合新结构的约束，请先用 hangji verify 检查数据",
            DbError::Busy(_) | DbError::Retry(_) => "数据库正忙，请稍后再试",
            DbError::Full(_) => "磁盘空间已满，请先腾出空间",
            DbError::ReadOnly(_) => "数据库是只读的，请检查文件与账户的写权限",
            DbError::Taken(_) => "另一台服务器已接管这个数据库，请先停掉那一台",
            DbError::Lost(_) => "与数据库的连接中断或磁盘读写失败，请检查数据库服务与磁盘",
            DbError::Corrupt(_) => "数据库文件已损坏，请从备份恢复",
            DbError::Other(_) => "数据库执行出错，请把下面的原文交给技术人员",
        };
        OpenError::because(format!("{advice}。原文：{cause}"), cause)
    }
}
