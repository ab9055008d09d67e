//! The age format (age-encryption.org/v1) with a passphrase: any other program that reads it can open
//! a backup (`age -d`), and a published format is not designed here.
//!
//! Scrypt makes a key of the passphrase, which opens the key of the file; the contents are sealed in
//! chunks of 64 KiB whose numbers, and whose end, are part of the seal: altered, moved, left out or cut
//! off, it shows.

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use data_encoding::BASE64_NOPAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::io::{Error, ErrorKind, Read, Result, Write};

const MAGIC: &str = "age-encryption.org/v1\n";
const LABEL: &[u8] = b"age-encryption.org/v1/scrypt";
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
/// Longest header of a file that was sealed with one passphrase.
const HEADER_MAX: usize = 1_024;
/// Work of a fresh backup, as a power of two: about a second and 256 MB.
pub const WORK: u8 = 18;
/// Most work that is done for a file that somebody brings.
const WORK_MAX: u8 = 20;

/// Why a file could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is no file of this kind.
    Foreign,
    /// The passphrase does not open it.
    Passphrase,
    /// The contents were altered or cut off.
    Altered,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Foreign => "not sealed with a passphrase in the age format",
            Self::Passphrase => "the passphrase does not open it",
            Self::Altered => "altered or cut off",
        })
    }
}
impl std::error::Error for Refused {}

impl Refused {
    fn error(self) -> Error {
        Error::new(ErrorKind::InvalidData, self)
    }

    /// The reason behind an error of [`Opener`], where it is one of these.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// HKDF-SHA-256 for 32 bytes.
fn derive(secret: &[u8], salt: &[u8], info: &[u8]) -> [u8; 32] {
    hmac(&hmac(salt, &[secret]), &[info, &[1]])
}

/// The cipher that wraps the key of the file.
fn wrapping(passphrase: &str, salt: &[u8], work: u8) -> Result<ChaCha20Poly1305> {
    let params = scrypt::Params::new(work, 8, 1).map_err(|_| Refused::Foreign.error())?;
    let mut key = [0; 32];
    scrypt::scrypt(
        passphrase.as_bytes(),
        &[LABEL, salt].concat(),
        &params,
        &mut key,
    )
    .map_err(|_| Refused::Foreign.error())?;
    Ok(ChaCha20Poly1305::new(&key.into()))
}

fn nonce(nth: u64, last: bool) -> Nonce {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&nth.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce.into()
}

/// Seals what is written to it; [`Sealer::finish`] ends it.
pub struct Sealer<W> {
    out: W,
    cipher: ChaCha20Poly1305,
    buffer: Vec<u8>,
    nth: u64,
}

impl<W: Write> Sealer<W> {
    /// Begins; `work` is the power of two of scrypt.
    pub fn new(mut out: W, passphrase: &str, work: u8) -> Result<Self> {
        let (key, salt, start): ([u8; 16], [u8; 16], [u8; 16]) =
            (rand::random(), rand::random(), rand::random());
        let wrapped = wrapping(passphrase, &salt, work)?
            .encrypt(&Nonce::default(), key.as_slice())
            .map_err(|_| Refused::Altered.error())?;
        let header = format!(
            "{MAGIC}-> scrypt {} {work}\n{}\n---",
            BASE64_NOPAD.encode(&salt),
            BASE64_NOPAD.encode(&wrapped)
        );
        let mac = hmac(&derive(&key, &[], b"header"), &[header.as_bytes()]);
        writeln!(out, "{header} {}", BASE64_NOPAD.encode(&mac))?;
        out.write_all(&start)?;
        Ok(Self {
            out,
            cipher: ChaCha20Poly1305::new(&derive(&key, &start, b"payload").into()),
            buffer: Vec::with_capacity(CHUNK),
            nth: 0,
        })
    }

    fn seal(&mut self, last: bool) -> Result<()> {
        let sealed = self
            .cipher
            .encrypt(&nonce(self.nth, last), self.buffer.as_slice())
            .map_err(|_| Refused::Altered.error())?;
        self.nth += 1;
        self.buffer.clear();
        self.out.write_all(&sealed)
    }

