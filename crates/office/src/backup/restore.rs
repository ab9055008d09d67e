//! Reading a backup: into an empty installation, or only to see that it is whole.

use super::age::{Opener, Refused};
use super::{FORMAT, Head, Tail, faulty, frame};
use crate::identity::keys;
use civic::trace::Hash;
use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use store::driver::{OpenError, Value};
use store::dump::{self, Shape, Sum, Target};
use store::url::StoreUrl;

/// What a backup held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Rows of all tables.
    pub rows: u64,
    /// Attachments.
    pub files: u64,
    /// Whether the key was in it.
    pub key: bool,
}

/// Restores a backup into an empty database and a folder without attachments or key. Every row and
/// file is compared with its digest; the database opens only when all agree.
///
/// # Errors
/// A sentence that says what to do: wrong passphrase, a damaged backup, a place that is not empty.
pub fn restore(
    from: &Path,
    passphrase: &str,
    url: &StoreUrl,
    data: &Path,
    progress: impl FnMut(&str, u64),
) -> Result<Restored, OpenError> {
    for name in [keys::FILE, crate::file::FOLDER] {
        let path = data.join(name);
        let empty = std::fs::read_dir(&path).is_ok_and(|mut found| found.next().is_none());
        if path.exists() && !empty {
            return Err(OpenError::new(format!(
                "“{}”已经存在，不会覆盖它；请用 --data 指明一个空的文件夹",
                path.display()
            )));
        }
    }
    read(from, passphrase, Some((url, data)), progress)
}

/// Reads a backup to its end and compares every row and file with its digest; writes nothing.
///
/// # Errors
/// As [`restore`].
pub fn check(
    from: &Path,
    passphrase: &str,
    progress: impl FnMut(&str, u64),
) -> Result<Restored, OpenError> {
    read(from, passphrase, None, progress)
}

fn read(
    from: &Path,
    passphrase: &str,
    into: Option<(&StoreUrl, &Path)>,
    mut progress: impl FnMut(&str, u64),
) -> Result<Restored, OpenError> {
    let failed = |error: std::io::Error| match Refused::of(&error) {
        Some(Refused::Foreign) => OpenError::new(format!(
            "“{}”不是夯基的备份文件，请核对文件名",
            from.display()
        )),
        Some(Refused::Passphrase) => {
            OpenError::new("备份口令不对，请核对后重试；没有口令，任何人都打不开这份备份")
        }
        Some(Refused::Altered) => damaged(from),
        None if matches!(
            error.kind(),
            std::io::ErrorKind::UnexpectedEof
                | std::io::ErrorKind::InvalidData
                | std::io::ErrorKind::InvalidInput
        ) =>
        {
            damaged(from)
        }
        None => faulty("读不到备份文件", from)(error),
    };
    let file = File::open(from).map_err(faulty("读不到备份文件", from))?;
    let opener = Opener::new(BufReader::new(file), passphrase).map_err(&failed)?;
    let mut input = BufReader::new(GzDecoder::new(opener));
    let (kind, bytes) = frame::read(&mut input).map_err(&failed)?;
    let head: Head = match kind {
        frame::HEAD => serde_json::from_slice(&bytes).map_err(|_| damaged(from))?,
        _ => return Err(damaged(from)),
    };
    if head.format != FORMAT {
        return Err(OpenError::new(format!(
            "这份备份的格式是第 {} 版，本程序只认识第 {FORMAT} 版，请升级程序",
            head.format
        )));
    }
    store::migrate::known(&head.migrations)?;
    let mut place = match into {
        Some((url, data)) => Some(Place::begin(url, data, &head)?),
        None => None,
    };
    let mut found: BTreeMap<String, (Shape, Sum)> = head
        .tables
        .iter()
        .map(|shape| (shape.name.clone(), (shape.clone(), Sum::default())))
        .collect();
    let (mut files, mut key) = (0, false);
    let tail: Tail = loop {
        let (kind, bytes) = frame::read(&mut input).map_err(&failed)?;
        match kind {
            frame::ROWS => {
                let (shape, rows) = rows(&head, &bytes).ok_or_else(|| damaged(from))?;
                if let Some((_, sum)) = found.get_mut(&shape.name) {
                    rows.iter().for_each(|row| sum.add(row));
                    progress(&shape.name, sum.rows);
                }
                if let Some(place) = &mut place {
                    for chunk in rows.chunks(dump::CHUNK) {
                        place.target.write(shape, chunk)?;
                    }
                }
            }
            frame::FILE => {
                let (sha256, contents) = bytes.split_at_checked(64).ok_or_else(|| damaged(from))?;
                let sha256 = String::from_utf8_lossy(sha256);
                if Hash::of(contents).to_string() != sha256 {
                    return Err(damaged(from));
                }
                files += 1;
                progress("files", files);
                if let Some(place) = &place {
                    place.keep(&crate::file::path(&place.data, &sha256), contents, 0o644)?;
                }
            }
            frame::KEY => {
                key = true;
                if let Some(place) = &place {
                    place.keep(&place.data.join(keys::FILE), &bytes, 0o600)?;
                }
            }
            frame::TAIL => break serde_json::from_slice(&bytes).map_err(|_| damaged(from))?,
            _ => return Err(damaged(from)),
        }
    };
    // To the end of the seal: nothing may follow.
    if input.read(&mut [0]).map_err(&failed)? != 0 {
        return Err(damaged(from));
    }
    let sums: BTreeMap<String, Sum> = found
        .iter()
        .map(|(n, (_, sum))| (n.clone(), *sum))
        .collect();
    if (Tail { sums, files }) != tail {
        return Err(damaged(from));
    }
    if let Some(place) = place {
        place.target.finish(&found, |table| progress(table, 0))?;
    }
    Ok(Restored {
        rows: found.values().map(|(_, sum)| sum.rows).sum(),
        files,
        key,
    })
}

fn damaged(from: &Path) -> OpenError {
    OpenError::new(format!(
        "备份文件“{}”已损坏：内容被改动、缺少或被截断，不能用它恢复；请换另一份备份。已经写入目标的内容不能使用，请删除",
        from.display()
    ))
}

/// The table and the rows of a frame.
fn rows<'a>(head: &'a Head, bytes: &[u8]) -> Option<(&'a Shape, Vec<Vec<Value>>)> {
    let (nth, mut rest) = bytes.split_first_chunk::<4>()?;
    let shape = head.tables.get(u32::from_le_bytes(*nth) as usize)?;
    let mut rows = Vec::new();
    while !rest.is_empty() {
        let row: Option<Vec<Value>> = shape
            .columns
            .iter()
            .map(|_| dump::take(&mut rest))
            .collect();
        rows.push(row?);
    }
    Some((shape, rows))
}

/// Where a backup goes.
struct Place {
    target: Target,
    data: PathBuf,
}

impl Place {
    fn begin(url: &StoreUrl, data: &Path, head: &Head) -> Result<Self, OpenError> {
        let target = Target::begin(url, head.migrations.len())?;
        for shape in &head.tables {
            target.expect(shape)?;
        }
        std::fs::create_dir_all(data).map_err(faulty("无法建立文件夹", data))?;
        Ok(Self {
            target,
            data: data.to_owned(),
        })
    }

    /// Writes a file, durably.
    fn keep(&self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), OpenError> {
        let write = || {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut options = File::options();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
            #[cfg(not(unix))]
            let _ = mode;
            let mut file = options.open(path)?;
            std::io::Write::write_all(&mut file, bytes)?;
            file.sync_all()
        };
        write().map_err(faulty("无法写入", path))
    }
}
