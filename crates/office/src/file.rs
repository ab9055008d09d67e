//! Attachments: checked, cleaned of hidden data, kept under the SHA-256 of their bytes.

mod clean;
mod kind;

pub use kind::Kind;

use crate::identity::entry;
use crate::{Fault, Office, Result};
use civic::directory::Actor;
use civic::id::{AccountId, FileId};
use civic::limits::FILE_BYTES_MAX;
use civic::refusal::Refusal;
use civic::trace::Hash;
use data_encoding::BASE32_NOPAD;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};
use std::path::Path;
use std::sync::Arc;
use store::driver::OpenError;
use store::file::StoredFile;
use store::lane::Failure;

/// Most bytes that one account uploads in 24 hours.
const DAILY_BYTES: i64 = 1024 * 1024 * 1024;
/// The same for all reports without sign-in together.
const DAILY_BYTES_ANONYMOUS: i64 = 4 * DAILY_BYTES;
/// Characters of the token of an upload without sign-in: 80 bits.
const TICKET_CHARS: usize = 16;

/// A file with its bytes.
#[derive(Debug, Clone)]
pub struct OpenedFile {
    /// What is known of it.
    pub file: StoredFile,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Name of the folder of attachments in the data folder.
pub(crate) const FOLDER: &str = "files";

/// Where the bytes of an attachment lie on the disk.
pub(crate) fn path(data: &Path, sha256: &str) -> std::path::PathBuf {
    data.join(FOLDER)
        .join(sha256.get(..2).unwrap_or_default())
        .join(sha256)
}

/// The store of attachments in the data folder. What is put there is on the disk before it counts.
pub(crate) fn local(data: &Path) -> std::result::Result<Arc<dyn ObjectStore>, OpenError> {
    let folder = data.join(FOLDER);
    let failed = |e: String| OpenError {
        sentence: format!(
            "附件目录“{}”不能使用：{e}；请检查权限与磁盘",
            folder.display()
        ),
        cause: None,
    };
    std::fs::create_dir_all(&folder).map_err(|e| failed(e.to_string()))?;
    let files = LocalFileSystem::new_with_prefix(&folder).map_err(|e| failed(e.to_string()))?;
    Ok(Arc::new(files.with_fsync(true)))
}

/// Where the bytes with this digest lie.
pub(crate) fn key(sha256: &str) -> Key {
    Key::from(format!("{}/{sha256}", sha256.get(..2).unwrap_or_default()))
}

impl Office {
    /// The id of an upload without sign-in with the token that attaches it: `42.MFRGG…`. A keyed digest,
    /// so that nothing secret is stored and no id alone is worth anything.
    #[must_use]
    pub fn upload_ticket(&self, id: FileId) -> String {
        let mut token = BASE32_NOPAD.encode(&self.keys.mac(format!("upload:{id}").as_bytes()));
        token.truncate(TICKET_CHARS);
        format!("{id}.{token}")
    }

    /// The file of a ticket; none for one that was not given out here.
    pub(crate) fn ticketed(&self, ticket: &str) -> Option<FileId> {
        let id = ticket.split_once('.')?.0.parse().ok()?;
        let right = self.upload_ticket(id);
        crate::matter::constant_time_eq(right.as_bytes(), ticket.as_bytes()).then_some(id)
    }

