//! An opened database: the file lock, the checkpoints, and the makers of connections.

mod checkpoint;
mod lock;

use std::path::{Path, PathBuf};

use crate::driver::{Conn, DbError, OpenError};
use crate::pool::{Readers, Writer};
use crate::url::{StoreUrl, check_file};
use checkpoint::Checkpoints;
pub(crate) use checkpoint::Turn;
use lock::FileLock;

/// A database that this process owns (SQLite: alone; PostgreSQL: with others).
/// It outlives its [`Writer`] and [`Readers`]: drop them first.
pub struct Database {
    url: StoreUrl,
    /// For SQLite. Declared in the order of dropping: the last checkpoint, then the lock.
    held: Option<(Checkpoints, FileLock)>,
}

impl Database {
    /// Opens a database that exists.
    pub fn open(url: &StoreUrl) -> Result<Database, OpenError> {
        Database::start(url, false)
    }

    /// Opens a database; a SQLite file that does not exist is made.
    pub fn open_or_create(url: &StoreUrl) -> Result<Database, OpenError> {
        Database::start(url, true)
    }

    fn start(url: &StoreUrl, create: bool) -> Result<Database, OpenError> {
        let (url, held) = match url {
            StoreUrl::Sqlite(path) => {
                check_file(path, create)?;
                let path = settled(path);
                let lock = FileLock::take(&path)?;
                let conn = Conn::sqlite_writer(&path, create).map_err(|e| sqlite(&path, e))?;
                let checkpoints = Checkpoints::start(conn, &path)?;
                (StoreUrl::Sqlite(path), Some((checkpoints, lock)))
            }
            StoreUrl::Postgres(config) => {
                check_server(&mut postgres(url, config)?)?;
                (url.clone(), None)
            }
        };
        Ok(Database { url, held })
    }

    /// The address, with SQLite's path made absolute.
    pub fn url(&self) -> &StoreUrl {
        &self.url
    }

    /// Tells whoever writes that SQLite's log may be begun anew.
    pub(crate) fn turn(&self) -> Turn {
        let held = self.held.as_ref();
        held.map(|(checkpoints, _)| checkpoints.turn())
            .unwrap_or_default()
    }

    /// A new connection for writing. SQLite wants one at a time: see [`Writer`].
    pub fn writing_conn(&self) -> Result<Conn, OpenError> {
        match &self.url {
            StoreUrl::Sqlite(path) => Conn::sqlite_writer(path, false).map_err(|e| sqlite(path, e)),
            StoreUrl::Postgres(config) => postgres(&self.url, config),
        }
    }

    /// A new connection for reading.
    pub fn reading_conn(&self) -> Result<Conn, OpenError> {
        reading_conn(&self.url)
    }

    /// A thread with a writing connection.
    pub fn writer(&self) -> Result<Writer, OpenError> {
        Writer::start(self.writing_conn()?)
    }

    /// `threads` threads with a reading connection each.
    pub fn readers(&self, threads: usize) -> Result<Readers, OpenError> {
        let conns = (0..threads.max(1)).map(|_| self.reading_conn());
        Readers::start(conns.collect::<Result<Vec<_>, _>>()?)
    }
}

/// A connection for reading beside the process that owns the database (backup,
/// verify): it takes no lock.
pub fn reading_conn(url: &StoreUrl) -> Result<Conn, OpenError> {
    match url {
        StoreUrl::Sqlite(path) => {
            check_file(path, false)?;
            Conn::sqlite_reader(path).map_err(|e| sqlite(path, e))
        }
        StoreUrl::Postgres(config) => postgres(url, config),
    }
}

/// One path for one file, so that two spellings of it meet at the same lock.
fn settled(path: &Path) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

fn sqlite(path: &Path, cause: DbError) -> OpenError {
    let shown = path.display();
    let sentence = match &cause {
        DbError::Corrupt(_) => {
            format!("“{shown}”不是 SQLite 数据库，或已经损坏；请核对路径，或从备份恢复")
        }
        DbError::ReadOnly(_) => {
            format!("数据库文件“{shown}”或它所在的文件夹不可写，请给运行本程序的账户写权限")
        }
        DbError::Full(_) => format!("磁盘空间已满，无法打开“{shown}”，请先腾出空间"),
        DbError::Busy(_) => format!("数据库文件“{shown}”正被别的程序占用，请先关闭那个程序"),
        _ => {
            format!("打不开数据库文件“{shown}”，请检查文件与它所在文件夹的读写权限。原文：{cause}")
        }
    };
    OpenError::because(sentence, cause)
}

fn postgres(url: &StoreUrl, config: &postgres::Config) -> Result<Conn, OpenError> {
    use ::postgres::error::SqlState;
    Conn::postgres(config).map_err(|error| {
        let advice = match error.code() {
            Some(&SqlState::INVALID_CATALOG_NAME) => {
                "服务器上没有这个库；请先建库：createdb -E UTF8 -T template0 --locale=C.UTF-8 库名"
            }
            Some(&SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => {
                "用户名或密码不对，或服务器不允许从本机登录（pg_hba.conf）"
            }
            Some(&SqlState::TOO_MANY_CONNECTIONS) => "服务器的连接数已满，请调大 max_connections",
            Some(&SqlState::CANNOT_CONNECT_NOW) => "服务器正在启动或停止，请稍后再试",
            _ => "请检查主机、端口、网络与服务器是否在运行",
        };
        let cause = DbError::from(error);
        OpenError::because(
            format!("连不上数据库 {url}：{advice}。原文：{cause}"),
            cause,
        )
    })
}

fn check_server(conn: &mut Conn) -> Result<(), OpenError> {
    let row = conn.query_one(
        "SELECT current_setting('server_version_num')::bigint, current_setting('server_version'), \
         current_setting('server_encoding'), datcollate \
         FROM pg_database WHERE datname = current_database()",
        &[],
    )?;
    let (version, shown) = (row.int(0)?, row.text(1)?);
    if version < 120_000 {
        return Err(OpenError::new(format!(
            "PostgreSQL 版本 {shown} 太旧，需要 12 或更新的版本，请升级数据库服务器"
        )));
    }
    let encoding = row.text(2)?;
    if encoding != "UTF8" {
        return Err(OpenError::new(format!(
            "这个库的编码是 {encoding}，需要 UTF8；\
             请重新建库：createdb -E UTF8 -T template0 --locale=C.UTF-8 库名"
        )));
    }
    let collation = row.text(3)?;
    if !matches!(collation, "C" | "POSIX" | "C.UTF-8" | "C.utf8") {
        tracing::warn!(
            collation,
            "the database sorts by a locale; C.UTF-8 is faster and stable"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests;