    /// Writes the last chunk, and gives back what lies below.
    pub fn finish(mut self) -> Result<W> {
        self.seal(true)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        // A full chunk waits until more comes: only then it is not the last.
        if self.buffer.len() == CHUNK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }
    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}

/// Opens what a [`Sealer`] made, or another program. Nothing is given out that was not proved.
pub struct Opener<R> {
    input: R,
    cipher: ChaCha20Poly1305,
    open: Vec<u8>,
    at: usize,
    nth: u64,
    /// The chunk behind the open one, still sealed: whether there is one says which is the last.
    ahead: Vec<u8>,
    ended: bool,
}

impl<R: Read> Opener<R> {
    /// Begins.
    ///
    /// # Errors
    /// Those of [`Refused::of`], and those of reading.
    pub fn new(mut input: R, passphrase: &str) -> Result<Self> {
        let foreign = || Refused::Foreign.error();
        let header = header(&mut input)?;
        let text = std::str::from_utf8(&header).map_err(|_| foreign())?;
        let rest = text.strip_prefix(MAGIC).ok_or_else(foreign)?;
        let lines: Vec<&str> = rest.lines().collect();
        let [stanza, wrapped, end] = lines.as_slice() else {
            return Err(foreign());
        };
        let base64 = |text: &str| BASE64_NOPAD.decode(text.as_bytes()).map_err(|_| foreign());
        let (salt, work) = stanza
            .strip_prefix("-> scrypt ")
            .and_then(|rest| rest.split_once(' '))
            .ok_or_else(foreign)?;
        let work: u8 = work.parse().map_err(|_| foreign())?;
        if work > WORK_MAX {
            return Err(foreign());
        }
        let key = wrapping(passphrase, &base64(salt)?, work)?
            .decrypt(&Nonce::default(), base64(wrapped)?.as_slice())
            .map_err(|_| Refused::Passphrase.error())?;
        let mac = base64(end.strip_prefix("--- ").ok_or_else(foreign)?)?;
        let sealed = text.rsplit_once(' ').map_or("", |(sealed, _)| sealed);
        if hmac(&derive(&key, &[], b"header"), &[sealed.as_bytes()]) != *mac {
            return Err(Refused::Altered.error());
        }
        let mut start = [0; 16];
        input.read_exact(&mut start).map_err(cut_off)?;
        let mut opener = Self {
            input,
            cipher: ChaCha20Poly1305::new(&derive(&key, &start, b"payload").into()),
            open: Vec::new(),
            at: 0,
            nth: 0,
            ahead: Vec::new(),
            ended: false,
        };
        opener.ahead = opener.sealed()?;
        Ok(opener)
    }

    /// The next chunk as it lies in the file; empty behind the end.
    fn sealed(&mut self) -> Result<Vec<u8>> {
        let mut chunk = Vec::with_capacity(CHUNK + TAG);
        let most = (CHUNK + TAG) as u64;
        self.input.by_ref().take(most).read_to_end(&mut chunk)?;
        Ok(chunk)
    }

