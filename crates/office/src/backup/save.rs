//! Making a backup, beside a running platform.

use super::age::Sealer;
use super::{FORMAT, Head, PASSPHRASE_CHARS_MIN, Tail, faulty, frame};
use crate::identity::keys;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use store::driver::{Conn, DbError, OpenError};
use store::dump::{self, Sum};
use store::url::StoreUrl;

/// Bytes of rows gathered into a frame.
const GATHER: usize = 1 << 20;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Rows of all tables.
    pub rows: u64,
    /// Attachments.
    pub files: u64,
    /// Attachments that are registered and whose bytes are not there.
    pub missing: Vec<String>,
    /// Size of the backup in bytes.
    pub bytes: u64,
}

type Out = GzEncoder<Sealer<BufWriter<File>>>;

/// Makes a backup of the database at `url` and the folder `data`, as they are at one moment, in the
/// new file `to`. `work` is the cost of the passphrase ([`super::age::WORK`]). `progress` is told what
/// is saved and how many rows or files of it.
///
/// # Errors
/// A sentence that says what to do; then there is no file `to`.
pub fn save(
    url: &StoreUrl,
    data: &Path,
    to: &Path,
    passphrase: &str,
    work: u8,
    mut progress: impl FnMut(&str, u64),
) -> Result<Saved, OpenError> {
    if passphrase.chars().count() < PASSPHRASE_CHARS_MIN {
        return Err(OpenError::new(format!(
            "备份口令太短，至少 {PASSPHRASE_CHARS_MIN} 个字：拿到备份文件的人可以无限次地试"
        )));
    }
    if to.exists() {
        return Err(OpenError::new(format!(
            "“{}”已经存在，不会覆盖它；请换一个文件名",
            to.display()
        )));
    }
    let mut conn = store::database::reading_conn(url)?;
    conn.begin_read()?;
    let part = to.with_extension("part");
    let made = begin(&part, passphrase, work)
        .map_err(faulty("无法写入备份文件", &part))
        .and_then(|out| fill(&mut conn, data, out, &part, &mut progress))
        .and_then(|saved| {
            std::fs::rename(&part, to).map_err(faulty("无法写入备份文件", to))?;
            Ok(saved)
        });
    if made.is_err() {
        // Best effort: the sentence says what failed.
        let _ = std::fs::remove_file(&part);
    }
    made
}

fn begin(part: &Path, passphrase: &str, work: u8) -> std::io::Result<Out> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let sealer = Sealer::new(BufWriter::new(options.open(part)?), passphrase, work)?;
    Ok(GzEncoder::new(sealer, Compression::fast()))
}

fn fill(
    conn: &mut Conn,
    data: &Path,
    mut out: Out,
    part: &Path,
    progress: &mut impl FnMut(&str, u64),
) -> Result<Saved, OpenError> {
    let failed = faulty("无法写入备份文件", part);
    let head = Head {
        format: FORMAT,
        migrations: store::migrate::done(conn)?,
        tables: dump::shapes(conn)?,
    };
    let json = |value: serde_json::Result<Vec<u8>>| {
        value.map_err(|e| OpenError::new(format!("备份的目录写不出来：{e}")))
    };
    frame::write(&mut out, frame::HEAD, &[&json(serde_json::to_vec(&head))?]).map_err(&failed)?;
    let mut sums = BTreeMap::new();
    for (shape, nth) in head.tables.iter().zip(0u32..) {
        let mut sum = Sum::default();
        let mut rows = Vec::with_capacity(GATHER * 2);
        let mut broken = None;
        let mut flush = |rows: &mut Vec<u8>| {
            let written = frame::write(&mut out, frame::ROWS, &[&nth.to_le_bytes(), rows]);
            rows.clear();
            written.map_err(|error| {
                broken = Some(error);
                DbError::Other("the backup cannot be written".into())
            })
        };
        let read = shape.for_each(conn, |row| {
            sum.add(row);
            row.iter().for_each(|value| dump::put(&mut rows, value));
            if rows.len() >= GATHER {
                progress(&shape.name, sum.rows);
                flush(&mut rows)?;
            }
            Ok(())
        });
        let read = read.and_then(|()| flush(&mut rows));
        if let Some(error) = broken {
            return Err(failed(error));
        }
        read?;
        sums.insert(shape.name.clone(), sum);
    }
    let (files, missing) = attachments(conn, data, &mut out, &failed, progress)?;
    if let Ok(key) = std::fs::read(data.join(keys::FILE)) {
        frame::write(&mut out, frame::KEY, &[&key]).map_err(&failed)?;
    } else if store::matter::has_party(conn)? {
        return Err(OpenError::new(format!(
            "没有找到密钥文件“{}”，没有它备份里的联系方式永远打不开；请用 --data 指明它所在的文件夹",
            data.join(keys::FILE).display()
        )));
    }
    let rows = sums.values().map(|sum| sum.rows).sum();
    let tail = Tail { sums, files };
    frame::write(&mut out, frame::TAIL, &[&json(serde_json::to_vec(&tail))?]).map_err(&failed)?;
    let bytes = end(out).map_err(&failed)?;
    Ok(Saved {
        rows,
        files,
        missing,
        bytes,
    })
}

/// Saves every attachment once, however often it was uploaded.
fn attachments(
    conn: &mut Conn,
    data: &Path,
    out: &mut Out,
    failed: &impl Fn(std::io::Error) -> OpenError,
    progress: &mut impl FnMut(&str, u64),
) -> Result<(u64, Vec<String>), OpenError> {
    let (mut count, mut missing, mut broken) = (0, Vec::new(), None);
    let read = store::file::digests(conn, |sha256| {
        match std::fs::read(crate::file::path(data, sha256)) {
            Ok(bytes) => {
                count += 1;
                progress("files", count);
                let parts = [sha256.as_bytes(), &bytes];
                frame::write(out, frame::FILE, &parts).map_err(|error| {
                    broken = Some(error);
                    DbError::Other("the backup cannot be written".into())
                })
            }
            Err(_) => {
                missing.push(sha256.to_owned());
                Ok(())
            }
        }
    });
    if let Some(error) = broken {
        return Err(failed(error));
    }
    read?;
    Ok((count, missing))
}

/// Ends the file, on the disk; its size.
fn end(out: Out) -> std::io::Result<u64> {
    let file = out.finish()?.finish()?;
    let mut file = file.into_inner().map_err(|e| e.into_error())?;
    file.flush()?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}
