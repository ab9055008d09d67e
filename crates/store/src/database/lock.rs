//! One process per SQLite file: an advisory lock on `<db>.lock`.
//!
//! On a file of its own, because SQLite keeps its own locks on the database and
//! would lose them when another handle of this process is closed. The operating
//! system drops the lock with the process, however it ends; the file stays.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use crate::driver::OpenError;

pub(super) struct FileLock {
    _file: File,
}

impl FileLock {
    pub(super) fn take(database: &Path) -> Result<FileLock, OpenError> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let path = Path::new(&path);
        let unusable = |error: std::io::Error| {
            OpenError::new(format!(
                "无法使用锁文件“{}”：{error}；请检查数据库所在文件夹的写权限与磁盘空间",
                path.display()
            ))
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                // Best effort: on Windows a locked file can't be read.
                let _ = file.read_to_string(&mut owner);
                let owner = match owner.trim() {
                    "" => String::new(),
                    pid => format!("（进程号 {pid}）"),
                };
                return Err(OpenError::new(format!(
                    "数据库“{}”正由另一个夯基进程{owner}使用；请先停止它，或换一个数据库文件",
                    database.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        let mut note = || {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{}", std::process::id())
        };
        note().map_err(unusable)?;
        Ok(FileLock { _file: file })
    }
}