    /// Keeps a file until the form it is for is sent. Pictures lose place, device and all other
    /// hidden data; documents are kept as they are.
    ///
    /// # Errors
    /// `Invalid` for a file that is empty, too large, damaged or of a kind that is not accepted;
    /// `Conflict` when the account uploaded too much today.
    pub async fn upload(&self, actor: &Actor, name: &str, bytes: Vec<u8>) -> Result<StoredFile> {
        let refused =
            |code: &str, sentence: String| Fault::from(Refusal::invalid("file", code, sentence));
        if bytes.is_empty() {
            return Err(refused("empty", "这个文件是空的，请重新选择".into()));
        }
        if bytes.len() > FILE_BYTES_MAX {
            return Err(refused(
                "too_large",
                format!(
                    "文件太大，最大 {} MB,请压缩后再上传",
                    FILE_BYTES_MAX / 1024 / 1024
                ),
            ));
        }
        let kind = Kind::of(&bytes).ok_or_else(|| refused("bad_kind", Kind::ACCEPTED.into()))?;
        let bytes = clean::picture(kind, bytes).ok_or_else(|| {
            refused(
                "damaged",
                "这张图片已损坏，无法读取，请重新拍摄或选择".into(),
            )
        })?;
        let name = kind.clean_name(name);
        let (account, now) = (actor.account, self.now());
        let anonymous = account == AccountId(0);
        let limit = if anonymous {
            DAILY_BYTES_ANONYMOUS
        } else {
            DAILY_BYTES
        };
        let size = bytes.len() as i64;
        let used = self
            .read(move |conn| store::file::uploaded_since(conn, account, now.plus_hours(-24)))
            .await?;
        if used + size > limit {
            return Err(Refusal::Conflict(
                "最近 24 小时上传的文件太多，请明天再传；急需请联系系统管理员".into(),
            )
            .into());
        }
        let sha256 = Hash::of(&bytes).to_string();
        // The bytes first: a row without bytes is a fault, bytes without a row only take space.
        self.files
            .put(&key(&sha256), bytes.into())
            .await
            .map_err(broken)?;
        let keeper = actor.clone();
        self.write(move |conn| {
            let id = FileId(store::fresh_id(conn, "file", now)?);
            let file = StoredFile {
                id,
                matter: None,
                account,
                name,
                mime: kind.mime().into(),
                bytes: size,
                sha256,
                at: now,
            };
            store::file::insert(conn, &file)?;
            let detail = format!("{} 字节，{}", file.bytes, file.mime);
            store::audit::append(
                conn,
                &entry(&keeper, now, "upload", format!("file:{id}"), detail),
            )?;
            Ok::<_, Failure>(file)
        })
        .await
    }

    /// A file with its bytes. One that belongs to a matter is seen by who sees the matter; one that
    /// does not yet, by who uploaded it; one of a notice or of a record, by who sees that.
    ///
    /// # Errors
    /// `Unknown` where the actor may not know it, or where the bytes were lost, which is said.
    pub async fn open_file(&self, actor: &Actor, id: FileId) -> Result<OpenedFile> {
        let file = self
            .read(move |conn| store::file::get(conn, id))
            .await?
            .ok_or_else(|| Refusal::unknown("附件"))?;
        match file.matter {
            Some(matter) => drop(self.visible(actor, matter).await?),
            None if self.opens_as_notice(actor, id).await?
                || self.opens_as_publication(actor, id).await?
                || self.opens_as_document(actor, id).await?
                || self.opens_as_record(actor, id).await? => {}
            None if file.account == actor.account && actor.account != AccountId(0) => {}
            None => return Err(Refusal::unknown("附件").into()),
        }
        self.opened(file).await
    }

    /// A file with its bytes, for who may see it.
    pub(crate) async fn opened(&self, file: StoredFile) -> Result<OpenedFile> {
        let id = file.id;
        let Some(bytes) = self.bytes_of(&file.sha256).await? else {
            tracing::error!(file = %id, "the bytes of a file are missing");
            return Err(Refusal::Unknown(format!(
                "附件“{}”登记在册，但文件内容已丢失，请联系系统管理员从备份恢复",
                file.name
            ))
            .into());
        };
        if Hash::of(&bytes).to_string() != file.sha256 {
            tracing::error!(file = %id, "the bytes of a file were altered");
            return Err(Refusal::Conflict(format!(
                "附件“{}”的内容与登记的校验值不符，可能被改动，请联系系统管理员从备份恢复",
                file.name
            ))
            .into());
        }
        Ok(OpenedFile { file, bytes })
    }

    /// The bytes with this digest; none where they were lost.
    pub(crate) async fn bytes_of(&self, sha256: &str) -> Result<Option<Vec<u8>>> {
        match self.files.get(&key(sha256)).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(broken)?.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(broken(error)),
        }
    }
}

fn broken(error: object_store::Error) -> Fault {
    tracing::error!(%error, "attachments");
    Fault::Broken(error.to_string())
}