    fn next(&mut self) -> Result<()> {
        let following = self.sealed()?;
        let chunk = std::mem::replace(&mut self.ahead, following);
        self.ended = self.ahead.is_empty();
        self.open = self
            .cipher
            .decrypt(&nonce(self.nth, self.ended), chunk.as_slice())
            .map_err(|_| Refused::Altered.error())?;
        self.nth += 1;
        self.at = 0;
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        while self.at == self.open.len() && !self.ended {
            self.next()?;
        }
        let taken = out.len().min(self.open.len() - self.at);
        out[..taken].copy_from_slice(&self.open[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}

/// The header, with its last line.
fn header(input: &mut impl Read) -> Result<Vec<u8>> {
    let mut header = Vec::new();
    let mut line = 0;
    let mut byte = [0];
    while header.len() < HEADER_MAX {
        match input.read(&mut byte)? {
            0 => return Err(Refused::Foreign.error()),
            _ => header.push(byte[0]),
        }
        if byte == *b"\n" {
            if header[line..].starts_with(b"---") {
                return Ok(header);
            }
            line = header.len();
        }
        if header.len() == MAGIC.len() && header != MAGIC.as_bytes() {
            break;
        }
    }
    Err(Refused::Foreign.error())
}

fn cut_off(error: Error) -> Error {
    match error.kind() {
        ErrorKind::UnexpectedEof => Refused::Altered.error(),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As little work as there is: what is tested here is the format.
    const LIGHT: u8 = 1;

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut sealer = Sealer::new(Vec::new(), "correct horse", LIGHT).unwrap();
        sealer.write_all(plain).unwrap();
        sealer.finish().unwrap()
    }

    fn opened(sealed: &[u8], passphrase: &str) -> std::result::Result<Vec<u8>, Refused> {
        let mut plain = Vec::new();
        Opener::new(sealed, passphrase)
            .and_then(|mut opener| opener.read_to_end(&mut plain))
            .map(|_| plain)
            .map_err(|error| Refused::of(&error).unwrap())
    }

    #[test]
    fn what_the_reference_implementation_sealed_is_opened() {
        let plain = opened(include_bytes!("reference.age"), "correct horse").unwrap();
        assert_eq!(plain, b"hangji reference\n".repeat(3));
    }

    #[test]
    fn every_length_comes_back() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7] {
            let plain: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            assert_eq!(
                opened(&sealed(&plain), "correct horse").unwrap(),
                plain,
                "{length}"
            );
        }
    }

    #[test]
    fn another_passphrase_does_not_open_it() {
        assert_eq!(
            opened(&sealed(b"x"), "correct house"),
            Err(Refused::Passphrase)
        );
    }

    #[test]
    fn what_was_altered_moved_or_cut_off_is_refused_and_never_given_out() {
        let plain = vec![7; 2 * CHUNK + 100];
        let whole = sealed(&plain);
        let body = whole.len() - (plain.len() + 3 * TAG);
        for at in [body, body + CHUNK, whole.len() - 1] {
            let mut altered = whole.clone();
            altered[at] ^= 1;
            assert_eq!(
                opened(&altered, "correct horse"),
                Err(Refused::Altered),
                "{at}"
            );
        }
        for end in [
            body - 5,
            body,
            body + CHUNK + TAG,
            body + 2 * (CHUNK + TAG),
            whole.len() - 1,
        ] {
            let found = opened(&whole[..end], "correct horse");
            assert_eq!(found, Err(Refused::Altered), "cut at {end}");
        }
        let (first, second) = (body, body + CHUNK + TAG);
        let mut moved = whole.clone();
        moved.copy_within(second..second + CHUNK + TAG, first);
        assert_eq!(opened(&moved, "correct horse"), Err(Refused::Altered));
        let mut longer = whole.clone();
        longer.push(0);
        assert_eq!(opened(&longer, "correct horse"), Err(Refused::Altered));
        let mut header = whole;
        let mac = header.windows(4).position(|w| w == b"--- ").unwrap() + 4;
        header[mac] = if header[mac] == b'A' { b'B' } else { b'A' };
        assert_eq!(opened(&header, "correct horse"), Err(Refused::Altered));
    }

    #[test]
    fn another_file_is_foreign() {
        for bytes in [
            &b""[..],
            b"SQLite format 3\0...........................",
            b"age-encryption.org/v1\n-> X25519 abc\n---",
        ] {
            assert_eq!(opened(bytes, "x"), Err(Refused::Foreign));
        }
        let dear =
            b"age-encryption.org/v1\n-> scrypt YTziYjZi4YUXcV5DAnt3fA 40\nHGoYnq\n--- AAAA\n";
        assert_eq!(opened(dear, "x"), Err(Refused::Foreign), "too much work");
    }
}
