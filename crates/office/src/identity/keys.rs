//! The keys of an installation: one file of 32 random bytes, from which a key for encryption and
//! one for keyed digests are derived. The database and its backups do not hold it.

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::io::Write;
use std::path::Path;
use store::driver::OpenError;

/// Name of the key file in the data folder.
pub const FILE: &str = "hangji.key";

/// First byte of everything sealed: says with which way and key it was.
const SEALED: u8 = 1;
const NONCE: usize = 24;

/// The keys, derived and ready.
pub struct Keys {
    cipher: XChaCha20Poly1305,
    mac: [u8; 32],
}

impl Keys {
    /// Reads the key file in `data`, or makes one (and the folder).
    ///
    /// # Errors
    /// A Chinese sentence that says what to do: unreadable, too short, or readable by others.
    pub fn open_or_create(data: &Path) -> Result<Self, OpenError> {
        let path = data.join(FILE);
        let shown = path.display();
        std::fs::create_dir_all(data).map_err(|e| {
            sentence(format!(
                "无法建立数据目录“{}”：{e}；请检查上级目录的写权限",
                data.display()
            ))
        })?;
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                check_mode(&path)?;
                data_encoding::HEXLOWER_PERMISSIVE
                    .decode(text.trim().as_bytes())
                    .ok()
                    .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
                    .map(Self::derive)
                    .ok_or_else(|| sentence(format!("密钥文件“{shown}”已损坏：应为 64 位十六进制数。请从备份恢复它；没有它就无法解密当事人的联系方式")))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let secret: [u8; 32] = rand::random();
                write_new(&path, &data_encoding::HEXLOWER.encode(&secret)).map_err(|e| {
                    sentence(format!(
                        "无法写入密钥文件“{shown}”：{e}；请检查目录的写权限"
                    ))
                })?;
                tracing::info!(path = %shown, "a new key file was made: keep a copy apart from the database");
                Ok(Self::derive(secret))
            }
            Err(e) => Err(sentence(format!(
                "读不到密钥文件“{shown}”：{e}；请检查文件权限"
            ))),
        }
    }

    fn derive(secret: [u8; 32]) -> Self {
        let key = hmac(&secret, b"hangji seal 1");
        Self {
            cipher: XChaCha20Poly1305::new(&key.into()),
            mac: hmac(&secret, b"hangji mac 1"),
        }
    }

    /// Encrypts and authenticates; twice the same plain text gives two different results.
    #[must_use]
    pub fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = rand::random();
        let mut sealed = vec![SEALED];
        sealed.extend_from_slice(&nonce);
        #[expect(clippy::expect_used, reason = "it fails only beyond 256 GiB")]
        let cipher = self
            .cipher
            .encrypt(&XNonce::from(nonce), plain)
            .expect("a text that fits into memory");
        sealed.extend_from_slice(&cipher);
        sealed
    }

    /// Decrypts what [`Keys::seal`] made; `None` where it was altered or sealed with another key.
    #[must_use]
    pub fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (version, rest) = sealed.split_first()?;
        let (nonce, cipher) = rest.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        (*version == SEALED).then(|| self.cipher.decrypt(&XNonce::from(nonce), cipher).ok())?
    }

    /// Keyed digest, for looking up a value without keeping it in clear.
    #[must_use]
    pub fn mac(&self, bytes: &[u8]) -> [u8; 32] {
        hmac(&self.mac, bytes)
    }
}

fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of 32 bytes");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// HMAC-SHA256 under a key of any length.
pub(crate) fn hmac_of(key: &[u8], message: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Whether `signature`, in hex, is that of the message; compared in constant time.
pub(crate) fn verify_hmac(key: &[u8], message: &[u8], signature: &str) -> bool {
    let Ok(given) = data_encoding::HEXLOWER_PERMISSIVE.decode(signature.as_bytes()) else {
        return false;
    };
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(message);
    mac.verify_slice(&given).is_ok()
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// Refuses a key that others on the machine can read.
#[cfg(unix)]
pub(crate) fn check_mode(path: &Path) -> Result<(), OpenError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).map_or(0, |m| m.permissions().mode());
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(sentence(format!(
        "密钥文件“{0}”能被其他用户读取，请运行:chmod 600 {0}",
        path.display()
    )))
}
#[cfg(not(unix))]
pub(crate) fn check_mode(_: &Path) -> Result<(), OpenError> {
    Ok(())
}

fn sentence(sentence: String) -> OpenError {
    OpenError {
        sentence,
        cause: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::testing::Fresh;

    fn folder(name: &str) -> (Fresh, std::path::PathBuf) {
        let fresh = Fresh::sqlite(name);
        let path = fresh.folder().unwrap().join("data");
        (fresh, path)
    }

    #[test]
    fn the_key_file_is_made_once_and_read_again() {
        let (_fresh, data) = folder("keys");
        let first = Keys::open_or_create(&data).unwrap();
        let sealed = first.seal("陈春山 13812341234".as_bytes());
        let again = Keys::open_or_create(&data).unwrap();
        assert_eq!(
            again.open(&sealed).unwrap(),
            "陈春山 13812341234".as_bytes()
        );
        assert_eq!(again.mac(b"x"), first.mac(b"x"));
        assert!(!sealed.windows(4).any(|w| w == b"1381"));
    }

    #[test]
    fn two_seals_of_one_text_differ_and_an_altered_one_does_not_open() {
        let (_fresh, data) = folder("seal");
        let keys = Keys::open_or_create(&data).unwrap();
        let (a, b) = (keys.seal(b"text"), keys.seal(b"text"));
        assert_ne!(a, b);
        for at in 0..a.len() {
            let mut bad = a.clone();
            bad[at] ^= 1;
            assert_eq!(keys.open(&bad), None, "byte {at}");
        }
        assert_eq!(keys.open(&a[..20]), None);
        assert_eq!(keys.open(&[]), None);
    }

    #[test]
    fn another_installation_cannot_open_it() {
        let ((_a, one), (_b, two)) = (folder("one"), folder("two"));
        let sealed = Keys::open_or_create(&one).unwrap().seal(b"text");
        assert_eq!(Keys::open_or_create(&two).unwrap().open(&sealed), None);
    }

    #[test]
    fn a_damaged_key_file_is_an_error_and_never_replaced() {
        let (_fresh, data) = folder("bad");
        std::fs::create_dir_all(&data).unwrap();
        write_new(&data.join(FILE), "abc").unwrap();
        let error = Keys::open_or_create(&data).map(|_| ()).unwrap_err();
        assert!(error.sentence.contains("已损坏"), "{}", error.sentence);
        assert_eq!(std::fs::read_to_string(data.join(FILE)).unwrap(), "abc\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let (_fresh, data) = folder("mode");
        Keys::open_or_create(&data).unwrap();
        let path = data.join(FILE);
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = Keys::open_or_create(&data).map(|_| ()).unwrap_err();
        assert!(error.sentence.contains("chmod 600"), "{}", error.sentence);
    }
}
