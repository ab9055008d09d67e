//! What lies beside the database and is proved with it: that the key opens every sealed identity, and
//! that the bytes of every attachment are those that were registered.

use crate::identity::keys::{self, Keys};
use civic::trace::Hash;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;
use store::driver::{Conn, OpenError};
use store::verify::{Progress, Report};

/// Rows between two reports of progress.
const STEP: u64 = 200;

/// Proves what lies in the folder `data`; says how many identities and files there were.
///
/// # Errors
/// When the database or the key file cannot be read. What is wrong is in the report.
pub fn beside(
    conn: &mut Conn,
    data: &Path,
    report: &mut Report,
    mut progress: impl FnMut(Progress),
) -> Result<(u64, u64), OpenError> {
    let mut at = |stage, done: u64| {
        if done.is_multiple_of(STEP) {
            progress(Progress { stage, done, of: 0 });
        }
    };
    Ok((
        identities(conn, data, report, &mut at)?,
        files(conn, data, report, &mut at)?,
    ))
}

fn identities(
    conn: &mut Conn,
    data: &Path,
    report: &mut Report,
    progress: &mut impl FnMut(&'static str, u64),
) -> Result<u64, OpenError> {
    let path = data.join(keys::FILE);
    if !path.exists() {
        if store::matter::has_party(conn)? {
            report.find(format!(
                "没有找到密钥文件“{}”，用它加密的联系方式都无法读取：请从备份恢复密钥文件，或用 --data 指明它所在的文件夹",
                path.display()
            ));
        }
        return Ok(0);
    }
    let keys = Keys::open_or_create(data)?;
    let mut count = 0;
    store::matter::for_each_party(conn, |matter, cipher| {
        count += 1;
        progress("加密身份", count);
        if keys.open(cipher).is_none() {
            report.find(format!(
                "事件 {matter} 的加密身份用密钥“{}”打不开：密文被改动，或密钥不是原来的那一把",
                path.display()
            ));
        }
        Ok(())
    })?;
    Ok(count)
}

fn files(
    conn: &mut Conn,
    data: &Path,
    report: &mut Report,
    progress: &mut impl FnMut(&'static str, u64),
) -> Result<u64, OpenError> {
    let mut count = 0;
    store::file::for_each(conn, |file| {
        count += 1;
        progress("附件", count);
        let path = crate::file::path(data, &file.sha256);
        let wrong = match digest(&path) {
            Ok((bytes, sha256)) if bytes == file.bytes && sha256 == file.sha256 => None,
            Ok(_) => Some("内容与登记的校验值不符：文件被改动，请从备份恢复".to_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Some("文件已丢失，请从备份恢复".to_owned())
            }
            Err(error) => Some(format!("文件读不出来（{error}），请检查磁盘和权限")),
        };
        if let Some(wrong) = wrong {
            report.find(format!("附件“{}”（编号 {}）{wrong}", file.name, file.id));
        }
        Ok(())
    })?;
    Ok(count)
}

/// Size and SHA-256 of a file, read through a small buffer.
fn digest(path: &Path) -> std::io::Result<(i64, String)> {
    let mut file = std::fs::File::open(path)?;
    let (mut hasher, mut size) = (Sha256::new(), 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((size, Hash(hasher.finalize().into()).to_string()));
        }
        size += read as i64;
        hasher.update(&buffer[..read]);
    }
}
