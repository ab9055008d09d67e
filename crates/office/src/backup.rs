//! Backups: the database, the attachments and the key, in one file that a passphrase opens.
//!
//! What is sealed (see [`age`]) is a gzip stream of frames: what the schema is, the rows of every
//! table, every attachment, the key file, and at the end the counts and digests of all of it. It is
//! the same for both databases, so a backup of one is restored into the other.

pub mod age;
mod frame;
mod restore;
mod save;

pub use restore::{Restored, check, restore};
pub use save::{Saved, save};

use std::collections::BTreeMap;
use std::path::Path;
use store::driver::OpenError;
use store::dump::{Shape, Sum};

/// Fewest characters of a passphrase: whoever has the file may try as often as they like.
pub const PASSPHRASE_CHARS_MIN: usize = 12;

/// The first frame.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Head {
    /// Version of the frames.
    format: u32,
    /// SHA-256 of the changes that the schema had.
    migrations: Vec<String>,
    /// The tables, in the order in which the frames of rows number them.
    tables: Vec<Shape>,
}

/// The last frame.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Tail {
    sums: BTreeMap<String, Sum>,
    files: u64,
}

/// Version of the frames that this program writes and reads.
const FORMAT: u32 = 1;

/// A fault of reading or writing as a sentence.
fn faulty(what: &str, path: &Path) -> impl Fn(std::io::Error) -> OpenError {
    let (what, shown) = (what.to_owned(), path.display().to_string());
    move |error| {
        OpenError::new(format!(
            "{what}“{shown}”：{error}；请检查路径、权限和磁盘空间"
        ))
    }
}
